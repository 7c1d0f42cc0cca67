//! `cobranca importar`: sends a file of títulos of any ERP, waits until every line has its result, and fetches the refused ones.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Method, Url};
use serde_json::Value;
use sheets::Mapa;

use crate::cliente::Cliente;
use crate::progresso::Progresso;
use crate::{Resultado, terminal};

/// Refused lines that are also shown on the terminal; the report has all of them.
const NO_TERMINAL: usize = 20;
/// How often the import is asked about.
const OLHAR: Duration = Duration::from_millis(250);
/// Characters of the name of a mapping, as the API limits them.
const MAX_NOME: usize = 60;

/// What the person gave.
pub struct Pedido {
    /// The file.
    pub arquivo: PathBuf,
    /// Its columns; without any, those of our own sample.
    pub colunas: Colunas,
    /// Where the report goes.
    pub relatorio: Option<PathBuf>,
    /// What of the portfolio the file is.
    pub modo: Modo,
    /// Whether nothing is to be stored.
    pub simular: bool,
}

/// What of the portfolio a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Modo {
    /// Some of it.
    Parcial,
    /// All of it: what is open and absent is cancelled.
    Completo {
        /// Per cent of the open títulos that may be cancelled so; none is the API's own limit.
        limite: Option<u8>,
        /// Code of the creditor whose títulos alone it is all of.
        credor: Option<String>,
    },
}

/// How the columns of the file are called.
pub enum Colunas {
    /// As the fields are.
    Nossas,
    /// As this file says, which is stored under its own name.
    Mapa(PathBuf),
    /// As the mapping says that is stored under this name.
    Guardadas(String),
}

/// Reads a mapping, or the one of our own sample.
///
/// # Errors
/// The file cannot be read or is not a mapping.
pub fn read_mapa(mapa: Option<&Path>) -> Resultado<Mapa> {
    match mapa {
        Some(arquivo) => Ok(Mapa::parse(&std::fs::read_to_string(arquivo)?)?),
        None => Ok(Mapa::default()),
    }
}

/// Sends the file and answers when every line has its result: what the sheet says is paid is paid. Lines with errors do
/// not stop the others.
///
/// # Errors
/// The files cannot be used, or the API does not answer. Sending the file again is safe.
pub async fn run(api: &Cliente, pedido: &Pedido) -> Resultado {
    let arquivo = File::open(&pedido.arquivo)?;
    let (dentro, comprimido) = unpacked(&pedido.arquivo);
    let destino = pedido.relatorio.clone().unwrap_or_else(|| dentro.with_extension("relatorio.csv"));
    let relatorio = File::create(&destino)?;
    // A key that is refused is so before the file is on its way.
    api.call(Method::GET, "/v1/importacoes?limite=1", None).await?;
    let caminho = path(mapping(api, &pedido.colunas).await?.as_deref(), pedido)?;
    let importacao = api.upload(&caminho, (media(&dentro), comprimido), arquivo).await?;
    let endereco = format!("/v1/importacoes/{}", text(&importacao, "id"));
    let feita =
        wait(api, &endereco).await.map_err(|erro| format!("{erro}; a importação segue: {endereco}"))?;
    show_some(api, &endereco).await?;
    api.download(&format!("{endereco}/erros.csv"), relatorio).await?;
    terminal::line(&format!("{}; relatório em {}", summary(&feita, pedido), destino.display()));
    match text(&feita, "estado") {
        "concluida" => Ok(()),
        "falhou" => Err(text(&feita, "erro").into()),
        "aguardando_confirmacao" => {
            show_creditors(&feita);
            Err(format!(
                "nada foi gravado: o arquivo cancelaria {} dos {} títulos em aberto ou suspensos, deixaria {} credores sem nenhum e tem {} linhas \
                 sem código legível; confira e confirme com POST {endereco}/confirmacao, ou envie com --credor ou outro \
                 --limite-cancelamento",
                number(&feita, "a_cancelar"),
                owed(&feita),
                number(&feita, "credores_zerados"),
                number(&feita, "sem_chave")
            )
            .into())
        }
        outro => Err(format!("a importação está {outro}: {endereco}").into()),
    }
}

