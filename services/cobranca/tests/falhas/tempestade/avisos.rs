//! What a storm puts on the broker: hints that come too often, and bytes that are none.

use testkit::Sql;
use uuid::Uuid;

use super::rodada::{CANAIS, Rodada};
use crate::mensagens::{beginning, hint, poison};
use crate::sorte::Sorte;

const EXCHANGE: &str = "cobranca.acoes";

impl Rodada<'_> {
    /// Tells of executions again, in any order, also in the name of a company that has none of them.
    pub(super) fn hint_again(&mut self) -> u64 {
        let mut vezes = 0;
        let mut sql = Sql::connect(self.casa.banco.url());
        for n in 0..self.empresas.len() {
            let (dela, alheia) = (self.empresas[n].id, self.empresas[(n + 1) % self.empresas.len()].id);
            for canal in CANAIS {
                let ids = format!(
                    "SELECT id::text AS text FROM disparo.execucao WHERE empresa_id = '{dela}' AND canal = '{canal}'"
                );
                let ids: Vec<Uuid> = sql.texts(&ids).iter().map(|id| id.parse().unwrap()).collect();
                let alheia = if alheia == dela { Uuid::now_v7() } else { alheia };
                for (empresa, ids) in duplicates(&mut self.sorte, (dela, alheia), ids) {
                    vezes += u64::from(self.publish(canal, &hint(canal, empresa, ids)));
                }
            }
        }
        vezes
    }

    pub(super) fn poison(&mut self) -> u64 {
        let mut vezes = 0;
        for canal in CANAIS {
            for (_, veneno) in poison(canal, &mut self.sorte) {
                if self.publish(canal, &veneno) {
                    self.esperado.venenos.insert(beginning(&veneno));
                    vezes += 1;
                }
            }
        }
        vezes
    }

    /// Whether there was a queue for it: one that was deleted comes back with the next connection.
    fn publish(&self, canal: &str, bytes: &[u8]) -> bool {
        self.motores.0.vhost().publish(EXCHANGE, &format!("acao.{canal}"), bytes)
    }
}

/// Hints about these executions of a company and of one that is another's: each twice, in no order.
fn duplicates(sorte: &mut Sorte, empresas: (Uuid, Uuid), mut ids: Vec<Uuid>) -> Vec<(Uuid, Vec<Uuid>)> {
    sorte.shuffle(&mut ids);
    ids.truncate(400);
    let mut avisos = Vec::new();
    for alguns in ids.chunks(1 + sorte.below(60)) {
        avisos.extend([empresas.0, empresas.0, empresas.1].map(|empresa| (empresa, alguns.to_vec())));
    }
    sorte.shuffle(&mut avisos);
    avisos
}
