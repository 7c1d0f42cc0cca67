//! Réguas: created, read, grown, activated and deactivated.

use std::collections::HashSet;

use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use domain::ids::{AcaoId, ConteudoId, EmpresaId, PosicaoId, ReguaId};
use domain::regua::{self, Acao, EstadoRegua, Gatilho, Posicao, ReguaError};
use serde_json::Value;
use store::reguas::{self, Fim, NovaPosicao, NovaRegua};
use store::{StoreError, Tenant};
use uuid::Uuid;
use web::{Autorizado, Caminho, Consulta, Corpo, Pagina, Paginacao, Problema, escopos};

use super::entrada::{MAX_POSICOES, PosicaoEntrada, ReguaEntrada, read};
use super::leitura::Regua;
use super::{Contexto, POSICAO_DUPLICADA, REGUA_ARQUIVADA, REGUA_CHEIA, regras};

/// Cria uma régua com as suas posições e ações. Ela nasce inativa.
///
/// Nada é gravado se houver um erro; todos vêm de uma vez.
#[utoipa::path(
    operation_id = "criar_regua",
    tag = "Réguas",
    request_body(content = ReguaEntrada, example = json!({
        "nome": "Cobrança amigável",
        "posicoes": [
            {"tipo": "lembrete", "dias": 2, "acoes": [
                {"tipo": "email", "assunto": "Seu título vence em #DATA_VENCIMENTO#", "corpo": "Olá, #PRIMEIRO_NOME#.\n\n#LISTA_TITULOS#"}]},
            {"dias": 1, "acoes": [
                {"tipo": "email", "assunto": "#PRIMEIRO_NOME#, há um valor em aberto", "corpo": "Olá, #NOME#.\n\n#LISTA_TITULOS#"}]},
            {"dias": 6, "acoes": [{"tipo": "sms", "corpo": "#EMPRESA#: #TOTAL# em aberto desde #VENCIMENTO_MAIS_ANTIGO#."}]},
        ],
    })),
    responses((status = 201, description = "A régua criada, com as posições em ordem.", body = Regua,
               headers(("Location" = String, description = "Endereço da régua.")))),
    security(("chave_api" = ["reguas:escrever"])),
)]
#[post("/v1/reguas")]
pub(super) async fn post(
    acesso: Autorizado<escopos::reguas::Escrever>,
    contexto: Data<Contexto>,
    corpo: Corpo<Value>,
) -> Result<HttpResponse, Problema> {
    let nova: NovaRegua = read::<ReguaEntrada>(corpo.0, regras::of_regua)?.into();
    if let Some(gatilho) = repeated_day(&nova.posicoes) {
        return Err(duplicate(gatilho));
    }
    let agora = contexto.servico.relogio.agora();
    let criada = contexto.servico.da_empresa(acesso.empresa(), move |t| {
        let id = reguas::create(t, &nova, agora)?;
        reguas::get(t, id)
    });
    Ok(created(criada.await?.ok_or_else(Problema::nao_encontrado)?.into()))
}

/// Lista as réguas, na ordem em que são tentadas.
#[utoipa::path(
    operation_id = "listar_reguas",
    tag = "Réguas",
    params(Paginacao<Uuid>),
    responses((status = 200, description = "Uma página de réguas.", body = Pagina<Regua>)),
    security(("chave_api" = ["reguas:ler"])),
)]
#[get("/v1/reguas")]
pub(super) async fn list(
    acesso: Autorizado<escopos::reguas::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<Paginacao<Fim>>,
) -> Result<Json<Pagina<Regua>>, Problema> {
    let Paginacao { limite, cursor } = consulta.0;
    let depois_de = cursor.map(|cursor| cursor.0);
    let lidas = contexto
        .servico
        .da_empresa(acesso.empresa(), move |t| reguas::page(t, depois_de, limite.com_folga()));
    let pagina = Pagina::from_rows(lidas.await?, limite, |lida| {
        (lida.regua.prioridade(), lida.regua.criada_em(), lida.regua.id().uuid())
    });
    Ok(Json(pagina.map(Regua::from)))
}

