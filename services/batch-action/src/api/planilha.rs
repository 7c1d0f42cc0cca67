//! Sheets that are written while they are read: a page of the store, its rows, its bytes, and the next page once those are on their way.
//!
//! Nothing is done ahead of the reader: a slow one holds back the next page and no thread, connection or transaction meanwhile, and with
//! one that goes away the work is dropped. Each page is a transaction of its own, so a sheet has no row twice, and what changes while it
//! is being read is as it was when its page came. What fails after the first page breaks the connection: a part never looks like a whole.

use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::HttpResponse;
use actix_web::web::Bytes;
use deserr::Deserr;
use domain::ids::DevedorId;
use futures_util::stream;
use serde::Serialize;
use sheets::saida::{Formato, Saida};
use utoipa::{IntoParams, ToSchema};
use web::{ErrosCampo, Problema, Solicitante};

use crate::folhas::Folha;

/// Um tipo de planilha.
#[derive(Clone, Copy, Debug, Default, Deserr, Serialize, ToSchema)]
#[deserr(error = ErrosCampo, rename_all = lowercase)]
#[serde(rename_all = "lowercase")]
pub(super) enum FormatoDePlanilha {
    /// Pasta de trabalho.
    #[default]
    Xlsx,
    /// Texto com `;`, em UTF-8.
    Csv,
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Qual {
    /// Tipo da planilha; ausente, `xlsx`.
    #[deserr(default)]
    #[param(value_type = Option<FormatoDePlanilha>, inline)]
    pub(super) formato: FormatoDePlanilha,
}

impl From<FormatoDePlanilha> for Formato {
    fn from(formato: FormatoDePlanilha) -> Self {
        match formato {
            FormatoDePlanilha::Xlsx => Self::Xlsx,
            FormatoDePlanilha::Csv => Self::Csv,
        }
    }
}

/// Answers with the sheet. Its first page is read before anything is said, so that what fails there is told as anywhere.
pub(super) async fn answer<L: Send + 'static>(
    servico: servico::Contexto,
    quem: Solicitante,
    formato: Formato,
    folha: Folha<L>,
) -> Result<HttpResponse, Problema> {
    let nome = folha.nome.clone();
    let primeira = EmCurso::begin(servico, quem, formato, folha)?.step().await?;
    let pedacos = stream::try_unfold(Passo::Sai(primeira), |passo| async {
        let (bytes, resto) = match passo {
            Passo::Sai(pedaco) => pedaco,
            Passo::Le(em_curso) => em_curso.step().await.map_err(broken)?,
            Passo::Fim => return Ok(None),
        };
        Ok::<_, io::Error>(Some((bytes, resto.map_or(Passo::Fim, Passo::Le))))
    });
    Ok(file(formato, &nome).streaming(pedacos))
}

/// The head of an answer that is saved as a file.
pub(super) fn file(formato: Formato, nome: &str) -> actix_web::HttpResponseBuilder {
    let mut resposta = HttpResponse::Ok();
    let anexo = format!("attachment; filename=\"{nome}.{}\"", formato.extensao());
    resposta.content_type(formato.tipo_de_midia()).insert_header(("content-disposition", anexo));
    resposta
}

/// Bytes that are ready, and what is left to be read after them.
type Pedaco<L> = (Bytes, Option<EmCurso<L>>);

enum Passo<L> {
    Sai(Pedaco<L>),
    Le(EmCurso<L>),
    Fim,
}

/// A sheet under way.
struct EmCurso<L> {
    servico: servico::Contexto,
    quem: Solicitante,
    folha: Folha<L>,
    saida: Saida<Balde>,
    balde: Balde,
    ate: Option<DevedorId>,
}

impl<L: Send + 'static> EmCurso<L> {
    fn begin(
        servico: servico::Contexto,
        quem: Solicitante,
        formato: Formato,
        folha: Folha<L>,
    ) -> Result<Self, Problema> {
        let balde = Balde::default();
        let saida = Saida::new(formato, balde.clone(), &folha.colunas).map_err(|erro| unwritten(&erro))?;
        Ok(Self { servico, quem, folha, saida, balde, ate: None })
    }

    /// The next page of it. The rows become bytes after the transaction that read them.
    async fn step(self) -> Result<Pedaco<L>, Problema> {
        let (ler, ate) = (Arc::clone(&self.folha.ler), self.ate);
        let linhas = self.servico.da_empresa(self.quem.clone(), move |t| ler(t, ate)).await?;
        web::bloquear(move || self.write(&linhas).map_err(|erro| unwritten(&erro))).await
    }

    fn write(mut self, linhas: &[L]) -> io::Result<Pedaco<L>> {
        for linha in linhas {
            self.saida.row(&(self.folha.celulas)(linha))?;
        }
        self.ate = self.folha.next(linhas);
        if self.ate.is_none() {
            return Ok((self.saida.finish()?.take(), None));
        }
        Ok((self.balde.take(), Some(self)))
    }
}

/// Where bytes wait for their turn: those of one page.
#[derive(Clone, Default)]
struct Balde(Arc<Mutex<Vec<u8>>>);

impl Balde {
    fn take(&self) -> Bytes {
        Bytes::from(mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Write for Balde {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn unwritten(erro: &io::Error) -> Problema {
    Problema::interno("escrever uma planilha", erro)
}

/// There is nobody to be told any more: what is left is to end without the end.
fn broken(problema: Problema) -> io::Error {
    tracing::warn!(problema.codigo = problema.codigo().codigo, "planilha interrompida");
    io::Error::other(problema)
}
