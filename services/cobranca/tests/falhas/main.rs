//! Nothing is lost and nothing is doubled, whatever breaks: processes killed in mid-work, the broker down or without its
//! data, the database's sessions cut. The mailbox's ledger and the executions' states are held against each other.
#![cfg(test)]

mod arquivos;
mod banco;
mod broker;
mod casa;
mod dispatcher;
mod importacao;
mod motor;
mod oraculo;
mod pedido;
