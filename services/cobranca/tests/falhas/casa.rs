//! The services as processes of their own on one database, one broker and one mailbox, and a company that uses them.
#![cfg(test)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{Days, NaiveDate, Timelike as _};
use chrono_tz::Tz;
use cobranca::comandos::empresa::{Pedido, make};
use providers::caixa::{Caixa, Roteiro};
use runtime::Relogio;
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{Banco, Http, Processo, wait_until};
use uuid::Uuid;

/// Longer than anything here takes on a busy machine; only a test that fails waits this long.
pub(crate) const PRAZO: Duration = Duration::from_secs(90);
/// What an operator gives a process to end before it is killed.
pub(crate) const PRAZO_DO_FIM: Duration = Duration::from_secs(30);
/// Items of one push, as the API limits them.
const LOTE: usize = 1_000;
/// Half a day apart: in one of them it is day, whenever the test runs.
const FUSOS: [Tz; 2] = [Tz::America__Sao_Paulo, Tz::Asia__Tokyo];
/// Hours of the day at which no test of a few minutes comes near midnight.
const DIA_CLARO: std::ops::Range<u32> = 6..21;

/// `titulos` and `regua-engine` running, and what a dispatcher needs.
pub(crate) struct Casa {
    pub(crate) banco: Banco,
    pub(crate) caixa: Caixa,
    pub(crate) titulos: Processo,
    pub(crate) motor: Processo,
    amqp: String,
    _saida: TempDir,
}

/// A company with one régua (an action on D+0) whose window is open, and its key.
pub(crate) struct Empresa {
    pub(crate) id: Uuid,
    pub(crate) titulos: Http,
    pub(crate) motor: Http,
    hoje: NaiveDate,
}

impl Casa {
    /// Starts the two services, on a mailbox that does what `roteiro` says. No dispatcher is running yet.
    pub(crate) async fn start(amqp: &str, roteiro: Roteiro) -> Self {
        let banco = Banco::new();
        let saida = tempfile::tempdir().unwrap();
        let caixa = Caixa::start(saida.path(), roteiro).await.unwrap();
        let url = [("DATABASE_URL", banco.url())];
        let titulos = Processo::start(&binary("titulos"), &[], &url);
        let motor = Processo::start(&binary("regua-engine"), &[], &url);
        Self { banco, caixa, titulos, motor, amqp: amqp.to_owned(), _saida: saida }
    }

    /// Starts a dispatcher, told what `ajustes` says besides.
    pub(crate) fn dispatcher(&self, ajustes: &[(&str, &str)]) -> Processo {
        self.with_everything("dispatcher", &[], ajustes)
    }

    /// Starts a binary that is told of database, broker and mailbox.
    pub(crate) fn with_everything(&self, nome: &str, args: &[&str], ajustes: &[(&str, &str)]) -> Processo {
        let porta = self.caixa.addr().port().to_string();
        let mut ambiente = vec![
            ("DATABASE_URL", self.banco.url()),
            ("AMQP_URL", &self.amqp),
            ("COBRANCA_SMTP__HOST", "127.0.0.1"),
            ("COBRANCA_SMTP__PORTA", &porta),
            ("COBRANCA_SMTP__TLS", "nenhum"),
        ];
        ambiente.extend(ajustes);
        Processo::start(&binary(nome), args, &ambiente)
    }

    /// A company whose régua sends an e-mail on D+0.
    pub(crate) async fn empresa(&mut self) -> Empresa {
        self.empresa_with(
            &json!({"tipo": "email", "assunto": "Há um valor em aberto", "corpo": "#LISTA_TITULOS#"}),
        )
        .await
    }

    /// A company whose régua has this action on D+0.
    pub(crate) async fn empresa_with(&mut self, acao: &Value) -> Empresa {
        let pedido = Pedido {
            nome: "Escola Campoverde".to_owned(),
            documento: None,
            remetente: "cobranca@example.com".to_owned(),
        };
        let url = self.banco.url().to_owned();
        let (id, chave) = tokio::task::spawn_blocking(move || make(&url, &pedido, &Relogio::Sistema))
            .await
            .unwrap()
            .unwrap();
        let fuso = daytime_zone();
        let empresa = Empresa {
            id: id.parse().unwrap(),
            titulos: Http::new(&self.titulos.url().await).with_key(&chave),
            motor: Http::new(&self.motor.url().await).with_key(&chave),
            hoje: Relogio::Sistema.hoje(fuso),
        };
        empresa.send_at_any_hour(fuso).await;
        empresa.activate_regua(acao).await;
        empresa
    }
}

