//! The importer: works on files of títulos, one at a time, and stores how far it is with every chunk.
//!
//! Any number of processes may run it: an import belongs to whoever took it for as long as that one tells of itself. A file is
//! read twice. First its keys only, so that a file that cannot be read to its end, or lacks too much, changes nothing; then all
//! of it, one thread understanding the next chunk while two store the halves of this one. Memory is two chunks, whatever the
//! file.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use chrono::NaiveDate;
use chrono_tz::Tz;
use domain::ids::EmpresaId;
use runtime::{Encerramento, Relogio, supervise};
use store::importacoes::{self, BATIDA, ErroDeLinha, Feitos, ImportacaoLida, Item, Tomada, Tudo};
use store::{Banco, StoreError, Tenant, empresas};
use tokio::sync::Notify;
use uuid::Uuid;

mod escopo;
mod leitura;
mod metades;
mod ndjson;
mod recusas;

use leitura::{Fonte, Lote};
pub(crate) use leitura::{Formato, Regras};

/// Whoever stores each half of a chunk, and whoever reads the file; before that, whoever keeps the keys, whoever reads them, and
/// whoever tells of both.
pub const CONEXOES_DO_IMPORTADOR: u32 = 3;
/// How often imports are looked for that another process was told of, or left behind.
const OLHAR: Duration = Duration::from_secs(1);
/// One look in so many also sweeps files that never arrived whole.
const OLHARES_POR_VARREDURA: u32 = 600;

/// What imports are worked on with.
pub struct Importador {
    banco: Banco,
    relogio: Relogio,
    pedida: Arc<Notify>,
    /// What was in hand when the database went away.
    cortada: Mutex<Option<(EmpresaId, Tomada)>>,
}

/// Why work on an import ended before its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Falha {
    /// The database; another attempt goes on from there.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be used, for this reason.
    #[error("{0}")]
    Arquivo(String),
    /// Somebody else has the import now, or nobody wants it any more.
    #[error("the import is another's")]
    Perdida,
    /// This process ends.
    #[error("the process ends")]
    Encerrando,
    /// The thread that did the work died, or could not read the file from the database.
    #[error("work on an import was cut off")]
    Interrompida,
}

impl Falha {
    /// Whether the database was out of reach: nothing that the import did.
    fn is_outage(&self) -> bool {
        match self {
            Self::Store(erro) => matches!(erro, StoreError::Pool(_) | StoreError::Connection(_)),
            Self::Interrompida => true,
            Self::Arquivo(_) | Self::Perdida | Self::Encerrando => false,
        }
    }
}

/// One import in hand.
struct Trabalho<'a> {
    banco: &'a Banco,
    relogio: &'a Relogio,
    fim: &'a Encerramento,
    empresa: EmpresaId,
    tomada: Tomada,
    lida: ImportacaoLida,
}

/// What one transaction stores: a chunk, or a half of it.
struct Parte {
    desde: i64,
    lote: Arc<Lote>,
    metade: Option<i16>,
}

impl Importador {
    /// Works with `banco`, of [`CONEXOES_DO_IMPORTADOR`] connections; the routes of `contexto` tell it of new imports.
    #[must_use]
    pub fn new(banco: Banco, relogio: Relogio, contexto: &crate::Contexto) -> Arc<Self> {
        Arc::new(Self { banco, relogio, pedida: contexto.importacao_pedida(), cortada: Mutex::default() })
    }

    /// Works on imports until the end is asked for.
    pub async fn run(self: Arc<Self>, fim: Encerramento) {
        let laco = || rounds(Arc::clone(&self), fim.clone());
        supervise("importador", &fim, laco).await;
    }

    /// Works on one import; if the database goes away meanwhile, it is given back as soon as that is there again.
    fn carry_out(&self, trabalho: &Trabalho<'_>) -> Result<(), Falha> {
        let feito = trabalho.carry_out();
        if feito.as_ref().is_err_and(Falha::is_outage) {
            *self.cortada() = Some((trabalho.empresa, trabalho.tomada));
        }
        feito
    }

