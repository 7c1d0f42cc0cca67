//! Payments taken back, of one título and of many.

use actix_web::post;
use actix_web::web::Data;
use deserr::{Deserr, ValuePointerRef};
use domain::ids::TituloId;
use serde::Serialize;
use store::Tenant;
use store::titulos::{self, Alvo, EntradaEstorno, QualPagamento, RecusaEstorno, ResultadoEstorno};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{
    Autorizado, Caminho, Corpo, ErroCampo, ErroValor, ErrosCampo, Itens, Problema, Resposta, Texto, escopos,
};

use crate::api::negociacoes::ACORDO_RENEGOCIADO;
use crate::api::situacao::answer;
use crate::api::titulos::{MAX_ITENS, Titulo};
use crate::api::{Contexto, STATUS_NAO_PERMITE};

/// Que pagamento estornar. Sem indicar nenhum, todos os do título.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields, validate = named_once -> ErroValor)]
struct Estorno {
    /// Id do pagamento.
    #[deserr(default)]
    pagamento_id: Option<Uuid>,
    /// Chave do pagamento no ERP.
    #[deserr(default)]
    codigo_integracao: Option<Texto<1, 60>>,
    /// Por que, nas palavras da empresa.
    #[deserr(default)]
    motivo: Option<Texto<1, 200>>,
}

/// Que pagamento estornar, de que título. Sem indicar nenhum pagamento, todos os do título.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct EstornoDeTitulo {
    /// Chave do título no ERP.
    titulo: Texto<1, 60>,
    /// Chave do pagamento no ERP.
    #[deserr(default)]
    codigo_integracao: Option<Texto<1, 60>>,
    /// Por que, nas palavras da empresa.
    #[deserr(default)]
    motivo: Option<Texto<1, 200>>,
}

fn named_once(lido: Estorno, _: ValuePointerRef<'_>) -> Result<Estorno, ErroValor> {
    if lido.pagamento_id.is_some() && lido.codigo_integracao.is_some() {
        return Err(ErroValor::new(
            "nao_combina",
            "indique o pagamento por pagamento_id ou por codigo_integracao",
        ));
    }
    Ok(lido)
}

impl Estorno {
    fn of(self, titulo: TituloId) -> EntradaEstorno {
        let pagamento = match (self.pagamento_id, self.codigo_integracao) {
            (Some(id), _) => QualPagamento::Id(id),
            (None, Some(codigo)) => QualPagamento::Codigo(codigo.into_string()),
            (None, None) => QualPagamento::Todos,
        };
        EntradaEstorno { titulo: Alvo::Id(titulo), pagamento, motivo: self.motivo.map(Texto::into_string) }
    }
}

/// Estorna um pagamento de um título, ou todos. Repetir é seguro.
///
/// O título pago volta a estar aberto e o devedor volta à cobrança. A negociação cuja primeira parcela deixa de estar paga
/// deixa de estar confirmada, o que é recusado enquanto outra negociação tem uma parcela dela. Os encargos que ele pagava voltam a
/// ser devidos: se o principal está pago, quem os quita são os pagamentos que ficam, e é o principal que volta a faltar.
#[utoipa::path(
    operation_id = "estornar_pagamento",
    tag = "Pagamentos",
    params(("id" = Uuid, Path, description = "Id do título.")),
    request_body(content = Estorno, example = json!({"motivo": "cheque devolvido"})),
    responses((status = 200, description = "O título, como ficou.", body = Titulo)),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[post("/v1/titulos/{id}/estorno")]
pub(in crate::api) async fn estornar(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
    corpo: Corpo<Estorno>,
) -> Result<Resposta, Problema> {
    let (id, agora) = (TituloId::new(id.0), contexto.servico.relogio.agora());
    let entrada = corpo.0.of(id);
    let campo = if matches!(entrada.pagamento, QualPagamento::Id(_)) {
        "/pagamento_id"
    } else {
        "/codigo_integracao"
    };
    let estornar = move |t: &mut Tenant<'_>| match titulos::reverse(t, std::slice::from_ref(&entrada), agora)?
        .into_iter()
        .next()
    {
        Some(ResultadoEstorno::Recusado(recusa)) => Ok(Err(problem(recusa, campo))),
        Some(ResultadoEstorno::Estornado(..) | ResultadoEstorno::JaEstornado(_)) => answer(t, id, agora),
        None => Ok(Err(Problema::nao_encontrado())),
    };
    contexto.servico.gravar(&acesso, estornar).await
}

fn problem(recusa: RecusaEstorno, campo: &str) -> Problema {
    match recusa {
        RecusaEstorno::NaoExiste => Problema::nao_encontrado(),
        RecusaEstorno::PagamentoNaoExiste => {
            let (codigo, detalhe) = reason(recusa);
            Problema::validacao(vec![ErroCampo {
                campo: campo.to_owned(),
                codigo: codigo.into(),
                detalhe: detalhe.into(),
            }])
        }
        RecusaEstorno::Status(_) | RecusaEstorno::AcordoDesfeito => {
            Problema::conflito(&STATUS_NAO_PERMITE, reason(recusa).1)
        }
        RecusaEstorno::AcordoRenegociado(_) => Problema::conflito(&ACORDO_RENEGOCIADO, reason(recusa).1),
    }
}

