//! What a simulation owes to the nights.

use crate::carteiras::{Carteira, carteiras, inicio};
use chrono::{NaiveDate, TimeDelta};
use domain::ids::{InscricaoId, ReguaId};
use domain::regua::{
    Apuracao, Caminhada, Decisao, Devedor, Inscricao, MotivoEncerramento, MudancaInscricao, Onde, Passo,
    Periodo, Quantos, decide, percorrer,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn periodo(dias: i64) -> Periodo {
    Periodo { de: inicio(), ate: inicio() + TimeDelta::days(dias) }
}

fn simulada(carteira: &Carteira, devedores: &[Devedor], periodo: Periodo) -> Apuracao {
    let mut apuracao = Apuracao::default();
    for devedor in devedores {
        apuracao.simular(&carteira.reguas, devedor.clone(), periodo, &carteira.regras);
    }
    apuracao
}

/// A night of every day.
fn todo_dia(
    carteira: &Carteira,
    devedor: &mut Devedor,
    periodo: Periodo,
) -> Vec<(NaiveDate, Devedor, Decisao)> {
    let mut noites = vec![];
    for hoje in periodo.de.iter_days().take_while(|hoje| *hoje <= periodo.ate) {
        let antes = devedor.clone();
        let decisao = decide(&carteira.reguas, devedor, hoje, &carteira.regras);
        devedor.aplicar(&decisao);
        noites.push((hoje, antes, decisao));
    }
    noites
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn day_d_of_a_simulation_is_the_night_of_day_d(carteira in carteiras(), dias in 0..90_i64) {
        for devedor in &carteira.devedores {
            let (mut saltando, mut andando) = (devedor.clone(), devedor.clone());
            let mut noites = vec![];
            percorrer(&carteira.reguas, &mut saltando, periodo(dias), &carteira.regras, |hoje, antes, decisao| {
                if !decisao.sem_efeito() {
                    noites.push((hoje, antes.clone(), decisao.clone()));
                }
            });
            let mut todas = todo_dia(&carteira, &mut andando, periodo(dias));
            todas.retain(|(_, _, decisao)| !decisao.sem_efeito());
            prop_assert_eq!(noites, todas);
            prop_assert_eq!(saltando, andando);
        }
    }

    #[test]
    fn a_simulation_counts_what_the_nights_do(carteira in carteiras(), dias in 0..90_i64) {
        let contada = simulada(&carteira, &carteira.devedores, periodo(dias));
        let a_mao = contar_a_mao(&carteira, periodo(dias));
        prop_assert_eq!(contada, a_mao);
    }

    #[test]
    fn chunks_add_up_in_any_order(carteira in carteiras(), corte in any::<prop::sample::Index>(), dias in 0..60_i64) {
        let inteira = simulada(&carteira, &carteira.devedores, periodo(dias));
        let (antes, depois) = carteira.devedores.split_at(corte.index(carteira.devedores.len()));
        for partes in [[antes, depois], [depois, antes]] {
            let mut soma = Apuracao::default();
            for parte in partes {
                soma.somar(simulada(&carteira, parte, periodo(dias)));
            }
            prop_assert_eq!(&soma, &inteira);
        }
    }

    #[test]
    fn who_migrates_leaves_one_regua_and_is_taken_by_another(carteira in carteiras()) {
        let apuracao = simulada(&carteira, &carteira.devedores, periodo(60));
        for ((hoje, de, para), quantos) in &apuracao.migracoes {
            prop_assert!(apuracao.saidas[&(*hoje, *de, MotivoEncerramento::Migracao)].inscricoes >= quantos.inscricoes);
            prop_assert!(carteira.reguas.get(*para).is_some());
        }
        let saidas = apuracao.saidas.iter().filter(|((_, _, motivo), _)| *motivo == MotivoEncerramento::Migracao);
        let saidas: u64 = saidas.map(|(_, quantos)| quantos.inscricoes).sum();
        prop_assert_eq!(saidas, apuracao.migracoes.values().map(|quantos| quantos.inscricoes).sum::<u64>());
    }

    #[test]
    fn a_simulation_that_ends_before_it_begins_looks_and_decides_nothing(carteira in carteiras()) {
        let vazio = Periodo { de: inicio(), ate: inicio() - TimeDelta::days(1) };
        let vazia = simulada(&carteira, &carteira.devedores, vazio);
        prop_assert_eq!((vazia.acoes.len(), vazia.entradas.len(), vazia.saidas.len()), (0, 0, 0));
    }

    #[test]
    fn the_end_of_the_calendar_ends_a_simulation(carteira in carteiras()) {
        let fim = Periodo { de: NaiveDate::MAX - TimeDelta::days(2), ate: NaiveDate::MAX };
        let apuracao = simulada(&carteira, &carteira.devedores, fim);
        prop_assert_eq!(apuracao.devedores, u64::try_from(carteira.devedores.len()).unwrap());
    }
}

/// The same numbers from what the nights of every day left behind, not from what they said.
fn contar_a_mao(carteira: &Carteira, periodo: Periodo) -> Apuracao {
    let mut apuracao = Apuracao::default();
    for devedor in &carteira.devedores {
        let mut depois = devedor.clone();
        let noites = todo_dia(carteira, &mut depois, periodo);
        let posteriores = noites.iter().skip(1).map(|(_, antes, _)| antes).chain([&depois]);
        for ((hoje, antes, decisao), depois) in noites.iter().zip(posteriores) {
            contar_noite(&mut apuracao, *hoje, (antes, depois), decisao);
        }
        apuracao.devedores += 1;
        let sem_regua = |passo: &Passo| matches!(passo, Passo::SemRegua { .. });
        apuracao.descobertos += u64::from(noites.last().unwrap().2.passos.iter().any(sem_regua));
        anotar(&mut apuracao.ao_fim, depois.inscricoes.iter().map(|viva| (viva.regua, onde(viva))));
    }
    apuracao
}

fn contar_noite(
    apuracao: &mut Apuracao,
    hoje: NaiveDate,
    (antes, depois): (&Devedor, &Devedor),
    decisao: &Decisao,
) {
    for acao in &decisao.acoes {
        *apuracao.acoes.entry((hoje, acao.regua, acao.posicao, acao.canal)).or_default() += 1;
    }
    let de =
        |devedor: &Devedor| devedor.inscricoes.iter().map(|viva| viva.id).collect::<BTreeSet<InscricaoId>>();
    let (havia, ha) = (de(antes), de(depois));
    let entrou = depois.inscricoes.iter().filter(|viva| !havia.contains(&viva.id));
    anotar(&mut apuracao.entradas, entrou.map(|viva| (hoje, viva.regua)));
    let saiu: Vec<_> = antes.inscricoes.iter().filter(|viva| !ha.contains(&viva.id)).collect();
    anotar(&mut apuracao.saidas, saiu.iter().map(|viva| (hoje, viva.regua, motivo(decisao, viva.id))));
    let migrou = saiu.iter().filter(|viva| motivo(decisao, viva.id) == MotivoEncerramento::Migracao);
    anotar(&mut apuracao.migracoes, migrou.map(|viva| (hoje, viva.regua, levou(decisao, viva))));
}

fn motivo(decisao: &Decisao, inscricao: InscricaoId) -> MotivoEncerramento {
    let motivo = |mudanca: &MudancaInscricao| match mudanca {
        MudancaInscricao::Encerrar { id, motivo } if *id == inscricao => Some(*motivo),
        MudancaInscricao::Encerrar { .. } | MudancaInscricao::Abrir(_) | MudancaInscricao::Atualizar(_) => {
            None
        }
    };
    decisao.mudancas.iter().find_map(motivo).unwrap()
}

/// Who holds one of its títulos now, the first that the night wrote of.
fn levou(decisao: &Decisao, antes: &Inscricao) -> ReguaId {
    let escritas = decisao.mudancas.iter().filter_map(|mudanca| match mudanca {
        MudancaInscricao::Abrir(depois) | MudancaInscricao::Atualizar(depois) => Some(depois),
        MudancaInscricao::Encerrar { .. } => None,
    });
    let mut delas =
        escritas.filter(|depois| depois.titulos.iter().any(|titulo| antes.titulos.contains(titulo)));
    delas.next().unwrap().regua
}

fn onde(inscricao: &Inscricao) -> Onde {
    match inscricao.caminhada {
        Caminhada::Andando { .. } => Onde::Andando,
        Caminhada::Congelada { .. } => Onde::Congelada,
        Caminhada::Final { .. } => Onde::Final,
    }
}

fn anotar<K: Ord + Clone>(mapa: &mut BTreeMap<K, Quantos>, chaves: impl Iterator<Item = K>) {
    let chaves: Vec<K> = chaves.collect();
    for chave in &chaves {
        mapa.entry(chave.clone()).or_default().inscricoes += 1;
    }
    for chave in chaves.into_iter().collect::<BTreeSet<_>>() {
        mapa.entry(chave).or_default().devedores += 1;
    }
}
