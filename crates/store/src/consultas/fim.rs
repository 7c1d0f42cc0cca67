//! What came of asking, written with the result of its execution, or when the answer comes by itself.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{BigInt, Bool, Date, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _};
use domain::acontecimento::TipoAcontecimento;
use domain::enriquecimento::{Dados, EstadoConsulta};
use domain::ids::ExecucaoId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Achado, ConsultaFeita, Fim, mescla, politica};
use crate::linha::{self, Nota};
use crate::preparada::prepared;
use crate::{StoreError, Tenant};

/// The place of an answer among what happened at an instant: after the attempt that it may have come with.
const ORDEM: i16 = 75;

#[derive(QueryableByName)]
struct LinhaConsulta {
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
    #[diesel(sql_type = Text)]
    provedor: String,
    #[diesel(sql_type = Text)]
    estado: String,
    #[diesel(sql_type = Bool)]
    aproveitada: bool,
    #[diesel(sql_type = Date)]
    mes: NaiveDate,
    #[diesel(sql_type = BigInt)]
    preco: i64,
}

impl LinhaConsulta {
    fn respondida(&self) -> bool {
        EstadoConsulta::parse(&self.estado).is_ok_and(EstadoConsulta::respondida)
    }
}

/// What is not charged after all, by the month that it was counted in.
type Devolucoes = BTreeMap<NaiveDate, i64>;

/// An answer that is in, and what is known with it.
pub(super) struct Resposta<'r> {
    /// What it is; `None` is that the provider could not find out.
    pub(super) achado: Option<&'r Achado>,
    /// Whether it is charged.
    pub(super) cobrada: bool,
    /// When, in business time.
    pub(super) em: DateTime<Utc>,
}

/// Writes what came of asking; of debtors in the order of their ids, since some of them are held.
pub(crate) fn keep(
    t: &mut Tenant<'_>,
    feitas: &mut [(ExecucaoId, Uuid, &ConsultaFeita)],
) -> Result<(), StoreError> {
    feitas.sort_by_key(|(execucao, devedor, _)| (*devedor, *execucao));
    let mut devolucoes = Devolucoes::new();
    for (execucao, _, feita) in feitas {
        let Some(linha) = lock(t, *execucao)? else { continue };
        if let Some(protocolo) = &feita.protocolo {
            name(t, *execucao, protocolo)?;
        }
        match &feita.fim {
            // The answer may have come by itself before the result was written.
            _ if linha.respondida() => delivered(t, *execucao, feita.em)?,
            Fim::Pendente => {}
            Fim::NaoSaiu => {
                settle(t, *execucao, EstadoConsulta::Erro, (None, None), feita.em)?;
                refund(t, *execucao, &linha, &mut devolucoes)?;
            }
            Fim::Respondida { achado, cobrada } => {
                let resposta = Resposta { achado: Some(achado), cobrada: *cobrada, em: feita.em };
                conclude(t, *execucao, &linha, &resposta, &mut devolucoes)?;
            }
        }
    }
    give_back(t, &devolucoes)
}

/// An answer that came by itself. `false` when it was in already, or there is no such query.
pub(super) fn answered(
    t: &mut Tenant<'_>,
    execucao: ExecucaoId,
    resposta: &Resposta<'_>,
) -> Result<bool, StoreError> {
    // Executions are locked before what hangs on them, here as where results are written.
    prepared("SELECT FROM disparo.execucao WHERE empresa_id = $1 AND id = $2 FOR UPDATE")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(execucao.uuid())
        .execute(t.conn)?;
    let Some(linha) = lock(t, execucao)?.filter(|linha| !linha.respondida()) else { return Ok(false) };
    let mut devolucoes = Devolucoes::new();
    conclude(t, execucao, &linha, resposta, &mut devolucoes)?;
    give_back(t, &devolucoes)?;
    Ok(true)
}

