//! Payments of títulos: what came in, what it settled, and what was taken back.

mod estorno;
mod leitura;

pub use estorno::{EntradaEstorno, QualPagamento, RecusaEstorno, ResultadoEstorno, reverse};
pub use leitura::{FiltroPagamentos, PagamentoLido, get as get_pagamento, list as list_pagamentos};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use domain::dinheiro::Centavos;
use domain::encargos::Pago;
use domain::pagamento::{PagamentoRecusado, Recebido, receber};
use domain::titulo::StatusTitulo;
use uuid::Uuid;

use super::alvo::{self, Alvo, Preso};
use super::atualizacao::{pagos, por_pagar};
use super::tabela::Tabela;
use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

/// A payment as it comes in.
#[derive(Clone, Debug)]
pub struct EntradaPagamento {
    /// What was paid.
    pub titulo: Alvo,
    /// The ERP's own key of the payment; the same key again is the same payment.
    pub codigo_integracao: Option<String>,
    /// The day of it; today in the company's zone where it is not told.
    pub data: Option<NaiveDate>,
    /// The amount; what is owed on that day where it is not told.
    pub valor: Option<Centavos>,
    /// Whether, where no amount is told, it is of what is left of the value, without charges.
    pub so_principal: bool,
    /// Whether it settles the debt, whatever it is.
    pub quita: bool,
}

impl EntradaPagamento {
    /// What is owed today.
    #[must_use]
    pub fn integral(titulo: Alvo) -> Self {
        Self { titulo, codigo_integracao: None, data: None, valor: None, so_principal: false, quita: true }
    }
}

/// What became of a payment that came in.
#[derive(Clone, Debug)]
pub enum ResultadoPagamento {
    /// It was booked.
    Registrado(PagamentoLido),
    /// It was booked before, and no row was written.
    JaRegistrado(PagamentoLido),
    /// Nothing was booked.
    Recusado(RecusaPagamento),
}

/// Why a payment was not booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecusaPagamento {
    /// The company has no such título.
    NaoExiste,
    /// The título takes none.
    Titulo(PagamentoRecusado),
    /// Another payment has the key.
    CodigoEmUso,
    /// It was booked before, and did not settle the debt as this one would.
    JaSemQuitar,
    /// Its day has not come yet.
    DataFutura,
}

/// Books payments, each in turn, and answers for each in the order given (rule j05: from the commit on, no fence lets a paid
/// título into a message). Every debtor is marked; negotiations hear of their instalments (rule k03). One is known again by
/// its key, or else by título, day and amount.
///
/// # Errors
/// The database refused or is unreachable; then nothing is booked.
pub fn pay(
    t: &mut Tenant<'_>,
    entradas: &[EntradaPagamento],
    agora: DateTime<Utc>,
) -> Result<Vec<ResultadoPagamento>, StoreError> {
    let mut presos = alvo::lock(t, entradas.iter().map(|entrada| &entrada.titulo))?;
    let tabela = Tabela::get(t)?;
    let ids: Vec<Uuid> = presos.por_id.keys().copied().collect();
    let codigos: Vec<&str> =
        entradas.iter().filter_map(|entrada| entrada.codigo_integracao.as_deref()).collect();
    let mut livro = Livro { tabela, conhecidos: leitura::known(t, &ids, &codigos)?, agora };
    let contas = presos.por_id.iter().map(|(id, preso)| Ok((*id, pagos(&preso.lido)?)));
    let mut contas = contas.collect::<Result<BTreeMap<Uuid, Vec<Pago>>, StoreError>>()?;
    let (mut novos, mut resultados) = (Vec::new(), Vec::with_capacity(entradas.len()));
    for (nomeado, entrada) in presos.nomeados.iter().zip(entradas) {
        let achado = nomeado.and_then(|id| presos.por_id.get_mut(&id).zip(contas.get_mut(&id)));
        let resultado = match achado {
            None => ResultadoPagamento::Recusado(RecusaPagamento::NaoExiste),
            Some((preso, pagos)) => livro.book(entrada, preso, pagos),
        };
        if let ResultadoPagamento::Registrado(novo) = &resultado {
            novos.push(novo.clone());
            livro.conhecidos.push(novo.clone());
        }
        resultados.push(resultado);
    }
    insert(t, &novos, agora)?;
    let acordos = presos.save(t, agora)?;
    recount(t, &acordos, agora)?;
    Ok(resultados)
}

/// What payments are booked by, and those that were.
struct Livro {
    tabela: Arc<Tabela>,
    conhecidos: Vec<PagamentoLido>,
    agora: DateTime<Utc>,
}

