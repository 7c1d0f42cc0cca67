//! What is told of a negotiation.

use chrono::{DateTime, NaiveDate, Utc};
use domain::dinheiro::Centavos;
use domain::ids::NegociacaoId;
use domain::negociacao::{Acordo, EstadoNegociacao, Parcela, situacao};
use serde::Serialize;
use store::negociacoes::{self, NegociacaoLida, NegociadoLido, Original, ParcelaLida};
use store::{StoreError, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;
use web::esquema;

use super::super::calendario::Calendario;

/// O que se devia.
#[derive(Serialize, ToSchema)]
#[schema(as = DividaNegociada)]
pub(super) struct Divida {
    /// Sem encargos.
    #[schema(value_type = esquema::Soma)]
    principal: String,
    /// Multa, juros e correção.
    #[schema(value_type = esquema::Soma)]
    encargos: String,
    /// Tudo.
    #[schema(value_type = esquema::Soma)]
    total: String,
}

impl Divida {
    pub(super) fn new(principal: Centavos, encargos: Centavos) -> Self {
        let total: Centavos = [principal, encargos].into_iter().sum();
        Self { principal: principal.to_string(), encargos: encargos.to_string(), total: total.to_string() }
    }
}

/// Uma negociação.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Negociacao {
    /// Id.
    id: Uuid,
    /// Devedor.
    devedor_id: Uuid,
    /// Em que pé está: `confirmada` pela primeira parcela paga.
    #[schema(value_type = esquema::EstadoNegociacao, example = "confirmada")]
    estado: String,
    /// O que isso é hoje: em dia, em atraso, vencida sem confirmação, quitada.
    #[schema(value_type = esquema::SituacaoNegociacao, example = "em_dia")]
    situacao: &'static str,
    /// Valor acordado: a dívida, menos o desconto, mais os juros.
    #[schema(value_type = esquema::Soma)]
    valor: String,
    /// O que se devia quando foi feita.
    divida: Divida,
    /// O que foi tirado da dívida.
    desconto: Divida,
    /// O que o parcelamento acrescentou.
    #[schema(value_type = esquema::Soma)]
    juros: String,
    /// Se a primeira parcela é uma entrada.
    com_entrada: bool,
    /// Vencimento da primeira parcela.
    primeiro_vencimento: NaiveDate,
    /// Quantidade de parcelas.
    quantidade: i64,
    /// Parcelas pagas por inteiro.
    pagas: i64,
    /// O que falta das parcelas, sem encargos.
    #[schema(value_type = esquema::Soma)]
    saldo: String,
    /// Vencimento mais antigo por pagar.
    proximo_vencimento: Option<NaiveDate>,
    /// Se algo já foi pago: então não pode ser cancelada, mas pode ser quebrada.
    com_pagamento: bool,
    /// Quem negociou.
    usuario: Option<String>,
    /// Observação.
    observacao: Option<String>,
    /// Quando foi feita.
    criada_em: DateTime<Utc>,
    /// Quando a primeira parcela foi paga.
    confirmada_em: Option<DateTime<Utc>>,
    /// Quando foi cancelada.
    cancelada_em: Option<DateTime<Utc>>,
    /// Quando foi quebrada.
    quebrada_em: Option<DateTime<Utc>>,
}

impl Negociacao {
    /// As it stands on the company's today.
    pub(in crate::api) fn new(lida: NegociacaoLida, dia: &Calendario) -> Result<Self, StoreError> {
        let estado = EstadoNegociacao::parse(&lida.estado).ok().ok_or(StoreError::Unknown("estado"))?;
        let c = Centavos::new;
        Ok(Self {
            id: lida.id,
            devedor_id: lida.devedor_id,
            situacao: situacao(estado, lida.por_pagar, dia.hoje, &dia.regras).as_str(),
            estado: lida.estado,
            valor: c(lida.valor).to_string(),
            divida: Divida::new(c(lida.principal), c(lida.encargos)),
            desconto: Divida::new(c(lida.desconto_principal), c(lida.desconto_encargos)),
            juros: c(lida.juros).to_string(),
            com_entrada: lida.com_entrada,
            primeiro_vencimento: lida.primeira_parcela,
            quantidade: lida.parcelas,
            pagas: lida.parcelas_pagas,
            saldo: c(lida.saldo).to_string(),
            proximo_vencimento: lida.por_pagar,
            com_pagamento: lida.com_pagamento,
            usuario: lida.usuario,
            observacao: lida.observacao,
            criada_em: lida.criada_em,
            confirmada_em: lida.confirmada_em,
            cancelada_em: lida.cancelada_em,
            quebrada_em: lida.quebrada_em,
        })
    }
}

/// Uma negociação com suas parcelas e os títulos que tomou.
#[derive(Serialize, ToSchema)]
pub(super) struct NegociacaoInteira {
    #[serde(flatten)]
    negociacao: Negociacao,
    /// Parcelas, na ordem em que vencem; cada uma é um título.
    parcelas: Vec<ParcelaDeAcordo>,
    /// Títulos negociados, o mais antigo primeiro.
    titulos: Vec<TituloNegociado>,
}

