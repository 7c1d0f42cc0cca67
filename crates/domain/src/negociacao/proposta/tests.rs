//! What is proposed, whatever the debt and the policy.

use super::super::politica::Descontos;
use super::*;
use proptest::prelude::*;

pub(super) fn dia(texto: &str) -> NaiveDate {
    texto.parse().unwrap()
}

pub(super) fn p(texto: &str) -> Percentual {
    Percentual::parse(texto).unwrap()
}

pub(super) const DIVIDA: Divida =
    Divida { principal: Centavos::new(100_000), encargos: Centavos::new(3_400) };

pub(super) fn politica() -> Politica {
    Politica {
        a_vista: Descontos { encargos: p("100"), principal: p("10") },
        parcelado: Descontos { encargos: p("50"), principal: p("0") },
        max_parcelas: 12,
        parcela_minima: Centavos::new(5_000),
        primeiro_vencimento_dias: 10,
        ..Politica::NENHUMA
    }
}

pub(super) fn pedido(quantidade: u16) -> Pedido {
    Pedido { quantidade, entrada: None, desconto: None, primeiro_vencimento: dia("2026-03-15") }
}

pub(super) fn hoje() -> (NaiveDate, NaiveDate) {
    (dia("2026-03-10"), dia("2026-03-10"))
}

pub(super) fn valores(acordo: &Acordo) -> Vec<i64> {
    acordo.parcelas.as_slice().iter().map(|parcela| parcela.valor.get()).collect()
}

#[test]
fn a_discount_is_taken_off_the_charges_first_and_off_the_principal_then() {
    for (pedido_de, encargos, principal) in
        [(None, 3_400, 10_000), (Some(0), 0, 0), (Some(3_000), 3_000, 0), (Some(4_000), 3_400, 600)]
    {
        let pedido = Pedido { desconto: pedido_de.map(Centavos::new), ..pedido(1) };
        let acordo = propor(DIVIDA, &politica(), &pedido, hoje()).unwrap();
        let desconto = Desconto { encargos: Centavos::new(encargos), principal: Centavos::new(principal) };
        assert_eq!(acordo.desconto, desconto);
        assert_eq!(valores(&acordo), [103_400 - encargos - principal]);
    }
    let parcelado = propor(DIVIDA, &politica(), &pedido(2), hoje()).unwrap();
    assert_eq!((parcelado.desconto.total(), valores(&parcelado)), (Centavos::new(1_700), vec![50_850; 2]));
}

#[test]
fn every_limit_that_is_passed_is_named() {
    use ForaDaPolitica::{Desconto, Entrada, EntradaMinima, ParcelaMinima, PrimeiroVencimento, Quantidade};
    let politica = Politica { entrada_minima: p("20"), ..politica() };
    let ate = PrimeiroVencimento(dia("2026-03-10"), dia("2026-03-20"));
    let reais = |valor: i64| Centavos::new(valor * 100);
    let com = |n, entrada: Option<i64>, desconto: i64, em: &str| {
        let pedido = Pedido {
            quantidade: n,
            entrada: entrada.map(reais),
            desconto: Some(reais(desconto)),
            primeiro_vencimento: dia(em),
        };
        propor(DIVIDA, &politica, &pedido, hoje()).unwrap_err()
    };
    assert_eq!(com(13, None, 0, "2026-03-09"), [ate, Quantidade(12)]);
    assert_eq!(com(0, None, 135, "2026-03-21"), [ate, Quantidade(12), Desconto(reais(134))]);
    assert_eq!(com(2, None, 18, "2026-03-20"), [Desconto(reais(17))]);
    assert_eq!(com(2, Some(100), 0, "2026-03-10"), [EntradaMinima(Centavos::new(20_680))]);
    for (n, entrada) in [(1, 500), (2, 1_034), (2, 2_000)] {
        assert_eq!(com(n, Some(entrada), 0, "2026-03-10"), [Entrada]);
    }
    assert_eq!(com(12, Some(900), 0, "2026-03-10"), [ParcelaMinima(reais(50))]);
    let nada = Divida::default();
    assert_eq!(propor(nada, &politica, &pedido(1), hoje()), Err(vec![ParcelaMinima(reais(50))]));
}

#[test]
fn an_entry_is_the_first_of_the_instalments_and_bears_no_interest() {
    let politica = Politica { entrada_minima: p("10"), juros_ao_mes: p("2"), ..politica() };
    let com = |entrada: Option<i64>| {
        let pedido = Pedido { entrada: entrada.map(Centavos::new), ..pedido(3) };
        propor(DIVIDA, &politica, &pedido, hoje()).unwrap()
    };
    let acordo = com(None);
    assert_eq!((valores(&acordo), acordo.com_entrada), (vec![10_170, 47_142, 47_143], true));
    assert_eq!(acordo.juros.get(), 10_170 + 47_142 + 47_143 - 101_700);
    let datas: Vec<_> = acordo.parcelas.as_slice().iter().map(|parcela| parcela.vencimento).collect();
    assert_eq!(datas, ["2026-03-15", "2026-04-15", "2026-05-15"].map(dia));
    assert_eq!(valores(&com(Some(50_000)))[0], 50_000);
    let sem = propor(DIVIDA, &Politica::NENHUMA, &pedido(3), hoje()).unwrap();
    assert_eq!((valores(&sem), sem.com_entrada), (vec![34_466, 34_466, 34_468], false));
}

