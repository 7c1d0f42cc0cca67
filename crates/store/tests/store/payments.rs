//! Payments that come together, in any order, and what a title remembers of them.

use std::collections::BTreeSet;
use std::thread;

use domain::dinheiro::Centavos;
use proptest::prelude::*;
use store::titulos::{
    Alvo, EntradaEstorno, EntradaPagamento, EntradaTitulo, QualPagamento, ResultadoPagamento, pay, reverse,
    suspend,
};

use crate::apoio::{Casa, devedor, dia, hora, item};

/// Of the título "1".
fn payment(codigo: Option<&str>, em: &str, valor: i64) -> EntradaPagamento {
    EntradaPagamento {
        titulo: Alvo::Codigo("1".to_owned()),
        codigo_integracao: codigo.map(str::to_owned),
        data: Some(dia(em)),
        valor: Some(Centavos::new(valor)),
        so_principal: false,
        quita: false,
    }
}

fn book(casa: &Casa, entrada: &EntradaPagamento) -> ResultadoPagamento {
    let agora = hora(dia("2026-03-20"));
    casa.titulos.da_empresa(casa.empresa, |t| pay(t, std::slice::from_ref(entrada), agora)).unwrap().remove(0)
}

#[test]
fn one_payment_sent_by_many_at_once_is_booked_once() {
    for codigo in [Some("P1"), None] {
        let casa = Casa::nova();
        casa.push(&[item("1", devedor(1))]);
        let booked = thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|_| scope.spawn(|| book(&casa, &payment(codigo, "2026-03-10", 1_000)))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        let novos = booked.iter().filter(|um| matches!(um, ResultadoPagamento::Registrado(_))).count();
        assert!(booked.iter().all(|um| !matches!(um, ResultadoPagamento::Recusado(_))));
        assert_eq!((novos, casa.n("SELECT count(*) FROM cadastro.pagamento")), (1, 1), "{codigo:?}");
    }
}

/// The same code at once on two títulos: one has it, the other is told so.
#[test]
fn one_code_for_two_titulos_at_once_is_one_payment() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1)), item("2", devedor(2))]);
    let booked = thread::scope(|scope| {
        let threads: Vec<_> = ["1", "2"]
            .map(|titulo| {
                let entrada = EntradaPagamento {
                    titulo: Alvo::Codigo(titulo.to_owned()),
                    ..payment(Some("P1"), "2026-03-10", 1_000)
                };
                let casa = &casa;
                scope.spawn(move || book(casa, &entrada))
            })
            .into_iter()
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    let novos = booked.iter().filter(|um| matches!(um, ResultadoPagamento::Registrado(_))).count();
    assert_eq!((novos, casa.n("SELECT count(*) FROM cadastro.pagamento")), (1, 1));
}

#[test]
fn t07_what_a_date_changes_has_no_author_in_the_history() {
    let casa = Casa::nova();
    let id = casa.push_one(item("1", devedor(1)));
    let ate = Some(dia("2026-03-12"));
    let autor = uuid::Uuid::from_u128(7);
    let suspenso = casa.titulos.gravar(casa.empresa, autor, |t| {
        suspend(t, id, ate, hora(dia("2026-03-10")))?;
        Ok(Ok::<_, ()>(()))
    });
    suspenso.unwrap().unwrap();
    casa.regua(&[crate::apoio::d(0)]);
    casa.night("2026-03-12");
    let historia = "SELECT concat_ws(' ', autor, mudancas -> 0 ->> 'depois') AS x FROM cadastro.titulo_historico ORDER BY seq";
    assert_eq!(casa.texts(historia), [format!("{autor} suspenso"), "aberto".to_owned()]);
}

/// Two notes of the same amount on the same day are one payment, unless the first one was taken back.
#[test]
fn a_payment_without_a_code_is_booked_again_after_it_was_taken_back() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1))]);
    let paga = payment(None, "2026-02-10", 1_000);
    assert!(matches!(book(&casa, &paga), ResultadoPagamento::Registrado(_)));
    assert!(matches!(book(&casa, &paga), ResultadoPagamento::JaRegistrado(_)));
    take_back(&casa, QualPagamento::Todos);
    assert_eq!(casa.n("SELECT saldo FROM cadastro.titulo"), 10_000);
    assert!(matches!(book(&casa, &paga), ResultadoPagamento::Registrado(_)));
    assert_eq!(casa.n("SELECT saldo FROM cadastro.titulo"), 9_000);
}

