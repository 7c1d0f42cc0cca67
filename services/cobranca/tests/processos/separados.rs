//! The main job, done by three processes.
#![cfg(test)]

use providers::caixa::Roteiro;
use serde_json::json;
use testkit::{Http, Vhost, wait_for, wait_until};

use crate::casa::{Casa, PRAZO, PRAZO_DO_FIM, executions};

#[tokio::test(flavor = "multi_thread")]
async fn a_titulo_pushed_to_one_process_leaves_as_an_email_of_another_and_each_ends_when_asked() {
    let vhost = Vhost::new();
    let mut casa = Casa::start(vhost.amqp_url(), Roteiro::normal()).await;
    let empresa = casa.empresa().await;
    let mut dispatcher = casa.dispatcher(&[]);
    let api = empresa.at(&mut dispatcher).await;
    empresa.push(1).await;
    empresa.night().await;

    wait_until(PRAZO, async || casa.caixa.total() == 1).await;
    let carta = casa.caixa.recebidas().remove(0);
    assert_eq!(
        (carta.de.as_str(), carta.para.as_slice()),
        ("cobranca@example.com", &["d0@example.com".to_owned()][..])
    );
    let enviada =
        wait_for(PRAZO, async || executions(&api).await.into_iter().find(|e| e["estado"] == "enviada")).await;
    let id = enviada["id"].as_str().unwrap();
    assert!(carta.message_id.unwrap().starts_with(&format!("<{id}@")));
    let mensagem = api.get(&format!("/v1/execucoes/{id}")).await.expect(200).json["mensagem"].clone();
    assert_eq!(mensagem["destinatario"], "d0@example.com");

    for processo in [&mut casa.titulos, &mut casa.motor, &mut dispatcher] {
        processo.terminate();
        let fim = processo.ended(PRAZO_DO_FIM).await;
        assert!(fim.success(), "{fim}\n{}", processo.log());
    }
    assert_eq!(casa.caixa.total(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_made_by_one_service_opens_the_others_as_far_as_its_scopes_go() {
    let vhost = Vhost::new();
    let mut casa = Casa::start(vhost.amqp_url(), Roteiro::normal()).await;
    let empresa = casa.empresa().await;
    let mut dispatcher = casa.dispatcher(&[]);
    let pedido = json!({"nome": "painel", "escopos": ["reguas:ler", "execucoes:ler"]});
    assert_eq!(empresa.titulos.get("/v1/empresa").await.expect(200).json["id"], empresa.id.to_string());
    let criada = empresa.titulos.post("/v1/chaves-api", &pedido).await.expect(201).json;
    let chave = criada["chave"].as_str().unwrap();
    let api = empresa.at(&mut dispatcher).await.with_key(chave);
    assert_eq!(
        empresa.motor.with_key(chave).get("/v1/reguas").await.expect(200).json["itens"][0]["nome"],
        "r"
    );
    assert_eq!(api.get("/v1/execucoes").await.expect(200).json["itens"], json!([]));
    assert_eq!(empresa.titulos.with_key(chave).get("/v1/titulos").await.status, 403);

    let revogar = format!("/v1/chaves-api/{}", criada["id"].as_str().unwrap());
    assert_eq!(empresa.titulos.delete(&revogar).await.status, 204);
    assert_eq!(empresa.motor.with_key(chave).get("/v1/reguas").await.status, 401);
    assert_eq!(api.get("/v1/execucoes").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_process_says_how_it_is_and_describes_itself() {
    let vhost = Vhost::new();
    let mut casa = Casa::start(vhost.amqp_url(), Roteiro::normal()).await;
    let mut dispatcher = casa.dispatcher(&[]);
    let partes = [
        (casa.titulos.url().await, "/v1/titulos", "/v1/execucoes"),
        (casa.motor.url().await, "/v1/reguas", "/v1/titulos"),
        (dispatcher.url().await, "/v1/execucoes", "/v1/reguas"),
    ];
    for (url, sua, alheia) in partes {
        let http = Http::new(&url);
        assert_eq!(http.get("/healthz").await.expect(200).json["estado"], "vivo");
        wait_until(PRAZO, async || http.get("/readyz").await.status == 200).await;
        assert!(http.get("/metrics").await.expect(200).text.contains("# TYPE"));
        let caminhos = http.get("/openapi.json").await.expect(200).json["paths"].clone();
        assert!(caminhos.get(sua).is_some() && caminhos.get(alheia).is_none(), "{url}: {caminhos}");
        assert_eq!((http.get(sua).await.status, http.get("/v1/nada").await.status), (401, 401));
    }
}
