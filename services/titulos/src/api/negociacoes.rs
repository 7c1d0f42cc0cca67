//! Negotiations: proposals, agreements, and how these end.

mod entrada;
mod filtro;
mod saida;

use std::collections::BTreeSet;

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use chrono::{Days, NaiveDate};
use domain::ids::NegociacaoId;
use domain::negociacao::{CancelamentoInvalido, Pedido, Politica, opcoes, propor};
use serde::Serialize;
use store::{StoreError, Tenant, negociacoes, politicas};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Autorizado, Caminho, Codigo, Consulta, Corpo, Pagina, Problema, Resposta, escopos};

use super::Contexto;
use super::calendario::Calendario;
use entrada::{NegociacaoNova, PropostaPedida, beyond, fault, impeded, unrepeated};
use filtro::FiltroNegociacoes;
pub(super) use saida::Negociacao;
use saida::{Divida, NegociacaoInteira, Opcao, TituloProposto};

/// How far ahead a proposal may be asked for.
const MAX_DIAS: u64 = 366;

/// Rule k08.
pub(super) static TITULO_NAO_NEGOCIAVEL: Codigo = Codigo::new(
    "titulo_nao_negociavel",
    409,
    "Um título não pode ser negociado",
    "Só títulos abertos entram em uma negociação. O detalhe diz quais não estão e como estão.",
);

/// The day changed between the proposal and its acceptance.
pub(super) static PROPOSTA_MUDOU: Codigo = Codigo::new(
    "proposta_mudou",
    409,
    "O acordo sairia por outro valor",
    "O `valor` enviado não é o que o acordo daria agora. Peça outra proposta; nada foi gravado.",
);

/// Rule k05.
pub(super) static NEGOCIACAO_COM_PAGAMENTO: Codigo = Codigo::new(
    "negociacao_com_pagamento",
    409,
    "A negociação já tem pagamento",
    "Uma negociação com pagamento não é cancelada. Se o devedor não a cumpre, ela pode ser quebrada.",
);

/// What is not half paid is not broken.
pub(super) static NEGOCIACAO_NAO_QUEBRA: Codigo = Codigo::new(
    "negociacao_nao_quebra",
    409,
    "A negociação não pode ser quebrada",
    "Só é quebrada a negociação paga em parte. O detalhe diz por que esta não é.",
);

/// Without its confirmation, the originals of one agreement would be owed beside another one.
pub(super) static ACORDO_RENEGOCIADO: Codigo = Codigo::new(
    "acordo_renegociado",
    409,
    "Há parcela do acordo em outra negociação",
    "O acordo não é cancelado, nem o pagamento que o confirma é estornado, enquanto outra negociação tem uma parcela dele: \
     a mesma dívida seria cobrada duas vezes. Cancele ou quebre a outra antes.",
);

/// O que pode ser acordado sobre uma dívida. Nada é gravado.
#[derive(Serialize, ToSchema)]
struct Proposta {
    /// Devedor.
    devedor_id: Uuid,
    /// Dia da proposta.
    em: NaiveDate,
    /// Até quando pode ser aceita: envie `em` ao fechar o acordo.
    valida_ate: NaiveDate,
    /// Dias de atraso do título mais antigo, que escolhem a política; de vários credores, os do mais antigo de cada um.
    dias_vencido: u16,
    /// Política aplicada, se é uma só; sem nenhuma, não há desconto nem juros.
    politica_id: Option<Uuid>,
    /// Políticas aplicadas: as de cada credor, das quais vale o limite mais estrito. Um credor sem nenhuma não dá desconto.
    politicas: BTreeSet<Uuid>,
    /// O que se deve.
    divida: Divida,
    /// Título a título.
    titulos: Vec<TituloProposto>,
    /// Acordos que a política permite, do menor ao maior número de parcelas; vazia se nenhum serve ao que foi pedido.
    opcoes: Vec<Opcao>,
}

