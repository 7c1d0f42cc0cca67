//! Engines: several, one that dies, one that comes back from the dead, and nights that come between.

use std::time::Duration;

use serde_json::{Value, json};
use store::simulacoes::{self, Progresso};
use store::{Banco, Papel};
use testkit::{Processo, Sql};
use uuid::Uuid;

use super::{list, portfolio, wait};
use crate::apoio::{HOJE, PRAZO, Servico, agora, dia, id};

/// Posts a simulation and answers where it is read.
async fn ask(s: &Servico, corpo: Value) -> String {
    let pedida = s.http.post("/v1/simulacoes", &corpo).await.expect(202).json;
    format!("/v1/simulacoes/{}", id(&pedida))
}

/// As many debtors as an engine needs some seconds for, each with a título that is overdue.
fn load(s: &Servico, quantos: u32) {
    let empresa = s.empresa;
    Sql::connect(s.banco.url()).run(&format!(
        "INSERT INTO cadastro.devedor (empresa_id, id, nome, tipo_pessoa, criado_em, atualizado_em)
           SELECT '{empresa}', md5('d' || n)::uuid, 'Maria', 'isenta', now(), now() FROM generate_series(1, {quantos}) n;
         INSERT INTO cadastro.titulo (empresa_id, id, codigo_integracao, devedor_id, numero, vencimento, valor, saldo, status_em,
                criado_em, atualizado_em)
           SELECT '{empresa}', md5('t' || n)::uuid, 't' || n, md5('d' || n)::uuid, n::text, '2026-01-05'::date + n % 60, 1000, 1000,
                  now(), now(), now() FROM generate_series(1, {quantos}) n;
         INSERT INTO regua.agenda (empresa_id, devedor_id, proxima)
           SELECT '{empresa}', md5('d' || n)::uuid, '-infinity' FROM generate_series(1, {quantos}) n;"
    ));
    Sql::connect(s.banco.url()).run("ANALYZE cadastro.devedor, cadastro.titulo, regua.agenda");
}

#[tokio::test]
async fn two_engines_walk_each_simulation_once() {
    let s = Servico::new();
    portfolio(&s).await;
    let mut enderecos = vec![];
    for _ in 0..8 {
        enderecos.push(ask(&s, json!({"ate": "2026-04-10"})).await);
    }
    s.run_engine();
    s.run_another_engine();
    let mut resultados = vec![];
    for endereco in &enderecos {
        resultados.push(wait(&s, endereco).await["resultado"].clone());
    }
    assert!(resultados[0]["simulado"]["devedores"] == 40, "{}", resultados[0]);
    assert!(resultados.iter().all(|resultado| resultado == &resultados[0]));
    assert_eq!(Sql::connect(s.banco.url()).number("SELECT sum(tentativas) FROM regua.simulacao"), 8);
}

#[tokio::test]
async fn a_simulation_whose_engine_was_killed_is_walked_by_another() {
    let s = Servico::new();
    s.active_regua(1).await;
    load(&s, 30_000);
    // The process has the clock of the machine: no night of its days may come between.
    let mut sql = Sql::connect(s.banco.url());
    sql.run(&format!(
        "INSERT INTO regua.noite (empresa_id, id, data, estado, iniciada_em, concluida_em)
         VALUES ('{}', gen_random_uuid(), '2090-01-01', 'concluida', now(), now())",
        s.empresa
    ));
    let pedido = json!({"de": "2090-01-02", "ate": "2090-03-20"});
    let endereco = ask(&s, pedido.clone()).await;
    let binario = std::path::Path::new(env!("CARGO_BIN_EXE_regua-engine"));
    let ambiente = [("DATABASE_URL", s.banco.url()), ("COBRANCA_HTTP__PORTA", "0")];
    let mut primeiro = Processo::start(binario, &[], &ambiente);
    let meio = testkit::wait_for(PRAZO, async || {
        let lida = s.http.get(&endereco).await.expect(200).json;
        (lida["devedores"].as_i64() > Some(0)).then_some(lida)
    })
    .await;
    primeiro.kill();
    assert_eq!((&meio["estado"], &meio["previstos"]), (&json!("andando"), &json!(30_000)), "{meio}");
    assert!(meio["percentual"].as_i64() > Some(0) && meio["percentual"].as_i64() < Some(100), "{meio}");
    assert!(meio["faltam_segundos"].is_i64(), "{meio}");
    sql.run("UPDATE regua.simulacao SET lease_ate = clock_timestamp()"); // spares the test the half minute
    s.run_engine();
    let simulada = wait(&s, &endereco).await;
    assert_eq!(
        (&simulada["estado"], &simulada["resultado"]["simulado"]["devedores"]),
        (&json!("concluida"), &json!(30_000))
    );
    assert_eq!(sql.number("SELECT tentativas FROM regua.simulacao"), 2);
    let inteira = wait(&s, &ask(&s, pedido).await).await;
    assert_eq!(simulada["resultado"], inteira["resultado"]);
}

