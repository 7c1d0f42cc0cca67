//! What any filter reads.

use std::cell::Cell;

use diesel::RunQueryDsl as _;
use diesel::deserialize::{self, QueryableByName};
use diesel::pg::Pg;
use diesel::row::NamedRow;
use diesel::sql_types::Text;
use domain::execucao::Canal;
use domain::ids::{DevedorId, LoteId};
use proptest::collection::vec;
use proptest::prelude::*;

use super::super::lista::listados;
use super::super::vizinhos::{Lugar, Onde, vizinho};
use super::super::{Alvo, Consulta, Selecao, amostra, aptos, contagem, enlistment};
use super::carteira::{Casa, de, hoje};
use super::sorte::Sorte;
use crate::Tenant;
use uuid::Uuid;

/// 20,000 debtors with three títulos each, and everything else that is asked about. Vacuumed, as autovacuum keeps it.
const CARTEIRA: &str = "
    SET session_replication_role = replica;
    SET synchronous_commit = on; -- what is not on the disk yet is nothing that VACUUM calls visible
    INSERT INTO cadastro.devedor (empresa_id, id, nome, documento, tipo_pessoa, categoria, gerente, criado_em, atualizado_em)
      SELECT e, id, 'D' || md5(n::text), n, CASE n % 5 WHEN 0 THEN 'juridica' ELSE 'fisica' END, (ARRAY['A', 'B', 'C', NULL])[1 + n % 4],
             'G' || n % 30, timestamptz '2025-01-01' + n * interval '1 hour', now() FROM n;
    INSERT INTO cadastro.devedor_codigo SELECT e, 'c' || n, id FROM n;
    INSERT INTO cadastro.meio_contato (empresa_id, devedor_id, tipo, valor, ordem)
      SELECT e, id, 'email', n || '@x.com', 0 FROM n WHERE n % 50 > 0;
    INSERT INTO cadastro.meio_contato (empresa_id, devedor_id, tipo, valor, ordem, endereco)
      SELECT e, id, 'endereco', 'e', 1, jsonb_build_object('cidade', (ARRAY['Lins', 'Bauru'])[1 + n % 2], 'uf', 'SP',
             'logradouro', 'Rua dos Testes', 'cep', '01001000') FROM n;
    INSERT INTO cadastro.negociacao (empresa_id, id, devedor_id, valor, primeira_parcela, criada_em, principal, encargos,
                                     desconto_encargos, desconto_principal, juros, com_entrada, usuario)
      SELECT e, id, id, 100, '2026-11-01', timestamptz '2026-01-01' + n * interval '10 min', 100, 0, 0, 0, 0, false,
             (ARRAY['A', 'B', NULL])[1 + n % 3] FROM n WHERE n % 10 = 0;
    INSERT INTO cadastro.titulo (empresa_id, id, codigo_integracao, devedor_id, credor_id, numero, vencimento, valor, saldo, status,
                                 origem, acordo_id, tipo_negocio, tipo_titulo, status_em, criado_em, atualizado_em)
      SELECT e, gen_random_uuid(), 'T' || n || '-' || k, id, (SELECT c.id FROM cadastro.credor c OFFSET n % 3 LIMIT 1), 'N', date '2026-12-30' - (n * 31 + k * 977) % 1000, 100,
             CASE (n + k) % 4 WHEN 0 THEN 0 ELSE 100 END, (ARRAY['pago', 'aberto', 'aberto', 'suspenso'])[1 + (n + k) % 4],
             CASE WHEN acordo THEN 'acordo' ELSE 'original' END, CASE WHEN acordo THEN id END, (ARRAY['A', 'B', NULL])[1 + n % 3],
             (ARRAY['A', 'C'])[1 + k % 2], now(), now(), now()
        FROM n, generate_series(1, 3) k, LATERAL (SELECT n % 10 = 0 AND k = 1) x(acordo);
    INSERT INTO cadastro.devedor_saldo
      SELECT empresa_id, devedor_id, coalesce(sum(saldo) FILTER (WHERE status = 'aberto'), 0), count(*) FILTER (WHERE status = 'aberto')
        FROM cadastro.titulo GROUP BY 1, 2;
    INSERT INTO cadastro.contato (empresa_id, id, devedor_id, canal, em, resultado_id, criado_em, agendado_para)
      SELECT e, gen_random_uuid(), n.id, 'telefone', timestamptz '2026-01-01' + (n * 37 % 300) * interval '1 day', r.id, now(),
             CASE n % 3 WHEN 0 THEN timestamptz '2026-11-01' + n * interval '1 min' END
        FROM n, LATERAL (SELECT id FROM cadastro.resultado_contato OFFSET n % 4 LIMIT 1) r WHERE n % 2 = 0;
    INSERT INTO regua.inscricao (empresa_id, id, regua_id, devedor_id, estado, entrada, ciclo, final_em, titulos, posicao_id, posicao_em)
      SELECT e, gen_random_uuid(), p.regua_id, n.id, 'final', '2026-01-01', 1, '2026-10-01', '{}', p.id, date '2026-11-01' + n % 200
        FROM n, LATERAL (SELECT id, regua_id FROM regua.posicao OFFSET n % 4 LIMIT 1) p WHERE n % 3 > 0";

