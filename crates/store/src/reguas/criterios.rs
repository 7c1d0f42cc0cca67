//! Criteria as they are stored: a JSON object with the keys that say something, and no others.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::Rotulo;
use domain::dinheiro::Centavos;
use domain::documento::TipoPessoa;
use domain::ids::CredorId;
use domain::regua::Criterios;
use domain::titulo::Origem;
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// The order of réguas counts these keys, those of one range once: see [`super::ler`].
#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Gravados {
    #[serde(skip_serializing_if = "Option::is_none")]
    valor_minimo: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vencimento_de: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vencimento_ate: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origem: Option<Origem>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    credores: BTreeSet<CredorId>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    tipos_pessoa: BTreeSet<TipoPessoa>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    categorias: BTreeSet<Rotulo>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    tipos_negocio: BTreeSet<Rotulo>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    tipos_titulo: BTreeSet<Rotulo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score_de: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score_ate: Option<i32>,
}

pub(crate) fn write(criterios: &Criterios) -> String {
    let criterios = criterios.clone();
    let gravados = Gravados {
        valor_minimo: criterios.valor_minimo.map(Centavos::get),
        vencimento_de: criterios.vencimento_de,
        vencimento_ate: criterios.vencimento_ate,
        origem: criterios.origem,
        credores: criterios.credores,
        tipos_pessoa: criterios.tipos_pessoa,
        categorias: criterios.categorias,
        tipos_negocio: criterios.tipos_negocio,
        tipos_titulo: criterios.tipos_titulo,
        score_de: criterios.score_de,
        score_ate: criterios.score_ate,
    };
    // Numbers, dates, ids and texts always serialize.
    serde_json::to_string(&gravados).unwrap_or_default()
}

pub(crate) fn read(json: &str) -> Result<Criterios, StoreError> {
    let gravados: Gravados = serde_json::from_str(json).ok().ok_or(StoreError::Unknown("criterios"))?;
    Ok(Criterios {
        valor_minimo: gravados.valor_minimo.map(Centavos::new),
        vencimento_de: gravados.vencimento_de,
        vencimento_ate: gravados.vencimento_ate,
        origem: gravados.origem,
        credores: gravados.credores,
        tipos_pessoa: gravados.tipos_pessoa,
        categorias: gravados.categorias,
        tipos_negocio: gravados.tipos_negocio,
        tipos_titulo: gravados.tipos_titulo,
        score_de: gravados.score_de,
        score_ate: gravados.score_ate,
    })
}

#[cfg(test)]
mod tests {
    use domain::regua::Modo;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn criteria_read_back_as_they_were_and_those_that_say_nothing_are_not_written() {
        assert_eq!(write(&Criterios::default()), "{}");
        assert_eq!(read("{}").unwrap(), Criterios::default());
        let rotulos = |textos: &[&str]| textos.iter().map(|texto| Rotulo::parse(texto).unwrap()).collect();
        let todos = Criterios {
            valor_minimo: Some(Centavos::new(1_050)),
            vencimento_de: "2026-01-01".parse().ok(),
            vencimento_ate: "2026-12-31".parse().ok(),
            origem: Some(Origem::Acordo),
            credores: [CredorId::new(Uuid::from_u128(7))].into(),
            tipos_pessoa: [TipoPessoa::Isenta, TipoPessoa::Fisica].into(),
            categorias: rotulos(&["A, \"B\"|C", "ç"]),
            tipos_negocio: rotulos(&["boleto"]),
            tipos_titulo: rotulos(&["DM"]),
            score_de: Some(0),
            score_ate: Some(1_000),
        };
        let lidos = read(&write(&todos)).unwrap();
        assert_eq!(lidos, todos);
        assert_eq!(lidos.chave(Modo::PorTitulo), todos.chave(Modo::PorTitulo));
        assert!(
            read(r#"{"cor": "azul"}"#).is_err(),
            "of a later version: reading it as less would widen the régua"
        );
    }
}
