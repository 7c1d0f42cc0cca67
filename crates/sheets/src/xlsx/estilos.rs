//! Of the number formats of a workbook those that show zeros on the left: `000000` makes 123 a key of six digits.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read, Seek};

use quick_xml::events::Event;
use zip::ZipArchive;

use super::xml::{Xml, attribute};

/// Styles, or formats of numbers: spreadsheets themselves stop at some 65,000.
const MAX_ESTILOS: usize = 100_000;
/// Digits that a format may ask for: as many characters as a key has.
const MAX_DIGITOS: usize = 60;
const CAMINHO: &str = "xl/styles.xml";

/// How many digits each style shows at least.
#[derive(Default)]
pub(super) struct Estilos(Vec<usize>);

impl Estilos {
    pub(super) fn read<R: Read + Seek>(zip: &mut ZipArchive<R>) -> io::Result<Self> {
        super::arquivo::optional(zip, CAMINHO)?.map_or_else(|| Ok(Self::default()), Self::parse)
    }

    /// The formats come first, then the styles of cells in the order in which cells name them.
    fn parse(mut xml: Xml<'_>) -> io::Result<Self> {
        let (mut estilos, mut formatos, mut dentro) = (Vec::new(), BTreeMap::new(), false);
        loop {
            match xml.next()? {
                Event::Start(marca) | Event::Empty(marca) => match marca.local_name().as_ref() {
                    "cellXfs" => dentro = true,
                    "numFmt" => {
                        let digitos = attribute(&marca, "formatCode")?.map_or(0, |formato| digits(&formato));
                        formatos.extend(attribute(&marca, "numFmtId")?.map(|id| (id, digitos)));
                    }
                    "xf" if dentro => {
                        let formato = attribute(&marca, "numFmtId")?;
                        estilos.push(formato.and_then(|id| formatos.get(&id).copied()).unwrap_or(0));
                    }
                    _ => {}
                },
                Event::End(marca) if marca.local_name().as_ref() == "cellXfs" => return Ok(Self(estilos)),
                Event::Eof => return Ok(Self(estilos)),
                _ => {}
            }
            if estilos.len().max(formatos.len()) > MAX_ESTILOS {
                return Err(ErrorKind::FileTooLarge.into());
            }
        }
    }

    /// A whole number with the zeros that its style shows.
    pub(super) fn pad(&self, estilo: Option<usize>, numero: String) -> String {
        let digitos = estilo.and_then(|estilo| self.0.get(estilo)).copied().unwrap_or(0);
        let inteiro = numero.bytes().all(|byte| byte.is_ascii_digit());
        if inteiro && numero.len() < digitos { format!("{numero:0>digitos$}") } else { numero }
    }
}

/// Of `000000`, or of that with other forms for what is not positive, six; of anything else none.
fn digits(formato: &str) -> usize {
    let positivo = formato.split(';').next().unwrap_or_default();
    let so_zeros = positivo.len() <= MAX_DIGITOS && positivo.bytes().all(|byte| byte == b'0');
    if so_zeros { positivo.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_formats_of_zeros_ask_for_digits() {
        for (formato, digitos) in [
            ("000000", 6),
            ("0000;-0000", 4),
            ("0", 1),
            ("0.00", 0),
            ("#,##0", 0),
            ("dd/mm/yyyy", 0),
            ("", 0),
        ] {
            assert_eq!(digits(formato), digitos, "{formato}");
        }
        assert_eq!(digits(&"0".repeat(10_000)), 0);
    }

    #[test]
    fn a_whole_number_gets_the_zeros_of_its_style_and_nothing_else_does() {
        let xml = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="000000"/></numFmts>
            <cellStyleXfs><xf numFmtId="164"/></cellStyleXfs>
            <cellXfs><xf numFmtId="0"/><xf numFmtId="164"><alignment/></xf></cellXfs><dxfs><xf numFmtId="164"/></dxfs></styleSheet>"#;
        let estilos = Estilos::parse(Xml::new(Box::new(xml.as_bytes()))).unwrap();
        let pad = |estilo, numero: &str| estilos.pad(estilo, numero.to_owned());
        assert_eq!(
            (pad(Some(1), "123"), pad(Some(1), "1234567")),
            ("000123".to_owned(), "1234567".to_owned())
        );
        for (estilo, numero) in
            [(Some(0), "123"), (Some(2), "123"), (None, "123"), (Some(1), "1.5"), (Some(1), "-7")]
        {
            assert_eq!(pad(estilo, numero), numero, "{estilo:?}");
        }
    }

    #[test]
    fn styles_without_end_are_refused() {
        let demais = format!("<s><cellXfs>{}</cellXfs></s>", "<xf/>".repeat(MAX_ESTILOS + 1));
        let erro = Estilos::parse(Xml::new(Box::new(demais.as_bytes()))).err().unwrap();
        assert_eq!(erro.kind(), ErrorKind::FileTooLarge);
    }
}
