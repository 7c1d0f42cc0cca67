//! What comes in, parsed at the edge: every refused field at once, as JSON Pointers with Portuguese reasons.
//!
//! A DTO is a struct of already parsed types:
//!
//! ```
//! # use deserr::Deserr;
//! use web::{ErrosCampo, Texto};
//!
//! #[derive(Deserr)]
//! #[deserr(error = ErrosCampo, deny_unknown_fields)]
//! struct NovoCredor {
//!     nome: Texto<1, 120>,
//!     #[deserr(default)]
//!     desde: Option<chrono::NaiveDate>,
//! }
//!
//! let corpo = serde_json::json!({"nome": "", "desde": "ontem", "cor": 1});
//! let erros = web::parse::<NovoCredor>(corpo).err().unwrap();
//! let campos: Vec<_> = erros.iter().map(|e| (e.campo.as_str(), e.codigo.as_ref())).collect();
//! assert_eq!(
//!     campos,
//!     [("/cor", "desconhecido"), ("/desde", "formato_invalido"), ("/nome", "tamanho_invalido")]
//! );
//! ```

mod caminho;
mod compressao;
mod consulta;
mod corpo;
mod dominio;
mod erros;
mod inteiro;
mod texto;
mod tipos;

pub use caminho::Caminho;
pub use compressao::Descomprimido;
pub use consulta::Consulta;
pub(crate) use consulta::pairs;
pub use corpo::{Corpo, Itens, LIMITE_CORPO, LimiteCorpo};
pub use erros::{ErroValor, ErrosCampo, parse, parse_item, parse_with};
pub(crate) use erros::{MAX_ERROS, cut};
pub use inteiro::Inteiro;
pub use texto::{Texto, TextoLongo};
pub use tipos::{Legivel, Lido, Lista, NaoNulo, parse_texto};
