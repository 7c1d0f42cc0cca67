//! The domain's types as fields of a DTO, and what they look like in the OpenAPI document.
//!
//! The parsers are the domain's; here is only the bridge, and the names a schema needs:
//! `#[schema(value_type = web::esquema::Dinheiro)] valor: Centavos`.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, Utc};
use deserr::{Deserr, IntoValue, Value, ValueKind, ValuePointerRef};
use domain::arquivo::{MotivoDevolucao, TipoArquivo};
use domain::calendario::ANOS;
use domain::contato::CanalContato;
use domain::dinheiro::Centavos;
use domain::documento::{Documento, TipoPessoa};
use domain::email::EnderecoEmail;
use domain::encargos::Contagem;
use domain::endereco::{Cep, Uf};
use domain::enriquecimento::{BaseLegal, EstadoConsulta, Finalidade};
use domain::execucao::{Canal, Estado as EstadoExecucao};
use domain::filtro::{ErroFiltro, Filtro};
use domain::ids;
use domain::lote::{EstadoLote, Resumo};
use domain::meio::{CanalOptOut, OrigemContato};
use domain::negativacao::{Bureau, Situacao};
use domain::negociacao::{EstadoNegociacao, SituacaoNegociacao};
use domain::percentual::Percentual;
use domain::regua::{Criterio, Destinatarios, EstadoRegua, Modo};
use domain::telefone::Telefone;
use domain::titulo::{Origem, StatusTitulo};
use domain::{MAX_ROTULO, Rotulo};
use uuid::Uuid;

use super::erros::{ErroValor, ErrosCampo};
use super::texto::Texto;
use super::tipos::{not_accepted, parse_texto};

/// `Deserr` for types read from text; `$codigo` names the fault, the parser's `Display` (Portuguese) explains it.
macro_rules! from_text {
    ($($tipo:ty: $codigo:literal, $parser:expr;)+) => {$(
        impl Deserr<ErrosCampo> for $tipo {
            fn deserialize_from_value<V: IntoValue>(
                valor: Value<V>,
                local: ValuePointerRef,
            ) -> Result<Self, ErrosCampo> {
                let parser = $parser;
                parse_texto(valor, local, |texto| {
                    parser(texto).map_err(|erro| ErroValor::new($codigo, erro.to_string()))
                })
            }
        }
    )+};
}

/// `Deserr` for the domain's ids.
macro_rules! from_id {
    ($($tipo:ident),+) => {$(
        impl Deserr<ErrosCampo> for ids::$tipo {
            fn deserialize_from_value<V: IntoValue>(
                valor: Value<V>,
                local: ValuePointerRef,
            ) -> Result<Self, ErrosCampo> {
                Uuid::deserialize_from_value(valor, local).map(Self::new)
            }
        }
    )+};
}

from_text! {
    Uuid: "formato_invalido", id;
    NaiveDate: "formato_invalido", dia;
    NaiveTime: "formato_invalido", hora;
    DateTime<Utc>: "formato_invalido", instante;
    Documento: "formato_invalido", Documento::parse;
    EnderecoEmail: "formato_invalido", EnderecoEmail::parse;
    Telefone: "formato_invalido", Telefone::parse;
    Contagem: "valor_invalido", Contagem::parse;
    Cep: "formato_invalido", Cep::parse;
    Uf: "valor_invalido", |texto: &str| Uf::parse(&texto.to_ascii_uppercase());
    OrigemContato: "valor_invalido", OrigemContato::parse;
    CanalOptOut: "valor_invalido", CanalOptOut::parse;
    TipoArquivo: "valor_invalido", TipoArquivo::parse;
    Bureau: "valor_invalido", Bureau::parse;
    Situacao: "valor_invalido", Situacao::parse;
    MotivoDevolucao: "valor_invalido", MotivoDevolucao::parse;
    EstadoConsulta: "valor_invalido", EstadoConsulta::parse;
    Finalidade: "valor_invalido", Finalidade::parse;
    BaseLegal: "valor_invalido", BaseLegal::parse;
    CanalContato: "valor_invalido", CanalContato::parse;
    EstadoNegociacao: "valor_invalido", EstadoNegociacao::parse;
    SituacaoNegociacao: "valor_invalido", SituacaoNegociacao::parse;
    Percentual: "formato_invalido", Percentual::parse;
    TipoPessoa: "valor_invalido", TipoPessoa::parse;
    StatusTitulo: "valor_invalido", StatusTitulo::parse;
    Origem: "valor_invalido", Origem::parse;
    Canal: "valor_invalido", Canal::parse;
    EstadoRegua: "valor_invalido", EstadoRegua::parse;
    Modo: "valor_invalido", Modo::parse;
    Destinatarios: "valor_invalido", Destinatarios::parse;
    Criterio: "valor_invalido", Criterio::parse;
    EstadoExecucao: "valor_invalido", EstadoExecucao::parse;
    EstadoLote: "valor_invalido", EstadoLote::parse;
    Resumo: "formato_invalido", Resumo::parse;
}

