//! The positions and actions of the answer.

use chrono::{DateTime, NaiveDate, Utc};
use domain::regua::{Feita, Gatilho, Parada, Posicao, Razao, SobreAcao, SobrePosicao, Vez};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use web::esquema;

use super::frases;
use super::leitor::Leitor;

/// Times a position is going to fire: of a loop, the rest is more of the same.
const MAX_VEZES: usize = 5;
/// Reasons of a position.
const MAX_PARADAS: usize = 10;

/// Uma posição: o que fez, o que vai fazer, ou o que a impede.
#[derive(Serialize, ToSchema)]
pub(super) struct SobreUmaPosicao {
    /// Posição.
    posicao_id: Uuid,
    /// `lembrete`, `cobranca` ou `reposicionamento`.
    #[schema(example = "cobranca")]
    tipo: &'static str,
    /// Dias corridos.
    #[schema(example = 6)]
    dias: u16,
    /// Quando vai disparar, em ordem; todas as ações saem juntas. No máximo 5.
    vezes: Vec<UmaVez>,
    /// Vezes previstas que ficaram fora da resposta.
    vezes_omitidas: usize,
    /// Para quem não vai disparar, e por quê. No máximo 10.
    paradas: Vec<UmaParada>,
    /// As ações, e o que cada uma fez.
    acoes: Vec<SobreUmaAcao>,
}

/// Um disparo que vai acontecer.
#[derive(Serialize, ToSchema)]
struct UmaVez {
    /// `dispara`, `lembra` ou `volta`.
    #[schema(value_type = esquema::Razao, example = "dispara")]
    codigo: &'static str,
    /// A regra que o diz.
    #[schema(example = "r05")]
    regra: &'static str,
    /// O mesmo, em palavras.
    frase: String,
    /// Noite em que acontece.
    em: NaiveDate,
    /// Data devida; anterior, se está atrasado.
    devida_em: NaiveDate,
    /// Ciclo da inscrição.
    ciclo: Option<u32>,
    /// Inscrição; lembrete não tem.
    inscricao_id: Option<Uuid>,
    /// De quantos títulos trata.
    quantos: usize,
    /// Alguns deles.
    titulos: Vec<Uuid>,
}

/// Por que uma posição não dispara para alguns títulos.
#[derive(Serialize, ToSchema)]
struct UmaParada {
    /// Por quê.
    #[schema(value_type = esquema::Razao, example = "congelada")]
    codigo: &'static str,
    /// A regra que o diz.
    #[schema(example = "t03")]
    regra: &'static str,
    /// O mesmo, em palavras.
    frase: String,
    /// A data que vai junto: desde quando está parada, quando a inscrição se encerra, ou a data do lembrete.
    em: Option<NaiveDate>,
    /// Para quantos títulos.
    quantos: usize,
    /// Alguns deles.
    titulos: Vec<Uuid>,
}

/// Uma ação, e o que ela fez.
#[derive(Serialize, ToSchema)]
struct SobreUmaAcao {
    /// Ação.
    acao_id: Uuid,
    /// Por onde sai.
    #[schema(value_type = esquema::Canal, example = "email")]
    tipo: &'static str,
    /// O que fez, a mais recente primeiro.
    feitas: Vec<UmaFeita>,
}

/// Uma ação que foi decidida.
#[derive(Serialize, ToSchema)]
pub(super) struct UmaFeita {
    /// Execução; em `GET /v1/execucoes/{id}`.
    execucao_id: Uuid,
    /// Posição que disparou.
    posicao_id: Uuid,
    /// Ação.
    acao_id: Uuid,
    /// O que foi feito, em palavras.
    frase: String,
    /// Noite que a decidiu.
    data: NaiveDate,
    /// Data devida; anterior, se foi decidida com atraso.
    devida_em: NaiveDate,
    /// Ciclo da inscrição; lembrete não tem.
    ciclo: Option<u32>,
    /// Como está; nulo se é só prevista, antes do dia explicado.
    #[schema(value_type = Option<esquema::EstadoExecucao>)]
    estado: Option<&'static str>,
    /// Por que está assim.
    motivo: Option<&'static str>,
    /// A partir de quando pode sair.
    publicar_em: Option<DateTime<Utc>>,
    /// Quando o provedor aceitou.
    enviada_em: Option<DateTime<Utc>>,
    /// De quantos títulos tratava.
    quantos: usize,
    /// Alguns deles.
    titulos: Vec<Uuid>,
}

/// Whether there is anything to say of a position.
pub(super) fn has_news(leitor: &Leitor<'_>, sobre: &SobrePosicao) -> bool {
    sobre.vezes.iter().any(|vez| leitor.wanted(&vez.titulos))
        || sobre.paradas.iter().any(|parada| leitor.wanted(&parada.titulos))
        || sobre.acoes.iter().flat_map(|acao| &acao.feitas).any(|feita| leitor.wanted(&feita.titulos))
}

