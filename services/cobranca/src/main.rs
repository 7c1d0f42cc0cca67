//! The command line of cobranca.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand};
use cobranca::cliente::Cliente;
use cobranca::comandos::importar::{Colunas, Modo};
use cobranca::replay::Contestacao;
use cobranca::{Resultado, comandos, terminal};
use runtime::config::Log;
use runtime::{Config, iniciar_telemetria};

/// Cobrança automática: títulos entram, a régua anda toda noite, e-mails saem uma vez só.
#[derive(Parser)]
#[command(name = "cobranca", version, about, disable_help_subcommand = true)]
struct Linha {
    #[command(subcommand)]
    comando: Comando,
}

#[derive(Subcommand)]
enum Comando {
    /// Serve a API, o motor da régua e o disparador em um só processo.
    Servir {
        /// Nada sai da máquina, e o relógio pode ser movido por PUT /v1/relogio.
        #[arg(long)]
        sandbox: bool,
    },
    /// Aplica as migrações ao banco.
    Migrar,
    /// Empresas.
    #[command(subcommand)]
    Empresa(Empresa),
    /// Escreve uma carteira de exemplo em CSV, a mesma para a mesma semente.
    GerarCarteira {
        /// Semente.
        #[arg(long, default_value_t = 1)]
        semente: u64,
        /// Quantos devedores.
        #[arg(long, default_value_t = 300)]
        devedores: u32,
        /// Dia em torno do qual ficam os vencimentos.
        #[arg(long, default_value = "2026-03-02")]
        base: NaiveDate,
        /// Arquivo; sem ele, a saída padrão.
        #[arg(long)]
        saida: Option<PathBuf>,
    },
    /// Carrega um arquivo de títulos pela API, e diz por que cada linha recusada o foi.
    Importar(Importar),
    /// Roda a noite da empresa e mostra o andamento.
    Noite {
        /// Data da noite; sem ela, hoje no fuso da empresa.
        #[arg(long)]
        data: Option<NaiveDate>,
        #[command(flatten)]
        api: Api,
    },
    /// Decide de novo cada devedor de uma empresa e mostra onde as noites deixaram outra coisa.
    Conferir {
        /// Id da empresa.
        empresa: uuid::Uuid,
    },
    /// Anda uma carteira pelas suas próprias datas, no relógio do sandbox e em um banco só dela.
    Replay(Replay),
    /// Mostra o trabalho principal em sessenta noites de uma carteira de exemplo.
    Demo,
    /// Escreve o que em proto-docs/ é gerado do código: os documentos OpenAPI e a página de erros.
    Documentos {
        /// Pasta.
        #[arg(default_value = "proto-docs")]
        dir: PathBuf,
    },
}

#[derive(Subcommand)]
enum Empresa {
    /// Cria uma empresa e mostra, uma única vez, a sua primeira chave de API.
    Criar {
        /// Nome que os devedores leem.
        nome: String,
        /// CNPJ ou CPF.
        #[arg(long)]
        documento: Option<String>,
        /// Endereço de que saem os e-mails.
        #[arg(long)]
        remetente: String,
    },
    /// Cria mais uma chave de API com todos os escopos, e a mostra uma única vez: para quem ficou sem nenhuma.
    Chave {
        /// Id da empresa.
        empresa: uuid::Uuid,
        /// Para que serve.
        #[arg(long, default_value = "chave do terminal")]
        nome: String,
    },
}

/// Where the API is, and with which key it is spoken to.
#[derive(Args)]
struct Api {
    /// Endereço da API.
    #[arg(long, env = "COBRANCA_URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// Chave de API com os escopos do comando: titulos:ler e titulos:escrever, ou noites:executar.
    #[arg(long, env = "COBRANCA_CHAVE", hide_env_values = true)]
    chave: String,
}

impl Api {
    fn client(&self) -> Resultado<Cliente> {
        Cliente::new(&self.url, &self.chave)
    }
}

#[derive(Args)]
struct Importar {
    /// O arquivo: CSV, NDJSON (.ndjson, .jsonl) ou XLSX (.xlsx); também comprimido (.gz).
    arquivo: PathBuf,
    /// Mapa de colunas (TOML), guardado na API com o nome do arquivo; sem ele, as colunas da carteira de exemplo.
    #[arg(long)]
    mapa: Option<PathBuf>,
    /// Nome de um mapa já guardado na API.
    #[arg(long, conflicts_with = "mapa")]
    mapeamento: Option<String>,
    #[command(flatten)]
    api: Api,
    /// Onde escrever as linhas recusadas (CSV); sem ele, <arquivo>.relatorio.csv ao lado do arquivo.
    #[arg(long)]
    relatorio: Option<PathBuf>,
    /// O arquivo é a carteira inteira: o que está em aberto e falta nele é cancelado.
    #[arg(long)]
    completo: bool,
    /// Percentual dos títulos em aberto que pode ser cancelado sem confirmação; sem ele, 10.
    #[arg(long, requires = "completo", value_parser = clap::value_parser!(u8).range(0..=100))]
    limite_cancelamento: Option<u8>,
    /// Código de um credor: o arquivo é a carteira inteira só dele.
    #[arg(long, requires = "completo")]
    credor: Option<String>,
    /// Só diz o que seria feito; nada é gravado.
    #[arg(long)]
    simular: bool,
}

