//! What is read: the bureau sends the remessa back, with up to twenty codes of three digits at the end of each line.

use chrono::NaiveDate;

use super::codigos::judge;
use super::conta::Conta;
use super::linha::{TAMANHO, digits, field, words};
use super::remessa::LAYOUT;
use crate::bureau::Resposta;

/// The largest file that is read: a remessa of a hundred thousand debts.
pub const MAX_RETORNO: usize = 64 * 1024 * 1024;

/// A retorno, read whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retorno {
    /// The first nine digits of whoever sent the remessa.
    pub informante: u64,
    /// Which remessa it answers.
    pub sequencia: u32,
    /// Codes of its header and its trailer, which are about the whole remessa.
    pub codigos: Vec<u16>,
    /// Its lines, in order.
    pub linhas: Vec<LinhaRetorno>,
}

/// What a line of a retorno is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TipoRetorno {
    /// An inclusion.
    Inclusao,
    /// An exclusion.
    Exclusao,
    /// Something that happened to an entry in the meantime.
    Especial,
}

/// A line of a retorno. `Debug` shows its number and codes.
#[derive(Clone, PartialEq, Eq)]
pub struct LinhaRetorno {
    /// Its number in the remessa, where the header is 1.
    pub registro: u32,
    /// What it is about.
    pub tipo: TipoRetorno,
    /// The document, of fifteen digits, as a number.
    pub documento: u64,
    /// The due date.
    pub vencimento: Option<NaiveDate>,
    /// The contract number.
    pub contrato: String,
    /// What the bureau says of it.
    pub codigos: Vec<u16>,
}

impl std::fmt::Debug for LinhaRetorno {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LinhaRetorno({} {:?} {:?})", self.registro, self.tipo, self.codigos)
    }
}

/// Why a file is no retorno. Nothing of it is used then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RetornoInvalido {
    /// It is too large.
    #[error("o arquivo é grande demais")]
    Grande,
    /// It has no line at all.
    #[error("o arquivo está vazio")]
    Vazio,
    /// A line has another length.
    #[error("a linha {linha} não tem 600 posições")]
    Tamanho {
        /// Which.
        linha: u32,
    },
    /// It does not begin as a file of this layout.
    #[error("o arquivo não começa como um arquivo SERASA-CONVEM04")]
    Layout,
    /// It is a remessa.
    #[error("o arquivo é uma remessa, e não o retorno dela")]
    Remessa,
    /// A number in it is none.
    #[error("a linha {linha} tem um campo que não pode ser lido")]
    Campo {
        /// Where.
        linha: u32,
    },
    /// A line is missing, or one came twice.
    #[error("a linha {linha} está fora de sequência")]
    Sequencia {
        /// Where.
        linha: u32,
    },
    /// It ends before its trailer.
    #[error("o arquivo está cortado: falta o registro final")]
    Cortado,
    /// Something comes after its trailer.
    #[error("há linhas depois do registro final")]
    DepoisDoFim,
}

impl Retorno {
    /// Reads it.
    ///
    /// # Errors
    /// It is no whole retorno.
    pub fn read(bytes: &[u8]) -> Result<Self, RetornoInvalido> {
        if bytes.len() > MAX_RETORNO {
            return Err(RetornoInvalido::Grande);
        }
        let mut numero = 0_u32;
        let mut linhas = lines(bytes).map(|linha| {
            numero = numero.saturating_add(1);
            (numero, linha)
        });
        let (_, cabecalho) = linhas.next().ok_or(RetornoInvalido::Vazio)?;
        let mut retorno = read_header(cabecalho)?;
        for (numero, linha) in linhas.by_ref() {
            if linha.len() != TAMANHO {
                return Err(RetornoInvalido::Tamanho { linha: numero });
            }
            if digits(linha, 594, 600) != Some(numero.into()) {
                return Err(RetornoInvalido::Sequencia { linha: numero });
            }
            let codigos = read_codes(linha).ok_or(RetornoInvalido::Campo { linha: numero })?;
            match linha.first() {
                Some(b'1') => {
                    let lida = read_line(linha, numero, codigos);
                    retorno.linhas.push(lida.ok_or(RetornoInvalido::Campo { linha: numero })?);
                }
                Some(b'9') => {
                    retorno.codigos.extend(codigos);
                    let sobra = linhas.next().is_some();
                    return if sobra { Err(RetornoInvalido::DepoisDoFim) } else { Ok(retorno) };
                }
                _ => return Err(RetornoInvalido::Campo { linha: numero }),
            }
        }
        Err(RetornoInvalido::Cortado)
    }

