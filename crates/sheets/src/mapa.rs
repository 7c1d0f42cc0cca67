//! How the columns of somebody's sheet become our fields: one small TOML file per ERP.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::NaiveDate;
use chrono::format::{Item, StrftimeItems};
use domain::texto::nfc;
use serde::Deserialize;
use thiserror::Error;

mod campo;

pub use campo::Campo;

/// How to read a sheet. [`Mapa::default`] is for our own: headers named after the fields, comma as decimal sign, ISO
/// dates; there an optional column may be missing.
#[derive(Clone, Debug)]
pub struct Mapa {
    pub(crate) regras: Regras,
    pub(crate) opcionais_podem_faltar: bool,
}

/// Why a map cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum MapaError {
    /// Not TOML, or a key that does not exist.
    #[error("mapa ilegível: {0}")]
    Toml(String),
    /// Nothing says where a required field comes from.
    #[error("o campo {} é obrigatório: indique a coluna em [colunas]", .0.as_str())]
    SemColuna(Campo),
    /// A constant would hide what the column says.
    #[error("o campo {} tem coluna e valor padrão: escolha um", .0.as_str())]
    ColunaEPadrao(Campo),
    /// Does not write a whole date, or not one that reads back.
    #[error("formato de data inválido: {0}")]
    FormatoData(String),
    /// Not a sign that can stand between columns.
    #[error("separador inválido: use um só caractere, como ; ou ,")]
    Separador,
}

/// What a map says, before it is known whether that can work.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regras {
    /// Field to header; two fields may share a column.
    pub colunas: BTreeMap<Campo, String>,
    /// Constants for what the sheet does not have.
    #[serde(default)]
    pub padroes: BTreeMap<Campo, String>,
    /// By field, their word and ours; other words pass unchanged.
    #[serde(default)]
    pub valores: BTreeMap<Campo, BTreeMap<String, String>>,
    /// Tried in order; none means ISO and dd/mm/aaaa.
    #[serde(default)]
    pub formato_data: Vec<String>,
    /// Decimal sign.
    #[serde(default)]
    pub decimal: Decimal,
    /// Encoding of the text.
    #[serde(default)]
    pub codificacao: Codificacao,
    /// None means: whichever of `;`, `,`, the tab and `|` the header has most of.
    #[serde(default)]
    pub separador: Option<char>,
    /// What the column of the document holds.
    #[serde(default)]
    pub documento: RegrasDocumento,
}

/// Decimal sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Decimal {
    /// `1.234,56`.
    #[default]
    #[serde(rename = ",")]
    Virgula,
    /// `1,234.56`.
    #[serde(rename = ".")]
    Ponto,
}

/// Encoding of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Codificacao {
    /// UTF-8.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// Latin-1, which is Windows-1252.
    #[serde(rename = "latin-1")]
    Latin1,
}

/// What the column of the document holds.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegrasDocumento {
    /// Only this; `None` is either.
    pub tipo: Option<TipoDocumento>,
}

/// What a column holds only of. Declared, leading zeros that a spreadsheet ate are put back; otherwise never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TipoDocumento {
    /// CPF.
    Cpf,
    /// CNPJ.
    Cnpj,
}

