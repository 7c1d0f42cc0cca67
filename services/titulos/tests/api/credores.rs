#![cfg(test)]
//! `/v1/credores`.

use serde_json::{Value, json};

use crate::apoio::{Servico, refused, titulo};

async fn created(s: &Servico, credor: Value) -> Value {
    s.http.post("/v1/credores", &credor).await.expect(201).json
}

#[tokio::test]
async fn a_creditor_is_made_read_changed_and_deleted() {
    let s = Servico::new();
    let novo = json!({"codigo_integracao": "C1", "nome": "Colégio", "documento": "11.222.333/0001-81",
        "encargos": {"multa": 2, "juros_ao_mes": "0.5", "contagem": "civil", "carencia_dias": 3}});
    let criado = s.http.post("/v1/credores", &novo).await.expect(201);
    let id = criado.json["id"].as_str().unwrap().to_owned();
    let caminho = format!("/v1/credores/{id}");
    assert_eq!(criado.headers["location"].to_str().unwrap(), caminho);
    let encargos = json!({"multa": "2.00", "juros_ao_mes": "0.50", "contagem": "civil", "serie_de_juros": null, "correcao": null, "carencia_dias": 3});
    assert_eq!(
        criado.json,
        json!({"id": id, "codigo_integracao": "C1", "nome": "Colégio", "documento": "11222333000181", "encargos": encargos, "identificacao": null})
    );
    let lido = s.http.get(&caminho).await.expect(200);
    assert_eq!(lido.json, criado.json);
    let serie = json!({"nome": "taxa_legal", "meses": [{"mes": "2026-03-01", "variacao": "0.9"}]});
    let _gravada = s.http.put("/v1/indices", &serie).await.expect(200);
    let visto = s.http.with_header("If-Match", lido.headers["etag"].to_str().unwrap());
    let mudado = visto
        .patch(
            &caminho,
            &json!({"nome": "Escola", "documento": null, "encargos": {"serie_de_juros": "taxa_legal"}}),
        )
        .await
        .expect(200)
        .json;
    assert_eq!(
        (&mudado["nome"], &mudado["documento"], &mudado["encargos"]["serie_de_juros"]),
        (&json!("Escola"), &Value::Null, &json!("taxa_legal"))
    );
    assert_eq!(mudado["encargos"]["juros_ao_mes"], Value::Null);
    let _velha = visto.patch(&caminho, &json!({"nome": "X"})).await.expect(412);
    assert_eq!(
        s.http.patch(&caminho, &json!({"encargos": null})).await.expect(200).json["encargos"],
        Value::Null
    );
    let alheio = s.other_company();
    let _alheio = alheio.get(&caminho).await.expect(404);
    let _alheio = alheio.patch(&caminho, &json!({"nome": "X"})).await.expect(404);
    let _alheio = alheio.delete(&caminho).await.expect(404);
    let _velha = visto.delete(&caminho).await.expect(412);
    assert_eq!(s.http.get(&caminho).await.expect(200).json["nome"], "Escola");
    let _apagado = s.http.delete(&caminho).await.expect(204);
    let _de_novo = s.http.delete(&caminho).await.expect(404);
    let _nada = s.http.get(&caminho).await.expect(404);
}

#[tokio::test]
async fn a_code_is_one_creditors_and_pushing_a_titulo_finds_it() {
    let s = Servico::new();
    let criado = created(&s, json!({"codigo_integracao": "C1", "nome": "Colégio", "encargos": {}})).await;
    let outra_vez = s
        .http
        .post("/v1/credores", &json!({"codigo_integracao": "C1", "nome": "Outro"}))
        .await
        .expect(409)
        .json;
    assert_eq!(outra_vez["codigo"], "credor_existente");
    let mut um = titulo("T");
    um["credor"] = json!({"codigo_integracao": "C1", "nome": "Colégio Novo"});
    let _envio = s.push(&[um]).await;
    let caminho = format!("/v1/credores/{}", criado["id"].as_str().unwrap());
    let lido = s.http.get(&caminho).await.expect(200).json;
    assert_eq!(
        (&lido["nome"], &lido["encargos"]["multa"]),
        (&json!("Colégio Novo"), &json!("2.00")),
        "os encargos ficam"
    );
    let em_uso = s.http.delete(&caminho).await.expect(409).json;
    assert_eq!(
        (&em_uso["codigo"], &em_uso["detail"]),
        (&json!("credor_em_uso"), &json!("o credor tem títulos"))
    );
}

