//! Negotiations: títulos that leave for instalments, which are títulos themselves.
//!
//! Whoever pays, confirms or cancels locks the negotiation before any of its títulos, and títulos in order of id.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::{NegociacaoId, TituloId};
use domain::negociacao::{
    ComPagamento, EstadoNegociacao, Impedidos, Impedimento, Parcelas, cancelar, vencidos_ate,
};
use domain::regras::Regras;
use domain::titulo::{Mudanca, StatusTitulo, negociar};
use uuid::Uuid;

use crate::banco::new_id;
use crate::migracao::ExecuteUnit as _;
use crate::titulos::{PREFIXO_PARCELA, mark};
use crate::{StoreError, Tenant};

/// A negotiation as it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criada {
    /// Its id.
    pub id: NegociacaoId,
    /// Its instalments, in the order in which they fall due.
    pub parcelas: Vec<TituloId>,
}

/// A negotiation as it is read.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct NegociacaoLida {
    /// Id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Whose it is.
    #[diesel(sql_type = SqlUuid)]
    pub devedor_id: Uuid,
    /// How it stands, in its stored form.
    #[diesel(sql_type = Text)]
    pub estado: String,
    /// What was agreed, in centavos.
    #[diesel(sql_type = BigInt)]
    pub valor: i64,
    /// The due date of its first instalment.
    #[diesel(sql_type = Date)]
    pub primeira_parcela: NaiveDate,
    /// Whether any instalment was paid.
    #[diesel(sql_type = Bool)]
    pub com_pagamento: bool,
    /// When it was made.
    #[diesel(sql_type = Timestamptz)]
    pub criada_em: DateTime<Utc>,
    /// When its first instalment was paid.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub confirmada_em: Option<DateTime<Utc>>,
    /// When it was cancelled.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub cancelada_em: Option<DateTime<Utc>>,
}

const COLUNAS: &str = "SELECT id, devedor_id, estado, valor, primeira_parcela, com_pagamento, criada_em, confirmada_em, \
           cancelada_em FROM cadastro.negociacao WHERE empresa_id = $1";

/// Makes a negotiation over `titulos`, all open and of one debtor (rules k01, k08, k10): they become `negociado`, and each
/// of `parcelas` becomes a título, in this one transaction. The instalments keep creditor, kind of business and kind of
/// título where the originals agree in them.
///
/// # Errors
/// The database refused or is unreachable; then nothing is stored.
pub fn create(
    t: &mut Tenant<'_>,
    titulos: &[TituloId],
    parcelas: &Parcelas,
    agora: DateTime<Utc>,
) -> Result<Result<Criada, Impedidos>, StoreError> {
    let linhas = lock_originais(t, titulos)?;
    let devedor = match check(titulos, &linhas)? {
        Ok(devedor) => devedor,
        Err(impedidos) => return Ok(Err(impedidos)),
    };
    let id = NegociacaoId::new(new_id(agora));
    insert(t, id, devedor, parcelas, agora)?;
    sql_query(
        "UPDATE cadastro.titulo SET status = 'negociado', negociacao_id = $2, status_em = $4, atualizado_em = $4 \
          WHERE empresa_id = $1 AND id = ANY ($3)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Array<SqlUuid>, _>(linhas.keys().map(|id| id.uuid()).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)?;
    let parcelas = insert_parcelas(t, id, devedor, parcelas, agora)?;
    mark(t, &[devedor])?;
    Ok(Ok(Criada { id, parcelas }))
}

#[derive(QueryableByName)]
struct Original {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Bool)]
    nao_confirmada: bool,
}

