//! Enrichment: what a company chose about queries, the queries themselves with what they cost, and what of the answers becomes
//! contacts of debtors (rule b22).

mod fim;
mod leitura;
mod mescla;
mod politica;
mod reserva;
mod retorno;

use chrono::{DateTime, Utc};
use domain::enriquecimento::{Dados, Finalidade};

pub use leitura::{ConsultaLida, Filtro, get, list};
pub use politica::{Gasto, PoliticaLida, politica, spent, update};
pub use retorno::{Varridas, answer, owner, sweep};

pub(crate) use fim::keep;
pub(crate) use reserva::Contas;

/// What the fence gives to whoever is to ask.
#[derive(Clone, Debug)]
pub struct Pergunta {
    /// What for.
    pub finalidade: Finalidade,
    /// An answer that is still good: nobody is to be asked.
    pub guardada: Option<Achado>,
}

/// An answer.
#[derive(Clone, Debug)]
pub enum Achado {
    /// Something is known.
    Encontrado(Box<Dados>),
    /// Nothing is.
    NaoEncontrado,
}

/// By whom queries are answered, and what one costs.
#[derive(Clone, Copy, Debug)]
pub struct Tarifa {
    /// The provider.
    pub provedor: &'static str,
    /// What one answer costs at most, in centavos.
    pub preco: i64,
    /// Now, in business time.
    pub agora: DateTime<Utc>,
}

/// What came of asking. It holds personal data and so has no `Debug`.
#[derive(Clone)]
pub struct ConsultaFeita {
    /// How it ended.
    pub fim: Fim,
    /// The provider's own name for it.
    pub protocolo: Option<String>,
    /// When, in business time.
    pub em: DateTime<Utc>,
}

/// How asking ended.
#[derive(Clone)]
pub enum Fim {
    /// It was taken, or may have been; the answer is not in.
    Pendente,
    /// The answer is in.
    Respondida {
        /// What it is.
        achado: Achado,
        /// Whether it is charged.
        cobrada: bool,
    },
    /// It certainly was not taken, and costs nothing.
    NaoSaiu,
}
