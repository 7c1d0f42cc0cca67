//! What happened to a debtor, in order.

mod frases;
mod partes;

use actix_web::get;
use actix_web::web::Data;
use chrono::{DateTime, NaiveDate, Utc};
use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use domain::acontecimento::TipoAcontecimento;
use domain::ids::DevedorId;
use serde::Serialize;
use store::StoreError;
use store::acontecimentos::{self, AcontecimentoLido, Filtro, Lugar};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use web::{
    Autorizado, Caminho, Consulta, Cursor, ErroValor, ErrosCampo, Limite, Pagina, Problema, escopos, esquema,
    parse_texto,
};

use super::Contexto;
use super::execucoes::passos::AutorDaMudanca;
use partes::Partes;

/// Uma coisa que aconteceu com um devedor. `tipo` diz o que foi e que partes há: `titulo` nos tipos de título e de pagamento,
/// `pagamento` em `pagamento` e `estorno`, `negociacao` nos quatro de negociação, `inscricao` nos dois de inscrição, `acao` em
/// `acao_decidida`, e nos outros a de mesmo nome. Tipos novos podem surgir: `descricao` serve a quem não os conhece.
#[derive(Serialize, ToSchema)]
struct Acontecimento {
    /// Id; não muda.
    #[schema(example = "contato:0192b1f0-0000-7000-8000-000000000001")]
    id: String,
    /// Quando. O que uma noite faz é da hora em que ela começou.
    em: DateTime<Utc>,
    /// O que aconteceu.
    #[schema(value_type = esquema::TipoAcontecimento, example = "contato")]
    tipo: TipoAcontecimento,
    /// O que aconteceu, numa frase.
    #[schema(example = "Contato por telefone: Promessa.")]
    descricao: String,
    /// A chave que o fez; nulo quando foi o próprio sistema, ou não se sabe.
    autor: Option<AutorDaMudanca>,
    #[serde(flatten)]
    partes: Partes,
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Busca {
    /// Só o que for destes tipos, separados por vírgula.
    #[deserr(default)]
    #[param(value_type = Option<Tipos>, inline, example = "tentativa,recibo")]
    tipo: Option<Tipos>,
    /// A partir deste dia, no fuso da empresa.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    de: Option<NaiveDate>,
    /// Até este dia, inclusive.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    ate: Option<NaiveDate>,
    /// Por que ordem: `-em`, a que vale se ausente, do mais recente para o mais antigo; `em`, ao contrário.
    #[deserr(default)]
    #[param(inline)]
    ordem: Ordem,
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, default = 50, minimum = 1, maximum = 200)]
    limite: Limite<200>,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Cursor>, inline)]
    cursor: Option<Cursor<Lugar>>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserr, ToSchema)]
#[deserr(error = ErrosCampo, rename_all = lowercase)]
enum Ordem {
    #[deserr(rename = "em")]
    #[schema(rename = "em")]
    Antigos,
    #[default]
    #[deserr(rename = "-em")]
    #[schema(rename = "-em")]
    Recentes,
}

/// One or more kinds with commas between them.
struct Tipos(Vec<TipoAcontecimento>);

impl Deserr<ErrosCampo> for Tipos {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        parse_texto(valor, local, |texto| {
            let lidos =
                texto.split(',').take(TipoAcontecimento::TODOS.len() + 1).map(TipoAcontecimento::parse);
            let lidos = lidos.collect::<Result<Vec<_>, _>>();
            let lidos = lidos.map_err(|erro| ErroValor::new("valor_invalido", erro.to_string()))?;
            if lidos.len() > TipoAcontecimento::TODOS.len() {
                return Err(ErroValor::new("valor_invalido", "o mesmo tipo foi dito mais de uma vez"));
            }
            Ok(Self(lidos))
        })
    }
}

impl PartialSchema for Tipos {
    fn schema() -> RefOr<Schema> {
        let codigos = TipoAcontecimento::TODOS.iter().map(|t| t.as_str()).collect::<Vec<_>>().join("|");
        let mais = TipoAcontecimento::TODOS.len() - 1;
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(format!("^({codigos})(,({codigos})){{0,{mais}}}$")))
            .into()
    }
}

impl ToSchema for Tipos {}

/// Lê o que aconteceu com um devedor, em ordem: títulos que chegaram e mudaram, pagamentos, negociações, contatos, opt-outs, entradas
/// e saídas de réguas, ações decididas, cada tentativa de envio, recibos e o que pessoas fizeram.
///
/// De uma tentativa vem o começo do texto; inteiro, como saiu, ele está em `GET /v1/execucoes/{id}`. O que aconteceu com um título é do
/// devedor que o tem agora. Um opt-out que foi retirado não aparece mais.
#[utoipa::path(
    operation_id = "ler_linha_do_tempo",
    tag = "Devedores",
    params(("id" = Uuid, Path, description = "Id do devedor."), Busca),
    responses((status = 200, description = "Uma página.", body = Pagina<Acontecimento>)),
    security(("chave_api" = ["linha_do_tempo:ler"])),
)]
#[get("/v1/devedores/{id}/linha-do-tempo")]
pub(super) async fn list(
    acesso: Autorizado<escopos::linha_do_tempo::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<DevedorId>,
    consulta: Consulta<Busca>,
) -> Result<Pagina<Acontecimento>, Problema> {
    let Busca { tipo, de, ate, ordem, limite, cursor } = consulta.0;
    let filtro = Filtro { tipos: tipo.map(|tipos| tipos.0), de, ate, recentes: ordem == Ordem::Recentes };
    let depois_de = cursor.map(|cursor| cursor.0);
    let ler = contexto.servico.da_empresa(&acesso, move |t| {
        let lidos = acontecimentos::list(t, id.0, &filtro, depois_de.as_ref(), limite.com_folga())?;
        lidos.map(|lidos| lidos.into_iter().map(read).collect::<Result<Vec<_>, _>>()).transpose()
    });
    let itens = ler.await?.ok_or_else(Problema::nao_encontrado)?;
    Ok(Pagina::from_rows(itens, limite, |(lugar, _)| lugar.clone()).map(|(_, item)| item))
}

/// As it is answered, with where it stands. The migrations write the parts in this form, and nothing else does.
fn read(lido: AcontecimentoLido) -> Result<(Lugar, Acontecimento), StoreError> {
    let lugar = lido.lugar();
    let tipo = TipoAcontecimento::parse(&lido.tipo).ok().ok_or(StoreError::Unknown("tipo"))?;
    let partes: Partes = serde_json::from_value(lido.dados).ok().ok_or(StoreError::Unknown("dados"))?;
    let nome = lido.autor_nome;
    let item = Acontecimento {
        id: format!("{tipo}:{}", lido.chave),
        em: lido.em,
        tipo,
        descricao: frases::describe(tipo, &partes),
        autor: lido.autor.map(|chave_id| AutorDaMudanca { chave_id, nome }),
        partes,
    };
    Ok((lugar, item))
}