#[tokio::test]
async fn what_an_engine_that_lost_a_simulation_writes_is_not_kept() {
    let s = Servico::new();
    let endereco = ask(&s, json!({"ate": "2026-04-10"})).await;
    let simulacao: Uuid = endereco.rsplit('/').next().unwrap().parse().unwrap();
    let banco = Banco::connect(s.banco.url(), Papel::ReguaEngine, 1).unwrap();
    let claim = || banco.da_empresa(s.empresa, |t| simulacoes::claim(t, simulacao, agora())).unwrap();
    let (perdida, _) = claim().expect("nobody had it");
    assert!(claim().is_none(), "the lease has not ended");
    Sql::connect(s.banco.url()).run("UPDATE regua.simulacao SET lease_ate = clock_timestamp()");
    let (tomada, _) = claim().expect("the lease has ended");
    let progress = |tomada| {
        banco.da_empresa(s.empresa, |t| simulacoes::progress(t, tomada, Progresso::default())).unwrap()
    };
    assert!(!progress(perdida) && progress(tomada));
    let finish = |tomada, resultado: Value| {
        banco.da_empresa(s.empresa, |t| simulacoes::finish(t, tomada, &resultado, agora())).unwrap();
    };
    finish(perdida, json!("o morto"));
    banco.da_empresa(s.empresa, |t| simulacoes::release(t, perdida)).unwrap();
    assert_eq!(s.http.get(&endereco).await.expect(200).json["estado"], "andando");
    finish(tomada, json!("o vivo"));
    finish(perdida, json!("o morto"));
    let lida = s.http.get(&endereco).await.expect(200).json;
    assert_eq!((&lida["estado"], &lida["resultado"]), (&json!("concluida"), &json!("o vivo")));
}

#[tokio::test]
async fn a_simulation_that_takes_every_engine_with_it_fails() {
    let s = Servico::new();
    let endereco = ask(&s, json!({"ate": "2026-04-10"})).await;
    let mut sql = Sql::connect(s.banco.url());
    sql.run("UPDATE regua.simulacao SET estado = 'andando', tentativas = 3, lease_ate = clock_timestamp()");
    s.run_engine();
    let lida = wait(&s, &endereco).await;
    assert_eq!((&lida["estado"], &lida["resultado"]), (&json!("falhou"), &json!(null)));
    assert!(lida["erro"].as_str().unwrap().contains("interrompida"), "{lida}");
}

#[tokio::test]
async fn g07_a_night_that_ran_meanwhile_is_not_run_again() {
    let s = Servico::new();
    let regua = s.active_regua(0).await;
    s.push_titulo("t", "2026-02-02");
    let endereco = ask(&s, json!({"de": HOJE, "ate": "2026-03-20"})).await;
    let passada = ask(&s, json!({"de": HOJE, "ate": HOJE})).await;
    drop(s.http.post("/v1/noites", &json!({"data": HOJE})).await.expect(202));
    s.run_engine();
    let lida = wait(&s, &endereco).await;
    let resultado = &lida["resultado"];
    assert_eq!(resultado["de"], "2026-03-11", "{lida}");
    assert!(resultado["avisos"][0].as_str().unwrap().contains(HOJE), "{resultado}");
    // The first position fired that night; the second one is left.
    assert_eq!(resultado["simulado"]["acoes"], json!([{"canal": "email", "acoes": 1}]));
    let dias = list(&resultado["simulado"], "dias");
    let acao = &dias[0]["reguas"][0]["acoes"][0];
    assert_eq!(
        (&dias[0]["data"], &acao["posicao_id"], &acao["posicao"]),
        (&json!("2026-03-17"), &regua["posicoes"][1]["id"], &json!("D+7"))
    );
    let lida = wait(&s, &passada).await;
    assert_eq!(
        (&lida["estado"], &lida["erro"]),
        (&json!("falhou"), &json!("as noites do período já rodaram"))
    );
}

