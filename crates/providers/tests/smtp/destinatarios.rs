//! One message for several recipients (rule m11): what each of them was answered, and what the message comes to.

use providers::caixa::{Fala, Fase, Roteiro};
use providers::email::{Causa, Quebra, Resultado, Verbo};

use crate::apoio::{Posta, cliente, mensagem_para, posta};

const TODOS: [&str; 3] = ["a@exemplo.com.br", "b@exemplo.com.br", "c@exemplo.com.br"];

/// A relay that answers to RCPT as told, recipient by recipient.
fn answering(falas: &'static [(&str, Fala)]) -> Roteiro {
    Roteiro::new(|momento| {
        let fala = falas.iter().find(|(para, _)| momento.fase == Fase::Rcpt && momento.para == Some(*para));
        fala.map_or(Fala::Normal, |(_, fala)| fala.clone())
    })
}

/// Sends one message to all three; answers with the result and the envelopes in the ledger.
async fn send(falas: &'static [(&str, Fala)]) -> (Resultado, Vec<Vec<String>>) {
    let posta = posta(answering(falas)).await;
    let resultado = cliente(&posta).send(&mensagem_para(1, &TODOS)).await;
    (resultado, envelopes(&posta))
}

fn envelopes(posta: &Posta) -> Vec<Vec<String>> {
    posta.caixa.recebidas().into_iter().map(|recebida| recebida.para).collect()
}

#[tokio::test]
async fn m11_one_message_goes_to_each_recipient_once() {
    let (resultado, envelopes) = send(&[]).await;
    let Resultado::Aceita { recusas, .. } = resultado else { panic!("{resultado:?}") };
    assert_eq!(recusas, []);
    assert_eq!(envelopes, [TODOS.map(str::to_owned)]);
}

#[tokio::test]
async fn m11_who_is_refused_is_told_and_the_others_get_it() {
    let falas = &[(TODOS[0], Fala::Responder(550)), (TODOS[2], Fala::Responder(450))];
    let (resultado, envelopes) = send(falas).await;
    let Resultado::Aceita { resposta, recusas } = resultado else { panic!("{resultado:?}") };
    assert_eq!((resposta.verbo(), resposta.codigo()), (Verbo::Corpo, 250));
    let recusas: Vec<_> = recusas.iter().map(|r| (r.endereco(), r.resposta().codigo())).collect();
    assert_eq!(recusas, [(TODOS[0], 550), (TODOS[2], 450)]);
    assert_eq!(envelopes, [[TODOS[1]]]);
}

#[tokio::test]
async fn m11_all_refused_for_good_is_permanent_and_one_that_may_pass_is_temporary() {
    const NAO: Fala = Fala::Responder(550);
    let (resultado, envelopes) = send(&[(TODOS[0], NAO), (TODOS[1], NAO), (TODOS[2], NAO)]).await;
    let Resultado::Permanente { resposta } = resultado else { panic!("{resultado:?}") };
    assert_eq!((resposta.verbo(), resposta.codigo(), envelopes.len()), (Verbo::Rcpt, 550, 0));

    let agora_nao = &[(TODOS[0], NAO), (TODOS[1], Fala::Responder(450)), (TODOS[2], NAO)];
    let (resultado, envelopes) = send(agora_nao).await;
    let Resultado::Temporaria { causa: Causa::Resposta(resposta) } = resultado else {
        panic!("{resultado:?}")
    };
    assert_eq!((resposta.verbo(), resposta.codigo(), envelopes.len()), (Verbo::Rcpt, 450, 0));
}

#[tokio::test]
async fn m11_a_session_that_ends_between_two_recipients_left_nothing() {
    let (resultado, envelopes) = send(&[(TODOS[1], Fala::Cortar)]).await;
    let causa = Causa::Conversa { verbo: Verbo::Rcpt, quebra: Quebra::Cortada };
    assert_eq!((resultado, envelopes.len()), (Resultado::Temporaria { causa }, 0));
    let (resultado, envelopes) = send(&[(TODOS[1], Fala::Responder(421))]).await;
    let Resultado::Temporaria { causa: Causa::Resposta(resposta) } = resultado else {
        panic!("{resultado:?}")
    };
    assert_eq!((resposta.codigo(), envelopes.len()), (421, 0));
}

#[tokio::test]
async fn m11_what_was_refused_is_forgotten_before_the_next_message() {
    let posta = posta(answering(&[(TODOS[0], Fala::Responder(550))])).await;
    let cliente = cliente(&posta);
    assert!(matches!(cliente.send(&mensagem_para(1, &TODOS[..1])).await, Resultado::Permanente { .. }));
    assert!(matches!(cliente.send(&mensagem_para(2, &TODOS)).await, Resultado::Aceita { .. }));
    assert!(matches!(cliente.send(&mensagem_para(3, &TODOS[2..])).await, Resultado::Aceita { .. }));
    let enderecos = |quais: &[&str]| quais.iter().map(|e| (*e).to_owned()).collect::<Vec<_>>();
    assert_eq!(envelopes(&posta), [enderecos(&TODOS[1..]), enderecos(&TODOS[2..])]);
    assert_eq!(posta.caixa.conexoes(), 1);
}

#[tokio::test]
async fn m11_debug_of_a_refusal_shows_no_address() {
    let texto = format!("{:?}", send(&[(TODOS[0], Fala::Responder(550))]).await.0);
    assert!(texto.contains("550") && !texto.contains("exemplo.com.br"), "{texto}");
}
