//! What is wrong with a sheet, told so that it can be mended, and without repeating anybody's data.

use std::fmt;
use std::io;

use domain::boleto::LinhaInvalida;
use domain::dinheiro::DinheiroError;
use domain::documento::DocumentoError;
use domain::email::EmailError;
use domain::endereco::{CepInvalido, EnderecoError};
use domain::telefone::TelefoneError;
use thiserror::Error;

use super::MAX_MEIOS;
use super::codigo::Codigo;
use crate::mapa::Campo;
use crate::registros::{MAX_BYTES, MAX_COLUNAS};

/// Why no line of the sheet can be read.
#[derive(Debug, Error)]
pub enum ErroImportacao {
    /// Reading failed.
    #[error("não foi possível ler a planilha")]
    Leitura(#[from] io::Error),
    /// Not even a header.
    #[error("a planilha está vazia")]
    Vazia,
    /// Encoded in 16 bits, as some spreadsheets do.
    #[error("a planilha está em UTF-16: salve como CSV UTF-8")]
    Utf16,
    /// The first line is too long to be a header.
    #[error(
        "o cabeçalho não é legível: passa de {MAX_BYTES} bytes; confira o separador, as aspas e as quebras de linha"
    )]
    Cabecalho,
    /// More columns than a line may have.
    #[error("o cabeçalho tem mais de {MAX_COLUNAS} colunas, que é o limite: apague as que não são usadas")]
    ColunasDemais,
    /// The header has bytes of another encoding.
    #[error(
        "o cabeçalho não é UTF-8: indique a codificação latin-1 no mapeamento, ou charset=iso-8859-1 no Content-Type"
    )]
    Codificacao,
    /// A workbook with nothing to be seen in it.
    #[error("todas as planilhas do arquivo estão ocultas: reexiba a que tem os títulos")]
    TudoOculto,
    /// All of the columns that are not there.
    #[error("faltam colunas na planilha: {}", .0.join(", "))]
    ColunasFaltando(Vec<String>),
    /// A column that the map names is there more than once.
    #[error("a coluna {0} aparece mais de uma vez")]
    ColunaRepetida(String),
}

/// Everything that is wrong with one line.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("linha {linha}: {}", .erros.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct ErroLinha {
    /// Line of the file on which the record begins, from 1.
    pub linha: u64,
    /// The ERP's own key of the título, where it could be read: the one thing of the line that is told as it is.
    pub codigo: Option<String>,
    /// In the order of the fields; a reason that concerns the whole line stands alone.
    pub erros: Vec<ErroCampo>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErroCampo {
    /// The field, or `None` for the whole line.
    pub campo: Option<Campo>,
    /// The shape of what stands there: `9` for digits, `a` for letters. Never the thing itself, which may be a name
    /// or a document, also when somebody mapped the wrong column.
    pub valor: String,
    /// What is wrong.
    pub motivo: Motivo,
}

