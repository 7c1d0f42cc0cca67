//! The régua: what it is made of, who walks it, and what a night decides.
//!
//! [`decide`] is the heart of the product, a pure function of (réguas, debtor, day). Rules §0:
//!
//! - `modelo`: réguas, positions, actions; `gatilho`: the day of a position; `criterios`: for whom they are;
//!   `conjunto`: all of a company;
//! - `inscricao`: the debtor as the night finds it, and where it stands in its réguas;
//! - `decisao`: what a night answers, with its reasons;
//! - `simulacao`: the nights to come when nothing else happens;
//! - `explicacao`: why, and why not; `cobertura`: who is left out, and which réguas stand in each other's way;
//! - `decide`: assignment, the walk of `D+` positions, the reminders of `D-` positions.

mod chave;
mod cobertura;
mod conjunto;
mod criterios;
mod decide;
mod decisao;
mod explicacao;
mod gatilho;
mod inscricao;
mod modelo;
mod simulacao;

pub use crate::regras::{Migracao, Regras};
pub use cobertura::{
    Descoberto, Desempate, Sobreposicao, contem, descoberto, desempate, inalcancaveis, sobreposicoes,
};
pub use conjunto::Reguas;
pub use criterios::{Criterio, Criterios};
pub use decide::decide;
pub use decisao::{AcaoDevida, Decisao, MudancaInscricao, OrigemAcao, Passo};
pub use explicacao::{
    EnvioFeito, Explicacao, Feita, Parada, Porque, Razao, Recusa, SobreAcao, SobreInscricao, SobrePosicao,
    SobreRegua, SobreTitulo, Vez, explicar, razao_do_passo, regra_do_criterio, regra_do_encerramento,
};
pub use gatilho::Gatilho;
pub use inscricao::{Alvo, Caminhada, Devedor, Inscricao, MotivoEncerramento, Perfil};
pub use modelo::{Acao, Cabecalho, Destinatarios, EstadoRegua, Falta, Modo, Posicao, Regua, ReguaError};
pub use simulacao::{Apuracao, Onde, Periodo, Quantos, percorrer};
