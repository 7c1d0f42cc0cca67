//! What is written, read back by the reader of this crate, which was written against the files of spreadsheets.

use std::io::{Cursor, Read as _};

use proptest::prelude::*;
use zip::ZipArchive;

use super::*;
use crate::registros::Registros;
use crate::xlsx::{Planilha, Tipo};

/// A row as a reader has it: how each cell is typed, and its text.
type Lida = Vec<(Tipo, String)>;

fn write(formato: Formato, colunas: &[Coluna], linhas: &[Vec<Celula<'_>>]) -> Vec<u8> {
    let mut saida = Saida::new(formato, Vec::new(), colunas).unwrap();
    for linha in linhas {
        saida.row(linha).unwrap();
    }
    saida.finish().unwrap()
}

fn read_xlsx(arquivo: Vec<u8>) -> Vec<Lida> {
    let (mut planilha, mut lidas) = (Planilha::new(Cursor::new(arquivo)).unwrap(), Vec::new());
    while let Some(registro) = planilha.next().unwrap() {
        let campos = registro.campos.ok().unwrap();
        let celula =
            |(n, bytes): (usize, &[u8])| (campos.tipo(n), String::from_utf8(bytes.to_vec()).unwrap());
        lidas.push(campos.iter().enumerate().map(celula).collect());
    }
    lidas
}

fn read_csv(arquivo: &[u8]) -> Vec<Lida> {
    let mut registros = Registros::new(arquivo.strip_prefix(b"\xef\xbb\xbf").unwrap(), |_| b';').unwrap();
    let mut lidas = Vec::new();
    while let Some(registro) = registros.next().unwrap() {
        let texto = |bytes: &[u8]| (Tipo::Texto, String::from_utf8(bytes.to_vec()).unwrap());
        lidas.push(registro.campos.ok().unwrap().iter().map(texto).collect());
    }
    lidas
}

fn read(formato: Formato, arquivo: Vec<u8>) -> Vec<Lida> {
    match formato {
        Formato::Xlsx => read_xlsx(arquivo),
        Formato::Csv => read_csv(&arquivo),
    }
}

fn worksheet(arquivo: &[u8]) -> String {
    let mut texto = String::new();
    let mut zip = ZipArchive::new(Cursor::new(arquivo)).unwrap();
    zip.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut texto).unwrap();
    texto
}

fn columns(quantas: usize) -> Vec<Coluna> {
    (0..quantas).map(|n| Coluna::new(format!("c{n}"), 10)).collect()
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 2).unwrap()
}

/// The detail of a batch, rule b19, as rule b20 hands it out.
#[test]
fn b20_the_detail_of_a_batch_is_numbers_dates_and_texts() {
    let colunas = ["devedor", "documento", "saldo", "vencimento", "enviada_em", "tentativas"]
        .map(|titulo| Coluna::new(titulo, 20));
    let momento = day().and_hms_opt(14, 5, 9).unwrap();
    let linha = vec![
        Celula::texto("Ana Pedraclara"),
        Celula::texto("01234567890"),
        Celula::Dinheiro(Centavos::new(123_450)),
        Celula::Data(day()),
        Celula::Instante(momento),
        Celula::Inteiro(2),
    ];
    let lidas = read_xlsx(write(Formato::Xlsx, &colunas, std::slice::from_ref(&linha)));
    let (texto, numero) = (|t: &str| (Tipo::Texto, t.to_owned()), |n: &str| (Tipo::Numero, n.to_owned()));
    let titulos = colunas.iter().map(|coluna| texto(&coluna.titulo)).collect::<Vec<_>>();
    let celulas = vec![
        texto("Ana Pedraclara"),
        texto("01234567890"),
        numero("1234.5"),
        numero("46083"),
        numero("46083.5869097222"),
        numero("2"),
    ];
    assert_eq!(lidas, [titulos, celulas]);

    let csv = write(Formato::Csv, &colunas, &[linha]);
    assert_eq!(
        String::from_utf8(csv).unwrap(),
        "\u{feff}devedor;documento;saldo;vencimento;enviada_em;tentativas\r\n\
         Ana Pedraclara;01234567890;1234,50;2026-03-02;2026-03-02 14:05:09;2\r\n"
    );
}

