//! Rules b03, b04: the sheet that says whom a batch is for.
//!
//! Its lines come a piece at a time ([`find`], [`name`], [`refuse`]), and what they add up to comes last ([`create`]), all in the
//! transaction that selects by it: a sheet that is not read to its end was never there. Nothing of one changes afterwards, and once
//! nobody asks for its lines any more these go ([`clear`]).

mod limpeza;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::{DevedorId, LoteId, PlanilhaId};
use domain::lote::Planilha;
use domain::planilha::Identificacao;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::banco::new_id;
use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

pub(super) use limpeza::let_go;
pub use limpeza::{clear, stands, to_clear};

/// Whom a line means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Achado {
    /// This debtor of the company.
    Devedor(DevedorId),
    /// The code, or the document where there is no code, is nobody's.
    Ninguem,
    /// The code is of one, and the document is not his.
    DeOutro,
}

/// A line that names nobody. It holds what the line said and so has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Recusada {
    /// Where it stands in the file.
    pub linha: i64,
    /// As they came.
    pub celulas: Vec<String>,
    /// All that is wrong with it.
    pub erros: Vec<Erro>,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erro {
    /// The field, or `None` for the whole line.
    pub campo: Option<String>,
    /// The stable code.
    pub codigo: String,
    /// In words.
    pub detalhe: String,
}

/// A sheet that was read to its end.
#[derive(Clone, Debug)]
pub struct NovaPlanilha {
    /// What it is called, in the caller's words.
    pub nome: Option<String>,
    /// `csv` or `xlsx`.
    pub formato: &'static str,
    /// Its header as it was read.
    pub cabecalho: Vec<String>,
    /// How many lines of each kind there were.
    pub planilha: Planilha,
    /// Those of the refused that name nobody of the company.
    pub desconhecidas: i64,
}

/// What is kept of a sheet beside its counts.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Guardada {
    /// What it is called, in the caller's words.
    #[diesel(sql_type = Nullable<Text>)]
    pub nome: Option<String>,
    /// Its header as it was read.
    #[diesel(sql_type = Array<Text>)]
    pub cabecalho: Vec<String>,
    /// Those of the refused that name nobody of the company.
    #[diesel(sql_type = BigInt)]
    pub desconhecidas: i64,
}

#[derive(Clone, QueryableByName)]
struct Conhecido {
    #[diesel(sql_type = Text)]
    dito: String,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    documento: Option<String>,
}

/// The id of a sheet that is about to be read.
#[must_use]
pub fn new_sheet(agora: DateTime<Utc>) -> PlanilhaId {
    PlanilhaId::new(new_id(agora))
}

/// Rule b03: whom each line means. A code decides, and the document beside it may not say another: it is the debtor's, or he has none
/// and it is nobody's. Only debtors are found; bare addresses are nobody here.
///
/// # Errors
/// The database is unreachable.
pub fn find(t: &mut Tenant<'_>, ditos: &[Identificacao]) -> Result<Vec<Achado>, StoreError> {
    let (codigos, documentos): (Vec<_>, Vec<_>) = ditos.iter().map(said).unzip();
    let por_codigo = known(
        t,
        "SELECT c.codigo_integracao AS dito, d.id, d.documento FROM cadastro.devedor_codigo c \
           JOIN cadastro.devedor d ON d.empresa_id = c.empresa_id AND d.id = c.devedor_id \
          WHERE c.empresa_id = $1 AND c.codigo_integracao = ANY ($2)",
        codigos.iter().flatten().copied().collect(),
    )?;
    let por_documento = known(
        t,
        "SELECT documento AS dito, id, documento FROM cadastro.devedor WHERE empresa_id = $1 AND documento = ANY ($2)",
        documentos.iter().flatten().copied().collect(),
    )?;
    let pares = codigos.into_iter().zip(documentos);
    Ok(pares.map(|par| found(par, &por_codigo, &por_documento)).collect())
}

fn said(dito: &Identificacao) -> (Option<&str>, Option<&str>) {
    match dito {
        Identificacao::Codigo(codigo) => (Some(codigo), None),
        Identificacao::Documento(documento) => (None, Some(documento.as_str())),
        Identificacao::CodigoEDocumento { codigo, documento } => (Some(codigo), Some(documento.as_str())),
        Identificacao::Email(_) | Identificacao::Telefone(_) => (None, None),
    }
}

