//! Rules b14, b15: what is about to be done is shown, and confirmed if it is still so.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_query;
use diesel::sql_types::{BigInt, Date, Text, Timestamptz, Uuid as SqlUuid};
use domain::lote::{EstadoLote, EventoLote, Mostrado, Mudanca, Resumo, TextoMostrado};

use super::passos::{after, save_shown};
use super::{Lote, day, shown, template};
use crate::filtros::{self, Selecao};
use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

/// What is about to be done, or was confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Vista {
    /// This, as it was counted then.
    Mostrado(Box<Mostrado>, DateTime<Utc>),
    /// The template that was chosen may not be sent any more.
    SemTexto,
    /// There is nothing to be confirmed in this state.
    NaoPermite(EstadoLote),
}

/// What became of a confirmation. All but the first two ask for the transaction to be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmacao {
    /// It is in the queue now.
    Confirmado,
    /// It was before, and all that this summary is of: asking twice is safe.
    JaConfirmado,
    /// Nobody who was shown can have the action.
    NinguemApto,
    /// The summary is of other debtors, of fewer of them, or of another text than there is now; with what it was and is.
    Mudou(Vec<Mudanca>),
    /// The template that was chosen may not be sent any more.
    SemTexto,
    /// It cannot be confirmed in this state.
    NaoPermite(EstadoLote),
}

/// What would be confirmed at this moment; of a batch that is confirmed, what was.
///
/// # Errors
/// The database is unreachable, or the filter takes longer than a statement may.
pub fn look(t: &mut Tenant<'_>, lote: &Lote, agora: DateTime<Utc>) -> Result<Vista, StoreError> {
    let (Some(antes), Some(selecao)) = (lote.mostrado(), lote.selecao.as_ref()) else {
        return Ok(Vista::NaoPermite(lote.estado));
    };
    if lote.estado.confirmado() {
        return Ok(Vista::Mostrado(Box::new(antes), selecao.contada_em));
    }
    if let Err(recusa) = after(lote, EventoLote::Confirmar) {
        return Ok(Vista::NaoPermite(recusa.0));
    }
    let dia = day(t, agora)?;
    let contagem = filtros::count(t, &Selecao { quem: (&antes.quem).into(), tipo: lote.tipo, dia })?;
    Ok(match text_now(t, lote)? {
        Ok(texto) => {
            let mostrado = shown(lote.tipo, &antes.quem, &contagem, texto);
            Vista::Mostrado(Box::new(mostrado), agora)
        }
        Err(ForaDeUso) => Vista::SemTexto,
    })
}

/// Confirms the batch that [`super::lock`] answered, if `resumo` is of what there is at this moment or of that and some who left
/// since: its debtors are counted and fixed by one statement, and its text is kept.
///
/// # Errors
/// The database refused or is unreachable, or the filter takes longer than a statement may.
pub fn confirm(
    t: &mut Tenant<'_>,
    lote: &Lote,
    resumo: &Resumo,
    agora: DateTime<Utc>,
) -> Result<Confirmacao, StoreError> {
    let Some(antes) = lote.mostrado() else { return Ok(Confirmacao::NaoPermite(lote.estado)) };
    if lote.estado.confirmado() && antes.cabe_em(resumo) {
        return Ok(Confirmacao::JaConfirmado);
    }
    let estado = match after(lote, EventoLote::Confirmar) {
        Ok(estado) => estado,
        Err(recusa) => return Ok(Confirmacao::NaoPermite(recusa.0)),
    };
    let dia = day(t, agora)?;
    // Asked before anybody is counted and written down, which costs.
    let Ok(texto) = text_now(t, lote)? else { return Ok(Confirmacao::SemTexto) };
    let contagem =
        filtros::enlist(t, &Selecao { quem: (&antes.quem).into(), tipo: lote.tipo, dia }, lote.id)?;
    let depois = shown(lote.tipo, &antes.quem, &contagem, texto);
    if !depois.cabe_em(resumo) {
        return Ok(Confirmacao::Mudou(antes.mudancas(resumo, &depois)));
    }
    if depois.com_contato == 0 {
        return Ok(Confirmacao::NinguemApto);
    }
    save_shown(t, lote, lote.estado, &depois, agora)?;
    queue(t, lote, estado, (depois.com_contato, dia.hoje), agora)?;
    Ok(Confirmacao::Confirmado)
}

/// The template that was chosen may not be sent any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForaDeUso;

/// What the batch says: the text that it was confirmed with, or before that its template as it is now; `None` before one is
/// chosen, and where its kind has none.
///
/// # Errors
/// The database is unreachable.
pub fn text_now(
    t: &mut Tenant<'_>,
    lote: &Lote,
) -> Result<Result<Option<TextoMostrado>, ForaDeUso>, StoreError> {
    let Some(escolhido) = lote.texto.as_ref().filter(|_| lote.confirmado.is_none()) else {
        return Ok(Ok(lote.texto.clone()));
    };
    let agora = template(t, escolhido.template)?
        .filter(|template| template.serve(lote.tipo) && template.sem_valor(lote).is_none());
    Ok(agora.map(|template| Some(template.texto)).ok_or(ForaDeUso))
}

fn queue(
    t: &mut Tenant<'_>,
    lote: &Lote,
    estado: EstadoLote,
    (itens, data): (i64, NaiveDate),
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql_query(
        "UPDATE lote.acao_em_lote SET estado = $3, itens = $4, data = $5, confirmada_em = $6, andou_em = clock_timestamp(), \
                olhar_em = clock_timestamp() WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(lote.id.uuid())
    .bind::<Text, _>(estado.as_str())
    .bind::<BigInt, _>(itens)
    .bind::<Date, _>(data)
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)
}
