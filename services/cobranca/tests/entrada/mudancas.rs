#![cfg(test)]
//! What holds for every change: a null erases or is refused, and another's change is not undone unseen.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::Resposta;

use crate::casa::Casa;
use crate::documento::{Documento, Operacao};
use crate::leis::Leis;
use crate::matriz::requests;
use crate::pedido::{Pedido, client};

async fn send(casa: &Casa, leis: &Leis<'_>, operacao: &Operacao, pedido: &Pedido) -> Resposta {
    let resposta = pedido.send(&client(), &casa.base, Some(&casa.chave)).await.unwrap();
    leis.check(operacao, pedido, &resposta).unwrap();
    resposta
}

fn takes_null(doc: &Documento, esquema: &Value) -> bool {
    let esquema = doc.resolve(esquema);
    let alternativas = esquema["oneOf"].as_array().into_iter().flatten();
    let tipos = esquema["type"].as_array().into_iter().flatten();
    tipos.chain([&esquema["type"]]).any(|tipo| tipo == "null")
        || alternativas.into_iter().any(|alternativa| takes_null(doc, alternativa))
}

fn is_empty(valor: &Value) -> bool {
    valor.is_null() || valor.as_array().is_some_and(Vec::is_empty)
}

/// RFC 7396: a null in the body of a change is never passed over in silence.
#[tokio::test(flavor = "multi_thread")]
async fn a_null_in_a_change_erases_the_field_or_is_refused() {
    let doc = Documento::new();
    let (leis, operacoes) = (Leis::new(&doc), doc.operations());
    let casa = Casa::new(&operacoes).await;
    let (mut apagados, mut recusados) = (0, 0);
    for operacao in operacoes.iter().filter(|operacao| operacao.metodo == Method::PATCH) {
        let caminho = &casa.paths(operacao)[0];
        let pedir = async |corpo: &Value| {
            let pedido = Pedido::new(&operacao.metodo, caminho).with_json(corpo);
            send(&casa, &leis, operacao, &pedido).await
        };
        // So that there is something to erase.
        let exemplo = operacao.exemplo.as_ref().unwrap_or_else(|| panic!("{} sem exemplo", operacao.nome()));
        let _cheio = pedir(exemplo).await.expect(200);
        let campos = doc.resolve(operacao.corpo.as_ref().unwrap())["properties"].as_object().unwrap();
        for (campo, esquema) in campos {
            let resposta = pedir(&json!({campo: null})).await;
            if takes_null(&doc, esquema) {
                let lido = &resposta.expect(200).json[campo];
                assert!(is_empty(lido), "{}: {campo} nulo ficou {lido}", operacao.nome());
                apagados += 1;
            } else {
                let erros = &resposta.expect(422).json["erros"];
                assert_eq!(
                    (erros.as_array().unwrap().len(), &erros[0]["campo"], &erros[0]["codigo"]),
                    (1, &json!(format!("/{campo}")), &json!("tipo_invalido")),
                    "{}",
                    operacao.nome()
                );
                recusados += 1;
            }
        }
    }
    assert!(apagados >= 10 && recusados >= 20, "só {apagados} apagados e {recusados} recusados");
}

#[test]
fn what_is_read_with_a_version_is_changed_and_deleted_by_its_version() {
    let operacoes = Documento::new().operations();
    let mut conferem = 0;
    for lida in operacoes.iter().filter(|operacao| operacao.reads() && operacao.diz_versao) {
        let mudam = operacoes.iter().filter(|o| o.caminho == lida.caminho && !o.reads());
        for muda in mudam {
            assert!(muda.confere_versao, "{} não confere a versão que se lê", muda.nome());
            conferem += 1;
        }
    }
    assert!(conferem >= 5, "só {conferem}");
}

/// RFC 9110, 13.1.1: an `If-Match` of a version that is not there changes nothing, also where nothing has a version.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_another_version_than_the_one_that_is_there_is_refused_and_changes_nothing() {
    let doc = Documento::new();
    let (leis, operacoes) = (Leis::new(&doc), doc.operations());
    let mut casa = Casa::new(&operacoes).await;
    casa.only_doors().await;
    let mut olho = casa.banco.observer();
    let antes = olho.look();
    let (mut velhas, mut sem_versao) = (0, 0);
    for operacao in operacoes.iter().filter(|operacao| !operacao.reads()) {
        let codigo = if operacao.confere_versao { "versao_mudou" } else { "sem_versao" };
        for pedido in requests(&casa, operacao) {
            let pedido = Pedido { vista: Some("\"0\"".to_owned()), ..pedido };
            let resposta = send(&casa, &leis, operacao, &pedido).await;
            assert_eq!((resposta.status, &resposta.json["codigo"]), (412, &json!(codigo)), "{pedido:?}");
        }
        velhas += i32::from(operacao.confere_versao);
        sem_versao += i32::from(!operacao.confere_versao);
    }
    assert!(velhas >= 12 && sem_versao >= 20, "{velhas} com versão e {sem_versao} sem");
    assert_eq!(olho.look(), antes, "um If-Match recusado mudou o banco");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_revoked_the_last_key_gets_another_at_the_terminal() {
    let doc = Documento::new();
    let casa = Casa::new(&doc.operations()).await;
    let chaves = casa.dona.get("/v1/chaves-api").await.expect(200).json;
    for chave in chaves["itens"].as_array().unwrap().iter().rev() {
        let _revogada = casa.dona.delete(&format!("/v1/chaves-api/{}", chave["id"].as_str().unwrap())).await;
    }
    assert_eq!(casa.dona.get("/v1/empresa").await.status, 401, "não há mais chave que abra");
    let (url, empresa) = (casa.banco.url().to_owned(), casa.empresa);
    let nova = tokio::task::spawn_blocking(move || {
        let relogio = runtime::Relogio::Sistema;
        let de_ninguem = domain::ids::EmpresaId::new(uuid::Uuid::nil());
        assert!(cobranca::comandos::empresa::make_key(&url, de_ninguem, "nova", &relogio).is_err());
        cobranca::comandos::empresa::make_key(&url, empresa, "nova", &relogio).unwrap()
    });
    let nova = casa.dona.with_key(&nova.await.unwrap());
    assert_eq!(nova.get("/v1/empresa").await.expect(200).json["id"], casa.empresa.to_string());
    let _criada =
        nova.post("/v1/chaves-api", &json!({"nome": "outra", "escopos": ["titulos:ler"]})).await.expect(201);
}
