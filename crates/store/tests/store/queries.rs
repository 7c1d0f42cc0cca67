//! Questions about debtors: counted before they leave, answered once, and whatever comes of them only adds.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::enriquecimento::{Dados, EmailDito, Politica, Relacao, TelefoneDito};
use domain::execucao::{Canal, Desfecho, Envio};
use domain::ids::ExecucaoId;
use store::consultas::{self, Achado, ConsultaFeita, Fim, Gasto, Tarifa};
use store::disparos::{self, Chamada, Efeito, MensagemMontada, Reivindicacao, Resultado};

use crate::apoio::disparo::sweep_of;
use crate::apoio::{Casa, LEASE, NOITE, devedor, dia, hora, item};

const PROVEDOR: &str = "http";
const SEM_LEASE: Duration = Duration::ZERO;

fn agora() -> DateTime<Utc> {
    hora(dia(NOITE))
}

/// A debtor with a document, and an execution that asks about him and waits in the queue.
fn queued(casa: &Casa) -> ExecucaoId {
    let (id, _) = casa.queued();
    casa.run(
        "UPDATE disparo.execucao SET canal = 'enriquecimento'; \
         UPDATE cadastro.devedor SET documento = '52998224725', tipo_pessoa = 'fisica'",
    );
    id
}

fn claim(casa: &Casa, id: ExecucaoId, lease: Duration) -> Reivindicacao {
    let tarifa = Some(Tarifa { provedor: PROVEDOR, preco: 12, agora: agora() });
    let enviar = |_: &disparos::Cerca| Envio::Enviar { titulos: vec![] };
    let claim = |t: &mut store::Tenant<'_>| disparos::claim_to_ask(t, &[id], (lease, tarifa), enviar);
    casa.dispatcher.da_empresa(casa.empresa, claim).unwrap().remove(0).1
}

fn claimed(casa: &Casa, id: ExecucaoId, lease: Duration) -> i64 {
    let Reivindicacao::Nossa { cerca, dados, .. } = claim(casa, id, lease) else { panic!("it is ours") };
    assert!(dados.pergunta.is_some());
    cerca
}

/// Writes the result of asking; whether it was written.
fn finish(casa: &Casa, (id, cerca): (ExecucaoId, i64), desfecho: Desfecho, fim: &Fim) -> bool {
    let mensagem = MensagemMontada {
        destinatario: "***".to_owned(),
        assunto: None,
        texto: "x".to_owned(),
        titulos: vec![],
        montada_em: agora(),
    };
    let feita = ConsultaFeita { fim: fim.clone(), protocolo: Some("p-1".to_owned()), em: agora() };
    let chamada = Chamada {
        provedor: PROVEDOR,
        provedor_id: None,
        resposta: "http 200".to_owned(),
        terminou_em: agora(),
        mensagem,
        efeito: Some(Efeito::Consulta(Box::new(feita))),
    };
    let resultado = [Resultado { id, cerca, desfecho, chamada: Some(chamada) }];
    let finish = |t: &mut store::Tenant<'_>| disparos::finish(t, &resultado);
    casa.dispatcher.da_empresa(casa.empresa, finish).unwrap().contains(&id)
}

fn enviada() -> Desfecho {
    Desfecho::Enviada { em: agora() }
}

fn achado() -> Achado {
    let numero = "(21) 99876-5432".to_owned();
    let telefone = TelefoneDito { numero, relacao: Relacao::Proprio, whatsapp: None, visto_em: None };
    Achado::Encontrado(Box::new(Dados { telefones: vec![telefone], ..Dados::default() }))
}

fn answer(casa: &Casa, id: ExecucaoId) -> bool {
    let responder = |t: &mut store::Tenant<'_>| consultas::answer(t, id, Some(&achado()), true, agora());
    casa.dispatcher.da_empresa(casa.empresa, responder).unwrap()
}

fn spent(casa: &Casa) -> Gasto {
    let mes = dia("2026-03-01");
    casa.dispatcher.da_empresa(casa.empresa, |t| consultas::spent(t, mes)).unwrap()
}

