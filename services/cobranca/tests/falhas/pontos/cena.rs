//! One point: what brings a dispatcher there and holds it, how that is seen, and what lets go.

use providers::operadora::Aviso;
use providers::sms::EstadoRecibo;
use serde_json::{Value, json};
use testkit::{Banco, Sql, Tunel, Vhost, wait_until};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::{ACOES, CADA, DEVEDORES, Ponto, Ponto as P};
use crate::casa::{Casa, Empresa, PRAZO};
use crate::dispatcher::hints_for_nothing;
use crate::oraculo::{company_on_both, let_go, settle};

const RAPIDO: [(&str, &str); 3] = [
    ("COBRANCA_DISPATCHER__LEASE_S", "10"),
    ("COBRANCA_DISPATCHER__FILA_S", "5"),
    ("COBRANCA_BANCO__CONEXOES", "2"),
];
const VARRE_SEMPRE: (&str, &str) = ("COBRANCA_DISPATCHER__VARREDURA_S", "1");
/// Looks once, at its start: what it leaves behind is the next one's to judge.
const NAO_VARRE: (&str, &str) = ("COBRANCA_DISPATCHER__VARREDURA_S", "3600");
const RECIBOS: &str = "/v1/recibos/http/segredo-dos-recibos-daqui";

/// What holds a row back from everybody else.
const SEGURA_TITULOS: &str = "BEGIN; SELECT FROM cadastro.titulo FOR UPDATE";
const SEGURA_EXECUCOES: &str = "BEGIN; SELECT FROM disparo.execucao FOR UPDATE";

pub(super) struct Cena {
    ponto: Ponto,
    casa: Casa,
    empresa: Empresa,
    tunel: Tunel,
    /// Whoever called with receipts, while nobody has answered.
    contando: Option<TcpStream>,
    /// Sees, and holds.
    mao: Sql,
    vhost: Vhost,
}

impl Cena {
    /// A night whose actions are due, and nobody yet to carry them out.
    pub(super) async fn at(ponto: Ponto) -> Self {
        let vhost = Vhost::new();
        let tunel = Tunel::to(vhost.amqp_url()).await;
        let mut casa = Casa::on(Banco::new(), tunel.url(), ponto.roteiros()).await;
        let empresa = company_on_both(&mut casa).await;
        empresa.push(DEVEDORES).await;
        empresa.night().await;
        // Their work is done, and others need the connections.
        casa.titulos.kill();
        casa.motor.kill();
        let mao = Sql::connect(casa.banco.url());
        Self { ponto, casa, empresa, tunel, contando: None, mao, vhost }
    }

    /// Kills the first dispatcher at the point, and lets a second one finish.
    pub(super) async fn play(mut self) {
        self.prepare();
        let mut primeiro = self.casa.dispatcher(&[&RAPIDO[..], &[NAO_VARRE]].concat());
        let url = primeiro.url().await;
        self.bring_there(&url).await;
        primeiro.kill();
        self.release();

        let ponto = self.ponto;
        let direto = ("AMQP_URL", self.vhost.amqp_url());
        let mut segundo = self.casa.dispatcher(&[&RAPIDO[..], &[VARRE_SEMPRE, direto]].concat());
        let api = self.empresa.at(&mut segundo).await;
        if ponto == P::NoMeioDoRecibo {
            self.tell(&segundo.url().await).await;
            wait_until(PRAZO, async || self.mao.number("(SELECT count(*) FROM disparo.recibo)") == 6).await;
        }
        assert_eq!(settle(&self.casa, &api, ACOES).await, ponto.esperado(), "{ponto:?}");
        let nos_livros = (self.casa.caixa.total(), self.casa.operadora.total());
        assert_eq!(nos_livros, (ponto.emails(), CADA), "{ponto:?}");
        if ponto == P::EscritaEAindaNaoConfirmadaAoBroker {
            wait_until(PRAZO, async || hints_for_nothing(&api).await >= ACOES).await;
        }
    }

    /// What stands in the way before the dispatcher starts.
    fn prepare(&mut self) {
        match self.ponto {
            P::MarcadaEAindaNaoPublicada => self.tunel.set_to_server(false),
            P::PublicadaEAindaNaoConfirmada => {
                // All but one: with that one the relay opens the channel that it keeps.
                self.mao.run(
                    "UPDATE disparo.execucao SET publicar_em = publicar_em + interval '1 day' \
                      WHERE id <> (SELECT id FROM disparo.execucao ORDER BY id LIMIT 1)",
                );
            }
            P::RecebidaEAindaNaoReivindicada | P::EscritaEAindaNaoConfirmadaAoBroker => {
                self.mao.run(SEGURA_TITULOS);
            }
            // As it would be found after a dispatcher that claimed everything and died long ago.
            P::NoMeioDaVarredura => {
                self.mao.run(
                    "UPDATE disparo.execucao SET estado = 'enfileirada', enfileirada_em = clock_timestamp()",
                );
                self.mao.run(
                    "UPDATE disparo.execucao SET estado = 'enviando', cerca = nextval('disparo.cerca'), \
                            lease_ate = clock_timestamp()",
                );
                self.mao.run("BEGIN; SELECT FROM disparo.execucao ORDER BY id DESC LIMIT 1 FOR UPDATE");
            }
            P::ReivindicadaEAindaNaoDita
            | P::DitaEAindaNaoAceita
            | P::AceitaEAindaNaoRespondida
            | P::RespondidaEAindaNaoEscrita
            | P::NoMeioDoRecibo => {}
        }
    }

