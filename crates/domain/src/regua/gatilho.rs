//! The day a position falls on.

use crate::ids::PosicaoId;
use std::fmt;

/// What a position hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gatilho {
    /// `D-n`: days before the due date of each título.
    Lembrete {
        /// n, in calendar days.
        dias_antes: u16,
    },
    /// `D+n`: days after the anchor of the enrolment.
    Cobranca {
        /// n, in calendar days.
        dias: u16,
    },
    /// `D+n` that sends the enrolment back to an earlier `D+` position (rule e02).
    Reposicionamento {
        /// n, in calendar days.
        dias: u16,
        /// Where it goes on.
        para: PosicaoId,
    },
}

impl Gatilho {
    /// Rules r07 and l01: reminders come first, the largest n first; then `D+` ascending. `D-0` and `D+0` are
    /// different days.
    pub(super) fn ordem(self) -> i32 {
        match self {
            Self::Lembrete { dias_antes } => -1 - i32::from(dias_antes),
            Self::Cobranca { dias } | Self::Reposicionamento { dias, .. } => i32::from(dias),
        }
    }

    /// n of a `D+n`; `None` for a reminder.
    #[must_use]
    pub fn depois(self) -> Option<u16> {
        match self {
            Self::Lembrete { .. } => None,
            Self::Cobranca { dias } | Self::Reposicionamento { dias, .. } => Some(dias),
        }
    }

    /// The position a reposition goes back to.
    #[must_use]
    pub fn volta_para(self) -> Option<PosicaoId> {
        match self {
            Self::Lembrete { .. } | Self::Cobranca { .. } => None,
            Self::Reposicionamento { para, .. } => Some(para),
        }
    }
}

/// `D-2`, `D+6`: as people say the day.
impl fmt::Display for Gatilho {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lembrete { dias_antes } => write!(f, "D-{dias_antes}"),
            Self::Cobranca { dias } | Self::Reposicionamento { dias, .. } => write!(f, "D+{dias}"),
        }
    }
}
