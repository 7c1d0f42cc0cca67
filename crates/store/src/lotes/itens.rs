//! Rule b19: whom a batch was confirmed for, and what became of each.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::{DevedorId, LoteId};
use uuid::Uuid;

use crate::{StoreError, Tenant};

/// Whom a batch is for. It may hold an address or a number and so has no `Debug`.
#[derive(Clone)]
pub struct ItemLido {
    /// Debtor, or who stands for a bare address or number ([`domain::lote::avulso`]).
    pub devedor: DevedorId,
    /// Rule b01: the bare address or number, of who is no debtor.
    pub avulso: Option<String>,
    /// Name, as it is now; of who is no debtor as the sheet had it.
    pub nome: Option<String>,
    /// The first of the ERP's codes.
    pub codigo: Option<String>,
    /// The execution, once a worker made it.
    pub feito: Option<ItemFeito>,
}

/// An execution as an item shows it.
#[derive(Clone, QueryableByName)]
pub struct ItemFeito {
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
    /// State, in its stored form.
    #[diesel(sql_type = Text)]
    pub estado: String,
    /// Why it is in that state, where there is something to explain.
    #[diesel(sql_type = Nullable<Text>)]
    pub motivo: Option<String>,
    /// Failed attempts so far.
    #[diesel(sql_type = SmallInt)]
    pub tentativas: i16,
    /// From when on it may leave.
    #[diesel(sql_type = Timestamptz)]
    pub publicar_em: DateTime<Utc>,
    /// When the provider accepted it.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub enviada_em: Option<DateTime<Utc>>,
    /// When it last changed.
    #[diesel(sql_type = Timestamptz)]
    pub atualizada_em: DateTime<Utc>,
    /// To whom the last attempt went.
    #[diesel(sql_type = Nullable<Text>)]
    pub destinatario: Option<String>,
    /// What the provider calls that attempt.
    #[diesel(sql_type = Nullable<Text>)]
    pub provedor_id: Option<String>,
}

#[derive(QueryableByName)]
struct Nomeado {
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    avulso: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    nome: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    codigo: Option<String>,
}

/// A page of the debtors of a batch, by id, after the one named.
///
/// # Errors
/// The database is unreachable.
pub fn items(
    t: &mut Tenant<'_>,
    lote: LoteId,
    depois_de: Option<DevedorId>,
    limite: i64,
) -> Result<Vec<ItemLido>, StoreError> {
    let linhas: Vec<Nomeado> = sql_query(
        "SELECT i.devedor_id, a.contato AS avulso, coalesce(d.nome, a.nome) AS nome, (SELECT min(c.codigo_integracao) FROM cadastro.devedor_codigo c \
                  WHERE c.empresa_id = i.empresa_id AND c.devedor_id = i.devedor_id) AS codigo FROM lote.item i \
           LEFT JOIN cadastro.devedor d ON d.empresa_id = i.empresa_id AND d.id = i.devedor_id \
           LEFT JOIN lote.avulso a ON a.empresa_id = i.empresa_id AND a.id = i.devedor_id AND a.planilha_id = \
                (SELECT l.planilha_id FROM lote.acao_em_lote l WHERE l.empresa_id = $1 AND l.id = $2) \
          WHERE i.empresa_id = $1 AND i.lote_id = $2 AND ($3 IS NULL OR i.devedor_id > $3) ORDER BY i.devedor_id LIMIT $4",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(lote.uuid())
    .bind::<Nullable<SqlUuid>, _>(depois_de.map(DevedorId::uuid))
    .bind::<BigInt, _>(limite)
    .load(t.conn)?;
    let mut feitos = done(t, lote, linhas.iter().map(|linha| linha.devedor_id).collect())?;
    let item = |Nomeado { devedor_id, avulso, nome, codigo }| ItemLido {
        devedor: DevedorId::new(devedor_id),
        avulso,
        nome,
        codigo,
        feito: feitos.remove(&devedor_id),
    };
    Ok(linhas.into_iter().map(item).collect())
}

/// The view is asked for itself: a join with it would read the whole batch.
fn done(
    t: &mut Tenant<'_>,
    lote: LoteId,
    devedores: Vec<Uuid>,
) -> Result<BTreeMap<Uuid, ItemFeito>, StoreError> {
    let linhas: Vec<ItemFeito> = sql_query(
        "SELECT devedor_id, estado, motivo, tentativas, publicar_em, enviada_em, atualizada_em, destinatario, provedor_id \
           FROM disparo.v_item_de_lote WHERE empresa_id = $1 AND lote_id = $2 AND devedor_id = ANY ($3)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(lote.uuid())
    .bind::<Array<SqlUuid>, _>(devedores)
    .load(t.conn)?;
    Ok(linhas.into_iter().map(|linha| (linha.devedor_id, linha)).collect())
}
