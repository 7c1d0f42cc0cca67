#![cfg(test)]
//! Contacts and what they come to. Today is 2026-03-10, noon in São Paulo.

use std::time::Duration;

use serde_json::{Value, json};

use crate::apoio::{Servico, refused};

async fn result(s: &Servico, nome: &str, grupo: &str, positivo: bool) -> String {
    let pedido = json!({"nome": nome, "grupo": grupo, "positivo": positivo});
    let criado = s.http.post("/v1/resultados-de-contato", &pedido).await.expect(201).json;
    criado["id"].as_str().unwrap().to_owned()
}

async fn debtor(s: &Servico, codigo: &str) -> String {
    let id = s.stored(codigo).await;
    let lido = s.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json;
    lido["devedor_id"].as_str().unwrap().to_owned()
}

async fn contact(s: &Servico, devedor: &str, resultado: &str, mais: Value) -> Value {
    let mut pedido = json!({"devedor_id": devedor, "resultado_id": resultado, "canal": "telefone"});
    for (campo, valor) in mais.as_object().unwrap() {
        pedido[campo] = valor.clone();
    }
    s.http.post("/v1/contatos", &pedido).await.expect(201).json
}

async fn ids(s: &Servico, consulta: &str) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let ordem = if consulta.contains("ordem") { "" } else { "ordem=em&" };
        let caminho = format!("/v1/contatos?limite=2&{ordem}{consulta}{cursor}");
        let pagina = s.http.get(&caminho).await.expect(200).json;
        let itens = pagina["itens"].as_array().unwrap().iter();
        ids.extend(itens.map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(proximo) = pagina["proximo_cursor"].as_str() else { return ids };
        cursor = format!("&cursor={proximo}");
    }
}

#[tokio::test]
async fn a_contact_is_read_as_it_was_registered() {
    let s = Servico::new();
    let (devedor, promessa) = (debtor(&s, "A").await, result(&s, "Promessa", "Falou", true).await);
    let pedido = json!({"devedor_id": devedor, "canal": "whatsapp", "em": "2026-03-10T11:00:00-03:00", "resultado_id": promessa,
        "operador": "ana", "observacao": "Paga sexta\nse receber", "agendado_para": "2026-03-13T09:00:00-03:00"});
    let resposta = s.http.post("/v1/contatos", &pedido).await.expect(201);
    let feito = resposta.json;
    assert_eq!(
        resposta.headers["location"],
        format!("/v1/contatos/{}", feito["id"].as_str().unwrap()).as_str()
    );
    assert_eq!(
        feito,
        json!({"id": feito["id"], "devedor_id": devedor, "canal": "whatsapp", "em": "2026-03-10T14:00:00Z",
            "resultado": {"id": promessa, "nome": "Promessa", "grupo": "Falou", "positivo": true}, "operador": "ana",
            "observacao": "Paga sexta\nse receber", "agendado_para": "2026-03-13T12:00:00Z", "operador_agendamento": "ana",
            "ultimo": true, "criado_em": "2026-03-10T15:00:00Z"})
    );
    let lido = s.http.get(&format!("/v1/contatos/{}", feito["id"].as_str().unwrap())).await.expect(200).json;
    assert_eq!(lido, feito);
}

