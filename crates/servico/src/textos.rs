//! The faults of a text with coringas, told in the same words wherever one is saved (rule r11).

use domain::coringas::{Coringa, CoringaInvalido, Lugar, MAX_TEXTO, Texto};
use domain::execucao::Canal;
use web::ErroCampo;

/// Longest name of a coringa that comes back, in characters.
const MAX_ECO: usize = 64;

/// What [`conferir`] puts in `erros[].codigo`, with its meaning.
pub static CODIGOS_DE_CAMPO: &[(&str, &str)] = &[
    ("coringa_desconhecido", "O texto tem um coringa que não existe. Veja `GET /v1/coringas`."),
    ("coringa_nao_permitido", "O coringa existe, mas não cabe neste campo."),
    ("modificador_invalido", "O coringa tem um modificador que não existe ou que não se aplica a ele."),
];

/// Everything wrong with the coringas of a text that stands at `local`, and whether it is too large to be sent at all.
#[must_use]
pub fn conferir(local: &str, texto: &str, canal: Canal, lugar: Lugar) -> Vec<ErroCampo> {
    if texto.len() > MAX_TEXTO {
        let detalhe = format!("deve ter no máximo {MAX_TEXTO} bytes");
        return vec![fault(local, "tamanho_invalido", detalhe)];
    }
    match Texto::parse(texto) {
        Err(invalidos) => invalidos.iter().map(|invalido| of_coringa(local, invalido)).collect(),
        Ok(texto) => {
            let mut fora: Vec<Coringa> = texto.fora_de_lugar(canal, lugar).collect();
            fora.sort_unstable();
            fora.dedup();
            let detalhe = |coringa: &Coringa| format!("#{}# não cabe no {lugar}", coringa.nome());
            fora.iter().map(|coringa| fault(local, "coringa_nao_permitido", detalhe(coringa))).collect()
        }
    }
}

fn of_coringa(local: &str, invalido: &CoringaInvalido) -> ErroCampo {
    match invalido {
        CoringaInvalido::Desconhecido { nome } => {
            let detalhe = format!("#{}# não existe; veja GET /v1/coringas", echo(nome));
            fault(local, "coringa_desconhecido", detalhe)
        }
        CoringaInvalido::Modificador { coringa, modificador, porque } => {
            let detalhe = format!("#{}#: o modificador |{} {porque}", coringa.nome(), echo(modificador));
            fault(local, "modificador_invalido", detalhe)
        }
    }
}

fn echo(texto: &str) -> String {
    texto.chars().take(MAX_ECO).collect()
}

fn fault(local: &str, codigo: &'static str, detalhe: String) -> ErroCampo {
    ErroCampo { campo: local.to_owned(), codigo: codigo.into(), detalhe: detalhe.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(texto: &str, lugar: Lugar) -> Vec<(String, String)> {
        let erros = conferir("/x", texto, Canal::Email, lugar);
        assert!(erros.iter().all(|erro| erro.campo == "/x"));
        erros.into_iter().map(|erro| (erro.codigo.into_owned(), erro.detalhe.into_owned())).collect()
    }

    #[test]
    fn r11_what_is_wrong_is_named() {
        let erros = said("#NADA# #NOME|extenso# #TOTAL|caixa#", Lugar::Corpo);
        let esperado = [
            ("coringa_desconhecido", "#NADA# não existe; veja GET /v1/coringas"),
            ("modificador_invalido", "#NOME#: o modificador |extenso não se aplica a um valor do tipo texto"),
            (
                "modificador_invalido",
                "#TOTAL#: o modificador |caixa não existe; há maiusculo, minusculo, capitalizado, extenso, max=n e \
                 padrao=texto",
            ),
        ];
        assert_eq!(erros, esperado.map(|(codigo, detalhe)| (codigo.to_owned(), detalhe.to_owned())));
        assert_eq!(said("Olá #NOME|maiusculo#", Lugar::Assunto), []);
    }

    #[test]
    fn r10_a_list_is_refused_in_a_subject_once() {
        let erros = said("#LISTA_TITULOS# #LISTA_TITULOS|max=3#", Lugar::Assunto);
        let detalhe = "#LISTA_TITULOS# não cabe no assunto";
        assert_eq!(erros, [("coringa_nao_permitido".to_owned(), detalhe.to_owned())]);
    }

    #[test]
    fn r11_what_comes_back_of_a_name_is_short_and_a_text_that_never_leaves_is_not_saved() {
        let erros = said(&format!("#{}# #NOME|{}#", "X".repeat(500), "y".repeat(500)), Lugar::Corpo);
        assert!(erros.iter().all(|(_, detalhe)| detalhe.chars().count() < 200), "{erros:?}");
        assert_eq!(said(&"é".repeat(MAX_TEXTO / 2), Lugar::Corpo), []);
        assert_eq!(said(&"é".repeat(MAX_TEXTO / 2 + 1), Lugar::Corpo)[0].0, "tamanho_invalido");
    }
}
