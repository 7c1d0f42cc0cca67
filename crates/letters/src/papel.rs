//! Paper and envelopes, in tenths of a millimetre from the upper left corner of the first page, folded in three or in two.

use serde::Serialize;

/// The window of an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Janela {
    /// Its left edge.
    pub x: i32,
    /// Its upper edge.
    pub y: i32,
    /// How wide.
    pub largura: i32,
    /// How high.
    pub altura: i32,
}

/// How far paper slips in its envelope, in each direction.
const FOLGA: i32 = 50;

impl Janela {
    /// What may be seen through it, however the paper slipped. Only the address is printed there.
    #[must_use]
    pub const fn vista(self) -> Self {
        Self {
            x: self.x - FOLGA,
            y: self.y - FOLGA,
            largura: self.largura + 2 * FOLGA,
            altura: self.altura + 2 * FOLGA,
        }
    }

    /// What is seen through it, however the paper slipped. All of the address is there.
    #[must_use]
    pub const fn segura(self) -> Self {
        Self {
            x: self.x + FOLGA,
            y: self.y + FOLGA,
            largura: self.largura - 2 * FOLGA,
            altura: self.altura - 2 * FOLGA,
        }
    }
}

/// An envelope, and how a sheet of A4 is folded for it. Its window is data, because no norm of the country gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Papel {
    /// The envelope's window over the first page.
    pub janela: Janela,
    /// Where the sheet is folded, from above.
    pub dobras: [Option<i32>; 2],
}

impl Papel {
    /// DL (110 × 220 mm), C6/C5 and the like: folded in three.
    pub const DL: Self = Self {
        janela: Janela { x: 200, y: 450, largura: 900, altura: 450 },
        dobras: [Some(990), Some(1_980)],
    };
    /// Ofício (114 × 229 mm): folded in three, the window a little lower.
    pub const OFICIO: Self = Self {
        janela: Janela { x: 200, y: 480, largura: 900, altura: 450 },
        dobras: [Some(990), Some(1_980)],
    };
    /// C5 (162 × 229 mm): folded in two.
    pub const C5: Self =
        Self { janela: Janela { x: 200, y: 550, largura: 900, altura: 450 }, dobras: [Some(1_485), None] };

    /// Where the text of the first page begins.
    pub(crate) const fn corpo(self) -> i32 {
        let vista = self.janela.vista();
        vista.y + vista.altura + 60
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_window_lies_on_the_first_fold_of_the_sheet() {
        for papel in [Papel::DL, Papel::OFICIO, Papel::C5] {
            let vista = papel.janela.vista();
            assert!(vista.x >= 0 && vista.x + vista.largura <= 2_100);
            assert!(vista.y >= 0 && vista.y + vista.altura <= papel.dobras[0].unwrap() + FOLGA);
        }
    }
}
