//! What may stand in braces.

use domain::documento::Documento;

use crate::bureau::{Operacao, Pendencia};
use crate::modelo::{Valores as ValoresDe, Variavel as VariavelDe};

/// A variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variavel {
    Documento,
    TipoPessoa,
    Nome,
    Logradouro,
    Numero,
    Complemento,
    Bairro,
    Cidade,
    Uf,
    Cep,
    Vencimento,
    Valor,
    Contrato,
    Motivo,
}

impl VariavelDe for Variavel {
    const TODAS: &'static [Self] = &[
        Self::Documento,
        Self::TipoPessoa,
        Self::Nome,
        Self::Logradouro,
        Self::Numero,
        Self::Complemento,
        Self::Bairro,
        Self::Cidade,
        Self::Uf,
        Self::Cep,
        Self::Vencimento,
        Self::Valor,
        Self::Contrato,
        Self::Motivo,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Documento => "documento",
            Self::TipoPessoa => "tipo_pessoa",
            Self::Nome => "nome",
            Self::Logradouro => "logradouro",
            Self::Numero => "numero",
            Self::Complemento => "complemento",
            Self::Bairro => "bairro",
            Self::Cidade => "cidade",
            Self::Uf => "uf",
            Self::Cep => "cep",
            Self::Vencimento => "vencimento",
            Self::Valor => "valor",
            Self::Contrato => "contrato",
            Self::Motivo => "motivo",
        }
    }
}

/// What they are, for one debt.
pub(super) struct Valores(Vec<(Variavel, String)>);

impl Valores {
    pub(super) fn new(operacao: Operacao, p: &Pendencia) -> Self {
        let value = |variavel: Variavel| match variavel {
            Variavel::Documento => p.documento.as_str().to_owned(),
            Variavel::TipoPessoa => match p.documento {
                Documento::Cpf(_) => "F".to_owned(),
                Documento::Cnpj(_) => "J".to_owned(),
            },
            Variavel::Nome => p.nome.clone(),
            Variavel::Logradouro => p.endereco.logradouro.clone().unwrap_or_default(),
            Variavel::Numero => p.endereco.numero.clone().unwrap_or_default(),
            Variavel::Complemento => p.endereco.complemento.clone().unwrap_or_default(),
            Variavel::Bairro => p.endereco.bairro.clone().unwrap_or_default(),
            Variavel::Cidade => p.endereco.cidade.clone(),
            Variavel::Uf => p.endereco.uf.to_string(),
            Variavel::Cep => p.endereco.cep.map(|cep| cep.to_string()).unwrap_or_default(),
            Variavel::Vencimento => p.vencimento.to_string(),
            Variavel::Valor => p.valor.to_string(),
            Variavel::Contrato => p.contrato.clone(),
            Variavel::Motivo => match operacao {
                Operacao::Incluir => String::new(),
                Operacao::Excluir(motivo) => motivo.to_string(),
            },
        };
        Self(Variavel::TODAS.iter().map(|variavel| (*variavel, value(*variavel))).collect())
    }
}

impl ValoresDe<Variavel> for Valores {
    fn get(&self, variavel: Variavel) -> &str {
        self.0.iter().find(|(qual, _)| *qual == variavel).map(|(_, valor)| valor.as_str()).unwrap_or_default()
    }
}
