//! A second, naive telling of the walk: no anchor, only the distance from the last thing that happened.

use crate::historia::{Fato, historias, percorrer};
use crate::support::{REGRAS, com_posicoes, em_estado, gatilho, posicao};
use chrono::{Days, NaiveDate};
use domain::execucao::Canal;
use domain::ids::TituloId;
use domain::regua::{EstadoRegua, Gatilho, OrigemAcao, Regua};
use domain::titulo::Titulo;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A debtor walking one active régua: what is left of it, and since when it waits from which day.
struct Modelo {
    restam: Vec<u16>,
    desde: NaiveDate,
    de: u16,
}

/// Plays one night: the days of the position that fires, if one does.
fn jogar(modelo: &mut Option<Modelo>, posicoes: &[u16], hoje: NaiveDate, cobraveis: usize) -> Option<u16> {
    if cobraveis == 0 {
        *modelo = None;
        return None;
    }
    let aqui = modelo.get_or_insert_with(|| Modelo { restam: posicoes.to_vec(), desde: hoje, de: 0 });
    let dias = *aqui.restam.first()?;
    if hoje < aqui.desde + Days::new(u64::from(dias - aqui.de)) {
        return None;
    }
    aqui.restam.remove(0);
    (aqui.desde, aqui.de) = (hoje, dias);
    Some(dias)
}

fn dias_de(regua: &Regua) -> Vec<u16> {
    let dias = regua.posicoes().iter().map(|posicao| match posicao.gatilho {
        Gatilho::Cobranca { dias } => Some(dias),
        Gatilho::Lembrete { .. } => None,
    });
    dias.flatten().collect()
}

proptest! {
    #[test]
    fn the_walk_agrees_with_the_model(mut historia in historias()) {
        // One régua, always active, with an action at each position: a firing without one could not be seen.
        historia.reguas.truncate(1);
        let regua = &historia.reguas[0];
        let posicoes = regua.posicoes().iter().map(|vaga| posicao(1, vaga.gatilho, &[Canal::Email])).collect();
        historia.reguas[0] = em_estado(&com_posicoes(regua, posicoes), EstadoRegua::Ativa);
        for (_, fatos) in &mut historia.noites {
            fatos.retain(|fato| !matches!(fato, Fato::Estado(..) | Fato::Posicoes(..)));
        }
        let posicoes = dias_de(&historia.reguas[0]);
        let mut modelo = None;
        percorrer(&historia, |noite| {
            let cobravel = |titulo: &&Titulo| titulo.cobravel(noite.hoje, &REGRAS);
            let cobraveis = noite.antes.titulos.iter().filter(cobravel);
            let cobraveis: BTreeSet<TituloId> = cobraveis.map(|titulo| titulo.id).collect();
            let esperado = jogar(&mut modelo, &posicoes, noite.hoje, cobraveis.len());
            let acoes = noite.decisao.acoes.iter();
            let cobrancas: Vec<_> = acoes.filter(|acao| acao.origem != OrigemAcao::Lembrete).collect();
            let gatilhos = cobrancas.iter().map(|acao| gatilho(acao, &noite.reguas));
            let disparadas: BTreeSet<_> = gatilhos.map(dias).collect();
            prop_assert_eq!(disparadas, esperado.into_iter().collect::<BTreeSet<_>>(), "{}", noite.hoje);
            for acao in cobrancas {
                prop_assert_eq!(&acao.titulos.iter().copied().collect::<BTreeSet<_>>(), &cobraveis);
            }
            Ok(())
        })?;
    }
}

fn dias(gatilho: Gatilho) -> u16 {
    match gatilho {
        Gatilho::Cobranca { dias } => dias,
        Gatilho::Lembrete { .. } => panic!("a reminder does not walk"),
    }
}
