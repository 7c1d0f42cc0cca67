#![cfg(test)]
//! `PATCH /v1/empresa`.

use serde_json::{Value, json};

use crate::apoio::{Servico, refused};

fn janela(inicio: &str, fim: &str) -> Value {
    json!({"canal": "email", "inicio": inicio, "fim": fim, "dias": ["seg"]})
}

async fn faults(s: &Servico, mudanca: Value) -> Vec<String> {
    refused(&s.http.patch("/v1/empresa", &mudanca).await.expect(422).json)
}

#[tokio::test]
async fn what_does_not_come_stays_as_it_is() {
    let s = Servico::new();
    let antes = s.http.get("/v1/empresa").await.expect(200).json;
    assert_eq!(s.http.patch("/v1/empresa", &json!({})).await.expect(200).json, antes);
    let mudanca = json!({"nome": "Nova", "fuso": "America/Rio_Branco", "hora_noite": "04:15", "vencimento_em_dia_util": false,
        "remetente_email": "nova@exemplo.com.br", "janelas": [{"canal": "sms", "inicio": "09:00", "fim": "18:30", "dias": ["dom", "seg", "dom"]}]});
    let depois = s.http.patch("/v1/empresa", &mudanca).await.expect(200).json;
    for campo in ["nome", "fuso", "hora_noite", "vencimento_em_dia_util", "remetente_email"] {
        assert_eq!(depois[campo], mudanca[campo]);
    }
    assert_eq!(depois["janelas"][0], antes["janelas"][0], "a do outro canal fica");
    assert_eq!(
        depois["janelas"][1],
        json!({"canal": "sms", "inicio": "09:00", "fim": "18:30", "dias": ["seg", "dom"]})
    );
    assert_eq!(s.http.get("/v1/empresa").await.expect(200).json, depois);
}

#[tokio::test]
async fn j06_a_company_chooses_by_whose_clock_it_sends() {
    let s = Servico::new();
    let escolha =
        async |s: &Servico| s.http.get("/v1/empresa").await.expect(200).json["fuso_dos_envios"].clone();
    assert_eq!(escolha(&s).await, "empresa");
    for nova in ["devedor", "empresa"] {
        let depois = s.http.patch("/v1/empresa", &json!({"fuso_dos_envios": nova})).await.expect(200).json;
        assert_eq!(
            (&depois["fuso_dos_envios"], &depois["fuso"]),
            (&json!(nova), &json!("America/Sao_Paulo"))
        );
        let _outra = s.http.patch("/v1/empresa", &json!({"nome": "Nova"})).await.expect(200);
        assert_eq!(escolha(&s).await, nova);
    }
    for ruim in [json!("Devedor"), json!(""), json!("America/Manaus")] {
        let faltas = faults(&s, json!({"fuso_dos_envios": ruim})).await;
        assert_eq!(faltas, ["/fuso_dos_envios valor_invalido"], "{ruim}");
    }
    assert_eq!(faults(&s, json!({"fuso_dos_envios": null})).await, ["/fuso_dos_envios tipo_invalido"]);
}

#[tokio::test]
async fn j02_a_window_that_would_never_open_is_refused() {
    let s = Servico::new();
    let antes = s.http.get("/v1/empresa").await.expect(200).json;
    for (inicio, fim) in [("09:00", "09:00"), ("09:00", "08:59"), ("23:59", "00:00")] {
        let mudanca = json!({"nome": "Nova", "janelas": [janela("08:00", "09:00"), {"canal": "sms", "inicio": inicio, "fim": fim, "dias": ["seg"]}]});
        assert_eq!(faults(&s, mudanca).await, ["/janelas/1/fim fora_do_intervalo"], "{inicio} {fim}");
    }
    assert_eq!(s.http.get("/v1/empresa").await.expect(200).json, antes, "nada foi gravado, nem o nome");
}

#[tokio::test]
async fn every_fault_is_told_at_once_also_those_between_fields() {
    let s = Servico::new();
    let mudanca = json!({
        "nome": " ", "fuso": "America/Lugar_Nenhum", "hora_noite": "24:00", "remetente_email": "a", "cor": 1, "vencimento_em_dia_util": "sim",
        "janelas": [
            {"canal": "carta", "inicio": "09:00", "fim": "08:00", "dias": []},
            {"canal": "email", "inicio": "9:00", "fim": "08:00", "dias": ["seg", "segunda"]},
        ],
    });
    assert_eq!(
        faults(&s, mudanca).await,
        [
            "/cor desconhecido",
            "/fuso formato_invalido",
            "/hora_noite formato_invalido",
            "/janelas/0/canal valor_invalido",
            "/janelas/0/dias tamanho_invalido",
            "/janelas/0/fim fora_do_intervalo",
            "/janelas/1/dias/1 valor_invalido",
            "/janelas/1/inicio formato_invalido",
            "/nome tamanho_invalido",
            "/remetente_email formato_invalido",
            "/vencimento_em_dia_util tipo_invalido",
        ]
    );
    let duas = json!({"janelas": [janela("08:00", "09:00"), janela("10:00", "11:00")]});
    assert_eq!(faults(&s, duas).await, ["/janelas/1/canal repetido"]);
    let tres =
        json!({"janelas": [janela("08:00", "09:00"), janela("08:00", "09:00"), janela("08:00", "09:00")]});
    assert!(faults(&s, tres).await.contains(&"/janelas tamanho_invalido".to_owned()));
}

