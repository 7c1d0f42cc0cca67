//! The leave that Assertiva gives for a minute.

use std::sync::atomic::{AtomicU32, Ordering};

use providers::consultora::{Fala, Roteiro};
use providers::enriquecimento::Resultado;

use crate::apoio::{achou, answer, ask, praca, provedores};

#[tokio::test]
async fn leave_is_asked_for_once_and_anew_when_it_was_taken_back() {
    let p = praca(Roteiro::sempre(achou())).await;
    let cliente = p.assertiva();
    for _ in 0..3 {
        assert!(matches!(ask(&cliente).await, Resultado::Respondida { .. }));
    }
    assert_eq!(p.consultora.senhas(), 1);
    p.consultora.revogar();
    assert!(matches!(ask(&cliente).await, Resultado::Respondida { .. }));
    assert_eq!(p.consultora.senhas(), 2);
    assert_eq!(p.consultora.perguntas().len(), 4, "what was refused for its leave was not asked");
}

#[tokio::test]
async fn an_account_that_stays_refused_is_asked_for_leave_twice_and_no_more() {
    let vezes = AtomicU32::new(0);
    let p = praca(Roteiro::new(move |_| {
        vezes.fetch_add(1, Ordering::SeqCst);
        Fala::Cru { status: 401, corpo: Vec::new() }
    }))
    .await;
    assert!(matches!(ask(&p.assertiva()).await, Resultado::Indisponivel { .. }));
    assert_eq!((p.consultora.senhas(), p.consultora.perguntas().len()), (2, 2));
}

#[test]
fn a_leave_that_cannot_be_read_is_none_and_nothing_was_asked() {
    let provedor = provedores().into_iter().find(|provedor| provedor.nome() == "assertiva").unwrap();
    for (status, corpo) in [
        (200, &b""[..]),
        (200, b"{}"),
        (200, br#"{"access_token":""}"#),
        (200, br#"{"access_token":"a\r\nb"}"#),
        (401, br#"{"access_token":"t"}"#),
        (500, b"<html>"),
    ] {
        let recusa = provedor.ler_senha(&answer(status, corpo)).unwrap_err();
        assert!(matches!(recusa, Resultado::Indisponivel { .. }), "{status} {corpo:?}");
    }
    let senha = provedor.ler_senha(&answer(200, br#"{"access_token":"t","expires_in":60}"#)).unwrap();
    assert_eq!(senha.por.as_secs(), 60);
    assert_eq!(format!("{senha:?}"), "Senha { segredo: Segredo(***), por: 60s }");
}
