//! Negotiations that meet payments, cancellations, messages and each other.

use std::sync::Barrier;
use std::thread;

use diesel::connection::SimpleConnection as _;
use domain::execucao::Envio;
use domain::negociacao::{CancelamentoInvalido::ComPagamento, Impedidos, Impedimento};
use domain::titulo::{StatusTitulo, pagar};
use store::negociacoes;
use store::titulos::{RecusaSituacao, change_status, suspend};
use store::{Banco, Papel};

use crate::apoio::disparo::claim;
use crate::apoio::{Casa, LEASE, agora, devedor, dia, hora, item, nome};
use crate::negotiations::{TRES, cancel, create, negotiate, parcelas, read, titulos};
use crate::parada::parada;

#[test]
fn k05_a_cancellation_waits_for_a_payment_that_is_committing_and_is_then_refused() {
    let casa = Casa::nova();
    let id = casa.push_one(item("1", devedor(1)));
    let criada = negotiate(&casa, &[id], &TRES).unwrap();
    let (parada, controle) = parada();
    let cancelada = thread::scope(|scope| {
        let pagamento = scope.spawn(|| {
            casa.titulos.da_empresa(casa.empresa, |t| {
                change_status(t, criada.parcelas[0], pagar, agora())?.unwrap().unwrap();
                parada.stop();
                Ok(())
            })
        });
        controle.wait_until_there();
        let cancelamento = scope.spawn(|| cancel(&casa, criada.id, "2026-03-10"));
        casa.wait_until_blocked();
        controle.go_on();
        pagamento.join().unwrap().unwrap();
        cancelamento.join().unwrap()
    });
    assert_eq!(cancelada, Err(ComPagamento));
    assert_eq!(read(&casa, criada.id).estado, "confirmada");
    assert_eq!(titulos(&casa)[..2], ["1 negociado 10000", "Acordo 1/3 pago 0"]);
}

#[test]
fn k06_a_payment_waits_for_a_cancellation_that_is_committing_and_is_then_refused() {
    let casa = Casa::nova();
    let id = casa.push_one(item("1", devedor(1)));
    let criada = negotiate(&casa, &[id], &TRES).unwrap();
    let (parada, controle) = parada();
    let pago = thread::scope(|scope| {
        let cancelamento = scope.spawn(|| {
            casa.titulos.da_empresa(casa.empresa, |t| {
                negociacoes::cancel(t, criada.id, agora())?.unwrap().unwrap();
                parada.stop();
                Ok(())
            })
        });
        controle.wait_until_there();
        let pagamento = scope.spawn(|| {
            casa.titulos
                .da_empresa(casa.empresa, |t| change_status(t, criada.parcelas[0], pagar, agora()))
                .unwrap()
                .unwrap()
        });
        casa.wait_until_blocked();
        controle.go_on();
        cancelamento.join().unwrap().unwrap();
        pagamento.join().unwrap()
    });
    assert!(matches!(pago, Err(RecusaSituacao::Status(r)) if r.de == StatusTitulo::Cancelado));
    assert_eq!(titulos(&casa)[..2], ["1 aberto 10000", "Acordo 1/3 cancelado 0"]);
}

#[test]
fn k07_a_night_that_cancels_waits_for_a_payment_that_is_committing_and_leaves_that_negotiation() {
    let casa = Casa::nova();
    casa.run("UPDATE cadastro.empresa SET cancelar_acordo_apos = 0");
    let id = casa.push_one(item("1", devedor(1)));
    let criada = negotiate(&casa, &[id], &TRES).unwrap();
    let (parada, controle) = parada();
    thread::scope(|scope| {
        let pagamento = scope.spawn(|| {
            casa.titulos.da_empresa(casa.empresa, |t| {
                change_status(t, criada.parcelas[0], pagar, agora())?.unwrap().unwrap();
                parada.stop();
                Ok(())
            })
        });
        controle.wait_until_there();
        let noite = scope.spawn(|| casa.night("2026-03-23"));
        casa.wait_until_blocked();
        controle.go_on();
        pagamento.join().unwrap().unwrap();
        noite.join().unwrap();
    });
    assert_eq!(read(&casa, criada.id).estado, "confirmada");
    assert_eq!(titulos(&casa)[..2], ["1 negociado 10000", "Acordo 1/3 pago 0"]);
}