struct Linha(String);

impl QueryableByName<Pg> for Linha {
    fn build<'a>(row: &impl NamedRow<'a, Pg>) -> deserialize::Result<Self> {
        NamedRow::get::<Text, String>(row, "QUERY PLAN").map(Self)
    }
}

fn plano(t: &mut Tenant<'_>, mut consulta: Consulta) -> Vec<String> {
    consulta.sql = format!("EXPLAIN {}", consulta.sql);
    let linhas: Vec<Linha> = consulta.boxed().load(t.conn).unwrap();
    linhas.into_iter().map(|linha| linha.0).collect()
}

#[test]
fn no_filter_scans_the_titulos() {
    let casa = Casa::nova();
    casa.guardar(1, &[]);
    let mut sql = testkit::Sql::connect(casa.pg.url());
    sql.run(&format!(
        "CREATE TEMP TABLE n AS SELECT n, '{}'::uuid AS e, gen_random_uuid() AS id FROM generate_series(1, 20000) n",
        de(1)
    ));
    sql.run(CARTEIRA);
    sql.run("VACUUM (ANALYZE)");
    let config = ProptestConfig {
        cases: 500,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let com_titulo = Cell::new(0_usize);
    // Between half of the names and the other.
    let meio = Lugar { id: Uuid::from_u128(1), nome_busca: "d8".to_owned() };
    proptest!(config, |(bytes in vec(any::<u8>(), 60), quantos in 1..5_u8, passo in 1..60_u8, tipo in 0..5_usize)| {
        let Some(filtro) = Sorte::new(&bytes).filtro(1, quantos, passo) else { return Ok(()) };
        let selecao = Selecao { quem: Alvo::Filtro(&filtro), tipo: Canal::TODOS[tipo], dia: hoje() };
        let planos = casa.lote.da_empresa(de(1), |t| {
            let [de_poucos, de_muitos] = [0, i64::MAX].map(|contados| amostra(t, (&selecao, contados), None, 50));
            let [vizinhos_de_poucos, vizinhos_de_muitos] = [0, i64::MAX].map(|aptos| {
                [Onde::Primeiro, Onde::Este(DevedorId::new(meio.id)), Onde::Antes(&meio), Onde::Depois(&meio)]
                    .map(|onde| vizinho(t, (&selecao, aptos), &onde))
            });
            let consultas = [
                contagem(t, &selecao), de_poucos, de_muitos, aptos(t, &selecao, None, 5_000),
                listados(t, &selecao, None, 5_000), enlistment(t, &selecao, LoteId::new(meio.id)),
            ];
            let consultas = consultas.into_iter().chain(vizinhos_de_poucos).chain(vizinhos_de_muitos);
            Ok(consultas.map(|consulta| plano(t, consulta)).collect::<Vec<_>>())
        }).unwrap();
        for plano in planos {
            com_titulo.set(com_titulo.get() + usize::from(plano.iter().any(|linha| linha.contains(" on titulo "))));
            let varre = plano.iter().any(|linha| linha.contains("Seq Scan on titulo"));
            prop_assert!(!varre, "{}\n{}", filtro.escrever(), plano.join("\n"));
        }
    });
    assert!(com_titulo.get() > 300, "{com_titulo:?} plans that read títulos");
}
