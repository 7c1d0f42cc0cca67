//! What every service does with the store behind its routes: the one place where `web` and `store` meet.
//!
//! `web` knows no database and `store` no HTTP. A service's routes share a [`Contexto`]; keys are looked up by
//! [`autenticador`], readiness by [`prontidao`], and what the store answers badly becomes a problem in [`problema`].

use std::sync::Arc;

use domain::ids::EmpresaId;
use runtime::Relogio;
use store::{Banco, StoreError, Tenant, chaves};
use web::{Acesso, Autenticador, ChaveApresentada, Problema, Prontidao};

/// What the handlers of a service work with.
#[derive(Clone)]
pub struct Contexto {
    /// The service's own pool, under its own database role.
    pub banco: Banco,
    /// The clock.
    pub relogio: Relogio,
}

impl Contexto {
    /// Runs `work` in one transaction of `empresa`, on a thread that may block.
    ///
    /// # Errors
    /// 503 when no connection became free, 500 for anything else of the database.
    pub async fn da_empresa<T: Send + 'static>(
        &self,
        empresa: EmpresaId,
        work: impl FnMut(&mut Tenant<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problema> {
        self.tentar(empresa, work).await?.map_err(|erro| problema(&erro))
    }

    /// As [`Contexto::da_empresa`], for work that only reads and must see one instant, however many statements it takes.
    ///
    /// # Errors
    /// As [`Contexto::da_empresa`].
    pub async fn da_empresa_em_um_instante<T: Send + 'static>(
        &self,
        empresa: EmpresaId,
        work: impl FnMut(&mut Tenant<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problema> {
        let banco = self.banco.clone();
        let lido = web::bloquear(move || Ok::<_, Problema>(banco.da_empresa_em_um_instante(empresa, work)));
        lido.await?.map_err(|erro| problema(&erro))
    }

    /// As [`Contexto::da_empresa`], for a handler that has an answer of its own to some error of the store.
    ///
    /// # Errors
    /// 500 when the thread was cut off.
    pub async fn tentar<T: Send + 'static>(
        &self,
        empresa: EmpresaId,
        work: impl FnMut(&mut Tenant<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<Result<T, StoreError>, Problema> {
        let banco = self.banco.clone();
        web::bloquear(move || Ok::<_, Problema>(banco.da_empresa(empresa, work))).await
    }
}

/// What the caller reads when the store fails.
#[must_use]
pub fn problema(erro: &StoreError) -> Problema {
    match erro {
        StoreError::Pool(_) | StoreError::Connection(_) => Problema::indisponivel(),
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
