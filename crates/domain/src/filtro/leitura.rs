//! A tab from JSON, with every fault, and back.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::valores::{Faixa, Falha, Valor, falha};
use super::{ErroFiltro, MAX_LISTA};

/// Reads the fields of one object and keeps what is wrong with them. `null` is as if the field were not there.
pub(super) struct Leitor<'e> {
    caminho: String,
    campos: Map<String, Value>,
    erros: &'e mut Vec<ErroFiltro>,
}

impl<'e> Leitor<'e> {
    pub(super) fn novo(caminho: String, valor: &Value, erros: &'e mut Vec<ErroFiltro>) -> Self {
        let campos = match valor {
            Value::Object(campos) => campos.clone(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                let erro = falha("tipo_invalido", "deve ser um objeto");
                erros.push(erro.em(caminho.clone()));
                Map::new()
            }
        };
        Self { caminho, campos, erros }
    }

    /// A tab; an absent one asks nothing.
    pub(super) fn aba<A: Default>(&mut self, nome: &str, ler: impl FnOnce(&mut Leitor<'_>) -> A) -> A {
        let Some(valor) = self.tirar(nome) else { return A::default() };
        let mut leitor = Leitor::novo(self.ponteiro(nome), &valor, self.erros);
        let aba = ler(&mut leitor);
        leitor.fim();
        aba
    }

    pub(super) fn lista<T: Valor>(&mut self, nome: &str) -> BTreeSet<T> {
        let Some(valor) = self.tirar(nome) else { return BTreeSet::new() };
        let Value::Array(itens) = &valor else {
            self.recusar(nome, falha("tipo_invalido", "deve ser uma lista"));
            return BTreeSet::new();
        };
        if itens.len() > MAX_LISTA {
            self.recusar(nome, falha("tamanho_invalido", format!("deve ter no máximo {MAX_LISTA} itens")));
            return BTreeSet::new();
        }
        let mut lidos = BTreeSet::new();
        for (i, item) in itens.iter().enumerate() {
            match T::ler(item) {
                Ok(lido) => {
                    lidos.insert(lido);
                }
                Err(erro) => self.recusar(&format!("{nome}/{i}"), erro),
            }
        }
        lidos
    }

    pub(super) fn faixa<T: Valor>(&mut self, nome: &str) -> Faixa<T> {
        Faixa { de: self.ponta(&format!("{nome}_de")), ate: self.ponta(&format!("{nome}_ate")) }
    }

    pub(super) fn sim(&mut self, nome: &str) -> bool {
        let Some(valor) = self.tirar(nome) else { return false };
        let lido = valor.as_bool();
        if lido.is_none() {
            self.recusar(nome, falha("tipo_invalido", "deve ser true ou false"));
        }
        lido.unwrap_or(false)
    }

    /// Refuses what nobody asked for.
    pub(super) fn fim(&mut self) {
        for nome in std::mem::take(&mut self.campos).keys() {
            // Of the pointer of RFC 6901; a name of any length is not repeated.
            let curto: String = nome.chars().take(60).collect();
            let campo = curto.replace('~', "~0").replace('/', "~1");
            self.recusar(&campo, falha("desconhecido", "o campo não existe neste filtro"));
        }
    }

    fn ponta<T: Valor>(&mut self, nome: &str) -> Option<T> {
        let valor = self.tirar(nome)?;
        T::ler(&valor).map_err(|erro| self.recusar(nome, erro)).ok()
    }

    fn tirar(&mut self, nome: &str) -> Option<Value> {
        self.campos.remove(nome).filter(|valor| !valor.is_null())
    }

    fn ponteiro(&self, nome: &str) -> String {
        format!("{}/{nome}", self.caminho)
    }

    fn recusar(&mut self, nome: &str, erro: Falha) {
        let ponteiro = self.ponteiro(nome);
        self.erros.push(erro.em(ponteiro));
    }
}

impl Falha {
    pub(super) fn em(self, ponteiro: String) -> ErroFiltro {
        ErroFiltro { ponteiro, codigo: self.codigo, detalhe: self.detalhe }
    }
}

pub(super) fn escrever_lista<T: Valor>(campos: &mut Map<String, Value>, nome: &str, lista: &BTreeSet<T>) {
    if !lista.is_empty() {
        campos.insert(nome.to_owned(), lista.iter().map(Valor::escrever).collect());
    }
}

pub(super) fn escrever_faixa<T: Valor>(campos: &mut Map<String, Value>, nome: &str, faixa: &Faixa<T>) {
    for (ponta, valor) in [("de", &faixa.de), ("ate", &faixa.ate)] {
        if let Some(valor) = valor {
            campos.insert(format!("{nome}_{ponta}"), valor.escrever());
        }
    }
}

pub(super) fn escrever_sim(campos: &mut Map<String, Value>, nome: &str, sim: bool) {
    if sim {
        campos.insert(nome.to_owned(), true.into());
    }
}
