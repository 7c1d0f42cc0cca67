//! The channel that asks: a provider is asked how else the debtor can be reached, and what it answers is added to him (rule b22).

use chrono::{DateTime, Utc};
use domain::documento::Documento;
use domain::execucao::{Motivo, Veredito};
use providers::enriquecimento::{self, ClienteEnriquecimento, Pedido, Resultado, Tarifa};
use store::consultas::{Achado, ConsultaFeita, Fim, Pergunta};
use store::disparos::{Cerca, Efeito, MensagemMontada};

use super::Tarefa;

/// What the channel needs of the debtor (rule b10): a document, by which he is known elsewhere.
pub(super) fn lacking(dados: &Cerca) -> Option<Motivo> {
    document(dados).is_none().then_some(Motivo::SemDocumento)
}

/// Asks, or takes the answer that is still good.
pub(super) async fn ask(
    cliente: &ClienteEnriquecimento,
    tarefa: &Tarefa,
    agora: DateTime<Utc>,
) -> Result<super::Resposta, Motivo> {
    let Tarefa { id, titulos, dados, .. } = tarefa;
    let documento = document(dados).ok_or(Motivo::SemDocumento)?;
    let Pergunta { finalidade, guardada } = dados.pergunta.as_ref().ok_or(Motivo::SemDocumento)?;
    let dita = if let Some(achado) = guardada {
        Dita::kept(achado.clone())
    } else {
        let pedido = Pedido { chave: id.uuid(), documento: &documento, finalidade: *finalidade };
        Dita::of(cliente.ask(&pedido).await, cliente.tarifa())
    };
    let mensagem = MensagemMontada {
        destinatario: documento.mascarado(),
        assunto: None,
        texto: format!("Consulta de contatos. Finalidade: {finalidade}."),
        titulos: titulos.clone(),
        montada_em: agora,
    };
    let feita = ConsultaFeita { fim: dita.fim, protocolo: dita.id.clone(), em: agora };
    Ok(super::Resposta {
        veredito: dita.veredito,
        palavras: dita.palavras,
        provedor_id: dita.id,
        mensagem,
        efeito: Some(Efeito::Consulta(Box::new(feita))),
    })
}

/// What an answer of a provider is to the database.
pub(crate) fn stored(achado: enriquecimento::Achado) -> Achado {
    match achado {
        enriquecimento::Achado::Encontrado(dados) => Achado::Encontrado(dados),
        enriquecimento::Achado::NaoEncontrado => Achado::NaoEncontrado,
    }
}

/// Whether an answer is charged.
pub(crate) fn charged(achado: Option<&Achado>, tarifa: Tarifa) -> bool {
    match achado {
        Some(Achado::Encontrado(_)) => true,
        Some(Achado::NaoEncontrado) => tarifa.cobra_sem_achado,
        None => false,
    }
}

fn document(dados: &Cerca) -> Option<Documento> {
    Documento::parse(dados.devedor_documento.as_deref()?).ok()
}

/// What the provider said, as verdict and effect.
struct Dita {
    veredito: Veredito,
    palavras: String,
    id: Option<String>,
    fim: Fim,
}

impl Dita {
    fn kept(achado: Achado) -> Self {
        let fim = Fim::Respondida { achado, cobrada: true }; // it was counted with nothing
        Self { veredito: Veredito::Aceita, palavras: "resposta guardada".to_owned(), id: None, fim }
    }

    fn of(resultado: Resultado, tarifa: Tarifa) -> Self {
        let (veredito, causa, id, fim) = match resultado {
            Resultado::Respondida { achado, id, resposta } => {
                let achado = stored(achado);
                let cobrada = charged(Some(&achado), tarifa);
                (Veredito::Aceita, resposta, id, Fim::Respondida { achado, cobrada })
            }
            Resultado::Pedida { id, resposta } => (Veredito::Aceita, resposta, id, Fim::Pendente),
            Resultado::Temporaria { causa, apos } => {
                (Veredito::Temporaria { apos }, causa, None, Fim::NaoSaiu)
            }
            Resultado::Indisponivel { causa, apos } => {
                (Veredito::Indisponivel { apos }, causa, None, Fim::NaoSaiu)
            }
            Resultado::Permanente { causa } => (Veredito::Permanente, causa, None, Fim::NaoSaiu),
            // It may have been charged, and stays counted; the next attempt is counted by itself.
            Resultado::Incerta { causa } => (Veredito::Incerta, causa, None, Fim::Pendente),
        };
        Self { veredito, palavras: causa.registro(), id, fim }
    }
}
