#![cfg(test)]
//! What a generator seldom makes: bodies too large, too deep, compressed, of the wrong kind.

use std::io::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use testkit::Resposta;

use crate::casa::Casa;
use crate::documento::{Documento, Operacao};
use crate::leis::Leis;
use crate::pedido::{Pedido, client};

const DEZ_MB: usize = 10 * 1024 * 1024;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut saida = GzEncoder::new(Vec::new(), Compression::best());
    saida.write_all(bytes).unwrap();
    saida.finish().unwrap()
}

fn gzipped(pedido: Pedido, corpo: Vec<u8>) -> Pedido {
    Pedido { codificacao: Some("gzip".to_owned()), ..pedido.with_bytes(corpo) }
}

/// Bodies that no operation with a body takes, and what is answered to each.
fn refused_bodies(pedido: &Pedido, bom: &Value) -> Vec<(&'static str, u16, Pedido)> {
    let json = |corpo: &str| pedido.clone().with_bytes(corpo.as_bytes().to_vec());
    let texto = bom.to_string();
    let tipo = |tipo: Option<&str>| Pedido { tipo: tipo.map(str::to_owned), ..json(&texto) };
    let cortado: String = texto.chars().take(texto.chars().count() - 1).collect();
    let bomba = gzip(&vec![b' '; 64 * 1024 * 1024]);
    vec![
        ("vazio", 400, json("")),
        ("cortado", 400, json(&cortado)),
        ("com algo depois", 400, json(&format!("{texto} x"))),
        ("meio par substituto", 400, json(r#"{"nome": "\ud83d"}"#)),
        ("fora do UTF-8", 400, pedido.clone().with_bytes(b"{\"nome\": \"\xff\"}".to_vec())),
        (
            "em UTF-16",
            400,
            pedido.clone().with_bytes(texto.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ),
        ("NaN", 400, json("[NaN]")),
        ("número sem fim", 400, json("[1e400]")),
        ("fundo demais", 400, json(&"[".repeat(100_000))),
        ("objetos fundos demais", 400, json(&r#"{"a":"#.repeat(100_000))),
        ("outro tipo", 415, tipo(Some("text/plain"))),
        ("formulário", 415, tipo(Some("application/x-www-form-urlencoded"))),
        ("arquivo", 415, tipo(Some("multipart/form-data; boundary=x"))),
        ("sem tipo", 415, tipo(None)),
        ("outra compressão", 415, Pedido { codificacao: Some("br".to_owned()), ..json(&texto) }),
        ("gzip que não é", 400, gzipped(pedido.clone(), texto.clone().into_bytes())),
        ("gzip cortado", 400, gzipped(pedido.clone(), gzip(texto.as_bytes())[..12].to_vec())),
        ("gzip de lixo", 400, gzipped(pedido.clone(), gzip(&[0xFF; 4_096]))),
        ("bomba", 413, gzipped(pedido.clone(), bomba)),
        ("10 MB de nada", 413, json(&" ".repeat(DEZ_MB))),
        ("10 MB de texto", 413, json(&format!("\"{}\"", "x".repeat(DEZ_MB)))),
        ("um número", 422, json("7")),
        ("um nulo", 422, json("null")),
        ("listas em listas", 422, json("[[[[[[[[[[[[]]]]]]]]]]]]")),
    ]
}

async fn with_a_body(doc: &Documento) -> (Casa, Vec<Operacao>) {
    let operacoes = doc.operations();
    let casa = Casa::new(&operacoes).await;
    let com_corpo: Vec<Operacao> =
        operacoes.into_iter().filter(|operacao| operacao.corpo.is_some()).collect();
    assert!(com_corpo.len() >= 12);
    (casa, com_corpo)
}

async fn send(casa: &Casa, pedido: &Pedido) -> Resposta {
    pedido
        .send(&client(), &casa.base, Some(&casa.chave))
        .await
        .unwrap_or_else(|erro| panic!("{pedido:?}: {erro}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_none_is_refused_with_its_reason_and_changes_nothing() {
    let doc = Documento::new();
    let leis = Leis::new(&doc);
    let (mut casa, operacoes) = with_a_body(&doc).await;
    casa.only_doors().await;
    let mut olho = casa.banco.observer();
    let antes = olho.look();
    for operacao in &operacoes {
        let pedido = Pedido::new(&operacao.metodo, &casa.paths(operacao)[0]);
        for (qual, status, pedido) in refused_bodies(&pedido, &json!({"nome": "a"})) {
            let resposta = send(&casa, &pedido).await;
            leis.check(operacao, &pedido, &resposta).unwrap_or_else(|lei| panic!("{qual}: {lei}"));
            let item_a_item = resposta.status == 200
                && status == 422
                && resposta.json["itens"][0]["resultado"] == "recusado"
                && resposta.json.get("recusados").is_none_or(|quantos| quantos == 1);
            assert!(
                resposta.status == status || item_a_item,
                "{} {qual}: {}",
                operacao.nome(),
                resposta.text
            );
        }
    }
    assert_eq!(olho.look(), antes, "um corpo recusado mudou o banco");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_body_to_a_door_that_is_shut_is_answered_too() {
    let doc = Documento::new();
    let leis = Leis::new(&doc);
    let operacoes = doc.operations();
    let casa = Casa::new(&operacoes).await;
    let escrevem = operacoes.iter().filter(|operacao| !operacao.reads());
    for operacao in escrevem {
        let pedido = Pedido::new(&operacao.metodo, &casa.paths(operacao)[0]).with_bytes(vec![b' '; DEZ_MB]);
        let resposta = pedido
            .send(&client(), &casa.base, None)
            .await
            .unwrap_or_else(|erro| panic!("{}: {erro}", operacao.nome()));
        leis.problem(&resposta).unwrap();
        assert_eq!(resposta.status, 401);
    }
    let ninguem = Pedido::new(&reqwest::Method::POST, "/v1/nada").with_bytes(vec![b' '; DEZ_MB]);
    assert_eq!(send(&casa, &ninguem).await.expect(404).json["codigo"], "nao_encontrado");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_body_may_come_compressed_with_a_mark_or_with_parameters() {
    let doc = Documento::new();
    let (casa, _) = with_a_body(&doc).await;
    let pedido = Pedido::new(&reqwest::Method::POST, "/v1/reguas");
    // Each for a category of its own: two réguas for the same are refused.
    let bom = |n: i32| {
        json!({"nome": "Estranha", "prioridade": 7, "criterios": {"categorias": [n.to_string()]}}).to_string()
    };
    let com_tipo = |n: i32, tipo: &str| Pedido {
        tipo: Some(tipo.to_owned()),
        ..pedido.clone().with_bytes(bom(n).into_bytes())
    };
    let pedidos = [
        gzipped(pedido.clone(), gzip(bom(1).as_bytes())),
        pedido.clone().with_bytes([b"\xEF\xBB\xBF", bom(2).as_bytes()].concat()),
        com_tipo(3, "application/json; charset=utf-8"),
        com_tipo(4, "Application/JSON"),
        com_tipo(5, "application/vnd.erp+json"),
    ];
    for pedido in pedidos {
        assert_eq!(send(&casa, &pedido).await.expect(201).json["nome"], "Estranha");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_or_a_path_of_nobody_is_refused_as_a_problem() {
    let doc = Documento::new();
    let leis = Leis::new(&doc);
    let operacoes = doc.operations();
    let casa = Casa::new(&operacoes).await;
    for metodo in ["GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "QUERY"] {
        for operacao in &operacoes {
            let existe =
                operacoes.iter().any(|o| o.caminho == operacao.caminho && o.metodo.as_str() == metodo);
            if existe {
                continue;
            }
            let pedido = Pedido::new(&metodo.parse().unwrap(), &casa.paths(operacao)[0]);
            let resposta = send(&casa, &pedido).await;
            assert_eq!(resposta.status, 405, "{pedido:?} {}", resposta.text);
            let aceitos = resposta.headers["allow"].to_str().unwrap();
            assert!(aceitos.contains(operacao.metodo.as_str()), "{pedido:?}: {aceitos}");
            assert!(metodo == "HEAD" || leis.problem(&resposta) == Ok(()), "{pedido:?} {}", resposta.text);
        }
    }
}

/// Cursors of every shape there is, with dates that no database holds, at every list.
#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_nobody_gave_out_is_refused_or_leads_nowhere() {
    let doc = Documento::new();
    let leis = Leis::new(&doc);
    let operacoes = doc.operations();
    let casa = Casa::new(&operacoes).await;
    let id = "00000000-0000-0000-0000-000000000000";
    let mut chaves = vec![json!(id), json!(null), json!({}), json!([]), json!("a\0b"), json!(u64::MAX)];
    for dia in ["-262143-01-01", "+262142-12-31", "-4714-11-23", "0000-01-01", "9999-12-31"] {
        let instante = format!("{dia}T00:00:00Z");
        chaves.extend([json!(dia), json!([dia, id]), json!([i32::MIN, instante, id])]);
    }
    let com_cursor: Vec<&Operacao> = operacoes.iter().filter(|o| o.consulta.contains_key("cursor")).collect();
    assert!(com_cursor.len() >= 5);
    for operacao in com_cursor {
        for chave in &chaves {
            // With the seal of the list, so that it is the key inside that is looked at.
            let caminho = &casa.paths(operacao)[0];
            let selado = web::seal(&BASE64_URL_SAFE_NO_PAD.encode(chave.to_string()), caminho, "");
            let caminho = format!("{caminho}?cursor={selado}");
            let pedido = Pedido::new(&operacao.metodo, &caminho);
            let resposta = send(&casa, &pedido).await;
            leis.check(operacao, &pedido, &resposta).unwrap_or_else(|lei| panic!("{chave}: {lei}"));
            assert!(
                resposta.status == 200 || resposta.json["erros"][0]["codigo"] == "cursor_invalido",
                "{resposta:?}"
            );
        }
    }
}

/// What is owed on the highest value that a título may have is higher still: of a payment that settles it for a centavo, the
/// discount is.
#[tokio::test(flavor = "multi_thread")]
async fn what_charges_make_of_a_value_may_pass_what_a_value_may_be() {
    let doc = Documento::new();
    let leis = Leis::new(&doc);
    let operacoes = doc.operations();
    let casa = Casa::new(&operacoes).await;
    let titulo = json!([{"codigo_integracao": "MAIOR", "numero": "MAIOR", "vencimento": "2026-01-05",
        "valor": "9999999999.99", "devedor": {"codigo_integracao": "MAIOR", "nome": "Loja Campoverde"}}]);
    let recebido = send(&casa, &Pedido::new(&reqwest::Method::PUT, "/v1/titulos").with_json(&titulo)).await;
    let id = recebido.expect(200).json["itens"][0]["id"].as_str().unwrap().to_owned();
    let pagamentos = operacoes
        .iter()
        .find(|o| o.caminho == "/v1/titulos/{id}/pagamentos" && o.metodo == reqwest::Method::POST);
    let pedido = Pedido::new(&reqwest::Method::POST, &format!("/v1/titulos/{id}/pagamentos"))
        .with_json(&json!({"valor": "0.01", "quita": true}));
    let resposta = send(&casa, &pedido).await;
    assert_eq!(leis.check(pagamentos.unwrap(), &pedido, &resposta), Ok(()));
    let desconto: f64 = resposta.json["pagamento"]["desconto"].as_str().unwrap().parse().unwrap();
    assert!(desconto > 9_999_999_999.99, "{}", resposta.text);
}
