//! The rate of a provider account, shared by whoever sends by it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bus::local::Local;
use dispatcher::{Ajustes, Saida};
use domain::execucao::{Canal, Taxa};
use providers::http::{Cliente, Config};
use providers::operadora::{Operadora, Roteiro};
use providers::sms::ClienteSms;
use runtime::{Encerramento, cronometro};
use tempfile::TempDir;
use testkit::wait_until;

use crate::apoio::{PRAZO, Servico, agora};

/// One call at a time and one hint in hand, so that two processes share the work.
fn ajustes(por_segundo: u16) -> Ajustes {
    let mut ajustes = Ajustes::from_config(&runtime::Config::default());
    ajustes.taxas.insert(Canal::Sms, Taxa::new(por_segundo).unwrap());
    (ajustes.concorrencia, ajustes.prefetch) = (1, 1);
    ajustes
}

fn saida(operadora: &Operadora) -> Vec<Saida> {
    let interna = Config { permite_rede_interna: true, ..Config::default() };
    let http = Arc::new(Cliente::new(&interna).unwrap());
    vec![Saida::Sms { cliente: ClienteSms::new(operadora.config(None), http).unwrap() }]
}

/// So many debtors with an SMS each, of the company that the service now is.
fn decide(servico: &Servico, quantos: usize) {
    servico.regua(&[(Canal::Sms, "#PRIMEIRO_NOME#, fale conosco.")]);
    for n in 0..quantos {
        servico.push(&format!("d{n}"), &[("2026-02-02", 1_000)]);
    }
    servico.night("2026-03-10", agora());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_on_one_account_send_no_more_together_than_it_takes() {
    /// What leaves at once after a silence; tokens may be a second old; each process has one message in flight.
    const DE_UMA_VEZ: u128 = 5 + 20 + 2;
    let cabem = |tempo: Duration| 20 * tempo.as_micros() + DE_UMA_VEZ * 1_000_000;
    let pasta = TempDir::new().unwrap();
    let operadora = Operadora::start(pasta.path(), Roteiro::normal()).await.unwrap();
    let bus = Arc::new(Local::new());
    let (mut servico, um) = Servico::tuned(saida(&operadora), ajustes(20), Arc::clone(&bus));
    let outro = servico.another(saida(&operadora), ajustes(20), bus);
    // A hint is of one company: six of them, so that there is one for whoever is free.
    for _ in 0..6 {
        servico.become_another_company();
        decide(&servico, 10);
    }

    let medida = cronometro();
    servico.run(um);
    servico.run(outro);
    wait_until(PRAZO, async || {
        let chegaram = u128::from(operadora.total());
        let tempo = medida.decorrido();
        assert!(chegaram * 1_000_000 <= cabem(tempo), "{chegaram} in {tempo:?}");
        chegaram >= 60
    })
    .await;
    assert!(
        medida.decorrido() >= Duration::from_millis(2_700),
        "sixty less a block take {:?}",
        medida.decorrido()
    );
    assert_eq!(operadora.conexoes(), 2, "both sent, each by its own connection");

    let instante = |arquivo: &std::path::Path| arquivo.metadata().unwrap().modified().unwrap();
    let mut quando: Vec<SystemTime> = operadora.recebidas().iter().map(|r| instante(&r.arquivo)).collect();
    quando.sort();
    for (i, de) in quando.iter().enumerate() {
        for (quantas, ate) in (1_u128..).zip(&quando[i..]) {
            let tempo = ate.duration_since(*de).unwrap();
            assert!(quantas * 1_000_000 <= cabem(tempo), "{quantas} in {tempo:?}");
        }
    }
}

/// What the account takes in the next half minute is promised to others.
#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_the_account_holds_nothing_and_ends_at_once() {
    let pasta = TempDir::new().unwrap();
    let operadora = Operadora::start(pasta.path(), Roteiro::normal()).await.unwrap();
    let saidas = saida(&operadora);
    let Saida::Sms { cliente } = &saidas[0] else { panic!("it is an SMS") };
    let (provedor, conta) = (cliente.nome(), cliente.conta());
    let (servico, dispatcher) = Servico::tuned(saidas, ajustes(1), Arc::new(Local::new()));
    decide(&servico, 40);
    let daqui = "clock_timestamp() + interval '30 seconds'";
    servico.sql().run(&format!("INSERT INTO disparo.taxa VALUES ('{provedor}', '{conta}', {daqui})"));
    let promessas = "(SELECT round(extract(epoch FROM ate) * 1000)::bigint FROM disparo.taxa)";
    let antes = servico.sql().number(promessas);

    let fim = Encerramento::new();
    let tarefa = tokio::spawn(dispatcher.run(fim.clone()));
    wait_until(PRAZO, async || servico.sql().number(promessas) > antes).await;
    let medida = cronometro();
    fim.pedir();
    tarefa.await.unwrap();
    assert!(
        medida.decorrido() < Duration::from_secs(10),
        "its turn is in half a minute: {:?}",
        medida.decorrido()
    );
    let resumo = servico.http.get("/v1/execucoes/resumo").await.expect(200).json;
    assert_eq!(resumo["por_estado"]["enfileirada"], 40, "none was claimed, none was sent: {resumo}");
    assert_eq!(operadora.pedidos(), 0);
    let esperam = servico.list("/v1/execucoes?limite=100").await;
    assert!(esperam.iter().all(|execucao| execucao["tentativas"] == 0), "waiting costs no attempt");
}
