//! The títulos that are sent: as lines of a file, or as items of a push.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// What a delta adds to the values that were there, in centavos: each one its own.
const AUMENTO: u32 = 10_000;

/// A portfolio that grows from delta to delta.
pub(super) struct Carteira {
    /// Lines of the first load.
    pub(super) linhas: u32,
    devedores: u32,
    /// The last título so far.
    ultimo: u32,
    valor: u32,
}

/// One título.
struct Titulo {
    n: u32,
    devedor: u64,
    centavos: u32,
}

impl Carteira {
    pub(super) fn new(linhas: u32) -> Self {
        Self { linhas, devedores: (linhas / 3).max(1), ultimo: 0, valor: AUMENTO }
    }

    /// The first load.
    pub(super) fn first(&mut self) -> String {
        self.ultimo = self.linhas;
        self.some(self.linhas)
    }

    /// The beginning of the first load.
    pub(super) fn some(&self, linhas: u32) -> String {
        csv((1..=linhas).map(|n| self.titulo(n)))
    }

    /// The next delta, and its first título.
    pub(super) fn delta(&mut self, linhas: u32) -> (String, u32) {
        let de = self.grow(linhas);
        (csv((de..de + linhas).map(|n| self.titulo(n))), de)
    }

    /// The next delta, as bodies of `PUT /v1/titulos`.
    pub(super) fn push(&mut self, itens: u32) -> Vec<Vec<u8>> {
        let de = self.grow(itens);
        let itens: Vec<Value> = (de..de + itens).map(|n| self.titulo(n).to_json()).collect();
        itens.chunks(1_000).map(|corpo| json!(corpo).to_string().into_bytes()).collect()
    }

    /// Makes room for as many, half of which are there already.
    fn grow(&mut self, linhas: u32) -> u32 {
        let novas = linhas / 2;
        self.valor += AUMENTO;
        self.ultimo += novas;
        self.ultimo + 1 - linhas
    }

    /// A debtor comes back after every other one has come.
    fn titulo(&self, n: u32) -> Titulo {
        let devedor = u64::from(n) * 2_654_435_761 % u64::from(self.devedores);
        Titulo { n, devedor, centavos: self.valor + n % 5_000 }
    }
}

impl Titulo {
    /// Due date and creditor.
    fn parts(&self) -> (String, u32) {
        (format!("2026-{:02}-{:02}", 1 + self.n % 12, 1 + self.n % 28), self.n % 40)
    }

    fn to_json(&self) -> Value {
        let (Self { n, devedor, centavos }, (vencimento, credor)) = (self, self.parts());
        json!({
            "codigo_integracao": format!("T{n}"), "numero": format!("NF {n}"), "vencimento": vencimento,
            "valor": format!("{}.{:02}", centavos / 100, centavos % 100),
            "devedor": {"codigo_integracao": format!("D{devedor}"), "nome": format!("Devedor {devedor}")},
            "credor": {"codigo_integracao": format!("C{credor}"), "nome": format!("Credor {credor}")},
        })
    }
}

fn csv(titulos: impl Iterator<Item = Titulo>) -> String {
    let mut csv = String::from(
        "codigo_integracao;numero;vencimento;valor;devedor_codigo;devedor_nome;credor_codigo;credor_nome\n",
    );
    for titulo in titulos {
        let (Titulo { n, devedor, centavos }, (vencimento, credor)) = (&titulo, titulo.parts());
        let (reais, centavos) = (centavos / 100, centavos % 100);
        // Writing to a string cannot fail.
        writeln!(
            csv,
            "T{n};NF {n};{vencimento};{reais},{centavos:02};D{devedor};Devedor {devedor};C{credor};Credor {credor}"
        )
        .ok();
    }
    csv
}
