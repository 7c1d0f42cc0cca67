//! Letters: from the night that decides them to the envelope, and what is paid on the way.
#![cfg(test)]

use std::fs;

use serde_json::{Value, json};
use testkit::{wait_for, wait_until};

use crate::apoio::{Cenario, PRAZO, Titulo, date, text};

const NOITE: &str = "2026-03-10";

fn carta() -> Value {
    let corpo =
        "Prezado(a) #NOME#,\n\nNão identificamos o pagamento de:\n\n#LISTA_TITULOS#\n\nTotal: #TOTAL#";
    json!({"tipo": "carta", "corpo": corpo})
}

/// A debtor with a street address of this CEP, who owes one título.
fn devedor(codigo: &str, cidade: &str, uf: &str, cep: &str) -> Titulo {
    Titulo::new(codigo, "2026-02-10").of(codigo).living_at("Rua das Flores", cidade, uf, cep)
}

/// Three debtors with letters due, their títulos in order of CEP, and the file that the night's letters are in.
async fn tres(c: &Cenario) -> (Vec<String>, Value) {
    c.regua(&[json!({"dias": 0, "acoes": [carta()]})]).await;
    let titulos = [
        devedor("bruno", "São Paulo", "SP", "01311-000"),
        devedor("ana", "Recife", "PE", "50010-000"),
        devedor("caio", "Porto Alegre", "RS", "90010-000"),
    ];
    let ids = c.push(&titulos).await;
    c.night(NOITE).await;
    (ids, ready(c).await)
}

/// The only file there is, once it can be downloaded.
async fn ready(c: &Cenario) -> Value {
    in_state(c, "pronto").await
}

async fn in_state(c: &Cenario, estado: &str) -> Value {
    let achado = wait_for(PRAZO, async || {
        let lista = c.http.get("/v1/arquivos?tipo=cartas").await.expect(200).json;
        let itens = lista["itens"].as_array().unwrap().clone();
        assert!(itens.len() <= 1, "{itens:?}");
        itens.into_iter().find(|item| item["estado"] == estado)
    });
    achado.await
}

async fn index(c: &Cenario, id: &str) -> Vec<Vec<String>> {
    let csv = c.http.get(&format!("/v1/arquivos/{id}/indice")).await.expect(200).text;
    let linha = |linha: &str| linha.split(';').map(str::to_owned).collect();
    csv.trim_start_matches('\u{feff}').lines().skip(1).map(linha).collect()
}

/// What happened to the debtor's letter, oldest first.
async fn facts(c: &Cenario, devedor: &str) -> Vec<String> {
    let linha = c
        .http
        .get(&format!("/v1/devedores/{devedor}/linha-do-tempo?tipo=carta&ordem=em"))
        .await
        .expect(200)
        .json;
    linha["itens"].as_array().unwrap().iter().map(|item| text(&item["carta"], "fato")).collect()
}

async fn debtor_of(c: &Cenario, titulo: &str) -> String {
    text(&c.http.get(&format!("/v1/titulos/{titulo}")).await.expect(200).json, "devedor_id")
}

