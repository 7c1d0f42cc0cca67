//! Letters: written with the result of their executions, gathered in files, and what becomes of them.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::data_types::PgInterval;
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Interval, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::arquivo::{FatoCarta, TipoArquivo};
use domain::dinheiro::Centavos;
use domain::endereco::Endereco;
use domain::ids::{ExecucaoId, TituloId};
use uuid::Uuid;

use crate::arquivos::{self, Posse, Reserva};
use crate::preparada::prepared;
use crate::{StoreError, Tenant};

mod desistencia;
mod lista;
mod marcas;
mod retirada;

pub use desistencia::give_up;
pub use lista::{CartaLida, of_file};
pub use marcas::{RecusaMarca, bring_back, post, print};
pub use retirada::{ARetirar, check, to_take_out};

/// A título as a letter demands it: once it is anything else, the letter says what is not so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TituloCobrado {
    /// Which.
    pub id: TituloId,
    /// What was still owed.
    pub saldo: Centavos,
    /// The due date as written on it.
    pub vencimento: NaiveDate,
}

/// A letter as it was composed. It holds personal data and so has no `Debug`.
#[derive(Clone)]
pub struct CartaComposta {
    /// To whom.
    pub nome: String,
    /// Where to.
    pub endereco: Endereco,
    /// What it says, as JSON: its blocks and tables.
    pub corpo: String,
    /// Who demands, for the foot (CDC 42-A).
    pub identificacao: String,
    /// The títulos that stand in it.
    pub titulos: Vec<TituloCobrado>,
    /// When it was composed.
    pub montada_em: DateTime<Utc>,
}

