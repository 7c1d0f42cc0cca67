//! The régua: what it is made of, who walks it, and what a night decides.
//!
//! [`decide`] is the heart of the product, a pure function of (réguas, debtor, day). Rules §0:
//!
//! - `modelo`: réguas, positions, actions;
//! - `inscricao`: the debtor as the night finds it, and where it stands in its réguas;
//! - `decisao`: what a night answers, with its reasons;
//! - `decide`: assignment, the walk of `D+` positions, the reminders of `D-` positions.

mod chave;
mod decide;
mod decisao;
mod inscricao;
mod modelo;

pub use crate::titulo::Regras;
pub use decide::decide;
pub use decisao::{AcaoDevida, Decisao, MudancaInscricao, OrigemAcao, Passo};
pub use inscricao::{Caminhada, Devedor, Inscricao, MotivoEncerramento};
pub use modelo::{Acao, EstadoRegua, Falta, Gatilho, Posicao, Regua, ReguaError, Reguas};
