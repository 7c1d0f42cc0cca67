//! From the header to the handler's argument.

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};
use domain::ids::EmpresaId;

use super::{Acesso, ChaveApresentada, Exige};
use crate::idempotencia::Idempotencia;
use crate::problema::Problema;
use crate::servidor::{Estado, Saldo};

/// Proof that the caller's key has the scope `E`. Make it the first argument of a handler: the refusal then comes
/// before anything is said about the body.
#[derive(Clone, Debug)]
pub struct Autorizado<E> {
    acesso: Acesso,
    idempotencia: Option<Idempotencia>,
    escopo: PhantomData<E>,
}

impl<E> Autorizado<E> {
    /// The company whose data the handler may touch.
    #[must_use]
    pub fn empresa(&self) -> EmpresaId {
        self.acesso.empresa
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
        ready(match acesso {
            None => Err(Problema::nao_autenticado()),
            Some(acesso) if acesso.escopos.contem(E::ESCOPO) => {
                Idempotencia::of(req).map(|idempotencia| Self { acesso, idempotencia, escopo: PhantomData })
            }
            Some(_) => Err(Problema::sem_escopo(E::ESCOPO.as_str())),
        })
    }
}

/// The middleware: under `/v1` a request without a good key, or with one that asked too often, goes no further, and its body
/// is not read. Refusals are
/// answers rather than errors, so that CORS headers reach them.
pub(crate) async fn autenticar(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let fechada = req
        .app_data::<Data<Estado>>()
        .is_none_or(|estado| estado.exige_chave(req.match_info().unprocessed()));
    if !fechada {
        return Ok(next.call(req).await?.map_into_boxed_body());
    }
    let acesso = match acesso(&req).await {
        Ok(acesso) => acesso,
        Err(problema) => return Ok(req.error_response(problema)),
    };
    let estado = req.app_data::<Data<Estado>>();
    let saldo = estado.and_then(|estado| Some(estado.cotas.as_ref()?.take(acesso.chave)));
    let mut resposta = if let Some(espera) = saldo.and_then(Saldo::espera_s) {
        req.error_response(Problema::limite_de_pedidos(espera))
    } else {
        req.extensions_mut().insert(acesso);
        next.call(req).await?.map_into_boxed_body()
    };
    if let Some(saldo) = saldo {
        saldo.add_to(resposta.headers_mut());
    }
    Ok(resposta)
}

async fn acesso(req: &ServiceRequest) -> Result<Acesso, Problema> {
    let apresentada = bearer(req).and_then(|texto| ChaveApresentada::parse(texto).ok());
    let estado = req.app_data::<Data<Estado>>().cloned();
    let (Some(apresentada), Some(estado)) = (apresentada, estado) else {
        return Err(Problema::nao_autenticado());
    };
    (estado.autenticador)(apresentada).await?.ok_or_else(Problema::nao_autenticado)
}

/// The credential of one `Authorization: Bearer` header. Two headers are none: nobody can say which one counts.
fn bearer(req: &ServiceRequest) -> Option<&str> {
    let mut valores = req.headers().get_all(AUTHORIZATION);
    let (valor, outro) = (valores.next()?, valores.next());
    let (esquema, credencial) = valor.to_str().ok()?.split_once(' ')?;
    (outro.is_none() && esquema.eq_ignore_ascii_case("bearer")).then(|| credencial.trim())
}
