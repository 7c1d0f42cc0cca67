#![cfg(test)]
//! `.xlsx`: what spreadsheets write, and what only an enemy does.

use std::io::{self, Cursor, ErrorKind, Read, Seek, SeekFrom, Write as _};

use sheets::{ErroImportacao, LinhasImportadas, Mapa, Motivo};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const COLUNAS: [&str; 5] = ["codigo_integracao", "vencimento", "valor", "devedor_codigo", "devedor_nome"];

/// A workbook of these parts.
fn workbook(partes: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (nome, texto) in partes {
        zip.start_file(*nome, SimpleFileOptions::default()).unwrap();
        zip.write_all(texto.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook whose second sheet is the first that is seen, with these rows and shared texts.
fn book(linhas: &str, textos: &str) -> Vec<u8> {
    book_under(&header(), linhas, textos)
}

/// The same, with another header.
fn book_under(cabecalho: &str, linhas: &str, textos: &str) -> Vec<u8> {
    workbook(&[
        (
            "xl/workbook.xml",
            r#"<workbook><workbookPr/><sheets><sheet name="x" sheetId="7" state="hidden" r:id="rId1"/>
            <sheet name="Títulos" sheetId="9" r:id="rId2"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships><Relationship Id="rId1" Target="worksheets/a.xml"/>
            <Relationship Id="rId2" Target="/xl/worksheets/b.xml"/></Relationships>"#,
        ),
        (
            "xl/worksheets/b.xml",
            &format!(
                "<?xml version=\"1.0\"?><worksheet><sheetData>{cabecalho}{linhas}</sheetData></worksheet>"
            ),
        ),
        (
            "xl/styles.xml",
            r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="000000"/></numFmts>
            <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>"#,
        ),
        ("xl/sharedStrings.xml", &format!("<sst>{textos}</sst>")),
    ])
}

fn header() -> String {
    let celulas = COLUNAS.map(|nome| format!("<c t=\"inlineStr\"><is><t>{nome}</t></is></c>")).concat();
    format!("<row r=\"1\">{celulas}<c r=\"H1\" s=\"4\"/></row>")
}

/// Each line as it was understood, or why not.
fn read(arquivo: Vec<u8>) -> Vec<String> {
    read_by(Mapa::default(), arquivo)
}

fn read_by(mapa: Mapa, arquivo: Vec<u8>) -> Vec<String> {
    let linhas = match LinhasImportadas::from_xlsx(Cursor::new(arquivo), mapa) {
        Ok(linhas) => linhas,
        Err(erro) => return vec![format!("{erro:?}")],
    };
    linhas
        .map(|lida| match lida {
            Ok(l) => {
                format!("{} {} {} {} {}", l.linha, l.codigo_integracao, l.vencimento, l.valor, l.devedor.nome)
            }
            Err(recusa) => recusa.to_string(),
        })
        .collect()
}

#[test]
fn a_row_is_read_as_the_spreadsheet_shows_it() {
    let linhas = r#"
        <row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3" s="2"><v>46083</v></c><c r="C3"><f>A1*2</f><v>1234.5600000000002</v></c>
            <c r="D3"><v>7</v></c><c r="E3" t="s"><v>0</v></c><c r="F3" s="1"/></row>
        <row r="4"/>
        <row r="9"><c r="B9" t="str"><v>02/03/2026</v></c><c r="A9"><v>1</v></c></row>
        <row r="10"><c r="A10"><v>10</v></c><c r="B10"><v>46083.75</v></c><c r="C10" t="inlineStr"><is><t>1.234,5</t></is></c>
            <c r="D10"><v>52998224725</v></c><c r="E10" t="inlineStr"><is><r><t>Jo&#227;o </t></r><r><t>&amp; Cia</t></r></is></c></row>"#;
    let textos = "<si><t>Ana</t><rPh><t>x</t></rPh></si><si><t>NF-1</t></si>";
    assert_eq!(
        read(book(linhas, textos)),
        [
            "3 NF-1 2026-03-02 1234.56 Ana",
            "linha 9: linha com mais de 65536 bytes ou 256 colunas: há aspas sem fechar?",
            "10 10 2026-03-02 1234.50 João & Cia",
        ]
    );
}

#[test]
fn cells_that_show_an_error_and_formulas_without_a_value_are_refused() {
    let linhas = r#"<row r="2"><c r="A2" t="e"><v>#REF!</v></c><c r="B2"><f>TODAY()</f></c><c r="C2"><f>1/0</f><v></v></c>
        <c r="D2" t="s"><v>99</v></c><c r="E2" t="inlineStr"><is><t>Ana</t></is></c></row>"#;
    let formula = "a célula mostra um erro, ou uma fórmula que não foi calculada";
    let campos = ["codigo_integracao", "vencimento", "valor", "devedor_codigo"]
        .map(|campo| format!("{campo}: {formula}"));
    assert_eq!(read(book(linhas, "")), [format!("linha 2: {}", campos.join("; "))]);
}

#[test]
fn a_cell_of_dates_is_a_day_with_or_without_its_hour_whatever_the_map_says_of_texts() {
    let linha = |dia: &str| {
        format!(
            "<row><c><v>1</v></c><c t=\"d\"><v>{dia}</v></c><c><v>1</v></c><c><v>1</v></c><c><v>1</v></c></row>"
        )
    };
    let linhas =
        ["2026-03-02T00:00:00.000Z", "2026-03-02", "2026-03-02T23:59:59", "T10:00:00"].map(linha).concat();
    let colunas = COLUNAS.map(|campo| format!("{campo} = '{campo}'\n")).concat();
    let mapa = Mapa::parse(&format!("formato_data = ['%d/%m/%Y']\n[colunas]\n{colunas}")).unwrap();
    let lidas = ["2 1 2026-03-02 1.00 1", "3 1 2026-03-02 1.00 1", "4 1 2026-03-02 1.00 1"];
    let recusa = "linha 5: vencimento (a99:99:99): data em formato desconhecido ou inexistente no calendário";
    assert_eq!(read(book(&linhas, ""))[..3], lidas);
    assert_eq!(read_by(mapa, book(&linhas, "")), [&lidas[..], &[recusa]].concat());
}

#[test]
fn a_number_with_more_digits_than_a_spreadsheet_keeps_is_told_as_that() {
    let linha = |chave: &str| {
        format!(
            "<row><c><v>{chave}</v></c><c s=\"1\"><v>46083</v></c><c><v>1</v></c><c><v>1</v></c><c><v>1</v></c></row>"
        )
    };
    let lidas = read(book(&["999999999999999", "1E+15", "35250912345678000195"].map(linha).concat(), ""));
    assert_eq!(lidas[0], "2 999999999999999 2026-03-02 1.00 1");
    for (lida, n) in lidas[1..].iter().zip(3..) {
        let dito = "codigo_integracao: número com mais de 15 dígitos, que a planilha arredonda: \
                    formate a coluna como texto e escreva-o de novo";
        assert_eq!(*lida, format!("linha {n}: {dito}"));
    }
}

#[test]
fn zeros_that_the_spreadsheet_shows_are_part_of_the_key() {
    let linha = |estilo: u32| {
        format!(
            "<row><c s=\"{estilo}\"><v>123</v></c><c s=\"1\"><v>46083</v></c><c s=\"2\"><v>7</v></c><c><v>1</v></c><c><v>1</v></c></row>"
        )
    };
    assert_eq!(
        read(book(&[2, 0, 9].map(linha).concat(), "")),
        ["2 000123 2026-03-02 7.00 1", "3 123 2026-03-02 7.00 1", "4 123 2026-03-02 7.00 1"]
    );
}

#[test]
fn a_workbook_that_shows_nothing_says_so() {
    let livro = workbook(&[
        (
            "xl/workbook.xml",
            r#"<workbook><sheets><sheet state="hidden" r:id="a"/><sheet state="veryHidden" r:id="a"/></sheets></workbook>"#,
        ),
        ("xl/_rels/workbook.xml.rels", r#"<r><Relationship Id="a" Target="s.xml"/></r>"#),
        ("xl/s.xml", &format!("<w>{}</w>", header())),
    ]);
    let erro = LinhasImportadas::from_xlsx(Cursor::new(livro), Mapa::default()).err().unwrap();
    assert_eq!(erro.to_string(), "todas as planilhas do arquivo estão ocultas: reexiba a que tem os títulos");
}

#[test]
fn a_sheet_may_have_256_columns_and_be_coloured_to_the_end_of_the_world() {
    let linha = "<row><c><v>1</v></c><c><v>46083</v></c><c><v>1</v></c><c><v>1</v></c><c><v>1</v></c><c r=\"XFD2\" s=\"1\"/></row>";
    let com = |quantas: usize| {
        let mais = "<c t=\"str\"><v>x</v></c>".repeat(quantas - COLUNAS.len());
        let nossas = COLUNAS.map(|nome| format!("<c t=\"str\"><v>{nome}</v></c>")).concat();
        book_under(&format!("<row>{nossas}{mais}<c r=\"XFD1\" s=\"1\"></c></row>"), linha, "")
    };
    assert_eq!(read(com(256)), ["2 1 2026-03-02 1.00 1"]);
    assert_eq!(read(com(257)), ["ColunasDemais"]);
}

#[test]
fn days_may_be_counted_from_1904_on() {
    let linha = |dias: u32| {
        format!("<row><c><v>1</v></c><c><v>{dias}</v></c><c><v>1</v></c><c><v>1</v></c><c><v>1</v></c></row>")
    };
    let livro = workbook(&[
        (
            "xl/workbook.xml",
            r#"<workbook><workbookPr date1904="1"/><sheets><sheet name="x" r:id="a"/></sheets></workbook>"#,
        ),
        ("xl/_rels/workbook.xml.rels", r#"<r><Relationship Id="a" Target="s.xml"/></r>"#),
        ("xl/s.xml", &format!("<w>{}{}{}</w>", header(), linha(44_621), linha(3))),
    ]);
    assert_eq!(
        read(livro),
        [
            "2 1 2026-03-02 1.00 1",
            "linha 3: vencimento (9): data em formato desconhecido ou inexistente no calendário"
        ]
    );
}

/// How reading ends: the kind of failure.
fn failure(arquivo: Vec<u8>) -> Option<std::io::ErrorKind> {
    match LinhasImportadas::from_xlsx(Cursor::new(arquivo), Mapa::default()) {
        Err(ErroImportacao::Leitura(erro)) => Some(erro.kind()),
        Err(_) => None,
        Ok(linhas) => linhas.filter_map(Result::err).find_map(|recusa| {
            recusa
                .erros
                .iter()
                .find_map(|erro| if let Motivo::Leitura(tipo) = erro.motivo { Some(tipo) } else { None })
        }),
    }
}

#[test]
fn bombs_end_in_an_error_and_not_in_memory() {
    use std::io::ErrorKind::{FileTooLarge, InvalidData};
    let enorme = "x".repeat(3 * 1024 * 1024);
    let gigante = "&#120;".repeat(200_000);
    for (nome, arquivo, tipo) in [
        (
            "a text without end",
            book(&format!("<row><c t=\"inlineStr\"><is><t>{enorme}</t></is></c></row>"), ""),
            FileTooLarge,
        ),
        ("a shared text without end", book("", &format!("<si><t>{enorme}</t></si>")), FileTooLarge),
        ("an attribute without end", book(&format!("<row r=\"{enorme}\">"), ""), FileTooLarge),
        ("a comment without end", book(&format!("<!--{enorme}-->"), ""), FileTooLarge),
        ("tags within tags", book(&"<x>".repeat(100_000), ""), FileTooLarge),
        (
            "entities of its own",
            book("<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>", ""),
            InvalidData,
        ),
        (
            "an entity nobody defined",
            book("<row><c t=\"inlineStr\"><is><t>&lol;</t></is></c></row>", ""),
            InvalidData,
        ),
    ] {
        assert_eq!(failure(arquivo), Some(tipo), "{nome}");
    }
    // Small pieces add up within a cell: it is a line that is too long.
    let aos_poucos =
        book(&format!("<row r=\"2\"><c t=\"inlineStr\"><is><t>{gigante}</t></is></c></row>"), "");
    assert_eq!(failure(aos_poucos.clone()), None);
    assert_eq!(read(aos_poucos).len(), 1);
    // Three million empty rows cost time, and no memory.
    let vazias = book(&"<row/>".repeat(3_000_000), "");
    assert!(vazias.len() < 100_000);
    assert_eq!(read(vazias), Vec::<String>::new());
}

/// Gives so many bytes, and then no more for a reason of its own.
struct Cortada {
    dentro: Cursor<Vec<u8>>,
    restam: usize,
}

impl Read for Cortada {
    fn read(&mut self, destino: &mut [u8]) -> io::Result<usize> {
        if self.restam == 0 {
            return Err(ErrorKind::ConnectionAborted.into());
        }
        let ate = destino.len().min(self.restam);
        let lidos = self.dentro.read(&mut destino[..ate])?;
        self.restam -= lidos;
        Ok(lidos)
    }
}

impl Seek for Cortada {
    fn seek(&mut self, para: SeekFrom) -> io::Result<u64> {
        self.dentro.seek(para)
    }
}

#[test]
fn why_the_reader_failed_is_told_wherever_it_does() {
    let linha = r#"<row r="2"><c r="A2"><v>1</v></c></row>"#;
    let arquivo = book(linha, "<si><t>x</t></si>");
    let mut inteiras = 0;
    for restam in 0..4 * arquivo.len() {
        let entrada = Cortada { dentro: Cursor::new(arquivo.clone()), restam };
        let motivo = match LinhasImportadas::from_xlsx(entrada, Mapa::default()) {
            Err(ErroImportacao::Leitura(erro)) => Some(erro.kind()),
            Err(outro) => panic!("{restam}: {outro}"),
            Ok(linhas) => linhas
                .filter_map(Result::err)
                .flat_map(|recusa| recusa.erros)
                .find_map(|erro| if let Motivo::Leitura(tipo) = erro.motivo { Some(tipo) } else { None }),
        };
        inteiras += usize::from(motivo.is_none());
        assert!(motivo.is_none_or(|tipo| tipo == ErrorKind::ConnectionAborted), "{restam}: {motivo:?}");
    }
    assert!(inteiras > 0 && inteiras < 4 * arquivo.len());
}

#[test]
fn a_broken_file_is_broken_wherever_it_is_cut() {
    let linha = |n: u32| {
        format!(
            "<row><c><v>{n}</v></c><c><v>46083</v></c><c><v>1</v></c><c><v>{}</v></c><c><v>1</v></c></row>",
            n * 7_919 % 1_009
        )
    };
    let inteiro = book(&(1..2_000).map(linha).collect::<String>(), "");
    assert_eq!(read(inteiro.clone()).len(), 1_999);
    for corte in [0, 1, 100, inteiro.len() / 2, inteiro.len() - 1] {
        assert!(failure(inteiro[..corte].to_vec()).is_some(), "{corte}");
    }
    // One bit of the packed sheet: no line of it may be believed to the end.
    let meio = inteiro.len() / 3;
    let mut mudado = inteiro;
    mudado[meio] ^= 0x10;
    assert!(failure(mudado).is_some());
}
