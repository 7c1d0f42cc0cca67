//! Títulos as they are read: one, and pages of many.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Date, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::dinheiro::Centavos;
use domain::ids::TituloId;
use domain::titulo::{Origem, StatusTitulo};
use uuid::Uuid;

use crate::preparada::prepared;
use crate::{StoreError, Tenant};

/// A título as it is read.
#[derive(Clone, Debug, QueryableByName)]
pub struct TituloLido {
    /// Id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// The ERP's own key.
    #[diesel(sql_type = Text)]
    pub codigo_integracao: String,
    /// Debtor.
    #[diesel(sql_type = SqlUuid)]
    pub devedor_id: Uuid,
    /// Number that the debtor knows it by.
    #[diesel(sql_type = Text)]
    pub numero: String,
    /// Day of issue.
    #[diesel(sql_type = Nullable<Date>)]
    pub emissao: Option<NaiveDate>,
    /// Due date as printed.
    #[diesel(sql_type = Date)]
    pub vencimento: NaiveDate,
    /// Face value in centavos.
    #[diesel(sql_type = BigInt)]
    pub valor: i64,
    /// What is still owed of it, in centavos and without charges.
    #[diesel(sql_type = BigInt)]
    pub saldo: i64,
    /// Status, in its stored form.
    #[diesel(sql_type = Text)]
    pub status: String,
    /// `original` or `acordo`.
    #[diesel(sql_type = Text)]
    pub origem: String,
    /// Whom it is owed to, if not the company itself.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub credor_id: Option<Uuid>,
    /// Kind of business.
    #[diesel(sql_type = Nullable<Text>)]
    pub tipo_negocio: Option<String>,
    /// Kind of título.
    #[diesel(sql_type = Nullable<Text>)]
    pub tipo_titulo: Option<String>,
    /// The day on which it opens by itself, if it is suspended until one.
    #[diesel(sql_type = Nullable<Date>)]
    pub suspenso_ate: Option<NaiveDate>,
    /// The negotiation that it is in now.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub negociacao_id: Option<Uuid>,
    /// The negotiation that it is an instalment of.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub acordo_id: Option<Uuid>,
    /// The score of its debtor.
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub devedor_score: Option<i16>,
    /// The bank's own number of its boleto.
    #[diesel(sql_type = Nullable<Text>)]
    pub nosso_numero: Option<String>,
    /// The digits that its boleto is paid by.
    #[diesel(sql_type = Nullable<Text>)]
    pub linha_digitavel: Option<String>,
    /// The text that it is paid by with Pix.
    #[diesel(sql_type = Nullable<Text>)]
    pub pix_copia_e_cola: Option<String>,
    /// Where its boleto is fetched.
    #[diesel(sql_type = Nullable<Text>)]
    pub link_boleto: Option<String>,
    /// Since when it has that status.
    #[diesel(sql_type = Timestamptz)]
    pub status_em: DateTime<Utc>,
    /// When it came in.
    #[diesel(sql_type = Timestamptz)]
    pub criado_em: DateTime<Utc>,
    /// The API key that brought it, if it is known.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub criado_por: Option<Uuid>,
    /// When anything of it last changed.
    #[diesel(sql_type = Timestamptz)]
    pub atualizado_em: DateTime<Utc>,
    /// Its payments that stand, in order of day.
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) pagos: Option<String>,
}

impl TituloLido {
    /// Its status.
    ///
    /// # Errors
    /// One that this version does not know.
    pub fn status(&self) -> Result<StatusTitulo, StoreError> {
        StatusTitulo::parse(&self.status).ok().ok_or(StoreError::Unknown("status"))
    }
}

pub(super) const COLUNAS: &str = "SELECT t.id, t.codigo_integracao, t.devedor_id, t.numero, t.emissao, t.vencimento, t.valor, t.saldo, \
           t.status, t.origem, t.credor_id, t.tipo_negocio, t.tipo_titulo, t.suspenso_ate, t.negociacao_id, t.acordo_id, \
           t.nosso_numero, t.linha_digitavel, t.pix_copia_e_cola, t.link_boleto, t.status_em, t.criado_em, t.criado_por, t.atualizado_em, \
           (SELECT d.score FROM cadastro.devedor d WHERE d.empresa_id = t.empresa_id AND d.id = t.devedor_id) AS devedor_score, \
           (SELECT jsonb_agg(jsonb_build_array(p.data, p.principal, p.correcao, p.multa, p.juros) \
                             ORDER BY p.data, p.criado_em, p.id)::text FROM cadastro.pagamento p \
             WHERE p.empresa_id = t.empresa_id AND p.titulo_id = t.id AND p.estornado_em IS NULL) AS pagos";

