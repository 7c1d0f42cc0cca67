//! What the títulos of a company are charged by.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use diesel::sql_types::{Array, BigInt, Date, Nullable, Text, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::Rotulo;
use domain::encargos::{Condicoes, Encargos, Juros, Serie, Series, Taxa};
use domain::regras::Regras;
use uuid::Uuid;

use crate::credores::read_encargos;
use crate::empresas::{self, Empresa};
use crate::preparada::prepared;
use crate::{StoreError, Tenant};

/// Tables that are remembered before all are forgotten; each is then read once more.
const MAX_TABELAS: usize = 1_000;

/// Tables by their names (`calculo`), which change with what is in them: what was remembered is as good as what would be
/// read, and whose it is the name says.
static LEMBRADAS: LazyLock<Mutex<HashMap<Uuid, Arc<Tabela>>>> = LazyLock::new(Mutex::default);

/// Everything that a company's títulos are charged by, besides what they say themselves.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tabela {
    pub(super) regras: Regras,
    fuso: Tz,
    da_empresa: Encargos,
    /// Of creditors that have their own.
    dos_credores: BTreeMap<Uuid, Encargos>,
    series: Series,
}

#[derive(QueryableByName)]
struct Nome {
    #[diesel(sql_type = SqlUuid)]
    calculo: Uuid,
}

/// What of the company it takes.
#[derive(QueryableByName)]
struct DaEmpresa {
    #[diesel(embed)]
    empresa: Empresa,
    #[diesel(sql_type = Nullable<Text>)]
    encargos: Option<String>,
}

#[derive(QueryableByName)]
struct DoCredor {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    encargos: String,
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

impl Tabela {
    /// That of this name, if it is remembered.
    pub(super) fn remembered(calculo: Uuid) -> Option<Arc<Self>> {
        LEMBRADAS.lock().unwrap_or_else(PoisonError::into_inner).get(&calculo).cloned()
    }

    /// The company's, as the transaction sees it.
    pub(crate) fn get(t: &mut Tenant<'_>) -> Result<Arc<Self>, StoreError> {
        let nome: Option<Nome> =
            prepared("SELECT calculo FROM cadastro.v_emitente").get_result(t.conn).optional()?;
        let Nome { calculo } = nome.ok_or(StoreError::Unknown("empresa"))?;
        if let Some(lembrada) = Self::remembered(calculo) {
            return Ok(lembrada);
        }
        // What changes while it is read has another name by then.
        let lida = Arc::new(Self::load(t)?);
        let mut lembradas = LEMBRADAS.lock().unwrap_or_else(PoisonError::into_inner);
        if lembradas.len() >= MAX_TABELAS {
            lembradas.clear();
        }
        lembradas.insert(calculo, Arc::clone(&lida));
        Ok(lida)
    }

    fn load(t: &mut Tenant<'_>) -> Result<Self, StoreError> {
        let colunas = empresas::COLUNAS;
        let sql = format!(
            "SELECT {colunas}, (SELECT e.encargos FROM cadastro.v_emitente e) AS encargos FROM cadastro.v_empresa"
        );
        let da_empresa: Option<DaEmpresa> = sql_query(sql).get_result(t.conn).optional()?;
        let DaEmpresa { empresa, encargos } = da_empresa.ok_or(StoreError::Unknown("empresa"))?;
        let dos_credores: Vec<DoCredor> =
            sql_query("SELECT credor_id AS id, encargos FROM cadastro.v_encargos WHERE empresa_id = $1")
                .bind::<SqlUuid, _>(t.empresa.uuid())
                .load(t.conn)?;
        let dos_credores =
            dos_credores.into_iter().map(|c| Ok(read_encargos(Some(&c.encargos))?.map(|dele| (c.id, dele))));
        let mut tabela = Self {
            regras: empresa.regras()?,
            fuso: empresa.zone()?,
            da_empresa: read_encargos(encargos.as_deref())?.unwrap_or_default(),
            dos_credores: dos_credores.filter_map(Result::transpose).collect::<Result<_, StoreError>>()?,
            series: Series::new(),
        };
        tabela.series = load_series(t, &tabela.names())?;
        Ok(tabela)
    }

    /// That of a company that chose nothing else.
    pub(crate) fn only(encargos: Encargos) -> Self {
        Self {
            regras: Regras::default(),
            fuso: Tz::America__Sao_Paulo,
            da_empresa: encargos,
            dos_credores: BTreeMap::new(),
            series: Series::new(),
        }
    }

    /// The day it is where the company is.
    pub(super) fn hoje(&self, agora: DateTime<Utc>) -> NaiveDate {
        agora.with_timezone(&self.fuso).date_naive()
    }

    /// What a título of this creditor is charged by.
    pub(crate) fn condicoes(&self, credor: Option<Uuid>) -> Condicoes<'_> {
        let proprios = credor.and_then(|credor| self.dos_credores.get(&credor));
        let encargos = proprios.unwrap_or(&self.da_empresa);
        Condicoes { encargos, series: &self.series, regras: &self.regras }
    }

    /// The series that its charges name.
    fn names(&self) -> BTreeSet<Rotulo> {
        let encargos = self.dos_credores.values().chain([&self.da_empresa]);
        encargos.flat_map(series_of).flatten().cloned().collect()
    }
}

