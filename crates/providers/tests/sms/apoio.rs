//! What several of these tests need.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use providers::http::{self, Cliente};
use providers::operadora::{Operadora, Roteiro};
use providers::sms::{ClienteSms, Config, Pedido};
use providers::{Chamada, Segredo};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use uuid::Uuid;

/// What receipts are believed by.
pub(crate) const SEGREDO: &str = "segredo-dos-recibos";

/// Where receipts go when nobody looks at them.
pub(crate) const NENHURES: &str = "http://127.0.0.1:9/v1/recibos";

/// Every adapter, and the described provider in each of its formats.
pub(crate) const TODOS: [&str; 6] = ["zenvia", "twilio", "infobip", "http", "form", "get"];

/// A carrier on a directory that goes away with it.
pub(crate) struct Antena {
    pub(crate) operadora: Operadora,
    pub(crate) dir: TempDir,
}

pub(crate) async fn antena(roteiro: Roteiro) -> Antena {
    let dir = TempDir::new().unwrap();
    let operadora = Operadora::start(dir.path(), roteiro).await.unwrap();
    Antena { operadora, dir }
}

pub(crate) fn http(prazo: Duration) -> Arc<Cliente> {
    let config = http::Config { prazo, permite_rede_interna: true, ..http::Config::default() };
    Arc::new(Cliente::new(&config).unwrap())
}

/// The account of an adapter at this carrier, with receipts to `retorno`.
pub(crate) fn config(nome: &str, base: &str, retorno: &str) -> Value {
    let resposta = json!({ "campo": "/situacao", "valores": ["aceita"], "id": "/id", "codigo": "/erro",
        "codigos": { "permanentes": ["RUIM"], "indisponiveis": ["SALDO"], "temporarios": ["ESPERE"] } });
    let recibos = json!({ "segredo": SEGREDO, "lista": "/recibos", "id": "/id", "chave": "/chave",
        "estado": "/estado", "de": "/de", "texto": "/texto",
        "estados": { "enviada": "enviada", "entregue": "entregue", "lida": "lida", "devolvida": "devolvida" } });
    match nome {
        "zenvia" => json!({ "provedor": nome, "token": "abc", "remetente": "EXEMPLO", "segredo": SEGREDO,
            "url": format!("{base}/v2/channels/sms/messages") }),
        "twilio" => json!({ "provedor": nome, "conta": "AC123", "segredo": "abc", "remetente": "EXEMPLO",
            "recibos": retorno, "url": format!("{base}/2010-04-01/Accounts") }),
        "infobip" => json!({ "provedor": nome, "url": base, "chave": "abc", "remetente": "EXEMPLO",
            "segredo": SEGREDO, "recibos": retorno }),
        "http" => json!({ "provedor": "http", "url": format!("{base}/sms"), "remetente": "EXEMPLO",
            "cabecalhos": { "Idempotency-Key": "{chave}" }, "idempotente": true,
            "corpo": r#"{"de":"{remetente}","para":"{para}","texto":"{texto}"}"#,
            "resposta": resposta, "recibos": recibos }),
        "form" => json!({ "provedor": "http", "url": format!("{base}/sms"), "remetente": "EXEMPLO",
            "formato": "form", "corpo": "de={remetente}&para={para}&texto={texto}&chave={chave}",
            "idempotente": true, "resposta": resposta, "recibos": recibos }),
        "get" => json!({ "provedor": "http", "metodo": "GET", "idempotente": true,
            "url": format!("{base}/sms?para={{para}}&texto={{texto}}&chave={{chave}}"),
            "resposta": resposta, "recibos": recibos }),
        outro => panic!("no adapter {outro}"),
    }
}

pub(crate) fn cliente_de(config: Value, prazo: Duration) -> ClienteSms {
    let config: Config = serde_json::from_value(config).unwrap();
    ClienteSms::new(config, http(prazo)).unwrap()
}

pub(crate) fn base(antena: &Antena) -> String {
    format!("http://{}", antena.operadora.addr())
}

pub(crate) fn cliente(nome: &str, antena: &Antena) -> ClienteSms {
    cliente_de(config(nome, &base(antena), NENHURES), Duration::from_secs(20))
}

