//! What happened to a debtor, as a screen shows it.

use std::sync::Arc;

use chrono::TimeDelta;
use dispatcher::Saida;
use domain::acontecimento::TipoAcontecimento;
use domain::execucao::Canal;
use providers::Segredo;
use providers::caixa::{Caixa, Fala as FalaSmtp, Fase as FaseSmtp, Roteiro as RoteiroSmtp};
use providers::http::{Cliente, Config};
use providers::operadora::{Aviso, Como, Fala, Operadora, Roteiro};
use providers::sms::{ClienteSms, EstadoRecibo};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::wait_until;
use web::Escopo;

use crate::apoio::{PRAZO, Servico, agora, refused};

const SEGREDO: &str = "um-segredo-de-teste-bem-longo";

fn linha(devedor: &str, consulta: &str) -> String {
    format!("/v1/devedores/{devedor}/linha-do-tempo{consulta}")
}

/// Kind and sentence of each item.
fn told(itens: &[Value]) -> Vec<String> {
    itens
        .iter()
        .map(|i| format!("{}: {}", i["tipo"].as_str().unwrap(), i["descricao"].as_str().unwrap()))
        .collect()
}

/// An SMS of which the first answer is lost, then taken and delivered; its debtor answers SAIR.
#[tokio::test(flavor = "multi_thread")]
async fn an_sms_is_told_from_the_decision_to_the_receipt_and_so_is_what_its_debtor_answered() {
    let pasta = TempDir::new().unwrap();
    let operadora =
        Operadora::start(pasta.path(), Roteiro::lista(vec![Fala::guardando(Como::Cortar)])).await.unwrap();
    let interna = Config { permite_rede_interna: true, ..Config::default() };
    let http = Arc::new(Cliente::new(&interna).unwrap());
    let cliente = ClienteSms::new(operadora.config(Some(Segredo::new(SEGREDO))), http).unwrap();
    let (s, dispatcher) = Servico::with(vec![Saida::Sms { cliente }]);
    s.regua(&[(Canal::Sms, "#PRIMEIRO_NOME#: #LISTA_TITULOS#")]);
    let titulos = s.push("m", &[("2026-02-02", 1_000)]);
    s.night("2026-03-10", agora());
    s.run(dispatcher);
    wait_until(PRAZO, async || s.only_in("pendente").await["tentativas"] == 1).await;
    s.relogio.avancar_para(agora() + TimeDelta::minutes(1)).unwrap();
    let enviada = s.only_in("enviada").await;
    let recibos = format!("{}/v1/recibos/http/{SEGREDO}", s.endereco());
    s.relogio.avancar_para(agora() + TimeDelta::minutes(2)).unwrap();
    let id = operadora.recebidas()[0].id.clone();
    operadora.avisar(&recibos, &[Aviso::new(&id, EstadoRecibo::Entregue)]).await.unwrap();
    s.relogio.avancar_para(agora() + TimeDelta::minutes(3)).unwrap();
    operadora.responder(&recibos, &id, "SAIR").await.unwrap();
    let entregue = s.only_in("entregue").await;

    let devedor = s.debtor_of(titulos[0]).to_string();
    let itens = s.list(&linha(&devedor, "")).await;
    assert_eq!(
        told(&itens),
        [
            "opt_out: Pediu para não ser procurado por SMS.",
            "recibo: Mensagem de SMS entregue, segundo http.",
            "tentativa: Mensagem de SMS para +5511987654321: aceita pelo provedor.",
            "tentativa: Mensagem de SMS para +5511987654321: ainda não saiu, será tentada de novo.",
            "acao_decidida: Mensagem de SMS decidida pela régua r, D+0: entregue.",
            "inscricao_aberta: Entrou na régua r.",
            "titulo_recebido: Título m/0: R$ 10,00, vence em 02/02/2026.",
        ]
    );
    let (recibo, tentativa, acao) = (&itens[1]["recibo"], &itens[2]["tentativa"], &itens[4]["acao"]);
    for parte in [recibo, tentativa, &itens[3]["tentativa"], acao] {
        assert_eq!((&parte["execucao_id"], &parte["canal"]), (&enviada["id"], &json!("sms")));
    }
    assert_eq!(
        (&recibo["estado"], &recibo["provedor"], &itens[1]["em"]),
        (&json!("entregue"), &json!("http"), &json!("2026-03-10T12:32:00Z"))
    );
    assert_eq!(tentativa["trecho"], enviada["mensagem"]["texto"]);
    assert_eq!(tentativa["fim"], "enviada");
    assert_eq!(acao["posicao"]["dias"], 0);
    assert_eq!(acao["titulos"], json!([titulos[0]]));
    assert_eq!(itens[5]["inscricao"]["id"], acao["inscricao_id"]);
    assert_eq!((itens[6].get("acao"), itens[6]["autor"].is_null()), (None, true));

    let chamadas = entregue["chamadas"].as_array().unwrap();
    let fins: Vec<_> = chamadas.iter().map(|c| (&c["fim"], &c["provedor"], c["texto"].is_string())).collect();
    let http = &json!("http");
    assert_eq!(fins, [(&json!("repetir"), http, true), (&json!("enviada"), http, true)]);
    assert!(chamadas[0]["inicio"].as_str() < chamadas[1]["inicio"].as_str());
    assert_eq!(chamadas[1]["provedor_id"], json!(id));
    let recibos = entregue["recibos"].as_array().unwrap();
    assert_eq!((recibos.len(), &recibos[0]["estado"]), (1, &json!("entregue")));
    assert_eq!(recibos[0]["chegou_em"], "2026-03-10T12:32:00Z");
    assert_eq!(entregue.get("intervencoes"), None);
}

