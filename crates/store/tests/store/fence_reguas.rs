//! What became of a message's régua, action and enrolment between the night and the fence; and to whom it goes.

use domain::email::EnderecoEmail;
use domain::execucao::{Canal, Desfecho, Envio};
use domain::ids::{ExecucaoId, ReguaId};
use domain::regua::{Cabecalho, Criterios, Destinatarios, EstadoRegua};
use store::disparos::{MAX_CONTATOS, enqueue};
use store::reguas;
use store::titulos::{EntradaDevedor, EntradaTitulo};

use crate::apoio::disparo::finish;
use crate::apoio::{
    Casa, LEASE, NOITE, agora, d, devedor, dia, edit, hora, item, nome, nova_regua, set_estado,
};
use crate::fence_status::at_the_fence;

pub(crate) fn only_regua(casa: &Casa) -> ReguaId {
    casa.engine.da_empresa(casa.empresa, |t| Ok(reguas::list(t)?[0].regua.id())).unwrap()
}

fn set(casa: &Casa, regua: ReguaId, estado: EstadoRegua) {
    assert!(casa.engine.da_empresa(casa.empresa, |t| set_estado(t, regua, estado, agora())).unwrap());
}

/// An active régua that comes before every other and takes what is due from `de` on.
pub(crate) fn a_better_regua(casa: &Casa, de: &str) {
    let mut nova = nova_regua(&[d(0)]);
    nova.regua = nova.regua.clone().com_cabecalho(Cabecalho {
        prioridade: 0,
        criterios: Criterios { vencimento_de: Some(dia(de)), ..Criterios::default() },
        ..nova.regua.cabecalho().clone()
    });
    casa.engine.da_empresa(casa.empresa, |t| reguas::create(t, &nova, agora())).unwrap().unwrap();
    set(casa, nova.regua.id(), EstadoRegua::Ativa);
}

pub(crate) fn ended(casa: &Casa, id: ExecucaoId) -> (String, Option<String>) {
    let lida = casa.execucao(id);
    (lida.estado, lida.motivo)
}

fn discarded(motivo: &str) -> (String, Option<String>) {
    ("descartada".to_owned(), Some(motivo.to_owned()))
}

#[test]
fn v03_a_message_of_a_deactivated_regua_is_discarded_at_the_fence() {
    let casa = Casa::nova();
    let (id, _) = casa.queued();
    set(&casa, only_regua(&casa), EstadoRegua::Inativa);
    assert_eq!(at_the_fence(&casa, id, hora(dia(NOITE))), "descartada (regua_inativa)");
    assert_eq!(ended(&casa, id), discarded("regua_inativa"));
}

#[test]
fn r04_a_message_of_a_removed_action_is_discarded_when_it_is_removed() {
    let casa = Casa::nova();
    let (id, _) = casa.queued();
    let regua = only_regua(&casa);
    let sem_acoes = |regua: domain::regua::Regua| {
        let mut posicoes = regua.posicoes().to_vec();
        posicoes[0].acoes.clear();
        regua.com_posicoes(posicoes).unwrap()
    };
    casa.engine.da_empresa(casa.empresa, |t| edit(t, regua, agora(), sem_acoes)).unwrap();
    assert_eq!(ended(&casa, id), discarded("posicao_removida"));
    assert_eq!(at_the_fence(&casa, id, hora(dia(NOITE))), "de outro");
}

/// A night that had read the régua before it was edited may decide after it.
#[test]
fn r04_one_that_was_decided_for_what_was_being_removed_is_discarded_at_the_fence() {
    for tabela in ["regua.acao", "regua.posicao"] {
        let casa = Casa::nova();
        let (id, _) = casa.queued();
        casa.run(&format!("UPDATE {tabela} SET removida_em = now()"));
        assert_eq!(at_the_fence(&casa, id, hora(dia(NOITE))), "descartada (posicao_removida)", "{tabela}");
        assert_eq!(ended(&casa, id), discarded("posicao_removida"));
    }
}

#[test]
fn g04_a_message_of_an_enrolment_that_closed_by_migration_is_already_discarded() {
    let casa = Casa::nova();
    let (id, _) = casa.queued();
    a_better_regua(&casa, "2026-01-01");
    casa.night("2026-03-03");
    assert_eq!(ended(&casa, id), discarded("migracao"));
    assert_eq!(at_the_fence(&casa, id, hora(dia("2026-03-03"))), "de outro");
}

