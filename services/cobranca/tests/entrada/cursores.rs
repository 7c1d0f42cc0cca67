#![cfg(test)]
//! A cursor leads on in the list that gave it out, asked for as it was, and nowhere else; and what no list can hold is said.

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::Value;
use testkit::Resposta;

use crate::casa::Casa;
use crate::documento::{Documento, Operacao};
use crate::geracao::valid;
use crate::leis::Leis;
use crate::mutacao::encode;
use crate::pedido::{Pedido, client};

/// A list that has a second page, and the cursor of it.
struct Lista<'o> {
    operacao: &'o Operacao,
    caminho: String,
    cursor: String,
}

struct Porta<'a> {
    casa: &'a Casa,
    leis: &'a Leis<'a>,
}

impl Porta<'_> {
    async fn get(&self, operacao: &Operacao, caminho: &str) -> Resposta {
        let pedido = Pedido::new(&operacao.metodo, caminho);
        let resposta = pedido.send(&client(), &self.casa.base, Some(&self.casa.chave)).await.unwrap();
        self.leis.check(operacao, &pedido, &resposta).unwrap();
        resposta
    }

    async fn refuses(&self, operacao: &Operacao, caminho: &str) {
        let resposta = self.get(operacao, caminho).await.expect(422);
        let erros = resposta.json["erros"].as_array().unwrap();
        let do_cursor = |erro: &Value| erro["campo"] == "/cursor" && erro["codigo"] == "cursor_invalido";
        assert!(erros.iter().any(do_cursor), "{caminho}: {}", resposta.text);
    }

    /// The first address of the list, by any of its ids, that has a second page.
    async fn second_page<'o>(&self, operacao: &'o Operacao) -> Lista<'o> {
        for caminho in self.casa.paths(operacao) {
            let pagina = self.get(operacao, &format!("{caminho}?limite=1")).await.expect(200).json;
            if let Some(cursor) = pagina["proximo_cursor"].as_str() {
                return Lista { operacao, caminho, cursor: cursor.to_owned() };
            }
        }
        panic!("{}: a empresa do teste não tem uma segunda página", operacao.nome());
    }
}

/// A good value of each parameter of a list but the two that every page has.
fn parameters(doc: &Documento, operacao: &Operacao) -> Vec<(String, String)> {
    let mut sorteio = TestRunner::deterministic();
    let filtros = operacao.consulta.iter().filter(|(nome, _)| !["limite", "cursor"].contains(&nome.as_str()));
    let mut par = |(nome, esquema): (&String, &Value)| {
        let valor = valid(doc, esquema).new_tree(&mut sorteio).unwrap().current();
        (nome.clone(), valor.as_str().map_or_else(|| valor.to_string(), str::to_owned))
    };
    filtros.map(&mut par).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_leads_on_in_its_own_list_as_it_was_asked_for_and_nowhere_else() {
    let doc = Documento::new();
    let (leis, operacoes) = (Leis::new(&doc), doc.operations());
    let casa = Casa::new(&operacoes).await;
    let porta = Porta { casa: &casa, leis: &leis };
    let mut listas = Vec::new();
    for operacao in operacoes.iter().filter(|operacao| operacao.consulta.contains_key("cursor")) {
        listas.push(porta.second_page(operacao).await);
    }
    assert!(listas.len() >= 18, "só {} listas", listas.len());
    for Lista { operacao, caminho, cursor } in &listas {
        for limite in ["", "limite=1&", "limite=50&"] {
            let _segunda =
                porta.get(operacao, &format!("{caminho}?{limite}cursor={cursor}")).await.expect(200);
        }
        for (nome, valor) in parameters(&doc, operacao) {
            let com_filtro =
                format!("{caminho}?limite=1&{}={}&cursor={cursor}", encode(&nome), encode(&valor));
            porta.refuses(operacao, &com_filtro).await;
        }
        for outra in listas.iter().filter(|outra| outra.caminho != *caminho) {
            porta.refuses(outra.operacao, &format!("{}?cursor={cursor}", outra.caminho)).await;
        }
        for outro in casa.paths(operacao).iter().filter(|outro| *outro != caminho) {
            porta.refuses(operacao, &format!("{outro}?cursor={cursor}")).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_one_order_is_refused_in_every_other() {
    let doc = Documento::new();
    let (leis, operacoes) = (Leis::new(&doc), doc.operations());
    let casa = Casa::new(&operacoes).await;
    let porta = Porta { casa: &casa, leis: &leis };
    let mut ordenadas = 0;
    for operacao in operacoes.iter().filter(|operacao| operacao.reads()) {
        let Some(esquema) = operacao.consulta.get("ordem") else { continue };
        let ordens: Vec<&str> =
            doc.resolve(esquema)["enum"].as_array().unwrap().iter().map(|o| o.as_str().unwrap()).collect();
        let base = &casa.paths(operacao)[0];
        for ordem in &ordens {
            let caminho = format!("{base}?limite=1&ordem={ordem}");
            let pagina = porta.get(operacao, &caminho).await.expect(200).json;
            // Of those that are sorted by a date there may be fewer.
            let Some(cursor) = pagina["proximo_cursor"].as_str() else { continue };
            let _segue = porta.get(operacao, &format!("{caminho}&cursor={cursor}")).await.expect(200);
            for outra in ordens.iter().filter(|outra| *outra != ordem) {
                porta.refuses(operacao, &format!("{base}?ordem={outra}&cursor={cursor}")).await;
                ordenadas += 1;
            }
        }
    }
    assert!(ordenadas > 50, "só {ordenadas} pares de ordens");
}

/// What a range goes from and to, the wrong way round, by the form of its ends.
fn ends(esquema: &Value) -> (&'static str, &'static str) {
    match esquema["format"].as_str() {
        Some("date") => ("2026-03-02", "2026-03-01"),
        Some("date-time") => ("2026-03-02T00:00:00-03:00", "2026-03-01T00:00:00-03:00"),
        Some(_) | None => ("10.00", "9.99"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_whose_end_comes_before_its_beginning_is_refused_and_one_of_a_day_is_not() {
    let doc = Documento::new();
    let (leis, operacoes) = (Leis::new(&doc), doc.operations());
    let casa = Casa::new(&operacoes).await;
    let porta = Porta { casa: &casa, leis: &leis };
    let mut intervalos = 0;
    for operacao in operacoes.iter().filter(|operacao| operacao.reads()) {
        for (inicio, esquema) in operacao.consulta.iter().filter(|(nome, _)| nome.ends_with("de")) {
            let fim = format!("{}ate", inicio.strip_suffix("de").unwrap());
            if !operacao.consulta.contains_key(&fim) {
                continue;
            }
            let (de, ate) = ends(doc.resolve(esquema));
            let caminho = &casa.paths(operacao)[0];
            let pedir = async |de: &str, ate: &str| {
                let consulta = format!("{inicio}={}&{fim}={}", encode(de), encode(ate));
                porta.get(operacao, &format!("{caminho}?{consulta}")).await
            };
            let invertido = pedir(de, ate).await.expect(422).json;
            assert_eq!(
                (&invertido["erros"][0]["campo"], &invertido["erros"][0]["codigo"]),
                (&Value::from(format!("/{fim}")), &Value::from("intervalo_invertido"))
            );
            let _um_so = pedir(de, de).await.expect(200);
            intervalos += 1;
        }
    }
    assert!(intervalos >= 10, "só {intervalos} intervalos");
}
