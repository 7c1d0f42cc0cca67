//! From an action of a régua to an entry at a bureau, and off it again in time.

use std::sync::Arc;
use std::time::Duration;

use bus::local::Local;
use chrono::TimeDelta;
use dispatcher::{Ajustes, Saida};
use domain::execucao::Canal;
use domain::ids::TituloId;
use providers::bureau::pefin::respond;
use runtime::{Config, Deposito};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{wait_for, wait_until};

use crate::apoio::{PRAZO, Servico, agora};

const CPF: &str = "52998224725";
const CNPJ: &str = "11222333000181";
/// A line of PEFIN with its end.
const LINHA: usize = 602;

struct Praca {
    servico: Servico,
    dispatcher: Option<Arc<dispatcher::Dispatcher>>,
    pasta: TempDir,
}

/// A company with an account at PEFIN, and títulos of Maria that a régua lists; nothing runs yet.
fn praca(parcelas: &[(&str, i64)]) -> (Praca, Vec<TituloId>) {
    let pasta = TempDir::new().unwrap();
    let mut ajustes = Ajustes::from_config(&Config::default());
    ajustes.arquivos = Deposito::new(pasta.path());
    ajustes.bureau.intervalo = Duration::from_millis(50);
    ajustes.bureau.agrupar = Duration::ZERO;
    let (servico, dispatcher) = Servico::tuned(vec![Saida::Negativacao], ajustes, Arc::new(Local::new()));
    servico.regua_without_text(Canal::Negativacao);
    let titulos = servico.push("m", parcelas);
    servico.sql().run(&format!("UPDATE cadastro.empresa SET documento = '{CNPJ}'"));
    servico.sql().run(&format!("UPDATE cadastro.devedor SET documento = '{CPF}', tipo_pessoa = 'fisica'"));
    servico.sql().run(
        "INSERT INTO cadastro.meio_contato (empresa_id, devedor_id, tipo, valor, ordem, endereco) \
         SELECT empresa_id, id, 'endereco', 'casa', 0, '{\"logradouro\": \"Rua São João\", \"numero\": \"100\", \
                \"complemento\": null, \"bairro\": \"Sé\", \"cidade\": \"São Paulo\", \"uf\": \"SP\", \"cep\": \"01035000\", \
                \"ibge\": null}' FROM cadastro.devedor",
    );
    (Praca { servico, dispatcher: Some(dispatcher), pasta }, titulos)
}

impl Praca {
    async fn with_account(self, mais: Value) -> Self {
        let mut conta = json!({"logon": "12345678", "natureza": "DP", "contato": "Ana da Cobrança"});
        conta.as_object_mut().unwrap().extend(mais.as_object().unwrap().clone());
        let _resposta = self.servico.http.post("/v1/credenciais-de-bureau", &conta).await.expect(201);
        self
    }

    /// Decides the night and lets the dispatcher work.
    fn go(&mut self) {
        self.servico.night("2026-03-10", agora());
        self.servico.run(self.dispatcher.take().unwrap());
    }

    /// The bytes of the remessa of this number, once its file is there.
    async fn remessa(&self, sequencia: i64) -> Vec<u8> {
        let remessa = wait_for(PRAZO, async || {
            self.servico.list("/v1/remessas").await.into_iter().find(|r| r["sequencia"] == sequencia)
        })
        .await;
        let arquivo = format!("/v1/arquivos/{}", remessa["arquivo_id"].as_str().unwrap());
        wait_until(PRAZO, async || self.servico.http.get(&arquivo).await.json["estado"] == "pronto").await;
        let baixado = self.servico.http.get(&format!("{arquivo}/conteudo")).await.expect(200);
        baixado.text.into_bytes()
    }

    async fn upload(&self, bytes: Vec<u8>) -> testkit::Resposta {
        self.servico.http.upload("/v1/retornos", "text/plain", bytes).await
    }

    /// The only entry there is, once it is there.
    async fn entry_in(&self, situacao: &str) -> Value {
        wait_for(PRAZO, async || {
            self.servico.list("/v1/negativacoes").await.into_iter().find(|n| n["situacao"] == situacao)
        })
        .await
    }

    fn next_day(&self, dias: u64) {
        let para = self.servico.relogio.agora() + TimeDelta::days(i64::try_from(dias).unwrap());
        self.servico.relogio.avancar_para(para).unwrap();
    }

    async fn timeline(&self, titulo: TituloId) -> Vec<String> {
        let devedor = self.servico.debtor_of(titulo);
        let onde = format!("/v1/devedores/{devedor}/linha-do-tempo?tipo=negativacao&ordem=em");
        let itens = self.servico.list(&onde).await;
        itens.iter().map(|item| item["negativacao"]["situacao"].as_str().unwrap().to_owned()).collect()
    }
}

