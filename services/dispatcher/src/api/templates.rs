//! Templates: written, changed by versions, archived, and seen as a debtor would.

mod entrada;
mod previa;

use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use chrono::{DateTime, Utc};
use deserr::Deserr;
use domain::execucao::Canal;
use domain::ids::TemplateId;
use serde::Serialize;
use serde_json::Value;
use store::templates::{self, Filtro, NomeOcupado, TemplateLido, VersaoLida};
use store::{StoreError, Tenant};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{
    Autorizado, Caminho, Codigo, Consulta, Corpo, Cursor, ErrosCampo, Limite, Pagina, Problema, Resposta,
    SeVersao, escopos, esquema, etag,
};

use super::Contexto;
use entrada::{CanalDeTexto, TemplateEntrada, TemplateMudanca};

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

/// Um template: um texto com coringas, que as ações das réguas citam.
#[derive(Serialize, ToSchema)]
struct Template {
    /// Id.
    id: Uuid,
    /// Canal.
    #[schema(value_type = CanalDeTexto, example = "email")]
    canal: String,
    /// Nome, único entre os do canal.
    #[schema(example = "Primeiro aviso")]
    nome: String,
    /// Assunto, com coringas; nulo em SMS e carta.
    #[schema(example = "#PRIMEIRO_NOME#, há um valor em aberto")]
    assunto: Option<String>,
    /// Texto, com coringas.
    #[schema(example = "Olá, #NOME#.\n\n#LISTA_TITULOS#")]
    corpo: String,
    /// Versão; cresce a cada mudança.
    #[schema(example = 1)]
    versao: i32,
    /// Quando foi criado.
    criado_em: DateTime<Utc>,
    /// Quando mudou pela última vez.
    alterado_em: DateTime<Utc>,
    /// Desde quando está arquivado.
    arquivado_em: Option<DateTime<Utc>>,
}

impl From<TemplateLido> for Template {
    fn from(lido: TemplateLido) -> Self {
        let TemplateLido {
            id,
            canal,
            nome,
            assunto,
            corpo,
            versao,
            criado_em,
            alterado_em,
            arquivado_em,
            ..
        } = lido;
        Self { id, canal, nome, assunto, corpo, versao, criado_em, alterado_em, arquivado_em }
    }
}

/// Uma versão de um template. Nenhuma muda depois.
#[derive(Serialize, ToSchema)]
struct VersaoDeTemplate {
    /// Número, a partir de 1.
    #[schema(example = 1)]
    versao: i32,
    /// Nome que tinha.
    nome: String,
    /// Assunto, com coringas; nulo em SMS e carta.
    assunto: Option<String>,
    /// Texto, com coringas.
    corpo: String,
    /// Chave de API que a escreveu.
    autor: Option<Uuid>,
    /// Quando.
    criada_em: DateTime<Utc>,
}

impl From<VersaoLida> for VersaoDeTemplate {
    fn from(lida: VersaoLida) -> Self {
        let VersaoLida { versao, nome, assunto, corpo, autor, criada_em } = lida;
        Self { versao, nome, assunto, corpo, autor, criada_em }
    }
}

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

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Lista {
    /// Somente os deste canal.
    #[deserr(default)]
    #[param(inline)]
    canal: Option<CanalDeTexto>,
    /// `true`: os arquivados, em vez dos outros.
    #[deserr(default)]
    #[param(value_type = Option<bool>, default = false)]
    arquivados: web::Lido<bool>,
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, default = 50, minimum = 1, maximum = 500)]
    limite: Limite,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Cursor>, inline)]
    cursor: Option<Cursor<(String, Uuid)>>,
}

/// Lista os templates, por nome.
#[utoipa::path(
    operation_id = "listar_templates",
    tag = "Templates",
    params(Lista),
    responses((status = 200, description = "Uma página de templates.", body = Pagina<Template>)),
    security(("chave_api" = ["templates:ler"])),
)]
#[get("/v1/templates")]
pub(super) async fn list(
    acesso: Autorizado<escopos::templates::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<Lista>,
) -> Result<Pagina<Template>, Problema> {
    let Lista { canal, arquivados, limite, cursor } = consulta.0;
    let filtro = Filtro { canal: canal.map(Canal::from), arquivados: arquivados.0 };
    let lidos = contexto.servico.da_empresa(&acesso, move |t| {
        templates::list(t, &filtro, cursor.as_ref().map(|cursor| cursor.0.clone()), limite.com_folga())
    });
    Ok(Pagina::from_rows(lidos.await?, limite, |lido| (lido.chave.clone(), lido.id)).map(Template::from))
}

/// Lê um template.
#[utoipa::path(
    operation_id = "ler_template",
    tag = "Templates",
    params(("id" = Uuid, Path, description = "Id do template.")),
    responses((status = 200, description = "O template.", body = Template,
               headers(("ETag" = String, description = "Versão, para `If-Match`.")))),
    security(("chave_api" = ["templates:ler"])),
)]
#[get("/v1/templates/{id}")]
pub(super) async fn get(
    acesso: Autorizado<escopos::templates::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<TemplateId>,
) -> Result<Resposta, Problema> {
    let lido = contexto.servico.da_empresa(&acesso, move |t| templates::get(t, id.0)).await?;
    Ok(answer(lido.ok_or_else(Problema::nao_encontrado)?))
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Versoes {
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, default = 50, minimum = 1, maximum = 500)]
    limite: Limite,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Cursor>, inline)]
    cursor: Option<Cursor<i32>>,
}

/// Lista as versões de um template, da última para a primeira.
#[utoipa::path(
    operation_id = "listar_versoes_de_template",
    tag = "Templates",
    params(("id" = Uuid, Path, description = "Id do template."), Versoes),
    responses((status = 200, description = "Uma página de versões.", body = Pagina<VersaoDeTemplate>)),
    security(("chave_api" = ["templates:ler"])),
)]
#[get("/v1/templates/{id}/versoes")]
pub(super) async fn versions(
    acesso: Autorizado<escopos::templates::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<TemplateId>,
    consulta: Consulta<Versoes>,
) -> Result<Pagina<VersaoDeTemplate>, Problema> {
    let Versoes { limite, cursor } = consulta.0;
    let antes_de = cursor.map(|cursor| cursor.0);
    let lidas = contexto.servico.da_empresa(&acesso, move |t| {
        let ha = templates::get(t, id.0)?.is_some();
        Ok((ha, templates::versions(t, id.0, antes_de, limite.com_folga())?))
    });
    let (ha, lidas) = lidas.await?;
    if !ha {
        return Err(Problema::nao_encontrado());
    }
    Ok(Pagina::from_rows(lidas, limite, |lida| lida.versao).map(VersaoDeTemplate::from))
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

fn answer(lido: TemplateLido) -> Resposta {
    let versao = etag(lido.versao);
    Resposta::ok(&Template::from(lido)).com_versao(versao)
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