impl NegociacaoInteira {
    /// Reads it whole.
    pub(super) fn load(
        t: &mut Tenant<'_>,
        id: NegociacaoId,
        agora: DateTime<Utc>,
    ) -> Result<Option<Self>, StoreError> {
        let Some(lida) = negociacoes::get(t, id)? else { return Ok(None) };
        let negociacao = Negociacao::new(lida, &Calendario::load(t, agora)?)?;
        let parcelas = (1..).zip(negociacoes::parcelas(t, id)?).map(ParcelaDeAcordo::from).collect();
        let titulos = negociacoes::negociados(t, id)?.into_iter().map(TituloNegociado::from).collect();
        Ok(Some(Self { negociacao, parcelas, titulos }))
    }
}

/// Uma parcela de um acordo.
#[derive(Serialize, ToSchema)]
struct ParcelaDeAcordo {
    /// O título que ela é.
    titulo_id: Uuid,
    /// Posição, a partir de 1.
    numero: usize,
    /// Vencimento.
    vencimento: NaiveDate,
    /// Valor acordado.
    #[schema(value_type = esquema::Soma)]
    valor: String,
    /// O que ainda se deve dela, sem encargos.
    #[schema(value_type = esquema::Soma)]
    saldo: String,
    /// Situação.
    #[schema(value_type = esquema::StatusTitulo)]
    status: String,
}

impl From<(usize, ParcelaLida)> for ParcelaDeAcordo {
    fn from((numero, lida): (usize, ParcelaLida)) -> Self {
        Self {
            titulo_id: lida.id,
            numero,
            vencimento: lida.vencimento,
            valor: Centavos::new(lida.valor).to_string(),
            saldo: Centavos::new(lida.saldo).to_string(),
            status: lida.status,
        }
    }
}

/// Um título negociado.
#[derive(Serialize, ToSchema)]
struct TituloNegociado {
    /// Id.
    id: Uuid,
    /// Número que o devedor conhece.
    numero: String,
    /// Vencimento.
    vencimento: NaiveDate,
    /// O que devia quando foi negociado.
    divida: Divida,
    /// Situação agora.
    #[schema(value_type = esquema::StatusTitulo)]
    status: String,
}

impl From<NegociadoLido> for TituloNegociado {
    fn from(lido: NegociadoLido) -> Self {
        Self {
            id: lido.titulo_id,
            numero: lido.numero,
            vencimento: lido.vencimento,
            divida: Divida::new(Centavos::new(lido.principal), Centavos::new(lido.encargos)),
            status: lido.status,
        }
    }
}

/// O que cada título deve no dia da proposta.
#[derive(Serialize, ToSchema)]
pub(super) struct TituloProposto {
    /// Id.
    id: Uuid,
    /// Vencimento.
    vencimento: NaiveDate,
    /// O que deve.
    divida: Divida,
}

impl From<&Original> for TituloProposto {
    fn from(original: &Original) -> Self {
        Self {
            id: original.id.uuid(),
            vencimento: original.vencimento,
            divida: Divida::new(original.divida.principal, original.divida.encargos),
        }
    }
}

/// Um acordo que a política permite.
#[derive(Serialize, ToSchema)]
pub(super) struct Opcao {
    /// Quantidade de parcelas, contando a entrada.
    quantidade: usize,
    /// Entrada, quando há.
    #[schema(value_type = Option<esquema::Soma>)]
    entrada: Option<String>,
    /// O que é tirado da dívida; `total` é o `desconto` a enviar para fechar o acordo.
    desconto: Divida,
    /// O que o parcelamento acrescenta.
    #[schema(value_type = esquema::Soma)]
    juros: String,
    /// Valor do acordo.
    #[schema(value_type = esquema::Soma)]
    valor: String,
    /// Parcelas, na ordem em que vencem.
    parcelas: Vec<ParcelaProposta>,
}

impl From<Acordo> for Opcao {
    fn from(acordo: Acordo) -> Self {
        let parcelas = acordo.parcelas.as_slice();
        let entrada = parcelas.first().filter(|_| acordo.com_entrada);
        Self {
            quantidade: parcelas.len(),
            entrada: entrada.map(|entrada| entrada.valor.to_string()),
            desconto: Divida::new(acordo.desconto.principal, acordo.desconto.encargos),
            juros: acordo.juros.to_string(),
            valor: acordo.parcelas.valor().to_string(),
            parcelas: parcelas.iter().map(ParcelaProposta::from).collect(),
        }
    }
}

/// Uma parcela proposta.
#[derive(Serialize, ToSchema)]
struct ParcelaProposta {
    /// Vencimento.
    vencimento: NaiveDate,
    /// Valor.
    #[schema(value_type = esquema::Soma)]
    valor: String,
}

impl From<&Parcela> for ParcelaProposta {
    fn from(parcela: &Parcela) -> Self {
        Self { vencimento: parcela.vencimento, valor: parcela.valor.to_string() }
    }
}
