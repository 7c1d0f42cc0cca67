//! Policies: what whoever negotiates in the company's name may give away.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::dinheiro::Centavos;
use domain::ids::CredorId;
use domain::negociacao::{Descontos, Politica};
use domain::percentual::Percentual;
use uuid::Uuid;

use crate::banco::new_id;
use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

/// A policy as it is written.
#[derive(Clone, Debug)]
pub struct EntradaPolitica {
    /// What the company calls it.
    pub nome: String,
    /// For the títulos of this creditor alone.
    pub credor: Option<CredorId>,
    /// Its limits.
    pub politica: Politica,
}

/// A policy as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoliticaLida {
    /// Id.
    pub id: Uuid,
    /// What the company calls it.
    pub nome: String,
    /// For the títulos of this creditor alone.
    pub credor: Option<CredorId>,
    /// Its limits.
    pub politica: Politica,
    /// When it was made.
    pub criada_em: DateTime<Utc>,
    /// When it was last changed.
    pub alterada_em: DateTime<Utc>,
}

/// Why a policy was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecusaPolitica {
    /// Another one of the same creditor begins on the same day.
    FaixaTomada(Uuid),
    /// The company has no such creditor.
    CredorNaoExiste,
}

#[derive(QueryableByName)]
struct Linha {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    nome: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    credor_id: Option<Uuid>,
    #[diesel(sql_type = SmallInt)]
    dias_de: i16,
    #[diesel(sql_type = SmallInt)]
    a_vista_encargos: i16,
    #[diesel(sql_type = SmallInt)]
    a_vista_principal: i16,
    #[diesel(sql_type = SmallInt)]
    parcelado_encargos: i16,
    #[diesel(sql_type = SmallInt)]
    parcelado_principal: i16,
    #[diesel(sql_type = SmallInt)]
    max_parcelas: i16,
    #[diesel(sql_type = BigInt)]
    parcela_minima: i64,
    #[diesel(sql_type = SmallInt)]
    entrada_minima: i16,
    #[diesel(sql_type = SmallInt)]
    juros_ao_mes: i16,
    #[diesel(sql_type = SmallInt)]
    validade_dias: i16,
    #[diesel(sql_type = SmallInt)]
    primeiro_vencimento_dias: i16,
    #[diesel(sql_type = Timestamptz)]
    criada_em: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    alterada_em: DateTime<Utc>,
}

impl Linha {
    fn read(self) -> Result<PoliticaLida, StoreError> {
        let number = |lido: i16| u16::try_from(lido).ok().ok_or(StoreError::Unknown("politica"));
        let percent = |lido: i16| {
            let percentual = number(lido).map(Percentual::new)?;
            percentual.ok().ok_or(StoreError::Unknown("percentual"))
        };
        let descontos = |encargos, principal| {
            Ok::<_, StoreError>(Descontos { encargos: percent(encargos)?, principal: percent(principal)? })
        };
        Ok(PoliticaLida {
            id: self.id,
            nome: self.nome,
            credor: self.credor_id.map(CredorId::new),
            politica: Politica {
                dias_de: number(self.dias_de)?,
                a_vista: descontos(self.a_vista_encargos, self.a_vista_principal)?,
                parcelado: descontos(self.parcelado_encargos, self.parcelado_principal)?,
                max_parcelas: number(self.max_parcelas)?,
                parcela_minima: Centavos::new(self.parcela_minima),
                entrada_minima: percent(self.entrada_minima)?,
                juros_ao_mes: percent(self.juros_ao_mes)?,
                validade_dias: number(self.validade_dias)?,
                primeiro_vencimento_dias: number(self.primeiro_vencimento_dias)?,
            },
            criada_em: self.criada_em,
            alterada_em: self.alterada_em,
        })
    }
}

const COLUNAS: &str = "SELECT id, nome, credor_id, dias_de, a_vista_encargos, a_vista_principal, parcelado_encargos, \
           parcelado_principal, max_parcelas, parcela_minima, entrada_minima, juros_ao_mes, validade_dias, \
           primeiro_vencimento_dias, criada_em, alterada_em \
      FROM cadastro.politica_negociacao WHERE empresa_id = $1";

