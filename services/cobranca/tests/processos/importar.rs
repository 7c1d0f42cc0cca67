//! `cobranca importar`, as a person at a terminal uses it.
#![cfg(test)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Output;

use flate2::Compression;
use flate2::write::GzEncoder;
use providers::caixa::Roteiro;
use serde_json::{Value, json};
use testkit::Http;
use tokio::process::Command;

use crate::casa::{Casa, PRAZO, binary};

const MAPA: &str = r#"
separador = ","
decimal = "."
codificacao = "latin-1"
formato_data = ["%d/%m/%Y"]

[colunas]
codigo_integracao = "Nota"
vencimento = "Venc"
valor = "Total"
devedor_codigo = "Cliente"
devedor_nome = "Razao"
pago_em = "Pago"
"#;
const CABECALHO: &str = "codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome\n";

/// A terminal in a directory of its own, with a key that does no more than it must.
struct Terminal {
    casa: Casa,
    dir: tempfile::TempDir,
    url: String,
    chave: String,
    http: Http,
}

impl Terminal {
    async fn new() -> Self {
        let mut casa = Casa::start("amqp://127.0.0.1:1/%2f", Roteiro::normal()).await;
        let http = casa.empresa().await.titulos;
        let chave = Self::key(&http, &["titulos:ler", "titulos:escrever"]).await;
        let url = casa.titulos.url().await;
        Self { casa, dir: tempfile::tempdir().unwrap(), url, chave, http }
    }

    async fn key(http: &Http, escopos: &[&str]) -> String {
        let pedido = json!({"nome": "terminal", "escopos": escopos});
        http.post("/v1/chaves-api", &pedido).await.expect(201).json["chave"].as_str().unwrap().to_owned()
    }

    fn write(&self, nome: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.dir.path().join(nome), bytes).unwrap();
    }

    fn read(&self, nome: &str) -> String {
        std::fs::read_to_string(self.dir.path().join(nome)).unwrap()
    }

    async fn import(&self, args: &[&str]) -> Output {
        let filho = Command::new(binary("cobranca"))
            .arg("importar")
            .args(args)
            .current_dir(self.dir.path())
            .env("COBRANCA_URL", &self.url)
            .env("COBRANCA_CHAVE", &self.chave)
            .kill_on_drop(true)
            .output();
        tokio::time::timeout(PRAZO, filho).await.expect("an end").unwrap()
    }

    async fn all(&self) -> Vec<Value> {
        let todos = self.http.get("/v1/titulos?limite=500").await.expect(200).json;
        todos["itens"].as_array().unwrap().clone()
    }
}

/// What it says when it did what was asked.
fn said(saida: &Output) -> String {
    let erro = String::from_utf8_lossy(&saida.stderr);
    assert!(saida.status.success(), "{erro}");
    String::from_utf8(saida.stdout.clone()).unwrap().trim_end().to_owned()
}

