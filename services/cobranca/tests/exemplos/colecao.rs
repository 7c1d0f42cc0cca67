//! The collection for API clients. Its tests are JavaScript, which an API client runs; here each of their lines is one of four, and a line
//! that is none of them fails.

use std::collections::BTreeMap;
use std::time::Duration;

use regex::{Captures, Regex};
use reqwest::{Client, Method};
use serde_json::Value;
use testkit::wait_for;

use crate::{Casa, PRAZO, dir};

const COLECAO: &str = "acao-em-lote.postman_collection.json";

/// What a line of a test asks of an answer.
enum Linha {
    /// This status.
    Status(u16),
    /// This value, there.
    Igual(String, Value),
    /// What is there under this name from now on.
    Guarda(String, String),
    /// The same request again until this value is there.
    Ate(String, Value),
}

/// Where in an answer; as a pointer.
fn pointer(caminho: &str) -> String {
    caminho.replace('[', ".").replace(']', "").replace('.', "/")
}

impl Linha {
    fn read(linha: &str) -> Option<Self> {
        let said = |padrao: &str| Regex::new(padrao).unwrap().captures(linha);
        let onde = |c: &Captures<'_>| pointer(&c[1]);
        let valor = |c: &Captures<'_>| serde_json::from_str(&c[2]).ok();
        if let Some(c) = said(r#"^pm\.test\("[^"]+", \(\) => pm\.response\.to\.have\.status\((\d+)\)\);$"#) {
            return Some(Self::Status(c[1].parse().ok()?));
        }
        if let Some(c) = said(
            r#"^pm\.test\("[^"]+", \(\) => pm\.expect\(pm\.response\.json\(\)([\w.\[\]]+)\)\.to\.eql\((.*)\)\);$"#,
        ) {
            return Some(Self::Igual(onde(&c), valor(&c)?));
        }
        if let Some(c) =
            said(r#"^pm\.collectionVariables\.set\("(\w+)", pm\.response\.json\(\)([\w.\[\]]+)\);$"#)
        {
            return Some(Self::Guarda(c[1].to_owned(), pointer(&c[2])));
        }
        let de_novo =
            r"\{ setTimeout\(\(\) => \{\}, \d+\); pm\.execution\.setNextRequest\(pm\.info\.requestName\); \}";
        let c = said(&format!(r"^if \(pm\.response\.json\(\)([\w.\[\]]+) !== (.*)\) {de_novo}$"))?;
        Some(Self::Ate(onde(&c), valor(&c)?))
    }
}

struct Corrida {
    client: Client,
    chave: String,
    variaveis: BTreeMap<String, String>,
    conferidas: usize,
}

impl Corrida {
    /// The text with its variables.
    fn filled(&self, texto: &str) -> String {
        let nome = Regex::new(r"\{\{(\w+)\}\}").unwrap();
        let cheio = nome.replace_all(texto, |c: &Captures<'_>| {
            let valor = self.variaveis.get(&c[1]).map_or("", String::as_str);
            assert!(!valor.is_empty(), "{} is not known yet", &c[1]);
            valor.to_owned()
        });
        cheio.into_owned()
    }

    async fn send(&self, pedido: &Value) -> (u16, Value) {
        let metodo: Method = pedido["method"].as_str().unwrap().parse().unwrap();
        let url = self.filled(pedido["url"]["raw"].as_str().unwrap());
        let mut envio = self.client.request(metodo, url).bearer_auth(&self.chave);
        for cabeca in pedido["header"].as_array().unwrap() {
            envio = envio.header(cabeca["key"].as_str().unwrap(), cabeca["value"].as_str().unwrap());
        }
        if let Some(corpo) = pedido["body"]["raw"].as_str() {
            envio = envio.body(self.filled(corpo));
        }
        let resposta = envio.send().await.unwrap();
        let (status, corpo) = (resposta.status().as_u16(), resposta.text().await.unwrap());
        (status, serde_json::from_str(&corpo).unwrap_or(Value::Null))
    }

    async fn item(&mut self, item: &Value) {
        let (nome, pedido) = (item["name"].as_str().unwrap(), &item["request"]);
        let linhas = item["event"][0]["script"]["exec"].as_array().unwrap().iter();
        let read = |linha: &Value| {
            Linha::read(linha.as_str().unwrap()).unwrap_or_else(|| panic!("{nome}: nobody reads {linha}"))
        };
        let linhas: Vec<Linha> = linhas.map(read).collect();
        let (status, corpo) = wait_for(PRAZO, async || {
            let (status, corpo) = self.send(pedido).await;
            let pronta = linhas.iter().all(|linha| match linha {
                Linha::Ate(onde, valor) => corpo.pointer(onde) == Some(valor),
                Linha::Status(_) | Linha::Igual(..) | Linha::Guarda(..) => true,
            });
            pronta.then_some((status, corpo))
        })
        .await;
        for linha in linhas {
            self.conferidas += 1;
            match linha {
                Linha::Status(esperado) => assert_eq!(status, esperado, "{nome}: {corpo}"),
                Linha::Igual(onde, valor) => {
                    assert_eq!(corpo.pointer(&onde), Some(&valor), "{nome}, {onde}: {corpo}");
                }
                Linha::Guarda(variavel, onde) => {
                    let valor = corpo.pointer(&onde).and_then(Value::as_str);
                    let valor = valor.unwrap_or_else(|| panic!("{nome}, {onde}: {corpo}"));
                    self.variaveis.insert(variavel, valor.to_owned());
                }
                Linha::Ate(..) => {}
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_of_the_collection_answers_what_its_tests_expect_and_so_when_it_is_run_again() {
    let casa = Casa::new().await;
    let texto = std::fs::read_to_string(dir().join(COLECAO)).unwrap();
    let colecao: Value = serde_json::from_str(&texto).unwrap();
    assert_eq!(colecao["auth"]["bearer"][0]["value"], "{{chave}}");
    let itens = colecao["item"].as_array().unwrap();
    for _ in 0..2 {
        let client = Client::builder().timeout(Duration::from_secs(30)).build().unwrap();
        let variaveis = BTreeMap::from([("url".to_owned(), casa.url())]);
        let mut corrida = Corrida { client, chave: casa.chave.clone(), variaveis, conferidas: 0 };
        for item in itens {
            corrida.item(item).await;
        }
        assert!(corrida.conferidas > 2 * itens.len(), "{}", corrida.conferidas);
    }
    casa.sistema.stop().await.unwrap();
}

#[test]
fn a_line_that_an_api_client_would_run_and_nobody_reads_here_is_none() {
    for boa in [
        r#"pm.test("x", () => pm.response.to.have.status(200));"#,
        r#"pm.test("x", () => pm.expect(pm.response.json().a[0].b).to.eql([1, null]));"#,
    ] {
        assert!(Linha::read(boa).is_some(), "{boa}");
    }
    for ruim in [
        r#"pm.test("x", () => pm.response.to.have.status(200)); //"#,
        r#"pm.test("x", () => pm.expect(pm.response.json().a).to.eql(b));"#,
        r#"pm.test("x", () => pm.expect(pm.response.json().a).to.not.eql(1));"#,
        "console.log(1);",
        "",
    ] {
        assert!(Linha::read(ruim).is_none(), "{ruim}");
    }
}
