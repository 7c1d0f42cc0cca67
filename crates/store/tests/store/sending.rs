//! The whole way of an execution: the states the database allows, fairness, stopped channels, doubts and attempts.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use domain::execucao::{Canal, Desfecho, Envio, Estado, Motivo};
use domain::ids::{EmpresaId, ExecucaoId};
use store::disparos::{self, Intervencao, RecusaIntervencao, Reivindicacao, enqueue};
use store::{StoreError, execucoes};
use uuid::Uuid;

use crate::apoio::disparo::{claim, finish, sweep, sweep_of};
use crate::apoio::{Casa, LEASE, NOITE, d, descartar, devedor, dia, hora, item, nome};

const EMAIL: &[Canal] = &[Canal::Email];

fn agora() -> chrono::DateTime<chrono::Utc> {
    hora(dia(NOITE))
}

fn executar(casa: &Casa, sql: &str) -> Result<(), String> {
    use diesel::connection::SimpleConnection as _;
    casa.root().batch_execute(sql).map_err(|erro| erro.to_string())
}

/// Puts an execution in a state as no step would, with everything that the state asks for.
fn put(casa: &Casa, id: ExecucaoId, estado: Estado) {
    casa.run(&format!(
        "ALTER TABLE disparo.execucao DISABLE TRIGGER USER; \
         UPDATE disparo.execucao SET estado = '{estado}', motivo = 'teste', enviada_em = now(), \
                lease_ate = CASE WHEN '{estado}' = 'enviando' THEN now() + interval '1 h' END WHERE id = '{id}'; \
         ALTER TABLE disparo.execucao ENABLE TRIGGER USER;"
    ));
}

#[test]
fn the_database_allows_the_steps_of_the_domain_and_no_other() {
    let casa = Casa::nova();
    let (id, _) = casa.queued();
    for de in Estado::TODOS {
        for para in Estado::TODOS.iter().filter(|para| *para != de) {
            put(&casa, id, *de);
            let passo = executar(
                &casa,
                &format!(
                    "UPDATE disparo.execucao SET estado = '{para}', \
                            lease_ate = CASE WHEN '{para}' = 'enviando' THEN now() + interval '1 h' END WHERE id = '{id}'"
                ),
            );
            assert_eq!(passo.is_ok(), de.vai_a(*para), "{de} -> {para}: {passo:?}");
            if let Err(erro) = passo {
                assert_eq!(erro, format!("an execution does not go from {de} to {para}"));
            }
        }
    }
}

/// The same queue of executions for as many companies.
fn companies(casa: &Casa, quantas: &[u32]) -> Vec<EmpresaId> {
    let linha = |empresa: EmpresaId, n: u32| {
        (0..n)
            .map(|_| {
                format!(
                    "('{empresa}', '{}', '{}', '{2}', '{2}', '{2}', 'email', '{{}}', '2026-03-03', '2026-03-03', \
                      '2026-03-01T00:00:00Z', now(), now())",
                    Uuid::new_v4(),
                    Uuid::new_v4(),
                    Uuid::nil()
                )
            })
            .collect::<Vec<_>>()
            .join(",")
    };
    quantas
        .iter()
        .map(|n| {
            let empresa = EmpresaId::new(Uuid::new_v4());
            casa.run(&format!(
                "INSERT INTO disparo.execucao (empresa_id, id, devedor_id, regua_id, posicao_id, acao_id, canal, titulos, \
                     data, devida_em, publicar_em, criada_em, atualizada_em) VALUES {}",
                linha(empresa, *n)
            ));
            empresa
        })
        .collect()
}

#[test]
fn each_company_gets_an_equal_part_of_a_round_and_nobodys_place_is_left_empty() {
    let casa = Casa::nova();
    let empresas = companies(&casa, &[5_000, 30, 500]);
    let rodada = || {
        let mut contagem = BTreeMap::new();
        for x in enqueue(&casa.dispatcher, EMAIL, agora(), (300, 1_000)).unwrap() {
            *contagem.entry(x.empresa).or_insert(0) += 1;
        }
        empresas.iter().map(|e| contagem.get(e).copied().unwrap_or(0)).collect::<Vec<_>>()
    };
    assert_eq!(rodada(), [100, 30, 100]);
    assert_eq!(rodada(), [150, 0, 150]);
    assert_eq!(rodada(), [150, 0, 150]);
    assert_eq!(rodada(), [150, 0, 100]);
    assert_eq!(rodada(), [300, 0, 0]);
    assert_eq!(rodada(), [150, 0, 0], "no more than a thousand wait at a time");
    assert_eq!(rodada(), [0, 0, 0]);
}

