//! Query strings, with the same strictness as bodies.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Query;
use actix_web::{FromRequest, HttpRequest};
use deserr::Deserr;
use serde_json::{Map, Value};

use super::erros::{ErrosCampo, parse};
use crate::problema::{ErroCampo, Problema, codigos};

/// The query string parsed into `T`; unknown, repeated or refused parameters are a 422 that lists them all.
///
/// Every value arrives as text: use `Texto`, `Lido<u32>`, `NaiveDate`, the types of the domain, `Limite`, `Cursor`.
#[derive(Clone, Debug)]
pub struct Consulta<T>(pub T);

impl<T: Deserr<ErrosCampo>> FromRequest for Consulta<T> {
    type Error = Problema;
    type Future = Ready<Result<Self, Problema>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(from_query(req.query_string()).map(Consulta))
    }
}

fn from_query<T: Deserr<ErrosCampo>>(consulta: &str) -> Result<T, Problema> {
    let Ok(pares) = Query::<Vec<(String, String)>>::from_query(consulta) else {
        return Err(Problema::new(&codigos::REQUISICAO_INVALIDA, "os parâmetros não puderam ser lidos"));
    };
    let mut campos = Map::new();
    let mut repetidos = Vec::new();
    for (nome, valor) in pares.into_inner() {
        if campos.contains_key(&nome) {
            repetidos.push(ErroCampo {
                campo: format!("/{}", nome.chars().take(64).collect::<String>()),
                codigo: "repetido".into(),
                detalhe: "parâmetro repetido".into(),
            });
        }
        campos.insert(nome, Value::String(valor));
    }
    match parse(Value::Object(campos)) {
        Ok(consulta) if repetidos.is_empty() => Ok(consulta),
        Ok(_) => Err(Problema::validacao(repetidos)),
        Err(mut erros) => {
            repetidos.append(&mut erros);
            Err(Problema::validacao(repetidos))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entrada::{Lido, Texto};

    #[derive(Debug, Deserr)]
    #[deserr(error = ErrosCampo, deny_unknown_fields)]
    struct Filtro {
        #[deserr(default)]
        nome: Option<Texto<1, 5>>,
        #[deserr(default)]
        dias: Option<Lido<u8>>,
    }

    fn faltas(consulta: &str) -> Vec<String> {
        let problema = from_query::<Filtro>(consulta).unwrap_err();
        problema.erros().iter().map(|e| format!("{} {}", e.campo, e.codigo)).collect()
    }

    #[test]
    fn parameters_are_decoded_and_typed() {
        let filtro = from_query::<Filtro>("nome=a%C3%A7%C3%A3o&dias=7").unwrap();
        assert_eq!(filtro.nome.as_deref(), Some("ação"));
        assert_eq!(filtro.dias, Some(Lido(7)));
        assert!(from_query::<Filtro>("").unwrap().nome.is_none());
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
