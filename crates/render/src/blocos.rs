//! A body as paragraphs and lists: the one form from which every channel writes.

use domain::coringas::{Texto, Trecho};

use crate::RenderError;
use crate::valores::{Valor, Valores};

/// A piece of a body. It may say anything about the debtor and so has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub enum Bloco {
    /// At least one line, none of them blank.
    Paragrafo(Vec<String>),
    /// The table of títulos stands here.
    Lista,
}

/// A body before its lines are gathered into paragraphs.
enum Item {
    Linha(String),
    Lista,
}

/// Blank lines of the tenant's text separate paragraphs; the list is a block of its own wherever it stands.
/// Only the tenant's text has line breaks: a value is one line.
pub(crate) fn blocks(corpo: &Texto, valores: &Valores) -> Result<Vec<Bloco>, RenderError> {
    let mut blocos = Vec::new();
    let mut paragrafo = Vec::new();
    for item in items(corpo, valores)? {
        match item {
            Item::Linha(linha) if linha.trim().is_empty() => close(&mut paragrafo, &mut blocos),
            Item::Linha(linha) => paragrafo.push(linha.trim().to_owned()),
            Item::Lista => {
                close(&mut paragrafo, &mut blocos);
                blocos.push(Bloco::Lista);
            }
        }
    }
    close(&mut paragrafo, &mut blocos);
    Ok(blocos)
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
            Trecho::Coringa(coringa) => {
                let sem_valor = || RenderError::SemValor(*coringa);
                match valores.get(*coringa).ok_or_else(sem_valor)? {
                    Valor::Lista(titulos) if titulos.is_empty() => return Err(sem_valor()),
                    Valor::Lista(_) => {
                        items.push(Item::Linha(std::mem::take(&mut linha)));
                        items.push(Item::Lista);
                    }
                    valor @ (Valor::Texto(_) | Valor::Data(_) | Valor::Dinheiro(_) | Valor::Inteiro(_)) => {
                        linha.push_str(&valor.em_linha().ok_or_else(sem_valor)?);
                    }
                }
            }
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
