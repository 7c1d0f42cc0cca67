//! Nothing is lost and nothing is doubled, whatever breaks: processes killed at any point of the flow or asleep past their lease,
//! the broker down, blocked or without its data, the database's sessions cut or its server dead, providers that lie. The ledgers
//! of mailbox and carrier and the executions' states are held against each other.
#![cfg(test)]

mod arquivos;
mod banco;
mod broker;
mod casa;
mod dispatcher;
mod importacao;
mod mensagens;
mod motor;
mod oraculo;
mod pedido;
mod pontos;
mod provedores;
mod relogio;
mod sorte;
mod tempestade;
mod zumbi;
