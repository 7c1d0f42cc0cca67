//! Why a line of a file is refused: every code there is, and what to do about it.

use sheets::Codigo;

/// Those that are not about how a sheet is written.
static NOSSOS: &[(&str, &str)] = &[
    (
        "json_malformado",
        "A linha de NDJSON não é JSON. Cada linha leva um objeto inteiro, sem quebras no meio e sem vírgula no fim.",
    ),
    (
        "repetido",
        "Outra linha mais abaixo tem o mesmo código, e é ela que vale; o motivo diz qual. Tire do arquivo a que sobra.",
    ),
    (
        "documento_de_outro_devedor",
        "O CPF/CNPJ pertence a um devedor e o código a outro. Corrija um dos dois, no arquivo ou no cadastro.",
    ),
    (
        "parcela_de_acordo",
        "O código é de uma parcela de acordo, que só muda pela negociação. Deixe-a fora do arquivo.",
    ),
    (
        "negociado_com_outro_devedor",
        "O título está negociado com o devedor que tem. Desfaça a negociação antes de passá-lo a outro.",
    ),
    (
        "credor_diferente",
        "O arquivo foi enviado para um só credor, e a linha é de outro. Envie-a no arquivo daquele.",
    ),
    (
        "mudou_depois",
        "O título mudou depois que o arquivo chegou, e fica como está. Se a linha é que está certa, envie-a de novo.",
    ),
];

/// Each code that the errors of an import have, with its meaning. Lines of NDJSON have also those of fields.
#[must_use]
pub fn line_codes() -> Vec<(&'static str, &'static str)> {
    let das_planilhas = Codigo::TODOS.iter().map(|codigo| (codigo.as_str(), codigo.quando()));
    das_planilhas.chain(NOSSOS.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sheets::Campo;

    use super::*;

    #[test]
    fn every_code_that_a_line_can_have_is_told_once() {
        let codigos = line_codes();
        let nomes: BTreeSet<_> = codigos.iter().map(|(codigo, _)| *codigo).collect();
        assert_eq!(nomes.len(), codigos.len());
        // Where lines are refused, whatever is written like a name is one of a field or of a code.
        let fontes = [
            include_str!("linha.rs"),
            include_str!("../../importacoes/escopo.rs"),
            include_str!("../../importacoes/ndjson.rs"),
            include_str!("../../importacoes/recusas.rs"),
        ];
        let simples = |texto: &&str| {
            !texto.is_empty() && texto.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        let mut achados = 0;
        for fonte in fontes {
            let fonte = fonte.split("#[cfg(test)]").next().unwrap();
            for nome in fonte.split('"').skip(1).step_by(2).filter(simples) {
                assert!(
                    nomes.contains(nome) || Campo::parse(nome).is_some(),
                    "{nome} is not in the page of errors"
                );
                achados += usize::from(nomes.contains(nome));
            }
        }
        assert!(achados >= NOSSOS.len(), "{achados}");
    }
}
