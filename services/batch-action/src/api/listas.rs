//! Whom an action is for, and what became of each, as files (rules b11, b20).

use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use domain::dinheiro::Centavos;
use domain::execucao::Motivo;
use domain::ids::{DevedorId, LoteId};
use domain::lote;
use sheets::saida::{Celula, Coluna};
use store::filtros::{self, Listado};
use store::lotes::{self, ItemLido, Lote, Recusa};
use store::{StoreError, Tenant};
use web::{Autorizado, Caminho, Consulta, Problema, Solicitante, escopos};

use super::planilha::{Folha, LerPagina, PAGINA, Qual, answer};
use super::{Contexto, forbidden};

/// Baixa a lista de todos os que podem receber a ação: antes da confirmação, os que podem agora; depois dela, aqueles para quem foi
/// confirmada.
///
/// A lista sai enquanto é lida, por id do devedor: cada um está nela uma vez, com o contato, o saldo e os títulos do momento em que
/// foi lido. As colunas `codigo_integracao` e `documento` são as do modelo de planilha. Se a leitura falha no meio, a conexão se
/// rompe antes do fim do arquivo.
#[utoipa::path(
    operation_id = "baixar_lista_de_acao_em_lote",
    tag = "Ações em lote",
    params(("id" = Uuid, Path, description = "Id da ação."), Qual),
    responses((status = 200, description = "A planilha, com uma linha por devedor.", content(
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/csv"),
    ))),
    security(("chave_api" = ["acoes_em_lote:ler"])),
)]
#[get("/v1/acoes-em-lote/{id}/lista")]
pub(super) async fn aptos(
    acesso: Autorizado<escopos::acoes_em_lote::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<LoteId>,
    consulta: Consulta<Qual>,
) -> Result<HttpResponse, Problema> {
    let (servico, quem) = (contexto.servico.clone(), Solicitante::from(&acesso));
    let agora = servico.relogio.agora();
    let folha = servico.da_empresa(quem.clone(), move |t| match lotes::get(t, id.0)? {
        Some(lote) => list_of(t, lote, agora),
        None => Ok(Err(Problema::nao_encontrado())),
    });
    answer(servico.clone(), quem, consulta.0.formato.into(), folha.await??).await
}

/// Baixa o que foi feito de cada devedor da ação: as mesmas linhas de `GET /v1/acoes-em-lote/{id}/itens`, com o motivo também por
/// extenso e os horários no fuso da empresa.
///
/// Antes da confirmação não há o que baixar: 409. Se a leitura falha no meio, a conexão se rompe antes do fim do arquivo.
#[utoipa::path(
    operation_id = "baixar_itens_de_acao_em_lote",
    tag = "Ações em lote",
    params(("id" = Uuid, Path, description = "Id da ação."), Qual),
    responses((status = 200, description = "A planilha, com uma linha por devedor.", content(
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/csv"),
    ))),
    security(("chave_api" = ["acoes_em_lote:ler"])),
)]
#[get("/v1/acoes-em-lote/{id}/itens/planilha")]
pub(super) async fn detail(
    acesso: Autorizado<escopos::acoes_em_lote::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<LoteId>,
    consulta: Consulta<Qual>,
) -> Result<HttpResponse, Problema> {
    let (servico, quem) = (contexto.servico.clone(), Solicitante::from(&acesso));
    let agora = servico.relogio.agora();
    let folha = servico.da_empresa(quem.clone(), move |t| match lotes::get(t, id.0)? {
        Some(lote) if lote.confirmado.is_some() => Ok(Ok(detail_of(lote.id, lotes::day(t, agora)?.fuso))),
        Some(lote) => Ok(Err(forbidden(Recusa(lote.estado)))),
        None => Ok(Err(Problema::nao_encontrado())),
    });
    answer(servico.clone(), quem, consulta.0.formato.into(), folha.await??).await
}

