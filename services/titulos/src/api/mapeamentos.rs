//! Column mappings, by name: how the files of one ERP are read.

use std::collections::BTreeMap;

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, put};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sheets::{Mapa, MapaError};
use store::StoreError;
use store::importacoes::mapeamentos::{self, MapeamentoLido};
use utoipa::ToSchema;
use web::{
    Autorizado, Caminho, Consulta, Corpo, ErroCampo, Pagina, Paginacao, Problema, Resposta, Texto, escopos,
};

use super::Contexto;

/// Bytes of one mapping: a line for each of some twenty fields, and tables of the ERP's own words.
const MAX_BYTES: usize = 64 * 1024;

/// Como as colunas de um arquivo viram campos.
#[derive(Serialize, ToSchema)]
pub(super) struct MapeamentoEntrada {
    /// Campo e o cabeçalho da coluna dele; dois campos podem usar a mesma coluna.
    #[schema(example = json!({"codigo_integracao": "Documento", "vencimento": "Vencto", "valor": "Saldo",
                              "devedor_codigo": "Cliente", "devedor_nome": "Razão social"}))]
    colunas: BTreeMap<String, String>,
    /// Campo e um valor fixo, para o que o arquivo não tem.
    #[schema(required = false)]
    padroes: BTreeMap<String, String>,
    /// Por campo, a palavra do ERP e a nossa; outras palavras passam como estão.
    #[schema(required = false)]
    valores: BTreeMap<String, BTreeMap<String, String>>,
    /// Formatos de data na sintaxe de strftime, tentados em ordem; ausente, AAAA-MM-DD e dd/mm/aaaa.
    #[schema(required = false, example = json!(["%d/%m/%Y"]))]
    formato_data: Vec<String>,
    /// Separador decimal: `,` (padrão) ou `.`.
    #[schema(required = false, example = ",")]
    decimal: String,
    /// `utf-8` (padrão) ou `latin-1`.
    #[schema(required = false, example = "utf-8")]
    codificacao: String,
    /// `;`, `,`, tabulação ou `|`; ausente, o cabeçalho diz.
    #[schema(required = false, example = ";")]
    separador: Option<String>,
    /// `{"tipo": "cpf"}` ou `{"tipo": "cnpj"}`: devolve os zeros à esquerda que a planilha comeu.
    #[schema(required = false, value_type = Object)]
    documento: Option<Value>,
}

/// Um mapeamento guardado.
#[derive(Serialize, ToSchema)]
pub(super) struct Mapeamento {
    /// Nome.
    #[schema(example = "erp")]
    nome: String,
    /// As regras, como foram guardadas.
    #[schema(value_type = MapeamentoEntrada)]
    regras: Value,
    /// Quando mudaram pela última vez.
    atualizado_em: DateTime<Utc>,
}

impl From<MapeamentoLido> for Mapeamento {
    fn from(lido: MapeamentoLido) -> Self {
        Self { nome: lido.nome, regras: lido.regras, atualizado_em: lido.atualizado_em }
    }
}

/// Guarda um mapeamento com este nome, no lugar do que houver. Importações já pedidas usam o que valia então.
#[utoipa::path(
    operation_id = "guardar_mapeamento",
    tag = "Importações",
    params(("nome" = String, Path, description = "Nome do mapeamento.")),
    request_body = MapeamentoEntrada,
    responses((status = 200, description = "O mapeamento.", body = Mapeamento)),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[put("/v1/mapeamentos/{nome}")]
pub(super) async fn put(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    nome: Caminho<String>,
    corpo: Corpo<Value>,
) -> Result<Resposta, Problema> {
    let nome = Texto::<1, 60>::parse(&nome.0).map_err(|_nome| Problema::nao_encontrado())?.into_string();
    check(&corpo.0)?;
    let agora = contexto.servico.relogio.agora();
    let gravado = contexto.servico.gravar(&acesso, move |t| {
        mapeamentos::put(t, &nome, &corpo.0, agora)?;
        let lido = mapeamentos::get(t, &nome)?.ok_or(StoreError::Unknown("mapeamento"))?;
        Ok(Ok(Resposta::ok(&Mapeamento::from(lido))))
    });
    gravado.await
}

