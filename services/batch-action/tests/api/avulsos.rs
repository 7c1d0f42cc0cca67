//! Sheets of bare addresses and numbers (rule b01).

use domain::execucao::Canal;
use serde_json::{Value, json};
use testkit::Resposta;

use crate::apoio::{Servico, code, refused};

async fn sheet(s: &Servico, acao: &str, csv: &str) -> Resposta {
    s.http.put_bytes(&format!("{acao}/planilha?avulso=true"), "text/csv", csv).await
}

async fn choose(s: &Servico, acao: &str, template: &str) -> Resposta {
    s.http.put(&format!("{acao}/mensagem"), &json!({"template_id": template})).await
}

const EMAILS: &str =
    "email;nome\nana@example.com;Ana Lima\n@;x\nANA@example.com;\nbia@example.com;\nd1@x.com.br;Devedor\n";

#[tokio::test]
async fn b01_the_lines_are_counted_and_looked_at_and_go_through_every_step() {
    let s = Servico::new();
    s.push(1..=1, true);
    let acao = s.begin("email").await;
    let escolhida = sheet(&s, &acao, EMAILS).await.expect(200).json;
    let selecao = &escolhida["selecao"];
    let planilha = &selecao["planilha"];
    assert_eq!((&planilha["avulsa"], &planilha["linhas"]), (&json!(true), &json!(5)));
    let contas = ["aceitas", "repetidas", "recusadas"].map(|campo| planilha[campo].as_i64().unwrap());
    assert_eq!(contas, [3, 1, 1]);
    assert_eq!((&selecao["atendem"], &selecao["com_contato"]), (&json!(3), &json!(3)));
    let dito = "Planilha de avulsos: linhas 5, aceitas 3, repetidas 1, recusadas 1";
    assert_eq!(selecao["em_palavras"], json!([dito]));
    let erros = s.http.get(&format!("{acao}/planilha/erros?formato=csv")).await.expect(200).text;
    assert!(erros.contains("linha 3: email:"), "{erros}");

    let amostra = s.all(&format!("{acao}/amostra"), 2).await;
    let ditos: Vec<_> = amostra.iter().map(|lido| [&lido["nome"], &lido["contato"]]).collect();
    let espera = [
        [&json!("Ana Lima"), &json!("ana@example.com")],
        [&Value::Null, &json!("bia@example.com")],
        [&json!("Devedor"), &json!("d1@x.com.br")],
    ];
    assert_eq!(ditos, espera);
    let lista = s.http.get(&format!("{acao}/lista?formato=csv")).await.expect(200).text;
    assert!(lista.contains(";Ana Lima;ana@example.com;"), "{lista}");

    let template = s.template(Canal::Email, "Aviso");
    s.change_template(&template, Some("Olá, #NOME|padrao=cliente#. #CREDOR# #EMAIL#"));
    let _escolhida = choose(&s, &acao, &template).await.expect(200);
    let previa = s.http.get(&format!("{acao}/pre-visualizacao")).await.expect(200).json;
    let texto = previa["mensagem"]["texto"].as_str().unwrap();
    assert!(texto.contains("Olá, Ana Lima. Cobradora Exemplo ana@example.com"), "{texto}");
    let seguinte = format!("{acao}/pre-visualizacao?devedor_id={}", previa["proximo"].as_str().unwrap());
    let seguinte = s.http.get(&seguinte).await.expect(200).json;
    assert!(
        seguinte["mensagem"]["texto"]
            .as_str()
            .unwrap()
            .contains("Olá, cliente. Cobradora Exemplo bia@example.com")
    );

    let feita = s.confirm(&acao).await.expect(202).json;
    assert_eq!(feita["itens"], 3);
    let itens = s.all(&format!("{acao}/itens"), 500).await;
    let mut contatos: Vec<_> = itens.iter().map(|item| item["contato"].as_str().unwrap()).collect();
    contatos.sort_unstable();
    assert_eq!(contatos, ["ana@example.com", "bia@example.com", "d1@x.com.br"]);
    let detalhe = s.http.get(&format!("{acao}/itens/planilha?formato=csv")).await.expect(200).text;
    assert!(detalhe.contains(";Ana Lima;ana@example.com;"), "{detalhe}");
}

#[tokio::test]
async fn b01_numbers_are_of_sms_and_the_other_actions_are_for_debtors() {
    let s = Servico::new();
    let sms = s.begin("sms").await;
    let escolhida =
        sheet(&s, &sms, "telefone;nome\n(11) 98765-4321;Ana\n1133334444;\n").await.expect(200).json;
    assert_eq!(escolhida["selecao"]["com_contato"], 1);
    assert_eq!(escolhida["selecao"]["planilha"]["recusadas"], 1, "no SMS goes to a land line");
    let problema = sheet(&s, &sms, EMAILS).await.expect(422).json;
    assert_eq!(refused(&problema), [" planilha_invalida"]);
    let template = s.template(Canal::Sms, "SMS");
    s.change_template(&template, Some("#NOME#, fale conosco: #EMPRESA#"));
    let _escolhida = choose(&s, &sms, &template).await.expect(200);
    assert_eq!(s.shown(&sms).await["sms"], json!({"amostra": 1, "segmentos": 1}));
    for tipo in ["carta", "enriquecimento", "negativacao"] {
        let acao = s.begin(tipo).await;
        assert_eq!(refused(&sheet(&s, &acao, EMAILS).await.expect(422).json), ["/avulso nao_permitido"]);
    }
}

#[tokio::test]
async fn r11_a_text_that_speaks_of_titulos_is_for_no_bare_address() {
    let s = Servico::new();
    let acao = s.begin("email").await;
    let _escolhida = sheet(&s, &acao, EMAILS).await.expect(200);
    let template = s.template(Canal::Email, "Aviso");
    for (corpo, coringa) in
        [("#LISTA_TITULOS#", "LISTA_TITULOS"), ("#NOME# #CPF_CNPJ#", "CPF_CNPJ"), ("#REGUA#", "REGUA")]
    {
        s.change_template(&template, Some(corpo));
        let problema = choose(&s, &acao, &template).await.expect(422).json;
        assert_eq!(refused(&problema), ["/template_id coringa_sem_valor"]);
        assert!(problema["erros"][0]["detalhe"].as_str().unwrap().starts_with(&format!("#{coringa}# ")));
    }
    s.change_template(&template, Some("Total: #TOTAL|padrao=a combinar#"));
    let _escolhida = choose(&s, &acao, &template).await.expect(200);
}

#[tokio::test]
async fn r11_a_template_that_changed_to_what_no_batch_can_say_is_not_confirmed() {
    let s = Servico::new();
    s.push(1..=1, true);
    let (acao, template) = s.ready().await;
    s.change_template(&template, Some("Da régua #REGUA#"));
    for caminho in ["confirmacao", "pre-visualizacao"] {
        assert_eq!(code(s.http.get(&format!("{acao}/{caminho}")).await, 409), "mensagem_fora_de_uso");
    }
    s.change_template(&template, Some("Olá, #NOME#."));
    let _feita = s.confirm(&acao).await.expect(202);
}