fn list_of(
    t: &mut Tenant<'_>,
    lote: Lote,
    agora: DateTime<Utc>,
) -> Result<Result<Folha<Listado>, Problema>, StoreError> {
    let (id, tipo) = (lote.id, lote.tipo);
    let ler: LerPagina<Listado> = match (lote.confirmado, lote.selecao) {
        (Some(_), _) => Arc::new(move |t, depois_de| filtros::enlisted(t, (id, tipo), depois_de, PAGINA)),
        (None, Some(selecao)) => {
            let dia = lotes::day(t, agora)?;
            Arc::new(move |t, depois_de| {
                let selecao = filtros::Selecao { quem: (&selecao.quem).into(), tipo, dia };
                filtros::list(t, &selecao, depois_de, PAGINA)
            })
        }
        (None, None) => return Ok(Err(forbidden(Recusa(lote.estado)))),
    };
    Ok(Ok(Folha {
        nome: format!("lista-{id}"),
        colunas: vec![
            Coluna::new("codigo_integracao", 24),
            Coluna::new("documento", 18),
            Coluna::new("nome", 40),
            Coluna::new("contato", 36),
            Coluna::new("saldo", 14),
            Coluna::new("titulos_abertos", 16),
            Coluna::new("outros_codigos", 24),
            Coluna::new("devedor_id", 38),
        ],
        ler,
        devedor: |lido| DevedorId::new(lido.id),
        celulas: Box::new(listed),
    }))
}

fn listed(lido: &Listado) -> Vec<Celula<'_>> {
    let mut codigos = lido.codigos.iter();
    let primeiro = codigos.next();
    let outros = codigos.map(String::as_str).collect::<Vec<_>>().join(", ");
    vec![
        text(primeiro),
        text(lido.documento.as_ref()),
        text(lido.nome.as_ref()),
        text(lido.contato.as_ref()),
        Celula::Dinheiro(Centavos::new(lido.saldo)),
        Celula::Inteiro(lido.abertos),
        Celula::texto(outros),
        Celula::texto(lido.id.to_string()),
    ]
}

fn detail_of(id: LoteId, fuso: Tz) -> Folha<ItemLido> {
    Folha {
        nome: format!("itens-{id}"),
        colunas: vec![
            Coluna::new("codigo_integracao", 24),
            Coluna::new("nome", 40),
            Coluna::new("contato", 36),
            Coluna::new("status", 16),
            Coluna::new("motivo", 24),
            Coluna::new("motivo_por_extenso", 44),
            Coluna::new("tentativas", 12),
            Coluna::new("provedor_id", 38),
            Coluna::new("publicar_em", 20),
            Coluna::new("enviada_em", 20),
            Coluna::new("atualizada_em", 20),
            Coluna::new("devedor_id", 38),
            Coluna::new("execucao_id", 38),
        ],
        ler: Arc::new(move |t, depois_de| lotes::items(t, id, depois_de, PAGINA)),
        devedor: |lido| lido.devedor,
        celulas: Box::new(move |lido| detailed(id, fuso, lido)),
    }
}

fn detailed(id: LoteId, fuso: Tz, lido: &ItemLido) -> Vec<Celula<'_>> {
    let feito = lido.feito.as_ref();
    let instante = |em: DateTime<Utc>| Celula::Instante(em.with_timezone(&fuso).naive_local());
    // What this version cannot put in words still has its code beside it.
    let motivo = feito.and_then(|feito| feito.motivo.as_deref());
    let em_palavras = motivo.and_then(|codigo| Motivo::parse(codigo).ok()).map(Motivo::em_palavras);
    vec![
        text(lido.codigo.as_ref()),
        text(lido.nome.as_ref()),
        text(feito.and_then(|feito| feito.destinatario.as_ref()).or(lido.avulso.as_ref())),
        text(feito.map(|feito| &feito.estado)),
        Celula::talvez(motivo, Celula::texto),
        Celula::talvez(em_palavras, Celula::texto),
        Celula::Inteiro(feito.map_or(0, |feito| feito.tentativas.into())),
        text(feito.and_then(|feito| feito.provedor_id.as_ref())),
        Celula::talvez(feito.map(|feito| feito.publicar_em), instante),
        Celula::talvez(feito.and_then(|feito| feito.enviada_em), instante),
        Celula::talvez(feito.map(|feito| feito.atualizada_em), instante),
        Celula::texto(lido.devedor.to_string()),
        Celula::texto(lote::execucao(id, lido.devedor).to_string()),
    ]
}

fn text(texto: Option<&String>) -> Celula<'_> {
    Celula::talvez(texto, |texto| Celula::texto(texto.as_str()))
}
