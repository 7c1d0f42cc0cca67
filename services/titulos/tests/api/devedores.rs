#![cfg(test)]
//! `/v1/devedores`: pushed, read, changed.

use serde_json::{Value, json};
use std::time::Duration;
use testkit::Sql;

use crate::apoio::{Servico, refused};

pub(crate) const MARIA: &str = "529.982.247-25";
const JOAO: &str = "111.444.777-35";

pub(crate) async fn push(s: &Servico, devedores: Value) -> Value {
    s.http.put("/v1/devedores", &devedores).await.expect(200).json
}

/// Pushes one that is good; answers its id.
pub(crate) async fn stored(s: &Servico, devedor: Value) -> String {
    let envio = push(s, json!([devedor])).await;
    assert_eq!(envio["recusados"], 0, "{envio}");
    envio["itens"][0]["id"].as_str().unwrap().to_owned()
}

pub(crate) async fn read(s: &Servico, id: &str) -> Value {
    s.http.get(&format!("/v1/devedores/{id}")).await.expect(200).json
}

pub(crate) async fn change(s: &Servico, id: &str, mudanca: Value) -> Value {
    s.http.patch(&format!("/v1/devedores/{id}"), &mudanca).await.expect(200).json
}

/// One field of each item of a list.
pub(crate) fn each<'v>(lista: &'v Value, campo: &str) -> Vec<&'v str> {
    lista.as_array().unwrap().iter().map(|item| item[campo].as_str().unwrap()).collect()
}

fn results(envio: &Value) -> Vec<&str> {
    each(&envio["itens"], "resultado")
}

fn maria() -> Value {
    json!({"codigo_integracao": "C1", "nome": "Maria da Silva", "documento": MARIA, "categoria": "Varejo", "gerente": "Ana",
           "score": 700, "emails": ["maria@exemplo.com.br", {"email": "m@exemplo.com.br", "preferido": true}],
           "telefones": ["(11) 98765-4321", {"telefone": "11 3333-4444", "valido": false, "motivo": "não atende"}],
           "enderecos": [{"logradouro": "Avenida Paulista", "numero": "1000", "complemento": "ap 1", "bairro": "Bela Vista",
                          "cidade": "São Paulo", "uf": "sp", "cep": "01310-100", "ibge": 3_550_308,
                          "confirmado_em": "2026-03-01T12:00:00-03:00"}],
           "opt_out": [{"canal": "sms", "motivo": "pediu"}]})
}

#[tokio::test]
async fn of_debtors_with_one_code_in_a_push_the_last_stands() {
    let s = Servico::new();
    let joao = |nome: &str| json!({"codigo_integracao": "J", "nome": nome, "documento": JOAO});
    let envio = push(&s, json!([joao("João"), maria(), joao("João Sá")])).await;
    assert_eq!(results(&envio), ["recusado", "criado", "criado"]);
    assert_eq!(refused(&envio["itens"][0]), ["/0/codigo_integracao repetido"]);
    assert_eq!(read(&s, envio["itens"][2]["id"].as_str().unwrap()).await["nome"], "João Sá");
}

