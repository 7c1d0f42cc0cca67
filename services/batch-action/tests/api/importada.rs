//! Who is meant, by a sheet (rules b03, b04).

use serde_json::{Value, json};
use sheets::saida::{Celula, Coluna, Formato, Saida};
use testkit::Resposta;

use crate::apoio::{Servico, code, refused};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

impl Servico {
    async fn sheet(&self, acao: &str, csv: &str) -> Resposta {
        self.http.put_bytes(&format!("{acao}/planilha"), "text/csv", csv).await
    }

    async fn refused_lines(&self, acao: &str) -> String {
        self.http.get(&format!("{acao}/planilha/erros?formato=csv")).await.expect(200).text
    }

    /// Rows of sheets that there are.
    fn kept(&self) -> i64 {
        let tabelas = self.banco.observer().look();
        tabelas
            .iter()
            .filter(|tabela| tabela.nome.starts_with("lote.planilha"))
            .map(|tabela| tabela.linhas)
            .sum()
    }
}

fn counts(acao: &Value) -> [i64; 6] {
    let selecao = &acao["selecao"];
    let da_planilha = ["linhas", "aceitas", "repetidas", "recusadas"].map(|n| &selecao["planilha"][n]);
    let [linhas, aceitas, repetidas, recusadas] = da_planilha.map(|n| n.as_i64().unwrap());
    let [atendem, com_contato] = ["atendem", "com_contato"].map(|n| selecao[n].as_i64().unwrap());
    [linhas, aceitas, repetidas, recusadas, atendem, com_contato]
}

#[tokio::test]
async fn b03_b04_good_lines_go_on_and_bad_ones_come_back_to_be_corrected_and_sent_again() {
    let s = Servico::new();
    s.push(1..=4, true);
    s.push(5..=5, false);
    let acao = s.begin("email").await;
    let csv = "Obs;codigo_integracao;documento\nA;d1;\nB;d5;\n;;\nC;d1;\nD;x9;\nE;;529.982.247-26\nF;d3;\n";
    let escolhida = s.sheet(&acao, csv).await.expect(200).json;
    assert_eq!(counts(&escolhida), [6, 3, 1, 2, 3, 2]);
    assert_eq!((&escolhida["status"], &escolhida["versao"]), (&json!("selecionado"), &json!(2)));
    let selecao = &escolhida["selecao"];
    assert_eq!(selecao["filtro"], Value::Null);
    assert_eq!(selecao["excluidos"], json!([{"motivo": "sem_contato", "quantidade": 1}]));
    assert_eq!(selecao["em_palavras"], json!(["Planilha: linhas 6, aceitas 3, repetidas 1, recusadas 2"]));
    assert_eq!(
        s.http.get(&acao).await.expect(200).json["selecao"],
        *selecao,
        "any client goes on from there"
    );
    let amostra = s.all(&format!("{acao}/amostra"), 2).await;
    let codigos: Vec<_> = amostra.iter().map(|lido| lido["codigo_integracao"].as_str().unwrap()).collect();
    assert_eq!(codigos, ["d1", "d3", "d5"]);

    let erros = s.refused_lines(&acao).await;
    assert_eq!(
        erros,
        "\u{feff}Obs;codigo_integracao;documento;erro\r\n\
         D;x9;;linha 6: nenhum devedor da empresa tem este código, ou este documento\r\n\
         E;;529.982.247-26;linha 7: documento: dígitos verificadores do documento não conferem\r\n"
    );
    let corrigida = erros.replace("x9", "d4").replace(";;529.982.247-26", ";d2;");
    let escolhida = s.sheet(&acao, &corrigida).await.expect(200).json;
    assert_eq!(counts(&escolhida), [2, 2, 0, 0, 2, 2]);
    assert!(s.refused_lines(&acao).await.ends_with("documento;erro\r\n"), "a header and no lines");
}

#[tokio::test]
async fn b15_a_batch_is_carried_out_for_whom_its_sheet_named_and_then_takes_no_other() {
    let s = Servico::new();
    s.push(1..=4, true);
    let (acao, _template) = s.ready().await;
    let escolhida = s.sheet(&acao, "codigo_integracao\nd2\nd4\nd2\n").await.expect(200).json;
    assert_eq!((&escolhida["status"], &escolhida["mensagem"]), (&json!("selecionado"), &Value::Null));
    let template = s.template(domain::execucao::Canal::Email, "Outro");
    let _escolhida =
        s.http.put(&format!("{acao}/mensagem"), &json!({"template_id": template})).await.expect(200);
    let previa = s.http.get(&format!("{acao}/pre-visualizacao")).await.expect(200).json;
    assert_eq!(previa["nome"], "Devedor 02");
    let vista = s.shown(&acao).await;
    assert_eq!(vista["selecao"]["planilha"]["aceitas"], 2);
    let confirmada = s.confirm(&acao).await.expect(202).json;
    assert_eq!(confirmada["itens"], 2);
    let itens = s.all(&format!("{acao}/itens"), 500).await;
    let mut nomes: Vec<_> = itens.iter().map(|item| item["nome"].as_str().unwrap()).collect();
    nomes.sort_unstable();
    assert_eq!(nomes, ["Devedor 02", "Devedor 04"]);
    assert_eq!(code(s.sheet(&acao, "codigo_integracao\nd1\n").await, 409), "acao_nao_permite");
}

