//! Rules r11, m09 and m10, by example.

use chrono::NaiveDate;
use domain::coringas::{Coringa, Texto};
use domain::dinheiro::Centavos;
use domain::sms::Perfil;
use render::sms::{Alfabeto, Opcoes, SmsPronto, render};
use render::{Linha, RenderError, Valores};

const UM: Opcoes = segments(1);

const fn segments(max_segmentos: u8) -> Opcoes {
    Opcoes { perfil: Perfil { max_segmentos, ..Perfil::REDE }, transliterar: false }
}

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
    let dois = segments(2);
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
        ("a".repeat(307), segments(2)),
        ("a".to_owned(), segments(0)),
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
    let longo = segments(u8::MAX);
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

#[test]
fn m10_a_text_is_cut_as_its_provider_cuts() {
    let guloso = Perfil { gsm7: (152, 144), ucs2: (66, 60), max_segmentos: 1 };
    let opcoes = Opcoes { perfil: guloso, transliterar: false };
    for (corpo, cabe) in
        [("a".repeat(152), true), ("a".repeat(153), false), ("ã".repeat(66), true), ("ã".repeat(67), false)]
    {
        assert_eq!(try_render(&corpo, &maria(1), opcoes).is_ok(), cabe, "{corpo}");
        assert!(try_render(&corpo, &maria(1), UM).is_ok());
    }
    let dois = Opcoes { perfil: Perfil { max_segmentos: 2, ..guloso }, ..opcoes };
    assert_eq!(try_render(&"a".repeat(288), &maria(1), dois).unwrap().tamanho.segmentos, 2);
    assert!(try_render(&"a".repeat(289), &maria(1), dois).is_err());
}

#[test]
fn m10_a_list_is_no_longer_than_the_text_says_even_where_there_is_room() {
    let corpo = "#LISTA_TITULOS|max=2#";
    let pronto = try_render(corpo, &maria(5), segments(4)).unwrap();
    let esperado = "NF1 02/03/2026 R$ 1.234,56\nNF2 02/03/2026 R$ 1.234,56\ne mais 3\nTotal R$ 6.172,80";
    assert_eq!((pronto.texto.as_str(), pronto.cortados), (esperado, 3));
    assert_eq!(try_render(corpo, &maria(2), segments(4)).unwrap().cortados, 0);
    // The limit of segments still cuts.
    let longo = format!("{}\n{corpo}", "a".repeat(95));
    assert_eq!(try_render(&longo, &maria(5), UM).unwrap().cortados, 4);
}

#[test]
fn m10_each_list_of_a_text_is_as_long_as_it_says() {
    let pronto = try_render("#LISTA_TITULOS|max=1#\n#LISTA_TITULOS|max=2#", &maria(3), segments(4)).unwrap();
    let linhas: Vec<_> = pronto.texto.lines().map(|linha| linha.split(' ').next().unwrap()).collect();
    assert_eq!(linhas, ["NF1", "e", "Total", "NF1", "NF2", "e", "Total"]);
    assert!(pronto.texto.contains("e mais 2\n") && pronto.texto.contains("e mais 1\n"), "{}", pronto.texto);
    assert_eq!(pronto.cortados, 1, "the longest of them lacks one");
}
