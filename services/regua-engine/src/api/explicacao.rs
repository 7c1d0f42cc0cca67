//! Why, and why not: one debtor explained.

mod agenda;
mod frases;
mod leitor;
mod posicoes;
mod reguas;
mod titulos;

use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::{DateTime, Days, NaiveDate, Utc};
use deserr::Deserr;
use domain::ids::{DevedorId, ReguaId, TituloId};
use domain::regua::{Razao, explicar};
use serde::Serialize;
use store::{StoreError, Tenant, empresas, explicacoes};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{Autorizado, Caminho, Consulta, ErroCampo, ErrosCampo, Problema, escopos, esquema};

use super::Contexto;
use super::noites::next_to_look;
use agenda::{Evento, InscricaoEncerrada};
use leitor::Leitor;
use reguas::ReguaExplicada;
use titulos::Titulos;

/// How far ahead a day may be explained: two years.
const MAX_DIAS: u64 = 731;

#[derive(Clone, Copy, Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Pergunta {
    /// Dia a explicar; se ausente, hoje no fuso da empresa. Um dia futuro, de até dois anos, é previsto: vale se nada
    /// acontecer até lá.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    data: Option<NaiveDate>,
    /// Somente o que diz respeito a este título do devedor.
    #[deserr(default)]
    #[param(value_type = Option<Uuid>)]
    titulo_id: Option<TituloId>,
    /// Somente esta régua, com todas as posições.
    #[deserr(default)]
    #[param(value_type = Option<Uuid>)]
    regua_id: Option<ReguaId>,
}

/// Por que cada coisa acontece ou não acontece a um devedor. Cada item tem um `codigo` estável, a `regra` que o diz, os
/// fatos que decidiram, e uma `frase`.
#[derive(Serialize, ToSchema)]
struct Explicacao {
    /// Devedor.
    devedor_id: Uuid,
    /// Dia explicado.
    #[schema(example = "2026-03-10")]
    data: NaiveDate,
    /// A noite explicada: a de `data`, ou a seguinte se a de `data` já rodou. O que se diz vale se nada acontecer antes dela.
    #[schema(example = "2026-03-11")]
    noite: NaiveDate,
    /// Até aqui tudo foi previsto; depois, nada se diz.
    #[schema(example = "2027-04-15")]
    previsto_ate: NaiveDate,
    /// Se `feitas` vem de todo o passado do devedor, ou só das 500 execuções mais recentes.
    historico_completo: bool,
    /// Em resumo.
    #[schema(example = "Está na régua «Cobrança amigável». Próxima ação: D+6, em 12/03/2026.")]
    frase: String,
    /// Os títulos, e onde cada um está.
    titulos: Titulos,
    /// As réguas, na ordem em que são tentadas.
    reguas: Vec<ReguaExplicada>,
    /// Réguas que ficaram fora da resposta; pergunte por `regua_id`.
    reguas_omitidas: usize,
    /// O que vai acontecer, em ordem de data; no máximo 50 itens.
    agenda: Vec<Evento>,
    /// As últimas inscrições encerradas, a mais recente primeiro; no máximo 50.
    encerradas: Vec<InscricaoEncerrada>,
}

/// Explica um devedor: para cada régua, posição e ação, o que aconteceu, o que vai acontecer e quando, ou o que impede.
///
/// Quem responde é a mesma decisão que a noite executa. A resposta tem tamanho limitado: no máximo 200 títulos, 100 réguas,
/// 200 posições por régua e 500 execuções, e amostras de 5 títulos por item com o total em `quantos`; `titulo_id` e
/// `regua_id` perguntam pelo que ficou fora. A posição de uma régua que não tem o devedor, não o lembra e nunca o cobrou não
/// é listada: o motivo da régua vale para todas.
#[utoipa::path(
    operation_id = "explicar_devedor",
    tag = "Explicações",
    params(("id" = Uuid, Path, description = "Id do devedor."), Pergunta),
    responses((status = 200, description = "A explicação.", body = Explicacao)),
    security(("chave_api" = ["noites:ler"])),
)]
#[get("/v1/devedores/{id}/explicacao")]
pub(super) async fn get(
    acesso: Autorizado<escopos::noites::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<DevedorId>,
    consulta: Consulta<Pergunta>,
) -> Result<Json<Explicacao>, Problema> {
    let (agora, pergunta) = (contexto.servico.relogio.agora(), consulta.0);
    let explicar = move |t: &mut Tenant<'_>| explain(t, id.0, pergunta, agora);
    contexto.servico.da_empresa_em_um_instante(&acesso, explicar).await?.map(Json)
}

