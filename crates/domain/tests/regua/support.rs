//! Builders, and the other half of a night: applying what was decided.

use chrono::{DateTime, NaiveDate};
use domain::Rotulo;
use domain::calendario::Feriados;
use domain::dinheiro::Centavos;
use domain::execucao::Canal;
use domain::ids::{AcaoId, ConteudoId, CredorId, DevedorId, PosicaoId, ReguaId, TituloId};
use domain::regua::{
    Acao, AcaoDevida, Cabecalho, Caminhada, Criterios, Decisao, Destinatarios, Devedor, EstadoRegua, Gatilho,
    Migracao, Modo, MotivoEncerramento, MudancaInscricao, Posicao, Regras, Regua, Reguas, decide,
};
use domain::titulo::{Negociacao, Origem, StatusTitulo, Titulo};
use uuid::Uuid;

pub(crate) const REGRAS: Regras = Regras {
    vencimento_em_dia_util: true,
    feriados: Feriados::NENHUM,
    migracao: Migracao::Prioridade,
    cancelar_acordo_apos: None,
};

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
        suspenso_ate: None,
        negociacao: None,
        credor: None,
        tipo_negocio: None,
        tipo_titulo: None,
    }
}

pub(crate) fn devedor(titulos: Vec<Titulo>) -> Devedor {
    Devedor { titulos, ..Devedor::novo(DevedorId::new(Uuid::from_u128(7))) }
}

/// `D+n`.
pub(crate) fn d(dias: u16) -> Gatilho {
    Gatilho::Cobranca { dias }
}

/// `D-n`.
pub(crate) fn antes(dias_antes: u16) -> Gatilho {
    Gatilho::Lembrete { dias_antes }
}

/// `D+n` of régua `n` that goes back to its `D+para`.
pub(crate) fn volta(n: u128, dias: u16, para: u16) -> Gatilho {
    Gatilho::Reposicionamento { dias, para: posicao_id(n, d(para)) }
}

/// The id of the position of régua `n` on that day.
pub(crate) fn posicao_id(n: u128, gatilho: Gatilho) -> PosicaoId {
    let (tipo, dias) = match gatilho {
        Gatilho::Lembrete { dias_antes } => (1, dias_antes),
        Gatilho::Cobranca { dias } | Gatilho::Reposicionamento { dias, .. } => (2, dias),
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
        destinatarios: Destinatarios::Preferido,
    });
    Posicao { id, gatilho, acoes: acoes.collect() }
}

/// Régua `n`, active and of priority `n`, with one e-mail at each position that may have one.
pub(crate) fn regua(n: u128, dias: &[Gatilho]) -> Regua {
    let email = |gatilho: &Gatilho| {
        posicao(n, *gatilho, &[Canal::Email][usize::from(gatilho.volta_para().is_some())..])
    };
    de_posicoes(n, dias.iter().map(email).collect())
}

/// Of an active régua per debtor, for everybody, of priority `n`.
pub(crate) fn cabecalho(n: u128) -> Cabecalho {
    Cabecalho {
        id: regua_id(n),
        prioridade: i32::try_from(n).unwrap(),
        estado: EstadoRegua::Ativa,
        criada_em: DateTime::UNIX_EPOCH,
        modo: Modo::PorDevedor,
        criterios: Criterios::default(),
    }
}

/// Régua `n` with these positions as they are.
pub(crate) fn de_posicoes(n: u128, posicoes: Vec<Posicao>) -> Regua {
    Regua::new(cabecalho(n), posicoes).unwrap()
}

pub(crate) fn regua_id(n: u128) -> ReguaId {
    ReguaId::new(Uuid::from_u128(n))
}

/// The same régua in another state.
pub(crate) fn em_estado(regua: &Regua, estado: EstadoRegua) -> Regua {
    regua.clone().em_estado(estado)
}

/// The same régua for others.
pub(crate) fn com_criterios(regua: &Regua, criterios: Criterios) -> Regua {
    Regua::new(Cabecalho { criterios, ..regua.cabecalho().clone() }, regua.posicoes().to_vec()).unwrap()
}

/// The same régua in another mode.
pub(crate) fn em_modo(regua: &Regua, modo: Modo) -> Regua {
    Regua::new(Cabecalho { modo, ..regua.cabecalho().clone() }, regua.posicoes().to_vec()).unwrap()
}

pub(crate) fn so(regua: Regua) -> Reguas {
    Reguas::new(vec![regua])
}

pub(crate) fn rotulo(texto: &str) -> Rotulo {
    Rotulo::parse(texto).unwrap()
}

pub(crate) fn credor(n: u128) -> CredorId {
    CredorId::new(Uuid::from_u128(n))
}

