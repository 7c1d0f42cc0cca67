//! The réguas of the answer.

mod recusas;

use chrono::NaiveDate;
use domain::ids::{PosicaoId, ReguaId, TituloId};
use domain::regua::{
    self, Alvo, Caminhada, MotivoEncerramento, Passo, Razao, SobreInscricao, SobreRegua, razao_do_passo,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use web::esquema;

use super::frases;
use super::leitor::Leitor;
use super::posicoes::{self, SobreUmaPosicao, UmaFeita};
use recusas::UmaRecusa;

/// Réguas of an answer; one that has something to do with the debtor is always among them.
const MAX_REGUAS: usize = 100;
/// Positions of a régua.
const MAX_POSICOES: usize = 200;
/// Enrolments of a régua per título.
const MAX_INSCRICOES: usize = 20;
/// What removed positions did.
const MAX_REMOVIDAS: usize = 20;

/// Uma régua: o que faz com o devedor, ou por que não faz nada.
#[derive(Serialize, ToSchema)]
pub(super) struct ReguaExplicada {
    /// Régua.
    regua_id: Uuid,
    /// Nome.
    nome: String,
    /// Se trabalha.
    #[schema(value_type = esquema::EstadoRegua)]
    estado: &'static str,
    /// Quem anda nela.
    #[schema(value_type = esquema::ModoRegua)]
    modo: &'static str,
    /// Prioridade.
    prioridade: i32,
    /// Lugar na ordem em que são tentadas, a partir de 1.
    #[schema(example = 1)]
    ordem: usize,
    /// Em uma palavra. Numa régua sem posições listadas, vale para todas as posições.
    #[schema(value_type = esquema::Razao, example = "com_devedor")]
    codigo: &'static str,
    /// A regra que o diz.
    #[schema(example = "n04")]
    regra: &'static str,
    /// O mesmo, em palavras.
    frase: String,
    /// As inscrições vivas e as que vão abrir; no máximo 20.
    inscricoes: Vec<UmaInscricao>,
    /// Inscrições que ficaram fora da resposta.
    inscricoes_omitidas: usize,
    /// Por que não fica com títulos que podem ser cobrados ou lembrados.
    recusas: Vec<UmaRecusa>,
    /// As posições, em ordem; no máximo 200.
    posicoes: Vec<SobreUmaPosicao>,
    /// Posições que ficaram fora da resposta.
    posicoes_omitidas: usize,
    /// O que fizeram posições e ações que não existem mais, o mais recente primeiro; no máximo 20.
    removidas: Vec<UmaFeita>,
}

/// Uma inscrição, e o que será dela.
#[derive(Serialize, ToSchema)]
struct UmaInscricao {
    /// Inscrição.
    inscricao_id: Uuid,
    /// O título que anda, numa régua `por_titulo`.
    titulo_id: Option<Uuid>,
    /// Como a noite explicada a deixa: `andando`, `congelada`, `final` ou `encerrada`; `a_abrir`, se abre depois.
    #[schema(example = "andando")]
    estado: &'static str,
    /// Data da noite em que entra na régua.
    entrada: NaiveDate,
    /// Ciclo.
    #[schema(example = 1)]
    ciclo: u32,
    /// Data a partir da qual as posições contam.
    ancora: Option<NaiveDate>,
    /// Próxima posição.
    proxima_posicao_id: Option<Uuid>,
    /// Desde quando está parada.
    congelada_em: Option<NaiveDate>,
    /// Quantos dias está parada, até a noite explicada.
    dias_congelada: Option<i64>,
    /// Desde quando passou da última posição.
    final_em: Option<NaiveDate>,
    /// Quando se encerra, se está previsto.
    encerra_em: Option<NaiveDate>,
    /// Por que se encerra.
    #[schema(value_type = Option<esquema::MotivoEncerramento>)]
    motivo: Option<&'static str>,
    /// Quantos títulos carrega.
    quantos: usize,
    /// Alguns deles.
    titulos: Vec<Uuid>,
    /// O que a noite explicada decide sobre ela.
    passos: Vec<UmPasso>,
}

/// Um passo da decisão.
#[derive(Serialize, ToSchema)]
struct UmPasso {
    /// O que acontece.
    #[schema(value_type = esquema::Razao, example = "aguarda")]
    codigo: &'static str,
    /// A regra que o diz.
    #[schema(example = "r05")]
    regra: &'static str,
    /// O mesmo, em palavras.
    frase: String,
    /// Posição de que trata.
    posicao_id: Option<Uuid>,
    /// A data que vai junto.
    data: Option<NaiveDate>,
}

/// The réguas that were asked for, and how many were left out.
pub(super) fn read(leitor: &Leitor<'_>) -> (Vec<ReguaExplicada>, usize) {
    let pedidas = leitor
        .explicacao
        .reguas
        .iter()
        .filter(|sobre| leitor.pergunta.regua_id.is_none_or(|id| id == sobre.regua));
    let (mut cabem, mut fora, mut lidas) = (MAX_REGUAS, 0, Vec::new());
    for sobre in pedidas {
        if cabem == 0 && sobre.inscricoes.is_empty() {
            fora += 1;
        } else if let Some(regua) = leitor.reguas.get(sobre.regua) {
            cabem = cabem.saturating_sub(1);
            lidas.push(one(leitor, regua, sobre));
        }
    }
    (lidas, fora)
}

fn one(leitor: &Leitor<'_>, regua: &regua::Regua, sobre: &SobreRegua) -> ReguaExplicada {
    let pedida = leitor.pergunta.regua_id.is_some();
    let inscricoes: Vec<&SobreInscricao> =
        sobre.inscricoes.iter().filter(|uma| leitor.wanted(held(uma))).collect();
    let posicoes: Vec<_> = regua
        .posicoes()
        .iter()
        .zip(&sobre.posicoes)
        .filter(|(_, dela)| pedida || posicoes::has_news(leitor, dela))
        .collect();
    let quantas = if pedida { posicoes.len() } else { MAX_POSICOES };
    let removidas = sobre.removidas.iter().filter(|feita| leitor.wanted(&feita.titulos));
    let recusas = recusas::read(leitor, regua, sobre);
    ReguaExplicada {
        regua_id: regua.id().uuid(),
        nome: leitor.nomes.get(&regua.id()).cloned().unwrap_or_default(),
        estado: regua.estado().as_str(),
        modo: regua.modo().as_str(),
        prioridade: regua.prioridade(),
        ordem: sobre.ordem,
        codigo: sobre.razao.as_str(),
        regra: rule(sobre),
        frase: sentence(leitor, sobre, &recusas),
        inscricoes_omitidas: inscricoes.len().saturating_sub(MAX_INSCRICOES),
        inscricoes: inscricoes.into_iter().take(MAX_INSCRICOES).map(|uma| enrolment(leitor, uma)).collect(),
        recusas,
        posicoes_omitidas: posicoes.len().saturating_sub(quantas),
        posicoes: posicoes.iter().take(quantas).map(|(p, dela)| posicoes::read(leitor, p, dela)).collect(),
        removidas: removidas.take(MAX_REMOVIDAS).map(|feita| posicoes::done(leitor, feita)).collect(),
    }
}

/// The títulos an enrolment is about.
fn held(uma: &SobreInscricao) -> &[TituloId] {
    uma.depois.as_ref().or(uma.antes.as_ref()).map_or(&[], |inscricao| &inscricao.titulos)
}

fn rule(sobre: &SobreRegua) -> &'static str {
    match (sobre.razao, sobre.recusas.first().map(|recusa| recusa.porque)) {
        (Razao::Criterio, Some(regua::Porque::Criterio { criterio, .. })) => frases::criterion_rule(criterio),
        (razao, _) => closing(sobre).map_or(razao.regra(), regua::regra_do_encerramento),
    }
}

