//! What hangs on executions: the company and its channels, réguas, actions, texts, enrolments, debtors and their contacts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use diesel::sql_types::{Array, Bool, Date, Nullable, SmallInt, Text, Time, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _};
use domain::calendario::Feriados;
use domain::execucao::Canal;
use domain::janela::{DiasDaSemana, Janela};
use domain::regua::{Destinatarios, Regras};
use uuid::Uuid;

use super::avulsos::{self, Avulsos};
use super::leitura::LinhaExecucao;
use crate::preparada::prepared;
use crate::{StoreError, Tenant, empresas};

/// All of it, for several executions of one company.
pub(super) struct Partes {
    pub(super) empresa: DaEmpresa,
    canais: BTreeMap<String, DoCanal>,
    reguas: BTreeMap<Uuid, DaRegua>,
    acoes: BTreeMap<Uuid, DaAcao>,
    lotes: BTreeSet<Uuid>,
    textos: BTreeMap<Uuid, DoTexto>,
    inscricoes: BTreeMap<Uuid, DaInscricao>,
    devedores: BTreeMap<Uuid, DoDevedor>,
    contatos: BTreeMap<(Uuid, &'static str), Vec<String>>,
    avulsos: Avulsos,
}

/// The company.
#[derive(QueryableByName)]
pub(super) struct DaEmpresa {
    #[diesel(sql_type = Text)]
    pub(super) nome: String,
    #[diesel(sql_type = Text)]
    pub(super) remetente_email: String,
    #[diesel(sql_type = Text)]
    pub(super) fuso: String,
    #[diesel(sql_type = Text)]
    pub(super) fuso_dos_envios: String,
    #[diesel(sql_type = Bool)]
    vencimento_em_dia_util: bool,
    #[diesel(sql_type = Array<Date>)]
    feriados: Vec<NaiveDate>,
    #[diesel(sql_type = Nullable<SmallInt>)]
    cancelar_acordo_apos: Option<i16>,
}

#[derive(QueryableByName)]
struct DoCanal {
    #[diesel(sql_type = Text)]
    canal: String,
    #[diesel(sql_type = Nullable<Time>)]
    inicio: Option<NaiveTime>,
    #[diesel(sql_type = Nullable<Time>)]
    fim: Option<NaiveTime>,
    #[diesel(sql_type = Nullable<SmallInt>)]
    dias: Option<i16>,
    #[diesel(sql_type = Bool)]
    parado: bool,
}

#[derive(QueryableByName)]
struct DaRegua {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Bool)]
    ativa: bool,
}

/// An action of a régua.
#[derive(QueryableByName)]
pub(super) struct DaAcao {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Bool)]
    pub(super) removida: bool,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) destinatarios: Option<String>,
}

/// A batch action, with the text that it was confirmed with.
#[derive(QueryableByName)]
struct DoLote {
    #[diesel(sql_type = Bool)]
    cancelada: bool,
    #[diesel(embed)]
    texto: DoTexto,
}

/// What a message says: its own, that of the template that it names, or that of a batch under the id of it.
#[derive(QueryableByName)]
pub(super) struct DoTexto {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) assunto: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) corpo: Option<String>,
}

#[derive(QueryableByName)]
struct DaInscricao {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Array<SqlUuid>)]
    titulos: Vec<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    encerrada: Option<String>,
}

/// Who is charged.
#[derive(QueryableByName)]
pub(super) struct DoDevedor {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    pub(super) nome: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) documento: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) codigo: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub(super) falecido_em: Option<DateTime<Utc>>,
}

#[derive(QueryableByName)]
struct LinhaContato {
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
    #[diesel(sql_type = Text)]
    tipo: String,
    #[diesel(sql_type = Text)]
    valor: String,
}

/// Reads them, a statement for each kind.
pub(super) fn read(t: &mut Tenant<'_>, execucoes: &[LinhaExecucao]) -> Result<Partes, StoreError> {
    let ids = |de: fn(&LinhaExecucao) -> Option<Uuid>| -> Vec<Uuid> {
        execucoes.iter().filter_map(de).collect::<BTreeSet<_>>().into_iter().collect()
    };
    let canais: BTreeSet<&str> = execucoes.iter().map(|e| e.canal.as_str()).collect();
    let devedores = ids(|e| Some(e.devedor_id));
    let mut textos = by_id(t, TEXTOS, ids(|e| e.conteudo_id), |c: &DoTexto| c.id)?;
    let mut lotes = by_id(t, LOTES, ids(|e| e.lote_id), |l: &DoLote| l.texto.id)?;
    lotes.retain(|_, lote| !lote.cancelada);
    let vivos = lotes.keys().copied().collect();
    textos.extend(lotes.into_iter().map(|(id, lote)| (id, lote.texto)));
    Ok(Partes {
        empresa: empresa(t)?,
        canais: canais_of(t, canais.into_iter().collect())?,
        reguas: by_id(t, REGUAS, ids(|e| e.regua_id), |r: &DaRegua| r.id)?,
        acoes: by_id(t, ACOES, ids(|e| e.acao_id), |a: &DaAcao| a.id)?,
        lotes: vivos,
        textos,
        inscricoes: by_id(t, INSCRICOES, ids(|e| e.inscricao_id), |i: &DaInscricao| i.id)?,
        contatos: contatos(t, &devedores)?,
        avulsos: avulsos::read(t, execucoes)?,
        devedores: by_id(t, DEVEDORES, devedores, |d: &DoDevedor| d.id)?,
    })
}

