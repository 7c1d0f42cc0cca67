//! The e-mail channel: may it leave, what does it say, what became of it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use domain::execucao::{Envio, Motivo, PedidoEnvio, avaliar_envio, proxima_tentativa};
use domain::ids::{EmpresaId, ExecucaoId, TituloId};
use domain::titulo::Titulo;
use providers::email::{Mensagem, Partes, Pessoa, Recusa, Resposta, Resultado};
use store::disparos::{self, Cerca, Desfecho, MensagemMontada};

use crate::{Dispatcher, Falha, conteudo};

/// A result that cannot be written is tried again this often; then the lease runs out and the sweep makes it `incerta`.
const TENTATIVAS_DE_GRAVAR: u32 = 5;

/// What the fence asks: the domain's check, and whether there is an address at all (rule m11).
pub(crate) fn decide(dados: &Cerca, agora: DateTime<Utc>) -> Envio {
    let titulos: Vec<Titulo> = dados.linhas.iter().map(|linha| linha.titulo.clone()).collect();
    let pedido = PedidoEnvio {
        titulos: &titulos,
        canal: dados.canal,
        lembrete: dados.lembrete,
        regua_ativa: dados.regua_ativa,
        janela: dados.janela.as_ref(),
        regras: &dados.regras,
    };
    match avaliar_envio(&pedido, agora.with_timezone(&time_zone(dados))) {
        Envio::Enviar { .. } if dados.contatos.is_empty() => Envio::Descartar { motivo: Motivo::SemContato },
        envio @ (Envio::Enviar { .. } | Envio::Adiar { .. } | Envio::Descartar { .. }) => envio,
    }
}

/// The company's zone. What is stored was checked when it was saved; a name that a newer table would know falls back to
/// the zone of most companies.
pub(crate) fn time_zone(dados: &Cerca) -> Tz {
    dados.fuso.parse().unwrap_or(Tz::America__Sao_Paulo)
}

/// Renders, sends and records one claimed execution.
pub(crate) async fn send(
    dispatcher: &Arc<Dispatcher>,
    execucao: (EmpresaId, ExecucaoId, i64),
    titulos: &[TituloId],
    dados: &Cerca,
) {
    let (empresa, id, cerca) = execucao;
    let agora = dispatcher.relogio.agora();
    let (desfecho, resposta, montada) = match assemble(dispatcher, id, titulos, dados, agora) {
        Ok((mensagem, montada)) => {
            let resultado = dispatcher.correio.send(&mensagem).await;
            let (desfecho, resposta) = judge(&resultado, id, dados.tentativas, dispatcher.relogio.agora());
            (desfecho, resposta, Some(montada))
        }
        Err(motivo) => (Desfecho::Falhou { motivo }, None, None),
    };
    metrics::counter!("disparos_total", "canal" => "email", "fim" => outcome_name(&desfecho)).increment(1);
    let keep = matches!(desfecho, Desfecho::Enviada { .. } | Desfecho::Incerta { .. });
    let montada = montada.filter(|_| keep);
    record(dispatcher, (empresa, id, cerca), &desfecho, resposta, montada).await;
}

fn assemble(
    dispatcher: &Dispatcher,
    id: ExecucaoId,
    titulos: &[TituloId],
    dados: &Cerca,
    agora: DateTime<Utc>,
) -> Result<(Mensagem, MensagemMontada), Motivo> {
    let para: Vec<_> = dados.contatos.iter().map(|endereco| Pessoa { nome: None, endereco }).collect();
    let pronto = conteudo::email(dados, titulos, agora.with_timezone(&time_zone(dados)).date_naive())?;
    let message_id = format!("<{id}@{}>", dispatcher.ajustes.dominio);
    let mensagem = Mensagem::new(&Partes {
        de: Pessoa { nome: Some(&dados.empresa_nome), endereco: &dados.remetente_email },
        para: &para,
        assunto: &pronto.assunto,
        texto: &pronto.texto,
        html: &pronto.html,
        message_id: &message_id,
        data: agora.into(),
    })
    .map_err(|erro| {
        tracing::warn!(execucao.id = %id, erro = %erro, "a mensagem não pôde ser montada");
        Motivo::MensagemInvalida
    })?;
    let montada = MensagemMontada {
        destinatario: dados.contatos.join(", "),
        assunto: Some(pronto.assunto),
        texto: pronto.texto,
        titulos: titulos.to_vec(),
        montada_em: agora,
    };
    Ok((mensagem, montada))
}

