//! Making a negotiation: the títulos that it takes in, and the instalments that come out.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::dinheiro::Centavos;
use domain::encargos::Componentes;
use domain::ids::{CredorId, DevedorId, NegociacaoId, TituloId};
use domain::negociacao::{Acordo, Divida, Impedidos, Impedimento, Parcela};
use domain::titulo::{StatusTitulo, negociar};
use uuid::Uuid;

use crate::banco::new_id;
use crate::migracao::ExecuteUnit as _;
use crate::titulos::{PREFIXO_PARCELA, devidos, mark};
use crate::{StoreError, Tenant};

/// A negotiation as it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criada {
    /// Its id.
    pub id: NegociacaoId,
    /// Its instalments, in the order in which they fall due.
    pub parcelas: Vec<TituloId>,
}

/// Who made it and what was said.
#[derive(Clone, Debug, Default)]
pub struct Anotacoes {
    /// The user of the company's own system.
    pub usuario: Option<String>,
    /// Free text.
    pub observacao: Option<String>,
}

/// The títulos of a negotiation: all open and of one debtor.
#[derive(Clone, Debug)]
pub struct Originais {
    /// Whose they are.
    pub devedor: DevedorId,
    /// Them, in order of id.
    pub titulos: Vec<Original>,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
pub struct Original {
    /// Its id.
    pub id: TituloId,
    /// Its due date.
    pub vencimento: NaiveDate,
    /// Whom it is owed to, if not the company itself.
    pub credor: Option<CredorId>,
    /// What it owes.
    pub divida: Divida,
}

impl Originais {
    /// What they owe together.
    #[must_use]
    pub fn divida(&self) -> Divida {
        let soma = |parte: fn(&Divida) -> Centavos| self.titulos.iter().map(|t| parte(&t.divida)).sum();
        Divida { principal: soma(|divida| divida.principal), encargos: soma(|divida| divida.encargos) }
    }

    /// How many days the oldest of them is overdue on `em`; none of what is not due.
    #[must_use]
    pub fn dias_vencido(&self, em: NaiveDate) -> u16 {
        let mais_antigo = self.titulos.iter().map(|titulo| titulo.vencimento).min().unwrap_or(em);
        u16::try_from((em - mais_antigo).num_days().max(0)).unwrap_or(u16::MAX)
    }

    /// The creditor of all of them, where there is one.
    #[must_use]
    pub fn credor(&self) -> Option<CredorId> {
        let primeiro = self.titulos.first()?.credor?;
        self.titulos.iter().all(|titulo| titulo.credor == Some(primeiro)).then_some(primeiro)
    }
}

/// Rule k08: the títulos with what they owe on `em`, to look at.
///
/// # Errors
/// The database is unreachable.
pub fn look(
    t: &mut Tenant<'_>,
    titulos: &[TituloId],
    em: NaiveDate,
    agora: DateTime<Utc>,
) -> Result<Result<Originais, Impedidos>, StoreError> {
    originais(t, titulos, "", |t, ids| devidos(t, ids, em, agora))
}

/// As [`look`], locked: a second negotiation over one of them waits, and then finds it `negociado`. What was paid between
/// `em` and `hoje` is not owed any more.
///
/// # Errors
/// The database is unreachable.
pub fn lock(
    t: &mut Tenant<'_>,
    titulos: &[TituloId],
    (em, hoje): (NaiveDate, NaiveDate),
    agora: DateTime<Utc>,
) -> Result<Result<Originais, Impedidos>, StoreError> {
    originais(t, titulos, "FOR UPDATE OF t", |t, ids| {
        let mut devidos_em = devidos(t, ids, em, agora)?;
        if em < hoje {
            for (id, agora_devido) in devidos(t, ids, hoje, agora)? {
                devidos_em.entry(id).and_modify(|devido| *devido = least(*devido, agora_devido));
            }
        }
        Ok(devidos_em)
    })
}

fn least(um: Componentes, outro: Componentes) -> Componentes {
    Componentes {
        principal: um.principal.min(outro.principal),
        correcao: um.correcao.min(outro.correcao),
        multa: um.multa.min(outro.multa),
        juros: um.juros.min(outro.juros),
    }
}

#[derive(QueryableByName)]
struct Linha {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Date)]
    vencimento: NaiveDate,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    credor_id: Option<Uuid>,
    #[diesel(sql_type = Bool)]
    nao_confirmada: bool,
}

