//! Chance from a seed, the same on every machine (`SplitMix64`).

pub(crate) struct Sorteio(u64);

impl Sorteio {
    pub(crate) fn new(semente: u64) -> Self {
        Self(semente.wrapping_mul(0xd134_2543_de82_ef95).wrapping_add(1))
    }

    /// From `de` to `ate`, both included.
    pub(crate) fn entre(&mut self, de: i64, ate: i64) -> i64 {
        let quantos = u64::try_from(ate - de + 1).unwrap();
        de + i64::try_from(self.proximo() % quantos).unwrap()
    }

    /// An index of a list of `n`, which may not be empty.
    pub(crate) fn indice(&mut self, n: usize) -> usize {
        let n = u64::try_from(n).unwrap();
        usize::try_from(self.proximo() % n).unwrap()
    }

    /// True so many times in a hundred.
    pub(crate) fn chance(&mut self, em_cem: i64) -> bool {
        self.entre(0, 99) < em_cem
    }

    pub(crate) fn talvez<T>(&mut self, em_cem: i64, valor: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.chance(em_cem).then(|| valor(self))
    }

    /// One of them, if there is any.
    pub(crate) fn um_de<T: Copy>(&mut self, lista: &[T]) -> Option<T> {
        (!lista.is_empty()).then(|| lista[self.indice(lista.len())])
    }

    fn proximo(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
