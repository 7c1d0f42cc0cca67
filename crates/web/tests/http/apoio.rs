//! A sample service, and a client for it.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use actix_web::{HttpResponse, get, post, put};
use deserr::Deserr;
use domain::dinheiro::Centavos;
use domain::ids::{EmpresaId, TituloId};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tracing_subscriber::fmt::MakeWriter;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use web::problema::Codigo;
use web::{
    Acesso, Autenticador, Autorizado, Caminho, ChaveApresentada, ChaveNova, Consulta, Corpo, ErroCampo,
    ErrosCampo, Escopo, Escopos, InfoApi, Itens, Lista, Pagina, Paginacao, Parada, Problema, ServerConfig,
    Texto, bloquear, escopos, parse_item, serve,
};

pub(crate) const EMPRESA: EmpresaId = EmpresaId::new(Uuid::from_u128(77));
pub(crate) const PRAZO: Duration = Duration::from_secs(30);
pub(crate) const INFO: InfoApi =
    InfoApi { titulo: "Amostras", descricao: "Serviço de amostra.", versao: "1.2.3" };
static OCUPADA: Codigo = Codigo::new("amostra_ocupada", 409, "Amostra ocupada", "A amostra está em uso.");

#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[expect(dead_code, reason = "the sample only parses")]
pub(crate) struct Amostra {
    nome: Texto<1, 60>,
    #[schema(value_type = web::esquema::Dinheiro)]
    valor: Centavos,
    vencimento: chrono::NaiveDate,
    dias: u16,
    #[deserr(default)]
    etiquetas: Lista<Texto<1, 20>, 5>,
    #[deserr(default)]
    contato: Option<Contato>,
}

#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[expect(dead_code, reason = "the sample only parses")]
struct Contato {
    email: Texto<3, 254>,
    ativo: bool,
}

#[derive(Serialize, ToSchema)]
struct Recibo {
    id: Uuid,
}

#[derive(Serialize, ToSchema)]
struct ResultadoItem {
    indice: usize,
    aceito: bool,
    erros: Vec<ErroCampo>,
}

/// Lets a test hold a request inside its handler.
#[derive(Clone)]
pub(crate) struct Portao {
    pub(crate) dentro: Arc<Semaphore>,
    pub(crate) saida: Arc<Semaphore>,
}

#[utoipa::path(request_body = Amostra, security(("chave_api" = ["titulos:escrever"])),
    responses((status = 200, body = Recibo)))]
#[put("/v1/amostras/{id}")]
async fn put_amostra(
    _acesso: Autorizado<escopos::titulos::Escrever>,
    Caminho(id): Caminho<TituloId>,
    Corpo(_amostra): Corpo<Amostra>,
) -> Result<HttpResponse, Problema> {
    Ok(HttpResponse::Ok().json(Recibo { id: id.uuid() }))
}

#[utoipa::path(params(Paginacao<u32>), security(("chave_api" = ["titulos:ler"])),
    responses((status = 200, body = Pagina<u32>)))]
#[get("/v1/amostras")]
async fn get_amostras(
    acesso: Autorizado<escopos::titulos::Ler>,
    Consulta(pagina): Consulta<Paginacao<u32>>,
) -> Result<Pagina<u32>, Problema> {
    assert_eq!(acesso.empresa(), EMPRESA);
    let depois = pagina.cursor.map_or(0, |cursor| cursor.0);
    let linhas: Vec<u32> = (depois + 1..=7).collect();
    Ok(Pagina::from_rows(linhas, pagina.limite, |n| *n))
}

#[utoipa::path(security(("chave_api" = ["titulos:escrever"])),
    responses((status = 200, body = Vec<ResultadoItem>)))]
#[post("/v1/lotes")]
async fn post_lote(
    _acesso: Autorizado<escopos::titulos::Escrever>,
    Itens(itens): Itens<1000>,
) -> Result<HttpResponse, Problema> {
    let resultados = itens.into_iter().enumerate().map(|(indice, item)| {
        let erros = parse_item::<Amostra>(item, indice).err().unwrap_or_default();
        ResultadoItem { indice, aceito: erros.is_empty(), erros }
    });
    Ok(HttpResponse::Ok().json(resultados.collect::<Vec<_>>()))
}

