//! Documents with right check digits, each debtor its own: the number is a permutation of the debtor's index, so two
//! debtors of a portfolio never share one (rule m01 would make them one debtor).

use domain::documento::{Cnpj, Cpf, Documento};

use super::sorteio::Sorteio;

/// Digits and letters without I, O, Q, U, F, which are read as something else.
const ALFABETO: &[u8; 31] = b"0123456789ABCDEGHJKLMNPRSTVWXYZ";
const BASES_CPF: u64 = 1_000_000_000;
const RAIZES_CNPJ: u64 = 100_000_000;
/// 31⁷: the first of the eight characters is always a letter.
const RAIZES_COM_LETRAS: u64 = 27_512_614_111;
/// Prime to the three of them, so that multiplying by it permutes.
const PASSO: u64 = 618_033_989;

pub(super) fn draw(sorteio: &mut Sorteio, semente: u64, indice: u64) -> Option<Documento> {
    let na_faixa = |faixa: u64| (indice % faixa * PASSO + semente % faixa) % faixa;
    match sorteio.between(1..=1_000) {
        1..=30 => None,
        31..=709 => Cpf::from_base(&format!("{:09}", na_faixa(BASES_CPF))).ok().map(Documento::Cpf),
        710..=903 => cnpj(&format!("{:08}", na_faixa(RAIZES_CNPJ))),
        _ => cnpj(&com_letras(na_faixa(RAIZES_COM_LETRAS))),
    }
}

/// Of the head office, `0001`. None for what is nobody's, as a CPF of one digit repeated is.
fn cnpj(raiz: &str) -> Option<Documento> {
    Cnpj::from_base(&format!("{raiz}0001")).ok().map(Documento::Cnpj)
}

fn com_letras(numero: u64) -> String {
    let mut resto = numero;
    let sete = (0..7).map(|_| {
        let digito = usize::try_from(resto % 31).unwrap_or_default();
        resto /= 31;
        char::from(ALFABETO.get(digito).copied().unwrap_or(b'A'))
    });
    std::iter::once('X').chain(sete).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_step_permutes_each_range() {
        for (faixa, fatores) in [(BASES_CPF, &[2, 5][..]), (RAIZES_CNPJ, &[2, 5]), (RAIZES_COM_LETRAS, &[31])]
        {
            assert!(
                fatores.iter().all(|fator| faixa.is_multiple_of(*fator) && !PASSO.is_multiple_of(*fator))
            );
        }
        assert_eq!(RAIZES_COM_LETRAS, 31_u64.pow(7));
    }

    #[test]
    fn no_two_debtors_share_a_document_and_the_kinds_are_in_proportion() {
        let mut sorteio = Sorteio::new(3);
        let todos = (1..=20_000).filter_map(|indice| draw(&mut sorteio, 3, indice)).collect::<Vec<_>>();
        let textos = todos.iter().map(|documento| documento.as_str().to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(textos.len(), todos.len());
        let por_cem = |quantos: usize| (quantos * 100 + todos.len() / 2) / todos.len();
        let cpfs = todos.iter().filter(|documento| matches!(documento, Documento::Cpf(_))).count();
        let com_letras =
            textos.iter().filter(|texto| texto.bytes().any(|letra| letra.is_ascii_alphabetic())).count();
        assert_eq!((por_cem(cpfs), por_cem(com_letras)), (70, 10));
        assert!((18_900..19_600).contains(&todos.len()));
    }
}