#[tokio::test]
async fn a_debtor_is_read_as_it_was_sent() {
    let s = Servico::new();
    let id = stored(&s, maria()).await;
    let marcas = |outras: Value| {
        let mut todas = json!({"origem": "erp", "preferido": false, "confirmado_em": null, "valido": true, "invalido_desde": null, "motivo": null, "fonte": null,
            "obtido_em": null});
        todas.as_object_mut().unwrap().extend(outras.as_object().unwrap().clone());
        todas
    };
    let agora = "2026-03-10T15:00:00Z";
    assert_eq!(
        read(&s, &id).await,
        json!({"id": id, "codigos_integracao": ["C1"], "nome": "Maria da Silva", "documento": "52998224725", "tipo_pessoa": "fisica",
            "categoria": "Varejo", "gerente": "Ana", "score": 700, "falecido_em": null, "saldo": "0.00", "titulos_abertos": 0, "criado_em": agora, "atualizado_em": agora,
            "emails": [marcas(json!({"email": "m@exemplo.com.br", "preferido": true})), marcas(json!({"email": "maria@exemplo.com.br"}))],
            "telefones": [
                marcas(json!({"telefone": "+5511987654321", "tipo": "movel"})),
                marcas(json!({"telefone": "+551133334444", "tipo": "fixo", "valido": false, "invalido_desde": agora, "motivo": "não atende"})),
            ],
            "enderecos": [marcas(json!({"logradouro": "Avenida Paulista", "numero": "1000", "complemento": "ap 1", "bairro": "Bela Vista",
                "cidade": "São Paulo", "uf": "SP", "cep": "01310100", "ibge": 3_550_308, "confirmado_em": "2026-03-01T15:00:00Z"}))],
            "opt_out": [{"canal": "sms", "desde": agora, "motivo": "pediu"}]})
    );
    for nenhum in ["00000000-0000-0000-0000-000000000000", "x"] {
        let _nenhum = s.http.get(&format!("/v1/devedores/{nenhum}")).await.expect(404);
    }
    let alheio = s.other_company();
    let _alheio = alheio.get(&format!("/v1/devedores/{id}")).await.expect(404);
    let _alheio = alheio.patch(&format!("/v1/devedores/{id}"), &json!({"nome": "X"})).await.expect(404);
}

#[tokio::test]
async fn pushing_the_same_again_changes_no_row() {
    let s = Servico::new();
    let id = stored(&s, maria()).await;
    let linhas = || {
        let tabelas = ["devedor", "devedor_codigo", "meio_contato", "opt_out"];
        let mut sql = Sql::connect(s.banco.url());
        tabelas
            .map(|t| sql.number(&format!("SELECT sum(hashtext(concat(ctid, xmin, x))) FROM cadastro.{t} x")))
    };
    let (antes, lido) = (linhas(), read(&s, &id).await);
    s.pass(Duration::from_mins(1));
    let outra_vez = push(&s, json!([maria()])).await;
    assert_eq!((results(&outra_vez), outra_vez["inalterados"].clone()), (vec!["inalterado"], json!(1)));
    assert_eq!(change(&s, &id, json!({"nome": "Maria da Silva", "score": 700})).await, lido);
    assert_eq!(linhas(), antes);
    let mudada = push(&s, json!([{"codigo_integracao": "C1", "nome": "Maria Souza"}])).await;
    assert_eq!(results(&mudada), ["atualizado"]);
    assert_ne!(linhas(), antes);
}

#[tokio::test]
async fn m01_one_debtor_per_document_and_without_one_a_debtor_per_code() {
    let s = Servico::new();
    let envio = push(
        &s,
        json!([
            {"codigo_integracao": "A", "nome": "Maria", "documento": MARIA},
            {"codigo_integracao": "B", "nome": "Maria S", "documento": "52998224725"},
            {"codigo_integracao": "C", "nome": "Sem documento"},
            {"codigo_integracao": "D", "nome": "Sem documento"},
            {"codigo_integracao": "E", "nome": "Nova Ltda", "documento": "12.abc.345/01de-35"},
        ]),
    )
    .await;
    assert_eq!(results(&envio), ["criado", "atualizado", "criado", "criado", "criado"]);
    let ids = each(&envio["itens"], "id").iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    assert_eq!(ids[0], ids[1]);
    let lido = read(&s, &ids[0]).await;
    assert_eq!((&lido["codigos_integracao"], &lido["nome"]), (&json!(["A", "B"]), &json!("Maria S")));
    assert_eq!(read(&s, &ids[2]).await["tipo_pessoa"], "isenta");
    let nova = read(&s, &ids[4]).await;
    assert_eq!((&nova["documento"], &nova["tipo_pessoa"]), (&json!("12ABC34501DE35"), &json!("juridica")));
    let trocado = push(&s, json!([{"codigo_integracao": "C", "nome": "X", "documento": MARIA}, {"codigo_integracao": "C2", "nome": "Y"}])).await;
    assert_eq!(results(&trocado), ["recusado", "criado"], "o que é bom fica");
    assert_eq!(refused(&trocado["itens"][0]), ["/0/documento documento_de_outro_devedor"]);
    assert_eq!(read(&s, &ids[2]).await["nome"], "Sem documento");
}

