//! Receipts and replies, from the carrier's call to what the house is told.

use providers::operadora::{Aviso, Roteiro};
use providers::sms::{ClienteSms, EstadoRecibo, MAX_RESPOSTA, Recibo, Resultado};
use providers::{Chamada, IdMensagem, MAX_CHAMADA, MAX_RECIBOS, ReciboInvalido};
use serde_json::json;

use crate::apoio::{
    Antena, NENHURES, Porta, Recebida, SEGREDO, TODOS, antena, base, chave, cliente_de, config, pedido, until,
};

/// A carrier, this house's door, and a client whose receipts come to it.
struct Casa {
    antena: Antena,
    porta: Porta,
    cliente: ClienteSms,
}

async fn casa(nome: &str) -> Casa {
    let (antena, porta) = (antena(Roteiro::normal()).await, Porta::open().await);
    let cliente = cliente_de(config(nome, &base(&antena), &porta.url), std::time::Duration::from_secs(20));
    Casa { antena, porta, cliente }
}

impl Casa {
    async fn send(&self, n: u128) -> String {
        let resultado = self.cliente.send(&pedido(n, "Ola")).await;
        let Resultado::Aceita { id: Some(id), .. } = resultado else { panic!("{resultado:?}") };
        id
    }

    fn told(&self) -> Vec<(IdMensagem, EstadoRecibo)> {
        let chegadas = self.porta.chegadas();
        let recibos = chegadas.iter().flat_map(|chegada| self.cliente.recibos(&chegada.chamada()).unwrap());
        recibos.map(|recibo| state(&recibo)).collect()
    }
}

fn state(recibo: &Recibo) -> (IdMensagem, EstadoRecibo) {
    let Recibo::Estado { mensagem, estado, .. } = recibo else { panic!("{recibo:?}") };
    (mensagem.clone(), *estado)
}

/// The name that a receipt of the n-th message has: our key, but for Zenvia, which knows its own only.
fn name_of(nome: &str, n: u128, id: &str) -> IdMensagem {
    if nome == "zenvia" { IdMensagem::Provedor(id.to_owned()) } else { IdMensagem::Chave(chave(n)) }
}

/// As Infobip has no receipt of reading for an SMS, nobody here is asked for one.
const VIDA: [EstadoRecibo; 3] = [EstadoRecibo::Enviada, EstadoRecibo::Entregue, EstadoRecibo::Devolvida];

#[tokio::test]
async fn receipts_come_back_by_the_names_their_messages_left_with() {
    for nome in TODOS {
        let casa = casa(nome).await;
        let ids = [casa.send(1).await, casa.send(2).await];
        // The second one first, the first one twice, out of order, together and apart.
        let [um, dois] = ids.clone();
        let avisos = [
            Aviso::new(&dois, EstadoRecibo::Entregue),
            Aviso::new(&um, EstadoRecibo::Devolvida),
            Aviso::new(&um, EstadoRecibo::Enviada),
            Aviso::new(&dois, EstadoRecibo::Enviada),
            Aviso::new(&um, EstadoRecibo::Devolvida),
        ];
        let respostas = casa.antena.operadora.avisar(&casa.porta.com_segredo(), &avisos).await.unwrap();
        assert!(respostas.iter().all(|status| *status == 204), "{nome}: {respostas:?}");
        let (um, dois) = (name_of(nome, 1, &ids[0]), name_of(nome, 2, &ids[1]));
        let esperado = [
            (dois.clone(), EstadoRecibo::Entregue),
            (um.clone(), EstadoRecibo::Devolvida),
            (um.clone(), EstadoRecibo::Enviada),
            (dois, EstadoRecibo::Enviada),
            (um, EstadoRecibo::Devolvida),
        ];
        assert_eq!(casa.told(), esperado, "{nome}");
    }
}

#[tokio::test]
async fn a_batch_of_a_hundred_is_read_and_one_more_is_refused() {
    for nome in ["infobip", "http"] {
        let casa = casa(nome).await;
        let id = casa.send(1).await;
        let cheio = vec![Aviso::new(&id, EstadoRecibo::Entregue); MAX_RECIBOS];
        casa.antena.operadora.avisar(&casa.porta.com_segredo(), &cheio).await.unwrap();
        assert_eq!(casa.told().len(), MAX_RECIBOS, "{nome}");
        let demais = vec![Aviso::new(&id, EstadoRecibo::Entregue); MAX_RECIBOS + 1];
        casa.antena.operadora.avisar(&casa.porta.com_segredo(), &demais).await.unwrap();
        let chegadas = casa.porta.chegadas();
        assert_eq!(casa.cliente.recibos(&chegadas[1].chamada()), Err(ReciboInvalido::Muitos), "{nome}");
    }
}

#[tokio::test]
async fn a_reply_is_told_with_who_and_what() {
    for nome in TODOS {
        let casa = casa(nome).await;
        let id = casa.send(1).await;
        for texto in ["SAIR", " parE já! \u{1f620}\r\n", &"x".repeat(MAX_RESPOSTA + 400)] {
            casa.antena.operadora.responder(&casa.porta.com_segredo(), &id, texto).await.unwrap();
            let chegadas = casa.porta.chegadas();
            let recibos = casa.cliente.recibos(&chegadas.last().unwrap().chamada()).unwrap();
            let texto = texto.chars().take(MAX_RESPOSTA).collect();
            assert_eq!(recibos, [Recibo::Resposta { de: "+5511987654321".to_owned(), texto }], "{nome}");
            assert_eq!(format!("{recibos:?}"), "[Resposta(***)]", "{nome}");
        }
    }
}

