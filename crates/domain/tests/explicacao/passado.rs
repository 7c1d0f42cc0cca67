//! What was decided before, as the store would tell it.

use crate::historia::{Historia, Noite, percorrer};
use chrono::NaiveDate;
use domain::regua::{AcaoDevida, Feita, OrigemAcao};
use proptest::prelude::TestCaseError;

/// What a night decided, as done.
pub(crate) fn feita(acao: &AcaoDevida, data: NaiveDate) -> Feita {
    Feita {
        execucao: acao.execucao,
        regua: acao.regua,
        posicao: acao.posicao,
        acao: acao.acao,
        canal: acao.canal,
        inscricao: match acao.origem {
            OrigemAcao::Cobranca { inscricao, ciclo } => Some((inscricao, ciclo)),
            OrigemAcao::Lembrete => None,
        },
        titulos: acao.titulos.clone(),
        data,
        devida_em: acao.devida_em,
        envio: None,
    }
}

/// Shows each night of a history with what was done before it.
pub(crate) fn com_passado(
    historia: &Historia,
    mut ver: impl FnMut(&Noite, &[Feita]) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let mut feitas = Vec::new();
    percorrer(historia, |noite| {
        ver(noite, &feitas)?;
        feitas.extend(noite.decisao.acoes.iter().map(|acao| feita(acao, noite.hoje)));
        Ok(())
    })
}

/// Shows the last night of a history only.
pub(crate) fn no_fim(
    historia: &Historia,
    mut ver: impl FnMut(&Noite, &[Feita]) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let quantas = historia.noites.len();
    let mut vistas = 0;
    com_passado(historia, |noite, feitas| {
        vistas += 1;
        if vistas == quantas { ver(noite, feitas) } else { Ok(()) }
    })
}
