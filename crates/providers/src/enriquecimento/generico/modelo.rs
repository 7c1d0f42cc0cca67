//! What may stand in the templates of a described provider of enrichment.

use domain::documento::TipoPessoa;

use crate::enriquecimento::provedor::Pedido;
use crate::modelo;

/// What may stand in braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variavel {
    Documento,
    DocumentoFormatado,
    Tipo,
    Chave,
    Finalidade,
}

impl modelo::Variavel for Variavel {
    const TODAS: &'static [Self] =
        &[Self::Documento, Self::DocumentoFormatado, Self::Tipo, Self::Chave, Self::Finalidade];

    fn name(self) -> &'static str {
        match self {
            Self::Documento => "documento",
            Self::DocumentoFormatado => "documento_formatado",
            Self::Tipo => "tipo",
            Self::Chave => "chave",
            Self::Finalidade => "finalidade",
        }
    }
}

/// What they are, for one question.
pub(super) struct Valores {
    documento: String,
    formatado: String,
    tipo: String,
    chave: String,
    finalidade: String,
}

impl Valores {
    pub(super) fn new(pedido: &Pedido<'_>) -> Self {
        let tipo = match pedido.documento.tipo_pessoa() {
            TipoPessoa::Juridica => "cnpj",
            TipoPessoa::Fisica | TipoPessoa::Isenta => "cpf",
        };
        Self {
            documento: pedido.documento.as_str().to_owned(),
            formatado: pedido.documento.formatado(),
            tipo: tipo.to_owned(),
            chave: pedido.chave.to_string(),
            finalidade: pedido.finalidade.to_string(),
        }
    }
}

impl modelo::Valores<Variavel> for Valores {
    fn get(&self, variavel: Variavel) -> &str {
        match variavel {
            Variavel::Documento => &self.documento,
            Variavel::DocumentoFormatado => &self.formatado,
            Variavel::Tipo => &self.tipo,
            Variavel::Chave => &self.chave,
            Variavel::Finalidade => &self.finalidade,
        }
    }
}
