//! `cobranca importar`: loads a CSV of any ERP through the API, with a report line for each line.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::NaiveDate;
use serde_json::Value;
use sheets::{LinhaTitulo, LinhasImportadas, Mapa};

use crate::cliente::{Cliente, field_refusal};
use crate::progresso::Progresso;
use crate::{Resultado, linha, terminal};

/// Items of one push, as the API limits them.
const LOTE: usize = 1_000;
/// Lines with errors that are also shown on the terminal; the report has all of them.
const NO_TERMINAL: usize = 20;

/// What the person gave.
pub struct Pedido {
    /// The sheet.
    pub arquivo: PathBuf,
    /// The column mapping; without one, the columns of our own sample.
    pub mapa: Option<PathBuf>,
    /// Where the report goes.
    pub relatorio: Option<PathBuf>,
    /// A line paid up to this day is pushed and paid.
    pub hoje: NaiveDate,
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

/// Loads the sheet and answers when every line has its result: what the sheet says is paid is paid. Lines with errors do
/// not stop the others.
///
/// # Errors
/// The files cannot be used, or the API does not answer; what was loaded until then stays, and loading again is safe.
pub async fn run(api: &Cliente, pedido: &Pedido) -> Resultado {
    let arquivo = File::open(&pedido.arquivo)?;
    let mut progresso = Progresso::new("bytes", arquivo.metadata()?.len());
    let lidos = Arc::new(AtomicU64::new(0));
    let entrada = Contada { dentro: BufReader::new(arquivo), lidos: Arc::clone(&lidos) };
    let linhas = LinhasImportadas::new(entrada, read_mapa(pedido.mapa.as_deref())?)?;
    let destino = pedido.relatorio.clone().unwrap_or_else(|| default_report(&pedido.arquivo));
    let mut carga = Carga::new(api, pedido.hoje, Relatorio::create(&destino)?);
    let mut antes = 0;
    let mut inteiro = true;
    for lida in linhas {
        match lida {
            Ok(titulo) => carga.add(titulo).await?,
            Err(recusa) => {
                let motivos: Vec<String> = recusa.erros.iter().map(ToString::to_string).collect();
                carga.relatorio.line(recusa.linha, "", "recusado", &motivos.join("; "))?;
                inteiro &= !recusa.interrompe();
            }
        }
        let agora = lidos.load(Ordering::Relaxed);
        progresso.advance(agora - antes);
        antes = agora;
    }
    carga.flush().await?;
    progresso.finish();
    let relatorio = carga.relatorio.close()?;
    terminal::line(&format!("{relatorio}; relatório em {}", destino.display()));
    if inteiro {
        Ok(())
    } else {
        Err("o arquivo não pôde ser lido até o fim; a carga está incompleta".into())
    }
}

/// `carteira.csv` is reported in `carteira.relatorio.csv`, in the working directory.
fn default_report(arquivo: &Path) -> PathBuf {
    let nome = arquivo.file_stem().map_or_else(|| "importacao".into(), |n| n.to_string_lossy().into_owned());
    PathBuf::from(format!("{nome}.relatorio.csv"))
}

/// What has been read and not yet pushed.
struct Carga<'a> {
    api: &'a Cliente,
    lote: Vec<LinhaTitulo>,
    hoje: NaiveDate,
    relatorio: Relatorio,
}

impl<'a> Carga<'a> {
    fn new(api: &'a Cliente, hoje: NaiveDate, relatorio: Relatorio) -> Self {
        Self { api, lote: Vec::with_capacity(LOTE), hoje, relatorio }
    }

    async fn add(&mut self, titulo: LinhaTitulo) -> Resultado {
        self.lote.push(titulo);
        if self.lote.len() == LOTE { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Resultado {
        if self.lote.is_empty() {
            return Ok(());
        }
        let itens: Vec<Value> = self.lote.iter().map(linha::to_item).collect();
        let resultados = self.api.push(&itens).await?;
        for (titulo, resultado) in self.lote.drain(..).zip(&resultados) {
            let feito = resultado.get("resultado").and_then(Value::as_str).unwrap_or_default();
            let erros = resultado.get("erros").and_then(Value::as_array).map(Vec::as_slice);
            let motivos: Vec<String> = erros.unwrap_or_default().iter().map(field_refusal).collect();
            self.relatorio.line(titulo.linha, &titulo.codigo_integracao, feito, &motivos.join("; "))?;
            let id = resultado.get("id").and_then(Value::as_str);
            if let (Some(id), true) = (id, titulo.pago_em.is_some_and(|dia| dia <= self.hoje)) {
                self.api.pay(id).await?;
                self.relatorio.pagos += 1;
            }
        }
        Ok(())
    }
}

/// The report: a line for each line of the sheet, and the sums.
struct Relatorio {
    arquivo: BufWriter<File>,
    criados: usize,
    atualizados: usize,
    inalterados: usize,
    recusados: usize,
    pagos: usize,
}

impl Relatorio {
    fn create(destino: &Path) -> Resultado<Self> {
        let mut arquivo = BufWriter::new(File::create(destino)?);
        writeln!(arquivo, "linha;codigo_integracao;resultado;motivo")?;
        Ok(Self { arquivo, criados: 0, atualizados: 0, inalterados: 0, recusados: 0, pagos: 0 })
    }

    fn line(&mut self, linha: u64, codigo: &str, feito: &str, motivo: &str) -> Resultado {
        match feito {
            "criado" => self.criados += 1,
            "atualizado" => self.atualizados += 1,
            "inalterado" => self.inalterados += 1,
            _ => {
                self.recusados += 1;
                if self.recusados <= NO_TERMINAL {
                    terminal::note(&format!("linha {linha}: {motivo}"));
                }
            }
        }
        let campo = |texto: &str| format!("\"{}\"", texto.replace('"', "\"\""));
        writeln!(self.arquivo, "{linha};{};{feito};{}", campo(codigo), campo(motivo))?;
        Ok(())
    }

    fn close(mut self) -> Resultado<String> {
        self.arquivo.flush()?;
        let Self { criados, atualizados, inalterados, recusados, pagos, .. } = self;
        Ok(format!(
            "{criados} criados, {atualizados} atualizados, {inalterados} inalterados, {recusados} recusados; {pagos} pagos"
        ))
    }
}

/// Counts the bytes that were read, for the progress.
struct Contada<R> {
    dentro: R,
    lidos: Arc<AtomicU64>,
}

impl<R: Read> Read for Contada<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.dentro.read(buf)?;
        self.lidos.fetch_add(u64::try_from(n).unwrap_or_default(), Ordering::Relaxed);
        Ok(n)
    }
}
