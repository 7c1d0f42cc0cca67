//! Who is meant: counted, in words, looked at (rules b05–b10).

use serde_json::json;

use crate::apoio::{LISTA, Servico, code, de_ana, refused};

#[tokio::test]
async fn b09_b10_a_selection_answers_its_counts_its_reasons_and_its_words() {
    let s = Servico::new();
    s.push(1..=5, true);
    s.push(6..=7, false);
    let acao = s.begin("email").await;
    let selecao = s.select(&acao).await["selecao"].clone();
    assert_eq!((&selecao["atendem"], &selecao["com_contato"]), (&json!(7), &json!(5)));
    assert_eq!(selecao["excluidos"], json!([{"motivo": "sem_contato", "quantidade": 2}]));
    assert_eq!(selecao["em_palavras"], json!(["Devedor: gerente Ana"]));
    assert_eq!(selecao["filtro"], de_ana());
    assert_eq!(s.http.get(&acao).await.expect(200).json["selecao"], selecao, "any client goes on from there");
}

#[tokio::test]
async fn b06_b07_b08_the_sample_comes_page_by_page_in_one_order_with_the_reasons_of_those_who_cannot() {
    let s = Servico::new();
    s.push(1..=5, true);
    s.push(6..=7, false);
    let acao = s.begin("email").await;
    s.select(&acao).await;
    let caminho = format!("{acao}/amostra");
    let (de_tres, de_uma) = (s.all(&caminho, 3).await, s.all(&caminho, 500).await);
    assert_eq!(de_tres, de_uma);
    let nomes: Vec<_> = de_uma.iter().map(|devedor| devedor["nome"].as_str().unwrap()).collect();
    assert_eq!(nomes, (1..=7).map(|n| format!("Devedor {n:02}")).collect::<Vec<_>>());
    assert_eq!((&de_uma[0]["contato"], &de_uma[0]["motivo"]), (&json!("d1@exemplo.com.br"), &json!(null)));
    assert_eq!((&de_uma[6]["contato"], &de_uma[6]["motivo"]), (&json!(null), &json!("sem_contato")));
    assert_eq!((&de_uma[0]["saldo"], &de_uma[0]["codigo_integracao"]), (&json!("10.00"), &json!("d1")));
}

#[tokio::test]
async fn b06_before_the_selection_there_is_nobody_to_be_seen_and_nothing_to_be_confirmed() {
    let s = Servico::new();
    s.push(1..=1, true);
    let acao = s.begin("enriquecimento").await;
    assert_eq!(s.http.get(&format!("{acao}/amostra")).await.expect(200).json["itens"], json!([]));
    assert_eq!(code(s.http.get(&format!("{acao}/confirmacao")).await, 409), "acao_nao_permite");
}

#[tokio::test]
async fn b03_every_fault_of_a_filter_is_told_at_once() {
    let s = Servico::new();
    let caminho = format!("{}/selecao", s.begin("email").await);
    let ruim = json!({"filtro": {
        "devedor": {"uf": ["XX"], "cor": 1},
        "titulo": {"vencimento_de": "2026-02-30", "dias_vencido_de": 3, "dias_vencido_ate": 1},
        "contato": {"sem_resultado": []},
        "abas": {},
    }, "cor": "azul"});
    let problema = s.http.put(&caminho, &ruim).await.expect(422).json;
    assert_eq!(
        refused(&problema),
        [
            "/cor desconhecido",
            "/filtro/abas desconhecido",
            "/filtro/devedor/cor desconhecido",
            "/filtro/devedor/uf/0 valor_invalido",
            "/filtro/titulo/dias_vencido_ate intervalo_invertido",
            "/filtro/titulo/vencimento_de formato_invalido",
        ]
    );
    assert_eq!(refused(&s.http.put(&caminho, &json!({})).await.expect(422).json), ["/filtro obrigatorio"]);
    let nulo = s.http.put(&caminho, &json!({"filtro": null})).await.expect(422).json;
    assert_eq!(refused(&nulo), ["/filtro tipo_invalido"]);
}

#[tokio::test]
async fn b03_what_a_filter_names_and_the_company_has_not_is_refused_by_name() {
    let s = Servico::new();
    let acao = s.begin("email").await;
    let nenhum = "0192b1f0-0000-7000-8000-000000000001";
    let filtro = json!({"filtro": {
        "devedor": {"credor": ["X-1"]},
        "regua": {"regua": [nenhum], "posicao": [nenhum]},
        "contato": {"ultimo_resultado": [nenhum]},
    }});
    let problema = s.http.put(&format!("{acao}/selecao"), &filtro).await.expect(422).json;
    assert_eq!(
        refused(&problema),
        [
            "/filtro/contato/ultimo_resultado resultado_desconhecido",
            "/filtro/devedor/credor credor_desconhecido",
            "/filtro/regua/posicao posicao_desconhecida",
            "/filtro/regua/regua regua_desconhecida",
        ]
    );
    assert_eq!(s.http.get(&acao).await.expect(200).json["status"], "rascunho");
}

#[tokio::test]
async fn b05_two_people_at_one_draft_do_not_undo_each_other() {
    let s = Servico::new();
    s.push(1..=2, true);
    let acao = s.begin("enriquecimento").await;
    let lida = s.http.get(&acao).await.expect(200);
    let etag = lida.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(etag, "\"1\"");
    let caminho = format!("{acao}/selecao");
    let viu = s.http.with_header("if-match", &etag);
    let mudada = viu.put(&caminho, &json!({"filtro": {}})).await.expect(200);
    assert_eq!(mudada.headers["etag"], "\"2\"");
    assert_eq!(code(viu.put(&caminho, &json!({"filtro": de_ana()})).await, 412), "versao_mudou");
    assert_eq!(s.http.get(&acao).await.expect(200).json, mudada.json);
}

#[tokio::test]
async fn b17_the_last_filter_of_the_user_is_offered_with_the_next_action() {
    let s = Servico::new();
    let oferecido = async |corpo| s.http.post(LISTA, &corpo).await.expect(201).json["ultimo_filtro"].clone();
    assert_eq!(oferecido(json!({"tipo": "sms", "usuario": "bia"})).await, json!(null));
    s.select(&s.begin("email").await).await;
    let dela = oferecido(json!({"tipo": "sms", "usuario": "bia"})).await;
    assert_eq!((&dela["tipo"], &dela["filtro"]), (&json!("email"), &de_ana()));
    assert_eq!(dela["em_palavras"], json!(["Devedor: gerente Ana"]));
    assert_eq!(oferecido(json!({"tipo": "sms", "usuario": "caio"})).await, json!(null));
    assert_eq!(oferecido(json!({"tipo": "sms"})).await, json!(null));
}
