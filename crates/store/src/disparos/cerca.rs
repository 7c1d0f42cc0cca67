//! The fence: claim an execution and read what its message needs, in one short transaction right before the provider call.

use std::time::Duration;

use chrono::{DateTime, NaiveTime, Utc};
use diesel::data_types::PgInterval;
use diesel::sql_types::{
    Array, BigInt, Bool, Interval, Nullable, SmallInt, Text, Time, Timestamptz, Uuid as SqlUuid,
};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::dinheiro::Centavos;
use domain::execucao::{Canal, Envio, Motivo};
use domain::ids::{ExecucaoId, TituloId};
use domain::janela::{DiasDaSemana, Janela};
use domain::titulo::{Regras, Titulo};
use uuid::Uuid;

use crate::migracao::ExecuteUnit as _;
use crate::titulos::ColunasTitulo;
use crate::{StoreError, Tenant};

/// A título as a message lists it.
#[derive(Clone, Debug)]
pub struct Linha {
    /// What the decision sees of it.
    pub titulo: Titulo,
    /// Number that the debtor knows it by.
    pub numero: String,
    /// Face value.
    pub valor: Centavos,
    /// Whom it is owed to, if not the company itself.
    pub credor: Option<String>,
}

/// Everything about an execution at the fence. It holds personal data and so has no `Debug`.
#[derive(Clone)]
pub struct Cerca {
    /// Channel.
    pub canal: Canal,
    /// Whether it is a reminder (`D-n`).
    pub lembrete: bool,
    /// Whether its régua is active now.
    pub regua_ativa: bool,
    /// Failed attempts so far.
    pub tentativas: u32,
    /// When the company lets this channel send; `None` for channels without a window (rule j07).
    pub janela: Option<Janela>,
    /// IANA name of the company's time zone.
    pub fuso: String,
    /// What the company chose about due dates.
    pub regras: Regras,
    /// The company's name.
    pub empresa_nome: String,
    /// Address that its e-mails come from.
    pub remetente_email: String,
    /// Subject, with coringas.
    pub assunto: Option<String>,
    /// Body, with coringas.
    pub corpo: Option<String>,
    /// The debtor's name.
    pub devedor_nome: String,
    /// The debtor's CPF or CNPJ, unformatted.
    pub devedor_documento: Option<String>,
    /// The debtor's code.
    pub devedor_codigo: Option<String>,
    /// The debtor's preferred e-mail address.
    pub devedor_email: Option<String>,
    /// Its títulos as they are now, the reference first.
    pub linhas: Vec<Linha>,
}

/// What became of a claim.
pub enum Reivindicacao {
    /// It is ours until the lease ends: send it, then report under this fence.
    Nossa {
        /// Fence token; a result under an older one is ignored.
        cerca: i64,
        /// The títulos to list, the reference first.
        titulos: Vec<TituloId>,
        /// What the message needs.
        dados: Box<Cerca>,
    },
    /// It waits for its window.
    Adiada {
        /// Until then.
        para: DateTime<Utc>,
    },
    /// It will never leave.
    Descartada {
        /// Why.
        motivo: Motivo,
    },
    /// It is not `enfileirada` any more, or somebody else is at it: the message was a stale hint.
    DeOutro,
}

/// Claims the execution. `decide` sees it at the fence, with its títulos locked against a concurrent change of status
/// (rules j03, j04, j05), and says whether it may leave.
///
/// # Errors
/// The database is unreachable or holds something this version cannot read.
pub fn claim(
    t: &mut Tenant<'_>,
    id: ExecucaoId,
    lease: Duration,
    decide: impl FnOnce(&Cerca) -> Envio,
) -> Result<Reivindicacao, StoreError> {
    let Some(linha) = lock(t, id)? else { return Ok(Reivindicacao::DeOutro) };
    let (devedor, ids) = (linha.devedor_id, linha.titulos.clone());
    let mut dados = read(linha).ok_or(StoreError::Unknown("execucao"))?;
    dados.linhas = fence_titulos(t, devedor, &ids)?;
    match decide(&dados) {
        Envio::Enviar { titulos } => {
            let cerca = start(t, id, lease)?;
            Ok(Reivindicacao::Nossa { cerca, titulos, dados: Box::new(dados) })
        }
        Envio::Adiar { para } => {
            postpone(t, id, para)?;
            Ok(Reivindicacao::Adiada { para })
        }
        Envio::Descartar { motivo } => {
            discard(t, id, motivo)?;
            Ok(Reivindicacao::Descartada { motivo })
        }
    }
}

#[derive(QueryableByName)]
struct LinhaExecucao {
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
    #[diesel(sql_type = Text)]
    canal: String,
    #[diesel(sql_type = Bool)]
    lembrete: bool,
    #[diesel(sql_type = Bool)]
    regua_ativa: bool,
    #[diesel(sql_type = SmallInt)]
    tentativas: i16,
    #[diesel(sql_type = Array<SqlUuid>)]
    titulos: Vec<Uuid>,
    #[diesel(sql_type = Nullable<Time>)]
    inicio: Option<NaiveTime>,
    #[diesel(sql_type = Nullable<Time>)]
    fim: Option<NaiveTime>,
    #[diesel(sql_type = Nullable<SmallInt>)]
    dias: Option<i16>,
    #[diesel(sql_type = Text)]
    fuso: String,
    #[diesel(sql_type = Bool)]
    vencimento_em_dia_util: bool,
    #[diesel(sql_type = Text)]
    empresa_nome: String,
    #[diesel(sql_type = Text)]
    remetente_email: String,
    #[diesel(sql_type = Nullable<Text>)]
    assunto: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    corpo: Option<String>,
    #[diesel(sql_type = Text)]
    devedor_nome: String,
    #[diesel(sql_type = Nullable<Text>)]
    devedor_documento: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    devedor_codigo: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    devedor_email: Option<String>,
}

