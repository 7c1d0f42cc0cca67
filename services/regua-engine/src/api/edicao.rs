//! What may be made of a régua, each edit a function from the régua as it is to the régua as it would be: what saves one
//! and what only looks at what it would do ask the same question.

use std::collections::BTreeMap;

use domain::execucao::Canal;
use domain::ids::{AcaoId, ConteudoId, PosicaoId, ReguaId, TemplateId};
use domain::regua::{
    Cabecalho, Criterios, Destinatarios, EstadoRegua, Gatilho, Modo, Posicao, Regua, ReguaError,
};
use serde_json::json;
use store::reguas::{Conteudo, ReguaInteira};
use web::Problema;

use super::entrada::{AcaoNova, MAX_ACOES, MAX_POSICOES, PosicaoNova, TipoPosicao};
use super::{codigos, regras, templates};

/// What an edit answers.
pub(super) type Editada = Result<ReguaInteira, Problema>;

/// What changes of the heading; `None` stays.
pub(super) struct Mudanca {
    pub(super) nome: Option<String>,
    pub(super) prioridade: Option<i32>,
    pub(super) modo: Option<Modo>,
    pub(super) criterios: Option<Criterios>,
}

/// What changes of an action; `None` stays.
pub(super) struct MudancaAcao {
    pub(super) assunto: Option<String>,
    pub(super) corpo: Option<String>,
    /// A template in the place of both, and its channel.
    pub(super) template: Option<(TemplateId, Canal)>,
    pub(super) destinatarios: Option<Destinatarios>,
    /// The id of the text, should it become another.
    pub(super) conteudo: ConteudoId,
}

/// A régua that was not there.
pub(super) fn create(nome: String, cabecalho: Cabecalho, novas: Vec<PosicaoNova>) -> Editada {
    let destinos: BTreeMap<u16, PosicaoId> = novas.iter().filter_map(as_destination).collect();
    let mut conteudos = BTreeMap::new();
    let mut posicoes = Vec::with_capacity(novas.len());
    for nova in novas {
        let gatilho = gatilho(&nova, |dias| destinos.get(&dias).copied())?;
        let acoes = take_texts(&nova.acoes, &mut conteudos);
        posicoes.push(Posicao { id: nova.id, gatilho, acoes });
    }
    let regua = Regua::new(cabecalho, posicoes).map_err(refusal)?;
    Ok(ReguaInteira { regua, nome, versao: 1, conteudos, credores: BTreeMap::new() })
}

/// Rule r12: the mode changes while the régua is inactive only.
pub(super) fn change(atual: &ReguaInteira, mudanca: &Mudanca) -> Editada {
    let antes = atual.regua.cabecalho();
    let modo = mudanca.modo.unwrap_or(antes.modo);
    if antes.estado == EstadoRegua::Ativa && modo != antes.modo {
        let detalhe = "desative a régua antes de mudar o modo";
        return Err(Problema::conflito(&codigos::REGUA_ATIVA, detalhe));
    }
    let cabecalho = Cabecalho {
        modo,
        prioridade: mudanca.prioridade.unwrap_or(antes.prioridade),
        criterios: mudanca.criterios.as_ref().unwrap_or(&antes.criterios).clone(),
        ..antes.clone()
    };
    let regua = unarchived(atual)?.regua.clone().com_cabecalho(cabecalho);
    let nome = mudanca.nome.as_ref().unwrap_or(&atual.nome).clone();
    Ok(ReguaInteira { regua, nome, ..atual.clone() })
}

/// Rules v02, v04. The state that it has already changes nothing.
pub(super) fn set_estado(atual: &ReguaInteira, estado: EstadoRegua) -> Editada {
    if estado != EstadoRegua::Arquivada {
        unarchived(atual)?;
    }
    complete(ReguaInteira { regua: atual.regua.clone().em_estado(estado), ..atual.clone() })
}

/// Rules r07, e02, e05.
pub(super) fn add_posicao(atual: &ReguaInteira, nova: &PosicaoNova) -> Editada {
    let posicoes = unarchived(atual)?.regua.posicoes();
    if posicoes.len() >= MAX_POSICOES {
        let detalhe = format!("a régua já tem {MAX_POSICOES} posições");
        return Err(Problema::conflito(&codigos::REGUA_CHEIA, detalhe));
    }
    let cobranca = |dias| posicoes.iter().find(|posicao| posicao.gatilho == Gatilho::Cobranca { dias });
    let gatilho = gatilho(nova, |dias| cobranca(dias).map(|posicao| posicao.id))?;
    let mut conteudos = atual.conteudos.clone();
    let acoes = take_texts(&nova.acoes, &mut conteudos);
    let com_ela = posicoes.iter().cloned().chain([Posicao { id: nova.id, gatilho, acoes }]).collect();
    with_posicoes(atual, com_ela, conteudos)
}