#[tokio::test]
async fn the_carrier_tells_by_itself_when_it_is_asked_to() {
    for nome in TODOS {
        let casa = casa(nome).await;
        casa.antena.operadora.acompanhar(casa.porta.com_segredo());
        let id = casa.send(1).await;
        until(|| casa.told().len() >= 2).await;
        let mensagem = name_of(nome, 1, &id);
        let esperado = [(mensagem.clone(), EstadoRecibo::Enviada), (mensagem, EstadoRecibo::Entregue)];
        assert_eq!(casa.told(), esperado, "{nome}");
    }
}

/// A genuine call, and each thing that a forger may change in it.
#[tokio::test]
async fn a_call_that_nobody_vouches_for_is_believed_by_no_adapter() {
    for nome in TODOS {
        let casa = casa(nome).await;
        let id = casa.send(1).await;
        casa.antena.operadora.avisar(&casa.porta.com_segredo(), &[Aviso::new(&id, VIDA[1])]).await.unwrap();
        let chegada = casa.porta.chegadas().remove(0);
        assert_eq!(casa.cliente.recibos(&chegada.chamada()).unwrap().len(), 1, "{nome}");
        for (o_que, falsa) in forgeries(nome, &chegada) {
            let lido = casa.cliente.recibos(&falsa.chamada());
            assert_eq!(lido, Err(ReciboInvalido::SemAutenticidade), "{nome} {o_que}");
        }
    }
}

fn forgeries(nome: &str, chegada: &Recebida) -> Vec<(&'static str, Recebida)> {
    let sem_cabecalhos = Recebida { cabecalhos: Vec::new(), ..chegada.clone() };
    if nome == "twilio" {
        let outro_corpo =
            Recebida { corpo: b"MessageSid=SM1&MessageStatus=read".to_vec(), ..chegada.clone() };
        let outra_url = Recebida { url: chegada.url.replace("chave=0", "chave=1"), ..chegada.clone() };
        let mut a_mais = chegada.clone();
        a_mais.corpo.extend_from_slice(b"&Z=1");
        return vec![
            ("unsigned", sem_cabecalhos),
            ("body", outro_corpo),
            ("url", outra_url),
            ("field", a_mais),
        ];
    }
    let url = |url: &str| Recebida { url: url.to_owned(), ..sem_cabecalhos.clone() };
    let token = |valor: &str| {
        let cabecalhos = vec![("Authorization".to_owned(), valor.to_owned())];
        Recebida { url: "/v1/recibos/x".to_owned(), cabecalhos, ..chegada.clone() }
    };
    vec![
        ("nothing", url("/v1/recibos/x")),
        ("empty", url("/v1/recibos/x/")),
        ("wrong", url("/v1/recibos/x/segredo-dos-recibox")),
        ("shorter", url("/v1/recibos/x/segredo-dos-recibo")),
        ("longer", url(&format!("/v1/recibos/x/{SEGREDO}1"))),
        ("in the query", url(&format!("/v1/recibos/x?a=/{SEGREDO}"))),
        ("in the middle", url(&format!("/v1/recibos/{SEGREDO}/x"))),
        ("bearer", token("Bearer segredo")),
        ("basic", token(SEGREDO)),
    ]
}

#[tokio::test]
async fn the_secret_may_also_be_a_bearer_token() {
    for nome in ["zenvia", "infobip", "http"] {
        let casa = casa(nome).await;
        let id = casa.send(1).await;
        casa.antena.operadora.avisar(&casa.porta.com_segredo(), &[Aviso::new(&id, VIDA[0])]).await.unwrap();
        let chegada = casa.porta.chegadas().remove(0);
        let cabecalhos = vec![("AUTHORIZATION".to_owned(), format!("Bearer {SEGREDO}"))];
        let outra = Chamada { url: "/v1/recibos/x?a=b", cabecalhos: &cabecalhos, corpo: &chegada.corpo };
        assert_eq!(casa.cliente.recibos(&outra).unwrap().len(), 1, "{nome}");
    }
}

#[tokio::test]
async fn garbage_is_refused_and_the_unknown_is_passed_over() {
    for nome in ["zenvia", "infobip", "http"] {
        let casa = casa(nome).await;
        let url = format!("/v1/recibos/x/{SEGREDO}");
        let read = |corpo: &[u8]| casa.cliente.recibos(&Chamada { url: &url, cabecalhos: &[], corpo });
        for corpo in [&b""[..], b"{", b"\xff\xfe", b"<xml/>", b"[]x", &b"[".repeat(5_000)] {
            assert_eq!(read(corpo), Err(ReciboInvalido::Ilegivel), "{nome} {corpo:?}");
        }
        assert_eq!(read(&vec![b' '; MAX_CHAMADA + 1]), Err(ReciboInvalido::Grande), "{nome}");
        let estranhos = json!([{ "id": "1", "estado": "enrolada" }, { "estado": "entregue" }, 7, null,
            { "messageId": "1", "status": { "groupId": 9 } }, { "from": "BANCO", "text": "oi" }]);
        let corpo = json!({ "type": "CONTACT", "results": estranhos, "recibos": estranhos });
        assert_eq!(read(corpo.to_string().as_bytes()), Ok(vec![]), "{nome}");
    }
}

#[tokio::test]
async fn without_a_secret_nobody_is_believed() {
    for nome in TODOS {
        let mut config = config(nome, "http://127.0.0.1:9", NENHURES);
        let campos = config.as_object_mut().unwrap();
        campos.remove("recibos");
        if nome != "twilio" {
            campos.remove("segredo");
        }
        let cliente = cliente_de(config, std::time::Duration::from_secs(1));
        let chamada = Chamada { url: "/v1/recibos/x/", cabecalhos: &[], corpo: b"{}" };
        assert_eq!(cliente.recibos(&chamada), Err(ReciboInvalido::Desligado), "{nome}");
    }
}
