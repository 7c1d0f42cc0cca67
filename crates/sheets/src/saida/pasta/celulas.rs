//! A cell as a workbook keeps it.

use std::borrow::Cow;
use std::fmt::Write as _;

use chrono::{NaiveDate, NaiveTime, Timelike};
use domain::planilha::protegido;

use super::super::Celula;

/// Units of UTF-16 that a cell may have: with one more, spreadsheets say that the file is damaged.
const MAX_TEXTO: usize = 32_767;
/// Digits that a spreadsheet keeps of a number.
const MAX_DIGITOS: usize = 15;

/// The format of a cell, by its place in `styles.xml`.
#[derive(Clone, Copy)]
pub(super) enum Estilo {
    Cabecalho,
    Dinheiro,
    Data,
    Instante,
    Inteiro,
    /// What is typed over it stays a text.
    Texto,
}

impl Estilo {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Cabecalho => "1",
            Self::Dinheiro => "2",
            Self::Data => "3",
            Self::Instante => "4",
            Self::Inteiro => "5",
            Self::Texto => "6",
        }
    }
}

/// A column and a row.
type Lugar = (usize, u32);

pub(super) fn push_header(xml: &mut String, lugar: Lugar, titulo: &str) {
    push_text(xml, lugar, Estilo::Cabecalho, &protegido(titulo));
}

pub(super) fn push_cell(xml: &mut String, lugar: Lugar, celula: &Celula<'_>) {
    match celula {
        Celula::Vazia => {}
        Celula::Texto(texto) => push_text(xml, lugar, Estilo::Texto, &protegido(texto)),
        Celula::Dinheiro(valor) => push_number(xml, lugar, Estilo::Dinheiro, &valor.to_string()),
        Celula::Inteiro(numero) => push_number(xml, lugar, Estilo::Inteiro, &numero.to_string()),
        Celula::Data(dia) => match serial(*dia) {
            Some(numero) => push_number(xml, lugar, Estilo::Data, &numero.to_string()),
            None => push_text(xml, lugar, Estilo::Texto, &protegido(&celula.in_csv())),
        },
        Celula::Instante(momento) => match serial(momento.date()) {
            Some(dia) => {
                let numero = format!("{dia}.{}", fraction(momento.time()));
                push_number(xml, lugar, Estilo::Instante, &numero);
            }
            None => push_text(xml, lugar, Estilo::Texto, &protegido(&celula.in_csv())),
        },
    }
}

/// Days since the calendar of spreadsheets began; none before March of 1900, where they count a day that never was, nor after 9999.
fn serial(dia: NaiveDate) -> Option<i64> {
    let inicio = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    let dias = dia.signed_duration_since(inicio).num_days();
    (61..=2_958_465).contains(&dias).then_some(dias)
}

/// The part of the day that is over, in ten decimals: with five of days, as many digits as a spreadsheet keeps.
fn fraction(hora: NaiveTime) -> String {
    let segundos = u64::from(hora.num_seconds_from_midnight());
    format!("{:010}", (segundos * 10_000_000_000 + 43_200) / 86_400)
}

/// A number, or the text of one that has more digits than a spreadsheet keeps.
fn push_number(xml: &mut String, lugar: Lugar, estilo: Estilo, numero: &str) {
    let digitos = numero.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
    if digitos > MAX_DIGITOS {
        return push_text(xml, lugar, Estilo::Texto, numero);
    }
    push_start(xml, lugar, estilo);
    xml.push_str("><v>");
    xml.push_str(numero);
    xml.push_str("</v></c>");
}

fn push_text(xml: &mut String, lugar: Lugar, estilo: Estilo, texto: &str) {
    if texto.is_empty() {
        return;
    }
    push_start(xml, lugar, estilo);
    let nas_pontas = texto.starts_with(char::is_whitespace) || texto.ends_with(char::is_whitespace);
    let preserva = nas_pontas || texto.contains(['\n', '\t']);
    xml.push_str(" t=\"inlineStr\"><is><t");
    xml.push_str(if preserva { " xml:space=\"preserve\">" } else { ">" });
    push_escaped(xml, &cut(texto));
    xml.push_str("</t></is></c>");
}

fn push_start(xml: &mut String, (coluna, linha): Lugar, estilo: Estilo) {
    xml.push_str("<c r=\"");
    push_column(xml, coluna);
    push_display(xml, linha);
    xml.push_str("\" s=\"");
    xml.push_str(estilo.as_str());
    xml.push('"');
}

/// `A` is column zero, `AA` the one after `Z`.
pub(super) fn push_column(xml: &mut String, coluna: usize) {
    if let Some(antes) = (coluna / 26).checked_sub(1) {
        push_column(xml, antes);
    }
    let letra = u8::try_from(coluna % 26).unwrap_or_default();
    xml.push(char::from(b'A' + letra));
}

