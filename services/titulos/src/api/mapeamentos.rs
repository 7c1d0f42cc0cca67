//! Column mappings, by name: how the files of one ERP are read.

use std::collections::BTreeMap;

use actix_web::web::{Data, Json};
use actix_web::{delete, get, put};
use chrono::{DateTime, Utc};
use deserr::{Deserr, IntoValue, MergeWithError as _, ValuePointerRef, take_cf_content};
use serde::Serialize;
use serde_json::Value;
use sheets::{Campo, Mapa, MapaError, mapa};
use store::StoreError;
use store::importacoes::mapeamentos::{self, MapeamentoLido};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};
use web::{
    Autorizado, Caminho, Consulta, Corpo, ErroCampo, ErroValor, ErrosCampo, Pagina, Paginacao, Problema,
    Resposta, Texto, escopos, esquema, parse_with,
};

use super::Contexto;

/// Bytes of one mapping: a line for each of some twenty fields, and tables of the ERP's own words.
const MAX_BYTES: usize = 64 * 1024;

/// Como as colunas de um arquivo viram campos.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
pub(super) struct MapeamentoEntrada {
    /// Campo e o cabeçalho da coluna dele; dois campos podem usar a mesma coluna.
    #[schema(example = json!({"codigo_integracao": "Documento", "vencimento": "Vencto", "valor": "Saldo",
                              "devedor_codigo": "Cliente", "devedor_nome": "Razão social"}))]
    #[schema(value_type = BTreeMap<CampoDoMapa, TextoDoMapa>)]
    colunas: Tabela<String>,
    /// Campo e um valor fixo, para o que o arquivo não tem.
    #[deserr(default)]
    #[schema(value_type = Option<BTreeMap<CampoDoMapa, TextoDoMapa>>)]
    padroes: Tabela<String>,
    /// Por campo, a palavra do ERP e a nossa; outras palavras passam como estão.
    #[deserr(default)]
    #[schema(value_type = Option<BTreeMap<CampoDoMapa, BTreeMap<TextoDoMapa, TextoDoMapa>>>)]
    valores: Tabela<Palavras>,
    /// Formatos de data na sintaxe de strftime, tentados em ordem; ausente, AAAA-MM-DD e dd/mm/aaaa.
    #[deserr(default)]
    #[schema(value_type = Option<Vec<esquema::FormatoData>>)]
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

/// Field of a título that a column may be.
struct CampoDoMapa;

impl PartialSchema for CampoDoMapa {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(Campo::TODOS.map(Campo::as_str)))
            .into()
    }
}

impl ToSchema for CampoDoMapa {}

/// A word of the ERP's: any text that the database can keep.
struct TextoDoMapa;

impl PartialSchema for TextoDoMapa {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[^\\u0000]*$")).into()
    }
}

impl ToSchema for TextoDoMapa {}

/// Que documento a coluna tem.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct DocumentoEntrada {
    /// `cpf` ou `cnpj`.
    tipo: TipoDocumento,
}

