//! `CEPNet`: the bars by which the mail sorts. Nine digits, the ninth of which checks the others, each of five bars, two of them
//! tall; and a tall one at each end.

/// How many bars there are.
pub const BARRAS: usize = 47;

/// Which bars of a digit are tall.
const DIGITOS: [[bool; 5]; 10] = {
    const A: bool = true;
    const B: bool = false;
    [
        [A, A, B, B, B],
        [B, B, B, A, A],
        [B, B, A, B, A],
        [B, B, A, A, B],
        [B, A, B, B, A],
        [B, A, B, A, B],
        [B, A, A, B, B],
        [A, B, B, B, A],
        [A, B, B, A, B],
        [A, B, A, B, B],
    ]
};

/// The bars of a CEP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cepnet([u8; 8]);

impl Cepnet {
    /// Of eight digits; `None` for any other text.
    #[must_use]
    pub fn parse(cep: &str) -> Option<Self> {
        let digitos: Option<Vec<u8>> =
            cep.bytes().map(|byte| byte.is_ascii_digit().then(|| byte - b'0')).collect();
        digitos?.try_into().ok().map(Self)
    }

    /// The digit that checks the others: with it all of them come to a multiple of ten.
    #[must_use]
    pub fn validador(self) -> u8 {
        let soma: u8 = self.0.iter().sum(); // at most 72
        (10 - soma % 10) % 10
    }

    /// The bars from left to right; `true` is a tall one.
    #[must_use]
    pub fn barras(self) -> Vec<bool> {
        let digitos = self.0.into_iter().chain([self.validador()]);
        let deles = digitos.flat_map(|digito| DIGITOS.get(usize::from(digito)).copied().unwrap_or_default());
        [true].into_iter().chain(deles).chain([true]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As it is written by hand: `I` a tall bar, `.` a short one.
    fn written(cep: &str) -> String {
        Cepnet::parse(cep).unwrap().barras().into_iter().map(|alta| if alta { 'I' } else { '.' }).collect()
    }

    #[test]
    fn the_digit_that_checks_is_that_of_the_mails_own_examples() {
        for (cep, validador) in
            [("71010050", 6), ("12345678", 4), ("01311000", 4), ("00000000", 0), ("99999999", 8)]
        {
            assert_eq!(Cepnet::parse(cep).unwrap().validador(), validador, "{cep}");
        }
    }

    #[test]
    fn the_bars_are_a_frame_and_five_of_which_two_are_tall_for_each_digit() {
        assert_eq!(written("71010050"), "II...I...IIII......IIII...II....I.I.II....II..I");
        for n in 0..1_000_u32 {
            let cep = format!("{:08}", n * 99_991 % 100_000_000);
            let barras = Cepnet::parse(&cep).unwrap().barras();
            assert_eq!(barras.len(), BARRAS, "{cep}");
            assert!(barras[0] && barras[46], "{cep}");
            for digito in barras[1..46].chunks(5) {
                assert_eq!(digito.iter().filter(|alta| **alta).count(), 2, "{cep}");
            }
        }
    }

    #[test]
    fn one_wrong_bar_of_a_digit_is_no_digit_and_one_wrong_digit_is_seen() {
        for (um, barras) in DIGITOS.iter().enumerate() {
            for outro in DIGITOS.iter().skip(um + 1) {
                assert_ne!(barras, outro);
            }
        }
        let cep = [0, 1, 3, 1, 1, 0, 0, 0];
        let certo = Cepnet(cep).validador();
        for onde in 0..8 {
            for digito in (0..10).filter(|digito| *digito != cep[onde]) {
                let mut errado = cep;
                errado[onde] = digito;
                assert_ne!(Cepnet(errado).validador(), certo);
            }
        }
    }

    #[test]
    fn only_eight_digits_are_a_cep() {
        for texto in ["", "0131100", "013110000", "01311-00", "0131100O", "０１３１１０００"] {
            assert_eq!(Cepnet::parse(texto), None, "{texto}");
        }
    }
}
