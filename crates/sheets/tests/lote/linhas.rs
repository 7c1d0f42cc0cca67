//! Lines: whom each one means, and all that is wrong with the others.

use std::io::{self, Read};

use domain::execucao::Canal;
use domain::planilha::Identificacao;
use proptest::prelude::*;
use sheets::ErroImportacao;
use sheets::lote::{CODIGOS, LinhasDoLote, Modelo, Repetidas};
use sheets::mapa::Codificacao;
use sheets::saida::Celula;

use crate::{DEVEDORES, FORMATOS, read, read_csv, sheet, told};

const CABECALHO: &str = "codigo_integracao;documento\n";

#[test]
fn b04_a_debtor_is_meant_by_code_by_document_or_by_both() {
    let csv = format!("{CABECALHO}C-1;\n ;52998224725\n C-2 ;11.222.333/0001-81\n");
    let lidas = read_csv(&csv, DEVEDORES);
    let quem = lidas.iter().map(|lida| lida.as_ref().unwrap()).collect::<Vec<_>>();
    assert_eq!(quem.iter().map(|linha| linha.linha).collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!(quem[0].identificacao, Identificacao::Codigo("C-1".to_owned()));
    let documentos =
        quem.iter().map(|linha| linha.identificacao.documento().map(|it| it.as_str().to_owned()));
    assert!(documentos.eq([None, Some("52998224725".to_owned()), Some("11222333000181".to_owned())]));
    assert_eq!(quem[2].identificacao.codigo(), Some("C-2"));
}

#[test]
fn b04_one_of_the_two_columns_is_enough() {
    assert_eq!(told(&read_csv("Documento\n529.982.247-25\n", DEVEDORES)).len(), 1);
    assert_eq!(told(&read_csv("cor,CODIGO_INTEGRACAO\nazul,C-1\n", DEVEDORES)), ["linha 2: Codigo(C-1)"]);
}

#[test]
fn b01_bare_addresses_and_numbers_are_checked_and_may_have_a_name() {
    let csv =
        "email;nome\nana@example.com;Ana\nbia@example.com;\nana;Ana\n;Ana\na@example.com; b@example.com;\n";
    let lidas = read_csv(csv, Modelo::EmailsAvulsos);
    let nomes = lidas[..2].iter().map(|lida| lida.as_ref().unwrap().nome.as_deref()).collect::<Vec<_>>();
    assert_eq!(nomes, [Some("Ana"), None]);
    assert!(matches!(lidas[0].as_ref().unwrap().identificacao, Identificacao::Email(_)));
    assert_eq!(
        told(&lidas[2..]),
        [
            "linha 4: email: e-mail inválido",
            "linha 5: email: obrigatório",
            "linha 6: 3 colunas, o cabeçalho tem 2"
        ]
    );
    let lidas = read_csv("telefone\n(11) 90000-0001\n(11) 3333-4444\n90000-0001\n", Modelo::TelefonesAvulsos);
    assert!(matches!(lidas[0].as_ref().unwrap().identificacao, Identificacao::Telefone(_)));
    assert_eq!(
        told(&lidas[1..]),
        [
            "linha 3: telefone: telefone fixo não recebe SMS: informe um celular",
            "linha 4: telefone: telefone sem DDD"
        ]
    );
}

#[test]
fn b04_every_reason_of_a_line_is_told_at_once_with_its_number() {
    let longo = "x".repeat(61);
    let csv = format!("{CABECALHO}\n{longo};529.982.247-26\n;191\nC-1;x\n");
    assert_eq!(
        told(&read_csv(&csv, DEVEDORES)),
        [
            "linha 3: codigo_integracao: texto com mais de 60 caracteres; \
             documento: dígitos verificadores do documento não conferem",
            "linha 4: documento: documento com 3 dígitos: se faltam zeros à esquerda, formate a coluna como texto e escreva-os",
            "linha 5: documento: documento deve ser um CPF (11 dígitos) ou um CNPJ (14 caracteres)",
        ]
    );
    let com_nome = read_csv("codigo_integracao;documento;nome\n;;Ana\n", DEVEDORES);
    assert_eq!(told(&com_nome), ["linha 2: preencha codigo_integracao ou documento"]);
    let codigo = com_nome[0].as_ref().unwrap_err().erros[0].motivo.codigo();
    assert_eq!(codigo, "obrigatorio");
    assert!(CODIGOS.iter().all(|(_, quando)| quando.ends_with('.')));
}

#[test]
fn b04_blank_lines_are_nobodys_also_where_only_the_reason_is_left() {
    let csv = "codigo_integracao;documento;erro\n;;\n\n  ; ;\nC-1;;linha 2: x\n;;linha 3: x\n";
    assert_eq!(told(&read_csv(csv, DEVEDORES)), ["linha 5: Codigo(C-1)"]);
}

#[test]
fn b04_a_sheet_without_its_columns_says_which() {
    let refuse =
        |csv: &str, modelo| LinhasDoLote::new(csv.as_bytes(), modelo, None).err().unwrap().to_string();
    assert_eq!(refuse("nome;cpf\n", DEVEDORES), "faltam colunas na planilha: codigo_integracao ou documento");
    assert_eq!(refuse("nome\n", Modelo::EmailsAvulsos), "faltam colunas na planilha: email");
    assert_eq!(refuse("email;nome\n", Modelo::TelefonesAvulsos), "faltam colunas na planilha: telefone");
    assert_eq!(refuse("documento;Documento\n", DEVEDORES), "a coluna documento aparece mais de uma vez");
    assert_eq!(refuse("", DEVEDORES), "a planilha está vazia");
    assert_eq!(refuse("\u{feff}", DEVEDORES), "a planilha está vazia");
    let utf16 = LinhasDoLote::new(&b"\xFF\xFEd\0"[..], DEVEDORES, None).err();
    assert!(matches!(utf16, Some(ErroImportacao::Utf16)));
}

#[test]
fn a_cell_is_utf_8_or_latin_1_whichever_it_can_be() {
    let utf8 = "email,nome\nana@example.com,João\n";
    let latin1 = utf8.chars().map(|letra| u8::try_from(letra).unwrap()).collect::<Vec<_>>();
    let nome = |bytes: &[u8], codificacao| {
        let lida = LinhasDoLote::new(bytes, Modelo::EmailsAvulsos, codificacao).unwrap().next().unwrap();
        lida.map(|linha| linha.nome.unwrap()).map_err(|recusa| recusa.erros[0].motivo.codigo())
    };
    let joao = Ok("João".to_owned());
    assert_eq!((nome(utf8.as_bytes(), None), nome(&latin1, None)), (joao.clone(), joao.clone()));
    assert_eq!(nome(&latin1, Some(Codificacao::Latin1)), joao);
    assert_eq!(nome(&latin1, Some(Codificacao::Utf8)), Err("codificacao_invalida"));
    let com_marca = [b"\xEF\xBB\xBF".as_slice(), utf8.as_bytes()].concat();
    assert_eq!(
        nome(&com_marca, Some(Codificacao::Latin1)),
        joao,
        "a byte order mark outweighs who says otherwise"
    );
}

#[test]
fn b04_what_a_workbook_keeps_as_numbers_is_read_and_zeros_are_not_guessed() {
    let (numero, arquivo) =
        (Celula::Inteiro, |titulo, celula| sheet(FORMATOS[0], &[titulo], &[vec![celula]]));
    let told_of =
        |titulo, celula, modelo| told(&read(FORMATOS[0], arquivo(titulo, celula), modelo)).remove(0);
    assert_eq!(told_of("codigo_integracao", numero(1_234), DEVEDORES), "linha 2: Codigo(1234)");
    assert!(told_of("documento", numero(52_998_224_725), DEVEDORES).contains("Documento("));
    assert!(told_of("documento", numero(1_234_567_890), DEVEDORES).contains("documento com 10 dígitos"));
    assert!(told_of("telefone", numero(11_900_000_001), Modelo::TelefonesAvulsos).contains("Telefone("));
}

#[test]
fn b04_lines_that_say_the_same_are_told_by_the_first() {
    let csv = format!(
        "{CABECALHO}C-1;\nC-2;\nC-1;\n;52998224725\nc-1;\n;529.982.247-25\nC-1;529.982.247-25\nC-1;\n"
    );
    let mut repetidas = Repetidas::default();
    let de = read_csv(&csv, DEVEDORES)
        .iter()
        .map(|lida| repetidas.repeats(lida.as_ref().unwrap()))
        .collect::<Vec<_>>();
    assert_eq!(de, [None, None, Some(2), None, None, Some(5), None, Some(2)]);
    let csv = "email;nome\nAna@Example.com;Ana\nana@example.com;Bia\n";
    let mut repetidas = Repetidas::default();
    let lidas = read_csv(csv, Modelo::EmailsAvulsos);
    let de = lidas.iter().map(|lida| repetidas.repeats(lida.as_ref().unwrap())).collect::<Vec<_>>();
    assert_eq!(de, [None, Some(2)], "one mailbox gets one message");
}

#[test]
fn what_is_printed_repeats_nobodys_data() {
    let csv = "email;nome\nana@example.com;Ana Pedraclara\nana pedraclara@x;Ana Pedraclara\n";
    let lidas = read_csv(csv, Modelo::EmailsAvulsos);
    let mostrado = format!("{lidas:?} {}", lidas[1].as_ref().unwrap_err());
    assert!(!mostrado.to_lowercase().contains("ana"), "{mostrado}");
    assert_eq!(lidas[1].as_ref().unwrap_err().celulas, ["ana pedraclara@x", "Ana Pedraclara"]);
}

#[test]
fn a_broken_reading_is_told_once_and_ends_the_sheet() {
    struct Quebra;
    impl Read for Quebra {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    let inicio = || format!("{CABECALHO}C-1;\n").into_bytes();
    let lidas = LinhasDoLote::new(io::Cursor::new(inicio()).chain(Quebra), DEVEDORES, None).unwrap();
    let lidas = lidas.collect::<Vec<_>>();
    assert!(lidas.len() == 2 && lidas[1].as_ref().unwrap_err().interrompe());
}

proptest! {
    #[test]
    fn no_bytes_panic_and_every_line_gets_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for modelo in Modelo::TODOS {
            let titulos = modelo.campos().iter().map(|campo| campo.as_str()).collect::<Vec<_>>().join(";");
            let csv = [titulos.as_bytes(), b"\n", &bytes].concat();
            for lida in LinhasDoLote::new(csv.as_slice(), modelo, None).unwrap() {
                prop_assert!(lida.err().is_none_or(|recusa| recusa.linha >= 2 && !recusa.erros.is_empty()));
            }
            let _cabecalho = LinhasDoLote::new(bytes.as_slice(), modelo, None).map(Iterator::count);
            let _pasta = LinhasDoLote::from_xlsx(io::Cursor::new(bytes.clone()), modelo).map(Iterator::count);
        }
    }

    #[test]
    fn b04_a_sheet_says_the_same_in_both_formats(
        linhas in prop::collection::vec(("(C-[0-9]|=1|\\+C|'-x|_x0041_| ?)", "(529\\.982\\.247-25|52998224725|1|x|)"), 0..8),
    ) {
        let linhas = linhas.iter().map(|(codigo, documento)| vec![Celula::texto(codigo), Celula::texto(documento)]);
        let linhas = linhas.collect::<Vec<_>>();
        let lida = |formato| {
            let arquivo = sheet(formato, &["codigo_integracao", "documento"], &linhas);
            read(formato, arquivo, Modelo::Devedores(Canal::Carta))
        };
        let (pasta, csv) = (lida(FORMATOS[0]), lida(FORMATOS[1]));
        prop_assert_eq!(pasta, csv);
    }
}
