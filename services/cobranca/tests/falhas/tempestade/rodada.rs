//! One round: what is due, who carries it out, the faults, and the calm after them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::{Days, Timelike as _};
use runtime::Relogio;
use serde_json::{Value, json};
use testkit::{PostgresPrivado, Processo, RabbitPrivado, Sql, wait_at_most, wait_until};

use super::balanco::{Balanco, Esperado, ONE_AT_A_TIME, Pago};
use super::contagem::Contagem;
use super::frota::Frota;
use super::golpes::{Golpe, Golpe as G};
use super::roteiros::{Ceu, carrier, mail};
use crate::casa::{Casa, Empresa, PRAZO, binary, daytime_zone};
use crate::mensagens::{buried, given_up};
use crate::sorte::Sorte;

const DISPATCHERS: usize = 2;
/// Reminders of a company.
const LEMBRADOS: usize = 20;
/// After the last fault everything is done within this.
const CALMARIA: Duration = Duration::from_mins(4);
pub(super) const CANAIS: [&str; 2] = ["email", "sms"];

/// How large a round is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Medida {
    empresas: usize,
    devedores: usize,
    /// How often the light faults come, and how many heavy ones.
    leves: usize,
    quedas: usize,
}

impl Medida {
    pub(super) const CURTA: Self = Self { empresas: 3, devedores: 60, leves: 1, quedas: 1 };
    pub(super) const LONGA: Self = Self { empresas: 6, devedores: 150, leves: 3, quedas: 2 };
}

pub(super) struct Rodada<'m> {
    medida: Medida,
    pub(super) sorte: Sorte,
    pub(super) motores: (&'m RabbitPrivado, &'m PostgresPrivado),
    pub(super) casa: Casa,
    ceu: Arc<Ceu>,
    frota: Frota,
    /// Those whose night has begun.
    pub(super) empresas: Vec<Empresa>,
    pub(super) esperado: Esperado,
    contagem: Contagem,
}

impl<'m> Rodada<'m> {
    /// Everybody is up, and nothing is due yet but what may not leave.
    pub(super) async fn begin(
        semente: u64,
        medida: Medida,
        motores: (&'m RabbitPrivado, &'m PostgresPrivado),
    ) -> Self {
        motores.0.delete_queues();
        let ceu = Ceu::new(semente);
        let casa = Casa::on(motores.1.banco(), motores.0.amqp_url(), (mail(&ceu), carrier(&ceu))).await;
        let frota = Frota::start(&casa, DISPATCHERS);
        let mut rodada = Self {
            medida,
            sorte: Sorte::new(semente),
            motores,
            casa,
            ceu,
            frota,
            empresas: Vec::new(),
            esperado: Esperado::default(),
            contagem: Contagem { rodadas: 1, ..Contagem::default() },
        };
        let hora = Relogio::Sistema.agora().with_timezone(&daytime_zone()).hour() + 2;
        rodada.another_company((&format!("{hora:02}:00"), &format!("{hora:02}:59"))).await;
        rodada.esperado.fechada = rodada.empresas.pop().map(|fechada| fechada.id);
        rodada
    }

    pub(super) async fn play(mut self) -> Contagem {
        let golpes = Golpe::of_a_round(&mut self.sorte, self.medida.leves, self.medida.quedas);
        let cada = golpes.len().div_ceil(self.medida.empresas);
        for (n, golpe) in golpes.into_iter().enumerate() {
            if n % cada == 0 {
                self.another_company(("00:00", "23:59")).await;
            }
            self.let_it_flow().await;
            self.deal(golpe).await;
            self.frota.wake();
            self.pay_some().await;
            let dois = Sql::connect(self.casa.banco.url()).texts(ONE_AT_A_TIME);
            assert!(dois.is_empty(), "I6: {dois:?}");
        }
        self.calm_down().await;
        let mut balanco = Balanco::new(&self.casa, &self.esperado);
        balanco.check(self.motores.0.vhost());
        self.contagem.conferidas = balanco.conferidas;
        self.contagem.count("falhas dos provedores", self.ceu.falhas.load(Ordering::SeqCst));
        self.contagem
    }