#[tokio::test]
async fn m01_a_change_takes_neither_the_document_nor_a_code_of_another() {
    let s = Servico::new();
    let a = stored(&s, json!({"codigo_integracao": "A", "nome": "A", "documento": MARIA})).await;
    let b = stored(&s, json!({"codigo_integracao": "B", "nome": "B"})).await;
    for (mudanca, de_quem) in [
        (json!({"documento": MARIA}), "o documento"),
        (json!({"codigos_integracao": ["B", "A"]}), "um dos códigos"),
    ] {
        let conflito = s.http.patch(&format!("/v1/devedores/{b}"), &mudanca).await.expect(409).json;
        assert_eq!(conflito["codigo"], "devedor_existente");
        let detalhe = conflito["detail"].as_str().unwrap();
        assert!(detalhe.starts_with(de_quem) && detalhe.contains(&a), "{detalhe}");
    }
    let mudada = change(&s, &b, json!({"documento": JOAO, "codigos_integracao": ["B2", "B3"]})).await;
    assert_eq!(
        (&mudada["tipo_pessoa"], &mudada["codigos_integracao"]),
        (&json!("fisica"), &json!(["B2", "B3"]))
    );
    assert_eq!(change(&s, &b, json!({"documento": null})).await["tipo_pessoa"], "isenta");
    assert_eq!(
        results(&push(&s, json!([{"codigo_integracao": "B", "nome": "Novo"}])).await),
        ["criado"],
        "o código ficou livre"
    );
    let vazia = s
        .http
        .patch(&format!("/v1/devedores/{b}"), &json!({"codigos_integracao": []}))
        .await
        .expect(422)
        .json;
    assert_eq!(refused(&vazia), ["/codigos_integracao tamanho_invalido"]);
}

#[tokio::test]
async fn every_fault_of_an_item_is_told_at_once_and_the_others_are_stored() {
    let s = Servico::new();
    let envio = push(
        &s,
        json!([
            {"codigo_integracao": "A", "nome": "", "documento": "529.982.247-26", "score": 1001, "cor": 1, "categoria": " ",
             "emails": ["a@", {"email": "a@exemplo.com.br", "motivo": "voltou"}, {"e": 1}, 5],
             "telefones": ["98765-4321", "0800 777 1234", {"telefone": "(20) 98765-4321"}],
             "enderecos": [{"cidade": "Rio", "uf": "RJ", "cep": "01310-100"}, {"uf": "XX"}, {"cidade": "Rio", "uf": "RJ", "ibge": 3_550_308}],
             "opt_out": [{"canal": "fax"}]},
            {"codigo_integracao": "B", "nome": "B", "emails": [{"email": "a@x.com", "preferido": true}, {"email": "b@x.com", "preferido": true}]},
            {"codigo_integracao": "C", "nome": "C"},
        ]),
    )
    .await;
    assert_eq!(results(&envio), ["recusado", "recusado", "criado"]);
    assert_eq!(
        refused(&envio["itens"][0]),
        [
            "/0/categoria tamanho_invalido",
            "/0/cor desconhecido",
            "/0/documento formato_invalido",
            "/0/emails/0 formato_invalido",
            "/0/emails/1/motivo nao_combina",
            "/0/emails/2/e desconhecido",
            "/0/emails/2/email obrigatorio",
            "/0/emails/3 tipo_invalido",
            "/0/enderecos/0 nao_combina",
            "/0/enderecos/1/cidade obrigatorio",
            "/0/enderecos/1/uf valor_invalido",
            "/0/enderecos/2 nao_combina",
            "/0/nome tamanho_invalido",
            "/0/opt_out/0/canal valor_invalido",
            "/0/score fora_do_intervalo",
            "/0/telefones/0 formato_invalido",
            "/0/telefones/1 formato_invalido",
            "/0/telefones/2/telefone formato_invalido",
        ]
    );
    assert_eq!(refused(&envio["itens"][1]), ["/1/emails nao_combina"]);
}

