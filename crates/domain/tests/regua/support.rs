//! Builders, and the other half of a night: applying what was decided.

use chrono::{DateTime, NaiveDate};
use domain::dinheiro::Centavos;
use domain::execucao::Canal;
use domain::ids::{AcaoId, ConteudoId, DevedorId, PosicaoId, ReguaId, TituloId};
use domain::regua::{
    Acao, AcaoDevida, Caminhada, Decisao, Devedor, EstadoRegua, Gatilho, MudancaInscricao, OrigemAcao,
    Posicao, Regras, Regua, Reguas, decide,
};
use domain::titulo::{Origem, StatusTitulo, Titulo};
use std::collections::BTreeSet;
use uuid::Uuid;

pub(crate) const REGRAS: Regras = Regras { vencimento_em_dia_util: true };

pub(crate) fn dia(texto: &str) -> NaiveDate {
    texto.parse().unwrap()
}

pub(crate) fn titulo_id(n: u128) -> TituloId {
    TituloId::new(Uuid::from_u128(n))
}

pub(crate) fn titulo(n: u128, vencimento: &str) -> Titulo {
    Titulo {
        id: titulo_id(n),
        vencimento: dia(vencimento),
        saldo: Centavos::new(10_000),
        status: StatusTitulo::Aberto,
        origem: Origem::Original,
    }
}

pub(crate) fn devedor(titulos: Vec<Titulo>) -> Devedor {
    Devedor {
        id: DevedorId::new(Uuid::from_u128(7)),
        titulos,
        inscricoes: vec![],
        lembrados: BTreeSet::new(),
    }
}

/// `D+n`.
pub(crate) fn d(dias: u16) -> Gatilho {
    Gatilho::Cobranca { dias }
}

/// `D-n`.
pub(crate) fn antes(dias_antes: u16) -> Gatilho {
    Gatilho::Lembrete { dias_antes }
}

/// The id of the position of régua `n` on that day.
pub(crate) fn posicao_id(n: u128, gatilho: Gatilho) -> PosicaoId {
    let (tipo, dias) = match gatilho {
        Gatilho::Lembrete { dias_antes } => (1, dias_antes),
        Gatilho::Cobranca { dias } => (2, dias),
    };
    PosicaoId::new(Uuid::from_u128((n << 64) | (tipo << 32) | u128::from(dias)))
}

/// A position of régua `n` with one action for each channel.
pub(crate) fn posicao(n: u128, gatilho: Gatilho, canais: &[Canal]) -> Posicao {
    let id = posicao_id(n, gatilho);
    let acoes = (1..).zip(canais).map(|(i, canal)| Acao {
        id: AcaoId::new(Uuid::from_u128(id.uuid().as_u128() | (i << 96))),
        canal: *canal,
        conteudo: canal.exige_conteudo().then(|| ConteudoId::new(Uuid::from_u128(i))),
    });
    Posicao { id, gatilho, acoes: acoes.collect() }
}

/// Régua `n`, active and of priority `n`, with one e-mail at each position.
pub(crate) fn regua(n: u128, dias: &[Gatilho]) -> Regua {
    let posicoes = dias.iter().map(|gatilho| posicao(n, *gatilho, &[Canal::Email])).collect();
    Regua::new(regua_id(n), i32::try_from(n).unwrap(), EstadoRegua::Ativa, DateTime::UNIX_EPOCH, posicoes)
        .unwrap()
}

pub(crate) fn regua_id(n: u128) -> ReguaId {
    ReguaId::new(Uuid::from_u128(n))
}

/// The same régua in another state.
pub(crate) fn em_estado(regua: &Regua, estado: EstadoRegua) -> Regua {
    Regua::new(regua.id(), regua.prioridade(), estado, regua.criada_em(), regua.posicoes().to_vec()).unwrap()
}

/// The same régua with other positions.
pub(crate) fn com_posicoes(regua: &Regua, posicoes: Vec<Posicao>) -> Regua {
    Regua::new(regua.id(), regua.prioridade(), regua.estado(), regua.criada_em(), posicoes).unwrap()
}

pub(crate) fn so(regua: Regua) -> Reguas {
    Reguas::new(vec![regua])
}

/// Decides the night and applies it.
pub(crate) fn noite(reguas: &Reguas, devedor: &mut Devedor, hoje: NaiveDate) -> Decisao {
    let decisao = decide(reguas, devedor, hoje, &REGRAS);
    aplicar(devedor, &decisao);
    decisao
}

/// Every night from `de` to `ate`: (night, action).
pub(crate) fn noites(
    reguas: &Reguas,
    devedor: &mut Devedor,
    de: &str,
    ate: &str,
) -> Vec<(NaiveDate, AcaoDevida)> {
    let datas = dia(de).iter_days().take_while(|hoje| *hoje <= dia(ate));
    datas
        .flat_map(|hoje| noite(reguas, devedor, hoje).acoes.into_iter().map(move |acao| (hoje, acao)))
        .collect()
}

/// What the store does with a decision.
pub(crate) fn aplicar(devedor: &mut Devedor, decisao: &Decisao) {
    for mudanca in &decisao.mudancas {
        match mudanca {
            MudancaInscricao::Abrir(nova) => devedor.inscricoes.push(nova.clone()),
            MudancaInscricao::Atualizar(depois) => {
                *devedor.inscricoes.iter_mut().find(|viva| viva.id == depois.id).unwrap() = depois.clone();
            }
            MudancaInscricao::Encerrar { id, .. } => devedor.inscricoes.retain(|viva| viva.id != *id),
        }
    }
    for acao in decisao.acoes.iter().filter(|acao| acao.origem == OrigemAcao::Lembrete) {
        devedor.lembrados.extend(acao.titulos.iter().map(|titulo| (acao.acao, *titulo)));
    }
}

/// The nights on which something fired, as `mm-dd D±n`.
pub(crate) fn escrito(acoes: &[(NaiveDate, AcaoDevida)], reguas: &Reguas) -> Vec<String> {
    acoes.iter().map(|(hoje, acao)| format!("{} {}", hoje.format("%m-%d"), rotulo(acao, reguas))).collect()
}

pub(crate) fn gatilho(acao: &AcaoDevida, reguas: &Reguas) -> Gatilho {
    let regua = reguas.get(acao.regua).unwrap();
    regua.posicoes().iter().find(|posicao| posicao.id == acao.posicao).unwrap().gatilho
}

pub(crate) fn pagar(devedor: &mut Devedor, n: u128) {
    mudar(devedor, n, StatusTitulo::Pago);
}

pub(crate) fn mudar(devedor: &mut Devedor, n: u128, status: StatusTitulo) {
    devedor.titulos.iter_mut().find(|titulo| titulo.id == titulo_id(n)).unwrap().status = status;
}

pub(crate) fn esta_no_final(devedor: &Devedor) -> bool {
    matches!(devedor.inscricoes[0].caminhada, Caminhada::Final { .. })
}

fn rotulo(acao: &AcaoDevida, reguas: &Reguas) -> String {
    match gatilho(acao, reguas) {
        Gatilho::Lembrete { dias_antes } => format!("D-{dias_antes}"),
        Gatilho::Cobranca { dias } => format!("D+{dias}"),
    }
}
