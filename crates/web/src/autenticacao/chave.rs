//! API keys: `cob_<id, 32 hex>_<secret, 43 base64url>`. The id finds the row, the secret has 256 random bits, and only
//! the SHA-256 of the whole text is ever stored. A fast hash is right here: nobody guesses 256 bits.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

const PREFIXO: &str = "cob_";
const ID_DIGITOS: usize = 32;
const SEGREDO_DIGITOS: usize = 43;
const SEGREDO_BYTES: usize = 32;
/// Bytes of a stored hash.
pub const HASH_BYTES: usize = 32;

/// A key as it came in a request: well formed, not yet known to be good.
#[derive(Clone, PartialEq, Eq)]
pub struct ChaveApresentada {
    id: Uuid,
    hash: [u8; HASH_BYTES],
}

/// A key just made. `texto` is shown to its owner once and kept by nobody.
pub struct ChaveNova {
    /// Id of the row.
    pub id: Uuid,
    /// What the owner gets.
    pub texto: String,
    /// What the row gets.
    pub hash: [u8; HASH_BYTES],
}

/// The text has not the form of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a chave não tem o formato cob_<id>_<segredo>")]
pub struct ChaveInvalida;

impl ChaveNova {
    /// Makes a key from `aleatorio`, which must come from the operating system's generator.
    #[must_use]
    pub fn generate(id: Uuid, aleatorio: [u8; SEGREDO_BYTES]) -> Self {
        let texto = format!("{PREFIXO}{}_{}", id.simple(), BASE64_URL_SAFE_NO_PAD.encode(aleatorio));
        let hash = digest(&texto);
        Self { id, texto, hash }
    }
}

impl ChaveApresentada {
    /// Reads the form of a key; what has not this form costs no look-up.
    ///
    /// # Errors
    /// When the text is not `cob_`, 32 lower hex digits, `_` and 43 base64url digits.
    pub fn parse(texto: &str) -> Result<Self, ChaveInvalida> {
        let resto = texto.strip_prefix(PREFIXO).ok_or(ChaveInvalida)?;
        let (id, segredo) = resto.split_at_checked(ID_DIGITOS).ok_or(ChaveInvalida)?;
        let segredo = segredo.strip_prefix('_').ok_or(ChaveInvalida)?;
        let hex = id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let base64 = segredo.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if !hex || !base64 || segredo.len() != SEGREDO_DIGITOS {
            return Err(ChaveInvalida);
        }
        let id = Uuid::try_parse(id).ok().ok_or(ChaveInvalida)?;
        Ok(Self { id, hash: digest(texto) })
    }

    /// Id of the row to look at.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Whether both are the same key.
    pub(super) fn is(&self, outra: &Self) -> bool {
        self.id == outra.id && self.confere(&outra.hash)
    }

    /// Whether this is the key whose hash was stored; takes the same time for every answer.
    #[must_use]
    pub fn confere(&self, hash: &[u8]) -> bool {
        self.hash.ct_eq(hash).into()
    }
}

fn digest(texto: &str) -> [u8; HASH_BYTES] {
    Sha256::digest(texto.as_bytes()).into()
}

impl fmt::Debug for ChaveApresentada {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChaveApresentada").field("id", &self.id).finish_non_exhaustive()
    }
}

impl fmt::Debug for ChaveNova {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChaveNova").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ID: Uuid = Uuid::from_u128(0x0192_b1f0_0000_7000_8000_0000_0000_0001);

    proptest! {
        #[test]
        fn a_made_key_reads_back_and_matches_its_own_hash_only(id: u128, a: [u8; 32], b: [u8; 32]) {
            let nova = ChaveNova::generate(Uuid::from_u128(id), a);
            let lida = ChaveApresentada::parse(&nova.texto).unwrap();
            prop_assert_eq!(lida.id(), nova.id);
            prop_assert!(lida.confere(&nova.hash));
            let outra = ChaveNova::generate(Uuid::from_u128(id), b);
            prop_assert_eq!(lida.confere(&outra.hash), a == b);
        }

        #[test]
        fn any_text_is_read_or_refused(texto in ".{0,120}") {
            prop_assert!(ChaveApresentada::parse(&texto).is_err());
        }
    }

    #[test]
    fn the_form_is_fixed() {
        let nova = ChaveNova::generate(ID, [0xab; 32]);
        assert_eq!(
            nova.texto,
            "cob_0192b1f0000070008000000000000001_q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s"
        );
    }

    #[test]
    fn what_is_almost_a_key_is_none() {
        let boa = ChaveNova::generate(ID, [7; 32]).texto;
        let casos = [
            String::new(),
            "cob_".to_owned(),
            boa.replace("cob_", "COB_"),
            boa.replace("b1f0", "B1F0"),
            boa.replace("b1f0", "g1f0"),
            boa.chars().take(79).collect(),
            format!("{boa}A"),
            format!(" {boa}"),
            boa.replacen("_B", "-B", 1),
            boa.chars().take(78).chain(['é']).collect(),
            format!("cob_{}é_{}", "0".repeat(31), "A".repeat(43)),
        ];
        for ruim in casos {
            assert_eq!(ChaveApresentada::parse(&ruim), Err(ChaveInvalida), "{ruim}");
        }
    }

    #[test]
    fn neither_the_secret_nor_its_hash_shows() {
        let nova = ChaveNova::generate(ID, [0xab; 32]);
        let lida = ChaveApresentada::parse(&nova.texto).unwrap();
        let visto = format!("{nova:?} {lida:?}");
        assert!(!visto.contains("q6ur") && !visto.contains(&format!("{:?}", nova.hash)), "{visto}");
        assert!(!lida.confere(&[]) && !lida.confere(&nova.hash[..31]));
    }
}
