//! Which régua gets which títulos tonight (§0, Assignment).

use super::Caso;
use crate::dinheiro::Centavos;
use crate::ids::{ReguaId, TituloId};
use crate::regras::Migracao;
use crate::regua::inscricao::{Alvo, Inscricao};
use crate::regua::modelo::{EstadoRegua, Modo, Regua};
use crate::titulo::{Titulo, ordenar_por_referencia};

/// Every título that may be charged tonight, each in at most one place.
pub(in crate::regua) struct Atribuicao<'a> {
    /// Never with an empty list of títulos.
    pub(in crate::regua) lugares: Vec<Lugar<'a>>,
    /// Those that no régua takes (rule s13), the reference first.
    pub(in crate::regua) sem_regua: Vec<&'a Titulo>,
}

/// A place in a régua, to be filled by one enrolment.
pub(in crate::regua) struct Lugar<'a> {
    pub(in crate::regua) regua: &'a Regua,
    pub(in crate::regua) alvo: Alvo,
    /// The reference first (rule m03).
    pub(in crate::regua) titulos: Vec<&'a Titulo>,
}

/// Gives the títulos out: first what live enrolments keep, then the active réguas in their order.
pub(in crate::regua) fn assign(caso: Caso<'_>) -> Atribuicao<'_> {
    let (mut lugares, mut livres) = guardar(caso);
    for regua in caso.reguas.candidatas(caso.devedor) {
        if livres.is_empty() {
            break;
        }
        match regua.modo() {
            Modo::PorDevedor => tomar_juntos(caso, regua, &mut livres, &mut lugares),
            Modo::PorTitulo => tomar_um_a_um(caso, regua, &mut livres, &mut lugares),
        }
    }
    for lugar in &mut lugares {
        ordenar_por_referencia(&mut lugar.titulos, caso.regras);
    }
    Atribuicao { lugares, sem_regua: livres }
}

/// What live enrolments keep before any régua has its turn, and what is left over, the reference first.
pub(in crate::regua) fn guardar(caso: Caso<'_>) -> (Vec<Lugar<'_>>, Vec<&Titulo>) {
    let mut livres: Vec<&Titulo> =
        caso.devedor.titulos.iter().filter(|titulo| titulo.cobravel(caso.hoje, caso.regras)).collect();
    ordenar_por_referencia(&mut livres, caso.regras);
    let mut lugares = Vec::new();
    for inscricao in caso.vivas {
        if let Some(regua) = caso.reguas.get(inscricao.regua).filter(|regua| guarda(caso, regua, inscricao)) {
            let seus = guardados(caso, regua, inscricao, &livres);
            ocupar(&mut lugares, regua, inscricao.alvo, &retirar(&mut livres, &seus));
        }
    }
    (lugares, livres)
}

/// Whether the enrolment keeps what it holds whatever comes first: rule v04 when its régua is inactive, rule
/// g03 when the company chose so.
fn guarda(caso: Caso<'_>, regua: &Regua, inscricao: &Inscricao) -> bool {
    match regua.estado() {
        EstadoRegua::Arquivada => false,
        EstadoRegua::Inativa => true,
        EstadoRegua::Ativa => {
            caso.regras.migracao == Migracao::PerfilPerdido && mesmo_modo(regua, inscricao.alvo)
        }
    }
}

/// Rule r12: an enrolment made in another mode begins anew.
pub(in crate::regua) fn mesmo_modo(regua: &Regua, alvo: Alvo) -> bool {
    match (regua.modo(), alvo) {
        (Modo::PorDevedor, Alvo::Devedor) | (Modo::PorTitulo, Alvo::Titulo(_)) => true,
        (Modo::PorDevedor, Alvo::Titulo(_)) | (Modo::PorTitulo, Alvo::Devedor) => false,
    }
}

/// Those of the títulos it holds that still meet the criteria, if together they reach the minimum.
fn guardados(caso: Caso<'_>, regua: &Regua, inscricao: &Inscricao, livres: &[&Titulo]) -> Vec<TituloId> {
    let seus = livres.iter().filter(|titulo| inscricao.titulos.contains(&titulo.id));
    let servem: Vec<&&Titulo> = seus.filter(|titulo| serve(caso, regua, titulo)).collect();
    let total = servem.iter().map(|titulo| titulo.saldo).sum();
    if regua.criterios().alcanca(total) {
        servem.iter().map(|titulo| titulo.id).collect()
    } else {
        Vec::new()
    }
}

/// Rule s02: together they reach the minimum, with what the enrolment kept already.
fn tomar_juntos<'a>(
    caso: Caso<'_>,
    regua: &'a Regua,
    livres: &mut Vec<&'a Titulo>,
    lugares: &mut Vec<Lugar<'a>>,
) {
    if regua.criterios().alcanca(soma(caso, regua, livres, lugares)) {
        let servem = livres.iter().filter(|titulo| serve(caso, regua, titulo));
        let servem: Vec<TituloId> = servem.map(|titulo| titulo.id).collect();
        ocupar(lugares, regua, Alvo::Devedor, &retirar(livres, &servem));
    }
}

