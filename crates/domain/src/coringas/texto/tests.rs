use super::super::Tipo;
use super::*;
use proptest::prelude::*;

fn escrito(texto: &Texto) -> String {
    let trecho = |trecho: &Trecho| match trecho {
        Trecho::Literal(literal) => literal.clone(),
        Trecho::Coringa(uso) => uso.to_string(),
    };
    texto.trechos().iter().map(trecho).collect()
}

fn unmodified(coringa: Coringa) -> Trecho {
    Trecho::Coringa(Uso { coringa, modificadores: Vec::new() })
}

proptest! {
    #[test]
    fn nothing_is_lost_between_the_pieces(
        texto in "(#|NOME|TOTAL|NAO_HA|\\|maiusculo|\\|max=3|\\|padrao=a b|\\|extenso|\\||=|x|é| |1|\n|\\PC){0,12}",
    ) {
        match Texto::parse(&texto) {
            Ok(lido) => {
                prop_assert_eq!(lido.tamanho(), texto.len());
                prop_assert_eq!(escrito(&lido), texto);
            }
            Err(invalidos) => {
                prop_assert!(!invalidos.is_empty());
                for invalido in invalidos {
                    let nome = match &invalido {
                        CoringaInvalido::Desconhecido { nome } => format!("#{nome}"),
                        CoringaInvalido::Modificador { modificador, .. } => format!("|{modificador}"),
                    };
                    prop_assert!(texto.contains(&nome), "{nome}");
                }
            }
        }
    }
}

#[test]
fn r11_known_coringas_become_pieces() {
    let texto = Texto::parse("Olá #PRIMEIRO_NOME#, deve #TOTAL#.").unwrap();
    let esperado = [
        Trecho::Literal("Olá ".into()),
        unmodified(Coringa::PrimeiroNome),
        Trecho::Literal(", deve ".into()),
        unmodified(Coringa::Total),
        Trecho::Literal(".".into()),
    ];
    assert_eq!(texto.trechos(), esperado);
    assert_eq!(texto.coringas().collect::<Vec<_>>(), [Coringa::PrimeiroNome, Coringa::Total]);
}

#[test]
fn r11_every_unknown_coringa_is_named_once() {
    let erros = Texto::parse("#NOMES# #TOTAL# #X1_Y|maiusculo# #NOMES# #X1_Y#").unwrap_err();
    let ditos: Vec<_> = erros.iter().map(ToString::to_string).collect();
    assert_eq!(ditos, ["coringa desconhecido: #NOMES#", "coringa desconhecido: #X1_Y#"]);
}

#[test]
fn r11_a_lone_hash_is_a_hash() {
    for texto in [
        "",
        "#",
        "##",
        "pedido #123# ok",
        "#nome#",
        "#NOME",
        "NOME#",
        "#NO ME#",
        "# NOME #",
        "#_X#",
        "#É#",
        "#NOME |maiusculo#",
        "#NOME|maiusculo",
        "#NOME|padrao=a\nb#",
        "#nome|maiusculo#",
        "#|maiusculo#",
    ] {
        let lido = Texto::parse(texto).unwrap();
        assert_eq!(lido.coringas().count(), 0, "{texto}");
        assert_eq!(escrito(&lido), texto);
    }
}

#[test]
fn r11_a_hash_before_a_coringa_does_not_hide_it() {
    for texto in ["##NOME##", "#1 #NOME#", "A#NOME#B", "#x#NOME#", "#NOME|a\n#NOME#"] {
        assert_eq!(Texto::parse(texto).unwrap().coringas().collect::<Vec<_>>(), [Coringa::Nome], "{texto}");
    }
}

