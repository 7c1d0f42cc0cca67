//! Sheets, in and out, one line at a time: memory does not grow with the file.
//!
//! [`importacao`] reads a CSV of receivables through a [`mapa::Mapa`] that says which column is which; [`carteira`]
//! writes a sample portfolio that the default map reads back. [`saida`] writes rows of any kind; [`lote`] is the sheet by which
//! somebody says whom a batch is for.
//!
//! ```
//! let csv = "codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome\n\
//!            NF-1;2026-03-02;1.234,56;C-9;Padaria Campoverde\n\
//!            NF-2;2026-02-30;-1;C-9;\n";
//! let linhas = sheets::LinhasImportadas::new(csv.as_bytes(), sheets::Mapa::default())?.collect::<Vec<_>>();
//!
//! let titulo = linhas[0].as_ref().unwrap();
//! assert_eq!(titulo.valor.to_string(), "1234.56");
//!
//! let recusa = linhas[1].as_ref().unwrap_err();
//! assert_eq!(
//!     recusa.to_string(),
//!     "linha 3: vencimento (9999-99-99): data em formato desconhecido ou inexistente no calendário; \
//!      valor (-9): valor não pode ser negativo; devedor_nome: obrigatório"
//! );
//! # Ok::<(), sheets::ErroImportacao>(())
//! ```

pub mod carteira;
pub mod importacao;
pub mod linha;
pub mod lote;
pub mod mapa;
mod registros;
pub mod saida;
mod xlsx;

pub use carteira::gerar_carteira;
pub use importacao::LinhasImportadas;
pub use importacao::codigo::Codigo;
pub use importacao::erro::{ErroCampo, ErroImportacao, ErroLinha, Motivo};
pub use linha::{LinhaBoleto, LinhaCredor, LinhaDevedor, LinhaTitulo};
pub use mapa::{Campo, Mapa, MapaError};
