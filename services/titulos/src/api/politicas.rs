//! Policies: what negotiations may give away, by days overdue.

use actix_web::web::{Data, Json};
use actix_web::{delete, get, post, put};
use chrono::{DateTime, Utc};
use deserr::Deserr;
use domain::dinheiro::Centavos;
use domain::ids::CredorId;
use domain::negociacao::{self, Politica};
use domain::percentual::Percentual;
use serde::Serialize;
use store::politicas::{self, EntradaPolitica, PoliticaLida, RecusaPolitica};
use store::{StoreError, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{
    Autorizado, Caminho, Codigo, Consulta, Corpo, ErroCampo, ErrosCampo, Inteiro, Pagina, Paginacao,
    Problema, Resposta, Texto, escopos, esquema,
};

use super::Contexto;
use super::campos::Parcelas;
use super::entrada::Valor;

/// One policy for each day on which one begins.
pub(super) static POLITICA_NA_FAIXA: Codigo = Codigo::new(
    "politica_na_faixa",
    409,
    "Já há uma política a partir desses dias",
    "Cada faixa de atraso de um credor tem uma política. O detalhe diz qual é a outra: mude-a, ou use outro `dias_de`.",
);

/// Até quanto se dá de desconto.
#[derive(Clone, Copy, Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct DescontosEntrada {
    /// Sobre multa, juros e correção: é o primeiro a ser dado.
    #[schema(value_type = esquema::Percentual)]
    encargos: Percentual,
    /// Sobre o principal, depois que o dos encargos se esgotou.
    #[schema(value_type = esquema::Percentual)]
    principal: Percentual,
}

/// Days overdue from which a policy holds.
type Atraso = Inteiro<u16, 0, 9999>;

/// O que se pode conceder a partir de tantos dias de atraso.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct PoliticaEntrada {
    /// Nome.
    nome: Texto<1, 80>,
    /// Só para títulos deste credor; a dele vale antes da geral.
    #[deserr(default)]
    #[schema(value_type = Option<Uuid>)]
    credor_id: Option<CredorId>,
    /// A partir de quantos dias de atraso do título mais antigo, até onde a seguinte começa; 0 vale também a vencer.
    dias_de: Atraso,
    /// Descontos máximos do pagamento à vista.
    a_vista: DescontosEntrada,
    /// Descontos máximos do parcelado.
    parcelado: DescontosEntrada,
    /// Máximo de parcelas, contando a entrada.
    max_parcelas: Parcelas,
    /// Valor mínimo de cada parcela, fora a entrada.
    #[schema(value_type = esquema::Valor)]
    parcela_minima: Valor,
    /// Entrada mínima do parcelado, sobre o valor acordado; ausente, nenhuma.
    #[deserr(default)]
    #[schema(value_type = esquema::Percentual, required = false)]
    entrada_minima: Percentual,
    /// Juros ao mês do parcelado (Price); ausente, nenhum.
    #[deserr(default)]
    #[schema(value_type = esquema::Percentual, required = false)]
    juros_ao_mes: Percentual,
    /// Por quantos dias uma proposta pode ser aceita; ausente, só no próprio dia.
    #[deserr(default = Inteiro(0))]
    #[schema(value_type = u16, required = false, minimum = 0, maximum = 365)]
    validade_dias: Inteiro<u16, 0, 365>,
    /// Em quantos dias o primeiro pagamento deve vencer; ausente, 30.
    #[deserr(default = Inteiro(30))]
    #[schema(value_type = u16, required = false, minimum = 0, maximum = 365)]
    primeiro_vencimento_dias: Inteiro<u16, 0, 365>,
}

impl From<PoliticaEntrada> for EntradaPolitica {
    fn from(entrada: PoliticaEntrada) -> Self {
        let descontos =
            |de: DescontosEntrada| negociacao::Descontos { encargos: de.encargos, principal: de.principal };
        Self {
            nome: entrada.nome.into_string(),
            credor: entrada.credor_id,
            politica: Politica {
                dias_de: entrada.dias_de.0,
                a_vista: descontos(entrada.a_vista),
                parcelado: descontos(entrada.parcelado),
                max_parcelas: entrada.max_parcelas.0,
                parcela_minima: entrada.parcela_minima.0,
                entrada_minima: entrada.entrada_minima,
                juros_ao_mes: entrada.juros_ao_mes,
                validade_dias: entrada.validade_dias.0,
                primeiro_vencimento_dias: entrada.primeiro_vencimento_dias.0,
            },
        }
    }
}

