//! Debtors by the page. The first rows after a place are found by an index of the order asked for, or by one of a filter that
//! few debtors meet (see `sondagem`).

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::sql_types::{BigInt, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::dinheiro::Centavos;
use domain::documento::{Documento, TipoPessoa};
use domain::endereco::Uf;
use uuid::Uuid;

use super::DevedorLido;
use super::ler::{COLUNAS, SALDO_GUARDADO};
use crate::{StoreError, Tenant, credores, sondagem};

mod fonte;

use fonte::Fonte;

/// Which debtors to list; `None` is any. All of them together.
#[derive(Clone, Debug, Default)]
pub struct Filtro {
    /// One of the ERP's own keys.
    pub codigo_integracao: Option<String>,
    /// How the name begins, without regard to accents or case.
    pub nome: Option<String>,
    /// CPF or CNPJ.
    pub documento: Option<Documento>,
    /// Who looks after the debtor.
    pub gerente: Option<String>,
    /// First day of being heard of, in the company's time zone.
    pub cadastrado_de: Option<NaiveDate>,
    /// Last such day.
    pub cadastrado_ate: Option<NaiveDate>,
    /// From this instant on something of it changed.
    pub atualizado_desde: Option<DateTime<Utc>>,
    /// The least that the open títulos add up to.
    pub saldo_de: Option<Centavos>,
    /// The most.
    pub saldo_ate: Option<Centavos>,
    /// Municipality of some address, without regard to accents or case.
    pub cidade: Option<String>,
    /// State of that address.
    pub uf: Option<Uf>,
    /// What the debtor is.
    pub tipo_pessoa: Option<TipoPessoa>,
    /// Class chosen by the company.
    pub categoria: Option<String>,
    /// Code of a creditor of some título.
    pub credor: Option<String>,
    /// Whether it is held to be dead.
    pub falecido: Option<bool>,
}

/// What a list is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordem {
    /// Name, without regard to accents or case.
    Nome,
    /// When it was first heard of.
    CriadoEm,
    /// When something of it changed last.
    AtualizadoEm,
}

impl Ordem {
    fn chave(self) -> &'static str {
        match self {
            Self::Nome => "d.nome_busca",
            Self::CriadoEm => "d.criado_em",
            Self::AtualizadoEm => "d.atualizado_em",
        }
    }

    /// The parameter that says where the page before ended.
    fn parametro(self) -> &'static str {
        match self {
            Self::Nome => "$2",
            Self::CriadoEm | Self::AtualizadoEm => "$2::timestamptz",
        }
    }

    fn texto(self) -> &'static str {
        match self {
            Self::Nome => "chave",
            Self::CriadoEm | Self::AtualizadoEm => {
                "to_char(chave AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
            }
        }
    }
}

/// A debtor of a list, and where it stands in its order.
#[derive(Clone, QueryableByName)]
pub struct Linha {
    /// The debtor.
    #[diesel(embed)]
    pub devedor: DevedorLido,
    /// What it is sorted by, as a text: a folded name, or an instant.
    #[diesel(sql_type = Text)]
    pub chave: String,
}

/// A page of debtors after the one named (what it is sorted by, and its id).
///
/// # Errors
/// The database is unreachable, or refused a key that is no instant.
pub fn list(
    t: &mut Tenant<'_>,
    filtro: &Filtro,
    ordem: (Ordem, bool),
    depois_de: Option<&(String, Uuid)>,
    limite: i64,
) -> Result<Vec<Linha>, StoreError> {
    // Looked up beforehand, so that the planner knows how many títulos this one has.
    let credor = match &filtro.credor {
        None => None,
        Some(codigo) => match credores::id_of(t, codigo)? {
            None => return Ok(Vec::new()),
            credor => credor,
        },
    };
    let pedido = Pedido { filtro, credor, ordem, depois_de, limite };
    let fontes = filtro.fontes();
    if fontes.is_empty() {
        return pedido.load(t, pedido.statement());
    }
    sondagem::page(
        t,
        (limite, &fontes),
        |t, quantos| pedido.load(t, pedido.statement_of_first(quantos, &fontes)),
        |t, fonte, ate| {
            Ok(pedido.load(t, fonte.count(ate))?.first().map_or(0, |contados: &Contados| contados.n))
        },
        |t, fonte, ate| pedido.load(t, pedido.statement_from(*fonte, ate, &fontes)),
    )
}

#[derive(QueryableByName)]
struct Contados {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// What is asked for.
struct Pedido<'p> {
    filtro: &'p Filtro,
    credor: Option<Uuid>,
    ordem: (Ordem, bool),
    depois_de: Option<&'p (String, Uuid)>,
    limite: i64,
}

