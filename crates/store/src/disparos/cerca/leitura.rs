//! What the fence reads: the executions under their locks, what hangs on each of them, and their títulos under theirs.
//!
//! Each table is asked once for all of them, by id, and put together here. The other services' views keep rows of other
//! companies behind a barrier, and a join with one of them would read the whole portfolio of the company.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _};
use domain::dinheiro::Centavos;
use domain::execucao::{Canal, Estado, Fonte, Motivo};
use domain::ids::ExecucaoId;
use domain::regua::{Destinatarios, MotivoEncerramento};
use uuid::Uuid;

use super::lugar::Lugares;
use super::partes::{self, Partes};
use super::{Cerca, Linha, MAX_CONTATOS};
use crate::consultas::{Contas, Tarifa};
use crate::fatos::{self, Lidos};
use crate::preparada::prepared;
use crate::titulos::ColunasTitulo;
use crate::{StoreError, Tenant};

#[derive(QueryableByName)]
pub(super) struct LinhaExecucao {
    #[diesel(sql_type = SqlUuid)]
    pub(super) id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub(super) devedor_id: Uuid,
    #[diesel(sql_type = Text)]
    estado: String,
    #[diesel(sql_type = Text)]
    pub(super) canal: String,
    #[diesel(sql_type = Date)]
    data: NaiveDate,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    reprocessada_em: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    duvidosa: bool,
    #[diesel(sql_type = SmallInt)]
    tentativas: i16,
    #[diesel(sql_type = Bool)]
    ocupado: bool,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub(super) regua_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub(super) acao_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub(super) lote_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub(super) conteudo_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub(super) inscricao_id: Option<Uuid>,
    #[diesel(sql_type = Array<SqlUuid>)]
    titulos: Vec<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    contato: Option<String>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    pub(super) fusos: Option<Vec<String>>,
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
    // The state is looked at here: asked for it, the planner goes through everything that is queued instead of the ids.
    let mut linhas: Vec<LinhaExecucao> = prepared(
        "SELECT e.id, e.estado, e.devedor_id, e.canal, e.data, e.reprocessada_em, e.duvidosa, e.tentativas, e.regua_id, \
                e.acao_id, e.lote_id, e.conteudo_id, e.inscricao_id, e.titulos, e.contato, e.fusos, \
                EXISTS (SELECT FROM disparo.execucao o WHERE o.empresa_id = e.empresa_id AND o.devedor_id = e.devedor_id \
                           AND o.canal = e.canal AND o.estado = 'enviando') AS ocupado \
           FROM disparo.execucao e WHERE e.empresa_id = $1 AND e.id = ANY ($2) \
          ORDER BY e.id FOR UPDATE OF e SKIP LOCKED",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(ids.iter().map(|id| id.uuid()).collect::<Vec<Uuid>>())
    .load(t.conn)?;
    linhas.retain(|linha| linha.estado == Estado::Enfileirada.as_str());
    Ok(linhas)
}

/// Everything else about several executions.
pub(super) struct Lidas {
    partes: Partes,
    titulos: BTreeMap<Uuid, (Uuid, Linha)>,
    fatos: Lidos,
    lugares: Lugares,
}

/// Reads it. Their títulos are locked last of what decides, against a change of status until this transaction ends.
pub(super) fn read_all(t: &mut Tenant<'_>, execucoes: &mut [LinhaExecucao]) -> Result<Lidas, StoreError> {
    let partes = partes::read(t, execucoes)?;
    for execucao in &mut *execucoes {
        partes.keep_enrolled(execucao.inscricao_id, &mut execucao.titulos);
    }
    let titulos = fence_titulos(t, execucoes)?;
    let fatos = read_fatos(t, execucoes, &partes)?;
    let lugares = Lugares::read(t, &partes.empresa, execucoes)?;
    Ok(Lidas { partes, titulos, fatos, lugares })
}

impl Lidas {
    /// The accounts of questions about their debtors.
    pub(super) fn accounts(
        &self,
        t: &mut Tenant<'_>,
        execucoes: &[LinhaExecucao],
        tarifa: Tarifa,
    ) -> Result<Contas, StoreError> {
        let dia = self.partes.empresa.day_of(tarifa.agora)?;
        let ids: Vec<Uuid> = execucoes.iter().map(|execucao| execucao.id).collect();
        let documento =
            |execucao: &LinhaExecucao| self.partes.devedor(execucao.devedor_id)?.documento.as_deref();
        let documentos: Vec<&str> = execucoes.iter().filter_map(documento).collect();
        Contas::open(t, &ids, &documentos, tarifa, dia.with_day(1).unwrap_or(dia))
    }
}

impl LinhaExecucao {
    pub(super) fn id(&self) -> ExecucaoId {
        ExecucaoId::new(self.id)
    }

