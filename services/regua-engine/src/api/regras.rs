//! The rules between the fields of a régua.
//!
//! They look at the JSON itself and not at what was read from it, so that they are told together with faults of form: a
//! person who mends a régua wants the whole list, and a field that cannot be read hides no other.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::coringas::Lugar;
use domain::execucao::Canal;
use domain::regua::{Falta, Regua};
use serde_json::Value;
use uuid::Uuid;
use web::ErroCampo;

use super::entrada::{MAX_ACOES, MAX_POSICOES};

/// The fields of an action in which coringas stand.
const TEXTOS: [(&str, Lugar); 2] = [("assunto", Lugar::Assunto), ("corpo", Lugar::Corpo)];

/// Faults of a whole régua.
pub(super) fn of_regua(regua: &Value) -> Vec<ErroCampo> {
    let posicoes = list(regua, "posicoes").iter().take(MAX_POSICOES).enumerate();
    let das_posicoes = posicoes.flat_map(|(i, posicao)| of_posicao_at(posicao, &format!("/posicoes/{i}")));
    of_mudanca(regua).into_iter().chain(das_posicoes).chain(loops(regua)).collect()
}

/// Faults of a change of the heading of a régua.
pub(super) fn of_mudanca(mudanca: &Value) -> Vec<ErroCampo> {
    let Some(criterios) = mudanca.get("criterios") else { return Vec::new() };
    let data = |campo| text(criterios, campo).and_then(|texto| texto.parse::<NaiveDate>().ok());
    let numero = |campo| criterios.get(campo).and_then(Value::as_i64);
    let invertidos = [
        (ends_before(data("vencimento_de"), data("vencimento_ate")), "vencimento_ate"),
        (ends_before(numero("score_de"), numero("score_ate")), "score_ate"),
    ];
    let invertido = |(_, campo): (bool, &str)| {
        fault(&format!("/criterios/{campo}"), "intervalo_invertido", "o fim vem antes do começo")
    };
    invertidos.into_iter().filter(|(invertido, _)| *invertido).map(invertido).collect()
}

/// Faults of one position.
pub(super) fn of_posicao(posicao: &Value) -> Vec<ErroCampo> {
    let mut erros = of_posicao_at(posicao, "");
    // Which day it may go back to depends on the régua; never one that is not before it.
    let antes = days(posicao, "volta_para").zip(days(posicao, "dias")).is_none_or(|(para, dias)| para < dias);
    if is_loop(posicao) && !antes {
        erros.push(no_destination("/volta_para"));
    }
    erros
}

/// Faults of an action that is posted by itself.
pub(super) fn of_acao_nova(acao: &Value) -> Vec<ErroCampo> {
    of_acao(acao, "", false)
}

/// Faults of a change of an action, as far as they can be told without its channel.
pub(super) fn of_mudanca_acao(mudanca: &Value) -> Vec<ErroCampo> {
    TEXTOS.into_iter().flat_map(|campo| coringas(mudanca, "", campo)).collect()
}

/// What a régua lacks to be active (rule v02), at the pointers of the régua as it is read.
pub(super) fn missing(regua: &Regua) -> Vec<ErroCampo> {
    let faltas = regua.completa();
    let at = |id| regua.posicoes().iter().enumerate().find(|(_, posicao)| posicao.id == id);
    let falta = |falta: &Falta| match falta {
        Falta::Posicao => {
            Some(fault("/posicoes", "regua_sem_posicao", "a régua precisa de ao menos uma posição"))
        }
        Falta::Acao { posicao } => at(*posicao).map(|(i, posicao)| {
            let detalhe = format!("a posição {} não tem ação", posicao.gatilho);
            fault(&format!("/posicoes/{i}/acoes"), "posicao_sem_acao", detalhe)
        }),
        Falta::Conteudo { posicao, acao } => at(*posicao).and_then(|(i, posicao)| {
            let j = posicao.acoes.iter().position(|outra| outra.id == *acao)?;
            let detalhe = format!("uma ação da posição {} não tem texto", posicao.gatilho);
            Some(fault(&format!("/posicoes/{i}/acoes/{j}/corpo"), "acao_sem_conteudo", detalhe))
        }),
    };
    faltas.iter().filter_map(falta).collect()
}

