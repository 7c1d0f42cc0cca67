#![cfg(test)]
//! What the criteria of a régua ask of títulos and debtors: kinds, category, score.

use serde_json::{Value, json};

use crate::apoio::{Servico, refused, titulo};

fn classed(codigo: &str, tipo_negocio: &Value, tipo_titulo: &Value, score: &Value) -> Value {
    let mut titulo = titulo(codigo);
    titulo["tipo_negocio"] = tipo_negocio.clone();
    titulo["tipo_titulo"] = tipo_titulo.clone();
    titulo["devedor"]["score"] = score.clone();
    titulo
}

async fn read(s: &Servico) -> [Value; 3] {
    let lido = &s.all().await[0];
    ["tipo_negocio", "tipo_titulo", "devedor_score"].map(|campo| lido[campo].clone())
}

#[tokio::test]
async fn what_is_absent_or_null_keeps_what_is_stored() {
    let s = Servico::new();
    let cheio = classed("A", &json!(" Varejo "), &json!("Boleto"), &json!(730));
    assert_eq!(s.push(&[cheio]).await["criados"], 1);
    let gravado = [json!("Varejo"), json!("Boleto"), json!(730)];
    assert_eq!(read(&s).await, gravado);
    let nulo = json!(null);
    for igual in [titulo("A"), classed("A", &nulo, &nulo, &nulo)] {
        assert_eq!(s.push(&[igual]).await["inalterados"], 1);
        assert_eq!(read(&s).await, gravado);
    }
    let outro = classed("A", &json!("VAREJO"), &json!("Cheque"), &json!(0));
    assert_eq!(s.push(&[outro]).await["atualizados"], 1);
    assert_eq!(read(&s).await, [json!("VAREJO"), json!("Cheque"), json!(0)]);
}

#[tokio::test]
async fn a_changed_score_alone_leaves_the_titulo_as_it_is() {
    let s = Servico::new();
    assert_eq!(s.push(&[classed("A", &json!("x"), &json!("y"), &json!(1))]).await["criados"], 1);
    assert_eq!(s.push(&[classed("A", &json!("x"), &json!("y"), &json!(1000))]).await["inalterados"], 1);
    assert_eq!(read(&s).await[2], 1000);
}

#[tokio::test]
async fn kinds_are_short_lines_and_a_score_goes_from_0_to_1000() {
    let s = Servico::new();
    let (bom, longo) = (json!("x"), json!("x".repeat(61)));
    for (ruim, erros) in [
        (classed("A", &longo, &bom, &json!(1)), vec!["/0/tipo_negocio tamanho_invalido"]),
        (classed("A", &bom, &json!("  "), &json!(1)), vec!["/0/tipo_titulo tamanho_invalido"]),
        (classed("A", &bom, &json!("a\nb"), &json!(1)), vec!["/0/tipo_titulo caractere_invalido"]),
        (
            classed("A", &json!(7), &json!(true), &bom),
            vec![
                "/0/devedor/score tipo_invalido",
                "/0/tipo_negocio tipo_invalido",
                "/0/tipo_titulo tipo_invalido",
            ],
        ),
        (classed("A", &bom, &bom, &json!(1001)), vec!["/0/devedor/score fora_do_intervalo"]),
        (classed("A", &bom, &bom, &json!(-1)), vec!["/0/devedor/score fora_do_intervalo"]),
        (classed("A", &bom, &bom, &json!(70_000)), vec!["/0/devedor/score fora_do_intervalo"]),
        (classed("A", &bom, &bom, &json!(9.5)), vec!["/0/devedor/score tipo_invalido"]),
    ] {
        let envio = s.push(&[ruim]).await;
        assert_eq!(refused(&envio["itens"][0]), erros, "{envio}");
    }
    let exato = classed("A", &json!("é".repeat(60)), &bom, &json!(1000));
    assert_eq!(s.push(&[exato]).await["criados"], 1);
}
