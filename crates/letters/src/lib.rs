//! Letters on paper: from data to the pages of a PDF, whose addresses stand in the window of an envelope.
//!
//! Nothing is read but what is given: the layout is our own (`carta.typ`), a letter is data that it reads and never markup, the
//! fonts are those compiled in, and there are no packages, files or network to ask for.

mod cepnet;
mod indice;
mod marca;
mod mesa;
mod papel;
mod volume;

use serde::Serialize;

pub use cepnet::{BARRAS, Cepnet};
pub use indice::{CABECALHO, Entrada, cell, header, row};
pub use mesa::{Caixa, Folhas, Grafica};
pub use papel::{Janela, Papel};
pub use volume::Volume;

/// A letter to be printed. It is all about one debtor and so has no `Debug`.
#[derive(Clone, Serialize)]
pub struct Carta {
    /// Its place in the file, from 1 on; printed small at the foot of each page.
    pub sequencia: u32,
    /// Who writes, at the head.
    pub remetente: String,
    /// The lines of the address, the name first. Nothing else is in the window.
    pub endereco: Vec<String>,
    /// The CEP, eight digits, for the bars over the address.
    #[serde(skip)]
    pub cep: Option<Cepnet>,
    /// What it says.
    pub blocos: Vec<Bloco>,
    /// Who demands, at the foot of each page (CDC 42-A).
    pub identificacao: String,
}

/// A piece of a letter.
#[derive(Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bloco {
    /// Lines that belong together.
    Paragrafo(Vec<String>),
    /// A table, which breaks over pages with its head repeated (rule m09).
    Tabela(Tabela),
}

/// A table of títulos.
#[derive(Clone, Serialize)]
pub struct Tabela {
    /// The headings.
    pub colunas: [String; 3],
    /// The rows.
    pub linhas: Vec<[String; 3]>,
    /// What stands for rows that were cut.
    pub resto: Option<String>,
    /// What all come to.
    pub total: String,
}

/// Where a letter is among the pages, and what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lugar {
    /// Its first page, from 0 on.
    pub pagina: usize,
    /// How many it has.
    pub paginas: usize,
    /// Characters that no font has: they are boxes on the paper.
    pub ilegiveis: usize,
}

/// Why letters cannot be printed.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// Our own layout failed.
    #[error("a diagramação falhou: {0}")]
    Diagramacao(String),
    /// The pages are not those of the letters.
    #[error("as páginas não são as das cartas: {0}")]
    Paginas(String),
    /// What was printed cannot be bound.
    #[error("os PDFs não puderam ser juntados: {0}")]
    Volume(String),
    /// The file could not be written.
    #[error("o arquivo não pôde ser escrito")]
    Io(#[from] std::io::Error),
}
