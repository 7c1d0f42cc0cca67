//! The typesetter: what it may look at, and the pages that come of letters.

use serde::Serialize;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::ecow::EcoVec;
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::layout::{Abs, Frame, FrameItem, Point, Transform};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};
use typst_layout::{Page, PagedDocument};
use typst_pdf::PdfOptions;

use crate::marca::Marcas;
use crate::papel::{Janela, Papel};
use crate::{Bloco, Carta, LetterError, Lugar, Tabela};

/// Our layout.
const CARTA: &str = include_str!("carta.typ");
/// Fonts that a letter is set in, and those in which a name is looked for that the first one cannot write.
const FAMILIAS: [&str; 3] = ["Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono"];
/// A word longer than this may be broken: of the widest letters, so many fit on a line of the text, and on one of the address.
const PALAVRA: usize = 40;
const PALAVRA_DO_ENDERECO: usize = 30;
/// What is remembered from one batch to the next of so many ago.
const MEMORIA: usize = 1;
/// An address of fewer and shorter lines than these fits the window as it is.
const CURTO: (usize, usize) = (5, 32);

/// Prints letters. Making one reads the fonts, which takes a while.
pub struct Grafica {
    biblioteca: LazyHash<Library>,
    livro: LazyHash<FontBook>,
    fontes: Vec<Font>,
    principal: Source,
    dados: FileId,
    papel: Papel,
    marcas: Marcas,
}

/// Printed pages.
pub struct Folhas {
    /// The PDF.
    pub pdf: Vec<u8>,
    /// Where each letter is, in the order in which they were given.
    pub lugares: Vec<Lugar>,
}

/// Some text on a page, and the box that it is in, in points. It may be anything about a debtor and so has no `Debug`.
#[derive(Clone)]
pub struct Caixa {
    /// Which page, from 0 on.
    pub pagina: usize,
    /// What it says; bars and lines say nothing.
    pub texto: String,
    /// Left, upper, right and lower edge, in points.
    pub caixa: [f64; 4],
}

impl Grafica {
    /// For this paper.
    ///
    /// # Errors
    /// What is compiled in cannot be read, which a test rules out.
    pub fn new(papel: Papel) -> Result<Self, LetterError> {
        let fontes: Vec<Font> = typst_assets::fonts()
            .filter_map(|bytes| Font::new(Bytes::new(bytes), 0))
            .filter(|fonte| FAMILIAS.contains(&fonte.info().family.as_str()))
            .collect();
        let falta = || LetterError::Diagramacao("as fontes não puderam ser lidas".to_owned());
        let marcas = Marcas::new(fontes.first().ok_or_else(falta)?);
        Ok(Self {
            biblioteca: LazyHash::new(Library::default()),
            livro: LazyHash::new(FontBook::from_fonts(&fontes)),
            principal: Source::new(file("carta.typ")?, CARTA.to_owned()),
            dados: file("dados.json")?,
            fontes,
            papel,
            marcas,
        })
    }

    /// Sets letters one after the other, each on pages of its own (rule c03).
    ///
    /// # Errors
    /// Our layout failed.
    pub fn print(&self, cartas: &[Carta]) -> Result<Folhas, LetterError> {
        let (paginas, lugares) = self.set(cartas)?;
        let documento = PagedDocument::new(paginas, typst::model::DocumentInfo::default());
        let pdf = typst_pdf::pdf(&documento, &options()).map_err(|erros| failed(&erros))?;
        typst::comemo::evict(MEMORIA);
        Ok(Folhas { pdf, lugares })
    }

    /// What the typesetter alone does with them, without our marks and without binding: what [`Grafica::print`] is measured by.
    /// Answers how many pages there are.
    ///
    /// # Errors
    /// Our layout failed.
    pub fn only_typeset(&self, cartas: &[Carta]) -> Result<usize, LetterError> {
        let documento = self.compile(cartas)?;
        let pdf = typst_pdf::pdf(&documento, &options()).map_err(|erros| failed(&erros))?;
        typst::comemo::evict(MEMORIA);
        Ok(if pdf.is_empty() { 0 } else { documento.pages().len() })
    }

