//! Contacts with debtors, and what they can come to.

mod resultados;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::contato::CanalContato;
use domain::ids::{ContatoId, DevedorId, ResultadoContatoId};
use uuid::Uuid;

use crate::banco::new_id;
use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

pub use resultados::{
    EntradaResultado, MudancaResultado, NomeTomado, ResultadoLido, change_resultado, create_resultado,
    get_resultado, list_resultados,
};

/// A contact as it is written.
#[derive(Clone)]
pub struct EntradaContato {
    /// With whom.
    pub devedor: DevedorId,
    /// How.
    pub canal: CanalContato,
    /// When.
    pub em: DateTime<Utc>,
    /// What it came to.
    pub resultado: ResultadoContatoId,
    /// Who made it.
    pub operador: Option<String>,
    /// What was said.
    pub observacao: Option<String>,
    /// When to speak again, and who is to.
    pub agendamento: Option<Agendamento>,
}

/// When to speak again.
#[derive(Clone, Debug)]
pub struct Agendamento {
    /// When.
    pub para: DateTime<Utc>,
    /// Who is to.
    pub operador: Option<String>,
}

/// A contact as it is read.
#[derive(Clone, QueryableByName)]
pub struct ContatoLido {
    /// Id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// With whom.
    #[diesel(sql_type = SqlUuid)]
    pub devedor_id: Uuid,
    /// How, in its stored form.
    #[diesel(sql_type = Text)]
    pub canal: String,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub em: DateTime<Utc>,
    /// What it came to.
    #[diesel(sql_type = SqlUuid)]
    pub resultado_id: Uuid,
    /// The name of that, as it is now (rule f35).
    #[diesel(sql_type = Text)]
    pub resultado: String,
    /// Its group, as it is now.
    #[diesel(sql_type = Text)]
    pub grupo: String,
    /// Whether it is a good one, as it is now.
    #[diesel(sql_type = Bool)]
    pub positivo: bool,
    /// Who made it.
    #[diesel(sql_type = Nullable<Text>)]
    pub operador: Option<String>,
    /// What was said.
    #[diesel(sql_type = Nullable<Text>)]
    pub observacao: Option<String>,
    /// When to speak again.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub agendado_para: Option<DateTime<Utc>>,
    /// Who is to.
    #[diesel(sql_type = Nullable<Text>)]
    pub operador_agendamento: Option<String>,
    /// Whether no later contact with the debtor is known.
    #[diesel(sql_type = Bool)]
    pub ultimo: bool,
    /// When it was registered.
    #[diesel(sql_type = Timestamptz)]
    pub criado_em: DateTime<Utc>,
}

/// Why a contact was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecusaContato {
    /// The company has no such debtor.
    DevedorNaoExiste,
    /// The company has no such result.
    ResultadoNaoExiste,
    /// It is not used any more.
    ResultadoInativo,
}

/// Writes a new contact.
///
/// # Errors
/// The database refused or is unreachable.
pub fn create(
    t: &mut Tenant<'_>,
    entrada: &EntradaContato,
    agora: DateTime<Utc>,
) -> Result<Result<ContatoId, RecusaContato>, StoreError> {
    if let Some(recusa) = refusal(t, entrada)? {
        return Ok(Err(recusa));
    }
    let id = ContatoId::new(new_id(agora));
    let agendamento = entrada.agendamento.as_ref();
    sql_query(
        "INSERT INTO cadastro.contato (empresa_id, id, devedor_id, canal, em, resultado_id, operador, observacao, agendado_para, \
                operador_agendamento, criado_em) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<SqlUuid, _>(entrada.devedor.uuid())
    .bind::<Text, _>(entrada.canal.as_str())
    .bind::<Timestamptz, _>(entrada.em)
    .bind::<SqlUuid, _>(entrada.resultado.uuid())
    .bind::<Nullable<Text>, _>(entrada.operador.as_deref())
    .bind::<Nullable<Text>, _>(entrada.observacao.as_deref())
    .bind::<Nullable<Timestamptz>, _>(agendamento.map(|agendamento| agendamento.para))
    .bind::<Nullable<Text>, _>(agendamento.and_then(|agendamento| agendamento.operador.as_deref()))
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)?;
    Ok(Ok(id))
}

