//! A chunk of the debtors a night has to look at: what is due and what changed, nobody else.
//!
//! A night must cost what is due, not what is stored, whatever the planner believes: right after a régua changed, its
//! statistics are those of before everybody was marked. So each debtor is looked up by itself: a `LATERAL` behind `OFFSET 0`
//! is a plan by index, where `= ANY` of 5,000 ids may be a scan of the whole table, once a chunk.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::sql_types::{Array, BigInt, Date, Integer, Nullable, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::{AcaoId, DevedorId, InscricaoId, PosicaoId, ReguaId, TituloId};
use domain::regua::{Caminhada, Devedor, Inscricao};
use uuid::Uuid;

use crate::migracao::ExecuteUnit as _;
use crate::titulos::ColunasTitulo;
use crate::{StoreError, Tenant};

/// Locks up to `limite` debtors that are due on `data` or changed, and reads what a decision needs of them. Other engines
/// pass them over, unless `espera` is set: then this one waits for rows that somebody else holds, which is how a night
/// makes sure that nobody was left out before it ends.
///
/// # Errors
/// The database is unreachable or holds something this version cannot read.
pub fn claim(
    t: &mut Tenant<'_>,
    data: NaiveDate,
    limite: i64,
    espera: bool,
) -> Result<Vec<Devedor>, StoreError> {
    let ids = lock_due(t, data, limite, espera)?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut devedores: HashMap<Uuid, Devedor> = ids.iter().map(|id| (*id, empty(*id))).collect();
    load_titulos(t, &ids, &mut devedores)?;
    load_inscricoes(t, &ids, &mut devedores)?;
    load_lembrados(t, data, &mut devedores)?;
    Ok(ids.iter().filter_map(|id| devedores.remove(id)).collect())
}

fn empty(id: Uuid) -> Devedor {
    Devedor {
        id: DevedorId::new(id),
        titulos: Vec::new(),
        inscricoes: Vec::new(),
        lembrados: std::collections::BTreeSet::new(),
    }
}

#[derive(QueryableByName)]
struct Devido {
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
}

fn lock_due(t: &mut Tenant<'_>, data: NaiveDate, limite: i64, espera: bool) -> Result<Vec<Uuid>, StoreError> {
    let sql = if espera {
        "SELECT devedor_id FROM regua.agenda WHERE empresa_id = $1 AND proxima <= $2 \
          ORDER BY devedor_id LIMIT $3 FOR UPDATE"
    } else {
        "SELECT devedor_id FROM regua.agenda WHERE empresa_id = $1 AND proxima <= $2 \
          ORDER BY proxima, devedor_id LIMIT $3 FOR UPDATE SKIP LOCKED"
    };
    if !espera {
        // Walks the index in its own order, however few rows the planner expects: sorting all that is due, once a chunk,
        // would make a night quadratic.
        sql_query("SET LOCAL enable_sort = off").execute_unit(t.conn)?;
    }
    let linhas: Vec<Devido> = sql_query(sql)
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Date, _>(data)
        .bind::<BigInt, _>(limite)
        .load(t.conn)?;
    Ok(linhas.into_iter().map(|l| l.devedor_id).collect())
}

#[derive(QueryableByName)]
struct LinhaTitulo {
    #[diesel(embed)]
    titulo: ColunasTitulo,
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
}

