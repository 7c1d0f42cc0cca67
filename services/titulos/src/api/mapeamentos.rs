//! Column mappings, by name: how the files of one ERP are read.

use std::collections::BTreeMap;

use actix_web::web::{Data, Json};
use actix_web::{delete, get, put};
use chrono::{DateTime, Utc};
use deserr::Deserr;
use serde::Serialize;
use serde_json::Value;
use sheets::{Mapa, MapaError};
use store::StoreError;
use store::importacoes::mapeamentos::{self, MapeamentoLido};
use utoipa::ToSchema;
use web::{
    Autorizado, Caminho, Consulta, Corpo, ErroCampo, ErrosCampo, Pagina, Paginacao, Problema, Resposta,
    Texto, escopos, esquema, parse_with,
};

use super::Contexto;

/// Bytes of one mapping: a line for each of some twenty fields, and tables of the ERP's own words.
const MAX_BYTES: usize = 64 * 1024;

/// Como as colunas de um arquivo viram campos.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "it tells every fault of shape at once; the map itself is read from the same text"
)]
pub(super) struct MapeamentoEntrada {
    /// Campo e o cabeçalho da coluna dele; dois campos podem usar a mesma coluna.
    #[schema(example = json!({"codigo_integracao": "Documento", "vencimento": "Vencto", "valor": "Saldo",
                              "devedor_codigo": "Cliente", "devedor_nome": "Razão social"}))]
    #[schema(value_type = BTreeMap<String, String>)]
    colunas: BTreeMap<String, Value>,
    /// Campo e um valor fixo, para o que o arquivo não tem.
    #[deserr(default)]
    #[schema(required = false)]
    #[schema(value_type = BTreeMap<String, String>)]
    padroes: BTreeMap<String, Value>,
    /// Por campo, a palavra do ERP e a nossa; outras palavras passam como estão.
    #[deserr(default)]
    #[schema(required = false)]
    #[schema(value_type = BTreeMap<String, BTreeMap<String, String>>)]
    valores: BTreeMap<String, BTreeMap<String, Value>>,
    /// Formatos de data na sintaxe de strftime, tentados em ordem; ausente, AAAA-MM-DD e dd/mm/aaaa.
    #[deserr(default)]
    #[schema(required = false, value_type = Vec<esquema::FormatoData>)]
    formato_data: Vec<Texto<1, 60>>,
    /// Separador decimal: `,` (padrão) ou `.`.
    #[deserr(default)]
    #[schema(required = false)]
    decimal: Option<Decimal>,
    /// `utf-8` (padrão) ou `latin-1`.
    #[deserr(default)]
    #[schema(required = false)]
    codificacao: Option<Codificacao>,
    /// `;`, `,`, tabulação ou `|`; ausente, o cabeçalho diz.
    #[deserr(default)]
    #[schema(required = false)]
    separador: Option<Separador>,
    /// `{"tipo": "cpf"}` ou `{"tipo": "cnpj"}`: devolve os zeros à esquerda que a planilha comeu.
    #[deserr(default)]
    documento: Option<DocumentoEntrada>,
}

/// Que documento a coluna tem.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[expect(dead_code, reason = "as the mapping itself")]
struct DocumentoEntrada {
    /// `cpf` ou `cnpj`.
    tipo: TipoDocumento,
}

macro_rules! words {
    ($($(#[$doc:meta])* $nome:ident { $($variante:ident = $palavra:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Deserr, ToSchema)]
        #[deserr(error = ErrosCampo)]
        enum $nome {
            $(#[deserr(rename = $palavra)] #[schema(rename = $palavra)] $variante,)+
        }
    )+};
}

words! {
    /// Separador decimal.
    Decimal { Virgula = ",", Ponto = ".", }
    /// Codificação do texto.
    Codificacao { Utf8 = "utf-8", Latin1 = "latin-1", }
    /// Separador de colunas.
    Separador { PontoEVirgula = ";", Virgula = ",", Tabulacao = "\t", Barra = "|", }
    /// Tipo de documento.
    TipoDocumento { Cpf = "cpf", Cnpj = "cnpj", }
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
    request_body(content = MapeamentoEntrada, example = json!({
        "colunas": {"codigo_integracao": "Documento", "vencimento": "Vencto", "valor": "Saldo", "devedor_codigo": "Cliente",
                    "devedor_nome": "Razão social"},
        "formato_data": ["%d/%m/%Y"], "decimal": ",", "codificacao": "latin-1", "separador": ";",
    })),
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
    let mut regras = corpo.0;
    if let Some(campos) = regras.as_object_mut() {
        campos.retain(|_, valor| !valor.is_null()); // what is null is not said
    }
    check(&regras)?;
    let agora = contexto.servico.relogio.agora();
    let gravado = contexto.servico.gravar(&acesso, move |t| {
        mapeamentos::put(t, &nome, &regras, agora)?;
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
    let lidos = contexto.servico.da_empresa(&acesso, move |t| {
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
    let lido = contexto.servico.da_empresa(&acesso, move |t| mapeamentos::get(t, nome.0.trim()));
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
) -> Result<Resposta, Problema> {
    let removido = contexto.servico.gravar(&acesso, move |t| {
        let havia = mapeamentos::remove(t, nome.0.trim())?;
        Ok(if havia { Ok(Resposta::vazia()) } else { Err(Problema::nao_encontrado()) })
    });
    removido.await
}

/// What in a table of texts is none.
fn faults_of_tables(regras: &Value) -> Vec<ErroCampo> {
    let falta = |campo: String, detalhe: &'static str| ErroCampo {
        campo,
        codigo: "tipo_invalido".into(),
        detalhe: detalhe.into(),
    };
    let tabela = |local: String, valor: &Value| {
        let linhas = valor.as_object().into_iter().flatten().filter(|(_, valor)| !valor.is_string());
        linhas.map(|(nome, _)| falta(format!("{local}/{nome}"), "deve ser um texto")).collect::<Vec<_>>()
    };
    let simples = ["colunas", "padroes"].map(|nome| tabela(format!("/{nome}"), &regras[nome]));
    let valores = regras["valores"].as_object().into_iter().flatten();
    let por_campo = valores.flat_map(|(campo, palavras)| {
        let local = format!("/valores/{campo}");
        if palavras.is_object() { tabela(local, palavras) } else { vec![falta(local, "deve ser um objeto")] }
    });
    simples.into_iter().flatten().chain(por_campo).collect()
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
    parse_with::<MapeamentoEntrada>(regras.clone(), faults_of_tables(regras))?;
    Mapa::from_json(regras).map(drop).map_err(|erro| match &erro {
        MapaError::Toml(_) => recusa("", "formato_invalido", erro.to_string()),
        MapaError::SemColuna(_) => recusa("/colunas", "obrigatorio", erro.to_string()),
        MapaError::ColunaEPadrao(_) => recusa("/padroes", "repetido", erro.to_string()),
        MapaError::FormatoData(_) => recusa("/formato_data", "formato_invalido", erro.to_string()),
        MapaError::Separador => recusa("/separador", "valor_invalido", erro.to_string()),
    })
}
