//! What a contact can come to, as the company calls it (rule f35).

use actix_web::web::{Data, Json};
use actix_web::{get, patch, post};
use deserr::Deserr;
use domain::ids::ResultadoContatoId;
use serde::Serialize;
use store::contatos::{self, EntradaResultado, MudancaResultado, NomeTomado, ResultadoLido};
use store::{StoreError, Tenant};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{
    Autorizado, Caminho, Codigo, Consulta, Corpo, Cursor, ErrosCampo, Lido, Limite, NaoNulo, Pagina,
    Problema, Resposta, Texto, escopos, esquema,
};

use super::Contexto;

/// Two results of one name would be one.
pub(super) static RESULTADO_EXISTENTE: Codigo = Codigo::new(
    "resultado_existente",
    409,
    "Outro resultado de contato já tem esse nome",
    "Cada resultado de contato tem um nome só seu, sem diferença de maiúscula. Use outro, ou ponha o que existe em uso de novo.",
);

/// Um resultado que um contato pode ter.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct ResultadoNovo {
    /// Nome, um para cada, sem diferença de maiúscula.
    nome: Texto<1, 60>,
    /// Grupo, como a empresa os junta.
    grupo: Texto<1, 60>,
    /// Se é positivo: falou-se com o devedor, houve promessa, acordo.
    positivo: bool,
}

/// O que muda em um resultado de contato; o que não vem fica como está.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct ResultadoMudanca {
    /// Nome.
    #[deserr(default)]
    #[schema(value_type = Texto<1, 60>, required = false)]
    nome: NaoNulo<Texto<1, 60>>,
    /// Grupo.
    #[deserr(default)]
    #[schema(value_type = Texto<1, 60>, required = false)]
    grupo: NaoNulo<Texto<1, 60>>,
    /// Se é positivo.
    #[deserr(default)]
    #[schema(value_type = bool, required = false)]
    positivo: NaoNulo<bool>,
    /// Se novos contatos podem ter este resultado.
    #[deserr(default)]
    #[schema(value_type = bool, required = false)]
    ativo: NaoNulo<bool>,
}

/// Um resultado que um contato pode ter.
#[derive(Serialize, ToSchema)]
struct ResultadoDeContato {
    /// Id.
    id: Uuid,
    /// Nome.
    nome: String,
    /// Grupo.
    grupo: String,
    /// Se é positivo.
    positivo: bool,
    /// Se novos contatos podem ter este resultado.
    ativo: bool,
}

impl From<ResultadoLido> for ResultadoDeContato {
    fn from(lido: ResultadoLido) -> Self {
        let ResultadoLido { id, nome, grupo, positivo, ativo } = lido;
        Self { id, nome, grupo, positivo, ativo }
    }
}

/// Cria um resultado de contato, em uso.
#[utoipa::path(
    operation_id = "criar_resultado_de_contato",
    tag = "Contatos",
    request_body(content = ResultadoNovo, example = json!({
        "nome": "Promessa de pagamento", "grupo": "Contato com o devedor", "positivo": true})),
    responses((status = 201, description = "O resultado.", body = ResultadoDeContato)),
    security(("chave_api" = ["contatos:escrever"])),
)]
#[post("/v1/resultados-de-contato")]
pub(super) async fn create(
    acesso: Autorizado<escopos::contatos::Escrever>,
    contexto: Data<Contexto>,
    corpo: Corpo<ResultadoNovo>,
) -> Result<Resposta, Problema> {
    let agora = contexto.servico.relogio.agora();
    let ResultadoNovo { nome, grupo, positivo } = corpo.0;
    let entrada = EntradaResultado { nome: nome.into_string(), grupo: grupo.into_string(), positivo };
    let gravar =
        contexto.servico.gravar(&acesso, move |t| match contatos::create_resultado(t, &entrada, agora)? {
            Ok(id) => {
                Ok(read(t, id)?
                    .map(|lido| Resposta::criada(format!("/v1/resultados-de-contato/{id}"), &lido)))
            }
            Err(NomeTomado) => Ok(Err(taken())),
        });
    gravar.await
}

