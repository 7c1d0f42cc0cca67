//! How many segments a text takes (3GPP TS 23.038 and 23.040).

use domain::sms::Perfil;

/// The basic table of GSM-7 without the letters and digits of ASCII, which are all in it.
const BASICOS: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";
/// Its extension table: an escape goes before each.
const EXTENSAO: &str = "\u{c}^{}\\[~]|€";

/// In which alphabet a text leaves: the text decides, a single letter that GSM-7 lacks is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alfabeto {
    /// Septets: 160, or 153 in each of several segments, where no provider keeps some.
    Gsm7,
    /// UTF-16 units: 70, or 67 in each of several segments, where no provider keeps some.
    Ucs2,
}

/// What a text takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tamanho {
    /// The alphabet.
    pub alfabeto: Alfabeto,
    /// Septets or UTF-16 units: an extension character and a surrogate pair are two.
    pub unidades: usize,
    /// Segments; none for an empty text.
    pub segmentos: usize,
}

/// Measures a text as a provider does. No character is cut in two by the end of a segment.
#[must_use]
pub fn measure(texto: &str, perfil: &Perfil) -> Tamanho {
    if texto.chars().all(|c| septets(c).is_some()) {
        let unidades = || texto.chars().filter_map(septets);
        return sized(Alfabeto::Gsm7, unidades, perfil.gsm7);
    }
    sized(Alfabeto::Ucs2, || texto.chars().map(char::len_utf16), perfil.ucs2)
}

/// Septets of a character; `None` when GSM-7 lacks it.
pub(super) fn septets(c: char) -> Option<usize> {
    if c.is_ascii_alphanumeric() || BASICOS.contains(c) { Some(1) } else { EXTENSAO.contains(c).then_some(2) }
}

fn sized<I: Iterator<Item = usize>>(
    alfabeto: Alfabeto,
    unidades: impl Fn() -> I,
    (simples, parte): (usize, usize),
) -> Tamanho {
    let total: usize = unidades().sum();
    let segmentos = if total == 0 {
        0
    } else if total <= simples {
        1
    } else {
        parts(unidades(), parte)
    };
    Tamanho { alfabeto, unidades: total, segmentos }
}

/// Segments filled one after the other, each character whole.
fn parts(unidades: impl Iterator<Item = usize>, parte: usize) -> usize {
    let (cheias, _) = unidades.fold((0_usize, parte), |(partes, usado), unidade| {
        if usado + unidade > parte { (partes + 1, unidade) } else { (partes, usado + unidade) }
    });
    cheias
}