const REGUAS: &str =
    "SELECT id, estado = 'ativa' AS ativa FROM regua.v_regua WHERE empresa_id = $1 AND id = ANY ($2)";
const ACOES: &str =
    "SELECT id, removida, destinatarios FROM regua.v_acao WHERE empresa_id = $1 AND id = ANY ($2)";
const TEXTOS: &str = "SELECT c.id, coalesce(c.assunto, m.assunto) AS assunto, coalesce(c.corpo, m.corpo) AS corpo \
                        FROM regua.v_conteudo c \
                        LEFT JOIN disparo.template m ON m.empresa_id = c.empresa_id AND m.id = c.template_id \
                       WHERE c.empresa_id = $1 AND c.id = ANY ($2)";
const LOTES: &str =
    "SELECT id, cancelada, assunto, corpo FROM lote.v_acao WHERE empresa_id = $1 AND id = ANY ($2)";
const INSCRICOES: &str = "SELECT id, titulos, CASE WHEN estado = 'encerrada' THEN motivo END AS encerrada \
                            FROM regua.v_inscricao WHERE empresa_id = $1 AND id = ANY ($2)";
const DEVEDORES: &str = "SELECT d.id, d.nome, d.documento, d.codigo, f.falecido_em FROM cadastro.v_devedor d \
                           LEFT JOIN cadastro.v_falecido f ON f.empresa_id = $1 AND f.devedor_id = d.id \
                          WHERE d.empresa_id = $1 AND d.id = ANY ($2)";

fn by_id<T: QueryableByName<diesel::pg::Pg> + 'static>(
    t: &mut Tenant<'_>,
    sql: &'static str,
    ids: Vec<Uuid>,
    id: fn(&T) -> Uuid,
) -> Result<BTreeMap<Uuid, T>, StoreError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let linhas: Vec<T> =
        prepared(sql).bind::<SqlUuid, _>(t.empresa.uuid()).bind::<Array<SqlUuid>, _>(ids).load(t.conn)?;
    Ok(linhas.into_iter().map(|linha| (id(&linha), linha)).collect())
}

fn empresa(t: &mut Tenant<'_>) -> Result<DaEmpresa, StoreError> {
    Ok(prepared(
        "SELECT nome, remetente_email, fuso, fuso_dos_envios, vencimento_em_dia_util, feriados, cancelar_acordo_apos \
           FROM cadastro.v_empresa",
    )
    .get_result(t.conn)?)
}

