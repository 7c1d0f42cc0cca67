//! Progress that moves: a bar on a terminal, a line every tenth elsewhere.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressStyle};

use crate::terminal;

/// The progress of one long step.
pub struct Progresso {
    barra: Option<ProgressBar>,
    nome: String,
    total: u64,
    feitos: u64,
    decimo: u64,
}

impl Progresso {
    /// A step of `total` units.
    #[must_use]
    pub fn new(nome: &str, total: u64) -> Self {
        let barra = std::io::stderr().is_terminal().then(|| {
            let barra = ProgressBar::new(total);
            if let Ok(estilo) =
                ProgressStyle::with_template("{msg:<12} {bar:40} {pos}/{len} · {elapsed} · falta {eta}")
            {
                barra.set_style(estilo);
            }
            barra.set_message(nome.to_owned());
            barra
        });
        Self { barra, nome: nome.to_owned(), total, feitos: 0, decimo: 0 }
    }

    /// So many units more are done.
    pub fn advance(&mut self, unidades: u64) {
        self.feitos = self.feitos.saturating_add(unidades);
        if let Some(barra) = &self.barra {
            barra.set_position(self.feitos);
            return;
        }
        let decimo = self.feitos.saturating_mul(10) / self.total.max(1);
        if decimo > self.decimo {
            self.decimo = decimo;
            terminal::note(&format!("{}: {}/{}", self.nome, self.feitos, self.total));
        }
    }

    /// The step is over.
    pub fn finish(self) {
        if let Some(barra) = self.barra {
            barra.finish();
        }
    }
}
