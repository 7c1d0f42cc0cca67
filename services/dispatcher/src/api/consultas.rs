//! Queries about debtors: what was asked, what for, what it cost and what came of it.

use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::{DateTime, NaiveDate, Utc};
use deserr::Deserr;
use domain::dinheiro::Centavos;
use domain::enriquecimento::EstadoConsulta;
use domain::ids::{DevedorId, ExecucaoId};
use serde::{Deserialize, Serialize};
use store::consultas::{self, ConsultaLida, Filtro};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{Autorizado, Caminho, Consulta, Cursor, ErrosCampo, Limite, Pagina, Problema, escopos, esquema};

use super::Contexto;

/// Uma consulta de contatos de um devedor a um provedor.
#[derive(Serialize, ToSchema)]
pub(super) struct ConsultaDeContatos {
    /// Id; é o da execução que a fez.
    id: Uuid,
    /// Devedor.
    devedor_id: Uuid,
    /// Quem responde.
    #[schema(example = "assertiva")]
    provedor: String,
    /// O nome que o provedor lhe deu.
    protocolo: Option<String>,
    /// Para que foi feita (LGPD, art. 6º, I).
    #[schema(value_type = esquema::Finalidade)]
    finalidade: String,
    /// Com que base legal (LGPD, art. 7º).
    #[schema(value_type = esquema::BaseLegal)]
    base_legal: String,
    /// Onde ela chegou. `nao_encontrado` é uma resposta: o provedor nada sabe.
    #[schema(value_type = esquema::EstadoConsulta)]
    estado: String,
    /// Se foi usada a resposta, ainda válida, de uma consulta anterior, sem custo.
    aproveitada: bool,
    /// Quanto custou, ou pode ter custado enquanto não se sabe.
    #[schema(value_type = esquema::Dinheiro)]
    custo: String,
    /// Quando foi feita.
    pedida_em: DateTime<Utc>,
    /// Quando a resposta chegou.
    respondida_em: Option<DateTime<Utc>>,
    /// O que ela trouxe; só de uma consulta concluída.
    mudancas: Option<Mudancas>,
}

/// O que uma resposta mudou no devedor. Nada do que havia é alterado.
#[derive(Serialize, Deserialize, ToSchema)]
struct Mudancas {
    /// Telefones novos.
    telefones: Vec<String>,
    /// E-mails novos.
    emails: Vec<String>,
    /// Endereços novos.
    enderecos: Vec<EnderecoNovo>,
    /// O que foi dito e não entrou, contado pelo porquê.
    recusados: Vec<Recusados>,
    /// O score que o devedor passou a ter; nulo, se não veio, ou se o que ele tem é da empresa.
    score: Option<u16>,
    /// Se o provedor disse que o devedor faleceu, o que não se sabia. Nada mais lhe é enviado.
    falecido: bool,
}

/// Um endereço que uma consulta trouxe.
#[derive(Serialize, Deserialize, ToSchema)]
struct EnderecoNovo {
    /// Rua, avenida, praça.
    logradouro: Option<String>,
    /// Número.
    numero: Option<String>,
    /// Apartamento, bloco, andar.
    complemento: Option<String>,
    /// Bairro.
    bairro: Option<String>,
    /// Município.
    cidade: String,
    /// Estado.
    #[schema(value_type = esquema::Uf)]
    uf: String,
    /// CEP.
    #[schema(value_type = Option<esquema::Cep>)]
    cep: Option<String>,
}

/// Quantos meios de contato não entraram, por um motivo.
#[derive(Serialize, Deserialize, ToSchema)]
struct Recusados {
    /// O que são.
    #[schema(value_type = esquema::TipoMeio)]
    tipo: String,
    /// Por que não entraram.
    #[schema(value_type = esquema::MotivoRecusaDeContato)]
    motivo: String,
    /// Quantos.
    quantos: u32,
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Lista {
    /// Somente as deste devedor.
    #[deserr(default)]
    #[param(value_type = Option<Uuid>)]
    devedor_id: Option<DevedorId>,
    /// Somente as deste estado.
    #[deserr(default)]
    #[param(value_type = Option<esquema::EstadoConsulta>, inline)]
    estado: Option<EstadoConsulta>,
    /// Somente as feitas a partir deste dia.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    de: Option<NaiveDate>,
    /// Somente as feitas até este dia, inclusive.
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
    cursor: Option<Cursor<(DateTime<Utc>, Uuid)>>,
}

/// Lista as consultas de contatos, das mais novas às mais antigas, com o custo de cada uma e o que ela trouxe.
#[utoipa::path(
    operation_id = "listar_consultas",
    tag = "Enriquecimento",
    params(Lista),
    responses((status = 200, description = "Uma página de consultas.", body = Pagina<ConsultaDeContatos>)),
    security(("chave_api" = ["enriquecimento:ler"])),
)]
#[get("/v1/consultas")]
pub(super) async fn list(
    acesso: Autorizado<escopos::enriquecimento::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<Lista>,
) -> Result<Pagina<ConsultaDeContatos>, Problema> {
    let Lista { devedor_id, estado, de, ate, limite, cursor } = consulta.0;
    let filtro = Filtro { devedor: devedor_id, estado, de, ate };
    let depois_de = cursor.map(|cursor| cursor.0);
    let lidas = contexto
        .servico
        .da_empresa(&acesso, move |t| consultas::list(t, &filtro, depois_de, limite.com_folga()))
        .await?;
    let pagina = Pagina::from_rows(lidas, limite, |lida| (lida.pedida_em, lida.execucao_id));
    Ok(pagina.map(ConsultaDeContatos::from))
}

/// Lê uma consulta de contatos.
#[utoipa::path(
    operation_id = "ler_consulta",
    tag = "Enriquecimento",
    params(("id" = Uuid, Path, description = "Id da consulta, que é o da execução.")),
    responses((status = 200, description = "A consulta.", body = ConsultaDeContatos)),
    security(("chave_api" = ["enriquecimento:ler"])),
)]
#[get("/v1/consultas/{id}")]
pub(super) async fn get(
    acesso: Autorizado<escopos::enriquecimento::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<ExecucaoId>,
) -> Result<Json<ConsultaDeContatos>, Problema> {
    let id = id.0;
    let lida = contexto.servico.da_empresa(&acesso, move |t| consultas::get(t, id)).await?;
    Ok(Json(lida.ok_or_else(Problema::nao_encontrado)?.into()))
}

impl From<ConsultaLida> for ConsultaDeContatos {
    fn from(lida: ConsultaLida) -> Self {
        Self {
            id: lida.execucao_id,
            devedor_id: lida.devedor_id,
            provedor: lida.provedor,
            protocolo: lida.protocolo,
            finalidade: lida.finalidade,
            base_legal: lida.base_legal,
            estado: lida.estado,
            aproveitada: lida.aproveitada,
            custo: Centavos::new(lida.custo).to_string(),
            pedida_em: lida.pedida_em,
            respondida_em: lida.respondida_em,
            mudancas: lida.mudancas.and_then(|mudancas| serde_json::from_value(mudancas).ok()),
        }
    }
}
