//! From the header to the handler's argument.

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, ResponseError as _};
use domain::ids::EmpresaId;

use super::{Acesso, ChaveApresentada, Exige, Solicitante};
use crate::idempotencia::Idempotencia;
use crate::problema::{Problema, codigos};
use crate::servidor::{Estado, Saldo};
use crate::versao;

/// Proof that the caller's key has the scope `E`. Make it the first argument of a handler: the refusal then comes
/// before anything is said about the body.
#[derive(Clone, Debug)]
pub struct Autorizado<E> {
    acesso: Acesso,
    solicitante: Solicitante,
    idempotencia: Option<Idempotencia>,
    escopo: PhantomData<E>,
}

impl<E> Autorizado<E> {
    /// The company whose data the handler may touch.
    #[must_use]
    pub fn empresa(&self) -> EmpresaId {
        self.acesso.empresa
    }

    /// Who asks.
    #[must_use]
    pub fn solicitante(&self) -> Solicitante {
        self.solicitante.clone()
    }

    /// The whole access.
    #[must_use]
    pub fn acesso(&self) -> &Acesso {
        &self.acesso
    }

    /// The `Idempotency-Key` that came with the request.
    #[must_use]
    pub fn idempotencia(&self) -> Option<&Idempotencia> {
        self.idempotencia.as_ref()
    }
}

impl<E: Exige> FromRequest for Autorizado<E> {
    type Error = Problema;
    type Future = Ready<Result<Self, Problema>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let acesso = req.extensions().get::<Acesso>().cloned();
        let solicitante = req.extensions().get::<Solicitante>().cloned();
        ready(match acesso.zip(solicitante) {
            None => Err(Problema::nao_autenticado()),
            Some((acesso, solicitante)) if acesso.escopos.contem(E::ESCOPO) => no_version_unseen(req)
                .and_then(|()| Idempotencia::of(req))
                .map(|idempotencia| Self { acesso, solicitante, idempotencia, escopo: PhantomData }),
            Some(_) => Err(Problema::sem_escopo(E::ESCOPO.as_str())),
        })
    }
}

/// An `If-Match` that nobody would look at is refused: whoever sends one believes to be safe from undoing another's change.
fn no_version_unseen(req: &HttpRequest) -> Result<(), Problema> {
    let conferida = || req.app_data::<Data<Estado>>().is_none_or(|estado| estado.checks_version(req));
    if *req.method() == Method::GET || versao::is_any(req) || conferida() {
        return Ok(());
    }
    Err(Problema::new(&codigos::SEM_VERSAO, "o que esta operação muda não tem ETag; repita sem If-Match"))
}

impl<E> From<&Autorizado<E>> for Solicitante {
    fn from(acesso: &Autorizado<E>) -> Self {
        acesso.solicitante()
    }
}

/// The middleware: under `/v1` a request without a good key, or with one that asked too often, goes no further, and its body
/// is not read. A key that is known is let in and found good, or not, where the work is done ([`Solicitante`]). Refusals are
/// answers rather than errors, so that CORS headers reach them.
pub(crate) async fn autenticar(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(estado) = req.app_data::<Data<Estado>>().cloned() else {
        return Ok(req.error_response(Problema::nao_autenticado()));
    };
    if !estado.exige_chave(req.match_info().unprocessed()) {
        return Ok(next.call(req).await?.map_into_boxed_body());
    }
    let Some(apresentada) = bearer(&req).and_then(|texto| ChaveApresentada::parse(texto).ok()) else {
        return Ok(req.error_response(Problema::nao_autenticado()));
    };
    let (acesso, solicitante) = match enter(&estado, &apresentada).await {
        Ok(entrada) => entrada,
        Err(problema) => return Ok(req.error_response(problema)),
    };
    let saldo = estado.cotas.as_ref().map(|cotas| cotas.take(acesso.chave));
    let mut resposta = if let Some(espera) = saldo.and_then(Saldo::espera_s) {
        req.error_response(Problema::limite_de_pedidos(espera))
    } else {
        req.extensions_mut().insert(acesso);
        req.extensions_mut().insert(solicitante.clone());
        next.call(req).await?.map_into_boxed_body()
    };
    if !solicitante.confirmed()
        && let Err(problema) = look_up(&estado, &apresentada).await
    {
        resposta = resposta.into_response(problema.error_response());
    }
    if resposta.status() == StatusCode::UNAUTHORIZED {
        estado.conhecidas.forget(apresentada.id());
    }
    if let Some(saldo) = saldo {
        saldo.add_to(resposta.headers_mut());
    }
    Ok(resposta)
}

/// What the key stands for, from memory if it can.
async fn enter(estado: &Estado, apresentada: &ChaveApresentada) -> Result<(Acesso, Solicitante), Problema> {
    let conhecido = estado.conhecidas.get(apresentada);
    let conferida = conhecido.is_none();
    let acesso = match conhecido {
        Some(acesso) => acesso,
        None => look_up(estado, apresentada).await?,
    };
    let solicitante = Solicitante::new(&acesso, conferida);
    Ok((acesso, solicitante))
}

async fn look_up(estado: &Estado, apresentada: &ChaveApresentada) -> Result<Acesso, Problema> {
    let acesso = (estado.autenticador)(apresentada.clone()).await?.ok_or_else(Problema::nao_autenticado)?;
    estado.conhecidas.remember(apresentada.clone(), &acesso);
    Ok(acesso)
}

/// The credential of one `Authorization: Bearer` header. Two headers are none: nobody can say which one counts.
fn bearer(req: &ServiceRequest) -> Option<&str> {
    let mut valores = req.headers().get_all(AUTHORIZATION);
    let (valor, outro) = (valores.next()?, valores.next());
    let (esquema, credencial) = valor.to_str().ok()?.split_once(' ')?;
    (outro.is_none() && esquema.eq_ignore_ascii_case("bearer")).then(|| credencial.trim())
}