/// One that was at the provider when its enrolment closed, and that the provider then asked to try again.
fn tried_again(casa: &Casa, id: ExecucaoId, meanwhile: impl FnOnce(&Casa)) -> String {
    let (cerca, de_novo) = (casa.claimed(id, LEASE), hora(dia("2026-03-03")));
    meanwhile(casa);
    let desfecho = Desfecho::Repetir { em: de_novo, conta: true, duvidosa: false };
    assert!(casa.dispatcher.da_empresa(casa.empresa, |t| finish(t, (id, cerca), desfecho, None)).unwrap());
    let fila = enqueue(&casa.dispatcher, &[Canal::Email], de_novo, (10, 1_000)).unwrap();
    assert!(fila.iter().any(|da_fila| da_fila.id == id));
    at_the_fence(casa, id, de_novo)
}

#[test]
fn g04_a_message_that_was_being_sent_when_its_enrolment_closed_is_not_sent_again() {
    let casa = Casa::nova();
    let (id, _) = casa.queued();
    let fim = tried_again(&casa, id, |casa| {
        a_better_regua(casa, "2026-01-01");
        casa.night("2026-03-03");
    });
    assert_eq!(fim, "descartada (migracao)");
    assert_eq!(ended(&casa, id), discarded("migracao"));
}

/// With what made it close undone, the títulos have no reason any more; a later night enrols them anew.
#[test]
fn g04_a_message_of_an_enrolment_left_without_titulos_ends_for_their_reason_or_for_having_none() {
    for (depois, motivo) in [(false, "titulo_a_vencer"), (true, "sem_titulo")] {
        let casa = Casa::nova();
        let (id, _) = casa.queued();
        let fim = tried_again(&casa, id, |casa| {
            casa.push(&[EntradaTitulo { vencimento: dia("2026-05-10"), ..item("1", devedor(1)) }]);
            casa.night("2026-03-03");
            if depois {
                casa.push(&[item("1", devedor(1))]);
            }
        });
        assert_eq!(fim, format!("descartada ({motivo})"));
        assert_eq!(ended(&casa, id), discarded(motivo));
    }
}

/// The enrolment goes on with what it still holds, and so does the message that waited.
#[test]
fn m09_a_titulo_that_went_to_another_regua_is_not_at_the_fence() {
    let casa = Casa::nova();
    casa.push(&[
        item("1", devedor(1)),
        EntradaTitulo { vencimento: dia("2026-02-20"), ..item("2", devedor(1)) },
    ]);
    let id = casa.queue_one();
    a_better_regua(&casa, "2026-02-15");
    casa.night("2026-03-03");
    assert_eq!(casa.execucao(id).titulos.len(), 2, "it was decided with both");
    assert_eq!(at_the_fence(&casa, id, hora(dia("2026-03-03"))), "NF 1");
    let outra = enqueue(&casa.dispatcher, &[Canal::Email], hora(dia("2026-03-03")), (10, 1_000)).unwrap();
    // A debtor gets one message at a time: the first has left.
    casa.run("UPDATE disparo.execucao SET estado = 'enviada', enviada_em = now(), lease_ate = NULL WHERE estado = 'enviando'");
    assert_eq!(at_the_fence(&casa, outra[0].id, hora(dia("2026-03-03"))), "NF 2");
}

#[test]
fn m11_the_fence_shows_the_preferred_contact_or_all_of_them_in_order() {
    let enderecos: Vec<_> = (0..=MAX_CONTATOS).rev().map(|n| format!("c{n}@x.com.br")).collect();
    for (destinatarios, quantos) in [(Destinatarios::Preferido, 1), (Destinatarios::Todos, MAX_CONTATOS)] {
        let casa = Casa::nova();
        let emails = enderecos.iter().map(|e| EnderecoEmail::parse(e).unwrap()).collect();
        casa.push_one(item("1", EntradaDevedor { emails: Some(emails), ..devedor(1) }));
        let id = casa.queue_one();
        casa.run(&format!("UPDATE regua.acao SET destinatarios = '{destinatarios}'"));
        let visto = casa.seen(id);
        assert_eq!(visto.contatos, enderecos[..quantos], "{destinatarios}");
        assert_eq!(visto.devedor_email.as_ref(), enderecos.first());
    }
}

#[test]
fn m11_without_a_contact_the_fence_shows_none() {
    let casa = Casa::nova();
    let (id, _) = casa.queued();
    assert_eq!(casa.seen(id).contatos, [""; 0]);
    assert_eq!(nome(&casa.claim(id, LEASE, &Envio::Enviar { titulos: vec![] })), "de outro");
}
