//! What was done to the system, and what came of it.

use std::collections::BTreeMap;
use std::fmt;

/// Counts of one round, or of many.
#[derive(Debug, Default)]
pub(super) struct Contagem {
    pub(super) rodadas: u64,
    pub(super) segundos: u64,
    /// Faults by name.
    pub(super) golpes: BTreeMap<&'static str, u64>,
    /// Executions by the state that they ended in.
    pub(super) fins: BTreeMap<String, u64>,
    /// What each invariant was checked on.
    pub(super) conferidas: BTreeMap<&'static str, u64>,
}

impl Contagem {
    pub(super) fn count(&mut self, golpe: &'static str, vezes: u64) {
        *self.golpes.entry(golpe).or_default() += vezes;
    }

    pub(super) fn add(&mut self, outra: &Self) {
        self.rodadas += outra.rodadas;
        for (golpe, vezes) in &outra.golpes {
            *self.golpes.entry(golpe).or_default() += vezes;
        }
        for (fim, vezes) in &outra.fins {
            *self.fins.entry(fim.clone()).or_default() += vezes;
        }
        for (lei, vezes) in &outra.conferidas {
            *self.conferidas.entry(lei).or_default() += vezes;
        }
    }
}

impl fmt::Display for Contagem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\ntempestade: {} rodadas em {} s", self.rodadas, self.segundos)?;
        writeln!(f, "  golpes")?;
        for (golpe, vezes) in &self.golpes {
            writeln!(f, "    {golpe:<44} {vezes:>8}")?;
        }
        writeln!(
            f,
            "  ações                                          {:>8}",
            self.fins.values().sum::<u64>()
        )?;
        for (fim, vezes) in &self.fins {
            writeln!(f, "    {fim:<44} {vezes:>8}")?;
        }
        writeln!(f, "  invariantes, todos em ordem, e em quantos casos")?;
        for (lei, vezes) in &self.conferidas {
            writeln!(f, "    {lei:<44} {vezes:>8}")?;
        }
        Ok(())
    }
}
