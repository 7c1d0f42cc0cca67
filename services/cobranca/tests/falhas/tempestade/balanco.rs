//! The invariants, asked of the database and of both ledgers when the storm is over.

use std::collections::{BTreeMap, BTreeSet};

use mail_parser::MessageParser;
use testkit::{Sql, Vhost};
use uuid::Uuid;

use crate::casa::Casa;
use crate::mensagens::buried;
use crate::oraculo::{agrees, copies};

/// What must be true of everything that was asked for.
#[derive(Debug, Default)]
pub(super) struct Esperado {
    /// Company, debtor's code, channel, whether a reminder, and how many: what the réguas say is due.
    pub(super) devidas: BTreeMap<String, u64>,
    pub(super) pagos: Vec<Pago>,
    /// The company whose window is closed all along.
    pub(super) fechada: Option<Uuid>,
    /// The beginnings of what nobody can read.
    pub(super) venenos: BTreeSet<String>,
}

/// A título that was paid, and how far fences and ledgers were when that was answered.
#[derive(Debug)]
pub(super) struct Pago {
    pub(super) titulo: Uuid,
    pub(super) numero: String,
    pub(super) cerca: i64,
    pub(super) emails: u64,
    pub(super) sms: u64,
}

/// How often each invariant was checked; panics with whatever breaks one.
pub(super) struct Balanco<'c> {
    casa: &'c Casa,
    sql: Sql,
    esperado: &'c Esperado,
    pub(super) conferidas: BTreeMap<&'static str, u64>,
}

impl<'c> Balanco<'c> {
    pub(super) fn new(casa: &'c Casa, esperado: &'c Esperado) -> Self {
        Self { casa, sql: Sql::connect(casa.banco.url()), esperado, conferidas: BTreeMap::new() }
    }

    pub(super) fn check(&mut self, vhost: &Vhost) {
        self.nothing_lost();
        self.nothing_doubled();
        self.nothing_charged_after_payment();
        self.nothing_outside_the_window();
        self.one_at_a_time_and_in_time();
        self.nothing_left_over(vhost);
    }

    fn note(&mut self, lei: &'static str, casos: usize) {
        *self.conferidas.entry(lei).or_default() += u64::try_from(casos).unwrap();
    }

    /// Rows of texts apart by spaces.
    fn rows(&mut self, sql: &str) -> Vec<Vec<String>> {
        self.sql.texts(sql).iter().map(|linha| linha.split(' ').map(str::to_owned).collect()).collect()
    }

    fn none(&mut self, lei: &str, sql: &str) {
        let achadas = self.sql.texts(sql);
        assert!(achadas.is_empty(), "{lei}: {achadas:?}");
    }

    fn nothing_lost(&mut self) {
        let linhas = self.rows(
            "SELECT concat_ws(' ', e.empresa_id, c.codigo_integracao, e.canal, e.inscricao_id IS NULL, count(*)) AS text \
               FROM disparo.execucao e JOIN cadastro.devedor_codigo c USING (empresa_id, devedor_id) \
              GROUP BY e.empresa_id, c.codigo_integracao, e.canal, e.inscricao_id IS NULL",
        );
        let quantas = |linha: &[String]| (linha[..4].join(" "), linha[4].parse().unwrap());
        let achadas: BTreeMap<String, u64> = linhas.iter().map(|linha| quantas(linha)).collect();
        assert_eq!(achadas, self.esperado.devidas, "I1: o que a régua deve e o que há");
        let fechada = self.esperado.fechada.unwrap_or_default();
        let sem_fim = format!(
            "SELECT concat_ws(' ', id, canal, estado, motivo) AS text FROM disparo.execucao \
              WHERE estado IN ('pendente', 'enfileirada', 'enviando') AND empresa_id <> '{fechada}'"
        );
        self.none("I1: sem fim", &sem_fim);
        let total = self.esperado.devidas.values().sum::<u64>();
        self.note("I1  nada se perde (ações)", usize::try_from(total).unwrap());
    }

    fn nothing_doubled(&mut self) {
        let mut copias = copies(self.casa);
        let linhas = self.rows("SELECT concat_ws(' ', id, estado, canal) AS text FROM disparo.execucao");
        for linha in &linhas {
            let aceitas = copias.remove(&linha[0]).unwrap_or_default();
            if !agrees(&linha[1], aceitas) {
                let vida = self.sql.texts(&format!(
                    "SELECT concat_ws(' | ', cerca, fim, montada_em, terminou_em, resposta, provedor_id) AS text \
                       FROM disparo.tentativa WHERE execucao_id = '{}' ORDER BY cerca",
                    linha[0]
                ));
                panic!("I2: {linha:?} tem {aceitas} cópias: {vida:#?}");
            }
        }
        assert!(copias.is_empty(), "I2: mensagens de ninguém: {copias:?}");
        let enviadas = self.casa.caixa.total() + self.casa.operadora.total();
        self.note("I2  nada sai duas vezes (mensagens aceitas)", usize::try_from(enviadas).unwrap());
    }

