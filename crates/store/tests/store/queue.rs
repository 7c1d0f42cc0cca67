//! From `pendente` to the bus and back: relay and sweep.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use chrono::TimeDelta;
use domain::execucao::{Canal, Desfecho};
use domain::ids::ExecucaoId;
use store::disparos::{Varredura, enqueue, unqueue};
use store::execucoes;

use crate::apoio::disparo::{finish, sweep};
use crate::apoio::{Casa, LEASE, NOITE, d, descartar, devedor, dia, hora, item, nome};

const NENHUMA: Varredura = Varredura { devolvidas: 0, repetidas: 0, incertas: 0, escaladas: 0 };

/// `n` e-mails that are ripe at the hour of the night.
fn ripe(n: u32) -> Casa {
    let casa = Casa::nova();
    casa.push(&(0..n).map(|n| item(&n.to_string(), devedor(n))).collect::<Vec<_>>());
    casa.regua(&[d(0)]);
    assert_eq!(casa.night(NOITE).1, i64::from(n));
    casa
}

fn states(casa: &Casa) -> Vec<String> {
    casa.texts(
        "SELECT concat_ws(' ', estado, count(*)) AS x FROM disparo.execucao GROUP BY estado ORDER BY 1",
    )
}

fn in_motion(casa: &Casa) -> i64 {
    let agora = hora(dia(NOITE));
    casa.dispatcher.da_empresa(casa.empresa, |t| execucoes::in_motion(t, agora, None)).unwrap()
}

#[test]
fn what_is_ripe_is_taken_once_up_to_the_limit_and_the_rest_later() {
    let casa = ripe(10);
    let agora = hora(dia(NOITE));
    assert_eq!(
        enqueue(&casa.dispatcher, &[Canal::Email], agora - TimeDelta::seconds(1), (99, 1_000)).unwrap(),
        []
    );
    assert_eq!(enqueue(&casa.dispatcher, &[Canal::Sms, Canal::Carta], agora, (99, 1_000)).unwrap(), []);
    let primeiras = enqueue(&casa.dispatcher, &[Canal::Sms, Canal::Email], agora, (4, 1_000)).unwrap();
    let outras = enqueue(&casa.dispatcher, &[Canal::Email], agora, (99, 1_000)).unwrap();
    assert_eq!((primeiras.len(), outras.len()), (4, 6));
    let ids: BTreeSet<_> = primeiras.iter().chain(&outras).map(|e| e.id).collect();
    assert_eq!(ids.len(), 10);
    assert!(primeiras.iter().all(|e| e.empresa == casa.empresa && e.canal == Canal::Email));
    assert_eq!(enqueue(&casa.dispatcher, &[Canal::Email], agora, (99, 1_000)).unwrap(), []);
    assert_eq!(in_motion(&casa), 10);
}

#[test]
fn two_relays_share_and_never_take_the_same() {
    let casa = ripe(300);
    let juntos = Barrier::new(2);
    let tomadas: Vec<Vec<ExecucaoId>> = thread::scope(|scope| {
        let relays: Vec<_> = (0..2)
            .map(|_| {
                let (casa, juntos) = (&casa, &juntos);
                scope.spawn(move || {
                    juntos.wait();
                    let mut tomadas = Vec::new();
                    loop {
                        let lote =
                            enqueue(&casa.dispatcher, &[Canal::Email], hora(dia(NOITE)), (7, 1_000)).unwrap();
                        if lote.is_empty() {
                            return tomadas;
                        }
                        tomadas.extend(lote.into_iter().map(|e| e.id));
                    }
                })
            })
            .collect();
        relays.into_iter().map(|r| r.join().unwrap()).collect()
    });
    assert_eq!(tomadas.iter().map(Vec::len).sum::<usize>(), 300);
    assert_eq!(tomadas.iter().flatten().collect::<BTreeSet<_>>().len(), 300);
}

