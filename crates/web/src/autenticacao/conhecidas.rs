//! Keys that were found good before, and what they stand for: that never changes, only whether they are still good.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use uuid::Uuid;

use super::{Acesso, ChaveApresentada};

/// Keys that are remembered before all are forgotten; each is then looked up once more.
const MAX_CHAVES: usize = 10_000;

/// What was found by looking keys up.
#[derive(Default)]
pub(crate) struct Conhecidas(RwLock<HashMap<Uuid, (ChaveApresentada, Acesso)>>);

impl Conhecidas {
    /// What `apresentada` stands for, if it was found good before. It may be good no longer.
    pub(super) fn get(&self, apresentada: &ChaveApresentada) -> Option<Acesso> {
        let conhecidas = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (conhecida, acesso) = conhecidas.get(&apresentada.id())?;
        conhecida.is(apresentada).then(|| acesso.clone())
    }

    /// Remembers that it was found good.
    pub(super) fn remember(&self, apresentada: ChaveApresentada, acesso: &Acesso) {
        let mut conhecidas = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if conhecidas.len() >= MAX_CHAVES {
            conhecidas.clear();
        }
        conhecidas.insert(apresentada.id(), (apresentada, acesso.clone()));
    }

    /// It is good no longer.
    pub(super) fn forget(&self, chave: Uuid) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(&chave);
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::EmpresaId;

    use super::super::{ChaveNova, Escopos};
    use super::*;

    fn apresentada(id: u128, segredo: u8) -> ChaveApresentada {
        ChaveApresentada::parse(&ChaveNova::generate(Uuid::from_u128(id), [segredo; 32]).texto).unwrap()
    }

    fn acesso(id: u128) -> Acesso {
        let (empresa, chave) = (EmpresaId::new(Uuid::from_u128(9)), Uuid::from_u128(id));
        Acesso { empresa, chave, escopos: Escopos::todos() }
    }

    #[test]
    fn a_key_is_known_by_its_secret_and_until_it_is_forgotten() {
        let conhecidas = Conhecidas::default();
        assert_eq!(conhecidas.get(&apresentada(1, 7)), None);
        conhecidas.remember(apresentada(1, 7), &acesso(1));
        assert_eq!(conhecidas.get(&apresentada(1, 7)), Some(acesso(1)));
        assert_eq!(conhecidas.get(&apresentada(1, 8)), None, "another secret");
        assert_eq!(conhecidas.get(&apresentada(2, 7)), None, "another id");
        conhecidas.forget(Uuid::from_u128(1));
        assert_eq!(conhecidas.get(&apresentada(1, 7)), None);
    }

    #[test]
    fn their_number_is_bounded() {
        let conhecidas = Conhecidas::default();
        for id in 0..=u128::try_from(MAX_CHAVES).unwrap() {
            conhecidas.remember(apresentada(id, 7), &acesso(id));
        }
        assert_eq!(conhecidas.0.read().unwrap().len(), 1);
    }
}
