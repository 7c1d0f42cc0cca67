use super::*;
use chrono::{Days, TimeDelta};
use proptest::prelude::*;

mod parciais;

fn dia(texto: &str) -> NaiveDate {
    texto.parse().unwrap()
}

fn c(centavos: i64) -> Centavos {
    Centavos::new(centavos)
}

fn rotulo(texto: &str) -> Rotulo {
    Rotulo::parse(texto).unwrap()
}

fn fixos(ao_mes: &str, contagem: Contagem) -> Juros {
    Juros::Fixos { ao_mes: Taxa::parse(ao_mes).unwrap(), contagem }
}

fn divida(valor: i64, vencimento: &str) -> Divida<'static> {
    Divida { valor: c(valor), vencimento: dia(vencimento), pagos: &[] }
}

fn owed(encargos: &Encargos, series: &Series, divida: &Divida<'_>, em: &str) -> Componentes {
    Condicoes { encargos, series, regras: &Regras::default() }.devido(divida, dia(em))
}

/// Multa, juros and total on a day, without series.
fn on(encargos: &Encargos, divida: &Divida<'_>, em: &str) -> (i64, i64, i64) {
    let devido = owed(encargos, &Series::new(), divida, em);
    (devido.multa.get(), devido.juros.get(), devido.total().get())
}

#[test]
fn saldo_atualizado_is_what_the_published_vectors_say() {
    let padrao = Encargos::default();
    for (valor, vencimento, em, esperado) in [
        (100_000, "2026-10-10", "2026-11-21", (2_000, 1_400, 103_400)),
        (24_990, "2026-08-31", "2026-11-21", (500, 683, 26_173)),
        (123_456, "2025-11-21", "2026-11-21", (2_469, 15_020, 140_945)),
        (10_000, "2026-11-20", "2026-11-21", (0, 0, 10_000)),
    ] {
        assert_eq!(on(&padrao, &divida(valor, vencimento), em), esperado, "{valor} {vencimento}");
    }
    let corridos = Regras { vencimento_em_dia_util: false, ..Regras::default() };
    let condicoes = Condicoes { encargos: &padrao, series: &Series::new(), regras: &corridos };
    let ingenuo = condicoes.devido(&divida(10_000, "2026-11-20"), dia("2026-11-21"));
    assert_eq!(ingenuo.total(), c(10_203));
}

#[test]
fn n02_who_pays_on_the_first_banking_day_pays_no_charge_and_who_pays_later_pays_every_day() {
    let titulo = divida(100_000, "2026-03-07"); // a Saturday
    let padrao = Encargos::default();
    assert_eq!(on(&padrao, &titulo, "2026-03-09"), (0, 0, 100_000));
    assert_eq!(on(&padrao, &titulo, "2026-03-10"), (2_000, 100, 102_100), "three days");
    assert_eq!(dias_de_atraso(titulo.vencimento, dia("2026-03-09"), &Regras::default()), 0);
    assert_eq!(dias_de_atraso(titulo.vencimento, dia("2026-03-10"), &Regras::default()), 3);
}

#[test]
fn time_is_counted_as_the_creditor_chose() {
    for (contagem, em, juros) in [
        (Contagem::Comercial, "2026-03-31", 1_000),
        (Contagem::Civil, "2026-03-31", 986),
        (Contagem::MesCheio, "2026-03-02", 0),
        (Contagem::MesCheio, "2026-03-03", 1_000),
        (Contagem::MesCheio, "2026-04-01", 1_000),
        (Contagem::MesCheio, "2026-04-02", 2_000),
        (Contagem::MesCheio, "2027-03-02", 13_000),
    ] {
        let encargos = Encargos { multa: Taxa::ZERO, juros: fixos("1", contagem), ..Encargos::default() };
        // The 1st is a Sunday: until Monday nothing is late.
        assert_eq!(on(&encargos, &divida(100_000, "2026-03-01"), em).1, juros, "{contagem} {em}");
    }
    assert_eq!(months_begun(dia("2026-01-31"), dia("2026-02-28")), 1, "o último dia do mês é o aniversário");
    assert_eq!(months_begun(dia("2026-01-31"), dia("2026-03-01")), 2);
}

#[test]
fn within_the_days_without_charges_nothing_is_added_and_then_all_of_them_count() {
    let encargos = Encargos { carencia_dias: 5, ..Encargos::default() };
    let titulo = divida(100_000, "2026-03-02");
    assert_eq!(on(&encargos, &titulo, "2026-03-07"), (0, 0, 100_000));
    assert_eq!(on(&encargos, &titulo, "2026-03-08"), (2_000, 200, 102_200));
}

