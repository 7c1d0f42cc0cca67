//! Statements that the server keeps prepared.
//!
//! diesel's `sql_query` has each statement parsed and planned anew, which costs a message to the server and, for a row
//! found by its key, more than finding it. What every request asks goes through [`prepared`] instead. It is not for
//! statements whose best plan depends on their values: after a few runs the server may settle for one plan for all.

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Untyped};
use diesel::{PgConnection, QueryResult, RunQueryDsl};
use std::marker::PhantomData;

/// A statement with its values, used as `sql_query` is. In the text `$1`, `$2` … are the values in the order in which they
/// are bound, and stand for nothing else.
pub(crate) fn prepared(sql: &str) -> Prepared<'_> {
    Prepared { sql, valores: Vec::new() }
}

/// See [`prepared`].
pub(crate) struct Prepared<'q> {
    sql: &'q str,
    valores: Vec<Box<dyn QueryFragment<Pg> + 'q>>,
}

impl<'q> Prepared<'q> {
    /// The next value.
    pub(crate) fn bind<ST, T>(mut self, valor: T) -> Self
    where
        ST: 'q,
        T: ToSql<ST, Pg> + 'q,
        Pg: HasSqlType<ST>,
    {
        self.valores.push(Box::new(Valor { valor, tipo: PhantomData::<ST> }));
        self
    }
}

struct Valor<T, ST> {
    valor: T,
    tipo: PhantomData<ST>,
}

impl<T, ST> QueryFragment<Pg> for Valor<T, ST>
where
    T: ToSql<ST, Pg>,
    Pg: HasSqlType<ST>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param::<ST, T>(&self.valor)
    }
}

impl QueryFragment<Pg> for Prepared<'_> {
    /// A value that stands in several places is sent once for each.
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut partes = self.sql.split('$');
        out.push_sql(partes.next().unwrap_or_default());
        for parte in partes {
            let fim = parte.find(|c: char| !c.is_ascii_digit()).unwrap_or(parte.len());
            let (numero, resto) = parte.split_at(fim);
            let valor = numero.parse::<usize>().ok().and_then(|n| self.valores.get(n.checked_sub(1)?));
            valor.ok_or(diesel::result::Error::NotFound)?.walk_ast(out.reborrow())?;
            out.push_sql(resto);
        }
        Ok(())
    }
}

impl QueryId for Prepared<'_> {
    type QueryId = ();
    /// The server's name of it hangs on its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Prepared<'_> {
    type SqlType = Untyped;
}

impl RunQueryDsl<PgConnection> for Prepared<'_> {}

#[cfg(test)]
mod tests {
    use diesel::sql_types::{BigInt, Text};
    use diesel::{QueryableByName, sql_query};

    use super::*;
    use crate::{Banco, Papel, StoreError};

    #[derive(QueryableByName, Debug, PartialEq, Eq)]
    struct Linha {
        #[diesel(sql_type = BigInt)]
        n: i64,
        #[diesel(sql_type = Text)]
        t: String,
    }

    #[derive(QueryableByName)]
    struct Quantas {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }

    fn banco(pg: &testkit::Banco) -> Banco {
        Banco::connect(pg.url(), Papel::Titulos, 1).unwrap()
    }

    #[test]
    fn values_stand_where_their_numbers_are_and_the_server_keeps_the_statement() {
        let pg = testkit::Banco::new();
        let banco = banco(&pg);
        let texto = "SELECT $2 + $2 AS n, $1 || '!' AS t";
        for (n, soma) in [(1, 2), (20, 40)] {
            let lida: Linha = banco
                .uma_leitura(|conn| {
                    let pedido = prepared(texto).bind::<Text, _>("a").bind::<BigInt, _>(n);
                    Ok(pedido.get_result(conn)?)
                })
                .unwrap();
            assert_eq!(lida, Linha { n: soma, t: "a!".to_owned() });
        }
        let guardadas: Quantas = banco
            .uma_leitura(|conn| {
                let sql = "SELECT count(*) AS n FROM pg_prepared_statements WHERE statement LIKE '%AS t'";
                Ok(sql_query(sql).get_result(conn)?)
            })
            .unwrap();
        assert_eq!(guardadas.n, 1);
    }

    #[test]
    fn a_number_without_a_value_is_refused_before_the_server_sees_it() {
        let pg = testkit::Banco::new();
        let lida = banco(&pg).uma_leitura(|conn| {
            let pedido = prepared("SELECT $2 AS n, '' AS t").bind::<BigInt, _>(1);
            Ok(pedido.get_result::<Linha>(conn)?)
        });
        assert!(matches!(lida, Err(StoreError::Statement(_))), "{lida:?}");
    }
}
