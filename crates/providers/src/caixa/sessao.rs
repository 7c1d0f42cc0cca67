//! One session of the mailbox: the dialogue of RFC 5321, with the script asked before every answer.

use std::borrow::Cow;
use std::io;
use std::sync::atomic::Ordering;

use smtp_proto::{Error, MailFrom, RcptTo, Request};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::fio::{Dados, Fio, Linha};
use super::registro::Chegada;
use super::roteiro::{Fala, Fase, Momento};
use super::{Contada, Estado, MAX_MENSAGEM, Queda};

/// The most recipients of one message (RFC 5321 §4.5.3.1.8).
const MAX_DESTINATARIOS: usize = 100;

/// How a step ended.
#[derive(PartialEq, Eq)]
enum Passo {
    /// Answered as a healthy relay does: the dialogue moves on.
    Feito,
    /// Refused: the dialogue stays where it was.
    Recusado,
    /// The connection ends here.
    Encerra,
}

struct Sessao<'a> {
    fio: Fio,
    estado: &'a Estado,
    conexao: u64,
    /// The number of the message of the open transaction.
    mensagem: u64,
    ola: bool,
    de: Option<String>,
    para: Vec<String>,
}

/// Serves one connection until either side ends it.
pub(super) async fn attend(stream: TcpStream, estado: &Estado, conexao: u64) -> io::Result<()> {
    let mut quedas = estado.quedas.subscribe();
    let mut sessao = Sessao {
        fio: Fio::new(stream)?,
        estado,
        conexao,
        mensagem: 0,
        ola: false,
        de: None,
        para: Vec::new(),
    };
    if sessao.answer(Fase::Saudacao, "220 caixa.localhost ESMTP\r\n").await? != Passo::Feito {
        return Ok(());
    }
    while let Some(linha) = sessao.command(&mut quedas).await? {
        if sessao.obey(&linha).await? == Passo::Encerra {
            break;
        }
    }
    Ok(())
}

