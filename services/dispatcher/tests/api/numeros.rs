//! An SMS to each of a debtor's numbers (rule m11): each with attempts, receipts and an end of its own.

use std::sync::Arc;

use chrono::TimeDelta;
use dispatcher::Saida;
use providers::Segredo;
use providers::http::{Cliente, Config};
use providers::operadora::{Aviso, Como, Fala, Operadora, Roteiro};
use providers::sms::{ClienteSms, EstadoRecibo};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::wait_until;

use crate::apoio::{PRAZO, Servico, agora};

const SEGREDO: &str = "um-segredo-de-teste-bem-longo";
const NUMEROS: [&str; 3] = ["+5511900000001", "+5511900000002", "+5511900000003"];

struct Praca {
    servico: Servico,
    operadora: Operadora,
    titulo: domain::ids::TituloId,
    _pasta: TempDir,
}

/// A debtor with three numbers, and an SMS to all of them that leaves through a carrier of this script.
async fn praca(roteiro: Roteiro) -> Praca {
    let pasta = TempDir::new().unwrap();
    let operadora = Operadora::start(pasta.path(), roteiro).await.unwrap();
    let interna = Config { permite_rede_interna: true, ..Config::default() };
    let http = Arc::new(Cliente::new(&interna).unwrap());
    let cliente = ClienteSms::new(operadora.config(Some(Segredo::new(SEGREDO))), http).unwrap();
    let (servico, dispatcher) = Servico::with(vec![Saida::Sms { cliente }]);
    servico.regua_to_all("#PRIMEIRO_NOME#, fale conosco: #TOTAL#");
    let titulo = servico.push_of("m", &[("2026-02-02", 1_000)], &NUMEROS)[0];
    servico.night("2026-03-10", agora());
    servico.run(dispatcher);
    Praca { servico, operadora, titulo, _pasta: pasta }
}

impl Praca {
    /// Masked number and state of each execution, in order of the number.
    async fn told(&self) -> Vec<String> {
        let de =
            |e: &Value| format!("{} {}", e["contato"].as_str().unwrap_or("-"), e["estado"].as_str().unwrap());
        let mut todas: Vec<_> = self.servico.list("/v1/execucoes").await.iter().map(de).collect();
        todas.sort();
        todas
    }

    async fn until(&self, espera: [&str; 3]) {
        let numero = |n: usize, estado: &str| format!("(11) *****-000{} {estado}", n + 1);
        let espera: Vec<_> = espera.iter().enumerate().map(|(n, estado)| numero(n, estado)).collect();
        wait_until(PRAZO, async || self.told().await == espera).await;
    }