    fn give_back(&self) -> Result<(), StoreError> {
        let mut cortada = self.cortada();
        if let Some((empresa, tomada)) = *cortada {
            self.banco.da_empresa(empresa, |t| importacoes::give_back(t, tomada))?;
            *cortada = None;
        }
        Ok(())
    }

    /// What a thread that died left in it is still true.
    fn cortada(&self) -> MutexGuard<'_, Option<(EmpresaId, Tomada)>> {
        self.cortada.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn rounds(este: Arc<Importador>, fim: Encerramento) -> Result<(), Falha> {
    let mut olhares = 0;
    while !fim.pedido() {
        let (mesmo, ate) = (Arc::clone(&este), fim.clone());
        let rodada = tokio::task::spawn_blocking(move || round(&mesmo, &ate, olhares));
        rodada.await.map_err(|_panico| Falha::Interrompida)??;
        olhares = (olhares + 1) % OLHARES_POR_VARREDURA;
        tokio::select! {
            () = este.pedida.notified() => {}
            _ = fim.dormir(OLHAR) => {}
        }
    }
    Ok(())
}

fn round(este: &Importador, fim: &Encerramento, olhares: u32) -> Result<(), Falha> {
    este.give_back()?;
    if olhares == 0 {
        importacoes::sweep(&este.banco)?;
    }
    for (empresa, id) in importacoes::waiting(&este.banco)? {
        let agora = este.relogio.agora();
        let tomada = este.banco.da_empresa(empresa, |t| importacoes::claim(t, id, agora))?;
        let Some((tomada, lida)) = tomada else { continue };
        let trabalho = Trabalho { banco: &este.banco, relogio: &este.relogio, fim, empresa, tomada, lida };
        este.carry_out(&trabalho)?;
    }
    Ok(())
}

impl Trabalho<'_> {
    fn carry_out(&self) -> Result<(), Falha> {
        match self.walk() {
            Ok(()) => self.end(None),
            Err(Falha::Arquivo(porque)) => self.end(Some(&porque)),
            Err(Falha::Perdida) => Ok(()),
            Err(Falha::Encerrando) => {
                self.da_empresa(|t| importacoes::release(t, self.tomada))?;
                Ok(())
            }
            Err(falha @ (Falha::Store(_) | Falha::Interrompida)) => Err(falha),
        }
    }

    fn walk(&self) -> Result<(), Falha> {
        let fonte = Fonte::new(self.banco, self.empresa, &self.lida)?;
        let lida = if self.lida.linhas.is_some() { self.lida.clone() } else { self.read_keys(&fonte)? };
        if must_ask(&lida) {
            let minha = self.da_empresa(|t| importacoes::ask(t, self.tomada))?;
            tracing::info!(importacao.id = %lida.id, importacao.a_cancelar = lida.a_cancelar, minha, "importação aguarda confirmação");
            return Err(Falha::Perdida);
        }
        self.store_lines(&fonte)?;
        if !lida.simular {
            // Whoever said yes to it did it.
            let autor = self.lida.confirmada_por.unwrap_or(self.lida.autor);
            while self.gravar_por(autor, |t| self.cancel_some(t))? {
                self.check_end()?;
            }
        }
        Ok(())
    }

    fn end(&self, erro: Option<&str>) -> Result<(), Falha> {
        let agora = self.relogio.agora();
        self.da_empresa(|t| importacoes::end(t, self.tomada, erro, agora))?;
        tracing::info!(importacao.id = %self.tomada.id, falhou = erro.is_some(), "importação terminada");
        Ok(())
    }

    /// Reads the whole file for its keys, and what they say, in one transaction that may last longer than a lease.
    fn read_keys(&self, fonte: &Fonte) -> Result<ImportacaoLida, Falha> {
        let tudo = Tudo { ate: self.lida.criada_em, credor: self.lida.credor_id };
        let completo = (self.lida.modo == "completo").then_some(tudo);
        let read = || {
            self.gravar(|t| {
                importacoes::read_keys(t, self.tomada, completo, fonte.keys()?)?.ok_or(Falha::Perdida)?;
                importacoes::get(t, self.tomada.id)?.ok_or(Falha::Perdida)
            })
        };
        importacoes::while_kept(self.banco, self.empresa, self.tomada, BATIDA, read)
    }

