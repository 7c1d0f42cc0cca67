//! Batches found, read and called off (rules b18, b19, b23).

use domain::ids::{DevedorId, LoteId};
use domain::lote;
use serde_json::{Value, json};
use testkit::Sql;
use uuid::Uuid;

use crate::apoio::{LISTA, Servico, code, refused};

#[tokio::test]
async fn b18_batches_are_found_by_status_and_period() {
    let s = Servico::new();
    s.push(1..=2, true);
    let (confirmada, _) = s.ready().await;
    let _feita = s.confirm(&confirmada).await.expect(202);
    s.begin("sms").await;
    let status = async |consulta: &str| -> Vec<Value> {
        let pagina = s.http.get(&format!("{LISTA}?{consulta}")).await.expect(200).json;
        pagina["itens"].as_array().unwrap().iter().map(|acao| acao["status"].clone()).collect()
    };
    assert_eq!(status("").await, ["rascunho", "na_fila"], "the latest first");
    assert_eq!(status("status=na_fila").await, ["na_fila"]);
    assert_eq!(status("tipo=sms").await, ["rascunho"]);
    assert_eq!(status("tipo=email&status=na_fila").await, ["na_fila"]);
    assert_eq!(status("tipo=carta").await.len(), 0);
    // It is the tenth at the company, and the eleventh in Greenwich.
    assert_eq!(status("de=2026-03-10&ate=2026-03-10").await.len(), 2);
    assert_eq!(status("de=2026-03-11").await.len(), 0);
    assert_eq!(status("ate=2026-03-09").await.len(), 0);
    assert_eq!(s.all(LISTA, 1).await.len(), 2);
    let ruim = s.http.get(&format!("{LISTA}?status=parada&de=ontem&tipo=pombo")).await.expect(422).json;
    assert_eq!(refused(&ruim), ["/de formato_invalido", "/status valor_invalido", "/tipo valor_invalido"]);
    let na_lista = s.http.get(&format!("{LISTA}?status=na_fila")).await.expect(200).json["itens"][0].clone();
    assert_eq!(
        (&na_lista["itens"], &na_lista["atendem"], &na_lista["usuario"]),
        (&json!(2), &json!(2), &json!("bia"))
    );
}

#[tokio::test]
async fn b19_each_item_names_its_debtor_and_the_execution_that_it_will_have() {
    let s = Servico::new();
    s.push(1..=3, true);
    let (acao, _) = s.ready().await;
    let _feita = s.confirm(&acao).await.expect(202);
    let lote_id = LoteId::new(acao.rsplit('/').next().unwrap().parse().unwrap());
    let itens = s.all(&format!("{acao}/itens"), 2).await;
    let mut nomes: Vec<_> = itens.iter().map(|item| item["nome"].as_str().unwrap()).collect();
    nomes.sort_unstable();
    assert_eq!(nomes, ["Devedor 01", "Devedor 02", "Devedor 03"]);
    for item in itens {
        let devedor: Uuid = item["devedor_id"].as_str().unwrap().parse().unwrap();
        let execucao = lote::execucao(lote_id, DevedorId::new(devedor)).to_string();
        assert_eq!((&item["execucao_id"], &item["status"]), (&json!(execucao), &json!(null)));
    }
}

#[tokio::test]
async fn b23_what_has_not_ended_is_called_off() {
    let s = Servico::new();
    s.push(1..=1, true);
    let (na_fila, _) = s.ready().await;
    let _feita = s.confirm(&na_fila).await.expect(202);
    for acao in [s.begin("email").await, na_fila.clone()] {
        let caminho = format!("{acao}/cancelamento");
        let cancelada = s.http.post(&caminho, &json!({})).await.expect(200);
        assert_eq!(cancelada.json["status"], "cancelada");
        assert_eq!(s.http.post(&caminho, &json!({})).await.expect(200).text, cancelada.text);
        assert_eq!(s.http.get(&acao).await.expect(200).json, cancelada.json);
    }
    assert_eq!(code(s.http.get(&format!("{na_fila}/confirmacao")).await, 409), "acao_nao_permite");
}

#[tokio::test]
async fn r02_another_company_finds_nothing() {
    let s = Servico::new();
    s.push(1..=1, true);
    let (acao, template) = s.ready().await;
    let resumo = s.shown(&acao).await["resumo"].clone();
    let outra = s.other_company();
    for caminho in ["", "/amostra", "/confirmacao", "/itens", "/lista", "/itens/planilha"] {
        assert_eq!(code(outra.get(&format!("{acao}{caminho}")).await, 404), "nao_encontrado", "{caminho}");
    }
    let antes = s.banco.observer().look();
    let recusas = [
        outra.put(&format!("{acao}/selecao"), &json!({"filtro": {}})).await,
        outra.put(&format!("{acao}/mensagem"), &json!({"template_id": template})).await,
        outra.post(&format!("{acao}/confirmacao"), &json!({"resumo": resumo})).await,
        outra.post(&format!("{acao}/cancelamento"), &json!({})).await,
    ];
    for recusa in recusas {
        assert_eq!(code(recusa, 404), "nao_encontrado");
    }
    assert_eq!(s.banco.observer().look(), antes);
    assert_eq!(outra.get(LISTA).await.expect(200).json["itens"], json!([]));
    // Nor does it send what another company wrote.
    let dela = outra.post(LISTA, &json!({"tipo": "email"})).await.expect(201).json["acao"]["id"].clone();
    let dela = format!("{LISTA}/{}", dela.as_str().unwrap());
    let _escolhida = outra.put(&format!("{dela}/selecao"), &json!({"filtro": {}})).await.expect(200);
    let alheio =
        outra.put(&format!("{dela}/mensagem"), &json!({"template_id": template})).await.expect(422).json;
    assert_eq!(refused(&alheio), ["/template_id canal_sem_template"]);
}

#[tokio::test]
async fn b02_a_batch_is_of_a_channel_and_of_no_other_kind() {
    let s = Servico::new();
    for tipo in ["email", "sms", "enriquecimento", "negativacao", "carta"] {
        let nova = s.http.post("/v1/acoes-em-lote", &json!({"tipo": tipo})).await.expect(201).json;
        assert_eq!((&nova["acao"]["tipo"], &nova["acao"]["status"]), (&json!(tipo), &json!("rascunho")));
    }
    let outra = s.http.post("/v1/acoes-em-lote", &json!({"tipo": "fax"})).await.expect(422).json;
    assert_eq!(refused(&outra), ["/tipo valor_invalido"]);
}

/// Who waits for another's step longer than a lock is waited for comes again; that is no fault of the service.
#[tokio::test]
async fn a_step_that_another_one_holds_up_is_to_be_asked_for_again() {
    let s = Servico::new();
    let acao = s.begin("email").await;
    let mut outra = Sql::connect(s.banco.url());
    outra.run("BEGIN; SELECT FROM lote.acao_em_lote FOR UPDATE");
    let cancelamento = s.http.post(&format!("{acao}/cancelamento"), &json!({})).await.expect(503);
    assert!(cancelamento.headers.contains_key("retry-after"));
    outra.run("ROLLBACK");
    let cancelada = s.http.post(&format!("{acao}/cancelamento"), &json!({})).await.expect(200).json;
    assert_eq!(cancelada["status"], "cancelada");
}
