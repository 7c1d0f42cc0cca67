//! From an execution to the mail server, as the API tells it afterwards.

use domain::execucao::Canal;
use providers::caixa::{Caixa, Fala, Fase, Roteiro};
use serde_json::json;
use tempfile::TempDir;

use crate::apoio::{Servico, agora};

async fn mailbox(roteiro: Roteiro) -> (TempDir, Caixa) {
    let pasta = TempDir::new().unwrap();
    let caixa = Caixa::start(pasta.path(), roteiro).await.unwrap();
    (pasta, caixa)
}

#[tokio::test]
async fn j04_m09_the_message_as_sent_lists_what_was_open_when_it_left() {
    let s = Servico::new();
    s.regua(&[(Canal::Email, "#NOME# deve #TOTAL#, o mais antigo é #TITULO#\n\n#LISTA_TITULOS#")]);
    let titulos = s.push("m", &[("2026-02-02", 1_000), ("2026-02-03", 2_000), ("2026-02-04", 4_000)]);
    s.night("2026-03-10", agora());
    s.pay(titulos[0]);
    let (_pasta, caixa) = mailbox(Roteiro::normal()).await;
    s.run_dispatcher(caixa.addr().port());
    let execucao = s.only_in("enviada").await;
    let mensagem = &execucao["mensagem"];
    assert_eq!(mensagem["destinatario"], "maria@exemplo.com.br");
    assert_eq!(mensagem["assunto"], "Maria, há um valor em aberto");
    assert_eq!(mensagem["titulos"], json!([titulos[1], titulos[2]]));
    let texto = mensagem["texto"].as_str().unwrap();
    assert!(texto.starts_with("Maria da Silva deve R$ 60,00, o mais antigo é m/1\n"), "{texto}");
    assert!(!texto.contains("m/0"), "{texto}");
    assert_eq!(execucao["titulos"].as_array().unwrap().len(), 3);
    assert_eq!(execucao["enviada_em"], "2026-03-10T12:30:00Z");
    assert!(execucao["resposta"].as_str().unwrap().starts_with("250 "));
    let id = execucao["id"].as_str().unwrap();
    assert_eq!((caixa.total(), caixa.copias(&format!("<{id}@localhost.localdomain>"))), (1, 1));
    assert_eq!(s.http.get("/v1/execucoes/resumo").await.expect(200).json["em_movimento"], 0);
}

#[tokio::test]
async fn n03_a_debt_paid_before_the_message_leaves_is_discarded_with_its_reason() {
    let s = Servico::new();
    s.regua(&[(Canal::Email, "#LISTA_TITULOS#")]);
    let titulos = s.push("m", &[("2026-02-02", 1_000)]);
    s.night("2026-03-10", agora());
    s.pay(titulos[0]);
    let (_pasta, caixa) = mailbox(Roteiro::normal()).await;
    s.run_dispatcher(caixa.addr().port());
    let execucao = s.only_in("descartada").await;
    assert_eq!((&execucao["motivo"], &execucao["mensagem"]), (&json!("titulo_pago"), &json!(null)));
    assert_eq!(caixa.total(), 0);
}

#[tokio::test]
async fn r11_a_coringa_without_value_ends_in_failure_and_never_leaves() {
    let s = Servico::new();
    s.regua(&[(Canal::Email, "Documento: #CPF_CNPJ#")]);
    s.push("m", &[("2026-02-02", 1_000)]);
    s.night("2026-03-10", agora());
    let (_pasta, caixa) = mailbox(Roteiro::normal()).await;
    s.run_dispatcher(caixa.addr().port());
    let execucao = s.only_in("falhou").await;
    assert_eq!((&execucao["motivo"], &execucao["mensagem"]), (&json!("coringa_sem_valor"), &json!(null)));
    assert_eq!((caixa.total(), caixa.conexoes()), (0, 0));
}

#[tokio::test]
async fn a_message_that_may_have_left_is_uncertain_kept_and_not_sent_again() {
    let s = Servico::new();
    s.regua(&[(Canal::Email, "#LISTA_TITULOS#")]);
    s.push("m", &[("2026-02-02", 1_000)]);
    s.night("2026-03-10", agora());
    let (_pasta, caixa) = mailbox(Roteiro::sempre(Fase::Corpo, Fala::CortarDepois)).await;
    s.run_dispatcher(caixa.addr().port());
    let execucao = s.only_in("incerta").await;
    assert_eq!(execucao["motivo"], "resultado_desconhecido");
    assert_eq!(execucao["mensagem"]["destinatario"], "maria@exemplo.com.br");
    assert_eq!(caixa.total(), 1);
}