from_id!(
    CredorId,
    DevedorId,
    TituloId,
    TemplateId,
    NegociacaoId,
    ContatoId,
    ResultadoContatoId,
    ReguaId,
    PosicaoId,
    AcaoId,
    ConteudoId,
    InscricaoId,
    ExecucaoId,
    NoiteId,
    LoteId
);

/// Every fault of a filter, each with its pointer from the body on.
impl Deserr<ErrosCampo> for Filtro {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef,
    ) -> Result<Self, ErrosCampo> {
        let valor = serde_json::Value::deserialize_from_value(valor, local)?;
        let erro = |erro: ErroFiltro| (erro.ponteiro, ErroValor::new(erro.codigo, erro.detalhe));
        Self::ler(&valor).map_err(|erros| ErrosCampo::below(local, erros.into_iter().map(erro)))
    }
}

/// One line, as every short text.
impl Deserr<ErrosCampo> for Rotulo {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef,
    ) -> Result<Self, ErrosCampo> {
        parse_texto(valor, local, |texto| {
            let linha = Texto::<1, MAX_ROTULO>::parse(texto)?;
            Self::parse(&linha).map_err(|erro| ErroValor::new("tamanho_invalido", erro.to_string()))
        })
    }
}

/// Money: `"1234.56"`, or the JSON number 1234.56.
impl Deserr<ErrosCampo> for Centavos {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef,
    ) -> Result<Self, ErrosCampo> {
        let texto = match valor {
            Value::String(texto) => texto,
            Value::Integer(numero) => numero.to_string(),
            Value::NegativeInteger(numero) => numero.to_string(),
            // The shortest decimal that reads back as this number: what the caller wrote, up to 15 digits.
            Value::Float(numero) => numero.to_string(),
            outro @ (Value::Null | Value::Boolean(_) | Value::Sequence(_) | Value::Map(_)) => {
                return Err(not_accepted(outro, &[ValueKind::String, ValueKind::Float], local));
            }
        };
        Self::parse(&texto)
            .map_err(|erro| ErrosCampo::at(local, ErroValor::new("formato_invalido", erro.to_string())))
    }
}

fn id(texto: &str) -> Result<Uuid, &'static str> {
    Uuid::try_parse(texto).ok().ok_or("deve ser um UUID")
}

/// A day of the years that the business has ([`ANOS`]), by file and by request the same.
fn dia(texto: &str) -> Result<NaiveDate, &'static str> {
    let lida = NaiveDate::parse_from_str(texto, "%Y-%m-%d").ok();
    // chrono also reads `2026-3-1` and `+2026-03-01`; the length admits only AAAA-MM-DD.
    lida.filter(|dia| texto.len() == 10 && ANOS.contains(&dia.year()))
        .ok_or("deve ser uma data que existe, de 1900 a 2199, no formato AAAA-MM-DD")
}

fn hora(texto: &str) -> Result<NaiveTime, &'static str> {
    let lida = NaiveTime::parse_from_str(texto, "%H:%M").ok();
    lida.filter(|_| texto.len() == 5).ok_or("deve ser um horário no formato HH:MM")
}

