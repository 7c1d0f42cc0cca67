#![cfg(test)]
//! A system with two companies; the first has something of everything.

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use cobranca::comandos::empresa::{Pedido as NovaEmpresa, make};
use cobranca::sistema::{INFO, Lugar, Sistema};
use dispatcher::Dispatcher;
use domain::ids::{EmpresaId, LoteId};
use regua_engine::Engine;
use runtime::config::Segredo;
use runtime::{Config, Encerramento, Relogio};
use serde_json::{Value, json};
use store::Papel;
use testkit::{Banco, Http};
use uuid::Uuid;
use web::Escopo;

use crate::documento::Operacao;
use crate::mobilia::furnish;
use crate::pedido::Pedido;

/// The name of the keys that the tests call with; keys of other names may be revoked.
const DA_CASA: &str = "primeira chave";

/// The system, and the first company's key.
pub(crate) struct Casa {
    pub(crate) base: String,
    pub(crate) dona: Http,
    pub(crate) chave: String,
    pub(crate) empresa: EmpresaId,
    pub(crate) outra: EmpresaId,
    /// Ids of the first company, by the address of their list.
    pub(crate) ids: BTreeMap<String, Vec<String>>,
    /// Each action, after the régua and the position that it stands in.
    acoes: Vec<[String; 3]>,
    pub(crate) banco: Banco,
    relogio: Relogio,
    sistema: Option<Sistema>,
    fim: Encerramento,
    saida: tempfile::TempDir,
}

/// Noon of a working day in São Paulo: the windows are open and the night of the day is past.
fn agora() -> DateTime<Utc> {
    "2026-03-10T15:00:00Z".parse().unwrap()
}

impl Casa {
    /// Starts it; `operacoes` are those whose ids are looked for.
    pub(crate) async fn new(operacoes: &[Operacao]) -> Self {
        let banco = tokio::task::spawn_blocking(Banco::new).await.unwrap();
        let saida = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.banco.url = Some(Segredo::new(banco.url()));
        config.banco.conexoes = 2;
        config.sandbox.ativo = true;
        config.sandbox.saida_dir = saida.path().to_owned();
        config.arquivos.dir = saida.path().join("arquivos");
        config.arquivos.espera_s = 0;
        let (relogio, fim) = (Relogio::sandbox(agora()), Encerramento::new());
        let lugar = Lugar { relogio: relogio.clone(), listener: listener() };
        let sistema = Sistema::start(&config, lugar, fim.clone()).await.unwrap();
        let (empresa, chave) = company(banco.url(), "Escola Campoverde", &relogio).await;
        let (outra, _) = company(banco.url(), "Academia Beira-Mar", &relogio).await;
        let base = format!("http://{}", sistema.addr());
        let dona = Http::new(&base).with_key(&chave);
        furnish(&base, &chave).await;
        let (ids, acoes) = (ids(&dona, operacoes).await, acoes(&dona).await);
        Self {
            base,
            dona,
            chave,
            empresa,
            outra,
            ids,
            acoes,
            banco,
            relogio,
            sistema: Some(sistema),
            fim,
            saida,
        }
    }

