//! What may be included at all (rules b10, b21, G17 to G24).

use super::{Bureau, months_before};
use crate::dinheiro::Centavos;
use crate::documento::Documento;
use crate::endereco::Uf;
use crate::execucao::Motivo;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// Rule G18: a debt due before so many months, a month less than five years, is not included any more: its entry would end
/// before it began.
pub const MESES_PARA_INCLUIR: u32 = 59;

/// The bureaus' own floor: a debt is a day overdue at least.
const MENOS_DIAS: u32 = 1;

/// What a company lets be included by an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limites {
    /// Rule G17: days overdue, at least.
    pub dias_minimos: u32,
    /// Rule G22: owed, at least.
    pub valor_minimo: Centavos,
    /// Rule G23: states whose laws forbid an entry of this nature.
    pub ufs_vedadas: BTreeSet<Uf>,
}

impl Default for Limites {
    fn default() -> Self {
        Self { dias_minimos: 30, valor_minimo: Centavos::new(3_000), ufs_vedadas: BTreeSet::new() }
    }
}

/// A debt that somebody wants to include, as it is now.
#[derive(Clone, Copy, Debug)]
pub struct Alvo<'a> {
    /// The due date written on the título.
    pub vencimento: NaiveDate,
    /// What is still owed.
    pub saldo: Centavos,
    /// The debtor's document.
    pub documento: Option<&'a Documento>,
    /// The state of an address that a letter reaches, if there is one.
    pub uf: Option<Uf>,
    /// The creditor's document, or the company's own.
    pub credor: Option<&'a Documento>,
    /// Whether it has an entry at this bureau already.
    pub ja_negativado: bool,
}

/// Whether `alvo` may be included at `bureau` on `hoje`.
///
/// # Errors
/// Why not; the first reason in the order in which a person would mend them.
pub fn avaliar_inclusao(
    alvo: &Alvo<'_>,
    bureau: Bureau,
    limites: &Limites,
    hoje: NaiveDate,
) -> Result<(), Motivo> {
    if alvo.ja_negativado {
        return Err(Motivo::JaNegativado);
    }
    let documento = alvo.documento.ok_or(Motivo::SemDocumento)?;
    if bureau.documento_numerico() && !documento.as_str().bytes().all(|b| b.is_ascii_digit()) {
        return Err(Motivo::DocumentoAlfanumerico);
    }
    if alvo.credor == Some(documento) {
        return Err(Motivo::CredorEDevedor);
    }
    let uf = alvo.uf.ok_or(Motivo::SemEndereco)?;
    if limites.ufs_vedadas.contains(&uf) {
        return Err(Motivo::UfVedada);
    }
    if alvo.vencimento <= months_before(hoje, MESES_PARA_INCLUIR) {
        return Err(Motivo::ForaDoPrazoMaximo);
    }
    let minimo = i64::from(limites.dias_minimos.max(MENOS_DIAS));
    if hoje.signed_duration_since(alvo.vencimento).num_days() < minimo {
        return Err(Motivo::ForaDoPrazoMinimo);
    }
    if alvo.saldo < limites.valor_minimo {
        return Err(Motivo::ValorMinimo);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use proptest::prelude::*;

    fn dia(texto: &str) -> NaiveDate {
        texto.parse().unwrap()
    }

    fn cpf() -> Documento {
        Documento::parse("52998224725").unwrap()
    }

    fn hoje() -> NaiveDate {
        dia("2026-11-23")
    }

    fn alvo(documento: &Documento) -> Alvo<'_> {
        Alvo {
            vencimento: dia("2026-10-01"),
            saldo: Centavos::new(10_000),
            documento: Some(documento),
            uf: Some(Uf::Sp),
            credor: None,
            ja_negativado: false,
        }
    }

    fn em(bureau: Bureau, alvo: &Alvo<'_>) -> Result<(), Motivo> {
        avaliar_inclusao(alvo, bureau, &Limites::default(), hoje())
    }

    #[test]
    fn b21_too_recent_too_old_or_too_little_is_refused_with_its_reason() {
        let documento = cpf();
        let bom = alvo(&documento);
        assert_eq!(em(Bureau::Pefin, &bom), Ok(()));
        for (vencimento, esperado) in [
            ("2026-10-25", Err(Motivo::ForaDoPrazoMinimo)),
            ("2026-10-24", Ok(())),
            ("2021-12-24", Ok(())),
            ("2021-12-23", Err(Motivo::ForaDoPrazoMaximo)),
            ("2027-01-01", Err(Motivo::ForaDoPrazoMinimo)),
        ] {
            let alvo = Alvo { vencimento: dia(vencimento), ..bom };
            assert_eq!(em(Bureau::Pefin, &alvo), esperado, "{vencimento}");
        }
        assert_eq!(em(Bureau::Pefin, &Alvo { saldo: Centavos::new(2_999), ..bom }), Err(Motivo::ValorMinimo));
        assert_eq!(em(Bureau::Pefin, &Alvo { saldo: Centavos::new(3_000), ..bom }), Ok(()));
    }

    #[test]
    fn b10_it_takes_a_document_and_an_address() {
        let documento = cpf();
        let bom = alvo(&documento);
        assert_eq!(em(Bureau::Spc, &Alvo { documento: None, ..bom }), Err(Motivo::SemDocumento));
        assert_eq!(em(Bureau::Spc, &Alvo { uf: None, ..bom }), Err(Motivo::SemEndereco));
        assert_eq!(em(Bureau::Spc, &Alvo { credor: Some(&documento), ..bom }), Err(Motivo::CredorEDevedor));
        assert_eq!(em(Bureau::Spc, &Alvo { ja_negativado: true, ..bom }), Err(Motivo::JaNegativado));
        let vedada = Limites { ufs_vedadas: [Uf::Sp].into(), ..Limites::default() };
        assert_eq!(avaliar_inclusao(&bom, Bureau::Spc, &vedada, hoje()), Err(Motivo::UfVedada));
    }

    #[test]
    fn a_cnpj_with_letters_has_no_place_in_a_layout_of_digits() {
        let documento = Documento::parse("12ABC34501DE35").unwrap();
        assert_eq!(em(Bureau::Pefin, &alvo(&documento)), Err(Motivo::DocumentoAlfanumerico));
        assert_eq!(em(Bureau::Spc, &alvo(&documento)), Ok(()));
    }

    proptest! {
        /// Whatever a company chooses, nothing is included that is not overdue or that should be off.
        #[test]
        fn no_choice_includes_what_is_not_due_or_is_over(dias in -400..4_000_i64, minimos in 0..40_u32, valor in 0..5_000_i64) {
            let documento = cpf();
            let alvo = Alvo { vencimento: hoje() - TimeDelta::days(dias), ..alvo(&documento) };
            let limites = Limites { dias_minimos: minimos, valor_minimo: Centavos::new(valor), ..Limites::default() };
            if avaliar_inclusao(&alvo, Bureau::Pefin, &limites, hoje()).is_ok() {
                prop_assert!(dias >= 1 && dias >= i64::from(minimos));
                prop_assert!(super::super::decurso(alvo.vencimento) > hoje());
            }
        }
    }
}