impl Pedido<'_> {
    /// The page among the debtors that meet the filters on themselves.
    fn statement(&self) -> String {
        let (escolhidos, ordem) = (self.chosen(), self.order());
        self.read(&format!("{escolhidos} {ordem} LIMIT $18"))
    }

    /// What of the page is among the first so many of those.
    fn statement_of_first(&self, quantos: i64, fontes: &[Fonte]) -> String {
        let (escolhidos, ordem) = (self.chosen(), self.order());
        let provas = fontes.iter().map(|fonte| fonte.test()).collect::<Vec<_>>().join(" AND ");
        self.read(&format!(
            "SELECT d.* FROM ({escolhidos} {ordem} LIMIT {quantos}) d WHERE {provas} {ordem} LIMIT $18"
        ))
    }

    /// The page among all debtors of one source that meet the other filters.
    fn statement_from(&self, fonte: Fonte, ate: i64, fontes: &[Fonte]) -> String {
        let (ids, escolhidos, ordem) = (fonte.ids(ate), self.chosen(), self.order());
        let provas = fontes.iter().filter(|outra| **outra != fonte);
        let provas = provas.fold(String::new(), |provas, outra| provas + " AND " + &outra.test());
        self.read(&format!(
            "SELECT d.* FROM (SELECT DISTINCT x.devedor_id FROM ({ids}) x) x CROSS JOIN LATERAL \
                    ({escolhidos} AND d.id = x.devedor_id{provas} OFFSET 0) d {ordem} LIMIT $18"
        ))
    }

    /// The debtors that meet the filters on themselves, with what they are sorted by.
    fn chosen(&self) -> String {
        let (ordem, descendente) = self.ordem;
        let (chave, parametro) = (ordem.chave(), ordem.parametro());
        let sinal = if descendente { "<" } else { ">" };
        format!(
            "SELECT d.*, {chave} AS chave FROM cadastro.devedor d \
              WHERE d.empresa_id = $1 AND ($2 IS NULL OR ({chave}, d.id) {sinal} ({parametro}, $3)){}",
            self.filtro.lines()
        )
    }

    fn order(&self) -> String {
        let (ordem, descendente) = self.ordem;
        let (chave, sentido) = (ordem.chave(), if descendente { "DESC" } else { "ASC" });
        format!("ORDER BY {chave} {sentido}, d.id {sentido}")
    }

    /// Reads the debtors of a page.
    fn read(&self, pagina: &str) -> String {
        let (texto, ordem) = (self.ordem.0.texto(), self.order());
        format!("SELECT {COLUNAS}, {texto} AS chave FROM ({pagina}) d {SALDO_GUARDADO} {ordem}")
    }

    fn load<L: QueryableByName<Pg> + 'static>(
        &self,
        t: &mut Tenant<'_>,
        sql: String,
    ) -> Result<Vec<L>, StoreError> {
        let Self { filtro, credor, depois_de, limite, .. } = *self;
        Ok(sql_query(sql)
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .bind::<Nullable<Text>, _>(depois_de.map(|(chave, _)| chave.as_str()))
            .bind::<Nullable<SqlUuid>, _>(depois_de.map(|(_, id)| *id))
            .bind::<Nullable<Text>, _>(filtro.codigo_integracao.as_deref())
            .bind::<Nullable<Text>, _>(filtro.nome.as_deref())
            .bind::<Nullable<Text>, _>(filtro.documento.as_ref().map(Documento::as_str))
            .bind::<Nullable<Text>, _>(filtro.gerente.as_deref())
            .bind::<Nullable<Date>, _>(filtro.cadastrado_de)
            .bind::<Nullable<Date>, _>(filtro.cadastrado_ate)
            .bind::<Nullable<Timestamptz>, _>(filtro.atualizado_desde)
            .bind::<Nullable<BigInt>, _>(filtro.saldo_de.map(Centavos::get))
            .bind::<Nullable<BigInt>, _>(filtro.saldo_ate.map(Centavos::get))
            .bind::<Nullable<Text>, _>(filtro.cidade.as_deref())
            .bind::<Nullable<Text>, _>(filtro.uf.map(Uf::as_str))
            .bind::<Nullable<Text>, _>(filtro.tipo_pessoa.map(TipoPessoa::as_str))
            .bind::<Nullable<Text>, _>(filtro.categoria.as_deref())
            .bind::<Nullable<SqlUuid>, _>(credor)
            .bind::<BigInt, _>(limite)
            .load(t.conn)?)
    }
}

impl Filtro {
    /// Rules f01–f09: the lines of the other filters that are asked for, since the planner makes no join of what stands beside an
    /// `OR`. The parameters keep their numbers.
    fn lines(&self) -> String {
        [
            (self.codigo_integracao.is_some(), CODIGO),
            (self.nome.is_some(), NOME),
            (self.documento.is_some(), "d.documento = $6"),
            (self.gerente.is_some(), "d.gerente = $7"),
            (self.cadastrado_de.is_some(), CADASTRADO_DE),
            (self.cadastrado_ate.is_some(), CADASTRADO_ATE),
            (self.atualizado_desde.is_some(), "d.atualizado_em >= $10"),
            (self.tipo_pessoa.is_some(), "d.tipo_pessoa = $15"),
            (self.categoria.is_some(), "d.categoria = $16"),
            (self.credor.is_some(), CREDOR),
            (self.falecido == Some(true), "d.falecido_em IS NOT NULL"),
            (self.falecido == Some(false), "d.falecido_em IS NULL"),
        ]
        .into_iter()
        .filter(|(pedido, _)| *pedido)
        .fold(String::new(), |linhas, (_, linha)| linhas + " AND " + linha)
    }
}

const CODIGO: &str = "d.id = (SELECT c.devedor_id FROM cadastro.devedor_codigo c \
    WHERE c.empresa_id = $1 AND c.codigo_integracao = $4)";
const NOME: &str =
    "d.nome_busca >= cadastro.texto_busca($5) AND d.nome_busca < cadastro.texto_busca($5) || chr(1114111)";
const CADASTRADO_DE: &str =
    "d.criado_em >= ($8::timestamp AT TIME ZONE (SELECT fuso FROM cadastro.empresa WHERE id = $1))";
const CADASTRADO_ATE: &str =
    "d.criado_em < (($9 + 1)::timestamp AT TIME ZONE (SELECT fuso FROM cadastro.empresa WHERE id = $1))";
const CREDOR: &str =
    "d.id IN (SELECT t.devedor_id FROM cadastro.titulo t WHERE t.empresa_id = $1 AND t.credor_id = $17)";

#[cfg(test)]
mod tests;