#[test]
fn a_stopped_channel_publishes_nothing_and_lets_nothing_pass_the_fence() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1)), item("2", devedor(2))]);
    casa.regua(&[d(0)]);
    casa.night(NOITE);
    let fila = enqueue(&casa.dispatcher, EMAIL, agora(), (1, 1_000)).unwrap();
    let autor = Uuid::new_v4();
    let parar = |motivo: &str| {
        let parada = casa.dispatcher.gravar(casa.empresa, autor, |t| {
            disparos::stop(t, Canal::Email, motivo, agora()).map(Ok::<_, ()>)
        });
        parada.unwrap().unwrap();
    };
    parar("modelo errado");
    parar("outra vez");
    let paradas = casa.dispatcher.da_empresa(casa.empresa, disparos::stopped).unwrap();
    assert_eq!(
        paradas.iter().map(|p| (p.canal, p.motivo.as_str())).collect::<Vec<_>>(),
        [(Canal::Email, "modelo errado")]
    );
    assert_eq!(enqueue(&casa.dispatcher, EMAIL, agora(), (9, 1_000)).unwrap(), []);
    let vista = casa
        .dispatcher
        .da_empresa(casa.empresa, |t| {
            claim(t, fila[0].id, LEASE, |dados| if dados.parado { Envio::Reter } else { descartar() })
        })
        .unwrap();
    assert_eq!(nome(&vista), "retida");
    let lida = casa.execucao(fila[0].id);
    assert_eq!((lida.estado.as_str(), lida.publicar_em, lida.tentativas), ("pendente", agora(), 0));
    assert_eq!(enqueue(&casa.dispatcher, &[Canal::Email, Canal::Sms], agora(), (9, 1_000)).unwrap(), []);
    casa.dispatcher.da_empresa(casa.empresa, |t| disparos::resume(t, Canal::Email)).unwrap();
    assert_eq!(enqueue(&casa.dispatcher, EMAIL, agora(), (9, 1_000)).unwrap().len(), 2);
}

#[test]
fn a_debtor_gets_one_message_of_a_channel_at_a_time() {
    let casa = Casa::nova();
    let (id, _) = casa.queued();
    let outra = ExecucaoId::new(Uuid::new_v4());
    casa.run(&format!(
        "INSERT INTO disparo.execucao SELECT (x).* FROM (SELECT jsonb_populate_record(e, jsonb_build_object('id', '{outra}')) AS x \
           FROM disparo.execucao e WHERE id = '{id}') y"
    ));
    let juntas = casa
        .dispatcher
        .da_empresa(casa.empresa, |t| {
            disparos::claim(t, &[id, outra], LEASE, |_| Envio::Enviar { titulos: vec![] })
        })
        .unwrap();
    let mut nomes: Vec<_> = juntas.iter().map(|(_, r)| nome(r)).collect();
    nomes.sort_unstable();
    assert_eq!(nomes, ["nossa", "retida"]);
    // The other one is held back until the first is done, also by another dispatcher.
    let espera = juntas.iter().find(|(_, r)| matches!(r, Reivindicacao::Retida)).unwrap().0;
    enqueue(&casa.dispatcher, EMAIL, agora(), (9, 1_000)).unwrap();
    assert_eq!(nome(&casa.claim(espera, LEASE, &Envio::Enviar { titulos: vec![] })), "retida");
    let (primeira, cerca) = juntas
        .iter()
        .find_map(
            |(id, r)| if let Reivindicacao::Nossa { cerca, .. } = r { Some((*id, *cerca)) } else { None },
        )
        .unwrap();
    let enviada = Desfecho::Enviada { em: agora() };
    assert!(
        casa.dispatcher.da_empresa(casa.empresa, |t| finish(t, (primeira, cerca), enviada, None)).unwrap()
    );
    enqueue(&casa.dispatcher, EMAIL, agora(), (9, 1_000)).unwrap();
    assert_eq!(nome(&casa.claim(espera, LEASE, &Envio::Enviar { titulos: vec![] })), "nossa");
}

#[test]
fn a_lease_that_ran_out_is_tried_again_where_that_makes_no_second_message_and_stays_doubtful() {
    let casa = Casa::nova();
    let (id, _) = casa.queued();
    casa.claimed(id, Duration::ZERO);
    let varrida = sweep_of(&casa.dispatcher, Duration::from_hours(1), EMAIL);
    assert_eq!((varrida.repetidas, varrida.incertas), (1, 0));
    assert_eq!(casa.execucao(id).estado, "pendente");
    enqueue(&casa.dispatcher, EMAIL, agora(), (9, 1_000)).unwrap();
    // Whoever gives it up now does not know that it did not leave.
    assert_eq!(nome(&casa.claim(id, LEASE, &descartar())), "descartada (sem_contato)");
    let lida = casa.execucao(id);
    assert_eq!((lida.estado.as_str(), lida.motivo.as_deref()), ("incerta", Some("resultado_desconhecido")));
}

