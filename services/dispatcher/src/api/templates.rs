//! Templates: written, changed by versions, archived, and seen as a debtor would.

mod entrada;
mod leitura;
mod previa;

use actix_web::web::Data;
use actix_web::{delete, patch, post};
use domain::ids::TemplateId;
use serde_json::Value;
use store::templates::{self, NomeOcupado, TemplateLido};
use store::{StoreError, Tenant};
use web::{Autorizado, Caminho, Codigo, Corpo, Problema, Resposta, SeVersao, escopos, etag};

use super::Contexto;
use entrada::{TemplateEntrada, TemplateMudanca};
use leitura::{Template, answer};

pub(super) use leitura::{get, list, versions};
pub(super) use previa::preview;

/// A name is one template's of its channel.
pub(super) static TEMPLATE_EXISTENTE: Codigo = Codigo::new(
    "template_existente",
    409,
    "Já existe um template com esse nome",
    "Dois templates não arquivados do mesmo canal não têm o mesmo nome, sem diferença de acento nem de maiúscula.",
);
/// What sends it would be left without a text.
pub(super) static TEMPLATE_EM_USO: Codigo = Codigo::new(
    "template_em_uso",
    409,
    "O template está em uso",
    "Um template que uma régua envia não é arquivado, e um que alguma ação já citou não é apagado: arquive-o quando nenhuma \
     régua o enviar mais. O detalhe diz quais.",
);
/// What is archived is over.
pub(super) static TEMPLATE_ARQUIVADO: Codigo = Codigo::new(
    "template_arquivado",
    409,
    "Template arquivado",
    "Um template arquivado não muda mais. Crie outro.",
);

/// Cria um template.
#[utoipa::path(
    operation_id = "criar_template",
    tag = "Templates",
    request_body(content = TemplateEntrada, example = json!({
        "canal": "sms", "nome": "Primeiro aviso",
        "corpo": "#CREDOR#: #PRIMEIRO_NOME|padrao=cliente#, há #TOTAL# em aberto desde #VENCIMENTO_MAIS_ANTIGO#.",
    })),
    responses((status = 201, description = "O template criado.", body = Template,
               headers(("Location" = String, description = "Endereço do template."), ("ETag" = String, description = "Versão.")))),
    security(("chave_api" = ["templates:escrever"])),
)]
#[post("/v1/templates")]
pub(super) async fn post(
    acesso: Autorizado<escopos::templates::Escrever>,
    contexto: Data<Contexto>,
    corpo: Corpo<Value>,
) -> Result<Resposta, Problema> {
    let (canal, novo) = entrada::read_new(corpo.0)?;
    let agora = contexto.servico.relogio.agora();
    let criar = move |t: &mut Tenant<'_>| match templates::create(t, canal, &novo, agora)? {
        Ok(id) => {
            let lido = templates::get(t, id)?.ok_or(StoreError::Unknown("template"))?;
            let versao = etag(lido.versao);
            Ok(Ok(Resposta::criada(format!("/v1/templates/{id}"), &Template::from(lido)).com_versao(versao)))
        }
        Err(NomeOcupado) => Ok(Err(name_taken(&novo.nome, canal.as_str()))),
    };
    contexto.servico.gravar(&acesso, criar).await
}

/// Muda o nome ou o texto de um template, como uma nova versão. O que não vem fica como está; o canal não muda.
///
/// O texto novo vale para o que ainda não foi enviado; o histórico guarda o que foi.
#[utoipa::path(
    operation_id = "mudar_template",
    tag = "Templates",
    params(
        ("id" = Uuid, Path, description = "Id do template."),
        ("If-Match" = Option<String>, Header, description = "`ETag` da versão lida; sem ele, muda qualquer versão."),
    ),
    request_body(content = TemplateMudanca, example = json!({"nome": "Segundo aviso"})),
    responses((status = 200, description = "O template mudado.", body = Template,
               headers(("ETag" = String, description = "Nova versão.")))),
    security(("chave_api" = ["templates:escrever"])),
)]
#[patch("/v1/templates/{id}")]
pub(super) async fn patch(
    acesso: Autorizado<escopos::templates::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<TemplateId>,
    vista: SeVersao,
    corpo: Corpo<Value>,
) -> Result<Resposta, Problema> {
    let mudanca = entrada::read_change(corpo.0)?;
    let agora = contexto.servico.relogio.agora();
    change(&contexto, &acesso, (id.0, vista), move |t, antes| {
        let depois = match live(antes).and_then(|()| mudanca.of(antes)) {
            Ok(depois) => depois,
            Err(recusa) => return Ok(Err(recusa)),
        };
        let mudado = templates::change(t, antes, &depois, agora)?;
        Ok(mudado.map_err(|NomeOcupado| name_taken(&depois.nome, &antes.canal)))
    })
    .await
}

