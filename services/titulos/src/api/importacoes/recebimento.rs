//! A file on its way in: a part at a time in memory, each stored before the next is read.

use actix_web::HttpRequest;
use actix_web::web::Payload;
use sha2::{Digest as _, Sha256};
use store::importacoes::{self, PARTE};
use uuid::Uuid;
use web::{Descomprimido, ErroCampo, Idempotencia, Problema, Solicitante};

use super::super::Contexto;

/// One file being received.
pub(super) struct Recebimento<'c> {
    contexto: &'c Contexto,
    solicitante: Solicitante,
    id: Uuid,
    limite: u64,
}

impl<'c> Recebimento<'c> {
    pub(super) fn new(contexto: &'c Contexto, solicitante: Solicitante, id: Uuid, limite: u64) -> Self {
        Self { contexto, solicitante, id, limite }
    }

    /// Stores the body as the parts of the file and answers how many bytes there are. One that does not arrive whole leaves
    /// nothing.
    pub(super) async fn receive(
        &self,
        corpo: Payload,
        requisicao: &HttpRequest,
        pedido: Option<&Idempotencia>,
    ) -> Result<i64, Problema> {
        let recebido = self.store(corpo, requisicao, pedido).await;
        if recebido.is_err() {
            self.discard().await;
        }
        recebido
    }

    /// Throws away what was stored. If that fails the sweeper does it.
    pub(super) async fn discard(&self) {
        let (id, solicitante) = (self.id, self.solicitante.clone());
        let descarte = self.contexto.servico.da_empresa(solicitante, move |t| importacoes::discard(t, id));
        descarte.await.ok();
    }

    async fn store(
        &self,
        corpo: Payload,
        requisicao: &HttpRequest,
        pedido: Option<&Idempotencia>,
    ) -> Result<i64, Problema> {
        let mut corpo = Descomprimido::new(corpo.into_inner(), requisicao)?;
        let (mut parte, mut numero, mut total, mut soma) =
            (Vec::with_capacity(PARTE), 0, 0_u64, Sha256::new());
        while let Some(mut pedaco) = corpo.next().await? {
            total = total.saturating_add(u64::try_from(pedaco.len()).unwrap_or(u64::MAX));
            if total > self.limite {
                return Err(Problema::corpo_grande(usize::try_from(self.limite).unwrap_or(usize::MAX)));
            }
            if pedido.is_some() {
                soma.update(&pedaco);
            }
            while parte.len() + pedaco.len() >= PARTE {
                parte.extend_from_slice(&pedaco.split_to(PARTE - parte.len()));
                self.add(numero, std::mem::replace(&mut parte, Vec::with_capacity(PARTE))).await?;
                numero += 1;
            }
            parte.extend_from_slice(&pedaco);
        }
        if total == 0 {
            return Err(empty());
        }
        if !parte.is_empty() {
            self.add(numero, parte).await?;
        }
        if let Some(pedido) = pedido {
            pedido.with_body(soma.finalize().into());
        }
        Ok(i64::try_from(total).unwrap_or(i64::MAX))
    }

    async fn add(&self, numero: i32, bytes: Vec<u8>) -> Result<(), Problema> {
        let id = self.id;
        self.contexto
            .servico
            .da_empresa(self.solicitante.clone(), move |t| importacoes::add_part(t, id, numero, &bytes))
            .await
    }
}

fn empty() -> Problema {
    Problema::validacao(vec![ErroCampo {
        campo: String::new(),
        codigo: "obrigatorio".into(),
        detalhe: "o corpo está vazio; envie nele o arquivo".into(),
    }])
}
