//! Two people, or a person and a night, at the same régua at once.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::apoio::{Servico, code, done, email, id, posicao};

fn tag(versao: u64) -> String {
    format!("\"{versao}\"")
}

#[tokio::test]
async fn every_change_is_a_version_and_a_stale_one_changes_nothing() {
    let s = Servico::new();
    let criada = s.http.post("/v1/reguas", &json!({"nome": "r", "posicoes": [posicao(1)]})).await.expect(201);
    assert_eq!(criada.headers["etag"], tag(1));
    assert_eq!(criada.json["versao"], 1);
    let caminho = format!("/v1/reguas/{}", id(&criada.json));
    let primeira = format!("{caminho}/posicoes/{}", id(&criada.json["posicoes"][0]));
    let acao = format!("{primeira}/acoes/{}", id(&criada.json["posicoes"][0]["acoes"][0]));
    let (mut versao, vazio) = (1, json!({}));
    let mudancas: [(&str, String, Value); 9] = [
        ("patch", caminho.clone(), json!({"nome": "outro"})),
        ("post", format!("{caminho}/posicoes"), posicao(2)),
        ("post", format!("{primeira}/acoes"), email()),
        ("patch", acao.clone(), json!({"corpo": "outro"})),
        ("post", format!("{caminho}/ativacao"), vazio.clone()),
        ("delete", acao, vazio.clone()),
        ("post", format!("{caminho}/desativacao"), vazio.clone()),
        ("delete", primeira, vazio.clone()),
        ("post", format!("{caminho}/arquivamento"), vazio),
    ];
    for (metodo, onde, corpo) in mudancas {
        let com = |etiqueta: &str| s.http.with_header("if-match", etiqueta);
        let call = async |http: testkit::Http| match metodo {
            "patch" => http.patch(&onde, &corpo).await,
            "post" => http.post(&onde, &corpo).await,
            _ => http.delete(&onde).await,
        };
        let antes = s.http.get(&caminho).await.expect(200);
        assert_eq!(antes.headers["etag"], tag(versao));
        for velha in [tag(versao - 1), tag(versao + 1), format!("W/{}", tag(versao)), versao.to_string()] {
            assert_eq!(code(call(com(&velha)).await, 412), "versao_mudou", "{metodo} {onde}");
        }
        assert_eq!(s.http.get(&caminho).await.expect(200).json, antes.json);
        let depois = call(com(&tag(versao))).await;
        assert!([200, 201].contains(&depois.status), "{metodo} {onde}: {}", depois.text);
        versao += 1;
        assert_eq!(depois.headers["etag"], tag(versao));
        assert_eq!(depois.json["versao"], json!(versao));
    }
}

#[tokio::test]
async fn of_many_changes_of_one_version_at_once_one_is_made() {
    let s = Servico::new();
    let regua = s.regua(json!({"nome": "r"})).await;
    let caminho = format!("/v1/reguas/{}", id(&regua));
    for versao in 1..=6_u64 {
        let mut pedidos = JoinSet::new();
        for n in 0..5 {
            let (http, caminho) = (s.http.with_header("if-match", &tag(versao)), caminho.clone());
            let corpo = json!({"nome": format!("{versao} {n}")});
            pedidos.spawn(async move { http.patch(&caminho, &corpo).await.status });
        }
        let mut status = pedidos.join_all().await;
        status.sort_unstable();
        assert_eq!(status, [200, 412, 412, 412, 412]);
    }
}

/// Positions come and go, texts, criteria and priority change while ten nights run; what nobody touched fires on its days.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edits_that_race_a_night_leave_nothing_half_done() {
    let s = Servico::new();
    let regua = s.regua(json!({"nome": "r", "posicoes": [posicao(0), posicao(3), posicao(6)]})).await;
    s.turn(&regua, "ativacao").await;
    for n in 0..20 {
        s.push_titulo(&format!("t{n}"), "2026-01-05");
    }
    s.run_engine();
    s.run_another_engine();
    let (http, caminho, acao) = (s.http.clone(), format!("/v1/reguas/{}", id(&regua)), {
        let posicao = &regua["posicoes"][1];
        format!("/v1/reguas/{}/posicoes/{}/acoes/{}", id(&regua), id(posicao), id(&posicao["acoes"][0]))
    });
    let edicoes = tokio::spawn(async move {
        let mut feitas = 0_u64;
        loop {
            let corpo = json!({"prioridade": feitas + 1, "nome": format!("r{feitas}")});
            done(&http.patch(&caminho, &corpo).await);
            let texto = json!({"corpo": format!("texto {feitas}")});
            done(&http.patch(&acao, &texto).await);
            let nova = http.post(&format!("{caminho}/posicoes"), &posicao(1)).await.expect(201).json;
            let dela = nova["posicoes"].as_array().unwrap().iter().find(|p| p["dias"] == 1).unwrap().clone();
            done(&http.delete(&format!("{caminho}/posicoes/{}", id(&dela))).await);
            feitas += 4;
            if http.get("/v1/noites?limite=1").await.expect(200).json["itens"][0]["data"] == "2026-03-08" {
                return feitas;
            }
        }
    });
    for dia in 1..=8 {
        s.night(&format!("2026-03-0{dia}")).await;
    }
    let feitas = edicoes.await.unwrap();
    let lida = s.read(&regua).await;
    assert_eq!(lida["versao"], json!(2 + feitas));
    let execucoes = s.executions();
    for dia in ["2026-03-01", "2026-03-04", "2026-03-07"] {
        let do_dia = execucoes.iter().filter(|x| x.starts_with(dia) && x.ends_with("pendente")).count();
        assert_eq!(do_dia, 20, "{dia}: {execucoes:?}");
    }
    // The position of one day that came and went: fired at most once, and what it fired before it went is discarded.
    let de_um_dia = execucoes.len() - 60;
    assert!(de_um_dia <= 20, "{execucoes:?}");
    assert!(
        execucoes.iter().all(|x| !x.contains("descartada") || x.ends_with("posicao_removida")),
        "{execucoes:?}"
    );
}
