//! The simulator: walks simulations that were asked for, one at a time, and stores nothing but what came out.
//!
//! A simulation sees its company between two nights: while one is under way it is left for later, and those of other companies
//! go on; when one is opened while it reads, it begins again. Within that, each debtor is as it is when its page is read. Its
//! memory is a page and the tallies, however many debtors there are, so an engine that takes over from one that died begins
//! again too.

mod plano;
mod resultado;

use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::EmpresaId;
use domain::regua::{Apuracao, Devedor};
use runtime::{Cronometro, Encerramento, Relogio, cronometro};
use store::simulacoes::{self, Pedido, Progresso, Tomada};
use store::{Banco, StoreError, Tenant, noites};
use uuid::Uuid;

use crate::{Engine, Falha, first_failure};
use plano::{Plano, Preparo};
pub(crate) use resultado::Resultado;

/// Debtors a page: as many as the two chunks that a night has in hand.
const PAGINA: i64 = 5_000;
/// How often an engine looks for simulations that another one left behind.
const OLHAR: Duration = Duration::from_millis(500);
/// How often a simulation that lets a night go first looks whether it is over.
const ESPERA: Duration = Duration::from_millis(100);
/// Pages are this many looks apart while any night is under way: a page takes a fraction of a second, and the night goes first.
const OLHARES_POR_PAGINA: u32 = 20;

/// Walks simulations until the end is asked for.
///
/// # Errors
/// The database cannot be used; whoever supervises the loop starts it again, and the simulation begins again.
pub(crate) async fn run(engine: Arc<Engine>, fim: Encerramento) -> Result<(), Falha> {
    let mesa = Mesa { banco: engine.banco.clone(), relogio: engine.relogio.clone(), fim: fim.clone() };
    while !fim.pedido() {
        let mut rodada = Ok(());
        for (empresa, id) in mesa.blocking(between_nights).await? {
            rodada = first_failure(rodada, mesa.walk_one(empresa, id).await)?;
        }
        rodada?;
        tokio::select! {
            () = engine.pedida.notified() => {}
            _ = fim.dormir(OLHAR) => {}
        }
    }
    Ok(())
}

/// Simulations that nobody walks, but for those of a company whose night is under way: they are not even taken, so that
/// waiting writes nothing.
fn between_nights(mesa: &Mesa) -> Result<Vec<(EmpresaId, Uuid)>, StoreError> {
    let mut esperam = simulacoes::waiting(&mesa.banco)?;
    if !esperam.is_empty() {
        let andando = noites::under_way(&mesa.banco)?;
        esperam.retain(|(empresa, _)| andando.iter().all(|(outra, ..)| outra != empresa));
    }
    Ok(esperam)
}

/// What a simulation is walked with.
#[derive(Clone)]
pub(crate) struct Mesa {
    pub(crate) banco: Banco,
    pub(crate) relogio: Relogio,
    pub(crate) fim: Encerramento,
}

/// What the pages so far added up to.
#[derive(Default)]
struct Soma {
    simulado: Apuracao,
    presente: Apuracao,
}

/// How a walk through the debtors ended.
enum Fim {
    Completo(Box<Soma>),
    /// A night was opened meanwhile.
    OutraNoite,
    /// Somebody else has the simulation now, or nobody wants it any more.
    Perdida,
    /// This process ends.
    Encerrando,
}

/// A page of debtors.
enum Pagina {
    Lida(Vec<Devedor>, Option<Uuid>),
    OutraNoite,
}

impl Mesa {
    /// Walks a simulation, unless somebody else took it.
    pub(crate) async fn walk_one(&self, empresa: EmpresaId, id: Uuid) -> Result<(), Falha> {
        match self.claim(empresa, id).await? {
            Some((tomada, pedido)) => self.walk(empresa, tomada, &pedido).await,
            None => Ok(()),
        }
    }

    /// Takes a simulation that nobody walks.
    async fn claim(&self, empresa: EmpresaId, id: Uuid) -> Result<Option<(Tomada, Pedido)>, Falha> {
        self.da_empresa(empresa, move |t, agora| simulacoes::claim(t, id, agora)).await
    }

    /// Walks a simulation to its end, or gives it back when a night of its company is under way.
    async fn walk(&self, empresa: EmpresaId, tomada: Tomada, pedido: &Pedido) -> Result<(), Falha> {
        loop {
            let este = pedido.clone();
            let preparo = self.reading(empresa, move |t| Plano::prepare(t, &este)).await?;
            let plano = match preparo {
                Preparo::Pronto(plano) => Arc::new(*plano),
                Preparo::NoiteAndando => return self.release(empresa, tomada).await,
                Preparo::Impossivel(porque) => {
                    let falhar = move |t: &mut Tenant<'_>, agora| simulacoes::fail(t, tomada, porque, agora);
                    return self.da_empresa(empresa, falhar).await;
                }
            };
            match self.walk_pages(empresa, tomada, &plano).await? {
                Fim::Completo(soma) => {
                    let resultado = plano.resultado(&soma.simulado, &soma.presente)?;
                    let gravar =
                        move |t: &mut Tenant<'_>, agora| simulacoes::finish(t, tomada, &resultado, agora);
                    return self.da_empresa(empresa, gravar).await;
                }
                Fim::OutraNoite => {}
                Fim::Perdida => return Ok(()),
                Fim::Encerrando => return self.release(empresa, tomada).await,
            }
        }
    }

    /// Tells how far it is. Answers whether the simulation is still ours.
    async fn tell(&self, empresa: EmpresaId, tomada: Tomada, ate_aqui: Progresso) -> Result<bool, Falha> {
        self.da_empresa(empresa, move |t, _| simulacoes::progress(t, tomada, ate_aqui)).await
    }

