//! Each failure of an HTTP provider, over every adapter: what may have been taken is `Incerta`, what certainly was not is
//! not, and nothing is sent twice.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use providers::operadora::{Como, Fala, Fase, Roteiro};
use providers::sms::{ClienteSms, Resultado};
use tokio::task::JoinSet;

use crate::apoio::{Antena, TODOS, antena, base, cliente, impaciente, pedido};

/// What a result says, without why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dito {
    Aceita,
    Temporaria,
    Indisponivel(Option<u64>),
    Permanente,
    Incerta,
}

pub(crate) fn dito(resultado: &Resultado) -> Dito {
    match resultado {
        Resultado::Aceita { .. } => Dito::Aceita,
        Resultado::Temporaria { .. } => Dito::Temporaria,
        Resultado::Indisponivel { apos, .. } => Dito::Indisponivel(apos.map(|d| d.as_secs())),
        Resultado::Permanente { .. } => Dito::Permanente,
        Resultado::Incerta { .. } => Dito::Incerta,
    }
}

fn with(status: u16, cabecalhos: &[(&str, &str)], corpo: &[u8]) -> Como {
    let cabecalhos = cabecalhos.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    Como::Responder { status, cabecalhos, corpo: corpo.to_vec() }
}

fn html(status: u16) -> Como {
    with(status, &[("content-type", "text/html")], b"<html><body><h1>It works!</h1></body></html>")
}

/// A body that says everything that any adapter wants to hear, so that only what is wrong with it counts.
const SIM: &str = r#"{"id":"1","situacao":"aceita","sid":"SM1","status":"queued",
    "messages":[{"messageId":"1","status":{"groupId":1,"name":"PENDING_ACCEPTED"}}]}"#;

fn gzip(corpo: &[u8]) -> Vec<u8> {
    let mut saida = GzEncoder::new(Vec::new(), Compression::best());
    saida.write_all(corpo).unwrap();
    saida.finish().unwrap()
}

