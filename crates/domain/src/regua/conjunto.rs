//! All réguas of a company, and which of them may be for a debtor.

use super::inscricao::Devedor;
use super::modelo::{EstadoRegua, Regua};
use crate::ids::{CredorId, ReguaId};
use crate::rotulo::Rotulo;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The réguas of a company, in the order in which they are tried (§0): priority ascending, then more criteria
/// first, then older first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reguas {
    /// In their order.
    todas: Vec<Regua>,
    por_id: BTreeMap<ReguaId, usize>,
    indice: Indice,
}

/// Where each active régua is found (rule s01). Each stands under one kind of criterion only: the first list
/// of it that picks few debtors; those without one are for anybody. Values are positions in `todas`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Indice {
    de_qualquer: Vec<usize>,
    por_credor: BTreeMap<CredorId, Vec<usize>>,
    por_categoria: BTreeMap<Rotulo, Vec<usize>>,
    por_negocio: BTreeMap<Rotulo, Vec<usize>>,
    por_tipo: BTreeMap<Rotulo, Vec<usize>>,
}

impl Reguas {
    /// Takes every régua that has somebody in it or could take somebody in; their order does not matter.
    #[must_use]
    pub fn new(mut todas: Vec<Regua>) -> Self {
        todas.sort_by_cached_key(|regua| {
            (regua.prioridade(), Reverse(regua.criterios().quantos()), regua.criada_em(), regua.id())
        });
        let por_id = todas.iter().enumerate().map(|(i, regua)| (regua.id(), i)).collect();
        let mut indice = Indice::default();
        for (i, regua) in todas.iter().enumerate() {
            if regua.estado() == EstadoRegua::Ativa {
                indice.incluir(i, regua);
            }
        }
        Self { todas, por_id, indice }
    }

    /// Every one, in the order in which they are tried.
    #[must_use]
    pub fn todas(&self) -> &[Regua] {
        &self.todas
    }

    /// The active ones, in the order in which they are tried.
    pub fn ativas(&self) -> impl Iterator<Item = &Regua> {
        self.todas.iter().filter(|regua| regua.estado() == EstadoRegua::Ativa)
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: ReguaId) -> Option<&Regua> {
        self.todas.get(*self.por_id.get(&id)?)
    }

    /// The active ones that may take a título of the debtor, in their order: every one that does is among
    /// them, and however many réguas other creditors and classes have, they are not (rule s01).
    pub fn candidatas(&self, devedor: &Devedor) -> impl Iterator<Item = &Regua> {
        let mut quais = self.indice.de_qualquer.clone();
        quais.extend(achar(&self.indice.por_categoria, devedor.perfil.categoria.as_ref()));
        for titulo in &devedor.titulos {
            quais.extend(achar(&self.indice.por_credor, titulo.credor.as_ref()));
            quais.extend(achar(&self.indice.por_negocio, titulo.tipo_negocio.as_ref()));
            quais.extend(achar(&self.indice.por_tipo, titulo.tipo_titulo.as_ref()));
        }
        quais.sort_unstable();
        quais.dedup();
        quais.into_iter().filter_map(|i| self.todas.get(i))
    }
}

impl Indice {
    fn incluir(&mut self, i: usize, regua: &Regua) {
        let criterios = regua.criterios();
        if !criterios.credores.is_empty() {
            incluir(&mut self.por_credor, &criterios.credores, i);
        } else if !criterios.categorias.is_empty() {
            incluir(&mut self.por_categoria, &criterios.categorias, i);
        } else if !criterios.tipos_negocio.is_empty() {
            incluir(&mut self.por_negocio, &criterios.tipos_negocio, i);
        } else if !criterios.tipos_titulo.is_empty() {
            incluir(&mut self.por_tipo, &criterios.tipos_titulo, i);
        } else {
            self.de_qualquer.push(i);
        }
    }
}

fn incluir<'v, K: Ord + Clone + 'v>(
    mapa: &mut BTreeMap<K, Vec<usize>>,
    valores: impl IntoIterator<Item = &'v K>,
    i: usize,
) {
    for valor in valores {
        mapa.entry(valor.clone()).or_default().push(i);
    }
}

fn achar<'m, K: Ord>(
    mapa: &'m BTreeMap<K, Vec<usize>>,
    valor: Option<&K>,
) -> impl Iterator<Item = usize> + use<'m, K> {
    valor.and_then(|valor| mapa.get(valor)).into_iter().flatten().copied()
}
