//! One import, from its keys to what it cancels.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use chrono::NaiveDate;
use chrono_tz::Tz;
use domain::ids::EmpresaId;
use runtime::{Encerramento, Relogio};
use store::importacoes::{self, BATIDA, ErroDeLinha, Feitos, ImportacaoLida, Item, Tomada, Tudo};
use store::{Banco, StoreError, Tenant, empresas};
use uuid::Uuid;

use super::leitura::{Fonte, Lote};
use super::{Falha, recusas};

/// One import in hand.
pub(super) struct Trabalho<'a> {
    pub(super) banco: &'a Banco,
    pub(super) relogio: &'a Relogio,
    pub(super) fim: &'a Encerramento,
    pub(super) empresa: EmpresaId,
    pub(super) tomada: Tomada,
    pub(super) lida: ImportacaoLida,
}

/// What one transaction stores: a chunk, or a half of it.
struct Parte {
    desde: i64,
    lote: Arc<Lote>,
    metade: Option<i16>,
}

impl Trabalho<'_> {
    pub(super) fn carry_out(&self) -> Result<(), Falha> {
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
        let lote = &parte.lote;
        if parte.metade.unwrap_or_default() == 0 && !lote.recusadas.is_empty() {
            // Nobody asks what is wrong with a line over which a later one stands.
            let repetidas = importacoes::repeated(t, self.tomada, (parte.desde, lote.ate))?;
            let vale = |linha: i64| repetidas.binary_search(&linha).is_err();
            let recusadas = lote.recusadas.iter().filter(|linha| vale(**linha)).count();
            feitos.recusados += i64::try_from(recusadas).unwrap_or(i64::MAX);
            erros.extend(lote.erros.iter().filter(|erro| vale(erro.linha)).cloned());
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
    empresas::get(t)?.ok_or(StoreError::Unknown("empresa"))?.zone()
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
    let devidos = lida.abertos.unwrap_or_default().saturating_add(lida.suspensos.unwrap_or_default());
    let a_cancelar = lida.a_cancelar.unwrap_or_default();
    let demais = a_cancelar.saturating_mul(100) > devidos.saturating_mul(lida.limite.into());
    let incerto = lida.sem_chave.unwrap_or_default() > 0;
    let zera = lida.zerados.unwrap_or_default() > 0 && lida.limite < SEM_LIMITE;
    !lida.simular && lida.confirmada_em.is_none() && a_cancelar > 0 && (demais || incerto || zera)
}
