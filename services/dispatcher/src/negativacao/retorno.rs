//! A retorno, from its bytes to what it says of each entry.

use chrono::{DateTime, Utc};
use domain::negativacao::{EventoBureau, MotivoBaixa};
use providers::bureau::pefin::{Classe, LinhaRetorno, Retorno, TipoRetorno, classify};
use providers::bureau::{Operacao, Resposta};
use store::negativacoes::{self, Aplicado, LinhaDeRetorno, RecusaRetorno};
use store::{StoreError, Tenant, empresas};

/// Takes a retorno that was read whole.
pub(crate) fn take(
    t: &mut Tenant<'_>,
    (retorno, sha256): (&Retorno, &str),
    agora: DateTime<Utc>,
) -> Result<Result<Aplicado, RecusaRetorno>, StoreError> {
    let hoje = empresas::today(t, agora)?;
    let linhas: Vec<_> = retorno.linhas.iter().map(|linha| read(retorno, linha)).collect();
    // The header has a zero before the root of the CNPJ.
    let raiz = format!("{:08}", retorno.informante);
    negativacoes::apply(t, sha256, (&raiz, retorno.sequencia), &linhas, (agora, hoje))
}

fn read(retorno: &Retorno, linha: &LinhaRetorno) -> LinhaDeRetorno {
    let exclusao = linha.tipo == TipoRetorno::Exclusao;
    // For what an answer does to an entry the reason of the exclusion is of no matter.
    let operacao = if exclusao { Operacao::Excluir(MotivoBaixa::Solicitacao) } else { Operacao::Incluir };
    let resposta = retorno.resposta(linha);
    let codigos = retorno.codigos.iter().chain(&linha.codigos);
    let nada = codigos.clone().any(|codigo| classify(*codigo) == Some(Classe::Inexistente));
    let evento = match resposta.evento(operacao) {
        Some(EventoBureau::Baixar) if nada => Some(EventoBureau::NadaABaixar),
        evento => evento,
    };
    LinhaDeRetorno {
        da_remessa: linha.tipo != TipoRetorno::Especial,
        exclusao,
        documento: linha.documento,
        contrato: linha.contrato.clone(),
        vencimento: linha.vencimento,
        evento,
        codigos: codigos.clone().map(|codigo| i32::from(*codigo)).collect(),
        desconhecida: resposta == Resposta::Desconhecida || codigos.clone().any(|c| classify(*c).is_none()),
    }
}