    /// Puts the engine and the dispatcher down and leaves the doors open: from here on, what changes in the database
    /// was changed by a request.
    pub(crate) async fn only_doors(&mut self) {
        self.sistema.take().unwrap().stop().await.unwrap();
        let contexto = |papel| {
            let banco = store::Banco::connect(self.banco.url(), papel, 4).unwrap();
            servico::Contexto { banco, relogio: self.relogio.clone() }
        };
        let (titulos, regua) = (contexto(Papel::Titulos), contexto(Papel::ReguaEngine));
        let engine = Engine::new(regua.banco.clone(), self.relogio.clone());
        let config = web::ServerConfig::new(listener(), INFO, servico::autenticador(titulos.clone()));
        let titulos = titulos::Contexto::new(titulos);
        let regua = regua_engine::Contexto::new(regua, engine);
        let disparo = contexto(Papel::Dispatcher);
        let mut config_do_disparo = Config::default();
        config_do_disparo.arquivos.dir = self.saida.path().join("arquivos");
        let (bus, ajustes) =
            (Arc::new(bus::local::Local::new()), dispatcher::Ajustes::from_config(&config_do_disparo));
        let parado = Dispatcher::new(disparo.banco.clone(), bus, Vec::new(), self.relogio.clone(), ajustes);
        let disparo = dispatcher::Contexto::new(disparo, parado);
        let lote = contexto(Papel::Lote);
        let parado = batch_action::Trabalhador::new(lote.banco.clone(), self.relogio.clone());
        let lote = batch_action::Contexto::new(lote, parado);
        let relogio = self.relogio.clone();
        let servidor = web::serve(config, move |cfg| {
            cobranca::relogio::configure(cfg, relogio.clone());
            titulos::configure(cfg, titulos.clone());
            regua_engine::configure(cfg, regua.clone());
            dispatcher::configure(cfg, disparo.clone());
            batch_action::configure(cfg, lote.clone());
        })
        .unwrap();
        self.base = format!("http://{}", servidor.addr());
        self.dona = Http::new(&self.base).with_key(&self.chave);
        self.fim = Encerramento::new();
        let ate = self.fim.clone();
        tokio::spawn(async move { servidor.run_until(&ate).await });
    }

    /// A key of a company; `ate` is when it expires.
    pub(crate) fn key(
        &self,
        empresa: EmpresaId,
        escopos: &[Escopo],
        ate: Option<DateTime<Utc>>,
    ) -> (Uuid, String) {
        let banco = store::Banco::connect(self.banco.url(), Papel::Titulos, 1).unwrap();
        let criar = |t: &mut store::Tenant<'_>| titulos::create_chave(t, DA_CASA, escopos, ate, agora());
        let chave = banco.da_empresa(empresa, criar).unwrap();
        (chave.id, chave.texto)
    }

    /// A key of the first company whose time is over.
    pub(crate) fn expired_key(&self) -> String {
        self.key(self.empresa, Escopo::TODOS, Some(agora())).1
    }

    /// A key of the first company that was revoked.
    pub(crate) fn revoked_key(&self) -> String {
        let (id, texto) = self.key(self.empresa, Escopo::TODOS, None);
        self.revoke(id);
        texto
    }

    /// Revokes a key of the first company.
    pub(crate) fn revoke(&self, chave: Uuid) {
        let banco = store::Banco::connect(self.banco.url(), Papel::Titulos, 1).unwrap();
        assert!(banco.da_empresa(self.empresa, |t| store::chaves::revoke(t, chave, agora())).unwrap());
    }

    /// Fills the `{id}` of a path, and what stands inside of it, with each id there is.
    ///
    /// # Panics
    /// When the first company has nothing of the kind: give it one in [`furnish`].
    pub(crate) fn paths(&self, operacao: &Operacao) -> Vec<String> {
        let caminho = &operacao.caminho;
        let Some(lista) = operacao.list() else { return vec![caminho.clone()] };
        let caminhos: BTreeSet<String> = if caminho.contains("{posicao}") {
            let fill = |[regua, posicao, acao]: &[String; 3]| {
                caminho.replace("{id}", regua).replace("{posicao}", posicao).replace("{acao}", acao)
            };
            self.acoes.iter().map(fill).collect()
        } else {
            let ids = self.ids.get(lista).into_iter().flatten();
            ids.map(|id| {
                caminho.replace("{id}", id).replace("{nome}", id).replace("{data}", id).replace("{canal}", id)
            })
            .collect()
        };
        assert!(!caminhos.is_empty(), "{}: a empresa do teste não tem nada em {lista}", operacao.nome());
        caminhos.into_iter().collect()
    }

