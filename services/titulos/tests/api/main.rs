//! The service over real HTTP, on a database of its own.
#![cfg(test)]

mod apoio;
mod atualizado;
mod bordas;
mod cano;
mod chaves;
mod classes;
mod contatos;
mod credores;
mod devedores;
mod devedores_contatos;
mod devedores_lista;
mod devedores_situacao;
mod empresa;
mod envio;
mod estornos;
mod historico;
mod idempotencia;
mod importacoes;
mod importacoes_completas;
mod importacoes_credores;
mod importacoes_escritas;
mod importacoes_falhas;
mod importacoes_leis;
mod importacoes_tardias;
mod juntos;
mod lista;
mod mapeamentos;
mod mil;
mod negociacoes;
mod pagamentos;
mod pagamentos_leis;
mod propostas;
mod renegociacoes;
mod situacao;
mod suspensao;
