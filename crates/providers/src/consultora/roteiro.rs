//! The script: what is answered to each question.

use std::fmt;
use std::sync::Arc;

use domain::enriquecimento::{Dados, EmailDito, EnderecoDito, Relacao, TelefoneDito};

/// One question.
#[derive(Clone)]
pub struct Pergunta {
    /// About whom, without punctuation.
    pub documento: String,
    /// The key of the question, where its shape has one.
    pub chave: Option<String>,
    /// What for, as it came.
    pub finalidade: String,
}

/// What is answered.
#[derive(Clone)]
pub enum Fala {
    /// This is known.
    Encontrado(Box<Dados>),
    /// Nothing is.
    NaoEncontrado,
    /// It will be told later; of the plain shape alone.
    Depois,
    /// This, whatever it is.
    Cru {
        /// The status.
        status: u16,
        /// The body.
        corpo: Vec<u8>,
    },
    /// Nothing: the connection ends.
    Cortar,
}

/// A script: a function of the question.
#[derive(Clone)]
pub struct Roteiro(Arc<dyn Fn(&Pergunta) -> Fala + Send + Sync>);

impl Roteiro {
    /// A script that is any function.
    pub fn new(fala: impl Fn(&Pergunta) -> Fala + Send + Sync + 'static) -> Self {
        Self(Arc::new(fala))
    }

    /// The same to every question.
    #[must_use]
    pub fn sempre(fala: Fala) -> Self {
        Self::new(move |_| fala.clone())
    }

    /// Of one in ten nothing is known; of the others a mobile, an e-mail and an address that nobody has, always the same ones.
    #[must_use]
    pub fn normal() -> Self {
        Self::new(|pergunta| invented(&pergunta.documento))
    }

    pub(super) fn ask(&self, pergunta: &Pergunta) -> Fala {
        (self.0)(pergunta)
    }
}

impl fmt::Debug for Roteiro {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Roteiro(..)")
    }
}

fn invented(documento: &str) -> Fala {
    let soma = documento.bytes().fold(7_u32, |soma, b| soma.wrapping_mul(31).wrapping_add(b.into()));
    if soma % 10 == 0 {
        return Fala::NaoEncontrado;
    }
    let telefone = TelefoneDito {
        numero: format!("(11) 9{:04}-{:04}", soma / 10_000 % 10_000, soma % 10_000),
        relacao: Relacao::Proprio,
        whatsapp: Some(soma % 2 == 0),
        visto_em: None,
    };
    let email = EmailDito { endereco: format!("d{soma}@exemplo.com.br"), relacao: Relacao::Proprio };
    let texto = |texto: &str| Some(texto.to_owned());
    let endereco = EnderecoDito {
        logradouro: texto("Rua do Exemplo"),
        numero: Some((soma % 900 + 1).to_string()),
        complemento: None,
        bairro: texto("Centro"),
        cidade: texto("São Paulo"),
        uf: texto("SP"),
        cep: texto("01001-000"),
    };
    Fala::Encontrado(Box::new(Dados {
        telefones: vec![telefone],
        emails: vec![email],
        enderecos: vec![endereco],
        ..Dados::default()
    }))
}
