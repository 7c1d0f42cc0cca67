//! The walk: who enters, moves, stands still or leaves, and which `D+` positions fire.

use super::assign::{Atribuicao, Lugar, mesmo_modo};
use super::passada::{Devida, congelar, descongelar, passar};
use super::{Caso, ids};
use crate::ids::TituloId;
use crate::regua::chave;
use crate::regua::decisao::{AcaoDevida, Decisao, MudancaInscricao, OrigemAcao, Passo};
use crate::regua::inscricao::{Caminhada, Inscricao, MotivoEncerramento};
use crate::regua::modelo::EstadoRegua;

/// The turn in which an enrolment starts.
const PRIMEIRO_CICLO: u32 = 1;

/// Fills the places: the live enrolments first, then new ones for the places nobody has.
pub(super) fn walk(caso: Caso<'_>, atribuicao: Atribuicao<'_>, decisao: &mut Decisao) {
    let Atribuicao { mut lugares, sem_regua } = atribuicao;
    let atribuidos: Vec<_> = lugares.iter().flat_map(|lugar| ids(&lugar.titulos)).collect();
    for inscricao in caso.vivas {
        if let Some(motivo) = acabou(caso, inscricao) {
            encerrar(inscricao, motivo, decisao);
            continue;
        }
        let meu = |lugar: &Lugar<'_>| lugar.regua.id() == inscricao.regua && lugar.alvo == inscricao.alvo;
        let lugar = lugares.iter().position(meu).map(|i| lugares.remove(i));
        let congelados = congelados(caso, inscricao);
        match lugar {
            Some(lugar) => continuar(caso, inscricao, &lugar, congelados, decisao),
            None if congelados.is_empty() => {
                encerrar(inscricao, sem_lugar(inscricao, &atribuidos, &ids(&sem_regua)), decisao);
            }
            None => parar(caso, inscricao, congelados, decisao),
        }
    }
    for lugar in &lugares {
        abrir(caso, lugar, decisao);
    }
    if !sem_regua.is_empty() {
        decisao.passos.push(Passo::SemRegua { titulos: ids(&sem_regua) });
    }
}

/// Rules v04 and r12: why the enrolment is over whatever it holds.
fn acabou(caso: Caso<'_>, inscricao: &Inscricao) -> Option<MotivoEncerramento> {
    let Some(regua) = caso.reguas.get(inscricao.regua) else {
        return Some(MotivoEncerramento::ReguaArquivada);
    };
    match regua.estado() {
        EstadoRegua::Arquivada => Some(MotivoEncerramento::ReguaArquivada),
        EstadoRegua::Ativa if !mesmo_modo(regua, inscricao.alvo) => Some(MotivoEncerramento::ModoAlterado),
        EstadoRegua::Ativa | EstadoRegua::Inativa => None,
    }
}

/// Those it held before that stand still now (§0).
fn congelados(caso: Caso<'_>, inscricao: &Inscricao) -> Vec<TituloId> {
    let frios = caso.devedor.titulos.iter().filter(|titulo| titulo.congelado(caso.hoje, caso.regras));
    frios.map(|titulo| titulo.id).filter(|id| inscricao.titulos.contains(id)).collect()
}

/// Why an enrolment with nothing left to hold closes.
fn sem_lugar(inscricao: &Inscricao, atribuidos: &[TituloId], sem_regua: &[TituloId]) -> MotivoEncerramento {
    let algum = |quais: &[TituloId]| inscricao.titulos.iter().any(|id| quais.contains(id));
    if algum(atribuidos) {
        MotivoEncerramento::Migracao
    } else if algum(sem_regua) {
        MotivoEncerramento::PerfilPerdido
    } else {
        MotivoEncerramento::SemTitulo
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
        id: chave::inscricao(regua, caso.devedor.id, lugar.alvo, caso.hoje),
        regua,
        alvo: lugar.alvo,
        entrada: caso.hoje,
        ciclo: PRIMEIRO_CICLO,
        caminhada,
        titulos: ordenados(ids(&lugar.titulos)),
    };
    decisao.passos.push(Passo::Entrou { inscricao: nova.id, regua });
    let depois = andar(caso, nova, lugar, decisao);
    decisao.mudancas.push(MudancaInscricao::Abrir(depois));
}

/// Rules m04 to m06: títulos come and go, the position stays.
fn continuar(
    caso: Caso<'_>,
    antes: &Inscricao,
    lugar: &Lugar<'_>,
    congelados: Vec<TituloId>,
    decisao: &mut Decisao,
) {
    if let Caminhada::Congelada { desde, .. } = antes.caminhada {
        decisao.passos.push(Passo::Descongelou { inscricao: antes.id, desde });
    }
    let agora = Inscricao {
        caminhada: descongelar(antes.caminhada, caso.hoje),
        titulos: ordenados([ids(&lugar.titulos), congelados].concat()),
        ..antes.clone()
    };
    let depois = match lugar.regua.estado() {
        EstadoRegua::Ativa => andar(caso, agora, lugar, decisao),
        EstadoRegua::Inativa | EstadoRegua::Arquivada => {
            decisao.passos.push(Passo::ReguaInativa { inscricao: antes.id, regua: antes.regua });
            agora
        }
    };
    atualizar(antes, depois, decisao);
}

/// Rules t03, k02, g06: with frozen títulos only it stands where it is, whatever its criteria say meanwhile.
fn parar(caso: Caso<'_>, antes: &Inscricao, congelados: Vec<TituloId>, decisao: &mut Decisao) {
    let caminhada = congelar(antes.caminhada, caso.hoje);
    decisao.passos.push(match caminhada {
        Caminhada::Congelada { desde, .. } => Passo::Congelada { inscricao: antes.id, desde },
        Caminhada::Andando { .. } => Passo::Congelada { inscricao: antes.id, desde: caso.hoje },
        Caminhada::Final { em } => Passo::NoFinal { inscricao: antes.id, desde: em },
    });
    let depois = Inscricao { caminhada, titulos: ordenados(congelados), ..antes.clone() };
    atualizar(antes, depois, decisao);
}

fn atualizar(antes: &Inscricao, depois: Inscricao, decisao: &mut Decisao) {
    let antes = Inscricao { titulos: ordenados(antes.titulos.clone()), ..antes.clone() };
    if depois != antes {
        decisao.mudancas.push(MudancaInscricao::Atualizar(depois));
    }
}

fn encerrar(inscricao: &Inscricao, motivo: MotivoEncerramento, decisao: &mut Decisao) {
    decisao.passos.push(Passo::Encerrou { inscricao: inscricao.id, motivo });
    decisao.mudancas.push(MudancaInscricao::Encerrar { id: inscricao.id, motivo });
}

/// Moves an enrolment by one night and writes down what that causes. Answers the enrolment after it.
fn andar(caso: Caso<'_>, mut inscricao: Inscricao, lugar: &Lugar<'_>, decisao: &mut Decisao) -> Inscricao {
    let passada = passar(lugar.regua, inscricao.caminhada, caso.hoje);
    if let (Some(volta), Some(devida)) = (passada.volta, passada.dispara) {
        inscricao.ciclo = inscricao.ciclo.saturating_add(1);
        let (de, para, ciclo) = (volta.id, devida.posicao.id, inscricao.ciclo);
        decisao.passos.push(Passo::Reposicionou { inscricao: inscricao.id, de, para, ciclo });
    }
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

/// Rule r08: all actions of the position, for the títulos that may be charged tonight.
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

fn ordenados(mut titulos: Vec<TituloId>) -> Vec<TituloId> {
    titulos.sort_unstable();
    titulos
}
