//! A whole system on a clock of its own, and a company that uses it over HTTP.
#![cfg(test)]

mod correio;
mod dados;
mod empresa;
mod negociacao;

use std::net::TcpListener;
use std::ops::Deref;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::America::Sao_Paulo;
use cobranca::comandos::empresa::{Pedido, make};
use cobranca::sistema::{Lugar, Sistema};
use providers::caixa::{Caixa, Fala, Fase, Roteiro};
use runtime::config::Segredo;
use runtime::{Config, Encerramento, Relogio};
use testkit::{Banco, Sql, Vhost};

pub(crate) use correio::{Email, subjects};
pub(crate) use dados::{Titulo, acao, cobranca, lembrete, text, texts, to_all};
pub(crate) use empresa::Empresa;

/// Longer than any wait of these tests; only a test that fails waits this long.
pub(crate) const PRAZO: Duration = Duration::from_secs(30);
/// Before the hours of all windows and nights.
const MADRUGADA: &str = "00:30";

/// Which bus carries the hints.
#[derive(Clone, Copy)]
pub(crate) enum Barramento {
    Local,
    RabbitMq,
}

/// One or more systems on one database, one clock, one mailbox; the first company's view of them.
pub(crate) struct Cenario {
    empresa: Empresa,
    pub(crate) caixa: Caixa,
    relogio: Relogio,
    config: Config,
    sistemas: Vec<(Sistema, Encerramento)>,
    banco: Banco,
    _vhost: Option<Vhost>,
    _saida: tempfile::TempDir,
}

impl Cenario {
    /// A system on the local bus whose clock stands in the small hours of `data`. Its company sends on every day from
    /// 08:00 to 20:00, and no night runs by itself.
    pub(crate) async fn on(data: &str) -> Self {
        Self::over(Barramento::Local, data).await
    }

    pub(crate) async fn over(barramento: Barramento, data: &str) -> Self {
        Self::start(barramento, data, Roteiro::normal(), Config::default()).await
    }

    /// One provider call at a time, and the first message of all stays in the provider's hands until
    /// [`Caixa::liberar`]: what is queued behind it cannot leave.
    pub(crate) async fn with_a_held_provider(barramento: Barramento, data: &str) -> Self {
        let mut config = Config::default();
        config.dispatcher.concorrencia = 1;
        let roteiro = Roteiro::lista(vec![(0, Fase::Corpo, Fala::Segurar)]);
        Self::start(barramento, data, roteiro, config).await
    }

    /// A system on the local bus whose mail server does as told.
    pub(crate) async fn with_mail_server(data: &str, roteiro: Roteiro) -> Self {
        Self::start(Barramento::Local, data, roteiro, Config::default()).await
    }

    /// A system on the local bus that is configured so, but for what every system of these tests has of its own.
    pub(crate) async fn configured(data: &str, config: Config) -> Self {
        Self::start(Barramento::Local, data, Roteiro::normal(), config).await
    }

    async fn start(barramento: Barramento, data: &str, roteiro: Roteiro, mut config: Config) -> Self {
        let (banco, vhost) = tokio::task::spawn_blocking(move || {
            (Banco::new(), matches!(barramento, Barramento::RabbitMq).then(Vhost::new))
        })
        .await
        .unwrap();
        let saida = tempfile::tempdir().unwrap();
        let caixa = Caixa::start(saida.path(), roteiro).await.unwrap();
        config.banco.url = Some(Segredo::new(banco.url()));
        config.banco.conexoes = 2;
        config.amqp.url = vhost.as_ref().map(|vhost| Segredo::new(vhost.amqp_url()));
        config.smtp.host = Some(caixa.addr().ip().to_string());
        config.smtp.porta = caixa.addr().port();
        config.smtp.tls = runtime::config::Tls::Nenhum;
        config.arquivos.dir = saida.path().join("arquivos");
        config.arquivos.espera_s = 0;
        let relogio = Relogio::sandbox(at(data, MADRUGADA));
        let sistema = launch(&config, &relogio).await;
        let chave = register(&banco, &relogio, "Escola Campoverde").await;
        let empresa = Empresa::new(&sistema.0, &chave);
        empresa.send_on_every_day().await;
        Self { empresa, caixa, relogio, config, sistemas: vec![sistema], banco, _vhost: vhost, _saida: saida }
    }

    /// Another company of the same system, with the same windows.
    pub(crate) async fn another_company(&self, nome: &str) -> Empresa {
        let chave = register(&self.banco, &self.relogio, nome).await;
        let empresa = Empresa::new(&self.sistemas[0].0, &chave);
        empresa.send_on_every_day().await;
        empresa
    }

