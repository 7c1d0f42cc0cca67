//! Many PDFs of ours bound into one, a part at a time: memory holds one part and where each object of the others is.
//!
//! It reads what our own typesetter writes, and nothing else: a plain table of objects, no object within another's stream. What
//! it does not know it refuses.

use std::io::Write;

use crate::LetterError;

/// The objects of its own: the root of all pages, what names it, and what it is.
const RAIZ: usize = 1;
const CATALOGO: usize = 2;
const SOBRE: usize = 3;

/// A PDF that is being written.
pub struct Volume<'s> {
    saida: &'s mut dyn Write,
    posicao: usize,
    /// Where each object begins, by its number less one.
    objetos: Vec<usize>,
    /// The roots of the parts, and how many pages they have.
    partes: Vec<(usize, usize)>,
}

/// A part as it was written by the typesetter.
struct Parte<'b> {
    bytes: &'b [u8],
    /// The number of each object, and its bytes between `obj` and `endobj`.
    objetos: Vec<(usize, &'b [u8])>,
    catalogo: usize,
    sobre: Option<usize>,
}

impl<'s> Volume<'s> {
    /// Begins one.
    ///
    /// # Errors
    /// Nothing can be written.
    pub fn new(saida: &'s mut dyn Write) -> Result<Self, LetterError> {
        let mut volume = Self { saida, posicao: 0, objetos: vec![0; SOBRE], partes: Vec::new() };
        volume.put(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")?;
        Ok(volume)
    }

    /// Adds the pages of a PDF after those that are there.
    ///
    /// # Errors
    /// It is not one of ours, or nothing can be written.
    pub fn add(&mut self, pdf: &[u8]) -> Result<(), LetterError> {
        let parte = Parte::read(pdf)?;
        let base = self.objetos.len();
        let raiz = parte.root()?;
        for (numero, corpo) in &parte.objetos {
            let novo = base + numero;
            if self.objetos.len() < novo {
                self.objetos.resize(novo, 0);
            }
            if *numero == parte.catalogo || Some(*numero) == parte.sobre {
                continue; // the volume has its own
            }
            self.begin(novo)?;
            let (dicionario, fluxo) = split_stream(corpo);
            let dicionario = renumbered(dicionario, base);
            if *numero == raiz {
                let texto =
                    String::from_utf8_lossy(&dicionario).replacen("<<", &format!("<</Parent {RAIZ} 0 R"), 1);
                self.put(texto.as_bytes())?;
            } else {
                self.put(&dicionario)?;
            }
            self.put(fluxo)?;
            self.put(b"endobj\n")?;
        }
        self.partes.push((base + raiz, parte.pages(raiz)?));
        Ok(())
    }

    /// Ends it; answers how many pages it has.
    ///
    /// # Errors
    /// Nothing can be written.
    pub fn close(mut self, titulo: &str) -> Result<usize, LetterError> {
        let paginas = self.partes.iter().map(|(_, paginas)| paginas).sum();
        let filhos: Vec<String> = self.partes.iter().map(|(raiz, _)| format!("{raiz} 0 R")).collect();
        self.begin(RAIZ)?;
        self.put(format!("<</Type/Pages/Count {paginas}/Kids[{}]>>\nendobj\n", filhos.join(" ")).as_bytes())?;
        self.begin(CATALOGO)?;
        self.put(format!("<</Type/Catalog/Pages {RAIZ} 0 R/Lang(pt-BR)>>\nendobj\n").as_bytes())?;
        self.begin(SOBRE)?;
        let titulo: String =
            titulo.chars().filter(|c| c.is_ascii_alphanumeric() || " -._".contains(*c)).collect();
        self.put(format!("<</Title({titulo})/Creator(cobranca)>>\nendobj\n").as_bytes())?;
        let (tabela, quantos) = (self.posicao, self.objetos.len() + 1);
        self.put(format!("xref\n0 {quantos}\n0000000000 65535 f\r\n").as_bytes())?;
        for onde in std::mem::take(&mut self.objetos) {
            // What no part needed any more is free.
            let linha = if onde == 0 {
                "0000000000 65535 f\r\n".to_owned()
            } else {
                format!("{onde:010} 00000 n\r\n")
            };
            self.put(linha.as_bytes())?;
        }
        let fim = format!(
            "trailer\n<</Size {quantos}/Root {CATALOGO} 0 R/Info {SOBRE} 0 R>>\nstartxref\n{tabela}\n%%EOF\n"
        );
        self.put(fim.as_bytes())?;
        Ok(paginas)
    }

    fn begin(&mut self, numero: usize) -> Result<(), LetterError> {
        if let Some(onde) = self.objetos.get_mut(numero - 1) {
            *onde = self.posicao;
        }
        self.put(format!("{numero} 0 obj\n").as_bytes())
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), LetterError> {
        self.saida.write_all(bytes)?;
        self.posicao += bytes.len();
        Ok(())
    }
}

fn unknown(o_que: &str) -> LetterError {
    LetterError::Volume(o_que.to_owned())
}

impl<'b> Parte<'b> {
    fn read(bytes: &'b [u8]) -> Result<Self, LetterError> {
        let fim = rfind(bytes, b"startxref").ok_or_else(|| unknown("sem startxref"))?;
        let tabela =
            number_after(bytes, fim + b"startxref".len()).ok_or_else(|| unknown("startxref sem número"))?;
        let trailer = bytes
            .get(tabela..fim)
            .and_then(|resto| find(resto, b"trailer"))
            .ok_or_else(|| unknown("sem trailer"))?;
        let linhas = bytes.get(tabela..tabela + trailer).unwrap_or_default();
        let mut entradas =
            String::from_utf8_lossy(linhas).lines().skip(2).map(str::to_owned).collect::<Vec<_>>();
        entradas.retain(|linha| !linha.trim().is_empty());
        let mut lugares: Vec<(usize, usize)> = Vec::with_capacity(entradas.len());
        for (numero, linha) in entradas.iter().enumerate() {
            if linha.trim_end().ends_with('n') {
                let onde = linha.get(..10).and_then(|n| n.parse::<usize>().ok());
                let onde = onde.ok_or_else(|| unknown("tabela ilegível"))?;
                lugares.push((onde, numero));
            }
        }
        lugares.sort_unstable();
        let fins = lugares.iter().skip(1).map(|(onde, _)| *onde).chain([tabela]).collect::<Vec<_>>();
        let objetos: Result<Vec<_>, LetterError> = lugares
            .iter()
            .zip(fins)
            .map(|((onde, numero), fim)| Ok((*numero, body(bytes, *onde, fim)?)))
            .collect();
        let trailer = bytes.get(tabela + trailer..fim).unwrap_or_default();
        let catalogo = reference(trailer, b"/Root ").ok_or_else(|| unknown("sem raiz"))?;
        Ok(Self { bytes, objetos: objetos?, catalogo, sobre: reference(trailer, b"/Info ") })
    }

