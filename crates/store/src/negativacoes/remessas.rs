//! Files for a bureau: what goes in one is settled when its row is made, so that its bytes can be made again.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::data_types::PgInterval;
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Interval, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::arquivo::TipoArquivo;
use domain::negativacao::{Bureau, EventoBureau, MotivoBaixa, Rumo, Situacao};
use uuid::Uuid;

use super::andamento::{Dita, Saida, take_off, titulos};
use crate::arquivos::{self, Posse, Reserva};
use crate::banco::new_id;
use crate::preparada::prepared;
use crate::{StoreError, Tenant};

mod leitura;

pub use leitura::{LinhaRemessa, RemessaLida, SemResposta, lines, of_file, remessas, unanswered};

/// An account with entries that wait to be handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Esperando {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub credencial: Uuid,
}

/// Accounts of bureaus by file whose entries have waited for company long enough, or are to be called off (rule b23); without
/// `incluir` only those with something that has to come off.
///
/// # Errors
/// The database is unreachable.
pub fn waiting(t: &mut Tenant<'_>, agrupar: Duration, incluir: bool) -> Result<Vec<Esperando>, StoreError> {
    let micros = i64::try_from(agrupar.as_micros()).unwrap_or(i64::MAX);
    Ok(sql_query(
        "SELECT n.credencial_id AS credencial FROM disparo.negativacao n \
           JOIN disparo.credencial c ON c.empresa_id = n.empresa_id AND c.id = n.credencial_id \
          WHERE n.empresa_id = $1 AND n.situacao IN ('solicitada', 'baixa_solicitada') AND n.bureau = ANY ($4) \
            AND (n.situacao = 'baixa_solicitada' OR $3 AND c.ativa AND (NOT n.parada OR EXISTS ( \
                  SELECT FROM disparo.execucao e JOIN lote.v_acao a ON a.id = e.lote_id AND a.cancelada \
                   WHERE e.empresa_id = n.empresa_id AND e.id = n.execucao_id))) \
          GROUP BY 1 HAVING min(n.esperando_desde) <= clock_timestamp() - $2 ORDER BY 1",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Interval, _>(PgInterval::from_microseconds(micros))
    .bind::<Bool, _>(incluir)
    .bind::<Array<Text>, _>(by_file().map(Bureau::as_str).collect::<Vec<_>>())
    .load(t.conn)?)
}

/// The bureaus that are spoken to by files.
fn by_file() -> impl Iterator<Item = Bureau> {
    Bureau::TODOS.iter().copied().filter(|bureau| bureau.por_arquivo())
}

#[derive(QueryableByName)]
struct Candidata {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(embed)]
    dita: Dita,
    #[diesel(sql_type = Bool)]
    cancelada: bool,
}

