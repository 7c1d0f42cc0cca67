//! What was decided, written in bulk.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::execucao::{Canal, Motivo};
use domain::ids::{ConteudoId, DevedorId, InscricaoId, NoiteId};
use domain::regua::{
    AcaoDevida, Alvo, Caminhada, Decisao, Inscricao, MotivoEncerramento, MudancaInscricao, OrigemAcao, Passo,
};
use uuid::Uuid;

use crate::migracao::ExecuteUnit as _;
use crate::titulos::array_literal;
use crate::{StoreError, Tenant};

/// Writes a chunk of decisions in the transaction that claimed it: enrolments, due actions, reminders, the next dates and
/// the night's own counts. `publicar_em` says from which instant each channel may leave (rule j01). Answers how many
/// actions are new.
///
/// # Errors
/// The database refused or is unreachable; then nothing of the chunk is stored.
pub fn save(
    t: &mut Tenant<'_>,
    noite: (NoiteId, NaiveDate),
    decisoes: &[(DevedorId, Decisao)],
    publicar_em: impl Fn(Canal) -> DateTime<Utc>,
    agora: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let (id, data) = noite;
    let (mut novas, mut mudadas) = (Vivas::default(), Vivas::default());
    let mut encerradas = Vec::new();
    for (devedor, decisao) in decisoes {
        for mudanca in &decisao.mudancas {
            match mudanca {
                MudancaInscricao::Abrir(i) => novas.push(*devedor, i, fired(decisao, i.id)),
                MudancaInscricao::Atualizar(i) => mudadas.push(*devedor, i, fired(decisao, i.id)),
                MudancaInscricao::Encerrar { id, motivo } => encerradas.push((*devedor, *id, *motivo)),
            }
        }
    }
    close(t, &encerradas, data)?;
    discard_unsent(t, &encerradas, agora)?;
    novas.save(t, ABRIR, data)?;
    by_key(t)?;
    mudadas.save(t, ATUALIZAR, data)?;
    let devidas: Vec<(DevedorId, &AcaoDevida)> =
        decisoes.iter().flat_map(|(devedor, d)| d.acoes.iter().map(|a| (*devedor, a))).collect();
    save_lembretes(t, &devidas, data)?;
    let novas = save_execucoes(t, &devidas, data, publicar_em, agora)?;
    reschedule(t, decisoes, data)?;
    count(t, id, i64::try_from(decisoes.len()).unwrap_or(i64::MAX), novas)?;
    Ok(novas)
}

/// The position of an enrolment that fired, if one did: where it is from this night on (rule f19).
fn fired(decisao: &Decisao, id: InscricaoId) -> Option<Uuid> {
    decisao.passos.iter().find_map(|passo| {
        let Passo::Disparou { inscricao, posicao, .. } = passo else { return None };
        (*inscricao == id).then(|| posicao.uuid())
    })
}