    /// Stores the lines that are not stored yet: this thread and a second one store what the third one reads.
    fn store_lines(&self, fonte: &Fonte) -> Result<(), Falha> {
        let hoje = self.relogio.hoje(self.da_empresa(time_zone)?);
        let (envia, recebe) = sync_channel(0);
        thread::scope(|escopo| {
            escopo.spawn(move || read_lotes(fonte, &self.lida, hoje, &envia));
            self.store_lotes(recebe)
        })
    }

    /// Once this returns, with or without success, the reader finds nobody who listens and stops, and so does whoever stores the
    /// second halves: one thread for all of them, since each new one would take memory of its own.
    fn store_lotes(&self, recebe: Receiver<Result<Lote, Falha>>) -> Result<(), Falha> {
        let (pede, pedidas) = sync_channel::<Parte>(0);
        // With room for the one answer there can be: whoever should take it may have died.
        let (responde, respostas) = sync_channel(1);
        thread::scope(|escopo| {
            escopo.spawn(move || {
                for parte in pedidas {
                    if responde.send(self.store_parte(&parte)).is_err() {
                        return;
                    }
                }
            });
            let (mut desde, mut feita) = (self.lida.posicao, self.lida.metade);
            for lote in recebe {
                let lote = Arc::new(lote?);
                self.store_lote(desde, &lote, feita.take(), (&pede, &respostas))?;
                desde = lote.ate;
                self.check_end()?;
            }
            drop(pede);
            Ok(())
        })
    }

    /// Stores a chunk, except for the half that is stored already.
    fn store_lote(
        &self,
        desde: i64,
        lote: &Arc<Lote>,
        feita: Option<i16>,
        (pede, respostas): (&SyncSender<Parte>, &Receiver<Result<(), Falha>>),
    ) -> Result<(), Falha> {
        let parte = |metade| Parte { desde, lote: Arc::clone(lote), metade };
        match feita {
            _ if !lote.metades.are_two() => self.store_parte(&parte(None)),
            Some(feita) => self.store_parte(&parte(Some(1 - feita))),
            None => {
                pede.send(parte(Some(1))).map_err(|_morta| Falha::Interrompida)?;
                let esta = self.store_parte(&parte(Some(0)));
                let outra = respostas.recv().map_err(|_morta| Falha::Interrompida)?;
                esta.and(outra)
            }
        }
    }

    fn store_parte(&self, parte: &Parte) -> Result<(), Falha> {
        let agora = self.relogio.agora();
        let linhas = || parte.lote.metades.lines(parte.metade);
        let trecho = (parte.desde, parte.lote.ate);
        if !self.lida.simular {
            return self.gravar(|t| {
                let tardias = self.overtaken(t, trecho, linhas())?;
                let tarde =
                    |item: &&Item| tardias.binary_search_by_key(&item.linha, |tarde| tarde.linha).is_ok();
                let em_dia = linhas().filter(|item| !tarde(item));
                let feitos = importacoes::save_chunk(t, self.tomada, trecho, em_dia, agora)?;
                self.tell(t, parte, feitos, &tardias)
            });
        }
        // What a simulation stores is taken back, and what came of it is told.
        let feitos = self.banco.gravar(self.empresa, self.lida.autor, |t| {
            Ok(Err::<(), _>(importacoes::save_chunk(t, self.tomada, trecho, linhas(), agora)?))
        })?;
        self.gravar(|t| self.tell(t, parte, feitos.clone().err().unwrap_or_default(), &[]))
    }

