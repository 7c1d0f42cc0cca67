//! The SMS as a debtor gets it.

#[cfg(test)]
mod corte;
#[cfg(test)]
mod regras;
#[cfg(test)]
mod segmentos;
