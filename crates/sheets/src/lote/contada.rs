//! A file that is read no further than it may be long.

use std::io::{self, ErrorKind, Read};

pub(super) struct Contada<R> {
    dentro: R,
    resta: u64,
}

impl<R> Contada<R> {
    pub(super) fn new(dentro: R, maximo: u64) -> Self {
        Self { dentro, resta: maximo }
    }
}

impl<R: Read> Read for Contada<R> {
    fn read(&mut self, destino: &mut [u8]) -> io::Result<usize> {
        let lidos = self.dentro.read(destino)?;
        let contados = u64::try_from(lidos).unwrap_or(u64::MAX);
        self.resta = self.resta.checked_sub(contados).ok_or(ErrorKind::FileTooLarge)?;
        Ok(lidos)
    }
}

#[test]
fn as_much_as_fits_is_read_and_a_byte_more_is_an_error() {
    let read =
        |bytes: &[u8]| io::copy(&mut Contada::new(bytes, 3), &mut io::sink()).map_err(|erro| erro.kind());
    assert_eq!((read(b"abc"), read(b"abcd")), (Ok(3), Err(ErrorKind::FileTooLarge)));
}
