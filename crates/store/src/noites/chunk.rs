//! A chunk of the debtors a night has to look at: what is due and what changed, nobody else.
//!
//! A night must cost what is due, not what is stored, whatever the planner believes: right after a régua changed, its
//! statistics are those of before everybody was marked. So each debtor is looked up by itself: a `LATERAL` behind `OFFSET 0`
//! is a plan by index, where `= ANY` of a thousand ids may be a scan of the whole table, once a chunk.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::sql_types::{Array, BigInt, Date, Integer, Nullable, SmallInt, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::documento::TipoPessoa;
use domain::ids::{DevedorId, InscricaoId, NoiteId, PosicaoId, ReguaId, TituloId};
use domain::regua::{Alvo, Caminhada, Devedor, Inscricao, Perfil, Regras};
use domain::titulo::Titulo;
use uuid::Uuid;

use super::still_under_way;
use crate::migracao::ExecuteUnit as _;
use crate::titulos::{ColunasTitulo, read_rotulo};
use crate::{StoreError, Tenant, empresas};

/// Locks up to `limite` debtors that are due on `data` or changed, and that this night has not decided yet (rule g07: for
/// the same date nothing new), and reads what a decision needs of them. Other engines
/// pass them over, unless `espera` is set: then this one waits for rows that somebody else holds, which is how a night
/// makes sure that nobody was left out before it ends. Beside them the choices of the company, read under those locks: whoever
/// changes them afterwards marks these debtors once they are decided. `None` when the night is over: another engine ended it, or a later
/// night took its place.
///
/// # Errors
/// The database is unreachable or holds something this version cannot read.
pub fn claim(
    t: &mut Tenant<'_>,
    (noite, data): (NoiteId, NaiveDate),
    limite: i64,
    espera: bool,
) -> Result<Option<(Vec<Devedor>, Regras)>, StoreError> {
    if !still_under_way(t, noite)? {
        return Ok(None);
    }
    let ids = lock_due(t, data, limite, espera)?;
    let regras = empresas::get(t)?.ok_or(StoreError::Unknown("empresa"))?.regras()?;
    Ok(Some((load(t, &ids, data, &regras)?, regras)))
}

/// Reads what a decision on `data` needs of debtors, in the order given; nobody is locked.
///
/// # Errors
/// The database is unreachable or holds something this version cannot read.
pub fn load(
    t: &mut Tenant<'_>,
    ids: &[Uuid],
    data: NaiveDate,
    regras: &Regras,
) -> Result<Vec<Devedor>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut devedores: HashMap<Uuid, Devedor> =
        ids.iter().map(|id| (*id, Devedor::novo(DevedorId::new(*id)))).collect();
    load_perfis(t, ids, &mut devedores)?;
    load_titulos(t, ids, &mut devedores)?;
    load_inscricoes(t, ids, &mut devedores)?;
    load_lembrados(t, data, regras, &mut devedores)?;
    Ok(ids.iter().filter_map(|id| devedores.remove(id)).collect())
}

#[derive(QueryableByName)]
struct Devido {
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
}

