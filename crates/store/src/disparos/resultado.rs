//! What came of executions that were claimed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _};
use domain::execucao::{Desfecho, Motivo};
use domain::ids::{ExecucaoId, TituloId};
use uuid::Uuid;

use super::efeito::{self, DoResultado, Efeito};
use crate::preparada::prepared;
use crate::titulos::array_literal;
use crate::{StoreError, Tenant};

/// A message as it was made. It holds personal data and so has no `Debug`.
#[derive(Clone)]
pub struct MensagemMontada {
    /// To whom: every contact it was addressed to, separated by a comma and a space (rule m11). Whom the provider refused
    /// is in its answer.
    pub destinatario: String,
    /// Subject, where the channel has one.
    pub assunto: Option<String>,
    /// Text part.
    pub texto: String,
    /// The títulos that stand in it.
    pub titulos: Vec<TituloId>,
    /// When it was made.
    pub montada_em: DateTime<Utc>,
}

/// A provider call that was made.
#[derive(Clone)]
pub struct Chamada {
    /// Which provider.
    pub provedor: &'static str,
    /// Its own name for the message, of which its receipts will speak.
    pub provedor_id: Option<String>,
    /// What it answered, or how the conversation broke.
    pub resposta: String,
    /// When it was over, in business time.
    pub terminou_em: DateTime<Utc>,
    /// What was sent.
    pub mensagem: MensagemMontada,
    /// What it leaves in our own database, if the result is written.
    pub efeito: Option<Efeito>,
}

/// How the attempt that holds a fence ended.
#[derive(Clone)]
pub struct Resultado {
    /// The execution.
    pub id: ExecucaoId,
    /// The fence under which it was claimed.
    pub cerca: i64,
    /// How it ended.
    pub desfecho: Desfecho,
    /// The provider call, if it came to one.
    pub chamada: Option<Chamada>,
}

#[derive(QueryableByName)]
struct Escrita {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
}

/// Writes results under their fences, each with its call; the text of the message is kept only if it left or may have left.
/// Answers those that were written: a fence that is not held any more writes nothing.
///
/// # Errors
/// The database refused or is unreachable; then none is written.
pub fn finish(t: &mut Tenant<'_>, resultados: &[Resultado]) -> Result<BTreeSet<ExecucaoId>, StoreError> {
    let de = |r: &Resultado| Colunas::of(r.desfecho);
    let escritas: Vec<Escrita> = prepared(
        "UPDATE disparo.execucao e SET estado = x.estado, motivo = x.motivo, lease_ate = NULL, \
                resposta = coalesce(x.resposta, e.resposta), \
                enviada_em = CASE WHEN x.estado = 'enviada' THEN x.quando ELSE e.enviada_em END, \
                publicar_em = CASE WHEN x.estado = 'pendente' THEN x.quando ELSE e.publicar_em END, \
                tentativas = e.tentativas + x.conta::int, duvidosa = e.duvidosa OR x.duvidosa, \
                enfileirada_em = CASE WHEN x.estado <> 'pendente' THEN e.enfileirada_em END, \
                atualizada_em = clock_timestamp() \
           FROM unnest($2, $3, $4, $5, $6, $7, $8, $9) \
                AS x (id, cerca, estado, motivo, quando, conta, duvidosa, resposta) \
          WHERE e.empresa_id = $1 AND e.id = x.id AND e.cerca = x.cerca AND e.estado = 'enviando' \
         RETURNING e.id, e.devedor_id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(resultados.iter().map(|r| r.id.uuid()).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(resultados.iter().map(|r| r.cerca).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(resultados.iter().map(|r| r.desfecho.estado().as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(resultados.iter().map(|r| de(r).motivo).collect::<Vec<_>>())
    .bind::<Array<Nullable<Timestamptz>>, _>(resultados.iter().map(|r| de(r).quando).collect::<Vec<_>>())
    .bind::<Array<Bool>, _>(resultados.iter().map(|r| de(r).conta).collect::<Vec<_>>())
    .bind::<Array<Bool>, _>(resultados.iter().map(|r| de(r).duvidosa).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(
        resultados.iter().map(|r| r.chamada.as_ref().map(|c| c.resposta.as_str())).collect::<Vec<_>>(),
    )
    .load(t.conn)?;
    let devedores: BTreeMap<_, _> = escritas.iter().map(|e| (ExecucaoId::new(e.id), e.devedor_id)).collect();
    let chamadas: Vec<_> = resultados
        .iter()
        .filter_map(|r| {
            Some(Feita { resultado: r, chamada: r.chamada.as_ref()?, devedor: *devedores.get(&r.id)? })
        })
        .collect();
    keep(t, &chamadas)?;
    let efeitos: Vec<_> = chamadas
        .iter()
        .filter_map(|feita| {
            let efeito = feita.chamada.efeito.as_ref()?;
            Some(DoResultado { execucao: feita.resultado.id, devedor: feita.devedor, efeito })
        })
        .collect();
    efeito::write(t, &efeitos)?;
    Ok(devedores.into_keys().collect())
}

/// What an outcome writes besides the state.
struct Colunas {
    motivo: Option<&'static str>,
    quando: Option<DateTime<Utc>>,
    conta: bool,
    duvidosa: bool,
}

impl Colunas {
    fn of(desfecho: Desfecho) -> Self {
        let nada = Self { motivo: None, quando: None, conta: false, duvidosa: false };
        match desfecho {
            Desfecho::Enviada { em } => Self { quando: Some(em), ..nada },
            Desfecho::Repetir { em, conta, duvidosa } => Self { quando: Some(em), conta, duvidosa, ..nada },
            Desfecho::Falhou { motivo } => Self { motivo: Some(Motivo::as_str(motivo)), conta: true, ..nada },
            Desfecho::Incerta { motivo } => {
                Self { motivo: Some(Motivo::as_str(motivo)), duvidosa: true, ..nada }
            }
        }
    }
}

/// A call whose result was written.
struct Feita<'r> {
    resultado: &'r Resultado,
    chamada: &'r Chamada,
    devedor: Uuid,
}

fn column<'c, T>(feitas: &[Feita<'c>], de: impl Fn(&'c Resultado, &'c Chamada) -> T) -> Vec<T> {
    feitas.iter().map(|feita| de(feita.resultado, feita.chamada)).collect()
}

