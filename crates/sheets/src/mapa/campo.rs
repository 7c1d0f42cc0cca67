//! The fields that a sheet can fill.

use serde::Deserialize;

/// A field that a column can fill. Its name is also the header of our own sheets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Campo {
    /// Key of the título. Required.
    CodigoIntegracao,
    /// Number on the bill.
    Numero,
    /// Day of issue.
    Emissao,
    /// Due date. Required.
    Vencimento,
    /// Face value. Required.
    Valor,
    /// Day of payment.
    PagoEm,
    /// Whether the debtor contests it: `sim` or `nao`.
    Contestado,
    /// Key of the debtor. Required.
    DevedorCodigo,
    /// Name of the debtor. Required.
    DevedorNome,
    /// CPF or CNPJ.
    Documento,
    /// `fisica`, `juridica` or `isenta`.
    TipoPessoa,
    /// E-mail addresses, the preferred one first.
    Email,
    /// Telephones with area code, the preferred one first.
    Telefone,
    /// Debtor class.
    Categoria,
    /// Municipality of the debtor's address. It and the state are required of an address.
    Cidade,
    /// State of that address.
    Uf,
    /// Key of the creditor.
    CredorCodigo,
    /// Name of the creditor.
    CredorNome,
    /// Kind of business.
    TipoNegocio,
    /// Kind of título.
    TipoTitulo,
    /// The bank's own number of the boleto.
    NossoNumero,
    /// The digits that the boleto is paid by.
    LinhaDigitavel,
    /// The text that it is paid by with Pix.
    PixCopiaECola,
    /// Where the boleto is fetched.
    LinkBoleto,
    /// From 0 to 1000, as the company scores the debtor.
    Score,
    /// Who looks after the debtor.
    Gerente,
    /// Street of the debtor's address.
    Logradouro,
    /// House number.
    EnderecoNumero,
    /// Flat, block, floor.
    Complemento,
    /// Quarter.
    Bairro,
    /// Postal code.
    Cep,
    /// IBGE code of the municipality.
    Ibge,
}
impl Campo {
    /// Every field, in the order of our own sheets.
    pub const TODOS: [Self; 32] = [
        Self::CodigoIntegracao,
        Self::Numero,
        Self::Emissao,
        Self::Vencimento,
        Self::Valor,
        Self::PagoEm,
        Self::Contestado,
        Self::DevedorCodigo,
        Self::DevedorNome,
        Self::Documento,
        Self::TipoPessoa,
        Self::Email,
        Self::Telefone,
        Self::Categoria,
        Self::Cidade,
        Self::Uf,
        Self::CredorCodigo,
        Self::CredorNome,
        Self::TipoNegocio,
        Self::TipoTitulo,
        Self::NossoNumero,
        Self::LinhaDigitavel,
        Self::PixCopiaECola,
        Self::LinkBoleto,
        Self::Score,
        Self::Gerente,
        Self::Logradouro,
        Self::EnderecoNumero,
        Self::Complemento,
        Self::Bairro,
        Self::Cep,
        Self::Ibge,
    ];

    pub(super) const OBRIGATORIOS: [Self; 5] =
        [Self::CodigoIntegracao, Self::Vencimento, Self::Valor, Self::DevedorCodigo, Self::DevedorNome];

    /// The name that stands in a map and in the header of our own sheets.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CodigoIntegracao => "codigo_integracao",
            Self::Numero => "numero",
            Self::Emissao => "emissao",
            Self::Vencimento => "vencimento",
            Self::Valor => "valor",
            Self::PagoEm => "pago_em",
            Self::Contestado => "contestado",
            Self::DevedorCodigo => "devedor_codigo",
            Self::DevedorNome => "devedor_nome",
            Self::Documento => "documento",
            Self::TipoPessoa => "tipo_pessoa",
            Self::Email => "email",
            Self::Telefone => "telefone",
            Self::Categoria => "categoria",
            Self::Cidade => "cidade",
            Self::Uf => "uf",
            Self::CredorCodigo => "credor_codigo",
            Self::CredorNome => "credor_nome",
            Self::TipoNegocio => "tipo_negocio",
            Self::TipoTitulo => "tipo_titulo",
            Self::NossoNumero => "nosso_numero",
            Self::LinhaDigitavel => "linha_digitavel",
            Self::PixCopiaECola => "pix_copia_e_cola",
            Self::LinkBoleto => "link_boleto",
            Self::Score => "score",
            Self::Gerente => "gerente",
            Self::Logradouro => "logradouro",
            Self::EnderecoNumero => "endereco_numero",
            Self::Complemento => "complemento",
            Self::Bairro => "bairro",
            Self::Cep => "cep",
            Self::Ibge => "ibge",
        }
    }

    /// The field of that name.
    #[must_use]
    pub fn parse(nome: &str) -> Option<Self> {
        Self::TODOS.into_iter().find(|campo| campo.as_str() == nome)
    }

    pub(crate) fn obrigatorio(self) -> bool {
        Self::OBRIGATORIOS.contains(&self)
    }
}
