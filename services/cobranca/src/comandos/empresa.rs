//! `cobranca empresa criar`: a company and its first key, which is shown once.

use domain::documento::Documento;
use domain::email::EnderecoEmail;
use runtime::{Config, Relogio};
use store::empresas::NovaEmpresa;
use store::{Banco, Papel};
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
    terminal::line(&format!("chave   {chave}"));
    terminal::note("Guarde a chave: ela não é mostrada de novo.");
    Ok(())
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
