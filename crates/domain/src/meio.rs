//! The ways to reach a debtor: what all of them have in common.

use crate::codigo::codigos;

codigos! {
    /// Who told us of a contact.
    pub enum OrigemContato("origem") {
        /// The company's own system, in a push.
        Erp = "erp",
        /// A person, on a screen.
        Manual = "manual",
        /// An enrichment provider.
        Enriquecimento = "enriquecimento",
        /// A file.
        Importacao = "importacao",
    }
}

codigos! {
    /// A way by which a debtor may ask not to be reached.
    pub enum CanalOptOut("canal") {
        /// E-mail.
        Email = "email",
        /// A message to a mobile.
        Sms = "sms",
        /// A letter.
        Carta = "carta",
        /// A call.
        Telefone = "telefone",
    }
}
