//! Lists and details that are kept as files (rules b11, b20, c02), and sheets that nobody asks for any more.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use batch_action::{Arquivista, CONEXOES_DO_ARQUIVISTA};
use runtime::{Deposito, Encerramento, Relogio};
use serde_json::json;
use store::arquivos::{self, ArquivoLido};
use store::lotes::exportacoes;
use store::{Banco, Papel};
use testkit::Sql;
use uuid::Uuid;

use crate::apoio::{Servico, agora, code, refused};
use crate::baixa::{Baixa, rows};

/// A company of three who can have an e-mail, what keeps its files, and where.
struct Arquivo {
    s: Servico,
    arquivista: Arc<Arquivista>,
    dispatcher: Banco,
    pasta: tempfile::TempDir,
}

impl Arquivo {
    fn new() -> Self {
        let s = Servico::new();
        s.push(1..=3, true);
        let pasta = tempfile::tempdir().unwrap();
        let banco = Banco::connect(s.banco.url(), Papel::Lote, CONEXOES_DO_ARQUIVISTA).unwrap();
        let arquivista = Arquivista::new(banco, Relogio::sandbox(agora()), Deposito::new(pasta.path()));
        let dispatcher = Banco::connect(s.banco.url(), Papel::Dispatcher, 1).unwrap();
        Self { s, arquivista, dispatcher, pasta }
    }

    /// Asks for a file, and answers which.
    async fn ask(&self, caminho: &str) -> Uuid {
        let pedida = self.s.http.post(caminho, &json!({})).await.expect(202);
        let id: Uuid = pedida.json["arquivo_id"].as_str().unwrap().parse().unwrap();
        assert_eq!(pedida.headers["location"], format!("/v1/arquivos/{id}"));
        id
    }

    async fn round(&self) -> bool {
        self.arquivista.round(&Encerramento::new()).await.unwrap()
    }

    fn read(&self, id: Uuid) -> ArquivoLido {
        self.dispatcher.da_empresa(self.s.empresa, |t| arquivos::get(t, id)).unwrap().unwrap()
    }

    /// The names of what is there.
    fn files(&self) -> Vec<String> {
        let Ok(dir) = fs::read_dir(self.pasta.path().join(self.s.empresa.to_string())) else { return vec![] };
        let mut nomes: Vec<_> =
            dir.map(|entrada| entrada.unwrap().file_name().into_string().unwrap()).collect();
        nomes.sort();
        nomes
    }

    /// The bytes that the row of a file names.
    fn bytes(&self, id: Uuid) -> Vec<u8> {
        let ler = |t: &mut store::Tenant<'_>| {
            Ok(Ok::<_, ()>(arquivos::fetch(t, id, arquivos::Peca::Conteudo, agora())?))
        };
        let baixa = self.dispatcher.gravar(self.s.empresa, Uuid::from_u128(7), ler).unwrap().unwrap();
        let arquivos::Baixa::Bytes { lugar, tamanho, .. } = baixa else { panic!("{baixa:?}") };
        let bytes = fs::read(self.pasta.path().join(lugar)).unwrap();
        assert_eq!(i64::try_from(bytes.len()), Ok(tamanho));
        bytes
    }

    fn sql(&self) -> Sql {
        Sql::connect(self.s.banco.url())
    }

    /// Does this to the row of a file whenever whoever makes it keeps it for longer, which is before each page.
    fn at_each_page(&self, faz: &str) {
        self.sql().run(&format!(
            "CREATE FUNCTION pg_temp_pagina() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {faz} END $$; \
             CREATE TRIGGER pagina BEFORE UPDATE ON disparo.arquivo FOR EACH ROW \
               WHEN (NEW.cerca = OLD.cerca AND NEW.estado = 'gerando') EXECUTE FUNCTION pg_temp_pagina()"
        ));
    }
}

