//! What workers and dispatchers make of a batch that was confirmed (rules b15, b16, b18, b23, and j04 at its fence).

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::execucao::{Canal, Desfecho, Estado, Motivo};
use domain::ids::{ExecucaoId, LoteId, TituloId};
use domain::janela::{DiasDaSemana, Janela};
use domain::lote::{EstadoLote, execucao};
use store::StoreError;
use store::disparos::{self, MensagemMontada, enqueue};
use store::empresas::{MudancaEmpresa, update};
use store::lotes::{self, Confirmacao, Passo};

use crate::apoio::disparo::finish;
use crate::apoio::{Casa, LEASE, NOITE, agora, antes, devedor, dia, hora, item};
use crate::fence_reguas::{ended, only_regua};
use crate::fence_status::at_the_fence;
use crate::lotes::Mesa;
use crate::negotiations::pay;

/// A confirmed batch of e-mails to `n` debtors with a título overdue each.
fn confirmed(n: u32) -> (Mesa, LoteId) {
    let mesa = Mesa::nova(n, 0);
    let id = mesa.pronto();
    assert_eq!(mesa.confirmar(id), Confirmacao::Confirmado);
    (mesa, id)
}

fn step(mesa: &Mesa, id: LoteId) -> Passo {
    mesa.lote.da_empresa(mesa.casa.empresa, |t| lotes::step(t, id, agora())).unwrap()
}

/// Steps until there is nothing to do at once.
pub(crate) fn work(mesa: &Mesa, id: LoteId) -> Passo {
    loop {
        match step(mesa, id) {
            Passo::Andou => {}
            parou @ (Passo::Espera | Passo::Terminou(_)) => return parou,
        }
    }
}

fn queue(casa: &Casa, em: DateTime<Utc>, limite: i64) -> Vec<ExecucaoId> {
    let limite = i32::try_from(limite).unwrap();
    let fila = enqueue(&casa.dispatcher, &[Canal::Email], em, (limite, 1_000)).unwrap();
    fila.into_iter().map(|execucao| execucao.id).collect()
}

/// All of it is queued, at an hour at which its window is open.
fn queued(n: u32) -> (Mesa, LoteId, Vec<ExecucaoId>) {
    let (mesa, id) = confirmed(n);
    assert_eq!(work(&mesa, id), Passo::Espera);
    let ids = queue(&mesa.casa, meio_dia(), 1_000);
    assert_eq!(ids.len(), usize::try_from(n).unwrap());
    (mesa, id, ids)
}

/// Noon of a working day, in the windows of every channel.
fn meio_dia() -> DateTime<Utc> {
    "2026-03-03T15:00:00Z".parse().unwrap()
}

fn message(id: ExecucaoId) -> MensagemMontada {
    MensagemMontada {
        destinatario: format!("{id}@x.com.br"),
        assunto: Some("Aviso".to_owned()),
        texto: "Olá.".to_owned(),
        titulos: vec![],
        montada_em: meio_dia(),
    }
}

/// Claims and ends it.
fn end(casa: &Casa, id: ExecucaoId, desfecho: Desfecho) {
    let cerca = casa.claimed(id, LEASE);
    let ended =
        casa.dispatcher.da_empresa(casa.empresa, |t| finish(t, (id, cerca), desfecho, Some(&message(id))));
    assert!(ended.unwrap());
}

fn progress(mesa: &Mesa, id: LoteId) -> Vec<(Estado, i64)> {
    let lote = mesa.ler(id);
    mesa.lote.da_empresa(mesa.casa.empresa, |t| lotes::progress(t, &lote)).unwrap()
}

#[test]
fn b15_each_debtor_gets_one_execution_with_what_is_overdue() {
    let (mesa, id) = confirmed(3);
    assert_eq!(mesa.casa.n("SELECT count(*) FROM disparo.execucao"), 0, "nothing before a worker begins");
    assert_eq!(work(&mesa, id), Passo::Espera);
    let feitas = mesa.casa.execucoes();
    let ids: BTreeSet<_> = mesa.itens(id).into_iter().map(|devedor| execucao(id, devedor).uuid()).collect();
    assert_eq!(feitas.iter().map(|e| e.id).collect::<BTreeSet<_>>(), ids);
    for feita in &feitas {
        assert_eq!((feita.lote_id, feita.acao_id, feita.titulos.len()), (Some(id.uuid()), None, 1));
        assert_eq!(feita.canal, "email");
    }
    assert_eq!(mesa.ler(id).estado, EstadoLote::Processando);
    // Once all is made, another look makes nothing.
    assert_eq!((work(&mesa, id), mesa.casa.execucoes().len()), (Passo::Espera, 3));
}

