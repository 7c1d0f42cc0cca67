#![cfg(test)]
//! What a file changes is changed as by a request: by somebody, and for the night to see; what came after it is not its business.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Sql;

use crate::apoio::{Servico, refused, titulo, with};
use crate::importacoes::{CSV, counts, ended, errors, import, lines};

async fn found(s: &Servico, codigo: &str) -> Value {
    let lista = s.http.get(&format!("/v1/titulos?codigo_integracao={codigo}")).await.expect(200).json;
    lista["itens"][0].clone()
}

/// What changed in a título, with the name of the key that changed it.
async fn told(s: &Servico, codigo: &str) -> Vec<(String, String)> {
    let id = found(s, codigo).await["id"].as_str().unwrap().to_owned();
    let historia = s.http.get(&format!("/v1/titulos/{id}/historico")).await.expect(200).json["itens"].clone();
    let text = |valor: &Value| valor.as_str().unwrap_or("-").to_owned();
    let mudancas = historia.as_array().unwrap().iter();
    mudancas.map(|m| (text(&m["autor"]["nome"]), text(&m["mudancas"][0]["depois"]))).collect()
}

#[tokio::test]
async fn what_a_file_changes_and_cancels_was_changed_by_the_key_that_it_came_with() {
    let s = Servico::new();
    s.start_importer();
    assert_eq!(counts(&import(&s.http, "", CSV, lines(1, 20, "10,00")).await)[0], 20);
    s.pass(Duration::from_mins(1));
    let chave = json!({"nome": "carga da noite", "escopos": ["titulos:escrever", "titulos:ler"]});
    let chave = s.http.post("/v1/chaves-api", &chave).await.expect(201).json;
    let dela = s.with_key(chave["chave"].as_str().unwrap());
    let feita = import(&dela, "?modo=completo", CSV, lines(1, 19, "11,00")).await;
    assert_eq!(counts(&feita), [0, 19, 0, 0, 0, 1], "{feita}");
    let dela = "carga da noite".to_owned();
    assert_eq!(told(&s, "T1").await, [(dela.clone(), "11.00".to_owned())]);
    assert_eq!(told(&s, "T20").await, [(dela, "cancelado".to_owned())]);
}

/// The agreement is with the debtor it has: what was received under it would pay another one's debt.
#[tokio::test]
async fn k01_what_is_negotiated_goes_to_no_other_debtor_by_push_or_file() {
    let s = Servico::new();
    s.start_importer();
    let _parcelas = s.negotiated("A").await;
    let antes = found(&s, "A").await;
    let outro = with(&titulo("A"), "/devedor/codigo_integracao", json!("OUTRO"));
    let envio = s.push(&[with(&outro, "/valor", json!("99.00"))]).await;
    assert_eq!(refused(&envio["itens"][0]), ["/0/devedor/codigo_integracao negociado_com_outro_devedor"]);
    // By a line that says nothing more of the debtor, and by one that does.
    for mais in [json!({}), json!({"telefones": ["11987654321"]})] {
        let mut linha = outro.clone();
        linha["devedor"].as_object_mut().unwrap().extend(mais.as_object().unwrap().clone());
        let novo = titulo("B");
        let feita = import(&s.http, "", "application/x-ndjson", format!("{linha}\n{novo}\n")).await;
        assert_eq!(feita["recusados"], 1, "{feita}");
        assert_eq!(errors(&s.http, &feita).await, ["1 devedor_codigo negociado_com_outro_devedor"]);
    }
    assert_eq!(found(&s, "A").await, antes);
    assert!(found(&s, "B").await["id"].is_string(), "as outras linhas entram");
}

/// A line tells no amount but the value: it books no other, whether the título was there before or not.
#[tokio::test]
async fn a_line_that_says_paid_books_the_same_money_for_what_is_new_and_for_what_was_there() {
    let s = Servico::new();
    s.start_importer();
    let antiga = s.stored("A").await;
    let cabecalho = "codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome;pago_em";
    let linha = |codigo: &str| format!("{codigo};02/03/2026;150,00;D-{codigo};Maria da Silva;09/03/2026");
    let arquivo = format!("{cabecalho}\n{}\n{}\n", linha("A"), linha("B"));
    assert_eq!(counts(&import(&s.http, "", CSV, arquivo.clone()).await), [1, 1, 0, 0, 0, 0]);
    let nova = found(&s, "B").await["id"].as_str().unwrap().to_owned();
    for id in [&antiga, &nova] {
        let lido = s.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json;
        assert_eq!((&lido["status"], &lido["saldo_atualizado"]), (&json!("pago"), &json!("0.00")));
        let pagamentos = s.http.get(&format!("/v1/pagamentos?titulo_id={id}")).await.expect(200).json;
        assert_eq!(pagamentos["itens"][0]["valor"], "150.00");
        assert_eq!(pagamentos["itens"][0]["data"], "2026-03-09");
    }
    assert_eq!(counts(&import(&s.http, "", CSV, arquivo).await), [0, 0, 2, 0, 0, 0]);
}

