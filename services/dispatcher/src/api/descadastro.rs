//! Where people ask for no more e-mails: RFC 8058's one POST, and the page for those who follow the address in the text. Not part of the
//! documented API: whoever comes has no key, only an address that we gave out.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, post};
use domain::ids::{EmpresaId, ExecucaoId};
use store::disparos;
use web::Problema;

use super::Contexto;

/// Why the debtor gets no more e-mails, as the company reads it.
const MOTIVO: &str = "descadastrou-se pelo endereço de um e-mail";

/// Asks first: programs that look for harm follow every address in a message, so that following one changes nothing.
#[get("/v1/descadastro/{token}")]
pub(super) async fn page(contexto: Data<Contexto>, token: Path<String>) -> Result<HttpResponse, Problema> {
    let Some((_, nome)) = find(&contexto, &token).await? else { return Ok(unknown()) };
    Ok(html(
        StatusCode::OK,
        "Parar de receber e-mails",
        &format!(
            "<p>Ao confirmar, <strong>{}</strong> deixa de enviar e-mails de cobrança a você.</p>{AVISO}<form method=\"post\"><button>Parar de receber e-mails</button></form>",
            escaped(&nome)
        ),
    ))
}

/// Whatever it brings: mail programs send `List-Unsubscribe=One-Click`, the page nothing.
#[post("/v1/descadastro/{token}")]
pub(super) async fn unsubscribe(
    contexto: Data<Contexto>,
    token: Path<String>,
) -> Result<HttpResponse, Problema> {
    let Some(((empresa, id), nome)) = find(&contexto, &token).await? else { return Ok(unknown()) };
    let (banco, agora) = (contexto.servico.banco.clone(), contexto.servico.relogio.agora());
    let novo = web::bloquear(move || {
        let sair = banco.da_empresa(empresa, |t| disparos::opt_out_of_email(t, id, MOTIVO, agora));
        sair.map_err(|erro| servico::problema(&erro))
    })
    .await?;
    if novo {
        metrics::counter!("descadastros_total").increment(1);
    }
    Ok(html(
        StatusCode::OK,
        "Pronto",
        &format!(
            "<p><strong>{}</strong> não enviará mais e-mails de cobrança a você.</p>{AVISO}",
            escaped(&nome)
        ),
    ))
}

/// The e-mail that the address was given out with, and the name of who sent it.
async fn find(
    contexto: &Data<Contexto>,
    token: &str,
) -> Result<Option<((EmpresaId, ExecucaoId), String)>, Problema> {
    let descadastro = contexto.dispatcher.remetente().and_then(|remetente| remetente.descadastro.as_ref());
    let Some((empresa, id)) = descadastro.and_then(|descadastro| descadastro.read(token)) else {
        return Ok(None);
    };
    let banco = contexto.servico.banco.clone();
    let nome = web::bloquear(move || {
        let nome = banco.da_empresa(empresa, |t| disparos::sender_of_email(t, id));
        nome.map_err(|erro| servico::problema(&erro))
    })
    .await?;
    Ok(nome.map(|nome| ((empresa, id), nome)))
}

/// What it is not: a waiver of anything.
const AVISO: &str = "<p>Isso encerra somente o envio por e-mail. Não cancela, não perdoa e não altera nenhuma dívida, e outros meios de contato continuam valendo.</p>";

fn unknown() -> HttpResponse {
    html(
        StatusCode::NOT_FOUND,
        "Endereço não encontrado",
        "<p>Este endereço de descadastro não existe. Confira se ele foi copiado por inteiro.</p>",
    )
}

/// A page that loads nothing, sends nothing elsewhere, stands in no frame, and is kept by nobody.
fn html(status: StatusCode, titulo: &str, corpo: &str) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header(("X-Robots-Tag", "noindex"))
        .body(format!(
            "<!doctype html>\n<html lang=\"pt-BR\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{titulo}</title><style>body{{font:1.1rem/1.5 sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem}}button{{font:inherit;padding:.6rem 1.2rem}}</style></head><body><main><h1>{titulo}</h1>{corpo}</main></body></html>\n"
        ))
}

fn escaped(texto: &str) -> String {
    texto
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
