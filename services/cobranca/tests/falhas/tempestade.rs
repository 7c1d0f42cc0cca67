//! The storm: messages flow on two channels for several companies while faults that a seed chooses hit everything they pass
//! through. When it is over the books must agree, by SQL and by both ledgers.
//!
//! One short round in `make test`. `make faults` runs it for long: `COBRANCA_TESTE_RODADAS` (rounds) or `COBRANCA_TESTE_MINUTOS`
//! (as many as begin within), `COBRANCA_TESTE_SEMENTE` (of the first round; the next ones count on from it).
#![cfg(test)]

mod avisos;
mod balanco;
mod contagem;
mod frota;
mod golpes;
mod rodada;
mod roteiros;

use std::time::Duration;

use runtime::cronometro;
use testkit::{PostgresPrivado, RabbitPrivado, asked};

use contagem::Contagem;
use rodada::{Medida, Rodada};

/// Of the round in `make test`.
const SEMENTE: u64 = 20_261_122;

/// Tells how to see it again, if it was not over.
struct Semente(u64);

impl Drop for Semente {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("tempestade: para repetir, make faults RODADAS=1 SEMENTE={}", self.0);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_storm_of_faults_every_book_agrees() {
    let (rodadas, minutos) = (asked("COBRANCA_TESTE_RODADAS"), asked("COBRANCA_TESTE_MINUTOS"));
    let longa = rodadas.is_some() || minutos.is_some();
    let primeira = asked("COBRANCA_TESTE_SEMENTE").unwrap_or(SEMENTE);
    let medida = if longa { Medida::LONGA } else { Medida::CURTA };
    let (rabbit, postgres) =
        tokio::task::spawn_blocking(|| (RabbitPrivado::new(), PostgresPrivado::new())).await.unwrap();
    let (mut contagem, inicio) = (Contagem::default(), cronometro());
    for n in 0.. {
        let dentro = minutos.is_some_and(|m| inicio.decorrido() < Duration::from_mins(m));
        if n > 0 && n >= rodadas.unwrap_or(0) && !dentro {
            break;
        }
        let semente = Semente(primeira.wrapping_add(n));
        let rodada = Rodada::begin(semente.0, medida, (&rabbit, &postgres)).await;
        contagem.add(&rodada.play().await);
        eprintln!("tempestade: semente {} em ordem, aos {} s", semente.0, inicio.decorrido().as_secs());
    }
    contagem.segundos = inicio.decorrido().as_secs();
    eprintln!("{contagem}");
}
