//! What providers of enrichment call with an answer that took its time. Not part of the documented API, as `recibos`.

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, post};
use chrono::{DateTime, Utc};
use providers::enriquecimento::{Tardia, Tarifa};
use providers::{Chamada, IdMensagem, MAX_CHAMADA};
use store::{Banco, consultas};
use web::Problema;

use super::Contexto;
use super::recibos::{outside, refusal};
use crate::canais::enriquecimento::{charged, stored};

/// The secret stands in the path; the provider's adapter looks at all of it. An answer to a question that is not known, or not
/// yet, is answered 404, so that the provider tells it again.
#[post("/v1/recibos/enriquecimento/{provedor}/{segredo}")]
pub(super) async fn receive(
    req: HttpRequest,
    contexto: Data<Contexto>,
    corpo: Bytes,
) -> Result<HttpResponse, Problema> {
    let provedor = req.match_info().query("provedor").to_owned();
    let (url, cabecalhos) = outside(&req);
    let chamada = Chamada { url: &url, cabecalhos: &cabecalhos, corpo: &corpo };
    let cliente = contexto.dispatcher.enriquecimento(&provedor).ok_or_else(Problema::nao_encontrado)?;
    let (nome, tarifa) = (cliente.nome(), cliente.tarifa());
    let respostas = cliente.respostas(&chamada).map_err(|invalida| refusal(invalida, MAX_CHAMADA))?;
    let (banco, agora) = (contexto.servico.banco.clone(), contexto.servico.relogio.agora());
    let conhecidas = web::bloquear(move || keep(&banco, (nome, tarifa), respostas, agora)).await?;
    if conhecidas { Ok(HttpResponse::NoContent().finish()) } else { Err(Problema::nao_encontrado()) }
}

/// Keeps each by itself; `false` when one of them is to no question that is known.
fn keep(
    banco: &Banco,
    (provedor, tarifa): (&'static str, Tarifa),
    respostas: Vec<Tardia>,
    agora: DateTime<Utc>,
) -> Result<bool, Problema> {
    let mut conhecidas = true;
    for Tardia { consulta, achado } in respostas {
        let nome = match consulta {
            IdMensagem::Chave(chave) => chave.to_string(),
            IdMensagem::Provedor(id) => id,
        };
        let dona = consultas::owner(banco, provedor, &nome).map_err(|erro| servico::problema(&erro))?;
        let Some((empresa, execucao)) = dona else {
            conhecidas = false;
            continue;
        };
        let achado = achado.map(stored);
        let cobrada = charged(achado.as_ref(), tarifa);
        let nova = banco
            .da_empresa(empresa, |t| consultas::answer(t, execucao, achado.as_ref(), cobrada, agora))
            .map_err(|erro| servico::problema(&erro))?;
        metrics::counter!("consultas_respondidas_total", "provedor" => provedor).increment(u64::from(nova));
    }
    Ok(conhecidas)
}