#[tokio::test]
async fn whoever_loses_a_titulo_to_a_full_file_is_seen_by_the_night() {
    let s = Servico::new();
    s.start_importer();
    assert_eq!(counts(&import(&s.http, "", CSV, lines(1, 20, "10,00")).await)[0], 20);
    let mut sql = Sql::connect(s.banco.url());
    sql.run("UPDATE regua.agenda SET proxima = NULL");
    s.pass(Duration::from_mins(1));
    assert_eq!(counts(&import(&s.http, "?modo=completo", CSV, lines(1, 18, "10,00")).await)[5], 2);
    assert_eq!(sql.number("(SELECT count(*) FROM regua.agenda WHERE proxima = '-infinity')"), 2);
}

/// A full file says what there was when it was sent.
#[tokio::test]
async fn what_came_after_a_full_file_is_not_absent_from_it() {
    let s = Servico::new();
    let velho = s.stored("VELHO").await;
    s.pass(Duration::from_mins(1));
    let consulta = "/v1/importacoes?modo=completo&limite_cancelamento=100";
    let pedida = s.http.upload(consulta, CSV, lines(1, 3, "10,00")).await.expect(202);
    s.pass(Duration::from_mins(1));
    assert_eq!(s.push(&[titulo("NOVO")]).await["criados"], 1);
    s.pass(Duration::from_mins(1));
    s.start_importer();
    let feita = ended(&s.http, pedida.headers["location"].to_str().unwrap()).await;
    assert_eq!(
        (feita["estado"].as_str(), counts(&feita)),
        (Some("concluida"), [3, 0, 0, 0, 0, 1]),
        "{feita}"
    );
    assert_eq!(found(&s, "NOVO").await["status"], "aberto");
    let velho = s.http.get(&format!("/v1/titulos/{velho}")).await.expect(200).json;
    assert_eq!(velho["status"], "cancelado");
}

/// What an item of `PUT /v1/titulos` says of a título and its debtor, a line of a sheet may say, by the same names.
#[tokio::test]
async fn a_line_brings_all_that_an_item_brings() {
    let s = Servico::new();
    s.start_importer();
    let linha_digitavel = "00190500954014481606906809350314337370000000100";
    let csv = format!(
        "codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome;email;telefone;score;gerente;logradouro;endereco_numero;\
         bairro;cidade;uf;cep;ibge;tipo_negocio;tipo_titulo;nosso_numero;linha_digitavel;link_boleto\n\
         A;02/03/2026;150,00;D-A;Maria;\"a@example.com,b@example.com\";11 98765-4321;700;Bia;Rua A;10;Centro;São Paulo;SP;01310-100;3550308;\
         venda;boleto;123;{linha_digitavel};https://x.com/1\n\
         B;02/03/2026;150,00;D-B;Ana;;11 1234;1001;;Rua B;;;;SP;;;;;;1;http://x.com\n"
    );
    let feita = import(&s.http, "", CSV, csv).await;
    assert_eq!(counts(&feita), [1, 0, 0, 1, 0, 0], "{feita}");
    let recusas = errors(&s.http, &feita).await;
    let esperadas = ["telefone", "score", "cidade", "linha_digitavel", "link_boleto"];
    assert_eq!(
        recusas.iter().map(|r| r.split(' ').nth(1).unwrap()).collect::<Vec<_>>(),
        esperadas,
        "{recusas:?}"
    );

    let item = json!({"codigo_integracao": "A", "vencimento": "2026-03-02", "valor": "150.00", "tipo_negocio": "venda",
        "tipo_titulo": "boleto", "nosso_numero": "123", "linha_digitavel": linha_digitavel, "link_boleto": "https://x.com/1",
        "devedor": {"codigo_integracao": "D-A", "nome": "Maria", "emails": ["a@example.com", "b@example.com"],
            "telefones": ["(11) 98765-4321"], "score": 700, "gerente": "Bia",
            "enderecos": [{"logradouro": "Rua A", "numero": "10", "bairro": "Centro", "cidade": "São Paulo", "uf": "SP",
                           "cep": "01310100", "ibge": 3_550_308}]}});
    assert_eq!(s.push(std::slice::from_ref(&item)).await["inalterados"], 1, "a linha já disse tudo");
    let devedor = s.all().await[0]["devedor_id"].as_str().unwrap().to_owned();
    let lido = s.http.get(&format!("/v1/devedores/{devedor}")).await.expect(200).json;
    assert_eq!((&lido["gerente"], &lido["score"]), (&json!("Bia"), &json!(700)));
    assert_eq!(lido["telefones"][0]["telefone"], "+5511987654321");
    assert_eq!(
        (&lido["enderecos"][0]["cidade"], &lido["enderecos"][0]["cep"]),
        (&json!("São Paulo"), &json!("01310100"))
    );
    let _outro_gerente = s.push(&[with(&item, "/devedor/gerente", json!("Caio"))]).await;
    let lido = s.http.get(&format!("/v1/devedores/{devedor}")).await.expect(200).json;
    assert_eq!(lido["gerente"], "Caio");
}

