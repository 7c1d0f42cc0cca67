//! What a filter compares with.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use chrono::{Datelike as _, NaiveDate};
use serde_json::Value;
use uuid::Uuid;

use super::Quais;
use crate::calendario::ANOS;
use crate::dinheiro::Centavos;
use crate::documento::TipoPessoa;
use crate::endereco::Uf;
use crate::ids::{PosicaoId, ReguaId, ResultadoContatoId};
use crate::negociacao::EstadoNegociacao;
use crate::texto::nfc;
use crate::titulo::StatusTitulo;

/// Characters of a code, a label or somebody's name: as many as these have where they are kept.
pub const MAX_TERMO: usize = 60;
/// Characters of a municipality, as an address has.
pub const MAX_CIDADE: usize = 80;
/// A century to either side: nobody is overdue by more.
pub const DIAS: std::ops::RangeInclusive<i32> = -36_500..=36_500;

/// Both ends of a range, each of which may be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faixa<T> {
    /// The least.
    pub de: Option<T>,
    /// The most.
    pub ate: Option<T>,
}

impl<T> Default for Faixa<T> {
    fn default() -> Self {
        Self { de: None, ate: None }
    }
}

impl<T: PartialOrd> Faixa<T> {
    /// Whether it asks for anything.
    #[must_use]
    pub fn pede(&self) -> bool {
        self.de.is_some() || self.ate.is_some()
    }

    /// Whether its end comes before its beginning.
    #[must_use]
    pub fn invertida(&self) -> bool {
        self.de.as_ref().zip(self.ate.as_ref()).is_some_and(|(de, ate)| ate < de)
    }
}

/// One line of 1 to [`MAX_TERMO`] characters, compared as it is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Termo(String);

impl Termo {
    /// Reads a line; white space around it is dropped.
    ///
    /// # Errors
    /// It is empty, too long, or has a control character.
    pub fn parse(texto: &str) -> Result<Self, Falha> {
        linha(texto, MAX_TERMO).map(Self)
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A municipality, compared without regard to accents or case (rule f05).
#[derive(Clone, Debug)]
pub struct Cidade {
    nome: String,
    chave: String,
}

impl Cidade {
    /// Reads a name; white space around it is dropped.
    ///
    /// # Errors
    /// It is empty, too long, or has a control character.
    pub fn parse(texto: &str) -> Result<Self, Falha> {
        let nome = linha(texto, MAX_CIDADE)?;
        let chave = nome.chars().map(sem_acento).collect::<String>().to_lowercase();
        Ok(Self { nome, chave })
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.nome
    }

    /// As it is compared: without accents, in lower case.
    #[must_use]
    pub fn chave(&self) -> &str {
        &self.chave
    }
}

impl PartialEq for Cidade {
    fn eq(&self, outra: &Self) -> bool {
        self.chave == outra.chave
    }
}

impl Eq for Cidade {}

impl PartialOrd for Cidade {
    fn partial_cmp(&self, outra: &Self) -> Option<Ordering> {
        Some(self.cmp(outra))
    }
}

impl Ord for Cidade {
    fn cmp(&self, outra: &Self) -> Ordering {
        self.chave.cmp(&outra.chave)
    }
}

/// Why a value is none of its field: a stable code, and the reason in Portuguese.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Falha {
    /// As in every refusal of a field.
    pub codigo: &'static str,
    /// The reason, never with the value itself.
    pub detalhe: String,
}

impl fmt::Display for Falha {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detalhe)
    }
}

pub(super) fn falha(codigo: &'static str, detalhe: impl Into<String>) -> Falha {
    Falha { codigo, detalhe: detalhe.into() }
}

/// A value as JSON and as a reader is told.
pub(super) trait Valor: Sized + Ord {
    fn ler(valor: &Value) -> Result<Self, Falha>;
    fn escrever(&self) -> Value;
    fn dizer(&self, nomes: &BTreeMap<Uuid, String>) -> String;
}

impl Valor for Termo {
    fn ler(valor: &Value) -> Result<Self, Falha> {
        Self::parse(texto(valor)?)
    }

    fn escrever(&self) -> Value {
        self.0.as_str().into()
    }

    fn dizer(&self, _: &BTreeMap<Uuid, String>) -> String {
        self.0.clone()
    }
}

impl Valor for Cidade {
    fn ler(valor: &Value) -> Result<Self, Falha> {
        Self::parse(texto(valor)?)
    }

    fn escrever(&self) -> Value {
        self.nome.as_str().into()
    }

    fn dizer(&self, _: &BTreeMap<Uuid, String>) -> String {
        self.nome.clone()
    }
}

