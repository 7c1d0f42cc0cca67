//! API keys of the company.

use actix_web::web::{Data, Json};
use actix_web::{delete, get, post};
use chrono::{DateTime, Utc};
use deserr::Deserr;
use serde::Serialize;
use serde_json::Value;
use store::Tenant;
use store::chaves::{self, Chave};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{
    Autorizado, Caminho, Corpo, ErroCampo, ErroValor, ErrosCampo, Escopo, Lista, Problema, Resposta, Texto,
    escopos, esquema,
};

use super::Contexto;

/// More than there are.
const MAX_ESCOPOS: usize = 32;

/// Uma nova chave.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct ChaveEntrada {
    /// Para que serve.
    nome: Texto<1, 80>,
    /// O que pode fazer; nunca mais do que a chave que a cria.
    #[deserr(try_from(Lista<EscopoLido, MAX_ESCOPOS>) = some_escopo -> ErroValor)]
    #[schema(value_type = Vec<Escopo>, min_items = 1, max_items = 32)]
    escopos: Vec<Escopo>,
    /// A partir de quando é recusada, depois de agora; sem data não expira.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Instante>)]
    expira_em: Option<DateTime<Utc>>,
}

struct EscopoLido(Escopo);

impl Deserr<ErrosCampo> for EscopoLido {
    fn deserialize_from_value<V: deserr::IntoValue>(
        valor: deserr::Value<V>,
        local: deserr::ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        web::parse_texto(valor, local, |texto| {
            let lido = texto.parse().ok().map(EscopoLido);
            lido.ok_or_else(|| ErroValor::new("valor_invalido", "escopo desconhecido"))
        })
    }
}

/// A chave recém-criada. O texto aparece só aqui.
#[derive(Serialize, ToSchema)]
struct ChaveNova {
    /// Id.
    id: Uuid,
    /// A chave; guarde-a, ela não é mostrada de novo: a um pedido repetido com a mesma `Idempotency-Key` vem nula.
    #[schema(example = "cob_0190…_…")]
    chave: Option<String>,
}

/// Uma chave, sem o segredo.
#[derive(Serialize, ToSchema)]
struct ChaveLida {
    /// Id.
    id: Uuid,
    /// Para que serve.
    nome: String,
    /// O que pode fazer.
    escopos: Vec<String>,
    /// Quando foi criada.
    criada_em: DateTime<Utc>,
    /// A partir de quando é recusada.
    expira_em: Option<DateTime<Utc>>,
    /// Quando foi revogada.
    revogada_em: Option<DateTime<Utc>>,
}

/// As chaves da empresa.
#[derive(Serialize, ToSchema)]
struct Chaves {
    /// Da mais antiga à mais nova.
    itens: Vec<ChaveLida>,
}

impl From<Chave> for ChaveLida {
    fn from(chave: Chave) -> Self {
        Self {
            id: chave.id,
            nome: chave.nome,
            escopos: chave.escopos,
            criada_em: chave.criada_em,
            expira_em: chave.expira_em,
            revogada_em: chave.revogada_em,
        }
    }
}

/// Cria uma chave da empresa.
#[utoipa::path(
    operation_id = "criar_chave",
    tag = "Chaves de API",
    request_body = ChaveEntrada,
    responses((status = 201, description = "A chave; o texto só aparece aqui.", body = ChaveNova)),
    security(("chave_api" = ["chaves:administrar"])),
)]
#[post("/v1/chaves-api")]
pub(super) async fn post(
    acesso: Autorizado<escopos::chaves::Administrar>,
    contexto: Data<Contexto>,
    corpo: Corpo<Value>,
) -> Result<Resposta, Problema> {
    let nao_tem = beyond(&acesso, &corpo.0);
    let corpo: ChaveEntrada = web::parse_with(corpo.0, nao_tem)?;
    let agora = contexto.servico.relogio.agora();
    let criar = move |t: &mut Tenant<'_>| {
        // Asked here, so that a request that is repeated gets the answer it had.
        if corpo.expira_em.is_some_and(|expira_em| expira_em <= agora) {
            return Ok(Err(Problema::validacao(vec![ErroCampo {
                campo: "/expira_em".to_owned(),
                codigo: "fora_do_intervalo".into(),
                detalhe: "deve ser depois de agora".into(),
            }])));
        }
        let criada = crate::chaves::create(t, &corpo.nome, &corpo.escopos, corpo.expira_em, agora)?;
        let sem_texto = ChaveNova { id: criada.id, chave: None };
        let endereco = format!("/v1/chaves-api/{}", criada.id);
        let com_texto = ChaveNova { id: criada.id, chave: Some(criada.texto) };
        Ok(Ok(Resposta::criada(endereco, &sem_texto).mostrando(&com_texto)))
    };
    contexto.servico.gravar(&acesso, criar).await
}

/// A key gives no more than it has: the scopes asked for that `acesso` is without.
fn beyond<E>(acesso: &Autorizado<E>, corpo: &Value) -> Vec<ErroCampo> {
    let pedidos = corpo.get("escopos").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let lidos = pedidos.iter().take(MAX_ESCOPOS).map(|pedido| pedido.as_str()?.parse::<Escopo>().ok());
    let alheios =
        lidos.enumerate().filter(|(_, lido)| lido.is_some_and(|e| !acesso.acesso().escopos.contem(e)));
    alheios
        .map(|(indice, _)| ErroCampo {
            campo: format!("/escopos/{indice}"),
            codigo: "valor_invalido".into(),
            detalhe: "a chave que cria não tem este escopo".into(),
        })
        .collect()
}

fn some_escopo(escopos: Lista<EscopoLido, MAX_ESCOPOS>) -> Result<Vec<Escopo>, ErroValor> {
    if escopos.is_empty() {
        return Err(ErroValor::new("tamanho_invalido", "deve ter ao menos 1 item"));
    }
    Ok(escopos.into_iter().map(|escopo| escopo.0).collect())
}

/// Lista as chaves da empresa, sem os segredos.
#[utoipa::path(
    operation_id = "listar_chaves",
    tag = "Chaves de API",
    responses((status = 200, description = "As chaves.", body = Chaves)),
    security(("chave_api" = ["chaves:administrar"])),
)]
#[get("/v1/chaves-api")]
pub(super) async fn list(
    acesso: Autorizado<escopos::chaves::Administrar>,
    contexto: Data<Contexto>,
) -> Result<Json<Chaves>, Problema> {
    let itens = contexto.servico.da_empresa(&acesso, chaves::list).await?;
    Ok(Json(Chaves { itens: itens.into_iter().map(ChaveLida::from).collect() }))
}

/// Revoga uma chave da empresa. Repetir é seguro.
#[utoipa::path(
    operation_id = "revogar_chave",
    tag = "Chaves de API",
    params(("id" = Uuid, Path, description = "Id da chave.")),
    responses((status = 204, description = "A chave não abre mais nada.")),
    security(("chave_api" = ["chaves:administrar"])),
)]
#[delete("/v1/chaves-api/{id}")]
pub(super) async fn revoke(
    acesso: Autorizado<escopos::chaves::Administrar>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Resposta, Problema> {
    let agora = contexto.servico.relogio.agora();
    let revogar = move |t: &mut Tenant<'_>| {
        let havia = chaves::revoke(t, id.0, agora)?;
        Ok(if havia { Ok(Resposta::vazia()) } else { Err(Problema::nao_encontrado()) })
    };
    contexto.servico.gravar(&acesso, revogar).await
}
