//! A full file of one creditor: whose its lines may say they are.

use store::importacoes::{ErroDeLinha, ImportacaoLida, Item};
use store::titulos::EntradaCredor;

use super::formato::Formato;
use super::recusas;

/// The creditor of a full file.
#[derive(Clone)]
pub(super) struct Escopo {
    codigo: String,
    /// What the field is called in such a file.
    campo: &'static str,
}

impl Escopo {
    /// That of an import, if it is of one creditor.
    pub(super) fn of(lida: &ImportacaoLida, formato: Formato) -> Option<Self> {
        let campo = match formato {
            Formato::Csv | Formato::Xlsx => "credor_codigo",
            Formato::Ndjson => "credor/codigo_integracao",
        };
        Some(Self { codigo: lida.credor.clone()?, campo })
    }

    /// Why a line is none of this file, if it names another creditor.
    pub(super) fn refuse(&self, item: &Item) -> Option<ErroDeLinha> {
        let de_outro = item.entrada.credor.as_ref().is_some_and(|c| c.codigo_integracao != self.codigo);
        de_outro.then(|| recusas::of_another_creditor(item, self.campo))
    }

    /// Makes what names no creditor this one's, under the name that it has. One that was deleted meanwhile is made again, of which
    /// there is no more than its code.
    pub(super) fn name(&self, itens: &mut [Box<Item>]) {
        for item in itens {
            let credor = || EntradaCredor { codigo_integracao: self.codigo.clone(), nome: None };
            item.entrada.credor.get_or_insert_with(credor);
        }
    }
}
