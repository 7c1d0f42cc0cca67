//! One night of a simulation.

use chrono::NaiveDate;
use domain::execucao::Canal;
use domain::ids::{PosicaoId, ReguaId};
use domain::regua::{Apuracao, MotivoEncerramento, Quantos};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use web::esquema;

use super::detalhe::Detalhe;
use super::{AcoesPorCanal, Contagem, Nomeada, Nomes, by_channel};

/// Uma noite.
#[derive(Serialize, ToSchema)]
#[schema(as = DiaSimulado)]
pub(super) struct Dia {
    /// Data.
    #[schema(example = "2026-03-11")]
    data: NaiveDate,
    /// Ações da noite, por canal.
    acoes: Vec<AcoesPorCanal>,
    /// O que acontece em cada régua; vazio se `detalhe` é `canais`.
    reguas: Vec<ReguaNoDia>,
}

/// Uma régua numa noite.
#[derive(Serialize, ToSchema)]
struct ReguaNoDia {
    /// Régua.
    regua_id: Uuid,
    /// Quem entra.
    entram: Contagem,
    /// Quem sai, por motivo.
    saem: Vec<Saida>,
    /// Quem migra, por destino; também conta em `saem`, e em `entram` do destino.
    migram: Vec<Migracao>,
    /// Ações por posição e canal; só por canal se `detalhe` é `reguas`.
    acoes: Vec<AcoesDaPosicao>,
}

/// Quem sai por um motivo.
#[derive(Serialize, ToSchema)]
struct Saida {
    /// Por quê.
    #[schema(example = "migracao")]
    motivo: &'static str,
    /// Quantos.
    #[serde(flatten)]
    quantos: Contagem,
}

/// Quem migra para uma régua.
#[derive(Serialize, ToSchema)]
#[schema(as = MigracaoSimulada)]
struct Migracao {
    /// Para onde.
    para_regua_id: Uuid,
    /// Quantos.
    #[serde(flatten)]
    quantos: Contagem,
}

/// Ações de uma posição por um canal.
#[derive(Serialize, ToSchema)]
struct AcoesDaPosicao {
    /// Posição.
    #[serde(skip_serializing_if = "Option::is_none")]
    posicao_id: Option<Uuid>,
    /// O dia da posição.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "D+6")]
    posicao: Option<String>,
    /// Canal.
    #[schema(value_type = esquema::Canal, example = "email")]
    canal: &'static str,
    /// Quantas.
    #[schema(example = 30)]
    acoes: u64,
}

impl Dia {
    pub(super) fn new(apuracao: &Apuracao, data: NaiveDate, nomes: &Nomes, detalhe: Detalhe) -> Self {
        let reguas = nomes.iter().filter(|_| detalhe != Detalhe::Canais);
        let regua =
            |(id, nomeada): (&ReguaId, &Nomeada)| ReguaNoDia::new(apuracao, (data, *id), nomeada, detalhe);
        Self {
            data,
            acoes: by_channel(acoes_do_dia(apuracao, data).map(|((_, _, _, canal), n)| (*canal, *n))),
            reguas: reguas.filter_map(regua).collect(),
        }
    }
}

fn acoes_do_dia(
    apuracao: &Apuracao,
    data: NaiveDate,
) -> impl Iterator<Item = (&(NaiveDate, ReguaId, PosicaoId, Canal), &u64)> {
    let inicio = (data, ReguaId::new(Uuid::nil()), PosicaoId::new(Uuid::nil()), Canal::Email);
    apuracao.acoes.range(inicio..).take_while(move |(chave, _)| chave.0 == data)
}

impl ReguaNoDia {
    /// `None` when nothing happens.
    fn new(
        apuracao: &Apuracao,
        (data, id): (NaiveDate, ReguaId),
        nomeada: &Nomeada,
        detalhe: Detalhe,
    ) -> Option<Self> {
        let entram = apuracao.entradas.get(&(data, id)).copied().unwrap_or_default();
        let saida = |motivo: &MotivoEncerramento| {
            let quantos = *apuracao.saidas.get(&(data, id, *motivo))?;
            Some(Saida { motivo: motivo.as_str(), quantos: quantos.into() })
        };
        let migracoes = apuracao.migracoes.range((data, id, ReguaId::new(Uuid::nil()))..);
        let migram = migracoes
            .take_while(|(chave, _)| (chave.0, chave.1) == (data, id))
            .map(|(chave, quantos)| Migracao { para_regua_id: chave.2.uuid(), quantos: (*quantos).into() });
        let inicio = (data, id, PosicaoId::new(Uuid::nil()), Canal::Email);
        let acoes = apuracao.acoes.range(inicio..).take_while(|(chave, _)| (chave.0, chave.1) == (data, id));
        let acoes = acoes.map(|((_, _, posicao, canal), acoes)| ((*posicao, *canal), *acoes));
        let dia = Self {
            regua_id: id.uuid(),
            entram: entram.into(),
            saem: MotivoEncerramento::TODOS.iter().filter_map(saida).collect(),
            migram: migram.collect(),
            acoes: match detalhe {
                Detalhe::Posicoes => acoes.map(|feitas| AcoesDaPosicao::new(feitas, nomeada)).collect(),
                Detalhe::Reguas | Detalhe::Canais => {
                    let por_canal = by_channel(acoes.map(|((_, canal), n)| (canal, n)));
                    por_canal.into_iter().map(AcoesDaPosicao::from).collect()
                }
            },
        };
        let parada = entram == Quantos::default() && dia.saem.is_empty() && dia.acoes.is_empty();
        (!parada).then_some(dia)
    }
}

impl AcoesDaPosicao {
    fn new(((posicao, canal), acoes): ((PosicaoId, Canal), u64), nomeada: &Nomeada) -> Self {
        let dia = nomeada.posicoes.get(&posicao).map(ToString::to_string).unwrap_or_default();
        Self { posicao_id: Some(posicao.uuid()), posicao: Some(dia), canal: canal.as_str(), acoes }
    }
}

/// Of all positions together.
impl From<AcoesPorCanal> for AcoesDaPosicao {
    fn from(AcoesPorCanal { canal, acoes }: AcoesPorCanal) -> Self {
        Self { posicao_id: None, posicao: None, canal, acoes }
    }
}
