//! Títulos: pushed in bulk and read.

use actix_web::web::{Data, Json};
use actix_web::{get, put};
use chrono::{DateTime, NaiveDate, Utc};
use deserr::Deserr;
use domain::dinheiro::Centavos;
use domain::ids::{DevedorId, TituloId};
use domain::titulo::StatusTitulo;
use serde::Serialize;
use store::titulos::{self, EntradaTitulo, Filtro, TituloLido};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{
    Autorizado, Caminho, Consulta, Cursor, ErrosCampo, Itens, Limite, Pagina, Problema, Texto, escopos,
    esquema, parse_item,
};

use super::Contexto;
use super::entrada::{Envio, Item, TituloEntrada};

/// Items of one push: about a megabyte, and well under a second of work.
const MAX_ITENS: usize = 1_000;

/// Envia títulos: cria ou atualiza cada um pelo `codigo_integracao`, com um resultado por item.
///
/// Itens com erro são recusados e os demais são gravados. Enviar o mesmo de novo não altera nada. Campo opcional ausente
/// (ou nulo) mantém o que está gravado.
#[utoipa::path(
    operation_id = "enviar_titulos",
    tag = "Títulos",
    request_body(content = Vec<TituloEntrada>, description = "Até 1000 títulos."),
    responses((status = 200, description = "Um resultado por item, na ordem enviada.", body = Envio)),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[put("/v1/titulos")]
pub(super) async fn upsert(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    itens: Itens<MAX_ITENS>,
) -> Result<Json<Envio>, Problema> {
    let (indices, entradas, mut resultados) = parse_itens(itens.0);
    let agora = contexto.servico.relogio.agora();
    let codigos: Vec<String> = entradas.iter().map(|e| e.codigo_integracao.clone()).collect();
    let gravados =
        contexto.servico.da_empresa(acesso.empresa(), move |t| titulos::upsert(t, &entradas, agora)).await?;
    let itens = indices.into_iter().zip(codigos).zip(&gravados);
    resultados.extend(itens.map(|((indice, codigo), gravado)| Item::stored(indice, codigo, gravado)));
    Ok(Json(Envio::new(resultados)))
}

/// The items that can be read, with where they stood, and the refusals of the others.
fn parse_itens(itens: Vec<serde_json::Value>) -> (Vec<usize>, Vec<EntradaTitulo>, Vec<Item>) {
    let (mut indices, mut entradas, mut recusados) = (Vec::new(), Vec::new(), Vec::new());
    for (indice, item) in itens.into_iter().enumerate() {
        let codigo = item.get("codigo_integracao").and_then(serde_json::Value::as_str);
        let codigo = codigo.and_then(|c| Texto::<1, 60>::parse(c).ok()).map(Texto::into_string);
        match parse_item::<TituloEntrada>(item, indice) {
            Ok(entrada) => {
                indices.push(indice);
                entradas.push(entrada.into());
            }
            Err(erros) => recusados.push(Item::refused(indice, codigo, erros)),
        }
    }
    (indices, entradas, recusados)
}

/// Um título.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "`tipo_titulo` is the field's own word")]
pub(super) struct Titulo {
    /// Id.
    id: Uuid,
    /// Chave do título no ERP.
    codigo_integracao: String,
    /// Devedor.
    devedor_id: Uuid,
    /// Número que o devedor conhece.
    numero: String,
    /// Data de emissão.
    emissao: Option<NaiveDate>,
    /// Data de vencimento como impressa.
    vencimento: NaiveDate,
    /// Valor de face.
    #[schema(value_type = esquema::Dinheiro)]
    valor: String,
    /// O que ainda se deve.
    #[schema(value_type = esquema::Dinheiro)]
    saldo: String,
    /// Situação.
    #[schema(value_type = esquema::StatusTitulo, example = "aberto")]
    status: String,
    /// De onde veio.
    #[schema(value_type = esquema::Origem, example = "original")]
    origem: String,
    /// A quem se deve, se não for a própria empresa.
    credor_id: Option<Uuid>,
    /// Tipo de negócio.
    tipo_negocio: Option<String>,
    /// Tipo de título.
    tipo_titulo: Option<String>,
    /// Score do devedor.
    devedor_score: Option<i16>,
    /// Dia em que reabre sozinho, se está suspenso até uma data.
    suspenso_ate: Option<NaiveDate>,
    /// Negociação em que está agora.
    negociacao_id: Option<Uuid>,
    /// Negociação de que é parcela.
    acordo_id: Option<Uuid>,
    /// Desde quando está nessa situação.
    status_em: DateTime<Utc>,
}

