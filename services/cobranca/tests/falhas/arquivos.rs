//! Files that are no portfolio: each gets a clear answer, and the process that reads them stays as small as it was.
#![cfg(test)]

use std::fs;
use std::io::{Cursor, Write as _};

use providers::caixa::Roteiro;
use serde_json::{Value, json};
use testkit::{Http, Sql, wait_for};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::casa::{Casa, PRAZO};

/// No broker and no mailbox is needed.
const NENHUM: &str = "amqp://127.0.0.1:1/%2f";
const CSV: &str = "text/csv";
const NDJSON: &str = "application/x-ndjson";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// What the process may take more, in kB, whatever it is given to read. The largest file has a hundred times as much; what
/// is measured is the chunk of 5,000 lines that an import holds, and the allocator's own.
const MAIS_KB: u64 = 96 * 1024;
const CEM_MB: usize = 100 * 1024 * 1024;

/// The most memory that the process has ever had, in kB.
fn peak(processo: u32) -> u64 {
    let estado = fs::read_to_string(format!("/proc/{processo}/status")).unwrap();
    let linha = estado.lines().find_map(|linha| linha.strip_prefix("VmHWM:")).unwrap();
    linha.trim().trim_end_matches(" kB").parse().unwrap()
}

/// A workbook of these parts, each in pieces so that nobody holds it whole.
fn workbook(linhas: &[(&str, usize)], textos: &[(&str, usize)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let partes: [(&str, &[(&str, usize)]); 4] = [
        (
            "xl/workbook.xml",
            &[(r#"<workbook><sheets><sheet name="x" sheetId="1" r:id="r1"/></sheets></workbook>"#, 1)],
        ),
        (
            "xl/_rels/workbook.xml.rels",
            &[(r#"<Relationships><Relationship Id="r1" Target="worksheets/a.xml"/></Relationships>"#, 1)],
        ),
        ("xl/worksheets/a.xml", linhas),
        ("xl/sharedStrings.xml", textos),
    ];
    for (nome, pedacos) in partes {
        zip.start_file(nome, SimpleFileOptions::default()).unwrap();
        for (pedaco, vezes) in pedacos {
            for _ in 0..*vezes {
                zip.write_all(pedaco.as_bytes()).unwrap();
            }
        }
    }
    zip.finish().unwrap().into_inner()
}

const INICIO: &str = "<worksheet><sheetData><row r=\"1\"><c t=\"inlineStr\"><is><t>codigo_integracao</t></is></c>\
    <c t=\"inlineStr\"><is><t>vencimento</t></is></c><c t=\"inlineStr\"><is><t>valor</t></is></c>\
    <c t=\"inlineStr\"><is><t>devedor_codigo</t></is></c><c t=\"inlineStr\"><is><t>devedor_nome</t></is></c></row>";
const FIM: &str = "</sheetData></worksheet>";

/// A row with this in the cell of the value.
fn row(valor: &str) -> String {
    let texto = |texto: &str| format!("<c t=\"inlineStr\"><is><t>{texto}</t></is></c>");
    format!("<row>{}{}{valor}{}{}</row>", texto("T1"), texto("2026-02-10"), texto("D1"), texto("Maria"))
}

async fn import(titulos: &Http, tipo: &str, arquivo: Vec<u8>) -> Value {
    let endereco = titulos.upload("/v1/importacoes", tipo, arquivo).await.expect(202);
    let endereco = endereco.headers["location"].to_str().unwrap().to_owned();
    wait_for(PRAZO, async || {
        let lida = titulos.get(&endereco).await.expect(200).json;
        (!["pendente", "processando"].iter().any(|estado| lida["estado"] == *estado)).then_some(lida)
    })
    .await
}

/// The first reason that a line was refused for.
async fn reason(titulos: &Http, importacao: &Value) -> String {
    let caminho = format!("/v1/importacoes/{}/erros", importacao["id"].as_str().unwrap());
    let erro = titulos.get(&caminho).await.expect(200).json["itens"][0].clone();
    format!("{} {}", erro["linha"], erro["codigo"].as_str().unwrap_or("-"))
}

/// A file that is no file of titles, and what is said of it.
fn hopeless() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let xml = |linhas: &[(&str, usize)]| workbook(linhas, &[("<sst></sst>", 1)]);
    let xs = "x".repeat(1024 * 1024);
    vec![
        (
            "um texto de 300 MB em 300 kB",
            XLSX,
            xml(&[
                (INICIO, 1),
                ("<row><c t=\"inlineStr\"><is><t>", 1),
                (&xs, 300),
                ("</t></is></c></row>", 1),
                (FIM, 1),
            ]),
        ),
        (
            "um texto compartilhado de 300 MB",
            XLSX,
            workbook(&[(INICIO, 1), (FIM, 1)], &[("<sst><si><t>", 1), (&xs, 300), ("</t></si></sst>", 1)]),
        ),
        (
            "entidades dentro de entidades",
            XLSX,
            xml(&[
                ("<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">]>", 1),
                (INICIO, 1),
                (&row("<c t=\"inlineStr\"><is><t>&b;</t></is></c>"), 1),
                (FIM, 1),
            ]),
        ),
        ("um milhão de elementos aninhados", XLSX, xml(&[(INICIO, 1), ("<a>", 1_000_000), (FIM, 1)])),
        (
            "um milhão de colunas no cabeçalho",
            XLSX,
            xml(&[
                ("<worksheet><sheetData><row>", 1),
                ("<c t=\"inlineStr\"><is><t>a</t></is></c>", 1_000_000),
                ("</row>", 1),
                (FIM, 1),
            ]),
        ),
        ("um milhão de colunas em CSV", CSV, "a;".repeat(1_000_000).into_bytes()),
        ("um zip que não é", XLSX, b"PK\x03\x04 nada".to_vec()),
        ("UTF-16", CSV, "codigo_integracao;vencimento\n".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("bytes quaisquer", CSV, (0..=255).cycle().take(300_000).collect()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_is_answered_by_silence_and_none_costs_more_memory_than_a_good_one() {
    let mut casa = Casa::start(NENHUM, Roteiro::normal()).await;
    let titulos = casa.empresa().await.titulos;
    let mut bom = "codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome\n".to_owned();
    bom.extend((0..5_000).map(|n| format!("B{n};10/02/2026;10,00;D{n};Devedor {n}\n")));
    assert_eq!(import(&titulos, CSV, bom.into_bytes()).await["criados"], 5_000);
    let (processo, mut sql) = (casa.titulos.id(), Sql::connect(casa.banco.url()));
    let de_inicio = peak(processo);

    for (nome, tipo, arquivo) in hopeless() {
        let feita = import(&titulos, tipo, arquivo).await;
        let (estado, erro) = (&feita["estado"], feita["erro"].as_str().unwrap_or_default());
        assert!(*estado == "falhou" && erro.len() > 20, "{nome}: {feita}");
        assert_eq!(feita["criados"], 0, "{nome}");
    }
    for (nome, tipo, arquivo, linha) in lines_that_cost_themselves_only() {
        let feita = import(&titulos, tipo, arquivo).await;
        assert_eq!(
            (&feita["estado"], &feita["recusados"]),
            (&json!("concluida"), &json!(1)),
            "{nome}: {feita}"
        );
        assert_eq!(
            feita["criados"].as_u64().unwrap() + feita["inalterados"].as_u64().unwrap(),
            1,
            "{nome}: {feita}"
        );
        assert_eq!(reason(&titulos, &feita).await, linha, "{nome}");
    }
    assert_eq!(sql.number("(SELECT count(*) FROM cadastro.titulo)"), 5_001);
    assert_eq!(sql.number("(SELECT count(*) FROM cadastro.importacao_parte)"), 0, "no file is kept");
    let mais = peak(processo).saturating_sub(de_inicio);
    assert!(mais < MAIS_KB, "de {de_inicio} kB, {mais} kB a mais");
}

/// Files of two lines, of which the first is refused on its line for its reason, and the other is stored.
fn lines_that_cost_themselves_only() -> Vec<(&'static str, &'static str, Vec<u8>, &'static str)> {
    let cabecalho = "codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome\n";
    let boa = "BOA;10/02/2026;10,00;D;Maria\n";
    let longa = [cabecalho.as_bytes(), &vec![b'x'; CEM_MB], b"\n", boa.as_bytes()].concat();
    let boa_json = "{\"codigo_integracao\":\"BOA\",\"vencimento\":\"2026-02-10\",\"valor\":\"10.00\",\"devedor\":{\"codigo_integracao\":\"D\",\"nome\":\"Maria\"}}\n";
    let ndjson = [b"{\"nome\":\"", vec![b'x'; CEM_MB].as_slice(), b"\"}\n", boa_json.as_bytes()].concat();
    let boa_xml = row("<c><v>10</v></c>").replace("T1", "BOA").replace("D1", "D");
    let xml = |linha: &str, vezes: usize, fecha: &str| {
        workbook(&[(INICIO, 1), (linha, vezes), (fecha, 1), (&boa_xml, 1), (FIM, 1)], &[("<sst></sst>", 1)])
    };
    vec![
        ("uma linha de 100 MB em CSV", CSV, longa, "2 linha_longa"),
        ("uma linha de 100 MB em NDJSON", NDJSON, ndjson, "1 linha_longa"),
        ("uma fórmula sem valor", XLSX, xml(&row("<c><f>SUM(A1:A9)</f></c>"), 1, ""), "2 formula_invalida"),
        (
            "um erro de planilha",
            XLSX,
            xml(&row("<c t=\"e\"><v>#DIV/0!</v></c>"), 1, ""),
            "2 formula_invalida",
        ),
        (
            "um milhão de colunas numa linha",
            XLSX,
            workbook(
                &[
                    (INICIO, 1),
                    ("<row>", 1),
                    ("<c><v>1</v></c>", 1_000_000),
                    ("</row>", 1),
                    (&boa_xml, 1),
                    (FIM, 1),
                ],
                &[("<sst></sst>", 1)],
            ),
            "2 linha_longa",
        ),
        (
            "meia linha em Latin-1",
            CSV,
            [cabecalho.as_bytes(), b"T1;10/02/2026;1,00;D1;Jos\xe9\n", boa.as_bytes()].concat(),
            "2 codificacao_invalida",
        ),
    ]
}
