#![cfg(test)]
//! What goes wrong on the way of a file: a clear answer, nothing half stored, and an import that goes on.

use std::time::Duration;

use serde_json::json;
use testkit::{Sql, wait_for, wait_until};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::apoio::Servico;
use crate::cano::Cano;
use crate::importacoes::{CSV, NDJSON, counts, ended, errors, import, lines};

const PRAZO: Duration = Duration::from_secs(30);

fn parts(s: &Servico) -> i64 {
    Sql::connect(s.banco.url()).number("(SELECT count(*) FROM cadastro.importacao_parte)")
}

#[tokio::test]
async fn an_import_that_was_cut_off_goes_on_where_it_was() {
    let s = Servico::new();
    let primeiro = s.start_importer();
    let resposta = s.http.upload("/v1/importacoes", CSV, lines(1, 30_000, "10,00")).await.expect(202);
    let endereco = resposta.headers["location"].to_str().unwrap().to_owned();
    let meio = wait_for(PRAZO, async || {
        let lida = s.http.get(&endereco).await.expect(200).json;
        lida["linha_atual"].as_i64().filter(|linha| *linha > 0)
    })
    .await;
    primeiro.pedir();
    assert!(meio < 30_000, "the test came too late");
    wait_until(PRAZO, async || s.http.get(&endereco).await.expect(200).json["estado"] == "pendente").await;
    s.start_importer();
    let feita = ended(&s.http, &endereco).await;
    assert_eq!((feita["estado"].as_str(), counts(&feita)), (Some("concluida"), [30_000, 0, 0, 0, 0, 0]));
    assert_eq!(parts(&s), 0, "the file is let go of");
}

#[tokio::test]
async fn an_importer_that_died_leaves_its_import_to_another_and_can_write_no_more() {
    let s = Servico::new();
    let resposta = s.http.upload("/v1/importacoes", CSV, lines(1, 10, "10,00")).await.expect(202);
    let endereco = resposta.headers["location"].to_str().unwrap().to_owned();
    let mut sql = Sql::connect(s.banco.url());
    // Taken, and not told of again: while the lease lasts nobody else takes it.
    sql.run("UPDATE cadastro.importacao SET estado = 'processando', tentativas = 1, lease_ate = clock_timestamp() + interval '1 hour'");
    s.start_importer();
    assert_eq!(sql.number("(SELECT count(*) FROM cadastro.importacoes_por_fazer())"), 0);
    sql.run("UPDATE cadastro.importacao SET lease_ate = clock_timestamp() - interval '1 second'");
    assert_eq!(counts(&ended(&s.http, &endereco).await)[0], 10);
    assert_eq!(sql.number("(SELECT tentativas FROM cadastro.importacao)"), 2);
}

#[tokio::test]
async fn an_import_that_kills_whoever_takes_it_is_given_up() {
    let s = Servico::new();
    let resposta = s.http.upload("/v1/importacoes", CSV, lines(1, 10, "10,00")).await.expect(202);
    let endereco = resposta.headers["location"].to_str().unwrap().to_owned();
    Sql::connect(s.banco.url()).run(
        "UPDATE cadastro.importacao SET estado = 'processando', sem_avanco = 5, lease_ate = clock_timestamp() - interval '1 second'",
    );
    s.start_importer();
    let falha = ended(&s.http, &endereco).await;
    assert_eq!((falha["estado"].as_str(), counts(&falha)), (Some("falhou"), [0; 6]));
}

