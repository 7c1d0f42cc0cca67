//! What several of these tests need.

use std::time::{Duration, UNIX_EPOCH};

use providers::caixa::{Caixa, Roteiro};
use providers::email::{ClienteSmtp, Config, Mensagem, Partes, Pessoa, Tls};
use tempfile::TempDir;
use tokio::time::timeout;

/// A mailbox on a directory that goes away with it.
pub(crate) struct Posta {
    pub(crate) caixa: Caixa,
    pub(crate) dir: TempDir,
}

pub(crate) async fn posta(roteiro: Roteiro) -> Posta {
    let dir = TempDir::new().unwrap();
    let caixa = Caixa::start(dir.path(), roteiro).await.unwrap();
    Posta { caixa, dir }
}

pub(crate) fn config(posta: &Posta) -> Config {
    Config::new("127.0.0.1", posta.caixa.addr().port(), Tls::Nenhum)
}

pub(crate) fn cliente(posta: &Posta) -> ClienteSmtp {
    ClienteSmtp::new(config(posta)).unwrap()
}

pub(crate) fn message_id(n: u32) -> String {
    format!("<00000000-0000-5000-8000-{n:012}@cobranca.exemplo>")
}

const DEVEDORA: Pessoa<'static> = to("devedora@exemplo.com.br");

pub(crate) const fn to(endereco: &str) -> Pessoa<'_> {
    Pessoa { nome: None, endereco }
}

pub(crate) fn partes(message_id: &str) -> Partes<'_> {
    Partes {
        de: Pessoa { nome: Some("Credora Exemplo"), endereco: "cobranca@exemplo.com.br" },
        retorno: None,
        para: &[DEVEDORA],
        assunto: "Seu título venceu",
        texto: "Olá,\n\no título venceu.\n",
        html: "<p>Olá,</p><p>o título venceu.</p>",
        message_id,
        data: UNIX_EPOCH + Duration::from_secs(1_772_000_000),
        descadastro: None,
    }
}

pub(crate) fn mensagem(n: u32) -> Mensagem {
    Mensagem::new(&partes(&message_id(n))).unwrap()
}

/// One for all of these addresses.
pub(crate) fn mensagem_para(n: u32, enderecos: &[&str]) -> Mensagem {
    let para: Vec<_> = enderecos.iter().copied().map(to).collect();
    Mensagem::new(&Partes { para: &para, ..partes(&message_id(n)) }).unwrap()
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
