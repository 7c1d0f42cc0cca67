//! Builders that only these tests need.

use domain::regua::{Cabecalho, Regua};

/// The same régua with another priority.
pub(crate) fn com_prioridade(regua: &Regua, prioridade: i32) -> Regua {
    Regua::new(Cabecalho { prioridade, ..regua.cabecalho().clone() }, regua.posicoes().to_vec()).unwrap()
}
