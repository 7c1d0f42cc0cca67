//! A row: two times, their ratio, and where the first of them went.

use std::collections::BTreeMap;
use std::time::Duration;

use testkit::Gasto;

use crate::linha::{Linha, Meta};

/// Statements that a row names; the rest stands under `outros`.
const NOMEADOS: usize = 8;
const ESQUEMAS: [&str; 3] = ["cadastro.", "regua.", "disparo."];

/// One measurement beside its limit.
pub(crate) struct Razao {
    /// Name of the row.
    pub(crate) linha: &'static str,
    /// What was done.
    pub(crate) trabalho: &'static str,
    /// What the limit does.
    pub(crate) limite: &'static str,
    /// Units of work.
    pub(crate) unidades: u32,
    /// The system's time.
    pub(crate) tempo: Duration,
    /// The limit's time.
    pub(crate) tempo_limite: Duration,
    /// What the ratio is held to.
    pub(crate) meta: Option<Meta>,
    /// Seconds of the system's time, by what they were spent on.
    pub(crate) onde: Vec<(String, f64)>,
}

impl Razao {
    fn rate(&self, tempo: Duration) -> f64 {
        f64::from(self.unidades) / tempo.as_secs_f64()
    }

    fn ratio(&self) -> f64 {
        self.tempo_limite.as_secs_f64() / self.tempo.as_secs_f64()
    }

    /// The row it makes.
    pub(crate) fn into_linha(self) -> Linha {
        let (razao, segundos) = (self.ratio(), self.tempo.as_secs_f64());
        let (por_s, limite_por_s) = (self.rate(self.tempo), self.rate(self.tempo_limite));
        Linha {
            limite: self.limite.to_owned(),
            por_s: Some(por_s),
            limite_por_s: Some(limite_por_s),
            razao: Some(razao),
            meta: self.meta,
            numeros: self.onde,
            ..Linha::new(self.linha, self.trabalho, segundos)
        }
    }
}

/// The one with the median ratio.
pub(crate) fn median(mut razoes: Vec<Razao>) -> Option<Razao> {
    razoes.sort_by(|a, b| a.ratio().total_cmp(&b.ratio()));
    let meio = razoes.len() / 2;
    razoes.into_iter().nth(meio)
}

/// Seconds by statement, the costliest first, told by its verb and its first table. What PostgreSQL did not spend is
/// the system's own: `fora do banco`. With several clients at a time the database's seconds overlap, and there is none.
pub(crate) fn spending(gastos: &[Gasto], tempo: Duration) -> Vec<(String, f64)> {
    let mut soma: BTreeMap<String, f64> = BTreeMap::new();
    for gasto in gastos {
        *soma.entry(label(&gasto.comando)).or_default() += gasto.segundos;
    }
    let no_banco: f64 = soma.values().sum();
    let mut onde: Vec<(String, f64)> = soma.into_iter().collect();
    onde.sort_by(|a, b| b.1.total_cmp(&a.1));
    let outros: f64 = onde.drain(NOMEADOS.min(onde.len())..).map(|(_, s)| s).sum();
    onde.push(("outros".to_owned(), outros));
    let fora = tempo.as_secs_f64() - no_banco;
    if fora > 0.0 {
        onde.push(("fora do banco".to_owned(), fora));
    }
    onde
}

fn label(comando: &str) -> String {
    let mut palavras = comando.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'));
    let verbo = palavras.next().unwrap_or_default().to_uppercase();
    let tabela = palavras.find(|palavra| ESQUEMAS.iter().any(|esquema| palavra.starts_with(esquema)));
    tabela.map_or_else(|| verbo.clone(), |tabela| format!("{verbo} {tabela}"))
}
