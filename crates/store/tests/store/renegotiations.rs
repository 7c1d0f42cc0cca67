//! Negotiations over instalments of negotiations: the same debt is never owed twice, whoever comes first.

use std::sync::Barrier;
use std::thread;

use diesel::connection::SimpleConnection as _;
use domain::ids::{NegociacaoId, TituloId};
use domain::negociacao::{CancelamentoInvalido, Impedidos, Impedimento};
use store::negociacoes::{self, Criada};
use store::titulos::{Alvo, EntradaEstorno, QualPagamento, RecusaEstorno, ResultadoEstorno, reverse};
use store::{Banco, Papel, StoreError, Tenant};

use crate::apoio::{Casa, agora, devedor, dia, hora, item};
use crate::negotiations::{TRES, cancel, create, negotiate, parcelas, pay, read, titulos};
use crate::parada::parada;

/// A confirmed negotiation over the títulos 1 and 2.
fn confirmed(casa: &Casa) -> Criada {
    let ids = ["1", "2"].map(|codigo| casa.push_one(item(codigo, devedor(1))));
    let criada = negotiate(casa, &ids, &TRES).unwrap();
    pay(casa, criada.parcelas[0], "2026-03-10");
    criada
}

fn take_back(t: &mut Tenant<'_>, titulo: TituloId) -> Result<ResultadoEstorno, StoreError> {
    let entrada = EntradaEstorno { titulo: Alvo::Id(titulo), pagamento: QualPagamento::Todos, motivo: None };
    Ok(reverse(t, std::slice::from_ref(&entrada), hora(dia("2026-03-11")))?.remove(0))
}

#[test]
fn k05_a_negotiation_over_an_instalment_waits_for_the_reversal_that_unconfirms_and_is_then_refused() {
    let casa = Casa::nova();
    let primeira = confirmed(&casa);
    let (parada, controle) = parada();
    let segunda = thread::scope(|scope| {
        let estorno = scope.spawn(|| {
            casa.titulos.da_empresa(casa.empresa, |t| {
                let feito = take_back(t, primeira.parcelas[0])?;
                parada.stop();
                Ok(feito)
            })
        });
        controle.wait_until_there();
        let segunda = scope.spawn(|| negotiate(&casa, &primeira.parcelas[1..], &["2026-06-20"]));
        casa.wait_until_blocked();
        controle.go_on();
        assert!(matches!(estorno.join().unwrap().unwrap(), ResultadoEstorno::Estornado(_, 1)));
        segunda.join().unwrap()
    });
    let impedida = |id: &TituloId| (*id, Impedimento::ParcelaNaoConfirmada);
    assert_eq!(segunda, Err(Impedidos(primeira.parcelas[1..].iter().map(impedida).collect())));
    assert!(cancel(&casa, primeira.id, "2026-03-12").is_ok());
    assert_eq!(titulos(&casa)[..2], ["1 aberto 10000", "2 aberto 10000"]);
}

#[test]
fn k05_a_reversal_waits_for_a_negotiation_over_an_instalment_and_is_then_refused() {
    let casa = Casa::nova();
    let primeira = confirmed(&casa);
    let (parada, controle) = parada();
    let (segunda, estorno) = thread::scope(|scope| {
        let segunda = scope.spawn(|| {
            casa.titulos.da_empresa(casa.empresa, |t| {
                let criada = create(t, &primeira.parcelas[1..2], &parcelas(&["2026-06-20"]))?;
                parada.stop();
                Ok(criada)
            })
        });
        controle.wait_until_there();
        let estorno = scope
            .spawn(|| casa.titulos.da_empresa(casa.empresa, |t| take_back(t, primeira.parcelas[0])).unwrap());
        casa.wait_until_blocked();
        controle.go_on();
        (segunda.join().unwrap().unwrap().unwrap(), estorno.join().unwrap())
    });
    assert_eq!(estorno, ResultadoEstorno::Recusado(RecusaEstorno::AcordoRenegociado(segunda.id)));
    assert_eq!(read(&casa, primeira.id).estado, "confirmada");
    assert_eq!(cancel(&casa, primeira.id, "2026-03-12"), Err(CancelamentoInvalido::ComPagamento));
}

/// Whether a título can be locked while `work` waits for the negotiation `id`.
fn leaves_titulos_free(casa: &Casa, id: NegociacaoId, work: impl FnOnce() + Send) -> bool {
    let mut outro = casa.root();
    outro
        .batch_execute(&format!("BEGIN; SELECT FROM cadastro.negociacao WHERE id = '{id}' FOR UPDATE"))
        .unwrap();
    thread::scope(|scope| {
        let trabalho = scope.spawn(work);
        casa.wait_until_blocked();
        let livre = outro.batch_execute("SELECT FROM cadastro.titulo FOR UPDATE NOWAIT").is_ok();
        outro.batch_execute("ROLLBACK").unwrap();
        trabalho.join().unwrap();
        livre
    })
}

