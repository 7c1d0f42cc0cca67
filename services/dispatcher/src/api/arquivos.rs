//! Files: what there is to be downloaded, and who did.

pub(super) mod baixa;
pub(super) mod marcas;

use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::{DateTime, NaiveDate, Utc};
use deserr::Deserr;
use domain::arquivo::TipoArquivo;
use serde::Serialize;
use store::arquivos::{self, ArquivoLido, Baixado, Filtro};
use store::cartas::{self, ARetirar};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{Autorizado, Caminho, Consulta, Cursor, ErrosCampo, Limite, Pagina, Problema, escopos, esquema};

use super::Contexto;
use super::execucoes::passos::AutorDaMudanca;

/// Downloads shown of one file.
const DOWNLOADS: i64 = 100;

/// Um arquivo.
#[derive(Serialize, ToSchema)]
pub(super) struct Arquivo {
    /// Id.
    id: Uuid,
    /// O que é.
    #[schema(value_type = esquema::TipoArquivo, example = "cartas")]
    tipo: String,
    /// Em que ponto está.
    #[schema(value_type = esquema::EstadoArquivo, example = "pronto")]
    estado: String,
    /// Nome com que se salva.
    #[schema(example = "cartas-2026-03-18-8f3a20c1.pdf")]
    nome: String,
    /// O que há nele.
    #[schema(example = "application/pdf")]
    mime: String,
    /// O dia de que é; das cartas, a data da noite.
    #[schema(example = "2026-03-18")]
    data: NaiveDate,
    /// A ação de que são as cartas, ou a ação em lote de que é a lista.
    acao_id: Option<Uuid>,
    /// Quantas coisas há nele: cartas, registros, linhas.
    itens: i64,
    /// Quantas páginas, se tem páginas.
    paginas: Option<i32>,
    /// Quantas vezes foi feito: é refeito sem o que foi pago antes do primeiro download.
    versao: i32,
    /// Bytes.
    tamanho: Option<i64>,
    /// SHA-256, em hexadecimal.
    sha256: Option<String>,
    /// Bytes do índice, se tem um.
    indice_tamanho: Option<i64>,
    /// SHA-256 do índice.
    indice_sha256: Option<String>,
    /// Cartas que já não se cobram e estão nele porque foi baixado antes; `GET /v1/arquivos/{id}/a-retirar` diz quais.
    a_retirar: i32,
    /// Quando começou a ser feito.
    criado_em: DateTime<Utc>,
    /// Quando ficou pronto.
    pronto_em: Option<DateTime<Utc>>,
    /// Quando o arquivo mesmo (não só o índice) foi baixado pela primeira vez.
    baixado_em: Option<DateTime<Utc>>,
    /// Quando foi impresso, pelo que alguém disse.
    impresso_em: Option<DateTime<Utc>>,
    /// Quando foi postado, pelo que alguém disse.
    postado_em: Option<DateTime<Utc>>,
    /// Quando os bytes foram apagados, passado o prazo de guarda.
    expurgado_em: Option<DateTime<Utc>>,
    /// Quem baixou e quando, do mais recente para o mais antigo; só na leitura de um arquivo que alguém baixou.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    downloads: Vec<Download>,
}

/// Um download.
#[derive(Serialize, ToSchema)]
struct Download {
    /// Quando.
    em: DateTime<Utc>,
    /// O arquivo ou o índice dele.
    #[schema(example = "conteudo")]
    peca: String,
    /// A versão que foi baixada.
    versao: i32,
    /// A chave que baixou.
    autor: AutorDaMudanca,
}

/// Uma carta que tem de ser tirada à mão do que foi impresso.
#[derive(Serialize, ToSchema)]
struct CartaARetirar {
    /// A execução.
    execucao_id: Uuid,
    /// O devedor.
    devedor_id: Uuid,
    /// A posição dela no arquivo, a partir de 1.
    sequencia: Option<i32>,
    /// A primeira página dela.
    pagina: Option<i32>,
    /// Quantas páginas tem.
    paginas: Option<i32>,
    /// Por que já não se cobra.
    #[schema(example = "titulo_pago")]
    motivo: String,
    /// Desde quando se sabe.
    desde: DateTime<Utc>,
}

