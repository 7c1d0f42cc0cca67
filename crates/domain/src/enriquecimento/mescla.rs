//! Rule b22: what of an answer is added to a debtor. Nothing that is there is changed, so nothing that somebody typed or
//! confirmed is overwritten, and what was found to be wrong stays known for wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use icu_normalizer::DecomposingNormalizerBorrowed;

use super::dados::{Dados, EnderecoDito, Relacao};
use crate::codigo::codigos;
use crate::email::EnderecoEmail;
use crate::endereco::{Cep, Endereco, Uf};
use crate::telefone::Telefone;
use crate::texto::nfc;

/// The most contacts of a kind that a debtor has: a person who edits them is shown no more.
pub const MAX_MEIOS: usize = 20;

codigos! {
    /// A way to reach somebody.
    pub enum TipoMeio("tipo") {
        /// A telephone.
        Telefone = "telefone",
        /// An e-mail.
        Email = "email",
        /// An address.
        Endereco = "endereco",
    }
}

codigos! {
    /// Why something that was said is not added.
    pub enum MotivoRecusa("motivo") {
        /// It reaches nobody: no number, no address of an e-mail, not enough for an envelope.
        Invalido = "invalido",
        /// The debtor has it already, usable or not.
        JaConhecido = "ja_conhecido",
        /// It is somebody else's.
        DeTerceiro = "de_terceiro",
        /// The company keeps no addresses from queries.
        NaoPedido = "nao_pedido",
        /// The debtor has as many as one can have.
        Excedente = "excedente",
    }
}

/// What a debtor has, whether it may be used or not.
#[derive(Clone, Default)]
pub struct Conhecidos {
    /// Telephones.
    pub telefones: Vec<Telefone>,
    /// E-mails.
    pub emails: Vec<EnderecoEmail>,
    /// Addresses.
    pub enderecos: Vec<Endereco>,
}

/// What is added, in the order of the answer, and what is not. `Debug` shows how much.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Mescla {
    /// New telephones.
    pub telefones: Vec<Telefone>,
    /// New e-mails.
    pub emails: Vec<EnderecoEmail>,
    /// New addresses.
    pub enderecos: Vec<Endereco>,
    /// How many were not added, by what they are and why.
    pub recusados: BTreeMap<Recusado, usize>,
}

/// What was not added.
pub type Recusado = (TipoMeio, MotivoRecusa);

impl Mescla {
    /// Whether nothing is added.
    #[must_use]
    pub fn vazia(&self) -> bool {
        self.telefones.is_empty() && self.emails.is_empty() && self.enderecos.is_empty()
    }
}

impl fmt::Debug for Mescla {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { telefones, emails, enderecos, recusados } = self;
        write!(f, "Mescla({}, {}, {}, {recusados:?})", telefones.len(), emails.len(), enderecos.len())
    }
}

/// Decides what of `dados` a debtor who has `conhecidos` gets.
#[must_use]
pub fn mesclar(conhecidos: &Conhecidos, dados: &Dados, quer_enderecos: bool) -> Mescla {
    let (mut mescla, dados) = (Mescla::default(), dados.clone().limitados());
    let mut telefones = Lista::new(TipoMeio::Telefone, &conhecidos.telefones, Telefone::clone);
    for dito in &dados.telefones {
        let lido = own(dito.relacao).and_then(|()| Telefone::parse(&dito.numero).map_err(invalid));
        telefones.offer(lido, Telefone::clone, &mut mescla.recusados);
    }
    let mut emails = Lista::new(TipoMeio::Email, &conhecidos.emails, mailbox);
    for dito in &dados.emails {
        let endereco = dito.endereco.trim();
        let lido = own(dito.relacao).and_then(|()| EnderecoEmail::parse(endereco).map_err(invalid));
        emails.offer(lido, mailbox, &mut mescla.recusados);
    }
    let mut enderecos = Lista::new(TipoMeio::Endereco, &conhecidos.enderecos, place);
    for dito in &dados.enderecos {
        let lido = if quer_enderecos { address(dito) } else { Err(MotivoRecusa::NaoPedido) };
        enderecos.offer(lido, place, &mut mescla.recusados);
    }
    mescla.telefones = telefones.novos;
    mescla.emails = emails.novos;
    mescla.enderecos = enderecos.novos;
    mescla
}

/// Contacts of one kind, by what makes two of them the same.
struct Lista<T, K> {
    tipo: TipoMeio,
    vistos: BTreeSet<K>,
    /// How many there are, of which some may be the same.
    quantos: usize,
    novos: Vec<T>,
}

