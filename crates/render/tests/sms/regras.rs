//! Rules r11, m09 and m10, by example.

use chrono::NaiveDate;
use domain::coringas::{Coringa, Texto};
use domain::dinheiro::Centavos;
use render::sms::{Alfabeto, Opcoes, SmsPronto, render};
use render::{Linha, RenderError, Valores};

const UM: Opcoes = Opcoes { max_segmentos: 1, transliterar: false };

fn linha(numero: &str, centavos: i64) -> Linha {
    let vencimento = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    Linha { numero: numero.to_owned(), vencimento, valor: Centavos::new(centavos) }
}

/// Maria, with this many títulos of R$ 1.234,56.
fn maria(titulos: usize) -> Valores {
    let lista: Vec<_> = (1..=titulos).map(|n| linha(&format!("NF{n}"), 123_456)).collect();
    Valores::new().com(Coringa::Nome, "Maria").com(Coringa::ListaTitulos, lista)
}

fn try_render(corpo: &str, valores: &Valores, opcoes: Opcoes) -> Result<SmsPronto, RenderError> {
    render(&Texto::parse(corpo).unwrap(), valores, opcoes)
}

fn text(corpo: &str, valores: &Valores, opcoes: Opcoes) -> String {
    try_render(corpo, valores, opcoes).unwrap().texto
}

#[test]
fn m09_the_list_is_compact_lines_with_the_total() {
    let esperado =
        "#1 Maria:\nNF1 02/03/2026 R$ 1.234,56\nNF2 02/03/2026 R$ 1.234,56\nTotal R$ 2.469,12\nPague ja.";
    let pronto = try_render("#1 #NOME#:\r\n\n #LISTA_TITULOS# Pague ja.\n", &maria(2), UM).unwrap();
    assert_eq!((pronto.texto.as_str(), pronto.cortados), (esperado, 0));
    assert_eq!((pronto.tamanho.alfabeto, pronto.tamanho.segmentos), (Alfabeto::Gsm7, 1));
}

#[test]
fn m10_the_list_is_cut_to_the_limit_and_its_total_is_of_all() {
    let valores = maria(7);
    let esperado = "Maria:\nNF1 02/03/2026 R$ 1.234,56\nNF2 02/03/2026 R$ 1.234,56\n\
                    NF3 02/03/2026 R$ 1.234,56\nNF4 02/03/2026 R$ 1.234,56\ne mais 3\nTotal R$ 8.641,92";
    let pronto = try_render("#NOME#:\n#LISTA_TITULOS#", &valores, UM).unwrap();
    assert_eq!((pronto.texto.as_str(), pronto.cortados), (esperado, 3));
    // One letter that GSM-7 lacks leaves room for 70 characters.
    let pronto = try_render("Olá #NOME#:\n#LISTA_TITULOS#", &valores, UM).unwrap();
    let esperado = "Olá Maria:\nNF1 02/03/2026 R$ 1.234,56\ne mais 6\nTotal R$ 8.641,92";
    assert_eq!((pronto.texto.as_str(), pronto.cortados), (esperado, 6));
    assert_eq!((pronto.tamanho.alfabeto, pronto.tamanho.segmentos), (Alfabeto::Ucs2, 1));
    let dois = Opcoes { max_segmentos: 2, ..UM };
    assert_eq!(try_render("Olá #NOME#:\n#LISTA_TITULOS#", &valores, dois).unwrap().cortados, 4);
}

#[test]
fn m10_without_room_for_a_line_it_says_how_many_they_are() {
    let valores = maria(3).com(Coringa::Nome, "á".repeat(40));
    let esperado = format!("{}\n3 em aberto\nTotal R$ 3.703,68", "á".repeat(40));
    assert_eq!(text("#NOME#\n#LISTA_TITULOS#", &valores, UM), esperado);
}

#[test]
fn m10_a_text_that_does_not_fit_without_a_line_never_leaves() {
    for (corpo, opcoes) in [
        ("a".repeat(161), UM),
        ("ã".repeat(71), UM),
        (format!("{}#LISTA_TITULOS#", "a".repeat(160)), UM),
        ("a".repeat(307), Opcoes { max_segmentos: 2, ..UM }),
        ("a".to_owned(), Opcoes { max_segmentos: 0, ..UM }),
    ] {
        let erro = try_render(&corpo, &maria(3), opcoes).unwrap_err();
        assert!(matches!(erro, RenderError::NaoCabe), "{erro}");
    }
    assert_eq!(text(&"a".repeat(160), &maria(3), UM).len(), 160);
}

#[test]
fn m10_letters_change_only_when_asked_and_only_those_that_gsm_lacks() {
    let corpo = "Olá, José Conceição: é “já” – nº 1ª… ÃÉÇ €5";
    assert_eq!(text(corpo, &maria(1), UM), corpo);
    let transliterado = try_render(corpo, &maria(1), Opcoes { transliterar: true, ..UM }).unwrap();
    assert_eq!(transliterado.texto, "Ola, José Conceicao: é \"ja\" - no 1a... AÉÇ €5");
    assert_eq!(transliterado.tamanho.alfabeto, Alfabeto::Gsm7);
    let sem_par = try_render("não 😀", &maria(1), Opcoes { transliterar: true, ..UM }).unwrap();
    assert_eq!((sem_par.texto.as_str(), sem_par.tamanho.alfabeto), ("nao 😀", Alfabeto::Ucs2));
}

#[test]
fn m10_transliteration_makes_room_for_more_of_the_list() {
    let corpo = "Olá #NOME#:\n#LISTA_TITULOS#";
    let com = try_render(corpo, &maria(7), Opcoes { transliterar: true, ..UM }).unwrap();
    assert_eq!((com.cortados, try_render(corpo, &maria(7), UM).unwrap().cortados), (3, 6));
}

#[test]
fn r11_a_value_is_one_line_is_never_scanned_again_and_has_to_be_there() {
    let valores = maria(1).com(Coringa::Nome, "#TOTAL#\r\n<b>&amp;\u{0}");
    assert_eq!(text("Oi #NOME#!", &valores, UM), "Oi #TOTAL# <b>&amp;!");
    for (corpo, valores) in
        [("#CREDOR#", maria(1)), ("#LISTA_TITULOS#", maria(0)), ("#NOME#", Valores::new())]
    {
        let erro = try_render(corpo, &valores, UM).unwrap_err();
        assert!(matches!(erro, RenderError::SemValor(_)), "{erro}");
    }
}

#[test]
fn a_body_that_multiplies_the_list_has_an_end() {
    let longo = Opcoes { max_segmentos: u8::MAX, transliterar: false };
    let erro = try_render(&"#LISTA_TITULOS#\n".repeat(20_000), &maria(2_000), longo).unwrap_err();
    assert!(matches!(erro, RenderError::NaoCabe), "{erro}");
    let pronto = try_render("#LISTA_TITULOS#", &maria(5_000), longo).unwrap();
    assert_eq!((pronto.tamanho.segmentos, pronto.cortados > 3_000), (255, true));
}

#[test]
fn debug_shows_no_word_of_the_message() {
    let pronto = try_render("#NOME#", &maria(1), UM).unwrap();
    assert!(!format!("{pronto:?}").contains("Maria"));
}
