//! Payments that are taken back.

use chrono::{DateTime, Utc};
use diesel::sql_query;
use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use domain::ids::TituloId;
use domain::titulo::{TransicaoInvalida, estornar};
use uuid::Uuid;

use super::{PagamentoLido, leitura, recount};
use crate::migracao::ExecuteUnit as _;
use crate::titulos::alvo::{self, Alvo, Preso};
use crate::{StoreError, Tenant};

/// Which payment of a título.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QualPagamento {
    /// Every one that stands.
    Todos,
    /// By our id.
    Id(Uuid),
    /// By the ERP's own key.
    Codigo(String),
}

/// A reversal as it comes in.
#[derive(Clone, Debug)]
pub struct EntradaEstorno {
    /// Of what.
    pub titulo: Alvo,
    /// Which of its payments.
    pub pagamento: QualPagamento,
    /// Why, in the company's words.
    pub motivo: Option<String>,
}

/// What became of a reversal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultadoEstorno {
    /// So many payments were taken back.
    Estornado(TituloId, usize),
    /// They were before, or there are none.
    JaEstornado(TituloId),
    /// Nothing was taken back.
    Recusado(RecusaEstorno),
}

/// Why a payment was not taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecusaEstorno {
    /// The company has no such título.
    NaoExiste,
    /// The título has no such payment.
    PagamentoNaoExiste,
    /// The título is negotiated.
    Status(TransicaoInvalida),
    /// It is an instalment of a negotiation that is over, where its payments count.
    AcordoDesfeito,
}

/// Takes payments back, each reversal in turn: a paid título is open again, its debtor is marked, and the negotiation that it
/// is an instalment of may no longer be confirmed. Asking again takes back nothing more.
///
/// # Errors
/// The database is unreachable; then nothing is taken back.
pub fn reverse(
    t: &mut Tenant<'_>,
    entradas: &[EntradaEstorno],
    agora: DateTime<Utc>,
) -> Result<Vec<ResultadoEstorno>, StoreError> {
    let mut presos = alvo::lock(t, entradas.iter().map(|entrada| &entrada.titulo))?;
    let ids: Vec<Uuid> = presos.por_id.keys().copied().collect();
    let mut pagamentos = leitura::known(t, &ids, &[])?;
    let (mut estornados, mut resultados) = (Vec::new(), Vec::with_capacity(entradas.len()));
    for (nomeado, entrada) in presos.nomeados.iter().zip(entradas) {
        let Some(preso) = nomeado.and_then(|id| presos.por_id.get_mut(&id)) else {
            resultados.push(ResultadoEstorno::Recusado(RecusaEstorno::NaoExiste));
            continue;
        };
        let antes = estornados.len();
        let titulo = TituloId::new(preso.lido.id);
        resultados.push(match take_back(preso, entrada, &mut pagamentos, agora, &mut estornados) {
            Err(recusa) => ResultadoEstorno::Recusado(recusa),
            Ok(()) if estornados.len() == antes => ResultadoEstorno::JaEstornado(titulo),
            Ok(()) => ResultadoEstorno::Estornado(titulo, estornados.len() - antes),
        });
    }
    save(t, &estornados, agora)?;
    let acordos = presos.save(t, agora)?;
    recount(t, &acordos, agora)?;
    Ok(resultados)
}

type Estornado = (Uuid, Option<String>);

/// Takes back what `entrada` names of the título as it stands.
fn take_back(
    preso: &mut Preso,
    entrada: &EntradaEstorno,
    pagamentos: &mut [PagamentoLido],
    agora: DateTime<Utc>,
    estornados: &mut Vec<Estornado>,
) -> Result<(), RecusaEstorno> {
    let escolhidos: Vec<&mut PagamentoLido> = pagamentos
        .iter_mut()
        .filter(|pagamento| pagamento.titulo_id == preso.lido.id && entrada.pagamento.is(pagamento))
        .collect();
    if escolhidos.is_empty() && entrada.pagamento != QualPagamento::Todos {
        return Err(RecusaEstorno::PagamentoNaoExiste);
    }
    let de_pe: Vec<_> = escolhidos.into_iter().filter(|pagamento| pagamento.estornado_em.is_none()).collect();
    if de_pe.is_empty() {
        return Ok(());
    }
    let status = estornar(preso.status).map_err(RecusaEstorno::Status)?;
    if preso.acordo.as_deref().is_some_and(|estado| !matches!(estado, "aberta" | "confirmada")) {
        return Err(RecusaEstorno::AcordoDesfeito);
    }
    for pagamento in de_pe {
        pagamento.estornado_em = Some(agora);
        estornados.push((pagamento.id, entrada.motivo.clone()));
    }
    let valem = pagamentos.iter().filter(|p| p.titulo_id == preso.lido.id && p.estornado_em.is_none());
    // Its value may have changed since: what stands may pay it still, or it may owe more than was taken back.
    preso.lido.saldo = (preso.lido.valor - valem.map(|pagamento| pagamento.principal).sum::<i64>()).max(0);
    preso.become_status(if preso.lido.saldo == 0 { preso.status } else { status });
    Ok(())
}

impl QualPagamento {
    fn is(&self, pagamento: &PagamentoLido) -> bool {
        match self {
            Self::Todos => true,
            Self::Id(id) => *id == pagamento.id,
            Self::Codigo(codigo) => pagamento.codigo_integracao.as_deref() == Some(codigo),
        }
    }
}

fn save(t: &mut Tenant<'_>, estornados: &[Estornado], agora: DateTime<Utc>) -> Result<(), StoreError> {
    if estornados.is_empty() {
        return Ok(());
    }
    sql_query(
        "UPDATE cadastro.pagamento p SET estornado_em = $4, motivo_estorno = n.motivo, \
                estornado_por = NULLIF(current_setting('app.autor', true), '')::uuid \
           FROM unnest($2, $3) AS n(id, motivo) WHERE p.empresa_id = $1 AND p.id = n.id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(estornados.iter().map(|(id, _)| *id).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(
        estornados.iter().map(|(_, motivo)| motivo.as_deref()).collect::<Vec<_>>(),
    )
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)
}
