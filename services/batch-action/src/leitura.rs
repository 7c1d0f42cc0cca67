//! Rules b03, b04: a sheet that says whom a batch is for, line by line.

use std::fs::File;
use std::io::{Seek as _, SeekFrom};

use chrono::{DateTime, Utc};
use domain::ids::{DevedorId, PlanilhaId};
use domain::lote::Planilha;
use domain::planilha::Identificacao;
use sheets::ErroImportacao;
use sheets::lote::{LinhaLote, LinhaRecusada, LinhasDoLote, Modelo, MotivoLote};
use sheets::saida::Formato;
use store::lotes::planilhas::{self, Achado, Avulso, Erro, NovaPlanilha, Recusada};
use store::{StoreError, Tenant};

/// Lines whose debtors are asked for at once.
const LINHAS: usize = 5_000;
/// Bytes of lines that are held meanwhile; a line has 64 KiB at most.
const BYTES: usize = 4 * 1024 * 1024;
/// Lines that are told of a sheet of which none is good: enough to see what is wrong with all of them.
const CONTADAS: usize = 20;

/// A file as it came.
pub(crate) struct Enviada {
    pub(crate) arquivo: File,
    pub(crate) formato: Formato,
    /// What it is called, in the caller's words.
    pub(crate) nome: Option<String>,
}

/// Why a sheet is for nobody.
pub(crate) enum Recusa {
    /// It is none, or has not the columns.
    Ilegivel(ErroImportacao),
    /// It was not read to its end: whoever stands in the rest would be left out.
    Cortada(LinhaRecusada),
    /// None of its lines is good; the first of them.
    NenhumaBoa(Vec<LinhaRecusada>),
}

/// Reads a sheet to its end and notes each line. What it answers is yet to be kept; a refusal asks for the transaction to be undone.
///
/// # Errors
/// The database refused or is unreachable.
pub(crate) fn read(
    t: &mut Tenant<'_>,
    enviada: &Enviada,
    modelo: Modelo,
    agora: DateTime<Utc>,
) -> Result<Result<NovaPlanilha, Recusa>, StoreError> {
    let linhas = match open(enviada, modelo) {
        Ok(linhas) => linhas,
        Err(erro) => return Ok(Err(Recusa::Ilegivel(erro))),
    };
    let cabecalho = linhas.cabecalho().to_vec();
    let mut leitor = Leitor::new(planilhas::new_sheet(agora), modelo);
    for linha in linhas {
        match linha {
            Err(recusada) if recusada.interrompe() => return Ok(Err(Recusa::Cortada(recusada))),
            linha => leitor.take(linha),
        }
        if leitor.full() {
            leitor.note(t)?;
        }
    }
    leitor.note(t)?;
    if leitor.aceitas == 0 {
        return Ok(Err(Recusa::NenhumaBoa(leitor.contadas)));
    }
    Ok(Ok(NovaPlanilha {
        nome: enviada.nome.clone(),
        formato: enviada.formato.extensao(),
        cabecalho,
        planilha: leitor.planilha(),
        desconhecidas: leitor.desconhecidas,
    }))
}

/// From its beginning: it may have been read before, in a transaction that lost a race.
fn open(enviada: &Enviada, modelo: Modelo) -> Result<LinhasDoLote<File>, ErroImportacao> {
    let mut arquivo = enviada.arquivo.try_clone()?;
    arquivo.seek(SeekFrom::Start(0))?;
    match enviada.formato {
        Formato::Csv => LinhasDoLote::new(arquivo, modelo, None),
        Formato::Xlsx => LinhasDoLote::from_xlsx(arquivo, modelo),
    }
}

/// Lines on their way, and what those before them added up to.
struct Leitor {
    id: PlanilhaId,
    avulsa: bool,
    boas: Vec<LinhaLote>,
    ruins: Vec<LinhaRecusada>,
    bytes: usize,
    aceitas: i64,
    repetidas: i64,
    recusadas: i64,
    desconhecidas: i64,
    contadas: Vec<LinhaRecusada>,
}

impl Leitor {
    fn new(id: PlanilhaId, modelo: Modelo) -> Self {
        Self {
            id,
            avulsa: modelo.avulso(),
            boas: Vec::new(),
            ruins: Vec::new(),
            bytes: 0,
            aceitas: 0,
            repetidas: 0,
            recusadas: 0,
            desconhecidas: 0,
            contadas: Vec::new(),
        }
    }