/// Propõe acordos sobre títulos abertos de um devedor, dentro da política da empresa. Nada é gravado.
///
/// O desconto sai primeiro dos encargos e depois do principal. Com `quantidade`, só esse parcelamento é proposto e, se ele
/// não cabe na política, a resposta diz por quê.
#[utoipa::path(
    operation_id = "propor_negociacao",
    tag = "Negociações",
    request_body(content = PropostaPedida, example = json!({
        "titulos": ["0192b1f0-0000-7000-8000-000000000001"], "primeiro_vencimento": "2026-06-10"})),
    responses((status = 200, description = "Os acordos possíveis.", body = Proposta)),
    security(("chave_api" = ["negociacoes:ler"])),
)]
#[post("/v1/negociacoes/propostas")]
pub(super) async fn propose(
    acesso: Autorizado<escopos::negociacoes::Ler>,
    contexto: Data<Contexto>,
    corpo: Corpo<PropostaPedida>,
) -> Result<Resposta, Problema> {
    let (pedida, agora) = (corpo.0, contexto.servico.relogio.agora());
    unrepeated(&pedida.titulos)?;
    let propor = contexto.servico.gravar(&acesso, move |t| {
        let dia = Calendario::load(t, agora)?;
        let em = pedida.em.unwrap_or(dia.hoje);
        let ultimo = dia.hoje.checked_add_days(Days::new(MAX_DIAS)).unwrap_or(NaiveDate::MAX);
        if !(dia.hoje..=ultimo).contains(&em) {
            let detalhe = format!("deve ser de {} a {ultimo}", dia.hoje);
            return Ok(Err(Problema::validacao(vec![fault("/em".to_owned(), "fora_do_intervalo", detalhe)])));
        }
        Ok(match negociacoes::look(t, &pedida.titulos, em, agora)? {
            Ok(originais) => offer(t, &pedida, &originais, (em, dia.hoje))?.map(|feita| Resposta::ok(&feita)),
            Err(impedidos) => Err(impeded(&pedida.titulos, &impedidos)),
        })
    });
    propor.await
}

fn offer(
    t: &mut Tenant<'_>,
    pedida: &PropostaPedida,
    originais: &negociacoes::Originais,
    (em, hoje): (NaiveDate, NaiveDate),
) -> Result<Result<Proposta, Problema>, StoreError> {
    let dias_vencido = originais.dias_vencido(em);
    let (ids, politica) = policy(t, originais, em)?;
    let divida = originais.divida();
    let termos = Pedido {
        quantidade: pedida.quantidade.map_or(1, |quantidade| quantidade.0),
        entrada: pedida.entrada,
        desconto: pedida.desconto,
        primeiro_vencimento: pedida.primeiro_vencimento.unwrap_or(em),
    };
    let acordos = match pedida.quantidade {
        None => opcoes(divida, &politica, &termos, (em, hoje)),
        Some(_) => match propor(divida, &politica, &termos, (em, hoje)) {
            Ok(acordo) => vec![acordo],
            Err(fora) => return Ok(Err(beyond(&fora))),
        },
    };
    Ok(Ok(Proposta {
        devedor_id: originais.devedor.uuid(),
        em,
        valida_ate: politica.valida_ate(em),
        dias_vencido,
        politica_id: if ids.len() == 1 { ids.first().copied().flatten() } else { None },
        politicas: ids.into_iter().flatten().collect(),
        divida: Divida::new(divida.principal, divida.encargos),
        titulos: originais.titulos.iter().map(TituloProposto::from).collect(),
        opcoes: acordos.into_iter().map(Opcao::from).collect(),
    }))
}

/// What holds for them: the strictest of what each of their creditors allows, with the ids of the policies that the company
/// wrote. Nobody gives more away because of what is negotiated beside it.
fn policy(
    t: &mut Tenant<'_>,
    originais: &negociacoes::Originais,
    em: NaiveDate,
) -> Result<(BTreeSet<Option<Uuid>>, Politica), StoreError> {
    let lidas = originais.credores(em).into_iter().map(|(credor, dias)| politicas::of(t, credor, dias));
    let lidas = lidas.collect::<Result<Vec<_>, StoreError>>()?;
    let ids = lidas.iter().map(|lida| lida.as_ref().map(|lida| lida.id)).collect();
    let limites = lidas.into_iter().map(|lida| lida.map_or(Politica::NENHUMA, |lida| lida.politica));
    Ok((ids, limites.reduce(Politica::strictest).unwrap_or(Politica::NENHUMA)))
}

