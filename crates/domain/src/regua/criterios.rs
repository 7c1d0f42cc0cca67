//! For whom a régua is (rules s02–s11).

use super::inscricao::Perfil;
use super::modelo::Modo;
use crate::codigo::codigos;
use crate::dinheiro::Centavos;
use crate::documento::TipoPessoa;
use crate::ids::CredorId;
use crate::rotulo::Rotulo;
use crate::titulo::{Origem, Titulo};
use chrono::NaiveDate;
use std::collections::BTreeSet;

codigos! {
    /// A kind of criterion, in the order in which they are judged.
    pub enum Criterio("criterio") {
        /// Rule s03: the due date written on the título.
        Vencimento = "vencimento",
        /// Rule s04: receivable or instalment.
        Origem = "origem",
        /// Rule s05.
        Credor = "credor",
        /// Rule s06: a person, a company, or without document.
        TipoPessoa = "tipo_pessoa",
        /// Rule s07: category of the debtor.
        Categoria = "categoria",
        /// Rule s08.
        TipoNegocio = "tipo_negocio",
        /// Rule s09.
        TipoTitulo = "tipo_titulo",
        /// Rule s10.
        Score = "score",
        /// Rule s02: what is owed, of the debtor or of the título by the mode of the régua.
        ValorMinimo = "valor_minimo",
    }
}

/// The criteria of a régua. A list that is empty and a bound that is absent take anything; the default takes
/// everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Criterios {
    /// Rule s02, inclusive.
    pub valor_minimo: Option<Centavos>,
    /// Rule s03, inclusive.
    pub vencimento_de: Option<NaiveDate>,
    /// Rule s03, inclusive.
    pub vencimento_ate: Option<NaiveDate>,
    /// Rule s04; `None` is both.
    pub origem: Option<Origem>,
    /// Rule s05.
    pub credores: BTreeSet<CredorId>,
    /// Rule s06.
    pub tipos_pessoa: BTreeSet<TipoPessoa>,
    /// Rule s07.
    pub categorias: BTreeSet<Rotulo>,
    /// Rule s08.
    pub tipos_negocio: BTreeSet<Rotulo>,
    /// Rule s09.
    pub tipos_titulo: BTreeSet<Rotulo>,
    /// Rule s10, inclusive.
    pub score_de: Option<i32>,
    /// Rule s10, inclusive.
    pub score_ate: Option<i32>,
}

impl Criterios {
    /// The same criteria written in the one way in which equal ones are equal (rule s11): a minimum of nothing
    /// and a list of every kind of person say nothing.
    #[must_use]
    pub fn normalizar(mut self) -> Self {
        self.valor_minimo = self.valor_minimo.filter(|minimo| 0 < minimo.get());
        if self.tipos_pessoa.len() == TipoPessoa::TODOS.len() {
            self.tipos_pessoa.clear();
        }
        self
    }

    /// Which kinds of criterion it has, in the order in which they are judged.
    pub fn usados(&self) -> impl Iterator<Item = Criterio> {
        Criterio::TODOS.iter().copied().filter(|criterio| self.usa(*criterio))
    }

    /// How many kinds of criterion it has: of two réguas with the same priority, the one with more is tried
    /// first (§0).
    #[must_use]
    pub fn quantos(&self) -> usize {
        self.usados().count()
    }

    /// The first criterion that keeps a título of a debtor out; `None` when it meets them all. The balance is
    /// judged by itself, see [`Criterios::alcanca`].
    #[must_use]
    pub fn falha(&self, perfil: &Perfil, titulo: &Titulo) -> Option<Criterio> {
        self.falhas(perfil, titulo).next()
    }

