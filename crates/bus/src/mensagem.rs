//! The envelope of what travels, version 1, and its strict reading.
//!
//! A message that was written by an older release stays readable: [`Mensagem::parse`] looks at `versao` first and reads
//! each version by its own shape. `proto-docs/asyncapi.yaml` describes it; a test reads the examples beside it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::canal_conhecido;

/// The version that [`Mensagem::new`] writes.
pub const VERSAO: u16 = 1;

/// Execuções in one message. One each cannot keep up with the database (the broker would be the limit); many more, and
/// one lost message delays too much.
pub const MAX_EXECUCOES: usize = 100;

/// The longest body that is looked at: 100 ids are 4 kB, so anything near this was not written by us.
pub const MAX_BYTES: usize = 64 * 1024;

/// What stands before the canal in `tipo`.
const PREFIXO: &str = "acao.";

/// "Look at these execuções": ids only, all of one empresa and one canal. Valid by construction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mensagem {
    id: Uuid,
    tipo: String,
    versao: u16,
    empresa_id: Uuid,
    ocorrido_em: DateTime<Utc>,
    dados: Dados,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dados {
    execucoes: Vec<Uuid>,
}

/// Why bytes are not a message. Says what and where, never the content: it goes into logs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MensagemError {
    /// Not JSON, or not the shape of its version. The parser's own text may quote the input, so only the place is kept.
    #[error("not a message: line {linha}, column {coluna}")]
    Json {
        /// Line of the first fault, from 1 (0 when writing).
        linha: usize,
        /// Column of the first fault.
        coluna: usize,
    },
    /// Longer than [`MAX_BYTES`].
    #[error("the message has {bytes} bytes, the limit is {MAX_BYTES}")]
    Tamanho {
        /// How long it is.
        bytes: usize,
    },
    /// A version this release does not know.
    #[error("message version {versao} is not known")]
    Versao {
        /// The version it claims.
        versao: u16,
    },
    /// The `tipo` is not `acao.` followed by one of [`crate::CANAIS`].
    #[error("the message is of no known type")]
    Tipo,
    /// No execução, or more than [`MAX_EXECUCOES`].
    #[error("the message has {quantas} execuções, it takes 1 to {MAX_EXECUCOES}")]
    Quantidade {
        /// How many it has.
        quantas: usize,
    },
}

impl Mensagem {
    /// A message for `canal` about 1 to [`MAX_EXECUCOES`] execuções of one empresa. `id` names this message (UUIDv7).
    ///
    /// # Errors
    /// `Tipo` for a canal not in [`crate::CANAIS`], `Quantidade` for too few or too many ids.
    pub fn new(
        id: Uuid,
        canal: &str,
        empresa_id: Uuid,
        ocorrido_em: DateTime<Utc>,
        execucoes: Vec<Uuid>,
    ) -> Result<Self, MensagemError> {
        let tipo = format!("{PREFIXO}{canal}");
        Self { id, tipo, versao: VERSAO, empresa_id, ocorrido_em, dados: Dados { execucoes } }.checked()
    }

    /// Reads a message of any version this release knows; unknown fields are refused.
    ///
    /// # Errors
    /// See [`MensagemError`]; whoever gets one sends the bytes to the dead-letter queue.
    pub fn parse(bytes: &[u8]) -> Result<Self, MensagemError> {
        if bytes.len() > MAX_BYTES {
            return Err(MensagemError::Tamanho { bytes: bytes.len() });
        }
        let Cabecalho { versao } = serde_json::from_slice(bytes).map_err(|erro| lugar(&erro))?;
        match versao {
            VERSAO => {
                serde_json::from_slice::<V1>(bytes).map_err(|erro| lugar(&erro))?.into_mensagem().checked()
            }
            outra => Err(MensagemError::Versao { versao: outra }),
        }
    }

    /// The message as it travels.
    ///
    /// # Errors
    /// `Json` when it cannot be written, which no value of this type is known to cause.
    pub fn to_json(&self) -> Result<Vec<u8>, MensagemError> {
        serde_json::to_vec(self).map_err(|erro| lugar(&erro))
    }

    /// The id of the message itself: the same across redeliveries.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// `acao.` and the canal: also the routing key.
    #[must_use]
    pub fn tipo(&self) -> &str {
        &self.tipo
    }

    /// One of [`crate::CANAIS`].
    #[must_use]
    pub fn canal(&self) -> &str {
        self.tipo.strip_prefix(PREFIXO).unwrap_or_default()
    }

    /// The version of the shape it was written in.
    #[must_use]
    pub fn versao(&self) -> u16 {
        self.versao
    }

    /// Whose execuções they are.
    #[must_use]
    pub fn empresa_id(&self) -> Uuid {
        self.empresa_id
    }

    /// When the relay took the execuções up.
    #[must_use]
    pub fn ocorrido_em(&self) -> DateTime<Utc> {
        self.ocorrido_em
    }

    /// 1 to [`MAX_EXECUCOES`] execução ids.
    #[must_use]
    pub fn execucoes(&self) -> &[Uuid] {
        &self.dados.execucoes
    }

    fn checked(self) -> Result<Self, MensagemError> {
        if self.tipo.strip_prefix(PREFIXO).and_then(canal_conhecido).is_none() {
            return Err(MensagemError::Tipo);
        }
        let quantas = self.dados.execucoes.len();
        if quantas == 0 || quantas > MAX_EXECUCOES {
            return Err(MensagemError::Quantidade { quantas });
        }
        Ok(self)
    }
}

