//! Who is left out, and which réguas stand in each other's way, over HTTP.

use domain::dinheiro::Centavos;
use serde_json::{Value, json};

use crate::apoio::{HOJE, Servico, id, named, posicao, refused};

async fn coverage(s: &Servico) -> Value {
    s.http.get("/v1/cobertura").await.expect(200).json
}

async fn list(s: &Servico, filtro: &str) -> Vec<Value> {
    let pagina = s.http.get(&format!("/v1/cobertura/devedores{filtro}")).await.expect(200).json;
    pagina["itens"].as_array().unwrap().clone()
}

fn in_class(s: &Servico, codigo: &str, categoria: Option<&str>, valor: i64) {
    s.push_as(codigo, "2026-02-02", |titulo| {
        titulo.devedor.categoria = categoria.map(str::to_owned);
        titulo.valor = Centavos::new(valor);
    });
}

#[tokio::test]
async fn s13_who_is_left_out_how_much_and_by_which_criterion() {
    let s = Servico::new();
    assert_eq!(coverage(&s).await["noite"], json!(null));
    let ouro = s.regua(named("ouro", &[posicao(1)])).await;
    let mut grandes = named("prata", &[posicao(1)]);
    grandes["criterios"]["valor_minimo"] = json!("50.00");
    let grandes = s.regua(grandes).await;
    s.turn(&ouro, "ativacao").await;
    s.turn(&grandes, "ativacao").await;
    in_class(&s, "dentro", Some("ouro"), 1_000);
    in_class(&s, "pequeno", Some("prata"), 2_000);
    in_class(&s, "sem classe", None, 3_000);
    s.run_engine();
    s.night("2026-03-09").await;
    let cobertura = coverage(&s).await;
    assert_eq!((&cobertura["noite"], &cobertura["noite_concluida"]), (&json!("2026-03-09"), &json!(true)));
    let fora = &cobertura["descobertos"];
    assert_eq!(
        (&fora["devedores"], &fora["titulos"], &fora["valor"]),
        (&json!(2), &json!(2), &json!("50.00"))
    );
    let por: Vec<_> = fora["por_criterio"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (&p["regua_nome"], &p["criterio"], &p["valor"]))
        .collect();
    assert_eq!(
        por,
        [
            (&json!("ouro"), &json!("categoria"), &json!("30.00")),
            (&json!("prata"), &json!("valor_minimo"), &json!("20.00")),
        ]
    );
    let pequenos = list(&s, "?criterio=valor_minimo").await;
    assert_eq!(pequenos.len(), 1);
    assert_eq!((&pequenos[0]["valor"], &pequenos[0]["desde"]), (&json!("20.00"), &json!("2026-03-09")));
    assert_eq!(list(&s, &format!("?regua_id={}", id(&grandes))).await, pequenos);
    assert!(list(&s, "?criterio=score").await.is_empty());
    // Covered now, and the other one as before.
    in_class(&s, "pequeno", Some("ouro"), 2_000);
    s.night(HOJE).await;
    let fora = coverage(&s).await["descobertos"].clone();
    assert_eq!((&fora["devedores"], &fora["valor"]), (&json!(1), &json!("30.00")));
    assert_eq!(list(&s, "").await[0]["desde"], "2026-03-09");
    assert_eq!(s.other_company().get("/v1/cobertura").await.expect(200).json["descobertos"]["devedores"], 0);
    assert_eq!(s.other_company().get("/v1/cobertura/devedores").await.expect(200).json["itens"], json!([]));
}

#[tokio::test]
async fn s13_debtors_left_out_are_paged_and_unreadable_filters_refused() {
    let s = Servico::new();
    for n in 0..3 {
        s.push_titulo(&format!("t{n}"), "2026-02-02");
    }
    s.run_engine();
    s.night(HOJE).await;
    let todos = list(&s, "").await;
    assert_eq!((todos.len(), &todos[0]["regua_id"], &todos[0]["criterio"]), (3, &json!(null), &json!(null)));
    let primeira = s.http.get("/v1/cobertura/devedores?limite=2").await.expect(200).json;
    let cursor = primeira["proximo_cursor"].as_str().unwrap();
    assert_eq!(list(&s, &format!("?limite=2&cursor={cursor}")).await, [todos[2].clone()]);
    let problema = s.http.get("/v1/cobertura/devedores?criterio=cor&regua=1").await.expect(422).json;
    assert_eq!(refused(&problema), ["/criterio valor_invalido", "/regua desconhecido"]);
}

#[tokio::test]
async fn s12_overlaps_and_reguas_that_nobody_can_enter() {
    let s = Servico::new();
    let todos = s.regua(json!({"nome": "Todos", "prioridade": 1, "posicoes": [posicao(1)]})).await;
    let ouro = s.regua(named("ouro", &[posicao(1)])).await;
    let mut atras = named("prata", &[posicao(1)]);
    atras["prioridade"] = json!(9);
    let atras = s.regua(atras).await;
    for regua in [&todos, &ouro, &atras] {
        s.turn(regua, "ativacao").await;
    }
    let cobertura = coverage(&s).await;
    let par = |antes: &Value, depois: &Value, encobre: bool| json!({"antes": antes["id"], "depois": depois["id"], "desempate": "prioridade", "encobre": encobre});
    assert_eq!(cobertura["sobreposicoes"], json!([par(&ouro, &todos, false), par(&todos, &atras, true)]));
    assert_eq!(cobertura["sobreposicoes_total"], 2);
    assert_eq!(cobertura["inalcancaveis"], json!([{"regua_id": atras["id"], "encoberta_por": todos["id"]}]));
}
