//! Companies: their settings and their sending windows.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use diesel::sql_types::{
    Array, Bool, Date, Integer, Nullable, SmallInt, Text, Time, Timestamptz, Uuid as SqlUuid,
};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::calendario::Feriados;
use domain::documento::Documento;
use domain::encargos::Encargos;
use domain::endereco::Endereco;
use domain::execucao::Canal;
use domain::fuso::{self, FusoDosEnvios};
use domain::ids::EmpresaId;
use domain::janela::{DiasDaSemana, Janela};
use domain::regua::{Migracao, Regras};
use uuid::Uuid;

use crate::banco::new_id;
use crate::credores::{read_encargos, write_encargos};
use crate::devedores::Campo;
use crate::migracao::ExecuteUnit as _;
use crate::preparada::prepared;
use crate::{Banco, StoreError, Tenant};

pub mod feriados;

/// What a company is created with.
#[derive(Clone, Debug)]
pub struct NovaEmpresa {
    /// Its name, as debtors read it.
    pub nome: String,
    /// Its CNPJ or CPF, unformatted.
    pub documento: Option<String>,
    /// Address that its e-mails come from.
    pub remetente_email: String,
}

/// A company's settings.
#[derive(Clone, Debug, QueryableByName)]
pub struct Empresa {
    /// Its name, as debtors read it.
    #[diesel(sql_type = Text)]
    pub nome: String,
    /// IANA time zone; "today" and the sending windows are read in it (rule j06).
    #[diesel(sql_type = Text)]
    pub fuso: String,
    /// Local time at which its night runs (rule g01).
    #[diesel(sql_type = Time)]
    pub hora_noite: NaiveTime,
    /// Whether a due date on a day that is no working day rolls forward (rule n02).
    #[diesel(sql_type = Bool)]
    pub vencimento_em_dia_util: bool,
    /// Its own holidays.
    #[diesel(sql_type = Array<Date>)]
    pub feriados: Vec<NaiveDate>,
    /// Address that its e-mails come from.
    #[diesel(sql_type = Text)]
    pub remetente_email: String,
    /// Its choice of rule g03, in its stored form.
    #[diesel(sql_type = Text)]
    pub migracao: String,
    /// Its choice of rule k07, in days.
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub cancelar_acordo_apos: Option<i16>,
    /// Its choice of rule j06, in its stored form.
    #[diesel(sql_type = Text)]
    pub fuso_dos_envios: String,
}

impl Empresa {
    /// Its time zone.
    ///
    /// # Errors
    /// A name that this version does not know.
    pub fn zone(&self) -> Result<Tz, StoreError> {
        zone(&self.fuso)
    }

    /// The day it is where the company is.
    ///
    /// # Errors
    /// As [`Empresa::zone`].
    pub fn today(&self, agora: DateTime<Utc>) -> Result<NaiveDate, StoreError> {
        Ok(agora.with_timezone(&self.zone()?).date_naive())
    }

    /// In whose local time its sending windows are read.
    ///
    /// # Errors
    /// A choice that this version does not know.
    pub fn fuso_dos_envios(&self) -> Result<FusoDosEnvios, StoreError> {
        FusoDosEnvios::parse(&self.fuso_dos_envios).ok().ok_or(StoreError::Unknown("fuso_dos_envios"))
    }

    /// Rule j06: by whose clocks an action may leave. Where somebody is only the fence knows, and puts it off further west; before
    /// that it is enough to be nowhere too late on the mainland.
    ///
    /// # Errors
    /// As [`Empresa::fuso_dos_envios`] and [`Empresa::zone`].
    pub fn fusos_dos_envios(&self) -> Result<Vec<Tz>, StoreError> {
        let da_empresa = self.zone()?;
        Ok(match self.fuso_dos_envios()? {
            FusoDosEnvios::Empresa => vec![da_empresa],
            FusoDosEnvios::Devedor => vec![da_empresa, fuso::DE_BRASILIA],
        })
    }

