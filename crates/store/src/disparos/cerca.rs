//! The fence: claim an execution and read what its message needs, in one short transaction right before the provider call.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::data_types::PgInterval;
use diesel::sql_types::{BigInt, Interval, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::dinheiro::Centavos;
use domain::execucao::{Canal, Envio, Motivo};
use domain::ids::{ExecucaoId, TituloId};
use domain::janela::Janela;
use domain::regua::Regras;
use domain::titulo::Titulo;

use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

mod leitura;

use leitura::Fim;

/// The most contacts that one message goes to; a debtor with more is one whose data nobody looks after.
pub const MAX_CONTATOS: usize = 10;

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
    /// Rule m11: where the message goes on its channel, the preferred contact first; at most [`MAX_CONTATOS`]. Empty when
    /// the debtor has none.
    pub contatos: Vec<String>,
    /// Its títulos as they are now, in no order; those that its enrolment no longer holds are not among them (rule m09).
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
    let Some(linha) = leitura::lock(t, id)? else { return Ok(Reivindicacao::DeOutro) };
    let fim = linha.fim()?;
    if let Some(Fim::Por(motivo)) = fim {
        discard(t, id, motivo)?;
        return Ok(Reivindicacao::Descartada { motivo });
    }
    let dados = linha.read(t)?;
    let envio = match (fim, decide(&dados)) {
        (Some(_), Envio::Enviar { .. } | Envio::Adiar { .. }) => {
            Envio::Descartar { motivo: Motivo::SemTitulo }
        }
        (_, envio) => envio,
    };
    match envio {
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
