//! What is going to happen, in order of date, and what is over.

use chrono::NaiveDate;
use domain::ids::{InscricaoId, PosicaoId, ReguaId, TituloId};
use domain::regua::{Posicao, Razao, SobreRegua, regra_do_encerramento};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use web::esquema;

use super::leitor::Leitor;
use super::{frases, posicoes};

/// Items of the agenda.
const MAX_EVENTOS: usize = 50;

/// Algo que vai acontecer se nada mudar.
#[derive(Serialize, ToSchema)]
pub(super) struct Evento {
    /// Noite.
    data: NaiveDate,
    /// `entra`, `dispara`, `lembra`, `volta` ou `encerra`.
    #[schema(value_type = esquema::Razao, example = "dispara")]
    codigo: &'static str,
    /// A regra que o diz.
    #[schema(example = "r05")]
    regra: &'static str,
    /// O mesmo, em palavras.
    #[schema(example = "D+6 dispara em 08/03/2026 para 2 títulos.")]
    frase: String,
    /// Régua.
    regua_id: Uuid,
    /// Posição, de um disparo.
    posicao_id: Option<Uuid>,
    /// Inscrição; lembrete não tem.
    inscricao_id: Option<Uuid>,
    /// De quantos títulos trata.
    quantos: usize,
    /// Alguns deles.
    titulos: Vec<Uuid>,
}

/// Uma inscrição encerrada.
#[derive(Serialize, ToSchema)]
pub(super) struct InscricaoEncerrada {
    /// Inscrição.
    inscricao_id: Uuid,
    /// Régua.
    regua_id: Uuid,
    /// Data da noite em que entrou.
    entrada: NaiveDate,
    /// Data da noite em que se encerrou.
    encerrada_em: NaiveDate,
    /// Por quê.
    #[schema(example = "migracao")]
    motivo: &'static str,
    /// A regra que o diz.
    #[schema(example = "g02")]
    regra: &'static str,
    /// O mesmo, em palavras.
    frase: String,
}

impl InscricaoEncerrada {
    pub(super) fn new(leitor: &Leitor<'_>, uma: &store::explicacoes::Encerrada) -> Self {
        let (quando, porque) = (frases::day(uma.encerrada_em), frases::closing(uma.motivo));
        Self {
            inscricao_id: uma.id,
            regua_id: uma.regua.uuid(),
            entrada: uma.entrada,
            encerrada_em: uma.encerrada_em,
            motivo: uma.motivo.as_str(),
            regra: regra_do_encerramento(uma.motivo),
            frase: format!("Saiu da régua {} em {quando}: {porque}.", leitor.name(uma.regua)),
        }
    }
}

/// Everything in one sentence or two.
pub(super) fn summary(leitor: &Leitor<'_>) -> String {
    let com: Vec<String> = leitor
        .explicacao
        .reguas
        .iter()
        .filter(|sobre| sobre.inscricoes.iter().any(|uma| uma.depois.is_some() && uma.abre_em.is_none()))
        .map(|sobre| leitor.name(sobre.regua))
        .collect();
    let onde = match com.as_slice() {
        [] => "Não está em nenhuma régua.".to_owned(),
        [uma] => format!("Está na régua {uma}."),
        varias => format!("Está nas réguas {}.", varias.join(", ")),
    };
    let proxima = events(leitor).into_iter().find(|evento| evento.posicao.is_some());
    let proxima = proxima.map_or_else(
        || " Nenhuma ação prevista.".to_owned(),
        |evento| format!(" Próximo passo: {}", evento.frase),
    );
    onde + &proxima
}

/// What is going to happen, in order.
pub(super) fn read(leitor: &Leitor<'_>) -> Vec<Evento> {
    events(leitor).into_iter().take(MAX_EVENTOS).map(|evento| evento.read(leitor)).collect()
}

/// An event before it is written down.
struct Previsto<'a> {
    data: NaiveDate,
    razao: Razao,
    regra: &'static str,
    frase: String,
    regua: ReguaId,
    posicao: Option<PosicaoId>,
    inscricao: Option<InscricaoId>,
    titulos: &'a [TituloId],
}

impl Previsto<'_> {
    fn read(self, leitor: &Leitor<'_>) -> Evento {
        Evento {
            data: self.data,
            codigo: self.razao.as_str(),
            regra: self.regra,
            frase: self.frase,
            regua_id: self.regua.uuid(),
            posicao_id: self.posicao.map(PosicaoId::uuid),
            inscricao_id: self.inscricao.map(InscricaoId::uuid),
            quantos: self.titulos.len(),
            titulos: leitor.sample(self.titulos),
        }
    }
}

fn events<'a>(leitor: &'a Leitor<'_>) -> Vec<Previsto<'a>> {
    let quais = leitor
        .explicacao
        .reguas
        .iter()
        .filter(|sobre| leitor.pergunta.regua_id.is_none_or(|id| id == sobre.regua));
    let mut eventos: Vec<Previsto<'_>> = quais.flat_map(|sobre| of_regua(leitor, sobre)).collect();
    eventos.retain(|evento| leitor.wanted(evento.titulos));
    eventos.sort_by_key(|evento| (evento.data, evento.posicao.is_some()));
    eventos
}

fn of_regua<'a>(leitor: &'a Leitor<'_>, sobre: &'a SobreRegua) -> Vec<Previsto<'a>> {
    let nome = leitor.name(sobre.regua);
    let posicoes: &[Posicao] = leitor.reguas.get(sobre.regua).map_or(&[], |regua| regua.posicoes());
    let vezes = posicoes.iter().zip(&sobre.posicoes).flat_map(|(posicao, dela)| {
        dela.vezes.iter().map(|vez| Previsto {
            data: vez.em,
            razao: vez.razao,
            regra: vez.razao.regra(),
            frase: posicoes::sentence(posicao.gatilho, vez),
            regua: sobre.regua,
            posicao: Some(posicao.id),
            inscricao: vez.inscricao,
            titulos: &vez.titulos,
        })
    });
    let mut eventos: Vec<Previsto<'_>> = vezes.collect();
    for uma in &sobre.inscricoes {
        let titulos =
            uma.depois.as_ref().or(uma.antes.as_ref()).map_or(&[][..], |inscricao| &inscricao.titulos);
        let evento = |data, razao: Razao, regra, frase| Previsto {
            data,
            razao,
            regra,
            frase,
            regua: sobre.regua,
            posicao: None,
            inscricao: Some(uma.id),
            titulos,
        };
        if let Some(em) = uma.abre_em {
            let frase = format!("Entra na régua {nome} em {}.", frases::day(em));
            eventos.push(evento(em, Razao::Entra, Razao::Entra.regra(), frase));
        }
        if let Some((em, motivo)) = uma.encerra {
            let frase = format!("Sai da régua {nome} em {}: {}.", frases::day(em), frases::closing(motivo));
            eventos.push(evento(em, Razao::Encerra, regra_do_encerramento(motivo), frase));
        }
    }
    eventos
}
