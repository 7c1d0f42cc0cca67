//! What a boleto is paid by: the digits that are typed, and the text of its Pix.

use std::fmt;
use thiserror::Error;

/// The digits of a boleto whose check digits are right: 47, or 48 of a bill of a public utility.
#[derive(Clone, PartialEq, Eq)]
pub struct LinhaDigitavel(Box<str>);

/// Why a text is no `linha digitável`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LinhaInvalida {
    /// Not 47 or 48 digits.
    #[error("linha digitável deve ter 47 ou 48 dígitos")]
    Formato,
    /// A check digit is wrong: one of the others is.
    #[error("dígito verificador da linha digitável não confere")]
    Digito,
}

impl LinhaDigitavel {
    /// Reads it with or without the dots, dashes and blanks that it is printed with.
    ///
    /// # Errors
    /// When it has another form or a check digit is wrong.
    pub fn parse(texto: &str) -> Result<Self, LinhaInvalida> {
        let digitos: String = texto.chars().filter(|c| !matches!(c, '.' | ' ' | '-')).collect();
        let confere = match digitos.len() {
            _ if !digitos.bytes().all(|b| b.is_ascii_digit()) => return Err(LinhaInvalida::Formato),
            47 => titulo_confere(&digitos),
            48 => arrecadacao_confere(&digitos),
            _ => return Err(LinhaInvalida::Formato),
        };
        if confere { Ok(Self(digitos.into())) } else { Err(LinhaInvalida::Digito) }
    }

    /// Its digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whoever has the digits can pay it, and sees whose it is: only the bank is shown.
impl fmt::Debug for LinhaDigitavel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinhaDigitavel({}…)", self.0.get(..3).unwrap_or_default())
    }
}

/// Whether it is an address on the web that a debtor may be sent to: by https, without blanks.
#[must_use]
pub fn link_confere(texto: &str) -> bool {
    let resto = texto.strip_prefix("https://").unwrap_or_default();
    resto.starts_with(|c: char| c.is_ascii_alphanumeric()) && texto.chars().all(|c| c.is_ascii_graphic())
}

/// Whether a Pix `copia e cola` is whole: the frame of an EMV code, and the checksum at its end.
#[must_use]
pub fn pix_confere(texto: &str) -> bool {
    let Some((antes, soma)) = texto.len().checked_sub(4).and_then(|fim| texto.split_at_checked(fim)) else {
        return false;
    };
    texto.starts_with("0002") && antes.ends_with("6304") && soma == format!("{:04X}", crc16(antes.as_bytes()))
}

/// Three fields with a digit each, and one digit over the bar code that they are taken from.
fn titulo_confere(linha: &str) -> bool {
    let parte = |de, ate| linha.get(de..ate).unwrap_or_default();
    let campos = [(0, 9), (10, 20), (21, 31)];
    let dos_campos =
        campos.iter().all(|(de, ate)| parte(*ate, ate + 1) == mod10(parte(*de, *ate)).to_string());
    let barras = [parte(0, 4), parte(33, 47), parte(4, 9), parte(10, 20), parte(21, 31)].concat();
    let geral = match 11 - mod11(&barras) {
        10 | 11 => 1,
        digito => digito,
    };
    dos_campos && parte(32, 33) == geral.to_string()
}

/// Four blocks of eleven with a digit each; the third digit of the first says how it is made.
fn arrecadacao_confere(linha: &str) -> bool {
    let parte = |de, ate| linha.get(de..ate).unwrap_or_default();
    let digito = |bloco: &str| match (parte(2, 3), 11 - mod11(bloco)) {
        ("6" | "7", _) => mod10(bloco),
        (_, 10 | 11) => 0,
        (_, digito) => digito,
    };
    parte(0, 1) == "8"
        && [0, 12, 24, 36].iter().all(|de| parte(de + 11, de + 12) == digito(parte(*de, de + 11)).to_string())
}

