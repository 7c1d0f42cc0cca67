//! The errors of an import, by page and as a file.

use actix_web::web::{Bytes, Data};
use actix_web::{HttpResponse, get};
use deserr::Deserr;
use domain::planilha::protegido;
use futures_util::stream;
use serde::Serialize;
use store::importacoes::{self, ErroLido};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{
    Autorizado, Caminho, Consulta, Cursor, ErrosCampo, Lido, Limite, Pagina, Problema, Solicitante, escopos,
};

use super::super::Contexto;

/// Reasons read at a time for a download.
const PEDACO: i64 = 5_000;
/// What spreadsheets need in order to read UTF-8, and the header.
const CABECALHO: &str = "\u{feff}linha;codigo_integracao;campo;codigo;motivo\r\n";

/// Por que uma linha não vale.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct ErroImportado {
    /// Linha do arquivo, a partir de 1; em CSV e XLSX o cabeçalho é a linha 1.
    #[schema(example = 1_234_567)]
    linha: i64,
    /// Código do título, quando pôde ser lido.
    codigo_integracao: Option<String>,
    /// Campo; nulo quando o erro é da linha inteira.
    #[schema(example = "vencimento")]
    campo: Option<String>,
    /// Código estável do motivo.
    #[schema(example = "formato_invalido")]
    codigo: String,
    /// O motivo, para uma pessoa. Mostra a forma do que está escrito (`99/99/9999`), nunca o dado.
    #[schema(example = "data em formato desconhecido ou inexistente no calendário (99/99/9999)")]
    motivo: String,
}

impl From<ErroLido> for ErroImportado {
    fn from(lido: ErroLido) -> Self {
        let ErroLido { linha, codigo_integracao, campo, codigo, motivo, .. } = lido;
        Self { linha, codigo_integracao, campo, codigo, motivo }
    }
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FiltroErros {
    /// Só os desta linha.
    #[deserr(default)]
    #[param(value_type = Option<u32>)]
    linha: Option<Lido<u32>>,
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500)]
    limite: Limite,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[deserr(default)]
    #[param(value_type = Option<web::esquema::Cursor>, inline)]
    cursor: Option<Cursor<(i64, i16)>>,
}

/// Lista os erros de uma importação, na ordem do arquivo.
#[utoipa::path(
    operation_id = "listar_erros_da_importacao",
    tag = "Importações",
    params(("id" = Uuid, Path, description = "Id da importação."), FiltroErros),
    responses((status = 200, description = "Uma página de erros.", body = Pagina<ErroImportado>)),
    security(("chave_api" = ["titulos:ler"])),
)]
#[get("/v1/importacoes/{id}/erros")]
pub(in crate::api) async fn list(
    acesso: Autorizado<escopos::titulos::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
    consulta: Consulta<FiltroErros>,
) -> Result<Pagina<ErroImportado>, Problema> {
    let FiltroErros { linha, limite, cursor } = consulta.0;
    let (linha, depois_de) =
        (linha.map(|linha| i64::from(linha.0)), cursor.map_or((0, -1), |cursor| cursor.0));
    let lidos = contexto.servico.da_empresa(&acesso, move |t| {
        let existe = importacoes::get(t, id.0)?.is_some();
        Ok(existe.then_some(importacoes::list_errors(t, id.0, linha, depois_de, limite.com_folga())?))
    });
    let lidos = lidos.await?.ok_or_else(Problema::nao_encontrado)?;
    Ok(Pagina::from_rows(lidos, limite, |erro| (erro.linha, erro.ordem)).map(ErroImportado::from))
}

/// Baixa todos os erros de uma importação em CSV, para abrir em uma planilha.
#[utoipa::path(
    operation_id = "baixar_erros_da_importacao",
    tag = "Importações",
    params(("id" = Uuid, Path, description = "Id da importação.")),
    responses((status = 200, description = "CSV com `;`, em UTF-8: linha, codigo_integracao, campo, codigo, motivo.",
               body = String, content_type = "text/csv")),
    security(("chave_api" = ["titulos:ler"])),
)]
#[get("/v1/importacoes/{id}/erros.csv")]
pub(in crate::api) async fn csv(
    acesso: Autorizado<escopos::titulos::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<HttpResponse, Problema> {
    let (id, solicitante) = (id.0, acesso.solicitante());
    let existe = contexto.servico.da_empresa(&acesso, move |t| importacoes::get(t, id)).await?;
    existe.ok_or_else(Problema::nao_encontrado)?;
    let contexto = contexto.into_inner();
    let pedacos = stream::try_unfold(Some((0, -1)), move |depois_de| {
        let (contexto, solicitante) = (contexto.clone(), solicitante.clone());
        async move {
            match depois_de {
                Some(depois_de) => next_piece(&contexto, solicitante, id, depois_de).await.map(Some),
                None => Ok::<_, Problema>(None),
            }
        }
    });
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("content-disposition", format!("attachment; filename=\"erros-{id}.csv\"")))
        .streaming(pedacos))
}

type Lugar = (i64, i16);

async fn next_piece(
    contexto: &Contexto,
    solicitante: Solicitante,
    id: Uuid,
    depois_de: Lugar,
) -> Result<(Bytes, Option<Lugar>), Problema> {
    let lidos = contexto
        .servico
        .da_empresa(solicitante, move |t| importacoes::list_errors(t, id, None, depois_de, PEDACO))
        .await?;
    let mut texto = String::from(if depois_de == (0, -1) { CABECALHO } else { "" });
    for erro in &lidos {
        texto.push_str(&erro.linha.to_string());
        let textos = [
            erro.codigo_integracao.as_deref(),
            erro.campo.as_deref(),
            Some(&erro.codigo),
            Some(&erro.motivo),
        ];
        for valor in textos {
            texto.push(';');
            push_cell(&mut texto, valor.unwrap_or_default());
        }
        texto.push_str("\r\n");
    }
    let fim = i64::try_from(lidos.len()).unwrap_or(i64::MAX) < PEDACO;
    let ultimo = lidos.last().map(|erro| (erro.linha, erro.ordem)).filter(|_| !fim);
    Ok((texto.into(), ultimo))
}

/// A key of the ERP's may begin like a formula; a spreadsheet must not carry it out.
fn push_cell(texto: &mut String, valor: &str) {
    texto.push('"');
    texto.push_str(&protegido(valor).replace('"', "\"\""));
    texto.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_one_cell_and_no_formula() {
        for (valor, celula) in
            [("a;b", "\"a;b\""), ("a\"b", "\"a\"\"b\""), ("=1+1", "\"'=1+1\""), ("", "\"\"")]
        {
            let mut texto = String::new();
            push_cell(&mut texto, valor);
            assert_eq!(texto, celula);
        }
    }
}
