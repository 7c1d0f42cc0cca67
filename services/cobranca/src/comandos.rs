//! The commands.

pub mod carteira;
pub mod conferir;
pub mod demo;
pub mod documentos;
pub mod empresa;
pub mod importar;
pub mod noite;
pub mod relatorio;
pub mod replay;
pub mod servir;
