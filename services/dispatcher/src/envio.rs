//! One claimed execution: sent, judged, and handed to whoever writes results.

use domain::execucao::{Desfecho, Tentativa, julgar};
use domain::ids::EmpresaId;
use store::disparos::{Chamada, Resultado};
use tokio::sync::mpsc;

use crate::Dispatcher;
use crate::canais::{Resposta, Saida, Tarefa};
use crate::via::Via;

/// A result on its way to the database.
pub(crate) type Escrita = (EmpresaId, Resultado);

/// Renders, sends and judges one claimed execution.
pub(crate) async fn send(
    dispatcher: &Dispatcher,
    via: &Via,
    (empresa, cerca): (EmpresaId, i64),
    tarefa: Tarefa,
    escritor: &mpsc::Sender<Escrita>,
) {
    let saida = &via.saida;
    let enviada = saida.send(&tarefa, dispatcher.relogio.agora()).await;
    let (desfecho, chamada) = match enviada {
        Ok(resposta) => {
            via.soube(resposta.veredito);
            let (desfecho, chamada) = judge(dispatcher, saida, &tarefa, resposta);
            (desfecho, Some(chamada))
        }
        Err(motivo) => (Desfecho::Falhou { motivo }, None),
    };
    metrics::counter!("disparos_total", "canal" => saida.canal().as_str(), "fim" => desfecho.nome())
        .increment(1);
    let resultado = Resultado { id: tarefa.id, cerca, desfecho, chamada };
    // The writer outlives whoever sends to it.
    if escritor.send((empresa, resultado)).await.is_err() {
        tracing::error!(execucao.id = %tarefa.id, "o resultado não pôde ser gravado; o lease dirá");
    }
}

fn judge(dispatcher: &Dispatcher, saida: &Saida, tarefa: &Tarefa, resposta: Resposta) -> (Desfecho, Chamada) {
    let agora = dispatcher.relogio.agora();
    let desfecho = julgar(
        resposta.veredito,
        &Tentativa {
            anteriores: tarefa.dados.tentativas,
            duvidosa: tarefa.dados.duvidosa,
            idempotente: saida.idempotente(),
            agora,
            semente: tarefa.id.uuid().as_u64_pair().1,
        },
    );
    let chamada = Chamada {
        provedor: saida.provedor(),
        provedor_id: resposta.provedor_id,
        resposta: resposta.palavras,
        terminou_em: agora,
        mensagem: resposta.mensagem,
        efeito: resposta.efeito,
    };
    (desfecho, chamada)
}
