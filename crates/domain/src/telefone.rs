//! Brazilian telephone numbers, in E.164.

use crate::codigo::codigos;
use std::fmt;
use thiserror::Error;

codigos! {
    /// What answers a number.
    pub enum TipoTelefone("tipo") {
        /// A mobile, the only kind that takes an SMS.
        Movel = "movel",
        /// A fixed line.
        Fixo = "fixo",
    }
}

/// A geographic number as `+55`, area code and subscriber: 9 digits of a mobile, 8 of a fixed line. `Debug` masks it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Telefone(String);

/// Why a text is not a number that somebody can be reached at. The text itself is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TelefoneError {
    /// Something besides digits and punctuation, a number of another country, or no number at all.
    #[error("telefone deve ser um número do Brasil com DDD, como (11) 98765-4321")]
    Formato,
    /// Without an area code, which is never guessed.
    #[error("telefone sem DDD")]
    SemDdd,
    /// An area code that does not exist.
    #[error("DDD não existe")]
    DddInvalido,
    /// 0800, 0300, 4004 and the like: nobody's.
    #[error("número não geográfico, como 0800 ou 4004, não é de um devedor")]
    NaoGeografico,
}

/// The area codes that exist (Anatel, Res. 749/2022), by the first digit.
const DDDS: [(u8, &str); 9] = [
    (b'1', "123456789"),
    (b'2', "12478"),
    (b'3', "1234578"),
    (b'4', "123456789"),
    (b'5', "1345"),
    (b'6', "123456789"),
    (b'7', "134579"),
    (b'8', "123456789"),
    (b'9', "123456789"),
];

/// Prefixes after the trunk `0` and of eight digits that belong to no area.
const NAO_GEOGRAFICOS: [&str; 6] = ["0300", "0303", "0304", "0500", "0800", "0900"];
const LOCAIS_NAO_GEOGRAFICOS: [&str; 2] = ["400", "300"];

impl Telefone {
    /// Reads a number as people and ERPs write it: with or without `+55`, trunk zero, carrier and punctuation. A mobile
    /// written before the ninth digit gets it.
    ///
    /// # Errors
    /// When it is not a Brazilian geographic number with its area code.
    pub fn parse(texto: &str) -> Result<Self, TelefoneError> {
        let pontuacao = |c: char| c.is_ascii_whitespace() || "()-./+\u{a0}".contains(c);
        if !texto.chars().all(|c| c.is_ascii_digit() || pontuacao(c)) {
            return Err(TelefoneError::Formato);
        }
        let digitos: String = texto.chars().filter(char::is_ascii_digit).collect();
        let internacional = texto.trim_start().starts_with('+') || digitos.starts_with("00");
        let nacional = national(digitos.trim_start_matches("00"), internacional)?;
        let (ddd, assinante) = nacional.split_at_checked(2).ok_or(TelefoneError::Formato)?;
        if !ddd_exists(ddd) {
            return Err(TelefoneError::DddInvalido);
        }
        match (assinante.len(), assinante.bytes().next()) {
            (8, Some(b'2'..=b'5')) | (9, Some(b'9')) => Ok(Self(format!("+55{ddd}{assinante}"))),
            (8, Some(b'6'..=b'9')) => Ok(Self(format!("+55{ddd}9{assinante}"))),
            _ => Err(TelefoneError::Formato),
        }
    }

    /// In E.164.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As people write it: `(11) 98765-4321`.
    #[must_use]
    pub fn formatado(&self) -> String {
        let nacional = self.0.strip_prefix("+55").unwrap_or(&self.0);
        let (ddd, assinante) = nacional.split_at_checked(2).unwrap_or(("", nacional));
        let (inicio, fim) = assinante.split_at_checked(assinante.len() - 4).unwrap_or((assinante, ""));
        format!("({ddd}) {inicio}-{fim}")
    }

    /// As whoever has it knows it again, and nobody else does: `(11) *****-4321`.
    #[must_use]
    pub fn mascarado(&self) -> String {
        let fim = self.0.len().saturating_sub(4);
        let escondidos = "*".repeat(fim.saturating_sub("+5511".len()));
        format!("({}) {escondidos}-{}", self.ddd(), self.0.get(fim..).unwrap_or_default())
    }

    /// Its area code.
    #[must_use]
    pub fn ddd(&self) -> &str {
        self.0.get(3..5).unwrap_or_default()
    }

    /// What answers it.
    #[must_use]
    pub fn tipo(&self) -> TipoTelefone {
        if self.0.len() == "+5511987654321".len() { TipoTelefone::Movel } else { TipoTelefone::Fixo }
    }
}

impl fmt::Debug for Telefone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Telefone(***)")
    }
}

