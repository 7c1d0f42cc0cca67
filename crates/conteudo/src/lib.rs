//! What a message says: the texts of an action filled from what the store read of a debtor, at the fence or for who looks at it
//! before. The one place where `store` and `render` meet.

mod achados;
pub mod previa;
mod valores;

use chrono::NaiveDate;
use domain::coringas::{Coringa, Texto};
use domain::execucao::Motivo;
use domain::ids::TituloId;
use render::carta::CartaPronta;
use render::email::EmailPronto;
use render::sms::{Opcoes, SmsPronto};
use render::{RenderError, Valores};
use store::disparos::Cerca;

use valores::Origem;

/// Renders an e-mail that lists `titulos`, the reference first, and no other (rules j04, m03, m09). `hoje` is the
/// company's own date; `descadastro` is where the debtor asks for no more of them.
///
/// # Errors
/// A coringa without value (rule r11), or a text that cannot become an e-mail.
pub fn email(
    dados: &Cerca,
    titulos: &[TituloId],
    hoje: NaiveDate,
    descadastro: Option<&str>,
) -> Result<EmailPronto, Motivo> {
    let assunto = parse(dados.assunto.as_deref())?;
    let corpo = parse(dados.corpo.as_deref())?;
    let mut valores = values(dados, titulos, hoje);
    if let Some(link) = descadastro {
        valores.set(Coringa::LinkDescadastro, link);
    }
    render::email::render(&assunto, &corpo, &valores).map_err(|erro| reason(&erro))
}

/// Renders an SMS (rule m10), as [`email`] does.
///
/// # Errors
/// A coringa without value (rule r11), or a text that does not fit.
pub fn sms(
    dados: &Cerca,
    titulos: &[TituloId],
    hoje: NaiveDate,
    opcoes: Opcoes,
) -> Result<SmsPronto, Motivo> {
    let corpo = parse(dados.corpo.as_deref())?;
    render::sms::render(&corpo, &values(dados, titulos, hoje), opcoes).map_err(|erro| reason(&erro))
}

/// A letter, and who demands by it (CDC 42-A), as [`email`] does.
///
/// # Errors
/// A coringa without value (rule r11), or a text that cannot become a letter.
pub fn carta(dados: &Cerca, titulos: &[TituloId], hoje: NaiveDate) -> Result<(CartaPronta, String), Motivo> {
    let corpo = parse(dados.corpo.as_deref())?;
    let valores = values(dados, titulos, hoje);
    let pronta = render::carta::render(&corpo, &valores).map_err(|erro| reason(&erro))?;
    let em_linha = |coringa| valores.em_linha(coringa);
    let credor = em_linha(Coringa::TextoLegal42a)
        .or_else(|| Some(format!("Credor: {}.", em_linha(Coringa::CredorRazaoSocial)?)));
    Ok((pronta, credor.unwrap_or_default()))
}

fn reason(erro: &RenderError) -> Motivo {
    match erro {
        RenderError::SemValor(_) => Motivo::CoringaSemValor,
        RenderError::ListaNoAssunto | RenderError::Grande | RenderError::NaoCabe | RenderError::Layout(_) => {
            Motivo::MensagemInvalida
        }
    }
}

/// The texts were checked when they were saved; a coringa that has left the catalogue since has no value any more.
fn parse(texto: Option<&str>) -> Result<Texto, Motivo> {
    Texto::parse(texto.ok_or(Motivo::MensagemInvalida)?).map_err(|_invalidos| Motivo::CoringaSemValor)
}

fn values(dados: &Cerca, titulos: &[TituloId], hoje: NaiveDate) -> Valores {
    let linha = |id: &TituloId| dados.linhas.iter().find(|linha| linha.titulo.id == *id);
    valores::values(&Origem::from(dados), &titulos.iter().filter_map(linha).collect::<Vec<_>>(), hoje)
}

#[cfg(test)]
mod tests;
