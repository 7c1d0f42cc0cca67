//! Two companies on one system.
#![cfg(test)]

use serde_json::{Value, json};

use crate::apoio::{Barramento, Cenario, Email, Empresa, Titulo, acao, cobranca, text};

pub(crate) async fn r02_nothing_crosses_from_one_company_to_another(barramento: Barramento) {
    let x = Cenario::over(barramento, "2026-03-10").await;
    let y = x.another_company("Clínica Pedraclara").await;
    let titulo = |valor| Titulo::new("1", "2026-02-20").documento("529.982.247-25").valor(valor);
    let de_x = x.push(&[titulo("10.00").emails(&["ana@x.example.com"])]).await;
    let de_y = y.push(&[titulo("20.00").emails(&["ana@y.example.com"]).nome("Ana de Y")]).await;
    assert_ne!(de_x, de_y);
    x.regua(&[json!({"dias": 0, "acoes": [acao("#EMPRESA# #TOTAL#")]}), cobranca(1)]).await;
    y.regua(&[json!({"dias": 0, "acoes": [acao("#EMPRESA# #TOTAL# #NOME#")]})]).await;

    assert_eq!(senders(&x.day("2026-03-10").await), ["Escola Campoverde R$ 10,00 → ana@x.example.com"]);
    assert_eq!((y.noites().await.len(), y.inscricoes().await.len(), y.execucoes().await.len()), (0, 0, 0));
    y.night_now("2026-03-10").await;
    y.quiet().await;
    assert_eq!(senders(&x.emails()[1..]), ["Clínica Pedraclara R$ 20,00 Ana de Y → ana@y.example.com"]);

    assert_sees_only_its_own(&x, &y, &de_y[0]).await;
    assert_sees_only_its_own(&y, &x, &de_x[0]).await;

    // Y's título is paid; X goes on with the same code and the same document.
    y.pay(&de_y[0]).await;
    assert_eq!(x.day("2026-03-11").await.len(), 1);
    y.night_now("2026-03-11").await;
    y.quiet().await;
    assert_eq!(x.caixa.total(), 3);
    assert_eq!((status(&x, &de_x[0]).await, status(&y, &de_y[0]).await), ("aberto".into(), "pago".into()));
}

/// Every list has the company's own one thing, and every id of the other is unknown.
async fn assert_sees_only_its_own(quem: &Empresa, outra: &Empresa, titulo: &str) {
    for (caminho, id_da_outra) in [
        ("/v1/titulos", titulo.to_owned()),
        ("/v1/reguas", first_id(outra, "/v1/reguas").await),
        ("/v1/noites", first_id(outra, "/v1/noites").await),
        ("/v1/execucoes", first_id(outra, "/v1/execucoes").await),
    ] {
        let lista = quem.http.get(caminho).await.expect(200).json;
        assert_eq!(lista["itens"].as_array().unwrap().len(), 1, "{caminho}");
        let _desconhecido = quem.http.get(&format!("{caminho}/{id_da_outra}")).await.expect(404);
    }
    assert_eq!(quem.inscricoes().await.len(), 1);
    let regua = first_id(outra, "/v1/reguas").await;
    for caminho in [
        format!("/v1/titulos/{titulo}/pagamento"),
        format!("/v1/titulos/{titulo}/cancelamento"),
        format!("/v1/titulos/{titulo}/suspensao"),
        format!("/v1/titulos/{titulo}/reabertura"),
        format!("/v1/reguas/{regua}/ativacao"),
        format!("/v1/reguas/{regua}/desativacao"),
    ] {
        let _desconhecido = quem.http.post(&caminho, &json!({})).await.expect(404);
    }
    let _desconhecido =
        quem.http.post(&format!("/v1/reguas/{regua}/posicoes"), &cobranca(9)).await.expect(404);
    let chave = text(&outra.http.get("/v1/chaves-api").await.expect(200).json["itens"][0], "id");
    let _desconhecida = quem.http.delete(&format!("/v1/chaves-api/{chave}")).await.expect(404);
    let devedor =
        text(&outra.http.get(&format!("/v1/titulos/{titulo}")).await.expect(200).json, "devedor_id");
    for lista in ["/v1/titulos", "/v1/inscricoes", "/v1/execucoes"] {
        let vazia = quem.http.get(&format!("{lista}?devedor_id={devedor}")).await.expect(200).json;
        assert_eq!(vazia["itens"], json!([]), "{lista}");
    }
}

async fn first_id(empresa: &Empresa, lista: &str) -> String {
    let lida: Value = empresa.http.get(lista).await.expect(200).json;
    text(&lida["itens"][0], "id")
}

async fn status(empresa: &Empresa, titulo: &str) -> String {
    text(&empresa.http.get(&format!("/v1/titulos/{titulo}")).await.expect(200).json, "status")
}

fn senders(emails: &[Email]) -> Vec<String> {
    let linha = |email: &Email| {
        assert!(email.assunto.starts_with(&email.de.0), "the sender is the company of the subject");
        format!("{} → {}", email.assunto, email.para.join(", "))
    };
    emails.iter().map(linha).collect()
}
