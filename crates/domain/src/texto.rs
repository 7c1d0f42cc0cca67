//! One spelling for one text.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

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

#[cfg(test)]
mod tests {
    use icu_normalizer::DecomposingNormalizerBorrowed;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_letter_and_its_accent_become_one_character() {
        assert_eq!(nfc("Joa\u{303}o"), "João");
        assert!(matches!(nfc("João"), Cow::Borrowed("João")));
        assert_eq!(nfc("ASCII 1"), "ASCII 1");
    }

    proptest! {
        #[test]
        fn however_a_text_was_sent_it_is_the_same_text_and_stays_it(texto in "[ -~À-ÿ\u{300}-\u{30c}\u{1e00}-\u{1eff}]{0,20}") {
            let decomposto = DecomposingNormalizerBorrowed::new_nfd().normalize(&texto);
            let composto = nfc(&texto);
            prop_assert_eq!(&nfc(&decomposto), &composto);
            prop_assert_eq!(&nfc(&composto), &composto);
        }
    }
}
