//! The table of títulos, once for both parts.

use domain::coringas::Coringa;
use domain::dinheiro::Centavos;
use serde::Serialize;

use super::MAX_LINHAS;
use crate::Valor;
use crate::valores::{Linha, Valores, dd_mm_aaaa, one_line};

/// Rule m09: what the list says, already in words.
#[derive(Default, Serialize)]
pub(super) struct Tabela {
    pub(super) linhas: Vec<LinhaPronta>,
    /// "e mais N", when the list was cut.
    pub(super) resto: Option<String>,
    /// Of all títulos, those that were cut included.
    pub(super) total: String,
}

#[derive(Serialize)]
pub(super) struct LinhaPronta {
    pub(super) numero: String,
    pub(super) vencimento: String,
    pub(super) valor: String,
}

impl Tabela {
    /// Of the values' list; an empty one when there is none, which no body then asks for.
    pub(super) fn new(valores: &Valores) -> Self {
        let Some(Valor::Lista(titulos)) = valores.get(Coringa::ListaTitulos) else { return Self::default() };
        let cortados = titulos.len().saturating_sub(MAX_LINHAS);
        Self {
            linhas: titulos.iter().take(MAX_LINHAS).map(written).collect(),
            resto: (cortados > 0).then(|| format!("e mais {cortados}")),
            total: titulos.iter().map(|titulo| titulo.valor).sum::<Centavos>().reais(),
        }
    }
}

fn written(titulo: &Linha) -> LinhaPronta {
    LinhaPronta {
        numero: one_line(&titulo.numero),
        vencimento: dd_mm_aaaa(titulo.vencimento),
        valor: titulo.valor.reais(),
    }
}
