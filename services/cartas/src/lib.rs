//! The service that makes files of letters: it gathers the letters of a night, prints them into one PDF with its index, makes it
//! again without what was paid, and lets go of files that were kept long enough.
//!
//! It works on the rows of the schema `disparo`, under the role of the dispatcher, which composes the letters; it is a process of
//! its own for the weight of the typesetter. Any number may run: a file belongs to whoever has its lease, and its bytes become
//! the file under the fence alone.

mod arquivo;
mod erros;
mod pagina;
mod processo;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::arquivo::TipoArquivo;
use domain::ids::{EmpresaId, ExecucaoId};
use letters::{Grafica, LetterError, Papel};
use runtime::{Deposito, Encerramento, Relogio, supervise};
use store::arquivos::{self, Conferencia, Posse};
use store::cartas::{self, Ajuntamento};
use store::{Banco, StoreError};

pub use processo::{INFO, RunError, run};

/// Connections that it works with: it does one thing at a time.
pub const CONEXOES: u32 = 2;
/// How often it looks for something to do.
const OLHAR: Duration = Duration::from_secs(1);
/// One look in so many also looks at files that are there: what their letters demand, and how old they are.
const OLHARES_POR_CONFERENCIA: u32 = 15;
/// Files that nobody posted for longer are looked at when somebody fetches them, and no more from time to time.
const CONFERIDOS: TimeDelta = TimeDelta::days(30);
/// A file that nobody fetched is made again only so long after it was made: each payment changes some letter of twenty thousand, and
/// whoever fetches it makes it look at once.
const REFEITOS: TimeDelta = TimeDelta::minutes(30);
/// Files let go of in one go.
const EXPURGO: i64 = 100;
/// Letters of a file; a night with more has several.
const MAXIMO: i64 = 20_000;
/// How often a file is begun before the letters that keep it from being printed are left out: what ails the machine is over by then.
const TENTATIVAS: i32 = 5;
/// How long a file is its maker's, from one batch of letters to the next.
const LEASE: Duration = Duration::from_mins(2);

/// What can be chosen about it.
#[derive(Clone, Debug)]
pub struct Ajustes {
    /// When letters are gathered.
    pub ajuntamento: Ajuntamento,
    /// How many days files are kept.
    pub dias: u32,
    /// Where the bytes are.
    pub arquivos: Deposito,
    /// Where the sandbox shows them too.
    pub vitrine: Option<PathBuf>,
}

impl Ajustes {
    /// The choices that the configuration makes.
    #[must_use]
    pub fn from_config(config: &runtime::Config) -> Self {
        let secao = &config.arquivos;
        let segundos = |quantos: u32| Duration::from_secs(quantos.into());
        Self {
            ajuntamento: Ajuntamento {
                espera: segundos(secao.espera_s),
                paciencia: segundos(secao.paciencia_s),
                maximo: MAXIMO,
                lease: LEASE,
            },
            dias: secao.dias,
            arquivos: Deposito::new(&secao.dir),
            vitrine: config.sandbox.ativo.then(|| config.sandbox.saida_dir.join("cartas")),
        }
    }
}

/// Makes files of letters.
pub struct Impressora {
    banco: Banco,
    relogio: Relogio,
    ajustes: Ajustes,
    grafica: OnceLock<Grafica>,
}

