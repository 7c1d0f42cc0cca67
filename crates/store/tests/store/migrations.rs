//! The migrations in both directions.

use std::fs;
use std::path::PathBuf;
use std::thread;

use domain::Rotulo;
use domain::ids::PosicaoId;
use domain::regua::{Cabecalho, Criterios, EstadoRegua, Gatilho, Modo, Posicao, Regua};
use store::new_id;
use store::reguas::{self, ReguaInteira};
use store::titulos::{EntradaTitulo, suspend};

use crate::apoio::{
    Casa, NOITE, add_posicao, agora, antes as lembrete, d, devedor, dia, edit, item, nova_regua,
};
use crate::negotiations::negotiate;

/// Everything the migrations make, as the catalogue describes it.
fn schema(casa: &Casa) -> Vec<String> {
    casa.texts(
        "WITH nossos AS (SELECT oid, nspname FROM pg_namespace WHERE nspname IN ('cadastro', 'regua', 'disparo', 'lote')) \
         SELECT concat_ws(' ', 'schema', nspname, nspacl) AS x FROM pg_namespace WHERE nspname !~ '^pg_' \
         UNION ALL SELECT concat_ws(' ', 'classe', c.oid::regclass, c.relkind, c.relrowsecurity, c.reloptions, c.relacl) \
           FROM pg_class c JOIN nossos n ON n.oid = c.relnamespace \
         UNION ALL SELECT concat_ws(' ', 'coluna', a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), \
                          a.attnotnull, pg_get_expr(d.adbin, d.adrelid)) \
           FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN nossos n ON n.oid = c.relnamespace \
           LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
          WHERE a.attnum > 0 AND NOT a.attisdropped \
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

/// The ways back, the last migration's first, each with the name of its folder.
fn downs() -> Vec<(String, String)> {
    let raiz = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations"));
    let mut pastas: Vec<PathBuf> =
        fs::read_dir(raiz).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    pastas.sort();
    let nome = |pasta: &PathBuf| pasta.file_name().unwrap().to_str().unwrap().to_owned();
    pastas.iter().rev().map(|p| (nome(p), fs::read_to_string(p.join("down.sql")).unwrap())).collect()
}

/// Takes back what is applied, from the last migration to the one named. `store::migrate` brings it again.
pub(crate) fn undo(casa: &Casa, ate: &str) {
    for (pasta, down) in downs() {
        let versao = pasta.split('_').next().unwrap().replace('-', "");
        let registro = format!("FROM __diesel_schema_migrations WHERE version = '{versao}'");
        if casa.n(&format!("SELECT count(*) {registro}")) == 1 {
            casa.run(&down);
            casa.run(&format!("DELETE {registro}"));
        }
        if pasta.ends_with(ate) {
            return;
        }
    }
    panic!("no migration is called {ate}");
}

#[test]
fn down_leaves_nothing_and_up_again_makes_the_same_schema() {
    let casa = Casa::nova();
    let antes = schema(&casa);
    assert!(antes.len() > 150, "the catalogue query sees the schema");
    undo(&casa, "_cadastro");
    assert!(
        schema(&casa)
            .iter()
            .all(|x| !x.contains("cadastro") && !x.contains("regua") && !x.contains("disparo"))
    );
    store::migrate(casa.pg.url()).unwrap();
    assert_same(&antes, &schema(&casa));
}

#[test]
fn migrating_is_safe_again_and_from_several_places_at_once() {
    let casa = Casa::nova();
    let antes = schema(&casa);
    store::migrate(casa.pg.url()).unwrap();
    assert_same(&antes, &schema(&casa));
    undo(&casa, "_cadastro");
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

fn rotulo(texto: &str) -> Rotulo {
    Rotulo::parse(texto).unwrap()
}

/// An active régua for one kind of título, and after how many days it goes round.
fn regua_of(casa: &Casa, nome: &str, modo: Modo, volta: Option<u16>) {
    let nova = nova_regua(&[d(0), d(5)]);
    let cabecalho = Cabecalho {
        modo,
        estado: EstadoRegua::Ativa,
        criterios: Criterios { tipos_titulo: [rotulo(nome)].into(), ..Criterios::default() },
        ..nova.regua.cabecalho().clone()
    };
    let mut posicoes = nova.regua.posicoes().to_vec();
    let para = posicoes[0].id;
    posicoes.extend(volta.map(|dias| Posicao {
        id: PosicaoId::new(new_id(agora())),
        gatilho: Gatilho::Reposicionamento { dias, para },
        acoes: vec![],
    }));
    let regua = Regua::new(cabecalho, posicoes).unwrap();
    let inteira = ReguaInteira { regua, nome: nome.to_owned(), ..nova };
    casa.engine.da_empresa(casa.empresa, |t| reguas::create(t, &inteira, agora())).unwrap().unwrap();
}

/// What only this version can express, all of it at work: two títulos of one debtor that walk by themselves, a loop that
/// somebody waits for, criteria, a position removed beside its successor, a removed action of which something waits, a
/// frozen walk, a suspension until a day, a negotiation.
fn everything_at_work() -> Casa {
    let casa = Casa::nova();
    let tipo = |codigo: &str, n: u32, tipo: &str| EntradaTitulo {
        tipo_titulo: Some(rotulo(tipo)),
        ..item(codigo, devedor(n))
    };
    casa.push(&[
        tipo("1", 1, "por titulo"),
        tipo("2", 1, "por titulo"),
        tipo("3", 2, "volta"),
        tipo("4", 3, "criterio"),
        item("5", devedor(4)),
        EntradaTitulo { vencimento: dia("2026-03-09"), ..item("8", devedor(6)) },
    ]);
    let [suspenso, negociado] = ["6", "7"].map(|codigo| casa.push_one(item(codigo, devedor(5))));
    let simples = casa.regua(&[lembrete(3), d(0), d(5)]);
    regua_of(&casa, "por titulo", Modo::PorTitulo, None);
    regua_of(&casa, "volta", Modo::PorDevedor, Some(10));
    regua_of(&casa, "criterio", Modo::PorDevedor, None);
    casa.night(NOITE);
    negotiate(&casa, &[negociado], &["2026-03-20", "2026-04-20"]).unwrap();
    casa.titulos
        .da_empresa(casa.empresa, |t| suspend(t, suspenso, Some(dia("2026-03-30")), agora()))
        .unwrap();
    casa.night("2026-03-07");
    // The mode and the loop say it also without criteria.
    casa.run("UPDATE regua.regua SET criterios = '{}' WHERE nome IN ('por titulo', 'volta')");
    casa.engine
        .da_empresa(casa.empresa, |t| {
            edit(t, simples, agora(), |regua| {
                let ficam = regua.posicoes().iter().filter(|p| p.gatilho != d(5)).cloned();
                let mut ficam: Vec<_> = ficam.collect();
                ficam.last_mut().unwrap().acoes.clear();
                regua.com_posicoes(ficam).unwrap()
            })?;
            add_posicao(t, simples, d(5), agora())
        })
        .unwrap();
    // A night that had read the régua before the edit may have decided after it; nor does every night discard everything.
    casa.run(
        "ALTER TABLE disparo.execucao DISABLE TRIGGER USER; \
         UPDATE disparo.execucao SET estado = 'pendente', motivo = NULL; \
         ALTER TABLE disparo.execucao ENABLE TRIGGER USER;",
    );
    casa
}

#[test]
fn down_expresses_what_the_earlier_version_can_and_puts_the_rest_to_rest() {
    let casa = everything_at_work();
    let antes = schema(&casa);
    assert_eq!(
        casa.n("SELECT count(*) FROM regua.inscricao WHERE alvo_id IS NOT NULL AND estado <> 'encerrada'"),
        2
    );
    assert_eq!(casa.n("SELECT count(*) FROM regua.inscricao WHERE estado = 'congelada'"), 1);
    let execucoes = casa.n("SELECT count(*) FROM disparo.execucao");
    undo(&casa, "_regua_inteira");
    assert_eq!(
        casa.texts("SELECT concat_ws(' ', nome, estado, mudou) AS x FROM regua.regua ORDER BY 1"),
        ["Padrão ativa t", "criterio arquivada t", "por titulo arquivada t", "volta arquivada t"]
    );
    let inscricoes = "SELECT concat_ws(' ', r.nome, i.estado, i.encerrada_em, i.motivo, count(*)) AS x FROM regua.inscricao i \
                        JOIN regua.regua r ON r.id = i.regua_id GROUP BY r.nome, i.estado, i.encerrada_em, i.motivo ORDER BY 1";
    assert_eq!(
        casa.texts(inscricoes),
        [
            "Padrão andando 1",
            "Padrão final 1",
            "criterio encerrada 2026-03-07 regua_arquivada 1",
            "por titulo encerrada 2026-03-07 regua_arquivada 2",
            "volta encerrada 2026-03-07 regua_arquivada 1"
        ]
    );
    let posicoes = "SELECT concat_ws(' ', p.gatilho, p.dias, count(a)) AS x FROM regua.posicao p JOIN regua.regua r ON r.id = p.regua_id \
                      LEFT JOIN regua.acao a ON a.posicao_id = p.id WHERE r.nome = 'Padrão' GROUP BY p.id, p.gatilho, p.dias ORDER BY 1";
    assert_eq!(casa.texts(posicoes), ["cobranca 0 0", "cobranca 5 1", "lembrete 3 1"]);
    assert_eq!(casa.n("SELECT count(*) FROM regua.posicao WHERE gatilho = 'reposicionamento'"), 0);
    assert_eq!(
        casa.texts("SELECT DISTINCT concat_ws(' ', estado, motivo) AS x FROM disparo.execucao ORDER BY 1"),
        ["descartada posicao_removida", "descartada regua_arquivada", "pendente"]
    );
    assert_eq!(casa.n("SELECT count(*) FROM disparo.execucao"), execucoes, "with the ids of what went");
    undo(&casa, "_situacoes");
    assert_eq!(
        casa.texts(
            "SELECT concat_ws(' ', status, count(*)) AS x FROM cadastro.titulo GROUP BY status ORDER BY 1"
        ),
        ["aberto 8", "negociado 1", "suspenso 1"]
    );
    store::migrate(casa.pg.url()).unwrap();
    assert_same(&antes, &schema(&casa));
    casa.night("2026-03-09");
    assert_eq!(
        casa.n("SELECT count(*) FROM regua.inscricao WHERE estado <> 'encerrada' AND regua_id NOT IN \
                         (SELECT id FROM regua.regua WHERE nome = 'Padrão')"),
        0
    );
}

#[test]
fn labels_that_were_stored_before_they_had_rules_are_cut_to_them() {
    let casa = Casa::nova();
    casa.push(&(0..4).map(|n| item(&n.to_string(), devedor(n))).collect::<Vec<_>>());
    undo(&casa, "_situacoes");
    for (n, categoria) in [(0, "  vip\t"), (1, "\u{a0} "), (2, &*"x".repeat(100)), (3, "normal")] {
        casa.run(&format!(
            "UPDATE cadastro.devedor SET categoria = '{categoria}' WHERE nome = 'Devedor {n}'"
        ));
    }
    store::migrate(casa.pg.url()).unwrap();
    let categorias = "SELECT coalesce(categoria, '-') AS x FROM cadastro.devedor ORDER BY nome";
    assert_eq!(
        casa.texts(categorias),
        ["vip".to_owned(), "-".to_owned(), "x".repeat(60), "normal".to_owned()]
    );
}

/// Rules k06, §0: an earlier version gave originals back open whatever was left to pay.
#[test]
fn what_was_open_and_owed_nothing_is_paid() {
    let casa = Casa::nova();
    casa.push(&(0..3).map(|n| item(&n.to_string(), devedor(n))).collect::<Vec<_>>());
    undo(&casa, "_acordos_desfeitos");
    casa.run("UPDATE cadastro.titulo SET saldo = 0 WHERE codigo_integracao <> '0'");
    casa.run("UPDATE cadastro.titulo SET status = 'suspenso', suspenso_ate = '2026-04-01' WHERE codigo_integracao = '2'");
    store::migrate(casa.pg.url()).unwrap();
    let agora = "SELECT concat_ws(' ', codigo_integracao, status, saldo, suspenso_ate) AS x FROM cadastro.titulo ORDER BY 1";
    assert_eq!(casa.texts(agora), ["0 aberto 10000", "1 pago 0", "2 pago 0"]);
}
