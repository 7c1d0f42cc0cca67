#![cfg(test)]
//! `PUT /v1/titulos`: each item for itself.

use serde_json::{Value, json};

use crate::apoio::{Servico, refused, titulo, with};
use crate::importacoes::{NDJSON, counts, import};

fn results(envio: &Value) -> Vec<&str> {
    envio["itens"].as_array().unwrap().iter().map(|item| item["resultado"].as_str().unwrap()).collect()
}

/// The refused fields of a push of one título.
async fn faults(s: &Servico, titulo: Value) -> Vec<String> {
    let envio = s.push(&[titulo]).await;
    assert_eq!((&envio["recusados"], &envio["itens"][0]["id"]), (&json!(1), &Value::Null), "{envio}");
    refused(&envio["itens"][0])
}

#[tokio::test]
async fn what_is_good_is_stored_and_what_is_not_is_refused_with_every_reason() {
    let s = Servico::new();
    let ruim = json!({"codigo_integracao": "R", "numero": "x".repeat(61), "vencimento": "2026-02-30", "valor": "0.00", "cor": 1,
                      "devedor": {"nome": "", "documento": "52998224726", "emails": ["a@b.co", "sem arroba"]}});
    let envio = s.push(&[titulo("A"), ruim, titulo("B"), json!(7)]).await;
    assert_eq!(results(&envio), ["criado", "recusado", "criado", "recusado"]);
    let contagem =
        ["criados", "atualizados", "inalterados", "recusados"].map(|campo| envio[campo].as_u64().unwrap());
    assert_eq!(contagem, [2, 0, 0, 2]);
    assert_eq!(
        refused(&envio["itens"][1]),
        [
            "/1/cor desconhecido",
            "/1/devedor/codigo_integracao obrigatorio",
            "/1/devedor/documento formato_invalido",
            "/1/devedor/emails/1 formato_invalido",
            "/1/devedor/nome tamanho_invalido",
            "/1/numero tamanho_invalido",
            "/1/valor fora_do_intervalo",
            "/1/vencimento formato_invalido",
        ]
    );
    assert_eq!(envio["itens"][1]["codigo_integracao"], "R", "o item recusado é encontrado pela chave do ERP");
    assert_eq!(refused(&envio["itens"][3]), ["/3 tipo_invalido"]);
    let codigos: Vec<Value> = s.all().await.iter().map(|lido| lido["codigo_integracao"].clone()).collect();
    assert_eq!(codigos, ["A", "B"]);
}

#[tokio::test]
async fn the_same_push_again_changes_nothing() {
    let s = Servico::new();
    let envio = [titulo("A"), with(&titulo("B"), "/valor", json!(99.9))];
    let primeiro = s.push(&envio).await;
    assert_eq!(results(&primeiro), ["criado", "criado"]);
    let mut olho = s.banco.observer();
    let antes = olho.look();
    s.pass(std::time::Duration::from_mins(1));
    let segundo = s.push(&envio).await;
    assert_eq!(results(&segundo), ["inalterado", "inalterado"]);
    assert_eq!(olho.look(), antes, "nenhuma linha foi escrita");
    let terceiro = s.push(&[with(&envio[0], "/valor", json!("150.01")), envio[1].clone()]).await;
    assert_eq!(results(&terceiro), ["atualizado", "inalterado"]);
    let ids = |envio: &Value| [envio["itens"][0]["id"].clone(), envio["itens"][1]["id"].clone()];
    assert_eq!((ids(&primeiro), ids(&primeiro)), (ids(&segundo), ids(&terceiro)));
}

/// As of the lines of a file, which are pushed beside it.
#[tokio::test]
async fn of_items_with_one_code_the_last_stands_by_push_as_by_file() {
    let s = Servico::new();
    s.start_importer();
    let outra = s.other_company();
    let com_espacos = with(&titulo("A"), "/codigo_integracao", json!("  A "));
    let outro_valor = with(&titulo("A"), "/valor", json!("9.00"));
    let sem_valor = with(&titulo("C"), "/valor", json!("x"));
    let itens = [titulo("A"), com_espacos, titulo("C"), outro_valor, titulo("B"), sem_valor];
    let envio = s.push(&itens).await;
    assert_eq!(results(&envio), ["recusado", "recusado", "recusado", "criado", "criado", "recusado"]);
    for n in 0..3 {
        assert_eq!(refused(&envio["itens"][n]), [format!("/{n}/codigo_integracao repetido")]);
    }
    assert_eq!(envio["itens"][0]["erros"][0]["detalhe"], "vale o item 3, com o mesmo código");
    assert_eq!(
        refused(&envio["itens"][5]),
        ["/5/valor formato_invalido"],
        "the last stands, and it is refused"
    );
    let ndjson = itens.map(|item| item.to_string()).join("\n");
    let feita = import(&outra, "", NDJSON, ndjson).await;
    assert_eq!(counts(&feita), [2, 0, 0, 1, 3, 0]);
    for http in [&s.http, &outra] {
        let todos = http.get("/v1/titulos").await.expect(200).json["itens"].clone();
        let dito =
            |titulo: &Value| [&titulo["codigo_integracao"], &titulo["valor"]].map(Value::to_string).join(" ");
        let mut ditos: Vec<_> = todos.as_array().unwrap().iter().map(dito).collect();
        ditos.sort();
        assert_eq!(ditos, ["\"A\" \"9.00\"", "\"B\" \"150.00\""]);
    }
}

