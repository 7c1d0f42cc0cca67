//! From an execution to a carrier, and from its receipts back to the execution.

use std::sync::Arc;

use dispatcher::Saida;
use domain::execucao::Canal;
use providers::Segredo;
use providers::http::{Cliente, Config};
use providers::operadora::{Aviso, Como, Fala, Fase, Operadora, Roteiro};
use providers::sms::{ClienteSms, EstadoRecibo};
use serde_json::json;
use tempfile::TempDir;

use crate::apoio::{PRAZO, Servico, agora};

const SEGREDO: &str = "um-segredo-de-teste-bem-longo";

struct Praca {
    servico: Servico,
    operadora: Operadora,
    _pasta: TempDir,
}

/// A service that sends SMS by a carrier of this script, and an execution that waits to leave.
async fn praca(roteiro: Roteiro) -> Praca {
    let pasta = TempDir::new().unwrap();
    let operadora = Operadora::start(pasta.path(), roteiro).await.unwrap();
    let interna = Config { permite_rede_interna: true, ..Config::default() };
    let http = Arc::new(Cliente::new(&interna).unwrap());
    let cliente = ClienteSms::new(operadora.config(Some(Segredo::new(SEGREDO))), http).unwrap();
    let (servico, dispatcher) = Servico::with(vec![Saida::Sms { cliente }]);
    servico.regua(&[(Canal::Sms, "#PRIMEIRO_NOME#, não localizamos: #LISTA_TITULOS#")]);
    servico.push("m", &[("2026-02-02", 1_000), ("2026-02-03", 2_000)]);
    servico.night("2026-03-10", agora());
    servico.run(dispatcher);
    Praca { servico, operadora, _pasta: pasta }
}

impl Praca {
    fn endereco(&self, segredo: &str) -> String {
        format!("{}/v1/recibos/http/{segredo}", self.servico.endereco())
    }