fn found(
    (codigo, documento): (Option<&str>, Option<&str>),
    por_codigo: &HashMap<String, Conhecido>,
    por_documento: &HashMap<String, Conhecido>,
) -> Achado {
    let dele = documento.and_then(|documento| por_documento.get(documento));
    let Some(codigo) = codigo else {
        return dele.map_or(Achado::Ninguem, |dono| Achado::Devedor(DevedorId::new(dono.id)));
    };
    let Some(devedor) = por_codigo.get(codigo) else { return Achado::Ninguem };
    let combina = match (documento, devedor.documento.as_deref()) {
        (None, _) => true,
        (Some(dito), Some(tem)) => dito == tem,
        (Some(_), None) => dele.is_none(),
    };
    if combina { Achado::Devedor(DevedorId::new(devedor.id)) } else { Achado::DeOutro }
}

fn known(t: &mut Tenant<'_>, sql: &str, ditos: Vec<&str>) -> Result<HashMap<String, Conhecido>, StoreError> {
    if ditos.is_empty() {
        return Ok(HashMap::new());
    }
    let linhas: Vec<Conhecido> =
        sql_query(sql).bind::<SqlUuid, _>(t.empresa.uuid()).bind::<Array<Text>, _>(ditos).load(t.conn)?;
    Ok(linhas.into_iter().map(|linha| (linha.dito.clone(), linha)).collect())
}

