//! Batch actions: from whom somebody selects to what arrives, over the API alone.
#![cfg(test)]

mod enriquecimento;
mod negativacao;
mod sms;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::wait_for;

use crate::apoio::{Barramento, Cenario, PRAZO, Titulo, subjects, text};

const DIA: &str = "2026-03-10";

/// Three who owe and have an address, one who owes and has none.
async fn carteira(c: &Cenario) -> Vec<String> {
    c.push(&[
        Titulo::new("T1", "2026-02-10").of("ana").valor("100.00"),
        Titulo::new("T2", "2026-02-11").of("bruno").valor("200.00"),
        Titulo::new("T3", "2026-02-12").of("caio").valor("300.00"),
        Titulo::new("T4", "2026-02-13").of("davi").emails(&[]),
    ])
    .await
}

async fn template(c: &Cenario, corpo: &Value) -> String {
    text(&c.http.post("/v1/templates", corpo).await.expect(201).json, "id")
}

/// A batch of this kind for whoever meets the filter, as far as its confirmation: its address, and what it shows.
async fn shown(c: &Cenario, tipo: &str, filtro: &Value, texto: Option<&Value>) -> (String, Value) {
    let nova = c.http.post("/v1/acoes-em-lote", &json!({"tipo": tipo, "usuario": "bia"})).await.expect(201);
    let acao = format!("/v1/acoes-em-lote/{}", text(&nova.json["acao"], "id"));
    let _feito = c.http.put(&format!("{acao}/selecao"), &json!({"filtro": filtro})).await.expect(200);
    if let Some(texto) = texto {
        let mensagem = json!({"template_id": template(c, texto).await});
        let _feito = c.http.put(&format!("{acao}/mensagem"), &mensagem).await.expect(200);
    }
    let mostrado = c.http.get(&format!("{acao}/confirmacao")).await.expect(200).json;
    (acao, mostrado)
}

/// Confirms what was shown; answers the address of the batch.
async fn confirm(c: &Cenario, (acao, mostrado): (String, Value)) -> String {
    let resumo = json!({"resumo": mostrado["resumo"]});
    let _feito = c.http.post(&format!("{acao}/confirmacao"), &resumo).await.expect(202);
    acao
}

/// A batch of e-mail to the portfolio as far as its confirmation: its address, and the summary to confirm it with.
async fn pronta(c: &Cenario) -> (String, Value) {
    let texto = json!({"canal": "email", "nome": "Aviso", "assunto": "Aviso para #NOME#",
        "corpo": "Olá, #NOME#.\n\n#LISTA_TITULOS#\n\nTotal: #TOTAL#"});
    let filtro = json!({"titulo": {"dias_vencido_de": 1}});
    let (acao, mostrado) = shown(c, "email", &filtro, Some(&texto)).await;
    let selecao = &mostrado["selecao"];
    assert_eq!((&selecao["atendem"], &selecao["com_contato"]), (&json!(4), &json!(3)));
    assert_eq!(selecao["excluidos"], json!([{"motivo": "sem_contato", "quantidade": 1}]));
    (acao, json!({"resumo": mostrado["resumo"]}))
}

async fn confirmed(c: &Cenario) -> String {
    confirm(c, pronta(c).await).await
}

/// The batch once it has come to this status.
async fn until(c: &Cenario, acao: &str, status: &str) -> Value {
    let lida = wait_for(PRAZO, async || {
        let lida = c.http.get(acao).await.expect(200).json;
        (lida["status"] == status).then_some(lida)
    });
    lida.await
}

async fn items(c: &Cenario, acao: &str) -> Vec<Value> {
    let lidos = c.http.get(&format!("{acao}/itens")).await.expect(200).json;
    lidos["itens"].as_array().unwrap().clone()
}

/// The batch once its items are so.
async fn until_items(c: &Cenario, acao: &str, andamento: &Value) -> Value {
    let lida = wait_for(PRAZO, async || {
        let lida = c.http.get(acao).await.expect(200).json;
        (lida["andamento"] == *andamento).then_some(lida)
    });
    lida.await
}

