//! A key that was found good before is found good again for each request, by whoever does its work or at its end.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use reqwest::Method;
use uuid::Uuid;
use web::{Acesso, Autenticador, Autorizado, Escopos, Problema, ServerConfig, ServiceConfig, escopos};

use crate::apoio::{EMPRESA, Teste, answer, chave, rotas, start_with};

/// Keys that are good, and how often one was looked up.
#[derive(Clone, Default)]
struct Cofre(Arc<Mutex<(BTreeSet<Uuid>, usize)>>);

impl Cofre {
    fn with(chaves: &[u8]) -> Self {
        let boas = chaves.iter().map(|n| Uuid::from_u128((*n).into())).collect();
        Self(Arc::new(Mutex::new((boas, 0))))
    }

    fn revoke(&self, n: u8) {
        assert!(self.0.lock().unwrap().0.remove(&Uuid::from_u128(n.into())));
    }

    fn is_good(&self, chave: Uuid) -> bool {
        self.0.lock().unwrap().0.contains(&chave)
    }

    fn looked(&self) -> usize {
        self.0.lock().unwrap().1
    }

    fn autenticador(&self) -> Autenticador {
        let cofre = self.clone();
        Arc::new(move |apresentada| {
            cofre.0.lock().unwrap().1 += 1;
            let n = u8::try_from(apresentada.id().as_u128()).unwrap();
            let boa = cofre.is_good(apresentada.id()) && apresentada.confere(&chave(n).hash);
            let acesso = Acesso { empresa: EMPRESA, chave: apresentada.id(), escopos: Escopos::todos() };
            Box::pin(async move { Ok(boa.then_some(acesso)) })
        })
    }
}

/// Works as a service does: whether the key is good is found out with the work.
#[utoipa::path(security(("chave_api" = ["titulos:ler"])), responses((status = 200)))]
#[get("/v1/trabalho")]
async fn work(
    acesso: Autorizado<escopos::titulos::Ler>,
    cofre: Data<Cofre>,
) -> Result<HttpResponse, Problema> {
    if !cofre.is_good(acesso.acesso().chave) {
        return Err(Problema::nao_autenticado());
    }
    acesso.solicitante().confirm();
    Ok(HttpResponse::Ok().finish())
}

fn serve(cofre: &Cofre) -> Teste {
    let (autenticador, dados) = (cofre.autenticador(), Data::new(cofre.clone()));
    let adjust = |config: &mut ServerConfig| config.autenticador = autenticador;
    start_with(adjust, move |config: &mut ServiceConfig<'_>| {
        config.app_data(dados.clone()).service(work);
        rotas(config);
    })
}

async fn get(teste: &Teste, caminho: &str, chave: String) -> u16 {
    let pedido = teste.anonymous(Method::GET, caminho).bearer_auth(chave);
    answer(pedido.send().await.unwrap()).await.status
}

#[tokio::test]
async fn a_request_whose_work_finds_the_key_good_looks_it_up_once_only() {
    let cofre = Cofre::with(&[1]);
    let teste = serve(&cofre);
    for _ in 0..3 {
        assert_eq!(get(&teste, "/v1/trabalho", chave(1).texto).await, 200);
    }
    assert_eq!(cofre.looked(), 1);
    cofre.revoke(1);
    for _ in 0..2 {
        assert_eq!(get(&teste, "/v1/trabalho", chave(1).texto).await, 401);
    }
}

#[tokio::test]
async fn an_answer_that_no_work_found_the_key_good_for_waits_for_a_look() {
    let cofre = Cofre::with(&[1]);
    let teste = serve(&cofre);
    // What answers by itself, what is refused for its query, and what no route answers.
    for caminho in ["/v1/amostras", "/v1/amostras?limite=muitos", "/v1/nada", "/v1/esquecida"] {
        let aberta = get(&teste, caminho, chave(1).texto).await;
        assert_ne!(aberta, 401, "{caminho}");
        let antes = cofre.looked();
        assert_eq!(get(&teste, caminho, chave(1).texto).await, aberta, "{caminho}");
        assert_eq!(cofre.looked(), antes + 1, "{caminho}");
    }
    cofre.revoke(1);
    for caminho in ["/v1/amostras", "/v1/amostras?limite=muitos", "/v1/nada", "/v1/esquecida"] {
        assert_eq!(get(&teste, caminho, chave(1).texto).await, 401, "{caminho}");
    }
}

#[tokio::test]
async fn knowing_a_key_opens_nothing_to_another_secret_with_its_id() {
    let cofre = Cofre::with(&[1]);
    let teste = serve(&cofre);
    assert_eq!(get(&teste, "/v1/trabalho", chave(1).texto).await, 200);
    let outra = web::ChaveNova::generate(Uuid::from_u128(1), [9; 32]).texto;
    let antes = cofre.looked();
    assert_eq!(get(&teste, "/v1/trabalho", outra).await, 401);
    assert_eq!(cofre.looked(), antes + 1, "it was looked up as any other");
}
