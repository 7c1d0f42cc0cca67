//! A título as it is answered.

use chrono::{DateTime, NaiveDate, Utc};
use domain::dinheiro::Centavos;
use serde::Serialize;
use store::titulos::{Atualizado, TituloLido};
use utoipa::ToSchema;
use uuid::Uuid;
use web::esquema;

/// Um título.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "`tipo_titulo` is the field's own word")]
pub(in crate::api) struct Titulo {
    /// Id.
    id: Uuid,
    /// Chave do título no ERP.
    codigo_integracao: String,
    /// Devedor.
    devedor_id: Uuid,
    /// Número que o devedor conhece.
    numero: String,
    /// Data de emissão.
    emissao: Option<NaiveDate>,
    /// Data de vencimento como impressa.
    vencimento: NaiveDate,
    /// Valor de face.
    #[schema(value_type = esquema::Dinheiro)]
    valor: String,
    /// O que ainda se deve do valor de face, sem encargos.
    #[schema(value_type = esquema::Dinheiro)]
    saldo: String,
    /// O que se deve no dia de `atualizacao`, com encargos.
    #[schema(value_type = esquema::Soma)]
    saldo_atualizado: String,
    /// De que é feito o `saldo_atualizado`.
    atualizacao: Atualizacao,
    /// Situação.
    #[schema(value_type = esquema::StatusTitulo, example = "aberto")]
    status: String,
    /// De onde veio.
    #[schema(value_type = esquema::Origem, example = "original")]
    origem: String,
    /// A quem se deve, se não for a própria empresa.
    credor_id: Option<Uuid>,
    /// Tipo de negócio.
    tipo_negocio: Option<String>,
    /// Tipo de título.
    tipo_titulo: Option<String>,
    /// Score do devedor.
    devedor_score: Option<i16>,
    /// Nosso número do boleto.
    nosso_numero: Option<String>,
    /// Linha digitável do boleto, só dígitos.
    linha_digitavel: Option<String>,
    /// Pix copia e cola.
    pix_copia_e_cola: Option<String>,
    /// Endereço do boleto.
    link_boleto: Option<String>,
    /// Dia em que reabre sozinho, se está suspenso até uma data.
    suspenso_ate: Option<NaiveDate>,
    /// Negociação em que está agora.
    negociacao_id: Option<Uuid>,
    /// Negociação de que é parcela.
    acordo_id: Option<Uuid>,
    /// Desde quando está nessa situação.
    status_em: DateTime<Utc>,
    /// Quando chegou.
    criado_em: DateTime<Utc>,
    /// Chave de API que o trouxe, se se sabe.
    criado_por: Option<Uuid>,
    /// Quando algo dele mudou pela última vez.
    atualizado_em: DateTime<Utc>,
}

/// O que um título deve num dia. As partes somam o `saldo_atualizado`.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Atualizacao {
    /// O dia.
    em: NaiveDate,
    /// Dias desde o vencimento, se nesse dia já não se paga sem atraso.
    dias_atraso: i64,
    /// Do valor de face.
    #[schema(value_type = esquema::Dinheiro)]
    principal: String,
    /// Correção monetária.
    #[schema(value_type = esquema::Soma)]
    correcao: String,
    /// Multa.
    #[schema(value_type = esquema::Soma)]
    multa: String,
    /// Juros de mora.
    #[schema(value_type = esquema::Soma)]
    juros: String,
}

impl Atualizacao {
    fn new(atualizado: &Atualizado) -> Self {
        Self {
            em: atualizado.em,
            dias_atraso: atualizado.dias_atraso,
            principal: atualizado.devido.principal.to_string(),
            correcao: atualizado.devido.correcao.to_string(),
            multa: atualizado.devido.multa.to_string(),
            juros: atualizado.devido.juros.to_string(),
        }
    }
}

impl Titulo {
    pub(in crate::api) fn new(lido: TituloLido, atualizado: &Atualizado) -> Self {
        Self {
            id: lido.id,
            codigo_integracao: lido.codigo_integracao,
            devedor_id: lido.devedor_id,
            numero: lido.numero,
            emissao: lido.emissao,
            vencimento: lido.vencimento,
            valor: Centavos::new(lido.valor).to_string(),
            saldo: Centavos::new(lido.saldo).to_string(),
            saldo_atualizado: atualizado.devido.total().to_string(),
            atualizacao: Atualizacao::new(atualizado),
            status: lido.status,
            origem: lido.origem,
            credor_id: lido.credor_id,
            tipo_negocio: lido.tipo_negocio,
            tipo_titulo: lido.tipo_titulo,
            devedor_score: lido.devedor_score,
            nosso_numero: lido.nosso_numero,
            linha_digitavel: lido.linha_digitavel,
            pix_copia_e_cola: lido.pix_copia_e_cola,
            link_boleto: lido.link_boleto,
            suspenso_ate: lido.suspenso_ate,
            negociacao_id: lido.negociacao_id,
            acordo_id: lido.acordo_id,
            status_em: lido.status_em,
            criado_em: lido.criado_em,
            criado_por: lido.criado_por,
            atualizado_em: lido.atualizado_em,
        }
    }
}