impl Mapa {
    /// Reads a map. Columns that it names must be in the sheet.
    ///
    /// ```
    /// let mapa = sheets::Mapa::parse(r#"
    ///     separador = ","                          # absent: the header tells
    ///     codificacao = "latin-1"                  # absent: utf-8
    ///     decimal = "."                            # absent: ","
    ///     formato_data = ["%m/%d/%Y", "%d.%m.%y"]  # tried in order; absent: AAAA-MM-DD
    ///
    ///     [colunas]                                # field = header; two fields may share a column
    ///     codigo_integracao = "invoiceNumber"
    ///     vencimento = "DueDate"
    ///     valor = "InvoiceAmount"
    ///     devedor_codigo = "customerID"
    ///     devedor_nome = "customerID"
    ///     categoria = "kind"
    ///
    ///     [padroes]                                # constants for what the sheet does not have
    ///     tipo_pessoa = "isenta"
    ///
    ///     [valores.categoria]                      # their word = ours; other words pass unchanged
    ///     "1" = "varejo"
    ///
    ///     [documento]
    ///     tipo = "cpf"                             # or "cnpj": puts back the zeros on the left
    /// "#);
    /// assert!(mapa.is_ok());
    /// ```
    ///
    /// # Errors
    /// When it is not TOML, has a key that does not exist, leaves a required field without a column, gives a field
    /// both a column and a constant, or names a date format or a separator that cannot work.
    pub fn parse(texto: &str) -> Result<Self, MapaError> {
        Self::new(toml::from_str::<Regras>(texto).map_err(|erro| MapaError::Toml(erro.to_string()))?)
    }

    /// Reads a map from JSON of the same shape, as the API keeps them.
    ///
    /// # Errors
    /// As [`Mapa::parse`].
    pub fn from_json(valor: &serde_json::Value) -> Result<Self, MapaError> {
        Self::new(Regras::deserialize(valor).map_err(|erro| MapaError::Toml(erro.to_string()))?)
    }

    /// The same map for a file of which somebody else says that it is Latin-1.
    #[must_use]
    pub fn in_latin1(mut self) -> Self {
        self.regras.codificacao = Codificacao::Latin1;
        self
    }

    /// A map that does what these rules say.
    ///
    /// # Errors
    /// As [`Mapa::parse`].
    pub fn new(regras: Regras) -> Result<Self, MapaError> {
        let de_algum_lugar =
            |campo: &Campo| regras.colunas.contains_key(campo) || regras.padroes.contains_key(campo);
        if let Some(campo) = Campo::OBRIGATORIOS.into_iter().find(|campo| !de_algum_lugar(campo)) {
            return Err(MapaError::SemColuna(campo));
        }
        if let Some(campo) = regras.padroes.keys().find(|campo| regras.colunas.contains_key(campo)) {
            return Err(MapaError::ColunaEPadrao(*campo));
        }
        if let Some(formato) = regras.formato_data.iter().find(|formato| !escreve_data(formato)) {
            return Err(MapaError::FormatoData(formato.clone()));
        }
        if regras.separador.is_some_and(|sinal| !separa(sinal)) {
            return Err(MapaError::Separador);
        }
        Ok(Self { regras: regras.composed(), opcionais_podem_faltar: false })
    }

    pub(crate) fn separador(&self, cabecalho: &[u8]) -> u8 {
        let quantos = |sinal: u8| cabecalho.split(|byte| *byte == sinal).count();
        // Of the likeliest, the last that no other passes.
        let provavel =
            [b'|', b'\t', b',', b';'].into_iter().max_by_key(|sinal| quantos(*sinal)).unwrap_or(b';');
        self.regras.separador.and_then(|sinal| u8::try_from(sinal).ok()).unwrap_or(provavel)
    }
}

impl Regras {
    /// The same in composed accents: what a map says and what a sheet says must meet, however each was typed.
    fn composed(mut self) -> Self {
        let composed = |texto: &mut String| *texto = nfc(texto).into_owned();
        self.colunas.values_mut().chain(self.padroes.values_mut()).for_each(composed);
        for palavras in self.valores.values_mut() {
            let todas = std::mem::take(palavras).into_iter();
            *palavras =
                todas.map(|(delas, nossa)| (nfc(&delas).into_owned(), nfc(&nossa).into_owned())).collect();
        }
        self
    }
}

impl Default for Mapa {
    fn default() -> Self {
        let regras = Regras {
            colunas: Campo::TODOS.map(|campo| (campo, campo.as_str().to_owned())).into(),
            padroes: BTreeMap::new(),
            valores: BTreeMap::new(),
            formato_data: Vec::new(),
            decimal: Decimal::default(),
            codificacao: Codificacao::default(),
            separador: None,
            documento: RegrasDocumento::default(),
        };
        Self { regras, opcionais_podem_faltar: true }
    }
}

