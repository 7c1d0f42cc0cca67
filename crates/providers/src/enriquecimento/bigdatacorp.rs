//! `BigDataCorp`, Plataforma: `POST /pessoas` or `/empresas` with the datasets that are wanted. Shapes after
//! docs.bigdatacorp.com.br: an answer is a 200 whose `Status` says of each dataset how it went (code 0), and whose result holds
//! an object for each; of telephones the whole list is in `ExtendedPhones`, the best two in `RegistrationData`.

use domain::documento::TipoPessoa;
use domain::enriquecimento::{Dados, EmailDito, EnderecoDito, Relacao, TelefoneDito};
use serde::Deserialize;
use serde_json::{Value, json};

use super::config::Tarifa;
use super::provedor::{Pedido, Provedor, Senha};
use super::resultado::{Achado, Resultado, Tardia, refusal, success, told, unclear};
use crate::chamada::{Chamada, ReciboInvalido};
use crate::config::{self, ConfigError};
use crate::http::{Metodo, Requisicao, Resposta};
use crate::json;
use crate::segredo::Segredo;

const URL: &str = "https://plataforma.bigdatacorp.com.br";

/// Under what name `Status` speaks of the account.
const LOGIN: &str = "login";

/// An account at `BigDataCorp`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigBigDataCorp {
    /// The access token.
    pub token: Segredo,
    /// The token's id.
    pub token_id: String,
    /// The datasets that are asked for; telephones, e-mails and addresses unless it is said.
    #[serde(default = "ConfigBigDataCorp::todos")]
    pub datasets: String,
    /// What an answer costs.
    #[serde(default)]
    pub tarifa: Tarifa,
    /// Another address, for the sandbox.
    pub url: Option<String>,
}

impl ConfigBigDataCorp {
    /// Telephones, e-mails and addresses.
    pub(crate) fn todos() -> String {
        "phones_extended,emails_extended,addresses_extended".to_owned()
    }
}

pub(super) struct BigDataCorp {
    config: ConfigBigDataCorp,
    url: String,
}

impl BigDataCorp {
    pub(super) fn new(config: ConfigBigDataCorp) -> Result<Self, ConfigError> {
        let url = config.url.clone().unwrap_or_else(|| URL.to_owned());
        config::url("url", &url)?;
        config::word("token", config.token.expose())?;
        config::word("token_id", &config.token_id)?;
        config::word("datasets", &config.datasets)?;
        Ok(Self { config, url })
    }
}

impl Provedor for BigDataCorp {
    fn nome(&self) -> &'static str {
        "bigdatacorp"
    }

    fn conta(&self) -> String {
        self.config.token_id.clone()
    }

    fn tarifa(&self) -> Tarifa {
        self.config.tarifa
    }

    fn pedir_senha(&self) -> Option<Requisicao> {
        None
    }

    fn ler_senha(&self, resposta: &Resposta) -> Result<Senha, Resultado> {
        Err(unclear(resposta)) // none is asked for
    }

    fn request(&self, pedido: &Pedido<'_>, _senha: Option<&Segredo>) -> Requisicao {
        let base = match pedido.documento.tipo_pessoa() {
            TipoPessoa::Juridica => "empresas",
            TipoPessoa::Fisica | TipoPessoa::Isenta => "pessoas",
        };
        let corpo = json!({
            "Datasets": self.config.datasets, "q": format!("doc{{{}}}", pedido.documento.as_str()), "Limit": 1,
        });
        Requisicao {
            metodo: Metodo::Post,
            url: format!("{}/{base}", self.url),
            cabecalhos: vec![
                ("content-type".to_owned(), "application/json".to_owned()),
                ("accesstoken".to_owned(), self.config.token.expose().to_owned()),
                ("tokenid".to_owned(), self.config.token_id.clone()),
            ],
            corpo: corpo.to_string().into_bytes(),
        }
    }

    fn read(&self, resposta: &Resposta) -> Resultado {
        let corpo = json::parse(&resposta.corpo).unwrap_or(Value::Null);
        if !success(resposta.status) {
            return refusal(resposta, None);
        }
        let id = json::text(&corpo, "/QueryId").map(std::borrow::Cow::into_owned);
        let Some(lista) = corpo.pointer("/Result").and_then(Value::as_array).filter(|_| resposta.inteira)
        else {
            return match failure(&corpo) {
                Some(falha) => judge(resposta, falha),
                None => unclear(resposta),
            };
        };
        let achado = Achado::of(lista.first().map(dados).unwrap_or_default());
        // A dataset that failed while others answered: what there is stands. None answered: the failure does.
        match (failure(&corpo), &achado) {
            (Some(falha), Achado::NaoEncontrado) => judge(resposta, falha),
            (Some(_) | None, _) => Resultado::Respondida { achado, id, resposta: told(resposta, None) },
        }
    }

    fn respostas(&self, _chamada: &Chamada<'_>) -> Result<Vec<Tardia>, ReciboInvalido> {
        Err(ReciboInvalido::Desligado)
    }
}