/// Rule e05: a reposition goes back to a `D+` position before it.
pub(super) fn no_destination(local: &str) -> ErroCampo {
    fault(local, "destino_invalido", "deve ser o dia de uma posição cobranca anterior da mesma régua")
}

/// Rule l09.
pub(super) fn no_reminder_channel(local: &str) -> ErroCampo {
    fault(local, "canal_de_lembrete", "lembrete aceita somente e-mail e SMS")
}

/// A fault at a pointer.
pub(super) fn fault(
    campo: &str,
    codigo: &'static str,
    detalhe: impl Into<std::borrow::Cow<'static, str>>,
) -> ErroCampo {
    ErroCampo { campo: campo.to_owned(), codigo: codigo.into(), detalhe: detalhe.into() }
}

/// Rules e02, e05, among the positions of one body.
fn loops(regua: &Value) -> Vec<ErroCampo> {
    let posicoes = || list(regua, "posicoes").iter().take(MAX_POSICOES);
    let cobrancas: BTreeSet<i64> = posicoes()
        .filter(|posicao| is_cobranca(posicao))
        .filter_map(|posicao| days(posicao, "dias"))
        .collect();
    let mut erros = Vec::new();
    let voltas = posicoes().enumerate().filter(|(_, posicao)| is_loop(posicao));
    for (n, (i, volta)) in voltas.enumerate() {
        let local = format!("/posicoes/{i}");
        if n > 0 {
            let detalhe = "a régua tem no máximo um reposicionamento";
            erros.push(fault(&format!("{local}/tipo"), "reposicionamento_repetido", detalhe));
        }
        let (dias, para) = (days(volta, "dias"), days(volta, "volta_para"));
        if ends_before(cobrancas.last().copied(), dias) {
            let detalhe = "nenhuma posição vem depois do reposicionamento";
            erros.push(fault(&format!("{local}/dias"), "reposicionamento_nao_e_ultimo", detalhe));
        }
        let antes = |para| cobrancas.contains(&para) && dias.is_none_or(|dias| para < dias);
        if para.is_some_and(|para| !antes(para)) {
            erros.push(no_destination(&format!("{local}/volta_para")));
        }
    }
    erros
}

fn of_posicao_at(posicao: &Value, local: &str) -> Vec<ErroCampo> {
    let lembrete = text(posicao, "tipo") == Some("lembrete");
    let acoes = list(posicao, "acoes");
    let mut erros = Vec::new();
    match (is_loop(posicao), is_there(posicao, "volta_para")) {
        (true, false) => {
            let detalhe = "o reposicionamento diz a que dia volta";
            erros.push(fault(&format!("{local}/volta_para"), "obrigatorio", detalhe));
        }
        (false, true) => {
            let detalhe = "só um reposicionamento volta a outra posição";
            erros.push(fault(&format!("{local}/volta_para"), "nao_permitido", detalhe));
        }
        (true, true) | (false, false) => {}
    }
    if is_loop(posicao) && !acoes.is_empty() {
        erros.push(fault(&format!("{local}/acoes"), "nao_permitido", "o reposicionamento não tem ação"));
    }
    let acoes = acoes.iter().take(MAX_ACOES).enumerate();
    erros.extend(acoes.flat_map(|(j, acao)| of_acao(acao, &format!("{local}/acoes/{j}"), lembrete)));
    erros
}

/// Faults of an action at a place.
pub(super) fn of_acao(acao: &Value, local: &str, lembrete: bool) -> Vec<ErroCampo> {
    let mut erros = Vec::new();
    // An unknown type is a fault of form; what depends on it cannot be judged.
    if let Some(canal) = text(acao, "tipo").and_then(|tipo| Canal::parse(tipo).ok()) {
        if lembrete && !canal.lembra() {
            erros.push(no_reminder_channel(&format!("{local}/tipo")));
        }
        erros.extend(content(acao, local, canal));
        erros.extend(confirmation(acao, local, canal));
    }
    erros.extend(TEXTOS.into_iter().flat_map(|campo| coringas(acao, local, campo)));
    erros
}

