//! A running service with two companies, and what the tests put in its way.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use domain::dinheiro::Centavos;
use domain::ids::{EmpresaId, TituloId};
use regua_engine::{Contexto, Engine, INFO, configure};
use runtime::{Encerramento, Relogio};
use serde_json::{Value, json};
use store::empresas::NovaEmpresa;
use store::titulos::{EntradaDevedor, EntradaTitulo};
use store::{Banco, Papel, chaves, empresas, execucoes, titulos};
use testkit::{Http, Resposta};
use uuid::Uuid;
use web::{ChaveNova, Escopo};

/// Longer than a night of a few debtors takes on a busy machine.
pub(crate) const PRAZO: Duration = Duration::from_secs(30);
/// The company's date at [`agora`]; in UTC it is a day later.
pub(crate) const HOJE: &str = "2026-03-10";

/// 22:30 of [`HOJE`] in São Paulo.
pub(crate) fn agora() -> DateTime<Utc> {
    "2026-03-11T01:30:00Z".parse().unwrap()
}

pub(crate) fn dia(texto: &str) -> NaiveDate {
    texto.parse().unwrap()
}

/// The service, and a key of its first company that opens every door.
pub(crate) struct Servico {
    pub(crate) http: Http,
    pub(crate) empresa: EmpresaId,
    pub(crate) engine: Arc<Engine>,
    pub(crate) banco: testkit::Banco,
    relogio: Relogio,
    endereco: String,
    titulos: Banco,
    fim: Encerramento,
}

impl Servico {
    /// Starts it with an engine that is not running yet.
    pub(crate) fn new() -> Self {
        let banco = testkit::Banco::new();
        let titulos = Banco::connect(banco.url(), Papel::Titulos, 2).unwrap();
        let relogio = Relogio::sandbox(agora());
        let da_regua = || Banco::connect(banco.url(), Papel::ReguaEngine, 2).unwrap();
        let engine = Engine::new(da_regua(), relogio.clone());
        let base = servico::Contexto { banco: da_regua(), relogio: relogio.clone() };
        let contexto = Contexto::new(base.clone(), Arc::clone(&engine));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut config = web::ServerConfig::new(listener, INFO, servico::autenticador(base));
        config.workers = Some(1);
        let servidor = web::serve(config, move |cfg| configure(cfg, contexto.clone())).unwrap();
        let endereco = format!("http://{}", servidor.addr());
        let fim = Encerramento::new();
        let ate = fim.clone();
        tokio::spawn(async move { servidor.run_until(&ate).await });
        let empresa = company(&titulos);
        let http = Http::new(&endereco).with_key(&key(&titulos, empresa, Escopo::TODOS));
        Self { http, empresa, engine, banco, relogio, endereco, titulos, fim }
    }

    /// The same service as another company sees it.
    pub(crate) fn other_company(&self) -> Http {
        let outra = company(&self.titulos);
        self.without_key().with_key(&key(&self.titulos, outra, Escopo::TODOS))
    }

    /// A caller of the first company whose key has these scopes.
    pub(crate) fn with_scopes(&self, escopos: &[Escopo]) -> Http {
        self.without_key().with_key(&key(&self.titulos, self.empresa, escopos))
    }

    pub(crate) fn without_key(&self) -> Http {
        Http::new(&self.endereco)
    }

    /// Lets the engine of this service run.
    pub(crate) fn run_engine(&self) {
        self.run(Arc::clone(&self.engine));
    }

    /// Runs one more engine on the same database.
    pub(crate) fn run_another_engine(&self) {
        let banco = Banco::connect(self.banco.url(), Papel::ReguaEngine, 2).unwrap();
        self.run(Engine::new(banco, Relogio::sandbox(agora())));
    }

    fn run(&self, engine: Arc<Engine>) {
        let fim = self.fim.clone();
        tokio::spawn(engine.run(fim));
    }

