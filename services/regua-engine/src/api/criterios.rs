//! For whom a régua is, as it comes in and as it is read.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use deserr::Deserr;
use domain::Rotulo;
use domain::dinheiro::Centavos;
use domain::documento::TipoPessoa;
use domain::ids::CredorId;
use domain::regua::Criterios;
use domain::titulo::Origem;
use serde::Serialize;
use store::reguas::ReguaInteira;
use utoipa::ToSchema;
use web::{ErroCampo, ErroValor, ErrosCampo, Lista, Texto, esquema};

use super::regras::fault;

/// Values of a list of a criterion.
const MAX_VALORES: usize = 500;

/// Para quem é a régua. Todos os critérios precisam valer; dentro de uma lista basta um valor; lista vazia aceita qualquer um.
#[derive(Default, Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
pub(super) struct CriteriosEntrada {
    /// Saldo mínimo, inclusive: a soma dos títulos do devedor ou, na régua `por_titulo`, cada título.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Quantia>)]
    valor_minimo: Option<Centavos>,
    /// Vencimento do título, inclusive.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Dia>)]
    vencimento_de: Option<NaiveDate>,
    /// Vencimento do título, inclusive.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Dia>)]
    vencimento_ate: Option<NaiveDate>,
    /// Títulos originais, parcelas de acordo, ou ambos.
    #[deserr(default)]
    #[schema(default = "ambos", required = false)]
    origem: OrigemCriterio,
    /// `codigo_integracao` dos credores; um que a empresa não tem é recusado.
    #[deserr(default)]
    #[schema(value_type = Vec<Texto<1, 60>>, max_items = 500, required = false)]
    credores: Lista<Texto<1, 60>, MAX_VALORES>,
    /// Tipos de pessoa do devedor.
    #[deserr(default)]
    #[schema(value_type = Vec<esquema::TipoPessoa>, max_items = 500, required = false)]
    tipos_pessoa: Lista<TipoPessoa, MAX_VALORES>,
    /// Categorias do devedor, escritas como foram cadastradas.
    #[deserr(default)]
    #[schema(value_type = Vec<Texto<1, 60>>, max_items = 500, required = false)]
    categorias: Lista<Rotulo, MAX_VALORES>,
    /// Tipos de negócio do título.
    #[deserr(default)]
    #[schema(value_type = Vec<Texto<1, 60>>, max_items = 500, required = false)]
    tipos_negocio: Lista<Rotulo, MAX_VALORES>,
    /// Tipos de título.
    #[deserr(default)]
    #[schema(value_type = Vec<Texto<1, 60>>, max_items = 500, required = false)]
    tipos_titulo: Lista<Rotulo, MAX_VALORES>,
    /// Score do devedor, inclusive. Devedor sem score fica fora de uma régua que o pede.
    #[deserr(default, try_from(Option<i64>) = score -> ErroValor)]
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 1000)]
    score_de: Option<i32>,
    /// Score do devedor, inclusive.
    #[deserr(default, try_from(Option<i64>) = score -> ErroValor)]
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 1000)]
    score_ate: Option<i32>,
}

/// Rule s04.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserr, Serialize, ToSchema)]
#[deserr(error = ErrosCampo, rename_all = lowercase)]
#[serde(rename_all = "lowercase")]
pub(super) enum OrigemCriterio {
    /// Os que não vêm de acordo.
    Originais,
    /// Parcelas de acordo.
    Acordos,
    /// Todos.
    #[default]
    Ambos,
}

/// Os critérios que a régua tem.
#[derive(Serialize, ToSchema)]
pub(super) struct CriteriosLidos {
    /// Saldo mínimo, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<esquema::Dinheiro>)]
    valor_minimo: Option<String>,
    /// Vencimento do título, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    vencimento_de: Option<NaiveDate>,
    /// Vencimento do título, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    vencimento_ate: Option<NaiveDate>,
    /// Títulos originais, parcelas de acordo, ou ambos.
    origem: OrigemCriterio,
    /// `codigo_integracao` dos credores.
    credores: Vec<String>,
    /// Tipos de pessoa do devedor.
    #[schema(value_type = Vec<esquema::TipoPessoa>)]
    tipos_pessoa: Vec<&'static str>,
    /// Categorias do devedor.
    categorias: Vec<String>,
    /// Tipos de negócio do título.
    tipos_negocio: Vec<String>,
    /// Tipos de título.
    tipos_titulo: Vec<String>,
    /// Score do devedor, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    score_de: Option<i32>,
    /// Score do devedor, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    score_ate: Option<i32>,
}

