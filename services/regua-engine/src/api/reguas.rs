//! Réguas: created, read, changed, activated, deactivated and archived.

use actix_web::web::Data;
use actix_web::{get, patch, post};
use deserr::Deserr;
use domain::ids::ReguaId;
use domain::regua::{Cabecalho, EstadoRegua};
use serde_json::Value;
use store::reguas::{self, Fim};
use store::{Tenant, new_id};
use utoipa::IntoParams;
use web::{
    Autorizado, Caminho, Consulta, Corpo, Cursor, ErrosCampo, Limite, Pagina, Problema, Resposta, Texto,
    escopos, esquema,
};

use super::edicao::{self, Mudanca};
use super::entrada::{ReguaEntrada, ReguaMudanca, read};
use super::impacto::{Como, ReguaOuSimulacao, Simular, add, edit};
use super::leitura::{Regua, answer};
use super::mudar::resolve;
use super::simulacoes::Simulacao;
use super::{Contexto, regras, templates};

/// Cria uma régua com as suas posições e ações. Ela nasce inativa.
///
/// Nada é gravado se houver um erro; todos vêm de uma vez. Duas réguas não arquivadas da empresa não têm o mesmo modo e os
/// mesmos critérios. Com `simular=true` nada é gravado: a resposta diz o que a próxima noite faria com a régua criada e
/// ativada, e o que falta para ativá-la é recusado.
#[utoipa::path(
    operation_id = "criar_regua",
    tag = "Réguas",
    params(Simular),
    request_body(content = ReguaEntrada, example = json!({
        "nome": "Cobrança amigável",
        "criterios": {"valor_minimo": "50.00", "origem": "originais", "categorias": ["Varejo"]},
        "posicoes": [
            {"tipo": "lembrete", "dias": 2, "acoes": [
                {"tipo": "email", "assunto": "Seu título vence em #DATA_VENCIMENTO#", "corpo": "Olá, #PRIMEIRO_NOME#.\n\n#LISTA_TITULOS#"}]},
            {"dias": 1, "acoes": [
                {"tipo": "email", "assunto": "#PRIMEIRO_NOME#, há um valor em aberto", "corpo": "Olá, #NOME#.\n\n#LISTA_TITULOS#"}]},
            {"dias": 6, "acoes": [{"tipo": "sms", "corpo": "#EMPRESA#: #TOTAL# em aberto desde #VENCIMENTO_MAIS_ANTIGO#."}]},
            {"tipo": "reposicionamento", "dias": 30, "volta_para": 6},
        ],
    })),
    responses(
        (status = 201, description = "A régua criada, com as posições em ordem.", body = Regua,
         headers(("Location" = String, description = "Endereço da régua."), ("ETag" = String, description = "Versão."))),
        (status = 200, description = "Com `simular=true`, o que a próxima noite faria, sem a régua e com ela ativa.",
         body = Simulacao),
        (status = 202, description = "Com `simular=true`, a simulação ainda anda; acompanhe no endereço de `Location`.",
         body = Simulacao, headers(("Location" = String, description = "Endereço da simulação."))),
    ),
    security(("chave_api" = ["reguas:escrever"])),
)]
#[post("/v1/reguas")]
pub(super) async fn post(
    acesso: Autorizado<escopos::reguas::Escrever>,
    contexto: Data<Contexto>,
    simular: Consulta<Simular>,
    corpo: Corpo<Value>,
) -> Result<Resposta, Problema> {
    let entrada = read::<ReguaEntrada>(corpo.0, regras::of_regua)?;
    let posicoes = entrada.posicoes.iter().enumerate();
    let citados = posicoes.flat_map(|(i, posicao)| posicao.templates(&format!("/posicoes/{i}"))).collect();
    templates::check(&contexto, &acesso, citados).await?;
    let criterios = resolve(&contexto, &acesso, entrada.criterios).await?;
    let agora = contexto.servico.relogio.agora();
    let cabecalho = Cabecalho {
        id: ReguaId::new(new_id(agora)),
        prioridade: entrada.prioridade,
        estado: EstadoRegua::Inativa,
        criada_em: agora,
        modo: entrada.modo,
        criterios,
    };
    let posicoes = entrada.posicoes.into_iter().map(|posicao| posicao.nova(agora)).collect();
    let nova = edicao::create(entrada.nome.into_string(), cabecalho, posicoes)?;
    add(&contexto, &acesso, simular.0, nova).await
}

