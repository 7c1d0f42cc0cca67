//! The states of a batch, and the ways between them.

use crate::codigo::codigos;
use crate::execucao::{Canal, Estado};

codigos! {
    /// Where a batch is (rules b05, b18).
    pub enum EstadoLote("status") {
        /// Begun; nobody is selected.
        Rascunho = "rascunho",
        /// Who is meant is chosen, and counted.
        Selecionado = "selecionado",
        /// What they are told is chosen too.
        Mensagem = "mensagem",
        /// Confirmed: its debtors are fixed, and a worker will take it.
        NaFila = "na_fila",
        /// A worker makes its executions, or these are under way.
        Processando = "processando",
        /// All of them ended, and well.
        Concluida = "concluida",
        /// All of them ended, not all of them well.
        ConcluidaComErros = "concluida_com_erros",
        /// Called off; what had left before has left.
        Cancelada = "cancelada",
    }
}

/// What happens to a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventoLote {
    /// Somebody chooses who is meant, or chooses anew: what they were to be told is to be chosen again.
    Selecionar,
    /// Somebody chooses what they are told.
    EscolherMensagem,
    /// Somebody confirms what was shown.
    Confirmar,
    /// A worker begins.
    Iniciar,
    /// All of it ended well.
    Concluir,
    /// All of it ended, not all of it well.
    ConcluirComErros,
    /// Somebody calls it off.
    Cancelar,
}

impl EventoLote {
    /// Every event.
    pub const TODOS: &'static [Self] = &[
        Self::Selecionar,
        Self::EscolherMensagem,
        Self::Confirmar,
        Self::Iniciar,
        Self::Concluir,
        Self::ConcluirComErros,
        Self::Cancelar,
    ];

    /// Rule b18: how a batch ends whose items are in these states, so many in each: with errors if any of it failed, came back or
    /// went stale. What was rightly not sent is no error. `None` while any of it is under way or in doubt.
    #[must_use]
    pub fn do_fim(andamento: &[(Estado, i64)]) -> Option<Self> {
        let ha = |quais: fn(Estado) -> bool| andamento.iter().any(|(estado, n)| *n > 0 && quais(*estado));
        if ha(|estado| !estado.terminou()) {
            None
        } else if ha(went_wrong) {
            Some(Self::ConcluirComErros)
        } else {
            Some(Self::Concluir)
        }
    }
}

const fn went_wrong(estado: Estado) -> bool {
    match estado {
        Estado::Falhou | Estado::Devolvida | Estado::Expirada => true,
        Estado::Pendente
        | Estado::Enfileirada
        | Estado::Enviando
        | Estado::Enviada
        | Estado::Entregue
        | Estado::Lida
        | Estado::Descartada
        | Estado::Incerta
        | Estado::RevisaoManual => false,
    }
}

impl EstadoLote {
    /// Where the event leads from here; `None` when it cannot happen here. What has no text (rule r09) is confirmed as soon as
    /// its debtors are chosen, and has no message to choose.
    #[must_use]
    pub const fn depois(self, evento: EventoLote, tipo: Canal) -> Option<Self> {
        use EstadoLote as E;
        Some(match (self, evento, tipo.exige_conteudo()) {
            (E::Rascunho | E::Selecionado | E::Mensagem, EventoLote::Selecionar, _) => E::Selecionado,
            (E::Selecionado | E::Mensagem, EventoLote::EscolherMensagem, true) => E::Mensagem,
            (E::Mensagem, EventoLote::Confirmar, true) | (E::Selecionado, EventoLote::Confirmar, false) => {
                E::NaFila
            }
            (E::NaFila, EventoLote::Iniciar, _) => E::Processando,
            // What comes after the end may say that it went otherwise.
            (E::Processando | E::ConcluidaComErros, EventoLote::Concluir, _) => E::Concluida,
            (E::Processando | E::Concluida, EventoLote::ConcluirComErros, _) => E::ConcluidaComErros,
            (
                E::Rascunho | E::Selecionado | E::Mensagem | E::NaFila | E::Processando,
                EventoLote::Cancelar,
                _,
            ) => E::Cancelada,
            _ => return None,
        })
    }

    /// Whether somebody confirmed it, and it was not called off since: its debtors and its text are fixed.
    #[must_use]
    pub const fn confirmado(self) -> bool {
        match self {
            Self::NaFila | Self::Processando | Self::Concluida | Self::ConcluidaComErros => true,
            Self::Rascunho | Self::Selecionado | Self::Mensagem | Self::Cancelada => false,
        }
    }

