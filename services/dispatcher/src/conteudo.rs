//! What a message says: the texts of the action, filled from the snapshot taken at the fence.

use chrono::NaiveDate;
use domain::coringas::{Coringa, Texto};
use domain::dinheiro::Centavos;
use domain::documento::Documento;
use domain::execucao::Motivo;
use domain::ids::TituloId;
use render::email::EmailPronto;
use render::{RenderError, Valores};
use store::disparos::{Cerca, Linha};

/// Renders an e-mail that lists `titulos`, the reference first, and no other (rules j04, m03, m09). `hoje` is the
/// company's own date.
///
/// # Errors
/// A coringa without value (rule r11), or a text that cannot become an e-mail.
pub(crate) fn email(dados: &Cerca, titulos: &[TituloId], hoje: NaiveDate) -> Result<EmailPronto, Motivo> {
    let assunto = parse(dados.assunto.as_deref())?;
    let corpo = parse(dados.corpo.as_deref())?;
    render::email::render(&assunto, &corpo, &values(dados, titulos, hoje)).map_err(|erro| match erro {
        RenderError::SemValor(_) => Motivo::CoringaSemValor,
        RenderError::ListaNoAssunto | RenderError::Grande | RenderError::NaoCabe | RenderError::Layout(_) => {
            Motivo::MensagemInvalida
        }
    })
}

/// The texts were checked when they were saved; a coringa that has left the catalogue since has no value any more.
fn parse(texto: Option<&str>) -> Result<Texto, Motivo> {
    Texto::parse(texto.ok_or(Motivo::MensagemInvalida)?).map_err(|_desconhecidos| Motivo::CoringaSemValor)
}

/// What each coringa becomes. What is not known is left out, so that a text that asks for it does not leave.
fn values(dados: &Cerca, titulos: &[TituloId], hoje: NaiveDate) -> Valores {
    let linhas: Vec<&Linha> =
        titulos.iter().filter_map(|id| dados.linhas.iter().find(|linha| linha.titulo.id == *id)).collect();
    let mut valores =
        Valores::new().com(Coringa::Empresa, dados.empresa_nome.as_str()).com(Coringa::DataHoje, hoje);
    set_devedor(&mut valores, dados);
    if let Some(referencia) = linhas.first() {
        set_referencia(&mut valores, referencia, dados, hoje);
        set_lista(&mut valores, &linhas);
    }
    valores
}

fn set_devedor(valores: &mut Valores, dados: &Cerca) {
    valores.set(Coringa::Nome, dados.devedor_nome.as_str());
    if let Some(primeiro) = dados.devedor_nome.split_whitespace().next() {
        valores.set(Coringa::PrimeiroNome, primeiro);
    }
    if let Some(documento) = dados.devedor_documento.as_deref().and_then(|d| Documento::parse(d).ok()) {
        valores.set(Coringa::CpfCnpj, documento.formatado());
        valores.set(Coringa::CpfCnpjMascarado, documento.mascarado());
    }
    if let Some(codigo) = dados.devedor_codigo.as_deref() {
        valores.set(Coringa::CodigoDevedor, codigo);
    }
    if let Some(email) = dados.devedor_email.as_deref() {
        valores.set(Coringa::Email, email);
    }
}

fn set_referencia(valores: &mut Valores, referencia: &Linha, dados: &Cerca, hoje: NaiveDate) {
    let vencimento = referencia.titulo.vencimento;
    // Before its due date a título is zero days late.
    let atraso = u64::try_from((hoje - vencimento).num_days()).unwrap_or(0);
    valores.set(Coringa::Credor, referencia.credor.as_deref().unwrap_or(&dados.empresa_nome));
    valores.set(Coringa::Titulo, referencia.numero.as_str());
    valores.set(Coringa::DataVencimento, vencimento);
    valores.set(Coringa::DiasAtraso, atraso);
    valores.set(Coringa::ValorOriginal, referencia.valor);
}

fn set_lista(valores: &mut Valores, linhas: &[&Linha]) {
    let lista = linhas.iter().map(|linha| render::Linha {
        numero: linha.numero.clone(),
        vencimento: linha.titulo.vencimento,
        valor: linha.titulo.saldo,
    });
    valores.set(Coringa::QtdTitulos, u64::try_from(linhas.len()).unwrap_or(u64::MAX));
    valores.set(Coringa::Total, linhas.iter().map(|linha| linha.titulo.saldo).sum::<Centavos>());
    if let Some(antigo) = linhas.iter().map(|linha| linha.titulo.vencimento).min() {
        valores.set(Coringa::VencimentoMaisAntigo, antigo);
    }
    valores.set(Coringa::ListaTitulos, lista.collect::<Vec<_>>());
}

#[cfg(test)]
mod tests;
