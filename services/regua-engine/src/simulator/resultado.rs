//! What is told of a simulation: the tallies, by day and by régua, as JSON.

mod detalhe;
mod dia;
mod impacto;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::execucao::Canal;
use domain::ids::{PosicaoId, ReguaId};
use domain::regua::{Apuracao, EstadoRegua, Gatilho, MotivoEncerramento, Onde, Periodo, Quantos, Regua};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use web::esquema;

use detalhe::Detalhe;
use dia::Dia;
use impacto::Impacto;

/// A régua as a result names it.
pub(super) struct Nomeada {
    nome: String,
    estado: EstadoRegua,
    simulada: Option<&'static str>,
    posicoes: BTreeMap<PosicaoId, Gatilho>,
}

impl Nomeada {
    pub(super) fn presente(nome: String, regua: &Regua) -> Self {
        let posicoes = regua.posicoes().iter().map(|posicao| (posicao.id, posicao.gatilho)).collect();
        Self { nome, estado: regua.estado(), simulada: None, posicoes }
    }

    /// One that is simulated in the place of `antes`, whose positions have a name too.
    pub(super) fn simulada(nome: String, regua: &Regua, antes: Option<Self>) -> Self {
        let simulada = Some(if antes.is_some() { "alterada" } else { "nova" });
        let mut nomeada = Self { simulada, ..Self::presente(nome, regua) };
        nomeada.posicoes.extend(antes.into_iter().flat_map(|antes| antes.posicoes));
        nomeada
    }
}

/// O que aconteceria.
#[derive(Serialize, ToSchema)]
pub(crate) struct Resultado {
    /// Primeira noite simulada.
    #[schema(example = "2026-03-11")]
    de: NaiveDate,
    /// Última noite simulada.
    #[schema(example = "2026-05-09")]
    ate: NaiveDate,
    /// O que convém saber, em palavras: por exemplo, que uma noite do período já rodou e não foi simulada.
    avisos: Vec<String>,
    /// Até onde `dias` detalha: acima de 50.000 linhas, em vez de por posição, por régua, ou só por canal. Os totais são
    /// sempre os inteiros.
    detalhe: Detalhe,
    /// Com as réguas do pedido.
    simulado: Projecao,
    /// Com as réguas como estão, se a comparação foi pedida.
    #[serde(skip_serializing_if = "Option::is_none")]
    presente: Option<Projecao>,
    /// A diferença entre as duas, se a comparação foi pedida.
    #[serde(skip_serializing_if = "Option::is_none")]
    impacto: Option<Impacto>,
}

/// Uma carteira, noite a noite.
#[derive(Serialize, ToSchema)]
struct Projecao {
    /// Devedores olhados.
    #[schema(example = 1200)]
    devedores: u64,
    /// Ações no período, por canal.
    acoes: Vec<AcoesPorCanal>,
    /// O período por régua.
    reguas: Vec<ReguaProjetada>,
    /// Devedores com títulos cobráveis que nenhuma régua recebe, depois da última noite.
    #[schema(example = 0)]
    descobertos: u64,
    /// As noites em que algo acontece.
    dias: Vec<Dia>,
}

/// Ações de um canal.
#[derive(Serialize, ToSchema)]
struct AcoesPorCanal {
    /// Canal.
    #[schema(value_type = esquema::Canal, example = "email")]
    canal: &'static str,
    /// Quantas.
    #[schema(example = 345)]
    acoes: u64,
}

/// Uma régua no período.
#[derive(Serialize, ToSchema)]
struct ReguaProjetada {
    /// Régua.
    regua_id: Uuid,
    /// Nome.
    #[schema(example = "Cobrança amigável")]
    nome: String,
    /// Estado com que foi simulada.
    #[schema(value_type = esquema::EstadoRegua, example = "ativa")]
    estado: &'static str,
    /// `nova` ou `alterada` se veio no pedido.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "alterada")]
    simulada: Option<&'static str>,
    /// Entradas no período; quem entra duas vezes conta duas.
    entram: Contagem,
    /// Saídas no período.
    saem: Contagem,
    /// Das saídas, as que são migração para outra régua.
    migram: Contagem,
    /// Ações no período, por canal.
    acoes: Vec<AcoesPorCanal>,
    /// Onde estão, depois da última noite.
    ao_fim: Vec<Situacao>,
}

/// Devedores e inscrições: numa régua por título, um devedor pode ter várias.
#[derive(Clone, Copy, Default, Serialize, ToSchema)]
struct Contagem {
    /// Devedores.
    #[schema(example = 120)]
    devedores: u64,
    /// Inscrições.
    #[schema(example = 120)]
    inscricoes: u64,
}

/// Quantos estão num ponto da régua.
#[derive(Serialize, ToSchema)]
struct Situacao {
    /// `andando`, `congelada` ou `final`.
    #[schema(example = "andando")]
    estado: &'static str,
    /// Quantos.
    #[serde(flatten)]
    quantos: Contagem,
}

pub(super) type Nomes = BTreeMap<ReguaId, Nomeada>;

