//! The server as those who run it see it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::Method;
use runtime::Encerramento;
use web::{Prontidao, ServerConfig, serve};

use crate::apoio::{INFO, PRAZO, amostra, answer, log, start};

#[tokio::test]
async fn a_path_of_nobody_is_404_and_another_method_is_405_with_allow() {
    let teste = start(|_| {});
    let nada = answer(teste.request(Method::GET, "/v1/nada").send().await.unwrap()).await;
    assert_eq!(nada.problem(), "404 nao_encontrado");
    assert_eq!(
        answer(teste.anonymous(Method::GET, "/").send().await.unwrap()).await.problem(),
        "404 nao_encontrado"
    );
    let metodo = answer(teste.request(Method::DELETE, "/v1/amostras").send().await.unwrap()).await;
    assert_eq!((metodo.problem().as_str(), metodo.header("allow")), ("405 metodo_nao_permitido", "GET"));
    let caminho = "/v1/amostras/00000000-0000-0000-0000-000000000009";
    let metodo = answer(teste.request(Method::GET, caminho).send().await.unwrap()).await;
    assert_eq!((metodo.problem().as_str(), metodo.header("allow")), ("405 metodo_nao_permitido", "PUT"));
}

#[tokio::test]
async fn a_handlers_failures_become_problems_and_tell_nothing_of_their_cause() {
    let teste = start(|_| {});
    for (tipo, esperado) in [
        ("ocupada", "409 amostra_ocupada"),
        ("sem-conexao", "503 indisponivel"),
        ("interna", "500 interno"),
        ("panico", "500 interno"),
        ("panico-na-thread", "500 interno"),
    ] {
        let id = format!("falha-{tipo}");
        let pedido = teste.request(Method::POST, &format!("/v1/falhas/{tipo}")).header("x-request-id", &id);
        let resposta = answer(pedido.send().await.unwrap()).await;
        assert_eq!(resposta.corpo["codigo"], esperado.split(' ').nth(1).unwrap(), "{tipo}: {resposta:?}");
        assert_eq!(resposta.corpo["instance"], id);
        assert_eq!(resposta.status.to_string(), esperado.split(' ').next().unwrap());
        assert!(!resposta.corpo.to_string().contains("canario"));
    }
    assert_eq!(log().lines("falha-interna").iter().filter(|linha| linha.contains("erro interno")).count(), 1);
    let depois = answer(teste.request(Method::POST, "/v1/falhas/nenhuma").send().await.unwrap()).await;
    assert_eq!(depois.status, 200);
}

#[tokio::test]
async fn a_request_keeps_its_callers_id_when_it_is_plain_and_gets_one_otherwise() {
    let teste = start(|_| {});
    let pedir = async |id: &str| {
        let pedido = teste.anonymous(Method::GET, "/healthz").header("x-request-id", id);
        answer(pedido.send().await.unwrap()).await.header("x-request-id").to_owned()
    };
    assert_eq!(pedir("erp-2026.03_1").await, "erp-2026.03_1");
    for ruim in ["", "a b", "x\"y", &"a".repeat(65), "é"] {
        let dado = pedir(ruim).await;
        assert!(uuid::Uuid::try_parse(&dado).is_ok(), "{ruim:?} became {dado}");
    }
}

