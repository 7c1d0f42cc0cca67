//! Debtors and creditors that arrive with títulos.
//!
//! What is stored is looked up one by one, through `LATERAL` behind `OFFSET 0`: a plan by index, also during a first push,
//! when the planner knows nothing of the tables yet and a join may read all of them for every batch.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::documento::Documento;
use uuid::Uuid;

use super::{EntradaCredor, EntradaDevedor, Recusa};
use crate::banco::new_id;
use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

/// The debtors of one push.
pub(super) struct Resolvidos {
    /// The debtor of each mention, in the order given, or why there is none.
    pub(super) devedores: Vec<Result<Uuid, Recusa>>,
    /// Debtors of whom something was written.
    pub(super) alterados: BTreeSet<Uuid>,
}

#[derive(QueryableByName)]
struct Conhecido {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    codigo: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    documento: Option<String>,
}

/// Finds or creates the debtor behind each mention. Rule m01: a new code with a known document is one more code of the
/// same debtor; without document each code is a debtor of its own. What a later mention says stands over an earlier one,
/// as if each had been pushed by itself.
pub(super) fn resolve(
    t: &mut Tenant<'_>,
    mencoes: &[&EntradaDevedor],
    agora: DateTime<Utc>,
) -> Result<Resolvidos, StoreError> {
    let Conhecidos { mut por_codigo, mut por_documento } = Conhecidos::load(t, mencoes)?;
    let mut dados: BTreeMap<Uuid, EntradaDevedor> = BTreeMap::new();
    let mut codigos: BTreeMap<&str, Uuid> = BTreeMap::new();
    let mut devedores = Vec::with_capacity(mencoes.len());
    for mencao in mencoes {
        let codigo = mencao.codigo_integracao.as_str();
        let documento = mencao.documento.as_ref().map(Documento::as_str);
        let do_documento = documento.and_then(|d| por_documento.get(d)).copied();
        let devedor = match (por_codigo.get(codigo).copied(), do_documento) {
            (Some(a), Some(b)) if a != b => Err(Recusa::DocumentoDeOutroDevedor),
            (Some(a), _) => Ok(a),
            (None, Some(b)) => Ok(b),
            (None, None) => Ok(new_id(agora)),
        };
        if let Ok(id) = devedor {
            por_codigo.insert(codigo.to_owned(), id);
            por_documento.extend(documento.map(|d| (d.to_owned(), id)));
            codigos.insert(codigo, id);
            dados.entry(id).and_modify(|antes| overlay(antes, mencao)).or_insert_with(|| (*mencao).clone());
        }
        devedores.push(devedor);
    }
    let mut alterados = save_devedores(t, &dados, agora)?;
    save_codigos(t, &codigos)?;
    alterados.extend(save_emails(t, &dados)?);
    Ok(Resolvidos { devedores, alterados })
}

/// What `depois` leaves out keeps what was said before.
fn overlay(antes: &mut EntradaDevedor, depois: &EntradaDevedor) {
    antes.nome.clone_from(&depois.nome);
    antes.documento = depois.documento.or(antes.documento);
    antes.categoria = depois.categoria.clone().or_else(|| antes.categoria.take());
    antes.score = depois.score.or(antes.score);
    antes.emails = depois.emails.clone().or_else(|| antes.emails.take());
}

struct Conhecidos {
    por_codigo: BTreeMap<String, Uuid>,
    por_documento: BTreeMap<String, Uuid>,
}

impl Conhecidos {
    fn load(t: &mut Tenant<'_>, mencoes: &[&EntradaDevedor]) -> Result<Self, StoreError> {
        let codigos: BTreeSet<&str> = mencoes.iter().map(|m| m.codigo_integracao.as_str()).collect();
        let documentos: BTreeSet<&str> =
            mencoes.iter().filter_map(|m| m.documento.as_ref().map(Documento::as_str)).collect();
        let linhas: Vec<Conhecido> = sql_query(
            "SELECT c.devedor_id AS id, n.codigo, NULL::text AS documento FROM unnest($2) AS n(codigo) CROSS JOIN LATERAL \
                    (SELECT devedor_id FROM cadastro.devedor_codigo \
                      WHERE empresa_id = $1 AND codigo_integracao = n.codigo OFFSET 0) c \
             UNION ALL \
             SELECT d.id, NULL, n.documento FROM unnest($3) AS n(documento) CROSS JOIN LATERAL \
                    (SELECT id FROM cadastro.devedor WHERE empresa_id = $1 AND documento = n.documento OFFSET 0) d",
        )
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Array<Text>, _>(codigos.into_iter().collect::<Vec<_>>())
        .bind::<Array<Text>, _>(documentos.into_iter().collect::<Vec<_>>())
        .load(t.conn)?;
        let mut conhecidos = Self { por_codigo: BTreeMap::new(), por_documento: BTreeMap::new() };
        for linha in linhas {
            conhecidos.por_codigo.extend(linha.codigo.map(|codigo| (codigo, linha.id)));
            conhecidos.por_documento.extend(linha.documento.map(|documento| (documento, linha.id)));
        }
        Ok(conhecidos)
    }
}

