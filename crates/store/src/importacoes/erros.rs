//! What is wrong with the lines of a file.

use diesel::sql_types::{Array, BigInt, Nullable, SmallInt, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use uuid::Uuid;

use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

/// One reason, for one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErroDeLinha {
    /// Line of the file.
    pub linha: i64,
    /// Tells the reasons of one line apart.
    pub ordem: i16,
    /// The key, when it could be read.
    pub codigo_integracao: Option<String>,
    /// The field, or `None` for the whole line.
    pub campo: Option<String>,
    /// Stable name of the reason.
    pub codigo: String,
    /// The reason for a person, without anybody's data.
    pub motivo: String,
}

/// A reason as it is read.
#[derive(Clone, Debug, QueryableByName)]
pub struct ErroLido {
    /// Line of the file.
    #[diesel(sql_type = BigInt)]
    pub linha: i64,
    /// Tells the reasons of one line apart.
    #[diesel(sql_type = SmallInt)]
    pub ordem: i16,
    /// The key, when it could be read.
    #[diesel(sql_type = Nullable<Text>)]
    pub codigo_integracao: Option<String>,
    /// The field.
    #[diesel(sql_type = Nullable<Text>)]
    pub campo: Option<String>,
    /// Stable name of the reason.
    #[diesel(sql_type = Text)]
    pub codigo: String,
    /// The reason for a person.
    #[diesel(sql_type = Text)]
    pub motivo: String,
}

/// Stores reasons.
///
/// # Errors
/// The database refused or is unreachable.
pub fn save(t: &mut Tenant<'_>, id: Uuid, erros: &[ErroDeLinha]) -> Result<(), StoreError> {
    if erros.is_empty() {
        return Ok(());
    }
    sql_query(
        "INSERT INTO cadastro.importacao_erro (empresa_id, importacao_id, linha, ordem, codigo_integracao, campo, codigo, motivo) \
         SELECT $1, $2, n.* FROM unnest($3, $4, $5, $6, $7, $8) AS n(linha, ordem, codigo_integracao, campo, codigo, motivo) \
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id)
    .bind::<Array<BigInt>, _>(erros.iter().map(|e| e.linha).collect::<Vec<_>>())
    .bind::<Array<SmallInt>, _>(erros.iter().map(|e| e.ordem).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(erros.iter().map(|e| e.codigo_integracao.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(erros.iter().map(|e| e.campo.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(erros.iter().map(|e| e.codigo.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(erros.iter().map(|e| e.motivo.as_str()).collect::<Vec<_>>())
    .execute_unit(t.conn)
}

/// Reasons after the line and order of `depois_de`, in the order of the file; of one line, when it is named.
///
/// # Errors
/// The database is unreachable.
pub fn list(
    t: &mut Tenant<'_>,
    id: Uuid,
    linha: Option<i64>,
    depois_de: (i64, i16),
    limite: i64,
) -> Result<Vec<ErroLido>, StoreError> {
    Ok(sql_query(
        "SELECT linha, ordem, codigo_integracao, campo, codigo, motivo FROM cadastro.importacao_erro \
          WHERE empresa_id = $1 AND importacao_id = $2 AND (linha, ordem) > ($3, $4) AND ($5 IS NULL OR linha = $5) \
          ORDER BY linha, ordem LIMIT $6",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id)
    .bind::<BigInt, _>(linha.map_or(depois_de.0, |linha| depois_de.0.max(linha - 1)))
    .bind::<SmallInt, _>(depois_de.1)
    .bind::<Nullable<BigInt>, _>(linha)
    .bind::<BigInt, _>(limite)
    .load(t.conn)?)
}