#[tokio::test]
async fn b03_a_workbook_is_read_as_text_is_and_its_errors_go_back_as_one() {
    let s = Servico::new();
    s.push(1..=2, true);
    let acao = s.begin("email").await;
    let mut pasta = Saida::new(Formato::Xlsx, Vec::new(), &[Coluna::new("codigo_integracao", 20)]).unwrap();
    for codigo in ["d1", "x1", "d2"] {
        pasta.row(&[Celula::texto(codigo)]).unwrap();
    }
    let caminho = format!("{acao}/planilha");
    let bytes = pasta.finish().unwrap();
    let escolhida = s.http.put_bytes(&format!("{caminho}?nome=clientes.xlsx"), XLSX, bytes.clone()).await;
    assert_eq!(counts(&escolhida.expect(200).json), [3, 2, 0, 1, 2, 2]);
    let erros = s.http.get(&format!("{caminho}/erros")).await.expect(200);
    assert_eq!(erros.headers["content-type"], XLSX);
    assert_eq!(erros.headers["content-disposition"], "attachment; filename=\"erros-da-planilha.xlsx\"");
    assert!(erros.text.starts_with("PK"));
    let como_texto = s.http.put_bytes(&caminho, "text/csv", bytes.clone()).await.expect(422);
    assert_eq!(refused(&como_texto.json), [" planilha_invalida"]);
    assert_eq!(code(s.http.put_bytes(&caminho, "application/pdf", bytes).await, 415), "tipo_de_midia");
}

#[tokio::test]
async fn b04_a_sheet_of_which_no_line_is_good_says_why_and_leaves_nothing() {
    let s = Servico::new();
    s.push(1..=1, true);
    let acao = s.begin("email").await;
    let linhas = (0..30).map(|n| format!("x{n};")).collect::<Vec<_>>().join("\n");
    let ruim = format!("codigo_integracao;documento\n;1\n{linhas}");
    let problema = s.sheet(&acao, &ruim).await.expect(422).json;
    let erros = refused(&problema);
    assert_eq!(erros.len(), 20);
    assert!(erros.contains(&"/2/documento sem_zeros_a_esquerda".to_owned()), "{erros:?}");
    assert!(erros.contains(&"/21 devedor_desconhecido".to_owned()), "{erros:?}");
    for (csv, porque) in [
        ("", "a planilha está vazia"),
        ("codigo_integracao\n", "a planilha não tem nenhuma linha"),
        ("nome\nAna\n", "faltam colunas na planilha: codigo_integracao ou documento"),
    ] {
        let problema = s.sheet(&acao, csv).await.expect(422).json;
        assert_eq!(refused(&problema), [" planilha_invalida"], "{csv}");
        assert_eq!(problema["erros"][0]["detalhe"], porque);
    }
    assert_eq!(s.kept(), 0);
    assert_eq!(s.http.get(&acao).await.expect(200).json["versao"], 1);
    assert_eq!(code(s.http.get(&format!("{acao}/planilha/erros")).await, 409), "acao_nao_permite");
}

#[tokio::test]
async fn b03_a_sheet_that_is_not_read_to_its_end_is_for_nobody() {
    let s = Servico::new();
    s.push(1..=1, true);
    let acao = s.begin("email").await;
    let mut csv = "codigo_integracao\nd1\n".to_owned();
    csv.push_str(&"d1\n".repeat(usize::try_from(sheets::lote::MAX_LINHAS).unwrap()));
    let problema = s.sheet(&acao, &csv).await.expect(422).json;
    assert_eq!(refused(&problema), [" planilha_invalida"]);
    assert!(problema["erros"][0]["detalhe"].as_str().unwrap().contains("passa de 1000000 linhas"));
    assert_eq!(s.kept(), 0);
}

#[tokio::test]
async fn b05_a_sheet_is_a_step_like_the_others() {
    let s = Servico::new();
    s.push(1..=3, true);
    let acao = s.begin("email").await;
    let csv = "codigo_integracao\nd1\nx\n";
    let velha = s.http.clone().with_header("if-match", "\"7\"");
    let caminho = format!("{acao}/planilha");
    assert_eq!(code(velha.put_bytes(&caminho, "text/csv", csv).await, 412), "versao_mudou");
    assert_eq!(s.kept(), 0);
    let vista = s.http.clone().with_header("if-match", "\"1\"");
    let _escolhida = vista.put_bytes(&caminho, "text/csv", csv).await.expect(200);
    assert_eq!(code(vista.put_bytes(&caminho, "text/csv", csv).await, 412), "versao_mudou");
    assert_eq!(s.kept(), 3, "a sheet, a debtor and a refused line, once");
    s.select(&acao).await;
    assert_eq!(code(s.http.get(&format!("{caminho}/erros")).await, 409), "acao_nao_permite");
}

#[tokio::test]
async fn r02_a_sheet_finds_nobody_of_another_company_and_is_seen_by_none() {
    let s = Servico::new();
    s.push(1..=1, true);
    let (acao, outra) = (s.begin("email").await, s.other_company());
    let _escolhida = s.sheet(&acao, "codigo_integracao\nd1\n").await.expect(200);
    let caminho = format!("{acao}/planilha");
    assert_eq!(code(outra.get(&format!("{caminho}/erros")).await, 404), "nao_encontrado");
    let csv = "codigo_integracao\nd1\n";
    assert_eq!(code(outra.put_bytes(&caminho, "text/csv", csv).await, 404), "nao_encontrado");
    let nova = outra.post(crate::apoio::LISTA, &json!({"tipo": "email"})).await.expect(201).json;
    let dela = format!("{}/{}/planilha", crate::apoio::LISTA, nova["acao"]["id"].as_str().unwrap());
    let problema = outra.put_bytes(&dela, "text/csv", csv).await.expect(422).json;
    assert_eq!(refused(&problema), ["/2 devedor_desconhecido"]);
}
