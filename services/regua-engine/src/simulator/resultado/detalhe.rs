//! How much of its days a result tells: a year of a company with many positions would be millions of lines.

use std::collections::BTreeSet;

use domain::regua::Apuracao;
use serde::Serialize;
use utoipa::ToSchema;

/// Lines that the days of one projection may have. Of about a hundred bytes each: some megabytes.
const MAX_LINHAS: usize = 50_000;

/// Até onde os dias de um resultado são detalhados.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = DetalheSimulado)]
pub(super) enum Detalhe {
    /// Cada posição de cada régua.
    Posicoes,
    /// Cada régua; as ações de todas as posições juntas.
    Reguas,
    /// Só as ações do dia, por canal.
    Canais,
}

impl Detalhe {
    /// The finest one in which each of these fits.
    pub(super) fn of<'a>(apuracoes: impl Iterator<Item = &'a Apuracao>) -> Self {
        apuracoes.map(of_one).max().unwrap_or(Self::Posicoes)
    }

    pub(super) fn warning(self) -> Option<String> {
        let como = match self {
            Self::Posicoes => return None,
            Self::Reguas => "as ações de cada dia vêm por régua, não por posição",
            Self::Canais => "cada dia traz só as ações por canal",
        };
        Some(format!("há detalhes demais: {como}; simule menos noites para ver mais"))
    }
}

fn of_one(apuracao: &Apuracao) -> Detalhe {
    let mut reguas: BTreeSet<_> = apuracao.entradas.keys().copied().collect();
    reguas.extend(apuracao.saidas.keys().map(|(data, regua, _)| (*data, *regua)));
    reguas.extend(apuracao.acoes.keys().map(|(data, regua, ..)| (*data, *regua)));
    let de_cada_regua = reguas.len() + apuracao.saidas.len() + apuracao.migracoes.len();
    if de_cada_regua + apuracao.acoes.len() <= MAX_LINHAS {
        return Detalhe::Posicoes;
    }
    let por_canal: BTreeSet<_> =
        apuracao.acoes.keys().map(|(data, regua, _, canal)| (*data, *regua, *canal)).collect();
    if de_cada_regua + por_canal.len() <= MAX_LINHAS { Detalhe::Reguas } else { Detalhe::Canais }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::{Days, NaiveDate};
    use domain::execucao::Canal;
    use domain::ids::{PosicaoId, ReguaId};
    use domain::regua::{Cabecalho, Criterios, EstadoRegua, Modo, Periodo, Regua};
    use serde_json::Value;
    use uuid::Uuid;

    use super::super::{Nomeada, Nomes, Resultado};
    use super::*;

    const CADA_UMA: u64 = 3;

    fn ids(quantos: u128) -> impl Iterator<Item = Uuid> {
        (1..=quantos).map(Uuid::from_u128)
    }

    fn first() -> NaiveDate {
        "2026-03-11".parse().unwrap()
    }

    /// Each position of each régua acts on each of the days.
    fn busy(dias: u64, reguas: u128, posicoes: u128) -> Apuracao {
        let mut apuracao = Apuracao::default();
        for dia in first().iter_days().take(usize::try_from(dias).unwrap()) {
            for regua in ids(reguas).map(ReguaId::new) {
                for posicao in ids(posicoes).map(PosicaoId::new) {
                    apuracao.acoes.insert((dia, regua, posicao, Canal::Email), CADA_UMA);
                }
            }
        }
        apuracao
    }

    fn nomes(reguas: u128) -> Nomes {
        let nomeada = |id| {
            let cabecalho = Cabecalho {
                id,
                prioridade: 0,
                estado: EstadoRegua::Ativa,
                criada_em: first().and_hms_opt(0, 0, 0).unwrap().and_utc(),
                modo: Modo::PorDevedor,
                criterios: Criterios::default(),
            };
            (id, Nomeada::presente("Régua".to_owned(), &Regua::new(cabecalho, Vec::new()).unwrap()))
        };
        ids(reguas).map(ReguaId::new).map(nomeada).collect::<BTreeMap<_, _>>()
    }

    fn result(dias: u64, reguas: u128, posicoes: u128) -> Value {
        let periodo = Periodo { de: first(), ate: first() + Days::new(dias) };
        let apuracao = busy(dias, reguas, posicoes);
        let resultado =
            Resultado::new((periodo, None), &nomes(reguas), &apuracao, Some(&Apuracao::default()));
        serde_json::to_value(resultado).unwrap()
    }

    /// The actions of the days by channel, of their réguas, and the lines in which those are told.
    fn of_days(resultado: &Value) -> (u64, u64, usize) {
        let (mut por_canal, mut das_reguas, mut linhas) = (0, 0, 0);
        for dia in resultado["simulado"]["dias"].as_array().unwrap() {
            let soma = |acoes: &Value| -> u64 {
                acoes.as_array().unwrap().iter().map(|linha| linha["acoes"].as_u64().unwrap()).sum()
            };
            por_canal += soma(&dia["acoes"]);
            for regua in dia["reguas"].as_array().unwrap() {
                das_reguas += soma(&regua["acoes"]);
                linhas += 1 + regua["acoes"].as_array().unwrap().len();
            }
        }
        (por_canal, das_reguas, linhas)
    }

    #[test]
    fn a_result_that_fits_tells_every_position() {
        let resultado = result(49, 1, 1_000);
        assert_eq!(
            (&resultado["detalhe"], resultado["avisos"].as_array().unwrap().len()),
            (&"posicoes".into(), 0)
        );
        assert_eq!(of_days(&resultado), (147_000, 147_000, 49_049));
        assert!(resultado["simulado"]["dias"][0]["reguas"][0]["acoes"][0]["posicao_id"].is_string());
    }

    #[test]
    fn one_with_too_many_positions_tells_each_regua_and_says_so() {
        let resultado = result(50, 1, 1_000);
        assert_eq!(
            (&resultado["detalhe"], resultado["avisos"].as_array().unwrap().len()),
            (&"reguas".into(), 1)
        );
        assert_eq!(of_days(&resultado), (150_000, 150_000, 100));
        let linha = &resultado["simulado"]["dias"][0]["reguas"][0]["acoes"][0];
        assert!(linha["posicao_id"].is_null() && linha["acoes"] == 3_000, "{linha}");
        assert_eq!(resultado["simulado"]["reguas"][0]["acoes"][0]["acoes"], 150_000);
    }

    #[test]
    fn one_with_too_many_reguas_tells_the_channels_and_says_so() {
        let resultado = result(366, 70, 1);
        assert_eq!(
            (&resultado["detalhe"], resultado["avisos"].as_array().unwrap().len()),
            (&"canais".into(), 1)
        );
        assert_eq!(of_days(&resultado), (366 * 70 * CADA_UMA, 0, 0));
        assert_eq!(resultado["simulado"]["reguas"][69]["acoes"][0]["acoes"], 366 * CADA_UMA);
    }
}
