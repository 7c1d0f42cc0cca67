//! From what people write in sheets to our own types, leniently in spelling and never in meaning.

use std::borrow::Cow;

use chrono::{Datelike, Days, NaiveDate};
use domain::Rotulo;
use domain::boleto::{LinhaDigitavel, link_confere, pix_confere};
use domain::calendario::ANOS;
use domain::dinheiro::{Centavos, DinheiroError};
use domain::documento::{Documento, TipoPessoa};
use domain::email::EnderecoEmail;
use domain::endereco::{Cep, Uf};
use domain::telefone::Telefone;
use encoding_rs::WINDOWS_1252;

use super::MAX_MEIOS;
use super::erro::Motivo;
use crate::mapa::{Codificacao, Decimal, TipoDocumento};

/// What sheets call Latin-1 is Windows-1252, in which every byte means something.
pub(crate) fn decodifica(bytes: &[u8], codificacao: Codificacao) -> Result<Cow<'_, str>, Motivo> {
    match codificacao {
        Codificacao::Utf8 => str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_posicao| Motivo::Codificacao),
        Codificacao::Latin1 => Ok(WINDOWS_1252.decode_without_bom_handling(bytes).0),
    }
}

/// A key, a number on a bill or a label: as much as the API takes.
pub(crate) fn codigo(escrito: &str) -> Result<String, Motivo> {
    texto(escrito, 60)
}

/// A name: the longest of companies have some 150 characters.
pub(crate) fn nome(escrito: &str) -> Result<String, Motivo> {
    texto(escrito, 150)
}

pub(crate) fn texto(texto: &str, maximo: usize) -> Result<String, Motivo> {
    match texto {
        _ if texto.chars().any(char::is_control) => Err(Motivo::Controle),
        _ if texto.chars().nth(maximo).is_some() => Err(Motivo::Longo { maximo }),
        _ => Ok(texto.to_owned()),
    }
}

pub(crate) fn data(texto: &str, formatos: &[String]) -> Result<NaiveDate, Motivo> {
    let nossos: &[&str] = if formatos.is_empty() { &["%Y-%m-%d", "%d/%m/%Y"] } else { &[] };
    let mut lidas = formatos.iter().map(String::as_str).chain(nossos.iter().copied());
    in_calendar(lidas.find_map(|formato| NaiveDate::parse_from_str(texto, formato).ok()))
}

/// A day as a cell of dates holds it: ISO, whatever the map says of texts, the hours after it left out.
pub(crate) fn data_iso(texto: &str) -> Result<NaiveDate, Motivo> {
    let dia = texto.split(['T', ' ']).next().unwrap_or_default();
    in_calendar(NaiveDate::parse_from_str(dia, "%Y-%m-%d").ok())
}

/// A day as spreadsheets count it, the hours after the point left out. They believe that 1900 had a 29th of February, so
/// that days of before it are not told right, and not accepted.
pub(crate) fn dia(numero: &str, de_1904: bool) -> Result<NaiveDate, Motivo> {
    let dias = numero.split('.').next().and_then(|dias| dias.parse::<u64>().ok()).filter(|dias| *dias > 60);
    let inicio =
        if de_1904 { NaiveDate::from_ymd_opt(1904, 1, 1) } else { NaiveDate::from_ymd_opt(1899, 12, 30) };
    in_calendar(dias.zip(inicio).and_then(|(dias, inicio)| inicio.checked_add_days(Days::new(dias))))
}

fn in_calendar(lida: Option<NaiveDate>) -> Result<NaiveDate, Motivo> {
    let data = lida.ok_or(Motivo::Data)?;
    match data.year() {
        0..=99 => Err(Motivo::AnoCurto),
        ano if ANOS.contains(&ano) => Ok(data),
        _ => Err(Motivo::Ano),
    }
}

