//! Executions: one action for one debtor, from decided to done.

mod disjuntor;
mod envio;
mod estado;
mod irmas;
mod motivo;
mod repeticao;
mod taxa;
mod veredito;

use crate::codigo::codigos;
use crate::regua::MotivoEncerramento;

pub use disjuntor::{Disjuntor, Passe};
pub use envio::{Envio, Fonte, PedidoEnvio, VALIDADE, avaliar_envio, madura_em};
pub use estado::{Estado, Evento};
pub use irmas::irma;
pub use repeticao::{MAX_TENTATIVAS, proxima_tentativa};
pub use taxa::{Promessa, Taxa};
pub use veredito::{Desfecho, Tentativa, Veredito, julgar};

codigos! {
    /// How an action reaches the debtor, or what it does instead (rule r01).
    pub enum Canal("canal") {
        /// E-mail.
        Email = "email",
        /// Text message.
        Sms = "sms",
        /// Printed letter.
        Carta = "carta",
        /// Looks up new contacts of the debtor.
        Enriquecimento = "enriquecimento",
        /// Lists the debtor at a credit bureau.
        Negativacao = "negativacao",
    }
}

impl Canal {
    /// Rule r09: whether an action on it needs a text.
    #[must_use]
    pub const fn exige_conteudo(self) -> bool {
        match self {
            Self::Email | Self::Sms | Self::Carta => true,
            Self::Enriquecimento | Self::Negativacao => false,
        }
    }

    /// Rule l09: whether a `D-` position may use it.
    #[must_use]
    pub const fn lembra(self) -> bool {
        match self {
            Self::Email | Self::Sms => true,
            Self::Carta | Self::Enriquecimento | Self::Negativacao => false,
        }
    }

    /// Rule j07: whether it waits for the sending window.
    #[must_use]
    pub const fn obedece_janela(self) -> bool {
        match self {
            Self::Email | Self::Sms => true,
            Self::Carta | Self::Enriquecimento | Self::Negativacao => false,
        }
    }
}