#[test]
fn a_doubt_that_nobody_settles_waits_for_a_person_who_says_what_became_of_it() {
    for (diz, estado, motivo) in
        [(Intervencao::Enviada, "enviada", None), (Intervencao::NaoEnviada, "falhou", Some("nao_enviada"))]
    {
        let casa = Casa::nova();
        let (id, _) = casa.queued();
        casa.claimed(id, Duration::ZERO);
        sweep(&casa.dispatcher, Duration::from_hours(1));
        casa.run("UPDATE disparo.execucao SET atualizada_em = now() - interval '25 h'");
        assert_eq!(sweep(&casa.dispatcher, Duration::from_hours(1)).escaladas, 1);
        assert_eq!(casa.execucao(id).estado, "revisao_manual");
        let dizer = || settle(&casa, id, diz);
        assert_eq!(dizer(), Ok(()));
        let lida = casa.execucao(id);
        assert_eq!((lida.estado.as_str(), lida.motivo.as_deref()), (estado, motivo));
        assert_eq!(dizer(), Err(RecusaIntervencao::Estado(Estado::parse(estado).unwrap())));
        assert_eq!(
            casa.n("SELECT count(*) FROM disparo.intervencao WHERE observacao = 'liguei para o provedor'"),
            1
        );
    }
}

fn settle(casa: &Casa, id: ExecucaoId, diz: Intervencao) -> Result<(), RecusaIntervencao> {
    let dito = (diz, Some("liguei para o provedor"));
    casa.dispatcher.gravar(casa.empresa, Uuid::new_v4(), |t| disparos::settle(t, id, dito, agora())).unwrap()
}

#[test]
fn what_was_given_up_starts_again_and_what_is_on_its_way_does_not() {
    let casa = Casa::nova();
    let (id, _) = casa.queued();
    let depois = agora() + TimeDelta::days(30);
    let voltar = || {
        casa.dispatcher.gravar(casa.empresa, Uuid::new_v4(), |t| disparos::reprocess(t, id, depois)).unwrap()
    };
    assert_eq!(voltar(), Err(RecusaIntervencao::Estado(Estado::Enfileirada)));
    let cerca = casa.claimed(id, LEASE);
    assert_eq!(voltar(), Err(RecusaIntervencao::Estado(Estado::Enviando)));
    let falhou = Desfecho::Falhou { motivo: Motivo::RecusaDoProvedor };
    casa.dispatcher.da_empresa(casa.empresa, |t| finish(t, (id, cerca), falhou, None)).unwrap();
    assert_eq!(casa.execucao(id).tentativas, 1);
    assert_eq!(voltar(), Ok(()));
    let lida = casa.execucao(id);
    assert_eq!(
        (lida.estado.as_str(), lida.publicar_em, lida.tentativas, lida.motivo),
        ("pendente", depois, 0, None)
    );
    assert_eq!(enqueue(&casa.dispatcher, EMAIL, depois, (9, 1_000)).unwrap().len(), 1);
    assert_eq!(casa.seen(id).data, depois.date_naive(), "its time counts from there");
    let inexistente = casa.dispatcher.gravar(casa.empresa, Uuid::new_v4(), |t| {
        disparos::reprocess(t, ExecucaoId::new(Uuid::new_v4()), depois)
    });
    assert_eq!(inexistente.unwrap(), Err(RecusaIntervencao::Inexistente));
}

#[test]
fn every_attempt_is_kept_and_the_text_only_of_what_may_have_left() -> Result<(), StoreError> {
    let casa = Casa::nova();
    let (id, titulo) = casa.queued();
    let mensagem = |texto: &str| disparos::MensagemMontada {
        destinatario: "d1@exemplo.com.br".to_owned(),
        assunto: None,
        texto: texto.to_owned(),
        titulos: vec![titulo],
        montada_em: agora(),
    };
    for (texto, desfecho) in [
        ("uma", Desfecho::Repetir { em: agora(), conta: true, duvidosa: false }),
        ("duas", Desfecho::Repetir { em: agora(), conta: true, duvidosa: true }),
        ("três", Desfecho::Enviada { em: agora() }),
    ] {
        let cerca = casa.claimed(id, LEASE);
        assert!(casa.dispatcher.da_empresa(casa.empresa, |t| finish(
            t,
            (id, cerca),
            desfecho,
            Some(&mensagem(texto))
        ))?);
        enqueue(&casa.dispatcher, EMAIL, agora(), (9, 1_000))?;
    }
    let guardadas = casa.texts(
        "SELECT concat_ws(' ', fim, coalesce(texto, '-'), provedor, resposta) AS x FROM disparo.tentativa ORDER BY cerca",
    );
    let ok = "smtp 250 2.0.0 ok";
    assert_eq!(
        guardadas,
        [format!("repetir - {ok}"), format!("repetir duas {ok}"), format!("enviada três {ok}")]
    );
    let ultima = casa.dispatcher.da_empresa(casa.empresa, |t| execucoes::message(t, id))?.unwrap();
    assert_eq!(ultima.texto, "três");
    Ok(())
}
