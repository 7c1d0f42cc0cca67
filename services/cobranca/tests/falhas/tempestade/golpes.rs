//! The faults that a storm deals, one at a time.

use crate::sorte::Sorte;

/// One fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Golpe {
    MatarDispatcher,
    AdormecerDispatcher,
    EncerrarDispatcher,
    MatarMotor,
    FecharConexoes,
    ApagarFilas,
    Alarme,
    ReiniciarBroker,
    MatarBroker,
    PerderDisco,
    CortarSessoes,
    MatarBanco,
    Duplicar,
    Envenenar,
}

use Golpe as G;

impl Golpe {
    pub(super) fn name(self) -> &'static str {
        match self {
            G::MatarDispatcher => "kill -9 de dispatcher",
            G::AdormecerDispatcher => "SIGSTOP além do lease",
            G::EncerrarDispatcher => "SIGTERM de dispatcher",
            G::MatarMotor => "kill -9 de regua-engine",
            G::FecharConexoes => "conexões do broker fechadas",
            G::ApagarFilas => "filas apagadas",
            G::Alarme => "alarme de memória do broker",
            G::ReiniciarBroker => "reinício do broker",
            G::MatarBroker => "kill -9 do broker",
            G::PerderDisco => "broker sem o seu disco",
            G::CortarSessoes => "sessões do PostgreSQL cortadas",
            G::MatarBanco => "kill -9 do PostgreSQL",
            G::Duplicar => "avisos repetidos, fora de ordem e alheios",
            G::Envenenar => "mensagens ilegíveis",
        }
    }

    /// What a round deals, in its order: each kind at least once, but of what takes a broker away only so many.
    pub(super) fn of_a_round(sorte: &mut Sorte, vezes: usize, quedas: usize) -> Vec<Self> {
        let leves = [
            G::MatarDispatcher,
            G::MatarDispatcher,
            G::MatarDispatcher,
            G::EncerrarDispatcher,
            G::CortarSessoes,
            G::CortarSessoes,
            G::FecharConexoes,
            G::Duplicar,
            G::Envenenar,
        ];
        let uma_vez = [G::AdormecerDispatcher, G::MatarMotor, G::ApagarFilas, G::Alarme, G::MatarBanco];
        let mut pesados = [G::ReiniciarBroker, G::MatarBroker, G::PerderDisco];
        sorte.shuffle(&mut pesados);
        let mut golpes: Vec<Self> = std::iter::repeat_n(leves, vezes).flatten().collect();
        golpes.extend(uma_vez);
        golpes.extend(&pesados[..quedas]);
        sorte.shuffle(&mut golpes);
        // What the queues were given before may have gone with them.
        golpes.extend([G::Envenenar, G::Duplicar]);
        golpes
    }
}
