//! The services put together in one process.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use batch_action::{Arquivista, Trabalhador};
use bus::Bus;
use cartas::Impressora;
use dispatcher::{Ajustes, Descadastro, Dispatcher, Saida};
use domain::execucao::Canal;
use providers::caixa::{Caixa, Roteiro};
use providers::consultora::{self, Consultora};
use providers::email::{ClienteSmtp, Config as ConfigSmtp, Tls};
use providers::enriquecimento::{ClienteEnriquecimento, Tarifa};
use providers::http;
use providers::operadora::{self, Operadora};
use providers::sms::ClienteSms;
use regua_engine::Engine;
use runtime::{Config, Deposito, Encerramento, Relogio};
use servico::Contexto;
use store::disparos::{self, Prazos};
use store::{Banco, Papel};
use tokio::task::JoinHandle;
use uuid::Uuid;
use web::{InfoApi, ServiceConfig};

use crate::{Resultado, relogio};

/// What the OpenAPI document of the whole says of itself.
pub const INFO: InfoApi = InfoApi {
    titulo: "cobranca",
    descricao: "Cobrança automática: títulos, réguas, noites, disparos e ações em lote. Todos os serviços em um endereço.",
    versao: "1",
};

/// What is queued is nobody's, and what is in doubt stays so.
const TUDO_DE_VOLTA: Prazos = Prazos { fila: Duration::ZERO, revisao: Duration::MAX };

/// The running whole. Dropped without [`Sistema::stop`], its loops end with the process.
pub struct Sistema {
    addr: SocketAddr,
    fim: Encerramento,
    tarefas: Vec<JoinHandle<()>>,
    servidor: JoinHandle<io::Result<()>>,
    bus: Arc<dyn Bus>,
    impressora: Arc<Impressora>,
    saida: Option<PathBuf>,
}

/// Where the whole runs.
pub struct Lugar {
    /// The clock of every part.
    pub relogio: Relogio,
    /// Where the API listens.
    pub listener: TcpListener,
}

impl Sistema {
    /// Starts every service. The database must be migrated.
    ///
    /// # Errors
    /// The configuration, the database, the broker's address or the mail server's cannot be used.
    pub async fn start(config: &Config, lugar: Lugar, fim: Encerramento) -> Resultado<Self> {
        let url = config.banco.url.as_ref().ok_or("defina DATABASE_URL com o endereço do PostgreSQL")?;
        let conectar = |papel| Banco::connect(url.expor(), papel, config.banco.conexoes);
        let contexto = |banco| Contexto { banco, relogio: lugar.relogio.clone() };
        let titulos = contexto(conectar(Papel::Titulos)?);

        let bus = bus(config)?;
        let Provedores { saidas, dir: saida, praca } =
            providers(config, lugar.listener.local_addr()?).await?;
        if config.amqp.url.is_none() {
            put_back(conectar(Papel::Dispatcher)?, &saidas).await?;
        }
        let impressora = Impressora::new(
            Banco::connect(url.expor(), Papel::Dispatcher, cartas::CONEXOES)?,
            lugar.relogio.clone(),
            cartas::Ajustes::from_config(config),
        );
        let mut ajustes = Ajustes::from_config(config);
        if let Some(dir) = &saida {
            ajustes.bureau = ajustes.bureau.at_once(dir.join(DIR_BUREAU));
        }
        let engine = Engine::new(conectar(Papel::ReguaEngine)?, lugar.relogio.clone());
        let dispatcher = Dispatcher::new(
            conectar(Papel::Dispatcher)?,
            Arc::clone(&bus),
            saidas,
            lugar.relogio.clone(),
            ajustes,
        );

        let (trabalhador, arquivista) = batches(url.expor(), &lugar.relogio, config)?;
        let autenticador = servico::autenticador(titulos.clone());
        let titulos_api = titulos::Contexto::new(titulos.clone());
        let importador = importer(url.expor(), &lugar.relogio, &titulos_api)?;
        let mut servidor = web::ServerConfig::new(lugar.listener, INFO, autenticador).with(&config.http);
        servidor.pronto = dispatcher::readiness(&servico::prontidao(titulos.banco.clone()), Arc::clone(&bus));
        servidor.publicas = dispatcher::PUBLICAS.to_vec();
        let rotas = Rotas {
            regua: regua_engine::Contexto::new(contexto(conectar(Papel::ReguaEngine)?), Arc::clone(&engine)),
            disparo: dispatcher::Contexto::new(
                contexto(conectar(Papel::Dispatcher)?),
                Arc::clone(&dispatcher),
            ),
            lote: batch_action::Contexto::new(contexto(conectar(Papel::Lote)?), Arc::clone(&trabalhador)),
            titulos: titulos_api,
            relogio: lugar.relogio.clone(),
        };
        let servidor = web::serve(servidor, move |cfg| rotas.clone().configure(cfg))?;
        let addr = servidor.addr();
        tracing::info!(http.endereco = %addr, "cobranca no ar");
        let fim_http = fim.clone();
        let servidor = tokio::spawn(async move { servidor.run_until(&fim_http).await });
        let tarefas = vec![
            tokio::spawn(engine.run(fim.clone())),
            tokio::spawn(importador.run(fim.clone())),
            tokio::spawn(together(trabalhador.run(fim.clone()), arquivista.run(fim.clone()))),
            tokio::spawn(Arc::clone(&impressora).run(fim.clone())),
            tokio::spawn(keep(praca, dispatcher.run(fim.clone()))),
        ];
        Ok(Self { addr, fim, tarefas, servidor, bus, impressora, saida })
    }