#[test]
fn while_one_relay_takes_the_others_find_nothing() {
    let casa = ripe(3);
    let mut outro = testkit::Sql::connect(casa.pg.url());
    outro.run("BEGIN");
    outro.run("SELECT pg_advisory_xact_lock(hashtext('disparo.enfileirar'))");
    let agora = hora(dia(NOITE));
    assert_eq!(enqueue(&casa.dispatcher, &[Canal::Email], agora, (9, 1_000)).unwrap(), []);
    outro.run("COMMIT");
    assert_eq!(enqueue(&casa.dispatcher, &[Canal::Email], agora, (9, 1_000)).unwrap().len(), 3);
}

#[test]
fn a_line_that_is_full_has_its_turn_again_when_it_has_room_for_many() {
    let casa = ripe(10);
    let take = || enqueue(&casa.dispatcher, &[Canal::Email], hora(dia(NOITE)), (6, 8)).unwrap();
    let fila = take();
    assert_eq!((fila.len(), take().len()), (6, 0));
    casa.claimed(fila[0].id, LEASE);
    assert_eq!(take(), [], "one place is no turn");
    casa.claimed(fila[1].id, LEASE);
    assert_eq!(take().len(), 4);
}

#[test]
fn what_was_not_confirmed_goes_back_unless_it_was_claimed_meanwhile() {
    let casa = ripe(3);
    let fila = enqueue(&casa.dispatcher, &[Canal::Email], hora(dia(NOITE)), (9, 1_000)).unwrap();
    casa.claimed(fila[0].id, LEASE);
    let todas: Vec<_> = fila.iter().map(|e| (e.empresa, e.id)).collect();
    assert_eq!(unqueue(&casa.dispatcher, &todas).unwrap(), 2);
    assert_eq!(states(&casa), ["enviando 1", "pendente 2"]);
    assert_eq!(unqueue(&casa.dispatcher, &todas).unwrap(), 0);
    assert_eq!(unqueue(&casa.dispatcher, &[]).unwrap(), 0);
    assert_eq!(enqueue(&casa.dispatcher, &[Canal::Email], hora(dia(NOITE)), (9, 1_000)).unwrap().len(), 2);
}

#[test]
fn what_was_queued_too_long_is_pendente_again_and_what_was_not_stays() {
    let casa = ripe(2);
    enqueue(&casa.dispatcher, &[Canal::Email], hora(dia(NOITE)), (9, 1_000)).unwrap();
    assert_eq!(sweep(&casa.dispatcher, Duration::from_mins(10)), NENHUMA);
    assert_eq!(sweep(&casa.dispatcher, Duration::ZERO), Varredura { devolvidas: 2, ..NENHUMA });
    assert_eq!(states(&casa), ["pendente 2"]);
    assert_eq!(casa.n("SELECT count(*) FROM disparo.execucao WHERE enfileirada_em IS NOT NULL"), 0);
}

#[test]
fn a_lease_that_ran_out_is_incerta_and_is_never_sent_again() {
    let casa = ripe(2);
    let fila = enqueue(&casa.dispatcher, &[Canal::Email], hora(dia(NOITE)), (9, 1_000)).unwrap();
    let cerca = casa.claimed(fila[0].id, Duration::ZERO);
    casa.claimed(fila[1].id, LEASE);
    assert_eq!(sweep(&casa.dispatcher, Duration::ZERO), Varredura { incertas: 1, ..NENHUMA });
    let lida = casa.execucao(fila[0].id);
    assert_eq!((lida.estado.as_str(), lida.motivo.as_deref()), ("incerta", Some("resultado_desconhecido")));
    let tarde = Desfecho::Enviada { em: hora(dia(NOITE)) };
    let aceita =
        casa.dispatcher.da_empresa(casa.empresa, |t| finish(t, (fila[0].id, cerca), tarde, None)).unwrap();
    assert!(!aceita, "a late result is refused");
    assert_eq!(nome(&casa.claim(fila[0].id, LEASE, &descartar())), "de outro");
    assert_eq!(enqueue(&casa.dispatcher, &[Canal::Email], hora(dia(NOITE)), (9, 1_000)).unwrap(), []);
    assert_eq!(sweep(&casa.dispatcher, Duration::ZERO), NENHUMA);
    assert_eq!(states(&casa), ["enviando 1", "incerta 1"]);
}
