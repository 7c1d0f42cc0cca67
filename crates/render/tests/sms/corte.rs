//! Laws of the cut, for any text, any list and any limit (rule m10).

use chrono::NaiveDate;
use domain::coringas::{Coringa, Texto};
use domain::dinheiro::Centavos;
use domain::sms::Perfil;
use proptest::prelude::*;
use render::sms::{Opcoes, SmsPronto, Tamanho, render};
use render::{Linha, RenderError, Valores};

fn measure(texto: &str) -> Tamanho {
    render::sms::measure(texto, &Perfil::REDE)
}

/// A text around the list, and the list.
#[derive(Clone, Debug)]
struct Caso {
    antes: String,
    depois: String,
    numeros: Vec<String>,
}

impl Caso {
    fn render(&self, max_segmentos: u8) -> Option<SmsPronto> {
        let vencimento = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        let linha =
            |numero: &String| Linha { numero: numero.clone(), vencimento, valor: Centavos::new(1_000) };
        let lista: Vec<_> = self.numeros.iter().map(linha).collect();
        let texto = Texto::parse(&format!("{}\n#LISTA_TITULOS#\n{}", self.antes, self.depois)).unwrap();
        let valores = Valores::new().com(Coringa::ListaTitulos, lista);
        match render(
            &texto,
            &valores,
            Opcoes { perfil: Perfil { max_segmentos, ..Perfil::REDE }, transliterar: false },
        ) {
            Ok(pronto) => Some(pronto),
            Err(RenderError::NaoCabe) => None,
            Err(erro) => panic!("{erro}"),
        }
    }

    /// What the text has to be with this many lines of the list.
    fn with(&self, mostrados: usize) -> String {
        let todos = self.numeros.len();
        let linhas = self.numeros.iter().take(mostrados).map(|n| format!("{n} 02/03/2026 R$ 10,00"));
        let resto = match todos - mostrados {
            0 => None,
            cortados if mostrados > 0 => Some(format!("e mais {cortados}")),
            todos => Some(format!("{todos} em aberto")),
        };
        let total = format!("Total {}", Centavos::new(1_000 * i64::try_from(todos).unwrap()).reais());
        let lista = linhas.chain(resto).chain([total]);
        let linhas = [self.antes.clone()].into_iter().chain(lista).chain([self.depois.clone()]);
        linhas.filter(|linha| !linha.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

fn caso() -> impl Strategy<Value = Caso> {
    let frase = prop_oneof!["[a-z]{0,200}", "[a-zçã€]{0,90}", "[a-z]{0,60}😀?"];
    let numero = prop_oneof![4 => "[A-Z0-9/]{1,12}", 1 => "[A-Zº{]{1,12}"];
    (frase.clone(), frase, prop::collection::vec(numero, 1..40)).prop_map(|(antes, depois, numeros)| Caso {
        antes,
        depois,
        numeros,
    })
}

proptest! {
    #[test]
    fn m10_it_leaves_within_the_limit_or_not_even_the_shortest_form_fits(caso in caso(), limite in 0..12_u8) {
        match caso.render(limite) {
            Some(pronto) => {
                prop_assert!(measure(&pronto.texto).segmentos <= usize::from(limite));
                prop_assert_eq!(measure(&pronto.texto), pronto.tamanho);
            }
            None => prop_assert!(measure(&caso.with(0)).segmentos > usize::from(limite)),
        }
    }

    #[test]
    fn m10_what_is_shown_and_what_is_cut_are_all_and_only_the_list_is_cut(caso in caso(), limite in 1..12_u8) {
        let Some(pronto) = caso.render(limite) else { return Ok(()) };
        let mostrados = pronto.texto.matches(" 02/03/2026 R$ 10,00").count();
        prop_assert_eq!(mostrados + pronto.cortados, caso.numeros.len());
        prop_assert_eq!(pronto.texto, caso.with(mostrados));
    }

    #[test]
    fn m10_no_more_lines_would_have_fit(caso in caso(), limite in 1..12_u8) {
        let Some(pronto) = caso.render(limite) else { return Ok(()) };
        for mais in caso.numeros.len() - pronto.cortados + 1..=caso.numeros.len() {
            prop_assert!(measure(&caso.with(mais)).segmentos > usize::from(limite));
        }
    }

    #[test]
    fn m10_a_larger_limit_never_shows_less(caso in caso(), limite in 0..12_u8) {
        let Some(menor) = caso.render(limite) else { return Ok(()) };
        prop_assert!(caso.render(limite + 1).unwrap().cortados <= menor.cortados);
    }
}
