//! The sheet by which somebody says whom a batch is for, from the template to the lines that come back.
#![cfg(test)]

mod linhas;
mod modelos;
mod recusadas;

use std::io::Cursor;

use domain::execucao::Canal;
use sheets::lote::{LinhaLote, LinhaRecusada, LinhasDoLote, Modelo};
use sheets::saida::{Celula, Coluna, Formato, Saida};

pub(crate) const DEVEDORES: Modelo = Modelo::Devedores(Canal::Negativacao);
pub(crate) const FORMATOS: [Formato; 2] = [Formato::Xlsx, Formato::Csv];

pub(crate) type Lida = Result<LinhaLote, LinhaRecusada>;

pub(crate) fn open(formato: Formato, arquivo: Vec<u8>, modelo: Modelo) -> LinhasDoLote<Cursor<Vec<u8>>> {
    match formato {
        Formato::Xlsx => LinhasDoLote::from_xlsx(Cursor::new(arquivo), modelo).unwrap(),
        Formato::Csv => LinhasDoLote::new(Cursor::new(arquivo), modelo, None).unwrap(),
    }
}

pub(crate) fn read(formato: Formato, arquivo: Vec<u8>, modelo: Modelo) -> Vec<Lida> {
    open(formato, arquivo, modelo).collect()
}

pub(crate) fn read_csv(csv: &str, modelo: Modelo) -> Vec<Lida> {
    read(Formato::Csv, csv.as_bytes().to_vec(), modelo)
}

/// A sheet as somebody else makes one.
pub(crate) fn sheet(formato: Formato, titulos: &[&str], linhas: &[Vec<Celula<'_>>]) -> Vec<u8> {
    let colunas = titulos.iter().map(|titulo| Coluna::new(*titulo, 20)).collect::<Vec<_>>();
    let mut saida = Saida::new(formato, Vec::new(), &colunas).unwrap();
    for linha in linhas {
        saida.row(linha).unwrap();
    }
    saida.finish().unwrap()
}

/// Each line, as it was understood or why not.
pub(crate) fn told(lidas: &[Lida]) -> Vec<String> {
    let uma = |lida: &Lida| match lida {
        Ok(linha) => format!("linha {}: {:?}", linha.linha, linha.identificacao),
        Err(recusa) => recusa.to_string(),
    };
    lidas.iter().map(uma).collect()
}
