//! Batches of SMS, as far as the telephone.
#![cfg(test)]

use providers::operadora::{Aviso, Operadora, Roteiro};
use providers::sms::EstadoRecibo;
use runtime::Config;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{confirm, items, of, shown, until, until_items};
use crate::apoio::{Cenario, Titulo, text};

const DIA: &str = "2026-03-10";
const SEGREDO: &str = "segredo-dos-recibos-daqui";

/// A company whose carrier is the sandbox's.
struct Praca {
    c: Cenario,
    operadora: Operadora,
    _pasta: TempDir,
}

impl Praca {
    async fn new() -> Self {
        let pasta = TempDir::new().unwrap();
        let operadora = Operadora::start(pasta.path(), Roteiro::normal()).await.unwrap();
        let conta = json!({
            "provedor": "http",
            "url": format!("http://{}/sms", operadora.addr()),
            "corpo": r#"{"de": "{remetente}", "para": "{para}", "texto": "{texto}", "chave": "{chave}"}"#,
            "remetente": "COBRANCA",
            "idempotente": true,
            "resposta": {"campo": "/situacao", "valores": ["aceita"], "id": "/id", "codigo": "/erro"},
            "recibos": {
                "segredo": SEGREDO, "lista": "/recibos", "chave": "/chave", "id": "/id", "estado": "/estado",
                "estados": {"enviada": "enviada", "entregue": "entregue", "lida": "lida", "devolvida": "devolvida"},
            },
        });
        let mut config = Config { sms: Some(serde_json::from_value(conta).unwrap()), ..Config::default() };
        config.dispatcher.rede_interna = true;
        let c = Cenario::configured(DIA, config).await;
        c.set_window_of("sms", "09:00", "18:00").await;
        Self { c, operadora, _pasta: pasta }
    }

    /// The carrier tells what became of the message to this number.
    async fn tell(&self, para: &str, estado: EstadoRecibo) {
        let recebidas = self.operadora.recebidas();
        let id = recebidas.iter().find(|recebida| recebida.para == para).unwrap().id.clone();
        let endereco = format!("{}/v1/recibos/http/{SEGREDO}", self.c.endereco());
        assert_eq!(self.operadora.avisar(&endereco, &[Aviso::new(id, estado)]).await.unwrap(), [204]);
    }
}

fn texto() -> Value {
    json!({"canal": "sms", "nome": "Aviso", "corpo": "#NOME#, consta em aberto: #LISTA_TITULOS#"})
}

fn owed_by(nome: &str, telefone: &str) -> Titulo {
    Titulo::new(nome, "2026-02-10").of(nome).telefones(&[telefone])
}

async fn debtor_of(c: &Cenario, titulo: &str) -> String {
    text(&c.http.get(&format!("/v1/titulos/{titulo}")).await.expect(200).json, "devedor_id")
}

async fn declines(c: &Cenario, devedor: &str) {
    let quer = json!({"opt_out": [{"canal": "sms"}]});
    let _mudado = c.http.patch(&format!("/v1/devedores/{devedor}"), &quer).await.expect(200);
}

#[tokio::test]
async fn b02_j08_a_batch_of_sms_waits_for_its_window_and_is_delivered_to_whom_has_a_mobile_and_wants_it() {
    let p = Praca::new().await;
    let c = &p.c;
    let titulos = c
        .push(&[
            owed_by("ana", "11987654321"),
            owed_by("bruno", "21998765432"),
            owed_by("caio", "31998765432"),
            owed_by("davi", "1132654321"), // no mobile number
            owed_by("edu", "41998765432"),
        ])
        .await;
    declines(c, &debtor_of(c, &titulos[4]).await).await;
    c.set_clock(DIA, "07:30").await;
    let (acao, mostrado) = shown(c, "sms", &json!({}), Some(&texto())).await;
    assert_eq!(
        (&mostrado["selecao"]["atendem"], &mostrado["selecao"]["com_contato"]),
        (&json!(5), &json!(3))
    );
    let fora = json!([{"motivo": "sem_contato", "quantidade": 1}, {"motivo": "opt_out", "quantidade": 1}]);
    assert_eq!(mostrado["selecao"]["excluidos"], fora);
    // Rule b14: each of the three is short.
    assert_eq!(mostrado["sms"], json!({"amostra": 3, "segmentos": 3}));
    let acao = confirm(c, (acao, mostrado)).await;
    let pendentes = json!([{"status": "pendente", "quantidade": 3}]);
    assert_eq!(until_items(c, &acao, &pendentes).await["status"], "processando");
    let espera = |item: &Value| text(item, "publicar_em").starts_with("2026-03-10T12:00:00");
    assert!(items(c, &acao).await.iter().all(espera), "until nine in the company's zone");
    assert_eq!(p.operadora.total(), 0);
    declines(c, &debtor_of(c, &titulos[2]).await).await;

    c.set_clock(DIA, "09:00").await;
    until(c, &acao, "concluida").await;
    assert_eq!(of(c, &acao, "caio").await, "descartada sem_contato");
    let mut recebidas: Vec<_> = p.operadora.recebidas().into_iter().map(|r| (r.para, r.texto)).collect();
    recebidas.sort();
    assert_eq!(
        recebidas.iter().map(|(para, _)| para.as_str()).collect::<Vec<_>>(),
        ["+5511987654321", "+5521998765432"]
    );
    assert!(recebidas[0].1.starts_with("Ana, consta em aberto:\nNF ana "), "{}", recebidas[0].1);

    for (para, _) in &recebidas {
        p.tell(para, EstadoRecibo::Entregue).await;
    }
    let entregues =
        json!([{"status": "entregue", "quantidade": 2}, {"status": "descartada", "quantidade": 1}]);
    assert_eq!(until_items(c, &acao, &entregues).await["status"], "concluida");
    let de_ana = items(c, &acao).await.into_iter().find(|item| item["nome"] == "ana").unwrap();
    assert_eq!((&de_ana["status"], &de_ana["contato"]), (&json!("entregue"), &json!("+5511987654321")));
    assert!(de_ana["provedor_id"].is_string(), "{de_ana}");
}

#[tokio::test]
async fn b18_what_the_carrier_could_not_deliver_is_told_by_a_batch_that_had_ended() {
    let p = Praca::new().await;
    p.c.push(&[owed_by("ana", "11987654321"), owed_by("bruno", "21998765432")]).await;
    p.c.set_clock(DIA, "12:00").await;
    let acao = confirm(&p.c, shown(&p.c, "sms", &json!({}), Some(&texto())).await).await;
    let fim = until(&p.c, &acao, "concluida").await;
    p.tell("+5511987654321", EstadoRecibo::Entregue).await;
    p.tell("+5521998765432", EstadoRecibo::Devolvida).await;
    let depois = until(&p.c, &acao, "concluida_com_erros").await;
    let andamento =
        json!([{"status": "entregue", "quantidade": 1}, {"status": "devolvida", "quantidade": 1}]);
    assert_eq!((&depois["andamento"], &depois["concluida_em"]), (&andamento, &fim["concluida_em"]));
    assert!(of(&p.c, &acao, "bruno").await.starts_with("devolvida"));
}