/// Why the debtor leaves the régua, when that is what there is to say of it.
fn closing(sobre: &SobreRegua) -> Option<MotivoEncerramento> {
    let motivos = sobre.inscricoes.iter().filter_map(|uma| uma.encerra).map(|(_, motivo)| motivo);
    (sobre.razao == Razao::Encerra).then_some(motivos)?.next()
}

fn sentence(leitor: &Leitor<'_>, sobre: &SobreRegua, recusas: &[UmaRecusa]) -> String {
    let entra = sobre.inscricoes.iter().filter_map(|uma| uma.abre_em).min();
    match (sobre.razao, entra, closing(sobre)) {
        (Razao::Entra, Some(em), _) => format!("O devedor entra na régua na noite de {}.", frases::day(em)),
        (Razao::Encerra, _, Some(motivo)) => {
            format!(
                "O devedor sai da régua na noite de {}: {}.",
                frases::day(leitor.explicacao.noite),
                frases::closing(motivo)
            )
        }
        (Razao::Criterio | Razao::ReguaAnterior, _, _) => {
            recusas.first().map_or_else(|| frases::meaning(sobre.razao).to_owned(), UmaRecusa::sentence)
        }
        (razao, _, _) => frases::meaning(razao).to_owned(),
    }
}

fn enrolment(leitor: &Leitor<'_>, uma: &SobreInscricao) -> UmaInscricao {
    let inscricao = uma.depois.as_ref().or(uma.antes.as_ref());
    let caminhada = inscricao.map(|inscricao| inscricao.caminhada);
    let (andando, ancora, proxima, congelada_em, final_em) = match caminhada {
        Some(Caminhada::Andando { ancora, proxima }) => ("andando", Some(ancora), Some(proxima), None, None),
        Some(Caminhada::Congelada { ancora, proxima, desde }) => {
            ("congelada", Some(ancora), Some(proxima), Some(desde), None)
        }
        Some(Caminhada::Final { em }) => ("final", None, None, None, Some(em)),
        None => ("encerrada", None, None, None, None),
    };
    let estado = match (&uma.depois, uma.abre_em) {
        (None, _) => "encerrada",
        (Some(_), Some(em)) if leitor.explicacao.noite < em => "a_abrir",
        (Some(_), _) => andando,
    };
    UmaInscricao {
        inscricao_id: uma.id.uuid(),
        titulo_id: inscricao.and_then(|inscricao| match inscricao.alvo {
            Alvo::Devedor => None,
            Alvo::Titulo(titulo) => Some(titulo.uuid()),
        }),
        estado,
        entrada: inscricao.map_or(leitor.explicacao.noite, |inscricao| inscricao.entrada),
        ciclo: inscricao.map_or(1, |inscricao| inscricao.ciclo),
        ancora,
        proxima_posicao_id: proxima.map(PosicaoId::uuid),
        congelada_em,
        dias_congelada: congelada_em.map(|desde| (leitor.explicacao.noite - desde).num_days()),
        final_em,
        encerra_em: uma.encerra.map(|(em, _)| em),
        motivo: uma.encerra.map(|(_, motivo)| motivo.as_str()),
        quantos: held(uma).len(),
        titulos: leitor.sample(held(uma)),
        passos: uma.passos.iter().map(|passo| step(leitor, inscricao.map(|i| i.regua), passo)).collect(),
    }
}

