//! The ledger and the files: one `.eml` for each accepted message, complete or absent.

use std::collections::VecDeque;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most entries the ledger keeps in memory; the files of older ones stay.
pub const MAX_REGISTRO: usize = 100_000;

/// The longest file name taken from a Message-ID.
const MAX_NOME: usize = 100;

/// One accepted message.
#[derive(Clone, PartialEq, Eq)]
pub struct Recebida {
    /// Its place in the order of acceptance, from 0.
    pub ordem: u64,
    /// Envelope sender.
    pub de: String,
    /// Envelope recipients.
    pub para: Vec<String>,
    /// The `Message-ID` header, with its angle brackets.
    pub message_id: Option<String>,
    /// Where it was written.
    pub arquivo: PathBuf,
}

impl Recebida {
    /// The message as it came, dots unstuffed.
    ///
    /// # Errors
    /// When the file was taken away meanwhile.
    pub fn bytes(&self) -> io::Result<Vec<u8>> {
        fs::read(&self.arquivo)
    }
}

impl fmt::Debug for Recebida {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recebida")
            .field("ordem", &self.ordem)
            .field("message_id", &self.message_id)
            .finish_non_exhaustive()
    }
}

/// The ledger. Cloning shares it.
#[derive(Clone)]
pub(super) struct Registro {
    dir: Arc<Path>,
    linhas: Arc<Mutex<Linhas>>,
}

#[derive(Default)]
struct Linhas {
    total: u64,
    recebidas: VecDeque<Recebida>,
}

/// What a transaction gathered.
pub(super) struct Chegada {
    pub(super) de: String,
    pub(super) para: Vec<String>,
    pub(super) bytes: Vec<u8>,
}

impl Registro {
    pub(super) fn open(dir: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&dir)?;
        Ok(Self { dir: dir.into(), linhas: Arc::default() })
    }

    /// Writes the file and the line of the ledger. When it answers `Ok`, both are there.
    pub(super) async fn keep(&self, chegada: Chegada) -> io::Result<()> {
        let registro = self.clone();
        let escrita = tokio::task::spawn_blocking(move || registro.write(chegada));
        escrita.await.map_err(io::Error::other)?
    }

    pub(super) fn all(&self) -> Vec<Recebida> {
        self.lines().recebidas.iter().cloned().collect()
    }

    pub(super) fn total(&self) -> u64 {
        self.lines().total
    }

    /// Under one lock, so that the order of the ledger is the order of acceptance and two copies of one id
    /// cannot take the same name. The final name appears by a rename: a reader never finds half a message.
    fn write(&self, chegada: Chegada) -> io::Result<()> {
        let message_id = message_id(&chegada.bytes);
        let nome = file_stem(message_id.as_deref());
        let mut linhas = self.lines();
        let ordem = linhas.total;
        let parte = self.dir.join(format!(".{nome}.{ordem}.parte"));
        fs::write(&parte, &chegada.bytes)?;
        let arquivo = free_name(&self.dir, &nome);
        fs::rename(&parte, &arquivo)?;
        if linhas.recebidas.len() >= MAX_REGISTRO {
            linhas.recebidas.pop_front();
        }
        let Chegada { de, para, .. } = chegada;
        linhas.recebidas.push_back(Recebida { ordem, de, para, message_id, arquivo });
        linhas.total += 1;
        Ok(())
    }

    fn lines(&self) -> MutexGuard<'_, Linhas> {
        self.linhas.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `nome.eml`, or `nome-2.eml` and so on: a second copy is seen at a glance.
fn free_name(dir: &Path, nome: &str) -> PathBuf {
    let mut copia: u64 = 1;
    loop {
        let sufixo = if copia == 1 { String::new() } else { format!("-{copia}") };
        let arquivo = dir.join(format!("{nome}{sufixo}.eml"));
        if !arquivo.exists() {
            return arquivo;
        }
        copia += 1;
    }
}

/// The value of the Message-ID header, unfolded.
fn message_id(bytes: &[u8]) -> Option<String> {
    let cabecalho = String::from_utf8_lossy(bytes);
    let cabecalho = cabecalho.split("\r\n\r\n").next()?.replace("\r\n ", " ").replace("\r\n\t", " ");
    cabecalho.lines().find_map(|linha| {
        let (nome, valor) = linha.split_once(':')?;
        nome.eq_ignore_ascii_case("message-id").then(|| valor.trim().to_owned())
    })
}

/// The part of the id before the `@`, with nothing in it that a path could mean.
fn file_stem(message_id: Option<&str>) -> String {
    let id = message_id.unwrap_or_default().trim_matches(['<', '>']);
    let local = id.split('@').next().unwrap_or_default();
    let seguro = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let nome: String = local.chars().filter(seguro).take(MAX_NOME).collect();
    if nome.is_empty() { "sem-id".to_owned() } else { nome }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_the_id_and_never_leaves_the_directory() {
        for (id, nome) in [
            (Some("<0190f3a2-7b1c@cobranca.exemplo>"), "0190f3a2-7b1c"),
            (Some("<../../etc/passwd@x>"), "etcpasswd"),
            (Some("<...@x>"), "sem-id"),
            (Some(""), "sem-id"),
            (None, "sem-id"),
        ] {
            assert_eq!(file_stem(id), nome);
        }
        assert_eq!(file_stem(Some(&"a".repeat(500))).len(), MAX_NOME);
    }

    #[test]
    fn the_id_is_read_from_the_header_only() {
        let casos: [(&str, Option<&str>); 4] = [
            ("Subject: a\r\nmessage-ID:  <1@x>\r\n\r\ncorpo", Some("<1@x>")),
            ("Message-ID:\r\n <1@x>\r\n\r\n", Some("<1@x>")),
            ("Subject: a\r\n\r\nMessage-ID: <1@x>\r\n", None),
            ("", None),
        ];
        for (texto, esperado) in casos {
            assert_eq!(message_id(texto.as_bytes()).as_deref(), esperado, "{texto}");
        }
    }
}
