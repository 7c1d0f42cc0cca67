//! Batch actions: one action for every debtor that a person selected, from a draft to its end (rules b05–b23).
//!
//! What the person was shown before confirming has a summary ([`Mostrado::resumo`]), and only what fits it is carried out: the
//! same filter and text, and no more debtors. Who exactly meets the filter is looked up when it is confirmed.

mod assunto;
mod estado;
mod mostrado;
mod quem;
mod relacao;

use uuid::Uuid;

use crate::ids::{DevedorId, ExecucaoId, LoteId};
use crate::planilha::Identificacao;

pub use assunto::assunto;
pub use estado::{EstadoLote, EventoLote};
pub use mostrado::{Mostrado, Mudanca, Resumo, ResumoInvalido, TextoMostrado};
pub use quem::{Planilha, Quem};
pub use relacao::Relacao;

/// Rule b01: who stands for a bare address or number where others have a debtor: always the same for the same, so that it is
/// once in a sheet and gets one message at a time. No mailbox is known that tells capitals apart. `None` of who is named as a debtor.
#[must_use]
pub fn avulso(dito: &Identificacao) -> Option<DevedorId> {
    let uri = match dito {
        Identificacao::Email(email) => format!("mailto:{}", email.as_str().to_lowercase()),
        Identificacao::Telefone(telefone) => format!("sms:{}", telefone.as_str()),
        Identificacao::Codigo(_) | Identificacao::Documento(_) | Identificacao::CodigoEDocumento { .. } => {
            return None;
        }
    };
    Some(DevedorId::new(Uuid::new_v5(&Uuid::NAMESPACE_URL, uri.as_bytes())))
}

/// Rules b15, b16: the execution of a batch for a debtor. It is a function of the two, so that a worker that goes on after a
/// crash names the same.
#[must_use]
pub fn execucao(lote: LoteId, devedor: DevedorId) -> ExecucaoId {
    ExecucaoId::new(Uuid::new_v5(&lote.uuid(), format!("lote|{devedor}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::email::EnderecoEmail;
    use crate::telefone::Telefone;

    fn de(lote: u128, devedor: u128) -> ExecucaoId {
        execucao(LoteId::new(Uuid::from_u128(lote)), DevedorId::new(Uuid::from_u128(devedor)))
    }

    proptest! {
        #[test]
        fn b15_each_debtor_of_each_batch_has_one_execution_and_always_the_same(
            pares in prop::collection::btree_set((any::<u128>(), any::<u128>()), 0..50),
        ) {
            let ids: BTreeSet<_> = pares.iter().map(|(lote, devedor)| de(*lote, *devedor)).collect();
            prop_assert_eq!(ids.len(), pares.len());
            prop_assert!(pares.iter().all(|(lote, devedor)| ids.contains(&de(*lote, *devedor))));
        }
    }

    #[test]
    fn b01_a_bare_address_is_the_same_in_every_sheet_and_no_number() {
        let email = |texto: &str| Identificacao::Email(EnderecoEmail::parse(texto).unwrap());
        let ana = avulso(&email("ana@example.com")).unwrap();
        assert_eq!(ana.to_string(), "d0cb4bdc-6419-5baa-ba08-a5690bdc5521");
        assert_eq!(avulso(&email("ANA@example.com")), Some(ana));
        let numero = Identificacao::Telefone(Telefone::parse("(11) 98765-4321").unwrap());
        assert_ne!(avulso(&numero), Some(ana));
        assert_eq!(avulso(&Identificacao::Codigo("ana@example.com".to_owned())), None);
    }

    #[test]
    fn b16_an_id_never_becomes_another() {
        assert_eq!(de(1, 2).to_string(), "cc6f5fdd-06a6-53e2-a07b-7b737918c0fd");
        assert_ne!(de(1, 2), de(2, 1));
    }
}
