//! The states of an execution.

use crate::codigo::codigos;

codigos! {
    /// Where an execution is. `Enviada`, `Falhou`, `Descartada` and `Expirada` are ends; `Incerta` waits to
    /// be reconciled.
    pub enum Estado("estado") {
        /// Decided, to be published when it is ripe.
        Pendente = "pendente",
        /// Its hint is on the bus.
        Enfileirada = "enfileirada",
        /// Claimed: the provider call is under way.
        Enviando = "enviando",
        /// The provider accepted it.
        Enviada = "enviada",
        /// Will never go out: refused, not renderable or out of attempts.
        Falhou = "falhou",
        /// The provider may have accepted it.
        Incerta = "incerta",
        /// Called off before it left.
        Descartada = "descartada",
        /// Its time passed before it left.
        Expirada = "expirada",
    }
}