/// What a régua per debtor would have if it took all it may: what is free and meets its criteria, and what its
/// enrolment kept.
pub(in crate::regua) fn soma(
    caso: Caso<'_>,
    regua: &Regua,
    livres: &[&Titulo],
    lugares: &[Lugar<'_>],
) -> Centavos {
    let servem = livres.iter().filter(|titulo| serve(caso, regua, titulo));
    let dela = |lugar: &&Lugar<'_>| lugar.regua.id() == regua.id() && lugar.alvo == Alvo::Devedor;
    let ja_tem = lugares.iter().filter(dela).flat_map(|lugar| &lugar.titulos);
    servem.chain(ja_tem).map(|titulo| titulo.saldo).sum()
}

/// Rule s02: each on its own.
fn tomar_um_a_um<'a>(
    caso: Caso<'_>,
    regua: &'a Regua,
    livres: &mut Vec<&'a Titulo>,
    lugares: &mut Vec<Lugar<'a>>,
) {
    for titulo in livres.extract_if(.., |titulo| aceita(caso, regua, titulo)) {
        ocupar(lugares, regua, Alvo::Titulo(titulo.id), &[titulo]);
    }
}

/// Whether the régua is for this título by itself, its balance too: how a reminder looks at it (§0).
pub(in crate::regua) fn aceita(caso: Caso<'_>, regua: &Regua, titulo: &Titulo) -> bool {
    serve(caso, regua, titulo) && regua.criterios().alcanca(titulo.saldo)
}

fn serve(caso: Caso<'_>, regua: &Regua, titulo: &Titulo) -> bool {
    regua.criterios().falha(&caso.devedor.perfil, titulo).is_none()
}

fn retirar<'a>(livres: &mut Vec<&'a Titulo>, quais: &[TituloId]) -> Vec<&'a Titulo> {
    livres.extract_if(.., |titulo| quais.contains(&titulo.id)).collect()
}

fn achar<'l, 'a>(lugares: &'l mut [Lugar<'a>], regua: ReguaId, alvo: Alvo) -> Option<&'l mut Lugar<'a>> {
    lugares.iter_mut().find(|lugar| lugar.regua.id() == regua && lugar.alvo == alvo)
}

fn ocupar<'a>(lugares: &mut Vec<Lugar<'a>>, regua: &'a Regua, alvo: Alvo, titulos: &[&'a Titulo]) {
    if titulos.is_empty() {
        return;
    }
    match achar(lugares, regua.id(), alvo) {
        Some(lugar) => lugar.titulos.extend(titulos),
        None => lugares.push(Lugar { regua, alvo, titulos: titulos.to_vec() }),
    }
}
