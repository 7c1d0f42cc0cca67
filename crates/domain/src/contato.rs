//! Contacts: somebody of the company spoke, or tried to speak, with a debtor.

use crate::codigo::codigos;

codigos! {
    /// How a debtor was contacted.
    pub enum CanalContato("canal") {
        /// A call, made or taken.
        Telefone = "telefone",
        /// A conversation there.
        Whatsapp = "whatsapp",
        /// Letters from person to person, not what a régua sends.
        Email = "email",
        /// The same.
        Sms = "sms",
        /// The same.
        Carta = "carta",
        /// At a counter, or at the debtor's.
        Presencial = "presencial",
        /// The company's site or app.
        Portal = "portal",
        /// Any other.
        Outro = "outro",
    }
}
