//! Rule r11: coringas with modifiers, as they are read.

use domain::coringas::Coringa;
use domain::dinheiro::Centavos;
use render::{MAX_PARTE, RenderError, Valores};

use crate::apoio::{linha, maria, tags, try_render, words};

fn text(corpo: &str, valores: &Valores) -> String {
    try_render("a", corpo, valores).unwrap().texto.trim_end().to_owned()
}

#[test]
fn r11_modifiers_change_the_value_from_left_to_right() {
    let valores = maria().com(Coringa::QtdTitulos, 2_u64);
    for (escrito, lido) in [
        ("#NOME|maiusculo#", "MARIA DA SILVA"),
        ("#NOME|minusculo#", "maria da silva"),
        ("#NOME|minusculo|capitalizado#", "Maria da Silva"),
        ("#NOME|max=5#", "Maria"),
        ("#NOME|max=6#", "Maria"),
        ("#NOME|max=6|maiusculo#", "MARIA"),
        ("#NOME|max=500#", "Maria da Silva"),
        ("#QTD_TITULOS|extenso#", "dois"),
        ("#TOTAL|extenso|capitalizado#", "Mil Duzentos e Trinta e Quatro Reais e Cinquenta e Seis Centavos"),
        ("#DATA_VENCIMENTO|extenso#", "2 de março de 2026"),
    ] {
        assert_eq!(text(escrito, &valores), lido, "{escrito}");
        assert_eq!(try_render(escrito, "a", &valores).unwrap().assunto, lido, "{escrito}");
    }
}

#[test]
fn r11_a_default_stands_where_there_is_no_value_and_nowhere_else() {
    for (escrito, lido) in [
        ("#NOME|padrao=cliente#", "Maria da Silva"),
        ("#CREDOR|padrao=o credor#!", "o credor!"),
        ("[#CREDOR|padrao=#]", "[]"),
        ("#CREDOR|padrao=o credor|maiusculo#", "O CREDOR"),
        ("#CREDOR|maiusculo|padrao=o credor#", "o credor"),
        ("#VALOR_ORIGINAL|extenso|padrao=o valor combinado#", "o valor combinado"),
        ("#TOTAL|extenso|padrao=nada|max=3#", "mil"),
        // Only a default of the same coringa helps, and a value of nothing but blanks is none.
        ("#EMPRESA|padrao=a empresa#", "a empresa"),
    ] {
        assert_eq!(text(escrito, &maria().com(Coringa::Empresa, " \r\n")), lido, "{escrito}");
    }
    let erro = try_render("a", "#CREDOR|maiusculo#", &maria()).unwrap_err();
    assert!(matches!(erro, RenderError::SemValor(Coringa::Credor)), "{erro}");
}

#[test]
fn r11_a_default_is_text_and_neither_markup_nor_a_template() {
    let hostil = "<b>{{assunto}}</b>&amp;";
    let corpo = format!("#CREDOR|padrao={hostil}#");
    let pronto = try_render(&corpo, &corpo, &maria()).unwrap();
    assert_eq!((pronto.assunto.as_str(), pronto.texto.trim_end()), (hostil, hostil));
    assert_eq!(words(&pronto.html), [hostil, hostil]);
    assert_eq!(tags(&pronto.html), tags(&try_render("a", "a", &maria()).unwrap().html));
}

#[test]
fn r11_what_a_modifier_makes_is_escaped_and_never_scanned_again() {
    let valores = maria().com(Coringa::Nome, "#total# <b>");
    let pronto = try_render("#NOME|maiusculo#", "#NOME|maiusculo#", &valores).unwrap();
    assert_eq!((pronto.assunto.as_str(), pronto.texto.trim_end()), ("#TOTAL# <B>", "#TOTAL# <B>"));
    assert!(pronto.html.contains("#TOTAL# &lt;B&gt;"), "{}", pronto.html);
}

#[test]
fn m09_a_list_is_as_long_as_the_text_says_and_its_total_is_of_all() {
    let titulos: Vec<_> = (1..=4).map(|n| linha(&format!("T{n}"), 2, 100)).collect();
    let valores = maria().com(Coringa::ListaTitulos, titulos);
    let pronto = try_render("a", "#LISTA_TITULOS|max=1#\n\n#LISTA_TITULOS#", &valores).unwrap();
    for parte in [&pronto.texto, &words(&pronto.html).join("\n")] {
        assert_eq!(parte.matches("02/03/2026").count(), 1 + 4, "{parte}");
        assert_eq!((parte.matches("e mais 3").count(), parte.matches("R$ 4,00").count()), (1, 2), "{parte}");
    }
    assert_eq!(pronto.html.matches("<table").count(), 2);
    let curta = try_render("a", "#LISTA_TITULOS|max=9#", &valores).unwrap().texto;
    assert!(!curta.contains("e mais"), "{curta}");
}

#[test]
fn a_body_of_lists_of_every_length_has_an_end() {
    let titulos: Vec<_> = (0..500).map(|n| linha(&format!("T{n}"), 2, 100)).collect();
    let valores = maria().com(Coringa::ListaTitulos, titulos);
    let corpo = (1..=500).map(|n| format!("#LISTA_TITULOS|max={n}#")).collect::<Vec<_>>().join("\n");
    let erro = try_render("a", &corpo, &valores).unwrap_err();
    assert!(matches!(erro, RenderError::Grande), "{erro}");
}

#[test]
fn a_value_that_a_text_repeats_thousands_of_times_has_an_end() {
    let valores = maria().com(Coringa::Nome, "x".repeat(5_000));
    let erro = try_render("a", &"#NOME#".repeat(MAX_PARTE / 5_000 + 1), &valores).unwrap_err();
    assert!(matches!(erro, RenderError::Grande), "{erro}");
    assert_eq!(text("#TOTAL|extenso#", &maria().com(Coringa::Total, Centavos::new(100))), "um real");
}
