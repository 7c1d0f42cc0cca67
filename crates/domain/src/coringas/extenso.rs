//! Numbers, amounts and days in words, as contracts and letters write them.

use chrono::{Datelike as _, NaiveDate};

use crate::dinheiro::Centavos;

const ATE_DEZENOVE: [&str; 20] = [
    "zero",
    "um",
    "dois",
    "três",
    "quatro",
    "cinco",
    "seis",
    "sete",
    "oito",
    "nove",
    "dez",
    "onze",
    "doze",
    "treze",
    "catorze",
    "quinze",
    "dezesseis",
    "dezessete",
    "dezoito",
    "dezenove",
];
const DEZENAS: [&str; 10] =
    ["", "dez", "vinte", "trinta", "quarenta", "cinquenta", "sessenta", "setenta", "oitenta", "noventa"];
const CENTENAS: [&str; 10] = [
    "",
    "cento",
    "duzentos",
    "trezentos",
    "quatrocentos",
    "quinhentos",
    "seiscentos",
    "setecentos",
    "oitocentos",
    "novecentos",
];
/// Of one and of several thousands to the power; enough for any `u64`.
const CLASSES: [(&str, &str); 7] = [
    ("", ""),
    ("mil", "mil"),
    ("milhão", "milhões"),
    ("bilhão", "bilhões"),
    ("trilhão", "trilhões"),
    ("quatrilhão", "quatrilhões"),
    ("quintilhão", "quintilhões"),
];
const MESES: [&str; 12] = [
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
];
const MILHAO: u64 = 1_000_000;

/// A count: `mil duzentos e trinta e quatro`.
#[must_use]
pub fn inteiro(numero: u64) -> String {
    if numero == 0 {
        return word(&ATE_DEZENOVE, 0).to_owned();
    }
    let classes = classes(numero);
    let ultima = classes.iter().position(|parte| *parte > 0).unwrap_or_default();
    let mut palavras = String::new();
    for (classe, parte) in classes.iter().enumerate().rev().filter(|(_, parte)| **parte > 0) {
        if !palavras.is_empty() {
            // Only before the last class, and only where that is one word or begins below a hundred.
            let liga = classe == ultima && (*parte < 100 || parte.is_multiple_of(100));
            palavras.push_str(if liga { " e " } else { " " });
        }
        palavras.push_str(&of_class(*parte, classe));
    }
    palavras
}

/// An amount: `mil duzentos e trinta e quatro reais e cinquenta e seis centavos`.
#[must_use]
pub fn reais(valor: Centavos) -> String {
    let absoluto = valor.get().unsigned_abs();
    let (inteiros, centavos) = (absoluto / 100, absoluto % 100);
    let sinal = if valor.get() < 0 { "menos " } else { "" };
    let moeda = match inteiros {
        0 | 1 => "real",
        _ if inteiros.is_multiple_of(MILHAO) => "de reais",
        _ => "reais",
    };
    let em_centavos = format!("{} {}", inteiro(centavos), if centavos == 1 { "centavo" } else { "centavos" });
    match (inteiros, centavos) {
        (_, 0) => format!("{sinal}{} {moeda}", inteiro(inteiros)),
        (0, _) => format!("{sinal}{em_centavos}"),
        (_, _) => format!("{sinal}{} {moeda} e {em_centavos}", inteiro(inteiros)),
    }
}

/// A day: `1º de março de 2026`.
#[must_use]
pub fn data(data: NaiveDate) -> String {
    let dia = if data.day() == 1 { "1º".to_owned() } else { data.day().to_string() };
    let mes = usize::try_from(data.month0()).ok().and_then(|mes| MESES.get(mes)).unwrap_or(&"");
    format!("{dia} de {mes} de {}", data.year())
}

/// By thousands, the smallest first.
fn classes(numero: u64) -> Vec<u64> {
    let mut partes = Vec::new();
    let mut resto = numero;
    while resto > 0 {
        partes.push(resto % 1_000);
        resto /= 1_000;
    }
    partes
}

/// One is not said before `mil`.
fn of_class(parte: u64, classe: usize) -> String {
    let (uma, varias) = CLASSES.get(classe).copied().unwrap_or_default();
    match (classe, parte) {
        (0, _) => below_thousand(parte),
        (1, 1) => uma.to_owned(),
        (_, 1) => format!("um {uma}"),
        (_, _) => format!("{} {varias}", below_thousand(parte)),
    }
}

