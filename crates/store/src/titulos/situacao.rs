//! Changes of the status of títulos.

use chrono::{DateTime, NaiveDate, Utc};
use domain::dinheiro::Centavos;
use domain::ids::TituloId;
use domain::pagamento::PagamentoRecusado;
use domain::titulo::{self, Mudanca, StatusTitulo, TransicaoInvalida};

use super::alvo::{self, Alvo, Preso};
use super::atualizacao::pagos;
use super::pagamentos::{EntradaPagamento, RecusaPagamento, ResultadoPagamento, pay};
use crate::{StoreError, Tenant};

/// What the domain says of a change of status.
pub type Transicao = Result<Mudanca<StatusTitulo>, TransicaoInvalida>;

/// A change of the status of one título.
#[derive(Clone, Copy, Debug)]
pub struct Pedido {
    transicao: fn(StatusTitulo) -> Transicao,
    ate: Option<NaiveDate>,
}

impl Pedido {
    /// To pay what is owed today.
    #[must_use]
    pub fn pagar() -> Self {
        Self { transicao: titulo::pagar, ate: None }
    }

    /// Rule t01.
    #[must_use]
    pub fn cancelar() -> Self {
        Self { transicao: titulo::cancelar, ate: None }
    }

    /// Rules t03, t07: until `ate`, or until it is reopened. A suspended one gets the new date.
    #[must_use]
    pub fn suspender(ate: Option<NaiveDate>) -> Self {
        Self { transicao: titulo::suspender, ate }
    }

    /// Rule t03.
    #[must_use]
    pub fn reabrir() -> Self {
        Self { transicao: titulo::reabrir, ate: None }
    }
}

/// Why the status of a título was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecusaSituacao {
    /// Its status does not allow it.
    Status(TransicaoInvalida),
    /// It is an instalment, which is cancelled with its whole negotiation only: without its first instalment one would
    /// neither be confirmed nor, once another was paid, be cancelled.
    ParcelaDeAcordo,
    /// It is to be paid, and there is nothing to pay.
    NadaDevido,
}

impl From<TransicaoInvalida> for RecusaSituacao {
    fn from(recusa: TransicaoInvalida) -> Self {
        Self::Status(recusa)
    }
}

/// What became of one change: the título and whether it changed.
pub type Situada = Result<(TituloId, Mudanca<StatusTitulo>), RecusaSituacao>;

/// Changes the status of one título by a transition of the domain, and marks its debtor for the engine. `None` when the
/// company has no such título. From the commit on, no fence lets the título into a message (rule j05). To pay it is to pay
/// what it owes today.
///
/// # Errors
/// The database is unreachable or holds a status this version does not know.
pub fn change_status(
    t: &mut Tenant<'_>,
    id: TituloId,
    transition: fn(StatusTitulo) -> Transicao,
    agora: DateTime<Utc>,
) -> Result<Option<Result<Mudanca<StatusTitulo>, RecusaSituacao>>, StoreError> {
    let pedido = Pedido { transicao: transition, ate: None };
    let feitas = change_many(t, &[(Alvo::Id(id), pedido)], agora)?;
    Ok(feitas.into_iter().next().flatten().map(|feita| feita.map(|(_, mudanca)| mudanca)))
}

/// Suspends one título until `ate`, or until it is reopened, and marks its debtor (rules t03, t07). A suspended one gets
/// the new date. `None` when the company has no such título.
///
/// # Errors
/// The database is unreachable or holds a status this version does not know.
pub fn suspend(
    t: &mut Tenant<'_>,
    id: TituloId,
    ate: Option<NaiveDate>,
    agora: DateTime<Utc>,
) -> Result<Option<Transicao>, StoreError> {
    let feitas = change_many(t, &[(Alvo::Id(id), Pedido::suspender(ate))], agora)?;
    let transicao = |feita: Situada| match feita {
        Ok((_, mudanca)) => Some(Ok(mudanca)),
        Err(RecusaSituacao::Status(recusa)) => Some(Err(recusa)),
        // Only a cancellation is refused to an instalment, and only a payment to what owes nothing.
        Err(RecusaSituacao::ParcelaDeAcordo | RecusaSituacao::NadaDevido) => None,
    };
    Ok(feitas.into_iter().next().flatten().and_then(transicao))
}

