//! The marks that make the incremental night complete: none is lost, whatever runs at the same moment.

use std::thread;

use domain::ids::TituloId;
use domain::regua::EstadoRegua;
use domain::titulo::pagar;
use store::reguas;
use store::titulos::{change_status, upsert};

use crate::apoio::{
    Casa, NOITE, agora, chunk, claim, d, decide_and_save, devedor, dia, hora, item, nova_regua, set_estado,
};
use crate::parada::parada;

fn pay(casa: &Casa, titulo: TituloId) {
    casa.titulos
        .da_empresa(casa.empresa, |t| change_status(t, titulo, pagar, agora()))
        .unwrap()
        .unwrap()
        .unwrap();
}

/// The chunk read the título before the payment committed; its own next date must not paint over the mark.
#[test]
fn a_payment_that_commits_while_its_debtor_is_being_decided_is_seen_by_the_next_night() {
    let casa = Casa::nova();
    let titulo = casa.push_one(item("1", devedor(1)));
    casa.regua(&[d(0), d(30)]);
    let noite = casa.open_new(dia(NOITE));
    let (parada, controle) = parada();
    thread::scope(|scope| {
        let engine = scope.spawn(|| {
            casa.engine
                .da_empresa(casa.empresa, |t| {
                    let devedores = claim(t, noite, 10, false)?;
                    parada.stop();
                    decide_and_save(t, noite, &devedores)
                })
                .unwrap()
        });
        controle.wait_until_there();
        let pagamento = scope.spawn(|| pay(&casa, titulo));
        casa.wait_until_blocked();
        controle.go_on();
        assert_eq!(engine.join().unwrap()[0].1.acoes.len(), 1, "it was decided as still open");
        pagamento.join().unwrap();
    });
    assert_eq!(casa.marked(), ["d1"]);
    casa.night("2026-03-03");
    assert_eq!(
        casa.texts("SELECT concat_ws(' ', estado, motivo) AS x FROM regua.inscricao"),
        ["encerrada sem_titulo"]
    );
}

/// The payment is about to commit when the night comes by: the night waits for it and then sees it.
#[test]
fn a_payment_that_is_about_to_commit_is_waited_for_before_the_night_ends() {
    let casa = Casa::nova();
    let titulo = casa.push_one(item("1", devedor(1)));
    casa.regua(&[d(0)]);
    let noite = casa.open_new(dia(NOITE));
    casa.unmark();
    let (parada, controle) = parada();
    thread::scope(|scope| {
        let pagamento = scope.spawn(|| {
            casa.titulos.da_empresa(casa.empresa, |t| {
                change_status(t, titulo, pagar, agora())?.unwrap().unwrap();
                upsert(t, &[item("2", devedor(2))], agora())?;
                parada.stop();
                Ok(())
            })
        });
        controle.wait_until_there();
        let sem_espera = casa.engine.da_empresa(casa.empresa, |t| chunk(t, noite, 10, false)).unwrap();
        assert_eq!(sem_espera, 0);
        controle.go_on();
        pagamento.join().unwrap().unwrap();
    });
    let depois = casa.engine.da_empresa(casa.empresa, |t| chunk(t, noite, 10, true)).unwrap();
    assert_eq!(depois, 2);
    assert_eq!(casa.execucoes().len(), 1, "the one that was not paid");
}

#[test]
fn a_regua_activated_while_the_night_is_being_opened_is_seen_by_the_next_night() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1))]);
    let nova = nova_regua(&[d(0)]);
    casa.engine.da_empresa(casa.empresa, |t| reguas::create(t, &nova, agora())).unwrap().unwrap();
    let regua = nova.regua.id();
    let (parada, controle) = parada();
    thread::scope(|scope| {
        let ativa = scope.spawn(|| {
            casa.engine.da_empresa(casa.empresa, |t| {
                // The activation was asked for a moment before the night, and commits a moment after it.
                set_estado(t, regua, EstadoRegua::Ativa, hora(dia(NOITE)) - chrono::TimeDelta::seconds(1))?;
                parada.stop();
                Ok(())
            })
        });
        controle.wait_until_there();
        let noite = scope.spawn(|| casa.night(NOITE));
        testkit::block_until(crate::apoio::PRAZO, || noite.is_finished() || casa.is_blocked());
        controle.go_on();
        ativa.join().unwrap().unwrap();
        noite.join().unwrap();
    });
    casa.night("2026-03-03");
    assert_eq!(casa.execucoes().len(), 1, "decided on one of the two nights");
}

#[test]
fn marking_everybody_and_marking_some_at_once_end_well() {
    let casa = Casa::nova();
    let itens: Vec<_> = (0..400).map(|n| item(&n.to_string(), devedor(n))).collect();
    casa.push(&itens);
    // Physical order is the reverse of the order in which pushes lock.
    casa.run(
        "CREATE TABLE copia AS SELECT * FROM regua.agenda; DELETE FROM regua.agenda; \
              INSERT INTO regua.agenda SELECT * FROM copia ORDER BY devedor_id DESC",
    );
    thread::scope(|scope| {
        let todos = scope.spawn(|| {
            for rodada in 0..30 {
                let mudanca = store::empresas::MudancaEmpresa {
                    vencimento_em_dia_util: Some(rodada % 2 == 0),
                    ..Default::default()
                };
                casa.titulos.da_empresa(casa.empresa, |t| store::empresas::update(t, &mudanca)).unwrap();
                // As `unmark`, in the order in which everybody else locks.
                casa.run(
                    "UPDATE regua.agenda a SET proxima = NULL FROM (SELECT devedor_id FROM regua.agenda \
                          ORDER BY devedor_id FOR UPDATE) m WHERE a.devedor_id = m.devedor_id",
                );
            }
        });
        let alguns = scope.spawn(|| {
            for rodada in 1..30 {
                let itens: Vec<_> = itens
                    .iter()
                    .map(|i| store::titulos::EntradaTitulo {
                        valor: domain::dinheiro::Centavos::new(rodada),
                        ..i.clone()
                    })
                    .collect();
                casa.push(&itens);
            }
        });
        todos.join().unwrap();
        alguns.join().unwrap();
    });
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(casa.n(deadlocks), 0);
}

/// Rules g05, g07: what changes after the night decided a debtor is the next night's, however long this one goes on.
#[test]
fn g07_a_night_decides_nobody_twice_whatever_changes_while_it_runs() {
    let casa = Casa::nova();
    let titulo = casa.push_one(item("1", devedor(1)));
    casa.push(&[item("2", devedor(2))]);
    casa.regua(&[d(0)]);
    let noite = casa.open_new(dia(NOITE));
    let lote = |limite| casa.engine.da_empresa(casa.empresa, |t| chunk(t, noite, limite, false)).unwrap();
    assert_eq!(lote(9), 2);
    pay(&casa, titulo);
    casa.push(&[item("3", devedor(3))]);
    assert_eq!(casa.marked(), ["d1", "d3"]);
    assert_eq!(lote(9), 1, "only the one whom it had not seen");
    assert_eq!(lote(9), 0);
    assert_eq!(casa.marked(), ["d1"], "the mark stays");
    casa.night("2026-03-03");
    assert_eq!(casa.marked(), [""; 0]);
    assert_eq!(casa.n("SELECT count(*) FROM regua.inscricao WHERE encerrada_em = '2026-03-03'"), 1);
}
