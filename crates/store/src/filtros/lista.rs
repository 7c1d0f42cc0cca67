//! Rule b11: those whom an action is for, a page at a time, with what a list says of each.

use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _};
use domain::execucao::Canal;
use domain::ids::{DevedorId, LoteId};
use uuid::Uuid;

use super::consulta::{Consulta, Valor};
use super::{Pergunta, Selecao, aptidao};
use crate::{StoreError, Tenant};

/// A debtor of the list.
#[derive(Clone, QueryableByName)]
pub struct Listado {
    /// Id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Name, as it is now.
    #[diesel(sql_type = Nullable<Text>)]
    pub nome: Option<String>,
    /// CPF or CNPJ.
    #[diesel(sql_type = Nullable<Text>)]
    pub documento: Option<String>,
    /// The ERP's codes, in order.
    #[diesel(sql_type = Array<Text>)]
    pub codigos: Vec<String>,
    /// What the open títulos add up to, in centavos.
    #[diesel(sql_type = BigInt)]
    pub saldo: i64,
    /// How many these are.
    #[diesel(sql_type = BigInt)]
    pub abertos: i64,
    /// The e-mail or mobile number that a message would go to.
    #[diesel(sql_type = Nullable<Text>)]
    pub contato: Option<String>,
}

/// A page of those who meet a filter and can have the action, by id, after the one named.
///
/// # Errors
/// The database is unreachable, or the filter takes longer than a statement may.
pub fn list(
    t: &mut Tenant<'_>,
    selecao: &Selecao<'_>,
    depois_de: Option<DevedorId>,
    limite: i64,
) -> Result<Vec<Listado>, StoreError> {
    Ok(listados(t, selecao, depois_de, limite).boxed().load(t.conn)?)
}

/// A page of those whom a batch of this kind was confirmed for, by id, after the one named.
///
/// # Errors
/// The database is unreachable.
pub fn enlisted(
    t: &mut Tenant<'_>,
    (lote, tipo): (LoteId, Canal),
    depois_de: Option<DevedorId>,
    limite: i64,
) -> Result<Vec<Listado>, StoreError> {
    let mut consulta = Consulta::new(t.empresa, chrono_tz::UTC); // it asks for no day
    let lote = consulta.bind(Valor::Uuid(lote.uuid()));
    let depois = depois_de.map(|id| consulta.bind(Valor::Uuid(id.uuid())));
    let depois = depois.map_or_else(String::new, |id| format!(" AND i.devedor_id > {id}"));
    let limite = consulta.bind(Valor::Numero(limite));
    // Who is a bare address is no debtor, and has what the sheet said.
    let quem = format!(
        "SELECT i.devedor_id AS id, coalesce(d.nome, a.nome) AS nome, d.documento, a.contato \
           FROM (SELECT i.devedor_id FROM lote.item i WHERE i.empresa_id = $1 AND i.lote_id = {lote}{depois} \
                  ORDER BY i.devedor_id LIMIT {limite}) i \
           LEFT JOIN cadastro.devedor d ON d.empresa_id = $1 AND d.id = i.devedor_id \
           LEFT JOIN lote.avulso a ON a.empresa_id = $1 AND a.id = i.devedor_id AND a.planilha_id = \
                (SELECT l.planilha_id FROM lote.acao_em_lote l WHERE l.empresa_id = $1 AND l.id = {lote})"
    );
    let contato = format!("coalesce(d.contato, {})", aptidao::contato(tipo));
    Ok(told(consulta, &contato, &quem).boxed().load(t.conn)?)
}

pub(super) fn listados(
    t: &Tenant<'_>,
    selecao: &Selecao<'_>,
    depois_de: Option<DevedorId>,
    limite: i64,
) -> Consulta {
    let mut pergunta = Pergunta::new(t, selecao);
    pergunta.after(depois_de);
    pergunta.able();
    let limite = pergunta.consulta.bind(Valor::Numero(limite));
    let (rows, Pergunta { consulta, colunas, contato, .. }) = (pergunta.rows(), pergunta);
    let aptos = format!("SELECT {colunas} FROM {rows} ORDER BY d.id LIMIT {limite}");
    told(consulta, &contato, &aptos)
}

/// What is told of each is looked up for the page alone.
fn told(mut consulta: Consulta, contato: &str, quem: &str) -> Consulta {
    consulta.sql = format!(
        "SELECT d.id, d.nome, d.documento, coalesce(s.saldo, 0) AS saldo, coalesce(s.abertos, 0) AS abertos, \
                ARRAY(SELECT c.codigo_integracao FROM cadastro.devedor_codigo c \
                       WHERE c.empresa_id = $1 AND c.devedor_id = d.id ORDER BY c.codigo_integracao) AS codigos, \
                {contato} AS contato \
           FROM ({quem}) d LEFT JOIN cadastro.devedor_saldo s ON s.empresa_id = $1 AND s.devedor_id = d.id ORDER BY d.id"
    );
    consulta
}