/// Lê uma régua.
#[utoipa::path(
    operation_id = "ler_regua",
    tag = "Réguas",
    params(("id" = Uuid, Path, description = "Id da régua.")),
    responses((status = 200, description = "A régua, com as posições em ordem.", body = Regua)),
    security(("chave_api" = ["reguas:ler"])),
)]
#[get("/v1/reguas/{id}")]
pub(super) async fn get(
    acesso: Autorizado<escopos::reguas::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<ReguaId>,
) -> Result<Json<Regua>, Problema> {
    let lida = contexto.servico.da_empresa(acesso.empresa(), move |t| reguas::get(t, id.0)).await?;
    Ok(Json(lida.ok_or_else(Problema::nao_encontrado)?.into()))
}

/// Inclui uma posição na régua.
///
/// Numa régua ativa, quem já passou desse dia não recebe a posição nova.
#[utoipa::path(
    operation_id = "incluir_posicao",
    tag = "Réguas",
    params(("id" = Uuid, Path, description = "Id da régua.")),
    request_body(content = PosicaoEntrada, example = json!({
        "dias": 16, "acoes": [{"tipo": "carta", "corpo": "Prezado(a) #NOME#,\n\n#LISTA_TITULOS#"}],
    })),
    responses((status = 201, description = "A régua com a posição incluída.", body = Regua,
               headers(("Location" = String, description = "Endereço da régua.")))),
    security(("chave_api" = ["reguas:escrever"])),
)]
#[post("/v1/reguas/{id}/posicoes")]
pub(super) async fn post_posicao(
    acesso: Autorizado<escopos::reguas::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<ReguaId>,
    corpo: Corpo<Value>,
) -> Result<HttpResponse, Problema> {
    let nova: NovaPosicao = read::<PosicaoEntrada>(corpo.0, regras::of_posicao)?.into();
    let agora = contexto.servico.relogio.agora();
    let com_ela = nova.clone();
    let check = move |regua: &regua::Regua| check_posicao(regua, &com_ela);
    let incluir = move |t: &mut Tenant<'_>| reguas::add_posicao(t, id.0, &nova, agora).map(|_| ());
    Ok(created(change(&contexto, acesso.empresa(), id.0, check, incluir).await?))
}

/// Ativa a régua: a partir da próxima noite ela recebe devedores e dispara. Pedir de novo não muda nada.
#[utoipa::path(
    operation_id = "ativar_regua",
    tag = "Réguas",
    params(("id" = Uuid, Path, description = "Id da régua.")),
    responses((status = 200, description = "A régua ativa.", body = Regua)),
    security(("chave_api" = ["reguas:escrever"])),
)]
#[post("/v1/reguas/{id}/ativacao")]
pub(super) async fn ativar(
    acesso: Autorizado<escopos::reguas::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<ReguaId>,
) -> Result<Json<Regua>, Problema> {
    set_estado(&contexto, acesso.empresa(), id.0, EstadoRegua::Ativa).await
}

/// Desativa a régua: nada mais é enviado, e quem está nela fica onde está. Pedir de novo não muda nada.
#[utoipa::path(
    operation_id = "desativar_regua",
    tag = "Réguas",
    params(("id" = Uuid, Path, description = "Id da régua.")),
    responses((status = 200, description = "A régua inativa.", body = Regua)),
    security(("chave_api" = ["reguas:escrever"])),
)]
#[post("/v1/reguas/{id}/desativacao")]
pub(super) async fn desativar(
    acesso: Autorizado<escopos::reguas::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<ReguaId>,
) -> Result<Json<Regua>, Problema> {
    set_estado(&contexto, acesso.empresa(), id.0, EstadoRegua::Inativa).await
}

async fn set_estado(
    contexto: &Contexto,
    empresa: EmpresaId,
    id: ReguaId,
    estado: EstadoRegua,
) -> Result<Json<Regua>, Problema> {
    let agora = contexto.servico.relogio.agora();
    let check = move |regua: &regua::Regua| check_estado(regua, estado);
    let mudar = move |t: &mut Tenant<'_>| reguas::set_estado(t, id, estado, agora).map(|_| ());
    change(contexto, empresa, id, check, mudar).await.map(Json)
}