fn new_ones(casa: &Casa) -> i64 {
    casa.n("SELECT count(*) FROM cadastro.meio_contato WHERE origem = 'enriquecimento' AND fonte = 'http'")
}

#[test]
fn a_question_is_there_with_what_it_is_for_and_may_cost_before_it_leaves() {
    let casa = Casa::nova();
    let id = queued(&casa);
    claimed(&casa, id, LEASE);
    let linhas =
        casa.texts("SELECT concat_ws(' ', estado, finalidade, base_legal, custo) AS x FROM disparo.consulta");
    assert_eq!(linhas, ["pendente ciclo_de_credito protecao_do_credito 12"]);
    assert_eq!(spent(&casa), Gasto { custo: 12, consultas: 1 });
}

#[test]
fn who_lost_the_lease_leaves_no_contact_and_the_next_attempt_is_counted_too() {
    let casa = Casa::nova();
    let id = queued(&casa);
    let velha = claimed(&casa, id, SEM_LEASE);
    let varredura = sweep_of(&casa.dispatcher, LEASE, &[Canal::Enriquecimento]);
    assert_eq!((varredura.repetidas, varredura.incertas), (1, 0), "to ask again does no harm");
    let fila = disparos::enqueue(&casa.dispatcher, &[Canal::Enriquecimento], agora(), (10, 1_000)).unwrap();
    assert_eq!(fila.len(), 1);
    let nova = claimed(&casa, id, LEASE);
    let respondida = Fim::Respondida { achado: achado(), cobrada: true };
    assert!(!finish(&casa, (id, velha), enviada(), &respondida));
    assert_eq!(new_ones(&casa), 0);
    assert!(finish(&casa, (id, nova), enviada(), &respondida));
    assert_eq!((new_ones(&casa), casa.execucao(id).estado.as_str()), (1, "entregue"));
    assert_eq!(spent(&casa), Gasto { custo: 24, consultas: 2 }, "the first may have been charged");
}

#[test]
fn an_answer_that_comes_before_our_own_result_is_taken_and_ends_the_execution_with_it() {
    let casa = Casa::nova();
    let id = queued(&casa);
    let cerca = claimed(&casa, id, LEASE);
    assert!(answer(&casa, id));
    assert_eq!((new_ones(&casa), casa.execucao(id).estado.as_str()), (1, "enviando"));
    assert!(finish(&casa, (id, cerca), enviada(), &Fim::Pendente));
    assert_eq!(casa.execucao(id).estado, "entregue");
    assert!(!answer(&casa, id), "it was in already");
    assert_eq!(new_ones(&casa), 1);
}

#[test]
fn an_answer_that_comes_while_nobody_knows_is_found_by_our_key_and_settles_the_doubt() {
    let casa = Casa::nova();
    let id = queued(&casa);
    let cerca = claimed(&casa, id, LEASE);
    let duvida = Desfecho::Incerta { motivo: domain::execucao::Motivo::ResultadoDesconhecido };
    assert!(finish(&casa, (id, cerca), duvida, &Fim::Pendente));
    for nome in [id.to_string(), "p-1".to_owned()] {
        let dona = consultas::owner(&casa.dispatcher, PROVEDOR, &nome).unwrap();
        assert_eq!(dona, Some((casa.empresa, id)), "{nome}");
    }
    assert_eq!(consultas::owner(&casa.dispatcher, "outro", "p-1").unwrap(), None);
    assert!(answer(&casa, id));
    assert_eq!((casa.execucao(id).estado.as_str(), casa.execucao(id).motivo), ("entregue", None));
}

