//! What is wrong with a line of the sheet of a batch, with the line itself: whoever sent it corrects it there.

use std::fmt;

use thiserror::Error;

use super::modelo::CampoLote;
use super::{MAX_BYTES, MAX_LINHAS};
use crate::importacao::erro::Motivo;

/// A line that means nobody. What it prints repeats none of it; its cells are for the sheet of refused lines alone.
#[derive(Clone, PartialEq, Eq, Error)]
#[error("linha {linha}: {}", .erros.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct LinhaRecusada {
    /// Where it stands in the file, the header being line 1.
    pub linha: u64,
    /// As they were read, one for each column of the header; none where the line could not be read at all.
    pub celulas: Vec<String>,
    /// All of them, in the order of the fields.
    pub erros: Vec<CampoRecusado>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampoRecusado {
    /// The field, or `None` for the whole line.
    pub campo: Option<CampoLote>,
    /// What is wrong.
    pub motivo: MotivoLote,
}

/// Why a field, or a line, is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MotivoLote {
    /// As in any sheet.
    #[error(transparent)]
    Celula(#[from] Motivo),
    /// Neither of the two by which a debtor is found.
    #[error("preencha codigo_integracao ou documento")]
    SemIdentificacao,
    /// A document of digits that are too few.
    #[error(
        "documento com {digitos} dígitos: se faltam zeros à esquerda, formate a coluna como texto e escreva-os"
    )]
    SemZeros {
        /// How many there are.
        digitos: usize,
    },
    /// A fixed line.
    #[error("telefone fixo não recebe SMS: informe um celular")]
    TelefoneFixo,
    /// What the template has as an example.
    #[error("ainda é o exemplo do modelo: troque-o ou apague a linha")]
    Exemplo,
    /// Nobody of the company has the code, or the document.
    #[error("nenhum devedor da empresa tem este código, ou este documento")]
    DevedorDesconhecido,
    /// The code is of one debtor, and the document is not his.
    #[error("o código é de um devedor, e o documento não é dele: corrija um dos dois, ou deixe só um")]
    DocumentoDeOutro,
    /// More lines than a sheet may have; the rest is not read.
    #[error("a planilha passa de {MAX_LINHAS} linhas: divida-a em duas ou mais")]
    LinhasDemais,
    /// More bytes than a file may have; the rest is not read.
    #[error("o arquivo passa de {} MiB: divida-o", MAX_BYTES / (1024 * 1024))]
    ArquivoGrande,
}

/// The codes that only a line of such a sheet has, and what to do about each: for the page of errors.
pub const CODIGOS: [(&str, &str); 7] = [
    (
        "sem_zeros_a_esquerda",
        "O documento tem só dígitos, e menos que um CPF ou um CNPJ. Formate a coluna como texto e escreva os zeros.",
    ),
    ("telefone_fixo", "O telefone é fixo e não recebe SMS. Informe um celular."),
    ("linha_de_exemplo", "A linha ainda tem uma parte do exemplo do modelo. Troque-a, ou apague a linha."),
    (
        "devedor_desconhecido",
        "Nenhum devedor da empresa tem o código da linha, ou o documento se ela não tem código. Corrija-o, ou cadastre o devedor.",
    ),
    (
        "documento_de_outro_devedor",
        "O código da linha é de um devedor, e o documento não é dele. Corrija um dos dois, ou deixe só um.",
    ),
    (
        "linhas_demais",
        "A planilha tem mais linhas que o limite, e nada dela foi guardado. Divida-a em duas ou mais, cada uma para uma ação.",
    ),
    (
        "arquivo_grande",
        "O arquivo é maior que o limite, e nada dele foi guardado. Divida-o, cada parte para uma ação.",
    ),
];

impl MotivoLote {
    /// Its stable name, for programs: one of [`CODIGOS`], or of [`Codigo`](crate::Codigo).
    #[must_use]
    pub fn codigo(&self) -> &'static str {
        match self {
            Self::Celula(motivo) => motivo.codigo().as_str(),
            Self::SemIdentificacao => Motivo::Ausente.codigo().as_str(),
            Self::SemZeros { .. } => "sem_zeros_a_esquerda",
            Self::TelefoneFixo => "telefone_fixo",
            Self::Exemplo => "linha_de_exemplo",
            Self::DevedorDesconhecido => "devedor_desconhecido",
            Self::DocumentoDeOutro => "documento_de_outro_devedor",
            Self::LinhasDemais => "linhas_demais",
            Self::ArquivoGrande => "arquivo_grande",
        }
    }
}

impl LinhaRecusada {
    /// Whether nothing follows: what came before is not all of the file.
    #[must_use]
    pub fn interrompe(&self) -> bool {
        self.erros.iter().any(|erro| match erro.motivo {
            MotivoLote::LinhasDemais | MotivoLote::ArquivoGrande | MotivoLote::Celula(Motivo::Leitura(_)) => {
                true
            }
            MotivoLote::Celula(_)
            | MotivoLote::SemIdentificacao
            | MotivoLote::SemZeros { .. }
            | MotivoLote::TelefoneFixo
            | MotivoLote::DevedorDesconhecido
            | MotivoLote::DocumentoDeOutro
            | MotivoLote::Exemplo => false,
        })
    }

    pub(super) fn whole(linha: u64, celulas: Vec<String>, motivo: MotivoLote) -> Self {
        Self { linha, celulas, erros: vec![CampoRecusado { campo: None, motivo }] }
    }
}

impl fmt::Display for CampoRecusado {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { campo, motivo } = self;
        match campo {
            None => write!(f, "{motivo}"),
            Some(campo) => write!(f, "{}: {motivo}", campo.as_str()),
        }
    }
}

/// Without its cells.
impl fmt::Debug for LinhaRecusada {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinhaRecusada({self})")
    }
}