/// Fecha um acordo: os títulos passam a `negociado` e cada parcela vira um título de origem `acordo`.
///
/// A primeira parcela paga por inteiro confirma a negociação. Enquanto isso os títulos ficam parados na régua.
#[utoipa::path(
    operation_id = "criar_negociacao",
    tag = "Negociações",
    request_body(content = NegociacaoNova, example = json!({
        "titulos": ["0192b1f0-0000-7000-8000-000000000001"], "quantidade": 3, "primeiro_vencimento": "2026-06-10",
        "desconto": "14.00", "usuario": "ana"})),
    responses((status = 201, description = "A negociação.", body = NegociacaoInteira)),
    security(("chave_api" = ["negociacoes:escrever"])),
)]
#[post("/v1/negociacoes")]
pub(super) async fn create(
    acesso: Autorizado<escopos::negociacoes::Escrever>,
    contexto: Data<Contexto>,
    corpo: Corpo<NegociacaoNova>,
) -> Result<Resposta, Problema> {
    let (nova, agora) = (corpo.0, contexto.servico.relogio.agora());
    unrepeated(&nova.titulos)?;
    let gravar = contexto.servico.gravar(&acesso, move |t| {
        let hoje = Calendario::load(t, agora)?.hoje;
        let em = nova.em.unwrap_or(hoje);
        let originais = match negociacoes::lock(t, &nova.titulos, (em, hoje), agora)? {
            Ok(originais) => originais,
            Err(impedidos) => return Ok(Err(impeded(&nova.titulos, &impedidos))),
        };
        let (_, politica) = policy(t, &originais, em)?;
        if em > hoje || hoje > politica.valida_ate(em) {
            let detalhe = "a proposta deste dia não pode mais ser aceita, ou ainda não pode";
            return Ok(Err(Problema::validacao(vec![fault("/em".to_owned(), "fora_da_politica", detalhe)])));
        }
        let acordo = match propor(originais.divida(), &politica, &nova.pedido(), (em, hoje)) {
            Ok(acordo) => acordo,
            Err(fora) => return Ok(Err(beyond(&fora))),
        };
        if nova.valor.is_some_and(|aceito| aceito != acordo.parcelas.valor()) {
            let detalhe = format!("o acordo sairia por {}", acordo.parcelas.valor());
            return Ok(Err(Problema::conflito(&PROPOSTA_MUDOU, detalhe)));
        }
        let criada = negociacoes::save(t, &originais, &acordo, &nova.anotacoes(), agora)?;
        let inteira = NegociacaoInteira::load(t, criada.id, agora)?;
        Ok(inteira
            .map(|inteira| Resposta::criada(format!("/v1/negociacoes/{}", criada.id), &inteira))
            .ok_or_else(Problema::nao_encontrado))
    });
    gravar.await
}

/// Lista negociações, na ordem em que foram feitas. Os filtros valem juntos.
#[utoipa::path(
    operation_id = "listar_negociacoes",
    tag = "Negociações",
    params(FiltroNegociacoes),
    responses((status = 200, description = "Uma página.", body = Pagina<Negociacao>)),
    security(("chave_api" = ["negociacoes:ler"])),
)]
#[get("/v1/negociacoes")]
pub(super) async fn list(
    acesso: Autorizado<escopos::negociacoes::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<FiltroNegociacoes>,
) -> Result<Pagina<Negociacao>, Problema> {
    let (consulta, agora) = (consulta.0, contexto.servico.relogio.agora());
    let limite = consulta.limite;
    let ler = contexto.servico.da_empresa(&acesso, move |t| {
        let dia = Calendario::load(t, agora)?;
        let (filtro, recentes) = consulta.parts(&dia);
        let depois_de = consulta.cursor.map(|cursor| cursor.0);
        let lidas = negociacoes::list(t, &filtro, recentes, depois_de, limite.com_folga())?;
        let Pagina { itens, proximo_cursor } =
            Pagina::from_rows(lidas, limite, |lida| (lida.criada_em, lida.id));
        let itens = itens.into_iter().map(|lida| Negociacao::new(lida, &dia)).collect::<Result<_, _>>()?;
        Ok(Pagina { itens, proximo_cursor })
    });
    ler.await
}

