//! A page of rows that are few or many, and nobody knows which.
//!
//! An index has the rows in the order of the list or those that meet a filter, and not both. Where many meet it, the page is
//! among the first of the order; where few do, all of them are found and sorted. Neither way costs more than it must, however
//! many rows there are, if it is known which to take: a look at the first few, and a count of no more than a few.

use crate::{StoreError, Tenant};

/// Rows of the order looked through before anything is counted.
const OLHADOS: i64 = 1_000;
/// So many that meet a filter are found and sorted faster than the page is come across, and in some tens of milliseconds.
const POUCOS: i64 = 5_000;
/// Rows looked through of an order in which more than [`POUCOS`] of a million would have filled the page, unless all of them
/// are at its end.
const MAIS_OLHADOS: i64 = 30_000;

/// A page of `limite` rows that meet filters of which each is an index of its own, `fontes`. `look` answers what of the page is
/// among the first so many rows, `count` how many meet one of the filters, up to so many, and `find` the page from those that
/// do, which are at most so many. The planner is not to guess how many these are: both read them in the order of the index.
pub(crate) fn page<L, F>(
    t: &mut Tenant<'_>,
    (limite, fontes): (i64, &[F]),
    look: impl Fn(&mut Tenant<'_>, i64) -> Result<Vec<L>, StoreError>,
    count: impl Fn(&mut Tenant<'_>, &F, i64) -> Result<i64, StoreError>,
    find: impl Fn(&mut Tenant<'_>, &F, i64) -> Result<Vec<L>, StoreError>,
) -> Result<Vec<L>, StoreError> {
    let is_full = |linhas: &[L]| i64::try_from(linhas.len()).is_ok_and(|quantas| quantas >= limite);
    let primeiras = look(t, OLHADOS)?;
    if is_full(&primeiras) {
        return Ok(primeiras);
    }
    for fonte in fontes {
        if count(t, fonte, POUCOS + 1)? <= POUCOS {
            return find(t, fonte, POUCOS);
        }
    }
    let primeiras = look(t, MAIS_OLHADOS)?;
    match fontes.first() {
        Some(fonte) if !is_full(&primeiras) => find(t, fonte, i64::MAX),
        Some(_) | None => Ok(primeiras),
    }
}

#[cfg(test)]
mod tests {
    use diesel::sql_types::BigInt;
    use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
    use domain::dinheiro::Centavos;
    use domain::ids::EmpresaId;
    use domain::titulo::StatusTitulo;
    use testkit::Sql;
    use uuid::Uuid;

    use super::*;
    use crate::devedores::{self, Ordem};
    use crate::{Banco, Papel, negociacoes};

    /// Debtors, each with a título of its own balance and a negotiation of one instalment; a hundred live in one place.
    const CARTEIRA: &str = "
        INSERT INTO cadastro.empresa (id, nome, remetente_email, criada_em)
          VALUES ('00000000-0000-0000-0000-000000000001', 'A', 'a@a.com', now());
        CREATE TEMP TABLE n AS SELECT n, gen_random_uuid() AS id, timestamptz '2026-01-01' + n * interval '1 second' AS em
          FROM generate_series(1, 20000) n;
        INSERT INTO cadastro.devedor (empresa_id, id, nome, tipo_pessoa, criado_em, atualizado_em)
          SELECT '00000000-0000-0000-0000-000000000001', id, 'D' || n, 'isenta', em, em FROM n;
        INSERT INTO cadastro.meio_contato (empresa_id, devedor_id, tipo, valor, ordem, endereco)
          SELECT '00000000-0000-0000-0000-000000000001', id, 'endereco', 'e', 0,
                 jsonb_build_object('cidade', CASE WHEN n <= 100 THEN 'Vila' ELSE 'Cidade' END, 'uf', 'SP') FROM n;
        INSERT INTO cadastro.negociacao (empresa_id, id, devedor_id, valor, primeira_parcela, criada_em, principal, encargos,
                                         desconto_encargos, desconto_principal, juros, com_entrada)
          SELECT '00000000-0000-0000-0000-000000000001', id, id, 100, '2026-06-01', em, 100, 0, 0, 0, 0, false FROM n;
        INSERT INTO cadastro.titulo (empresa_id, id, codigo_integracao, devedor_id, numero, vencimento, valor, saldo, origem,
                                     acordo_id, status_em, criado_em, atualizado_em)
          SELECT '00000000-0000-0000-0000-000000000001', gen_random_uuid(), origem || n, id, 'N', '2026-06-01', n, n, origem,
                 CASE origem WHEN 'acordo' THEN id END, em, em, em FROM n, unnest(ARRAY['original', 'acordo']) origem";

    #[derive(QueryableByName)]
    struct Lidas {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }

    /// How many rows `work` answers, and how many it reads for them.
    fn measured<L>(
        t: &mut Tenant<'_>,
        work: impl FnOnce(&mut Tenant<'_>) -> Result<Vec<L>, StoreError>,
    ) -> Result<(usize, i64), StoreError> {
        let sql = "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint AS n FROM pg_stat_xact_user_tables \
                    WHERE schemaname = 'cadastro'";
        let ate_aqui = |t: &mut Tenant<'_>| sql_query(sql).get_result::<Lidas>(t.conn).unwrap().n;
        let antes = ate_aqui(t);
        let linhas = work(t)?.len();
        Ok((linhas, ate_aqui(t) - antes))
    }

    #[test]
    fn a_list_that_few_meet_reads_few_rows() {
        let pg = testkit::Banco::new();
        let mut sql = Sql::connect(pg.url());
        sql.run(CARTEIRA);
        sql.run("VACUUM (ANALYZE)");
        let banco = Banco::connect(pg.url(), Papel::Titulos, 1).unwrap();
        let empresa = EmpresaId::new(Uuid::from_u128(1));
        let centavos = |n: i64| Some(Centavos::new(n));
        let todos = devedores::Filtro::default;
        let devedores = [
            (devedores::Filtro { saldo_de: centavos(39_900), ..todos() }, 51),
            (devedores::Filtro { saldo_de: centavos(39_990), saldo_ate: centavos(39_994), ..todos() }, 3),
            (devedores::Filtro { saldo_de: centavos(50_000), ..todos() }, 0),
            (devedores::Filtro { saldo_ate: centavos(0), ..todos() }, 0),
            (devedores::Filtro { saldo_ate: centavos(10), ..todos() }, 5),
            (devedores::Filtro { cidade: Some("VILA".to_owned()), ..todos() }, 51),
            (devedores::Filtro { cidade: Some("Vila".to_owned()), saldo_ate: centavos(40), ..todos() }, 20),
        ];
        for (filtro, achados) in devedores {
            for ordem in [(Ordem::Nome, false), (Ordem::CriadoEm, true), (Ordem::AtualizadoEm, true)] {
                let (linhas, lidas) = banco
                    .da_empresa(empresa, |t| measured(t, |t| devedores::list(t, &filtro, ordem, None, 51)))
                    .unwrap();
                assert_eq!(linhas, achados, "{filtro:?}");
                assert!(lidas < 4_000, "{lidas} rows: {filtro:?} {ordem:?}");
            }
        }
        let com = |status| negociacoes::Filtro {
            status_parcela: Some(vec![status]),
            ..negociacoes::Filtro::default()
        };
        for (filtro, achadas) in [(com(StatusTitulo::Suspenso), 0), (com(StatusTitulo::Aberto), 51)] {
            for recentes in [false, true] {
                let (linhas, lidas) = banco
                    .da_empresa(empresa, |t| {
                        measured(t, |t| negociacoes::list(t, &filtro, recentes, None, 51))
                    })
                    .unwrap();
                assert_eq!(linhas, achadas, "{filtro:?}");
                assert!(lidas < 4_000, "{lidas} rows: {filtro:?} {recentes}");
            }
        }
    }
}
