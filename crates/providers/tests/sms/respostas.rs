//! What the answers of each provider mean, written as they write them.

use providers::IdMensagem;
use providers::http::Resposta;
use providers::sms::{Config, EstadoRecibo, Provedor, Recibo, Resultado};
use serde_json::{Value, json};

use crate::apoio::{NENHURES, SEGREDO, TODOS, chave, cliente, config, pedido};
use crate::falhas::{Dito, dito};

const ADIAR: Dito = Dito::Indisponivel(None);

/// The provider alone, without anybody to call.
fn provedor(valor: Value) -> Box<dyn Provedor> {
    serde_json::from_value::<Config>(valor).unwrap().provider().unwrap()
}

fn of(nome: &str) -> Box<dyn Provedor> {
    provedor(config(nome, "http://127.0.0.1:9", NENHURES))
}

fn answer(status: u16, corpo: &Value) -> Resposta {
    Resposta { status, cabecalhos: Vec::new(), corpo: corpo.to_string().into_bytes(), inteira: true }
}

#[test]
fn zenvia_accepts_with_an_id_and_refuses_with_a_status() {
    let zenvia = of("zenvia");
    for (status, corpo, esperado) in [
        (
            200,
            json!({ "id": "6b7d2c2f-0000", "from": "EXEMPLO", "to": "5511987654321", "direction": "OUT" }),
            Dito::Aceita,
        ),
        (200, json!({ "id": "" }), Dito::Incerta),
        (200, json!({ "id": "com espaço" }), Dito::Incerta),
        (400, json!({ "code": "VALIDATION_ERROR", "message": "Validation error" }), Dito::Permanente),
        (
            401,
            json!({ "code": "AUTHENTICATION_ERROR", "message": "No authorization token was found" }),
            ADIAR,
        ),
        (500, json!({ "code": "INTERNAL_ERROR" }), Dito::Incerta),
    ] {
        assert_eq!(dito(&zenvia.read(&answer(status, &corpo))), esperado, "{corpo}");
    }
}

#[test]
fn twilio_tells_the_account_from_the_message() {
    let twilio = of("twilio");
    for (status, codigo, esperado) in [
        (400, 21211, Dito::Permanente),
        (400, 21610, Dito::Permanente),
        (400, 21614, Dito::Permanente),
        (400, 21606, ADIAR),
        (400, 21408, ADIAR),
        (401, 20003, ADIAR),
        (404, 20404, ADIAR),
        (429, 20429, ADIAR),
        (503, 20503, ADIAR),
        (500, 20500, Dito::Incerta),
    ] {
        let corpo = json!({ "code": codigo, "message": "x", "more_info": "https://www.twilio.com", "status": status });
        assert_eq!(dito(&twilio.read(&answer(status, &corpo))), esperado, "{codigo}");
    }
    for (estado, esperado) in
        [("queued", Dito::Aceita), ("accepted", Dito::Aceita), ("failed", Dito::Permanente)]
    {
        let corpo = json!({ "sid": "SM1", "status": estado, "error_code": null });
        assert_eq!(dito(&twilio.read(&answer(201, &corpo))), esperado, "{estado}");
    }
}

#[test]
fn infobip_says_it_in_the_group_of_the_status() {
    let infobip = of("infobip");
    for (grupo, nome, esperado) in [
        (1, "PENDING_ACCEPTED", Dito::Aceita),
        (1, "PENDING_ENROUTE", Dito::Aceita),
        (3, "DELIVERED_TO_HANDSET", Dito::Aceita),
        (2, "UNDELIVERABLE_REJECTED_OPERATOR", Dito::Permanente),
        (4, "EXPIRED_EXPIRED", Dito::Permanente),
        (5, "REJECTED_NETWORK", Dito::Permanente),
        (5, "REJECTED_NOT_ENOUGH_CREDITS", ADIAR),
        (9, "NEW", Dito::Incerta),
    ] {
        let corpo =
            json!({ "messages": [{ "messageId": chave(1), "status": { "groupId": grupo, "name": nome } }] });
        assert_eq!(dito(&infobip.read(&answer(200, &corpo))), esperado, "{nome}");
    }
    let recusa = json!({ "errorCode": "E400", "description": "Request cannot be processed." });
    let Resultado::Permanente { causa } = infobip.read(&answer(400, &recusa)) else { panic!() };
    assert_eq!(causa.to_string(), "http 400 codigo E400");
}

