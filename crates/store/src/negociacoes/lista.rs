//! Reading negotiations.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::NegociacaoId;
use domain::negociacao::EstadoNegociacao;
use domain::titulo::StatusTitulo;
use uuid::Uuid;

use crate::{StoreError, Tenant, sondagem};

/// A negotiation as it is read, in centavos.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct NegociacaoLida {
    /// Id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Whose it is.
    #[diesel(sql_type = SqlUuid)]
    pub devedor_id: Uuid,
    /// How it stands, in its stored form.
    #[diesel(sql_type = Text)]
    pub estado: String,
    /// What was agreed.
    #[diesel(sql_type = BigInt)]
    pub valor: i64,
    /// What was owed without charges.
    #[diesel(sql_type = BigInt)]
    pub principal: i64,
    /// The charges that were owed.
    #[diesel(sql_type = BigInt)]
    pub encargos: i64,
    /// What was taken off the charges.
    #[diesel(sql_type = BigInt)]
    pub desconto_encargos: i64,
    /// What was taken off the principal.
    #[diesel(sql_type = BigInt)]
    pub desconto_principal: i64,
    /// What the instalments added.
    #[diesel(sql_type = BigInt)]
    pub juros: i64,
    /// Whether the first instalment is an entry.
    #[diesel(sql_type = Bool)]
    pub com_entrada: bool,
    /// The due date of its first instalment.
    #[diesel(sql_type = Date)]
    pub primeira_parcela: NaiveDate,
    /// Whether anything of it was paid.
    #[diesel(sql_type = Bool)]
    pub com_pagamento: bool,
    /// Who negotiated.
    #[diesel(sql_type = Nullable<Text>)]
    pub usuario: Option<String>,
    /// What was noted.
    #[diesel(sql_type = Nullable<Text>)]
    pub observacao: Option<String>,
    /// When it was made.
    #[diesel(sql_type = Timestamptz)]
    pub criada_em: DateTime<Utc>,
    /// When its first instalment was paid.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub confirmada_em: Option<DateTime<Utc>>,
    /// When it was cancelled.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub cancelada_em: Option<DateTime<Utc>>,
    /// When it was broken.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub quebrada_em: Option<DateTime<Utc>>,
    /// Its instalments.
    #[diesel(sql_type = BigInt)]
    pub parcelas: i64,
    /// Those of them that were paid in full.
    #[diesel(sql_type = BigInt)]
    pub parcelas_pagas: i64,
    /// What is still owed on those that were not.
    #[diesel(sql_type = BigInt)]
    pub saldo: i64,
    /// The oldest due date of those that were not.
    #[diesel(sql_type = Nullable<Date>)]
    pub por_pagar: Option<NaiveDate>,
}

const COLUNAS: &str = "SELECT n.id, n.devedor_id, n.estado, n.valor, n.principal, n.encargos, n.desconto_encargos, \
           n.desconto_principal, n.juros, n.com_entrada, n.primeira_parcela, n.com_pagamento, n.usuario, n.observacao, \
           n.criada_em, n.confirmada_em, n.cancelada_em, n.quebrada_em, p.* FROM";
const PARCELAS: &str = "CROSS JOIN LATERAL ( \
           SELECT count(*) AS parcelas, count(*) FILTER (WHERE t.status = 'pago') AS parcelas_pagas, \
                  coalesce(sum(t.saldo) FILTER (WHERE t.status IN ('aberto', 'suspenso', 'negociado')), 0)::bigint AS saldo, \
                  min(t.vencimento) FILTER (WHERE t.status IN ('aberto', 'suspenso', 'negociado')) AS por_pagar \
             FROM cadastro.titulo t WHERE t.empresa_id = n.empresa_id AND t.acordo_id = n.id) p";

