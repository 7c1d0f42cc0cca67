//! Making a company.

use chrono::{DateTime, NaiveTime, Utc};
use domain::execucao::Canal;
use domain::ids::EmpresaId;
use domain::janela::{DiasDaSemana, Janela};
use store::empresas::NovaEmpresa;
use store::{Banco, StoreError, empresas};

/// The windows that a company starts with: Monday to Saturday from 08:00 to 20:00, the hours that most state laws allow
/// for collection (rule j01); each company may change its own.
#[must_use]
pub fn default_janelas() -> Vec<(Canal, Janela)> {
    let segunda_a_sabado = DiasDaSemana::from_bits(0b011_1111);
    let hora = |h| NaiveTime::from_hms_opt(h, 0, 0).unwrap_or_default();
    let janela = Janela::new(hora(8), hora(20), segunda_a_sabado).ok();
    [Canal::Email, Canal::Sms].into_iter().filter_map(|canal| Some((canal, janela?))).collect()
}

/// Creates a company with the default windows.
///
/// # Errors
/// The database refused or is unreachable.
pub fn create(banco: &Banco, nova: &NovaEmpresa, agora: DateTime<Utc>) -> Result<EmpresaId, StoreError> {
    empresas::create(banco, nova, &default_janelas(), agora)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_starts_with_a_window_for_each_channel_that_has_one() {
        let canais: Vec<Canal> = default_janelas().into_iter().map(|(canal, _)| canal).collect();
        let com_janela: Vec<Canal> =
            Canal::TODOS.iter().copied().filter(|canal| canal.obedece_janela()).collect();
        assert_eq!(canais, com_janela);
    }
}