/// Changes the status of each in turn, and answers for each in the order given; `None` when the company has no such
/// título.
///
/// # Errors
/// The database is unreachable or holds a status this version does not know; then nothing is changed.
pub fn change_many(
    t: &mut Tenant<'_>,
    pedidos: &[(Alvo, Pedido)],
    agora: DateTime<Utc>,
) -> Result<Vec<Option<Situada>>, StoreError> {
    let mut presos = alvo::lock(t, pedidos.iter().map(|(alvo, _)| alvo))?;
    let mut feitas = Vec::with_capacity(pedidos.len());
    let mut integrais = Vec::new();
    for (nomeado, (_, pedido)) in presos.nomeados.iter().zip(pedidos) {
        let preso = nomeado.and_then(|id| presos.por_id.get_mut(&id));
        let feita = preso.map(|preso| change(preso, *pedido)).transpose()?;
        if let Some(Ok((id, Mudanca::Aplicada(StatusTitulo::Pago)))) = feita {
            integrais.push((feitas.len(), EntradaPagamento::integral(Alvo::Id(id))));
        }
        feitas.push(feita);
    }
    presos.save(t, agora)?;
    let (quais, integrais): (Vec<_>, Vec<_>) = integrais.into_iter().unzip();
    if !integrais.is_empty() {
        for (qual, pago) in quais.into_iter().zip(pay(t, &integrais, agora)?) {
            if let (Some(feita), true) = (feitas.get_mut(qual), owed_nothing(&pago)) {
                *feita = Some(Err(RecusaSituacao::NadaDevido));
            }
        }
    }
    Ok(feitas)
}

fn owed_nothing(pago: &ResultadoPagamento) -> bool {
    use RecusaPagamento::Titulo;
    matches!(pago, ResultadoPagamento::Recusado(Titulo(PagamentoRecusado::NadaDevido)))
}

fn change(preso: &mut Preso, pedido: Pedido) -> Result<Situada, StoreError> {
    let mut mudanca = match (pedido.transicao)(preso.status) {
        Ok(mudanca) => mudanca,
        Err(recusa) => return Ok(Err(recusa.into())),
    };
    if mudanca == Mudanca::JaAplicada && preso.lido.suspenso_ate != pedido.ate {
        mudanca = Mudanca::Aplicada(preso.status);
    }
    match mudanca {
        Mudanca::Aplicada(StatusTitulo::Cancelado) if preso.lido.acordo_id.is_some() => {
            return Ok(Err(RecusaSituacao::ParcelaDeAcordo));
        }
        // It was cancelled with its negotiation.
        Mudanca::Aplicada(para)
            if preso.lido.acordo_id.is_some() && preso.status == StatusTitulo::Cancelado =>
        {
            return Ok(Err(TransicaoInvalida { de: preso.status, para }.into()));
        }
        Mudanca::Aplicada(StatusTitulo::Aberto) if preso.status == StatusTitulo::Cancelado => {
            restore(preso)?;
        }
        // A payment is booked, and changes the status itself.
        Mudanca::Aplicada(StatusTitulo::Pago) | Mudanca::JaAplicada => {}
        Mudanca::Aplicada(status) => {
            preso.become_status(status);
            preso.lido.suspenso_ate = pedido.ate;
        }
    }
    Ok(Ok((TituloId::new(preso.lido.id), mudanca)))
}

/// What was cancelled owes again what was not paid of its value.
fn restore(preso: &mut Preso) -> Result<(), StoreError> {
    let pago: Centavos = pagos(&preso.lido)?.iter().map(|pago| pago.quitado.principal).sum();
    preso.lido.saldo = preso.lido.valor.saturating_sub(pago.get()).max(0);
    preso.become_status(titulo::devolver(Centavos::new(preso.lido.saldo)));
    Ok(())
}