/// Turns the provider's outcome into what is written. A definite failure is tried again while attempts are left.
fn judge(
    resultado: &Resultado,
    id: ExecucaoId,
    tentativas: u32,
    agora: DateTime<Utc>,
) -> (Desfecho, Option<String>) {
    match resultado {
        Resultado::Aceita { resposta, recusas } => {
            (Desfecho::Enviada { em: agora }, Some(accepted(resposta, recusas)))
        }
        Resultado::Temporaria { causa } => (again(id, tentativas, agora), Some(causa.to_string())),
        // A wrong password or a closed relay says nothing of this message: it must not fail a whole night for good.
        Resultado::Permanente { resposta } if resposta.verbo().da_sessao() => {
            (again(id, tentativas, agora), Some(words(resposta)))
        }
        Resultado::Permanente { resposta } => {
            (Desfecho::Falhou { motivo: Motivo::RecusaDoProvedor }, Some(words(resposta)))
        }
        Resultado::Incerta { causa } => {
            (Desfecho::Incerta { motivo: Motivo::ResultadoDesconhecido }, Some(causa.to_string()))
        }
    }
}

fn again(id: ExecucaoId, tentativas: u32, agora: DateTime<Utc>) -> Desfecho {
    let semente = id.uuid().as_u64_pair().1;
    match proxima_tentativa(tentativas.saturating_add(1), semente) {
        Some(espera) => Desfecho::Repetir { em: agora + espera },
        None => Desfecho::Falhou { motivo: Motivo::TentativasEsgotadas },
    }
}

/// Rule m11: the answer to the message, and to each address that did not get it.
fn accepted(resposta: &Resposta, recusas: &[Recusa]) -> String {
    if recusas.is_empty() {
        return words(resposta);
    }
    let recusas = recusas.iter().map(|recusa| format!("{}: {}", recusa.endereco(), words(recusa.resposta())));
    format!("{} (recusados: {})", words(resposta), recusas.collect::<Vec<_>>().join("; "))
}

fn words(resposta: &Resposta) -> String {
    format!("{} {}", resposta.codigo(), resposta.texto())
}

fn outcome_name(desfecho: &Desfecho) -> &'static str {
    match desfecho {
        Desfecho::Enviada { .. } => "enviada",
        Desfecho::Repetir { .. } => "repetir",
        Desfecho::Falhou { .. } => "falhou",
        Desfecho::Incerta { .. } => "incerta",
    }
}

async fn record(
    dispatcher: &Arc<Dispatcher>,
    execucao: (EmpresaId, ExecucaoId, i64),
    desfecho: &Desfecho,
    resposta: Option<String>,
    montada: Option<MensagemMontada>,
) {
    let (empresa, id, cerca) = execucao;
    for tentativa in 1..=TENTATIVAS_DE_GRAVAR {
        let (desfecho, resposta, montada) = (desfecho.clone(), resposta.clone(), montada.clone());
        let gravado = dispatcher
            .blocking(move |d| {
                d.banco.da_empresa(empresa, |t| {
                    disparos::finish(t, (id, cerca), &desfecho, resposta.as_deref(), montada.as_ref())
                })
            })
            .await;
        match gravado {
            Ok(true) => return,
            Ok(false) => return log_fenced(id),
            Err(falha) => log_unwritten(id, tentativa, &falha),
        }
        tokio::time::sleep(Duration::from_secs(tentativa.into())).await;
    }
}

fn log_fenced(id: ExecucaoId) {
    tracing::warn!(execucao.id = %id, "o lease já havia expirado; o resultado não foi gravado");
}

fn log_unwritten(id: ExecucaoId, tentativa: u32, falha: &Falha) {
    tracing::error!(execucao.id = %id, tentativa, erro = %falha, "o resultado não pôde ser gravado");
}

#[cfg(test)]
mod tests;