fn series_of(encargos: &Encargos) -> [Option<&Rotulo>; 2] {
    let dos_juros = match &encargos.juros {
        Juros::Serie { serie } => Some(serie),
        Juros::Fixos { .. } => None,
    };
    [encargos.correcao.as_ref(), dos_juros]
}

fn load_series(t: &mut Tenant<'_>, nomes: &BTreeSet<Rotulo>) -> Result<Series, StoreError> {
    if nomes.is_empty() {
        return Ok(Series::new());
    }
    let meses: Vec<Variacao> = sql_query(
        "SELECT nome, mes, variacao AS taxa FROM cadastro.v_indice WHERE empresa_id = $1 AND nome = ANY ($2) ORDER BY nome, mes",
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

#[cfg(test)]
mod tests {
    use domain::ids::EmpresaId;

    use super::*;
    use crate::migracao::ExecuteUnit as _;
    use crate::{Banco, Papel};

    const CREDOR: &str = "00000000-0000-0000-0000-0000000000c1";

    fn casa(pg: &testkit::Banco) -> (Banco, EmpresaId) {
        let empresa = EmpresaId::new(Uuid::from_u128(1));
        testkit::Sql::connect(pg.url()).run(&format!(
            "INSERT INTO cadastro.empresa (id, nome, remetente_email, criada_em) VALUES ('{empresa}', 'A', 'a@a.com', now())"
        ));
        (Banco::connect(pg.url(), Papel::Titulos, 1).unwrap(), empresa)
    }

    /// The remembered one beside what is stored.
    fn both(t: &mut Tenant<'_>) -> (Arc<Tabela>, Tabela) {
        (Tabela::get(t).unwrap(), Tabela::load(t).unwrap())
    }

    #[test]
    fn whatever_it_is_read_from_changes_its_name() {
        let pg = testkit::Banco::new();
        let (banco, empresa) = casa(&pg);
        let encargos = serde_json::to_string(&Encargos::default()).unwrap();
        let juros = Juros::Serie { serie: Rotulo::parse("ipca").unwrap() };
        let com_serie = serde_json::to_string(&Encargos { juros, ..Encargos::default() }).unwrap();
        let mudancas = [
            "UPDATE cadastro.empresa SET fuso = 'America/Manaus'".to_owned(),
            "UPDATE cadastro.empresa SET vencimento_em_dia_util = false".to_owned(),
            "UPDATE cadastro.empresa SET cancelar_acordo_apos = 9".to_owned(),
            "UPDATE cadastro.empresa SET migracao = 'perfil_perdido'".to_owned(),
            format!("UPDATE cadastro.empresa SET encargos = '{com_serie}'"),
            format!(
                "INSERT INTO cadastro.indice (empresa_id, nome, mes, variacao) VALUES ('{empresa}', 'ipca', '2026-01-01', 48)"
            ),
            "UPDATE cadastro.indice SET variacao = 50".to_owned(),
            "DELETE FROM cadastro.indice".to_owned(),
            format!(
                "INSERT INTO cadastro.feriado (empresa_id, data, nome) VALUES ('{empresa}', '2026-03-03', 'Dia')"
            ),
            "UPDATE cadastro.feriado SET data = '2026-03-04'".to_owned(),
            "DELETE FROM cadastro.feriado".to_owned(),
            format!(
                "INSERT INTO cadastro.credor (empresa_id, id, codigo_integracao, nome, encargos) VALUES ('{empresa}', '{CREDOR}', 'c', 'C', '{encargos}')"
            ),
            format!("UPDATE cadastro.credor SET encargos = '{com_serie}'"),
            "DELETE FROM cadastro.credor".to_owned(),
        ];
        for mudanca in mudancas {
            banco
                .da_empresa(empresa, |t| {
                    let (antes, _) = both(t);
                    sql_query(&mudanca).execute_unit(t.conn)?;
                    let (lembrada, guardada) = both(t);
                    assert_eq!(*lembrada, guardada, "{mudanca}");
                    assert_ne!(*lembrada, *antes, "{mudanca}");
                    Ok(())
                })
                .unwrap();
        }
    }

    #[test]
    fn what_was_rolled_back_is_not_remembered_as_anything_else() {
        let pg = testkit::Banco::new();
        let (banco, empresa) = casa(&pg);
        let mudar = |t: &mut Tenant<'_>, dias: i16| {
            sql_query(format!("UPDATE cadastro.empresa SET cancelar_acordo_apos = {dias}"))
                .execute_unit(t.conn)?;
            Tabela::get(t)
        };
        let desfeita = banco.da_empresa(empresa, |t| {
            mudar(t, 3)?;
            Err::<(), _>(StoreError::Unknown("nada"))
        });
        desfeita.unwrap_err();
        let outra = banco.da_empresa(empresa, |t| mudar(t, 4)).unwrap();
        assert_eq!(outra.regras.cancelar_acordo_apos, Some(4));
    }

    #[test]
    fn it_is_read_once() {
        let pg = testkit::Banco::new();
        let (banco, empresa) = casa(&pg);
        let get = || banco.da_empresa(empresa, Tabela::get).unwrap();
        assert!(Arc::ptr_eq(&get(), &get()));
    }
}
