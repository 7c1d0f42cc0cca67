//! Pages by cursor: the caller says how many, and where the last page ended.

use actix_web::body::BoxBody;
use actix_web::{HttpRequest, HttpResponse, Responder};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::entrada::{ErroValor, ErrosCampo, Lido, pairs, parse_texto};

const LIMITE_PADRAO: u16 = 50;
const LIMITE_MAX: u16 = 500;
/// Longest cursor that is looked at; ours are far shorter.
const CURSOR_MAX: usize = 512;
/// The parameter that a cursor comes in, and the one that may be another on every page.
pub(crate) const CURSOR: &str = "cursor";
const LIMITE: &str = "limite";
/// Bytes of a seal, which are no secret: they keep a cursor from being taken elsewhere by mistake.
const SELO_BYTES: usize = 6;
const SELO_DIGITOS: usize = 8;

/// Items per page: 1 to `MAX`, 50 when nothing is said. A list of large items has a smaller `MAX`, but no smaller than that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limite<const MAX: u16 = LIMITE_MAX>(u16);

/// Where a page ended, as the keys of its last item. Opaque to the caller: base64url of a small JSON, and a seal of the list
/// that it is of ([`seal`]). It is not signed, because it opens nothing: it only says where to go on inside what the key may
/// see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor<C>(pub C);

/// The whole query of a list without filters. A list with filters has the two fields in a DTO of its own.
#[derive(Clone, Debug, Deserr)]
#[deserr(error = ErrosCampo, deny_unknown_fields, where_predicate = C: DeserializeOwned)]
pub struct Paginacao<C> {
    /// Items per page.
    #[deserr(default)]
    pub limite: Limite,
    /// Where the page before ended.
    #[deserr(default)]
    pub cursor: Option<Cursor<C>>,
}

/// How [`Paginacao`] looks in the OpenAPI document.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only its schema is used")]
struct Parametros {
    /// Itens por página.
    #[param(default = 50, minimum = 1, maximum = 500)]
    limite: Option<u16>,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[param(value_type = Option<crate::esquema::Cursor>, inline)]
    cursor: Option<String>,
}

/// Uma página de uma lista.
// It is answered as it is, for only an answer knows which list its cursor is of: hence no `Serialize`.
#[derive(Clone, Debug, ToSchema)]
pub struct Pagina<T> {
    /// Os itens desta página.
    pub itens: Vec<T>,
    /// Onde a próxima página começa; nulo na última.
    #[schema(required = true)]
    pub proximo_cursor: Option<String>,
}

impl<const MAX: u16> Limite<MAX> {
    /// The number of items.
    #[must_use]
    pub fn get(self) -> usize {
        self.0.into()
    }

    /// One more than asked for: what to select, so that the page knows whether another follows.
    #[must_use]
    pub fn com_folga(self) -> i64 {
        i64::from(self.0) + 1
    }
}

impl<const MAX: u16> Default for Limite<MAX> {
    fn default() -> Self {
        const { assert!(LIMITE_PADRAO <= MAX) };
        Self(LIMITE_PADRAO)
    }
}

impl<C: Serialize> Cursor<C> {
    /// The opaque text.
    #[must_use]
    pub fn encode(&self) -> String {
        // Keys are numbers, texts, days and ids: they always serialize.
        BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&self.0).unwrap_or_default())
    }
}

impl<C: DeserializeOwned> Cursor<C> {
    /// Reads the opaque text.
    ///
    /// # Errors
    /// When it was not made by [`Cursor::encode`] for the same kind of key.
    pub fn decode(texto: &str) -> Result<Self, ErroValor> {
        let lido = (texto.len() <= CURSOR_MAX)
            .then(|| BASE64_URL_SAFE_NO_PAD.decode(texto).ok())
            .flatten()
            .and_then(|json| serde_json::from_slice(&json).ok())
            .filter(is_ours)
            .and_then(|json| C::deserialize(json).ok());
        lido.map(Self).ok_or_else(|| {
            let detalhe = "use o proximo_cursor da página anterior, com os mesmos filtros e a mesma ordem";
            ErroValor::new("cursor_invalido", detalhe)
        })
    }
}

/// The cursor as it is given out with a page of the list at `caminho` as it was asked for by `consulta`: to the same address
/// and the same filters and order it leads on, anywhere else it is refused.
#[must_use]
pub fn seal(cursor: &str, caminho: &str, consulta: &str) -> String {
    format!("{cursor}{}", stamp(caminho, &pairs(consulta).unwrap_or_default()))
}

