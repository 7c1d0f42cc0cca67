//! Random histories: a company, a debtor, and nights with things happening between them.

use crate::mundo::{Mundo, gravar};
use crate::support::dia;
use chrono::{NaiveDate, TimeDelta};
use domain::regua::{Criterios, Decisao, Devedor, EstadoRegua, Modo, Perfil, Regras, Regua, Reguas, decide};
use domain::titulo::{StatusTitulo, Titulo};
use proptest::prelude::*;
use proptest::sample::Index;

const INICIO: &str = "2026-02-10";

#[derive(Clone, Debug)]
pub(crate) struct Historia {
    pub(crate) regras: Regras,
    pub(crate) perfil: Perfil,
    pub(crate) reguas: Vec<Regua>,
    pub(crate) titulos: Vec<Titulo>,
    /// Days since the last night, and what happened meanwhile.
    pub(crate) noites: Vec<(u8, Vec<Fato>)>,
}

/// Something that happens between two nights. What cannot happen then does nothing. Days count from that day.
#[derive(Clone, Debug)]
pub(crate) enum Fato {
    /// A título that is not negotiated changes its status.
    Status(Index, StatusTitulo),
    /// An open título is suspended until that day.
    Suspender(Index, i64),
    Vencimento(Index, i64),
    Saldo(Index, i64),
    Novo(Novo),
    /// Open títulos become that many instalments, the first due that day.
    Negociar(Vec<Index>, usize, i64),
    /// The first instalment of a negotiation is paid.
    Confirmar(Index),
    /// A negotiation that nobody confirmed is given up.
    Desfazer(Index),
    Perfil(Perfil),
    Estado(Index, EstadoRegua),
    Modo(Index, Modo),
    Criterios(Index, Criterios),
    /// A régua gets a `D+` position.
    Incluir(Index, u16),
    /// A régua gets a reposition to one of its `D+` positions.
    Laco(Index, u16, Index),
    /// A régua loses one of its positions.
    Remover(Index, Index),
}

impl Fato {
    /// Whether it changes the positions of a régua.
    pub(crate) fn edita_posicoes(&self) -> bool {
        matches!(self, Self::Incluir(..) | Self::Laco(..) | Self::Remover(..))
    }
}

/// A título as it is drawn.
#[derive(Clone, Debug)]
pub(crate) struct Novo {
    /// Days until it is due.
    pub(crate) dias: i64,
    pub(crate) saldo: i64,
    /// 0 is nobody's.
    pub(crate) credor: u128,
    pub(crate) tipo: Option<&'static str>,
}

/// One night of a history.
pub(crate) struct Noite {
    pub(crate) hoje: NaiveDate,
    pub(crate) regras: Regras,
    pub(crate) reguas: Reguas,
    /// Whether anything happened since the night before it.
    pub(crate) mudou: bool,
    pub(crate) antes: Devedor,
    /// `antes` with the changes that títulos made by themselves written down.
    pub(crate) gravado: Devedor,
    pub(crate) decisao: Decisao,
    pub(crate) depois: Devedor,
}

impl Noite {
    /// What another decision says of the same day.
    pub(crate) fn decide(&self, devedor: &Devedor) -> Decisao {
        self.decide_em(devedor, self.hoje)
    }

    /// What the same réguas say on another day.
    pub(crate) fn decide_em(&self, devedor: &Devedor, hoje: NaiveDate) -> Decisao {
        decide(&self.reguas, devedor, hoje, &self.regras)
    }

    /// The títulos that may be charged that night.
    pub(crate) fn cobraveis(&self) -> impl Iterator<Item = &Titulo> {
        self.antes.titulos.iter().filter(|titulo| titulo.cobravel(self.hoje, &self.regras))
    }

    /// The títulos that stand still that night.
    pub(crate) fn congelados(&self) -> impl Iterator<Item = &Titulo> {
        self.antes.titulos.iter().filter(|titulo| titulo.congelado(self.hoje, &self.regras))
    }
}

impl Historia {
    /// The same, in which réguas keep the positions they were made with.
    pub(crate) fn sem_edicao(mut self) -> Self {
        self.noites.iter_mut().for_each(|(_, fatos)| fatos.retain(|fato| !fato.edita_posicoes()));
        self
    }
}

/// Walks the nights of a history, showing each one.
pub(crate) fn percorrer(
    historia: &Historia,
    mut ver: impl FnMut(&Noite) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let mut mundo = Mundo::new(historia);
    let mut hoje = inicio();
    for (salto, fatos) in &historia.noites {
        hoje += TimeDelta::days(i64::from(*salto));
        let de_manha = mundo.clone();
        for fato in fatos {
            mundo.acontecer(fato, hoje);
        }
        let (antes, reguas) = (mundo.devedor.clone(), Reguas::new(mundo.reguas.clone()));
        let mut gravado = mundo.clone();
        gravar(&mut gravado, hoje);
        let gravado = gravado.devedor;
        let decisao = decide(&reguas, &antes, hoje, &mundo.regras);
        mundo.devedor.aplicar(&decisao);
        let depois = mundo.devedor.clone();
        let mudou = de_manha.reguas != mundo.reguas || difere(&de_manha.devedor, &antes);
        ver(&Noite { hoje, regras: mundo.regras.clone(), reguas, mudou, antes, gravado, decisao, depois })?;
        gravar(&mut mundo, hoje);
    }
    Ok(())
}

/// The first day of every history.
pub(crate) fn inicio() -> NaiveDate {
    dia(INICIO)
}

fn difere(um: &Devedor, outro: &Devedor) -> bool {
    um.titulos != outro.titulos || um.perfil != outro.perfil
}