#[test]
fn a_described_provider_is_read_by_its_tables() {
    let http = of("http");
    for (status, corpo, esperado) in [
        (200, json!({ "situacao": "aceita", "id": 7 }), Dito::Aceita),
        (202, json!({ "situacao": "aceita", "id": "x" }), Dito::Aceita),
        (200, json!({ "situacao": "aceita" }), Dito::Incerta),
        (200, json!({ "situacao": "na fila", "id": "x" }), Dito::Incerta),
        (200, json!({ "situacao": "aceita", "id": "x", "erro": "RUIM" }), Dito::Permanente),
        (200, json!({ "erro": "RUIM" }), Dito::Permanente),
        (200, json!({ "erro": "SALDO" }), ADIAR),
        (200, json!({ "erro": "ESPERE" }), Dito::Temporaria),
        (200, json!({ "erro": "OUTRO" }), Dito::Incerta),
        (400, json!({ "erro": "SALDO" }), ADIAR),
        (400, json!({ "erro": "OUTRO" }), Dito::Permanente),
        (500, json!({ "erro": "ESPERE" }), Dito::Temporaria),
        (500, json!({}), Dito::Incerta),
    ] {
        assert_eq!(dito(&http.read(&answer(status, &corpo))), esperado, "{status} {corpo}");
    }
    let mut simples = config("get", "http://127.0.0.1:9", NENHURES);
    simples["resposta"] = json!({ "status": [202] });
    let simples = provedor(simples);
    for (status, esperado) in [(202, Dito::Aceita), (200, Dito::Incerta), (404, ADIAR)] {
        let html = Resposta { corpo: b"OK".to_vec(), ..answer(status, &Value::Null) };
        assert_eq!(dito(&simples.read(&html)), esperado, "{status}");
    }
}

/// Gateways that answer with a line: the first word says whether, another one which.
#[test]
fn a_described_answer_may_be_a_form_or_a_line() {
    let read = |formato: &str, corpo: &str| {
        let mut simples = config("get", "http://127.0.0.1:9", NENHURES);
        let [campo, id] = if formato == "form" { ["/situacao", "/id"] } else { ["/0", "/1"] };
        simples["resposta"] = json!({ "formato": formato, "campo": campo, "valores": ["OK", "000"], "id": id,
            "codigo": campo, "codigos": { "indisponiveis": ["SALDO"] } });
        let resposta = Resposta { corpo: corpo.as_bytes().to_vec(), ..answer(200, &Value::Null) };
        let resultado = provedor(simples).read(&resposta);
        if let Resultado::Aceita { id: Some(id), .. } = resultado { Ok(id) } else { Err(dito(&resultado)) }
    };
    let id = |id: &str| Ok(id.to_owned());
    for (formato, corpo, esperado) in [
        ("texto", "OK: 123", id("123")),
        ("texto", "OK|a-1.2_b\r\n", id("a-1.2_b")),
        ("texto", "000 - 77 - Message Sent", id("77")),
        ("texto", "OK", Err(Dito::Incerta)),
        ("texto", "ok 123", Err(Dito::Incerta)),
        ("texto", "SALDO insuficiente", Err(ADIAR)),
        ("texto", "<html>OK 123</html>", Err(Dito::Incerta)),
        ("texto", "", Err(Dito::Incerta)),
        ("form", "situacao=OK&id=1%2E5", id("1.5")),
        ("form", "situacao=SALDO&id=1", Err(ADIAR)),
        ("form", "OK", Err(Dito::Incerta)),
    ] {
        assert_eq!(read(formato, corpo), esperado, "{formato} {corpo:?}");
    }
}

