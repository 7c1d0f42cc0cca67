#![cfg(test)]
//! `/v1/mapeamentos`: how the columns of an ERP's files become fields.

use serde_json::{Value, json};

use crate::apoio::{Servico, refused};
use crate::importacoes::{CSV, counts, import};

fn regras() -> Value {
    json!({"colunas": {"codigo_integracao": "Documento", "vencimento": "Vencto", "valor": "Saldo", "devedor_codigo": "Cliente",
                       "devedor_nome": "Razão"},
           "formato_data": ["%d.%m.%y"], "decimal": ".", "codificacao": "latin-1", "separador": "|",
           "padroes": {"categoria": "varejo"}})
}

#[tokio::test]
async fn a_file_is_read_by_its_mapping_as_it_was_when_the_file_came() {
    let s = Servico::new();
    let guardado = s.http.put("/v1/mapeamentos/erp", &regras()).await.expect(200).json;
    assert_eq!((&guardado["nome"], &guardado["regras"]), (&json!("erp"), &regras()));
    let csv = "Saldo|Documento|Vencto|Cliente|Raz\u{e3}o|Outra\n1,234.56|A|02.03.26|D|Jos\u{e9}|x\n";
    let latin1: Vec<u8> = csv.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let pedida = s.http.upload("/v1/importacoes?mapeamento=erp", CSV, latin1).await.expect(202).json;
    assert_eq!(pedida["mapeamento"], "erp");
    let _esquecido = s.http.delete("/v1/mapeamentos/erp").await.expect(204);
    s.start_importer();
    let feita =
        crate::importacoes::ended(&s.http, &format!("/v1/importacoes/{}", pedida["id"].as_str().unwrap()))
            .await;
    assert_eq!(counts(&feita)[0], 1, "{feita}");
    assert_eq!(
        (&s.all().await[0]["valor"], &s.all().await[0]["vencimento"]),
        (&json!("1234.56"), &json!("2026-03-02"))
    );
    let sem_coluna = import(&s.http, "", CSV, csv).await;
    assert!(sem_coluna["erro"].as_str().unwrap().contains("faltam colunas"), "{sem_coluna}");
}

#[tokio::test]
async fn mappings_are_kept_by_name_and_company() {
    let s = Servico::new();
    for nome in ["b", "a", "c%20d"] {
        let _guardado = s.http.put(&format!("/v1/mapeamentos/{nome}"), &regras()).await.expect(200);
    }
    let pagina = s.http.get("/v1/mapeamentos?limite=2").await.expect(200).json;
    let cursor = pagina["proximo_cursor"].as_str().unwrap();
    let resto = s.http.get(&format!("/v1/mapeamentos?cursor={cursor}")).await.expect(200).json;
    let nomes = [&pagina["itens"][0]["nome"], &pagina["itens"][1]["nome"], &resto["itens"][0]["nome"]];
    assert_eq!(nomes, ["a", "b", "c d"]);
    assert_eq!(s.http.get("/v1/mapeamentos/c%20d").await.expect(200).json["nome"], "c d");
    let outra = s.other_company();
    let _nada = outra.get("/v1/mapeamentos/a").await.expect(404);
    let _nada = outra.delete("/v1/mapeamentos/a").await.expect(404);
}

#[tokio::test]
async fn a_mapping_that_cannot_work_is_refused_with_its_place() {
    let s = Servico::new();
    let com = |campo: &str, valor: Value| {
        let mut outras = regras();
        outras[campo] = valor;
        outras
    };
    for (regras, recusa) in [
        (com("colunas", json!({"valor": "x"})), "/colunas obrigatorio"),
        (com("padroes", json!({"valor": "1"})), "/padroes repetido"),
        (com("padroes", json!({"cor": "azul"})), "/padroes/cor desconhecido"),
        (com("padroes", json!({"categoria": 1})), "/padroes/categoria tipo_invalido"),
        (com("valores", json!({"categoria": "x"})), "/valores/categoria tipo_invalido"),
        (com("valores", json!({"categoria": {"1": 2}})), "/valores/categoria/1 tipo_invalido"),
        (com("formato_data", json!(["%m/%Y"])), "/formato_data formato_invalido"),
        (com("separador", json!("x")), "/separador valor_invalido"),
        (com("cor", json!("azul")), "/cor desconhecido"),
        (com("padroes", json!({"categoria": "a\u{0}b"})), " caractere_invalido"),
        (com("padroes", json!({"categoria": "a".repeat(70_000)})), " tamanho_invalido"),
        (json!([]), " tipo_invalido"),
    ] {
        let problema = s.http.put("/v1/mapeamentos/erp", &regras).await.expect(422).json;
        assert_eq!(refused(&problema), [recusa], "{problema}");
    }
    let _nada = s.http.get("/v1/mapeamentos/erp").await.expect(404);
}