#[tokio::test]
async fn a_creditor_with_a_policy_of_its_own_is_not_deleted_before_it() {
    let s = Servico::new();
    let criado = created(&s, json!({"codigo_integracao": "C1", "nome": "Colégio"})).await;
    let caminho = format!("/v1/credores/{}", criado["id"].as_str().unwrap());
    let descontos = json!({"encargos": "100", "principal": "10"});
    let politica = json!({"nome": "P", "credor_id": criado["id"], "dias_de": 1, "a_vista": descontos, "parcelado": descontos,
                          "max_parcelas": 6, "parcela_minima": "10.00", "validade_dias": 5});
    let politica = s.http.post("/v1/politicas-de-negociacao", &politica).await.expect(201);
    let em_uso = s.http.delete(&caminho).await.expect(409).json;
    assert_eq!(
        (&em_uso["codigo"], &em_uso["detail"]),
        (&json!("credor_em_uso"), &json!("uma política de negociação é só do credor"))
    );
    let da_politica = politica.headers["location"].to_str().unwrap();
    assert_eq!(s.http.delete(da_politica).await.status, 204);
    assert_eq!(s.http.delete(&caminho).await.status, 204);
}

#[tokio::test]
async fn a_creditor_that_a_regua_names_is_not_deleted() {
    let s = Servico::new();
    let criado = created(&s, json!({"codigo_integracao": "C1", "nome": "Colégio"})).await;
    let id = criado["id"].as_str().unwrap();
    testkit::Sql::connect(s.banco.url()).run(&format!(
        "INSERT INTO regua.regua (empresa_id, id, nome, prioridade, criada_em, alterada_em, chave, criterios) \
         VALUES ('{}', gen_random_uuid(), 'R', 1, now(), now(), 'x', '{{\"credores\": [\"{id}\"]}}')", s.empresa));
    let em_uso = s.http.delete(&format!("/v1/credores/{id}")).await.expect(409).json;
    assert_eq!(em_uso["detail"], "uma régua cita o credor nos critérios");
}

#[tokio::test]
async fn a_creditor_with_an_account_at_a_bureau_is_not_deleted() {
    let s = Servico::new();
    let criado = created(&s, json!({"codigo_integracao": "C1", "nome": "Colégio"})).await;
    let id = criado["id"].as_str().unwrap();
    testkit::Sql::connect(s.banco.url()).run(&format!(
        "INSERT INTO disparo.credencial (empresa_id, id, credor_id, bureau, conta, informante, dias_minimos, valor_minimo, ativa, \
                criada_em, atualizada_em) \
         VALUES ('{}', gen_random_uuid(), '{id}', 'pefin', '{{}}', '11222333', 30, 0, false, now(), now())", s.empresa));
    let em_uso = s.http.delete(&format!("/v1/credores/{id}")).await.expect(409).json;
    assert_eq!(
        (&em_uso["codigo"], &em_uso["detail"]),
        (&json!("credor_em_uso"), &json!("o credor tem uma credencial em um bureau de crédito"))
    );
}

#[tokio::test]
async fn creditors_are_listed_by_name_and_found() {
    let s = Servico::new();
    for (codigo, nome) in [("1", "Zeta"), ("2", "Álamo"), ("3", "alamo"), ("4", "Beta")] {
        created(&s, json!({"codigo_integracao": codigo, "nome": nome})).await;
    }
    let codes = |pagina: &Value| -> Vec<String> {
        pagina["itens"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["codigo_integracao"].as_str().unwrap().to_owned())
            .collect()
    };
    let (mut vistos, mut cursor) = (Vec::new(), String::new());
    loop {
        let pagina = s.http.get(&format!("/v1/credores?limite=1{cursor}")).await.expect(200).json;
        vistos.extend(codes(&pagina));
        let Some(proximo) = pagina["proximo_cursor"].as_str() else { break };
        cursor = format!("&cursor={proximo}");
    }
    assert_eq!(vistos, ["2", "3", "4", "1"]);
    for (consulta, esperados) in
        [("nome=ALA", vec!["2", "3"]), ("codigo_integracao=4", vec!["4"]), ("documento=52998224725", vec![])]
    {
        assert_eq!(
            codes(&s.http.get(&format!("/v1/credores?{consulta}")).await.expect(200).json),
            esperados,
            "{consulta}"
        );
    }
}