/// Lista os mapeamentos, por nome.
#[utoipa::path(
    operation_id = "listar_mapeamentos",
    tag = "Importações",
    params(Paginacao<String>),
    responses((status = 200, description = "Uma página de mapeamentos.", body = Pagina<Mapeamento>)),
    security(("chave_api" = ["titulos:ler"])),
)]
#[get("/v1/mapeamentos")]
pub(super) async fn list(
    acesso: Autorizado<escopos::titulos::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<Paginacao<String>>,
) -> Result<Json<Pagina<Mapeamento>>, Problema> {
    let Paginacao { limite, cursor } = consulta.0;
    let lidos = contexto.servico.da_empresa(acesso.empresa(), move |t| {
        mapeamentos::list(t, cursor.as_ref().map(|cursor| cursor.0.as_str()), limite.com_folga())
    });
    Ok(Json(Pagina::from_rows(lidos.await?, limite, |lido| lido.nome.clone()).map(Mapeamento::from)))
}

/// Lê um mapeamento.
#[utoipa::path(
    operation_id = "ler_mapeamento",
    tag = "Importações",
    params(("nome" = String, Path, description = "Nome do mapeamento.")),
    responses((status = 200, description = "O mapeamento.", body = Mapeamento)),
    security(("chave_api" = ["titulos:ler"])),
)]
#[get("/v1/mapeamentos/{nome}")]
pub(super) async fn get(
    acesso: Autorizado<escopos::titulos::Ler>,
    contexto: Data<Contexto>,
    nome: Caminho<String>,
) -> Result<Json<Mapeamento>, Problema> {
    let lido = contexto.servico.da_empresa(acesso.empresa(), move |t| mapeamentos::get(t, nome.0.trim()));
    Ok(Json(lido.await?.ok_or_else(Problema::nao_encontrado)?.into()))
}

/// Esquece um mapeamento. Importações já pedidas com ele seguem como estavam.
#[utoipa::path(
    operation_id = "esquecer_mapeamento",
    tag = "Importações",
    params(("nome" = String, Path, description = "Nome do mapeamento.")),
    responses((status = 204, description = "Ele não existe mais.")),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[delete("/v1/mapeamentos/{nome}")]
pub(super) async fn remove(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    nome: Caminho<String>,
) -> Result<HttpResponse, Problema> {
    let havia =
        contexto.servico.da_empresa(acesso.empresa(), move |t| mapeamentos::remove(t, nome.0.trim())).await?;
    if havia { Ok(HttpResponse::NoContent().finish()) } else { Err(Problema::nao_encontrado()) }
}

/// Whether files can be read by these rules, and the database can keep them.
fn check(regras: &Value) -> Result<(), Problema> {
    let recusa = |campo: &str, codigo: &'static str, detalhe: String| {
        Problema::validacao(vec![ErroCampo {
            campo: campo.to_owned(),
            codigo: codigo.into(),
            detalhe: detalhe.into(),
        }])
    };
    let texto = regras.to_string();
    if texto.len() > MAX_BYTES {
        return Err(recusa("", "tamanho_invalido", format!("o mapeamento passa de {MAX_BYTES} bytes")));
    }
    if texto.contains("\\u0000") {
        return Err(recusa("", "caractere_invalido", "o mapeamento tem um caractere nulo".to_owned()));
    }
    Mapa::from_json(regras).map(drop).map_err(|erro| match &erro {
        MapaError::Toml(_) => recusa("", "formato_invalido", erro.to_string()),
        MapaError::SemColuna(_) => recusa("/colunas", "obrigatorio", erro.to_string()),
        MapaError::ColunaEPadrao(_) => recusa("/padroes", "repetido", erro.to_string()),
        MapaError::FormatoData(_) => recusa("/formato_data", "formato_invalido", erro.to_string()),
        MapaError::Separador => recusa("/separador", "valor_invalido", erro.to_string()),
    })
}
