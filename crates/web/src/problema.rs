//! Errors as people and programs read them: RFC 9457 problem details, in Portuguese, with a stable `codigo`.

pub mod codigos;
mod corpo;

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use actix_cors::CorsError;
use actix_web::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::entrada::{MAX_ERROS, cut};

pub use codigos::Codigo;
pub use corpo::MIDIA_PROBLEMA;

/// What `Retry-After` says when the caller did not say better.
const ESPERA_PADRAO_S: u32 = 2;

/// An answer that is not what was asked for. Handlers return it as their error.
#[derive(Clone, Debug)]
pub struct Problema {
    codigo: &'static Codigo,
    detalhe: Cow<'static, str>,
    erros: Vec<ErroCampo>,
    mudancas: Box<[Mudado]>,
    extra: Extra,
    instancia: Option<Box<str>>,
}

/// The header that a status asks for.
#[derive(Clone, Debug)]
enum Extra {
    Nenhum,
    Autenticar,
    Permitir(Box<str>),
    TentarEm { segundos: u32 },
}

/// Um campo que não foi aceito.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErroCampo {
    /// JSON Pointer (RFC 6901) do campo no corpo, ou `/parametro` da consulta.
    #[schema(example = "/titulos/0/vencimento")]
    pub campo: String,
    /// Código estável do motivo.
    #[schema(example = "formato_invalido")]
    pub codigo: Cow<'static, str>,
    /// O motivo, para uma pessoa.
    #[schema(example = "deve ser uma data no formato AAAA-MM-DD")]
    pub detalhe: Cow<'static, str>,
}

/// Algo que mudou desde que foi mostrado.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Mudado {
    /// JSON Pointer (RFC 6901) no que foi mostrado.
    #[schema(example = "/selecao/atendem")]
    pub campo: String,
    /// Como era; nulo se não havia.
    #[schema(required = true, example = 594)]
    pub antes: Option<i64>,
    /// Como é agora; nulo se não há mais.
    #[schema(required = true, example = 593)]
    pub agora: Option<i64>,
}

impl Problema {
    /// A problem of any code; the way for a service's own table.
    pub fn new(codigo: &'static Codigo, detalhe: impl Into<Cow<'static, str>>) -> Self {
        Self {
            codigo,
            detalhe: detalhe.into(),
            erros: Vec::new(),
            mudancas: Box::default(),
            extra: Extra::Nenhum,
            instancia: None,
        }
    }

    /// 401. Says the same for a missing, malformed, unknown, expired and revoked key.
    #[must_use]
    pub fn nao_autenticado() -> Self {
        let detalhe = "informe uma chave de API válida em Authorization: Bearer";
        Self { extra: Extra::Autenticar, ..Self::new(&codigos::NAO_AUTENTICADO, detalhe) }
    }

    /// 403: the key is good and does not open this door.
    #[must_use]
    pub fn sem_escopo(escopo: &str) -> Self {
        Self::new(&codigos::SEM_ESCOPO, format!("esta operação exige o escopo {escopo}"))
    }

    /// 404, also for what belongs to another company.
    #[must_use]
    pub fn nao_encontrado() -> Self {
        Self::new(&codigos::NAO_ENCONTRADO, "não há nada neste endereço para a sua empresa")
    }

    /// 409 with a code of the service's own table.
    pub fn conflito(codigo: &'static Codigo, detalhe: impl Into<Cow<'static, str>>) -> Self {
        Self::new(codigo, detalhe)
    }

    /// 422 with every refused field, or the first hundred and that there are more.
    #[must_use]
    pub fn validacao(mut erros: Vec<ErroCampo>) -> Self {
        let detalhe = match (cut(&mut erros), erros.len()) {
            (true, _) => format!("mais de {MAX_ERROS} campos não foram aceitos"),
            (false, 1) => "1 campo não foi aceito".to_owned(),
            (false, n) => format!("{n} campos não foram aceitos"),
        };
        Self { erros, ..Self::new(&codigos::VALIDACAO, detalhe) }
    }

