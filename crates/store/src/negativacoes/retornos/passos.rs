//! What a retorno changes.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{RunQueryDsl as _, sql_query};
use domain::negativacao::{EventoBureau, Situacao, publica_em};
use uuid::Uuid;

use super::pares::Linha;
use super::{LinhaDeRetorno, Remessa, RetornoLido};
use crate::banco::new_id;
use crate::negativacoes::andamento::situacao;
use crate::preparada::prepared;
use crate::{StoreError, Tenant};

/// A step of an entry.
struct Passo<'l> {
    id: Uuid,
    de: Situacao,
    para: Situacao,
    codigos: &'l [i32],
    publica_em: Option<NaiveDate>,
}

/// Writes what each line does, and the retorno itself.
pub(super) fn change(
    t: &mut Tenant<'_>,
    sha256: &str,
    remessa: &Remessa,
    pares: &[(Linha, &LinhaDeRetorno)],
    (agora, hoje): (DateTime<Utc>, NaiveDate),
) -> Result<RetornoLido, StoreError> {
    // An entry may stand in it twice, asked for and told of: each word is heard where the one before it left the entry.
    let (mut passos, mut ficam, mut onde) = (Vec::new(), Vec::new(), BTreeMap::new());
    let mut tarde = Vec::new();
    let (mut desconhecidas, mut sem_efeito) = (0_i32, 0_i32);
    for (linha, dita) in pares {
        let de = match onde.get(&linha.id) {
            Some(de) => *de,
            None => situacao(&linha.situacao)?,
        };
        desconhecidas += i32::from(dita.desconhecida);
        if dita.evento == Some(EventoBureau::Aceitar) && de.saindo() && !linha.aceita {
            tarde.push(linha.id);
        }
        let evento = dita.evento.and_then(|evento| linha.heard(evento));
        if let Some(para) = evento.and_then(|evento| de.depois(evento)) {
            onde.insert(linha.id, para);
            let publica_em = (para == Situacao::Aceita).then(|| publica_em(hoje));
            passos.push(Passo { id: linha.id, de, para, codigos: &dita.codigos, publica_em });
        } else {
            sem_efeito += i32::from(!dita.desconhecida);
            ficam.push((linha.id, dita.codigos.as_slice()));
        }
    }
    for passo in rounds(&passos) {
        step(t, &passo, agora)?;
    }
    note(t, &ficam)?;
    note_taken(t, &tarde, agora)?;
    sql_query("UPDATE disparo.remessa SET respondida_em = coalesce(respondida_em, $3) WHERE empresa_id = $1 AND id = $2")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(remessa.id)
        .bind::<Timestamptz, _>(agora)
        .execute(t.conn)?;
    let quantas = |para| i32::try_from(passos.iter().filter(|p| p.para == para).count()).unwrap_or(i32::MAX);
    let retorno = RetornoLido {
        id: new_id(agora),
        sha256: sha256.to_owned(),
        remessa_id: remessa.id,
        recebido_em: agora,
        linhas: i32::try_from(pares.len()).unwrap_or(i32::MAX),
        aceitas: quantas(Situacao::Aceita),
        rejeitadas: quantas(Situacao::Rejeitada),
        baixadas: quantas(Situacao::Baixada),
        baixas_recusadas: quantas(Situacao::BaixaSolicitada),
        pelo_bureau: quantas(Situacao::BaixadaPeloBureau),
        sem_efeito,
        desconhecidas,
    };
    save(t, &retorno)?;
    Ok(retorno)
}

/// The steps in rounds, none of which has an entry twice.
fn rounds<'p, 'l>(passos: &'p [Passo<'l>]) -> Vec<Vec<&'p Passo<'l>>> {
    let mut vezes: BTreeMap<Uuid, usize> = BTreeMap::new();
    let mut rodadas: Vec<Vec<&Passo<'l>>> = Vec::new();
    for passo in passos {
        let vez = vezes.entry(passo.id).or_default();
        match rodadas.get_mut(*vez) {
            Some(rodada) => rodada.push(passo),
            None => rodadas.push(vec![passo]),
        }
        *vez += 1;
    }
    rodadas
}