/// Até quanto se dá de desconto.
#[derive(Serialize, ToSchema)]
struct Descontos {
    /// Sobre multa, juros e correção.
    #[schema(value_type = esquema::Percentual)]
    encargos: String,
    /// Sobre o principal.
    #[schema(value_type = esquema::Percentual)]
    principal: String,
}

/// Uma política de negociação.
#[derive(Serialize, ToSchema)]
struct PoliticaDeNegociacao {
    /// Id.
    id: Uuid,
    /// Nome.
    nome: String,
    /// Credor a que se limita.
    credor_id: Option<Uuid>,
    /// A partir de quantos dias de atraso.
    dias_de: u16,
    /// Descontos máximos do pagamento à vista.
    a_vista: Descontos,
    /// Descontos máximos do parcelado.
    parcelado: Descontos,
    /// Máximo de parcelas, contando a entrada.
    max_parcelas: u16,
    /// Valor mínimo de cada parcela, fora a entrada.
    #[schema(value_type = esquema::Dinheiro)]
    parcela_minima: String,
    /// Entrada mínima do parcelado.
    #[schema(value_type = esquema::Percentual)]
    entrada_minima: String,
    /// Juros ao mês do parcelado.
    #[schema(value_type = esquema::Percentual)]
    juros_ao_mes: String,
    /// Por quantos dias uma proposta pode ser aceita.
    validade_dias: u16,
    /// Em quantos dias o primeiro pagamento deve vencer.
    primeiro_vencimento_dias: u16,
    /// Quando foi criada.
    criada_em: DateTime<Utc>,
    /// Quando mudou.
    alterada_em: DateTime<Utc>,
}

impl From<PoliticaLida> for PoliticaDeNegociacao {
    fn from(lida: PoliticaLida) -> Self {
        let descontos = |de: negociacao::Descontos| Descontos {
            encargos: de.encargos.to_string(),
            principal: de.principal.to_string(),
        };
        let politica = lida.politica;
        Self {
            id: lida.id,
            nome: lida.nome,
            credor_id: lida.credor.map(CredorId::uuid),
            dias_de: politica.dias_de,
            a_vista: descontos(politica.a_vista),
            parcelado: descontos(politica.parcelado),
            max_parcelas: politica.max_parcelas,
            parcela_minima: Centavos::to_string(&politica.parcela_minima),
            entrada_minima: politica.entrada_minima.to_string(),
            juros_ao_mes: politica.juros_ao_mes.to_string(),
            validade_dias: politica.validade_dias,
            primeiro_vencimento_dias: politica.primeiro_vencimento_dias,
            criada_em: lida.criada_em,
            alterada_em: lida.alterada_em,
        }
    }
}

/// Cria uma política para as negociações a partir de tantos dias de atraso.
#[utoipa::path(
    operation_id = "criar_politica_de_negociacao",
    tag = "Políticas de negociação",
    request_body(content = PoliticaEntrada, example = json!({
        "nome": "Até 90 dias", "dias_de": 1, "a_vista": {"encargos": "100", "principal": "5"},
        "parcelado": {"encargos": "50", "principal": "0"}, "max_parcelas": 12, "parcela_minima": "50.00",
        "entrada_minima": "10", "juros_ao_mes": "1.99", "validade_dias": 5})),
    responses((status = 201, description = "A política.", body = PoliticaDeNegociacao)),
    security(("chave_api" = ["politicas:escrever"])),
)]
#[post("/v1/politicas-de-negociacao")]
pub(super) async fn create(
    acesso: Autorizado<escopos::politicas::Escrever>,
    contexto: Data<Contexto>,
    corpo: Corpo<PoliticaEntrada>,
) -> Result<Resposta, Problema> {
    let (entrada, agora) = (corpo.0.into(), contexto.servico.relogio.agora());
    let gravar = contexto.servico.gravar(&acesso, move |t| write(t, None, &entrada, agora));
    gravar.await
}

/// Troca uma política inteira. As negociações já feitas ficam como estão.
#[utoipa::path(
    operation_id = "trocar_politica_de_negociacao",
    tag = "Políticas de negociação",
    params(("id" = Uuid, Path, description = "Id da política.")),
    request_body(content = PoliticaEntrada, example = json!({
        "nome": "Até 60 dias", "dias_de": 2, "a_vista": {"encargos": "100", "principal": "5"},
        "parcelado": {"encargos": "50", "principal": "0"}, "max_parcelas": 6, "parcela_minima": "50.00"})),
    responses((status = 200, description = "A política, como ficou.", body = PoliticaDeNegociacao)),
    security(("chave_api" = ["politicas:escrever"])),
)]
#[put("/v1/politicas-de-negociacao/{id}")]
pub(super) async fn replace(
    acesso: Autorizado<escopos::politicas::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
    corpo: Corpo<PoliticaEntrada>,
) -> Result<Resposta, Problema> {
    let (entrada, agora) = (corpo.0.into(), contexto.servico.relogio.agora());
    let gravar = contexto.servico.gravar(&acesso, move |t| match politicas::get(t, id.0)? {
        Some(_) => write(t, Some(id.0), &entrada, agora),
        None => Ok(Err(Problema::nao_encontrado())),
    });
    gravar.await
}

