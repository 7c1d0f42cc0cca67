//! For whom a régua is: what is taken, what is refused, and that no two are for the same (rules s02–s11).

use domain::dinheiro::Centavos;
use serde_json::{Value, json};
use store::titulos::EntradaCredor;
use tokio::task::JoinSet;

use crate::apoio::{HOJE, Servico, code, done, id, named, posicao, refused};

/// A company with a debtor who owes to the creditor `ACME`.
fn with_creditor() -> Servico {
    let s = Servico::new();
    s.push_as("t", "2026-01-05", |titulo| {
        titulo.credor =
            Some(EntradaCredor { codigo_integracao: "ACME".to_owned(), nome: Some("Acme".to_owned()) });
    });
    s
}

async fn refused_criteria(s: &Servico, criterios: Value) -> Vec<String> {
    let problema = s.http.post("/v1/reguas", &json!({"nome": "r", "criterios": criterios})).await.expect(422);
    let tira = |campo: String| campo.replace("/criterios", "");
    refused(&problema.json).into_iter().map(tira).collect()
}

#[tokio::test]
async fn s02_to_s10_every_criterion_reads_back_in_its_canonical_form() {
    let s = with_creditor();
    let criterios = json!({
        "valor_minimo": 50, "vencimento_de": "2026-01-01", "vencimento_ate": "2026-01-01", "origem": "acordos",
        "credores": ["ACME", " ACME "], "tipos_pessoa": ["juridica", "fisica"],
        "categorias": [" Varejo", "Atacado", "Varejo"], "tipos_negocio": ["boleto"], "tipos_titulo": ["DM"],
        "score_de": 0, "score_ate": 1000,
    });
    let regua = s.regua(json!({"nome": "r", "modo": "por_titulo", "criterios": criterios})).await;
    let esperado = json!({
        "valor_minimo": "50.00", "vencimento_de": "2026-01-01", "vencimento_ate": "2026-01-01", "origem": "acordos",
        "credores": ["ACME"], "tipos_pessoa": ["fisica", "juridica"], "categorias": ["Atacado", "Varejo"],
        "tipos_negocio": ["boleto"], "tipos_titulo": ["DM"], "score_de": 0, "score_ate": 1000,
    });
    assert_eq!((&regua["criterios"], &regua["modo"]), (&esperado, &json!("por_titulo")));
    assert_eq!(s.read(&regua).await, regua);
    // What was read may be sent back: it changes nothing.
    let caminho = format!("/v1/reguas/{}", id(&regua));
    let igual = s.http.patch(&caminho, &json!({"criterios": regua["criterios"]})).await.expect(200).json;
    assert_eq!(igual, regua);
    let vazios = s.http.patch(&caminho, &json!({"criterios": {}})).await.expect(200).json;
    let nada = json!({"origem": "ambos", "credores": [], "tipos_pessoa": [], "categorias": [], "tipos_negocio": [], "tipos_titulo": []});
    assert_eq!((&vazios["criterios"], &vazios["versao"]), (&nada, &json!(2)));
}

#[tokio::test]
async fn s02_to_s10_what_cannot_be_a_criterion_is_refused_where_it_stands() {
    let s = with_creditor();
    for (criterios, esperado) in [
        (json!({"valor_minimo": "-1"}), "/valor_minimo formato_invalido"),
        (json!({"valor_minimo": "1.005"}), "/valor_minimo formato_invalido"),
        (json!({"vencimento_de": "2026-02-30"}), "/vencimento_de formato_invalido"),
        (
            json!({"vencimento_de": "2026-02-02", "vencimento_ate": "2026-02-01"}),
            "/vencimento_ate intervalo_invertido",
        ),
        (json!({"score_de": 10, "score_ate": 9}), "/score_ate intervalo_invertido"),
        (json!({"score_de": 1001}), "/score_de fora_do_intervalo"),
        (json!({"score_ate": -1}), "/score_ate fora_do_intervalo"),
        (json!({"origem": "original"}), "/origem valor_invalido"),
        (json!({"tipos_pessoa": ["fisica", "pf"]}), "/tipos_pessoa/1 valor_invalido"),
        (json!({"categorias": ["ok", " "]}), "/categorias/1 tamanho_invalido"),
        (json!({"categorias": ["a\u{0}"]}), "/categorias/0 caractere_invalido"),
        (json!({"tipos_titulo": ["x".repeat(61)]}), "/tipos_titulo/0 tamanho_invalido"),
        (json!({"tipos_negocio": "boleto"}), "/tipos_negocio tipo_invalido"),
        (json!({"credores": vec!["ACME"; 501]}), "/credores tamanho_invalido"),
        (json!({"credores": ["ACME", "acme"]}), "/credores/1 credor_desconhecido"),
        (json!({"cidade": "Recife"}), "/cidade desconhecido"),
    ] {
        assert_eq!(refused_criteria(&s, criterios.clone()).await, [esperado], "{criterios}");
    }
    let varios = json!({"score_de": 10, "score_ate": 9, "origem": "x", "vencimento_de": "2026-02-02", "vencimento_ate": "2026-02-01"});
    let esperado =
        ["/origem valor_invalido", "/score_ate intervalo_invertido", "/vencimento_ate intervalo_invertido"];
    assert_eq!(refused_criteria(&s, varios).await, esperado);
    assert_eq!(s.http.get("/v1/reguas").await.expect(200).json["itens"], json!([]));
}

