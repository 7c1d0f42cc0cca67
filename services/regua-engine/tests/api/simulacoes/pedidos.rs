//! What may be asked of a simulation, and what may not.

use serde_json::{Value, json};
use web::Escopo;

use super::{list, simulate};
use crate::apoio::{HOJE, Servico, dia, email, id, posicao, refused};

#[tokio::test]
async fn a_period_is_judged_at_once_with_everything_else() {
    let s = Servico::new();
    s.push_titulo("t", "2026-02-02");
    s.run_engine();
    s.night_of(dia(HOJE)).await;
    for (corpo, recusas) in [
        (json!({}), vec!["/ate obrigatorio"]),
        (json!({"ate": HOJE}), vec!["/ate fora_do_intervalo"]),
        (json!({"de": "2026-03-20", "ate": "2026-03-19"}), vec!["/ate fora_do_intervalo"]),
        (json!({"de": "2026-03-11", "ate": "2027-03-12"}), vec!["/ate fora_do_intervalo"]),
        (json!({"de": HOJE, "ate": "2026-04-01"}), vec!["/de noite_anterior"]),
        (
            json!({"de": "1969-12-31", "ate": "2026-04-01"}),
            vec!["/ate fora_do_intervalo", "/de fora_do_intervalo", "/de noite_anterior"],
        ),
        (json!({"de": "2100-12-31", "ate": "2101-01-01"}), vec!["/ate fora_do_intervalo"]),
        (
            json!({"de": "2026-02-30", "ate": "amanhã", "cor": 1}),
            vec!["/ate formato_invalido", "/cor desconhecido", "/de formato_invalido"],
        ),
        (json!({"ate": "2026-04-01", "devedores": []}), vec!["/devedores tamanho_invalido"]),
        (
            json!({"ate": "2026-04-01", "devedores": ["eu"], "comparar": "sim"}),
            vec!["/comparar tipo_invalido", "/devedores/0 formato_invalido"],
        ),
    ] {
        let recusa = s.http.post("/v1/simulacoes", &corpo).await.expect(422).json;
        assert_eq!(refused(&recusa), recusas, "{corpo}");
    }
    assert_eq!(s.http.get("/v1/simulacoes").await.expect(200).json["itens"], json!([]));
    let ano = simulate(&s, json!({"ate": "2027-03-11"})).await;
    assert_eq!((&ano["de"], &ano["estado"]), (&json!("2026-03-11"), &json!("concluida")));
}

#[tokio::test]
async fn without_a_first_day_it_begins_with_the_first_night_to_come_in_the_companys_zone() {
    let s = Servico::new();
    // In UTC it is the 11th already.
    let antes = s.http.post("/v1/simulacoes", &json!({"ate": "2026-03-20"})).await.expect(202).json;
    assert_eq!(antes["de"], HOJE);
    s.run_engine();
    s.night_of(dia(HOJE)).await;
    let depois = s.http.post("/v1/simulacoes", &json!({"ate": "2026-03-20"})).await.expect(202).json;
    assert_eq!(depois["de"], "2026-03-11");
}

#[tokio::test]
async fn r02_the_debtors_are_the_companys_own() {
    let s = Servico::new();
    s.active_regua(0).await;
    for n in 0..3 {
        s.push_titulo(&format!("t-{n}"), "2026-02-02");
    }
    s.run_engine();
    s.night_of(dia(HOJE)).await;
    let inscricoes = s.http.get("/v1/inscricoes").await.expect(200).json;
    let devedor = inscricoes["itens"][0]["devedor_id"].as_str().unwrap();
    let um = simulate(&s, json!({"ate": "2026-03-30", "devedores": [devedor, devedor]})).await;
    assert_eq!(um["resultado"]["simulado"]["devedores"], 1);
    assert_eq!((&um["devedores"], &um["previstos"], &um["percentual"]), (&json!(1), &json!(1), &json!(100)));
    assert_eq!(um["resultado"]["simulado"]["acoes"], json!([{"canal": "email", "acoes": 1}]));
    let outra = s.other_company();
    let recusa = outra
        .post("/v1/simulacoes", &json!({"ate": "2026-03-30", "devedores": [devedor]}))
        .await
        .expect(422)
        .json;
    assert_eq!(refused(&recusa), ["/devedores/0 devedor_desconhecido"]);
    assert!(recusa["erros"][0]["detalhe"].as_str().unwrap().contains(devedor), "{recusa}");
    let endereco = format!("/v1/simulacoes/{}", id(&um));
    assert_eq!((outra.get(&endereco).await.status, outra.delete(&endereco).await.status), (404, 404));
    assert_eq!(outra.get("/v1/simulacoes").await.expect(200).json["itens"], json!([]));
    assert_eq!(s.http.get("/v1/simulacoes/nada").await.status, 404);
}

