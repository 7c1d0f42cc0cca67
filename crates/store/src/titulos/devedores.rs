//! Debtors that arrive with títulos.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::meio::OrigemContato;
use uuid::Uuid;

use super::{EntradaDevedor, Recusa};
use crate::devedores::{Contatos, Entrada, Meio, OutroDevedor, resolve as resolve_all};
use crate::{StoreError, Tenant};

pub(super) use crate::credores::save_credores;

/// The debtors of one push.
pub(super) struct Resolvidos {
    /// The debtor of each mention, in the order given, or why there is none.
    pub(super) devedores: Vec<Result<Uuid, Recusa>>,
    /// Debtors of whom something changed that a régua asks for.
    pub(super) alterados: BTreeSet<Uuid>,
}

/// Finds or creates the debtor behind each mention (rule m01).
pub(super) fn resolve(
    t: &mut Tenant<'_>,
    mencoes: &[&EntradaDevedor],
    origem: OrigemContato,
    agora: DateTime<Utc>,
) -> Result<Resolvidos, StoreError> {
    let mencoes = mencoes.iter().map(|mencao| Entrada::from(*mencao)).collect();
    let resolvidos = resolve_all(t, mencoes, origem, agora)?;
    let devedor = |um: Result<Uuid, _>| um.map_err(|OutroDevedor| Recusa::DocumentoDeOutroDevedor);
    let devedores = resolvidos.devedores.into_iter().map(devedor).collect();
    Ok(Resolvidos { devedores, alterados: resolvidos.perfis })
}

impl From<&EntradaDevedor> for Entrada {
    fn from(mencao: &EntradaDevedor) -> Self {
        let contatos = Contatos {
            emails: meios(mencao.emails.as_deref()),
            telefones: meios(mencao.telefones.as_deref()),
            enderecos: meios(mencao.enderecos.as_deref()),
            opt_out: None,
        };
        Self {
            codigo_integracao: mencao.codigo_integracao.clone(),
            nome: mencao.nome.clone(),
            documento: mencao.documento,
            categoria: mencao.categoria.clone(),
            gerente: mencao.gerente.as_ref().map(ToString::to_string),
            score: mencao.score,
            contatos,
        }
    }
}

fn meios<T: Clone>(lista: Option<&[T]>) -> Option<Vec<Meio<T>>> {
    lista.map(|lista| lista.iter().cloned().map(Meio::new).collect())
}