    /// The same problem, which says what became other since the caller looked.
    #[must_use]
    pub fn com_mudancas(self, mudancas: Vec<Mudado>) -> Self {
        Self { mudancas: mudancas.into(), ..self }
    }

    /// 400 for a body that is not JSON.
    #[must_use]
    pub fn json_malformado(linha: usize, coluna: usize) -> Self {
        Self::new(
            &codigos::JSON_MALFORMADO,
            format!("o corpo não é JSON válido (linha {linha}, coluna {coluna})"),
        )
    }

    /// 413.
    #[must_use]
    pub fn corpo_grande(limite: usize) -> Self {
        Self::new(&codigos::CORPO_GRANDE, format!("o corpo pode ter no máximo {limite} bytes"))
    }

    /// 415.
    pub fn tipo_de_midia(detalhe: impl Into<Cow<'static, str>>) -> Self {
        Self::new(&codigos::TIPO_DE_MIDIA, detalhe)
    }

    /// 405; `permitidos` goes to `Allow` (`GET, PUT`).
    #[must_use]
    pub fn metodo(permitidos: &str) -> Self {
        let detalhe = format!("este endereço aceita {permitidos}");
        Self {
            extra: Extra::Permitir(permitidos.into()),
            ..Self::new(&codigos::METODO_NAO_PERMITIDO, detalhe)
        }
    }

    /// 503 with `Retry-After`: a busy pool, an absent engine.
    #[must_use]
    pub fn indisponivel() -> Self {
        Self::indisponivel_por(ESPERA_PADRAO_S)
    }

    /// 503 that says how many seconds to wait.
    #[must_use]
    pub fn indisponivel_por(segundos: u32) -> Self {
        let detalhe = format!("tente de novo em {segundos} s");
        Self::new(&codigos::INDISPONIVEL, detalhe).tentar_em(segundos)
    }

    /// 429 that says how many seconds to wait.
    pub(crate) fn limite_de_pedidos(segundos: u32) -> Self {
        let detalhe = format!("a chave fez pedidos demais; tente de novo em {segundos} s");
        Self::new(&codigos::LIMITE_DE_PEDIDOS, detalhe).tentar_em(segundos)
    }

    /// The same problem with a `Retry-After`.
    #[must_use]
    pub fn tentar_em(self, segundos: u32) -> Self {
        Self { extra: Extra::TentarEm { segundos }, ..self }
    }

    /// 400: what a browser asked before the request itself.
    pub(crate) fn cors(erro: &CorsError) -> Self {
        let detalhe = match erro {
            CorsError::OriginNotAllowed => "a origem da página não está entre as que http.cors permite",
            CorsError::MethodNotAllowed => "o método não é um dos que outra origem pode pedir",
            CorsError::HeadersNotAllowed => "um dos cabeçalhos não é dos que outra origem pode enviar",
            CorsError::WildcardOrigin
            | CorsError::MissingOrigin
            | CorsError::MissingRequestMethod
            | CorsError::BadRequestMethod
            | CorsError::BadRequestHeaders
            | _ => "a pergunta do navegador (preflight) veio incompleta",
        };
        Self::new(&codigos::CORS_RECUSADO, detalhe)
    }

    /// An internal error (500). The cause goes to the log, here and only here; the answer says nothing of it.
    ///
    /// `fazendo` names what was being done. The text of `causa` must carry no personal data.
    #[must_use]
    pub fn interno(fazendo: &'static str, causa: &dyn Error) -> Self {
        tracing::error!(fazendo, erro = %cadeia(causa), "erro interno");
        Self::interno_sem_causa()
    }

    /// 500 of something that was logged where it happened.
    #[must_use]
    pub(crate) fn interno_sem_causa() -> Self {
        Self::new(&codigos::INTERNO, "a operação falhou por um erro nosso")
    }