    /// Everything that the pages of these letters say, and where: what a test of the layout looks at.
    ///
    /// # Errors
    /// Our layout failed.
    pub fn look(&self, cartas: &[Carta]) -> Result<Vec<Caixa>, LetterError> {
        let (paginas, _) = self.set(cartas)?;
        let mut caixas = Vec::new();
        for (pagina, folha) in paginas.iter().enumerate() {
            boxes(&folha.frame, Transform::identity(), &mut |texto, caixa| {
                caixas.push(Caixa { pagina, texto: texto.to_owned(), caixa });
            });
        }
        Ok(caixas)
    }

    fn compile(&self, cartas: &[Carta]) -> Result<PagedDocument, LetterError> {
        let dados = serde_json::to_vec(&Dados::of(cartas, self.papel))
            .map_err(|erro| LetterError::Diagramacao(erro.to_string()))?;
        let mesa = Mesa { grafica: self, dados: Bytes::new(dados) };
        typst::compile(&mesa).output.map_err(|erros| failed(&erros))
    }

    fn set(&self, cartas: &[Carta]) -> Result<(EcoVec<Page>, Vec<Lugar>), LetterError> {
        if cartas.is_empty() {
            return Ok((EcoVec::new(), Vec::new()));
        }
        let documento = self.compile(cartas)?;
        let mut paginas: EcoVec<Page> = documento.pages().iter().cloned().collect();
        drop(documento);
        let mut lugares = places(&paginas, cartas.len())?;
        let folhas = paginas.make_mut();
        for (carta, lugar) in cartas.iter().zip(&mut lugares) {
            for folha in 0..lugar.paginas {
                let Some(pagina) = folhas.get_mut(lugar.pagina + folha) else { continue };
                lugar.ilegiveis += unreadable(&pagina.frame);
                self.marcas.stamp(&mut pagina.frame, carta.sequencia, (folha + 1, lugar.paginas));
                if let (0, Some(cep)) = (folha, carta.cep) {
                    Marcas::bars(&mut pagina.frame, self.papel.janela.segura(), cep);
                }
            }
        }
        Ok((paginas, lugares))
    }
}

fn options() -> PdfOptions {
    PdfOptions { creator: Smart::Custom(Some("cobranca".to_owned())), tagged: false, ..PdfOptions::default() }
}

/// Where letters begin: there pages are counted from 1 again.
fn places(paginas: &[Page], cartas: usize) -> Result<Vec<Lugar>, LetterError> {
    let mut lugares: Vec<Lugar> = Vec::with_capacity(cartas);
    for (pagina, folha) in paginas.iter().enumerate() {
        match lugares.last_mut() {
            Some(lugar) if folha.number != 1 => lugar.paginas += 1,
            Some(_) | None => lugares.push(Lugar { pagina, paginas: 1, ilegiveis: 0 }),
        }
    }
    if lugares.len() == cartas {
        return Ok(lugares);
    }
    Err(LetterError::Paginas(format!("{} cartas em vez de {cartas}", lugares.len())))
}

/// Characters that no font has.
fn unreadable(quadro: &Frame) -> usize {
    quadro
        .items()
        .map(|(_, item)| match item {
            FrameItem::Group(grupo) => unreadable(&grupo.frame),
            FrameItem::Text(texto) => texto.glyphs.iter().filter(|glifo| glifo.id == 0).count(),
            FrameItem::Shape(..) | FrameItem::Image(..) | FrameItem::Link(..) | FrameItem::Tag(_) => 0,
        })
        .sum()
}

/// Every text and every line, with the box that it is in.
fn boxes(quadro: &Frame, ate_aqui: Transform, see: &mut impl FnMut(&str, [f64; 4])) {
    for (ponto, item) in quadro.items() {
        let aqui = ate_aqui.pre_concat(Transform::translate(ponto.x, ponto.y));
        match item {
            FrameItem::Group(grupo) => boxes(&grupo.frame, aqui.pre_concat(grupo.transform), see),
            FrameItem::Text(texto) => {
                let caixa = texto.bbox();
                see(&texto.text, corners(aqui, caixa.min, caixa.max));
            }
            FrameItem::Shape(forma, _) => {
                let caixa = forma.bbox(true);
                see("", corners(aqui, caixa.min, caixa.max));
            }
            FrameItem::Image(..) | FrameItem::Link(..) | FrameItem::Tag(_) => {}
        }
    }
}

