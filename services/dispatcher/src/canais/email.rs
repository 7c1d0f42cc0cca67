//! The e-mail channel: what the message says, and what the mail server's answer means.

use chrono::{DateTime, Utc};
use domain::execucao::{Motivo, Veredito};
use providers::Segredo;
use providers::email::{Causa, ClienteSmtp, Dkim, Mensagem, Partes, Pessoa, Recusa, Resposta, Resultado};
use store::disparos::{ENTRE_ENDERECOS, MensagemMontada};

use super::Tarefa;
use crate::descadastro::Descadastro;

/// As whom e-mails are sent, and what is believed of what comes back.
pub struct Remetente {
    /// Domain of the Message-ID.
    pub dominio: String,
    /// Where what comes back goes; each company's own address without one.
    pub retorno: Option<String>,
    /// What messages are signed with.
    pub dkim: Option<Dkim>,
    /// Where people ask for no more of them.
    pub descadastro: Option<Descadastro>,
    /// Whoever knows it may tell what came back.
    pub avisos: Option<Segredo>,
}

impl Remetente {
    /// One that signs nothing and hears of nothing.
    #[must_use]
    pub fn new(dominio: &str) -> Self {
        Self { dominio: dominio.to_owned(), retorno: None, dkim: None, descadastro: None, avisos: None }
    }
}

pub(super) async fn send(
    cliente: &ClienteSmtp,
    remetente: &Remetente,
    tarefa: &Tarefa,
    agora: DateTime<Utc>,
) -> Result<super::Resposta, Motivo> {
    let (mensagem, montada) = assemble(remetente, tarefa, agora)?;
    let (veredito, palavras) = judge(&cliente.send(&mensagem).await);
    Ok(super::Resposta { veredito, palavras, provedor_id: None, mensagem: montada, efeito: None })
}

/// Makes the message and leaves it at that.
pub(super) fn pretend(tarefa: &Tarefa, agora: DateTime<Utc>) -> Result<super::Resposta, Motivo> {
    let (_, mensagem) = assemble(&Remetente::new("localhost.localdomain"), tarefa, agora)?;
    Ok(super::Resposta {
        veredito: Veredito::Aceita,
        palavras: String::new(),
        provedor_id: None,
        mensagem,
        efeito: None,
    })
}

fn assemble(
    remetente: &Remetente,
    tarefa: &Tarefa,
    agora: DateTime<Utc>,
) -> Result<(Mensagem, MensagemMontada), Motivo> {
    let Tarefa { id, empresa, titulos, dados } = tarefa;
    let para: Vec<_> = dados.contatos.iter().map(|endereco| Pessoa { nome: None, endereco }).collect();
    let hoje = agora.with_timezone(&dados.fuso).date_naive();
    let descadastro = remetente.descadastro.as_ref().map(|descadastro| descadastro.link(*empresa, *id));
    let pronto = conteudo::email(dados, titulos, hoje, descadastro.as_deref())?;
    let message_id = format!("<{id}@{}>", remetente.dominio);
    let invalida = |erro: &dyn std::error::Error| {
        tracing::warn!(execucao.id = %id, erro = %erro, "a mensagem não pôde ser montada");
        Motivo::MensagemInvalida
    };
    let mensagem = Mensagem::new(&Partes {
        de: Pessoa { nome: Some(&dados.empresa_nome), endereco: &dados.remetente_email },
        retorno: remetente.retorno.as_deref(),
        para: &para,
        assunto: &pronto.assunto,
        texto: &pronto.texto,
        html: &pronto.html,
        message_id: &message_id,
        data: agora.into(),
        descadastro: descadastro.as_deref(),
    })
    .map_err(|erro| invalida(&erro))?;
    let mensagem = match &remetente.dkim {
        Some(dkim) => mensagem.signed(dkim).map_err(|erro| invalida(&erro))?,
        None => mensagem,
    };
    let montada = MensagemMontada {
        destinatario: dados.contatos.join(ENTRE_ENDERECOS),
        assunto: Some(pronto.assunto),
        texto: pronto.texto,
        titulos: titulos.clone(),
        montada_em: agora,
    };
    Ok((mensagem, montada))
}

/// What the outcome means, and the words for the record. A step of the session says nothing of this message: a wrong
/// password or a closed relay must not fail a whole night.
pub(crate) fn judge(resultado: &Resultado) -> (Veredito, String) {
    match resultado {
        Resultado::Aceita { resposta, recusas } => (Veredito::Aceita, accepted(resposta, recusas)),
        Resultado::Temporaria { causa } => (temporary(causa), causa.to_string()),
        Resultado::Permanente { resposta } if resposta.verbo().da_sessao() => {
            (Veredito::Indisponivel { apos: None }, words(resposta))
        }
        Resultado::Permanente { resposta } => (Veredito::Permanente, words(resposta)),
        Resultado::Incerta { causa } => (Veredito::Incerta, causa.to_string()),
    }
}

fn temporary(causa: &Causa) -> Veredito {
    let verbo = match causa {
        Causa::Resposta(resposta) => resposta.verbo(),
        Causa::Conversa { verbo, .. } => *verbo,
    };
    if verbo.da_sessao() {
        Veredito::Indisponivel { apos: None }
    } else {
        Veredito::Temporaria { apos: None }
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

#[cfg(test)]
mod tests;
