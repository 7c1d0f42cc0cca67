//! The check of the whole portfolio: everybody is decided again, and what the nights left must be what comes out. It is
//! the proof that looking only at what is due and what changed missed nobody.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::ids::{DevedorId, EmpresaId};
use domain::regua::{Decisao, Devedor, Regras, Reguas, decide};
use store::noites::{self, Agendado};
use store::{Banco, StoreError, Tenant, empresas, reguas};
use uuid::Uuid;

/// Debtors a page.
const PAGINA: i64 = 5_000;
/// Differing debtors that are told one by one.
const MAX_EXEMPLOS: usize = 20;

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conferencia {
    /// The date of the last night, on which everybody was decided; `None` when there was no night yet.
    pub data: Option<NaiveDate>,
    /// Debtors looked at.
    pub devedores: u64,
    /// Debtors that the next night looks at whatever it finds: they changed, or the last night has not come to them.
    /// Nothing can differ there.
    pub por_olhar: u64,
    /// Debtors of whom the last night would have done something that is not done, or would have set another date.
    pub diferencas: u64,
    /// The first of them, by id.
    pub exemplos: Vec<DevedorId>,
}

/// Decides everybody of the company again on the date of its last night and counts where the tables differ. Reads only, each
/// page as of one instant; nights and pushes may go on meanwhile, and one that opens a later night makes it begin anew.
///
/// # Errors
/// The database is unreachable, or holds something this version cannot read.
pub fn conferir(banco: &Banco, empresa: EmpresaId) -> Result<Conferencia, StoreError> {
    let Some(data) = banco.da_empresa_em_um_instante(empresa, last_date)? else {
        return Ok(Conferencia::default());
    };
    let mut conferencia = Conferencia { data: Some(data), ..Conferencia::default() };
    let mut cursor = None;
    loop {
        let lida = banco.da_empresa_em_um_instante(empresa, |t| Pagina::read(t, data, cursor))?;
        let Some(pagina) = lida else { return conferir(banco, empresa) };
        let Some((ultimo, _)) = pagina.devedores.last() else { return Ok(conferencia) };
        cursor = Some(ultimo.id.uuid());
        conferencia.add(&pagina, pagina.differing(data));
    }
}

fn last_date(t: &mut Tenant<'_>) -> Result<Option<NaiveDate>, StoreError> {
    Ok(noites::last(t)?.map(|ultima| ultima.data))
}

impl Conferencia {
    fn add(&mut self, pagina: &Pagina, diferentes: BTreeSet<DevedorId>) {
        let espera = |(_, agendado): &&(Devedor, Agendado)| pagina.due(*agendado) == Agendado::ProximaNoite;
        let por_olhar = pagina.devedores.iter().filter(espera);
        self.devedores += count(pagina.devedores.len());
        self.por_olhar += count(por_olhar.count());
        self.diferencas += count(diferentes.len());
        let cabem = MAX_EXEMPLOS.saturating_sub(self.exemplos.len());
        self.exemplos.extend(diferentes.into_iter().take(cabem));
    }
}

/// Debtors, and what decides about them.
struct Pagina {
    reguas: Reguas,
    regras: Regras,
    /// A régua changed since the night.
    mudaram: bool,
    devedores: Vec<(Devedor, Agendado)>,
}

impl Pagina {
    /// `None` when `data` is not that of the last night any more.
    fn read(t: &mut Tenant<'_>, data: NaiveDate, cursor: Option<Uuid>) -> Result<Option<Self>, StoreError> {
        if last_date(t)? != Some(data) {
            return Ok(None);
        }
        let regras = empresas::get(t)?.ok_or(StoreError::Unknown("empresa"))?.regras()?;
        Ok(Some(Self {
            reguas: reguas::load(t)?,
            mudaram: noites::reguas_changed(t)?,
            devedores: noites::page(t, cursor, data, &regras, PAGINA)?,
            regras,
        }))
    }

    fn differing(&self, data: NaiveDate) -> BTreeSet<DevedorId> {
        let difere = |(devedor, agendado): &&(Devedor, Agendado)| match self.due(*agendado) {
            Agendado::Para(proxima) => {
                differs(&decide(&self.reguas, devedor, data, &self.regras), data, proxima)
            }
            Agendado::ProximaNoite => false,
        };
        self.devedores.iter().filter(difere).map(|(devedor, _)| devedor.id).collect()
    }

    /// After a change of a régua the next night looks at everybody.
    fn due(&self, agendado: Agendado) -> Agendado {
        if self.mudaram { Agendado::ProximaNoite } else { agendado }
    }
}

fn count(quantos: usize) -> u64 {
    u64::try_from(quantos).unwrap_or(u64::MAX)
}

/// Nothing is left to do on `data`, and the date to come is the one that is stored.
fn differs(decisao: &Decisao, data: NaiveDate, agendada: Option<NaiveDate>) -> bool {
    let proxima =
        decisao.proxima.map(|proxima| data.succ_opt().map_or(proxima, |amanha| proxima.max(amanha)));
    !decisao.sem_efeito() || proxima != agendada
}
