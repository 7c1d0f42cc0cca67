//! `cobranca empresa criar`: a company and its first key, which is shown once. `cobranca empresa chave`: another one, for who
//! has lost them all.

use domain::documento::Documento;
use domain::email::EnderecoEmail;
use domain::ids::EmpresaId;
use runtime::{Config, Relogio};
use store::empresas::NovaEmpresa;
use store::{Banco, Papel, empresas};
use web::Escopo;

use crate::{Resultado, terminal};

/// What the person gave.
pub struct Pedido {
    /// Name of the company.
    pub nome: String,
    /// CNPJ or CPF.
    pub documento: Option<String>,
    /// Address that its e-mails come from.
    pub remetente: String,
}

/// Creates the company and prints its id and its first key.
///
/// # Errors
/// The input or the database cannot be used.
pub fn create(config: &Config, pedido: &Pedido) -> Resultado {
    let url = config.banco.url.as_ref().ok_or("defina DATABASE_URL com o endereço do PostgreSQL")?;
    store::migrate(url.expor())?;
    let (id, chave) = make(url.expor(), pedido, &Relogio::Sistema)?;
    terminal::line(&format!("empresa {id}"));
    show(&chave);
    Ok(())
}

/// Makes another key for a company and prints it.
///
/// # Errors
/// There is no such company, or the database cannot be used.
pub fn create_key(config: &Config, empresa: EmpresaId, nome: &str) -> Resultado {
    let url = config.banco.url.as_ref().ok_or("defina DATABASE_URL com o endereço do PostgreSQL")?;
    show(&make_key(url.expor(), empresa, nome, &Relogio::Sistema)?);
    Ok(())
}

fn show(chave: &str) {
    terminal::line(&format!("chave   {chave}"));
    terminal::note("Guarde a chave: ela não é mostrada de novo.");
}

/// Makes a key that opens everything of a company; answers it.
///
/// # Errors
/// There is no such company, or the input or the database cannot be used.
pub fn make_key(url: &str, empresa: EmpresaId, nome: &str, relogio: &Relogio) -> Resultado<String> {
    let nome = web::Texto::<1, 80>::parse(nome).map_err(|e| format!("nome: {}", e.detalhe))?;
    let agora = relogio.agora();
    let chave = Banco::connect(url, Papel::Titulos, 1)?.da_empresa(empresa, |t| {
        let existe = empresas::get(t)?.is_some();
        existe.then(|| titulos::create_chave(t, &nome, Escopo::TODOS, None, agora)).transpose()
    })?;
    Ok(chave.ok_or_else(|| format!("não há empresa com o id {empresa}"))?.texto)
}

/// Creates the company with a key that opens everything; answers both.
///
/// # Errors
/// The input or the database cannot be used.
pub fn make(url: &str, pedido: &Pedido, relogio: &Relogio) -> Resultado<(String, String)> {
    let documento = pedido.documento.as_deref().map(Documento::parse).transpose()?;
    let nova = NovaEmpresa {
        nome: web::Texto::<1, 150>::parse(&pedido.nome)
            .map_err(|e| format!("nome: {}", e.detalhe))?
            .into_string(),
        documento: documento.map(|d| d.as_str().to_owned()),
        remetente_email: EnderecoEmail::parse(&pedido.remetente)?.as_str().to_owned(),
    };
    let banco = Banco::connect(url, Papel::Titulos, 1)?;
    let agora = relogio.agora();
    let empresa = titulos::create_empresa(&banco, &nova, agora)?;
    let chave = banco
        .da_empresa(empresa, |t| titulos::create_chave(t, "primeira chave", Escopo::TODOS, None, agora))?;
    Ok((empresa.to_string(), chave.texto))
}
