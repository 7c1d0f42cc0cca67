#![cfg(test)]
//! `GET /v1/titulos`: pages and filters.

use serde_json::{Value, json};

use crate::apoio::{Servico, refused, titulo};

fn codes(pagina: &Value) -> Vec<String> {
    pagina["itens"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["codigo_integracao"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn pages_follow_one_another_and_lose_nothing() {
    let s = Servico::new();
    let todos: Vec<String> = (0..7).map(|n| format!("T{n}")).collect();
    let _envio = s.push(&todos.iter().map(|codigo| titulo(codigo)).collect::<Vec<_>>()).await;
    let (mut vistos, mut caminho, mut paginas) = (Vec::new(), "/v1/titulos?limite=3".to_owned(), 0);
    loop {
        let pagina = s.http.get(&caminho).await.expect(200).json;
        vistos.extend(codes(&pagina));
        paginas += 1;
        // What comes in meanwhile stands behind, and shifts nothing.
        let _mais = s.push(&[titulo("Z")]).await;
        let Some(cursor) = pagina["proximo_cursor"].as_str() else { break };
        caminho = format!("/v1/titulos?limite=3&cursor={cursor}");
    }
    assert_eq!((vistos, paginas), ([todos, vec!["Z".to_owned()]].concat(), 3));
}

#[tokio::test]
async fn filters_are_taken_together() {
    let s = Servico::new();
    let (a, b) = (s.stored("A").await, s.stored("B").await);
    let _pago = s.http.post(&format!("/v1/titulos/{b}/pagamento"), &json!({})).await.expect(200);
    let devedor = s.http.get(&format!("/v1/titulos/{a}")).await.expect(200).json["devedor_id"]
        .as_str()
        .unwrap()
        .to_owned();
    for (consulta, esperados) in [
        ("status=aberto".to_owned(), vec!["A"]),
        ("status=pago".to_owned(), vec!["B"]),
        ("status=suspenso".to_owned(), vec![]),
        ("codigo_integracao=B".to_owned(), vec!["B"]),
        ("codigo_integracao=%20B%20".to_owned(), vec!["B"]),
        ("codigo_integracao=b".to_owned(), vec![]),
        (format!("devedor_id={devedor}"), vec!["A"]),
        (format!("devedor_id={devedor}&status=pago"), vec![]),
        ("devedor_id=00000000-0000-0000-0000-000000000000".to_owned(), vec![]),
    ] {
        let pagina = s.http.get(&format!("/v1/titulos?{consulta}")).await.expect(200).json;
        assert_eq!(codes(&pagina), esperados, "{consulta}");
    }
}

#[tokio::test]
async fn a_query_that_is_wrong_is_refused_with_every_reason() {
    let s = Servico::new();
    let consulta = "limite=501&cursor=x&status=quitado&devedor_id=7&codigo_integracao=&cor=azul&limite=2";
    let problema = s.http.get(&format!("/v1/titulos?{consulta}")).await.expect(422).json;
    assert_eq!(
        refused(&problema),
        [
            "/codigo_integracao tamanho_invalido",
            "/cor desconhecido",
            "/cursor cursor_invalido",
            "/devedor_id formato_invalido",
            "/limite repetido",
            "/status valor_invalido",
        ]
    );
    for limite in ["0", "501", "-1", "x", "1.5", "", "99999999999999999999"] {
        let problema = s.http.get(&format!("/v1/titulos?limite={limite}")).await.expect(422).json;
        assert_eq!(refused(&problema), ["/limite fora_do_intervalo"], "{limite}");
    }
}

#[tokio::test]
async fn a_titulo_is_read_as_it_was_sent() {
    let s = Servico::new();
    let enviado = json!({"codigo_integracao": "A", "numero": "NF 1/2", "emissao": "2026-02-01", "vencimento": "2026-03-02", "valor": 1.5,
        "devedor": {"codigo_integracao": "D", "nome": "João"}, "credor": {"codigo_integracao": "C", "nome": "Colégio"},
        "tipo_negocio": "Mensalidade", "tipo_titulo": "Boleto"});
    let id = s.push(&[enviado]).await["itens"][0]["id"].as_str().unwrap().to_owned();
    let mut lido = s.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json;
    for de_quem in ["devedor_id", "credor_id", "criado_por"] {
        let id = lido.as_object_mut().unwrap().remove(de_quem).unwrap();
        assert!(id.as_str().unwrap().parse::<uuid::Uuid>().is_ok());
    }
    assert_eq!(
        lido,
        json!({"id": id, "codigo_integracao": "A", "numero": "NF 1/2", "emissao": "2026-02-01", "vencimento": "2026-03-02",
            "valor": "1.50", "saldo": "1.50", "status": "aberto", "origem": "original", "status_em": "2026-03-10T15:00:00Z",
            "tipo_negocio": "Mensalidade", "tipo_titulo": "Boleto", "devedor_score": null, "suspenso_ate": null,
            "saldo_atualizado": "1.53", "atualizacao": {"em": "2026-03-10", "dias_atraso": 8, "principal": "1.50",
                "correcao": "0.00", "multa": "0.03", "juros": "0.00"},
            "nosso_numero": null, "linha_digitavel": null, "pix_copia_e_cola": null, "link_boleto": null,
            "criado_em": "2026-03-10T15:00:00Z", "atualizado_em": "2026-03-10T15:00:00Z",
            "negociacao_id": null, "acordo_id": null})
    );
    for nenhum in ["00000000-0000-0000-0000-000000000000", "x", "%00", "1"] {
        assert_eq!(
            s.http.get(&format!("/v1/titulos/{nenhum}")).await.expect(404).json["codigo"],
            "nao_encontrado"
        );
    }
}
