//! The loop of an engine, a step at a time.

use chrono::NaiveDate;
use domain::ids::{DevedorId, EmpresaId, NoiteId};
use domain::regua::{Decisao, Devedor, decide};
use store::{Banco, StoreError, Tenant, empresas, noites, reguas};

use super::hora;

/// The engine's loop: chunk after chunk, then once more waiting for what others hold. Answers the debtors looked at.
pub(crate) fn walk(banco: &Banco, empresa: EmpresaId, noite: (NoiteId, NaiveDate), limite: i64) -> usize {
    let (mut espera, mut total) = (false, 0);
    for chunks in 0.. {
        assert!(chunks < 1_000, "the night of {} does not end", noite.1);
        let devedores = banco.da_empresa(empresa, |t| chunk(t, noite, limite, espera)).unwrap();
        total += devedores;
        match (devedores, espera) {
            (0, true) => break,
            (0, false) => espera = true,
            (_, _) => {}
        }
    }
    banco.da_empresa(empresa, |t| noites::finish(t, noite.0, hora(noite.1))).unwrap();
    total
}

/// The debtors of a chunk; of a night that is over, none.
pub(crate) fn claim(
    t: &mut Tenant<'_>,
    noite: (NoiteId, NaiveDate),
    limite: i64,
    espera: bool,
) -> Result<Vec<Devedor>, StoreError> {
    Ok(noites::claim(t, noite, limite, espera)?.map_or_else(Vec::new, |(devedores, _)| devedores))
}

/// One chunk: claim, decide, save.
pub(crate) fn chunk(
    t: &mut Tenant<'_>,
    noite: (NoiteId, NaiveDate),
    limite: i64,
    espera: bool,
) -> Result<usize, StoreError> {
    let devedores = claim(t, noite, limite, espera)?;
    decide_and_save(t, noite, &devedores)?;
    Ok(devedores.len())
}

pub(crate) fn decide_and_save(
    t: &mut Tenant<'_>,
    noite: (NoiteId, NaiveDate),
    devedores: &[Devedor],
) -> Result<Vec<(DevedorId, Decisao)>, StoreError> {
    let reguas = reguas::load(t)?;
    let escolhas = empresas::get(t)?.unwrap().regras()?;
    let decisoes: Vec<_> = devedores.iter().map(|x| (x.id, decide(&reguas, x, noite.1, &escolhas))).collect();
    noites::save(t, noite, &decisoes, |_| hora(noite.1), hora(noite.1))?;
    Ok(decisoes)
}