    async fn release(&self, empresa: EmpresaId, tomada: Tomada) -> Result<(), Falha> {
        self.da_empresa(empresa, move |t, _| simulacoes::release(t, tomada)).await
    }

    /// Page after page: the next one is read while this one is decided.
    async fn walk_pages(&self, empresa: EmpresaId, tomada: Tomada, plano: &Arc<Plano>) -> Result<Fim, Falha> {
        let relogio = cronometro();
        let (mut soma, mut olhados) = (Soma::default(), 0_i64);
        let mut pagina = self.read(empresa, plano, None).await?;
        loop {
            let Pagina::Lida(devedores, cursor) = pagina else { return Ok(Fim::OutraNoite) };
            olhados = olhados.saturating_add(i64::try_from(devedores.len()).unwrap_or(i64::MAX));
            let decidir = decide(Arc::clone(plano), devedores);
            let Some(cursor) = cursor else {
                soma.add(decidir.await?);
                let minha = self.tell(empresa, tomada, plano.progresso(olhados, &relogio)).await?;
                return Ok(if minha { Fim::Completo(Box::new(soma)) } else { Fim::Perdida });
            };
            let (parte, seguinte) = tokio::join!(decidir, self.read(empresa, plano, Some(cursor)));
            soma.add(parte?);
            pagina = seguinte?;
            if !self.tell(empresa, tomada, plano.progresso(olhados, &relogio)).await? {
                return Ok(Fim::Perdida);
            }
            if !self.give_way().await? {
                return Ok(Fim::Encerrando);
            }
        }
    }

    /// Reads the page after `cursor`. What was read is of before any night that is opened later.
    async fn read(
        &self,
        empresa: EmpresaId,
        plano: &Arc<Plano>,
        cursor: Option<Uuid>,
    ) -> Result<Pagina, Falha> {
        let plano = Arc::clone(plano);
        self.reading(empresa, move |t| {
            let ids = plano.page(t, cursor, PAGINA)?;
            let devedores = noites::load(t, &ids, plano.periodo.de, &plano.regras)?;
            let cheia = i64::try_from(ids.len()).is_ok_and(|lidos| PAGINA <= lidos);
            Ok(if noites::last(t)?.map(|noite| noite.data) == plano.ultima {
                Pagina::Lida(devedores, ids.last().copied().filter(|_| cheia))
            } else {
                Pagina::OutraNoite
            })
        })
        .await
    }

    /// Lets nights go first, of whatever company. Answers whether to go on.
    async fn give_way(&self) -> Result<bool, Falha> {
        for _ in 0..OLHARES_POR_PAGINA {
            if self.blocking(|m| noites::under_way(&m.banco)).await?.is_empty() {
                break;
            }
            if !self.fim.dormir(ESPERA).await {
                return Ok(false);
            }
        }
        Ok(!self.fim.pedido())
    }

    /// Reads one instant of the company.
    async fn reading<T: Send + 'static>(
        &self,
        empresa: EmpresaId,
        work: impl FnMut(&mut Tenant<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Falha> {
        self.blocking(move |m| m.banco.da_empresa_em_um_instante(empresa, work)).await
    }

    async fn da_empresa<T: Send + 'static>(
        &self,
        empresa: EmpresaId,
        mut work: impl FnMut(&mut Tenant<'_>, chrono::DateTime<chrono::Utc>) -> Result<T, StoreError>
        + Send
        + 'static,
    ) -> Result<T, Falha> {
        self.blocking(move |m| m.banco.da_empresa(empresa, |t| work(t, m.relogio.agora()))).await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Falha> {
        let this = self.clone();
        Ok(tokio::task::spawn_blocking(move || work(&this)).await??)
    }
}

impl Soma {
    fn add(&mut self, outra: Self) {
        self.simulado.somar(outra.simulado);
        self.presente.somar(outra.presente);
    }
}

/// Decides a page on every core.
async fn decide(plano: Arc<Plano>, devedores: Vec<Devedor>) -> Result<Soma, Falha> {
    let nucleos = std::thread::available_parallelism().map_or(1, NonZero::get);
    let parte = devedores.len().div_ceil(nucleos).max(1);
    let mut fila = devedores.into_iter();
    let partes = (0..nucleos).map(|_| fila.by_ref().take(parte).collect::<Vec<_>>()).collect::<Vec<_>>();
    let mut soma = Soma::default();
    let tarefas: Vec<_> = partes
        .into_iter()
        .map(|devedores| {
            let plano = Arc::clone(&plano);
            tokio::task::spawn_blocking(move || simulate(&plano, devedores))
        })
        .collect();
    for tarefa in tarefas {
        soma.add(tarefa.await?);
    }
    Ok(soma)
}

fn simulate(plano: &Plano, devedores: Vec<Devedor>) -> Soma {
    let mut soma = Soma::default();
    for devedor in devedores {
        if let Some(presentes) = &plano.presentes {
            soma.presente.simular(presentes, devedor.clone(), plano.periodo, &plano.regras);
        }
        soma.simulado.simular(&plano.reguas, devedor, plano.periodo, &plano.regras);
    }
    soma
}

impl Plano {
    /// How far it is, and how long it takes at the pace so far.
    fn progresso(&self, devedores: i64, relogio: &Cronometro) -> Progresso {
        let passou = i64::try_from(relogio.decorrido_ms()).unwrap_or(i64::MAX);
        let faltam = self.previstos.saturating_sub(devedores).max(0);
        let faltam_ms = faltam.saturating_mul(passou).checked_div(devedores);
        Progresso {
            devedores,
            previstos: self.previstos,
            faltam_segundos: faltam_ms.map(|ms| ms.saturating_add(999) / 1_000),
        }
    }
}