impl Livro {
    /// Books one on the título as it stands.
    fn book(
        &self,
        entrada: &EntradaPagamento,
        preso: &mut Preso,
        pagos: &mut Vec<Pago>,
    ) -> ResultadoPagamento {
        use ResultadoPagamento::{JaRegistrado, Recusado, Registrado};
        let (titulo, hoje) = (preso.lido.id, self.tabela.hoje(self.agora));
        let data = entrada.data.unwrap_or(hoje);
        if let Some(outro) = self.conhecidos.iter().find(|outro| outro.has_key_of(entrada)) {
            let mesmo = outro.titulo_id == titulo && outro.says_the_same(entrada, preso.status);
            return if mesmo { JaRegistrado(outro.clone()) } else { Recusado(RecusaPagamento::CodigoEmUso) };
        }
        if let Some(igual) = self.conhecidos.iter().find(|outro| outro.is(entrada, titulo, data)) {
            let mesmo = igual.settles_as(entrada, preso.status);
            return if mesmo { JaRegistrado(igual.clone()) } else { Recusado(RecusaPagamento::JaSemQuitar) };
        }
        if hoje < data {
            return Recusado(RecusaPagamento::DataFutura);
        }
        let devido = por_pagar(&self.tabela, &preso.lido, pagos, data);
        let integral = if entrada.so_principal { devido.principal } else { devido.total() };
        let valor = entrada.valor.unwrap_or(integral);
        match receber(preso.status, devido, valor, entrada.quita) {
            Ok(recebido) => {
                apply(preso, pagos, data, &recebido);
                Registrado(PagamentoLido::new(entrada, titulo, data, &recebido, self.agora))
            }
            Err(recusa) => Recusado(RecusaPagamento::Titulo(recusa)),
        }
    }
}

fn apply(preso: &mut Preso, pagos: &mut Vec<Pago>, data: NaiveDate, recebido: &Recebido) {
    let depois = pagos.partition_point(|pago| pago.em <= data);
    pagos.insert(depois, Pago { em: data, quitado: recebido.quitado });
    preso.mudou = true;
    preso.lido.saldo = preso.lido.saldo.saturating_sub(recebido.quitado.principal.get()).max(0);
    if recebido.status == StatusTitulo::Pago {
        preso.become_status(recebido.status);
    }
}

fn insert(t: &mut Tenant<'_>, novos: &[PagamentoLido], agora: DateTime<Utc>) -> Result<(), StoreError> {
    if novos.is_empty() {
        return Ok(());
    }
    let coluna = |de: fn(&PagamentoLido) -> i64| novos.iter().map(de).collect::<Vec<_>>();
    sql_query(
        "INSERT INTO cadastro.pagamento (empresa_id, id, titulo_id, codigo_integracao, data, valor, principal, correcao, multa, \
                juros, desconto, excedente, criado_em) \
         SELECT $1, n.*, $13 FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
             AS n(id, titulo, codigo, data, valor, principal, correcao, multa, juros, desconto, excedente)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(novos.iter().map(|n| n.id).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(novos.iter().map(|n| n.titulo_id).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(novos.iter().map(|n| n.codigo_integracao.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(novos.iter().map(|n| n.data).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(coluna(|n| n.valor))
    .bind::<Array<BigInt>, _>(coluna(|n| n.principal))
    .bind::<Array<BigInt>, _>(coluna(|n| n.correcao))
    .bind::<Array<BigInt>, _>(coluna(|n| n.multa))
    .bind::<Array<BigInt>, _>(coluna(|n| n.juros))
    .bind::<Array<BigInt>, _>(coluna(|n| n.desconto))
    .bind::<Array<BigInt>, _>(coluna(|n| n.excedente))
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)
}

/// Rules k03, k05: reads again what negotiations, which the caller has locked, are by their instalments: confirmed while the
/// first one is paid in full, and not to be cancelled while any payment of theirs stands.
fn recount(t: &mut Tenant<'_>, acordos: &BTreeSet<Uuid>, agora: DateTime<Utc>) -> Result<(), StoreError> {
    if acordos.is_empty() {
        return Ok(());
    }
    sql_query(
        "UPDATE cadastro.negociacao n SET com_pagamento = p.algum, \
                estado = CASE WHEN p.primeira THEN 'confirmada' ELSE 'aberta' END, \
                confirmada_em = CASE WHEN p.primeira THEN coalesce(n.confirmada_em, $3) END \
           FROM (SELECT a.id, \
                        (SELECT t.status = 'pago' FROM cadastro.titulo t WHERE t.empresa_id = $1 AND t.acordo_id = a.id \
                          ORDER BY t.vencimento, t.id LIMIT 1) AS primeira, \
                        EXISTS (SELECT FROM cadastro.titulo t \
                                  JOIN cadastro.pagamento g ON g.empresa_id = t.empresa_id AND g.titulo_id = t.id \
                                 WHERE t.empresa_id = $1 AND t.acordo_id = a.id AND g.estornado_em IS NULL) AS algum \
                   FROM unnest($2) AS a(id)) p \
          WHERE n.empresa_id = $1 AND n.id = p.id AND n.estado IN ('aberta', 'confirmada')",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(acordos.iter().copied().collect::<Vec<_>>())
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)
}