fn lock_due(t: &mut Tenant<'_>, data: NaiveDate, limite: i64, espera: bool) -> Result<Vec<Uuid>, StoreError> {
    let sql = if espera {
        "SELECT devedor_id FROM regua.agenda WHERE empresa_id = $1 AND proxima <= $2 \
            AND (decidida_em IS NULL OR decidida_em < $2) \
          ORDER BY devedor_id LIMIT $3 FOR UPDATE"
    } else {
        "SELECT devedor_id FROM regua.agenda WHERE empresa_id = $1 AND proxima <= $2 \
            AND (decidida_em IS NULL OR decidida_em < $2) \
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
struct LinhaPerfil {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    tipo_pessoa: String,
    #[diesel(sql_type = Nullable<Text>)]
    categoria: Option<String>,
    #[diesel(sql_type = Nullable<SmallInt>)]
    score: Option<i16>,
}

fn load_perfis(
    t: &mut Tenant<'_>,
    ids: &[Uuid],
    devedores: &mut HashMap<Uuid, Devedor>,
) -> Result<(), StoreError> {
    let linhas: Vec<LinhaPerfil> = sql_query(
        "SELECT p.* FROM unnest($1) AS d(id) CROSS JOIN LATERAL \
                (SELECT id, tipo_pessoa, categoria, score FROM cadastro.v_perfil WHERE id = d.id OFFSET 0) p",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .load(t.conn)?;
    for linha in linhas {
        if let Some(devedor) = devedores.get_mut(&linha.id) {
            devedor.perfil = Perfil {
                tipo_pessoa: TipoPessoa::parse(&linha.tipo_pessoa)
                    .ok()
                    .ok_or(StoreError::Unknown("tipo_pessoa"))?,
                categoria: read_rotulo(linha.categoria)?,
                score: linha.score.map(i32::from),
            };
        }
    }
    Ok(())
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
                (SELECT id, devedor_id, vencimento, saldo, status, origem, credor_id, tipo_negocio, tipo_titulo, \
                        suspenso_ate, negociacao, primeira_parcela FROM cadastro.v_titulo \
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
    #[diesel(sql_type = Nullable<SqlUuid>)]
    alvo_id: Option<Uuid>,
    #[diesel(sql_type = Date)]
    entrada: NaiveDate,
    #[diesel(sql_type = Integer)]
    ciclo: i32,
    #[diesel(sql_type = Nullable<Date>)]
    ancora: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    proxima_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Date>)]
    congelada_em: Option<NaiveDate>,
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
                (SELECT id, regua_id, devedor_id, alvo_id, entrada, ciclo, ancora, proxima_id, congelada_em, final_em, titulos \
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
    let caminhada =
        match (linha.ancora, linha.proxima_id.map(PosicaoId::new), linha.congelada_em, linha.final_em) {
            (Some(ancora), Some(proxima), Some(desde), _) => Caminhada::Congelada { ancora, proxima, desde },
            (Some(ancora), Some(proxima), None, _) => Caminhada::Andando { ancora, proxima },
            (_, _, _, Some(em)) => Caminhada::Final { em },
            (_, _, _, None) => return None,
        };
    Some(Inscricao {
        id: InscricaoId::new(linha.id),
        regua: ReguaId::new(linha.regua_id),
        alvo: linha.alvo_id.map_or(Alvo::Devedor, |id| Alvo::Titulo(TituloId::new(id))),
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
    posicao_id: Uuid,
}

/// Only títulos that may still be reminded, on that day or later, are asked about.
fn load_lembrados(
    t: &mut Tenant<'_>,
    data: NaiveDate,
    regras: &Regras,
    devedores: &mut HashMap<Uuid, Devedor>,
) -> Result<(), StoreError> {
    let dono: HashMap<Uuid, Uuid> = devedores
        .values()
        .flat_map(|d| {
            // One that opens by itself may be reminded on a later day, which a simulation walks to.
            let abre = |x: &Titulo| data <= x.vencimento && x.vira_em(data, regras).is_some();
            let lembraveis = d.titulos.iter().filter(move |x| x.lembravel(data, regras) || abre(x));
            lembraveis.map(|x| (x.id.uuid(), d.id.uuid()))
        })
        .collect();
    if dono.is_empty() {
        return Ok(());
    }
    let linhas: Vec<LinhaLembrete> = sql_query(
        "SELECT l.* FROM unnest($2) AS t(id) CROSS JOIN LATERAL \
                (SELECT l.titulo_id, a.posicao_id FROM regua.lembrete l \
                   JOIN regua.acao a ON a.empresa_id = l.empresa_id AND a.id = l.acao_id \
                  WHERE l.empresa_id = $1 AND l.titulo_id = t.id OFFSET 0) l",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(dono.keys().copied().collect::<Vec<_>>())
    .load(t.conn)?;
    for linha in linhas {
        if let Some(devedor) = dono.get(&linha.titulo_id).and_then(|id| devedores.get_mut(id)) {
            devedor.lembrados.insert((PosicaoId::new(linha.posicao_id), TituloId::new(linha.titulo_id)));
        }
    }
    Ok(())
}