#[utoipa::path(security(("chave_api" = ["noites:executar"])), responses((status = 200)))]
#[post("/v1/falhas/{tipo}")]
async fn post_falha(
    _acesso: Autorizado<escopos::noites::Executar>,
    Caminho(tipo): Caminho<String>,
) -> Result<HttpResponse, Problema> {
    let tarefa = move || match tipo.as_str() {
        "panico-na-thread" => panic!("canario na thread"),
        "ocupada" => Err(Problema::conflito(&OCUPADA, "outra pessoa está com ela")),
        "sem-conexao" => Err(Problema::indisponivel_por(3)),
        "interna" => Err(Problema::interno("gravando", &io::Error::other("canario em 10.0.0.1"))),
        _ => Ok(tipo),
    };
    let tipo = bloquear(tarefa).await?;
    assert!(tipo != "panico", "canario no handler");
    Ok(HttpResponse::Ok().json(json!({"tipo": tipo})))
}

#[utoipa::path(security(("chave_api" = ["noites:ler"])), responses((status = 200)))]
#[get("/v1/lenta")]
async fn get_lenta(
    _acesso: Autorizado<escopos::noites::Ler>,
    portao: actix_web::web::Data<Portao>,
) -> Result<HttpResponse, Problema> {
    portao.dentro.add_permits(1);
    portao.saida.acquire().await.unwrap().forget();
    Ok(HttpResponse::Ok().json(json!({"lenta": true})))
}

/// A handler that forgot to ask for a scope.
#[utoipa::path(responses((status = 200)))]
#[get("/v1/esquecida")]
async fn get_esquecida() -> HttpResponse {
    HttpResponse::Ok().finish()
}

/// A handler of the public part, with `recibos` in `publicas`.
#[utoipa::path(security(()), responses((status = 200)))]
#[post("/v1/recibos/{provedor}")]
async fn post_recibo(Caminho(provedor): Caminho<String>) -> Result<HttpResponse, Problema> {
    Ok(HttpResponse::Ok().json(json!({"provedor": provedor})))
}

pub(crate) fn rotas(config: &mut ServiceConfig<'_>) {
    config
        .service(put_amostra)
        .service(get_amostras)
        .service(post_lote)
        .service(post_falha)
        .service(get_lenta)
        .service(get_esquecida)
        .service(post_recibo);
}

/// A key whose id says which scopes it has: 0 for all of them, n for the n-th alone.
pub(crate) fn chave(n: u8) -> ChaveNova {
    ChaveNova::generate(Uuid::from_u128(n.into()), [n; 32])
}

pub(crate) fn chave_de(escopo: Escopo) -> ChaveNova {
    let posicao = Escopo::TODOS.iter().position(|outro| *outro == escopo).unwrap();
    chave(u8::try_from(posicao + 1).unwrap())
}

fn look_up(apresentada: &ChaveApresentada) -> Result<Option<Acesso>, Problema> {
    let n = u8::try_from(apresentada.id().as_u128()).unwrap_or(u8::MAX);
    let escopos: Escopos = match n {
        0 => Escopos::todos(),
        200 => return Err(Problema::indisponivel()),
        n => Escopo::TODOS.get(usize::from(n) - 1).copied().into_iter().collect(),
    };
    let boa = n <= 100 && apresentada.confere(&chave(n).hash);
    Ok(boa.then_some(Acesso { empresa: EMPRESA, chave: apresentada.id(), escopos }))
}

pub(crate) struct Teste {
    pub(crate) addr: SocketAddr,
    pub(crate) cliente: Client,
    pub(crate) parada: Parada,
    pub(crate) portao: Portao,
}

/// Starts the sample service.
pub(crate) fn start(adjust: impl FnOnce(&mut ServerConfig)) -> Teste {
    start_with(adjust, rotas)
}

