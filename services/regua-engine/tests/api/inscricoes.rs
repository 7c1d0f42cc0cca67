//! Who walks where, as the API shows it.

use serde_json::{Value, json};

use crate::apoio::{HOJE, Servico, id, named, refused};

async fn list(s: &Servico, filtro: &str) -> Vec<Value> {
    let pagina = s.http.get(&format!("/v1/inscricoes{filtro}")).await.expect(200).json;
    pagina["itens"].as_array().unwrap().clone()
}

#[tokio::test]
async fn n04_the_entry_date_is_the_date_of_the_night() {
    let s = Servico::new();
    let regua = s.active_regua(3).await;
    s.push_titulo("t", "2026-01-05");
    s.run_engine();
    s.night("2026-03-09").await;
    let inscricoes = list(&s, "").await;
    assert_eq!(inscricoes.len(), 1);
    let inscricao = &inscricoes[0];
    assert_eq!((&inscricao["entrada"], &inscricao["ancora"]), (&json!("2026-03-09"), &json!("2026-03-09")));
    assert_eq!((&inscricao["estado"], &inscricao["ciclo"]), (&json!("andando"), &json!(1)));
    assert_eq!(inscricao["regua_id"], regua["id"]);
    assert_eq!(inscricao["proxima_posicao_id"], regua["posicoes"][0]["id"]);
    assert_eq!(inscricao["titulos"].as_array().unwrap().len(), 1);
    s.night(HOJE).await;
    assert_eq!(list(&s, "").await, inscricoes);
}

#[tokio::test]
async fn enrolments_are_filtered_and_paged() {
    let s = Servico::new();
    let regua = s.active_regua(3).await;
    let vazia = s.regua(named("ninguém", &[])).await;
    for n in 0..3 {
        s.push_titulo(&format!("t-{n}"), "2026-02-02");
    }
    s.run_engine();
    s.night(HOJE).await;
    assert_eq!(list(&s, &format!("?regua_id={}&estado=andando", id(&regua))).await.len(), 3);
    assert!(list(&s, &format!("?regua_id={}", id(&vazia))).await.is_empty());
    assert!(list(&s, "?estado=final").await.is_empty());
    let todas = list(&s, "").await;
    let devedor = todas[1]["devedor_id"].as_str().unwrap();
    assert_eq!(list(&s, &format!("?devedor_id={devedor}")).await, [todas[1].clone()]);
    let primeira = s.http.get("/v1/inscricoes?limite=2").await.expect(200).json;
    let cursor = primeira["proximo_cursor"].as_str().unwrap();
    assert_eq!(list(&s, &format!("?limite=2&cursor={cursor}")).await, [todas[2].clone()]);
    assert_eq!(s.other_company().get("/v1/inscricoes").await.expect(200).json["itens"], json!([]));
}

#[tokio::test]
async fn t03_one_whose_titulos_are_all_suspended_is_frozen_where_it_was() {
    let s = Servico::new();
    s.active_regua(3).await;
    for codigo in ["a", "b"] {
        s.push_titulo(codigo, "2026-01-05");
    }
    s.run_engine();
    s.night("2026-03-01").await;
    let antes = list(&s, "").await;
    let titulo = antes[0]["titulos"][0].as_str().unwrap();
    s.suspend(titulo);
    s.night("2026-03-02").await;
    let congeladas = list(&s, "?estado=congelada").await;
    assert_eq!(congeladas.len(), 1);
    let congelada = &congeladas[0];
    assert_eq!(
        (&congelada["estado"], &congelada["congelada_em"]),
        (&json!("congelada"), &json!("2026-03-02"))
    );
    for campo in ["id", "ancora", "proxima_posicao_id", "titulos", "entrada"] {
        assert_eq!(congelada[campo], antes[0][campo], "{campo}");
    }
    assert_eq!(list(&s, &format!("?titulo_id={titulo}")).await, congeladas);
    assert_eq!(list(&s, &format!("?titulo_id={titulo}&estado=andando")).await, Vec::<Value>::new());
    let de_outra = s.other_company().get(&format!("/v1/inscricoes?titulo_id={titulo}")).await.expect(200);
    assert_eq!(de_outra.json["itens"], json!([]));
}

#[tokio::test]
async fn unknown_and_unreadable_filters_are_refused_together() {
    let s = Servico::new();
    let consulta = "/v1/inscricoes?regua_id=1&estado=parada&limite=0&cursor=x&devedor=1";
    let problema = s.http.get(consulta).await.expect(422).json;
    assert_eq!(
        refused(&problema),
        [
            "/cursor cursor_invalido",
            "/devedor desconhecido",
            "/estado valor_invalido",
            "/limite fora_do_intervalo",
            "/regua_id formato_invalido",
        ]
    );
}
