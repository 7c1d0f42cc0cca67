//! Why, and why not, over HTTP: after nights, suspensions, migrations, at the end, and ahead.

use domain::Rotulo;
use domain::ids::TituloId;
use serde_json::{Value, json};
use store::titulos::TituloLido;
use store::{Banco, Papel, titulos};
use uuid::Uuid;

use crate::apoio::{HOJE, Servico, agora, dia, email, id, named, posicao, refused};

/// Some título of the company, which in these tests has one debtor.
fn um(s: &Servico) -> TituloLido {
    let banco = Banco::connect(s.banco.url(), Papel::Titulos, 1).unwrap();
    let filtro = titulos::Filtro::default();
    banco.da_empresa(s.empresa, |t| titulos::list(t, &filtro, &titulos::Trecho::first(1))).unwrap().remove(0)
}

fn devedor(s: &Servico) -> Uuid {
    um(s).devedor_id
}

fn titulo(s: &Servico) -> Uuid {
    um(s).id
}

async fn explain(s: &Servico, consulta: &str) -> Value {
    s.http.get(&format!("/v1/devedores/{}/explicacao{consulta}", devedor(s))).await.expect(200).json
}

/// What is said of a régua.
fn of<'v>(dita: &'v Value, regua: &Value) -> &'v Value {
    let reguas = dita["reguas"].as_array().unwrap();
    reguas.iter().find(|sobre| sobre["regua_id"] == regua["id"]).unwrap()
}

/// The codes of the stops of the position on D+`dias`, and the nights on which it is going to fire.
fn position(sobre: &Value, dias: u16) -> (Vec<&str>, Vec<&str>) {
    let posicoes = sobre["posicoes"].as_array().unwrap();
    let posicao = posicoes.iter().find(|posicao| posicao["dias"] == dias).unwrap();
    let codigos = posicao["paradas"].as_array().unwrap().iter().map(|item| item["codigo"].as_str().unwrap());
    let noites = posicao["vezes"].as_array().unwrap().iter().map(|item| item["em"].as_str().unwrap());
    (codigos.collect(), noites.collect())
}

fn suspend(s: &Servico, ate: Option<&str>) {
    let banco = Banco::connect(s.banco.url(), Papel::Titulos, 1).unwrap();
    let id = TituloId::new(titulo(s));
    banco.da_empresa(s.empresa, |t| titulos::suspend(t, id, ate.map(dia), agora())).unwrap();
}

#[tokio::test]
async fn r05_what_was_done_and_what_is_to_come() {
    let s = Servico::new();
    let regua = s.active_regua(0).await;
    s.push_titulo("t", "2026-02-02");
    s.run_engine();
    let antes = explain(&s, "").await;
    assert_eq!((&antes["data"], &antes["noite"]), (&json!(HOJE), &json!(HOJE)));
    assert_eq!(
        (&of(&antes, &regua)["codigo"], &of(&antes, &regua)["regra"]),
        (&json!("entra"), &json!("n01"))
    );
    assert_eq!(antes["titulos"]["itens"][0]["codigo"], "entra");
    s.night(HOJE).await;
    let depois = explain(&s, "").await;
    // Tonight is over: what is left is for the next one.
    assert_eq!((&depois["data"], &depois["noite"]), (&json!(HOJE), &json!("2026-03-11")));
    let sobre = of(&depois, &regua);
    assert_eq!((&sobre["codigo"], &sobre["ordem"]), (&json!("com_devedor"), &json!(1)));
    assert_eq!(position(sobre, 0), (vec!["feita"], vec![]));
    assert_eq!(position(sobre, 7), (vec![], vec!["2026-03-17"]));
    let feita = &sobre["posicoes"][0]["acoes"][0]["feitas"][0];
    assert_eq!((&feita["data"], &feita["estado"]), (&json!(HOJE), &json!("pendente")));
    assert_eq!(depois["agenda"][0]["frase"], "D+7 dispara em 17/03/2026 para 1 título.");
    assert_eq!(depois["historico_completo"], true);
    assert_eq!(
        depois["frase"],
        "Está na régua «Ativa». Próximo passo: D+7 dispara em 17/03/2026 para 1 título."
    );
}

