//! The OpenAPI document: from the routes, with what is the same for all of them added once.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::response::{ResponseBuilder, Responses};
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required, Response,
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::problema::{MIDIA_PROBLEMA, Problema};

/// Name of the security scheme, for `security(("chave_api" = ["titulos:ler"]))`.
const ESQUEMA: &str = "chave_api";
const PROBLEMA: &str = "Problema";
const IF_MATCH: &str = "If-Match";
/// What stands in `If-Match`, by RFC 9110, 13.1.1.
const VERSOES: &str = r#"^(\*|(W/)?"[!#-~]*"(, *(W/)?"[!#-~]*")*)$"#;

/// What the document says of itself, in Portuguese.
#[derive(Clone, Copy, Debug)]
pub struct InfoApi {
    /// Title.
    pub titulo: &'static str,
    /// What the service is for (Markdown).
    pub descricao: &'static str,
    /// Version of the API.
    pub versao: &'static str,
}

/// The document of the routes that `configure` adds, without starting a server.
pub fn documento(info: InfoApi, configure: impl FnOnce(&mut ServiceConfig<'_>)) -> OpenApi {
    let app = actix_web::App::new().into_utoipa_app().openapi(base(info));
    let (_, mut documento) = app.configure(configure).split_for_parts();
    for item in documento.paths.paths.values_mut() {
        for (metodo, operacao) in operacoes_mut(item) {
            add_problem(&mut operacao.responses);
            shape_versions(operacao);
            if matches!(metodo, "POST" | "PATCH") && names_scope(operacao) {
                operacao.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
            }
        }
    }
    close_inputs(&mut documento);
    documento
}

/// Operations under `/v1` that name no scope, as `GET /v1/titulos`: a test of every service keeps this empty.
#[must_use]
pub fn rotas_sem_escopo(documento: &OpenApi) -> Vec<String> {
    let mut faltam = Vec::new();
    for (caminho, item) in &documento.paths.paths {
        if !caminho.starts_with("/v1") {
            continue;
        }
        for (metodo, operacao) in operacoes(item) {
            if !names_scope(operacao) {
                faltam.push(format!("{metodo} {caminho}"));
            }
        }
    }
    faltam
}

/// The methods of a path.
pub(crate) fn operacoes(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    let todas = [
        ("GET", &item.get),
        ("PUT", &item.put),
        ("POST", &item.post),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
        ("HEAD", &item.head),
        ("OPTIONS", &item.options),
    ];
    todas.into_iter().filter_map(|(metodo, operacao)| Some((metodo, operacao.as_ref()?)))
}

fn operacoes_mut(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let todas = [
        ("GET", &mut item.get),
        ("PUT", &mut item.put),
        ("POST", &mut item.post),
        ("PATCH", &mut item.patch),
        ("DELETE", &mut item.delete),
    ];
    todas.into_iter().filter_map(|(metodo, operacao)| Some((metodo, operacao.as_mut()?)))
}

fn base(info: InfoApi) -> OpenApi {
    let mut esquemas = vec![(PROBLEMA.to_owned(), Problema::schema())];
    Problema::schemas(&mut esquemas);
    let chave = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("cob_<id>_<segredo>")
        .description(Some("Chave de API da empresa. Cada operação diz o escopo que exige."))
        .build();
    let mut componentes = ComponentsBuilder::new()
        .security_scheme(ESQUEMA, SecurityScheme::Http(chave))
        .response(PROBLEMA, problem_response())
        .build();
    componentes.schemas.extend(esquemas);
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title(info.titulo)
                .description(Some(info.descricao))
                .version(info.versao)
                .build(),
        )
        .components(Some(componentes))
        .security(Some([SecurityRequirement::new(ESQUEMA, Vec::<String>::new())]))
        .build()
}

fn problem_response() -> Response {
    let conteudo = ContentBuilder::new().schema(Some(Ref::from_schema_name(PROBLEMA))).build();
    ResponseBuilder::new()
        .description("Qualquer recusa ou falha, no formato da RFC 9457.")
        .content(MIDIA_PROBLEMA, conteudo)
        .build()
}

