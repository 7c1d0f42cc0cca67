//! What comes back of an e-mail, and who wants no more of them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::contato::{Devolucao, PRAZO_DEVOLUCOES, endereco_perdido};
use domain::ids::{EmpresaId, ExecucaoId};
use uuid::Uuid;

use crate::{Banco, StoreError, Tenant};

/// How the addresses of one message stand in a row, and are told apart again: none has a comma.
pub const ENTRE_ENDERECOS: &str = ", ";

/// A message that came back from an address.
#[derive(Clone, Copy)]
pub struct Voltou<'a> {
    /// From which, as the report has it; servers on the way may write another than we wrote to.
    pub endereco: Option<&'a str>,
    /// What that says of the address.
    pub devolucao: Devolucao,
    /// The code for why.
    pub codigo: &'a str,
}

#[derive(QueryableByName)]
struct Dona {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    empresa: Option<Uuid>,
}

/// Whose an e-mail is, of which only its execution is known.
///
/// # Errors
/// The database is unreachable.
pub fn company_of_email(banco: &Banco, id: ExecucaoId) -> Result<Option<EmpresaId>, StoreError> {
    let dona: Dona = banco.de_todas(|conn| {
        Ok(sql_query("SELECT disparo.empresa_do_email($1) AS empresa")
            .bind::<SqlUuid, _>(id.uuid())
            .get_result(conn)?)
    })?;
    Ok(dona.empresa.map(EmpresaId::new))
}

#[derive(QueryableByName)]
struct LinhaEnvio {
    #[diesel(sql_type = Nullable<Text>)]
    destinatario: Option<String>,
    /// Rule b01: whether it went to a bare address, which no debtor's contacts tell of.
    #[diesel(sql_type = Bool)]
    avulsa: bool,
}