/// Keeps new letters. One that was kept stays as it is.
pub(crate) fn keep(
    t: &mut Tenant<'_>,
    novas: &[(ExecucaoId, Uuid, &CartaComposta)],
) -> Result<(), StoreError> {
    if novas.is_empty() {
        return Ok(());
    }
    let enderecos: Result<Vec<_>, _> =
        novas.iter().map(|(.., c)| serde_json::to_string(&c.endereco)).collect();
    let enderecos = enderecos.map_err(|_erro| StoreError::Unknown("endereco"))?;
    let cep = |c: &CartaComposta| c.endereco.cep.map(|cep| cep.to_string()).unwrap_or_default();
    prepared(
        "INSERT INTO disparo.carta (empresa_id, id, devedor_id, acao_id, data, nome, endereco, cep, corpo, identificacao, titulos, \
                                    saldos, vencimentos, montada_em) \
         SELECT $1, e.id, e.devedor_id, coalesce(e.acao_id, e.lote_id), e.data, x.nome, x.endereco, x.cep, x.corpo, x.identificacao, \
                x.titulos::uuid[], x.saldos::bigint[], x.vencimentos::date[], x.montada_em \
           FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
                AS x (id, nome, endereco, cep, corpo, identificacao, titulos, saldos, vencimentos, montada_em) \
           JOIN disparo.execucao e ON e.empresa_id = $1 AND e.id = x.id \
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(novas.iter().map(|(id, ..)| id.uuid()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(novas.iter().map(|(.., c)| c.nome.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(enderecos)
    .bind::<Array<Text>, _>(novas.iter().map(|(.., c)| cep(c)).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(novas.iter().map(|(.., c)| c.corpo.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(novas.iter().map(|(.., c)| c.identificacao.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(arrays(novas, |titulo| titulo.id.to_string()))
    .bind::<Array<Text>, _>(arrays(novas, |titulo| titulo.saldo.get().to_string()))
    .bind::<Array<Text>, _>(arrays(novas, |titulo| titulo.vencimento.to_string()))
    .bind::<Array<Timestamptz>, _>(novas.iter().map(|(.., c)| c.montada_em).collect::<Vec<_>>())
    .execute(t.conn)?;
    let Some(agora) = novas.iter().map(|(.., c)| c.montada_em).max() else { return Ok(()) };
    let ids: Vec<Uuid> = novas.iter().map(|(id, ..)| id.uuid()).collect();
    note(t, &ids, FatoCarta::Feita, agora)
}

/// Of each letter, this of its títulos, as the literal of an array.
fn arrays(
    novas: &[(ExecucaoId, Uuid, &CartaComposta)],
    de: impl Fn(&TituloCobrado) -> String,
) -> Vec<String> {
    let literal =
        |c: &CartaComposta| format!("{{{}}}", c.titulos.iter().map(&de).collect::<Vec<_>>().join(","));
    novas.iter().map(|(.., c)| literal(c)).collect()
}

/// When letters are gathered.
#[derive(Clone, Copy, Debug)]
pub struct Ajuntamento {
    /// So long after the last one of its group came.
    pub espera: Duration,
    /// And in any case so long after the first one, whatever of the group is still on its way.
    pub paciencia: Duration,
    /// At most so many in a file.
    pub maximo: i64,
    /// How long who makes the file has it for himself.
    pub lease: Duration,
}

#[derive(QueryableByName)]
struct Grupo {
    #[diesel(sql_type = Date)]
    data: NaiveDate,
    #[diesel(sql_type = SqlUuid)]
    acao_id: Uuid,
    #[diesel(sql_type = BigInt)]
    quantas: i64,
}

#[derive(QueryableByName)]
struct Vez {
    #[diesel(sql_type = Bool)]
    nossa: bool,
}

fn interval(prazo: Duration) -> PgInterval {
    PgInterval::from_microseconds(i64::try_from(prazo.as_micros()).unwrap_or(i64::MAX))
}

/// Rule c01: puts the letters of a company, a date and an action in a file of their own, once no other of them is on its way.
/// `None` when nothing is to be gathered. A letter is in one file or in none: its row says in which. Those of a batch that was
/// called off are in none (rule b23).
///
/// # Errors
/// The database is unreachable.
pub fn gather(
    t: &mut Tenant<'_>,
    ajuntamento: &Ajuntamento,
    agora: DateTime<Utc>,
) -> Result<Option<Posse>, StoreError> {
    let vez: Vez =
        sql_query("SELECT pg_try_advisory_xact_lock(hashtext('disparo.carta'), hashtext($1::text)) AS nossa")
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .get_result(t.conn)?;
    if !vez.nossa {
        return Ok(None);
    }
    let grupo: Option<Grupo> = sql_query(
        "SELECT g.data, g.acao_id, g.quantas \
           FROM (SELECT c.data, c.acao_id, count(*) AS quantas, min(c.criada_em) AS primeira, max(c.criada_em) AS ultima \
                   FROM disparo.carta c WHERE c.empresa_id = $1 AND c.arquivo_id IS NULL AND c.retirada_em IS NULL \
                  GROUP BY c.data, c.acao_id) g \
          WHERE NOT EXISTS (SELECT FROM lote.v_acao a WHERE a.id = g.acao_id AND a.cancelada) \
            AND (g.primeira < clock_timestamp() - $3 \
             OR (g.ultima <= clock_timestamp() - $2 AND NOT regua.noite_andando(g.data) \
                 AND NOT EXISTS (SELECT FROM disparo.execucao e WHERE e.empresa_id = $1 AND e.canal = 'carta' \
                                    AND e.estado IN ('pendente', 'enfileirada', 'enviando') \
                                    AND e.data = g.data AND e.acao_id = g.acao_id) \
                 AND NOT EXISTS (SELECT FROM disparo.execucao e WHERE e.empresa_id = $1 AND e.lote_id = g.acao_id \
                                    AND e.estado IN ('pendente', 'enfileirada', 'enviando', 'incerta', 'revisao_manual') \
                                    AND e.estado IN ('pendente', 'enfileirada', 'enviando')) \
                 AND NOT EXISTS (SELECT FROM lote.v_acao a WHERE a.id = g.acao_id AND a.incompleta))) \
          ORDER BY g.primeira, g.acao_id LIMIT 1",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Interval, _>(interval(ajuntamento.espera))
    .bind::<Interval, _>(interval(ajuntamento.paciencia))
    .get_result(t.conn)
    .optional()?;
    let Some(Grupo { data, acao_id, quantas }) = grupo else { return Ok(None) };
    let itens = quantas.min(ajuntamento.maximo);
    let reserva = Reserva {
        tipo: TipoArquivo::Cartas,
        nome: format!("cartas-{data}"),
        mime: "application/pdf",
        data,
        acao: Some(acao_id),
        itens,
    };
    let posse = arquivos::reserve(t, &reserva, agora, ajuntamento.lease)?;
    sql_query(
        "UPDATE disparo.carta c SET arquivo_id = $4 \
           FROM (SELECT x.id FROM disparo.carta x WHERE x.empresa_id = $1 AND x.data = $2 AND x.acao_id = $3 \
                    AND x.arquivo_id IS NULL AND x.retirada_em IS NULL ORDER BY x.cep, x.id LIMIT $5) n \
          WHERE c.empresa_id = $1 AND c.id = n.id AND c.arquivo_id IS NULL AND c.retirada_em IS NULL", // read again once it is ours
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Date, _>(data)
    .bind::<SqlUuid, _>(acao_id)
    .bind::<SqlUuid, _>(posse.id)
    .bind::<BigInt, _>(itens)
    .execute(t.conn)?;
    Ok(Some(posse))
}

/// Before a file is made: takes out the letters that demand what is no longer owed so, and numbers the others in order of CEP
/// (rules c03, c05). Answers how many there are; `None` when the file is another's to make by now, and then nothing was done.
///
/// # Errors
/// The database is unreachable.
pub fn prepare(
    t: &mut Tenant<'_>,
    posse: &Posse,
    lease: Duration,
    agora: DateTime<Utc>,
) -> Result<Option<i64>, StoreError> {
    if !arquivos::renew(t, posse, lease)? {
        return Ok(None);
    }
    retirada::take_out(t, posse.id, false, agora)?;
    let feitas = sql_query(
        "UPDATE disparo.carta c SET sequencia = n.sequencia, pagina = NULL, paginas = NULL \
           FROM (SELECT x.id, row_number() OVER (ORDER BY x.cep, x.id)::integer AS sequencia FROM disparo.carta x \
                  WHERE x.empresa_id = $1 AND x.arquivo_id = $2 AND x.retirada_em IS NULL) n \
          WHERE c.empresa_id = $1 AND c.id = n.id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(posse.id)
    .execute(t.conn)?;
    Ok(Some(i64::try_from(feitas).unwrap_or(i64::MAX)))
}

/// Where a letter is in its file.
#[derive(Clone, Copy, Debug)]
pub struct Lugar {
    /// Which letter.
    pub id: ExecucaoId,
    /// Its first page, from 1 on.
    pub pagina: i32,
    /// How many it has.
    pub paginas: i32,
    /// Characters of it that no font has.
    pub ilegiveis: i32,
}

/// Writes where the letters of a file are.
///
/// # Errors
/// The database is unreachable.
pub fn place(t: &mut Tenant<'_>, posse: &Posse, lugares: &[Lugar]) -> Result<(), StoreError> {
    prepared(
        "UPDATE disparo.carta c SET pagina = x.pagina, paginas = x.paginas, ilegiveis = x.ilegiveis \
           FROM unnest($3, $4, $5, $6) AS x (id, pagina, paginas, ilegiveis) \
          WHERE c.empresa_id = $1 AND c.arquivo_id = $2 AND c.id = x.id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(posse.id)
    .bind::<Array<SqlUuid>, _>(lugares.iter().map(|l| l.id.uuid()).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(lugares.iter().map(|l| l.pagina).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(lugares.iter().map(|l| l.paginas).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(lugares.iter().map(|l| l.ilegiveis).collect::<Vec<_>>())
    .execute(t.conn)?;
    Ok(())
}

/// Tells the debtors' timelines.
fn note(t: &mut Tenant<'_>, ids: &[Uuid], fato: FatoCarta, agora: DateTime<Utc>) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    prepared(
        "INSERT INTO disparo.acontecimento (empresa_id, devedor_id, em, ordem, chave, tipo, dados) \
         SELECT c.empresa_id, c.devedor_id, $4, 75, c.id || ':' || $3, 'carta', jsonb_build_object('carta', jsonb_build_object( \
                  'execucao_id', c.id, 'fato', $3, 'arquivo_id', c.arquivo_id, \
                  'motivo', CASE $3 WHEN 'retirada' THEN c.retirada_motivo WHEN 'devolvida' THEN c.devolvida_motivo END)) \
           FROM disparo.carta c WHERE c.empresa_id = $1 AND c.id = ANY ($2) \
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Text, _>(fato.as_str())
    .bind::<Timestamptz, _>(agora)
    .execute(t.conn)?;
    Ok(())
}
