//! Where random histories come from.

use crate::historia::{Fato, Historia, Novo, inicio};
use crate::mundo::montar;
use crate::support::{antes, cabecalho, credor, d, posicao, rotulo, volta};
use chrono::{DateTime, TimeDelta};
use domain::calendario::Feriados;
use domain::dinheiro::Centavos;
use domain::documento::TipoPessoa;
use domain::execucao::Canal;
use domain::regua::{Cabecalho, Criterios, EstadoRegua, Migracao, Modo, Perfil, Posicao, Regras, Regua};
use domain::titulo::{Origem, StatusTitulo};
use proptest::collection::{btree_set, vec};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A history in which everything that may change does, between the nights.
pub(crate) fn historias() -> impl Strategy<Value = Historia> {
    vec((1..5_u8, vec(fatos(), 0..3)), 1..25).prop_flat_map(com_noites)
}

/// A history in which nothing happens but nights.
pub(crate) fn historias_quietas() -> impl Strategy<Value = Historia> {
    vec((1..5_u8, Just(vec![])), 1..40).prop_flat_map(com_noites)
}

fn com_noites(noites: Vec<(u8, Vec<Fato>)>) -> impl Strategy<Value = Historia> {
    let titulos = vec(novos(), 0..5)
        .prop_map(|novos| (1..).zip(&novos).map(|(n, novo)| montar(n, inicio(), novo)).collect());
    (regras(), perfis(), reguas(), titulos).prop_map(move |(regras, perfil, reguas, titulos)| {
        let noites = noites.clone();
        Historia { regras, perfil, reguas, titulos, noites }
    })
}

fn regras() -> impl Strategy<Value = Regras> {
    let feriados = vec((-20..40_i64).prop_map(|dias| inicio() + TimeDelta::days(dias)), 0..8);
    (any::<bool>(), feriados, select(Migracao::TODOS), weighted(0.5, 0..8_u16)).prop_map(
        |(vencimento_em_dia_util, feriados, migracao, cancelar_acordo_apos)| Regras {
            vencimento_em_dia_util,
            feriados: Feriados::new(feriados),
            migracao,
            cancelar_acordo_apos,
        },
    )
}

fn perfis() -> impl Strategy<Value = Perfil> {
    let pessoas = prop_oneof![3 => Just(TipoPessoa::Fisica), 1 => select(TipoPessoa::TODOS)];
    (pessoas, weighted(0.8, select(&["A", "B"][..])), weighted(0.8, 0..4)).prop_map(
        |(tipo_pessoa, categoria, score)| Perfil { tipo_pessoa, categoria: categoria.map(rotulo), score },
    )
}

fn novos() -> impl Strategy<Value = Novo> {
    (-40..20_i64, 1..4_i64, 0..3_u128, weighted(0.5, select(&["X", "Y"][..])))
        .prop_map(|(dias, saldo, credor, tipo)| Novo { dias, saldo, credor, tipo })
}

/// Each criterion seldom, so that most réguas take most títulos.
pub(crate) fn criterios() -> impl Strategy<Value = Criterios> {
    let datas = (weighted(0.1, -30..10_i64), weighted(0.1, -10..40_i64));
    let listas = (
        btree_set(1..3_u128, 0..2),
        weighted(0.1, select(TipoPessoa::TODOS)),
        weighted(0.2, select(&["A", "B"][..])),
        weighted(0.2, select(&["X", "Y"][..])),
    );
    let numeros = (weighted(0.2, 0..5_i64), weighted(0.1, 0..3), weighted(0.1, 1..4));
    (datas, listas, numeros, weighted(0.15, select(Origem::TODOS))).prop_map(
        |((de, ate), (credores, pessoa, categoria, tipo), (minimo, score_de, score_ate), origem)| Criterios {
            valor_minimo: minimo.map(Centavos::new),
            vencimento_de: de.map(|dias| inicio() + TimeDelta::days(dias)),
            vencimento_ate: ate.map(|dias| inicio() + TimeDelta::days(dias)),
            origem,
            credores: credores.into_iter().map(credor).collect(),
            tipos_pessoa: pessoa.into_iter().collect(),
            categorias: categoria.into_iter().map(rotulo).collect(),
            tipos_negocio: [].into(),
            tipos_titulo: tipo.into_iter().map(rotulo).collect(),
            score_de,
            score_ate,
        },
    )
}

