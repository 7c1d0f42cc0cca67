//! Where each título stands.

use super::modelo::{SobreInscricao, SobreTitulo};
use super::razao::Razao;
use crate::ids::{ReguaId, TituloId};
use crate::regua::decide::Caso;
use crate::regua::inscricao::Caminhada;
use crate::regua::modelo::{EstadoRegua, Regua};
use crate::titulo::{Negociacao, StatusTitulo, Titulo, ordenar_por_referencia};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Every título of the debtor, the reference first.
pub(super) fn titulos(
    caso: Caso<'_>,
    inscricoes: &BTreeMap<ReguaId, Vec<SobreInscricao>>,
) -> Vec<SobreTitulo> {
    let onde = Onde::new(caso, inscricoes);
    let mut titulos: Vec<&Titulo> = caso.devedor.titulos.iter().collect();
    ordenar_por_referencia(&mut titulos, caso.regras);
    titulos.into_iter().map(|titulo| sobre(caso, titulo, &onde)).collect()
}

/// Who holds what, before and after the night.
struct Onde {
    antes: BTreeMap<TituloId, ReguaId>,
    depois: BTreeMap<TituloId, (ReguaId, Option<NaiveDate>)>,
}

impl Onde {
    fn new(caso: Caso<'_>, inscricoes: &BTreeMap<ReguaId, Vec<SobreInscricao>>) -> Self {
        let (mut antes, mut depois) = (BTreeMap::new(), BTreeMap::new());
        let agora = |uma: &&SobreInscricao| uma.abre_em.is_none_or(|em| em == caso.hoje);
        for uma in inscricoes.values().flatten().filter(agora) {
            if let Some(inscricao) = &uma.antes {
                antes.extend(inscricao.titulos.iter().map(|titulo| (*titulo, inscricao.regua)));
            }
            if let Some(inscricao) = &uma.depois {
                let desde = match inscricao.caminhada {
                    Caminhada::Congelada { desde, .. } => Some(desde),
                    Caminhada::Andando { .. } | Caminhada::Final { .. } => None,
                };
                depois.extend(inscricao.titulos.iter().map(|titulo| (*titulo, (inscricao.regua, desde))));
            }
        }
        Self { antes, depois }
    }
}

fn sobre(caso: Caso<'_>, titulo: &Titulo, onde: &Onde) -> SobreTitulo {
    let (regua, desde) = onde.depois.get(&titulo.id).copied().unzip();
    let razao = razao(caso, titulo, onde, regua);
    let vencimento_efetivo = titulo.vencimento_efetivo(caso.regras);
    SobreTitulo {
        titulo: titulo.id,
        razao,
        vencimento_efetivo,
        regua,
        desde: desde.flatten(),
        ate: if razao == Razao::AVencer {
            vencimento_efetivo.succ_opt()
        } else {
            titulo.vira_em(caso.hoje, caso.regras)
        },
    }
}

fn razao(caso: Caso<'_>, titulo: &Titulo, onde: &Onde, regua: Option<ReguaId>) -> Razao {
    match titulo.status_em(caso.hoje, caso.regras) {
        StatusTitulo::Pago => Razao::Pago,
        StatusTitulo::Cancelado => Razao::Cancelado,
        StatusTitulo::Suspenso => Razao::Suspenso,
        StatusTitulo::Negociado if titulo.negociacao == Some(Negociacao::Confirmada) => {
            Razao::AcordoConfirmado
        }
        StatusTitulo::Negociado => Razao::Negociado,
        StatusTitulo::Aberto if titulo.cobravel(caso.hoje, caso.regras) => {
            cobravel(caso, onde.antes.get(&titulo.id).copied(), regua)
        }
        StatusTitulo::Aberto if titulo.vencido(caso.hoje, caso.regras) => Razao::NaoConfirmada,
        StatusTitulo::Aberto => Razao::AVencer,
    }
}

fn cobravel(caso: Caso<'_>, antes: Option<ReguaId>, depois: Option<ReguaId>) -> Razao {
    let Some(depois) = depois else { return Razao::SemRegua };
    let estado = caso.reguas.get(depois).map(Regua::estado);
    match antes {
        _ if estado != Some(EstadoRegua::Ativa) => Razao::ReguaInativa,
        Some(antes) if antes == depois => Razao::NaRegua,
        Some(_) => Razao::Migra,
        None => Razao::Entra,
    }
}
