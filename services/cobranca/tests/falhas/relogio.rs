//! Clocks that jump: an hour and a day forward by the API, and back over midnight as a host's clock may, while messages flow.
//! Business time decides what is due, ripe and within its window; leases and queues are the database's own, so that a jump doubles
//! nothing and loses nothing.
#![cfg(test)]

use std::net::TcpListener;
use std::sync::{Arc, RwLock};

use chrono::{DateTime, NaiveDate, TimeDelta, Timelike as _, Utc};
use chrono_tz::America::Sao_Paulo;
use cobranca::comandos::empresa::{Pedido, make};
use cobranca::sistema::{Lugar, Sistema};
use providers::caixa::{Caixa, Recebida, Roteiro};
use runtime::config::{Segredo, Tls};
use runtime::{Config, Encerramento, Relogio};
use serde_json::{Value, json};
use testkit::{Banco, Http, Sql, Vhost, wait_until};

use crate::casa::PRAZO;
use crate::sorte::Sorte;

const DEVEDORES: usize = 30;
/// A Tuesday, two hours before its window closes.
const INICIO: &str = "2026-03-10T21:00:00Z";
const PULOS: usize = 24;

/// One process with everything, on a clock that the test may also turn back.
struct Pulo {
    http: Http,
    instante: Arc<RwLock<DateTime<Utc>>>,
    caixa: Caixa,
    banco: Banco,
    sistema: Sistema,
    _vhost: Vhost,
    _saida: tempfile::TempDir,
}

impl Pulo {
    async fn start() -> Self {
        let (banco, vhost) = tokio::task::spawn_blocking(|| (Banco::new(), Vhost::new())).await.unwrap();
        let saida = tempfile::tempdir().unwrap();
        let caixa = Caixa::start(saida.path(), Roteiro::normal()).await.unwrap();
        let mut config = Config::default();
        config.banco.url = Some(Segredo::new(banco.url()));
        config.banco.conexoes = 2;
        config.amqp.url = Some(Segredo::new(vhost.amqp_url()));
        (config.smtp.host, config.smtp.porta) = (Some("127.0.0.1".to_owned()), caixa.addr().port());
        config.smtp.tls = Tls::Nenhum;
        (config.dispatcher.fila_s, config.dispatcher.varredura_s) = (5, 1);
        let instante = Arc::new(RwLock::new(INICIO.parse().unwrap()));
        let relogio = Relogio::Sandbox(Arc::clone(&instante));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let lugar = Lugar { relogio: relogio.clone(), listener };
        let sistema = Sistema::start(&config, lugar, Encerramento::new()).await.unwrap();
        let pedido = Pedido {
            nome: "Escola Campoverde".to_owned(),
            documento: None,
            remetente: "cobranca@example.com".to_owned(),
        };
        let url = banco.url().to_owned();
        let (_, chave) =
            tokio::task::spawn_blocking(move || make(&url, &pedido, &relogio)).await.unwrap().unwrap();
        let http = Http::new(&format!("http://{}", sistema.addr())).with_key(&chave);
        Self { http, instante, caixa, banco, sistema, _vhost: vhost, _saida: saida }
    }

    fn now(&self) -> DateTime<Utc> {
        *self.instante.read().unwrap()
    }

    /// As the host's clock may be set.
    fn turn(&self, passo: TimeDelta) {
        *self.instante.write().unwrap() += passo;
    }

    /// As an integrator walks through time: forward, and never back.
    async fn advance(&self, passo: TimeDelta) {
        let para = self.now() + passo;
        let _movido = self.http.put("/v1/relogio", &json!({ "agora": para })).await.expect(200);
        let recuo = json!({ "agora": para - TimeDelta::seconds(1) });
        assert_eq!(
            self.http.put("/v1/relogio", &recuo).await.expect(409).json["codigo"],
            "relogio_nao_volta"
        );
    }

    /// Asks for tonight's night, whether there was one or a later one, and waits until it is over.
    async fn night(&self) {
        let pedida = self.http.post("/v1/noites", &json!({})).await;
        assert!([200, 202, 409].contains(&pedida.status), "{}", pedida.text);
        let mut sql = Sql::connect(self.banco.url());
        wait_until(PRAZO, async || {
            sql.number("(SELECT count(*) FROM regua.noite WHERE estado = 'andando')") == 0
        })
        .await;
    }

    /// Until nothing that is ripe is on its way.
    async fn settle(&self) {
        let mut sql = Sql::connect(self.banco.url());
        let a_caminho = format!(
            "(SELECT count(*) FROM disparo.execucao WHERE estado IN ('enfileirada', 'enviando') \
                OR (estado = 'pendente' AND publicar_em <= '{}'))",
            self.now().to_rfc3339()
        );
        wait_until(PRAZO, async || sql.number(&a_caminho) == 0).await;
    }
}

