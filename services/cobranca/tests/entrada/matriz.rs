#![cfg(test)]
//! Every operation against every kind of caller that it is not for.

use domain::ids::EmpresaId;
use reqwest::Method;
use serde_json::Value;
use testkit::Resposta;
use web::Escopo;

use crate::casa::Casa;
use crate::documento::{Documento, Operacao};
use crate::leis::Leis;
use crate::pedido::{Pedido, client};

/// A request to each address of an operation, with the example as its body.
pub(crate) fn requests(casa: &Casa, operacao: &Operacao) -> Vec<Pedido> {
    let pedido = |caminho: String| Pedido::new(&operacao.metodo, &caminho);
    let corpo = operacao.exemplo.clone().or(operacao.corpo.as_ref().map(|_| Value::Array(Vec::new())));
    let com_corpo = |pedido: Pedido| corpo.as_ref().map_or(pedido.clone(), |corpo| pedido.with_json(corpo));
    casa.paths(operacao).into_iter().map(pedido).map(com_corpo).collect()
}

/// Keys that open nothing, by what is wrong with them.
fn bad_keys(casa: &Casa) -> Vec<(&'static str, Option<String>)> {
    let (_, outra) = casa.key(casa.empresa, Escopo::TODOS, None);
    let trocada: String = casa.chave.chars().take(37).chain(outra.chars().skip(37)).collect();
    let desconhecida = format!("cob_{}_{}", "0".repeat(32), "A".repeat(43));
    vec![
        ("nenhuma", None),
        ("malformada", Some("cob_x".to_owned())),
        ("desconhecida", Some(desconhecida)),
        ("com o segredo de outra", Some(trocada)),
        ("revogada", Some(casa.revoked_key())),
        ("vencida", Some(casa.expired_key())),
    ]
}

fn all_but(escopo: &str) -> Vec<Escopo> {
    Escopo::TODOS.iter().copied().filter(|outro| outro.as_str() != escopo).collect()
}

async fn call(casa: &Casa, leis: &Leis<'_>, pedido: &Pedido, chave: Option<&str>) -> Resposta {
    let resposta = pedido.send(&client(), &casa.base, chave).await.unwrap();
    assert!(resposta.status < 400 || leis.problem(&resposta) == Ok(()), "{pedido:?} {resposta:?}");
    resposta
}