/// As cartas a retirar.
#[derive(Serialize, ToSchema)]
struct CartasARetirar {
    /// Todas elas, na ordem do arquivo.
    itens: Vec<CartaARetirar>,
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Lista {
    /// Só os deste tipo.
    #[deserr(default)]
    #[param(value_type = Option<esquema::TipoArquivo>, inline)]
    tipo: Option<TipoArquivo>,
    /// Dos dias a partir deste.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    de: Option<NaiveDate>,
    /// Dos dias até este, inclusive.
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

/// Lista os arquivos para download, do mais recente para o mais antigo.
#[utoipa::path(
    operation_id = "listar_arquivos",
    tag = "Arquivos",
    params(Lista),
    responses((status = 200, description = "Uma página.", body = Pagina<Arquivo>)),
    security(("chave_api" = ["arquivos:ler"])),
)]
#[get("/v1/arquivos")]
pub(super) async fn list(
    acesso: Autorizado<escopos::arquivos::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<Lista>,
) -> Result<Pagina<Arquivo>, Problema> {
    let Lista { tipo, de, ate, limite, cursor } = consulta.0;
    let filtro = Filtro { tipos: tipo.into_iter().collect(), de, ate };
    let depois_de = cursor.map(|cursor| cursor.0);
    let ler =
        move |t: &mut store::Tenant<'_>| arquivos::list(t, &filtro, depois_de.as_ref(), limite.com_folga());
    let lidos = contexto.servico.da_empresa(&acesso, ler).await?;
    Ok(Pagina::from_rows(lidos, limite, |lido| (lido.criado_em, lido.id)).map(Arquivo::from))
}

/// Lê um arquivo, com quem o baixou.
#[utoipa::path(
    operation_id = "ler_arquivo",
    tag = "Arquivos",
    params(("id" = Uuid, Path, description = "Id do arquivo.")),
    responses((status = 200, description = "O arquivo.", body = Arquivo)),
    security(("chave_api" = ["arquivos:ler"])),
)]
#[get("/v1/arquivos/{id}")]
pub(super) async fn get(
    acesso: Autorizado<escopos::arquivos::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Json<Arquivo>, Problema> {
    let lido = contexto.servico.da_empresa(&acesso, move |t| read(t, id.0)).await?;
    Ok(Json(lido.ok_or_else(Problema::nao_encontrado)?))
}

/// Lista as cartas que têm de ser tiradas à mão de um arquivo que foi baixado antes de os títulos delas serem pagos, cancelados,
/// suspensos ou negociados.
#[utoipa::path(
    operation_id = "listar_cartas_a_retirar",
    tag = "Arquivos",
    params(("id" = Uuid, Path, description = "Id do arquivo.")),
    responses((status = 200, description = "As cartas, na ordem do arquivo.", body = CartasARetirar)),
    security(("chave_api" = ["arquivos:ler"])),
)]
#[get("/v1/arquivos/{id}/a-retirar")]
pub(super) async fn to_take_out(
    acesso: Autorizado<escopos::arquivos::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Json<CartasARetirar>, Problema> {
    let (id, agora) = (id.0, contexto.servico.relogio.agora());
    let ler = move |t: &mut store::Tenant<'_>| {
        if arquivos::get(t, id)?.is_none() {
            return Ok(None);
        }
        cartas::to_take_out(t, id, agora).map(Some)
    };
    let lidas = contexto.servico.da_empresa(&acesso, ler).await?.ok_or_else(Problema::nao_encontrado)?;
    Ok(Json(CartasARetirar { itens: lidas.into_iter().map(CartaARetirar::from).collect() }))
}

/// A file with who fetched it.
fn read(t: &mut store::Tenant<'_>, id: Uuid) -> Result<Option<Arquivo>, store::StoreError> {
    let Some(lido) = arquivos::get(t, id)? else { return Ok(None) };
    let downloads = arquivos::fetched(t, id, DOWNLOADS)?.into_iter().map(Download::from).collect();
    Ok(Some(Arquivo { downloads, ..Arquivo::from(lido) }))
}

impl From<ArquivoLido> for Arquivo {
    fn from(lido: ArquivoLido) -> Self {
        Self {
            id: lido.id,
            tipo: lido.tipo,
            estado: lido.estado,
            nome: lido.nome,
            mime: lido.mime,
            data: lido.data,
            acao_id: lido.acao_id,
            itens: lido.itens,
            paginas: lido.paginas,
            versao: lido.versao,
            tamanho: lido.tamanho,
            sha256: lido.sha256,
            indice_tamanho: lido.indice_tamanho,
            indice_sha256: lido.indice_sha256,
            a_retirar: lido.a_retirar,
            criado_em: lido.criado_em,
            pronto_em: lido.pronto_em,
            baixado_em: lido.baixado_em,
            impresso_em: lido.impresso_em,
            postado_em: lido.postado_em,
            expurgado_em: lido.expurgado_em,
            downloads: Vec::new(),
        }
    }
}

impl From<Baixado> for Download {
    fn from(lido: Baixado) -> Self {
        let autor = AutorDaMudanca { chave_id: lido.autor, nome: lido.autor_nome };
        Self { em: lido.em, peca: lido.peca, versao: lido.versao, autor }
    }
}

impl From<ARetirar> for CartaARetirar {
    fn from(lida: ARetirar) -> Self {
        let ARetirar { id, devedor_id, sequencia, pagina, paginas, motivo, desde } = lida;
        Self { execucao_id: id, devedor_id, sequencia, pagina, paginas, motivo, desde }
    }
}
