//! What the explainer reads of one debtor: a handful of statements, each by a key, each with a limit.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::execucao::{Canal, Estado, Motivo};
use domain::ids::{AcaoId, DevedorId, ExecucaoId, InscricaoId, PosicaoId, ReguaId, TituloId};
use domain::regua::{Devedor, EnvioFeito, Feita, MotivoEncerramento, Regras};
use uuid::Uuid;

use crate::titulos::ColunasTitulo;
use crate::{StoreError, Tenant, noites};

/// Executions that are read, the latest first: a year of daily actions.
const MAX_FEITAS: i64 = 500;
/// Paid and cancelled títulos that are read, those due last first.
const MAX_FECHADOS: i64 = 100;
/// Closed enrolments that are read, the latest first.
const MAX_ENCERRADAS: i64 = 50;

/// One debtor, as it is and as it was.
#[derive(Clone, Debug)]
pub struct Historia {
    /// As a decision sees it, with some of its paid and cancelled títulos.
    pub devedor: Devedor,
    /// The latest things that were done.
    pub feitas: Vec<Feita>,
    /// Whether `feitas` is all that was ever done.
    pub completa: bool,
    /// How many títulos are paid or cancelled.
    pub fechados: i64,
    /// The enrolments that closed last, the latest first.
    pub encerradas: Vec<Encerrada>,
}

/// An enrolment that is over.
#[derive(Clone, Debug)]
pub struct Encerrada {
    /// Id.
    pub id: Uuid,
    /// Régua.
    pub regua: ReguaId,
    /// Date of the night that opened it.
    pub entrada: NaiveDate,
    /// Date of the night that closed it.
    pub encerrada_em: NaiveDate,
    /// Why.
    pub motivo: MotivoEncerramento,
}

/// Reads a debtor of the company for a decision on `data`; `titulo` is read even if it was paid long ago. `None` when the
/// company has no such debtor.
///
/// # Errors
/// The database is unreachable or holds something this version cannot read.
pub fn load(
    t: &mut Tenant<'_>,
    id: DevedorId,
    titulo: Option<TituloId>,
    data: NaiveDate,
    regras: &Regras,
) -> Result<Option<Historia>, StoreError> {
    let Some(fechados) = closed_count(t, id)? else { return Ok(None) };
    let Some(mut devedor) = noites::load(t, &[id.uuid()], data, regras)?.pop() else { return Ok(None) };
    if fechados > 0 {
        load_fechados(t, titulo, &mut devedor)?;
    }
    let mut feitas = load_feitas(t, id)?;
    let completa = i64::try_from(feitas.len()).is_ok_and(|quantas| quantas <= MAX_FEITAS);
    feitas.truncate(usize::try_from(MAX_FEITAS).unwrap_or_default());
    let encerradas = load_encerradas(t, id)?;
    Ok(Some(Historia { devedor, feitas, completa, fechados, encerradas }))
}

/// The names of the réguas of the company.
///
/// # Errors
/// The database is unreachable.
pub fn names(t: &mut Tenant<'_>) -> Result<Vec<(ReguaId, String)>, StoreError> {
    #[derive(QueryableByName)]
    struct Linha {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
        #[diesel(sql_type = Text)]
        nome: String,
    }
    let linhas: Vec<Linha> = sql_query("SELECT id, nome FROM regua.regua WHERE empresa_id = $1")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .load(t.conn)?;
    Ok(linhas.into_iter().map(|linha| (ReguaId::new(linha.id), linha.nome)).collect())
}