impl Resultado {
    /// Of the nights of `periodo`; `adiada` is the first night that was asked for, if it had run already.
    pub(super) fn new(
        (periodo, adiada): (Periodo, Option<NaiveDate>),
        nomes: &Nomes,
        simulado: &Apuracao,
        presente: Option<&Apuracao>,
    ) -> Self {
        let adiada = adiada.map(|pedida| {
            format!("a noite de {pedida} já rodou e não roda de novo; a simulação começa em {}", periodo.de)
        });
        let detalhe = Detalhe::of([Some(simulado), presente].into_iter().flatten());
        Self {
            de: periodo.de,
            ate: periodo.ate,
            avisos: adiada.into_iter().chain(detalhe.warning()).collect(),
            detalhe,
            simulado: Projecao::new(simulado, nomes, detalhe),
            presente: presente.map(|presente| Projecao::new(presente, nomes, detalhe)),
            impacto: presente.map(|presente| Impacto::new(presente, simulado, nomes)),
        }
    }
}

impl Projecao {
    fn new(apuracao: &Apuracao, nomes: &Nomes, detalhe: Detalhe) -> Self {
        let acoes = apuracao.acoes.iter().map(|((_, _, _, canal), n)| (*canal, *n));
        let dias: BTreeSet<NaiveDate> = [
            apuracao.acoes.keys().map(|chave| chave.0).collect::<BTreeSet<_>>(),
            apuracao.entradas.keys().map(|chave| chave.0).collect(),
            apuracao.saidas.keys().map(|chave| chave.0).collect(),
        ]
        .into_iter()
        .flatten()
        .collect();
        let com_nome = nomes.iter().filter(|(id, nomeada)| {
            nomeada.estado != EstadoRegua::Arquivada || apuracao.saidas.keys().any(|chave| chave.1 == **id)
        });
        Self {
            devedores: apuracao.devedores,
            acoes: by_channel(acoes),
            reguas: com_nome.map(|(id, nomeada)| ReguaProjetada::new(apuracao, *id, nomeada)).collect(),
            descobertos: apuracao.descobertos,
            dias: dias.into_iter().map(|data| Dia::new(apuracao, data, nomes, detalhe)).collect(),
        }
    }
}

impl ReguaProjetada {
    fn new(apuracao: &Apuracao, id: ReguaId, nomeada: &Nomeada) -> Self {
        let dela = DaRegua { apuracao, id };
        let situacao = |onde: &Onde| {
            let quantos = *apuracao.ao_fim.get(&(id, *onde))?;
            Some(Situacao { estado: onde.as_str(), quantos: quantos.into() })
        };
        Self {
            regua_id: id.uuid(),
            nome: nomeada.nome.clone(),
            estado: nomeada.estado.as_str(),
            simulada: nomeada.simulada,
            entram: dela.entradas(),
            saem: dela.saidas(),
            migram: dela.migracoes(),
            acoes: by_channel(dela.acoes()),
            ao_fim: Onde::TODOS.iter().filter_map(situacao).collect(),
        }
    }
}

/// One régua of a tally, over all nights.
#[derive(Clone, Copy)]
struct DaRegua<'a> {
    apuracao: &'a Apuracao,
    id: ReguaId,
}

impl<'a> DaRegua<'a> {
    fn entradas(self) -> Contagem {
        sum(self.apuracao.entradas.iter().filter(|(chave, _)| chave.1 == self.id).map(|(_, n)| *n))
    }

    fn saidas(self) -> Contagem {
        sum(self.apuracao.saidas.iter().filter(|(chave, _)| chave.1 == self.id).map(|(_, n)| *n))
    }

    fn migracoes(self) -> Contagem {
        let migracao = |motivo| motivo == MotivoEncerramento::Migracao;
        let delas = self.apuracao.saidas.iter().filter(|(chave, _)| chave.1 == self.id && migracao(chave.2));
        sum(delas.map(|(_, n)| *n))
    }

    fn acoes(self) -> impl Iterator<Item = (Canal, u64)> + 'a {
        let dela = self.apuracao.acoes.iter().filter(move |(chave, _)| chave.1 == self.id);
        dela.map(|((_, _, _, canal), n)| (*canal, *n))
    }
}

impl From<Quantos> for Contagem {
    fn from(Quantos { devedores, inscricoes }: Quantos) -> Self {
        Self { devedores, inscricoes }
    }
}

fn by_channel(acoes: impl Iterator<Item = (Canal, u64)>) -> Vec<AcoesPorCanal> {
    let mut por_canal: BTreeMap<Canal, u64> = BTreeMap::new();
    for (canal, n) in acoes {
        *por_canal.entry(canal).or_default() += n;
    }
    por_canal.into_iter().map(|(canal, acoes)| AcoesPorCanal { canal: canal.as_str(), acoes }).collect()
}

fn sum(quantos: impl Iterator<Item = Quantos>) -> Contagem {
    quantos.fold(Contagem::default(), |soma, mais| Contagem {
        devedores: soma.devedores + mais.devedores,
        inscricoes: soma.inscricoes + mais.inscricoes,
    })
}
