//! What the fence reads: the executions under their locks, and their títulos under theirs.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime};
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, SmallInt, Text, Time, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _};
use domain::calendario::Feriados;
use domain::dinheiro::Centavos;
use domain::execucao::{Canal, Motivo};
use domain::ids::ExecucaoId;
use domain::janela::{DiasDaSemana, Janela};
use domain::regua::{Destinatarios, MotivoEncerramento, Regras};
use uuid::Uuid;

use super::{Cerca, Linha, MAX_CONTATOS};
use crate::fatos::{self, Fatos, Lidos};
use crate::preparada::prepared;
use crate::titulos::ColunasTitulo;
use crate::{StoreError, Tenant};

#[derive(QueryableByName)]
#[expect(clippy::struct_excessive_bools, reason = "a row has the columns that it has")]
pub(super) struct LinhaExecucao {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
    #[diesel(sql_type = Date)]
    data: NaiveDate,
    #[diesel(sql_type = Bool)]
    duvidosa: bool,
    #[diesel(sql_type = Bool)]
    parado: bool,
    #[diesel(sql_type = Bool)]
    ocupado: bool,
    #[diesel(sql_type = Text)]
    canal: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    inscricao_id: Option<Uuid>,
    #[diesel(sql_type = Bool)]
    regua_ativa: bool,
    #[diesel(sql_type = Bool)]
    removida: bool,
    #[diesel(sql_type = Nullable<Text>)]
    encerrada: Option<String>,
    #[diesel(sql_type = SmallInt)]
    tentativas: i16,
    #[diesel(sql_type = Array<SqlUuid>)]
    titulos: Vec<Uuid>,
    #[diesel(sql_type = Nullable<Time>)]
    inicio: Option<NaiveTime>,
    #[diesel(sql_type = Nullable<Time>)]
    fim: Option<NaiveTime>,
    #[diesel(sql_type = Nullable<SmallInt>)]
    dias: Option<i16>,
    #[diesel(sql_type = Text)]
    fuso: String,
    #[diesel(sql_type = Bool)]
    vencimento_em_dia_util: bool,
    #[diesel(sql_type = Array<Date>)]
    feriados: Vec<NaiveDate>,
    #[diesel(sql_type = Nullable<SmallInt>)]
    cancelar_acordo_apos: Option<i16>,
    #[diesel(sql_type = Text)]
    empresa_nome: String,
    #[diesel(sql_type = Text)]
    remetente_email: String,
    #[diesel(sql_type = Nullable<Text>)]
    assunto: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    corpo: Option<String>,
    #[diesel(sql_type = Text)]
    devedor_nome: String,
    #[diesel(sql_type = Nullable<Text>)]
    devedor_documento: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    devedor_codigo: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    devedor_email: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    destinatarios: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    contatos: Vec<String>,
}

/// Why an execution will not leave, whatever its títulos are.
pub(super) enum Fim {
    /// For this reason.
    Por(Motivo),
    /// Its enrolment was left without títulos: the reason is theirs, if they still have one.
    PelosTitulos,
}

