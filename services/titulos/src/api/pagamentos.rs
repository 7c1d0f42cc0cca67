//! Payments of títulos: booked, read and taken back, one by one.

mod estornos;
mod muitos;

pub(super) use estornos::{estornar, estornar_muitos};
pub(super) use muitos::registrar_muitos;

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use chrono::{DateTime, NaiveDate, Utc};
use deserr::Deserr;
use domain::dinheiro::Centavos;
use domain::ids::TituloId;
use serde::Serialize;
use store::titulos::{
    self, Alvo, EntradaPagamento, FiltroPagamentos, PagamentoLido, RecusaPagamento, ResultadoPagamento,
};
use store::{StoreError, Tenant};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{
    Autorizado, Caminho, Codigo, Consulta, Corpo, Cursor, ErroCampo, ErrosCampo, Lido, Limite, Pagina,
    Problema, Resposta, Texto, escopos, esquema,
};

use super::campos::CodigoDePagamento;
use super::entrada::Valor;
use super::titulos::{Titulo, read};
use super::{Contexto, STATUS_NAO_PERMITE};

/// The key of a payment is another payment's.
pub(super) static PAGAMENTO_EXISTENTE: Codigo = Codigo::new(
    "pagamento_existente",
    409,
    "Este código é de outro pagamento",
    "Já há um pagamento com este codigo_integracao, de outro título, outra data ou outro valor.",
);

/// Um pagamento recebido.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct PagamentoEntrada {
    /// O que foi pago.
    #[schema(value_type = esquema::Valor)]
    valor: Valor,
    /// Dia do pagamento, até hoje no fuso da empresa; ausente, hoje.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Dia>)]
    data: Option<NaiveDate>,
    /// Chave do pagamento no ERP: enviar de novo não registra outro. Sem ela, é o mesmo o do mesmo dia e valor.
    #[deserr(default)]
    #[schema(value_type = Option<Texto<1, 60>>)]
    codigo_integracao: Option<CodigoDePagamento>,
    /// Se o valor quita o título, seja quanto for: o que falta é desconto. Ausente, não.
    #[deserr(default)]
    #[schema(required = false)]
    quita: bool,
}

/// Um pagamento, com o que ele quitou. `valor` e `desconto` somam o que foi quitado e o `excedente`.
#[derive(Serialize, ToSchema)]
struct Pagamento {
    /// Id.
    id: Uuid,
    /// O título.
    titulo_id: Uuid,
    /// Chave do pagamento no ERP.
    codigo_integracao: Option<String>,
    /// Dia do pagamento.
    data: NaiveDate,
    /// O que foi pago.
    #[schema(value_type = esquema::Dinheiro)]
    valor: String,
    /// O que quitou do valor de face.
    #[schema(value_type = esquema::Dinheiro)]
    principal: String,
    /// O que quitou da correção.
    #[schema(value_type = esquema::Soma)]
    correcao: String,
    /// O que quitou da multa.
    #[schema(value_type = esquema::Soma)]
    multa: String,
    /// O que quitou dos juros.
    #[schema(value_type = esquema::Soma)]
    juros: String,
    /// O que foi quitado sem ser pago.
    #[schema(value_type = esquema::Soma)]
    desconto: String,
    /// O que foi pago além da dívida.
    #[schema(value_type = esquema::Dinheiro)]
    excedente: String,
    /// Quando foi registrado.
    criado_em: DateTime<Utc>,
    /// Quando foi estornado.
    estornado_em: Option<DateTime<Utc>>,
    /// Por que foi estornado.
    motivo_estorno: Option<String>,
}

/// Um pagamento e o título, como ficou.
#[derive(Serialize, ToSchema)]
struct PagamentoFeito {
    /// O pagamento.
    pagamento: Pagamento,
    /// O título.
    titulo: Titulo,
}

/// Registra um pagamento, integral ou parcial. Repetir é seguro.
///
/// O valor quita primeiro os juros, depois a multa, depois o valor corrigido (Código Civil, art. 354), como eram no dia do
/// pagamento. Quitado tudo, o título está pago, e da resposta em diante nenhuma mensagem nova o contém. A primeira parcela
/// paga confirma a negociação.
#[utoipa::path(
    operation_id = "registrar_pagamento",
    tag = "Pagamentos",
    params(("id" = Uuid, Path, description = "Id do título.")),
    request_body(content = PagamentoEntrada, example = json!({"valor": "100.00", "data": "2026-03-09", "codigo_integracao": "BX-1"})),
    responses(
        (status = 200, description = "Já estava registrado.", body = PagamentoFeito),
        (status = 201, description = "Registrado.", body = PagamentoFeito),
    ),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[post("/v1/titulos/{id}/pagamentos")]
pub(super) async fn registrar(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
    corpo: Corpo<PagamentoEntrada>,
) -> Result<Resposta, Problema> {
    let (id, agora) = (TituloId::new(id.0), contexto.servico.relogio.agora());
    let entrada = corpo.0.of(Alvo::Id(id));
    let registrar = move |t: &mut Tenant<'_>| {
        let resultado = titulos::pay(t, std::slice::from_ref(&entrada), agora)?.into_iter().next();
        answer(t, id, resultado, agora)
    };
    contexto.servico.gravar(&acesso, registrar).await
}