/// Starts a service with other routes. Needs the log first, because the first server of a process decides who hears it.
pub(crate) fn start_with(
    adjust: impl FnOnce(&mut ServerConfig),
    rotas: impl Fn(&mut ServiceConfig<'_>) + Clone + Send + 'static,
) -> Teste {
    log();
    let autenticador: Autenticador = Arc::new(|chave| Box::pin(async move { look_up(&chave) }));
    let mut config = ServerConfig::new(TcpListener::bind("127.0.0.1:0").unwrap(), INFO, autenticador);
    config.workers = Some(1);
    config.publicas = vec!["/v1/recibos"];
    adjust(&mut config);
    let portao = Portao { dentro: Arc::new(Semaphore::new(0)), saida: Arc::new(Semaphore::new(0)) };
    let dados = actix_web::web::Data::new(portao.clone());
    let servidor = serve(config, move |config: &mut ServiceConfig<'_>| {
        config.app_data(dados.clone());
        rotas(config);
    });
    let servidor = servidor.unwrap();
    let (addr, parada) = (servidor.addr(), servidor.parada());
    tokio::spawn(servidor.run());
    let cliente =
        Client::builder().timeout(PRAZO).redirect(reqwest::redirect::Policy::none()).build().unwrap();
    Teste { addr, cliente, parada, portao }
}

impl Teste {
    pub(crate) fn url(&self, caminho: &str) -> String {
        format!("http://{}{caminho}", self.addr)
    }

    /// A request without a key.
    pub(crate) fn anonymous(&self, metodo: Method, caminho: &str) -> RequestBuilder {
        self.cliente.request(metodo, self.url(caminho))
    }

    /// A request with a key that opens everything.
    pub(crate) fn request(&self, metodo: Method, caminho: &str) -> RequestBuilder {
        self.anonymous(metodo, caminho).bearer_auth(chave(0).texto)
    }

    /// `PUT`s raw bytes as JSON to the sample.
    pub(crate) async fn put(&self, corpo: impl Into<reqwest::Body>) -> Resposta {
        let caminho = format!("/v1/amostras/{}", Uuid::from_u128(9));
        let pedido = self.request(Method::PUT, &caminho).header(CONTENT_TYPE, "application/json");
        answer(pedido.body(corpo).send().await.unwrap()).await
    }
}

#[derive(Debug)]
pub(crate) struct Resposta {
    pub(crate) status: u16,
    pub(crate) cabecalhos: reqwest::header::HeaderMap,
    pub(crate) corpo: Value,
}

impl Resposta {
    pub(crate) fn header(&self, nome: &str) -> &str {
        self.cabecalhos.get(nome).map(|valor| valor.to_str().unwrap()).unwrap_or_default()
    }

    /// Asserts that this is a whole problem, and answers `status codigo`.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        assert_eq!(self.corpo["status"], self.status, "{self:?}");
        assert_eq!(self.corpo["instance"], self.header("x-request-id"), "{self:?}");
        let codigo = self.corpo["codigo"].as_str().unwrap();
        assert_eq!(self.corpo["type"], format!("/erros/{codigo}"));
        for campo in ["title", "detail"] {
            assert!(self.corpo[campo].as_str().is_some_and(|texto| !texto.is_empty()), "{self:?}");
        }
        format!("{} {codigo}", self.status)
    }

    /// `campo codigo` of every refused field.
    pub(crate) fn faults(&self) -> Vec<String> {
        let erros = self.corpo["erros"].as_array().cloned().unwrap_or_default();
        let texto = |erro: &Value, chave: &str| erro[chave].as_str().unwrap().to_owned();
        erros.iter().map(|erro| format!("{} {}", texto(erro, "campo"), texto(erro, "codigo"))).collect()
    }
}

pub(crate) async fn answer(resposta: Response) -> Resposta {
    let (status, cabecalhos) = (resposta.status().as_u16(), resposta.headers().clone());
    let texto = resposta.text().await.unwrap();
    let corpo = serde_json::from_str(&texto).unwrap_or(Value::String(texto));
    Resposta { status, cabecalhos, corpo }
}

pub(crate) fn amostra() -> Value {
    json!({"nome": "Amostra", "valor": "10.00", "vencimento": "2026-03-10", "dias": 3})
}

/// Everything this process logs, as JSON lines.
pub(crate) fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Log::default();
        tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing::Level::DEBUG)
            .with_writer(log.clone())
            .init();
        log
    })
}

#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn lines(&self, contendo: &str) -> Vec<String> {
        let texto = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        texto.lines().filter(|linha| linha.contains(contendo)).map(str::to_owned).collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
