//! The catalogue of coringas, for whoever writes a text.

use actix_web::get;
use deserr::Deserr;
use domain::execucao::Canal;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use web::{Autorizado, Consulta, ErrosCampo, Pagina, escopos, esquema};

/// Um coringa: escrito `#NOME#` num texto, é trocado pelo valor de cada devedor.
#[derive(Serialize, ToSchema)]
struct Coringa {
    /// Nome, sem os `#`.
    #[schema(example = "PRIMEIRO_NOME")]
    nome: &'static str,
    /// O que ele vira.
    #[schema(example = "Primeiro nome do devedor")]
    descricao: &'static str,
    /// Um valor possível.
    #[schema(example = "Maria")]
    exemplo: &'static str,
    /// Se cabe no assunto de um e-mail.
    no_assunto: bool,
}

impl From<domain::coringas::Coringa> for Coringa {
    fn from(coringa: domain::coringas::Coringa) -> Self {
        Self {
            nome: coringa.nome(),
            descricao: coringa.descricao(),
            exemplo: coringa.exemplo(),
            no_assunto: !coringa.lista(),
        }
    }
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Filtro {
    /// Somente os que valem neste canal; os canais sem texto não têm nenhum.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Canal>, inline)]
    canal: Option<Canal>,
}

/// Lista os coringas que podem ser usados nos textos.
#[utoipa::path(
    operation_id = "listar_coringas",
    tag = "Coringas",
    params(Filtro),
    responses((status = 200, description = "O catálogo, numa página só.", body = Pagina<Coringa>)),
    security(("chave_api" = ["reguas:ler"])),
)]
#[get("/v1/coringas")]
pub(super) async fn list(
    _acesso: Autorizado<escopos::reguas::Ler>,
    consulta: Consulta<Filtro>,
) -> Pagina<Coringa> {
    let com_texto = consulta.0.canal.is_none_or(Canal::exige_conteudo);
    let catalogo = domain::coringas::Coringa::TODOS.iter().filter(|_| com_texto);
    Pagina { itens: catalogo.copied().map(Coringa::from).collect(), proximo_cursor: None }
}
