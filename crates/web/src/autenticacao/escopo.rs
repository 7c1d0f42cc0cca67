//! The scopes of a key: one table, from which come the enum, its spelling and a marker type for each.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// The text names no scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("escopo desconhecido")]
pub struct EscopoDesconhecido;

/// A marker type that stands for one scope: what `Autorizado<…>` takes.
pub trait Exige: 'static {
    /// The scope.
    const ESCOPO: Escopo;
}

macro_rules! escopos {
    ($($grupo:ident { $($marca:ident = $variante:ident, $texto:literal, $doc:literal;)+ })+) => {
        /// O que uma chave pode fazer.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
        pub enum Escopo {
            $($(
                #[doc = $doc]
                #[schema(rename = $texto)]
                $variante,
            )+)+
        }

        impl Escopo {
            /// Every scope.
            pub const TODOS: &'static [Self] = &[$($(Self::$variante),+),+];

            /// The spelling in keys, documents and the database.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($(Self::$variante => $texto,)+)+ }
            }
        }

        impl FromStr for Escopo {
            type Err = EscopoDesconhecido;

            fn from_str(texto: &str) -> Result<Self, EscopoDesconhecido> {
                match texto { $($($texto => Ok(Self::$variante),)+)+ _ => Err(EscopoDesconhecido) }
            }
        }

        /// A type for each scope, as in `escopos::titulos::Escrever`.
        pub mod escopos {
            $(
                #[doc = concat!("Scopes of `", stringify!($grupo), "`.")]
                pub mod $grupo {
                    use super::super::{Escopo, Exige};
                    $(
                        #[doc = concat!("`", $texto, "`: ", $doc)]
                        #[derive(Clone, Copy, Debug)]
                        pub struct $marca;

                        impl Exige for $marca {
                            const ESCOPO: Escopo = Escopo::$variante;
                        }
                    )+
                }
            )+
        }
    };
}

escopos! {
    titulos {
        Ler = TitulosLer, "titulos:ler", "Reads títulos, devedores and credores.";
        Escrever = TitulosEscrever, "titulos:escrever", "Writes títulos, devedores and credores.";
    }
    negociacoes {
        Ler = NegociacoesLer, "negociacoes:ler", "Reads negotiations and policies, and makes proposals.";
        Escrever = NegociacoesEscrever, "negociacoes:escrever", "Makes, cancels and breaks negotiations.";
    }
    politicas {
        Escrever = PoliticasEscrever, "politicas:escrever", "Writes what negotiations may give away.";
    }
    contatos {
        Ler = ContatosLer, "contatos:ler", "Reads contacts and what they come to.";
        Escrever = ContatosEscrever, "contatos:escrever", "Writes contacts and what they come to.";
    }
    empresa {
        Ler = EmpresaLer, "empresa:ler", "Reads the company's own record.";
        Escrever = EmpresaEscrever, "empresa:escrever", "Changes the company's own record.";
    }
    chaves {
        Administrar = ChavesAdministrar, "chaves:administrar", "Makes and revokes API keys.";
    }
    reguas {
        Ler = ReguasLer, "reguas:ler", "Reads réguas.";
        Escrever = ReguasEscrever, "reguas:escrever", "Writes, activates and deactivates réguas.";
    }
    noites {
        Ler = NoitesLer, "noites:ler", "Reads nights and inscrições.";
        Executar = NoitesExecutar, "noites:executar", "Runs a night.";
    }
    simulacoes {
        Ler = SimulacoesLer, "simulacoes:ler", "Reads simulations.";
        Executar = SimulacoesExecutar, "simulacoes:executar", "Simulates réguas.";
    }
    execucoes {
        Ler = ExecucoesLer, "execucoes:ler", "Reads execuções.";
        Escrever = ExecucoesEscrever, "execucoes:escrever", "Sends executions again, settles doubts, stops channels.";
    }
    arquivos {
        Ler = ArquivosLer, "arquivos:ler", "Reads and downloads files.";
        Escrever = ArquivosEscrever, "arquivos:escrever", "Marks letters as printed, posted, and returned.";
    }
    negativacoes {
        Ler = NegativacoesLer, "negativacoes:ler", "Reads entries at bureaus, remessas and deadlines.";
        Escrever = NegativacoesEscrever, "negativacoes:escrever", "Takes entries off, receives retornos, keeps accounts at bureaus.";
    }
    enriquecimento {
        Ler = EnriquecimentoLer, "enriquecimento:ler", "Reads queries about debtors and what they cost.";
        Escrever = EnriquecimentoEscrever, "enriquecimento:escrever", "Chooses what queries may cost and are for.";
    }
    linha_do_tempo {
        Ler = LinhaDoTempoLer, "linha_do_tempo:ler", "Reads all that happened to a debtor, whatever it is.";
    }
    templates {
        Ler = TemplatesLer, "templates:ler", "Reads templates.";
        Escrever = TemplatesEscrever, "templates:escrever", "Writes and archives templates.";
        Visualizar = TemplatesVisualizar, "templates:visualizar", "Sees what a text says to a debtor.";
    }
    acoes_em_lote {
        Ler = AcoesEmLoteLer, "acoes_em_lote:ler", "Reads batch actions and whom they are for.";
        Escrever = AcoesEmLoteEscrever, "acoes_em_lote:escrever", "Selects, confirms and cancels batch actions.";
    }
    relogio {
        Escrever = RelogioEscrever, "relogio:escrever", "Moves the sandbox clock.";
    }
}

impl fmt::Display for Escopo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Escopo {
    fn serialize<S: Serializer>(&self, saida: S) -> Result<S::Ok, S::Error> {
        saida.serialize_str(self.as_str())
    }
}

/// The scopes of one key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Escopos(BTreeSet<Escopo>);

impl Escopos {
    /// Every scope there is.
    #[must_use]
    pub fn todos() -> Self {
        Escopo::TODOS.iter().copied().collect()
    }

    /// Whether `escopo` is one of them.
    #[must_use]
    pub fn contem(&self, escopo: Escopo) -> bool {
        self.0.contains(&escopo)
    }

    /// The scopes, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = Escopo> {
        self.0.iter().copied()
    }
}

impl FromIterator<Escopo> for Escopos {
    fn from_iter<I: IntoIterator<Item = Escopo>>(escopos: I) -> Self {
        Self(escopos.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_reads_back_and_no_other_text_is_one() {
        for escopo in Escopo::TODOS {
            assert_eq!(escopo.as_str().parse(), Ok(*escopo));
        }
        assert_eq!("titulos:apagar".parse::<Escopo>(), Err(EscopoDesconhecido));
        assert_eq!(Escopos::todos().iter().count(), 31);
    }

    #[test]
    fn a_marker_stands_for_its_own_scope() {
        assert_eq!(escopos::titulos::Escrever::ESCOPO, Escopo::TitulosEscrever);
        assert_eq!(escopos::relogio::Escrever::ESCOPO.to_string(), "relogio:escrever");
    }

    #[test]
    fn a_set_opens_what_it_holds_and_nothing_else() {
        let escopos: Escopos = [Escopo::TitulosLer].into_iter().collect();
        assert!(escopos.contem(Escopo::TitulosLer));
        assert!(!escopos.contem(Escopo::TitulosEscrever));
        assert_eq!(serde_json::to_value(Escopo::NoitesExecutar).unwrap(), "noites:executar");
    }
}
