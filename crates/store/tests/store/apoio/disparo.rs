//! One execution at a time, where the store works by the hundred.

use std::time::Duration;

use domain::execucao::{Canal, Desfecho, Envio};
use domain::ids::ExecucaoId;
use store::disparos::{self, Cerca, Chamada, MensagemMontada, Prazos, Reivindicacao, Resultado, Varredura};
use store::{Banco, StoreError, Tenant};

/// What the provider answers in these tests.
pub(crate) const OK: &str = "250 2.0.0 ok";

pub(crate) fn claim(
    t: &mut Tenant<'_>,
    id: ExecucaoId,
    lease: Duration,
    decide: impl FnMut(&Cerca) -> Envio,
) -> Result<Reivindicacao, StoreError> {
    let mut todas = disparos::claim(t, &[id], lease, decide)?;
    assert_eq!((todas.len(), todas[0].0), (1, id), "each one that was asked for is answered");
    Ok(todas.remove(0).1)
}

/// Whether it was written.
pub(crate) fn finish(
    t: &mut Tenant<'_>,
    (id, cerca): (ExecucaoId, i64),
    desfecho: Desfecho,
    mensagem: Option<&MensagemMontada>,
) -> Result<bool, StoreError> {
    let chamada = mensagem.map(|mensagem| Chamada {
        provedor: "smtp",
        provedor_id: None,
        resposta: OK.to_owned(),
        terminou_em: mensagem.montada_em,
        mensagem: mensagem.clone(),
        efeito: None,
    });
    Ok(disparos::finish(t, &[Resultado { id, cerca, desfecho, chamada }])?.contains(&id))
}

pub(crate) fn sweep(banco: &Banco, fila: Duration) -> Varredura {
    sweep_of(banco, fila, &[])
}

pub(crate) fn sweep_of(banco: &Banco, fila: Duration, repetiveis: &[Canal]) -> Varredura {
    disparos::sweep(banco, Prazos { fila, revisao: Duration::from_hours(24) }, repetiveis).unwrap()
}
