//! The ledger and the files: one line and one `.txt` for each accepted message, on the disk before it is said.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::formas::{Forma, Retorno};

/// The most entries the ledger keeps in memory; the file has all.
pub const MAX_REGISTRO: usize = 100_000;

const LIVRO: &str = "registro.jsonl";

/// One accepted message.
#[derive(Clone, Serialize, Deserialize)]
pub struct Recebida {
    /// Its place in the order of acceptance, from 0.
    pub ordem: u64,
    /// The id it was given.
    pub id: String,
    /// The client's key, where its shape has one.
    pub chave: Option<String>,
    /// The shape it came in.
    pub forma: Forma,
    /// The sender.
    pub de: String,
    /// The recipient, as it came.
    pub para: String,
    /// The text, byte by byte as it came.
    pub texto: String,
    /// Where it was written.
    pub arquivo: PathBuf,
    #[serde(skip)]
    pub(super) retorno: Retorno,
}

impl fmt::Debug for Recebida {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recebida").field("ordem", &self.ordem).field("id", &self.id).finish_non_exhaustive()
    }
}

/// What a request brought.
pub(super) struct Chegada {
    pub(super) forma: Forma,
    pub(super) chave: Option<String>,
    pub(super) de: String,
    pub(super) para: String,
    pub(super) texto: String,
    pub(super) retorno: Retorno,
}

/// The ledger. Cloning shares it.
#[derive(Clone)]
pub(super) struct Registro {
    dir: Arc<Path>,
    linhas: Arc<Mutex<Linhas>>,
}

struct Linhas {
    livro: File,
    total: u64,
    recebidas: VecDeque<Recebida>,
    /// The ids given to keys, of the shape that promises one message for each.
    chaves: HashMap<String, String>,
}

impl Registro {
    /// Opens the directory; what an earlier run accepted is still accepted, and its keys still stand. A last line that a
    /// crash cut short was never answered, so it is cut off.
    pub(super) fn open(dir: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&dir)?;
        let mut livro = OpenOptions::new().create(true).read(true).append(true).open(dir.join(LIVRO))?;
        let mut linhas = Linhas {
            livro: livro.try_clone()?,
            total: 0,
            recebidas: VecDeque::new(),
            chaves: HashMap::new(),
        };
        let mut inteiras = 0;
        let mut leitor = BufReader::new(&mut livro);
        let mut linha = String::new();
        while leitor.read_line(&mut linha)? > 0 {
            let Ok(recebida) = serde_json::from_str(&linha) else { break };
            linhas.push(recebida);
            inteiras += u64::try_from(linha.len()).unwrap_or_default();
            linha.clear();
        }
        livro.set_len(inteiras)?;
        Ok(Self { dir: dir.into(), linhas: Arc::new(Mutex::new(linhas)) })
    }

    /// Writes the file and the line of the ledger, and answers the id. When it answers `Ok`, both are on the disk. A key
    /// that was accepted before gets the id it got then.
    pub(super) async fn keep(&self, chegada: Chegada) -> io::Result<(String, bool)> {
        let registro = self.clone();
        let escrita = tokio::task::spawn_blocking(move || registro.write(chegada));
        escrita.await.map_err(io::Error::other)?
    }

    pub(super) fn all(&self) -> Vec<Recebida> {
        self.lines().recebidas.iter().cloned().collect()
    }

    pub(super) fn find(&self, id: &str) -> Option<Recebida> {
        self.lines().recebidas.iter().rev().find(|recebida| recebida.id == id).cloned()
    }

    pub(super) fn total(&self) -> u64 {
        self.lines().total
    }

    /// Under one lock, so that the order of the ledger is the order of acceptance and two requests with one key cannot
    /// both be new.
    fn write(&self, chegada: Chegada) -> io::Result<(String, bool)> {
        let Chegada { forma, chave, de, para, texto, retorno } = chegada;
        let mut linhas = self.lines();
        let conhecida =
            chave.as_ref().filter(|_| forma.idempotent()).and_then(|chave| linhas.chaves.get(chave));
        if let Some(id) = conhecida {
            return Ok((id.clone(), false));
        }
        let id = forma.new_id(Uuid::now_v7(), chave.as_deref());
        let arquivo = self.dir.join(format!("{:06}-{}.txt", linhas.total, file_stem(&id)));
        let legivel = format!("De: {de}\nPara: {para}\nId: {id}\n\n{texto}\n");
        synced(&arquivo, legivel.as_bytes())?;
        let ordem = linhas.total;
        let recebida = Recebida { ordem, id: id.clone(), chave, forma, de, para, texto, arquivo, retorno };
        let mut linha = serde_json::to_vec(&recebida)?;
        linha.push(b'\n');
        linhas.livro.write_all(&linha)?;
        linhas.livro.sync_data()?;
        linhas.push(recebida);
        Ok((id, true))
    }

    fn lines(&self) -> MutexGuard<'_, Linhas> {
        self.linhas.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Linhas {
    fn push(&mut self, recebida: Recebida) {
        if self.recebidas.len() >= MAX_REGISTRO
            && let Some(velha) = self.recebidas.pop_front()
            && let Some(chave) = velha.chave
        {
            self.chaves.remove(&chave);
        }
        if let Some(chave) = recebida.chave.clone().filter(|_| recebida.forma.idempotent()) {
            self.chaves.insert(chave, recebida.id.clone());
        }
        self.recebidas.push_back(recebida);
        self.total += 1;
    }
}

/// The final name appears by a rename: a reader never finds half a message.
fn synced(arquivo: &Path, bytes: &[u8]) -> io::Result<()> {
    let parte = arquivo.with_extension("parte");
    let mut escrita = File::create(&parte)?;
    escrita.write_all(bytes)?;
    escrita.sync_data()?;
    fs::rename(&parte, arquivo)
}

/// An id with nothing in it that a path could mean.
fn file_stem(id: &str) -> String {
    id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect()
}
