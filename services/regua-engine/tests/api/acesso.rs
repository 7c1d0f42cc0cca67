//! Every operation asks for a key, and for a scope of it.

use regua_engine::{INFO, routes};
use serde_json::Value;
use testkit::{assert_whole, portas};
use web::Escopo;

use crate::apoio::Servico;

fn documento() -> Value {
    serde_json::to_value(web::documento(INFO, routes)).unwrap()
}

#[test]
fn every_operation_names_a_scope_and_an_id_of_its_own_and_what_is_referred_to_is_there() {
    assert_eq!(web::rotas_sem_escopo(&web::documento(INFO, routes)), Vec::<String>::new());
    assert_whole(&documento());
}

#[tokio::test]
async fn without_a_key_every_operation_is_401_and_without_its_scope_403() {
    let s = Servico::new();
    let todos: Vec<&str> = Escopo::TODOS.iter().map(|escopo| escopo.as_str()).collect();
    let com_escopos = |escopos: &[&str]| {
        s.with_scopes(&escopos.iter().map(|escopo| escopo.parse().unwrap()).collect::<Vec<_>>())
    };
    let portas = portas(
        &documento(),
        &[
            ("{id}", "0192b1f0-0000-7000-8000-000000000001"),
            ("{posicao}", "0192b1f0-0000-7000-8000-000000000001"),
            ("{acao}", "0192b1f0-0000-7000-8000-000000000001"),
        ],
    );
    assert!(portas.len() >= 20, "{portas:?}");
    for porta in portas {
        porta.assert_guarded(&s.without_key(), &todos, com_escopos).await;
    }
}
