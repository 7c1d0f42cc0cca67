//! One debtor, changed by whoever looks at it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Bool, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::documento::{Documento, TipoPessoa};
use domain::ids::DevedorId;
use domain::meio::OrigemContato;
use uuid::Uuid;

use super::contatos::{Alcance, save_contatos, touch};
use super::resolver::save_codigos;
use super::{Contatos, DevedorLido, get};
use crate::migracao::ExecuteUnit as _;
use crate::titulos::mark;
use crate::{StoreError, Tenant};

/// What a change says of a field that may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Campo<T> {
    /// Nothing.
    #[default]
    Mantem,
    /// That it is empty.
    Limpa,
    /// What it is.
    Define(T),
}

impl<T> Campo<T> {
    /// The same said of what `f` makes of the value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Campo<U> {
        match self {
            Self::Mantem => Campo::Mantem,
            Self::Limpa => Campo::Limpa,
            Self::Define(valor) => Campo::Define(f(valor)),
        }
    }

    pub(crate) fn fica(&self) -> bool {
        matches!(self, Self::Mantem)
    }

    pub(crate) fn novo(&self) -> Option<&T> {
        match self {
            Self::Mantem | Self::Limpa => None,
            Self::Define(valor) => Some(valor),
        }
    }
}

/// Changes to a debtor. Lists take the place of all that is stored, whoever told it.
#[derive(Clone, Debug, Default)]
pub struct Mudanca {
    /// The ERP's own keys, at least one.
    pub codigos: Option<BTreeSet<String>>,
    /// New name.
    pub nome: Option<String>,
    /// New CPF or CNPJ; without one it is `isenta`.
    pub documento: Campo<Documento>,
    /// New class.
    pub categoria: Campo<String>,
    /// Who looks after it now.
    pub gerente: Campo<String>,
    /// New score.
    pub score: Campo<i16>,
    /// Whether it is held to be dead from now on, or, in the word of a person, is not.
    pub falecido: Option<bool>,
    /// New ways to reach it.
    pub contatos: Contatos,
}

/// Why a debtor was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecusaMudanca {
    /// Rule m01: the document is this debtor's.
    DocumentoDeOutro(DevedorId),
    /// Rule m01: a code is this debtor's.
    CodigoDeOutro(DevedorId),
}

/// The debtor, which nobody else changes until this transaction ends.
///
/// # Errors
/// The database is unreachable.
pub fn lock(t: &mut Tenant<'_>, id: DevedorId) -> Result<Option<DevedorLido>, StoreError> {
    sql_query("SELECT FROM cadastro.devedor WHERE empresa_id = $1 AND id = $2 FOR UPDATE")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .execute_unit(t.conn)?;
    get(t, id)
}

/// Changes a debtor that is locked. What is already so writes nothing. A change of what a régua asks for marks it.
///
/// # Errors
/// The database refused or is unreachable.
pub fn change(
    t: &mut Tenant<'_>,
    antes: &DevedorLido,
    mudanca: &Mudanca,
    agora: DateTime<Utc>,
) -> Result<Result<(), RecusaMudanca>, StoreError> {
    let id = antes.id;
    if let Some(outro) = owner(t, id, mudanca)? {
        return Ok(Err(outro));
    }
    let mudou_campo = save(t, id, mudanca, agora)?;
    let mudou_codigo = match &mudanca.codigos {
        Some(codigos) => replace_codigos(t, id, &antes.codigos, codigos)?,
        None => false,
    };
    let contatos = BTreeMap::from([(id, &mudanca.contatos)]);
    let por_contato = save_contatos(t, &contatos, Alcance::Tudo(OrigemContato::Manual), agora)?;
    if !mudou_campo && (mudou_codigo || !por_contato.is_empty()) {
        touch(t, vec![id], agora)?;
    }
    if mudou_campo && changes_perfil(antes, mudanca) {
        mark(t, &[id])?;
    }
    Ok(Ok(()))
}

fn changes_perfil(antes: &DevedorLido, mudanca: &Mudanca) -> bool {
    let documento = match &mudanca.documento {
        Campo::Mantem => None,
        Campo::Limpa => Some(TipoPessoa::Isenta),
        Campo::Define(documento) => Some(documento.tipo_pessoa()),
    };
    documento.is_some_and(|tipo| tipo.as_str() != antes.tipo_pessoa)
        || (!mudanca.categoria.fica() && mudanca.categoria.novo() != antes.categoria.as_ref())
        || (!mudanca.score.fica() && mudanca.score.novo() != antes.score.as_ref())
}

#[derive(QueryableByName)]
struct Dono {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Bool)]
    por_documento: bool,
}

