//! A debtor's whole story, over every service.
#![cfg(test)]

use serde_json::{Value, json};

use crate::apoio::{Cenario, Titulo, cobranca, text};

/// All of it, so many at a time.
async fn read(c: &Cenario, devedor: &str, consulta: &str, limite: usize) -> Vec<Value> {
    let base = format!("/v1/devedores/{devedor}/linha-do-tempo?{consulta}limite={limite}");
    let (mut itens, mut caminho) = (Vec::new(), base.clone());
    loop {
        let pagina = c.http.get(&caminho).await.expect(200).json;
        itens.extend(pagina["itens"].as_array().unwrap().iter().cloned());
        let Some(cursor) = pagina["proximo_cursor"].as_str() else { return itens };
        caminho = format!("{base}&cursor={cursor}");
    }
}

async fn post(c: &Cenario, caminho: &str, corpo: &Value) -> Value {
    let resposta = c.http.post(caminho, corpo).await;
    assert!(resposta.status < 300, "{caminho}: {}", resposta.text);
    resposta.json
}

/// A debtor with two títulos, everything that its company does to it in a day, and the night after: its id, and that of the
/// negotiation that is broken.
async fn live(c: &Cenario) -> (String, String) {
    c.regua(&[cobranca(0), cobranca(2)]).await;
    let titulos =
        c.push(&[Titulo::new("1", "2026-02-20"), Titulo::new("2", "2026-02-23").valor("50.00")]).await;
    c.push(&[Titulo::new("9", "2026-02-20").of("outra")]).await;
    assert_eq!(c.day("2026-03-10").await.len(), 2);
    let devedor =
        text(&c.http.get(&format!("/v1/titulos/{}", titulos[0])).await.expect(200).json, "devedor_id");
    let do_segundo = format!("/v1/titulos/{}", titulos[1]);

    c.set_clock("2026-03-10", "13:00").await;
    post(c, &format!("{do_segundo}/pagamentos"), &json!({"valor": "10.00"})).await;
    c.set_clock("2026-03-10", "13:10").await;
    post(c, &format!("{do_segundo}/estorno"), &json!({"motivo": "cheque devolvido"})).await;
    c.set_clock("2026-03-10", "14:00").await;
    let resultado = json!({"nome": "Promessa", "grupo": "Contato", "positivo": true});
    let resultado = post(c, "/v1/resultados-de-contato", &resultado).await["id"].clone();
    let contato =
        json!({"devedor_id": devedor, "canal": "telefone", "resultado_id": resultado, "operador": "ana"});
    post(c, "/v1/contatos", &contato).await;
    c.set_clock("2026-03-10", "15:00").await;
    let (negociacao, _) = c.negotiate(&titulos[..1], &["2026-04-10"]).await;
    c.set_clock("2026-03-10", "16:00").await;
    assert!(c.undo(negociacao).await);
    c.set_clock("2026-03-10", "17:00").await;
    let (negociacao, parcelas) = c.negotiate(&titulos[..1], &["2026-04-10", "2026-05-11"]).await;
    c.set_clock("2026-03-10", "17:10").await;
    c.pay(&parcelas[0]).await;
    c.set_clock("2026-03-10", "17:20").await;
    post(c, &format!("/v1/negociacoes/{negociacao}/quebra"), &json!({})).await;
    c.set_clock("2026-03-10", "18:00").await;
    c.cancel(&titulos[0]).await;
    c.cancel(&titulos[1]).await;
    c.set_clock("2026-03-10", "19:00").await;
    let opt_out = json!({"opt_out": [{"canal": "email", "motivo": "pediu ao telefone"}]});
    let _devedor = c.http.patch(&format!("/v1/devedores/{devedor}"), &opt_out).await.expect(200);
    c.night("2026-03-11").await;
    (devedor, negociacao.to_string())
}

#[tokio::test]
async fn what_each_service_did_to_a_debtor_is_one_story_in_order() {
    let c = Cenario::on("2026-03-10").await;
    let (devedor, quebrada) = live(&c).await;
    let itens = read(&c, &devedor, "ordem=em&", 200).await;
    let contada: Vec<_> = itens
        .iter()
        .map(|item| {
            format!(
                "{} {} | {}",
                text(item, "em").get(5..16).unwrap(),
                text(item, "tipo"),
                text(item, "descricao")
            )
        })
        .collect();
    assert_eq!(contada, HISTORIA, "{contada:#?}");
    let mut ao_contrario = itens.clone();
    ao_contrario.reverse();
    for limite in [1, 4] {
        assert_eq!(read(&c, &devedor, "", limite).await, ao_contrario, "{limite} at a time");
    }
    let so_dia_11 = read(&c, &devedor, "de=2026-03-11&", 50).await;
    assert_eq!(so_dia_11.iter().map(|i| text(i, "tipo")).collect::<Vec<_>>(), ["inscricao_encerrada"]);

    let da_api: Vec<_> = itens
        .iter()
        .filter(|item| ["pagamento", "estorno"].contains(&item["tipo"].as_str().unwrap()))
        .collect();
    assert!(
        da_api
            .iter()
            .all(|item| item["autor"]["nome"] == "primeira chave" && item["titulo"]["id"].is_string()),
        "{da_api:#?}"
    );
    assert_eq!(da_api[1]["pagamento"]["motivo"], "cheque devolvido");
    let contato = itens.iter().find(|item| item["tipo"] == "contato").unwrap();
    assert_eq!(
        (&contato["contato"]["operador"], &contato["contato"]["resultado"]),
        (&json!("ana"), &json!("Promessa"))
    );
    let dita = itens.iter().find(|item| item["tipo"] == "negociacao_quebrada").unwrap();
    assert_eq!(dita["negociacao"]["id"], json!(quebrada));
}

