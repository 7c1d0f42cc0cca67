//! What the clocks show where a debtor is (rule j06).

use chrono_tz::America::{
    Araguaina, Bahia, Belem, Boa_Vista, Campo_Grande, Cuiaba, Eirunepe, Fortaleza, Maceio, Manaus, Noronha,
    Porto_Velho, Recife, Rio_Branco, Sao_Paulo,
};
use chrono_tz::Tz;

use crate::codigo::codigos;
use crate::endereco::{Cep, Uf};
use crate::telefone::Telefone;

codigos! {
    /// Rule j06: in whose local time a company's sending windows are read.
    pub enum FusoDosEnvios("fuso_dos_envios") {
        /// The company's own.
        Empresa = "empresa",
        /// That of where each debtor is.
        Devedor = "devedor",
    }
}

/// The CEPs of Fernando de Noronha, by their first five digits: an hour ahead of the rest of its state.
const CEP_DE_NORONHA: u32 = 53_990;

/// The only area code of Amazonas in which all clocks show the same.
const DDD_DE_MANAUS: &str = "92";

/// The zone of most of the country, and the first of its mainland in which a day begins.
pub const DE_BRASILIA: Tz = Sao_Paulo;

/// The zones in which somebody may be who lives at this address, or has this number where no address is known; none when
/// neither is. There are several where nobody can tell (the west of Amazonas is an hour behind the rest of it): the clocks
/// of all of them are to be heeded.
#[must_use]
pub fn do_devedor(endereco: Option<(Uf, Option<Cep>)>, telefone: Option<&Telefone>) -> &'static [Tz] {
    let do_numero = telefone.map_or(&[][..], |telefone| do_ddd(telefone.ddd()));
    let Some((uf, cep)) = endereco else { return do_numero };
    if cep.is_some_and(|cep| cep.prefixo() == CEP_DE_NORONHA) {
        return &[Noronha];
    }
    let da_uf = da_uf(uf);
    // Of several zones of a state, those of the number, if it is one of that state.
    let do_mesmo_lugar = !do_numero.is_empty() && do_numero.iter().all(|fuso| da_uf.contains(fuso));
    if do_mesmo_lugar { do_numero } else { da_uf }
}

/// The zones of a state.
#[must_use]
pub const fn da_uf(uf: Uf) -> &'static [Tz] {
    match uf {
        Uf::Ac => &[Rio_Branco],
        Uf::Am => &[Manaus, Eirunepe],
        Uf::Mt => &[Cuiaba],
        Uf::Ms => &[Campo_Grande],
        Uf::Ro => &[Porto_Velho],
        Uf::Rr => &[Boa_Vista],
        Uf::Pa | Uf::Ap => &[Belem],
        Uf::To => &[Araguaina],
        Uf::Ma | Uf::Pi | Uf::Ce | Uf::Rn | Uf::Pb => &[Fortaleza],
        Uf::Pe => &[Recife],
        Uf::Al | Uf::Se => &[Maceio],
        Uf::Ba => &[Bahia],
        Uf::Df | Uf::Es | Uf::Go | Uf::Mg | Uf::Pr | Uf::Rj | Uf::Rs | Uf::Sc | Uf::Sp => &[Sao_Paulo],
    }
}

/// The zones in which numbers of an area code are; none when there is no such code.
#[must_use]
pub fn do_ddd(ddd: &str) -> &'static [Tz] {
    match uf_do_ddd(ddd) {
        Some(_) if ddd == DDD_DE_MANAUS => &[Manaus],
        Some(uf) => da_uf(uf),
        None => &[],
    }
}