/// The name of the mapping by which the file is read; one that comes as a file is stored first.
async fn mapping(api: &Cliente, colunas: &Colunas) -> Resultado<Option<String>> {
    let arquivo = match colunas {
        Colunas::Nossas => return Ok(None),
        Colunas::Guardadas(nome) => return Ok(Some(nome.clone())),
        Colunas::Mapa(arquivo) => arquivo,
    };
    read_mapa(Some(arquivo))?;
    let regras: Value = toml::from_str(&std::fs::read_to_string(arquivo)?)?;
    let nome = name(arquivo);
    api.call(Method::PUT, &format!("/v1/mapeamentos/{nome}"), Some(&regras)).await?;
    terminal::note(&format!("mapeamento guardado: {nome}"));
    Ok(Some(nome))
}

/// `mapas/erp.toml` is stored as `erp`.
fn name(arquivo: &Path) -> String {
    let nome = arquivo.file_stem().unwrap_or_default().to_string_lossy();
    let simples = |letra: char| if letra.is_ascii_alphanumeric() || letra == '-' { letra } else { '_' };
    nome.chars().map(simples).take(MAX_NOME).collect()
}

fn path(mapeamento: Option<&str>, pedido: &Pedido) -> Resultado<String> {
    let nenhum = "http://x/v1/importacoes";
    let (modo, limite, credor) = match &pedido.modo {
        Modo::Parcial => (None, None, None),
        Modo::Completo { limite, credor } => {
            (Some("completo"), limite.map(|limite| limite.to_string()), credor.as_deref())
        }
    };
    let parametros = [
        ("mapeamento", mapeamento),
        ("modo", modo),
        ("limite_cancelamento", limite.as_deref()),
        ("credor", credor),
        ("simular", pedido.simular.then_some("true")),
    ];
    let ditos = parametros.into_iter().filter_map(|(nome, valor)| Some((nome, valor?)));
    let url = Url::parse_with_params(nenhum, ditos)?;
    let consulta = url.query().filter(|consulta| !consulta.is_empty());
    Ok(consulta.map_or_else(|| url.path().to_owned(), |consulta| format!("{}?{consulta}", url.path())))
}

/// What a `.gz` holds, by its name, and whether it is one.
fn unpacked(arquivo: &Path) -> (PathBuf, bool) {
    let comprimido = arquivo.extension().is_some_and(|extensao| extensao.eq_ignore_ascii_case("gz"));
    (if comprimido { arquivo.with_extension("") } else { arquivo.to_owned() }, comprimido)
}

/// By the name of the file; one that says nothing is a CSV.
fn media(arquivo: &Path) -> &'static str {
    let extensao = arquivo.extension().unwrap_or_default().to_ascii_lowercase();
    match extensao.to_str() {
        Some("ndjson" | "jsonl") => "application/x-ndjson",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "text/csv",
    }
}

/// Answers the import when nothing moves it any more.
async fn wait(api: &Cliente, endereco: &str) -> Resultado<Value> {
    let mut progresso = None;
    let mut antes = 0;
    loop {
        let lida = api.call(Method::GET, endereco, None).await?;
        if let Some(linhas) = lida.get("linhas").and_then(Value::as_u64) {
            let barra = progresso.get_or_insert_with(|| Progresso::new("linhas", linhas));
            let feitas = ["criados", "atualizados", "inalterados", "recusados", "repetidos"];
            let feitas: u64 = feitas.iter().map(|campo| number(&lida, campo)).sum();
            barra.advance(feitas.saturating_sub(antes));
            antes = feitas;
        }
        if !matches!(text(&lida, "estado"), "pendente" | "processando") {
            if let Some(progresso) = progresso {
                progresso.finish();
            }
            return Ok(lida);
        }
        tokio::time::sleep(OLHAR).await;
    }
}