/// A payment holds its negotiation and then wants its título; a night that reopened the título first would wait for the
/// negotiation with it in hand.
#[test]
fn k07_t07_a_night_locks_negotiations_before_the_titulos_that_it_reopens() {
    let casa = Casa::nova();
    casa.run("UPDATE cadastro.empresa SET cancelar_acordo_apos = 0");
    let id = casa.push_one(item("1", devedor(1)));
    let criada = negotiate(&casa, &[id], &TRES).unwrap();
    casa.titulos
        .da_empresa(casa.empresa, |t| suspend(t, criada.parcelas[0], Some(dia("2026-03-22")), agora()))
        .unwrap();
    let mut pagamento = casa.root();
    pagamento.batch_execute("BEGIN; SELECT FROM cadastro.negociacao FOR UPDATE").unwrap();
    thread::scope(|scope| {
        let noite = scope.spawn(|| casa.night("2026-03-23"));
        casa.wait_until_blocked();
        let titulo = pagamento.batch_execute("SELECT FROM cadastro.titulo FOR UPDATE NOWAIT");
        pagamento.batch_execute("ROLLBACK").unwrap();
        noite.join().unwrap();
        assert_eq!(titulo, Ok(()), "the night holds a título while it waits for the negotiation");
    });
    assert_eq!(titulos(&casa)[..2], ["1 aberto 10000", "Acordo 1/3 cancelado 0"]);
}

#[test]
fn k08_of_two_negotiations_over_one_titulo_the_second_waits_and_is_refused() {
    let casa = Casa::nova();
    let ids = ["1", "2", "3"].map(|codigo| casa.push_one(item(codigo, devedor(1))));
    let (parada, controle) = parada();
    let segunda = thread::scope(|scope| {
        let primeira = scope.spawn(|| {
            casa.titulos.da_empresa(casa.empresa, |t| {
                let criada = create(t, &ids[..2], &parcelas(&TRES))?;
                parada.stop();
                Ok(criada)
            })
        });
        controle.wait_until_there();
        let segunda = scope.spawn(|| negotiate(&casa, &ids[1..], &TRES));
        casa.wait_until_blocked();
        controle.go_on();
        primeira.join().unwrap().unwrap().unwrap();
        segunda.join().unwrap()
    });
    assert_eq!(segunda, Err(Impedidos(vec![(ids[1], Impedimento::Status(StatusTitulo::Negociado))])));
    assert_eq!(casa.n("SELECT count(*) FROM cadastro.negociacao"), 1);
    assert_eq!(titulos(&casa)[2], "3 aberto 10000");
}

/// Rule j03 for what is negotiated: the fence and the negotiation wait for each other, whoever comes first.
#[test]
fn k02_a_negotiation_that_is_committing_when_the_fence_comes_is_waited_for_and_seen() {
    let casa = Casa::nova();
    let (execucao, id) = casa.queued();
    let (parada, controle) = parada();
    let visto = thread::scope(|scope| {
        let negociacao = scope.spawn(|| {
            casa.titulos.da_empresa(casa.empresa, |t| {
                let criada = create(t, &[id], &parcelas(&TRES))?;
                parada.stop();
                Ok(criada)
            })
        });
        controle.wait_until_there();
        let cerca = scope.spawn(|| {
            let mut visto = None;
            let envio = Envio::Enviar { titulos: vec![id] };
            casa.dispatcher
                .da_empresa(casa.empresa, |t| {
                    let claimed = claim(t, execucao, LEASE, |dados| {
                        visto = Some(dados.linhas[0].titulo.clone());
                        envio.clone()
                    })?;
                    Ok(nome(&claimed))
                })
                .unwrap();
            visto.unwrap()
        });
        casa.wait_until_blocked();
        controle.go_on();
        negociacao.join().unwrap().unwrap().unwrap();
        cerca.join().unwrap()
    });
    assert_eq!(visto.status, StatusTitulo::Negociado);
}