    /// What is stored may be newer than a file that waited for somebody. One that did not is as new as anything.
    fn overtaken<'i>(
        &self,
        t: &mut Tenant<'_>,
        trecho: (i64, i64),
        linhas: impl Iterator<Item = &'i Item>,
    ) -> Result<Vec<&'i Item>, StoreError> {
        match self.lida.confirmada_em {
            None => Ok(Vec::new()),
            Some(_) => importacoes::overtaken(t, self.tomada, trecho, linhas, self.lida.criada_em),
        }
    }

    fn tell(
        &self,
        t: &mut Tenant<'_>,
        parte: &Parte,
        mut feitos: Feitos,
        tardias: &[&Item],
    ) -> Result<(), Falha> {
        let do_banco =
            feitos.recusas.iter().map(|(linha, codigo, recusa)| recusas::of_item(*linha, codigo, *recusa));
        let tarde = tardias.iter().map(|item| recusas::of_late(item));
        let mut erros: Vec<ErroDeLinha> = do_banco.chain(tarde).collect();
        feitos.recusados += i64::try_from(tardias.len()).unwrap_or(i64::MAX);
        // What could not be read is of no half, and is told with the first.
        if parte.metade.unwrap_or_default() == 0 {
            feitos.recusados += parte.lote.recusadas;
            erros.extend(parte.lote.erros.iter().cloned());
        }
        importacoes::save_errors(t, self.tomada.id, &erros)?;
        if importacoes::advance(t, self.tomada, (parte.lote.ate, parte.metade), &feitos)? {
            Ok(())
        } else {
            Err(Falha::Perdida)
        }
    }

    fn cancel_some(&self, t: &mut Tenant<'_>) -> Result<bool, Falha> {
        let mais = importacoes::cancel_some(t, self.tomada, self.lida.criada_em, self.relogio.agora())?;
        if importacoes::keep(t, self.tomada)? { Ok(mais) } else { Err(Falha::Perdida) }
    }

    fn check_end(&self) -> Result<(), Falha> {
        if self.fim.pedido() { Err(Falha::Encerrando) } else { Ok(()) }
    }

    fn da_empresa<T>(
        &self,
        work: impl FnMut(&mut Tenant<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.banco.da_empresa(self.empresa, work)
    }

    /// One transaction whose author is the key that the file came with; whatever failure it ends in, nothing of it stays.
    fn gravar<T>(&self, work: impl FnMut(&mut Tenant<'_>) -> Result<T, Falha>) -> Result<T, Falha> {
        self.gravar_por(self.lida.autor, work)
    }

    fn gravar_por<T>(
        &self,
        autor: Uuid,
        mut work: impl FnMut(&mut Tenant<'_>) -> Result<T, Falha>,
    ) -> Result<T, Falha> {
        self.banco.gravar(self.empresa, autor, |t| match work(t) {
            Ok(feito) => Ok(Ok(feito)),
            Err(Falha::Store(erro)) => Err(erro),
            Err(falha) => Ok(Err(falha)),
        })?
    }
}

fn time_zone(t: &mut Tenant<'_>) -> Result<Tz, StoreError> {
    let empresa = empresas::get(t)?.ok_or(StoreError::Unknown("empresa"))?;
    Ok(empresa.fuso.parse().unwrap_or(Tz::America__Sao_Paulo))
}

/// Sends chunk after chunk until the file ends, something fails, or nobody listens.
fn read_lotes(
    fonte: &Fonte,
    lida: &ImportacaoLida,
    hoje: NaiveDate,
    envia: &SyncSender<Result<Lote, Falha>>,
) {
    match fonte.lotes(lida.posicao, lida.metade_ate, hoje) {
        Ok(lotes) => {
            for lote in lotes {
                if envia.send(lote).is_err() {
                    return;
                }
            }
        }
        Err(falha) => drop(envia.send(Err(falha))),
    }
}

/// The limit of whoever wants to be asked nothing.
const SEM_LIMITE: i16 = 100;

/// A full file cancels what it lacks by itself only within its limit, only when every key of it could be read, and only if it
/// leaves something of everybody: a creditor of whom nothing is left was most likely not in the file at all.
fn must_ask(lida: &ImportacaoLida) -> bool {
    let (abertos, a_cancelar) = (lida.abertos.unwrap_or_default(), lida.a_cancelar.unwrap_or_default());
    let demais = a_cancelar.saturating_mul(100) > abertos.saturating_mul(lida.limite.into());
    let incerto = lida.sem_chave.unwrap_or_default() > 0;
    let zera = lida.zerados.unwrap_or_default() > 0 && lida.limite < SEM_LIMITE;
    !lida.simular && lida.confirmada_em.is_none() && a_cancelar > 0 && (demais || incerto || zera)
}