#[test]
fn what_stands_may_pay_a_value_that_was_lowered_since() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1))]);
    for (codigo, valor) in [("P1", 6_000), ("P2", 4_000)] {
        book(&casa, &payment(Some(codigo), "2026-02-10", valor));
    }
    let situacao = || casa.texts("SELECT concat_ws(' ', status, saldo) AS x FROM cadastro.titulo").remove(0);
    casa.push(&[EntradaTitulo { valor: Centavos::new(5_000), ..item("1", devedor(1)) }]);
    take_back(&casa, QualPagamento::Codigo("P2".to_owned()));
    assert_eq!(situacao(), "pago 0", "the other one is more than it is worth");
    take_back(&casa, QualPagamento::Codigo("P1".to_owned()));
    assert_eq!(situacao(), "aberto 5000");
}

#[derive(Clone, Debug)]
enum Fato {
    Paga { dias: i64, valor: i64, codigo: u8 },
    Estorna { codigo: u8 },
    EstornaTudo,
    NovoValor { valor: i64 },
}

fn fato() -> impl Strategy<Value = Fato> {
    prop_oneof![
        4 => (0..20_i64, 1..15_000_i64, 0..4_u8).prop_map(|(dias, valor, codigo)| Fato::Paga { dias, valor, codigo }),
        // Charges, or a part of them.
        2 => (0..20_i64, 1..400_i64, 0..4_u8).prop_map(|(dias, valor, codigo)| Fato::Paga { dias, valor, codigo }),
        2 => (0..4_u8).prop_map(|codigo| Fato::Estorna { codigo }),
        1 => Just(Fato::EstornaTudo),
        1 => (1..20_000_i64).prop_map(|valor| Fato::NovoValor { valor }),
    ]
}

fn happen(casa: &Casa, fato: &Fato) {
    match fato {
        Fato::Paga { dias, valor, codigo } => {
            let em = (dia("2026-03-01") + chrono::TimeDelta::days(*dias)).to_string();
            book(casa, &payment(Some(&format!("P{codigo}")), &em, *valor));
        }
        Fato::NovoValor { valor } => {
            casa.push(&[EntradaTitulo { valor: Centavos::new(*valor), ..item("1", devedor(1)) }]);
        }
        Fato::Estorna { codigo } => take_back(casa, QualPagamento::Codigo(format!("P{codigo}"))),
        Fato::EstornaTudo => take_back(casa, QualPagamento::Todos),
    }
}

fn take_back(casa: &Casa, pagamento: QualPagamento) {
    let entrada = EntradaEstorno { titulo: Alvo::Codigo("1".to_owned()), pagamento, motivo: None };
    let agora = hora(dia("2026-03-20"));
    casa.titulos.da_empresa(casa.empresa, |t| reverse(t, std::slice::from_ref(&entrada), agora)).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever comes in, in whatever order: an open título owes something and a paid one nothing, no cent is lost, and the
    /// history tells every balance that there was.
    #[test]
    fn the_balance_is_the_value_less_what_stands_of_its_payments(fatos in prop::collection::vec(fato(), 1..12)) {
        let casa = Casa::nova();
        casa.push(&[item("1", devedor(1))]);
        let mut saldos = BTreeSet::new();
        for fato in &fatos {
            happen(&casa, fato);
            let linha = casa.texts(
                "SELECT concat_ws(' ', t.status, t.saldo > 0, t.saldo <= t.valor, \
                        t.status = 'pago' OR t.saldo + coalesce((SELECT sum(p.principal) FROM cadastro.pagamento p \
                            WHERE p.titulo_id = t.id AND p.estornado_em IS NULL), 0) >= t.valor) AS x FROM cadastro.titulo t",
            );
            prop_assert!(["aberto t t t", "pago f t t"].contains(&linha[0].as_str()), "{fato:?}: {linha:?}");
            saldos.insert(casa.n("SELECT saldo FROM cadastro.titulo"));
        }
        let contados = casa.n("SELECT count(DISTINCT m ->> 'depois') FROM cadastro.titulo_historico h, \
                                      jsonb_array_elements(h.mudancas) m WHERE m ->> 'campo' = 'saldo'");
        let havia = i64::try_from(saldos.len()).unwrap();
        prop_assert!(contados == havia || contados + 1 == havia, "{contados} de {saldos:?}");
    }
}
