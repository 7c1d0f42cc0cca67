//! What is refused when a régua is saved: which field, and why.

use serde_json::{Value, json};

use crate::apoio::{Servico, email, id, named, posicao, refused};

/// The refused fields of a régua with this one action, which must not be stored.
async fn refused_action(s: &Servico, tipo: &str, acao: Value) -> Vec<String> {
    let corpo = json!({"nome": "r", "posicoes": [{"tipo": tipo, "dias": 1, "acoes": [acao]}]});
    let problema = s.http.post("/v1/reguas", &corpo).await.expect(422).json;
    assert_eq!(problema["codigo"], "validacao");
    let tira = |campo: String| campo.replace("/posicoes/0/acoes/0", "");
    refused(&problema).into_iter().map(tira).collect()
}

async fn assert_nothing_stored(s: &Servico) {
    assert_eq!(s.http.get("/v1/reguas").await.expect(200).json["itens"], json!([]));
}

#[tokio::test]
async fn r03_days_are_required_whole_calendar_days_up_to_ten_years() {
    let s = Servico::new();
    for (dias, codigo) in [
        (json!(null), "tipo_invalido"),
        (json!("6"), "tipo_invalido"),
        (json!(1.5), "tipo_invalido"),
        (json!(-1), "fora_do_intervalo"),
        (json!(3651), "fora_do_intervalo"),
        (json!(70_000), "fora_do_intervalo"),
    ] {
        let corpo = json!({"nome": "r", "posicoes": [{"dias": dias, "acoes": [email()]}]});
        let problema = s.http.post("/v1/reguas", &corpo).await.expect(422).json;
        assert_eq!(refused(&problema), [format!("/posicoes/0/dias {codigo}")], "{dias}");
    }
    let sem_dias = json!({"nome": "r", "posicoes": [{"acoes": [email()]}]});
    let problema = s.http.post("/v1/reguas", &sem_dias).await.expect(422).json;
    assert_eq!(refused(&problema), ["/posicoes/0/dias obrigatorio"]);
    assert_nothing_stored(&s).await;
    for dias in [0, 3650] {
        s.regua(named(&dias.to_string(), &[posicao(dias)])).await;
    }
}

#[tokio::test]
async fn r09_channels_with_a_text_need_it_and_the_others_take_none() {
    let s = Servico::new();
    for (acao, esperado) in [
        (json!({"tipo": "email", "assunto": "a"}), vec!["/corpo obrigatorio"]),
        (json!({"tipo": "email", "assunto": "a", "corpo": " \n "}), vec!["/corpo obrigatorio"]),
        (json!({"tipo": "sms"}), vec!["/corpo obrigatorio"]),
        (json!({"tipo": "carta", "corpo": null}), vec!["/corpo obrigatorio"]),
        (json!({"tipo": "enriquecimento", "corpo": "x"}), vec!["/corpo nao_permitido"]),
        (
            json!({"tipo": "negativacao", "assunto": "x", "corpo": "x", "confirmo_negativacao_automatica": true}),
            vec!["/assunto nao_permitido", "/corpo nao_permitido"],
        ),
    ] {
        assert_eq!(refused_action(&s, "cobranca", acao.clone()).await, esperado, "{acao}");
    }
    assert_nothing_stored(&s).await;
}

#[tokio::test]
async fn r10_an_email_needs_a_subject_and_no_other_channel_has_one() {
    let s = Servico::new();
    for (acao, esperado) in [
        (json!({"tipo": "email", "corpo": "x"}), "/assunto obrigatorio"),
        (json!({"tipo": "email", "assunto": null, "corpo": "x"}), "/assunto obrigatorio"),
        (json!({"tipo": "email", "assunto": "  ", "corpo": "x"}), "/assunto tamanho_invalido"),
        (json!({"tipo": "sms", "assunto": "a", "corpo": "x"}), "/assunto nao_permitido"),
        (json!({"tipo": "carta", "assunto": "a", "corpo": "x"}), "/assunto nao_permitido"),
    ] {
        assert_eq!(refused_action(&s, "cobranca", acao.clone()).await, [esperado], "{acao}");
    }
    assert_nothing_stored(&s).await;
}

