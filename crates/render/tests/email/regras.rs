//! Rules r11 and m09, by example.

use domain::coringas::{Coringa, MAX_TEXTO};
use render::email::{MAX_ASSUNTO, MAX_LINHAS};
use render::{RenderError, Valores};

use crate::apoio::{linha, maria, tags, try_render, words};

#[test]
fn r11_coringas_of_subject_and_body_become_the_debtors_values() {
    let corpo = "Olá, #NOME#!\n\nO título #TITULO# venceu em #DATA_VENCIMENTO#.\nTotal: #TOTAL#.\n";
    let pronto = try_render("#NOME#: #TITULO# em aberto", corpo, &maria()).unwrap();
    assert_eq!(pronto.assunto, "Maria da Silva: NF-1 em aberto");
    let esperado = "Olá, Maria da Silva!\n\nO título NF-1 venceu em 02/03/2026.\nTotal: R$ 1.234,56.\n";
    assert_eq!(pronto.texto, esperado);
    let esperado = [
        "Maria da Silva: NF-1 em aberto",
        "Olá, Maria da Silva!",
        "O título NF-1 venceu em 02/03/2026.",
        "Total: R$ 1.234,56.",
    ];
    assert_eq!(words(&pronto.html), esperado);
}

#[test]
fn r11_paragraphs_come_from_blank_lines_and_breaks_from_line_ends() {
    let pronto = try_render("a", "um\r\ndois\r\n \r\n\r\n\ntrês", &maria()).unwrap();
    assert_eq!(pronto.texto, "um\ndois\n\ntrês\n");
    let corpo = pronto.html.split("<div").nth(1).unwrap();
    assert!(corpo.contains(">um<br>dois</p>") && corpo.contains(">três</p>"), "{corpo}");
    assert_eq!(corpo.matches("<p ").count(), 2, "{corpo}");
}

#[test]
fn r11_control_characters_of_a_text_do_not_reach_the_message() {
    let pronto = try_render("a\u{0}b", "a\u{0}b\rc\td\u{1b}[0m", &maria()).unwrap();
    assert_eq!((pronto.assunto.as_str(), pronto.texto.as_str()), ("a b", "abc d[0m\n"));
    assert_eq!(words(&pronto.html).last().map(String::as_str), Some("abc d[0m"));
}

#[test]
fn r11_a_coringa_without_value_never_leaves() {
    let sem = |valores: &Valores, texto: &str| match try_render("a", texto, valores).unwrap_err() {
        RenderError::SemValor(coringa) => coringa,
        outro @ (RenderError::ListaNoAssunto
        | RenderError::Grande
        | RenderError::NaoCabe
        | RenderError::Layout(_)) => {
            panic!("{outro}")
        }
    };
    assert_eq!(sem(&Valores::new(), "a #CREDOR# b"), Coringa::Credor);
    assert_eq!(sem(&maria().com(Coringa::Credor, ""), "#CREDOR#"), Coringa::Credor);
    assert_eq!(sem(&maria().com(Coringa::Credor, " \r\n\t\u{0}"), "#CREDOR#"), Coringa::Credor);
    assert_eq!(sem(&maria().com(Coringa::ListaTitulos, vec![]), "#LISTA_TITULOS#"), Coringa::ListaTitulos);
    let erro = try_render("#CREDOR#", "corpo", &maria()).unwrap_err();
    assert!(matches!(erro, RenderError::SemValor(Coringa::Credor)));
    assert_eq!(erro.to_string(), "coringa sem valor: #CREDOR#");
}

#[test]
fn r11_every_coringa_of_the_catalogue_has_a_place_in_a_body() {
    for coringa in Coringa::TODOS {
        let texto = format!("antes #{}# depois", coringa.nome());
        let valores = if coringa.lista() { maria() } else { Valores::new().com(*coringa, coringa.exemplo()) };
        let pronto = try_render("a", &texto, &valores).unwrap();
        let linha = if coringa.lista() { "NF-22" } else { coringa.exemplo() };
        assert!(pronto.texto.contains(linha), "{}", pronto.texto);
        assert!(words(&pronto.html).iter().any(|palavra| palavra.contains(linha)), "{}", pronto.html);
    }
}

#[test]
fn r11_a_value_is_never_scanned_again() {
    for valor in
        ["#LINK#", "#TOTAL#", "{{x}}", "{{{assunto}}}", "{{#each blocos}}{{/each}}", "\\{{x}}", "&lt;b&gt;"]
    {
        let pronto = try_render("#NOME#", "#NOME#", &maria().com(Coringa::Nome, valor)).unwrap();
        assert_eq!((pronto.assunto.as_str(), pronto.texto.trim_end()), (valor, valor));
        assert_eq!(words(&pronto.html), [valor, valor]);
    }
}

#[test]
fn r11_the_tenants_text_is_data_and_not_a_template() {
    // The first of these, handed to the engine as source, overflows its stack and aborts the process.
    for hostil in [
        r#"{{#*inline "a"}}{{> a}}{{/inline}}{{> a}}"#,
        "{{#each blocos}}{{#each @root.blocos}}x{{/each}}{{/each}}",
        "{{{assunto}}} {{&assunto}} {{nome}}",
        "<script>alert(1)</script><p onclick=x>",
        "{{#if x}}",
    ] {
        let pronto = try_render(hostil, hostil, &maria()).unwrap();
        assert_eq!((pronto.assunto.as_str(), pronto.texto.trim_end()), (hostil, hostil));
        assert_eq!(words(&pronto.html), [hostil, hostil]);
        assert_eq!(tags(&pronto.html), tags(&try_render("a", "a", &maria()).unwrap().html));
    }
}

