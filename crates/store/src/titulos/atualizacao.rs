//! What títulos owe on a day, with the charges of lateness.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::Rotulo;
use domain::dinheiro::Centavos;
use domain::encargos::{
    Componentes, Condicoes, Divida, Encargos, Juros, Pago, Serie, Series, Taxa, dias_de_atraso,
};
use domain::ids::TituloId;
use domain::regras::Regras;
use domain::titulo::StatusTitulo;

use super::lista::{COLUNAS, TituloLido, get_many};
use crate::empresas::{self, Empresa};
use crate::preparada::prepared;
use crate::quem::one_row;
use crate::{Banco, Portador, StoreError, Tenant};

/// What a título owes on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Atualizado {
    /// The day.
    pub em: NaiveDate,
    /// How many days it is late then.
    pub dias_atraso: i64,
    /// What it owes.
    pub devido: Componentes,
}

/// What each of these owes on `em`, or today in the company's zone, in the order given.
///
/// # Errors
/// The database is unreachable or holds charges that this version does not know.
pub fn atualizar(
    t: &mut Tenant<'_>,
    lidos: &[TituloLido],
    em: Option<NaiveDate>,
    agora: DateTime<Utc>,
) -> Result<Vec<Atualizado>, StoreError> {
    let tabela = Tabela::load(t, lidos.iter(), agora)?;
    lidos.iter().map(|lido| tabela.atualizado(lido, em.unwrap_or(tabela.hoje))).collect()
}

/// What each of these owes on `em`, by id; those that the company does not have are absent.
///
/// # Errors
/// As [`atualizar`].
pub fn devidos(
    t: &mut Tenant<'_>,
    ids: &[TituloId],
    em: NaiveDate,
    agora: DateTime<Utc>,
) -> Result<BTreeMap<TituloId, Componentes>, StoreError> {
    let lidos = get_many(t, &ids.iter().map(|id| id.uuid()).collect::<Vec<_>>())?;
    let atualizados = atualizar(t, &lidos, Some(em), agora)?;
    Ok(lidos.iter().zip(atualizados).map(|(lido, a)| (TituloId::new(lido.id), a.devido)).collect())
}

/// What the títulos of a company are charged by.
pub(super) struct Tabela {
    /// Today in the company's zone.
    pub(super) hoje: NaiveDate,
    regras: Regras,
    da_empresa: Encargos,
    /// Of creditors that have their own, as they are stored.
    proprios: BTreeMap<String, Encargos>,
    series: Series,
}

/// What of the company it takes.
#[derive(QueryableByName)]
struct DaEmpresa {
    #[diesel(embed)]
    empresa: Empresa,
    #[diesel(sql_type = Date)]
    hoje: NaiveDate,
    #[diesel(sql_type = Nullable<Text>)]
    encargos_dela: Option<String>,
}

/// The columns of a [`DaEmpresa`] in `cadastro.v_empresa`, where `empresa` and `agora` are values of the statement.
fn company_columns(empresa: &str, agora: &str) -> String {
    let colunas = empresas::COLUNAS;
    format!(
        "{colunas}, ({agora} AT TIME ZONE fuso)::date AS hoje, \
         (SELECT propria.encargos::text FROM cadastro.empresa propria WHERE propria.id = {empresa}) AS encargos_dela"
    )
}

/// A título with what it is charged by.
#[derive(QueryableByName)]
struct Linha {
    #[diesel(embed)]
    lido: TituloLido,
    #[diesel(embed)]
    da_empresa: DaEmpresa,
}

static LINHA: LazyLock<String> = LazyLock::new(|| {
    let da_empresa = company_columns("e.empresa_id", "$3");
    one_row(&format!(
        "{COLUNAS}, {da_empresa} FROM cadastro.titulo t JOIN cadastro.v_empresa v ON v.empresa_id = t.empresa_id \
          WHERE t.empresa_id = e.empresa_id AND t.id = $4"
    ))
});

/// One título with what it owes on `em`, or today in the company's zone, in one message where no series of an index is
/// needed.
///
/// # Errors
/// As [`atualizar`]; the key is no longer good.
pub fn read(
    banco: &Banco,
    portador: Portador,
    id: TituloId,
    em: Option<NaiveDate>,
) -> Result<Option<(TituloLido, Atualizado)>, StoreError> {
    let linha: Option<Linha> = banco.uma_leitura(|conn| {
        Ok(portador.prepared(&LINHA).bind::<SqlUuid, _>(id.uuid()).get_result(conn).optional()?)
    })?;
    let Some(Linha { lido, da_empresa }) = linha else { return Ok(None) };
    let mut tabela = Tabela::new(da_empresa, [&lido].into_iter())?;
    if !tabela.names().is_empty() {
        tabela.series = banco.da_empresa(portador, |t| load_series(t, &tabela.names()))?;
    }
    let atualizado = tabela.atualizado(&lido, em.unwrap_or(tabela.hoje))?;
    Ok(Some((lido, atualizado)))
}

