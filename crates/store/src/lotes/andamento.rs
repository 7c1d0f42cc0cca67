//! What workers do of a batch that was confirmed, and how far it is (rules b15, b16, b23).
//!
//! Each step is one transaction that holds the batch's row, so any number of workers may share what is to be done and each may be
//! cut off anywhere: how far the executions are made (`ate`) is written with them, and their ids follow from batch and debtor.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::execucao::{Canal, Estado, Motivo, madura_em};
use domain::ids::{DevedorId, EmpresaId, LoteId};
use domain::lote::{EstadoLote, EventoLote, assunto, execucao};
use domain::titulo::{StatusTitulo, Titulo};
use uuid::Uuid;

use crate::migracao::ExecuteUnit as _;
use crate::titulos::{ColunasTitulo, array_literal};
use crate::{Banco, StoreError, Tenant, empresas};

/// Debtors of a step: as many as a chunk of a night has, for the same reasons.
const PASSO: i64 = 1_000;

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

/// Batches that a worker has something to do for, of every company, the one that was confirmed first first.
///
/// # Errors
/// The database is unreachable.
pub fn pending(banco: &Banco) -> Result<Vec<(EmpresaId, LoteId)>, StoreError> {
    #[derive(QueryableByName)]
    struct PorFazer {
        #[diesel(sql_type = SqlUuid)]
        empresa_id: Uuid,
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let linhas: Vec<PorFazer> =
        banco.de_todas(|conn| Ok(sql_query("SELECT empresa_id, id FROM lote.por_fazer()").load(conn)?))?;
    Ok(linhas.into_iter().map(|l| (EmpresaId::new(l.empresa_id), LoteId::new(l.id))).collect())
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
}

/// The next step of a batch: executions for some of its debtors, or its end, or what is left of one that was called off.
///
/// # Errors
/// The database refused or is unreachable.
pub fn step(t: &mut Tenant<'_>, lote: LoteId, agora: DateTime<Utc>) -> Result<Passo, StoreError> {
    let tomado: Option<Tomado> = sql_query(
        "SELECT tipo, estado, data, ate FROM lote.acao_em_lote WHERE empresa_id = $1 AND id = $2 FOR UPDATE SKIP LOCKED",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(lote.uuid())
    .get_result(t.conn)
    .optional()?;
    let Some(Tomado { tipo, estado, data, ate }) = tomado else { return Ok(Passo::Espera) };
    let tipo = Canal::parse(&tipo).ok().ok_or(StoreError::Unknown("tipo"))?;
    let estado = EstadoLote::parse(&estado).ok().ok_or(StoreError::Unknown("estado"))?;
    match estado {
        EstadoLote::NaFila | EstadoLote::Processando => {
            let data = data.ok_or(StoreError::Unknown("data"))?;
            begin(t, (lote, tipo, estado), agora)?;
            go_on(t, (lote, tipo), (data, ate), agora)
        }
        EstadoLote::Cancelada => undo(t, lote, agora),
        EstadoLote::Rascunho
        | EstadoLote::Selecionado
        | EstadoLote::Mensagem
        | EstadoLote::Concluida
        | EstadoLote::ConcluidaComErros => Ok(Passo::Espera),
    }
}

fn begin(
    t: &mut Tenant<'_>,
    (lote, tipo, estado): (LoteId, Canal, EstadoLote),
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(iniciado) = estado.depois(EventoLote::Iniciar, tipo) else { return Ok(()) };
    sql_query(
        "UPDATE lote.acao_em_lote SET estado = $3, iniciada_em = $4, atualizada_em = $4, versao = versao + 1 \
          WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(lote.uuid())
    .bind::<Text, _>(iniciado.as_str())
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)
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
            Ok(Passo::Espera)
        } else {
            conclude(t, (lote, tipo), agora)
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
    sql_query("UPDATE lote.acao_em_lote SET ate = $3, atualizada_em = $4 WHERE empresa_id = $1 AND id = $2")
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

/// Rule b18: it ended with errors if any of it failed, came back, or went stale; what was rightly not sent is no error.
fn conclude(
    t: &mut Tenant<'_>,
    (lote, tipo): (LoteId, Canal),
    agora: DateTime<Utc>,
) -> Result<Passo, StoreError> {
    let Sim { sim: com_erros } = sql_query(
        "SELECT EXISTS (SELECT FROM disparo.v_item_de_lote WHERE empresa_id = $1 AND lote_id = $2 AND estado = ANY ($3)) AS sim",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(lote.uuid())
    .bind::<Array<Text>, _>([Estado::Falhou, Estado::Devolvida, Estado::Expirada].map(Estado::as_str).to_vec())
    .get_result(t.conn)?;
    let evento = if com_erros { EventoLote::ConcluirComErros } else { EventoLote::Concluir };
    let fim = EstadoLote::Processando.depois(evento, tipo).ok_or(StoreError::Unknown("estado"))?;
    sql_query(
        "UPDATE lote.acao_em_lote SET estado = $3, concluida_em = $4, atualizada_em = $4, versao = versao + 1 \
          WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(lote.uuid())
    .bind::<Text, _>(fim.as_str())
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)?;
    Ok(Passo::Terminou(fim))
}

/// Rule b23: gives up what has not left.
fn undo(t: &mut Tenant<'_>, lote: LoteId, agora: DateTime<Utc>) -> Result<Passo, StoreError> {
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
        return Ok(Passo::Espera); // somebody holds what is left at this moment
    }
    sql_query("UPDATE lote.acao_em_lote SET desfeita_em = $3 WHERE empresa_id = $1 AND id = $2 AND desfeita_em IS NULL")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(lote.uuid())
        .bind::<Timestamptz, _>(agora)
        .execute_unit(t.conn)?;
    Ok(Passo::Terminou(EstadoLote::Cancelada))
}

/// Rule b23: how many of the executions of a batch are in each state; of debtors for whom none was made yet nothing is said.
///
/// # Errors
/// The database is unreachable or holds a state this version does not know.
pub fn progress(t: &mut Tenant<'_>, lote: LoteId) -> Result<Vec<(Estado, i64)>, StoreError> {
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
