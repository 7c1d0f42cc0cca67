//! Every way in which an answer may be wrong (F9), of every provider.

use proptest::prelude::*;
use providers::Chamada;
use providers::enriquecimento::Resultado;
use providers::http::Resposta;

use crate::apoio::{answer, provedores};

/// What a result is, by its name.
fn nome(resultado: &Resultado) -> &'static str {
    match resultado {
        Resultado::Respondida { .. } => "respondida",
        Resultado::Pedida { .. } => "pedida",
        Resultado::Temporaria { .. } => "temporaria",
        Resultado::Indisponivel { .. } => "indisponivel",
        Resultado::Permanente { .. } => "permanente",
        Resultado::Incerta { .. } => "incerta",
    }
}

#[test]
fn a_status_says_the_same_whoever_gives_it() {
    for provedor in provedores() {
        for (status, esperado) in [
            (400, "permanente"),
            (422, "permanente"),
            (401, "indisponivel"),
            (402, "indisponivel"),
            (403, "indisponivel"),
            (429, "indisponivel"),
            (503, "indisponivel"),
            (301, "indisponivel"),
            (425, "temporaria"),
            (408, "incerta"),
            (409, "incerta"),
            (500, "incerta"),
            (502, "incerta"),
            (504, "incerta"),
        ] {
            for corpo in [&b""[..], b"{}", b"<html>erro</html>"] {
                let resultado = provedor.read(&answer(status, corpo));
                assert_eq!(nome(&resultado), esperado, "{} {status}", provedor.nome());
            }
        }
    }
}

#[test]
fn a_200_that_is_no_answer_is_not_taken_for_one() {
    for provedor in provedores() {
        for corpo in [&b""[..], b"{", b"null", b"<html>", b"\xff\xfe", b"[]", b"\"texto\""] {
            let resultado = provedor.read(&answer(200, corpo));
            if provedor.nome() == "http"
                && corpo != b""
                && serde_json::from_slice::<serde_json::Value>(corpo).is_ok()
            {
                continue; // what it describes is where things are, and there is nothing
            }
            assert_eq!(nome(&resultado), "incerta", "{} {corpo:?}", provedor.nome());
        }
        let cortada = Resposta { inteira: false, ..answer(200, b"{\"resposta\":{},\"Result\":[]}") };
        assert_eq!(nome(&provedor.read(&cortada)), "incerta", "{}", provedor.nome());
    }
}

#[test]
fn a_wait_that_is_asked_for_is_kept() {
    for provedor in provedores() {
        let mut resposta = answer(429, b"");
        resposta.cabecalhos.push(("retry-after".to_owned(), "120".to_owned()));
        let Resultado::Indisponivel { apos, .. } = provedor.read(&resposta) else { panic!("it can wait") };
        assert_eq!(apos.map(|apos| apos.as_secs()), Some(120), "{}", provedor.nome());
    }
}

#[test]
fn who_tells_nothing_later_believes_nobody() {
    let chamada = Chamada { url: "/v1/recibos/enriquecimento/x/segredo", cabecalhos: &[], corpo: b"{}" };
    for provedor in provedores() {
        assert!(provedor.respostas(&chamada).is_err(), "{}", provedor.nome());
    }
}

/// Documents that look like answers.
fn documentos() -> impl Strategy<Value = String> {
    let valor = prop_oneof![
        Just("null".to_owned()),
        Just("7".to_owned()),
        Just("\"x\"".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        Just(
            "[{\"numero\":\"1\",\"Number\":2,\"AreaCode\":\"11\",\"email\":[],\"LastPassageDate\":\"é\"}]"
                .to_owned()
        ),
    ];
    let chave = prop::sample::select(vec![
        "resposta",
        "telefones",
        "moveis",
        "emails",
        "enderecos",
        "Result",
        "Status",
        "ExtendedPhones",
        "Phones",
        "MatchKeys",
        "QueryId",
        "cabecalho",
    ]);
    valor.prop_recursive(4, 32, 4, move |dentro| {
        prop::collection::vec((chave.clone(), dentro), 0..4).prop_map(|campos| {
            let campos: Vec<_> = campos.iter().map(|(nome, valor)| format!("\"{nome}\":{valor}")).collect();
            format!("{{{}}}", campos.join(","))
        })
    })
}

proptest! {
    #[test]
    fn whatever_is_answered_is_read_to_some_end(
        status in 100..600_u16, texto in "\\PC{0,60}", documento in documentos(), inteira in any::<bool>(),
    ) {
        for provedor in provedores() {
            for corpo in [&texto, &documento] {
                let resultado = provedor.read(&Resposta { inteira, ..answer(status, corpo.as_bytes()) });
                let taken = matches!(resultado, Resultado::Respondida { .. } | Resultado::Pedida { .. });
                prop_assert!(!taken || (200..300).contains(&status) || status == 404, "{} {status}", provedor.nome());
                // What somebody said is in no record and in no log.
                let escrito = format!("{resultado:?}");
                prop_assert!(texto.len() < 4 || !escrito.contains(texto.as_str()));
            }
        }
    }
}
