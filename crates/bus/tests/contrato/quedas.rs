//! The broker goes away: a node of its own, stopped and started; and addresses where nobody answers.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bus::amqp::Amqp;
use bus::{Bus, Consumo, Mensagem, PublishError};
use testkit::{RabbitPrivado, Vhost};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use uuid::Uuid;

use crate::apoio::{PRAZO, ids, in_time, mensagem, mensagens, publish_until_confirmed, ready};

/// "A publish while disconnected answers within 5 s", and a little for a busy machine.
const RESPOSTA: Duration = Duration::from_millis(5_500);

/// What `relay` publishes per call.
const LOTE: usize = 20;

/// Publishes without pause, again whatever was not confirmed, until `fim`. Answers all it published, every one of them
/// confirmed, and whether there was an error on the way.
async fn relay(bus: Arc<Amqp>, fim: Arc<std::sync::atomic::AtomicBool>) -> (BTreeSet<Uuid>, bool) {
    let (mut confirmadas, mut houve_erro) = (BTreeSet::new(), false);
    while !fim.load(std::sync::atomic::Ordering::Acquire) {
        let mut faltam = mensagens("email", LOTE);
        while !faltam.is_empty() {
            let resultados =
                tokio::time::timeout(RESPOSTA, bus.publish(&faltam)).await.expect("publish hangs");
            houve_erro |= resultados.iter().any(Result::is_err);
            let (feitas, outras): (Vec<_>, Vec<_>) =
                faltam.into_iter().zip(resultados).partition(|(_, r)| r.is_ok());
            confirmadas.extend(feitas.iter().map(|(mensagem, _)| mensagem.id()));
            faltam = outras.into_iter().map(|(mensagem, _)| mensagem).collect();
        }
    }
    (confirmadas, houve_erro)
}

/// Consumes and acks until it sees `ultima`; answers what it saw.
async fn dispatcher(mut consumo: Consumo, ultima: Uuid) -> BTreeSet<Uuid> {
    let mut vistas = BTreeSet::new();
    while !vistas.contains(&ultima) {
        let entrega = consumo.next().await.expect("the consumer ended");
        vistas.insert(entrega.mensagem.id());
        entrega.ack();
    }
    vistas
}

/// Runs `relay` and `dispatcher` through `queda`: nothing confirmed is lost, and both are working again afterwards.
async fn survives(queda: impl AsyncFnOnce(&RabbitPrivado)) {
    let rabbit = RabbitPrivado::new();
    let bus = Arc::new(Amqp::connect(rabbit.amqp_url(), "teste").unwrap());
    let ultima = mensagem("email");
    let consumindo = tokio::spawn(dispatcher(bus.consume("email", 50), ultima.id()));
    ready(&*bus).await;
    let fim = Arc::default();
    let publicando = tokio::spawn(relay(Arc::clone(&bus), Arc::clone(&fim)));
    queda(&rabbit).await;
    ready(&*bus).await;
    fim.store(true, std::sync::atomic::Ordering::Release);
    let (confirmadas, houve_erro) = in_time("the publisher", publicando).await.unwrap();
    assert!(houve_erro, "the fault was not felt, so nothing was tested");
    publish_until_confirmed(&*bus, &ultima).await;
    let mut vistas = in_time("the consumer", consumindo).await.unwrap();
    vistas.extend(leftovers(&bus).await);
    let perdidas: Vec<_> = confirmadas.difference(&vistas).collect();
    assert!(perdidas.is_empty(), "{} of {} confirmed messages lost", perdidas.len(), confirmadas.len());
    in_time("close", bus.close()).await;
}

