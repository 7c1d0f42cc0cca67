//! A statement while it is put together: its text, and what is bound to it.

use chrono::NaiveDate;
use chrono_tz::Tz;
use diesel::pg::Pg;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Date, Text, Uuid as SqlUuid};
use domain::ids::EmpresaId;
use uuid::Uuid;

pub(super) enum Valor {
    Uuid(Uuid),
    Uuids(Vec<Uuid>),
    Texto(String),
    Textos(Vec<String>),
    Dia(NaiveDate),
    Numero(i64),
}

/// `$1` is the company, `$2` its time zone.
pub(super) struct Consulta {
    pub(super) sql: String,
    valores: Vec<Valor>,
}

impl Consulta {
    pub(super) fn new(empresa: EmpresaId, fuso: Tz) -> Self {
        let valores = vec![Valor::Uuid(empresa.uuid()), Valor::Texto(fuso.name().to_owned())];
        Self { sql: String::new(), valores }
    }

    /// The parameter that stands for the value.
    pub(super) fn bind(&mut self, valor: Valor) -> String {
        self.valores.push(valor);
        format!("${}", self.valores.len())
    }

    /// The statement, ready to be run. It is planned for its values.
    pub(super) fn boxed(self) -> BoxedSqlQuery<'static, Pg, SqlQuery> {
        let consulta = sql_query(self.sql).into_boxed::<Pg>();
        self.valores.into_iter().fold(consulta, |consulta, valor| match valor {
            Valor::Uuid(id) => consulta.bind::<SqlUuid, _>(id),
            Valor::Uuids(ids) => consulta.bind::<Array<SqlUuid>, _>(ids),
            Valor::Texto(texto) => consulta.bind::<Text, _>(texto),
            Valor::Textos(textos) => consulta.bind::<Array<Text>, _>(textos),
            Valor::Dia(dia) => consulta.bind::<Date, _>(dia),
            Valor::Numero(numero) => consulta.bind::<BigInt, _>(numero),
        })
    }
}