    /// Whether it answers a remessa of this account.
    #[must_use]
    pub fn is_of(&self, conta: &Conta) -> bool {
        conta.raiz().parse() == Ok(self.informante)
    }

    /// What the bureau says of a line, with what it says of the whole.
    #[must_use]
    pub fn resposta(&self, linha: &LinhaRetorno) -> Resposta {
        let codigos: Vec<u16> = self.codigos.iter().chain(&linha.codigos).copied().collect();
        answer(&codigos, linha.tipo)
    }
}

/// What these codes say of a line.
fn answer(codigos: &[u16], tipo: TipoRetorno) -> Resposta {
    match (judge(codigos, tipo == TipoRetorno::Exclusao), tipo) {
        // A special line that says nothing tells nothing.
        (Resposta::Aceita | Resposta::Recusada, TipoRetorno::Especial) => Resposta::Informada,
        (resposta, _) => resposta,
    }
}

/// Lines that end in CR LF or LF; of the last one the end may be missing, and the mark of an old end of file is none.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let bytes = bytes.strip_suffix(b"\x1a").unwrap_or(bytes);
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let vazio = bytes.is_empty();
    let cortar = |linha| <[u8]>::strip_suffix(linha, b"\r").unwrap_or(linha);
    bytes.split(|b| *b == b'\n').map(cortar).filter(move |_| !vazio)
}

fn read_header(linha: &[u8]) -> Result<Retorno, RetornoInvalido> {
    if linha.first() != Some(&b'0') || field(linha, 105, 119) != LAYOUT.as_bytes() {
        return Err(RetornoInvalido::Layout);
    }
    if linha.len() != TAMANHO {
        return Err(RetornoInvalido::Tamanho { linha: 1 });
    }
    match field(linha, 126, 126) {
        b"R" => {}
        b"E" => return Err(RetornoInvalido::Remessa),
        _ => return Err(RetornoInvalido::Layout),
    }
    let ilegivel = RetornoInvalido::Campo { linha: 1 };
    Ok(Retorno {
        informante: digits(linha, 2, 10).ok_or(ilegivel)?,
        sequencia: digits(linha, 120, 125).and_then(|n| u32::try_from(n).ok()).ok_or(ilegivel)?,
        codigos: read_codes(linha).ok_or(ilegivel)?,
        linhas: Vec::new(),
    })
}

fn read_line(linha: &[u8], registro: u32, codigos: Vec<u16>) -> Option<LinhaRetorno> {
    let tipo = match field(linha, 2, 2) {
        b"I" => TipoRetorno::Inclusao,
        b"E" => TipoRetorno::Exclusao,
        b"C" => TipoRetorno::Especial,
        _ => return None,
    };
    Some(LinhaRetorno {
        registro,
        tipo,
        documento: digits(linha, 34, 48)?,
        vencimento: date(linha, 9, 16),
        contrato: words(linha, 439, 454),
        codigos,
    })
}

/// Zeros are as good as blanks: the field of a line that was taken holds either.
fn read_codes(linha: &[u8]) -> Option<Vec<u16>> {
    let mut codigos = Vec::new();
    for codigo in field(linha, 534, 593).chunks(3) {
        if codigo.iter().all(u8::is_ascii_digit) {
            let numero = codigo.iter().fold(0_u16, |n, b| n * 10 + u16::from(b - b'0'));
            codigos.extend((numero != 0).then_some(numero));
        } else if !codigo.iter().all(|b| *b == b' ') {
            return None;
        }
    }
    Some(codigos)
}

fn date(linha: &[u8], ini: usize, fim: usize) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(&words(linha, ini, fim), "%Y%m%d").ok()
}
