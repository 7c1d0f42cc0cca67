//! What a company chose, and what a month has cost so far.

use chrono::NaiveDate;
use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _};
use domain::dinheiro::Centavos;
use domain::enriquecimento::{BaseLegal, Finalidade, Politica};

use crate::preparada::prepared;
use crate::{StoreError, Tenant};

/// A policy and its version; 1 before anything was chosen.
#[derive(Clone, Copy, Debug)]
pub struct PoliticaLida {
    /// The policy.
    pub politica: Politica,
    /// Grows with each change.
    pub versao: i32,
}

/// What the queries of a month cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, QueryableByName)]
pub struct Gasto {
    /// In centavos, with what nobody knows to be charged or not.
    #[diesel(sql_type = BigInt)]
    pub custo: i64,
    /// How many were made.
    #[diesel(sql_type = BigInt)]
    pub consultas: i64,
}

#[derive(QueryableByName)]
struct Linha {
    #[diesel(sql_type = Nullable<BigInt>)]
    limite_mensal: Option<i64>,
    #[diesel(sql_type = Bool)]
    enderecos: bool,
    #[diesel(sql_type = SmallInt)]
    dias_entre_consultas: i16,
    #[diesel(sql_type = SmallInt)]
    dias_de_validade: i16,
    #[diesel(sql_type = Text)]
    finalidade: String,
    #[diesel(sql_type = Text)]
    base_legal: String,
    #[diesel(sql_type = Integer)]
    versao: i32,
}

impl Linha {
    fn read(&self) -> Option<PoliticaLida> {
        let politica = Politica {
            limite_mensal: self.limite_mensal.map(Centavos::new),
            enderecos: self.enderecos,
            dias_entre_consultas: u16::try_from(self.dias_entre_consultas).ok()?,
            dias_de_validade: u16::try_from(self.dias_de_validade).ok()?,
            finalidade: Finalidade::parse(&self.finalidade).ok()?,
            base_legal: BaseLegal::parse(&self.base_legal).ok()?,
        };
        Some(PoliticaLida { politica, versao: self.versao })
    }
}

/// The company's policy; what is usual where it chose none.
///
/// # Errors
/// The database is unreachable, or holds a policy that this version cannot read.
pub fn politica(t: &mut Tenant<'_>) -> Result<PoliticaLida, StoreError> {
    let linha: Option<Linha> = prepared(
        "SELECT limite_mensal, enderecos, dias_entre_consultas, dias_de_validade, finalidade, base_legal, versao \
           FROM disparo.politica_enriquecimento WHERE empresa_id = $1",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .get_result(t.conn)
    .optional()?;
    let Some(linha) = linha else { return Ok(PoliticaLida { politica: Politica::default(), versao: 1 }) };
    linha.read().ok_or(StoreError::Unknown("politica_enriquecimento"))
}

/// Chooses another policy, in place of the version that was read. `false` when that is not the one that stands.
///
/// # Errors
/// The database refused or is unreachable.
pub fn update(t: &mut Tenant<'_>, nova: &Politica, versao: i32) -> Result<bool, StoreError> {
    let dias = |dias: u16| i16::try_from(dias).unwrap_or(i16::MAX);
    let escritas = prepared(
        "INSERT INTO disparo.politica_enriquecimento AS p (empresa_id, limite_mensal, enderecos, dias_entre_consultas, \
                dias_de_validade, finalidade, base_legal) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (empresa_id) DO UPDATE SET limite_mensal = excluded.limite_mensal, enderecos = excluded.enderecos, \
                dias_entre_consultas = excluded.dias_entre_consultas, dias_de_validade = excluded.dias_de_validade, \
                finalidade = excluded.finalidade, base_legal = excluded.base_legal, versao = p.versao + 1 \
          WHERE p.versao = $8",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<BigInt>, _>(nova.limite_mensal.map(Centavos::get))
    .bind::<Bool, _>(nova.enderecos)
    .bind::<SmallInt, _>(dias(nova.dias_entre_consultas))
    .bind::<SmallInt, _>(dias(nova.dias_de_validade))
    .bind::<Text, _>(nova.finalidade.as_str())
    .bind::<Text, _>(nova.base_legal.as_str())
    .bind::<Integer, _>(versao)
    .execute(t.conn)?;
    Ok(escritas > 0)
}

/// What the queries of a month cost so far; of the month, its first day.
///
/// # Errors
/// The database is unreachable.
pub fn spent(t: &mut Tenant<'_>, mes: NaiveDate) -> Result<Gasto, StoreError> {
    let gasto = prepared("SELECT custo, consultas FROM disparo.gasto WHERE empresa_id = $1 AND mes = $2")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Date, _>(mes)
        .get_result(t.conn)
        .optional()?;
    Ok(gasto.unwrap_or_default())
}
