#![cfg(test)]
//! Whatever is asked, the answer keeps the laws, and what was refused has changed nothing.

use std::cell::{Cell, RefCell};

use proptest::test_runner::{Config, TestCaseError, TestRunner};
use reqwest::Method;
use testkit::cases;

use crate::casa::Casa;
use crate::documento::{Documento, Operacao};
use crate::leis::Leis;
use crate::mutacao;
use crate::pedido::{Pedido, client};

/// Requests to each operation.
const CASOS: u32 = 48;
/// How many times as many there are, until one is accepted.
const RODADAS: usize = 5;

#[test]
fn no_request_breaks_a_law_and_a_refused_one_changes_nothing() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let doc = Documento::new();
    let (leis, operacoes, http) = (Leis::new(&doc), doc.operations(), client());
    let mut casa = runtime.block_on(Casa::new(&operacoes));
    runtime.block_on(casa.only_doors());
    let servido = runtime.block_on(casa.dona.get("/openapi.json")).expect(200).json;
    assert_eq!(&servido, doc.json(), "as portas abertas são as do documento");

    let olho = RefCell::new(casa.banco.observer());
    let antes = RefCell::new(olho.borrow_mut().look());
    for operacao in operacoes.iter().filter(|operacao| !operacao.of_a_file()) {
        let aceitos = Cell::new(0);
        let pedidos = mutacao::requests(&doc, operacao, paths(&casa, operacao));
        let tentar = |pedido: Pedido| {
            let pedido = casa.naming(pedido);
            let resposta = runtime
                .block_on(pedido.send(&http, &casa.base, Some(&casa.chave)))
                .map_err(TestCaseError::fail)?;
            leis.check(operacao, &pedido, &resposta).map_err(TestCaseError::fail)?;
            let depois = olho.borrow_mut().look();
            let so_le = operacao.reads() && !operacao.is_noted();
            if (resposta.status >= 400 || so_le) && depois != *antes.borrow() {
                let mudadas: Vec<_> =
                    depois.iter().filter(|tabela| !antes.borrow().contains(tabela)).collect();
                return Err(TestCaseError::fail(format!(
                    "{pedido:?} foi {} e mudou o banco: {mudadas:?}",
                    resposta.status
                )));
            }
            antes.replace(depois);
            // Where there is no body, what was done to it is no fault.
            let bom = pedido.valido || operacao.corpo.is_none() || operacao.caminho == SO_AVANCA;
            aceitos.set(aceitos.get() + u32::from(bom && resposta.status < 400));
            Ok(())
        };
        // Between its fields a body may be wrong however good each of them is: few of some operations are accepted.
        for _ in 0..RODADAS {
            let resultado = runner().run(&pedidos, tentar);
            resultado.unwrap_or_else(|falha| panic!("{}: {falha}", operacao.nome()));
            if aceitos.get() > 0 {
                break;
            }
        }
        let aceito = aceitos.get() > 0 || operacao.caminho == DE_UMA_DUVIDA;
        assert!(aceito, "{}: nenhum pedido gerado foi aceito", operacao.nome());
    }
}

/// Only a provider that breaks off in the middle makes a doubt, and those here are healthy: it is settled in the tests of the
/// dispatcher.
const DE_UMA_DUVIDA: &str = "/v1/execucoes/{id}/revisao";

/// A clock that a request not meant well moved to the end of time takes no other one.
const SO_AVANCA: &str = "/v1/relogio";

/// Each address of an operation; but what was paid can no longer be cancelled, nor the other way round, so the first título
/// is for the one and the others for the other. So with templates, erased or put away. Of the batches one has ended: of two,
/// one at least can be called off.
fn paths(casa: &Casa, operacao: &Operacao) -> Vec<String> {
    let mut todos = casa.paths(operacao);
    match operacao.caminho.rsplit_once('/') {
        Some(("/v1/acoes-em-lote/{id}", "cancelamento")) => todos.truncate(2),
        Some((_, "cancelamento")) => todos.truncate(1),
        Some(("/v1/templates", _)) if operacao.metodo == Method::DELETE => todos.truncate(1),
        Some((_, "pagamento")) => drop(todos.remove(0)),
        _ => {}
    }
    todos
}

fn runner() -> TestRunner {
    TestRunner::new(Config { cases: cases(CASOS), source_file: Some(file!()), ..Config::default() })
}
