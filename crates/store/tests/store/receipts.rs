//! Receipts of delivery: late, twice, in any order, and of messages that are nobody's.

use domain::execucao::{Canal, Desfecho, Estado, Motivo};
use domain::ids::ExecucaoId;
use domain::telefone::Telefone;
use store::disparos::{
    self, Chamada, MensagemMontada, Recibo, Resultado, enqueue, opt_out, receive, sweep_receipts,
};
use store::titulos::{EntradaDevedor, EntradaTitulo, upsert};

use crate::apoio::{Casa, LEASE, NOITE, agora, devedor, dia, hora, item, nova_empresa};

const PROVEDOR: &str = "http";

fn recibo(mensagem: &str, estado: Estado) -> Recibo {
    Recibo { mensagem: mensagem.to_owned(), estado, causa: None, em: None }
}

fn finish(casa: &Casa, (id, cerca): (ExecucaoId, i64), desfecho: Desfecho, provedor_id: Option<&str>) {
    let chamada = Chamada {
        provedor: PROVEDOR,
        provedor_id: provedor_id.map(str::to_owned),
        efeito: None,
        resposta: "202".to_owned(),
        terminou_em: hora(dia(NOITE)),
        mensagem: MensagemMontada {
            destinatario: "+5511987654321".to_owned(),
            assunto: None,
            texto: "x".to_owned(),
            titulos: vec![],
            montada_em: hora(dia(NOITE)),
        },
    };
    let resultado = Resultado { id, cerca, desfecho, chamada: Some(chamada) };
    let escritas = casa
        .dispatcher
        .da_empresa(casa.empresa, |t| disparos::finish(t, std::slice::from_ref(&resultado)))
        .unwrap();
    assert_eq!(escritas.len(), 1);
}

fn sent(provedor_id: Option<&str>) -> (Casa, ExecucaoId) {
    let casa = Casa::nova();
    let (id, _) = casa.queued();
    let cerca = casa.claimed(id, LEASE);
    finish(&casa, (id, cerca), Desfecho::Enviada { em: hora(dia(NOITE)) }, provedor_id);
    (casa, id)
}

fn estado(casa: &Casa, id: ExecucaoId) -> String {
    let lida = casa.execucao(id);
    lida.motivo.map_or(lida.estado.clone(), |motivo| format!("{} {motivo}", lida.estado))
}

#[test]
fn in_whatever_order_they_come_the_farthest_stands() {
    use Estado::{Devolvida, Entregue, Enviada, Lida};
    for (chegam, fim) in [
        (vec![Enviada, Entregue], "entregue"),
        (vec![Entregue, Enviada], "entregue"),
        (vec![Lida, Entregue, Enviada], "lida"),
        (vec![Devolvida], "devolvida nao_entregue"),
        (vec![Entregue, Devolvida], "entregue"),
        (vec![Devolvida, Entregue], "devolvida nao_entregue"),
    ] {
        let (casa, id) = sent(Some("m-1"));
        for estado in &chegam {
            assert_eq!(receive(&casa.dispatcher, PROVEDOR, &[recibo("m-1", *estado)], agora()).unwrap(), 1);
        }
        assert_eq!(estado(&casa, id), fim, "{chegam:?}");
        // The same ones again, all in one call.
        let todos: Vec<_> = chegam.iter().map(|estado| recibo("m-1", *estado)).collect();
        assert_eq!(receive(&casa.dispatcher, PROVEDOR, &todos, agora()).unwrap(), 0);
        assert_eq!(estado(&casa, id), fim);
    }
}

#[test]
fn together_in_one_call_the_farthest_is_taken_at_once() {
    let (casa, id) = sent(Some("m-1"));
    let todos = [Estado::Enviada, Estado::Lida, Estado::Entregue].map(|estado| recibo("m-1", estado));
    assert_eq!(receive(&casa.dispatcher, PROVEDOR, &todos, agora()).unwrap(), 3);
    assert_eq!(estado(&casa, id), "lida");
}

#[test]
fn a_receipt_settles_a_doubt_also_by_our_own_key() {
    for doubt in ["SELECT 1", "UPDATE disparo.execucao SET estado = 'revisao_manual'"] {
        let casa = Casa::nova();
        let (id, _) = casa.queued();
        let cerca = casa.claimed(id, LEASE);
        finish(&casa, (id, cerca), Desfecho::Incerta { motivo: Motivo::ResultadoDesconhecido }, None);
        casa.run(doubt);
        assert_eq!(
            receive(&casa.dispatcher, PROVEDOR, &[recibo(&id.to_string(), Estado::Entregue)], agora())
                .unwrap(),
            1
        );
        let lida = casa.execucao(id);
        assert_eq!((lida.estado.as_str(), lida.motivo), ("entregue", None));
        assert!(lida.enviada_em.is_some());
    }
}