/// What became of a debtor's item: its status, and why.
async fn of(c: &Cenario, acao: &str, nome: &str) -> String {
    let item = items(c, acao).await.into_iter().find(|item| item["nome"] == nome).unwrap();
    match item["motivo"].as_str() {
        Some(motivo) => format!("{} {motivo}", text(&item, "status")),
        None => text(&item, "status"),
    }
}

async fn each_gets_one(barramento: Barramento) {
    let c = Cenario::over(barramento, DIA).await;
    carteira(&c).await;
    c.set_clock(DIA, "12:00").await;
    let (acao, resumo) = pronta(&c).await;
    assert!(c.emails().is_empty(), "nothing leaves before it is confirmed");
    let confirmacao = format!("{acao}/confirmacao");
    // A double click.
    let (uma, outra) = tokio::join!(c.http.post(&confirmacao, &resumo), c.http.post(&confirmacao, &resumo));
    assert_eq!((uma.expect(202).status, outra.expect(202).status), (202, 202));
    let fim = until(&c, &acao, "concluida").await;
    assert_eq!(fim["andamento"], json!([{"status": "enviada", "quantidade": 3}]));
    let emails = c.emails();
    let assuntos: BTreeSet<_> = subjects(&emails).into_iter().collect();
    assert_eq!(assuntos, BTreeSet::from(["Aviso para Ana", "Aviso para Bruno", "Aviso para Caio"]));
    assert_eq!(emails.len(), 3);
    for item in items(&c, &acao).await {
        assert_eq!(item["status"], "enviada");
        let nome = text(&item, "nome");
        assert_eq!(text(&item, "contato"), format!("{nome}@example.com"));
        let linha = c.http.get(&format!("/v1/devedores/{}/linha-do-tempo", text(&item, "devedor_id"))).await;
        assert!(linha.expect(200).text.contains("por ação em lote"), "{nome}");
    }
    // Rule b17.
    let nova = c.http.post("/v1/acoes-em-lote", &json!({"tipo": "sms", "usuario": "bia"})).await.expect(201);
    assert_eq!(nova.json["ultimo_filtro"]["filtro"], json!({"titulo": {"dias_vencido_de": 1}}));
}

#[tokio::test]
async fn b15_each_who_was_selected_gets_one_message_of_a_batch() {
    each_gets_one(Barramento::Local).await;
}

#[tokio::test]
async fn b15_each_who_was_selected_gets_one_message_of_a_batch_over_rabbitmq() {
    each_gets_one(Barramento::RabbitMq).await;
}

#[tokio::test]
async fn b13_the_message_is_shown_for_one_debtor_after_the_other() {
    let c = Cenario::on(DIA).await;
    carteira(&c).await;
    let (acao, _) = pronta(&c).await;
    let previa = format!("{acao}/pre-visualizacao");
    let ana = c.http.get(&previa).await.expect(200).json;
    assert_eq!((text(&ana, "nome"), &ana["anterior"]), ("ana".to_owned(), &Value::Null));
    assert_eq!(ana["mensagem"]["assunto"], "Aviso para Ana");
    assert!(text(&ana["mensagem"], "texto").contains("R$ 100,00"), "{ana}");
    let bruno = c.http.get(&format!("{previa}?devedor_id={}", text(&ana, "proximo"))).await.expect(200).json;
    assert_eq!((text(&bruno, "nome"), &bruno["anterior"]), ("bruno".to_owned(), &ana["devedor_id"]));
    let caio = c.http.get(&format!("{previa}?devedor_id={}", text(&bruno, "proximo"))).await.expect(200).json;
    // Davi has no address: nobody comes after Caio.
    assert_eq!((text(&caio, "nome"), &caio["proximo"]), ("caio".to_owned(), &Value::Null));
    let ninguem = c.http.get(&format!("{previa}?devedor_id=00000000-0000-0000-0000-000000000000")).await;
    assert_eq!(ninguem.expect(422).json["erros"][0]["codigo"], "devedor_fora_da_selecao");
    assert!(c.emails().is_empty());
}

