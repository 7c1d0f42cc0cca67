//! How files leave: a page at a time, as fast as they are read, and never cut off unnoticed (rule b11).

use std::collections::BTreeSet;

use testkit::Sql;

use crate::apoio::Servico;
use crate::baixa::{Baixa, flood, revocable, rows};

/// Some 11 MB of list, much more than a connection holds; a whole number of pages, too.
const MUITOS: u32 = 40_000;

async fn crowded() -> (Servico, Sql, String) {
    let s = Servico::new();
    let mut sql = Sql::connect(s.banco.url());
    flood(&mut sql, s.empresa, MUITOS);
    let acao = s.begin("email").await;
    s.select(&acao).await;
    (s, sql, format!("{acao}/lista?formato=csv"))
}

#[tokio::test]
async fn b11_nothing_is_read_ahead_of_a_slow_reader_and_each_debtor_is_there_once() {
    let (s, mut sql, lista) = crowded().await;
    let (chave, _) = revocable(&s);
    let lenta = Baixa::begin(&s, &chave, &lista).await;
    // As long as the slow one would take, were nobody to hold it back.
    let (_, depressa) = Baixa::whole(&s, &lista).await;
    sql.run("UPDATE cadastro.devedor SET nome = 'Depois'");
    let lenta = String::from_utf8(lenta.rest().await.unwrap()).unwrap();
    let linhas: Vec<_> = lenta.split_terminator("\r\n").collect();
    assert!(linhas[1].contains(";Antes ") && linhas.last().unwrap().contains(";Depois;"));
    let codigos = |linhas: &[String]| -> BTreeSet<String> {
        linhas[1..].iter().map(|linha| linha.split(';').next().unwrap().to_owned()).collect()
    };
    for arquivo in [rows(lenta.as_bytes(), 1), rows(&depressa, 1)] {
        assert_eq!((arquivo.len(), codigos(&arquivo).len()), (40_001, 40_000));
    }
}

#[tokio::test]
async fn b11_a_list_that_fails_in_the_middle_never_looks_like_a_whole_one() {
    let (s, _sql, lista) = crowded().await;
    let (chave, revogar) = revocable(&s);
    let baixa = Baixa::begin(&s, &chave, &lista).await;
    revogar();
    let parte = baixa.rest().await.expect_err("a file that broke off");
    assert!(parte.starts_with("\u{feff}codigo_integracao;".as_bytes()));
    assert!(parte.len() < 10_000_000, "{}", parte.len());
}

#[tokio::test]
async fn b11_readers_who_go_away_or_do_not_read_hold_nobody_up() {
    let (s, _sql, lista) = crowded().await;
    let (chave, _) = revocable(&s);
    let mut parados = Vec::new();
    for n in 0..6 {
        let baixa = Baixa::begin(&s, &chave, &lista).await;
        if n % 2 == 0 {
            parados.push(baixa);
        }
    }
    let (_, arquivo) = Baixa::whole(&s, &lista).await;
    assert_eq!(rows(&arquivo, 1).len(), 40_001);
    assert_eq!(parados.len(), 3);
}