#[tokio::test]
async fn a_change_from_a_version_that_is_not_the_last_is_refused() {
    let s = Servico::new();
    let id = stored(&s, maria()).await;
    let caminho = format!("/v1/devedores/{id}");
    let etag = |r: &testkit::Resposta| r.headers["etag"].to_str().unwrap().to_owned();
    let lida = s.http.get(&caminho).await.expect(200);
    let visto = etag(&lida);
    let com_visto = s.http.with_header("If-Match", &visto);
    let mudada = com_visto
        .patch(&caminho, &json!({"gerente": null, "categoria": null, "score": null}))
        .await
        .expect(200);
    for campo in ["gerente", "categoria", "score"] {
        assert_eq!(mudada.json[campo], Value::Null);
    }
    assert_ne!(etag(&mudada), visto);
    let velha = com_visto.patch(&caminho, &json!({"gerente": "Bia"})).await.expect(412);
    assert_eq!(velha.json["codigo"], "versao_mudou");
    assert_eq!(etag(&s.http.get(&caminho).await), etag(&mudada));
    // Contacts and codes are part of what was read.
    for mudanca in [
        json!([{"codigo_integracao": "C1", "nome": "Maria da Silva", "telefones": []}]),
        json!([{"codigo_integracao": "C9", "nome": "Maria da Silva", "documento": MARIA}]),
    ] {
        let antes = etag(&s.http.get(&caminho).await);
        let _envio = push(&s, mudanca).await;
        assert_ne!(etag(&s.http.get(&caminho).await), antes);
    }
}

#[tokio::test]
async fn what_a_regua_asks_for_marks_the_debtor_and_nothing_else_does() {
    let s = Servico::new();
    let id = stored(&s, maria()).await;
    let mut sql = Sql::connect(s.banco.url());
    let mut marked = || {
        let marcados = sql.number("SELECT count(*) FROM regua.agenda WHERE proxima = '-infinity'");
        sql.run("DELETE FROM regua.agenda");
        marcados > 0
    };
    assert!(!marked(), "sem título não há o que decidir");
    for (mudanca, marca) in [
        (
            json!({"nome": "Outra", "gerente": "Bia", "emails": [], "opt_out": [], "codigos_integracao": ["C1", "C2"]}),
            false,
        ),
        (json!({"categoria": "VIP"}), true),
        (json!({"categoria": "VIP"}), false),
        (json!({"score": 701}), true),
        (json!({"score": null}), true),
        (json!({"documento": JOAO}), false),
        (json!({"documento": null}), true),
    ] {
        change(&s, &id, mudanca.clone()).await;
        assert_eq!(marked(), marca, "{mudanca}");
    }
    for (envio, marca) in [
        (json!({"nome": "Mais outra", "gerente": "Caio", "telefones": []}), false),
        (json!({"nome": "Mais outra", "categoria": "Varejo"}), true),
        (json!({"nome": "Mais outra", "categoria": "Varejo", "score": 5}), true),
        (json!({"nome": "Mais outra", "categoria": "Varejo", "score": 5}), false),
        (json!({"nome": "Mais outra", "documento": "12ABC34501DE35"}), true),
    ] {
        let mut item = envio.clone();
        item["codigo_integracao"] = json!("C1");
        let _envio = push(&s, json!([item])).await;
        assert_eq!(marked(), marca, "{envio}");
    }
}

#[tokio::test]
async fn a_push_is_bounded() {
    let s = Servico::new();
    let muitos: Vec<Value> =
        (0..1_001).map(|n| json!({"codigo_integracao": n.to_string(), "nome": "N"})).collect();
    let _demais = s.http.put("/v1/devedores", &json!(muitos)).await.expect(422);
    let envio = push(&s, json!(muitos[..1_000])).await;
    assert_eq!(envio["criados"], 1_000);
    let emails: Vec<String> = (0..21).map(|n| format!("e{n}@x.com")).collect();
    let envio = push(&s, json!([{"codigo_integracao": "A", "nome": "A", "emails": emails}])).await;
    assert_eq!(refused(&envio["itens"][0]), ["/0/emails tamanho_invalido"]);
}
