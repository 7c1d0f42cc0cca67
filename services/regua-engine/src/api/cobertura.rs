//! Who is left out, and which réguas stand in each other's way.

use std::collections::BTreeMap;

use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::NaiveDate;
use deserr::Deserr;
use domain::dinheiro::Centavos;
use domain::ids::ReguaId;
use domain::regua::{Criterio, Desempate, inalcancaveis, sobreposicoes};
use serde::Serialize;
use store::coberturas::{self, DescobertoLido, Filtro, Soma};
use store::{explicacoes, noites};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{Autorizado, Consulta, Cursor, ErrosCampo, Limite, Pagina, Problema, escopos, esquema};

use super::Contexto;

/// Overlaps that are listed: a company whose 300 réguas are all for everybody has 44,850.
const MAX_SOBREPOSICOES: usize = 500;

/// A cobertura das réguas: quem ficou fora, e quais réguas se sobrepõem.
#[derive(Serialize, ToSchema)]
struct Cobertura {
    /// Data da última noite: os números são os que ela encontrou. Nula se ainda não houve noite.
    #[schema(example = "2026-03-10")]
    noite: Option<NaiveDate>,
    /// Se essa noite já terminou; enquanto anda, os números ainda mudam.
    noite_concluida: bool,
    /// Devedores com título que pode ser cobrado e que nenhuma régua ativa aceita.
    descobertos: Descobertos,
    /// Réguas ativas que podem querer o mesmo título, e qual vem antes; no máximo 500 pares.
    sobreposicoes: Vec<Sobreposicao>,
    /// Quantos pares há.
    sobreposicoes_total: usize,
    /// Réguas ativas em que ninguém novo entra: uma anterior fica com tudo que elas aceitariam.
    inalcancaveis: Vec<Inalcancavel>,
}

/// Quem ficou fora.
#[derive(Serialize, ToSchema)]
struct Descobertos {
    /// Devedores.
    #[schema(example = 12)]
    devedores: i64,
    /// Títulos deles que nenhuma régua aceita.
    #[schema(example = 17)]
    titulos: i64,
    /// Quanto somam.
    #[schema(value_type = esquema::Soma)]
    valor: String,
    /// Por régua que chegou mais perto e critério que não foi atendido, o maior valor primeiro.
    por_criterio: Vec<PorCriterio>,
}

/// Quem ficou fora por um critério.
#[derive(Serialize, ToSchema)]
struct PorCriterio {
    /// A régua ativa que chegou mais perto: menos critérios não atendidos pelo título de referência; no empate, a que vem
    /// antes. Nula se não havia régua ativa.
    regua_id: Option<Uuid>,
    /// Nome dela.
    regua_nome: Option<String>,
    /// O primeiro critério dela que não foi atendido.
    #[schema(value_type = Option<esquema::Criterio>, example = "categoria")]
    criterio: Option<String>,
    /// Devedores.
    devedores: i64,
    /// Títulos.
    titulos: i64,
    /// Quanto somam.
    #[schema(value_type = esquema::Soma)]
    valor: String,
}

/// Duas réguas que podem querer o mesmo título.
#[derive(Serialize, ToSchema)]
struct Sobreposicao {
    /// A que vem antes.
    antes: Uuid,
    /// A outra.
    depois: Uuid,
    /// Por que vem antes.
    #[schema(value_type = esquema::Desempate, example = "prioridade")]
    desempate: &'static str,
    /// Se a que vem antes fica com tudo que a outra aceitaria.
    encobre: bool,
}

/// Uma régua em que ninguém novo entra.
#[derive(Serialize, ToSchema)]
struct Inalcancavel {
    /// A régua.
    regua_id: Uuid,
    /// A primeira que fica com tudo que ela aceitaria.
    encoberta_por: Uuid,
}

/// Mostra a cobertura: quantos devedores ficaram fora de todas as réguas, quanto devem e por quê; e quais réguas ativas se
/// sobrepõem ou nunca são alcançadas.
#[utoipa::path(
    operation_id = "ler_cobertura",
    tag = "Cobertura",
    responses((status = 200, description = "A cobertura, segundo a última noite.", body = Cobertura)),
    security(("chave_api" = ["noites:ler"])),
)]
#[get("/v1/cobertura")]
pub(super) async fn get(
    acesso: Autorizado<escopos::noites::Ler>,
    contexto: Data<Contexto>,
) -> Result<Json<Cobertura>, Problema> {
    let lida = contexto.servico.da_empresa_em_um_instante(&acesso, |t| {
        let noite = noites::last(t)?;
        let somas = coberturas::sums(t)?;
        let nomes: BTreeMap<_, _> =
            explicacoes::names(t)?.into_iter().map(|(id, nome)| (id.uuid(), nome)).collect();
        Ok((noite, somas, nomes, store::reguas::load(t)?))
    });
    let (noite, somas, nomes, reguas) = lida.await?;
    let pares: Vec<_> = sobreposicoes(&reguas).collect();
    Ok(Json(Cobertura {
        noite: noite.map(|noite| noite.data),
        noite_concluida: noite.is_some_and(|noite| !noite.andando),
        descobertos: left_out(somas, &nomes),
        sobreposicoes_total: pares.len(),
        sobreposicoes: pares.into_iter().take(MAX_SOBREPOSICOES).map(Sobreposicao::from).collect(),
        inalcancaveis: inalcancaveis(&reguas)
            .into_iter()
            .map(|(regua, outra)| Inalcancavel { regua_id: regua.uuid(), encoberta_por: outra.uuid() })
            .collect(),
    }))
}

