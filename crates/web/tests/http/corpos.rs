//! What comes in, and what is answered to what should not have come in.

use std::io::{Read, Write};
use std::net::TcpStream;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::apoio::{PRAZO, amostra, answer, chave, start};

const SEGUINTE: &str = "/v1/amostras/00000000-0000-0000-0000-000000000009";

#[tokio::test]
async fn a_good_body_is_accepted_with_or_without_what_is_optional() {
    let teste = start(|_| {});
    let simples = teste.put(amostra().to_string()).await;
    assert_eq!((simples.status, &simples.corpo["id"]), (200, &json!("00000000-0000-0000-0000-000000000009")));
    let mut cheia = amostra();
    cheia["valor"] = json!(10.5);
    cheia["etiquetas"] = json!(["a", "b"]);
    cheia["contato"] = json!({"email": "a@b.c", "ativo": true});
    assert_eq!(teste.put(cheia.to_string()).await.status, 200);
}

/// As JSON Schema has it, and as some languages write every number.
#[tokio::test]
async fn a_whole_number_is_one_however_it_is_written() {
    let teste = start(|_| {});
    for (dias, status) in
        [("30", 200), ("30.0", 200), ("3e1", 200), ("-0.0", 422), ("30.5", 422), ("7e4", 422), ("1e300", 422)]
    {
        let corpo = amostra().to_string().replace("\"dias\":3", &format!("\"dias\":{dias}"));
        assert!(corpo.contains(dias), "{corpo}");
        assert_eq!(teste.put(corpo.clone()).await.status, status, "{dias}");
        let lote = teste.request(Method::POST, "/v1/lotes").header("content-type", "application/json");
        let resposta = answer(lote.body(format!("[{corpo}]")).send().await.unwrap()).await;
        assert_eq!(resposta.corpo[0]["aceito"], status == 200, "{dias}");
    }
}

#[tokio::test]
async fn every_refused_field_is_told_at_once() {
    let teste = start(|_| {});
    let corpo = json!({
        "nome": "a\u{0}b", "valor": "1,00", "vencimento": "2026-02-30", "dias": -1,
        "etiquetas": ["ok", 3, ""], "contato": {"email": "x", "cor": 1}, "a/b": null,
    });
    let resposta = teste.put(corpo.to_string()).await;
    assert_eq!(resposta.problem(), "422 validacao");
    let mut faltas = resposta.faults();
    faltas.sort();
    assert_eq!(
        faltas,
        [
            "/a~1b desconhecido",
            "/contato/ativo obrigatorio",
            "/contato/cor desconhecido",
            "/contato/email tamanho_invalido",
            "/dias tipo_invalido",
            "/etiquetas/1 tipo_invalido",
            "/etiquetas/2 tamanho_invalido",
            "/nome caractere_invalido",
            "/valor formato_invalido",
            "/vencimento formato_invalido",
        ]
    );
    assert_eq!(resposta.corpo["detail"], "10 campos não foram aceitos");
}

#[tokio::test]
async fn what_is_not_json_is_400_and_says_where() {
    let teste = start(|_| {});
    let fundo = "[".repeat(100_000);
    let casos: [&[u8]; 8] = [
        b"",
        b"{",
        b"{\"nome\": \"\xff\xfe\"}",
        b"{\"nome\": \"\\ud800\"}",
        b"{\"valor\": 1e999}",
        b"{} {}",
        b"NaN",
        fundo.as_bytes(),
    ];
    for corpo in casos {
        let resposta = teste.put(corpo.to_vec()).await;
        assert_eq!(resposta.problem(), "400 json_malformado");
    }
    let resposta = teste.put("{\n  \"nome\": x}").await;
    assert_eq!(resposta.corpo["detail"], "o corpo não é JSON válido (linha 2, coluna 11)");
}

#[tokio::test]
async fn json_of_another_shape_is_422_at_the_root() {
    let teste = start(|_| {});
    for corpo in [json!(null), json!([]), json!("texto"), json!(1)] {
        let resposta = teste.put(corpo.to_string()).await;
        assert_eq!(resposta.problem(), "422 validacao");
        assert_eq!(resposta.faults(), [" tipo_invalido"]);
    }
}

