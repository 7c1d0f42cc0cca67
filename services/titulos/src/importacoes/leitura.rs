//! From the bytes of a file to chunks of títulos, whatever its format.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the ways in which reading fails three have a sentence of their own"
)]

use std::io::{BufReader, ErrorKind};

use chrono::NaiveDate;
use domain::ids::EmpresaId;
use serde::Deserialize as _;
use sheets::{ErroImportacao, ErroLinha, LinhasImportadas, Mapa, Motivo};
use store::Banco;
use store::importacoes::{Arquivo, Chave, ErroDeLinha, FORA_DO_AR, ImportacaoLida, Item};
use uuid::Uuid;

use super::escopo::Escopo;
use super::formato::{Formato, Regras};
use super::linha::{Lida, item, json_line, number, reasons};
use super::metades::Metades;
use super::{Falha, ndjson};

/// Lines a chunk: two of them are in memory, and a transaction of a fraction of a second holds its locks.
const LOTE: usize = 5_000;
/// Reasons a chunk, beyond those of its lines: a file of nothing but faults does not fill the memory.
const MAX_ERROS: usize = 4 * LOTE;

/// Lines that go to the database together.
#[derive(Default)]
pub(super) struct Lote {
    /// Those that could be read; apart from each other once the chunk is whole.
    pub(super) metades: Metades,
    /// Those that could not, by number, in order.
    pub(super) recusadas: Vec<i64>,
    /// Why.
    pub(super) erros: Vec<ErroDeLinha>,
    /// The last line of the chunk.
    pub(super) ate: i64,
}

/// A file that can be read from its beginning as often as is needed.
pub(super) struct Fonte {
    banco: Banco,
    empresa: EmpresaId,
    id: Uuid,
    bytes: i64,
    formato: Formato,
    mapa: Mapa,
    escopo: Option<Escopo>,
}

impl Fonte {
    pub(super) fn new(banco: &Banco, empresa: EmpresaId, lida: &ImportacaoLida) -> Result<Self, Falha> {
        let formato = Formato::parse(&lida.formato).ok_or(store::StoreError::Unknown("formato"))?;
        let regras =
            Regras::deserialize(&lida.regras).ok().ok_or(store::StoreError::Unknown("mapeamento"))?;
        let mapa = regras.mapa().map_err(|erro| Falha::Arquivo(erro.to_string()))?;
        let escopo = Escopo::of(lida, formato);
        Ok(Self { banco: banco.clone(), empresa, id: lida.id, bytes: lida.bytes, formato, mapa, escopo })
    }

    /// The key of each line.
    pub(super) fn keys(&self) -> Result<Box<dyn Iterator<Item = Result<Chave, Falha>>>, Falha> {
        Ok(match self.formato {
            Formato::Csv | Formato::Xlsx => Box::new(self.sheet()?.keys().map(|lida| match lida {
                Ok((linha, codigo)) => Ok(Chave { linha: number(linha), codigo }),
                Err(recusa) => Err(broken(&recusa)),
            })),
            Formato::Ndjson => {
                let mut linhas = ndjson::Linhas::new(BufReader::new(self.file()));
                Box::new(std::iter::from_fn(move || {
                    let lida = linhas.next().map_err(|erro| unreadable(erro.kind())).transpose()?;
                    Some(lida.map(|(linha, bytes)| Chave {
                        linha: number(linha),
                        codigo: bytes.and_then(crate::api::importacoes::key_of),
                    }))
                }))
            }
        })
    }

    /// The lines after `depois_de`, chunk by chunk. The first one ends with the line `fim`, if it had begun to be stored.
    pub(super) fn lotes(
        &self,
        depois_de: i64,
        mut fim: Option<i64>,
        hoje: NaiveDate,
    ) -> Result<impl Iterator<Item = Result<Lote, Falha>>, Falha> {
        let mut linhas = self.lines(depois_de, hoje)?;
        let escopo = self.escopo.clone();
        Ok(std::iter::from_fn(move || {
            let (mut lote, mut itens) = (Lote::default(), Vec::with_capacity(LOTE));
            let fim = fim.take();
            while fim.map_or(itens.len() < LOTE && lote.erros.len() < MAX_ERROS, |fim| lote.ate < fim) {
                match linhas.next() {
                    Some(Ok(lida)) => itens.extend(lote.take(lida, escopo.as_ref())),
                    Some(Err(falha)) => return Some(Err(falha)),
                    None => break,
                }
            }
            if let Some(escopo) = &escopo {
                escopo.name(&mut itens);
            }
            lote.metades = Metades::new(itens);
            (lote.ate > 0).then_some(Ok(lote))
        }))
    }