    /// Every criterion that keeps a título of a debtor out, but for the balance.
    pub fn falhas<'a>(
        &'a self,
        perfil: &'a Perfil,
        titulo: &'a Titulo,
    ) -> impl Iterator<Item = Criterio> + 'a {
        self.usados().filter(move |criterio| !self.aceita(*criterio, perfil, titulo))
    }

    /// Rule s02: whether `saldo` reaches the minimum.
    #[must_use]
    pub fn alcanca(&self, saldo: Centavos) -> bool {
        self.valor_minimo.is_none_or(|minimo| minimo <= saldo)
    }

    /// Rule s11: the criteria and the mode as one text, equal for two réguas exactly when they take the same
    /// títulos by the same criteria. Stored, so its form never changes.
    #[must_use]
    pub fn chave(&self, modo: Modo) -> String {
        // Quoted, so that a label with a comma in it is not two.
        let criterios = self.usados().map(|criterio| format!("|{criterio}={:?}", self.valores(criterio)));
        std::iter::once(modo.to_string()).chain(criterios).collect()
    }

    /// Whether it says anything: a minimum of nothing and a list of every kind of person do not, normalised or
    /// not.
    fn usa(&self, criterio: Criterio) -> bool {
        match criterio {
            Criterio::Vencimento => self.vencimento_de.is_some() || self.vencimento_ate.is_some(),
            Criterio::Origem => self.origem.is_some(),
            Criterio::Credor => !self.credores.is_empty(),
            Criterio::TipoPessoa => (1..TipoPessoa::TODOS.len()).contains(&self.tipos_pessoa.len()),
            Criterio::Categoria => !self.categorias.is_empty(),
            Criterio::TipoNegocio => !self.tipos_negocio.is_empty(),
            Criterio::TipoTitulo => !self.tipos_titulo.is_empty(),
            Criterio::Score => self.score_de.is_some() || self.score_ate.is_some(),
            Criterio::ValorMinimo => self.valor_minimo.is_some_and(|minimo| 0 < minimo.get()),
        }
    }

    fn aceita(&self, criterio: Criterio, perfil: &Perfil, titulo: &Titulo) -> bool {
        match criterio {
            Criterio::Vencimento => dentro(self.vencimento_de, titulo.vencimento, self.vencimento_ate),
            Criterio::Origem => self.origem.is_none_or(|origem| origem == titulo.origem),
            Criterio::Credor => titulo.credor.is_some_and(|credor| self.credores.contains(&credor)),
            Criterio::TipoPessoa => self.tipos_pessoa.contains(&perfil.tipo_pessoa),
            Criterio::Categoria => esta(&self.categorias, perfil.categoria.as_ref()),
            Criterio::TipoNegocio => esta(&self.tipos_negocio, titulo.tipo_negocio.as_ref()),
            Criterio::TipoTitulo => esta(&self.tipos_titulo, titulo.tipo_titulo.as_ref()),
            Criterio::Score => perfil.score.is_some_and(|score| dentro(self.score_de, score, self.score_ate)),
            // Of the balance, see `alcanca`: in a régua per debtor it is not the título's alone.
            Criterio::ValorMinimo => true,
        }
    }

    fn valores(&self, criterio: Criterio) -> Vec<String> {
        match criterio {
            Criterio::Vencimento => limites(self.vencimento_de, self.vencimento_ate),
            Criterio::Origem => self.origem.iter().map(ToString::to_string).collect(),
            Criterio::Credor => self.credores.iter().map(ToString::to_string).collect(),
            Criterio::TipoPessoa => self.tipos_pessoa.iter().map(ToString::to_string).collect(),
            Criterio::Categoria => self.categorias.iter().map(ToString::to_string).collect(),
            Criterio::TipoNegocio => self.tipos_negocio.iter().map(ToString::to_string).collect(),
            Criterio::TipoTitulo => self.tipos_titulo.iter().map(ToString::to_string).collect(),
            Criterio::Score => limites(self.score_de, self.score_ate),
            Criterio::ValorMinimo => self.valor_minimo.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Both ends of a range, an absent one empty.
fn limites<T: ToString>(de: Option<T>, ate: Option<T>) -> Vec<String> {
    [de, ate].into_iter().map(|fim| fim.map(|fim| fim.to_string()).unwrap_or_default()).collect()
}

fn dentro<T: PartialOrd + Copy>(de: Option<T>, valor: T, ate: Option<T>) -> bool {
    de.is_none_or(|de| de <= valor) && ate.is_none_or(|ate| valor <= ate)
}

fn esta(lista: &BTreeSet<Rotulo>, rotulo: Option<&Rotulo>) -> bool {
    rotulo.is_some_and(|rotulo| lista.contains(rotulo))
}
