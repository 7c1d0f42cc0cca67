//! A year of one debtor: what there was at first, what happened on which day, which nights did not run.

use crate::calendario::{Dia, escrever};
use crate::fatos::Fato;
use crate::mundo::Mundo;
use std::collections::BTreeSet;
use std::fmt;

#[derive(Clone, Debug)]
pub(crate) struct Historia {
    pub(crate) semente: u64,
    pub(crate) inicio: Dia,
    pub(crate) dias: i64,
    pub(crate) mundo: Mundo,
    /// In the order in which they happen; those of a day before its night.
    pub(crate) fatos: Vec<(Dia, Fato)>,
    pub(crate) perdidas: BTreeSet<Dia>,
    pub(crate) costumes: Costumes,
}

/// What whoever calls `decide` is free to do in one way or another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Costumes {
    /// What turns by a date of its own is written before the debtor is read, and not after.
    pub(crate) vira_antes: bool,
    /// Títulos that can never walk again are left out.
    pub(crate) so_os_vivos: bool,
    /// Archived réguas are left out.
    pub(crate) sem_arquivadas: bool,
}

impl fmt::Display for Historia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mundo = &self.mundo;
        writeln!(f, "semente {}: {} dias desde {}", self.semente, self.dias, escrever(self.inicio))?;
        writeln!(f, "  {:?} {:?}", mundo.regras, self.costumes)?;
        writeln!(f, "  pessoa {}, categoria {:?}, score {:?}", mundo.pessoa, mundo.categoria, mundo.score)?;
        for regua in &mundo.reguas {
            writeln!(f, "  {regua:?}")?;
        }
        for titulo in &mundo.titulos {
            writeln!(f, "  {titulo:?}")?;
        }
        for (dia, fato) in &self.fatos {
            writeln!(f, "  {}: {fato:?}", escrever(*dia))?;
        }
        for dia in &self.perdidas {
            writeln!(f, "  {}: a noite não correu", escrever(*dia))?;
        }
        Ok(())
    }
}
