//! What a row says: figures, their ratio, and the goal of that ratio.

use cobranca::terminal;
use serde_json::{Map, Value, json};

/// What a ratio is held to. A goal that is missed is printed as missed; a measurement never fails because of one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Meta {
    /// At least so much.
    AoMenos(f64),
    /// At most so much.
    NoMaximo(f64),
}

/// One row.
#[derive(Clone, Debug)]
pub(crate) struct Linha {
    /// Its name, by which `cargo bench … -- <nome>` asks for it.
    pub(crate) nome: &'static str,
    /// What was done.
    pub(crate) trabalho: String,
    /// What it is divided by.
    pub(crate) limite: String,
    /// Units of work a second.
    pub(crate) por_s: Option<f64>,
    /// Units of work a second of the limit.
    pub(crate) limite_por_s: Option<f64>,
    /// The ratio.
    pub(crate) razao: Option<f64>,
    /// What it is held to.
    pub(crate) meta: Option<Meta>,
    /// Seconds of the work.
    pub(crate) segundos: f64,
    /// More figures, each with its unit in its name.
    pub(crate) numeros: Vec<(String, f64)>,
}

impl Meta {
    fn met(self, razao: f64) -> bool {
        match self {
            Self::AoMenos(meta) => razao >= meta,
            Self::NoMaximo(meta) => razao <= meta,
        }
    }

    fn text(self) -> String {
        match self {
            Self::AoMenos(meta) => format!(">= {meta}"),
            Self::NoMaximo(meta) => format!("<= {meta}"),
        }
    }
}

impl Linha {
    /// A row that has no limit and no goal yet.
    pub(crate) fn new(nome: &'static str, trabalho: impl Into<String>, segundos: f64) -> Self {
        Self {
            nome,
            trabalho: trabalho.into(),
            limite: String::new(),
            por_s: None,
            limite_por_s: None,
            razao: None,
            meta: None,
            segundos,
            numeros: Vec::new(),
        }
    }

    /// The row divided by something.
    pub(crate) fn over(self, limite: impl Into<String>, razao: f64, meta: Meta) -> Self {
        Self { limite: limite.into(), razao: Some(razao), meta: Some(meta), ..self }
    }

    /// The row with one more figure.
    pub(crate) fn with(mut self, nome: impl Into<String>, numero: f64) -> Self {
        self.numeros.push((nome.into(), numero));
        self
    }

    fn verdict(&self) -> Option<bool> {
        Some(self.meta?.met(self.razao?))
    }

    fn to_json(&self) -> Value {
        let numeros: Map<String, Value> =
            self.numeros.iter().map(|(nome, s)| (nome.clone(), json!(round(*s)))).collect();
        json!({
            "row": self.nome,
            "work": self.trabalho,
            "rate": self.por_s.map(f64::round),
            "limit": self.limite,
            "limit_rate": self.limite_por_s.map(f64::round),
            "ratio": self.razao.map(round),
            "goal": self.meta.map(Meta::text),
            "met": self.verdict(),
            "seconds": round(self.segundos),
            "where_the_time_goes": numeros,
        })
    }
}

/// Says a row as soon as it is measured: one JSON line on standard output.
pub(crate) fn say(linha: Linha, todas: &mut Vec<Linha>) {
    terminal::line(&linha.to_json().to_string());
    todas.push(linha);
}

/// The table for people.
pub(crate) fn table(linhas: &[Linha]) {
    terminal::note(&format!(
        "\n{:<20} {:>9} {:>11} {:>8} {:>9}  {:<10} {:>9}",
        "linha", "por s", "limite/s", "razão", "meta", "", "segundos"
    ));
    for linha in linhas {
        let inteiro = |valor: Option<f64>| valor.map(|v| format!("{v:.0}")).unwrap_or_default();
        let veredito = linha.verdict().map_or("", |met| if met { "cumprida" } else { "PERDIDA" });
        terminal::note(&format!(
            "{:<20} {:>9} {:>11} {:>8} {:>9}  {veredito:<10} {:>9.3}",
            linha.nome,
            inteiro(linha.por_s),
            inteiro(linha.limite_por_s),
            linha.razao.map(|r| format!("{:.4}", round4(r))).unwrap_or_default(),
            linha.meta.map(Meta::text).unwrap_or_default(),
            linha.segundos,
        ));
        for (nome, numero) in &linha.numeros {
            terminal::note(&format!("{:<20} {numero:>9.3} {nome}", ""));
        }
    }
}

/// Three digits after the point, more where the figure itself is smaller than that.
fn round(valor: f64) -> f64 {
    if valor.abs() < 0.01 { (valor * 1e6).round() / 1e6 } else { (valor * 1e3).round() / 1e3 }
}

fn round4(valor: f64) -> f64 {
    (valor * 1e4).round() / 1e4
}