/// One thing of each line, so that none is kept on account of another: the plain ones are stored by a short way.
#[tokio::test]
async fn each_thing_that_a_line_says_is_kept_by_itself() {
    let s = Servico::new();
    s.start_importer();
    let pix = "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR\
               5913Fulano de Tal6008BRASILIA62070503***63041D3D";
    let titulo = [
        ("tipo_negocio", "venda"),
        ("tipo_titulo", "boleto"),
        ("nosso_numero", "123"),
        ("linha_digitavel", "00190500954014481606906809350314337370000000100"),
        ("pix_copia_e_cola", pix),
        ("link_boleto", "https://x.com/1"),
    ];
    let endereco = json!({"logradouro": "Rua A", "cidade": "São Paulo", "uf": "SP", "cep": "01310100"});
    let devedor = [
        ("emails", "email", "\"a@example.com,b@example.com\"", json!(["a@example.com", "b@example.com"])),
        ("telefones", "telefone", "11 98765-4321", json!(["(11) 98765-4321"])),
        ("enderecos", "logradouro;cidade;uf;cep", "Rua A;São Paulo;SP;01310-100", json!([endereco])),
        ("gerente", "gerente", "Bia", json!("Bia")),
        ("score", "score", "700", json!(700)),
        ("categoria", "categoria", "ouro", json!("ouro")),
    ];
    for valor in ["150.00", "151.00"] {
        let item = |codigo: &str| with(&crate::apoio::titulo(codigo), "/valor", json!(valor));
        let cabecalho = "codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome";
        let de_reais = valor.replace('.', ",");
        let linha = |codigo: &str| format!("{codigo};02/03/2026;{de_reais};D-{codigo};Maria da Silva");
        let mut emitido = item("E");
        emitido["emissao"] = json!("2026-02-01");
        let mut casos = vec![(emitido, format!("{cabecalho};emissao\n{};01/02/2026\n", linha("E")))];
        for (campo, texto) in titulo {
            let mut item = item(campo);
            item[campo] = json!(texto);
            casos.push((item, format!("{cabecalho};{campo}\n{};\"{texto}\"\n", linha(campo))));
        }
        for (campo, coluna, texto, dito) in &devedor {
            let mut item = item(campo);
            item["devedor"][*campo] = dito.clone();
            casos.push((item, format!("{cabecalho};{coluna}\n{};{texto}\n", linha(campo))));
        }
        for (item, csv) in casos {
            let feita = import(&s.http, "", CSV, csv).await;
            assert_eq!(counts(&feita)[0] + counts(&feita)[1], 1, "{item}: {feita}");
            let mut olho = s.banco.observer();
            let antes = olho.look();
            assert_eq!(s.push(std::slice::from_ref(&item)).await["inalterados"], 1, "{item}");
            assert_eq!(olho.look(), antes, "a linha já disse: {item}");
        }
    }
}

