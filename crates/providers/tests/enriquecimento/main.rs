//! One contract over every provider of enrichment, against the sandbox's own over real TCP, and what each reads by itself.

#[cfg(test)]
mod apoio;
#[cfg(test)]
mod contrato;
#[cfg(test)]
mod falhas;
#[cfg(test)]
mod generico;
#[cfg(test)]
mod leituras;
#[cfg(test)]
mod senha;
