//! A full file of one creditor: whose its lines may say they are.

use domain::ids::{CredorId, EmpresaId};
use store::importacoes::{ErroDeLinha, ImportacaoLida, Item};
use store::titulos::EntradaCredor;
use store::{Banco, credores};
use uuid::Uuid;

use super::leitura::Formato;
use super::{Falha, recusas};

/// The creditor of a full file.
#[derive(Clone)]
pub(super) struct Escopo {
    banco: Banco,
    empresa: EmpresaId,
    credor: Uuid,
    codigo: String,
    /// What the field is called in such a file.
    campo: &'static str,
}

impl Escopo {
    /// That of an import, if it is of one creditor.
    pub(super) fn of(
        banco: &Banco,
        empresa: EmpresaId,
        lida: &ImportacaoLida,
        formato: Formato,
    ) -> Option<Self> {
        let campo = match formato {
            Formato::Csv | Formato::Xlsx => "credor_codigo",
            Formato::Ndjson => "credor/codigo_integracao",
        };
        let (credor, codigo) = (lida.credor_id?, lida.credor.clone()?);
        Some(Self { banco: banco.clone(), empresa, credor, codigo, campo })
    }

    /// Why a line is none of this file, if it names another creditor.
    pub(super) fn refuse(&self, item: &Item) -> Option<ErroDeLinha> {
        let de_outro = item.entrada.credor.as_ref().is_some_and(|c| c.codigo_integracao != self.codigo);
        de_outro.then(|| recusas::of_another_creditor(item, self.campo))
    }

    /// Makes what names no creditor this one's, under the name that it has, or gets from the other lines.
    pub(super) fn name(&self, itens: &mut [Box<Item>]) -> Result<(), Falha> {
        if itens.iter().all(|item| item.entrada.credor.is_some()) {
            return Ok(());
        }
        let dito = itens.iter().rev().find_map(|item| item.entrada.credor.clone());
        let credor = dito.map_or_else(|| self.stored(), Ok)?;
        for item in itens {
            item.entrada.credor.get_or_insert_with(|| credor.clone());
        }
        Ok(())
    }

    /// As it is now. One that was deleted meanwhile is made again, of which there is no more than its code.
    fn stored(&self) -> Result<EntradaCredor, Falha> {
        let lido = self.banco.da_empresa(self.empresa, |t| credores::get(t, CredorId::new(self.credor)))?;
        let nome = lido.map_or_else(|| self.codigo.clone(), |lido| lido.nome);
        Ok(EntradaCredor { codigo_integracao: self.codigo.clone(), nome })
    }
}