#[tokio::test]
async fn r11_an_unknown_coringa_is_named_where_it_stands() {
    let s = Servico::new();
    let acao = json!({"tipo": "email", "assunto": "#NOMES#", "corpo": "#TOTAL# #SALDOS# #PRIMEIRO_NOME# #X1# #pedido# 10# #"});
    let corpo = json!({"nome": "r", "posicoes": [{"dias": 1, "acoes": [email(), acao]}]});
    let problema = s.http.post("/v1/reguas", &corpo).await.expect(422).json;
    let local = "/posicoes/0/acoes/1";
    let esperado = ["assunto", "corpo", "corpo"].map(|campo| format!("{local}/{campo} coringa_desconhecido"));
    assert_eq!(refused(&problema), esperado);
    for nome in ["#NOMES#", "#SALDOS#", "#X1#"] {
        assert!(problema["erros"].to_string().contains(nome), "{nome}");
    }
    assert_nothing_stored(&s).await;
}

#[tokio::test]
async fn r11_the_list_of_titulos_fits_in_no_subject() {
    let s = Servico::new();
    let acao = json!({"tipo": "email", "assunto": "Títulos: #LISTA_TITULOS#", "corpo": "#LISTA_TITULOS#"});
    assert_eq!(refused_action(&s, "cobranca", acao).await, ["/assunto coringa_nao_permitido"]);
}

#[tokio::test]
async fn r01_automatic_negativacao_has_to_be_confirmed() {
    let s = Servico::new();
    let campo = "confirmo_negativacao_automatica";
    for confirmo in [json!(null), json!(false)] {
        let acao = json!({"tipo": "negativacao", campo: confirmo});
        assert_eq!(refused_action(&s, "cobranca", acao).await, [format!("/{campo} confirmacao_obrigatoria")]);
    }
    let acao = json!({"tipo": "enriquecimento", campo: true});
    assert_eq!(refused_action(&s, "cobranca", acao).await, [format!("/{campo} nao_permitido")]);
    assert_nothing_stored(&s).await;
}

#[tokio::test]
async fn l09_a_reminder_takes_email_and_sms_only() {
    let s = Servico::new();
    for acao in [
        json!({"tipo": "carta", "corpo": "x"}),
        json!({"tipo": "enriquecimento"}),
        json!({"tipo": "negativacao", "confirmo_negativacao_automatica": true}),
    ] {
        assert_eq!(refused_action(&s, "lembrete", acao).await, ["/tipo canal_de_lembrete"]);
    }
    assert_nothing_stored(&s).await;
    let acoes = json!([email(), {"tipo": "sms", "corpo": "vence em #DATA_VENCIMENTO#"}]);
    s.regua(json!({"nome": "r", "posicoes": [{"tipo": "lembrete", "dias": 2, "acoes": acoes}]})).await;
}

#[tokio::test]
async fn l08_an_action_of_a_reminder_needs_its_own_text() {
    let s = Servico::new();
    for (acao, esperado) in [
        (json!({"tipo": "email"}), vec!["/assunto obrigatorio", "/corpo obrigatorio"]),
        (json!({"tipo": "sms"}), vec!["/corpo obrigatorio"]),
    ] {
        assert_eq!(refused_action(&s, "lembrete", acao).await, esperado);
    }
    assert_nothing_stored(&s).await;
}

