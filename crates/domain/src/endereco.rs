//! Postal addresses.

use crate::codigo::codigos;
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

codigos! {
    /// A state.
    pub enum Uf("uf") {
        /// Acre.
        Ac = "AC",
        /// Alagoas.
        Al = "AL",
        /// Amazonas.
        Am = "AM",
        /// Amapá.
        Ap = "AP",
        /// Bahia.
        Ba = "BA",
        /// Ceará.
        Ce = "CE",
        /// Distrito Federal.
        Df = "DF",
        /// Espírito Santo.
        Es = "ES",
        /// Goiás.
        Go = "GO",
        /// Maranhão.
        Ma = "MA",
        /// Minas Gerais.
        Mg = "MG",
        /// Mato Grosso do Sul.
        Ms = "MS",
        /// Mato Grosso.
        Mt = "MT",
        /// Pará.
        Pa = "PA",
        /// Paraíba.
        Pb = "PB",
        /// Pernambuco.
        Pe = "PE",
        /// Piauí.
        Pi = "PI",
        /// Paraná.
        Pr = "PR",
        /// Rio de Janeiro.
        Rj = "RJ",
        /// Rio Grande do Norte.
        Rn = "RN",
        /// Rondônia.
        Ro = "RO",
        /// Roraima.
        Rr = "RR",
        /// Rio Grande do Sul.
        Rs = "RS",
        /// Santa Catarina.
        Sc = "SC",
        /// Sergipe.
        Se = "SE",
        /// São Paulo.
        Sp = "SP",
        /// Tocantins.
        To = "TO",
    }
}

impl Uf {
    /// The two digits with which the IBGE code of each of its municipalities begins.
    #[must_use]
    pub const fn ibge(self) -> u32 {
        match self {
            Self::Ro => 11,
            Self::Ac => 12,
            Self::Am => 13,
            Self::Rr => 14,
            Self::Pa => 15,
            Self::Ap => 16,
            Self::To => 17,
            Self::Ma => 21,
            Self::Pi => 22,
            Self::Ce => 23,
            Self::Rn => 24,
            Self::Pb => 25,
            Self::Pe => 26,
            Self::Al => 27,
            Self::Se => 28,
            Self::Ba => 29,
            Self::Mg => 31,
            Self::Es => 32,
            Self::Rj => 33,
            Self::Sp => 35,
            Self::Pr => 41,
            Self::Sc => 42,
            Self::Rs => 43,
            Self::Ms => 50,
            Self::Mt => 51,
            Self::Go => 52,
            Self::Df => 53,
        }
    }
}

/// Where the CEPs of each state end, by their first five digits, in order; they begin at 01000.
const FAIXAS: [(u32, Uf); 30] = [
    (19_999, Uf::Sp),
    (28_999, Uf::Rj),
    (29_999, Uf::Es),
    (39_999, Uf::Mg),
    (48_999, Uf::Ba),
    (49_999, Uf::Se),
    (56_999, Uf::Pe),
    (57_999, Uf::Al),
    (58_999, Uf::Pb),
    (59_999, Uf::Rn),
    (63_999, Uf::Ce),
    (64_999, Uf::Pi),
    (65_999, Uf::Ma),
    (68_899, Uf::Pa),
    (68_999, Uf::Ap),
    (69_299, Uf::Am),
    (69_399, Uf::Rr),
    (69_899, Uf::Am),
    (69_999, Uf::Ac),
    (72_799, Uf::Df),
    (72_999, Uf::Go),
    (73_699, Uf::Df),
    (76_799, Uf::Go),
    (76_999, Uf::Ro),
    (77_999, Uf::To),
    (78_899, Uf::Mt),
    (79_999, Uf::Ms),
    (87_999, Uf::Pr),
    (89_999, Uf::Sc),
    (99_999, Uf::Rs),
];

/// A postal code: eight digits in a range that is some state's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cep(u32);

