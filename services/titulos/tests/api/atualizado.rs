#![cfg(test)]
//! What títulos owe on a day, and the orders and filters of their list. Today is 2026-03-10.

use std::time::Duration;

use serde_json::{Value, json};

use crate::apoio::{Servico, refused, titulo, with};

fn codes(pagina: &Value) -> Vec<String> {
    let itens = pagina["itens"].as_array().unwrap();
    itens.iter().map(|item| item["codigo_integracao"].as_str().unwrap().to_owned()).collect()
}

/// The published vectors, asked for by day.
#[tokio::test]
async fn saldo_atualizado_is_what_the_published_vectors_say() {
    let s = Servico::new();
    for (n, (valor, vencimento, esperado, dias)) in [
        ("1000.00", "2026-10-10", "1034.00", 42),
        ("249.90", "2026-08-31", "261.73", 82),
        ("1234.56", "2025-11-21", "1409.45", 365),
        ("100.00", "2026-11-20", "100.00", 0),
    ]
    .into_iter()
    .enumerate()
    {
        let enviado =
            with(&with(&titulo(&n.to_string()), "/valor", json!(valor)), "/vencimento", json!(vencimento));
        let id = s.push(&[enviado]).await["itens"][0]["id"].as_str().unwrap().to_owned();
        let lido = s.http.get(&format!("/v1/titulos/{id}?em=2026-11-21")).await.expect(200).json;
        assert_eq!(
            (&lido["saldo_atualizado"], &lido["atualizacao"]["dias_atraso"]),
            (&json!(esperado), &json!(dias))
        );
        assert_eq!(lido["saldo"], valor);
    }
    let pagina = s.http.get("/v1/titulos?em=2026-11-21&ordem=-saldo&limite=1").await.expect(200).json;
    assert_eq!(pagina["itens"][0]["saldo_atualizado"], "1409.45");
}

#[tokio::test]
async fn a_series_corrects_what_is_owed_as_soon_as_it_is_published() {
    let s = Servico::new();
    let id = s.stored("A").await;
    let ainda_nada = json!({"nome": "ipca", "meses": [{"mes": "2026-04-01", "variacao": "0"}]});
    let _primeiro_mes = s.http.put("/v1/indices", &ainda_nada).await.expect(200);
    let encargos = json!({"encargos": {"multa": "0", "juros_ao_mes": "0", "correcao": "ipca"}});
    let _mudada = s.http.patch("/v1/empresa", &encargos).await.expect(200);
    let owed = || async {
        let lido = s.http.get(&format!("/v1/titulos/{id}?em=2026-04-30")).await.expect(200).json;
        [&lido["saldo_atualizado"], &lido["atualizacao"]["correcao"]].map(|v| v.as_str().unwrap().to_owned())
    };
    assert_eq!(owed().await, ["150.00", "0.00"]);
    let serie = json!({"nome": "ipca", "meses": [{"mes": "2026-04-15", "variacao": "1.00"}, {"mes": "2026-05-01", "variacao": "-0.5"}]});
    assert_eq!(s.http.put("/v1/indices", &serie).await.expect(200).json["alterados"], 2);
    assert_eq!(s.http.put("/v1/indices", &serie).await.expect(200).json["alterados"], 0);
    assert_eq!(owed().await, ["151.50", "1.50"]);
    let lidas = s.http.get("/v1/indices?nome=ipca").await.expect(200).json;
    assert_eq!(
        lidas["itens"],
        json!([{"nome": "ipca", "mes": "2026-04-01", "variacao": "1.00"}, {"nome": "ipca", "mes": "2026-05-01", "variacao": "-0.50"}])
    );
    assert_eq!(s.other_company().get("/v1/indices").await.expect(200).json["itens"], json!([]));
}

#[tokio::test]
async fn a_list_pages_in_every_order_both_ways_and_loses_nothing() {
    let s = Servico::new();
    // Due dates and balances with ties, in another order than that of arrival; three statuses.
    let enviados: Vec<Value> = (0..12_u32)
        .map(|n| {
            let vencimento = format!("2026-03-{:02}", 1 + n * 5 % 4);
            let valor = format!("{}.00", 100 + n * 7 % 3);
            with(
                &with(&titulo(&format!("T{n:02}")), "/vencimento", json!(vencimento)),
                "/valor",
                json!(valor),
            )
        })
        .collect();
    for enviado in &enviados {
        let _envio = s.push(std::slice::from_ref(enviado)).await;
        s.pass(Duration::from_secs(1));
    }
    let itens: Vec<Value> = ["T03", "T07"].iter().map(|c| json!({"codigo_integracao": c})).collect();
    let _suspensos = s.http.post("/v1/titulos/suspensoes", &json!(itens)).await.expect(200);
    let todos = s.all().await;
    for (ordem, campo) in [
        ("chegada", "id"),
        ("vencimento", "vencimento"),
        ("saldo", "saldo"),
        ("atualizado_em", "atualizado_em"),
    ] {
        let mut esperados = todos.clone();
        esperados
            .sort_by_key(|t| (t[campo].as_str().unwrap().to_owned(), t["id"].as_str().unwrap().to_owned()));
        let mut esperados = codes(&json!({ "itens": esperados }));
        for sinal in ["", "-"] {
            let (mut vistos, mut cursor) = (Vec::new(), String::new());
            loop {
                let caminho = format!("/v1/titulos?limite=5&ordem={sinal}{ordem}{cursor}");
                let pagina = s.http.get(&caminho).await.expect(200).json;
                vistos.extend(codes(&pagina));
                let Some(proximo) = pagina["proximo_cursor"].as_str() else { break };
                cursor = format!("&cursor={proximo}");
            }
            assert_eq!(vistos, esperados, "{sinal}{ordem}");
            esperados.reverse();
        }
    }
}

