//! The SMS channel: what the message says, and what the provider's answer means.

use chrono::{DateTime, Utc};
use domain::execucao::{Motivo, Veredito};
use providers::sms::{ClienteSms, Pedido, Resultado};
use render::sms::Opcoes;
use store::disparos::MensagemMontada;

use super::Tarefa;

pub(super) async fn send(
    cliente: &ClienteSms,
    tarefa: &Tarefa,
    agora: DateTime<Utc>,
) -> Result<super::Resposta, Motivo> {
    let Tarefa { id, titulos, dados, .. } = tarefa;
    let para = dados.contatos.first().ok_or(Motivo::SemContato)?;
    let hoje = agora.with_timezone(&dados.fuso).date_naive();
    let opcoes = Opcoes { perfil: cliente.perfil(), transliterar: cliente.transliterar() };
    let pronto = conteudo::sms(dados, titulos, hoje, opcoes)?;
    let resultado = cliente.send(&Pedido { chave: id.uuid(), para, texto: &pronto.texto }).await;
    let (veredito, palavras, provedor_id) = judge(resultado);
    let mensagem = MensagemMontada {
        destinatario: para.clone(),
        assunto: None,
        texto: pronto.texto,
        titulos: titulos.clone(),
        montada_em: agora,
    };
    Ok(super::Resposta { veredito, palavras, provedor_id, mensagem, efeito: None })
}

fn judge(resultado: Resultado) -> (Veredito, String, Option<String>) {
    let (veredito, causa, id) = match resultado {
        Resultado::Aceita { id, resposta } => (Veredito::Aceita, resposta, id),
        Resultado::Temporaria { causa, apos } => (Veredito::Temporaria { apos }, causa, None),
        Resultado::Indisponivel { causa, apos } => (Veredito::Indisponivel { apos }, causa, None),
        Resultado::Permanente { causa } => (Veredito::Permanente, causa, None),
        Resultado::Incerta { causa } => (Veredito::Incerta, causa, None),
    };
    (veredito, causa.registro(), id)
}
