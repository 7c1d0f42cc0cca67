//! Letters of a batch, and one that is called off while they are on their way to a file (rules b23, c01).

use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use domain::execucao::Canal;
use domain::ids::LoteId;
use domain::lote::EstadoLote;
use store::arquivos::Posse;
use store::cartas::{self, Ajuntamento};
use store::lotes::{self, Confirmacao, Passo};

use crate::apoio::{LEASE, agora};
use crate::lotes::{Mesa, de_ana};
use crate::lotes_work::work;

const RETIRADAS: &str = "SELECT count(*) FROM disparo.carta WHERE retirada_motivo = 'lote_cancelado'";

/// A batch of letters to `n` debtors, whose executions are made.
fn made(n: u32) -> (Mesa, LoteId) {
    let mesa = Mesa::nova(n, 0);
    let (id, template) = (mesa.novo(Canal::Carta), mesa.template(Canal::Carta, "Carta"));
    mesa.casa.run(
        "INSERT INTO cadastro.meio_contato (empresa_id, devedor_id, tipo, valor, ordem, preferido, endereco) \
         SELECT empresa_id, id, 'endereco', 'x', 1, false, \
                '{\"logradouro\": \"Rua A\", \"cidade\": \"Recife\", \"uf\": \"PE\", \"cep\": \"50010000\"}' \
           FROM cadastro.devedor",
    );
    mesa.selecionar(id, &de_ana()).unwrap();
    mesa.escolher(id, template).unwrap();
    assert_eq!(mesa.confirmar(id), Confirmacao::Confirmado);
    work(&mesa, id);
    mesa.casa.run("UPDATE disparo.execucao SET estado = 'enfileirada'");
    mesa.casa.run("UPDATE disparo.execucao SET estado = 'enviando', lease_ate = now() + interval '1 hour'");
    (mesa, id)
}

/// As if a dispatcher had composed those that it has.
fn composed(mesa: &Mesa) {
    mesa.casa.run(
        "WITH feitas AS (UPDATE disparo.execucao SET estado = 'enviada', lease_ate = NULL, enviada_em = now() \
                          WHERE estado = 'enviando' RETURNING *) \
         INSERT INTO disparo.carta (empresa_id, id, devedor_id, acao_id, data, nome, endereco, cep, corpo, identificacao, titulos, \
                                    saldos, vencimentos, montada_em) \
         SELECT empresa_id, id, devedor_id, lote_id, data, 'x', '{}', '50010000', '{}', 'x', '{}', '{}', '{}', now() FROM feitas",
    );
}

fn call_off(mesa: &Mesa, id: LoteId) {
    mesa.gravar(|t| {
        let lote = lotes::lock(t, id)?.unwrap();
        lotes::cancel(t, &lote, agora())
    })
    .unwrap();
}

fn gather(mesa: &Mesa, paciencia: Duration) -> Option<Posse> {
    let ajuntamento = Ajuntamento { espera: Duration::ZERO, paciencia, maximo: 10, lease: LEASE };
    let gather = |t: &mut store::Tenant<'_>| cartas::gather(t, &ajuntamento, agora());
    mesa.casa.dispatcher.da_empresa(mesa.casa.empresa, gather).unwrap()
}

#[test]
fn b23_a_letter_that_is_in_no_file_goes_with_its_batch() {
    let (mesa, id) = made(2);
    composed(&mesa);
    assert_eq!((work(&mesa, id), mesa.ler(id).estado), (Passo::Espera, EstadoLote::Processando));
    call_off(&mesa, id);
    assert_eq!(work(&mesa, id), Passo::Terminou(EstadoLote::Cancelada));
    assert_eq!(mesa.casa.n(RETIRADAS), 2);
}

#[test]
fn b23_a_letter_that_was_being_composed_when_its_batch_was_called_off_is_taken_out_too() {
    let (mesa, id) = made(2);
    call_off(&mesa, id);
    assert_eq!(work(&mesa, id), Passo::Espera, "a dispatcher has them");
    composed(&mesa);
    assert_eq!(work(&mesa, id), Passo::Terminou(EstadoLote::Cancelada));
    assert_eq!(mesa.casa.n(RETIRADAS), 2);
}

