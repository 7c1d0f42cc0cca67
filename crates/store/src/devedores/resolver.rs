//! From mentions of debtors to debtors.
//!
//! What is stored is looked up one by one, through `LATERAL` behind `OFFSET 0`: a plan by index, also during a first push,
//! when the planner knows nothing of the tables yet and a join may read all of them for every batch.

mod conhecidos;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Bool, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::documento::Documento;
use domain::meio::OrigemContato;
use uuid::Uuid;

use conhecidos::{Conhecidos, Donos};

use super::Entrada;
use super::contatos::{Alcance, differing, save_contatos, touch};
use crate::banco::new_id;
use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

/// The code and the document belong to two different debtors (rule m01), or would if one of several codes of a debtor took
/// all of them to another document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutroDevedor;

/// The debtors of one push.
pub(crate) struct Resolvidos {
    /// The debtor of each mention, in the order given, or why there is none.
    pub(crate) devedores: Vec<Result<Uuid, OutroDevedor>>,
    /// Debtors that are new.
    pub(crate) criados: BTreeSet<Uuid>,
    /// Debtors of whom something was written, the new ones too.
    pub(crate) alterados: BTreeSet<Uuid>,
    /// Debtors of whom something changed that a régua asks for.
    pub(crate) perfis: BTreeSet<Uuid>,
}

/// Finds or creates the debtor behind each mention. Rule m01: a new code with a known document is one more code of the
/// same debtor; without document each code is a debtor of its own. What a later mention says stands over an earlier one,
/// as if each had been pushed by itself; but a document that a mention took from its debtor is nobody's until the next push. Contacts that are new were told by `origem`.
///
/// Who gets a code or a document is decided before anything is locked, and looked at again when it is: of two pushes at once,
/// one of which corrects the document by which the other one found its debtor, the later one is run again.
pub(crate) fn resolve(
    t: &mut Tenant<'_>,
    mencoes: Vec<Entrada>,
    origem: OrigemContato,
    agora: DateTime<Utc>,
) -> Result<Resolvidos, StoreError> {
    let conhecidos = Conhecidos::load(t, &mencoes)?;
    let mut donos = Donos::load(t, &conhecidos, &mencoes)?;
    let Conhecidos { mut por_codigo, mut por_documento, .. } = conhecidos;
    let mut dados: BTreeMap<Uuid, Entrada> = BTreeMap::new();
    let mut codigos: BTreeMap<String, Uuid> = BTreeMap::new();
    let mut alterados = BTreeSet::new();
    let mut devedores = Vec::with_capacity(mencoes.len());
    for mencao in mencoes {
        let codigo = mencao.codigo_integracao.clone();
        let documento = mencao.documento.as_ref().map(|d| d.as_str().to_owned());
        let do_documento = documento.as_ref().and_then(|d| por_documento.get(d)).copied();
        let do_codigo = por_codigo.get(&codigo).copied();
        let devedor = match (do_codigo, do_documento) {
            (Some(a), Some(b)) if a != b => Err(OutroDevedor),
            (Some(a), _) => Ok(a),
            (None, Some(b)) => Ok(b),
            (None, None) => Ok(new_id(agora)),
        };
        let devedor = devedor.and_then(|id| donos.take(id, &mencao).map(|()| id));
        if let Ok(id) = devedor {
            if do_codigo.is_none() {
                alterados.insert(id);
                codigos.insert(codigo.clone(), id);
            }
            por_codigo.insert(codigo, id);
            por_documento.extend(documento.map(|d| (d, id)));
            match dados.entry(id) {
                std::collections::btree_map::Entry::Vacant(lugar) => drop(lugar.insert(mencao)),
                std::collections::btree_map::Entry::Occupied(mut lugar) => overlay(lugar.get_mut(), mencao),
            }
        }
        devedores.push(devedor);
    }
    let alcance = Alcance::Push(origem);
    let mut contatos: BTreeMap<_, _> = dados.iter().map(|(id, entrada)| (*id, &entrada.contatos)).collect();
    let diferem = differing(t, &contatos, alcance, agora)?;
    let tocados = codigos.values().copied().chain(diferem.iter().copied()).collect();
    let escritos = save_devedores(t, &dados, &tocados, donos.documents_change(), agora)?;
    donos.confirm(t, |id| escritos.iter().find(|e| e.id == id).map(|e| e.documento_antes.as_deref()))?;
    save_codigos(t, &codigos)?;
    contatos.retain(|id, contatos| diferem.contains(id) || contatos.opt_out.is_some());
    let por_contato = save_contatos(t, &contatos, alcance, agora)?;
    let ids: BTreeSet<Uuid> = escritos.iter().map(|e| e.id).collect();
    alterados.extend(por_contato);
    // A new row begins at its first version, and one that was written has its next one already.
    touch(t, alterados.difference(&ids).copied().collect(), agora)?;
    alterados.extend(ids);
    let quais = |qual: fn(&Escrito) -> bool| escritos.iter().filter(|e| qual(e)).map(|e| e.id).collect();
    Ok(Resolvidos { devedores, criados: quais(|e| e.criado), perfis: quais(|e| e.perfil), alterados })
}

