//! The model by itself, on examples that the rules print: an oracle that is wrong says nothing.

use crate::calendario::{Dia, efetivo};
use crate::eventos::Eventos;
use crate::modelo::Modelo;
use crate::mundo::{Criterios, Estado, Mundo, Posicao, Quando, Regras, Regua, Status, Titulo};
use crate::ponte;

/// 2026-03-02, the entry of rule r05.
const ENTRADA: Dia = 60;

#[test]
fn r05_the_model_counts_from_the_entry() {
    let mut mundo = mundo(&[Quando::Depois(1), Quando::Depois(6), Quando::Depois(16)]);
    assert_eq!(dias_com_acao(&mut mundo, 100, |_, _| {}), [1, 6, 16]);
}

#[test]
fn e03_the_model_goes_back_to_the_second_position() {
    let volta = Quando::Volta(30, 2);
    let mut mundo = mundo(&[Quando::Depois(1), Quando::Depois(6), Quando::Depois(16), volta]);
    assert_eq!(dias_com_acao(&mut mundo, 65, |_, _| {}), [1, 6, 16, 30, 40, 54, 64]);
}

#[test]
fn t04_the_model_stands_still_while_it_is_frozen() {
    let mut mundo = mundo(&[Quando::Depois(6)]);
    let dias = dias_com_acao(&mut mundo, 100, |mundo, dia| match dia {
        3 => mundo.titulos[0].status = Status::Suspenso,
        13 => mundo.titulos[0].status = Status::Aberto,
        _ => {}
    });
    assert_eq!(dias, [16]);
}

#[test]
fn v03_the_model_goes_on_where_it_was_without_a_burst() {
    let mut mundo = mundo(&[Quando::Depois(1), Quando::Depois(3), Quando::Depois(10)]);
    let dias = dias_com_acao(&mut mundo, 100, |mundo, dia| match dia {
        2 => mundo.reguas[0].estado = Estado::Inativa,
        20 => mundo.reguas[0].estado = Estado::Ativa,
        _ => {}
    });
    assert_eq!(dias, [1, 20, 27]);
}

#[test]
fn both_calendars_have_the_same_banking_days() {
    for dia in 0..1_820 {
        for (em_dia_util, seus) in [(true, vec![]), (true, vec![dia, dia + 2]), (false, vec![dia])] {
            let regras = Regras { em_dia_util, feriados: seus, ..REGRAS };
            let deles = ponte::regras(&regras).vencimento_efetivo(ponte::data(dia));
            assert_eq!(efetivo(dia, em_dia_util, &regras.feriados), ponte::dia(deles), "{deles}");
        }
    }
}

const REGRAS: Regras =
    Regras { em_dia_util: true, feriados: vec![], perfil_perdido: false, cancelar_acordo_apos: None };

/// One régua for everybody, its positions numbered from 1, and one título long overdue.
fn mundo(dias: &[Quando]) -> Mundo {
    let posicoes = (1..).zip(dias).map(|(id, quando)| Posicao {
        id,
        quando: *quando,
        acoes: if matches!(quando, Quando::Volta(..)) { vec![] } else { vec![id] },
    });
    let regua = Regua {
        id: 1,
        prioridade: 0,
        criada: 0,
        estado: Estado::Ativa,
        por_titulo: false,
        criterios: Criterios::default(),
        posicoes: posicoes.collect(),
        removidas: vec![],
    };
    let titulo = Titulo {
        id: 1,
        vencimento: 0,
        saldo: 100,
        status: Status::Aberto,
        suspenso_ate: None,
        credor: None,
        negocio: None,
        tipo: None,
        levado_por: None,
        parcela_de: None,
    };
    Mundo {
        regras: REGRAS,
        pessoa: 0,
        categoria: None,
        score: None,
        titulos: vec![titulo],
        acordos: vec![],
        reguas: vec![regua],
    }
}

/// The days since the entry on which an action is due, with what happens before each night.
fn dias_com_acao(mundo: &mut Mundo, ate: i64, acontece: impl Fn(&mut Mundo, i64)) -> Vec<i64> {
    let mut modelo = Modelo::default();
    let mut noite = |dia| {
        modelo.amanhecer();
        acontece(mundo, dia);
        modelo.noite(mundo, ENTRADA + dia, &mut Eventos::default()).acoes.len()
    };
    (0..ate).filter(|dia| noite(*dia) > 0).collect()
}
