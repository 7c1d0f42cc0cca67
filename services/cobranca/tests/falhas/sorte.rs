//! Chance that is told apart by its seed, and the same wherever it is told again.
#![cfg(test)]

/// `SplitMix64`.
#[derive(Clone, Debug)]
pub(crate) struct Sorte(u64);

impl Sorte {
    pub(crate) fn new(semente: u64) -> Self {
        Self(semente)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to one less than `limite`.
    pub(crate) fn below(&mut self, limite: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limite).unwrap()).unwrap()
    }

    pub(crate) fn shuffle<T>(&mut self, itens: &mut [T]) {
        for n in (1..itens.len()).rev() {
            itens.swap(n, self.below(n + 1));
        }
    }
}

/// A number of a text, the same every time: chance for each message, whenever it comes.
pub(crate) fn digest(semente: u64, texto: &str) -> u64 {
    texto.bytes().fold(Sorte::new(semente).next(), |soma, byte| Sorte::new(soma ^ u64::from(byte)).next())
}
