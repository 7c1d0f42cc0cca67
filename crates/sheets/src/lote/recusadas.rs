//! Rule b04: the lines that were refused, as they were, each with why.

use std::io::{self, Write};

use super::LinhaRecusada;
use super::cabecalho::{ERRO, plain};
use crate::saida::{Celula, Coluna, Formato, Saida};

/// Characters of a column of theirs, and of ours.
const LARGURA: u8 = 24;
const LARGURA_DO_ERRO: u8 = 80;

/// A sheet of refused lines under the header that they came with, and a last column `erro`. Corrected, it can be sent as it is: that
/// column is not read, and what it said before is not repeated.
#[must_use]
pub struct Recusadas<W: Write> {
    saida: Saida<W>,
    /// Which of their columns there are.
    colunas: Vec<usize>,
}

impl<W: Write> Recusadas<W> {
    /// Begins with the header of the sheet that they stood in: [`LinhasDoLote::cabecalho`](super::LinhasDoLote::cabecalho).
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn new(formato: Formato, out: W, cabecalho: &[String]) -> io::Result<Self> {
        let delas = cabecalho.iter().enumerate().filter(|(_, titulo)| plain(titulo) != ERRO);
        let (indices, mut colunas): (Vec<_>, Vec<_>) =
            delas.map(|(indice, titulo)| (indice, Coluna::new(titulo, LARGURA).filled_in(None))).unzip();
        colunas.push(Coluna::new(ERRO, LARGURA_DO_ERRO));
        Ok(Self { saida: Saida::new(formato, out, &colunas)?, colunas: indices })
    }

    /// Adds a line.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn push(&mut self, recusa: &LinhaRecusada) -> io::Result<()> {
        self.push_kept(&recusa.celulas, &recusa.to_string())
    }

    /// Adds a line that was kept, with what [`LinhaRecusada`] printed.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn push_kept(&mut self, celulas: &[String], erro: &str) -> io::Result<()> {
        let celula = |indice: &usize| Celula::talvez(celulas.get(*indice), Celula::texto);
        let erro = Celula::texto(erro);
        self.saida.row(&self.colunas.iter().map(celula).chain([erro]).collect::<Vec<_>>())
    }

    /// Writes the end, and hands back what it was written to.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> io::Result<W> {
        self.saida.finish()
    }
}
