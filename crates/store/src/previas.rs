//! What a text would say to a debtor, for whoever writes one: the same that the fence reads, without an execution and without
//! holding anything.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use diesel::sql_types::{Array, BigInt, Date, Nullable, Text, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::calendario::Feriados;
use domain::dinheiro::Centavos;
use domain::execucao::Canal;
use domain::ids::{DevedorId, PlanilhaId};
use domain::regua::Regras;
use domain::titulo::StatusTitulo;
use uuid::Uuid;

use crate::disparos::{Linha, reached_by};
use crate::fatos::{self, Fatos};
use crate::titulos::ColunasTitulo;
use crate::{StoreError, Tenant, empresas};

/// The most títulos that a preview shows.
const MAX_TITULOS: i64 = 1_000;

/// A debtor as a message would see it. It holds personal data and so has no `Debug`.
pub struct Previa {
    /// The company's time zone.
    pub fuso: Tz,
    /// What the company chose about due dates.
    pub regras: Regras,
    /// The company's name.
    pub empresa_nome: String,
    /// Address that its e-mails come from.
    pub remetente_email: String,
    /// Rule b01: whether it is of a bare address or number, of whom nothing else is known.
    pub avulso: bool,
    /// The debtor's name.
    pub nome: String,
    /// The debtor's CPF or CNPJ, unformatted.
    pub documento: Option<String>,
    /// The debtor's code.
    pub codigo: Option<String>,
    /// The debtor's preferred e-mail address.
    pub email: Option<String>,
    /// The títulos that are open, or suspended and may be open again, the one due first being the first.
    pub linhas: Vec<Linha>,
    /// What else the texts ask for.
    pub fatos: Fatos,
}

#[derive(QueryableByName)]
struct Cabeca {
    #[diesel(sql_type = Text)]
    fuso: String,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    vencimento_em_dia_util: bool,
    #[diesel(sql_type = Array<Date>)]
    feriados: Vec<NaiveDate>,
    #[diesel(sql_type = Text)]
    empresa_nome: String,
    #[diesel(sql_type = Text)]
    remetente_email: String,
    #[diesel(sql_type = Text)]
    nome: String,
    #[diesel(sql_type = Nullable<Text>)]
    documento: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    codigo: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    email: Option<String>,
}

#[derive(QueryableByName)]
struct LinhaMensagem {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    numero: String,
    #[diesel(sql_type = BigInt)]
    valor: i64,
    #[diesel(sql_type = Nullable<Text>)]
    credor: Option<String>,
}

/// The debtor with what `textos` ask for; `None` when the company has no such debtor.
///
/// # Errors
/// The database is unreachable or holds something this version cannot read.
pub fn read(t: &mut Tenant<'_>, devedor: DevedorId, textos: &[&str]) -> Result<Option<Previa>, StoreError> {
    let cabeca: Option<Cabeca> = sql_query(
        "SELECT e.fuso, e.vencimento_em_dia_util, e.feriados, e.nome AS empresa_nome, e.remetente_email, d.nome, d.documento, \
                d.codigo, d.email \
           FROM cadastro.v_devedor d JOIN cadastro.v_empresa e ON e.empresa_id = d.empresa_id \
          WHERE d.empresa_id = $1 AND d.id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(devedor.uuid())
    .get_result(t.conn)
    .optional()?;
    let Some(cabeca) = cabeca else { return Ok(None) };
    let linhas = open_titulos(t, devedor)?;
    let ids: Vec<Uuid> = linhas.iter().map(|linha| linha.titulo.id.uuid()).collect();
    let grupos = fatos::wanted(textos.iter().copied());
    let lidos = fatos::read(t, &grupos, &[devedor.uuid()], &ids, &[])?;
    let fatos = lidos.of(devedor.uuid(), &ids, None);
    let fuso = empresas::zone(&cabeca.fuso)?;
    Ok(Some(cabeca.with(fuso, linhas, fatos)))
}

/// Rule b01: as [`read`], whoever has a bare address or number of the sheet.
///
/// # Errors
/// As [`read`].
pub fn read_avulso(
    t: &mut Tenant<'_>,
    (planilha, id): (PlanilhaId, DevedorId),
    canal: Canal,
    textos: &[&str],
) -> Result<Option<Previa>, StoreError> {
    let cabeca: Option<Cabeca> = sql_query(
        "SELECT e.fuso, e.vencimento_em_dia_util, e.feriados, e.nome AS empresa_nome, e.remetente_email, \
                coalesce(a.nome, '') AS nome, NULL::text AS documento, NULL::text AS codigo, a.contato AS email \
           FROM lote.avulso a JOIN cadastro.v_empresa e ON e.empresa_id = a.empresa_id \
          WHERE a.empresa_id = $1 AND a.planilha_id = $2 AND a.id = $3",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(planilha.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .get_result(t.conn)
    .optional()?;
    let Some(cabeca) = cabeca else { return Ok(None) };
    let mut fatos =
        fatos::read(t, &fatos::wanted(textos.iter().copied()), &[], &[], &[])?.of(id.uuid(), &[], None);
    let (email, telefone) = reached_by(canal, cabeca.email.clone());
    fatos.destinatario.telefone = telefone;
    let fuso = empresas::zone(&cabeca.fuso)?;
    Ok(Some(Previa { avulso: true, email, ..cabeca.with(fuso, vec![], fatos) }))
}

impl Cabeca {
    fn with(self, fuso: Tz, linhas: Vec<Linha>, fatos: Fatos) -> Previa {
        Previa {
            fuso,
            regras: Regras {
                vencimento_em_dia_util: self.vencimento_em_dia_util,
                feriados: Feriados::new(self.feriados),
                ..Regras::default()
            },
            empresa_nome: self.empresa_nome,
            remetente_email: self.remetente_email,
            avulso: false,
            nome: self.nome,
            documento: self.documento,
            codigo: self.codigo,
            email: self.email,
            linhas,
            fatos,
        }
    }
}

/// Each view is asked for itself: joined, one of them would be read for the whole portfolio.
fn open_titulos(t: &mut Tenant<'_>, devedor: DevedorId) -> Result<Vec<Linha>, StoreError> {
    let colunas: Vec<ColunasTitulo> = sql_query(
        "SELECT * FROM cadastro.v_titulo WHERE empresa_id = $1 AND devedor_id = $2 AND status = ANY ($3) \
          ORDER BY vencimento, id LIMIT $4",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(devedor.uuid())
    // A suspension may have come to its end since the last night (rule t07).
    .bind::<Array<Text>, _>([StatusTitulo::Aberto, StatusTitulo::Suspenso].map(StatusTitulo::as_str).to_vec())
    .bind::<BigInt, _>(MAX_TITULOS)
    .load(t.conn)?;
    let titulos = colunas.into_iter().map(ColunasTitulo::read).collect::<Result<Vec<_>, _>>()?;
    let ditos: Vec<LinhaMensagem> = sql_query(
        "SELECT id, numero, valor, credor FROM cadastro.v_titulo_da_mensagem WHERE empresa_id = $1 AND id = ANY ($2)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(titulos.iter().map(|titulo| titulo.id.uuid()).collect::<Vec<_>>())
    .load(t.conn)?;
    let mut ditos: BTreeMap<Uuid, LinhaMensagem> = ditos.into_iter().map(|dito| (dito.id, dito)).collect();
    let linhas = titulos.into_iter().filter_map(|titulo| {
        let LinhaMensagem { numero, valor, credor, .. } = ditos.remove(&titulo.id.uuid())?;
        Some(Linha { titulo, numero, valor: Centavos::new(valor), credor })
    });
    Ok(linhas.collect())
}