fn instante(texto: &str) -> Result<DateTime<Utc>, &'static str> {
    let lido = DateTime::parse_from_rfc3339(texto).ok();
    lido.filter(|instante| ANOS.contains(&instante.year()))
        .map(|instante| instante.with_timezone(&Utc))
        .ok_or("deve ser um instante com fuso, de 1900 a 2199, como 2026-03-10T09:00:00-03:00")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::entrada::parse;

    fn centavos(valor: Json) -> Result<i64, String> {
        parse::<Centavos>(valor).map(Centavos::get).map_err(|e| e[0].codigo.to_string())
    }

    #[test]
    fn money_is_a_text_or_a_number_and_never_rounded() {
        for (valor, esperado) in [
            (json!("1234.56"), 123_456),
            (json!(1234.56), 123_456),
            (json!(0.1), 10),
            (json!(9_999_999_999.99), 999_999_999_999_i64),
            (json!(7), 700),
            (json!("0"), 0),
        ] {
            assert_eq!(centavos(valor.clone()), Ok(esperado), "{valor}");
        }
        for ruim in
            [json!("1.234,56"), json!(1.005), json!(-1), json!(1e30), json!(1e-9), json!(""), json!(null)]
        {
            assert!(centavos(ruim.clone()).is_err(), "{ruim}");
        }
    }

    #[test]
    fn every_amount_that_fits_survives_the_way_through_a_json_number() {
        let mut valor = 1_i64;
        while valor < 999_999_999_999 {
            let numero: Json = serde_json::from_str(&Centavos::new(valor).to_string()).unwrap();
            assert_eq!(centavos(numero), Ok(valor));
            valor = valor * 3 + 7;
        }
    }

    #[test]
    fn a_day_has_one_spelling() {
        assert_eq!(parse::<NaiveDate>(json!("2024-02-29")).unwrap().to_string(), "2024-02-29");
        for ruim in ["2025-02-29", "2026-3-1", "01/03/2026", "+2026-03-01", "0026-03-01", "20260301", ""] {
            assert!(parse::<NaiveDate>(json!(ruim)).is_err(), "{ruim}");
        }
    }

    #[test]
    fn a_day_or_an_instant_is_of_the_years_1900_to_2199() {
        for (dia, serve) in
            [("1899-12-31", false), ("1900-01-01", true), ("2199-12-31", true), ("2200-01-01", false)]
        {
            assert_eq!(parse::<NaiveDate>(json!(dia)).is_ok(), serve, "{dia}");
            let instante = parse::<DateTime<Utc>>(json!(format!("{dia}T00:00:00-03:00")));
            assert_eq!(instante.is_ok(), serve, "{dia}");
        }
    }

    #[test]
    fn hours_and_instants_are_exact() {
        assert_eq!(parse::<NaiveTime>(json!("08:30")).unwrap().to_string(), "08:30:00");
        assert!(["8:30", "24:00", "08:30:00"].iter().all(|t| parse::<NaiveTime>(json!(t)).is_err()));
        let instante = parse::<DateTime<Utc>>(json!("2026-03-10T09:00:00-03:00")).unwrap();
        assert_eq!(instante.to_rfc3339(), "2026-03-10T12:00:00+00:00");
        assert!(parse::<DateTime<Utc>>(json!("2026-03-10T09:00:00")).is_err());
    }

    #[test]
    fn the_domains_own_parsers_decide_and_explain() {
        assert_eq!(parse::<Documento>(json!("529.982.247-25")).unwrap().as_str(), "52998224725");
        assert_eq!(parse::<StatusTitulo>(json!("aberto")), Ok(StatusTitulo::Aberto));
        let falta = |erros: Vec<crate::ErroCampo>| format!("{}: {}", erros[0].codigo, erros[0].detalhe);
        let canal = falta(parse::<Canal>(json!("fax")).unwrap_err());
        assert!(canal.starts_with("valor_invalido: ") && canal.contains("email, sms"), "{canal}");
        let documento = falta(parse::<Documento>(json!("529.982.247-26")).unwrap_err());
        assert!(documento.starts_with("formato_invalido: ") && !documento.contains("529"), "{documento}");
        assert!(falta(parse::<EnderecoEmail>(json!(1)).unwrap_err()).starts_with("tipo_invalido: "));
    }

    #[test]
    fn an_id_is_a_uuid() {
        let id = "0192b1f0-0000-7000-8000-000000000001";
        assert_eq!(parse::<ids::TituloId>(json!(id)).unwrap().to_string(), id);
        let erro = &parse::<ids::TituloId>(json!("1")).unwrap_err()[0];
        assert_eq!((erro.codigo.as_ref(), erro.detalhe.as_ref()), ("formato_invalido", "deve ser um UUID"));
    }
}