/// Why a file could not be made, or a round not end.
#[derive(Debug, thiserror::Error)]
pub enum Falha {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The letters could not be printed.
    #[error(transparent)]
    Letter(#[from] LetterError),
    /// The bytes could not be written.
    #[error("o arquivo não pôde ser gravado: {0}")]
    Io(#[from] std::io::Error),
    /// A letter cannot be read: a newer version composed it.
    #[error("a carta {0} não pode ser lida")]
    Ilegivel(String),
    /// Letters of a file cannot be printed even alone.
    #[error("{} cartas não podem ser impressas: {causa}", .cartas.len())]
    Impossiveis {
        /// Which.
        cartas: Vec<ExecucaoId>,
        /// What is wrong with their batch.
        causa: Box<Falha>,
    },
    /// The thread that did the work died.
    #[error("o trabalho foi interrompido")]
    Interrompida,
}

impl Impressora {
    /// Works with `banco`, of [`CONEXOES`] connections under the dispatcher's role.
    #[must_use]
    pub fn new(banco: Banco, relogio: Relogio, ajustes: Ajustes) -> Arc<Self> {
        Arc::new(Self { banco, relogio, ajustes, grafica: OnceLock::new() })
    }

    /// Works until the end is asked for.
    pub async fn run(self: Arc<Self>, fim: Encerramento) {
        let laco = || rounds(Arc::clone(&self), fim.clone());
        supervise("impressora", &fim, laco).await;
    }

    /// Looks once at everything there is to do, and does it. Answers how many files were made.
    ///
    /// # Errors
    /// The database cannot be used, or of no company anything could be done. What fails of one company is logged and keeps no other
    /// one waiting; a file that cannot be made is tried again when its lease has run out.
    pub fn round(&self, conferir: bool) -> Result<usize, Falha> {
        let agora = self.relogio.agora();
        let olhar = Conferencia {
            desde: agora - CONFERIDOS,
            antes: agora - TimeDelta::days(self.ajustes.dias.into()),
            tudo: conferir,
        };
        let (mut feitos, mut alguma, mut ultima) = (0, false, None);
        for empresa in arquivos::companies(&self.banco, olhar)? {
            match self.of_company(empresa, olhar, agora) {
                Ok(dela) => (feitos, alguma) = (feitos + dela, true),
                Err(Falha::Store(erro @ (StoreError::Pool(_) | StoreError::Connection(_)))) => {
                    return Err(erro.into());
                }
                Err(falha) => {
                    metrics::counter!("arquivos_empresas_falhas_total").increment(1);
                    tracing::error!(empresa.id = %empresa, erro = %falha, "os arquivos de uma empresa não puderam ser feitos");
                    ultima = Some(falha);
                }
            }
        }
        ultima.filter(|_| !alguma).map_or(Ok(feitos), Err)
    }

    /// What there is to do for a company.
    fn of_company(
        &self,
        empresa: EmpresaId,
        olhar: Conferencia,
        agora: DateTime<Utc>,
    ) -> Result<usize, Falha> {
        if olhar.tudo {
            self.check(empresa, olhar.desde, agora)?;
            self.purge(empresa, olhar.antes, agora)?;
        }
        let mut feitos = self.write_errors(empresa, olhar.desde, agora)?;
        while let Some(posse) = self.next(empresa, agora)? {
            match self.make(empresa, &posse) {
                Ok(true) => feitos += 1,
                Ok(false) => {
                    tracing::warn!(arquivo.id = %posse.id, "o lease já havia expirado; o arquivo é de outro");
                }
                Err(Falha::Store(erro)) => return Err(erro.into()),
                Err(falha) => {
                    metrics::counter!("arquivos_total", "tipo" => "cartas", "fim" => "falhou").increment(1);
                    tracing::error!(arquivo.id = %posse.id, erro = %falha, "um arquivo de cartas não pôde ser feito");
                    if let Falha::Impossiveis { cartas, .. } = falha {
                        self.give_up(empresa, &posse, &cartas, agora)?;
                    }
                }
            }
        }
        Ok(feitos)
    }

    /// A file to be made: one that nobody is making any more, or letters that are in none.
    fn next(&self, empresa: EmpresaId, agora: DateTime<Utc>) -> Result<Option<Posse>, StoreError> {
        let ajuntamento = &self.ajustes.ajuntamento;
        self.banco.da_empresa(empresa, |t| {
            let deixado = arquivos::take_over(t, TipoArquivo::Cartas, ajuntamento.lease)?;
            deixado.map_or_else(|| cartas::gather(t, ajuntamento, agora), |posse| Ok(Some(posse)))
        })
    }

    /// The rest of a file goes on without the letters that no attempt could print.
    fn give_up(
        &self,
        empresa: EmpresaId,
        posse: &Posse,
        ids: &[ExecucaoId],
        agora: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let saem = self.banco.da_empresa(empresa, |t| cartas::give_up(t, posse, ids, TENTATIVAS, agora))?;
        if saem > 0 {
            metrics::counter!("cartas_impossiveis_total").increment(u64::try_from(saem).unwrap_or_default());
            tracing::error!(arquivo.id = %posse.id, cartas = saem, "cartas que não podem ser impressas saem do arquivo");
        }
        Ok(())
    }

    /// Rule c05: what the letters of files that were not posted demand.
    fn check(
        &self,
        empresa: EmpresaId,
        desde: DateTime<Utc>,
        agora: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let look = |t: &mut store::Tenant<'_>| arquivos::to_check(t, desde, agora - REFEITOS);
        for arquivo in self.banco.da_empresa(empresa, look)? {
            let saem = self.banco.da_empresa(empresa, |t| cartas::check(t, arquivo, agora))?;
            if saem > 0 {
                metrics::counter!("cartas_retiradas_total")
                    .increment(u64::try_from(saem).unwrap_or_default());
                tracing::info!(arquivo.id = %arquivo, cartas = saem, "cartas que já não se cobram saem do arquivo");
            }
        }
        Ok(())
    }

    fn purge(
        &self,
        empresa: EmpresaId,
        antes: DateTime<Utc>,
        agora: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let remove = |comeco: &str| {
            let removidos = self.ajustes.arquivos.remove_others(&empresa.to_string(), comeco, &[]);
            if let Err(erro) = &removidos {
                tracing::error!(erro = %erro, "um arquivo guardado pelo prazo não pôde ser apagado");
            }
            removidos.is_ok()
        };
        let quantos =
            self.banco.da_empresa(empresa, |t| arquivos::purge(t, antes, agora, EXPURGO, remove))?;
        if quantos > 0 {
            tracing::info!(arquivos = quantos, "arquivos guardados pelo prazo foram apagados");
        }
        Ok(())
    }

    /// The fonts are read when the first letter is printed.
    fn grafica(&self) -> Result<&Grafica, LetterError> {
        if let Some(pronta) = self.grafica.get() {
            return Ok(pronta);
        }
        let nova = Grafica::new(Papel::DL)?;
        Ok(self.grafica.get_or_init(|| nova))
    }
}

async fn rounds(esta: Arc<Impressora>, fim: Encerramento) -> Result<(), Falha> {
    let mut olhares = 0;
    while !fim.pedido() {
        let mesma = Arc::clone(&esta);
        let rodada = tokio::task::spawn_blocking(move || mesma.round(olhares == 0));
        rodada.await.map_err(|_panico| Falha::Interrompida)??;
        olhares = (olhares + 1) % OLHARES_POR_CONFERENCIA;
        if !fim.dormir(OLHAR).await {
            break;
        }
    }
    Ok(())
}
