//! Payments as they are read.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::dinheiro::Centavos;
use domain::encargos::{Componentes, Imputacao};
use domain::pagamento::Recebido;
use domain::titulo::StatusTitulo;
use uuid::Uuid;

use super::EntradaPagamento;
use crate::banco::new_id;
use crate::titulos::PREFIXO_IMPUTADO;
use crate::{StoreError, Tenant};

/// A payment as it was booked; amounts are in centavos.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct PagamentoLido {
    /// Id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// What was paid.
    #[diesel(sql_type = SqlUuid)]
    pub titulo_id: Uuid,
    /// The ERP's own key.
    #[diesel(sql_type = Nullable<Text>)]
    pub codigo_integracao: Option<String>,
    /// The day of it.
    #[diesel(sql_type = Date)]
    pub data: NaiveDate,
    /// What came in.
    #[diesel(sql_type = BigInt)]
    pub valor: i64,
    /// What it settled of the principal.
    #[diesel(sql_type = BigInt)]
    pub principal: i64,
    /// Of its correction.
    #[diesel(sql_type = BigInt)]
    pub correcao: i64,
    /// Of the late fee.
    #[diesel(sql_type = BigInt)]
    pub multa: i64,
    /// Of the interest.
    #[diesel(sql_type = BigInt)]
    pub juros: i64,
    /// What was settled without being paid.
    #[diesel(sql_type = BigInt)]
    pub desconto: i64,
    /// What was paid beyond the debt.
    #[diesel(sql_type = BigInt)]
    pub excedente: i64,
    /// When it was booked.
    #[diesel(sql_type = Timestamptz)]
    pub criado_em: DateTime<Utc>,
    /// When it was taken back.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub estornado_em: Option<DateTime<Utc>>,
    /// Why.
    #[diesel(sql_type = Nullable<Text>)]
    pub motivo_estorno: Option<String>,
}

impl PagamentoLido {
    pub(super) fn new(
        entrada: &EntradaPagamento,
        titulo_id: Uuid,
        data: NaiveDate,
        recebido: &Recebido,
        agora: DateTime<Utc>,
    ) -> Self {
        let Recebido { valor, quitado, desconto, excedente, status: _ } = *recebido;
        Self {
            id: new_id(agora),
            titulo_id,
            codigo_integracao: entrada.codigo_integracao.clone(),
            data,
            valor: valor.get(),
            principal: quitado.principal.get(),
            correcao: quitado.correcao.get(),
            multa: quitado.multa.get(),
            juros: quitado.juros.get(),
            desconto: desconto.get(),
            excedente: excedente.get(),
            criado_em: agora,
            estornado_em: None,
            motivo_estorno: None,
        }
    }

    /// What it settled, and what was paid beyond the debt.
    pub(super) fn imputacao(&self) -> Imputacao {
        Imputacao { quitado: self.quitado(), excedente: Centavos::new(self.excedente) }
    }

    /// What it settled.
    pub(super) fn quitado(&self) -> Componentes {
        let [principal, correcao, multa, juros] =
            [self.principal, self.correcao, self.multa, self.juros].map(Centavos::new);
        Componentes { principal, correcao, multa, juros }
    }

    /// Settles this from now on.
    pub(super) fn impute(&mut self, Imputacao { quitado, excedente }: Imputacao) {
        self.principal = quitado.principal.get();
        self.correcao = quitado.correcao.get();
        self.multa = quitado.multa.get();
        self.juros = quitado.juros.get();
        self.excedente = excedente.get();
    }

    /// Whether a broken negotiation imputed it.
    pub(super) fn is_imputed(&self) -> bool {
        self.codigo_integracao.as_deref().is_some_and(|codigo| codigo.starts_with(PREFIXO_IMPUTADO))
    }

    pub(super) fn has_key_of(&self, entrada: &EntradaPagamento) -> bool {
        entrada.codigo_integracao.is_some() && self.codigo_integracao == entrada.codigo_integracao
    }

