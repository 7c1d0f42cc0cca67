//! What holds for every history: which nights have to be looked at.

use crate::geradores::{historias, historias_quietas};
use crate::historia::{Noite, inicio, percorrer};
use crate::support::devedor;
use chrono::{NaiveDate, TimeDelta};
use domain::regua::{Decisao, Devedor, Regras, Reguas, decide};
use domain::titulo::Titulo;
use proptest::prelude::*;

/// How far the nights before `proxima` are looked at when there is none.
const HORIZONTE: i64 = 60;

proptest! {
    #[test]
    fn the_nights_before_proxima_decide_nothing(historia in historias()) {
        percorrer(&historia, |noite| {
            let proxima = noite.decisao.proxima.unwrap_or(noite.hoje + TimeDelta::days(HORIZONTE));
            prop_assert!(noite.hoje < proxima);
            for hoje in noite.hoje.iter_days().skip(1).take_while(|hoje| *hoje < proxima) {
                let ociosa = noite.decide_em(&noite.depois, hoje);
                prop_assert!(ociosa.sem_efeito(), "{hoje}: {ociosa:?}");
                prop_assert_eq!(ociosa.proxima, noite.decisao.proxima);
            }
            Ok(())
        })?;
    }

    #[test]
    fn the_night_of_proxima_decides_something_or_a_titulo_changed_by_itself(historia in historias()) {
        percorrer(&historia, |noite| {
            if let Some(proxima) = noite.decisao.proxima {
                let outra = noite.decide_em(&noite.depois, proxima);
                let virou = noite.antes.titulos.iter().any(|titulo| mudou(noite, titulo, proxima));
                prop_assert!(!outra.sem_efeito() || virou, "{proxima}: {outra:?}");
            }
            Ok(())
        })?;
    }

    /// Incremental and full are the same: who reads only what is due or what changed misses nothing.
    #[test]
    fn a_night_that_nothing_calls_for_decides_nothing(historia in historias()) {
        let (mut primeira, mut proxima) = (true, None);
        percorrer(&historia, |noite| {
            let chamada = primeira || noite.mudou || proxima.is_some_and(|proxima| proxima <= noite.hoje);
            if chamada {
                (primeira, proxima) = (false, noite.decisao.proxima);
            } else {
                prop_assert!(noite.decisao.sem_efeito(), "{}: {:?}", noite.hoje, noite.decisao);
            }
            Ok(())
        })?;
    }

    #[test]
    fn walking_only_the_proxima_nights_is_walking_every_night(historia in historias_quietas()) {
        let reguas = Reguas::new(historia.reguas.clone());
        let fim = inicio() + TimeDelta::days(150);
        let mut todo_dia = Devedor { perfil: historia.perfil, ..devedor(historia.titulos) };
        let mut so_proximas = todo_dia.clone();
        let mut todas = vec![];
        for hoje in inicio().iter_days().take_while(|hoje| *hoje <= fim) {
            todas.extend(efeito(&reguas, &historia.regras, &mut todo_dia, hoje).0);
        }
        let (mut algumas, mut seguinte) = (vec![], Some(inicio()));
        while let Some(hoje) = seguinte.filter(|hoje| *hoje <= fim) {
            let (feito, proxima) = efeito(&reguas, &historia.regras, &mut so_proximas, hoje);
            prop_assert!(proxima.is_none_or(|data| hoje < data), "{hoje}: {proxima:?}");
            algumas.extend(feito);
            seguinte = proxima;
        }
        prop_assert_eq!(algumas, todas);
    }
}

/// Decides a night and applies it: itself when it did something, and when to come back.
#[expect(clippy::similar_names, reason = "réguas and regras are the field's own words")]
fn efeito(
    reguas: &Reguas,
    regras: &Regras,
    devedor: &mut Devedor,
    hoje: NaiveDate,
) -> (Option<(NaiveDate, Decisao)>, Option<NaiveDate>) {
    let decisao = decide(reguas, devedor, hoje, regras);
    devedor.aplicar(&decisao);
    let proxima = decisao.proxima;
    ((!decisao.sem_efeito()).then_some((hoje, decisao)), proxima)
}

/// Whether a título is another one on `hoje` than the day before, by the date alone.
fn mudou(noite: &Noite, titulo: &Titulo, hoje: NaiveDate) -> bool {
    let em = |hoje| (titulo.status_em(hoje, &noite.regras), titulo.vencido(hoje, &noite.regras));
    em(hoje) != em(hoje - TimeDelta::days(1))
}
