//! A running service with a company, and the executions that a night of the tests' own decides for it.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use bus::local::Local;
use chrono::{DateTime, NaiveDate, Utc};
use dispatcher::{Ajustes, Contexto, Dispatcher, INFO, PUBLICAS, Saida, configure, saidas};
use domain::dinheiro::Centavos;
use domain::email::EnderecoEmail;
use domain::execucao::Canal;
use domain::ids::{
    AcaoId, ConteudoId, DevedorId, EmpresaId, NoiteId, PosicaoId, ReguaId, TemplateId, TituloId,
};
use domain::regua::{
    Acao, Cabecalho, Criterios, Destinatarios, EstadoRegua, Gatilho, Modo, Posicao, Regua, decide,
};
use domain::telefone::Telefone;
use domain::titulo::pagar;
use runtime::{Config, Encerramento, Relogio};
use serde_json::Value;

use store::empresas::NovaEmpresa;
use store::noites::{self, Abertura};
use store::reguas::{self, Conteudo, ReguaInteira};
use store::titulos::{EntradaDevedor, EntradaTitulo, ResultadoItem};
use store::{Banco, Papel, chaves, devedores, empresas, new_id, titulos};
use testkit::Http;
use uuid::Uuid;
use web::{ChaveNova, Escopo};

/// Longer than a few messages take on a busy machine.
pub(crate) const PRAZO: Duration = Duration::from_secs(30);

/// 09:30 of 2026-03-10 in São Paulo.
pub(crate) fn agora() -> DateTime<Utc> {
    "2026-03-10T12:30:00Z".parse().unwrap()
}

/// The service, and a key of its company that opens every door.
pub(crate) struct Servico {
    pub(crate) http: Http,
    pub(crate) empresa: EmpresaId,
    pub(crate) relogio: Relogio,
    banco: testkit::Banco,
    endereco: String,
    titulos: Banco,
    fim: Encerramento,
}

impl Servico {
    /// Starts it with a dispatcher that is not running yet.
    pub(crate) fn new() -> Self {
        Self::with(Vec::new()).0
    }

    /// Starts it with a dispatcher that sends with these, and is not running yet.
    pub(crate) fn with(saidas: Vec<Saida>) -> (Self, Arc<Dispatcher>) {
        Self::tuned(saidas, Ajustes::from_config(&Config::default()), Arc::new(Local::new()))
    }

    /// The same, with choices and a bus of the test's.
    pub(crate) fn tuned(saidas: Vec<Saida>, ajustes: Ajustes, bus: Arc<Local>) -> (Self, Arc<Dispatcher>) {
        let banco = testkit::Banco::new();
        let titulos = Banco::connect(banco.url(), Papel::Titulos, 2).unwrap();
        let relogio = Relogio::sandbox(agora());
        let do_dispatcher = Banco::connect(banco.url(), Papel::Dispatcher, 2).unwrap();
        let base = servico::Contexto { banco: do_dispatcher, relogio: relogio.clone() };
        let seu = Banco::connect(banco.url(), Papel::Dispatcher, 4).unwrap();
        let dispatcher = Dispatcher::new(seu, bus, saidas, relogio.clone(), ajustes);
        let contexto = Contexto::new(base.clone(), Arc::clone(&dispatcher));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut config = web::ServerConfig::new(listener, INFO, servico::autenticador(base));
        config.workers = Some(1);
        config.publicas = PUBLICAS.to_vec();
        let servidor = web::serve(config, move |cfg| configure(cfg, contexto.clone())).unwrap();
        let endereco = format!("http://{}", servidor.addr());
        let fim = Encerramento::new();
        let ate = fim.clone();
        tokio::spawn(async move { servidor.run_until(&ate).await });
        let empresa = company(&titulos);
        let http = Http::new(&endereco).with_key(&key(&titulos, empresa, Escopo::TODOS));
        (Self { http, empresa, relogio, banco, endereco, titulos, fim }, dispatcher)
    }

    /// Where the API listens.
    pub(crate) fn endereco(&self) -> &str {
        &self.endereco
    }

    /// One more dispatcher on the same database and this bus, which is not running yet.
    pub(crate) fn another(&self, saidas: Vec<Saida>, ajustes: Ajustes, bus: Arc<Local>) -> Arc<Dispatcher> {
        let banco = Banco::connect(self.banco.url(), Papel::Dispatcher, 4).unwrap();
        Dispatcher::new(banco, bus, saidas, self.relogio.clone(), ajustes)
    }

    /// The database behind the service's back.
    pub(crate) fn sql(&self) -> testkit::Sql {
        testkit::Sql::connect(self.banco.url())
    }

    /// Goes on as another company of the same service.
    pub(crate) fn become_another_company(&mut self) {
        self.empresa = company(&self.titulos);
        self.http = self.without_key().with_key(&key(&self.titulos, self.empresa, Escopo::TODOS));
    }

    /// Runs a dispatcher until the end of the test.
    pub(crate) fn run(&self, dispatcher: Arc<Dispatcher>) {
        tokio::spawn(dispatcher.run(self.fim.clone()));
    }