/// One negotiation of the company.
///
/// # Errors
/// The database is unreachable.
pub fn get(t: &mut Tenant<'_>, id: NegociacaoId) -> Result<Option<NegociacaoLida>, StoreError> {
    Ok(sql_query(format!("{COLUNAS} cadastro.negociacao n {PARCELAS} WHERE n.empresa_id = $1 AND n.id = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .get_result(t.conn)
        .optional()?)
}

/// Which negotiations to list; what is absent is any. What is said of instalments holds of the same one.
#[derive(Clone, Debug, Default)]
pub struct Filtro {
    /// Of this debtor.
    pub devedor: Option<Uuid>,
    /// That took this título in.
    pub titulo: Option<Uuid>,
    /// In one of these states.
    pub estados: Option<Vec<EstadoNegociacao>>,
    /// Rule k07: that nobody confirmed, and whose first instalment falls due then or before.
    pub nao_confirmadas_ate: Option<NaiveDate>,
    /// Made by this user.
    pub usuario: Option<String>,
    /// Made from then on, and before.
    pub criada: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    /// Cancelled from then on, and before.
    pub cancelada: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    /// With an instalment in one of these.
    pub status_parcela: Option<Vec<StatusTitulo>>,
    /// With an instalment that falls due from then on, and until then.
    pub vencimento_parcela: (Option<NaiveDate>, Option<NaiveDate>),
}

impl Filtro {
    /// The first so many instalments of each status, as `x`, that meet what is said of them, in the order of their index.
    fn parcelas(ate: i64) -> String {
        format!(
            "unnest($10) AS s(status) CROSS JOIN LATERAL \
                (SELECT x.acordo_id FROM {DAS_PARCELAS} AND x.status = s.status ORDER BY x.vencimento LIMIT {ate}) x"
        )
    }

    fn of_parcelas(&self) -> bool {
        self.status_parcela.is_some() || self.vencimento_parcela != (None, None)
    }
}

/// A page of negotiations in the order in which they were made, after `depois_de`; the newest first if so asked.
///
/// # Errors
/// The database is unreachable.
pub fn list(
    t: &mut Tenant<'_>,
    filtro: &Filtro,
    recentes: bool,
    depois_de: Option<(DateTime<Utc>, Uuid)>,
    limite: i64,
) -> Result<Vec<NegociacaoLida>, StoreError> {
    let pedido = Pedido { filtro, recentes, depois_de, limite };
    if !filtro.of_parcelas() {
        return pedido.load(t, pedido.statement());
    }
    sondagem::page(
        t,
        (limite, &[()]),
        |t, quantas| pedido.load(t, pedido.statement_of_first(quantas)),
        |t, (), ate| {
            let sql = format!("SELECT count(*) AS n FROM {}", Filtro::parcelas(ate));
            Ok(pedido.load(t, sql)?.first().map_or(0, |contadas: &Contadas| contadas.n))
        },
        |t, (), ate| pedido.load(t, pedido.statement_of_parcelas(ate)),
    )
}

#[derive(QueryableByName)]
struct Contadas {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// What is asked for.
struct Pedido<'p> {
    filtro: &'p Filtro,
    recentes: bool,
    depois_de: Option<(DateTime<Utc>, Uuid)>,
    limite: i64,
}

impl Pedido<'_> {
    /// The page among the negotiations that meet the filters on themselves.
    fn statement(&self) -> String {
        let (escolhidas, ordem) = (self.chosen(), self.order());
        self.read(&format!("{escolhidas} {ordem} LIMIT $16"))
    }

    /// What of the page is among the first so many of those.
    fn statement_of_first(&self, quantas: i64) -> String {
        let (escolhidas, ordem) = (self.chosen(), self.order());
        self.read(&format!(
            "SELECT n.* FROM ({escolhidas} {ordem} LIMIT {quantas}) n \
              WHERE (SELECT true FROM {DAS_PARCELAS} AND x.status = ANY ($10) AND x.acordo_id = n.id LIMIT 1) {ordem} LIMIT $16"
        ))
    }

    /// The page among those of all instalments that meet theirs.
    fn statement_of_parcelas(&self, ate: i64) -> String {
        let (parcelas, escolhidas, ordem) = (Filtro::parcelas(ate), self.chosen(), self.order());
        self.read(&format!(
            "SELECT n.* FROM (SELECT DISTINCT x.acordo_id FROM {parcelas}) x CROSS JOIN LATERAL \
                    ({escolhidas} AND n.id = x.acordo_id OFFSET 0) n {ordem} LIMIT $16"
        ))
    }

    fn chosen(&self) -> String {
        let depois = if self.recentes { "<" } else { ">" };
        format!(
            "SELECT n.* FROM cadastro.negociacao n WHERE n.empresa_id = $1 \
                AND ($2 IS NULL OR n.devedor_id = $2) AND ($3 IS NULL OR n.estado = ANY ($3)) \
                AND ($4 IS NULL OR (n.estado = 'aberta' AND n.primeira_parcela <= $4)) AND ($5 IS NULL OR n.usuario = $5) \
                AND ($6 IS NULL OR n.criada_em >= $6) AND ($7 IS NULL OR n.criada_em < $7) \
                AND ($8 IS NULL OR n.cancelada_em >= $8) AND ($9 IS NULL OR n.cancelada_em < $9) \
                AND ($13 IS NULL OR EXISTS (SELECT FROM cadastro.negociacao_titulo o WHERE o.empresa_id = n.empresa_id \
                       AND o.negociacao_id = n.id AND o.titulo_id = $13)) \
                AND ($14 IS NULL OR (n.criada_em, n.id) {depois} ($14, $15))"
        )
    }

    fn order(&self) -> &'static str {
        if self.recentes { "ORDER BY n.criada_em DESC, n.id DESC" } else { "ORDER BY n.criada_em, n.id" }
    }

    /// Reads the negotiations of a page.
    fn read(&self, pagina: &str) -> String {
        format!("{COLUNAS} ({pagina}) n {PARCELAS} {}", self.order())
    }

    fn load<L: QueryableByName<Pg> + 'static>(
        &self,
        t: &mut Tenant<'_>,
        sql: String,
    ) -> Result<Vec<L>, StoreError> {
        let (filtro, (em, id)) = (self.filtro, self.depois_de.unzip());
        let das_parcelas = filtro.status_parcela.as_deref().unwrap_or(StatusTitulo::TODOS);
        Ok(sql_query(sql)
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .bind::<Nullable<SqlUuid>, _>(filtro.devedor)
            .bind::<Nullable<Array<Text>>, _>(codes(filtro.estados.as_deref(), EstadoNegociacao::as_str))
            .bind::<Nullable<Date>, _>(filtro.nao_confirmadas_ate)
            .bind::<Nullable<Text>, _>(filtro.usuario.as_deref())
            .bind::<Nullable<Timestamptz>, _>(filtro.criada.0)
            .bind::<Nullable<Timestamptz>, _>(filtro.criada.1)
            .bind::<Nullable<Timestamptz>, _>(filtro.cancelada.0)
            .bind::<Nullable<Timestamptz>, _>(filtro.cancelada.1)
            .bind::<Nullable<Array<Text>>, _>(codes(Some(das_parcelas), StatusTitulo::as_str))
            .bind::<Nullable<Date>, _>(filtro.vencimento_parcela.0)
            .bind::<Nullable<Date>, _>(filtro.vencimento_parcela.1)
            .bind::<Nullable<SqlUuid>, _>(filtro.titulo)
            .bind::<Nullable<Timestamptz>, _>(em)
            .bind::<Nullable<SqlUuid>, _>(id)
            .bind::<BigInt, _>(self.limite)
            .load(t.conn)?)
    }
}

