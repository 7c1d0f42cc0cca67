//! Réguas: created, read, grown, activated, and nobody else's.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::apoio::{Servico, code, email, id, named, posicao, refused};

fn days(regua: &Value) -> Vec<(String, u64)> {
    let posicoes = regua["posicoes"].as_array().unwrap().iter();
    posicoes.map(|p| (p["tipo"].as_str().unwrap().to_owned(), p["dias"].as_u64().unwrap())).collect()
}

#[tokio::test]
async fn v01_a_new_regua_is_inactive_and_reads_back_as_it_was_created() {
    let s = Servico::new();
    let corpo = json!({"nome": " Amigável ", "prioridade": -3, "posicoes": [posicao(1)]});
    let resposta = s.http.post("/v1/reguas", &corpo).await.expect(201);
    let criada = &resposta.json;
    assert_eq!(
        (&criada["nome"], &criada["prioridade"], &criada["estado"]),
        (&json!("Amigável"), &json!(-3), &json!("inativa"))
    );
    let acao = &criada["posicoes"][0]["acoes"][0];
    assert_eq!((&acao["assunto"], &acao["corpo"]), (&email()["assunto"], &email()["corpo"]));
    assert_eq!(acao.get("confirmo_negativacao_automatica"), None);
    let endereco = resposta.headers["location"].to_str().unwrap();
    assert_eq!(&s.http.get(endereco).await.expect(200).json, criada);
}

#[tokio::test]
async fn r01_r08_every_type_of_action_is_taken_any_number_on_a_position() {
    let s = Servico::new();
    let acoes = json!([
        email(),
        {"tipo": "sms", "corpo": "#TOTAL# em aberto"},
        {"tipo": "carta", "corpo": "Prezado #NOME#"},
        {"tipo": "enriquecimento"},
        {"tipo": "negativacao", "confirmo_negativacao_automatica": true},
        email(),
    ]);
    let regua = s.regua(json!({"nome": "r", "posicoes": [{"dias": 16, "acoes": acoes}]})).await;
    let lidas = regua["posicoes"][0]["acoes"].as_array().unwrap();
    let tipos: Vec<_> = lidas.iter().map(|acao| acao["tipo"].as_str().unwrap()).collect();
    assert_eq!(tipos, ["email", "sms", "carta", "enriquecimento", "negativacao", "email"]);
    assert_eq!(lidas[4]["confirmo_negativacao_automatica"], true);
}

#[tokio::test]
async fn r07_l01_positions_read_back_in_order_reminders_first() {
    let s = Servico::new();
    let lembrete = |dias: u16| json!({"tipo": "lembrete", "dias": dias, "acoes": [email()]});
    let posicoes = json!([posicao(16), lembrete(0), posicao(1), lembrete(5), posicao(6), posicao(0)]);
    let regua = s.regua(json!({"nome": "r", "posicoes": posicoes})).await;
    let esperado = [
        ("lembrete", 5),
        ("lembrete", 0),
        ("cobranca", 0),
        ("cobranca", 1),
        ("cobranca", 6),
        ("cobranca", 16),
    ];
    assert_eq!(days(&regua), esperado.map(|(tipo, dias)| (tipo.to_owned(), dias)));
}

#[tokio::test]
async fn r07_positions_posted_one_by_one_read_back_in_order_and_a_second_on_the_day_is_409() {
    let s = Servico::new();
    let regua = s.regua(json!({"nome": "r"})).await;
    let posicoes = format!("/v1/reguas/{}/posicoes", id(&regua));
    for dias in [16, 1, 6] {
        assert_eq!(s.http.post(&posicoes, &posicao(dias)).await.status, 201);
    }
    let problema = s.http.post(&posicoes, &posicao(6)).await.expect(409).json;
    assert_eq!(problema["codigo"], "posicao_duplicada");
    assert!(problema["detail"].as_str().unwrap().contains("D+6"), "{problema}");
    let lembrete = json!({"tipo": "lembrete", "dias": 6, "acoes": [email()]});
    let lida = s.http.post(&posicoes, &lembrete).await.expect(201).json;
    let dias: Vec<_> = days(&lida).into_iter().map(|(_, dias)| dias).collect();
    assert_eq!(dias, [6, 1, 6, 16]);
}

#[tokio::test]
async fn r07_the_same_day_twice_in_one_body_is_409_and_nothing_is_stored() {
    let s = Servico::new();
    let corpo = json!({"nome": "r", "posicoes": [posicao(1), posicao(6), posicao(1)]});
    assert_eq!(s.http.post("/v1/reguas", &corpo).await.expect(409).json["codigo"], "posicao_duplicada");
    assert_eq!(s.http.get("/v1/reguas").await.expect(200).json["itens"], json!([]));
}

#[tokio::test]
async fn r07_many_posts_of_the_same_day_at_once_make_one_position() {
    let s = Servico::new();
    let regua = s.regua(json!({"nome": "r"})).await;
    let mut pedidos = JoinSet::new();
    for _ in 0..8 {
        let (http, caminho) = (s.http.clone(), format!("/v1/reguas/{}/posicoes", id(&regua)));
        pedidos.spawn(async move { http.post(&caminho, &posicao(6)).await.status });
    }
    let mut status = pedidos.join_all().await;
    status.sort_unstable();
    assert_eq!(status, [201, 409, 409, 409, 409, 409, 409, 409]);
}

