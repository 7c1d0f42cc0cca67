//! The sheets to be filled in, by which somebody says whom an action is for (rule b04).

use actix_web::{HttpResponse, get};
use domain::execucao::Canal;
use serde::Serialize;
use sheets::lote::Modelo;
use sheets::saida::Formato;
use utoipa::ToSchema;
use web::{Autorizado, Caminho, Pagina, Problema, escopos, esquema};

use super::planilha::{FormatoDePlanilha, file};

const FORMATOS: [FormatoDePlanilha; 2] = [FormatoDePlanilha::Xlsx, FormatoDePlanilha::Csv];

/// Um modelo de planilha, num formato.
#[derive(Serialize, ToSchema)]
struct ModeloDePlanilha {
    /// Nome do arquivo.
    #[schema(example = "modelo-sms-avulso.xlsx")]
    nome: String,
    /// Para que ação.
    #[schema(value_type = esquema::Canal, example = "sms")]
    tipo: Canal,
    /// Se é de e-mails ou celulares que não são de devedores.
    #[schema(example = true)]
    avulso: bool,
    /// Formato do arquivo.
    formato: FormatoDePlanilha,
    /// Onde se baixa.
    #[schema(example = "/v1/modelos-de-planilha/modelo-sms-avulso.xlsx")]
    endereco: String,
}

/// Each of them in each format, by the name of its file.
fn all() -> impl Iterator<Item = (String, Modelo, FormatoDePlanilha)> {
    let named = |(modelo, formato): (Modelo, FormatoDePlanilha)| {
        let nome = format!("{}.{}", modelo.nome_do_arquivo(), Formato::from(formato).extensao());
        (nome, modelo, formato)
    };
    Modelo::TODOS.into_iter().flat_map(|modelo| FORMATOS.map(|formato| (modelo, formato))).map(named)
}

/// Lista os modelos de planilha das ações em lote.
#[utoipa::path(
    operation_id = "listar_modelos_de_planilha",
    tag = "Ações em lote",
    responses((status = 200, description = "Os modelos, numa página só.", body = Pagina<ModeloDePlanilha>)),
    security(("chave_api" = ["acoes_em_lote:ler"])),
)]
#[get("/v1/modelos-de-planilha")]
pub(super) async fn list(_acesso: Autorizado<escopos::acoes_em_lote::Ler>) -> Pagina<ModeloDePlanilha> {
    let modelo = |(nome, modelo, formato): (String, Modelo, FormatoDePlanilha)| ModeloDePlanilha {
        tipo: modelo.tipo(),
        avulso: modelo.avulso(),
        formato,
        endereco: format!("/v1/modelos-de-planilha/{nome}"),
        nome,
    };
    Pagina { itens: all().map(modelo).collect(), proximo_cursor: None }
}

/// Baixa um modelo de planilha, com um exemplo e, no `xlsx`, as instruções.
#[utoipa::path(
    operation_id = "baixar_modelo_de_planilha",
    tag = "Ações em lote",
    params(("nome" = String, Path, description = "Nome do arquivo, como está na lista.", example = "modelo-email.xlsx")),
    responses((status = 200, description = "O arquivo.", content(
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/csv"),
    ))),
    security(("chave_api" = ["acoes_em_lote:ler"])),
)]
#[get("/v1/modelos-de-planilha/{nome}")]
pub(super) async fn get(
    _acesso: Autorizado<escopos::acoes_em_lote::Ler>,
    nome: Caminho<String>,
) -> Result<HttpResponse, Problema> {
    let achado = all().find(|(deste, ..)| *deste == nome.0);
    let (_, modelo, formato) = achado.ok_or_else(Problema::nao_encontrado)?;
    let formato = Formato::from(formato);
    let bytes = modelo
        .write(formato, Vec::new())
        .map_err(|erro| Problema::interno("escrever um modelo de planilha", &erro))?;
    Ok(file(formato, &modelo.nome_do_arquivo()).body(bytes))
}
