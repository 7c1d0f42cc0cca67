//! Who meets a filter of debtors (rules f01–f35) or is named by a sheet (rule b03), and who of them can have an action (rules b09,
//! b10).
//!
//! A filter becomes one statement: each tab a set of debtors, or of those that must not be in it. Only what is asked stands in
//! the statement, since the planner makes no join of what stands beside an `OR`; every value is a bind.

mod abas;
mod aptidao;
mod consulta;
mod lista;
mod nomes;
mod pergunta;
mod vizinhos;

use chrono::NaiveDate;
use chrono_tz::Tz;
use diesel::sql_types::{BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _};
use domain::execucao::Canal;
use domain::filtro::{Exclusao, Filtro};
use domain::ids::{DevedorId, LoteId, PlanilhaId};
use domain::lote::Quem;
use uuid::Uuid;

use crate::{StoreError, Tenant};

use consulta::{Consulta, Valor};
pub use lista::{Listado, enlisted, list};
pub use nomes::{Nomeados, named};
use pergunta::Pergunta;
pub use vizinhos::{Vizinhos, neighbours};

/// The day on which a filter is asked.
#[derive(Clone, Copy, Debug)]
pub struct Dia {
    /// The company's date.
    pub hoje: NaiveDate,
    /// The company's time zone, in whose days instants are asked for.
    pub fuso: Tz,
    /// The latest due date that is overdue (`domain::negociacao::vencidos_ate`).
    pub vencidos_ate: NaiveDate,
}

/// Rule b03: one of the two ways to say who is meant.
#[derive(Clone, Copy, Debug)]
pub enum Alvo<'s> {
    /// Whoever meets it.
    Filtro(&'s Filtro),
    /// Whom its lines named.
    Planilha(PlanilhaId),
    /// Rule b01: the bare addresses or numbers of its lines. None of them is a debtor's, whoever has it.
    Avulsos(PlanilhaId),
    /// Whom a batch was confirmed for, whoever else is meant by now; of bare addresses or numbers with their sheet.
    Itens(LoteId, Option<PlanilhaId>),
}

impl<'s> From<&'s Quem> for Alvo<'s> {
    fn from(quem: &'s Quem) -> Self {
        match quem {
            Quem::Filtro(filtro) => Self::Filtro(filtro),
            Quem::Planilha(planilha) if planilha.avulsa => Self::Avulsos(planilha.id),
            Quem::Planilha(planilha) => Self::Planilha(planilha.id),
        }
    }
}

/// Who is meant, the action that they are to have, and the day on which it is asked.
#[derive(Clone, Copy, Debug)]
pub struct Selecao<'s> {
    /// Who is meant.
    pub quem: Alvo<'s>,
    /// What they are to have.
    pub tipo: Canal,
    /// When.
    pub dia: Dia,
}

/// How many debtors a filter takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contagem {
    /// Rule b09: who meet it, each once.
    pub atendem: i64,
    /// Rule b10: those of them that can have the action.
    pub com_contato: i64,
    /// The others by why not, in the order of [`Exclusao`]; reasons of nobody are left out.
    pub excluidos: Vec<(Exclusao, i64)>,
}

/// A debtor of the sample.
#[derive(Clone, QueryableByName)]
pub struct Amostrado {
    /// Id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Name; of a bare address or number the one that the sheet had, if it had any.
    #[diesel(sql_type = Nullable<Text>)]
    pub nome: Option<String>,
    /// The name as it is ordered by.
    #[diesel(sql_type = Text)]
    pub nome_busca: String,
    /// CPF or CNPJ.
    #[diesel(sql_type = Nullable<Text>)]
    pub documento: Option<String>,
    /// The first of the ERP's codes.
    #[diesel(sql_type = Nullable<Text>)]
    pub codigo: Option<String>,
    /// What the open títulos add up to, in centavos.
    #[diesel(sql_type = BigInt)]
    pub saldo: i64,
    /// How many these are.
    #[diesel(sql_type = BigInt)]
    pub abertos: i64,
    /// The e-mail or mobile number that a message would go to.
    #[diesel(sql_type = Nullable<Text>)]
    pub contato: Option<String>,
    /// Why the action cannot be had, in its stored form.
    #[diesel(sql_type = Nullable<Text>)]
    pub motivo: Option<String>,
}

