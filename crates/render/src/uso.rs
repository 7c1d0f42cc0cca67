//! What a coringa becomes after its modifiers.

use domain::coringas::{Modificador, Uso, capitalizado, extenso};

use crate::RenderError;
use crate::valores::{Valor, Valores};

/// What stands in the place of a coringa.
pub(crate) enum Resolvido {
    /// Words on one line.
    Linha(String),
    /// The list, of at most so many lines where the text says so.
    Lista { max: Option<usize> },
}

/// A value on its way through the modifiers.
enum Andando {
    /// None so far: only `padrao` helps.
    Nenhum,
    /// As it was given.
    Valor(Valor),
    /// As it is written already.
    Linha(String),
}

/// Rule r11: the value with its modifiers, from left to right.
///
/// # Errors
/// When there is none, and no `padrao`.
pub(crate) fn resolve(uso: &Uso, valores: &Valores) -> Result<Resolvido, RenderError> {
    let sem_valor = || RenderError::SemValor(uso.coringa());
    let valor = valores.get(uso.coringa());
    if let Some(Valor::Lista(_)) = valor {
        return Ok(Resolvido::Lista { max: uso.modificadores().iter().find_map(limit) });
    }
    let inicio = match valor {
        Some(valor) if valor.em_linha().is_some() => Andando::Valor(valor.clone()),
        Some(_) | None => Andando::Nenhum,
    };
    let fim = uso.modificadores().iter().fold(inicio, apply);
    fim.em_linha().map(Resolvido::Linha).ok_or_else(sem_valor)
}

fn apply(andando: Andando, modificador: &Modificador) -> Andando {
    let change = |andando: Andando, change: &dyn Fn(&str) -> String| match andando.em_linha() {
        Some(linha) => Andando::Linha(change(&linha)),
        None => Andando::Nenhum,
    };
    match modificador {
        Modificador::Maiusculo => change(andando, &str::to_uppercase),
        Modificador::Minusculo => change(andando, &str::to_lowercase),
        Modificador::Capitalizado => change(andando, &capitalizado),
        Modificador::Max(quantos) => change(andando, &|linha| cut(linha, usize::from(*quantos))),
        Modificador::Extenso => in_words(andando),
        Modificador::Padrao(padrao) => match andando {
            Andando::Nenhum => Andando::Linha(padrao.clone()),
            ha @ (Andando::Valor(_) | Andando::Linha(_)) => ha,
        },
    }
}

fn in_words(andando: Andando) -> Andando {
    match andando {
        Andando::Valor(Valor::Dinheiro(valor)) => Andando::Linha(extenso::reais(valor)),
        Andando::Valor(Valor::Inteiro(quantos)) => Andando::Linha(extenso::inteiro(quantos)),
        Andando::Valor(Valor::Data(data)) => Andando::Linha(extenso::data(data)),
        // The grammar lets none of these come here.
        outro @ (Andando::Nenhum | Andando::Linha(_) | Andando::Valor(Valor::Texto(_) | Valor::Lista(_))) => {
            outro
        }
    }
}

impl Andando {
    fn em_linha(self) -> Option<String> {
        match self {
            Self::Nenhum => None,
            Self::Valor(valor) => valor.em_linha(),
            Self::Linha(linha) => Some(linha),
        }
    }
}

fn limit(modificador: &Modificador) -> Option<usize> {
    match modificador {
        Modificador::Max(quantos) => Some(usize::from(*quantos)),
        Modificador::Maiusculo
        | Modificador::Minusculo
        | Modificador::Capitalizado
        | Modificador::Extenso
        | Modificador::Padrao(_) => None,
    }
}

fn cut(linha: &str, quantos: usize) -> String {
    let cortada: String = linha.chars().take(quantos).collect();
    cortada.trim_end().to_owned()
}
