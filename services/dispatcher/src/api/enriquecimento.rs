//! What a company chose about queries: what they may cost, how often, what for; and what the month has cost so far.

use actix_web::http::header::ETAG;
use actix_web::web::Data;
use actix_web::{HttpResponse, get, put};
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use deserr::Deserr;
use domain::dinheiro::Centavos;
use domain::enriquecimento::{BaseLegal, Finalidade, Politica};
use serde::Serialize;
use store::consultas;
use store::{StoreError, Tenant, empresas};
use utoipa::ToSchema;
use web::{Autorizado, Corpo, ErrosCampo, Inteiro, Problema, Resposta, SeVersao, escopos, esquema, etag};

use super::Contexto;

/// As escolhas da empresa sobre consultas de contatos, e quanto o mês já custou.
#[derive(Serialize, ToSchema)]
struct EnriquecimentoLido {
    /// Quanto as consultas podem custar em um mês; nulo, sem limite.
    #[schema(value_type = Option<esquema::Dinheiro>)]
    limite_mensal: Option<String>,
    /// Se endereços também entram no cadastro; telefones e e-mails entram sempre.
    enderecos: bool,
    /// Por quantos dias um devedor não é consultado de novo.
    #[schema(minimum = 0, maximum = 365)]
    dias_entre_consultas: u16,
    /// Por quantos dias uma resposta vale, e é usada de novo em vez de paga de novo.
    #[schema(minimum = 0, maximum = 365)]
    dias_de_validade: u16,
    /// Para que se consulta (LGPD, art. 6º, I).
    #[schema(value_type = esquema::Finalidade)]
    finalidade: &'static str,
    /// Com que base legal (LGPD, art. 7º).
    #[schema(value_type = esquema::BaseLegal)]
    base_legal: &'static str,
    /// O mês corrente.
    gasto: GastoDoMes,
}

/// Quanto as consultas de um mês custaram.
#[derive(Serialize, ToSchema)]
struct GastoDoMes {
    /// O primeiro dia do mês.
    mes: NaiveDate,
    /// Quanto, com o que ainda não se sabe se será cobrado.
    #[schema(value_type = esquema::Dinheiro)]
    custo: String,
    /// Quantas foram feitas.
    consultas: i64,
}

/// As escolhas, por inteiro; o que não vem é o usual.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct EnriquecimentoEntrada {
    /// Quanto as consultas podem custar em um mês; nulo ou ausente, sem limite.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Dinheiro>)]
    limite_mensal: Option<Centavos>,
    /// Se endereços também entram no cadastro.
    #[deserr(default)]
    #[schema(required = false)]
    enderecos: bool,
    /// Por quantos dias um devedor não é consultado de novo; 30, se não vier.
    #[deserr(default)]
    #[schema(value_type = u16, minimum = 0, maximum = 365, required = false)]
    dias_entre_consultas: Option<Dias>,
    /// Por quantos dias uma resposta vale; 90, se não vier.
    #[deserr(default)]
    #[schema(value_type = u16, minimum = 0, maximum = 365, required = false)]
    dias_de_validade: Option<Dias>,
    /// Para que se consulta.
    #[schema(value_type = esquema::Finalidade)]
    finalidade: Finalidade,
    /// Com que base legal.
    #[schema(value_type = esquema::BaseLegal)]
    base_legal: BaseLegal,
}

/// As many days as a policy may name.
type Dias = Inteiro<u16, 0, 365>;

impl From<EnriquecimentoEntrada> for Politica {
    fn from(entrada: EnriquecimentoEntrada) -> Self {
        let usual = Self::default();
        Self {
            limite_mensal: entrada.limite_mensal,
            enderecos: entrada.enderecos,
            dias_entre_consultas: entrada
                .dias_entre_consultas
                .map_or(usual.dias_entre_consultas, |dias| dias.0),
            dias_de_validade: entrada.dias_de_validade.map_or(usual.dias_de_validade, |dias| dias.0),
            finalidade: entrada.finalidade,
            base_legal: entrada.base_legal,
        }
    }
}