fn answer(
    t: &mut Tenant<'_>,
    id: TituloId,
    resultado: Option<ResultadoPagamento>,
    agora: DateTime<Utc>,
) -> Result<Result<Resposta, Problema>, StoreError> {
    let (novo, lido) = match resultado {
        Some(ResultadoPagamento::Registrado(lido)) => (true, lido),
        Some(ResultadoPagamento::JaRegistrado(lido)) => (false, lido),
        Some(ResultadoPagamento::Recusado(recusa)) => return Ok(Err(problem(recusa))),
        None => return Ok(Err(Problema::nao_encontrado())),
    };
    let Some(titulo) = read(t, id, None, agora)? else { return Ok(Err(Problema::nao_encontrado())) };
    let endereco = format!("/v1/pagamentos/{}", lido.id);
    let feito = PagamentoFeito { pagamento: lido.into(), titulo };
    Ok(Ok(if novo { Resposta::criada(endereco, &feito) } else { Resposta::ok(&feito) }))
}

/// What a payment is told that would settle what an equal one did not.
const JA_SEM_QUITAR: &str = "um pagamento igual já está registrado e não quitou o título; se é outro, envie-o com um codigo_integracao, \
                             se é o mesmo, estorne-o antes";

fn problem(recusa: RecusaPagamento) -> Problema {
    match recusa {
        RecusaPagamento::NaoExiste => Problema::nao_encontrado(),
        RecusaPagamento::Titulo(recusa) => Problema::conflito(&STATUS_NAO_PERMITE, recusa.to_string()),
        RecusaPagamento::CodigoEmUso => Problema::conflito(
            &PAGAMENTO_EXISTENTE,
            "o código é de um pagamento de outro título, data ou valor, ou que não quitou o título",
        ),
        RecusaPagamento::JaSemQuitar => Problema::conflito(&PAGAMENTO_EXISTENTE, JA_SEM_QUITAR),
        RecusaPagamento::DataFutura => Problema::validacao(vec![too_late("/data".to_owned())]),
    }
}

fn too_late(campo: String) -> ErroCampo {
    ErroCampo { campo, codigo: "fora_do_intervalo".into(), detalhe: "não pode ser depois de hoje".into() }
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FiltroDePagamentos {
    /// Só os deste título.
    #[deserr(default)]
    #[param(value_type = Option<Uuid>)]
    titulo_id: Option<TituloId>,
    /// Chave do pagamento no ERP.
    #[deserr(default)]
    #[param(inline)]
    codigo_integracao: Option<Texto<1, 60>>,
    /// Pagos a partir deste dia.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    data_de: Option<NaiveDate>,
    /// Pagos até este dia.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    data_ate: Option<NaiveDate>,
    /// Só os estornados, ou só os que valem.
    #[deserr(default)]
    #[param(value_type = Option<bool>)]
    estornados: Option<Lido<bool>>,
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500)]
    limite: Limite,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Cursor>, inline)]
    cursor: Option<Cursor<(NaiveDate, Uuid)>>,
}

/// Lista pagamentos, na ordem do dia em que foram feitos.
#[utoipa::path(
    operation_id = "listar_pagamentos",
    tag = "Pagamentos",
    params(FiltroDePagamentos),
    responses((status = 200, description = "Uma página.", body = Pagina<Pagamento>)),
    security(("chave_api" = ["titulos:ler"])),
)]
#[get("/v1/pagamentos")]
pub(super) async fn list(
    acesso: Autorizado<escopos::titulos::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<FiltroDePagamentos>,
) -> Result<Pagina<Pagamento>, Problema> {
    let consulta = consulta.0;
    let filtro = FiltroPagamentos {
        titulo: consulta.titulo_id.map(TituloId::uuid),
        codigo_integracao: consulta.codigo_integracao.map(Texto::into_string),
        data_de: consulta.data_de,
        data_ate: consulta.data_ate,
        estornados: consulta.estornados.map(|lido| lido.0),
    };
    let (depois_de, limite) = (consulta.cursor.map(|cursor| cursor.0), consulta.limite);
    let linhas = contexto
        .servico
        .da_empresa(&acesso, move |t| titulos::list_pagamentos(t, &filtro, depois_de, limite.com_folga()))
        .await?;
    Ok(Pagina::from_rows(linhas, limite, |linha| (linha.data, linha.id)).map(Pagamento::from))
}

/// Lê um pagamento.
#[utoipa::path(
    operation_id = "ler_pagamento",
    tag = "Pagamentos",
    params(("id" = Uuid, Path, description = "Id do pagamento.")),
    responses((status = 200, description = "O pagamento.", body = Pagamento)),
    security(("chave_api" = ["titulos:ler"])),
)]
#[get("/v1/pagamentos/{id}")]
pub(super) async fn get(
    acesso: Autorizado<escopos::titulos::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Json<Pagamento>, Problema> {
    let lido = contexto.servico.da_empresa(&acesso, move |t| titulos::get_pagamento(t, id.0)).await?;
    lido.map(|lido| Json(lido.into())).ok_or_else(Problema::nao_encontrado)
}

impl PagamentoEntrada {
    fn of(self, titulo: Alvo) -> EntradaPagamento {
        EntradaPagamento {
            titulo,
            codigo_integracao: self.codigo_integracao.map(|codigo| codigo.0),
            data: self.data,
            valor: Some(self.valor.0),
            so_principal: false,
            quita: self.quita,
        }
    }
}

impl From<PagamentoLido> for Pagamento {
    fn from(lido: PagamentoLido) -> Self {
        let reais = |centavos| Centavos::new(centavos).to_string();
        Self {
            id: lido.id,
            titulo_id: lido.titulo_id,
            codigo_integracao: lido.codigo_integracao,
            data: lido.data,
            valor: reais(lido.valor),
            principal: reais(lido.principal),
            correcao: reais(lido.correcao),
            multa: reais(lido.multa),
            juros: reais(lido.juros),
            desconto: reais(lido.desconto),
            excedente: reais(lido.excedente),
            criado_em: lido.criado_em,
            estornado_em: lido.estornado_em,
            motivo_estorno: lido.motivo_estorno,
        }
    }
}
