//! What stands in the files of a batch (rules b11, b20; S12).

use std::io::Cursor;

use domain::execucao::Canal;
use domain::ids::LoteId;
use domain::planilha::Identificacao;
use serde_json::{Value, json};
use sheets::lote::{LinhasDoLote, Modelo};
use store::{Banco, Papel, lotes};
use testkit::Sql;

use crate::apoio::{Servico, agora, code, refused};
use crate::baixa::{Baixa, rows};

const LISTA: &str =
    "codigo_integracao;documento;nome;contato;saldo;titulos_abertos;outros_codigos;devedor_id";
const ITENS: &str = "codigo_integracao;nome;contato;status;motivo;motivo_por_extenso;tentativas;provedor_id;\
                     publicar_em;enviada_em;atualizada_em";

/// Three who can have an e-mail, the first called like a formula, and one who cannot.
fn four() -> Servico {
    let s = Servico::new();
    s.push(1..=3, true);
    s.push(4..=4, false);
    let d1 = "(SELECT devedor_id FROM cadastro.devedor_codigo WHERE codigo_integracao = 'd1')";
    Sql::connect(s.banco.url()).run(&format!(
        "INSERT INTO cadastro.devedor_codigo VALUES ('{}', 'd1-antigo', {d1}); \
         UPDATE cadastro.devedor SET nome = '=1+1' WHERE id = {d1}",
        s.empresa
    ));
    s
}

/// The codes in a workbook, read as a sheet that comes back.
fn codes_of(xlsx: Vec<u8>) -> Vec<String> {
    let linhas = LinhasDoLote::from_xlsx(Cursor::new(xlsx), Modelo::Devedores(Canal::Email)).unwrap();
    let mut codigos: Vec<_> = linhas
        .map(|linha| {
            let Identificacao::Codigo(codigo) = linha.unwrap().identificacao else {
                panic!("more than a code")
            };
            codigo
        })
        .collect();
    codigos.sort();
    codigos
}

#[tokio::test]
async fn b11_the_list_is_of_those_who_can_have_the_action_now_and_then_of_those_it_was_confirmed_for() {
    let s = four();
    let (acao, _) = s.ready().await;
    let de = [
        LISTA.rsplit_once(';').unwrap().0,
        "d1;;'=1+1;d1@exemplo.com.br;10,00;1;d1-antigo",
        "d2;;Devedor 02;d2@exemplo.com.br;10,00;1;",
        "d3;;Devedor 03;d3@exemplo.com.br;10,00;1;",
    ];
    let csv = format!("{acao}/lista?formato=csv");
    let (cabeca, arquivo) = Baixa::whole(&s, &csv).await;
    assert!(arquivo.starts_with(format!("\u{feff}{LISTA}\r\n").as_bytes()));
    assert_eq!(rows(&arquivo, 1), de);
    assert!(cabeca.contains("\ncontent-type: text/csv; charset=utf-8\r"), "{cabeca}");
    let id = acao.rsplit('/').next().unwrap();
    let nome = format!("\ncontent-disposition: attachment; filename=\"lista-{id}.csv\"\r");
    assert!(cabeca.contains(&nome), "{cabeca}");
    s.push(5..=5, true);
    assert_eq!(rows(&Baixa::whole(&s, &csv).await.1, 1).len(), 5, "it is of now");
    let _feita = s.confirm(&acao).await.expect(202);
    s.push(6..=6, true);
    assert_eq!(rows(&Baixa::whole(&s, &csv).await.1, 1).len(), 5, "and then of the confirmation");
}

#[tokio::test]
async fn b11_without_a_format_the_list_is_a_workbook_that_can_be_sent_back() {
    let s = four();
    let acao = s.begin("email").await;
    s.select(&acao).await;
    let (cabeca, arquivo) = Baixa::whole(&s, &format!("{acao}/lista")).await;
    assert!(cabeca.contains(".spreadsheetml.sheet\r") && cabeca.contains(".xlsx\"\r"), "{cabeca}");
    assert_eq!(codes_of(arquivo), ["d1", "d2", "d3"]);
}