#[test]
fn r11_modifiers_stand_in_the_order_in_which_they_are_done() {
    let texto = Texto::parse("#TOTAL|extenso|maiusculo# #NOME|padrao=cliente, #").unwrap();
    let usos: Vec<_> = texto.usos().map(|uso| (uso.modificadores().to_vec(), uso.exige_valor())).collect();
    let esperado = [
        (vec![Modificador::Extenso, Modificador::Maiusculo], true),
        (vec![Modificador::Padrao("cliente, ".to_owned())], false),
    ];
    assert_eq!(usos, esperado);
}

#[test]
fn r11_a_modifier_that_there_is_not_or_that_does_not_fit_is_named() {
    use ModificadorInvalido::{Desconhecido, NaoSeAplica, Repetido};
    for (texto, modificador, porque) in [
        ("#NOME|#", "", Desconhecido),
        ("#NOME|caixa_alta#", "caixa_alta", Desconhecido),
        ("#NOME|maiusculo|#", "", Desconhecido),
        // Forgetting the end takes what follows in, and is told.
        ("#NOME|maiusculo, deve #TOTAL#", "maiusculo, deve ", Desconhecido),
        ("#NOME|extenso#", "extenso", NaoSeAplica(Tipo::Texto)),
        ("#TOTAL|max=3#", "max=3", NaoSeAplica(Tipo::Dinheiro)),
        ("#TOTAL|maiusculo|extenso#", "maiusculo", NaoSeAplica(Tipo::Dinheiro)),
        ("#TOTAL|padrao=nada|extenso#", "extenso", NaoSeAplica(Tipo::Texto)),
        ("#CPF_CNPJ|max=3#", "max=3", NaoSeAplica(Tipo::Codigo)),
        ("#CPF_CNPJ|padrao=x|minusculo#", "minusculo", NaoSeAplica(Tipo::Codigo)),
        ("#LISTA_TITULOS|padrao=nada#", "padrao=nada", NaoSeAplica(Tipo::Lista)),
        ("#LISTA_TITULOS|maiusculo#", "maiusculo", NaoSeAplica(Tipo::Lista)),
        ("#LISTA_TITULOS|max=2|max=3#", "max=3", Repetido),
        ("#NOME|maiusculo|maiusculo#", "maiusculo", Repetido),
        ("#NOME|padrao=a|padrao=b#", "padrao=b", Repetido),
    ] {
        let erros = Texto::parse(texto).unwrap_err();
        let [CoringaInvalido::Modificador { modificador: qual, porque: disse, .. }] = &erros[..] else {
            panic!("{texto}: {erros:?}")
        };
        assert_eq!((qual.as_str(), *disse), (modificador, porque), "{texto}");
    }
    let erros = Texto::parse("#NOME|extenso#").unwrap_err();
    let dito = "#NOME#: o modificador |extenso não se aplica a um valor do tipo texto";
    assert_eq!(erros[0].to_string(), dito);
}

#[test]
fn r10_m09_a_list_fits_in_no_subject_and_nothing_in_a_channel_without_text() {
    let texto = Texto::parse("#NOME# #LISTA_TITULOS|max=2#").unwrap();
    let fora = |canal, lugar| texto.fora_de_lugar(canal, lugar).count();
    assert_eq!(fora(Canal::Email, Lugar::Assunto), 1);
    assert_eq!([Canal::Email, Canal::Sms, Canal::Carta].map(|canal| fora(canal, Lugar::Corpo)), [0; 3]);
    assert_eq!((fora(Canal::Sms, Lugar::Assunto), fora(Canal::Negativacao, Lugar::Corpo)), (2, 2));
}

#[test]
fn every_name_of_the_catalogue_reads_back() {
    for coringa in Coringa::TODOS {
        assert_eq!(Coringa::from_nome(coringa.nome()), Some(*coringa));
        assert!(parece_nome(coringa.nome()));
        assert!(!coringa.descricao().is_empty() && !coringa.exemplo().is_empty());
    }
    assert_eq!(
        Coringa::TODOS.iter().filter(|coringa| coringa.lista()).collect::<Vec<_>>(),
        [&Coringa::ListaTitulos]
    );
}