impl From<TituloLido> for Titulo {
    fn from(lido: TituloLido) -> Self {
        Self {
            id: lido.id,
            codigo_integracao: lido.codigo_integracao,
            devedor_id: lido.devedor_id,
            numero: lido.numero,
            emissao: lido.emissao,
            vencimento: lido.vencimento,
            valor: Centavos::new(lido.valor).to_string(),
            saldo: Centavos::new(lido.saldo).to_string(),
            status: lido.status,
            origem: lido.origem,
            credor_id: lido.credor_id,
            tipo_negocio: lido.tipo_negocio,
            tipo_titulo: lido.tipo_titulo,
            devedor_score: lido.devedor_score,
            suspenso_ate: lido.suspenso_ate,
            negociacao_id: lido.negociacao_id,
            acordo_id: lido.acordo_id,
            status_em: lido.status_em,
        }
    }
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FiltroTitulos {
    /// Chave do título no ERP.
    #[deserr(default)]
    #[param(inline)]
    codigo_integracao: Option<Texto<1, 60>>,
    /// Só os deste devedor.
    #[deserr(default)]
    #[param(value_type = Option<Uuid>)]
    devedor_id: Option<DevedorId>,
    /// Só os desta situação.
    #[deserr(default)]
    #[param(value_type = Option<esquema::StatusTitulo>, inline)]
    status: Option<StatusTitulo>,
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500)]
    limite: Limite,
    /// `proximo_cursor` da página anterior.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Cursor>, inline)]
    cursor: Option<Cursor<Uuid>>,
}

/// Lista títulos, na ordem em que chegaram.
#[utoipa::path(
    operation_id = "listar_titulos",
    tag = "Títulos",
    params(FiltroTitulos),
    responses((status = 200, description = "Uma página.", body = Pagina<Titulo>)),
    security(("chave_api" = ["titulos:ler"])),
)]
#[get("/v1/titulos")]
pub(super) async fn list(
    acesso: Autorizado<escopos::titulos::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<FiltroTitulos>,
) -> Result<Json<Pagina<Titulo>>, Problema> {
    let consulta = consulta.0;
    let filtro = Filtro {
        codigo_integracao: consulta.codigo_integracao.map(Texto::into_string),
        devedor: consulta.devedor_id.map(DevedorId::uuid),
        status: consulta.status,
    };
    let (depois_de, limite) = (consulta.cursor.map(|cursor| cursor.0), consulta.limite);
    let linhas = contexto
        .servico
        .da_empresa(acesso.empresa(), move |t| titulos::list(t, &filtro, depois_de, limite.com_folga()))
        .await?;
    Ok(Json(Pagina::from_rows(linhas, limite, |linha| linha.id).map(Titulo::from)))
}

/// Lê um título.
#[utoipa::path(
    operation_id = "ler_titulo",
    tag = "Títulos",
    params(("id" = Uuid, Path, description = "Id do título.")),
    responses((status = 200, description = "O título.", body = Titulo)),
    security(("chave_api" = ["titulos:ler"])),
)]
#[get("/v1/titulos/{id}")]
pub(super) async fn get(
    acesso: Autorizado<escopos::titulos::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Json<Titulo>, Problema> {
    read(&acesso, &contexto, id.0).await
}

/// A título as it is now.
pub(super) async fn read<E>(
    acesso: &Autorizado<E>,
    contexto: &Contexto,
    id: Uuid,
) -> Result<Json<Titulo>, Problema> {
    let titulo =
        contexto.servico.da_empresa(acesso.empresa(), move |t| titulos::get(t, TituloId::new(id))).await?;
    titulo.map(|lido| Json(lido.into())).ok_or_else(Problema::nao_encontrado)
}