/// What it says when it did not.
fn complained(saida: &Output) -> String {
    assert_eq!(saida.status.code(), Some(1));
    String::from_utf8(saida.stderr.clone()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_read_by_its_map_and_what_is_refused_of_it_stands_beside_it() {
    let terminal = Terminal::new().await;
    terminal.write("erp.toml", MAPA);
    let csv = "Nota,Venc,Total,Cliente,Razao,Pago\nA,02/03/2026,10.00,D1,Jos\u{e9},\nB,02/03/2026,20.00,D2,Ana,05/03/2026\n\
               C,30/02/2026,5.00,D3,Bia,\n";
    terminal
        .write("export.csv", csv.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>());

    let saida = terminal.import(&["export.csv", "--mapa", "erp.toml"]).await;
    let fim = "1 recusados, 0 repetidos; relatório em export.relatorio.csv";
    assert_eq!(said(&saida), format!("2 criados, 0 atualizados, 0 inalterados, {fim}"));
    let notas = String::from_utf8(saida.stderr).unwrap();
    assert!(notas.contains("linha 4: vencimento data em formato desconhecido"), "{notas}");
    let relatorio = terminal.read("export.relatorio.csv");
    assert!(
        relatorio.starts_with("\u{feff}linha;codigo_integracao;campo;codigo;motivo\r\n4;"),
        "{relatorio}"
    );
    assert_eq!(relatorio.lines().count(), 2);
    let mut feitos: Vec<_> = terminal.all().await;
    feitos.sort_by_key(|t| t["codigo_integracao"].as_str().unwrap().to_owned());
    assert_eq!([&feitos[0]["status"], &feitos[1]["status"]], ["aberto", "pago"]);

    // The map is kept under its name, and the same file changes nothing.
    let outra = terminal.import(&["export.csv", "--mapeamento", "erp", "--relatorio", "onde.csv"]).await;
    let fim = "1 recusados, 0 repetidos; relatório em onde.csv";
    assert_eq!(said(&outra), format!("0 criados, 0 atualizados, 2 inalterados, {fim}"));
    assert_eq!(terminal.read("onde.csv"), relatorio);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_many_pieces_arrives_whole() {
    let terminal = Terminal::new().await;
    let mut csv = CABECALHO.to_owned();
    for n in 0..20_000 {
        writeln!(csv, "T{n};02/03/2026;10,00;D{n};Devedor {n}").unwrap();
    }
    terminal.write("grande.csv", &csv);
    let saida = terminal.import(&["grande.csv"]).await;
    let inicio = "20000 criados, 0 atualizados, 0 inalterados, 0 recusados, 0 repetidos; ";
    assert!(said(&saida).starts_with(inicio), "{saida:?}");
    let notas = String::from_utf8(saida.stderr).unwrap();
    let tamanho = csv.len();
    assert!(notas.contains(&format!("bytes: {tamanho}/{tamanho}")), "{notas}");
    assert!(notas.contains("linhas: 20000/20000"), "{notas}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_loaded_says_why() {
    let mut terminal = Terminal::new().await;
    terminal.write("vazio.csv", "");
    terminal.write("outro.csv", "a;b\n1;2\n");
    terminal.write("falso.csv.gz", CABECALHO);
    terminal.write("bom.csv", format!("{CABECALHO}A;02/03/2026;1,00;D;Ana\n"));
    terminal.write("ruim.toml", "[colunas]\nvalor = \"x\"\n");
    for (args, porque) in [
        (&["vazio.csv"][..], "o corpo está vazio"),
        (&["outro.csv"], "faltam colunas"),
        (&["falso.csv.gz"], "o corpo não é gzip"),
        (&["bom.csv", "--mapa", "ruim.toml"], "é obrigatório"),
        (&["bom.csv", "--mapeamento", "nenhum"], "não há mapeamento com este nome"),
    ] {
        let erro = complained(&terminal.import(args).await);
        assert!(erro.contains(porque), "{args:?}: {erro}");
    }
    let ausente = complained(&terminal.import(&["nada.csv"]).await);
    assert!(!Path::new(&terminal.dir.path().join("nada.relatorio.csv")).exists(), "{ausente}");
    terminal.chave = Terminal::key(&terminal.http, &["titulos:ler"]).await;
    assert!(complained(&terminal.import(&["bom.csv"]).await).contains("titulos:escrever"));
    assert_eq!(terminal.all().await, Vec::<Value>::new());
    terminal.casa.titulos.kill();
    assert_eq!(terminal.import(&["bom.csv"]).await.status.code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_portfolio_says_what_it_would_cancel_and_cancels_within_the_limit() {
    let terminal = Terminal::new().await;
    let linha = |n: u32| format!("T{n};02/03/2026;10,00;D{n};Devedor {n}\n");
    let linhas = |quais: std::ops::Range<u32>| CABECALHO.to_owned() + &quais.map(linha).collect::<String>();
    terminal.write("tudo.csv", linhas(0..10));
    let _carregado = said(&terminal.import(&["tudo.csv"]).await);
    let abertos = async || terminal.all().await.iter().filter(|titulo| titulo["status"] == "aberto").count();

    terminal.write("menos.csv", linhas(0..8));
    let saida = terminal.import(&["menos.csv", "--completo", "--simular"]).await;
    let fim = "relatório em menos.relatorio.csv";
    let contas = "0 criados, 0 atualizados, 8 inalterados, 0 recusados, 0 repetidos";
    assert_eq!(said(&saida), format!("simulado, nada foi gravado: {contas}, 2 a cancelar; {fim}"));
    let erro = complained(&terminal.import(&["menos.csv", "--completo"]).await);
    assert!(
        erro.contains("cancelaria 2 dos 10 títulos em aberto") && erro.contains("/confirmacao"),
        "{erro}"
    );
    assert_eq!(abertos().await, 10);

    // Of two members, as two files that were put together.
    let (antes, depois) = (linhas(0..3), (3..8).map(linha).collect::<String>());
    let membros = [antes, depois].map(|texto| {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(texto.as_bytes()).unwrap();
        gzip.finish().unwrap()
    });
    terminal.write("menos.csv.gz", membros.concat());
    let saida = terminal.import(&["menos.csv.gz", "--completo", "--limite-cancelamento", "20"]).await;
    assert_eq!(said(&saida), format!("{contas}, 2 cancelados; {fim}"));
    assert_eq!(abertos().await, 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_portfolio_of_one_creditor_leaves_the_others_alone() {
    let terminal = Terminal::new().await;
    let cabecalho = "codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome;credor_codigo\n";
    let linha =
        |(credor, n): (&str, u32)| format!("{credor}{n};02/03/2026;10,00;D{n};Devedor {n};{credor}\n");
    let linhas = |quais: &[(&'static str, std::ops::Range<u32>)]| {
        let todas = quais.iter().flat_map(|(credor, numeros)| numeros.clone().map(|n| (*credor, n)));
        cabecalho.to_owned() + &todas.map(linha).collect::<String>()
    };
    terminal.write("tudo.csv", linhas(&[("A", 0..20), ("B", 0..2)]));
    let _carregado = said(&terminal.import(&["tudo.csv"]).await);

    terminal.write("a.csv", linhas(&[("A", 0..19)]));
    let saida = terminal.import(&["a.csv", "--completo"]).await;
    let erro = complained(&saida);
    assert!(
        erro.contains("cancelaria 3 dos 22") && erro.contains("deixaria 1 credores sem nenhum"),
        "{erro}"
    );
    assert!(erro.contains("B: cancelaria 2 de 2") && erro.contains("A: cancelaria 1 de 20"), "{erro}");
    let saida = terminal.import(&["a.csv", "--completo", "--credor", "A"]).await;
    assert!(said(&saida).contains("19 inalterados, 0 recusados, 0 repetidos, 1 cancelados;"), "{saida:?}");
    let abertos = terminal.all().await.iter().filter(|titulo| titulo["status"] == "aberto").count();
    assert_eq!(abertos, 21);
    let sem_modo = terminal.import(&["a.csv", "--credor", "A"]).await;
    assert_eq!(sem_modo.status.code(), Some(2), "{sem_modo:?}");
}
