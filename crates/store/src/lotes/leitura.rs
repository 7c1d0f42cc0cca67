//! Reading batches.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{BigInt, Bool, Date, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::execucao::{Canal, Estado};
use domain::filtro::{Exclusao, Filtro};
use domain::ids::{LoteId, PlanilhaId, TemplateId};
use domain::lote::{EstadoLote, Planilha, Quem, TextoMostrado};
use serde_json::Value;
use uuid::Uuid;

use super::{Lote, Selecionados, Tempos};
use crate::filtros::Contagem;
use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

const COLUNAS: &str = "SELECT id, tipo, estado, versao, usuario, autor, filtro, planilha_id, avulsa, aceitas, repetidas, recusadas, template_id, template_versao, assunto, corpo, \
    atendem, com_contato, excluidos, contada_em, data, itens, andamento, criada_em, atualizada_em, confirmada_em, iniciada_em, \
    concluida_em, cancelada_em FROM lote.acao_em_lote \
    LEFT JOIN (SELECT empresa_id AS da_empresa, id AS da_planilha, avulsa, aceitas, repetidas, recusadas FROM lote.planilha) p \
      ON p.da_empresa = empresa_id AND p.da_planilha = planilha_id WHERE empresa_id = $1";

#[derive(QueryableByName)]
struct Linha {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    tipo: String,
    #[diesel(sql_type = Text)]
    estado: String,
    #[diesel(sql_type = Integer)]
    versao: i32,
    #[diesel(sql_type = Nullable<Text>)]
    usuario: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    autor: Option<Uuid>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    filtro: Option<Value>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    planilha_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Bool>)]
    avulsa: Option<bool>,
    #[diesel(sql_type = Nullable<BigInt>)]
    aceitas: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    repetidas: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    recusadas: Option<i64>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    template_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Integer>)]
    template_versao: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    assunto: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    corpo: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    atendem: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    com_contato: Option<i64>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    excluidos: Option<Value>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    contada_em: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Date>)]
    data: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<BigInt>)]
    itens: Option<i64>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    andamento: Option<Value>,
    #[diesel(sql_type = Timestamptz)]
    criada_em: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    atualizada_em: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    confirmada_em: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    iniciada_em: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    concluida_em: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    cancelada_em: Option<DateTime<Utc>>,
}

impl Linha {
    fn read(mut self) -> Result<Lote, StoreError> {
        let unknown = StoreError::Unknown;
        Ok(Lote {
            id: LoteId::new(self.id),
            tipo: Canal::parse(&self.tipo).ok().ok_or(unknown("tipo"))?,
            estado: EstadoLote::parse(&self.estado).ok().ok_or(unknown("estado"))?,
            versao: self.versao,
            usuario: self.usuario.take(),
            autor: self.autor,
            selecao: self.selecao()?,
            texto: self.texto(),
            confirmado: self.itens.zip(self.data),
            contado: self.contado()?,
            tempos: Tempos {
                criada_em: self.criada_em,
                atualizada_em: self.atualizada_em,
                confirmada_em: self.confirmada_em,
                iniciada_em: self.iniciada_em,
                concluida_em: self.concluida_em,
                cancelada_em: self.cancelada_em,
            },
        })
    }

    fn selecao(&mut self) -> Result<Option<Selecionados>, StoreError> {
        if self.filtro.is_none() && self.planilha_id.is_none() {
            return Ok(None);
        }
        self.contada().map(Some).ok_or(StoreError::Unknown("selecao"))
    }

    fn quem(&mut self) -> Option<Quem> {
        Some(match (self.filtro.take(), self.planilha_id) {
            (Some(filtro), _) => Quem::Filtro(Filtro::ler(&filtro).ok()?),
            (None, id) => Quem::Planilha(Planilha {
                id: PlanilhaId::new(id?),
                avulsa: self.avulsa?,
                aceitas: self.aceitas?,
                repetidas: self.repetidas?,
                recusadas: self.recusadas?,
            }),
        })
    }

    fn contada(&mut self) -> Option<Selecionados> {
        let quem = self.quem()?;
        let excluidos: Vec<(Exclusao, i64)> = serde_json::from_value(self.excluidos.take()?).ok()?;
        Some(Selecionados {
            quem,
            contagem: Contagem { atendem: self.atendem?, com_contato: self.com_contato?, excluidos },
            contada_em: self.contada_em?,
        })
    }

    fn contado(&mut self) -> Result<Option<Vec<(Estado, i64)>>, StoreError> {
        let lido = self.andamento.take().map(serde_json::from_value).transpose();
        lido.map_err(|_erro| StoreError::Unknown("andamento"))
    }

    fn texto(&mut self) -> Option<TextoMostrado> {
        Some(TextoMostrado {
            template: TemplateId::new(self.template_id?),
            versao: self.template_versao?,
            assunto: self.assunto.take(),
            corpo: self.corpo.take()?,
        })
    }
}

/// One batch of the company.
///
/// # Errors
/// The database is unreachable, or another version wrote it.
pub fn get(t: &mut Tenant<'_>, id: LoteId) -> Result<Option<Lote>, StoreError> {
    let linha: Option<Linha> = sql_query(format!("{COLUNAS} AND id = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .get_result(t.conn)
        .optional()?;
    linha.map(Linha::read).transpose()
}

/// One batch, which nobody else changes until this transaction ends.
///
/// # Errors
/// As [`get`].
pub fn lock(t: &mut Tenant<'_>, id: LoteId) -> Result<Option<Lote>, StoreError> {
    sql_query("SELECT FROM lote.acao_em_lote WHERE empresa_id = $1 AND id = $2 FOR UPDATE")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .execute_unit(t.conn)?;
    get(t, id)
}
