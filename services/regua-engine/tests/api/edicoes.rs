//! What may be changed of a régua, and what becomes of who is in it.

use serde_json::{Value, json};

use crate::apoio::{HOJE, Servico, code, done, email, id, named, posicao, refused};

fn sms(dias: u16) -> Value {
    json!({"dias": dias, "acoes": [{"tipo": "sms", "corpo": "#TOTAL# em aberto"}]})
}

/// The address of the position at `i`.
fn position(regua: &Value, i: usize) -> String {
    format!("/v1/reguas/{}/posicoes/{}", id(regua), id(&regua["posicoes"][i]))
}

/// The address of the action at `j` of the position at `i`.
fn action(regua: &Value, i: usize, j: usize) -> String {
    format!("{}/acoes/{}", position(regua, i), id(&regua["posicoes"][i]["acoes"][j]))
}

/// An active régua with these positions, and a debtor whom the night of 2026-03-01 enrols.
async fn walking(posicoes: Value) -> (Servico, Value) {
    let s = Servico::new();
    let regua = s.regua(json!({"nome": "r", "posicoes": posicoes})).await;
    let regua = s.turn(&regua, "ativacao").await;
    s.push_titulo("t", "2026-01-05");
    s.run_engine();
    s.night("2026-03-01").await;
    (s, regua)
}

async fn enrolments(s: &Servico, filtro: &str) -> Vec<Value> {
    let pagina = s.http.get(&format!("/v1/inscricoes{filtro}")).await.expect(200).json;
    pagina["itens"].as_array().unwrap().clone()
}

#[tokio::test]
async fn r04_what_a_removed_position_had_not_sent_is_discarded_and_stays_in_the_history() {
    let (s, regua) = walking(json!([posicao(0), sms(2), posicao(5)])).await;
    assert_eq!(s.executions(), ["2026-03-01 email pendente"]);
    let sem_ela = s.http.delete(&position(&regua, 0)).await.expect(200).json;
    assert_eq!((sem_ela["posicoes"].as_array().unwrap().len(), &sem_ela["versao"]), (2, &json!(3)));
    assert_eq!(s.executions(), ["2026-03-01 email descartada posicao_removida"]);
    assert_eq!(code(s.http.delete(&position(&regua, 0)).await, 404), "nao_encontrado");
    s.night("2026-03-03").await;
    assert_eq!(s.executions(), ["2026-03-01 email descartada posicao_removida", "2026-03-03 sms pendente"]);
    // The day is free again.
    done(&s.http.post(&format!("/v1/reguas/{}/posicoes", id(&regua)), &posicao(0)).await);
}

#[tokio::test]
async fn r04_who_waited_for_a_removed_position_goes_on_with_the_next_one_on_its_day() {
    let (s, regua) = walking(json!([posicao(0), sms(2), posicao(5)])).await;
    done(&s.http.delete(&position(&regua, 1)).await);
    s.night("2026-03-03").await;
    assert_eq!(s.executions(), ["2026-03-01 email pendente"]);
    s.night("2026-03-06").await;
    assert_eq!(s.executions(), ["2026-03-01 email pendente", "2026-03-06 email pendente"]);
    assert_eq!(enrolments(&s, "?estado=final").await.len(), 1);
}

#[tokio::test]
async fn r04_removing_an_action_discards_what_it_alone_had_not_sent() {
    let (s, regua) =
        walking(json!([{"dias": 0, "acoes": [email(), {"tipo": "sms", "corpo": "x"}]}, sms(5)])).await;
    let depois = s.http.delete(&action(&regua, 0, 0)).await.expect(200).json;
    assert_eq!(depois["posicoes"][0]["acoes"], json!([regua["posicoes"][0]["acoes"][1]]));
    assert_eq!(s.executions(), ["2026-03-01 email descartada posicao_removida", "2026-03-01 sms pendente"]);
    assert_eq!(code(s.http.delete(&action(&regua, 0, 0)).await, 404), "nao_encontrado");
}

