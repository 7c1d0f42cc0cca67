//! One suite over every adapter, against the sandbox carrier over real TCP. The carrier's ledger is the oracle: what it has
//! was accepted, what it has not was never taken.

#[cfg(test)]
mod apoio;
#[cfg(test)]
mod contrato;
#[cfg(test)]
mod falhas;
#[cfg(test)]
mod generico;
#[cfg(test)]
mod operadora;
#[cfg(test)]
mod propriedades;
#[cfg(test)]
mod recibos;
#[cfg(test)]
mod rede;
#[cfg(test)]
mod respostas;
