//! What came of an execution that was claimed.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{RunQueryDsl as _, sql_query};
use domain::execucao::{Estado, Motivo};
use domain::ids::{ExecucaoId, TituloId};
use uuid::Uuid;

use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Desfecho {
    /// The provider accepted it.
    Enviada {
        /// When, in business time.
        em: DateTime<Utc>,
    },
    /// It certainly did not leave and is tried again.
    Repetir {
        /// From when on, in business time.
        em: DateTime<Utc>,
    },
    /// It certainly did not leave and is not tried again.
    Falhou {
        /// Why.
        motivo: Motivo,
    },
    /// Nobody knows whether it left; it is never sent again blindly.
    Incerta {
        /// Why.
        motivo: Motivo,
    },
}

/// A message as it was made, kept when it left or may have left.
#[derive(Clone)]
pub struct MensagemMontada {
    /// To whom: every contact it was addressed to, separated by a comma and a space (rule m11). Whom the provider refused
    /// is in its answer.
    pub destinatario: String,
    /// Subject, where the channel has one.
    pub assunto: Option<String>,
    /// Text part.
    pub texto: String,
    /// The títulos that stand in it.
    pub titulos: Vec<TituloId>,
    /// When it was made.
    pub montada_em: DateTime<Utc>,
}

/// Writes the result of the attempt that holds the fence `cerca`, with the provider's answer and, if it left or may have
/// left, the message. Answers `false` when the fence is not ours any more: then nothing is written.
///
/// # Errors
/// The database refused or is unreachable.
pub fn finish(
    t: &mut Tenant<'_>,
    execucao: (ExecucaoId, i64),
    desfecho: &Desfecho,
    resposta: Option<&str>,
    mensagem: Option<&MensagemMontada>,
) -> Result<bool, StoreError> {
    let (id, cerca) = execucao;
    let (estado, motivo, quando, repete) = match desfecho {
        Desfecho::Enviada { em } => (Estado::Enviada, None, Some(*em), false),
        Desfecho::Repetir { em } => (Estado::Pendente, None, Some(*em), true),
        Desfecho::Falhou { motivo } => (Estado::Falhou, Some(motivo.as_str()), None, false),
        Desfecho::Incerta { motivo } => (Estado::Incerta, Some(motivo.as_str()), None, false),
    };
    let touched = sql_query(
        "UPDATE disparo.execucao SET estado = $4, motivo = $5, lease_ate = NULL, resposta = $6, \
                enviada_em = CASE WHEN $4 = 'enviada' THEN $7 END, \
                publicar_em = CASE WHEN $8 THEN $7 ELSE publicar_em END, \
                tentativas = tentativas + CASE WHEN $8 OR $4 = 'falhou' THEN 1 ELSE 0 END, \
                enfileirada_em = CASE WHEN $8 THEN NULL ELSE enfileirada_em END, atualizada_em = clock_timestamp() \
          WHERE empresa_id = $1 AND id = $2 AND cerca = $3 AND estado = 'enviando'",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<BigInt, _>(cerca)
    .bind::<Text, _>(estado.as_str())
    .bind::<Nullable<Text>, _>(motivo)
    .bind::<Nullable<Text>, _>(resposta)
    .bind::<Nullable<Timestamptz>, _>(quando)
    .bind::<Bool, _>(repete)
    .execute(t.conn)?;
    if touched == 0 {
        return Ok(false);
    }
    if let Some(mensagem) = mensagem {
        keep(t, id, mensagem)?;
    }
    Ok(true)
}

fn keep(t: &mut Tenant<'_>, id: ExecucaoId, mensagem: &MensagemMontada) -> Result<(), StoreError> {
    sql_query(
        "INSERT INTO disparo.mensagem (empresa_id, execucao_id, destinatario, assunto, texto, titulos, montada_em) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Text, _>(&mensagem.destinatario)
    .bind::<Nullable<Text>, _>(mensagem.assunto.as_deref())
    .bind::<Text, _>(&mensagem.texto)
    .bind::<Array<SqlUuid>, _>(mensagem.titulos.iter().map(|t| t.uuid()).collect::<Vec<Uuid>>())
    .bind::<Timestamptz, _>(mensagem.montada_em)
    .execute_unit(t.conn)
}
