//! The e-mail as a debtor gets it.

#[cfg(test)]
mod apoio;
#[cfg(test)]
mod modificadores;
#[cfg(test)]
mod propriedades;
#[cfg(test)]
mod regras;