#[tokio::test]
async fn charges_that_contradict_or_exceed_are_refused() {
    let s = Servico::new();
    for (encargos, falta) in [
        (json!({"multa": "-1"}), "/encargos/multa formato_invalido"),
        (json!({"multa": "101"}), "/encargos/multa formato_invalido"),
        (json!({"juros_ao_mes": "1,5"}), "/encargos/juros_ao_mes formato_invalido"),
        (json!({"juros_ao_mes": 1, "serie_de_juros": "x"}), "/encargos nao_combina"),
        (json!({"contagem": "lunar"}), "/encargos/contagem valor_invalido"),
        (json!({"carencia_dias": 366}), "/encargos/carencia_dias fora_do_intervalo"),
        (json!({"correcao": ""}), "/encargos/correcao tamanho_invalido"),
        (json!({"taxa": 1}), "/encargos/taxa desconhecido"),
        (json!("2%"), "/encargos tipo_invalido"),
    ] {
        let credor = json!({"codigo_integracao": "C", "nome": "C", "encargos": encargos});
        assert_eq!(
            refused(&s.http.post("/v1/credores", &credor).await.expect(422).json),
            [falta],
            "{encargos}"
        );
    }
}

#[tokio::test]
async fn what_a_demand_says_of_a_creditor_is_kept_as_a_whole() {
    let s = Servico::new();
    let endereco = json!({"logradouro": "Rua do Comércio", "numero": "50", "cidade": "Campinas", "uf": "SP", "cep": "13010-000"});
    let dela = json!({"razao_social": "Loja Ltda.", "endereco": endereco, "telefone": "0800 123 4567",
        "email": "contato@loja.com.br", "site": "https://loja.com.br"});
    let credor = created(&s, json!({"codigo_integracao": "C1", "nome": "Loja", "identificacao": dela})).await;
    let caminho = format!("/v1/credores/{}", credor["id"].as_str().unwrap());
    let lida = &credor["identificacao"];
    for campo in ["razao_social", "telefone", "email", "site"] {
        assert_eq!(lida[campo], dela[campo], "{campo}");
    }
    assert_eq!(
        (&lida["endereco"]["cep"], &lida["endereco"]["cidade"]),
        (&json!("13010000"), &json!("Campinas"))
    );
    let igual = s.http.patch(&caminho, &json!({"identificacao": dela})).await.expect(200);
    assert_eq!(igual.headers["etag"], "\"1\"", "the same again writes nothing");
    let outro = s
        .http
        .patch(&caminho, &json!({"nome": "Outra", "identificacao": {"site": "https://x.com"}}))
        .await
        .expect(200);
    let so_site = json!({"razao_social": null, "endereco": null, "telefone": null, "email": null, "site": "https://x.com"});
    assert_eq!((&outro.json["identificacao"], &outro.json["nome"]), (&so_site, &json!("Outra")));
    assert_eq!(
        s.http.patch(&caminho, &json!({"nome": "Loja"})).await.expect(200).json["identificacao"],
        so_site
    );
    assert_eq!(
        s.http.patch(&caminho, &json!({"identificacao": null})).await.expect(200).json["identificacao"],
        Value::Null
    );
    let ruim = json!({"identificacao": {"email": "x", "site": "http://x.com", "cor": 1,
        "endereco": {"cidade": "Campinas", "uf": "RJ", "cep": "13010-000"}}});
    let problema = s.http.patch(&caminho, &ruim).await.expect(422).json;
    let esperado =
        ["cor desconhecido", "email formato_invalido", "endereco nao_combina", "site formato_invalido"];
    assert_eq!(refused(&problema), esperado.map(|erro| format!("/identificacao/{erro}")));
}
