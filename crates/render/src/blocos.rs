//! A body as paragraphs and lists: the one form from which every channel writes.

use domain::coringas::{Coringa, Texto, Trecho};
use serde::{Deserialize, Serialize};

use crate::lista::{MAX_LINHAS, titulos};
use crate::uso::{Resolvido, resolve};
use crate::valores::Valores;
use crate::{RenderError, Tabela};

/// The fewest bytes that a row of a list takes in any part.
const MENOR_LINHA: usize = 20;

/// A piece of a body. It may say anything about the debtor and so has no `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bloco {
    /// At least one line, none of them blank.
    Paragrafo(Vec<String>),
    /// A table of títulos stands here: which of those of the message.
    Lista(usize),
}

/// A body: its pieces, and the most lines of each of the lists that they name.
pub(crate) struct Corpo {
    pub(crate) blocos: Vec<Bloco>,
    pub(crate) listas: Vec<usize>,
}

/// A body before its lines are gathered into paragraphs.
enum Item {
    Linha(String),
    Lista { max: usize },
}

/// Blank lines of the tenant's text separate paragraphs; the list is a block of its own wherever it stands.
/// Only the tenant's text has line breaks: a value is one line.
pub(crate) fn blocks(corpo: &Texto, valores: &Valores) -> Result<Corpo, RenderError> {
    let mut pronto = Corpo { blocos: Vec::new(), listas: Vec::new() };
    let mut paragrafo = Vec::new();
    for item in items(corpo, valores)? {
        match item {
            Item::Linha(linha) if linha.trim().is_empty() => close(&mut paragrafo, &mut pronto.blocos),
            Item::Linha(linha) => paragrafo.push(linha.trim().to_owned()),
            Item::Lista { max } => {
                close(&mut paragrafo, &mut pronto.blocos);
                let qual = pronto.list(max);
                pronto.blocos.push(Bloco::Lista(qual));
            }
        }
    }
    close(&mut paragrafo, &mut pronto.blocos);
    Ok(pronto)
}

impl Corpo {
    /// The table of each list.
    ///
    /// # Errors
    /// When all lists that the body repeats have more rows than any part may have.
    pub(crate) fn tables(&self, valores: &Valores, max_parte: usize) -> Result<Vec<Tabela>, RenderError> {
        let ha = titulos(valores).len().min(MAX_LINHAS);
        let rows = |bloco: &Bloco| match bloco {
            Bloco::Paragrafo(_) => 0,
            Bloco::Lista(qual) => self.listas.get(*qual).map_or(0, |max| ha.min(*max)),
        };
        if self.blocos.iter().map(rows).sum::<usize>() > max_parte / MENOR_LINHA {
            return Err(RenderError::Grande);
        }
        Ok(self.listas.iter().map(|max| Tabela::new(valores, *max)).collect())
    }

    /// Lists with as many lines are one.
    fn list(&mut self, max: usize) -> usize {
        self.listas.iter().position(|outra| *outra == max).unwrap_or_else(|| {
            self.listas.push(max);
            self.listas.len() - 1
        })
    }
}

fn close(paragrafo: &mut Vec<String>, blocos: &mut Vec<Bloco>) {
    if !paragrafo.is_empty() {
        blocos.push(Bloco::Paragrafo(std::mem::take(paragrafo)));
    }
}

fn items(corpo: &Texto, valores: &Valores) -> Result<Vec<Item>, RenderError> {
    let mut items = Vec::new();
    let mut linha = String::new();
    for trecho in corpo.trechos() {
        match trecho {
            Trecho::Literal(literal) => literal_lines(literal, &mut linha, &mut items),
            Trecho::Coringa(uso) => match resolve(uso, valores)? {
                Resolvido::Linha(valor) => linha.push_str(&valor),
                Resolvido::Lista { .. } if titulos(valores).is_empty() => {
                    return Err(RenderError::SemValor(Coringa::ListaTitulos));
                }
                Resolvido::Lista { max } => {
                    items.push(Item::Linha(std::mem::take(&mut linha)));
                    items.push(Item::Lista { max: max.unwrap_or(usize::MAX) });
                }
            },
        }
    }
    items.push(Item::Linha(linha));
    Ok(items)
}

fn literal_lines(literal: &str, linha: &mut String, items: &mut Vec<Item>) {
    let mut partes = literal.split('\n');
    push_clean(linha, partes.next().unwrap_or_default());
    for parte in partes {
        items.push(Item::Linha(std::mem::take(linha)));
        push_clean(linha, parte);
    }
}

/// A tab is a space; any other control character (the CR of a CRLF among them) is nothing.
fn push_clean(linha: &mut String, parte: &str) {
    let limpo = parte.chars().map(|c| if c == '\t' { ' ' } else { c });
    linha.extend(limpo.filter(|c| !c.is_control()));
}
