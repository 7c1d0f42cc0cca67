//! Everybody, page by page, with the date that the nights left them: what a check of the whole portfolio reads.

use chrono::NaiveDate;
use diesel::sql_types::{BigInt, Bool, Date, Nullable, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::regua::{Devedor, Regras};
use uuid::Uuid;

use super::chunk::load;
use crate::{StoreError, Tenant};

/// When the next night looks at a debtor, as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agendado {
    /// On whatever date it is: something changed since the last night, or that night has not come to it yet.
    ProximaNoite,
    /// On this date, or never.
    Para(Option<NaiveDate>),
}

#[derive(QueryableByName)]
struct Linha {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Bool)]
    por_olhar: bool,
    #[diesel(sql_type = Nullable<Date>)]
    proxima: Option<NaiveDate>,
}

/// The next `limite` debtors of the company after `depois_de`, by id, as a decision on `data` sees them. Nobody is locked.
///
/// # Errors
/// The database is unreachable or holds something this version cannot read.
pub fn page(
    t: &mut Tenant<'_>,
    depois_de: Option<Uuid>,
    data: NaiveDate,
    regras: &Regras,
    limite: i64,
) -> Result<Vec<(Devedor, Agendado)>, StoreError> {
    let linhas: Vec<Linha> = sql_query(
        "SELECT d.id, coalesce(a.proxima <= $3, false) AS por_olhar, \
                CASE WHEN isfinite(a.proxima) THEN a.proxima END AS proxima \
           FROM (SELECT id FROM cadastro.v_perfil WHERE id > $2 ORDER BY id LIMIT $4) d LEFT JOIN LATERAL \
                (SELECT proxima FROM regua.agenda WHERE empresa_id = $1 AND devedor_id = d.id OFFSET 0) a ON true \
          ORDER BY d.id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(depois_de.unwrap_or(Uuid::nil()))
    .bind::<Date, _>(data)
    .bind::<BigInt, _>(limite)
    .load(t.conn)?;
    let ids: Vec<Uuid> = linhas.iter().map(|linha| linha.id).collect();
    let devedores = load(t, &ids, data, regras)?;
    let agendado = |linha: Linha| {
        if linha.por_olhar { Agendado::ProximaNoite } else { Agendado::Para(linha.proxima) }
    };
    Ok(devedores.into_iter().zip(linhas.into_iter().map(agendado)).collect())
}

/// Whether a régua changed since the last night was opened: then the next one looks at everybody.
///
/// # Errors
/// The database is unreachable.
pub fn reguas_changed(t: &mut Tenant<'_>) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Mudaram {
        #[diesel(sql_type = Bool)]
        mudaram: bool,
    }
    let mudaram: Mudaram =
        sql_query("SELECT EXISTS (SELECT FROM regua.regua WHERE empresa_id = $1 AND mudou) AS mudaram")
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .get_result(t.conn)?;
    Ok(mudaram.mudaram)
}
