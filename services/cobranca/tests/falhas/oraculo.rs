//! The oracle: what the rows say became of the due actions, against what the mail server has.
#![cfg(test)]

use std::collections::BTreeMap;

use providers::caixa::{Caixa, Fala, Fase, Roteiro};
use testkit::{Http, wait_until};

use crate::casa::{PRAZO, executions};

/// Provider calls at a time of one dispatcher, unless told otherwise.
pub(crate) const AO_MESMO_TEMPO: usize = 8;
/// States that nothing leaves by itself.
const FINAIS: [&str; 5] = ["enviada", "falhou", "incerta", "descartada", "expirada"];

/// How many executions ended in each state.
pub(crate) type Fins = BTreeMap<String, usize>;

/// A mail server that takes everything, and answers nothing from its `n`th message on until [`Caixa::liberar`].
pub(crate) fn holding_from(n: u64) -> Roteiro {
    Roteiro::new(move |momento| {
        if momento.fase == Fase::Corpo && momento.mensagem >= n { Fala::Segurar } else { Fala::Normal }
    })
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

/// Waits until each of the `devidas` actions of the company has ended, and holds the books against the ledger: what is
/// `enviada` was accepted once, what is `incerta` at most once, anything else never.
pub(crate) async fn settle(caixa: &Caixa, dispatcher: &Http, devidas: usize) -> Fins {
    let mut vistos = Fins::new();
    let acabou = wait_until(2 * PRAZO, async || {
        let dobradas: Vec<_> = copies(caixa).into_iter().filter(|(_, aceitas)| *aceitas > 1).collect();
        assert!(dobradas.is_empty(), "dobradas: {dobradas:?}");
        vistos = states(dispatcher).await;
        FINAIS.iter().filter_map(|fim| vistos.get(*fim)).sum::<usize>() == devidas
    });
    let acabou = tokio::time::timeout(PRAZO, acabou).await;
    assert!(acabou.is_ok(), "de {devidas} ações, algumas não chegam ao fim: {vistos:?}");
    let execucoes = executions(dispatcher).await;
    assert_eq!(execucoes.len(), devidas);
    let copias = copies(caixa);
    let mut fins = Fins::new();
    for execucao in &execucoes {
        let (id, estado) = (execucao["id"].as_str().unwrap(), execucao["estado"].as_str().unwrap());
        let aceitas = copias.get(id).copied().unwrap_or_default();
        let certo = match estado {
            "enviada" => aceitas == 1,
            "incerta" => aceitas <= 1,
            _ => aceitas == 0,
        };
        assert!(certo, "{id} está {estado} e o servidor tem {aceitas} cópias");
        *fins.entry(estado.to_owned()).or_default() += 1;
    }
    fins
}

/// As [`settle`], when the fault leaves no doubt: every action left, once.
pub(crate) async fn settle_all_sent(caixa: &Caixa, dispatcher: &Http, devidas: usize) {
    assert_eq!(settle(caixa, dispatcher, devidas).await, Fins::from([("enviada".to_owned(), devidas)]));
}

/// How often each execution was accepted: the Message-ID is `<execution@domain>`.
fn copies(caixa: &Caixa) -> BTreeMap<String, usize> {
    let mut copias = BTreeMap::new();
    for recebida in caixa.recebidas() {
        let message_id = recebida.message_id.unwrap();
        let id = message_id.trim_start_matches('<').split('@').next().unwrap();
        *copias.entry(id.to_owned()).or_default() += 1;
    }
    copias
}