fn below_thousand(parte: u64) -> String {
    let (centena, resto) = (parte / 100, parte % 100);
    let abaixo = || match resto {
        0..=19 => word(&ATE_DEZENOVE, resto).to_owned(),
        _ if resto.is_multiple_of(10) => word(&DEZENAS, resto / 10).to_owned(),
        _ => format!("{} e {}", word(&DEZENAS, resto / 10), word(&ATE_DEZENOVE, resto % 10)),
    };
    match (centena, resto) {
        (0, _) => abaixo(),
        (1, 0) => "cem".to_owned(),
        (_, 0) => word(&CENTENAS, centena).to_owned(),
        (_, _) => format!("{} e {}", word(&CENTENAS, centena), abaixo()),
    }
}

fn word(palavras: &[&'static str], qual: u64) -> &'static str {
    usize::try_from(qual).ok().and_then(|qual| palavras.get(qual)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn r11_counts_are_said_as_people_say_them() {
        for (numero, dito) in [
            (0, "zero"),
            (1, "um"),
            (14, "catorze"),
            (16, "dezesseis"),
            (20, "vinte"),
            (21, "vinte e um"),
            (100, "cem"),
            (101, "cento e um"),
            (199, "cento e noventa e nove"),
            (200, "duzentos"),
            (999, "novecentos e noventa e nove"),
            (1_000, "mil"),
            (1_001, "mil e um"),
            (1_100, "mil e cem"),
            (1_101, "mil cento e um"),
            (1_234, "mil duzentos e trinta e quatro"),
            (2_000, "dois mil"),
            (2_050, "dois mil e cinquenta"),
            (21_600, "vinte e um mil e seiscentos"),
            (100_000, "cem mil"),
            (1_000_000, "um milhão"),
            (1_000_001, "um milhão e um"),
            (1_001_000, "um milhão e mil"),
            (1_200_000, "um milhão e duzentos mil"),
            (1_234_567, "um milhão duzentos e trinta e quatro mil quinhentos e sessenta e sete"),
            (10_000_000, "dez milhões"),
            (2_000_000_000, "dois bilhões"),
        ] {
            assert_eq!(inteiro(numero), dito);
        }
        assert!(
            inteiro(u64::MAX).starts_with("dezoito quintilhões quatrocentos e quarenta e seis quatrilhões ")
        );
    }

    #[test]
    fn r11_amounts_are_said_with_their_currency() {
        for (centavos, dito) in [
            (0, "zero real"),
            (1, "um centavo"),
            (2, "dois centavos"),
            (100, "um real"),
            (101, "um real e um centavo"),
            (200, "dois reais"),
            (123_456, "mil duzentos e trinta e quatro reais e cinquenta e seis centavos"),
            (100_000_000, "um milhão de reais"),
            (100_000_050, "um milhão de reais e cinquenta centavos"),
            (100_100_000, "um milhão e mil reais"),
            (1_000_000_000, "dez milhões de reais"),
            (
                1_234_567_890,
                "doze milhões trezentos e quarenta e cinco mil seiscentos e setenta e oito reais e noventa centavos",
            ),
            (300_000_000_000, "três bilhões de reais"),
            (-150, "menos um real e cinquenta centavos"),
        ] {
            assert_eq!(reais(Centavos::new(centavos)), dito);
        }
        assert!(reais(Centavos::new(i64::MIN)).starts_with("menos noventa e dois quatrilhões "));
    }

    #[test]
    fn r11_the_first_of_a_month_is_an_ordinal() {
        let dito = |dia: &str| data(dia.parse().unwrap());
        assert_eq!(dito("2026-03-01"), "1º de março de 2026");
        assert_eq!(dito("2026-11-22"), "22 de novembro de 2026");
        assert_eq!(dito("2024-02-29"), "29 de fevereiro de 2024");
    }

    /// The number that the words say, read by somebody who knows each word only.
    fn heard(palavras: &str) -> u64 {
        let valores: BTreeMap<&str, u64> = (0..20_u64)
            .map(|n| (word(&ATE_DEZENOVE, n), n))
            .chain((2..10_u64).map(|n| (word(&DEZENAS, n), n * 10)))
            .chain((1..10_u64).map(|n| (word(&CENTENAS, n), n * 100)))
            .chain([("cem", 100)])
            .collect();
        let (mut soma, mut parte) = (0, 0);
        for palavra in palavras.split(' ').filter(|palavra| *palavra != "e") {
            if let Some(valor) = valores.get(palavra) {
                parte += valor;
            } else {
                let classe =
                    CLASSES.iter().position(|(uma, varias)| [uma, varias].contains(&&palavra)).unwrap();
                soma += parte.max(1) * 1_000_u64.pow(u32::try_from(classe).unwrap());
                parte = 0;
            }
        }
        soma + parte
    }

    proptest! {
        #[test]
        fn r11_whoever_hears_the_words_knows_the_number(
            numero in prop_oneof![0..100_000_u64, 0..99_999_999_999_u64, any::<u64>()],
        ) {
            prop_assert_eq!(heard(&inteiro(numero)), numero);
        }
    }
}
