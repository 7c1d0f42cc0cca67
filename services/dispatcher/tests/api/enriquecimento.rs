//! From an action that asks about a debtor to a new number of his, and what it cost.

use std::sync::Arc;

use chrono::TimeDelta;
use dispatcher::Saida;
use domain::enriquecimento::{Dados, EmailDito, EnderecoDito, Relacao, TelefoneDito};
use domain::execucao::Canal;
use providers::Segredo;
use providers::consultora::{Consultora, Fala, Roteiro};
use providers::enriquecimento::{ClienteEnriquecimento, Tarifa};
use providers::http::{Cliente, Config};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::apoio::{PRAZO, Servico, agora};

const SEGREDO: &str = "um-segredo-de-teste-bem-longo";
const CPF: &str = "52998224725";
const PRECO: Tarifa = Tarifa { centavos: 12, cobra_sem_achado: false };

struct Praca {
    servico: Servico,
    consultora: Consultora,
    _pasta: TempDir,
}

/// A service that asks a provider of this script, and an execution that waits to.
async fn praca(roteiro: Roteiro) -> Praca {
    let p = parada(roteiro, PRECO).await;
    p.0.servico.night("2026-03-10", agora());
    p.0.servico.run(p.1);
    p.0
}

/// The same before its night, with a dispatcher that does not run yet.
async fn parada(roteiro: Roteiro, tarifa: Tarifa) -> (Praca, Arc<dispatcher::Dispatcher>) {
    let pasta = TempDir::new().unwrap();
    let consultora = Consultora::start(pasta.path(), roteiro).await.unwrap();
    let interna = Config { permite_rede_interna: true, ..Config::default() };
    let http = Arc::new(Cliente::new(&interna).unwrap());
    let config = consultora.config(tarifa, Some(Segredo::new(SEGREDO)));
    let cliente = ClienteEnriquecimento::new(config, http).unwrap();
    let (servico, dispatcher) = Servico::with(vec![Saida::Enriquecimento { cliente }]);
    servico.regua_without_text(Canal::Enriquecimento);
    servico.push("m", &[("2026-02-02", 1_000)]);
    servico.sql().run(&format!("UPDATE cadastro.devedor SET documento = '{CPF}', tipo_pessoa = 'fisica'"));
    (Praca { servico, consultora, _pasta: pasta }, dispatcher)
}

fn dados() -> Dados {
    let fone = |numero: &str, relacao| TelefoneDito {
        numero: numero.to_owned(),
        relacao,
        whatsapp: Some(true),
        visto_em: None,
    };
    let texto = |texto: &str| Some(texto.to_owned());
    Dados {
        telefones: vec![
            fone("(11) 98765-4321", Relacao::Proprio),
            fone("21 99876-5432", Relacao::Proprio),
            fone("31 99876-5432", Relacao::Terceiro),
        ],
        emails: vec![EmailDito { endereco: "m.silva@exemplo.com.br".to_owned(), relacao: Relacao::Proprio }],
        enderecos: vec![EnderecoDito {
            logradouro: texto("Av. Paulista"),
            numero: texto("1000"),
            cidade: texto("São Paulo"),
            uf: texto("SP"),
            cep: texto("01310-100"),
            ..EnderecoDito::default()
        }],
        ..Dados::default()
    }
}

fn achou() -> Fala {
    Fala::Encontrado(Box::new(dados()))
}

impl Praca {
    /// The contacts of everybody, as `tipo valor origem fonte`.
    fn contatos(&self) -> Vec<String> {
        let sql = "SELECT concat_ws(' ', tipo, valor, origem, fonte, to_char(obtido_em, 'YYYY-MM-DD')) AS text \
                     FROM cadastro.meio_contato ORDER BY tipo, ordem";
        self.servico.sql().texts(sql)
    }

    async fn consulta(&self) -> Value {
        let todas = self.servico.list("/v1/consultas").await;
        assert_eq!(todas.len(), 1);
        todas[0].clone()
    }

    async fn gasto(&self) -> Value {
        self.servico.http.get("/v1/enriquecimento").await.expect(200).json["gasto"].clone()
    }

