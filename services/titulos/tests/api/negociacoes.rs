#![cfg(test)]
//! Agreements, from the proposal to their end. Today is 2026-03-10.

use std::time::Duration;

use serde_json::{Value, json};

use crate::apoio::{Servico, refused, titulo, with};

/// Pushes títulos of one debtor, due on these days; answers their ids.
pub(crate) async fn debt(s: &Servico, titulos: &[(&str, &str, &str)]) -> Vec<String> {
    let um = |(codigo, vencimento, valor): &(&str, &str, &str)| {
        let um = with(&titulo(codigo), "/vencimento", json!(vencimento));
        with(&with(&um, "/valor", json!(valor)), "/devedor/codigo_integracao", json!("D"))
    };
    let envio = s.push(&titulos.iter().map(um).collect::<Vec<_>>()).await;
    assert_eq!(envio["recusados"], 0, "{envio}");
    envio["itens"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Not due yet, so that it owes what it is worth.
pub(crate) const SEM_ENCARGOS: [(&str, &str, &str); 2] =
    [("1", "2026-03-20", "600.00"), ("2", "2026-03-25", "400.00")];

pub(crate) async fn agree(s: &Servico, pedido: &Value) -> Value {
    s.http.post("/v1/negociacoes", pedido).await.expect(201).json
}

pub(crate) async fn read(s: &Servico, negociacao: &Value) -> Value {
    s.http.get(&format!("/v1/negociacoes/{}", negociacao["id"].as_str().unwrap())).await.expect(200).json
}

pub(crate) async fn end(s: &Servico, negociacao: &Value, como: &str) -> (u16, Value) {
    let id = negociacao["id"].as_str().unwrap();
    let resposta = s.http.post(&format!("/v1/negociacoes/{id}/{como}"), &json!({})).await;
    (resposta.status, resposta.json)
}

pub(crate) async fn pay(s: &Servico, negociacao: &Value, parcela: usize) {
    let id = negociacao["parcelas"][parcela]["titulo_id"].as_str().unwrap();
    let _pago = s.http.post(&format!("/v1/titulos/{id}/pagamento"), &json!({})).await.expect(200);
}

pub(crate) async fn status(s: &Servico, ids: &[String]) -> Vec<String> {
    let mut todos = Vec::new();
    for id in ids {
        let lido = s.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json;
        todos.push(format!("{} {}", lido["status"].as_str().unwrap(), lido["saldo"].as_str().unwrap()));
    }
    todos
}

pub(crate) fn column(lista: &Value, campo: &str) -> Vec<String> {
    let texto = |item: &Value| item[campo].as_str().map_or_else(|| item[campo].to_string(), str::to_owned);
    lista.as_array().unwrap().iter().map(texto).collect()
}

#[tokio::test]
async fn k01_k10_the_originals_become_negotiated_and_each_instalment_a_titulo() {
    let s = Servico::new();
    let ids = debt(&s, &SEM_ENCARGOS).await;
    let pedido = json!({"titulos": ids, "quantidade": 3, "primeiro_vencimento": "2026-03-31", "usuario": "ana",
        "observacao": "Pediu boleto\npor e-mail"});
    let resposta = s.http.post("/v1/negociacoes", &pedido).await.expect(201);
    let feita = resposta.json;
    let endereco = format!("/v1/negociacoes/{}", feita["id"].as_str().unwrap());
    assert_eq!(resposta.headers["location"], endereco.as_str());
    assert_eq!(read(&s, &feita).await, feita);
    assert_eq!(
        (&feita["estado"], &feita["situacao"], &feita["valor"], &feita["juros"], &feita["com_entrada"]),
        (&json!("aberta"), &json!("nao_confirmada"), &json!("1000.00"), &json!("0.00"), &json!(false))
    );
    assert_eq!((&feita["usuario"], &feita["observacao"]), (&pedido["usuario"], &pedido["observacao"]));
    assert_eq!(column(&feita["parcelas"], "valor"), ["333.33", "333.33", "333.34"]);
    assert_eq!(column(&feita["parcelas"], "vencimento"), ["2026-03-31", "2026-04-30", "2026-05-31"]);
    assert_eq!(status(&s, &ids).await, ["negociado 600.00", "negociado 400.00"]);
    assert_eq!(column(&feita["titulos"], "id"), ids);
    for parcela in feita["parcelas"].as_array().unwrap() {
        let id = parcela["titulo_id"].as_str().unwrap();
        let lido = s.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json;
        assert_eq!((&lido["status"], &lido["origem"]), (&json!("aberto"), &json!("acordo")));
        assert_eq!((&lido["acordo_id"], &lido["saldo"]), (&feita["id"], &parcela["valor"]));
    }
}

#[tokio::test]
async fn k03_the_first_instalment_confirms_and_the_last_settles() {
    let s = Servico::new();
    let ids = debt(&s, &SEM_ENCARGOS).await;
    let pedido = json!({"titulos": ids, "quantidade": 2, "primeiro_vencimento": "2026-03-20"});
    let feita = agree(&s, &pedido).await;
    pay(&s, &feita, 0).await;
    let lida = read(&s, &feita).await;
    assert_eq!((&lida["estado"], &lida["situacao"]), (&json!("confirmada"), &json!("em_dia")));
    assert_eq!((&lida["confirmada_em"], &lida["pagas"]), (&json!("2026-03-10T15:00:00Z"), &json!(1)));
    assert_eq!((&lida["saldo"], &lida["proximo_vencimento"]), (&json!("500.00"), &json!("2026-04-20")));
    assert_eq!(status(&s, &ids).await, ["negociado 600.00", "negociado 400.00"]);
    pay(&s, &feita, 1).await;
    assert_eq!(read(&s, &feita).await["situacao"], "quitada");
    assert_eq!(end(&s, &feita, "quebra").await.1["codigo"], "negociacao_nao_quebra");
}

#[tokio::test]
async fn k04_confirmed_with_an_instalment_overdue_it_is_in_arrears() {
    let s = Servico::new();
    let ids = debt(&s, &SEM_ENCARGOS).await;
    let feita =
        agree(&s, &json!({"titulos": ids, "quantidade": 2, "primeiro_vencimento": "2026-03-11"})).await;
    pay(&s, &feita, 0).await;
    // The second is due on Saturday, 2026-04-11: overdue from Tuesday on (rule n02).
    s.pass(Duration::from_hours(24 * 34));
    assert_eq!(read(&s, &feita).await["situacao"], "em_dia");
    s.pass(Duration::from_hours(24));
    assert_eq!(read(&s, &feita).await["situacao"], "em_atraso");
}

#[tokio::test]
async fn k05_k06_without_a_payment_it_is_cancelled_and_again_changes_nothing() {
    let s = Servico::new();
    let ids = debt(&s, &SEM_ENCARGOS).await;
    let pedido = json!({"titulos": ids, "quantidade": 2, "primeiro_vencimento": "2026-03-20"});
    let feita = agree(&s, &pedido).await;
    assert_eq!(end(&s, &feita, "quebra").await.0, 409, "nada foi pago");
    let (status_http, cancelada) = end(&s, &feita, "cancelamento").await;
    assert_eq!((status_http, &cancelada["estado"]), (200, &json!("cancelada")));
    assert_eq!(column(&cancelada["parcelas"], "status"), ["cancelado", "cancelado"]);
    assert_eq!(column(&cancelada["titulos"], "status"), ["aberto", "aberto"]);
    assert_eq!(status(&s, &ids).await, ["aberto 600.00", "aberto 400.00"]);
    let mut olho = s.banco.observer();
    let antes = olho.look();
    s.pass(Duration::from_mins(1));
    assert_eq!(end(&s, &feita, "cancelamento").await, (200, cancelada));
    assert_eq!(end(&s, &feita, "quebra").await.1["codigo"], "negociacao_nao_quebra");
    assert_eq!(olho.look(), antes, "nenhuma linha foi escrita");
    assert_eq!(agree(&s, &pedido).await["estado"], "aberta", "e os títulos podem ser negociados de novo");
}

#[tokio::test]
async fn k05_with_a_payment_in_full_or_in_part_it_is_not_cancelled() {
    let s = Servico::new();
    for (codigo, valor) in [("A", "75.00"), ("B", "1.00")] {
        let ids = debt(&s, &[(codigo, "2026-03-20", "150.00")]).await;
        let pedido = json!({"titulos": ids, "quantidade": 2, "primeiro_vencimento": "2026-03-20"});
        let feita = agree(&s, &pedido).await;
        let segunda = feita["parcelas"][1]["titulo_id"].as_str().unwrap();
        let pagamento = json!({"valor": valor, "data": "2026-03-10"});
        let pago = s.http.post(&format!("/v1/titulos/{segunda}/pagamentos"), &pagamento).await;
        assert!(pago.status < 300, "{}", pago.text);
        let (recusado, problema) = end(&s, &feita, "cancelamento").await;
        assert_eq!((recusado, &problema["codigo"]), (409, &json!("negociacao_com_pagamento")), "{valor}");
        let lida = read(&s, &feita).await;
        assert_eq!((&lida["estado"], &lida["com_pagamento"]), (&json!("aberta"), &json!(true)));
    }
}

#[tokio::test]
async fn k07_what_nobody_confirmed_in_time_is_listed() {
    let s = Servico::new();
    let mut feitas = Vec::new();
    for (codigo, em) in [("A", "2026-03-11"), ("B", "2026-03-20"), ("C", "2026-03-11"), ("D", "2026-03-11")] {
        let ids = debt(&s, &[(codigo, "2026-03-20", "150.00")]).await;
        let pedido = json!({"titulos": ids, "quantidade": 2, "primeiro_vencimento": em});
        feitas.push(agree(&s, &pedido).await);
    }
    pay(&s, &feitas[2], 0).await;
    assert_eq!(end(&s, &feitas[3], "cancelamento").await.0, 200);
    let vencidas = "/v1/negociacoes?situacao=nao_confirmada_vencida";
    assert_eq!(s.http.get(vencidas).await.expect(200).json["itens"], json!([]));
    s.pass(Duration::from_hours(48));
    let lista = s.http.get(vencidas).await.expect(200).json;
    assert_eq!(column(&lista["itens"], "id"), [feitas[0]["id"].as_str().unwrap()]);
    assert_eq!(column(&lista["itens"], "situacao"), ["nao_confirmada_vencida"]);
}

#[tokio::test]
async fn k08_only_open_titulos_of_one_debtor_are_negotiated_and_nothing_else_is_written() {
    let s = Servico::new();
    let ids = debt(&s, &SEM_ENCARGOS).await;
    let pago = s.stored("P").await;
    let _pago = s.http.post(&format!("/v1/titulos/{pago}/pagamento"), &json!({})).await.expect(200);
    let alheio = s.stored("X").await;
    let pedido = |titulos: &[&String]| json!({"titulos": titulos, "quantidade": 2, "primeiro_vencimento": "2026-03-20"});
    let _feita = agree(&s, &pedido(&[&ids[0]])).await;
    let mut olho = s.banco.observer();
    let antes = olho.look();
    for caminho in ["/v1/negociacoes", "/v1/negociacoes/propostas"] {
        let problema = s.http.post(caminho, &pedido(&[&ids[1], &ids[0]])).await.expect(409).json;
        assert_eq!(problema["codigo"], "titulo_nao_negociavel");
        assert_eq!(problema["detail"], format!("{} está negociado", ids[0]));
        let problema = s.http.post(caminho, &pedido(&[&pago])).await.expect(409).json;
        assert_eq!(problema["detail"], format!("{pago} está pago"));
        let nenhum = "00000000-0000-0000-0000-000000000000".to_owned();
        let problema = s.http.post(caminho, &pedido(&[&ids[1], &alheio, &nenhum])).await.expect(422).json;
        assert_eq!(refused(&problema), ["/titulos/1 outro_devedor", "/titulos/2 nao_encontrado"]);
        let problema = s.http.post(caminho, &pedido(&[&ids[1], &ids[1]])).await.expect(422).json;
        assert_eq!(refused(&problema), ["/titulos/1 repetido"]);
        let problema = s.http.post(caminho, &pedido(&[])).await.expect(422).json;
        assert_eq!(refused(&problema), ["/titulos tamanho_invalido"]);
    }
    assert_eq!(olho.look(), antes, "nenhuma linha foi escrita");
}

#[tokio::test]
async fn k08_many_at_once_over_the_same_titulo_make_one_agreement() {
    let s = Servico::new();
    let ids = debt(&s, &SEM_ENCARGOS[..1]).await;
    let pedido = json!({"titulos": ids, "quantidade": 2, "primeiro_vencimento": "2026-03-20"});
    let (a, b, c) = tokio::join!(
        s.http.post("/v1/negociacoes", &pedido),
        s.http.post("/v1/negociacoes", &pedido),
        s.http.post("/v1/negociacoes", &pedido),
    );
    let mut feitos = [a.status, b.status, c.status];
    feitos.sort_unstable();
    assert_eq!(feitos, [201, 409, 409]);
    assert_eq!(s.all().await.len(), 3, "o título e duas parcelas");
}

#[tokio::test]
async fn r02_another_company_sees_and_changes_none() {
    let s = Servico::new();
    let ids = debt(&s, &SEM_ENCARGOS).await;
    let feita =
        agree(&s, &json!({"titulos": [ids[0]], "quantidade": 2, "primeiro_vencimento": "2026-03-20"})).await;
    let outra = s.other_company();
    let id = feita["id"].as_str().unwrap();
    let _nada = outra.get(&format!("/v1/negociacoes/{id}")).await.expect(404);
    for como in ["cancelamento", "quebra"] {
        let _nada = outra.post(&format!("/v1/negociacoes/{id}/{como}"), &json!({})).await.expect(404);
    }
    assert_eq!(outra.get("/v1/negociacoes").await.expect(200).json["itens"], json!([]));
    let pedido = json!({"titulos": [ids[1]], "quantidade": 1, "primeiro_vencimento": "2026-03-20"});
    for caminho in ["/v1/negociacoes", "/v1/negociacoes/propostas"] {
        let problema = outra.post(caminho, &pedido).await.expect(422).json;
        assert_eq!(refused(&problema), ["/titulos/0 nao_encontrado"]);
    }
    assert_eq!(read(&s, &feita).await, feita);
}

#[tokio::test]
async fn f20_to_f25_filters_are_taken_together_and_pages_lose_nothing() {
    let s = Servico::new();
    let mut feitas = Vec::new();
    for (n, usuario) in ["ana", "beto", "ana", "ana"].into_iter().enumerate() {
        let ids = debt(&s, &[(&format!("T{n}"), "2026-03-20", "150.00")]).await;
        let vencimento = format!("2026-03-{}", 20 + n);
        let pedido =
            json!({"titulos": ids, "quantidade": 2, "primeiro_vencimento": vencimento, "usuario": usuario});
        feitas.push(agree(&s, &pedido).await);
        s.pass(Duration::from_hours(24));
    }
    pay(&s, &feitas[0], 0).await;
    assert_eq!(end(&s, &feitas[2], "cancelamento").await.0, 200);
    let titulo = feitas[1]["titulos"][0]["id"].as_str().unwrap();
    for (consulta, esperadas) in [
        (String::new(), vec![0, 1, 2, 3]),
        ("ordem=-criada_em".to_owned(), vec![3, 2, 1, 0]),
        ("usuario=ana".to_owned(), vec![0, 2, 3]),
        ("estado=confirmada,cancelada".to_owned(), vec![0, 2]),
        ("estado=aberta&usuario=ana".to_owned(), vec![3]),
        ("data_de=2026-03-11&data_ate=2026-03-12".to_owned(), vec![1, 2]),
        ("data_de=2026-03-14".to_owned(), vec![]),
        ("cancelada_de=2026-03-14&cancelada_ate=2026-03-14".to_owned(), vec![2]),
        ("cancelada_ate=2026-03-13".to_owned(), vec![]),
        ("status_parcela=pago".to_owned(), vec![0]),
        ("vencimento_parcela_de=2026-04-21&vencimento_parcela_ate=2026-04-22".to_owned(), vec![1, 2]),
        // Of the same instalment: the paid one is another than the one due then.
        ("status_parcela=pago&vencimento_parcela_de=2026-04-01".to_owned(), vec![]),
        (format!("titulo_id={titulo}"), vec![1]),
        (format!("devedor_id={}", feitas[0]["devedor_id"].as_str().unwrap()), vec![0, 1, 2, 3]),
    ] {
        let (mut vistas, mut cursor) = (Vec::new(), String::new());
        loop {
            let caminho = format!("/v1/negociacoes?limite=2&{consulta}{cursor}");
            let pagina = s.http.get(&caminho).await.expect(200).json;
            vistas.extend(column(&pagina["itens"], "id"));
            let Some(proximo) = pagina["proximo_cursor"].as_str() else { break };
            cursor = format!("&cursor={proximo}");
        }
        let esperadas: Vec<_> =
            esperadas.iter().map(|n: &usize| feitas[*n]["id"].as_str().unwrap()).collect();
        assert_eq!(vistas, esperadas, "{consulta}");
    }
    let ruim = "/v1/negociacoes?estado=aberta,x&situacao=em_dia&ordem=valor&status_parcela=x&cursor=x";
    assert_eq!(
        refused(&s.http.get(ruim).await.expect(422).json),
        [
            "/cursor cursor_invalido",
            "/estado valor_invalido",
            "/ordem valor_invalido",
            "/situacao valor_invalido",
            "/status_parcela valor_invalido"
        ]
    );
}

/// Made and cancelled at the first instant of 2026-03-11.
#[tokio::test]
async fn f21_f25_a_day_ends_before_its_midnight() {
    let s = Servico::new();
    s.pass(Duration::from_hours(12));
    let ids = debt(&s, &SEM_ENCARGOS).await;
    let pedido = json!({"titulos": ids, "quantidade": 2, "primeiro_vencimento": "2026-03-20"});
    let feita = agree(&s, &pedido).await;
    assert_eq!(end(&s, &feita, "cancelamento").await.1["cancelada_em"], "2026-03-11T03:00:00Z");
    for (consulta, quantas) in [
        ("data_ate=2026-03-10", 0),
        ("data_de=2026-03-11", 1),
        ("cancelada_ate=2026-03-10", 0),
        ("cancelada_de=2026-03-11", 1),
    ] {
        let lista = s.http.get(&format!("/v1/negociacoes?{consulta}")).await.expect(200).json;
        assert_eq!(lista["itens"].as_array().unwrap().len(), quantas, "{consulta}");
    }
}

/// What the originals agree in is the instalments' too; where they differ it is nobody's.
#[tokio::test]
async fn k01_instalments_are_owed_to_the_creditor_of_all_their_originals_or_to_none() {
    let s = Servico::new();
    let de = |codigo: &str, credor: &str| {
        json!({"codigo_integracao": codigo, "vencimento": "2026-03-02", "valor": "100.00", "tipo_negocio": credor,
               "credor": {"codigo_integracao": credor, "nome": credor},
               "devedor": {"codigo_integracao": "D", "nome": "Maria da Silva"}})
    };
    // The company's own, and of no kind: it is another's than any creditor's.
    let proprio = with(&titulo("F"), "/devedor/codigo_integracao", json!("D"));
    let dos_credores = [de("A", "C1"), de("B", "C1"), de("C", "C1"), de("D", "C2"), de("E", "C1")];
    let envio = s.push(&[&dos_credores[..], &[proprio]].concat()).await;
    let ids: Vec<&Value> = envio["itens"].as_array().unwrap().iter().map(|item| &item["id"]).collect();
    for (titulos, do_credor) in
        [([ids[0], ids[1]], true), ([ids[2], ids[3]], false), ([ids[4], ids[5]], false)]
    {
        let pedido = json!({"titulos": titulos, "quantidade": 2, "primeiro_vencimento": "2026-04-10"});
        let feita = s.http.post("/v1/negociacoes", &pedido).await.expect(201).json;
        let original =
            s.http.get(&format!("/v1/titulos/{}", titulos[0].as_str().unwrap())).await.expect(200).json;
        for parcela in feita["parcelas"].as_array().unwrap() {
            let id = parcela["titulo_id"].as_str().unwrap();
            let lida = s.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json;
            for campo in ["credor_id", "tipo_negocio"] {
                let esperado = if do_credor { &original[campo] } else { &Value::Null };
                assert_eq!(&lida[campo], esperado, "{campo}");
            }
        }
    }
}