#[test]
fn b16_a_worker_that_is_cut_off_is_followed_by_another_and_nobody_gets_two() {
    let (mesa, id) = confirmed(1_100);
    assert_eq!(step(&mesa, id), Passo::Andou);
    let cut: Result<Passo, _> = mesa.lote.da_empresa(mesa.casa.empresa, |t| {
        lotes::step(t, id, agora())?;
        Err(StoreError::Unknown("the worker was killed before it committed"))
    });
    assert!(cut.is_err());
    assert_eq!(mesa.casa.n("SELECT count(*) FROM disparo.execucao"), 1_000);
    assert_eq!(work(&mesa, id), Passo::Espera);
    assert_eq!(mesa.casa.n("SELECT count(DISTINCT devedor_id) FROM disparo.execucao"), 1_100);
    assert_eq!(mesa.casa.n("SELECT count(*) FROM disparo.execucao"), 1_100);
}

#[test]
fn b16_workers_share_a_batch_and_make_each_once() {
    let (mesa, id) = confirmed(1_100);
    let juntos = Barrier::new(4);
    thread::scope(|escopo| {
        for _ in 0..4 {
            escopo.spawn(|| {
                juntos.wait();
                while mesa.casa.n("SELECT count(*) FROM disparo.execucao") < 1_100 {
                    step(&mesa, id);
                }
            });
        }
    });
    assert_eq!(mesa.casa.n("SELECT count(DISTINCT devedor_id) FROM disparo.execucao"), 1_100);
    assert_eq!(mesa.casa.n("SELECT count(*) FROM disparo.execucao"), 1_100);
}

#[test]
fn j08_a_batch_confirmed_at_night_waits_for_the_window() {
    let (mesa, id) = confirmed(2);
    let hora = |h| chrono::NaiveTime::from_hms_opt(h, 0, 0).unwrap();
    let janela = Janela::new(hora(9), hora(18), DiasDaSemana::UTEIS).unwrap();
    let mudanca = MudancaEmpresa { janelas: vec![(Canal::Email, janela)], ..Default::default() };
    mesa.casa.titulos.da_empresa(mesa.casa.empresa, |t| update(t, &mudanca)).unwrap();
    work(&mesa, id);
    // Confirmed on a Sunday before dawn.
    let abre = "2026-03-02T12:00:00Z".parse().unwrap();
    assert!(mesa.casa.execucoes().iter().all(|execucao| execucao.publicar_em == abre));
    assert_eq!(queue(&mesa.casa, abre - chrono::TimeDelta::seconds(1), 10).len(), 0);
    assert_eq!(queue(&mesa.casa, abre, 10).len(), 2);
}

#[test]
fn j04_what_was_paid_meanwhile_is_not_charged_by_a_batch() {
    let (mesa, _, ids) = queued(2);
    let casa = &mesa.casa;
    pay(casa, TituloId::new(casa.execucao(ids[0]).titulos[0]), NOITE);
    assert_eq!(at_the_fence(casa, ids[0], meio_dia()), "descartada (titulo_pago)");
    assert!(at_the_fence(casa, ids[1], meio_dia()).starts_with("NF "));
}

#[test]
fn b14_a_message_says_what_was_confirmed_whatever_its_template_says_since() {
    let (mesa, _, ids) = queued(1);
    mesa.casa.run("UPDATE disparo.template SET corpo = 'outra coisa', versao = versao + 1");
    let dados = mesa.casa.seen(ids[0]);
    assert_eq!((dados.assunto.as_deref(), dados.corpo.as_deref()), (Some("Aviso"), Some("Olá, #NOME#.")));
    assert_eq!(dados.fonte, domain::execucao::Fonte::Lote);
}

#[test]
fn v03_a_batch_asks_no_regua() {
    let (mesa, _, ids) = queued(1);
    mesa.casa.regua(&[antes(2)]);
    let regua = only_regua(&mesa.casa);
    mesa.casa.run(&format!("UPDATE regua.regua SET estado = 'inativa' WHERE id = '{regua}'"));
    assert!(at_the_fence(&mesa.casa, ids[0], meio_dia()).starts_with("NF "));
}