fn escreve_data(formato: &str) -> bool {
    let (mut escrita, data) = (String::new(), NaiveDate::from_ymd_opt(2026, 11, 21).unwrap_or_default());
    !StrftimeItems::new(formato).any(|item| item == Item::Error)
        && write!(escrita, "{}", data.format(formato)).is_ok()
        && NaiveDate::parse_from_str(&escrita, formato) == Ok(data)
}

fn separa(sinal: char) -> bool {
    matches!(sinal, ';' | ',' | '\t' | '|')
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMO: &str =
        "[colunas]\ncodigo_integracao='a'\nvencimento='b'\nvalor='c'\ndevedor_codigo='d'\ndevedor_nome='d'\n";

    #[test]
    fn every_field_is_spelled_in_toml_as_in_our_sheets() {
        let colunas = Campo::TODOS.map(|campo| format!("{} = 'x'\n", campo.as_str())).concat();
        let mapa = Mapa::parse(&format!("[colunas]\n{colunas}")).unwrap();
        assert!(mapa.regras.colunas.into_keys().eq(Campo::TODOS));
    }

    #[test]
    fn a_key_that_does_not_exist_is_refused() {
        for chave in [
            "cor = 'azul'",
            "decimal = ';'",
            "codificacao = 'ebcdic'",
            "[documento]\ntipo = 'rg'",
            "[padroes]\nsexo = 'x'",
        ] {
            let texto = if chave.starts_with('[') {
                format!("{MINIMO}{chave}")
            } else {
                format!("{chave}\n{MINIMO}")
            };
            assert!(matches!(Mapa::parse(&texto), Err(MapaError::Toml(_))), "{chave}");
        }
        assert!(matches!(Mapa::parse(&MINIMO.replace("valor", "value")), Err(MapaError::Toml(_))));
    }

    #[test]
    fn a_required_field_comes_from_somewhere_and_from_one_place() {
        let sem_valor = MINIMO.replace("valor='c'\n", "");
        assert_eq!(Mapa::parse(&sem_valor).unwrap_err(), MapaError::SemColuna(Campo::Valor));
        assert!(Mapa::parse(&format!("{sem_valor}[padroes]\nvalor = '10,00'")).is_ok());
        let dos_dois = format!("{MINIMO}[padroes]\nvalor = '10,00'");
        assert_eq!(Mapa::parse(&dos_dois).unwrap_err(), MapaError::ColunaEPadrao(Campo::Valor));
    }

    #[test]
    fn a_format_that_does_not_write_a_whole_date_is_refused() {
        for formato in ["%m/%Y", "%H:%M", "dia", "%Q", "%d/%m/%Y %H:%M", ""] {
            let mapa = Mapa::parse(&format!("formato_data = ['%Y-%m-%d', '{formato}']\n{MINIMO}"));
            assert_eq!(mapa.unwrap_err(), MapaError::FormatoData(formato.to_owned()), "{formato}");
        }
    }

    #[test]
    fn the_header_tells_the_separator_unless_the_map_does() {
        assert_eq!(Mapa::default().separador(b"a;b,c;d"), b';');
        assert_eq!(Mapa::default().separador(b"a,b,c"), b',');
        assert_eq!(Mapa::default().separador(b"a\tb\tc,d"), b'\t');
        assert_eq!(Mapa::default().separador(b"a|b|c,d"), b'|');
        assert_eq!(Mapa::default().separador(b"a"), b';');
        let de_tabs = Mapa::parse(&format!("separador = \"\\t\"\n{MINIMO}")).unwrap();
        assert_eq!(de_tabs.separador(b"a;b"), b'\t');
        assert_eq!(Mapa::parse(&format!("separador = '\"'\n{MINIMO}")).unwrap_err(), MapaError::Separador);
    }
}