/// How many títulos of a debtor are over; `None` when there is no such debtor.
fn closed_count(t: &mut Tenant<'_>, id: DevedorId) -> Result<Option<i64>, StoreError> {
    #[derive(QueryableByName)]
    struct Contagem {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let contagem: Vec<Contagem> = sql_query(
        "SELECT (SELECT count(*) FROM cadastro.v_titulo t \
                  WHERE t.devedor_id = p.id AND t.status IN ('pago', 'cancelado')) AS n \
           FROM cadastro.v_perfil p WHERE p.id = $1",
    )
    .bind::<SqlUuid, _>(id.uuid())
    .load(t.conn)?;
    Ok(contagem.first().map(|contagem| contagem.n))
}

#[derive(QueryableByName)]
struct LinhaTitulo {
    #[diesel(embed)]
    titulo: ColunasTitulo,
}

fn load_fechados(
    t: &mut Tenant<'_>,
    titulo: Option<TituloId>,
    devedor: &mut Devedor,
) -> Result<(), StoreError> {
    let linhas: Vec<LinhaTitulo> = sql_query(
        "SELECT id, vencimento, saldo, status, origem, credor_id, tipo_negocio, tipo_titulo, suspenso_ate, negociacao, \
                primeira_parcela FROM cadastro.v_titulo WHERE devedor_id = $1 AND status IN ('pago', 'cancelado') \
          ORDER BY id IS NOT DISTINCT FROM $2 DESC, vencimento DESC, id LIMIT $3",
    )
    .bind::<SqlUuid, _>(devedor.id.uuid())
    .bind::<Nullable<SqlUuid>, _>(titulo.map(TituloId::uuid))
    .bind::<BigInt, _>(MAX_FECHADOS)
    .load(t.conn)?;
    for linha in linhas {
        devedor.titulos.push(linha.titulo.read()?);
    }
    Ok(())
}

#[derive(QueryableByName)]
struct LinhaFeita {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    regua_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    posicao_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    acao_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    inscricao_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Integer>)]
    ciclo: Option<i32>,
    #[diesel(sql_type = Text)]
    canal: String,
    #[diesel(sql_type = Array<SqlUuid>)]
    titulos: Vec<Uuid>,
    #[diesel(sql_type = Date)]
    data: NaiveDate,
    #[diesel(sql_type = Date)]
    devida_em: NaiveDate,
    #[diesel(sql_type = Timestamptz)]
    publicar_em: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    estado: String,
    #[diesel(sql_type = Nullable<Text>)]
    motivo: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    enviada_em: Option<DateTime<Utc>>,
}

/// One more than the limit, so that it is known whether there are others.
fn load_feitas(t: &mut Tenant<'_>, id: DevedorId) -> Result<Vec<Feita>, StoreError> {
    let linhas: Vec<LinhaFeita> = sql_query(
        "SELECT id, regua_id, posicao_id, acao_id, inscricao_id, ciclo, canal, titulos, data, devida_em, publicar_em, estado, \
                motivo, enviada_em FROM disparo.v_execucao WHERE devedor_id = $1 ORDER BY data DESC, id LIMIT $2",
    )
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<BigInt, _>(MAX_FEITAS + 1)
    .load(t.conn)?;
    linhas.into_iter().map(|linha| read_feita(linha).ok_or(StoreError::Unknown("execucao"))).collect()
}

fn read_feita(linha: LinhaFeita) -> Option<Feita> {
    let ciclo = linha.ciclo.and_then(|ciclo| u32::try_from(ciclo).ok());
    let motivo = match linha.motivo.as_deref().map(Motivo::parse) {
        Some(lido) => Some(lido.ok()?),
        None => None,
    };
    Some(Feita {
        execucao: ExecucaoId::new(linha.id),
        regua: ReguaId::new(linha.regua_id),
        posicao: PosicaoId::new(linha.posicao_id),
        acao: AcaoId::new(linha.acao_id),
        canal: Canal::parse(&linha.canal).ok()?,
        inscricao: linha.inscricao_id.map(InscricaoId::new).zip(ciclo),
        titulos: linha.titulos.into_iter().map(TituloId::new).collect(),
        data: linha.data,
        devida_em: linha.devida_em,
        envio: Some(EnvioFeito {
            estado: Estado::parse(&linha.estado).ok()?,
            motivo,
            publicar_em: linha.publicar_em,
            enviada_em: linha.enviada_em,
        }),
    })
}

fn load_encerradas(t: &mut Tenant<'_>, id: DevedorId) -> Result<Vec<Encerrada>, StoreError> {
    #[derive(QueryableByName)]
    struct Linha {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
        #[diesel(sql_type = SqlUuid)]
        regua_id: Uuid,
        #[diesel(sql_type = Date)]
        entrada: NaiveDate,
        #[diesel(sql_type = Date)]
        encerrada_em: NaiveDate,
        #[diesel(sql_type = Text)]
        motivo: String,
    }
    let linhas: Vec<Linha> = sql_query(
        "SELECT id, regua_id, entrada, encerrada_em, motivo FROM regua.inscricao \
          WHERE empresa_id = $1 AND devedor_id = $2 AND estado = 'encerrada' ORDER BY encerrada_em DESC, id LIMIT $3",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<BigInt, _>(MAX_ENCERRADAS)
    .load(t.conn)?;
    let read = |linha: Linha| {
        Some(Encerrada {
            id: linha.id,
            regua: ReguaId::new(linha.regua_id),
            entrada: linha.entrada,
            encerrada_em: linha.encerrada_em,
            motivo: MotivoEncerramento::parse(&linha.motivo).ok()?,
        })
    };
    linhas.into_iter().map(|linha| read(linha).ok_or(StoreError::Unknown("inscricao"))).collect()
}