impl From<Importar> for comandos::importar::Pedido {
    fn from(pedido: Importar) -> Self {
        let Importar { arquivo, mapa, mapeamento, relatorio, completo, simular, .. } = pedido;
        let guardadas = mapeamento.map_or(Colunas::Nossas, Colunas::Guardadas);
        let inteiro = Modo::Completo { limite: pedido.limite_cancelamento, credor: pedido.credor };
        let modo = if completo { inteiro } else { Modo::Parcial };
        Self { arquivo, colunas: mapa.map_or(guardadas, Colunas::Mapa), relatorio, modo, simular }
    }
}

#[derive(Args)]
struct Replay {
    /// O CSV.
    arquivo: PathBuf,
    /// Mapa de colunas (TOML).
    #[arg(long)]
    mapa: Option<PathBuf>,
    /// Régua (JSON, como em POST /v1/reguas).
    #[arg(long)]
    regua: PathBuf,
    /// Primeira noite; sem ela, a primeira emissão.
    #[arg(long)]
    de: Option<NaiveDate>,
    /// Última noite; sem ela, dois dias depois da última data.
    #[arg(long)]
    ate: Option<NaiveDate>,
    /// Um título contestado e não pago é suspenso tantos dias depois do vencimento.
    #[arg(long, requires = "contestado_reabre")]
    contestado_suspende: Option<u16>,
    /// E reaberto tantos dias depois do vencimento.
    #[arg(long, requires = "contestado_suspende")]
    contestado_reabre: Option<u16>,
}

impl From<Replay> for comandos::replay::Pedido {
    fn from(pedido: Replay) -> Self {
        let Replay { arquivo, mapa, regua, de, ate, contestado_suspende, contestado_reabre } = pedido;
        let contestacao = contestado_suspende
            .zip(contestado_reabre)
            .map(|(suspende_apos, reabre_apos)| Contestacao { suspende_apos, reabre_apos });
        Self { arquivo, mapa, regua, de, ate, contestacao }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Linha::parse().comando).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(erro) => {
            terminal::note(&format!("cobranca: {erro}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(comando: Comando) -> Resultado {
    let mut config = Config::load()?;
    // A command at the terminal speaks for itself; only a server's log is its output.
    if !matches!(comando, Comando::Servir { .. }) && config.log == Log::default() {
        "warn".clone_into(&mut config.log.filtro);
    }
    iniciar_telemetria(&config.log)?;
    match comando {
        Comando::Servir { sandbox } => {
            config.sandbox.ativo |= sandbox;
            comandos::servir::run(&config).await
        }
        Comando::Migrar => comandos::servir::migrate(&config).await,
        Comando::Empresa(Empresa::Criar { nome, documento, remetente }) => {
            let pedido = comandos::empresa::Pedido { nome, documento, remetente };
            tokio::task::spawn_blocking(move || comandos::empresa::create(&config, &pedido)).await?
        }
        Comando::Empresa(Empresa::Chave { empresa, nome }) => {
            let empresa = domain::ids::EmpresaId::new(empresa);
            tokio::task::spawn_blocking(move || comandos::empresa::create_key(&config, empresa, &nome))
                .await?
        }
        Comando::GerarCarteira { semente, devedores, base, saida } => {
            comandos::carteira::run(semente, devedores, base, saida.as_deref())
        }
        Comando::Importar(pedido) => {
            let api = pedido.api.client()?;
            comandos::importar::run(&api, &pedido.into()).await
        }
        Comando::Noite { data, api } => comandos::noite::run(&api.client()?, data).await,
        Comando::Conferir { empresa } => {
            tokio::task::spawn_blocking(move || comandos::conferir::run(&config, empresa)).await?
        }
        Comando::Replay(pedido) => comandos::replay::run(&config, &pedido.into()).await,
        Comando::Demo => comandos::demo::run(&config).await,
        Comando::Documentos { dir } => comandos::documentos::run(&dir),
    }
}
