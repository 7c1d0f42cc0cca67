//! What comes back of an e-mail: which address is one no more, whose it is, and who wants no more of them.

use std::slice;

use chrono::{DateTime, TimeDelta, Utc};
use domain::contato::Devolucao::{self, Alheia, Definitiva, Temporaria};
use domain::email::EnderecoEmail;
use domain::execucao::{Canal, Desfecho, Estado};
use domain::ids::ExecucaoId;
use store::disparos::{
    self, Chamada, MensagemMontada, Recibo, Resultado, Voltou, bounce, company_of_email, enqueue,
    opt_out_of_email, receive, sender_of_email, sweep_receipts,
};
use store::titulos::{EntradaDevedor, EntradaTitulo};
use uuid::Uuid;

use crate::apoio::{Casa, LEASE, NOITE, agora, d, devedor, dia, hora, item, nova_empresa};

const MARIA: &str = "maria@exemplo.com.br";

/// As many e-mails, each of a debtor of his own at this address.
fn queued(casa: &Casa, n: u8) -> Vec<ExecucaoId> {
    for n in 1..=n {
        let emails = Some(vec![EnderecoEmail::parse(MARIA).unwrap()]);
        let devedor = EntradaDevedor { emails, ..devedor(n.into()) };
        casa.push_one(EntradaTitulo { ..item(&n.to_string(), devedor) });
    }
    casa.regua(&[d(0)]);
    casa.night(NOITE);
    let fila = enqueue(&casa.dispatcher, &[Canal::Email], hora(dia(NOITE)), (100, 1_000)).unwrap();
    assert_eq!(fila.len(), usize::from(n));
    fila.into_iter().map(|execucao| execucao.id).collect()
}

/// Claims it and says that it left for these.
fn send(casa: &Casa, id: ExecucaoId, destinatario: &str) {
    let cerca = casa.claimed(id, LEASE);
    let mensagem = MensagemMontada {
        destinatario: destinatario.to_owned(),
        assunto: Some("a".to_owned()),
        texto: "x".to_owned(),
        titulos: vec![],
        montada_em: hora(dia(NOITE)),
    };
    let chamada = Chamada {
        provedor: "smtp",
        provedor_id: None,
        resposta: "250 ok".to_owned(),
        terminou_em: hora(dia(NOITE)),
        mensagem,
        efeito: None,
    };
    let desfecho = Desfecho::Enviada { em: hora(dia(NOITE)) };
    let resultado = Resultado { id, cerca, desfecho, chamada: Some(chamada) };
    let escritas = casa
        .dispatcher
        .da_empresa(casa.empresa, |t| disparos::finish(t, slice::from_ref(&resultado)))
        .unwrap();
    assert_eq!(escritas.len(), 1);
}

fn sent(n: u8, destinatario: &str) -> (Casa, Vec<ExecucaoId>) {
    let casa = Casa::nova();
    let ids = queued(&casa, n);
    for id in &ids {
        send(&casa, *id, destinatario);
    }
    (casa, ids)
}

fn back(
    casa: &Casa,
    id: ExecucaoId,
    endereco: Option<&str>,
    devolucao: Devolucao,
    em: DateTime<Utc>,
) -> bool {
    let voltou = Voltou { endereco, devolucao, codigo: "5.1.1" };
    casa.dispatcher.da_empresa(casa.empresa, |t| bounce(t, id, &voltou, em)).unwrap()
}

fn usable(casa: &Casa) -> i64 {
    casa.n("SELECT count(*) FROM cadastro.meio_contato WHERE tipo = 'email' AND invalido_desde IS NULL")
}

#[test]
fn m11_an_address_that_is_none_is_used_no_more_by_any_debtor_of_the_company() {
    let (casa, ids) = sent(2, MARIA);
    let outra = nova_empresa(&casa.titulos, "Outra");
    let emails = Some(vec![EnderecoEmail::parse(MARIA).unwrap()]);
    let la = item("1", EntradaDevedor { emails, ..devedor(1) });
    casa.titulos.da_empresa(outra, |t| store::titulos::upsert(t, slice::from_ref(&la), agora())).unwrap();
    assert_eq!(usable(&casa), 3);
    assert!(back(&casa, ids[0], Some("MARIA@exemplo.com.br"), Definitiva, agora()));
    assert_eq!(usable(&casa), 1, "the other company finds out by itself");
    assert_eq!(
        casa.texts("SELECT DISTINCT motivo AS x FROM cadastro.meio_contato WHERE motivo IS NOT NULL"),
        ["a mensagem voltou (5.1.1)"]
    );
    // Again, and from whoever it was forwarded to.
    assert!(back(&casa, ids[0], Some("outra@exemplo.com.br"), Definitiva, agora()));
    assert_eq!(casa.n("SELECT count(*) FROM disparo.devolucao"), 1);
}

