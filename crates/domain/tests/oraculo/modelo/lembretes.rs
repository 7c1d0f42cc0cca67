//! Reminders (rules §7).

use super::Modelo;
use crate::calendario::Dia;
use crate::eventos::{Evento, Eventos};
use crate::mundo::{Estado, Mundo, Posicao, Quando, Regua, Status, Titulo};
use crate::quadro::Disparo;
use std::collections::BTreeMap;

impl Modelo {
    /// Each título that is not yet past its date looks for its position by itself; then those of the same
    /// position share a message.
    pub(super) fn lembrar(&mut self, mundo: &Mundo, hoje: Dia, eventos: &mut Eventos) -> Vec<Disparo> {
        let mut mensagens: BTreeMap<(u32, u32), Vec<(u32, Dia)>> = BTreeMap::new();
        for titulo in &mundo.titulos {
            let Some((regua, posicao, dias)) = lembrete_de(mundo, titulo, hoje) else { continue };
            if self.lembrados.insert((posicao.id, titulo.id)) {
                let devida_em = titulo.vencimento - dias;
                mensagens.entry((regua.id, posicao.id)).or_default().push((titulo.id, devida_em));
                let parcela = titulo.parcela_de.is_some_and(|acordo| !mundo.acordos[acordo].confirmado);
                eventos.viu(Evento::Lembrete);
                eventos.viu_se(devida_em < hoje, Evento::LembreteAtrasado);
                eventos.viu_se(parcela, Evento::LembreteDeParcelaNaoConfirmada);
            }
        }
        let mut acoes = Vec::new();
        for ((regua, posicao), lembrados) in mensagens {
            let titulos: Vec<_> = lembrados.iter().map(|(titulo, _)| *titulo).collect();
            let devida_em = lembrados.iter().map(|(_, devida_em)| *devida_em).min().unwrap();
            let titulo = mundo.referencia(&titulos);
            eventos.viu_se(titulos.len() > 1, Evento::LembreteDeVariosTitulos);
            let posicoes = &mundo.regua(regua).posicoes;
            for acao in &posicoes.iter().find(|existente| existente.id == posicao).unwrap().acoes {
                let titulos = titulos.clone();
                acoes.push(Disparo { regua, posicao, acao: *acao, de: None, titulo, titulos, devida_em });
            }
        }
        acoes
    }
}

/// The tightest position whose date has come, of the first active régua that the título is for.
fn lembrete_de<'m>(mundo: &'m Mundo, titulo: &Titulo, hoje: Dia) -> Option<(&'m Regua, &'m Posicao, i64)> {
    if mundo.status(titulo, hoje) != Status::Aberto || hoje > titulo.vencimento {
        return None;
    }
    let regua = mundo.em_ordem().into_iter().find(|regua| {
        let minimo = regua.criterios.valor_minimo.unwrap_or(0);
        regua.estado == Estado::Ativa && mundo.atende(&regua.criterios, titulo) && titulo.saldo >= minimo
    })?;
    let chegaram = regua.posicoes.iter().filter_map(|posicao| match posicao.quando {
        Quando::Antes(dias) if titulo.vencimento - hoje <= dias && !posicao.acoes.is_empty() => {
            Some((regua, posicao, dias))
        }
        Quando::Antes(_) | Quando::Depois(_) | Quando::Volta(..) => None,
    });
    chegaram.min_by_key(|(_, _, dias)| *dias)
}
