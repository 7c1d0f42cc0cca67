//! Títulos as a caller names them, found and locked.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::TituloId;
use domain::titulo::StatusTitulo;
use uuid::Uuid;

use super::lista::{TituloLido, get_many};
use super::mark;
use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

/// Which título.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alvo {
    /// By our id.
    Id(TituloId),
    /// By the ERP's own key.
    Codigo(String),
}

/// Locked títulos by id, and the id of each that was named, in the order given.
pub(super) struct Presos {
    pub(super) por_id: BTreeMap<Uuid, Preso>,
    pub(super) nomeados: Vec<Option<Uuid>>,
}

/// A locked título, as it is and as it will be saved.
pub(super) struct Preso {
    pub(super) lido: TituloLido,
    pub(super) status: StatusTitulo,
    /// The state of the negotiation that it is an instalment of.
    pub(super) acordo: Option<String>,
    pub(super) mudou: bool,
}

/// Finds and locks them; of instalments the negotiations first, as whoever cancels one does, and each kind in order of id.
/// A título never changes the negotiation that it comes from. They are read after they are locked: whoever held them may
/// have written more than their rows.
pub(super) fn lock<'a>(
    t: &mut Tenant<'_>,
    alvos: impl Iterator<Item = &'a Alvo>,
) -> Result<Presos, StoreError> {
    let nomeados = resolve(t, &alvos.collect::<Vec<_>>())?;
    let ids: Vec<Uuid> = nomeados.iter().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let acordos = lock_rows(t, &ids)?;
    let por_id = get_many(t, &ids)?.into_iter().map(|lido| {
        let acordo = lido.acordo_id.and_then(|id| acordos.get(&id)).cloned();
        Ok((lido.id, Preso { status: lido.status()?, acordo, mudou: false, lido }))
    });
    Ok(Presos { por_id: por_id.collect::<Result<_, StoreError>>()?, nomeados })
}

#[derive(QueryableByName)]
struct Encontrado {
    #[diesel(sql_type = Text)]
    codigo: String,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

fn resolve(t: &mut Tenant<'_>, alvos: &[&Alvo]) -> Result<Vec<Option<Uuid>>, StoreError> {
    let codigo = |alvo: &&&Alvo| match alvo {
        Alvo::Codigo(codigo) => Some(codigo.clone()),
        Alvo::Id(_) => None,
    };
    let codigos: Vec<String> = alvos.iter().filter_map(|alvo| codigo(&alvo)).collect();
    let por_codigo: BTreeMap<String, Uuid> = if codigos.is_empty() {
        BTreeMap::new()
    } else {
        let linhas: Vec<Encontrado> = sql_query(
            "SELECT n.codigo, t.id FROM unnest($2) AS n(codigo) CROSS JOIN LATERAL \
                    (SELECT id FROM cadastro.titulo WHERE empresa_id = $1 AND codigo_integracao = n.codigo OFFSET 0) t",
        )
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Array<Text>, _>(codigos)
        .load(t.conn)?;
        linhas.into_iter().map(|l| (l.codigo, l.id)).collect()
    };
    let id = |alvo: &&Alvo| match alvo {
        Alvo::Id(id) => Some(id.uuid()),
        Alvo::Codigo(codigo) => por_codigo.get(codigo).copied(),
    };
    Ok(alvos.iter().map(id).collect())
}

#[derive(QueryableByName)]
struct Acordo {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    estado: String,
}

/// Locks títulos, of instalments their negotiations first. Answers the states of these.
pub(crate) fn lock_rows(t: &mut Tenant<'_>, ids: &[Uuid]) -> Result<BTreeMap<Uuid, String>, StoreError> {
    let acordos: Vec<Acordo> = sql_query(
        "SELECT id, estado FROM cadastro.negociacao WHERE empresa_id = $1 AND id = ANY (ARRAY( \
                SELECT acordo_id FROM cadastro.titulo WHERE empresa_id = $1 AND id = ANY ($2) AND acordo_id IS NOT NULL)) \
          ORDER BY id FOR UPDATE",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .load(t.conn)?;
    sql_query("SELECT FROM cadastro.titulo WHERE empresa_id = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Array<SqlUuid>, _>(ids)
        .execute_unit(t.conn)?;
    Ok(acordos.into_iter().map(|l| (l.id, l.estado)).collect())
}

impl Presos {
    /// Writes those that changed, and marks their debtors. Answers the negotiations whose instalments they are.
    pub(super) fn save(
        &self,
        t: &mut Tenant<'_>,
        agora: DateTime<Utc>,
    ) -> Result<BTreeSet<Uuid>, StoreError> {
        let mudados: Vec<&Preso> = self.por_id.values().filter(|preso| preso.mudou).collect();
        if mudados.is_empty() {
            return Ok(BTreeSet::new());
        }
        sql_query(
            "UPDATE cadastro.titulo t SET status = n.status, suspenso_ate = n.ate, saldo = n.saldo, atualizado_em = $6, \
                    status_em = CASE WHEN t.status = n.status THEN t.status_em ELSE $6 END \
               FROM unnest($2, $3, $4, $5) AS n(id, status, ate, saldo) WHERE t.empresa_id = $1 AND t.id = n.id",
        )
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Array<SqlUuid>, _>(mudados.iter().map(|p| p.lido.id).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(mudados.iter().map(|p| p.status.as_str()).collect::<Vec<_>>())
        .bind::<Array<Nullable<Date>>, _>(
            mudados.iter().map(|p| p.lido.suspenso_ate).collect::<Vec<_>>(),
        )
        .bind::<Array<BigInt>, _>(mudados.iter().map(|p| p.lido.saldo).collect::<Vec<_>>())
        .bind::<Timestamptz, _>(agora)
        .execute_unit(t.conn)?;
        let devedores: BTreeSet<Uuid> = mudados.iter().map(|p| p.lido.devedor_id).collect();
        mark(t, &devedores.into_iter().collect::<Vec<_>>())?;
        Ok(mudados.iter().filter_map(|p| p.lido.acordo_id).collect())
    }
}

impl Preso {
    /// Takes a new status, which nothing but suspension has a date with and of which nothing is owed when it is over.
    pub(super) fn become_status(&mut self, status: StatusTitulo) {
        self.status = status;
        self.mudou = true;
        self.lido.suspenso_ate = self.lido.suspenso_ate.filter(|_| status == StatusTitulo::Suspenso);
        if matches!(status, StatusTitulo::Pago | StatusTitulo::Cancelado) {
            self.lido.saldo = 0;
        }
    }
}