#[tokio::test]
async fn days_are_at_least_one_and_known() {
    let s = Servico::new();
    let com = |dias: Value| json!({"janelas": [{"canal": "email", "inicio": "08:00", "fim": "20:00", "dias": dias}]});
    for (dias, falta) in [
        (json!([]), "/janelas/0/dias tamanho_invalido"),
        (json!(["seg", "SEG"]), "/janelas/0/dias/1 valor_invalido"),
        (json!([1]), "/janelas/0/dias/0 tipo_invalido"),
        (json!("seg"), "/janelas/0/dias tipo_invalido"),
        (json!(null), "/janelas/0/dias tipo_invalido"),
        (json!(["seg", "ter", "qua", "qui", "sex", "sab", "dom", "seg"]), "/janelas/0/dias tamanho_invalido"),
    ] {
        assert_eq!(faults(&s, com(dias.clone())).await, [falta], "{dias}");
    }
    for fuso in ["", "Sao_Paulo", "america/sao_paulo ", "../etc/passwd", "UTC-3"] {
        assert_eq!(faults(&s, json!({"fuso": fuso})).await, ["/fuso formato_invalido"], "{fuso}");
    }
}

#[tokio::test]
async fn g03_k07_the_choices_about_reguas_and_agreements_stay_until_changed_and_null_is_one() {
    let s = Servico::new();
    let choices = |lida: &Value| (lida["migracao"].clone(), lida["cancelar_acordo_apos"].clone());
    let lida = s.http.get("/v1/empresa").await.expect(200).json;
    assert_eq!(choices(&lida), (json!("prioridade"), Value::Null));
    for (mudanca, migracao, apos) in [
        (json!({"migracao": "perfil_perdido"}), "perfil_perdido", Value::Null),
        (json!({"cancelar_acordo_apos": 365}), "perfil_perdido", json!(365)),
        (json!({"nome": "Nova"}), "perfil_perdido", json!(365)),
        (json!({"migracao": "prioridade", "cancelar_acordo_apos": 0}), "prioridade", json!(0)),
        (json!({"cancelar_acordo_apos": null}), "prioridade", Value::Null),
    ] {
        let lida = s.http.patch("/v1/empresa", &mudanca).await.expect(200).json;
        assert_eq!(choices(&lida), (json!(migracao), apos), "{mudanca}");
    }
    for (ruim, codigo) in [
        (json!({"migracao": "nunca"}), "/migracao valor_invalido"),
        (json!({"migracao": 1}), "/migracao tipo_invalido"),
        (json!({"migracao": null}), "/migracao tipo_invalido"),
        (json!({"cancelar_acordo_apos": 366}), "/cancelar_acordo_apos fora_do_intervalo"),
        (json!({"cancelar_acordo_apos": -1}), "/cancelar_acordo_apos fora_do_intervalo"),
        (json!({"cancelar_acordo_apos": "5"}), "/cancelar_acordo_apos tipo_invalido"),
    ] {
        assert_eq!(faults(&s, ruim).await, [codigo]);
    }
}

#[tokio::test]
async fn r02_a_company_changes_itself_only() {
    let s = Servico::new();
    let outra = s.other_company();
    let _mudada = outra.patch("/v1/empresa", &json!({"nome": "Outra"})).await.expect(200);
    assert_eq!(s.http.get("/v1/empresa").await.expect(200).json["nome"], "Cobradora Exemplo");
}

