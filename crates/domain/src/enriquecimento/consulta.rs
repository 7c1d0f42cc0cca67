//! Whether a provider is asked about a debtor: how long ago it was, what of the answer is still good, and what it costs.

use chrono::{DateTime, TimeDelta, Utc};

use crate::codigo::codigos;
use crate::dinheiro::Centavos;
use crate::execucao::Motivo;

codigos! {
    /// What somebody's data are asked for (LGPD, art. 6º, I). A query without one is not made.
    pub enum Finalidade("finalidade") {
        /// To charge what is owed.
        CicloDeCredito = "ciclo_de_credito",
        /// To know that the debtor is who he is said to be.
        ConfirmacaoDeIdentidade = "confirmacao_de_identidade",
    }
}

codigos! {
    /// By which law it may be asked (LGPD, art. 7º).
    pub enum BaseLegal("base_legal") {
        /// Protection of credit (art. 7º, X).
        ProtecaoDoCredito = "protecao_do_credito",
        /// The creditor's legitimate interest (art. 7º, IX).
        LegitimoInteresse = "legitimo_interesse",
        /// To carry out a contract with the debtor (art. 7º, V).
        ExecucaoDeContrato = "execucao_de_contrato",
        /// For a lawsuit or an arbitration (art. 7º, VI).
        ExercicioDeDireitos = "exercicio_de_direitos",
        /// The debtor agreed (art. 7º, I).
        Consentimento = "consentimento",
    }
}

codigos! {
    /// Where a query is.
    pub enum EstadoConsulta("estado") {
        /// It was asked, or is about to be, and the answer is not in.
        Pendente = "pendente",
        /// The answer is in.
        Concluida = "concluida",
        /// The answer is in: the provider knows nothing. It is an answer, not an error.
        NaoEncontrado = "nao_encontrado",
        /// It did not leave, was refused, or nobody ever answered.
        Erro = "erro",
    }
}

impl EstadoConsulta {
    /// Whether the answer is in.
    #[must_use]
    pub const fn respondida(self) -> bool {
        match self {
            Self::Concluida | Self::NaoEncontrado => true,
            Self::Pendente | Self::Erro => false,
        }
    }
}

/// What a company chose about queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Politica {
    /// What they may cost in a month; `None` is no limit.
    pub limite_mensal: Option<Centavos>,
    /// Whether addresses are kept too.
    pub enderecos: bool,
    /// Rule b22: so many days after a query the same debtor is not asked about again.
    pub dias_entre_consultas: u16,
    /// So many days an answer is good, and is used again instead of being paid for again.
    pub dias_de_validade: u16,
    /// What for.
    pub finalidade: Finalidade,
    /// By which law.
    pub base_legal: BaseLegal,
}

impl Default for Politica {
    fn default() -> Self {
        Self {
            limite_mensal: None,
            enderecos: false,
            dias_entre_consultas: 30,
            dias_de_validade: 90,
            finalidade: Finalidade::CicloDeCredito,
            base_legal: BaseLegal::ProtecaoDoCredito,
        }
    }
}

/// The last time that a provider was asked about the debtor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anterior {
    /// When.
    pub em: DateTime<Utc>,
    /// Whether its answer is still there.
    pub guardada: bool,
}

/// What the decision looks at.
#[derive(Clone, Copy, Debug)]
pub struct PedidoConsulta<'a> {
    /// What the company chose.
    pub politica: &'a Politica,
    /// The last query about the debtor, if there was one.
    pub anterior: Option<Anterior>,
    /// What this month's queries cost so far, those included of which nobody knows yet.
    pub gasto: Centavos,
    /// What this one would.
    pub preco: Centavos,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consulta {
    /// Ask.
    Perguntar,
    /// The last answer is still good, and costs nothing.
    Aproveitar,
    /// Neither.
    Recusar {
        /// Why.
        motivo: Motivo,
    },
}