/// Without a text of its own.
pub(super) fn push_display(xml: &mut String, valor: impl std::fmt::Display) {
    // A `String` takes whatever is written to it.
    let _cabe = write!(xml, "{valor}");
}

fn cut(texto: &str) -> Cow<'_, str> {
    // There are never more units than bytes.
    if texto.len() <= MAX_TEXTO || texto.encode_utf16().count() <= MAX_TEXTO {
        return Cow::Borrowed(texto);
    }
    let mut unidades = 1;
    let cabem = texto.chars().take_while(|letra| {
        unidades += letra.len_utf16();
        unidades <= MAX_TEXTO
    });
    Cow::Owned(cabem.chain(['…']).collect())
}

/// As XML has it. What XML cannot have at all stands as `_x0007_`, as spreadsheets write it, and a text that only looks like that
/// stands after the same sign for its first letter.
pub(super) fn push_escaped(xml: &mut String, texto: &str) {
    for (indice, letra) in texto.char_indices() {
        match letra {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '_' if texto.get(indice..).is_some_and(looks_escaped) => xml.push_str("_x005F_"),
            '\t' | '\n' => xml.push(letra),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                push_display(xml, format_args!("_x{:04X}_", u32::from(letra)));
            }
            _ => xml.push(letra),
        }
    }
}

/// Whether it begins with `_xHHHH_`.
fn looks_escaped(texto: &str) -> bool {
    let bytes = texto.as_bytes();
    bytes.starts_with(b"_x")
        && bytes.get(6) == Some(&b'_')
        && bytes.get(2..6).is_some_and(|digitos| digitos.iter().all(u8::is_ascii_hexdigit))
}

#[cfg(test)]
mod tests {
    use domain::dinheiro::Centavos;

    use super::*;

    fn written(celula: &Celula<'_>) -> String {
        let mut xml = String::new();
        push_cell(&mut xml, (27, 3), celula);
        xml
    }

    #[test]
    fn a_cell_is_what_it_holds() {
        let dia = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        let momento = dia.and_hms_opt(18, 0, 0).unwrap();
        for (celula, xml) in [
            (Celula::Vazia, ""),
            (Celula::texto(""), ""),
            (Celula::texto("a&b"), "<c r=\"AB3\" s=\"6\" t=\"inlineStr\"><is><t>a&amp;b</t></is></c>"),
            (
                Celula::texto(" a"),
                "<c r=\"AB3\" s=\"6\" t=\"inlineStr\"><is><t xml:space=\"preserve\"> a</t></is></c>",
            ),
            (Celula::Dinheiro(Centavos::new(-5)), "<c r=\"AB3\" s=\"2\"><v>-0.05</v></c>"),
            (Celula::Data(dia), "<c r=\"AB3\" s=\"3\"><v>46083</v></c>"),
            (Celula::Instante(momento), "<c r=\"AB3\" s=\"4\"><v>46083.7500000000</v></c>"),
            (Celula::Inteiro(-7), "<c r=\"AB3\" s=\"5\"><v>-7</v></c>"),
        ] {
            assert_eq!(written(&celula), xml, "{celula:?}");
        }
    }

    #[test]
    fn what_a_spreadsheet_would_round_or_does_not_count_is_a_text() {
        let antigo = NaiveDate::from_ymd_opt(1900, 2, 28).unwrap();
        assert!(written(&Celula::Data(antigo)).contains("<t>1900-02-28</t>"));
        assert!(written(&Celula::Data(antigo.succ_opt().unwrap())).contains("<v>61</v>"));
        assert!(written(&Celula::Data(NaiveDate::MAX)).contains("<t>'+"));
        assert!(written(&Celula::Inteiro(999_999_999_999_999)).contains("<v>"));
        assert!(written(&Celula::Inteiro(1_000_000_000_000_000)).contains("<t>1000000000000000</t>"));
        assert!(written(&Celula::Dinheiro(Centavos::new(i64::MIN))).contains("inlineStr"));
    }

    #[test]
    fn a_text_longer_than_a_cell_is_cut_where_its_letters_are() {
        assert_eq!(cut(&"a".repeat(MAX_TEXTO)).len(), MAX_TEXTO);
        for longo in ["a".repeat(MAX_TEXTO + 1), "🙂".repeat(MAX_TEXTO), "é".repeat(2 * MAX_TEXTO)] {
            let cortado = cut(&longo);
            assert!(cortado.ends_with('…') && longo.starts_with(cortado.trim_end_matches('…')));
            let unidades = cortado.encode_utf16().count();
            assert!((MAX_TEXTO - 1..=MAX_TEXTO).contains(&unidades), "{unidades}");
        }
    }

    #[test]
    fn columns_are_letters() {
        for (coluna, letras) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")]
        {
            let mut escrita = String::new();
            push_column(&mut escrita, coluna);
            assert_eq!(escrita, letras);
        }
    }
}
