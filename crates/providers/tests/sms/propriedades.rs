//! Laws that hold whatever the other side does, and whatever a text holds.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use proptest::prelude::*;
use providers::http::Resposta;
use providers::operadora::{Como, Fala, Roteiro};
use providers::sms::{Config, Pedido, Provedor, Resultado};
use providers::{Chamada, MAX_RECIBOS, ReciboInvalido};
use serde_json::{Value, json};
use sha1::Sha1;
use tokio::runtime::Runtime;
use url::form_urlencoded::{Serializer, parse};

use crate::apoio::{Antena, NENHURES, PARA, SEGREDO, TODOS, antena, base, chave, cliente_de, config};
use crate::falhas::{Dito, dito};

fn provedor(nome: &str) -> Box<dyn Provedor> {
    let config = config(nome, "http://127.0.0.1:9", NENHURES);
    serde_json::from_value::<Config>(config).unwrap().provider().unwrap()
}

/// Documents made of the words that adapters look for, so that more than the outermost check is reached.
fn documento() -> impl Strategy<Value = Value> {
    let palavra = prop::sample::select(vec![
        "id",
        "situacao",
        "erro",
        "sid",
        "status",
        "code",
        "messages",
        "messageId",
        "groupId",
        "name",
        "aceita",
        "SALDO",
        "RUIM",
        "queued",
        "failed",
        "REJECTED_SYSTEM",
        "results",
        "recibos",
        "estado",
        "entregue",
        "type",
        "MESSAGE",
        "MESSAGE_STATUS",
        "messageStatus",
        "DELIVERED",
        "from",
        "text",
        "de",
        "texto",
        "5511987654321",
    ]);
    let folha = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0..6_i64).prop_map(Value::from),
        palavra.clone().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    folha.prop_recursive(4, 40, 5, move |dentro| {
        prop_oneof![
            prop::collection::vec(dentro.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((palavra.clone(), dentro), 0..6).prop_map(|campos| {
                Value::Object(campos.into_iter().map(|(nome, valor)| (nome.to_owned(), valor)).collect())
            }),
        ]
    })
}

fn corpo() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => documento().prop_map(|documento| documento.to_string().into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..200),
    ]
}

/// What Twilio would send, more or less.
fn formulario() -> impl Strategy<Value = Vec<u8>> {
    let nome = prop::sample::select(vec![
        "MessageSid",
        "MessageStatus",
        "SmsStatus",
        "From",
        "Body",
        "ErrorCode",
        "x",
    ]);
    let valor = prop_oneof![
        prop::sample::select(vec![
            "SM1",
            "sent",
            "delivered",
            "received",
            "+5511987654321",
            "30003",
            "sending"
        ])
        .prop_map(str::to_owned),
        ".{0,12}",
    ];
    prop::collection::vec((nome, valor), 0..8)
        .prop_map(|campos| Serializer::new(String::new()).extend_pairs(campos).finish().into_bytes())
}

/// A genuine one, of `NENHURES?chave=1`.
fn signature(corpo: &[u8]) -> String {
    let mut campos: Vec<_> = parse(corpo).into_owned().collect();
    campos.sort();
    let juntos: String = campos.into_iter().flat_map(|(nome, valor)| [nome, valor]).collect();
    let mac = Hmac::<Sha1>::new_from_slice(b"abc").unwrap();
    STANDARD.encode(
        mac.chain_update(NENHURES).chain_update("?chave=1").chain_update(juntos).finalize().into_bytes(),
    )
}

fn como() -> impl Strategy<Value = Como> {
    let status = prop::sample::select(vec![
        200_u16, 201, 204, 301, 302, 400, 401, 408, 409, 422, 425, 429, 500, 502, 503,
    ]);
    prop_oneof![
        3 => Just(Como::Normal),
        3 => (status, documento()).prop_map(|(status, corpo)| Como::json(status, &corpo.to_string())),
        1 => Just(Como::Cortar),
        1 => Just(Como::Resetar),
        1 => Just(Como::Bruto(b"HTTP/1.1 200 Ok\r\ncontent-length: 90\r\n\r\n{\"id\":\"1\"}".to_vec())),
        1 => Just(Como::Bruto(b"banana".to_vec())),
    ]
}

/// One of a peer that says yes by itself and no by a body of ours would be a liar; it is asked to be no worse than wrong.
fn honest(fala: &Fala) -> bool {
    match fala.como {
        Como::Normal => fala.guarda,
        Como::Responder { .. } => false,
        Como::Bruto(_)
        | Como::Cortar
        | Como::Resetar
        | Como::Segurar
        | Como::CabecalhosLentos
        | Como::CorpoLento => true,
    }
}

