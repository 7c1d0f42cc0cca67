//! The services as processes of their own on one database, one broker, one mailbox and one carrier, and companies that use them.
#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{Days, NaiveDate, Timelike as _};
use chrono_tz::Tz;
use cobranca::comandos::empresa::{Pedido, make};
use providers::caixa::{Caixa, Roteiro};
use providers::operadora::{self, Operadora};
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

const CONFIG: &str = "cobranca.toml";
/// The provider of SMS as configured: the sandbox carrier, which makes one message of a key.
const SMS: &str = r#"
[dispatcher]
rede_interna = true
[sms]
provedor = "http"
corpo = '{"de": "{remetente}", "para": "{para}", "texto": "{texto}", "chave": "{chave}"}'
remetente = "COBRANCA"
idempotente = true
[sms.resposta]
campo = "/situacao"
valores = ["aceita"]
id = "/id"
codigo = "/erro"
[sms.recibos]
segredo = "segredo-dos-recibos-daqui"
lista = "/recibos"
chave = "/chave"
id = "/id"
estado = "/estado"
estados = { enviada = "enviada", entregue = "entregue", lida = "lida", devolvida = "devolvida" }
"#;

/// `titulos` and `regua-engine` running, and what a dispatcher needs.
pub(crate) struct Casa {
    pub(crate) banco: Banco,
    pub(crate) caixa: Caixa,
    pub(crate) operadora: Operadora,
    pub(crate) titulos: Processo,
    pub(crate) motor: Processo,
    /// How many companies there are: no telephone is of two.
    empresas: usize,
    amqp: String,
    saida: TempDir,
}

/// A company with one régua, whose windows are open, and its key.
pub(crate) struct Empresa {
    pub(crate) id: Uuid,
    pub(crate) titulos: Http,
    pub(crate) motor: Http,
    pub(crate) hoje: NaiveDate,
    ordem: usize,
}

impl Casa {
    /// Starts the two services, on a mailbox that does what `roteiro` says. No dispatcher is running yet.
    pub(crate) async fn start(amqp: &str, roteiro: Roteiro) -> Self {
        Self::on(Banco::new(), amqp, (roteiro, operadora::Roteiro::normal())).await
    }

    /// The same on this database, also with a carrier that does as told.
    pub(crate) async fn on(
        banco: Banco,
        amqp: &str,
        (roteiro, da_operadora): (Roteiro, operadora::Roteiro),
    ) -> Self {
        let saida = tempfile::tempdir().unwrap();
        let caixa = Caixa::start(saida.path().join("email"), roteiro).await.unwrap();
        let operadora = Operadora::start(saida.path().join("sms"), da_operadora).await.unwrap();
        fs::write(saida.path().join(CONFIG), SMS).unwrap();
        let url = [("DATABASE_URL", banco.url())];
        let titulos = Processo::start(&binary("titulos"), &[], &url);
        let motor = Processo::start(&binary("regua-engine"), &[], &url);
        Self { banco, caixa, operadora, titulos, motor, empresas: 0, amqp: amqp.to_owned(), saida }
    }

    /// Starts a dispatcher, told what `ajustes` says besides.
    pub(crate) fn dispatcher(&self, ajustes: &[(&str, &str)]) -> Processo {
        self.with_everything("dispatcher", &[], ajustes)
    }

    /// Starts a binary that is told of database, broker, mailbox and carrier.
    pub(crate) fn with_everything(&self, nome: &str, args: &[&str], ajustes: &[(&str, &str)]) -> Processo {
        let porta = self.caixa.addr().port().to_string();
        let config = self.saida.path().join(CONFIG);
        let operadora = format!("http://{}/sms", self.operadora.addr());
        let mut ambiente = vec![
            ("COBRANCA_CONFIG", config.to_str().unwrap()),
            ("COBRANCA_SMS__URL", &operadora),
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
        let posicoes = json!([{"dias": 0, "acoes": [acao]}]);
        self.empresa_of(&posicoes, ("00:00", "23:59")).await
    }

    /// A company whose régua has these positions, and that sends between these hours of every day.
    pub(crate) async fn empresa_of(&mut self, posicoes: &Value, horas: (&str, &str)) -> Empresa {
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
            ordem: self.empresas,
        };
        self.empresas += 1;
        empresa.send_between(fuso, horas).await;
        empresa.activate_regua(posicoes).await;
        empresa
    }
}

impl Empresa {
    /// Windows from one hour to the other on every day, and no night that begins by itself while a test runs.
    async fn send_between(&self, fuso: Tz, (inicio, fim): (&str, &str)) {
        let dias = ["seg", "ter", "qua", "qui", "sex", "sab", "dom"];
        let janela = |canal| json!({"canal": canal, "inicio": inicio, "fim": fim, "dias": dias});
        let janelas = [janela("email"), janela("sms")];
        let mudanca = json!({"fuso": fuso.name(), "hora_noite": "23:59", "janelas": janelas});
        let mudada = self.titulos.patch("/v1/empresa", &mudanca).await;
        assert_eq!(mudada.status, 200, "{}", mudada.text);
    }

    async fn activate_regua(&self, posicoes: &Value) {
        let regua = json!({"nome": "r", "posicoes": posicoes});
        let criada = self.motor.post("/v1/reguas", &regua).await.expect(201);
        let ativacao = format!("/v1/reguas/{}/ativacao", criada.json["id"].as_str().unwrap());
        assert_eq!(self.motor.post(&ativacao, &json!({})).await.status, 200);
    }

    /// Pushes the overdue título of each of so many debtors. The address of the nth is `d<n>@example.com`, and the number is
    /// [`Empresa::telefone`].
    pub(crate) async fn push(&self, devedores: usize) {
        let vencimento = self.hoje - Days::new(10);
        let todos: Vec<Value> = (0..devedores).map(|n| self.titulo(n, 0, vencimento)).collect();
        self.push_these(&todos).await;
    }

    /// Pushes títulos that are new.
    pub(crate) async fn push_these(&self, titulos: &[Value]) {
        for lote in titulos.chunks(LOTE) {
            let resposta = self.titulos.put("/v1/titulos", &json!(lote)).await.expect(200);
            assert_eq!(resposta.json["criados"], lote.len(), "{}", resposta.text);
        }
    }

    /// One more título of the nth debtor.
    pub(crate) fn titulo(&self, n: usize, mais: usize, vencimento: NaiveDate) -> Value {
        json!({
            "codigo_integracao": format!("t{n}-{mais}"), "vencimento": vencimento, "valor": "100.00",
            "devedor": {
                "codigo_integracao": format!("d{n}"), "nome": "Maria da Silva",
                "emails": [format!("d{n}@example.com")], "telefones": [self.telefone(n)],
            },
        })
    }

    /// The mobile number of the nth debtor: nobody else's.
    pub(crate) fn telefone(&self, n: usize) -> String {
        format!("+55119{:08}", 10_000_000 + self.ordem * 100_000 + n)
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

/// A zone in which it is day.
pub(crate) fn daytime_zone() -> Tz {
    let agora = Relogio::Sistema.agora();
    let claro = |fuso: &Tz| DIA_CLARO.contains(&agora.with_timezone(fuso).hour());
    FUSOS.into_iter().find(claro).expect("it is day in one half of the world")
}