/// What the régua asks of a debtor, and whose a título is, is looked at again when a file changes it.
#[tokio::test]
async fn a_file_that_changes_a_debtor_or_moves_a_titulo_is_seen_by_the_night() {
    let s = Servico::new();
    s.start_importer();
    let cabecalho = "codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome;score;categoria";
    let file = |linhas: &[&str]| format!("{cabecalho}\n{}\n", linhas.join("\n"));
    let antes = ["A;02/03/2026;10,00;DA;Ana;500;bronze", "B;02/03/2026;10,00;DB;Bia;500;bronze"];
    assert_eq!(counts(&import(&s.http, "", CSV, file(&antes)).await)[0], 2);
    let mut sql = Sql::connect(s.banco.url());
    for (linha, feitos, marcados) in [
        ("A;02/03/2026;10,00;DA;Ana;500;bronze", [0, 0, 1], ""),
        ("A;02/03/2026;10,00;DA;Ana;501;bronze", [0, 0, 1], "DA"),
        ("A;02/03/2026;10,00;DA;Ana;501;prata", [0, 0, 1], "DA"),
        ("A;02/03/2026;10,00;DB;Bia;500;bronze", [0, 1, 0], "DA DB"),
        ("A;02/03/2026;10,00;DC;Caio;;", [0, 1, 0], "DB DC"),
    ] {
        sql.run("UPDATE regua.agenda SET proxima = NULL");
        s.pass(Duration::from_mins(1));
        assert_eq!(counts(&import(&s.http, "", CSV, file(&[linha])).await)[..3], feitos, "{linha}");
        let vistos = ["DA", "DB", "DC"].into_iter().filter(|codigo| {
            let marcado = format!(
                "SELECT count(*) FROM regua.agenda a JOIN cadastro.devedor_codigo c USING (empresa_id, devedor_id) \
                  WHERE a.proxima = '-infinity' AND c.codigo_integracao = '{codigo}'"
            );
            sql.number(&marcado) > 0
        });
        assert_eq!(vistos.collect::<Vec<_>>().join(" "), marcados, "{linha}");
    }
    let lido = found(&s, "B").await["devedor_score"].clone();
    assert_eq!(lido, 500);
}

/// As a push does it: what was paid pays a value that is no more than that, from then on and whatever else held it up.
#[tokio::test]
async fn a_value_that_was_paid_already_pays_the_titulo_when_a_push_or_a_file_says_it() {
    let s = Servico::new();
    s.start_importer();
    for por_arquivo in [false, true] {
        let codigo = if por_arquivo { "F" } else { "P" };
        let id = s.stored(codigo).await;
        let parte = json!({"valor": "100.00", "data": "2026-03-02"});
        let _parte = s.http.post(&format!("/v1/titulos/{id}/pagamentos"), &parte).await.expect(201);
        let ate = json!({"ate": "2026-12-20"});
        let _suspenso = s.http.post(&format!("/v1/titulos/{id}/suspensao"), &ate).await.expect(200);
        s.pass(Duration::from_mins(1));
        if por_arquivo {
            let csv = "codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome\nF;02/03/2026;90,00;D-F;Maria da Silva\n";
            assert_eq!(counts(&import(&s.http, "", CSV, csv).await)[..3], [0, 1, 0]);
        } else {
            assert_eq!(s.push(&[with(&titulo("P"), "/valor", json!("90.00"))]).await["atualizados"], 1);
        }
        let lido = found(&s, codigo).await;
        let visto = ["status", "saldo", "suspenso_ate"].map(|campo| lido[campo].clone());
        assert_eq!(visto, [json!("pago"), json!("0.00"), Value::Null], "{codigo}");
        assert_eq!(lido["status_em"], lido["atualizado_em"], "{codigo}");
    }
}

#[tokio::test]
async fn k10_a_file_does_not_change_an_instalment() {
    let s = Servico::new();
    s.start_importer();
    let parcela = s.negotiated("A").await.remove(0);
    let antes = s.http.get(&format!("/v1/titulos/{parcela}")).await.expect(200).json;
    let codigo = antes["codigo_integracao"].as_str().unwrap();
    let csv = format!(
        "codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome\n{codigo};02/03/2026;1,00;X;Outra\n"
    );
    let feita = import(&s.http, "", CSV, csv).await;
    assert_eq!(counts(&feita), [0, 0, 0, 1, 0, 0], "{feita}");
    assert_eq!(errors(&s.http, &feita).await, ["2 codigo_integracao parcela_de_acordo"]);
    assert_eq!(s.http.get(&format!("/v1/titulos/{parcela}")).await.expect(200).json, antes);
}
