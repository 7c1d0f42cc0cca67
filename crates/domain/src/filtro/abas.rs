//! The five tabs, each described once: how it is read, written and said follows from that.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Quais;
use super::leitura::{Leitor, escrever_faixa, escrever_lista, escrever_sim};
use super::palavras::{dizer_faixa, dizer_lista, dizer_sim};
use super::valores::{Cidade, Faixa, Termo};
use crate::dinheiro::Centavos;
use crate::documento::TipoPessoa;
use crate::endereco::Uf;
use crate::ids::{PosicaoId, ReguaId, ResultadoContatoId};
use crate::negociacao::EstadoNegociacao;
use crate::titulo::StatusTitulo;

/// A field as it is kept.
macro_rules! campo {
    (lista $tipo:ty) => { BTreeSet<$tipo> };
    (faixa $tipo:ty) => { Faixa<$tipo> };
    (sim $tipo:ty) => { $tipo };
}

/// Reads, writes or says a field by its kind.
macro_rules! por_especie {
    (ler lista $leitor:expr, $nome:expr) => {
        $leitor.lista($nome)
    };
    (ler faixa $leitor:expr, $nome:expr) => {
        $leitor.faixa($nome)
    };
    (ler sim $leitor:expr, $nome:expr) => {
        $leitor.sim($nome)
    };
    (escrever lista $campos:expr, $nome:expr, $valor:expr) => {
        escrever_lista($campos, $nome, $valor)
    };
    (escrever faixa $campos:expr, $nome:expr, $valor:expr) => {
        escrever_faixa($campos, $nome, $valor)
    };
    (escrever sim $campos:expr, $nome:expr, $valor:expr) => {
        escrever_sim($campos, $nome, *$valor)
    };
    (dizer lista $texto:expr, $valor:expr, $nomes:expr) => {
        dizer_lista($texto, $valor, $nomes)
    };
    (dizer faixa $texto:expr, $valor:expr, $nomes:expr) => {
        dizer_faixa($texto, $valor, $nomes)
    };
    (dizer sim $texto:expr, $valor:expr, $nomes:expr) => {
        dizer_sim($texto, *$valor)
    };
}

