//! The sheet as a file: encoding, header, width, the ends of its lines, and bytes of any kind.
#![cfg(test)]

use std::collections::BTreeSet;
use std::io::{self, Read};

use domain::Rotulo;
use proptest::prelude::*;
use sheets::{Campo, Codigo, ErroImportacao, LinhasImportadas, Mapa, Motivo};

use crate::{CABECALHO, COMPLETA, fields, import, import_ours, own_columns};

#[test]
fn latin_1_is_read_when_the_map_says_so_and_told_when_not() {
    let utf8 = format!("{CABECALHO}{COMPLETA}");
    let latin1 = utf8.chars().map(|letra| u8::try_from(letra).unwrap()).collect::<Vec<_>>();
    let colunas = own_columns();
    let mapa = || Mapa::parse(&format!("codificacao = 'latin-1'\n[colunas]\n{colunas}")).unwrap();
    assert_eq!(import(&latin1, mapa()), import_ours(COMPLETA));
    let recusa = import(&latin1, Mapa::default()).remove(0).unwrap_err();
    assert_eq!(
        (fields(&recusa), &recusa.erros[0].motivo),
        (vec!["cidade", "credor_nome"], &Motivo::Codificacao)
    );
    let com_marca = format!("\u{feff}{utf8}");
    assert_eq!(
        import(com_marca.as_bytes(), mapa()),
        import_ours(COMPLETA),
        "a byte order mark outweighs the map"
    );
}

#[test]
fn a_sheet_that_cannot_be_read_says_what_to_do() {
    let refuse = |csv: &[u8], mapa: Mapa| LinhasImportadas::new(csv, mapa).err().unwrap().to_string();
    assert_eq!(refuse(b"", Mapa::default()), "a planilha está vazia");
    assert_eq!(refuse(b"\xFF\xFEa\0;\0", Mapa::default()), "a planilha está em UTF-16: salve como CSV UTF-8");
    assert_eq!(
        refuse(b"numero;valor\n", Mapa::default()),
        "faltam colunas na planilha: codigo_integracao, vencimento, devedor_codigo, devedor_nome"
    );
    assert_eq!(
        refuse(format!("valor;{CABECALHO}").as_bytes(), Mapa::default()),
        "a coluna valor aparece mais de uma vez"
    );
    let enorme = "x".repeat(1 << 20);
    assert!(matches!(
        LinhasImportadas::new(enorme.as_bytes(), Mapa::default()),
        Err(ErroImportacao::Cabecalho)
    ));
    let colunas = own_columns();
    let escrito = Mapa::parse(&format!("[colunas]\n{colunas}")).unwrap();
    assert_eq!(refuse(CABECALHO.replace("uf;", "").as_bytes(), escrito), "faltam colunas na planilha: uf");
}

#[test]
fn a_header_that_is_too_wide_or_of_another_encoding_says_which() {
    let refuse = |csv: &[u8]| LinhasImportadas::new(csv, Mapa::default()).err().unwrap().to_string();
    let com_mais = |quantas: usize| {
        let cabeca = format!("{}{}\n", CABECALHO.trim_end(), ";x".repeat(quantas - 18));
        format!("{cabeca}{}{}\n", COMPLETA.trim_end(), ";".repeat(quantas - 18))
    };
    assert!(import(com_mais(256).as_bytes(), Mapa::default())[0].is_ok());
    let larga = "o cabeçalho tem mais de 256 colunas, que é o limite: apague as que não são usadas";
    assert_eq!(refuse(com_mais(257).as_bytes()), larga);
    assert_eq!(refuse(com_mais(2_000).as_bytes()), larga);
    let latin1 = b"codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome;situa\xe7\xe3o\n";
    assert!(refuse(latin1).contains("não é UTF-8: indique a codificação latin-1"));
}

#[test]
fn the_end_of_a_line_changes_nothing_but_itself() {
    let lf = format!("{CABECALHO}{COMPLETA}ruim\n\n{}", COMPLETA.replace("Ana Pedraclara", "\"Ana; Maria\""));
    let numeros = |csv: &str| {
        let chaves = LinhasImportadas::new(csv.as_bytes(), Mapa::default()).unwrap().keys();
        chaves.map(|chave| chave.unwrap()).collect::<Vec<_>>()
    };
    let chave = Some("NF-1".to_owned());
    assert_eq!(numeros(&lf), [(2, chave.clone()), (3, None), (5, chave)]);
    for fim in ["\r\n", "\r"] {
        let outro = lf.replace('\n', fim);
        assert_eq!(
            import(outro.as_bytes(), Mapa::default()),
            import(lf.as_bytes(), Mapa::default()),
            "{fim:?}"
        );
        assert_eq!(numeros(&outro), numeros(&lf), "{fim:?}");
    }
}