/// What `depois` leaves out keeps what was said before.
fn overlay(antes: &mut Entrada, depois: Entrada) {
    antes.nome = depois.nome;
    antes.documento = depois.documento.or(antes.documento);
    antes.categoria = depois.categoria.or_else(|| antes.categoria.take());
    antes.gerente = depois.gerente.or_else(|| antes.gerente.take());
    antes.score = depois.score.or(antes.score);
    let (antes, depois) = (&mut antes.contatos, depois.contatos);
    antes.emails = depois.emails.or_else(|| antes.emails.take());
    antes.telefones = depois.telefones.or_else(|| antes.telefones.take());
    antes.enderecos = depois.enderecos.or_else(|| antes.enderecos.take());
    antes.opt_out = depois.opt_out.or_else(|| antes.opt_out.take());
}

#[derive(QueryableByName)]
struct Escrito {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Bool)]
    criado: bool,
    /// The document that it had when it was locked.
    #[diesel(sql_type = Nullable<Text>)]
    documento_antes: Option<String>,
    /// Whether what a régua asks for is another now. A debtor that is new has no título yet.
    #[diesel(sql_type = Bool)]
    perfil: bool,
}

/// Writes only who is new or different, or of whom a code or a contact is (`tocados`). Who is stored is locked in order of id
/// and compared as it is then, which may be newer than what the first look saw; who is new is written in order of document,
/// so that two pushes create the same debtors in one order.
///
/// The document is named in the statement only where one changes (`trocam`): it is part of a key, and PostgreSQL takes by
/// the names in the statement, not by what becomes of them, a lock that whoever refers to the debtor waits for.
fn save_devedores(
    t: &mut Tenant<'_>,
    por_id: &BTreeMap<Uuid, Entrada>,
    tocados: &BTreeSet<Uuid>,
    trocam: bool,
    agora: DateTime<Utc>,
) -> Result<Vec<Escrito>, StoreError> {
    if por_id.is_empty() {
        return Ok(Vec::new());
    }
    let documentos = || por_id.values().map(|e| e.documento.as_ref());
    let (trava, troca) = if trocam {
        let tipo = "CASE WHEN excluded.documento IS NULL THEN d.tipo_pessoa ELSE excluded.tipo_pessoa END";
        ("UPDATE", format!("documento = coalesce(excluded.documento, d.documento), tipo_pessoa = {tipo}, "))
    } else {
        ("NO KEY UPDATE", String::new())
    };
    Ok(sql_query(format!(
        "WITH n AS MATERIALIZED ( \
         SELECT n.*, a.id AS antes, coalesce(n.documento, a.documento) AS ordem \
           FROM unnest($2, $3, $4, $5, $6, $7, $8, $10) AS n(id, nome, documento, tipo, categoria, gerente, score, tocado) \
           LEFT JOIN LATERAL (SELECT id, nome, documento, categoria, gerente, score FROM cadastro.devedor \
                               WHERE empresa_id = $1 AND id = n.id OFFSET 0) a ON true \
          WHERE a.id IS NULL OR n.tocado OR (a.nome, a.documento, a.categoria, a.gerente, a.score) \
                IS DISTINCT FROM (n.nome, coalesce(n.documento, a.documento), coalesce(n.categoria, a.categoria), \
                                  coalesce(n.gerente, a.gerente), coalesce(n.score, a.score))), \
         presos AS MATERIALIZED ( \
         SELECT x.* FROM (SELECT antes FROM n WHERE antes IS NOT NULL ORDER BY antes) m CROSS JOIN LATERAL \
                (SELECT id, documento, tipo_pessoa, categoria, score FROM cadastro.devedor \
                  WHERE empresa_id = $1 AND id = m.antes FOR {trava}) x), \
         g AS ( \
         INSERT INTO cadastro.devedor AS d \
                (empresa_id, id, nome, documento, tipo_pessoa, categoria, gerente, score, criado_em, atualizado_em) \
         SELECT $1, n.id, n.nome, n.documento, coalesce(n.tipo, 'isenta'), n.categoria, n.gerente, n.score, $9, $9 \
           FROM n WHERE (SELECT count(*) FROM presos) >= 0 ORDER BY n.ordem, n.id \
         ON CONFLICT (empresa_id, id) DO UPDATE SET nome = excluded.nome, {troca}\
                categoria = coalesce(excluded.categoria, d.categoria), gerente = coalesce(excluded.gerente, d.gerente), \
                score = coalesce(excluded.score, d.score), versao = d.versao + 1, atualizado_em = excluded.atualizado_em \
         RETURNING id, tipo_pessoa, categoria, score) \
         SELECT g.id, p.id IS NULL AS criado, p.documento AS documento_antes, p.id IS NOT NULL AND (p.tipo_pessoa, p.categoria, p.score) \
                IS DISTINCT FROM (g.tipo_pessoa, g.categoria, g.score) AS perfil FROM g LEFT JOIN presos p ON p.id = g.id"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(por_id.keys().copied().collect::<Vec<_>>())
    .bind::<Array<Text>, _>(por_id.values().map(|e| e.nome.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(documentos().map(|d| d.map(Documento::as_str)).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(
        documentos().map(|d| d.map(|d| d.tipo_pessoa().as_str())).collect::<Vec<_>>(),
    )
    .bind::<Array<Nullable<Text>>, _>(por_id.values().map(|e| e.categoria.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(por_id.values().map(|e| e.gerente.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Nullable<SmallInt>>, _>(por_id.values().map(|e| e.score).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(agora)
    .bind::<Array<Bool>, _>(por_id.keys().map(|id| tocados.contains(id)).collect::<Vec<_>>())
    .load(t.conn)?)
}

/// Writes the codes that are new. One that somebody else gave to another debtor a moment ago violates the unique key:
/// the transaction then runs again and finds that debtor, instead of leaving one of its own without a code (rule m01).
pub(super) fn save_codigos(t: &mut Tenant<'_>, codigos: &BTreeMap<String, Uuid>) -> Result<(), StoreError> {
    if codigos.is_empty() {
        return Ok(());
    }
    sql_query(
        "INSERT INTO cadastro.devedor_codigo (empresa_id, codigo_integracao, devedor_id) \
         SELECT $1, n.codigo, n.devedor FROM unnest($2, $3) AS n(codigo, devedor) ORDER BY n.codigo",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<Text>, _>(codigos.keys().map(String::as_str).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(codigos.values().copied().collect::<Vec<_>>())
    .execute_unit(t.conn)
}