#[tokio::test]
async fn ten_megabytes_are_413_announced_or_not_and_the_caller_gets_to_read_it() {
    let teste = start(|_| {});
    let grande = vec![b' '; 10 * 1024 * 1024];
    let resposta = teste.put(grande.clone()).await;
    assert_eq!(resposta.problem(), "413 corpo_grande");
    let pedacos = grande.chunks(64 * 1024).map(|p| Ok::<_, std::io::Error>(p.to_vec())).collect::<Vec<_>>();
    let fluxo = reqwest::Body::wrap_stream(futures_util::stream::iter(pedacos));
    let resposta = teste.put(fluxo).await;
    assert_eq!(resposta.problem(), "413 corpo_grande");
    assert_eq!(teste.put(amostra().to_string()).await.status, 200);
}

#[tokio::test]
async fn a_client_that_writes_everything_before_it_reads_still_gets_its_refusal() {
    let teste = start(|_| {});
    for (credencial, esperado) in [(chave(0).texto, "HTTP/1.1 413 "), ("nenhuma".to_owned(), "HTTP/1.1 401 ")]
    {
        let addr = teste.addr;
        let lida = tokio::task::spawn_blocking(move || {
            let mut conexao = TcpStream::connect(addr).unwrap();
            conexao.set_read_timeout(Some(PRAZO)).unwrap();
            let tamanho = 10 * 1024 * 1024;
            let cabeca = format!(
                "PUT {SEGUINTE} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {credencial}\r\n\
                 content-type: application/json\r\ncontent-length: {tamanho}\r\n\r\n"
            );
            conexao.write_all(cabeca.as_bytes()).unwrap();
            conexao.write_all(&vec![b' '; tamanho]).unwrap();
            let mut inicio = [0; 13];
            conexao.read_exact(&mut inicio).unwrap();
            String::from_utf8(inicio.to_vec()).unwrap()
        });
        assert_eq!(lida.await.unwrap(), esperado);
    }
}

#[tokio::test]
async fn the_limit_is_the_apps_own() {
    let teste = start(|config| config.limite_corpo = 120);
    assert_eq!(teste.put(amostra().to_string()).await.status, 200);
    let mut longa = amostra();
    longa["nome"] = json!("x".repeat(60));
    let resposta = teste.put(longa.to_string()).await;
    assert_eq!(resposta.problem(), "413 corpo_grande");
    assert_eq!(resposta.corpo["detail"], "o corpo pode ter no máximo 120 bytes");
}

#[tokio::test]
async fn a_body_must_say_that_it_is_json() {
    let teste = start(|_| {});
    for (tipo, aceito) in [
        ("application/json", true),
        ("Application/JSON; charset=utf-8", true),
        ("application/vnd.cobranca+json", true),
        ("text/plain", false),
        ("application/jsonx", false),
        ("", false),
    ] {
        let pedido = teste.request(Method::PUT, SEGUINTE).header(CONTENT_TYPE, tipo);
        let resposta = answer(pedido.body(amostra().to_string()).send().await.unwrap()).await;
        assert_eq!(resposta.status == 200, aceito, "{tipo}");
        if !aceito {
            assert_eq!(resposta.problem(), "415 tipo_de_midia");
        }
    }
    let sem_tipo = teste.request(Method::PUT, SEGUINTE).body(amostra().to_string());
    assert_eq!(answer(sem_tipo.send().await.unwrap()).await.problem(), "415 tipo_de_midia");
}

#[tokio::test]
async fn compressed_bodies_count_as_they_are_inside() {
    let teste = start(|_| {});
    let enviar = async |bytes: Vec<u8>, codificacao: &str| {
        let pedido = teste.request(Method::PUT, SEGUINTE).header(CONTENT_TYPE, "application/json");
        answer(pedido.header(CONTENT_ENCODING, codificacao).body(bytes).send().await.unwrap()).await
    };
    let gzip = |conteudo: &[u8]| {
        let mut saida = GzEncoder::new(Vec::new(), Compression::best());
        saida.write_all(conteudo).unwrap();
        saida.finish().unwrap()
    };
    assert_eq!(enviar(gzip(amostra().to_string().as_bytes()), "gzip").await.status, 200);
    let bomba = gzip(&vec![b' '; 200 * 1024 * 1024]);
    assert!(bomba.len() < 1024 * 1024);
    assert_eq!(enviar(bomba, "gzip").await.problem(), "413 corpo_grande");
    assert_eq!(enviar(b"nao sou gzip".to_vec(), "gzip").await.problem(), "400 requisicao_invalida");
    // Of several members it is all of them, and of a part of one nothing.
    let texto = amostra().to_string();
    let (antes, depois) = texto.split_at(texto.len() / 2);
    let membros = [gzip(antes.as_bytes()), gzip(b""), gzip(depois.as_bytes())].concat();
    assert_eq!(enviar(membros.clone(), "GZIP").await.status, 200);
    assert_eq!(enviar(gzip(texto.as_bytes()), "x-gzip").await.status, 200);
    for ruim in [membros[..membros.len() - 1].to_vec(), [membros, b"resto".to_vec()].concat()] {
        assert_eq!(enviar(ruim, "gzip").await.problem(), "400 requisicao_invalida");
    }
    assert_eq!(enviar(amostra().to_string().into(), "br").await.problem(), "415 tipo_de_midia");
}