#[tokio::test]
async fn each_filter_lets_in_what_it_says_and_they_are_taken_together() {
    let s = Servico::new();
    let com = |codigo: &str, vencimento: &str, valor: &str| {
        with(&with(&titulo(codigo), "/vencimento", json!(vencimento)), "/valor", json!(valor))
    };
    let mut a = com("A", "2026-03-01", "10.00");
    a["credor"] = json!({"codigo_integracao": "C", "nome": "Colégio"});
    let _envio = s.push(&[a, com("B", "2026-03-02", "20.00"), com("C", "2026-03-03", "30.00")]).await;
    s.pass(Duration::from_mins(1));
    let _suspenso =
        s.http.post("/v1/titulos/suspensoes", &json!([{"codigo_integracao": "B"}])).await.expect(200);
    let credor = s.all().await[0]["credor_id"].as_str().unwrap().to_owned();
    for (consulta, esperados) in [
        ("status=aberto", vec!["A", "C"]),
        ("status=aberto,suspenso", vec!["A", "B", "C"]),
        ("status=pago,suspenso&ordem=-vencimento", vec!["B"]),
        ("vencimento_de=2026-03-02", vec!["B", "C"]),
        ("vencimento_ate=2026-03-02&ordem=-vencimento", vec!["B", "A"]),
        ("saldo_de=20&saldo_ate=20.00", vec!["B"]),
        ("saldo_de=20&ordem=-saldo", vec!["C", "B"]),
        ("origem=acordo", vec![]),
        ("origem=original&saldo_ate=10", vec!["A"]),
        ("atualizado_desde=2026-03-10T15:00:30Z", vec!["B"]),
        ("atualizado_desde=2026-03-10T12:00:00-03:00&ordem=atualizado_em", vec!["A", "C", "B"]),
        (&format!("credor_id={credor}"), vec!["A"]),
        (&format!("credor_id={credor}&status=suspenso"), vec![]),
    ] {
        let pagina = s.http.get(&format!("/v1/titulos?{consulta}")).await.expect(200).json;
        assert_eq!(codes(&pagina), esperados, "{consulta}");
    }
}

#[tokio::test]
async fn a_cursor_of_another_order_and_an_unknown_order_are_refused() {
    let s = Servico::new();
    let _envio = s.push(&[titulo("A"), titulo("B")]).await;
    let pagina = s.http.get("/v1/titulos?limite=1&ordem=saldo").await.expect(200).json;
    let cursor = pagina["proximo_cursor"].as_str().unwrap();
    for ordem in ["vencimento", "atualizado_em", "chegada"] {
        let caminho = format!("/v1/titulos?ordem={ordem}&cursor={cursor}");
        assert_eq!(
            refused(&s.http.get(&caminho).await.expect(422).json),
            ["/cursor cursor_invalido"],
            "{ordem}"
        );
    }
    let ruim = "ordem=nome&status=aberto,quitado&saldo_de=x&vencimento_de=1&em=2&credor_id=3&origem=4&atualizado_desde=5";
    assert_eq!(
        refused(&s.http.get(&format!("/v1/titulos?{ruim}")).await.expect(422).json),
        [
            "/atualizado_desde formato_invalido",
            "/credor_id formato_invalido",
            "/em formato_invalido",
            "/ordem valor_invalido",
            "/origem valor_invalido",
            "/saldo_de formato_invalido",
            "/status valor_invalido",
            "/vencimento_de formato_invalido",
        ]
    );
}

#[tokio::test]
async fn what_a_boleto_is_paid_by_is_kept_and_checked() {
    let s = Servico::new();
    let pix = "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR\
               5913Fulano de Tal6008BRASILIA62070503***63041D3D";
    let mut enviado = titulo("A");
    for (campo, valor) in [
        ("nosso_numero", "109/00012345-6"),
        ("linha_digitavel", "00190.50095 40144.816069 06809.350314 3 37370000000100"),
        ("pix_copia_e_cola", pix),
        ("link_boleto", "https://boletos.exemplo.com.br/1"),
    ] {
        enviado[campo] = json!(valor);
    }
    let id = s.push(std::slice::from_ref(&enviado)).await["itens"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(s.push(&[titulo("A")]).await["inalterados"], 1, "o que não vem fica");
    let lido = s.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json;
    assert_eq!(lido["linha_digitavel"], "00190500954014481606906809350314337370000000100");
    assert_eq!([&lido["nosso_numero"], &lido["pix_copia_e_cola"]], ["109/00012345-6", pix]);
    for (campo, ruim) in [
        ("linha_digitavel", "00190500954014481606906809350314337370000000101"),
        ("pix_copia_e_cola", &pix.replace("Fulano", "Beltra")),
        ("link_boleto", "http://exemplo.com"),
        ("link_boleto", "https://exemplo.com/a b"),
    ] {
        let envio = s.push(&[with(&enviado, &format!("/{campo}"), json!(ruim))]).await;
        assert_eq!(refused(&envio["itens"][0]), [format!("/0/{campo} formato_invalido")], "{ruim}");
    }
}
