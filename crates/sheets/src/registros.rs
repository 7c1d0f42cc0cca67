//! Records of a CSV in two fixed buffers: a field as long as the file is an error of its line, not of the machine.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use csv_core::ReadRecordResult;

use crate::xlsx::{Planilha, Tipo};

/// Bytes of a record. A line of ours has some 300; what is longer is an open quotation mark.
pub(crate) const MAX_BYTES: usize = 64 * 1024;
/// Columns of a record: ours are 32, and exports of whole tables have some 200.
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
            Self::Csv(registros) => registros.quebras.linha,
            Self::Xlsx(planilha) => planilha.linha(),
        }
    }
}

/// Reads records, and knows the line of the file on which each one begins, quoted line breaks counted. No two records begin on
/// one line, whatever ends them.
pub(crate) struct Registros<R> {
    entrada: io::Chain<Cursor<Vec<u8>>, BufReader<R>>,
    leitor: csv_core::Reader,
    bytes: Vec<u8>,
    /// One more than there may be columns: the last that fits is told from the first that does not.
    fins: Vec<usize>,
    quebras: Quebras,
}

/// Where the lines of a file are: LF ends one, CR LF ends one, and so does the CR alone of old Macintoshes.
struct Quebras {
    /// From 1.
    linha: u64,
    /// The last byte: a LF after a CR ends no line more.
    anterior: u8,
}

impl Quebras {
    fn pass(&mut self, bytes: &[u8]) {
        let (Some(primeiro), Some(ultimo), Some(resto)) = (bytes.first(), bytes.last(), bytes.get(1..))
        else {
            return;
        };
        let ends_line = |antes: u8, byte: u8| u64::from(byte == b'\r' || (byte == b'\n' && antes != b'\r'));
        let dentro: u64 = bytes.iter().zip(resto).map(|(antes, byte)| ends_line(*antes, *byte)).sum();
        self.linha += ends_line(self.anterior, *primeiro) + dentro;
        self.anterior = *ultimo;
    }
}

/// What a record has more of than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Excesso {
    /// Than [`MAX_BYTES`].
    Bytes,
    /// Than [`MAX_COLUNAS`].
    Colunas,
}

/// One record.
pub(crate) struct Registro<'a> {
    /// Line of the file on which it begins, from 1.
    pub(crate) linha: u64,
    /// Its fields, unless it has too much of something.
    pub(crate) campos: Result<Campos<'a>, Excesso>,
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
        let linha = primeira.split(|byte| *byte == b'\r').next().unwrap_or_default();
        let leitor = csv_core::ReaderBuilder::new().delimiter(separador(linha)).build();
        let entrada = Cursor::new(primeira).chain(entrada);
        let quebras = Quebras { linha: 1, anterior: 0 };
        Ok(Self { entrada, leitor, bytes: vec![0; MAX_BYTES], fins: vec![0; MAX_COLUNAS + 1], quebras })
    }

    /// The next record, or none at the end of the file. Empty lines are not records.
    pub(crate) fn next(&mut self) -> io::Result<Option<Registro<'_>>> {
        self.skip_line_breaks()?;
        let linha = self.quebras.linha;
        let (mut n_bytes, mut n_fins, mut excesso) = (0, 0, None);
        loop {
            let (bytes, fins) = (self.bytes.get_mut(n_bytes..), self.fins.get_mut(n_fins..));
            let (bytes, fins) = (bytes.unwrap_or_default(), fins.unwrap_or_default());
            let entrada = self.entrada.fill_buf()?;
            let (resultado, lidos, escritos, terminados) = self.leitor.read_record(entrada, bytes, fins);
            self.quebras.pass(entrada.get(..lidos).unwrap_or_default());
            self.entrada.consume(lidos);
            (n_bytes, n_fins) = (n_bytes + escritos, n_fins + terminados);
            match resultado {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => {
                    (n_bytes, n_fins, excesso) = (0, 0, excesso.or(Some(Excesso::Bytes)));
                }
                ReadRecordResult::OutputEndsFull => {
                    (n_bytes, n_fins, excesso) = (0, 0, excesso.or(Some(Excesso::Colunas)));
                }
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(None),
            }
        }
        if n_fins > MAX_COLUNAS {
            excesso = excesso.or(Some(Excesso::Colunas));
        }
        let fins = self.fins.get(..n_fins).unwrap_or_default();
        let campos = Campos { bytes: &self.bytes, fins, tipos: &[] };
        Ok(Some(Registro { linha, campos: excesso.map_or(Ok(campos), Err) }))
    }

    fn skip_line_breaks(&mut self) -> io::Result<()> {
        loop {
            let entrada = self.entrada.fill_buf()?;
            let quebras = entrada.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            if quebras == 0 {
                return Ok(());
            }
            self.quebras.pass(entrada.get(..quebras).unwrap_or_default());
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
            lidos.push((registro.linha, registro.campos.ok().map(textos)));
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
        assert_eq!(registros.next().unwrap().unwrap().campos.err(), Some(Excesso::Bytes));
        assert_eq!((registros.bytes.capacity(), registros.fins.capacity()), (MAX_BYTES, MAX_COLUNAS + 1));
    }

    #[test]
    fn the_longest_record_that_fits_is_read() {
        let campo = "x".repeat(MAX_BYTES - 1);
        assert_eq!(read_all(format!("{campo}\nb").as_bytes())[0], fields(1, &[&campo]));
        for fim in ["", "\n", "\r\na;b"] {
            let largo = format!("{}{fim}", ";".repeat(MAX_COLUNAS - 1));
            assert_eq!(read_all(largo.as_bytes())[0].1.as_ref().map(Vec::len), Some(MAX_COLUNAS), "{fim:?}");
            let largo_demais = format!(";{largo}");
            let mut registros = Registros::new(largo_demais.as_bytes(), |_| b';').unwrap();
            assert_eq!(registros.next().unwrap().unwrap().campos.err(), Some(Excesso::Colunas), "{fim:?}");
        }
    }

    #[test]
    fn the_first_line_is_asked_for_its_separator_whatever_ends_it() {
        for fim in ["\n", "\r\n", "\r"] {
            let (csv, mut vista) = (format!("a|b{fim}c,d,e,f{fim}"), Vec::new());
            let separador = |linha: &[u8]| {
                vista = linha.to_vec();
                b'|'
            };
            Registros::new(csv.as_bytes(), separador).unwrap();
            assert_eq!(vista.trim_ascii_end(), b"a|b", "{fim:?}");
        }
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

        #[test]
        fn every_record_has_a_line_of_its_own_that_an_editor_would_count(
            registros in prop::collection::vec(("[a-z]{1,3}(\n|\r\n|\r){0,2}[a-z]{1,3}", "(\n|\r\n|\r){1,3}"), 1..12),
            pedaco in 1_usize..9,
        ) {
            let (mut csv, mut esperadas) = (String::new(), Vec::new());
            for (campo, fim) in &registros {
                // As many as an editor shows that takes each of the three for a line break.
                let linha = 1 + csv.replace("\r\n", "\n").matches(['\n', '\r']).count();
                esperadas.push((u64::try_from(linha).unwrap(), campo.clone()));
                csv += &["\"", campo, "\"", fim].concat();
            }
            let lidas = read_all(EmPedacos(csv.as_bytes(), pedaco));
            let lidas = lidas.into_iter().map(|(linha, campos)| (linha, campos.unwrap().remove(0)));
            prop_assert_eq!(lidas.collect::<Vec<_>>(), esperadas);
        }
    }
}
