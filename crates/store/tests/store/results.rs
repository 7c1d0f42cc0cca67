//! What came of a claimed execution, written under its fence.

use std::time::Duration;

use chrono::TimeDelta;
use domain::execucao::{Canal, Desfecho, Motivo};
use domain::ids::{ExecucaoId, TituloId};
use store::disparos::{MensagemMontada, enqueue};
use store::execucoes;

use crate::apoio::disparo::{finish, sweep};
use crate::apoio::{Casa, LEASE, NOITE, dia, hora};

fn message(titulo: TituloId) -> MensagemMontada {
    MensagemMontada {
        destinatario: "d1@exemplo.com.br".to_owned(),
        assunto: Some("Aviso".to_owned()),
        texto: "Olá, Devedor 1".to_owned(),
        titulos: vec![titulo],
        montada_em: hora(dia(NOITE)),
    }
}

fn end(
    casa: &Casa,
    execucao: (ExecucaoId, i64),
    desfecho: &Desfecho,
    mensagem: Option<&MensagemMontada>,
) -> bool {
    casa.dispatcher.da_empresa(casa.empresa, |t| finish(t, execucao, *desfecho, mensagem)).unwrap()
}

fn enviada() -> Desfecho {
    Desfecho::Enviada { em: hora(dia(NOITE)) }
}

#[test]
fn an_accepted_message_is_kept_once_as_it_was_sent() {
    let casa = Casa::nova();
    let (id, titulo) = casa.queued();
    let cerca = casa.claimed(id, LEASE);
    assert!(end(&casa, (id, cerca), &enviada(), Some(&message(titulo))));
    let lida = casa.execucao(id);
    assert_eq!(
        (lida.estado.as_str(), lida.enviada_em, lida.motivo),
        ("enviada", Some(hora(dia(NOITE))), None)
    );
    assert_eq!(lida.resposta.as_deref(), Some("250 2.0.0 ok"));
    let outra = MensagemMontada { texto: "outra".to_owned(), ..message(titulo) };
    assert!(!end(&casa, (id, cerca), &enviada(), Some(&outra)), "the same result twice is written once");
    let guardada = casa.dispatcher.da_empresa(casa.empresa, |t| execucoes::message(t, id)).unwrap().unwrap();
    assert_eq!((guardada.texto.as_str(), guardada.titulos), ("Olá, Devedor 1", vec![titulo.uuid()]));
    assert_eq!(casa.n("SELECT count(*) FROM disparo.tentativa WHERE texto IS NOT NULL"), 1);
}

#[test]
fn a_retry_goes_back_with_its_instant_and_one_attempt_more() {
    let casa = Casa::nova();
    let (id, titulo) = casa.queued();
    for tentativa in 1..=3 {
        let em = hora(dia(NOITE)) + TimeDelta::minutes(i64::from(tentativa));
        let cerca = casa.claimed(id, LEASE);
        assert!(end(&casa, (id, cerca), &Desfecho::Repetir { em, conta: true, duvidosa: false }, None));
        let lida = casa.execucao(id);
        assert_eq!((lida.estado.as_str(), lida.publicar_em, lida.tentativas), ("pendente", em, tentativa));
        assert_eq!(
            enqueue(&casa.dispatcher, &[Canal::Email], em - TimeDelta::seconds(1), (9, 1_000)).unwrap(),
            []
        );
        assert_eq!(enqueue(&casa.dispatcher, &[Canal::Email], em, (9, 1_000)).unwrap().len(), 1);
    }
    let cerca = casa.claimed(id, LEASE);
    assert!(end(&casa, (id, cerca), &enviada(), Some(&message(titulo))));
    assert_eq!(casa.execucao(id).tentativas, 3);
}

#[test]
fn the_result_of_an_older_fence_is_refused() {
    let casa = Casa::nova();
    let (id, titulo) = casa.queued();
    let zumbi = casa.claimed(id, LEASE);
    let em = hora(dia(NOITE));
    assert!(end(&casa, (id, zumbi), &Desfecho::Repetir { em, conta: true, duvidosa: false }, None));
    assert!(!end(&casa, (id, zumbi), &enviada(), Some(&message(titulo))), "it is not claimed at all");
    enqueue(&casa.dispatcher, &[Canal::Email], em, (9, 1_000)).unwrap();
    let nova = casa.claimed(id, LEASE);
    assert!(nova > zumbi);
    assert!(!end(&casa, (id, zumbi), &enviada(), Some(&message(titulo))), "another one holds it");
    assert_eq!(casa.execucao(id).estado, "enviando");
    assert_eq!(casa.n("SELECT count(*) FROM disparo.tentativa WHERE texto IS NOT NULL"), 0);
    assert!(end(&casa, (id, nova), &enviada(), Some(&message(titulo))));
}

#[test]
fn a_failure_and_a_doubt_end_with_their_reasons() {
    for (desfecho, estado, motivo, tentativas) in [
        (Desfecho::Falhou { motivo: Motivo::RecusaDoProvedor }, "falhou", "recusa_do_provedor", 1),
        (Desfecho::Incerta { motivo: Motivo::ResultadoDesconhecido }, "incerta", "resultado_desconhecido", 0),
    ] {
        let casa = Casa::nova();
        let (id, titulo) = casa.queued();
        let cerca = casa.claimed(id, Duration::ZERO);
        assert!(end(&casa, (id, cerca), &desfecho, Some(&message(titulo))));
        let lida = casa.execucao(id);
        assert_eq!(
            (lida.estado.as_str(), lida.motivo.as_deref(), lida.tentativas),
            (estado, Some(motivo), tentativas)
        );
        let varredura = sweep(&casa.dispatcher, Duration::ZERO);
        assert_eq!((varredura.devolvidas, varredura.incertas), (0, 0), "what ended is left alone");
    }
}
