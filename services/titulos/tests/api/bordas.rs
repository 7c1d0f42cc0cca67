#![cfg(test)]
//! What is refused at the edge because it could mean something else than its sender thinks.

use serde_json::{Value, json};

use crate::apoio::{Servico, refused, titulo, with};

async fn devedor(s: &Servico) -> String {
    let cheio = json!([{"codigo_integracao": "D1", "nome": "Maria", "documento": "529.982.247-25", "categoria": "Varejo",
        "gerente": "Ana", "score": 7, "emails": ["maria@exemplo.com.br"], "telefones": ["(11) 98765-4321"],
        "enderecos": [{"cidade": "São Paulo", "uf": "SP"}], "opt_out": [{"canal": "email"}]}]);
    let envio = s.http.put("/v1/devedores", &cheio).await.expect(200).json;
    format!("/v1/devedores/{}", envio["itens"][0]["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_null_erases_of_a_debtor_what_it_may_be_without() {
    let s = Servico::new();
    let caminho = devedor(&s).await;
    let cheio = s.http.get(&caminho).await.expect(200).json;
    for (campo, vazio) in [
        ("documento", Value::Null),
        ("categoria", Value::Null),
        ("gerente", Value::Null),
        ("score", Value::Null),
        ("emails", json!([])),
        ("telefones", json!([])),
        ("enderecos", json!([])),
        ("opt_out", json!([])),
    ] {
        assert_ne!(cheio[campo], vazio, "havia {campo}");
        let _mudado = s.http.patch(&caminho, &json!({campo: null})).await.expect(200);
        assert_eq!(s.http.get(&caminho).await.expect(200).json[campo], vazio, "{campo}");
    }
}

#[tokio::test]
async fn a_null_is_refused_where_there_is_always_something() {
    let s = Servico::new();
    let caminho = devedor(&s).await;
    let credor =
        s.http.post("/v1/credores", &json!({"codigo_integracao": "C", "nome": "Colégio"})).await.expect(201);
    let credor = format!("/v1/credores/{}", credor.json["id"].as_str().unwrap());
    let antes = s.banco.observer().look();
    for (onde, campos) in [
        (caminho.as_str(), &["nome", "codigos_integracao"][..]),
        (&credor, &["nome"]),
        ("/v1/empresa", &["nome", "fuso", "fuso_dos_envios", "remetente_email", "hora_noite", "janelas"]),
    ] {
        for campo in campos {
            let problema = s.http.patch(onde, &json!({*campo: null})).await.expect(422).json;
            assert_eq!(refused(&problema), [format!("/{campo} tipo_invalido")], "{onde}");
        }
    }
    assert_eq!(s.banco.observer().look(), antes, "um nulo recusado mudou o banco");
}

/// The tilde of `João` may come with its letter or after it.
#[tokio::test]
async fn a_name_and_a_key_are_found_however_their_accents_were_sent() {
    let s = Servico::new();
    let separado = |texto: &str| texto.replace('ã', "a\u{303}").replace('é', "e\u{301}");
    let mut novo = with(&titulo("Joa\u{303}o-1"), "/devedor/nome", json!(separado("João José")));
    let _criado = s.push(&[novo.clone()]).await;
    novo["codigo_integracao"] = json!("João-1");
    novo["devedor"] = json!({"codigo_integracao": "D-João-1", "nome": "João José"});
    let de_novo = s.push(&[novo]).await;
    assert_eq!(
        (&de_novo["inalterados"], s.all().await.len()),
        (&json!(1), 1),
        "a chave é a mesma: {de_novo}"
    );
    for nome in ["joao", "Jo%C3%A3o%20Jos%C3%A9", "Joa%CC%83o%20Jose%CC%81"] {
        let achados = s.http.get(&format!("/v1/devedores?nome={nome}")).await.expect(200).json;
        assert_eq!(achados["itens"][0]["nome"], "João José", "{nome}");
    }
    for codigo in ["Jo%C3%A3o-1", "Joa%CC%83o-1"] {
        let achados = s.http.get(&format!("/v1/titulos?codigo_integracao={codigo}")).await.expect(200).json;
        assert_eq!(achados["itens"].as_array().unwrap().len(), 1, "{codigo}");
    }
    let colunas = json!({"colunas": {"codigo_integracao": separado("Não"), "vencimento": "V", "valor": "S",
                                     "devedor_codigo": "C", "devedor_nome": "N"}});
    let _gravado = s.http.put("/v1/mapeamentos/Joa%CC%83o", &colunas).await.expect(200);
    let lido = s.http.get("/v1/mapeamentos/Jo%C3%A3o").await.expect(200).json;
    assert_eq!(
        (&lido["nome"], &lido["regras"]["colunas"]["codigo_integracao"]),
        (&json!("João"), &json!("Não"))
    );
    let _apagado = s.http.delete("/v1/mapeamentos/Joa%CC%83o").await.expect(204);
}

#[tokio::test]
async fn charges_by_a_series_that_the_company_has_no_month_of_are_refused() {
    let s = Servico::new();
    let encargos = json!({"serie_de_juros": "SELIK", "correcao": "ipca"});
    let novo = json!({"codigo_integracao": "C1", "nome": "Colégio", "encargos": encargos});
    let faltam = ["/encargos/correcao nao_encontrado", "/encargos/serie_de_juros nao_encontrado"];
    let antes = s.banco.observer().look();
    let mudanca = json!({"encargos": encargos});
    assert_eq!(refused(&s.http.post("/v1/credores", &novo).await.expect(422).json), faltam);
    assert_eq!(refused(&s.http.patch("/v1/empresa", &mudanca).await.expect(422).json), faltam);
    assert_eq!(s.banco.observer().look(), antes, "encargos recusados mudaram o banco");
    for serie in ["SELIK", "ipca"] {
        let um_mes = json!({"nome": serie, "meses": [{"mes": "2026-03-01", "variacao": "0.5"}]});
        // Another company's series is none of this one's.
        let _alheia = s.other_company().put("/v1/indices", &um_mes).await.expect(200);
        assert_eq!(s.http.post("/v1/credores", &novo).await.status, 422);
        let _gravada = s.http.put("/v1/indices", &um_mes).await.expect(200);
    }
    let credor = s.http.post("/v1/credores", &novo).await.expect(201).json;
    let credor = format!("/v1/credores/{}", credor["id"].as_str().unwrap());
    let _mudada = s.http.patch("/v1/empresa", &mudanca).await.expect(200);
    let outra = json!({"encargos": {"correcao": "igpm"}});
    assert_eq!(refused(&s.http.patch(&credor, &outra).await.expect(422).json), [faltam[0]]);
}

#[tokio::test]
async fn a_version_is_compared_by_what_deletes_and_refused_by_what_has_none() {
    let s = Servico::new();
    let novo = json!({"codigo_integracao": "C1", "nome": "Colégio"});
    let criado = s.http.post("/v1/credores", &novo).await.expect(201);
    let caminho = format!("/v1/credores/{}", criado.json["id"].as_str().unwrap());
    let visto = s.http.with_header("If-Match", criado.headers["etag"].to_str().unwrap());
    let _mudado = s.http.patch(&caminho, &json!({"nome": "Outro"})).await.expect(200);
    assert_eq!(visto.delete(&caminho).await.expect(412).json["codigo"], "versao_mudou");
    let resultado = json!({"nome": "Promessa", "grupo": "Falou", "positivo": true});
    let resultado = s.http.post("/v1/resultados-de-contato", &resultado).await.expect(201).json;
    let resultado = format!("/v1/resultados-de-contato/{}", resultado["id"].as_str().unwrap());
    let mudanca = json!({"positivo": false});
    assert_eq!(visto.patch(&resultado, &mudanca).await.expect(412).json["codigo"], "sem_versao");
    assert_eq!(s.http.get(&resultado).await.expect(200).json["positivo"], true);
    let qualquer = s.http.with_header("If-Match", "*");
    assert_eq!(qualquer.patch(&resultado, &mudanca).await.expect(200).json["positivo"], false);
    let _apagado = qualquer.delete(&caminho).await.expect(204);
}

#[tokio::test]
async fn two_results_of_contact_that_differ_in_capitals_alone_are_one() {
    let s = Servico::new();
    let resultado = |nome: &str| json!({"nome": nome, "grupo": "Falou", "positivo": true});
    let (um, outro) = (resultado("Promessa à vista"), resultado("PROMESSA À VISTA"));
    let criado = s.http.post("/v1/resultados-de-contato", &um).await.expect(201).json;
    let recusa = s.http.post("/v1/resultados-de-contato", &outro).await.expect(409).json;
    assert_eq!(recusa["codigo"], "resultado_existente");
    let proprio = format!("/v1/resultados-de-contato/{}", criado["id"].as_str().unwrap());
    let mudado = s.http.patch(&proprio, &json!({"nome": "PROMESSA À VISTA"})).await.expect(200).json;
    assert_eq!(mudado["nome"], "PROMESSA À VISTA", "o seu próprio nome não está tomado");
    let juntos = (0..8).map(|n| {
        let nome = if n % 2 == 0 { "recusa" } else { "Recusa" };
        let (http, corpo) = (s.http.clone(), resultado(nome));
        tokio::spawn(async move { http.post("/v1/resultados-de-contato", &corpo).await.status })
    });
    let mut criados = 0;
    for status in juntos.collect::<Vec<_>>() {
        criados += i32::from(status.await.unwrap() == 201);
    }
    assert_eq!(criados, 1, "também quando chegam juntos");
}

#[tokio::test]
async fn a_key_that_has_expired_before_it_is_made_is_refused() {
    let s = Servico::new();
    let nova = |ate: &str| json!({"nome": "ERP", "escopos": ["titulos:ler"], "expira_em": ate});
    for ate in ["2020-01-01T00:00:00Z", "2026-03-10T15:00:00Z"] {
        let problema = s.http.post("/v1/chaves-api", &nova(ate)).await.expect(422).json;
        assert_eq!(refused(&problema), ["/expira_em fora_do_intervalo"], "{ate}");
    }
    let pedido = s.http.with_header("Idempotency-Key", "uma");
    let criada = pedido.post("/v1/chaves-api", &nova("2026-03-10T15:00:01Z")).await.expect(201).json;
    s.pass(std::time::Duration::from_secs(2));
    let de_novo = pedido.post("/v1/chaves-api", &nova("2026-03-10T15:00:01Z")).await.expect(201).json;
    assert_eq!(de_novo["id"], criada["id"], "o pedido repetido tem a resposta que teve");
}

#[tokio::test]
async fn a_date_is_of_the_years_that_files_have_wherever_it_comes_in() {
    let s = Servico::new();
    let id = s.stored("A").await;
    for data in ["1800-01-01", "1899-12-31", "2200-01-01"] {
        let pagamento = json!({"valor": "1.00", "data": data});
        let recusa = s.http.post(&format!("/v1/titulos/{id}/pagamentos"), &pagamento).await.expect(422).json;
        assert_eq!(refused(&recusa), ["/data formato_invalido"], "{data}");
        let envio = s.push(&[with(&titulo("B"), "/vencimento", json!(data))]).await;
        assert_eq!(envio["itens"][0]["erros"][0]["campo"], "/0/vencimento", "{data}");
        let _lista = s.http.get(&format!("/v1/titulos?vencimento_de={data}")).await.expect(422);
    }
    let envio = s.push(&[with(&titulo("C"), "/vencimento", json!("2199-12-31"))]).await;
    assert_eq!(envio["criados"], 1);
}

#[tokio::test]
async fn what_a_debtor_owes_in_all_may_be_more_than_one_titulo_can_be_worth() {
    let s = Servico::new();
    let maior = |codigo: &str| {
        let titulo = with(&titulo(codigo), "/valor", json!("9999999999.99"));
        with(&titulo, "/devedor/codigo_integracao", json!("D"))
    };
    let _envio = s.push(&[maior("A"), maior("B")]).await;
    let lido = s.http.get("/v1/devedores").await.expect(200).json;
    assert_eq!(lido["itens"][0]["saldo"], "19999999999.98");
    let documento = s.http.get("/openapi.json").await.expect(200).json;
    let esquema = &documento["components"]["schemas"]["DevedorResumo"]["properties"]["saldo"];
    assert_eq!(esquema["$ref"], "#/components/schemas/Soma");
}

#[tokio::test]
async fn a_boolean_or_a_number_of_a_query_that_is_none_is_told_what_it_should_be() {
    let s = Servico::new();
    let recusa = s.http.get("/v1/pagamentos?estornados=sim").await.expect(422).json;
    assert_eq!(recusa["erros"][0]["detalhe"], "deve ser true ou false");
    let id = "00000000-0000-0000-0000-000000000000";
    let recusa = s.http.get(&format!("/v1/importacoes/{id}/erros?linha=um")).await.expect(422).json;
    assert_eq!(recusa["erros"][0]["detalhe"], "deve ser um número inteiro de 0 a 4294967295");
}
