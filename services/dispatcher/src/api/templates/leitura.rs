//! Templates as they are read.

use actix_web::get;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use deserr::Deserr;
use domain::execucao::Canal;
use domain::ids::TemplateId;
use serde::Serialize;
use store::templates::{self, Filtro, TemplateLido, VersaoLida};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{
    Autorizado, Caminho, Consulta, Cursor, ErrosCampo, Limite, Pagina, Problema, Resposta, escopos, esquema,
    etag,
};

use super::entrada::CanalDeTexto;
use crate::api::Contexto;

/// Um template: um texto com coringas, que as ações das réguas citam.
#[derive(Serialize, ToSchema)]
pub(super) struct Template {
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
pub(in crate::api) async fn list(
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
pub(in crate::api) async fn get(
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
pub(in crate::api) async fn versions(
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

/// A template with its version.
pub(super) fn answer(lido: TemplateLido) -> Resposta {
    let versao = etag(lido.versao);
    Resposta::ok(&Template::from(lido)).com_versao(versao)
}
