//! The client and the mailbox against each other, over real TCP. The mailbox's ledger is the oracle: what it
//! has was accepted, what it has not was never taken.

#[cfg(test)]
mod apoio;
#[cfg(test)]
mod avisos;
#[cfg(test)]
mod destinatarios;
#[cfg(test)]
mod dialogo;
#[cfg(test)]
mod dkim;
#[cfg(test)]
mod fases;
#[cfg(test)]
mod mensagem;
#[cfg(test)]
mod propriedades;
#[cfg(test)]
mod sessoes;
#[cfg(test)]
mod tls;
