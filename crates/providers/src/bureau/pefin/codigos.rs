//! The codes of a retorno, as data: three digits each, up to twenty in a line.

use crate::bureau::Resposta;

/// What a code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Classe {
    /// What was asked for was not done.
    Rejeicao,
    /// An inclusion of what is listed already.
    JaExiste,
    /// An exclusion of what is not listed.
    Inexistente,
    /// The bureau took it off.
    ExclusaoDoBureau,
    /// Something to know.
    Informativo,
}

/// Codes in a row of one class, with what they say; the first of two that meet stands.
const TABELA: &[(u16, u16, Classe, &str)] = &[
    (0, 0, Classe::Informativo, "aviso de recebimento assinado"),
    (22, 22, Classe::Inexistente, "exclusão de registro que não existe"),
    (59, 59, Classe::JaExiste, "inclusão de registro que já existe"),
    (2, 5, Classe::Rejeicao, "arquivo fora do formato"),
    (8, 10, Classe::Rejeicao, "operação ou tipo de pessoa inválido"),
    (11, 12, Classe::Rejeicao, "nome inválido"),
    (13, 14, Classe::Rejeicao, "data inválida"),
    (16, 16, Classe::Rejeicao, "data do débito no futuro"),
    (17, 17, Classe::Rejeicao, "débito com mais de cinco anos"),
    (18, 18, Classe::Rejeicao, "identificação do arquivo inválida"),
    (19, 20, Classe::Rejeicao, "número da remessa inválido ou repetido"),
    (21, 25, Classe::Rejeicao, "cabeçalho inválido ou informante não cadastrado"),
    (28, 31, Classe::Rejeicao, "documento inválido"),
    (33, 34, Classe::Rejeicao, "sequência dos registros inválida"),
    (35, 36, Classe::Rejeicao, "natureza da operação inválida"),
    (40, 40, Classe::Rejeicao, "registro não atualizado por erro em outro do mesmo débito"),
    (44, 53, Classe::Rejeicao, "dado bancário ou de participante inválido"),
    (57, 57, Classe::Rejeicao, "valor inválido"),
    (64, 72, Classe::Rejeicao, "dado de cheque inválido"),
    (81, 81, Classe::Rejeicao, "registro depois do fim do arquivo"),
    (85, 85, Classe::Rejeicao, "número do contrato inválido"),
    (89, 89, Classe::Rejeicao, "informante fora do convênio"),
    (102, 102, Classe::Rejeicao, "falta o número do contrato"),
    (103, 103, Classe::Rejeicao, "tipo de documento inválido"),
    (105, 106, Classe::Rejeicao, "bloqueado por determinação administrativa ou rescisão"),
    (109, 119, Classe::Rejeicao, "endereço, UF, CEP ou tipo de pessoa inválido"),
    (121, 121, Classe::Rejeicao, "devedor menor de 18 anos"),
    (142, 142, Classe::Rejeicao, "banco não trabalha com conta corrente"),
    (156, 156, Classe::Rejeicao, "débito com menos de um dia de atraso"),
    (166, 176, Classe::Rejeicao, "dado do contrato ou do credor inválido"),
    (200, 219, Classe::Rejeicao, "dado do cabeçalho, do documento ou do valor inválido"),
    (263, 263, Classe::Rejeicao, "identificação do arquivo inválida"),
    (274, 279, Classe::Rejeicao, "documento não existe no cadastro de CPF e CNPJ"),
    (286, 286, Classe::Rejeicao, "o credor e o devedor são o mesmo"),
    (290, 290, Classe::ExclusaoDoBureau, "excluído por decurso de prazo"),
    (291, 291, Classe::ExclusaoDoBureau, "excluído por determinação judicial"),
    (292, 292, Classe::ExclusaoDoBureau, "excluído por solicitação da empresa participante"),
    (295, 296, Classe::Rejeicao, "o nome não corresponde ao documento"),
    (298, 298, Classe::Rejeicao, "coobrigado sem principal"),
    (301, 301, Classe::Informativo, "comunicado devolvido: mudou-se"),
    (302, 302, Classe::Informativo, "comunicado devolvido: endereço insuficiente"),
    (303, 303, Classe::Informativo, "comunicado devolvido: número inexistente"),
    (304, 304, Classe::Informativo, "comunicado devolvido: desconhecido"),
    (305, 305, Classe::Informativo, "comunicado devolvido: recusado"),
    (306, 306, Classe::Informativo, "comunicado devolvido: não procurado"),
    (307, 307, Classe::Informativo, "comunicado devolvido: ausente"),
    (308, 308, Classe::Informativo, "comunicado devolvido: falecido"),
    (309, 314, Classe::Informativo, "comunicado devolvido"),
    (315, 315, Classe::ExclusaoDoBureau, "excluído: o comunicado voltou dos Correios"),
    (316, 330, Classe::Informativo, "aviso de recebimento não entregue"),
    (331, 331, Classe::ExclusaoDoBureau, "excluído: o aviso de recebimento voltou dos Correios"),
    (356, 360, Classe::Rejeicao, "compromisso ou telefone inválido"),
    (381, 381, Classe::Rejeicao, "valor elevado: o bureau pede outro meio"),
    (390, 390, Classe::Rejeicao, "logon bloqueado"),
    (391, 394, Classe::Rejeicao, "cabeçalho inconsistente"),
    (396, 396, Classe::Rejeicao, "valor elevado: o bureau pede outro meio"),
    (488, 490, Classe::Rejeicao, "falta procuração ou dado do credor"),
    (491, 491, Classe::Rejeicao, "o município não corresponde ao CEP ou à UF"),
    (572, 576, Classe::Rejeicao, "dado complementar inválido"),
    (600, 600, Classe::Rejeicao, "mensagem não informada"),
    (610, 610, Classe::Rejeicao, "o bureau exige o documento da dívida"),
    (650, 687, Classe::Rejeicao, "dado do boleto inválido"),
    (701, 707, Classe::Rejeicao, "comunicado com boleto inválido"),
    (721, 721, Classe::Rejeicao, "endereço do cedente não cadastrado"),
    (739, 740, Classe::Rejeicao, "SMS não contratado ou celular inexistente"),
    (745, 745, Classe::Rejeicao, "inclusão por escritório de cobrança não aceita"),
    (772, 780, Classe::Rejeicao, "lei estadual não permite a inclusão"),
    (795, 796, Classe::Rejeicao, "lei municipal ou norma do setor não permite a inclusão"),
    (799, 799, Classe::Rejeicao, "motivo de baixa de uso exclusivo do bureau"),
];

