//! `Idempotency-Key` on réguas: the answer of the first time, to the byte, whatever became of the régua since.

use serde_json::json;
use testkit::Resposta;

use crate::apoio::{Servico, id, posicao};

const LISTA: &str = "/v1/reguas";

/// Everything that a repetition must answer again.
fn whole(resposta: &Resposta) -> (u16, &str, Vec<Option<&str>>) {
    let header = |nome| resposta.headers.get(nome).and_then(|valor| valor.to_str().ok());
    (resposta.status, &resposta.text, ["location", "etag", "content-type"].map(header).to_vec())
}

fn replayed(resposta: &Resposta) -> bool {
    resposta.headers.get("idempotency-replayed").is_some_and(|valor| valor == "true")
}

#[tokio::test]
async fn a_repeated_request_is_answered_to_the_byte_as_the_first() {
    let s = Servico::new();
    let http = |chave: &str| s.http.with_header("idempotency-key", chave);
    let nova = json!({"nome": "r", "posicoes": [posicao(1)]});
    let criada = http("criar").post(LISTA, &nova).await.expect(201);
    let caminho = format!("{LISTA}/{}", id(&criada.json));
    let mudar = http("mudar").with_header("if-match", "\"1\"");
    let mudada = mudar.patch(&caminho, &json!({"nome": "outro"})).await.expect(200);
    let ativa = http("ativar").post(&format!("{caminho}/ativacao"), &json!({})).await.expect(200);
    let antes = s.banco.observer().look();
    for (primeira, segunda) in [
        (&criada, http("criar").post(LISTA, &nova).await),
        (&mudada, mudar.patch(&caminho, &json!({"nome": "outro"})).await),
        (&ativa, http("ativar").post(&format!("{caminho}/ativacao"), &json!({})).await),
    ] {
        assert_eq!(whole(primeira), whole(&segunda));
        assert!(!replayed(primeira) && replayed(&segunda));
    }
    assert_eq!(s.banco.observer().look(), antes, "nada foi feito de novo");
    let de_outro = http("criar").post(LISTA, &json!({"nome": "outra"})).await.expect(422);
    assert_eq!(de_outro.json["codigo"], "idempotencia_de_outro_pedido");
}

#[tokio::test]
async fn s11_what_is_refused_is_asked_again_under_the_same_key() {
    let s = Servico::new();
    let http = s.http.with_header("idempotency-key", "k");
    let igual = s.http.post(LISTA, &json!({"nome": "a"})).await.expect(201);
    let _recusada = http.post(LISTA, &json!({"nome": "b"})).await.expect(409);
    let arquivar = format!("{LISTA}/{}/arquivamento", id(&igual.json));
    let _arquivada = s.http.post(&arquivar, &json!({})).await.expect(200);
    let feita = http.post(LISTA, &json!({"nome": "b"})).await.expect(201);
    assert!(!replayed(&feita));
    let so_pergunta = http.post(&format!("{LISTA}?simular=true"), &json!({"nome": "b"})).await;
    assert!(!replayed(&so_pergunta), "o que só é simulado não muda nada e não é guardado");
}
