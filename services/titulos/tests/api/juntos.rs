#![cfg(test)]
//! Many at the same time.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::apoio::{Servico, titulo, with};

const JUNTOS: usize = 16;

fn total(envios: &[Value], campo: &str) -> u64 {
    envios.iter().map(|envio| envio[campo].as_u64().unwrap()).sum()
}

async fn push_together(s: &Servico, corpo: impl Fn(usize) -> Value) -> Vec<Value> {
    let mut envios = JoinSet::new();
    for n in 0..JUNTOS {
        let (http, corpo) = (s.http.clone(), corpo(n));
        envios.spawn(async move { http.put("/v1/titulos", &corpo).await.expect(200).json });
    }
    envios.join_all().await
}

#[tokio::test]
async fn m01_the_same_push_from_sixteen_callers_makes_each_titulo_and_each_debtor_once() {
    let s = Servico::new();
    let corpo: Vec<Value> = (0..50).map(|n| titulo(&format!("T{n}"))).collect();
    let envios = push_together(&s, |_| json!(corpo)).await;
    assert_eq!(s.all().await.len(), 50);
    let feitos = ["criados", "atualizados", "inalterados", "recusados"].map(|campo| total(&envios, campo));
    assert_eq!(feitos, [50, 0, 50 * 15, 0]);
    let devedores = s.banco.observer().look().into_iter().find(|tabela| tabela.nome == "cadastro.devedor");
    assert_eq!(
        devedores.map(|tabela| tabela.linhas),
        Some(50),
        "sem documento, um devedor por código e só um"
    );
    let ids = |envio: &Value| {
        envio["itens"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect::<Vec<_>>()
    };
    assert!(envios.iter().all(|envio| ids(envio) == ids(&envios[0])), "todos leem os mesmos ids");
}

/// The order of items differs, and so does the order in which rows would be locked.
#[tokio::test]
async fn pushes_in_any_order_do_not_lock_one_another_out() {
    let s = Servico::new();
    let codigos: Vec<Value> = (0..50).map(|n| titulo(&format!("T{n}"))).collect();
    let envios = push_together(&s, |n| {
        let mut corpo: Vec<Value> =
            codigos.iter().map(|t| with(t, "/valor", json!(format!("{}.00", n + 1)))).collect();
        corpo.rotate_left(n * 3);
        if n % 2 == 0 {
            corpo.reverse();
        }
        json!(corpo)
    })
    .await;
    assert_eq!((s.all().await.len(), total(&envios, "recusados")), (50, 0), "{envios:?}");
    assert_eq!(total(&envios, "criados"), 50);
}

#[tokio::test]
async fn one_titulo_is_paid_or_cancelled_and_never_both() {
    let s = Servico::new();
    let id = s.stored("A").await;
    let mut pedidos = JoinSet::new();
    for n in 0..JUNTOS {
        let (http, acao) = (s.http.clone(), ["pagamento", "cancelamento"][n % 2]);
        let caminho = format!("/v1/titulos/{id}/{acao}");
        pedidos.spawn(async move { (acao, http.post(&caminho, &json!({})).await.status) });
    }
    let mut respostas = pedidos.join_all().await;
    respostas.sort_unstable();
    respostas.dedup();
    let pago = s.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json["status"] == "pago";
    let esperadas = if pago {
        [("cancelamento", 409), ("pagamento", 200)]
    } else {
        [("cancelamento", 200), ("pagamento", 409)]
    };
    assert_eq!(respostas, esperadas);
}
