//! A sheet as people export it: what is understood, what is refused, and what the refusal says.
#![cfg(test)]

mod arquivo;
mod linhas;

use chrono::NaiveDate;
use sheets::{Campo, ErroLinha, LinhaTitulo, LinhasImportadas, Mapa};

pub(crate) const CABECALHO: &str = "codigo_integracao;numero;emissao;vencimento;valor;pago_em;contestado;devedor_codigo;devedor_nome;\
                         documento;tipo_pessoa;email;telefone;categoria;cidade;uf;credor_codigo;credor_nome\n";
pub(crate) const COMPLETA: &str = "NF-1;1/01;2026-02-01;2026-03-02;1.234,56;2026-03-10;sim;D-1;Ana Pedraclara;529.982.247-25;fisica;\
                        ana@example.com;(11) 90000-0001;varejo;São Paulo;sp;CR-1;Colégio Serraclara\n";

pub(crate) fn import(csv: &[u8], mapa: Mapa) -> Vec<Result<LinhaTitulo, ErroLinha>> {
    LinhasImportadas::new(csv, mapa).unwrap().collect()
}

pub(crate) fn import_ours(linhas: &str) -> Vec<Result<LinhaTitulo, ErroLinha>> {
    import(format!("{CABECALHO}{linhas}").as_bytes(), Mapa::default())
}

pub(crate) fn fields(recusa: &ErroLinha) -> Vec<&'static str> {
    recusa.erros.iter().filter_map(|erro| erro.campo).map(Campo::as_str).collect()
}

pub(crate) fn day(ano: i32, mes: u32, dia: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(ano, mes, dia).unwrap()
}

/// A map of every column to itself.
pub(crate) fn own_columns() -> String {
    let colunas = CABECALHO.trim_end().split(';').map(|campo| format!("{campo} = '{campo}'"));
    colunas.collect::<Vec<_>>().join("\n")
}
