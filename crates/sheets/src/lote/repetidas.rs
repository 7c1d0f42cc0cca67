//! Rule b04: lines that say the same count once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::{Entry, RandomState};
use std::hash::BuildHasher;

use domain::planilha::Identificacao;

use super::LinhaLote;

/// Whom the lines of a sheet have meant so far. Of each 128 bits are kept, of a key that nobody outside knows: that two of a million
/// lines are taken for one although they are not happens once in 10²⁶ sheets.
#[derive(Default)]
pub struct Repetidas {
    chaves: [RandomState; 2],
    vistas: HashMap<[u64; 2], u64>,
}

impl Repetidas {
    /// The earlier line that this one repeats, if there is one. By another name it is the same address; by a code here and by a document
    /// there it may be the same debtor, which only whoever knows the debtors can tell.
    pub fn repeats(&mut self, linha: &LinhaLote) -> Option<u64> {
        let dita = said(&linha.identificacao);
        let chave = self.chaves.each_ref().map(|chave| chave.hash_one(&dita));
        match self.vistas.entry(chave) {
            Entry::Occupied(primeira) => Some(*primeira.get()),
            Entry::Vacant(lugar) => {
                lugar.insert(linha.linha);
                None
            }
        }
    }
}

/// What tells one from another, with its kind. Two mailboxes that differ in case are one wherever mail is delivered.
fn said(identificacao: &Identificacao) -> (u8, Cow<'_, str>, &str) {
    match identificacao {
        Identificacao::Codigo(codigo) => (0, codigo.into(), ""),
        Identificacao::Documento(documento) => (1, documento.as_str().into(), ""),
        Identificacao::CodigoEDocumento { codigo, documento } => (2, codigo.into(), documento.as_str()),
        Identificacao::Email(email) => (3, email.as_str().to_ascii_lowercase().into(), ""),
        Identificacao::Telefone(telefone) => (4, telefone.as_str().into(), ""),
    }
}