#[test]
fn a_sheet_between_bars_needs_no_map() {
    let csv = format!("{CABECALHO}{COMPLETA}").replace(';', "|");
    assert_eq!(import(csv.as_bytes(), Mapa::default()), import_ours(COMPLETA));
}

#[test]
fn accents_that_were_typed_apart_are_the_same_header_key_and_word() {
    let mapa = || {
        Mapa::parse(
            r#"
            [colunas]
            codigo_integracao = "Código"
            vencimento = "Vencimento"
            valor = "Preço"
            devedor_codigo = "Devedor"
            devedor_nome = "Devedor"
            tipo_negocio = "Operação"
            [valores.tipo_negocio]
            "prestação" = "serviço"
            "#,
        )
        .unwrap()
    };
    let junto = "CÓDIGO;Vencimento;Preço;Devedor;OPERAÇÃO\nNº-ç;02/03/2026;1,00;João;prestação\n";
    let separado = junto
        .replace('Ó', "O\u{301}")
        .replace('Ç', "C\u{327}")
        .replace('Ã', "A\u{303}")
        .replace('ç', "c\u{327}")
        .replace('ã', "a\u{303}");
    assert_ne!(junto, separado);
    let lida = import(separado.as_bytes(), mapa()).remove(0).unwrap();
    assert_eq!(Ok(lida.clone()), import(junto.as_bytes(), mapa()).remove(0));
    assert_eq!((lida.codigo_integracao.as_str(), lida.devedor.nome.as_str()), ("Nº-ç", "João"));
    assert_eq!(lida.tipo_negocio.as_ref().map(Rotulo::as_str), Some("serviço"));
    let chaves = |csv: &str| {
        let chaves = LinhasImportadas::new(csv.as_bytes(), mapa()).unwrap().keys();
        chaves.map(|chave| chave.unwrap().1).collect::<Vec<_>>()
    };
    assert_eq!(chaves(&separado), chaves(junto));
}

#[test]
fn a_code_is_told_once_in_lower_snake_and_says_what_to_do() {
    let nomes = Codigo::TODOS.iter().map(|codigo| codigo.as_str()).collect::<BTreeSet<_>>();
    assert_eq!(nomes.len(), Codigo::TODOS.len());
    for codigo in Codigo::TODOS {
        assert!(codigo.as_str().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{codigo:?}");
        assert!(codigo.quando().ends_with('.') && !codigo.quando().contains("  "), "{codigo:?}");
    }
}

#[test]
fn a_line_of_another_width_or_of_a_megabyte_costs_itself_only() {
    let enorme = COMPLETA.replace("Ana", &"x".repeat(1 << 20));
    let lidas = import_ours(&format!("a;b\n{enorme}{COMPLETA}"));
    let motivos = lidas
        .iter()
        .filter_map(|lida| Some(lida.as_ref().err()?.erros[0].motivo.clone()))
        .collect::<Vec<_>>();
    assert_eq!(motivos, [Motivo::Colunas { esperadas: 18, lidas: 2 }, Motivo::LinhaLonga]);
    assert!(lidas[2].is_ok());
}

#[test]
fn a_broken_reading_is_told_once_and_ends_the_sheet() {
    struct Quebra;
    impl Read for Quebra {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    let texto = format!("{CABECALHO}{COMPLETA}");
    let lidas =
        LinhasImportadas::new(texto.as_bytes().chain(Quebra), Mapa::default()).unwrap().collect::<Vec<_>>();
    assert_eq!(lidas.len(), 2);
    let ultima = lidas[1].as_ref().unwrap_err();
    assert!(ultima.interrompe() && ultima.linha == 3);
}

proptest! {
    #[test]
    fn no_bytes_panic_and_every_record_gets_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..400), aspas in "[\";,\r\n0-9a]{0,200}") {
        for resto in [bytes.as_slice(), aspas.as_bytes()] {
            let _cabecalho = LinhasImportadas::new(resto, Mapa::default()).map(Iterator::count);
            let csv = [CABECALHO.as_bytes(), resto].concat();
            for lida in import(&csv, Mapa::default()) {
                let recusa = lida.err();
                prop_assert!(recusa.is_none_or(|recusa| recusa.linha >= 2 && !recusa.erros.is_empty()));
            }
        }
    }

    #[test]
    fn a_field_spoiled_is_the_field_told(indice in 0_usize..18, lixo in "[\u{1}\u{2}]{1,5}") {
        let mut campos = COMPLETA.trim_end().split(';').map(str::to_owned).collect::<Vec<_>>();
        campos[indice] = format!("x{lixo}x");
        let lidas = import_ours(&campos.join(";"));
        prop_assert!(fields(lidas[0].as_ref().unwrap_err()).contains(&Campo::TODOS[indice].as_str()));
    }
}