#[tokio::test]
async fn what_is_wrong_with_a_contact_is_told_by_field() {
    let s = Servico::new();
    let (devedor, promessa) = (debtor(&s, "A").await, result(&s, "Promessa", "Falou", true).await);
    let inativo = result(&s, "Antigo", "Falou", false).await;
    let caminho = format!("/v1/resultados-de-contato/{inativo}");
    let _mudado = s.http.patch(&caminho, &json!({"ativo": false})).await.expect(200);
    let nenhum = "00000000-0000-0000-0000-000000000000";
    let outra = s.other_company();
    let bom = json!({"devedor_id": devedor, "resultado_id": promessa, "canal": "telefone"});
    let com = |mais: Value| {
        let mut pedido = bom.clone();
        for (campo, valor) in mais.as_object().unwrap() {
            pedido[campo] = valor.clone();
        }
        pedido
    };
    for (pedido, faltas) in [
        (com(json!({"devedor_id": nenhum})), vec!["/devedor_id nao_encontrado"]),
        (com(json!({"resultado_id": nenhum})), vec!["/resultado_id nao_encontrado"]),
        (com(json!({"resultado_id": inativo})), vec!["/resultado_id fora_de_uso"]),
        (
            com(json!({"em": "2026-03-10T15:00:01Z", "agendado_para": "2026-03-10T15:00:01Z"})),
            vec!["/agendado_para fora_do_intervalo", "/em fora_do_intervalo"],
        ),
        (com(json!({"operador_agendamento": "ana"})), vec!["/operador_agendamento nao_combina"]),
        (
            json!({"canal": "fax"}),
            vec!["/canal valor_invalido", "/devedor_id obrigatorio", "/resultado_id obrigatorio"],
        ),
    ] {
        assert_eq!(refused(&s.http.post("/v1/contatos", &pedido).await.expect(422).json), faltas);
    }
    let problema = outra.post("/v1/contatos", &bom).await.expect(422).json;
    assert_eq!(refused(&problema), ["/devedor_id nao_encontrado"], "r02");
    assert_eq!(ids(&s, "").await, [""; 0]);
}

#[tokio::test]
async fn f26_to_f35_contacts_are_found_by_what_they_came_to_and_when() {
    let s = Servico::new();
    let (ana, beto) = (debtor(&s, "A").await, debtor(&s, "B").await);
    let promessa = result(&s, "Promessa", "Falou", true).await;
    let recusa = result(&s, "Recusa", "Falou", false).await;
    let nao_atende = result(&s, "Não atende", "Não falou", false).await;
    let em = |hora: &str| format!("2026-03-{hora}:00-03:00");
    let a = |dia: &str, operador: &str| json!({"em": em(dia), "operador": operador});
    let c0 = contact(&s, &ana, &nao_atende, a("08T23:30", "rita")).await;
    let c1 = contact(&s, &ana, &promessa, a("09T10:00", "rita")).await;
    let mut com_agenda = a("09T11:00", "joao");
    com_agenda["agendado_para"] = json!(em("12T09:00"));
    com_agenda["operador_agendamento"] = json!("rita");
    let c2 = contact(&s, &beto, &recusa, com_agenda).await;
    let mut cedo = a("09T12:00", "joao");
    cedo["agendado_para"] = json!(em("11T09:00"));
    let c3 = contact(&s, &beto, &nao_atende, cedo).await;
    let todos: Vec<_> = [&c0, &c1, &c2, &c3].iter().map(|c| c["id"].as_str().unwrap().to_owned()).collect();
    for (consulta, esperados) in [
        (String::new(), vec![0, 1, 2, 3]),
        ("ordem=-em".to_owned(), vec![3, 2, 1, 0]),
        ("ordem=agendado_para".to_owned(), vec![3, 2]),
        (format!("devedor_id={ana}"), vec![0, 1]),
        ("data_de=2026-03-09".to_owned(), vec![1, 2, 3]),
        ("data_ate=2026-03-08".to_owned(), vec![0]),
        (format!("resultado_id={nao_atende}"), vec![0, 3]),
        ("grupo=Falou".to_owned(), vec![1, 2]),
        ("positivo=true".to_owned(), vec![1]),
        ("positivo=false&operador=joao".to_owned(), vec![2, 3]),
        ("ultimo=true".to_owned(), vec![1, 3]),
        (format!("ultimo=true&resultado_id={recusa}"), vec![]),
        ("ultimo=true&grupo=Falou".to_owned(), vec![1]),
        ("agendado_de=2026-03-12&agendado_ate=2026-03-12".to_owned(), vec![2]),
        ("operador_agendamento=rita".to_owned(), vec![2]),
        ("canal=sms".to_owned(), vec![]),
    ] {
        let esperados: Vec<_> = esperados.into_iter().map(|n: usize| todos[n].clone()).collect();
        assert_eq!(ids(&s, &consulta).await, esperados, "{consulta}");
    }
    // f35: what a result is now, it is for every contact that came to it.
    let caminho = format!("/v1/resultados-de-contato/{nao_atende}");
    let mudado = s.http.patch(&caminho, &json!({"positivo": true, "grupo": "Falou"})).await.expect(200).json;
    assert_eq!(
        mudado,
        json!({"id": nao_atende, "nome": "Não atende", "grupo": "Falou", "positivo": true, "ativo": true})
    );
    assert_eq!(ids(&s, "positivo=true").await, [0, 1, 3].map(|n| todos[n].clone()));
    assert_eq!(ids(&s, "ultimo=true&grupo=Falou").await, [1, 3].map(|n| todos[n].clone()));
}

