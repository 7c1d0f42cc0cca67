//! One SMTP session, verb by verb. Each step answers with a [`Causa`] that says which verb did not finish, so
//! that the judgement in `resultado` needs no guess.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::config::{Config, Tempos};
use super::mensagem::Mensagem;
use super::resultado::{Causa, Quebra, Recusa, Resposta, Verbo};
use super::tls::{Cifrado, Protecao};

/// How long a farewell may take: nobody waits for it, and nothing depends on it.
const ADEUS: Duration = Duration::from_secs(5);

/// The reply to the final dot, and the recipients that were refused before it.
pub(super) type Entregue = (Resposta, Vec<Recusa>);

/// An open session. Dropping it closes the connection, which the relay takes as "forget what was begun".
pub(super) struct Sessao {
    conexao: AsyncSmtpConnection,
    tempos: Tempos,
    /// Messages accepted through it.
    enviadas: u32,
    /// A transaction was begun and refused: RSET comes before the next one.
    suja: bool,
}

impl Sessao {
    /// Connects, greets, protects and authenticates.
    pub(super) async fn open(config: &Config, protecao: &Protecao) -> Result<Self, Causa> {
        let tempos = config.tempos;
        let stream = bounded(Verbo::Conexao, tempos.conexao, connect(config, protecao)).await?;
        let nome = ClientId::Domain(config.nome_ehlo.clone());
        let saudacao = AsyncSmtpConnection::connect_with_transport(stream, &nome);
        let conexao = spoken(Verbo::Saudacao, tempos.verbo, saudacao).await?;
        let mut sessao = Self { conexao, tempos, enviadas: 0, suja: false };
        if let Protecao::StartTls(parametros) = protecao {
            let subida = sessao.conexao.starttls(parametros.clone(), &nome);
            spoken(Verbo::StartTls, tempos.verbo, subida).await?;
        }
        if let Some(credencial) = &config.credencial {
            let senha = Credentials::new(credencial.usuario.clone(), credencial.senha.clone());
            let entrada = sessao.conexao.auth(&[Mechanism::Plain, Mechanism::Login], &senha);
            let resposta = spoken(Verbo::Auth, tempos.verbo, entrada).await?;
            expected(Verbo::Auth, &resposta, completed)?;
        }
        Ok(sessao)
    }

    /// Opens a transaction. Until it answers, a kept session may turn out to have died while idle.
    pub(super) async fn begin(&mut self, mensagem: &Mensagem) -> Result<(), Causa> {
        let limite = self.tempos.verbo;
        if self.suja {
            // Whatever a relay has against RSET is about the session, never about this message.
            let perdida = |_causa| Causa::Conversa { verbo: Verbo::Mail, quebra: Quebra::Protocolo };
            spoken(Verbo::Mail, limite, self.conexao.command(Rset)).await.map_err(perdida)?;
        }
        self.suja = true;
        let mail = Mail::new(Some(mensagem.de()), Vec::new());
        let resposta = spoken(Verbo::Mail, limite, self.conexao.command(mail)).await?;
        expected(Verbo::Mail, &resposta, completed).map(|_| ())
    }

    /// Hands the message over: recipients, DATA, the message, the final dot.
    pub(super) async fn hand_over(&mut self, mensagem: &Mensagem) -> Result<Entregue, Causa> {
        let limite = self.tempos.verbo;
        let recusas = self.address(mensagem).await?;
        let resposta = spoken(Verbo::Data, limite, self.conexao.command(Data)).await?;
        // Only 354 opens the door; a 250 here is an answer to something else, and the body would be commands.
        expected(Verbo::Data, &resposta, |codigo| codigo == 354)?;
        let corpo = self.conexao.message(mensagem.bytes());
        let resposta = spoken(Verbo::Corpo, self.tempos.corpo, corpo).await?;
        let aceita = expected(Verbo::Corpo, &resposta, completed)?;
        self.enviadas = self.enviadas.saturating_add(1);
        self.suja = false;
        Ok((aceita, recusas))
    }

    /// Names the recipients; answers those that were refused while another one was taken. With none taken there is
    /// nothing to send, and a refusal that may pass speaks before one that stands.
    async fn address(&mut self, mensagem: &Mensagem) -> Result<Vec<Recusa>, Causa> {
        let mut recusas = Vec::new();
        for para in mensagem.para() {
            let rcpt = Rcpt::new(para.clone(), Vec::new());
            match spoken(Verbo::Rcpt, self.tempos.verbo, self.conexao.command(rcpt)).await {
                Ok(resposta) => expected(Verbo::Rcpt, &resposta, completed).map(|_| ())?,
                Err(Causa::Resposta(recusa)) if !recusa.fecha() => {
                    recusas.push(Recusa::new(para.as_ref(), recusa));
                }
                Err(causa) => return Err(causa),
            }
        }
        if recusas.len() < mensagem.para().len() {
            return Ok(recusas);
        }
        let fala = recusas.iter().find(|recusa| recusa.resposta().passa()).or(recusas.first());
        let ninguem = Causa::Conversa { verbo: Verbo::Rcpt, quebra: Quebra::Protocolo };
        Err(fala.map_or(ninguem, |recusa| Causa::Resposta(recusa.resposta().clone())))
    }

