//! Laws that hold for any value of any debtor.

use domain::coringas::Coringa;
use proptest::prelude::*;
use render::Valores;

use crate::apoio::{linha, maria, tags, try_render, words};

const CORPO: &str = "Olá #NOME#,\n#CREDOR#\n\n#LISTA_TITULOS#\n\nlinha com #NOME# e #TITULO#";

/// Names as they come, with everything that means something to HTML, to a template, to a header or to us.
fn value() -> impl Strategy<Value = String> {
    let pedaco = prop_oneof![
        prop::sample::select(vec![
            "<",
            ">",
            "\"",
            "'",
            "&",
            "=",
            "`",
            "<b>",
            "</p>",
            "<script>",
            "</title>",
            "<!--",
            "-->",
            "]]>",
            "<br>",
            "&lt;",
            "&#60;",
            "&amp;",
            "{{x}}",
            "{{{x}}}",
            "{{/each}}",
            "#NOME#",
            "#LINK#",
            "#",
            "\r\n",
            "\n\n",
            "\r",
            "\u{2028}",
            "\u{0}",
            "\u{85}",
            "\t",
            "Bcc: a@b.com",
            "javascript:",
            " ",
            "é",
            "\u{202e}",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
        "\\PC{1,12}",
    ];
    prop::collection::vec(pedaco, 1..8).prop_map(|pedacos| format!("x{}", pedacos.concat()))
}

fn debtor(nome: &str, credor: &str, titulo: &str) -> Valores {
    maria()
        .com(Coringa::Nome, nome)
        .com(Coringa::Credor, credor)
        .com(Coringa::Titulo, titulo)
        .com(Coringa::ListaTitulos, vec![linha(titulo, 2, 100)])
}

/// A value as a reader may see it: one line.
fn seen(valor: &str) -> String {
    let separa = |c: char| c.is_whitespace() || c.is_control();
    valor.split(separa).filter(|parte| !parte.is_empty()).collect::<Vec<_>>().join(" ")
}

proptest! {
    #[test]
    fn r11_no_value_adds_or_changes_an_element(nome in value(), credor in value(), titulo in value()) {
        let hostil = try_render("#NOME#", CORPO, &debtor(&nome, &credor, &titulo)).unwrap();
        let inocente = try_render("#NOME#", CORPO, &debtor("a", "b", "c")).unwrap();
        prop_assert_eq!(tags(&hostil.html), tags(&inocente.html));
    }

    #[test]
    fn r11_a_value_is_read_exactly_as_it_is(nome in value(), titulo in value()) {
        let pronto = try_render("#NOME#", "#NOME#\n\n#TITULO#", &debtor(&nome, "b", &titulo)).unwrap();
        let (nome, titulo) = (seen(&nome), seen(&titulo));
        prop_assert_eq!(&pronto.texto, &format!("{nome}\n\n{titulo}\n"));
        let lidas = words(&pronto.html);
        prop_assert_eq!(&lidas[lidas.len() - 2..], &[nome, titulo]);
    }

    #[test]
    fn r11_a_subject_is_one_line_whatever_the_value(nome in value(), titulo in value()) {
        let pronto = try_render("Aviso a #NOME#\n: #TITULO#", "a", &debtor(&nome, "b", &titulo)).unwrap();
        prop_assert!(!pronto.assunto.contains(char::is_control), "{:?}", pronto.assunto);
        prop_assert!(!pronto.assunto.contains(['\u{2028}', '\u{2029}']), "{:?}", pronto.assunto);
    }

    #[test]
    fn m09_the_lines_of_the_text_do_not_depend_on_the_values(nome in value(), titulo in value()) {
        let hostil = try_render("a", CORPO, &debtor(&nome, "b", &titulo)).unwrap();
        let inocente = try_render("a", CORPO, &debtor("a", "b", "c")).unwrap();
        prop_assert_eq!(hostil.texto.lines().count(), inocente.texto.lines().count());
    }
}
