//! What takes several statements and must see one instant, and what takes one for it.

use std::thread;

use diesel::connection::SimpleConnection as _;
use domain::ids::ReguaId;
use domain::regua::{EstadoRegua, Regua};
use store::{StoreError, reguas};

use crate::apoio::{Casa, agora, d, set_estado};

/// What `read` answers when a régua's heading and position change after it began, before it comes to the positions.
fn read_across<T: Send>(casa: &Casa, read: impl FnOnce() -> T + Send) -> T {
    let mut outra = casa.root();
    outra.batch_execute("BEGIN; LOCK TABLE regua.posicao").unwrap();
    thread::scope(|escopo| {
        let leitor = escopo.spawn(read);
        casa.wait_until_blocked();
        outra
            .batch_execute("UPDATE regua.regua SET prioridade = 9; UPDATE regua.posicao SET dias = 9; COMMIT")
            .unwrap();
        leitor.join().unwrap()
    })
}

fn heading_and_position(regua: &Regua) -> (i32, Option<u16>) {
    (regua.prioridade(), regua.posicoes().first().and_then(|posicao| posicao.gatilho.depois()))
}

fn with_regua() -> (Casa, ReguaId) {
    let casa = Casa::nova();
    let regua = casa.regua(&[d(1)]);
    (casa, regua)
}

#[test]
fn a_heading_never_comes_with_the_positions_of_another_version() {
    let (casa, id) = with_regua();
    let lidas = read_across(&casa, || casa.engine.da_empresa(casa.empresa, reguas::load).unwrap());
    assert_eq!(heading_and_position(lidas.get(id).unwrap()), (9, Some(9)));
}

#[test]
fn work_that_reads_one_instant_sees_nothing_of_what_came_after() {
    let (casa, id) = with_regua();
    let read = || casa.engine.da_empresa_em_um_instante(casa.empresa, |t| reguas::get(t, id)).unwrap();
    assert_eq!(heading_and_position(&read_across(&casa, read).unwrap().regua), (1, Some(1)));
    assert_eq!(heading_and_position(&read().unwrap().regua), (9, Some(9)));
}

#[test]
fn work_that_reads_one_instant_writes_nothing() {
    let (casa, id) = with_regua();
    let escrita = casa
        .engine
        .da_empresa_em_um_instante(casa.empresa, |t| set_estado(t, id, EstadoRegua::Inativa, agora()));
    let recusa = escrita.unwrap_err();
    assert!(
        matches!(recusa, StoreError::Statement(_)) && recusa.to_string().contains("read-only"),
        "{recusa}"
    );
}
