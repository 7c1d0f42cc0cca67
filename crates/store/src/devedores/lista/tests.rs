use domain::ids::EmpresaId;
use testkit::Sql;

use super::*;
use crate::{Banco, Papel};

/// Many of the same name and instant, each with none to three títulos and one or two addresses.
const CARTEIRA: &str = "
    INSERT INTO cadastro.empresa (id, nome, remetente_email, criada_em)
      VALUES ('00000000-0000-0000-0000-000000000001', 'A', 'a@a.com', now());
    CREATE TEMP TABLE n AS SELECT n, gen_random_uuid() AS id FROM generate_series(1, 120) n;
    INSERT INTO cadastro.devedor (empresa_id, id, nome, gerente, tipo_pessoa, criado_em, atualizado_em)
      SELECT '00000000-0000-0000-0000-000000000001', id, 'D' || n * 7 % 20, 'g' || n % 2, 'isenta',
             timestamptz '2026-01-01' + n * 5 % 30 * interval '1 hour', timestamptz '2026-02-01' + n * 11 % 40 * interval '1 hour'
        FROM n;
    INSERT INTO cadastro.meio_contato (empresa_id, devedor_id, tipo, valor, ordem, endereco)
      SELECT '00000000-0000-0000-0000-000000000001', id, 'endereco', 'e' || k, k,
             jsonb_build_object('cidade', (ARRAY['Sé', 'Mar', 'Rio'])[1 + n % 3], 'uf', (ARRAY['SP', 'RJ'])[1 + n % 2])
        FROM n, generate_series(0, n % 4 / 3) k;
    INSERT INTO cadastro.titulo (empresa_id, id, codigo_integracao, devedor_id, numero, vencimento, valor, saldo, status,
                                 status_em, criado_em, atualizado_em)
      SELECT '00000000-0000-0000-0000-000000000001', gen_random_uuid(), n || '-' || k, id, 'N', '2026-06-01', 100 * k, 100 * k,
             CASE WHEN n % 5 = 0 THEN 'suspenso' ELSE 'aberto' END, now(), now(), now()
        FROM n, generate_series(1, n % 4) k";

/// Filters, and the same in plain SQL.
fn filtros() -> Vec<(Filtro, String)> {
    let centavos = |n| Some(Centavos::new(n));
    let saldo = "(SELECT coalesce(sum(saldo), 0) FROM cadastro.titulo t WHERE t.devedor_id = d.id AND status = 'aberto')";
    let em = |onde: &str| {
        format!("EXISTS (SELECT FROM cadastro.meio_contato m WHERE m.devedor_id = d.id AND {onde})")
    };
    let (cidade, uf) = (Some("se".to_owned()), Uf::parse("SP").ok());
    let todos = Filtro::default;
    vec![
        (Filtro { saldo_de: centavos(200), ..todos() }, format!("{saldo} >= 200")),
        (Filtro { saldo_ate: centavos(0), ..todos() }, format!("{saldo} = 0")),
        (
            Filtro { saldo_de: centavos(1), saldo_ate: centavos(300), ..todos() },
            format!("{saldo} BETWEEN 1 AND 300"),
        ),
        (
            Filtro { saldo_ate: centavos(300), gerente: Some("g1".to_owned()), ..todos() },
            format!("{saldo} <= 300 AND gerente = 'g1'"),
        ),
        (Filtro { cidade: cidade.clone(), ..todos() }, em("cidade_busca = 'se'")),
        (Filtro { uf, ..todos() }, em("uf = 'SP'")),
        (Filtro { cidade: cidade.clone(), uf, ..todos() }, em("cidade_busca = 'se' AND uf = 'SP'")),
        (
            Filtro { cidade, saldo_de: centavos(100), ..todos() },
            format!("{} AND {saldo} >= 100", em("cidade_busca = 'se'")),
        ),
    ]
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

fn ids(linhas: &[Linha]) -> Vec<Uuid> {
    linhas.iter().map(|linha| linha.devedor.id).collect()
}

/// All of them, as pages of seven.
fn pages(t: &mut Tenant<'_>, filtro: &Filtro, ordem: (Ordem, bool)) -> Vec<Uuid> {
    let (mut todos, mut depois_de) = (Vec::new(), None);
    loop {
        let pagina = list(t, filtro, ordem, depois_de.as_ref(), 7).unwrap();
        let Some(ultima) = pagina.last() else { return todos };
        depois_de = Some((ultima.chave.clone(), ultima.devedor.id));
        todos.extend(ids(&pagina));
    }
}

#[test]
fn every_way_finds_the_same_debtors_in_the_same_order() {
    let pg = testkit::Banco::new();
    Sql::connect(pg.url()).run(CARTEIRA);
    let banco = Banco::connect(pg.url(), Papel::Titulos, 1).unwrap();
    let confere = |t: &mut Tenant<'_>| {
        for (filtro, onde) in filtros() {
            for ordem in [Ordem::Nome, Ordem::CriadoEm, Ordem::AtualizadoEm] {
                for descendente in [false, true] {
                    let ordem = (ordem, descendente);
                    let pedido =
                        Pedido { filtro: &filtro, credor: None, ordem, depois_de: None, limite: 500 };
                    let sql = format!("SELECT d.id FROM cadastro.devedor d WHERE {onde} {}", pedido.order());
                    let certos: Vec<Uuid> =
                        sql_query(sql).load::<Id>(t.conn)?.into_iter().map(|linha| linha.id).collect();
                    assert!(!certos.is_empty() && certos.len() < 100, "{onde}");
                    assert_eq!(pages(t, &filtro, ordem), certos, "{onde} {ordem:?}");
                    let fontes = filtro.fontes();
                    let primeiros = pedido.load(t, pedido.statement_of_first(i64::MAX, &fontes))?;
                    assert_eq!(ids(&primeiros), certos, "{onde} {ordem:?}");
                    for fonte in &fontes {
                        let achados = pedido.load(t, pedido.statement_from(*fonte, i64::MAX, &fontes))?;
                        assert_eq!(ids(&achados), certos, "{onde} {ordem:?} {fonte:?}");
                    }
                }
            }
        }
        Ok(())
    };
    banco.da_empresa(EmpresaId::new(Uuid::from_u128(1)), confere).unwrap();
}
