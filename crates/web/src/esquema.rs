//! Names for the OpenAPI document of types that the domain keeps free of it:
//! `#[schema(value_type = web::esquema::Dinheiro)] valor: Centavos`.

use std::borrow::Cow;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! texts {
    ($($(#[$doc:meta])* $nome:ident = $descricao:literal, $exemplo:literal, $formato:expr, $padrao:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $nome;

        impl PartialSchema for $nome {
            fn schema() -> RefOr<Schema> {
                text($descricao, $exemplo, $formato, $padrao).into()
            }
        }

        impl ToSchema for $nome {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($nome))
            }
        }
    )+};
}

macro_rules! codes {
    ($($(#[$doc:meta])* $nome:ident = $tipo:ty;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $nome;

        impl PartialSchema for $nome {
            fn schema() -> RefOr<Schema> {
                let codigos = <$tipo>::TODOS.iter().map(|codigo| codigo.as_str());
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codigos)).into()
            }
        }

        impl ToSchema for $nome {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($nome))
            }
        }
    )+};
}

texts! {
    /// An amount of money, as it is answered.
    Dinheiro = "Valor em reais com duas casas.", "1234.56", None, Some(DINHEIRO);
    /// A CPF or CNPJ. The check digits are beyond what a schema can say: hence a format of our own.
    CpfCnpj = "CPF ou CNPJ (numérico ou alfanumérico), com ou sem pontuação.", "52998224725",
        Some(formato("cpf-cnpj")), None;
    /// An e-mail address.
    Email = "Endereço de e-mail.", "maria@exemplo.com.br", Some(SchemaFormat::KnownFormat(KnownFormat::Email)), None;
    /// A day.
    Dia = "Data no formato AAAA-MM-DD.", "2026-03-10", Some(SchemaFormat::KnownFormat(KnownFormat::Date)),
        Some("^[12][0-9]{3}-");
    /// An instant with its offset from UTC.
    Instante = "Instante com fuso.", "2026-03-10T09:00:00-03:00",
        Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)), Some("^[12][0-9]{3}-");
    /// A time of day.
    Hora = "Horário no formato HH:MM.", "08:30", None, Some("^([01][0-9]|2[0-3]):[0-5][0-9]$");
    /// A time zone.
    Fuso = "Fuso horário da base IANA.", "America/Sao_Paulo", Some(formato("fuso-iana")), None;
    /// Where a page ended.
    Cursor = "`proximo_cursor` da página anterior.", "", Some(formato("cursor")), None;
}

codes! {
    /// What an action goes out by.
    Canal = domain::execucao::Canal;
    /// What became of an execution.
    EstadoExecucao = domain::execucao::Estado;
    /// Whether a régua works.
    EstadoRegua = domain::regua::EstadoRegua;
    /// What walks a régua.
    ModoRegua = domain::regua::Modo;
    /// To whom an action goes.
    Destinatarios = domain::regua::Destinatarios;
    /// What a debtor is.
    TipoPessoa = domain::documento::TipoPessoa;
    /// Where a título comes from.
    Origem = domain::titulo::Origem;
    /// How a título stands.
    StatusTitulo = domain::titulo::StatusTitulo;
    /// Why something happens to a debtor, or does not.
    Razao = domain::regua::Razao;
    /// A kind of criterion of a régua.
    Criterio = domain::regua::Criterio;
    /// Why one régua is tried before another.
    Desempate = domain::regua::Desempate;
    /// Why an enrolment closed.
    MotivoEncerramento = domain::regua::MotivoEncerramento;
}

/// Up to ten digits before the point: what [`domain::dinheiro::Centavos`] holds at most.
const DINHEIRO: &str = "^[0-9]{1,10}(\\.[0-9]{1,2})?$";
const DINHEIRO_MAX: f64 = 9_999_999_999.99;

/// An amount greater than zero as it comes in: the text that a program writes, or the number that many ERPs do.
#[derive(Clone, Copy, Debug)]
pub struct Valor;

impl PartialSchema for Valor {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Array(vec![Type::String, Type::Number]))
            .description(Some("Valor em reais, maior que zero, com até duas casas: texto ou número."))
            .pattern(Some("^(?=.*[1-9])[0-9]{1,10}(\\.[0-9]{1,2})?$"))
            .minimum(Some(0.01))
            .maximum(Some(DINHEIRO_MAX))
            .examples(["1234.56"])
            .into()
    }
}

impl ToSchema for Valor {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Valor")
    }
}

fn formato(nome: &str) -> SchemaFormat {
    SchemaFormat::Custom(nome.to_owned())
}

fn text(descricao: &str, exemplo: &str, formato: Option<SchemaFormat>, padrao: Option<&str>) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(formato)
        .pattern(padrao)
        .description(Some(descricao))
        .examples((!exemplo.is_empty()).then_some(exemplo))
        .build()
}