#[derive(QueryableByName)]
struct Escrito {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Writes only who is new or different. What is absent is filled in from the row as it is when it is written, which may
/// be newer than the one the WHERE saw. In order of document, so that two pushes create the same debtors in one order.
fn save_devedores(
    t: &mut Tenant<'_>,
    por_id: &BTreeMap<Uuid, EntradaDevedor>,
    agora: DateTime<Utc>,
) -> Result<BTreeSet<Uuid>, StoreError> {
    let escritos: Vec<Escrito> = sql_query(
        "INSERT INTO cadastro.devedor AS d \
                (empresa_id, id, nome, documento, tipo_pessoa, categoria, score, criado_em, atualizado_em) \
         SELECT $1, n.id, n.nome, n.documento, coalesce(n.tipo, 'isenta'), n.categoria, n.score, $8, $8 \
           FROM unnest($2, $3, $4, $5, $6, $7) AS n(id, nome, documento, tipo, categoria, score) \
           LEFT JOIN LATERAL (SELECT id, nome, documento, categoria, score FROM cadastro.devedor \
                               WHERE empresa_id = $1 AND id = n.id OFFSET 0) a ON true \
          WHERE a.id IS NULL OR (a.nome, a.documento, a.categoria, a.score) \
                IS DISTINCT FROM (n.nome, coalesce(n.documento, a.documento), coalesce(n.categoria, a.categoria), \
                                  coalesce(n.score, a.score)) \
          ORDER BY coalesce(n.documento, a.documento), n.id \
         ON CONFLICT (empresa_id, id) DO UPDATE SET nome = excluded.nome, \
                documento = coalesce(excluded.documento, d.documento), \
                tipo_pessoa = CASE WHEN excluded.documento IS NULL THEN d.tipo_pessoa ELSE excluded.tipo_pessoa END, \
                categoria = coalesce(excluded.categoria, d.categoria), score = coalesce(excluded.score, d.score), \
                atualizado_em = excluded.atualizado_em \
         RETURNING id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(por_id.keys().copied().collect::<Vec<_>>())
    .bind::<Array<Text>, _>(por_id.values().map(|e| e.nome.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(
        por_id.values().map(|e| e.documento.as_ref().map(Documento::as_str)).collect::<Vec<_>>(),
    )
    .bind::<Array<Nullable<Text>>, _>(
        por_id.values().map(|e| e.documento.as_ref().map(|d| d.tipo_pessoa().as_str())).collect::<Vec<_>>(),
    )
    .bind::<Array<Nullable<Text>>, _>(por_id.values().map(|e| e.categoria.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Nullable<SmallInt>>, _>(por_id.values().map(|e| e.score).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(agora)
    .load(t.conn)?;
    Ok(escritos.into_iter().map(|e| e.id).collect())
}

/// Writes the codes that are new. One that somebody else gave to another debtor a moment ago violates the unique key:
/// the transaction then runs again and finds that debtor, instead of leaving one of its own without a code (rule m01).
fn save_codigos(t: &mut Tenant<'_>, codigos: &BTreeMap<&str, Uuid>) -> Result<(), StoreError> {
    sql_query(
        "INSERT INTO cadastro.devedor_codigo (empresa_id, codigo_integracao, devedor_id) \
         SELECT $1, n.codigo, n.devedor FROM unnest($2, $3) AS n(codigo, devedor) \
           LEFT JOIN LATERAL (SELECT devedor_id FROM cadastro.devedor_codigo \
                               WHERE empresa_id = $1 AND codigo_integracao = n.codigo OFFSET 0) a ON true \
          WHERE a.devedor_id IS DISTINCT FROM n.devedor \
          ORDER BY n.codigo",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<Text>, _>(codigos.keys().copied().collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(codigos.values().copied().collect::<Vec<_>>())
    .execute_unit(t.conn)
}

/// Replaces the e-mails of the debtors that came with a list; a list that is the stored one writes nothing.
fn save_emails(
    t: &mut Tenant<'_>,
    por_id: &BTreeMap<Uuid, EntradaDevedor>,
) -> Result<BTreeSet<Uuid>, StoreError> {
    let com_lista: Vec<Uuid> = por_id.iter().filter(|(_, e)| e.emails.is_some()).map(|(id, _)| *id).collect();
    let mut linhas: BTreeMap<(Uuid, &str), i32> = BTreeMap::new();
    for (id, entrada) in por_id {
        for (ordem, email) in (0..).zip(entrada.emails.iter().flatten()) {
            linhas.entry((*id, email.as_str())).or_insert(ordem);
        }
    }
    let escritos: Vec<Escrito> = sql_query(
        "WITH novos AS (SELECT * FROM unnest($3, $4, $5) AS n(devedor, valor, ordem)), \
         velhos AS (SELECT m.ctid AS lugar FROM unnest($2) AS d(id) CROSS JOIN LATERAL \
                           (SELECT ctid, devedor_id, valor FROM cadastro.meio_contato \
                             WHERE empresa_id = $1 AND devedor_id = d.id AND tipo = 'email' OFFSET 0) m \
                     WHERE NOT EXISTS (SELECT FROM novos n WHERE n.devedor = m.devedor_id AND n.valor = m.valor)), \
         fora AS (DELETE FROM cadastro.meio_contato WHERE EXISTS (SELECT FROM velhos) \
                     AND ctid = ANY (ARRAY(SELECT lugar FROM velhos)) RETURNING devedor_id), \
         dentro AS (INSERT INTO cadastro.meio_contato (empresa_id, devedor_id, tipo, valor, ordem) \
                    SELECT $1, n.devedor, 'email', n.valor, n.ordem FROM novos n \
                      LEFT JOIN LATERAL (SELECT ordem FROM cadastro.meio_contato WHERE empresa_id = $1 \
                            AND devedor_id = n.devedor AND tipo = 'email' AND valor = n.valor OFFSET 0) a ON true \
                     WHERE a.ordem IS DISTINCT FROM n.ordem ORDER BY n.devedor, n.valor \
                    ON CONFLICT (empresa_id, devedor_id, tipo, valor) DO UPDATE SET ordem = excluded.ordem \
                    RETURNING devedor_id) \
         SELECT devedor_id AS id FROM fora UNION SELECT devedor_id FROM dentro",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(com_lista)
    .bind::<Array<SqlUuid>, _>(linhas.keys().map(|(id, _)| *id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(linhas.keys().map(|(_, valor)| *valor).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(linhas.values().copied().collect::<Vec<_>>())
    .load(t.conn)?;
    Ok(escritos.into_iter().map(|e| e.id).collect())
}

#[derive(QueryableByName)]
struct CredorGravado {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    codigo: String,
}

/// Finds or creates the creditors and answers their ids by code.
pub(super) fn save_credores<'i>(
    t: &mut Tenant<'_>,
    entradas: impl Iterator<Item = &'i EntradaCredor>,
    agora: DateTime<Utc>,
) -> Result<BTreeMap<String, Uuid>, StoreError> {
    let entradas: BTreeMap<&str, &EntradaCredor> =
        entradas.map(|e| (e.codigo_integracao.as_str(), e)).collect();
    if entradas.is_empty() {
        return Ok(BTreeMap::new());
    }
    let codigos: Vec<&str> = entradas.keys().copied().collect();
    sql_query(
        "INSERT INTO cadastro.credor (empresa_id, id, codigo_integracao, nome) \
         SELECT $1, n.id, n.codigo, n.nome FROM unnest($2, $3, $4) AS n(id, codigo, nome) \
           LEFT JOIN cadastro.credor a ON a.empresa_id = $1 AND a.codigo_integracao = n.codigo \
          WHERE a.nome IS DISTINCT FROM n.nome ORDER BY n.codigo \
         ON CONFLICT (empresa_id, codigo_integracao) DO UPDATE SET nome = excluded.nome",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(entradas.iter().map(|_| new_id(agora)).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(codigos.clone())
    .bind::<Array<Text>, _>(entradas.values().map(|e| e.nome.as_str()).collect::<Vec<_>>())
    .execute_unit(t.conn)?;
    let linhas: Vec<CredorGravado> = sql_query(
        "SELECT id, codigo_integracao AS codigo FROM cadastro.credor WHERE empresa_id = $1 AND codigo_integracao = ANY ($2)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<Text>, _>(codigos)
    .load(t.conn)?;
    Ok(linhas.into_iter().map(|l| (l.codigo, l.id)).collect())
}
