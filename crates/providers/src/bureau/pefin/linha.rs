//! A line of 600 bytes, by the positions of the manual, which counts from one.

use domain::texto::ascii_maiusculo;

/// Bytes of a line, without its end.
pub(super) const TAMANHO: usize = 600;

const FIM: &[u8] = b"\r\n";

/// A line of a remessa, blank where nothing was written, with its end.
#[derive(Clone, PartialEq, Eq)]
pub struct Linha([u8; TAMANHO + FIM.len()]);

impl Linha {
    pub(super) fn new(tipo: u8) -> Self {
        let mut bytes = [b' '; TAMANHO + FIM.len()];
        if let Some(fim) = bytes.get_mut(TAMANHO..) {
            fim.copy_from_slice(FIM);
        }
        let mut linha = Self(bytes);
        linha.bytes(1, 1, &[tipo]);
        linha
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Text from the left on, cut where the field ends.
    pub(super) fn text(&mut self, ini: usize, fim: usize, texto: &str) {
        let limpo = ascii_maiusculo(texto);
        let cabe = (fim + 1).saturating_sub(ini).min(limpo.len());
        self.bytes(ini, fim, limpo.as_bytes().get(..cabe).unwrap_or_default());
    }

    /// A number with zeros before it; of one that is longer than its field the caller knows.
    pub(super) fn number(&mut self, ini: usize, fim: usize, numero: &str) {
        let tamanho = (fim + 1).saturating_sub(ini);
        self.bytes(ini, fim, format!("{numero:0>tamanho$}").as_bytes());
    }

    fn bytes(&mut self, ini: usize, fim: usize, valor: &[u8]) {
        if let Some(campo) = self.0.get_mut(ini.saturating_sub(1)..fim) {
            for (lugar, byte) in campo.iter_mut().zip(valor) {
                *lugar = *byte;
            }
        }
    }
}

/// The field of a line that was read.
pub(super) fn field(linha: &[u8], ini: usize, fim: usize) -> &[u8] {
    linha.get(ini.saturating_sub(1)..fim).unwrap_or_default()
}

/// The same as a number, if it is one.
pub(super) fn digits(linha: &[u8], ini: usize, fim: usize) -> Option<u64> {
    let campo = field(linha, ini, fim);
    if campo.is_empty() || !campo.iter().all(u8::is_ascii_digit) {
        return None;
    }
    campo.iter().try_fold(0_u64, |n, b| n.checked_mul(10)?.checked_add(u64::from(b - b'0')))
}

/// The same as text, without the blanks around it. What is no ASCII is read as ISO-8859-1.
pub(super) fn words(linha: &[u8], ini: usize, fim: usize) -> String {
    let texto: String = field(linha, ini, fim).iter().copied().map(char::from).collect();
    texto.trim().to_owned()
}
