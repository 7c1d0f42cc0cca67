//! Assertiva, Localize v3: `GET /localize/v3/cpf` and `/cnpj` with a bearer token that `POST /oauth2/v3/token` gives for a minute.
//! Shapes after several published clients of it: telephones stand under `resposta.telefones.moveis` and `.fixos`, each with
//! whose it is (`relacao`), and an error may be a text where the answer should be.

use std::time::Duration;

use domain::documento::TipoPessoa;
use domain::enriquecimento::{Dados, EmailDito, EnderecoDito, Finalidade, Relacao, TelefoneDito};
use serde::Deserialize;
use serde_json::Value;

use super::config::Tarifa;
use super::provedor::{Pedido, Provedor, Senha};
use super::resultado::{Achado, Resultado, Tardia, refusal, success, told, unclear};
use crate::chamada::{Chamada, ReciboInvalido};
use crate::config::{self, ConfigError};
use crate::http::{Metodo, Requisicao, Resposta};
use crate::json;
use crate::segredo::Segredo;

const URL: &str = "https://api.assertivasolucoes.com.br";

/// How long a token is good where the answer does not say.
const VALIDADE: Duration = Duration::from_mins(1);

/// An account at Assertiva.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigAssertiva {
    /// The client's id.
    pub cliente: String,
    /// The client's secret.
    pub segredo: Segredo,
    /// What an answer costs.
    #[serde(default)]
    pub tarifa: Tarifa,
    /// Another address, for the sandbox.
    pub url: Option<String>,
}

pub(super) struct Assertiva {
    config: ConfigAssertiva,
    url: String,
}

impl Assertiva {
    pub(super) fn new(config: ConfigAssertiva) -> Result<Self, ConfigError> {
        let url = config.url.clone().unwrap_or_else(|| URL.to_owned());
        config::url("url", &url)?;
        config::word("cliente", &config.cliente)?;
        config::word("segredo", config.segredo.expose())?;
        Ok(Self { config, url })
    }
}

impl Provedor for Assertiva {
    fn nome(&self) -> &'static str {
        "assertiva"
    }

    fn conta(&self) -> String {
        self.config.cliente.clone()
    }

    fn tarifa(&self) -> Tarifa {
        self.config.tarifa
    }

    fn pedir_senha(&self) -> Option<Requisicao> {
        Some(Requisicao {
            metodo: Metodo::Post,
            url: format!("{}/oauth2/v3/token", self.url),
            cabecalhos: vec![
                ("authorization".to_owned(), self.config.segredo.basic(&self.config.cliente)),
                ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
            ],
            corpo: b"grant_type=client_credentials".to_vec(),
        })
    }

    fn ler_senha(&self, resposta: &Resposta) -> Result<Senha, Resultado> {
        let corpo = json::parse(&resposta.corpo).unwrap_or(Value::Null);
        let segredo =
            json::text(&corpo, "/access_token").filter(|token| config::word("token", token).is_ok());
        match segredo {
            Some(segredo) if success(resposta.status) && resposta.inteira => {
                let por = corpo.pointer("/expires_in").and_then(Value::as_u64).map(Duration::from_secs);
                Ok(Senha { segredo: Segredo::new(segredo), por: por.unwrap_or(VALIDADE) })
            }
            // Without leave nothing was asked, so nothing was said of the question.
            Some(_) | None => {
                Err(Resultado::Indisponivel { causa: told(resposta, None), apos: resposta.apos() })
            }
        }
    }

    fn request(&self, pedido: &Pedido<'_>, senha: Option<&Segredo>) -> Requisicao {
        let tipo = match pedido.documento.tipo_pessoa() {
            TipoPessoa::Juridica => "cnpj",
            TipoPessoa::Fisica | TipoPessoa::Isenta => "cpf",
        };
        let finalidade = match pedido.finalidade {
            Finalidade::ConfirmacaoDeIdentidade => 1,
            Finalidade::CicloDeCredito => 2,
        };
        let documento = pedido.documento.as_str();
        let senha = senha.map(Segredo::expose).unwrap_or_default();
        Requisicao {
            metodo: Metodo::Get,
            url: format!("{}/localize/v3/{tipo}?{tipo}={documento}&idFinalidade={finalidade}", self.url),
            cabecalhos: vec![
                ("authorization".to_owned(), format!("Bearer {senha}")),
                ("accept".to_owned(), "application/json".to_owned()),
            ],
            corpo: Vec::new(),
        }
    }

    fn read(&self, resposta: &Resposta) -> Resultado {
        let corpo = json::parse(&resposta.corpo).unwrap_or(Value::Null);
        let id = json::text(&corpo, "/cabecalho/protocolo").map(std::borrow::Cow::into_owned);
        let dito = corpo.pointer("/resposta");
        let achado = match (resposta.status, dito) {
            // Its word for a document of which it knows nothing; a wrong address answers the same without its own document.
            (404, _) if corpo.is_object() => Some(Achado::NaoEncontrado),
            (status, Some(dito @ Value::Object(_))) if success(status) && resposta.inteira => {
                Some(Achado::of(dados(dito)))
            }
            (status, _) if success(status) => return unclear(resposta),
            _ => None,
        };
        match achado {
            Some(achado) => Resultado::Respondida { achado, id, resposta: told(resposta, None) },
            None => refusal(resposta, None),
        }
    }

    fn respostas(&self, _chamada: &Chamada<'_>) -> Result<Vec<Tardia>, ReciboInvalido> {
        Err(ReciboInvalido::Desligado) // it answers at once or not at all
    }
}

