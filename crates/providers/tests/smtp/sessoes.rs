//! Kept sessions: how many, how long, and what happens to one that died.

use std::time::Duration;

use providers::caixa::{Fala, Fase, Momento, Roteiro};
use providers::email::{Causa, ClienteSmtp, Resultado, Verbo};
use tokio::time::timeout;

use crate::apoio::{cliente, config, mensagem, message_id, posta, until};

fn accepted(resultado: &Resultado) -> bool {
    matches!(resultado, Resultado::Aceita { .. })
}

#[tokio::test]
async fn messages_share_a_session_until_it_has_sent_its_share() {
    let posta = posta(Roteiro::normal()).await;
    let mut config = config(&posta);
    config.mensagens_por_sessao = 3;
    let cliente = ClienteSmtp::new(config).unwrap();
    for n in 0..7 {
        assert!(accepted(&cliente.send(&mensagem(n)).await));
    }
    assert_eq!(posta.caixa.conexoes(), 3);
    assert_eq!(posta.caixa.total(), 7);
}

/// Each would take 40 ms if its last write waited for the relay's delayed acknowledgement, so all of them twice as long as
/// they are given.
#[tokio::test]
async fn a_thousand_messages_on_one_session_wait_for_no_acknowledgement() {
    let posta = posta(Roteiro::normal()).await;
    let mut config = config(&posta);
    (config.max_sessoes, config.mensagens_por_sessao) = (1, 1_000);
    let cliente = ClienteSmtp::new(config).unwrap();
    let todas = async {
        for n in 0..1_000 {
            assert!(accepted(&cliente.send(&mensagem(n)).await));
        }
    };
    timeout(Duration::from_secs(20), todas).await.expect("a write of each message waits");
    assert_eq!((posta.caixa.conexoes(), posta.caixa.total()), (1, 1_000));
}

#[tokio::test]
async fn a_session_that_died_while_idle_is_replaced_without_counting() {
    for com_aviso in [false, true] {
        let posta = posta(Roteiro::normal()).await;
        let cliente = cliente(&posta);
        assert!(accepted(&cliente.send(&mensagem(1)).await));
        posta.caixa.derrubar(com_aviso);
        until(|| posta.caixa.abertas() == 0).await;
        assert!(accepted(&cliente.send(&mensagem(2)).await), "421 first: {com_aviso}");
        assert_eq!((posta.caixa.conexoes(), posta.caixa.total()), (2, 2));
    }
}

#[tokio::test]
async fn a_dead_session_is_replaced_once_and_not_for_ever() {
    // The kept one dies at MAIL, and so does its replacement: that is the relay's answer.
    let morre = |momento: &Momento<'_>| match (momento.mensagem, momento.fase) {
        (1.., Fase::Mail) => Fala::Cortar,
        _ => Fala::Normal,
    };
    let posta = posta(Roteiro::new(morre)).await;
    let cliente = cliente(&posta);
    assert!(accepted(&cliente.send(&mensagem(1)).await));
    let resultado = cliente.send(&mensagem(2)).await;
    assert!(
        matches!(resultado, Resultado::Temporaria { causa: Causa::Conversa { verbo: Verbo::Mail, .. } }),
        "{resultado:?}"
    );
    assert_eq!((posta.caixa.conexoes(), posta.caixa.total()), (2, 1));
}

#[tokio::test]
async fn a_session_that_dies_after_mail_is_not_replaced() {
    let posta = posta(Roteiro::lista(vec![(1, Fase::Rcpt, Fala::Cortar)])).await;
    let cliente = cliente(&posta);
    assert!(accepted(&cliente.send(&mensagem(1)).await));
    let resultado = cliente.send(&mensagem(2)).await;
    assert!(matches!(resultado, Resultado::Temporaria { .. }), "{resultado:?}");
    assert_eq!(posta.caixa.conexoes(), 1);
}

#[tokio::test]
async fn after_a_refusal_the_session_goes_on_with_a_clean_slate() {
    for fase in [Fase::Mail, Fase::Rcpt, Fase::Data, Fase::Corpo] {
        let posta = posta(Roteiro::lista(vec![(0, fase, Fala::Responder(550))])).await;
        let cliente = cliente(&posta);
        assert!(matches!(cliente.send(&mensagem(1)).await, Resultado::Permanente { .. }));
        assert!(accepted(&cliente.send(&mensagem(2)).await), "{fase:?}");
        assert_eq!(posta.caixa.conexoes(), 1, "{fase:?}");
        let recebidas = posta.caixa.recebidas();
        assert_eq!(recebidas.len(), 1);
        assert_eq!(recebidas[0].para.len(), 1, "the refused recipient is forgotten");
    }
}