fn lock(t: &mut Tenant<'_>, id: ExecucaoId) -> Result<Option<LinhaExecucao>, StoreError> {
    Ok(sql_query(
        "SELECT e.devedor_id, e.canal, e.inscricao_id IS NULL AS lembrete, r.estado = 'ativa' AS regua_ativa, e.tentativas, e.titulos, j.inicio, j.fim, j.dias, \
                emp.fuso, emp.vencimento_em_dia_util, emp.nome AS empresa_nome, emp.remetente_email, \
                c.assunto, c.corpo, d.nome AS devedor_nome, d.documento AS devedor_documento, \
                d.codigo AS devedor_codigo, d.email AS devedor_email \
           FROM disparo.execucao e \
           JOIN cadastro.v_empresa emp ON emp.empresa_id = e.empresa_id \
           JOIN regua.v_regua r ON r.empresa_id = e.empresa_id AND r.id = e.regua_id \
           JOIN cadastro.v_devedor d ON d.empresa_id = e.empresa_id AND d.id = e.devedor_id \
           LEFT JOIN cadastro.v_janela j ON j.empresa_id = e.empresa_id AND j.canal = e.canal \
           LEFT JOIN regua.v_conteudo c ON c.empresa_id = e.empresa_id AND c.id = e.conteudo_id \
          WHERE e.empresa_id = $1 AND e.id = $2 AND e.estado = 'enfileirada' FOR UPDATE OF e SKIP LOCKED",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .get_result(t.conn)
    .optional()?)
}

fn read(linha: LinhaExecucao) -> Option<Cerca> {
    let janela = match (linha.inicio, linha.fim, linha.dias) {
        (Some(inicio), Some(fim), Some(dias)) => {
            Some(Janela::new(inicio, fim, DiasDaSemana::from_bits(u8::try_from(dias).ok()?)).ok()?)
        }
        _ => None,
    };
    Some(Cerca {
        canal: Canal::parse(&linha.canal).ok()?,
        lembrete: linha.lembrete,
        regua_ativa: linha.regua_ativa,
        tentativas: u32::try_from(linha.tentativas).ok()?,
        janela,
        fuso: linha.fuso,
        regras: Regras { vencimento_em_dia_util: linha.vencimento_em_dia_util },
        empresa_nome: linha.empresa_nome,
        remetente_email: linha.remetente_email,
        assunto: linha.assunto,
        corpo: linha.corpo,
        devedor_nome: linha.devedor_nome,
        devedor_documento: linha.devedor_documento,
        devedor_codigo: linha.devedor_codigo,
        devedor_email: linha.devedor_email,
        linhas: Vec::new(),
    })
}

#[derive(QueryableByName)]
struct LinhaTitulo {
    #[diesel(embed)]
    titulo: ColunasTitulo,
    #[diesel(sql_type = Text)]
    numero: String,
    #[diesel(sql_type = BigInt)]
    valor: i64,
    #[diesel(sql_type = Nullable<Text>)]
    credor: Option<String>,
}

/// The títulos that are still the debtor's, locked against a change of status until this transaction ends.
fn fence_titulos(t: &mut Tenant<'_>, devedor: Uuid, ids: &[Uuid]) -> Result<Vec<Linha>, StoreError> {
    let linhas: Vec<LinhaTitulo> = sql_query(
        "SELECT id, numero, vencimento, valor, saldo, status, origem, credor FROM cadastro.titulos_na_cerca($1, $2)",
    )
    .bind::<SqlUuid, _>(devedor)
    .bind::<Array<SqlUuid>, _>(ids)
    .load(t.conn)?;
    linhas
        .into_iter()
        .map(|l| {
            let titulo = l.titulo.read()?;
            Ok(Linha { titulo, numero: l.numero, valor: Centavos::new(l.valor), credor: l.credor })
        })
        .collect()
}

#[derive(QueryableByName)]
struct Token {
    #[diesel(sql_type = BigInt)]
    cerca: i64,
}

fn start(t: &mut Tenant<'_>, id: ExecucaoId, lease: Duration) -> Result<i64, StoreError> {
    let micros = i64::try_from(lease.as_micros()).unwrap_or(i64::MAX);
    let token: Token = sql_query(
        "UPDATE disparo.execucao SET estado = 'enviando', cerca = nextval('disparo.cerca'), \
                lease_ate = clock_timestamp() + $3, atualizada_em = clock_timestamp() \
          WHERE empresa_id = $1 AND id = $2 RETURNING cerca",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Interval, _>(PgInterval::from_microseconds(micros))
    .get_result(t.conn)?;
    Ok(token.cerca)
}

fn postpone(t: &mut Tenant<'_>, id: ExecucaoId, para: DateTime<Utc>) -> Result<(), StoreError> {
    sql_query(
        "UPDATE disparo.execucao SET estado = 'pendente', publicar_em = $3, enfileirada_em = NULL, \
                atualizada_em = clock_timestamp() WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Timestamptz, _>(para)
    .execute_unit(t.conn)
}

fn discard(t: &mut Tenant<'_>, id: ExecucaoId, motivo: Motivo) -> Result<(), StoreError> {
    sql_query(
        "UPDATE disparo.execucao SET estado = 'descartada', motivo = $3, atualizada_em = clock_timestamp() \
          WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Text, _>(motivo.as_str())
    .execute_unit(t.conn)
}