/// `1.234,56` and `R$ 1.234,56`, or `1,234.56`. Groups of thousands are whole or absent: `1.23` is a mistake, not R$ 123.
pub(crate) fn dinheiro(texto: &str, decimal: Decimal) -> Result<Centavos, Motivo> {
    let (milhar, sinal) = match decimal {
        Decimal::Virgula => ('.', ','),
        Decimal::Ponto => (',', '.'),
    };
    let numero = texto.strip_prefix("R$").unwrap_or(texto).trim();
    let (inteiros, decimais) = numero.split_once(sinal).unwrap_or((numero, "00"));
    let mut grupos = inteiros.trim_start_matches('-').split(milhar);
    let primeiro = grupos.next().map_or(0, str::len);
    let resto = grupos.map(str::len).collect::<Vec<_>>();
    let agrupado =
        resto.is_empty() || ((1..=3).contains(&primeiro) && resto.iter().all(|tamanho| *tamanho == 3));
    if !agrupado || decimais.contains([milhar, sinal]) {
        return Err(Motivo::Separadores);
    }
    let lido = Centavos::parse(&format!("{}.{decimais}", inteiros.replace(milhar, "")));
    let valor = lido.map_err(|erro| match erro {
        DinheiroError::Formato => Motivo::FormaDoValor { decimal: sinal },
        outro @ (DinheiroError::Negativo | DinheiroError::CasasDemais | DinheiroError::AcimaDoLimite) => {
            outro.into()
        }
    })?;
    (valor > Centavos::ZERO).then_some(valor).ok_or(Motivo::Zero)
}

/// Punctuation does not matter. Zeros on the left come back only where the map declares what the column holds; without
/// that, eleven digits may be a CPF or what is left of a CNPJ.
pub(crate) fn documento(texto: &str, tipo: Option<TipoDocumento>) -> Result<Documento, Motivo> {
    let limpo = texto.replace(['.', '-', '/', ' '], "");
    let completo = match tipo {
        None => limpo,
        Some(TipoDocumento::Cpf) => format!("{limpo:0>11}"),
        Some(TipoDocumento::Cnpj) => format!("{limpo:0>14}"),
    };
    let documento = Documento::parse(&completo)?;
    let declarado = match tipo {
        None => true,
        Some(TipoDocumento::Cpf) => matches!(documento, Documento::Cpf(_)),
        Some(TipoDocumento::Cnpj) => matches!(documento, Documento::Cnpj(_)),
    };
    declarado.then_some(documento).ok_or(Motivo::OutroTipoDeDocumento)
}

pub(crate) fn sim_ou_nao(texto: &str) -> Result<bool, Motivo> {
    match texto.to_lowercase().as_str() {
        "sim" => Ok(true),
        "nao" | "não" => Ok(false),
        _ => Err(Motivo::SimOuNao),
    }
}

pub(crate) fn tipo_pessoa(texto: &str) -> Result<TipoPessoa, Motivo> {
    TipoPessoa::parse(&texto.to_lowercase()).map_err(|_palavra| Motivo::TipoPessoa)
}

pub(crate) fn tipo_do_documento(documento: Option<&Documento>) -> TipoPessoa {
    documento.map_or(TipoPessoa::Isenta, Documento::tipo_pessoa)
}

pub(crate) fn email(texto: &str) -> Result<EnderecoEmail, Motivo> {
    Ok(EnderecoEmail::parse(texto)?)
}

pub(crate) fn telefone(texto: &str) -> Result<Telefone, Motivo> {
    Ok(Telefone::parse(texto)?)
}

/// Several of one kind in a cell, with `;` or `,` between them; each once.
pub(crate) fn lista<T: PartialEq>(
    texto: &str,
    um: impl Fn(&str) -> Result<T, Motivo>,
) -> Result<Vec<T>, Motivo> {
    let mut lidos = Vec::new();
    for parte in texto.split([';', ',']).map(str::trim).filter(|parte| !parte.is_empty()) {
        let lido = um(parte)?;
        if !lidos.contains(&lido) {
            lidos.push(lido);
        }
    }
    if lidos.len() > MAX_MEIOS { Err(Motivo::Muitos) } else { Ok(lidos) }
}

pub(crate) fn uf(texto: &str) -> Result<Uf, Motivo> {
    Uf::parse(&texto.to_ascii_uppercase()).map_err(|_sigla| Motivo::Uf)
}

/// Zeros on the left that a spreadsheet ate come back: a CEP of seven digits is one of São Paulo.
pub(crate) fn cep(texto: &str) -> Result<Cep, Motivo> {
    let limpo = texto.replace(['.', '-', ' '], "");
    Ok(Cep::parse(&format!("{limpo:0>8}"))?)
}