#[tokio::test]
async fn a_connection_that_is_cut_leaves_nothing() {
    let s = Servico::new();
    let chave = s
        .http
        .post("/v1/chaves-api", &json!({"nome": "corte", "escopos": ["titulos:escrever"]}))
        .await
        .expect(201)
        .json;
    let chave = chave["chave"].as_str().unwrap();
    let mut cano = TcpStream::connect(s.addr()).await.unwrap();
    let cabeca = format!(
        "POST /v1/importacoes HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {chave}\r\ncontent-type: text/csv\r\ncontent-length: 9000000\r\n\r\n"
    );
    cano.write_all(cabeca.as_bytes()).await.unwrap();
    cano.write_all(&vec![b'x'; 3_000_000]).await.unwrap();
    wait_until(PRAZO, async || parts(&s) > 0).await;
    drop(cano);
    wait_until(PRAZO, async || parts(&s) == 0).await;
    assert_eq!(s.http.get("/v1/importacoes").await.expect(200).json["itens"], json!([]));
}

#[tokio::test]
async fn a_file_whose_size_is_a_lie_is_no_file() {
    let s = Servico::new();
    let chave = s
        .http
        .post("/v1/chaves-api", &json!({"nome": "gzip", "escopos": ["titulos:escrever"]}))
        .await
        .expect(201)
        .json;
    let mut cano = TcpStream::connect(s.addr()).await.unwrap();
    let corpo = "isto não é gzip";
    let pedido = format!(
        "POST /v1/importacoes HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: text/csv\r\ncontent-encoding: gzip\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{corpo}",
        chave["chave"].as_str().unwrap(),
        corpo.len()
    );
    cano.write_all(pedido.as_bytes()).await.unwrap();
    let mut resposta = String::new();
    cano.read_to_string(&mut resposta).await.unwrap();
    assert!(resposta.starts_with("HTTP/1.1 400"), "{resposta}");
    assert_eq!(parts(&s), 0);
}

#[tokio::test]
async fn a_file_that_cannot_be_used_says_why_and_changes_nothing() {
    let s = Servico::new();
    s.start_importer();
    for (consulta, arquivo, porque) in [
        ("", b"\n".to_vec(), "vazia"),
        ("", b"a;b;c\n1;2;3\n".to_vec(), "faltam colunas"),
        ("", b"\xFF\xFEa\0;\0".to_vec(), "UTF-16"),
        ("?formato=xlsx", b"PK\x03\x04 cortado".to_vec(), "corrompido"),
    ] {
        let falha = import(&s.http, consulta, CSV, arquivo).await;
        assert_eq!(falha["estado"], "falhou");
        assert!(falha["erro"].as_str().unwrap().contains(porque), "{}", falha["erro"]);
    }
    assert_eq!((s.all().await.len(), parts(&s)), (0, 0));
}

#[tokio::test]
async fn an_empty_body_is_no_file() {
    let s = Servico::new();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, b"").unwrap();
    let comprimido = (s.http.with_header("content-encoding", "gzip"), gzip.finish().unwrap());
    for (http, vazio) in [(s.http.clone(), Vec::new()), comprimido] {
        let chaveado = http.with_header("idempotency-key", "vazio");
        for tipo in [CSV, NDJSON] {
            let recusa = chaveado.upload("/v1/importacoes", tipo, vazio.clone()).await.expect(422);
            assert_eq!(recusa.headers["content-type"], "application/problem+json");
            assert_eq!(recusa.json["codigo"], "validacao");
            assert_eq!(recusa.json["erros"][0]["codigo"], "obrigatorio", "{}", recusa.text);
        }
    }
    assert_eq!(s.http.get("/v1/importacoes").await.expect(200).json["itens"], json!([]));
    assert_eq!(parts(&s), 0);
    // Nothing was kept of the key either: the file itself may come with it.
    let chaveado = s.http.with_header("idempotency-key", "vazio");
    let _aceito = chaveado.upload("/v1/importacoes", CSV, lines(1, 1, "10,00")).await.expect(202);
}

