//! What workers do of a batch that was confirmed, and how far it is (rules b15, b16, b23).
//!
//! Each step is one transaction that holds the batch's row, so any number of workers may share what is to be done and each may be
//! cut off anywhere: how far the executions are made (`ate`) is written with them, and their ids follow from batch and debtor.
//! When it is looked at again stands in the row (`olhar_em`), so that what waits is asked for by one worker, and ever more rarely.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{
    Array, BigInt, Bool, Date, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::execucao::{Canal, Estado, Motivo, madura_em};
use domain::ids::{DevedorId, EmpresaId, LoteId};
use domain::lote::{EstadoLote, EventoLote, assunto, execucao};
use domain::titulo::{StatusTitulo, Titulo};
use serde_json::Value;
use uuid::Uuid;

use super::Lote;
use super::passos::move_to;
use crate::migracao::ExecuteUnit as _;
use crate::titulos::{ColunasTitulo, array_literal};
use crate::{Banco, StoreError, Tenant, empresas};

/// Debtors of a step: as many as a chunk of a night has, for the same reasons.
const PASSO: i64 = 1_000;
/// What waits is looked at again after an eighth of the time in which it has not moved, but for that long at most: so late a batch
/// may be said to have ended.
const ESPERA: &str = "15 seconds";
/// What ended is counted again likewise, and for thirty days: receipts and bounces come for so long.
const DEPOIS: &str = "1 day";

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passo {
    /// There may be more to do at once.
    Andou,
    /// There is nothing to do for now: it waits for what is under way, or another worker has it.
    Espera,
    /// It has come to its end, in this state.
    Terminou(EstadoLote),
}

/// Batches that it is time to look at, of every company, those that waited longest first.
///
/// # Errors
/// The database is unreachable.
pub fn pending(banco: &Banco) -> Result<Vec<(EmpresaId, LoteId)>, StoreError> {
    let por_fazer = banco.por_fazer("lote.por_fazer")?;
    Ok(por_fazer.into_iter().map(|(empresa, id)| (empresa, LoteId::new(id))).collect())
}

#[derive(QueryableByName)]
struct Tomado {
    #[diesel(sql_type = Text)]
    tipo: String,
    #[diesel(sql_type = Text)]
    estado: String,
    #[diesel(sql_type = Nullable<Date>)]
    data: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    ate: Option<Uuid>,
    #[diesel(sql_type = Bool)]
    contado: bool,
}

