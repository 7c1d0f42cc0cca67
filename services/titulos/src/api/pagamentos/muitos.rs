//! Many payments at once: what an ERP books at the end of its day.

use actix_web::post;
use actix_web::web::Data;
use chrono::NaiveDate;
use deserr::Deserr;
use serde::Serialize;
use store::Tenant;
use store::titulos::{self, Alvo, EntradaPagamento, RecusaPagamento, ResultadoPagamento};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Autorizado, ErroCampo, ErrosCampo, Itens, Problema, Resposta, Texto, escopos, esquema};

use super::too_late;
use crate::api::Contexto;
use crate::api::campos::CodigoDePagamento;
use crate::api::entrada::Valor;
use crate::api::titulos::MAX_ITENS;

/// Um pagamento recebido, com o título a que pertence.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct PagamentoDeTitulo {
    /// Chave do título no ERP.
    titulo: Texto<1, 60>,
    /// O que foi pago.
    #[schema(value_type = esquema::Valor)]
    valor: Valor,
    /// Dia do pagamento, até hoje no fuso da empresa; ausente, hoje.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Dia>)]
    data: Option<NaiveDate>,
    /// Chave do pagamento no ERP: enviar de novo não registra outro. Sem ela, é o mesmo o do mesmo dia e valor.
    #[deserr(default)]
    #[schema(value_type = Option<Texto<1, 60>>)]
    codigo_integracao: Option<CodigoDePagamento>,
    /// Se o valor quita o título, seja quanto for: o que falta é desconto. Ausente, não.
    #[deserr(default)]
    #[schema(required = false)]
    quita: bool,
}

/// O que aconteceu com um pagamento.
#[derive(Clone, Serialize, ToSchema)]
struct ItemDePagamento {
    /// Posição no envio, a partir de zero.
    indice: usize,
    /// Chave do título no ERP, quando pôde ser lida.
    titulo: Option<String>,
    /// O título.
    titulo_id: Option<Uuid>,
    /// O pagamento.
    pagamento_id: Option<Uuid>,
    /// O que foi feito.
    resultado: Recebeu,
    /// Por que foi recusado.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    erros: Vec<ErroCampo>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Recebeu {
    Registrado,
    Inalterado,
    Recusado,
}

/// O resultado, item a item, na ordem enviada.
#[derive(Serialize, ToSchema)]
struct Recebimentos {
    /// Pagamentos registrados.
    registrados: usize,
    /// Pagamentos que já estavam registrados; nada foi gravado.
    inalterados: usize,
    /// Pagamentos recusados; os demais foram registrados.
    recusados: usize,
    /// Um resultado por item.
    itens: Vec<ItemDePagamento>,
}

/// Registra até 1000 pagamentos, com um resultado por item. Repetir é seguro.
///
/// Cada um vale como se tivesse vindo sozinho, na ordem enviada.
#[utoipa::path(
    operation_id = "registrar_pagamentos",
    tag = "Pagamentos",
    request_body(content = Vec<PagamentoDeTitulo>, description = "Até 1000 pagamentos.",
                 example = json!([{"titulo": "NF-1", "valor": "100.00", "data": "2026-03-09", "codigo_integracao": "BX-1"}])),
    responses((status = 200, description = "Um resultado por item, na ordem enviada.", body = Recebimentos)),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[post("/v1/titulos/pagamentos")]
pub(in crate::api) async fn registrar_muitos(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    itens: Itens<MAX_ITENS>,
) -> Result<Resposta, Problema> {
    let agora = contexto.servico.relogio.agora();
    let (lidos, recusados) = itens.parse(|indice, _, erros| ItemDePagamento::refused(indice, None, erros));
    let lidos = lidos
        .into_iter()
        .map(|(n, lido): (usize, PagamentoDeTitulo)| ((n, lido.titulo.clone().into_string()), lido.into()));
    let (indices, entradas): (Vec<_>, Vec<_>) = lidos.unzip();
    let registrar = move |t: &mut Tenant<'_>| {
        let feitos = titulos::pay(t, &entradas, agora)?;
        let feitos =
            indices.iter().zip(feitos).map(|((n, titulo), feito)| ItemDePagamento::done(*n, titulo, feito));
        Ok(Ok(Resposta::ok(&Recebimentos::new(recusados.iter().cloned().chain(feitos).collect()))))
    };
    contexto.servico.gravar(&acesso, registrar).await
}

impl From<PagamentoDeTitulo> for EntradaPagamento {
    fn from(lido: PagamentoDeTitulo) -> Self {
        Self {
            titulo: Alvo::Codigo(lido.titulo.into_string()),
            codigo_integracao: lido.codigo_integracao.map(|codigo| codigo.0),
            data: lido.data,
            valor: Some(lido.valor.0),
            so_principal: false,
            quita: lido.quita,
        }
    }
}

impl ItemDePagamento {
    fn refused(indice: usize, titulo: Option<String>, erros: Vec<ErroCampo>) -> Self {
        let resultado = Recebeu::Recusado;
        Self { indice, titulo, titulo_id: None, pagamento_id: None, resultado, erros }
    }

    fn done(indice: usize, titulo: &str, feito: ResultadoPagamento) -> Self {
        let (lido, resultado) = match feito {
            ResultadoPagamento::Registrado(lido) => (lido, Recebeu::Registrado),
            ResultadoPagamento::JaRegistrado(lido) => (lido, Recebeu::Inalterado),
            ResultadoPagamento::Recusado(recusa) => {
                return Self::refused(indice, Some(titulo.to_owned()), vec![refusal(indice, recusa)]);
            }
        };
        Self {
            indice,
            titulo: Some(titulo.to_owned()),
            titulo_id: Some(lido.titulo_id),
            pagamento_id: Some(lido.id),
            resultado,
            erros: Vec::new(),
        }
    }
}

fn refusal(indice: usize, recusa: RecusaPagamento) -> ErroCampo {
    let (campo, codigo, detalhe) = match recusa {
        RecusaPagamento::NaoExiste => {
            ("titulo", "nao_encontrado", "a empresa não tem este título".to_owned())
        }
        RecusaPagamento::Titulo(recusa) => ("titulo", "status_nao_permite", recusa.to_string()),
        RecusaPagamento::CodigoEmUso => (
            "codigo_integracao",
            "pagamento_existente",
            "o código é de um pagamento de outro título, data ou valor, ou que não quitou o título"
                .to_owned(),
        ),
        RecusaPagamento::JaSemQuitar => ("quita", "pagamento_existente", super::JA_SEM_QUITAR.to_owned()),
        RecusaPagamento::DataFutura => return too_late(format!("/{indice}/data")),
    };
    ErroCampo { campo: format!("/{indice}/{campo}"), codigo: codigo.into(), detalhe: detalhe.into() }
}

impl Recebimentos {
    fn new(mut itens: Vec<ItemDePagamento>) -> Self {
        itens.sort_by_key(|item| item.indice);
        let conta = |recebeu| itens.iter().filter(|item| item.resultado == recebeu).count();
        Self {
            registrados: conta(Recebeu::Registrado),
            inalterados: conta(Recebeu::Inalterado),
            recusados: conta(Recebeu::Recusado),
            itens,
        }
    }
}
