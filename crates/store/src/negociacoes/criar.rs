//! Making a negotiation: the títulos that it takes in, and the instalments that come out.

use std::collections::{BTreeMap, BTreeSet};

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
use crate::titulos::{PREFIXO_PARCELA, devidos, lock_rows, mark};
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
#[derive(Clone, Debug)]
pub struct Original {
    /// Its id.
    pub id: TituloId,
    /// Its due date.
    pub vencimento: NaiveDate,
    /// Whom it is owed to, `None` for the company itself; of an instalment of several creditors all of them.
    pub credores: BTreeSet<Option<CredorId>>,
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
        self.titulos.iter().map(|titulo| titulo.dias_vencido(em)).max().unwrap_or_default()
    }

    /// Whom they are owed to, with how many days the oldest that is owed to it is overdue on `em`.
    #[must_use]
    pub fn credores(&self, em: NaiveDate) -> BTreeMap<Option<CredorId>, u16> {
        let mut credores = BTreeMap::new();
        for titulo in &self.titulos {
            for credor in &titulo.credores {
                let dias: &mut u16 = credores.entry(*credor).or_default();
                *dias = titulo.dias_vencido(em).max(*dias);
            }
        }
        credores
    }
}

impl Original {
    fn dias_vencido(&self, em: NaiveDate) -> u16 {
        u16::try_from((em - self.vencimento).num_days().max(0)).unwrap_or(u16::MAX)
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
    originais(t, titulos, |t, ids| devidos(t, ids, em, agora))
}

/// As [`look`], locked: a second negotiation over one of them waits, and then finds it `negociado`; a reversal that would
/// unconfirm the negotiation of an instalment waits as well, or is waited for (rule k05). What was paid between `em` and
/// `hoje` is not owed any more.
///
/// # Errors
/// The database is unreachable.
pub fn lock(
    t: &mut Tenant<'_>,
    titulos: &[TituloId],
    (em, hoje): (NaiveDate, NaiveDate),
    agora: DateTime<Utc>,
) -> Result<Result<Originais, Impedidos>, StoreError> {
    lock_rows(t, &titulos.iter().map(|id| id.uuid()).collect::<Vec<_>>())?;
    originais(t, titulos, |t, ids| {
        let mut devidos_em = devidos(t, ids, em, agora)?;
        if em < hoje {
            for (id, agora_devido) in devidos(t, ids, hoje, agora)? {
                devidos_em.entry(id).and_modify(|devido| *devido = devido.least(agora_devido));
            }
        }
        Ok(devidos_em)
    })
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
    #[diesel(sql_type = Array<Nullable<SqlUuid>>)]
    credores: Vec<Option<Uuid>>,
    #[diesel(sql_type = Bool)]
    nao_confirmada: bool,
}

/// Whom a título is owed to. Of an instalment without a creditor, those of what was negotiated for it, however often.
const CREDORES: &str = "ARRAY(WITH RECURSIVE r AS ( \
         SELECT t.credor_id, t.acordo_id \
          UNION \
         SELECT o.credor_id, o.acordo_id FROM r \
           JOIN cadastro.negociacao_titulo x ON x.empresa_id = $1 AND x.negociacao_id = r.acordo_id \
           JOIN cadastro.titulo o ON o.empresa_id = $1 AND o.id = x.titulo_id WHERE r.credor_id IS NULL) \
     SELECT DISTINCT credor_id FROM r WHERE credor_id IS NOT NULL OR acordo_id IS NULL)";

fn originais(
    t: &mut Tenant<'_>,
    titulos: &[TituloId],
    devidos: impl FnOnce(&mut Tenant<'_>, &[TituloId]) -> Result<BTreeMap<TituloId, Componentes>, StoreError>,
) -> Result<Result<Originais, Impedidos>, StoreError> {
    let linhas: Vec<Linha> = sql_query(format!(
        "SELECT t.id, t.devedor_id, t.status, t.vencimento, {CREDORES} AS credores, \
                EXISTS (SELECT FROM cadastro.negociacao n WHERE n.empresa_id = t.empresa_id \
                   AND n.id = t.acordo_id AND n.estado = 'aberta') AS nao_confirmada \
           FROM cadastro.titulo t WHERE t.empresa_id = $1 AND t.id = ANY ($2) ORDER BY t.id"
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
            credores: creditors(linha.credores),
            divida: Divida { principal: devido.principal, encargos: devido.encargos() },
        }
    };
    Ok(Ok(Originais { devedor, titulos: linhas.into_iter().map(original).collect() }))
}

/// The company itself where nothing tells.
fn creditors(lidos: Vec<Option<Uuid>>) -> BTreeSet<Option<CredorId>> {
    if lidos.is_empty() {
        return BTreeSet::from([None]);
    }
    lidos.into_iter().map(|credor| credor.map(CredorId::new)).collect()
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