/// Lê uma negociação com suas parcelas e os títulos que tomou.
#[utoipa::path(
    operation_id = "ler_negociacao",
    tag = "Negociações",
    params(("id" = Uuid, Path, description = "Id da negociação.")),
    responses((status = 200, description = "A negociação.", body = NegociacaoInteira)),
    security(("chave_api" = ["negociacoes:ler"])),
)]
#[get("/v1/negociacoes/{id}")]
pub(super) async fn get(
    acesso: Autorizado<escopos::negociacoes::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Json<NegociacaoInteira>, Problema> {
    let agora = contexto.servico.relogio.agora();
    let ler = contexto.servico.da_empresa_em_um_instante(&acesso, move |t| {
        NegociacaoInteira::load(t, NegociacaoId::new(id.0), agora)
    });
    ler.await?.map(Json).ok_or_else(Problema::nao_encontrado)
}

/// Cancela uma negociação de que nada foi pago: os títulos voltam a `aberto` e seguem da régua onde pararam. Repetir é seguro.
#[utoipa::path(
    operation_id = "cancelar_negociacao",
    tag = "Negociações",
    params(("id" = Uuid, Path, description = "Id da negociação.")),
    responses((status = 200, description = "A negociação, cancelada.", body = NegociacaoInteira)),
    security(("chave_api" = ["negociacoes:escrever"])),
)]
#[post("/v1/negociacoes/{id}/cancelamento")]
pub(super) async fn cancel(
    acesso: Autorizado<escopos::negociacoes::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Resposta, Problema> {
    let (id, agora) = (NegociacaoId::new(id.0), contexto.servico.relogio.agora());
    let gravar = contexto.servico.gravar(&acesso, move |t| match negociacoes::cancel(t, id, agora)? {
        None => Ok(Err(Problema::nao_encontrado())),
        Some(Err(recusa)) => {
            let codigo = match recusa {
                CancelamentoInvalido::ComPagamento => &NEGOCIACAO_COM_PAGAMENTO,
                CancelamentoInvalido::Renegociada => &ACORDO_RENEGOCIADO,
            };
            Ok(Err(Problema::conflito(codigo, recusa.to_string())))
        }
        Some(Ok(_)) => answer(t, id, agora),
    });
    gravar.await
}

/// Quebra uma negociação paga em parte: as parcelas por pagar são canceladas e os títulos voltam a `aberto`. Repetir é
/// seguro.
///
/// O desconto se perde: cada pagamento de parcela é imputado aos títulos, no dia em que foi feito, o mais antigo primeiro.
#[utoipa::path(
    operation_id = "quebrar_negociacao",
    tag = "Negociações",
    params(("id" = Uuid, Path, description = "Id da negociação.")),
    responses((status = 200, description = "A negociação, quebrada.", body = NegociacaoInteira)),
    security(("chave_api" = ["negociacoes:escrever"])),
)]
#[post("/v1/negociacoes/{id}/quebra")]
pub(super) async fn break_up(
    acesso: Autorizado<escopos::negociacoes::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Resposta, Problema> {
    let (id, agora) = (NegociacaoId::new(id.0), contexto.servico.relogio.agora());
    let gravar = contexto.servico.gravar(&acesso, move |t| match negociacoes::break_up(t, id, agora)? {
        None => Ok(Err(Problema::nao_encontrado())),
        Some(Err(recusa)) => Ok(Err(Problema::conflito(&NEGOCIACAO_NAO_QUEBRA, recusa.to_string()))),
        Some(Ok(_)) => answer(t, id, agora),
    });
    gravar.await
}

fn answer(
    t: &mut Tenant<'_>,
    id: NegociacaoId,
    agora: chrono::DateTime<chrono::Utc>,
) -> Result<Result<Resposta, Problema>, StoreError> {
    let inteira = NegociacaoInteira::load(t, id, agora)?;
    Ok(inteira.map(|inteira| Resposta::ok(&inteira)).ok_or_else(Problema::nao_encontrado))
}
