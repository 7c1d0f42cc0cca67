//! DKIM signatures (RFC 6376, RFC 8463): whoever receives a message can tell that the domain sent it, as it is.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

/// The headers that are signed where a message has them, each also once more than it has it, so that nobody adds another.
const ASSINADOS: [&str; 9] = [
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "list-unsubscribe",
    "list-unsubscribe-post",
];

/// Characters of a signature to a line.
const LINHA: usize = 70;

/// The longest domain and selector.
const MAX_NOME: usize = 253;

/// A domain's key, under the name by which its public half stands in the DNS. `Debug` shows the name alone.
pub struct Dkim {
    seletor: String,
    dominio: String,
    chave: Chave,
}

enum Chave {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

/// A key that nothing can be signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DkimError {
    /// Selector or domain is none.
    #[error("seletor ou domínio de DKIM inválido")]
    Nome,
    /// Not a private key in PEM: RSA of 2048 to 4096 bits (PKCS#8 or PKCS#1), or Ed25519 (PKCS#8).
    #[error("chave de DKIM inválida: esperada uma chave privada PEM, RSA de 2048 a 4096 bits ou Ed25519")]
    Chave,
    /// The message could not be signed.
    #[error("a mensagem não pôde ser assinada")]
    Assinatura,
}

impl Dkim {
    /// A key in PEM, whose public half is at `seletor._domainkey.dominio`. Line breaks may be written `\n`, for where a value has
    /// to stand on one line.
    ///
    /// # Errors
    /// The names cannot be names, or the key none that DKIM knows and that is strong enough.
    pub fn new(seletor: &str, dominio: &str, pem: &str) -> Result<Self, DkimError> {
        if !name(seletor) || !name(dominio) {
            return Err(DkimError::Nome);
        }
        let pem = pem.replace("\\n", "\n");
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_ilegivel| DkimError::Chave)?;
        let chave = Chave::read(&der).ok_or(DkimError::Chave)?;
        Ok(Self { seletor: seletor.to_owned(), dominio: dominio.to_ascii_lowercase(), chave })
    }

    /// The message with its signature before it. The same message at the same time is the same bytes.
    pub(super) fn sign(&self, mensagem: &[u8], em: SystemTime) -> Result<Vec<u8>, DkimError> {
        let (cabecalhos, corpo) = split(mensagem).ok_or(DkimError::Assinatura)?;
        let cabecalhos = fields(cabecalhos);
        let assinados: Vec<&str> = ASSINADOS
            .into_iter()
            .filter(|nome| cabecalhos.iter().any(|(dele, _)| dele.eq_ignore_ascii_case(nome)))
            .collect();
        let resumo = STANDARD.encode(digest(&SHA256, &relaxed_body(corpo)));
        let segundos = em.duration_since(UNIX_EPOCH).map_or(0, |desde| desde.as_secs());
        let valor = format!(
            "v=1; a={}; c=relaxed/relaxed; d={};\r\n s={}; t={segundos};\r\n h={};\r\n bh={resumo};\r\n b=",
            self.chave.algoritmo(),
            self.dominio,
            self.seletor,
            assinados.iter().flat_map(|nome| [*nome, *nome]).collect::<Vec<_>>().join(":\r\n  "),
        );
        let mut coberto = Vec::new();
        for nome in assinados {
            // The second time its name stands for a header that is not there, of which nothing is signed.
            if let Some((nome, valor)) = cabecalhos.iter().rfind(|(dele, _)| dele.eq_ignore_ascii_case(nome))
            {
                coberto.extend_from_slice(relaxed_header(nome, valor).as_bytes());
                coberto.extend_from_slice(b"\r\n");
            }
        }
        coberto.extend_from_slice(relaxed_header("dkim-signature", &valor).as_bytes());
        let assinatura = STANDARD.encode(self.chave.sign(&coberto)?);
        let mut pronta = format!("DKIM-Signature: {valor}{}\r\n", folded(&assinatura)).into_bytes();
        pronta.extend_from_slice(mensagem);
        Ok(pronta)
    }
}

impl Chave {
    fn read(der: &PrivateKeyDer<'_>) -> Option<Self> {
        match der {
            PrivateKeyDer::Pkcs8(der) => {
                let der = der.secret_pkcs8_der();
                let rsa = RsaKeyPair::from_pkcs8(der).ok().map(|par| Self::Rsa(Box::new(par)));
                let ed25519 = || Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).ok();
                rsa.or_else(|| ed25519().map(|par| Self::Ed25519(Box::new(par))))
            }
            PrivateKeyDer::Pkcs1(der) => {
                RsaKeyPair::from_der(der.secret_pkcs1_der()).ok().map(|par| Self::Rsa(Box::new(par)))
            }
            // SEC1 is of curves that DKIM does not know.
            PrivateKeyDer::Sec1(_) | _ => None,
        }
    }

    fn algoritmo(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "rsa-sha256",
            Self::Ed25519(_) => "ed25519-sha256",
        }
    }

    fn sign(&self, coberto: &[u8]) -> Result<Vec<u8>, DkimError> {
        match self {
            Self::Rsa(par) => {
                let mut assinatura = vec![0; par.public().modulus_len()];
                par.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), coberto, &mut assinatura)
                    .map_err(|_recusada| DkimError::Assinatura)?;
                Ok(assinatura)
            }
            // RFC 8463 §3: of the digest, not of what was digested.
            Self::Ed25519(par) => Ok(par.sign(digest(&SHA256, coberto).as_ref()).as_ref().to_vec()),
        }
    }
}

