//! A postal address as it comes in alone, and as it is shown everywhere.

use deserr::{Deserr, ValuePointerRef};
use domain::endereco::{Cep, Endereco, Uf};
use serde::Serialize;
use utoipa::ToSchema;
use web::{ErroValor, ErrosCampo, Lido, Texto, esquema};

/// Um endereço.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields, validate = agree -> ErroValor)]
#[schema(as = EnderecoDaEmpresa)]
pub(super) struct EnderecoProprio {
    /// Rua, avenida, praça.
    #[deserr(default)]
    logradouro: Option<Texto<1, 150>>,
    /// Número, ou `s/n`.
    #[deserr(default)]
    numero: Option<Texto<1, 20>>,
    /// Apartamento, bloco, andar.
    #[deserr(default)]
    complemento: Option<Texto<1, 80>>,
    /// Bairro.
    #[deserr(default)]
    bairro: Option<Texto<1, 80>>,
    /// Município.
    cidade: Texto<1, 80>,
    /// Sigla do estado.
    #[schema(value_type = esquema::Uf)]
    uf: Uf,
    /// CEP, do mesmo estado.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Cep>)]
    cep: Option<Cep>,
    /// Código IBGE do município, do mesmo estado.
    #[deserr(default)]
    #[schema(value_type = Option<u32>, minimum = 1_100_000, maximum = 5_399_999)]
    ibge: Option<Lido<u32>>,
}

fn agree(lido: EnderecoProprio, _: ValuePointerRef<'_>) -> Result<EnderecoProprio, ErroValor> {
    let Err(erro) = Endereco::from(&lido).check() else { return Ok(lido) };
    Err(ErroValor::new("nao_combina", erro.to_string()))
}

impl From<&EnderecoProprio> for Endereco {
    fn from(lido: &EnderecoProprio) -> Self {
        let texto = |texto: Option<&str>| texto.map(str::to_owned);
        Self {
            logradouro: texto(lido.logradouro.as_deref()),
            numero: texto(lido.numero.as_deref()),
            complemento: texto(lido.complemento.as_deref()),
            bairro: texto(lido.bairro.as_deref()),
            cidade: lido.cidade.to_string(),
            uf: lido.uf,
            cep: lido.cep,
            ibge: lido.ibge.map(|ibge| ibge.0),
        }
    }
}

/// Um endereço.
#[derive(Serialize, ToSchema)]
#[schema(as = Endereco)]
pub(super) struct EnderecoSaida {
    /// Rua, avenida, praça.
    logradouro: Option<String>,
    /// Número.
    numero: Option<String>,
    /// Apartamento, bloco, andar.
    complemento: Option<String>,
    /// Bairro.
    bairro: Option<String>,
    /// Município.
    cidade: String,
    /// Sigla do estado.
    #[schema(value_type = esquema::Uf)]
    uf: &'static str,
    /// CEP, sem hífen.
    #[schema(value_type = Option<esquema::Cep>)]
    cep: Option<String>,
    /// Código IBGE do município.
    ibge: Option<u32>,
}

impl From<Endereco> for EnderecoSaida {
    fn from(endereco: Endereco) -> Self {
        Self {
            logradouro: endereco.logradouro,
            numero: endereco.numero,
            complemento: endereco.complemento,
            bairro: endereco.bairro,
            cidade: endereco.cidade,
            uf: endereco.uf.as_str(),
            cep: endereco.cep.map(|cep| cep.to_string()),
            ibge: endereco.ibge,
        }
    }
}