#[tokio::test]
async fn r07_a_regua_has_up_to_a_thousand_positions_that_read_back_in_order() {
    let s = Servico::new();
    let posicoes: Vec<_> = (0..1_000).rev().map(posicao).collect();
    let regua = s.regua(json!({"nome": "r", "posicoes": posicoes})).await;
    let dias: Vec<_> = days(&s.read(&regua).await).into_iter().map(|(_, dias)| dias).collect();
    assert_eq!(dias, (0..1_000).collect::<Vec<u64>>());
    assert_eq!(s.turn(&regua, "ativacao").await["estado"], "ativa");
    let mais_uma = s.http.post(&format!("/v1/reguas/{}/posicoes", id(&regua)), &posicao(1_000)).await;
    assert_eq!(code(mais_uma, 409), "regua_cheia");
}

#[tokio::test]
async fn v02_activating_an_incomplete_regua_answers_everything_it_lacks() {
    let s = Servico::new();
    let ativacao = |regua: &Value| format!("/v1/reguas/{}/ativacao", id(regua));
    let vazia = s.regua(named("vazia", &[])).await;
    let problema = s.http.post(&ativacao(&vazia), &json!({})).await.expect(422).json;
    assert_eq!(refused(&problema), ["/posicoes regua_sem_posicao"]);
    let posicoes =
        vec![json!({"dias": 6}), posicao(1), json!({"tipo": "lembrete", "dias": 2}), json!({"dias": 30})];
    let falha = s.regua(named("falha", &posicoes)).await;
    let problema = s.http.post(&ativacao(&falha), &json!({})).await.expect(422).json;
    assert_eq!(
        refused(&problema),
        ["/posicoes/0/acoes posicao_sem_acao", "/posicoes/2/acoes posicao_sem_acao"]
    );
    assert!(problema["erros"][1]["detalhe"].as_str().unwrap().contains("D+6"), "{problema}");
    let lida = s.http.get(&format!("/v1/reguas/{}", id(&falha))).await.expect(200).json;
    assert_eq!(lida["estado"], "inativa");
}

#[tokio::test]
async fn v02_an_active_regua_takes_no_position_that_would_leave_it_incomplete() {
    let s = Servico::new();
    let regua = s.active_regua(1).await;
    let posicoes = format!("/v1/reguas/{}/posicoes", id(&regua));
    let problema = s.http.post(&posicoes, &json!({"dias": 3})).await.expect(422).json;
    assert_eq!(refused(&problema), ["/posicoes/1/acoes posicao_sem_acao"]);
    assert_eq!(s.http.post(&posicoes, &posicao(3)).await.status, 201);
}

#[tokio::test]
async fn v01_v02_activating_and_deactivating_twice_is_the_same_as_once() {
    let s = Servico::new();
    let regua = s.active_regua(1).await;
    for (acao, estado) in
        [("ativacao", "ativa"), ("desativacao", "inativa"), ("desativacao", "inativa"), ("ativacao", "ativa")]
    {
        let lida =
            s.http.post(&format!("/v1/reguas/{}/{acao}", id(&regua)), &json!({})).await.expect(200).json;
        assert_eq!((&lida["estado"], &lida["posicoes"]), (&json!(estado), &regua["posicoes"]));
    }
}

#[tokio::test]
async fn r02_another_companys_regua_is_not_there() {
    let s = Servico::new();
    let regua = s.active_regua(1).await;
    let outra = s.other_company();
    let caminho = format!("/v1/reguas/{}", id(&regua));
    let codigo = |resposta: testkit::Resposta| resposta.expect(404).json["codigo"].clone();
    assert_eq!(codigo(outra.get(&caminho).await), "nao_encontrado");
    assert_eq!(codigo(outra.post(&format!("{caminho}/posicoes"), &posicao(3)).await), "nao_encontrado");
    for acao in ["ativacao", "desativacao"] {
        assert_eq!(codigo(outra.post(&format!("{caminho}/{acao}"), &json!({})).await), "nao_encontrado");
    }
    assert_eq!(codigo(s.http.get("/v1/reguas/1").await), "nao_encontrado");
    assert_eq!(outra.get("/v1/reguas").await.expect(200).json["itens"], json!([]));
    assert_eq!(s.http.get(&caminho).await.expect(200).json, regua);
}

#[tokio::test]
async fn reguas_are_listed_page_by_page_in_the_order_in_which_they_are_tried() {
    let s = Servico::new();
    for (nome, prioridade) in [("c", 5), ("a", -1), ("d", 5), ("b", 0), ("e", 5)] {
        let mut corpo = named(nome, &[]);
        corpo["prioridade"] = json!(prioridade);
        s.regua(corpo).await;
        s.tick();
    }
    let (mut nomes, mut caminho) = (Vec::new(), "/v1/reguas?limite=2".to_owned());
    loop {
        let pagina = s.http.get(&caminho).await.expect(200).json;
        nomes.extend(
            pagina["itens"].as_array().unwrap().iter().map(|r| r["nome"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = pagina["proximo_cursor"].as_str() else { break };
        caminho = format!("/v1/reguas?limite=2&cursor={cursor}");
    }
    assert_eq!(nomes, ["a", "b", "c", "d", "e"]);
    assert_eq!(s.http.get("/v1/reguas?limite=50").await.status, 200);
    let demais = s.http.get("/v1/reguas?limite=51").await.expect(422).json;
    assert_eq!(refused(&demais), ["/limite fora_do_intervalo"]);
}
