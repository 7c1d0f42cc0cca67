//! Rule b01: whoever has a bare address or number, as far as anything is known.

use std::collections::{BTreeMap, BTreeSet};

use diesel::sql_types::{Array, Nullable, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _};
use domain::execucao::Fonte;
use uuid::Uuid;

use super::leitura::LinhaExecucao;
use crate::preparada::prepared;
use crate::{StoreError, Tenant};

/// Of several executions; empty when none goes to one.
#[derive(Default)]
pub(super) struct Avulsos {
    nomes: BTreeMap<(Uuid, Uuid), String>,
    recusas: BTreeSet<String>,
}

#[derive(QueryableByName)]
struct LinhaNome {
    #[diesel(sql_type = SqlUuid)]
    lote_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    nome: Option<String>,
}

#[derive(QueryableByName)]
struct LinhaRecusa {
    #[diesel(sql_type = Text)]
    valor: String,
}

pub(super) fn read(t: &mut Tenant<'_>, execucoes: &[LinhaExecucao]) -> Result<Avulsos, StoreError> {
    let avulsas: Vec<_> = execucoes.iter().filter(|execucao| execucao.fonte() == Fonte::Avulso).collect();
    if avulsas.is_empty() {
        return Ok(Avulsos::default());
    }
    let (lotes, ids): (Vec<_>, Vec<_>) =
        avulsas.iter().map(|execucao| (execucao.lote_id.unwrap_or_default(), execucao.devedor_id)).unzip();
    let nomes: Vec<LinhaNome> = prepared(
        "SELECT lote_id, id, nome FROM lote.v_avulso WHERE empresa_id = $1 AND lote_id = ANY ($2) AND id = ANY ($3)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(lotes)
    .bind::<Array<SqlUuid>, _>(ids)
    .load(t.conn)?;
    // An address is no number: what one is known for says nothing of the other.
    let recusas: Vec<LinhaRecusa> = prepared("SELECT valor FROM cadastro.v_recusa WHERE valor = ANY ($1)")
        .bind::<Array<Text>, _>(avulsas.iter().filter_map(|e| e.contato()).map(key).collect::<Vec<_>>())
        .load(t.conn)?;
    Ok(Avulsos {
        nomes: nomes.into_iter().filter_map(|linha| Some(((linha.lote_id, linha.id), linha.nome?))).collect(),
        recusas: recusas.into_iter().map(|linha| linha.valor).collect(),
    })
}

/// As what is refused is written.
fn key(contato: &str) -> String {
    contato.to_lowercase()
}

impl Avulsos {
    /// What the sheet called him.
    pub(super) fn nome(&self, execucao: &LinhaExecucao) -> Option<&String> {
        self.nomes.get(&(execucao.lote_id?, execucao.devedor_id))
    }

    /// Where it goes: nowhere if that is refused.
    pub(super) fn contato(&self, execucao: &LinhaExecucao) -> Option<String> {
        execucao.contato().filter(|contato| !self.recusas.contains(&key(contato))).map(str::to_owned)
    }
}
