//! The fence: claim executions and read what their messages need, in one short transaction right before the provider calls.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use diesel::data_types::PgInterval;
use diesel::sql_types::{Array, BigInt, Interval, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _};
use domain::dinheiro::Centavos;
use domain::execucao::{Canal, Envio, Estado, Evento, Fonte, Motivo};
use domain::ids::{ExecucaoId, TituloId};
use domain::janela::Janela;
use domain::regua::Regras;
use domain::titulo::Titulo;
use uuid::Uuid;

use crate::consultas::{Contas, Pergunta, Tarifa};
use crate::fatos::Fatos;
use crate::preparada::prepared;
use crate::{StoreError, Tenant};

mod avulsos;
mod leitura;
mod leque;
mod lugar;
mod partes;

use leitura::{Fim, Lidas, LinhaExecucao};
use lugar::Notas;

pub(crate) use leitura::reached_by;

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
    /// What asked for it.
    pub fonte: Fonte,
    /// Whether its régua is active now; of a batch action always.
    pub regua_ativa: bool,
    /// Whether the channel is stopped for this company.
    pub parado: bool,
    /// Date of the night that decided it, or on which a person sent it back to the start.
    pub data: NaiveDate,
    /// Whether an attempt of it may have left.
    pub duvidosa: bool,
    /// Failed attempts so far.
    pub tentativas: u32,
    /// When the company lets this channel send; `None` for channels without a window (rule j07).
    pub janela: Option<Janela>,
    /// The company's time zone.
    pub fuso: Tz,
    /// Rule j06: the zones in which its window is read; none are the company's.
    pub fusos: &'static [Tz],
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
    /// The debtor's name; of a bare address or number the one that its sheet had, or none at all.
    pub devedor_nome: String,
    /// Since when the debtor is held to be dead (rule G19).
    pub devedor_falecido_em: Option<DateTime<Utc>>,
    /// The debtor's CPF or CNPJ, unformatted.
    pub devedor_documento: Option<String>,
    /// The debtor's code.
    pub devedor_codigo: Option<String>,
    /// The debtor's preferred e-mail address.
    pub devedor_email: Option<String>,
    /// Rule m11: where the message goes on its channel, the preferred contact first; at most [`MAX_CONTATOS`]. Empty when
    /// the debtor has none.
    pub contatos: Vec<String>,
    /// Rule m11: to whom else the same is to go, by executions that are still to be made; `None` when that was done, or is
    /// not to be.
    pub demais: Option<Vec<String>>,
    /// Its títulos as they are now, in no order; those that its enrolment no longer holds are not among them (rule m09).
    pub linhas: Vec<Linha>,
    /// What else its text asks for.
    pub fatos: Fatos,
    /// Rule b22: how a provider is to be asked about the debtor, once that was decided; of the other channels none.
    pub pergunta: Option<Pergunta>,
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
    /// It waits until its channel goes on, or until the debtor has the message that is being sent to him.
    Retida,
    /// It will never leave.
    Descartada {
        /// Why.
        motivo: Motivo,
    },
    /// It waited too long.
    Expirada,
    /// It is not `enfileirada` any more, or somebody else is at it: the message was a stale hint.
    DeOutro,
}

/// Claims executions of the company, in one go. `decide` sees each at the fence, with its títulos locked against a concurrent
/// change of status (rules j03, j04, j05), and says whether it may leave. Answers what became of each, in the order asked.
///
/// # Errors
/// The database is unreachable or holds something this version cannot read.
pub fn claim(
    t: &mut Tenant<'_>,
    ids: &[ExecucaoId],
    lease: Duration,
    decide: impl FnMut(&Cerca) -> Envio,
) -> Result<Vec<(ExecucaoId, Reivindicacao)>, StoreError> {
    claim_to_ask(t, ids, (lease, None), decide)
}

/// As [`claim`], where a provider is asked about debtors, which costs: who it is and what it costs is counted before it leaves.
///
/// # Errors
/// As [`claim`].
pub fn claim_to_ask(
    t: &mut Tenant<'_>,
    ids: &[ExecucaoId],
    (lease, tarifa): (Duration, Option<Tarifa>),
    mut decide: impl FnMut(&Cerca) -> Envio,
) -> Result<Vec<(ExecucaoId, Reivindicacao)>, StoreError> {
    let mut execucoes = leitura::lock(t, ids)?;
    if execucoes.is_empty() {
        return Ok(ids.iter().map(|id| (*id, Reivindicacao::DeOutro)).collect());
    }
    let lidas = leitura::read_all(t, &mut execucoes)?;
    let mut contas = tarifa.map(|tarifa| lidas.accounts(t, &execucoes, tarifa)).transpose()?;
    let mut ocupados = BTreeSet::new();
    let (mut decididas, mut notas) = (BTreeMap::new(), Notas::default());
    for mut execucao in execucoes {
        let (id, alvo, fusos) = (execucao.id(), execucao.alvo(), execucao.fusos.take());
        let devedor = alvo.0;
        let mut decide = |dados: &Cerca| {
            notas.note(id, fusos.as_deref(), dados.fusos);
            decide(dados)
        };
        let decidida = at_the_fence(execucao, &lidas, &mut decide)?;
        // Nobody gets two messages of a channel at a time; the next one comes when the first has left.
        let ocupado = matches!(decidida, Reivindicacao::Nossa { .. }) && !ocupados.insert(alvo);
        let decidida = match (ocupado, &mut contas) {
            (true, _) => Reivindicacao::Retida,
            (false, Some(contas)) => to_ask(contas, (id, devedor), decidida),
            (false, None) => decidida,
        };
        decididas.insert(id, decidida);
    }
    if let Some(contas) = contas {
        contas.write(t)?;
    }
    notas.write(t)?;
    leque::spread(t, &decididas)?;
    write(t, &mut decididas, lease)?;
    Ok(ids.iter().map(|id| (*id, decididas.remove(id).unwrap_or(Reivindicacao::DeOutro))).collect())
}

