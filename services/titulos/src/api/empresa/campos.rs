//! The fields of a company that only it has.

use std::borrow::Cow;

use chrono::Weekday;
use chrono_tz::Tz;
use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use domain::execucao::Canal;
use domain::fuso::FusoDosEnvios;
use domain::janela::DiasDaSemana;
use domain::regras::Migracao;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};
use web::{ErroValor, ErrosCampo, Inteiro, Lista};

pub(super) struct Fuso(pub(super) Tz);

pub(super) struct Dia(pub(super) Weekday);

/// Rule j07: the other channels have no window.
pub(super) struct CanalComJanela(pub(super) Canal);

/// Rule g03.
pub(super) struct EscolhaMigracao(pub(super) Migracao);

/// Rule j06.
pub(super) struct EscolhaFuso(pub(super) FusoDosEnvios);

/// Rule k07. What is absent stays, and null is a choice.
#[derive(Default)]
pub(super) enum PrazoAcordo {
    #[default]
    Mantem,
    Nunca,
    Dias(u16),
}

impl PrazoAcordo {
    /// As the store takes it.
    #[expect(clippy::option_option, reason = "absent and null are two answers")]
    pub(super) fn mudanca(&self) -> Option<Option<u16>> {
        match self {
            Self::Mantem => None,
            Self::Nunca => Some(None),
            Self::Dias(dias) => Some(Some(*dias)),
        }
    }
}

pub(super) const DIAS: [(&str, Weekday); 7] = [
    ("seg", Weekday::Mon),
    ("ter", Weekday::Tue),
    ("qua", Weekday::Wed),
    ("qui", Weekday::Thu),
    ("sex", Weekday::Fri),
    ("sab", Weekday::Sat),
    ("dom", Weekday::Sun),
];

/// At least one.
pub(super) fn some_day(dias: Lista<Dia, 7>) -> Result<DiasDaSemana, ErroValor> {
    if dias.is_empty() {
        return Err(ErroValor::new("tamanho_invalido", "deve ter ao menos um dia da semana"));
    }
    Ok(DiasDaSemana::new(dias.into_iter().map(|dia| dia.0)))
}

impl Deserr<ErrosCampo> for Fuso {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        web::parse_texto(valor, local, |texto| {
            let lido = texto.parse().ok().map(Fuso);
            lido.ok_or_else(|| ErroValor::formato("um fuso IANA, como America/Sao_Paulo"))
        })
    }
}

impl Deserr<ErrosCampo> for Dia {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        web::parse_texto(valor, local, |texto| {
            let dia = DIAS.iter().find(|(nome, _)| *nome == texto).map(|(_, dia)| Dia(*dia));
            dia.ok_or_else(|| {
                ErroValor::new("valor_invalido", "deve ser seg, ter, qua, qui, sex, sab ou dom")
            })
        })
    }
}

impl Deserr<ErrosCampo> for CanalComJanela {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        web::parse_texto(valor, local, |texto| {
            let canal = Canal::parse(texto).ok().filter(|canal| canal.obedece_janela()).map(Self);
            canal.ok_or_else(|| ErroValor::new("valor_invalido", "deve ser email ou sms"))
        })
    }
}

impl Deserr<ErrosCampo> for EscolhaMigracao {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        web::parse_texto(valor, local, |texto| {
            Migracao::parse(texto).map(Self).map_err(|e| ErroValor::new("valor_invalido", e.to_string()))
        })
    }
}

impl Deserr<ErrosCampo> for EscolhaFuso {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        web::parse_texto(valor, local, |texto| {
            FusoDosEnvios::parse(texto).map(Self).map_err(|e| ErroValor::new("valor_invalido", e.to_string()))
        })
    }
}

impl Deserr<ErrosCampo> for PrazoAcordo {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        if matches!(valor, Value::Null) {
            return Ok(Self::Nunca);
        }
        Inteiro::<u16, 0, 365>::deserialize_from_value(valor, local).map(|dias| Self::Dias(dias.0))
    }
}

/// The schemas of fields whose values are codes.
macro_rules! codes {
    ($($tipo:ident as $nome:literal = $codigos:expr;)+) => {$(
        impl PartialSchema for $tipo {
            fn schema() -> RefOr<Schema> {
                let codigos: Vec<&'static str> = $codigos.collect();
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codigos)).into()
            }
        }

        impl ToSchema for $tipo {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($nome)
            }
        }
    )+};
}

codes! {
    Dia as "DiaDaSemana" = DIAS.iter().map(|(nome, _)| *nome);
    CanalComJanela as "CanalComJanela" =
        Canal::TODOS.iter().filter(|canal| canal.obedece_janela()).map(|canal| canal.as_str());
    EscolhaFuso as "FusoDosEnvios" = FusoDosEnvios::TODOS.iter().map(|escolha| escolha.as_str());
    EscolhaMigracao as "Migracao" = Migracao::TODOS.iter().map(|migracao| migracao.as_str());
}