/// A code in its stable spelling, told as it is spelled.
macro_rules! codigos_valor {
    ($($tipo:ty),+) => {$(
        impl Valor for $tipo {
            fn ler(valor: &Value) -> Result<Self, Falha> {
                Self::parse(texto(valor)?).map_err(|erro| falha("valor_invalido", erro.to_string()))
            }

            fn escrever(&self) -> Value {
                self.as_str().into()
            }

            fn dizer(&self, _: &BTreeMap<Uuid, String>) -> String {
                self.as_str().replace('_', " ")
            }
        }
    )+};
}

codigos_valor!(Uf, TipoPessoa, StatusTitulo, EstadoNegociacao, Quais);

/// An id, told by its name.
macro_rules! ids_valor {
    ($($tipo:ty),+) => {$(
        impl Valor for $tipo {
            fn ler(valor: &Value) -> Result<Self, Falha> {
                let id = Uuid::try_parse(texto(valor)?);
                id.map(Self::new).ok().ok_or_else(|| falha("formato_invalido", "deve ser um UUID"))
            }

            fn escrever(&self) -> Value {
                self.to_string().into()
            }

            fn dizer(&self, nomes: &BTreeMap<Uuid, String>) -> String {
                nomes.get(&self.uuid()).cloned().unwrap_or_else(|| self.to_string())
            }
        }
    )+};
}

ids_valor!(ReguaId, PosicaoId, ResultadoContatoId);

impl Valor for NaiveDate {
    fn ler(valor: &Value) -> Result<Self, Falha> {
        let dia: Option<Self> = texto(valor)?.parse().ok();
        dia.filter(|dia| ANOS.contains(&dia.year())).ok_or_else(|| {
            let (primeiro, ultimo) = (ANOS.start(), ANOS.end());
            falha("formato_invalido", format!("deve ser uma data AAAA-MM-DD, de {primeiro} a {ultimo}"))
        })
    }

    fn escrever(&self) -> Value {
        self.to_string().into()
    }

    fn dizer(&self, _: &BTreeMap<Uuid, String>) -> String {
        self.format("%d/%m/%Y").to_string()
    }
}

impl Valor for Centavos {
    fn ler(valor: &Value) -> Result<Self, Falha> {
        let lido = match valor {
            Value::String(texto) => Self::parse(texto),
            // The shortest decimal that reads back as this number: what was written, up to 15 digits.
            Value::Number(numero) => Self::parse(&numero.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                return Err(falha("tipo_invalido", "deve ser um texto ou um número"));
            }
        };
        lido.map_err(|erro| falha("formato_invalido", erro.to_string()))
    }

    fn escrever(&self) -> Value {
        self.to_string().into()
    }

    fn dizer(&self, _: &BTreeMap<Uuid, String>) -> String {
        self.reais()
    }
}

impl Valor for i32 {
    fn ler(valor: &Value) -> Result<Self, Falha> {
        let numero = valor.as_i64().ok_or_else(|| falha("tipo_invalido", "deve ser um número inteiro"))?;
        let dias = Self::try_from(numero).ok().filter(|dias| DIAS.contains(dias));
        let (menor, maior) = (DIAS.start(), DIAS.end());
        dias.ok_or_else(|| falha("fora_do_intervalo", format!("deve ser de {menor} a {maior}")))
    }

    fn escrever(&self) -> Value {
        (*self).into()
    }

    fn dizer(&self, _: &BTreeMap<Uuid, String>) -> String {
        self.to_string()
    }
}

fn texto(valor: &Value) -> Result<&str, Falha> {
    valor.as_str().ok_or_else(|| falha("tipo_invalido", "deve ser um texto"))
}

fn linha(texto: &str, max: usize) -> Result<String, Falha> {
    let texto = texto.trim();
    // Bytes first: counting the characters of megabytes to refuse them would be a gift.
    if texto.len() > max.saturating_mul(16) {
        return Err(falha("tamanho_invalido", format!("deve ter no máximo {max} caracteres")));
    }
    let texto = nfc(texto);
    if texto.is_empty() {
        return Err(falha("tamanho_invalido", "não pode ser vazio"));
    }
    if texto.chars().count() > max {
        return Err(falha("tamanho_invalido", format!("deve ter no máximo {max} caracteres")));
    }
    if texto.chars().any(char::is_control) {
        return Err(falha("caractere_invalido", "não pode ter caracteres de controle"));
    }
    Ok(texto.into_owned())
}

/// The letter without its accent, as the database folds it (`cadastro.texto_busca`).
fn sem_acento(letra: char) -> char {
    match letra {
        'Á' | 'À' | 'Â' | 'Ã' | 'Ä' | 'Å' => 'A',
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'É' | 'È' | 'Ê' | 'Ë' => 'E',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'Í' | 'Ì' | 'Î' | 'Ï' => 'I',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'Ó' | 'Ò' | 'Ô' | 'Õ' | 'Ö' => 'O',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' => 'o',
        'Ú' | 'Ù' | 'Û' | 'Ü' => 'U',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'Ç' => 'C',
        'ç' => 'c',
        'Ñ' => 'N',
        'ñ' => 'n',
        outra => outra,
    }
}
