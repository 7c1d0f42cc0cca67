//! Títulos: pushed in bulk and read.

mod filtro;
mod leitura;

use actix_web::web::{Data, Json};
use actix_web::{get, put};
use chrono::{DateTime, NaiveDate, Utc};
use deserr::Deserr;
use domain::ids::TituloId;
use store::titulos::{self, EntradaTitulo};
use store::{Banco, StoreError, Tenant};
use utoipa::IntoParams;
use uuid::Uuid;
use web::{Autorizado, Caminho, Consulta, ErrosCampo, Itens, Pagina, Problema, Resposta, escopos, esquema};

use super::Contexto;
use super::entrada::TituloEntrada;
use super::envio::{Envio, Item, last_of_each};
use filtro::{FiltroTitulos, cursor};
pub(super) use leitura::Titulo;

/// Items of one push: about a megabyte, and well under a second of work.
pub(super) const MAX_ITENS: usize = 1_000;

/// Envia títulos: cria ou atualiza cada um pelo `codigo_integracao`, com um resultado por item.
///
/// Itens com erro são recusados e os demais são gravados. Se um código aparece em vários itens, vale o último. Enviar o mesmo de
/// novo não altera nada. Campo opcional ausente (ou nulo) mantém o que está gravado.
#[utoipa::path(
    operation_id = "enviar_titulos",
    tag = "Títulos",
    request_body(content = Vec<TituloEntrada>, description = "Até 1000 títulos."),
    responses((status = 200, description = "Um resultado por item, na ordem enviada.", body = Envio)),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[put("/v1/titulos")]
pub(super) async fn upsert(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    itens: Itens<MAX_ITENS>,
) -> Result<Resposta, Problema> {
    let (lidos, recusados) = itens.parse(Item::refused);
    let lidos =
        lidos.into_iter().map(|(indice, lido): (usize, TituloEntrada)| (indice, lido.into())).collect();
    let (lidos, recusados) = last_of_each(lidos, recusados, |lido: &EntradaTitulo| &lido.codigo_integracao);
    let (indices, entradas): (Vec<usize>, Vec<EntradaTitulo>) = lidos.into_iter().unzip();
    let agora = contexto.servico.relogio.agora();
    let gravar = move |t: &mut Tenant<'_>| {
        let gravados = titulos::upsert(t, &entradas, agora)?;
        let itens = indices.iter().zip(&entradas).zip(&gravados);
        let gravados = itens
            .map(|((indice, entrada), gravado)| Item::stored(*indice, &entrada.codigo_integracao, gravado));
        Ok(Ok(Resposta::ok(&Envio::new(recusados.iter().cloned().chain(gravados).collect()))))
    };
    contexto.servico.gravar(&acesso, gravar).await
}

/// Lista títulos, na ordem pedida; sem ordem, na que chegaram.
#[utoipa::path(
    operation_id = "listar_titulos",
    tag = "Títulos",
    params(FiltroTitulos),
    responses((status = 200, description = "Uma página.", body = Pagina<Titulo>)),
    security(("chave_api" = ["titulos:ler"])),
)]
#[get("/v1/titulos")]
pub(super) async fn list(
    acesso: Autorizado<escopos::titulos::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<FiltroTitulos>,
) -> Result<Pagina<Titulo>, Problema> {
    let (agora, em, limite) = (contexto.servico.relogio.agora(), consulta.0.em, consulta.0.limite);
    let (filtro, trecho) = consulta.0.into_parts()?;
    let ordem = trecho.ordem;
    let (linhas, atualizados) = contexto
        .servico
        .da_empresa(&acesso, move |t| {
            let linhas = titulos::list(t, &filtro, &trecho)?;
            let atualizados = titulos::atualizar(t, &linhas, em, agora)?;
            Ok((linhas, atualizados))
        })
        .await?;
    let linhas = linhas.into_iter().zip(atualizados).collect();
    let pagina = Pagina::from_rows(linhas, limite, |(lido, _)| cursor(ordem, lido));
    Ok(pagina.map(|(lido, atualizado)| Titulo::new(lido, &atualizado)))
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct NoDia {
    /// Dia do `saldo_atualizado`; ausente, hoje no fuso da empresa.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    em: Option<NaiveDate>,
}

/// Lê um título, com o que ele deve no dia pedido.
#[utoipa::path(
    operation_id = "ler_titulo",
    tag = "Títulos",
    params(("id" = Uuid, Path, description = "Id do título."), NoDia),
    responses((status = 200, description = "O título.", body = Titulo)),
    security(("chave_api" = ["titulos:ler"])),
)]
#[get("/v1/titulos/{id}")]
pub(super) async fn get(
    acesso: Autorizado<escopos::titulos::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
    consulta: Consulta<NoDia>,
) -> Result<Json<Titulo>, Problema> {
    let (id, em) = (TituloId::new(id.0), consulta.0.em);
    let ler = move |banco: &Banco, portador| titulos::read(banco, portador, id, em);
    let (lido, atualizado) =
        contexto.servico.pedir(&acesso, ler).await?.ok_or_else(Problema::nao_encontrado)?;
    Ok(Json(Titulo::new(lido, &atualizado)))
}

/// A título as it is now, with what it owes on `em`.
pub(super) fn read(
    t: &mut Tenant<'_>,
    id: TituloId,
    em: Option<NaiveDate>,
    agora: DateTime<Utc>,
) -> Result<Option<Titulo>, StoreError> {
    let Some(lido) = titulos::get(t, id)? else { return Ok(None) };
    let atualizados = titulos::atualizar(t, std::slice::from_ref(&lido), em, agora)?;
    Ok(atualizados.first().map(|atualizado| Titulo::new(lido, atualizado)))
}
