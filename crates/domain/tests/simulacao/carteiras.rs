//! Random portfolios: réguas of every kind, and debtors as nights before left them.

use chrono::{DateTime, NaiveDate, TimeDelta};
use domain::Rotulo;
use domain::calendario::Feriados;
use domain::dinheiro::Centavos;
use domain::execucao::Canal;
use domain::ids::{AcaoId, ConteudoId, DevedorId, PosicaoId, ReguaId, TituloId};
use domain::regua::{
    Acao, Cabecalho, Criterios, Destinatarios, Devedor, EstadoRegua, Gatilho, Migracao, Modo, Perfil,
    Posicao, Regras, Regua, Reguas, decide,
};
use domain::titulo::{Negociacao, Origem, StatusTitulo, Titulo};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use uuid::Uuid;

/// A company: how its réguas were, how they are now, and its debtors as the nights so far left them.
#[derive(Clone, Debug)]
pub(crate) struct Carteira {
    pub(crate) regras: Regras,
    pub(crate) reguas: Reguas,
    pub(crate) devedores: Vec<Devedor>,
}

/// The first night of every simulation.
pub(crate) fn inicio() -> NaiveDate {
    "2026-02-10".parse().unwrap()
}

pub(crate) fn carteiras() -> impl Strategy<Value = Carteira> {
    let reguas = || vec(moldes(), 1..4);
    (regras(), reguas(), reguas(), vec(devedores(), 1..5), vec(1..9_i64, 0..4)).prop_map(
        |(regras, antes, agora, devedores, noites)| {
            // The nights so far had other states, criteria and modes of the same réguas.
            let antigas = montar(&antes, &antes);
            let reguas = montar(&antes, &agora);
            let mut devedores: Vec<_> =
                (1..).zip(devedores).map(|(n, devedor)| numerar(n, devedor)).collect();
            let mut hoje = inicio() - TimeDelta::days(noites.iter().sum());
            for salto in noites {
                for devedor in &mut devedores {
                    let decisao = decide(&antigas, devedor, hoje, &regras);
                    devedor.aplicar(&decisao);
                }
                hoje += TimeDelta::days(salto);
            }
            Carteira { regras, reguas, devedores }
        },
    )
}

fn regras() -> impl Strategy<Value = Regras> {
    let migracao = prop_oneof![Just(Migracao::Prioridade), Just(Migracao::PerfilPerdido)];
    let feriados = vec((-20..40_i64).prop_map(|dias| inicio() + TimeDelta::days(dias)), 0..8);
    (any::<bool>(), feriados, migracao, prop::option::of(0..6_u16)).prop_map(
        |(vencimento_em_dia_util, feriados, migracao, cancelar_acordo_apos)| Regras {
            vencimento_em_dia_util,
            feriados: Feriados::new(feriados),
            migracao,
            cancelar_acordo_apos,
        },
    )
}

/// What a régua is drawn from.
#[derive(Clone, Debug)]
struct Molde {
    prioridade: i32,
    estado: EstadoRegua,
    modo: Modo,
    categoria: bool,
    minimo: Option<i64>,
    lembretes: Vec<u16>,
    cobrancas: Vec<u16>,
    volta: Option<u16>,
    sms: bool,
}

fn moldes() -> impl Strategy<Value = Molde> {
    let estado = prop_oneof![
        6 => Just(EstadoRegua::Ativa), 1 => Just(EstadoRegua::Inativa), 1 => Just(EstadoRegua::Arquivada)
    ];
    let modo = prop_oneof![Just(Modo::PorDevedor), Just(Modo::PorTitulo)];
    let criterios = (prop::bool::weighted(0.3), prop::option::weighted(0.3, 1..400_i64));
    let dias =
        (btree_set(0..12_u16, 0..3), btree_set(0..30_u16, 1..5), prop::option::weighted(0.3, 1..20_u16));
    (-2..3, estado, modo, criterios, dias, any::<bool>()).prop_map(
        |(prioridade, estado, modo, (categoria, minimo), (lembretes, cobrancas, volta), sms)| Molde {
            prioridade,
            estado,
            modo,
            categoria,
            minimo,
            lembretes: lembretes.into_iter().collect(),
            cobrancas: cobrancas.into_iter().collect(),
            volta,
            sms,
        },
    )
}

/// The réguas of `agora`; those that also were `antes` keep the positions they had then.
fn montar(antes: &[Molde], agora: &[Molde]) -> Reguas {
    let dias = |i: usize, molde| antes.get(i).unwrap_or(molde);
    Reguas::new((0..).zip(agora).map(|(i, molde)| montar_uma(i, molde, dias(i, molde))).collect())
}