#[tokio::test]
async fn r02_the_creditor_of_another_company_is_unknown() {
    let s = with_creditor();
    let outra = s.other_company();
    let corpo = json!({"nome": "r", "criterios": {"credores": ["ACME"]}});
    let problema = outra.post("/v1/reguas", &corpo).await.expect(422).json;
    assert_eq!(refused(&problema), ["/criterios/credores/0 credor_desconhecido"]);
    // A flood of faults is cut, and says so.
    let muitos = json!({"nome": "r", "criterios": {"credores": vec!["ACME"; 500]}});
    let problema = refused(&outra.post("/v1/reguas", &muitos).await.expect(422).json);
    assert_eq!((problema.len(), problema[0].as_str()), (101, " muitos_erros"));
}

#[tokio::test]
async fn s05_only_who_meets_the_criteria_is_taken_in() {
    let s = with_creditor();
    s.push_titulo("sem-credor", "2026-01-05");
    let corpo = json!({"nome": "r", "criterios": {"credores": ["ACME"]}, "posicoes": [posicao(0)]});
    let regua = s.regua(corpo).await;
    s.turn(&regua, "ativacao").await;
    s.run_engine();
    s.night(HOJE).await;
    let itens = s.http.get("/v1/inscricoes").await.expect(200).json["itens"].as_array().unwrap().len();
    assert_eq!(itens, 1);
    let regua = s.read(&regua).await;
    assert_eq!(regua["criterios"]["credores"], json!(["ACME"]));
}

#[tokio::test]
async fn s11_the_same_criteria_in_another_order_are_a_409_that_names_the_other() {
    let s = Servico::new();
    let primeira =
        s.regua(json!({"nome": "Primeira", "criterios": {"categorias": ["b", "a"], "score_ate": 10}})).await;
    let criterios = json!({
        "score_ate": 10, "categorias": ["a", "b", " a "], "valor_minimo": "0", "origem": "ambos",
        "tipos_pessoa": ["fisica", "juridica", "isenta"],
    });
    let igual = json!({"nome": "Segunda", "prioridade": 9, "criterios": criterios});
    let problema = s.http.post("/v1/reguas", &igual).await.expect(409).json;
    let detalhe = problema["detail"].as_str().unwrap();
    assert_eq!(problema["codigo"], "regua_igual");
    assert!(detalhe.contains("Primeira") && detalhe.contains(id(&primeira)), "{detalhe}");
    // Another mode is another régua.
    let mut por_titulo = igual.clone();
    por_titulo["modo"] = json!("por_titulo");
    s.regua(por_titulo).await;
    // So is that of another company.
    done(&s.other_company().post("/v1/reguas", &igual).await);
}

#[tokio::test]
async fn s11_an_edit_that_makes_two_the_same_is_refused_and_changes_nothing() {
    let s = Servico::new();
    let a = s.regua(named("a", &[])).await;
    let mut corpo = named("a", &[]);
    corpo["modo"] = json!("por_titulo");
    let b = s.regua(corpo).await;
    let c = s.regua(named("c", &[])).await;
    let caminho = |regua: &Value| format!("/v1/reguas/{}", id(regua));
    let para_a = json!({"nome": "outro nome", "criterios": {"categorias": ["a"]}});
    assert_eq!(code(s.http.patch(&caminho(&c), &para_a).await, 409), "regua_igual");
    assert_eq!(code(s.http.patch(&caminho(&b), &json!({"modo": "por_devedor"})).await, 409), "regua_igual");
    for (antes, regua) in [(&a, &a), (&b, &b), (&c, &c)] {
        assert_eq!(&s.read(regua).await, antes);
    }
    // Its own criteria do not stand in its way.
    let mesma = s.http.patch(&caminho(&a), &json!({"nome": "A", "criterios": {"categorias": ["a"]}})).await;
    assert_eq!(mesma.expect(200).json["nome"], "A");
}

#[tokio::test]
async fn s11_an_inactive_one_counts_and_an_archived_one_does_not() {
    let s = Servico::new();
    let corpo = named("a", &[posicao(1)]);
    let primeira = s.regua(corpo.clone()).await;
    assert_eq!(code(s.http.post("/v1/reguas", &corpo).await, 409), "regua_igual");
    s.turn(&primeira, "ativacao").await;
    s.turn(&primeira, "desativacao").await;
    assert_eq!(code(s.http.post("/v1/reguas", &corpo).await, 409), "regua_igual");
    s.turn(&primeira, "arquivamento").await;
    let segunda = s.regua(corpo.clone()).await;
    s.turn(&segunda, "arquivamento").await;
    s.regua(corpo).await;
}

