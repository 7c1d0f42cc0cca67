//! The check of the whole portfolio finds what the nights missed, and nothing else.

use domain::ids::DevedorId;
use regua_engine::{Conferencia, conferir};
use store::{Banco, Papel};
use testkit::Sql;

use crate::apoio::{HOJE, Servico, dia, named, posicao};

async fn check(s: &Servico) -> Conferencia {
    let (url, empresa) = (s.banco.url().to_owned(), s.empresa);
    let feita = tokio::task::spawn_blocking(move || {
        conferir(&Banco::connect(&url, Papel::ReguaEngine, 1).unwrap(), empresa).unwrap()
    });
    feita.await.unwrap()
}

async fn sql(s: &Servico, comando: &'static str) {
    let url = s.banco.url().to_owned();
    tokio::task::spawn_blocking(move || Sql::connect(&url).run(comando)).await.unwrap();
}

async fn debtors(s: &Servico) -> Vec<DevedorId> {
    let itens = s.http.get("/v1/inscricoes").await.expect(200).json["itens"].clone();
    let ids = itens.as_array().unwrap().iter().map(|i| i["devedor_id"].as_str().unwrap().parse().unwrap());
    ids.map(DevedorId::new).collect()
}

/// Three debtors in a régua, as the night left them.
async fn after_a_night() -> Servico {
    let s = Servico::new();
    s.run_engine();
    for codigo in ["1", "2", "3"] {
        s.push_titulo(codigo, "2026-03-01");
    }
    s.active_regua(1).await;
    s.night("2026-03-09").await;
    s
}

#[tokio::test]
async fn nothing_differs_after_a_night_nor_after_the_next_one() {
    let s = after_a_night().await;
    let conferencia = check(&s).await;
    let esperada = Conferencia { data: Some(dia("2026-03-09")), devedores: 3, ..Conferencia::default() };
    assert_eq!(conferencia, esperada);
    s.night(HOJE).await;
    assert_eq!(check(&s).await, Conferencia { data: Some(dia(HOJE)), ..esperada });
}

#[tokio::test]
async fn a_company_without_a_night_has_nothing_to_check() {
    let s = Servico::new();
    s.push_titulo("1", "2026-03-01");
    assert_eq!(check(&s).await, Conferencia::default());
}

#[tokio::test]
async fn a_date_pushed_into_the_future_is_found_and_the_debtor_named() {
    let s = after_a_night().await;
    sql(&s, "UPDATE regua.agenda SET proxima = proxima + 30 WHERE devedor_id = (SELECT devedor_id FROM regua.agenda ORDER BY 1 OFFSET 1 LIMIT 1)").await;
    let conferencia = check(&s).await;
    assert_eq!((conferencia.devedores, conferencia.diferencas), (3, 1));
    let mut todos: Vec<DevedorId> = debtors(&s).await;
    todos.sort();
    assert_eq!(conferencia.exemplos, [todos[1]]);
}

#[tokio::test]
async fn a_debtor_without_any_date_is_found() {
    let s = after_a_night().await;
    sql(
        &s,
        "DELETE FROM regua.agenda WHERE devedor_id = (SELECT max(devedor_id::text)::uuid FROM regua.agenda)",
    )
    .await;
    assert_eq!(check(&s).await.diferencas, 1);
}

#[tokio::test]
async fn a_walk_put_back_is_found() {
    let s = after_a_night().await;
    sql(&s, "UPDATE regua.inscricao SET ancora = ancora - 1 WHERE id = (SELECT max(id::text)::uuid FROM regua.inscricao)").await;
    assert_eq!(check(&s).await.diferencas, 1);
}

#[tokio::test]
async fn who_changed_since_the_night_waits_for_the_next_one_and_does_not_differ() {
    let s = after_a_night().await;
    s.push_titulo("4", "2026-03-01");
    let conferencia = check(&s).await;
    assert_eq!((conferencia.devedores, conferencia.por_olhar, conferencia.diferencas), (4, 1, 0));
    let outra = s.regua(named("outra", &[posicao(5)])).await;
    s.turn(&outra, "ativacao").await;
    let conferencia = check(&s).await;
    assert_eq!(
        (conferencia.por_olhar, conferencia.diferencas),
        (4, 0),
        "a régua changed: everybody is looked at"
    );
}
