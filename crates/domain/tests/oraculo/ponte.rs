//! From the plain world to the types of `domain`, and from what it decides back to plain numbers.

use crate::calendario::Dia;
use crate::mundo::{Acordo, Criterios, Estado, Mundo, Posicao, Quando, Regras, Regua, Status, Titulo};
use crate::quadro::{self, Encerrada, Onde, Quadro, Quem, Viva};
use chrono::{DateTime, NaiveDate, TimeDelta};
use domain::Rotulo;
use domain::calendario::Feriados;
use domain::dinheiro::Centavos;
use domain::documento::TipoPessoa;
use domain::execucao::Canal;
use domain::ids::{AcaoId, ConteudoId, CredorId, InscricaoId, PosicaoId, ReguaId, TituloId};
use domain::regua::{self as dominio, Alvo, Caminhada, Decisao, Devedor, MudancaInscricao, OrigemAcao};
use domain::titulo::{self, Negociacao, Origem, StatusTitulo};
use uuid::Uuid;

pub(crate) fn data(dia: Dia) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + TimeDelta::days(dia)
}

pub(crate) fn dia(data: NaiveDate) -> Dia {
    (data - self::data(0)).num_days()
}

pub(crate) fn regras(regras: &Regras) -> dominio::Regras {
    let migracao =
        if regras.perfil_perdido { dominio::Migracao::PerfilPerdido } else { dominio::Migracao::Prioridade };
    dominio::Regras {
        vencimento_em_dia_util: regras.em_dia_util,
        feriados: Feriados::new(regras.feriados.iter().copied().map(data).collect()),
        migracao,
        cancelar_acordo_apos: regras.cancelar_acordo_apos.map(curto),
    }
}

/// Every régua, turned around by `giro` places: their order is nothing.
pub(crate) fn reguas(mundo: &Mundo, giro: usize, sem_arquivadas: bool) -> dominio::Reguas {
    let fora = |regua: &&Regua| sem_arquivadas && regua.estado == Estado::Arquivada;
    let mut todas: Vec<_> = mundo.reguas.iter().filter(|regua| !fora(regua)).map(regua).collect();
    girar(&mut todas, giro);
    dominio::Reguas::new(todas)
}

/// The debtor as written, its enrolments and reminders as they were.
pub(crate) fn escrever_em(devedor: &mut Devedor, mundo: &Mundo, giro: usize, so_os_vivos: bool) {
    let morto = |titulo: &&Titulo| so_os_vivos && matches!(titulo.status, Status::Pago | Status::Cancelado);
    devedor.titulos =
        mundo.titulos.iter().filter(|titulo| !morto(titulo)).map(|t| titulo(t, mundo)).collect();
    girar(&mut devedor.titulos, giro);
    girar(&mut devedor.inscricoes, giro);
    devedor.perfil = dominio::Perfil {
        tipo_pessoa: pessoa(mundo.pessoa),
        categoria: mundo.categoria.map(rotulo),
        score: mundo.score.map(|score| i32::try_from(score).unwrap()),
    };
}

/// What the night showed, of the debtor before it and after it.
pub(crate) fn mostrar(decisao: &Decisao, antes: &Devedor, depois: &Devedor) -> Quadro {
    let quem = |id: InscricaoId, devedor: &Devedor| {
        let inscricao = devedor.inscricoes.iter().find(|inscricao| inscricao.id == id).unwrap();
        self::quem(inscricao)
    };
    let acao = |acao: &dominio::AcaoDevida| quadro::Disparo {
        regua: n(acao.regua.uuid()),
        posicao: n(acao.posicao.uuid()),
        acao: n(acao.acao.uuid()),
        de: match acao.origem {
            OrigemAcao::Cobranca { inscricao, ciclo } => Some((quem(inscricao, depois), ciclo)),
            OrigemAcao::Lembrete => None,
        },
        titulo: n(acao.titulos[0].uuid()),
        titulos: acao.titulos.iter().map(|titulo| n(titulo.uuid())).collect(),
        devida_em: dia(acao.devida_em),
    };
    let encerrada = |mudanca: &MudancaInscricao| match mudanca {
        MudancaInscricao::Encerrar { id, motivo } => {
            Some(Encerrada { quem: quem(*id, antes), motivo: motivo.as_str() })
        }
        MudancaInscricao::Abrir(_) | MudancaInscricao::Atualizar(_) => None,
    };
    let quadro = Quadro {
        acoes: decisao.acoes.iter().map(acao).collect(),
        vivas: depois.inscricoes.iter().map(viva).collect(),
        encerradas: decisao.mudancas.iter().filter_map(encerrada).collect(),
    };
    quadro.em_ordem()
}

fn viva(inscricao: &dominio::Inscricao) -> Viva {
    Viva {
        quem: quem(inscricao),
        ciclo: inscricao.ciclo,
        onde: match inscricao.caminhada {
            Caminhada::Andando { .. } => Onde::Andando,
            Caminhada::Congelada { .. } => Onde::Congelada,
            Caminhada::Final { .. } => Onde::Final,
        },
        titulos: inscricao.titulos.iter().map(|titulo| n(titulo.uuid())).collect(),
    }
}

fn quem(inscricao: &dominio::Inscricao) -> Quem {
    let titulo = match inscricao.alvo {
        Alvo::Devedor => None,
        Alvo::Titulo(titulo) => Some(n(titulo.uuid())),
    };
    Quem { regua: n(inscricao.regua.uuid()), titulo, entrada: dia(inscricao.entrada) }
}

