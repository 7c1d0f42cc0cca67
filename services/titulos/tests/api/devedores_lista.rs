#![cfg(test)]
//! `GET /v1/devedores`: filters, orders and pages.

use serde_json::{Value, json};

use crate::apoio::{Servico, refused, titulo, with};
use crate::devedores::{MARIA, push};

/// Debtors A (everything said), B (something else said) and N (nothing said), with títulos of R$ 150.00, 300.00 and none.
async fn portfolio() -> Servico {
    let s = Servico::new();
    let em = |cidade: &str, uf: &str| json!([{"cidade": cidade, "uf": uf}]);
    let _envio = push(
        &s,
        json!([
            {"codigo_integracao": "A", "nome": "Álvaro Gil", "documento": MARIA, "categoria": "Varejo", "gerente": "Ana",
             "enderecos": em("São Paulo", "SP")},
            {"codigo_integracao": "B", "nome": "alvaro gomes", "documento": "12ABC34501DE35", "categoria": "Atacado", "gerente": "Bia",
             "enderecos": em("Santos", "SP")},
        ]),
    )
    .await;
    let de = |codigo: &str, valor: &str, devedor: &str, credor: &str| {
        let mut um = with(&titulo(codigo), "/devedor/codigo_integracao", json!(devedor));
        um["valor"] = json!(valor);
        um["devedor"]["nome"] = json!(if devedor == "A" { "Álvaro Gil" } else { "alvaro gomes" });
        um["credor"] = json!({"codigo_integracao": credor, "nome": credor});
        um
    };
    let _envio = s
        .push(&[
            de("1", "100.00", "A", "X"),
            de("2", "50.00", "A", "X"),
            de("3", "300.00", "B", "Y"),
            de("4", "9.00", "B", "Y"),
        ])
        .await;
    let lista = s.http.get("/v1/titulos?codigo_integracao=4").await.expect(200).json;
    let quatro = lista["itens"][0]["id"].as_str().unwrap().to_owned();
    let _pago = s.http.post(&format!("/v1/titulos/{quatro}/pagamento"), &json!({})).await.expect(200);
    let parado = s.push(&[de("5", "999.00", "B", "Y")]).await["itens"][0]["id"].as_str().unwrap().to_owned();
    let _suspenso = s.http.post(&format!("/v1/titulos/{parado}/suspensao"), &json!({})).await.expect(200);
    s.pass(std::time::Duration::from_hours(24));
    let _envio = push(&s, json!([{"codigo_integracao": "N", "nome": "Zé"}])).await;
    s
}

fn codes(pagina: &Value) -> Vec<String> {
    let itens = pagina["itens"].as_array().unwrap();
    itens.iter().map(|item| item["codigos_integracao"][0].as_str().unwrap().to_owned()).collect()
}

async fn found(s: &Servico, consulta: &str) -> Vec<String> {
    codes(&s.http.get(&format!("/v1/devedores?{consulta}")).await.expect(200).json)
}

/// For each: one in, one out, one of whom nothing is said.
macro_rules! filters {
    ($($nome:ident { $($consulta:literal => $esperado:expr,)+ })+) => {$(
        #[tokio::test]
        async fn $nome() {
            let s = portfolio().await;
            $(let esperado: &[&str] = $esperado;
            assert_eq!(found(&s, $consulta).await, esperado, $consulta);)+
        }
    )+};
}

filters! {
    f01_codigo { "codigo_integracao=A" => &["A"], "codigo_integracao=a" => &[], "codigo_integracao=N" => &["N"], }
    f02_gerente { "gerente=Ana" => &["A"], "gerente=ana" => &[], "gerente=Bia" => &["B"], }
    f03_cadastrado_de_ate {
        "cadastrado_de=2026-03-11" => &["N"], "cadastrado_ate=2026-03-10" => &["A", "B"],
        "cadastrado_de=2026-03-10&cadastrado_ate=2026-03-10" => &["A", "B"], "cadastrado_de=2026-03-12" => &[],
    }
    f04_saldo_de_ate_is_the_sum_of_open_titulos {
        "saldo_de=150.00" => &["A", "B"], "saldo_de=150.01" => &["B"], "saldo_ate=150.00" => &["A", "N"],
        "saldo_de=0.01&saldo_ate=299.99" => &["A"], "saldo_de=300&saldo_ate=300.00" => &["B"], "saldo_ate=0" => &["N"], "saldo_de=0" => &["A", "B", "N"],
    }
    f05_cidade_without_regard_to_case_and_accents {
        "cidade=sao%20paulo" => &["A"], "cidade=SANTOS" => &["B"], "cidade=Sao" => &[],
    }
    f06_uf { "uf=SP" => &["A", "B"], "uf=sp&cidade=Santos" => &["B"], "uf=RJ" => &[], "uf=RJ&cidade=Santos" => &[], }
    f07_tipo_pessoa { "tipo_pessoa=fisica" => &["A"], "tipo_pessoa=juridica" => &["B"], "tipo_pessoa=isenta" => &["N"], }
    f08_categoria { "categoria=Varejo" => &["A"], "categoria=Atacado" => &["B"], "categoria=varejo" => &[], }
    f09_credor { "credor=X" => &["A"], "credor=Y" => &["B"], "credor=Z" => &[], }
    names_and_documents_are_looked_up_and_filters_hold_together {
        "nome=ALVARO" => &["A", "B"], "nome=%C3%A1lvaro%20g" => &["A", "B"], "nome=alvaro%20go" => &["B"], "nome=gil" => &[],
        "documento=529.982.247-25" => &["A"], "documento=12.abc.345/01de-35" => &["B"],
        "nome=alvaro&uf=SP&saldo_de=200" => &["B"], "atualizado_desde=2026-03-11T00:00:00Z" => &["N"],
    }
}