#[tokio::test]
async fn j08_j04_a_batch_waits_for_the_window_and_leaves_out_who_paid_meanwhile() {
    let c = Cenario::on(DIA).await;
    let titulos = carteira(&c).await;
    c.set_clock(DIA, "07:00").await;
    let acao = confirmed(&c).await;
    let feitas = wait_for(PRAZO, async || {
        let itens = items(&c, &acao).await;
        itens.iter().all(|item| item["status"] == "pendente").then_some(itens)
    });
    assert!(feitas.await.iter().all(|item| text(item, "publicar_em").starts_with("2026-03-10T11:00:00")));
    assert!(c.emails().is_empty());
    c.pay(&titulos[1]).await;
    c.settle(DIA, "08:00").await;
    let fim = until(&c, &acao, "concluida").await;
    let andamento =
        json!([{"status": "enviada", "quantidade": 2}, {"status": "descartada", "quantidade": 1}]);
    assert_eq!(fim["andamento"], andamento);
    assert!(!subjects(&c.emails()).contains(&"Aviso para Bruno"));
    assert_eq!(of(&c, &acao, "bruno").await, "descartada titulo_pago");
}

#[tokio::test]
async fn b23_what_has_not_left_when_a_batch_is_called_off_never_does() {
    let c = Cenario::with_a_held_provider(Barramento::Local, DIA).await;
    carteira(&c).await;
    c.set_clock(DIA, "12:00").await;
    let acao = confirmed(&c).await;
    wait_for(PRAZO, async || {
        items(&c, &acao).await.iter().any(|item| item["status"] == "enviando").then_some(())
    })
    .await;
    let cancelada = c.http.post(&format!("{acao}/cancelamento"), &json!({})).await.expect(200).json;
    assert_eq!(cancelada["status"], "cancelada");
    c.caixa.liberar();
    let andamento =
        json!([{"status": "enviada", "quantidade": 1}, {"status": "descartada", "quantidade": 2}]);
    assert_eq!(until_items(&c, &acao, &andamento).await["status"], "cancelada");
    assert_eq!(c.emails().len(), 1);
}

#[tokio::test]
async fn b16_a_batch_goes_on_after_a_restart_and_nobody_gets_two() {
    let mut c = Cenario::on(DIA).await;
    carteira(&c).await;
    c.set_clock(DIA, "07:00").await;
    let acao = confirmed(&c).await;
    c.restart().await;
    c.start_another_system().await;
    c.settle(DIA, "12:00").await;
    until(&c, &acao, "concluida").await;
    let emails = c.emails();
    assert_eq!((emails.len(), subjects(&emails).into_iter().collect::<BTreeSet<_>>().len()), (3, 3));
}

#[tokio::test]
async fn c01_letters_of_a_batch_are_a_file_of_their_own() {
    let c = Cenario::on(DIA).await;
    c.push(&[
        Titulo::new("T1", "2026-02-10").of("ana").living_at("Rua das Flores", "Recife", "PE", "50010-000"),
        Titulo::new("T2", "2026-02-10").of("bruno").living_at("Rua do Sol", "Olinda", "PE", "53010-000"),
    ])
    .await;
    let corpo = json!({"canal": "carta", "nome": "Carta", "corpo": "Prezado(a) #NOME#,\n\n#LISTA_TITULOS#"});
    let acao = confirm(&c, shown(&c, "carta", &json!({}), Some(&corpo)).await).await;
    until(&c, &acao, "concluida").await;
    let arquivo = wait_for(PRAZO, async || {
        let lista = c.http.get("/v1/arquivos?tipo=cartas").await.expect(200).json;
        lista["itens"].as_array().unwrap().iter().find(|item| item["estado"] == "pronto").cloned()
    });
    assert_eq!(arquivo.await["itens"], 2);
}
