//! Writes down what somebody asked to be kept (rules b11, b20, c02), and clears the sheets that nobody asks for any more.
//!
//! A file belongs to whoever has its lease, and its bytes become the file under the fence alone: any number may work on the same
//! database, and each may be killed anywhere. What one left half made is made again, under a name of its own.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::EmpresaId;
use domain::lote::Relacao;
use runtime::{Deposito, Encerramento, Relogio, supervise};
use servico::lacos::{Falha, blocking, first_failure};
use sheets::saida::Formato;
use store::arquivos::{Escrita, Posse, Pronto};
use store::lotes::exportacoes::{self, Exportacao};
use store::lotes::{self, planilhas};
use store::{Banco, StoreError, Tenant};
use uuid::Uuid;

use crate::folhas::{self, Folha, Interrompida};

/// How often something to do is looked for.
const OLHAR: Duration = Duration::from_secs(1);
/// How long a file is its maker's, from one page to the next.
const LEASE: Duration = Duration::from_mins(2);
/// Lines of a sheet that are taken out at a time: as many as a page has, for the same reasons.
const LINHAS: i64 = folhas::PAGINA;

/// Connections that it needs: one sees the instant that a list is of, the other keeps its file meanwhile.
pub const CONEXOES_DO_ARQUIVISTA: u32 = 2;

/// What keeps and clears.
pub struct Arquivista {
    banco: Banco,
    relogio: Relogio,
    arquivos: Deposito,
}

/// What came of a file.
type Escrito = Result<Option<(Escrita, i64)>, io::Error>;

impl Arquivista {
    /// Works with `banco`, of [`CONEXOES_DO_ARQUIVISTA`] connections, and keeps files in `arquivos`.
    #[must_use]
    pub fn new(banco: Banco, relogio: Relogio, arquivos: Deposito) -> Arc<Self> {
        Arc::new(Self { banco, relogio, arquivos })
    }

    /// Works until the end is asked for.
    pub async fn run(self: Arc<Self>, fim: Encerramento) {
        let laco = {
            let fim = fim.clone();
            move || Arc::clone(&self).work(fim.clone())
        };
        supervise("arquivista", &fim, laco).await;
    }

    async fn work(self: Arc<Self>, fim: Encerramento) -> Result<(), Falha> {
        while !fim.pedido() {
            if !self.round(&fim).await? {
                fim.dormir(OLHAR).await;
            }
        }
        Ok(())
    }

    /// Writes each file that is to be made, and takes some lines out of each sheet that is to go. Answers whether there may be more
    /// to do at once.
    ///
    /// # Errors
    /// The database cannot be used. What is wrong with one file or sheet keeps no other from its turn.
    pub async fn round(self: &Arc<Self>, fim: &Encerramento) -> Result<bool, Falha> {
        let (mut andou, mut rodada) = (false, Ok(()));
        for (empresa, id) in blocking(self, |a: &Self| exportacoes::pending(&a.banco)).await? {
            let fim = fim.clone();
            let escrita = blocking(self, move |a: &Self| a.make(empresa, id, &fim)).await;
            rodada = first_failure(rodada, escrita)?;
        }
        for (empresa, id) in blocking(self, |a: &Self| planilhas::to_clear(&a.banco)).await? {
            let limpa = blocking(self, move |a: &Self| {
                let agora = a.relogio.agora();
                a.banco.da_empresa(empresa, |t| planilhas::clear(t, id, LINHAS, agora))
            });
            rodada = first_failure(rodada, limpa.await.map(|mais| andou |= mais))?;
        }
        if andou { Ok(true) } else { rodada.map(|()| false) }
    }

    /// Makes a file. What keeps its bytes from being written is told, and it is tried again when the lease is over.
    fn make(&self, empresa: EmpresaId, id: Uuid, fim: &Encerramento) -> Result<(), StoreError> {
        if fim.pedido() {
            return Ok(());
        }
        let Some((posse, pedida)) = self.banco.da_empresa(empresa, |t| exportacoes::take(t, id, LEASE))?
        else {
            return Ok(());
        };
        let formato = match pedida.formato.as_str() {
            "csv" => Formato::Csv,
            "xlsx" => Formato::Xlsx,
            _ => return Err(StoreError::Unknown("formato")),
        };
        let lugar = posse.lugar(empresa, formato.extensao());
        // A transaction that lost its connection is run again, and writes the file from its beginning.
        let escrito = self.banco.da_empresa_em_um_instante(empresa, |t| {
            self.write(t, (&posse, &pedida), (formato, &lugar), fim)
        })?;
        match escrito {
            Ok(escrito) => self.finish((empresa, &posse), escrito, &lugar),
            Err(_) if fim.pedido() => {
                self.banco.da_empresa(empresa, |t| exportacoes::renew(t, &posse, Duration::ZERO)).map(drop)
            }
            Err(erro) => {
                metrics::counter!("arquivos_total", "tipo" => "exportacoes", "fim" => "falhou").increment(1);
                tracing::error!(arquivo.id = %id, erro = %erro, "uma lista não pôde ser escrita");
                Ok(())
            }
        }
    }

