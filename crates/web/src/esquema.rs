//! Names for the OpenAPI document of types that the domain keeps free of it:
//! `#[schema(value_type = web::esquema::Dinheiro)] valor: Centavos`.

mod filtro;

use std::borrow::Cow;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

pub use filtro::FiltroDeDevedores;

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
    /// A sum, as it is answered.
    Soma = "Soma em reais com duas casas, que pode passar do que um valor pode ter.", "1234.56", None,
        Some("^[0-9]{1,17}\\.[0-9]{2}$");
    /// A percentage.
    Percentual = "Percentual de 0.00 a 100.00.", "2.50", None,
        Some("^(100(\\.00?)?|[0-9]{1,2}(\\.[0-9]{1,2})?)$");
    /// How a date is written. Which directives there are is beyond what a schema can say.
    FormatoData = "Data na sintaxe de strftime.", "%d/%m/%Y", Some(formato("strftime")), None;
    /// A rate of charges.
    Taxa = "Percentual de 0 a 100, com até seis casas.", "1.00", None,
        Some("^(100(\\.0{1,6})?|[0-9]{1,2}(\\.[0-9]{1,6})?)$");
    /// A CPF or CNPJ. The check digits are beyond what a schema can say: hence a format of our own.
    CpfCnpj = "CPF ou CNPJ (numérico ou alfanumérico), com ou sem pontuação.", "52998224725",
        Some(formato("cpf-cnpj")), None;
    /// An e-mail address.
    Email = "Endereço de e-mail.", "maria@exemplo.com.br", Some(SchemaFormat::KnownFormat(KnownFormat::Email)), None;
    /// A telephone. What makes one is beyond what a schema can say: hence a format of our own.
    Telefone = "Telefone do Brasil com DDD; é guardado em E.164, o celular com o nono dígito.", "(11) 98765-4321",
        Some(formato("telefone-br")), None;
    /// A postal code. Which ones exist is beyond what a schema can say.
    Cep = "CEP, com ou sem hífen.", "01310-100", Some(formato("cep")), Some("^[0-9]{5}-?[0-9]{3}$");
    /// How a series changed in a month.
    Variacao = "Percentual com até seis casas, entre -100 e 100.", "0.48", None, Some("^-?[0-9]{1,2}(\\.[0-9]{1,6})?$");
    /// The digits of a boleto. Its check digits are beyond what a schema can say.
    LinhaDigitavel = "Linha digitável, com ou sem pontuação.", "00190500954014481606906809350314337370000000100",
        Some(formato("linha-digitavel")), None;
    /// The text of a Pix. Its checksum is beyond what a schema can say.
    PixCopiaECola = "Pix copia e cola (BR Code), inteiro.", "", Some(formato("pix-copia-e-cola")), None;
    /// An address on the web.
    Link = "Endereço que começa com https://, de até 500 caracteres.", "https://boletos.exemplo.com.br/123",
        None, Some("^https://[A-Za-z0-9][!-~]{0,491}$");
    /// A day.
    Dia = "Data de 1900 a 2199, no formato AAAA-MM-DD.", "2026-03-10",
        Some(SchemaFormat::KnownFormat(KnownFormat::Date)), Some(ANOS);
    /// An instant with its offset from UTC.
    Instante = "Instante com fuso, de 1900 a 2199.", "2026-03-10T09:00:00-03:00",
        Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)), Some(ANOS);
    /// A time of day.
    Hora = "Horário no formato HH:MM.", "08:30", None, Some("^([01][0-9]|2[0-3]):[0-5][0-9]$");
    /// A time zone.
    Fuso = "Fuso horário da base IANA.", "America/Sao_Paulo", Some(formato("fuso-iana")), None;
    /// Where a page ended.
    Cursor = "`proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.", "", Some(formato("cursor")), Some("^[A-Za-z0-9_-]+$");
}