    /// The carrier's id of the only message that it took.
    fn id(&self) -> String {
        let recebidas = self.operadora.recebidas();
        assert_eq!(recebidas.len(), 1);
        recebidas[0].id.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m09_an_sms_reaches_the_carrier_once_with_its_key_and_is_kept_as_it_was_sent() {
    let p = praca(Roteiro::normal()).await;
    let execucao = p.servico.only_in("enviada").await;
    let recebidas = p.operadora.recebidas();
    assert_eq!(recebidas.len(), 1);
    assert_eq!(recebidas[0].chave.as_deref(), execucao["id"].as_str());
    assert_eq!(recebidas[0].para, "+5511987654321");
    assert!(recebidas[0].texto.starts_with("Maria, nao localizamos:"), "{}", recebidas[0].texto);
    assert!(recebidas[0].texto.contains("Total R$ 30,00"), "{}", recebidas[0].texto);
    assert_eq!(execucao["mensagem"]["texto"], json!(recebidas[0].texto));
    assert_eq!(execucao["mensagem"]["destinatario"], "+5511987654321");
    assert_eq!(execucao["mensagem"]["assunto"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_take_it_to_the_phone_and_only_who_knows_the_secret_is_believed() {
    let p = praca(Roteiro::normal()).await;
    p.servico.only_in("enviada").await;
    let id = p.id();
    let entregue = [Aviso::new(&id, EstadoRecibo::Entregue)];
    assert_eq!(
        p.operadora.avisar(&p.endereco("outro-segredo-de-teste-longo"), &entregue).await.unwrap(),
        [403]
    );
    let outro = format!("{}/v1/recibos/zenvia/{SEGREDO}", p.servico.endereco());
    assert_eq!(p.operadora.avisar(&outro, &entregue).await.unwrap(), [404]);
    p.servico.only_in("enviada").await;
    assert_eq!(p.operadora.avisar(&p.endereco(SEGREDO), &entregue).await.unwrap(), [204]);
    p.servico.only_in("entregue").await;
    // Late, twice and out of order.
    let atrasados = [Aviso::new(&id, EstadoRecibo::Enviada), Aviso::new(&id, EstadoRecibo::Entregue)];
    for status in p.operadora.avisar(&p.endereco(SEGREDO), &atrasados).await.unwrap() {
        assert_eq!(status, 204);
    }
    p.servico.only_in("entregue").await;
    p.operadora.avisar(&p.endereco(SEGREDO), &[Aviso::new(&id, EstadoRecibo::Lida)]).await.unwrap();
    p.servico.only_in("lida").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_refused_and_changes_nothing() {
    let p = praca(Roteiro::normal()).await;
    p.servico.only_in("enviada").await;
    let caminho = format!("/v1/recibos/http/{SEGREDO}");
    let alguem = p.servico.without_key();
    for corpo in [&b""[..], b"{", b"null", b"\xff\xfe", "[".repeat(5_000).as_bytes()] {
        let resposta = alguem.upload(&caminho, "application/json", corpo).await;
        assert_eq!(
            (resposta.status, &resposta.json["codigo"]),
            (400, &json!("recibo_ilegivel")),
            "{corpo:?}"
        );
    }
    let enorme = vec![b' '; 300 * 1024];
    assert_eq!(alguem.upload(&caminho, "application/json", enorme).await.status, 413);
    assert_eq!(alguem.post("/v1/recibos/http", &json!({})).await.status, 403);
    assert_eq!(alguem.get(&caminho).await.status, 400, "some gateways call so");
    assert_eq!(alguem.get("/v1/recibos/zenvia").await.status, 404);
    p.servico.only_in("enviada").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answers_sair_gets_no_more_sms() {
    let p = praca(Roteiro::normal()).await;
    p.servico.only_in("enviada").await;
    // Another debtor with the same number, whose turn comes after.
    p.servico.push("n", &[("2026-02-04", 4_000)]);
    p.operadora.responder(&p.endereco(SEGREDO), &p.id(), "Sair, por favor").await.unwrap();
    p.servico.relogio.avancar_para(agora() + chrono::TimeDelta::days(1)).unwrap();
    p.servico.night("2026-03-11", p.servico.relogio.agora());
    let descartada = testkit::wait_for(PRAZO, async || {
        p.servico.list("/v1/execucoes?estado=descartada").await.into_iter().next()
    })
    .await;
    assert_eq!(descartada["motivo"], "sem_contato");
    assert_eq!(p.operadora.total(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_is_asked_for_again_under_the_same_key_and_makes_no_second_message() {
    let perdida = Roteiro::lista(vec![Fala::guardando(Como::Cortar)]);
    let p = praca(perdida).await;
    testkit::wait_until(PRAZO, async || p.operadora.total() == 1).await;
    // The next attempt is up to half a minute of business time away.
    let volta = testkit::wait_for(PRAZO, async || {
        p.servico.list("/v1/execucoes?estado=pendente").await.into_iter().next()
    })
    .await;
    assert_eq!(volta["tentativas"], 1);
    p.servico.relogio.avancar_para(agora() + chrono::TimeDelta::minutes(1)).unwrap();
    let execucao = p.servico.only_in("enviada").await;
    assert_eq!((p.operadora.total(), p.operadora.copias(execucao["id"].as_str().unwrap())), (1, 1));
    assert_eq!(p.operadora.pedidos(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_for_good_ends_it_and_an_account_that_is_refused_costs_no_attempt() {
    let p = praca(Roteiro::sempre(Fase::Pedido, Fala::recusa(400, "{}"))).await;
    assert_eq!(p.servico.only_in("falhou").await["motivo"], "recusa_do_provedor");

    let p = praca(Roteiro::sempre(Fase::Pedido, Fala::recusa(401, "{}"))).await;
    testkit::wait_until(PRAZO, async || p.operadora.pedidos() > 0).await;
    let espera = p.servico.only_in("pendente").await;
    assert_eq!(espera["tentativas"], 0);
}