    /// The same service as another company sees it.
    pub(crate) fn other_company(&self) -> Http {
        let outra = company(&self.titulos);
        self.without_key().with_key(&key(&self.titulos, outra, Escopo::TODOS))
    }

    /// A caller of the company whose key has these scopes.
    pub(crate) fn with_scopes(&self, escopos: &[Escopo]) -> Http {
        self.without_key().with_key(&key(&self.titulos, self.empresa, escopos))
    }

    pub(crate) fn without_key(&self) -> Http {
        Http::new(&self.endereco)
    }

    /// Sends through the mail server at this port of this machine, until the end of the test.
    pub(crate) fn run_dispatcher(&self, porta_smtp: u16) {
        let mut config = Config::default();
        config.smtp.host = Some("127.0.0.1".to_owned());
        config.smtp.porta = porta_smtp;
        config.smtp.tls = runtime::config::Tls::Nenhum;
        let banco = Banco::connect(self.banco.url(), Papel::Dispatcher, 4).unwrap();
        let (saidas, ajustes) = (saidas(&config).unwrap(), Ajustes::from_config(&config));
        let dispatcher =
            Dispatcher::new(banco, Arc::new(Local::new()), saidas, self.relogio.clone(), ajustes);
        tokio::spawn(dispatcher.run(self.fim.clone()));
    }

    /// An active régua with these actions on D+0.
    pub(crate) fn regua(&self, acoes: &[(Canal, &str)]) {
        let conteudo = |(canal, corpo): &(Canal, &str)| Conteudo::Texto {
            assunto: (*canal == Canal::Email).then(|| "#PRIMEIRO_NOME#, há um valor em aberto".to_owned()),
            corpo: (*corpo).to_owned(),
        };
        self.regua_of(acoes.iter().map(|acao| (acao.0, conteudo(acao))).collect());
    }

    /// An active régua with one SMS on D+0, to each number of the debtor.
    pub(crate) fn regua_to_all(&self, corpo: &str) {
        let conteudo = Conteudo::Texto { assunto: None, corpo: corpo.to_owned() };
        self.regua_to(vec![(Canal::Sms, conteudo)], Destinatarios::Todos);
    }

    /// An active régua with one action on D+0 that has no text.
    pub(crate) fn regua_without_text(&self, canal: Canal) {
        self.save_regua(vec![(canal, None)], Destinatarios::Preferido);
    }

    /// An active régua with one SMS on D+0, of this template.
    pub(crate) fn regua_with_template(&self, id: &str) {
        let template = Conteudo::Template(TemplateId::new(id.parse().unwrap()));
        self.regua_of(vec![(Canal::Sms, template)]);
    }

    fn regua_of(&self, acoes: Vec<(Canal, Conteudo)>) {
        self.regua_to(acoes, Destinatarios::Preferido);
    }

    fn regua_to(&self, acoes: Vec<(Canal, Conteudo)>, destinatarios: Destinatarios) {
        let com_texto = acoes.into_iter().map(|(canal, conteudo)| (canal, Some(conteudo)));
        self.save_regua(com_texto.collect(), destinatarios);
    }

    fn save_regua(&self, acoes: Vec<(Canal, Option<Conteudo>)>, destinatarios: Destinatarios) {
        let id_de = |(_, conteudo): &(Canal, Option<Conteudo>)| {
            conteudo.as_ref().map(|_| ConteudoId::new(new_id(agora())))
        };
        let ids: Vec<_> = acoes.iter().map(id_de).collect();
        let acao = |((canal, _), conteudo): (&(Canal, Option<Conteudo>), &Option<ConteudoId>)| Acao {
            id: AcaoId::new(new_id(agora())),
            canal: *canal,
            conteudo: *conteudo,
            destinatarios,
        };
        let posicao = Posicao {
            id: PosicaoId::new(new_id(agora())),
            gatilho: Gatilho::Cobranca { dias: 0 },
            acoes: acoes.iter().zip(&ids).map(acao).collect(),
        };
        let cabecalho = Cabecalho {
            id: ReguaId::new(new_id(agora())),
            prioridade: 0,
            estado: EstadoRegua::Ativa,
            criada_em: agora(),
            modo: Modo::PorDevedor,
            criterios: Criterios::default(),
        };
        let regua = Regua::new(cabecalho, vec![posicao]).unwrap();
        let conteudos = ids.into_iter().zip(acoes).filter_map(|(id, (_, conteudo))| Some((id?, conteudo?)));
        let conteudos = conteudos.collect();
        let nova =
            ReguaInteira { regua, nome: "r".to_owned(), versao: 1, conteudos, credores: BTreeMap::new() };
        let criada = self.banco_da_regua().da_empresa(self.empresa, |t| reguas::create(t, &nova, agora()));
        criada.unwrap().unwrap();
    }

    /// Títulos of one debtor, due on the given days for the given centavos; their ids in that order.
    pub(crate) fn push(&self, codigo: &str, parcelas: &[(&str, i64)]) -> Vec<TituloId> {
        self.push_of(codigo, parcelas, &["(11) 98765-4321"])
    }

