//! Letters that GSM-7 lacks, as their nearest that it has.

use super::segmentos::septets;

/// The text with every character that GSM-7 lacks replaced by its nearest. One that has none stays as it is, and with it
/// the text leaves in UCS-2.
pub(super) fn to_gsm(texto: &str) -> String {
    let mut pronto = String::with_capacity(texto.len());
    for c in texto.chars() {
        match nearest(c).filter(|_| septets(c).is_none()) {
            Some(parecido) => pronto.push_str(parecido),
            None => pronto.push(c),
        }
    }
    pronto
}

fn nearest(c: char) -> Option<&'static str> {
    Some(match c {
        'á' | 'â' | 'ã' | 'ª' => "a",
        'ç' => "c",
        'ê' | 'ë' => "e",
        'í' | 'î' | 'ï' => "i",
        'ó' | 'ô' | 'õ' | 'º' | '°' => "o",
        'ú' | 'û' => "u",
        'ý' | 'ÿ' => "y",
        'Á' | 'À' | 'Â' | 'Ã' => "A",
        'È' | 'Ê' | 'Ë' => "E",
        'Í' | 'Ì' | 'Î' | 'Ï' => "I",
        'Ó' | 'Ò' | 'Ô' | 'Õ' => "O",
        'Ú' | 'Ù' | 'Û' => "U",
        'Ý' => "Y",
        '‘' | '’' | '´' | '`' => "'",
        '“' | '”' | '„' => "\"",
        '–' | '—' | '•' | '·' => "-",
        '…' => "...",
        '\u{a0}' | '\u{202f}' | '\t' => " ",
        // Combining accents, and characters of no width.
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200d}' | '\u{feff}' => "",
        _ => return None,
    })
}