fn originais(
    t: &mut Tenant<'_>,
    titulos: &[TituloId],
    trava: &str,
    devidos: impl FnOnce(&mut Tenant<'_>, &[TituloId]) -> Result<BTreeMap<TituloId, Componentes>, StoreError>,
) -> Result<Result<Originais, Impedidos>, StoreError> {
    let linhas: Vec<Linha> = sql_query(format!(
        "SELECT t.id, t.devedor_id, t.status, t.vencimento, t.credor_id, \
                EXISTS (SELECT FROM cadastro.negociacao n WHERE n.empresa_id = t.empresa_id \
                   AND n.id = t.acordo_id AND n.estado = 'aberta') AS nao_confirmada \
           FROM cadastro.titulo t WHERE t.empresa_id = $1 AND t.id = ANY ($2) ORDER BY t.id {trava}"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(titulos.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .load(t.conn)?;
    let linhas: BTreeMap<TituloId, Linha> = linhas.into_iter().map(|l| (TituloId::new(l.id), l)).collect();
    let devedor = match check(titulos, &linhas)? {
        Ok(devedor) => devedor,
        Err(impedidos) => return Ok(Err(impedidos)),
    };
    let devidos = devidos(t, titulos)?;
    let original = |(id, linha): (TituloId, Linha)| {
        let devido = devidos.get(&id).copied().unwrap_or_default();
        Original {
            id,
            vencimento: linha.vencimento,
            credor: linha.credor_id.map(CredorId::new),
            divida: Divida { principal: devido.principal, encargos: devido.encargos() },
        }
    };
    Ok(Ok(Originais { devedor, titulos: linhas.into_iter().map(original).collect() }))
}

/// Rule k08: every título that is in the way, or whose they all are.
fn check(
    titulos: &[TituloId],
    linhas: &BTreeMap<TituloId, Linha>,
) -> Result<Result<DevedorId, Impedidos>, StoreError> {
    let mut impedidos = Vec::new();
    let mut devedor = None;
    for id in titulos {
        let Some(linha) = linhas.get(id) else {
            impedidos.push((*id, Impedimento::NaoExiste));
            continue;
        };
        let status = StatusTitulo::parse(&linha.status).ok().ok_or(StoreError::Unknown("status"))?;
        if *devedor.get_or_insert(linha.devedor_id) != linha.devedor_id {
            impedidos.push((*id, Impedimento::OutroDevedor));
        } else if negociar(status).is_err() {
            impedidos.push((*id, Impedimento::Status(status)));
        } else if linha.nao_confirmada {
            impedidos.push((*id, Impedimento::ParcelaNaoConfirmada));
        }
    }
    Ok(devedor.map(DevedorId::new).filter(|_| impedidos.is_empty()).ok_or(Impedidos(impedidos)))
}

/// Makes the negotiation that was agreed over `originais`, which this transaction has locked (rules k01, k10): they become
/// `negociado`, and each instalment becomes a título. Instalments keep creditor, kind of business and kind of título where
/// the originals agree in them.
///
/// # Errors
/// The database refused or is unreachable; then nothing is stored.
pub fn save(
    t: &mut Tenant<'_>,
    originais: &Originais,
    acordo: &Acordo,
    anotacoes: &Anotacoes,
    agora: DateTime<Utc>,
) -> Result<Criada, StoreError> {
    let id = NegociacaoId::new(new_id(agora));
    insert(t, (id, originais.devedor), acordo, anotacoes, agora)?;
    take_in(t, id, originais, agora)?;
    let parcelas = insert_parcelas(t, (id, originais.devedor), acordo.parcelas.as_slice(), agora)?;
    mark(t, &[originais.devedor.uuid()])?;
    Ok(Criada { id, parcelas })
}

fn insert(
    t: &mut Tenant<'_>,
    (id, devedor): (NegociacaoId, DevedorId),
    acordo: &Acordo,
    anotacoes: &Anotacoes,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    let primeira = acordo.parcelas.as_slice().iter().map(|parcela| parcela.vencimento).min();
    sql_query(
        "INSERT INTO cadastro.negociacao (empresa_id, id, devedor_id, valor, primeira_parcela, criada_em, principal, encargos, \
                desconto_encargos, desconto_principal, juros, com_entrada, usuario, observacao) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<SqlUuid, _>(devedor.uuid())
    .bind::<BigInt, _>(acordo.parcelas.valor().get())
    .bind::<Date, _>(primeira.ok_or(StoreError::Unknown("primeira_parcela"))?)
    .bind::<Timestamptz, _>(agora)
    .bind::<BigInt, _>(acordo.divida.principal.get())
    .bind::<BigInt, _>(acordo.divida.encargos.get())
    .bind::<BigInt, _>(acordo.desconto.encargos.get())
    .bind::<BigInt, _>(acordo.desconto.principal.get())
    .bind::<BigInt, _>(acordo.juros.get())
    .bind::<Bool, _>(acordo.com_entrada)
    .bind::<Nullable<Text>, _>(anotacoes.usuario.as_deref())
    .bind::<Nullable<Text>, _>(anotacoes.observacao.as_deref())
    .execute_unit(t.conn)
}

fn take_in(
    t: &mut Tenant<'_>,
    id: NegociacaoId,
    originais: &Originais,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    let titulos = &originais.titulos;
    sql_query(
        "WITH n AS (INSERT INTO cadastro.negociacao_titulo (empresa_id, negociacao_id, titulo_id, principal, encargos) \
                    SELECT $1, $2, o.* FROM unnest($3, $4, $5) o RETURNING titulo_id) \
         UPDATE cadastro.titulo t SET status = 'negociado', negociacao_id = $2, status_em = $6, atualizado_em = $6 \
           FROM n WHERE t.empresa_id = $1 AND t.id = n.titulo_id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Array<SqlUuid>, _>(titulos.iter().map(|titulo| titulo.id.uuid()).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(titulos.iter().map(|titulo| titulo.divida.principal.get()).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(titulos.iter().map(|titulo| titulo.divida.encargos.get()).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)
}

fn insert_parcelas(
    t: &mut Tenant<'_>,
    (id, devedor): (NegociacaoId, DevedorId),
    parcelas: &[Parcela],
    agora: DateTime<Utc>,
) -> Result<Vec<TituloId>, StoreError> {
    let ids: Vec<Uuid> = parcelas.iter().map(|_| new_id(agora)).collect();
    let codigo = |n: usize| format!("{PREFIXO_PARCELA}{id}-{n}");
    let numero = |n: usize| format!("Acordo {n}/{}", parcelas.len());
    sql_query(
        "INSERT INTO cadastro.titulo (empresa_id, id, codigo_integracao, devedor_id, credor_id, numero, vencimento, valor, \
                saldo, origem, tipo_negocio, tipo_titulo, acordo_id, status_em, criado_em, atualizado_em) \
         SELECT $1, n.id, n.codigo, $3, o.credor, n.numero, n.vencimento, n.valor, n.valor, 'acordo', o.negocio, o.tipo, \
                $2, $9, $9, $9 \
           FROM unnest($4, $5, $6, $7, $8) AS n(id, codigo, numero, vencimento, valor), \
                (SELECT CASE WHEN count(DISTINCT coalesce(credor_id::text, '')) = 1 THEN min(credor_id::text)::uuid END AS credor, \
                        CASE WHEN count(DISTINCT coalesce(tipo_negocio, '')) = 1 THEN min(tipo_negocio) END AS negocio, \
                        CASE WHEN count(DISTINCT coalesce(tipo_titulo, '')) = 1 THEN min(tipo_titulo) END AS tipo \
                   FROM cadastro.titulo WHERE empresa_id = $1 AND negociacao_id = $2) o",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<SqlUuid, _>(devedor.uuid())
    .bind::<Array<SqlUuid>, _>(&ids)
    .bind::<Array<Text>, _>((1..=parcelas.len()).map(codigo).collect::<Vec<_>>())
    .bind::<Array<Text>, _>((1..=parcelas.len()).map(numero).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(parcelas.iter().map(|p| p.vencimento).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(parcelas.iter().map(|p| p.valor.get()).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)?;
    Ok(ids.into_iter().map(TituloId::new).collect())
}
