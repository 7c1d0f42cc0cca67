//! A directory of files that other processes read: a file is there whole, or not at all, also after the power was cut.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Component, Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// What a file ends with until it is whole.
const PARCIAL: &str = ".parcial";

/// The directory.
#[derive(Clone, Debug)]
pub struct Deposito {
    dir: PathBuf,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guardado {
    /// Bytes.
    pub tamanho: u64,
    /// Their SHA-256, hexadecimal.
    pub sha256: String,
}

impl Deposito {
    /// Files under `dir`, which is made when the first one is written.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// Writes a file: under another name, to the disk, then under its own, and that to the disk too.
    ///
    /// # Errors
    /// It could not be written, or `write` said so; then no file of this name is new.
    pub fn write<T>(
        &self,
        lugar: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<T>,
    ) -> io::Result<(Guardado, T)> {
        let fim = self.path(lugar)?;
        let dir = fim.parent().unwrap_or(&self.dir);
        make_dir(dir)?;
        let mut parcial = fim.clone().into_os_string();
        parcial.push(PARCIAL);
        let arquivo = OpenOptions::new().write(true).create(true).truncate(true).open(&parcial)?;
        let mut medido = Medido { saida: BufWriter::new(arquivo), resumo: Sha256::new(), tamanho: 0 };
        let outcome = write(&mut medido).and_then(|valor| Ok((medido.close()?, valor)));
        if outcome.is_err() {
            fs::remove_file(&parcial).ok();
        }
        let (guardado, valor) = outcome?;
        fs::rename(&parcial, &fim)?;
        File::open(dir)?.sync_all()?; // the name, too, is to be there after the power was cut
        Ok((guardado, valor))
    }

    /// Opens a file.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn open(&self, lugar: &str) -> io::Result<File> {
        File::open(self.path(lugar)?)
    }

    /// Removes a file; one that is not there is removed.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn remove(&self, lugar: &str) -> io::Result<()> {
        gone(fs::remove_file(self.path(lugar)?))
    }

    /// Removes the files of a directory whose names begin so, but for these: what attempts that were cut off left.
    ///
    /// # Errors
    /// The directory cannot be read, or a file not be removed; a directory that is not there holds none.
    pub fn remove_others(&self, dir: &str, comeco: &str, ficam: &[&str]) -> io::Result<()> {
        let dir = self.path(dir)?;
        let ficam: Vec<PathBuf> = ficam.iter().map(|lugar| self.path(lugar)).collect::<Result<_, _>>()?;
        let entradas = match fs::read_dir(dir) {
            Err(erro) if erro.kind() == io::ErrorKind::NotFound => return Ok(()),
            entradas => entradas?,
        };
        for entrada in entradas {
            let entrada = entrada?;
            let dele = entrada.file_name().to_str().is_some_and(|nome| nome.starts_with(comeco));
            if dele && !ficam.contains(&entrada.path()) {
                gone(fs::remove_file(entrada.path()))?;
            }
        }
        Ok(())
    }

    /// The names are our own; one that leads out of the directory is none.
    fn path(&self, lugar: &str) -> io::Result<PathBuf> {
        let relativo = Path::new(lugar);
        if relativo.components().all(|parte| matches!(parte, Component::Normal(_))) {
            return Ok(self.dir.join(relativo));
        }
        Err(io::Error::new(io::ErrorKind::InvalidInput, "o nome leva para fora do depósito"))
    }
}

/// Makes a directory, and tells the disk of it: a file in a directory that is not there after the power was cut is not there.
fn make_dir(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let acima = match dir.parent() {
        Some(acima) if !acima.as_os_str().is_empty() => acima,
        Some(_) | None => Path::new("."),
    };
    make_dir(acima)?;
    match fs::create_dir(dir) {
        Err(erro) if erro.kind() == io::ErrorKind::AlreadyExists => {}
        outcome => outcome?,
    }
    File::open(acima)?.sync_all()
}

/// A file that is measured while it is written.
struct Medido {
    saida: BufWriter<File>,
    resumo: Sha256,
    tamanho: u64,
}

impl Medido {
    fn close(self) -> io::Result<Guardado> {
        self.saida.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        Ok(Guardado { tamanho: self.tamanho, sha256: format!("{:x}", self.resumo.finalize()) })
    }
}

impl Write for Medido {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let quantos = self.saida.write(bytes)?;
        self.resumo.update(bytes.get(..quantos).unwrap_or(bytes));
        self.tamanho += u64::try_from(quantos).unwrap_or_default();
        Ok(quantos)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.saida.flush()
    }
}

/// What is not there is removed.
fn gone(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(erro) if erro.kind() == io::ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let mut nomes: Vec<_> = fs::read_dir(dir)
            .unwrap()
            .map(|entrada| entrada.unwrap().file_name().into_string().unwrap())
            .collect();
        nomes.sort();
        nomes
    }

    #[test]
    fn a_file_is_there_whole_and_measured() {
        let casa = tempfile::tempdir().unwrap();
        let deposito = Deposito::new(casa.path().join("dados"));
        let (guardado, ()) = deposito.write("a/b.txt", |saida| saida.write_all(b"abc")).unwrap();
        assert_eq!(guardado.tamanho, 3);
        assert_eq!(guardado.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(io::read_to_string(deposito.open("a/b.txt").unwrap()).unwrap(), "abc");
        assert_eq!(names(&casa.path().join("dados/a")), ["b.txt"]);
    }

    #[test]
    fn what_fails_half_way_leaves_the_file_that_was_there() {
        let casa = tempfile::tempdir().unwrap();
        let deposito = Deposito::new(casa.path());
        deposito.write("x.txt", |saida| saida.write_all(b"antes")).unwrap();
        let falha = deposito.write("x.txt", |saida| {
            saida.write_all(b"dep")?;
            Err::<(), _>(io::Error::other("cortado"))
        });
        assert_eq!(falha.unwrap_err().to_string(), "cortado");
        assert_eq!(io::read_to_string(deposito.open("x.txt").unwrap()).unwrap(), "antes");
        assert_eq!(names(casa.path()), ["x.txt"]);
    }

    #[test]
    fn only_what_begins_so_and_is_not_to_stay_is_removed() {
        let casa = tempfile::tempdir().unwrap();
        let deposito = Deposito::new(casa.path());
        for nome in ["e/um.1.pdf", "e/um.2.pdf", "e/um.3.pdf.parcial", "e/dois.1.pdf"] {
            deposito.write(nome, |saida| saida.write_all(b"x")).unwrap();
        }
        deposito.remove_others("e", "um.", &["e/um.2.pdf"]).unwrap();
        assert_eq!(names(&casa.path().join("e")), ["dois.1.pdf", "um.2.pdf"]);
        deposito.remove("e/um.2.pdf").unwrap();
        deposito.remove("e/um.2.pdf").unwrap();
    }

    #[test]
    fn no_name_leads_out() {
        let deposito = Deposito::new("dados");
        for nome in ["../x", "/etc/passwd", "a/../../x"] {
            assert!(
                deposito.open(nome).is_err_and(|erro| erro.kind() == io::ErrorKind::InvalidInput),
                "{nome}"
            );
        }
    }
}