    /// Moves the clock of the service a second on.
    pub(crate) fn tick(&self) {
        self.relogio.avancar_para(self.relogio.agora() + Duration::from_secs(1)).unwrap();
    }

    /// Lets the day of `data` come, if it has not, and has its night run: by this request or by itself.
    pub(crate) async fn night_of(&self, data: NaiveDate) -> Value {
        let manha = data.and_hms_opt(12, 0, 0).unwrap().and_utc();
        if self.relogio.agora() < manha {
            self.relogio.avancar_para(manha).unwrap();
        }
        let pedida = self.http.post("/v1/noites", &json!({"data": data})).await;
        assert!(pedida.status == 200 || pedida.status == 202, "{}", pedida.json);
        let caminho = format!("/v1/noites/{}", id(&pedida.json));
        testkit::wait_for(PRAZO, async || {
            let noite = self.http.get(&caminho).await.expect(200).json;
            (noite["estado"] == "concluida").then_some(noite)
        })
        .await
    }

    /// A debtor with one título of R$ 10,00.
    pub(crate) fn push_titulo(&self, codigo: &str, vencimento: &str) {
        self.push_as(codigo, vencimento, |_| ());
    }

    /// The same, but for what `mudar` makes of it.
    pub(crate) fn push_as(&self, codigo: &str, vencimento: &str, mudar: impl FnOnce(&mut EntradaTitulo)) {
        let devedor = EntradaDevedor {
            codigo_integracao: format!("d-{codigo}"),
            nome: "Maria".to_owned(),
            documento: None,
            categoria: None,
            score: None,
            emails: None,
            gerente: None,
            telefones: None,
            enderecos: None,
        };
        let mut titulo = EntradaTitulo {
            codigo_integracao: codigo.to_owned(),
            numero: codigo.to_owned(),
            emissao: None,
            vencimento: dia(vencimento),
            valor: Centavos::new(1_000),
            devedor,
            credor: None,
            tipo_negocio: None,
            tipo_titulo: None,
            boleto: store::titulos::Boleto::default(),
        };
        mudar(&mut titulo);
        self.titulos
            .da_empresa(self.empresa, |t| titulos::upsert(t, std::slice::from_ref(&titulo), agora()))
            .unwrap();
    }

    /// Suspends a título until somebody reopens it.
    pub(crate) fn suspend(&self, titulo: &str) {
        let id = TituloId::new(titulo.parse().unwrap());
        let suspenso = self.titulos.da_empresa(self.empresa, |t| titulos::suspend(t, id, None, agora()));
        assert!(suspenso.unwrap().is_some());
    }

    /// Creates a régua and answers it as read.
    pub(crate) async fn regua(&self, corpo: Value) -> Value {
        self.http.post("/v1/reguas", &corpo).await.expect(201).json
    }

    /// An active régua with one e-mail on D+`dias` and another a week later.
    pub(crate) async fn active_regua(&self, dias: u16) -> Value {
        let regua =
            self.regua(json!({"nome": "Ativa", "posicoes": [posicao(dias), posicao(dias + 7)]})).await;
        let caminho = format!("/v1/reguas/{}/ativacao", id(&regua));
        self.http.post(&caminho, &json!({})).await.expect(200).json
    }

    /// Asks for `acao` (`ativacao`, …) of a régua and answers it as it is then.
    pub(crate) async fn turn(&self, regua: &Value, acao: &str) -> Value {
        self.http.post(&format!("/v1/reguas/{}/{acao}", id(regua)), &json!({})).await.expect(200).json
    }

    /// A régua as it is read now.
    pub(crate) async fn read(&self, regua: &Value) -> Value {
        self.http.get(&format!("/v1/reguas/{}", id(regua))).await.expect(200).json
    }

