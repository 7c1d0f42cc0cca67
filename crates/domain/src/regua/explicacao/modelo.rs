//! What an explanation is made of.

use super::razao::Razao;
use crate::dinheiro::Centavos;
use crate::execucao::{Canal, Estado, Motivo};
use crate::ids::{AcaoId, ExecucaoId, InscricaoId, PosicaoId, ReguaId, TituloId};
use crate::regua::cobertura::Desempate;
use crate::regua::criterios::Criterio;
use crate::regua::decisao::{Decisao, Passo};
use crate::regua::inscricao::{Inscricao, MotivoEncerramento};
use chrono::{DateTime, NaiveDate, Utc};

/// Why, for one debtor and one night.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explicacao {
    /// The night that is explained: what it decides if nothing else happens first.
    pub noite: NaiveDate,
    /// What happens up to here was foreseen in full.
    pub previsto_ate: NaiveDate,
    /// Every título, the reference first.
    pub titulos: Vec<SobreTitulo>,
    /// Every régua in the order in which they are tried; an archived one only when the debtor has been in it.
    pub reguas: Vec<SobreRegua>,
    /// The explained night, and those after it that decide something.
    pub noites: Vec<(NaiveDate, Decisao)>,
}

/// Where a título stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SobreTitulo {
    /// The título.
    pub titulo: TituloId,
    /// Why it is or is not charged.
    pub razao: Razao,
    /// The due date rolled to a banking day, when the company keeps that rule.
    pub vencimento_efetivo: NaiveDate,
    /// The régua that holds it after the night.
    pub regua: Option<ReguaId>,
    /// Since when it stands still in that régua.
    pub desde: Option<NaiveDate>,
    /// When this changes by itself: the first night on which it is overdue, or its status is another one.
    pub ate: Option<NaiveDate>,
}

/// What a régua does about the debtor, or why it does nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SobreRegua {
    /// The régua.
    pub regua: ReguaId,
    /// Its place in the order, from 1.
    pub ordem: usize,
    /// In a word. Of a régua that neither holds nor reminds anything it holds for all its positions.
    pub razao: Razao,
    /// The live enrolments, and those that open.
    pub inscricoes: Vec<SobreInscricao>,
    /// Why it does not take títulos that may be charged or reminded.
    pub recusas: Vec<Recusa>,
    /// Its positions, in order.
    pub posicoes: Vec<SobrePosicao>,
    /// What positions and actions did that were taken out of it since.
    pub removidas: Vec<Feita>,
}

/// An enrolment, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SobreInscricao {
    /// Its id.
    pub id: InscricaoId,
    /// As the night finds it; `None` when it is not open yet.
    pub antes: Option<Inscricao>,
    /// As the night leaves it, or as it is when it opens; `None` when the night closes it.
    pub depois: Option<Inscricao>,
    /// The night that opens it, when it is not open yet.
    pub abre_em: Option<NaiveDate>,
    /// When and why it closes, if that is foreseen.
    pub encerra: Option<(NaiveDate, MotivoEncerramento)>,
    /// What the night that is explained says of it.
    pub passos: Vec<Passo>,
}

/// Why a régua does not take some títulos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recusa {
    /// Why.
    pub porque: Porque,
    /// Which.
    pub titulos: Vec<TituloId>,
}

/// Why a régua does not take a título.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Porque {
    /// Rules s02–s10: the first criterion that is not met.
    Criterio {
        /// Which.
        criterio: Criterio,
        /// Of the minimum of a régua per debtor: what there was when its turn came.
        soma: Option<Centavos>,
    },
    /// Rule s12: an earlier régua takes it.
    ReguaAnterior {
        /// Which.
        regua: ReguaId,
        /// Why that one is earlier.
        desempate: Desempate,
    },
    /// Rules v04, g03: the enrolment that holds it keeps it.
    Guardado {
        /// The régua of that enrolment.
        regua: ReguaId,
    },
}

/// What a position does, or what stops it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SobrePosicao {
    /// The position.
    pub posicao: PosicaoId,
    /// When it is going to fire, in order of date.
    pub vezes: Vec<Vez>,
    /// For whom it is not, and why.
    pub paradas: Vec<Parada>,
    /// Its actions.
    pub acoes: Vec<SobreAcao>,
}

/// A time a position is going to fire. All its actions go out (rule r08).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vez {
    /// Fires, goes back or reminds.
    pub razao: Razao,
    /// The night.
    pub em: NaiveDate,
    /// When it fell due; earlier when it is late.
    pub devida_em: NaiveDate,
    /// The enrolment; none of a reminder.
    pub inscricao: Option<InscricaoId>,
    /// The turn.
    pub ciclo: Option<u32>,
    /// The títulos it is about.
    pub titulos: Vec<TituloId>,
}

/// Why a position does not fire for some títulos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parada {
    /// Why.
    pub razao: Razao,
    /// The date that goes with it: since when it stands still, when the enrolment closes, the date of the reminder.
    pub em: Option<NaiveDate>,
    /// For which títulos.
    pub titulos: Vec<TituloId>,
}

/// What an action did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SobreAcao {
    /// The action.
    pub acao: AcaoId,
    /// Its channel.
    pub canal: Canal,
    /// The latest first.
    pub feitas: Vec<Feita>,
}

/// Something that was decided before the explained night.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feita {
    /// Its execution.
    pub execucao: ExecucaoId,
    /// The régua.
    pub regua: ReguaId,
    /// The position.
    pub posicao: PosicaoId,
    /// The action.
    pub acao: AcaoId,
    /// Its channel.
    pub canal: Canal,
    /// The enrolment and its turn; none of a reminder.
    pub inscricao: Option<(InscricaoId, u32)>,
    /// The títulos, as decided.
    pub titulos: Vec<TituloId>,
    /// The night that decided it.
    pub data: NaiveDate,
    /// When it fell due.
    pub devida_em: NaiveDate,
    /// What became of it; `None` when it is foreseen.
    pub envio: Option<EnvioFeito>,
}

/// What became of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnvioFeito {
    /// Its state.
    pub estado: Estado,
    /// Why it is in it.
    pub motivo: Option<Motivo>,
    /// From when on it may leave (rule j01).
    pub publicar_em: DateTime<Utc>,
    /// When the provider accepted it.
    pub enviada_em: Option<DateTime<Utc>>,
}