#[tokio::test]
async fn a_push_has_at_most_a_thousand_items() {
    let s = Servico::new();
    let muitos: Vec<Value> = (0..1_001).map(|n| titulo(&format!("T{n}"))).collect();
    let problema = s.http.put("/v1/titulos", &json!(muitos)).await.expect(422).json;
    assert_eq!(refused(&problema), [" tamanho_invalido"]);
    assert_eq!(s.all().await.len(), 0, "nada foi gravado");
    let envio = s.push(&muitos[..1_000]).await;
    assert_eq!((&envio["criados"], envio["itens"].as_array().unwrap().len()), (&json!(1_000), 1_000));
}

#[tokio::test]
async fn a_push_of_nothing_is_good() {
    let s = Servico::new();
    let vazio = json!({"criados": 0, "atualizados": 0, "inalterados": 0, "recusados": 0, "itens": []});
    assert_eq!(s.push(&[]).await, vazio);
    for ruim in [json!({}), json!(null), json!("x"), json!(1)] {
        let problema = s.http.put("/v1/titulos", &ruim).await.expect(422).json;
        assert_eq!(refused(&problema), [" tipo_invalido"]);
    }
}

#[tokio::test]
async fn an_amount_is_positive_has_two_decimals_and_fits() {
    let s = Servico::new();
    let bons = [
        json!("0.01"),
        json!(0.01),
        json!(1),
        json!("10"),
        json!("10.5"),
        json!(1234.56),
        json!("9999999999.99"),
    ];
    let escritos = ["0.01", "0.01", "1.00", "10.00", "10.50", "1234.56", "9999999999.99"];
    for (bom, escrito) in bons.iter().zip(escritos) {
        let envio = s.push(&[with(&titulo("V"), "/valor", bom.clone())]).await;
        assert_eq!(envio["recusados"], 0, "{bom}: {envio}");
        assert_eq!(s.all().await[0]["valor"], escrito);
    }
    let nao_positivos = [json!("0"), json!(0), json!("0.00")];
    let mal_escritos = [
        json!("-1"),
        json!(-1),
        json!(-0.0),
        json!(-0.01),
        json!("10000000000.00"),
        json!(1e11),
        json!("1.234,56"),
        json!("1,5"),
        json!("0.001"),
        json!(0.001),
        json!("NaN"),
        json!("1e3"),
        json!(""),
        json!(" 1"),
    ];
    let de_outro_tipo = [json!(null), json!(true), json!([1]), json!({"valor": 1})];
    for (ruins, codigo) in [
        (&nao_positivos[..], "fora_do_intervalo"),
        (&mal_escritos[..], "formato_invalido"),
        (&de_outro_tipo[..], "tipo_invalido"),
    ] {
        for ruim in ruins {
            let ditas = faults(&s, with(&titulo("X"), "/valor", ruim.clone())).await;
            assert_eq!(ditas, [format!("/0/valor {codigo}")], "{ruim}");
        }
    }
}

#[tokio::test]
async fn a_due_date_exists() {
    let s = Servico::new();
    for ruim in [
        "2026-02-29",
        "2026-13-01",
        "2026-00-10",
        "01/03/2026",
        "2026-3-1",
        "",
        "0000-00-00",
        "10000-01-01",
        "2026-03-01T00:00:00Z",
    ] {
        assert_eq!(
            faults(&s, with(&titulo("X"), "/vencimento", json!(ruim))).await,
            ["/0/vencimento formato_invalido"],
            "{ruim}"
        );
    }
    let envio = s.push(&[with(&titulo("B"), "/vencimento", json!("2028-02-29"))]).await;
    assert_eq!(envio["criados"], 1);
}

