//! Why, and why not: for every régua, position and action, what happened to a debtor, what will, or what stops it.
//!
//! Nothing is decided here. What a night does comes from [`decide`](super::decide) run forward; why a régua does not
//! take a título is asked of the same functions that hand the títulos out.

mod modelo;
mod posicoes;
mod previsao;
mod razao;
mod recusas;
mod titulos;

pub use modelo::{
    EnvioFeito, Explicacao, Feita, Parada, Porque, Recusa, SobreAcao, SobreInscricao, SobrePosicao,
    SobreRegua, SobreTitulo, Vez,
};
pub use razao::{Razao, razao_do_passo, regra_do_criterio, regra_do_encerramento};

use super::conjunto::Reguas;
use super::decide::Caso;
use super::decisao::{AcaoDevida, Decisao, MudancaInscricao, OrigemAcao, Passo};
use super::inscricao::{Devedor, Inscricao};
use super::modelo::{EstadoRegua, Regua};
use super::simulacao::{Periodo, percorrer};
use crate::ids::{InscricaoId, ReguaId};
use crate::regras::Regras;
use chrono::NaiveDate;
use posicoes::Posicoes;
use previsao::Previsao;
use recusas::Recusas;
use std::collections::BTreeMap;

/// Explains a debtor as the night of `data` will find it.
///
/// `noite` is the first night that may still run, `feitas` what was decided before it. When `data` is later, what
/// the nights between will do counts as done. Paid and cancelled títulos may be in the debtor or not.
#[must_use]
#[expect(clippy::similar_names, reason = "réguas and regras are the field's own words")]
pub fn explicar(
    reguas: &Reguas,
    devedor: &Devedor,
    feitas: &[Feita],
    (noite, data): (NaiveDate, NaiveDate),
    regras: &Regras,
) -> Explicacao {
    let (mut devedor, mut feitas) = (devedor.clone(), feitas.to_vec());
    if let Some(vespera) = data.pred_opt().filter(|vespera| noite <= *vespera) {
        percorrer(reguas, &mut devedor, Periodo { de: noite, ate: vespera }, regras, |hoje, _, decisao| {
            feitas.extend(decisao.acoes.iter().map(|acao| prevista(acao, hoje)));
        });
    }
    let noite = noite.max(data);
    let mut vivas: Vec<&Inscricao> = devedor.inscricoes.iter().collect();
    vivas.sort_by_key(|inscricao| (inscricao.entrada, inscricao.id));
    let caso = Caso { reguas, devedor: &devedor, vivas: &vivas, hoje: noite, regras };
    let previsao = Previsao::new(caso);
    let inscricoes = inscricoes(caso, &previsao);
    let recusas = Recusas::new(caso);
    let mut posicoes = Posicoes::new(caso, &feitas, &previsao);
    let sobre = |(i, regua): (usize, &Regua)| {
        let dela = inscricoes.get(&regua.id()).cloned().unwrap_or_default();
        let recusas = recusas.de(regua);
        let (das_posicoes, removidas) = posicoes.de(regua, &dela);
        let lembra = posicoes.lembra(regua);
        let razao = razao(caso, regua, &dela, &recusas, lembra);
        SobreRegua {
            regua: regua.id(),
            ordem: i + 1,
            razao,
            inscricoes: dela,
            recusas,
            posicoes: das_posicoes,
            removidas,
        }
    };
    let esteve = |regua: &Regua| {
        regua.estado() != EstadoRegua::Arquivada
            || inscricoes.contains_key(&regua.id())
            || feitas.iter().any(|feita| feita.regua == regua.id())
    };
    let sobre_reguas =
        reguas.todas().iter().enumerate().filter(|(_, regua)| esteve(regua)).map(sobre).collect();
    Explicacao {
        noite,
        previsto_ate: previsao.ate,
        titulos: titulos::titulos(caso, &inscricoes),
        reguas: sobre_reguas,
        noites: previsao.into_noites(),
    }
}

/// What a night to come will do, as done.
fn prevista(acao: &AcaoDevida, data: NaiveDate) -> Feita {
    Feita {
        execucao: acao.execucao,
        regua: acao.regua,
        posicao: acao.posicao,
        acao: acao.acao,
        canal: acao.canal,
        inscricao: match acao.origem {
            OrigemAcao::Cobranca { inscricao, ciclo } => Some((inscricao, ciclo)),
            OrigemAcao::Lembrete => None,
        },
        titulos: acao.titulos.clone(),
        data,
        devida_em: acao.devida_em,
        envio: None,
    }
}