/// Whenever it was told; of two at the same instant, the one told last. A day ends before its midnight.
#[tokio::test]
async fn f26_f27_f31_the_latest_contact_is_the_last_that_happened() {
    let s = Servico::new();
    let (ana, promessa) = (debtor(&s, "A").await, result(&s, "Promessa", "Falou", true).await);
    let em = |hora: &str| json!({"em": format!("2026-03-{hora}:00-03:00")});
    let mut agendado = em("09T00:00");
    agendado["agendado_para"] = json!("2026-03-12T00:00:00-03:00");
    let recente = contact(&s, &ana, &promessa, agendado).await["id"].as_str().unwrap().to_owned();
    s.pass(Duration::from_mins(1));
    let antigo = contact(&s, &ana, &promessa, em("08T10:00")).await;
    assert_eq!(antigo["ultimo"], false);
    let antigo = antigo["id"].as_str().unwrap();
    for (consulta, esperados) in [
        ("ultimo=true", vec![&*recente]),
        ("data_ate=2026-03-08", vec![antigo]),
        ("data_de=2026-03-09", vec![&*recente]),
        ("agendado_ate=2026-03-11", vec![]),
        ("agendado_de=2026-03-12", vec![&*recente]),
    ] {
        assert_eq!(ids(&s, consulta).await, esperados, "{consulta}");
    }
    s.pass(Duration::from_mins(1));
    let empate = contact(&s, &ana, &promessa, em("09T00:00")).await;
    assert_eq!(empate["ultimo"], true);
    assert_eq!(ids(&s, "ultimo=true").await, [empate["id"].as_str().unwrap()]);
    let antes = s.http.get(&format!("/v1/contatos/{recente}")).await.expect(200).json;
    assert_eq!(antes["ultimo"], false);
}

#[tokio::test]
async fn f35_each_result_has_a_name_of_its_own() {
    let s = Servico::new();
    let (promessa, recusa) =
        (result(&s, "Promessa", "Falou", true).await, result(&s, "Recusa", "Falou", false).await);
    let repetido = json!({"nome": "Promessa", "grupo": "Outro", "positivo": false});
    let problema = s.http.post("/v1/resultados-de-contato", &repetido).await.expect(409).json;
    assert_eq!(problema["codigo"], "resultado_existente");
    let caminho = format!("/v1/resultados-de-contato/{recusa}");
    let _problema = s.http.patch(&caminho, &json!({"nome": "Promessa"})).await.expect(409);
    let _mesmo = s.http.patch(&caminho, &json!({"nome": "Recusa", "ativo": false})).await.expect(200);
    let em_uso = s.http.get("/v1/resultados-de-contato?ativo=true").await.expect(200).json;
    assert_eq!(em_uso["itens"][0]["id"], promessa.as_str());
    assert_eq!(em_uso["itens"].as_array().unwrap().len(), 1);
    let outra = s.other_company();
    let _nada = outra.get(&caminho).await.expect(404);
    let _nada = outra.patch(&caminho, &json!({"ativo": true})).await.expect(404);
    assert_eq!(s.http.get(&caminho).await.expect(200).json["ativo"], false);
    let novo = json!({"nome": "Nova", "grupo": "Falou", "positivo": true});
    let (a, b) = tokio::join!(
        s.http.post("/v1/resultados-de-contato", &novo),
        s.http.post("/v1/resultados-de-contato", &novo)
    );
    assert_eq!(a.status + b.status, 201 + 409, "uma só de duas ao mesmo tempo");
    s.pass(Duration::from_mins(1));
}
