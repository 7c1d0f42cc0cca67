//! Where people ask for no more e-mails: an address for each message, that nobody can make up and that names nobody.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{EmpresaId, ExecucaoId};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::Uuid;

/// Where the addresses are.
pub(crate) const RAIZ: &str = "/v1/descadastro";

/// The shortest secret: as long as what it makes is strong.
const MIN_SEGREDO: usize = 32;

/// Bytes of an id, and of the proof that we gave it out: 128 bits.
const PEDACO: usize = 16;

/// Makes the addresses and reads them back.
pub struct Descadastro {
    raiz: String,
    segredo: Hmac<Sha256>,
}

/// Why there are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DescadastroError {
    /// One of the two is missing.
    #[error(
        "http.endereco_publico e smtp.segredo_descadastro só valem juntos: um é o endereço de descadastro dos e-mails, o outro o assina"
    )]
    Incompleto,
    /// Not where people reach this API.
    #[error(
        "http.endereco_publico deve ser como https://cobranca.exemplo.com.br; http:// só vale nesta máquina"
    )]
    Endereco,
    /// A secret that can be guessed.
    #[error("smtp.segredo_descadastro deve ter ao menos {MIN_SEGREDO} caracteres")]
    Segredo,
}

impl Descadastro {
    /// Addresses under `endereco`; none where neither is given.
    ///
    /// # Errors
    /// Only one is given, or one is not what it has to be.
    pub fn from_config(
        endereco: Option<&str>,
        segredo: Option<&str>,
    ) -> Result<Option<Self>, DescadastroError> {
        let (endereco, segredo) = match (endereco, segredo) {
            (None, None) => return Ok(None),
            (Some(endereco), Some(segredo)) => (endereco.trim_end_matches('/'), segredo),
            _ => return Err(DescadastroError::Incompleto),
        };
        if !reachable(endereco) {
            return Err(DescadastroError::Endereco);
        }
        if segredo.len() < MIN_SEGREDO {
            return Err(DescadastroError::Segredo);
        }
        let segredo =
            Hmac::new_from_slice(segredo.as_bytes()).map_err(|_tamanho| DescadastroError::Segredo)?;
        Ok(Some(Self { raiz: format!("{endereco}{RAIZ}"), segredo }))
    }

    /// Where whoever got this e-mail asks for no more of them.
    pub(crate) fn link(&self, empresa: EmpresaId, execucao: ExecucaoId) -> String {
        let mut token = [empresa.uuid().into_bytes(), execucao.uuid().into_bytes()].concat();
        let prova = self.mac(&token).finalize().into_bytes();
        token.extend(prova.iter().take(PEDACO));
        format!("{}/{}", self.raiz, URL_SAFE_NO_PAD.encode(token))
    }

    /// Which e-mail an address was given out with, if it was.
    pub(crate) fn read(&self, token: &str) -> Option<(EmpresaId, ExecucaoId)> {
        let bytes: [u8; 3 * PEDACO] = URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()?;
        let (ids, prova) = bytes.split_at_checked(2 * PEDACO)?;
        self.mac(ids).verify_truncated_left(prova).ok()?;
        let (empresa, execucao) = ids.split_at_checked(PEDACO)?;
        let id = |bytes: &[u8]| Uuid::from_slice(bytes).ok();
        Some((EmpresaId::new(id(empresa)?), ExecucaoId::new(id(execucao)?)))
    }

    /// The secret may serve other ends one day; what is signed for one is then good for no other.
    fn mac(&self, ids: &[u8]) -> Hmac<Sha256> {
        self.segredo.clone().chain_update(b"descadastro de e-mail").chain_update(ids)
    }
}

/// RFC 8058 asks for https; on this machine it is a demonstration.
fn reachable(endereco: &str) -> bool {
    let host = |resto: &str| {
        !resto.is_empty() && resto.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:/[]".contains(&b))
    };
    let aqui = |resto: &str| {
        ["127.0.0.1", "localhost", "[::1]"].iter().any(|nome| {
            resto.strip_prefix(nome).is_some_and(|porta| porta.is_empty() || porta.starts_with(':'))
        })
    };
    let seguro = endereco.strip_prefix("https://").is_some_and(host);
    seguro || endereco.strip_prefix("http://").is_some_and(|resto| host(resto) && aqui(resto))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEGREDO: &str = "um-segredo-de-teste-com-trinta-e-dois";

    fn descadastro(segredo: &str) -> Descadastro {
        Descadastro::from_config(Some("https://cobranca.exemplo.com.br/"), Some(segredo)).unwrap().unwrap()
    }

    fn ids(n: u128) -> (EmpresaId, ExecucaoId) {
        (EmpresaId::new(Uuid::from_u128(n)), ExecucaoId::new(Uuid::from_u128(n + 1)))
    }

    #[test]
    fn an_address_is_read_by_whoever_gave_it_out_and_by_nobody_else() {
        let (nosso, deles) = (descadastro(SEGREDO), descadastro(&SEGREDO.replace("um", "outro")));
        let link = nosso.link(ids(7).0, ids(7).1);
        let token = link.strip_prefix("https://cobranca.exemplo.com.br/v1/descadastro/").unwrap();
        assert_eq!((token.len(), nosso.read(token)), (64, Some(ids(7))));
        assert_eq!(deles.read(token), None);
        assert_ne!(link, nosso.link(ids(8).0, ids(8).1));
    }

    #[test]
    fn no_letter_of_it_can_be_another() {
        let nosso = descadastro(SEGREDO);
        let link = nosso.link(ids(7).0, ids(7).1);
        let token = link.rsplit('/').next().unwrap();
        for (n, letra) in token.char_indices() {
            let outra = if letra == 'A' { "B" } else { "A" };
            let mut falso = token.to_owned();
            falso.replace_range(n..=n, outra);
            assert_eq!(nosso.read(&falso), None, "{n}");
        }
        for falso in [
            "",
            "A",
            token.strip_prefix('A').unwrap(),
            &format!("{token}A"),
            &format!("{token}="),
            &"A".repeat(64),
            "ação",
            "../../x",
        ] {
            assert_eq!(nosso.read(falso), None, "{falso}");
        }
    }

    #[test]
    fn half_a_configuration_or_a_weak_one_is_refused() {
        let config =
            |endereco, segredo| Descadastro::from_config(endereco, segredo).map(|feito| feito.is_some());
        assert_eq!(config(None, None), Ok(false));
        assert_eq!(config(Some("https://a.com"), None), Err(DescadastroError::Incompleto));
        assert_eq!(config(None, Some(SEGREDO)), Err(DescadastroError::Incompleto));
        assert_eq!(config(Some("https://a.com"), Some("curto")), Err(DescadastroError::Segredo));
        for serve in [
            "https://a.com",
            "https://a.com:8443/api",
            "http://127.0.0.1:8080",
            "http://localhost",
            "http://[::1]:80",
        ] {
            assert_eq!(config(Some(serve), Some(SEGREDO)), Ok(true), "{serve}");
        }
        for nao in [
            "",
            "a.com",
            "http://a.com",
            "http://localhost.a.com",
            "https://",
            "https://a b",
            "https://a>,<b",
            "https://a\r\nX: y",
        ] {
            assert_eq!(config(Some(nao), Some(SEGREDO)), Err(DescadastroError::Endereco), "{nao}");
        }
    }
}