/// Rules r09 and r10: which texts an action has.
fn content(acao: &Value, local: &str, canal: Canal) -> Vec<ErroCampo> {
    if is_there(acao, "template_id") {
        // What is no id is a fault of form; whether there should be a text beside it cannot be judged.
        let cita = text(acao, "template_id").is_some_and(|id| Uuid::parse_str(id).is_ok());
        return if cita { beside_template(acao, local, canal) } else { Vec::new() };
    }
    let (assunto, corpo) = (is_there(acao, "assunto"), is_there(acao, "corpo"));
    let mut erros = Vec::new();
    if canal == Canal::Email && !assunto {
        erros.push(fault(&format!("{local}/assunto"), "obrigatorio", "e-mail precisa de assunto"));
    }
    if canal != Canal::Email && assunto {
        let detalhe = format!("ação de {canal} não tem assunto");
        erros.push(fault(&format!("{local}/assunto"), "nao_permitido", detalhe));
    }
    // An empty text is a fault of form already; one of spaces is none of form.
    let em_branco = text(acao, "corpo").is_some_and(|corpo| !corpo.is_empty() && corpo.trim().is_empty());
    if canal.exige_conteudo() && (!corpo || em_branco) {
        let detalhe = format!("ação de {canal} precisa de um texto");
        erros.push(fault(&format!("{local}/corpo"), "obrigatorio", detalhe));
    }
    if !canal.exige_conteudo() && corpo {
        let detalhe = format!("ação de {canal} não tem texto");
        erros.push(fault(&format!("{local}/corpo"), "nao_permitido", detalhe));
    }
    erros
}

/// Rule r09: a template brings all the text that there is.
fn beside_template(acao: &Value, local: &str, canal: Canal) -> Vec<ErroCampo> {
    if !canal.exige_conteudo() {
        let detalhe = format!("ação de {canal} não tem texto");
        return vec![fault(&format!("{local}/template_id"), "nao_permitido", detalhe)];
    }
    let proprios = TEXTOS.into_iter().filter(|(campo, _)| is_there(acao, campo));
    let detalhe = "o texto é o do template; mande um ou outro";
    proprios.map(|(campo, _)| fault(&format!("{local}/{campo}"), "nao_permitido", detalhe)).collect()
}

/// Rule r01: nobody is listed at a bureau by a régua unless somebody said so.
fn confirmation(acao: &Value, local: &str, canal: Canal) -> Option<ErroCampo> {
    let campo = "confirmo_negativacao_automatica";
    let confirmado = acao.get(campo).and_then(Value::as_bool).unwrap_or(false);
    let local = format!("{local}/{campo}");
    match (canal == Canal::Negativacao, confirmado) {
        (true, false) => {
            Some(fault(&local, "confirmacao_obrigatoria", "confirme a negativação automática com true"))
        }
        (false, true) => Some(fault(&local, "nao_permitido", "só se confirma uma ação de negativacao")),
        (true, true) | (false, false) => None,
    }
}

/// Rule r11. Where a text may not stand at all, what is in it is judged as if it stood in an e-mail.
fn coringas(acao: &Value, local: &str, (campo, lugar): (&str, Lugar)) -> Vec<ErroCampo> {
    servico::textos::conferir(
        &format!("{local}/{campo}"),
        text(acao, campo).unwrap_or_default(),
        Canal::Email,
        lugar,
    )
}

fn list<'v>(valor: &'v Value, campo: &str) -> &'v [Value] {
    valor.get(campo).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text<'v>(valor: &'v Value, campo: &str) -> Option<&'v str> {
    valor.get(campo).and_then(Value::as_str)
}

fn is_there(valor: &Value, campo: &str) -> bool {
    valor.get(campo).is_some_and(|valor| !valor.is_null())
}

/// Whether the end of a range comes before its beginning.
fn ends_before<T: Ord>(de: Option<T>, ate: Option<T>) -> bool {
    de.zip(ate).is_some_and(|(de, ate)| ate < de)
}

fn days(posicao: &Value, campo: &str) -> Option<i64> {
    posicao.get(campo).and_then(Value::as_i64)
}

fn is_loop(posicao: &Value) -> bool {
    text(posicao, "tipo") == Some("reposicionamento")
}

fn is_cobranca(posicao: &Value) -> bool {
    !is_there(posicao, "tipo") || text(posicao, "tipo") == Some("cobranca")
}
