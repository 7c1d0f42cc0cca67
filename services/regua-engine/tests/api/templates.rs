//! Rule r09: actions that name a template.

use domain::execucao::Canal;
use domain::ids::TemplateId;
use serde_json::{Value, json};
use store::templates::{self, TextoNomeado};
use store::{Banco, Papel};
use testkit::Resposta;
use uuid::Uuid;

use crate::apoio::{Servico, agora, id, refused};

fn dispatcher(s: &Servico) -> Banco {
    Banco::connect(s.banco.url(), Papel::Dispatcher, 1).unwrap()
}

/// A template of the company, as the service that keeps them would make it.
fn template(s: &Servico, canal: Canal) -> TemplateId {
    let assunto = (canal == Canal::Email).then(|| "Aviso".to_owned());
    let novo = TextoNomeado { nome: Uuid::new_v4().to_string(), assunto, corpo: "Olá, #NOME#".to_owned() };
    let criado = dispatcher(s).da_empresa(s.empresa, |t| templates::create(t, canal, &novo, agora()));
    criado.unwrap().unwrap()
}

fn archive(s: &Servico, template: TemplateId) {
    dispatcher(s).da_empresa(s.empresa, |t| templates::archive(t, template, agora())).unwrap();
}

fn with(acao: &Value) -> Value {
    json!({"nome": "r", "posicoes": [{"dias": 1, "acoes": [acao]}]})
}

fn faults(resposta: Resposta) -> Vec<String> {
    refused(&resposta.expect(422).json)
}

#[tokio::test]
async fn r09_an_action_names_a_template_instead_of_a_text() {
    let s = Servico::new();
    let sms = template(&s, Canal::Sms);
    let regua = s.regua(with(&json!({"tipo": "sms", "template_id": sms}))).await;
    let acao = &regua["posicoes"][0]["acoes"][0];
    assert_eq!((&acao["template_id"], &acao["corpo"]), (&json!(sms), &json!(null)));
    assert_eq!(s.read(&regua).await, regua);
    s.turn(&regua, "ativacao").await;
}

#[tokio::test]
async fn r09_a_template_has_to_be_there_of_the_channel_and_alive() {
    let s = Servico::new();
    let (sms, email, arquivado) =
        (template(&s, Canal::Sms), template(&s, Canal::Email), template(&s, Canal::Sms));
    archive(&s, arquivado);
    let alheio = template(&Servico::new(), Canal::Sms);
    let local = "/posicoes/0/acoes/0";
    for (acao, esperado) in [
        (json!({"tipo": "sms", "template_id": alheio}), vec!["template_id template_desconhecido"]),
        (json!({"tipo": "sms", "template_id": email}), vec!["template_id template_de_outro_canal"]),
        (json!({"tipo": "sms", "template_id": arquivado}), vec!["template_id template_arquivado"]),
        (json!({"tipo": "sms", "template_id": "x"}), vec!["template_id formato_invalido"]),
        (json!({"tipo": "sms", "template_id": 7, "corpo": "x"}), vec!["template_id tipo_invalido"]),
        (json!({"tipo": "sms", "template_id": sms, "corpo": "x"}), vec!["corpo nao_permitido"]),
        (
            json!({"tipo": "email", "template_id": email, "assunto": "a", "corpo": "x"}),
            vec!["assunto nao_permitido", "corpo nao_permitido"],
        ),
        (json!({"tipo": "enriquecimento", "template_id": sms}), vec!["template_id nao_permitido"]),
        (json!({"tipo": "sms"}), vec!["corpo obrigatorio"]),
    ] {
        let esperado: Vec<_> = esperado.iter().map(|erro| format!("{local}/{erro}")).collect();
        assert_eq!(faults(s.http.post("/v1/reguas", &with(&acao)).await), esperado, "{acao}");
    }
    let regua = s.regua(with(&json!({"tipo": "sms", "corpo": "x"}))).await;
    let posicoes = format!("/v1/reguas/{}/posicoes", id(&regua));
    let nova = json!({"dias": 5, "acoes": [{"tipo": "sms", "template_id": email}]});
    assert_eq!(faults(s.http.post(&posicoes, &nova).await), ["/acoes/0/template_id template_de_outro_canal"]);
    let acoes = format!("{posicoes}/{}/acoes", id(&regua["posicoes"][0]));
    let nova = json!({"tipo": "sms", "template_id": alheio});
    assert_eq!(faults(s.http.post(&acoes, &nova).await), ["/template_id template_desconhecido"]);
    let acao = format!("{acoes}/{}", id(&regua["posicoes"][0]["acoes"][0]));
    for (qual, erro) in [
        (alheio, "template_desconhecido"),
        (email, "template_de_outro_canal"),
        (arquivado, "template_arquivado"),
    ] {
        let erros = faults(s.http.patch(&acao, &json!({"template_id": qual})).await);
        assert_eq!(erros, [format!("/template_id {erro}")]);
    }
    assert_eq!(s.read(&regua).await, regua);
}

#[tokio::test]
async fn r13_a_template_takes_the_place_of_a_text_and_a_text_that_of_a_template() {
    let s = Servico::new();
    let email = template(&s, Canal::Email);
    let regua = s.regua(with(&json!({"tipo": "email", "assunto": "a", "corpo": "b"}))).await;
    let posicao = &regua["posicoes"][0];
    let acao =
        format!("/v1/reguas/{}/posicoes/{}/acoes/{}", id(&regua), id(posicao), id(&posicao["acoes"][0]));
    let change = async |mudanca: Value| {
        let lida = s.http.patch(&acao, &mudanca).await.expect(200).json;
        let acao = &lida["posicoes"][0]["acoes"][0];
        (acao["assunto"].clone(), acao["corpo"].clone(), acao["template_id"].clone(), lida["versao"].clone())
    };
    let de_template = (json!(null), json!(null), json!(email), json!(2));
    assert_eq!(change(json!({"template_id": email})).await, de_template);
    assert_eq!(change(json!({"template_id": email})).await, de_template, "the same again is no change");
    assert_eq!(change(json!({})).await, de_template);
    let so_corpo = faults(s.http.patch(&acao, &json!({"corpo": "c"})).await);
    assert_eq!(so_corpo, ["/assunto obrigatorio"], "nothing is left of the text before the template");
    let ambos = json!({"template_id": email, "corpo": "c"});
    assert_eq!(faults(s.http.patch(&acao, &ambos).await), ["/corpo nao_permitido"]);
    let texto = (json!("x"), json!("c"), json!(null), json!(3));
    assert_eq!(change(json!({"assunto": "x", "corpo": "c"})).await, texto);
}
