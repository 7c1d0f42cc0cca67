//! A text with its coringas found.

use std::fmt;

use thiserror::Error;

use super::{Coringa, Lugar, Modificador, ModificadorInvalido};
use crate::execucao::Canal;

/// The largest text, in bytes.
pub const MAX_TEXTO: usize = 64 * 1024;

/// A text whose every coringa is in the catalogue, with modifiers that fit (rule r11).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texto(Vec<Trecho>);

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trecho {
    /// Goes out as it is.
    Literal(String),
    /// Is replaced per debtor; its value is never scanned for coringas again.
    Coringa(Uso),
}

/// A coringa as it stands in a text, with modifiers that fit it and each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uso {
    coringa: Coringa,
    modificadores: Vec<Modificador>,
}

/// Something between two `#` that cannot be replaced.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CoringaInvalido {
    /// It is not in the catalogue.
    #[error("coringa desconhecido: #{nome}#")]
    Desconhecido {
        /// The name between the `#`.
        nome: String,
    },
    /// A modifier that there is not, or that does not fit.
    #[error("#{}#: o modificador |{modificador} {porque}", coringa.nome())]
    Modificador {
        /// The coringa.
        coringa: Coringa,
        /// The modifier, as it is written.
        modificador: String,
        /// What is wrong with it.
        porque: ModificadorInvalido,
    },
}

impl Texto {
    /// Finds the coringas: `#`, a capital letter, capitals, digits and `_`, and `#`; before the second `#` there may be
    /// modifiers, each after a `|`, on the same line. Any other `#` is a `#`.
    ///
    /// # Errors
    /// Everything that cannot be replaced, once each, in the order of the text.
    pub fn parse(texto: &str) -> Result<Self, Vec<CoringaInvalido>> {
        let mut trechos = Vec::new();
        let mut invalidos: Vec<CoringaInvalido> = Vec::new();
        let mut resto = texto;
        while let Some(achado) = proximo(resto) {
            literal(&mut trechos, achado.antes);
            match Uso::parse(achado.nome, achado.modificadores) {
                Ok(uso) => trechos.push(Trecho::Coringa(uso)),
                Err(invalido) if invalidos.contains(&invalido) => {}
                Err(invalido) => invalidos.push(invalido),
            }
            resto = achado.depois;
        }
        literal(&mut trechos, resto);
        if invalidos.is_empty() { Ok(Self(trechos)) } else { Err(invalidos) }
    }

    /// The pieces, in order; two literals never follow each other.
    #[must_use]
    pub fn trechos(&self) -> &[Trecho] {
        &self.0
    }

    /// How long it is as it is written, in bytes.
    #[must_use]
    pub fn tamanho(&self) -> usize {
        let trecho = |trecho: &Trecho| match trecho {
            Trecho::Literal(literal) => literal.len(),
            Trecho::Coringa(uso) => uso.to_string().len(),
        };
        self.0.iter().map(trecho).sum()
    }

    /// The coringas in it with their modifiers, in order, repeated as in the text.
    pub fn usos(&self) -> impl Iterator<Item = &Uso> {
        self.0.iter().filter_map(|trecho| match trecho {
            Trecho::Coringa(uso) => Some(uso),
            Trecho::Literal(_) => None,
        })
    }

    /// The coringas in it, in order, repeated as in the text.
    pub fn coringas(&self) -> impl Iterator<Item = Coringa> {
        self.usos().map(Uso::coringa)
    }

    /// Those of them that may not stand there.
    pub fn fora_de_lugar(&self, canal: Canal, lugar: Lugar) -> impl Iterator<Item = Coringa> {
        self.coringas().filter(move |coringa| !coringa.cabe(canal, lugar))
    }
}

impl Uso {
    fn parse(nome: &str, escritos: Option<&str>) -> Result<Self, CoringaInvalido> {
        let coringa = Coringa::from_nome(nome)
            .ok_or_else(|| CoringaInvalido::Desconhecido { nome: nome.to_owned() })?;
        let mut tipo = coringa.tipo();
        let mut modificadores: Vec<Modificador> = Vec::new();
        for escrito in escritos.into_iter().flat_map(|escritos| escritos.split('|')) {
            let lido = Modificador::parse(escrito).and_then(|lido| match lido.depois_de(tipo) {
                _ if modificadores.iter().any(|outro| outro.same_as(&lido)) => {
                    Err(ModificadorInvalido::Repetido)
                }
                depois => depois.map(|depois| (lido, depois)),
            });
            let (lido, depois) = lido.map_err(|porque| CoringaInvalido::Modificador {
                coringa,
                modificador: escrito.to_owned(),
                porque,
            })?;
            tipo = depois;
            modificadores.push(lido);
        }
        Ok(Self { coringa, modificadores })
    }

    /// Which one it is.
    #[must_use]
    pub const fn coringa(&self) -> Coringa {
        self.coringa
    }

    /// What is done to its value, in this order.
    #[must_use]
    pub fn modificadores(&self) -> &[Modificador] {
        &self.modificadores
    }

    /// Whether the text needs a value of it; with a `padrao` it does not.
    #[must_use]
    pub fn exige_valor(&self) -> bool {
        !self.modificadores.iter().any(|modificador| matches!(modificador, Modificador::Padrao(_)))
    }
}

/// As it is written.
impl fmt::Display for Uso {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.coringa.nome())?;
        self.modificadores.iter().try_for_each(|modificador| write!(f, "|{modificador}"))?;
        f.write_str("#")
    }
}

fn literal(trechos: &mut Vec<Trecho>, texto: &str) {
    if !texto.is_empty() {
        trechos.push(Trecho::Literal(texto.to_owned()));
    }
}

struct Achado<'t> {
    antes: &'t str,
    nome: &'t str,
    modificadores: Option<&'t str>,
    depois: &'t str,
}

/// Splits at the first `#NOME#` or `#NOME|…#`.
fn proximo(texto: &str) -> Option<Achado<'_>> {
    texto.match_indices('#').find_map(|(i, _)| {
        let (antes, aberto) = texto.split_at_checked(i)?;
        let (dentro, depois) = aberto.strip_prefix('#')?.split_once('#')?;
        let (nome, modificadores) = match dentro.split_once('|') {
            Some((nome, modificadores)) => (nome, Some(modificadores)),
            None => (dentro, None),
        };
        let numa_linha = !modificadores.unwrap_or_default().contains(char::is_control);
        (parece_nome(nome) && numa_linha).then_some(Achado { antes, nome, modificadores, depois })
    })
}

fn parece_nome(nome: &str) -> bool {
    nome.starts_with(|c: char| c.is_ascii_uppercase())
        && nome.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests;