impl Sessao<'_> {
    /// The next command; `None` when the session is over.
    async fn command(&mut self, quedas: &mut watch::Receiver<Queda>) -> io::Result<Option<Vec<u8>>> {
        let linha = tokio::select! {
            linha = self.fio.line() => linha?,
            Ok(()) = quedas.changed() => {
                if quedas.borrow_and_update().com_aviso {
                    self.fio.write("421 4.4.2 timeout\r\n").await?;
                }
                return Ok(None);
            }
        };
        match linha {
            Linha::Inteira(linha) => Ok(Some(linha)),
            Linha::Longa => self.fio.write("500 5.5.2 line too long\r\n").await.map(|()| None),
            Linha::Fim => Ok(None),
        }
    }

    async fn obey(&mut self, linha: &[u8]) -> io::Result<Passo> {
        match Request::parse(&mut linha.iter()) {
            Ok(Request::Ehlo { .. } | Request::Helo { .. }) => self.hello(linha).await,
            Ok(Request::Mail { from }) => self.mail(from).await,
            Ok(Request::Rcpt { to }) => self.rcpt(to).await,
            Ok(Request::Data) => self.data().await,
            Ok(Request::Rset) => {
                self.forget();
                self.answer(Fase::Rset, "250 2.0.0 Ok\r\n").await
            }
            Ok(Request::Noop { .. }) => self.refuse("250 2.0.0 Ok\r\n").await,
            Ok(Request::Quit) => {
                self.answer(Fase::Quit, "221 2.0.0 Bye\r\n").await?;
                Ok(Passo::Encerra)
            }
            Ok(outro) => self.refuse(&format!("502 5.5.1 {} not implemented\r\n", outro.name())).await,
            Err(erro) => self.refuse(complaint(&erro)).await,
        }
    }

    async fn hello(&mut self, linha: &[u8]) -> io::Result<Passo> {
        let estendido = linha.first().is_some_and(|b| b.eq_ignore_ascii_case(&b'E'));
        let longa = format!(
            "250-caixa.localhost\r\n250-SIZE {MAX_MENSAGEM}\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n"
        );
        let resposta = if estendido { longa.as_str() } else { "250 caixa.localhost\r\n" };
        let passo = self.answer(Fase::Ehlo, resposta).await?;
        if passo == Passo::Feito {
            self.forget();
            self.ola = true;
        }
        Ok(passo)
    }

    async fn mail(&mut self, from: MailFrom<Cow<'_, str>>) -> io::Result<Passo> {
        self.mensagem = self.estado.mensagens.fetch_add(1, Ordering::SeqCst);
        if !self.ola || self.de.is_some() {
            return self.refuse("503 5.5.1 bad sequence\r\n").await;
        }
        if from.size > MAX_MENSAGEM {
            return self.refuse("552 5.3.4 message too big\r\n").await;
        }
        let passo = self.answer(Fase::Mail, "250 2.1.0 Ok\r\n").await?;
        if passo == Passo::Feito {
            self.de = Some(from.address.into_owned());
        }
        Ok(passo)
    }

    async fn rcpt(&mut self, to: RcptTo<Cow<'_, str>>) -> io::Result<Passo> {
        if self.de.is_none() {
            return self.refuse("503 5.5.1 bad sequence\r\n").await;
        }
        if self.para.len() >= MAX_DESTINATARIOS {
            return self.refuse("452 4.5.3 too many recipients\r\n").await;
        }
        self.para.push(to.address.into_owned());
        let passo = self.answer(Fase::Rcpt, "250 2.1.5 Ok\r\n").await?;
        if passo != Passo::Feito {
            self.para.pop();
        }
        Ok(passo)
    }

    async fn data(&mut self) -> io::Result<Passo> {
        if self.para.is_empty() {
            return self.refuse("503 5.5.1 bad sequence\r\n").await;
        }
        let fala = self.ask(Fase::Data);
        let meio = if let Fala::ResetarNoMeio(bytes) = fala { Some(bytes) } else { None };
        let fala = if meio.is_some() { Fala::Normal } else { fala };
        let passo = self.perform(fala, "354 go ahead\r\n").await?;
        if passo != Passo::Feito {
            return Ok(passo);
        }
        if let Some(bytes) = meio {
            self.fio.part(bytes).await?;
            return self.fio.reset().map(|()| Passo::Encerra);
        }
        match self.fio.message(MAX_MENSAGEM).await? {
            Dados::Mensagem(bytes) => self.settle(bytes).await,
            Dados::Grande => self.refuse_message("552 5.3.4 message too big\r\n").await,
            Dados::LinhaLonga => self.refuse_message("554 5.6.0 line too long\r\n").await,
            Dados::Fim => Ok(Passo::Encerra),
        }
    }

    /// The final dot was read. What is kept is kept before anything is said.
    async fn settle(&mut self, bytes: Vec<u8>) -> io::Result<Passo> {
        let fala = self.ask(Fase::Corpo);
        let guarda = match fala {
            Fala::Normal
            | Fala::CortarDepois
            | Fala::Resetar
            | Fala::ResetarNoMeio(_)
            | Fala::Segurar
            | Fala::GuardarEResponder(_) => true,
            Fala::Responder(codigo) => codigo < 400,
            Fala::Bruto(texto) => texto.starts_with('2'),
            Fala::Cortar => false,
        };
        let chegada =
            Chegada { de: self.de.take().unwrap_or_default(), para: std::mem::take(&mut self.para), bytes };
        if guarda && let Err(erro) = self.estado.registro.keep(chegada).await {
            tracing::warn!(erro = %erro.kind(), "caixa.sem_disco");
            return self.refuse("451 4.3.0 cannot store\r\n").await;
        }
        if fala == Fala::CortarDepois {
            return Ok(Passo::Encerra);
        }
        self.perform(fala, "250 2.0.0 Ok: kept\r\n").await
    }

    async fn answer(&mut self, fase: Fase, normal: &str) -> io::Result<Passo> {
        let fala = self.ask(fase);
        self.perform(fala, normal).await
    }

    async fn perform(&mut self, fala: Fala, normal: &str) -> io::Result<Passo> {
        match fala {
            Fala::Normal => self.fio.write(normal).await.map(|()| Passo::Feito),
            Fala::CortarDepois => self.fio.write(normal).await.map(|()| Passo::Encerra),
            Fala::Cortar => Ok(Passo::Encerra),
            Fala::Resetar | Fala::ResetarNoMeio(_) => {
                self.fio.write(normal).await?;
                self.fio.reset().map(|()| Passo::Encerra)
            }
            Fala::Bruto(texto) => self.refuse(texto).await,
            Fala::Segurar => {
                self.hold().await;
                self.fio.write(normal).await.map(|()| Passo::Feito)
            }
            Fala::Responder(codigo) | Fala::GuardarEResponder(codigo) => {
                let passo = if codigo < 400 { Passo::Feito } else { Passo::Recusado };
                self.fio.write(&format!("{codigo} roteiro\r\n")).await.map(|()| passo)
            }
        }
    }

    async fn hold(&self) {
        let _segurada = Contada::new(&self.estado.seguradas);
        let mut liberado = self.estado.liberado.subscribe();
        // The sender lives as long as the mailbox, so this only ends with a release.
        let _liberado = liberado.wait_for(|liberado| *liberado).await;
    }

    async fn refuse(&mut self, resposta: &str) -> io::Result<Passo> {
        self.fio.write(resposta).await.map(|()| Passo::Recusado)
    }

    async fn refuse_message(&mut self, resposta: &str) -> io::Result<Passo> {
        self.forget();
        self.refuse(resposta).await
    }

    fn ask(&self, fase: Fase) -> Fala {
        let aberta = !matches!(fase, Fase::Saudacao | Fase::Ehlo);
        let proxima = || self.estado.mensagens.load(Ordering::SeqCst);
        let mensagem = if aberta { self.mensagem } else { proxima() };
        let para = self.para.last().map(String::as_str);
        self.estado.roteiro.ask(&Momento { conexao: self.conexao, mensagem, fase, para })
    }

    fn forget(&mut self) {
        self.de = None;
        self.para.clear();
    }
}

fn complaint(erro: &Error) -> &'static str {
    match erro {
        Error::InvalidSenderAddress => "553 5.1.7 bad sender address\r\n",
        Error::InvalidRecipientAddress => "553 5.1.3 bad recipient address\r\n",
        Error::SyntaxError { .. } | Error::InvalidParameter { .. } => "501 5.5.4 syntax error\r\n",
        Error::UnsupportedParameter { .. } => "555 5.5.4 unsupported parameter\r\n",
        Error::UnknownCommand
        | Error::NeedsMoreData { .. }
        | Error::ResponseTooLong
        | Error::InvalidResponse { .. } => "500 5.5.2 unknown command\r\n",
    }
}