#[tokio::test]
async fn a_simulation_that_is_cancelled_is_gone_and_its_engine_goes_on_with_others() {
    let s = Servico::new();
    s.active_regua(1).await;
    load(&s, 12_000);
    let (cancelada, outra) =
        (ask(&s, json!({"ate": "2026-06-30"})).await, ask(&s, json!({"ate": "2026-03-12"})).await);
    s.run_engine();
    testkit::wait_until(PRAZO, async || s.http.get(&cancelada).await.json["estado"] == "andando").await;
    drop(s.http.delete(&cancelada).await.expect(204));
    assert_eq!(s.http.get(&cancelada).await.status, 404);
    assert_eq!(s.http.delete(&cancelada).await.status, 404);
    assert_eq!(wait(&s, &outra).await["estado"], "concluida");
}

#[tokio::test]
async fn a_simulation_that_waits_for_a_night_keeps_no_other_company_waiting() {
    let s = Servico::new();
    s.active_regua(1).await;
    s.push_titulo("t", "2026-02-02");
    let mut outra_sessao = Sql::connect(s.banco.url());
    // The night cannot end while somebody holds the debtor.
    outra_sessao.run("BEGIN; SELECT FROM regua.agenda FOR UPDATE");
    drop(s.http.post("/v1/noites", &json!({"data": HOJE})).await.expect(202));
    let espera = ask(&s, json!({"ate": "2026-04-10"})).await;
    let de_outra = s.other_company();
    let pedida = de_outra.post("/v1/simulacoes", &json!({"ate": "2026-04-10"})).await.expect(202).json;
    let versao = "SELECT xmin::text::bigint FROM regua.simulacao ORDER BY criada_em, id LIMIT 1";
    let mut sql = Sql::connect(s.banco.url());
    let antes = sql.number(versao);
    s.run_engine();
    let caminho = format!("/v1/simulacoes/{}", id(&pedida));
    testkit::wait_until(PRAZO, async || {
        de_outra.get(&caminho).await.expect(200).json["estado"] == "concluida"
    })
    .await;
    assert_eq!(s.http.get(&espera).await.expect(200).json["estado"], "pendente");
    assert_eq!(sql.number(versao), antes, "waiting writes nothing");
    outra_sessao.run("COMMIT");
    let lida = wait(&s, &espera).await;
    assert_eq!((&lida["estado"], &lida["resultado"]["de"]), (&json!("concluida"), &json!("2026-03-11")));
}

#[tokio::test]
async fn a_night_goes_first_and_the_simulation_still_ends() {
    let s = Servico::new();
    s.active_regua(1).await;
    load(&s, 12_000);
    let endereco = ask(&s, json!({"de": "2026-03-12", "ate": "2026-04-30"})).await;
    s.run_engine();
    testkit::wait_until(PRAZO, async || s.http.get(&endereco).await.json["estado"] == "andando").await;
    // Opened while the simulation reads, or just before: either way it tells of the portfolio after this night.
    s.night_of(dia(HOJE)).await;
    let lida = testkit::wait_for(Duration::from_mins(1), async || {
        let lida = s.http.get(&endereco).await.expect(200).json;
        (lida["estado"] == "concluida").then_some(lida)
    })
    .await;
    assert_eq!(
        lida["resultado"]["simulado"]["reguas"][0]["entram"]["devedores"], 0,
        "they entered in the night: {lida}"
    );
}
