//! Batches that ask how else debtors can be reached.
#![cfg(test)]

use domain::enriquecimento::{Dados, Relacao, TelefoneDito};
use providers::consultora::{Consultora, Fala, Roteiro};
use runtime::Config;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{confirm, items, of, shown, until};
use crate::apoio::{Cenario, Titulo, text};

const DIA: &str = "2026-03-10";

/// A company whose provider is the sandbox's, which knows the same number of everybody.
struct Praca {
    c: Cenario,
    consultora: Consultora,
    _pasta: TempDir,
}

impl Praca {
    async fn new() -> Self {
        let pasta = TempDir::new().unwrap();
        let telefone = TelefoneDito {
            numero: "21 99876-5432".to_owned(),
            relacao: Relacao::Proprio,
            whatsapp: None,
            visto_em: None,
        };
        let achou = Fala::Encontrado(Box::new(Dados { telefones: vec![telefone], ..Dados::default() }));
        let consultora = Consultora::start(pasta.path(), Roteiro::sempre(achou)).await.unwrap();
        let conta = json!({
            "provedor": "http",
            "url": format!("http://{}/consultas", consultora.addr()),
            "corpo": r#"{"documento": "{documento}", "chave": "{chave}", "finalidade": "{finalidade}"}"#,
            "tarifa": {"centavos": 12},
            "resposta": {"id": "/id", "situacao": "/situacao"},
        });
        let mut config =
            Config { enriquecimento: Some(serde_json::from_value(conta).unwrap()), ..Config::default() };
        config.dispatcher.rede_interna = true;
        Self { c: Cenario::configured(DIA, config).await, consultora, _pasta: pasta }
    }

    async fn gasto(&self) -> Value {
        self.c.http.get("/v1/enriquecimento").await.expect(200).json["gasto"].clone()
    }

    /// A batch for these, once it ended.
    async fn ended(&self, filtro: &Value) -> (String, Value) {
        let acao = confirm(&self.c, shown(&self.c, "enriquecimento", filtro, None).await).await;
        let fim = until(&self.c, &acao, "concluida").await;
        (acao, fim)
    }
}

fn owed_by(nome: &str, documento: &str) -> Titulo {
    Titulo::new(nome, "2026-02-10").of(nome).documento(documento)
}

#[tokio::test]
async fn b22_a_batch_asks_once_a_month_within_what_it_may_cost_and_adds_what_is_new() {
    let p = Praca::new().await;
    p.c.push(&[
        owed_by("ana", "529.982.247-25").telefones(&["11987654321"]),
        owed_by("bruno", "111.444.777-35"),
        owed_by("caio", "123.456.789-09"),
        Titulo::new("davi", "2026-02-10").of("davi"),
    ])
    .await;
    let politica = json!({"limite_mensal": "0.24", "finalidade": "ciclo_de_credito", "base_legal": "protecao_do_credito"});
    let _guardada = p.c.http.put("/v1/enriquecimento", &politica).await.expect(200);

    let (acao, fim) = p.ended(&json!({"devedor": {"codigo": ["ana"]}})).await;
    assert_eq!(fim["andamento"], json!([{"status": "entregue", "quantidade": 1}]));
    assert_eq!(p.consultora.perguntas().len(), 1);
    assert_eq!(p.gasto().await, json!({"mes": "2026-03-01", "custo": "0.12", "consultas": 1}));
    let ana = text(&items(&p.c, &acao).await[0], "devedor_id");
    let devedor = p.c.http.get(&format!("/v1/devedores/{ana}")).await.expect(200).json;
    let numeros: Vec<_> =
        devedor["telefones"].as_array().unwrap().iter().map(|t| text(t, "telefone")).collect();
    assert_eq!(numeros, ["+5511987654321", "+5521998765432"], "what was there, and what is new");

    // Everybody, ten days later: she was asked about, and one more question is all that the month may cost.
    p.c.set_clock("2026-03-20", "12:00").await;
    let (acao, fim) = p.ended(&json!({})).await;
    assert_eq!(
        fim["selecao"]["excluidos"],
        json!([{"motivo": "sem_documento", "quantidade": 1}]),
        "what the action needs is known before"
    );
    let andamento =
        json!([{"status": "entregue", "quantidade": 1}, {"status": "descartada", "quantidade": 2}]);
    assert_eq!(fim["andamento"], andamento);
    assert_eq!(of(&p.c, &acao, "ana").await, "descartada consultado_recentemente");
    let mut outros = [of(&p.c, &acao, "bruno").await, of(&p.c, &acao, "caio").await];
    outros.sort();
    assert_eq!(outros, ["descartada limite_de_gasto", "entregue"]);
    assert_eq!(p.gasto().await, json!({"mes": "2026-03-01", "custo": "0.24", "consultas": 2}));
    assert_eq!(p.consultora.perguntas().len(), 2);
}