#[tokio::test]
async fn lines_that_are_no_json_or_no_titulo_cost_themselves_only() {
    let s = Servico::new();
    s.start_importer();
    let boa = json!({"codigo_integracao": "A", "vencimento": "2026-03-02", "valor": 10, "devedor": {"codigo_integracao": "D", "nome": "Ana"}});
    let enorme = "x".repeat(200_000);
    let ndjson = format!("{{\n[]\n\n{{\"codigo_integracao\":\"B\",\"cor\":1}}\n\"{enorme}\"\n{boa}");
    let importacao = import(&s.http, "", NDJSON, ndjson).await;
    assert_eq!((counts(&importacao), importacao["linhas"].as_i64()), ([1, 0, 0, 4, 0, 0], Some(5)));
    let erros = errors(&s.http, &importacao).await;
    assert_eq!(erros.first().map(String::as_str), Some("1 - json_malformado"));
    assert!(
        erros.contains(&"4 cor desconhecido".to_owned()) && erros.contains(&"5 - linha_longa".to_owned()),
        "{erros:?}"
    );
}

#[tokio::test]
async fn equal_requests_with_one_key_make_one_import() {
    let s = Servico::new();
    s.start_importer();
    let com_chave = s.http.with_header("idempotency-key", "arquivo-da-noite");
    let mut pedidos = JoinSet::new();
    for _cada in 0..20 {
        let http = com_chave.clone();
        pedidos.spawn(async move { http.upload("/v1/importacoes", CSV, lines(1, 5, "10,00")).await });
    }
    let respostas = pedidos.join_all().await;
    assert!(respostas.iter().all(|r| matches!(r.status, 202 | 409)), "{respostas:?}");
    let repetida = com_chave.upload("/v1/importacoes", CSV, lines(1, 5, "10,00")).await.expect(202);
    assert_eq!(repetida.headers["idempotency-replayed"], "true");
    let outro = com_chave.upload("/v1/importacoes", CSV, lines(1, 6, "10,00")).await;
    assert_eq!(outro.expect(422).json["codigo"], "idempotencia_de_outro_pedido");
    ended(&s.http, repetida.headers["location"].to_str().unwrap()).await;
    assert_eq!(s.http.get("/v1/importacoes").await.expect(200).json["itens"].as_array().unwrap().len(), 1);
    assert_eq!(parts(&s), 0, "what was sent again is not kept");
}

#[tokio::test]
async fn a_registration_whose_answer_was_lost_keeps_its_file() {
    let cano = Cano::default();
    let s = Servico::reached_by(|url| cano.to(url));
    let chaveado = s.http.with_header("idempotency-key", "carga");
    cano.arm();
    let _ninguem_sabe = chaveado.upload("/v1/importacoes", CSV, lines(1, 5, "10,00")).await.expect(503);
    assert!(cano.is_broken());
    assert_eq!(parts(&s), 1, "it may be registered: who knows");
    // Whoever sends it again hears of the first one, and it is alive.
    let repetida = chaveado.upload("/v1/importacoes", CSV, lines(1, 5, "10,00")).await.expect(202);
    assert_eq!(repetida.headers["idempotency-replayed"], "true");
    s.start_importer();
    let feita = ended(&s.http, repetida.headers["location"].to_str().unwrap()).await;
    assert_eq!(
        (feita["estado"].as_str(), counts(&feita)[0], parts(&s)),
        (Some("concluida"), 5, 0),
        "{feita}"
    );
}

#[tokio::test]
async fn an_import_that_is_stopped_stores_no_more() {
    let s = Servico::new();
    let resposta = s.http.upload("/v1/importacoes", CSV, lines(1, 10, "10,00")).await.expect(202);
    let endereco = resposta.headers["location"].to_str().unwrap().to_owned();
    for _duas_vezes in 0..2 {
        assert_eq!(s.http.delete(&endereco).await.expect(202).json["estado"], "cancelada");
    }
    s.start_importer();
    import(&s.http, "", CSV, lines(11, 12, "10,00")).await;
    assert_eq!((s.all().await.len(), parts(&s)), (2, 0));
    assert_eq!(s.http.get(&endereco).await.expect(200).json["estado"], "cancelada");
}