pub(crate) fn ibge(texto: &str) -> Result<u32, Motivo> {
    texto.parse().ok().filter(|codigo| (1_100_000..=5_399_999).contains(codigo)).ok_or(Motivo::Ibge)
}

pub(crate) fn rotulo(texto: &str) -> Result<Rotulo, Motivo> {
    let texto = self::texto(texto, 60)?;
    Rotulo::parse(&texto).map_err(|_vazio| Motivo::Ausente)
}

pub(crate) fn score(texto: &str) -> Result<i16, Motivo> {
    texto.parse().ok().filter(|score| (0..=1000).contains(score)).ok_or(Motivo::Score)
}

pub(crate) fn linha_digitavel(texto: &str) -> Result<LinhaDigitavel, Motivo> {
    Ok(LinhaDigitavel::parse(texto)?)
}

pub(crate) fn pix(escrito: &str) -> Result<String, Motivo> {
    let pix = texto(escrito, 512)?;
    pix_confere(&pix).then_some(pix).ok_or(Motivo::Pix)
}

pub(crate) fn link(escrito: &str) -> Result<String, Motivo> {
    let link = texto(escrito, 500)?;
    link_confere(&link).then_some(link).ok_or(Motivo::Link)
}

#[cfg(test)]
mod tests {
    use domain::documento::DocumentoError;
    use proptest::prelude::*;

    use super::super::codigo::Codigo;
    use super::*;

    proptest! {
        #[test]
        fn what_is_written_in_reais_is_read_back(centavos in 1..=domain::dinheiro::LIMITE.get()) {
            let valor = Centavos::new(centavos);
            let reais = valor.reais();
            prop_assert_eq!(dinheiro(&reais, Decimal::Virgula), Ok(valor));
            let de_fora = reais.trim_start_matches("R$ ").replace('.', "_").replace(',', ".").replace('_', ",");
            prop_assert_eq!(dinheiro(&de_fora, Decimal::Ponto), Ok(valor));
            prop_assert_eq!(dinheiro(&valor.to_string(), Decimal::Ponto), Ok(valor));
        }

        #[test]
        fn no_text_panics(texto in ".{0,40}", formato in "(%[dmYy][/-]?){0,4}") {
            for decimal in [Decimal::Virgula, Decimal::Ponto] {
                if let Ok(valor) = dinheiro(&texto, decimal) {
                    prop_assert!(valor > Centavos::ZERO);
                }
            }
            for tipo in [None, Some(TipoDocumento::Cpf), Some(TipoDocumento::Cnpj)] {
                prop_assert!(documento(&texto, tipo).is_err());
            }
            let _respondem = (data(&texto, &[formato]), email(&texto), telefone(&texto), uf(&texto), nome(&texto));
        }
    }

    #[test]
    fn money_is_never_guessed() {
        for (escrito, centavos) in [
            ("1.234,56", 123_456),
            ("R$ 1.234,56", 123_456),
            ("R$\u{a0}7,5", 750),
            ("1234", 123_400),
            ("0,01", 1),
        ] {
            assert_eq!(dinheiro(escrito, Decimal::Virgula), Ok(Centavos::new(centavos)), "{escrito}");
        }
        for escrito in ["1234.56", "1.23", "1,234.56", "1234.567,00", ".123", "1..234,00", "1,2,3"] {
            assert_eq!(dinheiro(escrito, Decimal::Virgula), Err(Motivo::Separadores), "{escrito}");
        }
        for (escrito, motivo) in [
            ("0,00", Motivo::Zero),
            ("-5,00", DinheiroError::Negativo.into()),
            ("R$ -5,00", DinheiroError::Negativo.into()),
            ("1,005", DinheiroError::CasasDemais.into()),
            ("10.000.000.000,00", DinheiroError::AcimaDoLimite.into()),
        ] {
            assert_eq!(motivo.codigo(), Codigo::ForaDoIntervalo, "{escrito}");
            assert_eq!(dinheiro(escrito, Decimal::Virgula), Err(motivo), "{escrito}");
        }
    }

    #[test]
    fn what_is_no_amount_is_told_the_form_of_the_file() {
        for escrito in ["dez", "R$", "1e3", "NaN", "+5,00", "1,", ",5", "1,5e1", "١"] {
            let recusa = dinheiro(escrito, Decimal::Virgula).unwrap_err();
            assert_eq!(recusa.to_string(), "valor deve ter a forma 1234,56", "{escrito}");
            assert_eq!(recusa.codigo(), Codigo::FormatoInvalido);
        }
        let recusa = dinheiro("5.", Decimal::Ponto).unwrap_err();
        assert_eq!(recusa.to_string(), "valor deve ter a forma 1234.56");
    }