/// Why a field, or a line, is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Motivo {
    /// A required field is blank.
    #[error("obrigatório")]
    Ausente,
    /// A creditor has a name and no key.
    #[error("credor tem nome e não tem código")]
    CredorSemCodigo,
    /// In none of the formats of the map.
    #[error("data em formato desconhecido ou inexistente no calendário")]
    Data,
    /// Before 1900 or after 2199.
    #[error("ano fora do intervalo de 1900 a 2199")]
    Ano,
    /// Nobody says of which century.
    #[error("escreva o ano com quatro dígitos")]
    AnoCurto,
    /// Thousands and decimals do not follow the decimal sign of the map.
    #[error("valor não segue o separador decimal do mapa")]
    Separadores,
    /// Not an amount.
    #[error("valor deve ter a forma 1234{decimal}56")]
    FormaDoValor {
        /// As the file writes it.
        decimal: char,
    },
    /// An amount that cannot be owed.
    #[error(transparent)]
    Dinheiro(#[from] DinheiroError),
    /// Nothing is owed.
    #[error("valor deve ser maior que zero")]
    Zero,
    /// Neither CPF nor CNPJ.
    #[error(transparent)]
    Documento(#[from] DocumentoError),
    /// The other one than the map declares.
    #[error("documento de outro tipo que o declarado no mapa")]
    OutroTipoDeDocumento,
    /// Neither yes nor no.
    #[error("deve ser sim ou nao")]
    SimOuNao,
    /// Not one of the three words.
    #[error("tipo de pessoa deve ser fisica, juridica ou isenta")]
    TipoPessoa,
    /// Says one thing, and the document another.
    #[error("tipo de pessoa não combina com o documento")]
    TipoPessoaIncoerente,
    /// Not an address that mail can be sent to.
    #[error(transparent)]
    Email(#[from] EmailError),
    /// Not a number with area code.
    #[error(transparent)]
    Telefone(#[from] TelefoneError),
    /// More than one debtor may have.
    #[error("mais de {MAX_MEIOS} na mesma célula")]
    Muitos,
    /// Not a postal code.
    #[error(transparent)]
    Cep(#[from] CepInvalido),
    /// Not the code of a municipality.
    #[error("código IBGE do município deve ter 7 dígitos")]
    Ibge,
    /// Part of an address, without the municipality or the state.
    #[error("um endereço precisa de cidade e UF")]
    EnderecoIncompleto,
    /// Two parts of an address contradict each other.
    #[error(transparent)]
    Endereco(EnderecoError),
    /// Not a score.
    #[error("score deve ser de 0 a 1000")]
    Score,
    /// Not the digits of a boleto.
    #[error(transparent)]
    LinhaDigitavel(#[from] LinhaInvalida),
    /// Not a whole Pix.
    #[error("não é um Pix copia e cola inteiro: a soma no fim não confere")]
    Pix,
    /// Not an address of the web that a debtor may be sent to.
    #[error("deve ser um endereço que começa com https://")]
    Link,
    /// Not one of the 27.
    #[error("UF inválida")]
    Uf,
    /// Longer than a text may be.
    #[error("texto com mais de {maximo} caracteres")]
    Longo {
        /// As many as there may be.
        maximo: usize,
    },
    /// A line break, a tab, a NUL in a text.
    #[error("texto com caractere de controle")]
    Controle,
    /// Bytes of another encoding.
    #[error(
        "não é UTF-8: indique a codificação latin-1 no mapeamento, ou charset=iso-8859-1 no Content-Type"
    )]
    Codificacao,
    /// A cell of a spreadsheet that shows an error, or whose formula was never calculated.
    #[error("a célula mostra um erro, ou uma fórmula que não foi calculada")]
    Formula,
    /// A number of a spreadsheet with more digits than it keeps.
    #[error(
        "número com mais de 15 dígitos, que a planilha arredonda: formate a coluna como texto e escreva-o de novo"
    )]
    NumeroArredondado,
    /// More or fewer columns than the header.
    #[error("{lidas} colunas, o cabeçalho tem {esperadas}")]
    Colunas {
        /// As many as the header has.
        esperadas: usize,
        /// As many as the line has.
        lidas: usize,
    },
    /// Too long to be a line.
    #[error("linha com mais de {MAX_BYTES} bytes ou {MAX_COLUNAS} colunas: há aspas sem fechar?")]
    LinhaLonga,
    /// The rest of the file cannot be read.
    #[error("leitura interrompida: {0}")]
    Leitura(io::ErrorKind),
}

impl Motivo {
    /// Its kind, for programs.
    #[must_use]
    pub fn codigo(&self) -> Codigo {
        match self {
            Self::Ausente => Codigo::Obrigatorio,
            Self::CredorSemCodigo => Codigo::CredorSemCodigo,
            Self::Data
            | Self::AnoCurto
            | Self::Documento(_)
            | Self::Email(_)
            | Self::FormaDoValor { .. }
            | Self::Telefone(_)
            | Self::Cep(_)
            | Self::Ibge
            | Self::LinhaDigitavel(_)
            | Self::Pix
            | Self::Link
            | Self::Separadores => Codigo::FormatoInvalido,
            Self::Dinheiro(_) | Self::Zero | Self::Ano | Self::Score => Codigo::ForaDoIntervalo,
            Self::OutroTipoDeDocumento | Self::TipoPessoaIncoerente | Self::Endereco(_) => Codigo::Incoerente,
            Self::EnderecoIncompleto => Codigo::EnderecoIncompleto,
            Self::Muitos => Codigo::ListaGrande,
            Self::SimOuNao | Self::TipoPessoa | Self::Uf => Codigo::ValorInvalido,
            Self::Longo { .. } => Codigo::TamanhoInvalido,
            Self::Controle => Codigo::CaractereInvalido,
            Self::Codificacao => Codigo::CodificacaoInvalida,
            Self::Colunas { .. } => Codigo::ColunasDiferentes,
            Self::Formula => Codigo::FormulaInvalida,
            Self::NumeroArredondado => Codigo::NumeroArredondado,
            Self::LinhaLonga => Codigo::LinhaLonga,
            Self::Leitura(_) => Codigo::LeituraInterrompida,
        }
    }
}

/// Characters of a shape.
const MAX_FORMA: usize = 24;

impl ErroLinha {
    /// Whether nothing follows: the rest of the file could not be read, so what came before is not all of it.
    #[must_use]
    pub fn interrompe(&self) -> bool {
        self.erros.iter().any(|erro| matches!(erro.motivo, Motivo::Leitura(_)))
    }

    pub(super) fn da_linha(linha: u64, motivo: Motivo) -> Self {
        Self { linha, codigo: None, erros: vec![ErroCampo { campo: None, valor: String::new(), motivo }] }
    }
}

impl ErroCampo {
    pub(super) fn new(campo: Campo, texto: &str, motivo: Motivo) -> Self {
        Self { campo: Some(campo), valor: shape(texto), motivo }
    }
}

impl fmt::Display for ErroCampo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { campo, valor, motivo } = self;
        match campo {
            None => write!(f, "{motivo}"),
            Some(campo) if valor.is_empty() => write!(f, "{}: {motivo}", campo.as_str()),
            Some(campo) => write!(f, "{} ({valor}): {motivo}", campo.as_str()),
        }
    }
}

fn shape(texto: &str) -> String {
    let forma = texto.chars().map(|letra| match letra {
        _ if letra.is_numeric() => '9',
        _ if letra.is_alphabetic() => 'a',
        _ if letra.is_ascii_punctuation() => letra,
        _ => ' ',
    });
    let reticencias = texto.chars().nth(MAX_FORMA).map(|_| '…');
    forma.take(MAX_FORMA).chain(reticencias).collect()
}

#[test]
fn a_shape_shows_what_is_wrong_and_nobody() {
    assert_eq!(shape("31/02/2026"), "99/99/9999");
    assert_eq!(shape("João ٣@x\u{0}.com"), "aaaa 9@a .aaa");
    assert_eq!(shape(&"x".repeat(30)), format!("{}…", "a".repeat(24)));
}
