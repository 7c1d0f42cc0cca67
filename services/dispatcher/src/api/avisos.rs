//! What comes back by e-mail, brought by a mail server's pipe or a provider's webhook: that a message did not arrive, that it
//! did, and that somebody does not want it. Not part of the documented API, as `recibos`.

use actix_web::dev::HttpServiceFactory;
use actix_web::web::{self as actix, Bytes, Data, PayloadConfig};
use actix_web::{HttpRequest, HttpResponse, guard};
use chrono::{DateTime, Utc};
use domain::execucao::Estado;
use domain::ids::{EmpresaId, ExecucaoId};
use providers::Chamada;
use providers::email::avisos::{Aviso, Fato, MAX_AVISO};
use store::{Banco, StoreError, disparos};
use web::Problema;

use super::Contexto;
use super::recibos::{outside, refusal};

/// Why the debtor gets no more e-mails, as the company reads it.
const MOTIVO: &str = "marcou um e-mail como indesejado";

pub(super) fn receive() -> impl HttpServiceFactory + 'static {
    actix::resource("/v1/recibos/email/{segredo}")
        .app_data(PayloadConfig::new(MAX_AVISO + 1))
        .guard(guard::Post())
        .to(handle)
}

/// A report about no message of ours, and an e-mail that is no report, are taken and tell nothing: the pipe must not run dry over
/// somebody's out-of-office reply.
async fn handle(req: HttpRequest, contexto: Data<Contexto>, corpo: Bytes) -> Result<HttpResponse, Problema> {
    let (url, cabecalhos) = outside(&req);
    let chamada = Chamada { url: &url, cabecalhos: &cabecalhos, corpo: &corpo };
    let aviso = contexto.dispatcher.aviso(&chamada).ok_or_else(Problema::nao_encontrado)?;
    let aviso = aviso.map_err(|invalido| refusal(invalido, MAX_AVISO))?;
    if let Some(aviso) = aviso {
        let (banco, agora) = (contexto.servico.banco.clone(), contexto.servico.relogio.agora());
        web::bloquear(move || keep(&banco, &aviso, agora).map_err(|erro| servico::problema(&erro))).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}

fn keep(banco: &Banco, aviso: &Aviso, agora: DateTime<Utc>) -> Result<(), StoreError> {
    let id = ExecucaoId::new(aviso.mensagem);
    let Some(empresa) = disparos::company_of_email(banco, id)? else { return Ok(()) };
    for fato in &aviso.fatos {
        let nome = keep_one(banco, (empresa, id), fato, agora)?;
        metrics::counter!("avisos_de_email_total", "fato" => nome).increment(1);
    }
    Ok(())
}

fn keep_one(
    banco: &Banco,
    (empresa, id): (EmpresaId, ExecucaoId),
    fato: &Fato,
    agora: DateTime<Utc>,
) -> Result<&'static str, StoreError> {
    match fato {
        Fato::Entregue { .. } => {
            tell(banco, id, (Estado::Entregue, None), agora)?;
            Ok("entregue")
        }
        Fato::Devolvida { endereco, devolucao, codigo } => {
            let voltou = disparos::Voltou { endereco: endereco.as_deref(), devolucao: *devolucao, codigo };
            // Rule m11: what one of several addresses got is not one that came back.
            if banco.da_empresa(empresa, |t| disparos::bounce(t, id, &voltou, agora))? {
                tell(banco, id, (Estado::Devolvida, Some(codigo)), agora)?;
            }
            Ok(devolucao.as_str())
        }
        Fato::Reclamacao => {
            banco.da_empresa(empresa, |t| disparos::opt_out_of_email(t, id, MOTIVO, agora))?;
            Ok("reclamacao")
        }
    }
}

/// By the same way as what providers of SMS tell.
fn tell(
    banco: &Banco,
    id: ExecucaoId,
    (estado, causa): (Estado, Option<&str>),
    agora: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let recibo =
        disparos::Recibo { mensagem: id.to_string(), estado, causa: causa.map(str::to_owned), em: None };
    disparos::receive(banco, crate::canais::SMTP, &[recibo], agora)
}