/// The títulos to be negotiated, locked: a second negotiation over one of them waits, and then finds it `negociado`.
fn lock_originais(
    t: &mut Tenant<'_>,
    titulos: &[TituloId],
) -> Result<BTreeMap<TituloId, Original>, StoreError> {
    let linhas: Vec<Original> = sql_query(
        "SELECT t.id, t.devedor_id, t.status, EXISTS (SELECT FROM cadastro.negociacao n WHERE n.empresa_id = t.empresa_id \
                   AND n.id = t.acordo_id AND n.estado = 'aberta') AS nao_confirmada \
           FROM cadastro.titulo t WHERE t.empresa_id = $1 AND t.id = ANY ($2) ORDER BY t.id FOR UPDATE OF t",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(titulos.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .load(t.conn)?;
    Ok(linhas.into_iter().map(|l| (TituloId::new(l.id), l)).collect())
}

/// Rule k08: every título that is in the way, or whose they all are.
fn check(
    titulos: &[TituloId],
    linhas: &BTreeMap<TituloId, Original>,
) -> Result<Result<Uuid, Impedidos>, StoreError> {
    let mut impedidos = Vec::new();
    let mut devedor = None;
    for id in titulos {
        let Some(linha) = linhas.get(id) else {
            impedidos.push((*id, Impedimento::NaoExiste));
            continue;
        };
        let status = StatusTitulo::parse(&linha.status).ok().ok_or(StoreError::Unknown("status"))?;
        if *devedor.get_or_insert(linha.devedor_id) != linha.devedor_id {
            impedidos.push((*id, Impedimento::OutroDevedor));
        } else if negociar(status).is_err() {
            impedidos.push((*id, Impedimento::Status(status)));
        } else if linha.nao_confirmada {
            impedidos.push((*id, Impedimento::ParcelaNaoConfirmada));
        }
    }
    Ok(devedor.filter(|_| impedidos.is_empty()).ok_or(Impedidos(impedidos)))
}

fn insert(
    t: &mut Tenant<'_>,
    id: NegociacaoId,
    devedor: Uuid,
    parcelas: &Parcelas,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    let primeira = parcelas.as_slice().iter().map(|parcela| parcela.vencimento).min();
    sql_query(
        "INSERT INTO cadastro.negociacao (empresa_id, id, devedor_id, valor, primeira_parcela, criada_em) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<SqlUuid, _>(devedor)
    .bind::<BigInt, _>(parcelas.valor().get())
    .bind::<Date, _>(primeira.ok_or(StoreError::Unknown("primeira_parcela"))?)
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)
}

fn insert_parcelas(
    t: &mut Tenant<'_>,
    id: NegociacaoId,
    devedor: Uuid,
    parcelas: &Parcelas,
    agora: DateTime<Utc>,
) -> Result<Vec<TituloId>, StoreError> {
    let parcelas = parcelas.as_slice();
    let ids: Vec<Uuid> = parcelas.iter().map(|_| new_id(agora)).collect();
    let codigo = |n: usize| format!("{PREFIXO_PARCELA}{id}-{n}");
    let numero = |n: usize| format!("Acordo {n}/{}", parcelas.len());
    sql_query(
        "INSERT INTO cadastro.titulo (empresa_id, id, codigo_integracao, devedor_id, credor_id, numero, vencimento, valor, \
                saldo, origem, tipo_negocio, tipo_titulo, acordo_id, status_em, criado_em, atualizado_em) \
         SELECT $1, n.id, n.codigo, $3, o.credor, n.numero, n.vencimento, n.valor, n.valor, 'acordo', o.negocio, o.tipo, \
                $2, $9, $9, $9 \
           FROM unnest($4, $5, $6, $7, $8) AS n(id, codigo, numero, vencimento, valor), \
                (SELECT CASE WHEN count(DISTINCT coalesce(credor_id::text, '')) = 1 THEN min(credor_id::text)::uuid END AS credor, \
                        CASE WHEN count(DISTINCT coalesce(tipo_negocio, '')) = 1 THEN min(tipo_negocio) END AS negocio, \
                        CASE WHEN count(DISTINCT coalesce(tipo_titulo, '')) = 1 THEN min(tipo_titulo) END AS tipo \
                   FROM cadastro.titulo WHERE empresa_id = $1 AND negociacao_id = $2) o",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<SqlUuid, _>(devedor)
    .bind::<Array<SqlUuid>, _>(&ids)
    .bind::<Array<Text>, _>((1..=parcelas.len()).map(codigo).collect::<Vec<_>>())
    .bind::<Array<Text>, _>((1..=parcelas.len()).map(numero).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(parcelas.iter().map(|p| p.vencimento).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(parcelas.iter().map(|p| p.valor.get()).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)?;
    Ok(ids.into_iter().map(TituloId::new).collect())
}

/// Rules k03, k05: an instalment of the negotiation, which the caller has locked, was paid in full. The first one confirms
/// it; the originals stay `negociado`.
pub(crate) fn record_payment(
    t: &mut Tenant<'_>,
    negociacao: Uuid,
    parcela: TituloId,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql_query(
        "UPDATE cadastro.negociacao n SET com_pagamento = true, \
                estado = CASE WHEN p.primeira THEN 'confirmada' ELSE n.estado END, \
                confirmada_em = CASE WHEN p.primeira THEN coalesce(n.confirmada_em, $4) ELSE n.confirmada_em END \
           FROM (SELECT $3 = (SELECT id FROM cadastro.titulo WHERE empresa_id = $1 AND acordo_id = $2 \
                                ORDER BY vencimento, id LIMIT 1) AS primeira) p \
          WHERE n.empresa_id = $1 AND n.id = $2 AND n.estado <> 'cancelada'",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(negociacao)
    .bind::<SqlUuid, _>(parcela.uuid())
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)
}

/// What became of a cancellation.
pub type Cancelamento = Result<Mudanca<EstadoNegociacao>, ComPagamento>;

/// Cancels a negotiation of which nothing was paid (rules k05, k06): the originals open again, the instalments are
/// cancelled, the debtor is marked. `None` when the company has no such negotiation.
///
/// # Errors
/// The database is unreachable or holds a state this version does not know.
pub fn cancel(
    t: &mut Tenant<'_>,
    id: NegociacaoId,
    agora: DateTime<Utc>,
) -> Result<Option<Cancelamento>, StoreError> {
    let lida: Option<NegociacaoLida> = sql_query(format!("{COLUNAS} AND id = $2 FOR UPDATE"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .get_result(t.conn)
        .optional()?;
    let Some(lida) = lida else { return Ok(None) };
    let estado = EstadoNegociacao::parse(&lida.estado).ok().ok_or(StoreError::Unknown("estado"))?;
    let outcome = cancelar(estado, lida.com_pagamento);
    if let Ok(Mudanca::Aplicada(_)) = outcome {
        undo(t, &[id], agora)?;
    }
    Ok(Some(outcome))
}

/// Cancels those of which nothing was paid, and answers how many.
pub(crate) fn undo(
    t: &mut Tenant<'_>,
    ids: &[NegociacaoId],
    agora: DateTime<Utc>,
) -> Result<usize, StoreError> {
    Ok(sql_query("SELECT * FROM cadastro.cancelar_negociacoes($1, $2)")
        .bind::<Array<SqlUuid>, _>(ids.iter().map(|id| id.uuid()).collect::<Vec<_>>())
        .bind::<Timestamptz, _>(agora)
        .execute(t.conn)?)
}

/// One negotiation of the company.
///
/// # Errors
/// The database is unreachable.
pub fn get(t: &mut Tenant<'_>, id: NegociacaoId) -> Result<Option<NegociacaoLida>, StoreError> {
    Ok(sql_query(format!("{COLUNAS} AND id = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .get_result(t.conn)
        .optional()?)
}

/// Rule k07: a page of those that are `nao_confirmada_vencida` on `hoje` (nobody paid the first instalment, and it is
/// overdue), oldest due date first, after `depois_de`.
///
/// # Errors
/// The database is unreachable.
pub fn overdue(
    t: &mut Tenant<'_>,
    (hoje, regras): (NaiveDate, &Regras),
    depois_de: Option<(NaiveDate, Uuid)>,
    limite: i64,
) -> Result<Vec<NegociacaoLida>, StoreError> {
    let (data, id) = depois_de.unzip();
    Ok(sql_query(format!(
        "{COLUNAS} AND estado = 'aberta' AND primeira_parcela <= $2 \
            AND ($3 IS NULL OR (primeira_parcela, id) > ($3, $4)) ORDER BY primeira_parcela, id LIMIT $5"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Date, _>(vencidos_ate(hoje, regras))
    .bind::<Nullable<Date>, _>(data)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<BigInt, _>(limite)
    .load(t.conn)?)
}