#[derive(QueryableByName)]
struct Contagem {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Keeps that a message came back, and ends the use of an address that is none: at once, or at the third time that it took
/// nothing for the time being ([`endereco_perdido`]). Answers whether the message has now come back from all of its addresses.
///
/// # Errors
/// The database is unreachable.
pub fn bounce(
    t: &mut Tenant<'_>,
    id: ExecucaoId,
    voltou: &Voltou<'_>,
    agora: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let Some((destinatarios, avulsa)) = sent_to(t, id)? else { return Ok(false) };
    let Some(endereco) = which(&destinatarios, voltou.endereco) else { return Ok(false) };
    keep(t, id, (&endereco, voltou), agora)?;
    if endereco_perdido(voltou.devolucao, temporary(t, &endereco, agora)?) {
        let motivo = format!("a mensagem voltou ({})", voltou.codigo);
        let _contatos: Contagem = sql_query("SELECT cadastro.invalidar_email($1, $2, $3) AS n")
            .bind::<Text, _>(&endereco)
            .bind::<Text, _>(&motivo)
            .bind::<Timestamptz, _>(agora)
            .get_result(t.conn)?;
        if avulsa {
            let _nova: Saiu = sql_query("SELECT cadastro.recusar('email', $1, false, $2, $3) AS novo")
                .bind::<Text, _>(&endereco)
                .bind::<Text, _>(&motivo)
                .bind::<Timestamptz, _>(agora)
                .get_result(t.conn)?;
        }
    }
    let todos: BTreeSet<&String> = destinatarios.iter().chain([&endereco]).collect();
    let todos: Vec<&String> = todos.into_iter().collect();
    let voltaram: Contagem = sql_query(
        "SELECT count(*) AS n FROM disparo.devolucao WHERE empresa_id = $1 AND execucao_id = $2 AND endereco = ANY ($3)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Array<Text>, _>(&todos)
    .get_result(t.conn)?;
    Ok(usize::try_from(voltaram.n).is_ok_and(|n| n == todos.len()))
}

/// Where an e-mail went, and whether that is a bare address; nowhere yet, as far as is written, while its dispatcher still has it.
/// One report of it at a time.
fn sent_to(t: &mut Tenant<'_>, id: ExecucaoId) -> Result<Option<(Vec<String>, bool)>, StoreError> {
    let linha: Option<LinhaEnvio> = sql_query(
        "SELECT (SELECT a.destinatario FROM disparo.tentativa a \
                  WHERE a.empresa_id = e.empresa_id AND a.execucao_id = e.id AND a.texto IS NOT NULL \
                  ORDER BY a.cerca DESC LIMIT 1) AS destinatario, e.lote_id IS NOT NULL AND e.contato IS NOT NULL AS avulsa \
           FROM disparo.execucao e WHERE e.empresa_id = $1 AND e.id = $2 AND e.canal = 'email' FOR UPDATE OF e",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .get_result(t.conn)
    .optional()?;
    let addresses = |texto: String| texto.split(ENTRE_ENDERECOS).map(str::to_owned).collect();
    Ok(linha.map(|linha| (linha.destinatario.map(addresses).unwrap_or_default(), linha.avulsa)))
}

/// Of several the one that is named; the only one whatever the report calls it.
fn which(destinatarios: &[String], dito: Option<&str>) -> Option<String> {
    match destinatarios {
        [] => dito.map(str::to_owned),
        [unico] => Some(unico.clone()),
        varios => {
            varios.iter().find(|dele| dito.is_some_and(|dito| dele.eq_ignore_ascii_case(dito))).cloned()
        }
    }
}

fn keep(
    t: &mut Tenant<'_>,
    id: ExecucaoId,
    (endereco, voltou): (&str, &Voltou<'_>),
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql_query(
        "INSERT INTO disparo.devolucao AS d (empresa_id, execucao_id, endereco, devolucao, codigo, em) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (empresa_id, execucao_id, endereco) DO UPDATE \
         SET devolucao = excluded.devolucao, codigo = excluded.codigo \
          WHERE excluded.devolucao = 'definitiva' AND d.devolucao <> 'definitiva'",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Text, _>(endereco)
    .bind::<Text, _>(voltou.devolucao.as_str())
    .bind::<Text, _>(voltou.codigo)
    .bind::<Timestamptz, _>(agora)
    .execute(t.conn)?;
    Ok(())
}

/// How many messages an address did not take for the time being, of late.
fn temporary(t: &mut Tenant<'_>, endereco: &str, agora: DateTime<Utc>) -> Result<i64, StoreError> {
    let contagem: Contagem = sql_query(
        "SELECT count(*) AS n FROM disparo.devolucao \
          WHERE empresa_id = $1 AND endereco = $2 AND devolucao = 'temporaria' AND em > $3",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Text, _>(endereco)
    .bind::<Timestamptz, _>(agora - PRAZO_DEVOLUCOES)
    .get_result(t.conn)?;
    Ok(contagem.n)
}

#[derive(QueryableByName)]
struct Remetente {
    #[diesel(sql_type = Text)]
    nome: String,
}

/// The name of the company that sent an e-mail; `None` if it sent no such one.
///
/// # Errors
/// The database is unreachable.
pub fn sender_of_email(t: &mut Tenant<'_>, id: ExecucaoId) -> Result<Option<String>, StoreError> {
    let linha: Option<Remetente> = sql_query(
        "SELECT v.nome FROM disparo.execucao e JOIN cadastro.v_empresa v ON v.empresa_id = e.empresa_id \
          WHERE e.empresa_id = $1 AND e.id = $2 AND e.canal = 'email'",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .get_result(t.conn)
    .optional()?;
    Ok(linha.map(|linha| linha.nome))
}

#[derive(QueryableByName)]
struct Saiu {
    #[diesel(sql_type = Bool)]
    novo: bool,
}

/// Ends e-mails to whoever this one was for. Answers whether that is new; `false` also if there is no such e-mail.
///
/// # Errors
/// The database is unreachable.
pub fn opt_out_of_email(
    t: &mut Tenant<'_>,
    id: ExecucaoId,
    motivo: &str,
    agora: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let saiu: Option<Saiu> = sql_query(
        "SELECT CASE WHEN e.lote_id IS NOT NULL AND e.contato IS NOT NULL THEN cadastro.recusar('email', e.contato, true, $3, $4) \
                     ELSE cadastro.sair_dos_emails(e.devedor_id, $3, $4) END AS novo FROM disparo.execucao e \
          WHERE e.empresa_id = $1 AND e.id = $2 AND e.canal = 'email'",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Text, _>(motivo)
    .bind::<Timestamptz, _>(agora)
    .get_result(t.conn)
    .optional()?;
    Ok(saiu.is_some_and(|saiu| saiu.novo))
}
