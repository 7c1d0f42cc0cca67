//! The HTTP kit of the services: what comes in is parsed at the edge, who calls is known before anything is read, and
//! every refusal is a problem+json in Portuguese.
//!
//! A service is a `configure` function of routes and a call to [`serve`]. This crate knows no database: looking keys up
//! and telling readiness are closures it is handed.

mod autenticacao;
mod bloqueio;
mod entrada;
pub mod esquema;
mod idempotencia;
mod openapi;
mod pagina;
pub mod problema;
mod resposta;
mod servidor;
mod versao;

pub use autenticacao::{
    Acesso, Autenticador, Autorizado, ChaveApresentada, ChaveInvalida, ChaveNova, Escopo, EscopoDesconhecido,
    Escopos, Exige, HASH_BYTES, Solicitante, escopos,
};
pub use bloqueio::bloquear;
pub use entrada::{
    Caminho, Consulta, Corpo, Descomprimido, ErroValor, ErrosCampo, Inteiro, Itens, LIMITE_CORPO, Legivel,
    Lido, LimiteCorpo, Lista, NaoNulo, Texto, TextoLongo, parse, parse_item, parse_texto, parse_with,
};
pub use idempotencia::Idempotencia;
pub use openapi::{InfoApi, documento, rotas_sem_escopo};
pub use pagina::{Cursor, Limite, Pagina, Paginacao, seal};
pub use problema::{Codigo, ErroCampo, Mudado, Problema};
pub use resposta::Resposta;
pub use servidor::{Parada, Prontidao, RequestId, ServerConfig, Servidor, serve};
pub use utoipa_actix_web::service_config::ServiceConfig;
pub use versao::{SeVersao, etag};