/// Rule r04.
pub(super) fn remove_posicao(atual: &ReguaInteira, id: PosicaoId) -> Editada {
    let posicoes = unarchived(atual)?.regua.posicoes();
    find(atual, id)?;
    if let Some(volta) = posicoes.iter().find(|posicao| posicao.gatilho.volta_para() == Some(id)) {
        let detalhe = format!("o reposicionamento {} volta a ela; remova-o antes", volta.gatilho);
        return Err(Problema::conflito(&codigos::DESTINO_DE_REPOSICIONAMENTO, detalhe));
    }
    let sem_ela = posicoes.iter().filter(|posicao| posicao.id != id).cloned().collect();
    with_posicoes(atual, sem_ela, atual.conteudos.clone())
}

/// Rules r08, l09, e02.
pub(super) fn add_acao(atual: &ReguaInteira, posicao: PosicaoId, nova: &AcaoNova) -> Editada {
    if find(unarchived(atual)?, posicao)?.acoes.len() >= MAX_ACOES {
        let detalhe = format!("a posição já tem {MAX_ACOES} ações");
        return Err(Problema::conflito(&codigos::POSICAO_CHEIA, detalhe));
    }
    let mut conteudos = atual.conteudos.clone();
    let acoes = take_texts(std::slice::from_ref(nova), &mut conteudos);
    let com_ela = with_posicao(atual, posicao, |posicao| posicao.acoes.extend(acoes));
    with_posicoes(atual, com_ela, conteudos)
}

/// Rule r13: another text is another row; what was sent keeps its own.
pub(super) fn change_acao(
    atual: &ReguaInteira,
    (posicao, acao): (PosicaoId, AcaoId),
    mudanca: &MudancaAcao,
) -> Editada {
    let dona = find(unarchived(atual)?, posicao)?;
    let antes =
        dona.acoes.iter().find(|candidata| candidata.id == acao).ok_or_else(Problema::nao_encontrado)?;
    let havia = antes.conteudo.and_then(|id| atual.conteudos.get(&id));
    let (assunto, corpo, template) = texts(mudanca, havia);
    let lembrete = matches!(dona.gatilho, Gatilho::Lembrete { .. });
    let seria = json!({
        "tipo": antes.canal.as_str(), "assunto": assunto, "corpo": corpo, "template_id": template.map(TemplateId::uuid),
        "confirmo_negativacao_automatica": antes.canal == Canal::Negativacao,
    });
    let mut erros = regras::of_acao(&seria, "", lembrete);
    let alheio = mudanca.template.filter(|(_, canal)| erros.is_empty() && *canal != antes.canal);
    erros.extend(alheio.map(|(_, canal)| templates::of_another_channel("/template_id", canal, antes.canal)));
    if !erros.is_empty() {
        return Err(Problema::validacao(erros));
    }
    let mut depois = antes.clone();
    depois.destinatarios = mudanca.destinatarios.unwrap_or(antes.destinatarios);
    let mut conteudos = atual.conteudos.clone();
    let seria = template.map(Conteudo::Template).or(corpo.map(|corpo| Conteudo::Texto { assunto, corpo }));
    if let Some(texto) = seria.filter(|texto| havia != Some(texto)) {
        depois.conteudo = Some(mudanca.conteudo);
        conteudos.insert(mudanca.conteudo, texto);
    }
    let mudar = |posicao: &mut Posicao| {
        let dela = posicao.acoes.iter_mut().filter(|candidata| candidata.id == acao);
        dela.for_each(|candidata| candidata.clone_from(&depois));
    };
    with_posicoes(atual, with_posicao(atual, posicao, mudar), conteudos)
}

/// Subject, body and template of an action after a change of it: a template takes the place of a text, and a text that of a
/// template.
fn texts(
    mudanca: &MudancaAcao,
    havia: Option<&Conteudo>,
) -> (Option<String>, Option<String>, Option<TemplateId>) {
    let (assunto, corpo) = (mudanca.assunto.clone(), mudanca.corpo.clone());
    let sem_texto = assunto.is_none() && corpo.is_none();
    match (mudanca.template, havia) {
        (Some((id, _)), _) => (assunto, corpo, Some(id)),
        (None, Some(Conteudo::Template(id))) if sem_texto => (None, None, Some(*id)),
        (None, havia) => {
            let do_que_havia = |parte: Option<&str>| parte.map(str::to_owned);
            let assunto = assunto.or_else(|| do_que_havia(havia.and_then(Conteudo::assunto)));
            (assunto, corpo.or_else(|| do_que_havia(havia.and_then(Conteudo::corpo))), None)
        }
    }
}

/// Rule r04.
pub(super) fn remove_acao(atual: &ReguaInteira, posicao: PosicaoId, acao: AcaoId) -> Editada {
    let dona = find(unarchived(atual)?, posicao)?;
    if dona.acoes.iter().all(|candidata| candidata.id != acao) {
        return Err(Problema::nao_encontrado());
    }
    let sem_ela = with_posicao(atual, posicao, |posicao| posicao.acoes.retain(|outra| outra.id != acao));
    with_posicoes(atual, sem_ela, atual.conteudos.clone())
}