#[test]
fn the_header_stays_in_sight_and_columns_have_their_width() {
    let folha = worksheet(&write(Formato::Xlsx, &[Coluna::new("a", 7), Coluna::new("b", 40)], &[]));
    assert!(
        folha.contains("<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>")
    );
    assert!(
        folha.contains("<col min=\"1\" max=\"1\" width=\"7\" style=\"0\" customWidth=\"1\"/>"),
        "{folha}"
    );
    assert!(folha.contains("<col min=\"2\" max=\"2\" width=\"40\" style=\"0\" customWidth=\"1\"/>"));
}

#[test]
fn a_row_that_ends_early_is_blank_to_its_end_and_one_that_does_not_end_is_refused() {
    for formato in [Formato::Xlsx, Formato::Csv] {
        let colunas = columns(3);
        let lidas = read(formato, write(formato, &colunas, &[vec![Celula::texto("x")], Vec::new()]));
        assert_eq!(lidas[1].iter().map(|(_, texto)| texto.as_str()).collect::<Vec<_>>(), ["x", "", ""]);
        assert_eq!((lidas.len(), lidas[2].len()), (3, 3));
        let mut saida = Saida::new(formato, Vec::new(), &colunas).unwrap();
        let recusa = saida.row(&vec![Celula::Vazia; 4]).unwrap_err();
        assert_eq!(recusa.kind(), ErrorKind::InvalidInput);
    }
}

/// Any text, those that look like formulas or like what the file is made of often.
fn any_text() -> impl Strategy<Value = String> {
    let perigosa = "['=+@\t\r\n＝＋－＠-]{1,3}[ -~]{0,6}";
    let de_xml = "(_x[0-9A-Fa-f]{4}_|_x005F_|<f>|</c>|&amp;|]]>|\"|;|\r\n){0,3}";
    prop_oneof![
        perigosa,
        de_xml,
        "\\PC{0,12}",
        prop::collection::vec(any::<char>(), 0..8).prop_map(String::from_iter)
    ]
}

proptest! {
    #[test]
    fn s12_any_text_comes_back_and_none_of_it_is_a_formula(
        linhas in prop::collection::vec(prop::collection::vec(any_text(), 3), 1..5),
    ) {
        let celulas = linhas.iter().map(|linha| linha.iter().map(Celula::texto).collect()).collect::<Vec<_>>();
        for formato in [Formato::Xlsx, Formato::Csv] {
            let arquivo = write(formato, &columns(3), &celulas);
            if formato == Formato::Xlsx {
                let folha = worksheet(&arquivo);
                prop_assert!(!folha.contains("<f") && !folha.contains("<v>"), "{}", folha);
            }
            let lidas = read(formato, arquivo);
            prop_assert_eq!(lidas.len(), linhas.len() + 1);
            for (lida, linha) in lidas[1..].iter().zip(&linhas) {
                for ((tipo, celula), texto) in lida.iter().zip(linha) {
                    prop_assert_eq!(*tipo, Tipo::Texto);
                    prop_assert!(!celula.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']));
                    prop_assert_eq!(domain::planilha::desprotegido(celula), texto, "{:?}", formato);
                }
            }
        }
    }

    #[test]
    fn any_number_comes_back(
        centavos in -99_999_999_999_999..=99_999_999_999_999_i64,
        inteiro in any::<i64>(),
        dias in 0..73_000_i64,
    ) {
        let dia = NaiveDate::from_ymd_opt(1900, 3, 1).unwrap() + chrono::TimeDelta::days(dias);
        let linha = vec![Celula::Dinheiro(Centavos::new(centavos)), Celula::Inteiro(inteiro), Celula::Data(dia)];
        let lidas = read_xlsx(write(Formato::Xlsx, &columns(3), &[linha]));
        let lido = lidas[1][0].1.parse::<f64>().unwrap();
        prop_assert_eq!((lidas[1][0].0, format!("{lido:.2}")), (Tipo::Numero, Centavos::new(centavos).to_string()));
        prop_assert_eq!(lidas[1][1].1.parse::<i64>().unwrap(), inteiro);
        prop_assert_eq!(crate::importacao::valores::dia(&lidas[1][2].1, false).unwrap(), dia);
    }
}