/// What every version has: enough to choose how to read the rest.
#[derive(Deserialize)]
struct Cabecalho {
    versao: u16,
}

/// The shape of version 1. It never changes: a new shape is a new version.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct V1 {
    id: Uuid,
    tipo: String,
    versao: u16,
    empresa_id: Uuid,
    ocorrido_em: DateTime<Utc>,
    dados: Dados,
}

impl V1 {
    fn into_mensagem(self) -> Mensagem {
        let Self { id, tipo, versao, empresa_id, ocorrido_em, dados } = self;
        Mensagem { id, tipo, versao, empresa_id, ocorrido_em, dados }
    }
}

fn lugar(erro: &serde_json::Error) -> MensagemError {
    MensagemError::Json { linha: erro.line(), coluna: erro.column() }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn valida() -> Value {
        json!({
            "id": "0195b7c0-0000-7000-8000-000000000001",
            "tipo": "acao.sms",
            "versao": 1,
            "empresa_id": "0195b7c0-0000-7000-8000-000000000002",
            "ocorrido_em": "2026-03-02T09:00:00Z",
            "dados": { "execucoes": ["0195b7c0-0000-7000-8000-000000000003"] }
        })
    }

    fn parse(valor: &Value) -> Result<Mensagem, MensagemError> {
        Mensagem::parse(valor.to_string().as_bytes())
    }

    fn with(campo: &str, valor: Value) -> Value {
        let mut json = valida();
        json.pointer_mut(campo).map(|alvo| *alvo = valor).unwrap();
        json
    }

    fn ids(quantas: usize) -> Vec<Uuid> {
        (0..quantas).map(|_| Uuid::now_v7()).collect()
    }

    #[test]
    fn what_is_written_is_read_back_equal() {
        let ocorrido_em = "2026-03-02T09:00:00.123456Z".parse().unwrap();
        for quantas in [1, 2, MAX_EXECUCOES] {
            let escrita =
                Mensagem::new(Uuid::now_v7(), "email", Uuid::now_v7(), ocorrido_em, ids(quantas)).unwrap();
            assert_eq!(Mensagem::parse(&escrita.to_json().unwrap()).unwrap(), escrita);
        }
    }

    #[test]
    fn the_json_has_the_documented_names() {
        let lida = parse(&valida()).unwrap();
        assert_eq!(lida.canal(), "sms");
        assert_eq!(serde_json::from_slice::<Value>(&lida.to_json().unwrap()).unwrap(), valida());
    }

    #[test]
    fn an_unknown_version_is_named_even_when_its_shape_is_another() {
        let futura = json!({ "versao": 2, "carga": "outra forma" });
        assert_eq!(parse(&futura), Err(MensagemError::Versao { versao: 2 }));
        assert_eq!(parse(&with("/versao", json!(0))), Err(MensagemError::Versao { versao: 0 }));
    }

    #[test]
    fn none_or_more_than_a_hundred_execucoes_are_refused() {
        for quantas in [0, MAX_EXECUCOES + 1] {
            let recusada = Err(MensagemError::Quantidade { quantas });
            assert_eq!(parse(&with("/dados/execucoes", json!(ids(quantas)))), recusada);
            let agora = "2026-03-02T09:00:00Z".parse().unwrap();
            assert_eq!(Mensagem::new(Uuid::now_v7(), "email", Uuid::now_v7(), agora, ids(quantas)), recusada);
        }
    }

    #[test]
    fn only_the_types_that_have_a_queue_are_accepted() {
        for tipo in ["acao.fax", "email", "acao.", "acao.Email", "evento.email", ""] {
            assert_eq!(parse(&with("/tipo", json!(tipo))), Err(MensagemError::Tipo), "{tipo}");
        }
        for canal in crate::CANAIS {
            assert_eq!(parse(&with("/tipo", json!(format!("acao.{canal}")))).unwrap().canal(), canal);
        }
    }

    #[test]
    fn unknown_missing_and_mistyped_fields_are_refused() {
        let mut extra = valida();
        extra["cpf"] = json!("52998224725");
        let mut dentro = valida();
        dentro["dados"]["nome"] = json!("x");
        let mut falta = valida();
        falta.as_object_mut().unwrap().remove("empresa_id");
        for torta in
            [extra, dentro, falta, with("/id", json!("nao-uuid")), with("/versao", json!("1")), json!([])]
        {
            assert!(matches!(parse(&torta), Err(MensagemError::Json { .. })), "{torta}");
        }
    }

    #[test]
    fn an_error_never_quotes_the_bytes_it_read() {
        let mut extra = valida();
        extra["maria_da_silva"] = json!(1);
        let erro = parse(&extra).unwrap_err();
        assert!(!format!("{erro} {erro:?}").contains("maria"), "{erro:?}");
    }

    #[test]
    fn a_body_over_the_limit_is_not_even_parsed() {
        let mut bytes = valida().to_string().into_bytes();
        bytes.resize(MAX_BYTES, b' ');
        assert!(Mensagem::parse(&bytes).is_ok());
        bytes.push(b' ');
        assert_eq!(Mensagem::parse(&bytes), Err(MensagemError::Tamanho { bytes: MAX_BYTES + 1 }));
    }
}
