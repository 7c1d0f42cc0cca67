//! What of an answer is news of the debtor himself.

use chrono::{DateTime, Utc};

use super::dados::Dados;

/// Who gave the score that a debtor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScoreDe {
    /// The company, whose own judgement no answer replaces.
    Empresa,
    /// An answer that came in then.
    Consulta(DateTime<Utc>),
}

/// The debtor as he is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Perfil {
    /// Whose his score is; `None` when he has none.
    pub score: Option<ScoreDe>,
    /// Whether he is held to be dead.
    pub falecido: bool,
}

/// What becomes known of him.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Noticia {
    /// Rule s10: his score from now on.
    pub score: Option<u16>,
    /// Rule G19: he is said to have died, so that nothing is sent to him until a person says otherwise.
    pub falecido: bool,
}

impl Noticia {
    /// Whether there is none.
    #[must_use]
    pub fn vazia(&self) -> bool {
        *self == Self::default()
    }
}

/// The highest score (rule s10).
const MAX_SCORE: u16 = 1_000;

/// Decides what of an answer that came in at `em` is news.
#[must_use]
pub fn noticia(perfil: &Perfil, dados: &Dados, em: DateTime<Utc>) -> Noticia {
    let vale = match perfil.score {
        None => true,
        Some(ScoreDe::Empresa) => false,
        Some(ScoreDe::Consulta(de)) => de < em,
    };
    Noticia {
        score: dados.score.filter(|score| vale && *score <= MAX_SCORE),
        falecido: dados.obito == Some(true) && !perfil.falecido,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn em() -> DateTime<Utc> {
        "2026-03-10T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn s10_a_score_that_came_is_the_debtors_unless_the_company_gave_one_or_a_later_answer_did() {
        let score = |de, dito| {
            let perfil = Perfil { score: de, falecido: false };
            noticia(&perfil, &Dados { score: Some(dito), ..Dados::default() }, em()).score
        };
        assert_eq!(score(None, 700), Some(700));
        assert_eq!(score(Some(ScoreDe::Empresa), 700), None);
        assert_eq!(score(Some(ScoreDe::Consulta(em() - TimeDelta::days(1))), 700), Some(700));
        assert_eq!(score(Some(ScoreDe::Consulta(em())), 700), None);
        assert_eq!((score(None, 1_000), score(None, 1_001)), (Some(1_000), None));
    }

    #[test]
    fn g19_a_death_is_news_once_and_nothing_said_is_none() {
        let falecido = |antes, dito| {
            let perfil = Perfil { score: None, falecido: antes };
            noticia(&perfil, &Dados { obito: dito, ..Dados::default() }, em()).falecido
        };
        assert!(falecido(false, Some(true)));
        assert!(!falecido(true, Some(true)));
        assert!(!falecido(false, Some(false)) && !falecido(false, None));
        assert!(noticia(&Perfil::default(), &Dados::default(), em()).vazia());
    }
}