fn field(bytes: &[u8], linha: usize, ini: usize, fim: usize) -> String {
    let ini = linha * LINHA + ini - 1;
    String::from_utf8_lossy(&bytes[ini..linha * LINHA + fim]).trim().to_owned()
}

#[tokio::test]
async fn g21_an_overdue_titulo_is_listed_by_a_remessa_and_comes_off_by_itself_when_it_is_paid() {
    let (p, titulos) = praca(&[("2026-01-05", 15_012)]);
    let mut p = p.with_account(json!({})).await;
    p.go();
    let remessa = p.remessa(1).await;
    assert_eq!(remessa.len(), 3 * LINHA);
    assert_eq!(
        (field(&remessa, 0, 105, 119).as_str(), field(&remessa, 0, 120, 126).as_str()),
        ("SERASA-CONVEM04", "000001E")
    );
    assert_eq!(
        (field(&remessa, 1, 2, 2).as_str(), field(&remessa, 1, 34, 48).as_str()),
        ("I", "000052998224725")
    );
    assert_eq!(
        (field(&remessa, 1, 439, 454).as_str(), field(&remessa, 1, 424, 438).as_str()),
        ("M/0", "000000000015012")
    );
    let execucao = p.servico.only_in("enviada").await;
    let enviada = p.entry_in("enviada").await;
    assert_eq!(enviada["execucao_id"], execucao["id"]);

    let feito = p.upload(respond(&remessa)).await.expect(200).json;
    assert_eq!(
        (&feito["aceitas"], &feito["linhas"], &feito["repetido"]),
        (&json!(1), &json!(1), &json!(false))
    );
    let aceita = p.entry_in("aceita").await;
    assert_eq!(aceita["publica_em"], "2026-03-20");
    p.next_day(9);
    p.entry_in("aceita").await;
    p.next_day(1);
    p.entry_in("incluida").await;

    p.servico.pay(titulos[0]);
    let segunda = p.remessa(2).await;
    assert_eq!((field(&segunda, 1, 2, 2).as_str(), field(&segunda, 1, 49, 50).as_str()), ("E", "01"));
    assert_eq!(field(&segunda, 1, 439, 454), "M/0");
    // Of what has to come off an old answer makes nothing.
    let repetido = p.upload(respond(&remessa)).await.expect(200).json;
    assert_eq!(repetido["repetido"], true);
    p.entry_in("baixa_enviada").await;
    let feito = p.upload(respond(&segunda)).await.expect(200).json;
    assert_eq!(feito["baixadas"], 1);
    let baixada = p.entry_in("baixada").await;
    assert_eq!(baixada["baixa"]["motivo"], "pagamento");

    let prazos = p.servico.list("/v1/negativacoes/prazos").await;
    assert_eq!((prazos.len(), &prazos[0]["cumprimento"]), (1, &json!("cumprido")));
    let resumo = p.servico.http.get("/v1/negativacoes/prazos/resumo").await.expect(200).json;
    assert_eq!(resumo["por_cumprimento"]["cumprido"], 1);
    assert_eq!(
        p.timeline(titulos[0]).await,
        ["solicitada", "enviada", "aceita", "incluida", "baixa_solicitada", "baixa_enviada", "baixada"]
    );
}

#[tokio::test]
async fn a_retorno_that_is_cut_or_of_another_remessa_leaves_nothing() {
    let (p, _) = praca(&[("2026-01-05", 15_012)]);
    let mut p = p.with_account(json!({})).await;
    p.go();
    let remessa = p.remessa(1).await;
    let retorno = respond(&remessa);
    let recusa = async |bytes: Vec<u8>| p.upload(bytes).await.expect(422).json["codigo"].clone();
    assert_eq!(recusa(retorno[..LINHA * 2].to_vec()).await, "retorno_invalido");
    assert_eq!(recusa(remessa.clone()).await, "retorno_invalido");
    assert_eq!(recusa(Vec::new()).await, "retorno_invalido");
    let mut outra = retorno.clone();
    outra[120 - 1 + 5] = b'7';
    assert_eq!(recusa(outra).await, "retorno_de_outra_remessa");
    let mut outro_contrato = retorno.clone();
    outro_contrato[LINHA + 439 - 1] = b'X';
    assert_eq!(recusa(outro_contrato).await, "retorno_de_outra_remessa");
    let mut outro_informante = retorno.clone();
    outro_informante[2] = b'9';
    assert_eq!(recusa(outro_informante).await, "retorno_de_outra_remessa");
    assert_eq!(p.entry_in("enviada").await["codigos"], json!([]));
    assert!(p.servico.list("/v1/retornos").await.is_empty());
    let alheia = p.servico.other_company();
    let _resposta = alheia.upload("/v1/retornos", "text/plain", retorno).await.expect(422);
}

