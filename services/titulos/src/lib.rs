//! The service of the ERP's side: companies, API keys, debtors and títulos.

mod api;
mod chaves;
mod empresas;
mod importacoes;
mod processo;

pub use api::{CODIGOS, CODIGOS_DE_CAMPO, Contexto, configure, line_codes, routes};
pub use chaves::{ChaveCriada, create as create_chave};
pub use empresas::{create as create_empresa, default_janelas};
pub use importacoes::{CONEXOES_DO_IMPORTADOR, Importador};
pub use processo::{INFO, RunError, run};
