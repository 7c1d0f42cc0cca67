#![cfg(test)]
//! A running service with two companies.

use std::net::TcpListener;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::ids::EmpresaId;
use runtime::{Encerramento, Relogio};
use serde_json::{Value, json};
use store::empresas::NovaEmpresa;
use store::{Banco, Papel};
use testkit::Http;
use titulos::{CONEXOES_DO_IMPORTADOR, Contexto, INFO, Importador, configure, create_chave, create_empresa};
use uuid::Uuid;
use web::Escopo;

/// The service, and a key of its first company that opens every door.
pub(crate) struct Servico {
    pub(crate) http: Http,
    pub(crate) banco: testkit::Banco,
    pub(crate) empresa: EmpresaId,
    relogio: Relogio,
    endereco: String,
    store: Banco,
    contexto: Contexto,
    fim: Encerramento,
}

/// Noon of a working day in São Paulo.
pub(crate) fn agora() -> DateTime<Utc> {
    "2026-03-10T15:00:00Z".parse().unwrap()
}

impl Servico {
    pub(crate) fn new() -> Self {
        Self::reached_by(str::to_owned)
    }

    /// One that reaches its database in another way.
    pub(crate) fn reached_by(caminho: impl FnOnce(&str) -> String) -> Self {
        let banco = testkit::Banco::new();
        let store = Banco::connect(&caminho(banco.url()), Papel::Titulos, 8).unwrap();
        let relogio = Relogio::sandbox(agora());
        let base = servico::Contexto { banco: store.clone(), relogio: relogio.clone() };
        let contexto = Contexto::new(base.clone());
        let da_rota = contexto.clone();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut config = web::ServerConfig::new(listener, INFO, servico::autenticador(base));
        config.workers = Some(2);
        let servidor = web::serve(config, move |cfg| configure(cfg, da_rota.clone())).unwrap();
        let endereco = format!("http://{}", servidor.addr());
        let fim = Encerramento::new();
        let ate = fim.clone();
        tokio::spawn(async move { servidor.run_until(&ate).await });
        let empresa = company(&store);
        let http = Http::new(&endereco).with_key(&key(&store, empresa, Escopo::TODOS));
        Self { http, banco, empresa, relogio, endereco, store, contexto, fim }
    }

    /// Has imports worked on, until the end is asked for.
    pub(crate) fn start_importer(&self) -> Encerramento {
        let banco = Banco::connect(self.banco.url(), Papel::Titulos, CONEXOES_DO_IMPORTADOR).unwrap();
        let fim = Encerramento::new();
        tokio::spawn(Importador::new(banco, self.relogio.clone(), &self.contexto).run(fim.clone()));
        fim
    }

    /// Where it listens, as `host:port`.
    pub(crate) fn addr(&self) -> &str {
        self.endereco.trim_start_matches("http://")
    }

    /// The same service as another company sees it.
    pub(crate) fn other_company(&self) -> Http {
        let outra = company(&self.store);
        self.with_key(&key(&self.store, outra, Escopo::TODOS))
    }

    /// Stores a título, negotiates it into two instalments and answers the ids of these.
    pub(crate) async fn negotiated(&self, codigo: &str) -> Vec<String> {
        let id = self.stored(codigo).await;
        let pedido = json!({"titulos": [id], "quantidade": 2, "primeiro_vencimento": "2026-04-10"});
        let feita = self.http.post("/v1/negociacoes", &pedido).await.expect(201).json;
        let parcelas = feita["parcelas"].as_array().unwrap();
        parcelas.iter().map(|parcela| parcela["titulo_id"].as_str().unwrap().to_owned()).collect()
    }

    /// A caller of the first company whose key has these scopes.
    pub(crate) fn with_scopes(&self, escopos: &[Escopo]) -> Http {
        self.with_key(&key(&self.store, self.empresa, escopos))
    }

    pub(crate) fn with_key(&self, chave: &str) -> Http {
        Http::new(&self.endereco).with_key(chave)
    }

    /// Moves the clock of the service on.
    pub(crate) fn pass(&self, tempo: Duration) {
        self.relogio.avancar_para(self.relogio.agora() + tempo).unwrap();
    }

    /// Pushes these and answers the result of each.
    pub(crate) async fn push(&self, titulos: &[Value]) -> Value {
        self.http.put("/v1/titulos", &json!(titulos)).await.expect(200).json
    }

    /// Pushes one título that is good; answers its id.
    pub(crate) async fn stored(&self, codigo: &str) -> String {
        let envio = self.push(&[titulo(codigo)]).await;
        assert_eq!(envio["recusados"], 0, "{envio}");
        envio["itens"][0]["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn all(&self) -> Vec<Value> {
        self.http.get("/v1/titulos?limite=500").await.expect(200).json["itens"].as_array().unwrap().clone()
    }
}

impl Drop for Servico {
    fn drop(&mut self) {
        self.fim.pedir();
    }
}

/// A good título; its debtor has the code `D-` and the título's.
pub(crate) fn titulo(codigo: &str) -> Value {
    json!({"codigo_integracao": codigo, "vencimento": "2026-03-02", "valor": "150.00",
           "devedor": {"codigo_integracao": format!("D-{codigo}"), "nome": "Maria da Silva"}})
}

/// The same with one field changed.
pub(crate) fn with(titulo: &Value, campo: &str, valor: Value) -> Value {
    let mut outro = titulo.clone();
    *outro.pointer_mut(campo).unwrap_or_else(|| panic!("{campo}")) = valor;
    outro
}

/// Refused fields, as `pointer code`, in order of the pointer.
pub(crate) fn refused(com_erros: &Value) -> Vec<String> {
    let erros = com_erros["erros"].as_array().map(Vec::as_slice).unwrap_or_default();
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
    create_empresa(banco, &nova, agora()).unwrap()
}

fn key(banco: &Banco, empresa: EmpresaId, escopos: &[Escopo]) -> String {
    let nome = format!("testes {}", Uuid::new_v4());
    banco.da_empresa(empresa, |t| create_chave(t, &nome, escopos, None, agora())).unwrap().texto
}