impl Tabela {
    /// What these need.
    pub(super) fn load<'l>(
        t: &mut Tenant<'_>,
        lidos: impl Iterator<Item = &'l TituloLido>,
        agora: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let da_empresa = company_columns("$1", "$2");
        let da_empresa: Option<DaEmpresa> = prepared(&format!("SELECT {da_empresa} FROM cadastro.v_empresa"))
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .bind::<Timestamptz, _>(agora)
            .get_result(t.conn)
            .optional()?;
        let mut tabela = Self::new(da_empresa.ok_or(StoreError::Unknown("empresa"))?, lidos)?;
        tabela.series = load_series(t, &tabela.names())?;
        Ok(tabela)
    }

    /// Without the series.
    fn new<'l>(
        DaEmpresa { empresa, hoje, encargos_dela }: DaEmpresa,
        lidos: impl Iterator<Item = &'l TituloLido>,
    ) -> Result<Self, StoreError> {
        let regras = empresa.regras()?;
        let da_empresa = encargos_dela.as_deref().map(read_encargos).transpose()?.unwrap_or_default();
        let textos: BTreeSet<&str> = lidos.filter_map(|lido| lido.encargos.as_deref()).collect();
        let proprios = textos.into_iter().map(|texto| Ok((texto.to_owned(), read_encargos(texto)?)));
        let proprios = proprios.collect::<Result<BTreeMap<_, _>, StoreError>>()?;
        Ok(Self { hoje, regras, da_empresa, proprios, series: Series::new() })
    }

    /// The series that its charges name.
    fn names(&self) -> BTreeSet<Rotulo> {
        let encargos = self.proprios.values().chain([&self.da_empresa]);
        encargos.flat_map(series_of).flatten().cloned().collect()
    }

    fn condicoes(&self, lido: &TituloLido) -> Condicoes<'_> {
        let proprios = lido.encargos.as_ref().and_then(|texto| self.proprios.get(texto));
        let encargos = proprios.unwrap_or(&self.da_empresa);
        Condicoes { encargos, series: &self.series, regras: &self.regras }
    }

    fn atualizado(&self, lido: &TituloLido, em: NaiveDate) -> Result<Atualizado, StoreError> {
        let pagos = pagos(lido)?;
        let devido = match lido.status()? {
            StatusTitulo::Cancelado => Componentes::default(),
            StatusTitulo::Aberto | StatusTitulo::Negociado | StatusTitulo::Pago | StatusTitulo::Suspenso => {
                self.condicoes(lido).devido(&divida(lido, &pagos), em)
            }
        };
        let dias = if devido.total() == Centavos::ZERO {
            0
        } else {
            dias_de_atraso(lido.vencimento, em, &self.regras)
        };
        Ok(Atualizado { em, dias_atraso: dias, devido })
    }

    /// What a payment of the day `em` finds, beside those that stand.
    pub(super) fn por_pagar(&self, lido: &TituloLido, pagos: &[Pago], em: NaiveDate) -> Componentes {
        self.condicoes(lido).por_pagar(&divida(lido, pagos), em)
    }
}

/// What is left and what was paid of the principal is what there was.
fn divida<'p>(lido: &TituloLido, pagos: &'p [Pago]) -> Divida<'p> {
    let pago: Centavos = pagos.iter().map(|pago| pago.quitado.principal).sum();
    let valor = Centavos::new(lido.saldo.saturating_add(pago.get()));
    Divida { valor, vencimento: lido.vencimento, pagos }
}

/// Its payments that stand, in order of day.
pub(super) fn pagos(lido: &TituloLido) -> Result<Vec<Pago>, StoreError> {
    let Some(texto) = &lido.pagos else { return Ok(Vec::new()) };
    let linhas: Vec<(NaiveDate, i64, i64, i64, i64)> =
        serde_json::from_str(texto).ok().ok_or(StoreError::Unknown("pagamento"))?;
    let pago = |(em, principal, correcao, multa, juros)| {
        let [principal, correcao, multa, juros] = [principal, correcao, multa, juros].map(Centavos::new);
        Pago { em, quitado: Componentes { principal, correcao, multa, juros } }
    };
    Ok(linhas.into_iter().map(pago).collect())
}

fn read_encargos(texto: &str) -> Result<Encargos, StoreError> {
    serde_json::from_str(texto).ok().ok_or(StoreError::Unknown("encargos"))
}

fn series_of(encargos: &Encargos) -> [Option<&Rotulo>; 2] {
    let dos_juros = match &encargos.juros {
        Juros::Serie { serie } => Some(serie),
        Juros::Fixos { .. } => None,
    };
    [encargos.correcao.as_ref(), dos_juros]
}

#[derive(QueryableByName)]
struct Variacao {
    #[diesel(sql_type = Text)]
    nome: String,
    #[diesel(sql_type = Date)]
    mes: NaiveDate,
    #[diesel(sql_type = BigInt)]
    taxa: i64,
}

fn load_series(t: &mut Tenant<'_>, nomes: &BTreeSet<Rotulo>) -> Result<Series, StoreError> {
    if nomes.is_empty() {
        return Ok(Series::new());
    }
    let meses: Vec<Variacao> = sql_query(
        "SELECT nome, mes, variacao AS taxa FROM cadastro.indice WHERE empresa_id = $1 AND nome = ANY ($2) ORDER BY nome, mes",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<Text>, _>(nomes.iter().map(Rotulo::as_str).collect::<Vec<_>>())
    .load(t.conn)?;
    let da_serie = |nome: &Rotulo| {
        let dela = meses.iter().filter(|mes| mes.nome == nome.as_str());
        Serie::new(dela.map(|mes| (mes.mes, Taxa::new(mes.taxa))))
    };
    Ok(nomes.iter().map(|nome| (nome.clone(), da_serie(nome))).collect())
}
