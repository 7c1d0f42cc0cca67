//! The catalogue of coringas, for whoever writes a text.

use actix_web::get;
use deserr::Deserr;
use domain::coringas::{Lugar, Modificador};
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
    /// De quem ou de que ele fala.
    #[schema(value_type = esquema::EscopoCoringa, example = "devedor")]
    escopo: &'static str,
    /// O que ele vira; disso depende que modificadores aceita.
    #[schema(value_type = esquema::TipoCoringa, example = "texto")]
    tipo: &'static str,
    /// Se vira várias linhas: uma tabela, onde o canal tem tabelas.
    lista: bool,
    /// O máximo de caracteres, quando se conhece.
    #[schema(example = 150)]
    tamanho_maximo: Option<u16>,
    /// Canais em cujo texto cabe.
    #[schema(value_type = Vec<esquema::Canal>)]
    canais: Vec<&'static str>,
    /// Se cabe no assunto de um e-mail.
    no_assunto: bool,
    /// Modificadores que aceita, escritos depois do nome: `#NOME|maiusculo#`, `#LISTA_TITULOS|max=5#`, `#TOTAL|extenso#`,
    /// `#NOME|padrao=cliente#`. Valem da esquerda para a direita.
    #[schema(example = json!(["maiusculo", "minusculo", "capitalizado", "max", "padrao"]))]
    modificadores: Vec<&'static str>,
}

impl From<domain::coringas::Coringa> for Coringa {
    fn from(coringa: domain::coringas::Coringa) -> Self {
        Self {
            nome: coringa.nome(),
            descricao: coringa.descricao(),
            exemplo: coringa.exemplo(),
            escopo: coringa.escopo().as_str(),
            tipo: coringa.tipo().as_str(),
            lista: coringa.lista(),
            tamanho_maximo: coringa.tamanho_maximo(),
            canais: channels(coringa),
            no_assunto: coringa.cabe(Canal::Email, Lugar::Assunto),
            modificadores: Modificador::of(coringa.tipo()).collect(),
        }
    }
}

fn channels(coringa: domain::coringas::Coringa) -> Vec<&'static str> {
    let cabe = Canal::TODOS.iter().filter(|canal| coringa.cabe(**canal, Lugar::Corpo));
    cabe.map(|canal| canal.as_str()).collect()
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
    let canal = consulta.0.canal;
    let cabe =
        |coringa: &&domain::coringas::Coringa| canal.is_none_or(|canal| coringa.cabe(canal, Lugar::Corpo));
    let catalogo = domain::coringas::Coringa::TODOS.iter().filter(cabe);
    Pagina { itens: catalogo.copied().map(Coringa::from).collect(), proximo_cursor: None }
}