#[tokio::test]
async fn b11_c02_a_list_that_was_asked_for_is_kept_with_the_same_rows_as_the_one_that_is_read_at_once() {
    let a = Arquivo::new();
    let (acao, _) = a.s.ready().await;
    let lote: Uuid = acao.rsplit('/').next().unwrap().parse().unwrap();
    let id = a.ask(&format!("{acao}/lista?formato=csv")).await;
    let pedido = a.read(id);
    assert_eq!((pedido.tipo.as_str(), pedido.estado.as_str()), ("exportacoes", "gerando"));
    assert_eq!((pedido.data.to_string().as_str(), pedido.acao_id), ("2026-03-10", Some(lote)));
    assert!(
        pedido.nome.starts_with("lista-email-2026-03-10-")
            && pedido.nome.rsplit_once('.').is_some_and(|(_, fim)| fim == "csv")
    );
    assert!(!a.round().await, "nothing more at once");
    let pronto = a.read(id);
    assert_eq!((pronto.estado.as_str(), pronto.itens, pronto.versao), ("pronto", 3, 1));
    assert_eq!(pronto.sha256.unwrap().len(), 64);
    let (_, lida) = Baixa::whole(&a.s, &format!("{acao}/lista?formato=csv")).await;
    assert_eq!(rows(&a.bytes(id), 0), rows(&lida, 0));
    let pasta = a.ask(&format!("{acao}/lista")).await;
    a.round().await;
    assert!(a.bytes(pasta).starts_with(b"PK"));
    assert_eq!(a.read(pasta).mime, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
}

#[tokio::test]
async fn b20_the_detail_is_kept_as_it_is_then() {
    let a = Arquivo::new();
    let (acao, _) = a.s.ready().await;
    let itens = format!("{acao}/itens/planilha?formato=csv");
    assert_eq!(code(a.s.http.post(&itens, &json!({})).await, 409), "acao_nao_permite");
    let _feita = a.s.confirm(&acao).await.expect(202);
    let id = a.ask(&itens).await;
    a.round().await;
    let (_, lida) = Baixa::whole(&a.s, &itens).await;
    assert_eq!(rows(&a.bytes(id), 0), rows(&lida, 0));
    assert_eq!(a.read(id).itens, 3);
}

#[tokio::test]
async fn c02_asked_for_again_before_it_is_written_it_is_the_same_file_and_of_what_changed_another() {
    let a = Arquivo::new();
    let (acao, _) = a.s.ready().await;
    let lista = format!("{acao}/lista?formato=csv");
    let uma = a.ask(&lista).await;
    assert_eq!(a.ask(&lista).await, uma);
    assert_ne!(a.ask(&format!("{acao}/lista?formato=xlsx")).await, uma);
    a.s.select(&acao).await;
    let outra = a.ask(&lista).await;
    assert_ne!(outra, uma);
    a.round().await;
    assert_eq!(a.files().len(), 3);
    assert_ne!(a.ask(&lista).await, outra, "that one is written");
}

#[tokio::test]
async fn b11_all_of_a_list_is_of_one_instant() {
    let a = Arquivo::new();
    let (acao, _) = a.s.ready().await;
    let _feita = a.s.confirm(&acao).await.expect(202);
    let lote = acao.rsplit('/').next().unwrap();
    a.at_each_page(&format!(
        "INSERT INTO lote.item VALUES ('{}', '{lote}', gen_random_uuid()); RETURN NEW;",
        a.s.empresa
    ));
    let id = a.ask(&format!("{acao}/lista?formato=csv")).await;
    a.round().await;
    assert_eq!((a.read(id).itens, rows(&a.bytes(id), 0).len()), (3, 4), "and a header");
    assert_eq!(a.sql().number("SELECT count(*) FROM lote.item"), 4, "there was one to be seen");
}

#[tokio::test]
async fn who_is_cut_off_in_the_middle_leaves_no_file_and_it_is_written_again() {
    let a = Arquivo::new();
    let (acao, _) = a.s.ready().await;
    let id = a.ask(&format!("{acao}/lista?formato=csv")).await;
    // One that was killed: its lease, and some bytes.
    let banco = Banco::connect(a.s.banco.url(), Papel::Lote, 1).unwrap();
    let tomar = |t: &mut store::Tenant<'_>| exportacoes::take(t, id, Duration::from_mins(1));
    let (morto, _) = banco.da_empresa(a.s.empresa, tomar).unwrap().unwrap();
    let dele = a.pasta.path().join(morto.lugar(a.s.empresa, "csv") + ".parcial");
    fs::create_dir_all(dele.parent().unwrap()).unwrap();
    fs::write(&dele, "codigo_int").unwrap();
    a.round().await;
    assert_eq!((a.read(id).estado.as_str(), a.files().len()), ("gerando", 1), "it is his");
    let passa = "UPDATE disparo.arquivo SET lease_ate = clock_timestamp() - interval '1 second'";
    a.sql().run(passa);
    // One that slept until the file was another's.
    a.at_each_page("RETURN NULL;");
    a.round().await;
    assert_eq!((a.read(id).estado.as_str(), a.files().len()), ("gerando", 1), "nothing of it was left");
    a.sql().run(&format!("DROP TRIGGER pagina ON disparo.arquivo; {passa}"));
    a.round().await;
    assert_eq!(a.read(id).estado, "pronto");
    assert_eq!(rows(&a.bytes(id), 0).len(), 4);
    assert_eq!(a.files().len(), 1, "what others left is gone");
}

#[tokio::test]
async fn c02_what_there_is_no_list_of_any_more_is_an_empty_file() {
    let a = Arquivo::new();
    let acao = a.s.begin("email").await;
    let csv = "codigo_integracao\nd1\n";
    let _escolhida = a.s.http.put_bytes(&format!("{acao}/planilha"), "text/csv", csv).await.expect(200);
    let id = a.ask(&format!("{acao}/lista")).await;
    let _cancelada = a.s.http.post(&format!("{acao}/cancelamento"), &json!({})).await.expect(200);
    a.round().await;
    assert_eq!((a.read(id).estado.as_str(), a.files()), ("vazio", vec![]));
}

#[tokio::test]
async fn b11_b20_what_there_is_no_file_of_is_not_asked_for() {
    let a = Arquivo::new();
    let rascunho = a.s.begin("email").await;
    assert_eq!(code(a.s.http.post(&format!("{rascunho}/lista"), &json!({})).await, 409), "acao_nao_permite");
    let outra = a.s.other_company();
    a.s.select(&rascunho).await;
    for qual in ["lista", "itens/planilha"] {
        let caminho = format!("{rascunho}/{qual}");
        assert_eq!(code(outra.post(&caminho, &json!({})).await, 404), "nao_encontrado");
        let ruim = a.s.http.post(&format!("{caminho}?formato=pdf"), &json!({})).await.expect(422).json;
        assert_eq!(refused(&ruim), ["/formato valor_invalido"]);
    }
    assert_eq!(a.sql().number("SELECT count(*) FROM disparo.arquivo"), 0);
}

/// Sheets, debtors that they name, and lines that name nobody.
fn kept(a: &Arquivo) -> [i64; 3] {
    ["planilha", "planilha_devedor", "planilha_recusada"]
        .map(|tabela| a.sql().number(&format!("SELECT count(*) FROM lote.{tabela}")))
}

#[tokio::test]
async fn b04_what_a_sheet_said_goes_when_another_takes_its_place_or_its_batch_is_called_off_as_a_draft() {
    let a = Arquivo::new();
    let acao = a.s.begin("email").await;
    let put = async |csv: &'static str| {
        a.s.http.put_bytes(&format!("{acao}/planilha"), "text/csv", csv).await.expect(200).json
    };
    put("codigo_integracao\nd1\nd2\nx\n").await;
    put("codigo_integracao\nd3\ny\nz\n").await;
    assert_eq!(kept(&a), [2, 3, 3]);
    while a.round().await {}
    assert_eq!(kept(&a), [1, 1, 2], "of the new one");
    let erros = format!("{acao}/planilha/erros?formato=csv");
    assert!(a.s.http.get(&erros).await.expect(200).text.contains("\r\ny;"));
    let antes = a.s.http.get(&acao).await.expect(200).json;
    let _cancelada = a.s.http.post(&format!("{acao}/cancelamento"), &json!({})).await.expect(200);
    // At once, whoever clears may be a while.
    assert_eq!(kept(&a), [1, 1, 2]);
    assert_eq!(code(a.s.http.get(&erros).await, 409), "acao_nao_permite");
    assert_eq!(code(a.s.http.get(&format!("{acao}/lista")).await, 409), "acao_nao_permite");
    assert_eq!(a.s.all(&format!("{acao}/amostra"), 10).await, Vec::<serde_json::Value>::new());
    while a.round().await {}
    assert_eq!(kept(&a), [1, 0, 0]);
    let depois = a.s.http.get(&acao).await.expect(200).json;
    assert_eq!(depois["selecao"], antes["selecao"], "how many they were is still told");
    assert!(!a.round().await);
}

