//! Query strings, with the same strictness as bodies.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Query;
use actix_web::{FromRequest, HttpRequest};
use chrono::{DateTime, NaiveDate};
use deserr::Deserr;
use domain::dinheiro::Centavos;
use domain::texto::nfc;
use serde_json::{Map, Value};

use super::erros::{ErrosCampo, parse};
use crate::pagina::{CURSOR, unsealed};
use crate::problema::{ErroCampo, Problema, codigos};

/// The query string parsed into `T`; unknown, repeated or refused parameters are a 422 that lists them all, and so are two
/// that are the wrong way round, `x_de` after `x_ate`. A cursor is one of this address with these parameters.
///
/// Every value arrives as text: use `Texto`, `Lido<u32>`, `NaiveDate`, the types of the domain, `Limite`, `Cursor`.
#[derive(Clone, Debug)]
pub struct Consulta<T>(pub T);

impl<T: Deserr<ErrosCampo>> FromRequest for Consulta<T> {
    type Error = Problema;
    type Future = Ready<Result<Self, Problema>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(from_query(req.path(), req.query_string()).map(Consulta))
    }
}

/// The parameters of a query, decoded, each text spelled in one way; `None` when it cannot be read.
pub(crate) fn pairs(consulta: &str) -> Option<Vec<(String, String)>> {
    let pares = Query::<Vec<(String, String)>>::from_query(consulta).ok()?.into_inner();
    Some(pares.into_iter().map(|(nome, valor)| (nome, nfc(&valor).into_owned())).collect())
}

fn from_query<T: Deserr<ErrosCampo>>(caminho: &str, consulta: &str) -> Result<T, Problema> {
    let Some(mut pares) = pairs(consulta) else {
        return Err(Problema::new(&codigos::REQUISICAO_INVALIDA, "os parâmetros não puderam ser lidos"));
    };
    // One of another list becomes one of none, which is refused where a cursor is taken at all.
    let abertos: Vec<String> = pares
        .iter()
        .filter(|(nome, _)| nome == CURSOR)
        .map(|(_, selado)| unsealed(selado, caminho, &pares).unwrap_or_default().to_owned())
        .collect();
    let cursores = pares.iter_mut().filter(|(nome, _)| nome == CURSOR);
    cursores.zip(abertos).for_each(|((_, selado), aberto)| *selado = aberto);
    let mut campos = Map::new();
    let mut repetidos = Vec::new();
    for (nome, valor) in pares {
        if campos.contains_key(&nome) {
            repetidos.push(ErroCampo {
                campo: format!("/{}", nome.chars().take(64).collect::<String>()),
                codigo: "repetido".into(),
                detalhe: "parâmetro repetido".into(),
            });
        }
        campos.insert(nome, Value::String(valor));
    }
    repetidos.append(&mut inverted(&campos));
    match parse(Value::Object(campos)) {
        Ok(consulta) if repetidos.is_empty() => Ok(consulta),
        Ok(_) => Err(Problema::validacao(repetidos)),
        Err(mut erros) => {
            repetidos.append(&mut erros);
            Err(Problema::validacao(repetidos))
        }
    }
}

/// The ranges, `x_de` to `x_ate`, whose end comes before their beginning.
fn inverted(campos: &Map<String, Value>) -> Vec<ErroCampo> {
    let invertidos = campos.iter().filter_map(|(nome, de)| {
        let que = nome.strip_suffix("de").filter(|que| que.is_empty() || que.ends_with('_'))?;
        let fim = format!("{que}ate");
        let ate = campos.get(&fim)?;
        ends_before(de.as_str()?, ate.as_str()?).then(|| ErroCampo {
            campo: format!("/{fim}"),
            codigo: "intervalo_invertido".into(),
            detalhe: "o fim vem antes do começo".into(),
        })
    });
    invertidos.collect()
}

