//! Batch actions: the steps of the wizard, each stored, and what was confirmed at its end (rules b05–b19).
//!
//! Whoever changes a batch holds its row ([`lock`]) until the transaction ends, so that steps come one after the other. What is
//! shown before the confirmation ([`look`]) is counted then, and [`confirm`] counts again: only what fits its summary goes on.

mod andamento;
mod confirmacao;
pub mod exportacoes;
mod itens;
mod leitura;
mod lista;
mod passos;
pub mod planilhas;
mod templates;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::execucao::{Canal, Estado};
use domain::filtro::Filtro;
use domain::ids::LoteId;
use domain::lote::{EstadoLote, Mostrado, Quem, TextoMostrado};
use uuid::Uuid;

use crate::banco::new_id;
use crate::filtros::{Alvo, Contagem, Dia};
use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant, empresas};

pub use andamento::{Passo, pending, progress, step};
pub use confirmacao::{Confirmacao, ForaDeUso, Vista, confirm, look, text_now};
pub use itens::{ItemLido, items};
pub use leitura::{get, lock};
pub use lista::{Lista, Listada, list};
pub use passos::{Recusa, cancel, choose, select, selectable};

pub use templates::{TemplateDeLote, exists_for, template};

/// A batch that is begun.
#[derive(Clone, Debug)]
pub struct NovoLote {
    /// What is done.
    pub tipo: Canal,
    /// Who asks, in the caller's words.
    pub usuario: Option<String>,
}

/// A batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lote {
    /// Id.
    pub id: LoteId,
    /// What is done.
    pub tipo: Canal,
    /// Where it is.
    pub estado: EstadoLote,
    /// Grows with each change.
    pub versao: i32,
    /// Who asked, in the caller's words.
    pub usuario: Option<String>,
    /// The API key that began it.
    pub autor: Option<Uuid>,
    /// Who is meant, from the selection on.
    pub selecao: Option<Selecionados>,
    /// What they are told, once that is chosen.
    pub texto: Option<TextoMostrado>,
    /// How many it was confirmed for, and on which date of the company.
    pub confirmado: Option<(i64, NaiveDate)>,
    /// How many of its items were in which state when it had ended and was last looked at.
    pub contado: Option<Vec<(Estado, i64)>>,
    /// When what happened to it.
    pub tempos: Tempos,
}

/// Who is meant, as it was counted when they were selected, or confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selecionados {
    /// By a filter or by a sheet.
    pub quem: Quem,
    /// How many are meant, and how many of them can have the action.
    pub contagem: Contagem,
    /// When they were counted.
    pub contada_em: DateTime<Utc>,
}

/// When what happened to a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tempos {
    /// It was begun.
    pub criada_em: DateTime<Utc>,
    /// It last changed.
    pub atualizada_em: DateTime<Utc>,
    /// Somebody confirmed it.
    pub confirmada_em: Option<DateTime<Utc>>,
    /// A worker began.
    pub iniciada_em: Option<DateTime<Utc>>,
    /// All of it ended.
    pub concluida_em: Option<DateTime<Utc>>,
    /// Somebody called it off.
    pub cancelada_em: Option<DateTime<Utc>>,
}

/// Rule b17: what a user last selected by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UltimoFiltro {
    /// For which action.
    pub tipo: Canal,
    /// The filter.
    pub filtro: Filtro,
    /// When.
    pub em: DateTime<Utc>,
}

impl Lote {
    /// What somebody sees before confirming; `None` before anybody is selected.
    #[must_use]
    pub fn mostrado(&self) -> Option<Mostrado> {
        let Selecionados { quem, contagem, .. } = self.selecao.as_ref()?;
        Some(shown(self.tipo, quem, contagem, self.texto.clone()))
    }

    /// Who is meant, where it can still be looked up who that is: the lines of a sheet go when its batch is called off as a draft.
    #[must_use]
    pub fn ao_alcance(&self) -> Option<&Selecionados> {
        let largada = self.estado == EstadoLote::Cancelada && self.confirmado.is_none();
        self.selecao.as_ref().filter(|selecao| !(largada && selecao.quem.planilha().is_some()))
    }

