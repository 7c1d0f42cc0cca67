//! What can happen to a debtor: the kinds of entry of its timeline.

use crate::codigo::codigos;

codigos! {
    /// What happened.
    pub enum TipoAcontecimento("tipo") {
        /// A título of it came.
        TituloRecebido = "titulo_recebido",
        /// Something of a título changed.
        TituloAlterado = "titulo_alterado",
        /// A payment was booked.
        Pagamento = "pagamento",
        /// A payment was taken back.
        Estorno = "estorno",
        /// A negotiation was made (rule k01).
        NegociacaoFeita = "negociacao_feita",
        /// Its first instalment was paid (rule k03).
        NegociacaoConfirmada = "negociacao_confirmada",
        /// It was broken.
        NegociacaoQuebrada = "negociacao_quebrada",
        /// It was cancelled (rules k05 to k07).
        NegociacaoCancelada = "negociacao_cancelada",
        /// Somebody spoke with it, or tried to.
        Contato = "contato",
        /// It asked not to be reached by a channel.
        OptOut = "opt_out",
        /// It entered a régua.
        InscricaoAberta = "inscricao_aberta",
        /// It left a régua.
        InscricaoEncerrada = "inscricao_encerrada",
        /// A régua decided an action.
        AcaoDecidida = "acao_decidida",
        /// A provider was called.
        Tentativa = "tentativa",
        /// The provider told what became of a message.
        Recibo = "recibo",
        /// A person sent an execution back to the start, or said what became of it.
        Intervencao = "intervencao",
        /// A letter was composed, printed, posted, or came back (rule c04).
        Carta = "carta",
        /// A provider answered how else it can be reached (rule b22).
        Consulta = "consulta",
        /// An entry at a credit bureau was asked for, or moved on.
        Negativacao = "negativacao",
    }
}