/// The next step of a batch: executions for some of its debtors, or its end, or what is left of one that was called off, or how one
/// that ended stands by now.
///
/// # Errors
/// The database refused or is unreachable.
pub fn step(t: &mut Tenant<'_>, lote: LoteId, agora: DateTime<Utc>) -> Result<Passo, StoreError> {
    let tomado: Option<Tomado> = sql_query(
        "SELECT tipo, estado, data, ate, andamento IS NOT NULL AS contado FROM lote.acao_em_lote \
          WHERE empresa_id = $1 AND id = $2 FOR UPDATE SKIP LOCKED",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(lote.uuid())
    .get_result(t.conn)
    .optional()?;
    let Some(Tomado { tipo, estado, data, ate, contado }) = tomado else { return Ok(Passo::Espera) };
    let tipo = Canal::parse(&tipo).ok().ok_or(StoreError::Unknown("tipo"))?;
    let estado = EstadoLote::parse(&estado).ok().ok_or(StoreError::Unknown("estado"))?;
    match estado {
        EstadoLote::NaFila | EstadoLote::Processando => {
            let data = data.ok_or(StoreError::Unknown("data"))?;
            if let Some(iniciado) = estado.depois(EventoLote::Iniciar, tipo) {
                move_to(t, lote, iniciado, agora)?;
            }
            go_on(t, (lote, tipo), (data, ate), agora)
        }
        EstadoLote::Cancelada => undo(t, (lote, tipo), contado, agora),
        EstadoLote::Concluida | EstadoLote::ConcluidaComErros => {
            settle(t, (lote, tipo, estado), contado, agora)
        }
        EstadoLote::Rascunho | EstadoLote::Selecionado | EstadoLote::Mensagem => Ok(Passo::Espera),
    }
}

/// Executions for the next debtors; when there are none left, the end of the batch once every execution has ended.
fn go_on(
    t: &mut Tenant<'_>,
    (lote, tipo): (LoteId, Canal),
    (data, ate): (NaiveDate, Option<Uuid>),
    agora: DateTime<Utc>,
) -> Result<Passo, StoreError> {
    let itens = next_items(t, lote, ate)?;
    let Some(ultimo) = itens.last().map(|item| item.devedor_id) else {
        return if is_under_way(t, (lote, tipo))? {
            wait(t, lote)
        } else {
            settle(t, (lote, tipo, EstadoLote::Processando), false, agora)
        };
    };
    let empresa = empresas::get(t)?.ok_or(StoreError::Unknown("empresa"))?;
    let (janelas, fusos, regras) = (empresas::janelas(t)?, empresa.fusos_dos_envios()?, empresa.regras()?);
    let devedores: Vec<Uuid> = itens.iter().map(|item| item.devedor_id).collect();
    let mut titulos = open_titulos(t, &devedores)?;
    let (mut ids, mut listas) = (Vec::new(), Vec::new());
    for devedor in &devedores {
        let dele = titulos.remove(devedor).unwrap_or_default();
        ids.push(execucao(lote, DevedorId::new(*devedor)).uuid());
        listas.push(array_literal(&assunto(&dele, data, &regras)));
    }
    sql_query("SELECT disparo.inserir_do_lote($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind::<SqlUuid, _>(lote.uuid())
        .bind::<Text, _>(tipo.as_str())
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<SqlUuid>, _>(&devedores)
        .bind::<Array<Nullable<Text>>, _>(itens.into_iter().map(|item| item.contato).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(listas)
        .bind::<Date, _>(data)
        .bind::<Timestamptz, _>(madura_em(&janelas, tipo, &fusos, agora))
        .bind::<Timestamptz, _>(agora)
        .execute_unit(t.conn)?;
    sql_query(
        "UPDATE lote.acao_em_lote SET ate = $3, atualizada_em = $4, andou_em = clock_timestamp() WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(lote.uuid())
    .bind::<SqlUuid, _>(ultimo)
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)?;
    Ok(Passo::Andou)
}

/// Whom the next executions are for.
#[derive(QueryableByName)]
struct Item {
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
    /// Rule b01: where its message goes, of who is no debtor.
    #[diesel(sql_type = Nullable<Text>)]
    contato: Option<String>,
}

fn next_items(t: &mut Tenant<'_>, lote: LoteId, ate: Option<Uuid>) -> Result<Vec<Item>, StoreError> {
    Ok(sql_query(
        "SELECT i.devedor_id, a.contato \
           FROM (SELECT devedor_id FROM lote.item WHERE empresa_id = $1 AND lote_id = $2 AND ($3 IS NULL OR devedor_id > $3) \
                  ORDER BY devedor_id LIMIT $4) i \
           LEFT JOIN lote.avulso a ON a.empresa_id = $1 AND a.id = i.devedor_id \
                 AND a.planilha_id = (SELECT l.planilha_id FROM lote.acao_em_lote l WHERE l.empresa_id = $1 AND l.id = $2) \
          ORDER BY i.devedor_id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(lote.uuid())
    .bind::<Nullable<SqlUuid>, _>(ate)
    .bind::<BigInt, _>(PASSO)
    .load(t.conn)?)
}

fn open_titulos(t: &mut Tenant<'_>, devedores: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<Titulo>>, StoreError> {
    #[derive(QueryableByName)]
    struct Linha {
        #[diesel(sql_type = SqlUuid)]
        devedor_id: Uuid,
        #[diesel(embed)]
        titulo: ColunasTitulo,
    }
    let linhas: Vec<Linha> = sql_query(
        "SELECT * FROM cadastro.v_titulo WHERE empresa_id = $1 AND devedor_id = ANY ($2) AND status = ANY ($3)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(devedores)
    // A suspension may have come to its end since the last night (rule t07).
    .bind::<Array<Text>, _>([StatusTitulo::Aberto, StatusTitulo::Suspenso].map(StatusTitulo::as_str).to_vec())
    .load(t.conn)?;
    let mut titulos: BTreeMap<Uuid, Vec<Titulo>> = BTreeMap::new();
    for linha in linhas {
        titulos.entry(linha.devedor_id).or_default().push(linha.titulo.read()?);
    }
    Ok(titulos)
}

#[derive(QueryableByName)]
struct Sim {
    #[diesel(sql_type = Bool)]
    sim: bool,
}

fn is_under_way(t: &mut Tenant<'_>, (lote, tipo): (LoteId, Canal)) -> Result<bool, StoreError> {
    let Sim { sim } = sql_query("SELECT disparo.lote_andando($1, $2) AS sim")
        .bind::<SqlUuid, _>(lote.uuid())
        .bind::<Text, _>(tipo.as_str())
        .get_result(t.conn)?;
    Ok(sim)
}

/// It is looked at again after a while.
fn wait(t: &mut Tenant<'_>, lote: LoteId) -> Result<Passo, StoreError> {
    let depois = later(ESPERA);
    sql_query(format!("UPDATE lote.acao_em_lote SET olhar_em = {depois} WHERE empresa_id = $1 AND id = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(lote.uuid())
        .execute_unit(t.conn)?;
    Ok(Passo::Espera)
}

fn later(no_maximo: &str) -> String {
    format!(
        "clock_timestamp() + least(greatest((clock_timestamp() - andou_em) / 8, interval '1 second'), interval '{no_maximo}')"
    )
}

/// Rule b18: how it went, and in how many of its items; kept, so that whoever reads it counts nothing. What comes back later may
/// say that it went otherwise, but for what was called off.
fn settle(
    t: &mut Tenant<'_>,
    (lote, tipo, estado): (LoteId, Canal, EstadoLote),
    contado: bool,
    agora: DateTime<Utc>,
) -> Result<Passo, StoreError> {
    let andamento = count(t, lote)?;
    let fim = EventoLote::do_fim(&andamento).and_then(|evento| estado.depois(evento, tipo)).unwrap_or(estado);
    if !fim.terminou() {
        return wait(t, lote); // an item was sent back to its start since it was asked whether any is under way
    }
    if fim != estado {
        move_to(t, lote, fim, agora)?;
    }
    let depois = later(DEPOIS);
    sql_query(format!(
        "UPDATE lote.acao_em_lote SET andamento = $3, \
                olhar_em = CASE WHEN clock_timestamp() - andou_em < interval '30 days' THEN {depois} END \
          WHERE empresa_id = $1 AND id = $2"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(lote.uuid())
    .bind::<Jsonb, _>(serde_json::to_value(&andamento).unwrap_or(Value::Null))
    .execute_unit(t.conn)?;
    Ok(if contado && fim == estado { Passo::Espera } else { Passo::Terminou(fim) })
}

/// Rule b23: gives up what has not left.
fn undo(
    t: &mut Tenant<'_>,
    (lote, tipo): (LoteId, Canal),
    contado: bool,
    agora: DateTime<Utc>,
) -> Result<Passo, StoreError> {
    #[derive(QueryableByName)]
    struct Desfeitos {
        #[diesel(sql_type = BigInt)]
        n: i64,
        #[diesel(sql_type = Bool)]
        faltam: bool,
    }
    let Desfeitos { n, faltam } =
        sql_query("SELECT n, faltam FROM disparo.descartar_do_lote($1, $2, $3, $4)")
            .bind::<SqlUuid, _>(lote.uuid())
            .bind::<Text, _>(Motivo::LoteCancelado.as_str())
            .bind::<Timestamptz, _>(agora)
            .bind::<Integer, _>(i32::try_from(PASSO).unwrap_or(i32::MAX))
            .get_result(t.conn)?;
    if n > 0 {
        return Ok(Passo::Andou);
    }
    if faltam {
        return wait(t, lote); // somebody holds what is left at this moment, or is sending it
    }
    settle(t, (lote, tipo, EstadoLote::Cancelada), contado, agora)
}

/// Rule b23: how many of the executions of a batch are in each state; of debtors for whom none was made yet nothing is said. They
/// are counted while it runs, and by its worker from then on.
///
/// # Errors
/// The database is unreachable or holds a state this version does not know.
pub fn progress(t: &mut Tenant<'_>, lote: &Lote) -> Result<Vec<(Estado, i64)>, StoreError> {
    match &lote.contado {
        Some(contado) => Ok(contado.clone()),
        None if lote.tempos.iniciada_em.is_none() => Ok(Vec::new()),
        None => count(t, lote.id),
    }
}

fn count(t: &mut Tenant<'_>, lote: LoteId) -> Result<Vec<(Estado, i64)>, StoreError> {
    #[derive(QueryableByName)]
    struct Linha {
        #[diesel(sql_type = Text)]
        estado: String,
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let linhas: Vec<Linha> = sql_query(
        "SELECT estado, count(*) AS n FROM disparo.v_item_de_lote WHERE empresa_id = $1 AND lote_id = $2 GROUP BY estado",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(lote.uuid())
    .load(t.conn)?;
    let read = |l: Linha| Some((Estado::parse(&l.estado).ok()?, l.n));
    let mut lidas: Vec<_> =
        linhas.into_iter().map(|l| read(l).ok_or(StoreError::Unknown("estado"))).collect::<Result<_, _>>()?;
    lidas.sort_unstable();
    Ok(lidas)
}
