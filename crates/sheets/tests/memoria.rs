#![cfg(test)]
//! Rule b11: what a sheet costs in memory while it is written. One test, so that the process is measured and nothing beside it.

use std::{fs, io};

use chrono::NaiveDate;
use domain::dinheiro::Centavos;
use sheets::saida::{Celula, Coluna, Formato, Saida};

/// Writes so many debtors as the list of a batch has them, and keeps nothing.
fn write(formato: Formato, linhas: i64) {
    let dia = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    let colunas = ["codigo_integracao", "nome", "documento", "email", "saldo", "vencimento"];
    let mut saida = Saida::new(formato, io::sink(), &colunas.map(|titulo| Coluna::new(titulo, 20))).unwrap();
    for n in 0..linhas {
        let celulas = [
            Celula::texto(format!("D{n:07}")),
            Celula::texto(format!("Ana Pedraclara da Conceição {n}")),
            Celula::texto(format!("{n:011}")),
            Celula::texto(format!("ana.{n}@example.com")),
            Celula::Dinheiro(Centavos::new(n * 7)),
            Celula::Data(dia),
        ];
        saida.row(&celulas).unwrap();
    }
    saida.finish().unwrap();
}

/// The most memory that this process has ever had, in kB: pages and the allocator's own measure are in it.
fn peak() -> u64 {
    let estado = fs::read_to_string("/proc/self/status").unwrap();
    let linha = estado.lines().find_map(|linha| linha.strip_prefix("VmHWM:")).unwrap();
    linha.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn b11_ten_times_the_rows_take_no_more_memory() {
    for formato in [Formato::Csv, Formato::Xlsx] {
        write(formato, 10_000);
        let antes = peak();
        write(formato, 100_000);
        let depois = peak();
        println!("{formato:?}: {antes} kB for 10,000 rows, {depois} kB for 100,000");
        // A row has over 90 bytes of text: kept, the 90,000 that came on top would be eight thousand kB and more.
        assert!(depois - antes < 1_000, "{formato:?}: {antes} kB, then {depois} kB");
    }
}
