//! What every adapter keeps, whatever its shape.

use std::time::Duration;

use providers::operadora::{Fala, Fase, Roteiro};
use providers::sms::Resultado;

use crate::apoio::{NENHURES, PARA_DIGITOS, TODOS, antena, base, chave, cliente, cliente_de, config, pedido};

/// Texts that would break a body put together by hand, or that look like something else.
const HOSTIS: [&str; 14] = [
    "Olá, não esqueça: R$ 1.234,56 até 10/03.",
    "aspas \" e ' e \\ e / e `",
    "linha 1\r\nlinha 2\nlinha 3\ttab",
    "{para} {texto} {chave} {remetente} {{x}} ${y} #NOME#",
    "a&b=c;d+e%20f?g#h",
    "\u{1f600} família \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} e\u{301}",
    "nulo \0 no meio, sino \u{7}, apagar \u{7f}",
    "\",\"to\":\"5511000000000\",\"x\":\"",
    "&To=%2B5511000000000&Body=outra",
    "</script><b>&amp;</b>]]>",
    "\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "\u{202e}osrever \u{feff}bom \u{2028}linha",
    " espaços  no   começo e no fim ",
    "^{}\\[~]|€",
];

#[tokio::test]
async fn a_message_that_is_accepted_is_in_the_ledger_once() {
    for nome in TODOS {
        let antena = antena(Roteiro::normal()).await;
        let cliente = cliente(nome, &antena);
        let resultado = cliente.send(&pedido(1, "Ola")).await;
        let recebidas = antena.operadora.recebidas();
        let Resultado::Aceita { id, .. } = resultado else { panic!("{nome}: {resultado:?}") };
        assert_eq!(recebidas.len(), 1, "{nome}");
        assert_eq!(id.as_deref(), Some(recebidas[0].id.as_str()), "{nome}");
        assert_eq!(recebidas[0].para.trim_start_matches('+'), PARA_DIGITOS, "{nome}");
        let de = if nome == "get" { "" } else { "EXEMPLO" };
        assert_eq!((recebidas[0].de.as_str(), recebidas[0].texto.as_str()), (de, "Ola"), "{nome}");
    }
}

#[tokio::test]
async fn a_hostile_text_arrives_as_it_left() {
    for nome in TODOS {
        let antena = antena(Roteiro::normal()).await;
        let cliente = cliente(nome, &antena);
        for (n, texto) in (0..).zip(HOSTIS) {
            let resultado = cliente.send(&pedido(n, texto)).await;
            assert!(matches!(resultado, Resultado::Aceita { .. }), "{nome} {texto:?}: {resultado:?}");
        }
        let recebidas = antena.operadora.recebidas();
        let textos: Vec<_> = recebidas.iter().map(|recebida| recebida.texto.as_str()).collect();
        assert_eq!(textos, HOSTIS, "{nome}");
        assert!(recebidas.iter().all(|r| r.para.trim_start_matches('+') == PARA_DIGITOS), "{nome}");
    }
}

#[tokio::test]
async fn the_same_key_again_is_one_message_exactly_where_the_adapter_says_so() {
    for nome in TODOS {
        let antena = antena(Roteiro::normal()).await;
        let cliente = cliente(nome, &antena);
        let mut ids = Vec::new();
        for _ in 0..3 {
            let Resultado::Aceita { id, .. } = cliente.send(&pedido(7, "Ola")).await else {
                panic!("{nome}")
            };
            ids.push(id);
        }
        let esperadas = if cliente.idempotente() { 1 } else { 3 };
        assert_eq!(antena.operadora.total(), esperadas, "{nome}");
        assert_eq!(cliente.idempotente(), ["http", "form", "get"].contains(&nome), "{nome}");
        assert!(!cliente.idempotente() || ids.iter().all(|id| *id == ids[0]), "{nome}");
    }
}

#[tokio::test]
async fn a_lost_answer_asked_for_again_under_the_same_key_leaves_one_message() {
    for nome in ["http", "form", "get"] {
        let falas = vec![Fala::guardando(providers::operadora::Como::Cortar); 2];
        let antena = antena(Roteiro::lista(falas)).await;
        let cliente = cliente(nome, &antena);
        for _ in 0..2 {
            let perdida = cliente.send(&pedido(3, "Ola")).await;
            assert!(matches!(perdida, Resultado::Incerta { .. }), "{nome}: {perdida:?}");
        }
        assert!(matches!(cliente.send(&pedido(3, "Ola")).await, Resultado::Aceita { .. }), "{nome}");
        assert_eq!(
            (antena.operadora.total(), antena.operadora.copias(&chave(3).to_string())),
            (1, 1),
            "{nome}"
        );
    }
}

#[tokio::test]
async fn nothing_that_is_not_there_was_reached() {
    for nome in TODOS {
        let antena = antena(Roteiro::normal()).await;
        let endereco = base(&antena);
        antena.operadora.parar().await;
        let cliente = cliente_de(config(nome, &endereco, NENHURES), Duration::from_secs(5));
        let resultado = cliente.send(&pedido(1, "Ola")).await;
        let Resultado::Indisponivel { causa, apos: None } = resultado else {
            panic!("{nome}: {resultado:?}")
        };
        assert_eq!(causa.to_string(), "não saiu: sem_conexao", "{nome}");
    }
}

#[tokio::test]
async fn no_debug_shows_a_number_a_word_or_a_key() {
    for nome in TODOS {
        let recusa = Fala::recusa(400, r#"{"message":"numero +5511987654321 de Maria"}"#);
        let antena = antena(Roteiro::sempre(Fase::Pedido, recusa)).await;
        let valor = config(nome, &base(&antena), NENHURES);
        let cliente = cliente(nome, &antena);
        let resultado = cliente.send(&pedido(1, "Maria")).await;
        let config: providers::sms::Config = serde_json::from_value(valor).unwrap();
        let tudo =
            format!("{resultado:?} {cliente:?} {config:?} {:?} {:?}", pedido(1, "Maria"), antena.operadora);
        for proibido in ["Maria", "11987654321", "abc", "segredo-dos-recibos"] {
            assert!(!tudo.contains(proibido), "{nome}: {tudo}");
        }
        let Resultado::Permanente { causa } = resultado else { panic!("{nome}: {resultado:?}") };
        assert!(causa.palavras().contains("Maria"), "{nome}: the record keeps the words");
    }
}
