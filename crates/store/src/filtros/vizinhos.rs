//! Rule b13: one debtor of a selection after the other, as the sample orders them.

use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _};
use domain::ids::DevedorId;
use uuid::Uuid;

use super::consulta::{Consulta, Valor};
use super::{Pergunta, Selecao};
use crate::{StoreError, Tenant};

/// A debtor who can have the action, and those beside him.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vizinhos {
    /// The one asked for.
    pub este: DevedorId,
    /// The one before him.
    pub anterior: Option<DevedorId>,
    /// The one after him.
    pub proximo: Option<DevedorId>,
}

/// Where a debtor stands in the order.
#[derive(QueryableByName)]
pub(super) struct Lugar {
    #[diesel(sql_type = SqlUuid)]
    pub(super) id: Uuid,
    #[diesel(sql_type = Text)]
    pub(super) nome_busca: String,
}

/// Which debtor to look for.
pub(super) enum Onde<'l> {
    Primeiro,
    Este(DevedorId),
    Antes(&'l Lugar),
    Depois(&'l Lugar),
}

/// Rule b13: the debtor `quem`, or the first one, with those beside him; `None` when he does not meet the filter or cannot have
/// the action, or nobody can. `aptos`: how many could when they were counted, by which it is chosen how they are found.
///
/// # Errors
/// The database is unreachable, or the filter takes longer than a statement may.
pub fn neighbours(
    t: &mut Tenant<'_>,
    contada: (&Selecao<'_>, i64),
    quem: Option<DevedorId>,
) -> Result<Option<Vizinhos>, StoreError> {
    let Some(este) = find(t, contada, &quem.map_or(Onde::Primeiro, Onde::Este))? else { return Ok(None) };
    let id = |lugar: Lugar| DevedorId::new(lugar.id);
    Ok(Some(Vizinhos {
        anterior: find(t, contada, &Onde::Antes(&este))?.map(id),
        proximo: find(t, contada, &Onde::Depois(&este))?.map(id),
        este: id(este),
    }))
}

fn find(
    t: &mut Tenant<'_>,
    contada: (&Selecao<'_>, i64),
    onde: &Onde<'_>,
) -> Result<Option<Lugar>, StoreError> {
    Ok(vizinho(t, contada, onde).boxed().get_result(t.conn).optional()?)
}

pub(super) fn vizinho(t: &Tenant<'_>, (selecao, aptos): (&Selecao<'_>, i64), onde: &Onde<'_>) -> Consulta {
    let mut pergunta = Pergunta::new(t, selecao);
    let Pergunta { consulta, onde: condicoes, .. } = &mut pergunta;
    let mut lado = |sinal: &str, lugar: &Lugar| {
        let nome = consulta.bind(Valor::Texto(lugar.nome_busca.clone()));
        let id = consulta.bind(Valor::Uuid(lugar.id));
        condicoes.push(format!("(d.nome_busca, d.id) {sinal} ({nome} COLLATE \"C\", {id})"));
    };
    let ordem = match onde {
        Onde::Primeiro => "ASC",
        Onde::Este(id) => {
            condicoes.push(format!("d.id = {}", consulta.bind(Valor::Uuid(id.uuid()))));
            "ASC"
        }
        Onde::Antes(lugar) => {
            lado("<", lugar);
            "DESC"
        }
        Onde::Depois(lugar) => {
            lado(">", lugar);
            "ASC"
        }
    };
    pergunta.able();
    let (quem, Pergunta { mut consulta, .. }) = (pergunta.to_order(aptos), pergunta);
    consulta.sql = format!(
        "SELECT d.id, d.nome_busca FROM ({quem}) d ORDER BY d.nome_busca {ordem}, d.id {ordem} LIMIT 1"
    );
    consulta
}
