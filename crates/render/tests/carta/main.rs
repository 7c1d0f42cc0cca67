//! The letter as data (rules r11 and m09).
#![cfg(test)]

use chrono::NaiveDate;
use domain::coringas::{Coringa, Texto};
use domain::dinheiro::Centavos;
use render::carta::{CartaPronta, MAX_LINHAS, render};
use render::{Bloco, Linha, RenderError, Tabela, Valores};

fn maria(titulos: usize) -> Valores {
    let vencimento = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    let linha = |n| Linha { numero: format!("NF {n}"), vencimento, valor: Centavos::new(123_456) };
    let lista: Vec<_> = (1..=titulos).map(linha).collect();
    Valores::new().com(Coringa::Nome, "Maria\r\n<b> & \"Cia\"").com(Coringa::ListaTitulos, lista)
}

fn letter(corpo: &str, valores: &Valores) -> CartaPronta {
    render(&Texto::parse(corpo).unwrap(), valores).unwrap_or_else(|erro| panic!("{erro}"))
}

fn rows(tabela: &Tabela) -> Vec<[&str; 3]> {
    tabela.linhas.iter().map(|l| [l.numero.as_str(), &l.vencimento, &l.valor]).collect()
}

#[test]
fn m09_the_list_is_a_table_between_the_paragraphs() {
    let carta = letter("Prezada #NOME#,\nsegue:\n#LISTA_TITULOS#\n\nAtenciosamente", &maria(2));
    let paragrafo = |linhas: &[&str]| Bloco::Paragrafo(linhas.iter().map(|l| (*l).to_owned()).collect());
    let esperado = [
        paragrafo(&["Prezada Maria <b> & \"Cia\",", "segue:"]),
        Bloco::Lista(0),
        paragrafo(&["Atenciosamente"]),
    ];
    assert!(carta.blocos == esperado);
    let [tabela]: [Tabela; 1] = carta.tabelas.try_into().ok().unwrap();
    assert_eq!(Tabela::COLUNAS, ["Número", "Vencimento", "Valor"]);
    assert_eq!(rows(&tabela), [["NF 1", "02/03/2026", "R$ 1.234,56"], ["NF 2", "02/03/2026", "R$ 1.234,56"]]);
    assert_eq!((tabela.resto, tabela.total.as_str()), (None, "R$ 2.469,12"));
}

#[test]
fn m09_a_long_list_is_cut_and_its_total_is_of_all() {
    let tabela = letter("#LISTA_TITULOS#", &maria(MAX_LINHAS + 3)).tabelas.remove(0);
    assert_eq!((tabela.linhas.len(), tabela.resto.as_deref()), (MAX_LINHAS, Some("e mais 3")));
    assert_eq!(tabela.total, Centavos::new(123_456 * 503).reais());
}

#[test]
fn m09_a_letter_that_does_not_ask_for_the_list_has_no_table() {
    assert!(letter("Prezada #NOME#", &maria(2)).tabelas.is_empty());
}

#[test]
fn r11_a_coringa_without_value_never_leaves() {
    for (corpo, valores) in [("#CREDOR#", maria(1)), ("#LISTA_TITULOS#", maria(0))] {
        let erro = render(&Texto::parse(corpo).unwrap(), &valores).err().unwrap();
        assert!(matches!(erro, RenderError::SemValor(_)), "{erro}");
    }
}

#[test]
fn m09_lists_with_as_many_lines_are_one_table() {
    let carta = letter("#LISTA_TITULOS|max=1#\n#LISTA_TITULOS#\n#LISTA_TITULOS|max=1#", &maria(2));
    assert!(carta.blocos == [Bloco::Lista(0), Bloco::Lista(1), Bloco::Lista(0)]);
    let tamanhos: Vec<_> = carta.tabelas.iter().map(|tabela| tabela.linhas.len()).collect();
    assert_eq!((tamanhos, carta.tabelas[0].resto.as_deref()), (vec![1, 2], Some("e mais 1")));
}

#[test]
fn a_letter_that_multiplies_the_list_has_an_end() {
    for corpo in ["#LISTA_TITULOS#\n".repeat(100), "x".repeat(100_000)] {
        let erro = render(&Texto::parse(&corpo).unwrap(), &maria(MAX_LINHAS)).err().unwrap();
        assert!(matches!(erro, RenderError::Grande), "{erro}");
    }
    assert!(render(&Texto::parse(&"#LISTA_TITULOS#\n".repeat(10)).unwrap(), &maria(MAX_LINHAS)).is_ok());
}
