//! How a file is written, and how its columns are read.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sheets::Mapa;

/// How títulos are written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Formato {
    Csv,
    Ndjson,
    Xlsx,
}

impl Formato {
    const TODOS: [Self; 3] = [Self::Csv, Self::Ndjson, Self::Xlsx];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Xlsx => "xlsx",
        }
    }

    pub(crate) fn parse(texto: &str) -> Option<Self> {
        Self::TODOS.into_iter().find(|formato| formato.as_str() == texto)
    }

    /// What a content type says, without its parameters.
    pub(crate) fn from_media(tipo: &str) -> Option<Self> {
        match tipo {
            "text/csv" | "application/csv" => Some(Self::Csv),
            "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Some(Self::Ndjson),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => Some(Self::Xlsx),
            _ => None,
        }
    }
}

/// How the columns of a file are read, as an import keeps it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Regras {
    /// The mapping; none is that of our own sheets.
    pub(crate) mapa: Option<Value>,
    /// Whether the content type says so.
    pub(crate) latin1: bool,
}

impl Regras {
    /// # Errors
    /// Why the mapping cannot be used.
    pub(crate) fn mapa(&self) -> Result<Mapa, sheets::MapaError> {
        let mapa = self.mapa.as_ref().map_or_else(|| Ok(Mapa::default()), Mapa::from_json)?;
        Ok(if self.latin1 { mapa.in_latin1() } else { mapa })
    }
}