fn reguas() -> impl Strategy<Value = Vec<Regua>> {
    let posicoes = (
        btree_set(0..20_u16, 0..5),
        btree_set(0..9_u16, 0..4),
        weighted(0.5, (1..12_u16, any::<Index>())),
        0..3_usize,
    );
    let criterios = prop_oneof![Just(Criterios::default()), criterios()];
    let partes = (posicoes, -1..2_i32, 0..3_i64, estados(), modos(), criterios);
    vec(partes, 1..4).prop_map(|reguas| (1..).zip(reguas).map(|(n, partes)| regua(n, partes)).collect())
}

type Dias = (std::collections::BTreeSet<u16>, std::collections::BTreeSet<u16>, Option<(u16, Index)>, usize);

fn regua(
    n: u128,
    (dias, prioridade, criada, estado, modo, criterios): (Dias, i32, i64, EstadoRegua, Modo, Criterios),
) -> Regua {
    let criada_em = DateTime::UNIX_EPOCH + TimeDelta::days(criada);
    let cabecalho = Cabecalho { prioridade, estado, criada_em, modo, criterios, ..cabecalho(n) };
    Regua::new(cabecalho, posicoes(n, dias)).unwrap()
}

fn posicoes(n: u128, (cobrancas, lembretes, laco, acoes): Dias) -> Vec<Posicao> {
    let canais = &[Canal::Email, Canal::Sms][..acoes.min(2)];
    let destinos: Vec<u16> = cobrancas.iter().copied().collect();
    let laco = laco
        .zip(destinos.last())
        .map(|((depois, para), ultima)| volta(n, ultima + depois, *para.get(&destinos)));
    let gatilhos = cobrancas.into_iter().map(d).chain(lembretes.into_iter().map(antes));
    let posicoes = gatilhos.map(|gatilho| posicao(n, gatilho, canais));
    posicoes.chain(laco.map(|laco| posicao(n, laco, &[]))).collect()
}

/// Active more often than not, or nothing would happen.
fn estados() -> impl Strategy<Value = EstadoRegua> {
    prop_oneof![6 => Just(EstadoRegua::Ativa), 2 => Just(EstadoRegua::Inativa), 1 => Just(EstadoRegua::Arquivada)]
}

fn modos() -> impl Strategy<Value = Modo> {
    prop_oneof![2 => Just(Modo::PorDevedor), 1 => Just(Modo::PorTitulo)]
}

fn fatos() -> impl Strategy<Value = Fato> {
    prop_oneof![7 => fatos_de_titulo(), 2 => fatos_de_acordo(), 3 => fatos_de_regua()]
}

fn fatos_de_titulo() -> impl Strategy<Value = Fato> {
    use StatusTitulo::{Aberto, Cancelado, Pago, Suspenso};
    let status = select(&[Aberto, Aberto, Suspenso, Suspenso, Pago, Cancelado][..]);
    prop_oneof![
        5 => (any::<Index>(), status).prop_map(|(i, status)| Fato::Status(i, status)),
        2 => (any::<Index>(), 0..15_i64).prop_map(|(i, dias)| Fato::Suspender(i, dias)),
        1 => (any::<Index>(), -20..20_i64).prop_map(|(i, dias)| Fato::Vencimento(i, dias)),
        1 => (any::<Index>(), 1..4_i64).prop_map(|(i, saldo)| Fato::Saldo(i, saldo)),
        3 => novos().prop_map(Fato::Novo),
        1 => perfis().prop_map(Fato::Perfil),
    ]
}

fn fatos_de_acordo() -> impl Strategy<Value = Fato> {
    prop_oneof![
        3 => (vec(any::<Index>(), 1..3), 1..4_usize, -5..20_i64)
            .prop_map(|(quais, parcelas, dias)| Fato::Negociar(quais, parcelas, dias)),
        1 => any::<Index>().prop_map(Fato::Confirmar),
        1 => any::<Index>().prop_map(Fato::Desfazer),
    ]
}

fn fatos_de_regua() -> impl Strategy<Value = Fato> {
    prop_oneof![
        3 => (any::<Index>(), estados()).prop_map(|(i, estado)| Fato::Estado(i, estado)),
        1 => (any::<Index>(), select(Modo::TODOS)).prop_map(|(i, modo)| Fato::Modo(i, modo)),
        1 => (any::<Index>(), criterios()).prop_map(|(i, criterios)| Fato::Criterios(i, criterios)),
        2 => (any::<Index>(), 0..25_u16).prop_map(|(i, dias)| Fato::Incluir(i, dias)),
        1 => (any::<Index>(), 1..30_u16, any::<Index>()).prop_map(|(i, dias, para)| Fato::Laco(i, dias, para)),
        2 => (any::<Index>(), any::<Index>()).prop_map(|(i, qual)| Fato::Remover(i, qual)),
    ]
}
