//! How often a key may ask.

use reqwest::Method;
use web::Escopo;

use crate::apoio::{Resposta, Teste, amostra, answer, chave, chave_de, start};

async fn ask(teste: &Teste, chave: &str) -> Resposta {
    answer(teste.anonymous(Method::GET, "/v1/amostras").bearer_auth(chave).send().await.unwrap()).await
}

#[tokio::test]
async fn a_key_that_asks_too_often_waits_and_no_other_does() {
    let teste = start(|config| config.pedidos_por_minuto = 3);
    let (gulosa, outra) = (chave(0).texto, chave_de(Escopo::TitulosLer).texto);
    for resta in ["\"chave\";r=2;t=20", "\"chave\";r=1;t=40", "\"chave\";r=0;t=60"] {
        let resposta = ask(&teste, &gulosa).await;
        assert_eq!((resposta.status, resposta.header("ratelimit")), (200, resta));
        assert_eq!(resposta.header("ratelimit-policy"), "\"chave\";q=3;w=60");
    }
    let recusada = ask(&teste, &gulosa).await;
    assert_eq!(recusada.problem(), "429 limite_de_pedidos");
    assert!(recusada.header("ratelimit").starts_with("\"chave\";r=0;t="), "{recusada:?}");
    let espera: u32 = recusada.header("retry-after").parse().unwrap();
    assert!((1..=20).contains(&espera), "{espera}");
    let escrita = answer(teste.request(Method::POST, "/v1/lotes").json(&[amostra()]).send().await.unwrap());
    assert_eq!(escrita.await.problem(), "429 limite_de_pedidos", "a cota é de todas as operações");
    assert_eq!(ask(&teste, &outra).await.status, 200);
    let anonima = answer(teste.anonymous(Method::GET, "/v1/amostras").send().await.unwrap()).await;
    assert_eq!((anonima.problem().as_str(), anonima.header("ratelimit")), ("401 nao_autenticado", ""));
    let saude = answer(teste.anonymous(Method::GET, "/healthz").send().await.unwrap()).await;
    assert_eq!(saude.status, 200);
}

#[tokio::test]
async fn a_browser_may_read_the_fields_of_a_refusal_too() {
    let origem = "https://painel.exemplo.com.br";
    let teste = start(|config| {
        config.pedidos_por_minuto = 1;
        config.cors = vec![origem.to_owned()];
    });
    for status in [200, 429] {
        let pedido = teste.request(Method::GET, "/v1/amostras").header("origin", origem);
        let resposta = answer(pedido.send().await.unwrap()).await;
        assert_eq!((resposta.status, resposta.header("access-control-allow-origin")), (status, origem));
        let exposto = resposta.header("access-control-expose-headers").to_ascii_lowercase();
        for nome in
            ["ratelimit", "ratelimit-policy", "retry-after", "idempotency-replayed", "etag", "location"]
        {
            assert!(exposto.contains(nome), "{nome}: {exposto}");
        }
    }
}

#[tokio::test]
async fn without_a_limit_nothing_is_said_of_one() {
    let teste = start(|_| {});
    assert_eq!(ask(&teste, &chave(0).texto).await.header("ratelimit-policy"), "");
}