#[derive(QueryableByName)]
struct Contados {
    #[diesel(sql_type = Nullable<Text>)]
    motivo: Option<String>,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct So {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Rules b09, b10: exact counts.
///
/// # Errors
/// The database is unreachable, or the filter takes longer than a statement may.
pub fn count(t: &mut Tenant<'_>, selecao: &Selecao<'_>) -> Result<Contagem, StoreError> {
    Ok(counted(&contagem(t, selecao).boxed().load(t.conn)?))
}

/// Rules b10, b15: as [`count`], and those who can have the action become the items of a batch, by the same statement: the
/// counted and the written are the same, whatever others do meanwhile.
///
/// # Errors
/// As [`count`].
pub fn enlist(t: &mut Tenant<'_>, selecao: &Selecao<'_>, lote: LoteId) -> Result<Contagem, StoreError> {
    Ok(counted(&enlistment(t, selecao, lote).boxed().load(t.conn)?))
}

fn counted(linhas: &[Contados]) -> Contagem {
    let de = |motivo: Option<&str>| linhas.iter().find(|l| l.motivo.as_deref() == motivo).map_or(0, |l| l.n);
    let excluidos = Exclusao::TODOS.iter().map(|motivo| (*motivo, de(Some(motivo.as_str()))));
    Contagem {
        atendem: linhas.iter().map(|linha| linha.n).sum(),
        com_contato: de(None),
        excluidos: excluidos.filter(|(_, n)| *n > 0).collect(),
    }
}

/// Rules b06–b08: a page of those who meet it, by name without accents and id, after the one named. `atendem`: how many these were
/// when they were counted, by which it is chosen how they are found.
///
/// # Errors
/// As [`count`].
pub fn sample(
    t: &mut Tenant<'_>,
    contada: (&Selecao<'_>, i64),
    depois_de: Option<&(String, Uuid)>,
    limite: i64,
) -> Result<Vec<Amostrado>, StoreError> {
    Ok(amostra(t, contada, depois_de, limite).boxed().load(t.conn)?)
}

/// Those who can have the action, by id, after the one named.
///
/// # Errors
/// As [`count`].
pub fn ids(
    t: &mut Tenant<'_>,
    selecao: &Selecao<'_>,
    depois_de: Option<DevedorId>,
    limite: i64,
) -> Result<Vec<DevedorId>, StoreError> {
    let linhas: Vec<So> = aptos(t, selecao, depois_de, limite).boxed().load(t.conn)?;
    Ok(linhas.into_iter().map(|linha| DevedorId::new(linha.id)).collect())
}

fn contagem(t: &Tenant<'_>, selecao: &Selecao<'_>) -> Consulta {
    let (mut consulta, peneira) = sieve(t, selecao);
    consulta.sql = format!("WITH {} {}", peneira.passos, peneira.contas);
    consulta
}

fn enlistment(t: &Tenant<'_>, selecao: &Selecao<'_>, lote: LoteId) -> Consulta {
    let (mut consulta, Peneira { passos, contas, aptos }) = sieve(t, selecao);
    let lote = consulta.bind(Valor::Uuid(lote.uuid()));
    // In the order of the key, so that its index grows at one end.
    consulta.sql = format!(
        "WITH {passos}, itens AS (INSERT INTO lote.item (empresa_id, lote_id, devedor_id) \
                                  SELECT $1, {lote}, d.id FROM {aptos} d ORDER BY d.id) {contas}"
    );
    consulta
}

/// Who is meant, and of them those who also have the first thing that the action needs, and so on: each step is a join with those
/// who are left, of whom the planner knows about how many there are. Asked for each debtor by itself, as a reason is, a contact
/// would be looked up one by one or everybody's would be read.
struct Peneira {
    passos: String,
    /// How many each step left out, by why, and how many are left.
    contas: String,
    /// The last step.
    aptos: String,
}

fn sieve(t: &Tenant<'_>, selecao: &Selecao<'_>) -> (Consulta, Peneira) {
    let pergunta = Pergunta::new(t, selecao);
    let (rows, Pergunta { consulta, exigencias, pedidas, .. }) = (pergunta.rows(), pergunta);
    let mut passos = vec![format!("x0 AS MATERIALIZED (SELECT {pedidas} FROM {rows})")];
    let mut contas = Vec::new();
    for (n, exigencia) in exigencias.iter().enumerate() {
        let (aqui, motivo) = (n + 1, exigencia.motivo);
        passos.push(format!("x{aqui} AS MATERIALIZED (SELECT d.* FROM x{n} d WHERE {})", exigencia.tem));
        contas.push(format!(
            "SELECT '{motivo}' AS motivo, (SELECT count(*) FROM x{n}) - (SELECT count(*) FROM x{aqui}) AS n"
        ));
    }
    let aptos = format!("x{}", exigencias.len());
    contas.push(format!("SELECT NULL, count(*) FROM {aptos}"));
    (consulta, Peneira { passos: passos.join(", "), contas: contas.join(" UNION ALL "), aptos })
}

fn amostra(
    t: &Tenant<'_>,
    (selecao, atendem): (&Selecao<'_>, i64),
    depois_de: Option<&(String, Uuid)>,
    limite: i64,
) -> Consulta {
    let mut pergunta = Pergunta::new(t, selecao);
    if let Some((nome, id)) = depois_de {
        let nome = pergunta.consulta.bind(Valor::Texto(nome.clone()));
        let id = pergunta.consulta.bind(Valor::Uuid(*id));
        pergunta.onde.push(format!("(d.nome_busca, d.id) > ({nome} COLLATE \"C\", {id})"));
    }
    let limite = pergunta.consulta.bind(Valor::Numero(limite));
    let (quem, motivo) = (pergunta.to_order(atendem), aptidao::motivo(&pergunta.exigencias));
    let Pergunta { mut consulta, contato, .. } = pergunta;
    consulta.sql = format!(
        "SELECT d.id, d.nome, d.nome_busca, d.documento, coalesce(s.saldo, 0) AS saldo, coalesce(s.abertos, 0) AS abertos, \
                (SELECT min(c.codigo_integracao) FROM cadastro.devedor_codigo c \
                  WHERE c.empresa_id = $1 AND c.devedor_id = d.id) AS codigo, {contato} AS contato, {motivo} AS motivo \
           FROM ({quem} ORDER BY d.nome_busca, d.id LIMIT {limite}) d \
           LEFT JOIN cadastro.devedor_saldo s ON s.empresa_id = $1 AND s.devedor_id = d.id ORDER BY d.nome_busca, d.id"
    );
    consulta
}

fn aptos(t: &Tenant<'_>, selecao: &Selecao<'_>, depois_de: Option<DevedorId>, limite: i64) -> Consulta {
    let mut pergunta = Pergunta::new(t, selecao);
    pergunta.after(depois_de);
    pergunta.able();
    let limite = pergunta.consulta.bind(Valor::Numero(limite));
    let (rows, Pergunta { mut consulta, .. }) = (pergunta.rows(), pergunta);
    consulta.sql = format!("SELECT d.id FROM {rows} ORDER BY d.id LIMIT {limite}");
    consulta
}

#[cfg(test)]
mod tests;