/// Rule b22: whether the provider is asked.
#[must_use]
pub fn avaliar_consulta(pedido: &PedidoConsulta<'_>, agora: DateTime<Utc>) -> Consulta {
    let PedidoConsulta { politica, anterior, gasto, preco } = *pedido;
    if let Some(Anterior { em, guardada }) = anterior {
        let ha = agora.signed_duration_since(em);
        if ha < days(politica.dias_entre_consultas) {
            return Consulta::Recusar { motivo: Motivo::ConsultadoRecentemente };
        }
        if guardada && ha < days(politica.dias_de_validade) {
            return Consulta::Aproveitar;
        }
    }
    let cabe = politica
        .limite_mensal
        .is_none_or(|limite| gasto.checked_add(preco).is_some_and(|soma| soma <= limite));
    if cabe { Consulta::Perguntar } else { Consulta::Recusar { motivo: Motivo::LimiteDeGasto } }
}

fn days(dias: u16) -> TimeDelta {
    TimeDelta::days(dias.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn agora() -> DateTime<Utc> {
        "2026-03-10T12:00:00Z".parse().unwrap()
    }

    fn ha(dias: i64, guardada: bool) -> Anterior {
        Anterior { em: agora() - TimeDelta::days(dias), guardada }
    }

    fn decide(politica: &Politica, anterior: Option<Anterior>, gasto: i64, preco: i64) -> Consulta {
        let (gasto, preco) = (Centavos::new(gasto), Centavos::new(preco));
        avaliar_consulta(&PedidoConsulta { politica, anterior, gasto, preco }, agora())
    }

    #[test]
    fn b22_who_was_asked_about_in_the_last_thirty_days_is_not_asked_about_again() {
        let p = Politica::default();
        let recente = Consulta::Recusar { motivo: Motivo::ConsultadoRecentemente };
        for (anterior, esperada) in [
            (None, Consulta::Perguntar),
            (Some(ha(0, true)), recente),
            (Some(ha(29, false)), recente),
            (Some(ha(30, true)), Consulta::Aproveitar),
            (Some(ha(89, true)), Consulta::Aproveitar),
            (Some(ha(89, false)), Consulta::Perguntar),
            (Some(ha(90, true)), Consulta::Perguntar),
        ] {
            assert_eq!(decide(&p, anterior, 0, 12), esperada, "{anterior:?}");
        }
    }

    #[test]
    fn the_limit_of_a_month_is_inclusive_and_an_answer_that_is_kept_costs_nothing() {
        let p = Politica { limite_mensal: Some(Centavos::new(100)), ..Politica::default() };
        let caro = Consulta::Recusar { motivo: Motivo::LimiteDeGasto };
        assert_eq!(decide(&p, None, 88, 12), Consulta::Perguntar);
        assert_eq!(decide(&p, None, 89, 12), caro);
        assert_eq!(decide(&p, Some(ha(60, true)), 100, 12), Consulta::Aproveitar);
        assert_eq!(decide(&p, None, i64::MAX, 12), caro);
    }

    proptest! {
        #[test]
        fn no_query_takes_a_month_over_its_limit(
            limite in prop::option::of(0..1_000_i64),
            (gasto, preco) in (0..1_000_i64, 0..200_i64),
            (entre, validade) in (0..=365_u16, 0..=365_u16),
            anterior in prop::option::of((0..400_i64, any::<bool>())),
        ) {
            let p = Politica {
                limite_mensal: limite.map(Centavos::new),
                dias_entre_consultas: entre,
                dias_de_validade: validade,
                ..Politica::default()
            };
            let dias = anterior.map(|(dias, _)| dias);
            match decide(&p, anterior.map(|(dias, guardada)| ha(dias, guardada)), gasto, preco) {
                Consulta::Perguntar => {
                    prop_assert!(limite.is_none_or(|limite| gasto + preco <= limite));
                    prop_assert!(dias.is_none_or(|dias| dias >= i64::from(entre)));
                }
                Consulta::Aproveitar => prop_assert!(dias.is_some_and(|dias| dias < i64::from(validade))),
                Consulta::Recusar { motivo: Motivo::ConsultadoRecentemente } => {
                    prop_assert!(dias.is_some_and(|dias| dias < i64::from(entre)));
                }
                Consulta::Recusar { .. } => prop_assert!(limite.is_some_and(|limite| gasto + preco > limite)),
            }
        }
    }
}
