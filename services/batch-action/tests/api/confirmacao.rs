//! What was shown is confirmed, once, and nothing else is (rules b14, b15).

use domain::execucao::Canal;
use serde_json::{Value, json};
use testkit::Sql;

use crate::apoio::{Servico, code, de_ana};

async fn items(s: &Servico, acao: &str) -> Vec<Value> {
    s.all(&format!("{acao}/itens"), 2).await
}

#[tokio::test]
async fn b14_all_that_will_be_done_is_shown_and_nothing_is_done_before() {
    let s = Servico::new();
    s.push(1..=3, true);
    s.push(4..=4, false);
    let (acao, template) = s.ready().await;
    let mostrado = s.shown(&acao).await;
    assert_eq!(mostrado["tipo"], "email");
    assert_eq!(
        (&mostrado["selecao"]["atendem"], &mostrado["selecao"]["com_contato"]),
        (&json!(4), &json!(3))
    );
    assert_eq!(mostrado["selecao"]["em_palavras"], json!(["Devedor: gerente Ana"]));
    assert_eq!(mostrado["mensagem"]["template_id"], json!(template));
    assert!(mostrado["resumo"].as_str().unwrap().starts_with("3-"));
    assert_eq!(s.shown(&acao).await, mostrado);
    assert_eq!(items(&s, &acao).await, Vec::<Value>::new());
}

#[tokio::test]
async fn b15_a_confirmation_fixes_each_debtor_once_and_a_second_one_answers_the_same() {
    let s = Servico::new();
    s.push(1..=3, true);
    let (acao, _) = s.ready().await;
    let primeira = s.confirm(&acao).await.expect(202);
    assert_eq!(primeira.headers["location"].to_str().unwrap(), acao);
    let json = &primeira.json;
    assert_eq!(
        (&json["status"], &json["itens"], &json["data"]),
        (&json!("na_fila"), &json!(3), &json!("2026-03-10"))
    );
    let itens = items(&s, &acao).await;
    assert_eq!(itens.len(), 3);
    s.push(10..=12, true);
    let segunda = s.confirm(&acao).await.expect(202);
    assert_eq!(
        (segunda.text, segunda.headers["etag"].clone()),
        (primeira.text, primeira.headers["etag"].clone())
    );
    assert_eq!(items(&s, &acao).await, itens);
}

#[tokio::test]
async fn b15_a_double_click_and_a_retried_post_make_no_second_batch() {
    let s = Servico::new();
    s.push(1..=3, true);
    let (acao, _) = s.ready().await;
    let corpo = json!({"resumo": s.shown(&acao).await["resumo"]});
    let caminho = format!("{acao}/confirmacao");
    let (uma, outra) = tokio::join!(s.http.post(&caminho, &corpo), s.http.post(&caminho, &corpo));
    assert_eq!((uma.status, outra.status), (202, 202), "{} {}", uma.text, outra.text);
    assert_eq!(uma.text, outra.text);
    let chave = s.http.with_header("idempotency-key", "confirmar");
    let feita = chave.post(&caminho, &corpo).await.expect(202);
    let repetida = chave.post(&caminho, &corpo).await.expect(202);
    assert_eq!(
        (repetida.headers["idempotency-replayed"].to_str().unwrap(), &repetida.text),
        ("true", &feita.text)
    );
    assert_eq!(items(&s, &acao).await.len(), 3);
}

#[tokio::test]
async fn b14_what_changed_since_it_was_shown_is_told_and_shown_anew() {
    let s = Servico::new();
    s.push(1..=3, true);
    let (acao, template) = s.ready().await;
    let antes = s.shown(&acao).await;
    s.push(4..=4, true);
    s.push(5..=5, false);
    s.change_template(&template, Some("Pague."));
    let caminho = format!("{acao}/confirmacao");
    let confirmar = async |resumo: &Value| s.http.post(&caminho, &json!({"resumo": resumo})).await;
    let recusa = confirmar(&antes["resumo"]).await.expect(409).json;
    assert_eq!(recusa["codigo"], "selecao_mudou");
    assert_eq!(
        recusa["mudancas"],
        json!([
            {"campo": "/selecao/com_contato", "antes": 3, "agora": 4},
            {"campo": "/mensagem/template_versao", "antes": 1, "agora": 2},
        ])
    );
    assert_eq!(items(&s, &acao).await, Vec::<Value>::new());
    let depois = s.shown(&acao).await;
    assert_eq!((&depois["selecao"]["atendem"], &depois["mensagem"]["corpo"]), (&json!(5), &json!("Pague.")));
    let _velho = confirmar(&antes["resumo"]).await.expect(409);
    let feita = confirmar(&depois["resumo"]).await.expect(202).json;
    assert_eq!((&feita["itens"], &feita["mensagem"]["corpo"]), (&json!(4), &json!("Pague.")));
    s.push(6..=6, true);
    assert_eq!(s.shown(&acao).await, depois, "what was confirmed is shown from then on");
}

