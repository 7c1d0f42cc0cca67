//! The oracle: what the rows say became of the due actions, against what the mail server and the carrier have.
#![cfg(test)]

use std::collections::BTreeMap;

use providers::caixa::{Fala, Fase, Roteiro};
use providers::operadora;
use serde_json::{Value, json};
use testkit::{Banco, Http, wait_until};

use crate::casa::{Casa, Empresa, PRAZO, executions};

/// Messages at a time that one dispatcher gives the mail server, and the carrier, unless told otherwise.
pub(crate) const AO_MESMO_TEMPO: usize = 8;
pub(crate) const SMS_AO_MESMO_TEMPO: usize = 16;
/// States that nothing leaves by itself.
const FINAIS: [&str; 6] = ["enviada", "entregue", "falhou", "incerta", "descartada", "expirada"];

/// How many executions ended in each state.
pub(crate) type Fins = BTreeMap<String, usize>;

/// A mail server that takes everything, and answers nothing from its `n`th message on until [`Caixa::liberar`].
pub(crate) fn holding_from(n: u64) -> Roteiro {
    Roteiro::new(move |momento| {
        if momento.fase == Fase::Corpo && momento.mensagem >= n { Fala::Segurar } else { Fala::Normal }
    })
}

/// A carrier that takes everything, and answers nothing from its `n`th request on until it is let go.
pub(crate) fn carrier_holding_from(n: u64) -> operadora::Roteiro {
    operadora::Roteiro::new(move |momento| {
        let segura = momento.fase == operadora::Fase::Pedido && momento.pedido >= n;
        operadora::Fala::guardando(if segura { operadora::Como::Segurar } else { operadora::Como::Normal })
    })
}

/// The services, with a mail server and a carrier that answer nothing from their `n`th message on until [`let_go`].
pub(crate) async fn both_holding_from(n: u64, amqp: &str) -> Casa {
    Casa::on(Banco::new(), amqp, (holding_from(n), carrier_holding_from(n))).await
}

/// Both answer what they held back.
pub(crate) fn let_go(casa: &Casa) {
    casa.caixa.liberar();
    casa.operadora.liberar();
}

/// Whether both have as many messages in hand as one dispatcher gives them at a time.
pub(crate) fn hands_full(casa: &Casa) -> bool {
    casa.caixa.seguradas() == AO_MESMO_TEMPO && casa.operadora.seguradas() == SMS_AO_MESMO_TEMPO
}

/// A company whose régua sends an e-mail and an SMS on D+0.
pub(crate) async fn company_on_both(casa: &mut Casa) -> Empresa {
    casa.empresa_of(&on_both_channels(), ("00:00", "23:59")).await
}

/// An e-mail and an SMS on D+0.
pub(crate) fn on_both_channels() -> Value {
    json!([{"dias": 0, "acoes": [
        {"tipo": "email", "assunto": "Há um valor em aberto", "corpo": "#LISTA_TITULOS#"},
        {"tipo": "sms", "corpo": "#PRIMEIRO_NOME#, há #TOTAL# em aberto"},
    ]}])
}

/// A mail server that is silent at `fase` to this recipient, until [`Caixa::liberar`].
pub(crate) fn holding(fase: Fase, para: &'static str) -> Roteiro {
    Roteiro::new(move |momento| {
        if momento.fase == fase && momento.para == Some(para) { Fala::Segurar } else { Fala::Normal }
    })
}

/// Executions in each state, by the API's own count; nothing while it cannot answer.
pub(crate) async fn states(dispatcher: &Http) -> Fins {
    let resumo = dispatcher.get("/v1/execucoes/resumo").await;
    let por_estado = resumo.json["por_estado"].as_object().cloned().unwrap_or_default();
    let contar = |n: &serde_json::Value| usize::try_from(n.as_u64().unwrap()).unwrap();
    por_estado.iter().map(|(estado, n)| (estado.clone(), contar(n))).collect()
}

/// Waits until each of the `devidas` actions of the company has ended, and holds the books against the ledgers: what is
/// `enviada` was accepted once, what is `incerta` at most once, anything else never.
pub(crate) async fn settle(casa: &Casa, dispatcher: &Http, devidas: usize) -> Fins {
    let mut vistos = Fins::new();
    let acabou = wait_until(2 * PRAZO, async || {
        let dobradas: Vec<_> = copies(casa).into_iter().filter(|(_, aceitas)| *aceitas > 1).collect();
        assert!(dobradas.is_empty(), "dobradas: {dobradas:?}");
        vistos = states(dispatcher).await;
        FINAIS.iter().filter_map(|fim| vistos.get(*fim)).sum::<usize>() == devidas
    });
    let acabou = tokio::time::timeout(PRAZO, acabou).await;
    assert!(acabou.is_ok(), "de {devidas} ações, algumas não chegam ao fim: {vistos:?}");
    let execucoes = executions(dispatcher).await;
    assert_eq!(execucoes.len(), devidas);
    let copias = copies(casa);
    let mut fins = Fins::new();
    for execucao in &execucoes {
        let (id, estado) = (execucao["id"].as_str().unwrap(), execucao["estado"].as_str().unwrap());
        let aceitas = copias.get(id).copied().unwrap_or_default();
        assert!(agrees(estado, aceitas), "{id} está {estado} e o provedor tem {aceitas} cópias");
        *fins.entry(estado.to_owned()).or_default() += 1;
    }
    fins
}

/// Whether an execution in this state may have been accepted so often.
pub(crate) fn agrees(estado: &str, aceitas: usize) -> bool {
    match estado {
        "enviada" | "entregue" => aceitas == 1,
        "incerta" | "revisao_manual" => aceitas <= 1,
        _ => aceitas == 0,
    }
}

/// As [`settle`], when the fault leaves no doubt: every action left, once.
pub(crate) async fn settle_all_sent(casa: &Casa, dispatcher: &Http, devidas: usize) {
    assert_eq!(settle(casa, dispatcher, devidas).await, Fins::from([("enviada".to_owned(), devidas)]));
}

/// How often each execution was accepted: the Message-ID is `<execution@domain>`, and the key of an SMS is the execution. A
/// carrier makes one message of a key, so what came under a key that is nobody's shows here as somebody else's.
pub(crate) fn copies(casa: &Casa) -> BTreeMap<String, usize> {
    let emails = casa.caixa.recebidas().into_iter().map(|recebida| {
        let message_id = recebida.message_id.unwrap();
        message_id.trim_start_matches('<').split('@').next().unwrap().to_owned()
    });
    let sms = casa.operadora.recebidas().into_iter().map(|recebida| recebida.chave.unwrap());
    let mut copias = BTreeMap::new();
    for id in emails.chain(sms) {
        *copias.entry(id).or_default() += 1;
    }
    copias
}