    /// All of it, of the instant that `t` sees; nothing, if it is of a batch of which there is no such list any more.
    fn write(
        &self,
        t: &mut Tenant<'_>,
        (posse, pedida): (&Posse, &Exportacao),
        (formato, lugar): (Formato, &str),
        fim: &Encerramento,
    ) -> Result<Escrito, StoreError> {
        let agora = self.relogio.agora();
        let lote = lotes::get(t, pedida.lote)?.ok_or(StoreError::Unknown("acao_em_lote"))?;
        match pedida.relacao {
            Relacao::Aptos => {
                let folha = folhas::aptos(t, &lote, agora)?.ok();
                self.fill(t, folha, (posse, formato, lugar), fim)
            }
            Relacao::Itens => {
                let folha = folhas::itens(t, &lote, agora)?.ok();
                self.fill(t, folha, (posse, formato, lugar), fim)
            }
        }
    }

    fn fill<L>(
        &self,
        t: &mut Tenant<'_>,
        folha: Option<Folha<L>>,
        (posse, formato, lugar): (&Posse, Formato, &str),
        fim: &Encerramento,
    ) -> Result<Escrito, StoreError> {
        let Some(folha) = folha else { return Ok(Ok(None)) };
        let (empresa, mut do_banco) = (t.empresa(), None);
        let escrito = self.arquivos.write(lugar, |saida| {
            let escrita = folha.write(t, (formato, saida), &mut || self.still(empresa, posse, fim));
            escrita.map_err(|falha| match falha {
                Interrompida::Io(erro) => erro,
                Interrompida::Store(erro) => io::Error::other(do_banco.insert(erro).to_string()),
            })
        });
        if let Some(erro) = do_banco {
            return Err(erro);
        }
        Ok(escrito.map(|(guardado, linhas)| {
            let tamanho = i64::try_from(guardado.tamanho).unwrap_or(i64::MAX);
            Some((Escrita { lugar: lugar.to_owned(), tamanho, sha256: guardado.sha256 }, linhas))
        }))
    }

    /// Keeps the file for another page, by the other connection: the one that reads sees one instant and writes nothing.
    fn still(&self, empresa: EmpresaId, posse: &Posse, fim: &Encerramento) -> Result<(), Interrompida> {
        if fim.pedido() {
            return Err(io::Error::other("o processo termina").into());
        }
        if !self.banco.da_empresa(empresa, |t| exportacoes::renew(t, posse, LEASE))? {
            return Err(io::Error::other("o lease expirou").into());
        }
        Ok(())
    }

    /// Says that the file is there, and removes what other attempts left behind; or, when it is another's, what this one did.
    fn finish(
        &self,
        (empresa, posse): (EmpresaId, &Posse),
        escrito: Option<(Escrita, i64)>,
        lugar: &str,
    ) -> Result<(), StoreError> {
        let (conteudo, itens) = escrito.unzip();
        let pronto = Pronto { conteudo, indice: None, itens: itens.unwrap_or(0), paginas: None };
        let agora = self.relogio.agora();
        let nosso = self.banco.da_empresa(empresa, |t| exportacoes::finish(t, posse, &pronto, agora))?;
        let arrumado = if nosso {
            metrics::counter!("arquivos_total", "tipo" => "exportacoes", "fim" => "pronto").increment(1);
            tracing::info!(arquivo.id = %posse.id, linhas = pronto.itens, "lista pronta");
            self.arquivos.remove_others(&empresa.to_string(), &format!("{}.", posse.id), &[lugar])
        } else {
            tracing::warn!(arquivo.id = %posse.id, "o lease já havia expirado; a lista é de outro");
            self.arquivos.remove(lugar)
        };
        if let Err(erro) = arrumado {
            tracing::error!(arquivo.id = %posse.id, erro = %erro, "o que outra tentativa deixou não pôde ser apagado");
        }
        Ok(())
    }
}