/// Both lock the negotiation first, so neither is ever thrown back.
#[test]
fn k05_of_a_payment_and_a_cancellation_at_once_one_wins_and_no_deadlock_decides_it() {
    let casa = Casa::nova();
    for n in 0..40 {
        let id = casa.push_one(item(&n.to_string(), devedor(n)));
        let criada = negotiate(&casa, &[id], &TRES).unwrap();
        let largada = Barrier::new(2);
        let (pago, cancelada) = thread::scope(|scope| {
            let pagamento = scope.spawn(|| {
                largada.wait();
                let pago = casa
                    .titulos
                    .da_empresa(casa.empresa, |t| change_status(t, criada.parcelas[0], pagar, agora()));
                pago.unwrap().unwrap().is_ok()
            });
            largada.wait();
            let cancelada = cancel(&casa, criada.id, "2026-03-10").is_ok();
            (pagamento.join().unwrap(), cancelada)
        });
        assert_ne!(pago, cancelada);
    }
    assert_eq!(casa.n("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"), 0);
}

/// Many at once, each in its own order: whatever wins, a negotiation is wholly there or wholly undone.
#[test]
fn k01_k06_negotiating_paying_and_cancelling_at_once_never_leaves_half_of_it() {
    const THREADS: usize = 6;
    const RODADAS: usize = 10;
    let casa = Casa::nova();
    let banco = Banco::connect(casa.pg.url(), Papel::Titulos, u32::try_from(THREADS).unwrap()).unwrap();
    let ids: Vec<_> = (0..4).map(|n| casa.push_one(item(&n.to_string(), devedor(1)))).collect();
    let largada = Barrier::new(THREADS);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (banco, ids, largada, empresa) = (&banco, &ids, &largada, casa.empresa);
            scope.spawn(move || {
                largada.wait();
                for rodada in 0..RODADAS {
                    let dois = [ids[(thread + rodada) % 4], ids[(thread + rodada + 1 + thread % 2) % 4]];
                    let criada = banco.da_empresa(empresa, |t| create(t, &dois, &parcelas(&TRES))).unwrap();
                    let Ok(criada) = criada else { continue };
                    thread::scope(|dentro| {
                        dentro.spawn(|| {
                            banco
                                .da_empresa(empresa, |t| {
                                    negociacoes::cancel(t, criada.id, hora(dia("2026-03-10")))
                                })
                                .unwrap()
                        });
                        if rodada % 5 == 4 {
                            banco
                                .da_empresa(empresa, |t| change_status(t, criada.parcelas[0], pagar, agora()))
                                .unwrap();
                        }
                    });
                }
            });
        }
    });
    assert_eq!(
        casa.n(
            "SELECT count(*) FROM cadastro.titulo t JOIN cadastro.negociacao n ON n.id = t.negociacao_id \
                 WHERE n.estado = 'cancelada' OR n.devedor_id <> t.devedor_id"
        ),
        0
    );
    assert_eq!(
        casa.n("SELECT count(*) FROM cadastro.titulo t JOIN cadastro.negociacao n ON n.id = t.acordo_id \
                 WHERE (n.estado = 'cancelada') <> (t.status = 'cancelado')"),
        0
    );
    assert_eq!(
        casa.n("SELECT count(*) FROM cadastro.titulo WHERE origem = 'original' \
                 AND (status = 'negociado') <> (negociacao_id IS NOT NULL)"),
        0
    );
    assert_eq!(
        casa.n("SELECT count(*) FROM cadastro.negociacao n WHERE estado <> 'cancelada' AND NOT EXISTS \
                 (SELECT FROM cadastro.titulo t WHERE t.negociacao_id = n.id)"),
        0
    );
    assert_eq!(casa.n("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"), 0);
}