async fn run(nome: &str, falas: Vec<Fala>) -> Result<(), TestCaseError> {
    let roteiro = falas.clone();
    let antena: Antena = antena(Roteiro::lista(roteiro)).await;
    let cliente = cliente_de(config(nome, &base(&antena), NENHURES), Duration::from_secs(20));
    for (n, fala) in (0..).zip(&falas) {
        let antes = antena.operadora.total();
        let resultado = cliente.send(&Pedido { chave: chave(n), para: PARA, texto: "Ola" }).await;
        let novas = antena.operadora.total() - antes;
        prop_assert_eq!(novas, u64::from(fala.guarda), "{} {:?}", nome, fala);
        match dito(&resultado) {
            Dito::Aceita => prop_assert!(novas == 1 || !honest(fala), "{} {:?}", nome, fala),
            Dito::Permanente | Dito::Temporaria | Dito::Indisponivel(_) => {
                prop_assert!(novas == 0 || !honest(fala), "{} {:?} {:?}", nome, fala, resultado);
            }
            Dito::Incerta => {}
        }
    }
    // Whatever was before, a healthy answer is understood.
    let ultima = u128::try_from(falas.len()).unwrap();
    let resultado = cliente.send(&Pedido { chave: chave(ultima), para: PARA, texto: "Ola" }).await;
    let aceita = matches!(resultado, Resultado::Aceita { .. });
    prop_assert!(aceita, "{} {:?}", nome, resultado);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 100, ..ProptestConfig::default() })]

    /// Never `Aceita` without the ledger, never a definite refusal with it, never two of one call.
    #[test]
    fn for_any_fault_script_the_client_says_what_the_ledger_says(
        nome in prop::sample::select(TODOS.to_vec()),
        falas in prop::collection::vec((any::<bool>(), como()).prop_map(|(guarda, como)| Fala { guarda, como }), 0..8),
    ) {
        Runtime::new().unwrap().block_on(run(nome, falas))?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Whatever is answered, there is a verdict; and only a 2xx that came whole accepts.
    #[test]
    fn reading_is_total(status in any::<u16>(), corpo in corpo(), inteira in any::<bool>()) {
        for nome in TODOS {
            let resposta = Resposta { status, cabecalhos: Vec::new(), corpo: corpo.clone(), inteira };
            let dito = dito(&provedor(nome).read(&resposta));
            prop_assert!(dito != Dito::Aceita || ((200..300).contains(&status) && inteira), "{nome}");
        }
    }

    /// Whatever is told, nobody is believed without a secret, and with it no more than a hundred are.
    #[test]
    fn receipts_are_total(corpo in prop_oneof![corpo(), formulario()], url in ".{0,40}", cabecalho in "[ -~]{0,30}") {
        for nome in TODOS {
            let cabecalhos = [("authorization", &cabecalho), ("x-twilio-signature", &cabecalho)];
            let cabecalhos = cabecalhos.map(|(n, v)| (n.to_owned(), v.clone()));
            let falsa = Chamada { url: &url, cabecalhos: &cabecalhos, corpo: &corpo };
            prop_assert!(provedor(nome).recibos(&falsa).is_err(), "{nome}");
            let url = if nome == "twilio" { "/x?chave=1".to_owned() } else { format!("/v1/{SEGREDO}") };
            let cabecalhos = [("X-Twilio-Signature".to_owned(), signature(&corpo))];
            let chamada = Chamada { url: &url, cabecalhos: &cabecalhos, corpo: &corpo };
            let recibos = provedor(nome).recibos(&chamada);
            let falsa = recibos == Err(ReciboInvalido::SemAutenticidade);
            prop_assert!(!falsa && recibos.map_or(true, |recibos| recibos.len() <= MAX_RECIBOS), "{nome}");
        }
    }

    /// A body is what its format says, and reads back to what was put in.
    #[test]
    fn a_rendered_body_decodes_to_what_was_put_in(texto in any::<String>(), para in "\\+[0-9]{8,15}") {
        let pedido = Pedido { chave: chave(1), para: &para, texto: &texto };
        let request = |nome: &str| provedor(nome).request(&pedido);
        let corpo: Value = serde_json::from_slice(&request("http").corpo).unwrap();
        prop_assert_eq!(corpo, json!({ "de": "EXEMPLO", "para": &para, "texto": &texto }));
        let campos = |corpo: &[u8]| parse(corpo).into_owned().map(|(_, valor)| valor).collect::<Vec<_>>();
        let chave = chave(1).to_string();
        prop_assert_eq!(campos(&request("form").corpo), ["EXEMPLO", &para, &texto, &chave]);
        let url = url::Url::parse(&request("get").url).unwrap();
        prop_assert_eq!(campos(url.query().unwrap().as_bytes()), [para.as_str(), &texto, &chave]);
        let twilio = campos(&request("twilio").corpo);
        prop_assert_eq!(&twilio[..3], [para.as_str(), "EXEMPLO", &texto]);
        let infobip: Value = serde_json::from_slice(&request("infobip").corpo).unwrap();
        prop_assert_eq!(infobip.pointer("/messages/0/content/text").unwrap(), &texto);
        let zenvia: Value = serde_json::from_slice(&request("zenvia").corpo).unwrap();
        prop_assert_eq!(zenvia.pointer("/contents/0/text").unwrap(), &texto);
    }
}