/// Arquiva um template: ele sai das listas, e nenhuma ação nova o cita. Pedir de novo não muda nada.
#[utoipa::path(
    operation_id = "arquivar_template",
    tag = "Templates",
    params(
        ("id" = Uuid, Path, description = "Id do template."),
        ("If-Match" = Option<String>, Header, description = "`ETag` da versão lida; sem ele, arquiva qualquer versão."),
    ),
    responses((status = 200, description = "O template arquivado.", body = Template,
               headers(("ETag" = String, description = "Nova versão.")))),
    security(("chave_api" = ["templates:escrever"])),
)]
#[post("/v1/templates/{id}/arquivamento")]
pub(super) async fn archive(
    acesso: Autorizado<escopos::templates::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<TemplateId>,
    vista: SeVersao,
) -> Result<Resposta, Problema> {
    let agora = contexto.servico.relogio.agora();
    change(&contexto, &acesso, (id.0, vista), move |t, antes| {
        let id = TemplateId::new(antes.id);
        let reguas = templates::usage(t, id)?.reguas;
        if antes.arquivado_em.is_none() && !reguas.is_empty() {
            return Ok(Err(in_use(&reguas)));
        }
        templates::archive(t, id, agora).map(Ok)
    })
    .await
}

/// Apaga um template que nenhuma ação jamais citou.
#[utoipa::path(
    operation_id = "apagar_template",
    tag = "Templates",
    params(
        ("id" = Uuid, Path, description = "Id do template."),
        ("If-Match" = Option<String>, Header, description = "`ETag` da versão lida; sem ele, apaga qualquer versão."),
    ),
    responses((status = 204, description = "Não há mais esse template.")),
    security(("chave_api" = ["templates:escrever"])),
)]
#[delete("/v1/templates/{id}")]
pub(super) async fn apagar(
    acesso: Autorizado<escopos::templates::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<TemplateId>,
    vista: SeVersao,
) -> Result<Resposta, Problema> {
    let id = id.0;
    let apagar = move |t: &mut Tenant<'_>| {
        let Some(antes) = templates::lock(t, id)? else { return Ok(Err(Problema::nao_encontrado())) };
        if let Err(recusa) = vista.confere(antes.versao) {
            return Ok(Err(recusa));
        }
        let uso = templates::usage(t, id)?;
        if uso.ja_usado {
            return Ok(Err(in_use(&uso.reguas)));
        }
        templates::delete(t, id)?;
        Ok(Ok(Resposta::vazia()))
    };
    contexto.servico.gravar(&acesso, apagar).await
}

/// Changes a template if it is still the version that the caller saw, and answers it.
async fn change<E>(
    contexto: &Contexto,
    acesso: &Autorizado<E>,
    (id, vista): (TemplateId, SeVersao),
    mut mudar: impl FnMut(&mut Tenant<'_>, &TemplateLido) -> Result<Result<(), Problema>, StoreError>
    + Send
    + 'static,
) -> Result<Resposta, Problema> {
    let gravar = move |t: &mut Tenant<'_>| {
        let Some(antes) = templates::lock(t, id)? else { return Ok(Err(Problema::nao_encontrado())) };
        if let Err(recusa) = vista.confere(antes.versao) {
            return Ok(Err(recusa));
        }
        if let Err(recusa) = mudar(t, &antes)? {
            return Ok(Err(recusa));
        }
        Ok(Ok(answer(templates::get(t, id)?.ok_or(StoreError::Unknown("template"))?)))
    };
    contexto.servico.gravar(acesso, gravar).await
}

fn live(lido: &TemplateLido) -> Result<(), Problema> {
    match lido.arquivado_em {
        Some(_) => Err(Problema::conflito(&TEMPLATE_ARQUIVADO, "o template está arquivado")),
        None => Ok(()),
    }
}

fn name_taken(nome: &str, canal: &str) -> Problema {
    Problema::conflito(&TEMPLATE_EXISTENTE, format!("já há um template de {canal} com o nome «{nome}»"))
}

fn in_use(reguas: &[String]) -> Problema {
    let detalhe = match reguas {
        [] => "ações de réguas já o citaram; arquive-o".to_owned(),
        reguas => format!("estas réguas o enviam: {}", reguas.join(", ")),
    };
    Problema::conflito(&TEMPLATE_EM_USO, detalhe)
}