fn canais_of(t: &mut Tenant<'_>, canais: Vec<&str>) -> Result<BTreeMap<String, DoCanal>, StoreError> {
    let linhas: Vec<DoCanal> = prepared(
        "SELECT k.canal, j.inicio, j.fim, j.dias, \
                EXISTS (SELECT FROM disparo.parada p WHERE p.empresa_id = $1 AND p.canal = k.canal) AS parado \
           FROM unnest($2) AS k (canal) LEFT JOIN cadastro.v_janela j ON j.canal = k.canal",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<Text>, _>(canais)
    .load(t.conn)?;
    Ok(linhas.into_iter().map(|linha| (linha.canal.clone(), linha)).collect())
}

/// The usable contacts of the debtors, the preferred one of each kind first.
fn contatos(
    t: &mut Tenant<'_>,
    devedores: &[Uuid],
) -> Result<BTreeMap<(Uuid, &'static str), Vec<String>>, StoreError> {
    let linhas: Vec<LinhaContato> = prepared(
        "SELECT devedor_id, tipo, valor FROM cadastro.v_contato WHERE empresa_id = $1 AND devedor_id = ANY ($2) \
          ORDER BY ordem, valor",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(devedores)
    .load(t.conn)?;
    let mut contatos: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for LinhaContato { devedor_id, tipo, valor } in linhas {
        if let Some(tipo) = [EMAIL, TELEFONE].into_iter().find(|conhecido| *conhecido == tipo) {
            contatos.entry((devedor_id, tipo)).or_default().push(valor);
        }
    }
    Ok(contatos)
}

const EMAIL: &str = "email";
const TELEFONE: &str = "telefone";

impl Partes {
    pub(super) fn is_active(&self, regua: Uuid) -> bool {
        self.reguas.get(&regua).is_some_and(|regua| regua.ativa)
    }

    pub(super) fn acao(&self, id: Option<Uuid>) -> Option<&DaAcao> {
        self.acoes.get(&id?)
    }

    /// Whether the batch was not cancelled (rule b23).
    pub(super) fn is_on(&self, lote: Uuid) -> bool {
        self.lotes.contains(&lote)
    }

    /// Rule m11; a batch goes to the preferred contact. `None` if what is stored is none.
    pub(super) fn destinatarios(&self, execucao: &LinhaExecucao) -> Option<Destinatarios> {
        match execucao.lote_id {
            Some(_) => Some(Destinatarios::Preferido),
            None => Destinatarios::parse(self.acao(execucao.acao_id)?.destinatarios.as_deref()?).ok(),
        }
    }

    pub(super) fn texto(&self, conteudo: Option<Uuid>) -> Option<&DoTexto> {
        self.textos.get(&conteudo?)
    }

    pub(super) fn textos(&self) -> impl Iterator<Item = &DoTexto> {
        self.textos.values()
    }

    pub(super) fn devedor(&self, id: Uuid) -> Option<&DoDevedor> {
        self.devedores.get(&id)
    }

    /// Rule b01: of executions to bare addresses and numbers.
    pub(super) fn avulsos(&self) -> &Avulsos {
        &self.avulsos
    }

    /// Where the debtor is reached by a channel, the preferred contact first.
    pub(super) fn contatos(&self, devedor: Uuid, canal: Canal) -> &[String] {
        let tipo = match canal {
            Canal::Email => EMAIL,
            Canal::Sms => TELEFONE,
            Canal::Carta | Canal::Enriquecimento | Canal::Negativacao => return &[],
        };
        self.contatos.get(&(devedor, tipo)).map_or(&[], Vec::as_slice)
    }

    /// Leaves those títulos that the enrolment still holds (rule m09); a reminder has none and keeps all.
    pub(super) fn keep_enrolled(&self, inscricao: Option<Uuid>, titulos: &mut Vec<Uuid>) {
        let Some(inscricao) = inscricao else { return };
        let seus = self.inscricoes.get(&inscricao).map_or(&[][..], |inscricao| &inscricao.titulos);
        titulos.retain(|titulo| seus.contains(titulo));
    }

    /// Why the enrolment is over, if it is.
    pub(super) fn encerrada(&self, inscricao: Option<Uuid>) -> Option<&str> {
        self.inscricoes.get(&inscricao?)?.encerrada.as_deref()
    }

    /// Whether the company stopped the channel.
    pub(super) fn is_stopped(&self, canal: Canal) -> bool {
        self.canais.get(canal.as_str()).is_some_and(|canal| canal.parado)
    }

    /// When the channel may send; `None` for channels without a window.
    ///
    /// # Errors
    /// What is stored is no window.
    pub(super) fn janela(&self, canal: Canal) -> Result<Option<Janela>, StoreError> {
        let Some(DoCanal { inicio: Some(inicio), fim: Some(fim), dias: Some(dias), .. }) =
            self.canais.get(canal.as_str())
        else {
            return Ok(None);
        };
        let dias = u8::try_from(*dias).ok().map(DiasDaSemana::from_bits);
        let janela = dias.and_then(|dias| Janela::new(*inicio, *fim, dias).ok());
        janela.map(Some).ok_or(StoreError::Unknown("janela"))
    }
}

impl DaEmpresa {
    /// What the company chose about due dates.
    pub(super) fn regras(&self) -> Regras {
        Regras {
            vencimento_em_dia_util: self.vencimento_em_dia_util,
            feriados: Feriados::new(self.feriados.clone()),
            cancelar_acordo_apos: self.cancelar_acordo_apos.and_then(|dias| u16::try_from(dias).ok()),
            ..Regras::default()
        }
    }

    /// The day of an instant where the company is.
    ///
    /// # Errors
    /// Its zone is none that this version knows.
    pub(super) fn day_of(&self, instante: DateTime<Utc>) -> Result<NaiveDate, StoreError> {
        Ok(instante.with_timezone(&self.zone()?).date_naive())
    }

    /// The company's zone.
    ///
    /// # Errors
    /// None that this version knows.
    pub(super) fn zone(&self) -> Result<Tz, StoreError> {
        empresas::zone(&self.fuso)
    }
}