#[tokio::test]
async fn a_request_leaves_one_line_that_names_the_route_and_never_the_person() {
    let teste = start(|_| {});
    let id = "linha-unica-1";
    let caminho = "/v1/amostras?limite=7&canario=52998224725";
    teste.request(Method::GET, caminho).header("x-request-id", id).send().await.unwrap();
    let linhas: Vec<_> =
        log().lines(id).into_iter().filter(|l| l.contains("requisição respondida")).collect();
    assert_eq!(linhas.len(), 1, "{linhas:?}");
    for parte in
        [r#""http.rota":"/v1/amostras""#, r#""http.status":422"#, r#""http.metodo":"GET""#, "duracao_ms"]
    {
        assert!(linhas[0].contains(parte), "{parte} in {}", linhas[0]);
    }
    assert!(linhas[0].contains("00000000-0000-0000-0000-00000000004d"), "the company: {}", linhas[0]);
    assert!(log().lines("52998224725").is_empty());
}

#[tokio::test]
async fn numbers_are_by_route_pattern_in_every_server_of_the_process() {
    let (teste, outro) = (start(|_| {}), start(|_| {}));
    for n in 0..3 {
        teste.put(format!("{n}")).await;
        outro.put(amostra().to_string()).await;
    }
    let texto = teste.anonymous(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
    let total = |status: u16| {
        let rotulos = format!(
            r#"http_requisicoes_total{{metodo="PUT",rota="/v1/amostras/{{id}}",status="{status}"}} "#
        );
        let linha =
            texto.lines().find(|linha| linha.starts_with(&rotulos)).unwrap_or_else(|| panic!("{texto}"));
        linha.rsplit(' ').next().unwrap().parse::<u32>().unwrap()
    };
    assert!(total(422) >= 3 && total(200) >= 3);
    assert!(texto.contains("http_duracao_segundos_bucket"));
    assert!(!texto.contains("00000000-0000"), "ids of paths are no labels");
}

#[tokio::test]
async fn readiness_is_the_services_own_and_life_is_not() {
    let pronto = Arc::new(AtomicBool::new(false));
    let leitura = Arc::clone(&pronto);
    let prontidao: Prontidao = Arc::new(move || {
        let pronto = leitura.load(Ordering::SeqCst);
        Box::pin(async move { if pronto { Ok(()) } else { Err(vec!["banco", "barramento"]) } })
    });
    let teste = start(|config| config.pronto = prontidao);
    let ler = async || answer(teste.anonymous(Method::GET, "/readyz").send().await.unwrap()).await;
    let nao = ler().await;
    assert_eq!(nao.problem(), "503 indisponivel");
    assert_eq!(nao.corpo["detail"], "não pronto: banco, barramento");
    pronto.store(true, Ordering::SeqCst);
    assert_eq!(ler().await.status, 200);
    assert_eq!(answer(teste.anonymous(Method::GET, "/healthz").send().await.unwrap()).await.status, 200);
}

#[tokio::test]
async fn browsers_call_only_from_configured_origins() {
    let origem = "https://painel.exemplo.com.br";
    let (fechado, aberto) = (start(|_| {}), start(|config| config.cors = vec![origem.to_owned()]));
    let sem =
        answer(fechado.request(Method::GET, "/v1/amostras").header("origin", origem).send().await.unwrap())
            .await;
    assert_eq!((sem.status, sem.header("access-control-allow-origin")), (200, ""));
    let previo = aberto.anonymous(Method::OPTIONS, "/v1/amostras").header("origin", origem);
    let previo = previo.header("access-control-request-method", "GET");
    let previo =
        answer(previo.header("access-control-request-headers", "authorization").send().await.unwrap()).await;
    assert_eq!((previo.status, previo.header("access-control-allow-origin")), (200, origem));
    let recusa =
        answer(aberto.anonymous(Method::GET, "/v1/amostras").header("origin", origem).send().await.unwrap());
    let recusa = recusa.await;
    assert_eq!(recusa.problem(), "401 nao_autenticado");
    assert_eq!(recusa.header("access-control-allow-origin"), origem);
    assert!(recusa.header("access-control-expose-headers").contains("x-request-id"));
    let alheia = aberto.request(Method::GET, "/v1/amostras").header("origin", "https://outra.exemplo");
    assert_eq!(answer(alheia.send().await.unwrap()).await.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn a_page_of_another_origin_is_told_that_it_is_cors_that_refuses_it() {
    let teste = start(|config| config.cors = vec!["https://painel.exemplo.com.br".to_owned()]);
    let perguntar = async |origem: &str, metodo: &str| {
        let previo = teste.anonymous(Method::OPTIONS, "/v1/amostras").header("origin", origem);
        let previo = previo.header("access-control-request-method", metodo);
        answer(previo.send().await.unwrap()).await
    };
    let alheia = perguntar("https://outra.exemplo.com.br", "GET").await;
    assert_eq!(alheia.problem(), "400 cors_recusado");
    assert_eq!(alheia.corpo["detail"], "a origem da página não está entre as que http.cors permite");
    let metodo = perguntar("https://painel.exemplo.com.br", "TRACE").await;
    assert_eq!(metodo.problem(), "400 cors_recusado");
    assert_eq!(metodo.corpo["detail"], "o método não é um dos que outra origem pode pedir");
}

#[tokio::test]
async fn an_if_match_that_nobody_would_look_at_is_refused() {
    let teste = start(|_| {});
    let caminho = format!("/v1/amostras/{}", uuid::Uuid::from_u128(9));
    let mudar = async |versoes: &[&str]| {
        let pedido = teste.request(Method::PUT, &caminho).json(&amostra());
        let pedido = versoes.iter().fold(pedido, |pedido, versao| pedido.header("if-match", *versao));
        answer(pedido.send().await.unwrap()).await
    };
    for vistas in [&["\"1\""][..], &["*", "\"1\""], &[""], &["W/\"1\""]] {
        assert_eq!(mudar(vistas).await.problem(), "412 sem_versao", "{vistas:?}");
    }
    for nenhuma in [&[][..], &["*"]] {
        assert_eq!(mudar(nenhuma).await.status, 200, "{nenhuma:?}");
    }
    let leitura = teste.request(Method::GET, "/v1/amostras").header("if-match", "\"1\"");
    assert_eq!(answer(leitura.send().await.unwrap()).await.status, 200, "what reads changes nothing");
}

#[test]
fn an_origin_that_is_none_is_refused_before_the_server_starts() {
    for ruim in ["*", "painel.exemplo.com.br", "https://a.example/", "https://a.example/x", "https://"] {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut config = ServerConfig::new(listener, INFO, Arc::new(|_| Box::pin(async { Ok(None) })));
        config.cors = vec![ruim.to_owned()];
        assert!(serve(config, |_: &mut web::ServiceConfig<'_>| {}).is_err(), "{ruim}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_browsers_honest() {
    let teste = start(|_| {});
    for caminho in ["/v1/amostras", "/v1/nada", "/healthz"] {
        let resposta = answer(teste.request(Method::GET, caminho).send().await.unwrap()).await;
        assert_eq!(resposta.header("x-content-type-options"), "nosniff");
        assert_eq!(resposta.header("cache-control"), "no-store");
        assert!(resposta.header("content-security-policy").contains("frame-ancestors 'none'"));
    }
}

#[tokio::test]
async fn what_is_in_flight_is_answered_before_the_server_stops() {
    let teste = start(|_| {});
    // A connection that stays idle must not hold the server.
    teste.request(Method::GET, "/v1/amostras").send().await.unwrap();
    let pedido = tokio::spawn(teste.request(Method::GET, "/v1/lenta").send());
    teste.portao.dentro.acquire().await.unwrap().forget();
    let fim = teste.parada.parar();
    tokio::pin!(fim);
    assert!(futures_util::poll!(fim.as_mut()).is_pending(), "the stop waits for the request");
    teste.portao.saida.add_permits(1);
    let resposta = answer(pedido.await.unwrap().unwrap()).await;
    assert_eq!(resposta.header("connection"), "close");
    assert_eq!((resposta.status, &resposta.corpo["lenta"]), (200, &serde_json::Value::Bool(true)));
    tokio::time::timeout(PRAZO / 3, fim).await.expect("the server stops well before its limit");
    assert!(TcpStream::connect(teste.addr).is_err());
}

#[tokio::test]
async fn a_server_ends_with_the_process() {
    let encerramento = Encerramento::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = ServerConfig::new(listener, INFO, Arc::new(|_| Box::pin(async { Ok(None) })));
    config.workers = Some(1);
    let servidor = serve(config, |_: &mut web::ServiceConfig<'_>| {}).unwrap();
    let token = encerramento.clone();
    let fim = tokio::spawn(async move { servidor.run_until(&token).await });
    encerramento.pedir();
    tokio::time::timeout(PRAZO, fim).await.expect("ends").unwrap().unwrap();
}

#[tokio::test]
async fn a_head_that_does_not_come_to_an_end_is_cut_off() {
    let teste = start(|_| {});
    let addr = teste.addr;
    let lida = tokio::task::spawn_blocking(move || {
        let mut conexao = TcpStream::connect(addr).unwrap();
        conexao.set_read_timeout(Some(PRAZO)).unwrap();
        conexao.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n").unwrap();
        let mut resposta = String::new();
        conexao.read_to_string(&mut resposta).map(|_| resposta)
    });
    let resposta = lida.await.unwrap().unwrap();
    assert!(resposta.is_empty() || resposta.starts_with("HTTP/1.1 408"), "{resposta}");
}
