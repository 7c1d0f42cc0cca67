//! Every phase in which a conversation can fail, and what the client makes of it.

use std::time::Duration;

use providers::caixa::{Fala, Fase, Roteiro};
use providers::email::{Causa, ClienteSmtp, Config, Quebra, Resultado, Tls, Verbo};
use tokio::net::TcpListener;

use crate::apoio::{cliente, config, mensagem, message_id, posta, until};

/// Sends one message to a mailbox that fails once as told; answers with the result and the ledger's count.
async fn send_to(fase: Fase, fala: Fala) -> (Resultado, usize) {
    let posta = posta(Roteiro::sempre(fase, fala)).await;
    let resultado = cliente(&posta).send(&mensagem(1)).await;
    (resultado, posta.caixa.copias(&message_id(1)))
}

const VERBOS: [(Fase, Verbo); 5] = [
    (Fase::Saudacao, Verbo::Saudacao),
    (Fase::Ehlo, Verbo::Saudacao),
    (Fase::Mail, Verbo::Mail),
    (Fase::Rcpt, Verbo::Rcpt),
    (Fase::Data, Verbo::Data),
];

#[tokio::test]
async fn a_message_that_was_answered_250_is_in_the_ledger_once() {
    let (resultado, copias) = send_to(Fase::Quit, Fala::Normal).await;
    let Resultado::Aceita { resposta, recusas } = resultado else { panic!("{resultado:?}") };
    assert_eq!(recusas, []);
    assert_eq!((resposta.verbo(), resposta.codigo()), (Verbo::Corpo, 250));
    assert_eq!(resposta.estendido(), Some("2.0.0"));
    assert_eq!(copias, 1);
}

#[tokio::test]
async fn a_4xx_is_temporary_and_a_5xx_permanent_at_every_verb() {
    for (fase, verbo) in VERBOS.into_iter().chain([(Fase::Corpo, Verbo::Corpo)]) {
        let (resultado, copias) = send_to(fase, Fala::Responder(451)).await;
        let Resultado::Temporaria { causa: Causa::Resposta(resposta) } = resultado else {
            panic!("{fase:?}: {resultado:?}")
        };
        assert_eq!((resposta.verbo(), resposta.codigo(), copias), (verbo, 451, 0));

        let (resultado, copias) = send_to(fase, Fala::Responder(554)).await;
        let Resultado::Permanente { resposta } = resultado else { panic!("{fase:?}: {resultado:?}") };
        assert_eq!((resposta.verbo(), resposta.codigo(), copias), (verbo, 554, 0));
    }
}

#[tokio::test]
async fn a_connection_cut_before_data_was_accepted_is_temporary() {
    for (fase, verbo) in VERBOS {
        let (resultado, copias) = send_to(fase, Fala::Cortar).await;
        let causa = Causa::Conversa { verbo, quebra: Quebra::Cortada };
        assert_eq!(resultado, Resultado::Temporaria { causa }, "{fase:?}");
        assert_eq!(copias, 0);
    }
}

#[tokio::test]
async fn a_connection_cut_after_data_was_accepted_is_uncertain() {
    for (fase, fala, guardadas) in [
        (Fase::Data, Fala::CortarDepois, 0), // 354, then nothing: the body went nowhere
        (Fase::Corpo, Fala::Cortar, 0),      // the final dot was read and the message thrown away
        (Fase::Corpo, Fala::CortarDepois, 1), // the message was taken and the 250 lost
    ] {
        let (resultado, copias) = send_to(fase, fala.clone()).await;
        let causa = Causa::Conversa { verbo: Verbo::Corpo, quebra: Quebra::Cortada };
        assert_eq!(resultado, Resultado::Incerta { causa }, "{fase:?} {fala:?}");
        assert_eq!(copias, guardadas, "{fase:?} {fala:?}");
    }
}

#[tokio::test]
async fn a_connection_reset_in_mid_body_is_uncertain_and_one_after_the_250_is_never_a_failure() {
    for bytes in [0, 1, 40] {
        let (resultado, copias) = send_to(Fase::Data, Fala::ResetarNoMeio(bytes)).await;
        let Resultado::Incerta { causa: Causa::Conversa { verbo, .. } } = resultado else {
            panic!("{bytes}: {resultado:?}")
        };
        assert_eq!((verbo, copias), (Verbo::Corpo, 0));
    }
    // The reset may overtake the answer: then nobody knows, and still it is not sent again.
    let (resultado, copias) = send_to(Fase::Corpo, Fala::Resetar).await;
    assert!(matches!(resultado, Resultado::Aceita { .. } | Resultado::Incerta { .. }), "{resultado:?}");
    assert_eq!(copias, 1);
}

#[tokio::test]
async fn a_line_of_ten_megabytes_is_no_answer() {
    let linha: &'static str = format!("250 {}\r\n", "a".repeat(10 * 1024 * 1024)).leak();
    for (fase, verbo) in VERBOS {
        let (resultado, copias) = send_to(fase, Fala::Bruto(linha)).await;
        let Resultado::Temporaria { causa: Causa::Conversa { verbo: onde, quebra } } = resultado else {
            panic!("{fase:?}: {resultado:?}")
        };
        assert_eq!((onde, quebra, copias), (verbo, Quebra::Protocolo, 0), "{fase:?}");
    }
    let (resultado, _) = send_to(Fase::Corpo, Fala::Bruto(linha)).await;
    assert!(matches!(resultado, Resultado::Incerta { .. }), "{resultado:?}");
}