/// A payment holds the negotiation of its instalment and then wants the instalment.
#[test]
fn whoever_negotiates_or_breaks_locks_the_negotiations_of_instalments_before_any_titulo() {
    let casa = Casa::nova();
    let primeira = confirmed(&casa);
    let mut segunda = None;
    assert!(leaves_titulos_free(&casa, primeira.id, || {
        segunda = Some(negotiate(&casa, &primeira.parcelas[1..], &["2026-06-20", "2026-07-20"]).unwrap());
    }));
    let segunda = segunda.unwrap();
    pay(&casa, segunda.parcelas[0], "2026-03-12");
    assert!(leaves_titulos_free(&casa, primeira.id, || {
        let quebrada = casa
            .titulos
            .da_empresa(casa.empresa, |t| negociacoes::break_up(t, segunda.id, hora(dia("2026-03-12"))));
        quebrada.unwrap().unwrap().unwrap();
    }));
    // Of 100.00 in two instalments, 50.00 were paid: the first of the instalments that it was over.
    let delas = format!(
        "SELECT concat_ws(' ', numero, status, saldo) AS x FROM cadastro.titulo WHERE acordo_id = '{}' ORDER BY vencimento",
        primeira.id
    );
    assert_eq!(casa.texts(&delas), ["Acordo 1/3 pago 0", "Acordo 2/3 pago 0", "Acordo 3/3 aberto 5000"]);
}

/// However it came to be unconfirmed: neither the night nor anybody else gives its originals back.
#[test]
fn k07_a_night_leaves_a_negotiation_of_which_another_one_has_an_instalment() {
    let casa = Casa::nova();
    casa.run("UPDATE cadastro.empresa SET cancelar_acordo_apos = 0");
    let primeira = confirmed(&casa);
    let segunda = negotiate(&casa, &primeira.parcelas[1..], &["2026-06-20"]).unwrap();
    casa.run(&format!(
        "UPDATE cadastro.negociacao SET estado = 'aberta', com_pagamento = false, confirmada_em = NULL WHERE id = '{}'",
        primeira.id
    ));
    casa.night("2026-03-24");
    assert_eq!(read(&casa, primeira.id).estado, "aberta");
    assert_eq!(titulos(&casa)[..2], ["1 negociado 10000", "2 negociado 10000"]);
    assert_eq!(cancel(&casa, primeira.id, "2026-03-24"), Err(CancelamentoInvalido::Renegociada));
    cancel(&casa, segunda.id, "2026-03-24").unwrap();
    casa.night("2026-03-25");
    assert_eq!(read(&casa, primeira.id).estado, "cancelada");
}

/// Rules k06, k07, §0.
#[test]
fn k07_a_night_gives_back_as_paid_what_was_paid_meanwhile() {
    let casa = Casa::nova();
    casa.run("UPDATE cadastro.empresa SET cancelar_acordo_apos = 0");
    casa.regua(&[crate::apoio::d(0)]);
    let ids = ["1", "2"].map(|codigo| casa.push_one(item(codigo, devedor(1))));
    negotiate(&casa, &ids, &TRES).unwrap();
    // As when the ERP lowers its value to what was paid of it before.
    casa.run("UPDATE cadastro.titulo SET saldo = 0 WHERE codigo_integracao = '1'");
    casa.night("2026-03-24");
    assert_eq!(titulos(&casa)[..2], ["1 pago 0", "2 aberto 10000"]);
    let cobrados =
        "SELECT array_length(titulos, 1)::text AS x FROM regua.inscricao WHERE estado <> 'encerrada'";
    assert_eq!(casa.texts(cobrados), ["1"]);
}

/// Many at once, each in its own order: no negotiation that may still be undone ever has an instalment in another one.
#[test]
fn k05_negotiating_again_taking_back_and_cancelling_at_once_never_leave_a_debt_twice() {
    const THREADS: usize = 6;
    const RODADAS: usize = 12;
    let casa = Casa::nova();
    let banco = Banco::connect(casa.pg.url(), Papel::Titulos, u32::try_from(THREADS).unwrap()).unwrap();
    let primeira = confirmed(&casa);
    let duas_vezes = "SELECT count(*) FROM cadastro.negociacao n JOIN cadastro.titulo p ON p.acordo_id = n.id \
                       WHERE n.estado IN ('aberta', 'cancelada') AND p.status = 'negociado'";
    let largada = Barrier::new(THREADS);
    thread::scope(|scope| {
        for n in 0..THREADS {
            let (casa, banco, primeira, largada) = (&casa, &banco, &primeira, &largada);
            let empresa = casa.empresa;
            let agora = agora();
            scope.spawn(move || {
                largada.wait();
                for rodada in 0..RODADAS {
                    let quando = hora(dia("2026-03-11"));
                    match (n + rodada) % 3 {
                        0 => {
                            let dela = [primeira.parcelas[1 + n % 2]];
                            let criada = banco
                                .da_empresa(empresa, |t| create(t, &dela, &parcelas(&["2026-06-20"])))
                                .unwrap();
                            if let (Ok(criada), 0) = (criada, rodada % 2) {
                                let cancelar =
                                    banco.da_empresa(empresa, |t| negociacoes::cancel(t, criada.id, agora));
                                cancelar.unwrap().unwrap().unwrap();
                            }
                        }
                        1 => {
                            banco.da_empresa(empresa, |t| take_back(t, primeira.parcelas[0])).unwrap();
                        }
                        _ => {
                            let pagar = domain::titulo::pagar;
                            let pago = banco.da_empresa(empresa, |t| {
                                store::titulos::change_status(t, primeira.parcelas[0], pagar, quando)
                            });
                            pago.unwrap().unwrap().unwrap();
                        }
                    }
                    assert_eq!(casa.n(duas_vezes), 0);
                }
            });
        }
    });
    assert!(casa.n("SELECT count(*) FROM cadastro.negociacao") > 1, "some were made");
    assert!(casa.n("SELECT count(*) FROM cadastro.pagamento WHERE estornado_em IS NOT NULL") > 0);
    assert_eq!(casa.n("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"), 0);
}