    /// Waits until the dispatcher is at the point.
    async fn bring_there(&mut self, url: &str) {
        match self.ponto {
            P::MarcadaEAindaNaoPublicada => self.all_are("enfileirada").await,
            P::PublicadaEAindaNaoConfirmada => {
                let uma = "(SELECT count(*) FROM disparo.execucao WHERE estado = 'enviada')";
                wait_until(PRAZO, async || self.mao.number(uma) == 1).await;
                self.tunel.set_to_client(false);
                self.mao.run(
                    "UPDATE disparo.execucao SET publicar_em = publicar_em - interval '1 day' WHERE estado = 'pendente'",
                );
                let no_broker = |canal| self.vhost.depth(&format!("dispatcher.{canal}")) > 0;
                wait_until(PRAZO, async || no_broker("email") && no_broker("sms")).await;
            }
            P::RecebidaEAindaNaoReivindicada => self.waiting("titulos_na_cerca", 2).await,
            P::ReivindicadaEAindaNaoDita | P::DitaEAindaNaoAceita | P::AceitaEAindaNaoRespondida => {
                self.in_hand().await;
            }
            P::RespondidaEAindaNaoEscrita => {
                self.in_hand().await;
                self.mao.run(SEGURA_EXECUCOES);
                let_go(&self.casa);
                self.waiting("UPDATE disparo.execucao", 2).await;
            }
            P::EscritaEAindaNaoConfirmadaAoBroker => {
                self.waiting("titulos_na_cerca", 2).await;
                self.tunel.set_to_server(false);
                self.mao.run("ROLLBACK");
                self.all_are("enviada").await;
            }
            P::NoMeioDaVarredura => self.waiting("varrer", 1).await,
            P::NoMeioDoRecibo => {
                self.all_are("enviada").await;
                self.mao.run(SEGURA_EXECUCOES);
                self.contando = Some(self.start_telling(url).await);
                self.waiting("receber", 1).await;
            }
        }
    }

    /// What held the dead one lets go, and its lease runs out.
    fn release(&mut self) {
        let_go(&self.casa);
        self.tunel.cut();
        // Where nothing is held this says so, and does nothing.
        self.mao.run("ROLLBACK");
        self.mao.run("UPDATE disparo.execucao SET lease_ate = clock_timestamp() WHERE estado = 'enviando'");
        drop(self.contando.take());
    }

    /// Until every execution is in this state.
    async fn all_are(&mut self, estado: &str) {
        let deles = format!("(SELECT count(*) FROM disparo.execucao WHERE estado = '{estado}')");
        wait_until(PRAZO, async || self.mao.number(&deles) == i64::try_from(ACOES).unwrap()).await;
    }

    /// Until both providers have everything in hand.
    async fn in_hand(&self) {
        let Casa { caixa, operadora, .. } = &self.casa;
        wait_until(PRAZO, async || (caixa.seguradas(), operadora.seguradas()) == (DEVEDORES, DEVEDORES))
            .await;
    }

    /// Until so many sessions wait for a lock in a statement with these words.
    async fn waiting(&self, palavras: &str, quantas: i64) {
        let mut olho = Sql::connect(self.casa.banco.url());
        let esperam = format!(
            "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                 AND wait_event_type = 'Lock' AND query LIKE '%{palavras}%')"
        );
        wait_until(PRAZO, async || olho.number(&esperam) >= quantas).await;
    }

    /// Calls with a receipt of every SMS, and hears nothing yet.
    async fn start_telling(&self, url: &str) -> TcpStream {
        let recebidas = self.casa.operadora.recebidas();
        let recibo = |chave: &Option<String>| json!({"chave": chave, "estado": "entregue"});
        let recibos: Vec<Value> = recebidas.iter().map(|recebida| recibo(&recebida.chave)).collect();
        let corpo = json!({ "recibos": recibos }).to_string();
        let mut cano = TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
        let cabeca = format!(
            "POST {RECIBOS} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            corpo.len()
        );
        cano.write_all(format!("{cabeca}{corpo}").as_bytes()).await.unwrap();
        cano
    }

    /// Tells of every SMS, and is heard.
    async fn tell(&self, url: &str) {
        let recebidas = self.casa.operadora.recebidas();
        let avisos: Vec<_> =
            recebidas.iter().map(|r| Aviso::new(r.id.as_str(), EstadoRecibo::Entregue)).collect();
        let contado = self.casa.operadora.avisar(&format!("{url}{RECIBOS}"), &avisos).await;
        assert_eq!(contado.unwrap(), [204], "{:?}", self.ponto);
    }
}