/// Notes the debtors that lines name, and answers how many no line before had named.
///
/// # Errors
/// The database refused or is unreachable.
pub fn name(
    t: &mut Tenant<'_>,
    planilha: PlanilhaId,
    nomeados: &[(DevedorId, i64)],
) -> Result<i64, StoreError> {
    let (ids, linhas): (Vec<Uuid>, Vec<i64>) = nomeados.iter().map(|(id, linha)| (id.uuid(), linha)).unzip();
    let novos = sql_query(
        "INSERT INTO lote.planilha_devedor (empresa_id, planilha_id, devedor_id, linha) \
         SELECT $1, $2, x.id, x.linha FROM unnest($3, $4) AS x(id, linha) ORDER BY x.id, x.linha \
         ON CONFLICT (empresa_id, planilha_id, devedor_id) DO NOTHING",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(planilha.uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<BigInt>, _>(linhas)
    .execute(t.conn)?;
    Ok(i64::try_from(novos).unwrap_or(i64::MAX))
}

/// Rule b01: a line of a sheet of bare addresses or numbers. It holds personal data and so has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Avulso {
    /// Who stands for it ([`domain::lote::avulso`]).
    pub id: DevedorId,
    /// Where it stands in the file.
    pub linha: i64,
    /// The address, or the number as E.164 writes it.
    pub contato: String,
    /// What whoever has it is called.
    pub nome: Option<String>,
}

/// Rule b01: notes the addresses or numbers of lines, and answers how many no line before had.
///
/// # Errors
/// The database refused or is unreachable.
pub fn address(t: &mut Tenant<'_>, planilha: PlanilhaId, avulsos: &[Avulso]) -> Result<i64, StoreError> {
    let novos = sql_query(
        "INSERT INTO lote.avulso (empresa_id, planilha_id, id, linha, contato, nome) \
         SELECT $1, $2, x.* FROM unnest($3, $4, $5, $6) AS x(id, linha, contato, nome) ORDER BY x.id, x.linha \
         ON CONFLICT (empresa_id, planilha_id, id) DO NOTHING",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(planilha.uuid())
    .bind::<Array<SqlUuid>, _>(avulsos.iter().map(|avulso| avulso.id.uuid()).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(avulsos.iter().map(|avulso| avulso.linha).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(avulsos.iter().map(|avulso| avulso.contato.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(avulsos.iter().map(|avulso| avulso.nome.as_deref()).collect::<Vec<_>>())
    .execute(t.conn)?;
    Ok(i64::try_from(novos).unwrap_or(i64::MAX))
}

/// Rule b04: keeps lines that name nobody, to be given back.
///
/// # Errors
/// The database refused or is unreachable.
pub fn refuse(t: &mut Tenant<'_>, planilha: PlanilhaId, recusadas: &[Recusada]) -> Result<(), StoreError> {
    let linha = |recusada: &Recusada| {
        let celulas: Vec<_> = recusada.celulas.iter().map(|celula| storable(celula)).collect();
        serde_json::json!({"linha": recusada.linha, "celulas": celulas, "erros": recusada.erros})
    };
    sql_query(
        "INSERT INTO lote.planilha_recusada (empresa_id, planilha_id, linha, celulas, erros) \
         SELECT $1, $2, (x ->> 'linha')::bigint, x -> 'celulas', x -> 'erros' FROM jsonb_array_elements($3) AS x",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(planilha.uuid())
    .bind::<Jsonb, _>(recusadas.iter().map(linha).collect::<Value>())
    .execute_unit(t.conn)
}

/// The database holds any text but this one.
fn storable(texto: &str) -> String {
    texto.replace('\0', "\u{fffd}")
}

/// Keeps a sheet of which every line was noted.
///
/// # Errors
/// The database refused or is unreachable.
pub fn create(
    t: &mut Tenant<'_>,
    lote: LoteId,
    nova: &NovaPlanilha,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    let NovaPlanilha { nome, formato, cabecalho, planilha, desconhecidas } = nova;
    sql_query(
        "INSERT INTO lote.planilha (empresa_id, id, lote_id, nome, formato, cabecalho, linhas, aceitas, repetidas, recusadas, \
                                    desconhecidas, criada_em, avulsa) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(planilha.id.uuid())
    .bind::<SqlUuid, _>(lote.uuid())
    .bind::<Nullable<Text>, _>(nome.as_deref())
    .bind::<Text, _>(*formato)
    .bind::<Array<Text>, _>(cabecalho.iter().map(|titulo| storable(titulo)).collect::<Vec<_>>())
    .bind::<BigInt, _>(planilha.linhas())
    .bind::<BigInt, _>(planilha.aceitas)
    .bind::<BigInt, _>(planilha.repetidas)
    .bind::<BigInt, _>(planilha.recusadas)
    .bind::<BigInt, _>(*desconhecidas)
    .bind::<Timestamptz, _>(agora)
    .bind::<Bool, _>(planilha.avulsa)
    .execute_unit(t.conn)
}

/// A sheet of the company.
///
/// # Errors
/// The database is unreachable.
pub fn get(t: &mut Tenant<'_>, id: PlanilhaId) -> Result<Option<Guardada>, StoreError> {
    let lida = sql_query(
        "SELECT nome, cabecalho, desconhecidas FROM lote.planilha WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .get_result(t.conn)
    .optional()?;
    Ok(lida)
}

/// Rule b04: the refused lines of a sheet after the one named, as they stood in it.
///
/// # Errors
/// The database is unreachable, or another version wrote them.
pub fn refused(
    t: &mut Tenant<'_>,
    planilha: PlanilhaId,
    depois_de: i64,
    limite: i64,
) -> Result<Vec<Recusada>, StoreError> {
    #[derive(QueryableByName)]
    struct Lida {
        #[diesel(sql_type = BigInt)]
        linha: i64,
        #[diesel(sql_type = Jsonb)]
        celulas: Value,
        #[diesel(sql_type = Jsonb)]
        erros: Value,
    }
    let linhas: Vec<Lida> = sql_query(
        "SELECT linha, celulas, erros FROM lote.planilha_recusada \
          WHERE empresa_id = $1 AND planilha_id = $2 AND linha > $3 ORDER BY linha LIMIT $4",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(planilha.uuid())
    .bind::<BigInt, _>(depois_de)
    .bind::<BigInt, _>(limite)
    .load(t.conn)?;
    let recusada = |Lida { linha, celulas, erros }| {
        let celulas = serde_json::from_value(celulas).ok().ok_or(StoreError::Unknown("celulas"))?;
        let erros = serde_json::from_value(erros).ok().ok_or(StoreError::Unknown("erros"))?;
        Ok(Recusada { linha, celulas, erros })
    };
    linhas.into_iter().map(recusada).collect()
}