#[test]
fn a_series_corrects_the_value_and_fee_and_interest_are_on_what_it_became() {
    let variacao = |texto| Taxa::parse_variacao(texto).unwrap();
    let ipca = Serie::new([(dia("2026-01-15"), variacao("1")), (dia("2026-02-01"), variacao("0.5"))]);
    let series = Series::from([(rotulo("ipca"), ipca)]);
    let encargos = Encargos { correcao: Some(rotulo("ipca")), ..Encargos::default() };
    let titulo = divida(100_000, "2025-12-31");
    let devido = |em: &str| owed(&encargos, &series, &titulo, em);
    let janeiro = devido("2026-01-31");
    assert_eq!((janeiro.correcao, janeiro.multa, janeiro.juros), (c(1_000), c(2_020), c(1_044)));
    assert_eq!(devido("2026-02-28").correcao, c(1_505), "um mês sobre o outro");
    assert_eq!(devido("2026-02-14").correcao, c(1_253), "metade do mês, metade da variação");
    assert_eq!(devido("2026-09-30").correcao, c(1_505), "o que não foi publicado não se cobra");
    let sem_serie = Encargos { correcao: Some(rotulo("igpm")), ..Encargos::default() };
    assert_eq!(owed(&sem_serie, &series, &titulo, "2026-01-31").correcao, c(0));
}

#[test]
fn deflation_takes_nothing_off_the_face_value() {
    let serie = Serie::new([(dia("2026-01-01"), Taxa::parse_variacao("-10").unwrap())]);
    let series = Series::from([(rotulo("igpm"), serie)]);
    let encargos = Encargos { correcao: Some(rotulo("igpm")), ..Encargos::default() };
    let devido = owed(&encargos, &series, &divida(100_000, "2025-12-31"), "2026-01-31");
    assert_eq!((devido.principal, devido.correcao), (c(100_000), c(0)));
}

#[test]
fn the_taxa_legal_is_a_series_of_simple_rates() {
    let taxa = |texto| Taxa::parse(texto).unwrap();
    let serie = Serie::new([(dia("2026-01-01"), taxa("0.9")), (dia("2026-02-01"), taxa("0.567890"))]);
    let series = Series::from([(rotulo("taxa legal"), serie)]);
    let juros = Juros::Serie { serie: rotulo("taxa legal") };
    let encargos = Encargos { juros, multa: Taxa::ZERO, ..Encargos::default() };
    let titulo = divida(100_000, "2025-12-31");
    let juros = |em: &str| owed(&encargos, &series, &titulo, em).juros;
    assert_eq!(juros("2026-01-31"), c(900));
    assert_eq!(juros("2026-02-28"), c(1_468), "somadas, não compostas");
}

#[test]
fn a_payment_settles_interest_first_then_the_fee_then_the_corrected_value() {
    let devido = Componentes { principal: c(100_000), correcao: c(1_000), multa: c(2_020), juros: c(1_010) };
    let quitado = |valor| devido.imputar(c(valor)).quitado;
    let partes = |p: Componentes| [p.juros.get(), p.multa.get(), p.correcao.get(), p.principal.get()];
    assert_eq!(partes(quitado(500)), [500, 0, 0, 0]);
    assert_eq!(partes(quitado(2_000)), [1_010, 990, 0, 0]);
    assert_eq!(partes(quitado(3_030 + 50_500)), [1_010, 2_020, 500, 50_000], "correção na mesma proporção");
    let tudo = devido.imputar(devido.total());
    assert_eq!((tudo.quitado, tudo.excedente), (devido, c(0)));
    assert_eq!(devido.imputar(c(200_000)).excedente, c(95_970));
}

#[test]
fn after_a_partial_payment_only_what_is_left_bears_interest_and_the_fee_is_not_charged_again() {
    let padrao = Encargos::default();
    let mut titulo = divida(100_000, "2026-03-02");
    let em = dia("2026-04-01"); // 30 days: 20.00 and 10.00
    let antes = owed(&padrao, &Series::new(), &titulo, "2026-04-01");
    let pagos = [Pago { em, quitado: antes.imputar(c(53_000)).quitado }];
    titulo.pagos = &pagos;
    assert_eq!(on(&padrao, &titulo, "2026-03-31"), (2_000, 967, 102_967), "na véspera, ainda por inteiro");
    assert_eq!(on(&padrao, &titulo, "2026-04-01"), (0, 0, 50_000));
    assert_eq!(on(&padrao, &titulo, "2026-05-01"), (0, 500, 50_500));
    let juros_a_pagar = [Pago { em, quitado: antes.imputar(c(600)).quitado }];
    titulo.pagos = &juros_a_pagar;
    assert_eq!(
        on(&padrao, &titulo, "2026-05-01"),
        (2_000, 1_400, 103_400),
        "o que sobrou dos juros não rende"
    );
}

#[test]
fn a_payment_before_the_due_date_lowers_what_the_fee_is_on() {
    let pagos = [Pago {
        em: dia("2026-03-01"),
        quitado: Componentes { principal: c(60_000), ..Componentes::default() },
    }];
    let titulo = Divida { pagos: &pagos, ..divida(100_000, "2026-03-02") };
    assert_eq!(on(&Encargos::default(), &titulo, "2026-04-01"), (800, 400, 41_200));
}