/// A ten-megabyte document, whole and right but for its size.
fn large() -> Vec<u8> {
    let mut corpo = SIM.trim_end_matches('}').as_bytes().to_vec();
    corpo.extend_from_slice(br#","x":""#);
    corpo.resize(10 * 1024 * 1024, b'a');
    corpo.extend_from_slice(br#""}"#);
    corpo
}

/// The ways in which the answer is no answer: the carrier may have the message, and may not.
fn unknown() -> Vec<(&'static str, Como)> {
    let cortada = format!("HTTP/1.1 200 Ok\r\ncontent-length: 4000\r\n\r\n{SIM}");
    let bomba = gzip(&vec![b' '; 20 * 1024 * 1024]);
    vec![
        ("500", Como::json(500, r#"{"code":20500,"message":"Internal"}"#)),
        ("500 without a body", with(500, &[], b"")),
        ("502", html(502)),
        ("504", with(504, &[], b"")),
        ("408", with(408, &[], b"")),
        ("409", Como::json(409, "{}")),
        ("302", with(302, &[("location", "http://169.254.169.254/latest/meta-data/")], b"")),
        ("303", with(303, &[("location", "/sms")], b"")),
        ("200 with an error", Como::json(200, r#"{"erro":"DESCONHECIDO","message":"no"}"#)),
        ("200 html", html(200)),
        ("200 empty", with(200, &[], b"")),
        ("204", with(204, &[], b"")),
        ("200 broken JSON", Como::json(200, SIM.trim_end_matches('}'))),
        ("200 cut", Como::Bruto(cortada.into_bytes())),
        ("200 of ten megabytes", with(200, &[("content-type", "application/json")], &large())),
        ("200 compressed", with(200, &[("content-encoding", "gzip")], &gzip(SIM.as_bytes()))),
        ("200 gzip bomb", with(200, &[("content-encoding", "gzip")], &bomba)),
        ("not HTTP", Como::Bruto(b"220 mail.exemplo ESMTP\r\n".to_vec())),
        ("headers without end", Como::Bruto(vec![b'a'; 200_000])),
        ("slow headers", Como::CabecalhosLentos),
        ("slow body", Como::CorpoLento),
        ("silence", Como::Segurar),
        ("closed", Como::Cortar),
        ("reset", Como::Resetar),
    ]
}

/// The answers that settle it: the carrier has not taken the message.
fn settled() -> Vec<(&'static str, Como, Dito)> {
    vec![
        ("400", Como::json(400, "{}"), Dito::Permanente),
        ("413", html(413), Dito::Permanente),
        ("422", Como::json(422, r#"{"errors":["para"]}"#), Dito::Permanente),
        ("425", with(425, &[], b""), Dito::Temporaria),
        ("429 in seconds", with(429, &[("retry-after", "120")], b""), Dito::Indisponivel(Some(120))),
        ("429", html(429), Dito::Indisponivel(None)),
        ("503", with(503, &[("retry-after", "7")], b""), Dito::Indisponivel(Some(7))),
        ("401", Como::json(401, r#"{"code":20003}"#), Dito::Indisponivel(None)),
        ("402", with(402, &[], b""), Dito::Indisponivel(None)),
        ("403", html(403), Dito::Indisponivel(None)),
        ("404", html(404), Dito::Indisponivel(None)),
        ("405", with(405, &[], b""), Dito::Indisponivel(None)),
        ("301", with(301, &[("location", "https://outra.exemplo/")], b""), Dito::Indisponivel(None)),
        ("308", with(308, &[("location", "/sms")], b""), Dito::Indisponivel(None)),
    ]
}

/// A client that waits as long as the failure deserves.
fn patient_with(como: &Como, nome: &str, antena: &Antena) -> ClienteSms {
    match como {
        Como::Segurar | Como::CabecalhosLentos | Como::CorpoLento => impaciente(nome, antena),
        Como::Normal | Como::Responder { .. } | Como::Bruto(_) | Como::Cortar | Como::Resetar => {
            cliente(nome, antena)
        }
    }
}

/// All adapters at once: some of these failures take as long as the patience of whoever asks.
async fn with_each<F: Future<Output = ()> + Send + 'static>(test: impl Fn(&'static str) -> F) {
    let mut todos = JoinSet::new();
    for nome in TODOS {
        todos.spawn(test(nome));
    }
    todos.join_all().await;
}

#[tokio::test]
async fn what_may_have_been_taken_is_unknown_whether_it_was_or_not() {
    for (falha, como) in unknown() {
        for guarda in [true, false] {
            let fala = Fala { guarda, como: como.clone() };
            with_each(move |nome| check_unknown(nome, falha, fala.clone())).await;
        }
    }
}

async fn check_unknown(nome: &'static str, falha: &'static str, dita: Fala) {
    let antena = antena(Roteiro::sempre(Fase::Pedido, dita.clone())).await;
    let resultado = patient_with(&dita.como, nome, &antena).send(&pedido(1, "Ola")).await;
    assert_eq!(dito(&resultado), Dito::Incerta, "{nome} {falha} guarda={}: {resultado:?}", dita.guarda);
    assert_eq!(antena.operadora.total(), u64::from(dita.guarda), "{nome} {falha}");
    assert_eq!(antena.operadora.pedidos(), 1, "{nome} {falha}: asked again or followed");
}

#[tokio::test]
async fn what_was_not_taken_is_called_by_its_name() {
    for nome in TODOS {
        for (falha, como, esperado) in settled() {
            let antena = antena(Roteiro::sempre(Fase::Pedido, Fala::sem_guardar(como))).await;
            let resultado = cliente(nome, &antena).send(&pedido(1, "Ola")).await;
            assert_eq!(dito(&resultado), esperado, "{nome} {falha}: {resultado:?}");
            assert_eq!((antena.operadora.total(), antena.operadora.pedidos()), (0, 1), "{nome} {falha}");
        }
    }
}

#[tokio::test]
async fn a_connection_that_ends_before_anything_was_read_is_never_taken_for_an_acceptance() {
    for nome in TODOS {
        for como in [Como::Cortar, Como::Resetar, Como::Segurar] {
            let antena = antena(Roteiro::sempre(Fase::Conexao, Fala::sem_guardar(como.clone()))).await;
            let resultado = impaciente(nome, &antena).send(&pedido(1, "Ola")).await;
            let nao = matches!(dito(&resultado), Dito::Incerta | Dito::Indisponivel(None));
            assert!(nao, "{nome} {como:?}: {resultado:?}");
            assert_eq!(antena.operadora.total(), 0, "{nome}");
        }
    }
}

/// What comes after a failure is as if there had been none: the connection of a broken call is not used again.
#[tokio::test]
async fn the_message_after_a_failure_is_accepted_and_gets_its_own_answer() {
    for (falha, como) in unknown() {
        with_each(move |nome| check_next(nome, falha, como.clone())).await;
    }
}

async fn check_next(nome: &'static str, falha: &'static str, como: Como) {
    let antena = antena(Roteiro::lista(vec![Fala::sem_guardar(como.clone())])).await;
    let cliente = patient_with(&como, nome, &antena);
    assert_eq!(dito(&cliente.send(&pedido(1, "Ola")).await), Dito::Incerta, "{nome} {falha}");
    let resultado = cliente.send(&pedido(2, "Ola")).await;
    let Resultado::Aceita { id, .. } = resultado else { panic!("{nome} {falha}: {resultado:?}") };
    assert_eq!(id, Some(antena.operadora.recebidas()[0].id.clone()), "{nome} {falha}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let longe = antena(Roteiro::normal()).await;
    for nome in TODOS {
        for status in [301, 302, 303, 307, 308] {
            let alvo = format!("{}/sms", base(&longe));
            let desvio = Fala::sem_guardar(with(status, &[("location", &alvo)], b""));
            let perto = antena(Roteiro::sempre(Fase::Pedido, desvio)).await;
            let resultado = cliente(nome, &perto).send(&pedido(1, "Ola")).await;
            assert!(!matches!(dito(&resultado), Dito::Aceita), "{nome} {status}");
        }
    }
    assert_eq!(longe.operadora.conexoes(), 0);
}

/// The deadline is of the whole call: a peer that is never quite done does not hold it open.
#[tokio::test]
async fn a_slow_answer_costs_the_deadline_and_no_more() {
    for como in [Como::CabecalhosLentos, Como::CorpoLento, Como::Segurar] {
        let antena = antena(Roteiro::sempre(Fase::Pedido, Fala::guardando(como))).await;
        let cliente = impaciente("http", &antena);
        let chamada = tokio::time::timeout(Duration::from_secs(5), cliente.send(&pedido(1, "Ola"))).await;
        assert_eq!(dito(&chamada.expect("it held on")), Dito::Incerta);
    }
}
