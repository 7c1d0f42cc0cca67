//! What demands say of a creditor.

use deserr::Deserr;
use domain::email::EnderecoEmail;
use domain::endereco::Endereco;
use serde::Serialize;
use store::credores::Identificacao;
use utoipa::ToSchema;
use web::{ErrosCampo, Texto, esquema};

use super::endereco::{EnderecoProprio, EnderecoSaida};
use super::entrada::Link;

/// O que uma cobrança diz do credor, além do nome e do documento (CDC, art. 42-A).
#[derive(Serialize, ToSchema)]
#[schema(as = IdentificacaoDoCredor)]
pub(super) struct IdentificacaoLida {
    /// Razão social, se não é o nome que o devedor lê.
    razao_social: Option<String>,
    /// Endereço.
    endereco: Option<EnderecoSaida>,
    /// Telefone.
    telefone: Option<String>,
    /// E-mail.
    email: Option<String>,
    /// Site.
    site: Option<String>,
}

/// O que uma cobrança diz do credor, além do nome e do documento (CDC, art. 42-A).
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
pub(super) struct IdentificacaoEntrada {
    /// Razão social, se não é o nome que o devedor lê.
    #[deserr(default)]
    razao_social: Option<Texto<1, 150>>,
    /// Endereço.
    #[deserr(default)]
    endereco: Option<EnderecoProprio>,
    /// Telefone, como deve ser lido.
    #[deserr(default)]
    #[schema(example = "0800 123 4567")]
    telefone: Option<Texto<1, 40>>,
    /// E-mail.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Email>)]
    email: Option<EnderecoEmail>,
    /// Site, por https.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Link>)]
    site: Option<Link>,
}

impl From<IdentificacaoEntrada> for Identificacao {
    fn from(lida: IdentificacaoEntrada) -> Self {
        Self {
            razao_social: lida.razao_social.map(Texto::into_string),
            endereco: lida.endereco.map(|endereco| Endereco::from(&endereco)),
            telefone: lida.telefone.map(Texto::into_string),
            email: lida.email.map(|email| email.as_str().to_owned()),
            site: lida.site.map(|site| site.0),
        }
    }
}

impl IdentificacaoLida {
    /// `None` where it says nothing.
    pub(super) fn new(lida: Identificacao) -> Option<Self> {
        let vazia = lida == Identificacao::default();
        let Identificacao { razao_social, endereco, telefone, email, site } = lida;
        let endereco = endereco.map(EnderecoSaida::from);
        (!vazia).then_some(Self { razao_social, endereco, telefone, email, site })
    }
}
