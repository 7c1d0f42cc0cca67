//! Which debtors are meant: one typed tree for batches, lists and exports (rules f01–f35).
//!
//! Between filters AND, within a list OR, ranges inclusive. What a tab says of títulos, of negotiations or of contacts holds of
//! the same one, see each tab. What is absent is not asked. [`Filtro::ler`] finds every fault at once; a filter that it answered
//! is normalised, so that two that say the same are equal.

mod abas;
mod conferencia;
mod exemplos;
mod leitura;
mod palavras;
mod valores;

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};
use thiserror::Error;
use uuid::Uuid;

use crate::codigo::codigos;

pub use abas::{AbaContato, AbaDevedor, AbaNegociacao, AbaRegua, AbaTitulo};
pub use exemplos::{EXEMPLOS, Exemplo};
pub use valores::{Cidade, DIAS, Faixa, MAX_CIDADE, MAX_TERMO, Termo};

use leitura::Leitor;

/// The longest list of a filter. A longer one is a sheet.
pub const MAX_LISTA: usize = 100;

codigos! {
    /// Rule f14: which títulos are meant, each as a flag; with several, one of them is enough.
    pub enum Quais("quais") {
        /// Receivables of the company.
        Originais = "originais",
        /// Instalments of negotiations.
        Acordos = "acordos",
        /// Due today or later, by the date that is written on it.
        AVencer = "a_vencer",
    }
}

codigos! {
    /// Rule b10: why a debtor who meets the filters cannot have the action.
    pub enum Exclusao("motivo") {
        /// No e-mail, mobile number or postal address that may be used.
        SemContato = "sem_contato",
        /// There is one, and the debtor wants nothing by this channel.
        OptOut = "opt_out",
        /// Neither CPF nor CNPJ.
        SemDocumento = "sem_documento",
        /// No complete postal address.
        SemEndereco = "sem_endereco",
        /// Nothing is open: there is nothing to say, and nobody to look up.
        SemTitulo = "sem_titulo",
        /// Nothing open is overdue.
        SemTituloVencido = "sem_titulo_vencido",
    }
}

/// A filter of debtors. The default takes everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filtro {
    /// About the debtor itself.
    pub devedor: AbaDevedor,
    /// About one título of the debtor.
    pub titulo: AbaTitulo,
    /// About where it is in its réguas.
    pub regua: AbaRegua,
    /// About one negotiation of the debtor.
    pub negociacao: AbaNegociacao,
    /// About the contacts with the debtor.
    pub contato: AbaContato,
}

/// What is wrong with one field of a filter.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{ponteiro}: {detalhe}")]
pub struct ErroFiltro {
    /// Where, as a JSON pointer into the filter.
    pub ponteiro: String,
    /// What, as a stable code.
    pub codigo: &'static str,
    /// What, in Portuguese; never with the value itself.
    pub detalhe: String,
}

impl Filtro {
    /// Reads a filter.
    ///
    /// # Errors
    /// Every fault of every field, in the order of the tabs.
    pub fn ler(valor: &Value) -> Result<Self, Vec<ErroFiltro>> {
        let mut erros = Vec::new();
        let mut leitor = Leitor::novo(String::new(), valor, &mut erros);
        let filtro = Self {
            devedor: leitor.aba("devedor", AbaDevedor::ler),
            titulo: leitor.aba("titulo", AbaTitulo::ler),
            regua: leitor.aba("regua", AbaRegua::ler),
            negociacao: leitor.aba("negociacao", AbaNegociacao::ler),
            contato: leitor.aba("contato", AbaContato::ler),
        };
        leitor.fim();
        match filtro.conferir() {
            Ok(filtro) if erros.is_empty() => Ok(filtro),
            Ok(_) => Err(erros),
            Err(outros) => {
                erros.extend(outros);
                Err(erros)
            }
        }
    }

    /// As JSON, without what is not asked: [`Filtro::ler`] reads it back.
    #[must_use]
    pub fn escrever(&self) -> Value {
        let Self { devedor, titulo, regua, negociacao, contato } = self;
        let abas = [
            ("devedor", devedor.escrever()),
            ("titulo", titulo.escrever()),
            ("regua", regua.escrever()),
            ("negociacao", negociacao.escrever()),
            ("contato", contato.escrever()),
        ];
        let ditas = abas.into_iter().filter(|(_, aba)| !aba.is_empty());
        Value::Object(ditas.map(|(nome, aba)| (nome.to_owned(), Value::Object(aba))).collect::<Map<_, _>>())
    }

    /// What is asked, in Portuguese, a line for each filter (rule b14). `nomes`: what réguas, positions and results are
    /// called; one that is not there is said by its id.
    #[must_use]
    pub fn em_palavras(&self, nomes: &BTreeMap<Uuid, String>) -> Vec<String> {
        let Self { devedor, titulo, regua, negociacao, contato } = self;
        let linhas: Vec<_> = [
            devedor.palavras(nomes),
            titulo.palavras(nomes),
            regua.palavras(nomes),
            negociacao.palavras(nomes),
            contato.palavras(nomes),
        ]
        .concat();
        if linhas.is_empty() { vec!["Todos os devedores".to_owned()] } else { linhas }
    }
}

impl Serialize for Filtro {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.escrever().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Filtro {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::ler(&Value::deserialize(deserializer)?).map_err(|erros| {
            de::Error::custom(erros.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
        })
    }
}
