//! A request whose answer never arrives, because the service is killed or the database goes away meanwhile.
#![cfg(test)]

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use providers::caixa::Roteiro;
use serde_json::{Value, json};
use testkit::{Http, Processo, Sql, wait_for, wait_until};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::casa::{Casa, PRAZO, binary};

/// No broker and no mailbox is needed.
const NENHUM: &str = "amqp://127.0.0.1:1/%2f";
/// How often the service is killed: before and after its answer is on the way.
const MORTES: usize = 6;
const MEGA: usize = 1024 * 1024;

/// A key, as it stands in a head of our own.
async fn key(titulos: &Http) -> String {
    let pedida = json!({"nome": "cano", "escopos": ["titulos:escrever"]});
    let feita = titulos.post("/v1/chaves-api", &pedida).await.expect(201);
    feita.json["chave"].as_str().unwrap().to_owned()
}

/// A connection on which a request was written; nobody has read an answer.
async fn write(url: &str, chave: &str, cabeca: &str, corpo: &[u8]) -> TcpStream {
    let mut cano = TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
    let inicio = format!("{cabeca}host: x\r\nauthorization: Bearer {chave}\r\n\r\n");
    cano.write_all(inicio.as_bytes()).await.unwrap();
    cano.write_all(corpo).await.unwrap();
    cano
}

async fn status(mut cano: TcpStream) -> String {
    let mut resposta = Vec::new();
    // A connection that is closed in our face has no answer.
    cano.read_to_end(&mut resposta).await.ok();
    String::from_utf8_lossy(&resposta).lines().next().unwrap_or_default().to_owned()
}

