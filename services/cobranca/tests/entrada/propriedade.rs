#![cfg(test)]
//! Whatever is asked, the answer keeps the laws, and what was refused has changed nothing.

use std::cell::{Cell, RefCell};

use proptest::test_runner::{Config, TestCaseError, TestRunner};
use testkit::cases;

use crate::casa::Casa;
use crate::documento::Documento;
use crate::leis::Leis;
use crate::mutacao;
use crate::pedido::client;

/// Requests to each operation.
const CASOS: u32 = 48;

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
    for operacao in &operacoes {
        let aceitos = Cell::new(0);
        let resultado = runner().run(&mutacao::requests(&doc, operacao, casa.paths(operacao)), |pedido| {
            let resposta = runtime
                .block_on(pedido.send(&http, &casa.base, Some(&casa.chave)))
                .map_err(TestCaseError::fail)?;
            leis.check(operacao, &pedido, &resposta).map_err(TestCaseError::fail)?;
            let depois = olho.borrow_mut().look();
            if (resposta.status >= 400 || operacao.reads()) && depois != *antes.borrow() {
                return Err(TestCaseError::fail(format!(
                    "{pedido:?} foi {} e mudou o banco",
                    resposta.status
                )));
            }
            antes.replace(depois);
            // A conflict is told by what was done before: the request itself was understood.
            aceitos.set(
                aceitos.get() + u32::from(pedido.valido && (resposta.status < 400 || resposta.status == 409)),
            );
            Ok(())
        });
        resultado.unwrap_or_else(|falha| panic!("{}: {falha}", operacao.nome()));
        assert!(aceitos.get() > 0, "{}: nenhum pedido gerado foi aceito", operacao.nome());
    }
}

fn runner() -> TestRunner {
    TestRunner::new(Config { cases: cases(CASOS), source_file: Some(file!()), ..Config::default() })
}
