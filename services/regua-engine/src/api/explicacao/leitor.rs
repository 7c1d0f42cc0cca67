//! What every part of the answer is read from.

use std::collections::BTreeMap;

use domain::ids::{ReguaId, TituloId};
use domain::regua::{Devedor, Explicacao, Reguas};
use domain::titulo::Titulo;
use uuid::Uuid;

use super::Pergunta;

/// Títulos named by an item; it tells how many there are besides.
const MAX_AMOSTRA: usize = 5;

/// An explanation, and what it speaks of.
pub(super) struct Leitor<'a> {
    pub(super) explicacao: &'a Explicacao,
    pub(super) devedor: &'a Devedor,
    pub(super) reguas: &'a Reguas,
    pub(super) nomes: BTreeMap<ReguaId, String>,
    pub(super) pergunta: Pergunta,
}

impl Leitor<'_> {
    /// The name of a régua, quoted.
    pub(super) fn name(&self, regua: ReguaId) -> String {
        self.nomes.get(&regua).map_or_else(|| regua.to_string(), |nome| format!("«{nome}»"))
    }

    /// Whether an item about these títulos was asked for.
    pub(super) fn wanted(&self, titulos: &[TituloId]) -> bool {
        self.pergunta.titulo_id.is_none_or(|titulo| titulos.contains(&titulo))
    }

    /// A few of the títulos of an item, the one that was asked for first.
    pub(super) fn sample(&self, titulos: &[TituloId]) -> Vec<Uuid> {
        self.sample_ids(titulos).map(TituloId::uuid).collect()
    }

    /// As [`Leitor::sample`].
    pub(super) fn sample_ids<'t>(&self, titulos: &'t [TituloId]) -> impl Iterator<Item = TituloId> + use<'t> {
        let pedido = self.pergunta.titulo_id.filter(|titulo| titulos.contains(titulo));
        let outros = titulos.iter().copied().filter(move |titulo| Some(*titulo) != pedido);
        pedido.into_iter().chain(outros).take(MAX_AMOSTRA)
    }

    pub(super) fn titulo(&self, id: TituloId) -> Option<&Titulo> {
        self.devedor.titulos.iter().find(|titulo| titulo.id == id)
    }
}
