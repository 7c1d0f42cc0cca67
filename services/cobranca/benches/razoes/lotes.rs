//! Rows `lotes_*`: whom a batch action is for, among a million debtors with three million títulos.
//!
//! The portfolio is that of `milhao`, and on top of it what filters ask for (`lotes/carteira.sql`). Filters are counted and listed by
//! the store as the service does it, and by SQL that somebody wrote by hand (`lotes/dba.rs`), in turn, with one connection each and
//! the same settings; who comes first changes, each is asked twice and the better time counts. Both must find the same, or the
//! measurement fails. Of the two ways in which the SQL is written, the faster one of each filter is the limit.

use cobranca::Resultado;
use cobranca::terminal::note;
use runtime::cronometro;

use crate::linha::Linha;
use crate::milhao::MILHAO;
use crate::milhao::casa::Casa;

mod confirmacao;
mod dba;
mod filtros;
mod planilhas;
mod sorte;

/// The rows of this part, by what is measured at once.
const FILTROS: [&str; 8] = [
    "lotes_filtros",
    "lotes_filtros_sql",
    "lotes_amplos",
    "lotes_amplos_sql",
    "lotes_amostra",
    "lotes_amostra_sql",
    "lotes_amostra_ampla",
    "lotes_amostra_ampla_sql",
];
const CONFIRMACAO: [&str; 1] = ["lotes_confirmacao"];
const LISTA: [&str; 2] = ["lotes_lista_csv", "lotes_lista_xlsx"];
const PLANILHA: [&str; 2] = ["lotes_planilha", "lotes_planilha_memoria"];

/// Measures the rows that are asked for.
pub(crate) async fn measure(quer: &impl Fn(&str) -> bool, linhas: &mut Vec<Linha>) -> Resultado {
    let algum = |nomes: &[&str]| nomes.iter().any(|nome| quer(nome));
    let [de_filtros, de_confirmacao, de_lista, de_planilha] =
        [algum(&FILTROS), algum(&CONFIRMACAO), algum(&LISTA), algum(&PLANILHA)];
    if !(de_filtros || de_confirmacao || de_lista || de_planilha) {
        return Ok(());
    }
    note("gerando 1.000.000 de devedores, 3.250.000 títulos e o que os filtros perguntam deles");
    let medida = cronometro();
    let mut casa = Casa::start_with(MILHAO, include_str!("lotes/carteira.sql")).await?;
    note(&format!("carteira pronta em {:.0} s", medida.decorrido().as_secs_f64()));
    if de_filtros {
        filtros::measure(&mut casa, linhas).await?;
    }
    if de_confirmacao {
        confirmacao::measure(&mut casa, linhas).await?;
    }
    if de_lista {
        planilhas::list(&mut casa, linhas).await?;
    }
    if de_planilha {
        planilhas::sheet(&mut casa, linhas).await?;
    }
    Ok(())
}