#[tokio::test]
async fn c01_c03_a_night_s_letters_are_one_file_sorted_by_cep_with_an_index() {
    let c = Cenario::on(NOITE).await;
    c.push(&[
        Titulo::new("sem", "2026-02-10").of("sem"),
        Titulo::new("meio", "2026-02-10").of("meio").living_in("SP"),
    ])
    .await;
    let (_, arquivo) = tres(&c).await;
    let id = text(&arquivo, "id");
    assert_eq!(
        (&arquivo["itens"], &arquivo["paginas"], &arquivo["versao"]),
        (&json!(3), &json!(3), &json!(1))
    );
    assert_eq!(
        (text(&arquivo, "data"), text(&arquivo, "mime")),
        (NOITE.to_owned(), "application/pdf".to_owned())
    );

    let pdf = c.http.get(&format!("/v1/arquivos/{id}/conteudo")).await.expect(200);
    assert!(pdf.text.starts_with("%PDF-1.7"));
    assert_eq!(pdf.headers["etag"].to_str().unwrap(), format!("\"{}\"", text(&arquivo, "sha256")));
    let nome = text(&arquivo, "nome");
    assert_eq!(
        pdf.headers["content-disposition"].to_str().unwrap(),
        format!("attachment; filename=\"{nome}\"")
    );
    let linhas = index(&c, &id).await;
    let coluna = |n: usize| linhas.iter().map(|linha| linha[n].as_str()).collect::<Vec<_>>();
    assert_eq!(coluna(0), ["1", "2", "3"]);
    assert_eq!(coluna(3), ["Bruno", "Ana", "Caio"]);
    assert_eq!(coluna(10), ["01311000", "50010000", "90010000"]);
    assert_eq!(coluna(11), ["4", "4", "0"]);
    assert_eq!((coluna(12), coluna(13)), (vec!["1", "2", "3"], vec!["1"; 3]));
    let fins = ["descartada sem_endereco", "descartada sem_endereco", "enviada", "enviada", "enviada"];
    assert_eq!(c.estados().await, fins);
}

#[tokio::test]
async fn c03_who_declined_letters_gets_none_and_a_second_address_serves_where_the_first_does_not() {
    let c = Cenario::on(NOITE).await;
    c.regua(&[json!({"dias": 0, "acoes": [carta()]})]).await;
    let ids = c
        .push(&[
            devedor("bruno", "São Paulo", "SP", "01311-000"),
            devedor("ana", "Recife", "PE", "50010-000"),
        ])
        .await;
    let bruno = debtor_of(&c, &ids[0]).await;
    let mudar = async |devedor: &str, mudanca: Value| {
        let mudado = c.http.patch(&format!("/v1/devedores/{devedor}"), &mudanca).await;
        assert_eq!(mudado.status, 200, "{}", mudado.text);
    };
    mudar(&bruno, json!({"opt_out": [{"canal": "carta", "motivo": "pediu por telefone"}]})).await;
    let ana = debtor_of(&c, &ids[1]).await;
    let enderecos = json!([{"cidade": "Recife", "uf": "PE"},
                           {"logradouro": "Rua Nova", "cidade": "Olinda", "uf": "PE", "cep": "53010-000"}]);
    mudar(&ana, json!({"enderecos": enderecos})).await;
    c.night(NOITE).await;
    let arquivo = ready(&c).await;
    let linhas = index(&c, &text(&arquivo, "id")).await;
    assert_eq!(linhas.iter().map(|linha| linha[10].as_str()).collect::<Vec<_>>(), ["53010000"]);
    assert_eq!(c.estados().await, ["descartada sem_endereco", "enviada"]);
}

#[tokio::test]
async fn c02_who_fetched_what_and_when_is_kept_and_nobody_else_sees_it() {
    let c = Cenario::on(NOITE).await;
    let (_, arquivo) = tres(&c).await;
    let (id, outra) = (text(&arquivo, "id"), c.another_company("Outra").await);
    for caminho in ["", "/conteudo", "/indice", "/a-retirar"] {
        assert_eq!(outra.http.get(&format!("/v1/arquivos/{id}{caminho}")).await.status, 404, "{caminho}");
    }
    for caminho in ["impresso", "postado"] {
        assert_eq!(outra.http.post(&format!("/v1/arquivos/{id}/{caminho}"), &json!({})).await.status, 404);
    }
    assert_eq!(outra.http.get("/v1/arquivos").await.expect(200).json["itens"], json!([]));
    let lido = c.http.get(&format!("/v1/arquivos/{id}")).await.expect(200).json;
    assert_eq!((&lido["downloads"], &lido["baixado_em"]), (&json!(null), &json!(null)));

    let _baixado = c.http.get(&format!("/v1/arquivos/{id}/indice")).await.expect(200);
    c.set_clock(NOITE, "15:00").await;
    let _baixado = c.http.get(&format!("/v1/arquivos/{id}/conteudo")).await.expect(200);
    let lido = c.http.get(&format!("/v1/arquivos/{id}")).await.expect(200).json;
    let downloads = lido["downloads"].as_array().unwrap();
    let pecas: Vec<_> = downloads.iter().map(|d| (text(d, "peca"), d["versao"].clone())).collect();
    assert_eq!(pecas, [("conteudo".to_owned(), json!(1)), ("indice".to_owned(), json!(1))]);
    assert_eq!(downloads[0]["em"], "2026-03-10T18:00:00Z");
    assert!(downloads[0]["autor"]["nome"].is_string());
}

