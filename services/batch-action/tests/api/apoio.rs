//! A running service with a company of some debtors, and what the tests put in its way.

use std::net::TcpListener;

use batch_action::{Contexto, INFO, Trabalhador, configure};
use chrono::{DateTime, Utc};
use domain::Rotulo;
use domain::dinheiro::Centavos;
use domain::email::EnderecoEmail;
use domain::execucao::Canal;
use domain::ids::EmpresaId;
use runtime::{Encerramento, Relogio};
use serde_json::{Value, json};
use store::empresas::NovaEmpresa;
use store::templates::{self, TextoNomeado};
use store::titulos::{EntradaDevedor, EntradaTitulo};
use store::{Banco, Papel, chaves, empresas, titulos};
use testkit::{Http, Resposta};
use uuid::Uuid;
use web::{ChaveNova, Escopo};

pub(crate) const LISTA: &str = "/v1/acoes-em-lote";

/// 22:30 of 2026-03-10 in São Paulo; in UTC it is a day later.
pub(crate) fn agora() -> DateTime<Utc> {
    "2026-03-11T01:30:00Z".parse().unwrap()
}

/// The service, and a key of its first company that opens every door.
pub(crate) struct Servico {
    pub(crate) http: Http,
    pub(crate) empresa: EmpresaId,
    pub(crate) banco: testkit::Banco,
    pub(crate) endereco: String,
    pub(crate) titulos: Banco,
    dispatcher: Banco,
    fim: Encerramento,
}

impl Servico {
    pub(crate) fn new() -> Self {
        let banco = testkit::Banco::new();
        let pool = |papel| Banco::connect(banco.url(), papel, 2).unwrap();
        let (titulos, dispatcher) = (pool(Papel::Titulos), pool(Papel::Dispatcher));
        let base = servico::Contexto { banco: pool(Papel::Lote), relogio: Relogio::sandbox(agora()) };
        let parado = Trabalhador::new(base.banco.clone(), base.relogio.clone());
        let contexto = Contexto::new(base.clone(), parado);
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
        Self { http, empresa, banco, endereco, titulos, dispatcher, fim }
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

    /// Debtors of Ana's with these numbers, each with a título of R$ 10,00.
    pub(crate) fn push(&self, quais: std::ops::RangeInclusive<u32>, com_email: bool) {
        let itens: Vec<_> = quais.map(|n| titulo(n, com_email)).collect();
        self.titulos.da_empresa(self.empresa, |t| titulos::upsert(t, &itens, agora())).unwrap();
    }

    pub(crate) fn template(&self, canal: Canal, nome: &str) -> String {
        let assunto = (canal == Canal::Email).then(|| "Aviso".to_owned());
        let novo = TextoNomeado { nome: nome.to_owned(), assunto, corpo: "Olá, #NOME#.".to_owned() };
        let criar = |t: &mut store::Tenant<'_>| templates::create(t, canal, &novo, agora());
        self.dispatcher.da_empresa(self.empresa, criar).unwrap().unwrap().to_string()
    }

    /// Writes another text into a template, or archives it.
    pub(crate) fn change_template(&self, id: &str, corpo: Option<&str>) {
        let id = domain::ids::TemplateId::new(id.parse().unwrap());
        let mudar = |t: &mut store::Tenant<'_>| {
            let antes = templates::lock(t, id)?.unwrap();
            let Some(corpo) = corpo else { return templates::archive(t, id, agora()) };
            let depois = TextoNomeado {
                nome: antes.nome.clone(),
                assunto: antes.assunto.clone(),
                corpo: corpo.to_owned(),
            };
            templates::change(t, &antes, &depois, agora())?.unwrap();
            Ok(())
        };
        self.dispatcher.da_empresa(self.empresa, mudar).unwrap();
    }

    /// Begins a batch and answers its address.
    pub(crate) async fn begin(&self, tipo: &str) -> String {
        let nova = self.http.post(LISTA, &json!({"tipo": tipo, "usuario": "bia"})).await.expect(201);
        format!("{LISTA}/{}", nova.json["acao"]["id"].as_str().unwrap())
    }

