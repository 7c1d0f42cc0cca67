//! What is asked of an import beside its file.

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use deserr::Deserr;
use store::credores;
use store::importacoes::{CredorDoArquivo, NovaImportacao, mapeamentos};
use utoipa::IntoParams;
use uuid::Uuid;
use web::{Autorizado, ErroCampo, ErroValor, ErrosCampo, Problema, Texto};

use super::super::Contexto;
use crate::importacoes::{Formato, Regras};

/// Bytes of a file, decompressed: some ten million lines.
const LIMITE_ARQUIVO: u64 = 2 * 1024 * 1024 * 1024;
/// Bytes of a spreadsheet, which has a million lines at most.
const LIMITE_XLSX: u64 = 256 * 1024 * 1024;
/// Per cent of what is open or suspended that a full file cancels without being asked again.
const LIMITE_CANCELAMENTO: i16 = 10;

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Parametros {
    /// `csv`, `ndjson` ou `xlsx`; ausente, o `Content-Type` diz.
    #[deserr(default, try_from(Option<String>) = read_formato -> ErroValor)]
    #[param(value_type = Option<String>, pattern = "^(csv|ndjson|xlsx)$")]
    formato: Option<Formato>,
    /// Nome de um mapeamento guardado, para CSV e XLSX; ausente, as colunas têm os nomes dos campos.
    #[deserr(default)]
    #[param(inline)]
    mapeamento: Option<Texto<1, 60>>,
    /// `parcial`, ou `completo`: o que está em aberto ou suspenso e falta no arquivo é cancelado.
    #[deserr(default, try_from(String) = read_modo -> ErroValor)]
    #[param(value_type = Option<String>, pattern = "^(parcial|completo)$")]
    modo: Modo,
    /// Código de integração de um credor: o arquivo completo é só dos títulos dele. Só eles são cancelados por faltar, o
    /// percentual conta os que ele tem em aberto ou suspensos, a linha que não diz o credor é dele, e a que diz outro é recusada. Só em
    /// `modo=completo`.
    #[deserr(default)]
    #[param(inline)]
    credor: Option<Texto<1, 60>>,
    /// `true`: nada é gravado; o resultado diz o que seria.
    #[deserr(default)]
    #[param(value_type = Option<bool>)]
    simular: web::Lido<bool>,
    /// Percentual dos títulos em aberto e suspensos que um arquivo completo pode cancelar sem confirmação; 10 se ausente. Abaixo de 100, o que
    /// deixaria um credor, ou a própria empresa, sem nenhum desses títulos também espera por ela.
    #[deserr(default = Percentual(LIMITE_CANCELAMENTO))]
    #[param(value_type = Option<i16>, minimum = 0, maximum = 100)]
    limite_cancelamento: Percentual,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Modo {
    #[default]
    Parcial,
    Completo,
}

struct Percentual(i16);

impl Deserr<ErrosCampo> for Percentual {
    fn deserialize_from_value<V: deserr::IntoValue>(
        valor: deserr::Value<V>,
        local: deserr::ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        let lido = web::Lido::<i16>::deserialize_from_value(valor, local)?.0;
        let fora = || ErrosCampo::at(local, ErroValor::new("fora_do_intervalo", "deve ser de 0 a 100"));
        (0..=100).contains(&lido).then_some(Self(lido)).ok_or_else(fora)
    }
}

fn read_formato(texto: Option<String>) -> Result<Option<Formato>, ErroValor> {
    let Some(texto) = texto else { return Ok(None) };
    let recusa = || ErroValor::new("valor_invalido", "deve ser csv, ndjson ou xlsx");
    Formato::parse(&texto).map(Some).ok_or_else(recusa)
}

#[expect(clippy::needless_pass_by_value, reason = "deserr hands it over")]
fn read_modo(texto: String) -> Result<Modo, ErroValor> {
    match texto.as_str() {
        "parcial" => Ok(Modo::Parcial),
        "completo" => Ok(Modo::Completo),
        _ => Err(ErroValor::new("valor_invalido", "deve ser parcial ou completo")),
    }
}

/// An import that only lacks its file.
pub(super) struct Pedido {
    formato: Formato,
    completo: bool,
    simular: bool,
    limite: i16,
    credor: Option<CredorDoArquivo>,
    mapeamento: Option<String>,
    regras: serde_json::Value,
}

impl Parametros {
    /// What is asked, with the mapping as it is now.
    pub(super) async fn read<E>(
        self,
        acesso: &Autorizado<E>,
        contexto: &Contexto,
        requisicao: &HttpRequest,
    ) -> Result<Pedido, Problema> {
        let tipo =
            requisicao.headers().get(CONTENT_TYPE).and_then(|tipo| tipo.to_str().ok()).unwrap_or_default();
        let tipo = tipo.to_ascii_lowercase();
        let essencia = tipo.split(';').next().unwrap_or_default().trim();
        let formato = self.formato.or_else(|| Formato::from_media(essencia)).ok_or_else(|| {
            Problema::tipo_de_midia(
                "diga o formato em ?formato=csv, ndjson ou xlsx, ou no Content-Type do arquivo",
            )
        })?;
        let mapeamento = self.mapeamento.map(Texto::into_string);
        if formato == Formato::Ndjson && mapeamento.is_some() {
            return Err(refused(
                "/mapeamento",
                "nao_combina",
                "NDJSON não tem colunas: envie sem mapeamento",
            ));
        }
        let completo = self.modo == Modo::Completo;
        let codigo = self.credor.map(Texto::into_string);
        if codigo.is_some() && !completo {
            return Err(refused("/credor", "nao_combina", "só um arquivo em modo=completo é de um credor"));
        }
        let ditos = (mapeamento.clone(), codigo.clone());
        let guardados = contexto.servico.da_empresa(acesso, move |t| {
            let mapa = ditos.0.as_deref().map_or(Ok(None), |nome| mapeamentos::get(t, nome))?;
            Ok((mapa, ditos.1.as_deref().map_or(Ok(None), |codigo| credores::id_of(t, codigo))?))
        });
        let (mapa, id) = guardados.await?;
        let mapa = mapa.map(|lido| lido.regras);
        if mapeamento.is_some() && mapa.is_none() {
            return Err(refused("/mapeamento", "nao_encontrado", "não há mapeamento com este nome"));
        }
        if codigo.is_some() && id.is_none() {
            return Err(refused("/credor", "nao_encontrado", "não há credor com este código"));
        }
        let credor = id.zip(codigo).map(|(id, codigo)| CredorDoArquivo { id, codigo });
        let latin1 =
            ["iso-8859-1", "latin1", "latin-1", "windows-1252"].iter().any(|nome| tipo.contains(nome));
        // A small struct always serializes.
        let regras = serde_json::to_value(Regras { mapa, latin1 }).unwrap_or_default();
        let (simular, limite) = (self.simular.0, self.limite_cancelamento.0);
        Ok(Pedido { formato, completo, simular, limite, credor, mapeamento, regras })
    }
}

impl Pedido {
    pub(super) fn limite_de_bytes(&self) -> u64 {
        match self.formato {
            Formato::Csv | Formato::Ndjson => LIMITE_ARQUIVO,
            Formato::Xlsx => LIMITE_XLSX,
        }
    }

    pub(super) fn into_nova(self, id: Uuid, autor: Uuid, bytes: i64) -> NovaImportacao {
        NovaImportacao {
            id,
            formato: self.formato.as_str(),
            completo: self.completo,
            simular: self.simular,
            limite: self.limite,
            credor: self.credor,
            mapeamento: self.mapeamento,
            regras: self.regras,
            autor,
            bytes,
        }
    }
}

fn refused(campo: &str, codigo: &'static str, detalhe: &'static str) -> Problema {
    Problema::validacao(vec![ErroCampo {
        campo: campo.to_owned(),
        codigo: codigo.into(),
        detalhe: detalhe.into(),
    }])
}