    pub(super) fn fonte(&self) -> Fonte {
        match (self.lote_id, &self.contato, self.inscricao_id) {
            (Some(_), Some(_), _) => Fonte::Avulso,
            (Some(_), None, _) => Fonte::Lote,
            (None, _, Some(_)) => Fonte::Cobranca,
            (None, _, None) => Fonte::Lembrete,
        }
    }

    /// The address or number that it goes to and to no other, if it is for one.
    pub(super) fn contato(&self) -> Option<&str> {
        self.contato.as_deref()
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
    /// (rule r04), its enrolment closed (rule g04), or its batch was cancelled (rule b23).
    pub(super) fn fim(&self, lidas: &Lidas) -> Result<Option<Fim>, StoreError> {
        if let Some(lote) = self.lote_id {
            return Ok((!lidas.partes.is_on(lote)).then_some(Fim::Por(Motivo::LoteCancelado)));
        }
        if lidas.partes.acao(self.acao_id).is_none_or(|acao| acao.removida) {
            return Ok(Some(Fim::Por(Motivo::PosicaoRemovida)));
        }
        let Some(encerrada) = lidas.partes.encerrada(self.inscricao_id) else { return Ok(None) };
        let motivo = MotivoEncerramento::parse(encerrada).ok().ok_or(StoreError::Unknown("motivo"))?;
        Ok(Some(Motivo::da_inscricao(motivo).map_or(Fim::PelosTitulos, Fim::Por)))
    }

    /// To whom it goes. An SMS has one number: with several, each of the others is for an execution of its own, and from then
    /// on this one is for its number alone, as those are for theirs.
    fn alvos(&self, partes: &Partes, canal: Canal, destinatarios: Destinatarios) -> Alvos {
        if self.fonte() == Fonte::Avulso {
            return Alvos { contatos: partes.avulsos().contato(self).into_iter().collect(), demais: None };
        }
        let usaveis = partes.contatos(self.devedor_id, canal);
        if let Some(contato) = &self.contato {
            let contatos = usaveis.iter().filter(|usavel| *usavel == contato).cloned().collect();
            return Alvos { contatos, demais: None };
        }
        let mut contatos = usaveis.iter().take(MAX_CONTATOS).cloned();
        match (destinatarios, canal) {
            (Destinatarios::Preferido, _) => Alvos { contatos: contatos.take(1).collect(), demais: None },
            (Destinatarios::Todos, Canal::Sms) => {
                Alvos { contatos: contatos.by_ref().take(1).collect(), demais: Some(contatos.collect()) }
            }
            (
                Destinatarios::Todos,
                Canal::Email | Canal::Carta | Canal::Enriquecimento | Canal::Negativacao,
            ) => Alvos { contatos: contatos.collect(), demais: None },
        }
    }

    /// Everything about it, with those of its títulos that are still the debtor's.
    pub(super) fn read(self, lidas: &Lidas) -> Result<Cerca, StoreError> {
        let Lidas { partes, titulos, fatos, lugares } = lidas;
        let desconhecido = StoreError::Unknown;
        let canal = Canal::parse(&self.canal).ok().ok_or(desconhecido("canal"))?;
        let destinatarios = partes.destinatarios(&self).ok_or(desconhecido("destinatarios"))?;
        let Alvos { contatos, demais } = self.alvos(partes, canal, destinatarios);
        let (empresa, devedor) = (&partes.empresa, partes.devedor(self.devedor_id));
        let texto = partes.texto(self.conteudo_id.or(self.lote_id));
        let fusos = lugares.fusos(self.devedor_id, canal, contatos.first());
        let mut fatos = fatos.of(self.devedor_id, &self.titulos, Some(self.id));
        let mut devedor_email = partes.contatos(self.devedor_id, Canal::Email).first().cloned();
        if self.fonte() == Fonte::Avulso {
            (devedor_email, fatos.destinatario.telefone) = reached_by(canal, contatos.first().cloned());
        }
        let meus = |id: &Uuid| titulos.get(id).filter(|(devedor, _)| *devedor == self.devedor_id);
        Ok(Cerca {
            canal,
            fonte: self.fonte(),
            regua_ativa: self.regua_id.is_none_or(|regua| partes.is_active(regua)),
            parado: partes.is_stopped(canal),
            data: self.reprocessada_em.map_or(Ok(self.data), |em| empresa.day_of(em))?,
            duvidosa: self.duvidosa,
            tentativas: u32::try_from(self.tentativas).ok().ok_or(desconhecido("tentativas"))?,
            janela: partes.janela(canal)?,
            fuso: empresa.zone()?,
            fusos,
            regras: empresa.regras(),
            empresa_nome: empresa.nome.clone(),
            remetente_email: empresa.remetente_email.clone(),
            assunto: texto.and_then(|texto| texto.assunto.clone()),
            corpo: texto.and_then(|texto| texto.corpo.clone()),
            devedor_nome: devedor
                .map(|devedor| &devedor.nome)
                .or(partes.avulsos().nome(&self))
                .cloned()
                .unwrap_or_default(),
            devedor_falecido_em: devedor.and_then(|devedor| devedor.falecido_em),
            devedor_documento: devedor.and_then(|devedor| devedor.documento.clone()),
            devedor_codigo: devedor.and_then(|devedor| devedor.codigo.clone()),
            devedor_email,
            contatos,
            demais,
            linhas: self.titulos.iter().filter_map(meus).map(|(_, linha)| linha.clone()).collect(),
            fatos,
            pergunta: None,
        })
    }
}

/// Rule b01: what is known of whoever has a bare address or number: one or the other.
pub(crate) fn reached_by(canal: Canal, contato: Option<String>) -> (Option<String>, Option<String>) {
    if canal == Canal::Email { (contato, None) } else { (None, contato) }
}

/// Rule m11: to whom an execution goes, and to whom else one like it is to.
struct Alvos {
    contatos: Vec<String>,
    demais: Option<Vec<String>>,
}

/// What their texts ask for beside that.
fn read_fatos(t: &mut Tenant<'_>, execucoes: &[LinhaExecucao], partes: &Partes) -> Result<Lidos, StoreError> {
    let textos = partes.textos().flat_map(|texto| [&texto.assunto, &texto.corpo]);
    let canais = execucoes.iter().filter_map(|execucao| Canal::parse(&execucao.canal).ok());
    let mut grupos = fatos::wanted(textos.filter_map(|texto| texto.as_deref()));
    grupos.extend(canais.flat_map(fatos::needed).copied());
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
fn fence_titulos(
    t: &mut Tenant<'_>,
    execucoes: &[LinhaExecucao],
) -> Result<BTreeMap<Uuid, (Uuid, Linha)>, StoreError> {
    let ids: BTreeSet<Uuid> = execucoes.iter().flat_map(|execucao| &execucao.titulos).copied().collect();
    let linhas: Vec<LinhaTitulo> = prepared("SELECT * FROM cadastro.titulos_na_cerca($1)")
        .bind::<Array<SqlUuid>, _>(ids.into_iter().collect::<Vec<_>>())
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