#[tokio::test]
async fn the_reguas_of_the_body_are_judged_as_those_that_are_posted() {
    let s = Servico::new();
    let arquivada =
        s.regua(json!({"nome": "Velha", "criterios": {"score_de": 1}, "posicoes": [posicao(1)]})).await;
    drop(s.http.post(&format!("/v1/reguas/{}/arquivamento", id(&arquivada)), &json!({})).await.expect(200));
    let ask = async |reguas: Value| {
        s.http.post("/v1/simulacoes", &json!({"ate": "2026-04-01", "reguas": reguas})).await
    };
    let recusa = ask(json!([
        {"nome": "", "cor": 1, "estado": "feliz", "posicoes": [{"dias": 1, "acoes": [{"tipo": "email", "corpo": "#NADA#"}]}]},
        "nada",
        {"id": 7, "nome": "Sim", "posicoes": []},
    ]))
    .await
    .expect(422)
    .json;
    assert_eq!(
        refused(&recusa),
        [
            "/reguas/0/cor desconhecido",
            "/reguas/0/estado valor_invalido",
            "/reguas/0/nome tamanho_invalido",
            "/reguas/0/posicoes/0/acoes/0/assunto obrigatorio",
            "/reguas/0/posicoes/0/acoes/0/corpo coringa_desconhecido",
            "/reguas/1 tipo_invalido",
            "/reguas/2/id tipo_invalido",
        ]
    );
    let recusa = ask(json!([
        {"nome": "Vazia"},
        {"nome": "Vazia e parada", "estado": "inativa", "criterios": {"score_de": 2}},
        {"nome": "De ninguém", "criterios": {"credores": ["ninguém"]}, "posicoes": [posicao(1)]},
        {"id": id(&arquivada), "nome": "Volta", "criterios": {"score_de": 3}, "posicoes": [posicao(1)]},
        {"id": "00000000-0000-7000-8000-000000000000", "nome": "Qual", "criterios": {"score_de": 4}, "posicoes": [posicao(1)]},
    ]))
    .await
    .expect(422)
    .json;
    assert_eq!(
        refused(&recusa),
        [
            "/reguas/0/posicoes regua_sem_posicao",
            "/reguas/2/criterios/credores/0 credor_desconhecido",
            "/reguas/3/id regua_arquivada",
            "/reguas/4/id regua_desconhecida",
        ]
    );
}

#[tokio::test]
async fn s11_the_reguas_of_the_body_differ_from_each_other_and_from_those_they_do_not_replace() {
    let s = Servico::new();
    let caros = s
        .regua(json!({"nome": "Caros", "criterios": {"valor_minimo": "50.00"}, "posicoes": [posicao(1)]}))
        .await;
    let ask = async |reguas: Value| {
        s.http.post("/v1/simulacoes", &json!({"ate": "2026-04-01", "reguas": reguas})).await
    };
    let igual = json!({"nome": "Cara", "criterios": {"valor_minimo": 50}, "posicoes": [posicao(2)]});
    let recusa = ask(json!([igual])).await.expect(409).json;
    assert_eq!(recusa["codigo"], "regua_igual");
    assert!(recusa["detail"].as_str().unwrap().contains("Caros"), "{recusa}");
    let trocada =
        json!({"id": id(&caros), "nome": "Outra", "criterios": {"score_ate": 9}, "posicoes": [posicao(1)]});
    assert_eq!(ask(json!([igual, trocada])).await.status, 202, "the one it equals is another one here");
    assert_eq!(ask(json!([igual, igual])).await.json["codigo"], "regua_igual");
    let duas = ask(json!([trocada, trocada])).await.expect(422).json;
    assert_eq!(refused(&duas), ["/reguas/1/id repetido"]);
    let duplicada =
        ask(json!([{"nome": "Dia", "criterios": {"score_de": 8}, "posicoes": [posicao(1), posicao(1)]}]))
            .await;
    assert_eq!(duplicada.expect(409).json["codigo"], "posicao_duplicada");
}