#[tokio::test]
async fn s11_of_many_posts_at_once_with_the_same_criteria_one_is_stored() {
    let s = Servico::new();
    for rodada in 0..8 {
        let mut pedidos = JoinSet::new();
        for n in 0..6 {
            let mut corpo = named(&format!("r{rodada}"), &[posicao(1)]);
            corpo["nome"] = json!(format!("r{rodada} {n}"));
            let http = s.http.clone();
            pedidos.spawn(async move { http.post("/v1/reguas", &corpo).await });
        }
        let respostas = pedidos.join_all().await;
        let criadas: Vec<_> = respostas.iter().filter(|r| r.status == 201).collect();
        assert_eq!(criadas.len(), 1, "round {rodada}");
        for resposta in respostas.iter().filter(|r| r.status != 201) {
            let problema = &resposta.json;
            assert_eq!((resposta.status, &problema["codigo"]), (409, &json!("regua_igual")), "{problema}");
            assert!(problema["detail"].as_str().unwrap().contains(id(&criadas[0].json)), "{problema}");
        }
    }
    let itens = s.http.get("/v1/reguas").await.expect(200).json["itens"].as_array().unwrap().len();
    assert_eq!(itens, 8);
}

#[tokio::test]
async fn s11_of_edits_at_once_to_the_same_criteria_one_is_stored() {
    let s = Servico::new();
    let mut reguas = Vec::new();
    for n in 0..4 {
        reguas.push(s.regua(named(&format!("r{n}"), &[])).await);
    }
    for rodada in 0..8 {
        let mut pedidos = JoinSet::new();
        for regua in &reguas {
            let (http, caminho) = (s.http.clone(), format!("/v1/reguas/{}", id(regua)));
            let corpo = json!({"criterios": {"categorias": [format!("rodada {rodada}")]}});
            pedidos.spawn(async move { http.patch(&caminho, &corpo).await.status });
        }
        let mut status = pedidos.join_all().await;
        status.sort_unstable();
        assert_eq!(status, [200, 409, 409, 409], "round {rodada}");
    }
}

#[tokio::test]
async fn s12_of_two_with_the_same_priority_the_one_with_more_criteria_comes_first_also_in_the_list() {
    let s = Servico::new();
    let reguas = [
        ("todos", json!({})),
        ("um", json!({"vencimento_de": "2026-01-01", "vencimento_ate": "2026-12-31"})),
        ("dois", json!({"valor_minimo": "10", "score_de": 1, "score_ate": 9})),
        ("outros dois", json!({"valor_minimo": "11", "categorias": ["x", "y", "z"]})),
    ];
    for (nome, criterios) in reguas {
        s.regua(json!({"nome": nome, "criterios": criterios, "posicoes": [posicao(0)]})).await;
        s.tick();
    }
    let (mut nomes, mut caminho) = (Vec::new(), "/v1/reguas?limite=1".to_owned());
    loop {
        let pagina = s.http.get(&caminho).await.expect(200).json;
        nomes.extend(
            pagina["itens"].as_array().unwrap().iter().map(|r| r["nome"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = pagina["proximo_cursor"].as_str() else { break };
        caminho = format!("/v1/reguas?limite=1&cursor={cursor}");
    }
    assert_eq!(nomes, ["dois", "outros dois", "um", "todos"]);
}

#[tokio::test]
async fn s02_a_minimum_is_inclusive_and_of_the_debtor_or_of_each_titulo() {
    let s = Servico::new();
    for (codigo, valor) in [("a", 600), ("b", 500)] {
        s.push_as(codigo, "2026-01-05", |titulo| {
            titulo.valor = Centavos::new(valor);
            "d".clone_into(&mut titulo.devedor.codigo_integracao);
        });
    }
    for (modo, minimo) in [("por_devedor", "11.00"), ("por_titulo", "5.50")] {
        let corpo = json!({"nome": modo, "modo": modo, "criterios": {"valor_minimo": minimo}, "posicoes": [posicao(0)]});
        let regua = s.regua(corpo).await;
        if modo == "por_devedor" {
            s.turn(&regua, "ativacao").await;
            s.run_engine();
            s.night("2026-03-09").await;
            s.turn(&regua, "arquivamento").await;
        } else {
            s.turn(&regua, "ativacao").await;
            s.night(HOJE).await;
        }
    }
    let itens = s.http.get("/v1/inscricoes").await.expect(200).json["itens"].clone();
    let mut lidas: Vec<_> = itens.as_array().unwrap().iter().collect();
    lidas.sort_by_key(|inscricao| inscricao["entrada"].to_string());
    assert_eq!(lidas.len(), 2);
    assert_eq!(
        (&lidas[0]["alvo_titulo_id"], lidas[0]["titulos"].as_array().unwrap().len()),
        (&json!(null), 2)
    );
    assert_eq!((&lidas[0]["estado"], &lidas[0]["motivo"]), (&json!("encerrada"), &json!("regua_arquivada")));
    assert_eq!(lidas[1]["titulos"], json!([lidas[1]["alvo_titulo_id"]]));
}