    fn object(&self, numero: usize) -> Result<&'b [u8], LetterError> {
        let achado = self.objetos.iter().find(|(este, _)| *este == numero);
        achado.map(|(_, corpo)| *corpo).ok_or_else(|| unknown("falta um objeto"))
    }

    /// The root of its pages.
    fn root(&self) -> Result<usize, LetterError> {
        reference(self.object(self.catalogo)?, b"/Pages ").ok_or_else(|| unknown("sem páginas"))
    }

    fn pages(&self, raiz: usize) -> Result<usize, LetterError> {
        let corpo = self.object(raiz)?;
        let onde = find(corpo, b"/Count ").ok_or_else(|| unknown("sem contagem"))?;
        number_after(corpo, onde + b"/Count ".len())
            .filter(|paginas| *paginas < self.bytes.len())
            .ok_or_else(|| unknown("contagem ilegível"))
    }
}

/// An object between its head and its end.
fn body(bytes: &[u8], onde: usize, fim: usize) -> Result<&[u8], LetterError> {
    let objeto = bytes.get(onde..fim).ok_or_else(|| unknown("tabela ilegível"))?;
    let cabeca = find(objeto, b" obj").ok_or_else(|| unknown("objeto sem cabeça"))? + b" obj".len();
    let fim = rfind(objeto, b"endobj").ok_or_else(|| unknown("objeto sem fim"))?;
    Ok(objeto.get(cabeca..fim).unwrap_or_default().trim_ascii_start())
}

/// The dictionary of an object, and its stream, which names no other object.
fn split_stream(corpo: &[u8]) -> (&[u8], &[u8]) {
    let onde = find(corpo, b"stream").unwrap_or(corpo.len());
    corpo.split_at_checked(onde).unwrap_or((corpo, b""))
}

/// With every `n 0 R` so much higher.
fn renumbered(dicionario: &[u8], base: usize) -> Vec<u8> {
    let mut pronto = Vec::with_capacity(dicionario.len() + 64);
    let mut resto = dicionario;
    while let Some(onde) = find(resto, b" 0 R") {
        let (antes, depois) = resto.split_at_checked(onde).unwrap_or((resto, b""));
        let algarismos = antes.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let (texto, numero) = antes.split_at_checked(antes.len() - algarismos).unwrap_or((antes, b""));
        pronto.extend_from_slice(texto);
        match std::str::from_utf8(numero).ok().and_then(|numero| numero.parse::<usize>().ok()) {
            Some(numero) => pronto.extend_from_slice((numero + base).to_string().as_bytes()),
            None => pronto.extend_from_slice(numero),
        }
        pronto.extend_from_slice(b" 0 R");
        resto = depois.get(b" 0 R".len()..).unwrap_or_default();
    }
    pronto.extend_from_slice(resto);
    pronto
}

fn reference(bytes: &[u8], nome: &[u8]) -> Option<usize> {
    number_after(bytes, find(bytes, nome)? + nome.len())
}

fn number_after(bytes: &[u8], onde: usize) -> Option<usize> {
    let resto = bytes.get(onde..)?.trim_ascii_start();
    let algarismos = resto.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(resto.get(..algarismos)?).ok()?.parse().ok()
}

fn find(bytes: &[u8], procurado: &[u8]) -> Option<usize> {
    bytes.windows(procurado.len()).position(|janela| janela == procurado)
}

fn rfind(bytes: &[u8], procurado: &[u8]) -> Option<usize> {
    bytes.windows(procurado.len()).rposition(|janela| janela == procurado)
}
