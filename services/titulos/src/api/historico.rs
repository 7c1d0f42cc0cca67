//! What happened to a título and who did it.

use actix_web::get;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use domain::ids::TituloId;
use serde::{Deserialize, Serialize};
use store::titulos::{self, MudancaLida};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Autorizado, Caminho, Consulta, Pagina, Paginacao, Problema, escopos};

use super::Contexto;

/// O que mudou num título de uma vez.
#[derive(Serialize, ToSchema)]
#[schema(as = MudancaDeTitulo)]
struct Mudanca {
    /// Quando.
    em: DateTime<Utc>,
    /// Quem pediu; nulo, o próprio sistema (um prazo que chegou).
    autor: Option<Autor>,
    /// O que mudou.
    mudancas: Vec<CampoMudado>,
}

/// Uma chave de API.
#[derive(Serialize, ToSchema)]
struct Autor {
    /// Id da chave.
    chave_id: Uuid,
    /// Nome da chave, se ela ainda existe.
    nome: Option<String>,
}

/// Um campo de um título, antes e depois.
#[derive(Serialize, Deserialize, ToSchema)]
struct CampoMudado {
    /// O campo, como se chama no título.
    #[schema(example = "status")]
    campo: String,
    /// O que era.
    #[schema(example = "aberto")]
    antes: Option<String>,
    /// O que passou a ser.
    #[schema(example = "pago")]
    depois: Option<String>,
}

/// Lê a história de um título, da mudança mais nova à mais antiga: situação, saldo, vencimento, devedor, credor, boleto e tudo o mais
/// que se diz dele. Chegar não é mudar: quem o trouxe está no próprio título.
#[utoipa::path(
    operation_id = "ler_historico_do_titulo",
    tag = "Títulos",
    params(("id" = Uuid, Path, description = "Id do título."), Paginacao<(DateTime<Utc>, i64)>),
    responses((status = 200, description = "Uma página.", body = Pagina<Mudanca>)),
    security(("chave_api" = ["titulos:ler"])),
)]
#[get("/v1/titulos/{id}/historico")]
pub(super) async fn list(
    acesso: Autorizado<escopos::titulos::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
    consulta: Consulta<Paginacao<(DateTime<Utc>, i64)>>,
) -> Result<Pagina<Mudanca>, Problema> {
    let Paginacao { limite, cursor } = consulta.0;
    let antes_de = cursor.map(|cursor| cursor.0);
    let linhas = contexto
        .servico
        .da_empresa(&acesso, move |t| titulos::history(t, TituloId::new(id.0), antes_de, limite.com_folga()))
        .await?
        .ok_or_else(Problema::nao_encontrado)?;
    Ok(Pagina::from_rows(linhas, limite, |linha| (linha.em, linha.seq)).map(Mudanca::from))
}

impl From<MudancaLida> for Mudanca {
    fn from(lida: MudancaLida) -> Self {
        let nome = lida.autor_nome;
        Self {
            em: lida.em,
            autor: lida.autor.map(|chave_id| Autor { chave_id, nome }),
            // Only the trigger writes them, in this form.
            mudancas: serde_json::from_value(lida.mudancas).unwrap_or_default(),
        }
    }
}