    /// The problem an HTTP status alone stands for.
    pub(crate) fn de_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::nao_autenticado(),
            StatusCode::NOT_FOUND => Self::nao_encontrado(),
            StatusCode::SERVICE_UNAVAILABLE => Self::indisponivel(),
            outro if outro.is_server_error() => Self::interno_sem_causa(),
            outro => Self::new(codigos::de_status(outro.as_u16()), "a requisição não foi aceita"),
        }
    }

    /// The same problem, told apart from others by the id of its request.
    #[must_use]
    pub fn na_requisicao(self, id: &str) -> Self {
        Self { instancia: Some(id.into()), ..self }
    }

    /// The code.
    #[must_use]
    pub fn codigo(&self) -> &'static Codigo {
        self.codigo
    }

    /// The refused fields.
    #[must_use]
    pub fn erros(&self) -> &[ErroCampo] {
        &self.erros
    }
}

impl fmt::Display for Problema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.codigo.codigo, self.codigo.status)
    }
}

impl Error for Problema {}

/// An error and its causes in one line.
fn cadeia(erro: &dyn Error) -> String {
    let mut texto = erro.to_string();
    let mut causa = erro.source();
    while let Some(atual) = causa {
        texto.push_str(": ");
        texto.push_str(&atual.to_string());
        causa = atual.source();
    }
    texto
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError as _;
    use serde_json::{Value, json};

    use super::*;

    fn corpo(problema: &Problema) -> Value {
        serde_json::from_str(&problema.json()).unwrap()
    }

    #[test]
    fn the_body_is_rfc_9457_and_tells_every_field() {
        let erro = ErroCampo { campo: "/a".into(), codigo: "obrigatorio".into(), detalhe: "falta".into() };
        let problema = Problema::validacao(vec![erro]).na_requisicao("r-1");
        let esperado = json!({
            "type": "/erros/validacao", "title": "Dados inválidos", "status": 422, "detail": "1 campo não foi aceito",
            "codigo": "validacao", "instance": "r-1",
            "erros": [{"campo": "/a", "codigo": "obrigatorio", "detalhe": "falta"}],
        });
        assert_eq!(corpo(&problema), esperado);
    }

    #[test]
    fn what_changed_since_the_caller_looked_stands_apart_from_the_fields_that_were_sent() {
        let mudado = Mudado { campo: "/n".into(), antes: Some(3), agora: None };
        let problema = Problema::indisponivel().com_mudancas(vec![mudado]);
        let corpo = corpo(&problema);
        assert_eq!(corpo["mudancas"], json!([{"campo": "/n", "antes": 3, "agora": null}]));
        assert_eq!(corpo.get("erros"), None);
    }

    #[test]
    fn each_status_brings_the_header_it_needs() {
        let casos = [
            (Problema::nao_autenticado(), 401, "www-authenticate", r#"Bearer realm="cobranca""#),
            (Problema::metodo("GET, PUT"), 405, "allow", "GET, PUT"),
            (Problema::indisponivel_por(7), 503, "retry-after", "7"),
            (Problema::sem_escopo("titulos:ler"), 403, "content-type", MIDIA_PROBLEMA),
        ];
        for (problema, status, cabecalho, valor) in casos {
            let resposta = problema.error_response();
            assert_eq!(resposta.status().as_u16(), status);
            assert_eq!(resposta.headers().get(cabecalho).unwrap(), valor);
        }
    }

    #[test]
    fn an_internal_error_tells_nothing_of_its_cause() {
        let causa = std::io::Error::other("canario em 10.0.0.1");
        let problema = Problema::interno("lendo", &causa);
        assert!(
            !problema.json().contains("canario") && !format!("{problema:?} {problema}").contains("canario")
        );
        assert_eq!(problema.status_code(), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[test]
    fn a_problem_is_small_enough_to_be_returned_everywhere() {
        assert!(size_of::<Problema>() <= 112, "{}", size_of::<Problema>());
    }
}
