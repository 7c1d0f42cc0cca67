//! Who is left out, and which réguas stand in each other's way (rules s12, s13).

use super::conjunto::Reguas;
use super::criterios::{Criterio, Criterios};
use super::decisao::{Decisao, Passo};
use super::inscricao::Devedor;
use super::modelo::{Modo, Regua};
use crate::codigo::codigos;
use crate::dinheiro::Centavos;
use crate::documento::TipoPessoa;
use crate::ids::{ReguaId, TituloId};
use crate::titulo::Titulo;
use std::collections::BTreeSet;

codigos! {
    /// Rule s12: why one régua is tried before another.
    pub enum Desempate("desempate") {
        /// Its `prioridade` is smaller.
        Prioridade = "prioridade",
        /// The priority is the same, and it has more criteria.
        MaisCriterios = "mais_criterios",
        /// Both have as many criteria, and it was made earlier.
        MaisAntiga = "mais_antiga",
        /// Made in the same instant; its id is smaller.
        MenorId = "menor_id",
    }
}

/// What a debtor owes that may be charged and that no régua takes (rule s13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descoberto {
    /// How many títulos.
    pub titulos: usize,
    /// What they sum to.
    pub valor: Centavos,
    /// The active régua that came closest to taking the reference título, and the first criterion of it that kept
    /// the título out; `None` when no régua is active.
    pub perto: Option<(ReguaId, Criterio)>,
}

/// What `decisao` found that no régua takes. The régua that came closest is the one with the fewest criteria
/// unmet by the reference título; of several, the first in their order.
#[must_use]
pub fn descoberto(reguas: &Reguas, devedor: &Devedor, decisao: &Decisao) -> Option<Descoberto> {
    let ids = decisao.passos.iter().find_map(sem_regua)?;
    let quais: BTreeSet<_> = ids.iter().collect();
    let titulos: Vec<&Titulo> = devedor.titulos.iter().filter(|titulo| quais.contains(&titulo.id)).collect();
    let referencia = titulos.iter().find(|titulo| Some(&titulo.id) == ids.first())?;
    Some(Descoberto {
        titulos: titulos.len(),
        valor: titulos.iter().map(|titulo| titulo.saldo).sum(),
        perto: mais_perto(reguas, devedor, referencia, &titulos),
    })
}

/// Two active réguas that can want the same título.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sobreposicao {
    /// The one that is tried first.
    pub antes: ReguaId,
    /// The other one.
    pub depois: ReguaId,
    /// Why it is tried first.
    pub desempate: Desempate,
    /// Whether the first one takes everything the other one would: nobody can enter the other one.
    pub encobre: bool,
}

/// Every pair of active réguas that can want the same título, in the order in which they are tried.
pub fn sobreposicoes(reguas: &Reguas) -> impl Iterator<Item = Sobreposicao> {
    let pares = reguas.ativas().enumerate().flat_map(|(i, antes)| {
        let seguintes = reguas.ativas().skip(i + 1);
        seguintes.map(move |depois| (antes, depois))
    });
    pares.filter(|(antes, depois)| encontram(antes.criterios(), depois.criterios())).map(|(antes, depois)| {
        Sobreposicao {
            antes: antes.id(),
            depois: depois.id(),
            desempate: desempate(antes, depois),
            encobre: contem(antes, depois),
        }
    })
}

/// The active réguas that nobody new can enter, each with the first one that takes all they would.
#[must_use]
pub fn inalcancaveis(reguas: &Reguas) -> Vec<(ReguaId, ReguaId)> {
    let mut antes: Vec<&Regua> = Vec::new();
    let mut encobertas = Vec::new();
    for regua in reguas.ativas() {
        if let Some(outra) = antes.iter().find(|outra| contem(outra, regua)) {
            encobertas.push((regua.id(), outra.id()));
        }
        antes.push(regua);
    }
    encobertas
}

