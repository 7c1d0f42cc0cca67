//! What a change of a régua would do, told before it is made: the next night under the réguas as they are and as they would
//! be, side by side. Nothing is stored but the simulation.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use deserr::Deserr;
use domain::ids::{EmpresaId, ReguaId};
use domain::regua::EstadoRegua;
use runtime::{Encerramento, cronometro};
use serde::Serialize;
use store::reguas::{self, ReguaInteira};
use store::simulacoes::{self, Pedido, ReguaGuardada, SimulacaoLida, Tipo};
use store::{StoreError, Tenant};
use tokio::sync::OwnedSemaphorePermit;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{Autorizado, Consulta, ErrosCampo, Problema, Resposta, SeVersao, Solicitante};

use super::Contexto;
use super::edicao::{self, Editada};
use super::leitura::Regua;
use super::mudar::{change, create};
use super::simulacoes::{Simulacao, accepted, next_night, too_many_waiting};
use crate::simulator::Mesa;

/// How long the caller waits for the answer itself before it is told where the answer will be.
const PACIENCIA: Duration = Duration::from_secs(2);
/// How often it is looked whether the answer is there.
const OLHAR: Duration = Duration::from_millis(20);
/// Debtors that are looked at while the caller waits. More than this takes more than its patience.
const CARTEIRA_PEQUENA: i64 = 20_000;

/// Se a mudança deve ser só simulada.
#[derive(Clone, Copy, Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Simular {
    /// `true`: nada muda; a resposta é a simulação da próxima noite, sem e com a mudança.
    #[deserr(default)]
    #[param(value_type = Option<bool>, default = false)]
    pub(super) simular: web::Lido<bool>,
}

/// How a régua is to be changed: which version of it was seen, and whether only to tell what the change would do.
pub(super) type Como = (SeVersao, Consulta<Simular>);

/// A régua mudada ou, com `simular=true`, a simulação da próxima noite.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the form of an answer alone")]
pub(super) enum ReguaOuSimulacao {
    /// A régua, mudada.
    Regua(Box<Regua>),
    /// A simulação: a régua não mudou.
    Simulacao(Box<Simulacao>),
}

/// Answers an edit of a régua: makes it, or only tells what the next night would do with it.
///
/// # Errors
/// 404, 412, what `editar` refused, 409 when another régua has the same criteria then (rule s11).
pub(super) async fn edit<E>(
    contexto: &Contexto,
    acesso: &Autorizado<E>,
    (id, (vista, simular)): (ReguaId, Como),
    answer: fn(ReguaInteira) -> Resposta,
    editar: impl Fn(&ReguaInteira) -> Editada + Send + 'static,
) -> Result<Resposta, Problema> {
    if !simular.0.simular.0 {
        return change(contexto, acesso, (id, vista), answer, editar).await;
    }
    let lida = contexto.servico.da_empresa_em_um_instante(acesso, move |t| reguas::get(t, id)).await?;
    let antes = lida.ok_or_else(Problema::nao_encontrado)?;
    let depois = vista.confere(antes.versao).and_then(|()| editar(&antes))?;
    simulate(contexto, &acesso.solicitante(), Seria { antes: Some(antes), depois }).await
}

/// Answers a new régua: stores it, or only tells what the next night would do with it. As it is born it does nothing, so
/// what is told is of it active.
///
/// # Errors
/// 409 when another one has the same criteria (rule s11); told only, 422 with all it lacks to be active (rule v02).
pub(super) async fn add<E>(
    contexto: &Contexto,
    acesso: &Autorizado<E>,
    simular: Simular,
    nova: ReguaInteira,
) -> Result<Resposta, Problema> {
    if !simular.simular.0 {
        return create(contexto, acesso, nova).await;
    }
    let depois = edicao::set_estado(&nova, EstadoRegua::Ativa)?;
    simulate(contexto, &acesso.solicitante(), Seria { antes: None, depois }).await
}

/// What would be in the place of what is.
struct Seria {
    antes: Option<ReguaInteira>,
    depois: ReguaInteira,
}

async fn simulate(
    contexto: &Contexto,
    solicitante: &Solicitante,
    seria: Seria,
) -> Result<Resposta, Problema> {
    let agora = contexto.servico.relogio.agora();
    let nova = contexto.servico.da_empresa(solicitante.clone(), move |t| ask(t, &seria, agora));
    let (nova, pequena) = nova.await??;
    match Arc::clone(&contexto.engine.vaga).try_acquire_owned() {
        Ok(vaga) if pequena => start(contexto, solicitante.empresa, nova, vaga),
        Ok(_) | Err(_) => contexto.engine.wake_simulator(),
    }
    let lida = read(contexto, solicitante, nova, if pequena { PACIENCIA } else { Duration::ZERO }).await?;
    let pronta = lida.concluida_em.is_some();
    let simulacao = Simulacao::from(lida);
    Ok(if pronta { Resposta::ok(&simulacao) } else { accepted(&simulacao) })
}

/// The simulation when it is over, or as it is when nobody waits any longer.
async fn read(
    contexto: &Contexto,
    solicitante: &Solicitante,
    id: Uuid,
    paciencia: Duration,
) -> Result<SimulacaoLida, Problema> {
    let espera = cronometro();
    loop {
        let lida = contexto.servico.da_empresa(solicitante.clone(), move |t| simulacoes::get(t, id)).await?;
        let lida = lida.ok_or_else(Problema::nao_encontrado)?;
        if lida.concluida_em.is_some() || paciencia <= espera.decorrido() {
            return Ok(lida);
        }
        tokio::time::sleep(OLHAR).await;
    }
}

/// Stores what is asked. Answers its id, and whether it is looked at while the caller waits.
fn ask(
    t: &mut Tenant<'_>,
    Seria { antes, depois }: &Seria,
    agora: DateTime<Utc>,
) -> Result<Result<(Uuid, bool), Problema>, StoreError> {
    let antes = antes.as_ref().map(|antes| &antes.regua);
    if let Some(outra) = reguas::in_the_way(t, antes, &depois.regua)? {
        return Ok(Err(edicao::equal(ReguaId::new(outra.id), &outra.nome)));
    }
    if let Some(recusa) = too_many_waiting(t)? {
        return Ok(Err(recusa));
    }
    let (noite, _) = next_night(t, agora)?;
    let pedido = Pedido {
        tipo: Tipo::Impacto,
        de: noite,
        ate: noite,
        reguas: vec![ReguaGuardada::new(&depois.regua, &depois.nome)],
        devedores: None,
        comparar: true,
    };
    let nova = simulacoes::create(t, &pedido, agora)?;
    Ok(Ok((nova, simulacoes::portfolio(t)? <= CARTEIRA_PEQUENA)))
}

/// Walks the simulation in this process, unless an engine was quicker. Whatever becomes of it is in its row; if this process
/// ends, its lease does too, and an engine takes it up.
fn start(contexto: &Contexto, empresa: EmpresaId, id: Uuid, vaga: OwnedSemaphorePermit) {
    let mesa = Mesa {
        banco: contexto.servico.banco.clone(),
        relogio: contexto.servico.relogio.clone(),
        fim: Encerramento::new(),
    };
    tokio::spawn(async move {
        if let Err(erro) = mesa.walk_one(empresa, id).await {
            tracing::warn!(simulacao.id = %id, erro = %erro, "simulação interrompida");
        }
        drop(vaga);
    });
}
