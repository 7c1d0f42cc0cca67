//! Series that correct values and give rates of interest.

use actix_web::web::Data;
use actix_web::{get, put};
use chrono::{Datelike as _, NaiveDate};
use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use domain::Rotulo;
use domain::encargos::Taxa;
use serde::Serialize;
use store::Tenant;
use store::indices::{self, Variacao, VariacaoLida};
use utoipa::{IntoParams, ToSchema};
use web::{
    Autorizado, Consulta, Corpo, Cursor, ErroValor, ErrosCampo, Limite, Lista, Pagina, Problema, Resposta,
    Texto, escopos, esquema, parse_texto,
};

use super::Contexto;

/// A century of months.
const MAX_MESES: usize = 1_200;

/// Uma série mensal: um índice que corrige valores, ou taxas de juros como a taxa legal.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct SerieEntrada {
    /// Nome da série, como os encargos a chamam.
    #[schema(value_type = Texto<1, 60>)]
    nome: Rotulo,
    /// As variações; cada uma substitui a do seu mês, e os outros meses ficam como estão.
    #[schema(value_type = Vec<VariacaoEntrada>, max_items = 1200)]
    meses: Lista<VariacaoEntrada, MAX_MESES>,
}

/// A variação de um mês.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct VariacaoEntrada {
    /// Um dia do mês.
    #[schema(value_type = esquema::Dia)]
    mes: NaiveDate,
    /// Variação em %, entre -100 e 100, com até seis casas.
    #[schema(value_type = esquema::Variacao)]
    variacao: Percentual,
}

struct Percentual(Taxa);

impl Deserr<ErrosCampo> for Percentual {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        parse_texto(valor, local, |texto| {
            let lida = Taxa::parse_variacao(texto);
            lida.map(Self).map_err(|erro| ErroValor::new("formato_invalido", erro.to_string()))
        })
    }
}

/// A variação de uma série num mês.
#[derive(Serialize, ToSchema)]
struct VariacaoDoMes {
    /// Nome da série.
    nome: String,
    /// O primeiro dia do mês.
    mes: NaiveDate,
    /// Variação em %.
    #[schema(value_type = esquema::Variacao)]
    variacao: String,
}

/// O que foi gravado de uma série.
#[derive(Serialize, ToSchema)]
struct SerieGravada {
    /// Meses novos ou com outra variação.
    alterados: usize,
}

/// Grava variações de uma série mensal. Repetir é seguro.
///
/// O que se deve passa a ser calculado com elas; o que já foi pago fica como foi registrado. Um mês sem variação não corrige
/// nem rende nada.
#[utoipa::path(
    operation_id = "gravar_indice",
    tag = "Índices",
    request_body(content = SerieEntrada, example = json!({"nome": "ipca", "meses": [{"mes": "2026-09-01", "variacao": "0.48"}]})),
    responses((status = 200, description = "O que foi gravado.", body = SerieGravada)),
    security(("chave_api" = ["empresa:escrever"])),
)]
#[put("/v1/indices")]
pub(super) async fn gravar(
    acesso: Autorizado<escopos::empresa::Escrever>,
    contexto: Data<Contexto>,
    corpo: Corpo<SerieEntrada>,
) -> Result<Resposta, Problema> {
    let SerieEntrada { nome, meses } = corpo.0;
    let variacao = |mes: VariacaoEntrada| Variacao {
        nome: nome.clone(),
        mes: mes.mes.with_day(1).unwrap_or(mes.mes),
        variacao: mes.variacao.0,
    };
    let variacoes: Vec<Variacao> = meses.into_iter().map(variacao).collect();
    let guardar = move |t: &mut Tenant<'_>| {
        let alterados = indices::save(t, &variacoes)?;
        Ok(Ok(Resposta::ok(&SerieGravada { alterados })))
    };
    contexto.servico.gravar(&acesso, guardar).await
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FiltroIndices {
    /// Só as desta série.
    #[deserr(default)]
    #[param(value_type = Option<Texto<1, 60>>, inline)]
    nome: Option<Rotulo>,
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500)]
    limite: Limite,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Cursor>, inline)]
    cursor: Option<Cursor<(String, NaiveDate)>>,
}

/// Lista as variações das séries, por nome e mês.
#[utoipa::path(
    operation_id = "listar_indices",
    tag = "Índices",
    params(FiltroIndices),
    responses((status = 200, description = "Uma página.", body = Pagina<VariacaoDoMes>)),
    security(("chave_api" = ["empresa:ler"])),
)]
#[get("/v1/indices")]
pub(super) async fn list(
    acesso: Autorizado<escopos::empresa::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<FiltroIndices>,
) -> Result<Pagina<VariacaoDoMes>, Problema> {
    let FiltroIndices { nome, limite, cursor } = consulta.0;
    let depois_de = cursor.map(|cursor| cursor.0);
    let linhas = contexto
        .servico
        .da_empresa(&acesso, move |t| indices::list(t, nome.as_ref(), depois_de.as_ref(), limite.com_folga()))
        .await?;
    let pagina = Pagina::from_rows(linhas, limite, |linha: &VariacaoLida| (linha.nome.clone(), linha.mes));
    Ok(pagina.map(|linha| VariacaoDoMes {
        nome: linha.nome,
        mes: linha.mes,
        variacao: Taxa::new(linha.variacao).to_string(),
    }))
}