    #[test]
    fn zeros_come_back_only_where_the_column_is_declared() {
        assert_eq!(
            documento("191", Some(TipoDocumento::Cpf)).map(|it| it.as_str().to_owned()),
            Ok("00000000191".to_owned())
        );
        assert_eq!(documento("191", None), Err(DocumentoError::Formato.into()));
        assert!(documento("529.982.247-25", None).is_ok() && documento("12abc34501de35", None).is_ok());
        let cnpj_sem_zero = documento("0.0A0.B0C/0D0E-0F", None);
        assert!(cnpj_sem_zero.is_err());
        assert_eq!(documento("11222333000181", Some(TipoDocumento::Cpf)), Err(Motivo::OutroTipoDeDocumento));
        assert_eq!(
            documento("52998224725", Some(TipoDocumento::Cnpj)),
            Err(DocumentoError::DigitoVerificador.into())
        );
    }

    #[test]
    fn dates_follow_the_map_and_stay_in_the_calendar() {
        let formatos = ["%m/%d/%Y".to_owned(), "%d.%m.%y".to_owned()];
        let dia = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        assert_eq!((data("3/2/2026", &formatos), data("02.03.26", &formatos)), (Ok(dia), Ok(dia)));
        assert_eq!((data("2026-03-02", &[]), data("2026-03-02", &formatos)), (Ok(dia), Err(Motivo::Data)));
        assert_eq!(data("02/29/2026", &formatos), Err(Motivo::Data));
        assert_eq!(data("3/2/26", &formatos), Err(Motivo::AnoCurto));
        assert_eq!(Motivo::AnoCurto.to_string(), "escreva o ano com quatro dígitos");
        for fora in ["9999-12-31", "2200-01-01", "1899-12-31", "0999-01-01"] {
            assert_eq!(data(fora, &[]), Err(Motivo::Ano), "{fora}");
        }
        assert_eq!(Motivo::Ano.to_string(), "ano fora do intervalo de 1900 a 2199");
    }

    #[test]
    fn each_other_field_refuses_its_own_faults() {
        assert_eq!(telefone("+55 (11) 90000-0001").unwrap().as_str(), "+5511900000001");
        assert!(matches!(telefone("90000-0001"), Err(Motivo::Telefone(_))));
        assert!(matches!(telefone("11 900000001 r. 2"), Err(Motivo::Telefone(_))));
        assert_eq!((uf("sp"), uf("SPO")), (Ok(Uf::Sp), Err(Motivo::Uf)));
        assert_eq!(
            (cep("1310-100").unwrap().to_string(), ibge("355030")),
            ("01310100".to_owned(), Err(Motivo::Ibge))
        );
        assert!(matches!(cep("013"), Err(Motivo::Cep(_))));
        assert_eq!(
            (score("1000"), score("1001"), score("-1")),
            (Ok(1000), Err(Motivo::Score), Err(Motivo::Score))
        );
        assert!(matches!(linha_digitavel("123"), Err(Motivo::LinhaDigitavel(_))));
        assert_eq!((pix("000201"), link("http://x.com")), (Err(Motivo::Pix), Err(Motivo::Link)));
        assert_eq!(lista("a; b,a ,", codigo), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(lista("0,1,2,3,4,5,6,7,8,9,a", codigo), Err(Motivo::Muitos));
        assert_eq!(
            (tipo_pessoa("Fisica"), tipo_pessoa("F")),
            (Ok(TipoPessoa::Fisica), Err(Motivo::TipoPessoa))
        );
        assert_eq!((nome("a\0b"), codigo("a\nb")), (Err(Motivo::Controle), Err(Motivo::Controle)));
        for (lido, maximo) in [(codigo(&"é".repeat(61)), 60), (nome(&"é".repeat(151)), 150)] {
            assert_eq!(lido, Err(Motivo::Longo { maximo }));
        }
        assert!(codigo(&"é".repeat(60)).is_ok() && nome(&"é".repeat(150)).is_ok());
    }
}