    /// Of whom the batch speaks: whoever is meant now, and once it is confirmed those whom it was confirmed for.
    #[must_use]
    pub fn alvo(&self) -> Option<Alvo<'_>> {
        let quem = &self.ao_alcance()?.quem;
        let avulsos = quem.planilha().filter(|planilha| planilha.avulsa).map(|planilha| planilha.id);
        Some(if self.confirmado.is_some() { Alvo::Itens(self.id, avulsos) } else { quem.into() })
    }
}

fn shown(tipo: Canal, quem: &Quem, contagem: &Contagem, texto: Option<TextoMostrado>) -> Mostrado {
    let Contagem { atendem, com_contato, excluidos } = contagem.clone();
    Mostrado { tipo, quem: quem.clone(), atendem, com_contato, excluidos, texto }
}

/// Begins a batch.
///
/// # Errors
/// The database refused or is unreachable.
pub fn create(t: &mut Tenant<'_>, novo: &NovoLote, agora: DateTime<Utc>) -> Result<LoteId, StoreError> {
    let id = LoteId::new(new_id(agora));
    sql_query(
        "INSERT INTO lote.acao_em_lote (empresa_id, id, tipo, usuario, criada_em, atualizada_em) \
         VALUES ($1, $2, $3, $4, $5, $5)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Text, _>(novo.tipo.as_str())
    .bind::<Nullable<Text>, _>(novo.usuario.as_deref())
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)?;
    Ok(id)
}

/// The company's day at this instant, as filters ask for it.
///
/// # Errors
/// The database is unreachable, or there is no such company.
pub fn day(t: &mut Tenant<'_>, agora: DateTime<Utc>) -> Result<Dia, StoreError> {
    let empresa = empresas::get(t)?.ok_or(StoreError::Unknown("empresa"))?;
    let (fuso, hoje) = (empresa.zone()?, empresa.today(agora)?);
    let vencidos_ate = domain::negociacao::vencidos_ate(hoje, &empresa.regras()?);
    Ok(Dia { hoje, fuso, vencidos_ate })
}

/// Whose the last filter is: of whom the caller said that asked, or of the API key.
fn user_key(usuario: Option<&str>, autor: Option<Uuid>) -> Option<String> {
    let de_usuario = usuario.map(|usuario| format!("u:{usuario}"));
    de_usuario.or_else(|| autor.map(|chave| format!("k:{chave}")))
}

/// Rule b17: what this user last selected by.
///
/// # Errors
/// The database is unreachable.
pub fn last_filter(t: &mut Tenant<'_>, lote: &Lote) -> Result<Option<UltimoFiltro>, StoreError> {
    #[derive(QueryableByName)]
    struct Linha {
        #[diesel(sql_type = Text)]
        tipo: String,
        #[diesel(sql_type = Jsonb)]
        filtro: serde_json::Value,
        #[diesel(sql_type = Timestamptz)]
        em: DateTime<Utc>,
    }
    let Some(chave) = user_key(lote.usuario.as_deref(), lote.autor) else { return Ok(None) };
    let linha: Option<Linha> = sql_query(
        "SELECT tipo, filtro, em FROM lote.ultimo_filtro WHERE empresa_id = $1 AND usuario_chave = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Text, _>(chave)
    .get_result(t.conn)
    .optional()?;
    // What this version cannot read is not offered.
    Ok(linha.and_then(|linha| {
        let filtro = Filtro::ler(&linha.filtro).ok()?;
        Some(UltimoFiltro { tipo: Canal::parse(&linha.tipo).ok()?, filtro, em: linha.em })
    }))
}

fn remember(
    t: &mut Tenant<'_>,
    lote: &Lote,
    filtro: &Filtro,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(chave) = user_key(lote.usuario.as_deref(), lote.autor) else { return Ok(()) };
    sql_query(
        "INSERT INTO lote.ultimo_filtro (empresa_id, usuario_chave, tipo, filtro, em) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (empresa_id, usuario_chave) DO UPDATE \
           SET tipo = excluded.tipo, filtro = excluded.filtro, em = excluded.em",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Text, _>(chave)
    .bind::<Text, _>(lote.tipo.as_str())
    .bind::<Jsonb, _>(filtro.escrever())
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)
}