async fn show_some(api: &Cliente, endereco: &str) -> Resultado {
    let caminho = format!("{endereco}/erros?limite={NO_TERMINAL}");
    let pagina = api.call(Method::GET, &caminho, None).await?;
    for erro in pagina.get("itens").and_then(Value::as_array).into_iter().flatten() {
        let (linha, campo) = (number(erro, "linha"), text(erro, "campo"));
        let espaco = if campo.is_empty() { "" } else { " " };
        terminal::note(&format!("linha {linha}: {campo}{espaco}{}", text(erro, "motivo")));
    }
    Ok(())
}

/// Who would lose how much, as far as the API tells.
fn show_creditors(importacao: &Value) {
    for credor in importacao.get("a_cancelar_por_credor").and_then(Value::as_array).into_iter().flatten() {
        let codigo = credor.get("credor_codigo").and_then(Value::as_str).unwrap_or("sem credor");
        let (a_cancelar, devidos) = (number(credor, "a_cancelar"), owed(credor));
        terminal::note(&format!("{codigo}: cancelaria {a_cancelar} de {devidos}"));
    }
}

/// What a full file may cancel some of.
fn owed(contas: &Value) -> u64 {
    number(contas, "abertos") + number(contas, "suspensos")
}

fn summary(importacao: &Value, pedido: &Pedido) -> String {
    let campos = ["criados", "atualizados", "inalterados", "recusados", "repetidos"];
    let linhas = campos.map(|campo| format!("{} {campo}", number(importacao, campo))).join(", ");
    let completo = match &pedido.modo {
        Modo::Parcial => String::new(),
        Modo::Completo { .. } if pedido.simular => {
            format!(", {} a cancelar", number(importacao, "a_cancelar"))
        }
        Modo::Completo { .. } => {
            let preservados = number(importacao, "preservados");
            let preservados =
                if preservados > 0 { format!(", {preservados} preservados") } else { String::new() };
            format!(", {} cancelados{preservados}", number(importacao, "cancelados"))
        }
    };
    let simulado = if pedido.simular { "simulado, nada foi gravado: " } else { "" };
    format!("{simulado}{linhas}{completo}")
}

fn text<'v>(json: &'v Value, campo: &str) -> &'v str {
    json.get(campo).and_then(Value::as_str).unwrap_or_default()
}

fn number(json: &Value, campo: &str) -> u64 {
    json.get(campo).and_then(Value::as_u64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_named_after_its_file_and_a_name_is_escaped() {
        assert_eq!(name(Path::new("mapas/meu erp.toml")), "meu_erp");
        let pedido = |modo, simular| Pedido {
            arquivo: PathBuf::new(),
            colunas: Colunas::Nossas,
            relatorio: None,
            modo,
            simular,
        };
        let parcial = pedido(Modo::Parcial, false);
        assert_eq!(path(None, &parcial).unwrap(), "/v1/importacoes");
        assert_eq!(path(Some("a&b c"), &parcial).unwrap(), "/v1/importacoes?mapeamento=a%26b+c");
        let completo = pedido(Modo::Completo { limite: Some(5), credor: None }, true);
        let esperado = "/v1/importacoes?modo=completo&limite_cancelamento=5&simular=true";
        assert_eq!(path(None, &completo).unwrap(), esperado);
        let de_um = pedido(Modo::Completo { limite: None, credor: Some("A&B".to_owned()) }, false);
        assert_eq!(path(None, &de_um).unwrap(), "/v1/importacoes?modo=completo&credor=A%26B");
    }

    #[test]
    fn a_file_is_what_its_name_says() {
        assert_eq!(media(Path::new("a.NDJSON")), "application/x-ndjson");
        assert_eq!(media(Path::new("a.csv")), "text/csv");
        assert_eq!(media(Path::new("export")), "text/csv");
        assert_eq!(unpacked(Path::new("x/a.ndjson.GZ")), (PathBuf::from("x/a.ndjson"), true));
        assert_eq!(unpacked(Path::new("a.csv")), (PathBuf::from("a.csv"), false));
    }
}
