//! The shapes: how each provider is asked, and how it says what it knows.

use domain::enriquecimento::{Dados, EmailDito, EnderecoDito, Relacao, TelefoneDito};
use domain::telefone::{Telefone, TipoTelefone};
use serde_json::{Value, json};
use url::form_urlencoded::parse;

use super::roteiro::{Fala, Pergunta};
use crate::fio::Lido;

/// A shape.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Forma {
    Simples,
    Assertiva,
    BigDataCorp,
}

/// What came.
pub(super) enum Chegada {
    /// A request for leave to ask.
    Senha,
    /// A question, with the leave that it shows.
    Pergunta { forma: Forma, senha: String, pergunta: Pergunta },
}

impl Chegada {
    pub(super) fn read(lido: &Lido) -> Option<Self> {
        let (caminho, consulta) = lido.alvo.split_once('?').unwrap_or((&lido.alvo, ""));
        let senha = lido.cabecalho("authorization").unwrap_or_default().to_owned();
        let (forma, pergunta) = match caminho {
            "/oauth2/v3/token" => return senha.starts_with("Basic ").then_some(Self::Senha),
            "/consultas" => (Forma::Simples, plain(&lido.corpo)?),
            "/localize/v3/cpf" | "/localize/v3/cnpj" => (Forma::Assertiva, assertiva(consulta)?),
            "/pessoas" | "/empresas" => (Forma::BigDataCorp, bigdatacorp(&lido.corpo)?),
            _ => return None,
        };
        Some(Self::Pergunta { forma, senha, pergunta })
    }
}

fn plain(corpo: &[u8]) -> Option<Pergunta> {
    let corpo: Value = serde_json::from_slice(corpo).ok()?;
    let texto = |campo: &str| corpo.get(campo).and_then(Value::as_str).map(str::to_owned);
    let finalidade = texto("finalidade").unwrap_or_default();
    Some(Pergunta { documento: texto("documento")?, chave: texto("chave"), finalidade })
}

fn assertiva(consulta: &str) -> Option<Pergunta> {
    let campo = |nomes: &[&str]| {
        let achado = parse(consulta.as_bytes()).find(|(nome, _)| nomes.contains(&nome.as_ref()));
        achado.map(|(_, valor)| valor.into_owned())
    };
    Some(Pergunta { documento: campo(&["cpf", "cnpj"])?, chave: None, finalidade: campo(&["idFinalidade"])? })
}

fn bigdatacorp(corpo: &[u8]) -> Option<Pergunta> {
    let corpo: Value = serde_json::from_slice(corpo).ok()?;
    let documento = corpo.get("q")?.as_str()?.strip_prefix("doc{")?.strip_suffix('}')?.to_owned();
    Some(Pergunta { documento, chave: None, finalidade: String::new() })
}

impl Forma {
    pub(super) fn nome(self) -> &'static str {
        match self {
            Self::Simples => "simples",
            Self::Assertiva => "assertiva",
            Self::BigDataCorp => "bigdatacorp",
        }
    }

    /// What is said at once.
    pub(super) fn answer(self, fala: &Fala) -> (u16, Vec<u8>) {
        let nada = Dados::default();
        let (achou, dados) = match fala {
            Fala::Encontrado(dados) => (true, &**dados),
            Fala::NaoEncontrado | Fala::Depois | Fala::Cru { .. } | Fala::Cortar => (false, &nada),
        };
        let (status, corpo) = match (self, fala) {
            (Self::Simples, Fala::Depois) => (202, json!({ "situacao": "pendente", "id": "protocolo-1" })),
            (Self::Simples, _) => {
                let mut corpo = said(dados);
                if let Some(campos) = corpo.as_object_mut() {
                    let situacao = if achou { "encontrado" } else { "nao_encontrado" };
                    campos.insert("situacao".to_owned(), json!(situacao));
                    campos.insert("id".to_owned(), json!("protocolo-1"));
                }
                (200, corpo)
            }
            (Self::Assertiva, _) if !achou => (404, json!({ "resposta": "Nenhum dado encontrado" })),
            (Self::Assertiva, _) => (200, as_assertiva(dados)),
            (Self::BigDataCorp, _) => (200, as_bigdatacorp(dados)),
        };
        (status, corpo.to_string().into_bytes())
    }
}

/// The plain shape.
fn said(dados: &Dados) -> Value {
    let telefone =
        |t: &TelefoneDito| json!({ "numero": t.numero, "whatsapp": t.whatsapp, "relacao": t.relacao });
    let email = |e: &EmailDito| json!({ "email": e.endereco, "relacao": e.relacao });
    json!({
        "telefones": dados.telefones.iter().map(telefone).collect::<Vec<_>>(),
        "emails": dados.emails.iter().map(email).collect::<Vec<_>>(),
        "enderecos": dados.enderecos,
    })
}

fn as_assertiva(dados: &Dados) -> Value {
    let telefone = |t: &&TelefoneDito| {
        let relacao = if t.relacao == Relacao::Proprio { "Direto" } else { "Relacionado" };
        json!({ "numero": t.numero, "relacao": relacao, "hotphone": false, "aplicativos": { "whatsApp": t.whatsapp } })
    };
    let movel = |t: &&TelefoneDito| Telefone::parse(&t.numero).is_ok_and(|t| t.tipo() == TipoTelefone::Movel);
    let (moveis, fixos): (Vec<_>, Vec<_>) = dados.telefones.iter().partition(movel);
    json!({
        "cabecalho": { "protocolo": "protocolo-1" },
        "resposta": {
            "dadosCadastrais": { "situacaoCadastral": dados.situacao_receita, "obitoProvavel": dados.obito },
            "telefones": {
                "moveis": moveis.iter().map(telefone).collect::<Vec<_>>(),
                "fixos": fixos.iter().map(telefone).collect::<Vec<_>>(),
            },
            "emails": dados.emails.iter().map(|e| json!({ "email": e.endereco })).collect::<Vec<_>>(),
            "enderecos": dados.enderecos,
        },
    })
}

fn as_bigdatacorp(dados: &Dados) -> Value {
    let telefone = |t: &TelefoneDito| {
        let digitos: String = t.numero.chars().filter(char::is_ascii_digit).collect();
        let (ddd, numero) = digitos.split_at_checked(2).unwrap_or((&digitos, ""));
        let tipo = if t.relacao == Relacao::Proprio { "MOBILE" } else { "RELATIVE" };
        json!({ "CountryCode": "55", "AreaCode": ddd, "Number": numero, "Type": tipo })
    };
    let endereco = |e: &EnderecoDito| {
        json!({
            "AddressMain": e.logradouro, "Number": e.numero, "Complement": e.complemento, "Neighborhood": e.bairro,
            "City": e.cidade, "State": e.uf, "ZipCode": e.cep,
        })
    };
    json!({
        "QueryId": "protocolo-1",
        "Result": [{
            "MatchKeys": "doc{52998224725}",
            "ExtendedPhones": { "Phones": dados.telefones.iter().map(telefone).collect::<Vec<_>>() },
            "ExtendedEmails": {
                "Emails": dados.emails.iter().map(|e| json!({ "EmailAddress": e.endereco })).collect::<Vec<_>>(),
            },
            "ExtendedAddresses": { "Addresses": dados.enderecos.iter().map(endereco).collect::<Vec<_>>() },
        }],
        "Status": { "phones_extended": [{ "Code": 0, "Message": "OK" }] },
    })
}
