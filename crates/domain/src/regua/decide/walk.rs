//! The walk: who enters, moves, stands still or leaves, and which `D+` positions fire.

use super::assign::{Atribuicao, Lugar};
use super::{Caso, ids, mais_dias};
use crate::ids::{PosicaoId, TituloId};
use crate::regua::chave;
use crate::regua::decisao::{AcaoDevida, Decisao, MudancaInscricao, OrigemAcao, Passo};
use crate::regua::inscricao::{Caminhada, Inscricao, MotivoEncerramento};
use crate::regua::modelo::{EstadoRegua, Posicao, Regua};
use chrono::NaiveDate;

/// The turn in which an enrolment starts.
const PRIMEIRO_CICLO: u32 = 1;

/// Where one night takes one enrolment.
struct Passada<'a> {
    /// Where it stands after the night.
    caminhada: Caminhada,
    /// The position that fires: at most one (§0).
    dispara: Option<Devida<'a>>,
    /// What it waits for afterwards.
    aguarda: Option<Devida<'a>>,
}

/// A position and the date on which it falls due.
#[derive(Clone, Copy)]
struct Devida<'a> {
    posicao: &'a Posicao,
    em: NaiveDate,
}

/// Fills the places: the live enrolments first, then new ones for the places nobody has.
pub(super) fn walk(caso: Caso<'_>, atribuicao: Atribuicao<'_>, decisao: &mut Decisao) {
    let Atribuicao { mut lugares, sem_regua } = atribuicao;
    let atribuidos: Vec<_> = lugares.iter().flat_map(|lugar| ids(&lugar.titulos)).collect();
    for inscricao in caso.vivas {
        if let Some(i) = lugares.iter().position(|lugar| lugar.regua.id() == inscricao.regua) {
            continuar(caso, inscricao, &lugares.remove(i), decisao);
        } else {
            let em_outra = inscricao.titulos.iter().any(|id| atribuidos.contains(id));
            encerrar(caso, inscricao, em_outra, decisao);
        }
    }
    for lugar in &lugares {
        abrir(caso, lugar, decisao);
    }
    if !sem_regua.is_empty() {
        decisao.passos.push(Passo::SemRegua { titulos: ids(&sem_regua) });
    }
}

/// Rules n01, n04: whatever the age of the debt, the walk starts at the first `D+` position, counted from
/// tonight.
fn abrir(caso: Caso<'_>, lugar: &Lugar<'_>, decisao: &mut Decisao) {
    let regua = lugar.regua.id();
    let caminhada = match lugar.regua.cobrancas().next() {
        Some((_, primeira)) => Caminhada::Andando { ancora: caso.hoje, proxima: primeira.id },
        None => Caminhada::Final { em: caso.hoje },
    };
    let nova = Inscricao {
        id: chave::inscricao(regua, caso.devedor.id, caso.hoje),
        regua,
        entrada: caso.hoje,
        ciclo: PRIMEIRO_CICLO,
        caminhada,
        titulos: ids_ordenados(lugar),
    };
    decisao.passos.push(Passo::Entrou { inscricao: nova.id, regua });
    let depois = andar(caso, nova, lugar, decisao);
    decisao.mudancas.push(MudancaInscricao::Abrir(depois));
}

/// Rules m04 to m06: títulos come and go, the position stays.
fn continuar(caso: Caso<'_>, antes: &Inscricao, lugar: &Lugar<'_>, decisao: &mut Decisao) {
    let mut antes = antes.clone();
    antes.titulos.sort_unstable();
    let com_titulos = Inscricao { titulos: ids_ordenados(lugar), ..antes.clone() };
    let depois = match lugar.regua.estado() {
        EstadoRegua::Ativa => andar(caso, com_titulos, lugar, decisao),
        EstadoRegua::Inativa | EstadoRegua::Arquivada => {
            decisao.passos.push(Passo::ReguaInativa { inscricao: antes.id, regua: antes.regua });
            com_titulos
        }
    };
    if depois != antes {
        decisao.mudancas.push(MudancaInscricao::Atualizar(depois));
    }
}

fn encerrar(caso: Caso<'_>, inscricao: &Inscricao, em_outra: bool, decisao: &mut Decisao) {
    let arquivada =
        caso.reguas.get(inscricao.regua).is_none_or(|regua| regua.estado() == EstadoRegua::Arquivada);
    let motivo = match (arquivada, em_outra) {
        (true, _) => MotivoEncerramento::ReguaArquivada,
        (false, true) => MotivoEncerramento::Migracao,
        (false, false) => MotivoEncerramento::SemTitulo,
    };
    decisao.passos.push(Passo::Encerrou { inscricao: inscricao.id, motivo });
    decisao.mudancas.push(MudancaInscricao::Encerrar { id: inscricao.id, motivo });
}