    /// Where the API listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Where the sandbox mailbox writes, when there is one.
    #[must_use]
    pub fn saida(&self) -> Option<&Path> {
        self.saida.as_deref()
    }

    /// Prints every letter that is in no file yet and that nothing holds back.
    ///
    /// # Errors
    /// The database cannot be used, or a file cannot be written.
    pub async fn print_letters(&self) -> Resultado {
        let impressora = Arc::clone(&self.impressora);
        tokio::task::spawn_blocking(move || impressora.round(true)).await??;
        Ok(())
    }

    /// Waits until the end is asked for, then puts down what is in flight.
    ///
    /// # Errors
    /// The server failed.
    pub async fn wait(self) -> Resultado {
        self.servidor.await??;
        for tarefa in self.tarefas {
            tarefa.await?;
        }
        self.bus.close().await;
        Ok(())
    }

    /// Asks for the end and waits for it.
    ///
    /// # Errors
    /// The server failed.
    pub async fn stop(self) -> Resultado {
        self.fim.pedir();
        self.wait().await
    }
}

/// A bus inside the process begins empty: what the last process left in its queue is published again at once, and on channels on
/// which that is safe what may have left is asked for again (0036).
async fn put_back(banco: Banco, saidas: &[Saida]) -> Resultado<()> {
    let repetiveis: Vec<Canal> =
        saidas.iter().filter(|saida| saida.idempotente()).map(Saida::canal).collect();
    tokio::task::spawn_blocking(move || disparos::sweep(&banco, TUDO_DE_VOLTA, &repetiveis)).await??;
    Ok(())
}

fn batches(url: &str, relogio: &Relogio, config: &Config) -> Resultado<(Arc<Trabalhador>, Arc<Arquivista>)> {
    let banco = Banco::connect(url, Papel::Lote, batch_action::CONEXOES)?;
    let trabalhador = Trabalhador::new(banco, relogio.clone());
    let banco = Banco::connect(url, Papel::Lote, batch_action::CONEXOES_DO_ARQUIVISTA)?;
    let arquivos = Deposito::new(&config.arquivos.dir);
    Ok((trabalhador, Arquivista::new(banco, relogio.clone(), arquivos)))
}

async fn together(uma: impl Future<Output = ()>, outra: impl Future<Output = ()>) {
    tokio::join!(uma, outra);
}

fn importer(url: &str, relogio: &Relogio, api: &titulos::Contexto) -> Resultado<Arc<titulos::Importador>> {
    let banco = Banco::connect(url, Papel::Titulos, titulos::CONEXOES_DO_IMPORTADOR)?;
    Ok(titulos::Importador::new(banco, relogio.clone(), api))
}