impl<T, K: Ord> Lista<T, K> {
    fn new(tipo: TipoMeio, conhecidos: &[T], chave: impl Fn(&T) -> K) -> Self {
        let vistos = conhecidos.iter().map(chave).collect();
        Self { tipo, vistos, quantos: conhecidos.len(), novos: Vec::new() }
    }

    fn offer(
        &mut self,
        lido: Result<T, MotivoRecusa>,
        chave: impl Fn(&T) -> K,
        recusados: &mut BTreeMap<Recusado, usize>,
    ) {
        let motivo = match lido {
            Err(motivo) => motivo,
            Ok(novo) if self.vistos.contains(&chave(&novo)) => MotivoRecusa::JaConhecido,
            Ok(_) if self.quantos >= MAX_MEIOS => MotivoRecusa::Excedente,
            Ok(novo) => {
                self.vistos.insert(chave(&novo));
                self.quantos += 1;
                self.novos.push(novo);
                return;
            }
        };
        *recusados.entry((self.tipo, motivo)).or_default() += 1;
    }
}

fn own(relacao: Relacao) -> Result<(), MotivoRecusa> {
    match relacao {
        Relacao::Proprio => Ok(()),
        Relacao::Terceiro => Err(MotivoRecusa::DeTerceiro),
    }
}

fn invalid<E>(_erro: E) -> MotivoRecusa {
    MotivoRecusa::Invalido
}

/// No house of mail tells capitals apart in what stands before the `@`.
fn mailbox(email: &EnderecoEmail) -> String {
    email.as_str().to_lowercase()
}

/// A house is its CEP and number; where there is no CEP, its street with them.
fn place(endereco: &Endereco) -> [String; 5] {
    let dobrado = |texto: &Option<String>| texto.as_deref().map(folded).unwrap_or_default();
    let (rua, cidade) = match endereco.cep {
        Some(_) => (String::new(), String::new()),
        None => (dobrado(&endereco.logradouro), format!("{} {}", folded(&endereco.cidade), endereco.uf)),
    };
    let cep = endereco.cep.map(|cep| cep.to_string()).unwrap_or_default();
    [cep, rua, dobrado(&endereco.numero), dobrado(&endereco.complemento), cidade]
}

/// Letters and digits alone, without accents, in lower case.
fn folded(texto: &str) -> String {
    let sem_acentos = DecomposingNormalizerBorrowed::new_nfd().normalize(texto);
    sem_acentos.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The parts of an address and how long each may be, as where a person types it.
const MAX_RUA: usize = 150;
const MAX_NUMERO: usize = 20;
const MAX_OUTRO: usize = 80;

/// An address is added if a letter could go there.
fn address(dito: &EnderecoDito) -> Result<Endereco, MotivoRecusa> {
    let falta = MotivoRecusa::Invalido;
    let cep = dito.cep.as_deref().map(str::trim).and_then(|cep| Cep::parse(cep).ok());
    let uf = dito.uf.as_deref().map(|uf| uf.trim().to_uppercase());
    let endereco = Endereco {
        logradouro: Some(part(dito.logradouro.as_ref(), MAX_RUA)?.ok_or(falta)?),
        numero: part(dito.numero.as_ref(), MAX_NUMERO)?,
        complemento: part(dito.complemento.as_ref(), MAX_OUTRO)?,
        bairro: part(dito.bairro.as_ref(), MAX_OUTRO)?,
        cidade: part(dito.cidade.as_ref(), MAX_OUTRO)?.ok_or(falta)?,
        uf: uf.and_then(|uf| Uf::parse(&uf).ok()).ok_or(falta)?,
        cep: Some(cep.ok_or(falta)?),
        ibge: None,
    };
    endereco.check().map_err(invalid)?;
    Ok(endereco)
}

/// A part as people would write it; one that is too long, or holds what no text holds, is none of an address.
fn part(texto: Option<&String>, maximo: usize) -> Result<Option<String>, MotivoRecusa> {
    let Some(texto) = texto else { return Ok(None) };
    let texto = nfc(texto).split_whitespace().collect::<Vec<_>>().join(" ");
    if texto.chars().any(char::is_control) || texto.chars().count() > maximo {
        return Err(MotivoRecusa::Invalido);
    }
    Ok((!texto.is_empty()).then_some(texto))
}

#[cfg(test)]
mod tests;
