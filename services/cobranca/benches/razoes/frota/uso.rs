//! What the machine and some processes on it have worked.

use std::fs;

use cobranca::Resultado;

/// Ticks since the machine began, of all its cores, and those of some processes.
#[derive(Clone, Debug)]
pub(super) struct Uso {
    nucleos: f64,
    passados: f64,
    ocupados: f64,
    dos_processos: f64,
}

impl Uso {
    /// Up to now.
    pub(super) fn now(processos: impl Iterator<Item = u32>) -> Resultado<Self> {
        let (passados, ocupados) = machine(&fs::read_to_string("/proc/stat")?).ok_or("/proc/stat não diz")?;
        let mut dos_processos = 0.0;
        for pid in processos {
            let texto = fs::read_to_string(format!("/proc/{pid}/stat"))?;
            dos_processos += process(&texto).ok_or("o processo não diz o que gastou")?;
        }
        let nucleos = f64::from(u32::try_from(std::thread::available_parallelism()?.get())?);
        Ok(Self { nucleos, passados, ocupados, dos_processos })
    }

    /// Since then.
    pub(super) fn since(&self, antes: &Self) -> Self {
        Self {
            nucleos: self.nucleos,
            passados: self.passados - antes.passados,
            ocupados: self.ocupados - antes.ocupados,
            dos_processos: self.dos_processos - antes.dos_processos,
        }
    }

    /// Cores at work.
    pub(super) fn nucleos(&self) -> f64 {
        self.nucleos * self.ocupados / self.passados.max(1.0)
    }

    /// Cores at work for the processes.
    pub(super) fn nucleos_dos_processos(&self) -> f64 {
        self.nucleos * self.dos_processos / self.passados.max(1.0)
    }
}

/// Ticks that passed and ticks that were worked: `cpu user nice system idle iowait irq softirq steal …`.
fn machine(stat: &str) -> Option<(f64, f64)> {
    let linha = stat.lines().next()?.strip_prefix("cpu ")?;
    let campos: Vec<f64> = linha.split_whitespace().take(8).map_while(|campo| campo.parse().ok()).collect();
    let passados: f64 = campos.iter().sum();
    Some((passados, passados - campos.get(3)? - campos.get(4)?))
}

/// Its user and system ticks: the fourteenth and fifteenth field, the second of which may hold spaces.
fn process(stat: &str) -> Option<f64> {
    let (_, resto) = stat.rsplit_once(") ")?;
    let mut campos = resto.split_whitespace().skip(11).map_while(|campo| campo.parse::<f64>().ok());
    Some(campos.next()? + campos.next()?)
}