fn titulo(titulo: &Titulo, mundo: &Mundo) -> titulo::Titulo {
    let acordo = titulo.levado_por.or(titulo.parcela_de).map(|acordo| &mundo.acordos[acordo]);
    titulo::Titulo {
        id: TituloId::new(id(titulo.id)),
        vencimento: data(titulo.vencimento),
        saldo: Centavos::new(titulo.saldo),
        status: match titulo.status {
            Status::Aberto => StatusTitulo::Aberto,
            Status::Negociado => StatusTitulo::Negociado,
            Status::Pago => StatusTitulo::Pago,
            Status::Cancelado => StatusTitulo::Cancelado,
            Status::Suspenso => StatusTitulo::Suspenso,
        },
        origem: if titulo.parcela_de.is_some() { Origem::Acordo } else { Origem::Original },
        suspenso_ate: titulo.suspenso_ate.map(data),
        negociacao: acordo.map(|acordo| negociacao(acordo, mundo)),
        credor: titulo.credor.map(credor),
        tipo_negocio: titulo.negocio.map(rotulo),
        tipo_titulo: titulo.tipo.map(rotulo),
    }
}

fn negociacao(acordo: &Acordo, mundo: &Mundo) -> Negociacao {
    let primeira_parcela = data(mundo.titulos[acordo.parcelas[0]].vencimento);
    if acordo.confirmado { Negociacao::Confirmada } else { Negociacao::NaoConfirmada { primeira_parcela } }
}

fn regua(regua: &Regua) -> dominio::Regua {
    let cabecalho = dominio::Cabecalho {
        id: ReguaId::new(id(regua.id)),
        prioridade: i32::try_from(regua.prioridade).unwrap(),
        estado: match regua.estado {
            Estado::Inativa => dominio::EstadoRegua::Inativa,
            Estado::Ativa => dominio::EstadoRegua::Ativa,
            Estado::Arquivada => dominio::EstadoRegua::Arquivada,
        },
        criada_em: DateTime::UNIX_EPOCH + TimeDelta::days(regua.criada),
        modo: if regua.por_titulo { dominio::Modo::PorTitulo } else { dominio::Modo::PorDevedor },
        criterios: criterios(&regua.criterios),
    };
    let removidas = regua.removidas.iter().map(|(posicao, dias)| (posicao_id(*posicao), curto(*dias)));
    let posicoes = regua.posicoes.iter().map(posicao).collect();
    dominio::Regua::new(cabecalho, posicoes).unwrap().com_removidas(removidas.collect())
}

fn criterios(criterios: &Criterios) -> dominio::Criterios {
    let rotulos = |valores: &[u8]| valores.iter().copied().map(rotulo).collect();
    dominio::Criterios {
        valor_minimo: criterios.valor_minimo.map(Centavos::new),
        vencimento_de: criterios.vencimento_de.map(data),
        vencimento_ate: criterios.vencimento_ate.map(data),
        origem: criterios.acordos.map(|acordos| if acordos { Origem::Acordo } else { Origem::Original }),
        credores: criterios.credores.iter().copied().map(credor).collect(),
        tipos_pessoa: criterios.pessoas.iter().copied().map(pessoa).collect(),
        categorias: rotulos(&criterios.categorias),
        tipos_negocio: rotulos(&criterios.negocios),
        tipos_titulo: rotulos(&criterios.tipos),
        score_de: criterios.score_de.map(|score| i32::try_from(score).unwrap()),
        score_ate: criterios.score_ate.map(|score| i32::try_from(score).unwrap()),
    }
}

fn posicao(posicao: &Posicao) -> dominio::Posicao {
    let gatilho = match posicao.quando {
        Quando::Antes(dias) => dominio::Gatilho::Lembrete { dias_antes: curto(dias) },
        Quando::Depois(dias) => dominio::Gatilho::Cobranca { dias: curto(dias) },
        Quando::Volta(dias, para) => {
            dominio::Gatilho::Reposicionamento { dias: curto(dias), para: posicao_id(para) }
        }
    };
    let acoes = posicao.acoes.iter().map(|acao| dominio::Acao {
        id: AcaoId::new(id(*acao)),
        canal: Canal::Email,
        conteudo: Some(ConteudoId::new(id(*acao))),
        destinatarios: dominio::Destinatarios::Preferido,
    });
    dominio::Posicao { id: posicao_id(posicao.id), gatilho, acoes: acoes.collect() }
}

fn girar<T>(lista: &mut [T], giro: usize) {
    if !lista.is_empty() {
        lista.rotate_left(giro % lista.len());
    }
}

fn pessoa(qual: u8) -> TipoPessoa {
    [TipoPessoa::Fisica, TipoPessoa::Juridica, TipoPessoa::Isenta][usize::from(qual) % 3]
}

fn rotulo(qual: u8) -> Rotulo {
    Rotulo::parse(&format!("classe {qual}")).unwrap()
}

fn credor(qual: u8) -> CredorId {
    CredorId::new(id(u32::from(qual)))
}

fn posicao_id(qual: u32) -> PosicaoId {
    PosicaoId::new(id(qual))
}

fn id(qual: u32) -> Uuid {
    Uuid::from_u128(u128::from(qual))
}

fn n(id: Uuid) -> u32 {
    u32::try_from(id.as_u128()).unwrap()
}

fn curto(dias: i64) -> u16 {
    u16::try_from(dias).unwrap()
}