/// Why a text is not a CEP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("CEP deve ter 8 dígitos, como 01310-100")]
pub struct CepInvalido;

impl Cep {
    /// Reads `01310-100` or `01310100`.
    ///
    /// # Errors
    /// When it has another form, or is below the first CEP there is.
    pub fn parse(texto: &str) -> Result<Self, CepInvalido> {
        let digitos = match texto.split_once('-') {
            Some((frente, fim)) if frente.len() == 5 && fim.len() == 3 => format!("{frente}{fim}"),
            Some(_) => return Err(CepInvalido),
            None => texto.to_owned(),
        };
        let valido = digitos.len() == 8 && digitos.bytes().all(|b| b.is_ascii_digit());
        let numero = digitos.parse().ok().filter(|numero: &u32| valido && *numero >= 1_000_000);
        numero.map(Self).ok_or(CepInvalido)
    }

    /// As people write it: `01310-100`.
    #[must_use]
    pub fn formatado(self) -> String {
        format!("{:05}-{:03}", self.0 / 1_000, self.0 % 1_000)
    }

    /// Its first five digits.
    #[must_use]
    pub const fn prefixo(self) -> u32 {
        self.0 / 1_000
    }

    /// The state that it is in.
    #[must_use]
    pub fn uf(self) -> Uf {
        FAIXAS.iter().find(|(ate, _)| self.0 / 1_000 <= *ate).map_or(Uf::Rs, |(_, uf)| *uf)
    }
}

impl fmt::Display for Cep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08}", self.0)
    }
}

impl TryFrom<String> for Cep {
    type Error = CepInvalido;

    fn try_from(texto: String) -> Result<Self, CepInvalido> {
        Self::parse(&texto)
    }
}

impl From<Cep> for String {
    fn from(cep: Cep) -> Self {
        cep.to_string()
    }
}

/// A postal address. Its texts were bounded where they came in; `Debug` masks it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endereco {
    /// Street.
    pub logradouro: Option<String>,
    /// House number, or `s/n`.
    pub numero: Option<String>,
    /// Flat, block, floor.
    pub complemento: Option<String>,
    /// Quarter.
    pub bairro: Option<String>,
    /// Municipality.
    pub cidade: String,
    /// State.
    pub uf: Uf,
    /// Postal code.
    pub cep: Option<Cep>,
    /// IBGE code of the municipality, 7 digits.
    pub ibge: Option<u32>,
}

/// Two parts of an address that contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EnderecoError {
    /// The CEP is of another state.
    #[error("o CEP é de {0}")]
    CepDeOutraUf(Uf),
    /// The municipality is of another state, or the code has not 7 digits.
    #[error("o código IBGE deve ter 7 dígitos e começar com o da UF ({})", .0.ibge())]
    Ibge(Uf),
}

impl Endereco {
    /// Whether its parts agree.
    ///
    /// # Errors
    /// The first two that do not.
    pub fn check(&self) -> Result<(), EnderecoError> {
        if let Some(outra) = self.cep.map(Cep::uf).filter(|uf| *uf != self.uf) {
            return Err(EnderecoError::CepDeOutraUf(outra));
        }
        // 7 digits: two of the state, four of the municipality, one that checks them.
        let alheio = |ibge: &u32| ibge / 100_000 != self.uf.ibge();
        self.ibge.filter(alheio).map_or(Ok(()), |_| Err(EnderecoError::Ibge(self.uf)))
    }

    /// Whether a letter reaches it: a street, a city and a CEP, and nothing that contradicts itself.
    #[must_use]
    pub fn postavel(&self) -> bool {
        let rua = self.logradouro.as_deref().is_some_and(|rua| !rua.trim().is_empty());
        rua && !self.cidade.trim().is_empty() && self.cep.is_some() && self.check().is_ok()
    }

