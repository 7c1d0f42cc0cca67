//! Templates: written, changed, archived.

use serde_json::{Value, json};

use crate::apoio::{Servico, refused};

fn sms(nome: &str, corpo: &str) -> Value {
    json!({"canal": "sms", "nome": nome, "corpo": corpo})
}

async fn create(s: &Servico, corpo: &Value) -> Value {
    s.http.post("/v1/templates", corpo).await.expect(201).json
}

fn path(template: &Value) -> String {
    format!("/v1/templates/{}", template["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_template_is_made_read_changed_and_listed() {
    let s = Servico::new();
    let corpo = json!({"canal": "email", "nome": " Aviso ", "assunto": "#PRIMEIRO_NOME#", "corpo": "Olá, #NOME|maiusculo#.\n"});
    let criado = s.http.post("/v1/templates", &corpo).await.expect(201);
    assert_eq!(criado.headers["etag"], "\"1\"");
    let template = criado.json.clone();
    assert_eq!(criado.headers["location"], path(&template).as_str());
    assert_eq!(
        (&template["nome"], &template["versao"], &template["arquivado_em"]),
        (&json!("Aviso"), &json!(1), &json!(null))
    );
    assert_eq!(template["corpo"], "Olá, #NOME|maiusculo#.\n");
    assert_eq!(s.http.get(&path(&template)).await.expect(200).json, template);

    let mudado = s.http.patch(&path(&template), &json!({"corpo": "Outro #NOME#"})).await.expect(200);
    assert_eq!(
        (mudado.headers["etag"].to_str().unwrap(), &mudado.json["assunto"]),
        ("\"2\"", &json!("#PRIMEIRO_NOME#"))
    );
    let igual = s.http.patch(&path(&template), &json!({"corpo": "Outro #NOME#"})).await.expect(200);
    assert_eq!(igual.headers["etag"], "\"2\"", "the same again is no version");
    let versoes = s.list(&format!("{}/versoes", path(&template))).await;
    let vistas: Vec<_> = versoes.iter().map(|v| (&v["versao"], v["autor"].is_string())).collect();
    assert_eq!(vistas, [(&json!(2), true), (&json!(1), true)]);

    create(&s, &sms("Aviso", "oi")).await;
    assert_eq!(s.list("/v1/templates").await.len(), 2);
    assert_eq!(s.list("/v1/templates?canal=sms").await.len(), 1);
    assert_eq!(s.list("/v1/templates?canal=carta").await.len(), 0);
}

#[tokio::test]
async fn lists_go_on_where_they_ended() {
    let s = Servico::new();
    for nome in ["b", "Á", "c"] {
        create(&s, &sms(nome, "oi")).await;
    }
    let primeira = s.http.get("/v1/templates?limite=2").await.expect(200).json;
    let nomes = |pagina: &Value| -> Vec<String> {
        pagina["itens"].as_array().unwrap().iter().map(|t| t["nome"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(nomes(&primeira), ["Á", "b"]);
    let cursor = primeira["proximo_cursor"].as_str().unwrap();
    let segunda = s.http.get(&format!("/v1/templates?limite=2&cursor={cursor}")).await.expect(200).json;
    assert_eq!((nomes(&segunda), &segunda["proximo_cursor"]), (vec!["c".to_owned()], &json!(null)));
}

#[tokio::test]
async fn r09_r10_r11_everything_wrong_with_a_template_is_told_at_once() {
    let s = Servico::new();
    for (corpo, esperado) in [
        (json!({}), vec!["/canal obrigatorio", "/corpo obrigatorio", "/nome obrigatorio"]),
        (json!({"canal": "negativacao", "nome": "a", "corpo": "b"}), vec!["/canal valor_invalido"]),
        (
            json!({"canal": "email", "nome": "a", "corpo": "#NADA#"}),
            vec!["/assunto obrigatorio", "/corpo coringa_desconhecido"],
        ),
        (
            json!({"canal": "sms", "nome": "", "assunto": "x", "corpo": "#NOME|extenso#"}),
            vec!["/assunto nao_permitido", "/corpo modificador_invalido", "/nome tamanho_invalido"],
        ),
        (
            json!({"canal": "email", "nome": "a", "assunto": "#LISTA_TITULOS#", "corpo": "  ", "cor": 1}),
            vec!["/assunto coringa_nao_permitido", "/cor desconhecido", "/corpo obrigatorio"],
        ),
        (
            json!({"canal": "carta", "nome": "a", "corpo": "é".repeat(20_001)}),
            vec!["/corpo tamanho_invalido"],
        ),
        (
            json!({"canal": "carta", "nome": "a", "corpo": "😀".repeat(17_000)}),
            vec!["/corpo tamanho_invalido"],
        ),
    ] {
        let problema = s.http.post("/v1/templates", &corpo).await.expect(422).json;
        assert_eq!(refused(&problema), esperado, "{corpo}");
    }
    assert!(s.list("/v1/templates").await.is_empty(), "nothing is stored");
    let template = create(&s, &sms("a", "b")).await;
    for (mudanca, esperado) in [
        (json!({"assunto": "x"}), "/assunto nao_permitido"),
        (json!({"corpo": "#NOME|padrao#"}), "/corpo modificador_invalido"),
        (json!({"canal": "email"}), "/canal desconhecido"),
        (json!({"nome": null}), "/nome tipo_invalido"),
    ] {
        let problema = s.http.patch(&path(&template), &mudanca).await.expect(422).json;
        assert_eq!(refused(&problema), [esperado], "{mudanca}");
    }
    let email = json!({"canal": "email", "nome": "e", "assunto": "a", "corpo": "b"});
    let problema = s
        .http
        .patch(&path(&create(&s, &email).await), &json!({"assunto": "#LISTA_TITULOS#"}))
        .await
        .expect(422)
        .json;
    assert_eq!(refused(&problema), ["/assunto coringa_nao_permitido"]);
}

#[tokio::test]
async fn a_name_is_one_templates_of_its_channel() {
    let s = Servico::new();
    create(&s, &sms("Cobrança", "a")).await;
    let problema = s.http.post("/v1/templates", &sms("COBRANCA", "b")).await.expect(409).json;
    assert_eq!(problema["codigo"], "template_existente");
    let outro = create(&s, &sms("Outro", "b")).await;
    let problema = s.http.patch(&path(&outro), &json!({"nome": "cobrança"})).await.expect(409).json;
    assert_eq!(problema["codigo"], "template_existente");
    create(&s, &json!({"canal": "carta", "nome": "Cobrança", "corpo": "a"})).await;
}

#[tokio::test]
async fn two_people_who_edit_the_same_template_do_not_undo_each_other() {
    let s = Servico::new();
    let template = create(&s, &sms("a", "b")).await;
    let velha = s.http.with_header("if-match", "\"1\"");
    assert_eq!(velha.patch(&path(&template), &json!({"corpo": "c"})).await.status, 200);
    let problema = velha.patch(&path(&template), &json!({"corpo": "d"})).await.expect(412).json;
    assert_eq!(problema["codigo"], "versao_mudou");
    assert_eq!(velha.post(&format!("{}/arquivamento", path(&template)), &json!({})).await.status, 412);
    assert_eq!(velha.delete(&path(&template)).await.status, 412);
    assert_eq!(s.http.get(&path(&template)).await.expect(200).json["corpo"], "c");
}

#[tokio::test]
async fn what_is_archived_is_over_and_asking_twice_is_safe() {
    let s = Servico::new();
    let template = create(&s, &sms("a", "b")).await;
    let arquivar = format!("{}/arquivamento", path(&template));
    let arquivado = s.http.post(&arquivar, &json!({})).await.expect(200);
    assert!(arquivado.json["arquivado_em"].is_string());
    let de_novo = s.http.post(&arquivar, &json!({})).await.expect(200);
    assert_eq!(
        (arquivado.json, arquivado.headers.get("etag").cloned()),
        (de_novo.json, de_novo.headers.get("etag").cloned())
    );
    let problema = s.http.patch(&path(&template), &json!({"corpo": "c"})).await.expect(409).json;
    assert_eq!(problema["codigo"], "template_arquivado");
    assert!(s.list("/v1/templates").await.is_empty());
    assert_eq!(s.list("/v1/templates?arquivados=true").await.len(), 1);
    create(&s, &sms("a", "b")).await;
}

#[tokio::test]
async fn what_a_regua_sends_is_neither_archived_nor_deleted() {
    let s = Servico::new();
    let template = create(&s, &sms("a", "#PRIMEIRO_NOME#, veja.")).await;
    s.regua_with_template(template["id"].as_str().unwrap());
    let problema =
        s.http.post(&format!("{}/arquivamento", path(&template)), &json!({})).await.expect(409).json;
    assert_eq!(problema["codigo"], "template_em_uso");
    assert!(problema["detail"].as_str().unwrap().contains("estas réguas o enviam: r"), "{problema}");
    assert_eq!(s.http.delete(&path(&template)).await.expect(409).json["codigo"], "template_em_uso");
    let livre = create(&s, &sms("b", "c")).await;
    assert_eq!(s.http.delete(&path(&livre)).await.status, 204);
    assert_eq!(s.http.get(&path(&livre)).await.status, 404);
    assert_eq!(s.http.get(&format!("{}/versoes", path(&livre))).await.status, 404);
}

#[tokio::test]
async fn r02_another_company_sees_and_changes_nothing_of_it() {
    let s = Servico::new();
    let template = create(&s, &sms("a", "b")).await;
    let outra = s.other_company();
    assert_eq!(outra.get(&path(&template)).await.status, 404);
    assert_eq!(outra.get(&format!("{}/versoes", path(&template))).await.status, 404);
    assert_eq!(outra.patch(&path(&template), &json!({"corpo": "x"})).await.status, 404);
    assert_eq!(outra.post(&format!("{}/arquivamento", path(&template)), &json!({})).await.status, 404);
    assert_eq!(outra.delete(&path(&template)).await.status, 404);
    assert_eq!(outra.get("/v1/templates").await.expect(200).json["itens"], json!([]));
    let pedido = json!({"template_id": template["id"]});
    let problema = outra.post("/v1/templates/pre-visualizacao", &pedido).await.expect(422).json;
    assert_eq!(refused(&problema), ["/template_id template_desconhecido"]);
    assert_eq!(s.http.get(&path(&template)).await.expect(200).json["corpo"], "b");
}

#[tokio::test]
async fn a_repeated_request_makes_one_template() {
    let s = Servico::new();
    let com_chave = s.http.with_header("idempotency-key", "t-1");
    let um = com_chave.post("/v1/templates", &sms("a", "b")).await.expect(201).json;
    let outro = com_chave.post("/v1/templates", &sms("a", "b")).await.expect(201).json;
    assert_eq!(um, outro);
    assert_eq!(s.list("/v1/templates").await.len(), 1);
}