/// Rule s11: another régua has the same mode and criteria.
pub(super) fn equal(id: ReguaId, nome: &str) -> Problema {
    let detalhe = format!("a régua «{nome}» ({id}) tem o mesmo modo e os mesmos critérios");
    Problema::conflito(&codigos::REGUA_IGUAL, detalhe)
}

fn with_posicoes(
    atual: &ReguaInteira,
    posicoes: Vec<Posicao>,
    conteudos: BTreeMap<ConteudoId, Conteudo>,
) -> Editada {
    let regua = atual.regua.clone().com_posicoes(posicoes).map_err(refusal)?;
    complete(ReguaInteira { regua, conteudos, ..atual.clone() })
}

fn with_posicao(atual: &ReguaInteira, id: PosicaoId, mudar: impl FnOnce(&mut Posicao)) -> Vec<Posicao> {
    let mut posicoes = atual.regua.posicoes().to_vec();
    if let Some(posicao) = posicoes.iter_mut().find(|posicao| posicao.id == id) {
        mudar(posicao);
    }
    posicoes
}

fn find(atual: &ReguaInteira, id: PosicaoId) -> Result<&Posicao, Problema> {
    atual.regua.posicao(id).ok_or_else(Problema::nao_encontrado)
}

/// An archived régua is over.
fn unarchived(atual: &ReguaInteira) -> Result<&ReguaInteira, Problema> {
    match atual.regua.estado() {
        EstadoRegua::Arquivada => {
            Err(Problema::conflito(&codigos::REGUA_ARQUIVADA, "a régua está arquivada"))
        }
        EstadoRegua::Ativa | EstadoRegua::Inativa => Ok(atual),
    }
}

/// Rule v02: what is active lacks nothing.
fn complete(depois: ReguaInteira) -> Editada {
    let faltas = match depois.regua.estado() {
        EstadoRegua::Ativa => regras::missing(&depois.regua),
        EstadoRegua::Inativa | EstadoRegua::Arquivada => Vec::new(),
    };
    if faltas.is_empty() { Ok(depois) } else { Err(Problema::validacao(faltas)) }
}

/// The day and, of a reposition, where it goes: a `D+` position before it (rule e05).
fn gatilho(nova: &PosicaoNova, destino: impl Fn(u16) -> Option<PosicaoId>) -> Result<Gatilho, Problema> {
    let dias = nova.dias;
    let sem_destino = || Problema::validacao(vec![regras::no_destination("/volta_para")]);
    match nova.tipo {
        TipoPosicao::Lembrete => Ok(Gatilho::Lembrete { dias_antes: dias }),
        TipoPosicao::Cobranca => Ok(Gatilho::Cobranca { dias }),
        TipoPosicao::Reposicionamento => {
            let volta = nova.volta_para.filter(|volta| *volta < dias);
            let para = volta.and_then(destino).ok_or_else(sem_destino)?;
            Ok(Gatilho::Reposicionamento { dias, para })
        }
    }
}

fn as_destination(nova: &PosicaoNova) -> Option<(u16, PosicaoId)> {
    (nova.tipo == TipoPosicao::Cobranca).then_some((nova.dias, nova.id))
}

fn take_texts(
    novas: &[AcaoNova],
    conteudos: &mut BTreeMap<ConteudoId, Conteudo>,
) -> Vec<domain::regua::Acao> {
    conteudos.extend(novas.iter().filter_map(|nova| nova.texto.clone()));
    novas.iter().map(|nova| nova.acao.clone()).collect()
}

fn refusal(erro: ReguaError) -> Problema {
    match erro {
        ReguaError::DiaRepetido(gatilho) => {
            let detalhe = format!("a régua teria duas posições {gatilho}");
            Problema::conflito(&codigos::POSICAO_DUPLICADA, detalhe)
        }
        ReguaError::CanalDeLembrete(_) => Problema::validacao(vec![regras::no_reminder_channel("/tipo")]),
        ReguaError::ReposicionamentoNaoEUltimo => {
            Problema::conflito(&codigos::REPOSICIONAMENTO_NAO_E_ULTIMO, erro.to_string())
        }
        ReguaError::ReposicionamentoRepetido => {
            Problema::conflito(&codigos::REPOSICIONAMENTO_REPETIDO, erro.to_string())
        }
        ReguaError::ReposicionamentoComAcao => {
            Problema::conflito(&codigos::REPOSICIONAMENTO_COM_ACAO, erro.to_string())
        }
        ReguaError::ReposicionamentoSemDestino => {
            Problema::validacao(vec![regras::no_destination("/volta_para")])
        }
    }
}