#[tokio::test]
async fn what_a_person_did_is_told_with_who_it_was_and_what_was_refused_with_its_answer() {
    let s = Servico::new();
    s.regua(&[(Canal::Email, "#LISTA_TITULOS#")]);
    let titulos = s.push("m", &[("2026-02-02", 1_000)]);
    s.night("2026-03-10", agora());
    let pasta = TempDir::new().unwrap();
    let roteiro = RoteiroSmtp::lista(vec![
        (0, FaseSmtp::Rcpt, FalaSmtp::Responder(550)),
        (1, FaseSmtp::Corpo, FalaSmtp::CortarDepois),
    ]);
    let caixa = Caixa::start(pasta.path(), roteiro).await.unwrap();
    s.run_dispatcher(caixa.addr().port());
    let falhou = s.only_in("falhou").await;
    let acao = |acao: &str| format!("/v1/execucoes/{}/{acao}", falhou["id"].as_str().unwrap());
    s.relogio.avancar_para(agora() + TimeDelta::minutes(1)).unwrap();
    let _volta = s.http.post(&acao("reprocessamento"), &json!({})).await.expect(200);
    s.only_in("incerta").await;
    let dito = json!({"saiu": true, "observacao": "vi na caixa"});
    let _dita = s.http.post(&acao("revisao"), &dito).await.expect(200);
    let devedor = s.debtor_of(titulos[0]).to_string();
    let itens = s.list(&linha(&devedor, "?tipo=tentativa,intervencao,acao_decidida&ordem=em")).await;
    let para = "tentativa: Mensagem de e-mail para maria@exemplo.com.br";
    // What happened at one instant of a clock that stands still is told in the order of cause and effect.
    assert_eq!(
        told(&itens),
        [
            "acao_decidida: Mensagem de e-mail decidida pela régua r, D+0: enviada.",
            &format!("{para}: recusada, não saiu."),
            "intervencao: Alguém mandou a ação de volta ao início.",
            &format!("{para}: não se sabe se saiu."),
            "intervencao: Alguém viu que a mensagem saiu.",
        ]
    );
    assert_eq!(itens[1]["tentativa"]["trecho"], json!(null), "it certainly did not leave");
    assert!(itens[1]["tentativa"]["resposta"].as_str().unwrap().starts_with("550"), "{}", itens[1]);
    assert!(itens[3]["tentativa"]["trecho"].is_string(), "it may have left");
    let [volta, revisao] = [&itens[2], &itens[4]];
    assert_eq!(
        (&volta["autor"]["nome"], &volta["intervencao"]["acao"]),
        (&json!("testes"), &json!("reprocessada"))
    );
    assert_eq!(revisao["intervencao"]["observacao"], "vi na caixa");
    let completa =
        s.http.get(&format!("/v1/execucoes/{}", falhou["id"].as_str().unwrap())).await.expect(200).json;
    let dela: Vec<_> =
        completa["intervencoes"].as_array().unwrap().iter().map(|i| (&i["autor"], &i["acao"])).collect();
    assert_eq!(dela, [(&volta["autor"], &json!("reprocessada")), (&volta["autor"], &json!("enviada"))]);
    assert_eq!(completa["chamadas"].as_array().unwrap().len(), 2);
    assert_eq!(completa["chamadas"][0]["texto"], json!(null));
}

#[tokio::test]
async fn r02_only_the_company_reads_it_and_only_with_its_scope() {
    let s = Servico::new();
    let titulos = s.push("m", &[("2026-02-02", 1_000)]);
    let caminho = linha(&s.debtor_of(titulos[0]).to_string(), "");
    assert_eq!(s.other_company().get(&caminho).await.expect(404).json["codigo"], "nao_encontrado");
    assert_eq!(s.without_key().get(&caminho).await.status, 401);
    let outros: Vec<_> =
        Escopo::TODOS.iter().copied().filter(|escopo| *escopo != Escopo::LinhaDoTempoLer).collect();
    assert_eq!(s.with_scopes(&outros).get(&caminho).await.status, 403);
    let itens = s.with_scopes(&[Escopo::LinhaDoTempoLer]).get(&caminho).await.expect(200).json;
    assert_eq!(itens["itens"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_refused_together() {
    let s = Servico::new();
    let titulos = s.push("m", &[("2026-02-02", 1_000)]);
    let devedor = s.debtor_of(titulos[0]).to_string();
    let ruim = "?tipo=tentativa,xyz&de=ontem&ate=2026-02-30&ordem=tipo&limite=201&cursor=x&canal=sms";
    let problema = s.http.get(&linha(&devedor, ruim)).await.expect(422).json;
    assert_eq!(
        refused(&problema),
        [
            "/ate formato_invalido",
            "/canal desconhecido",
            "/cursor cursor_invalido",
            "/de formato_invalido",
            "/limite fora_do_intervalo",
            "/ordem valor_invalido",
            "/tipo valor_invalido",
        ]
    );
    for tipo in ["", ",", "tentativa,", &vec!["recibo"; TipoAcontecimento::TODOS.len() + 1].join(",")] {
        let problema = s.http.get(&linha(&devedor, &format!("?tipo={tipo}"))).await.expect(422).json;
        assert_eq!(refused(&problema), ["/tipo valor_invalido"], "{tipo}");
    }
}
