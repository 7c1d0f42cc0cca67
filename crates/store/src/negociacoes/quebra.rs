//! Breaking a negotiation: what was paid on its instalments pays its originals.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{BigInt, Bool, Date, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::dinheiro::Centavos;
use domain::ids::{NegociacaoId, TituloId};
use domain::negociacao::{EstadoNegociacao, QuebraInvalida, quebrar};
use domain::titulo::{Mudanca, StatusTitulo};
use uuid::Uuid;

use super::lock_state;
use crate::migracao::ExecuteUnit as _;
use crate::titulos::{Alvo, EntradaPagamento, PREFIXO_IMPUTADO, ResultadoPagamento, devidos, mark, pay};
use crate::{StoreError, Tenant};

/// What became of a breach.
pub type Quebra = Result<Mudanca<EstadoNegociacao>, QuebraInvalida>;

/// Breaks a negotiation: its unpaid instalments are cancelled, its originals open again without its discount, and each
/// payment of an instalment is imputed to them as if it had been theirs, on its own day, the oldest due date first. `None`
/// when the company has no such negotiation.
///
/// # Errors
/// The database is unreachable or holds a state this version does not know.
pub fn break_up(
    t: &mut Tenant<'_>,
    id: NegociacaoId,
    agora: DateTime<Utc>,
) -> Result<Option<Quebra>, StoreError> {
    lock_with_sources(t, id)?;
    let Some(atual) = lock_state(t, id)? else { return Ok(None) };
    let parcelas = lock_parcelas(t, id)?;
    let outcome = quebrar(atual.estado()?, atual.com_pagamento, &parcelas);
    if let Ok(Mudanca::Aplicada(_)) = outcome {
        let originais = reopen(t, id, agora)?;
        let abertos = originais.iter().filter(|original| original.aberto);
        impute(t, id, &abertos.map(|original| TituloId::new(original.id)).collect::<Vec<_>>(), agora)?;
        let devedores: Vec<Uuid> = originais.iter().map(|original| original.devedor_id).collect();
        mark(t, &[devedores, vec![atual.devedor_id]].concat())?;
    }
    Ok(Some(outcome))
}

/// Locks the negotiation and those that its originals are instalments of, in order of id: to pay these, theirs must be locked
/// before any título is.
fn lock_with_sources(t: &mut Tenant<'_>, id: NegociacaoId) -> Result<(), StoreError> {
    sql_query(
        "SELECT FROM cadastro.negociacao WHERE empresa_id = $1 AND id = ANY (ARRAY( \
                SELECT $2 UNION ALL \
                SELECT acordo_id FROM cadastro.titulo WHERE empresa_id = $1 AND negociacao_id = $2 AND acordo_id IS NOT NULL)) \
          ORDER BY id FOR UPDATE",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .execute_unit(t.conn)
}

/// The instalments' status; they and the originals locked in order of id.
fn lock_parcelas(t: &mut Tenant<'_>, id: NegociacaoId) -> Result<Vec<StatusTitulo>, StoreError> {
    #[derive(QueryableByName)]
    struct Linha {
        #[diesel(sql_type = Text)]
        status: String,
        #[diesel(sql_type = Bool)]
        parcela: bool,
    }
    let linhas: Vec<Linha> = sql_query(
        "SELECT status, acordo_id IS NOT DISTINCT FROM $2 AS parcela FROM cadastro.titulo \
          WHERE empresa_id = $1 AND (acordo_id = $2 OR negociacao_id = $2) ORDER BY id FOR UPDATE",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .load(t.conn)?;
    let parcelas = linhas.into_iter().filter(|linha| linha.parcela);
    parcelas
        .map(|linha| StatusTitulo::parse(&linha.status).ok().ok_or(StoreError::Unknown("status")))
        .collect()
}

#[derive(QueryableByName)]
struct Reaberto {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
    #[diesel(sql_type = Bool)]
    aberto: bool,
}

/// The originals, open again unless nothing of them is left to pay (`domain::titulo::devolver`), the oldest first.
fn reopen(t: &mut Tenant<'_>, id: NegociacaoId, agora: DateTime<Utc>) -> Result<Vec<Reaberto>, StoreError> {
    Ok(sql_query(
        "WITH n AS (UPDATE cadastro.negociacao SET estado = 'quebrada', quebrada_em = $3 WHERE empresa_id = $1 AND id = $2), \
              p AS (UPDATE cadastro.titulo SET status = 'cancelado', saldo = 0, suspenso_ate = NULL, status_em = $3, \
                           atualizado_em = $3 \
                     WHERE empresa_id = $1 AND acordo_id = $2 AND status IN ('aberto', 'suspenso')), \
              o AS (UPDATE cadastro.titulo SET status = CASE WHEN saldo > 0 THEN 'aberto' ELSE 'pago' END, negociacao_id = NULL, \
                           status_em = $3, atualizado_em = $3 \
                     WHERE empresa_id = $1 AND negociacao_id = $2 AND status = 'negociado' \
                    RETURNING id, devedor_id, vencimento, status) \
         SELECT id, devedor_id, status = 'aberto' AS aberto FROM o ORDER BY vencimento, id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Timestamptz, _>(agora)
    .load(t.conn)?)
}

#[derive(QueryableByName)]
struct Recebido {
    #[diesel(sql_type = Date)]
    data: NaiveDate,
    #[diesel(sql_type = BigInt)]
    valor: i64,
}

/// CC 354 and 355: each payment settles what was owed on its day, the oldest debt first.
fn impute(
    t: &mut Tenant<'_>,
    id: NegociacaoId,
    originais: &[TituloId],
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    let recebidos: Vec<Recebido> = sql_query(
        "SELECT p.data, p.valor FROM cadastro.pagamento p \
           JOIN cadastro.titulo t ON t.empresa_id = p.empresa_id AND t.id = p.titulo_id \
          WHERE t.empresa_id = $1 AND t.acordo_id = $2 AND p.estornado_em IS NULL ORDER BY p.data, p.criado_em, p.id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .load(t.conn)?;
    let mut n = 0;
    for Recebido { data, valor } in recebidos {
        let devidos = devidos(t, originais, data, agora)?;
        let mut resta = Centavos::new(valor);
        let mut partes = Vec::new();
        for original in originais {
            let devido = devidos.get(original).map_or(Centavos::ZERO, |devido| devido.total());
            let parte = resta.min(devido);
            if parte > Centavos::ZERO {
                n += 1;
                resta = Centavos::new(resta.get() - parte.get());
                partes.push(EntradaPagamento {
                    titulo: Alvo::Id(*original),
                    codigo_integracao: Some(format!("{PREFIXO_IMPUTADO}{id}-{n}")),
                    data: Some(data),
                    valor: Some(parte),
                    so_principal: false,
                    quita: false,
                });
            }
        }
        let feitos = pay(t, &partes, agora)?;
        if feitos.iter().any(|feito| matches!(feito, ResultadoPagamento::Recusado(_))) {
            return Err(StoreError::Unknown("pagamento de uma parcela"));
        }
    }
    Ok(())
}
