//! Charges of a debt that is paid in parts, told late, or corrected by an index that also falls.

use super::*;

/// An index by the first of each month and its change.
fn indice(meses: &[(&str, &str)]) -> Serie {
    Serie::new(meses.iter().map(|(mes, variacao)| (dia(mes), Taxa::parse_variacao(variacao).unwrap())))
}

/// Corrected by an index, without fee and interest.
fn so_correcao() -> Encargos {
    let juros = fixos("0", Contagem::Comercial);
    Encargos { multa: Taxa::ZERO, juros, correcao: Some(rotulo("ipca")), ..Encargos::default() }
}

fn partes(devido: Componentes) -> [i64; 4] {
    [devido.principal, devido.correcao, devido.multa, devido.juros].map(Centavos::get)
}

#[test]
fn a_payment_told_late_finds_of_each_part_what_later_ones_left() {
    let series = Series::from([(rotulo("ipca"), indice(&[("2026-03-01", "1")]))]);
    let encargos = Encargos { correcao: Some(rotulo("ipca")), ..Encargos::default() };
    let condicoes = Condicoes { encargos: &encargos, series: &series, regras: &Regras::default() };
    let antes = divida(100_000, "2026-02-28");
    let em = dia("2026-03-31");
    assert_eq!(partes(condicoes.por_pagar(&antes, em)), [100_000, 1_000, 2_020, 1_044]);
    let [principal, correcao, multa, juros] = [40_000, 400, 2_000, 1_000].map(c);
    let quitado = Componentes { principal, correcao, multa, juros };
    let pagos = [Pago { em: dia("2026-04-10"), quitado }];
    let achado = condicoes.por_pagar(&Divida { pagos: &pagos, ..antes }, em);
    assert_eq!(partes(achado), [60_000, 600, 20, 44], "a correção, do que falta do principal");
    let demais = Componentes { multa: c(9_000), juros: c(9_000), ..quitado };
    let pagos = [Pago { em: dia("2026-04-10"), quitado: demais }];
    let achado = condicoes.por_pagar(&Divida { pagos: &pagos, ..antes }, em);
    assert_eq!(partes(achado), [60_000, 600, 0, 0], "nunca menos que nada");
}

#[test]
fn a_month_that_was_counted_before_a_partial_payment_is_not_counted_again_after_it() {
    let encargos =
        Encargos { multa: Taxa::ZERO, juros: fixos("1", Contagem::MesCheio), ..Encargos::default() };
    let (principal, juros) = (c(50_000), c(1_000));
    let quitado = Componentes { principal, juros, ..Componentes::default() };
    let pagos = [Pago { em: dia("2026-03-20"), quitado }];
    let titulo = Divida { pagos: &pagos, ..divida(100_000, "2026-03-02") };
    assert_eq!(on(&encargos, &titulo, "2026-03-19"), (0, 1_000, 101_000));
    assert_eq!(on(&encargos, &titulo, "2026-04-02"), (0, 0, 50_000), "o mês do vencimento vai até o dia 2");
    assert_eq!(on(&encargos, &titulo, "2026-04-03"), (0, 500, 50_500));
}

#[test]
fn after_a_partial_payment_the_rates_of_a_series_count_from_it_on() {
    let serie = indice(&[("2026-01-01", "0.9"), ("2026-02-01", "0.5")]);
    let series = Series::from([(rotulo("taxa legal"), serie)]);
    let juros = Juros::Serie { serie: rotulo("taxa legal") };
    let encargos = Encargos { multa: Taxa::ZERO, juros, ..Encargos::default() };
    let quitado = Componentes { principal: c(50_000), juros: c(900), ..Componentes::default() };
    let pagos = [Pago { em: dia("2026-01-31"), quitado }];
    let titulo = Divida { pagos: &pagos, ..divida(100_000, "2025-12-31") };
    let devido = owed(&encargos, &series, &titulo, "2026-02-28");
    assert_eq!((devido.principal, devido.juros), (c(50_000), c(250)));
}

#[test]
fn within_the_days_without_charges_nothing_is_corrected_either() {
    let series = Series::from([(rotulo("ipca"), indice(&[("2026-01-01", "1")]))]);
    let encargos = Encargos { carencia_dias: 31, ..so_correcao() };
    let titulo = divida(100_000, "2025-12-31");
    let correcao = |em: &str| owed(&encargos, &series, &titulo, em).correcao;
    assert_eq!((correcao("2026-01-31"), correcao("2026-02-01")), (c(0), c(1_000)));
}

/// The months compound as they were published; only all of them together never take anything off.
#[test]
fn a_month_in_which_prices_fell_takes_off_what_others_added() {
    let series = Series::from([(rotulo("ipca"), indice(&[("2026-01-01", "2"), ("2026-02-01", "-1")]))]);
    let titulo = divida(100_000, "2025-12-31");
    let correcao = |em: &str| owed(&so_correcao(), &series, &titulo, em).correcao;
    assert_eq!((correcao("2026-01-31"), correcao("2026-02-28")), (c(2_000), c(980)));
}

#[test]
fn of_the_month_of_the_due_date_only_the_days_after_it_count() {
    let series = Series::from([(rotulo("ipca"), indice(&[("2026-01-01", "3.1")]))]);
    let titulo = divida(100_000, "2026-01-15");
    let correcao = |em: &str| owed(&so_correcao(), &series, &titulo, em).correcao;
    assert_eq!(correcao("2026-01-20"), c(500), "cinco dias de trinta e um");
    assert_eq!(correcao("2026-01-31"), c(1_600));
}