fn at_the_fence(
    execucao: LinhaExecucao,
    lidas: &Lidas,
    decide: &mut impl FnMut(&Cerca) -> Envio,
) -> Result<Reivindicacao, StoreError> {
    let fim = execucao.fim(lidas)?;
    if let Some(Fim::Por(motivo)) = fim {
        return Ok(Reivindicacao::Descartada { motivo });
    }
    let ocupado = execucao.ocupado();
    let dados = execucao.read(lidas)?;
    let envio = match (fim, decide(&dados)) {
        (Some(_), Envio::Descartar { motivo }) => return Ok(Reivindicacao::Descartada { motivo }),
        (Some(_), _) => return Ok(Reivindicacao::Descartada { motivo: Motivo::SemTitulo }),
        (None, envio) => envio,
    };
    Ok(match envio {
        Envio::Enviar { .. } if ocupado => Reivindicacao::Retida,
        Envio::Enviar { titulos } => Reivindicacao::Nossa { cerca: 0, titulos, dados: Box::new(dados) },
        Envio::Adiar { para } => Reivindicacao::Adiada { para },
        Envio::Reter => Reivindicacao::Retida,
        Envio::Descartar { motivo } => Reivindicacao::Descartada { motivo },
        Envio::Expirar => Reivindicacao::Expirada,
    })
}

/// Whether the provider is asked, and with what.
fn to_ask(contas: &mut Contas, quem: (ExecucaoId, Uuid), decidida: Reivindicacao) -> Reivindicacao {
    match decidida {
        Reivindicacao::Nossa { cerca, titulos, mut dados } => {
            match contas.decide(quem, dados.devedor_documento.as_deref()) {
                Ok(pergunta) => {
                    dados.pergunta = Some(pergunta);
                    Reivindicacao::Nossa { cerca, titulos, dados }
                }
                Err(motivo) => Reivindicacao::Descartada { motivo },
            }
        }
        outra @ (Reivindicacao::Adiada { .. }
        | Reivindicacao::Retida
        | Reivindicacao::Descartada { .. }
        | Reivindicacao::Expirada
        | Reivindicacao::DeOutro) => outra,
    }
}

impl Reivindicacao {
    fn evento(&self) -> Option<Evento> {
        match self {
            Self::Nossa { .. } => Some(Evento::Reivindicar),
            Self::Adiada { .. } | Self::Retida => Some(Evento::Devolver),
            Self::Descartada { .. } => Some(Evento::Descartar),
            Self::Expirada => Some(Evento::Expirar),
            Self::DeOutro => None,
        }
    }

    fn motivo(&self) -> Option<Motivo> {
        match self {
            Self::Descartada { motivo } => Some(*motivo),
            Self::Expirada => Some(Motivo::Validade),
            Self::Nossa { .. } | Self::Adiada { .. } | Self::Retida | Self::DeOutro => None,
        }
    }
}

#[derive(QueryableByName)]
struct Token {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<BigInt>)]
    cerca: Option<i64>,
}

/// Writes what was decided, and the fence of each that is ours into it.
fn write(
    t: &mut Tenant<'_>,
    decididas: &mut BTreeMap<ExecucaoId, Reivindicacao>,
    lease: Duration,
) -> Result<(), StoreError> {
    let (mut ids, mut estados, mut motivos, mut paras) = (vec![], vec![], vec![], vec![]);
    for (id, decidida) in &*decididas {
        let Some(estado) = decidida.evento().and_then(|evento| Estado::Enfileirada.depois(evento)) else {
            continue;
        };
        ids.push(id.uuid());
        estados.push(estado.as_str());
        motivos.push(decidida.motivo().map(Motivo::as_str));
        paras.push(if let Reivindicacao::Adiada { para } = decidida { Some(*para) } else { None });
    }
    let micros = i64::try_from(lease.as_micros()).unwrap_or(i64::MAX);
    let tokens: Vec<Token> = prepared(
        "UPDATE disparo.execucao e SET estado = x.estado, motivo = x.motivo, publicar_em = coalesce(x.para, e.publicar_em), \
                enfileirada_em = CASE WHEN x.estado <> 'pendente' THEN e.enfileirada_em END, \
                cerca = CASE WHEN x.estado = 'enviando' THEN nextval('disparo.cerca') ELSE e.cerca END, \
                lease_ate = CASE WHEN x.estado = 'enviando' THEN clock_timestamp() + $6 END, \
                atualizada_em = clock_timestamp() \
           FROM unnest($2, $3, $4, $5) AS x (id, estado, motivo, para) \
          WHERE e.empresa_id = $1 AND e.id = x.id RETURNING e.id, e.cerca",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(estados)
    .bind::<Array<Nullable<Text>>, _>(motivos)
    .bind::<Array<Nullable<Timestamptz>>, _>(paras)
    .bind::<Interval, _>(PgInterval::from_microseconds(micros))
    .load(t.conn)?;
    for token in tokens {
        if let (Some(Reivindicacao::Nossa { cerca, .. }), Some(nova)) =
            (decididas.get_mut(&ExecucaoId::new(token.id)), token.cerca)
        {
            *cerca = nova;
        }
    }
    Ok(())
}