/// Why `antes` is tried before `depois` (§0).
#[must_use]
pub fn desempate(antes: &Regua, depois: &Regua) -> Desempate {
    if antes.prioridade() != depois.prioridade() {
        Desempate::Prioridade
    } else if antes.criterios().quantos() != depois.criterios().quantos() {
        Desempate::MaisCriterios
    } else if antes.criada_em() != depois.criada_em() {
        Desempate::MaisAntiga
    } else {
        Desempate::MenorId
    }
}

/// Whether `a` takes every título that `b` would take, of whatever debtor that is in neither, when `a` is tried
/// first. Exact: when it does not, there is a debtor of whom `b` takes a título that `a` leaves.
#[must_use]
pub fn contem(a: &Regua, b: &Regua) -> bool {
    let (ca, cb) = (a.criterios(), b.criterios());
    vazio(cb) || (Criterio::TODOS.iter().all(|criterio| abrange(*criterio, ca, cb)) && alcanca_sempre(a, b))
}

fn sem_regua(passo: &Passo) -> Option<&[TituloId]> {
    match passo {
        Passo::SemRegua { titulos } => Some(titulos),
        Passo::Entrou { .. }
        | Passo::Disparou { .. }
        | Passo::Aguarda { .. }
        | Passo::Reposicionou { .. }
        | Passo::Congelada { .. }
        | Passo::Descongelou { .. }
        | Passo::NoFinal { .. }
        | Passo::ReguaInativa { .. }
        | Passo::Encerrou { .. }
        | Passo::Lembrou { .. } => None,
    }
}

fn mais_perto(
    reguas: &Reguas,
    devedor: &Devedor,
    referencia: &Titulo,
    titulos: &[&Titulo],
) -> Option<(ReguaId, Criterio)> {
    let mut melhor: Option<(usize, ReguaId, Criterio)> = None;
    for regua in reguas.ativas() {
        let falhas = falhas(regua, devedor, referencia, titulos);
        if let Some(primeira) =
            falhas.first().filter(|_| melhor.is_none_or(|(menos, ..)| falhas.len() < menos))
        {
            melhor = Some((falhas.len(), regua.id(), *primeira));
        }
        // None fails fewer than one: it would have taken the título.
        if falhas.len() == 1 {
            break;
        }
    }
    melhor.map(|(_, regua, criterio)| (regua, criterio))
}

/// Every criterion that `titulo` does not meet. The balance of a régua per debtor is that of the títulos that are
/// kept out by nothing else than it is.
fn falhas(regua: &Regua, devedor: &Devedor, titulo: &Titulo, titulos: &[&Titulo]) -> Vec<Criterio> {
    let criterios = regua.criterios();
    let mut falhas: Vec<Criterio> = criterios.falhas(&devedor.perfil, titulo).collect();
    let saldo = match regua.modo() {
        Modo::PorTitulo => titulo.saldo,
        Modo::PorDevedor => titulos
            .iter()
            .filter(|outro| {
                criterios.falhas(&devedor.perfil, outro).all(|criterio| falhas.contains(&criterio))
            })
            .map(|outro| outro.saldo)
            .sum(),
    };
    if !criterios.alcanca(saldo) {
        falhas.push(Criterio::ValorMinimo);
    }
    falhas
}

/// Rule s02: whether what reaches the minimum of `b` reaches that of `a`. Per debtor, `a` sums more títulos than
/// `b` at least. Per título it may meet a small one that `b` takes because of the others.
fn alcanca_sempre(a: &Regua, b: &Regua) -> bool {
    let minimo = |regua: &Regua| regua.criterios().valor_minimo.map_or(0, Centavos::get);
    match (a.modo(), b.modo()) {
        (Modo::PorTitulo, Modo::PorDevedor) => minimo(a) <= 0,
        (Modo::PorDevedor, _) | (Modo::PorTitulo, Modo::PorTitulo) => minimo(a) <= minimo(b).max(0),
    }
}