#[tokio::test]
async fn b04_a_filter_lets_go_of_a_sheet_too_and_what_was_confirmed_by_one_keeps_it() {
    let a = Arquivo::new();
    let csv = "codigo_integracao\nd1\nx\n";
    let (por_filtro, por_planilha) = (a.s.begin("email").await, a.s.begin("enriquecimento").await);
    let put = async |acao: &str| {
        let _feita = a.s.http.put_bytes(&format!("{acao}/planilha"), "text/csv", csv).await.expect(200);
    };
    put(&por_filtro).await;
    a.s.select(&por_filtro).await;
    a.sql().run(
        "UPDATE cadastro.devedor SET documento = '52998224725', tipo_pessoa = 'fisica' WHERE nome = 'Devedor 01'",
    );
    put(&por_planilha).await;
    let _feita = a.s.confirm(&por_planilha).await.expect(202);
    let _cancelada = a.s.http.post(&format!("{por_planilha}/cancelamento"), &json!({})).await.expect(200);
    while a.round().await {}
    assert_eq!(kept(&a), [1, 1, 1]);
    let erros = a.s.http.get(&format!("{por_planilha}/planilha/erros?formato=csv")).await.expect(200);
    assert!(erros.text.contains("\r\nx;"));
}

#[tokio::test]
async fn b04_a_selection_tells_the_name_of_its_sheet_and_how_many_lines_are_of_nobody() {
    let a = Arquivo::new();
    let acao = a.s.begin("email").await;
    let csv = "codigo_integracao;documento\nd1;\nx;\nd2;1\n";
    let caminho = format!("{acao}/planilha?nome=março.csv");
    let escolhida = a.s.http.put_bytes(&caminho, "text/csv", csv).await.expect(200).json;
    let planilha = &escolhida["selecao"]["planilha"];
    assert_eq!((&planilha["nome"], &planilha["desconhecidas"]), (&json!("março.csv"), &json!(1)));
    assert_eq!((&planilha["recusadas"], &planilha["aceitas"]), (&json!(2), &json!(1)));
}
