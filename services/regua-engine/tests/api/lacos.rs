//! The reposition: last, alone, without action, back to an earlier `D+` (rules e02, e05).

use serde_json::{Value, json};

use crate::apoio::{Servico, code, done, email, id, posicao, refused};

fn volta(dias: u16, volta_para: u16) -> Value {
    json!({"tipo": "reposicionamento", "dias": dias, "volta_para": volta_para})
}

async fn refused_positions(s: &Servico, posicoes: Value) -> Vec<String> {
    let problema =
        s.http.post("/v1/reguas", &json!({"nome": "r", "posicoes": posicoes})).await.expect(422).json;
    refused(&problema).into_iter().map(|campo| campo.replace("/posicoes", "")).collect()
}

#[tokio::test]
async fn e02_a_reposition_reads_back_with_the_day_it_goes_back_to() {
    let s = Servico::new();
    let posicoes = json!([volta(30, 6), posicao(16), posicao(6), posicao(1)]);
    let regua = s.regua(json!({"nome": "r", "posicoes": posicoes})).await;
    let lidas = regua["posicoes"].as_array().unwrap();
    let ultima = &lidas[3];
    assert_eq!((&ultima["tipo"], &ultima["dias"]), (&json!("reposicionamento"), &json!(30)));
    assert_eq!((&ultima["volta_para"], &ultima["acoes"]), (&json!(6), &json!([])));
    assert_eq!(lidas[0].get("volta_para"), None);
    assert_eq!(s.read(&regua).await, regua);
    assert_eq!(s.turn(&regua, "ativacao").await["estado"], "ativa", "it lacks nothing");
}

#[tokio::test]
async fn e02_e05_a_body_with_a_reposition_out_of_place_is_refused_where_it_is() {
    let s = Servico::new();
    let com_acao = json!({"tipo": "reposicionamento", "dias": 30, "volta_para": 1, "acoes": [email()]});
    let sem_destino = json!({"tipo": "reposicionamento", "dias": 30});
    let lembrete = json!({"tipo": "lembrete", "dias": 3, "acoes": [email()]});
    for (posicoes, esperado) in [
        (json!([posicao(1), com_acao]), vec!["/1/acoes nao_permitido"]),
        (json!([posicao(1), sem_destino]), vec!["/1/volta_para obrigatorio"]),
        (json!([posicao(1), volta(30, 1), posicao(40)]), vec!["/1/dias reposicionamento_nao_e_ultimo"]),
        (json!([posicao(1), volta(30, 1), volta(40, 1)]), vec!["/2/tipo reposicionamento_repetido"]),
        (json!([posicao(1), volta(30, 30)]), vec!["/1/volta_para destino_invalido"]),
        (json!([posicao(1), volta(30, 2)]), vec!["/1/volta_para destino_invalido"]),
        (
            json!([posicao(1), posicao(40), volta(30, 40)]),
            vec!["/2/dias reposicionamento_nao_e_ultimo", "/2/volta_para destino_invalido"],
        ),
        (json!([lembrete, posicao(1), volta(30, 3)]), vec!["/2/volta_para destino_invalido"]),
        (json!([{"dias": 1, "volta_para": 0}]), vec!["/0/volta_para nao_permitido"]),
        (json!([posicao(1), {"tipo": "reposicionamento", "dias": 9, "volta_para": -1}]), {
            vec!["/1/volta_para destino_invalido", "/1/volta_para fora_do_intervalo"]
        }),
    ] {
        assert_eq!(refused_positions(&s, posicoes.clone()).await, esperado, "{posicoes}");
    }
    assert_eq!(s.http.get("/v1/reguas").await.expect(200).json["itens"], json!([]));
}

#[tokio::test]
async fn e02_e05_positions_and_actions_posted_to_a_regua_that_has_a_reposition() {
    let s = Servico::new();
    let regua = s.regua(json!({"nome": "r", "posicoes": [posicao(1), posicao(6)]})).await;
    let posicoes = format!("/v1/reguas/{}/posicoes", id(&regua));
    for errada in [volta(30, 2), volta(30, 30), volta(3, 6)] {
        let problema = s.http.post(&posicoes, &errada).await.expect(422).json;
        assert_eq!(refused(&problema), ["/volta_para destino_invalido"], "{errada}");
    }
    assert_eq!(code(s.http.post(&posicoes, &volta(3, 1)).await, 409), "reposicionamento_nao_e_ultimo");
    let com_ela = s.http.post(&posicoes, &volta(30, 6)).await.expect(201).json;
    assert_eq!(code(s.http.post(&posicoes, &volta(40, 6)).await, 409), "reposicionamento_repetido");
    assert_eq!(code(s.http.post(&posicoes, &posicao(31)).await, 409), "reposicionamento_nao_e_ultimo");
    assert_eq!(code(s.http.post(&posicoes, &posicao(30)).await, 409), "posicao_duplicada");
    let ids: Vec<_> = com_ela["posicoes"].as_array().unwrap().iter().map(|p| id(p).to_owned()).collect();
    let na_volta = s.http.post(&format!("{posicoes}/{}/acoes", ids[2]), &email()).await;
    assert_eq!(code(na_volta, 409), "reposicionamento_com_acao");
    let destino = s.http.delete(&format!("{posicoes}/{}", ids[1])).await;
    assert_eq!(code(destino, 409), "destino_de_reposicionamento");
    assert_eq!(s.read(&regua).await, com_ela);
    // Before it there is room, and it may go itself; then its target may too.
    done(&s.http.post(&posicoes, &posicao(29)).await);
    done(&s.http.delete(&format!("{posicoes}/{}", ids[2])).await);
    done(&s.http.delete(&format!("{posicoes}/{}", ids[1])).await);
}