/// One título of the company.
///
/// # Errors
/// The database is unreachable.
pub fn get(t: &mut Tenant<'_>, id: TituloId) -> Result<Option<TituloLido>, StoreError> {
    Ok(prepared(&format!("{COLUNAS} FROM cadastro.titulo t WHERE t.empresa_id = $1 AND t.id = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .get_result(t.conn)
        .optional()?)
}

/// Those of them that the company has, in order of id.
///
/// # Errors
/// The database is unreachable.
pub fn get_many(t: &mut Tenant<'_>, ids: &[Uuid]) -> Result<Vec<TituloLido>, StoreError> {
    Ok(sql_query(format!(
        "{COLUNAS} FROM cadastro.titulo t WHERE t.empresa_id = $1 AND t.id = ANY ($2) ORDER BY t.id"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .load(t.conn)?)
}

/// Which títulos to list; `None` is any. Bounds are inclusive.
#[derive(Clone, Debug, Default)]
pub struct Filtro {
    /// The ERP's own key.
    pub codigo_integracao: Option<String>,
    /// Those of one debtor.
    pub devedor: Option<Uuid>,
    /// Those of one creditor.
    pub credor: Option<Uuid>,
    /// Those of one of these statuses; none is any.
    pub status: Vec<StatusTitulo>,
    /// Receivables or instalments.
    pub origem: Option<Origem>,
    /// Due from this day on.
    pub vencimento_de: Option<NaiveDate>,
    /// Due up to this day.
    pub vencimento_ate: Option<NaiveDate>,
    /// With at least this balance.
    pub saldo_de: Option<Centavos>,
    /// With at most this balance.
    pub saldo_ate: Option<Centavos>,
    /// Changed at this instant or later.
    pub atualizado_desde: Option<DateTime<Utc>>,
}

/// The order of a list, the id last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ordem {
    /// As they came in.
    #[default]
    Chegada,
    /// By due date.
    Vencimento,
    /// By balance.
    Saldo,
    /// By the last change.
    Atualizacao,
}

/// Where a page ended: what its order is by, and the id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chave {
    /// Due date, balance in centavos or instant of the last change, as text; nothing where the order is by id alone.
    valor: Option<String>,
    id: Uuid,
}

impl Ordem {
    /// Where a page in this order ends that ends with `lido`.
    #[must_use]
    pub fn key(self, lido: &TituloLido) -> Chave {
        let valor = match self {
            Self::Chegada => None,
            Self::Vencimento => Some(lido.vencimento.to_string()),
            Self::Saldo => Some(lido.saldo.to_string()),
            Self::Atualizacao => Some(lido.atualizado_em.to_rfc3339()),
        };
        Chave { valor, id: lido.id }
    }

    /// Reads what [`Chave`] was written as; `None` when it is of another order.
    #[must_use]
    pub fn parse_key(self, valor: Option<&str>, id: Uuid) -> Option<Chave> {
        let cabe = match (self, valor) {
            (Self::Chegada, None) => true,
            (Self::Vencimento, Some(valor)) => valor.parse::<NaiveDate>().is_ok(),
            (Self::Saldo, Some(valor)) => valor.parse::<i64>().is_ok(),
            (Self::Atualizacao, Some(valor)) => valor.parse::<DateTime<Utc>>().is_ok(),
            (Self::Chegada, Some(_)) | (Self::Vencimento | Self::Saldo | Self::Atualizacao, None) => false,
        };
        cabe.then(|| Chave { valor: valor.map(str::to_owned), id })
    }
}

impl Chave {
    /// What it is written as.
    #[must_use]
    pub fn parts(&self) -> (Option<&str>, Uuid) {
        (self.valor.as_deref(), self.id)
    }
}

/// Which page of a list.
#[derive(Clone, Debug, Default)]
pub struct Trecho {
    /// In which order.
    pub ordem: Ordem,
    /// The largest first.
    pub decrescente: bool,
    /// After the título with this key.
    pub depois_de: Option<Chave>,
    /// At most so many.
    pub limite: i64,
}

impl Trecho {
    /// The first `limite` as they came in.
    #[must_use]
    pub fn first(limite: i64) -> Self {
        Self { limite, ..Self::default() }
    }
}

/// A page of títulos. Each status is read by itself as a range of the index of its order, so that neither how many títulos
/// there are nor how many have another status costs anything.
///
/// # Errors
/// The database is unreachable.
pub fn list(t: &mut Tenant<'_>, filtro: &Filtro, trecho: &Trecho) -> Result<Vec<TituloLido>, StoreError> {
    let status = if filtro.status.is_empty() { StatusTitulo::TODOS } else { &filtro.status };
    let (chave, id) = trecho.depois_de.as_ref().map(Chave::parts).unzip();
    Ok(sql_query(statement(trecho.ordem, trecho.decrescente, filtro))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Array<Text>, _>(status.iter().map(|status| status.as_str()).collect::<Vec<_>>())
        .bind::<Nullable<Text>, _>(filtro.codigo_integracao.as_deref())
        .bind::<Nullable<SqlUuid>, _>(filtro.devedor)
        .bind::<Nullable<SqlUuid>, _>(filtro.credor)
        .bind::<Nullable<Text>, _>(filtro.origem.map(Origem::as_str))
        .bind::<Nullable<Date>, _>(filtro.vencimento_de)
        .bind::<Nullable<Date>, _>(filtro.vencimento_ate)
        .bind::<Nullable<BigInt>, _>(filtro.saldo_de.map(Centavos::get))
        .bind::<Nullable<BigInt>, _>(filtro.saldo_ate.map(Centavos::get))
        .bind::<Nullable<Timestamptz>, _>(filtro.atualizado_desde)
        .bind::<BigInt, _>(trecho.limite)
        .bind::<Nullable<Text>, _>(chave.flatten())
        .bind::<Nullable<SqlUuid>, _>(id)
        .load(t.conn)?)
}

fn statement(ordem: Ordem, decrescente: bool, filtro: &Filtro) -> String {
    let (sentido, depois) = if decrescente { ("DESC", "<") } else { ("ASC", ">") };
    let filtros = "t.empresa_id = $1 AND ($3 IS NULL OR t.codigo_integracao = $3) AND ($4 IS NULL OR t.devedor_id = $4) \
            AND ($5 IS NULL OR t.credor_id = $5) AND ($6 IS NULL OR t.origem = $6) \
            AND ($7 IS NULL OR t.vencimento >= $7) AND ($8 IS NULL OR t.vencimento <= $8) \
            AND ($9 IS NULL OR t.saldo >= $9) AND ($10 IS NULL OR t.saldo <= $10) \
            AND ($11 IS NULL OR t.atualizado_em >= $11)";
    let de_cada_status = |ordem: &str, depois_de: &str| {
        format!(
            "{COLUNAS} FROM (SELECT t.* FROM unnest($2) AS s(status) CROSS JOIN LATERAL \
                    (SELECT t.* FROM cadastro.titulo t WHERE t.status = s.status AND {filtros} AND {depois_de} {ordem} LIMIT $12) t \
              {ordem} LIMIT $12) t {ordem}"
        )
    };
    let por = |coluna: &str, tipo: &str| {
        de_cada_status(
            &format!("ORDER BY t.{coluna} {sentido}, t.id {sentido}"),
            &format!("($14 IS NULL OR (t.{coluna}, t.id) {depois} ($13::{tipo}, $14))"),
        )
    };
    let depois_do_id = format!("($14 IS NULL OR t.id {depois} $14)");
    let por_id = format!("ORDER BY t.id {sentido}");
    match ordem {
        Ordem::Chegada if filtro.has_ids_in_order() => format!(
            "{COLUNAS} FROM cadastro.titulo t WHERE t.status = ANY ($2) AND {filtros} AND {depois_do_id} {por_id} LIMIT $12"
        ),
        Ordem::Chegada => de_cada_status(&por_id, &depois_do_id),
        Ordem::Vencimento => por("vencimento", "date"),
        Ordem::Saldo => por("saldo", "bigint"),
        Ordem::Atualizacao => por("atualizado_em", "timestamptz"),
    }
}

impl Filtro {
    /// Whether one index has, whatever their status, the títulos that are asked for one after the other by id: that of a
    /// creditor, or that of all.
    fn has_ids_in_order(&self) -> bool {
        let Self {
            status, origem, vencimento_de, vencimento_ate, saldo_de, saldo_ate, atualizado_desde, ..
        } = self;
        let de_todos = status.is_empty()
            && origem.is_none()
            && vencimento_de.is_none()
            && vencimento_ate.is_none()
            && saldo_de.is_none()
            && saldo_ate.is_none()
            && atualizado_desde.is_none();
        self.credor.is_some() || de_todos
    }
}
