//! What is put on pages after they were set: the bars of the CEP, and which sheet of which letter it is.

use typst::layout::{Abs, Em, Frame, FrameItem, Point};
use typst::syntax::Span;
use typst::text::{Font, FontInstance, FontVariant, FontVariations, Glyph, Lang, TextItem};
use typst::visualize::{Color, Curve, Geometry};

use crate::cepnet::Cepnet;
use crate::papel::Janela;

/// The bars, in thousandths of a millimetre: within what the mail allows.
const PASSO: i32 = 1_150;
const LARGURA: i32 = 500;
const ALTA: i32 = 3_175;
const CURTA: i32 = 1_270;
/// Where the sheet's number ends, in tenths of a millimetre from the left and from the bottom.
const NUMERO: (i32, i32) = (1_900, 100);

/// What is needed to put them there.
pub(crate) struct Marcas {
    fonte: FontInstance,
    tamanho: Abs,
}

fn mm10(decimos: i32) -> Abs {
    Abs::mm(f64::from(decimos)) / 10.0
}

fn micra(milesimos: i32) -> Abs {
    Abs::mm(f64::from(milesimos)) / 1_000.0
}

impl Marcas {
    pub(crate) fn new(fonte: &Font) -> Self {
        let tamanho = Abs::pt(7.0);
        let fonte = fonte.clone().instantiate(FontVariant::default(), tamanho, &FontVariations::default());
        Self { fonte, tamanho }
    }

    /// Which letter, and which sheet of how many, small at the foot: whoever fills envelopes sees that none is missing.
    pub(crate) fn stamp(&self, pagina: &mut Frame, sequencia: u32, (folha, de): (usize, usize)) {
        let Some(item) = self.text(&format!("{sequencia}  {folha}/{de}")) else { return };
        let (direita, baixo) = NUMERO;
        let onde = Point::new(mm10(direita) - item.width(), pagina.height() - mm10(baixo));
        pagina.push(onde, FrameItem::Text(item));
    }

    /// The bars, at the top of what is always seen through the window.
    pub(crate) fn bars(pagina: &mut Frame, segura: Janela, cep: Cepnet) {
        let mut curva = Curve::new();
        let base = micra(ALTA);
        for (n, alta) in (0_i32..).zip(cep.barras()) {
            let (esquerda, altura) = (micra(n * PASSO), micra(if alta { ALTA } else { CURTA }));
            let direita = esquerda + micra(LARGURA);
            curva.move_(Point::new(esquerda, base - altura));
            curva.line(Point::new(direita, base - altura));
            curva.line(Point::new(direita, base));
            curva.line(Point::new(esquerda, base));
            curva.close();
        }
        let onde = Point::new(mm10(segura.x), mm10(segura.y));
        pagina.push(onde, FrameItem::Shape(Geometry::Curve(curva).filled(Color::BLACK), Span::detached()));
    }

    /// A short text of letters that the font has one glyph each for.
    fn text(&self, texto: &str) -> Option<TextItem> {
        let glyph = |(onde, letra): (usize, char)| {
            let id = self.fonte.ttf().glyph_index(letra)?.0;
            let (comeco, fim) = (u16::try_from(onde).ok()?, u16::try_from(onde + letra.len_utf8()).ok()?);
            Some(Glyph {
                id,
                x_advance: self.fonte.x_advance(id)?,
                x_offset: Em::zero(),
                y_advance: Em::zero(),
                y_offset: Em::zero(),
                range: comeco..fim,
                span: (Span::detached(), 0),
            })
        };
        Some(TextItem {
            font: self.fonte.clone(),
            size: self.tamanho,
            fill: Color::BLACK.into(),
            stroke: None,
            lang: Lang::PORTUGUESE,
            region: None,
            text: texto.into(),
            glyphs: texto.char_indices().map(glyph).collect::<Option<Vec<_>>>()?,
        })
    }
}
