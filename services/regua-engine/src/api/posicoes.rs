//! Positions and actions of a régua, one by one.

use actix_web::web::Data;
use actix_web::{delete, patch, post};
use domain::ids::{AcaoId, ConteudoId, PosicaoId, ReguaId};
use serde_json::Value;
use store::new_id;
use store::reguas::ReguaInteira;
use web::{Autorizado, Caminho, Corpo, Problema, Resposta, Texto, TextoLongo, escopos};

use super::edicao::{self, MudancaAcao};
use super::entrada::{AcaoEntrada, AcaoMudanca, PosicaoEntrada, read};
use super::impacto::{Como, ReguaOuSimulacao, Simular, edit};
use super::leitura::{Regua, answer, created};
use super::simulacoes::Simulacao;
use super::{Contexto, regras, templates};

/// Inclui uma posição na régua.
///
/// Quem já passou desse dia não recebe a posição nova.
#[utoipa::path(
    operation_id = "incluir_posicao",
    tag = "Réguas",
    params(
        ("id" = Uuid, Path, description = "Id da régua."),
        ("If-Match" = Option<String>, Header, description = "`ETag` da versão lida; sem ele, muda qualquer versão."),
        Simular,
    ),
    request_body(content = PosicaoEntrada, example = json!({
        "dias": 16, "acoes": [{"tipo": "carta", "corpo": "Prezado(a) #NOME#,\n\n#LISTA_TITULOS#"}],
    })),
    responses(
        (status = 201, description = "A régua com a posição incluída.", body = Regua,
         headers(("Location" = String, description = "Endereço da régua."), ("ETag" = String, description = "Nova versão."))),
        (status = 200, description = "Com `simular=true`, o que a próxima noite faria, sem e com a mudança.", body = Simulacao),
        (status = 202, description = "Com `simular=true`, a simulação ainda anda; acompanhe no endereço de `Location`.",
         body = Simulacao, headers(("Location" = String, description = "Endereço da simulação."))),
    ),
    security(("chave_api" = ["reguas:escrever"])),
)]
#[post("/v1/reguas/{id}/posicoes")]
pub(super) async fn post(
    acesso: Autorizado<escopos::reguas::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<ReguaId>,
    como: Como,
    corpo: Corpo<Value>,
) -> Result<Resposta, Problema> {
    let entrada = read::<PosicaoEntrada>(corpo.0, regras::of_posicao)?;
    templates::check(&contexto, &acesso, entrada.templates("")).await?;
    let nova = entrada.nova(contexto.servico.relogio.agora());
    let editar = move |atual: &ReguaInteira| edicao::add_posicao(atual, &nova);
    edit(&contexto, &acesso, (id.0, como), created, editar).await
}

/// Remove uma posição da régua. O que ela ainda não enviou é descartado; o histórico fica.
///
/// Quem esperava por ela segue para a seguinte.
#[utoipa::path(
    operation_id = "remover_posicao",
    tag = "Réguas",
    params(
        ("id" = Uuid, Path, description = "Id da régua."),
        ("posicao" = Uuid, Path, description = "Id da posição."),
        ("If-Match" = Option<String>, Header, description = "`ETag` da versão lida; sem ele, muda qualquer versão."),
        Simular,
    ),
    responses(
        (status = 200, description = "A régua sem a posição. Com `simular=true`, o que a próxima noite faria, sem e com a mudança.",
         body = ReguaOuSimulacao, headers(("ETag" = String, description = "Nova versão."))),
        (status = 202, description = "Com `simular=true`, a simulação ainda anda; acompanhe no endereço de `Location`.",
         body = Simulacao, headers(("Location" = String, description = "Endereço da simulação."))),
    ),
    security(("chave_api" = ["reguas:escrever"])),
)]
#[delete("/v1/reguas/{id}/posicoes/{posicao}")]
pub(super) async fn delete(
    acesso: Autorizado<escopos::reguas::Escrever>,
    contexto: Data<Contexto>,
    ids: Caminho<(ReguaId, PosicaoId)>,
    como: Como,
) -> Result<Resposta, Problema> {
    let (id, posicao) = ids.0;
    let editar = move |atual: &ReguaInteira| edicao::remove_posicao(atual, posicao);
    edit(&contexto, &acesso, (id, como), answer, editar).await
}