async fn prepare(http: &Http) {
    let dias = ["seg", "ter", "qua", "qui", "sex", "sab", "dom"];
    let janela = json!({"canal": "email", "inicio": "08:00", "fim": "20:00", "dias": dias});
    let mudanca = json!({"fuso": "America/Sao_Paulo", "hora_noite": "23:59", "janelas": [janela]});
    let _mudada = http.patch("/v1/empresa", &mudanca).await.expect(200);
    let email = |assunto: &str| json!({"tipo": "email", "assunto": assunto, "corpo": "#LISTA_TITULOS#"});
    let posicoes: Vec<Value> = std::iter::once(json!({"tipo": "lembrete", "dias": 2, "acoes": [email("L")]}))
        .chain((0..8).map(|dias| json!({"dias": dias, "acoes": [email(&format!("D+{dias}"))]})))
        .collect();
    let regua = json!({"nome": "r", "posicoes": posicoes});
    let criada = http.post("/v1/reguas", &regua).await.expect(201).json["id"].clone();
    let ativacao = format!("/v1/reguas/{}/ativacao", criada.as_str().unwrap());
    let _ativa = http.post(&ativacao, &json!({})).await.expect(200);
    let titulo = |n: usize| {
        let vencimento = NaiveDate::from_ymd_opt(2026, 3, 5 + u32::try_from(n % 9).unwrap());
        json!({
            "codigo_integracao": format!("t{n}"), "vencimento": vencimento, "valor": "100.00",
            "devedor": {"codigo_integracao": format!("d{n}"), "nome": "Maria", "emails": [format!("d{n}@example.com")]},
        })
    };
    let titulos: Vec<Value> = (0..DEVEDORES).map(titulo).collect();
    assert_eq!(http.put("/v1/titulos", &json!(titulos)).await.expect(200).json["criados"], DEVEDORES);
}

/// When it says that it was sent, in the company's zone.
fn sent_at(recebida: &Recebida) -> DateTime<chrono_tz::Tz> {
    let bytes = recebida.bytes().unwrap();
    let lida = mail_parser::MessageParser::new().parse(&bytes).unwrap();
    let em: DateTime<Utc> =
        lida.date().unwrap().to_rfc3339().parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc();
    em.with_timezone(&Sao_Paulo)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_forward_and_back_over_midnight_loses_and_doubles_nothing() {
    let pulo = Pulo::start().await;
    prepare(&pulo.http).await;
    let mut sorte = Sorte::new(11);
    let passos = [TimeDelta::hours(1), TimeDelta::days(1), TimeDelta::minutes(90), TimeDelta::hours(13)];
    for n in 0..PULOS {
        pulo.night().await;
        // Every other time in the middle of what leaves.
        if n % 2 == 0 {
            pulo.settle().await;
        }
        match sorte.below(6) {
            0 => pulo.turn(TimeDelta::hours(-1)),
            1 => pulo.turn(TimeDelta::days(-1)),
            n => pulo.advance(passos[n - 2]).await,
        }
    }
    // At noon of the next day whatever waits may leave.
    let meio_dia = pulo.now().date_naive().and_hms_opt(15, 0, 0).unwrap().and_utc() + TimeDelta::days(1);
    pulo.advance(meio_dia - pulo.now()).await;
    pulo.night().await;
    pulo.settle().await;
    let mut sql = Sql::connect(pulo.banco.url());
    let iguais = "(SELECT count(*) FROM (SELECT FROM disparo.execucao GROUP BY devedor_id, posicao_id, acao_id, ciclo, titulos \
                    HAVING count(*) > 1) x)";
    assert_eq!(sql.number(iguais), 0, "the same action was decided twice");
    let enviadas =
        sql.texts("SELECT id::text AS text FROM disparo.execucao WHERE estado = 'enviada' ORDER BY 1");
    let recebidas = pulo.caixa.recebidas();
    let mut aceitas: Vec<String> = recebidas
        .iter()
        .map(|r| {
            r.message_id.as_deref().unwrap().trim_start_matches('<').split('@').next().unwrap().to_owned()
        })
        .collect();
    aceitas.sort();
    assert_eq!(aceitas, enviadas);
    assert!(enviadas.len() > DEVEDORES, "{} saíram", enviadas.len());
    for recebida in &recebidas {
        let em = sent_at(recebida);
        assert!((8..20).contains(&em.hour()), "fora da janela: {em}");
    }
    let tarde = "(SELECT count(*) FROM disparo.tentativa a JOIN disparo.execucao e ON e.id = a.execucao_id \
                    JOIN cadastro.titulo t ON t.id = ANY (a.titulos) WHERE e.inscricao_id IS NULL \
                     AND (a.montada_em AT TIME ZONE 'America/Sao_Paulo')::date > t.vencimento)";
    assert_eq!(sql.number(tarde), 0, "a reminder after its due date");
    pulo.sistema.stop().await.unwrap();
}