/// Moves an enrolment by one night and writes down what that causes. Answers the enrolment after it.
fn andar(caso: Caso<'_>, inscricao: Inscricao, lugar: &Lugar<'_>, decisao: &mut Decisao) -> Inscricao {
    let passada = passar(lugar.regua, inscricao.caminhada, caso.hoje);
    if let Some(devida) = passada.dispara {
        decisao.passos.push(Passo::Disparou {
            inscricao: inscricao.id,
            posicao: devida.posicao.id,
            devida_em: devida.em,
        });
        decisao.acoes.extend(acoes(&inscricao, lugar, devida));
    }
    if let Some(devida) = passada.aguarda {
        decisao.passos.push(Passo::Aguarda {
            inscricao: inscricao.id,
            posicao: devida.posicao.id,
            ate: devida.em,
        });
        decisao.agendar(devida.em);
    }
    if let Caminhada::Final { em } = passada.caminhada {
        decisao.passos.push(Passo::NoFinal { inscricao: inscricao.id, desde: em });
    }
    Inscricao { caminhada: passada.caminhada, ..inscricao }
}

/// One night of a walk (§0). Everything that moves an anchor happens here.
fn passar(regua: &Regua, caminhada: Caminhada, hoje: NaiveDate) -> Passada<'_> {
    let (ancora, proxima) = match caminhada {
        Caminhada::Final { .. } => return Passada { caminhada, dispara: None, aguarda: None },
        Caminhada::Andando { ancora, proxima } => (ancora, proxima),
    };
    let Some((dias, posicao)) = atual(regua, ancora, proxima, hoje) else {
        return esperar(None, ancora, hoje);
    };
    let devida = Devida { posicao, em: mais_dias(ancora, dias.into()) };
    if hoje < devida.em {
        return esperar(Some((dias, posicao)), ancora, hoje);
    }
    // Late: the anchor moves by the lateness, so that the next position keeps its distance.
    let ancora = ancora + (hoje - devida.em);
    let seguinte = regua.cobrancas().find(|(outros, _)| *outros > dias);
    Passada { dispara: Some(devida), ..esperar(seguinte, ancora, hoje) }
}

/// The position waited for, as the régua is now (rules r04, r13).
///
/// What fires is made to fall due on its own night, so a position still to come has not fired: one that was
/// put in before `proxima` is waited for, and when `proxima` was removed the first one to come takes its
/// place. One that fell due up to today may have fired: rather never than twice.
fn atual(regua: &Regua, ancora: NaiveDate, proxima: PosicaoId, hoje: NaiveDate) -> Option<(u16, &Posicao)> {
    let por_vir = |dias: u16| hoje < mais_dias(ancora, dias.into());
    regua.cobrancas().find(|(dias, posicao)| posicao.id == proxima || por_vir(*dias))
}

/// Waits for a position. Rule e01: with none left, the end.
fn esperar(seguinte: Option<(u16, &Posicao)>, ancora: NaiveDate, hoje: NaiveDate) -> Passada<'_> {
    match seguinte {
        Some((dias, posicao)) => Passada {
            caminhada: Caminhada::Andando { ancora, proxima: posicao.id },
            dispara: None,
            aguarda: Some(Devida { posicao, em: mais_dias(ancora, dias.into()) }),
        },
        None => Passada { caminhada: Caminhada::Final { em: hoje }, dispara: None, aguarda: None },
    }
}

/// Rule r08: all actions of the position.
fn acoes<'a>(
    inscricao: &'a Inscricao,
    lugar: &'a Lugar<'_>,
    devida: Devida<'a>,
) -> impl Iterator<Item = AcaoDevida> + 'a {
    devida.posicao.acoes.iter().map(move |acao| AcaoDevida {
        execucao: chave::cobranca(inscricao.id, inscricao.ciclo, devida.posicao.id, acao.id),
        origem: OrigemAcao::Cobranca { inscricao: inscricao.id, ciclo: inscricao.ciclo },
        regua: inscricao.regua,
        posicao: devida.posicao.id,
        acao: acao.id,
        canal: acao.canal,
        conteudo: acao.conteudo,
        titulos: ids(&lugar.titulos),
        devida_em: devida.em,
    })
}

fn ids_ordenados(lugar: &Lugar<'_>) -> Vec<TituloId> {
    let mut ordenados = ids(&lugar.titulos);
    ordenados.sort_unstable();
    ordenados
}