impl From<domain::regua::Sobreposicao> for Sobreposicao {
    fn from(par: domain::regua::Sobreposicao) -> Self {
        Self {
            antes: par.antes.uuid(),
            depois: par.depois.uuid(),
            desempate: Desempate::as_str(par.desempate),
            encobre: par.encobre,
        }
    }
}

fn left_out(somas: Vec<Soma>, nomes: &BTreeMap<Uuid, String>) -> Descobertos {
    Descobertos {
        devedores: somas.iter().map(|soma| soma.devedores).sum(),
        titulos: somas.iter().map(|soma| soma.titulos).sum(),
        valor: somas.iter().map(|soma| Centavos::new(soma.valor)).sum::<Centavos>().to_string(),
        por_criterio: somas
            .into_iter()
            .map(|soma| PorCriterio {
                regua_nome: soma.regua_id.and_then(|regua| nomes.get(&regua).cloned()),
                regua_id: soma.regua_id,
                criterio: soma.criterio,
                devedores: soma.devedores,
                titulos: soma.titulos,
                valor: Centavos::new(soma.valor).to_string(),
            })
            .collect(),
    }
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Lista {
    /// Somente os que este critério deixou fora.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Criterio>, inline)]
    criterio: Option<Criterio>,
    /// Somente os que chegaram mais perto desta régua.
    #[deserr(default)]
    #[param(value_type = Option<Uuid>)]
    regua_id: Option<ReguaId>,
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, default = 50, minimum = 1, maximum = 500)]
    limite: Limite,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Cursor>, inline)]
    cursor: Option<Cursor<Uuid>>,
}

/// Um devedor que nenhuma régua aceita.
#[derive(Serialize, ToSchema)]
struct DevedorDescoberto {
    /// Devedor; o porquê de cada régua está na explicação dele.
    devedor_id: Uuid,
    /// A régua que chegou mais perto.
    regua_id: Option<Uuid>,
    /// O critério dela que não foi atendido.
    #[schema(value_type = Option<esquema::Criterio>, example = "valor_minimo")]
    criterio: Option<String>,
    /// Títulos que nenhuma régua aceita.
    #[schema(example = 1)]
    titulos: i32,
    /// Quanto somam.
    #[schema(value_type = esquema::Soma)]
    valor: String,
    /// A primeira noite que o deixou fora.
    #[schema(example = "2026-03-02")]
    desde: NaiveDate,
}

impl From<DescobertoLido> for DevedorDescoberto {
    fn from(lido: DescobertoLido) -> Self {
        Self {
            devedor_id: lido.devedor_id,
            regua_id: lido.regua_id,
            criterio: lido.criterio,
            titulos: lido.titulos,
            valor: Centavos::new(lido.valor).to_string(),
            desde: lido.desde,
        }
    }
}

/// Lista os devedores que ficaram fora de todas as réguas, segundo a última noite que olhou para cada um.
#[utoipa::path(
    operation_id = "listar_descobertos",
    tag = "Cobertura",
    params(Lista),
    responses((status = 200, description = "Uma página de devedores.", body = Pagina<DevedorDescoberto>)),
    security(("chave_api" = ["noites:ler"])),
)]
#[get("/v1/cobertura/devedores")]
pub(super) async fn list(
    acesso: Autorizado<escopos::noites::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<Lista>,
) -> Result<Pagina<DevedorDescoberto>, Problema> {
    let Lista { criterio, regua_id, limite, cursor } = consulta.0;
    let filtro = Filtro { criterio, regua: regua_id.map(ReguaId::uuid) };
    let depois_de = cursor.map(|cursor| cursor.0);
    let lidos = contexto
        .servico
        .da_empresa(&acesso, move |t| coberturas::list(t, filtro, depois_de, limite.com_folga()))
        .await?;
    Ok(Pagina::from_rows(lidos, limite, |lido| lido.devedor_id).map(DevedorDescoberto::from))
}