/// Somebody else whose document or code it would take.
fn owner(t: &mut Tenant<'_>, id: Uuid, mudanca: &Mudanca) -> Result<Option<RecusaMudanca>, StoreError> {
    let dono: Option<Dono> = sql_query(
        "SELECT id, true AS por_documento FROM cadastro.devedor WHERE empresa_id = $1 AND documento = $3 AND id <> $2 \
         UNION ALL SELECT devedor_id, false FROM cadastro.devedor_codigo \
          WHERE empresa_id = $1 AND codigo_integracao = ANY ($4) AND devedor_id <> $2 LIMIT 1",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<Text>, _>(mudanca.documento.novo().map(Documento::as_str))
    .bind::<Array<Text>, _>(mudanca.codigos.iter().flatten().map(String::as_str).collect::<Vec<_>>())
    .get_result(t.conn)
    .optional()?;
    Ok(dono.map(|dono| {
        let de_quem = DevedorId::new(dono.id);
        if dono.por_documento {
            RecusaMudanca::DocumentoDeOutro(de_quem)
        } else {
            RecusaMudanca::CodigoDeOutro(de_quem)
        }
    }))
}

fn save(t: &mut Tenant<'_>, id: Uuid, mudanca: &Mudanca, agora: DateTime<Utc>) -> Result<bool, StoreError> {
    let documento = mudanca.documento.novo();
    let tipo = documento.map_or(TipoPessoa::Isenta, Documento::tipo_pessoa);
    let escritos = sql_query(
        "UPDATE cadastro.devedor d SET nome = n.nome, documento = n.documento, tipo_pessoa = n.tipo, categoria = n.categoria, \
                gerente = n.gerente, score = n.score, falecido_em = n.falecido_em, versao = d.versao + 1, atualizado_em = $13 \
           FROM (SELECT coalesce($3, nome) AS nome, CASE WHEN $4 THEN documento ELSE $5 END AS documento, \
                        CASE WHEN $4 THEN tipo_pessoa ELSE $6 END AS tipo, CASE WHEN $7 THEN categoria ELSE $8 END AS categoria, \
                        CASE WHEN $9 THEN gerente ELSE $10 END AS gerente, CASE WHEN $11 THEN score ELSE $12 END AS score, \
                        CASE $14 WHEN true THEN coalesce(falecido_em, $13) WHEN false THEN NULL ELSE falecido_em END AS falecido_em \
                   FROM cadastro.devedor WHERE empresa_id = $1 AND id = $2) n \
          WHERE d.empresa_id = $1 AND d.id = $2 AND (d.nome, d.documento, d.categoria, d.gerente, d.score, d.falecido_em) \
                IS DISTINCT FROM (n.nome, n.documento, n.categoria, n.gerente, n.score, n.falecido_em)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<Text>, _>(mudanca.nome.as_deref())
    .bind::<Bool, _>(mudanca.documento.fica())
    .bind::<Nullable<Text>, _>(documento.map(Documento::as_str))
    .bind::<Text, _>(tipo.as_str())
    .bind::<Bool, _>(mudanca.categoria.fica())
    .bind::<Nullable<Text>, _>(mudanca.categoria.novo())
    .bind::<Bool, _>(mudanca.gerente.fica())
    .bind::<Nullable<Text>, _>(mudanca.gerente.novo())
    .bind::<Bool, _>(mudanca.score.fica())
    .bind::<Nullable<SmallInt>, _>(mudanca.score.novo().copied())
    .bind::<Timestamptz, _>(agora)
    .bind::<Nullable<Bool>, _>(mudanca.falecido)
    .execute(t.conn)?;
    Ok(escritos > 0)
}

fn replace_codigos(
    t: &mut Tenant<'_>,
    id: Uuid,
    antes: &[String],
    depois: &BTreeSet<String>,
) -> Result<bool, StoreError> {
    let fora: Vec<&str> = antes.iter().filter(|c| !depois.contains(*c)).map(String::as_str).collect();
    let novos: BTreeMap<String, Uuid> =
        depois.iter().filter(|c| !antes.contains(c)).map(|c| (c.clone(), id)).collect();
    if !fora.is_empty() {
        sql_query(
            "DELETE FROM cadastro.devedor_codigo \
              WHERE empresa_id = $1 AND codigo_integracao = ANY ($3) AND devedor_id = $2",
        )
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id)
        .bind::<Array<Text>, _>(&fora)
        .execute_unit(t.conn)?;
    }
    save_codigos(t, &novos)?;
    Ok(!fora.is_empty() || !novos.is_empty())
}