    /// A good request with things of the first company where it names some: which there are, no schema can say.
    pub(crate) fn naming(&self, pedido: Pedido) -> Pedido {
        let Some(mut corpo) = pedido.json().filter(|_| pedido.valido) else { return pedido };
        let sorte = pedido.corpo.len();
        for (campo, lista) in [
            ("devedor_id", "/v1/devedores"),
            ("resultado_id", "/v1/resultados-de-contato"),
            ("titulos", "/v1/titulos"),
        ] {
            let (Some(valor), Some(ids)) = (corpo.get_mut(campo), self.ids.get(lista)) else { continue };
            let id = json!(ids[sorte % ids.len()]);
            *valor = if valor.is_array() { json!([id]) } else { id };
        }
        self.name_in_batch(&pedido.caminho, &mut corpo);
        // An account is of a creditor that has none yet: the second one.
        if let (Some(conta), Some(credores)) = (
            corpo.as_object_mut().filter(|campos| campos.contains_key("logon")),
            self.ids.get("/v1/credores"),
        ) {
            conta.insert("credor_id".to_owned(), json!(credores[sorte % credores.len()]));
        }
        // What an agreement may be hangs on the day and on what is owed.
        if let Some(acordo) =
            corpo.as_object_mut().filter(|campos| campos.contains_key("primeiro_vencimento"))
        {
            acordo.insert("primeiro_vencimento".to_owned(), json!("2026-03-20"));
            acordo.retain(|campo, _| {
                ["titulos", "primeiro_vencimento", "quantidade", "usuario"].contains(&campo.as_str())
            });
        }
        Pedido { corpo: corpo.to_string().into_bytes(), ..pedido }
    }

    /// Of a batch, a template that there is, or the summary of what is shown of it.
    fn name_in_batch(&self, caminho: &str, corpo: &mut Value) {
        let Some((id, passo)) =
            caminho.strip_prefix("/v1/acoes-em-lote/").and_then(|resto| resto.split_once('/'))
        else {
            return;
        };
        if passo == "mensagem" {
            corpo["template_id"] = json!(self.ids["/v1/templates"][0]);
        }
        if let ("confirmacao", Ok(id)) = (passo, Uuid::parse_str(id)) {
            let banco = store::Banco::connect(self.banco.url(), Papel::Lote, 1).unwrap();
            let lote = banco.da_empresa(self.empresa, |t| store::lotes::get(t, LoteId::new(id))).unwrap();
            let resumo = lote.and_then(|lote| lote.mostrado()).map(|mostrado| mostrado.resumo().to_string());
            corpo["resumo"] = json!(resumo.unwrap_or_else(|| format!("0-{}", "0".repeat(64))));
        }
    }
}

impl Drop for Casa {
    fn drop(&mut self) {
        self.fim.pedir();
    }
}

fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

async fn company(url: &str, nome: &str, relogio: &Relogio) -> (EmpresaId, String) {
    let nova = NovaEmpresa { nome: nome.to_owned(), documento: None, remetente: "a@example.com".to_owned() };
    let (url, relogio) = (url.to_owned(), relogio.clone());
    let (id, chave) =
        tokio::task::spawn_blocking(move || make(&url, &nova, &relogio)).await.unwrap().unwrap();
    (EmpresaId::new(id.parse().unwrap()), chave)
}

/// What each list that stands before an `{id}` answers.
async fn ids(dona: &Http, operacoes: &[Operacao]) -> BTreeMap<String, Vec<String>> {
    let mut ids = BTreeMap::new();
    for lista in operacoes.iter().filter_map(Operacao::list) {
        if ids.contains_key(lista) {
            continue;
        }
        let campo = match lista {
            "/v1/mapeamentos" | "/v1/modelos-de-planilha" => "nome",
            "/v1/canais" => "canal",
            "/v1/empresa/feriados" => "data",
            _ => "id",
        };
        let pagina = dona.get(lista).await.expect(200).json;
        let itens = pagina["itens"].as_array().cloned().unwrap_or_default();
        let livres = itens.iter().filter(|item| item["nome"] != DA_CASA);
        let id = |item: &Value| item[campo].as_str().unwrap().to_owned();
        ids.insert(lista.to_owned(), livres.map(id).collect());
    }
    ids
}

/// Every action there is, by régua and position.
async fn acoes(dona: &Http) -> Vec<[String; 3]> {
    let pagina = dona.get("/v1/reguas").await.expect(200).json;
    let id = |de: &Value| de["id"].as_str().unwrap().to_owned();
    let mut acoes = Vec::new();
    for regua in pagina["itens"].as_array().unwrap() {
        for posicao in regua["posicoes"].as_array().unwrap() {
            let delas = posicao["acoes"].as_array().unwrap().iter();
            acoes.extend(delas.map(|acao| [id(regua), id(posicao), id(acao)]));
        }
    }
    acoes
}