fn key(casa: &Casa, empresa: EmpresaId, escopos: &[Escopo]) -> String {
    casa.key(empresa, escopos, None).1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_key_opens_no_operation_and_one_without_the_scope_not_this_one() {
    let doc = Documento::new();
    let (leis, operacoes) = (Leis::new(&doc), doc.operations());
    let mut casa = Casa::new(&operacoes).await;
    casa.only_doors().await;
    let ruins = bad_keys(&casa);
    let sem: Vec<String> = operacoes.iter().map(|o| key(&casa, casa.empresa, &all_but(&o.escopo))).collect();
    let mut olho = casa.banco.observer();
    let antes = olho.look();
    for (operacao, sem_escopo) in operacoes.iter().zip(&sem) {
        for pedido in requests(&casa, operacao) {
            for (qual, chave) in &ruins {
                let resposta = call(&casa, &leis, &pedido, chave.as_deref()).await;
                assert_eq!(resposta.status, 401, "{} com chave {qual}: {}", operacao.nome(), resposta.text);
                assert!(resposta.headers.contains_key("www-authenticate"), "{}", operacao.nome());
            }
            let resposta = call(&casa, &leis, &pedido, Some(sem_escopo)).await;
            assert_eq!(
                resposta.status,
                403,
                "{} sem {}: {}",
                operacao.nome(),
                operacao.escopo,
                resposta.text
            );
            assert!(
                resposta.json["detail"].as_str().unwrap().contains(&operacao.escopo),
                "{}",
                resposta.text
            );
        }
    }
    assert_eq!(olho.look(), antes, "uma recusa mudou o banco");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_good_a_moment_ago_opens_no_operation() {
    let doc = Documento::new();
    let (leis, operacoes) = (Leis::new(&doc), doc.operations());
    let mut casa = Casa::new(&operacoes).await;
    casa.only_doors().await;
    let mut chaves = Vec::new();
    for operacao in &operacoes {
        let (id, chave) = casa.key(casa.empresa, Escopo::TODOS, None);
        let _boa = casa.dona.with_key(&chave).get("/v1/empresa").await.expect(200);
        casa.revoke(id);
        chaves.push((operacao, chave));
    }
    let mut olho = casa.banco.observer();
    let antes = olho.look();
    for (operacao, chave) in &chaves {
        for pedido in requests(&casa, operacao) {
            let resposta = call(&casa, &leis, &pedido, Some(chave)).await;
            assert_eq!(resposta.status, 401, "{}: {}", operacao.nome(), resposta.text);
        }
    }
    assert_eq!(olho.look(), antes, "uma chave revogada mudou o banco");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scope_that_the_document_names_is_enough() {
    let doc = Documento::new();
    let (leis, mut operacoes) = (Leis::new(&doc), doc.operations());
    // What goes, goes last: nothing else is found of it afterwards.
    operacoes.sort_by_key(|operacao| operacao.metodo == Method::DELETE);
    let casa = Casa::new(&operacoes).await;
    for operacao in &operacoes {
        let chave = key(&casa, casa.empresa, &[operacao.escopo.parse().unwrap()]);
        for pedido in requests(&casa, operacao) {
            let resposta = call(&casa, &leis, &pedido, Some(&chave)).await;
            assert!(![401, 403, 404].contains(&resposta.status), "{}: {}", operacao.nome(), resposta.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r02_another_company_finds_no_id_of_the_first_and_changes_nothing() {
    let doc = Documento::new();
    let (leis, operacoes) = (Leis::new(&doc), doc.operations());
    let mut casa = Casa::new(&operacoes).await;
    casa.only_doors().await;
    let alheia = key(&casa, casa.outra, Escopo::TODOS);
    let mut olho = casa.banco.observer();
    let antes = olho.look();
    let mut com_id = 0;
    for operacao in operacoes.iter().filter(|operacao| operacao.caminho.contains("/{id}")) {
        for pedido in requests(&casa, operacao) {
            // A body that is refused before the id is looked at would prove nothing.
            let seu = operacao.corpo.is_none() || operacao.exemplo.is_some();
            assert!(seu, "{}: dê um exemplo ao corpo", operacao.nome());
            let resposta = call(&casa, &leis, &pedido, Some(&alheia)).await;
            assert_eq!(resposta.status, 404, "{}: {}", operacao.nome(), resposta.text);
            assert_eq!(resposta.json["codigo"], "nao_encontrado");
            com_id += 1;
        }
    }
    assert!(com_id > 20, "só {com_id} endereços foram tentados");
    assert_eq!(olho.look(), antes, "uma empresa mudou o que é da outra");
}

/// Whether a parameter like `resultado_id` takes an id of a list like `/v1/resultados-de-contato`.
fn is_of(parametro: &str, lista: &str) -> bool {
    let coisa = parametro.trim_end_matches("_id").trim_end_matches("ao").trim_end_matches('r');
    lista.trim_start_matches("/v1/").starts_with(coisa)
}

/// The list once as it is, and once narrowed by each parameter that is an id, to one of the owner's of which it has something:
/// or that another company finds nothing would prove nothing.
async fn questions(casa: &Casa, leis: &Leis<'_>, operacao: &Operacao) -> Vec<Pedido> {
    let answers = async |consulta: String| {
        let pedido = Pedido::new(&operacao.metodo, &format!("{}{consulta}", operacao.caminho));
        let lida = call(casa, leis, &pedido, Some(&casa.chave)).await.expect(200);
        (lida.json["itens"] != Value::Array(Vec::new())).then_some(pedido)
    };
    let inteira = answers(String::new()).await;
    let mut perguntas = vec![inteira.unwrap_or_else(|| panic!("{} não tem nada", operacao.nome()))];
    for nome in operacao.consulta.keys().filter(|nome| nome.ends_with("_id")) {
        let lista = casa.ids.iter().find(|(lista, _)| is_of(nome, lista));
        let (_, ids) = lista.unwrap_or_else(|| panic!("{}: não sei que id pôr em {nome}", operacao.nome()));
        let mut achada = None;
        for id in ids {
            achada = achada.or(answers(format!("?{nome}={id}")).await);
        }
        perguntas.push(achada.unwrap_or_else(|| panic!("{} não tem nada de {nome}", operacao.nome())));
    }
    perguntas
}

#[tokio::test(flavor = "multi_thread")]
async fn r02_no_list_shows_another_company_anything_of_the_first() {
    let doc = Documento::new();
    let (leis, operacoes) = (Leis::new(&doc), doc.operations());
    let casa = Casa::new(&operacoes).await;
    let alheia = key(&casa, casa.outra, Escopo::TODOS);
    // A name or a day may be of both, and every company has every channel and every template of a sheet.
    let de_todas = ["/v1/mapeamentos", "/v1/empresa/feriados", "/v1/canais", "/v1/modelos-de-planilha"];
    let proprios = |lista: &String| !de_todas.contains(&lista.as_str());
    let ids: Vec<&String> =
        casa.ids.iter().filter(|(lista, _)| proprios(lista)).flat_map(|(_, ids)| ids).collect();
    assert!(ids.len() >= 10, "{ids:?}");
    for operacao in operacoes.iter().filter(|operacao| operacao.reads() && operacao.list().is_none()) {
        for pedido in questions(&casa, &leis, operacao).await {
            let dela = call(&casa, &leis, &pedido, Some(&alheia)).await.expect(200);
            let visto = ids.iter().find(|id| dela.text.contains(**id));
            assert_eq!(visto, None, "{} mostra o que é de outra: {}", pedido.caminho, dela.text);
            assert!(!dela.text.contains("Campoverde"), "{}", dela.text);
        }
    }
}