fn dados(dito: &Value) -> Dados {
    let lista = |ponteiro: &str| dito.pointer(ponteiro).and_then(Value::as_array).into_iter().flatten();
    let mut telefones: Vec<TelefoneDito> =
        lista("/telefones/moveis").chain(lista("/telefones/fixos")).filter_map(telefone).collect();
    // What is marked as answered comes first, in the order that they are given in.
    let quente = |item: &Value| item.pointer("/hotphone").and_then(Value::as_bool).unwrap_or_default();
    let quentes: Vec<_> =
        lista("/telefones/moveis").filter(|item| quente(item)).filter_map(telefone).collect();
    telefones.retain(|telefone| !quentes.contains(telefone));
    telefones.splice(0..0, quentes);
    let cadastro = |campo: &str| dito.pointer(&format!("/dadosCadastrais/{campo}"));
    let texto = |valor: Option<&Value>| valor.and_then(Value::as_str).map(str::to_owned);
    Dados {
        telefones,
        emails: lista("/emails").filter_map(email).collect(),
        enderecos: lista("/enderecos").map(endereco).collect(),
        obito: cadastro("obitoProvavel").and_then(Value::as_bool),
        situacao_receita: texto(cadastro("situacaoCadastral")),
        score: None,
    }
}

fn telefone(item: &Value) -> Option<TelefoneDito> {
    let relacao = json::text(item, "/relacao");
    Some(TelefoneDito {
        numero: json::text(item, "/numero")?.into_owned(),
        relacao: match relacao.as_deref() {
            None | Some("" | "Direto" | "DIRETO") => Relacao::Proprio,
            Some(_) => Relacao::Terceiro,
        },
        whatsapp: item.pointer("/aplicativos/whatsApp").and_then(Value::as_bool),
        visto_em: None,
    })
}

fn email(item: &Value) -> Option<EmailDito> {
    let endereco = item.as_str().map(str::to_owned);
    let endereco = endereco.or_else(|| json::text(item, "/email").map(std::borrow::Cow::into_owned))?;
    Some(EmailDito { endereco, relacao: Relacao::Proprio })
}

fn endereco(item: &Value) -> EnderecoDito {
    let texto = |ponteiro: &str| json::text(item, ponteiro).map(std::borrow::Cow::into_owned);
    let rua = match (texto("/tipoLogradouro"), texto("/logradouro")) {
        (Some(tipo), Some(nome)) if !nome.starts_with(&tipo) => Some(format!("{tipo} {nome}")),
        (_, nome) => nome,
    };
    EnderecoDito {
        logradouro: rua,
        numero: texto("/numero"),
        complemento: texto("/complemento"),
        bairro: texto("/bairro"),
        cidade: json::first(item, &["/cidade", "/municipio"]).map(std::borrow::Cow::into_owned),
        uf: texto("/uf"),
        cep: texto("/cep"),
    }
}
