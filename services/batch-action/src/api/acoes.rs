//! Batches: begun, listed, read, called off.

use actix_web::web::Data;
use actix_web::{get, post};
use chrono::{DateTime, NaiveDate, Utc};
use deserr::Deserr;
use domain::execucao::Canal;
use domain::ids::LoteId;
use domain::lote::EstadoLote;
use store::lotes::{self, NovoLote};
use store::{StoreError, Tenant};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{
    Autorizado, Caminho, Consulta, Corpo, Cursor, ErrosCampo, Limite, Pagina, Problema, Resposta, Texto,
    escopos, esquema, etag,
};

use super::saida::{AcaoEmLote, AcaoEmLoteNova, AcaoEmLoteResumo, UltimoFiltroDoUsuario};
use super::{Contexto, answer, forbidden, step};

/// Uma ação em lote nova.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct AcaoEmLoteEntrada {
    /// O que é feito; não muda depois.
    #[schema(value_type = esquema::Canal)]
    tipo: Canal,
    /// Quem a pede, nas palavras de quem chama. De cada um fica o último filtro.
    #[deserr(default)]
    usuario: Option<Texto<1, 60>>,
}

/// Começa uma ação em lote, e oferece o último filtro do mesmo usuário.
#[utoipa::path(
    operation_id = "criar_acao_em_lote",
    tag = "Ações em lote",
    request_body(content = AcaoEmLoteEntrada, example = json!({"tipo": "email", "usuario": "bia"})),
    responses((status = 201, description = "A ação, em rascunho.", body = AcaoEmLoteNova,
               headers(("Location" = String, description = "Endereço da ação."), ("ETag" = String, description = "Versão.")))),
    security(("chave_api" = ["acoes_em_lote:escrever"])),
)]
#[post("/v1/acoes-em-lote")]
pub(super) async fn post(
    acesso: Autorizado<escopos::acoes_em_lote::Escrever>,
    contexto: Data<Contexto>,
    corpo: Corpo<AcaoEmLoteEntrada>,
) -> Result<Resposta, Problema> {
    let AcaoEmLoteEntrada { tipo, usuario } = corpo.0;
    let novo = NovoLote { tipo, usuario: usuario.map(Texto::into_string) };
    let agora = contexto.servico.relogio.agora();
    let criar = move |t: &mut Tenant<'_>| begin(t, &novo, agora).map(Ok);
    contexto.servico.gravar(&acesso, criar).await
}

fn begin(t: &mut Tenant<'_>, novo: &NovoLote, agora: DateTime<Utc>) -> Result<Resposta, StoreError> {
    let id = lotes::create(t, novo, agora)?;
    let lote = lotes::get(t, id)?.ok_or(StoreError::Unknown("acao_em_lote"))?;
    let ultimo = lotes::last_filter(t, &lote)?;
    let ultimo_filtro = ultimo.map(|ultimo| UltimoFiltroDoUsuario::new(t, &ultimo)).transpose()?;
    let acao = AcaoEmLote::load(t, id)?.ok_or(StoreError::Unknown("acao_em_lote"))?;
    let versao = etag(acao.versao);
    Ok(Resposta::criada(address(id), &AcaoEmLoteNova { acao, ultimo_filtro }).com_versao(versao))
}

/// Where a batch is read.
pub(super) fn address(id: LoteId) -> String {
    format!("/v1/acoes-em-lote/{id}")
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Lista {
    /// Somente as que fazem isto.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Canal>, inline)]
    tipo: Option<Canal>,
    /// Somente as deste status.
    #[deserr(default)]
    #[param(value_type = Option<esquema::StatusLote>, inline)]
    status: Option<EstadoLote>,
    /// Começadas neste dia da empresa, ou depois.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    de: Option<NaiveDate>,
    /// Começadas neste dia da empresa, ou antes.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    ate: Option<NaiveDate>,
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, default = 50, minimum = 1, maximum = 500)]
    limite: Limite,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Cursor>, inline)]
    cursor: Option<Cursor<(DateTime<Utc>, Uuid)>>,
}

/// Lista as ações em lote, da última para a primeira.
#[utoipa::path(
    operation_id = "listar_acoes_em_lote",
    tag = "Ações em lote",
    params(Lista),
    responses((status = 200, description = "Uma página de ações em lote.", body = Pagina<AcaoEmLoteResumo>)),
    security(("chave_api" = ["acoes_em_lote:ler"])),
)]
#[get("/v1/acoes-em-lote")]
pub(super) async fn list(
    acesso: Autorizado<escopos::acoes_em_lote::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<Lista>,
) -> Result<Pagina<AcaoEmLoteResumo>, Problema> {
    let Lista { tipo, status, de, ate, limite, cursor } = consulta.0;
    let lista = lotes::Lista { tipo, estado: status, de, ate };
    let antes_de = cursor.map(|cursor| cursor.0);
    let lidas =
        contexto.servico.da_empresa(&acesso, move |t| lotes::list(t, &lista, antes_de, limite.com_folga()));
    let chave = |lida: &lotes::Listada| (lida.criada_em, lida.id);
    Ok(Pagina::from_rows(lidas.await?, limite, chave).map(AcaoEmLoteResumo::from))
}

/// Lê uma ação em lote, em qualquer passo.
#[utoipa::path(
    operation_id = "ler_acao_em_lote",
    tag = "Ações em lote",
    params(("id" = Uuid, Path, description = "Id da ação.")),
    responses((status = 200, description = "A ação.", body = AcaoEmLote,
               headers(("ETag" = String, description = "Versão, para `If-Match`.")))),
    security(("chave_api" = ["acoes_em_lote:ler"])),
)]
#[get("/v1/acoes-em-lote/{id}")]
pub(super) async fn get(
    acesso: Autorizado<escopos::acoes_em_lote::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<LoteId>,
) -> Result<Resposta, Problema> {
    let ler = move |t: &mut Tenant<'_>| match lotes::get(t, id.0)? {
        Some(_) => answer(t, id.0).map(Some),
        None => Ok(None),
    };
    contexto.servico.da_empresa(&acesso, ler).await?.ok_or_else(Problema::nao_encontrado)
}

/// Cancela uma ação em lote que ainda não terminou. O que já saiu, saiu. Pedir de novo não muda nada.
#[utoipa::path(
    operation_id = "cancelar_acao_em_lote",
    tag = "Ações em lote",
    params(("id" = Uuid, Path, description = "Id da ação.")),
    responses((status = 200, description = "A ação cancelada.", body = AcaoEmLote,
               headers(("ETag" = String, description = "Nova versão.")))),
    security(("chave_api" = ["acoes_em_lote:escrever"])),
)]
#[post("/v1/acoes-em-lote/{id}/cancelamento")]
pub(super) async fn cancel(
    acesso: Autorizado<escopos::acoes_em_lote::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<LoteId>,
) -> Result<Resposta, Problema> {
    let agora = contexto.servico.relogio.agora();
    let cancelar =
        move |t: &mut Tenant<'_>, lote: &lotes::Lote| Ok(lotes::cancel(t, lote, agora)?.map_err(forbidden));
    let feito = step(&contexto, &acesso, (id.0, None), cancelar).await;
    contexto.wake();
    feito
}