    /// On one line: `Av. Paulista, 1000, 5º andar, Bela Vista, São Paulo/SP, CEP 01310-100`.
    #[must_use]
    pub fn em_linha(&self) -> String {
        let cidade = format!("{}/{}", self.cidade, self.uf);
        let cep = self.cep.map(|cep| format!("CEP {}", cep.formatado()));
        let rua = [&self.logradouro, &self.numero, &self.complemento, &self.bairro];
        let partes = rua.into_iter().cloned().chain([Some(cidade), cep]);
        partes.flatten().collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Debug for Endereco {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Endereco(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn em(uf: Uf, cep: Option<&str>, ibge: Option<u32>) -> Result<(), EnderecoError> {
        let cep = cep.map(|cep| Cep::parse(cep).unwrap());
        let (logradouro, numero, complemento, bairro) = (None, None, None, None);
        Endereco { logradouro, numero, complemento, bairro, cidade: "X".to_owned(), uf, cep, ibge }.check()
    }

    #[test]
    fn a_cep_has_eight_digits_and_keeps_its_zeros() {
        for texto in ["01310-100", "01310100"] {
            assert_eq!(Cep::parse(texto).map(|cep| cep.to_string()), Ok("01310100".to_owned()));
        }
        for ruim in ["", "1310100", "0131-0100", "00000000", "00999999", "01310 100", "0131010a", "+1310100"]
        {
            assert_eq!(Cep::parse(ruim), Err(CepInvalido), "{ruim}");
        }
    }

    #[test]
    fn r11_an_address_is_written_as_people_write_it() {
        let texto = |texto: &str| Some(texto.to_owned());
        let mut endereco = Endereco {
            logradouro: texto("Av. Paulista"),
            numero: texto("1000"),
            complemento: texto("5º andar"),
            bairro: texto("Bela Vista"),
            cidade: "São Paulo".to_owned(),
            uf: Uf::Sp,
            cep: Cep::parse("01310100").ok(),
            ibge: None,
        };
        let inteiro = "Av. Paulista, 1000, 5º andar, Bela Vista, São Paulo/SP, CEP 01310-100";
        assert_eq!(endereco.em_linha(), inteiro);
        endereco = Endereco { logradouro: None, complemento: None, bairro: None, cep: None, ..endereco };
        assert_eq!(endereco.em_linha(), "1000, São Paulo/SP");
    }

    #[test]
    fn each_state_has_its_ranges() {
        for (cep, uf) in [
            ("01000000", Uf::Sp),
            ("19999999", Uf::Sp),
            ("20000000", Uf::Rj),
            ("68899999", Uf::Pa),
            ("68900000", Uf::Ap),
            ("69300000", Uf::Rr),
            ("69400000", Uf::Am),
            ("69900000", Uf::Ac),
            ("72799999", Uf::Df),
            ("72800000", Uf::Go),
            ("73000000", Uf::Df),
            ("73700000", Uf::Go),
            ("76800000", Uf::Ro),
            ("78000000", Uf::Mt),
            ("79000000", Uf::Ms),
            ("90000000", Uf::Rs),
            ("99999999", Uf::Rs),
        ] {
            assert_eq!(Cep::parse(cep).unwrap().uf(), uf, "{cep}");
        }
        assert!(FAIXAS.is_sorted_by_key(|(ate, _)| *ate));
        assert!(Uf::TODOS.iter().all(|uf| FAIXAS.iter().any(|(_, outra)| outra == uf)));
    }

    #[test]
    fn cep_state_and_municipality_agree() {
        assert_eq!(em(Uf::Sp, Some("01310100"), Some(3_550_308)), Ok(()));
        assert_eq!(em(Uf::Rj, None, None), Ok(()));
        assert_eq!(em(Uf::Rj, Some("01310100"), None), Err(EnderecoError::CepDeOutraUf(Uf::Sp)));
        for ibge in [3_304_557, 355_030, 35_503_080, 0] {
            assert_eq!(em(Uf::Sp, None, Some(ibge)), Err(EnderecoError::Ibge(Uf::Sp)), "{ibge}");
        }
    }
}