impl fmt::Debug for Dkim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dkim({}._domainkey.{})", self.seletor, self.dominio)
    }
}

/// Labels of letters, digits, hyphens and underscores, with dots between them.
fn name(nome: &str) -> bool {
    let label = |parte: &str| {
        (1..=63).contains(&parte.len())
            && parte.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    nome.len() <= MAX_NOME && nome.split('.').all(label)
}

/// The header section, with its last line break, and the body.
fn split(mensagem: &[u8]) -> Option<(&str, &[u8])> {
    let fim = mensagem.windows(4).position(|quatro| quatro == b"\r\n\r\n")?;
    let (cabecalhos, resto) = mensagem.split_at_checked(fim + 2)?;
    Some((str::from_utf8(cabecalhos).ok()?, resto.strip_prefix(b"\r\n")?))
}

/// Names and values, folded as they are.
fn fields(cabecalhos: &str) -> Vec<(&str, String)> {
    let mut lidos: Vec<(&str, String)> = Vec::new();
    for linha in cabecalhos.split_terminator("\r\n") {
        match (linha.starts_with([' ', '\t']), lidos.last_mut()) {
            (true, Some((_, valor))) => {
                valor.push_str("\r\n");
                valor.push_str(linha);
            }
            _ => lidos.extend(linha.split_once(':').map(|(nome, valor)| (nome, valor.to_owned()))),
        }
    }
    lidos
}

/// RFC 6376 §3.4.2, without its line break.
fn relaxed_header(nome: &str, valor: &str) -> String {
    let palavras: Vec<&str> =
        valor.split([' ', '\t', '\r', '\n']).filter(|palavra| !palavra.is_empty()).collect();
    format!("{}:{}", nome.trim_end_matches([' ', '\t']).to_ascii_lowercase(), palavras.join(" "))
}

/// RFC 6376 §3.4.4.
fn relaxed_body(corpo: &[u8]) -> Vec<u8> {
    let mut pronto = Vec::with_capacity(corpo.len());
    let (mut vazias, mut linhas) = (0_usize, corpo);
    while !linhas.is_empty() {
        let fim = linhas.windows(2).position(|dois| dois == b"\r\n").unwrap_or(linhas.len());
        let (linha, resto) = linhas.split_at_checked(fim).unwrap_or((linhas, b""));
        linhas = resto.strip_prefix(b"\r\n").unwrap_or(resto);
        let linha = squeezed(linha);
        if linha.is_empty() {
            vazias += 1;
            continue;
        }
        (0..std::mem::take(&mut vazias)).for_each(|_| pronto.extend_from_slice(b"\r\n"));
        pronto.extend_from_slice(&linha);
        pronto.extend_from_slice(b"\r\n");
    }
    pronto
}

/// Runs of blanks are one, and none at the end.
fn squeezed(linha: &[u8]) -> Vec<u8> {
    let mut pronta = Vec::with_capacity(linha.len());
    let fim = linha.iter().rposition(|b| !matches!(b, b' ' | b'\t')).map_or(0, |ultimo| ultimo + 1);
    for byte in linha.iter().take(fim) {
        match byte {
            b' ' | b'\t' if pronta.last() == Some(&b' ') => {}
            b' ' | b'\t' => pronta.push(b' '),
            outro => pronta.push(*outro),
        }
    }
    pronta
}

fn folded(assinatura: &str) -> String {
    let letras: Vec<char> = assinatura.chars().collect();
    letras.chunks(LINHA).map(|linha| linha.iter().collect::<String>()).collect::<Vec<_>>().join("\r\n  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6376 §3.4.5.
    #[test]
    fn relaxed_is_what_the_standard_shows() {
        let exemplo = "A: X\r\nB : Y\t\r\n\tZ  \r\n";
        let linhas: Vec<_> =
            fields(exemplo).iter().map(|(nome, valor)| relaxed_header(nome, valor)).collect();
        assert_eq!(linhas, ["a:X", "b:Y Z"]);
        assert_eq!(relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n"), b" C\r\nD E\r\n");
        for (corpo, esperado) in [
            (&b""[..], &b""[..]),
            (b"\r\n", b""),
            (b"a", b"a\r\n"),
            (b"\r\n\r\na \r\n \r\n", b"\r\n\r\na\r\n"),
            (b"a\rb\n", b"a\rb\n\r\n"),
        ] {
            assert_eq!(relaxed_body(corpo), esperado, "{corpo:?}");
        }
    }

    #[test]
    fn what_cannot_be_a_name_or_a_key_is_refused() {
        for (seletor, dominio) in [
            ("", "a.com"),
            ("s", ""),
            ("s", "a..com"),
            ("s;x", "a.com"),
            ("s", "a.com\r\nX: y"),
            ("s", "a b"),
        ] {
            assert_eq!(
                Dkim::new(seletor, dominio, "").unwrap_err(),
                DkimError::Nome,
                "{seletor:?} {dominio:?}"
            );
        }
        let lixo = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
        for pem in ["", "segredo", lixo] {
            assert_eq!(Dkim::new("s", "a.com", pem).unwrap_err(), DkimError::Chave, "{pem:?}");
        }
    }
}
