//! What is said (rule b12).

use domain::execucao::Canal;
use serde_json::{Value, json};

use crate::apoio::{Servico, code, refused};

async fn choose(s: &Servico, acao: &str, template: &str) -> testkit::Resposta {
    s.http.put(&format!("{acao}/mensagem"), &json!({"template_id": template})).await
}

async fn refusal(s: &Servico, acao: &str, template: &str) -> (Vec<String>, Value) {
    let problema = choose(s, acao, template).await.expect(422).json;
    (refused(&problema), problema["erros"][0]["detalhe"].clone())
}

#[tokio::test]
async fn b12_a_template_of_the_channel_is_chosen_and_no_other() {
    let s = Servico::new();
    let acao = s.begin("email").await;
    s.select(&acao).await;
    let sms = s.template(Canal::Sms, "SMS");
    let (campos, dica) = refusal(&s, &acao, &sms).await;
    assert_eq!(campos, ["/template_id canal_sem_template"]);
    assert!(dica.as_str().unwrap().contains("POST /v1/templates"), "{dica}");
    let (email, velho) = (s.template(Canal::Email, "Aviso"), s.template(Canal::Email, "Velho"));
    s.change_template(&velho, None);
    for (template, codigo) in [
        (sms.as_str(), "template_de_outro_canal"),
        (velho.as_str(), "template_arquivado"),
        ("0192b1f0-0000-7000-8000-000000000001", "template_desconhecido"),
    ] {
        assert_eq!(refusal(&s, &acao, template).await.0, [format!("/template_id {codigo}")]);
    }
    let com_ela = choose(&s, &acao, &email).await.expect(200).json;
    assert_eq!(com_ela["status"], "mensagem");
    let mensagem =
        json!({"template_id": email, "template_versao": 1, "assunto": "Aviso", "corpo": "Olá, #NOME#."});
    assert_eq!(com_ela["mensagem"], mensagem);
    let de_novo = s.select(&acao).await;
    assert_eq!((&de_novo["status"], &de_novo["mensagem"]), (&json!("selecionado"), &json!(null)));
}

#[tokio::test]
async fn b12_a_message_comes_after_the_selection() {
    let s = Servico::new();
    let (acao, email) = (s.begin("email").await, s.template(Canal::Email, "Aviso"));
    assert_eq!(code(choose(&s, &acao, &email).await, 409), "acao_nao_permite");
}

#[tokio::test]
async fn b12_enrichment_and_negative_records_say_nothing_and_are_confirmed_at_once() {
    let s = Servico::new();
    s.push(1..=1, true);
    let email = s.template(Canal::Email, "Aviso");
    for tipo in ["enriquecimento", "negativacao"] {
        let acao = s.begin(tipo).await;
        s.select(&acao).await;
        assert_eq!(refusal(&s, &acao, &email).await.0, ["/template_id nao_permitido"]);
        let mostrado = s.shown(&acao).await;
        assert_eq!((&mostrado["tipo"], &mostrado["mensagem"]), (&json!(tipo), &json!(null)));
    }
}

#[tokio::test]
async fn r11_what_only_a_regua_can_say_is_no_message_of_a_batch() {
    let s = Servico::new();
    s.push(1..=1, true);
    let (acao, email) = (s.begin("email").await, s.template(Canal::Email, "Aviso"));
    s.select(&acao).await;
    for corpo in ["Pela régua #REGUA#", "Em #POSICAO#"] {
        s.change_template(&email, Some(corpo));
        assert_eq!(refusal(&s, &acao, &email).await.0, ["/template_id coringa_sem_valor"], "{corpo}");
    }
    s.change_template(&email, Some("#REGUA|padrao=Cobrança#"));
    assert_eq!(choose(&s, &acao, &email).await.expect(200).json["status"], "mensagem");
}