impl CriteriosEntrada {
    /// The keys of the creditors that it names.
    pub(super) fn codigos(&self) -> Vec<String> {
        self.credores.iter().map(|codigo| codigo.to_string()).collect()
    }

    /// The criteria in their canonical form (rule s11). `conhecidos` holds the creditors that the company has.
    ///
    /// # Errors
    /// A creditor that it does not have, each at its place.
    pub(super) fn into_criterios(
        self,
        conhecidos: &BTreeMap<String, CredorId>,
    ) -> Result<Criterios, Vec<ErroCampo>> {
        let codigos = self.codigos();
        let ausente = |(i, codigo): (usize, &String)| {
            (!conhecidos.contains_key(codigo)).then(|| {
                let detalhe = "a empresa não tem credor com este codigo_integracao";
                fault(&format!("/criterios/credores/{i}"), "credor_desconhecido", detalhe)
            })
        };
        let ausentes: Vec<_> = codigos.iter().enumerate().filter_map(ausente).collect();
        if !ausentes.is_empty() {
            return Err(ausentes);
        }
        let criterios = Criterios {
            valor_minimo: self.valor_minimo,
            vencimento_de: self.vencimento_de,
            vencimento_ate: self.vencimento_ate,
            origem: self.origem.into(),
            credores: codigos.iter().filter_map(|codigo| conhecidos.get(codigo)).copied().collect(),
            tipos_pessoa: self.tipos_pessoa.into_iter().collect(),
            categorias: self.categorias.into_iter().collect(),
            tipos_negocio: self.tipos_negocio.into_iter().collect(),
            tipos_titulo: self.tipos_titulo.into_iter().collect(),
            score_de: self.score_de,
            score_ate: self.score_ate,
        };
        Ok(criterios.normalizar())
    }
}

impl From<&ReguaInteira> for CriteriosLidos {
    fn from(inteira: &ReguaInteira) -> Self {
        let criterios = inteira.regua.criterios();
        Self {
            valor_minimo: criterios.valor_minimo.map(|valor| valor.to_string()),
            vencimento_de: criterios.vencimento_de,
            vencimento_ate: criterios.vencimento_ate,
            origem: criterios.origem.into(),
            credores: inteira.credores.values().cloned().collect(),
            tipos_pessoa: criterios.tipos_pessoa.iter().map(|tipo| tipo.as_str()).collect(),
            categorias: criterios.categorias.iter().map(Rotulo::to_string).collect(),
            tipos_negocio: criterios.tipos_negocio.iter().map(Rotulo::to_string).collect(),
            tipos_titulo: criterios.tipos_titulo.iter().map(Rotulo::to_string).collect(),
            score_de: criterios.score_de,
            score_ate: criterios.score_ate,
        }
    }
}

impl From<OrigemCriterio> for Option<Origem> {
    fn from(origem: OrigemCriterio) -> Self {
        match origem {
            OrigemCriterio::Originais => Some(Origem::Original),
            OrigemCriterio::Acordos => Some(Origem::Acordo),
            OrigemCriterio::Ambos => None,
        }
    }
}

impl From<Option<Origem>> for OrigemCriterio {
    fn from(origem: Option<Origem>) -> Self {
        match origem {
            Some(Origem::Original) => Self::Originais,
            Some(Origem::Acordo) => Self::Acordos,
            None => Self::Ambos,
        }
    }
}

/// Rule s10.
fn score(score: Option<i64>) -> Result<Option<i32>, ErroValor> {
    let cabe = |score: i64| i32::try_from(score).ok().filter(|score| (0..=1_000).contains(score));
    let fora = || ErroValor::new("fora_do_intervalo", "deve ser um número inteiro de 0 a 1000");
    score.map(|score| cabe(score).ok_or_else(fora)).transpose()
}