/// Paid and cancelled títulos can never walk again and are left in the table.
fn load_titulos(
    t: &mut Tenant<'_>,
    ids: &[Uuid],
    devedores: &mut HashMap<Uuid, Devedor>,
) -> Result<(), StoreError> {
    let linhas: Vec<LinhaTitulo> = sql_query(
        "SELECT t.* FROM unnest($1) AS d(id) CROSS JOIN LATERAL \
                (SELECT id, devedor_id, vencimento, saldo, status, origem FROM cadastro.v_titulo \
                  WHERE devedor_id = d.id AND status NOT IN ('pago', 'cancelado') OFFSET 0) t",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .load(t.conn)?;
    for linha in linhas {
        let titulo = linha.titulo.read()?;
        if let Some(devedor) = devedores.get_mut(&linha.devedor_id) {
            devedor.titulos.push(titulo);
        }
    }
    Ok(())
}

#[derive(QueryableByName)]
struct LinhaInscricao {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    regua_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
    #[diesel(sql_type = Date)]
    entrada: NaiveDate,
    #[diesel(sql_type = Integer)]
    ciclo: i32,
    #[diesel(sql_type = Nullable<Date>)]
    ancora: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    proxima_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Date>)]
    final_em: Option<NaiveDate>,
    #[diesel(sql_type = Array<SqlUuid>)]
    titulos: Vec<Uuid>,
}

fn load_inscricoes(
    t: &mut Tenant<'_>,
    ids: &[Uuid],
    devedores: &mut HashMap<Uuid, Devedor>,
) -> Result<(), StoreError> {
    let linhas: Vec<LinhaInscricao> = sql_query(
        "SELECT i.* FROM unnest($2) AS d(id) CROSS JOIN LATERAL \
                (SELECT id, regua_id, devedor_id, entrada, ciclo, ancora, proxima_id, final_em, titulos \
                   FROM regua.inscricao WHERE empresa_id = $1 AND devedor_id = d.id AND estado <> 'encerrada' OFFSET 0) i",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .load(t.conn)?;
    for linha in linhas {
        let devedor = linha.devedor_id;
        let inscricao = read_inscricao(linha).ok_or(StoreError::Unknown("inscricao"))?;
        if let Some(devedor) = devedores.get_mut(&devedor) {
            devedor.inscricoes.push(inscricao);
        }
    }
    Ok(())
}

fn read_inscricao(linha: LinhaInscricao) -> Option<Inscricao> {
    let caminhada = match (linha.ancora, linha.proxima_id, linha.final_em) {
        (Some(ancora), Some(proxima), _) => Caminhada::Andando { ancora, proxima: PosicaoId::new(proxima) },
        (_, _, Some(em)) => Caminhada::Final { em },
        (_, _, None) => return None,
    };
    Some(Inscricao {
        id: InscricaoId::new(linha.id),
        regua: ReguaId::new(linha.regua_id),
        entrada: linha.entrada,
        ciclo: u32::try_from(linha.ciclo).ok()?,
        caminhada,
        titulos: linha.titulos.into_iter().map(TituloId::new).collect(),
    })
}

#[derive(QueryableByName)]
struct LinhaLembrete {
    #[diesel(sql_type = SqlUuid)]
    titulo_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    acao_id: Uuid,
}

/// Only títulos that may still be reminded are asked about.
fn load_lembrados(
    t: &mut Tenant<'_>,
    data: NaiveDate,
    devedores: &mut HashMap<Uuid, Devedor>,
) -> Result<(), StoreError> {
    let dono: HashMap<Uuid, Uuid> = devedores
        .values()
        .flat_map(|d| d.titulos.iter().filter(|x| x.lembravel(data)).map(|x| (x.id.uuid(), d.id.uuid())))
        .collect();
    if dono.is_empty() {
        return Ok(());
    }
    let linhas: Vec<LinhaLembrete> = sql_query(
        "SELECT l.* FROM unnest($2) AS t(id) CROSS JOIN LATERAL \
                (SELECT titulo_id, acao_id FROM regua.lembrete WHERE empresa_id = $1 AND titulo_id = t.id OFFSET 0) l",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(dono.keys().copied().collect::<Vec<_>>())
    .load(t.conn)?;
    for linha in linhas {
        if let Some(devedor) = dono.get(&linha.titulo_id).and_then(|id| devedores.get_mut(id)) {
            devedor.lembrados.insert((AcaoId::new(linha.acao_id), TituloId::new(linha.titulo_id)));
        }
    }
    Ok(())
}