    /// Whether it has sent its share.
    pub(super) fn used_up(&self, mensagens: u32) -> bool {
        self.enviadas >= mensagens
    }

    /// Says goodbye. What the relay answers to that changes nothing.
    pub(super) async fn quit(mut self) {
        if spoken(Verbo::Mail, ADEUS, self.conexao.command(Quit)).await.is_err() {
            tracing::debug!(canal = "email", "sessao.sem_despedida");
        }
    }
}

async fn connect(config: &Config, protecao: &Protecao) -> Result<Box<dyn AsyncTokioStream>, Quebra> {
    let tcp = dial(config).await?;
    match protecao {
        Protecao::Nenhuma | Protecao::StartTls(_) => Ok(Box::new(tcp)),
        Protecao::Implicita { conector, nome } => {
            let cifrado = conector.connect(nome.clone(), tcp).await.map_err(|_recusado| Quebra::Tls)?;
            Ok(Box::new(Cifrado(cifrado)))
        }
    }
}

async fn dial(config: &Config) -> Result<TcpStream, Quebra> {
    let tcp = TcpStream::connect((config.host.as_str(), config.porta));
    let tcp = tcp.await.map_err(|_sem_rota| Quebra::SemConexao)?;
    // lettre writes the final dot apart from the body: with Nagle's algorithm each message would wait 40 ms
    // for the relay's delayed acknowledgement.
    tcp.set_nodelay(true).map_err(|_fechada| Quebra::SemConexao)?;
    Ok(tcp)
}

async fn bounded<T>(
    verbo: Verbo,
    limite: Duration,
    passo: impl Future<Output = Result<T, Quebra>>,
) -> Result<T, Causa> {
    let fim = timeout(limite, passo).await.unwrap_or(Err(Quebra::Tempo));
    fim.map_err(|quebra| Causa::Conversa { verbo, quebra })
}

async fn spoken<T>(
    verbo: Verbo,
    limite: Duration,
    passo: impl Future<Output = Result<T, Error>>,
) -> Result<T, Causa> {
    match timeout(limite, passo).await {
        Ok(Ok(valor)) => Ok(valor),
        Ok(Err(erro)) => Err(cause(verbo, &erro)),
        Err(_esgotado) => Err(Causa::Conversa { verbo, quebra: Quebra::Tempo }),
    }
}

/// A reply is only good when it is the one that belongs here.
fn expected(verbo: Verbo, resposta: &Response, serve: fn(u16) -> bool) -> Result<Resposta, Causa> {
    let codigo = u16::from(resposta.code());
    let texto = resposta.message().collect::<Vec<_>>().join(" ");
    if serve(codigo) {
        Ok(Resposta::new(verbo, codigo, &texto))
    } else {
        Err(Causa::Conversa { verbo, quebra: Quebra::Protocolo })
    }
}

fn completed(codigo: u16) -> bool {
    (200..300).contains(&codigo)
}

fn cause(verbo: Verbo, erro: &Error) -> Causa {
    let texto = || erro.source().map(ToString::to_string).unwrap_or_default();
    match erro.status() {
        Some(codigo) => Causa::Resposta(Resposta::new(verbo, codigo.into(), &texto())),
        None => Causa::Conversa { verbo, quebra: breakage(verbo, erro, &texto()) },
    }
}

fn breakage(verbo: Verbo, erro: &Error, texto: &str) -> Quebra {
    match io_kind(erro) {
        Some(io::ErrorKind::TimedOut) => Quebra::Tempo,
        Some(io::ErrorKind::InvalidData) if verbo == Verbo::StartTls => Quebra::Tls,
        Some(io::ErrorKind::InvalidData) => Quebra::Protocolo,
        Some(_) => Quebra::Cortada,
        // lettre's words for an end of stream in the middle of a reply.
        None if texto == "incomplete response" => Quebra::Cortada,
        None => Quebra::Protocolo,
    }
}

/// lettre wraps an error of the wire once or twice, depending on the step.
fn io_kind(erro: &Error) -> Option<io::ErrorKind> {
    let fontes = std::iter::successors(erro.source(), |fonte| (*fonte).source());
    fontes.filter_map(|fonte| fonte.downcast_ref::<io::Error>()).map(io::Error::kind).next()
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;
    use crate::email::Tls;

    #[tokio::test]
    async fn no_small_write_of_a_session_waits_for_the_servers_acknowledgement() {
        let escuta = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let porta = escuta.local_addr().unwrap().port();
        let tcp = dial(&Config::new("127.0.0.1", porta, Tls::Nenhum)).await.unwrap();
        assert!(tcp.nodelay().unwrap());
    }
}
