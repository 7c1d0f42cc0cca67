//! What comes on the broker and should not: hints twice and in any order, of another company, and bytes that are none.
#![cfg(test)]

use bus::Mensagem;
use runtime::Relogio;
use testkit::{Vhost, wait_until};
use uuid::Uuid;

use crate::casa::{PRAZO, executions};
use crate::dispatcher::hints_for_nothing;
use crate::oraculo::{both_holding_from, company_on_both, hands_full, let_go, settle_all_sent, states};
use crate::sorte::Sorte;

const EXCHANGE: &str = "cobranca.acoes";
const DEVEDORES: usize = 60;
const ACOES: usize = 2 * DEVEDORES;
const JUNK: usize = 1024 * 1024;

/// A hint as the relay writes it.
pub(crate) fn hint(canal: &str, empresa: Uuid, ids: Vec<Uuid>) -> Vec<u8> {
    let agora = Relogio::Sistema.agora();
    Mensagem::new(Uuid::now_v7(), canal, empresa, agora, ids).unwrap().to_json().unwrap()
}

/// Bytes of each kind that nobody can read. No two calls make the same ones.
pub(crate) fn poison(canal: &str, sorte: &mut Sorte) -> Vec<(&'static str, Vec<u8>)> {
    let boa = || String::from_utf8(hint(canal, Uuid::now_v7(), vec![Uuid::now_v7()])).unwrap();
    let mut virada = boa().into_bytes();
    // A bit of one of its structural characters: what is left is no JSON, or no message.
    let onde: Vec<usize> = (0..virada.len()).filter(|n| b"{}[]\":,".contains(&virada[*n])).collect();
    virada[onde[sorte.below(onde.len())]] ^= 0x20;
    let mut lixo = Uuid::now_v7().to_string().into_bytes();
    lixo.resize(JUNK, b'x');
    vec![
        ("um bit virado", virada),
        ("versão que não há", boa().replace("\"versao\":1", "\"versao\":7").into_bytes()),
        ("um megabyte de nada", lixo),
        ("cortada", boa().trim_end_matches('}').as_bytes().to_vec()),
        ("de outro tipo", boa().replace("acao.", "acoes.").into_bytes()),
        ("sem execuções", hint_without_ids(&boa())),
    ]
}

fn hint_without_ids(boa: &str) -> Vec<u8> {
    let (antes, _) = boa.split_once("\"execucoes\":[").unwrap();
    format!("{antes}\"execucoes\":[]}}}}").into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn hints_twice_out_of_order_and_of_another_company_change_nothing_and_garbage_is_put_aside() {
    let vhost = Vhost::new();
    let mut sorte = Sorte::new(7);
    let mut casa = both_holding_from(0, vhost.amqp_url()).await;
    let (empresa, outra) = (company_on_both(&mut casa).await, company_on_both(&mut casa).await);
    empresa.push(DEVEDORES).await;
    let mut dispatcher = casa.dispatcher(&[]);
    let api = empresa.at(&mut dispatcher).await;
    empresa.night().await;
    wait_until(PRAZO, async || hands_full(&casa) && states(&api).await.get("pendente") == Some(&0)).await;

    let mut venenos = Vec::new();
    for canal in ["email", "sms"] {
        let mut ids: Vec<Uuid> = executions(&api).await.iter().map(|e| id(&e["id"])).collect();
        // Of the other channel too: what a hint says, the row knows better.
        sorte.shuffle(&mut ids);
        for alguns in ids.chunks(17).rev() {
            for de_quem in [empresa.id, empresa.id, outra.id, Uuid::now_v7()] {
                let rota = format!("acao.{canal}");
                assert!(vhost.publish(EXCHANGE, &rota, &hint(canal, de_quem, alguns.to_vec())));
            }
        }
        for (qual, veneno) in poison(canal, &mut sorte) {
            assert!(vhost.publish(EXCHANGE, &format!("acao.{canal}"), &veneno), "{qual}");
            venenos.push(beginning(&veneno));
        }
    }
    let_go(&casa);
    settle_all_sent(&casa, &api, ACOES).await;
    // Every hint of one in whose name it is nobody's, on each channel; and again whatever was done with already.
    wait_until(PRAZO, async || hints_for_nothing(&api).await >= 2 * 2 * ACOES).await;
    settle_all_sent(&casa, &api, ACOES).await;
    assert_eq!((casa.caixa.total(), casa.operadora.total()), (60, 60));

    venenos.sort();
    wait_until(PRAZO, async || buried(&vhost).len() == venenos.len()).await;
    assert_eq!((buried(&vhost), given_up(&vhost)), (venenos, 0));
    let filas = ["dispatcher.email", "dispatcher.sms"];
    wait_until(PRAZO, async || filas.iter().all(|fila| vhost.depth(fila) == 0)).await;
}

fn id(texto: &serde_json::Value) -> Uuid {
    texto.as_str().unwrap().parse().unwrap()
}

/// As much of a message as tells it from every other.
pub(crate) fn beginning(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(150)]).into_owned()
}

/// The beginnings of what lies in the dead-letter queues and nobody can read, in order.
pub(crate) fn buried(vhost: &Vhost) -> Vec<String> {
    let ilegiveis = dead(vhost).filter(|morta| Mensagem::parse(morta.as_bytes()).is_err());
    let mut ilegiveis: Vec<_> = ilegiveis.map(|morta| beginning(morta.as_bytes())).collect();
    ilegiveis.sort();
    ilegiveis
}

/// How many hints lie there that can be read: they came back to the broker too often, with one connection after the other.
pub(crate) fn given_up(vhost: &Vhost) -> usize {
    dead(vhost).filter(|morta| Mensagem::parse(morta.as_bytes()).is_ok()).count()
}

fn dead(vhost: &Vhost) -> impl Iterator<Item = String> {
    ["dispatcher.email.mortas", "dispatcher.sms.mortas"].into_iter().flat_map(|fila| vhost.peek(fila))
}