/// Area code and subscriber, without what is dialled in front of them.
fn national(digitos: &str, internacional: bool) -> Result<&str, TelefoneError> {
    if NAO_GEOGRAFICOS.iter().any(|prefixo| digitos.starts_with(prefixo)) {
        return Err(TelefoneError::NaoGeografico);
    }
    let sem_pais = digitos.strip_prefix("55").filter(|resto| matches!(resto.len(), 10 | 11));
    let nacional = match (sem_pais, digitos.strip_prefix('0')) {
        (None, _) if internacional => return Err(TelefoneError::Formato),
        // 0, perhaps two digits of a carrier, area code, subscriber.
        (None, Some(resto)) if matches!(resto.len(), 12 | 13) => resto.get(2..).unwrap_or_default(),
        (Some(resto), _) | (None, Some(resto)) => resto,
        (None, None) => digitos,
    };
    match nacional.len() {
        10 | 11 => Ok(nacional),
        8 if LOCAIS_NAO_GEOGRAFICOS.iter().any(|prefixo| nacional.starts_with(prefixo)) => {
            Err(TelefoneError::NaoGeografico)
        }
        8 | 9 => Err(TelefoneError::SemDdd),
        _ => Err(TelefoneError::Formato),
    }
}

fn ddd_exists(ddd: &str) -> bool {
    let mut digitos = ddd.bytes();
    let (primeiro, segundo) = (digitos.next(), digitos.next());
    DDDS.iter().any(|(dezena, unidades)| {
        Some(*dezena) == primeiro && segundo.is_some_and(|unidade| unidades.as_bytes().contains(&unidade))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lido(texto: &str) -> Result<(String, TipoTelefone), TelefoneError> {
        Telefone::parse(texto).map(|telefone| (telefone.as_str().to_owned(), telefone.tipo()))
    }

    #[test]
    fn r11_a_number_is_shown_as_people_write_it() {
        for (veio, escrito) in [("+5511987654321", "(11) 98765-4321"), ("1133334444", "(11) 3333-4444")] {
            assert_eq!(Telefone::parse(veio).unwrap().formatado(), escrito);
        }
    }

    #[test]
    fn a_masked_number_shows_its_area_and_its_end() {
        for (numero, mascarado) in [("11987654321", "(11) *****-4321"), ("6833334444", "(68) ****-4444")] {
            assert_eq!(Telefone::parse(numero).unwrap().mascarado(), mascarado);
        }
    }

    #[test]
    fn however_it_is_written_it_is_one_number() {
        let movel = Ok(("+5511987654321".to_owned(), TipoTelefone::Movel));
        for texto in [
            "(11) 98765-4321",
            "11987654321",
            "1187654321",
            "0 15 11 98765-4321",
            "0 11 98765-4321",
            "5511987654321",
            "+55 (11) 98765.4321",
            "0055 11 98765 4321",
            "551187654321",
        ] {
            assert_eq!(lido(texto), movel, "{texto}");
        }
        assert_eq!(lido("(11) 3333-4444"), Ok(("+551133334444".to_owned(), TipoTelefone::Fixo)));
        for santa_maria in ["(55) 99999-8888", "55 9999-8888", "55 55 99999-8888"] {
            assert_eq!(lido(santa_maria), Ok(("+5555999998888".to_owned(), TipoTelefone::Movel)));
        }
    }

    #[test]
    fn what_reaches_nobody_is_refused_and_says_why() {
        for (texto, erro) in [
            ("(20) 98765-4321", TelefoneError::DddInvalido),
            ("98765-4321", TelefoneError::SemDdd),
            ("8765-4321", TelefoneError::SemDdd),
            ("0800 777 1234", TelefoneError::NaoGeografico),
            ("0303 123 4567", TelefoneError::NaoGeografico),
            ("4004-1234", TelefoneError::NaoGeografico),
            ("3003-1234", TelefoneError::NaoGeografico),
            ("(11) 09876-5432", TelefoneError::Formato),
            ("(11) 18765-4321", TelefoneError::Formato),
            ("(11) 1234-5678", TelefoneError::Formato),
            ("+1 212 555 0100", TelefoneError::Formato),
            ("+351 912 345 678", TelefoneError::Formato),
            ("(11) 3333-4444 ramal 5", TelefoneError::Formato),
            ("", TelefoneError::Formato),
            ("190", TelefoneError::Formato),
            ("１１987654321", TelefoneError::Formato),
            ("119876543210000000", TelefoneError::Formato),
        ] {
            assert_eq!(lido(texto), Err(erro), "{texto}");
        }
    }

    #[test]
    fn sixty_seven_area_codes_exist() {
        let todos = (10..100).filter(|ddd: &u8| ddd_exists(&ddd.to_string())).count();
        assert_eq!(todos, 67);
        for nenhum in [20, 23, 25, 26, 29, 30, 36, 39, 40, 50, 52, 56, 60, 70, 72, 76, 78, 80, 90] {
            assert!(!ddd_exists(&nenhum.to_string()), "{nenhum}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Telefone::parse("11987654321").unwrap()), "Telefone(***)");
    }

    proptest! {
        #[test]
        fn what_is_accepted_reads_back_as_itself(texto in "[0-9 ()+.-]{0,20}|\\PC{0,20}") {
            if let Ok(telefone) = Telefone::parse(&texto) {
                prop_assert!(matches!(telefone.as_str().len(), 13 | 14));
                prop_assert_eq!(Telefone::parse(telefone.as_str()), Ok(telefone));
            }
        }
    }
}