macro_rules! words {
    ($($(#[$doc:meta])* $nome:ident: $tipo:ty { $($variante:ident = $palavra:literal => $valor:expr,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Deserr, ToSchema)]
        #[deserr(error = ErrosCampo)]
        enum $nome {
            $(#[deserr(rename = $palavra)] #[schema(rename = $palavra)] $variante,)+
        }

        impl From<$nome> for $tipo {
            fn from(palavra: $nome) -> Self {
                match palavra {
                    $($nome::$variante => $valor,)+
                }
            }
        }
    )+};
}

words! {
    /// Separador decimal.
    Decimal: mapa::Decimal { Virgula = "," => Self::Virgula, Ponto = "." => Self::Ponto, }
    /// Codificação do texto.
    Codificacao: mapa::Codificacao { Utf8 = "utf-8" => Self::Utf8, Latin1 = "latin-1" => Self::Latin1, }
    /// Separador de colunas.
    Separador: char { PontoEVirgula = ";" => ';', Virgula = "," => ',', Tabulacao = "\t" => '\t', Barra = "|" => '|', }
    /// Tipo de documento.
    TipoDocumento: mapa::TipoDocumento { Cpf = "cpf" => Self::Cpf, Cnpj = "cnpj" => Self::Cnpj, }
}

/// By field.
struct Tabela<T>(BTreeMap<Campo, T>);

impl<T> Default for Tabela<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Deserr<ErrosCampo>> Deserr<ErrosCampo> for Tabela<T> {
    fn deserialize_from_value<V: IntoValue>(
        valor: deserr::Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        read_table(valor, local, Campo::parse).map(Self)
    }
}

/// The words of an ERP and ours.
struct Palavras(BTreeMap<String, String>);

impl Deserr<ErrosCampo> for Palavras {
    fn deserialize_from_value<V: IntoValue>(
        valor: deserr::Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        read_table(valor, local, |palavra| Some(palavra.to_owned())).map(Self)
    }
}

/// An object as a table, with every fault of its lines: deserr's own reading of maps forgets them.
fn read_table<V: IntoValue, K: Ord, T: Deserr<ErrosCampo>>(
    valor: deserr::Value<V>,
    local: ValuePointerRef<'_>,
    chave: impl Fn(&str) -> Option<K>,
) -> Result<BTreeMap<K, T>, ErrosCampo> {
    let deserr::Value::Map(linhas) = valor else {
        return BTreeMap::<String, T>::deserialize_from_value(valor, local).map(|_nenhuma| BTreeMap::new());
    };
    let (mut lidas, mut erros) = (BTreeMap::new(), None);
    for (nome, valor) in deserr::Map::into_iter(linhas) {
        let aqui = local.push_key(&nome);
        let desconhecida =
            || ErrosCampo::at(aqui, ErroValor::new("desconhecido", "não é um campo de título"));
        match (chave(&nome).ok_or_else(desconhecida), T::deserialize_from_value(valor.into_value(), aqui)) {
            (Ok(chave), Ok(valor)) => drop(lidas.insert(chave, valor)),
            (Err(erro), _) | (_, Err(erro)) => {
                erros = Some(take_cf_content(ErrosCampo::merge(erros, erro, aqui)));
            }
        }
    }
    erros.map_or(Ok(lidas), Err)
}

impl From<MapeamentoEntrada> for mapa::Regras {
    fn from(lido: MapeamentoEntrada) -> Self {
        Self {
            colunas: lido.colunas.0,
            padroes: lido.padroes.0,
            valores: lido.valores.0.into_iter().map(|(campo, palavras)| (campo, palavras.0)).collect(),
            formato_data: lido.formato_data.into_iter().map(Texto::into_string).collect(),
            decimal: lido.decimal.map(Into::into).unwrap_or_default(),
            codificacao: lido.codificacao.map(Into::into).unwrap_or_default(),
            separador: lido.separador.map(Into::into),
            documento: mapa::RegrasDocumento { tipo: lido.documento.map(|documento| documento.tipo.into()) },
        }
    }
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
    nome: Caminho<Texto<1, 60>>,
    corpo: Corpo<Value>,
) -> Result<Resposta, Problema> {
    let nome = nome.0.into_string();
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
) -> Result<Pagina<Mapeamento>, Problema> {
    let Paginacao { limite, cursor } = consulta.0;
    let lidos = contexto.servico.da_empresa(&acesso, move |t| {
        mapeamentos::list(t, cursor.as_ref().map(|cursor| cursor.0.as_str()), limite.com_folga())
    });
    Ok(Pagina::from_rows(lidos.await?, limite, |lido| lido.nome.clone()).map(Mapeamento::from))
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
    nome: Caminho<Texto<1, 60>>,
) -> Result<Json<Mapeamento>, Problema> {
    let lido = contexto.servico.da_empresa(&acesso, move |t| mapeamentos::get(t, &nome.0));
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
    nome: Caminho<Texto<1, 60>>,
) -> Result<Resposta, Problema> {
    let removido = contexto.servico.gravar(&acesso, move |t| {
        let havia = mapeamentos::remove(t, &nome.0)?;
        Ok(if havia { Ok(Resposta::vazia()) } else { Err(Problema::nao_encontrado()) })
    });
    removido.await
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
    let lido: MapeamentoEntrada = parse_with(regras.clone(), Vec::new())?;
    Mapa::new(lido.into()).map(drop).map_err(|erro| match &erro {
        MapaError::Toml(_) => recusa("", "formato_invalido", erro.to_string()),
        MapaError::SemColuna(_) => recusa("/colunas", "obrigatorio", erro.to_string()),
        MapaError::ColunaEPadrao(_) => recusa("/padroes", "repetido", erro.to_string()),
        MapaError::FormatoData(_) => recusa("/formato_data", "formato_invalido", erro.to_string()),
        MapaError::Separador => recusa("/separador", "valor_invalido", erro.to_string()),
    })
}
