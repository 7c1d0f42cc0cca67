//! What a simulation is walked by: its nights, its réguas, its debtors.

use std::collections::BTreeMap;
use std::ops::Bound;

use chrono::NaiveDate;
use domain::ids::ReguaId;
use domain::regua::{Apuracao, Periodo, Regras, Regua, Reguas};
use serde_json::Value;
use store::simulacoes::{self, Pedido, ReguaGuardada};
use store::{StoreError, Tenant, empresas, explicacoes, noites, reguas};
use uuid::Uuid;

use super::resultado::{Nomeada, Resultado};

/// A simulation ready to be walked.
pub(super) struct Plano {
    pub(super) periodo: Periodo,
    pub(super) regras: Regras,
    /// The réguas that are simulated.
    pub(super) reguas: Reguas,
    /// Those of the company as they are, when they are to be compared with.
    pub(super) presentes: Option<Reguas>,
    /// The date of the last night that has run.
    pub(super) ultima: Option<NaiveDate>,
    pub(super) previstos: i64,
    pedido: Pedido,
    nomes: BTreeMap<ReguaId, Nomeada>,
}

/// Whether a simulation can be walked now.
pub(super) enum Preparo {
    Pronto(Box<Plano>),
    /// A night of the company is under way.
    NoiteAndando,
    /// It cannot be any more, for this reason.
    Impossivel(&'static str),
}

impl Plano {
    pub(super) fn prepare(t: &mut Tenant<'_>, pedido: &Pedido) -> Result<Preparo, StoreError> {
        let noite = noites::last(t)?;
        if noite.is_some_and(|noite| noite.andando) {
            return Ok(Preparo::NoiteAndando);
        }
        let ultima = noite.map(|noite| noite.data);
        let de = pedido.de.max(ultima.and_then(|data| data.succ_opt()).unwrap_or(pedido.de));
        if pedido.ate < de {
            return Ok(Preparo::Impossivel("as noites do período já rodaram"));
        }
        let empresa = empresas::get(t)?.ok_or(StoreError::Unknown("empresa"))?;
        let presentes = reguas::load(t)?;
        let mut nomes: BTreeMap<_, _> = explicacoes::names(t)?
            .into_iter()
            .filter_map(|(id, nome)| Some((id, Nomeada::presente(nome, presentes.get(id)?))))
            .collect();
        let alteradas = pedido.reguas.iter().map(ReguaGuardada::read).collect::<Result<Vec<_>, _>>()?;
        for (guardada, regua) in pedido.reguas.iter().zip(&alteradas) {
            let antes = nomes.remove(&regua.id());
            nomes.insert(regua.id(), Nomeada::simulada(guardada.nome.clone(), regua, antes));
        }
        let previstos = match &pedido.devedores {
            Some(ids) => i64::try_from(ids.len()).unwrap_or(i64::MAX),
            None => simulacoes::portfolio(t)?,
        };
        Ok(Preparo::Pronto(Box::new(Self {
            periodo: Periodo { de, ate: pedido.ate },
            regras: empresa.regras()?,
            reguas: replaced(presentes.todas(), alteradas),
            presentes: pedido.comparar.then_some(presentes),
            ultima,
            previstos,
            pedido: pedido.clone(),
            nomes,
        })))
    }

    /// The ids of the next `limite` debtors after `cursor`.
    pub(super) fn page(
        &self,
        t: &mut Tenant<'_>,
        cursor: Option<Uuid>,
        limite: i64,
    ) -> Result<Vec<Uuid>, StoreError> {
        let Some(ids) = &self.pedido.devedores else { return simulacoes::page(t, cursor, limite) };
        let depois = cursor.map_or(Bound::Unbounded, Bound::Excluded);
        let limite = usize::try_from(limite).unwrap_or(usize::MAX);
        Ok(ids.range((depois, Bound::Unbounded)).take(limite).copied().collect())
    }

    /// What is told of the simulation.
    pub(super) fn resultado(&self, simulado: &Apuracao, presente: &Apuracao) -> Result<Value, StoreError> {
        let adiada = (self.pedido.de < self.periodo.de).then_some(self.pedido.de);
        let comparado = self.presentes.as_ref().map(|_| presente);
        let resultado = Resultado::new((self.periodo, adiada), &self.nomes, simulado, comparado);
        serde_json::to_value(resultado).ok().ok_or(StoreError::Unknown("resultado"))
    }
}

/// The company's réguas with others in their place or beside them.
fn replaced(presentes: &[Regua], alteradas: Vec<Regua>) -> Reguas {
    let ficam = presentes.iter().filter(|regua| alteradas.iter().all(|outra| outra.id() != regua.id()));
    let ficam: Vec<Regua> = ficam.cloned().collect();
    Reguas::new(ficam.into_iter().chain(alteradas).collect())
}