/// One position of the answer.
pub(super) fn read(leitor: &Leitor<'_>, posicao: &Posicao, sobre: &SobrePosicao) -> SobreUmaPosicao {
    let (tipo, dias) = match posicao.gatilho {
        Gatilho::Lembrete { dias_antes } => ("lembrete", dias_antes),
        Gatilho::Cobranca { dias } => ("cobranca", dias),
        Gatilho::Reposicionamento { dias, .. } => ("reposicionamento", dias),
    };
    let vezes: Vec<&Vez> = sobre.vezes.iter().filter(|vez| leitor.wanted(&vez.titulos)).collect();
    let paradas = sobre.paradas.iter().filter(|parada| leitor.wanted(&parada.titulos));
    SobreUmaPosicao {
        posicao_id: posicao.id.uuid(),
        tipo,
        dias,
        vezes_omitidas: vezes.len().saturating_sub(MAX_VEZES),
        vezes: vezes.into_iter().take(MAX_VEZES).map(|vez| time(leitor, posicao, vez)).collect(),
        paradas: paradas.take(MAX_PARADAS).map(|parada| stop(leitor, parada)).collect(),
        acoes: sobre.acoes.iter().map(|acao| action(leitor, acao)).collect(),
    }
}

fn time(leitor: &Leitor<'_>, posicao: &Posicao, vez: &Vez) -> UmaVez {
    UmaVez {
        codigo: vez.razao.as_str(),
        regra: vez.razao.regra(),
        frase: sentence(posicao.gatilho, vez),
        em: vez.em,
        devida_em: vez.devida_em,
        ciclo: vez.ciclo,
        inscricao_id: vez.inscricao.map(domain::ids::InscricaoId::uuid),
        quantos: vez.titulos.len(),
        titulos: leitor.sample(&vez.titulos),
    }
}

/// What is going to happen, in words.
pub(super) fn sentence(gatilho: Gatilho, vez: &Vez) -> String {
    let (em, quantos) = (frases::day(vez.em), frases::titulos(vez.titulos.len()));
    let atraso = if vez.devida_em < vez.em {
        format!(", com atraso: era de {}", frases::day(vez.devida_em))
    } else {
        String::new()
    };
    if vez.razao == Razao::Lembra {
        format!("O lembrete {gatilho} sai em {em} para {quantos}{atraso}.")
    } else if vez.razao == Razao::Volta {
        format!("Em {em} a régua volta à posição anterior e começa o ciclo {}.", vez.ciclo.unwrap_or(1))
    } else {
        format!("{gatilho} dispara em {em} para {quantos}{atraso}.")
    }
}

fn stop(leitor: &Leitor<'_>, parada: &Parada) -> UmaParada {
    let em = parada.em.map(frases::day).unwrap_or_default();
    let frase = if parada.razao == Razao::Congelada {
        format!("Parada desde {em}: o que a inscrição tem está suspenso ou em negociação.")
    } else if parada.razao == Razao::Encerra {
        format!("A inscrição se encerra em {em}, antes desta posição.")
    } else if parada.razao == Razao::Final {
        format!("Passou da última posição em {em}.")
    } else {
        frases::meaning(parada.razao).to_owned()
    };
    UmaParada {
        codigo: parada.razao.as_str(),
        regra: parada.razao.regra(),
        frase,
        em: parada.em,
        quantos: parada.titulos.len(),
        titulos: leitor.sample(&parada.titulos),
    }
}

fn action(leitor: &Leitor<'_>, acao: &SobreAcao) -> SobreUmaAcao {
    let feitas = acao.feitas.iter().filter(|feita| leitor.wanted(&feita.titulos));
    SobreUmaAcao {
        acao_id: acao.acao.uuid(),
        tipo: acao.canal.as_str(),
        feitas: feitas.map(|feita| done(leitor, feita)).collect(),
    }
}

/// Something that was done.
pub(super) fn done(leitor: &Leitor<'_>, feita: &Feita) -> UmaFeita {
    UmaFeita {
        execucao_id: feita.execucao.uuid(),
        posicao_id: feita.posicao.uuid(),
        acao_id: feita.acao.uuid(),
        frase: frases::of_done(feita.canal, feita.data, feita.envio),
        data: feita.data,
        devida_em: feita.devida_em,
        ciclo: feita.inscricao.map(|(_, ciclo)| ciclo),
        estado: feita.envio.map(|envio| envio.estado.as_str()),
        motivo: feita.envio.and_then(|envio| envio.motivo).map(domain::execucao::Motivo::as_str),
        publicar_em: feita.envio.map(|envio| envio.publicar_em),
        enviada_em: feita.envio.and_then(|envio| envio.enviada_em),
        quantos: feita.titulos.len(),
        titulos: leitor.sample(&feita.titulos),
    }
}
