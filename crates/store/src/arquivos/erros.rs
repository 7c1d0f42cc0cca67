//! Lines that imports refused, as a file of their own.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{BigInt, Date, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::arquivo::TipoArquivo;
use uuid::Uuid;

use super::{Posse, Reserva, insert};
use crate::{StoreError, Tenant};

/// An import of which lines were refused.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Recusada {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// How many lines.
    #[diesel(sql_type = BigInt)]
    pub recusados: i64,
    /// The day on which it ended, where the company is.
    #[diesel(sql_type = Date)]
    pub data: NaiveDate,
}

/// Imports that ended since then, whose refused lines are in no file.
///
/// # Errors
/// The database is unreachable.
pub fn rejected(t: &mut Tenant<'_>, desde: DateTime<Utc>) -> Result<Vec<Recusada>, StoreError> {
    Ok(sql_query(
        "SELECT i.id, i.recusados, (i.concluida_em AT TIME ZONE e.fuso)::date AS data \
           FROM cadastro.v_importacao_recusada i CROSS JOIN cadastro.v_empresa e \
          WHERE i.concluida_em >= $2 \
            AND NOT EXISTS (SELECT FROM disparo.arquivo a WHERE a.empresa_id = $1 AND a.id = i.id) ORDER BY i.id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Timestamptz, _>(desde)
    .load(t.conn)?)
}

/// Begins the file of an import, which has its id. `None` when somebody else did.
///
/// # Errors
/// The database is unreachable.
pub fn reserve_errors(
    t: &mut Tenant<'_>,
    recusada: &Recusada,
    agora: DateTime<Utc>,
    lease: Duration,
) -> Result<Option<Posse>, StoreError> {
    let reserva = Reserva {
        tipo: TipoArquivo::ErrosImportacao,
        nome: format!("erros-{}", recusada.data),
        mime: "text/csv",
        data: recusada.data,
        acao: None,
        itens: recusada.recusados,
    };
    insert(t, recusada.id, &reserva, agora, lease)
}

/// Why a line was refused. It may hold what the line said and so has no `Debug`.
#[derive(Clone, QueryableByName)]
pub struct ErroDaLinha {
    /// Which line.
    #[diesel(sql_type = BigInt)]
    pub linha: i64,
    /// Which of its errors.
    #[diesel(sql_type = SmallInt)]
    pub ordem: i16,
    /// The ERP's key, if it could be read.
    #[diesel(sql_type = Nullable<Text>)]
    pub codigo_integracao: Option<String>,
    /// The field.
    #[diesel(sql_type = Nullable<Text>)]
    pub campo: Option<String>,
    /// The stable code.
    #[diesel(sql_type = Text)]
    pub codigo: String,
    /// In words.
    #[diesel(sql_type = Text)]
    pub motivo: String,
}

/// The errors of an import after a place in it, in order.
///
/// # Errors
/// The database is unreachable.
pub fn errors_of(
    t: &mut Tenant<'_>,
    importacao: Uuid,
    depois_de: (i64, i16),
    limite: i64,
) -> Result<Vec<ErroDaLinha>, StoreError> {
    Ok(sql_query(
        "SELECT linha, ordem, codigo_integracao, campo, codigo, motivo FROM cadastro.v_importacao_erro \
          WHERE empresa_id = $1 AND importacao_id = $2 AND (linha, ordem) > ($3, $4) ORDER BY linha, ordem LIMIT $5",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(importacao)
    .bind::<BigInt, _>(depois_de.0)
    .bind::<SmallInt, _>(depois_de.1)
    .bind::<BigInt, _>(limite)
    .load(t.conn)?)
}