/// Any policy, and what one may ask for within it and beyond.
fn uma_politica() -> impl Strategy<Value = Politica> {
    let descontos = || {
        (0..=10_000_u16, 0..=9_000_u16).prop_map(|(encargos, principal)| Descontos {
            encargos: Percentual::new(encargos).unwrap(),
            principal: Percentual::new(principal).unwrap(),
        })
    };
    let limites = (1..=30_u16, 1..500_000_i64, 0..=5_000_u16, 0..=500_u16, 0..20_u16, 0..20_u16);
    (descontos(), descontos(), limites).prop_map(|(a_vista, parcelado, limites)| {
        let (max_parcelas, minima, entrada, juros, validade_dias, primeiro_vencimento_dias) = limites;
        Politica {
            dias_de: 0,
            a_vista,
            parcelado,
            max_parcelas,
            parcela_minima: Centavos::new(minima),
            entrada_minima: Percentual::new(entrada).unwrap(),
            juros_ao_mes: Percentual::new(juros).unwrap(),
            validade_dias,
            primeiro_vencimento_dias,
        }
    })
}

proptest! {
    /// The mix never allows what one of its parts refuses. A part that charges less interest makes smaller instalments of
    /// the same value: what it must find large enough are those that were agreed.
    #[test]
    fn what_the_strictest_of_two_policies_allows_both_do(
        partes in [uma_politica(), uma_politica()],
        (principal, encargos) in (100_000..10_000_000_i64, 0..1_000_000_i64),
        (quantidade, dias) in (0..32_u16, 0..20_u64),
        entrada in prop::option::of(0..200_000_i64), desconto in prop::option::of(0..2_000_000_i64),
    ) {
        let [uma, outra] = partes;
        let mista = uma.strictest(outra);
        prop_assert_eq!(mista, outra.strictest(uma));
        prop_assert_eq!(uma.strictest(uma), uma);
        prop_assert_eq!(mista.strictest(uma), mista);
        let divida = Divida { principal: Centavos::new(principal), encargos: Centavos::new(encargos) };
        let pedido = Pedido {
            quantidade,
            entrada: entrada.map(Centavos::new),
            desconto: desconto.map(Centavos::new),
            primeiro_vencimento: hoje().0 + chrono::Days::new(dias),
        };
        let Ok(acordo) = propor(divida, &mista, &pedido, hoje()) else { return Ok(()) };
        let entrada = acordo.com_entrada.then(|| acordo.parcelas.as_slice()[0].valor);
        let feito = Pedido { entrada, desconto: Some(acordo.desconto.total()), ..pedido };
        for parte in partes {
            prop_assert!(mista.valida_ate(hoje().0) <= parte.valida_ate(hoje().0));
            let iguais = acordo.parcelas.as_slice().iter().skip(usize::from(acordo.com_entrada));
            prop_assert!(quantidade == 1 || iguais.clone().all(|p| p.valor >= parte.parcela_minima));
            match propor(divida, &parte, &feito, hoje()) {
                Ok(dela) => prop_assert!(dela.juros <= acordo.juros && dela.desconto.total() == acordo.desconto.total()),
                Err(fora) => prop_assert!(
                    parte.juros_ao_mes < mista.juros_ao_mes
                        && fora.iter().all(|fora| matches!(fora, ForaDaPolitica::ParcelaMinima(_))),
                    "{:?}", fora
                ),
            }
        }
    }

    /// What is offered is what may be agreed, and it adds up.
    #[test]
    fn k10_every_option_adds_up_and_is_within_the_policy(
        (principal, encargos) in (0..10_000_000_i64, 0..1_000_000_i64),
        (a_vista, parcelado, entrada, juros) in (0..=10_000_u16, 0..=10_000_u16, 0..=5_000_u16, 0..=500_u16),
        max_parcelas in 1..=30_u16,
    ) {
        let limite = |n| Percentual::new(n).unwrap();
        let politica = Politica {
            a_vista: Descontos { encargos: limite(a_vista), principal: limite(parcelado) },
            parcelado: Descontos { encargos: limite(parcelado), principal: limite(a_vista) },
            entrada_minima: limite(entrada),
            juros_ao_mes: limite(juros),
            max_parcelas,
            ..politica()
        };
        let divida = Divida { principal: Centavos::new(principal), encargos: Centavos::new(encargos) };
        for acordo in opcoes(divida, &politica, &pedido(0), hoje()) {
            let n = u16::try_from(acordo.parcelas.as_slice().len()).unwrap();
            let valor = divida.total().get() - acordo.desconto.total().get() + acordo.juros.get();
            prop_assert_eq!(acordo.parcelas.valor().get(), valor);
            prop_assert!(acordo.juros.get() >= 0 && acordo.desconto.encargos.get() <= encargos);
            let entrada = acordo.com_entrada.then(|| acordo.parcelas.as_slice()[0].valor);
            let repetido = Pedido { entrada, desconto: Some(acordo.desconto.total()), ..pedido(n) };
            prop_assert_eq!(propor(divida, &politica, &repetido, hoje()), Ok(acordo));
        }
    }
}