#[tokio::test]
async fn a_day_to_come_is_foreseen_and_a_day_gone_by_is_refused() {
    let s = Servico::new();
    let regua = s.active_regua(0).await;
    s.push_titulo("t", "2026-02-02");
    let dita = explain(&s, "?data=2026-03-18").await;
    let sobre = of(&dita, &regua);
    assert_eq!((position(sobre, 0), position(sobre, 7)), ((vec!["feita"], vec![]), (vec!["feita"], vec![])));
    assert_eq!(sobre["inscricoes"][0]["estado"], "final");
    assert_eq!(sobre["posicoes"][1]["acoes"][0]["feitas"][0]["estado"], json!(null));
    let recusa = async |data: &str| {
        let caminho = format!("/v1/devedores/{}/explicacao?data={data}", devedor(&s));
        refused(&s.http.get(&caminho).await.expect(422).json)
    };
    assert_eq!(recusa("2026-03-09").await, ["/data data_passada"]);
    assert_eq!(recusa("2028-03-11").await, ["/data data_distante"]);
    assert_eq!(explain(&s, "?data=2028-03-10").await["noite"], "2028-03-10");
}

#[tokio::test]
async fn r02_another_company_knows_nothing_of_the_debtor() {
    let s = Servico::new();
    let regua = s.active_regua(0).await;
    s.push_titulo("t", "2026-02-02");
    let caminho = format!("/v1/devedores/{}/explicacao", devedor(&s));
    let outra = s.other_company();
    assert_eq!(outra.get(&caminho).await.expect(404).json["codigo"], "nao_encontrado");
    let nenhum = Uuid::from_u128(7);
    let de_ninguem = format!("/v1/devedores/{nenhum}/explicacao");
    for errado in
        [de_ninguem, format!("{caminho}?titulo_id={nenhum}"), format!("{caminho}?regua_id={nenhum}")]
    {
        assert_eq!(s.http.get(&errado).await.status, 404, "{errado}");
    }
    let so_ela = s.http.get(&format!("{caminho}?regua_id={}&titulo_id={}", id(&regua), titulo(&s))).await;
    assert_eq!(so_ela.expect(200).json["reguas"].as_array().unwrap().len(), 1);
    assert_eq!(s.with_scopes(&[web::Escopo::ReguasLer]).get(&caminho).await.status, 403);
}

#[tokio::test]
async fn t03_t07_suspended_since_when_and_until_when() {
    let s = Servico::new();
    let regua = s.active_regua(0).await;
    s.push_titulo("t", "2026-02-02");
    s.run_engine();
    s.night("2026-03-08").await;
    suspend(&s, None);
    s.night("2026-03-09").await;
    let dita = explain(&s, "").await;
    let sobre = &dita["titulos"]["itens"][0];
    assert_eq!((&sobre["codigo"], &sobre["regra"]), (&json!("suspenso"), &json!("t03")));
    assert_eq!((&sobre["parado_desde"], &sobre["muda_em"]), (&json!("2026-03-09"), &json!(null)));
    assert_eq!(position(of(&dita, &regua), 7), (vec!["congelada"], vec![]));
    assert_eq!(of(&dita, &regua)["inscricoes"][0]["dias_congelada"], 1);
    suspend(&s, Some("2026-03-20"));
    let com_data = explain(&s, "").await;
    assert_eq!(com_data["titulos"]["itens"][0]["muda_em"], "2026-03-20");
    // It stood still for eleven days.
    assert_eq!(position(of(&com_data, &regua), 7), (vec![], vec!["2026-03-26"]));
}

#[tokio::test]
async fn g04_migrated_what_was_not_sent_and_why() {
    let s = Servico::new();
    let primeira = s.regua(named("ouro", &[posicao(0), posicao(9)])).await;
    let segunda = s.regua(named("prata", &[posicao(5)])).await;
    s.turn(&primeira, "ativacao").await;
    s.turn(&segunda, "ativacao").await;
    let com = |categoria: &str| {
        s.push_as("t", "2026-02-02", |titulo| titulo.devedor.categoria = Some(categoria.to_owned()));
    };
    com("ouro");
    s.run_engine();
    s.night("2026-03-09").await;
    let recusa = of(&explain(&s, "").await, &segunda)["recusas"][0].clone();
    assert_eq!((&recusa["codigo"], &recusa["regra"]), (&json!("criterio"), &json!("s07")));
    assert_eq!(recusa["exige"], json!({"valores": ["prata"], "quantos": 1}));
    assert_eq!(recusa["titulos"][0]["encontrado"], "ouro");
    com("prata");
    let antes = explain(&s, "").await;
    assert_eq!(antes["titulos"]["itens"][0]["codigo"], "migra");
    let sai = of(&antes, &primeira);
    assert_eq!((&sai["codigo"], &sai["regra"]), (&json!("encerra"), &json!("g02")));
    s.night(HOJE).await;
    let depois = explain(&s, "").await;
    assert_eq!(depois["encerradas"][0]["motivo"], "migracao");
    let feita = &of(&depois, &primeira)["posicoes"][0]["acoes"][0]["feitas"][0];
    assert_eq!((&feita["estado"], &feita["motivo"]), (&json!("descartada"), &json!("migracao")));
    assert_eq!(feita["frase"], "E-mail: decidida na noite de 09/03/2026; descartada (migracao).");
    assert_eq!(of(&depois, &primeira)["codigo"], "criterio");
    assert_eq!(of(&depois, &segunda)["codigo"], "com_devedor");
}

