//! `cobranca replay`: a portfolio walked over its own dates on the sandbox clock, in a database of its own.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use chrono_tz::Tz;
use reqwest::Method;
use runtime::{Config, Encerramento, Relogio};
use serde_json::{Value, json};
use sheets::{LinhaTitulo, LinhasImportadas, Mapa};

use super::empresa::{self, Pedido as PedidoEmpresa};
use super::importar::read_mapa;
use super::relatorio::{Acoes, Contagem};
use crate::cliente::Cliente;
use crate::replay::{Contestacao, Historia, Pagamentos, instant};
use crate::sistema::{DIR_BUREAU, DIR_CARTAS, DIR_ENRIQUECIMENTO, DIR_SMS, Lugar, Sistema};
use crate::{Resultado, terminal};

/// The zone of the company that is made for the walk.
const FUSO: Tz = Tz::America__Sao_Paulo;
/// Database that a walk makes anew each time, beside the one that `DATABASE_URL` names.
const BANCO: &str = "cobranca_replay";
/// Hour of the company's own nights: later than the clock of a walk ever stands.
const HORA_DA_NOITE: &str = "23:59";

/// What the person gave.
pub struct Pedido {
    /// The portfolio.
    pub arquivo: PathBuf,
    /// The column mapping; without one, the columns of our own sample.
    pub mapa: Option<PathBuf>,
    /// The régua, as the API takes it.
    pub regua: PathBuf,
    /// First day; without one, the first issue in the portfolio.
    pub de: Option<NaiveDate>,
    /// Last day; without one, two days after the last date in the portfolio.
    pub ate: Option<NaiveDate>,
    /// How contested títulos are held back; without it they are not.
    pub contestacao: Option<Contestacao>,
}

/// Walks a portfolio and prints what came of it.
///
/// # Errors
/// The files, the database or the configuration cannot be used, or a message was lost or doubled.
pub async fn run(config: &Config, pedido: &Pedido) -> Resultado {
    let mapa = read_mapa(pedido.mapa.as_deref())?;
    let linhas = read_lines(&fs::read(&pedido.arquivo)?, mapa)?;
    let regua = serde_json::from_slice(&fs::read(&pedido.regua)?)?;
    let (de, ate) = Historia::span(&linhas).ok_or("a carteira não tem nenhuma linha válida")?;
    let entre = (pedido.de.unwrap_or(de), pedido.ate.unwrap_or(ate));
    let historia = Historia::new(&linhas, entre, Pagamentos::AntesDaNoite);
    let historia = match pedido.contestacao {
        Some(contestacao) => historia.contested(&linhas, contestacao),
        None => historia,
    };
    walk(config, "replay", &historia, &regua, async |_: &Cliente| Ok(())).await
}

/// The lines that can be read; the others are told.
///
/// # Errors
/// The sheet as a whole cannot be read.
pub fn read_lines(csv: &[u8], mapa: Mapa) -> Resultado<Vec<LinhaTitulo>> {
    let mut linhas = Vec::new();
    for lida in LinhasImportadas::new(csv, mapa)? {
        match lida {
            Ok(titulo) => linhas.push(titulo),
            Err(recusa) => terminal::note(&recusa.to_string()),
        }
    }
    Ok(linhas)
}

/// Starts everything on a fresh database and an empty mailbox, does what is to be done before the first night, walks the history
/// through the API, and prints the table and the count.
///
/// # Errors
/// Something cannot be used, or a message was lost or doubled.
pub async fn walk(
    config: &Config,
    nome: &str,
    historia: &Historia,
    regua: &Value,
    prepare: impl AsyncFnOnce(&Cliente) -> Resultado,
) -> Resultado {
    let url = config
        .banco
        .url
        .as_ref()
        .ok_or("defina DATABASE_URL com o endereço do PostgreSQL")?
        .expor()
        .to_owned();
    terminal::note("preparando o banco…");
    let url = tokio::task::spawn_blocking(move || store::recreate(&url, BANCO)).await??;
    let config = sandboxed(config, &url, nome);
    empty_mailbox(&config.sandbox.saida_dir)?;

    let relogio = Relogio::sandbox(instant(FUSO, historia.de, (0, 0))?);
    let pedido = PedidoEmpresa {
        nome: "Escola Campoverde".to_owned(),
        documento: None,
        remetente: "cobranca@example.com".to_owned(),
    };
    let relogio_da_chave = relogio.clone();
    let (_, chave) =
        tokio::task::spawn_blocking(move || empresa::make(&url, &pedido, &relogio_da_chave)).await??;
    let lugar = Lugar { relogio, listener: TcpListener::bind((Ipv4Addr::LOCALHOST, 0))? };
    let sistema = Sistema::start(&config, lugar, Encerramento::new()).await?;
    let api = Cliente::new(&format!("http://{}", sistema.addr()), &chave)?;
    // The walk asks for its nights itself: one that ran by itself would begin before the day's títulos are there.
    api.call(Method::PATCH, "/v1/empresa", Some(&json!({ "hora_noite": HORA_DA_NOITE }))).await?;
    prepare(&api).await?;
    api.create_regua(regua).await?;
    historia.walk(&api, FUSO).await?;

    sistema.print_letters().await?;
    let acoes = Acoes::read(&api).await?;
    terminal::line(&acoes.table());
    terminal::line(&acoes.by_channel());
    let contagem = acoes.count(&config.sandbox.saida_dir)?;
    sistema.stop().await?;
    let saida = &config.sandbox.saida_dir;
    let sob = |dir: &str| saida.join(dir).display().to_string();
    terminal::line(&format!(
        "e-mails em {}, SMS em {}, consultas em {}, remessas em {}",
        saida.display(),
        sob(DIR_SMS),
        sob(DIR_ENRIQUECIMENTO),
        sob(DIR_BUREAU)
    ));
    conclude(nome, contagem)
}

/// The same configuration with the walk's own database and mailbox, and with nothing that leaves the machine.
fn sandboxed(config: &Config, url: &str, nome: &str) -> Config {
    let mut config = config.clone();
    config.sandbox.saida_dir.push(nome);
    config.arquivos.dir.push(nome);
    config.arquivos.espera_s = 0; // a day of the walk is shorter than any wait
    config.banco.url = Some(runtime::config::Segredo::new(url));
    config.sandbox.ativo = true;
    config
}

fn empty_mailbox(dir: &Path) -> Resultado {
    fs::create_dir_all(dir)?;
    for arquivo in fs::read_dir(dir)? {
        let caminho = arquivo?.path();
        if caminho.extension().is_some_and(|extensao| extensao == "eml") {
            fs::remove_file(caminho)?;
        }
    }
    for de_canal in [DIR_SMS, DIR_ENRIQUECIMENTO, DIR_BUREAU, DIR_CARTAS] {
        let de_canal = dir.join(de_canal);
        if de_canal.exists() {
            fs::remove_dir_all(de_canal)?;
        }
    }
    Ok(())
}

/// The last line, and the exit status.
fn conclude(nome: &str, contagem: Contagem) -> Resultado {
    let Contagem { devidas, enviadas, perdidas, duplicadas, estranhas } = contagem;
    let linha = format!(
        "{nome}: {devidas} ações devidas, {enviadas} enviadas, {perdidas} perdidas, {duplicadas} duplicadas"
    );
    if perdidas + duplicadas + estranhas > 0 {
        return Err(format!("{linha} ({estranhas} mensagens sem ação devida)").into());
    }
    terminal::line(&linha);
    Ok(())
}
