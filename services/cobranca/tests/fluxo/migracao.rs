//! A régua that comes first takes who still matches another one, when the company wants it so.
#![cfg(test)]

use serde_json::{Value, json};

use crate::apoio::{Cenario, Email, Titulo, acao, text};

/// An active régua whose one e-mail a day has its name as subject.
async fn regua(c: &Cenario, nome: &str, prioridade: i32, criterios: Value) {
    let posicoes: Vec<Value> = (0..8).map(|dias| json!({"dias": dias, "acoes": [acao(nome)]})).collect();
    let nova = json!({"nome": nome, "prioridade": prioridade, "criterios": criterios, "posicoes": posicoes});
    let criada = c.http.post("/v1/reguas", &nova).await.expect(201).json;
    let _ativa =
        c.http.post(&format!("/v1/reguas/{}/ativacao", text(&criada, "id")), &json!({})).await.expect(200);
}

fn subjects(dias: &[(String, Vec<Email>)]) -> Vec<String> {
    dias.iter()
        .flat_map(|(data, emails)| emails.iter().map(move |e| format!("{data} {}", e.assunto)))
        .collect()
}

#[tokio::test]
async fn g03_a_company_chooses_whether_who_still_matches_goes_to_the_regua_that_comes_first() {
    let c = Cenario::on("2026-03-10").await;
    c.change(&json!({"migracao": "perfil_perdido"})).await;
    regua(&c, "A", 2, json!({})).await;
    c.push(&[Titulo::new("1", "2026-02-20")]).await;
    let mut dias = c.days("2026-03-10", "2026-03-10").await;
    regua(&c, "B", 1, json!({"tipos_pessoa": ["isenta"]})).await;
    dias.extend(c.days("2026-03-11", "2026-03-12").await);
    c.change(&json!({"migracao": "prioridade"})).await;
    dias.extend(c.days("2026-03-13", "2026-03-14").await);
    c.change(&json!({"migracao": "perfil_perdido"})).await;
    dias.extend(c.days("2026-03-15", "2026-03-15").await);
    assert_eq!(
        subjects(&dias),
        ["2026-03-10 A", "2026-03-11 A", "2026-03-12 A", "2026-03-13 B", "2026-03-14 B", "2026-03-15 B"]
    );
}