#[tokio::test]
async fn a_relay_that_refuses_rset_costs_a_session_and_not_the_message() {
    let nega = |momento: &Momento<'_>| match (momento.mensagem, momento.fase) {
        (0, Fase::Rcpt) => Fala::Responder(550),
        (_, Fase::Rset) => Fala::Responder(502),
        _ => Fala::Normal,
    };
    let posta = posta(Roteiro::new(nega)).await;
    let cliente = cliente(&posta);
    assert!(matches!(cliente.send(&mensagem(1)).await, Resultado::Permanente { .. }));
    assert!(accepted(&cliente.send(&mensagem(2)).await));
    assert_eq!(posta.caixa.conexoes(), 2);
}

#[tokio::test]
async fn a_421_closes_the_session_on_this_side_too() {
    let posta = posta(Roteiro::lista(vec![(0, Fase::Rcpt, Fala::Responder(421))])).await;
    let cliente = cliente(&posta);
    assert!(matches!(cliente.send(&mensagem(1)).await, Resultado::Temporaria { .. }));
    assert!(accepted(&cliente.send(&mensagem(2)).await));
    assert_eq!(posta.caixa.conexoes(), 2);
}

#[tokio::test]
async fn no_more_sessions_than_configured_and_each_message_once() {
    let posta = posta(Roteiro::normal()).await;
    let mut config = config(&posta);
    config.max_sessoes = 3;
    let cliente = ClienteSmtp::new(config).unwrap();
    let mensagens: Vec<_> = (0..40).map(mensagem).collect();
    let mut envios = tokio::task::JoinSet::new();
    let cliente = std::sync::Arc::new(cliente);
    for mensagem in mensagens {
        let cliente = std::sync::Arc::clone(&cliente);
        envios.spawn(async move { cliente.send(&mensagem).await });
    }
    let resultados = envios.join_all().await;
    assert!(resultados.iter().all(accepted));
    assert!(posta.caixa.conexoes() <= 3, "{}", posta.caixa.conexoes());
    assert!((0..40).all(|n| posta.caixa.copias(&message_id(n)) == 1));
}

#[tokio::test]
async fn a_send_that_is_dropped_half_way_leaves_nothing_behind_for_the_next() {
    let posta = posta(Roteiro::lista(vec![(0, Fase::Rcpt, Fala::Segurar)])).await;
    let cliente = cliente(&posta);
    {
        let mensagem = mensagem(1);
        let envio = cliente.send(&mensagem);
        tokio::select! {
            resultado = envio => panic!("{resultado:?}"),
            () = until(|| posta.caixa.seguradas() == 1) => {}
        }
    }
    assert!(accepted(&cliente.send(&mensagem(2)).await));
    posta.caixa.liberar();
    assert_eq!(posta.caixa.copias(&message_id(1)), 0);
    assert_eq!(posta.caixa.copias(&message_id(2)), 1);
}

#[tokio::test]
async fn close_says_quit_and_keeps_no_session_from_there_on() {
    let posta = posta(Roteiro::normal()).await;
    let cliente = cliente(&posta);
    assert!(accepted(&cliente.send(&mensagem(1)).await));
    assert_eq!(posta.caixa.abertas(), 1);
    cliente.close().await;
    until(|| posta.caixa.abertas() == 0).await;
    assert!(accepted(&cliente.send(&mensagem(2)).await));
    until(|| posta.caixa.abertas() == 0).await;
    assert_eq!(posta.caixa.total(), 2);
}

/// Not a race against the clock: 100 messages that each waited for Nagle's algorithm and a delayed
/// acknowledgement would need over four seconds, and the same 100 without that wait need a fraction of one.
#[tokio::test]
async fn a_kept_session_does_not_wait_for_delayed_acknowledgements() {
    let posta = posta(Roteiro::normal()).await;
    let cliente = cliente(&posta);
    let mensagens: Vec<_> = (0..100).map(mensagem).collect();
    let todas = async {
        for mensagem in &mensagens {
            assert!(accepted(&cliente.send(mensagem).await));
        }
    };
    let limite = Duration::from_millis(40) * 100;
    assert!(tokio::time::timeout(limite, todas).await.is_ok(), "a message waits as long as a delayed ack");
    assert_eq!(posta.caixa.conexoes(), 1);
}
