//! The migrations in both directions.

use std::fs;
use std::path::PathBuf;
use std::thread;

use crate::apoio::Casa;

/// Everything the migrations make, as the catalogue describes it.
fn schema(casa: &Casa) -> Vec<String> {
    casa.texts(
        "WITH nossos AS (SELECT oid, nspname FROM pg_namespace WHERE nspname IN ('cadastro', 'regua', 'disparo')) \
         SELECT concat_ws(' ', 'schema', nspname, nspacl) AS x FROM pg_namespace WHERE nspname !~ '^pg_' \
         UNION ALL SELECT concat_ws(' ', 'classe', c.oid::regclass, c.relkind, c.relrowsecurity, c.reloptions, c.relacl) \
           FROM pg_class c JOIN nossos n ON n.oid = c.relnamespace \
         UNION ALL SELECT concat_ws(' ', 'coluna', a.attrelid::regclass, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), \
                          a.attnotnull, pg_get_expr(d.adbin, d.adrelid)) \
           FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN nossos n ON n.oid = c.relnamespace \
           LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attnum > 0 \
         UNION ALL SELECT concat_ws(' ', 'regra', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid)) \
           FROM pg_constraint k JOIN nossos n ON n.oid = k.connamespace \
         UNION ALL SELECT concat_ws(' ', 'indice', indexdef) FROM pg_indexes JOIN nossos ON nspname = schemaname \
         UNION ALL SELECT concat_ws(' ', 'politica', p.*) FROM pg_policies p JOIN nossos ON nspname = schemaname \
         UNION ALL SELECT concat_ws(' ', 'vista', viewname, definition) FROM pg_views JOIN nossos ON nspname = schemaname \
         UNION ALL SELECT concat_ws(' ', 'funcao', pg_get_functiondef(f.oid), f.proacl) \
           FROM pg_proc f JOIN nossos n ON n.oid = f.pronamespace ORDER BY 1",
    )
}

fn assert_same(antes: &[String], depois: &[String]) {
    let falta: Vec<_> = antes.iter().filter(|x| !depois.contains(x)).collect();
    let sobra: Vec<_> = depois.iter().filter(|x| !antes.contains(x)).collect();
    assert!(
        falta.is_empty() && sobra.is_empty() && antes.len() == depois.len(),
        "- {falta:#?}\n+ {sobra:#?}"
    );
}

fn downs() -> Vec<String> {
    let raiz = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations"));
    let mut pastas: Vec<PathBuf> =
        fs::read_dir(raiz).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    pastas.sort();
    pastas.iter().rev().map(|p| fs::read_to_string(p.join("down.sql")).unwrap()).collect()
}

#[test]
fn down_leaves_nothing_and_up_again_makes_the_same_schema() {
    let casa = Casa::nova();
    let antes = schema(&casa);
    assert!(antes.len() > 150, "the catalogue query sees the schema");
    for down in downs() {
        casa.run(&down);
    }
    assert!(
        schema(&casa)
            .iter()
            .all(|x| !x.contains("cadastro") && !x.contains("regua") && !x.contains("disparo"))
    );
    casa.run("DELETE FROM __diesel_schema_migrations");
    store::migrate(casa.pg.url()).unwrap();
    assert_same(&antes, &schema(&casa));
}

#[test]
fn migrating_is_safe_again_and_from_several_places_at_once() {
    let casa = Casa::nova();
    let antes = schema(&casa);
    store::migrate(casa.pg.url()).unwrap();
    assert_same(&antes, &schema(&casa));
    for down in downs() {
        casa.run(&down);
    }
    casa.run("DROP TABLE __diesel_schema_migrations");
    let url = casa.pg.url();
    thread::scope(|scope| {
        let starts: Vec<_> = (0..4).map(|_| scope.spawn(|| store::migrate(url))).collect();
        for start in starts {
            start.join().unwrap().unwrap();
        }
    });
    assert_same(&antes, &schema(&casa));
}
