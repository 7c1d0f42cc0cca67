//! Who walks where, as the API shows it.

use chrono::NaiveDate;
use diesel::sql_types::{Array, BigInt, Date, Integer, Nullable, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use uuid::Uuid;

use crate::{StoreError, Tenant};

/// One enrolment as it is read.
#[derive(Clone, Debug, QueryableByName)]
pub struct InscricaoLida {
    /// Id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Régua.
    #[diesel(sql_type = SqlUuid)]
    pub regua_id: Uuid,
    /// Debtor.
    #[diesel(sql_type = SqlUuid)]
    pub devedor_id: Uuid,
    /// The título that walks, in a régua that each walks by itself (rule r12); else the debtor does.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub alvo_id: Option<Uuid>,
    /// `andando`, `congelada`, `final` or `encerrada`.
    #[diesel(sql_type = Text)]
    pub estado: String,
    /// Date of the night on which it began (rule n04).
    #[diesel(sql_type = Date)]
    pub entrada: NaiveDate,
    /// Turn of the walk, from 1.
    #[diesel(sql_type = Integer)]
    pub ciclo: i32,
    /// Date from which the positions count, while it walks or is frozen.
    #[diesel(sql_type = Nullable<Date>)]
    pub ancora: Option<NaiveDate>,
    /// Next position, while it walks or is frozen.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub proxima_id: Option<Uuid>,
    /// The first night that found it frozen, while it is.
    #[diesel(sql_type = Nullable<Date>)]
    pub congelada_em: Option<NaiveDate>,
    /// Since when it is past the last position (rule e01).
    #[diesel(sql_type = Nullable<Date>)]
    pub final_em: Option<NaiveDate>,
    /// When it closed.
    #[diesel(sql_type = Nullable<Date>)]
    pub encerrada_em: Option<NaiveDate>,
    /// Why it closed.
    #[diesel(sql_type = Nullable<Text>)]
    pub motivo: Option<String>,
    /// The títulos it holds.
    #[diesel(sql_type = Array<SqlUuid>)]
    pub titulos: Vec<Uuid>,
}

/// Which enrolments to list; `None` is any.
#[derive(Clone, Debug, Default)]
pub struct Filtro {
    /// Those of one régua.
    pub regua: Option<Uuid>,
    /// Those of one debtor.
    pub devedor: Option<Uuid>,
    /// Those that hold one título, or that it walks by itself.
    pub titulo: Option<Uuid>,
    /// Those of one state.
    pub estado: Option<String>,
}

/// A page of enrolments after the id `depois_de`, in order of id.
///
/// # Errors
/// The database is unreachable.
pub fn list(
    t: &mut Tenant<'_>,
    filtro: &Filtro,
    depois_de: Option<Uuid>,
    limite: i64,
) -> Result<Vec<InscricaoLida>, StoreError> {
    Ok(sql_query(
        "SELECT id, regua_id, devedor_id, alvo_id, estado, entrada, ciclo, ancora, proxima_id, congelada_em, final_em, \
                encerrada_em, motivo, titulos \
           FROM regua.inscricao WHERE empresa_id = $1 AND ($2 IS NULL OR id > $2) \
            AND ($3 IS NULL OR regua_id = $3) AND ($4 IS NULL OR devedor_id = $4) AND ($5 IS NULL OR estado = $5) \
            AND ($7 IS NULL OR (devedor_id = (SELECT t.devedor_id FROM cadastro.v_titulo t WHERE t.empresa_id = $1 AND t.id = $7) \
                                AND ($7 = ANY (titulos) OR alvo_id = $7))) \
          ORDER BY id LIMIT $6",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<SqlUuid>, _>(depois_de)
    .bind::<Nullable<SqlUuid>, _>(filtro.regua)
    .bind::<Nullable<SqlUuid>, _>(filtro.devedor)
    .bind::<Nullable<Text>, _>(filtro.estado.as_deref())
    .bind::<BigInt, _>(limite)
    .bind::<Nullable<SqlUuid>, _>(filtro.titulo)
    .load(t.conn)?)
}