#[test]
fn b23_an_execution_that_comes_back_from_a_dispatcher_goes_with_its_batch() {
    let (mesa, id) = made(1);
    call_off(&mesa, id);
    assert_eq!(work(&mesa, id), Passo::Espera, "a dispatcher has it");
    mesa.casa.run("UPDATE disparo.execucao SET estado = 'pendente', lease_ate = NULL");
    assert_eq!(work(&mesa, id), Passo::Terminou(EstadoLote::Cancelada));
    assert_eq!(mesa.casa.n("SELECT count(*) FROM disparo.execucao WHERE motivo = 'lote_cancelado'"), 1);
}

#[test]
fn b23_a_letter_that_somebody_holds_is_waited_for() {
    let (mesa, id) = made(2);
    composed(&mesa);
    call_off(&mesa, id);
    let mut outra = mesa.casa.root();
    outra.batch_execute("BEGIN; SELECT FROM disparo.carta ORDER BY id LIMIT 1 FOR UPDATE").unwrap();
    assert_eq!((work(&mesa, id), mesa.casa.n(RETIRADAS)), (Passo::Espera, 1));
    outra.batch_execute("ROLLBACK").unwrap();
    assert_eq!((work(&mesa, id), mesa.casa.n(RETIRADAS)), (Passo::Terminou(EstadoLote::Cancelada), 2));
}

#[test]
fn b23_a_letter_that_was_called_off_says_so_beside_its_debtor_and_on_his_timeline() {
    let (mesa, id) = made(1);
    composed(&mesa);
    call_off(&mesa, id);
    work(&mesa, id);
    let itens = mesa.gravar(|t| lotes::items(t, id, None, 10));
    let feito = itens[0].feito.as_ref().unwrap();
    assert_eq!((feito.estado.as_str(), feito.motivo.as_deref()), ("enviada", Some("lote_cancelado")));
    let fatos = "SELECT concat_ws(' ', dados->'carta'->>'fato', dados->'carta'->>'motivo', chave = id || ':retirada') AS x \
                   FROM disparo.acontecimento JOIN disparo.carta USING (empresa_id, devedor_id)";
    assert_eq!(mesa.casa.texts(fatos), ["retirada lote_cancelado t"]);
}

#[test]
fn b23_letters_of_a_batch_that_was_called_off_are_gathered_in_no_file() {
    let (mesa, id) = made(2);
    composed(&mesa);
    call_off(&mesa, id);
    // Before any worker has looked: by the quiet of its group, and by the end of all patience.
    for paciencia in [Duration::from_hours(1), Duration::ZERO] {
        assert_eq!(gather(&mesa, paciencia), None);
    }
    assert_eq!(work(&mesa, id), Passo::Terminou(EstadoLote::Cancelada));
    assert_eq!(mesa.casa.n(RETIRADAS), 2);
}

#[test]
fn c01_a_letter_that_is_taken_out_while_it_is_gathered_is_in_no_file() {
    let (mesa, _) = made(2);
    composed(&mesa);
    let mut outra = mesa.casa.root();
    outra
        .batch_execute(
            "BEGIN; UPDATE disparo.carta SET retirada_em = now(), retirada_motivo = 'lote_cancelado' \
                     WHERE id = (SELECT min(id::text)::uuid FROM disparo.carta)",
        )
        .unwrap();
    let posse = thread::scope(|escopo| {
        let junta = escopo.spawn(|| gather(&mesa, Duration::ZERO));
        mesa.casa.wait_until_blocked();
        outra.batch_execute("COMMIT").unwrap();
        junta.join().unwrap().unwrap()
    });
    let ficam = |t: &mut store::Tenant<'_>| {
        let quantas = cartas::prepare(t, &posse, LEASE, agora())?;
        Ok((quantas, cartas::of_file(t, posse.id, 0, 10)?.len()))
    };
    assert_eq!(mesa.casa.dispatcher.da_empresa(mesa.casa.empresa, ficam).unwrap(), (Some(1), 1));
    assert_eq!(mesa.casa.n("SELECT count(*) FROM disparo.carta WHERE arquivo_id IS NOT NULL"), 1);
}