fn rows(casa: &Casa, tabela: &str) -> i64 {
    Sql::connect(casa.banco.url()).number(&format!("(SELECT count(*) FROM cadastro.{tabela})"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_killed_between_its_commit_and_its_answer_answers_the_retry_as_a_replay() {
    let mut casa = Casa::start(NENHUM, Roteiro::normal()).await;
    let empresa = casa.empresa().await;
    empresa.push(MORTES).await;
    let chave = key(&empresa.titulos).await;
    let titulos = empresa.titulos.get("/v1/titulos").await.expect(200).json["itens"].clone();
    let guardadas = rows(&casa, "idempotencia");
    for (n, titulo) in (1..).zip(titulos.as_array().unwrap()) {
        let caminho = format!("/v1/titulos/{}/pagamentos", titulo["id"].as_str().unwrap());
        let corpo = json!({"valor": "10.00"}).to_string();
        let cabeca = format!(
            "POST {caminho} HTTP/1.1\r\nidempotency-key: baixa-{n}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
            corpo.len()
        );
        let cano = write(&casa.titulos.url().await, &chave, &cabeca, corpo.as_bytes()).await;
        wait_until(PRAZO, async || rows(&casa, "idempotencia") == guardadas + n).await;
        casa.titulos.kill();
        drop(cano);
        casa.titulos = Processo::start(&binary("titulos"), &[], &[("DATABASE_URL", casa.banco.url())]);
        let http = empresa.titulos.at(&casa.titulos.url().await);
        let http = http.with_header("idempotency-key", &format!("baixa-{n}"));
        let de_novo = http.post(&caminho, &json!({"valor": "10.00"})).await.expect(201);
        assert_eq!(de_novo.headers["idempotency-replayed"], "true", "{}", de_novo.text);
        assert_eq!(de_novo.json["titulo"]["status"], "aberto");
        assert_eq!(rows(&casa, "pagamento"), n, "o mesmo pagamento foi registrado de novo");
    }
}

fn csv(bytes: usize) -> Vec<u8> {
    let mut csv = b"codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome\n".to_vec();
    for n in 0.. {
        if csv.len() >= bytes {
            break;
        }
        writeln!(csv, "T{n};10/02/2026;10,00;D{n};Devedor {n}").unwrap();
    }
    csv
}

fn cabeca(tamanho: usize, mais: &str) -> String {
    format!("POST /v1/importacoes HTTP/1.1\r\ncontent-type: text/csv\r\ncontent-length: {tamanho}\r\n{mais}")
}

async fn imports(titulos: &Http) -> Value {
    titulos.get("/v1/importacoes").await.expect(200).json["itens"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_gone_in_mid_upload_is_told_and_what_had_come_is_no_import() {
    let mut casa = Casa::start(NENHUM, Roteiro::normal()).await;
    let titulos = casa.empresa().await.titulos;
    let chave = key(&titulos).await;
    let arquivo = csv(6 * MEGA);
    let (antes, depois) = arquivo.split_at(3 * MEGA);
    let url = casa.titulos.url().await;
    let mut cano = write(&url, &chave, &cabeca(arquivo.len(), ""), antes).await;
    wait_until(PRAZO, async || rows(&casa, "importacao_parte") > 0).await;
    casa.banco.set_away(true);
    cano.write_all(depois).await.ok();
    let dito = status(cano).await;
    assert!(dito.starts_with("HTTP/1.1 503"), "{dito}");
    casa.banco.set_away(false);
    wait_until(PRAZO, async || titulos.get("/v1/importacoes").await.status == 200).await;
    assert_eq!(imports(&titulos).await, json!([]));

    // Sent again it is imported, and what the first one left is no part of it.
    let de_novo = titulos.upload("/v1/importacoes", "text/csv", arquivo).await.expect(202);
    let endereco = de_novo.headers["location"].to_str().unwrap().to_owned();
    let feita = wait_for(PRAZO, async || {
        let lida = titulos.get(&endereco).await.expect(200).json;
        (!["pendente", "processando"].iter().any(|estado| lida["estado"] == *estado)).then_some(lida)
    })
    .await;
    assert_eq!((&feita["estado"], &feita["recusados"]), (&json!("concluida"), &json!(0)));
    assert_eq!(feita["criados"].as_i64(), Some(rows(&casa, "titulo")));
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_cut_in_mid_upload_lose_the_upload_or_nothing() {
    let mut casa = Casa::start(NENHUM, Roteiro::normal()).await;
    let titulos = casa.empresa().await.titulos;
    let chave = key(&titulos).await;
    let arquivo = csv(4 * MEGA);
    let (antes, depois) = arquivo.split_at(2 * MEGA);
    let mut cano =
        write(&casa.titulos.url().await, &chave, &cabeca(arquivo.len(), "connection: close\r\n"), antes)
            .await;
    wait_until(PRAZO, async || rows(&casa, "importacao_parte") > 0).await;
    assert!(casa.banco.disconnect_all() > 0);
    cano.write_all(depois).await.unwrap();
    let dito = status(cano).await;
    let aceita = dito.starts_with("HTTP/1.1 202");
    assert!(aceita || dito.starts_with("HTTP/1.1 503"), "{dito}");
    assert_eq!(imports(&titulos).await.as_array().unwrap().len(), usize::from(aceita), "{dito}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gzip_that_ends_too_early_is_refused_and_leaves_nothing() {
    let mut casa = Casa::start(NENHUM, Roteiro::normal()).await;
    let titulos = casa.empresa().await.titulos;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&csv(4 * MEGA)).unwrap();
    let inteiro = gzip.finish().unwrap();
    let comprimido = titulos.with_header("content-encoding", "gzip");
    for ate in [2, 20, inteiro.len() / 2, inteiro.len() - 9] {
        let cortado = inteiro[..ate].to_vec();
        let recusa = comprimido.upload("/v1/importacoes", "text/csv", cortado).await;
        assert_eq!(recusa.status, 400, "{ate} de {}: {}", inteiro.len(), recusa.text);
        assert!(recusa.json["detail"].as_str().unwrap().contains("envie de novo"), "{}", recusa.text);
    }
    assert_eq!(imports(&titulos).await, json!([]));
    wait_until(PRAZO, async || rows(&casa, "importacao_parte") == 0).await;
}