#[tokio::test]
async fn b20_the_detail_says_of_each_what_became_of_it_with_the_hours_of_the_company() {
    let s = four();
    let (acao, _) = s.ready().await;
    let _feita = s.confirm(&acao).await.expect(202);
    let csv = format!("{acao}/itens/planilha?formato=csv");
    let itens = rows(&Baixa::whole(&s, &csv).await.1, 2);
    assert_eq!(itens, [ITENS, "d1;'=1+1;;;;;0;;;;", "d2;Devedor 02;;;;;0;;;;", "d3;Devedor 03;;;;;0;;;;"]);
    let id = LoteId::new(acao.rsplit('/').next().unwrap().parse().unwrap());
    let banco = Banco::connect(s.banco.url(), Papel::Lote, 1).unwrap();
    banco.da_empresa(s.empresa, |t| lotes::step(t, id, agora())).unwrap();
    let execucao = |codigo: &str| {
        format!(
            "(SELECT e.id FROM disparo.execucao e JOIN cadastro.devedor_codigo c ON c.devedor_id = e.devedor_id \
               WHERE c.codigo_integracao = '{codigo}')"
        )
    };
    Sql::connect(s.banco.url()).run(&format!(
        "SET session_replication_role = replica; \
         UPDATE disparo.execucao SET publicar_em = '2026-03-11T11:00Z', atualizada_em = '2026-03-11T12:00Z'; \
         UPDATE disparo.execucao SET estado = 'descartada', motivo = 'sem_contato' WHERE id = {d2}; \
         UPDATE disparo.execucao SET estado = 'enviada', tentativas = 1, enviada_em = '2026-03-11T11:30:05Z' WHERE id = {d1}; \
         INSERT INTO disparo.tentativa (empresa_id, execucao_id, devedor_id, cerca, fim, destinatario, texto, titulos, montada_em, \
                                        terminou_em, provedor, provedor_id) \
           SELECT empresa_id, id, devedor_id, 1, 'enviada', 'd1@exemplo.com.br', 'Olá.', titulos, now(), now(), 'smtp', '<1@x>' \
             FROM disparo.execucao WHERE id = {d1}",
        d1 = execucao("d1"),
        d2 = execucao("d2"),
    ));
    let itens = rows(&Baixa::whole(&s, &csv).await.1, 2);
    assert_eq!(
        itens,
        [
            ITENS,
            "d1;'=1+1;d1@exemplo.com.br;enviada;;;1;<1@x>;2026-03-11 08:00:00;2026-03-11 08:30:05;2026-03-11 09:00:00",
            "d2;Devedor 02;;descartada;sem_contato;não há contato que possa ser usado;0;;2026-03-11 08:00:00;;2026-03-11 09:00:00",
            "d3;Devedor 03;;pendente;;;0;;2026-03-11 08:00:00;;2026-03-11 09:00:00",
        ]
    );
    let (_, pasta) = Baixa::whole(&s, &format!("{acao}/itens/planilha?formato=xlsx")).await;
    assert_eq!(codes_of(pasta), ["d1", "d2", "d3"]);
    let na_api = s.all(&format!("{acao}/itens"), 2).await;
    let mut codigos: Vec<Value> = na_api.iter().map(|item| item["codigo_integracao"].clone()).collect();
    codigos.sort_by_key(ToString::to_string);
    assert_eq!(codigos, [json!("d1"), json!("d2"), json!("d3")]);
}

#[tokio::test]
async fn b11_b20_what_there_is_no_file_of_is_refused_before_one_begins() {
    let s = four();
    let rascunho = s.begin("email").await;
    assert_eq!(code(s.http.get(&format!("{rascunho}/lista")).await, 409), "acao_nao_permite");
    let (pronta, _) = s.ready().await;
    assert_eq!(code(s.http.get(&format!("{pronta}/itens/planilha")).await, 409), "acao_nao_permite");
    let nenhuma = "/v1/acoes-em-lote/0192b1f0-0000-7000-8000-000000000001";
    for qual in ["lista", "itens/planilha"] {
        assert_eq!(code(s.http.get(&format!("{nenhuma}/{qual}")).await, 404), "nao_encontrado");
        let ruim = s.http.get(&format!("{pronta}/{qual}?formato=pdf&pagina=1")).await.expect(422).json;
        assert_eq!(refused(&ruim), ["/formato valor_invalido", "/pagina desconhecido"]);
    }
}