/// Lê as escolhas da empresa sobre consultas de contatos, e quanto o mês já custou.
#[utoipa::path(
    operation_id = "ler_enriquecimento",
    tag = "Enriquecimento",
    responses((status = 200, description = "As escolhas.", body = EnriquecimentoLido,
               headers(("ETag" = String, description = "Versão, para `If-Match`.")))),
    security(("chave_api" = ["enriquecimento:ler"])),
)]
#[get("/v1/enriquecimento")]
pub(super) async fn get(
    acesso: Autorizado<escopos::enriquecimento::Ler>,
    contexto: Data<Contexto>,
) -> Result<HttpResponse, Problema> {
    let agora = contexto.servico.relogio.agora();
    let (lido, versao) = contexto.servico.da_empresa(&acesso, move |t| load(t, agora)).await?;
    Ok(HttpResponse::Ok().insert_header((ETAG, etag(versao))).json(lido))
}

/// Escolhe, por inteiro, como se consulta. Vale a partir da próxima consulta.
#[utoipa::path(
    operation_id = "mudar_enriquecimento",
    tag = "Enriquecimento",
    params(("If-Match" = Option<String>, Header, description = "`ETag` da versão lida; sem ele, muda qualquer versão.")),
    request_body(content = EnriquecimentoEntrada, example = json!({
        "limite_mensal": "500.00", "enderecos": false, "dias_entre_consultas": 30, "dias_de_validade": 90,
        "finalidade": "ciclo_de_credito", "base_legal": "protecao_do_credito",
    })),
    responses((status = 200, description = "As escolhas, como ficaram.", body = EnriquecimentoLido,
               headers(("ETag" = String, description = "Nova versão.")))),
    security(("chave_api" = ["enriquecimento:escrever"])),
)]
#[put("/v1/enriquecimento")]
pub(super) async fn update(
    acesso: Autorizado<escopos::enriquecimento::Escrever>,
    contexto: Data<Contexto>,
    vista: SeVersao,
    corpo: Corpo<EnriquecimentoEntrada>,
) -> Result<Resposta, Problema> {
    let (agora, nova) = (contexto.servico.relogio.agora(), Politica::from(corpo.0));
    let gravar = move |t: &mut Tenant<'_>| {
        let versao = consultas::politica(t)?.versao;
        if let Err(recusa) = vista.confere(versao) {
            return Ok(Err(recusa));
        }
        // Somebody else was faster: it is looked at again.
        if !consultas::update(t, &nova, versao)? {
            return Err(StoreError::Raced);
        }
        let (lido, versao) = load(t, agora)?;
        Ok(Ok(Resposta::ok(&lido).com_versao(etag(versao))))
    };
    contexto.servico.gravar(&acesso, gravar).await
}

fn load(t: &mut Tenant<'_>, agora: DateTime<Utc>) -> Result<(EnriquecimentoLido, i32), StoreError> {
    let dia = empresas::today(t, agora)?;
    let mes = dia.with_day(1).unwrap_or(dia);
    let escolhida = consultas::politica(t)?;
    let gasto = consultas::spent(t, mes)?;
    let Politica { limite_mensal, enderecos, dias_entre_consultas, dias_de_validade, finalidade, base_legal } =
        escolhida.politica;
    let lido = EnriquecimentoLido {
        limite_mensal: limite_mensal.map(|limite| limite.to_string()),
        enderecos,
        dias_entre_consultas,
        dias_de_validade,
        finalidade: finalidade.as_str(),
        base_legal: base_legal.as_str(),
        gasto: GastoDoMes { mes, custo: Centavos::new(gasto.custo).to_string(), consultas: gasto.consultas },
    };
    Ok((lido, escolhida.versao))
}
