//! What is foreseen is what the nights then do, when nothing else happens.

use crate::geradores::historias;
use crate::historia::Noite;
use crate::passado::{feita, no_fim};
use chrono::{Days, NaiveDate};
use domain::ids::{AcaoId, InscricaoId, PosicaoId, TituloId};
use domain::regua::{
    Explicacao, Feita, MotivoEncerramento, MudancaInscricao, OrigemAcao, Passo, Razao, Vez, explicar,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Each foresees a year.
const CASOS: u32 = 128;
/// How far the nights are walked one by one.
const DIAS: u64 = 90;

/// Something that happens on a night.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fato {
    Acao { acao: AcaoId, devida_em: NaiveDate, inscricao: Option<(InscricaoId, u32)>, titulos: Vec<TituloId> },
    Dispara { posicao: PosicaoId, inscricao: InscricaoId },
    Volta { posicao: PosicaoId, inscricao: InscricaoId, ciclo: u32 },
    Abre(InscricaoId),
    Encerra(InscricaoId, MotivoEncerramento),
}

type Fatos = BTreeSet<(NaiveDate, Fato)>;

/// What every night does, one after the other.
fn acontecem(noite: &Noite, feitas: &mut Vec<Feita>, ate: NaiveDate) -> Fatos {
    let mut devedor = noite.antes.clone();
    let mut fatos = Fatos::new();
    for hoje in noite.hoje.iter_days().take_while(|hoje| *hoje <= ate) {
        let decisao = noite.decide_em(&devedor, hoje);
        devedor.aplicar(&decisao);
        for acao in &decisao.acoes {
            feitas.push(feita(acao, hoje));
            let inscricao = match acao.origem {
                OrigemAcao::Cobranca { inscricao, ciclo } => Some((inscricao, ciclo)),
                OrigemAcao::Lembrete => None,
            };
            let (acao, devida_em, titulos) = (acao.acao, acao.devida_em, acao.titulos.clone());
            fatos.insert((hoje, Fato::Acao { acao, devida_em, inscricao, titulos }));
        }
        for passo in decisao.passos {
            let fato = if let Passo::Disparou { inscricao, posicao, .. } = passo {
                Some(Fato::Dispara { posicao, inscricao })
            } else if let Passo::Reposicionou { inscricao, de, ciclo, .. } = passo {
                Some(Fato::Volta { posicao: de, inscricao, ciclo })
            } else {
                None
            };
            fatos.extend(fato.map(|fato| (hoje, fato)));
        }
        for mudanca in decisao.mudancas {
            let fato = match mudanca {
                MudancaInscricao::Abrir(nova) => Some(Fato::Abre(nova.id)),
                MudancaInscricao::Encerrar { id, motivo } => Some(Fato::Encerra(id, motivo)),
                MudancaInscricao::Atualizar(_) => None,
            };
            fatos.extend(fato.map(|fato| (hoje, fato)));
        }
    }
    fatos
}

/// What is said to happen up to a day.
fn previstos(explicacao: &Explicacao, ate: NaiveDate) -> Fatos {
    let mut fatos = Fatos::new();
    for regua in &explicacao.reguas {
        for posicao in &regua.posicoes {
            for vez in &posicao.vezes {
                let sobre = posicao.posicao;
                let (volta, dispara) = (vez.razao == Razao::Volta, vez.razao == Razao::Dispara);
                assert!(volta || dispara || vez.razao == Razao::Lembra);
                if let (true, Some(inscricao)) = (volta, vez.inscricao) {
                    let ciclo = vez.ciclo.unwrap();
                    fatos.insert((vez.em, Fato::Volta { posicao: sobre, inscricao, ciclo }));
                }
                if let (true, Some(inscricao)) = (dispara, vez.inscricao) {
                    fatos.insert((vez.em, Fato::Dispara { posicao: sobre, inscricao }));
                }
                if !volta {
                    fatos.extend(posicao.acoes.iter().map(|acao| (vez.em, acao_de(vez, acao.acao))));
                }
            }
        }
        for uma in &regua.inscricoes {
            fatos.extend(uma.abre_em.map(|em| (em, Fato::Abre(uma.id))));
            fatos.extend(uma.encerra.map(|(em, motivo)| (em, Fato::Encerra(uma.id, motivo))));
        }
    }
    fatos.into_iter().filter(|(em, _)| *em <= ate).collect()
}

fn acao_de(vez: &Vez, acao: AcaoId) -> Fato {
    let inscricao = vez.inscricao.zip(vez.ciclo);
    Fato::Acao { acao, devida_em: vez.devida_em, inscricao, titulos: vez.titulos.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASOS))]
    #[test]
    fn what_is_foreseen_is_what_the_nights_then_do(historia in historias()) {
        no_fim(&historia, |noite, feitas| {
            let ate = noite.hoje + Days::new(DIAS);
            let dita = explicar(&noite.reguas, &noite.antes, feitas, (noite.hoje, noite.hoje), &noite.regras);
            prop_assert!(ate <= dita.previsto_ate);
            prop_assert_eq!(previstos(&dita, ate), acontecem(noite, &mut vec![], ate));
            Ok(())
        })?;
    }

    #[test]
    fn a_day_to_come_is_explained_as_it_will_be_on_that_day(historia in historias(), dias in prop_oneof![1..3_u64, 1..40_u64]) {
        no_fim(&historia, |noite, feitas| {
            let data = noite.hoje + Days::new(dias);
            let hoje = explicar(&noite.reguas, &noite.antes, feitas, (noite.hoje, data), &noite.regras);
            let mut feitas = feitas.to_vec();
            let mut devedor = noite.antes.clone();
            acontecem(noite, &mut feitas, data.pred_opt().unwrap());
            for vespera in noite.hoje.iter_days().take_while(|vespera| *vespera < data) {
                let decisao = noite.decide_em(&devedor, vespera);
                devedor.aplicar(&decisao);
            }
            let la = explicar(&noite.reguas, &devedor, &feitas, (data, data), &noite.regras);
            prop_assert_eq!(hoje, la);
            Ok(())
        })?;
    }
}