    /// By the fence: its token is drawn after its títulos were read and locked, so whatever has one that is greater than the last
    /// at the moment of the answer saw the payment.
    fn nothing_charged_after_payment(&mut self) {
        let (emails, sms) = (self.emails(), self.sms());
        let esperado = self.esperado;
        for pago in &esperado.pagos {
            let Pago { titulo, cerca, .. } = pago;
            let depois = format!(
                "SELECT concat_ws(' ', execucao_id, cerca, fim) AS text FROM disparo.tentativa \
                  WHERE '{titulo}' = ANY (titulos) AND cerca > {cerca}"
            );
            self.none("I3: cobrado depois de pago", &depois);
            // And what left without a result: by the last fence of its execution.
            let linhas = self.rows(&format!(
                "SELECT concat_ws(' ', id, canal, cardinality(titulos), duvidosa) AS text FROM disparo.execucao \
                  WHERE '{titulo}' = ANY (titulos) AND cerca > {cerca}"
            ));
            for linha in linhas {
                let de_antes = linha[1] == "sms" && linha[3] == "t"; // given again under the key of before
                let (livro, desde) =
                    if linha[1] == "sms" { (&sms, pago.sms) } else { (&emails, pago.emails) };
                let Some((ordem, texto)) = livro.get(&linha[0]).filter(|_| !de_antes) else { continue };
                let lista = linha[2] == "1" || texto.contains(&pago.numero);
                assert!(!(lista && *ordem >= desde), "I3: {linha:?} cobra {}", pago.numero);
            }
        }
        self.note("I3  nada se cobra depois de pago (pagamentos)", esperado.pagos.len());
    }

    /// Each e-mail by its execution: where it stands in the ledger, and what it says.
    fn emails(&self) -> BTreeMap<String, (u64, String)> {
        let ler = |recebida: &providers::caixa::Recebida| {
            let bytes = recebida.bytes().unwrap();
            let lida = MessageParser::new().parse(&bytes).unwrap();
            let id = lida.message_id().unwrap().split_once('@').unwrap().0.to_owned();
            (id, (recebida.ordem, lida.body_text(0).unwrap().into_owned()))
        };
        self.casa.caixa.recebidas().iter().map(ler).collect()
    }

    fn sms(&self) -> BTreeMap<String, (u64, String)> {
        let recebidas = self.casa.operadora.recebidas();
        recebidas
            .into_iter()
            .map(|recebida| (recebida.chave.unwrap(), (recebida.ordem, recebida.texto)))
            .collect()
    }

    fn nothing_outside_the_window(&mut self) {
        let fechada = self.esperado.fechada.unwrap_or_default();
        let fora = format!(
            "SELECT concat_ws(' ', id, estado, publicar_em) AS text FROM disparo.execucao WHERE empresa_id = '{fechada}' \
                AND (estado <> 'pendente' OR publicar_em < clock_timestamp() + interval '30 minutes' OR cerca IS NOT NULL)"
        );
        self.none("I4: fora da janela", &fora);
        let dela = format!("(SELECT count(*) FROM disparo.execucao WHERE empresa_id = '{fechada}')");
        let quantas = self.sql.number(&dela);
        self.note("I4  nada sai fora da janela (ações que esperam)", usize::try_from(quantas).unwrap());
    }

    /// What was seen while it lasted is in [`one_at_a_time`].
    fn one_at_a_time_and_in_time(&mut self) {
        self.none("I6", ONE_AT_A_TIME);
        self.none(
            "I6: lembrete depois do vencimento",
            "SELECT concat_ws(' ', a.execucao_id, t.vencimento) AS text FROM disparo.tentativa a \
               JOIN disparo.execucao e ON e.empresa_id = a.empresa_id AND e.id = a.execucao_id \
               JOIN cadastro.empresa p ON p.id = e.empresa_id \
               JOIN cadastro.titulo t ON t.empresa_id = a.empresa_id AND t.id = ANY (a.titulos) \
              WHERE e.inscricao_id IS NULL AND a.texto IS NOT NULL \
                AND (a.montada_em AT TIME ZONE p.fuso)::date > t.vencimento",
        );
        let lembretes =
            "(SELECT count(*) FROM disparo.execucao WHERE inscricao_id IS NULL AND estado = 'enviada')";
        let lembretes = self.sql.number(lembretes);
        self.note("I6  um por vez, e lembrete em dia (lembretes)", usize::try_from(lembretes).unwrap());
    }

    fn nothing_left_over(&mut self, vhost: &Vhost) {
        self.none(
            "I13: parado",
            "SELECT concat_ws(' ', id, estado) AS text FROM disparo.execucao \
              WHERE estado IN ('enfileirada', 'enviando') OR (estado = 'pendente' AND publicar_em <= clock_timestamp())",
        );
        for fila in ["dispatcher.email", "dispatcher.sms"] {
            assert_eq!(vhost.depth(fila), 0, "I13: {fila}");
        }
        let mortas: BTreeSet<String> = buried(vhost).into_iter().collect();
        assert_eq!(mortas, self.esperado.venenos, "I13: mensagens mortas e venenos");
        self.note("I13 nada fica parado (venenos, todos de lado)", mortas.len());
    }
}

/// Two messages of a channel on their way to one debtor.
pub(super) const ONE_AT_A_TIME: &str = "SELECT concat_ws(' ', devedor_id, canal, count(*)) AS text FROM disparo.execucao \
      WHERE estado = 'enviando' GROUP BY empresa_id, devedor_id, canal HAVING count(*) > 1";
