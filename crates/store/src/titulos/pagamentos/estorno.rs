//! Payments that are taken back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::encargos::{Componentes, Imputacao, Pago};
use domain::ids::{NegociacaoId, TituloId};
use domain::pagamento::assumir;
use domain::titulo::{StatusTitulo, TransicaoInvalida, estornar};
use uuid::Uuid;

use super::{PagamentoLido, leitura, recount};
use crate::migracao::ExecuteUnit as _;
use crate::titulos::alvo::{self, Alvo, Preso, Presos};
use crate::titulos::atualizacao::por_pagar;
use crate::titulos::tabela::Tabela;
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
    /// It is an instalment of a negotiation that is over, where its payments count, or what such a one imputed.
    AcordoDesfeito,
    /// Without it, its negotiation would not be confirmed, and this other one has an instalment of that: were it cancelled
    /// then, the same debt would be owed twice.
    AcordoRenegociado(NegociacaoId),
}

/// Takes payments back, each reversal in turn: a paid título that owes something then is open again, its debtor is marked,
/// and the negotiation that it is an instalment of may no longer be confirmed. Asking again takes back nothing more.
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
    let mut livro = Livro {
        tabela: Tabela::get(t)?,
        pagamentos: leitura::known(t, &ids, &[])?,
        confirmam: confirming(t, &presos)?,
        mudados: BTreeSet::new(),
        agora,
    };
    let mut resultados = Vec::with_capacity(entradas.len());
    for (nomeado, entrada) in presos.nomeados.iter().zip(entradas) {
        let Some(preso) = nomeado.and_then(|id| presos.por_id.get_mut(&id)) else {
            resultados.push(ResultadoEstorno::Recusado(RecusaEstorno::NaoExiste));
            continue;
        };
        let titulo = TituloId::new(preso.lido.id);
        resultados.push(match livro.take_back(preso, entrada) {
            Err(recusa) => ResultadoEstorno::Recusado(recusa),
            Ok(0) => ResultadoEstorno::JaEstornado(titulo),
            Ok(quantos) => ResultadoEstorno::Estornado(titulo, quantos),
        });
    }
    livro.save(t)?;
    let acordos = presos.save(t, agora)?;
    recount(t, &acordos, agora)?;
    Ok(resultados)
}

#[derive(QueryableByName)]
struct Confirma {
    #[diesel(sql_type = SqlUuid)]
    primeira: Uuid,
    #[diesel(sql_type = SqlUuid)]
    outra: Uuid,
}