/// An open instalment of a negotiation.
pub(crate) fn parcela(n: u128, vencimento: &str, negociacao: Negociacao) -> Titulo {
    Titulo { origem: Origem::Acordo, negociacao: Some(negociacao), ..titulo(n, vencimento) }
}

/// A negotiation that nobody confirmed, whose first instalment is due then.
pub(crate) fn a_confirmar(primeira_parcela: &str) -> Negociacao {
    Negociacao::NaoConfirmada { primeira_parcela: dia(primeira_parcela) }
}

/// Decides the night and applies it.
pub(crate) fn noite(reguas: &Reguas, devedor: &mut Devedor, hoje: NaiveDate) -> Decisao {
    noite_com(&REGRAS, reguas, devedor, hoje)
}

/// The same, for a company with other choices.
#[expect(clippy::similar_names, reason = "réguas and regras are the field's own words")]
pub(crate) fn noite_com(regras: &Regras, reguas: &Reguas, devedor: &mut Devedor, hoje: NaiveDate) -> Decisao {
    let decisao = decide(reguas, devedor, hoje, regras);
    devedor.aplicar(&decisao);
    decisao
}

/// Every night from `de` to `ate`: (night, action).
pub(crate) fn noites(
    reguas: &Reguas,
    devedor: &mut Devedor,
    de: &str,
    ate: &str,
) -> Vec<(NaiveDate, AcaoDevida)> {
    noites_com(&REGRAS, reguas, devedor, (de, ate))
}

/// The same, for a company with other choices.
#[expect(clippy::similar_names, reason = "réguas and regras are the field's own words")]
pub(crate) fn noites_com(
    regras: &Regras,
    reguas: &Reguas,
    devedor: &mut Devedor,
    (de, ate): (&str, &str),
) -> Vec<(NaiveDate, AcaoDevida)> {
    let datas = dia(de).iter_days().take_while(|hoje| *hoje <= dia(ate));
    let acoes =
        |hoje| noite_com(regras, reguas, devedor, hoje).acoes.into_iter().map(move |acao| (hoje, acao));
    datas.flat_map(acoes).collect()
}

/// The nights on which something fired, as `mm-dd D±n`.
pub(crate) fn escrito(acoes: &[(NaiveDate, AcaoDevida)], reguas: &Reguas) -> Vec<String> {
    acoes.iter().map(|(hoje, acao)| format!("{} {}", hoje.format("%m-%d"), escrever(acao, reguas))).collect()
}

pub(crate) fn gatilho(acao: &AcaoDevida, reguas: &Reguas) -> Gatilho {
    let regua = reguas.get(acao.regua).unwrap();
    regua.posicoes().iter().find(|posicao| posicao.id == acao.posicao).unwrap().gatilho
}

pub(crate) fn pagar(devedor: &mut Devedor, n: u128) {
    mudar(devedor, n, StatusTitulo::Pago);
}

pub(crate) fn mudar(devedor: &mut Devedor, n: u128, status: StatusTitulo) {
    um(devedor, n).status = status;
}

/// Takes an open título into a negotiation.
pub(crate) fn negociar(devedor: &mut Devedor, n: u128, negociacao: Negociacao) {
    mudar(devedor, n, StatusTitulo::Negociado);
    um(devedor, n).negociacao = Some(negociacao);
}

/// One of its títulos.
pub(crate) fn um(devedor: &mut Devedor, n: u128) -> &mut Titulo {
    devedor.titulos.iter_mut().find(|titulo| titulo.id == titulo_id(n)).unwrap()
}

/// Who holds what: (régua, títulos), in the order of the réguas' ids.
pub(crate) fn lugares(devedor: &Devedor) -> Vec<(ReguaId, Vec<TituloId>)> {
    let mut lugares: Vec<_> =
        devedor.inscricoes.iter().map(|viva| (viva.regua, viva.titulos.clone())).collect();
    lugares.sort();
    lugares
}

/// Why enrolments closed that night.
pub(crate) fn motivos(decisao: &Decisao) -> Vec<MotivoEncerramento> {
    let motivo = |mudanca: &MudancaInscricao| match mudanca {
        MudancaInscricao::Encerrar { motivo, .. } => Some(*motivo),
        MudancaInscricao::Abrir(_) | MudancaInscricao::Atualizar(_) => None,
    };
    decisao.mudancas.iter().filter_map(motivo).collect()
}

pub(crate) fn esta_no_final(devedor: &Devedor) -> bool {
    matches!(devedor.inscricoes[0].caminhada, Caminhada::Final { .. })
}

fn escrever(acao: &AcaoDevida, reguas: &Reguas) -> String {
    match gatilho(acao, reguas) {
        Gatilho::Lembrete { dias_antes } => format!("D-{dias_antes}"),
        Gatilho::Cobranca { dias } | Gatilho::Reposicionamento { dias, .. } => format!("D+{dias}"),
    }
}
