//! Who is meant by a batch (rule b03).

use serde_json::Value;

use crate::filtro::Filtro;
use crate::ids::PlanilhaId;

/// One of the two ways to say it.
#[expect(clippy::large_enum_variant, reason = "a page of batches holds few, and most are filters")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quem {
    /// Whoever meets the filter at that moment.
    Filtro(Filtro),
    /// Whom the lines of a sheet named.
    Planilha(Planilha),
}

/// A sheet that was read to its end. Every line that is not blank is counted once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planilha {
    /// Which.
    pub id: PlanilhaId,
    /// Rule b01: whether its lines are bare addresses or numbers; else each names a debtor.
    pub avulsa: bool,
    /// Lines that named somebody whom no line before them had named: as many as are meant.
    pub aceitas: i64,
    /// Lines that named one of these again.
    pub repetidas: i64,
    /// Lines that named nobody.
    pub recusadas: i64,
}

impl Planilha {
    /// How many lines there are.
    #[must_use]
    pub const fn linhas(&self) -> i64 {
        self.aceitas.saturating_add(self.repetidas).saturating_add(self.recusadas)
    }
}

impl Quem {
    /// The filter, where there is one.
    #[must_use]
    pub const fn filtro(&self) -> Option<&Filtro> {
        match self {
            Self::Filtro(filtro) => Some(filtro),
            Self::Planilha(_) => None,
        }
    }

    /// Rule b01: whether they are bare addresses or numbers.
    #[must_use]
    pub const fn avulso(&self) -> bool {
        matches!(self, Self::Planilha(Planilha { avulsa: true, .. }))
    }

    /// The sheet, where there is one.
    #[must_use]
    pub const fn planilha(&self) -> Option<&Planilha> {
        match self {
            Self::Filtro(_) => None,
            Self::Planilha(planilha) => Some(planilha),
        }
    }

    /// Written alike by whoever means the same, and by nobody else: a filter begins with a brace.
    pub(super) fn canonico(&self) -> String {
        match self {
            Self::Filtro(filtro) => canonico(&filtro.escrever()),
            Self::Planilha(Planilha { id, avulsa: _, aceitas, repetidas, recusadas }) => {
                format!("planilha {id} {aceitas} {repetidas} {recusadas}")
            }
        }
    }
}

/// JSON with its keys in order, whatever order this build keeps them in: two processes write the same.
fn canonico(valor: &Value) -> String {
    match valor {
        Value::Object(campos) => {
            let mut campos: Vec<_> = campos.iter().collect();
            campos.sort_unstable_by_key(|(nome, _)| *nome);
            let campos = campos.into_iter().map(|(nome, campo)| format!("{nome:?}:{}", canonico(campo)));
            format!("{{{}}}", campos.collect::<Vec<_>>().join(","))
        }
        Value::Array(itens) => {
            format!("[{}]", itens.iter().map(canonico).collect::<Vec<_>>().join(","))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => valor.to_string(),
    }
}