    fn planilha(&self) -> Planilha {
        let Self { id, avulsa, aceitas, repetidas, recusadas, .. } = *self;
        Planilha { id, avulsa, aceitas, repetidas, recusadas }
    }

    fn take(&mut self, linha: Result<LinhaLote, LinhaRecusada>) {
        let celulas = linha.as_ref().map_or_else(|ruim| &ruim.celulas, |boa| &boa.celulas);
        self.bytes += celulas.iter().map(String::len).sum::<usize>();
        match linha {
            Ok(boa) => self.boas.push(boa),
            Err(ruim) => self.ruins.push(ruim),
        }
    }

    fn full(&self) -> bool {
        self.boas.len() + self.ruins.len() >= LINHAS || self.bytes >= BYTES
    }

    /// Finds whom the lines name, and notes these and those that name nobody.
    fn note(&mut self, t: &mut Tenant<'_>) -> Result<(), StoreError> {
        let (ditas, novas) = if self.avulsa { self.address(t)? } else { self.name(t)? };
        self.aceitas += novas;
        self.repetidas += ditas.saturating_sub(novas);
        self.ruins.sort_unstable_by_key(|ruim| ruim.linha);
        let cabem = CONTADAS.saturating_sub(self.contadas.len());
        self.contadas.extend(self.ruins.iter().take(cabem).cloned());
        self.recusadas += count(self.ruins.len());
        let ruins: Vec<Recusada> = self.ruins.drain(..).map(kept).collect();
        planilhas::refuse(t, self.id, &ruins)?;
        self.bytes = 0;
        Ok(())
    }

    /// How many lines named somebody, and how many of them were the first to.
    fn name(&mut self, t: &mut Tenant<'_>) -> Result<(i64, i64), StoreError> {
        let nomeados = self.find(t)?;
        Ok((count(nomeados.len()), planilhas::name(t, self.id, &nomeados)?))
    }

    /// Rule b01: as [`Self::name`], of bare addresses or numbers.
    fn address(&mut self, t: &mut Tenant<'_>) -> Result<(i64, i64), StoreError> {
        let avulsos: Vec<Avulso> = self.boas.drain(..).filter_map(bare).collect();
        Ok((count(avulsos.len()), planilhas::address(t, self.id, &avulsos)?))
    }

    fn find(&mut self, t: &mut Tenant<'_>) -> Result<Vec<(DevedorId, i64)>, StoreError> {
        let boas = std::mem::take(&mut self.boas);
        let ditos: Vec<_> = boas.iter().map(|boa| boa.identificacao.clone()).collect();
        let mut nomeados = Vec::with_capacity(boas.len());
        for (boa, achado) in boas.into_iter().zip(planilhas::find(t, &ditos)?) {
            match achado {
                Achado::Devedor(devedor) => nomeados.push((devedor, line(boa.linha))),
                Achado::Ninguem => {
                    self.desconhecidas += 1;
                    self.ruins.push(boa.refused(MotivoLote::DevedorDesconhecido));
                }
                Achado::DeOutro => self.ruins.push(boa.refused(MotivoLote::DocumentoDeOutro)),
            }
        }
        Ok(nomeados)
    }
}

/// A sheet of addresses or numbers has no other lines.
fn bare(boa: LinhaLote) -> Option<Avulso> {
    let contato = match &boa.identificacao {
        Identificacao::Email(email) => email.as_str(),
        Identificacao::Telefone(telefone) => telefone.as_str(),
        Identificacao::Codigo(_) | Identificacao::Documento(_) | Identificacao::CodigoEDocumento { .. } => {
            return None;
        }
    };
    let (id, contato) = (domain::lote::avulso(&boa.identificacao)?, contato.to_owned());
    Some(Avulso { id, linha: line(boa.linha), contato, nome: boa.nome })
}

fn kept(ruim: LinhaRecusada) -> Recusada {
    let erro = |erro: &sheets::lote::CampoRecusado| Erro {
        campo: erro.campo.map(|campo| campo.as_str().to_owned()),
        codigo: erro.motivo.codigo().to_owned(),
        detalhe: erro.motivo.to_string(),
    };
    Recusada { linha: line(ruim.linha), erros: ruim.erros.iter().map(erro).collect(), celulas: ruim.celulas }
}

/// No file has more.
fn line(linha: u64) -> i64 {
    i64::try_from(linha).unwrap_or(i64::MAX)
}

fn count(quantas: usize) -> i64 {
    i64::try_from(quantas).unwrap_or(i64::MAX)
}
