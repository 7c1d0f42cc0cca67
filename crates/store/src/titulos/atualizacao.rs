//! What títulos owe on a day, with the charges of lateness.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::Uuid as SqlUuid;
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _};
use domain::dinheiro::Centavos;
use domain::encargos::{Componentes, Divida, Pago, dias_de_atraso};
use domain::ids::TituloId;
use domain::titulo::StatusTitulo;
use uuid::Uuid;

use super::lista::{COLUNAS, TituloLido, get, get_many};
use super::tabela::Tabela;
use crate::quem::one_row;
use crate::{Banco, Portador, StoreError, Tenant};

/// What a título owes on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Atualizado {
    /// The day.
    pub em: NaiveDate,
    /// How many days it is late then.
    pub dias_atraso: i64,
    /// What it owes.
    pub devido: Componentes,
}

/// What each of these owes on `em`, or today in the company's zone, in the order given.
///
/// # Errors
/// The database is unreachable or holds charges that this version does not know.
pub fn atualizar(
    t: &mut Tenant<'_>,
    lidos: &[TituloLido],
    em: Option<NaiveDate>,
    agora: DateTime<Utc>,
) -> Result<Vec<Atualizado>, StoreError> {
    let tabela = Tabela::get(t)?;
    let em = em.unwrap_or_else(|| tabela.hoje(agora));
    lidos.iter().map(|lido| atualizado(&tabela, lido, em)).collect()
}

/// What each of these owes on `em`, by id; those that the company does not have are absent.
///
/// # Errors
/// As [`atualizar`].
pub fn devidos(
    t: &mut Tenant<'_>,
    ids: &[TituloId],
    em: NaiveDate,
    agora: DateTime<Utc>,
) -> Result<BTreeMap<TituloId, Componentes>, StoreError> {
    let lidos = get_many(t, &ids.iter().map(|id| id.uuid()).collect::<Vec<_>>())?;
    let atualizados = atualizar(t, &lidos, Some(em), agora)?;
    Ok(lidos.iter().zip(atualizados).map(|(lido, a)| (TituloId::new(lido.id), a.devido)).collect())
}

/// A título with the name of what it is charged by.
#[derive(QueryableByName)]
struct Linha {
    #[diesel(embed)]
    lido: TituloLido,
    #[diesel(sql_type = SqlUuid)]
    calculo: Uuid,
}

static LINHA: LazyLock<String> = LazyLock::new(|| {
    one_row(&format!(
        "{COLUNAS}, (SELECT x.calculo FROM cadastro.empresa x WHERE x.id = e.empresa_id) AS calculo \
           FROM cadastro.titulo t WHERE t.empresa_id = e.empresa_id AND t.id = $4"
    ))
});

/// One título with what it owes on `em`, or today in the company's zone: in one message, where what the company charges is
/// remembered.
///
/// # Errors
/// As [`atualizar`]; the key is no longer good.
pub fn read(
    banco: &Banco,
    portador: Portador,
    id: TituloId,
    em: Option<NaiveDate>,
) -> Result<Option<(TituloLido, Atualizado)>, StoreError> {
    let linha: Option<Linha> = banco.uma_leitura(|conn| {
        Ok(portador.prepared(&LINHA).bind::<SqlUuid, _>(id.uuid()).get_result(conn).optional()?)
    })?;
    let Some(Linha { lido, calculo }) = linha else { return Ok(None) };
    if let Some(tabela) = Tabela::remembered(calculo) {
        let atualizado = atualizado(&tabela, &lido, em.unwrap_or_else(|| tabela.hoje(portador.agora)))?;
        return Ok(Some((lido, atualizado)));
    }
    banco.da_empresa_em_um_instante(portador, |t| {
        let Some(lido) = get(t, id)? else { return Ok(None) };
        let atualizados = atualizar(t, std::slice::from_ref(&lido), em, portador.agora)?;
        Ok(atualizados.into_iter().next().map(|atualizado| (lido, atualizado)))
    })
}

fn atualizado(tabela: &Tabela, lido: &TituloLido, em: NaiveDate) -> Result<Atualizado, StoreError> {
    let pagos = pagos(lido)?;
    let devido = match lido.status()? {
        StatusTitulo::Cancelado => Componentes::default(),
        // What is paid owes nothing from its last payment on. Each part of the way is rounded by itself, and a payment that was told
        // after later ones makes more parts of it.
        StatusTitulo::Pago if pagos.last().is_none_or(|ultimo| ultimo.em <= em) => Componentes::default(),
        StatusTitulo::Aberto | StatusTitulo::Negociado | StatusTitulo::Pago | StatusTitulo::Suspenso => {
            tabela.condicoes(lido.credor_id).devido(&divida(lido, &pagos), em)
        }
    };
    let dias = if devido.total() == Centavos::ZERO {
        0
    } else {
        dias_de_atraso(lido.vencimento, em, &tabela.regras)
    };
    Ok(Atualizado { em, dias_atraso: dias, devido })
}

/// What a payment of the day `em` finds, beside those that stand.
pub(super) fn por_pagar(tabela: &Tabela, lido: &TituloLido, pagos: &[Pago], em: NaiveDate) -> Componentes {
    tabela.condicoes(lido.credor_id).por_pagar(&divida(lido, pagos), em)
}

/// What is left and what was paid of the principal is what there was.
fn divida<'p>(lido: &TituloLido, pagos: &'p [Pago]) -> Divida<'p> {
    let pago: Centavos = pagos.iter().map(|pago| pago.quitado.principal).sum();
    let valor = Centavos::new(lido.saldo.saturating_add(pago.get()));
    Divida { valor, vencimento: lido.vencimento, pagos }
}

/// Its payments that stand, in order of day.
pub(super) fn pagos(lido: &TituloLido) -> Result<Vec<Pago>, StoreError> {
    read_pagos(lido.pagos.as_deref())
}

/// Payments as they are read beside their título.
pub(crate) fn read_pagos(texto: Option<&str>) -> Result<Vec<Pago>, StoreError> {
    let Some(texto) = texto else { return Ok(Vec::new()) };
    let linhas: Vec<(NaiveDate, i64, i64, i64, i64)> =
        serde_json::from_str(texto).ok().ok_or(StoreError::Unknown("pagamento"))?;
    let pago = |(em, principal, correcao, multa, juros)| {
        let [principal, correcao, multa, juros] = [principal, correcao, multa, juros].map(Centavos::new);
        Pago { em, quitado: Componentes { principal, correcao, multa, juros } }
    };
    Ok(linhas.into_iter().map(pago).collect())
}