/// The policy for debts of `credor` (or of the company itself) whose oldest is `dias` overdue: the creditor's own before the
/// company's. Where there is none, [`Politica::NENHUMA`] holds.
///
/// # Errors
/// The database is unreachable or holds a policy this version cannot read.
pub fn of(
    t: &mut Tenant<'_>,
    credor: Option<CredorId>,
    dias: u16,
) -> Result<Option<PoliticaLida>, StoreError> {
    let linha: Option<Linha> = sql_query(format!(
        "{COLUNAS} AND (credor_id = $2 OR credor_id IS NULL) AND dias_de <= $3 \
          ORDER BY credor_id NULLS LAST, dias_de DESC LIMIT 1"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<SqlUuid>, _>(credor.map(CredorId::uuid))
    .bind::<SmallInt, _>(small(dias))
    .get_result(t.conn)
    .optional()?;
    linha.map(Linha::read).transpose()
}

/// One policy of the company.
///
/// # Errors
/// As [`of`].
pub fn get(t: &mut Tenant<'_>, id: Uuid) -> Result<Option<PoliticaLida>, StoreError> {
    let linha: Option<Linha> = sql_query(format!("{COLUNAS} AND id = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id)
        .get_result(t.conn)
        .optional()?;
    linha.map(Linha::read).transpose()
}

/// A page of policies after the id `depois_de`, in the order in which they were made.
///
/// # Errors
/// As [`of`].
pub fn list(
    t: &mut Tenant<'_>,
    depois_de: Option<Uuid>,
    limite: i64,
) -> Result<Vec<PoliticaLida>, StoreError> {
    let linhas: Vec<Linha> = sql_query(format!("{COLUNAS} AND ($2 IS NULL OR id > $2) ORDER BY id LIMIT $3"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Nullable<SqlUuid>, _>(depois_de)
        .bind::<BigInt, _>(limite)
        .load(t.conn)?;
    linhas.into_iter().map(Linha::read).collect()
}

/// Writes a policy: a new one, or `id` anew, which the caller has seen. Negotiations that were made stay as they are.
///
/// # Errors
/// The database refused or is unreachable.
pub fn save(
    t: &mut Tenant<'_>,
    id: Option<Uuid>,
    entrada: &EntradaPolitica,
    agora: DateTime<Utc>,
) -> Result<Result<Uuid, RecusaPolitica>, StoreError> {
    let id = id.unwrap_or_else(|| new_id(agora));
    if let Some(recusa) = refusal(t, id, entrada)? {
        return Ok(Err(recusa));
    }
    let Politica { a_vista, parcelado, .. } = &entrada.politica;
    let percent = |percentual: Percentual| small(percentual.centesimos());
    sql_query(
        "INSERT INTO cadastro.politica_negociacao VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16) \
         ON CONFLICT (empresa_id, id) DO UPDATE SET (nome, credor_id, dias_de, a_vista_encargos, a_vista_principal, \
                parcelado_encargos, parcelado_principal, max_parcelas, parcela_minima, entrada_minima, juros_ao_mes, \
                validade_dias, primeiro_vencimento_dias, alterada_em) = ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(&entrada.nome)
    .bind::<Nullable<SqlUuid>, _>(entrada.credor.map(CredorId::uuid))
    .bind::<SmallInt, _>(small(entrada.politica.dias_de))
    .bind::<SmallInt, _>(percent(a_vista.encargos))
    .bind::<SmallInt, _>(percent(a_vista.principal))
    .bind::<SmallInt, _>(percent(parcelado.encargos))
    .bind::<SmallInt, _>(percent(parcelado.principal))
    .bind::<SmallInt, _>(small(entrada.politica.max_parcelas))
    .bind::<BigInt, _>(entrada.politica.parcela_minima.get())
    .bind::<SmallInt, _>(percent(entrada.politica.entrada_minima))
    .bind::<SmallInt, _>(percent(entrada.politica.juros_ao_mes))
    .bind::<SmallInt, _>(small(entrada.politica.validade_dias))
    .bind::<SmallInt, _>(small(entrada.politica.primeiro_vencimento_dias))
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)?;
    Ok(Ok(id))
}

/// What is in the way of it.
fn refusal(
    t: &mut Tenant<'_>,
    id: Uuid,
    entrada: &EntradaPolitica,
) -> Result<Option<RecusaPolitica>, StoreError> {
    #[derive(QueryableByName)]
    struct Achada {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    if let Some(credor) = entrada.credor {
        let credor: Option<Achada> =
            sql_query("SELECT id FROM cadastro.credor WHERE empresa_id = $1 AND id = $2 FOR KEY SHARE")
                .bind::<SqlUuid, _>(t.empresa.uuid())
                .bind::<SqlUuid, _>(credor.uuid())
                .get_result(t.conn)
                .optional()?;
        if credor.is_none() {
            return Ok(Some(RecusaPolitica::CredorNaoExiste));
        }
    }
    let outra: Option<Achada> = sql_query(
        "SELECT id FROM cadastro.politica_negociacao \
          WHERE empresa_id = $1 AND credor_id IS NOT DISTINCT FROM $2 AND dias_de = $3 AND id <> $4",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<SqlUuid>, _>(entrada.credor.map(CredorId::uuid))
    .bind::<SmallInt, _>(small(entrada.politica.dias_de))
    .bind::<SqlUuid, _>(id)
    .get_result(t.conn)
    .optional()?;
    Ok(outra.map(|outra| RecusaPolitica::FaixaTomada(outra.id)))
}

/// Takes a policy away; whether there was one.
///
/// # Errors
/// The database is unreachable.
pub fn delete(t: &mut Tenant<'_>, id: Uuid) -> Result<bool, StoreError> {
    let linhas = sql_query("DELETE FROM cadastro.politica_negociacao WHERE empresa_id = $1 AND id = $2")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id)
        .execute(t.conn)?;
    Ok(linhas > 0)
}

/// As it is stored; what is above was refused at the edge, and only makes a limit smaller here.
fn small(n: u16) -> i16 {
    i16::try_from(n).unwrap_or(i16::MAX)
}
