//! What every service does with the store behind its routes: the one place where `web` and `store` meet.
//!
//! `web` knows no database and `store` no HTTP. A service's routes share a [`Contexto`]; keys are looked up by
//! [`autenticador`], readiness by [`prontidao`], texts with coringas judged by [`textos`], loops supported by [`lacos`], and what the store answers badly becomes a problem in [`problema`].

pub mod lacos;
pub mod textos;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use runtime::Relogio;
use store::idempotencia::{self, Guardada, Pedido, Reserva};
use store::{Banco, Portador, StoreError, Tenant, chaves};
use web::problema::codigos;
use web::{
    Acesso, Autenticador, Autorizado, ChaveApresentada, Idempotencia, Problema, Prontidao, Resposta,
    Solicitante,
};

/// What the handlers of a service work with.
#[derive(Clone)]
pub struct Contexto {
    /// The service's own pool, under its own database role.
    pub banco: Banco,
    /// The clock.
    pub relogio: Relogio,
}

impl Contexto {
    /// Runs `work` in one transaction of the company of whoever asks, on a thread that may block. The transaction begins by
    /// finding their key good.
    ///
    /// # Errors
    /// 401 when the key is good no longer, 503 when no connection became free, 500 for anything else of the database.
    pub async fn da_empresa<T: Send + 'static>(
        &self,
        solicitante: impl Into<Solicitante>,
        mut work: impl FnMut(&mut Tenant<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problema> {
        self.pedir(solicitante, move |banco, portador| banco.da_empresa(portador, &mut work)).await
    }

    /// As [`Contexto::da_empresa`], for work that only reads and must see one instant, however many statements it takes.
    ///
    /// # Errors
    /// As [`Contexto::da_empresa`].
    pub async fn da_empresa_em_um_instante<T: Send + 'static>(
        &self,
        solicitante: impl Into<Solicitante>,
        mut work: impl FnMut(&mut Tenant<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problema> {
        self.pedir(solicitante, move |banco, portador| banco.da_empresa_em_um_instante(portador, &mut work))
            .await
    }

    /// As [`Contexto::da_empresa`], for what the store does with the whole pool.
    ///
    /// # Errors
    /// As [`Contexto::da_empresa`].
    pub async fn pedir<T: Send + 'static>(
        &self,
        solicitante: impl Into<Solicitante>,
        work: impl FnOnce(&Banco, Portador) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problema> {
        let (banco, solicitante) = (self.banco.clone(), solicitante.into());
        let (empresa, chave, agora) = (solicitante.empresa, solicitante.chave, self.relogio.agora());
        let portador = Portador { empresa, chave, agora };
        let feito = web::bloquear(move || work(&banco, portador).map_err(|erro| problema(&erro))).await?;
        solicitante.confirm();
        Ok(feito)
    }

    /// Does what `acesso` asks for, in one transaction that the database knows its author in (`app.autor`, the id of the key).
    /// A refusal (the inner error) leaves nothing behind. With an `Idempotency-Key` the answer is kept in the same
    /// transaction, for 30 days: the same request gets it again and nothing is done twice. What was refused is not kept.
    ///
    /// `work` may run again when it lost a race, so it must have no effects but those of its transaction.
    ///
    /// # Errors
    /// What `work` refused; 409 while a request with the same key is being answered, 422 when the key was another's; 503
    /// when no connection became free, 500 for anything else of the database.
    pub async fn gravar<E>(
        &self,
        acesso: &Autorizado<E>,
        mut work: impl FnMut(&mut Tenant<'_>) -> Result<Result<Resposta, Problema>, StoreError> + Send + 'static,
    ) -> Result<Resposta, Problema> {
        let (autor, agora) = (acesso.acesso().chave, self.relogio.agora());
        let pedido = acesso.idempotencia().cloned();
        let gravar = move |banco: &Banco, portador| {
            banco.gravar(portador, autor, |t| match &pedido {
                Some(pedido) => once(t, pedido, agora, &mut work),
                None => work(t),
            })
        };
        self.pedir(acesso, gravar).await?
    }
}

/// The answer that the request had before, or `work`'s, kept.
fn once(
    t: &mut Tenant<'_>,
    pedido: &Idempotencia,
    agora: DateTime<Utc>,
    work: impl FnOnce(&mut Tenant<'_>) -> Result<Result<Resposta, Problema>, StoreError>,
) -> Result<Result<Resposta, Problema>, StoreError> {
    let impressao = pedido.impressao();
    let pedido = Pedido { chave: pedido.chave(), impressao: &impressao };
    match idempotencia::reserve(t, pedido, agora)? {
        Reserva::Livre => {}
        Reserva::Respondida(guardada) => return Ok(Ok(again(guardada))),
        Reserva::DeOutroPedido => return Ok(Err(of_another_request())),
        Reserva::EmAndamento => return Ok(Err(under_way())),
    }
    let resposta = match work(t)? {
        Ok(resposta) => resposta,
        recusa => return Ok(recusa),
    };
    idempotencia::keep(t, pedido, &kept(&resposta), agora)?;
    Ok(Ok(resposta))
}

fn kept(resposta: &Resposta) -> Guardada {
    Guardada {
        // A status has three digits.
        status: i16::try_from(resposta.status).unwrap_or(i16::MAX),
        endereco: resposta.endereco.clone(),
        versao: resposta.versao.clone(),
        corpo: resposta.corpo.clone(),
    }
}

fn again(Guardada { status, endereco, versao, corpo }: Guardada) -> Resposta {
    let status = u16::try_from(status).unwrap_or_default();
    Resposta { status, endereco, versao, corpo, so_agora: None, repetida: true }
}

fn under_way() -> Problema {
    let detalhe = "um pedido com esta Idempotency-Key ainda está sendo atendido";
    Problema::conflito(&codigos::IDEMPOTENCIA_EM_ANDAMENTO, detalhe).tentar_em(1)
}

fn of_another_request() -> Problema {
    let detalhe = "esta Idempotency-Key já respondeu a um pedido com outro endereço ou outro corpo";
    Problema::new(&codigos::IDEMPOTENCIA_DE_OUTRO_PEDIDO, detalhe)
}

/// What the caller reads when the store fails.
#[must_use]
pub fn problema(erro: &StoreError) -> Problema {
    match erro {
        StoreError::Pool(_) | StoreError::Connection(_) | StoreError::Raced => Problema::indisponivel(),
        StoreError::ChaveRecusada => Problema::nao_autenticado(),
        StoreError::Statement(_) if erro.is_timeout() => {
            tracing::warn!(erro = %erro, "o banco de dados desistiu de um comando");
            Problema::indisponivel()
        }
        StoreError::Statement(_) | StoreError::Migration(_) | StoreError::Unknown(_) => {
            Problema::interno("usando o banco de dados", erro)
        }
    }
}

/// Looks keys up in the database, for any service.
#[must_use]
pub fn autenticador(contexto: Contexto) -> Autenticador {
    Arc::new(move |apresentada| {
        let contexto = contexto.clone();
        Box::pin(web::bloquear(move || acesso(&contexto, &apresentada)))
    })
}

fn acesso(contexto: &Contexto, apresentada: &ChaveApresentada) -> Result<Option<Acesso>, Problema> {
    let credencial = chaves::find(&contexto.banco, apresentada.id(), contexto.relogio.agora())
        .map_err(|erro| problema(&erro))?
        .filter(|credencial| apresentada.confere(&credencial.hash));
    Ok(credencial.map(|credencial| Acesso {
        empresa: credencial.empresa(),
        chave: apresentada.id(),
        // A scope that this version does not know opens nothing here.
        escopos: credencial.escopos.iter().filter_map(|escopo| escopo.parse().ok()).collect(),
    }))
}

/// Ready when the database answers.
#[must_use]
pub fn prontidao(banco: Banco) -> Prontidao {
    Arc::new(move || {
        let banco = banco.clone();
        Box::pin(async move {
            let ping = actix_web::web::block(move || banco.ping().is_ok()).await;
            if matches!(ping, Ok(true)) { Ok(()) } else { Err(vec!["banco"]) }
        })
    })
}
