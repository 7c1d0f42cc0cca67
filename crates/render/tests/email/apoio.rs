//! What both files of tests need.

use chrono::NaiveDate;
use domain::coringas::{Coringa, Texto};
use domain::dinheiro::Centavos;
use html5gum::{Token, Tokenizer};
use render::email::{EmailPronto, render};
use render::{Linha, RenderError, Valores};

pub(crate) fn texto(texto: &str) -> Texto {
    Texto::parse(texto).unwrap()
}

pub(crate) fn try_render(assunto: &str, corpo: &str, valores: &Valores) -> Result<EmailPronto, RenderError> {
    render(&texto(assunto), &texto(corpo), valores)
}

pub(crate) fn linha(numero: &str, dia: u32, centavos: i64) -> Linha {
    let vencimento = NaiveDate::from_ymd_opt(2026, 3, dia).unwrap();
    Linha { numero: numero.to_owned(), vencimento, valor: Centavos::new(centavos) }
}

pub(crate) fn maria() -> Valores {
    Valores::new()
        .com(Coringa::Nome, "Maria da Silva")
        .com(Coringa::Titulo, "NF-1")
        .com(Coringa::DataVencimento, NaiveDate::from_ymd_opt(2026, 3, 2).unwrap())
        .com(Coringa::Total, Centavos::new(123_456))
        .com(Coringa::ListaTitulos, vec![linha("NF-1", 2, 123_456), linha("NF-22", 10, 50)])
}

/// Every tag of a page with its attributes, in order, read by a tokenizer of the WHATWG standard.
pub(crate) fn tags(html: &str) -> Vec<String> {
    let lidos = Tokenizer::new(html).map(|token| match token.unwrap() {
        Token::StartTag(tag) => Some(format!("{:?} {:?}", tag.name, tag.attributes)),
        Token::EndTag(tag) => Some(format!("/{:?}", tag.name)),
        Token::Comment(comentario) => Some(format!("comment {comentario:?}")),
        Token::Doctype(_) => Some("doctype".to_owned()),
        Token::String(_) | Token::Error(_) => None,
    });
    lidos.flatten().collect()
}

/// The words of a page, entities decoded, without what stands between the blocks.
pub(crate) fn words(html: &str) -> Vec<String> {
    let mut palavras = vec![String::new()];
    for token in Tokenizer::new(html) {
        match token.unwrap() {
            Token::String(texto) => {
                palavras.last_mut().unwrap().push_str(&String::from_utf8(texto.0.clone()).unwrap());
            }
            Token::StartTag(_) | Token::EndTag(_) => palavras.push(String::new()),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    palavras.into_iter().map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect()
}