    /// Whether nothing is done for it any more; what comes back later still says how it went.
    #[must_use]
    pub const fn terminou(self) -> bool {
        match self {
            Self::Concluida | Self::ConcluidaComErros | Self::Cancelada => true,
            Self::Rascunho | Self::Selecionado | Self::Mensagem | Self::NaFila | Self::Processando => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn andar(tipo: Canal, eventos: &[EventoLote]) -> Vec<EstadoLote> {
        let mut estados = vec![EstadoLote::Rascunho];
        for evento in eventos {
            let aqui = estados[estados.len() - 1];
            estados.extend(aqui.depois(*evento, tipo));
        }
        estados
    }

    proptest! {
        /// Rules b05, b15: whatever is asked for in whatever order, a batch is confirmed once at most, only after somebody was
        /// selected, and with a message chosen for that selection where its kind has one.
        #[test]
        fn b15_nothing_is_confirmed_twice_nor_before_it_is_whole(
            tipo in prop::sample::select(Canal::TODOS),
            eventos in prop::collection::vec(prop::sample::select(EventoLote::TODOS), 0..40),
        ) {
            let (mut estado, mut selecao, mut mensagem, mut confirmacoes) = (EstadoLote::Rascunho, false, false, 0);
            for evento in eventos {
                let Some(depois) = estado.depois(evento, tipo) else { continue };
                match evento {
                    EventoLote::Selecionar => (selecao, mensagem) = (true, false),
                    EventoLote::EscolherMensagem => mensagem = true,
                    EventoLote::Confirmar => {
                        confirmacoes += 1;
                        prop_assert!(selecao && mensagem == tipo.exige_conteudo());
                    }
                    EventoLote::Iniciar | EventoLote::Concluir | EventoLote::ConcluirComErros
                    | EventoLote::Cancelar => {}
                }
                prop_assert!(!estado.terminou() || depois.terminou(), "{estado} is an end");
                prop_assert!(estado != EstadoLote::Cancelada);
                prop_assert!(!(estado.confirmado() && depois < EstadoLote::NaFila), "{estado} -> {depois}");
                estado = depois;
            }
            prop_assert!(confirmacoes <= 1);
        }
    }

    #[test]
    fn b05_a_draft_goes_forward_and_back() {
        use EstadoLote as E;
        use EventoLote as V;
        let caminho = [V::Selecionar, V::EscolherMensagem, V::Selecionar, V::EscolherMensagem, V::Confirmar];
        let passou = [E::Rascunho, E::Selecionado, E::Mensagem, E::Selecionado, E::Mensagem, E::NaFila];
        assert_eq!(andar(Canal::Email, &caminho), passou);
        let sem_texto = [E::Rascunho, E::Selecionado, E::Selecionado, E::NaFila];
        assert_eq!(andar(Canal::Enriquecimento, &caminho), sem_texto);
    }

    #[test]
    fn b18_only_what_failed_came_back_or_went_stale_is_an_error_and_a_doubt_is_no_end() {
        for estado in Estado::TODOS {
            let erro = matches!(estado, Estado::Falhou | Estado::Devolvida | Estado::Expirada);
            let fim = if erro { EventoLote::ConcluirComErros } else { EventoLote::Concluir };
            let fim = estado.terminou().then_some(fim);
            assert_eq!(EventoLote::do_fim(&[(Estado::Enviada, 9), (*estado, 1)]), fim, "{estado}");
            assert_eq!(EventoLote::do_fim(&[(*estado, 0)]), Some(EventoLote::Concluir), "{estado}");
        }
        let os_dois = [(Estado::Falhou, 1), (Estado::Incerta, 1)];
        assert_eq!(EventoLote::do_fim(&os_dois), None, "a doubt is no end");
    }

    #[test]
    fn every_state_is_reached_and_every_one_that_is_no_end_has_a_way_on() {
        for tipo in Canal::TODOS {
            let mut vistos = vec![EstadoLote::Rascunho];
            let mut i = 0;
            while i < vistos.len() {
                let depois = EventoLote::TODOS.iter().filter_map(|evento| vistos[i].depois(*evento, *tipo));
                let novos: Vec<_> = depois.filter(|estado| !vistos.contains(estado)).collect();
                assert_eq!(vistos[i].terminou(), vistos[i].depois(EventoLote::Cancelar, *tipo).is_none());
                for novo in novos {
                    if !vistos.contains(&novo) {
                        vistos.push(novo);
                    }
                }
                i += 1;
            }
            vistos.sort_unstable();
            let todos = EstadoLote::TODOS.iter().copied();
            let todos: Vec<_> =
                todos.filter(|e| *e != EstadoLote::Mensagem || tipo.exige_conteudo()).collect();
            assert_eq!(vistos, todos, "{tipo}");
        }
    }
}