impl Empresa {
    /// Windows open all day, and no night that begins by itself while a test runs.
    async fn send_at_any_hour(&self, fuso: Tz) {
        let dias = ["seg", "ter", "qua", "qui", "sex", "sab", "dom"];
        let janela = json!({"canal": "email", "inicio": "00:00", "fim": "23:59", "dias": dias});
        let mudanca = json!({"fuso": fuso.name(), "hora_noite": "23:59", "janelas": [janela]});
        assert_eq!(self.titulos.patch("/v1/empresa", &mudanca).await.status, 200);
    }

    async fn activate_regua(&self, acao: &Value) {
        let regua = json!({"nome": "r", "posicoes": [{"dias": 0, "acoes": [acao]}]});
        let criada = self.motor.post("/v1/reguas", &regua).await.expect(201);
        let ativacao = format!("/v1/reguas/{}/ativacao", criada.json["id"].as_str().unwrap());
        assert_eq!(self.motor.post(&ativacao, &json!({})).await.status, 200);
    }

    /// Pushes the overdue título of each of so many debtors. The address of the nth is `d<n>@example.com`.
    pub(crate) async fn push(&self, devedores: usize) {
        let vencimento = self.hoje - Days::new(10);
        let titulo = |n: usize| {
            json!({
                "codigo_integracao": format!("t{n}"), "vencimento": vencimento, "valor": "100.00",
                "devedor": {
                    "codigo_integracao": format!("d{n}"), "nome": "Maria da Silva",
                    "emails": [format!("d{n}@example.com")],
                },
            })
        };
        let todos: Vec<Value> = (0..devedores).map(titulo).collect();
        for lote in todos.chunks(LOTE) {
            let resposta = self.titulos.put("/v1/titulos", &json!(lote)).await.expect(200);
            assert_eq!(resposta.json["criados"], lote.len(), "{}", resposta.text);
        }
    }

    /// Opens today's night; answers where to look at it.
    pub(crate) async fn open_night(&self) -> String {
        let noite = self.motor.post("/v1/noites", &json!({})).await.expect(202);
        format!("/v1/noites/{}", noite.json["id"].as_str().unwrap())
    }

    /// Runs today's night to its end: from then on an action is due for each debtor.
    pub(crate) async fn night(&self) {
        let noite = self.open_night().await;
        wait_until(PRAZO, async || self.motor.get(&noite).await.expect(200).json["estado"] == "concluida")
            .await;
    }

    /// The same company, as the API of `processo` sees it.
    pub(crate) async fn at(&self, processo: &mut Processo) -> Http {
        self.titulos.at(&processo.url().await)
    }
}

/// Every execution of the company, page after page.
pub(crate) async fn executions(dispatcher: &Http) -> Vec<Value> {
    let (mut itens, mut cursor) = (Vec::new(), String::new());
    loop {
        let pagina = dispatcher.get(&format!("/v1/execucoes?limite=500{cursor}")).await.expect(200).json;
        itens.extend(pagina["itens"].as_array().unwrap().iter().cloned());
        match pagina["proximo_cursor"].as_str() {
            Some(proximo) => cursor = format!("&cursor={proximo}"),
            None => return itens,
        }
    }
}

/// A binary of the workspace, beside our own.
pub(crate) fn binary(nome: &str) -> PathBuf {
    let caminho = Path::new(env!("CARGO_BIN_EXE_cobranca")).with_file_name(nome);
    assert!(
        caminho.exists(),
        "falta o binário `{nome}` em {}: rode `cargo build --workspace` (ou `make test`)",
        caminho.parent().unwrap().display()
    );
    caminho
}

fn daytime_zone() -> Tz {
    let agora = Relogio::Sistema.agora();
    let claro = |fuso: &Tz| DIA_CLARO.contains(&agora.with_timezone(fuso).hour());
    FUSOS.into_iter().find(claro).expect("it is day in one half of the world")
}
