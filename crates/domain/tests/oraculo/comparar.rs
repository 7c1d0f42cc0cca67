//! The same year through the model and through `decide`, and every night of it compared.

use crate::calendario::{Dia, escrever};
use crate::eventos::{Evento, Eventos};
use crate::historia::{Costumes, Historia};
use crate::modelo::Modelo;
use crate::mundo::Mundo;
use crate::ponte;
use crate::quadro::Quadro;
use domain::ids::{DevedorId, ExecucaoId};
use domain::regua::{Decisao, Devedor, Reguas, decide};
use std::collections::BTreeSet;
use std::fmt;
use uuid::Uuid;

/// Where the two tell different stories.
pub(crate) struct Diferenca {
    pub(crate) dia: Dia,
    motor: &'static str,
    queixa: Option<&'static str>,
    esperado: Quadro,
    visto: Quadro,
}

/// `decide` and what it left, in one of the two ways of calling it.
struct Motor {
    nome: &'static str,
    /// Decides only when something happened since, or when it said it would.
    so_quando_preciso: bool,
    devedor: Devedor,
    proxima: Option<Dia>,
    execucoes: BTreeSet<ExecucaoId>,
    /// What it did that needs no model to be wrong.
    queixa: Option<&'static str>,
}

/// What a night is decided over.
struct Noite<'a> {
    hoje: Dia,
    mundo: &'a Mundo,
    reguas: &'a Reguas,
    costumes: Costumes,
    /// Something happened since the last one.
    houve_fato: bool,
}

/// Lives the whole history; what it came across, or the first difference.
pub(crate) fn comparar(historia: &Historia) -> Result<Eventos, Box<Diferenca>> {
    let mut mundo = historia.mundo.clone();
    let mut modelo = Modelo::default();
    let mut motores = [Motor::new("toda noite", false), Motor::new("só quando preciso", true)];
    let mut eventos = Eventos::default();
    let mut fatos = historia.fatos.iter().peekable();
    let (mut houve_fato, mut reguas) = (true, ponte::reguas(&mundo, 0, false));
    for hoje in historia.inicio..historia.inicio + historia.dias {
        modelo.amanhecer();
        while let Some((_, fato)) = fatos.next_if(|(dia, _)| *dia <= hoje) {
            mundo.acontecer(fato);
            houve_fato = true;
        }
        if historia.perdidas.contains(&hoje) {
            eventos.viu(Evento::NoitePerdida);
            continue;
        }
        if houve_fato {
            reguas = ponte::reguas(&mundo, giro(hoje), historia.costumes.sem_arquivadas);
        }
        if historia.costumes.vira_antes {
            mundo.virar(hoje);
        }
        let esperado = modelo.noite(&mundo, hoje, &mut eventos);
        let noite = Noite { hoje, mundo: &mundo, reguas: &reguas, costumes: historia.costumes, houve_fato };
        for motor in &mut motores {
            let visto = motor.noite(&noite, &mut eventos);
            if visto != esperado || motor.queixa.is_some() {
                let (motor, queixa) = (motor.nome, motor.queixa);
                return Err(Box::new(Diferenca { dia: hoje, motor, queixa, esperado, visto }));
            }
        }
        mundo.virar(hoje);
        houve_fato = false;
    }
    Ok(eventos)
}

impl Motor {
    fn new(nome: &'static str, so_quando_preciso: bool) -> Self {
        let devedor = Devedor::novo(DevedorId::new(Uuid::from_u128(7)));
        Self { nome, so_quando_preciso, devedor, proxima: None, execucoes: BTreeSet::new(), queixa: None }
    }

    fn noite(&mut self, noite: &Noite<'_>, eventos: &mut Eventos) -> Quadro {
        let hoje = noite.hoje;
        let chegou = self.proxima.is_some_and(|proxima| proxima <= hoje);
        if self.so_quando_preciso && !noite.houve_fato && !chegou {
            eventos.viu(Evento::NoitePulada);
            return ponte::mostrar(&Decisao::default(), &self.devedor, &self.devedor);
        }
        ponte::escrever_em(&mut self.devedor, noite.mundo, giro(hoje), noite.costumes.so_os_vivos);
        let antes = self.devedor.clone();
        let (data, regras) = (ponte::data(hoje), ponte::regras(&noite.mundo.regras));
        let decisao = decide(noite.reguas, &antes, data, &regras);
        self.devedor.aplicar(&decisao);
        self.proxima = decisao.proxima.map(ponte::dia);
        let quadro = ponte::mostrar(&decisao, &antes, &self.devedor);
        self.queixa = self.queixa_de(&decisao, hoje).or_else(|| {
            let de_novo = || decide(noite.reguas, &self.devedor, data, &regras);
            let ainda = !decisao.sem_efeito() && !de_novo().sem_efeito();
            ainda.then_some("a mesma noite, de novo, ainda decide algo")
        });
        quadro
    }

    fn queixa_de(&mut self, decisao: &Decisao, hoje: Dia) -> Option<&'static str> {
        // Rule m02.
        if !decisao.acoes.iter().all(|acao| self.execucoes.insert(acao.execucao)) {
            return Some("uma execução aconteceu duas vezes");
        }
        self.proxima
            .is_some_and(|proxima| proxima <= hoje)
            .then_some("a próxima data não vem depois desta noite")
    }
}

/// Which row comes first changes every day.
fn giro(hoje: Dia) -> usize {
    usize::try_from(hoje).unwrap()
}

impl fmt::Display for Diferenca {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  na noite de {} ({}):", escrever(self.dia), self.motor)?;
        if let Some(queixa) = self.queixa {
            writeln!(f, "  {queixa}")?;
        }
        write!(f, "  o modelo diz\n{}  decide diz\n{}", self.esperado, self.visto)
    }
}