/// Muda um resultado de contato. Os contatos que já o têm o mostram como ficou.
#[utoipa::path(
    operation_id = "mudar_resultado_de_contato",
    tag = "Contatos",
    params(("id" = Uuid, Path, description = "Id do resultado.")),
    request_body(content = ResultadoMudanca, example = json!({"positivo": false})),
    responses((status = 200, description = "O resultado, como ficou.", body = ResultadoDeContato)),
    security(("chave_api" = ["contatos:escrever"])),
)]
#[patch("/v1/resultados-de-contato/{id}")]
pub(super) async fn change(
    acesso: Autorizado<escopos::contatos::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
    corpo: Corpo<ResultadoMudanca>,
) -> Result<Resposta, Problema> {
    let id = ResultadoContatoId::new(id.0);
    let ResultadoMudanca { nome, grupo, positivo, ativo } = corpo.0;
    let (nome, grupo) = (nome.0.map(Texto::into_string), grupo.0.map(Texto::into_string));
    let mudanca = MudancaResultado { nome, grupo, positivo: positivo.0, ativo: ativo.0 };
    let gravar = contexto.servico.gravar(&acesso, move |t| {
        if contatos::get_resultado(t, id)?.is_none() {
            return Ok(Err(Problema::nao_encontrado()));
        }
        match contatos::change_resultado(t, id, &mudanca)? {
            Ok(()) => Ok(read(t, id)?.map(|lido| Resposta::ok(&lido))),
            Err(NomeTomado) => Ok(Err(taken())),
        }
    });
    gravar.await
}

fn read(
    t: &mut Tenant<'_>,
    id: ResultadoContatoId,
) -> Result<Result<ResultadoDeContato, Problema>, StoreError> {
    let lido = contatos::get_resultado(t, id)?.map(ResultadoDeContato::from);
    Ok(lido.ok_or_else(Problema::nao_encontrado))
}

fn taken() -> Problema {
    Problema::conflito(&RESULTADO_EXISTENTE, "escolha outro nome")
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FiltroResultados {
    /// Só os deste grupo.
    #[deserr(default)]
    #[param(inline)]
    grupo: Option<Texto<1, 60>>,
    /// Só os que estão em uso, ou só os outros.
    #[deserr(default)]
    #[param(value_type = Option<bool>)]
    ativo: Option<Lido<bool>>,
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, default = 50, minimum = 1, maximum = 500)]
    limite: Limite,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Cursor>, inline)]
    cursor: Option<Cursor<Uuid>>,
}

/// Lista os resultados de contato, na ordem em que foram criados.
#[utoipa::path(
    operation_id = "listar_resultados_de_contato",
    tag = "Contatos",
    params(FiltroResultados),
    responses((status = 200, description = "Uma página.", body = Pagina<ResultadoDeContato>)),
    security(("chave_api" = ["contatos:ler"])),
)]
#[get("/v1/resultados-de-contato")]
pub(super) async fn list(
    acesso: Autorizado<escopos::contatos::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<FiltroResultados>,
) -> Result<Pagina<ResultadoDeContato>, Problema> {
    let FiltroResultados { grupo, ativo, limite, cursor } = consulta.0;
    let ler = contexto.servico.da_empresa(&acesso, move |t| {
        let filtro = (grupo.as_deref(), ativo.map(|lido| lido.0));
        contatos::list_resultados(t, filtro, cursor.map(|cursor| cursor.0), limite.com_folga())
    });
    Ok(Pagina::from_rows(ler.await?, limite, |lido| lido.id).map(ResultadoDeContato::from))
}

/// Lê um resultado de contato.
#[utoipa::path(
    operation_id = "ler_resultado_de_contato",
    tag = "Contatos",
    params(("id" = Uuid, Path, description = "Id do resultado.")),
    responses((status = 200, description = "O resultado.", body = ResultadoDeContato)),
    security(("chave_api" = ["contatos:ler"])),
)]
#[get("/v1/resultados-de-contato/{id}")]
pub(super) async fn get(
    acesso: Autorizado<escopos::contatos::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Json<ResultadoDeContato>, Problema> {
    let id = ResultadoContatoId::new(id.0);
    Ok(Json(contexto.servico.da_empresa(&acesso, move |t| read(t, id)).await??))
}
