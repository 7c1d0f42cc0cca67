//! How many segments a text takes: the vectors of the standard, and laws for any text.

use domain::sms::Perfil;
use proptest::prelude::*;
use render::sms::{Alfabeto, Tamanho};

fn measure(texto: &str) -> Tamanho {
    render::sms::measure(texto, &Perfil::REDE)
}

fn times(c: char, vezes: usize) -> String {
    c.to_string().repeat(vezes)
}

#[test]
fn m10_a_segment_has_160_septets_or_70_units_and_less_when_there_are_several() {
    use Alfabeto::{Gsm7, Ucs2};
    for (texto, alfabeto, unidades, segmentos) in [
        (String::new(), Gsm7, 0, 0),
        (times('a', 160), Gsm7, 160, 1),
        (times('a', 161), Gsm7, 161, 2),
        (times('a', 306), Gsm7, 306, 2),
        (times('a', 307), Gsm7, 307, 3),
        (times('a', 69) + "ç", Ucs2, 70, 1),
        (times('a', 70) + "ç", Ucs2, 71, 2),
        (times('ã', 134), Ucs2, 134, 2),
        (times('ã', 135), Ucs2, 135, 3),
        (times('a', 159) + "€", Gsm7, 161, 2),
        (times('€', 80), Gsm7, 160, 1),
        // An escape is not parted from its character: 76 of them in 153 septets, and one septet left empty.
        (times('€', 152), Gsm7, 304, 2),
        (times('€', 153), Gsm7, 306, 3),
        // Nor is a surrogate pair: 33 in 67 units.
        (times('😀', 35), Ucs2, 70, 1),
        (times('😀', 66), Ucs2, 132, 2),
        (times('😀', 67), Ucs2, 134, 3),
        ("COBRANÇA".to_owned(), Gsm7, 8, 1),
        ("cobrança".to_owned(), Ucs2, 8, 1),
    ] {
        let tamanho = measure(&texto);
        let medido = (tamanho.alfabeto, tamanho.unidades, tamanho.segmentos);
        assert_eq!(medido, (alfabeto, unidades, segmentos), "{texto}");
    }
}

#[test]
fn m10_gsm_has_exactly_137_characters() {
    let todos: Vec<char> = (0..=0xffff).filter_map(char::from_u32).collect();
    let gsm: Vec<_> = todos.iter().filter(|c| measure(&c.to_string()).alfabeto == Alfabeto::Gsm7).collect();
    let dois = gsm.iter().filter(|c| measure(&c.to_string()).unidades == 2).count();
    // The basic table has 128 places, one of which is the escape; the extension table has ten characters.
    assert_eq!((gsm.len() - dois, dois), (127, 10));
    for lacks in "çãõáíóúâêôÁÍÓÚÂÊÔÃÕºª`´".chars() {
        assert_eq!(measure(&lacks.to_string()).alfabeto, Alfabeto::Ucs2, "{lacks}");
    }
}

proptest! {
    /// The segments as a phone gets them: as many as were counted, none too long, and no two that fit in one.
    #[test]
    fn m10_a_text_is_cut_into_as_many_segments_as_were_counted(
        texto in prop_oneof!["[a-z€{^ \n]{1,700}", "[a-zç😀]{1,300}", "\\PC{1,200}"],
    ) {
        let tamanho = measure(&texto);
        let (simples, parte) = match tamanho.alfabeto {
            Alfabeto::Gsm7 => (160, 153),
            Alfabeto::Ucs2 => (70, 67),
        };
        // One more character, so that each is measured in the alphabet of the whole.
        let marca = if tamanho.alfabeto == Alfabeto::Ucs2 { "ç" } else { " " };
        let unidades = |texto: &str| measure(&format!("{texto}{marca}")).unidades - 1;
        prop_assert_eq!(unidades(&texto), tamanho.unidades);
        let mut segmentos = vec![String::new()];
        let limite = if tamanho.unidades <= simples { simples } else { parte };
        for c in texto.chars() {
            let atual = segmentos.last_mut().unwrap();
            if unidades(&format!("{atual}{c}")) > limite {
                segmentos.push(c.to_string());
            } else {
                atual.push(c);
            }
        }
        prop_assert_eq!(segmentos.len(), tamanho.segmentos);
        prop_assert!(tamanho.unidades <= limite * tamanho.segmentos);
    }

    #[test]
    fn m10_one_character_more_is_never_fewer_segments(texto in "\\PC{0,300}", c: char) {
        let mais = format!("{texto}{c}");
        prop_assert!(measure(&texto).segmentos <= measure(&mais).segmentos);
    }
}