/// Instalments `x` that fall due when it is asked for.
const DAS_PARCELAS: &str = "cadastro.titulo x WHERE x.empresa_id = $1 AND x.acordo_id IS NOT NULL \
    AND ($11 IS NULL OR x.vencimento >= $11) AND ($12 IS NULL OR x.vencimento <= $12)";

fn codes<T: Copy>(valores: Option<&[T]>, code: fn(T) -> &'static str) -> Option<Vec<&'static str>> {
    valores.map(|valores| valores.iter().map(|valor| code(*valor)).collect())
}

/// An instalment of a negotiation as it is read, in centavos.
#[derive(Clone, Debug, QueryableByName)]
pub struct ParcelaLida {
    /// The título that it is.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Its due date.
    #[diesel(sql_type = Date)]
    pub vencimento: NaiveDate,
    /// What was agreed.
    #[diesel(sql_type = BigInt)]
    pub valor: i64,
    /// What is still owed.
    #[diesel(sql_type = BigInt)]
    pub saldo: i64,
    /// Its status, in its stored form.
    #[diesel(sql_type = Text)]
    pub status: String,
}

/// The instalments of a negotiation, in the order in which they fall due.
///
/// # Errors
/// The database is unreachable.
pub fn parcelas(t: &mut Tenant<'_>, id: NegociacaoId) -> Result<Vec<ParcelaLida>, StoreError> {
    Ok(sql_query(
        "SELECT id, vencimento, valor, saldo, status FROM cadastro.titulo WHERE empresa_id = $1 AND acordo_id = $2 \
          ORDER BY vencimento, id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .load(t.conn)?)
}

/// A título that a negotiation took in, in centavos.
#[derive(Clone, Debug, QueryableByName)]
pub struct NegociadoLido {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub titulo_id: Uuid,
    /// Number that the debtor knows it by.
    #[diesel(sql_type = Text)]
    pub numero: String,
    /// Its due date.
    #[diesel(sql_type = Date)]
    pub vencimento: NaiveDate,
    /// What it owed then, without charges.
    #[diesel(sql_type = BigInt)]
    pub principal: i64,
    /// The charges that it owed then.
    #[diesel(sql_type = BigInt)]
    pub encargos: i64,
    /// Its status now, in its stored form.
    #[diesel(sql_type = Text)]
    pub status: String,
}

/// The títulos that a negotiation took in, the oldest first.
///
/// # Errors
/// The database is unreachable.
pub fn negociados(t: &mut Tenant<'_>, id: NegociacaoId) -> Result<Vec<NegociadoLido>, StoreError> {
    Ok(sql_query(
        "SELECT o.titulo_id, t.numero, t.vencimento, o.principal, o.encargos, t.status \
           FROM cadastro.negociacao_titulo o JOIN cadastro.titulo t ON t.empresa_id = o.empresa_id AND t.id = o.titulo_id \
          WHERE o.empresa_id = $1 AND o.negociacao_id = $2 ORDER BY t.vencimento, t.id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .load(t.conn)?)
}
