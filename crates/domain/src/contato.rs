//! Contacts: somebody of the company spoke, or tried to speak, with a debtor.

use chrono::TimeDelta;

use crate::codigo::codigos;

codigos! {
    /// How a debtor was contacted.
    pub enum CanalContato("canal") {
        /// A call, made or taken.
        Telefone = "telefone",
        /// A conversation there.
        Whatsapp = "whatsapp",
        /// Letters from person to person, not what a régua sends.
        Email = "email",
        /// The same.
        Sms = "sms",
        /// The same.
        Carta = "carta",
        /// At a counter, or at the debtor's.
        Presencial = "presencial",
        /// The company's site or app.
        Portal = "portal",
        /// Any other.
        Outro = "outro",
    }
}

codigos! {
    /// What a message that came back says of the address it went to.
    pub enum Devolucao("devolucao") {
        /// There is no such mailbox.
        Definitiva = "definitiva",
        /// It did not take it this time.
        Temporaria = "temporaria",
        /// Nothing: it was refused for what it is, or for who sends it.
        Alheia = "alheia",
    }
}

/// So many messages that came back for the time being, within [`PRAZO_DEVOLUCOES`], are an address that is none any more.
pub const MAX_TEMPORARIAS: i64 = 3;

/// Within which they are counted together.
pub const PRAZO_DEVOLUCOES: TimeDelta = TimeDelta::days(15);

/// Whether an address is used no more, with one more message that came back and `temporarias` of the kind, this one included.
#[must_use]
pub fn endereco_perdido(devolucao: Devolucao, temporarias: i64) -> bool {
    match devolucao {
        Devolucao::Definitiva => true,
        Devolucao::Temporaria => temporarias >= MAX_TEMPORARIAS,
        Devolucao::Alheia => false,
    }
}

/// The words by which somebody who was sent a message says that he wants no more.
const SAIDAS: [&str; 8] = ["sair", "sai", "pare", "parar", "stop", "cancelar", "remover", "descadastrar"];

/// Whether an answer to a message asks for no more of them: its first word says so, however it is written. What only begins
/// like such a word ("parece que paguei") does not.
#[must_use]
pub fn pede_para_sair(resposta: &str) -> bool {
    let primeira = resposta.split(|c: char| !c.is_alphabetic()).find(|palavra| !palavra.is_empty());
    primeira.is_some_and(|palavra| SAIDAS.contains(&palavra.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_given_up_for_good_at_once_and_for_the_time_being_at_the_third() {
        use Devolucao::{Alheia, Definitiva, Temporaria};
        for (devolucao, temporarias, perdido) in [
            (Definitiva, 0, true),
            (Temporaria, 1, false),
            (Temporaria, 2, false),
            (Temporaria, 3, true),
            (Alheia, 99, false),
        ] {
            assert_eq!(endereco_perdido(devolucao, temporarias), perdido, "{devolucao:?} {temporarias}");
        }
    }

    #[test]
    fn the_first_word_says_whether_somebody_wants_no_more() {
        for sai in [
            "SAIR",
            "sair.",
            "  Pare!",
            "\"PARAR\"",
            "stop",
            "Pare de me mandar isso",
            "1) cancelar",
            "SAIR\r\n",
        ] {
            assert!(pede_para_sair(sai), "{sai:?}");
        }
        for fica in [
            "",
            "  ",
            "Parece que paguei",
            "não quero sair de casa",
            "ok",
            "saír",
            "123",
            "🙂",
            "comprovante",
        ] {
            assert!(!pede_para_sair(fica), "{fica:?}");
        }
    }
}
