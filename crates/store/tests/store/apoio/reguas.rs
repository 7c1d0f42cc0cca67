//! Réguas for tests, and the edits of them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::execucao::Canal;
use domain::ids::{AcaoId, ConteudoId, PosicaoId, ReguaId};
use domain::regua::{Acao, Cabecalho, Criterios, Destinatarios, EstadoRegua, Gatilho, Modo, Posicao, Regua};
use store::reguas::{self, Conteudo, ReguaInteira};
use store::{StoreError, Tenant, new_id};

use super::agora;

/// An inactive régua with one e-mail at each position.
pub(crate) fn nova_regua(gatilhos: &[Gatilho]) -> ReguaInteira {
    let cabecalho = Cabecalho {
        id: ReguaId::new(new_id(agora())),
        prioridade: 1,
        estado: EstadoRegua::Inativa,
        criada_em: agora(),
        modo: Modo::PorDevedor,
        criterios: Criterios::default(),
    };
    let posicoes: Vec<_> = gatilhos.iter().map(|gatilho| posicao(*gatilho)).collect();
    let acoes = posicoes.iter().flat_map(|posicao| &posicao.acoes);
    let conteudos = acoes.map(|acao| (acao.conteudo.unwrap(), aviso())).collect();
    let regua = Regua::new(cabecalho, posicoes).unwrap();
    ReguaInteira { regua, nome: "Padrão".to_owned(), versao: 1, conteudos, credores: BTreeMap::new() }
}

/// A position with one e-mail.
pub(crate) fn posicao(gatilho: Gatilho) -> Posicao {
    let acao = Acao {
        id: AcaoId::new(new_id(agora())),
        canal: Canal::Email,
        conteudo: Some(ConteudoId::new(new_id(agora()))),
        destinatarios: Destinatarios::Preferido,
    };
    Posicao { id: PosicaoId::new(new_id(agora())), gatilho, acoes: vec![acao] }
}

pub(crate) fn aviso() -> Conteudo {
    Conteudo::Texto { assunto: Some("Aviso".to_owned()), corpo: "Olá, #NOME#".to_owned() }
}

/// Saves what `editar` makes of a régua; answers whether the company has it.
pub(crate) fn edit(
    t: &mut Tenant<'_>,
    id: ReguaId,
    agora: DateTime<Utc>,
    editar: impl FnOnce(Regua) -> Regua,
) -> Result<bool, StoreError> {
    let Some(antes) = reguas::lock(t, id)? else { return Ok(false) };
    let mut depois = antes.clone();
    depois.regua = editar(antes.regua.clone());
    let acoes = depois.regua.posicoes().iter().flat_map(|posicao| &posicao.acoes);
    for conteudo in acoes.filter_map(|acao| acao.conteudo) {
        depois.conteudos.entry(conteudo).or_insert_with(aviso);
    }
    reguas::save(t, &antes, &depois, agora)?.unwrap();
    Ok(true)
}

pub(crate) fn set_estado(
    t: &mut Tenant<'_>,
    id: ReguaId,
    estado: EstadoRegua,
    agora: DateTime<Utc>,
) -> Result<bool, StoreError> {
    edit(t, id, agora, |regua| regua.em_estado(estado))
}

/// One more position with one e-mail.
pub(crate) fn add_posicao(
    t: &mut Tenant<'_>,
    id: ReguaId,
    gatilho: Gatilho,
    agora: DateTime<Utc>,
) -> Result<bool, StoreError> {
    edit(t, id, agora, |regua| {
        let posicoes = regua.posicoes().iter().cloned().chain([posicao(gatilho)]).collect();
        regua.com_posicoes(posicoes).unwrap()
    })
}
