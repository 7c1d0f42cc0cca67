//! What a person does: stops a channel, sends back to the start what was given up, settles what is in doubt.

use domain::execucao::Canal;
use providers::caixa::{Caixa, Fala, Fase, Roteiro};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::Resposta;

use crate::apoio::{PRAZO, Servico, agora};

async fn mailbox(roteiro: Roteiro) -> (TempDir, Caixa) {
    let pasta = TempDir::new().unwrap();
    let caixa = Caixa::start(pasta.path(), roteiro).await.unwrap();
    (pasta, caixa)
}

/// A company with one e-mail that is due.
fn due() -> Servico {
    let s = Servico::new();
    s.regua(&[(Canal::Email, "#LISTA_TITULOS#")]);
    s.push("m", &[("2026-02-02", 1_000)]);
    s.night("2026-03-10", agora());
    s
}

async fn on(s: &Servico, execucao: &Value, acao: &str, corpo: &Value) -> Resposta {
    s.http.post(&format!("/v1/execucoes/{}/{acao}", execucao["id"].as_str().unwrap()), corpo).await
}

#[tokio::test]
async fn a_stopped_channel_sends_nothing_until_it_goes_on() {
    let s = due();
    let parada =
        s.http.put("/v1/canais/email/parada", &json!({"motivo": "texto errado"})).await.expect(200).json;
    assert_eq!((&parada["canal"], &parada["parada"]["motivo"]), (&json!("email"), &json!("texto errado")));
    let canais = s.http.get("/v1/canais").await.expect(200).json;
    let parados: Vec<_> =
        canais["itens"].as_array().unwrap().iter().filter(|c| !c["parada"].is_null()).collect();
    assert_eq!((canais["itens"].as_array().unwrap().len(), parados.len()), (5, 1));
    assert_eq!(s.other_company().get("/v1/canais").await.expect(200).json["itens"][0]["parada"], json!(null));

    let (_pasta, caixa) = mailbox(Roteiro::normal()).await;
    s.run_dispatcher(caixa.addr().port());
    assert_eq!(s.only_in("pendente").await["tentativas"], 0);
    assert_eq!(caixa.total(), 0);

    let andando = s.http.delete("/v1/canais/email/parada").await.expect(200).json;
    assert_eq!(andando, json!({"canal": "email", "parada": null}));
    s.only_in("enviada").await;
    assert_eq!(s.http.delete("/v1/canais/email/parada").await.status, 200, "once more");
    assert_eq!(s.http.put("/v1/canais/fax/parada", &json!({"motivo": "x"})).await.status, 404);
    let recusa = s.http.put("/v1/canais/email/parada", &json!({})).await.expect(422).json;
    assert_eq!(crate::apoio::refused(&recusa), ["/motivo obrigatorio"]);
}

#[tokio::test]
async fn what_failed_is_sent_back_to_the_start_and_leaves() {
    let s = due();
    let (_pasta, caixa) = mailbox(Roteiro::lista(vec![(0, Fase::Rcpt, Fala::Responder(550))])).await;
    s.run_dispatcher(caixa.addr().port());
    let falhou = s.only_in("falhou").await;
    assert_eq!(falhou["motivo"], "recusa_do_provedor");
    let volta = on(&s, &falhou, "reprocessamento", &json!({})).await.expect(200).json;
    assert_eq!((&volta["estado"], &volta["tentativas"]), (&json!("pendente"), &json!(0)));
    let enviada = s.only_in("enviada").await;
    assert_eq!(caixa.total(), 1);
    let outra_vez = on(&s, &enviada, "reprocessamento", &json!({})).await.expect(409).json;
    assert_eq!(outra_vez["codigo"], "estado_nao_permite");
    let alheia = format!("/v1/execucoes/{}/reprocessamento", enviada["id"].as_str().unwrap());
    assert_eq!(s.other_company().post(&alheia, &json!({})).await.status, 404);
}

#[tokio::test]
async fn a_person_says_what_became_of_what_is_in_doubt() {
    for (saiu, estado, motivo) in [(true, "enviada", json!(null)), (false, "falhou", json!("nao_enviada"))] {
        let s = due();
        let (_pasta, caixa) = mailbox(Roteiro::sempre(Fase::Corpo, Fala::CortarDepois)).await;
        s.run_dispatcher(caixa.addr().port());
        let incerta = s.only_in("incerta").await;
        assert_eq!(on(&s, &incerta, "reprocessamento", &json!({})).await.status, 409, "never blindly");
        let recusa = on(&s, &incerta, "revisao", &json!({"saiu": "sim", "x": 1})).await.expect(422).json;
        assert_eq!(crate::apoio::refused(&recusa), ["/saiu tipo_invalido", "/x desconhecido"]);
        let dita = on(&s, &incerta, "revisao", &json!({"saiu": saiu, "observacao": "vi na caixa"}))
            .await
            .expect(200)
            .json;
        assert_eq!((&dita["estado"], &dita["motivo"]), (&json!(estado), &motivo));
        assert_eq!(on(&s, &incerta, "revisao", &json!({"saiu": saiu})).await.status, 409);
        // What certainly did not leave may be sent again.
        let status = if saiu { 409 } else { 200 };
        assert_eq!(on(&s, &incerta, "reprocessamento", &json!({})).await.status, status);
    }
}

#[tokio::test]
async fn what_waited_more_than_a_week_expires() {
    let s = due();
    s.relogio.avancar_para(agora() + chrono::TimeDelta::days(8)).unwrap();
    let (_pasta, caixa) = mailbox(Roteiro::normal()).await;
    s.run_dispatcher(caixa.addr().port());
    assert_eq!(s.only_in("expirada").await["motivo"], "validade");
    assert_eq!(caixa.total(), 0);
    let expirada = s.only_in("expirada").await;
    assert_eq!(on(&s, &expirada, "reprocessamento", &json!({})).await.status, 200);
    s.only_in("enviada").await;
    testkit::wait_until(PRAZO, async || caixa.total() == 1).await;
}