    fn retorno(&self, segredo: &str) -> String {
        format!("{}/v1/recibos/enriquecimento/http/{segredo}", self.servico.endereco())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b22_an_answer_adds_a_number_with_its_origin_and_date_and_changes_nothing_that_was_there() {
    let p = praca(Roteiro::sempre(achou())).await;
    let execucao = p.servico.only_in("entregue").await;
    assert_eq!(
        p.contatos(),
        [
            "email maria@exemplo.com.br erp",
            "email m.silva@exemplo.com.br enriquecimento http 2026-03-10",
            "telefone +5511987654321 erp",
            "telefone +5521998765432 enriquecimento http 2026-03-10",
        ]
    );
    let perguntas = p.consultora.perguntas();
    assert_eq!((perguntas.len(), perguntas[0].documento.as_str()), (1, CPF));
    assert_eq!(perguntas[0].chave.as_deref(), execucao["id"].as_str());
    assert_eq!(perguntas[0].finalidade, "ciclo_de_credito");
    let consulta = p.consulta().await;
    assert_eq!(consulta["id"], execucao["id"]);
    assert_eq!((&consulta["estado"], &consulta["custo"]), (&json!("concluida"), &json!("0.12")));
    assert_eq!(consulta["base_legal"], "protecao_do_credito");
    assert_eq!(consulta["mudancas"]["telefones"], json!(["+5521998765432"]));
    let recusados = &consulta["mudancas"]["recusados"];
    for (tipo, motivo) in
        [("telefone", "ja_conhecido"), ("telefone", "de_terceiro"), ("endereco", "nao_pedido")]
    {
        let um = json!({ "tipo": tipo, "motivo": motivo, "quantos": 1 });
        assert!(recusados.as_array().unwrap().contains(&um), "{um} in {recusados}");
    }
    assert_eq!(p.gasto().await, json!({ "mes": "2026-03-01", "custo": "0.12", "consultas": 1 }));
    let linha =
        format!("/v1/devedores/{}/linha-do-tempo?tipo=consulta", consulta["devedor_id"].as_str().unwrap());
    let itens = p.servico.list(&linha).await;
    assert_eq!(itens.len(), 1);
    assert_eq!(itens[0]["descricao"], "Consulta a http: 1 telefone novo, 1 e-mail novo.");
}

#[tokio::test(flavor = "multi_thread")]
async fn that_nothing_is_known_is_an_answer_and_costs_what_the_contract_says() {
    let p = praca(Roteiro::sempre(Fala::NaoEncontrado)).await;
    p.servico.only_in("entregue").await;
    let consulta = p.consulta().await;
    assert_eq!((&consulta["estado"], &consulta["custo"]), (&json!("nao_encontrado"), &json!("0.00")));
    assert_eq!(consulta["mudancas"], Value::Null);
    assert_eq!(p.gasto().await["custo"], "0.00");
    assert_eq!(p.contatos().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_later_is_believed_by_its_secret_and_once() {
    let p = praca(Roteiro::sempre(Fala::Depois)).await;
    let execucao = p.servico.only_in("enviada").await;
    assert_eq!(p.consulta().await["estado"], "pendente");
    assert_eq!(p.consulta().await["protocolo"], "protocolo-1");
    let resposta = json!({
        "chave": execucao["id"], "situacao": "encontrado", "telefones": [{ "numero": "21 99876-5432" }],
    });
    assert_eq!(
        p.consultora.avisar(&p.retorno("outro-segredo-de-teste-longo"), &resposta).await.unwrap(),
        403
    );
    p.servico.only_in("enviada").await;
    for _ in 0..2 {
        assert_eq!(p.consultora.avisar(&p.retorno(SEGREDO), &resposta).await.unwrap(), 204);
    }
    p.servico.only_in("entregue").await;
    assert!(p.contatos().contains(&"telefone +5521998765432 enriquecimento http 2026-03-10".to_owned()));
    assert_eq!(p.gasto().await["custo"], "0.12");
    let alheia = json!({ "chave": "0195b4d2-0000-7000-8000-000000000000", "situacao": "encontrado" });
    assert_eq!(p.consultora.avisar(&p.retorno(SEGREDO), &alheia).await.unwrap(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_answer_may_be_named_by_the_providers_own_id_and_may_say_that_it_failed() {
    let p = praca(Roteiro::sempre(Fala::Depois)).await;
    p.servico.only_in("enviada").await;
    let resposta = json!({ "id": "protocolo-1", "situacao": "recusada" });
    assert_eq!(p.consultora.avisar(&p.retorno(SEGREDO), &resposta).await.unwrap(), 204);
    assert_eq!(p.servico.only_in("devolvida").await["motivo"], "sem_resposta");
    assert_eq!(p.consulta().await["estado"], "erro");
    assert_eq!(p.gasto().await["custo"], "0.00");
}

#[tokio::test(flavor = "multi_thread")]
async fn b22_who_was_asked_about_is_not_asked_about_again_for_a_month_and_then_from_what_is_kept() {
    let p = praca(Roteiro::sempre(achou())).await;
    p.servico.only_in("entregue").await;
    for (dias, estado, motivo) in [(9, "descartada", "consultado_recentemente"), (40, "entregue", "")] {
        let quando = agora() + TimeDelta::days(dias);
        p.servico.relogio.avancar_para(quando).unwrap();
        p.servico.sql().run(&format!(
            "INSERT INTO disparo.execucao SELECT (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), \
               'estado', 'pendente', 'enviada_em', NULL, 'data', '{quando}'::date, 'publicar_em', '{quando}'::timestamptz))).* \
               FROM disparo.execucao e ORDER BY e.data LIMIT 1"
        ));
        let caminho = format!("/v1/execucoes?de={}", quando.date_naive());
        let execucao = testkit::wait_for(PRAZO, async || {
            p.servico.list(&caminho).await.into_iter().find(|e| e["estado"] == estado)
        })
        .await;
        assert_eq!(execucao["motivo"].as_str().unwrap_or_default(), motivo);
    }
    assert_eq!(p.consultora.perguntas().len(), 1, "the second answer is the first one's");
    let consultas = p.servico.list("/v1/consultas").await;
    assert_eq!((&consultas[0]["aproveitada"], &consultas[0]["custo"]), (&json!(true), &json!("0.00")));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_query_takes_a_month_over_what_it_may_cost() {
    let (p, dispatcher) = parada(Roteiro::sempre(achou()), PRECO).await;
    for n in 0..5 {
        p.servico.push(&format!("d{n}"), &[("2026-02-02", 1_000)]);
    }
    p.servico.sql().run(
        "UPDATE cadastro.devedor d SET tipo_pessoa = 'fisica', documento = x.cpf \
           FROM (SELECT id, (ARRAY['11144477735', '12345678909', '98765432100', '39053344705', '86288366757'])\
                            [row_number() OVER (ORDER BY id)] AS cpf \
                   FROM cadastro.devedor WHERE documento IS NULL) x WHERE x.id = d.id",
    );
    let politica = json!({
        "limite_mensal": "0.40", "enderecos": true, "finalidade": "ciclo_de_credito", "base_legal": "legitimo_interesse",
    });
    let lida = p.servico.http.put("/v1/enriquecimento", &politica).await.expect(200);
    assert_eq!(
        (&lida.json["limite_mensal"], &lida.json["dias_entre_consultas"]),
        (&json!("0.40"), &json!(30))
    );
    p.servico.night("2026-03-10", agora());
    p.servico.run(dispatcher);
    let contar = async |estado: &str| p.servico.list(&format!("/v1/execucoes?estado={estado}")).await;
    testkit::wait_until(PRAZO, async || {
        contar("entregue").await.len() + contar("descartada").await.len() == 6
    })
    .await;
    let fora = contar("descartada").await;
    assert_eq!(fora.len(), 3, "three of twelve centavos fit in forty");
    assert!(fora.iter().all(|e| e["motivo"] == "limite_de_gasto"));
    assert_eq!(p.gasto().await, json!({ "mes": "2026-03-01", "custo": "0.36", "consultas": 3 }));
    assert_eq!(p.consultora.perguntas().len(), 3);
    // Addresses were asked for this time.
    assert_eq!(p.contatos().iter().filter(|contato| contato.starts_with("endereco")).count(), 3);
    assert!(p.servico.list("/v1/consultas").await.iter().all(|c| c["base_legal"] == "legitimo_interesse"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_certainly_not_taken_costs_nothing_and_what_may_have_been_is_counted_each_time() {
    // Cut off after the question was read: it may have been charged. Then refused, then answered.
    let falas =
        std::sync::Mutex::new(vec![achou(), Fala::Cru { status: 503, corpo: Vec::new() }, Fala::Cortar]);
    let roteiro = Roteiro::new(move |_| falas.lock().unwrap().pop().unwrap_or(Fala::NaoEncontrado));
    let p = praca(roteiro).await;
    for (perguntas, custo) in [(1, "0.12"), (2, "0.12")] {
        testkit::wait_until(PRAZO, async || {
            let espera = p.servico.list("/v1/execucoes?estado=pendente").await.len() == 1;
            p.consultora.perguntas().len() == perguntas && espera
        })
        .await;
        assert_eq!(p.gasto().await["custo"], custo);
        p.servico.relogio.avancar_para(p.servico.relogio.agora() + TimeDelta::minutes(5)).unwrap();
    }
    p.servico.only_in("entregue").await;
    assert_eq!(p.gasto().await["custo"], "0.24");
    assert_eq!(p.consulta().await["custo"], "0.24");
}

#[tokio::test(flavor = "multi_thread")]
async fn b10_a_debtor_without_a_document_is_not_asked_about() {
    let (p, dispatcher) = parada(Roteiro::sempre(achou()), PRECO).await;
    p.servico.sql().run("UPDATE cadastro.devedor SET documento = NULL, tipo_pessoa = 'isenta'");
    p.servico.night("2026-03-10", agora());
    p.servico.run(dispatcher);
    assert_eq!(p.servico.only_in("descartada").await["motivo"], "sem_documento");
    assert!(p.consultora.perguntas().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn r02_another_company_sees_no_query_and_has_a_policy_of_its_own() {
    let p = praca(Roteiro::sempre(achou())).await;
    let execucao = p.servico.only_in("entregue").await;
    let outra = p.servico.other_company();
    let caminho = format!("/v1/consultas/{}", execucao["id"].as_str().unwrap());
    assert_eq!(outra.get(&caminho).await.status, 404);
    assert_eq!(outra.get("/v1/consultas").await.expect(200).json["itens"], json!([]));
    assert_eq!(outra.get("/v1/enriquecimento").await.expect(200).json["gasto"]["consultas"], 0);
    let minha = p.servico.http.get(&caminho).await.expect(200).json;
    assert_eq!(minha["estado"], "concluida");
}