fn step(t: &mut Tenant<'_>, passos: &[&Passo<'_>], agora: DateTime<Utc>) -> Result<(), StoreError> {
    prepared(
        "UPDATE disparo.negativacao n SET situacao = x.para, codigos = x.codigos::int[], mudou_em = $7, \
                aceita_em = CASE WHEN x.para = 'aceita' THEN $7 ELSE n.aceita_em END, \
                publica_em = coalesce(x.publica_em, n.publica_em), \
                terminou_em = CASE WHEN x.para IN ('baixada', 'baixada_pelo_bureau', 'rejeitada') THEN $7 END \
           FROM unnest($2, $3, $4, $5, $6) AS x (id, de, para, codigos, publica_em) \
          WHERE n.empresa_id = $1 AND n.id = x.id AND n.situacao = x.de",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(passos.iter().map(|p| p.id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(passos.iter().map(|p| p.de.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(passos.iter().map(|p| p.para.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(passos.iter().map(|p| codes(p.codigos)).collect::<Vec<_>>())
    .bind::<Array<Nullable<Date>>, _>(passos.iter().map(|p| p.publica_em).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(agora)
    .execute(t.conn)?;
    Ok(())
}

/// Keeps the codes of what changed nothing.
fn note(t: &mut Tenant<'_>, ficam: &[(Uuid, &[i32])]) -> Result<(), StoreError> {
    let com_codigos: Vec<_> = ficam.iter().filter(|(_, codigos)| !codigos.is_empty()).collect();
    if com_codigos.is_empty() {
        return Ok(());
    }
    prepared(
        "UPDATE disparo.negativacao n SET codigos = x.codigos::int[] FROM unnest($2, $3) AS x (id, codigos) \
          WHERE n.empresa_id = $1 AND n.id = x.id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(com_codigos.iter().map(|(id, _)| *id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(com_codigos.iter().map(|(_, c)| codes(c)).collect::<Vec<_>>())
    .execute(t.conn)?;
    Ok(())
}

/// They were taken, which brings none of them back.
fn note_taken(t: &mut Tenant<'_>, ids: &[Uuid], agora: DateTime<Utc>) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    prepared("UPDATE disparo.negativacao SET aceita_em = $3 WHERE empresa_id = $1 AND id = ANY ($2)")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Timestamptz, _>(agora)
        .execute(t.conn)?;
    Ok(())
}

fn codes(codigos: &[i32]) -> String {
    let textos: Vec<String> = codigos.iter().map(ToString::to_string).collect();
    format!("{{{}}}", textos.join(","))
}

fn save(t: &mut Tenant<'_>, r: &RetornoLido) -> Result<(), StoreError> {
    sql_query(
        "INSERT INTO disparo.retorno (empresa_id, id, sha256, remessa_id, recebido_em, linhas, aceitas, rejeitadas, baixadas, \
                baixas_recusadas, pelo_bureau, sem_efeito, desconhecidas) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(r.id)
    .bind::<Text, _>(&r.sha256)
    .bind::<SqlUuid, _>(r.remessa_id)
    .bind::<Timestamptz, _>(r.recebido_em)
    .bind::<Integer, _>(r.linhas)
    .bind::<Integer, _>(r.aceitas)
    .bind::<Integer, _>(r.rejeitadas)
    .bind::<Integer, _>(r.baixadas)
    .bind::<Integer, _>(r.baixas_recusadas)
    .bind::<Integer, _>(r.pelo_bureau)
    .bind::<Integer, _>(r.sem_efeito)
    .bind::<Integer, _>(r.desconhecidas)
    .execute(t.conn)?;
    Ok(())
}