    /// Whether what `entrada` says of day and amount is so, of a título that is `status` now.
    pub(super) fn says_the_same(&self, entrada: &EntradaPagamento, status: StatusTitulo) -> bool {
        entrada.data.is_none_or(|data| data == self.data)
            && entrada.valor.is_none_or(|valor| valor == Centavos::new(self.valor))
            && self.settles_as(entrada, status)
    }

    /// Whether it leaves nothing owed where `entrada` leaves nothing owed, of a título that is `status` now.
    pub(super) fn settles_as(&self, entrada: &EntradaPagamento, status: StatusTitulo) -> bool {
        !entrada.quita || self.desconto > 0 || status == StatusTitulo::Pago || self.estornado_em.is_some()
    }

    /// Whether it is this one, which has no key: the same título, day and amount, and it stands.
    pub(super) fn is(&self, entrada: &EntradaPagamento, titulo: Uuid, data: NaiveDate) -> bool {
        let sem_chave = self.codigo_integracao.is_none() && entrada.codigo_integracao.is_none();
        sem_chave
            && self.estornado_em.is_none()
            && (self.titulo_id, self.data) == (titulo, data)
            && entrada.valor == Some(Centavos::new(self.valor))
    }
}

const COLUNAS: &str = "SELECT id, titulo_id, codigo_integracao, data, valor, principal, correcao, multa, juros, desconto, \
           excedente, criado_em, estornado_em, motivo_estorno FROM cadastro.pagamento WHERE empresa_id = $1";

/// Those of these títulos, and those with these keys, in the order in which they were booked.
pub(super) fn known(
    t: &mut Tenant<'_>,
    titulos: &[Uuid],
    codigos: &[&str],
) -> Result<Vec<PagamentoLido>, StoreError> {
    Ok(sql_query(format!(
        "{COLUNAS} AND titulo_id = ANY ($2) UNION {COLUNAS} AND codigo_integracao = ANY ($3) ORDER BY criado_em, id"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(titulos)
    .bind::<Array<Text>, _>(codigos)
    .load(t.conn)?)
}

/// One payment of the company.
///
/// # Errors
/// The database is unreachable.
pub fn get(t: &mut Tenant<'_>, id: Uuid) -> Result<Option<PagamentoLido>, StoreError> {
    Ok(sql_query(format!("{COLUNAS} AND id = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id)
        .get_result(t.conn)
        .optional()?)
}

/// Which payments to list; `None` is any. Bounds are inclusive.
#[derive(Clone, Debug, Default)]
pub struct FiltroPagamentos {
    /// Of one título.
    pub titulo: Option<Uuid>,
    /// The ERP's own key.
    pub codigo_integracao: Option<String>,
    /// Of this day on.
    pub data_de: Option<NaiveDate>,
    /// Up to this day.
    pub data_ate: Option<NaiveDate>,
    /// Those that were taken back, or those that stand.
    pub estornados: Option<bool>,
}

/// A page of payments after `depois_de`, in order of day.
///
/// # Errors
/// The database is unreachable.
pub fn list(
    t: &mut Tenant<'_>,
    filtro: &FiltroPagamentos,
    depois_de: Option<(NaiveDate, Uuid)>,
    limite: i64,
) -> Result<Vec<PagamentoLido>, StoreError> {
    let (data, id) = depois_de.unzip();
    Ok(sql_query(format!(
        "{COLUNAS} AND ($2 IS NULL OR titulo_id = $2) AND ($3 IS NULL OR codigo_integracao = $3) \
            AND ($4 IS NULL OR data >= $4) AND ($5 IS NULL OR data <= $5) \
            AND ($6 IS NULL OR (estornado_em IS NOT NULL) = $6) AND ($7 IS NULL OR (data, id) > ($7, $8)) \
          ORDER BY data, id LIMIT $9"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<SqlUuid>, _>(filtro.titulo)
    .bind::<Nullable<Text>, _>(filtro.codigo_integracao.as_deref())
    .bind::<Nullable<Date>, _>(filtro.data_de)
    .bind::<Nullable<Date>, _>(filtro.data_ate)
    .bind::<Nullable<Bool>, _>(filtro.estornados)
    .bind::<Nullable<Date>, _>(data)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<BigInt, _>(limite)
    .load(t.conn)?)
}
