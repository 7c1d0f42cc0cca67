//! What is about to be done, shown; and its confirmation, of what was shown and of nothing else (rules b14, b15).

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use chrono::{DateTime, Utc};
use deserr::Deserr;
use domain::ids::LoteId;
use domain::lote::{Mostrado, Mudanca, Resumo};
use serde::Serialize;
use store::lotes::{self, Confirmacao, Lote, Recusa, Vista};
use store::{StoreError, Tenant};
use utoipa::ToSchema;
use web::{Autorizado, Caminho, Corpo, ErrosCampo, Mudado, Problema, Resposta, escopos, esquema};

use super::acoes::address;
use super::previa::{EstimativaDeSms, estimate};
use super::saida::{AcaoEmLote, MensagemDeAcaoEmLote, SelecaoDeAcaoEmLote};
use super::{Contexto, answer, codigos, forbidden, out_of_use};

/// O que será feito, para ser conferido.
#[derive(Serialize, ToSchema)]
struct ConfirmacaoDeAcaoEmLote {
    /// O que é feito.
    #[schema(value_type = esquema::Canal, example = "email")]
    tipo: &'static str,
    /// Para quem, e quantos são.
    selecao: SelecaoDeAcaoEmLote,
    /// O que é dito; nulo no que não tem texto.
    mensagem: Option<MensagemDeAcaoEmLote>,
    /// O que os SMS ocupam; nulo nas demais ações.
    sms: Option<EstimativaDeSms>,
    /// Do que é feito, a quem, a quantos no máximo e com que texto: é o que se envia para confirmar.
    #[schema(pattern = "^(0|[1-9][0-9]{0,17})-[0-9a-f]{64}$")]
    resumo: String,
}

/// A confirmação.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct ConfirmacaoEntrada {
    /// `resumo` do que foi mostrado.
    #[schema(value_type = String, pattern = "^(0|[1-9][0-9]{0,17})-[0-9a-f]{64}$")]
    resumo: Resumo,
}

/// Mostra o que será feito, contado neste momento. Nada é feito antes de confirmado; depois, mostra o que foi.
#[utoipa::path(
    operation_id = "ver_confirmacao_de_acao_em_lote",
    tag = "Ações em lote",
    params(("id" = Uuid, Path, description = "Id da ação.")),
    responses((status = 200, description = "O que será feito.", body = ConfirmacaoDeAcaoEmLote)),
    security(("chave_api" = ["acoes_em_lote:ler"])),
)]
#[get("/v1/acoes-em-lote/{id}/confirmacao")]
pub(super) async fn get(
    acesso: Autorizado<escopos::acoes_em_lote::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<LoteId>,
) -> Result<Json<ConfirmacaoDeAcaoEmLote>, Problema> {
    let agora = contexto.servico.relogio.agora();
    let lido = contexto.servico.da_empresa_em_um_instante(&acesso, move |t| match lotes::get(t, id.0)? {
        Some(lote) => show(t, &lote, agora),
        None => Ok(Err(Problema::nao_encontrado())),
    });
    lido.await?.map(Json)
}

fn show(
    t: &mut Tenant<'_>,
    lote: &Lote,
    agora: DateTime<Utc>,
) -> Result<Result<ConfirmacaoDeAcaoEmLote, Problema>, StoreError> {
    let (mostrado, contada_em) = match lotes::look(t, lote, agora)? {
        Vista::Mostrado(mostrado, contada_em) => (mostrado, contada_em),
        Vista::SemTexto => return Ok(Err(out_of_use())),
        Vista::NaoPermite(estado) => return Ok(Err(forbidden(Recusa(estado)))),
    };
    let resumo = mostrado.resumo().to_string();
    let Mostrado { tipo, quem, atendem, com_contato, excluidos, texto } = *mostrado;
    let selecao = SelecaoDeAcaoEmLote::of(t, &quem, (atendem, com_contato, &excluidos), contada_em)?;
    let sms = estimate(t, lote, texto.as_ref(), com_contato, agora)?;
    Ok(Ok(ConfirmacaoDeAcaoEmLote {
        tipo: tipo.as_str(),
        selecao,
        sms,
        mensagem: texto.map(MensagemDeAcaoEmLote::from),
        resumo,
    }))
}

/// Confirma o que foi mostrado: a ação entra na fila, para os devedores que podem recebê-la agora, cada um uma vez.
///
/// Confirmar de novo responde o mesmo e não faz nada. Quem saiu desde que foi mostrado (pagou, ficou sem contato, não quer mais)
/// fica fora, e nada há a confirmar de novo. Se são mais devedores, outros ou outro texto, 409: `mudancas` diz o que é outro, e a
/// confirmação, lida de novo, mostra como está.
#[utoipa::path(
    operation_id = "confirmar_acao_em_lote",
    tag = "Ações em lote",
    params(("id" = Uuid, Path, description = "Id da ação.")),
    request_body(content = ConfirmacaoEntrada, example = json!({
        "resumo": "582-4af83fa863206f1f2168539a210e63a527822b7d3ad7c9f2dd37e2098ea27e0d",
    })),
    responses((status = 202, description = "A ação está na fila; acompanhe no endereço de `Location`.", body = AcaoEmLote,
               headers(("Location" = String, description = "Endereço da ação."), ("ETag" = String, description = "Versão.")))),
    security(("chave_api" = ["acoes_em_lote:escrever"])),
)]
#[post("/v1/acoes-em-lote/{id}/confirmacao")]
pub(super) async fn post(
    acesso: Autorizado<escopos::acoes_em_lote::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<LoteId>,
    corpo: Corpo<ConfirmacaoEntrada>,
) -> Result<Resposta, Problema> {
    let (id, resumo, agora) = (id.0, corpo.0.resumo, contexto.servico.relogio.agora());
    let confirmar = move |t: &mut Tenant<'_>| {
        let Some(lote) = lotes::lock(t, id)? else { return Ok(Err(Problema::nao_encontrado())) };
        match refusal(lotes::confirm(t, &lote, &resumo, agora)?) {
            None => Ok(Ok(Resposta { status: 202, endereco: Some(address(id)), ..answer(t, id)? })),
            Some(recusa) => Ok(Err(recusa)),
        }
    };
    let feito = contexto.servico.gravar(&acesso, confirmar).await;
    contexto.wake();
    feito
}

fn refusal(feita: Confirmacao) -> Option<Problema> {
    match feita {
        Confirmacao::Confirmado | Confirmacao::JaConfirmado => None,
        Confirmacao::NinguemApto => {
            Some(Problema::new(&codigos::NINGUEM_APTO, "nenhum devedor da seleção pode receber a ação"))
        }
        Confirmacao::Mudou(mudancas) => {
            let detalhe = "a confirmação mostra agora outra coisa; leia-a de novo";
            let mudancas = mudancas.into_iter().map(told).collect();
            Some(Problema::conflito(&codigos::SELECAO_MUDOU, detalhe).com_mudancas(mudancas))
        }
        Confirmacao::SemTexto => Some(out_of_use()),
        Confirmacao::NaoPermite(estado) => Some(forbidden(Recusa(estado))),
    }
}

/// With numbers: how many, or the version of the template.
fn told(mudanca: Mudanca) -> Mudado {
    let de = |campo: &str, antes, agora| Mudado { campo: campo.to_owned(), antes, agora };
    match mudanca {
        Mudanca::ComContato(antes, agora) => de("/selecao/com_contato", Some(antes), Some(agora)),
        Mudanca::Texto(antes, agora) => {
            de("/mensagem/template_versao", antes.map(i64::from), agora.map(i64::from))
        }
    }
}
