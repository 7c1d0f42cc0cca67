//! Simulations over the API: what they tell is what the nights then do, and nothing else happens because of them.

mod impacto;
mod motores;
mod pedidos;

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};
use testkit::Sql;

use crate::apoio::{HOJE, PRAZO, Servico, dia, email, id, posicao};

/// Every table but the one of simulations, as one number.
const IMPRESSAO: &str = "CREATE FUNCTION pg_temp.impressao() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE t record; h text := ''; x text;
BEGIN
  FOR t IN SELECT schemaname, tablename FROM pg_tables
            WHERE schemaname IN ('cadastro', 'regua', 'disparo') AND tablename <> 'simulacao' ORDER BY 1, 2 LOOP
    EXECUTE format('SELECT coalesce(md5(string_agg(l::text, ''|'' ORDER BY l::text)), '''') FROM %I.%I l',
                   t.schemaname, t.tablename) INTO x;
    h := md5(h || t.tablename || x);
  END LOOP;
  RETURN ('x' || left(h, 15))::bit(60)::bigint;
END $$";

/// Asks for a simulation and waits until it is over.
async fn simulate(s: &Servico, corpo: Value) -> Value {
    let pedida = s.http.post("/v1/simulacoes", &corpo).await.expect(202);
    let endereco = pedida.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(endereco, format!("/v1/simulacoes/{}", id(&pedida.json)));
    wait(s, &endereco).await
}

async fn wait(s: &Servico, endereco: &str) -> Value {
    testkit::wait_for(PRAZO, async || {
        let lida = s.http.get(endereco).await.expect(200).json;
        (!lida["concluida_em"].is_null()).then_some(lida)
    })
    .await
}

fn list<'v>(valor: &'v Value, campo: &str) -> &'v [Value] {
    valor[campo].as_array().unwrap_or_else(|| panic!("{campo}: {valor}"))
}

/// What a day of a result says: (régua, what, of which kind) -> how many.
fn told(dia: &Value) -> BTreeMap<(String, &'static str, String), i64> {
    let mut dito = BTreeMap::new();
    for regua in list(dia, "reguas") {
        let id = regua["regua_id"].as_str().unwrap().to_owned();
        let mut anotar = |que, de: String, n: &Value| {
            *dito.entry((id.clone(), que, de)).or_default() += n.as_i64().unwrap();
        };
        anotar("entra", String::new(), &regua["entram"]["inscricoes"]);
        for saida in list(regua, "saem") {
            anotar("sai", saida["motivo"].as_str().unwrap().to_owned(), &saida["inscricoes"]);
        }
        for acao in list(regua, "acoes") {
            // By its day: what is only simulated has other ids.
            let de = format!("{} {}", acao["posicao"].as_str().unwrap(), acao["canal"].as_str().unwrap());
            anotar("age", de, &acao["acoes"]);
        }
    }
    dito.retain(|_, n| *n > 0);
    dito
}

/// That the night of `data` did just what `dito` says.
fn check(sql: &mut Sql, data: NaiveDate, dito: &BTreeMap<(String, &'static str, String), i64>) {
    let mut totais: BTreeMap<&str, i64> = BTreeMap::new();
    for ((regua, que, de), n) in dito {
        let houve = match *que {
            "entra" => format!(
                "SELECT count(*) FROM regua.inscricao WHERE regua_id = '{regua}' AND entrada = '{data}'"
            ),
            "sai" => format!(
                "SELECT count(*) FROM regua.inscricao WHERE regua_id = '{regua}' AND encerrada_em = '{data}' AND motivo = '{de}'"
            ),
            _ => {
                let (dias, canal) = de.split_once(' ').unwrap();
                format!(
                    "SELECT count(*) FROM disparo.execucao e JOIN regua.posicao p ON p.id = e.posicao_id
                      WHERE e.data = '{data}' AND e.regua_id = '{regua}' AND e.canal = '{canal}'
                        AND '{dias}' = CASE p.gatilho WHEN 'lembrete' THEN 'D-' ELSE 'D+' END || p.dias"
                )
            }
        };
        assert_eq!(sql.number(&houve), *n, "{data}: {regua} {que} {de}");
        *totais.entry(que).or_default() += n;
    }
    for (que, todos) in [
        ("entra", format!("SELECT count(*) FROM regua.inscricao WHERE entrada = '{data}'")),
        ("sai", format!("SELECT count(*) FROM regua.inscricao WHERE encerrada_em = '{data}'")),
        ("age", format!("SELECT count(*) FROM disparo.execucao WHERE data = '{data}'")),
    ] {
        assert_eq!(sql.number(&todos), totais.get(que).copied().unwrap_or(0), "{data}: {que}");
    }
}

/// A portfolio with something of everything: two réguas in two modes, a loop, reminders, títulos of many days, some that
/// stand still and open by themselves.
async fn portfolio(s: &Servico) -> (Value, Value) {
    let caros = s
        .regua(json!({"nome": "Caros", "prioridade": -1, "modo": "por_titulo", "criterios": {"vencimento_ate": "2026-02-15"},
                      "posicoes": [posicao(0), {"dias": 4, "acoes": [email(), {"tipo": "carta", "corpo": "#NOME#"}]},
                                   {"tipo": "reposicionamento", "dias": 9, "volta_para": 4}]}))
        .await;
    let demais = s
        .regua(json!({"nome": "Demais", "posicoes": [
            {"tipo": "lembrete", "dias": 3, "acoes": [email()]}, posicao(1),
            {"dias": 6, "acoes": [{"tipo": "sms", "corpo": "#TOTAL#"}]}]}))
        .await;
    for regua in [&caros, &demais] {
        drop(s.http.post(&format!("/v1/reguas/{}/ativacao", id(regua)), &json!({})).await.expect(200));
    }
    for n in 0..40_u64 {
        let vencimento = dia("2026-02-01").checked_add_days(Days::new(n * 2)).unwrap();
        s.push_titulo(&format!("t-{n}"), &vencimento.to_string());
    }
    let mut sql = Sql::connect(s.banco.url());
    sql.run("UPDATE cadastro.titulo SET status = 'suspenso', suspenso_ate = '2026-03-17' WHERE numero IN ('t-1', 't-12', 't-24')");
    sql.run("UPDATE cadastro.titulo SET status = 'suspenso' WHERE numero IN ('t-2', 't-13')");
    (caros, demais)
}

#[tokio::test]
async fn a_simulation_is_what_the_nights_then_do() {
    let s = Servico::new();
    portfolio(&s).await;
    s.run_engine();
    s.night_of(dia(HOJE)).await;
    let simulada = simulate(&s, json!({"ate": "2026-04-05"})).await;
    let resultado = &simulada["resultado"];
    assert_eq!(
        (&simulada["estado"], &resultado["de"]),
        (&json!("concluida"), &json!("2026-03-11")),
        "{simulada}"
    );
    let ditos: BTreeMap<&str, _> =
        list(&resultado["simulado"], "dias").iter().map(|d| (d["data"].as_str().unwrap(), told(d))).collect();
    assert!(ditos.len() > 15, "{ditos:?}");
    let mut sql = Sql::connect(s.banco.url());
    for data in dia("2026-03-11").iter_days().take_while(|data| *data <= dia("2026-04-05")) {
        s.night_of(data).await;
        check(&mut sql, data, ditos.get(data.to_string().as_str()).unwrap_or(&BTreeMap::new()));
    }
    let fim: i64 = list(&resultado["simulado"], "reguas")
        .iter()
        .flat_map(|regua| list(regua, "ao_fim").iter().map(|onde| onde["inscricoes"].as_i64().unwrap()))
        .sum();
    assert_eq!(fim, sql.number("SELECT count(*) FROM regua.inscricao WHERE estado <> 'encerrada'"));
}

#[tokio::test]
async fn a_simulation_changes_nothing_but_its_own_row() {
    let s = Servico::new();
    let (caros, _) = portfolio(&s).await;
    s.run_engine();
    s.night_of(dia(HOJE)).await;
    let mut sql = Sql::connect(s.banco.url());
    sql.run(IMPRESSAO);
    let antes = sql.number("SELECT pg_temp.impressao()");
    simulate(&s, json!({"ate": "2026-06-30", "comparar": true, "reguas": [{"nome": "Outra", "criterios": {"score_de": 1}, "posicoes": [posicao(2)]}]})).await;
    let caminho = format!("/v1/reguas/{}/arquivamento?simular=true", id(&caros));
    drop(s.http.post(&caminho, &json!({})).await.expect(200));
    assert_eq!(sql.number("SELECT pg_temp.impressao()"), antes);
    assert_eq!(sql.number("SELECT count(*) FROM regua.simulacao WHERE estado = 'concluida'"), 2);
    s.push_titulo("outro", "2026-01-01");
    assert_ne!(sql.number("SELECT pg_temp.impressao()"), antes, "the print tells a change");
}

#[tokio::test]
async fn l07_who_was_reminded_before_a_suspension_is_not_reminded_after_it() {
    let s = Servico::new();
    let posicoes = json!([{"tipo": "lembrete", "dias": 3, "acoes": [email()]}, posicao(1)]);
    let regua = s.regua(json!({"nome": "Lembra", "posicoes": posicoes})).await;
    drop(s.http.post(&format!("/v1/reguas/{}/ativacao", id(&regua)), &json!({})).await.expect(200));
    s.push_titulo("t", "2026-03-13");
    s.run_engine();
    s.night_of(dia(HOJE)).await;
    let mut sql = Sql::connect(s.banco.url());
    assert_eq!(sql.number("SELECT count(*) FROM regua.lembrete"), 1);
    sql.run("UPDATE cadastro.titulo SET status = 'suspenso', suspenso_ate = '2026-03-12'");
    let simulada = simulate(&s, json!({"ate": "2026-03-31"})).await;
    let dias = list(&simulada["resultado"]["simulado"], "dias");
    // D+1 of the walk that it enters on the night after it was due, and nothing else.
    assert_eq!(told(&dias[0]).len(), 1, "{dias:?}");
    let acoes = dias.iter().flat_map(|d| told(d)).filter(|((_, que, _), _)| *que == "age");
    assert_eq!(acoes.map(|((_, _, de), n)| (de, n)).collect::<Vec<_>>(), [("D+1 email".to_owned(), 1)]);
}
