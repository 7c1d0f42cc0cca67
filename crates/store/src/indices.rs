//! Series of monthly changes: what corrects values, and the rates of interest that follow one.

use chrono::NaiveDate;
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::Rotulo;
use domain::encargos::Taxa;

use crate::{StoreError, Tenant};

/// The change of a series in a month.
#[derive(Clone, Debug)]
pub struct Variacao {
    /// The series.
    pub nome: Rotulo,
    /// The first day of the month.
    pub mes: NaiveDate,
    /// The change.
    pub variacao: Taxa,
}

/// The same as it is read.
#[derive(Clone, Debug, QueryableByName)]
pub struct VariacaoLida {
    /// The series.
    #[diesel(sql_type = Text)]
    pub nome: String,
    /// The first day of the month.
    #[diesel(sql_type = Date)]
    pub mes: NaiveDate,
    /// The change, in millionths of one per cent.
    #[diesel(sql_type = BigInt)]
    pub variacao: i64,
}

/// Stores the changes, each in place of what its month had, and answers how many were new or different. Of one that is
/// there twice the last stands.
///
/// # Errors
/// The database is unreachable; then nothing is stored.
pub fn save(t: &mut Tenant<'_>, variacoes: &[Variacao]) -> Result<usize, StoreError> {
    let por_mes: std::collections::BTreeMap<(&str, NaiveDate), i64> =
        variacoes.iter().map(|v| ((v.nome.as_str(), v.mes), v.variacao.get())).collect();
    Ok(sql_query(
        "INSERT INTO cadastro.indice AS i (empresa_id, nome, mes, variacao) \
         SELECT $1, n.* FROM unnest($2, $3, $4) AS n(nome, mes, variacao) \
         ON CONFLICT (empresa_id, nome, mes) DO UPDATE SET variacao = excluded.variacao \
          WHERE i.variacao IS DISTINCT FROM excluded.variacao",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<Text>, _>(por_mes.keys().map(|(nome, _)| *nome).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(por_mes.keys().map(|(_, mes)| *mes).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(por_mes.values().copied().collect::<Vec<_>>())
    .execute(t.conn)?)
}

/// Whether the company has any month of a series.
///
/// # Errors
/// The database is unreachable.
pub fn exists(t: &mut Tenant<'_>, nome: &Rotulo) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Linha {
        #[diesel(sql_type = Bool)]
        ha: bool,
    }
    let linha: Linha =
        sql_query("SELECT EXISTS (SELECT FROM cadastro.indice WHERE empresa_id = $1 AND nome = $2) AS ha")
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .bind::<Text, _>(nome.as_str())
            .get_result(t.conn)?;
    Ok(linha.ha)
}

/// A page of changes after `depois_de`, by name and month.
///
/// # Errors
/// The database is unreachable.
pub fn list(
    t: &mut Tenant<'_>,
    nome: Option<&Rotulo>,
    depois_de: Option<&(String, NaiveDate)>,
    limite: i64,
) -> Result<Vec<VariacaoLida>, StoreError> {
    let (depois_nome, depois_mes) = depois_de.map(|(nome, mes)| (nome.as_str(), *mes)).unzip();
    Ok(sql_query(
        "SELECT nome, mes, variacao FROM cadastro.indice WHERE empresa_id = $1 AND ($2 IS NULL OR nome = $2) \
            AND ($3 IS NULL OR (nome, mes) > ($3, $4)) ORDER BY nome, mes LIMIT $5",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<Text>, _>(nome.map(Rotulo::as_str))
    .bind::<Nullable<Text>, _>(depois_nome)
    .bind::<Nullable<Date>, _>(depois_mes)
    .bind::<BigInt, _>(limite)
    .load(t.conn)?)
}