/// The first instalments of negotiations of which another negotiation has an instalment, with that one. Read after the
/// negotiations were locked, as whoever negotiates an instalment locks them: none can be added meanwhile.
fn confirming(t: &mut Tenant<'_>, presos: &Presos) -> Result<BTreeMap<Uuid, NegociacaoId>, StoreError> {
    let confirmados = presos.por_id.values().filter(|preso| preso.acordo.as_deref() == Some("confirmada"));
    let confirmados: Vec<Uuid> = confirmados.filter_map(|preso| preso.lido.acordo_id).collect();
    if confirmados.is_empty() {
        return Ok(BTreeMap::new());
    }
    let linhas: Vec<Confirma> = sql_query(
        "SELECT p.id AS primeira, o.negociacao_id AS outra FROM unnest($2) AS n(id) \
          CROSS JOIN LATERAL (SELECT t.id FROM cadastro.titulo t WHERE t.empresa_id = $1 AND t.acordo_id = n.id \
                               ORDER BY t.vencimento, t.id LIMIT 1) p \
          CROSS JOIN LATERAL (SELECT t.negociacao_id FROM cadastro.titulo t WHERE t.empresa_id = $1 AND t.acordo_id = n.id \
                                 AND t.negociacao_id IS NOT NULL ORDER BY t.vencimento, t.id LIMIT 1) o",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(confirmados)
    .load(t.conn)?;
    Ok(linhas.into_iter().map(|l| (l.primeira, NegociacaoId::new(l.outra))).collect())
}

/// The payments of the títulos, and what decides about taking them back.
struct Livro {
    tabela: Arc<Tabela>,
    pagamentos: Vec<PagamentoLido>,
    confirmam: BTreeMap<Uuid, NegociacaoId>,
    /// The payments that were taken back or settle something else now.
    mudados: BTreeSet<Uuid>,
    agora: DateTime<Utc>,
}

impl Livro {
    /// Takes back what `entrada` names of the título as it stands, and answers how many payments that were.
    fn take_back(&mut self, preso: &mut Preso, entrada: &EntradaEstorno) -> Result<usize, RecusaEstorno> {
        let deste = |pagamento: &&PagamentoLido| pagamento.titulo_id == preso.lido.id;
        let nomeado = |pagamento: &PagamentoLido| entrada.pagamento.is(pagamento);
        if entrada.pagamento != QualPagamento::Todos && !self.pagamentos.iter().filter(deste).any(nomeado) {
            return Err(RecusaEstorno::PagamentoNaoExiste);
        }
        let de_pe = self.pagamentos.iter().filter(deste).filter(|pagamento| pagamento.estornado_em.is_none());
        let (voltam, mut ficam): (Vec<_>, Vec<_>) = de_pe.cloned().partition(nomeado);
        if voltam.is_empty() {
            return Ok(0);
        }
        // What a broken negotiation had received stands where it was received.
        let (imputados, mut voltam): (Vec<_>, Vec<_>) =
            voltam.into_iter().partition(PagamentoLido::is_imputed);
        if voltam.is_empty() {
            return Err(RecusaEstorno::AcordoDesfeito);
        }
        ficam.extend(imputados);
        let status = estornar(preso.status).map_err(RecusaEstorno::Status)?;
        if preso.acordo.as_deref().is_some_and(|estado| !matches!(estado, "aberta" | "confirmada")) {
            return Err(RecusaEstorno::AcordoDesfeito);
        }
        ficam.sort_by_key(|pagamento| pagamento.data);
        let saldo = self.balance(preso, &voltam, &mut ficam);
        // Its value may have changed since: what stands may pay it still, or it may owe more than was taken back.
        let status = if saldo == 0 { preso.status } else { status };
        let confirmava = self.confirmam.get(&preso.lido.id).filter(|_| preso.status == StatusTitulo::Pago);
        if let (Some(outra), true) = (confirmava, status != StatusTitulo::Pago) {
            return Err(RecusaEstorno::AcordoRenegociado(*outra));
        }
        preso.lido.saldo = saldo;
        preso.become_status(status);
        for pagamento in &mut voltam {
            pagamento.estornado_em = Some(self.agora);
            pagamento.motivo_estorno.clone_from(&entrada.motivo);
        }
        let quantos = voltam.len();
        self.keep(voltam.into_iter().chain(ficam));
        Ok(quantos)
    }

    /// What is left of the principal when only `ficam`, in order of day, stand. Where that is nothing and yet the charges that
    /// the others paid are owed again, those that stand settle them first: or nobody could pay or be asked for what is owed.
    fn balance(&self, preso: &Preso, voltam: &[PagamentoLido], ficam: &mut [PagamentoLido]) -> i64 {
        let valor = preso.lido.valor;
        let saldo = |ficam: &[PagamentoLido]| (valor - ficam.iter().map(|p| p.principal).sum::<i64>()).max(0);
        if preso.status == StatusTitulo::Pago && saldo(ficam) == 0 {
            let pagos: Vec<_> = ficam.iter().map(|p| Pago { em: p.data, quitado: p.quitado() }).collect();
            let devido = por_pagar(&self.tabela, &preso.lido, &pagos, self.tabela.hoje(self.agora));
            let quitavam =
                voltam.iter().map(PagamentoLido::quitado).fold(Componentes::default(), Componentes::plus);
            let mut imputados: Vec<Imputacao> = ficam.iter().map(PagamentoLido::imputacao).collect();
            assumir(&mut imputados, devido.least(quitavam));
            for (pagamento, imputado) in ficam.iter_mut().zip(imputados) {
                pagamento.impute(imputado);
            }
        }
        saldo(ficam)
    }

    /// Remembers these as they are now.
    fn keep(&mut self, agora: impl Iterator<Item = PagamentoLido>) {
        for pagamento in agora {
            let guardado = self.pagamentos.iter_mut().find(|outro| outro.id == pagamento.id);
            if let Some(guardado) = guardado.filter(|guardado| **guardado != pagamento) {
                self.mudados.insert(pagamento.id);
                *guardado = pagamento;
            }
        }
    }

    fn save(&self, t: &mut Tenant<'_>) -> Result<(), StoreError> {
        let mudados: Vec<_> = self.pagamentos.iter().filter(|p| self.mudados.contains(&p.id)).collect();
        if mudados.is_empty() {
            return Ok(());
        }
        let coluna = |de: fn(&PagamentoLido) -> i64| mudados.iter().map(|p| de(p)).collect::<Vec<_>>();
        sql_query(
            "UPDATE cadastro.pagamento p SET principal = n.principal, correcao = n.correcao, multa = n.multa, juros = n.juros, \
                    excedente = n.excedente, estornado_em = n.em, motivo_estorno = n.motivo, \
                    estornado_por = CASE WHEN n.em IS NOT NULL THEN NULLIF(current_setting('app.autor', true), '')::uuid END \
               FROM unnest($2, $3, $4, $5, $6, $7, $8, $9) AS n(id, principal, correcao, multa, juros, excedente, em, motivo) \
              WHERE p.empresa_id = $1 AND p.id = n.id",
        )
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Array<SqlUuid>, _>(mudados.iter().map(|p| p.id).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(coluna(|p| p.principal))
        .bind::<Array<BigInt>, _>(coluna(|p| p.correcao))
        .bind::<Array<BigInt>, _>(coluna(|p| p.multa))
        .bind::<Array<BigInt>, _>(coluna(|p| p.juros))
        .bind::<Array<BigInt>, _>(coluna(|p| p.excedente))
        .bind::<Array<Nullable<Timestamptz>>, _>(mudados.iter().map(|p| p.estornado_em).collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(
            mudados.iter().map(|p| p.motivo_estorno.as_deref()).collect::<Vec<_>>(),
        )
        .execute_unit(t.conn)
    }
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