#[test]
fn one_that_comes_before_our_own_answer_waits_for_it() {
    let casa = Casa::nova();
    let (id, _) = casa.queued();
    let cerca = casa.claimed(id, LEASE);
    receive(&casa.dispatcher, PROVEDOR, &[recibo("m-1", Estado::Entregue)], agora()).unwrap();
    assert_eq!((sweep_receipts(&casa.dispatcher).unwrap(), estado(&casa, id)), (0, "enviando".to_owned()));
    finish(&casa, (id, cerca), Desfecho::Enviada { em: hora(dia(NOITE)) }, Some("m-1"));
    assert_eq!((sweep_receipts(&casa.dispatcher).unwrap(), estado(&casa, id)), (1, "entregue".to_owned()));
    assert_eq!(sweep_receipts(&casa.dispatcher).unwrap(), 0);
    assert_eq!(casa.n("SELECT count(*) FROM disparo.recibo WHERE execucao_id IS NULL"), 0);
}

#[test]
fn one_that_comes_while_it_waits_to_be_asked_for_again_is_applied_when_that_is_answered() {
    let casa = Casa::nova();
    let (id, _) = casa.queued();
    let cerca = casa.claimed(id, LEASE);
    let de_novo = Desfecho::Repetir { em: hora(dia(NOITE)), conta: true, duvidosa: true };
    finish(&casa, (id, cerca), de_novo, None);
    receive(&casa.dispatcher, PROVEDOR, &[recibo(&id.to_string(), Estado::Entregue)], agora()).unwrap();
    assert_eq!((sweep_receipts(&casa.dispatcher).unwrap(), estado(&casa, id)), (0, "pendente".to_owned()));
    enqueue(&casa.dispatcher, &[Canal::Email], hora(dia(NOITE)), (9, 1_000)).unwrap();
    let cerca = casa.claimed(id, LEASE);
    finish(&casa, (id, cerca), Desfecho::Enviada { em: hora(dia(NOITE)) }, Some("m-1"));
    assert_eq!((sweep_receipts(&casa.dispatcher).unwrap(), estado(&casa, id)), (1, "entregue".to_owned()));
}

#[test]
fn of_a_message_that_is_nobodys_nothing_is_said_and_after_a_week_nothing_is_kept() {
    let (casa, id) = sent(Some("m-1"));
    let alheios = [
        recibo("m-2", Estado::Entregue),
        recibo("", Estado::Entregue),
        recibo("'; DROP TABLE disparo.recibo; --", Estado::Lida),
        recibo("00000000-0000-0000-0000-000000000000", Estado::Devolvida),
        recibo("an-id-of-thirty-six-letters-no-key-x", Estado::Entregue),
    ];
    assert_eq!(receive(&casa.dispatcher, PROVEDOR, &alheios, agora()).unwrap(), 5);
    assert_eq!(receive(&casa.dispatcher, "smtp", &alheios, agora()).unwrap(), 5);
    // Another provider's id is another message.
    assert_eq!(receive(&casa.dispatcher, "zenvia", &[recibo("m-1", Estado::Lida)], agora()).unwrap(), 1);
    assert_eq!(estado(&casa, id), "enviada");
    assert_eq!(receive(&casa.dispatcher, PROVEDOR, &[], agora()).unwrap(), 0);
    casa.run("UPDATE disparo.recibo SET recebido_em = recebido_em - interval '8 days'");
    assert_eq!(sweep_receipts(&casa.dispatcher).unwrap(), 0);
    assert_eq!(casa.n("SELECT count(*) FROM disparo.recibo"), 0);
}

#[test]
fn who_answers_that_he_wants_no_more_gets_no_more_sms_of_any_company_and_still_e_mails() {
    let casa = Casa::nova();
    let outra = nova_empresa(&casa.titulos, "Outra");
    let com_fone = |n: &str, fone: &str| EntradaTitulo {
        devedor: EntradaDevedor { telefones: Some(vec![Telefone::parse(fone).unwrap()]), ..devedor(1) },
        ..item(n, devedor(1))
    };
    let fone = Telefone::parse("(11) 98765-4321").unwrap();
    for empresa in [casa.empresa, outra] {
        casa.titulos.da_empresa(empresa, |t| upsert(t, &[com_fone("1", fone.as_str())], agora())).unwrap();
    }
    let alheio = Telefone::parse("(11) 98765-4322").unwrap();
    assert_eq!(opt_out(&casa.dispatcher, &[alheio], agora()).unwrap(), 0);
    assert_eq!(opt_out(&casa.dispatcher, &[], agora()).unwrap(), 0);
    assert_eq!(opt_out(&casa.dispatcher, &[fone.clone(), fone.clone()], agora()).unwrap(), 2);
    assert_eq!(opt_out(&casa.dispatcher, &[fone], agora()).unwrap(), 0, "once");
    assert_eq!(casa.texts("SELECT DISTINCT canal AS x FROM cadastro.opt_out"), ["sms"]);
}
