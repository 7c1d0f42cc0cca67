#![cfg(test)]
//! What a file changes is changed as by a request: by somebody, and for the night to see; what came after it is not its business.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Sql;

use crate::apoio::{Servico, titulo, with};
use crate::importacoes::{CSV, counts, ended, errors, import, lines};

async fn found(s: &Servico, codigo: &str) -> Value {
    let lista = s.http.get(&format!("/v1/titulos?codigo_integracao={codigo}")).await.expect(200).json;
    lista["itens"][0].clone()
}

/// What changed in a título, with the name of the key that changed it.
async fn told(s: &Servico, codigo: &str) -> Vec<(String, String)> {
    let id = found(s, codigo).await["id"].as_str().unwrap().to_owned();
    let historia = s.http.get(&format!("/v1/titulos/{id}/historico")).await.expect(200).json["itens"].clone();
    let text = |valor: &Value| valor.as_str().unwrap_or("-").to_owned();
    let mudancas = historia.as_array().unwrap().iter();
    mudancas.map(|m| (text(&m["autor"]["nome"]), text(&m["mudancas"][0]["depois"]))).collect()
}

#[tokio::test]
async fn what_a_file_changes_and_cancels_was_changed_by_the_key_that_it_came_with() {
    let s = Servico::new();
    s.start_importer();
    assert_eq!(counts(&import(&s.http, "", CSV, lines(1, 20, "10,00")).await)[0], 20);
    s.pass(Duration::from_mins(1));
    let chave = json!({"nome": "carga da noite", "escopos": ["titulos:escrever", "titulos:ler"]});
    let chave = s.http.post("/v1/chaves-api", &chave).await.expect(201).json;
    let dela = s.with_key(chave["chave"].as_str().unwrap());
    let feita = import(&dela, "?modo=completo", CSV, lines(1, 19, "11,00")).await;
    assert_eq!(counts(&feita), [0, 19, 0, 0, 0, 1], "{feita}");
    let dela = "carga da noite".to_owned();
    assert_eq!(told(&s, "T1").await, [(dela.clone(), "11.00".to_owned())]);
    assert_eq!(told(&s, "T20").await, [(dela, "cancelado".to_owned())]);
}

#[tokio::test]
async fn whoever_loses_a_titulo_to_a_full_file_is_seen_by_the_night() {
    let s = Servico::new();
    s.start_importer();
    assert_eq!(counts(&import(&s.http, "", CSV, lines(1, 20, "10,00")).await)[0], 20);
    let mut sql = Sql::connect(s.banco.url());
    sql.run("UPDATE regua.agenda SET proxima = NULL");
    s.pass(Duration::from_mins(1));
    assert_eq!(counts(&import(&s.http, "?modo=completo", CSV, lines(1, 18, "10,00")).await)[5], 2);
    assert_eq!(sql.number("(SELECT count(*) FROM regua.agenda WHERE proxima = '-infinity')"), 2);
}

/// A full file says what there was when it was sent.
#[tokio::test]
async fn what_came_after_a_full_file_is_not_absent_from_it() {
    let s = Servico::new();
    let velho = s.stored("VELHO").await;
    s.pass(Duration::from_mins(1));
    let consulta = "/v1/importacoes?modo=completo&limite_cancelamento=100";
    let pedida = s.http.upload(consulta, CSV, lines(1, 3, "10,00")).await.expect(202);
    s.pass(Duration::from_mins(1));
    assert_eq!(s.push(&[titulo("NOVO")]).await["criados"], 1);
    s.start_importer();
    let feita = ended(&s.http, pedida.headers["location"].to_str().unwrap()).await;
    assert_eq!(
        (feita["estado"].as_str(), counts(&feita)),
        (Some("concluida"), [3, 0, 0, 0, 0, 1]),
        "{feita}"
    );
    assert_eq!(found(&s, "NOVO").await["status"], "aberto");
    let velho = s.http.get(&format!("/v1/titulos/{velho}")).await.expect(200).json;
    assert_eq!(velho["status"], "cancelado");
}

/// What an item of `PUT /v1/titulos` says of a título and its debtor, a line of a sheet may say, by the same names.
#[tokio::test]
async fn a_line_brings_all_that_an_item_brings() {
    let s = Servico::new();
    s.start_importer();
    let linha_digitavel = "00190500954014481606906809350314337370000000100";
    let csv = format!(
        "codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome;email;telefone;score;gerente;logradouro;endereco_numero;\
         bairro;cidade;uf;cep;ibge;tipo_negocio;tipo_titulo;nosso_numero;linha_digitavel;link_boleto\n\
         A;02/03/2026;150,00;D-A;Maria;\"a@example.com,b@example.com\";11 98765-4321;700;Bia;Rua A;10;Centro;São Paulo;SP;01310-100;3550308;\
         venda;boleto;123;{linha_digitavel};https://x.com/1\n\
         B;02/03/2026;150,00;D-B;Ana;;11 1234;1001;;Rua B;;;;SP;;;;;;1;http://x.com\n"
    );
    let feita = import(&s.http, "", CSV, csv).await;
    assert_eq!(counts(&feita), [1, 0, 0, 1, 0, 0], "{feita}");
    let recusas = errors(&s.http, &feita).await;
    let esperadas = ["telefone", "score", "cidade", "linha_digitavel", "link_boleto"];
    assert_eq!(
        recusas.iter().map(|r| r.split(' ').nth(1).unwrap()).collect::<Vec<_>>(),
        esperadas,
        "{recusas:?}"
    );

    let item = json!({"codigo_integracao": "A", "vencimento": "2026-03-02", "valor": "150.00", "tipo_negocio": "venda",
        "tipo_titulo": "boleto", "nosso_numero": "123", "linha_digitavel": linha_digitavel, "link_boleto": "https://x.com/1",
        "devedor": {"codigo_integracao": "D-A", "nome": "Maria", "emails": ["a@example.com", "b@example.com"],
            "telefones": ["(11) 98765-4321"], "score": 700, "gerente": "Bia",
            "enderecos": [{"logradouro": "Rua A", "numero": "10", "bairro": "Centro", "cidade": "São Paulo", "uf": "SP",
                           "cep": "01310100", "ibge": 3_550_308}]}});
    assert_eq!(s.push(std::slice::from_ref(&item)).await["inalterados"], 1, "a linha já disse tudo");
    let devedor = s.all().await[0]["devedor_id"].as_str().unwrap().to_owned();
    let lido = s.http.get(&format!("/v1/devedores/{devedor}")).await.expect(200).json;
    assert_eq!((&lido["gerente"], &lido["score"]), (&json!("Bia"), &json!(700)));
    assert_eq!(lido["telefones"][0]["telefone"], "+5511987654321");
    assert_eq!(
        (&lido["enderecos"][0]["cidade"], &lido["enderecos"][0]["cep"]),
        (&json!("São Paulo"), &json!("01310100"))
    );
    let _outro_gerente = s.push(&[with(&item, "/devedor/gerente", json!("Caio"))]).await;
    let lido = s.http.get(&format!("/v1/devedores/{devedor}")).await.expect(200).json;
    assert_eq!(lido["gerente"], "Caio");
}