    fn lines(
        &self,
        depois_de: i64,
        hoje: NaiveDate,
    ) -> Result<Box<dyn Iterator<Item = Result<Lida, Falha>>>, Falha> {
        let depois = depois_de.unsigned_abs();
        Ok(match self.formato {
            Formato::Csv | Formato::Xlsx => {
                Box::new(self.sheet()?.after(depois).map(move |lida| match lida {
                    Ok(linha) => Ok(Lida::Boa(Box::new(item(linha, hoje)))),
                    Err(recusa) if recusa.interrompe() => Err(broken(&recusa)),
                    Err(recusa) => {
                        Ok(Lida::Recusada { linha: number(recusa.linha), erros: reasons(&recusa) })
                    }
                }))
            }
            Formato::Ndjson => {
                let mut linhas = ndjson::Linhas::new(BufReader::new(self.file()));
                Box::new(std::iter::from_fn(move || {
                    loop {
                        match linhas.next().map_err(|erro| unreadable(erro.kind())).transpose()? {
                            Ok((linha, _)) if linha <= depois => {}
                            Ok((linha, bytes)) => return Some(Ok(json_line(number(linha), bytes))),
                            Err(falha) => return Some(Err(falha)),
                        }
                    }
                }))
            }
        })
    }

    fn sheet(&self) -> Result<LinhasImportadas<Arquivo>, Falha> {
        let aberta = match self.formato {
            Formato::Xlsx => LinhasImportadas::from_xlsx(self.file(), self.mapa.clone()),
            Formato::Csv | Formato::Ndjson => LinhasImportadas::new(self.file(), self.mapa.clone()),
        };
        aberta.map_err(|erro| match erro {
            ErroImportacao::Leitura(erro) => unreadable(erro.kind()),
            outro => Falha::Arquivo(outro.to_string()),
        })
    }

    fn file(&self) -> Arquivo {
        Arquivo::new(self.banco.clone(), self.empresa, self.id, self.bytes)
    }
}

impl Lote {
    /// Notes a line, and answers it if it is good.
    fn take(&mut self, lida: Lida, escopo: Option<&Escopo>) -> Option<Box<Item>> {
        let lida = match lida {
            Lida::Boa(item) => match escopo.and_then(|escopo| escopo.refuse(&item)) {
                Some(erro) => Lida::Recusada { linha: item.linha, erros: vec![erro] },
                None => Lida::Boa(item),
            },
            recusada @ Lida::Recusada { .. } => recusada,
        };
        match lida {
            Lida::Boa(item) => {
                self.ate = item.linha;
                Some(item)
            }
            Lida::Recusada { linha, erros } => {
                self.ate = linha;
                self.recusadas.push(linha);
                self.erros.extend(erros);
                None
            }
        }
    }
}

/// Our own reading fails when the database does, which passes; anything else is the file's.
fn unreadable(erro: ErrorKind) -> Falha {
    let porque = match erro {
        FORA_DO_AR => return Falha::Interrompida,
        ErrorKind::FileTooLarge => "ele se expande além do limite",
        ErrorKind::UnexpectedEof => "ele está cortado",
        _ => "ele está corrompido, ou não é do formato dito",
    };
    Falha::Arquivo(format!("o arquivo não pôde ser lido até o fim: {porque}"))
}

fn broken(recusa: &ErroLinha) -> Falha {
    let leitura = recusa
        .erros
        .iter()
        .find_map(|erro| if let Motivo::Leitura(tipo) = erro.motivo { Some(unreadable(tipo)) } else { None });
    leitura.unwrap_or_else(|| Falha::Arquivo(recusa.to_string()))
}