/// Réguas a page: each comes with all its positions and texts.
const MAX_REGUAS: u16 = 50;

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Lista {
    /// Somente as deste estado.
    #[deserr(default)]
    #[param(value_type = Option<esquema::EstadoRegua>, inline)]
    estado: Option<EstadoRegua>,
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, default = 50, minimum = 1, maximum = 50)]
    limite: Limite<MAX_REGUAS>,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Cursor>, inline)]
    cursor: Option<Cursor<Fim>>,
}

/// Lista as réguas inteiras, na ordem em que são tentadas; no máximo 50 por página.
#[utoipa::path(
    operation_id = "listar_reguas",
    tag = "Réguas",
    params(Lista),
    responses((status = 200, description = "Uma página de réguas.", body = Pagina<Regua>)),
    security(("chave_api" = ["reguas:ler"])),
)]
#[get("/v1/reguas")]
pub(super) async fn list(
    acesso: Autorizado<escopos::reguas::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<Lista>,
) -> Result<Pagina<Regua>, Problema> {
    let Lista { estado, limite, cursor } = consulta.0;
    let depois_de = cursor.map(|cursor| cursor.0);
    let lidas = contexto
        .servico
        .da_empresa_em_um_instante(&acesso, move |t| reguas::page(t, estado, depois_de, limite.com_folga()));
    Ok(Pagina::from_rows(lidas.await?, limite, reguas::ReguaInteira::fim).map(Regua::from))
}

/// Lê uma régua.
#[utoipa::path(
    operation_id = "ler_regua",
    tag = "Réguas",
    params(("id" = Uuid, Path, description = "Id da régua.")),
    responses((status = 200, description = "A régua, com as posições em ordem.", body = Regua,
               headers(("ETag" = String, description = "Versão, para `If-Match`.")))),
    security(("chave_api" = ["reguas:ler"])),
)]
#[get("/v1/reguas/{id}")]
pub(super) async fn get(
    acesso: Autorizado<escopos::reguas::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<ReguaId>,
) -> Result<Resposta, Problema> {
    let get = move |t: &mut Tenant<'_>| reguas::get(t, id.0);
    let lida = contexto.servico.da_empresa_em_um_instante(&acesso, get).await?;
    Ok(answer(lida.ok_or_else(Problema::nao_encontrado)?))
}

/// Muda nome, prioridade, modo ou critérios da régua. O que não vem fica como está.
///
/// `criterios` substitui todos os critérios. O modo muda somente com a régua inativa, e quem está nela recomeça da primeira
/// posição.
#[utoipa::path(
    operation_id = "mudar_regua",
    tag = "Réguas",
    params(
        ("id" = Uuid, Path, description = "Id da régua."),
        ("If-Match" = Option<String>, Header, description = "`ETag` da versão lida; sem ele, muda qualquer versão."),
        Simular,
    ),
    request_body(content = ReguaMudanca, example = json!({"prioridade": 10, "criterios": {"score_ate": 300}})),
    responses(
        (status = 200, description = "A régua mudada. Com `simular=true`, o que a próxima noite faria, sem e com a mudança.",
         body = ReguaOuSimulacao, headers(("ETag" = String, description = "Nova versão."))),
        (status = 202, description = "Com `simular=true`, a simulação ainda anda; acompanhe no endereço de `Location`.",
         body = Simulacao, headers(("Location" = String, description = "Endereço da simulação."))),
    ),
    security(("chave_api" = ["reguas:escrever"])),
)]
#[patch("/v1/reguas/{id}")]
pub(super) async fn patch(
    acesso: Autorizado<escopos::reguas::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<ReguaId>,
    como: Como,
    corpo: Corpo<Value>,
) -> Result<Resposta, Problema> {
    let entrada = read::<ReguaMudanca>(corpo.0, regras::of_mudanca)?;
    let criterios = match entrada.criterios.0 {
        Some(criterios) => Some(resolve(&contexto, &acesso, criterios).await?),
        None => None,
    };
    let nome = entrada.nome.0.map(Texto::into_string);
    let mudanca = Mudanca { nome, prioridade: entrada.prioridade.0, modo: entrada.modo.0, criterios };
    let editar = move |atual: &reguas::ReguaInteira| edicao::change(atual, &mudanca);
    edit(&contexto, &acesso, (id.0, como), answer, editar).await
}