fn montar_uma(i: usize, molde: &Molde, dias: &Molde) -> Regua {
    let n = u128::try_from(i).unwrap() + 1;
    let criterios = Criterios {
        categorias: molde.categoria.then(|| Rotulo::parse("A").unwrap()).into_iter().collect(),
        valor_minimo: molde.minimo.map(Centavos::new),
        ..Criterios::default()
    };
    let cabecalho = Cabecalho {
        id: ReguaId::new(Uuid::from_u128(n)),
        prioridade: molde.prioridade,
        estado: molde.estado,
        criada_em: DateTime::UNIX_EPOCH,
        modo: molde.modo,
        criterios,
    };
    let lembretes = dias.lembretes.iter().map(|dias| Gatilho::Lembrete { dias_antes: *dias });
    let cobrancas = dias.cobrancas.iter().map(|dias| Gatilho::Cobranca { dias: *dias });
    let mut posicoes: Vec<_> = lembretes.chain(cobrancas).map(|g| posicao(n, g, dias.sms)).collect();
    if let (Some(mais), Some(ultima)) = (dias.volta, dias.cobrancas.last()) {
        let para = posicao(n, Gatilho::Cobranca { dias: dias.cobrancas[0] }, false).id;
        let volta = posicao(n, Gatilho::Reposicionamento { dias: ultima + mais, para }, false);
        posicoes.push(Posicao { acoes: vec![], ..volta });
    }
    Regua::new(cabecalho, posicoes).unwrap()
}

fn posicao(n: u128, gatilho: Gatilho, sms: bool) -> Posicao {
    let lado = match gatilho {
        Gatilho::Lembrete { dias_antes } => 1_000 + u128::from(dias_antes),
        Gatilho::Cobranca { dias } | Gatilho::Reposicionamento { dias, .. } => u128::from(dias),
    };
    let acao = |i: u128, canal| Acao {
        id: AcaoId::new(Uuid::from_u128((n << 64) | (lado << 8) | i)),
        canal,
        conteudo: Some(ConteudoId::new(Uuid::from_u128(i))),
        destinatarios: Destinatarios::Preferido,
    };
    let acoes = [acao(1, Canal::Email)].into_iter().chain(sms.then(|| acao(2, Canal::Sms))).collect();
    Posicao { id: PosicaoId::new(Uuid::from_u128((n << 64) | lado)), gatilho, acoes }
}

fn devedores() -> impl Strategy<Value = (bool, Vec<Titulo>)> {
    (any::<bool>(), vec(titulos(), 1..5))
}

fn titulos() -> impl Strategy<Value = Titulo> {
    let status = prop_oneof![
        6 => Just(StatusTitulo::Aberto), 2 => Just(StatusTitulo::Suspenso), 2 => Just(StatusTitulo::Negociado),
        1 => Just(StatusTitulo::Pago), 1 => Just(StatusTitulo::Cancelado)
    ];
    let confirmada = Just(Negociacao::Confirmada);
    let negociacao = prop_oneof![
        confirmada,
        (-20..40_i64).prop_map(|dias| Negociacao::NaoConfirmada { primeira_parcela: no_dia(dias) })
    ];
    (-60..60_i64, 1..500_i64, status, any::<bool>(), prop::option::of(-30..60_i64), negociacao).prop_map(
        |(dias, saldo, status, acordo, ate, negociacao)| Titulo {
            id: TituloId::new(Uuid::nil()),
            vencimento: no_dia(dias),
            saldo: Centavos::new(saldo),
            status,
            origem: if acordo { Origem::Acordo } else { Origem::Original },
            suspenso_ate: ate.map(no_dia).filter(|_| status == StatusTitulo::Suspenso),
            negociacao: (acordo || status == StatusTitulo::Negociado).then_some(negociacao),
            credor: None,
            tipo_negocio: None,
            tipo_titulo: None,
        },
    )
}

fn numerar(n: u128, (categoria, titulos): (bool, Vec<Titulo>)) -> Devedor {
    let perfil = Perfil { categoria: categoria.then(|| Rotulo::parse("A").unwrap()), ..Perfil::default() };
    let com_id = |(i, titulo)| Titulo { id: TituloId::new(Uuid::from_u128((n << 32) | i)), ..titulo };
    let titulos = (1..).zip(titulos).map(com_id).collect();
    Devedor { perfil, titulos, ..Devedor::novo(DevedorId::new(Uuid::from_u128(n))) }
}

fn no_dia(dias: i64) -> NaiveDate {
    inicio() + TimeDelta::days(dias)
}