#[tokio::test]
async fn the_companys_own_record_holds_document_address_and_charges_and_null_empties_them() {
    let s = Servico::new();
    let vazia = s.http.get("/v1/empresa").await.expect(200);
    for campo in ["documento", "endereco", "encargos"] {
        assert_eq!(vazia.json[campo], Value::Null);
    }
    let visto = s.http.with_header("If-Match", vazia.headers["etag"].to_str().unwrap());
    let endereco =
        json!({"logradouro": "Rua A", "numero": "1", "cidade": "Santos", "uf": "SP", "cep": "11010-000"});
    let mudanca =
        json!({"documento": "12.ABC.345/01DE-35", "endereco": endereco, "encargos": {"multa": "1.5"}});
    let cheia = visto.patch("/v1/empresa", &mudanca).await.expect(200).json;
    assert_eq!(
        (&cheia["documento"], &cheia["endereco"]["cep"]),
        (&json!("12ABC34501DE35"), &json!("11010000"))
    );
    assert_eq!(
        cheia["encargos"],
        json!({"multa": "1.50", "juros_ao_mes": "1.00", "contagem": "comercial", "serie_de_juros": null, "correcao": null, "carencia_dias": 0})
    );
    assert_eq!(
        visto.patch("/v1/empresa", &json!({"nome": "X"})).await.expect(412).json["codigo"],
        "versao_mudou"
    );
    assert_eq!(
        s.http.patch("/v1/empresa", &json!({"nome": "Nova"})).await.expect(200).json["encargos"],
        cheia["encargos"]
    );
    let limpa = json!({"documento": null, "endereco": null, "encargos": null, "nome": "Cobradora Exemplo"});
    assert_eq!(s.http.patch("/v1/empresa", &limpa).await.expect(200).json, vazia.json);
    let ruim = json!({"documento": "1", "endereco": {"cidade": "Santos", "uf": "RJ", "cep": "11010000"}, "encargos": {"multa": "x"}});
    assert_eq!(
        faults(&s, ruim).await,
        ["/documento formato_invalido", "/encargos/multa formato_invalido", "/endereco nao_combina"]
    );
}

#[tokio::test]
async fn holidays_are_kept_by_day_and_company() {
    let s = Servico::new();
    for (dia, nome) in
        [("2026-07-09", "Data magna"), ("2026-01-25", "Aniversario"), ("2027-01-25", "Aniversário")]
    {
        let gravado =
            s.http.put(&format!("/v1/empresa/feriados/{dia}"), &json!({"nome": nome})).await.expect(200);
        assert_eq!(gravado.json, json!({"data": dia, "nome": nome}));
    }
    let outro_nome = json!({"nome": "Aniversário da cidade"});
    let _mudado = s.http.put("/v1/empresa/feriados/2026-01-25", &outro_nome).await.expect(200);
    let pagina = s.http.get("/v1/empresa/feriados?limite=1&ate=2026-12-31").await.expect(200).json;
    assert_eq!(pagina["itens"], json!([{"data": "2026-01-25", "nome": "Aniversário da cidade"}]));
    let cursor = pagina["proximo_cursor"].as_str().unwrap();
    let resto =
        s.http.get(&format!("/v1/empresa/feriados?cursor={cursor}&ate=2026-12-31")).await.expect(200).json;
    assert_eq!(resto["itens"], json!([{"data": "2026-07-09", "nome": "Data magna"}]));
    let de_2027 = s.http.get("/v1/empresa/feriados?de=2026-07-10").await.expect(200).json;
    assert_eq!(de_2027["itens"].as_array().unwrap().len(), 1);
    let outra = s.other_company();
    assert_eq!(outra.get("/v1/empresa/feriados").await.expect(200).json["itens"], json!([]));
    let _nada = outra.delete("/v1/empresa/feriados/2026-07-09").await.expect(404);
    let _apagado = s.http.delete("/v1/empresa/feriados/2026-07-09").await.expect(204);
    let _nada = s.http.delete("/v1/empresa/feriados/2026-07-09").await.expect(404);
    for dia in ["2026-02-30", "ontem", "9999-01-01", "2026-1-5"] {
        let problema = s.http.put(&format!("/v1/empresa/feriados/{dia}"), &outro_nome).await.expect(422).json;
        assert_eq!(refused(&problema), ["/data formato_invalido"], "{dia}");
        let _nem_apagar = s.http.delete(&format!("/v1/empresa/feriados/{dia}")).await.expect(422);
    }
}

/// 2026-03-10 is a Tuesday.
#[tokio::test]
async fn n02_what_is_due_on_a_holiday_of_the_company_is_late_one_working_day_later() {
    let s = Servico::new();
    let titulo = json!([{"codigo_integracao": "1", "vencimento": "2026-03-10", "valor": "100.00",
                         "devedor": {"codigo_integracao": "d", "nome": "Devedor"}}]);
    let id = s.http.put("/v1/titulos", &titulo).await.expect(200).json["itens"][0]["id"].clone();
    let late = async |em: &str| {
        let lido =
            s.http.get(&format!("/v1/titulos/{}?em={em}", id.as_str().unwrap())).await.expect(200).json;
        lido["atualizacao"]["dias_atraso"].as_i64().unwrap()
    };
    assert_eq!((late("2026-03-11").await, late("2026-03-12").await), (1, 2));
    let _gravado =
        s.http.put("/v1/empresa/feriados/2026-03-10", &json!({"nome": "Aniversário"})).await.expect(200);
    assert_eq!((late("2026-03-11").await, late("2026-03-12").await), (0, 2));
}
