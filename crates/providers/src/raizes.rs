//! Whom TLS trusts.

use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

/// The certificates of a PEM bundle, or the public roots without one; `None` when the bundle holds none that can be used.
pub(crate) fn load(pem: Option<&[u8]>) -> Option<RootCertStore> {
    let Some(pem) = pem else {
        return Some(webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect());
    };
    let mut raizes = RootCertStore::empty();
    for certificado in CertificateDer::pem_slice_iter(pem) {
        raizes.add(certificado.ok()?).ok()?;
    }
    (!raizes.is_empty()).then_some(raizes)
}
