//! Two transactions at the same moment: one stops where it is told to, the other goes on.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::apoio::PRAZO;

/// A place in a transaction where it says that it is there and stays until it is told to go on.
pub(crate) struct Parada {
    chegou: Sender<()>,
    siga: Mutex<Receiver<()>>,
}

/// The other side of a [`Parada`].
pub(crate) struct Controle {
    chegou: Receiver<()>,
    siga: Sender<()>,
}

pub(crate) fn parada() -> (Parada, Controle) {
    let (chegou, recebe) = channel();
    let (siga, espera) = channel();
    (Parada { chegou, siga: Mutex::new(espera) }, Controle { chegou: recebe, siga })
}

impl Parada {
    pub(crate) fn stop(&self) {
        self.chegou.send(()).unwrap();
        self.siga.lock().unwrap().recv_timeout(PRAZO).unwrap();
    }
}

impl Controle {
    pub(crate) fn wait_until_there(&self) {
        self.chegou.recv_timeout(PRAZO).unwrap();
    }

    pub(crate) fn go_on(&self) {
        self.siga.send(()).unwrap();
    }
}