fn row(codigo: u16) -> Option<&'static (u16, u16, Classe, &'static str)> {
    TABELA.iter().find(|(de, ate, _, _)| (*de..=*ate).contains(&codigo))
}

/// What class a code is of; `None` of one that the bureau's table does not have.
#[must_use]
pub fn classify(codigo: u16) -> Option<Classe> {
    row(codigo).map(|(_, _, classe, _)| *classe)
}

/// What a code says, in words.
#[must_use]
pub fn describe(codigo: u16) -> &'static str {
    row(codigo).map_or("código que o bureau não documenta", |(_, _, _, texto)| texto)
}

/// What all the codes of a line say together of an inclusion (or of an exclusion, when `exclui`).
///
/// That an inclusion is there already is as good as taken, and that there is nothing to exclude as good as excluded: asking
/// twice is safe. A code that nobody knows is no acceptance and no refusal.
pub(super) fn judge(codigos: &[u16], exclui: bool) -> Resposta {
    let classes: Vec<_> = codigos.iter().map(|codigo| classify(*codigo)).collect();
    let tem = |classe| classes.contains(&Some(classe));
    if tem(Classe::ExclusaoDoBureau) {
        return Resposta::ExcluidaPeloBureau;
    }
    if classes.contains(&None) {
        return Resposta::Desconhecida;
    }
    let feito = if exclui { Classe::Inexistente } else { Classe::JaExiste };
    let recusa = |classe: &Option<Classe>| match classe {
        Some(Classe::Rejeicao) => true,
        Some(Classe::Inexistente | Classe::JaExiste) => *classe != Some(feito),
        Some(Classe::ExclusaoDoBureau | Classe::Informativo) | None => false,
    };
    if classes.iter().any(recusa) {
        Resposta::Recusada
    } else if codigos.is_empty() || tem(feito) {
        Resposta::Aceita
    } else {
        Resposta::Informada
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_bureau_that_tells_something_has_its_class() {
        for (codigo, classe) in [
            (0, Some(Classe::Informativo)),
            (12, Some(Classe::Rejeicao)),
            (22, Some(Classe::Inexistente)),
            (23, Some(Classe::Rejeicao)),
            (36, Some(Classe::Rejeicao)),
            (59, Some(Classe::JaExiste)),
            (121, Some(Classe::Rejeicao)),
            (290, Some(Classe::ExclusaoDoBureau)),
            (301, Some(Classe::Informativo)),
            (308, Some(Classe::Informativo)),
            (315, Some(Classe::ExclusaoDoBureau)),
            (330, Some(Classe::Informativo)),
            (799, Some(Classe::Rejeicao)),
            (999, None),
            (1, None),
        ] {
            assert_eq!(classify(codigo), classe, "{codigo}");
        }
        assert_eq!(describe(308), "comunicado devolvido: falecido");
        assert_eq!(describe(999), "código que o bureau não documenta");
    }

    #[test]
    fn codes_are_judged_together() {
        for (codigos, inclusao, exclusao) in [
            (&[][..], Resposta::Aceita, Resposta::Aceita),
            (&[12], Resposta::Recusada, Resposta::Recusada),
            (&[59], Resposta::Aceita, Resposta::Recusada),
            (&[22], Resposta::Recusada, Resposta::Aceita),
            (&[59, 12], Resposta::Recusada, Resposta::Recusada),
            (&[301], Resposta::Informada, Resposta::Informada),
            (&[301, 315], Resposta::ExcluidaPeloBureau, Resposta::ExcluidaPeloBureau),
            (&[998], Resposta::Desconhecida, Resposta::Desconhecida),
            (&[998, 12], Resposta::Desconhecida, Resposta::Desconhecida),
        ] {
            assert_eq!((judge(codigos, false), judge(codigos, true)), (inclusao, exclusao), "{codigos:?}");
        }
    }
}