    /// One more system on the same database and mailbox; the company keeps talking to the first.
    pub(crate) async fn start_another_system(&mut self) {
        self.sistemas.push(launch(&self.config, &self.relogio).await);
    }

    /// As [`Cenario::restart`], configured otherwise.
    pub(crate) async fn restart_with(&mut self, muda: impl FnOnce(&mut Config)) {
        muda(&mut self.config);
        self.restart().await;
    }

    /// Where the first system listens.
    pub(crate) fn endereco(&self) -> String {
        format!("http://{}", self.sistemas[0].0.addr())
    }

    /// Stops every system in good order and starts one anew.
    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        self.start_anew().await;
    }

    /// The same, with what somebody does to the database meanwhile.
    pub(crate) async fn restart_after(&mut self, sql: &str) {
        self.stop().await;
        let (url, sql) = (self.banco.url().to_owned(), sql.to_owned());
        tokio::task::spawn_blocking(move || Sql::connect(&url).run(&sql)).await.unwrap();
        self.start_anew().await;
    }

    async fn stop(&mut self) {
        for (sistema, _) in self.sistemas.drain(..) {
            sistema.stop().await.unwrap();
        }
    }

    async fn start_anew(&mut self) {
        let sistema = launch(&self.config, &self.relogio).await;
        self.empresa = self.empresa.at(&sistema.0);
        self.sistemas.push(sistema);
    }

    /// Where the bytes of files are.
    pub(crate) fn arquivos(&self) -> &Path {
        &self.config.arquivos.dir
    }

    /// Everything that was sent, in order.
    pub(crate) fn emails(&self) -> Vec<Email> {
        self.caixa.recebidas().iter().map(Email::read).collect()
    }

    /// The one message that was sent: the títulos that it lists and their total.
    pub(crate) fn told(&self) -> (Vec<String>, String) {
        let emails = self.emails();
        assert_eq!(emails.len(), 1);
        (emails[0].titulos(), emails[0].total())
    }

    /// The night of `data`, then its noon: answers the e-mails that left.
    pub(crate) async fn day(&self, data: &str) -> Vec<Email> {
        let antes = self.caixa.recebidas().len();
        self.night(data).await;
        self.settle(data, "12:00").await;
        self.emails().split_off(antes)
    }

    /// Day after day, both included: answers the days on which something left, with what left.
    pub(crate) async fn days(&self, de: &str, ate: &str) -> Vec<(String, Vec<Email>)> {
        let mut com_envio = Vec::new();
        for data in date(de).iter_days().take_while(|data| *data <= date(ate)) {
            let data = data.to_string();
            let emails = self.day(&data).await;
            if !emails.is_empty() {
                com_envio.push((data, emails));
            }
        }
        com_envio
    }
}

impl Deref for Cenario {
    type Target = Empresa;

    fn deref(&self) -> &Empresa {
        &self.empresa
    }
}

impl Drop for Cenario {
    fn drop(&mut self) {
        for (_, fim) in &self.sistemas {
            fim.pedir();
        }
    }
}

async fn launch(config: &Config, relogio: &Relogio) -> (Sistema, Encerramento) {
    let lugar = Lugar { relogio: relogio.clone(), listener: TcpListener::bind("127.0.0.1:0").unwrap() };
    let fim = Encerramento::new();
    (Sistema::start(config, lugar, fim.clone()).await.unwrap(), fim)
}

/// Creates a company; answers its first key.
async fn register(banco: &Banco, relogio: &Relogio, nome: &str) -> String {
    let pedido =
        Pedido { nome: nome.to_owned(), documento: None, remetente: "cobranca@example.com".to_owned() };
    let (url, relogio) = (banco.url().to_owned(), relogio.clone());
    let (_, chave) =
        tokio::task::spawn_blocking(move || make(&url, &pedido, &relogio)).await.unwrap().unwrap();
    chave
}

/// A day, written `aaaa-mm-dd`.
pub(crate) fn date(data: &str) -> NaiveDate {
    data.parse().unwrap()
}

/// A time of a day in the company's zone.
pub(crate) fn at(data: &str, hora: &str) -> DateTime<Utc> {
    let hora: NaiveTime = hora.parse().unwrap_or_else(|_| format!("{hora}:00").parse().unwrap());
    date(data).and_time(hora).and_local_timezone(Sao_Paulo).unwrap().to_utc()
}
