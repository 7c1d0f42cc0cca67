//! The plain text part.

use crate::{Bloco, MAX_PARTE, RenderError, Tabela};

/// The widest a column is padded to: one título with a very long number does not widen five hundred others.
const MAX_COLUNA: usize = 40;

/// Paragraphs with a blank line between them; the list in aligned columns.
pub(super) fn plain(blocos: &[Bloco], tabelas: &[Tabela]) -> Result<String, RenderError> {
    let listas: Vec<String> = tabelas.iter().map(columns).collect();
    let mut texto = String::new();
    for bloco in blocos {
        if !texto.is_empty() {
            texto.push('\n');
        }
        match bloco {
            Bloco::Paragrafo(linhas) => linhas.iter().for_each(|linha| push_line(&mut texto, linha)),
            Bloco::Lista(qual) => texto.push_str(listas.get(*qual).map(String::as_str).unwrap_or_default()),
        }
        // The HTML would not fit either; stopping here keeps a body of thousands of lists from being built.
        if texto.len() > MAX_PARTE {
            return Err(RenderError::Grande);
        }
    }
    Ok(texto)
}

fn columns(tabela: &Tabela) -> String {
    let [numero, vencimento, valor] = Tabela::COLUNAS;
    let largura = |celula: &str| celula.chars().count();
    let numeros = tabela.linhas.iter().map(|linha| linha.numero.as_str()).chain([numero, "Total"]);
    let valores = tabela.linhas.iter().map(|linha| linha.valor.as_str()).chain([valor, &tabela.total]);
    let widest = |larguras: Option<usize>| larguras.unwrap_or(0).min(MAX_COLUNA);
    let (n, v) = (widest(numeros.map(largura).max()), widest(valores.map(largura).max()));
    let row = |numero: &str, data: &str, valor: &str| format!("{numero:<n$}  {data:<10}  {valor:>v$}");
    let mut texto = String::new();
    push_line(&mut texto, &row(numero, vencimento, valor));
    for linha in &tabela.linhas {
        push_line(&mut texto, &row(&linha.numero, &linha.vencimento, &linha.valor));
    }
    tabela.resto.iter().for_each(|resto| push_line(&mut texto, resto));
    push_line(&mut texto, &row("Total", "", &tabela.total));
    texto
}

fn push_line(texto: &mut String, linha: &str) {
    texto.push_str(linha);
    texto.push('\n');
}
