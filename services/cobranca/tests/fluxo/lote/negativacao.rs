//! Batches that list debts at a bureau.
#![cfg(test)]

use runtime::Config;
use serde_json::{Value, json};
use testkit::wait_for;

use super::{confirm, of, shown, until, until_items};
use crate::apoio::{Cenario, PRAZO, Titulo, text};

const DIA: &str = "2026-03-10";
/// Longer than any of these tests.
const UM_DIA: u32 = 86_400;

/// A company with an account at PEFIN, whose entries wait so long for others to go with.
async fn with_account(agrupar_s: u32) -> Cenario {
    let mut config = Config::default();
    (config.negativacao.intervalo_s, config.negativacao.agrupar_s) = (1, agrupar_s);
    let c = Cenario::configured(DIA, config).await;
    c.change(&json!({"documento": "11.222.333/0001-81"})).await;
    let conta = json!({"logon": "12345678", "natureza": "DP", "contato": "Ana da Cobrança"});
    let _criada = c.http.post("/v1/credenciais-de-bureau", &conta).await.expect(201);
    c
}

fn owed_by(nome: &str, documento: &str, vencimento: &str) -> Titulo {
    let titulo = Titulo::new(nome, vencimento).of(nome).documento(documento);
    titulo.living_at("Rua das Flores", "Recife", "PE", "50010-000")
}

/// The entries there are: of whose título, and how each stands.
async fn entries(c: &Cenario) -> Vec<Value> {
    c.http.get("/v1/negativacoes").await.expect(200).json["itens"].as_array().unwrap().clone()
}

/// The bytes of the only remessa, once they are there.
async fn remessa(c: &Cenario) -> String {
    let pronta = wait_for(PRAZO, async || {
        let lista = c.http.get("/v1/remessas").await.expect(200).json;
        let remessa = lista["itens"].as_array().unwrap().first()?.clone();
        let arquivo = format!("/v1/arquivos/{}", text(&remessa, "arquivo_id"));
        (c.http.get(&arquivo).await.expect(200).json["estado"] == "pronto").then_some(arquivo)
    });
    c.http.get(&format!("{}/conteudo", pronta.await)).await.expect(200).text
}

#[tokio::test]
async fn b21_a_batch_lists_what_may_be_listed_and_says_of_the_others_why_not() {
    let c = with_account(0).await;
    c.push(&[
        owed_by("ana", "529.982.247-25", "2026-01-05"),
        owed_by("bruno", "111.444.777-35", "2026-03-01"),
        owed_by("caio", "123.456.789-09", "2020-06-01"),
        owed_by("davi", "987.654.321-00", "2026-04-01"),
    ])
    .await;
    let (acao, mostrado) = shown(&c, "negativacao", &json!({}), None).await;
    let fora = json!([{"motivo": "sem_titulo_vencido", "quantidade": 1}]);
    assert_eq!(mostrado["selecao"]["excluidos"], fora);
    let acao = confirm(&c, (acao, mostrado)).await;
    let fim = until(&c, &acao, "concluida").await;
    let andamento =
        json!([{"status": "enviada", "quantidade": 1}, {"status": "descartada", "quantidade": 2}]);
    assert_eq!(fim["andamento"], andamento);
    assert_eq!(of(&c, &acao, "bruno").await, "descartada fora_do_prazo_minimo");
    assert_eq!(of(&c, &acao, "caio").await, "descartada fora_do_prazo_maximo");
    let bytes = remessa(&c).await;
    assert!(bytes.contains("000052998224725") && !bytes.contains("11144477735"), "one, and only hers");
    let negativacoes = entries(&c).await;
    assert_eq!((negativacoes.len(), &negativacoes[0]["situacao"]), (1, &json!("enviada")));
}

#[tokio::test]
async fn b23_an_entry_that_no_remessa_carried_is_called_off_with_its_batch() {
    let mut c = with_account(UM_DIA).await;
    c.push(&[
        owed_by("ana", "529.982.247-25", "2026-01-05"),
        owed_by("bruno", "111.444.777-35", "2026-01-05"),
    ])
    .await;
    let of_one = |nome: &str| json!({"devedor": {"codigo": [nome]}});
    let de_ana = confirm(&c, shown(&c, "negativacao", &of_one("ana"), None).await).await;
    let de_bruno = confirm(&c, shown(&c, "negativacao", &of_one("bruno"), None).await).await;
    let pedida = json!([{"status": "enviada", "quantidade": 1}]);
    for acao in [&de_ana, &de_bruno] {
        let lida = until_items(&c, acao, &pedida).await;
        assert_eq!(lida["status"], "processando", "it waits to be carried");
    }
    assert!(entries(&c).await.iter().all(|entrada| entrada["situacao"] == "solicitada"));
    let _feito = c.http.post(&format!("{de_ana}/cancelamento"), &json!({})).await.expect(200);

    c.restart_with(|config| config.negativacao.agrupar_s = 0).await;
    until(&c, &de_bruno, "concluida").await;
    let bytes = remessa(&c).await;
    assert!(bytes.contains("000011144477735") && !bytes.contains("52998224725"), "not hers");
    let mut situacoes: Vec<_> = entries(&c).await.iter().map(|entrada| text(entrada, "situacao")).collect();
    situacoes.sort();
    assert_eq!(situacoes, ["cancelada", "enviada"]);
}