#[tokio::test]
async fn every_order_pages_forwards_and_loses_nothing() {
    let s = Servico::new();
    // Three of one name, and two instants of being heard of.
    for (lote, nomes) in [["Bruno", "ana", "Ana"], ["Carla", "Ána", "bia"]].iter().enumerate() {
        let itens = nomes
            .iter()
            .enumerate()
            .map(|(n, nome)| json!({"codigo_integracao": format!("{lote}{n}"), "nome": nome}));
        let _envio = push(&s, json!(itens.collect::<Vec<_>>())).await;
        s.pass(std::time::Duration::from_millis(1));
    }
    let _tocado = push(&s, json!([{"codigo_integracao": "01", "nome": "ana", "gerente": "G"}])).await;
    let nome = ["01", "02", "11", "12", "00", "10"];
    let criado = ["00", "01", "02", "10", "11", "12"];
    let atualizado = ["00", "02", "10", "11", "12", "01"];
    for (ordem, esperada) in [("nome", nome), ("criado_em", criado), ("atualizado_em", atualizado)] {
        assert_eq!(walk(&s, ordem).await, esperada, "{ordem}");
        let mut ao_contrario = esperada;
        ao_contrario.reverse();
        assert_eq!(walk(&s, &format!("-{ordem}")).await, ao_contrario, "-{ordem}");
    }
    assert_eq!(found(&s, "").await, criado, "sem dizer nada");
}

async fn walk(s: &Servico, ordem: &str) -> Vec<String> {
    let (mut vistos, mut cursor) = (Vec::new(), String::new());
    loop {
        let pagina =
            s.http.get(&format!("/v1/devedores?ordem={ordem}&limite=2{cursor}")).await.expect(200).json;
        vistos.extend(codes(&pagina));
        let Some(proximo) = pagina["proximo_cursor"].as_str() else { return vistos };
        cursor = format!("&cursor={proximo}");
    }
}

#[tokio::test]
async fn a_query_that_is_wrong_is_refused_with_every_reason() {
    let s = portfolio().await;
    let pagina = s.http.get("/v1/devedores?ordem=nome&limite=1").await.expect(200).json;
    let cursor = pagina["proximo_cursor"].as_str().unwrap();
    for consulta in
        [format!("ordem=-nome&cursor={cursor}"), format!("cursor={cursor}"), "cursor=x".to_owned()]
    {
        let problema = s.http.get(&format!("/v1/devedores?{consulta}")).await.expect(422).json;
        assert_eq!(refused(&problema), ["/cursor cursor_invalido"], "{consulta}");
    }
    let consulta =
        "uf=XX&tipo_pessoa=robo&saldo_de=-1&cadastrado_de=ontem&ordem=saldo&documento=1&nome=&cor=azul";
    let problema = s.http.get(&format!("/v1/devedores?{consulta}")).await.expect(422).json;
    assert_eq!(
        refused(&problema),
        [
            "/cadastrado_de formato_invalido",
            "/cor desconhecido",
            "/documento formato_invalido",
            "/nome tamanho_invalido",
            "/ordem valor_invalido",
            "/saldo_de formato_invalido",
            "/tipo_pessoa valor_invalido",
            "/uf valor_invalido"
        ]
    );
}

#[tokio::test]
async fn r02_a_company_lists_its_own_debtors_only() {
    let s = portfolio().await;
    let alheia = s.other_company().get("/v1/devedores?nome=alvaro").await.expect(200).json;
    assert_eq!(alheia, json!({"itens": [], "proximo_cursor": null}));
}

#[tokio::test]
async fn g19_those_said_to_have_died_are_listed_until_a_person_takes_it_back() {
    let s = portfolio().await;
    let lista = s.http.get("/v1/devedores?codigo_integracao=A").await.expect(200).json;
    let caminho = format!("/v1/devedores/{}", lista["itens"][0]["id"].as_str().unwrap());
    assert_eq!(lista["itens"][0]["falecido_em"], Value::Null);
    let morto = s.http.patch(&caminho, &json!({"falecido": true})).await.expect(200).json;
    assert!(morto["falecido_em"].is_string(), "{morto}");
    assert_eq!(found(&s, "falecido=true").await, ["A"]);
    assert_eq!(found(&s, "falecido=false").await, ["B", "N"]);
    // Again, and a change of something else, leave it as it is.
    let _outra_vez = s.http.patch(&caminho, &json!({"falecido": true})).await.expect(200);
    let depois = s.http.patch(&caminho, &json!({"gerente": "Eva"})).await.expect(200).json;
    assert_eq!(depois["falecido_em"], morto["falecido_em"]);
    let vivo = s.http.patch(&caminho, &json!({"falecido": false})).await.expect(200).json;
    assert_eq!((&vivo["falecido_em"], found(&s, "falecido=true").await.len()), (&Value::Null, 0));
    assert_eq!(
        refused(&s.http.patch(&caminho, &json!({"falecido": null})).await.expect(422).json),
        ["/falecido tipo_invalido"]
    );
}