/// The cursor inside of `selado`, if it was given out for this list, asked for by these parameters.
pub(crate) fn unsealed<'c>(selado: &'c str, caminho: &str, pares: &[(String, String)]) -> Option<&'c str> {
    let (cursor, selo) = selado.split_at_checked(selado.len().checked_sub(SELO_DIGITOS)?)?;
    (selo == stamp(caminho, pares)).then_some(cursor)
}

/// What tells a list from any other: its address and its parameters, but for those that differ from page to page.
fn stamp(caminho: &str, pares: &[(String, String)]) -> String {
    let mut dela: Vec<_> = pares.iter().filter(|(nome, _)| nome != CURSOR && nome != LIMITE).collect();
    dela.sort_unstable();
    let textos = dela.iter().flat_map(|(nome, valor)| [nome.as_str(), valor.as_str()]);
    let resumo = std::iter::once(caminho).chain(textos).fold(Sha256::new(), |resumo, texto| {
        // The length before each, so that no two lists are written alike.
        resumo.chain_update(texto.len().to_be_bytes()).chain_update(texto)
    });
    let bytes: Vec<u8> = resumo.finalize().into_iter().take(SELO_BYTES).collect();
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Whether the database can hold it: PostgreSQL takes neither a NUL nor every date that chrono reads.
fn is_ours(chave: &serde_json::Value) -> bool {
    match chave {
        serde_json::Value::String(texto) => !is_far_date(texto) && !texto.contains(char::is_control),
        serde_json::Value::Array(partes) => partes.iter().all(is_ours),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::Object(_) => true,
    }
}

/// A date outside the years 0 to 9999 is written with a sign: `+262142-12-31`.
fn is_far_date(texto: &str) -> bool {
    let ano = texto.strip_prefix(['+', '-']).and_then(|resto| resto.split_once('-')).map(|(ano, _)| ano);
    ano.is_some_and(|ano| ano.len() >= 4 && ano.bytes().all(|b| b.is_ascii_digit()))
}

impl<T> Pagina<T> {
    /// A page from rows selected with [`Limite::com_folga`]; `chave` says where an item stands in the order.
    pub fn from_rows<C: Serialize, const MAX: u16>(
        mut linhas: Vec<T>,
        limite: Limite<MAX>,
        chave: impl Fn(&T) -> C,
    ) -> Self {
        let ha_mais = linhas.len() > limite.get();
        linhas.truncate(limite.get());
        let proximo_cursor = linhas.last().filter(|_| ha_mais).map(|ultimo| Cursor(chave(ultimo)).encode());
        Self { itens: linhas, proximo_cursor }
    }

    /// The same page with its items turned into what the caller reads.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Pagina<U> {
        Pagina { itens: self.itens.into_iter().map(f).collect(), proximo_cursor: self.proximo_cursor }
    }
}

impl<T: Serialize> Responder for Pagina<T> {
    type Body = BoxBody;

    fn respond_to(self, req: &HttpRequest) -> HttpResponse {
        #[derive(Serialize)]
        struct Corpo<T> {
            itens: Vec<T>,
            proximo_cursor: Option<String>,
        }
        let selado = |cursor: String| seal(&cursor, req.path(), req.query_string());
        let Self { itens, proximo_cursor } = self;
        HttpResponse::Ok().json(Corpo { itens, proximo_cursor: proximo_cursor.map(selado) })
    }
}

impl<const MAX: u16> Deserr<ErrosCampo> for Limite<MAX> {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef,
    ) -> Result<Self, ErrosCampo> {
        let fora = || {
            let detalhe = format!("deve ser um número de 1 a {MAX}");
            ErrosCampo::at(local, ErroValor::new("fora_do_intervalo", detalhe))
        };
        let lido = Lido::<u16>::deserialize_from_value(valor, local).ok();
        let aceito = lido.filter(|lido| (1..=MAX).contains(&lido.0));
        aceito.map(|lido| Self(lido.0)).ok_or_else(fora)
    }
}

impl<C: DeserializeOwned> Deserr<ErrosCampo> for Cursor<C> {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef,
    ) -> Result<Self, ErrosCampo> {
        parse_texto(valor, local, Self::decode)
    }
}

impl<C> IntoParams for Paginacao<C> {
    fn into_params(parameter_in: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        Parametros::into_params(parameter_in)
    }
}