#[tokio::test]
async fn a_document_is_a_cpf_or_a_cnpj_also_with_letters() {
    let s = Servico::new();
    let com = |codigo: &str, documento: Value| {
        let mut titulo = titulo(codigo);
        titulo["devedor"]["documento"] = documento;
        titulo
    };
    let bons = ["529.982.247-25", "11222333000181", "12.ABC.345/01DE-35"];
    let envio = s
        .push(&bons.iter().enumerate().map(|(n, bom)| com(&format!("B{n}"), json!(bom))).collect::<Vec<_>>())
        .await;
    assert_eq!(envio["criados"], 3, "{envio}");
    // The same document, written in another way, is the same debtor (rule m01).
    let outra = s.push(&[com("B9", json!("12abc34501de35"))]).await;
    assert_eq!(outra["criados"], 1, "{outra}");
    let lidos = s.all().await;
    assert_eq!(lidos[2]["devedor_id"], lidos[3]["devedor_id"]);
    for ruim in [
        "52998224726",
        "11111111111",
        "11222333000182",
        "12ABC34501DE36",
        "5299822472",
        "529.982.247/25",
        "",
        "12ABC34501DÉ35",
    ] {
        assert_eq!(
            faults(&s, com("X", json!(ruim))).await,
            ["/0/devedor/documento formato_invalido"],
            "{ruim}"
        );
    }
    assert_eq!(faults(&s, com("X", json!(52_998_224_725_u64))).await, ["/0/devedor/documento tipo_invalido"]);
}

#[tokio::test]
async fn m01_one_document_is_one_debtor_whatever_its_codes() {
    let s = Servico::new();
    let com = |codigo: &str, devedor: &str, documento: Value| {
        let mut titulo = titulo(codigo);
        titulo["devedor"] = json!({"codigo_integracao": devedor, "nome": "Maria", "documento": documento});
        titulo
    };
    let cpf = json!("52998224725");
    let envio = s
        .push(&[com("A", "D1", cpf.clone()), com("B", "D2", cpf.clone()), com("C", "D3", json!(null))])
        .await;
    assert_eq!(results(&envio), ["criado"; 3], "{envio}");
    let _outro_envio = s.push(&[com("D", "D2", cpf)]).await;
    let _isento = s.push(&[com("E", "D4", json!(null))]).await;
    let devedores: Vec<Value> = s.all().await.iter().map(|lido| lido["devedor_id"].clone()).collect();
    assert!(
        devedores[0] == devedores[1] && devedores[0] == devedores[3],
        "o CPF é um devedor: {devedores:?}"
    );
    assert!(
        devedores[2] != devedores[0] && devedores[2] != devedores[4],
        "sem documento, um por código: {devedores:?}"
    );
    // A code that belongs to one debtor cannot be given with the document of another.
    let conflito = s.push(&[com("F", "D4", json!("52998224725"))]).await;
    assert_eq!(refused(&conflito["itens"][0]), ["/0/devedor/documento documento_de_outro_devedor"]);
}

#[tokio::test]
async fn nothing_that_is_unknown_is_taken_in() {
    let s = Servico::new();
    let internos = ["id", "status", "saldo", "empresa_id", "devedor_id", "origem", "criado_em"];
    for campo in internos {
        let mut ruim = titulo("X");
        ruim[campo] = json!("pago");
        ruim["devedor"][campo] = json!(1);
        let esperadas = [format!("/0/devedor/{campo} desconhecido"), format!("/0/{campo} desconhecido")];
        let mut ditas = faults(&s, ruim).await;
        ditas.sort_by_key(|dita| {
            !dita.starts_with("/0/devedor/") || !dita.starts_with(&format!("/0/devedor/{campo} "))
        });
        assert_eq!(ditas, esperadas, "{campo}");
    }
}

#[tokio::test]
async fn r02_the_same_code_of_two_companies_is_two_titulos() {
    let s = Servico::new();
    let outra = s.other_company();
    let dela = outra
        .put("/v1/titulos", &json!([with(&titulo("A"), "/valor", json!("7.00"))]))
        .await
        .expect(200)
        .json;
    let nosso = s.stored("A").await;
    assert_ne!(dela["itens"][0]["id"], nosso.as_str());
    assert_eq!(s.all().await[0]["valor"], "150.00");
    let lista = outra.get("/v1/titulos").await.expect(200).json;
    assert_eq!((lista["itens"].as_array().unwrap().len(), &lista["itens"][0]["valor"]), (1, &json!("7.00")));
    for caminho in [
        format!("/v1/titulos/{nosso}"),
        format!("/v1/titulos?devedor_id={}", s.all().await[0]["devedor_id"].as_str().unwrap()),
    ] {
        let resposta = outra.get(&caminho).await;
        assert!(resposta.status == 404 || resposta.json["itens"] == json!([]), "{}", resposta.text);
    }
    for acao in ["pagamento", "cancelamento"] {
        let problema = outra.post(&format!("/v1/titulos/{nosso}/{acao}"), &json!({})).await.expect(404).json;
        assert_eq!(problema["codigo"], "nao_encontrado");
    }
    assert_eq!(s.all().await[0]["status"], "aberto");
}
