//! One message to each of several contacts, where a message has one recipient (rule m11).

use crate::ids::ExecucaoId;
use uuid::Uuid;

/// The execution that takes the message of `primeira` to the debtor's contact number `ordem`. It is a function of the two, so
/// that asking again names the same; not of the contact itself, which nobody may find out from an id.
#[must_use]
pub fn irma(primeira: ExecucaoId, ordem: usize) -> ExecucaoId {
    ExecucaoId::new(Uuid::new_v5(&primeira.uuid(), format!("irma|{ordem}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn m11_each_message_to_another_contact_has_an_id_of_its_own_and_always_the_same() {
        let de = |n| ExecucaoId::new(Uuid::from_u128(n));
        let ids: BTreeSet<_> = (1..=2).flat_map(|n| (1..10).map(move |ordem| irma(de(n), ordem))).collect();
        assert_eq!(ids.len(), 18);
        assert_eq!(irma(de(1), 1), irma(de(1), 1));
        assert_eq!(irma(de(1), 1).to_string(), "258247b3-619e-540c-ac5a-15f1166fb9b9");
    }
}