fn close(
    t: &mut Tenant<'_>,
    encerradas: &[(DevedorId, InscricaoId, MotivoEncerramento)],
    data: NaiveDate,
) -> Result<(), StoreError> {
    if encerradas.is_empty() {
        return Ok(());
    }
    // As an upsert of rows looked up one by one: see `chunk` for why not as a join.
    sql_query(
        "INSERT INTO regua.inscricao (empresa_id, id, regua_id, devedor_id, alvo_id, estado, entrada, ciclo, encerrada_em, \
                motivo, titulos) \
         SELECT $1, e.id, i.regua_id, i.devedor_id, i.alvo_id, 'encerrada', i.entrada, i.ciclo, $4, e.motivo, i.titulos \
           FROM unnest($2, $3) AS e(id, motivo) CROSS JOIN LATERAL \
                (SELECT regua_id, devedor_id, alvo_id, entrada, ciclo, titulos FROM regua.inscricao \
                  WHERE empresa_id = $1 AND id = e.id OFFSET 0) i \
         ON CONFLICT (empresa_id, id) DO UPDATE SET estado = excluded.estado, ancora = NULL, proxima_id = NULL, \
                congelada_em = NULL, final_em = NULL, encerrada_em = excluded.encerrada_em, motivo = excluded.motivo",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(encerradas.iter().map(|(_, id, _)| id.uuid()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(encerradas.iter().map(|(_, _, motivo)| motivo.as_str()).collect::<Vec<_>>())
    .bind::<Date, _>(data)
    .execute_unit(t.conn)
}

/// Rule g04: what an enrolment that closed had not sent yet. One whose títulos are no longer due is left to the fence,
/// which knows why of each.
fn discard_unsent(
    t: &mut Tenant<'_>,
    encerradas: &[(DevedorId, InscricaoId, MotivoEncerramento)],
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    let sem_envio: Vec<_> = encerradas
        .iter()
        .filter_map(|(devedor, id, motivo)| Some((devedor.uuid(), id.uuid(), Motivo::da_inscricao(*motivo)?)))
        .collect();
    if sem_envio.is_empty() {
        return Ok(());
    }
    sql_query("SELECT disparo.descartar_de_inscricoes($1, $2, $3, $4)")
        .bind::<Array<SqlUuid>, _>(sem_envio.iter().map(|x| x.0).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(sem_envio.iter().map(|x| x.1).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(sem_envio.iter().map(|x| x.2.as_str()).collect::<Vec<_>>())
        .bind::<Timestamptz, _>(agora)
        .execute_unit(t.conn)
}

/// Whoever was enrolled on this night already, by a chunk that came to nothing, is not enrolled twice.
const ABRIR: &str = "INSERT INTO regua.inscricao (empresa_id, id, regua_id, devedor_id, alvo_id, estado, entrada, ciclo, ancora, \
            proxima_id, congelada_em, final_em, titulos, posicao_id, posicao_em) \
     SELECT $1, i.id, i.regua, i.devedor, i.alvo, i.estado, i.entrada, i.ciclo, i.ancora, i.proxima, i.congelada, \
            i.final, i.titulos::uuid[], i.posicao, CASE WHEN i.posicao IS NOT NULL THEN $15 END \
       FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
         AS i(id, regua, devedor, alvo, estado, entrada, ciclo, ancora, proxima, congelada, final, titulos, posicao) \
     ON CONFLICT (empresa_id, id) DO UPDATE SET estado = excluded.estado, ciclo = excluded.ciclo, \
            ancora = excluded.ancora, proxima_id = excluded.proxima_id, congelada_em = excluded.congelada_em, \
            final_em = excluded.final_em, titulos = excluded.titulos, posicao_id = excluded.posicao_id, \
            posicao_em = excluded.posicao_em, encerrada_em = NULL, motivo = NULL";

/// A third cheaper than an upsert, which checks every row twice.
const ATUALIZAR: &str = "UPDATE regua.inscricao x SET estado = i.estado, ciclo = i.ciclo, ancora = i.ancora, proxima_id = i.proxima, \
            congelada_em = i.congelada, final_em = i.final, titulos = i.titulos::uuid[], \
            posicao_id = coalesce(i.posicao, x.posicao_id), \
            posicao_em = CASE WHEN i.posicao IS NULL THEN x.posicao_em ELSE $15 END \
       FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
         AS i(id, regua, devedor, alvo, estado, entrada, ciclo, ancora, proxima, congelada, final, titulos, posicao) \
      WHERE x.empresa_id = $1 AND x.id = i.id";

/// Until this transaction ends a join looks each row up by its key, whatever the planner believes of the table's size.
fn by_key(t: &mut Tenant<'_>) -> Result<(), StoreError> {
    sql_query(
        "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), \
                set_config('enable_mergejoin', 'off', true)",
    )
    .execute_unit(t.conn)
}

/// Live enrolments, column by column.
#[derive(Default)]
struct Vivas {
    ids: Vec<Uuid>,
    reguas: Vec<Uuid>,
    devedores: Vec<Uuid>,
    estados: Vec<&'static str>,
    entradas: Vec<NaiveDate>,
    ciclos: Vec<i32>,
    alvos: Vec<Option<Uuid>>,
    ancoras: Vec<Option<NaiveDate>>,
    proximas: Vec<Option<Uuid>>,
    congeladas: Vec<Option<NaiveDate>>,
    finais: Vec<Option<NaiveDate>>,
    titulos: Vec<String>,
    posicoes: Vec<Option<Uuid>>,
}

impl Vivas {
    fn push(&mut self, devedor: DevedorId, inscricao: &Inscricao, posicao: Option<Uuid>) {
        let (estado, caminho, congelada, em) = match inscricao.caminhada {
            Caminhada::Andando { ancora, proxima } => ("andando", Some((ancora, proxima)), None, None),
            Caminhada::Congelada { ancora, proxima, desde } => {
                ("congelada", Some((ancora, proxima)), Some(desde), None)
            }
            Caminhada::Final { em } => ("final", None, None, Some(em)),
        };
        self.ids.push(inscricao.id.uuid());
        self.reguas.push(inscricao.regua.uuid());
        self.devedores.push(devedor.uuid());
        self.estados.push(estado);
        self.entradas.push(inscricao.entrada);
        self.ciclos.push(i32::try_from(inscricao.ciclo).unwrap_or(i32::MAX));
        self.alvos.push(match inscricao.alvo {
            Alvo::Devedor => None,
            Alvo::Titulo(titulo) => Some(titulo.uuid()),
        });
        self.ancoras.push(caminho.map(|(ancora, _)| ancora));
        self.proximas.push(caminho.map(|(_, proxima)| proxima.uuid()));
        self.congeladas.push(congelada);
        self.finais.push(em);
        self.titulos.push(array_literal(&inscricao.titulos));
        self.posicoes.push(posicao);
    }

    fn save(self, t: &mut Tenant<'_>, como: &str, data: NaiveDate) -> Result<(), StoreError> {
        if self.ids.is_empty() {
            return Ok(());
        }
        sql_query(como)
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .bind::<Array<SqlUuid>, _>(self.ids)
            .bind::<Array<SqlUuid>, _>(self.reguas)
            .bind::<Array<SqlUuid>, _>(self.devedores)
            .bind::<Array<Nullable<SqlUuid>>, _>(self.alvos)
            .bind::<Array<Text>, _>(self.estados)
            .bind::<Array<Date>, _>(self.entradas)
            .bind::<Array<Integer>, _>(self.ciclos)
            .bind::<Array<Nullable<Date>>, _>(self.ancoras)
            .bind::<Array<Nullable<SqlUuid>>, _>(self.proximas)
            .bind::<Array<Nullable<Date>>, _>(self.congeladas)
            .bind::<Array<Nullable<Date>>, _>(self.finais)
            .bind::<Array<Text>, _>(self.titulos)
            .bind::<Array<Nullable<SqlUuid>>, _>(self.posicoes)
            .bind::<Date, _>(data)
            .execute_unit(t.conn)
    }
}

fn save_lembretes(
    t: &mut Tenant<'_>,
    devidas: &[(DevedorId, &AcaoDevida)],
    data: NaiveDate,
) -> Result<(), StoreError> {
    let linhas: Vec<(Uuid, Uuid, Uuid)> = devidas
        .iter()
        .filter(|(_, a)| matches!(a.origem, OrigemAcao::Lembrete))
        .flat_map(|(_, a)| a.titulos.iter().map(|t| (t.uuid(), a.acao.uuid(), a.execucao.uuid())))
        .collect();
    if linhas.is_empty() {
        return Ok(());
    }
    sql_query(
        "INSERT INTO regua.lembrete (empresa_id, titulo_id, acao_id, execucao_id, data) \
         SELECT $1, l.titulo, l.acao, l.execucao, $5 FROM unnest($2, $3, $4) AS l(titulo, acao, execucao) \
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(linhas.iter().map(|l| l.0).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(linhas.iter().map(|l| l.1).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(linhas.iter().map(|l| l.2).collect::<Vec<_>>())
    .bind::<Date, _>(data)
    .execute_unit(t.conn)
}

#[derive(QueryableByName)]
struct Contagem {
    #[diesel(sql_type = BigInt)]
    novas: i64,
}

fn save_execucoes(
    t: &mut Tenant<'_>,
    devidas: &[(DevedorId, &AcaoDevida)],
    data: NaiveDate,
    publicar_em: impl Fn(Canal) -> DateTime<Utc>,
    agora: DateTime<Utc>,
) -> Result<i64, StoreError> {
    if devidas.is_empty() {
        return Ok(0);
    }
    let origem = |a: &AcaoDevida| match a.origem {
        OrigemAcao::Cobranca { inscricao, ciclo } => {
            Some((inscricao.uuid(), i32::try_from(ciclo).unwrap_or(i32::MAX)))
        }
        OrigemAcao::Lembrete => None,
    };
    let coluna = |f: fn(&AcaoDevida) -> Uuid| devidas.iter().map(|(_, a)| f(a)).collect::<Vec<_>>();
    let contagem: Contagem = sql_query(
        "SELECT disparo.inserir_execucoes($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) AS novas",
    )
    .bind::<Array<SqlUuid>, _>(coluna(|a| a.execucao.uuid()))
    .bind::<Array<SqlUuid>, _>(devidas.iter().map(|(d, _)| d.uuid()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(coluna(|a| a.regua.uuid()))
    .bind::<Array<SqlUuid>, _>(coluna(|a| a.posicao.uuid()))
    .bind::<Array<SqlUuid>, _>(coluna(|a| a.acao.uuid()))
    .bind::<Array<Nullable<SqlUuid>>, _>(devidas.iter().map(|(_, a)| origem(a).map(|o| o.0)).collect::<Vec<_>>())
    .bind::<Array<Nullable<Integer>>, _>(devidas.iter().map(|(_, a)| origem(a).map(|o| o.1)).collect::<Vec<_>>())
    .bind::<Array<Nullable<SqlUuid>>, _>(devidas.iter().map(|(_, a)| a.conteudo.map(ConteudoId::uuid)).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(devidas.iter().map(|(_, a)| a.canal.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(devidas.iter().map(|(_, a)| array_literal(&a.titulos)).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(devidas.iter().map(|(_, a)| a.devida_em).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(devidas.iter().map(|(_, a)| publicar_em(a.canal)).collect::<Vec<_>>())
    .bind::<Date, _>(data)
    .bind::<Timestamptz, _>(agora)
    .get_result(t.conn)?;
    Ok(contagem.novas)
}

/// And that this night has decided them: whoever changes from now on is the next night's. Never to a date this night would
/// look at again. Every row is there, locked by
/// this transaction; the upsert finds each by its key, where a join might read all of them.
fn reschedule(
    t: &mut Tenant<'_>,
    decisoes: &[(DevedorId, Decisao)],
    data: NaiveDate,
) -> Result<(), StoreError> {
    sql_query(
        "INSERT INTO regua.agenda (empresa_id, devedor_id, proxima, decidida_em) \
         SELECT $1, n.devedor, CASE WHEN n.proxima <= $4 THEN $4 + 1 ELSE n.proxima END, $4 \
           FROM unnest($2, $3) AS n(devedor, proxima) \
         ON CONFLICT (empresa_id, devedor_id) DO UPDATE SET proxima = excluded.proxima, decidida_em = excluded.decidida_em",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(decisoes.iter().map(|(d, _)| d.uuid()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Date>>, _>(decisoes.iter().map(|(_, d)| d.proxima).collect::<Vec<_>>())
    .bind::<Date, _>(data)
    .execute_unit(t.conn)
}

fn count(t: &mut Tenant<'_>, noite: NoiteId, devedores: i64, acoes: i64) -> Result<(), StoreError> {
    sql_query(
        "UPDATE regua.noite SET lotes = lotes + 1, devedores = devedores + $3, acoes = acoes + $4 \
          WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(noite.uuid())
    .bind::<BigInt, _>(devedores)
    .bind::<BigInt, _>(acoes)
    .execute_unit(t.conn)
}