/// One that gives up soon.
pub(crate) fn impaciente(nome: &str, antena: &Antena) -> ClienteSms {
    cliente_de(config(nome, &base(antena), NENHURES), Duration::from_secs(1))
}

pub(crate) fn chave(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_f3a2_0000_7000_8000_0000_0000_0000 + n)
}

pub(crate) const PARA: &str = "+5511987654321";

/// The same as some providers want it.
pub(crate) const PARA_DIGITOS: &str = "5511987654321";

pub(crate) fn pedido(n: u128, texto: &str) -> Pedido<'_> {
    Pedido { chave: chave(n), para: PARA, texto }
}

/// Waits for what another task does, with a limit.
pub(crate) async fn until(mut feito: impl FnMut() -> bool) {
    let espera = async {
        while !feito() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), espera).await.expect("it never happened");
}

/// A call as it arrived at this house.
#[derive(Debug, Clone)]
pub(crate) struct Recebida {
    pub(crate) url: String,
    pub(crate) cabecalhos: Vec<(String, String)>,
    pub(crate) corpo: Vec<u8>,
}

impl Recebida {
    pub(crate) fn chamada(&self) -> Chamada<'_> {
        Chamada { url: &self.url, cabecalhos: &self.cabecalhos, corpo: &self.corpo }
    }
}

/// This house's door for receipts: keeps what arrives and answers 204.
pub(crate) struct Porta {
    pub(crate) url: String,
    chegadas: Arc<Mutex<Vec<Recebida>>>,
    tarefa: JoinHandle<()>,
}

impl Porta {
    pub(crate) async fn open() -> Self {
        let escuta = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1/recibos/x", escuta.local_addr().unwrap());
        let chegadas = Arc::new(Mutex::new(Vec::new()));
        let guarda = Arc::clone(&chegadas);
        let tarefa = tokio::spawn(async move {
            while let Ok((stream, _)) = escuta.accept().await {
                tokio::spawn(attend(stream, Arc::clone(&guarda)));
            }
        });
        Self { url, chegadas, tarefa }
    }

    /// The same with the secret behind it, for the providers that are known by it.
    pub(crate) fn com_segredo(&self) -> String {
        format!("{}/{SEGREDO}", self.url)
    }

    pub(crate) fn chegadas(&self) -> Vec<Recebida> {
        self.chegadas.lock().unwrap().clone()
    }
}

impl Drop for Porta {
    fn drop(&mut self) {
        self.tarefa.abort();
    }
}

async fn attend(mut stream: TcpStream, chegadas: Arc<Mutex<Vec<Recebida>>>) {
    let mut lidos = Vec::new();
    while stream.read_buf(&mut lidos).await.is_ok_and(|n| n > 0) {
        let Some((recebida, fim)) = whole(&lidos) else { continue };
        chegadas.lock().unwrap().push(recebida);
        lidos.drain(..fim);
        stream.write_all(b"HTTP/1.1 204 Ok\r\n\r\n").await.unwrap();
    }
}

fn whole(lidos: &[u8]) -> Option<(Recebida, usize)> {
    let mut espaco = [httparse::EMPTY_HEADER; 32];
    let mut pedido = httparse::Request::new(&mut espaco);
    let httparse::Status::Complete(cabeca) = pedido.parse(lidos).unwrap() else { return None };
    let texto = |c: &httparse::Header<'_>| (c.name.to_owned(), String::from_utf8(c.value.to_vec()).unwrap());
    let cabecalhos: Vec<_> = pedido.headers.iter().map(texto).collect();
    let tamanho = cabecalhos.iter().find(|(n, _)| n.eq_ignore_ascii_case("content-length"));
    let fim = cabeca + tamanho.map_or(0, |(_, v)| v.parse().unwrap());
    let corpo = lidos.get(cabeca..fim)?.to_vec();
    Some((Recebida { url: pedido.path.unwrap().to_owned(), cabecalhos, corpo }, fim))
}

pub(crate) fn segredo() -> Segredo {
    Segredo::new(SEGREDO)
}