#[tokio::test]
async fn a_refusal_keeps_its_codes_and_the_titulo_may_be_listed_anew() {
    // The bureau of the tests refuses what ends in 13 centavos.
    let (p, _) = praca(&[("2026-01-05", 15_013)]);
    let mut p = p.with_account(json!({})).await;
    p.go();
    let retorno = respond(&p.remessa(1).await);
    assert_eq!(p.upload(retorno).await.expect(200).json["rejeitadas"], 1);
    let rejeitada = p.entry_in("rejeitada").await;
    assert_eq!(
        rejeitada["codigos"],
        json!([{"codigo": 296, "descricao": "o nome não corresponde ao documento"}])
    );
}

#[tokio::test]
async fn b21_what_may_not_be_listed_is_not_even_asked_for() {
    let (p, _) = praca(&[("2026-03-01", 15_000)]);
    let mut p = p.with_account(json!({})).await;
    p.go();
    assert_eq!(p.servico.only_in("descartada").await["motivo"], "fora_do_prazo_minimo");
    assert!(p.servico.list("/v1/negativacoes").await.is_empty());
}

#[tokio::test]
async fn without_an_account_of_the_creditor_nothing_is_asked_for() {
    let (mut p, _) = praca(&[("2026-01-05", 15_000)]);
    p.go();
    assert_eq!(p.servico.only_in("descartada").await["motivo"], "sem_credencial");
}

#[tokio::test]
async fn of_several_titulos_only_those_that_may_be_are_listed() {
    let (p, titulos) = praca(&[("2026-01-05", 15_000), ("2026-03-01", 15_000), ("2026-01-06", 2_999)]);
    let mut p = p.with_account(json!({})).await;
    p.go();
    p.entry_in("enviada").await;
    let todas = p.servico.list("/v1/negativacoes").await;
    assert_eq!((todas.len(), &todas[0]["titulo_id"]), (1, &json!(titulos[0])));
}

#[tokio::test]
async fn g16_no_message_of_ours_stands_for_the_notice_of_the_bureau() {
    let (p, _) = praca(&[("2026-01-05", 15_000)]);
    let conta = json!({"logon": "12345678", "natureza": "DP", "comunicado": "proprio"});
    let recusa = p.servico.http.post("/v1/credenciais-de-bureau", &conta).await.expect(422).json;
    assert_eq!(recusa["erros"][0]["campo"], "/comunicado", "{recusa}");
    assert!(p.servico.list("/v1/credenciais-de-bureau").await.is_empty());
}

#[tokio::test]
async fn an_account_goes_on_from_the_number_that_the_bureau_knows() {
    let (p, _) = praca(&[("2026-01-05", 15_000)]);
    let demais = json!({"logon": "12345678", "natureza": "DP", "ultima_sequencia": 999_999});
    let _resposta = p.servico.http.post("/v1/credenciais-de-bureau", &demais).await.expect(422);
    let mut p = p.with_account(json!({"ultima_sequencia": 412})).await;
    p.go();
    let remessa = p.remessa(413).await;
    assert_eq!(field(&remessa, 0, 120, 125), "000413");
}

#[tokio::test]
async fn an_answer_that_settles_nothing_has_the_exclusion_go_once_more() {
    let (p, titulos) = praca(&[("2026-01-05", 15_000)]);
    let mut p = p.with_account(json!({})).await;
    p.go();
    let _resposta = p.upload(respond(&p.remessa(1).await)).await.expect(200);
    p.servico.pay(titulos[0]);
    let mut duvida = respond(&p.remessa(2).await);
    duvida[LINHA + 534 - 1..LINHA + 537 - 1].copy_from_slice(b"998");
    let feito = p.upload(duvida).await.expect(200).json;
    assert_eq!((&feito["baixas_recusadas"], &feito["desconhecidas"]), (&json!(1), &json!(1)));
    let _resposta = p.upload(respond(&p.remessa(3).await)).await.expect(200);
    p.entry_in("baixada").await;
}