/// Whether the operation says that it compares an `If-Match`.
pub(crate) fn takes_version(operacao: &Operation) -> bool {
    operacao
        .parameters
        .iter()
        .flatten()
        .any(|parametro| matches!(parametro, RefOr::T(parametro) if parametro.name == IF_MATCH))
}

/// An `If-Match` is `*` or the `ETag`s that the caller has seen.
fn shape_versions(operacao: &mut Operation) {
    let vistas = operacao.parameters.iter_mut().flatten().filter_map(|parametro| match parametro {
        RefOr::T(parametro) if parametro.name == IF_MATCH => Some(parametro),
        RefOr::T(_) | RefOr::Ref(_) => None,
    });
    for vista in vistas {
        let texto = ObjectBuilder::new().schema_type(Type::String).pattern(Some(VERSOES)).examples(["\"3\""]);
        vista.schema = Some(texto.into());
    }
}

fn add_problem(respostas: &mut Responses) {
    let padrao = || RefOr::Ref(Ref::from_response_name(PROBLEMA));
    respostas.responses.entry("default".to_owned()).or_insert_with(padrao);
}

fn idempotency_key() -> Parameter {
    let descricao = "Chave do pedido, de quem o faz (um UUID serve). Repetido em 30 dias com a mesma chave, o pedido não é \
        feito de novo: a resposta é a primeira, com `Idempotency-Replayed: true`. Com outro corpo, 422; enquanto o primeiro \
        é atendido, 409. Um pedido recusado não guarda a chave.";
    let texto = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(descricao))
        .schema(Some(texto.pattern(Some("^[!-~]+$"))))
        .build()
}

/// Unknown fields are refused, so the schemas of what comes in say that there are no others.
fn close_inputs(documento: &mut OpenApi) {
    let mut entradas = BTreeSet::new();
    for item in documento.paths.paths.values() {
        for (_, operacao) in operacoes(item) {
            collect_references(&json(&operacao.request_body), documento, &mut entradas);
        }
    }
    let esquemas = documento.components.iter_mut().flat_map(|componentes| componentes.schemas.iter_mut());
    for (nome, esquema) in esquemas {
        if let RefOr::T(esquema) = esquema
            && entradas.contains(nome)
        {
            close(esquema);
        }
    }
}

/// An object, or each object that may stand in its place.
fn close(esquema: &mut Schema) {
    match esquema {
        Schema::Object(objeto) if !objeto.properties.is_empty() => {
            objeto.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
        Schema::OneOf(alternativas) => {
            let aqui = alternativas.items.iter_mut().filter_map(|item| match item {
                RefOr::T(esquema) => Some(esquema),
                RefOr::Ref(_) => None,
            });
            aqui.for_each(close);
        }
        Schema::Object(_) | Schema::Array(_) | Schema::AllOf(_) | Schema::AnyOf(_) | _ => {}
    }
}

/// The names of the schemas that `valor` refers to, and those that they refer to.
fn collect_references(valor: &Value, documento: &OpenApi, achados: &mut BTreeSet<String>) {
    match valor {
        Value::Object(campos) => {
            let alvo = campos.get("$ref").and_then(Value::as_str).and_then(|alvo| alvo.rsplit('/').next());
            if let Some(nome) = alvo
                && achados.insert(nome.to_owned())
            {
                let esquema =
                    documento.components.as_ref().and_then(|componentes| componentes.schemas.get(nome));
                collect_references(&json(&esquema), documento, achados);
            }
            campos.values().for_each(|campo| collect_references(campo, documento, achados));
        }
        Value::Array(itens) => itens.iter().for_each(|item| collect_references(item, documento, achados)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn json(parte: &impl Serialize) -> Value {
    // A part of a document always serializes.
    serde_json::to_value(parte).unwrap_or_default()
}

fn names_scope(operacao: &Operation) -> bool {
    let seguranca = json(&operacao.security);
    let exigencias = seguranca.as_array().map(Vec::as_slice).unwrap_or_default();
    let escopos = |exigencia: &Value| exigencia.get(ESQUEMA).and_then(Value::as_array).map_or(0, Vec::len);
    !exigencias.is_empty() && exigencias.iter().all(|exigencia| escopos(exigencia) > 0)
}
