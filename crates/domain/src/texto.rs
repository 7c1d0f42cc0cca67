//! One spelling for one text.

use std::borrow::Cow;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

/// The text in Unicode's form NFC, in which a letter with its accent is one character: some systems send `ã` as `a` and a
/// tilde, and `João` must be the same name, and the same key, however it was sent.
#[must_use]
pub fn nfc(texto: &str) -> Cow<'_, str> {
    // Most texts are, and asking is a fraction of normalising.
    if texto.is_ascii() {
        return Cow::Borrowed(texto);
    }
    ComposingNormalizerBorrowed::new_nfc().normalize(texto)
}

/// The text as layouts of fixed columns know it: capital letters without accents, digits, and the signs of ASCII, one space
/// where there was any kind or number of them. What has no such form is left out.
#[must_use]
pub fn ascii_maiusculo(texto: &str) -> String {
    let decomposto = DecomposingNormalizerBorrowed::new_nfkd().normalize(texto);
    let mut saida = String::with_capacity(decomposto.len());
    for letra in decomposto.chars() {
        match letra {
            'ß' => saida.push_str("SS"),
            'Æ' | 'æ' => saida.push_str("AE"),
            'Œ' | 'œ' => saida.push_str("OE"),
            'Ø' | 'ø' => saida.push('O'),
            'Đ' | 'đ' | 'Ð' | 'ð' => saida.push('D'),
            'Ł' | 'ł' => saida.push('L'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => saida.push('-'),
            '\u{2018}' | '\u{2019}' => saida.push('\''),
            _ if letra.is_whitespace() || letra.is_control() => {
                let separa = !saida.is_empty() && !saida.ends_with(' ');
                saida.extend(separa.then_some(' '));
            }
            _ if letra.is_ascii() => saida.push(letra.to_ascii_uppercase()),
            _ => {}
        }
    }
    saida.truncate(saida.trim_end().len());
    saida
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_letter_and_its_accent_become_one_character() {
        assert_eq!(nfc("Joa\u{303}o"), "João");
        assert!(matches!(nfc("João"), Cow::Borrowed("João")));
        assert_eq!(nfc("ASCII 1"), "ASCII 1");
    }

    #[test]
    fn a_layout_of_fixed_columns_gets_capitals_without_accents() {
        for (texto, esperado) in [
            ("José  da\tConceição", "JOSE DA CONCEICAO"),
            ("Joa\u{303}o D’Ávila", "JOAO D'AVILA"),
            (" R. XV nº 10 – fundos\r\n", "R. XV NO 10 - FUNDOS"),
            ("Łukasz Müßig & Ægir", "LUKASZ MUSSIG & AEGIR"),
            ("株式会社 ABC", "ABC"),
            ("Иван", ""),
        ] {
            assert_eq!(ascii_maiusculo(texto), esperado);
        }
    }

    proptest! {
        #[test]
        fn what_a_layout_gets_is_always_one_byte_a_letter(texto in "\\PC{0,40}") {
            let saida = ascii_maiusculo(&texto);
            prop_assert!(saida.bytes().all(|b| (b' '..=b'~').contains(&b) && !b.is_ascii_lowercase()), "{}", saida);
            prop_assert_eq!(ascii_maiusculo(&saida), saida);
        }

        #[test]
        fn however_a_text_was_sent_it_is_the_same_text_and_stays_it(texto in "[ -~À-ÿ\u{300}-\u{30c}\u{1e00}-\u{1eff}]{0,20}") {
            let decomposto = DecomposingNormalizerBorrowed::new_nfd().normalize(&texto);
            let composto = nfc(&texto);
            prop_assert_eq!(&nfc(&decomposto), &composto);
            prop_assert_eq!(&nfc(&composto), &composto);
        }
    }
}
