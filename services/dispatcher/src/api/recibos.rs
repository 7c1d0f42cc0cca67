//! What providers call: receipts of delivery, and what people answered. Not part of the documented API: a provider's call has
//! the provider's own shape, and instead of a key the provider's own proof of who it is.

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, routes};
use chrono::{DateTime, Utc};
use domain::contato::pede_para_sair;
use domain::execucao::Estado;
use domain::telefone::Telefone;
use providers::sms::{EstadoRecibo, Recibo};
use providers::{Chamada, IdMensagem, MAX_CHAMADA, ReciboInvalido};
use store::{Banco, disparos};
use web::{Codigo, Problema};

use super::Contexto;

/// Where the calls come in.
pub(super) const RAIZ: &str = "/v1/recibos";

/// The call is not the provider's.
pub(super) static RECIBO_SEM_AUTENTICIDADE: Codigo = Codigo::new(
    "recibo_sem_autenticidade",
    403,
    "O recibo não prova de quem é",
    "A assinatura ou o segredo do endereço não confere com o que está configurado para o provedor.",
);

/// It is the provider's, and cannot be read.
pub(super) static RECIBO_ILEGIVEL: Codigo = Codigo::new(
    "recibo_ilegivel",
    400,
    "O recibo não pôde ser lido",
    "O corpo não é o que o provedor configurado envia, ou traz recibos demais.",
);

/// The secret stands in the path where a provider cannot sign; the provider's adapter looks at all of it. Some gateways call
/// by GET, with everything in the query.
#[routes]
#[post("/v1/recibos/{provedor}")]
#[post("/v1/recibos/{provedor}/{segredo}")]
#[get("/v1/recibos/{provedor}")]
#[get("/v1/recibos/{provedor}/{segredo}")]
pub(super) async fn receive(
    req: HttpRequest,
    contexto: Data<Contexto>,
    corpo: Bytes,
) -> Result<HttpResponse, Problema> {
    let provedor = req.match_info().query("provedor").to_owned();
    let (url, cabecalhos) = outside(&req);
    let chamada = Chamada { url: &url, cabecalhos: &cabecalhos, corpo: &corpo };
    let (nome, recibos) =
        contexto.dispatcher.recibos(&provedor, &chamada).ok_or_else(Problema::nao_encontrado)?;
    let recibos = recibos.map_err(|invalido| refusal(invalido, MAX_CHAMADA))?;
    let (banco, agora) = (contexto.servico.banco.clone(), contexto.servico.relogio.agora());
    let novos = web::bloquear(move || keep(&banco, nome, recibos, agora)).await?;
    metrics::counter!("recibos_total", "provedor" => nome).increment(novos.unsigned_abs());
    Ok(HttpResponse::NoContent().finish())
}

/// What was called, and the headers of the call.
pub(super) fn outside(req: &HttpRequest) -> (String, Vec<(String, String)>) {
    let cabecalho = |(nome, valor): (&HeaderName, &HeaderValue)| {
        Some((nome.to_string(), valor.to_str().ok()?.to_owned()))
    };
    (req.uri().to_string(), req.headers().iter().filter_map(cabecalho).collect())
}

fn keep(banco: &Banco, provedor: &str, recibos: Vec<Recibo>, agora: DateTime<Utc>) -> Result<i64, Problema> {
    let (mut estados, mut saem) = (Vec::new(), Vec::new());
    for recibo in recibos {
        match recibo {
            Recibo::Estado { mensagem, estado, em, causa } => estados.push(disparos::Recibo {
                mensagem: match mensagem {
                    IdMensagem::Chave(chave) => chave.to_string(),
                    IdMensagem::Provedor(id) => id,
                },
                estado: state(estado),
                causa,
                em,
            }),
            Recibo::Resposta { de, texto } if pede_para_sair(&texto) => saem.push(de),
            Recibo::Resposta { .. } => {}
        }
    }
    let telefones: Vec<_> = saem.iter().filter_map(|de| Telefone::parse(de).ok()).collect();
    disparos::opt_out(banco, &telefones, agora).map_err(|erro| servico::problema(&erro))?;
    disparos::receive(banco, provedor, &estados, agora).map_err(|erro| servico::problema(&erro))
}

fn state(estado: EstadoRecibo) -> Estado {
    match estado {
        EstadoRecibo::Enviada => Estado::Enviada,
        EstadoRecibo::Entregue => Estado::Entregue,
        EstadoRecibo::Lida => Estado::Lida,
        EstadoRecibo::Devolvida => Estado::Devolvida,
    }
}

pub(super) fn refusal(invalido: ReciboInvalido, limite: usize) -> Problema {
    match invalido {
        ReciboInvalido::Desligado => Problema::nao_encontrado(),
        ReciboInvalido::SemAutenticidade => Problema::new(&RECIBO_SEM_AUTENTICIDADE, invalido.to_string()),
        ReciboInvalido::Grande => Problema::corpo_grande(limite),
        ReciboInvalido::Muitos | ReciboInvalido::Ilegivel => {
            Problema::new(&RECIBO_ILEGIVEL, invalido.to_string())
        }
    }
}
