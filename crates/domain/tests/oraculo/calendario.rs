//! Days as numbers, and the days on which banks work, from the printed calendars of 2026 to 2030.

use std::sync::LazyLock;

/// Days since 2026-01-01, which was a Thursday.
pub(crate) type Dia = i64;

const ANOS: std::ops::RangeInclusive<i64> = 2026..=2030;
const FIXOS: [(i64, i64); 9] =
    [(1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (11, 20), (12, 25)];
/// Carnival, Good Friday and Corpus Christi.
const MOVEIS: [Data; 20] = [
    (2026, 2, 16),
    (2026, 2, 17),
    (2026, 4, 3),
    (2026, 6, 4),
    (2027, 2, 8),
    (2027, 2, 9),
    (2027, 3, 26),
    (2027, 5, 27),
    (2028, 2, 28),
    (2028, 2, 29),
    (2028, 4, 14),
    (2028, 6, 15),
    (2029, 2, 12),
    (2029, 2, 13),
    (2029, 3, 30),
    (2029, 5, 31),
    (2030, 3, 4),
    (2030, 3, 5),
    (2030, 4, 19),
    (2030, 6, 20),
];

/// Year, month, day.
type Data = (i64, i64, i64);

/// Every day of those years, and whether banks work on it.
static FOLHINHA: LazyLock<Vec<(Data, bool)>> = LazyLock::new(|| {
    let datas = ANOS.flat_map(|ano| {
        (1..=12).flat_map(move |mes| (1..=dias_do_mes(ano, mes)).map(move |dia| (ano, mes, dia)))
    });
    let quinta = 3;
    (quinta..).zip(datas).map(|(n, data)| (data, n % 7 < 5 && !feriado(data))).collect()
});

/// The last day on which what falls due on `vencimento` can be paid without being late, for a company that
/// does not work on `seus` either.
pub(crate) fn efetivo(vencimento: Dia, em_dia_util: bool, seus: &[Dia]) -> Dia {
    if !em_dia_util {
        return vencimento;
    }
    let util = |dia: &Dia| FOLHINHA[usize::try_from(*dia).unwrap()].1 && !seus.contains(dia);
    (vencimento..FOLHINHA.len().try_into().unwrap()).find(util).unwrap()
}

/// As a reader writes it.
pub(crate) fn escrever(dia: Dia) -> String {
    let (ano, mes, dia) = FOLHINHA[usize::try_from(dia).unwrap()].0;
    format!("{ano}-{mes:02}-{dia:02}")
}

fn dias_do_mes(ano: i64, mes: i64) -> i64 {
    match mes {
        2 if ano % 4 == 0 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn feriado((ano, mes, dia): Data) -> bool {
    FIXOS.contains(&(mes, dia)) || MOVEIS.contains(&(ano, mes, dia))
}