/// Declares a tab: `lista` is any of these, `faixa` the fields `…_de` and `…_ate`, `sim` a flag; then what it is called to a reader.
macro_rules! aba {
    ($(#[$attr:meta])* pub struct $aba:ident($titulo:literal) {
        $($(#[$campo_attr:meta])* $especie:ident $campo:ident: $tipo:ty = $texto:literal,)+
    }) => {
        $(#[$attr])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $aba { $($(#[$campo_attr])* pub $campo: campo!($especie $tipo),)+ }

        impl $aba {
            pub(super) fn ler(leitor: &mut Leitor<'_>) -> Self {
                Self { $($campo: por_especie!(ler $especie leitor, stringify!($campo)),)+ }
            }

            pub(super) fn escrever(&self) -> Map<String, Value> {
                let mut campos = Map::new();
                $(por_especie!(escrever $especie &mut campos, stringify!($campo), &self.$campo);)+
                campos
            }

            pub(super) fn palavras(&self, nomes: &BTreeMap<Uuid, String>) -> Vec<String> {
                let ditos = [$(por_especie!(dizer $especie $texto, &self.$campo, nomes),)+];
                ditos.into_iter().flatten().map(|dito| format!(concat!($titulo, ": {}"), dito)).collect()
            }

            /// Whether it asks for anything.
            #[must_use]
            pub fn pede(&self) -> bool {
                *self != Self::default()
            }
        }
    };
}

aba! {
    /// What is asked about the debtor itself.
    pub struct AbaDevedor("Devedor") {
        /// Rule f01: one of the ERP's keys for it.
        lista codigo: Termo = "código",
        /// Rule f02: who looks after it.
        lista gerente: Termo = "gerente",
        /// Rule f03: when it was first heard of, by days of the company.
        faixa cadastrado: NaiveDate = "cadastrado",
        /// Rule f04: what its open títulos add up to.
        faixa saldo: Centavos = "saldo em aberto",
        /// Rule f05: the municipality of an address, of the same one as the state.
        lista cidade: Cidade = "cidade",
        /// Rule f06: the state of that address.
        lista uf: Uf = "UF",
        /// Rule f07.
        lista tipo_pessoa: TipoPessoa = "tipo de pessoa",
        /// Rule f08.
        lista categoria: Termo = "categoria",
        /// Rule f09: the ERP's key of the creditor of some título, of any status.
        lista credor: Termo = "credor",
    }
}

aba! {
    /// What is asked about títulos: all of the same one, of whatever status, but for `vencimento_minimo` (rule f11).
    pub struct AbaTitulo("Título") {
        /// Rule f10: the due date that is written on it.
        faixa vencimento: NaiveDate = "vencimento",
        /// Rule f11: the oldest due date of all that is open; of who has nothing open there is none.
        faixa vencimento_minimo: NaiveDate = "vencimento mais antigo em aberto",
        /// Rule f12: days since the due date; negative while it is to come.
        faixa dias_vencido: i32 = "dias de vencido",
        /// Rule f13.
        lista status: StatusTitulo = "status",
        /// Rule f14.
        lista quais: Quais = "quais",
        /// Rule f15.
        lista tipo_negocio: Termo = "tipo de negócio",
        /// Rule f16.
        lista tipo_titulo: Termo = "tipo de título",
    }
}

aba! {
    /// What is asked about the enrolments that live: all of the same one.
    pub struct AbaRegua("Régua") {
        /// Rule f17: in one of these réguas.
        lista regua: ReguaId = "régua",
        /// Rule f17: or in none.
        sim sem_regua: bool = "sem régua",
        /// Rule f18: the position that fired last.
        lista posicao: PosicaoId = "posição",
        /// Rule f19: the night on which that position fired.
        faixa entrada_na_posicao: NaiveDate = "entrada na posição",
    }
}

aba! {
    /// What is asked about negotiations: all of the same one, and what is asked about instalments of the same instalment of it.
    pub struct AbaNegociacao("Negociação") {
        /// Rule f20.
        lista status: EstadoNegociacao = "status",
        /// Rule f21: when it was made, by days of the company.
        faixa data: NaiveDate = "data",
        /// Rule f22: who made it.
        lista usuario: Termo = "usuário",
        /// Rule f23.
        lista status_parcela: StatusTitulo = "status da parcela",
        /// Rule f24.
        faixa vencimento_parcela: NaiveDate = "vencimento da parcela",
        /// Rule f25: when it was cancelled, by days of the company.
        faixa cancelada: NaiveDate = "cancelada",
    }
}

aba! {
    /// What is asked about contacts: all of the same one, but for what must not have been. Where that is asked, `data` is
    /// the period in which there was none, and says nothing of the others.
    pub struct AbaContato("Contato") {
        /// Rule f26: when it was, by days of the company.
        faixa data: NaiveDate = "data",
        /// Rule f27: the group of the latest one's result, as it is now.
        lista grupo_ultimo_resultado: Termo = "grupo do último resultado",
        /// Rule f28: the latest one's result.
        lista ultimo_resultado: ResultadoContatoId = "último resultado",
        /// Rule f29: none of the period came to a result of these groups.
        lista sem_grupo_resultado: Termo = "sem resultado do grupo, no período,",
        /// Rule f30: none of the period came to one of these results.
        lista sem_resultado: ResultadoContatoId = "sem o resultado, no período,",
        /// Rule f31: when to speak again, by days of the company.
        faixa agendado: NaiveDate = "agendado",
        /// Rule f32: who is to speak again.
        lista operador_agendamento: Termo = "operador do agendamento",
        /// Rule f33: there was none, in the period or ever.
        sim sem_contato: bool = "sem contato",
        /// Rule f34: none came to anything good, in the period or ever.
        sim sem_resultado_positivo: bool = "sem resultado positivo",
    }
}

impl AbaContato {
    /// Whether something is asked that must not have been; `data` is its period then.
    #[must_use]
    pub fn nega(&self) -> bool {
        self.sem_contato
            || self.sem_resultado_positivo
            || !self.sem_resultado.is_empty()
            || !self.sem_grupo_resultado.is_empty()
    }
}