#[test]
fn receipts_as_the_providers_write_them() {
    let url = format!("/v1/recibos/x/{SEGREDO}");
    let read = |nome: &str, corpo: &Value| {
        let corpo = corpo.to_string();
        of(nome).recibos(&providers::Chamada { url: &url, cabecalhos: &[], corpo: corpo.as_bytes() }).unwrap()
    };
    let em = |texto: &str| Some(texto.parse().unwrap());
    let zenvia = json!({ "id": "e1", "timestamp": "2026-03-02T12:00:01Z", "type": "MESSAGE_STATUS", "channel": "sms",
        "messageId": "6b7d", "contentIndex": 0, "messageStatus": { "timestamp": "2026-03-02T12:00:00Z",
        "code": "NOT_DELIVERED", "description": "x", "causes": [{ "channelErrorCode": "3", "reason": "x" }] } });
    assert_eq!(
        read("zenvia", &zenvia),
        [Recibo::Estado {
            mensagem: IdMensagem::Provedor("6b7d".to_owned()),
            estado: EstadoRecibo::Devolvida,
            em: em("2026-03-02T12:00:00Z"),
            causa: Some("3".to_owned()),
        }]
    );
    let infobip = json!({ "results": [{ "bulkId": "b", "messageId": chave(1), "to": "5511987654321",
        "sentAt": "2026-03-02T09:00:00.000-0300", "doneAt": "2026-03-02T09:00:05.123-0300", "smsCount": 1,
        "price": { "pricePerMessage": 0.01, "currency": "BRL" },
        "status": { "groupId": 3, "groupName": "DELIVERED", "id": 5, "name": "DELIVERED_TO_HANDSET" },
        "error": { "groupId": 0, "groupName": "OK", "id": 0, "name": "NO_ERROR", "permanent": false } }] });
    assert_eq!(
        read("infobip", &infobip),
        [Recibo::Estado {
            mensagem: IdMensagem::Chave(chave(1)),
            estado: EstadoRecibo::Entregue,
            em: em("2026-03-02T12:00:05.123Z"),
            causa: None,
        }]
    );
}

#[tokio::test]
async fn each_has_its_own_name_and_sizes() {
    let antena = crate::apoio::antena(providers::operadora::Roteiro::normal()).await;
    let perfis = TODOS.map(|nome| {
        let cliente = cliente(nome, &antena);
        (cliente.nome(), cliente.perfil().gsm7, cliente.perfil().ucs2, cliente.transliterar())
    });
    let rede = |nome| (nome, (160, 153), (70, 67), true);
    let zenvia = ("zenvia", (160, 152), (70, 66), true);
    assert_eq!(perfis, [zenvia, rede("twilio"), rede("infobip"), rede("http"), rede("http"), rede("http")]);
    let mut um = config("zenvia", "http://127.0.0.1:9", NENHURES);
    um["max_segmentos"] = json!(1);
    um["transliterar"] = json!(false);
    let um = provedor(um);
    assert_eq!((um.perfil().max_segmentos, um.transliterar()), (1, false));
}

/// What Twilio and Infobip are asked to call back carries what their receipts are known by.
#[test]
fn a_request_asks_for_its_receipts() {
    let asked = |nome: &str| String::from_utf8(of(nome).request(&pedido(1, "Ola")).corpo).unwrap();
    let callback = format!("StatusCallback=http%3A%2F%2F127.0.0.1%3A9%2Fv1%2Frecibos%3Fchave%3D{}", chave(1));
    assert!(asked("twilio").contains(&callback), "{}", asked("twilio"));
    assert!(asked("infobip").contains(&format!("{NENHURES}/{SEGREDO}")), "{}", asked("infobip"));
}
