//! What a simulation is asked for, as it comes in.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};
use deserr::Deserr;
use serde_json::Value;
use store::simulacoes::{self, Pedido, Tipo};
use store::{StoreError, Tenant, empresas, noites};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{ErroCampo, ErrosCampo, Lista, Problema, esquema};

use super::super::codigos::SIMULACOES_DEMAIS;
use super::super::noites::next_to_open;
use super::super::regras::fault;
use super::reguas::{self, ReguaPedida, ReguaSimulada};

/// Longest simulation, in nights: a year, and the day after a leap one.
const MAX_NOITES: u64 = 366;
/// Debtors that a simulation may be asked for by id.
const MAX_DEVEDORES: usize = 10_000;
/// Réguas that a simulation may bring.
const MAX_REGUAS: usize = 50;
/// Simulations of a company that are not over: each takes its turn.
const MAX_POR_FAZER: i64 = 20;
/// Years for which the calendar of holidays is known for certain.
const ANOS: std::ops::RangeInclusive<i32> = 1970..=2100;

/// O que simular.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
pub(super) struct SimulacaoEntrada {
    /// Primeira noite; se ausente, a próxima que ainda não rodou, a partir de hoje no fuso da empresa.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Dia>)]
    de: Option<NaiveDate>,
    /// Última noite; no máximo 366 noites.
    #[schema(value_type = esquema::Dia, example = "2026-05-09")]
    ate: NaiveDate,
    /// Réguas a acrescentar, ou a pôr no lugar das que têm o mesmo `id`.
    #[deserr(default)]
    #[schema(value_type = Vec<ReguaSimulada>, max_items = 50, required = false)]
    #[expect(dead_code, reason = "read by itself, so that its faults are told at their places")]
    reguas: Lista<Value, MAX_REGUAS>,
    /// Somente estes devedores, por id; se ausente, a carteira inteira.
    #[deserr(default)]
    #[schema(value_type = Option<Vec<Uuid>>, min_items = 1, max_items = 10_000)]
    devedores: Option<Lista<Uuid, MAX_DEVEDORES>>,
    /// Se as réguas como estão também devem ser simuladas, para comparar.
    #[deserr(default)]
    #[schema(default = false, required = false)]
    comparar: bool,
}

/// What was read, with no fault of its own.
#[derive(Clone)]
pub(super) struct Lida {
    de: Option<NaiveDate>,
    ate: NaiveDate,
    reguas: Vec<ReguaPedida>,
    devedores: Option<Vec<Uuid>>,
    comparar: bool,
}

/// Reads the body, with the faults of its réguas at their places in it.
///
/// # Errors
/// 422 with every fault.
pub(super) fn read(corpo: Value) -> Result<Lida, Problema> {
    let (reguas, erros) = reguas::read_all(corpo.get("reguas"), MAX_REGUAS);
    let SimulacaoEntrada { de, ate, devedores, comparar, .. } = web::parse_with(corpo, erros)?;
    let devedores = devedores.map(Lista::into_vec);
    Ok(Lida { de, ate, reguas, devedores, comparar })
}

impl Lida {
    /// Judges it against what the company has and is.
    pub(super) fn judge(
        &self,
        t: &mut Tenant<'_>,
        agora: DateTime<Utc>,
    ) -> Result<Result<Pedido, Problema>, StoreError> {
        if let Some(recusa) = too_many_waiting(t)? {
            return Ok(Err(recusa));
        }
        let (proxima, ultima) = next_night(t, agora)?;
        let de = self.de.unwrap_or(proxima);
        let mut erros = of_period(de, self.ate, ultima);
        erros.extend(self.unknown(t)?);
        let reguas = match reguas::build(t, &self.reguas, agora)? {
            Ok(reguas) => reguas,
            Err(recusa) => {
                erros.extend(recusa.erros);
                match recusa.conflito {
                    Some(conflito) if erros.is_empty() => return Ok(Err(conflito)),
                    Some(_) | None => Vec::new(),
                }
            }
        };
        if !erros.is_empty() {
            return Ok(Err(Problema::validacao(erros)));
        }
        Ok(Ok(Pedido {
            tipo: Tipo::Simulacao,
            de,
            ate: self.ate,
            reguas,
            devedores: self.devedores.clone().map(BTreeSet::from_iter),
            comparar: self.comparar,
        }))
    }

    /// Rule r02: debtors that are not the company's.
    fn unknown(&self, t: &mut Tenant<'_>) -> Result<Vec<ErroCampo>, StoreError> {
        let Some(ids) = &self.devedores else { return Ok(Vec::new()) };
        if ids.is_empty() {
            return Ok(vec![fault(
                "/devedores",
                "tamanho_invalido",
                "traga ao menos um devedor, ou tire o campo",
            )]);
        }
        let conhecidos: BTreeSet<Uuid> = simulacoes::known(t, ids)?.into_iter().collect();
        let desconhecidos = ids.iter().enumerate().filter(|(_, id)| !conhecidos.contains(id));
        let erro = |(i, id): (usize, &Uuid)| {
            fault(&format!("/devedores/{i}"), "devedor_desconhecido", format!("não há devedor {id}"))
        };
        Ok(desconhecidos.map(erro).collect())
    }
}

/// The first night that is not opened yet, and the last one that was.
pub(in crate::api) fn next_night(
    t: &mut Tenant<'_>,
    agora: DateTime<Utc>,
) -> Result<(NaiveDate, Option<NaiveDate>), StoreError> {
    let hoje = empresas::today(t, agora)?;
    let ultima = noites::last(t)?;
    Ok((next_to_open(ultima, hoje), ultima.map(|ultima| ultima.data)))
}

fn of_period(de: NaiveDate, ate: NaiveDate, ultima: Option<NaiveDate>) -> Vec<ErroCampo> {
    let mut erros = Vec::new();
    for (campo, data) in [("/de", de), ("/ate", ate)] {
        if !ANOS.contains(&chrono::Datelike::year(&data)) {
            let detalhe = format!("deve ser de {} a {}", ANOS.start(), ANOS.end());
            erros.push(fault(campo, "fora_do_intervalo", detalhe));
        }
    }
    if let Some(ultima) = ultima.filter(|ultima| de <= *ultima) {
        let detalhe = format!("a noite de {ultima} já rodou e não roda de novo; comece depois dela");
        erros.push(fault("/de", "noite_anterior", detalhe));
    }
    if ate < de {
        erros.push(fault("/ate", "fora_do_intervalo", format!("deve ser {de}, a primeira noite, ou depois")));
    } else if de.checked_add_days(Days::new(MAX_NOITES)).is_some_and(|fim| fim <= ate) {
        erros.push(fault(
            "/ate",
            "fora_do_intervalo",
            format!("no máximo {MAX_NOITES} noites a partir de {de}"),
        ));
    }
    erros
}

/// The refusal, when the company has as many simulations to be walked as it may.
pub(in crate::api) fn too_many_waiting(t: &mut Tenant<'_>) -> Result<Option<Problema>, StoreError> {
    let muitas = MAX_POR_FAZER <= simulacoes::unfinished(t)?;
    let detalhe = format!("há {MAX_POR_FAZER} simulações por terminar");
    Ok(muitas.then(|| Problema::conflito(&SIMULACOES_DEMAIS, detalhe)))
}
