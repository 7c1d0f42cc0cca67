//! Lines of a stream of JSON values, in one buffer: a line as long as the file is an error of its own.

use std::io::{self, BufRead, Read as _};

/// Bytes of a line. A título of ours has some 500.
const MAX_LINHA: usize = 64 * 1024;

/// The number of a line, and its bytes unless there are too many.
type Linha<'a> = (u64, Option<&'a [u8]>);

/// Reads lines, and counts them. Blank ones are none.
pub(super) struct Linhas<R> {
    entrada: R,
    linha: u64,
    bytes: Vec<u8>,
}

impl<R: BufRead> Linhas<R> {
    pub(super) fn new(entrada: R) -> Self {
        Self { entrada, linha: 0, bytes: Vec::with_capacity(MAX_LINHA) }
    }

    /// The next line.
    pub(super) fn next(&mut self) -> io::Result<Option<Linha<'_>>> {
        loop {
            self.bytes.clear();
            let limite = u64::try_from(MAX_LINHA).unwrap_or(u64::MAX);
            let lidos = self.entrada.by_ref().take(limite).read_until(b'\n', &mut self.bytes)?;
            if lidos == 0 {
                return Ok(None);
            }
            self.linha += 1;
            if lidos == MAX_LINHA && !self.bytes.ends_with(b"\n") {
                self.entrada.skip_until(b'\n')?;
                return Ok(Some((self.linha, None)));
            }
            if self.linha == 1 && self.bytes.starts_with(b"\xEF\xBB\xBF") {
                self.bytes.drain(..3);
            }
            if !self.bytes.trim_ascii().is_empty() {
                return Ok(Some((self.linha, Some(self.bytes.trim_ascii()))));
            }
        }
    }
}

/// What is said of a line without bytes.
pub(super) fn too_long() -> web::ErroCampo {
    web::ErroCampo {
        campo: String::new(),
        codigo: "linha_longa".into(),
        detalhe: format!(
            "linha com mais de {MAX_LINHA} bytes: cada objeto termina com uma quebra de linha (LF)"
        )
        .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(texto: &str) -> Vec<(u64, Option<String>)> {
        let mut linhas = Linhas::new(texto.as_bytes());
        let mut lidas = Vec::new();
        while let Some((linha, bytes)) = linhas.next().unwrap() {
            lidas.push((linha, bytes.map(|b| String::from_utf8_lossy(b).into_owned())));
        }
        lidas
    }

    #[test]
    fn lines_are_counted_as_an_editor_counts_them() {
        let lida = |linha, texto: &str| (linha, Some(texto.to_owned()));
        assert_eq!(read_all("\u{feff}{}\r\n\n  \n[1]"), [lida(1, "{}"), lida(4, "[1]")]);
        assert_eq!(read_all(""), []);
    }

    #[test]
    fn a_huge_line_costs_itself_only() {
        let enorme = "x".repeat(3 * MAX_LINHA);
        assert_eq!(
            read_all(&format!("{enorme}\n{{}}\n{enorme}")),
            [(1, None), (2, Some("{}".to_owned())), (3, None)]
        );
        let justa = "x".repeat(MAX_LINHA - 1);
        assert_eq!(read_all(&format!("{justa}\n1")).first(), Some(&(1, Some(justa.clone()))));
    }
}