/// Weights 2 and 1 from the right, the digits of each product added.
fn mod10(digitos: &str) -> u32 {
    let pesados = digitos.chars().rev().filter_map(|c| c.to_digit(10)).zip([2, 1].into_iter().cycle());
    let soma: u32 = pesados.map(|(digito, peso)| digito * peso / 10 + digito * peso % 10).sum();
    (10 - soma % 10) % 10
}

/// Weights 2 to 9 from the right; the rest by eleven.
fn mod11(digitos: &str) -> u32 {
    let pesados = digitos.chars().rev().filter_map(|c| c.to_digit(10)).zip((2..=9).cycle());
    pesados.map(|(digito, peso)| digito * peso).sum::<u32>() % 11
}

/// CRC-16/CCITT-FALSE.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |soma, byte| {
        (0..8).fold(soma ^ (u16::from(*byte) << 8), |soma, _| {
            let deslocada = soma << 1;
            if soma & 0x8000 == 0 { deslocada } else { deslocada ^ 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINHAS: [&str; 3] = [
        "00190500954014481606906809350314337370000000100",
        "00190500954014481606906809350314316560000012345",
        "34191111111111111111511111111115510000000150000",
    ];

    #[test]
    fn a_line_whose_digits_are_right_is_read_however_it_is_printed() {
        for linha in &LINHAS {
            assert_eq!(LinhaDigitavel::parse(linha).unwrap().as_str(), *linha);
        }
        let impressa = "00190.50095 40144.816069 06809.350314 3 37370000000100";
        assert_eq!(LinhaDigitavel::parse(impressa).unwrap().as_str(), LINHAS[0]);
        assert_eq!(format!("{:?}", LinhaDigitavel::parse(LINHAS[0]).unwrap()), "LinhaDigitavel(001…)");
    }

    #[test]
    fn a_digit_that_is_not_what_was_printed_is_seen() {
        for posicao in 0..47 {
            let mut bytes = LINHAS[0].as_bytes().to_vec();
            bytes[posicao] = b'0' + (bytes[posicao] - b'0' + 1) % 10;
            let trocada = String::from_utf8(bytes).unwrap();
            assert_eq!(LinhaDigitavel::parse(&trocada), Err(LinhaInvalida::Digito), "{posicao}");
        }
        for ruim in ["", "1", LINHAS[0].get(1..).unwrap(), "a0190500954014481606906809350314337370000000100"]
        {
            assert_eq!(LinhaDigitavel::parse(ruim), Err(LinhaInvalida::Formato), "{ruim}");
        }
    }

    #[test]
    fn a_bill_of_a_public_utility_has_a_digit_in_each_block() {
        for terceiro in ['6', '8'] {
            let digito = |b: &str| if terceiro == '6' { mod10(b) } else { (11 - mod11(b)) % 11 % 10 };
            let blocos = [
                format!("82{terceiro}90000001"),
                "23456789012".into(),
                "34567890123".into(),
                "45678901234".into(),
            ];
            let com_digito = |bloco: &String| format!("{bloco}{}", digito(bloco));
            let linha = blocos.iter().map(com_digito).collect::<Vec<_>>().concat();
            assert_eq!(LinhaDigitavel::parse(&linha).unwrap().as_str(), linha);
            let (antes, ultimo) = linha.split_at(47);
            let trocada = format!("{antes}{}", (ultimo.parse::<u32>().unwrap() + 1) % 10);
            assert_eq!(LinhaDigitavel::parse(&trocada), Err(LinhaInvalida::Digito));
        }
    }

    #[test]
    fn a_pix_that_was_cut_or_changed_is_seen() {
        let inteiro = "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR\
                       5913Fulano de Tal6008BRASILIA62070503***63041D3D";
        assert!(pix_confere(inteiro));
        assert_eq!(crc16(b"123456789"), 0x29B1);
        for ruim in [
            "",
            "6304",
            inteiro.get(..80).unwrap(),
            &inteiro.replace("Fulano", "Beltra"),
            &inteiro.replace("1D3D", "1d3d"),
            "ação",
        ] {
            assert!(!pix_confere(ruim), "{ruim}");
        }
    }
}
