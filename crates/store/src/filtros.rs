//! Who meets a filter of debtors (rules f01–f35), and who of them can have an action (rules b09, b10).
//!
//! A filter becomes one statement: each tab a set of debtors, or of those that must not be in it. Only what is asked stands in
//! the statement, since the planner makes no join of what stands beside an `OR`; every value is a bind.

mod abas;
mod aptidao;
mod consulta;
mod nomes;

use chrono::NaiveDate;
use chrono_tz::Tz;
use diesel::sql_types::{BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _};
use domain::execucao::Canal;
use domain::filtro::{Exclusao, Filtro};
use domain::ids::DevedorId;
use uuid::Uuid;

use crate::{StoreError, Tenant};

use consulta::{Consulta, Valor};
pub use nomes::{Nomeados, named};

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

/// A filter, the action that those who meet it are to have, and the day on which it is asked.
#[derive(Clone, Copy, Debug)]
pub struct Selecao<'s> {
    /// Who is meant.
    pub filtro: &'s Filtro,
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
    /// Name.
    #[diesel(sql_type = Text)]
    pub nome: String,
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
    let linhas: Vec<Contados> = contagem(t, selecao).boxed().load(t.conn)?;
    let de = |motivo: Option<&str>| linhas.iter().find(|l| l.motivo.as_deref() == motivo).map_or(0, |l| l.n);
    let excluidos = Exclusao::TODOS.iter().map(|motivo| (*motivo, de(Some(motivo.as_str()))));
    Ok(Contagem {
        atendem: linhas.iter().map(|linha| linha.n).sum(),
        com_contato: de(None),
        excluidos: excluidos.filter(|(_, n)| *n > 0).collect(),
    })
}

/// Rules b06–b08: a page of those who meet it, by name without accents and id, after the one named.
///
/// # Errors
/// As [`count`].
pub fn sample(
    t: &mut Tenant<'_>,
    selecao: &Selecao<'_>,
    depois_de: Option<&(String, Uuid)>,
    limite: i64,
) -> Result<Vec<Amostrado>, StoreError> {
    Ok(amostra(t, selecao, depois_de, limite).boxed().load(t.conn)?)
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
    let mut consulta = Consulta::new(t.empresa, selecao.dia.fuso);
    let motivo = aptidao::motivo(&mut consulta, selecao.tipo, &selecao.dia);
    let quem = abas::quem(&mut consulta, selecao.filtro, &selecao.dia).join(" AND ");
    consulta.sql = format!(
        "SELECT x.motivo, count(*) AS n FROM (SELECT {motivo} AS motivo FROM cadastro.devedor d WHERE {quem}) x \
          GROUP BY x.motivo"
    );
    consulta
}

fn amostra(
    t: &Tenant<'_>,
    selecao: &Selecao<'_>,
    depois_de: Option<&(String, Uuid)>,
    limite: i64,
) -> Consulta {
    let mut consulta = Consulta::new(t.empresa, selecao.dia.fuso);
    let motivo = aptidao::motivo(&mut consulta, selecao.tipo, &selecao.dia);
    let contato = aptidao::contato(selecao.tipo);
    let mut quem = abas::quem(&mut consulta, selecao.filtro, &selecao.dia);
    if let Some((nome, id)) = depois_de {
        let nome = consulta.bind(Valor::Texto(nome.clone()));
        let id = consulta.bind(Valor::Uuid(*id));
        quem.push(format!("(d.nome_busca, d.id) > ({nome} COLLATE \"C\", {id})"));
    }
    let limite = consulta.bind(Valor::Numero(limite));
    let quem = quem.join(" AND ");
    consulta.sql = format!(
        "SELECT d.id, d.nome, d.nome_busca, d.documento, coalesce(s.saldo, 0) AS saldo, coalesce(s.abertos, 0) AS abertos, \
                (SELECT min(c.codigo_integracao) FROM cadastro.devedor_codigo c \
                  WHERE c.empresa_id = $1 AND c.devedor_id = d.id) AS codigo, {contato} AS contato, {motivo} AS motivo \
           FROM (SELECT d.id, d.nome, d.nome_busca, d.documento FROM cadastro.devedor d WHERE {quem} \
                  ORDER BY d.nome_busca, d.id LIMIT {limite}) d \
           LEFT JOIN cadastro.devedor_saldo s ON s.empresa_id = $1 AND s.devedor_id = d.id ORDER BY d.nome_busca, d.id"
    );
    consulta
}

fn aptos(t: &Tenant<'_>, selecao: &Selecao<'_>, depois_de: Option<DevedorId>, limite: i64) -> Consulta {
    let mut consulta = Consulta::new(t.empresa, selecao.dia.fuso);
    let motivo = aptidao::motivo(&mut consulta, selecao.tipo, &selecao.dia);
    let mut quem = abas::quem(&mut consulta, selecao.filtro, &selecao.dia);
    if let Some(id) = depois_de {
        quem.push(format!("d.id > {}", consulta.bind(Valor::Uuid(id.uuid()))));
    }
    let limite = consulta.bind(Valor::Numero(limite));
    let quem = quem.join(" AND ");
    consulta.sql = format!(
        "SELECT d.id FROM cadastro.devedor d WHERE {quem} AND ({motivo}) IS NULL ORDER BY d.id LIMIT {limite}"
    );
    consulta
}

#[cfg(test)]
mod tests;