#[tokio::test]
async fn a_byte_order_mark_in_front_is_forgiven() {
    let teste = start(|_| {});
    assert_eq!(teste.put(format!("\u{feff}{}", amostra())).await.status, 200);
}

#[tokio::test]
async fn the_items_of_a_list_fail_one_by_one() {
    let teste = start(|_| {});
    let mut ruim = amostra();
    ruim["dias"] = json!(70_000);
    let lote = json!([amostra(), ruim, "nada"]);
    let resposta = answer(teste.request(Method::POST, "/v1/lotes").json(&lote).send().await.unwrap()).await;
    assert_eq!(resposta.status, 200);
    let aceitos: Vec<_> = resposta.corpo.as_array().unwrap().iter().map(|item| &item["aceito"]).collect();
    assert_eq!(aceitos, [true, false, false]);
    assert_eq!(resposta.corpo[1]["erros"][0]["campo"], "/1/dias");
    assert_eq!(resposta.corpo[2]["erros"][0]["campo"], "/2");
}

#[tokio::test]
async fn a_list_has_at_most_1000_items() {
    let teste = start(|_| {});
    let enviar = async |corpo: Value| {
        answer(teste.request(Method::POST, "/v1/lotes").json(&corpo).send().await.unwrap()).await
    };
    assert_eq!(enviar(Value::Array(vec![amostra(); 1000])).await.status, 200);
    assert_eq!(enviar(json!([])).await.status, 200);
    let demais = enviar(Value::Array(vec![json!(1); 1001])).await;
    assert_eq!(
        (demais.problem(), demais.faults()),
        ("422 validacao".into(), vec![" tamanho_invalido".into()])
    );
    assert_eq!(enviar(json!({})).await.problem(), "422 validacao");
}

#[tokio::test]
async fn queries_are_as_strict_as_bodies() {
    let teste = start(|_| {});
    let pedir = async |consulta: &str| {
        let caminho = format!("/v1/amostras?{consulta}");
        answer(teste.request(Method::GET, &caminho).send().await.unwrap()).await
    };
    let ruim = pedir("limite=501&cursor=xx&pagina=2&limite=3").await;
    assert_eq!(ruim.problem(), "422 validacao");
    assert_eq!(ruim.faults(), ["/limite repetido", "/cursor cursor_invalido", "/pagina desconhecido"]);
    let (mut vistos, mut consulta) = (Vec::new(), "limite=3".to_owned());
    loop {
        let pagina = pedir(&consulta).await;
        assert_eq!(pagina.status, 200);
        vistos.extend(pagina.corpo["itens"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()));
        let Some(cursor) = pagina.corpo["proximo_cursor"].as_str() else { break };
        consulta = format!("limite=3&cursor={cursor}");
    }
    assert_eq!(vistos, (1..=7).collect::<Vec<_>>());
    let nu = web::Cursor(3_u32).encode();
    assert_eq!(pedir(&format!("limite=3&cursor={nu}")).await.faults(), ["/cursor cursor_invalido"]);
    let selado = web::seal(&nu, "/v1/amostras", "");
    assert_eq!(pedir(&format!("limite=4&cursor={selado}")).await.corpo["itens"][0], 4);
}

#[tokio::test]
async fn what_cannot_be_an_id_is_not_found() {
    let teste = start(|_| {});
    for id in ["1", "nao-e-uuid", "%00", "00000000-0000-0000-0000-00000000000g", "%ff%fe"] {
        let pedido = teste.request(Method::PUT, &format!("/v1/amostras/{id}")).json(&amostra());
        assert_eq!(answer(pedido.send().await.unwrap()).await.problem(), "404 nao_encontrado", "{id}");
    }
    let recibo = teste.anonymous(Method::POST, "/v1/recibos/a%00b");
    assert_eq!(answer(recibo.send().await.unwrap()).await.problem(), "404 nao_encontrado");
}
