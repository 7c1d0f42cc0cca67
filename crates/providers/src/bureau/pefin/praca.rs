//! A bureau of our own: what it would answer, for the sandbox and for tests.

use super::linha::{TAMANHO, digits, field};

/// A line and its end.
const PASSO: usize = TAMANHO + 2;

/// The last two digits of a value that this bureau refuses, so that somebody can see a refusal: R$ …,13.
const CENTAVOS_RECUSADOS: u64 = 13;

/// With this it refuses: the name is not the document's.
const RECUSA: &[u8] = b"296";

/// The retorno of a remessa: every line is taken, but for inclusions whose value ends in 13 centavos.
#[must_use]
pub fn respond(remessa: &[u8]) -> Vec<u8> {
    let mut retorno = remessa.to_vec();
    for linha in retorno.chunks_mut(PASSO) {
        let recusa = digits(linha, 424, 438).is_some_and(|valor| valor % 100 == CENTAVOS_RECUSADOS);
        let (tipo, inclui) = (linha.first().copied(), field(linha, 2, 2) == b"I");
        match tipo {
            Some(b'0') => write(linha, 126, b"R"),
            Some(b'1') if inclui && recusa => write(linha, 534, RECUSA),
            _ => {}
        }
    }
    retorno
}

fn write(linha: &mut [u8], posicao: usize, bytes: &[u8]) {
    let ini = posicao.saturating_sub(1);
    if let Some(campo) = linha.get_mut(ini..ini.saturating_add(bytes.len())) {
        campo.copy_from_slice(bytes);
    }
}