#[test]
fn b22_what_was_typed_confirmed_or_found_to_be_wrong_stays_as_it_is() {
    let casa = Casa::nova();
    let id = queued(&casa);
    casa.run(
        "DELETE FROM cadastro.meio_contato; \
         INSERT INTO cadastro.meio_contato (empresa_id, devedor_id, tipo, valor, ordem, origem, preferido, confirmado_em, \
                                            invalido_desde, motivo) \
         SELECT empresa_id, id, x.* FROM cadastro.devedor, (VALUES \
           ('telefone', '+5521998765432', 0, 'manual', true, now(), NULL::timestamptz, NULL), \
           ('email', 'maria@exemplo.com.br', 3, 'erp', false, NULL, now(), 'voltou')) x",
    );
    let antes = casa.texts("SELECT m::text AS x FROM cadastro.meio_contato m ORDER BY tipo");
    let Achado::Encontrado(mut dados) = achado() else { panic!("something was found") };
    for endereco in ["MARIA@exemplo.com.br", "m.silva@exemplo.com.br"] {
        dados.emails.push(EmailDito { endereco: endereco.to_owned(), relacao: Relacao::Proprio });
    }
    let fim = Fim::Respondida { achado: Achado::Encontrado(dados), cobrada: true };
    let cerca = claimed(&casa, id, LEASE);
    assert!(finish(&casa, (id, cerca), enviada(), &fim));
    let sem_o_novo = "SELECT m::text AS x FROM cadastro.meio_contato m WHERE fonte IS NULL ORDER BY tipo";
    assert_eq!(casa.texts(sem_o_novo), antes);
    let novo = "SELECT concat_ws(' ', valor, ordem, preferido) AS x FROM cadastro.meio_contato WHERE fonte IS NOT NULL";
    assert_eq!(casa.texts(novo), ["m.silva@exemplo.com.br 4 f"]);
    assert_eq!(
        casa.n("SELECT count(*) FROM regua.agenda WHERE proxima = '-infinity'"),
        1,
        "the night looks again"
    );
}

/// Asks about the same debtor once more and takes an answer that says this of him, so many days later.
fn told(casa: &Casa, id: ExecucaoId, dias: i64, dito: Dados) {
    casa.run("UPDATE disparo.consulta SET estado = 'pendente', respondida_em = NULL, dados = NULL, mudancas = NULL");
    let (achado, em) = (Achado::Encontrado(Box::new(dito)), agora() + TimeDelta::days(dias));
    let responder = |t: &mut store::Tenant<'_>| consultas::answer(t, id, Some(&achado), true, em);
    assert!(casa.dispatcher.da_empresa(casa.empresa, responder).unwrap());
}

#[test]
fn s10_a_score_that_came_fills_a_gap_and_follows_the_provider_until_the_company_gives_its_own() {
    let casa = Casa::nova();
    let id = queued(&casa);
    claimed(&casa, id, LEASE);
    let score = || casa.texts("SELECT coalesce(score::text, '-') AS x FROM cadastro.devedor");
    let dito = |score| Dados { score: Some(score), ..Dados::default() };
    casa.unmark();
    told(&casa, id, 0, dito(700));
    assert_eq!((score(), casa.marked()), (vec!["700".to_owned()], vec!["d1".to_owned()]));
    told(&casa, id, 1, dito(650));
    told(&casa, id, 0, dito(900));
    assert_eq!(score(), ["650"], "the older answer came later");
    casa.run("UPDATE cadastro.devedor SET score = 300");
    told(&casa, id, 2, dito(800));
    assert_eq!(score(), ["300"]);
    casa.run("UPDATE cadastro.devedor SET score = NULL");
    told(&casa, id, 3, dito(801));
    assert_eq!(score(), ["801"]);
    let mudancas = "SELECT mudancas ->> 'score' AS x FROM disparo.consulta";
    assert_eq!(casa.texts(mudancas), ["801"]);
}

