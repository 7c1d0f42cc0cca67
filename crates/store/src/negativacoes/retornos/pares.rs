//! Which entry each line of a retorno is about.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::sql_types::{Array, Bool, Date, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _};
use domain::negativacao::EventoBureau;
use uuid::Uuid;

use super::{LinhaDeRetorno, Remessa};
use crate::preparada::prepared;
use crate::{StoreError, Tenant};

/// An entry, and whether the line asked for it to come off.
#[derive(QueryableByName)]
pub(super) struct Linha {
    #[diesel(sql_type = SqlUuid)]
    pub(super) id: Uuid,
    #[diesel(sql_type = Bool)]
    exclusao: bool,
    #[diesel(sql_type = Text)]
    pub(super) situacao: String,
    #[diesel(sql_type = Text)]
    documento: String,
    #[diesel(sql_type = Text)]
    contrato: String,
    #[diesel(sql_type = Date)]
    vencimento: NaiveDate,
    #[diesel(sql_type = Bool)]
    pub(super) aceita: bool,
    #[diesel(sql_type = Bool)]
    repetida: bool,
}

impl Linha {
    /// What an answer does. What the bureau once took does not end as if it never had been there: neither by a refusal of the
    /// inclusion that comes late, nor by there being nothing to exclude, unless it was told before to exclude it. Its key may be
    /// another one at the bureau: the exclusion stays owed, and a person looks.
    pub(super) fn heard(&self, evento: EventoBureau) -> Option<EventoBureau> {
        let duvidosa = self.aceita
            && (evento == EventoBureau::Rejeitar || evento == EventoBureau::NadaABaixar && !self.repetida);
        (!duvidosa).then_some(evento)
    }
}

/// What is read of an entry.
const LINHA: &str =
    "situacao, documento, contrato, vencimento, aceita_em IS NOT NULL AS aceita, tentativas > 1 AS repetida";

/// By what a bureau knows an entry, and whether the line asked for it to come off.
type Chave = (bool, u64, String, NaiveDate);

/// Each line with the entry that it is about; `None` when they are not the lines of this remessa, each of them once.
pub(super) fn matched<'l>(
    t: &mut Tenant<'_>,
    remessa: &Remessa,
    linhas: &'l [LinhaDeRetorno],
) -> Result<Option<Vec<(Linha, &'l LinhaDeRetorno)>>, StoreError> {
    hold(t, remessa, linhas)?;
    let mut pedidas = by_key(of_remessa(t, remessa.id)?);
    let dela = linhas.iter().filter(|linha| linha.da_remessa);
    let mut pares = Vec::with_capacity(linhas.len());
    let mut outras = Vec::new();
    for linha in dela {
        match linha.key().and_then(|chave| pedidas.remove(&chave)) {
            Some(pedida) => pares.push((pedida, linha)),
            None => outras.push(linha),
        }
    }
    let mut repetidas = by_key(resent(t, remessa, &outras)?);
    for linha in outras {
        let Some(repetida) = linha.key().and_then(|chave| repetidas.remove(&chave)) else { return Ok(None) };
        pares.push((repetida, linha));
    }
    if i64::try_from(pares.len()) != Ok(remessa.registros.into()) {
        return Ok(None);
    }
    let mut avisadas = by_key(of_account(t, remessa.credencial_id, linhas)?);
    for linha in linhas.iter().filter(|linha| !linha.da_remessa) {
        if let Some(avisada) = linha.key().and_then(|chave| avisadas.remove(&chave)) {
            pares.push((avisada, linha));
        }
    }
    Ok(Some(pares))
}

impl LinhaDeRetorno {
    fn key(&self) -> Option<Chave> {
        let exclusao = self.da_remessa && self.exclusao;
        Some((exclusao, self.documento, self.contrato.clone(), self.vencimento?))
    }
}

/// Holds every entry that may be meant, in order, so that what is read next is what is changed.
fn hold(t: &mut Tenant<'_>, remessa: &Remessa, linhas: &[LinhaDeRetorno]) -> Result<(), StoreError> {
    let outras = |linha: &&LinhaDeRetorno| linha.exclusao || !linha.da_remessa;
    let contratos: Vec<&str> = linhas.iter().filter(outras).map(|linha| linha.contrato.as_str()).collect();
    prepared(
        "SELECT id FROM disparo.negativacao WHERE empresa_id = $1 AND id IN ( \
           SELECT id FROM disparo.negativacao WHERE empresa_id = $1 AND remessa_id = $2 UNION ALL \
           SELECT id FROM disparo.negativacao WHERE empresa_id = $1 AND remessa_baixa_id = $2 UNION ALL \
           SELECT id FROM disparo.negativacao WHERE empresa_id = $1 AND credencial_id = $3 AND contrato = ANY ($4)) \
          ORDER BY id FOR UPDATE",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(remessa.id)
    .bind::<SqlUuid, _>(remessa.credencial_id)
    .bind::<Array<Text>, _>(contratos)
    .execute(t.conn)?;
    Ok(())
}

fn by_key(linhas: Vec<Linha>) -> BTreeMap<Chave, Linha> {
    let numero = |documento: &str| documento.parse().unwrap_or(u64::MAX);
    let chave = |l: &Linha| (l.exclusao, numero(&l.documento), l.contrato.to_ascii_uppercase(), l.vencimento);
    linhas.into_iter().map(|linha| (chave(&linha), linha)).collect()
}

fn of_remessa(t: &mut Tenant<'_>, remessa: Uuid) -> Result<Vec<Linha>, StoreError> {
    Ok(prepared(&format!(
        "SELECT id, false AS exclusao, {LINHA} FROM disparo.negativacao WHERE empresa_id = $1 AND remessa_id = $2 \
          UNION ALL \
         SELECT id, true, {LINHA} FROM disparo.negativacao WHERE empresa_id = $1 AND remessa_baixa_id = $2"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(remessa)
    .load(t.conn)?)
}

/// Entries of the account whose exclusion went once more since, in another remessa.
fn resent(
    t: &mut Tenant<'_>,
    remessa: &Remessa,
    linhas: &[&LinhaDeRetorno],
) -> Result<Vec<Linha>, StoreError> {
    let contratos: Vec<&str> =
        linhas.iter().filter(|linha| linha.exclusao).map(|linha| linha.contrato.as_str()).collect();
    if contratos.is_empty() {
        return Ok(Vec::new());
    }
    Ok(prepared(&format!(
        "SELECT id, true AS exclusao, {LINHA} FROM disparo.negativacao \
          WHERE empresa_id = $1 AND credencial_id = $2 AND contrato = ANY ($3) AND tentativas > 1"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(remessa.credencial_id)
    .bind::<Array<Text>, _>(contratos)
    .load(t.conn)?)
}

/// Entries of the account that lines about no remessa may mean; of one that came anew the last.
fn of_account(
    t: &mut Tenant<'_>,
    credencial: Uuid,
    linhas: &[LinhaDeRetorno],
) -> Result<Vec<Linha>, StoreError> {
    let contratos: Vec<&str> =
        linhas.iter().filter(|linha| !linha.da_remessa).map(|linha| linha.contrato.as_str()).collect();
    if contratos.is_empty() {
        return Ok(Vec::new());
    }
    Ok(prepared(&format!(
        "SELECT id, false AS exclusao, {LINHA} FROM disparo.negativacao \
          WHERE empresa_id = $1 AND credencial_id = $2 AND contrato = ANY ($3) ORDER BY id"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(credencial)
    .bind::<Array<Text>, _>(contratos)
    .load(t.conn)?)
}
