//! The rules between the fields of a régua.
//!
//! They look at the JSON itself and not at what was read from it, so that they are told together with faults of form: a
//! person who mends a régua wants the whole list, and a field that cannot be read hides no other.

use domain::coringas::{Coringa, Texto};
use domain::execucao::Canal;
use domain::regua::{Falta, Gatilho, Regua};
use serde_json::Value;
use web::ErroCampo;

use super::entrada::{MAX_ACOES, MAX_POSICOES};

/// Longest name of a coringa that comes back, in characters.
const MAX_ECO: usize = 64;

/// Faults of a whole régua.
pub(super) fn of_regua(regua: &Value) -> Vec<ErroCampo> {
    let posicoes = list(regua, "posicoes").iter().take(MAX_POSICOES).enumerate();
    posicoes.flat_map(|(i, posicao)| of_posicao_at(posicao, &format!("/posicoes/{i}"))).collect()
}

/// Faults of one position.
pub(super) fn of_posicao(posicao: &Value) -> Vec<ErroCampo> {
    of_posicao_at(posicao, "")
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
            let detalhe = format!("a posição {} não tem ação", day(posicao.gatilho));
            fault(&format!("/posicoes/{i}/acoes"), "posicao_sem_acao", detalhe)
        }),
        Falta::Conteudo { posicao, acao } => at(*posicao).and_then(|(i, posicao)| {
            let j = posicao.acoes.iter().position(|outra| outra.id == *acao)?;
            let detalhe = format!("uma ação da posição {} não tem texto", day(posicao.gatilho));
            Some(fault(&format!("/posicoes/{i}/acoes/{j}/corpo"), "acao_sem_conteudo", detalhe))
        }),
    };
    faltas.iter().filter_map(falta).collect()
}

/// A day of a régua as people say it.
pub(super) fn day(gatilho: Gatilho) -> String {
    match gatilho {
        Gatilho::Lembrete { dias_antes } => format!("D-{dias_antes}"),
        Gatilho::Cobranca { dias } => format!("D+{dias}"),
    }
}

fn of_posicao_at(posicao: &Value, local: &str) -> Vec<ErroCampo> {
    let lembrete = text(posicao, "tipo") == Some("lembrete");
    let acoes = list(posicao, "acoes").iter().take(MAX_ACOES).enumerate();
    acoes.flat_map(|(j, acao)| of_acao(acao, &format!("{local}/acoes/{j}"), lembrete)).collect()
}

fn of_acao(acao: &Value, local: &str, lembrete: bool) -> Vec<ErroCampo> {
    let mut erros = Vec::new();
    // An unknown type is a fault of form; what depends on it cannot be judged.
    if let Some(canal) = text(acao, "tipo").and_then(|tipo| Canal::parse(tipo).ok()) {
        if lembrete && !canal.lembra() {
            let detalhe = "lembrete aceita somente e-mail e SMS";
            erros.push(fault(&format!("{local}/tipo"), "canal_de_lembrete", detalhe));
        }
        erros.extend(content(acao, local, canal));
        erros.extend(confirmation(acao, local, canal));
    }
    erros.extend(["assunto", "corpo"].into_iter().flat_map(|campo| coringas(acao, local, campo)));
    erros
}

/// Rules r09 and r10: which texts an action has.
fn content(acao: &Value, local: &str, canal: Canal) -> Vec<ErroCampo> {
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

/// Rule r11, and that a list fits in no subject.
fn coringas(acao: &Value, local: &str, campo: &str) -> Vec<ErroCampo> {
    let local = format!("{local}/{campo}");
    match Texto::parse(text(acao, campo).unwrap_or_default()) {
        Err(desconhecidos) => desconhecidos.iter().map(|coringa| unknown(&local, &coringa.nome)).collect(),
        Ok(texto) if campo == "assunto" && texto.coringas().any(Coringa::lista) => {
            vec![fault(&local, "coringa_nao_permitido", "#LISTA_TITULOS# não cabe no assunto")]
        }
        Ok(_) => Vec::new(),
    }
}

fn unknown(local: &str, nome: &str) -> ErroCampo {
    let nome: String = nome.chars().take(MAX_ECO).collect();
    fault(local, "coringa_desconhecido", format!("#{nome}# não existe; veja GET /v1/coringas"))
}

fn fault(campo: &str, codigo: &'static str, detalhe: impl Into<std::borrow::Cow<'static, str>>) -> ErroCampo {
    ErroCampo { campo: campo.to_owned(), codigo: codigo.into(), detalhe: detalhe.into() }
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
