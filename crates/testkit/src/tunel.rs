//! A way to a server that can be stopped up, in one direction or in both.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A piece passed on at once.
const PIECE: usize = 16 * 1024;

/// A tunnel to a server of this machine. What comes in while a direction is stopped up waits there; what waits when the tunnel
/// is cut, or when it is dropped, never arrives.
#[derive(Debug)]
pub struct Tunel {
    url: String,
    gates: Arc<Gates>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct Gates {
    /// Whether what the client says passes, and what the server says.
    to_server: watch::Sender<bool>,
    to_client: watch::Sender<bool>,
    /// How often every connection was cut.
    cuts: watch::Sender<u64>,
}

impl Tunel {
    /// A tunnel to the server of this URL, open both ways.
    ///
    /// # Panics
    /// When the URL has no login and path, or no port can be had.
    pub async fn to(url: &str) -> Self {
        let (before, target) = url.rsplit_once('@').expect("a URL with a login");
        let (target, path) = target.split_once('/').expect("a URL with a path");
        let entrance = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = entrance.local_addr().expect("a bound port has an address");
        let url = format!("{before}@{address}/{path}");
        let (to_server, to_client) = (watch::Sender::new(true), watch::Sender::new(true));
        let gates = Arc::new(Gates { to_server, to_client, cuts: watch::Sender::default() });
        let accepting = tokio::spawn(accept(entrance, target.to_owned(), Arc::clone(&gates)));
        Self { url, gates, accepting }
    }

    /// The same URL, by way of the tunnel.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether what clients say passes.
    pub fn set_to_server(&self, open: bool) {
        self.gates.to_server.send_replace(open);
    }

    /// Whether what the server says passes.
    pub fn set_to_client(&self, open: bool) {
        self.gates.to_client.send_replace(open);
    }

    /// Closes every connection; what waits in the tunnel is lost.
    pub fn cut(&self) {
        self.gates.cuts.send_modify(|cuts| *cuts += 1);
    }
}

impl Drop for Tunel {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

async fn accept(entrance: TcpListener, target: String, gates: Arc<Gates>) {
    while let Ok((client, _)) = entrance.accept().await {
        tokio::spawn(pass(client, target.clone(), Arc::clone(&gates)));
    }
}

async fn pass(client: TcpStream, target: String, gates: Arc<Gates>) {
    let mut cut = gates.cuts.subscribe();
    let Ok(server) = TcpStream::connect(target).await else { return };
    let (client_says, client_hears) = client.into_split();
    let (server_says, server_hears) = server.into_split();
    // Whatever ends it, both ends are dropped, and with them both connections.
    tokio::select! {
        _ = cut.changed() => {}
        _ = flow(client_says, server_hears, gates.to_server.subscribe()) => {}
        _ = flow(server_says, client_hears, gates.to_client.subscribe()) => {}
    }
}

async fn flow(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut gate: watch::Receiver<bool>,
) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        let read = from.read(&mut piece).await?;
        if read == 0 || gate.wait_for(|open| *open).await.is_err() {
            return Ok(());
        }
        to.write_all(piece.get(..read).unwrap_or_default()).await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_stopped_up_waits_and_what_is_cut_is_lost() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let tunel = Tunel::to(&format!("x://a:b@{}/c", server.local_addr().unwrap())).await;
        let entrance = tunel.url().trim_start_matches("x://a:b@").trim_end_matches("/c").to_owned();
        let mut client = TcpStream::connect(entrance).await.unwrap();
        let (mut inside, _) = server.accept().await.unwrap();
        tunel.set_to_client(false);
        inside.write_all(b"late").await.unwrap();
        client.write_all(b"soon").await.unwrap();
        let mut four = [0; 4];
        inside.read_exact(&mut four).await.unwrap();
        assert_eq!(&four, b"soon");
        tunel.set_to_client(true);
        client.read_exact(&mut four).await.unwrap();
        assert_eq!(&four, b"late");
        tunel.set_to_server(false);
        client.write_all(b"lost").await.unwrap();
        tunel.cut();
        assert_eq!(client.read(&mut four).await.unwrap_or_default(), 0);
        assert_eq!(inside.read(&mut four).await.unwrap_or_default(), 0);
    }
}