/// The live enrolments and those that open, by régua.
fn inscricoes(caso: Caso<'_>, previsao: &Previsao) -> BTreeMap<ReguaId, Vec<SobreInscricao>> {
    let encerradas = previsao.encerradas();
    let nada = Decisao::default();
    let decisao = previsao.decisao().unwrap_or(&nada);
    let passos = passos(decisao);
    let depois: BTreeMap<InscricaoId, Option<&Inscricao>> = decisao.mudancas.iter().map(depois).collect();
    let mut todas: BTreeMap<ReguaId, Vec<SobreInscricao>> = BTreeMap::new();
    for viva in caso.vivas {
        todas.entry(viva.regua).or_default().push(SobreInscricao {
            id: viva.id,
            antes: Some((*viva).clone()),
            depois: depois.get(&viva.id).map_or_else(|| Some((*viva).clone()), |depois| depois.cloned()),
            abre_em: None,
            encerra: encerradas.get(&viva.id).copied(),
            passos: passos.get(&viva.id).cloned().unwrap_or_default(),
        });
    }
    for (data, nova) in previsao.abertas() {
        todas.entry(nova.regua).or_default().push(SobreInscricao {
            id: nova.id,
            antes: None,
            depois: Some(nova.clone()),
            abre_em: Some(data),
            encerra: encerradas.get(&nova.id).copied(),
            passos: passos.get(&nova.id).cloned().unwrap_or_default(),
        });
    }
    todas
}

fn depois(mudanca: &MudancaInscricao) -> (InscricaoId, Option<&Inscricao>) {
    match mudanca {
        MudancaInscricao::Abrir(depois) | MudancaInscricao::Atualizar(depois) => (depois.id, Some(depois)),
        MudancaInscricao::Encerrar { id, .. } => (*id, None),
    }
}

fn passos(decisao: &Decisao) -> BTreeMap<InscricaoId, Vec<Passo>> {
    let mut passos: BTreeMap<InscricaoId, Vec<Passo>> = BTreeMap::new();
    for passo in &decisao.passos {
        if let Some(inscricao) = de_quem(passo) {
            passos.entry(inscricao).or_default().push(passo.clone());
        }
    }
    passos
}

fn de_quem(passo: &Passo) -> Option<InscricaoId> {
    match passo {
        Passo::Entrou { inscricao, .. }
        | Passo::Disparou { inscricao, .. }
        | Passo::Aguarda { inscricao, .. }
        | Passo::Reposicionou { inscricao, .. }
        | Passo::Congelada { inscricao, .. }
        | Passo::Descongelou { inscricao, .. }
        | Passo::NoFinal { inscricao, .. }
        | Passo::ReguaInativa { inscricao, .. }
        | Passo::Encerrou { inscricao, .. } => Some(*inscricao),
        Passo::SemRegua { .. } | Passo::Lembrou { .. } => None,
    }
}

/// The régua in a word.
fn razao(
    caso: Caso<'_>,
    regua: &Regua,
    inscricoes: &[SobreInscricao],
    recusas: &[Recusa],
    lembra: bool,
) -> Razao {
    let fica = inscricoes.iter().any(|uma| uma.antes.is_some() && uma.depois.is_some());
    let abre = inscricoes.iter().any(|uma| uma.abre_em.is_some_and(|em| em == caso.hoje));
    let anterior = |recusa: &Recusa| match recusa.porque {
        Porque::ReguaAnterior { .. } | Porque::Guardado { .. } => true,
        Porque::Criterio { .. } => false,
    };
    match regua.estado() {
        EstadoRegua::Arquivada => Razao::ReguaArquivada,
        EstadoRegua::Inativa => Razao::ReguaInativa,
        EstadoRegua::Ativa if fica => Razao::ComDevedor,
        EstadoRegua::Ativa if abre => Razao::Entra,
        EstadoRegua::Ativa if inscricoes.iter().any(|uma| uma.antes.is_some()) => Razao::Encerra,
        EstadoRegua::Ativa if lembra => Razao::SoLembretes,
        EstadoRegua::Ativa if !inscricoes.is_empty() => Razao::Entra,
        EstadoRegua::Ativa if recusas.is_empty() => Razao::NadaACobrar,
        EstadoRegua::Ativa if recusas.iter().any(anterior) => Razao::ReguaAnterior,
        EstadoRegua::Ativa => Razao::Criterio,
    }
}