/// Inclui uma ação numa posição.
#[utoipa::path(
    operation_id = "incluir_acao",
    tag = "Réguas",
    params(
        ("id" = Uuid, Path, description = "Id da régua."),
        ("posicao" = Uuid, Path, description = "Id da posição."),
        ("If-Match" = Option<String>, Header, description = "`ETag` da versão lida; sem ele, muda qualquer versão."),
        Simular,
    ),
    request_body(content = AcaoEntrada, example = json!({
        "tipo": "sms", "corpo": "#EMPRESA#: #TOTAL# em aberto.", "destinatarios": "todos",
    })),
    responses(
        (status = 201, description = "A régua com a ação incluída.", body = Regua,
         headers(("Location" = String, description = "Endereço da régua."), ("ETag" = String, description = "Nova versão."))),
        (status = 200, description = "Com `simular=true`, o que a próxima noite faria, sem e com a mudança.", body = Simulacao),
        (status = 202, description = "Com `simular=true`, a simulação ainda anda; acompanhe no endereço de `Location`.",
         body = Simulacao, headers(("Location" = String, description = "Endereço da simulação."))),
    ),
    security(("chave_api" = ["reguas:escrever"])),
)]
#[post("/v1/reguas/{id}/posicoes/{posicao}/acoes")]
pub(super) async fn post_acao(
    acesso: Autorizado<escopos::reguas::Escrever>,
    contexto: Data<Contexto>,
    ids: Caminho<(ReguaId, PosicaoId)>,
    como: Como,
    corpo: Corpo<Value>,
) -> Result<Resposta, Problema> {
    let entrada = read::<AcaoEntrada>(corpo.0, regras::of_acao_nova)?;
    templates::check(&contexto, &acesso, entrada.template("").into_iter().collect()).await?;
    let ((id, posicao), nova) = (ids.0, entrada.nova(contexto.servico.relogio.agora()));
    let editar = move |atual: &ReguaInteira| edicao::add_acao(atual, posicao, &nova);
    edit(&contexto, &acesso, (id, como), created, editar).await
}

/// Muda o texto ou os destinatários de uma ação. O que não vem fica como está.
///
/// O texto novo vale para o que for decidido daqui em diante; o histórico guarda o que foi enviado. Um `template_id` toma o lugar do
/// texto da ação, e um texto o lugar do template.
#[utoipa::path(
    operation_id = "mudar_acao",
    tag = "Réguas",
    params(
        ("id" = Uuid, Path, description = "Id da régua."),
        ("posicao" = Uuid, Path, description = "Id da posição."),
        ("acao" = Uuid, Path, description = "Id da ação."),
        ("If-Match" = Option<String>, Header, description = "`ETag` da versão lida; sem ele, muda qualquer versão."),
        Simular,
    ),
    request_body(content = AcaoMudanca, example = json!({"corpo": "#EMPRESA#: fale conosco. #TOTAL# em aberto."})),
    responses(
        (status = 200, description = "A régua com a ação mudada. Com `simular=true`, o que a próxima noite faria, sem e com a mudança.",
         body = ReguaOuSimulacao, headers(("ETag" = String, description = "Nova versão."))),
        (status = 202, description = "Com `simular=true`, a simulação ainda anda; acompanhe no endereço de `Location`.",
         body = Simulacao, headers(("Location" = String, description = "Endereço da simulação."))),
    ),
    security(("chave_api" = ["reguas:escrever"])),
)]
#[patch("/v1/reguas/{id}/posicoes/{posicao}/acoes/{acao}")]
pub(super) async fn patch_acao(
    acesso: Autorizado<escopos::reguas::Escrever>,
    contexto: Data<Contexto>,
    ids: Caminho<(ReguaId, PosicaoId, AcaoId)>,
    como: Como,
    corpo: Corpo<Value>,
) -> Result<Resposta, Problema> {
    let AcaoMudanca { assunto, corpo, template_id, destinatarios } = read(corpo.0, regras::of_mudanca_acao)?;
    let (id, posicao, acao) = ids.0;
    let template = templates::channel_of(&contexto, &acesso, template_id.0).await?;
    let mudanca = MudancaAcao {
        assunto: assunto.0.map(Texto::into_string),
        corpo: corpo.0.map(TextoLongo::into_string),
        template,
        destinatarios: destinatarios.0,
        conteudo: ConteudoId::new(new_id(contexto.servico.relogio.agora())),
    };
    let editar = move |atual: &ReguaInteira| edicao::change_acao(atual, (posicao, acao), &mudanca);
    edit(&contexto, &acesso, (id, como), answer, editar).await
}

/// Remove uma ação de uma posição. O que ela ainda não enviou é descartado; o histórico fica.
#[utoipa::path(
    operation_id = "remover_acao",
    tag = "Réguas",
    params(
        ("id" = Uuid, Path, description = "Id da régua."),
        ("posicao" = Uuid, Path, description = "Id da posição."),
        ("acao" = Uuid, Path, description = "Id da ação."),
        ("If-Match" = Option<String>, Header, description = "`ETag` da versão lida; sem ele, muda qualquer versão."),
        Simular,
    ),
    responses(
        (status = 200, description = "A régua sem a ação. Com `simular=true`, o que a próxima noite faria, sem e com a mudança.",
         body = ReguaOuSimulacao, headers(("ETag" = String, description = "Nova versão."))),
        (status = 202, description = "Com `simular=true`, a simulação ainda anda; acompanhe no endereço de `Location`.",
         body = Simulacao, headers(("Location" = String, description = "Endereço da simulação."))),
    ),
    security(("chave_api" = ["reguas:escrever"])),
)]
#[delete("/v1/reguas/{id}/posicoes/{posicao}/acoes/{acao}")]
pub(super) async fn delete_acao(
    acesso: Autorizado<escopos::reguas::Escrever>,
    contexto: Data<Contexto>,
    ids: Caminho<(ReguaId, PosicaoId, AcaoId)>,
    como: Como,
) -> Result<Resposta, Problema> {
    let (id, posicao, acao) = ids.0;
    let editar = move |atual: &ReguaInteira| edicao::remove_acao(atual, posicao, acao);
    edit(&contexto, &acesso, (id, como), answer, editar).await
}