/// By the clock of Greenwich.
const HISTORIA: &[&str] = &[
    "03-10T03:30 titulo_recebido | Título NF 1: R$ 100,00, vence em 20/02/2026.",
    "03-10T03:30 titulo_recebido | Título NF 2: R$ 50,00, vence em 23/02/2026.",
    "03-10T05:30 inscricao_aberta | Entrou na régua Régua.",
    "03-10T05:30 acao_decidida | Mensagem de e-mail decidida pela régua Régua, D+0: enviada.",
    "03-10T15:00 tentativa | Mensagem de e-mail para ana@example.com: aceita pelo provedor.",
    "03-10T16:00 pagamento | Pagamento de R$ 10,00 do título NF 2, em 10/03/2026.",
    "03-10T16:00 titulo_alterado | Título NF 2: saldo de R$ 50,00 para R$ 41,25.",
    "03-10T16:10 estorno | Estorno do pagamento de R$ 10,00 do título NF 2: cheque devolvido.",
    "03-10T16:10 titulo_alterado | Título NF 2: saldo de R$ 41,25 para R$ 50,00.",
    "03-10T17:00 contato | Contato por telefone: Promessa.",
    "03-10T18:00 titulo_recebido | Parcela Acordo 1/1: R$ 50,00, vence em 10/04/2026.",
    "03-10T18:00 negociacao_feita | Acordo de R$ 50,00 em 1 parcela: feito.",
    "03-10T18:00 titulo_alterado | Título NF 1: situação de aberto para negociado.",
    "03-10T19:00 titulo_alterado | Título NF 1: situação de negociado para aberto.",
    "03-10T19:00 titulo_alterado | Título Acordo 1/1: situação de aberto para cancelado; saldo de R$ 50,00 para R$ 0,00.",
    "03-10T19:00 negociacao_cancelada | Acordo de R$ 50,00 em 1 parcela: cancelado.",
    "03-10T20:00 titulo_recebido | Parcela Acordo 1/2: R$ 50,00, vence em 10/04/2026.",
    "03-10T20:00 titulo_recebido | Parcela Acordo 2/2: R$ 50,00, vence em 11/05/2026.",
    "03-10T20:00 negociacao_feita | Acordo de R$ 100,00 em 2 parcelas: feito.",
    "03-10T20:00 titulo_alterado | Título NF 1: situação de aberto para negociado.",
    "03-10T20:10 pagamento | Pagamento de R$ 50,00 do título Acordo 1/2, em 10/03/2026.",
    "03-10T20:10 titulo_alterado | Título Acordo 1/2: situação de aberto para pago; saldo de R$ 50,00 para R$ 0,00.",
    "03-10T20:10 negociacao_confirmada | Acordo de R$ 100,00 em 2 parcelas: confirmado.",
    "03-10T20:20 pagamento | Pagamento de R$ 50,00 do título NF 1, em 10/03/2026.",
    "03-10T20:20 titulo_alterado | Título NF 1: situação de negociado para aberto.",
    "03-10T20:20 titulo_alterado | Título Acordo 2/2: situação de aberto para cancelado; saldo de R$ 50,00 para R$ 0,00.",
    "03-10T20:20 titulo_alterado | Título NF 1: saldo de R$ 100,00 para R$ 52,60.",
    "03-10T20:20 negociacao_quebrada | Acordo de R$ 100,00 em 2 parcelas: quebrado.",
    "03-10T21:00 titulo_alterado | Título NF 1: situação de aberto para cancelado; saldo de R$ 52,60 para R$ 0,00.",
    "03-10T21:00 titulo_alterado | Título NF 2: situação de aberto para cancelado; saldo de R$ 50,00 para R$ 0,00.",
    "03-10T22:00 opt_out | Pediu para não ser procurado por e-mail.",
    "03-11T05:30 inscricao_encerrada | Saiu da régua Régua: não há mais título a cobrar.",
];