/// Reads a debtor and explains it.
fn explain(
    t: &mut Tenant<'_>,
    id: DevedorId,
    pergunta: Pergunta,
    agora: DateTime<Utc>,
) -> Result<Result<Explicacao, Problema>, StoreError> {
    let empresa = empresas::get(t)?.ok_or(StoreError::Unknown("empresa"))?;
    let escolhas = empresa.regras()?;
    let hoje = empresa.today(agora)?;
    let data = pergunta.data.unwrap_or(hoje);
    if let Some(recusa) = refuse(data, hoje) {
        return Ok(Err(recusa));
    }
    let noite = next_to_look(store::noites::last(t)?, hoje);
    let Some(historia) = explicacoes::load(t, id, pergunta.titulo_id, noite, &escolhas)? else {
        return Ok(Err(Problema::nao_encontrado()));
    };
    let reguas = store::reguas::load(t)?;
    let tem = |titulo: TituloId| historia.devedor.titulos.iter().any(|outro| outro.id == titulo);
    if pergunta.titulo_id.is_some_and(|titulo| !tem(titulo))
        || pergunta.regua_id.is_some_and(|regua| reguas.get(regua).is_none())
    {
        return Ok(Err(Problema::nao_encontrado()));
    }
    let explicada = explicar(&reguas, &historia.devedor, &historia.feitas, (noite, data), &escolhas);
    let nomes = explicacoes::names(t)?.into_iter().collect();
    let leitor =
        Leitor { explicacao: &explicada, devedor: &historia.devedor, reguas: &reguas, nomes, pergunta };
    let (das_reguas, reguas_omitidas) = reguas::read(&leitor);
    Ok(Ok(Explicacao {
        devedor_id: id.uuid(),
        data,
        noite: explicada.noite,
        previsto_ate: explicada.previsto_ate,
        historico_completo: historia.completa,
        frase: agenda::summary(&leitor),
        titulos: titulos::read(&leitor, historia.fechados),
        reguas: das_reguas,
        reguas_omitidas,
        agenda: agenda::read(&leitor),
        encerradas: historia.encerradas.iter().map(|uma| InscricaoEncerrada::new(&leitor, uma)).collect(),
    }))
}

fn refuse(data: NaiveDate, hoje: NaiveDate) -> Option<Problema> {
    let (codigo, detalhe) = if data < hoje {
        (
            "data_passada",
            format!("hoje é {hoje} no fuso da empresa; o que passou está em `feitas` e em `encerradas`"),
        )
    } else if hoje.checked_add_days(Days::new(MAX_DIAS)).is_some_and(|ultima| ultima < data) {
        ("data_distante", format!("só até dois anos depois de hoje, {hoje}"))
    } else {
        return None;
    };
    let campo = "/data".to_owned();
    Some(Problema::validacao(vec![ErroCampo { campo, codigo: codigo.into(), detalhe: detalhe.into() }]))
}

/// The page of codes of `proto-docs`: every reason, the rule that says so, and what it means.
#[must_use]
pub fn reasons_page() -> String {
    let linha = |razao: &Razao| format!("| `{razao}` | {} | {} |\n", razao.regra(), frases::meaning(*razao));
    let linhas = Razao::TODOS.iter().map(linha).collect::<Vec<_>>().concat();
    format!(
        "# Razões\n\nOs códigos de `GET /v1/devedores/{{id}}/explicacao`. São estáveis. A razão `criterio` traz a regra do \
         critério (`s02` a `s10`), e `encerra` a do motivo do encerramento. Esta página é gerada do código.\n\n\
         | codigo | regra | o que significa |\n|---|---|---|\n{linhas}"
    )
}
