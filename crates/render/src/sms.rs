//! SMS: one text, as short as it can be, in a limited number of segments.

mod segmentos;
mod translitera;

use std::fmt;

use domain::coringas::Texto;
use domain::sms::Perfil;

use crate::blocos::{Corpo, blocks};
use crate::lista::{and_more, titulos, total, written};
use crate::{Bloco, Linha, RenderError, Valores};

pub use segmentos::{Alfabeto, Tamanho, measure};

/// The most bytes of a character in UTF-8.
const BYTES_POR_CARACTERE: usize = 4;

/// How a text may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opcoes {
    /// How the provider cuts it, and the most segments that it may take.
    pub perfil: Perfil,
    /// Whether letters that GSM-7 lacks become their nearest ("não" → "nao"): 160 characters a segment instead of 70.
    pub transliterar: bool,
}

/// An SMS ready to leave. `Debug` shows sizes only.
#[derive(Clone, PartialEq, Eq)]
pub struct SmsPronto {
    /// What the phone shows.
    pub texto: String,
    /// What it costs.
    pub tamanho: Tamanho,
    /// Títulos that the list was cut by.
    pub cortados: usize,
}

/// Puts one debtor's values in a text. Rules r11, m09 and m10: only the list is cut, to as many lines as fit; its total
/// still counts all. Blank lines are left out: they cost as much as a letter and say nothing.
///
/// # Errors
/// When a coringa has no value (nothing but spaces and an empty list count as none), or when the text does not fit even
/// without a line of the list.
pub fn render(corpo: &Texto, valores: &Valores, opcoes: Opcoes) -> Result<SmsPronto, RenderError> {
    let corpo = blocks(corpo, valores)?;
    let lista = if corpo.listas.is_empty() { &[] } else { titulos(valores) };
    // The longest of the lists that the text asks for.
    let maior = corpo.listas.iter().max().map_or(0, |max| lista.len().min(*max));
    let mut melhor = fitting(&corpo, lista, 0, opcoes).ok_or(RenderError::NaoCabe)?;
    // One line more is always longer, whatever "e mais N" becomes: those that fit are a beginning of the list.
    let (mut cabe, mut nao_cabe) = (0, maior.saturating_add(1));
    while nao_cabe - cabe > 1 {
        let meio = usize::midpoint(cabe, nao_cabe);
        match fitting(&corpo, lista, meio, opcoes) {
            Some(pronto) => (cabe, melhor) = (meio, pronto),
            None => nao_cabe = meio,
        }
    }
    Ok(melhor)
}

impl fmt::Debug for SmsPronto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmsPronto")
            .field("tamanho", &self.tamanho)
            .field("cortados", &self.cortados)
            .finish_non_exhaustive()
    }
}

/// The text with this many lines of the list, if that fits.
fn fitting(corpo: &Corpo, lista: &[Linha], mostrados: usize, opcoes: Opcoes) -> Option<SmsPronto> {
    let perfil = opcoes.perfil;
    let mut texto = String::new();
    for bloco in &corpo.blocos {
        match bloco {
            Bloco::Paragrafo(linhas) => linhas.iter().for_each(|linha| push_line(&mut texto, linha)),
            Bloco::Lista(qual) => {
                let max = corpo.listas.get(*qual).copied().unwrap_or(usize::MAX);
                push_list(&mut texto, lista, mostrados.min(max));
            }
        }
        // Far too long already; stopping here keeps a body of thousands of lists from being built.
        if texto.len() / BYTES_POR_CARACTERE > perfil.gsm7.0.saturating_mul(perfil.max_segmentos.into()) {
            return None;
        }
    }
    let texto = if opcoes.transliterar { translitera::to_gsm(&texto) } else { texto };
    let tamanho = measure(&texto, &perfil);
    let cortados = lista.len().saturating_sub(mostrados);
    (tamanho.segmentos <= perfil.max_segmentos.into()).then_some(SmsPronto { texto, tamanho, cortados })
}

/// Number, due date and value of each; what was cut; the total of all. With none of them shown, how many they are.
fn push_list(texto: &mut String, lista: &[Linha], mostrados: usize) {
    for titulo in lista.iter().take(mostrados).map(written) {
        push_line(texto, &format!("{} {} {}", titulo.numero, titulo.vencimento, titulo.valor));
    }
    match lista.len().saturating_sub(mostrados) {
        0 => {}
        todos if mostrados == 0 => push_line(texto, &format!("{todos} em aberto")),
        cortados => push_line(texto, &and_more(cortados)),
    }
    push_line(texto, &format!("Total {}", total(lista)));
}

fn push_line(texto: &mut String, linha: &str) {
    if !texto.is_empty() {
        texto.push('\n');
    }
    texto.push_str(linha);
}