#[tokio::test]
async fn every_fault_of_the_whole_body_is_told_at_once() {
    let s = Servico::new();
    let corpo = json!({
        "nome": "", "prioridade": "alta", "cor": "azul",
        "posicoes": [
            {"tipo": "aviso", "dias": -1, "acoes": [{"tipo": "fax", "corpo": "#QUEM#"}]},
            {"tipo": "lembrete", "acoes": [{"tipo": "carta", "corpo": 1}, {"tipo": "email", "corpo": "#QUEM#"}]},
        ],
    });
    let problema = s.http.post("/v1/reguas", &corpo).await.expect(422).json;
    assert_eq!(
        refused(&problema),
        [
            "/cor desconhecido",
            "/nome tamanho_invalido",
            "/posicoes/0/acoes/0/corpo coringa_desconhecido",
            "/posicoes/0/acoes/0/tipo valor_invalido",
            "/posicoes/0/dias fora_do_intervalo",
            "/posicoes/0/tipo valor_invalido",
            "/posicoes/1/acoes/0/corpo tipo_invalido",
            "/posicoes/1/acoes/0/tipo canal_de_lembrete",
            "/posicoes/1/acoes/1/assunto obrigatorio",
            "/posicoes/1/acoes/1/corpo coringa_desconhecido",
            "/posicoes/1/dias obrigatorio",
            "/prioridade tipo_invalido",
        ]
    );
    assert_nothing_stored(&s).await;
}

#[tokio::test]
async fn a_posted_position_is_refused_with_pointers_of_its_own_body() {
    let s = Servico::new();
    let regua = s.regua(json!({"nome": "r"})).await;
    let corpo =
        json!({"tipo": "lembrete", "dias": 1, "hora": "9h", "acoes": [{"tipo": "carta", "assunto": "a"}]});
    let problema = s.http.post(&format!("/v1/reguas/{}/posicoes", id(&regua)), &corpo).await.expect(422).json;
    assert_eq!(
        refused(&problema),
        [
            "/acoes/0/assunto nao_permitido",
            "/acoes/0/corpo obrigatorio",
            "/acoes/0/tipo canal_de_lembrete",
            "/hora desconhecido"
        ]
    );
    assert_eq!(s.http.get(&format!("/v1/reguas/{}", id(&regua))).await.expect(200).json, regua);
}

#[tokio::test]
async fn what_is_too_long_or_too_many_is_refused() {
    let s = Servico::new();
    let longa = |n: usize| "x".repeat(n);
    let acao = json!({"tipo": "email", "assunto": longa(201), "corpo": longa(20_001)});
    assert_eq!(
        refused_action(&s, "cobranca", acao).await,
        ["/assunto tamanho_invalido", "/corpo tamanho_invalido"]
    );
    let muitas: Vec<_> = (0..1_001).map(posicao).collect();
    let problema =
        s.http.post("/v1/reguas", &json!({"nome": longa(121), "posicoes": muitas})).await.expect(422).json;
    assert_eq!(refused(&problema), ["/nome tamanho_invalido", "/posicoes tamanho_invalido"]);
    let acoes: Vec<_> = (0..21).map(|_| email()).collect();
    let corpo = json!({"nome": "r", "posicoes": [{"dias": 1, "acoes": acoes}]});
    let problema = s.http.post("/v1/reguas", &corpo).await.expect(422).json;
    assert_eq!(refused(&problema), ["/posicoes/0/acoes tamanho_invalido"]);
    assert_nothing_stored(&s).await;
    let acao = json!({"tipo": "email", "assunto": longa(200), "corpo": longa(20_000)});
    let cheia: Vec<_> = (0..20).map(|_| acao.clone()).collect();
    s.regua(json!({"nome": longa(120), "posicoes": [{"dias": 1, "acoes": cheia}]})).await;
}

#[tokio::test]
async fn a_flood_of_faults_is_cut_and_says_so() {
    let s = Servico::new();
    let acoes: Vec<_> = (0..20).map(|_| json!({"tipo": "email"})).collect();
    let posicoes: Vec<_> = (0..60).map(|dias| json!({"dias": dias, "acoes": acoes})).collect();
    let problema =
        s.http.post("/v1/reguas", &json!({"nome": "r", "posicoes": posicoes})).await.expect(422).json;
    let erros = problema["erros"].as_array().unwrap();
    assert_eq!((erros.len(), &erros[100]["codigo"]), (101, &json!("muitos_erros")));
}
