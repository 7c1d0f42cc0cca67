//! The commands.

pub mod carteira;
pub mod demo;
pub mod documentos;
pub mod empresa;
pub mod importar;
pub mod relatorio;
pub mod replay;
pub mod servir;
