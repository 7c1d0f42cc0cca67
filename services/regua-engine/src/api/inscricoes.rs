//! Enrolments: who walks where.

use actix_web::get;
use actix_web::web::Data;
use chrono::NaiveDate;
use deserr::Deserr;
use domain::ids::{DevedorId, ReguaId, TituloId};
use serde::Serialize;
use store::inscricoes::{self, Filtro, InscricaoLida};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{Autorizado, Consulta, Cursor, ErrosCampo, Limite, Pagina, Problema, escopos, esquema};

use super::Contexto;

/// Uma inscrição: um devedor, ou um título dele, numa régua.
#[derive(Serialize, ToSchema)]
struct Inscricao {
    /// Id.
    id: Uuid,
    /// Régua.
    regua_id: Uuid,
    /// Devedor.
    devedor_id: Uuid,
    /// O título que percorre a régua, quando ela é `por_titulo`.
    alvo_titulo_id: Option<Uuid>,
    /// Onde está.
    #[schema(value_type = EstadoInscricao, example = "andando")]
    estado: String,
    /// Data da noite em que entrou na régua.
    #[schema(example = "2026-03-02")]
    entrada: NaiveDate,
    /// Volta da caminhada, a partir de 1.
    #[schema(example = 1)]
    ciclo: i32,
    /// Data a partir da qual as posições contam, enquanto anda ou está congelada.
    ancora: Option<NaiveDate>,
    /// Próxima posição, enquanto anda ou está congelada.
    proxima_posicao_id: Option<Uuid>,
    /// Desde quando está congelada: todos os seus títulos suspensos ou em negociação.
    congelada_em: Option<NaiveDate>,
    /// Desde quando passou da última posição.
    final_em: Option<NaiveDate>,
    /// Quando foi encerrada.
    encerrada_em: Option<NaiveDate>,
    /// Por que foi encerrada.
    motivo: Option<String>,
    /// Títulos que ela carrega.
    titulos: Vec<Uuid>,
}

impl From<InscricaoLida> for Inscricao {
    fn from(lida: InscricaoLida) -> Self {
        Self {
            id: lida.id,
            regua_id: lida.regua_id,
            devedor_id: lida.devedor_id,
            alvo_titulo_id: lida.alvo_id,
            estado: lida.estado,
            entrada: lida.entrada,
            ciclo: lida.ciclo,
            ancora: lida.ancora,
            proxima_posicao_id: lida.proxima_id,
            congelada_em: lida.congelada_em,
            final_em: lida.final_em,
            encerrada_em: lida.encerrada_em,
            motivo: lida.motivo,
            titulos: lida.titulos,
        }
    }
}

/// Onde está uma inscrição.
#[derive(Clone, Copy, Deserr, ToSchema)]
#[deserr(error = ErrosCampo, rename_all = lowercase)]
#[schema(rename_all = "lowercase")]
enum EstadoInscricao {
    /// Entre a primeira e a última posição.
    Andando,
    /// Parada onde estava: todos os seus títulos suspensos ou em negociação.
    Congelada,
    /// Depois da última posição.
    Final,
    /// Fora da régua.
    Encerrada,
}

impl EstadoInscricao {
    fn as_str(self) -> &'static str {
        match self {
            Self::Andando => "andando",
            Self::Congelada => "congelada",
            Self::Final => "final",
            Self::Encerrada => "encerrada",
        }
    }
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Lista {
    /// Somente as desta régua.
    #[deserr(default)]
    #[param(value_type = Option<Uuid>)]
    regua_id: Option<ReguaId>,
    /// Somente as deste devedor.
    #[deserr(default)]
    #[param(value_type = Option<Uuid>)]
    devedor_id: Option<DevedorId>,
    /// Somente as que carregam este título.
    #[deserr(default)]
    #[param(value_type = Option<Uuid>)]
    titulo_id: Option<TituloId>,
    /// Somente as deste estado.
    #[deserr(default)]
    #[param(inline)]
    estado: Option<EstadoInscricao>,
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, default = 50, minimum = 1, maximum = 500)]
    limite: Limite,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Cursor>, inline)]
    cursor: Option<Cursor<Uuid>>,
}

/// Lista as inscrições: quem está em cada régua, onde, e desde quando.
#[utoipa::path(
    operation_id = "listar_inscricoes",
    tag = "Inscrições",
    params(Lista),
    responses((status = 200, description = "Uma página de inscrições.", body = Pagina<Inscricao>)),
    security(("chave_api" = ["noites:ler"])),
)]
#[get("/v1/inscricoes")]
pub(super) async fn list(
    acesso: Autorizado<escopos::noites::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<Lista>,
) -> Result<Pagina<Inscricao>, Problema> {
    let Lista { regua_id, devedor_id, titulo_id, estado, limite, cursor } = consulta.0;
    let filtro = Filtro {
        regua: regua_id.map(ReguaId::uuid),
        devedor: devedor_id.map(DevedorId::uuid),
        titulo: titulo_id.map(TituloId::uuid),
        estado: estado.map(|estado| estado.as_str().to_owned()),
    };
    let depois_de = cursor.map(|cursor| cursor.0);
    let lidas = contexto
        .servico
        .da_empresa(&acesso, move |t| inscricoes::list(t, &filtro, depois_de, limite.com_folga()))
        .await?;
    Ok(Pagina::from_rows(lidas, limite, |lida| lida.id).map(Inscricao::from))
}
