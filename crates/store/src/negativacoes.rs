//! Entries at credit bureaus: asked for with the result of an execution, handed over in remessas, answered by retornos, and taken
//! off in time.
//!
//! What each step may be is [`domain::negativacao::Situacao`]'s; the database refuses every other one, and tells every one in the
//! debtor's timeline.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::dinheiro::Centavos;
use domain::endereco::Endereco;
use domain::ids::{EmpresaId, ExecucaoId, TituloId};
use domain::negativacao::Bureau;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::banco::new_id;
use crate::preparada::prepared;
use crate::{Banco, StoreError, Tenant};

mod andamento;
mod cerca;
mod credenciais;
mod lista;
mod remessas;
mod retornos;

pub use andamento::{Andamento, ask_off, move_on};
pub(crate) use cerca::read as read_for_fence;
pub use cerca::{ContaDoCredor, ParaNegativar};
pub use credenciais::{
    CredencialLida, MudancaCredencial, NovaCredencial, change, create, credentials, get as credential,
    informant, lock as lock_credential,
};
pub use lista::{Contagem, Filtro, NegativacaoLida, PrazoLido, deadlines, get, list, tally};
pub use remessas::{
    Esperando, LinhaRemessa, RemessaLida, SemResposta, begin as begin_remessa, lines, of_file, remessas,
    unanswered, waiting,
};
pub use retornos::{Aplicado, LinhaDeRetorno, RecusaRetorno, RetornoLido, apply, retornos};

/// A debt as a bureau is told of it. It is kept as it was told, because an exclusion has to repeat it. It holds personal data and
/// so has no `Debug`.
#[derive(Clone, Serialize, Deserialize)]
pub struct Debito {
    /// The debtor's name.
    pub nome: String,
    /// The debtor's CPF or CNPJ, unformatted.
    pub documento: String,
    /// Where the bureau writes to.
    pub endereco: Endereco,
}

/// An entry that is asked for.
#[derive(Clone)]
pub struct NovaNegativacao {
    /// The account that it goes by.
    pub credencial: Uuid,
    /// The account's bureau.
    pub bureau: Bureau,
    /// The debt's título.
    pub titulo: TituloId,
    /// Whom it is owed to, if not the company itself.
    pub credor: Option<Uuid>,
    /// The debtor.
    pub debito: Debito,
    /// The number by which the creditor knows it.
    pub contrato: String,
    /// Another one that no other debt has, should that one be taken.
    pub contrato_unico: String,
    /// The due date.
    pub vencimento: NaiveDate,
    /// What is owed.
    pub valor: Centavos,
    /// When it was asked for, in business time.
    pub em: DateTime<Utc>,
}

/// Keeps new entries. A título that has one at the bureau already keeps that one.
pub(crate) fn keep(
    t: &mut Tenant<'_>,
    novas: &[(ExecucaoId, Uuid, &NovaNegativacao)],
) -> Result<(), StoreError> {
    if novas.is_empty() {
        return Ok(());
    }
    let debitos: Result<Vec<_>, _> = novas.iter().map(|(.., n)| serde_json::to_string(&n.debito)).collect();
    let debitos = debitos.map_err(|_erro| StoreError::Unknown("pendencia"))?;
    prepared(
        "INSERT INTO disparo.negativacao (empresa_id, id, execucao_id, devedor_id, titulo_id, credor_id, credencial_id, bureau, \
                pendencia, documento, contrato, vencimento, valor, solicitada_em, mudou_em) \
         SELECT $1, x.id, x.execucao, x.devedor, x.titulo, x.credor, x.credencial, x.bureau, x.pendencia, x.documento, \
                CASE WHEN x.qual = 1 AND NOT EXISTS ( \
                       SELECT FROM disparo.negativacao o WHERE o.empresa_id = $1 AND o.credencial_id = x.credencial \
                          AND o.documento = x.documento AND o.contrato = x.contrato AND o.vencimento = x.vencimento) \
                     THEN x.contrato ELSE x.contrato_unico END, \
                x.vencimento, x.valor, x.em, x.em \
           FROM (SELECT u.*, row_number() OVER (PARTITION BY u.credencial, u.documento, u.contrato, u.vencimento ORDER BY u.id) AS qual \
                   FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
                     AS u (id, execucao, devedor, titulo, credor, credencial, bureau, pendencia, documento, contrato, \
                           contrato_unico, vencimento, valor, em)) x \
             ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(novas.iter().map(|(.., n)| new_id(n.em)).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(novas.iter().map(|(execucao, ..)| execucao.uuid()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(novas.iter().map(|(_, devedor, _)| *devedor).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(novas.iter().map(|(.., n)| n.titulo.uuid()).collect::<Vec<_>>())
    .bind::<Array<Nullable<SqlUuid>>, _>(novas.iter().map(|(.., n)| n.credor).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(novas.iter().map(|(.., n)| n.credencial).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(novas.iter().map(|(.., n)| n.bureau.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(debitos)
    .bind::<Array<Text>, _>(novas.iter().map(|(.., n)| n.debito.documento.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(novas.iter().map(|(.., n)| n.contrato.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(novas.iter().map(|(.., n)| n.contrato_unico.as_str()).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(novas.iter().map(|(.., n)| n.vencimento).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(novas.iter().map(|(.., n)| n.valor.get()).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(novas.iter().map(|(.., n)| n.em).collect::<Vec<_>>())
    .execute(t.conn)?;
    Ok(())
}

/// Companies with entries under way, or with a file for a bureau that nobody is making.
///
/// # Errors
/// The database is unreachable.
pub fn companies(banco: &Banco) -> Result<Vec<EmpresaId>, StoreError> {
    #[derive(QueryableByName)]
    struct Empresa {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let linhas: Vec<Empresa> = banco.de_todas(|conn| {
        Ok(sql_query("SELECT e AS id FROM disparo.empresas_com_negativacoes() e").load(conn)?)
    })?;
    Ok(linhas.into_iter().map(|linha| EmpresaId::new(linha.id)).collect())
}