#[tokio::test]
async fn nonsense_before_the_body_is_temporary_and_after_it_uncertain() {
    for bruto in ["banana\r\n", "999 what\r\n", "250\u{0}\r\n\r\n\r\n", "\u{fffd}\r\n"] {
        for (fase, verbo) in VERBOS {
            let (resultado, copias) = send_to(fase, Fala::Bruto(bruto)).await;
            let Resultado::Temporaria { causa: Causa::Conversa { verbo: onde, .. } } = resultado else {
                panic!("{fase:?} {bruto:?}: {resultado:?}")
            };
            assert!(onde >= verbo, "{fase:?} {bruto:?}: {onde}");
            assert_eq!(copias, 0);
        }
    }
    let (resultado, _) = send_to(Fase::Corpo, Fala::Bruto("banana\r\n")).await;
    let causa = Causa::Conversa { verbo: Verbo::Corpo, quebra: Quebra::Protocolo };
    assert_eq!(resultado, Resultado::Incerta { causa });
}

#[tokio::test]
async fn a_positive_answer_in_the_wrong_place_opens_no_door() {
    // A 250 to DATA is the answer to something else: the body would be read as commands.
    let (resultado, copias) = send_to(Fase::Data, Fala::Responder(250)).await;
    let causa = Causa::Conversa { verbo: Verbo::Data, quebra: Quebra::Protocolo };
    assert_eq!((resultado, copias), (Resultado::Temporaria { causa }, 0));
    // A 354 to the final dot settles nothing.
    let (resultado, copias) = send_to(Fase::Corpo, Fala::Responder(354)).await;
    let causa = Causa::Conversa { verbo: Verbo::Corpo, quebra: Quebra::Protocolo };
    assert_eq!((resultado, copias), (Resultado::Incerta { causa }, 1));
}

#[tokio::test]
async fn silence_before_the_body_is_temporary() {
    let posta = posta(Roteiro::sempre(Fase::Rcpt, Fala::Segurar)).await;
    let mut config = config(&posta);
    config.tempos.verbo = Duration::from_secs(2);
    let resultado = ClienteSmtp::new(config).unwrap().send(&mensagem(1)).await;
    let causa = Causa::Conversa { verbo: Verbo::Rcpt, quebra: Quebra::Tempo };
    assert_eq!(resultado, Resultado::Temporaria { causa });
    posta.caixa.liberar();
    until(|| posta.caixa.abertas() == 0).await;
    assert_eq!(posta.caixa.total(), 0);
}

#[tokio::test]
async fn silence_after_the_final_dot_is_uncertain_even_though_the_relay_has_it() {
    let posta = posta(Roteiro::sempre(Fase::Corpo, Fala::Segurar)).await;
    let mut config = config(&posta);
    config.tempos.corpo = Duration::from_millis(200);
    let resultado = ClienteSmtp::new(config).unwrap().send(&mensagem(1)).await;
    let causa = Causa::Conversa { verbo: Verbo::Corpo, quebra: Quebra::Tempo };
    assert_eq!(resultado, Resultado::Incerta { causa });
    until(|| posta.caixa.copias(&message_id(1)) == 1).await;
}

#[tokio::test]
async fn a_reply_that_comes_too_late_is_not_taken_for_the_next_messages() {
    let posta = posta(Roteiro::lista(vec![(0, Fase::Corpo, Fala::Segurar)])).await;
    let mut config = config(&posta);
    config.tempos.corpo = Duration::from_millis(200);
    let cliente = ClienteSmtp::new(config).unwrap();
    assert!(matches!(cliente.send(&mensagem(1)).await, Resultado::Incerta { .. }));
    until(|| posta.caixa.seguradas() == 1).await;
    posta.caixa.liberar();
    until(|| posta.caixa.abertas() == 0).await;
    cliente.send(&mensagem(2)).await;
    assert_eq!(posta.caixa.conexoes(), 2, "the session that owes a reply is not used again");
}

#[tokio::test]
async fn a_late_final_reply_is_waited_for() {
    let posta = posta(Roteiro::sempre(Fase::Corpo, Fala::Segurar)).await;
    let cliente = cliente(&posta);
    let mensagem = mensagem(1);
    let (resultado, ()) = tokio::join!(cliente.send(&mensagem), async {
        until(|| posta.caixa.seguradas() == 1).await;
        assert_eq!(posta.caixa.total(), 1, "kept before it is answered");
        posta.caixa.liberar();
    });
    assert!(matches!(resultado, Resultado::Aceita { .. }), "{resultado:?}");
}

#[tokio::test]
async fn no_relay_at_all_is_temporary() {
    let porta = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    for host in ["127.0.0.1", "nao-existe.invalid"] {
        let mut config = Config::new(host, porta, Tls::Nenhum);
        config.tempos.conexao = Duration::from_secs(30);
        let resultado = ClienteSmtp::new(config).unwrap().send(&mensagem(1)).await;
        let Resultado::Temporaria { causa: Causa::Conversa { verbo: Verbo::Conexao, quebra } } = resultado
        else {
            panic!("{host}: {resultado:?}")
        };
        assert!(matches!(quebra, Quebra::SemConexao | Quebra::Tempo), "{host}: {quebra}");
    }
}