#[test]
fn r11_a_subject_is_one_line_of_limited_length() {
    let nome = "Maria\r\nBcc: x@y.com\u{0}\u{2028}fim";
    let pronto = try_render(" a\n#NOME# ", "b", &maria().com(Coringa::Nome, nome)).unwrap();
    assert_eq!(pronto.assunto, "a Maria Bcc: x@y.com fim");
    let pronto = try_render("#NOME#", "b", &maria().com(Coringa::Nome, "é".repeat(5_000))).unwrap();
    assert_eq!(pronto.assunto.chars().count(), MAX_ASSUNTO);
    assert!(pronto.assunto.ends_with('…'));
}

#[test]
fn m09_the_list_is_a_table_in_html_and_aligned_lines_in_text() {
    let pronto = try_render("a", "Em aberto:\n#LISTA_TITULOS#\nObrigado.", &maria()).unwrap();
    let esperado = "\
Em aberto:

Número  Vencimento        Valor
NF-1    02/03/2026  R$ 1.234,56
NF-22   10/03/2026      R$ 0,50
Total               R$ 1.235,06

Obrigado.
";
    assert_eq!(pronto.texto, esperado);
    let esperado = [
        "a",
        "Em aberto:",
        "Número",
        "Vencimento",
        "Valor",
        "NF-1",
        "02/03/2026",
        "R$ 1.234,56",
        "NF-22",
        "10/03/2026",
        "R$ 0,50",
        "Total",
        "R$ 1.235,06",
        "Obrigado.",
    ];
    assert_eq!(words(&pronto.html), esperado);
    assert_eq!(pronto.html.matches("<table").count(), 1);
    assert_eq!(pronto.html.matches("<tr").count(), 4);
}

#[test]
fn m09_a_list_within_a_line_stands_by_itself() {
    let pronto = try_render("a", "antes #LISTA_TITULOS# depois", &maria()).unwrap();
    assert!(pronto.texto.starts_with("antes\n\nNúmero"), "{}", pronto.texto);
    assert!(pronto.texto.ends_with("\n\ndepois\n"), "{}", pronto.texto);
    assert!(!pronto.html.contains("<p style=\"margin:0 0 16px\"><table"), "{}", pronto.html);
}

#[test]
fn m09_a_long_list_is_cut_and_its_total_is_of_all() {
    for (quantos, resto) in
        [(MAX_LINHAS, None), (MAX_LINHAS + 1, Some("e mais 1")), (1_200, Some("e mais 700"))]
    {
        let titulos: Vec<_> = (0..quantos).map(|n| linha(&format!("T{n}"), 2, 100)).collect();
        let pronto =
            try_render("a", "#LISTA_TITULOS#", &maria().com(Coringa::ListaTitulos, titulos)).unwrap();
        let total =
            format!("R$ {},00", if quantos < 1_000 { quantos.to_string() } else { "1.200".to_owned() });
        for parte in [&pronto.texto, &words(&pronto.html).join("\n")] {
            assert_eq!(parte.matches("02/03/2026").count(), MAX_LINHAS);
            assert!(parte.contains(&total), "{total}");
            assert_eq!(parte.lines().find(|linha| linha.starts_with("e mais")), resto);
        }
    }
}

#[test]
fn m09_one_very_long_number_does_not_widen_the_others() {
    let mut titulos: Vec<_> = (0..MAX_LINHAS).map(|n| linha(&format!("T{n}"), 2, 100)).collect();
    titulos[0].numero = "9".repeat(3_000);
    let pronto = try_render("a", "#LISTA_TITULOS#", &maria().com(Coringa::ListaTitulos, titulos)).unwrap();
    let larga = pronto.texto.lines().filter(|linha| linha.chars().count() > 100).count();
    assert_eq!(larga, 1);
}

#[test]
fn m09_the_list_does_not_fit_in_a_subject() {
    let erro = try_render("#LISTA_TITULOS#", "a", &maria()).unwrap_err();
    assert!(matches!(erro, RenderError::ListaNoAssunto));
}

#[test]
fn a_body_that_multiplies_the_list_has_an_end() {
    let titulos: Vec<_> = (0..MAX_LINHAS).map(|n| linha(&format!("T{n}"), 2, 100)).collect();
    let valores = maria().com(Coringa::ListaTitulos, titulos);
    assert!(try_render("a", "#LISTA_TITULOS#", &valores).is_ok());
    for vezes in [10, 5_000] {
        let erro = try_render("a", &"#LISTA_TITULOS#\n".repeat(vezes), &valores).unwrap_err();
        assert!(matches!(erro, RenderError::Grande), "{erro}");
    }
    let erro = try_render("a", &"<".repeat(MAX_TEXTO), &valores).unwrap_err();
    assert!(matches!(erro, RenderError::Grande), "only the escaped part is too large: {erro}");
}

#[test]
fn debug_shows_no_word_of_the_message() {
    let pronto = try_render("#NOME#", "#NOME#", &maria()).unwrap();
    assert!(!format!("{pronto:?}").contains("Maria"));
}