/// The sandbox must live as long as whoever sends to it.
async fn keep(praca: Option<Praca>, work: impl Future<Output = ()>) {
    work.await;
    drop(praca);
}

/// The routes of every service, as each worker thread of the server adds them.
#[derive(Clone)]
struct Rotas {
    titulos: titulos::Contexto,
    regua: regua_engine::Contexto,
    disparo: dispatcher::Contexto,
    lote: batch_action::Contexto,
    relogio: Relogio,
}

impl Rotas {
    fn configure(self, cfg: &mut ServiceConfig<'_>) {
        relogio::configure(cfg, self.relogio);
        titulos::configure(cfg, self.titulos);
        regua_engine::configure(cfg, self.regua);
        dispatcher::configure(cfg, self.disparo);
        batch_action::configure(cfg, self.lote);
    }
}

fn bus(config: &Config) -> Resultado<Arc<dyn Bus>> {
    Ok(match &config.amqp.url {
        Some(url) => Arc::new(bus::amqp::Amqp::connect(url.expor(), "cobranca")?),
        None => Arc::new(bus::local::Local::new()),
    })
}

/// What is sent with, and, in the sandbox, the providers of our own on this machine and where they write.
struct Provedores {
    saidas: Vec<Saida>,
    dir: Option<PathBuf>,
    praca: Option<Praca>,
}

/// The providers of the sandbox: full peers that write what they were sent.
struct Praca {
    _caixa: Caixa,
    _operadora: Operadora,
    _consultora: Consultora,
}

/// Where under the sandbox's directory the texts are.
pub const DIR_SMS: &str = "sms";
/// Where under it the questions about debtors and the answers to them are.
pub const DIR_ENRIQUECIMENTO: &str = "enriquecimento";
/// What an answer costs in the sandbox, as one would elsewhere.
const TARIFA: Tarifa = Tarifa { centavos: 12, cobra_sem_achado: false };
/// Where under it the files of letters are too.
pub const DIR_CARTAS: &str = "cartas";
/// Where under the sandbox's directory the files of the bureau are.
pub const DIR_BUREAU: &str = "bureau";

async fn providers(config: &Config, aqui: SocketAddr) -> Resultado<Provedores> {
    if !config.sandbox.ativo {
        let saidas = dispatcher::saidas(config).map_err(|erro| format!("{erro}; ou use --sandbox"))?;
        return Ok(Provedores { saidas, dir: None, praca: None });
    }
    let dir = config.sandbox.saida_dir.clone();
    let caixa = Caixa::start(&dir, Roteiro::normal()).await?;
    let sessoes = config.dispatcher.concorrencia;
    let mut smtp = ConfigSmtp::new(caixa.addr().ip().to_string(), caixa.addr().port(), Tls::Nenhum);
    smtp.max_sessoes = sessoes.into();
    let mut remetente = dispatcher::remetente(config)?;
    if remetente.descadastro.is_none() {
        // Good for as long as this process serves them.
        let segredo = [Uuid::new_v4(), Uuid::new_v4()].map(|parte| parte.simple().to_string()).concat();
        remetente.descadastro = Descadastro::from_config(Some(&format!("http://{aqui}")), Some(&segredo))?;
    }
    let operadora = Operadora::start(dir.join(DIR_SMS), operadora::Roteiro::normal()).await?;
    let http = http::Config {
        permite_rede_interna: true,
        conexoes_por_destino: sessoes.into(),
        ..http::Config::default()
    };
    let http = Arc::new(http::Cliente::new(&http)?);
    let sms = ClienteSms::new(operadora.config(None), Arc::clone(&http))?;
    let consultora = Consultora::start(dir.join(DIR_ENRIQUECIMENTO), consultora::Roteiro::normal()).await?;
    let enriquecimento = ClienteEnriquecimento::new(consultora.config(TARIFA, None), http)?;
    let saidas = vec![
        Saida::Email { cliente: Box::new(ClienteSmtp::new(smtp)?), remetente: Box::new(remetente), sessoes },
        Saida::Sms { cliente: sms },
        Saida::Carta,
        Saida::Enriquecimento { cliente: enriquecimento },
        Saida::Negativacao,
    ];
    let praca = Praca { _caixa: caixa, _operadora: operadora, _consultora: consultora };
    Ok(Provedores { saidas, dir: Some(dir), praca: Some(praca) })
}

