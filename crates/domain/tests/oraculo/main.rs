//! A second, naive telling of the rules as the oracle of `decide`: the same year of a debtor through both, and
//! every night of it compared.
//!
//! `COBRANCA_HISTORIAS=100000 cargo test --release -p domain --test oraculo -- --nocapture` takes minutes, says how
//! far it is, and prints what it came across or the smallest story it finds of each failure. The seed of that
//! failure goes to `sementes.txt`.

#[cfg(test)]
mod calendario;
#[cfg(test)]
mod comparar;
#[cfg(test)]
mod correr;
#[cfg(test)]
mod encolher;
#[cfg(test)]
mod escrito;
#[cfg(test)]
mod eventos;
#[cfg(test)]
mod exemplos;
#[cfg(test)]
mod fatos;
#[cfg(test)]
mod gerador;
#[cfg(test)]
mod historia;
#[cfg(test)]
mod modelo;
#[cfg(test)]
mod mundo;
#[cfg(test)]
mod ponte;
#[cfg(test)]
mod quadro;
#[cfg(test)]
mod sorteio;
#[cfg(test)]
mod testes;
