//! Each rule by itself, and all of them by chance, against an oracle written from the rules.

mod aptos;
mod carteira;
mod nomes;
mod oraculo;
mod planos;
mod regras;
mod sorte;
mod sorteados;
