//! Proposals: what may be agreed over a debt, within a policy.

use super::parcelas::{Parcela, Parcelas, ParcelasInvalidas, parcelar_com_juros, vencimentos};
use super::politica::Politica;
use crate::dinheiro::Centavos;
use crate::percentual::Percentual;
use chrono::NaiveDate;
use thiserror::Error;

/// What is owed on the day of a proposal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Divida {
    /// Without charges.
    pub principal: Centavos,
    /// Fine, interest and correction.
    pub encargos: Centavos,
}

/// What is taken off a debt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Desconto {
    /// Of its charges.
    pub encargos: Centavos,
    /// Of its principal.
    pub principal: Centavos,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pedido {
    /// Instalments, the entry among them.
    pub quantidade: u16,
    /// The first payment, when it differs from the others; `None` is the least that the policy wants.
    pub entrada: Option<Centavos>,
    /// What is taken off; `None` is the most that the policy gives.
    pub desconto: Option<Centavos>,
    /// When the first payment falls due.
    pub primeiro_vencimento: NaiveDate,
}

/// What two sides agree on: `divida - desconto + juros` in `parcelas`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acordo {
    /// What was owed.
    pub divida: Divida,
    /// What is taken off it.
    pub desconto: Desconto,
    /// What the instalments add to it.
    pub juros: Centavos,
    /// How it is paid.
    pub parcelas: Parcelas,
    /// Whether the first payment is an entry.
    pub com_entrada: bool,
}

/// How a request passes the limits of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ForaDaPolitica {
    /// Too many instalments, or none.
    #[error("a política permite de 1 a {0} parcelas")]
    Quantidade(u16),
    /// More than may be taken off.
    #[error("o desconto máximo é {0}")]
    Desconto(Centavos),
    /// Less than the first payment must be.
    #[error("a entrada mínima é {0}")]
    EntradaMinima(Centavos),
    /// A single payment has no entry, nor does one that pays everything leave instalments.
    #[error("a entrada deve ser menor que o valor acordado e ter ao menos uma parcela depois dela")]
    Entrada,
    /// An instalment would be too small.
    #[error("a parcela mínima é {0}")]
    ParcelaMinima(Centavos),
    /// The first payment would fall due too early or too late.
    #[error("o primeiro vencimento deve ser de {0} a {1}")]
    PrimeiroVencimento(NaiveDate, NaiveDate),
    /// The calendar ends before the instalments do.
    #[error(transparent)]
    Parcelas(#[from] ParcelasInvalidas),
}

impl Divida {
    /// Everything that is owed.
    #[must_use]
    pub fn total(&self) -> Centavos {
        [self.principal, self.encargos].into_iter().sum()
    }
}

impl Desconto {
    /// Everything that is taken off.
    #[must_use]
    pub fn total(&self) -> Centavos {
        [self.principal, self.encargos].into_iter().sum()
    }
}

/// The agreement that a request of the day `em`, to be paid from `hoje` on, comes to: the discount is taken off the charges
/// first and off the principal then, each within its limit.
///
/// # Errors
/// The limits that it passes.
pub fn propor(
    divida: Divida,
    politica: &Politica,
    pedido: &Pedido,
    (em, hoje): (NaiveDate, NaiveDate),
) -> Result<Acordo, Vec<ForaDaPolitica>> {
    let (de, ate) = (em.max(hoje), politica.primeiro_vencimento_ate(em));
    let no_prazo = (de..=ate).contains(&pedido.primeiro_vencimento);
    let na_conta = (1..=politica.max_parcelas).contains(&pedido.quantidade);
    let mut erros = Vec::new();
    erros.extend((!no_prazo).then_some(ForaDaPolitica::PrimeiroVencimento(de, ate)));
    erros.extend((!na_conta).then_some(ForaDaPolitica::Quantidade(politica.max_parcelas)));
    match discount(divida, politica, pedido).and_then(|desconto| agree(divida, desconto, politica, pedido)) {
        Ok(acordo) if erros.is_empty() => Ok(acordo),
        feito => {
            erros.extend(feito.err());
            Err(erros)
        }
    }
}

/// Every agreement that the policy allows with this request, whatever it says of the number of instalments.
#[must_use]
pub fn opcoes(
    divida: Divida,
    politica: &Politica,
    pedido: &Pedido,
    datas: (NaiveDate, NaiveDate),
) -> Vec<Acordo> {
    let com = |quantidade| propor(divida, politica, &Pedido { quantidade, ..*pedido }, datas).ok();
    (1..=politica.max_parcelas).filter_map(com).collect()
}

fn discount(divida: Divida, politica: &Politica, pedido: &Pedido) -> Result<Desconto, ForaDaPolitica> {
    let limites = politica.descontos(pedido.quantidade);
    let maximo = Desconto {
        encargos: limites.encargos.de(divida.encargos),
        principal: limites.principal.de(divida.principal),
    };
    let Some(pedido) = pedido.desconto else { return Ok(maximo) };
    if pedido > maximo.total() {
        return Err(ForaDaPolitica::Desconto(maximo.total()));
    }
    let encargos = pedido.min(maximo.encargos);
    Ok(Desconto { encargos, principal: minus(pedido, encargos) })
}

fn agree(
    divida: Divida,
    desconto: Desconto,
    politica: &Politica,
    pedido: &Pedido,
) -> Result<Acordo, ForaDaPolitica> {
    let valor = minus(divida.total(), desconto.total());
    let n = pedido.quantidade.min(politica.max_parcelas).max(1);
    let (entrada, juros) = if n > 1 {
        (entry(valor, politica, pedido.entrada)?, politica.juros_ao_mes)
    } else if pedido.entrada.is_none() {
        (None, Percentual::ZERO)
    } else {
        return Err(ForaDaPolitica::Entrada);
    };
    let minima = if n > 1 { politica.parcela_minima } else { Centavos::ZERO };
    let resto = minus(valor, entrada.unwrap_or_default());
    let iguais = parcelar_com_juros(resto, n - u16::from(entrada.is_some()), juros)
        .filter(|iguais| iguais.iter().all(|parcela| *parcela >= minima))
        .ok_or(ForaDaPolitica::ParcelaMinima(politica.parcela_minima))?;
    let valores = entrada.into_iter().chain(iguais);
    let parcelas: Vec<_> = vencimentos(pedido.primeiro_vencimento, n)
        .into_iter()
        .zip(valores)
        .map(|(vencimento, valor)| Parcela { vencimento, valor })
        .collect();
    let acordado = parcelas.iter().map(|parcela| parcela.valor).sum();
    Ok(Acordo {
        divida,
        desconto,
        juros: minus(acordado, valor),
        com_entrada: entrada.is_some(),
        parcelas: Parcelas::new(acordado, parcelas)?,
    })
}

/// What is paid first, if anything is.
fn entry(
    valor: Centavos,
    politica: &Politica,
    pedida: Option<Centavos>,
) -> Result<Option<Centavos>, ForaDaPolitica> {
    let minima = politica.entrada_minima.ao_menos_de(valor);
    let entrada = pedida.unwrap_or(minima);
    if entrada < minima {
        return Err(ForaDaPolitica::EntradaMinima(minima));
    }
    if entrada >= valor {
        return Err(ForaDaPolitica::Entrada);
    }
    Ok(Some(entrada).filter(|entrada| *entrada > Centavos::ZERO))
}

fn minus(a: Centavos, b: Centavos) -> Centavos {
    Centavos::new(a.get() - b.get())
}

#[cfg(test)]
mod limites;

#[cfg(test)]
mod tests;
