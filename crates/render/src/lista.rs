//! The table of títulos, once for every channel that has tables.

use domain::coringas::Coringa;
use domain::dinheiro::Centavos;
use serde::{Deserialize, Serialize};

use crate::Valor;
use crate::valores::{Linha, Valores, dd_mm_aaaa, one_line};

/// The most rows of a list; the rest becomes "e mais N", and the total still counts all of them.
pub const MAX_LINHAS: usize = 500;

/// Rule m09: what the list says, already in words.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tabela {
    /// One per título, in the order in which they are shown; at most [`MAX_LINHAS`].
    pub linhas: Vec<LinhaPronta>,
    /// "e mais N", when the list was cut.
    pub resto: Option<String>,
    /// Of all títulos, those that were cut included.
    pub total: String,
}

/// A row of the table.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinhaPronta {
    /// The título's number.
    pub numero: String,
    /// `dd/mm/aaaa`.
    pub vencimento: String,
    /// `R$ 1.234,56`.
    pub valor: String,
}

impl Tabela {
    /// The headings of the columns, in their order.
    pub const COLUNAS: [&'static str; 3] = ["Número", "Vencimento", "Valor"];

    /// Of the values' list, at most so many rows of it; an empty one when there is none, which no body then asks for.
    pub(crate) fn new(valores: &Valores, max: usize) -> Self {
        let titulos = titulos(valores);
        let max = max.min(MAX_LINHAS);
        let cortados = titulos.len().saturating_sub(max);
        Self {
            linhas: titulos.iter().take(max).map(written).collect(),
            resto: (cortados > 0).then(|| and_more(cortados)),
            total: total(titulos),
        }
    }
}

/// The títulos of the list; none when there is no list.
pub(crate) fn titulos(valores: &Valores) -> &[Linha] {
    match valores.get(Coringa::ListaTitulos) {
        Some(Valor::Lista(titulos)) => titulos,
        Some(Valor::Texto(_) | Valor::Data(_) | Valor::Dinheiro(_) | Valor::Inteiro(_)) | None => &[],
    }
}

/// Rule m10: what stands for the rows that were cut.
pub(crate) fn and_more(cortados: usize) -> String {
    format!("e mais {cortados}")
}

/// What all of them come to.
pub(crate) fn total(titulos: &[Linha]) -> String {
    titulos.iter().map(|titulo| titulo.valor).sum::<Centavos>().reais()
}

/// A título in words.
pub(crate) fn written(titulo: &Linha) -> LinhaPronta {
    LinhaPronta {
        numero: one_line(&titulo.numero),
        vencimento: dd_mm_aaaa(titulo.vencimento),
        valor: titulo.valor.reais(),
    }
}