impl<const MAX: u16> PartialSchema for Limite<MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(MAX)).into()
    }
}

impl<const MAX: u16> ToSchema for Limite<MAX> {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::entrada::parse;

    type Chave = (i64, String);

    fn paginacao(valor: serde_json::Value) -> Result<Paginacao<Chave>, Vec<String>> {
        parse(valor).map_err(|erros| erros.iter().map(|e| format!("{} {}", e.campo, e.codigo)).collect())
    }

    #[test]
    fn nothing_said_is_fifty_from_the_beginning() {
        let padrao = paginacao(json!({})).unwrap();
        assert_eq!((padrao.limite.get(), padrao.cursor), (50, None));
    }

    #[test]
    fn a_limit_outside_1_to_500_is_refused() {
        assert_eq!(paginacao(json!({"limite": "500"})).unwrap().limite.com_folga(), 501);
        for ruim in ["0", "501", "-1", "x", "", "1.5", "70000"] {
            assert_eq!(
                paginacao(json!({"limite": ruim})).unwrap_err(),
                ["/limite fora_do_intervalo"],
                "{ruim}"
            );
        }
    }

    #[test]
    fn a_list_of_large_items_has_a_smaller_limit() {
        let lido = |n: u16| parse::<Limite<60>>(json!(n.to_string())).map(Limite::get);
        assert_eq!((lido(60).unwrap(), Limite::<60>::default().get()), (60, 50));
        assert_eq!(lido(61).unwrap_err()[0].detalhe, "deve ser um número de 1 a 60");
    }

    #[test]
    fn pages_chain_until_the_last_and_lose_nothing() {
        let todos: Vec<i64> = (0..7).collect();
        let (mut vistos, mut cursor) = (Vec::new(), None::<Cursor<i64>>);
        loop {
            let inicio = cursor.map_or(-1, |c| c.0);
            let limite = parse::<Limite>(json!(3)).unwrap();
            let folga = usize::try_from(limite.com_folga()).unwrap();
            let linhas = todos.iter().copied().filter(|n| *n > inicio).take(folga).collect();
            let pagina = Pagina::from_rows(linhas, limite, |n| *n);
            vistos.extend(pagina.itens);
            let Some(proximo) = pagina.proximo_cursor else { break };
            cursor = Some(Cursor::decode(&proximo).unwrap());
        }
        assert_eq!(vistos, todos);
    }

    #[test]
    fn a_page_that_ends_exactly_at_the_limit_is_the_last() {
        let limite = parse::<Limite>(json!(3)).unwrap();
        assert_eq!(Pagina::from_rows(vec![1, 2, 3], limite, |n| *n).proximo_cursor, None);
        let pagina = Pagina::from_rows(vec![1, 2, 3, 4], limite, |n| *n).map(|n| n * 10);
        assert_eq!(pagina.itens, [10, 20, 30]);
        assert_eq!(Cursor::<i32>::decode(&pagina.proximo_cursor.unwrap()), Ok(Cursor(3)));
    }

    #[test]
    fn a_cursor_with_a_date_that_postgresql_cannot_hold_is_refused() {
        for data in ["-262143-01-01", "+262142-12-31"] {
            let dia: chrono::NaiveDate = data.parse().unwrap();
            let texto = Cursor((dia, 1)).encode();
            assert!(Cursor::<(chrono::NaiveDate, i32)>::decode(&texto).is_err(), "{data}");
        }
    }

    #[test]
    fn a_cursor_of_another_list_or_none_at_all_is_refused() {
        let alheio = Cursor("2026-03-10").encode();
        for ruim in [alheio.as_str(), "", "!", "AAAA", &"A".repeat(600)] {
            assert_eq!(
                paginacao(json!({"cursor": ruim})).unwrap_err(),
                ["/cursor cursor_invalido"],
                "{ruim}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_cursor_reads_back_and_a_tampered_one_never_panics(n: i64, s in "\\PC{0,20}", onde: usize, troca: u8) {
            let cursor = Cursor((n, s));
            let texto = cursor.encode();
            prop_assert_eq!(Cursor::<Chave>::decode(&texto), Ok(cursor));
            let mut bytes = texto.into_bytes();
            let onde = onde % bytes.len();
            bytes[onde] = troca;
            if let Ok(Cursor((_, s))) = Cursor::<Chave>::decode(&String::from_utf8_lossy(&bytes)) {
                prop_assert!(s.len() <= CURSOR_MAX);
            }
        }
    }
}
