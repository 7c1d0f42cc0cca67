//! What holds for every history: what a night answers, and to whom.

use crate::geradores::historias;
use crate::historia::{Noite, percorrer};
use crate::support::gatilho;
use domain::ids::TituloId;
use domain::regua::{AcaoDevida, EstadoRegua, Gatilho, OrigemAcao, Reguas, decide};
use domain::titulo::{StatusTitulo, Titulo};
use proptest::prelude::*;
use std::cmp::Reverse;
use std::collections::BTreeSet;

proptest! {
    #[test]
    fn deciding_twice_changes_nothing(historia in historias()) {
        percorrer(&historia, |noite| {
            let outra = noite.decide(&noite.depois);
            prop_assert!(outra.sem_efeito(), "{outra:?}");
            prop_assert_eq!(outra.proxima, noite.decisao.proxima);
            Ok(())
        })?;
    }

    #[test]
    fn the_order_of_rows_is_irrelevant(historia in historias(), giro in 0..5_usize) {
        let girar = |n: usize| giro % n.max(1);
        percorrer(&historia, |noite| {
            let mut devedor = noite.antes.clone();
            let (titulos, inscricoes) = (devedor.titulos.len(), devedor.inscricoes.len());
            devedor.titulos.rotate_left(girar(titulos));
            devedor.titulos.reverse();
            devedor.inscricoes.rotate_left(girar(inscricoes));
            devedor.inscricoes.iter_mut().for_each(|inscricao| inscricao.titulos.reverse());
            let mut reguas = noite.reguas.todas().to_vec();
            reguas.reverse();
            let outra = decide(&Reguas::new(reguas), &devedor, noite.hoje, &noite.regras);
            prop_assert_eq!(&outra, &noite.decisao);
            Ok(())
        })?;
    }

    #[test]
    fn t07_k07_what_changes_by_itself_is_the_same_written_down_or_not(historia in historias()) {
        percorrer(&historia, |noite| {
            prop_assert_eq!(&noite.decide(&noite.gravado), &noite.decisao);
            Ok(())
        })?;
    }

    #[test]
    fn m02_every_action_happens_at_most_once(historia in historias()) {
        let (mut execucoes, mut cobrancas, mut lembretes) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        percorrer(&historia, |noite| {
            for acao in &noite.decisao.acoes {
                prop_assert!(execucoes.insert(acao.execucao));
                match acao.origem {
                    OrigemAcao::Cobranca { inscricao, ciclo } => {
                        prop_assert!(cobrancas.insert((inscricao, ciclo, acao.posicao, acao.acao)));
                    }
                    OrigemAcao::Lembrete => {
                        for titulo in &acao.titulos {
                            prop_assert!(lembretes.insert((acao.posicao, acao.acao, *titulo)));
                        }
                    }
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn t06_only_open_titulos_get_an_action_and_each_kind_in_its_time(historia in historias()) {
        percorrer(&historia, |noite| {
            for acao in &noite.decisao.acoes {
                prop_assert!(!acao.titulos.is_empty());
                prop_assert!(noite.reguas.get(acao.regua).unwrap().estado() == EstadoRegua::Ativa);
                prop_assert!(acao.devida_em <= noite.hoje);
                for titulo in titulos_de(noite, acao) {
                    prop_assert_eq!(titulo.status_em(noite.hoje, &noite.regras), StatusTitulo::Aberto);
                    let cobrado = acao.origem != OrigemAcao::Lembrete;
                    prop_assert_eq!(titulo.cobravel(noite.hoje, &noite.regras), cobrado);
                    prop_assert_eq!(noite.hoje <= titulo.vencimento, !cobrado);
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn m03_the_reference_is_first_and_a_charge_lists_all_its_enrolment_may_charge(historia in historias()) {
        percorrer(&historia, |noite| {
            for acao in &noite.decisao.acoes {
                let regras = &noite.regras;
                let ordem = |titulo: &Titulo| (titulo.vencimento_efetivo(regras), Reverse(titulo.saldo), titulo.id);
                prop_assert!(titulos_de(noite, acao).is_sorted_by_key(|titulo| ordem(titulo)));
                if let OrigemAcao::Cobranca { inscricao, .. } = acao.origem {
                    let dela = noite.depois.inscricoes.iter().find(|viva| viva.id == inscricao).unwrap();
                    let cobraveis: BTreeSet<_> = noite.cobraveis().map(|titulo| titulo.id).collect();
                    let seus: BTreeSet<_> = dela.titulos.iter().copied().collect();
                    prop_assert_eq!(acao.titulos.iter().copied().collect::<BTreeSet<_>>(), &seus & &cobraveis);
                }
            }
            Ok(())
        })?;
    }
}

fn titulos_de<'a>(noite: &'a Noite, acao: &'a AcaoDevida) -> Vec<&'a Titulo> {
    let por_id = |id: &TituloId| noite.antes.titulos.iter().find(|titulo| titulo.id == *id).unwrap();
    assert_eq!(
        matches!(gatilho(acao, &noite.reguas), Gatilho::Lembrete { .. }),
        acao.origem == OrigemAcao::Lembrete
    );
    acao.titulos.iter().map(por_id).collect()
}
