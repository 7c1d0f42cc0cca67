//! One night of one walk (§0). Everything that moves an anchor happens here, by date arithmetic alone.

use super::{mais_dias, menos_dias};
use crate::ids::PosicaoId;
use crate::regua::inscricao::Caminhada;
use crate::regua::modelo::{Posicao, Regua};
use chrono::NaiveDate;

/// Where one night takes one enrolment.
pub(super) struct Passada<'a> {
    /// Where it stands after the night.
    pub(super) caminhada: Caminhada,
    /// The reposition it went through, before anything fired.
    pub(super) volta: Option<&'a Posicao>,
    /// The position that fires: at most one (§0).
    pub(super) dispara: Option<Devida<'a>>,
    /// What it waits for afterwards.
    pub(super) aguarda: Option<Devida<'a>>,
}

/// A position and the date on which it falls due.
#[derive(Clone, Copy)]
pub(super) struct Devida<'a> {
    pub(super) posicao: &'a Posicao,
    pub(super) em: NaiveDate,
}

/// The walk of an enrolment that has a título to walk for again: what stood still goes on, later by as many days
/// as it stood (rules t04, k06).
pub(super) fn descongelar(caminhada: Caminhada, hoje: NaiveDate) -> Caminhada {
    match caminhada {
        Caminhada::Congelada { ancora, proxima, desde } => {
            let parada = u64::try_from((hoje - desde).num_days()).unwrap_or_default();
            Caminhada::Andando { ancora: mais_dias(ancora, parada), proxima }
        }
        Caminhada::Andando { .. } | Caminhada::Final { .. } => caminhada,
    }
}

/// The walk of an enrolment that has only frozen títulos left. Past the end there is nothing to stand still.
pub(super) fn congelar(caminhada: Caminhada, hoje: NaiveDate) -> Caminhada {
    match caminhada {
        Caminhada::Andando { ancora, proxima } => Caminhada::Congelada { ancora, proxima, desde: hoje },
        Caminhada::Congelada { .. } | Caminhada::Final { .. } => caminhada,
    }
}

/// Moves a walk by one night.
pub(super) fn passar(regua: &Regua, caminhada: Caminhada, hoje: NaiveDate) -> Passada<'_> {
    let (ancora, proxima) = match caminhada {
        Caminhada::Final { .. } | Caminhada::Congelada { .. } => {
            return Passada { caminhada, volta: None, dispara: None, aguarda: None };
        }
        Caminhada::Andando { ancora, proxima } => (ancora, proxima),
    };
    let Some((dias, posicao)) = atual(regua, ancora, proxima, hoje) else {
        return esperar(None, ancora, hoje);
    };
    let devida = Devida { posicao, em: mais_dias(ancora, dias.into()) };
    if hoje < devida.em {
        return esperar(Some((dias, posicao)), ancora, hoje);
    }
    match posicao.gatilho.volta_para() {
        None => disparar(regua, (dias, devida), hoje),
        Some(para) => voltar(regua, posicao, para, hoje),
    }
}

/// The position that a walk waits for on `hoje`, before that night moves it; past the end, none. One that stands still
/// waits for what it waited for when it stopped.
pub(in crate::regua) fn aguardada(
    regua: &Regua,
    caminhada: Caminhada,
    hoje: NaiveDate,
) -> Option<(u16, &Posicao)> {
    match caminhada {
        Caminhada::Final { .. } => None,
        Caminhada::Andando { ancora, proxima } => atual(regua, ancora, proxima, hoje),
        Caminhada::Congelada { ancora, proxima, desde } => atual(regua, ancora, proxima, desde),
    }
}

/// Fires a position. Late, the anchor moves by the lateness, so that the next one keeps its distance.
fn disparar<'a>(regua: &'a Regua, (dias, devida): (u16, Devida<'a>), hoje: NaiveDate) -> Passada<'a> {
    let ancora = menos_dias(hoje, dias.into());
    let seguinte = regua.cobrancas().find(|(outros, _)| *outros > dias);
    Passada { dispara: Some(devida), ..esperar(seguinte, ancora, hoje) }
}

/// Rule e03: the walk is where it was on the day of the position it goes back to, which fires tonight.
fn voltar<'a>(regua: &'a Regua, volta: &'a Posicao, para: PosicaoId, hoje: NaiveDate) -> Passada<'a> {
    let destino = regua.cobrancas().find(|(_, posicao)| posicao.id == para);
    match destino {
        Some((dias, posicao)) => {
            let passada = disparar(regua, (dias, Devida { posicao, em: hoje }), hoje);
            Passada { volta: Some(volta), ..passada }
        }
        // A régua is not built like this (`Regua::new`).
        None => esperar(None, hoje, hoje),
    }
}

/// The position waited for, as the régua is now (rules r04, r13).
///
/// What fires is made to fall due on its own night, so a position still to come has not fired: one that was
/// put in before `proxima` is waited for. When `proxima` was removed, the first one after its day takes its
/// place. Any other one that fell due up to today may have fired: rather never than twice.
fn atual(regua: &Regua, ancora: NaiveDate, proxima: PosicaoId, hoje: NaiveDate) -> Option<(u16, &Posicao)> {
    let por_vir = |dias: u16| hoje < mais_dias(ancora, dias.into());
    let depois_da_removida = |dias: u16| regua.dias_da_removida(proxima).is_some_and(|dela| dela < dias);
    regua
        .cobrancas()
        .find(|(dias, posicao)| posicao.id == proxima || por_vir(*dias) || depois_da_removida(*dias))
}

/// Waits for a position. Rule e01: with none left, the end.
fn esperar(seguinte: Option<(u16, &Posicao)>, ancora: NaiveDate, hoje: NaiveDate) -> Passada<'_> {
    let aguarda = seguinte.map(|(dias, posicao)| Devida { posicao, em: mais_dias(ancora, dias.into()) });
    let caminhada = match aguarda {
        Some(devida) => Caminhada::Andando { ancora, proxima: devida.posicao.id },
        None => Caminhada::Final { em: hoje },
    };
    Passada { caminhada, volta: None, dispara: None, aguarda }
}
