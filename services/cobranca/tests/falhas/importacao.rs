//! The database goes away while a file is stored.
#![cfg(test)]

use std::fmt::Write as _;

use providers::caixa::Roteiro;
use serde_json::{Value, json};
use testkit::{Http, Sql, wait_for, wait_until};

use crate::casa::{Casa, PRAZO};

/// A dozen chunks, and a file of several parts.
const LINHAS: usize = 60_000;
/// One line in so many is refused.
const RUINS: usize = 1_000;
/// No broker and no mailbox is needed.
const NENHUM: &str = "amqp://127.0.0.1:1/%2f";

fn sheet() -> String {
    let mut csv = "codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome;email\n".to_owned();
    for n in 0..LINHAS {
        let dia = if n % RUINS == 0 { 30 } else { 10 };
        writeln!(csv, "T{n};{dia}/02/2026;10,00;D{n};Devedor {n};d{n}@example.com").unwrap();
    }
    csv
}

/// Sends the sheet; answers where to look at it, once a part of it is stored.
async fn begin(titulos: &Http) -> String {
    let pedida = titulos.upload("/v1/importacoes", "text/csv", sheet()).await.expect(202);
    let endereco = pedida.headers["location"].to_str().unwrap().to_owned();
    wait_until(PRAZO, async || stored(titulos, &endereco).await > 0).await;
    endereco
}

async fn stored(titulos: &Http, endereco: &str) -> u64 {
    titulos.get(endereco).await.json["linha_atual"].as_u64().unwrap_or_default()
}

/// Waits for the end, and counts everything that a line leaves behind.
async fn settle(casa: &Casa, titulos: &Http, endereco: &str) {
    let feita: Value = wait_for(PRAZO, async || {
        let lida = titulos.get(endereco).await.json;
        (!["pendente", "processando"].iter().any(|estado| lida["estado"] == *estado)).then_some(lida)
    })
    .await;
    let (ruins, boas) = (LINHAS / RUINS, LINHAS - LINHAS / RUINS);
    let contas = ["criados", "recusados", "atualizados", "inalterados"].map(|campo| feita[campo].clone());
    assert_eq!((&feita["estado"], contas), (&json!("concluida"), [boas, ruins, 0, 0].map(|n| json!(n))));
    let mut sql = Sql::connect(casa.banco.url());
    let esperados = [("titulo", boas), ("devedor", boas), ("devedor_codigo", boas), ("meio_contato", boas)];
    for (tabela, quantos) in
        esperados.into_iter().chain([("importacao_erro", ruins), ("importacao_parte", 0)])
    {
        let linhas = sql.number(&format!("(SELECT count(*) FROM cadastro.{tabela})"));
        assert_eq!(usize::try_from(linhas).unwrap(), quantos, "{tabela}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_goes_on_by_itself_when_the_database_is_back_and_stores_nothing_twice() {
    let mut casa = Casa::start(NENHUM, Roteiro::normal()).await;
    let titulos = casa.empresa().await.titulos;
    let endereco = begin(&titulos).await;
    casa.banco.set_away(true);
    wait_until(PRAZO, async || titulos.get(&endereco).await.status == 503).await;
    wait_until(PRAZO, async || restarts(&titulos).await > 2).await;
    casa.banco.set_away(false);
    settle(&casa, &titulos, &endereco).await;
    let tomadas = Sql::connect(casa.banco.url()).number("(SELECT tentativas FROM cadastro.importacao)");
    assert!(tomadas > 1, "nothing was interrupted");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_cut_again_and_again_delay_an_import_and_double_nothing() {
    let mut casa = Casa::start(NENHUM, Roteiro::normal()).await;
    let titulos = casa.empresa().await.titulos;
    let endereco = begin(&titulos).await;
    for _ in 0..3 {
        assert!(casa.banco.disconnect_all() > 0);
        let ate_aqui = stored(&titulos, &endereco).await;
        wait_until(PRAZO, async || stored(&titulos, &endereco).await > ate_aqui).await;
    }
    settle(&casa, &titulos, &endereco).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_that_was_cut_off_between_its_halves_gets_the_missing_one_only() {
    let mut casa = Casa::start(NENHUM, Roteiro::normal()).await;
    let titulos = casa.empresa().await.titulos;
    // Somebody is about to make one of the debtors: the half with its line waits for them, the other half does not.
    let mut outro = Sql::connect(casa.banco.url());
    outro.run(
        "BEGIN;
         INSERT INTO cadastro.devedor (empresa_id, id, nome, tipo_pessoa, criado_em, atualizado_em)
         SELECT id, id, 'Ana', 'isenta', now(), now() FROM cadastro.empresa;
         INSERT INTO cadastro.devedor_codigo (empresa_id, codigo_integracao, devedor_id)
         SELECT id, 'D7', id FROM cadastro.empresa",
    );
    let pedida = titulos.upload("/v1/importacoes", "text/csv", sheet()).await.expect(202);
    let endereco = pedida.headers["location"].to_str().unwrap().to_owned();
    let mut olho = Sql::connect(casa.banco.url());
    let metades = "(SELECT count(*) FROM cadastro.importacao WHERE metade IS NOT NULL AND posicao = 0)";
    wait_until(PRAZO, async || olho.number(metades) == 1).await;
    assert!(casa.banco.disconnect_all() > 0, "both of ours too");
    settle(&casa, &titulos, &endereco).await;
}

/// How often the importer had to start over, by the service's own metric.
async fn restarts(titulos: &Http) -> u64 {
    let numeros = titulos.get("/metrics").await.expect(200).text;
    let linha = numeros.lines().find(|l| l.starts_with("laco_reinicios_total") && l.contains("importador"));
    linha.map_or(0, |l| l.rsplit(' ').next().unwrap().parse().unwrap())
}
