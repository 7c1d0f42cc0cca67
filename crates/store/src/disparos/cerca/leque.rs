//! A message to each of several numbers (rule m11), where a message has one recipient.
//!
//! The execution that the night decided goes to the first of them, and when it is claimed it keeps that number for good. In the
//! same transaction it gets a sister for each of the others, with attempts, receipts and an end of its own. That happens once:
//! whoever has a number of his own has no sisters to make.

use std::collections::BTreeMap;

use diesel::RunQueryDsl as _;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use domain::execucao::irma;
use domain::ids::ExecucaoId;

use super::Reivindicacao;
use crate::preparada::prepared;
use crate::{StoreError, Tenant};

/// Keeps the number of each execution that is about to leave for the first of several, and makes those for the others. They are
/// `pendente`, as ripe as the first, and leave one after the other.
pub(super) fn spread(
    t: &mut Tenant<'_>,
    decididas: &BTreeMap<ExecucaoId, Reivindicacao>,
) -> Result<(), StoreError> {
    let (mut primeiras, mut numeros) = (vec![], vec![]);
    let (mut de, mut ids, mut contatos) = (vec![], vec![], vec![]);
    for (id, decidida) in decididas {
        let Reivindicacao::Nossa { dados, .. } = decidida else { continue };
        let (Some(numero), Some(demais)) = (dados.contatos.first(), &dados.demais) else { continue };
        primeiras.push(id.uuid());
        numeros.push(numero.as_str());
        for (ordem, contato) in demais.iter().enumerate() {
            de.push(id.uuid());
            ids.push(irma(*id, ordem).uuid());
            contatos.push(contato.as_str());
        }
    }
    if primeiras.is_empty() {
        return Ok(());
    }
    prepared(
        "WITH primeiras AS ( \
           UPDATE disparo.execucao e SET contato = x.contato FROM unnest($2, $3) AS x (id, contato) \
            WHERE e.empresa_id = $1 AND e.id = x.id RETURNING e.*) \
         INSERT INTO disparo.execucao (empresa_id, id, devedor_id, regua_id, posicao_id, acao_id, inscricao_id, ciclo, \
                conteudo_id, canal, titulos, data, devida_em, publicar_em, criada_em, atualizada_em, reprocessada_em, \
                contato, irma_de) \
         SELECT p.empresa_id, x.id, p.devedor_id, p.regua_id, p.posicao_id, p.acao_id, p.inscricao_id, p.ciclo, \
                p.conteudo_id, p.canal, p.titulos, p.data, p.devida_em, p.publicar_em, p.criada_em, clock_timestamp(), \
                p.reprocessada_em, x.contato, p.id \
           FROM unnest($4, $5, $6) AS x (de, id, contato) JOIN primeiras p ON p.id = x.de ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(primeiras)
    .bind::<Array<Text>, _>(numeros)
    .bind::<Array<SqlUuid>, _>(de)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(contatos)
    .execute(t.conn)?;
    Ok(())
}