/// Whether what meets `b` in that kind meets `a`. The balance is judged by `alcanca_sempre`.
fn abrange(criterio: Criterio, a: &Criterios, b: &Criterios) -> bool {
    match criterio {
        Criterio::Vencimento => {
            contem_faixa((a.vencimento_de, a.vencimento_ate), (b.vencimento_de, b.vencimento_ate))
        }
        Criterio::Origem => a.origem.is_none() || a.origem == b.origem,
        Criterio::Credor => contem_lista(&a.credores, &b.credores),
        Criterio::TipoPessoa => pessoas(a).is_superset(&pessoas(b)),
        Criterio::Categoria => contem_lista(&a.categorias, &b.categorias),
        Criterio::TipoNegocio => contem_lista(&a.tipos_negocio, &b.tipos_negocio),
        Criterio::TipoTitulo => contem_lista(&a.tipos_titulo, &b.tipos_titulo),
        // Who has no score is outside any range, and a whole one says nothing: an absent end is never inside another's.
        Criterio::Score => contem_faixa((a.score_de, a.score_ate), (b.score_de, b.score_ate)),
        Criterio::ValorMinimo => true,
    }
}

/// The kinds of person that it takes; none written is all.
fn pessoas(criterios: &Criterios) -> BTreeSet<TipoPessoa> {
    if criterios.tipos_pessoa.is_empty() {
        TipoPessoa::TODOS.iter().copied().collect()
    } else {
        criterios.tipos_pessoa.clone()
    }
}

/// Whether some título of some debtor meets both.
fn encontram(a: &Criterios, b: &Criterios) -> bool {
    let vencimento =
        nao_vazia((a.vencimento_de.max(b.vencimento_de), menor(a.vencimento_ate, b.vencimento_ate)));
    let score = nao_vazia((a.score_de.max(b.score_de), menor(a.score_ate, b.score_ate)));
    let origem = a.origem.is_none() || b.origem.is_none() || a.origem == b.origem;
    vencimento
        && score
        && origem
        && cruzam(&a.credores, &b.credores)
        && cruzam(&a.tipos_pessoa, &b.tipos_pessoa)
        && cruzam(&a.categorias, &b.categorias)
        && cruzam(&a.tipos_negocio, &b.tipos_negocio)
        && cruzam(&a.tipos_titulo, &b.tipos_titulo)
}

/// Whether nothing at all meets the criteria.
fn vazio(criterios: &Criterios) -> bool {
    !nao_vazia((criterios.vencimento_de, criterios.vencimento_ate))
        || !nao_vazia((criterios.score_de, criterios.score_ate))
}

fn nao_vazia<T: PartialOrd>((de, ate): (Option<T>, Option<T>)) -> bool {
    match (de, ate) {
        (Some(de), Some(ate)) => de <= ate,
        (None, _) | (_, None) => true,
    }
}

/// The earlier of two ends; an absent one is no end.
fn menor<T: Ord>(um: Option<T>, outro: Option<T>) -> Option<T> {
    match (um, outro) {
        (Some(um), Some(outro)) => Some(um.min(outro)),
        (um, outro) => um.or(outro),
    }
}

fn contem_faixa<T: PartialOrd>(a: (Option<T>, Option<T>), b: (Option<T>, Option<T>)) -> bool {
    let desde = a.0.is_none_or(|de| b.0.is_some_and(|outro| de <= outro));
    let ate = a.1.is_none_or(|ate| b.1.is_some_and(|outro| outro <= ate));
    desde && ate
}

/// An empty list is any.
fn contem_lista<T: Ord>(a: &BTreeSet<T>, b: &BTreeSet<T>) -> bool {
    a.is_empty() || (!b.is_empty() && a.is_superset(b))
}

/// An empty list is any.
fn cruzam<T: Ord>(a: &BTreeSet<T>, b: &BTreeSet<T>) -> bool {
    a.is_empty() || b.is_empty() || !a.is_disjoint(b)
}