#[test]
fn g19_who_is_said_to_have_died_is_flagged_for_the_fence_until_a_person_says_otherwise() {
    let casa = Casa::nova();
    let id = queued(&casa);
    let dead_at_the_fence = || {
        testkit::Sql::connect(casa.pg.url()).run(
            "SET session_replication_role = replica; \
             UPDATE disparo.execucao SET estado = 'enfileirada', enfileirada_em = now(), lease_ate = NULL",
        );
        let visto = std::cell::Cell::new(None);
        let decide = |dados: &disparos::Cerca| {
            visto.set(Some(dados.devedor_falecido_em.is_some()));
            Envio::Reter
        };
        let claim = |t: &mut store::Tenant<'_>| disparos::claim(t, &[id], LEASE, decide);
        casa.dispatcher.da_empresa(casa.empresa, claim).unwrap();
        visto.get().unwrap()
    };
    claimed(&casa, id, LEASE);
    let dito = |obito| Dados {
        obito: Some(obito),
        situacao_receita: Some("TITULAR FALECIDO".into()),
        ..Dados::default()
    };
    told(&casa, id, 0, dito(false));
    assert_eq!(casa.n("SELECT count(*) FROM cadastro.devedor WHERE falecido_em IS NOT NULL"), 0);
    told(&casa, id, 1, dito(true));
    let guardado = "SELECT concat_ws(' ', mudancas ->> 'falecido', dados) AS x FROM disparo.consulta";
    assert_eq!(
        casa.texts(guardado),
        [r#"true {"emails": [], "enderecos": [], "telefones": []}"#],
        "and no more of it"
    );
    assert!(dead_at_the_fence());
    casa.run("UPDATE cadastro.devedor SET falecido_em = NULL");
    assert!(!dead_at_the_fence());
}

#[test]
fn an_answer_is_forgotten_when_it_is_no_longer_good_and_what_nobody_answers_is_given_up() {
    let casa = Casa::nova();
    let id = queued(&casa);
    let cerca = claimed(&casa, id, LEASE);
    assert!(finish(&casa, (id, cerca), enviada(), &Fim::Pendente));
    let sweep = |dias| {
        let quando = agora() + TimeDelta::days(dias);
        consultas::sweep(&casa.dispatcher, quando, Duration::from_hours(7 * 24)).unwrap()
    };
    assert_eq!((sweep(7).desistidas, sweep(8).desistidas, sweep(9).desistidas), (0, 1, 0));
    assert_eq!(
        (casa.execucao(id).estado.as_str(), casa.execucao(id).motivo.as_deref()),
        ("devolvida", Some("sem_resposta"))
    );
    casa.run("UPDATE disparo.consulta SET estado = 'concluida', respondida_em = now(), dados = '{}'");
    assert_eq!((sweep(90).esquecidas, sweep(91).esquecidas, sweep(92).esquecidas), (0, 1, 0));
}

#[test]
fn two_claims_of_a_company_never_spend_together_what_neither_may() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1)), item("2", devedor(2))]);
    casa.regua(&[crate::apoio::d(0)]);
    casa.night(NOITE);
    casa.run(
        "UPDATE disparo.execucao SET canal = 'enriquecimento', estado = 'enfileirada', enfileirada_em = now(); \
         UPDATE cadastro.devedor d SET tipo_pessoa = 'fisica', documento = x.cpf FROM ( \
           SELECT id, (ARRAY['52998224725', '11144477735'])[row_number() OVER (ORDER BY id)] AS cpf FROM cadastro.devedor) x \
          WHERE x.id = d.id",
    );
    let limite = Politica { limite_mensal: Some(domain::dinheiro::Centavos::new(20)), ..Politica::default() };
    assert!(casa.dispatcher.da_empresa(casa.empresa, |t| consultas::update(t, &limite, 1)).unwrap());
    let ids: Vec<_> = casa.execucoes().iter().map(|e| ExecucaoId::new(e.id)).collect();
    let fins: Vec<bool> = std::thread::scope(|s| {
        let casa = &casa;
        let vezes: Vec<_> = ids
            .iter()
            .map(|id| s.spawn(move || matches!(claim(casa, *id, LEASE), Reivindicacao::Nossa { .. })))
            .collect();
        vezes.into_iter().map(|vez| vez.join().unwrap()).collect()
    });
    assert_eq!(fins.iter().filter(|nossa| **nossa).count(), 1);
    assert_eq!(spent(&casa), Gasto { custo: 12, consultas: 1 });
    assert_eq!(
        casa.texts("SELECT motivo AS x FROM disparo.execucao WHERE estado = 'descartada'"),
        ["limite_de_gasto"]
    );
}
