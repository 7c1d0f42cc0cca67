//! What a night shows to whoever looks at it: the one thing on which the model and the engine must agree.

use crate::calendario::{Dia, escrever};
use std::fmt;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Quadro {
    pub(crate) acoes: Vec<Disparo>,
    pub(crate) vivas: Vec<Viva>,
    pub(crate) encerradas: Vec<Encerrada>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Disparo {
    pub(crate) regua: u32,
    pub(crate) posicao: u32,
    pub(crate) acao: u32,
    /// Who walks, since when and in which turn; none of a reminder.
    pub(crate) de: Option<(Quem, u32)>,
    /// The reference.
    pub(crate) titulo: u32,
    pub(crate) titulos: Vec<u32>,
    pub(crate) devida_em: Dia,
}

/// An enrolment by what names it: its régua, its título when one walks by itself, and its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Quem {
    pub(crate) regua: u32,
    pub(crate) titulo: Option<u32>,
    pub(crate) entrada: Dia,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Viva {
    pub(crate) quem: Quem,
    pub(crate) ciclo: u32,
    pub(crate) onde: Onde,
    pub(crate) titulos: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Onde {
    Andando,
    Congelada,
    Final,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Encerrada {
    pub(crate) quem: Quem,
    pub(crate) motivo: &'static str,
}

impl Quadro {
    /// The same, in the one order in which equal ones are equal.
    pub(crate) fn em_ordem(mut self) -> Self {
        self.acoes.iter_mut().for_each(|acao| acao.titulos.sort_unstable());
        self.vivas.iter_mut().for_each(|viva| viva.titulos.sort_unstable());
        self.acoes.sort_unstable();
        self.vivas.sort_unstable();
        self.encerradas.sort_unstable();
        self
    }
}

impl fmt::Display for Quadro {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Disparo { regua, posicao, acao, de, titulo, titulos, devida_em } in &self.acoes {
            let devida_em = escrever(*devida_em);
            let de = de.map_or("lembrete".to_owned(), |(quem, ciclo)| format!("{quem}, ciclo {ciclo}"));
            writeln!(
                f,
                "    régua {regua} posição {posicao} ação {acao}: {titulos:?}, referência {titulo}, devida em {devida_em} ({de})"
            )?;
        }
        for Viva { quem, ciclo, onde, titulos } in &self.vivas {
            writeln!(f, "    {quem}: {onde:?}, ciclo {ciclo}, títulos {titulos:?}")?;
        }
        for Encerrada { quem, motivo } in &self.encerradas {
            writeln!(f, "    {quem}: encerrada por {motivo}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Quem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alvo = self.titulo.map_or("devedor".to_owned(), |titulo| format!("título {titulo}"));
        write!(f, "{alvo} na régua {} desde {}", self.regua, escrever(self.entrada))
    }
}