/// The state of an area code; that of most of its numbers (61 is also of the towns of Goiás around Brasília).
#[must_use]
pub fn uf_do_ddd(ddd: &str) -> Option<Uf> {
    Some(match ddd {
        "11" | "12" | "13" | "14" | "15" | "16" | "17" | "18" | "19" => Uf::Sp,
        "21" | "22" | "24" => Uf::Rj,
        "27" | "28" => Uf::Es,
        "31" | "32" | "33" | "34" | "35" | "37" | "38" => Uf::Mg,
        "41" | "42" | "43" | "44" | "45" | "46" => Uf::Pr,
        "47" | "48" | "49" => Uf::Sc,
        "51" | "53" | "54" | "55" => Uf::Rs,
        "61" => Uf::Df,
        "62" | "64" => Uf::Go,
        "63" => Uf::To,
        "65" | "66" => Uf::Mt,
        "67" => Uf::Ms,
        "68" => Uf::Ac,
        "69" => Uf::Ro,
        "71" | "73" | "74" | "75" | "77" => Uf::Ba,
        "79" => Uf::Se,
        "81" | "87" => Uf::Pe,
        "82" => Uf::Al,
        "83" => Uf::Pb,
        "84" => Uf::Rn,
        "85" | "88" => Uf::Ce,
        "86" | "89" => Uf::Pi,
        "91" | "93" | "94" => Uf::Pa,
        "92" | "97" => Uf::Am,
        "95" => Uf::Rr,
        "96" => Uf::Ap,
        "98" | "99" => Uf::Ma,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Offset as _, TimeZone as _, Utc};

    /// Saturday, 2026-11-21, 11:30 of Greenwich.
    fn agora() -> DateTime<Utc> {
        "2026-11-21T11:30:00Z".parse().unwrap()
    }

    /// Hours behind Greenwich.
    fn atraso(fusos: &[Tz]) -> Vec<i32> {
        let horas =
            |fuso: &Tz| -fuso.offset_from_utc_datetime(&agora().naive_utc()).fix().local_minus_utc() / 3_600;
        fusos.iter().map(horas).collect()
    }

    fn numero(ddd: &str) -> Telefone {
        Telefone::parse(&format!("{ddd}987654321")).unwrap()
    }

    #[test]
    fn j06_every_state_has_its_clocks() {
        for uf in Uf::TODOS {
            let esperado: &[i32] = if *uf == Uf::Ac {
                &[5]
            } else if *uf == Uf::Am {
                &[4, 5]
            } else if [Uf::Mt, Uf::Ms, Uf::Ro, Uf::Rr].contains(uf) {
                &[4]
            } else {
                &[3]
            };
            assert_eq!(atraso(da_uf(*uf)), esperado, "{uf}");
            assert_eq!(do_devedor(Some((*uf, None)), None), da_uf(*uf), "{uf}");
        }
        assert_eq!(Uf::TODOS.len(), 27);
    }

    #[test]
    fn j06_every_area_code_has_its_state_and_every_state_its_area_codes() {
        let ddds = || (10..100).map(|ddd: u8| ddd.to_string());
        let mut de_cada = vec![0; Uf::TODOS.len()];
        for ddd in ddds() {
            let existe = Telefone::parse(&format!("{ddd}987654321")).is_ok();
            assert_eq!(uf_do_ddd(&ddd).is_some(), existe, "{ddd}");
            let esperado: &[i32] = match ddd.as_str() {
                _ if !existe => &[],
                "68" => &[5],
                "97" => &[4, 5],
                "65" | "66" | "67" | "69" | "92" | "95" => &[4],
                _ => &[3],
            };
            assert_eq!(atraso(do_ddd(&ddd)), esperado, "{ddd}");
            if let Some(uf) = uf_do_ddd(&ddd) {
                de_cada[Uf::TODOS.iter().position(|outra| *outra == uf).unwrap()] += 1;
            }
        }
        assert_eq!(de_cada.iter().sum::<i32>(), 67);
        assert!(de_cada.iter().all(|quantos| *quantos > 0), "{de_cada:?}");
        assert_eq!(ddds().filter(|ddd| uf_do_ddd(ddd) == Some(Uf::Sp)).count(), 9);
    }

    #[test]
    fn j06_the_address_says_where_somebody_is_and_the_number_only_without_one() {
        let (sp, ac) = (numero("11"), numero("68"));
        assert_eq!(do_devedor(Some((Uf::Ac, None)), Some(&sp)), [Rio_Branco]);
        assert_eq!(do_devedor(Some((Uf::Sp, None)), Some(&ac)), [Sao_Paulo]);
        assert_eq!(do_devedor(None, Some(&ac)), [Rio_Branco]);
        assert_eq!(do_devedor(None, None), [Tz::UTC; 0]);
    }

    #[test]
    fn j06_where_a_state_has_several_clocks_the_number_may_tell_and_the_cep_of_an_island_does() {
        let am = Some((Uf::Am, None));
        assert_eq!(do_devedor(am, Some(&numero("92"))), [Manaus]);
        assert_eq!(do_devedor(am, Some(&numero("97"))), [Manaus, Eirunepe]);
        assert_eq!(do_devedor(am, Some(&numero("11"))), [Manaus, Eirunepe], "he took it along when he moved");
        let pe = |cep: &str| do_devedor(Some((Uf::Pe, Cep::parse(cep).ok())), Some(&numero("81")));
        assert_eq!((pe("53990000"), pe("50010000")), (&[Noronha][..], &[Recife][..]));
        assert_eq!(atraso(pe("53990000")), [2]);
    }

    #[test]
    fn j06_half_past_eight_in_sao_paulo_is_half_past_six_in_acre() {
        let hora = |fusos: &[Tz]| agora().with_timezone(&fusos[0]).format("%H:%M").to_string();
        assert_eq!((hora(da_uf(Uf::Sp)), hora(da_uf(Uf::Ac))), ("08:30".to_owned(), "06:30".to_owned()));
    }
}
