//! The whole system over its HTTP API, from the títulos that come in to the e-mails in the mailbox.
//!
//! Each test has a database, a mailbox, a clock and, for RabbitMQ, a vhost of its own. What the mailbox's ledger holds
//! was sent, what it does not hold was not: it is the oracle.
#![cfg(test)]
#![expect(
    clippy::cognitive_complexity,
    reason = "every await and every assertion counts, and none is a branch"
)]

mod apoio;
mod avulsos;
mod barramentos;
mod cartas;
mod cerca;
mod chaves;
mod destinatarios;
mod devedor;
mod empresas;
mod entrada;
mod exportacoes;
mod fim;
mod historia;
mod janela;
mod lembretes;
mod linha_do_tempo;
mod listas;
mod lote;
mod migracao;
mod motores;
mod negociacao;
mod noites;
mod pagamento;
mod posicoes;
mod principal;
mod situacao;
mod suspensao;