fn write(
    t: &mut Tenant<'_>,
    id: Option<Uuid>,
    entrada: &EntradaPolitica,
    agora: DateTime<Utc>,
) -> Result<Result<Resposta, Problema>, StoreError> {
    let feita = match politicas::save(t, id, entrada, agora)? {
        Ok(feita) => feita,
        Err(recusa) => return Ok(Err(refused(recusa))),
    };
    let lida = politicas::get(t, feita)?.map(PoliticaDeNegociacao::from);
    let resposta = lida.map(|lida| match id {
        Some(_) => Resposta::ok(&lida),
        None => Resposta::criada(format!("/v1/politicas-de-negociacao/{feita}"), &lida),
    });
    Ok(resposta.ok_or_else(Problema::nao_encontrado))
}

fn refused(recusa: RecusaPolitica) -> Problema {
    match recusa {
        RecusaPolitica::FaixaTomada(outra) => {
            Problema::conflito(&POLITICA_NA_FAIXA, format!("a outra é {outra}"))
        }
        RecusaPolitica::CredorNaoExiste => Problema::validacao(vec![ErroCampo {
            campo: "/credor_id".to_owned(),
            codigo: "nao_encontrado".into(),
            detalhe: "a empresa não tem este credor".into(),
        }]),
    }
}

/// Lista as políticas de negociação, na ordem em que foram criadas.
#[utoipa::path(
    operation_id = "listar_politicas_de_negociacao",
    tag = "Políticas de negociação",
    params(Paginacao<Uuid>),
    responses((status = 200, description = "Uma página.", body = Pagina<PoliticaDeNegociacao>)),
    security(("chave_api" = ["negociacoes:ler"])),
)]
#[get("/v1/politicas-de-negociacao")]
pub(super) async fn list(
    acesso: Autorizado<escopos::negociacoes::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<Paginacao<Uuid>>,
) -> Result<Pagina<PoliticaDeNegociacao>, Problema> {
    let Paginacao { limite, cursor } = consulta.0;
    let depois_de = cursor.map(|cursor| cursor.0);
    let ler =
        contexto.servico.da_empresa(&acesso, move |t| politicas::list(t, depois_de, limite.com_folga()));
    Ok(Pagina::from_rows(ler.await?, limite, |lida| lida.id).map(PoliticaDeNegociacao::from))
}

/// Lê uma política de negociação.
#[utoipa::path(
    operation_id = "ler_politica_de_negociacao",
    tag = "Políticas de negociação",
    params(("id" = Uuid, Path, description = "Id da política.")),
    responses((status = 200, description = "A política.", body = PoliticaDeNegociacao)),
    security(("chave_api" = ["negociacoes:ler"])),
)]
#[get("/v1/politicas-de-negociacao/{id}")]
pub(super) async fn get(
    acesso: Autorizado<escopos::negociacoes::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Json<PoliticaDeNegociacao>, Problema> {
    let lida = contexto.servico.da_empresa(&acesso, move |t| politicas::get(t, id.0)).await?;
    lida.map(|lida| Json(lida.into())).ok_or_else(Problema::nao_encontrado)
}

/// Apaga uma política: a faixa anterior passa a valer também nos seus dias. As negociações já feitas ficam como estão.
#[utoipa::path(
    operation_id = "apagar_politica_de_negociacao",
    tag = "Políticas de negociação",
    params(("id" = Uuid, Path, description = "Id da política.")),
    responses((status = 204, description = "Não há mais essa política.")),
    security(("chave_api" = ["politicas:escrever"])),
)]
#[delete("/v1/politicas-de-negociacao/{id}")]
pub(super) async fn delete(
    acesso: Autorizado<escopos::politicas::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Resposta, Problema> {
    let apagar = contexto.servico.gravar(&acesso, move |t| {
        let havia = politicas::delete(t, id.0)?;
        Ok(if havia { Ok(Resposta::vazia()) } else { Err(Problema::nao_encontrado()) })
    });
    apagar.await
}
