//! The status of many títulos at once.

use actix_web::post;
use actix_web::web::Data;
use chrono::NaiveDate;
use deserr::Deserr;
use domain::titulo::Mudanca;
use serde::Serialize;
use store::titulos::{self, Alvo, Pedido, RecusaSituacao, Situada};
use store::{Tenant, empresas};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Autorizado, ErroCampo, ErrosCampo, Itens, Problema, Resposta, Texto, escopos, esquema};

use super::{refusal, too_early};
use crate::api::Contexto;
use crate::api::titulos::MAX_ITENS;

/// Um título, pela chave do ERP.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct TituloIndicado {
    /// Chave do título no ERP.
    codigo_integracao: Texto<1, 60>,
}

/// Um título a suspender.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct TituloASuspender {
    /// Chave do título no ERP.
    codigo_integracao: Texto<1, 60>,
    /// Dia em que reabre sozinho, depois de hoje no fuso da empresa; ausente, só reabre quando pedido.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Dia>)]
    ate: Option<NaiveDate>,
}

/// O que aconteceu com um título.
#[derive(Clone, Serialize, ToSchema)]
struct ItemDeSituacao {
    /// Posição no envio, a partir de zero.
    indice: usize,
    /// Chave do título no ERP, quando pôde ser lida.
    codigo_integracao: Option<String>,
    /// Id do título.
    id: Option<Uuid>,
    /// O que foi feito.
    resultado: Mudou,
    /// Por que foi recusado.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    erros: Vec<ErroCampo>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Mudou {
    Alterado,
    Inalterado,
    Recusado,
}

/// O resultado, item a item, na ordem enviada.
#[derive(Serialize, ToSchema)]
struct Situacoes {
    /// Títulos que mudaram.
    alterados: usize,
    /// Títulos que já estavam assim; nada foi gravado.
    inalterados: usize,
    /// Títulos recusados; os demais mudaram.
    recusados: usize,
    /// Um resultado por item.
    itens: Vec<ItemDeSituacao>,
}

/// Cancela até 1000 títulos, com um resultado por item. Repetir é seguro.
#[utoipa::path(
    operation_id = "cancelar_titulos",
    tag = "Títulos",
    request_body(content = Vec<TituloIndicado>, description = "Até 1000 títulos.", example = json!([{"codigo_integracao": "NF-1"}])),
    responses((status = 200, description = "Um resultado por item, na ordem enviada.", body = Situacoes)),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[post("/v1/titulos/cancelamentos")]
pub(in crate::api) async fn cancelar_muitos(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    itens: Itens<MAX_ITENS>,
) -> Result<Resposta, Problema> {
    change(
        &acesso,
        &contexto,
        Lote::parse(itens, |item: TituloIndicado| (item.codigo_integracao, None)),
        cancel,
    )
    .await
}

/// Suspende até 1000 títulos, com um resultado por item. Repetir é seguro.
#[utoipa::path(
    operation_id = "suspender_titulos",
    tag = "Títulos",
    request_body(content = Vec<TituloASuspender>, description = "Até 1000 títulos.",
                 example = json!([{"codigo_integracao": "NF-1", "ate": "2026-06-30"}])),
    responses((status = 200, description = "Um resultado por item, na ordem enviada.", body = Situacoes)),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[post("/v1/titulos/suspensoes")]
pub(in crate::api) async fn suspender_muitos(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    itens: Itens<MAX_ITENS>,
) -> Result<Resposta, Problema> {
    let lote = Lote::parse(itens, |item: TituloASuspender| (item.codigo_integracao, item.ate));
    change(&acesso, &contexto, lote, Pedido::suspender).await
}

/// Reabre até 1000 títulos suspensos, ou cancelados por engano, com um resultado por item. Repetir é seguro.
#[utoipa::path(
    operation_id = "reabrir_titulos",
    tag = "Títulos",
    request_body(content = Vec<TituloIndicado>, description = "Até 1000 títulos.", example = json!([{"codigo_integracao": "NF-1"}])),
    responses((status = 200, description = "Um resultado por item, na ordem enviada.", body = Situacoes)),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[post("/v1/titulos/reaberturas")]
pub(in crate::api) async fn reabrir_muitos(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    itens: Itens<MAX_ITENS>,
) -> Result<Resposta, Problema> {
    change(
        &acesso,
        &contexto,
        Lote::parse(itens, |item: TituloIndicado| (item.codigo_integracao, None)),
        reopen,
    )
    .await
}

fn cancel(_: Option<NaiveDate>) -> Pedido {
    Pedido::cancelar()
}