#[test]
fn m11_three_times_for_the_time_being_within_fifteen_days_are_for_good() {
    let (casa, ids) = sent(5, MARIA);
    let dias = |n| agora() + TimeDelta::days(n);
    assert!(back(&casa, ids[0], None, Temporaria, dias(0)));
    for de_novo in 0..3 {
        back(&casa, ids[1], None, Temporaria, dias(14 + de_novo)); // one message, whatever often it is told
    }
    back(&casa, ids[2], None, Alheia, dias(14));
    assert_eq!(usable(&casa), 5);
    back(&casa, ids[3], None, Temporaria, dias(15));
    assert_eq!(usable(&casa), 5, "the first is too long ago");
    back(&casa, ids[4], None, Temporaria, dias(16));
    assert_eq!(usable(&casa), 0);
}

#[test]
fn m11_of_several_addresses_each_is_its_own_and_the_message_came_back_when_all_did() {
    let (casa, ids) = sent(1, "maria@exemplo.com.br, outra@exemplo.com.br");
    assert!(!back(&casa, ids[0], None, Definitiva, agora()), "which of them nobody says");
    assert!(!back(&casa, ids[0], Some("alguem@exemplo.com.br"), Definitiva, agora()));
    assert_eq!((usable(&casa), casa.n("SELECT count(*) FROM disparo.devolucao")), (1, 0));
    assert!(!back(&casa, ids[0], Some("outra@exemplo.com.br"), Definitiva, agora()));
    assert_eq!(usable(&casa), 1);
    assert!(back(&casa, ids[0], Some(MARIA), Temporaria, agora()));
    assert_eq!(usable(&casa), 1);
    assert!(back(&casa, ids[0], Some(MARIA), Definitiva, agora()), "a server that gave up after all");
    assert_eq!(usable(&casa), 0);
}

#[test]
fn a_report_that_is_faster_than_our_own_answer_is_kept_and_applied_afterwards() {
    let casa = Casa::nova();
    let id = queued(&casa, 1)[0];
    let cerca = casa.claimed(id, LEASE);
    assert!(back(&casa, id, Some(MARIA), Definitiva, agora()));
    let recibo = Recibo { mensagem: id.to_string(), estado: Estado::Devolvida, causa: None, em: None };
    assert_eq!(receive(&casa.dispatcher, "smtp", &[recibo], agora()).unwrap(), 1);
    assert_eq!((casa.execucao(id).estado.as_str(), usable(&casa)), ("enviando", 0));
    let desfecho = Desfecho::Enviada { em: hora(dia(NOITE)) };
    let resultado = Resultado { id, cerca, desfecho, chamada: None };
    casa.dispatcher.da_empresa(casa.empresa, |t| disparos::finish(t, slice::from_ref(&resultado))).unwrap();
    assert_eq!(sweep_receipts(&casa.dispatcher).unwrap(), 1);
    let depois = casa.execucao(id);
    assert_eq!((depois.estado.as_str(), depois.motivo.as_deref()), ("devolvida", Some("nao_entregue")));
}

#[test]
fn r02_whose_an_e_mail_is_is_known_by_its_id_among_any_companies_and_told_to_no_other() {
    let (casa, ids) = sent(1, MARIA);
    let outra = nova_empresa(&casa.titulos, "Outra");
    assert_eq!(company_of_email(&casa.dispatcher, ids[0]).unwrap(), Some(casa.empresa));
    assert_eq!(company_of_email(&casa.dispatcher, ExecucaoId::new(Uuid::nil())).unwrap(), None);
    let na_outra = |t: &mut store::Tenant<'_>| {
        let voltou = Voltou { endereco: Some(MARIA), devolucao: Definitiva, codigo: "5.1.1" };
        Ok((
            sender_of_email(t, ids[0])?,
            bounce(t, ids[0], &voltou, agora())?,
            opt_out_of_email(t, ids[0], "x", agora())?,
        ))
    };
    assert_eq!(casa.dispatcher.da_empresa(outra, na_outra).unwrap(), (None, false, false));
    assert_eq!((usable(&casa), casa.n("SELECT count(*) FROM cadastro.opt_out")), (1, 0));
    casa.run("UPDATE disparo.execucao SET canal = 'sms'");
    assert_eq!(company_of_email(&casa.dispatcher, ids[0]).unwrap(), None);
}

#[test]
fn who_wants_no_more_e_mails_says_so_once() {
    let (casa, ids) = sent(2, MARIA);
    let sair = || {
        casa.dispatcher.da_empresa(casa.empresa, |t| opt_out_of_email(t, ids[0], "pediu", agora())).unwrap()
    };
    assert_eq!((sair(), sair()), (true, false));
    assert_eq!(
        casa.texts("SELECT canal || ' ' || motivo AS x FROM cadastro.opt_out"),
        ["email pediu"],
        "of one debtor, of one channel"
    );
}
