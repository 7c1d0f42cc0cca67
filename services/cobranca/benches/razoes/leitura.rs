//! Rows `leitura` and `leitura_p99`: a título read by its id through the API.
//!
//! Beside it a bare handler: the same server, pool, database and JSON, and nothing of a product: no key, no company, no
//! transaction, no limits, no logs, no metrics. Clients, both servers and the database share the cores.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::web::{Data, Json, Path};
use actix_web::{App, Error, HttpServer, error, web};
use cobranca::Resultado;
use runtime::{Config, Relogio};
use serde_json::Value;
use testkit::Leitura;
use uuid::Uuid;

use crate::apoio::{Medicao, VEZES};
use crate::leitores::{Alvo, Visto, read};
use crate::linha::{Linha, Meta};
use crate::milhao::carteira;

/// Debtors of the portfolio that is read, with three times as many títulos.
const DEVEDORES: u32 = 50_000;
/// How long the clients read at a time.
const MEDIDA: Duration = Duration::from_secs(6);

pub(crate) async fn measure() -> Resultado<[Linha; 2]> {
    let medicao = Medicao::start(Relogio::Sistema).await?;
    let (empresa, hoje) = (medicao.empresa.clone(), Relogio::Sistema.agora().date_naive());
    medicao.sql(move |sql| carteira::load(sql, &empresa, (DEVEDORES, ""), hoje)).await?;
    let alvo = |base: &str| Alvo {
        base: base.to_owned(),
        chave: medicao.chave.clone(),
        titulos: 3 * u64::from(DEVEDORES),
    };
    let (nua, parar) = serve_bare(&medicao).await?;
    let (nua, nossa) = (alvo(&nua), alvo(&medicao.base));
    for alvo in [&nua, &nossa] {
        read(alvo, None, MEDIDA / 3).await?;
    }
    let mut vistos: Vec<(Visto, Visto)> = Vec::new();
    for _ in 0..VEZES {
        vistos.push((read(&nua, None, MEDIDA).await?, read(&nossa, None, MEDIDA).await?));
    }
    parar.stop(false).await;
    medicao.stop().await?;
    vistos.sort_by(|a, b| (a.1.rate() / a.0.rate()).total_cmp(&(b.1.rate() / b.0.rate())));
    let (nua, nossa) = vistos.get(vistos.len() / 2).ok_or("nenhuma leitura medida")?;
    let vazao = Linha::new("leitura", "GET /v1/titulos/{id}, oito clientes", MEDIDA.as_secs_f64());
    let vazao = Linha { por_s: Some(nossa.rate()), limite_por_s: Some(nua.rate()), ..vazao };
    let p99 = Linha::new("leitura_p99", "p99 de GET /v1/titulos/{id}, oito clientes", nossa.p99());
    Ok([
        vazao
            .over("um handler nu: actix e diesel", nossa.rate() / nua.rate(), Meta::AoMenos(0.85))
            .with("ms mediana", nossa.median() * 1e3)
            .with("ms mediana do nu", nua.median() * 1e3),
        p99.over("p99 do handler nu", nossa.p99() / nua.p99(), Meta::NoMaximo(1.5))
            .with("ms p99", nossa.p99() * 1e3)
            .with("ms p99 do nu", nua.p99() * 1e3),
    ])
}

/// Serves the bare handler at an address of its own, with as many connections as a service takes.
async fn serve_bare(medicao: &Medicao) -> Resultado<(String, actix_web::dev::ServerHandle)> {
    let (url, empresa) = (medicao.url().to_owned(), medicao.empresa.parse::<Uuid>()?);
    let conexoes = Config::default().banco.conexoes;
    let leitura = tokio::task::spawn_blocking(move || Leitura::connect(&url, conexoes)).await?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base = format!("http://{}", listener.local_addr()?);
    let app = move || {
        App::new()
            .app_data(Data::new((leitura.clone(), empresa)))
            .route("/v1/titulos/{id}", web::get().to(titulo))
    };
    let servidor = HttpServer::new(app).listen(listener)?.disable_signals().run();
    let parar = servidor.handle();
    tokio::spawn(servidor);
    Ok((base, parar))
}

async fn titulo(nua: Data<(Leitura, Uuid)>, id: Path<Uuid>) -> Result<Json<Value>, Error> {
    let (leitura, empresa) = nua.get_ref().clone();
    let lido = web::block(move || leitura.titulo(empresa, id.into_inner())).await?;
    lido.map(Json).ok_or_else(|| error::ErrorNotFound(""))
}
