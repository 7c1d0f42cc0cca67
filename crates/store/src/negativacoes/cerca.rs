//! What the fence has to know: the accounts that a debt may go by, and which títulos have an entry already.

use std::collections::{BTreeMap, BTreeSet};

use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _};
use domain::dinheiro::Centavos;
use domain::endereco::Uf;
use domain::ids::{CredorId, TituloId};
use domain::negativacao::{Bureau, Limites};
use uuid::Uuid;

use crate::preparada::prepared;
use crate::{StoreError, Tenant};

/// An account of a creditor at a bureau, as far as it decides.
#[derive(Clone, Debug)]
pub struct ContaDoCredor {
    /// Which.
    pub id: Uuid,
    /// Whose; `None` is the company's own.
    pub credor: Option<CredorId>,
    /// At which bureau.
    pub bureau: Bureau,
    /// What it lets be included.
    pub limites: Limites,
}

/// What the fence knows of bureaus.
#[derive(Clone, Debug, Default)]
pub struct ParaNegativar {
    /// The company's active accounts.
    pub contas: Vec<ContaDoCredor>,
    /// Where each título has an entry now.
    pub vivas: BTreeMap<TituloId, BTreeSet<Bureau>>,
}

impl ParaNegativar {
    /// What of it is about these títulos.
    pub(crate) fn of(&self, titulos: &[Uuid]) -> Self {
        let delas = |(titulo, onde): (&TituloId, &BTreeSet<Bureau>)| {
            titulos.contains(&titulo.uuid()).then(|| (*titulo, onde.clone()))
        };
        Self { contas: self.contas.clone(), vivas: self.vivas.iter().filter_map(delas).collect() }
    }
}

#[derive(QueryableByName)]
struct LinhaConta {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    credor_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    bureau: String,
    #[diesel(sql_type = Integer)]
    dias_minimos: i32,
    #[diesel(sql_type = BigInt)]
    valor_minimo: i64,
    #[diesel(sql_type = Array<Text>)]
    ufs_vedadas: Vec<String>,
}

#[derive(QueryableByName)]
struct LinhaViva {
    #[diesel(sql_type = SqlUuid)]
    titulo_id: Uuid,
    #[diesel(sql_type = Text)]
    bureau: String,
}

/// Reads it for these títulos.
pub(crate) fn read(t: &mut Tenant<'_>, titulos: &[Uuid]) -> Result<ParaNegativar, StoreError> {
    let contas: Vec<LinhaConta> = prepared(
        "SELECT id, credor_id, bureau, dias_minimos, valor_minimo, ufs_vedadas FROM disparo.credencial \
          WHERE empresa_id = $1 AND ativa ORDER BY bureau, id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .load(t.conn)?;
    let linhas: Vec<LinhaViva> = prepared(
        "SELECT titulo_id, bureau FROM disparo.negativacao \
          WHERE empresa_id = $1 AND titulo_id = ANY ($2) AND terminou_em IS NULL",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(titulos)
    .load(t.conn)?;
    let mut vivas: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for linha in linhas {
        vivas.entry(TituloId::new(linha.titulo_id)).or_default().insert(bureau(&linha.bureau)?);
    }
    Ok(ParaNegativar { contas: contas.into_iter().map(LinhaConta::read).collect::<Result<_, _>>()?, vivas })
}

impl LinhaConta {
    fn read(self) -> Result<ContaDoCredor, StoreError> {
        Ok(ContaDoCredor {
            id: self.id,
            credor: self.credor_id.map(CredorId::new),
            bureau: bureau(&self.bureau)?,
            limites: Limites {
                dias_minimos: u32::try_from(self.dias_minimos)
                    .ok()
                    .ok_or(StoreError::Unknown("dias_minimos"))?,
                valor_minimo: Centavos::new(self.valor_minimo),
                ufs_vedadas: ufs(&self.ufs_vedadas)?,
            },
        })
    }
}

pub(super) fn bureau(codigo: &str) -> Result<Bureau, StoreError> {
    Bureau::parse(codigo).ok().ok_or(StoreError::Unknown("bureau"))
}

pub(super) fn ufs(codigos: &[String]) -> Result<BTreeSet<Uf>, StoreError> {
    let lidas: Result<_, _> = codigos.iter().map(|uf| Uf::parse(uf)).collect();
    lidas.ok().ok_or(StoreError::Unknown("uf"))
}
