//! What of a batch is written out as a file.

use crate::codigo::codigos;

codigos! {
    /// A file of a batch, by what it lists.
    pub enum Relacao("relacao") {
        /// Rule b11: those who can have the action; once it is confirmed, those whom it was confirmed for.
        Aptos = "aptos",
        /// Rule b20: what became of each of these.
        Itens = "itens",
    }
}
