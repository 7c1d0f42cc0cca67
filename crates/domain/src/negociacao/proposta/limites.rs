//! What a policy allows, to the day and to the cent.

use super::tests::{DIVIDA, dia, hoje, p, pedido, politica, valores};
use super::*;

#[test]
fn the_first_payment_falls_due_from_today_until_the_proposals_own_last_day() {
    let datas = (dia("2026-03-10"), dia("2026-03-12"));
    let (de, ate) = (dia("2026-03-12"), dia("2026-03-20"));
    for (em, cabe) in [
        ("2026-03-11", false),
        ("2026-03-12", true),
        ("2026-03-20", true),
        ("2026-03-21", false),
        ("2026-03-22", false),
    ] {
        let pedido = Pedido { primeiro_vencimento: dia(em), ..pedido(1) };
        let erros = propor(DIVIDA, &politica(), &pedido, datas).err();
        let esperados = (!cabe).then(|| vec![ForaDaPolitica::PrimeiroVencimento(de, ate)]);
        assert_eq!(erros, esperados, "{em}");
    }
}

#[test]
fn a_single_payment_and_an_entry_may_be_less_than_an_instalment() {
    let pouco = Divida { principal: Centavos::new(1_000), encargos: Centavos::ZERO };
    let unica = propor(
        pouco,
        &Politica { parcela_minima: Centavos::new(5_000), ..Politica::NENHUMA },
        &pedido(1),
        hoje(),
    );
    assert_eq!(valores(&unica.unwrap()), [1_000]);
    let com_entrada = Pedido { entrada: Some(Centavos::new(100)), ..pedido(2) };
    assert_eq!(valores(&propor(DIVIDA, &politica(), &com_entrada, hoje()).unwrap()), [100, 101_600]);
}

#[test]
fn a_limit_is_never_passed_and_a_minimum_always_reached_by_a_cent() {
    let impar = Divida { principal: Centavos::new(100_005), encargos: Centavos::new(3_401) };
    let acordo = propor(impar, &politica(), &pedido(2), hoje()).unwrap();
    assert_eq!(acordo.desconto.encargos, Centavos::new(1_700), "metade de 34,01, para baixo");
    let a_vista = propor(impar, &politica(), &pedido(1), hoje()).unwrap();
    assert_eq!(a_vista.desconto.principal, Centavos::new(10_000), "um décimo de 1.000,05, para baixo");
    let politica = Politica { entrada_minima: p("10"), ..Politica::NENHUMA };
    let divida = Divida { principal: Centavos::new(1_005), encargos: Centavos::ZERO };
    let acordo = propor(divida, &politica, &pedido(2), hoje()).unwrap();
    assert_eq!(valores(&acordo), [101, 904], "um décimo de 10,05, para cima");
}

#[test]
fn the_options_are_all_that_the_policy_allows() {
    let quantas =
        |acordos: Vec<Acordo>| acordos.iter().map(|a| a.parcelas.as_slice().len()).collect::<Vec<_>>();
    assert_eq!(quantas(opcoes(DIVIDA, &politica(), &pedido(0), hoje())), (1..=12).collect::<Vec<_>>());
    let maior = Politica { parcela_minima: Centavos::new(25_000), ..politica() };
    assert_eq!(quantas(opcoes(DIVIDA, &maior, &pedido(0), hoje())), [1, 2, 3, 4]);
}