#[tokio::test]
async fn r08_an_action_posted_to_a_position_goes_out_with_the_others_in_its_order() {
    let s = Servico::new();
    let regua = s.regua(json!({"nome": "r", "posicoes": [posicao(0)]})).await;
    let acoes = format!("{}/acoes", position(&regua, 0));
    for tipo in ["enriquecimento", "enriquecimento"] {
        done(&s.http.post(&acoes, &json!({"tipo": tipo})).await);
    }
    let lida = s.http.delete(&action(&s.read(&regua).await, 0, 0)).await.expect(200).json;
    done(&s.http.post(&acoes, &json!({"tipo": "carta", "corpo": "Prezado"})).await);
    let ultima = json!({"tipo": "negativacao", "confirmo_negativacao_automatica": true});
    let lida_depois = s.http.post(&acoes, &ultima).await.expect(201).json;
    let tipos = |regua: &Value| -> Vec<String> {
        let acoes = regua["posicoes"][0]["acoes"].as_array().unwrap().iter();
        acoes.map(|acao| acao["tipo"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(tipos(&lida), ["enriquecimento", "enriquecimento"]);
    assert_eq!(tipos(&lida_depois), ["enriquecimento", "enriquecimento", "carta", "negativacao"]);
    s.turn(&regua, "ativacao").await;
    s.push_titulo("t", "2026-01-05");
    s.run_engine();
    s.night(HOJE).await;
    assert_eq!(s.executions().len(), 4);
    for _ in 4..20 {
        done(&s.http.post(&acoes, &json!({"tipo": "enriquecimento"})).await);
    }
    assert_eq!(code(s.http.post(&acoes, &json!({"tipo": "enriquecimento"})).await, 409), "posicao_cheia");
}

#[tokio::test]
async fn r01_r09_r10_r11_l09_a_posted_action_is_judged_as_one_that_comes_with_its_regua() {
    let s = Servico::new();
    let lembrete = json!({"tipo": "lembrete", "dias": 1, "acoes": [email()]});
    let regua = s.regua(json!({"nome": "r", "posicoes": [lembrete, posicao(0)]})).await;
    let (no_lembrete, na_cobranca) =
        (format!("{}/acoes", position(&regua, 0)), format!("{}/acoes", position(&regua, 1)));
    for (caminho, acao, esperado) in [
        (&na_cobranca, json!({"tipo": "sms"}), vec!["/corpo obrigatorio"]),
        (&na_cobranca, json!({"tipo": "sms", "assunto": "a", "corpo": "x"}), vec!["/assunto nao_permitido"]),
        (&na_cobranca, json!({"tipo": "email", "corpo": "#X#", "cor": 1}), {
            vec!["/assunto obrigatorio", "/cor desconhecido", "/corpo coringa_desconhecido"]
        }),
        (&na_cobranca, json!({"tipo": "negativacao"}), {
            vec!["/confirmo_negativacao_automatica confirmacao_obrigatoria"]
        }),
        (&na_cobranca, json!({"tipo": "sms", "corpo": "x", "destinatarios": "alguns"}), {
            vec!["/destinatarios valor_invalido"]
        }),
        (&no_lembrete, json!({"tipo": "carta", "corpo": "x"}), vec!["/tipo canal_de_lembrete"]),
    ] {
        let problema = s.http.post(caminho, &acao).await.expect(422).json;
        assert_eq!(refused(&problema), esperado, "{acao}");
    }
    assert_eq!(s.read(&regua).await, regua);
}

#[tokio::test]
async fn m11_to_whom_an_action_goes_is_kept_and_can_be_changed() {
    let s = Servico::new();
    let mut todos = email();
    todos["destinatarios"] = json!("todos");
    let regua = s.regua(json!({"nome": "r", "posicoes": [{"dias": 0, "acoes": [todos, email()]}]})).await;
    let destinatarios = |regua: &Value| -> Vec<String> {
        let acoes = regua["posicoes"][0]["acoes"].as_array().unwrap().iter();
        acoes.map(|acao| acao["destinatarios"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(destinatarios(&s.read(&regua).await), ["todos", "preferido"]);
    done(&s.http.patch(&action(&regua, 0, 1), &json!({"destinatarios": "todos"})).await);
    done(&s.http.patch(&action(&regua, 0, 0), &json!({"destinatarios": "preferido"})).await);
    let lida = s.read(&regua).await;
    assert_eq!(destinatarios(&lida), ["preferido", "todos"]);
    assert_eq!(lida["posicoes"][0]["acoes"][0]["corpo"], email()["corpo"]);
}

#[tokio::test]
async fn r13_what_was_fired_is_not_fired_again_and_a_new_earlier_position_is_skipped() {
    let (s, regua) = walking(json!([posicao(0), posicao(5)])).await;
    done(&s.http.patch(&action(&regua, 0, 0), &json!({"corpo": "outro texto"})).await);
    s.night("2026-03-04").await;
    done(&s.http.post(&format!("/v1/reguas/{}/posicoes", id(&regua)), &sms(4)).await);
    s.night("2026-03-05").await;
    done(&s.http.post(&format!("/v1/reguas/{}/posicoes", id(&regua)), &sms(1)).await);
    for data in ["2026-03-06", "2026-03-07", "2026-03-08"] {
        s.night(data).await;
    }
    assert_eq!(s.executions(), ["2026-03-01 email pendente", "2026-03-06 email pendente"]);
}

#[tokio::test]
async fn r13_a_change_of_a_text_is_read_back_and_judged_with_the_rest_of_the_action() {
    let s = Servico::new();
    let acoes = json!([email(), {"tipo": "sms", "corpo": "x"}, {"tipo": "enriquecimento"}]);
    let regua = s.regua(json!({"nome": "r", "posicoes": [{"dias": 0, "acoes": acoes}]})).await;
    for (j, mudanca, esperado) in [
        (0, json!({"assunto": "#LISTA_TITULOS#"}), vec!["/assunto coringa_nao_permitido"]),
        (0, json!({"assunto": "", "corpo": "#QUEM#"}), {
            vec!["/assunto tamanho_invalido", "/corpo coringa_desconhecido"]
        }),
        (0, json!({"corpo": "  "}), vec!["/corpo obrigatorio"]),
        (1, json!({"assunto": "a"}), vec!["/assunto nao_permitido"]),
        (2, json!({"corpo": "a"}), vec!["/corpo nao_permitido"]),
        (0, json!({"tipo": "sms"}), vec!["/tipo desconhecido"]),
    ] {
        let problema = s.http.patch(&action(&regua, 0, j), &mudanca).await.expect(422).json;
        assert_eq!(refused(&problema), esperado, "{mudanca}");
    }
    assert_eq!(s.read(&regua).await, regua);
    let mudada = s.http.patch(&action(&regua, 0, 0), &json!({"corpo": "novo #NOME#"})).await.expect(200).json;
    let acao = &mudada["posicoes"][0]["acoes"][0];
    assert_eq!((&acao["assunto"], &acao["corpo"]), (&email()["assunto"], &json!("novo #NOME#")));
    assert_eq!(acao["id"], regua["posicoes"][0]["acoes"][0]["id"]);
    // The same text again, or nothing at all, is no change.
    for nada in [json!({"corpo": "novo #NOME#"}), json!({}), json!({"destinatarios": "preferido"})] {
        assert_eq!(s.http.patch(&action(&regua, 0, 0), &nada).await.expect(200).json, mudada);
    }
}

#[tokio::test]
async fn r12_the_mode_changes_only_while_inactive_and_re_enrols_from_the_first_position() {
    let (s, regua) = walking(json!([posicao(0), posicao(3)])).await;
    let caminho = format!("/v1/reguas/{}", id(&regua));
    let por_titulo = json!({"modo": "por_titulo", "nome": "outro"});
    assert_eq!(code(s.http.patch(&caminho, &por_titulo).await, 409), "regua_ativa");
    assert_eq!(s.read(&regua).await, regua);
    assert_eq!(s.http.patch(&caminho, &json!({"modo": "por_devedor"})).await.expect(200).json, regua);
    s.turn(&regua, "desativacao").await;
    let mudada = s.http.patch(&caminho, &por_titulo).await.expect(200).json;
    assert_eq!((&mudada["modo"], &mudada["nome"]), (&json!("por_titulo"), &json!("outro")));
    s.night("2026-03-04").await;
    assert_eq!(enrolments(&s, "?estado=andando").await.len(), 1, "inactive: it stands still");
    s.turn(&regua, "ativacao").await;
    s.night("2026-03-05").await;
    let velha = &enrolments(&s, "?estado=encerrada").await[0];
    let nova = &enrolments(&s, "?estado=andando").await[0];
    assert_eq!((&velha["motivo"], &velha["alvo_titulo_id"]), (&json!("modo_alterado"), &json!(null)));
    assert_eq!(
        (&nova["entrada"], &nova["titulos"]),
        (&json!("2026-03-05"), &json!([nova["alvo_titulo_id"]]))
    );
    assert_eq!(nova["proxima_posicao_id"], regua["posicoes"][1]["id"], "D+0 fired on the entry night");
}

#[tokio::test]
async fn v02_no_edit_leaves_an_active_regua_incomplete() {
    let s = Servico::new();
    let regua = s.active_regua(1).await;
    let problema = s.http.delete(&action(&regua, 0, 0)).await.expect(422).json;
    assert_eq!(refused(&problema), ["/posicoes/0/acoes posicao_sem_acao"]);
    done(&s.http.delete(&position(&regua, 1)).await);
    let problema = s.http.delete(&position(&regua, 0)).await.expect(422).json;
    assert_eq!(refused(&problema), ["/posicoes regua_sem_posicao"]);
    s.turn(&regua, "desativacao").await;
    done(&s.http.delete(&position(&regua, 0)).await);
    let problema =
        s.http.post(&format!("/v1/reguas/{}/ativacao", id(&regua)), &json!({})).await.expect(422).json;
    assert_eq!(refused(&problema), ["/posicoes regua_sem_posicao"]);
}

#[tokio::test]
async fn v03_v04_deactivated_nobody_leaves_and_archived_they_migrate_that_night() {
    let (s, regua) = walking(json!([posicao(0), posicao(5)])).await;
    let outra =
        s.regua(json!({"nome": "outra", "prioridade": 9, "modo": "por_titulo", "posicoes": [sms(0)]})).await;
    s.turn(&outra, "ativacao").await;
    s.turn(&regua, "desativacao").await;
    s.night("2026-03-02").await;
    assert_eq!(s.executions(), ["2026-03-01 email pendente"]);
    assert_eq!(enrolments(&s, "?estado=andando").await[0]["regua_id"], regua["id"]);
    let arquivada = s.turn(&regua, "arquivamento").await;
    assert_eq!(arquivada["estado"], "arquivada");
    assert_eq!(s.executions(), ["2026-03-01 email descartada regua_arquivada"]);
    s.night("2026-03-03").await;
    assert_eq!(enrolments(&s, "?estado=encerrada").await[0]["motivo"], "regua_arquivada");
    assert_eq!(s.executions()[1], "2026-03-03 sms pendente");
}

#[tokio::test]
async fn v04_archiving_twice_is_the_same_as_once_and_nothing_else_changes_an_archived_regua() {
    let s = Servico::new();
    let regua = s.active_regua(1).await;
    let arquivada = s.turn(&regua, "arquivamento").await;
    assert_eq!(s.turn(&regua, "arquivamento").await, arquivada);
    let caminho = format!("/v1/reguas/{}", id(&regua));
    let acoes = format!("{}/acoes", position(&regua, 0));
    for resposta in [
        s.http.post(&format!("{caminho}/ativacao"), &json!({})).await,
        s.http.post(&format!("{caminho}/desativacao"), &json!({})).await,
        s.http.patch(&caminho, &json!({"nome": "x"})).await,
        s.http.post(&format!("{caminho}/posicoes"), &posicao(3)).await,
        s.http.delete(&position(&regua, 0)).await,
        s.http.post(&acoes, &email()).await,
        s.http.patch(&action(&regua, 0, 0), &json!({"corpo": "x"})).await,
        s.http.delete(&action(&regua, 0, 0)).await,
    ] {
        assert_eq!(code(resposta, 409), "regua_arquivada");
    }
    assert_eq!(s.read(&regua).await, arquivada);
    let ativas = s.http.get("/v1/reguas?estado=ativa").await.expect(200).json;
    assert_eq!(ativas["itens"], json!([]));
    let arquivadas = s.http.get("/v1/reguas?estado=arquivada").await.expect(200).json;
    assert_eq!(arquivadas["itens"], json!([arquivada]));
}

#[tokio::test]
async fn r02_nothing_of_another_companys_regua_can_be_changed() {
    let s = Servico::new();
    let regua = s.active_regua(1).await;
    let outra = s.other_company();
    let caminho = format!("/v1/reguas/{}", id(&regua));
    for resposta in [
        outra.patch(&caminho, &json!({"nome": "x"})).await,
        outra.post(&format!("{caminho}/arquivamento"), &json!({})).await,
        outra.delete(&position(&regua, 0)).await,
        outra.post(&format!("{}/acoes", position(&regua, 0)), &email()).await,
        outra.patch(&action(&regua, 0, 0), &json!({"corpo": "x"})).await,
        outra.delete(&action(&regua, 0, 0)).await,
    ] {
        assert_eq!(code(resposta, 404), "nao_encontrado");
    }
    assert_eq!(s.read(&regua).await, regua);
}

#[tokio::test]
async fn a_position_of_another_regua_and_an_action_of_another_position_are_not_there() {
    let s = Servico::new();
    let a = s.regua(named("a", &[posicao(1), posicao(2)])).await;
    let b = s.regua(named("b", &[posicao(1)])).await;
    let alheia = format!("/v1/reguas/{}/posicoes/{}", id(&a), id(&b["posicoes"][0]));
    let trocada = format!("{}/acoes/{}", position(&a, 0), id(&a["posicoes"][1]["acoes"][0]));
    for resposta in [
        s.http.delete(&alheia).await,
        s.http.post(&format!("{alheia}/acoes"), &email()).await,
        s.http.patch(&trocada, &json!({"corpo": "x"})).await,
        s.http.delete(&trocada).await,
    ] {
        assert_eq!(code(resposta, 404), "nao_encontrado");
    }
    assert_eq!((s.read(&a).await, s.read(&b).await), (a, b));
}

#[tokio::test]
async fn a_change_of_the_heading_is_refused_with_everything_that_is_wrong() {
    let s = Servico::new();
    let regua = s.active_regua(1).await;
    let mudanca = json!({"nome": "", "modo": "x", "prioridade": 1.5, "estado": "ativa",
                         "criterios": {"score_de": 2, "score_ate": 1}, "posicoes": []});
    let problema = s.http.patch(&format!("/v1/reguas/{}", id(&regua)), &mudanca).await.expect(422).json;
    assert_eq!(
        refused(&problema),
        [
            "/criterios/score_ate intervalo_invertido",
            "/estado desconhecido",
            "/modo valor_invalido",
            "/nome tamanho_invalido",
            "/posicoes desconhecido",
            "/prioridade tipo_invalido",
        ]
    );
    assert_eq!(s.read(&regua).await, regua);
}