    /// What its decisions take as an argument.
    ///
    /// # Errors
    /// A choice that this version does not know.
    pub fn regras(&self) -> Result<Regras, StoreError> {
        Ok(Regras {
            vencimento_em_dia_util: self.vencimento_em_dia_util,
            feriados: Feriados::new(self.feriados.clone()),
            migracao: Migracao::parse(&self.migracao).ok().ok_or(StoreError::Unknown("migracao"))?,
            cancelar_acordo_apos: self.cancelar_acordo_apos.and_then(|dias| u16::try_from(dias).ok()),
        })
    }
}

/// What only the company itself reads of its record.
#[derive(Clone, QueryableByName)]
pub struct Registro {
    /// Its CNPJ or CPF, unformatted.
    #[diesel(sql_type = Nullable<Text>)]
    pub documento: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    endereco: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    encargos: Option<String>,
    /// Grows with each change.
    #[diesel(sql_type = Integer)]
    pub versao: i32,
}

impl Registro {
    /// Where it is.
    ///
    /// # Errors
    /// An address that this version does not know.
    pub fn endereco(&self) -> Result<Option<Endereco>, StoreError> {
        self.endereco
            .as_deref()
            .map(serde_json::from_str)
            .transpose()
            .ok()
            .ok_or(StoreError::Unknown("endereco"))
    }

    /// What títulos bear when late, where their creditor does not say; `None` is what is usual.
    ///
    /// # Errors
    /// Charges that this version does not know.
    pub fn encargos(&self) -> Result<Option<Encargos>, StoreError> {
        read_encargos(self.encargos.as_deref())
    }
}

/// Changes to a company's settings; `None` keeps what is stored.
#[derive(Clone, Debug, Default)]
pub struct MudancaEmpresa {
    /// New name.
    pub nome: Option<String>,
    /// New time zone.
    pub fuso: Option<String>,
    /// New hour of the night.
    pub hora_noite: Option<NaiveTime>,
    /// New choice of rule n02.
    pub vencimento_em_dia_util: Option<bool>,
    /// New sender.
    pub remetente_email: Option<String>,
    /// New choice of rule g03.
    pub migracao: Option<Migracao>,
    /// New choice of rule j06.
    pub fuso_dos_envios: Option<FusoDosEnvios>,
    /// New choice of rule k07; `Some(None)` is to leave negotiations as they are.
    pub cancelar_acordo_apos: Option<Option<u16>>,
    /// New CNPJ or CPF.
    pub documento: Campo<Documento>,
    /// New address.
    pub endereco: Campo<Endereco>,
    /// New charges of títulos whose creditor does not say.
    pub encargos: Campo<Encargos>,
    /// New windows, each replacing the one of its channel.
    pub janelas: Vec<(Canal, Janela)>,
}

