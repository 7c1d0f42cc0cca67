//! From the bytes of a file to chunks of títulos, whatever its format.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the ways in which reading fails three have a sentence of their own"
)]

use std::io::{BufReader, ErrorKind};

use chrono::NaiveDate;
use domain::ids::EmpresaId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sheets::{ErroImportacao, ErroLinha, LinhaTitulo, LinhasImportadas, Mapa, Motivo};
use store::Banco;
use store::importacoes::{Arquivo, Chave, ErroDeLinha, FORA_DO_AR, ImportacaoLida, Item};
use store::titulos::{Boleto, EntradaCredor, EntradaDevedor, EntradaTitulo};
use uuid::Uuid;

use super::escopo::Escopo;
use super::metades::Metades;
use super::{Falha, ndjson};

/// Lines a chunk: two of them are in memory, and a transaction of a fraction of a second holds its locks.
const LOTE: usize = 5_000;
/// Reasons a chunk, beyond those of its lines: a file of nothing but faults does not fill the memory.
const MAX_ERROS: usize = 4 * LOTE;

/// How títulos are written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Formato {
    Csv,
    Ndjson,
    Xlsx,
}

impl Formato {
    const TODOS: [Self; 3] = [Self::Csv, Self::Ndjson, Self::Xlsx];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Xlsx => "xlsx",
        }
    }

    pub(crate) fn parse(texto: &str) -> Option<Self> {
        Self::TODOS.into_iter().find(|formato| formato.as_str() == texto)
    }

    /// What a content type says, without its parameters.
    pub(crate) fn from_media(tipo: &str) -> Option<Self> {
        match tipo {
            "text/csv" | "application/csv" => Some(Self::Csv),
            "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Some(Self::Ndjson),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => Some(Self::Xlsx),
            _ => None,
        }
    }
}

/// How the columns of a file are read, as an import keeps it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Regras {
    /// The mapping; none is that of our own sheets.
    pub(crate) mapa: Option<Value>,
    /// Whether the content type says so.
    pub(crate) latin1: bool,
}

impl Regras {
    /// # Errors
    /// Why the mapping cannot be used.
    pub(crate) fn mapa(&self) -> Result<Mapa, sheets::MapaError> {
        let mapa = self.mapa.as_ref().map_or_else(|| Ok(Mapa::default()), Mapa::from_json)?;
        Ok(if self.latin1 { mapa.in_latin1() } else { mapa })
    }
}

/// Lines that go to the database together.
#[derive(Default)]
pub(super) struct Lote {
    /// Those that could be read; apart from each other once the chunk is whole.
    pub(super) metades: Metades,
    /// How many could not.
    pub(super) recusadas: i64,
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

/// What one line turned out to be.
enum Lida {
    Boa(Box<Item>),
    Recusada { linha: i64, erros: Vec<ErroDeLinha> },
}

impl Fonte {
    pub(super) fn new(banco: &Banco, empresa: EmpresaId, lida: &ImportacaoLida) -> Result<Self, Falha> {
        let formato = Formato::parse(&lida.formato).ok_or(store::StoreError::Unknown("formato"))?;
        let regras =
            Regras::deserialize(&lida.regras).ok().ok_or(store::StoreError::Unknown("mapeamento"))?;
        let mapa = regras.mapa().map_err(|erro| Falha::Arquivo(erro.to_string()))?;
        let escopo = Escopo::of(banco, empresa, lida, formato);
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
            if let Some(Err(falha)) = escopo.as_ref().map(|escopo| escopo.name(&mut itens)) {
                return Some(Err(falha));
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
                self.recusadas += 1;
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

fn number(linha: u64) -> i64 {
    i64::try_from(linha).unwrap_or(i64::MAX)
}

fn item(linha: LinhaTitulo, hoje: NaiveDate) -> Item {
    let (devedor, boleto) = (linha.devedor, linha.boleto);
    Item {
        linha: number(linha.linha),
        pago_em: linha.pago_em.filter(|dia| *dia <= hoje),
        entrada: EntradaTitulo {
            codigo_integracao: linha.codigo_integracao,
            numero: linha.numero,
            emissao: linha.emissao,
            vencimento: linha.vencimento,
            valor: linha.valor,
            devedor: EntradaDevedor {
                codigo_integracao: devedor.codigo_integracao,
                nome: devedor.nome,
                documento: devedor.documento,
                categoria: devedor.categoria,
                score: devedor.score,
                gerente: devedor.gerente,
                emails: some(devedor.emails),
                telefones: some(devedor.telefones),
                enderecos: devedor.endereco.map(|endereco| vec![endereco]),
            },
            credor: linha.credor.map(|c| EntradaCredor { codigo_integracao: c.codigo, nome: c.nome }),
            tipo_negocio: linha.tipo_negocio,
            tipo_titulo: linha.tipo_titulo,
            boleto: Boleto {
                nosso_numero: boleto.nosso_numero,
                linha_digitavel: boleto.linha_digitavel.map(|linha| linha.as_str().to_owned()),
                pix_copia_e_cola: boleto.pix_copia_e_cola,
                link_boleto: boleto.link,
            },
        },
    }
}

/// A blank cell says nothing of what is stored.
fn some<T>(lista: Vec<T>) -> Option<Vec<T>> {
    (!lista.is_empty()).then_some(lista)
}

fn reasons(recusa: &ErroLinha) -> Vec<ErroDeLinha> {
    let motivos = recusa.erros.iter().zip(0..);
    let erro = |(erro, ordem): (&sheets::ErroCampo, i16)| ErroDeLinha {
        linha: number(recusa.linha),
        ordem,
        codigo_integracao: None,
        campo: erro.campo.map(|campo| campo.as_str().to_owned()),
        codigo: erro.motivo.codigo().as_str().to_owned(),
        motivo: if erro.valor.is_empty() {
            erro.motivo.to_string()
        } else {
            format!("{} ({})", erro.motivo, erro.valor)
        },
    };
    motivos.map(erro).collect()
}

/// A line of NDJSON is an item of `PUT /v1/titulos`.
fn json_line(linha: i64, bytes: Option<&[u8]>) -> Lida {
    let lida = match bytes {
        Some(bytes) => crate::api::importacoes::parse_line(bytes),
        None => Err((None, vec![ndjson::too_long()])),
    };
    match lida {
        Ok(entrada) => Lida::Boa(Box::new(Item { linha, entrada, pago_em: None })),
        Err((codigo_integracao, erros)) => {
            let erro = |(erro, ordem): (web::ErroCampo, i16)| ErroDeLinha {
                linha,
                ordem,
                codigo_integracao: codigo_integracao.clone(),
                campo: (!erro.campo.is_empty()).then(|| erro.campo.clone()),
                codigo: erro.codigo.to_string(),
                motivo: erro.detalhe.to_string(),
            };
            Lida::Recusada { linha, erros: erros.into_iter().zip(0..).map(erro).collect() }
        }
    }
}