fn refusal(t: &mut Tenant<'_>, entrada: &EntradaContato) -> Result<Option<RecusaContato>, StoreError> {
    #[derive(QueryableByName)]
    struct Linha {
        #[diesel(sql_type = Bool)]
        devedor: bool,
        #[diesel(sql_type = Nullable<Bool>)]
        ativo: Option<bool>,
    }
    let linha: Linha = sql_query(
        "SELECT EXISTS (SELECT FROM cadastro.devedor WHERE empresa_id = $1 AND id = $2) AS devedor, \
                (SELECT ativo FROM cadastro.resultado_contato WHERE empresa_id = $1 AND id = $3) AS ativo",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(entrada.devedor.uuid())
    .bind::<SqlUuid, _>(entrada.resultado.uuid())
    .get_result(t.conn)?;
    Ok(match (linha.devedor, linha.ativo) {
        (false, _) => Some(RecusaContato::DevedorNaoExiste),
        (true, None) => Some(RecusaContato::ResultadoNaoExiste),
        (true, Some(false)) => Some(RecusaContato::ResultadoInativo),
        (true, Some(true)) => None,
    })
}

/// What is read of contacts: of all, or of some that were chosen before.
fn columns(contatos: &str) -> String {
    format!("{COLUNAS} FROM {contatos} c {RESULTADO}")
}

const COLUNAS: &str = "SELECT c.id, c.devedor_id, c.canal, c.em, c.resultado_id, r.nome AS resultado, r.grupo, r.positivo, \
           c.operador, c.observacao, c.agendado_para, c.operador_agendamento, c.criado_em, NOT EXISTS ( \
             SELECT FROM cadastro.contato d WHERE d.empresa_id = c.empresa_id AND d.devedor_id = c.devedor_id \
                AND (d.em, d.id) > (c.em, c.id)) AS ultimo";
const RESULTADO: &str =
    "JOIN cadastro.resultado_contato r ON r.empresa_id = c.empresa_id AND r.id = c.resultado_id";

/// One contact of the company.
///
/// # Errors
/// The database is unreachable.
pub fn get(t: &mut Tenant<'_>, id: ContatoId) -> Result<Option<ContatoLido>, StoreError> {
    let contato = columns("cadastro.contato");
    Ok(sql_query(format!("{contato} WHERE c.empresa_id = $1 AND c.id = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .get_result(t.conn)
        .optional()?)
}

/// Which contacts to list; what is absent is any. Filters of rules f26 to f28, f31, f32 and f35.
#[derive(Clone, Debug, Default)]
pub struct Filtro {
    /// With this debtor.
    pub devedor: Option<Uuid>,
    /// By this channel.
    pub canal: Option<CanalContato>,
    /// From then on, and before (rule f26).
    pub em: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    /// That came to this.
    pub resultado: Option<Uuid>,
    /// That came to something of this group.
    pub grupo: Option<String>,
    /// That came to something good, or not.
    pub positivo: Option<bool>,
    /// Only the latest with each debtor (rules f27, f28).
    pub ultimo: bool,
    /// Made by this one.
    pub operador: Option<String>,
    /// To speak again from then on, and before (rule f31).
    pub agendado: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    /// This one is to speak again (rule f32).
    pub operador_agendamento: Option<String>,
}

/// The order of a list of contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordem {
    /// The oldest first.
    Antigos,
    /// The newest first.
    Recentes,
    /// Those that are to be spoken with again, the earliest first.
    Agenda,
}

/// A page of contacts after the instant and the id `depois_de`. Those of a group of results are read result by result, each a
/// range of its index, so that it does not matter how few or how old they are.
///
/// # Errors
/// The database is unreachable.
pub fn list(
    t: &mut Tenant<'_>,
    filtro: &Filtro,
    ordem: Ordem,
    depois_de: Option<(DateTime<Utc>, Uuid)>,
    limite: i64,
) -> Result<Vec<ContatoLido>, StoreError> {
    let (coluna, sentido, depois) = match ordem {
        Ordem::Antigos => ("c.em", "ASC", ">"),
        Ordem::Recentes => ("c.em", "DESC", "<"),
        Ordem::Agenda => ("c.agendado_para", "ASC", ">"),
    };
    let resultados = results(t, filtro)?;
    let (em, id) = depois_de.unzip();
    let ordem_sql = format!("ORDER BY {coluna} {sentido}, c.id {sentido}");
    let filtros = format!(
        "c.empresa_id = $1 AND {coluna} IS NOT NULL AND ($2 IS NULL OR c.devedor_id = $2) AND ($3 IS NULL OR c.canal = $3) \
            AND ($4 IS NULL OR c.em >= $4) AND ($5 IS NULL OR c.em < $5) AND ($6 IS NULL OR c.resultado_id = $6) \
            AND (NOT $8 OR NOT EXISTS (SELECT FROM cadastro.contato d WHERE d.empresa_id = c.empresa_id \
                   AND d.devedor_id = c.devedor_id AND (d.em, d.id) > (c.em, c.id))) \
            AND ($9 IS NULL OR c.operador = $9) \
            AND ($10 IS NULL OR c.agendado_para >= $10) AND ($11 IS NULL OR c.agendado_para < $11) \
            AND ($12 IS NULL OR c.operador_agendamento = $12) \
            AND ($13 IS NULL OR ({coluna}, c.id) {depois} ($13, $14)) {ordem_sql} LIMIT $15"
    );
    // With a debtor there are few to look through; by the hour of a schedule no index knows the result.
    let por_resultado = resultados.is_some() && filtro.devedor.is_none() && ordem != Ordem::Agenda;
    let pagina = if por_resultado {
        format!(
            "(SELECT c.* FROM unnest($7) AS g(id) CROSS JOIN LATERAL \
                (SELECT c.* FROM cadastro.contato c WHERE c.resultado_id = g.id AND {filtros}) c {ordem_sql} LIMIT $15)"
        )
    } else {
        format!(
            "(SELECT c.* FROM cadastro.contato c WHERE ($7 IS NULL OR c.resultado_id = ANY ($7)) AND {filtros})"
        )
    };
    Ok(sql_query(format!("{} {ordem_sql}", columns(&pagina)))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Nullable<SqlUuid>, _>(filtro.devedor)
        .bind::<Nullable<Text>, _>(filtro.canal.map(CanalContato::as_str))
        .bind::<Nullable<Timestamptz>, _>(filtro.em.0)
        .bind::<Nullable<Timestamptz>, _>(filtro.em.1)
        .bind::<Nullable<SqlUuid>, _>(filtro.resultado)
        .bind::<Nullable<Array<SqlUuid>>, _>(resultados)
        .bind::<Bool, _>(filtro.ultimo)
        .bind::<Nullable<Text>, _>(filtro.operador.as_deref())
        .bind::<Nullable<Timestamptz>, _>(filtro.agendado.0)
        .bind::<Nullable<Timestamptz>, _>(filtro.agendado.1)
        .bind::<Nullable<Text>, _>(filtro.operador_agendamento.as_deref())
        .bind::<Nullable<Timestamptz>, _>(em)
        .bind::<Nullable<SqlUuid>, _>(id)
        .bind::<BigInt, _>(limite)
        .load(t.conn)?)
}

/// The results of the group, or the good ones or the others; `None` where neither is asked for.
fn results(t: &mut Tenant<'_>, filtro: &Filtro) -> Result<Option<Vec<Uuid>>, StoreError> {
    #[derive(QueryableByName)]
    struct Linha {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    if filtro.grupo.is_none() && filtro.positivo.is_none() {
        return Ok(None);
    }
    let linhas: Vec<Linha> = sql_query(
        "SELECT id FROM cadastro.resultado_contato \
          WHERE empresa_id = $1 AND ($2 IS NULL OR grupo = $2) AND ($3 IS NULL OR positivo = $3)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<Text>, _>(filtro.grupo.as_deref())
    .bind::<Nullable<Bool>, _>(filtro.positivo)
    .load(t.conn)?;
    Ok(Some(linhas.into_iter().map(|linha| linha.id).collect()))
}