    /// One more company, with a night that has begun.
    async fn another_company(&mut self, horas: (&str, &str)) {
        let email = |assunto| json!({"tipo": "email", "assunto": assunto, "corpo": "#LISTA_TITULOS#"});
        let sms = json!({"tipo": "sms", "corpo": "#PRIMEIRO_NOME#, há #TOTAL# em aberto"});
        let posicoes = json!([
            {"tipo": "lembrete", "dias": 3, "acoes": [email("Vence em breve")]},
            {"dias": 0, "acoes": [email("Há um valor em aberto"), email("Como pagar"), sms]},
        ]);
        let empresa = self.casa.empresa_of(&posicoes, horas).await;
        let (vencido, por_vencer) = (empresa.hoje - Days::new(10), empresa.hoje + Days::new(2));
        let mut titulos: Vec<Value> = Vec::new();
        for n in 0..self.medida.devedores {
            let quantos = 1 + usize::from(n % 3 == 0);
            titulos.extend((0..quantos).map(|mais| numbered(empresa.titulo(n, mais, vencido))));
            for (canal, vezes) in [("email", 2), ("sms", 1)] {
                self.esperado.devidas.insert(format!("{} d{n} {canal} f", empresa.id), vezes);
            }
        }
        for n in self.medida.devedores..self.medida.devedores + LEMBRADOS {
            titulos.push(numbered(empresa.titulo(n, 0, por_vencer)));
            self.esperado.devidas.insert(format!("{} d{n} email t", empresa.id), 1);
        }
        empresa.push_these(&titulos).await;
        // Whoever runs the night may die in it: the row is what it was asked by.
        let motor = empresa.motor.at(&self.casa.motor.url().await);
        let _aberta = motor.post("/v1/noites", &json!({})).await.expect(202);
        self.empresas.push(empresa);
    }

    /// Until some more messages have left, or for a moment.
    async fn let_it_flow(&mut self) {
        let sairam = || self.casa.caixa.total() + self.casa.operadora.total();
        let ate = sairam() + 5 + self.sorte.next() % 60;
        wait_at_most(Duration::from_millis(1_500), async || sairam() >= ate).await;
    }

    async fn deal(&mut self, golpe: Golpe) {
        let ((rabbit, postgres), sorte) = (self.motores, &mut self.sorte);
        let mut vezes = 1;
        match golpe {
            G::MatarDispatcher => self.frota.kill(&self.casa, sorte),
            G::AdormecerDispatcher => vezes = u64::from(self.frota.put_to_sleep(sorte)),
            G::EncerrarDispatcher => vezes = u64::from(self.frota.terminate(&self.casa, sorte)),
            G::MatarMotor => {
                self.casa.motor.kill();
                self.casa.motor =
                    Processo::start(&binary("regua-engine"), &[], &[("DATABASE_URL", self.casa.banco.url())]);
            }
            G::FecharConexoes => {
                // One that is coming back is not in the broker's list yet.
                let mut fechadas = 0;
                wait_at_most(Duration::from_secs(5), async || {
                    fechadas = rabbit.close_connections();
                    fechadas > 0
                })
                .await;
                vezes = u64::try_from(fechadas).unwrap();
            }
            G::ApagarFilas => {
                rabbit.delete_queues();
                self.esperado.venenos.clear(); // they went with them
            }
            G::Alarme => {
                rabbit.set_alarm(true).await;
                self.let_it_flow().await;
                rabbit.set_alarm(false).await;
            }
            G::ReiniciarBroker => {
                rabbit.stop().await;
                rabbit.start().await;
            }
            G::MatarBroker => {
                rabbit.kill().await;
                rabbit.start().await;
            }
            G::PerderDisco => {
                rabbit.kill().await;
                rabbit.lose_disk().await;
                rabbit.start().await;
                self.esperado.venenos.clear();
            }
            G::CortarSessoes => vezes = self.casa.banco.disconnect_all().unsigned_abs(),
            G::MatarBanco => {
                postgres.kill().await;
                postgres.start().await;
            }
            G::Duplicar => vezes = self.hint_again(),
            G::Envenenar => vezes = self.poison(),
        }
        self.contagem.count(golpe.name(), vezes);
    }