fn reopen(_: Option<NaiveDate>) -> Pedido {
    Pedido::reabrir()
}

/// The items that can be read, and the refusals of the others.
struct Lote {
    lidos: Vec<(usize, String, Option<NaiveDate>)>,
    recusados: Vec<ItemDeSituacao>,
}

impl Lote {
    fn parse<T: Deserr<ErrosCampo>>(
        itens: Itens<MAX_ITENS>,
        partes: fn(T) -> (Texto<1, 60>, Option<NaiveDate>),
    ) -> Self {
        let (lidos, recusados) = itens.parse(|indice, _, erros| ItemDeSituacao::refused(indice, None, erros));
        let lidos = lidos.into_iter().map(|(indice, item)| {
            let (codigo, ate) = partes(item);
            (indice, codigo.into_string(), ate)
        });
        Self { lidos: lidos.collect(), recusados }
    }
}

async fn change<E>(
    acesso: &Autorizado<E>,
    contexto: &Contexto,
    Lote { lidos, recusados }: Lote,
    pedido: fn(Option<NaiveDate>) -> Pedido,
) -> Result<Resposta, Problema> {
    let agora = contexto.servico.relogio.agora();
    let mudar = move |t: &mut Tenant<'_>| {
        let hoje = empresas::today(t, agora)?;
        let (bons, cedo): (Vec<_>, Vec<_>) =
            lidos.iter().partition(|(_, _, ate)| ate.is_none_or(|ate| hoje < ate));
        let pedidos: Vec<_> =
            bons.iter().map(|(_, codigo, ate)| (Alvo::Codigo(codigo.clone()), pedido(*ate))).collect();
        let feitas = titulos::change_many(t, &pedidos, agora)?;
        let itens =
            bons.iter().zip(feitas).map(|((n, codigo, _), feita)| ItemDeSituacao::done(*n, codigo, feita));
        let cedo = cedo.iter().map(|(n, codigo, _)| {
            ItemDeSituacao::refused(*n, Some(codigo.clone()), vec![too_early(format!("/{n}/ate"))])
        });
        Ok(Ok(Resposta::ok(&Situacoes::new(recusados.iter().cloned().chain(cedo).chain(itens).collect()))))
    };
    contexto.servico.gravar(acesso, mudar).await
}

impl ItemDeSituacao {
    fn refused(indice: usize, codigo_integracao: Option<String>, erros: Vec<ErroCampo>) -> Self {
        Self { indice, codigo_integracao, id: None, resultado: Mudou::Recusado, erros }
    }

    fn done(indice: usize, codigo: &str, feita: Option<Situada>) -> Self {
        let (id, resultado) = match feita {
            None => {
                let erro = ("nao_encontrado", "a empresa não tem este título".to_owned());
                return Self::refused(indice, Some(codigo.to_owned()), vec![fault(indice, erro)]);
            }
            Some(Err(recusa)) => {
                let codigo_do_erro = match recusa {
                    RecusaSituacao::Status(_) => "status_nao_permite",
                    RecusaSituacao::ParcelaDeAcordo => "parcela_de_acordo",
                    RecusaSituacao::NadaDevido => "nada_a_pagar",
                };
                let erro = (codigo_do_erro, refusal(recusa));
                return Self::refused(indice, Some(codigo.to_owned()), vec![fault(indice, erro)]);
            }
            Some(Ok((id, Mudanca::Aplicada(_)))) => (id, Mudou::Alterado),
            Some(Ok((id, Mudanca::JaAplicada))) => (id, Mudou::Inalterado),
        };
        Self {
            indice,
            codigo_integracao: Some(codigo.to_owned()),
            id: Some(id.uuid()),
            resultado,
            erros: Vec::new(),
        }
    }
}

/// Of the item as a whole, told where its key stands.
pub(in crate::api) fn fault(indice: usize, (codigo, detalhe): (&'static str, String)) -> ErroCampo {
    ErroCampo {
        campo: format!("/{indice}/codigo_integracao"),
        codigo: codigo.into(),
        detalhe: detalhe.into(),
    }
}

impl Situacoes {
    fn new(mut itens: Vec<ItemDeSituacao>) -> Self {
        itens.sort_by_key(|item| item.indice);
        let conta = |mudou| itens.iter().filter(|item| item.resultado == mudou).count();
        Self {
            alterados: conta(Mudou::Alterado),
            inalterados: conta(Mudou::Inalterado),
            recusados: conta(Mudou::Recusado),
            itens,
        }
    }
}