/// Locks the régua, asks `check` whether it may change, changes it and reads it again, in one transaction.
async fn change(
    contexto: &Contexto,
    empresa: EmpresaId,
    id: ReguaId,
    check: impl Fn(&regua::Regua) -> Result<(), Problema> + Send + 'static,
    mut work: impl FnMut(&mut Tenant<'_>) -> Result<(), StoreError> + Send + 'static,
) -> Result<Regua, Problema> {
    let mudada = contexto.servico.da_empresa(empresa, move |t| {
        let Some(atual) = reguas::lock(t, id)? else { return Ok(Err(Problema::nao_encontrado())) };
        if let Err(recusa) = check(&atual.regua) {
            return Ok(Err(recusa));
        }
        work(t)?;
        Ok(reguas::get(t, id)?.ok_or_else(Problema::nao_encontrado))
    });
    mudada.await?.map(Regua::from)
}

/// Rules v02 and v04.
fn check_estado(regua: &regua::Regua, estado: EstadoRegua) -> Result<(), Problema> {
    if regua.estado() == EstadoRegua::Arquivada {
        return Err(archived());
    }
    let faltas = if estado == EstadoRegua::Ativa { regras::missing(regua) } else { Vec::new() };
    if faltas.is_empty() { Ok(()) } else { Err(Problema::validacao(faltas)) }
}

/// Whether the régua may take the position: rule r07, the limit, and that an active régua stays complete (rule v02).
fn check_posicao(regua: &regua::Regua, nova: &NovaPosicao) -> Result<(), Problema> {
    if regua.estado() == EstadoRegua::Arquivada {
        return Err(archived());
    }
    if regua.posicoes().len() >= MAX_POSICOES {
        let detalhe = format!("a régua já tem {MAX_POSICOES} posições");
        return Err(Problema::conflito(&REGUA_CHEIA, detalhe));
    }
    let posicoes = regua.posicoes().iter().cloned().chain([as_posicao(nova)]).collect();
    match regua::Regua::new(regua.id(), regua.prioridade(), regua.estado(), regua.criada_em(), posicoes) {
        Ok(depois) if depois.estado() == EstadoRegua::Ativa => check_estado(&depois, EstadoRegua::Ativa),
        Ok(_) => Ok(()),
        Err(ReguaError::DiaRepetido(gatilho)) => Err(duplicate(gatilho)),
        // The body was refused for this before the régua was looked at.
        Err(erro @ ReguaError::CanalDeLembrete(_)) => Err(Problema::interno("incluindo uma posição", &erro)),
    }
}

/// The position as it will be read; its ids do not matter yet.
fn as_posicao(nova: &NovaPosicao) -> Posicao {
    let acao = |acao: &reguas::NovaAcao| Acao {
        id: AcaoId::new(Uuid::max()),
        canal: acao.canal,
        conteudo: acao.conteudo.as_ref().map(|_| ConteudoId::new(Uuid::max())),
    };
    let acoes = nova.acoes.iter().map(acao).collect();
    Posicao { id: PosicaoId::new(Uuid::max()), gatilho: nova.gatilho, acoes }
}

fn repeated_day(posicoes: &[NovaPosicao]) -> Option<Gatilho> {
    let mut vistos = HashSet::new();
    posicoes.iter().map(|posicao| posicao.gatilho).find(|gatilho| !vistos.insert(*gatilho))
}

fn duplicate(gatilho: Gatilho) -> Problema {
    Problema::conflito(&POSICAO_DUPLICADA, format!("a régua teria duas posições {}", regras::day(gatilho)))
}

fn archived() -> Problema {
    Problema::conflito(&REGUA_ARQUIVADA, "a régua está arquivada")
}

fn created(regua: Regua) -> HttpResponse {
    HttpResponse::Created().insert_header((LOCATION, regua.address())).json(regua)
}
