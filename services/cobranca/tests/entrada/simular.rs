#![cfg(test)]
//! `?simular=true`: what a change would do is told, and nothing is done.

use testkit::{Observador, Resposta, Tabela};

use crate::casa::Casa;
use crate::documento::{Documento, Operacao};
use crate::leis::Leis;
use crate::matriz::requests;
use crate::pedido::{Pedido, client};

/// What a simulated change may write: the simulation itself.
const SIMULACOES: &str = "regua.simulacao";

/// The database but for the simulations.
fn look(olho: &mut Observador) -> Vec<Tabela> {
    olho.look().into_iter().filter(|tabela| tabela.nome != SIMULACOES).collect()
}

fn only_simulated(pedido: &Pedido) -> Pedido {
    Pedido { caminho: format!("{}?simular=true", pedido.caminho), ..pedido.clone() }
}

async fn send(casa: &Casa, leis: &Leis<'_>, operacao: &Operacao, pedido: &Pedido) -> Resposta {
    let resposta = pedido.send(&client(), &casa.base, Some(&casa.chave)).await.unwrap();
    leis.check(operacao, pedido, &resposta).unwrap();
    resposta
}

fn simulating(doc: &Documento) -> Vec<Operacao> {
    let operacoes: Vec<_> = doc.operations().into_iter().filter(Operacao::simulates).collect();
    assert!(operacoes.len() >= 8, "só {} operações simulam", operacoes.len());
    operacoes
}

/// Asked first to only tell and then to do, each operation says yes to both or no to both, for the same reason; and what
/// was only told changed nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_only_simulated_changes_nothing_and_is_refused_as_the_change_would_be() {
    let doc = Documento::new();
    let (leis, operacoes) = (Leis::new(&doc), simulating(&doc));
    let mut casa = Casa::new(&doc.operations()).await;
    casa.only_doors().await;
    let mut olho = casa.banco.observer();
    for operacao in &operacoes {
        let (mut feitas, mut recusadas) = (0, 0);
        for pedido in requests(&casa, operacao) {
            let antes = look(&mut olho);
            let simulada = send(&casa, &leis, operacao, &only_simulated(&pedido)).await;
            assert_eq!(look(&mut olho), antes, "{pedido:?} só devia ser simulado");
            let feita = send(&casa, &leis, operacao, &pedido).await;
            if feita.status < 400 {
                assert_eq!(simulada.expect(200).json["tipo"], "impacto", "{pedido:?}");
                feitas += 1;
            } else {
                let porque = |resposta: &Resposta| {
                    (resposta.status, resposta.json["codigo"].clone(), resposta.json["erros"].clone())
                };
                assert_eq!(porque(&simulada), porque(&feita), "{pedido:?}");
                recusadas += 1;
            }
        }
        assert!(feitas > 0, "{}: nada foi feito, e {recusadas} recusadas", operacao.nome());
    }
}

/// Rule r02, and a régua that is archived or not there: the simulation is refused and none is stored.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_simulation_of_a_change_is_not_stored() {
    let doc = Documento::new();
    let (leis, operacoes) = (Leis::new(&doc), simulating(&doc));
    let mut casa = Casa::new(&doc.operations()).await;
    casa.only_doors().await;
    let alheia = casa.key(casa.outra, web::Escopo::TODOS, None).1;
    let mut olho = casa.banco.observer();
    let antes = olho.look();
    for operacao in &operacoes {
        for pedido in requests(&casa, operacao) {
            let pedido = only_simulated(&pedido);
            // What names nothing of the first company is not refused.
            if operacao.list().is_some() {
                let resposta = pedido.send(&client(), &casa.base, Some(&alheia)).await.unwrap();
                assert_eq!(resposta.status, 404, "{pedido:?} {}", resposta.text);
                leis.problem(&resposta).unwrap();
            }
            let estranho =
                Pedido { caminho: pedido.caminho.replace("simular=true", "simular=talvez"), ..pedido };
            assert_eq!(send(&casa, &leis, operacao, &estranho).await.status, 422, "{estranho:?}");
        }
    }
    assert_eq!(olho.look(), antes, "uma recusa guardou alguma coisa");
}