    /// The messages that the carrier took, by number.
    fn taken(&self) -> Vec<String> {
        let mut para: Vec<_> = self.operadora.recebidas().into_iter().map(|recebida| recebida.para).collect();
        para.sort();
        para
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m11_an_sms_to_all_goes_to_each_number_once_with_a_key_and_a_receipt_of_its_own() {
    let p = praca(Roteiro::normal()).await;
    p.until(["enviada"; 3]).await;
    assert_eq!(p.taken(), NUMEROS);
    let recebidas = p.operadora.recebidas();
    let todas = p.servico.list("/v1/execucoes").await;
    for execucao in &todas {
        let lida = p
            .servico
            .http
            .get(&format!("/v1/execucoes/{}", execucao["id"].as_str().unwrap()))
            .await
            .expect(200)
            .json;
        let seu = lida["mensagem"]["destinatario"].as_str().unwrap();
        let pela_chave: Vec<_> =
            recebidas.iter().filter(|r| r.chave.as_deref() == lida["id"].as_str()).collect();
        assert_eq!((pela_chave.len(), pela_chave[0].para.as_str()), (1, seu));
        assert_eq!(lida["chamadas"].as_array().unwrap().len(), 1);
    }
    let primeira = todas.iter().find(|e| e["irma_de"].is_null()).unwrap();
    assert_eq!(todas.iter().filter(|e| e["irma_de"] == primeira["id"]).count(), 2);

    let recibos = format!("{}/v1/recibos/http/{SEGREDO}", p.servico.endereco());
    let segunda = recebidas.iter().find(|recebida| recebida.para == NUMEROS[1]).unwrap();
    p.operadora.avisar(&recibos, &[Aviso::new(&segunda.id, EstadoRecibo::Entregue)]).await.unwrap();
    p.until(["enviada", "entregue", "enviada"]).await;

    let linha = format!("/v1/devedores/{}/linha-do-tempo?tipo=acao_decidida", p.servico.debtor_of(p.titulo));
    let mut ditas: Vec<_> = p
        .servico
        .list(&linha)
        .await
        .iter()
        .map(|item| item["descricao"].as_str().unwrap().to_owned())
        .collect();
    ditas.sort();
    let frase = |n: usize, estado| {
        format!("Mensagem de SMS decidida pela régua r, D+0, para (11) *****-000{n}: {estado}.")
    };
    assert_eq!(ditas, [frase(1, "enviada"), frase(2, "entregue"), frase(3, "enviada")]);
    let resumo = p.servico.http.get("/v1/execucoes/resumo").await.expect(200).json;
    assert_eq!((&resumo["por_estado"]["enviada"], &resumo["por_estado"]["entregue"]), (&json!(2), &json!(1)));
}

/// What a number answered is its own: one is refused for good, one has to be tried again, one takes it.
#[tokio::test(flavor = "multi_thread")]
async fn m11_a_number_that_took_it_is_not_asked_again_when_another_fails() {
    let roteiro = Roteiro::new(|momento| match momento.para {
        Some("+5511900000001") if momento.pedido == 0 => Fala::recusa(425, "{}"),
        Some("+5511900000002") => Fala::recusa(400, "{}"),
        _ => Fala::normal(),
    });
    let p = praca(roteiro).await;
    p.until(["pendente", "falhou", "enviada"]).await;
    assert_eq!(p.taken(), [NUMEROS[2]]);
    let tentadas = p.servico.list("/v1/execucoes?estado=pendente").await;
    assert_eq!(tentadas[0]["tentativas"], 1);
    p.servico.relogio.avancar_para(agora() + TimeDelta::minutes(1)).unwrap();
    p.until(["enviada", "falhou", "enviada"]).await;
    assert_eq!(p.taken(), [NUMEROS[0], NUMEROS[2]]);
    assert_eq!(p.operadora.pedidos(), 4, "the first one twice, the others once");
}

/// The first answer is lost: the doubt is that number's alone.
#[tokio::test(flavor = "multi_thread")]
async fn m11_a_doubt_about_a_number_is_settled_for_that_number() {
    let perdida = Roteiro::lista(vec![Fala::guardando(Como::Cortar)]);
    let p = praca(perdida).await;
    p.until(["pendente", "enviada", "enviada"]).await;
    p.servico.relogio.avancar_para(agora() + TimeDelta::minutes(1)).unwrap();
    p.until(["enviada"; 3]).await;
    assert_eq!(p.taken(), NUMEROS, "under the same key it is the same message");
}

/// SAIR, or a number that the company takes back, holds from the next number on.
#[tokio::test(flavor = "multi_thread")]
async fn m11_who_asks_for_no_more_meanwhile_gets_none_at_his_other_numbers() {
    for sair in [true, false] {
        let p = praca(Roteiro::lista(vec![Fala::guardando(Como::Segurar)])).await;
        wait_until(PRAZO, async || p.operadora.seguradas() == 1).await;
        p.until(["enviando", "pendente", "pendente"]).await;
        if sair {
            let recibos = format!("{}/v1/recibos/http/{SEGREDO}", p.servico.endereco());
            let id = p.operadora.recebidas()[0].id.clone();
            p.operadora.responder(&recibos, &id, "SAIR").await.unwrap();
        } else {
            p.servico.tell("m", &[("2026-02-02", 1_000)], &NUMEROS[..2]);
        }
        p.operadora.liberar();
        let segunda = if sair { "descartada" } else { "enviada" };
        p.until(["enviada", segunda, "descartada"]).await;
        let descartadas = p.servico.list("/v1/execucoes?estado=descartada").await;
        assert!(descartadas.iter().all(|execucao| execucao["motivo"] == "sem_contato"), "{descartadas:?}");
    }
}