#[derive(QueryableByName)]
struct Conta {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    bureau: String,
    #[diesel(sql_type = Integer)]
    sequencia: i32,
    #[diesel(sql_type = Bool)]
    ativa: bool,
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Begins the next remessa of an account with all that is ripe, `limite` at most: its number, its lines, and the file that is to
/// be made of them. What is to come off goes first; without `incluir` nothing else goes. `None` when nothing is ripe.
///
/// The bureau counts the remessas of an informant, whichever account they go by, and takes none whose number is not above that of
/// the last one: so its accounts count as one, and while the file of one of its remessas is being made no other begins.
/// The títulos of what is to be included are held until this commits: a payment that was answered is in no remessa (rule j05).
///
/// # Errors
/// The database is unreachable or holds something this version cannot read.
pub fn begin(
    t: &mut Tenant<'_>,
    credencial: Uuid,
    (limite, incluir): (i64, bool),
    (agora, hoje): (DateTime<Utc>, NaiveDate),
    lease: Duration,
) -> Result<Option<Posse>, StoreError> {
    let contas = lock_informant(t, credencial)?;
    let Some(conta) = contas.iter().find(|conta| conta.id == credencial) else { return Ok(None) };
    if being_made(t, &contas)? {
        return Ok(None);
    }
    let baixas = leaving(t, credencial, limite)?;
    let sobra = limite.saturating_sub(i64::try_from(baixas.len()).unwrap_or(i64::MAX));
    let inclusoes =
        if incluir && conta.ativa { ripe(t, credencial, sobra, (agora, hoje))? } else { Vec::new() };
    let registros = baixas.len().saturating_add(inclusoes.len());
    if registros == 0 {
        return Ok(None);
    }
    let ultima = contas.iter().map(|conta| conta.sequencia).max().unwrap_or_default();
    let sequencia = ultima.saturating_add(1);
    let reserva = Reserva {
        tipo: TipoArquivo::Remessas,
        nome: format!("{}-{sequencia:06}", conta.bureau),
        mime: "text/plain",
        data: hoje,
        acao: None,
        itens: i64::try_from(registros).unwrap_or(i64::MAX),
    };
    let posse = arquivos::reserve(t, &reserva, agora, lease)?;
    let remessa = write(t, (credencial, sequencia), &posse, (agora, hoje), registros)?;
    number(t, remessa, (&baixas, 0), EventoBureau::EnviarBaixa, agora)?;
    number(t, remessa, (&inclusoes, baixas.len()), EventoBureau::Enviar, agora)?;
    Ok(Some(posse))
}

/// Every account of the informant whose this one is, held.
fn lock_informant(t: &mut Tenant<'_>, credencial: Uuid) -> Result<Vec<Conta>, StoreError> {
    Ok(sql_query(
        "SELECT id, bureau, sequencia, ativa FROM disparo.credencial \
          WHERE empresa_id = $1 AND (bureau, informante) = \
                (SELECT c.bureau, c.informante FROM disparo.credencial c WHERE c.empresa_id = $1 AND c.id = $2) \
          ORDER BY id FOR UPDATE",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(credencial)
    .load(t.conn)?)
}

/// Whether the file of a remessa of one of these accounts is not there yet. What comes after it could overtake it.
fn being_made(t: &mut Tenant<'_>, contas: &[Conta]) -> Result<bool, StoreError> {
    let uma: Option<Id> = prepared(
        "SELECT r.id FROM disparo.arquivo a \
           JOIN disparo.remessa r ON r.empresa_id = a.empresa_id AND r.arquivo_id = a.id \
          WHERE a.empresa_id = $1 AND a.tipo = 'remessas' AND a.estado = 'gerando' AND r.credencial_id = ANY ($2) LIMIT 1",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(contas.iter().map(|conta| conta.id).collect::<Vec<_>>())
    .get_result(t.conn)
    .optional()?;
    Ok(uma.is_some())
}

/// What has to come off, held.
fn leaving(t: &mut Tenant<'_>, credencial: Uuid, limite: i64) -> Result<Vec<Uuid>, StoreError> {
    let linhas: Vec<Id> = prepared(
        "SELECT id FROM disparo.negativacao WHERE empresa_id = $1 AND credencial_id = $2 AND situacao = 'baixa_solicitada' \
          ORDER BY id LIMIT $3 FOR UPDATE",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(credencial)
    .bind::<BigInt, _>(limite)
    .load(t.conn)?;
    Ok(linhas.into_iter().map(|linha| linha.id).collect())
}

/// What may be included now, held with its títulos; what may not be any more is called off, and so is what is owed otherwise than
/// the entry says: it would be listed wrong.
fn ripe(
    t: &mut Tenant<'_>,
    credencial: Uuid,
    limite: i64,
    (agora, hoje): (DateTime<Utc>, NaiveDate),
) -> Result<Vec<Uuid>, StoreError> {
    let candidatas: Vec<Candidata> = prepared(
        "SELECT n.id, n.titulo_id, n.devedor_id, n.credor_id, n.vencimento, n.valor, l.cancelada \
           FROM disparo.negativacao n CROSS JOIN LATERAL ( \
                SELECT EXISTS (SELECT FROM lote.v_acao a WHERE a.cancelada AND a.id = (SELECT e.lote_id FROM disparo.execucao e \
                         WHERE e.empresa_id = n.empresa_id AND e.id = n.execucao_id)) AS cancelada) l \
          WHERE n.empresa_id = $1 AND n.credencial_id = $2 AND n.situacao = 'solicitada' AND (NOT n.parada OR l.cancelada) \
          ORDER BY n.id LIMIT $3 FOR UPDATE OF n",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(credencial)
    .bind::<BigInt, _>(limite)
    .load(t.conn)?;
    let ids: Vec<Uuid> = candidatas.iter().map(|candidata| candidata.dita.titulo_id).collect();
    sql_query("SELECT count(*) FROM cadastro.titulos_na_cerca($1)")
        .bind::<Array<SqlUuid>, _>(&ids)
        .execute(t.conn)?;
    let titulos = titulos(t, &ids)?;
    let (mut maduras, mut saidas) = (Vec::new(), Vec::new());
    for candidata in candidatas {
        let Some(titulo) = titulos.get(&candidata.dita.titulo_id) else { continue };
        let motivo = match titulo.rumo(&candidata.dita, hoje)? {
            // Rule b23: the batch that asked for it was called off before anybody carried it.
            _ if candidata.cancelada => MotivoBaixa::Solicitacao,
            Rumo::Segue if titulo.owes(&candidata.dita) => {
                maduras.push(candidata.id);
                continue;
            }
            Rumo::Espera => continue,
            Rumo::Segue => MotivoBaixa::Solicitacao,
            Rumo::Baixar(motivo) => motivo,
        };
        let de = Situacao::Solicitada;
        let para = de.depois(EventoBureau::PedirBaixa).ok_or(StoreError::Unknown("situacao"))?;
        saidas.push(Saida { id: candidata.id, de, para, motivo, base: titulo.base(motivo, hoje) });
    }
    take_off(t, &saidas, agora)?;
    Ok(maduras)
}

fn write(
    t: &mut Tenant<'_>,
    (credencial, sequencia): (Uuid, i32),
    posse: &Posse,
    (agora, hoje): (DateTime<Utc>, NaiveDate),
    registros: usize,
) -> Result<Uuid, StoreError> {
    let id = new_id(agora);
    sql_query(
        "INSERT INTO disparo.remessa (empresa_id, id, credencial_id, sequencia, data, registros, arquivo_id, criada_em) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(credencial)
    .bind::<Integer, _>(sequencia)
    .bind::<Date, _>(hoje)
    .bind::<Integer, _>(i32::try_from(registros).unwrap_or(i32::MAX))
    .bind::<SqlUuid, _>(posse.id)
    .bind::<Timestamptz, _>(agora)
    .execute(t.conn)?;
    sql_query("UPDATE disparo.credencial SET sequencia = $3 WHERE empresa_id = $1 AND id = $2")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(credencial)
        .bind::<Integer, _>(sequencia)
        .execute(t.conn)?;
    Ok(id)
}

/// Hands them over, each in its line: the header is the first.
fn number(
    t: &mut Tenant<'_>,
    remessa: Uuid,
    (ids, antes): (&[Uuid], usize),
    evento: EventoBureau,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let inclui = evento == EventoBureau::Enviar;
    let de = if inclui { Situacao::Solicitada } else { Situacao::BaixaSolicitada };
    let para = de.depois(evento).ok_or(StoreError::Unknown("situacao"))?;
    let sql = if inclui {
        "UPDATE disparo.negativacao n SET situacao = $6, remessa_id = $2, registro = x.n::int + $4, enviada_em = $5, mudou_em = $5 \
           FROM unnest($3) WITH ORDINALITY AS x (id, n) WHERE n.empresa_id = $1 AND n.id = x.id"
    } else {
        "UPDATE disparo.negativacao n SET situacao = $6, remessa_baixa_id = $2, registro_baixa = x.n::int + $4, \
                baixa_enviada_em = $5, mudou_em = $5, tentativas = n.tentativas + 1 \
           FROM unnest($3) WITH ORDINALITY AS x (id, n) WHERE n.empresa_id = $1 AND n.id = x.id"
    };
    prepared(sql)
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(remessa)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Integer, _>(i32::try_from(antes.saturating_add(1)).unwrap_or(i32::MAX))
        .bind::<Timestamptz, _>(agora)
        .bind::<Text, _>(para.as_str())
        .execute(t.conn)?;
    Ok(())
}
