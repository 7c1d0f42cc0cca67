//! The steps of a draft, and its cancelling.

use chrono::{DateTime, Utc};
use diesel::sql_query;
use diesel::sql_types::{BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use domain::filtro::Filtro;
use domain::ids::LoteId;
use domain::lote::{EstadoLote, EventoLote, Mostrado, Quem};
use serde_json::Value;

use super::{Lote, TemplateDeLote, day, planilhas, remember, shown};
use crate::filtros::{self, Selecao};
use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

/// The batch is in a state in which this cannot happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recusa(pub EstadoLote);

/// Where the event leads this batch.
pub(super) fn after(lote: &Lote, evento: EventoLote) -> Result<EstadoLote, Recusa> {
    lote.estado.depois(evento, lote.tipo).ok_or(Recusa(lote.estado))
}

/// Whether somebody may choose who is meant, as the batch stands.
///
/// # Errors
/// It cannot happen here.
pub fn selectable(lote: &Lote) -> Result<(), Recusa> {
    after(lote, EventoLote::Selecionar).map(|_estado| ())
}

/// Rules b03, b09, b10: selects by a filter or by a sheet of this batch, counted at this moment, for the batch that
/// [`super::lock`] answered. What was to be said is to be chosen again. Rule b17 is about filters: a sheet is not offered again.
///
/// # Errors
/// The database refused or is unreachable, or the filter takes longer than a statement may.
pub fn select(
    t: &mut Tenant<'_>,
    lote: &Lote,
    quem: &Quem,
    agora: DateTime<Utc>,
) -> Result<Result<(), Recusa>, StoreError> {
    let estado = match after(lote, EventoLote::Selecionar) {
        Ok(estado) => estado,
        Err(recusa) => return Ok(Err(recusa)),
    };
    let dia = day(t, agora)?;
    let contagem = filtros::count(t, &Selecao { quem: quem.into(), tipo: lote.tipo, dia })?;
    save_shown(t, lote, estado, &shown(lote.tipo, quem, &contagem, None), agora)?;
    planilhas::let_go(t, lote.id, quem.planilha().map(|planilha| planilha.id), agora)?;
    if let Some(filtro) = quem.filtro() {
        remember(t, lote, filtro, agora)?;
    }
    Ok(Ok(()))
}

/// Rule b12: chooses what they are told, for the batch that [`super::lock`] answered. Whether the template serves is the
/// caller's to ask ([`TemplateDeLote::serve`]). The count stays as it was shown.
///
/// # Errors
/// The database refused or is unreachable.
pub fn choose(
    t: &mut Tenant<'_>,
    lote: &Lote,
    template: &TemplateDeLote,
    agora: DateTime<Utc>,
) -> Result<Result<(), Recusa>, StoreError> {
    let estado = match after(lote, EventoLote::EscolherMensagem) {
        Ok(estado) => estado,
        Err(recusa) => return Ok(Err(recusa)),
    };
    let (Some(antes), Some(selecao)) = (lote.mostrado(), lote.selecao.as_ref()) else {
        return Ok(Err(Recusa(lote.estado)));
    };
    let mostrado = Mostrado { texto: Some(template.texto.clone()), ..antes };
    save_shown(t, lote, estado, &mostrado, selecao.contada_em)?;
    touch(t, lote, agora)?;
    Ok(Ok(()))
}

/// Calls it off, for the batch that [`super::lock`] answered; once called off it stays so.
///
/// # Errors
/// The database refused or is unreachable.
pub fn cancel(
    t: &mut Tenant<'_>,
    lote: &Lote,
    agora: DateTime<Utc>,
) -> Result<Result<(), Recusa>, StoreError> {
    if lote.estado == EstadoLote::Cancelada {
        return Ok(Ok(()));
    }
    let estado = match after(lote, EventoLote::Cancelar) {
        Ok(estado) => estado,
        Err(recusa) => return Ok(Err(recusa)),
    };
    move_to(t, lote.id, estado, agora)?;
    if lote.confirmado.is_none() {
        planilhas::let_go(t, lote.id, None, agora)?;
    }
    // Rule b23: from its next claim on the fence lets nothing of it through; a worker gives up what waits ([`super::step`]).
    Ok(Ok(()))
}

/// Writes the state that a batch comes to, and when; of its ends the first one is when it ended. A worker looks at it at once, but
/// at one that was called off before any began.
pub(super) fn move_to(
    t: &mut Tenant<'_>,
    lote: LoteId,
    estado: EstadoLote,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql_query(
        "UPDATE lote.acao_em_lote SET estado = $3, atualizada_em = $4, versao = versao + 1, \
                iniciada_em = CASE $3 WHEN 'processando' THEN $4 ELSE iniciada_em END, \
                concluida_em = CASE WHEN $3 IN ('concluida', 'concluida_com_erros') THEN coalesce(concluida_em, $4) END, \
                cancelada_em = CASE $3 WHEN 'cancelada' THEN $4 END, andou_em = clock_timestamp(), \
                olhar_em = CASE WHEN $3 <> 'cancelada' OR iniciada_em IS NOT NULL THEN clock_timestamp() END \
          WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(lote.uuid())
    .bind::<Text, _>(estado.as_str())
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)
}

/// Keeps what was counted and chosen. A text that is not chosen has no place in it.
pub(super) fn save_shown(
    t: &mut Tenant<'_>,
    lote: &Lote,
    estado: EstadoLote,
    mostrado: &Mostrado,
    contada_em: DateTime<Utc>,
) -> Result<(), StoreError> {
    let texto = mostrado.texto.as_ref();
    sql_query(
        "UPDATE lote.acao_em_lote SET estado = $3, filtro = $4, planilha_id = $13, atendem = $5, com_contato = $6, excluidos = $7, \
                contada_em = $8, template_id = $9, template_versao = $10, assunto = $11, corpo = $12, \
                atualizada_em = greatest(atualizada_em, $8), versao = versao + 1 WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(lote.id.uuid())
    .bind::<Text, _>(estado.as_str())
    .bind::<Nullable<Jsonb>, _>(mostrado.quem.filtro().map(Filtro::escrever))
    .bind::<BigInt, _>(mostrado.atendem)
    .bind::<BigInt, _>(mostrado.com_contato)
    .bind::<Jsonb, _>(serde_json::to_value(&mostrado.excluidos).unwrap_or(Value::Null))
    .bind::<Timestamptz, _>(contada_em)
    .bind::<Nullable<SqlUuid>, _>(texto.map(|texto| texto.template.uuid()))
    .bind::<Nullable<Integer>, _>(texto.map(|texto| texto.versao))
    .bind::<Nullable<Text>, _>(texto.and_then(|texto| texto.assunto.as_deref()))
    .bind::<Nullable<Text>, _>(texto.map(|texto| texto.corpo.as_str()))
    .bind::<Nullable<SqlUuid>, _>(mostrado.quem.planilha().map(|planilha| planilha.id.uuid()))
    .execute_unit(t.conn)
}

fn touch(t: &mut Tenant<'_>, lote: &Lote, agora: DateTime<Utc>) -> Result<(), StoreError> {
    sql_query("UPDATE lote.acao_em_lote SET atualizada_em = $3 WHERE empresa_id = $1 AND id = $2")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(lote.id.uuid())
        .bind::<Timestamptz, _>(agora)
        .execute_unit(t.conn)
}
