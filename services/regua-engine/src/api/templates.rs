//! The templates that actions name (rule r09).

use std::collections::BTreeMap;

use domain::execucao::Canal;
use domain::ids::TemplateId;
use store::StoreError;
use store::reguas;
use web::{ErroCampo, Problema, Solicitante};

use super::Contexto;
use super::regras::fault;

/// A template that an action of this channel is to send, and where it was named.
pub(super) struct Citado {
    pub(super) local: String,
    pub(super) canal: Canal,
    pub(super) id: TemplateId,
}

/// Whether the company has all of them, of the right channels and not archived.
///
/// # Errors
/// 422 with every one of which that is not so.
pub(super) async fn check(
    contexto: &Contexto,
    solicitante: impl Into<Solicitante>,
    citados: Vec<Citado>,
) -> Result<(), Problema> {
    if citados.is_empty() {
        return Ok(());
    }
    let vistos = look_up(contexto, solicitante, citados.iter().map(|citado| citado.id).collect()).await?;
    let erros: Vec<ErroCampo> = citados
        .iter()
        .filter_map(|citado| refusal(&citado.local, citado.canal, vistos.get(&citado.id)))
        .collect();
    if erros.is_empty() { Ok(()) } else { Err(Problema::validacao(erros)) }
}

/// The channel of the one that an action of a channel still unknown is to send.
///
/// # Errors
/// 422 when the company has none such, or it is archived.
pub(super) async fn channel_of(
    contexto: &Contexto,
    solicitante: impl Into<Solicitante>,
    id: Option<TemplateId>,
) -> Result<Option<(TemplateId, Canal)>, Problema> {
    let Some(id) = id else { return Ok(None) };
    let vistos = look_up(contexto, solicitante, vec![id]).await?;
    let visto = vistos.get(&id);
    let canal = visto.map_or(Canal::Email, |visto| visto.canal);
    match refusal("/template_id", canal, visto) {
        Some(recusa) => Err(Problema::validacao(vec![recusa])),
        None => Ok(Some((id, canal))),
    }
}

/// The template speaks on another channel than the action.
pub(super) fn of_another_channel(local: &str, dele: Canal, da_acao: Canal) -> ErroCampo {
    let detalhe = format!("o template é de {dele}, e a ação de {da_acao}");
    fault(local, "template_de_outro_canal", detalhe)
}

struct Visto {
    canal: Canal,
    arquivado: bool,
}

async fn look_up(
    contexto: &Contexto,
    solicitante: impl Into<Solicitante>,
    ids: Vec<TemplateId>,
) -> Result<BTreeMap<TemplateId, Visto>, Problema> {
    let lidos = contexto.servico.da_empresa(solicitante, move |t| {
        let vistos = reguas::templates(t, &ids)?.into_iter().map(|visto| {
            let canal = Canal::parse(&visto.canal).ok().ok_or(StoreError::Unknown("canal"))?;
            Ok((TemplateId::new(visto.id), Visto { canal, arquivado: visto.arquivado }))
        });
        vistos.collect()
    });
    lidos.await
}

fn refusal(local: &str, da_acao: Canal, visto: Option<&Visto>) -> Option<ErroCampo> {
    match visto {
        None => Some(fault(local, "template_desconhecido", "a empresa não tem template com este id")),
        Some(visto) if visto.arquivado => {
            Some(fault(local, "template_arquivado", "o template está arquivado; escolha outro"))
        }
        Some(visto) if visto.canal != da_acao => Some(of_another_channel(local, visto.canal, da_acao)),
        Some(_) => None,
    }
}