    /// Every execution there is, as `day channel state reason`, oldest first.
    pub(crate) fn executions(&self) -> Vec<String> {
        let banco = Banco::connect(self.banco.url(), Papel::Dispatcher, 1).unwrap();
        let filtro = execucoes::Filtro::default();
        let lidas = banco.da_empresa(self.empresa, |t| execucoes::list(t, &filtro, None, 10_000)).unwrap();
        let motivo = |x: &execucoes::ExecucaoLida| x.motivo.clone().unwrap_or_default();
        let linha =
            |x: &execucoes::ExecucaoLida| format!("{} {} {} {}", x.data, x.canal, x.estado, motivo(x));
        let mut linhas: Vec<_> = lidas.iter().map(|x| linha(x).trim_end().to_owned()).collect();
        linhas.sort();
        linhas
    }

    /// Asks for the night of `data` and waits until it is over.
    pub(crate) async fn night(&self, data: &str) -> Value {
        let pedida = self.http.post("/v1/noites", &json!({"data": data})).await.expect(202).json;
        let caminho = format!("/v1/noites/{}", id(&pedida));
        testkit::wait_for(PRAZO, async || {
            let noite = self.http.get(&caminho).await.expect(200).json;
            (noite["estado"] == "concluida").then_some(noite)
        })
        .await
    }
}

impl Drop for Servico {
    fn drop(&mut self) {
        self.fim.pedir();
    }
}

/// A position D+`dias` with one e-mail.
pub(crate) fn posicao(dias: u16) -> Value {
    json!({"dias": dias, "acoes": [email()]})
}

/// A régua for the debtors of one category only: each name is a régua of its own (rule s11).
pub(crate) fn named(nome: &str, posicoes: &[Value]) -> Value {
    json!({"nome": nome, "criterios": {"categorias": [nome]}, "posicoes": posicoes})
}

/// Asserts that a change was made.
#[track_caller]
pub(crate) fn done(resposta: &Resposta) {
    assert!([200, 201].contains(&resposta.status), "{} {}", resposta.status, resposta.text);
}

/// The stable code of a refusal.
#[track_caller]
pub(crate) fn code(resposta: Resposta, status: u16) -> String {
    resposta.expect(status).json["codigo"].as_str().unwrap().to_owned()
}

pub(crate) fn email() -> Value {
    json!({"tipo": "email", "assunto": "#PRIMEIRO_NOME#, há um valor em aberto", "corpo": "Olá, #NOME#.\n\n#LISTA_TITULOS#"})
}

pub(crate) fn id(recurso: &Value) -> &str {
    recurso["id"].as_str().unwrap()
}

/// The refused fields of a 422, as `pointer code`, in order of the pointer.
pub(crate) fn refused(problema: &Value) -> Vec<String> {
    let erros = problema["erros"].as_array().unwrap();
    let texto =
        |erro: &Value| format!("{} {}", erro["campo"].as_str().unwrap(), erro["codigo"].as_str().unwrap());
    let mut campos: Vec<_> = erros.iter().map(texto).collect();
    campos.sort();
    campos
}

fn company(banco: &Banco) -> EmpresaId {
    let nova = NovaEmpresa {
        nome: "Cobradora Exemplo".to_owned(),
        documento: None,
        remetente_email: "cobranca@exemplo.com.br".to_owned(),
    };
    empresas::create(banco, &nova, &[], agora()).unwrap()
}

fn key(banco: &Banco, empresa: EmpresaId, escopos: &[Escopo]) -> String {
    let segredo = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
    let chave = ChaveNova::generate(Uuid::new_v4(), segredo.try_into().unwrap());
    let nova = chaves::NovaChave {
        id: chave.id,
        nome: "testes".to_owned(),
        hash: chave.hash.to_vec(),
        escopos: escopos.iter().map(|escopo| escopo.as_str().to_owned()).collect(),
        expira_em: None,
    };
    banco.da_empresa(empresa, |t| chaves::create(t, &nova, agora())).unwrap();
    chave.texto
}