    /// Selects all of Ana's.
    pub(crate) async fn select(&self, acao: &str) -> Value {
        self.http.put(&format!("{acao}/selecao"), &json!({"filtro": de_ana()})).await.expect(200).json
    }

    /// A batch of e-mail to all of Ana's with its message, ready to be confirmed; its address, and its template.
    pub(crate) async fn ready(&self) -> (String, String) {
        let (acao, template) = (self.begin("email").await, self.template(Canal::Email, "Aviso"));
        self.select(&acao).await;
        let escolha = json!({"template_id": template});
        let _escolhida = self.http.put(&format!("{acao}/mensagem"), &escolha).await.expect(200);
        (acao, template)
    }

    /// What is shown before the confirmation.
    pub(crate) async fn shown(&self, acao: &str) -> Value {
        self.http.get(&format!("{acao}/confirmacao")).await.expect(200).json
    }

    /// Confirms what is shown now.
    pub(crate) async fn confirm(&self, acao: &str) -> Resposta {
        let resumo = self.shown(acao).await["resumo"].clone();
        self.http.post(&format!("{acao}/confirmacao"), &json!({"resumo": resumo})).await
    }

    /// The debtors of a list that has an `{id}` before it, page by page.
    pub(crate) async fn all(&self, caminho: &str, limite: usize) -> Vec<Value> {
        let (mut itens, mut cursor) = (Vec::new(), String::new());
        loop {
            let pagina = self.http.get(&format!("{caminho}?limite={limite}{cursor}")).await.expect(200).json;
            itens.extend(pagina["itens"].as_array().unwrap().clone());
            let Some(proximo) = pagina["proximo_cursor"].as_str() else { return itens };
            cursor = format!("&cursor={proximo}");
        }
    }
}

impl Drop for Servico {
    fn drop(&mut self) {
        self.fim.pedir();
    }
}

pub(crate) fn de_ana() -> Value {
    json!({"devedor": {"gerente": ["Ana"]}})
}

/// The stable code of a refusal.
#[track_caller]
pub(crate) fn code(resposta: Resposta, status: u16) -> String {
    resposta.expect(status).json["codigo"].as_str().unwrap().to_owned()
}

/// The fields that a refusal speaks of, as `pointer code`, in order of the pointer.
pub(crate) fn refused(problema: &Value) -> Vec<String> {
    let erros = problema["erros"].as_array().unwrap();
    let texto =
        |erro: &Value| format!("{} {}", erro["campo"].as_str().unwrap(), erro["codigo"].as_str().unwrap());
    let mut campos: Vec<_> = erros.iter().map(texto).collect();
    campos.sort();
    campos
}

fn titulo(n: u32, com_email: bool) -> EntradaTitulo {
    let email = EnderecoEmail::parse(&format!("d{n}@exemplo.com.br")).unwrap();
    let devedor = EntradaDevedor {
        codigo_integracao: format!("d{n}"),
        nome: format!("Devedor {n:02}"),
        documento: None,
        categoria: None,
        score: None,
        emails: com_email.then(|| vec![email]),
        gerente: Some(Rotulo::parse("Ana").unwrap()),
        telefones: None,
        enderecos: None,
    };
    EntradaTitulo {
        codigo_integracao: n.to_string(),
        numero: n.to_string(),
        emissao: None,
        vencimento: "2026-02-10".parse().unwrap(),
        valor: Centavos::new(1_000),
        devedor,
        credor: None,
        tipo_negocio: None,
        tipo_titulo: None,
        boleto: titulos::Boleto::default(),
    }
}

fn company(banco: &Banco) -> EmpresaId {
    let nova = NovaEmpresa {
        nome: "Cobradora Exemplo".to_owned(),
        documento: None,
        remetente_email: "cobranca@exemplo.com.br".to_owned(),
    };
    empresas::create(banco, &nova, &[], agora()).unwrap()
}

pub(crate) fn key(banco: &Banco, empresa: EmpresaId, escopos: &[Escopo]) -> String {
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
