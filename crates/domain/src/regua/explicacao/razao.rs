//! The stable codes in which everything is explained.

use crate::codigo::codigos;
use crate::regua::criterios::Criterio;
use crate::regua::decisao::Passo;
use crate::regua::inscricao::MotivoEncerramento;

codigos! {
    /// Why something happens to a debtor, or does not. Stable: people and programs read them; proto-docs lists them.
    pub enum Razao("razao") {
        /// The título is charged by the régua it was in.
        NaRegua = "na_regua",
        /// The título, or the debtor, enters the régua.
        Entra = "entra",
        /// The título goes from the régua it was in to another one.
        Migra = "migra",
        /// The título may be charged, and no active régua takes it.
        SemRegua = "sem_regua",
        /// The título is not overdue yet; a due date on a non-banking day may be paid on the next banking day.
        AVencer = "a_vencer",
        /// The título is suspended.
        Suspenso = "suspenso",
        /// The título is in a negotiation that nobody confirmed.
        Negociado = "negociado",
        /// The título is in a confirmed negotiation: its instalments are charged instead.
        AcordoConfirmado = "acordo_confirmado",
        /// The instalment is of a negotiation that nobody confirmed.
        NaoConfirmada = "nao_confirmada",
        /// The título was paid.
        Pago = "pago",
        /// The título was cancelled.
        Cancelado = "cancelado",
        /// The debtor is in the régua.
        ComDevedor = "com_devedor",
        /// The debtor leaves the régua.
        Encerra = "encerra",
        /// The régua is inactive: it takes nobody in, and who is in it stands still.
        ReguaInativa = "regua_inativa",
        /// The régua is archived.
        ReguaArquivada = "regua_arquivada",
        /// No título may be charged or reminded.
        NadaACobrar = "nada_a_cobrar",
        /// The régua reminds, and charges nothing yet.
        SoLembretes = "so_lembretes",
        /// A criterion of the régua is not met.
        Criterio = "criterio",
        /// An earlier régua takes it.
        ReguaAnterior = "regua_anterior",
        /// The enrolment it is in keeps it, whatever comes first.
        Guardado = "guardado",
        /// The position fires.
        Dispara = "dispara",
        /// The enrolment goes back to an earlier position, in a new turn.
        Volta = "volta",
        /// The reminder goes out.
        Lembra = "lembra",
        /// The position has not fallen due yet.
        Aguarda = "aguarda",
        /// Everything the enrolment holds is suspended or being negotiated: it stands where it is.
        Congelada = "congelada",
        /// It walks on, later by as many days as it stood still.
        Descongela = "descongela",
        /// Past the last position.
        Final = "final",
        /// The position fired, and does not again.
        Feita = "feita",
        /// The walk is past the position, and it never fired in it.
        Passou = "passou",
        /// It falls due later than what was foreseen.
        AlemDoPrevisto = "alem_do_previsto",
        /// The position has no action.
        SemAcao = "sem_acao",
        /// The título was reminded by this position already.
        Lembrado = "lembrado",
        /// The date of a reminder nearer to the due date has come: only that one goes out.
        LembreteMaisProximo = "lembrete_mais_proximo",
        /// The due date has passed: never a reminder.
        Vencido = "vencido",
        /// The título changes its status by itself before that date.
        DeixaDeValer = "deixa_de_valer",
    }
}

impl Razao {
    /// The rule that says so.
    #[must_use]
    pub const fn regra(self) -> &'static str {
        match self {
            Self::NaRegua => "m04",
            Self::Entra => "n01",
            Self::Migra => "g03",
            Self::SemRegua => "s13",
            Self::AVencer => "n02",
            Self::Suspenso | Self::Congelada => "t03",
            Self::Negociado => "k02",
            Self::AcordoConfirmado => "k03",
            Self::NaoConfirmada | Self::DeixaDeValer => "k07",
            Self::Pago | Self::NadaACobrar | Self::Encerra => "t02",
            Self::Cancelado => "t01",
            Self::ComDevedor => "n04",
            Self::ReguaInativa => "v03",
            Self::ReguaArquivada | Self::Guardado => "v04",
            Self::SoLembretes => "l01",
            Self::Criterio | Self::ReguaAnterior => "s12",
            Self::Dispara | Self::Aguarda | Self::AlemDoPrevisto => "r05",
            Self::Volta => "e03",
            Self::Lembra => "l02",
            Self::Descongela => "t04",
            Self::Final => "e01",
            Self::Feita | Self::Passou => "r13",
            Self::SemAcao => "v02",
            Self::Lembrado => "l05",
            Self::LembreteMaisProximo => "l07",
            Self::Vencido => "l04",
        }
    }
}

/// The rule of a criterion.
#[must_use]
pub const fn regra_do_criterio(criterio: Criterio) -> &'static str {
    match criterio {
        Criterio::ValorMinimo => "s02",
        Criterio::Vencimento => "s03",
        Criterio::Origem => "s04",
        Criterio::Credor => "s05",
        Criterio::TipoPessoa => "s06",
        Criterio::Categoria => "s07",
        Criterio::TipoNegocio => "s08",
        Criterio::TipoTitulo => "s09",
        Criterio::Score => "s10",
    }
}

/// The rule by which an enrolment closed.
#[must_use]
pub const fn regra_do_encerramento(motivo: MotivoEncerramento) -> &'static str {
    match motivo {
        MotivoEncerramento::SemTitulo => "t02",
        MotivoEncerramento::Migracao => "g02",
        MotivoEncerramento::PerfilPerdido => "g03",
        MotivoEncerramento::ModoAlterado => "r12",
        MotivoEncerramento::ReguaArquivada => "v04",
    }
}

/// What the night says of a step, as a code.
#[must_use]
pub const fn razao_do_passo(passo: &Passo) -> Razao {
    match passo {
        Passo::Entrou { .. } => Razao::Entra,
        Passo::Disparou { .. } => Razao::Dispara,
        Passo::Aguarda { .. } => Razao::Aguarda,
        Passo::Reposicionou { .. } => Razao::Volta,
        Passo::Congelada { .. } => Razao::Congelada,
        Passo::Descongelou { .. } => Razao::Descongela,
        Passo::NoFinal { .. } => Razao::Final,
        Passo::ReguaInativa { .. } => Razao::ReguaInativa,
        Passo::Encerrou { .. } => Razao::Encerra,
        Passo::SemRegua { .. } => Razao::SemRegua,
        Passo::Lembrou { .. } => Razao::Lembra,
    }
}