#[test]
fn b18_a_batch_ends_when_all_of_it_has_and_says_whether_any_failed() {
    for (desfecho, fim) in [
        (Desfecho::Enviada { em: meio_dia() }, EstadoLote::Concluida),
        (Desfecho::Falhou { motivo: Motivo::RecusaDoProvedor }, EstadoLote::ConcluidaComErros),
    ] {
        let (mesa, id, ids) = queued(2);
        end(&mesa.casa, ids[0], Desfecho::Enviada { em: meio_dia() });
        assert_eq!((work(&mesa, id), mesa.ler(id).estado), (Passo::Espera, EstadoLote::Processando));
        end(&mesa.casa, ids[1], desfecho);
        assert_eq!((work(&mesa, id), mesa.ler(id).estado), (Passo::Terminou(fim), fim));
        assert_eq!(progress(&mesa, id).iter().map(|(_, n)| n).sum::<i64>(), 2);
    }
}

/// As if it had not moved for so long; answers after how many seconds it is looked at again.
fn still(mesa: &Mesa, id: LoteId, segundos: u32) -> Option<i64> {
    mesa.casa.run(&format!(
        "UPDATE lote.acao_em_lote SET andou_em = clock_timestamp() - interval '{segundos} seconds', olhar_em = now()"
    ));
    assert_eq!(lotes::pending(&mesa.lote).unwrap(), [(mesa.casa.empresa, id)]);
    assert_eq!(step(mesa, id), Passo::Espera);
    if mesa.casa.n("SELECT count(olhar_em) FROM lote.acao_em_lote") == 0 {
        return None;
    }
    assert_eq!(lotes::pending(&mesa.lote).unwrap(), [], "whoever else asks is not told of it");
    Some(
        mesa.casa.n(
            "SELECT round(extract(epoch FROM olhar_em - clock_timestamp()))::bigint FROM lote.acao_em_lote",
        ),
    )
}

#[test]
fn b23_what_waits_is_looked_at_ever_more_rarely_and_what_moves_at_once() {
    let (mesa, id, ids) = queued(1);
    let perto = |depois: Option<i64>, de: i64| {
        assert!(depois.is_some_and(|n| (de - 3..=de).contains(&n)), "{depois:?}");
    };
    perto(still(&mesa, id, 64), 8);
    perto(still(&mesa, id, 3_600), 15);
    end(&mesa.casa, ids[0], Desfecho::Enviada { em: meio_dia() });
    assert_eq!(work(&mesa, id), Passo::Terminou(EstadoLote::Concluida));
    perto(still(&mesa, id, 800), 100);
    assert_eq!(still(&mesa, id, 31 * 86_400), None, "nothing comes back any more");
}

#[test]
fn b18_what_comes_back_after_the_end_is_counted_and_says_how_it_went() {
    let (mesa, id, ids) = queued(2);
    for execucao in &ids {
        end(&mesa.casa, *execucao, Desfecho::Enviada { em: meio_dia() });
    }
    assert_eq!(work(&mesa, id), Passo::Terminou(EstadoLote::Concluida));
    let (antes, versao) = (mesa.ler(id).tempos.concluida_em, mesa.ler(id).versao);
    let passa = |n: usize, campos: &str| {
        mesa.casa.run(&format!("UPDATE disparo.execucao SET {campos} WHERE id = '{}'", ids[n]));
    };
    passa(0, "estado = 'entregue'");
    assert_eq!(progress(&mesa, id), [(Estado::Enviada, 2)], "nobody counts it for who reads it");
    assert_eq!(step(&mesa, id), Passo::Espera);
    assert_eq!(progress(&mesa, id), [(Estado::Enviada, 1), (Estado::Entregue, 1)]);
    assert_eq!(mesa.ler(id).versao, versao);
    passa(1, "estado = 'devolvida', motivo = 'nao_entregue'");
    assert_eq!(step(&mesa, id), Passo::Terminou(EstadoLote::ConcluidaComErros));
    assert_eq!(progress(&mesa, id), [(Estado::Entregue, 1), (Estado::Devolvida, 1)]);
    let lote = mesa.ler(id);
    assert_eq!((lote.tempos.concluida_em, lote.versao), (antes, versao + 1), "it ended when it did");
}