/// Takes those of the executions for this transaction that are `enfileirada` and that nobody else has, in order of id.
pub(super) fn lock(t: &mut Tenant<'_>, ids: &[ExecucaoId]) -> Result<Vec<LinhaExecucao>, StoreError> {
    Ok(prepared(
        "SELECT e.id, coalesce((e.reprocessada_em AT TIME ZONE emp.fuso)::date, e.data) AS data, e.duvidosa, \
                EXISTS (SELECT FROM disparo.parada p WHERE p.empresa_id = e.empresa_id AND p.canal = e.canal) AS parado, \
                EXISTS (SELECT FROM disparo.execucao o WHERE o.empresa_id = e.empresa_id AND o.devedor_id = e.devedor_id \
                           AND o.canal = e.canal AND o.estado = 'enviando') AS ocupado, \
                e.devedor_id, e.canal, e.inscricao_id, r.estado = 'ativa' AS regua_ativa, \
                coalesce(a.removida, true) AS removida, a.destinatarios, \
                CASE WHEN i.estado = 'encerrada' THEN i.motivo END AS encerrada, e.tentativas, j.inicio, j.fim, j.dias, \
                emp.fuso, emp.vencimento_em_dia_util, emp.feriados, emp.cancelar_acordo_apos, emp.nome AS empresa_nome, emp.remetente_email, \
                coalesce(c.assunto, m.assunto) AS assunto, coalesce(c.corpo, m.corpo) AS corpo, d.nome AS devedor_nome, d.documento AS devedor_documento, \
                d.codigo AS devedor_codigo, d.email AS devedor_email, \
                CASE WHEN e.inscricao_id IS NULL THEN e.titulos \
                     ELSE ARRAY(SELECT x FROM unnest(e.titulos) x WHERE x = ANY (i.titulos)) END AS titulos, \
                ARRAY(SELECT k.valor FROM cadastro.v_contato k \
                       WHERE k.empresa_id = e.empresa_id AND k.devedor_id = e.devedor_id \
                         AND k.tipo = CASE e.canal WHEN 'email' THEN 'email' WHEN 'sms' THEN 'telefone' END \
                       ORDER BY k.ordem, k.valor LIMIT $3) AS contatos \
           FROM disparo.execucao e \
           JOIN cadastro.v_empresa emp ON emp.empresa_id = e.empresa_id \
           JOIN regua.v_regua r ON r.empresa_id = e.empresa_id AND r.id = e.regua_id \
           LEFT JOIN regua.v_inscricao i ON i.empresa_id = e.empresa_id AND i.id = e.inscricao_id \
           LEFT JOIN regua.v_acao a ON a.empresa_id = e.empresa_id AND a.id = e.acao_id \
           JOIN cadastro.v_devedor d ON d.empresa_id = e.empresa_id AND d.id = e.devedor_id \
           LEFT JOIN cadastro.v_janela j ON j.empresa_id = e.empresa_id AND j.canal = e.canal \
           LEFT JOIN regua.v_conteudo c ON c.empresa_id = e.empresa_id AND c.id = e.conteudo_id \
           LEFT JOIN disparo.template m ON m.empresa_id = e.empresa_id AND m.id = c.template_id \
          WHERE e.empresa_id = $1 AND e.id = ANY ($2) AND e.estado = 'enfileirada' ORDER BY e.id FOR UPDATE OF e SKIP LOCKED",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(ids.iter().map(|id| id.uuid()).collect::<Vec<Uuid>>())
    .bind::<BigInt, _>(i64::try_from(MAX_CONTATOS).unwrap_or(i64::MAX))
    .load(t.conn)?)
}

impl LinhaExecucao {
    pub(super) fn id(&self) -> ExecucaoId {
        ExecucaoId::new(self.id)
    }

    /// Who gets one message at a time.
    pub(super) fn alvo(&self) -> (Uuid, String) {
        (self.devedor_id, self.canal.clone())
    }

    /// Whether a message of the channel is being sent to the debtor at this moment.
    pub(super) fn ocupado(&self) -> bool {
        self.ocupado
    }

    /// What ended it as a whole, before its títulos are looked at: its action or its position was taken out of the régua
    /// (rule r04), or its enrolment closed (rule g04).
    pub(super) fn fim(&self) -> Result<Option<Fim>, StoreError> {
        if self.removida {
            return Ok(Some(Fim::Por(Motivo::PosicaoRemovida)));
        }
        let Some(encerrada) = &self.encerrada else { return Ok(None) };
        let motivo = MotivoEncerramento::parse(encerrada).ok().ok_or(StoreError::Unknown("motivo"))?;
        Ok(Some(Motivo::da_inscricao(motivo).map_or(Fim::PelosTitulos, Fim::Por)))
    }

    /// Everything about it, with those of its títulos that are still the debtor's.
    pub(super) fn read(
        self,
        (titulos, fatos): (&BTreeMap<Uuid, (Uuid, Linha)>, &Lidos),
    ) -> Result<Cerca, StoreError> {
        let meus = |id: &Uuid| titulos.get(id).filter(|(devedor, _)| *devedor == self.devedor_id);
        let linhas = self.titulos.iter().filter_map(meus).map(|(_, linha)| linha.clone()).collect();
        let fatos = fatos.of(self.devedor_id, &self.titulos, Some(self.id));
        self.with(linhas, fatos).ok_or(StoreError::Unknown("execucao"))
    }

    fn with(self, linhas: Vec<Linha>, fatos: Fatos) -> Option<Cerca> {
        let janela = match (self.inicio, self.fim, self.dias) {
            (Some(inicio), Some(fim), Some(dias)) => {
                Some(Janela::new(inicio, fim, DiasDaSemana::from_bits(u8::try_from(dias).ok()?)).ok()?)
            }
            _ => None,
        };
        let contatos = match Destinatarios::parse(self.destinatarios.as_deref()?).ok()? {
            Destinatarios::Preferido => self.contatos.into_iter().take(1).collect(),
            Destinatarios::Todos => self.contatos,
        };
        Some(Cerca {
            canal: Canal::parse(&self.canal).ok()?,
            lembrete: self.inscricao_id.is_none(),
            regua_ativa: self.regua_ativa,
            parado: self.parado,
            data: self.data,
            duvidosa: self.duvidosa,
            tentativas: u32::try_from(self.tentativas).ok()?,
            janela,
            fuso: self.fuso,
            regras: Regras {
                vencimento_em_dia_util: self.vencimento_em_dia_util,
                feriados: Feriados::new(self.feriados),
                cancelar_acordo_apos: self.cancelar_acordo_apos.and_then(|dias| u16::try_from(dias).ok()),
                ..Regras::default()
            },
            empresa_nome: self.empresa_nome,
            remetente_email: self.remetente_email,
            assunto: self.assunto,
            corpo: self.corpo,
            devedor_nome: self.devedor_nome,
            devedor_documento: self.devedor_documento,
            devedor_codigo: self.devedor_codigo,
            devedor_email: self.devedor_email,
            contatos,
            linhas,
            fatos,
        })
    }
}

/// What their texts ask for beside that.
pub(super) fn read_fatos(t: &mut Tenant<'_>, execucoes: &[LinhaExecucao]) -> Result<Lidos, StoreError> {
    let textos = execucoes.iter().flat_map(|execucao| [&execucao.assunto, &execucao.corpo]);
    let grupos = fatos::wanted(textos.filter_map(|texto| texto.as_deref()));
    let devedores: Vec<Uuid> = execucoes.iter().map(|execucao| execucao.devedor_id).collect();
    let titulos: Vec<Uuid> = execucoes.iter().flat_map(|execucao| &execucao.titulos).copied().collect();
    let ids: Vec<Uuid> = execucoes.iter().map(|execucao| execucao.id).collect();
    fatos::read(t, &grupos, &devedores, &titulos, &ids)
}

#[derive(QueryableByName)]
struct LinhaTitulo {
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
    #[diesel(embed)]
    titulo: ColunasTitulo,
    #[diesel(sql_type = Text)]
    numero: String,
    #[diesel(sql_type = BigInt)]
    valor: i64,
    #[diesel(sql_type = Nullable<Text>)]
    credor: Option<String>,
}

/// The títulos of all of them with the debtor whose each is, locked against a change of status until this transaction ends.
pub(super) fn fence_titulos(
    t: &mut Tenant<'_>,
    execucoes: &[LinhaExecucao],
) -> Result<BTreeMap<Uuid, (Uuid, Linha)>, StoreError> {
    let ids: Vec<Uuid> = execucoes.iter().flat_map(|execucao| &execucao.titulos).copied().collect();
    let linhas: Vec<LinhaTitulo> = prepared("SELECT * FROM cadastro.titulos_na_cerca($1)")
        .bind::<Array<SqlUuid>, _>(ids)
        .load(t.conn)?;
    linhas
        .into_iter()
        .map(|l| {
            let titulo = l.titulo.read()?;
            let linha = Linha { titulo, numero: l.numero, valor: Centavos::new(l.valor), credor: l.credor };
            Ok((linha.titulo.id.uuid(), (l.devedor_id, linha)))
        })
        .collect()
}
