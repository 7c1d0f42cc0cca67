//! What a batch action is about, for each of its debtors.

use chrono::NaiveDate;

use crate::ids::TituloId;
use crate::regras::Regras;
use crate::titulo::{StatusTitulo, Titulo};

/// The títulos of a debtor that an action of a batch is about: those that are charged, or what is to come where nothing is (what
/// was due on Saturday is to come on Monday). Which of them a message names is asked again when it leaves (rules j03, j04);
/// without any there is nothing to say.
#[must_use]
pub fn assunto(titulos: &[Titulo], hoje: NaiveDate, regras: &Regras) -> Vec<TituloId> {
    let ids = |cabe: fn(&Titulo, NaiveDate, &Regras) -> bool| -> Vec<TituloId> {
        titulos.iter().filter(|titulo| cabe(titulo, hoje, regras)).map(|titulo| titulo.id).collect()
    };
    let cobraveis = ids(Titulo::cobravel);
    if cobraveis.is_empty() { ids(to_come) } else { cobraveis }
}

fn to_come(titulo: &Titulo, hoje: NaiveDate, regras: &Regras) -> bool {
    titulo.status_em(hoje, regras) == StatusTitulo::Aberto && !titulo.vencido(hoje, regras)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::dinheiro::Centavos;
    use crate::titulo::Origem;

    fn titulo(n: u128, vencimento: NaiveDate, status: StatusTitulo) -> Titulo {
        Titulo {
            id: TituloId::new(Uuid::from_u128(n)),
            vencimento,
            saldo: Centavos::new(100),
            status,
            origem: Origem::Original,
            suspenso_ate: None,
            negociacao: None,
            credor: None,
            tipo_negocio: None,
            tipo_titulo: None,
        }
    }

    proptest! {
        #[test]
        fn j04_a_batch_is_about_what_is_overdue_and_else_about_what_is_to_come(
            fatos in prop::collection::vec((-20..20_i64, prop::sample::select(StatusTitulo::TODOS)), 0..8),
        ) {
            let (hoje, regras) = ("2026-03-10".parse::<NaiveDate>().unwrap(), Regras::default());
            let titulos: Vec<_> = (1..).zip(&fatos).map(|(n, (dias, status))| {
                titulo(n, hoje + chrono::TimeDelta::days(*dias), *status)
            }).collect();
            let ditos = assunto(&titulos, hoje, &regras);
            let vence = titulos.iter().any(|titulo| titulo.cobravel(hoje, &regras));
            for titulo in &titulos {
                let cabe = titulo.status == StatusTitulo::Aberto && (!vence || titulo.cobravel(hoje, &regras));
                prop_assert_eq!(ditos.contains(&titulo.id), cabe);
                prop_assert!(!cabe || titulo.status == StatusTitulo::Aberto);
            }
        }
    }
}