#[tokio::test]
async fn c02_who_was_given_nothing_did_not_fetch_it() {
    let c = Cenario::on(NOITE).await;
    let (titulos, arquivo) = tres(&c).await;
    let id = text(&arquivo, "id");
    let longe = c.arquivos().with_extension("longe");
    fs::rename(c.arquivos(), &longe).unwrap();
    let _nada = c.http.get(&format!("/v1/arquivos/{id}/conteudo")).await.expect(500);
    let lido = c.http.get(&format!("/v1/arquivos/{id}")).await.expect(200).json;
    assert_eq!((&lido["downloads"], &lido["baixado_em"]), (&json!(null), &json!(null)));
    fs::rename(&longe, c.arquivos()).unwrap();
    // Nobody has it: what is paid now is made again without it.
    c.pay(&titulos[0]).await;
    let _cedo = c.http.get(&format!("/v1/arquivos/{id}/conteudo")).await.expect(409);
    assert_eq!(ready(&c).await["itens"], json!(2));
    let _baixado = c.http.get(&format!("/v1/arquivos/{id}/conteudo")).await.expect(200);
    let lido = c.http.get(&format!("/v1/arquivos/{id}")).await.expect(200).json;
    assert_eq!(lido["downloads"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn c02_files_are_listed_by_kind_and_by_day() {
    let c = Cenario::on(NOITE).await;
    tres(&c).await;
    for (consulta, quantos) in [
        ("tipo=cartas", 1),
        ("tipo=remessas", 0),
        ("de=2026-03-10&ate=2026-03-10", 1),
        ("de=2026-03-11", 0),
        ("ate=2026-03-09", 0),
    ] {
        let lista = c.http.get(&format!("/v1/arquivos?{consulta}")).await.expect(200).json;
        assert_eq!(lista["itens"].as_array().unwrap().len(), quantos, "{consulta}");
    }
    assert_eq!(c.http.get("/v1/arquivos?tipo=fotos").await.status, 422);
}

#[tokio::test]
async fn c04_printed_then_posted_then_returned_and_the_timeline_shows_it() {
    let c = Cenario::on(NOITE).await;
    let (titulos, arquivo) = tres(&c).await;
    let id = text(&arquivo, "id");
    let mark = async |o_que: &str| c.http.post(&format!("/v1/arquivos/{id}/{o_que}"), &json!({})).await;
    assert_eq!(mark("impresso").await.expect(409).json["codigo"], "arquivo_nao_permite");
    let _baixado = c.http.get(&format!("/v1/arquivos/{id}/conteudo")).await.expect(200);
    assert_eq!(mark("postado").await.expect(409).json["codigo"], "arquivo_nao_permite");
    let carta = text(&c.execucoes().await[0], "id");
    let devolver = async || {
        c.http.post(&format!("/v1/execucoes/{carta}/devolucao"), &json!({"motivo": "mudou_se"})).await
    };
    assert_eq!(devolver().await.status, 409);
    c.set_clock(NOITE, "14:00").await;
    let impresso = mark("impresso").await.expect(200).json["impresso_em"].clone();
    c.set_clock(NOITE, "16:00").await;
    assert_eq!(mark("impresso").await.expect(200).json["impresso_em"], impresso);
    assert!(mark("postado").await.expect(200).json["postado_em"].is_string());
    c.set_clock(NOITE, "17:00").await;
    assert_eq!(devolver().await.expect(200).json["estado"], "devolvida");
    assert_eq!(devolver().await.expect(200).json["estado"], "devolvida");

    let mut vistos = Vec::new();
    for titulo in &titulos {
        vistos.push(facts(&c, &debtor_of(&c, titulo).await).await.join(" "));
    }
    vistos.sort();
    assert_eq!(
        vistos,
        ["feita impressa postada", "feita impressa postada", "feita impressa postada devolvida"]
    );
}

#[tokio::test]
async fn c05_what_is_paid_before_the_download_is_not_in_the_file_and_after_it_is_to_be_taken_out() {
    let c = Cenario::on(NOITE).await;
    let (titulos, arquivo) = tres(&c).await;
    let id = text(&arquivo, "id");
    c.pay(&titulos[0]).await;
    let cedo = c.http.get(&format!("/v1/arquivos/{id}/conteudo")).await;
    assert_eq!(cedo.expect(409).json["codigo"], "arquivo_em_preparo");
    let refeito = ready(&c).await;
    assert_eq!(
        (&refeito["itens"], &refeito["versao"], &refeito["a_retirar"]),
        (&json!(2), &json!(2), &json!(0))
    );
    assert_ne!(refeito["sha256"], arquivo["sha256"]);
    let linhas = index(&c, &id).await;
    assert_eq!(linhas.iter().map(|linha| linha[3].as_str()).collect::<Vec<_>>(), ["Ana", "Caio"]);

    let _baixado = c.http.get(&format!("/v1/arquivos/{id}/conteudo")).await.expect(200);
    c.cancel(&titulos[2]).await;
    let saem = c.http.get(&format!("/v1/arquivos/{id}/a-retirar")).await.expect(200).json;
    let saem = saem["itens"].as_array().unwrap();
    assert_eq!(saem.len(), 1);
    assert_eq!(
        (text(&saem[0], "motivo"), &saem[0]["sequencia"], &saem[0]["pagina"]),
        ("titulo_cancelado".to_owned(), &json!(2), &json!(2))
    );
    assert_eq!(facts(&c, &debtor_of(&c, &titulos[0]).await).await, ["feita", "retirada"]);
    let lido = c.http.post(&format!("/v1/arquivos/{id}/impresso"), &json!({})).await.expect(200).json;
    assert_eq!(
        (&lido["a_retirar"], &lido["versao"], &lido["estado"]),
        (&json!(1), &json!(2), &json!("pronto"))
    );
    assert_eq!(facts(&c, &debtor_of(&c, &titulos[2]).await).await, ["feita", "retirada"]);
    assert_eq!(facts(&c, &debtor_of(&c, &titulos[1]).await).await, ["feita", "impressa"]);
}

#[tokio::test]
async fn c05_what_was_paid_in_part_falls_due_later_or_is_another_debtors_is_not_in_the_file() {
    let c = Cenario::on(NOITE).await;
    let (titulos, arquivo) = tres(&c).await;
    let id = text(&arquivo, "id");
    let _indice = index(&c, &id).await; // with the index alone nobody posts anything
    let mudar = [
        devedor("ana", "Recife", "PE", "50010-000").of("dora"),
        Titulo::new("caio", "2026-04-10").of("caio"),
    ];
    assert_eq!(c.push(&mudar).await, titulos[1..]);
    let metade = json!({"valor": "50.00", "data": NOITE});
    let _pago = c.http.post(&format!("/v1/titulos/{}/pagamentos", titulos[0]), &metade).await.expect(201);
    let _cedo = c.http.get(&format!("/v1/arquivos/{id}/conteudo")).await.expect(409);
    in_state(&c, "vazio").await;
    let bruno = debtor_of(&c, &titulos[0]).await;
    let linha =
        c.http.get(&format!("/v1/devedores/{bruno}/linha-do-tempo?tipo=carta")).await.expect(200).json;
    assert_eq!(linha["itens"][0]["carta"]["motivo"], "titulo_alterado");
}

#[tokio::test]
async fn c05_a_file_of_which_nothing_is_owed_any_more_is_empty() {
    let c = Cenario::on(NOITE).await;
    let (titulos, arquivo) = tres(&c).await;
    for titulo in &titulos {
        c.pay(titulo).await;
    }
    let id = text(&arquivo, "id");
    let _baixado = c.http.get(&format!("/v1/arquivos/{id}/conteudo")).await.expect(409);
    let vazio = in_state(&c, "vazio").await;
    assert_eq!((&vazio["itens"], &vazio["tamanho"]), (&json!(0), &json!(null)));
    let resposta = c.http.get(&format!("/v1/arquivos/{id}/conteudo")).await.expect(409);
    assert_eq!(resposta.json["codigo"], "arquivo_vazio");
}

#[tokio::test]
async fn a_file_that_was_kept_long_enough_is_gone_and_who_fetched_it_stays() {
    let c = Cenario::on(NOITE).await;
    let (_, arquivo) = tres(&c).await;
    let id = text(&arquivo, "id");
    let _baixado = c.http.get(&format!("/v1/arquivos/{id}/conteudo")).await.expect(200);
    let empresa = fs::read_dir(c.arquivos()).unwrap().next().unwrap().unwrap().path();
    for resto in ["0.pdf", "0.pdf.parcial", "0.csv"] {
        fs::write(empresa.join(format!("{id}.{resto}")), "de quem foi morto").unwrap();
    }
    c.set_clock(&(date(NOITE) + chrono::Days::new(366)).to_string(), "12:00").await;
    in_state(&c, "expurgado").await;
    assert_eq!(fs::read_dir(&empresa).unwrap().count(), 0, "nothing of it, whoever wrote it");
    let resposta = c.http.get(&format!("/v1/arquivos/{id}/conteudo")).await.expect(410);
    assert_eq!(resposta.json["codigo"], "arquivo_expurgado");
    let lido = c.http.get(&format!("/v1/arquivos/{id}")).await.expect(200).json;
    assert_eq!(lido["downloads"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn c02_the_lines_that_an_import_refused_are_a_file_too() {
    let c = Cenario::on(NOITE).await;
    let arquivo =
        "{\"codigo_integracao\": \"A\"}\n{\"codigo_integracao\": \"=B\", \"vencimento\": \"ontem\"}\n";
    let feita = c.http.upload("/v1/importacoes?formato=ndjson", "application/x-ndjson", arquivo).await;
    assert!(feita.status < 300, "{}", feita.text);
    let importacao = text(&feita.json, "id");
    let achado = wait_for(PRAZO, async || {
        let lista = c.http.get("/v1/arquivos?tipo=erros_importacao").await.expect(200).json;
        lista["itens"].as_array().unwrap().iter().find(|item| item["estado"] == "pronto").cloned()
    });
    let achado = achado.await;
    assert_eq!((text(&achado, "id"), text(&achado, "mime")), (importacao.clone(), "text/csv".to_owned()));
    let csv = c.http.get(&format!("/v1/arquivos/{importacao}/conteudo")).await.expect(200).text;
    let linhas: Vec<&str> = csv.lines().collect();
    assert_eq!(linhas[0], "\u{feff}linha;codigo_integracao;campo;codigo;motivo");
    assert_eq!(achado["itens"], json!(linhas.len() - 1));
    assert!(linhas.iter().any(|linha| linha.starts_with("2;\"'=B\";")), "{csv}");
    let indice = c.http.get(&format!("/v1/arquivos/{importacao}/indice")).await.expect(409).json;
    assert_eq!(indice["codigo"], "arquivo_sem_indice");
}

#[tokio::test]
async fn a_letter_that_was_being_composed_when_the_process_died_is_composed_by_the_next() {
    let mut c = Cenario::on(NOITE).await;
    tres(&c).await;
    // As if it had died before the result was written, and its lease run out while nobody was there.
    c.restart_after(
        "SET session_replication_role = replica; DELETE FROM disparo.carta; DELETE FROM disparo.arquivo; \
         UPDATE disparo.execucao SET estado = 'enviando', enviada_em = NULL, lease_ate = now() - interval '1 hour'",
    )
    .await;
    wait_until(PRAZO, async || c.estados().await == ["enviada"; 3]).await;
}
