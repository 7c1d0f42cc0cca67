//! Records of a CSV in two fixed buffers: a field as long as the file is an error of its line, not of the machine.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use csv_core::ReadRecordResult;

use crate::xlsx::{Planilha, Tipo};

/// Bytes of a record. A line of ours has some 300; what is longer is an open quotation mark.
pub(crate) const MAX_BYTES: usize = 64 * 1024;
/// Columns of a record.
pub(crate) const MAX_COLUNAS: usize = 256;

/// Where records come from.
pub(crate) enum Fonte<R> {
    Csv(Box<Registros<R>>),
    Xlsx(Box<Planilha>),
}

impl<R: Read> Fonte<R> {
    pub(crate) fn next(&mut self) -> io::Result<Option<Registro<'_>>> {
        match self {
            Self::Csv(registros) => registros.next(),
            Self::Xlsx(planilha) => planilha.next(),
        }
    }

    /// Where reading has come to.
    pub(crate) fn linha(&self) -> u64 {
        match self {
            Self::Csv(registros) => registros.linha,
            Self::Xlsx(planilha) => planilha.linha(),
        }
    }
}

/// Reads records, and knows the line of the file on which each one begins, quoted line breaks counted.
pub(crate) struct Registros<R> {
    entrada: io::Chain<Cursor<Vec<u8>>, BufReader<R>>,
    leitor: csv_core::Reader,
    bytes: Vec<u8>,
    fins: Vec<usize>,
    linha: u64,
}

/// One record.
pub(crate) struct Registro<'a> {
    /// Line of the file on which it begins, from 1.
    pub(crate) linha: u64,
    /// None when it is longer than [`MAX_BYTES`] or wider than [`MAX_COLUNAS`].
    pub(crate) campos: Option<Campos<'a>>,
}

/// The fields of a record, without their quotation marks.
#[derive(Clone, Copy)]
pub(crate) struct Campos<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) fins: &'a [usize],
    /// Of a CSV there are none: all of it is text.
    pub(crate) tipos: &'a [Tipo],
}

impl<R: Read> Registros<R> {
    /// `separador` is asked for with the first line of the file, as far as it is read.
    pub(crate) fn new(entrada: R, separador: impl FnOnce(&[u8]) -> u8) -> io::Result<Self> {
        let (mut entrada, mut primeira) = (BufReader::new(entrada), Vec::new());
        let limite = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
        entrada.by_ref().take(limite).read_until(b'\n', &mut primeira)?;
        let leitor = csv_core::ReaderBuilder::new().delimiter(separador(&primeira)).build();
        let entrada = Cursor::new(primeira).chain(entrada);
        Ok(Self { entrada, leitor, bytes: vec![0; MAX_BYTES], fins: vec![0; MAX_COLUNAS], linha: 1 })
    }

    /// The next record, or none at the end of the file. Empty lines are not records.
    pub(crate) fn next(&mut self) -> io::Result<Option<Registro<'_>>> {
        self.skip_line_breaks()?;
        let linha = self.linha;
        let (mut n_bytes, mut n_fins, mut coube) = (0, 0, true);
        loop {
            let (bytes, fins) = (self.bytes.get_mut(n_bytes..), self.fins.get_mut(n_fins..));
            let (bytes, fins) = (bytes.unwrap_or_default(), fins.unwrap_or_default());
            let entrada = self.entrada.fill_buf()?;
            let (resultado, lidos, escritos, terminados) = self.leitor.read_record(entrada, bytes, fins);
            self.linha += line_breaks(entrada.get(..lidos).unwrap_or_default());
            self.entrada.consume(lidos);
            (n_bytes, n_fins) = (n_bytes + escritos, n_fins + terminados);
            match resultado {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    (n_bytes, n_fins, coube) = (0, 0, false);
                }
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(None),
            }
        }
        let fins = self.fins.get(..n_fins).unwrap_or_default();
        Ok(Some(Registro { linha, campos: coube.then_some(Campos { bytes: &self.bytes, fins, tipos: &[] }) }))
    }

    fn skip_line_breaks(&mut self) -> io::Result<()> {
        loop {
            let entrada = self.entrada.fill_buf()?;
            let quebras = entrada.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            if quebras == 0 {
                return Ok(());
            }
            self.linha += line_breaks(entrada.get(..quebras).unwrap_or_default());
            self.entrada.consume(quebras);
        }
    }
}

impl<'a> Campos<'a> {
    pub(crate) fn len(&self) -> usize {
        self.fins.len()
    }