#[tokio::test]
async fn e01_at_the_end_nothing_more_is_to_come() {
    let s = Servico::new();
    let regua = s.regua(json!({"nome": "Curta", "posicoes": [posicao(0)]})).await;
    s.turn(&regua, "ativacao").await;
    s.push_titulo("t", "2026-02-02");
    s.run_engine();
    s.night(HOJE).await;
    let dita = explain(&s, "").await;
    let inscricao = &of(&dita, &regua)["inscricoes"][0];
    assert_eq!((&inscricao["estado"], &inscricao["final_em"]), (&json!("final"), &json!(HOJE)));
    assert_eq!(inscricao["passos"][0]["codigo"], "final");
    assert_eq!(
        (&dita["agenda"], &dita["frase"]),
        (&json!([]), &json!("Está na régua «Curta». Nenhuma ação prevista."))
    );
}

#[tokio::test]
async fn s12_l02_n02_a_titulo_to_come_is_reminded_and_then_enters() {
    let s = Servico::new();
    let lembrete = json!({"tipo": "lembrete", "dias": 2, "acoes": [email()]});
    let primeira = s.regua(json!({"nome": "Lembra", "posicoes": [lembrete, posicao(1)]})).await;
    let mut segunda = named("", &[posicao(1)]);
    segunda["nome"] = json!("Depois");
    segunda["prioridade"] = json!(5);
    segunda["criterios"] = json!({"origem": "originais"});
    let segunda = s.regua(segunda).await;
    s.turn(&primeira, "ativacao").await;
    s.turn(&segunda, "ativacao").await;
    // A Saturday.
    s.push_titulo("t", "2026-03-14");
    let dita = explain(&s, "").await;
    let sobre = &dita["titulos"]["itens"][0];
    assert_eq!(sobre["vencimento_efetivo"], "2026-03-16");
    assert_eq!(
        sobre["frase"],
        "Vence em 14/03/2026, dia sem expediente bancário: pode ser pago até 16/03/2026. Passa a ser cobrado na noite de 17/03/2026."
    );
    assert_eq!(of(&dita, &primeira)["codigo"], "so_lembretes");
    let recusa = &of(&dita, &segunda)["recusas"][0];
    assert_eq!((&recusa["codigo"], &recusa["desempate"]), (&json!("regua_anterior"), &json!("prioridade")));
    let agenda: Vec<_> =
        dita["agenda"].as_array().unwrap().iter().map(|e| (&e["data"], &e["codigo"])).collect();
    assert_eq!(
        agenda,
        [
            (&json!("2026-03-12"), &json!("lembra")),
            (&json!("2026-03-17"), &json!("entra")),
            (&json!("2026-03-18"), &json!("dispara")),
        ]
    );
}

#[tokio::test]
async fn five_hundred_titulos_make_an_answer_of_bounded_size() {
    let s = Servico::new();
    for n in 0..30 {
        let mut nova = named("", &(0..10).map(posicao).collect::<Vec<_>>());
        nova["nome"] = json!(format!("R{n}"));
        nova["modo"] = json!("por_titulo");
        nova["criterios"] = json!({"tipos_titulo": [format!("x{n}")]});
        let regua = s.regua(nova).await;
        s.turn(&regua, "ativacao").await;
    }
    for n in 0..500_u32 {
        s.push_as(&format!("t{n}"), "2026-02-02", |titulo| {
            titulo.devedor.codigo_integracao = "d".to_owned();
            titulo.tipo_titulo = Rotulo::parse(&format!("x{}", n % 30)).ok();
        });
    }
    let caminho = format!("/v1/devedores/{}/explicacao", devedor(&s));
    let texto = s.http.get(&caminho).await.expect(200).json;
    assert_eq!(texto["titulos"]["total"], 500);
    assert_eq!(texto["titulos"]["itens"].as_array().unwrap().len(), 200);
    assert_eq!(texto["reguas"].as_array().unwrap().len(), 30);
    assert!(texto.to_string().len() < 2_000_000, "{}", texto.to_string().len());
}
