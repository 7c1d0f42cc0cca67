//! The real check at the real fence: títulos that are suspended, negotiated or instalments, before and after their dates.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::America::Sao_Paulo;
use domain::execucao::{Canal, PedidoEnvio, avaliar_envio};
use domain::ids::{ExecucaoId, TituloId};
use domain::titulo::{Titulo, reabrir};
use store::disparos::{Reivindicacao, enqueue};
use store::titulos::{change_status, suspend};

use crate::apoio::disparo::claim;
use crate::apoio::{Casa, LEASE, agora, antes, d, devedor, dia, hora, item, nome};
use crate::negotiations::{cancel, negotiate, pay};

/// What leaves, by the number of each título, or what the claim says.
pub(crate) fn at_the_fence(casa: &Casa, id: ExecucaoId, agora: DateTime<Utc>) -> String {
    let claimed = casa.dispatcher.da_empresa(casa.empresa, |t| {
        claim(t, id, LEASE, |dados| {
            let titulos: Vec<Titulo> = dados.linhas.iter().map(|linha| linha.titulo.clone()).collect();
            let pedido = PedidoEnvio {
                titulos: &titulos,
                canal: dados.canal,
                fonte: dados.fonte,
                regua_ativa: dados.regua_ativa,
                parado: dados.parado,
                data: agora.with_timezone(&Sao_Paulo).date_naive(), // how old it is, is not asked here
                janela: dados.janela.as_ref(),
                fusos: &[],
                regras: &dados.regras,
            };
            avaliar_envio(&pedido, agora.with_timezone(&Sao_Paulo))
        })
    });
    match claimed.unwrap() {
        Reivindicacao::Nossa { titulos, dados, .. } => {
            let titulos: BTreeSet<TituloId> = titulos.into_iter().collect();
            let saem = dados.linhas.iter().filter(|linha| titulos.contains(&linha.titulo.id));
            saem.map(|linha| linha.numero.as_str()).collect::<Vec<_>>().join(", ")
        }
        outra @ (Reivindicacao::Adiada { .. }
        | Reivindicacao::Retida
        | Reivindicacao::Descartada { .. }
        | Reivindicacao::Expirada
        | Reivindicacao::DeOutro) => nome(&outra),
    }
}

fn queue(casa: &Casa, noite: &str) -> ExecucaoId {
    casa.night(noite);
    enqueue(&casa.dispatcher, &[Canal::Email], hora(dia(noite)), (10, 1_000)).unwrap()[0].id
}

fn hold(casa: &Casa, id: TituloId, ate: Option<NaiveDate>) {
    casa.titulos.da_empresa(casa.empresa, |t| suspend(t, id, ate, agora())).unwrap().unwrap().unwrap();
}

/// Two títulos of one debtor, in one message that waits since the night of 2026-03-02.
fn two_queued() -> (Casa, ExecucaoId, [TituloId; 2]) {
    let casa = Casa::nova();
    let ids = ["1", "2"].map(|codigo| casa.push_one(item(codigo, devedor(1))));
    casa.regua(&[d(0)]);
    let id = queue(&casa, "2026-03-02");
    (casa, id, ids)
}

#[test]
fn j04_t05_what_was_suspended_between_the_night_and_the_fence_leaves_the_message() {
    let (casa, id, ids) = two_queued();
    hold(&casa, ids[0], None);
    assert_eq!(at_the_fence(&casa, id, hora(dia("2026-03-02"))), "NF 2");
    let (casa, id, ids) = two_queued();
    hold(&casa, ids[0], None);
    hold(&casa, ids[1], None);
    assert_eq!(at_the_fence(&casa, id, hora(dia("2026-03-02"))), "descartada (titulo_suspenso)");
}

#[test]
fn t07_suspended_until_a_day_is_out_before_it_and_in_from_it_on_also_if_no_night_ran() {
    for (hoje, sai) in [("2026-03-09", "NF 2"), ("2026-03-10", "NF 1, NF 2"), ("2026-03-11", "NF 1, NF 2")] {
        let (casa, id, ids) = two_queued();
        hold(&casa, ids[0], Some(dia("2026-03-10")));
        assert_eq!(at_the_fence(&casa, id, hora(dia(hoje))), sai, "{hoje}");
    }
}

#[test]
fn t03_what_was_reopened_meanwhile_is_in() {
    let (casa, id, ids) = two_queued();
    hold(&casa, ids[0], None);
    casa.titulos.da_empresa(casa.empresa, |t| change_status(t, ids[0], reabrir, agora())).unwrap();
    assert_eq!(at_the_fence(&casa, id, hora(dia("2026-03-02"))), "NF 1, NF 2");
}