    pub(crate) fn get(&self, indice: usize) -> Option<&'a [u8]> {
        let inicio = indice.checked_sub(1).map_or(Some(0), |anterior| self.fins.get(anterior).copied())?;
        self.bytes.get(inicio..*self.fins.get(indice)?)
    }

    pub(crate) fn tipo(&self, indice: usize) -> Tipo {
        self.tipos.get(indice).copied().unwrap_or(Tipo::Texto)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &'a [u8]> {
        (0..self.len()).filter_map(|indice| self.get(indice))
    }
}

fn line_breaks(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives its bytes in pieces of this size, as a socket would.
    struct EmPedacos<'a>(&'a [u8], usize);

    impl Read for EmPedacos<'_> {
        fn read(&mut self, destino: &mut [u8]) -> io::Result<usize> {
            let (pedaco, resto) = self.0.split_at(self.1.min(self.0.len()).min(destino.len()));
            destino[..pedaco.len()].copy_from_slice(pedaco);
            self.0 = resto;
            Ok(pedaco.len())
        }
    }

    fn read_all(entrada: impl Read) -> Vec<(u64, Option<Vec<String>>)> {
        let mut registros = Registros::new(entrada, |_| b';').unwrap();
        let mut lidos = Vec::new();
        while let Some(registro) = registros.next().unwrap() {
            let textos =
                |campos: Campos| campos.iter().map(|it| String::from_utf8_lossy(it).into_owned()).collect();
            lidos.push((registro.linha, registro.campos.map(textos)));
        }
        lidos
    }

    /// What `read_all` gives for a record of these fields.
    fn fields(linha: u64, textos: &[&str]) -> (u64, Option<Vec<String>>) {
        (linha, Some(textos.iter().map(|texto| (*texto).to_owned()).collect()))
    }

    #[test]
    fn the_line_is_that_of_the_file_whatever_ends_it() {
        let csv = "a;b\n\n\"c\nd\";e\nf;\"g\"\"h\"";
        let esperado = vec![fields(1, &["a", "b"]), fields(3, &["c\nd", "e"]), fields(5, &["f", "g\"h"])];
        assert_eq!(read_all(csv.as_bytes()), esperado);
        let com_crlf = csv.replace('\n', "\r\n");
        let linhas =
            |lidos: Vec<(u64, Option<Vec<String>>)>| lidos.into_iter().map(|it| it.0).collect::<Vec<_>>();
        assert_eq!(linhas(read_all(com_crlf.as_bytes())), [1, 3, 5]);
        assert_eq!(read_all(EmPedacos(csv.as_bytes(), 1)), esperado);
    }

    #[test]
    fn a_huge_field_costs_its_own_line_only() {
        let enorme = "x".repeat(20 * MAX_BYTES);
        for recusada in [
            format!("{enorme};1"),
            format!("\"{enorme}\n\";1"),
            ";".repeat(MAX_COLUNAS),
            ";".repeat(9 * MAX_COLUNAS),
        ] {
            let csv = format!("a;b\n{recusada}\nc;d\n");
            let lidos = read_all(csv.as_bytes());
            assert_eq!(lidos.len(), 3);
            let ultima = u64::try_from(csv.lines().count()).unwrap();
            assert_eq!((&lidos[1], &lidos[2]), (&(2, None), &fields(ultima, &["c", "d"])));
        }
        let mut registros = Registros::new(enorme.as_bytes(), |_| b';').unwrap();
        assert!(registros.next().unwrap().unwrap().campos.is_none());
        assert_eq!((registros.bytes.capacity(), registros.fins.capacity()), (MAX_BYTES, MAX_COLUNAS));
    }

    #[test]
    fn the_longest_record_that_fits_is_read() {
        let campo = "x".repeat(MAX_BYTES - 1);
        assert_eq!(read_all(format!("{campo}\nb").as_bytes())[0], fields(1, &[&campo]));
        let largo = ";".repeat(MAX_COLUNAS - 2);
        assert_eq!(read_all(largo.as_bytes())[0].1.as_ref().map(Vec::len), Some(MAX_COLUNAS - 1));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_in_pieces_of_any_size(
            linhas in prop::collection::vec(prop::collection::vec("[a-z\";\r\n é]{1,8}", 1..5), 1..8),
            pedaco in 1_usize..20,
        ) {
            let mut escritor = csv::WriterBuilder::new().delimiter(b';').flexible(true).from_writer(Vec::new());
            for linha in &linhas {
                escritor.write_record(linha).unwrap();
            }
            let csv = escritor.into_inner().unwrap();
            let lidas = read_all(EmPedacos(&csv, pedaco)).into_iter().map(|(_, campos)| campos.unwrap());
            prop_assert_eq!(lidas.collect::<Vec<_>>(), linhas);
        }
    }
}
