//! The index of a file of letters: a line for each, as whoever prints and posts them reads it.

use domain::planilha::protegido;

use crate::Lugar;
use crate::cepnet::Cepnet;

/// The columns.
pub const CABECALHO: &str = "sequencia;carta_id;devedor_id;nome;logradouro;numero;complemento;bairro;cidade;uf;cep;cepnet_dv;\
pagina_inicial;paginas;ilegiveis";

/// A letter in the index.
#[derive(Clone, Copy)]
pub struct Entrada<'a> {
    /// Its place in the file.
    pub sequencia: u32,
    /// Which letter, and whose.
    pub ids: [&'a str; 2],
    /// Name, street, number, complement, quarter, city and state.
    pub endereco: [&'a str; 7],
    /// The CEP, eight digits.
    pub cep: &'a str,
    /// Where it is.
    pub lugar: Lugar,
}

/// The first line; with the mark by which spreadsheets know UTF-8.
#[must_use]
pub fn header() -> String {
    format!("\u{feff}{CABECALHO}\r\n")
}

/// The line of a letter.
#[must_use]
pub fn row(entrada: &Entrada<'_>) -> String {
    let Entrada { sequencia, ids, endereco, cep, lugar } = entrada;
    let dv = Cepnet::parse(cep).map(|cep| cep.validador().to_string()).unwrap_or_default();
    let textos = ids.iter().chain(endereco).copied().chain([*cep]).map(cell);
    let numeros =
        [dv, (lugar.pagina + 1).to_string(), lugar.paginas.to_string(), lugar.ilegiveis.to_string()];
    let celulas = [sequencia.to_string()].into_iter().chain(textos).chain(numeros);
    celulas.collect::<Vec<_>>().join(";") + "\r\n"
}

/// A text as one cell, and never as a formula.
#[must_use]
pub fn cell(texto: &str) -> String {
    let texto = protegido(texto);
    let texto: String = texto.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if texto.contains([';', '"', '\'']) {
        return format!("\"{}\"", texto.replace('"', "\"\""));
    }
    texto
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_a_line_and_nothing_in_it_is_another_cell_or_a_formula() {
        let entrada = Entrada {
            sequencia: 7,
            ids: ["a1", "b2"],
            endereco: ["=SOMA(A1)", "R. \"A\"; fundos", "10\r\n", "", "Sé", "São Paulo", "SP"],
            cep: "01311000",
            lugar: Lugar { pagina: 9, paginas: 2, ilegiveis: 0 },
        };
        assert_eq!(
            row(&entrada),
            "7;a1;b2;\"'=SOMA(A1)\";\"R. \"\"A\"\"; fundos\";10  ;;Sé;São Paulo;SP;01311000;4;10;2;0\r\n"
        );
        assert_eq!(
            header().split(';').count(),
            row(&Entrada { endereco: ["x"; 7], ..entrada }).split(';').count()
        );
    }
}
