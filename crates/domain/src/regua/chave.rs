//! Ids that are a function of what they name, so that deciding again names the same thing (rules m02, e04).

use super::inscricao::Alvo;
use crate::ids::{AcaoId, DevedorId, ExecucaoId, InscricaoId, PosicaoId, ReguaId, TituloId};
use chrono::NaiveDate;
use uuid::Uuid;

/// The namespace of every id below. Changing it would let every past action happen again.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f0c_31d2_7a4e_5b83_9d15_2be8_40f7_ac69);

/// One enrolment per régua, debtor or título, and entry date.
pub(super) fn inscricao(regua: ReguaId, devedor: DevedorId, alvo: Alvo, entrada: NaiveDate) -> InscricaoId {
    InscricaoId::new(nomear(&match alvo {
        Alvo::Devedor => format!("inscricao|{regua}|{devedor}|{entrada}"),
        Alvo::Titulo(titulo) => format!("inscricao|{regua}|{devedor}|{titulo}|{entrada}"),
    }))
}

/// One execution per enrolment, cycle, position and action.
pub(super) fn cobranca(inscricao: InscricaoId, ciclo: u32, posicao: PosicaoId, acao: AcaoId) -> ExecucaoId {
    ExecucaoId::new(nomear(&format!("cobranca|{inscricao}|{ciclo}|{posicao}|{acao}")))
}

/// One execution per action and first reminded título.
pub(super) fn lembrete(acao: AcaoId, titulo: TituloId) -> ExecucaoId {
    ExecucaoId::new(nomear(&format!("lembrete|{acao}|{titulo}")))
}

fn nomear(nome: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, nome.as_bytes())
}