codes! {
    /// What an action goes out by.
    Canal = domain::execucao::Canal;
    /// Of whom or what a coringa speaks.
    EscopoCoringa = domain::coringas::Escopo;
    /// What a coringa becomes.
    TipoCoringa = domain::coringas::Tipo;
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
    /// A state.
    Uf = domain::endereco::Uf;
    /// How the time of interest is counted.
    ContagemDeDias = domain::encargos::Contagem;
    /// Who told of a contact.
    OrigemContato = domain::meio::OrigemContato;
    /// A channel by which a debtor may ask not to be reached.
    CanalOptOut = domain::meio::CanalOptOut;
    /// What answers a number.
    TipoTelefone = domain::telefone::TipoTelefone;
    /// How a debtor was contacted.
    CanalContato = domain::contato::CanalContato;
    /// How a negotiation stands.
    EstadoNegociacao = domain::negociacao::EstadoNegociacao;
    /// How a negotiation stands on a day.
    SituacaoNegociacao = domain::negociacao::SituacaoNegociacao;
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
    /// What happened to a debtor.
    TipoAcontecimento = domain::acontecimento::TipoAcontecimento;
    /// What a file is.
    TipoArquivo = domain::arquivo::TipoArquivo;
    /// How far a file is.
    EstadoArquivo = domain::arquivo::EstadoArquivo;
    /// What became of a letter.
    FatoCarta = domain::arquivo::FatoCarta;
    /// A credit bureau.
    Bureau = domain::negativacao::Bureau;
    /// Where an entry at a bureau is.
    SituacaoNegativacao = domain::negativacao::Situacao;
    /// How an exclusion stands with its deadline.
    CumprimentoDaBaixa = domain::negativacao::CumprimentoDaBaixa;
    /// Why an entry is taken off.
    MotivoBaixa = domain::negativacao::MotivoBaixa;
    /// Why a letter came back.
    MotivoDevolucao = domain::arquivo::MotivoDevolucao;
    /// Where a query is.
    EstadoConsulta = domain::enriquecimento::EstadoConsulta;
    /// What a query is for.
    Finalidade = domain::enriquecimento::Finalidade;
    /// By which law it is made.
    BaseLegal = domain::enriquecimento::BaseLegal;
    /// A way to reach somebody.
    TipoMeio = domain::enriquecimento::TipoMeio;
    /// Why something that a provider said is not added.
    MotivoRecusaDeContato = domain::enriquecimento::MotivoRecusa;
    /// Why an execution is in the state in which it is.
    MotivoExecucao = domain::execucao::Motivo;
    /// Why an enrolment closed.
    MotivoEncerramento = domain::regua::MotivoEncerramento;
    /// Where a batch action is.
    StatusLote = domain::lote::EstadoLote;
    /// Why a debtor who meets a filter cannot have an action.
    MotivoExclusao = domain::filtro::Exclusao;
}

/// As [`domain::calendario::ANOS`].
const ANOS: &str = "^(19|2[01])[0-9]{2}-";
/// Up to ten digits before the point: what [`domain::dinheiro::Centavos`] holds at most.
const DINHEIRO: &str = "^[0-9]{1,10}(\\.[0-9]{1,2})?$";
const DINHEIRO_MAX: f64 = 9_999_999_999.99;

/// An amount greater than zero as it comes in.
#[derive(Clone, Copy, Debug)]
pub struct Valor;

impl PartialSchema for Valor {
    fn schema() -> RefOr<Schema> {
        amount(
            "Valor em reais, maior que zero, com até duas casas: texto ou número.",
            "^(?=.*[1-9])[0-9]{1,10}(\\.[0-9]{1,2})?$",
            0.01,
        )
    }
}

impl ToSchema for Valor {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Valor")
    }
}

/// A file of text, which has some.
#[derive(Clone, Copy, Debug)]
pub struct ArquivoDeTexto;

impl PartialSchema for ArquivoDeTexto {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).into()
    }
}

impl ToSchema for ArquivoDeTexto {}

/// The bytes of a file, which has some.
#[derive(Clone, Copy, Debug)]
pub struct Arquivo;

impl PartialSchema for Arquivo {
    fn schema() -> RefOr<Schema> {
        let formato = SchemaFormat::KnownFormat(KnownFormat::Binary);
        ObjectBuilder::new().schema_type(Type::String).format(Some(formato)).min_length(Some(1)).into()
    }
}

impl ToSchema for Arquivo {}

/// An amount as it comes in, which may be zero.
#[derive(Clone, Copy, Debug)]
pub struct Quantia;

impl PartialSchema for Quantia {
    fn schema() -> RefOr<Schema> {
        amount("Valor em reais com até duas casas: texto ou número.", DINHEIRO, 0.0)
    }
}

impl ToSchema for Quantia {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Quantia")
    }
}

/// An amount in reais: the text that a program writes, or the number that many ERPs do.
fn amount(descricao: &str, texto: &str, minimo: f64) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(SchemaType::Array(vec![Type::String, Type::Number]))
        .description(Some(descricao))
        .pattern(Some(texto))
        .minimum(Some(minimo))
        .maximum(Some(DINHEIRO_MAX))
        .examples(["1234.56"])
        .into()
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