/// Ativa a régua: a partir da próxima noite ela recebe devedores e dispara. Pedir de novo não muda nada.
///
/// A régua precisa estar completa; a recusa diz tudo o que falta.
#[utoipa::path(
    operation_id = "ativar_regua",
    tag = "Réguas",
    params(
        ("id" = Uuid, Path, description = "Id da régua."),
        ("If-Match" = Option<String>, Header, description = "`ETag` da versão lida; sem ele, muda qualquer versão."),
        Simular,
    ),
    responses(
        (status = 200, description = "A régua ativa. Com `simular=true`, o que a próxima noite faria, sem e com a mudança.",
         body = ReguaOuSimulacao, headers(("ETag" = String, description = "Nova versão."))),
        (status = 202, description = "Com `simular=true`, a simulação ainda anda; acompanhe no endereço de `Location`.",
         body = Simulacao, headers(("Location" = String, description = "Endereço da simulação."))),
    ),
    security(("chave_api" = ["reguas:escrever"])),
)]
#[post("/v1/reguas/{id}/ativacao")]
pub(super) async fn ativar(
    acesso: Autorizado<escopos::reguas::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<ReguaId>,
    como: Como,
) -> Result<Resposta, Problema> {
    set_estado(&contexto, &acesso, (id.0, como), EstadoRegua::Ativa).await
}

/// Desativa a régua: nada mais é enviado, e quem está nela fica onde está. Pedir de novo não muda nada.
#[utoipa::path(
    operation_id = "desativar_regua",
    tag = "Réguas",
    params(
        ("id" = Uuid, Path, description = "Id da régua."),
        ("If-Match" = Option<String>, Header, description = "`ETag` da versão lida; sem ele, muda qualquer versão."),
        Simular,
    ),
    responses(
        (status = 200, description = "A régua inativa. Com `simular=true`, o que a próxima noite faria, sem e com a mudança.",
         body = ReguaOuSimulacao, headers(("ETag" = String, description = "Nova versão."))),
        (status = 202, description = "Com `simular=true`, a simulação ainda anda; acompanhe no endereço de `Location`.",
         body = Simulacao, headers(("Location" = String, description = "Endereço da simulação."))),
    ),
    security(("chave_api" = ["reguas:escrever"])),
)]
#[post("/v1/reguas/{id}/desativacao")]
pub(super) async fn desativar(
    acesso: Autorizado<escopos::reguas::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<ReguaId>,
    como: Como,
) -> Result<Resposta, Problema> {
    set_estado(&contexto, &acesso, (id.0, como), EstadoRegua::Inativa).await
}

/// Arquiva a régua para sempre: o que ainda não saiu é descartado, e na próxima noite quem está nela sai. Pedir de novo não
/// muda nada.
#[utoipa::path(
    operation_id = "arquivar_regua",
    tag = "Réguas",
    params(
        ("id" = Uuid, Path, description = "Id da régua."),
        ("If-Match" = Option<String>, Header, description = "`ETag` da versão lida; sem ele, muda qualquer versão."),
        Simular,
    ),
    responses(
        (status = 200, description = "A régua arquivada. Com `simular=true`, o que a próxima noite faria, sem e com a mudança.",
         body = ReguaOuSimulacao, headers(("ETag" = String, description = "Nova versão."))),
        (status = 202, description = "Com `simular=true`, a simulação ainda anda; acompanhe no endereço de `Location`.",
         body = Simulacao, headers(("Location" = String, description = "Endereço da simulação."))),
    ),
    security(("chave_api" = ["reguas:escrever"])),
)]
#[post("/v1/reguas/{id}/arquivamento")]
pub(super) async fn arquivar(
    acesso: Autorizado<escopos::reguas::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<ReguaId>,
    como: Como,
) -> Result<Resposta, Problema> {
    set_estado(&contexto, &acesso, (id.0, como), EstadoRegua::Arquivada).await
}

async fn set_estado<E>(
    contexto: &Contexto,
    acesso: &Autorizado<E>,
    qual: (ReguaId, Como),
    estado: EstadoRegua,
) -> Result<Resposta, Problema> {
    let editar = move |atual: &reguas::ReguaInteira| edicao::set_estado(atual, estado);
    edit(contexto, acesso, qual, answer, editar).await
}