#[tokio::test]
async fn r13_who_walks_a_regua_that_is_replaced_goes_on_where_it_was() {
    let s = Servico::new();
    let regua = s.active_regua(1).await;
    s.push_titulo("t", "2026-02-02");
    s.push_titulo("novo", "2026-03-13");
    s.run_engine();
    for data in [HOJE, "2026-03-11"] {
        s.night_of(dia(data)).await;
    }
    // D+1 has fired. D+8 moved to D+5: whoever waits for it goes on with what comes after its day.
    let nova = json!({"id": id(&regua), "nome": "Ativa", "posicoes": [
        {"tipo": "lembrete", "dias": 1, "acoes": [email()]}, posicao(1), posicao(5),
        {"dias": 20, "acoes": [{"tipo": "carta", "corpo": "#NOME#"}]}]});
    let lida = simulate(&s, json!({"ate": "2026-04-15", "comparar": true, "reguas": [nova]})).await;
    let dias = |quais: &Value| -> Vec<String> {
        let acoes = |dia: &Value| -> Vec<String> {
            let acoes = list(&dia["reguas"][0], "acoes").iter();
            acoes
                .map(|acao| {
                    format!("{} {}", dia["data"].as_str().unwrap(), acao["posicao"].as_str().unwrap())
                })
                .collect()
        };
        list(quais, "dias").iter().flat_map(acoes).collect()
    };
    let resultado = &lida["resultado"];
    assert_eq!(dias(&resultado["presente"]), ["2026-03-15 D+1", "2026-03-18 D+8", "2026-03-22 D+8"]);
    let simulado = [
        "2026-03-12 D-1",
        "2026-03-15 D+1",
        "2026-03-15 D+5",
        "2026-03-19 D+5",
        "2026-03-30 D+20",
        "2026-04-03 D+20",
    ];
    assert_eq!(dias(&resultado["simulado"]), simulado);
    assert_eq!(resultado["simulado"]["reguas"][0]["simulada"], "alterada");
}

#[tokio::test]
async fn simulations_are_listed_latest_first_and_each_door_has_its_scope() {
    let s = Servico::new();
    for ate in ["2026-03-20", "2026-03-21", "2026-03-22"] {
        drop(s.http.post("/v1/simulacoes", &json!({"ate": ate})).await.expect(202));
    }
    let pagina = s.http.get("/v1/simulacoes?limite=2").await.expect(200).json;
    let fins: Vec<_> = list(&pagina, "itens").iter().map(|lida| lida["ate"].as_str().unwrap()).collect();
    assert_eq!(fins, ["2026-03-22", "2026-03-21"]);
    let cursor = pagina["proximo_cursor"].as_str().unwrap();
    let resto = s.http.get(&format!("/v1/simulacoes?limite=2&cursor={cursor}")).await.expect(200).json;
    assert_eq!((list(&resto, "itens").len(), &resto["itens"][0]["ate"]), (1, &json!("2026-03-20")));
    let endereco = format!("/v1/simulacoes/{}", id(&resto["itens"][0]));
    let leitor = s.with_scopes(&[Escopo::SimulacoesLer]);
    drop(leitor.get(&endereco).await.expect(200));
    assert_eq!(leitor.post("/v1/simulacoes", &json!({"ate": "2026-03-20"})).await.status, 403);
    assert_eq!(leitor.delete(&endereco).await.status, 403);
    let simulador = s.with_scopes(&[Escopo::SimulacoesExecutar]);
    assert_eq!(simulador.get("/v1/simulacoes").await.status, 403);
    drop(simulador.delete(&endereco).await.expect(204));
    assert_eq!(s.without_key().get("/v1/simulacoes").await.status, 401);
}

#[tokio::test]
async fn a_company_has_a_limited_number_of_simulations_to_be_walked() {
    let s = Servico::new();
    for _ in 0..20 {
        drop(s.http.post("/v1/simulacoes", &json!({"ate": "2026-03-20"})).await.expect(202));
    }
    let recusa = s.http.post("/v1/simulacoes", &json!({"ate": "2026-03-20"})).await.expect(409).json;
    assert_eq!(recusa["codigo"], "simulacoes_demais");
    assert_eq!(s.other_company().post("/v1/simulacoes", &json!({"ate": "2026-03-20"})).await.status, 202);
}