#[test]
fn b18_what_failed_and_is_sent_again_says_so_once_it_has_been() {
    let (mesa, id, ids) = queued(1);
    end(&mesa.casa, ids[0], Desfecho::Falhou { motivo: Motivo::RecusaDoProvedor });
    assert_eq!(work(&mesa, id), Passo::Terminou(EstadoLote::ConcluidaComErros));
    let casa = &mesa.casa;
    casa.dispatcher
        .gravar(casa.empresa, crate::lotes::CHAVE, |t| disparos::reprocess(t, ids[0], meio_dia()))
        .unwrap()
        .unwrap();
    assert_eq!((step(&mesa, id), mesa.ler(id).estado), (Passo::Espera, EstadoLote::ConcluidaComErros));
    assert_eq!(progress(&mesa, id), [(Estado::Pendente, 1)]);
    assert_eq!(queue(casa, meio_dia(), 1), ids);
    end(casa, ids[0], Desfecho::Enviada { em: meio_dia() });
    assert_eq!(step(&mesa, id), Passo::Terminou(EstadoLote::Concluida));
}

#[test]
fn b18_a_doubt_is_no_end() {
    let (mesa, id, ids) = queued(1);
    mesa.casa.claimed(ids[0], Duration::ZERO);
    crate::apoio::disparo::sweep(&mesa.casa.dispatcher, Duration::from_hours(1));
    assert_eq!(ended(&mesa.casa, ids[0]).0, "incerta");
    assert_eq!(work(&mesa, id), Passo::Espera);
}

#[test]
fn b23_what_has_not_left_of_a_batch_that_is_called_off_never_leaves() {
    let (mesa, id, ids) = queued(3);
    end(&mesa.casa, ids[0], Desfecho::Enviada { em: meio_dia() });
    let cancelar = |t: &mut store::Tenant<'_>| {
        let lote = lotes::lock(t, id)?.unwrap();
        lotes::cancel(t, &lote, agora())
    };
    mesa.gravar(cancelar).unwrap();
    // At once, before any worker has looked.
    assert_eq!(at_the_fence(&mesa.casa, ids[1], meio_dia()), "descartada (lote_cancelado)");
    assert_eq!(lotes::pending(&mesa.lote).unwrap(), [(mesa.casa.empresa, id)]);
    assert_eq!(work(&mesa, id), Passo::Terminou(EstadoLote::Cancelada));
    assert_eq!(ended(&mesa.casa, ids[2]), ("descartada".to_owned(), Some("lote_cancelado".to_owned())));
    assert_eq!(progress(&mesa, id), [(Estado::Enviada, 1), (Estado::Descartada, 2)]);
    assert_eq!(step(&mesa, id), Passo::Espera, "it is called off once");
    mesa.casa.run(&format!(
        "UPDATE disparo.execucao SET estado = 'devolvida', motivo = 'nao_entregue' WHERE id = '{}'",
        ids[0]
    ));
    step(&mesa, id);
    assert_eq!(mesa.ler(id).estado, EstadoLote::Cancelada);
    assert_eq!(progress(&mesa, id), [(Estado::Devolvida, 1), (Estado::Descartada, 2)]);
}

#[test]
fn ten_reminders_are_not_behind_a_batch() {
    let (mesa, id) = confirmed(300);
    work(&mesa, id);
    let casa = &mesa.casa;
    casa.push(&(2_001..2_011).map(|n| item(&format!("r{n}"), devedor(n))).collect::<Vec<_>>());
    casa.regua(&[crate::apoio::d(0)]);
    casa.night(NOITE);
    let vez = queue(casa, hora(dia(NOITE)).max(meio_dia()), 100);
    let da_regua = vez.iter().filter(|id| casa.execucao(**id).lote_id.is_none()).count();
    assert!(da_regua >= 10, "{da_regua} of {} are the régua's", vez.len());
    assert!(vez.len() > 50, "a batch goes on beside: {}", vez.len());
}

#[test]
fn t07_what_was_suspended_until_a_day_that_came_is_spoken_of() {
    let (mesa, id) = confirmed(1);
    mesa.casa.run("UPDATE cadastro.titulo SET status = 'suspenso', suspenso_ate = '2026-02-20'");
    work(&mesa, id);
    assert_eq!(mesa.casa.execucoes()[0].titulos.len(), 1);
}
