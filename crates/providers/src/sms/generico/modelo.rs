//! What may stand in the templates of a described provider of SMS.

use crate::modelo;
use crate::sms::provedor::Pedido;

/// What may stand in braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variavel {
    Para,
    ParaDigitos,
    ParaNacional,
    Texto,
    Chave,
    Remetente,
}

impl modelo::Variavel for Variavel {
    const TODAS: &'static [Self] =
        &[Self::Para, Self::ParaDigitos, Self::ParaNacional, Self::Texto, Self::Chave, Self::Remetente];

    fn name(self) -> &'static str {
        match self {
            Self::Para => "para",
            Self::ParaDigitos => "para_digitos",
            Self::ParaNacional => "para_nacional",
            Self::Texto => "texto",
            Self::Chave => "chave",
            Self::Remetente => "remetente",
        }
    }
}

/// What they are, for one message.
pub(super) struct Valores {
    para: String,
    texto: String,
    chave: String,
    remetente: String,
}

impl Valores {
    pub(super) fn new(pedido: &Pedido<'_>, remetente: &str) -> Self {
        Self {
            para: pedido.para.to_owned(),
            texto: pedido.texto.to_owned(),
            chave: pedido.chave.to_string(),
            remetente: remetente.to_owned(),
        }
    }
}

impl modelo::Valores<Variavel> for Valores {
    fn get(&self, variavel: Variavel) -> &str {
        let digitos = self.para.strip_prefix('+').unwrap_or(&self.para);
        match variavel {
            Variavel::Para => &self.para,
            Variavel::ParaDigitos => digitos,
            Variavel::ParaNacional => digitos.strip_prefix("55").unwrap_or(digitos),
            Variavel::Texto => &self.texto,
            Variavel::Chave => &self.chave,
            Variavel::Remetente => &self.remetente,
        }
    }
}
