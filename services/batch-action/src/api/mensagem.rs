//! What is said: a template of the action's channel (rule b12).

use actix_web::put;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use deserr::Deserr;
use domain::coringas::Coringa;
use domain::ids::{LoteId, TemplateId};
use store::lotes::{self, Lote, TemplateDeLote};
use store::{StoreError, Tenant};
use utoipa::ToSchema;
use web::{Autorizado, Caminho, Corpo, ErroCampo, ErrosCampo, Problema, Resposta, SeVersao, escopos};

use super::saida::AcaoEmLote;
use super::{Contexto, Passo, forbidden, step};

/// O que é dito.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct MensagemEntrada {
    /// Template, do canal da ação e não arquivado.
    #[schema(value_type = Uuid)]
    template_id: TemplateId,
}

/// Escolhe a mensagem, entre os templates do canal da ação. Enriquecimento e negativação não têm mensagem.
#[utoipa::path(
    operation_id = "escolher_mensagem_de_acao_em_lote",
    tag = "Ações em lote",
    params(
        ("id" = Uuid, Path, description = "Id da ação."),
        ("If-Match" = Option<String>, Header, description = "`ETag` da versão lida; sem ele, muda qualquer versão."),
    ),
    request_body(content = MensagemEntrada, example = json!({"template_id": "0192b1f0-0000-7000-8000-000000000001"})),
    responses((status = 200, description = "A ação com a mensagem.", body = AcaoEmLote,
               headers(("ETag" = String, description = "Nova versão.")))),
    security(("chave_api" = ["acoes_em_lote:escrever"])),
)]
#[put("/v1/acoes-em-lote/{id}/mensagem")]
pub(super) async fn put(
    acesso: Autorizado<escopos::acoes_em_lote::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<LoteId>,
    vista: SeVersao,
    corpo: Corpo<MensagemEntrada>,
) -> Result<Resposta, Problema> {
    let template = corpo.0.template_id;
    let agora = contexto.servico.relogio.agora();
    step(&contexto, &acesso, (id.0, Some(vista)), move |t, lote| choose(t, lote, template, agora)).await
}

fn choose(t: &mut Tenant<'_>, lote: &Lote, id: TemplateId, agora: DateTime<Utc>) -> Passo {
    if !lote.tipo.exige_conteudo() {
        return Ok(Err(refuse("nao_permitido", format!("uma ação de {} não tem mensagem", lote.tipo))));
    }
    match lotes::template(t, id)? {
        Some(template) if template.serve(lote.tipo) => match template.sem_valor(lote) {
            Some(coringa) => Ok(Err(refuse("coringa_sem_valor", never(coringa)))),
            None => Ok(lotes::choose(t, lote, &template, agora)?.map_err(forbidden)),
        },
        template => Ok(Err(refusal(t, lote, template.as_ref())?)),
    }
}

fn never(coringa: Coringa) -> String {
    let de_regua = matches!(coringa, Coringa::Regua | Coringa::Posicao);
    let de_quem = if de_regua {
        "só tem valor no que uma régua envia"
    } else {
        "não tem valor para um contato avulso"
    };
    format!("#{}# {de_quem}", coringa.nome())
}

/// Why this one is not it; first, whether any could be.
fn refusal(
    t: &mut Tenant<'_>,
    lote: &Lote,
    template: Option<&TemplateDeLote>,
) -> Result<Problema, StoreError> {
    let tipo = lote.tipo;
    if !lotes::exists_for(t, tipo)? {
        let detalhe = format!("a empresa não tem template de {tipo}; crie um em POST /v1/templates");
        return Ok(refuse("canal_sem_template", detalhe));
    }
    Ok(match template {
        None => refuse("template_desconhecido", "a empresa não tem template com este id".to_owned()),
        Some(template) if template.canal != tipo => {
            let detalhe = format!("o template é de {}, e a ação de {tipo}", template.canal);
            refuse("template_de_outro_canal", detalhe)
        }
        Some(_) => refuse("template_arquivado", "o template está arquivado; escolha outro".to_owned()),
    })
}

fn refuse(codigo: &'static str, detalhe: String) -> Problema {
    let campo = "/template_id".to_owned();
    Problema::validacao(vec![ErroCampo { campo, codigo: codigo.into(), detalhe: detalhe.into() }])
}