fn reason(recusa: RecusaEstorno) -> (&'static str, String) {
    match recusa {
        RecusaEstorno::NaoExiste => ("nao_encontrado", "a empresa não tem este título".to_owned()),
        RecusaEstorno::PagamentoNaoExiste => ("nao_encontrado", "o título não tem este pagamento".to_owned()),
        RecusaEstorno::Status(recusa) => ("status_nao_permite", recusa.to_string()),
        RecusaEstorno::AcordoDesfeito => {
            ("status_nao_permite", "a parcela é de uma negociação cancelada ou quebrada".to_owned())
        }
        RecusaEstorno::AcordoRenegociado(outra) => (
            "acordo_renegociado",
            format!(
                "este pagamento confirma o acordo, e a negociação {outra} tem uma parcela dele: cancele-a ou quebre-a antes"
            ),
        ),
    }
}

/// O que aconteceu com um estorno.
#[derive(Clone, Serialize, ToSchema)]
struct ItemDeEstorno {
    /// Posição no envio, a partir de zero.
    indice: usize,
    /// Chave do título no ERP, quando pôde ser lida.
    titulo: Option<String>,
    /// O título.
    titulo_id: Option<Uuid>,
    /// Quantos pagamentos foram estornados agora.
    estornados: usize,
    /// O que foi feito.
    resultado: Estornou,
    /// Por que foi recusado.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    erros: Vec<ErroCampo>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Estornou {
    Estornado,
    Inalterado,
    Recusado,
}

/// O resultado, item a item, na ordem enviada.
#[derive(Serialize, ToSchema)]
struct Estornos {
    /// Um resultado por item.
    itens: Vec<ItemDeEstorno>,
}

/// Estorna pagamentos de até 1000 títulos, com um resultado por item. Repetir é seguro.
#[utoipa::path(
    operation_id = "estornar_pagamentos",
    tag = "Pagamentos",
    request_body(content = Vec<EstornoDeTitulo>, description = "Até 1000 estornos.",
                 example = json!([{"titulo": "NF-1", "codigo_integracao": "BX-1", "motivo": "cheque devolvido"}])),
    responses((status = 200, description = "Um resultado por item, na ordem enviada.", body = Estornos)),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[post("/v1/titulos/estornos")]
pub(in crate::api) async fn estornar_muitos(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    itens: Itens<MAX_ITENS>,
) -> Result<Resposta, Problema> {
    let agora = contexto.servico.relogio.agora();
    let (lidos, recusados) = itens.parse(|indice, _, erros| ItemDeEstorno::refused(indice, None, erros));
    let lidos = lidos
        .into_iter()
        .map(|(n, lido): (usize, EstornoDeTitulo)| ((n, lido.titulo.clone().into_string()), lido.into()));
    let (indices, entradas): (Vec<_>, Vec<_>) = lidos.unzip();
    let desfazer = move |t: &mut Tenant<'_>| {
        let feitos = titulos::reverse(t, &entradas, agora)?;
        let feitos =
            indices.iter().zip(feitos).map(|((n, titulo), feito)| ItemDeEstorno::done(*n, titulo, feito));
        let mut itens: Vec<_> = recusados.iter().cloned().chain(feitos).collect();
        itens.sort_by_key(|item| item.indice);
        Ok(Ok(Resposta::ok(&Estornos { itens })))
    };
    contexto.servico.gravar(&acesso, desfazer).await
}

impl From<EstornoDeTitulo> for EntradaEstorno {
    fn from(lido: EstornoDeTitulo) -> Self {
        let codigo = lido.codigo_integracao.map(Texto::into_string);
        Self {
            titulo: Alvo::Codigo(lido.titulo.into_string()),
            pagamento: codigo.map_or(QualPagamento::Todos, QualPagamento::Codigo),
            motivo: lido.motivo.map(Texto::into_string),
        }
    }
}

impl ItemDeEstorno {
    fn refused(indice: usize, titulo: Option<String>, erros: Vec<ErroCampo>) -> Self {
        Self { indice, titulo, titulo_id: None, estornados: 0, resultado: Estornou::Recusado, erros }
    }

    fn done(indice: usize, titulo: &str, feito: ResultadoEstorno) -> Self {
        let (id, estornados, resultado) = match feito {
            ResultadoEstorno::Estornado(id, quantos) => (id, quantos, Estornou::Estornado),
            ResultadoEstorno::JaEstornado(id) => (id, 0, Estornou::Inalterado),
            ResultadoEstorno::Recusado(recusa) => {
                let campo = match recusa {
                    RecusaEstorno::PagamentoNaoExiste => "codigo_integracao",
                    RecusaEstorno::NaoExiste
                    | RecusaEstorno::Status(_)
                    | RecusaEstorno::AcordoDesfeito
                    | RecusaEstorno::AcordoRenegociado(_) => "titulo",
                };
                let (codigo, detalhe) = reason(recusa);
                let campo = format!("/{indice}/{campo}");
                let erro = ErroCampo { campo, codigo: codigo.into(), detalhe: detalhe.into() };
                return Self::refused(indice, Some(titulo.to_owned()), vec![erro]);
            }
        };
        Self {
            indice,
            titulo: Some(titulo.to_owned()),
            titulo_id: Some(id.uuid()),
            estornados,
            resultado,
            erros: Vec::new(),
        }
    }
}
