//! A text with its coringas found.

use super::Coringa;
use thiserror::Error;

/// A text whose every coringa is in the catalogue (rule r11).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texto(Vec<Trecho>);

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trecho {
    /// Goes out as it is.
    Literal(String),
    /// Is replaced per debtor; its value is never scanned for coringas again.
    Coringa(Coringa),
}

/// A coringa that is not in the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("coringa desconhecido: #{nome}#")]
pub struct CoringaDesconhecido {
    /// The name between the `#`.
    pub nome: String,
}

impl Texto {
    /// Finds the coringas: `#`, a capital letter, capitals, digits and `_`, `#`. Any other `#` is a `#`.
    ///
    /// # Errors
    /// Every name that is not in the catalogue, once each, in the order of the text.
    pub fn parse(texto: &str) -> Result<Self, Vec<CoringaDesconhecido>> {
        let mut trechos = Vec::new();
        let mut desconhecidos: Vec<CoringaDesconhecido> = Vec::new();
        let mut resto = texto;
        while let Some((antes, nome, depois)) = proximo(resto) {
            literal(&mut trechos, antes);
            match Coringa::from_nome(nome) {
                Some(coringa) => trechos.push(Trecho::Coringa(coringa)),
                None if desconhecidos.iter().any(|outro| outro.nome == nome) => {}
                None => desconhecidos.push(CoringaDesconhecido { nome: nome.to_owned() }),
            }
            resto = depois;
        }
        literal(&mut trechos, resto);
        if desconhecidos.is_empty() { Ok(Self(trechos)) } else { Err(desconhecidos) }
    }

    /// The pieces, in order; two literals never follow each other.
    #[must_use]
    pub fn trechos(&self) -> &[Trecho] {
        &self.0
    }

    /// The coringas in it, in order, repeated as in the text.
    pub fn coringas(&self) -> impl Iterator<Item = Coringa> {
        self.0.iter().filter_map(|trecho| match trecho {
            Trecho::Coringa(coringa) => Some(*coringa),
            Trecho::Literal(_) => None,
        })
    }
}

fn literal(trechos: &mut Vec<Trecho>, texto: &str) {
    if !texto.is_empty() {
        trechos.push(Trecho::Literal(texto.to_owned()));
    }
}

/// Splits at the first `#NOME#`: what is before it, the name, what is after it.
fn proximo(texto: &str) -> Option<(&str, &str, &str)> {
    texto.match_indices('#').find_map(|(i, _)| {
        let (antes, aberto) = texto.split_at_checked(i)?;
        let (nome, depois) = aberto.strip_prefix('#')?.split_once('#')?;
        parece_nome(nome).then_some((antes, nome, depois))
    })
}

fn parece_nome(nome: &str) -> bool {
    nome.starts_with(|c: char| c.is_ascii_uppercase())
        && nome.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn escrito(texto: &Texto) -> String {
        let trecho = |trecho: &Trecho| match trecho {
            Trecho::Literal(literal) => literal.clone(),
            Trecho::Coringa(coringa) => format!("#{}#", coringa.nome()),
        };
        texto.trechos().iter().map(trecho).collect()
    }

    proptest! {
        #[test]
        fn nothing_is_lost_between_the_pieces(texto in "(#|NOME|TOTAL|NAO_HA|x|é| |1|\\PC){0,12}") {
            match Texto::parse(&texto) {
                Ok(lido) => prop_assert_eq!(escrito(&lido), texto),
                Err(desconhecidos) => {
                    for desconhecido in desconhecidos {
                        let escrito = format!("#{}#", desconhecido.nome);
                        prop_assert!(texto.contains(&escrito));
                    }
                }
            }
        }
    }

    #[test]
    fn r11_known_coringas_become_pieces() {
        let texto = Texto::parse("Olá #PRIMEIRO_NOME#, deve #TOTAL#.").unwrap();
        let esperado = [
            Trecho::Literal("Olá ".into()),
            Trecho::Coringa(Coringa::PrimeiroNome),
            Trecho::Literal(", deve ".into()),
            Trecho::Coringa(Coringa::Total),
            Trecho::Literal(".".into()),
        ];
        assert_eq!(texto.trechos(), esperado);
        assert_eq!(texto.coringas().collect::<Vec<_>>(), [Coringa::PrimeiroNome, Coringa::Total]);
    }

    #[test]
    fn r11_every_unknown_coringa_is_named_once() {
        let erros = Texto::parse("#NOMES# #TOTAL# #X1_Y# #NOMES#").unwrap_err();
        let nomes: Vec<_> = erros.iter().map(|erro| erro.nome.as_str()).collect();
        assert_eq!(nomes, ["NOMES", "X1_Y"]);
        assert_eq!(erros[0].to_string(), "coringa desconhecido: #NOMES#");
    }

    #[test]
    fn r11_a_lone_hash_is_a_hash() {
        for texto in [
            "",
            "#",
            "##",
            "pedido #123# ok",
            "#nome#",
            "#NOME",
            "NOME#",
            "#NO ME#",
            "# NOME #",
            "#_X#",
            "#É#",
        ] {
            let lido = Texto::parse(texto).unwrap();
            assert_eq!(lido.coringas().count(), 0, "{texto}");
            assert_eq!(escrito(&lido), texto);
        }
    }

    #[test]
    fn r11_a_hash_before_a_coringa_does_not_hide_it() {
        for texto in ["##NOME##", "#1 #NOME#", "A#NOME#B", "#x#NOME#"] {
            assert_eq!(
                Texto::parse(texto).unwrap().coringas().collect::<Vec<_>>(),
                [Coringa::Nome],
                "{texto}"
            );
        }
    }

    #[test]
    fn every_name_of_the_catalogue_reads_back() {
        for coringa in Coringa::TODOS {
            assert_eq!(Coringa::from_nome(coringa.nome()), Some(*coringa));
            assert!(parece_nome(coringa.nome()));
            assert!(!coringa.descricao().is_empty() && !coringa.exemplo().is_empty());
        }
        assert_eq!(
            Coringa::TODOS.iter().filter(|coringa| coringa.lista()).collect::<Vec<_>>(),
            [&Coringa::ListaTitulos]
        );
    }
}