#[tokio::test]
async fn b15_who_left_meanwhile_asks_for_no_other_look() {
    let s = Servico::new();
    s.push(1..=3, true);
    let (acao, _) = s.ready().await;
    let antes = s.shown(&acao).await;
    Sql::connect(s.banco.url())
        .run("UPDATE cadastro.meio_contato SET invalido_desde = now() WHERE valor LIKE '%1@%'");
    let caminho = format!("{acao}/confirmacao");
    let corpo = json!({"resumo": antes["resumo"]});
    let feita = s.http.post(&caminho, &corpo).await.expect(202).json;
    assert_eq!((&feita["itens"], &feita["selecao"]["com_contato"]), (&json!(2), &json!(2)));
    assert_eq!(items(&s, &acao).await.len(), 2);
    let depois = s.shown(&acao).await;
    assert_eq!(depois["selecao"]["excluidos"], json!([{"motivo": "sem_contato", "quantidade": 1}]));
    for resumo in [&antes["resumo"], &depois["resumo"]] {
        let _repetida = s.http.post(&caminho, &json!({"resumo": resumo})).await.expect(202);
    }
}

#[tokio::test]
async fn b14_a_template_that_was_archived_is_chosen_again() {
    let s = Servico::new();
    s.push(1..=1, true);
    let (acao, template) = s.ready().await;
    let resumo = s.shown(&acao).await["resumo"].clone();
    s.change_template(&template, None);
    let caminho = format!("{acao}/confirmacao");
    assert_eq!(code(s.http.get(&caminho).await, 409), "mensagem_fora_de_uso");
    assert_eq!(code(s.http.post(&caminho, &json!({"resumo": resumo})).await, 409), "mensagem_fora_de_uso");
    let outro = json!({"template_id": s.template(Canal::Email, "Outro")});
    let _escolhido = s.http.put(&format!("{acao}/mensagem"), &outro).await.expect(200);
    let _confirmada = s.confirm(&acao).await.expect(202);
}

#[tokio::test]
async fn b10_a_batch_for_nobody_is_refused() {
    let s = Servico::new();
    s.push(1..=2, false);
    let (acao, _) = s.ready().await;
    assert_eq!(code(s.confirm(&acao).await, 422), "ninguem_apto");
}

#[tokio::test]
async fn b05_what_is_confirmed_is_not_chosen_again() {
    let s = Servico::new();
    s.push(1..=1, true);
    let (acao, template) = s.ready().await;
    let _confirmada = s.confirm(&acao).await.expect(202);
    let selecao = s.http.put(&format!("{acao}/selecao"), &json!({"filtro": de_ana()})).await;
    assert_eq!(code(selecao, 409), "acao_nao_permite");
    let mensagem = s.http.put(&format!("{acao}/mensagem"), &json!({"template_id": template})).await;
    assert_eq!(code(mensagem, 409), "acao_nao_permite");
}

#[tokio::test]
async fn b14_only_a_summary_confirms() {
    let s = Servico::new();
    s.push(1..=1, true);
    let (acao, _) = s.ready().await;
    let caminho = format!("{acao}/confirmacao");
    for ruim in
        [json!("x"), json!("a".repeat(64)), json!(format!("1-{}", "A".repeat(64))), json!(1), json!(null)]
    {
        let problema = s.http.post(&caminho, &json!({"resumo": ruim})).await.expect(422).json;
        assert_eq!(problema["erros"][0]["campo"], "/resumo", "{problema}");
    }
    let outro =
        s.http.post(&caminho, &json!({"resumo": format!("0-{}", "0".repeat(64))})).await.expect(409).json;
    assert_eq!((&outro["codigo"], &outro["mudancas"]), (&json!("selecao_mudou"), &json!(null)));
}