/// What of `proto-docs/` is generated, by its path there: the OpenAPI document of each service and of the whole, and the
/// page of error codes. No server is started and no database asked.
///
/// # Errors
/// A document cannot be written as JSON, which no document is known to cause.
pub fn documents() -> Resultado<Vec<(&'static str, String)>> {
    let todas = |cfg: &mut ServiceConfig<'_>| {
        relogio::routes(cfg);
        titulos::routes(cfg);
        regua_engine::routes(cfg);
        dispatcher::routes(cfg);
        batch_action::routes(cfg);
    };
    let openapi = [
        ("openapi/titulos.json", web::documento(titulos::INFO, titulos::routes)),
        ("openapi/regua-engine.json", web::documento(regua_engine::INFO, regua_engine::routes)),
        ("openapi/dispatcher.json", web::documento(dispatcher::INFO, dispatcher::routes)),
        ("openapi/batch-action.json", web::documento(batch_action::INFO, batch_action::routes)),
        ("openapi/cobranca.json", web::documento(INFO, todas)),
    ];
    let mut documentos = vec![("errors.md", error_page()), ("reasons.md", regua_engine::reasons_page())];
    for (nome, documento) in openapi {
        documentos.push((nome, documento.to_pretty_json()? + "\n"));
    }
    Ok(documentos)
}

const CABECALHO_DE_ERROS: &str = "# Erros\n\nToda recusa é `application/problem+json` (RFC 9457), em português, com um \
`codigo` estável. `erros` traz todos os campos recusados de uma vez, cada um com o caminho (JSON Pointer) em `campo`. \
Esta página é gerada do código.\n\n";

const CABECALHO_DE_LINHAS: &str = "## Linhas de um arquivo\n\nO `codigo` de cada erro de uma importação \
(`GET /v1/importacoes/{id}/erros` e `erros.csv`). Linhas de NDJSON têm também os códigos de campo acima.\n\n\
| código de linha | quando, e o que fazer |\n|---|---|\n";

const CABECALHO_DE_PLANILHAS: &str = "## Linhas da planilha de uma ação em lote\n\nO `codigo` de cada erro de uma linha, quando nenhuma é \
boa (`PUT /v1/acoes-em-lote/{id}/planilha`): estes, e os de linhas de um arquivo.\n\n| código de linha | quando, e o que fazer |\n|---|---|\n";

/// The codes of every service.
fn error_page() -> String {
    let tabelas = web::problema::codigos::markdown(&[
        web::problema::codigos::COMUNS,
        relogio::CODIGOS,
        titulos::CODIGOS,
        regua_engine::CODIGOS,
        dispatcher::CODIGOS,
        batch_action::CODIGOS,
    ]);
    let de_campo = titulos::CODIGOS_DE_CAMPO.iter().chain(regua_engine::CODIGOS_DE_CAMPO);
    let de_campo = de_campo.chain(servico::textos::CODIGOS_DE_CAMPO).chain(batch_action::CODIGOS_DE_CAMPO);
    let linhas: Vec<String> =
        de_campo.map(|(codigo, quando)| format!("| `{codigo}` | {quando} |\n")).collect();
    let de_linha = titulos::line_codes().into_iter();
    let de_linha: Vec<String> =
        de_linha.map(|(codigo, quando)| format!("| `{codigo}` | {quando} |\n")).collect();
    let de_lote = batch_action::line_codes().iter();
    let de_lote: Vec<String> =
        de_lote.map(|(codigo, quando)| format!("| `{codigo}` | {quando} |\n")).collect();
    let (tabelas, campos, de_linha) = (tabelas.trim_end(), linhas.concat(), de_linha.concat());
    let de_lote = de_lote.concat();
    format!(
        "{CABECALHO_DE_ERROS}{tabelas}\n{campos}\n{CABECALHO_DE_LINHAS}{de_linha}\n{CABECALHO_DE_PLANILHAS}{de_lote}"
    )
}
