//! SMS: one text, as short as it can be, in a limited number of segments.

mod segmentos;
mod translitera;

use std::fmt;

use domain::coringas::Texto;

use crate::blocos::blocks;
use crate::lista::{and_more, titulos, total, written};
use crate::{Bloco, Linha, RenderError, Valores};
use segmentos::GSM_SIMPLES;

pub use segmentos::{Alfabeto, Tamanho, measure};

/// The most bytes of a character in UTF-8.
const BYTES_POR_CARACTERE: usize = 4;

/// How a text may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opcoes {
    /// The most segments; more than 255 cannot be put together again by a phone.
    pub max_segmentos: u8,
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
    let blocos = blocks(corpo, valores)?;
    let lista = if blocos.contains(&Bloco::Lista) { titulos(valores) } else { &[] };
    let mut melhor = fitting(&blocos, lista, 0, opcoes).ok_or(RenderError::NaoCabe)?;
    // One line more is always longer, whatever "e mais N" becomes: those that fit are a beginning of the list.
    let (mut cabe, mut nao_cabe) = (0, lista.len().saturating_add(1));
    while nao_cabe - cabe > 1 {
        let meio = usize::midpoint(cabe, nao_cabe);
        match fitting(&blocos, lista, meio, opcoes) {
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
fn fitting(blocos: &[Bloco], lista: &[Linha], mostrados: usize, opcoes: Opcoes) -> Option<SmsPronto> {
    let mut texto = String::new();
    for bloco in blocos {
        match bloco {
            Bloco::Paragrafo(linhas) => linhas.iter().for_each(|linha| push_line(&mut texto, linha)),
            Bloco::Lista => push_list(&mut texto, lista, mostrados),
        }
        // Far too long already; stopping here keeps a body of thousands of lists from being built.
        if texto.len() / BYTES_POR_CARACTERE > GSM_SIMPLES.saturating_mul(opcoes.max_segmentos.into()) {
            return None;
        }
    }
    let texto = if opcoes.transliterar { translitera::to_gsm(&texto) } else { texto };
    let tamanho = measure(&texto);
    let cortados = lista.len().saturating_sub(mostrados);
    (tamanho.segmentos <= opcoes.max_segmentos.into()).then_some(SmsPronto { texto, tamanho, cortados })
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