#[test]
fn k02_what_was_negotiated_meanwhile_is_out_and_in_again_when_that_is_undone() {
    let (casa, id, ids) = two_queued();
    negotiate(&casa, &ids[..1], &["2026-03-20"]).unwrap();
    assert_eq!(at_the_fence(&casa, id, hora(dia("2026-03-02"))), "NF 2");
    let (casa, id, ids) = two_queued();
    negotiate(&casa, &ids, &["2026-03-20"]).unwrap();
    assert_eq!(at_the_fence(&casa, id, hora(dia("2026-03-02"))), "descartada (titulo_negociado)");
    let (casa, id, ids) = two_queued();
    let criada = negotiate(&casa, &ids, &["2026-03-20"]).unwrap();
    cancel(&casa, criada.id, "2026-03-02").unwrap();
    assert_eq!(at_the_fence(&casa, id, hora(dia("2026-03-02"))), "NF 1, NF 2");
}

#[test]
fn k07_from_the_day_it_counts_as_cancelled_the_originals_are_in_also_if_no_night_ran() {
    for (hoje, sai) in [("2026-03-22", "NF 2"), ("2026-03-23", "NF 1, NF 2")] {
        let (casa, id, ids) = two_queued();
        casa.run("UPDATE cadastro.empresa SET cancelar_acordo_apos = 2");
        negotiate(&casa, &ids[..1], &["2026-03-20"]).unwrap();
        assert_eq!(at_the_fence(&casa, id, hora(dia(hoje))), sai, "{hoje}");
    }
    let (casa, id, ids) = two_queued();
    casa.run("UPDATE cadastro.empresa SET cancelar_acordo_apos = 2");
    let criada = negotiate(&casa, &ids[..1], &["2026-03-20"]).unwrap();
    pay(&casa, criada.parcelas[0], "2026-03-20");
    assert_eq!(at_the_fence(&casa, id, hora(dia("2026-03-30"))), "NF 2", "confirmed");
    let (casa, id, ids) = two_queued();
    casa.run("UPDATE cadastro.empresa SET cancelar_acordo_apos = 2");
    let criada = negotiate(&casa, &ids[..1], &["2026-03-20", "2026-04-20"]).unwrap();
    pay(&casa, criada.parcelas[1], "2026-03-20");
    assert_eq!(at_the_fence(&casa, id, hora(dia("2026-03-30"))), "NF 2", "something was paid of it");
}

/// The reminder of an instalment, decided on the night of 2026-03-08 for 2026-03-10.
fn reminder(apos: Option<u16>) -> (Casa, ExecucaoId, store::negociacoes::Criada) {
    let casa = Casa::nova();
    let apos = apos.map_or("NULL".to_owned(), |dias| dias.to_string());
    casa.run(&format!("UPDATE cadastro.empresa SET cancelar_acordo_apos = {apos}"));
    let id = casa.push_one(item("1", devedor(1)));
    casa.regua(&[antes(2)]);
    let criada = negotiate(&casa, &[id], &["2026-03-10", "2026-04-10"]).unwrap();
    let execucao = queue(&casa, "2026-03-08");
    (casa, execucao, criada)
}

#[test]
fn k09_the_reminder_of_an_instalment_leaves_while_nobody_has_confirmed() {
    for hoje in ["2026-03-08", "2026-03-10"] {
        let (casa, id, _) = reminder(None);
        assert_eq!(at_the_fence(&casa, id, hora(dia(hoje))), "Acordo 1/2", "{hoje}");
    }
    let (casa, id, _) = reminder(None);
    assert_eq!(at_the_fence(&casa, id, hora(dia("2026-03-11"))), "descartada (lembrete_vencido)");
    let (casa, id, criada) = reminder(None);
    pay(&casa, criada.parcelas[0], "2026-03-09");
    assert_eq!(at_the_fence(&casa, id, hora(dia("2026-03-10"))), "descartada (titulo_pago)");
}

#[test]
fn k06_the_reminder_of_an_instalment_does_not_leave_once_its_negotiation_is_cancelled() {
    let (casa, id, criada) = reminder(None);
    cancel(&casa, criada.id, "2026-03-09").unwrap();
    assert_eq!(at_the_fence(&casa, id, hora(dia("2026-03-10"))), "descartada (titulo_cancelado)");
}

#[test]
fn k04_the_charge_of_an_instalment_leaves_once_it_is_confirmed() {
    let casa = Casa::nova();
    let id = casa.push_one(item("1", devedor(1)));
    casa.regua(&[d(0)]);
    let criada = negotiate(&casa, &[id], &["2026-03-10", "2026-03-12"]).unwrap();
    assert_eq!(casa.night("2026-03-13"), (1, 0), "k07: not while it is unconfirmed");
    pay(&casa, criada.parcelas[0], "2026-03-13");
    let execucao = queue(&casa, "2026-03-14");
    assert_eq!(at_the_fence(&casa, execucao, hora(dia("2026-03-14"))), "Acordo 2/2");
}
