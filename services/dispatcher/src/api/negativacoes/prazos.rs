//! The deadlines of taking off: which were kept, which were missed, which are running.

use std::collections::BTreeMap;

use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::NaiveDate;
use deserr::Deserr;
use domain::negativacao::{CumprimentoDaBaixa, PrazoDaBaixa};
use serde::Serialize;
use store::empresas;
use store::negativacoes::{self, Contagem, PrazoLido};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{Autorizado, Consulta, Cursor, ErrosCampo, Limite, Pagina, Problema, escopos, esquema};

use super::Contexto;

/// O prazo de uma baixa.
#[derive(Serialize, ToSchema)]
struct Prazo {
    /// Negativação.
    negativacao_id: Uuid,
    /// Devedor.
    devedor_id: Uuid,
    /// Título.
    titulo_id: Uuid,
    /// Bureau.
    #[schema(value_type = esquema::Bureau)]
    bureau: String,
    /// Onde a negativação está.
    #[schema(value_type = esquema::SituacaoNegativacao)]
    situacao: String,
    /// Por que sai.
    #[schema(value_type = esquema::MotivoBaixa)]
    motivo: String,
    /// O dia de que o prazo se conta.
    base: NaiveDate,
    /// Até quando deve sair daqui: o primeiro dia útil.
    alvo: NaiveDate,
    /// A partir de quando é um alarme: o terceiro.
    alarme: NaiveDate,
    /// O último dia que a lei dá: o quinto.
    limite: NaiveDate,
    /// Quando foi ao bureau.
    enviada_em: Option<NaiveDate>,
    /// Quando o bureau a confirmou.
    feita_em: Option<NaiveDate>,
    /// Como ela está com o prazo.
    #[schema(value_type = esquema::CumprimentoDaBaixa)]
    cumprimento: &'static str,
}

/// Prazos do período, contados.
#[derive(Serialize, ToSchema)]
struct ResumoPrazos {
    /// Quantas baixas estão em cada ponto.
    #[schema(example = json!({"cumprido": 41, "cumprido_com_atraso": 0, "no_prazo": 2, "atrasado": 0, "alarme": 0, "violado": 0}))]
    por_cumprimento: BTreeMap<&'static str, i64>,
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Lista {
    /// Somente aquelas cujo último dia é a partir deste.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    de: Option<NaiveDate>,
    /// Somente aquelas cujo último dia é até este, inclusive.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    ate: Option<NaiveDate>,
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, default = 50, minimum = 1, maximum = 500)]
    limite: Limite,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Cursor>, inline)]
    cursor: Option<Cursor<(NaiveDate, Uuid)>>,
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Periodo {
    /// Somente aquelas cujo último dia é a partir deste.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    de: Option<NaiveDate>,
    /// Somente aquelas cujo último dia é até este, inclusive.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    ate: Option<NaiveDate>,
}

/// Lista os prazos das baixas do que foi ao bureau, pelo último dia que a lei dá (Súmula 548 do STJ).
#[utoipa::path(
    operation_id = "listar_prazos_de_baixa",
    tag = "Negativações",
    params(Lista),
    responses((status = 200, description = "Uma página de prazos.", body = Pagina<Prazo>)),
    security(("chave_api" = ["negativacoes:ler"])),
)]
#[get("/v1/negativacoes/prazos")]
pub(crate) async fn list(
    acesso: Autorizado<escopos::negativacoes::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<Lista>,
) -> Result<Pagina<Prazo>, Problema> {
    let Lista { de, ate, limite, cursor } = consulta.0;
    let (agora, depois_de) = (contexto.servico.relogio.agora(), cursor.map(|cursor| cursor.0));
    let ler = contexto.servico.da_empresa(&acesso, move |t| {
        let hoje = empresas::today(t, agora)?;
        Ok((hoje, negativacoes::deadlines(t, (de, ate), depois_de, limite.com_folga())?))
    });
    let (hoje, lidos) = ler.await?;
    let pagina = Pagina::from_rows(lidos, limite, |lido| (lido.limite_baixa, lido.id));
    Ok(pagina.map(|lido| Prazo::of(lido, hoje)))
}

/// Conta os prazos das baixas: os cumpridos, os perdidos, os que correm.
#[utoipa::path(
    operation_id = "resumir_prazos_de_baixa",
    tag = "Negativações",
    params(Periodo),
    responses((status = 200, description = "A contagem.", body = ResumoPrazos)),
    security(("chave_api" = ["negativacoes:ler"])),
)]
#[get("/v1/negativacoes/prazos/resumo")]
pub(crate) async fn tally(
    acesso: Autorizado<escopos::negativacoes::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<Periodo>,
) -> Result<Json<ResumoPrazos>, Problema> {
    let Periodo { de, ate } = consulta.0;
    let agora = contexto.servico.relogio.agora();
    let ler = contexto
        .servico
        .da_empresa(&acesso, move |t| Ok((empresas::today(t, agora)?, negativacoes::tally(t, (de, ate))?)));
    let (hoje, contagens) = ler.await?;
    let mut por_cumprimento: BTreeMap<_, _> =
        CumprimentoDaBaixa::TODOS.iter().map(|qual| (qual.as_str(), 0)).collect();
    for Contagem { base_baixa, feita_em, n } in contagens {
        let qual = PrazoDaBaixa::contado_de(base_baixa).cumprimento(feita_em, hoje);
        *por_cumprimento.entry(qual.as_str()).or_default() += n;
    }
    Ok(Json(ResumoPrazos { por_cumprimento }))
}

impl Prazo {
    fn of(lido: PrazoLido, hoje: NaiveDate) -> Self {
        let prazo = PrazoDaBaixa::contado_de(lido.base_baixa);
        Self {
            negativacao_id: lido.id,
            devedor_id: lido.devedor_id,
            titulo_id: lido.titulo_id,
            bureau: lido.bureau,
            situacao: lido.situacao,
            motivo: lido.motivo_baixa,
            base: lido.base_baixa,
            alvo: prazo.alvo,
            alarme: prazo.alarme,
            limite: prazo.limite,
            enviada_em: lido.enviada_em,
            feita_em: lido.feita_em,
            cumprimento: prazo.cumprimento(lido.feita_em, hoje).as_str(),
        }
    }
}