/// Creates a company with the given sending windows and answers its id.
///
/// # Errors
/// The database refused or is unreachable.
pub fn create(
    banco: &Banco,
    nova: &NovaEmpresa,
    janelas: &[(Canal, Janela)],
    agora: DateTime<Utc>,
) -> Result<EmpresaId, StoreError> {
    let id = EmpresaId::new(new_id(agora));
    banco.da_empresa(id, |t| {
        sql_query(
            "INSERT INTO cadastro.empresa (id, nome, documento, remetente_email, criada_em) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind::<SqlUuid, _>(id.uuid())
        .bind::<Text, _>(&nova.nome)
        .bind::<Nullable<Text>, _>(nova.documento.as_deref())
        .bind::<Text, _>(&nova.remetente_email)
        .bind::<Timestamptz, _>(agora)
        .execute_unit(t.conn)?;
        janelas.iter().try_for_each(|(canal, janela)| save_janela(t, *canal, janela))
    })?;
    Ok(id)
}

/// The columns of an [`Empresa`] in `cadastro.v_empresa`.
pub(crate) const COLUNAS: &str = "nome, fuso, hora_noite, vencimento_em_dia_util, feriados, remetente_email, migracao, cancelar_acordo_apos, fuso_dos_envios";

/// The company of this transaction, if it exists.
///
/// # Errors
/// The database is unreachable.
pub fn get(t: &mut Tenant<'_>) -> Result<Option<Empresa>, StoreError> {
    Ok(prepared(&format!("SELECT {COLUNAS} FROM cadastro.v_empresa")).get_result(t.conn).optional()?)
}

/// The day it is where the company is.
///
/// # Errors
/// The database is unreachable, or there is no such company.
pub fn today(t: &mut Tenant<'_>, agora: DateTime<Utc>) -> Result<NaiveDate, StoreError> {
    get(t)?.ok_or(StoreError::Unknown("empresa"))?.today(agora)
}

/// The zone of this name. It was checked when it was saved: one that this version does not know is a fault, because in another
/// one messages would leave at the wrong hour and days begin on the wrong one.
pub(crate) fn zone(nome: &str) -> Result<Tz, StoreError> {
    nome.parse().ok().ok_or(StoreError::Unknown("fuso"))
}

/// The company's own record.
///
/// # Errors
/// The database is unreachable, or there is no such company.
pub fn registro(t: &mut Tenant<'_>) -> Result<Registro, StoreError> {
    Ok(sql_query(
        "SELECT documento, endereco::text AS endereco, encargos::text AS encargos, versao \
           FROM cadastro.empresa WHERE id = $1",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .get_result(t.conn)?)
}

/// Keeps the company as it is until this transaction ends, and answers its version.
///
/// # Errors
/// The database is unreachable, or there is no such company.
pub fn lock(t: &mut Tenant<'_>) -> Result<i32, StoreError> {
    sql_query("SELECT FROM cadastro.empresa WHERE id = $1 FOR UPDATE")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .execute_unit(t.conn)?;
    Ok(registro(t)?.versao)
}

/// Applies the changes. Another choice of rule n02, g03 or k07 may change what a night decides about anybody, so everybody
/// is marked.
///
/// # Errors
/// The database refused or is unreachable.
pub fn update(t: &mut Tenant<'_>, mudanca: &MudancaEmpresa) -> Result<(), StoreError> {
    lock(t)?;
    let antes = get(t)?.ok_or(StoreError::Unknown("empresa"))?.regras()?;
    let cancelar_apos = mudanca.cancelar_acordo_apos.unwrap_or(antes.cancelar_acordo_apos);
    sql_query(
        "UPDATE cadastro.empresa SET nome = coalesce($2, nome), fuso = coalesce($3, fuso), \
         hora_noite = coalesce($4, hora_noite), remetente_email = coalesce($6, remetente_email), \
         vencimento_em_dia_util = coalesce($5, vencimento_em_dia_util), migracao = coalesce($7, migracao), \
         cancelar_acordo_apos = $8, documento = CASE WHEN $9 THEN documento ELSE $10 END, \
         endereco = CASE WHEN $11 THEN endereco ELSE $12::jsonb END, \
         encargos = CASE WHEN $13 THEN encargos ELSE $14::jsonb END, \
         fuso_dos_envios = coalesce($15, fuso_dos_envios), versao = versao + 1 WHERE id = $1",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<Text>, _>(mudanca.nome.as_deref())
    .bind::<Nullable<Text>, _>(mudanca.fuso.as_deref())
    .bind::<Nullable<Time>, _>(mudanca.hora_noite)
    .bind::<Nullable<Bool>, _>(mudanca.vencimento_em_dia_util)
    .bind::<Nullable<Text>, _>(mudanca.remetente_email.as_deref())
    .bind::<Nullable<Text>, _>(mudanca.migracao.map(Migracao::as_str))
    .bind::<Nullable<SmallInt>, _>(cancelar_apos.and_then(|dias| i16::try_from(dias).ok()))
    .bind::<Bool, _>(mudanca.documento.fica())
    .bind::<Nullable<Text>, _>(mudanca.documento.novo().map(Documento::as_str))
    .bind::<Bool, _>(mudanca.endereco.fica())
    // Texts, numbers and codes always serialize.
    .bind::<Nullable<Text>, _>(mudanca.endereco.novo().map(|e| serde_json::to_string(e).unwrap_or_default()))
    .bind::<Bool, _>(mudanca.encargos.fica())
    .bind::<Nullable<Text>, _>(mudanca.encargos.novo().map(write_encargos))
    .bind::<Nullable<Text>, _>(mudanca.fuso_dos_envios.map(FusoDosEnvios::as_str))
    .execute_unit(t.conn)?;
    let depois = Regras {
        vencimento_em_dia_util: mudanca.vencimento_em_dia_util.unwrap_or(antes.vencimento_em_dia_util),
        feriados: antes.feriados.clone(),
        migracao: mudanca.migracao.unwrap_or(antes.migracao),
        cancelar_acordo_apos: cancelar_apos,
    };
    if depois != antes {
        sql_query("SELECT regua.marcar_todos()").execute_unit(t.conn)?;
    }
    mudanca.janelas.iter().try_for_each(|(canal, janela)| save_janela(t, *canal, janela))
}

fn save_janela(t: &mut Tenant<'_>, canal: Canal, janela: &Janela) -> Result<(), StoreError> {
    sql_query(
        "INSERT INTO cadastro.janela (empresa_id, canal, inicio, fim, dias) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (empresa_id, canal) DO UPDATE SET inicio = excluded.inicio, fim = excluded.fim, dias = excluded.dias",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Text, _>(canal.as_str())
    .bind::<Time, _>(janela.inicio())
    .bind::<Time, _>(janela.fim())
    .bind::<SmallInt, _>(i16::from(janela.dias().bits()))
    .execute_unit(t.conn)
}

#[derive(QueryableByName)]
struct LinhaJanela {
    #[diesel(sql_type = Text)]
    canal: String,
    #[diesel(sql_type = Time)]
    inicio: NaiveTime,
    #[diesel(sql_type = Time)]
    fim: NaiveTime,
    #[diesel(sql_type = SmallInt)]
    dias: i16,
}

/// The sending windows of the company, one per channel that has one (rule j07: the others have none).
///
/// # Errors
/// The database is unreachable or holds a window this version cannot read.
pub fn janelas(t: &mut Tenant<'_>) -> Result<Vec<(Canal, Janela)>, StoreError> {
    let linhas: Vec<LinhaJanela> =
        sql_query("SELECT canal, inicio, fim, dias FROM cadastro.v_janela ORDER BY canal").load(t.conn)?;
    linhas.into_iter().map(|l| read_janela(&l).ok_or(StoreError::Unknown("janela"))).collect()
}

fn read_janela(linha: &LinhaJanela) -> Option<(Canal, Janela)> {
    let dias = DiasDaSemana::from_bits(u8::try_from(linha.dias).ok()?);
    Some((Canal::parse(&linha.canal).ok()?, Janela::new(linha.inicio, linha.fim, dias).ok()?))
}

#[derive(QueryableByName)]
struct LinhaHora {
    #[diesel(sql_type = SqlUuid)]
    empresa_id: Uuid,
    #[diesel(sql_type = Text)]
    fuso: String,
    #[diesel(sql_type = Time)]
    hora_noite: NaiveTime,
    #[diesel(sql_type = Timestamptz)]
    criada_em: DateTime<Utc>,
}

/// When a company's night is due by itself (rule g01).
#[derive(Clone, Debug)]
pub struct HoraDaNoite {
    /// Company.
    pub empresa: EmpresaId,
    /// IANA name of its time zone.
    pub fuso: String,
    /// Local time of its night.
    pub hora: NaiveTime,
    /// Since when it exists: its first night by itself comes after that.
    pub criada_em: DateTime<Utc>,
}

impl HoraDaNoite {
    /// Its time zone.
    ///
    /// # Errors
    /// A name that this version does not know.
    pub fn zone(&self) -> Result<Tz, StoreError> {
        zone(&self.fuso)
    }
}

/// The hour of every company's night.
///
/// # Errors
/// The database is unreachable.
pub fn night_hours(banco: &Banco) -> Result<Vec<HoraDaNoite>, StoreError> {
    let linhas: Vec<LinhaHora> = banco.de_todas(|conn| {
        Ok(sql_query("SELECT empresa_id, fuso, hora_noite, criada_em FROM cadastro.empresas_da_noite()")
            .load(conn)?)
    })?;
    Ok(linhas
        .into_iter()
        .map(|l| HoraDaNoite {
            empresa: EmpresaId::new(l.empresa_id),
            fuso: l.fuso,
            hora: l.hora_noite,
            criada_em: l.criada_em,
        })
        .collect())
}