#[tokio::test]
async fn where_the_channel_is_not_sent_what_is_owed_to_come_off_still_goes() {
    let (p, titulos) = praca(&[("2026-01-05", 15_000), ("2026-01-06", 16_000)]);
    let p = p.with_account(json!({})).await;
    p.servico.night("2026-03-10", agora());
    p.servico.sql().run(
        "INSERT INTO disparo.negativacao (empresa_id, id, execucao_id, devedor_id, titulo_id, credencial_id, bureau, \
                pendencia, documento, contrato, vencimento, valor, solicitada_em, mudou_em) \
         SELECT t.empresa_id, gen_random_uuid(), e.id, t.devedor_id, t.id, c.id, 'pefin', \
                '{\"nome\": \"M\", \"documento\": \"52998224725\", \"endereco\": {\"logradouro\": \"Rua A\", \
                  \"cidade\": \"X\", \"uf\": \"SP\", \"cep\": \"01035000\"}}', \
                '52998224725', t.numero, t.vencimento, t.saldo, now(), now() \
           FROM cadastro.titulo t, disparo.execucao e, disparo.credencial c",
    );
    p.servico.sql().run(&format!(
        "UPDATE disparo.negativacao SET situacao = 'enviada', enviada_em = now() WHERE titulo_id = '{}'",
        titulos[0]
    ));
    p.servico.pay(titulos[0]);
    let mut ajustes = Ajustes::from_config(&Config::default());
    ajustes.arquivos = Deposito::new(p.pasta.path());
    ajustes.bureau.intervalo = Duration::from_millis(50);
    ajustes.bureau.agrupar = Duration::ZERO;
    let sem_canais = p.servico.another(Vec::new(), ajustes, Arc::new(Local::new()));
    p.servico.run(sem_canais);
    let remessa = p.remessa(1).await;
    assert_eq!((remessa.len(), field(&remessa, 1, 2, 2).as_str()), (3 * LINHA, "E"));
    p.entry_in("solicitada").await;
}

#[tokio::test]
async fn a_person_takes_an_entry_off_and_asking_twice_is_asking_once() {
    let (p, _) = praca(&[("2026-01-05", 15_000)]);
    let mut p = p.with_account(json!({})).await;
    p.go();
    let remessa = p.remessa(1).await;
    let _resposta = p.upload(respond(&remessa)).await.expect(200);
    let id = p.entry_in("aceita").await["id"].as_str().unwrap().to_owned();
    let baixa = format!("/v1/negativacoes/{id}/baixa");
    let _resposta = p.servico.http.post(&baixa, &json!({"motivo": "pagamento"})).await.expect(422);
    let _resposta = p.servico.http.post(&baixa, &json!({"motivo": "ordem_judicial"})).await.expect(200);
    let _resposta = p.servico.http.post(&baixa, &json!({"motivo": "solicitacao"})).await.expect(200);
    let segunda = p.remessa(2).await;
    assert_eq!(field(&segunda, 1, 49, 50), "04");
    assert!(p.pasta.path().exists());
    let outra = p.servico.other_company();
    let _resposta = outra.get(&format!("/v1/negativacoes/{id}")).await.expect(404);
    let _resposta = outra.post(&baixa, &json!({"motivo": "solicitacao"})).await.expect(404);
}

#[tokio::test]
async fn an_account_has_a_cnpj_of_digits_and_is_one_of_its_creditor() {
    let (p, _) = praca(&[("2026-01-05", 15_000)]);
    let conta = json!({"logon": "12345678", "natureza": "DP"});
    let criar = async || p.servico.http.post("/v1/credenciais-de-bureau", &conta).await;
    p.servico.sql().run("UPDATE cadastro.empresa SET documento = '12ABC34501DE35'");
    assert_eq!(criar().await.expect(409).json["codigo"], "credencial_sem_cnpj");
    p.servico.sql().run(&format!("UPDATE cadastro.empresa SET documento = '{CNPJ}'"));
    let criada = criar().await.expect(201).json;
    assert_eq!(
        (&criada["bureau"], &criada["dias_minimos"], &criada["valor_minimo"]),
        (&json!("pefin"), &json!(30), &json!("30.00"))
    );
    assert_eq!(criar().await.expect(409).json["codigo"], "credencial_existente");
    let onde = format!("/v1/credenciais-de-bureau/{}", criada["id"].as_str().unwrap());
    let mudada =
        p.servico.http.patch(&onde, &json!({"ativa": false, "dias_minimos": 60})).await.expect(200).json;
    assert_eq!((&mudada["ativa"], &mudada["dias_minimos"]), (&json!(false), &json!(60)));
    let _resposta = criar().await.expect(201);
    let _resposta = p.servico.http.patch(&onde, &json!({"ativa": true})).await.expect(409);
    let alheio = json!({"logon": "1", "natureza": "DP", "credor_id": "0192b1f0-0000-7000-8000-000000000001"});
    let _resposta = p.servico.http.post("/v1/credenciais-de-bureau", &alheio).await.expect(404);
}
