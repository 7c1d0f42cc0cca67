//! Why a régua does not take what may be charged or reminded.

use super::modelo::{Porque, Recusa};
use crate::dinheiro::Centavos;
use crate::ids::{ReguaId, TituloId};
use crate::regua::cobertura::desempate;
use crate::regua::criterios::Criterio;
use crate::regua::decide::Caso;
use crate::regua::decide::assign::{Lugar, aceita, assign, guardar, soma};
use crate::regua::modelo::{EstadoRegua, Modo, Regua};
use crate::titulo::Titulo;
use std::collections::BTreeMap;

/// How the night hands the títulos out.
pub(super) struct Recusas<'a> {
    caso: Caso<'a>,
    /// Their place in the order.
    ordem: BTreeMap<ReguaId, usize>,
    /// What enrolments keep, before any régua has its turn.
    guardados: Vec<Lugar<'a>>,
    /// What is left then, the reference first.
    livres: Vec<&'a Titulo>,
    /// Who has each título in the end.
    donos: BTreeMap<TituloId, Dono>,
    /// Those that may still be reminded.
    lembraveis: Vec<&'a Titulo>,
}

#[derive(Clone, Copy)]
struct Dono {
    regua: ReguaId,
    guarda: bool,
}

impl<'a> Recusas<'a> {
    pub(super) fn new(caso: Caso<'a>) -> Self {
        let (guardados, livres) = guardar(caso);
        let mut donos = BTreeMap::new();
        for (lugares, guarda) in [(&assign(caso).lugares, false), (&guardados, true)] {
            for lugar in lugares {
                let dono = Dono { regua: lugar.regua.id(), guarda };
                donos.extend(lugar.titulos.iter().map(|titulo| (titulo.id, dono)));
            }
        }
        let lembraveis: Vec<&Titulo> =
            caso.devedor.titulos.iter().filter(|titulo| titulo.lembravel(caso.hoje, caso.regras)).collect();
        for titulo in &lembraveis {
            let lembra = caso.reguas.candidatas(caso.devedor).find(|regua| aceita(caso, regua, titulo));
            donos.extend(lembra.map(|regua| (titulo.id, Dono { regua: regua.id(), guarda: false })));
        }
        let ordem = caso.reguas.todas().iter().enumerate().map(|(i, regua)| (regua.id(), i)).collect();
        Self { caso, ordem, guardados, livres, donos, lembraveis }
    }

    /// What an active régua does not take, and why; one that is not active takes nothing at all.
    pub(super) fn de(&self, regua: &Regua) -> Vec<Recusa> {
        if regua.estado() != EstadoRegua::Ativa {
            return Vec::new();
        }
        let mut recusas: Vec<Recusa> = Vec::new();
        let (na_vez, ja_foram): (Vec<&Titulo>, Vec<&Titulo>) =
            self.livres.iter().partition(|titulo| !self.ja_foi(regua, titulo));
        let juntos = match regua.modo() {
            Modo::PorDevedor => Some(soma(self.caso, regua, &na_vez, &self.guardados)),
            Modo::PorTitulo => None,
        };
        for titulo in na_vez {
            incluir(&mut recusas, self.porque(regua, titulo, juntos.map(|soma| (true, soma))), titulo.id);
        }
        for titulo in
            ja_foram.into_iter().chain(self.guardados.iter().flat_map(|l| l.titulos.iter().copied()))
        {
            incluir(&mut recusas, self.porque(regua, titulo, juntos.map(|soma| (false, soma))), titulo.id);
        }
        for titulo in &self.lembraveis {
            incluir(&mut recusas, self.porque(regua, titulo, None), titulo.id);
        }
        recusas
    }

    /// Whether the título is gone when the turn of a régua comes.
    fn ja_foi(&self, regua: &Regua, titulo: &Titulo) -> bool {
        let vez = self.ordem.get(&regua.id());
        self.donos.get(&titulo.id).is_some_and(|dono| self.ordem.get(&dono.regua) < vez)
    }

    /// Why the régua does not take it; `None` when it does. `juntos` is of a régua that sums: whether the título was
    /// free when its turn came, and what there was.
    fn porque(&self, regua: &Regua, titulo: &Titulo, juntos: Option<(bool, Centavos)>) -> Option<Porque> {
        let dono = self.donos.get(&titulo.id);
        if dono.is_some_and(|dono| dono.regua == regua.id()) {
            return None;
        }
        let criterios = regua.criterios();
        if let Some(criterio) = criterios.falha(&self.caso.devedor.perfil, titulo) {
            return Some(Porque::Criterio { criterio, soma: None });
        }
        let minimo = |soma| Porque::Criterio { criterio: Criterio::ValorMinimo, soma };
        match (juntos, dono) {
            (Some((true, soma)), _) => Some(minimo(Some(soma))),
            (None, _) if !criterios.alcanca(titulo.saldo) => Some(minimo(None)),
            (_, Some(dono)) if dono.guarda => Some(Porque::Guardado { regua: dono.regua }),
            (_, Some(dono)) => {
                let antes = self.caso.reguas.get(dono.regua)?;
                Some(Porque::ReguaAnterior { regua: dono.regua, desempate: desempate(antes, regua) })
            }
            // It would have been free when the turn of the régua came.
            (_, None) => None,
        }
    }
}

fn incluir(recusas: &mut Vec<Recusa>, porque: Option<Porque>, titulo: TituloId) {
    let Some(porque) = porque else { return };
    match recusas.iter_mut().find(|recusa| recusa.porque == porque) {
        Some(recusa) => recusa.titulos.push(titulo),
        None => recusas.push(Recusa { porque, titulos: vec![titulo] }),
    }
}
