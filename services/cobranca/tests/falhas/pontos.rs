//! A process that is killed (SIGKILL) at each named point of the flow, while something outside holds it there: no failpoint
//! stands in the code. A second one finishes the work, and the books agree with both ledgers.
#![cfg(test)]

mod cena;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use providers::caixa::{Fala as FalaDoServidor, Fase as Verbo, Roteiro as RoteiroDoServidor};
use providers::operadora::{Como, Fala, Fase, Roteiro};

use crate::oraculo::Fins;
use cena::Cena;

/// Debtors of each point; as many e-mails and as many SMS, all of which one dispatcher has in hand at a time.
const DEVEDORES: usize = 6;
const ACOES: usize = 2 * DEVEDORES;
/// [`DEVEDORES`], as ledgers count.
const CADA: u64 = 6;
/// Points held at the same time: each mostly waits.
const JUNTOS: usize = 4;

/// Where it is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ponto {
    /// Relay: rows are `enfileirada`, nothing reached the broker.
    MarcadaEAindaNaoPublicada,
    /// Relay: the broker has the hints, its confirms have not come.
    PublicadaEAindaNaoConfirmada,
    /// Consumer: it has the hint, and its claim waits for a título that somebody holds.
    RecebidaEAindaNaoReivindicada,
    /// Consumer: claimed; the provider accepted the connection and has not read a byte.
    ReivindicadaEAindaNaoDita,
    /// The provider has heard it, and not taken it.
    DitaEAindaNaoAceita,
    /// The provider took it, and has not said so.
    AceitaEAindaNaoRespondida,
    /// The provider said so, and the result waits for a row that somebody holds.
    RespondidaEAindaNaoEscrita,
    /// The result is written; the ack has not left.
    EscritaEAindaNaoConfirmadaAoBroker,
    /// Sweeper: it waits for a row among those that it puts right.
    NoMeioDaVarredura,
    /// Receipts: they wait for the row that they speak of.
    NoMeioDoRecibo,
}

use Ponto as P;

const PONTOS: [Ponto; 10] = [
    P::MarcadaEAindaNaoPublicada,
    P::PublicadaEAindaNaoConfirmada,
    P::RecebidaEAindaNaoReivindicada,
    P::ReivindicadaEAindaNaoDita,
    P::DitaEAindaNaoAceita,
    P::AceitaEAindaNaoRespondida,
    P::RespondidaEAindaNaoEscrita,
    P::EscritaEAindaNaoConfirmadaAoBroker,
    P::NoMeioDaVarredura,
    P::NoMeioDoRecibo,
];

impl Ponto {
    /// What the two providers do at it.
    fn roteiros(self) -> (RoteiroDoServidor, Roteiro) {
        let sempre = |verbo, fase, fala| {
            (RoteiroDoServidor::sempre(verbo, FalaDoServidor::Segurar), Roteiro::sempre(fase, fala))
        };
        match self {
            P::ReivindicadaEAindaNaoDita => {
                sempre(Verbo::Saudacao, Fase::Conexao, Fala::sem_guardar(Como::Segurar))
            }
            // Once let go it takes what it is given.
            P::DitaEAindaNaoAceita => (
                RoteiroDoServidor::sempre(Verbo::Data, FalaDoServidor::Segurar),
                Roteiro::new(|momento| {
                    let ouve = momento.fase == Fase::Pedido && momento.pedido < CADA;
                    if ouve { Fala::sem_guardar(Como::Segurar) } else { Fala::normal() }
                }),
            ),
            P::AceitaEAindaNaoRespondida | P::RespondidaEAindaNaoEscrita => {
                sempre(Verbo::Corpo, Fase::Pedido, Fala::guardando(Como::Segurar))
            }
            P::MarcadaEAindaNaoPublicada
            | P::PublicadaEAindaNaoConfirmada
            | P::RecebidaEAindaNaoReivindicada
            | P::EscritaEAindaNaoConfirmadaAoBroker
            | P::NoMeioDaVarredura
            | P::NoMeioDoRecibo => (RoteiroDoServidor::normal(), Roteiro::normal()),
        }
    }

    /// How the actions end: what may have left as an e-mail is in doubt, and as an SMS is given again under the same key.
    fn esperado(self) -> Fins {
        let fins: &[(&str, usize)] = match self {
            P::ReivindicadaEAindaNaoDita
            | P::DitaEAindaNaoAceita
            | P::AceitaEAindaNaoRespondida
            | P::RespondidaEAindaNaoEscrita
            | P::NoMeioDaVarredura => &[("enviada", DEVEDORES), ("incerta", DEVEDORES)],
            P::NoMeioDoRecibo => &[("enviada", DEVEDORES), ("entregue", DEVEDORES)],
            P::MarcadaEAindaNaoPublicada
            | P::PublicadaEAindaNaoConfirmada
            | P::RecebidaEAindaNaoReivindicada
            | P::EscritaEAindaNaoConfirmadaAoBroker => &[("enviada", ACOES)],
        };
        fins.iter().map(|(fim, n)| ((*fim).to_owned(), *n)).collect()
    }

    /// How many of the e-mails the mail server has in the end.
    fn emails(self) -> u64 {
        match self {
            P::ReivindicadaEAindaNaoDita | P::DitaEAindaNaoAceita | P::NoMeioDaVarredura => 0,
            P::MarcadaEAindaNaoPublicada
            | P::PublicadaEAindaNaoConfirmada
            | P::RecebidaEAindaNaoReivindicada
            | P::AceitaEAindaNaoRespondida
            | P::RespondidaEAindaNaoEscrita
            | P::EscritaEAindaNaoConfirmadaAoBroker
            | P::NoMeioDoRecibo => CADA,
        }
    }
}

#[test]
fn killed_at_each_named_point_nothing_is_lost_and_nothing_is_doubled() {
    let proximo = AtomicUsize::new(0);
    let work = || {
        while let Some(ponto) = PONTOS.get(proximo.fetch_add(1, Ordering::SeqCst)) {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async { Cena::at(*ponto).await.play().await });
        }
    };
    thread::scope(|juntos| {
        for _ in 0..JUNTOS {
            juntos.spawn(work);
        }
    });
}