codigos! {
    /// Why an execution did not go out. The codes are stable: people and programs read them.
    pub enum Motivo("motivo") {
        /// The debtor is held to be dead (rule G19).
        DevedorFalecido = "devedor_falecido",
        /// The título was paid.
        TituloPago = "titulo_pago",
        /// The título was cancelled.
        TituloCancelado = "titulo_cancelado",
        /// The título was suspended.
        TituloSuspenso = "titulo_suspenso",
        /// The título entered a negotiation.
        TituloNegociado = "titulo_negociado",
        /// The due date moved: the título is not overdue any more.
        TituloAVencer = "titulo_a_vencer",
        /// The due date of a reminder has passed (rule l07).
        LembreteVencido = "lembrete_vencido",
        /// The execution is about no título at all.
        SemTitulo = "sem_titulo",
        /// The debtor has no usable contact of the channel (rule m11).
        SemContato = "sem_contato",
        /// The debtor has no address that a letter reaches (rules b10, c03).
        SemEndereco = "sem_endereco",
        /// The debtor has no CPF or CNPJ (rule b10).
        SemDocumento = "sem_documento",
        /// No account at a bureau is there for the creditor.
        SemCredencial = "sem_credencial",
        /// Too recent a debt to be included at a bureau (rules b21, G17).
        ForaDoPrazoMinimo = "fora_do_prazo_minimo",
        /// Too old a debt to be included at a bureau (rules b21, G18).
        ForaDoPrazoMaximo = "fora_do_prazo_maximo",
        /// Too small a debt to be included at a bureau (rule G22).
        ValorMinimo = "valor_minimo",
        /// It has an entry at the bureau already (rule G24).
        JaNegativado = "ja_negativado",
        /// A CNPJ with letters, where the bureau's layout has room for digits only.
        DocumentoAlfanumerico = "documento_alfanumerico",
        /// The creditor and the debtor are one.
        CredorEDevedor = "credor_e_devedor",
        /// The law of the debtor's state forbids the entry (rule G23).
        UfVedada = "uf_vedada",
        /// A provider was asked about the debtor a short while ago (rule b22).
        ConsultadoRecentemente = "consultado_recentemente",
        /// What queries may cost in a month is spent.
        LimiteDeGasto = "limite_de_gasto",
        /// A coringa of the text has no value for this debtor (rule r11).
        CoringaSemValor = "coringa_sem_valor",
        /// The régua was deactivated (rule v03).
        ReguaInativa = "regua_inativa",
        /// The régua was archived (rule v04).
        ReguaArquivada = "regua_arquivada",
        /// The position or the action was removed from the régua (rule r04).
        PosicaoRemovida = "posicao_removida",
        /// The batch action was cancelled (rule b23).
        LoteCancelado = "lote_cancelado",
        /// The debtor moved to another régua (rule g04).
        Migracao = "migracao",
        /// The régua no longer takes the debtor.
        PerfilPerdido = "perfil_perdido",
        /// The régua changed its mode (rule r12).
        ModoAlterado = "modo_alterado",
        /// The rendered message cannot be written as the channel asks (a line break in the subject, a
        /// malformed address).
        MensagemInvalida = "mensagem_invalida",
        /// The provider refused it for good.
        RecusaDoProvedor = "recusa_do_provedor",
        /// Every attempt failed.
        TentativasEsgotadas = "tentativas_esgotadas",
        /// The provider may or may not have accepted it; never resent blindly.
        ResultadoDesconhecido = "resultado_desconhecido",
        /// It could not leave for so long that it would say something stale.
        Validade = "validade",
        /// The provider told that it did not reach the debtor.
        NaoEntregue = "nao_entregue",
        /// The provider took it, and could not say or never said what was asked.
        SemResposta = "sem_resposta",
        /// A person said that it did not leave.
        NaoEnviada = "nao_enviada",
    }
}

impl Motivo {
    /// Why what an enrolment had not sent when it closed is called off (rule g04); `None` when that is for the
    /// títulos of each execution to say.
    #[must_use]
    pub const fn da_inscricao(motivo: MotivoEncerramento) -> Option<Self> {
        match motivo {
            MotivoEncerramento::SemTitulo => None,
            MotivoEncerramento::Migracao => Some(Self::Migracao),
            MotivoEncerramento::PerfilPerdido => Some(Self::PerfilPerdido),
            MotivoEncerramento::ModoAlterado => Some(Self::ModoAlterado),
            MotivoEncerramento::ReguaArquivada => Some(Self::ReguaArquivada),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde::de::value::{Error, StrDeserializer};

    #[test]
    fn a_code_is_read_and_written_in_one_spelling() {
        let lido = |codigo| Canal::deserialize(StrDeserializer::<Error>::new(codigo));
        for canal in Canal::TODOS {
            assert_eq!(lido(canal.as_str()), Ok(*canal));
            assert_eq!(Canal::parse(&canal.to_string()), Ok(*canal));
        }
        let erro = lido("fax").unwrap_err().to_string();
        let aceitos = "email, sms, carta, enriquecimento, negativacao";
        assert_eq!(erro, format!("valor desconhecido para canal; aceitos: {aceitos}"));
    }

    #[test]
    fn r09_l09_j07_what_each_channel_needs() {
        let sao = |quais: fn(Canal) -> bool| -> Vec<_> {
            Canal::TODOS.iter().copied().filter(|canal| quais(*canal)).collect()
        };
        assert_eq!(sao(Canal::exige_conteudo), [Canal::Email, Canal::Sms, Canal::Carta]);
        assert_eq!(sao(Canal::lembra), [Canal::Email, Canal::Sms]);
        assert_eq!(sao(Canal::obedece_janela), [Canal::Email, Canal::Sms]);
    }
}
