//! What was refused, corrected and sent again.

use domain::planilha::Identificacao;
use proptest::prelude::*;
use sheets::lote::{Modelo, Recusadas};
use sheets::saida::{Celula, Formato};

use crate::{DEVEDORES, FORMATOS, open, read, sheet, told};

/// The sheet of the lines that this one is refused.
fn refused(formato: Formato, arquivo: Vec<u8>, modelo: Modelo) -> Vec<u8> {
    let linhas = open(formato, arquivo, modelo);
    let mut recusadas = Recusadas::new(formato, Vec::new(), linhas.cabecalho()).unwrap();
    linhas.filter_map(Result::err).for_each(|recusa| recusadas.push(&recusa).unwrap());
    recusadas.finish().unwrap()
}

fn text(arquivo: Vec<u8>) -> String {
    String::from_utf8(arquivo).unwrap()
}

#[test]
fn b04_the_refused_lines_are_as_they_were_with_why() {
    let csv = "filial;codigo_integracao;documento\n1;C-1;\n2;;529.982.247-26\n\"=3\";;\"191\"\n4;C-4;;\n";
    assert_eq!(
        text(refused(Formato::Csv, csv.into(), DEVEDORES)),
        "\u{feff}filial;codigo_integracao;documento;erro\r\n\
         2;;529.982.247-26;linha 3: documento: dígitos verificadores do documento não conferem\r\n\
         '=3;;191;linha 4: documento: documento com 3 dígitos: se faltam zeros à esquerda, formate a coluna como texto e escreva-os\r\n\
         4;C-4;;\"linha 5: 4 colunas, o cabeçalho tem 3\"\r\n"
            .replace("\"linha 5: 4 colunas, o cabeçalho tem 3\"", "linha 5: 4 colunas, o cabeçalho tem 3")
    );
}

#[test]
fn b04_corrected_they_are_read_and_nothing_is_refused_any_more() {
    let csv = "documento;codigo_integracao\n529.982.247-26;\n52998224725;C-2\n;=C 3\u{7}\n";
    let recusadas = text(refused(Formato::Csv, csv.into(), DEVEDORES));
    let corrigidas = recusadas.replace("247-26", "247-25").replace('\u{7}', "");
    let lidas = read(Formato::Csv, corrigidas.clone().into(), DEVEDORES);
    assert_eq!(told(&lidas).len(), 2);
    assert!(lidas.iter().all(Result::is_ok), "{lidas:?}");
    assert_eq!(lidas[1].as_ref().unwrap().identificacao, Identificacao::Codigo("=C 3".to_owned()));
    assert_eq!(
        text(refused(Formato::Csv, corrigidas.into(), DEVEDORES)),
        "\u{feff}documento;codigo_integracao;erro\r\n",
        "and the column is there once"
    );
}

#[test]
fn b04_a_workbook_of_refused_lines_is_refused_for_the_same_reasons() {
    let linhas =
        [vec![Celula::texto("+5511"), Celula::texto("Ana")], vec![Celula::Inteiro(5), Celula::Vazia]];
    let primeira = sheet(Formato::Xlsx, &["telefone", "nome"], &linhas);
    let modelo = Modelo::TelefonesAvulsos;
    let antes = read(Formato::Xlsx, primeira.clone(), modelo);
    let depois = read(Formato::Xlsx, refused(Formato::Xlsx, primeira, modelo), modelo);
    assert_eq!(told(&antes).len(), 2);
    assert_eq!(told(&antes), told(&depois));
    let celulas = depois[0].as_ref().unwrap_err().celulas.clone();
    assert_eq!(celulas[..2], ["+5511", "Ana"]);
}

proptest! {
    #[test]
    fn b04_however_often_they_come_back_their_cells_are_the_same(
        linhas in prop::collection::vec(prop::collection::vec("['=+@-]{0,2}[ -~À-ÿ]{0,10}", 2), 1..6),
    ) {
        let linhas = linhas.iter().map(|linha| linha.iter().map(Celula::texto).collect()).collect::<Vec<_>>();
        for formato in FORMATOS {
            let celulas = |arquivo: Vec<u8>| {
                let recusas = open(formato, arquivo, Modelo::TelefonesAvulsos).filter_map(Result::err);
                recusas.map(|recusa| recusa.celulas[..2].to_vec()).collect::<Vec<_>>()
            };
            let primeira = sheet(formato, &["telefone", "nome"], &linhas);
            let segunda = refused(formato, primeira.clone(), Modelo::TelefonesAvulsos);
            prop_assert_eq!(celulas(primeira), celulas(segunda.clone()));
            let terceira = refused(formato, segunda.clone(), Modelo::TelefonesAvulsos);
            prop_assert_eq!(celulas(segunda), celulas(terceira));
        }
    }
}