    /// The same, of a debtor with these telephones.
    pub(crate) fn push_of(
        &self,
        codigo: &str,
        parcelas: &[(&str, i64)],
        telefones: &[&str],
    ) -> Vec<TituloId> {
        let criado = |item| if let ResultadoItem::Criado(id) = item { Some(id) } else { None };
        let gravados = self.tell(codigo, parcelas, telefones);
        gravados.into_iter().map(|item| criado(item).expect("a título that is new")).collect()
    }

    /// Pushes them, new or not.
    pub(crate) fn tell(
        &self,
        codigo: &str,
        parcelas: &[(&str, i64)],
        telefones: &[&str],
    ) -> Vec<ResultadoItem> {
        let titulo = |(n, (vencimento, valor)): (usize, &(&str, i64))| EntradaTitulo {
            codigo_integracao: format!("{codigo}-{n}"),
            numero: format!("{codigo}/{n}"),
            emissao: None,
            vencimento: vencimento.parse().unwrap(),
            valor: Centavos::new(*valor),
            devedor: EntradaDevedor {
                codigo_integracao: codigo.to_owned(),
                nome: "Maria da Silva".to_owned(),
                documento: None,
                categoria: None,
                score: None,
                emails: Some(vec![EnderecoEmail::parse("maria@exemplo.com.br").unwrap()]),
                gerente: None,
                telefones: Some(telefones.iter().map(|numero| Telefone::parse(numero).unwrap()).collect()),
                enderecos: None,
            },
            credor: None,
            tipo_negocio: None,
            tipo_titulo: None,
            boleto: store::titulos::Boleto::default(),
        };
        let itens: Vec<_> = parcelas.iter().enumerate().map(titulo).collect();
        self.titulos.da_empresa(self.empresa, |t| titulos::upsert(t, &itens, agora())).unwrap()
    }

    /// The e-mail addresses of whom the título is of that are used no more, and the channels that he declined, each with why.
    pub(crate) fn given_up(&self, titulo: TituloId) -> (Vec<String>, Vec<String>) {
        let devedor = DevedorId::new(self.debtor_of(titulo));
        let ler = |t: &mut store::Tenant<'_>| {
            Ok((devedores::contatos(t, devedor)?, devedores::opt_outs(t, devedor)?))
        };
        let (contatos, saidas) = self.titulos.da_empresa(self.empresa, ler).unwrap();
        let mortos = contatos.into_iter().filter(|contato| contato.invalido_desde.is_some());
        let com = |nome: String, motivo: Option<String>| format!("{nome}: {}", motivo.unwrap());
        (
            mortos.map(|contato| com(contato.valor, contato.motivo)).collect(),
            saidas.into_iter().map(|saida| com(saida.canal, saida.motivo)).collect(),
        )
    }

    /// Whose título it is.
    pub(crate) fn debtor_of(&self, titulo: TituloId) -> Uuid {
        self.titulos.da_empresa(self.empresa, |t| titulos::get(t, titulo)).unwrap().unwrap().devedor_id
    }

    pub(crate) fn pay(&self, titulo: TituloId) {
        let em = self.relogio.agora();
        let pago = self.titulos.da_empresa(self.empresa, |t| titulos::change_status(t, titulo, pagar, em));
        assert!(pago.unwrap().unwrap().is_ok());
    }

    /// Decides the night of `data`; what it decides may leave from `publicar_em` on.
    pub(crate) fn night(&self, data: &str, publicar_em: DateTime<Utc>) {
        let data: NaiveDate = data.parse().unwrap();
        let decidir = |t: &mut store::Tenant<'_>| {
            let Abertura::Nova(noite) = noites::open(t, data, agora())? else {
                panic!("a second night of {data}")
            };
            let todas = reguas::load(t)?;
            let noite = (NoiteId::new(noite.id), data);
            let (devedores, regras) = noites::claim(t, noite, 1_000, true)?.unwrap();
            let decisoes: Vec<_> =
                devedores.iter().map(|d| (d.id, decide(&todas, d, data, &regras))).collect();
            noites::save(t, noite, &decisoes, |_| publicar_em, agora())
        };
        self.banco_da_regua().da_empresa(self.empresa, decidir).unwrap();
    }

    /// The items of a list.
    pub(crate) async fn list(&self, caminho: &str) -> Vec<Value> {
        self.http.get(caminho).await.expect(200).json["itens"].as_array().unwrap().clone()
    }

    /// The only execution there is, once it is in this state.
    pub(crate) async fn only_in(&self, estado: &str) -> Value {
        let unica = async || self.list("/v1/execucoes").await.into_iter().next();
        let execucao =
            testkit::wait_for(PRAZO, async || unica().await.filter(|e| e["estado"] == estado)).await;
        let caminho = format!("/v1/execucoes/{}", execucao["id"].as_str().unwrap());
        self.http.get(&caminho).await.expect(200).json
    }

    fn banco_da_regua(&self) -> Banco {
        Banco::connect(self.banco.url(), Papel::ReguaEngine, 1).unwrap()
    }
}

impl Drop for Servico {
    fn drop(&mut self) {
        self.fim.pedir();
    }
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