/// What the ended consumer had been given and never took, which the broker delivers again.
async fn leftovers(bus: &Amqp) -> BTreeSet<Uuid> {
    let marco = mensagem("email");
    publish_until_confirmed(bus, &marco).await;
    in_time("the leftovers", dispatcher(bus.consume("email", 1), marco.id())).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_restart_in_the_middle_loses_nothing() {
    survives(async |rabbit| {
        rabbit.stop().await;
        rabbit.start().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_broker_loses_nothing_it_had_confirmed() {
    survives(async |rabbit| {
        rabbit.kill().await;
        rabbit.start().await;
    })
    .await;
}

#[tokio::test]
async fn without_a_broker_a_publish_answers_in_time_and_close_too() {
    let ninguem = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let porta = ninguem.local_addr().unwrap().port();
    drop(ninguem);
    answers_in_time(&Amqp::connect(&format!("amqp://127.0.0.1:{porta}/%2f"), "teste").unwrap()).await;
}

#[tokio::test]
async fn a_broker_that_accepts_and_says_nothing_hangs_nobody() {
    let mudo = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let porta = mudo.local_addr().unwrap().port();
    answers_in_time(&Amqp::connect(&format!("amqp://127.0.0.1:{porta}/%2f"), "teste").unwrap()).await;
}

async fn answers_in_time(bus: &Amqp) {
    let publicadas: Vec<Mensagem> = mensagens("email", 3);
    let resultado = tokio::time::timeout(RESPOSTA, bus.publish(&publicadas)).await.expect("publish hangs");
    assert_eq!(resultado, vec![Err(PublishError::Desconectado); 3]);
    assert!(!bus.pronto());
    assert_eq!(ids(&publicadas).len(), 3);
    let mut consumo = bus.consume("email", 1);
    let (fim, ()) = tokio::time::timeout(RESPOSTA, async { tokio::join!(consumo.next(), bus.close()) })
        .await
        .expect("close hangs");
    assert!(fim.is_none());
}

/// A way to the broker that can be frozen: nothing passes any more, and no connection is closed either.
struct Tunel {
    url: String,
    congelado: watch::Sender<bool>,
}

impl Tunel {
    async fn to(url: &str) -> Self {
        let (antes, destino) = url.rsplit_once('@').unwrap();
        let (destino, vhost) = destino.split_once('/').unwrap();
        let entrada = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("{antes}@{}/{vhost}", entrada.local_addr().unwrap());
        let congelado = watch::Sender::new(false);
        tokio::spawn(Self::accept(entrada, destino.to_owned(), congelado.subscribe()));
        Self { url, congelado }
    }

    async fn accept(entrada: TcpListener, destino: String, congelado: watch::Receiver<bool>) {
        while let Ok((cliente, _)) = entrada.accept().await {
            tokio::spawn(Self::pass(cliente, destino.clone(), congelado.clone()));
        }
    }

    async fn pass(mut cliente: TcpStream, destino: String, mut congelado: watch::Receiver<bool>) {
        let passando = async {
            let mut broker = TcpStream::connect(destino).await?;
            tokio::io::copy_bidirectional(&mut cliente, &mut broker).await
        };
        let gelo = async { drop(congelado.wait_for(|congelado| *congelado).await) };
        tokio::select! {
            biased;
            () = gelo => std::future::pending().await,
            fim = passando => drop(fim),
        }
    }
}

#[tokio::test]
async fn a_broker_that_freezes_is_given_up_and_found_again_when_it_thaws() {
    let vhost = Vhost::new();
    let tunel = Tunel::to(vhost.amqp_url()).await;
    let bus = Amqp::connect(&tunel.url, "teste").unwrap();
    ready(&bus).await;
    assert_eq!(publish_until_confirmed(&bus, &mensagem("email")).await, []);
    tunel.congelado.send_replace(true);
    for erro in [PublishError::SemConfirmacao, PublishError::Desconectado] {
        let publicadas = mensagens("email", 5_000);
        let resultado =
            tokio::time::timeout(RESPOSTA, bus.publish(&publicadas)).await.expect("publish hangs");
        assert_eq!(resultado, vec![Err(erro); 5_000]);
    }
    assert!(!bus.pronto());
    tunel.congelado.send_replace(false);
    publish_until_confirmed(&bus, &mensagem("email")).await;
    bus.close().await;
}

/// Everything logged on the thread of a test, at every level.
#[derive(Clone, Default)]
struct Diario(Arc<Mutex<Vec<u8>>>);

impl Diario {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Diario {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_broker_that_refuses_the_login_is_logged_without_the_password() {
    let vhost = Vhost::new();
    let (antes, depois) = vhost.amqp_url().split_once("://").unwrap();
    let (_login, resto) = depois.split_once('@').unwrap();
    let diario = Diario::default();
    let escreve = diario.clone();
    let registro = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(move || escreve.clone())
        .finish();
    let _guarda = tracing::subscriber::set_default(registro);
    let bus = Amqp::connect(&format!("{antes}://ninguem:s3nh4-errada@{resto}"), "teste").unwrap();
    testkit::wait_until(PRAZO, async || diario.text().contains("connection dropped")).await;
    assert!(!bus.pronto());
    bus.close().await;
    let texto = diario.text();
    assert!(texto.contains("ACCESS_REFUSED"), "the cause is not in the log: {texto}");
    assert!(!texto.contains("s3nh4"), "the password is in the log");
}
