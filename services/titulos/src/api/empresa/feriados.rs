//! The company's own holidays.

use actix_web::web::Data;
use actix_web::{delete, get, put};
use chrono::NaiveDate;
use deserr::Deserr;
use domain::calendario::MAX_FERIADOS;
use serde::Serialize;
use serde_json::Value;
use store::empresas::feriados::{self, CalendarioCheio, Feriado};
use utoipa::{IntoParams, ToSchema};
use web::{
    Autorizado, Caminho, Codigo, Consulta, Corpo, Cursor, ErroCampo, ErrosCampo, Limite, Pagina, Problema,
    Resposta, Texto, escopos, esquema,
};

use super::super::Contexto;

/// As many holidays as a company may have.
pub(in super::super) static CALENDARIO_CHEIO: Codigo = Codigo::new(
    "calendario_cheio",
    409,
    "O calendário está cheio",
    "A empresa tem todos os feriados que pode ter; apague os que já passaram.",
);

/// Um feriado da empresa.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct FeriadoLido {
    /// O dia.
    data: NaiveDate,
    /// Como se chama.
    #[schema(example = "Aniversário da cidade")]
    nome: String,
}

impl From<Feriado> for FeriadoLido {
    fn from(lido: Feriado) -> Self {
        Self { data: lido.data, nome: lido.nome }
    }
}

/// O que se diz de um feriado.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
pub(in super::super) struct FeriadoEntrada {
    /// Como se chama.
    #[schema(example = "Aniversário da cidade")]
    nome: Texto<1, 100>,
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in super::super) struct FiltroFeriados {
    /// A partir deste dia.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    de: Option<NaiveDate>,
    /// Até este dia.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    ate: Option<NaiveDate>,
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500)]
    limite: Limite,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Cursor>, inline)]
    cursor: Option<Cursor<NaiveDate>>,
}

/// Lista os feriados da empresa, por dia.
///
/// São os do município, do estado e os da própria empresa; os nacionais e os bancários já contam para todas.
#[utoipa::path(
    operation_id = "listar_feriados",
    tag = "Empresa",
    params(FiltroFeriados),
    responses((status = 200, description = "Uma página.", body = Pagina<FeriadoLido>)),
    security(("chave_api" = ["empresa:ler"])),
)]
#[get("/v1/empresa/feriados")]
pub(in super::super) async fn list(
    acesso: Autorizado<escopos::empresa::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<FiltroFeriados>,
) -> Result<Pagina<FeriadoLido>, Problema> {
    let FiltroFeriados { de, ate, limite, cursor } = consulta.0;
    let depois_de = cursor.map(|cursor| cursor.0);
    let lidos = contexto
        .servico
        .da_empresa(&acesso, move |t| feriados::list(t, (de, ate), depois_de, limite.com_folga()));
    Ok(Pagina::from_rows(lidos.await?, limite, |lido| lido.data).map(FeriadoLido::from))
}

/// Grava um feriado da empresa, ou muda o nome do que há nesse dia. Repetir é seguro.
///
/// Com `vencimento_em_dia_util`, o título que vence num feriado pode ser pago no próximo dia útil, e só depois está vencido. Vale
/// para o que se calcula e se decide daqui em diante; a noite seguinte revê os devedores a quem a mudança atinge.
#[utoipa::path(
    operation_id = "gravar_feriado",
    tag = "Empresa",
    params(("data" = esquema::Dia, Path, description = "O dia.")),
    request_body(content = FeriadoEntrada, example = json!({"nome": "Aniversário da cidade"})),
    responses((status = 200, description = "O feriado.", body = FeriadoLido)),
    security(("chave_api" = ["empresa:escrever"])),
)]
#[put("/v1/empresa/feriados/{data}")]
pub(in super::super) async fn gravar(
    acesso: Autorizado<escopos::empresa::Escrever>,
    contexto: Data<Contexto>,
    data: Caminho<String>,
    corpo: Corpo<FeriadoEntrada>,
) -> Result<Resposta, Problema> {
    let feriado = Feriado { data: day(data.0)?, nome: corpo.0.nome.into_string() };
    let gravar = contexto.servico.gravar(&acesso, move |t| {
        let gravado = feriados::put(t, &feriado)?;
        let cheio = |CalendarioCheio| {
            let detalhe = format!("a empresa já tem {MAX_FERIADOS} feriados");
            Problema::conflito(&CALENDARIO_CHEIO, detalhe)
        };
        Ok(gravado.map(|()| Resposta::ok(&FeriadoLido::from(feriado.clone()))).map_err(cheio))
    });
    gravar.await
}

/// Apaga um feriado da empresa: o dia volta a ser como outro qualquer.
#[utoipa::path(
    operation_id = "apagar_feriado",
    tag = "Empresa",
    params(("data" = esquema::Dia, Path, description = "O dia.")),
    responses((status = 204, description = "Ele não existe mais.")),
    security(("chave_api" = ["empresa:escrever"])),
)]
#[delete("/v1/empresa/feriados/{data}")]
pub(in super::super) async fn apagar(
    acesso: Autorizado<escopos::empresa::Escrever>,
    contexto: Data<Contexto>,
    data: Caminho<String>,
) -> Result<Resposta, Problema> {
    let dia = day(data.0)?;
    let apagado = contexto.servico.gravar(&acesso, move |t| {
        let havia = feriados::delete(t, dia)?;
        Ok(if havia { Ok(Resposta::vazia()) } else { Err(Problema::nao_encontrado()) })
    });
    apagado.await
}

fn day(texto: String) -> Result<NaiveDate, Problema> {
    let of_path = |erro| ErroCampo { campo: "/data".to_owned(), ..erro };
    web::parse(Value::String(texto))
        .map_err(|erros: Vec<_>| Problema::validacao(erros.into_iter().map(of_path).collect()))
}
