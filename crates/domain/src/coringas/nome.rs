//! Names as they are written, whatever an ERP makes of them.

use crate::documento::TipoPessoa;

/// Words that stay small inside of a name.
const PARTICULAS: [&str; 6] = ["da", "das", "de", "do", "dos", "e"];
/// What of a name is a number, and stays large.
const NUMERAIS: [&str; 3] = ["II", "III", "IV"];

/// Each word with a capital, and the particles between them without: `Maria da Silva d'Ávila`.
#[must_use]
pub fn capitalizado(texto: &str) -> String {
    let mut pronto = String::with_capacity(texto.len());
    for (i, palavra) in texto.split(' ').enumerate() {
        if i > 0 {
            pronto.push(' ');
        }
        let pequena = palavra.to_lowercase();
        if NUMERAIS.contains(&palavra) {
            pronto.push_str(palavra);
        } else if i > 0 && PARTICULAS.contains(&pequena.as_str()) {
            pronto.push_str(&pequena);
        } else {
            push_capital(&mut pronto, &pequena);
        }
    }
    pronto
}

/// A person's name as it is written: one that came in capitals only, or in none, gets its own. Of companies nobody knows
/// what is an acronym, so they stay as they came.
#[must_use]
pub fn nome_escrito(nome: &str, tipo: TipoPessoa) -> String {
    match tipo {
        TipoPessoa::Juridica => nome.to_owned(),
        TipoPessoa::Fisica | TipoPessoa::Isenta if mixed(nome) => nome.to_owned(),
        TipoPessoa::Fisica | TipoPessoa::Isenta => capitalizado(nome),
    }
}

/// What a person is called by; a company has one name.
#[must_use]
pub fn primeiro_nome(nome: &str, tipo: TipoPessoa) -> Option<&str> {
    match tipo {
        TipoPessoa::Juridica => Some(nome.trim()).filter(|nome| !nome.is_empty()),
        TipoPessoa::Fisica | TipoPessoa::Isenta => nome.split_whitespace().next(),
    }
}

fn mixed(nome: &str) -> bool {
    nome.chars().any(char::is_uppercase) && nome.chars().any(char::is_lowercase)
}

/// After a hyphen or an apostrophe a word begins again.
fn push_capital(pronto: &mut String, pequena: &str) {
    let mut comeca = true;
    for c in pequena.chars() {
        if comeca {
            pronto.extend(c.to_uppercase());
        } else {
            pronto.push(c);
        }
        comeca = matches!(c, '-' | '\'' | '’' | '.' | '/' | '&' | '(');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn r11_a_name_in_capitals_is_written_as_names_are() {
        for (veio, escrito) in [
            ("MARIA DA SILVA", "Maria da Silva"),
            ("joão dos santos e souza", "João dos Santos e Souza"),
            ("ANA-MARIA D'ÁVILA", "Ana-Maria D'Ávila"),
            ("DAS DORES", "Das Dores"),
            ("JOSÉ PEREIRA II", "José Pereira II"),
            ("Maria Da Silva", "Maria Da Silva"),
            ("Ian McGregor", "Ian McGregor"),
            ("", ""),
        ] {
            assert_eq!(nome_escrito(veio, TipoPessoa::Fisica), escrito);
        }
        assert_eq!(nome_escrito("ABC TRANSPORTES S/A", TipoPessoa::Juridica), "ABC TRANSPORTES S/A");
    }

    #[test]
    fn r11_a_company_has_one_name() {
        assert_eq!(primeiro_nome(" Maria  da Silva", TipoPessoa::Fisica), Some("Maria"));
        assert_eq!(primeiro_nome("LOJA EXEMPLO LTDA", TipoPessoa::Juridica), Some("LOJA EXEMPLO LTDA"));
        assert_eq!(primeiro_nome("  ", TipoPessoa::Fisica), None);
        assert_eq!(primeiro_nome("  ", TipoPessoa::Juridica), None);
    }

    proptest! {
        #[test]
        fn r11_capitals_change_no_letter(nome in "[A-Za-zçãéÁ '-]{0,40}") {
            prop_assert_eq!(capitalizado(&nome).to_lowercase(), nome.to_lowercase());
            prop_assert_eq!(capitalizado(&capitalizado(&nome)), capitalizado(&nome));
        }
    }
}