    /// Some títulos of what flows are paid, each asked for until it is answered.
    async fn pay_some(&mut self) {
        let mut sql = Sql::connect(self.casa.banco.url());
        for _ in 0..3 {
            let qual = self.sorte.below(self.empresas.len());
            let n = self.sorte.below(self.medida.devedores);
            let (empresa, numero) = (&self.empresas[qual], format!("t{n}-0"));
            let achar = format!(
                "SELECT id::text AS text FROM cadastro.titulo WHERE empresa_id = '{}' AND codigo_integracao = '{numero}' \
                    AND status = 'aberto'",
                empresa.id
            );
            let Some(titulo) = sql.texts(&achar).pop() else { continue };
            let titulos = empresa.titulos.with_header("idempotency-key", &format!("baixa-{titulo}"));
            let caminho = format!("/v1/titulos/{titulo}/pagamento");
            wait_until(PRAZO, async || titulos.post(&caminho, &json!({})).await.status == 200).await;
            self.esperado.pagos.push(Pago {
                titulo: titulo.parse().unwrap(),
                numero: format!("NF {numero}"),
                cerca: sql.number("(SELECT last_value FROM disparo.cerca)"),
                emails: self.casa.caixa.total(),
                sms: self.casa.operadora.total(),
            });
        }
    }

    /// No more faults: everybody goes on, waits that were to be long are over, and everything comes to its end.
    async fn calm_down(&mut self) {
        self.ceu.clear_up();
        wait_until(PRAZO, async || {
            self.frota.wake();
            self.frota.is_awake()
        })
        .await;
        self.frota.all_left().await;
        let mut sql = Sql::connect(self.casa.banco.url());
        let noites = "(SELECT count(*) FROM regua.noite WHERE estado = 'andando')";
        wait_until(PRAZO, async || sql.number(noites) == 0).await;
        let fechada = self.esperado.fechada.unwrap_or_default();
        // Of the closed company too, once: the fence sends it back to its window.
        sql.run(&format!("{ADIANTAR} AND empresa_id = '{fechada}'"));
        let faltam = format!(
            "(SELECT count(*) FROM disparo.execucao WHERE estado IN ('enfileirada', 'enviando') \
                OR (estado = 'pendente' AND (empresa_id <> '{fechada}' OR publicar_em <= clock_timestamp())))"
        );
        let adiantar = format!("{ADIANTAR} AND empresa_id <> '{fechada}'");
        let fim = tokio::time::timeout(CALMARIA, async {
            while !wait_at_most(Duration::from_secs(1), async || sql.number(&faltam) == 0).await {
                sql.run(&adiantar);
            }
        });
        assert!(fim.await.is_ok(), "não chega ao fim: {:?}", sql.texts(COMO_ESTA));
        let vhost = self.motores.0.vhost();
        let vazia = |canal: &str| vhost.depth(&format!("dispatcher.{canal}")) == 0;
        wait_until(PRAZO, async || CANAIS.iter().all(|canal| vazia(canal))).await;
        let mortas = || buried(vhost).into_iter().collect::<BTreeSet<_>>();
        wait_at_most(Duration::from_secs(10), async || mortas() == self.esperado.venenos).await;
        // More cuts than a hint may come back by: the row was carried out by another one.
        let desistidos = u64::try_from(given_up(vhost)).unwrap();
        self.contagem.count("(avisos que o broker deu por mortos)", desistidos);
        let fins = "SELECT concat_ws(' ', canal, estado, count(*)) AS text FROM disparo.execucao GROUP BY canal, estado";
        for linha in sql.texts(fins) {
            let (fim, quantas) = linha.rsplit_once(' ').unwrap();
            self.contagem.fins.insert(fim.to_owned(), quantas.parse().unwrap());
        }
    }
}

const ADIANTAR: &str = "UPDATE disparo.execucao SET publicar_em = clock_timestamp() WHERE estado = 'pendente' \
      AND publicar_em > clock_timestamp()";
const COMO_ESTA: &str = "SELECT concat_ws(' ', canal, estado, motivo, count(*)) AS text FROM disparo.execucao GROUP BY canal, estado, motivo";

/// With a number that no other título of the company has, and that its message says.
fn numbered(mut titulo: Value) -> Value {
    titulo["numero"] = json!(format!("NF {}", titulo["codigo_integracao"].as_str().unwrap()));
    titulo
}