fn keep(t: &mut Tenant<'_>, chamadas: &[Feita<'_>]) -> Result<(), StoreError> {
    if chamadas.is_empty() {
        return Ok(());
    }
    let c = chamadas;
    prepared(
        "INSERT INTO disparo.tentativa (empresa_id, execucao_id, cerca, fim, destinatario, assunto, texto, titulos, montada_em, \
                                        terminou_em, resposta, provedor, provedor_id, devedor_id) \
         SELECT $1, x.id, x.cerca, x.fim, x.destinatario, x.assunto, x.texto, x.titulos::uuid[], x.montada_em, x.terminou_em, \
                x.resposta, x.provedor, x.provedor_id, x.devedor_id \
           FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
             AS x (id, cerca, fim, destinatario, assunto, texto, titulos, montada_em, terminou_em, resposta, provedor, \
                   provedor_id, devedor_id)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(column(c, |r, _| r.id.uuid()))
    .bind::<Array<BigInt>, _>(column(c, |r, _| r.cerca))
    .bind::<Array<Text>, _>(column(c, |r, _| r.desfecho.nome()))
    .bind::<Array<Text>, _>(column(c, |_, c| c.mensagem.destinatario.as_str()))
    .bind::<Array<Nullable<Text>>, _>(column(c, |_, c| c.mensagem.assunto.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(column(c, |r, c| r.desfecho.pode_ter_saido().then_some(c.mensagem.texto.as_str())))
    .bind::<Array<Text>, _>(column(c, |_, c| array_literal(&c.mensagem.titulos)))
    .bind::<Array<Timestamptz>, _>(column(c, |_, c| c.mensagem.montada_em))
    .bind::<Array<Timestamptz>, _>(column(c, |_, c| c.terminou_em))
    .bind::<Array<Text>, _>(column(c, |_, c| c.resposta.as_str()))
    .bind::<Array<Text>, _>(column(c, |_, c| c.provedor))
    .bind::<Array<Nullable<Text>>, _>(column(c, |_, c| c.provedor_id.as_deref()))
    .bind::<Array<SqlUuid>, _>(c.iter().map(|feita| feita.devedor).collect::<Vec<_>>())
    .execute(t.conn)?;
    Ok(())
}
