//! The parts of a workbook that are no rows.

use super::Folha;
use super::celulas::{Estilo, push_column, push_display, push_escaped};

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const PLANILHA: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELACAO: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACOTE: &str = "http://schemas.openxmlformats.org/package/2006";
const TIPO: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/// Letters of the title and of the text that is shown to whoever fills in a cell; with more a file is called damaged.
const MAX_TITULO: usize = 32;
const MAX_DICA: usize = 255;

/// The formats, in the order of [`Estilo`] after that of cells without one.
const ESTILOS: &str = "<numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"dd/mm/yyyy\"/>\
<numFmt numFmtId=\"165\" formatCode=\"dd/mm/yyyy\\ hh:mm:ss\"/></numFmts>\
<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/><family val=\"2\"/></font>\
<font><b/><sz val=\"11\"/><name val=\"Calibri\"/><family val=\"2\"/></font></fonts>\
<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>\
<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
<cellXfs count=\"7\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>\
<xf numFmtId=\"49\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyFont=\"1\"/>\
<xf numFmtId=\"4\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
<xf numFmtId=\"165\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
<xf numFmtId=\"1\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/></cellXfs>\
<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles>";

/// Where a worksheet is in the zip; the first is 1.
pub(super) fn sheet_path(numero: usize) -> String {
    format!("xl/worksheets/sheet{numero}.xml")
}

pub(super) fn push_sheet_start(xml: &mut String, folha: &Folha) {
    push_display(xml, format_args!("{XML}<worksheet xmlns=\"{PLANILHA}\"><sheetViews>"));
    xml.push_str("<sheetView workbookViewId=\"0\">");
    if folha.cabecalho {
        xml.push_str("<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>");
    }
    xml.push_str("</sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"15\"/>");
    if !folha.colunas.is_empty() {
        xml.push_str("<cols>");
        for (numero, coluna) in (1..).zip(&folha.colunas) {
            push_display(xml, format_args!("<col min=\"{numero}\" max=\"{numero}\" "));
            let estilo = if coluna.de_texto { Estilo::Texto.as_str() } else { "0" };
            let largura = coluna.largura;
            push_display(xml, format_args!("width=\"{largura}\" style=\"{estilo}\" customWidth=\"1\"/>"));
        }
        xml.push_str("</cols>");
    }
    xml.push_str("<sheetData>");
}

pub(super) fn push_sheet_end(xml: &mut String, folha: &Folha) {
    xml.push_str("</sheetData>");
    let colunas = folha.colunas.iter().enumerate();
    let dicas: Vec<_> = colunas.filter_map(|(n, coluna)| Some((n, coluna, coluna.dica?))).collect();
    if !dicas.is_empty() {
        push_display(xml, format_args!("<dataValidations count=\"{}\">", dicas.len()));
        for (indice, coluna, dica) in dicas {
            xml.push_str("<dataValidation allowBlank=\"1\" showInputMessage=\"1\" promptTitle=\"");
            push_escaped(xml, &coluna.titulo.chars().take(MAX_TITULO).collect::<String>());
            xml.push_str("\" prompt=\"");
            push_escaped(xml, &dica.chars().take(MAX_DICA).collect::<String>());
            xml.push_str("\" sqref=\"");
            push_column(xml, indice);
            xml.push_str("1:");
            push_column(xml, indice);
            xml.push_str("1048576\"/>");
        }
        xml.push_str("</dataValidations>");
    }
    xml.push_str("</worksheet>");
}

/// The other parts of a workbook of these worksheets, each with its path.
pub(super) fn others(nomes: &[String]) -> [(&'static str, String); 5] {
    [
        ("xl/styles.xml", format!("{XML}<styleSheet xmlns=\"{PLANILHA}\">{ESTILOS}</styleSheet>")),
        ("xl/workbook.xml", workbook(nomes)),
        ("xl/_rels/workbook.xml.rels", relations(nomes.len())),
        (
            "_rels/.rels",
            format!(
                "{XML}<Relationships xmlns=\"{PACOTE}/relationships\"><Relationship Id=\"rId1\" \
                 Type=\"{RELACAO}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        ("[Content_Types].xml", content_types(nomes.len())),
    ]
}

fn workbook(nomes: &[String]) -> String {
    let mut xml = format!("{XML}<workbook xmlns=\"{PLANILHA}\" xmlns:r=\"{RELACAO}\"><sheets>");
    for (numero, nome) in (1..).zip(nomes) {
        xml.push_str("<sheet name=\"");
        push_escaped(&mut xml, nome);
        push_display(&mut xml, format_args!("\" sheetId=\"{numero}\" r:id=\"rId{numero}\"/>"));
    }
    xml + "</sheets></workbook>"
}

fn relations(folhas: usize) -> String {
    let mut xml = format!("{XML}<Relationships xmlns=\"{PACOTE}/relationships\">");
    for numero in 1..=folhas {
        push_display(
            &mut xml,
            format_args!("<Relationship Id=\"rId{numero}\" Type=\"{RELACAO}/worksheet\" "),
        );
        push_display(&mut xml, format_args!("Target=\"worksheets/sheet{numero}.xml\"/>"));
    }
    let estilos = folhas + 1;
    push_display(&mut xml, format_args!("<Relationship Id=\"rId{estilos}\" Type=\"{RELACAO}/styles\" "));
    xml + "Target=\"styles.xml\"/></Relationships>"
}

fn content_types(folhas: usize) -> String {
    let mut xml = format!(
        "{XML}<Types xmlns=\"{PACOTE}/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Override PartName=\"/xl/workbook.xml\" ContentType=\"{TIPO}.sheet.main+xml\"/>\
         <Override PartName=\"/xl/styles.xml\" ContentType=\"{TIPO}.styles+xml\"/>"
    );
    for numero in 1..=folhas {
        let parte = sheet_path(numero);
        push_display(
            &mut xml,
            format_args!("<Override PartName=\"/{parte}\" ContentType=\"{TIPO}.worksheet+xml\"/>"),
        );
    }
    xml + "</Types>"
}
