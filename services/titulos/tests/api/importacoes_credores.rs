#![cfg(test)]
//! `modo=completo` where a company collects for several creditors: a file of one of them is no file of the others.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use crate::apoio::Servico;
use crate::importacoes::{CSV, NDJSON, counts, ended, errors, import};

/// What is stored, or sent: codes from one number to another, of a creditor, or of nobody.
type Trecho<'a> = (&'a str, std::ops::RangeInclusive<usize>);

fn sheet(trechos: &[Trecho<'_>]) -> String {
    let mut csv =
        "codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome;credor_codigo;credor_nome\n"
            .to_owned();
    for (credor, numeros) in trechos {
        let nome = if credor.is_empty() { String::new() } else { format!("Credor {credor}") };
        for n in numeros.clone() {
            writeln!(csv, "{credor}-{n};02/03/2026;10,00;D{n};Devedor {n};{credor};{nome}").unwrap();
        }
    }
    csv
}

/// A company that has these since a while ago.
async fn portfolio(trechos: &[Trecho<'_>]) -> Servico {
    let s = Servico::new();
    s.start_importer();
    let _guardados = import(&s.http, "", CSV, sheet(trechos)).await;
    s.pass(Duration::from_mins(1));
    s
}

/// How many are open of each of these creditors.
async fn open<const N: usize>(s: &Servico, credores: [&str; N]) -> [usize; N] {
    let abertos = s.http.get("/v1/titulos?limite=500&status=aberto").await.expect(200).json;
    let abertos = abertos["itens"].as_array().unwrap().clone();
    credores.map(|credor| {
        let dele =
            |titulo: &&Value| titulo["codigo_integracao"].as_str().unwrap().split('-').next() == Some(credor);
        abertos.iter().filter(dele).count()
    })
}

/// Who loses how many of how many, as it is shown.
fn losses(importacao: &Value) -> Vec<String> {
    let lista = importacao["a_cancelar_por_credor"].as_array().unwrap().iter();
    lista
        .map(|c| {
            format!("{} {}/{}", c["credor_codigo"].as_str().unwrap_or("-"), c["a_cancelar"], c["abertos"])
        })
        .collect()
}

#[tokio::test]
async fn a_full_file_of_one_creditor_cancels_nobody_elses_titulos() {
    let s = portfolio(&[("A", 1..=20), ("B", 1..=9), ("", 1..=3)]).await;
    let feita = import(&s.http, "?modo=completo&credor=A", CSV, sheet(&[("A", 1..=18)])).await;
    assert_eq!((feita["estado"].as_str(), &feita["credor"]), (Some("concluida"), &json!("A")), "{feita}");
    assert_eq!((&feita["abertos"], &feita["a_cancelar"]), (&json!(20), &json!(2)));
    assert_eq!((counts(&feita), losses(&feita)), ([0, 0, 18, 0, 0, 2], vec!["A 2/20".to_owned()]));
    assert_eq!(open(&s, ["A", "B", ""]).await, [18, 9, 3]);
}

#[tokio::test]
async fn the_limit_of_a_creditors_file_is_counted_among_that_creditors_titulos() {
    let s = portfolio(&[("A", 1..=10), ("B", 1..=90)]).await;
    // Two of a hundred, and two of ten.
    let parada = import(&s.http, "?modo=completo&credor=A", CSV, sheet(&[("A", 1..=8)])).await;
    assert_eq!(
        (&parada["estado"], losses(&parada)),
        (&json!("aguardando_confirmacao"), vec!["A 2/10".to_owned()])
    );
    assert_eq!(open(&s, ["A", "B"]).await, [10, 90]);
}

#[tokio::test]
async fn a_line_of_another_creditor_is_refused_and_one_of_none_is_the_files_creditors() {
    let s = portfolio(&[("A", 1..=2), ("B", 1..=2)]).await;
    let sem_coluna = "codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome\n";
    let csv = format!(
        "{sem_coluna}A-1;02/03/2026;10,00;D1;Devedor 1\nA-2;02/03/2026;10,00;D2;Devedor 2\nN-1;02/03/2026;10,00;D1;Devedor 1\n"
    );
    let feita = import(&s.http, "?modo=completo&credor=A", CSV, csv).await;
    assert_eq!(counts(&feita), [1, 0, 2, 0, 0, 0], "{feita}");

    s.pass(Duration::from_mins(1));
    let mistura = format!("{}N-2;02/03/2026;10,00;D2;Devedor 2;;\n", sheet(&[("A", 1..=2), ("B", 1..=3)]));
    let feita = import(&s.http, "?modo=completo&credor=A&limite_cancelamento=100", CSV, mistura).await;
    assert_eq!(counts(&feita), [1, 0, 2, 3, 0, 1], "N-1 is not there any more: {feita}");
    let recusas = ["4", "5", "6"].map(|linha| format!("{linha} credor_codigo credor_diferente"));
    assert_eq!(errors(&s.http, &feita).await, recusas);
    assert_eq!(open(&s, ["A", "B", "N"]).await, [2, 2, 1]);

    let linha = |codigo: &str, credor: Value| {
        json!({"codigo_integracao": codigo, "vencimento": "2026-03-02", "valor": "10.00", "credor": credor,
               "devedor": {"codigo_integracao": "D1", "nome": "Devedor 1"}})
        .to_string()
    };
    let ndjson =
        [linha("N-3", Value::Null), linha("N-4", json!({"codigo_integracao": "B", "nome": "Credor B"}))];
    let consulta = "?modo=completo&credor=A&limite_cancelamento=100";
    let feita = import(&s.http, consulta, NDJSON, ndjson.join("\n")).await;
    assert_eq!(errors(&s.http, &feita).await, ["2 credor/codigo_integracao credor_diferente"]);
    let credores = s.http.get("/v1/credores").await.expect(200).json["itens"].clone();
    let dito = |n: usize, campo: &str| credores[n][campo].as_str().unwrap().to_owned();
    assert_eq!([dito(0, "nome"), dito(1, "nome")], ["Credor A", "Credor B"], "nobody was renamed");
    let nova = s.http.get("/v1/titulos?codigo_integracao=N-3").await.expect(200).json["itens"][0].clone();
    assert_eq!(nova["credor_id"], credores[0]["id"]);
}

#[tokio::test]
async fn who_tells_only_the_code_of_a_creditor_renames_nobody() {
    let s = portfolio(&[("A", 1..=1)]).await;
    let names = async || {
        let credores = s.http.get("/v1/credores").await.expect(200).json["itens"].clone();
        let nome = |credor: &Value| credor["nome"].as_str().unwrap().to_owned();
        credores.as_array().unwrap().iter().map(nome).collect::<Vec<_>>()
    };
    let cabecalho = "codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome;credor_codigo";
    let linha = |codigo: &str, credor: &str| format!("{codigo};02/03/2026;10,00;D1;Devedor 1;{credor}\n");
    let csv = format!("{cabecalho}\n{}{}{}", linha("A-1", "A"), linha("A-2", "A"), linha("B-1", "B"));
    assert_eq!(counts(&import(&s.http, "", CSV, csv).await), [2, 0, 1, 0, 0, 0]);
    assert_eq!(names().await, ["B", "Credor A"], "a new one has no other name");
    let item = |codigo: &str, credor: Value| {
        json!({"codigo_integracao": codigo, "vencimento": "2026-03-02", "valor": "10.00", "credor": credor,
               "devedor": {"codigo_integracao": "D1", "nome": "Devedor 1"}})
    };
    let so_codigo = |codigo: &str| json!({"codigo_integracao": codigo});
    let com_nome = json!({"codigo_integracao": "B", "nome": "Credor B"});
    // The name that one item tells is not lost on account of another.
    let envio = [item("B-2", com_nome), item("B-3", so_codigo("B")), item("A-1", so_codigo("A"))];
    assert_eq!(s.push(&envio).await["criados"], 2);
    assert_eq!(names().await, ["Credor A", "Credor B"]);
}

#[tokio::test]
async fn a_creditor_is_named_for_a_full_file_and_is_there() {
    let s = portfolio(&[("A", 1..=1)]).await;
    for (consulta, codigo) in [
        ("?credor=A", "nao_combina"),
        ("?modo=parcial&credor=A", "nao_combina"),
        ("?modo=completo&credor=Z", "nao_encontrado"),
        ("?modo=completo&credor=", "tamanho_invalido"),
    ] {
        let recusa = s.http.upload(&format!("/v1/importacoes{consulta}"), CSV, "x").await.expect(422).json;
        assert_eq!(
            (&recusa["erros"][0]["campo"], &recusa["erros"][0]["codigo"]),
            (&json!("/credor"), &json!(codigo))
        );
    }
    let outra = s.other_company();
    let _nao_dela = outra.upload("/v1/importacoes?modo=completo&credor=A", CSV, "x").await.expect(422);
}

#[tokio::test]
async fn whoever_would_lose_everything_is_asked_about_however_small_the_share() {
    for (quem, nome) in [("B", "B"), ("", "-")] {
        let s = portfolio(&[("A", 1..=97), (quem, 1..=3)]).await;
        let parada = import(&s.http, "?modo=completo", CSV, sheet(&[("A", 1..=96)])).await;
        assert_eq!(parada["estado"], "aguardando_confirmacao", "{parada}");
        assert_eq!((&parada["credores_zerados"], &parada["a_cancelar"]), (&json!(1), &json!(4)));
        assert_eq!(losses(&parada), [format!("{nome} 3/3"), "A 1/97".to_owned()]);
        assert_eq!(open(&s, ["A", quem]).await, [97, 3]);
        // One that is left, and nothing is asked.
        let um = import(&s.http, "?modo=completo", CSV, sheet(&[("A", 1..=96), (quem, 3..=3)])).await;
        assert_eq!((um["estado"].as_str(), &um["credores_zerados"]), (Some("concluida"), &json!(0)), "{um}");
        assert_eq!(open(&s, ["A", quem]).await, [96, 1]);
        s.pass(Duration::from_mins(1));
        let sem_limite = "?modo=completo&limite_cancelamento=100";
        let sem_pergunta = import(&s.http, sem_limite, CSV, sheet(&[("A", 1..=96)])).await;
        assert_eq!(
            (sem_pergunta["estado"].as_str(), open(&s, ["A", quem]).await),
            (Some("concluida"), [96, 0])
        );
    }
}

#[tokio::test]
async fn of_many_creditors_those_that_lose_most_are_shown() {
    let nomes: Vec<String> = (1..=25).map(|n| format!("C{n}")).collect();
    let trechos: Vec<Trecho<'_>> =
        nomes.iter().enumerate().map(|(n, nome)| (nome.as_str(), 1..=n + 1)).collect();
    let s = portfolio(&trechos).await;
    let simulada = import(&s.http, "?modo=completo&simular=true", CSV, sheet(&[("C25", 1..=1)])).await;
    let perdas = losses(&simulada);
    assert_eq!((perdas.len(), &simulada["credores_zerados"]), (20, &json!(24)));
    assert_eq!(
        (perdas[0].as_str(), perdas[1].as_str(), perdas[19].as_str()),
        ("C24 24/24", "C25 24/25", "C6 6/6")
    );
}

#[tokio::test]
async fn a_file_of_one_creditor_supersedes_what_waits_for_the_same_or_for_all() {
    let s = portfolio(&[("A", 1..=4), ("B", 1..=4)]).await;
    let de_a = import(&s.http, "?modo=completo&credor=A", CSV, sheet(&[("A", 1..=2)])).await;
    let de_b = import(&s.http, "?modo=completo&credor=B", CSV, sheet(&[("B", 1..=2)])).await;
    let confirm = |importacao: &Value| {
        let id = importacao["id"].as_str().unwrap().to_owned();
        let (http, endereco) = (s.http.clone(), format!("/v1/importacoes/{id}"));
        async move {
            let resposta = http.post(&format!("{endereco}/confirmacao"), &json!({})).await;
            if resposta.status == 202 { ended(&http, &endereco).await } else { resposta.expect(409).json }
        }
    };
    assert_eq!(counts(&confirm(&de_a).await)[5], 2, "the file of B says nothing of A");
    let _outra = import(&s.http, "?modo=completo&credor=B", CSV, sheet(&[("B", 1..=1)])).await;
    assert_eq!(confirm(&de_b).await["codigo"], "importacao_superada");
    assert_eq!(open(&s, ["A", "B"]).await, [2, 4]);
}