fn lock(t: &mut Tenant<'_>, execucao: ExecucaoId) -> Result<Option<LinhaConsulta>, StoreError> {
    Ok(prepared(
        "SELECT devedor_id, provedor, estado, aproveitada, mes, preco FROM disparo.consulta \
          WHERE empresa_id = $1 AND execucao_id = $2 FOR UPDATE",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(execucao.uuid())
    .get_result(t.conn)
    .optional()?)
}

/// Keeps the answer, adds what it brings, and ends the execution.
fn conclude(
    t: &mut Tenant<'_>,
    execucao: ExecucaoId,
    linha: &LinhaConsulta,
    resposta: &Resposta<'_>,
    devolucoes: &mut Devolucoes,
) -> Result<(), StoreError> {
    let (estado, dados, mudancas) = match resposta.achado {
        Some(Achado::Encontrado(dados)) => {
            let quer_enderecos = politica::politica(t)?.politica.enderecos;
            let quem = (linha.provedor.as_str(), resposta.em);
            let (mescla, noticia) = mescla::merge(t, linha.devedor_id, (dados, quer_enderecos), quem)?;
            // An answer that was used again is kept where it came in.
            let guardar = (!linha.aproveitada).then_some(&**dados);
            (EstadoConsulta::Concluida, guardar, Some(mescla::changes(&mescla, noticia)))
        }
        Some(Achado::NaoEncontrado) => (EstadoConsulta::NaoEncontrado, None, None),
        None => (EstadoConsulta::Erro, None, None),
    };
    settle(t, execucao, estado, (dados, mudancas.as_ref()), resposta.em)?;
    if estado.respondida() {
        delivered(t, execucao, resposta.em)?;
    } else {
        failed(t, execucao)?;
    }
    if !resposta.cobrada {
        refund(t, execucao, linha, devolucoes)?;
    }
    note(t, execucao, linha, (estado, mudancas), resposta.em)
}

fn name(t: &mut Tenant<'_>, execucao: ExecucaoId, protocolo: &str) -> Result<(), StoreError> {
    prepared("UPDATE disparo.consulta SET protocolo = $3 WHERE empresa_id = $1 AND execucao_id = $2")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(execucao.uuid())
        .bind::<Text, _>(protocolo)
        .execute(t.conn)?;
    Ok(())
}

/// How the query ended, with what is kept of its answer, if that is one.
fn settle(
    t: &mut Tenant<'_>,
    execucao: ExecucaoId,
    estado: EstadoConsulta,
    (dados, mudancas): (Option<&Dados>, Option<&Value>),
    em: DateTime<Utc>,
) -> Result<(), StoreError> {
    // Texts, numbers and codes always serialize.
    let dados = dados.map(|dados| serde_json::to_value(dados).unwrap_or_default());
    prepared(
        "UPDATE disparo.consulta SET estado = $3, respondida_em = $4, dados = $5, mudancas = $6 \
          WHERE empresa_id = $1 AND execucao_id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(execucao.uuid())
    .bind::<Text, _>(estado.as_str())
    .bind::<Nullable<Timestamptz>, _>(estado.respondida().then_some(em))
    .bind::<Nullable<Jsonb>, _>(dados)
    .bind::<Nullable<Jsonb>, _>(mudancas)
    .execute(t.conn)?;
    Ok(())
}

/// The answer is in. What is still on its way hears of it when its result is written.
fn delivered(t: &mut Tenant<'_>, execucao: ExecucaoId, em: DateTime<Utc>) -> Result<(), StoreError> {
    prepared(
        "UPDATE disparo.execucao SET estado = 'entregue', motivo = NULL, enviada_em = coalesce(enviada_em, $3), \
                atualizada_em = clock_timestamp() \
          WHERE empresa_id = $1 AND id = $2 AND estado IN ('enviada', 'incerta', 'revisao_manual')",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(execucao.uuid())
    .bind::<Timestamptz, _>(em)
    .execute(t.conn)?;
    Ok(())
}

/// The provider took the question and could not find out.
fn failed(t: &mut Tenant<'_>, execucao: ExecucaoId) -> Result<(), StoreError> {
    prepared(
        "UPDATE disparo.execucao SET estado = 'devolvida', motivo = 'sem_resposta', atualizada_em = clock_timestamp() \
          WHERE empresa_id = $1 AND id = $2 AND estado = 'enviada'",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(execucao.uuid())
    .execute(t.conn)?;
    Ok(())
}

/// What the attempt was counted with is not charged; the month hears of it by [`give_back`].
fn refund(
    t: &mut Tenant<'_>,
    execucao: ExecucaoId,
    linha: &LinhaConsulta,
    devolucoes: &mut Devolucoes,
) -> Result<(), StoreError> {
    if linha.preco == 0 {
        return Ok(());
    }
    prepared("UPDATE disparo.consulta SET custo = custo - $3, preco = 0 WHERE empresa_id = $1 AND execucao_id = $2")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(execucao.uuid())
        .bind::<BigInt, _>(linha.preco)
        .execute(t.conn)?;
    *devolucoes.entry(linha.mes).or_default() += linha.preco;
    Ok(())
}

/// Last of all, in order of month: a claim holds títulos and waits for the month, so whoever has it may want no debtor any more.
fn give_back(t: &mut Tenant<'_>, devolucoes: &Devolucoes) -> Result<(), StoreError> {
    for (mes, preco) in devolucoes {
        prepared("UPDATE disparo.gasto SET custo = custo - $3 WHERE empresa_id = $1 AND mes = $2")
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .bind::<Date, _>(mes)
            .bind::<BigInt, _>(preco)
            .execute(t.conn)?;
    }
    Ok(())
}

fn note(
    t: &mut Tenant<'_>,
    execucao: ExecucaoId,
    linha: &LinhaConsulta,
    (estado, mudancas): (EstadoConsulta, Option<Value>),
    em: DateTime<Utc>,
) -> Result<(), StoreError> {
    let quantos = |campo: &str| {
        mudancas.as_ref().and_then(|m| m.get(campo)).and_then(Value::as_array).map_or(0, Vec::len)
    };
    let nota = Nota {
        devedor: linha.devedor_id,
        em,
        ordem: ORDEM,
        chave: execucao.to_string(),
        tipo: TipoAcontecimento::Consulta,
        dados: json!({ "consulta": {
            "execucao_id": execucao.uuid(), "provedor": linha.provedor, "estado": estado, "aproveitada": linha.aproveitada,
            "telefones": quantos("telefones"), "emails": quantos("emails"), "enderecos": quantos("enderecos"),
        } }),
    };
    linha::note(t, &[nota])
}