fn step(leitor: &Leitor<'_>, regua: Option<ReguaId>, passo: &Passo) -> UmPasso {
    let gatilho = |posicao: PosicaoId| {
        let regua = regua.and_then(|regua| leitor.reguas.get(regua));
        let posicao = regua.and_then(|regua| regua.posicao(posicao));
        posicao.map_or_else(|| "a posição".to_owned(), |posicao| posicao.gatilho.to_string())
    };
    let razao = razao_do_passo(passo);
    let noite = frases::day(leitor.explicacao.noite);
    let (posicao, data, frase) = match passo {
        Passo::Entrou { .. } => {
            (None, Some(leitor.explicacao.noite), format!("Entra na régua na noite de {noite}."))
        }
        Passo::Disparou { posicao, devida_em, .. } => {
            (Some(*posicao), Some(*devida_em), format!("{} dispara na noite de {noite}.", gatilho(*posicao)))
        }
        Passo::Aguarda { posicao, ate, .. } => {
            (Some(*posicao), Some(*ate), format!("{} espera até {}.", gatilho(*posicao), frases::day(*ate)))
        }
        Passo::Reposicionou { para, ciclo, .. } => (
            Some(*para),
            Some(leitor.explicacao.noite),
            format!("Volta a {} e começa o ciclo {ciclo}.", gatilho(*para)),
        ),
        Passo::Congelada { desde, .. } | Passo::Descongelou { desde, .. } => {
            (None, Some(*desde), format!("{} Parada desde {}.", frases::meaning(razao), frases::day(*desde)))
        }
        Passo::NoFinal { desde, .. } => {
            (None, Some(*desde), format!("Passou da última posição em {}.", frases::day(*desde)))
        }
        Passo::Encerrou { motivo, .. } => (
            None,
            Some(leitor.explicacao.noite),
            format!("Sai da régua na noite de {noite}: {}.", frases::closing(*motivo)),
        ),
        Passo::ReguaInativa { .. } | Passo::SemRegua { .. } | Passo::Lembrou { .. } => {
            (None, None, frases::meaning(razao).to_owned())
        }
    };
    UmPasso {
        codigo: razao.as_str(),
        regra: frases::rule(passo),
        frase,
        posicao_id: posicao.map(PosicaoId::uuid),
        data,
    }
}