/// Of two days, two instants or two amounts; what can be read as neither is refused for that.
fn ends_before(de: &str, ate: &str) -> bool {
    let dias = de.parse::<NaiveDate>().ok().zip(ate.parse::<NaiveDate>().ok());
    let instantes = DateTime::parse_from_rfc3339(de).ok().zip(DateTime::parse_from_rfc3339(ate).ok());
    let quantias = Centavos::parse(de).ok().zip(Centavos::parse(ate).ok());
    dias.is_some_and(|(de, ate)| ate < de)
        || instantes.is_some_and(|(de, ate)| ate < de)
        || quantias.is_some_and(|(de, ate)| ate < de)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entrada::{Lido, Texto};
    use crate::pagina::{Cursor, Limite, seal};

    #[derive(Debug, Deserr)]
    #[deserr(error = ErrosCampo, deny_unknown_fields)]
    struct Filtro {
        #[deserr(default)]
        nome: Option<Texto<1, 5>>,
        #[deserr(default)]
        dias: Option<Lido<u8>>,
        #[deserr(default)]
        saldo_de: Option<Centavos>,
        #[deserr(default)]
        saldo_ate: Option<Centavos>,
        #[deserr(default)]
        de: Option<NaiveDate>,
        #[deserr(default)]
        ate: Option<NaiveDate>,
        #[deserr(default)]
        limite: Limite,
        #[deserr(default)]
        cursor: Option<Cursor<u8>>,
    }

    fn read(consulta: &str) -> Result<Filtro, Problema> {
        from_query("/v1/amostras", consulta)
    }

    fn faltas(consulta: &str) -> Vec<String> {
        let problema = read(consulta).unwrap_err();
        problema.erros().iter().map(|e| format!("{} {}", e.campo, e.codigo)).collect()
    }

    #[test]
    fn parameters_are_decoded_and_typed() {
        let filtro = read("nome=a%C3%A7%C3%A3o&dias=7").unwrap();
        assert_eq!(filtro.nome.as_deref(), Some("ação"));
        assert_eq!(filtro.dias, Some(Lido(7)));
        assert!(read("").unwrap().nome.is_none());
    }

    #[test]
    fn a_letter_and_its_accent_are_one_character_however_they_were_sent() {
        assert_eq!(read("nome=Joa%CC%83o").unwrap().nome.as_deref(), Some("João"));
    }

    #[test]
    fn a_range_whose_end_comes_first_is_refused_and_one_of_a_single_value_is_not() {
        assert_eq!(
            faltas("de=2026-03-02&ate=2026-03-01&saldo_de=10&saldo_ate=9.99"),
            ["/ate intervalo_invertido", "/saldo_ate intervalo_invertido"]
        );
        let igual = read("de=2026-03-01&ate=2026-03-01&saldo_de=9.9&saldo_ate=10").unwrap();
        assert_eq!((igual.de, igual.ate), (igual.ate, igual.de));
        assert!(igual.saldo_de < igual.saldo_ate);
    }

    #[test]
    fn a_cursor_is_taken_with_the_parameters_it_was_given_for_and_with_no_others() {
        let selado = seal(&Cursor(7_u8).encode(), "/v1/amostras", "nome=a%C3%A7&dias=7&limite=1");
        let segue = read(&format!("dias=7&limite=9&nome=a%63%CC%A7&cursor={selado}").replace("a%63", "ac"));
        let segue = segue.unwrap();
        assert_eq!(
            (segue.cursor, segue.limite.get()),
            (Some(Cursor(7)), 9),
            "in any order, however it is spelled"
        );
        for outros in ["", "nome=a%C3%A7&", "nome=a%C3%A7&dias=8&", "nome=a%C3%A7&dias=7&saldo_de=1&"] {
            assert_eq!(faltas(&format!("{outros}cursor={selado}")), ["/cursor cursor_invalido"], "{outros}");
        }
        let noutra = from_query::<Filtro>("/v1/outras", &format!("nome=a%C3%A7&dias=7&cursor={selado}"));
        assert_eq!(noutra.unwrap_err().erros()[0].codigo, "cursor_invalido");
        assert_eq!(faltas(&format!("cursor={}", Cursor(7_u8).encode())), ["/cursor cursor_invalido"]);
        assert_eq!(faltas("cursor=%C3%A7%C3%A7%C3%A7%C3%A7%C3%A7"), ["/cursor cursor_invalido"]);
    }

    #[test]
    fn unknown_repeated_and_refused_parameters_are_told_together() {
        assert_eq!(
            faltas("dias=300&x=1&nome=%00"),
            ["/dias valor_invalido", "/nome caractere_invalido", "/x desconhecido"]
        );
        assert_eq!(faltas("dias=1&dias=2"), ["/dias repetido"]);
        assert_eq!(faltas("dias=1&dias=x"), ["/dias repetido", "/dias valor_invalido"]);
    }
}
