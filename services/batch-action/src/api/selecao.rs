//! Who is meant: chosen by a filter, and looked at.

use actix_web::web::Data;
use actix_web::{get, put};
use chrono::{DateTime, Utc};
use deserr::Deserr;
use domain::dinheiro::Centavos;
use domain::filtro::{ErroFiltro, Filtro};
use domain::ids::LoteId;
use domain::lote::Quem;
use serde::Serialize;
use store::filtros::{self, Amostrado};
use store::lotes::{self, Lote};
use store::{StoreError, Tenant};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{
    Autorizado, Caminho, Consulta, Corpo, Cursor, ErroCampo, ErrosCampo, Limite, Pagina, Problema, Resposta,
    SeVersao, escopos, esquema,
};

use super::saida::AcaoEmLote;
use super::{Contexto, Passo, forbidden, step};

/// Para quem é a ação.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct SelecaoEntrada {
    /// Quais devedores.
    #[schema(value_type = esquema::FiltroDeDevedores)]
    filtro: Filtro,
}

/// Escolhe os devedores por filtros, e conta quantos são e quantos podem receber a ação.
///
/// Escolher de novo, enquanto a ação não foi confirmada, pede a mensagem de novo. O filtro fica sendo o último do usuário.
#[utoipa::path(
    operation_id = "selecionar_acao_em_lote",
    tag = "Ações em lote",
    params(
        ("id" = Uuid, Path, description = "Id da ação."),
        ("If-Match" = Option<String>, Header, description = "`ETag` da versão lida; sem ele, muda qualquer versão."),
    ),
    request_body(content = SelecaoEntrada, example = json!({
        "filtro": {"titulo": {"dias_vencido_de": 10, "dias_vencido_ate": 30, "status": ["aberto"]}},
    })),
    responses((status = 200, description = "A ação com a seleção contada.", body = AcaoEmLote,
               headers(("ETag" = String, description = "Nova versão.")))),
    security(("chave_api" = ["acoes_em_lote:escrever"])),
)]
#[put("/v1/acoes-em-lote/{id}/selecao")]
pub(super) async fn put(
    acesso: Autorizado<escopos::acoes_em_lote::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<LoteId>,
    vista: SeVersao,
    corpo: Corpo<SelecaoEntrada>,
) -> Result<Resposta, Problema> {
    let filtro = corpo.0.filtro;
    let agora = contexto.servico.relogio.agora();
    step(&contexto, &acesso, (id.0, Some(vista)), move |t, lote| select(t, lote, &filtro, agora)).await
}

fn select(t: &mut Tenant<'_>, lote: &Lote, filtro: &Filtro, agora: DateTime<Utc>) -> Passo {
    let desconhecidos = filtros::named(t, filtro)?.desconhecidos;
    if !desconhecidos.is_empty() {
        return Ok(Err(Problema::validacao(desconhecidos.into_iter().map(inside).collect())));
    }
    Ok(lotes::select(t, lote, &Quem::Filtro(filtro.clone()), agora)?.map_err(forbidden))
}

fn inside(erro: ErroFiltro) -> ErroCampo {
    let ErroFiltro { ponteiro, codigo, detalhe } = erro;
    ErroCampo { campo: format!("/filtro{ponteiro}"), codigo: codigo.into(), detalhe: detalhe.into() }
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Trecho {
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, default = 50, minimum = 1, maximum = 500)]
    limite: Limite,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Cursor>, inline)]
    cursor: Option<Cursor<(String, Uuid)>>,
}

/// Um devedor que atende aos filtros, ou um contato avulso.
#[derive(Serialize, ToSchema)]
struct DevedorDaAmostra {
    /// Devedor; de um contato avulso, o que o representa nesta ação, e que não é de devedor nenhum.
    devedor_id: Uuid,
    /// Chave do devedor no ERP.
    codigo_integracao: Option<String>,
    /// Nome; nulo em um contato avulso sem nome.
    nome: Option<String>,
    /// CPF ou CNPJ, sem pontuação.
    #[schema(value_type = Option<esquema::CpfCnpj>)]
    documento: Option<String>,
    /// Soma dos saldos dos títulos abertos.
    #[schema(value_type = esquema::Soma)]
    saldo: String,
    /// Quantos títulos estão abertos.
    titulos_abertos: i64,
    /// E-mail ou celular a que a mensagem iria; nulo nas demais ações.
    contato: Option<String>,
    /// Por que não pode receber a ação; nulo em quem pode.
    #[schema(value_type = Option<esquema::MotivoExclusao>)]
    motivo: Option<String>,
}

impl From<Amostrado> for DevedorDaAmostra {
    fn from(lido: Amostrado) -> Self {
        let Amostrado { id, nome, documento, codigo, saldo, abertos, contato, motivo, .. } = lido;
        Self {
            devedor_id: id,
            codigo_integracao: codigo,
            nome,
            documento,
            saldo: Centavos::new(saldo).to_string(),
            titulos_abertos: abertos,
            contato,
            motivo,
        }
    }
}

/// Mostra os devedores que atendem agora aos filtros da ação, por nome; em quem não pode recebê-la, o motivo.
///
/// Antes da seleção não há ninguém. Para quem a ação foi confirmada, veja os itens.
#[utoipa::path(
    operation_id = "ver_amostra_de_acao_em_lote",
    tag = "Ações em lote",
    params(("id" = Uuid, Path, description = "Id da ação."), Trecho),
    responses((status = 200, description = "Uma página de devedores.", body = Pagina<DevedorDaAmostra>)),
    security(("chave_api" = ["acoes_em_lote:ler"])),
)]
#[get("/v1/acoes-em-lote/{id}/amostra")]
pub(super) async fn sample(
    acesso: Autorizado<escopos::acoes_em_lote::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<LoteId>,
    consulta: Consulta<Trecho>,
) -> Result<Pagina<DevedorDaAmostra>, Problema> {
    let Trecho { limite, cursor } = consulta.0;
    let agora = contexto.servico.relogio.agora();
    let lidos = contexto.servico.da_empresa(&acesso, move |t| {
        let Some(lote) = lotes::get(t, id.0)? else { return Ok(None) };
        page(t, &lote, cursor.as_ref().map(|cursor| &cursor.0), limite.com_folga(), agora).map(Some)
    });
    let lidos = lidos.await?.ok_or_else(Problema::nao_encontrado)?;
    let chave = |lido: &Amostrado| (lido.nome_busca.clone(), lido.id);
    Ok(Pagina::from_rows(lidos, limite, chave).map(DevedorDaAmostra::from))
}

/// Nobody before anybody is selected.
fn page(
    t: &mut Tenant<'_>,
    lote: &Lote,
    depois_de: Option<&(String, Uuid)>,
    limite: i64,
    agora: DateTime<Utc>,
) -> Result<Vec<Amostrado>, StoreError> {
    let Some(selecao) = lote.ao_alcance() else { return Ok(Vec::new()) };
    let (dia, atendem) = (lotes::day(t, agora)?, selecao.contagem.atendem);
    let selecao = filtros::Selecao { quem: (&selecao.quem).into(), tipo: lote.tipo, dia };
    filtros::sample(t, (&selecao, atendem), depois_de, limite)
}
