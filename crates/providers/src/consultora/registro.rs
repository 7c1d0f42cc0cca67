//! What was asked: in memory, and a file for each question that a person can read.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::json;

use super::formas::Forma;
use super::roteiro::{Fala, Pergunta};

pub(super) struct Registro {
    dir: PathBuf,
    perguntas: Mutex<Vec<Pergunta>>,
    /// Leaves given, and up to which of them they are taken back.
    senhas: AtomicU64,
    revogadas: AtomicU64,
}

impl Registro {
    pub(super) fn open(dir: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&dir)?;
        let (senhas, revogadas) = (AtomicU64::new(0), AtomicU64::new(0));
        Ok(Self { dir, perguntas: Mutex::default(), senhas, revogadas })
    }

    pub(super) fn all(&self) -> Vec<Pergunta> {
        self.lines().clone()
    }

    pub(super) fn leaves(&self) -> u64 {
        self.senhas.load(Ordering::SeqCst)
    }

    pub(super) fn leave(&self) -> String {
        format!("senha-{}", self.senhas.fetch_add(1, Ordering::SeqCst))
    }

    pub(super) fn revoke(&self) {
        self.revogadas.store(self.leaves(), Ordering::SeqCst);
    }

    pub(super) fn good(&self, senha: &str) -> bool {
        let numero = senha.strip_prefix("Bearer senha-").and_then(|numero| numero.parse::<u64>().ok());
        let validas = self.revogadas.load(Ordering::SeqCst)..self.leaves();
        numero.is_some_and(|numero| validas.contains(&numero))
    }

    /// The question and the answer, before it leaves.
    pub(super) fn keep(&self, forma: Forma, pergunta: &Pergunta, fala: &Fala) -> io::Result<()> {
        let Pergunta { documento, chave, finalidade } = pergunta;
        let mut perguntas = self.lines();
        let resposta = match fala {
            Fala::Encontrado(dados) => json!({ "situacao": "encontrado", "dados": dados }),
            Fala::NaoEncontrado => json!({ "situacao": "nao_encontrado" }),
            Fala::Depois => json!({ "situacao": "pendente" }),
            Fala::Cru { status, .. } => json!({ "situacao": "outra", "status": status }),
            Fala::Cortar => json!({ "situacao": "cortada" }),
        };
        let legivel = json!({
            "forma": forma.nome(), "documento": documento, "chave": chave, "finalidade": finalidade, "resposta": resposta,
        });
        let nome = format!("{:06}-{}.json", perguntas.len(), documento);
        let texto = serde_json::to_string_pretty(&legivel).map_err(io::Error::other)?;
        let parte = self.dir.join("consulta.parte");
        fs::write(&parte, texto + "\n")?;
        fs::rename(parte, self.dir.join(nome))?;
        perguntas.push(pergunta.clone());
        Ok(())
    }

    fn lines(&self) -> MutexGuard<'_, Vec<Pergunta>> {
        self.perguntas.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