fn corners(aqui: Transform, min: Point, max: Point) -> [f64; 4] {
    let (a, b) = (min.transform(aqui), max.transform(aqui));
    let pt = |abs: Abs| abs.to_pt();
    [pt(a.x.min(b.x)), pt(a.y.min(b.y)), pt(a.x.max(b.x)), pt(a.y.max(b.y))]
}

fn file(nome: &str) -> Result<FileId, LetterError> {
    let caminho = VirtualPath::new(nome).map_err(|erro| LetterError::Diagramacao(format!("{erro:?}")))?;
    Ok(RootedPath::new(VirtualRoot::Project, caminho).intern())
}

fn failed(erros: &EcoVec<SourceDiagnostic>) -> LetterError {
    // What our own layout says of itself; data is never in it.
    LetterError::Diagramacao(erros.iter().map(|erro| erro.message.to_string()).collect::<Vec<_>>().join("; "))
}

/// What the layout is given.
#[derive(Serialize)]
struct Dados {
    papel: PapelDado,
    cartas: Vec<CartaDada>,
}

#[derive(Serialize)]
struct PapelDado {
    segura: Janela,
    corpo: i32,
    dobras: Vec<i32>,
}

#[derive(Serialize)]
struct CartaDada {
    #[serde(flatten)]
    carta: Carta,
    curto: bool,
}

impl Dados {
    fn of(cartas: &[Carta], papel: Papel) -> Self {
        let dobras = papel.dobras.into_iter().flatten().collect();
        let papel = PapelDado { segura: papel.janela.segura(), corpo: papel.corpo(), dobras };
        Self { papel, cartas: cartas.iter().map(CartaDada::of).collect() }
    }
}

impl CartaDada {
    fn of(carta: &Carta) -> Self {
        let (linhas, letras) = CURTO;
        let curto = carta.endereco.len() <= linhas
            && carta.endereco.iter().all(|linha| linha.chars().count() <= letras);
        Self { carta: breakable(carta), curto }
    }
}

/// The same, in which no word is so long that it would leave the paper.
fn breakable(carta: &Carta) -> Carta {
    let no_texto = |texto: &String| in_pieces(texto, PALAVRA);
    let blocos = carta.blocos.iter().map(|bloco| match bloco {
        Bloco::Paragrafo(linhas) => Bloco::Paragrafo(linhas.iter().map(no_texto).collect()),
        Bloco::Tabela(tabela) => Bloco::Tabela(Tabela {
            linhas: tabela.linhas.iter().map(|linha| linha.each_ref().map(no_texto)).collect(),
            ..tabela.clone()
        }),
    });
    Carta {
        blocos: blocos.collect(),
        endereco: carta.endereco.iter().map(|linha| in_pieces(linha, PALAVRA_DO_ENDERECO)).collect(),
        identificacao: no_texto(&carta.identificacao),
        remetente: no_texto(&carta.remetente),
        ..carta.clone()
    }
}

/// With a place to break at, every ten letters, within words that are longer than this.
fn in_pieces(texto: &str, palavra: usize) -> String {
    let mut pronto = String::with_capacity(texto.len());
    let mut letras = 0;
    for letra in texto.chars() {
        letras = if letra.is_whitespace() { 0 } else { letras + 1 };
        if letras > palavra && letras % 10 == 1 {
            pronto.push('\u{200b}');
        }
        pronto.push(letra);
    }
    pronto
}

/// What the typesetter may look at while it sets these.
struct Mesa<'g> {
    grafica: &'g Grafica,
    dados: Bytes,
}

impl World for Mesa<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.grafica.biblioteca
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.grafica.livro
    }

    fn main(&self) -> FileId {
        self.grafica.principal.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.grafica.principal.id() {
            Ok(self.grafica.principal.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.grafica.dados { Ok(self.dados.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.grafica.fontes.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None // a letter says the day that it is given
    }
}