#[test]
fn a_payment_told_late_finds_what_later_ones_left() {
    let pagos = [Pago {
        em: dia("2026-04-10"),
        quitado: Componentes { principal: c(90_000), ..Componentes::default() },
    }];
    let titulo = Divida { pagos: &pagos, ..divida(100_000, "2026-03-02") };
    let achado =
        Condicoes { encargos: &Encargos::default(), series: &Series::new(), regras: &Regras::default() }
            .por_pagar(&titulo, dia("2026-03-01"));
    assert_eq!(achado, Componentes { principal: c(10_000), ..Componentes::default() });
}

fn encargos() -> impl Strategy<Value = Encargos> {
    let juros = prop_oneof![
        (0..20_000_000_i64, prop::sample::select(Contagem::TODOS))
            .prop_map(|(ao_mes, contagem)| Juros::Fixos { ao_mes: Taxa::new(ao_mes), contagem }),
        Just(Juros::Serie { serie: rotulo("s") }),
    ];
    (0..20_000_000_i64, juros, prop::option::of(Just(rotulo("s"))), 0..10_u16).prop_map(
        |(multa, juros, correcao, carencia_dias)| Encargos {
            multa: Taxa::new(multa),
            juros,
            correcao,
            carencia_dias,
        },
    )
}

fn series() -> impl Strategy<Value = Series> {
    prop::collection::vec(-3_000_000..3_000_000_i64, 0..24).prop_map(|variacoes| {
        let meses = (0..).map(|n| dia("2025-12-01") + Days::new(31 * n));
        Series::from([(rotulo("s"), Serie::new(meses.zip(variacoes.into_iter().map(Taxa::new))))])
    })
}

proptest! {
    #[test]
    fn nothing_is_ever_negative_and_the_principal_is_the_face_value_until_somebody_pays(
        encargos in encargos(), series in series(), valor in 1..=999_999_999_999_i64, dias in -40..4_000_i64,
    ) {
        let titulo = divida(valor, "2026-01-15");
        let devido = owed(&encargos, &series, &titulo, &(titulo.vencimento + TimeDelta::days(dias)).to_string());
        prop_assert_eq!(devido.principal, c(valor));
        prop_assert!([devido.correcao, devido.multa, devido.juros].iter().all(|parte| parte.get() >= 0));
        prop_assert!(dias > 0 || devido.encargos() == c(0));
    }

    #[test]
    fn an_imputation_loses_no_cent_and_settles_no_more_than_is_owed(
        partes in prop::array::uniform4(0..1_000_000_i64), valor in 0..5_000_000_i64,
    ) {
        let [principal, correcao, multa, juros] = partes.map(c);
        let correcao = if principal == c(0) { c(0) } else { correcao };
        let devido = Componentes { principal, correcao, multa, juros };
        let Imputacao { quitado, excedente } = devido.imputar(c(valor));
        prop_assert_eq!(quitado.total().get() + excedente.get(), valor);
        prop_assert!(excedente == c(0) || quitado == devido);
        for (pago, de) in [
            (quitado.principal, devido.principal), (quitado.correcao, devido.correcao),
            (quitado.multa, devido.multa), (quitado.juros, devido.juros),
        ] {
            prop_assert!((0..=de.get()).contains(&pago.get()), "{pago} de {de}");
        }
    }

    /// Whatever was paid and when, what is then left is paid by paying it: no cent stays, and none is owed the day after.
    #[test]
    fn paying_what_is_owed_ends_the_debt(
        encargos in encargos(), series in series(), valor in 1..10_000_000_i64,
        parciais in prop::collection::vec((-20..200_i64, 1..3_000_000_i64), 0..5), fim in 200..400_i64,
    ) {
        let condicoes = Condicoes { encargos: &encargos, series: &series, regras: &Regras::default() };
        let vencimento = dia("2026-01-15");
        let mut parciais = parciais;
        parciais.sort_unstable();
        let mut pagos = Vec::new();
        for (dias, pago) in parciais.into_iter().chain([(fim, i64::MAX / 4)]) {
            let em = vencimento + TimeDelta::days(dias);
            let titulo = Divida { valor: c(valor), vencimento, pagos: &pagos };
            let devido = condicoes.devido(&titulo, em);
            prop_assert_eq!(condicoes.por_pagar(&titulo, em), devido);
            let quitado = devido.imputar(c(pago)).quitado;
            pagos.push(Pago { em, quitado });
        }
        let principal: Centavos = pagos.iter().map(|pago| pago.quitado.principal).sum();
        prop_assert_eq!(principal, c(valor));
        let titulo = Divida { valor: c(valor), vencimento, pagos: &pagos };
        for depois in [0, 1, 45] {
            let em = vencimento + TimeDelta::days(fim + depois);
            prop_assert_eq!(condicoes.devido(&titulo, em).total(), c(0));
        }
    }
}
