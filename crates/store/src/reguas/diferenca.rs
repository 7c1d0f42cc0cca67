//! What an edit of a régua did to its positions and actions.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{AcaoId, PosicaoId};
use domain::regua::{Acao, Posicao, Regua};

/// From one régua to the same régua after an edit.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Diferenca<'r> {
    /// Positions that were not there; their actions are among `acoes_novas`.
    pub(super) posicoes_novas: Vec<&'r Posicao>,
    /// Positions that are there no more; their actions are among `acoes_removidas`.
    pub(super) posicoes_removidas: Vec<PosicaoId>,
    /// Actions that were not there, each with its position, in their order.
    pub(super) acoes_novas: Vec<(PosicaoId, &'r Acao)>,
    /// Actions with another text or other recipients.
    pub(super) acoes_mudadas: Vec<&'r Acao>,
    /// Actions that are there no more.
    pub(super) acoes_removidas: Vec<AcaoId>,
    /// Whether its priority, state, mode or criteria are others.
    pub(super) cabecalho: bool,
}

impl<'r> Diferenca<'r> {
    /// Everything of a new régua.
    pub(super) fn of_new(regua: &'r Regua) -> Self {
        Self {
            posicoes_novas: regua.posicoes().iter().collect(),
            acoes_novas: acoes(regua).collect(),
            cabecalho: true,
            ..Self::default()
        }
    }

    pub(super) fn between(antes: &Regua, depois: &'r Regua) -> Self {
        let havia: BTreeSet<PosicaoId> = antes.posicoes().iter().map(|posicao| posicao.id).collect();
        let ha: BTreeSet<PosicaoId> = depois.posicoes().iter().map(|posicao| posicao.id).collect();
        let acoes_antes: BTreeMap<AcaoId, &Acao> = acoes(antes).map(|(_, acao)| (acao.id, acao)).collect();
        let acoes_depois: BTreeSet<AcaoId> = acoes(depois).map(|(_, acao)| acao.id).collect();
        let mudou = |acao: &&Acao| acoes_antes.get(&acao.id).is_some_and(|antes| antes != acao);
        Self {
            posicoes_novas: depois.posicoes().iter().filter(|posicao| !havia.contains(&posicao.id)).collect(),
            posicoes_removidas: havia.difference(&ha).copied().collect(),
            acoes_novas: acoes(depois).filter(|(_, acao)| !acoes_antes.contains_key(&acao.id)).collect(),
            acoes_mudadas: acoes(depois).map(|(_, acao)| acao).filter(mudou).collect(),
            acoes_removidas: acoes_antes.keys().filter(|id| !acoes_depois.contains(id)).copied().collect(),
            cabecalho: antes.cabecalho() != depois.cabecalho(),
        }
    }

    /// Whether another text, another name at most: nothing that decides who is where.
    pub(super) fn decides_nothing(&self) -> bool {
        *self == Self { acoes_mudadas: self.acoes_mudadas.clone(), ..Self::default() }
    }
}

fn acoes(regua: &Regua) -> impl Iterator<Item = (PosicaoId, &Acao)> {
    regua.posicoes().iter().flat_map(|posicao| posicao.acoes.iter().map(|acao| (posicao.id, acao)))
}