/// What failed, and with which code: the first of a dataset, or of the account.
fn failure(corpo: &Value) -> Option<(&str, i64)> {
    let status = corpo.pointer("/Status").and_then(Value::as_object)?;
    let itens = status
        .iter()
        .flat_map(|(nome, itens)| itens.as_array().into_iter().flatten().map(move |i| (nome, i)));
    let mut codigos =
        itens.filter_map(|(nome, item)| Some((nome.as_str(), item.pointer("/Code")?.as_i64()?)));
    codigos.find(|(_, codigo)| *codigo != 0)
}

/// A failure of its own side may be another one next time; that of the account is not the question's.
fn judge(resposta: &Resposta, (nome, codigo): (&str, i64)) -> Resultado {
    let (causa, apos) = (told(resposta, Some(&codigo.to_string())), resposta.apos());
    if nome == LOGIN {
        Resultado::Indisponivel { causa, apos }
    } else {
        Resultado::Temporaria { causa, apos }
    }
}

fn dados(item: &Value) -> Dados {
    let telefones = todas(item, "/ExtendedPhones/Phones", "/RegistrationData/Phones");
    let emails = todas(item, "/ExtendedEmails/Emails", "/RegistrationData/Emails");
    let enderecos = todas(item, "/ExtendedAddresses/Addresses", "/RegistrationData/Addresses");
    let basicos = |campo: &str| {
        let em = ["/BasicData", "/RegistrationData/BasicData"];
        em.iter().find_map(|onde| item.pointer(&format!("{onde}/{campo}")))
    };
    // `doc{…}` with a CNPJ in it: what is of the work is the company's own.
    let empresa =
        json::text(item, "/MatchKeys").is_some_and(|chave| chave.len() == "doc{11222333000181}".len());
    Dados {
        telefones: telefones.filter_map(|item| telefone(item, empresa)).collect(),
        emails: emails.filter_map(|item| email(item, empresa)).collect(),
        enderecos: enderecos.map(endereco).collect(),
        obito: basicos("HasObitIndication").and_then(Value::as_bool),
        situacao_receita: basicos("TaxIdStatus").and_then(Value::as_str).map(str::to_owned),
        score: None,
    }
}

/// The whole list, and then the best two of the register.
fn todas<'v>(item: &'v Value, lista: &str, registro: &str) -> impl Iterator<Item = &'v Value> {
    let lista = item.pointer(lista).and_then(Value::as_array).into_iter().flatten();
    let registro = item.pointer(registro);
    let do_registro = ["/Primary", "/Secondary"].into_iter().filter_map(move |qual| registro?.pointer(qual));
    lista.chain(do_registro)
}

fn telefone(item: &Value, empresa: bool) -> Option<TelefoneDito> {
    let (ddd, numero) = (json::text(item, "/AreaCode")?, json::text(item, "/Number")?);
    Some(TelefoneDito {
        numero: format!("{ddd}{numero}"),
        relacao: whose(item, empresa),
        whatsapp: None,
        visto_em: json::text(item, "/LastPassageDate").and_then(|data| data.get(..10)?.parse().ok()),
    })
}

fn email(item: &Value, empresa: bool) -> Option<EmailDito> {
    let endereco = json::text(item, "/EmailAddress")?.into_owned();
    Some(EmailDito { endereco, relacao: whose(item, empresa) })
}

/// What it says to be of the work or of somebody else is read there by others.
fn whose(item: &Value, empresa: bool) -> Relacao {
    match json::text(item, "/Type").as_deref() {
        Some("WORK") if empresa => Relacao::Proprio,
        Some("WORK" | "RELATED" | "RELATIVE" | "NEIGHBOR") => Relacao::Terceiro,
        Some(_) | None => Relacao::Proprio,
    }
}

fn endereco(item: &Value) -> EnderecoDito {
    let texto = |ponteiro: &str| json::text(item, ponteiro).map(std::borrow::Cow::into_owned);
    let rua = match (texto("/Typology"), texto("/AddressMain")) {
        (Some(tipo), Some(nome)) if !nome.starts_with(&tipo) => Some(format!("{tipo} {nome}")),
        (_, nome) => nome,
    };
    EnderecoDito {
        logradouro: rua,
        numero: texto("/Number"),
        complemento: texto("/Complement"),
        bairro: texto("/Neighborhood"),
        cidade: texto("/City"),
        uf: texto("/State"),
        cep: texto("/ZipCode"),
    }
}
