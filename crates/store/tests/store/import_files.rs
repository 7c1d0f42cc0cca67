//! The bytes of a file are what was sent, however whoever received it cut them into parts.

use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom};

use store::importacoes::{self, Arquivo, PARTE};
use uuid::Uuid;

use crate::apoio::Casa;

/// Bytes of a part of the version before: those of its files that are under way stay so.
const PARTE_ANTERIOR: usize = 1024 * 1024;

fn store(casa: &Casa, bytes: &[u8], parte: usize) -> Arquivo {
    let id = Uuid::new_v4();
    for (numero, parte) in (0..).zip(bytes.chunks(parte)) {
        casa.titulos.da_empresa(casa.empresa, |t| importacoes::add_part(t, id, numero, parte)).unwrap();
    }
    Arquivo::new(casa.titulos.clone(), casa.empresa, id, i64::try_from(bytes.len()).unwrap())
}

#[test]
fn a_file_is_read_by_the_size_of_its_own_parts() {
    let casa = Casa::nova();
    for tamanho in [1, PARTE, PARTE + 1, PARTE_ANTERIOR - 1, PARTE_ANTERIOR, 2 * PARTE_ANTERIOR + 7] {
        let bytes: Vec<u8> = (0..tamanho).map(|n| u8::try_from(n % 251).unwrap()).collect();
        for parte in [PARTE, PARTE_ANTERIOR] {
            let mut arquivo = store(&casa, &bytes, parte);
            let mut lidos = Vec::new();
            arquivo.read_to_end(&mut lidos).unwrap();
            assert!(lidos == bytes, "{tamanho} bytes in parts of {parte}: {} read", lidos.len());
            // As a workbook is read: from its end.
            let fim = tamanho.min(PARTE + 3);
            let de = arquivo.seek(SeekFrom::End(-i64::try_from(fim).unwrap())).unwrap();
            assert_eq!(de, u64::try_from(tamanho - fim).unwrap());
            let mut fins = Vec::new();
            arquivo.read_to_end(&mut fins).unwrap();
            assert!(fins == bytes[tamanho - fim..], "the end of {tamanho} bytes in parts of {parte}");
        }
    }
}

#[test]
fn a_file_that_lacks_a_part_is_cut_off() {
    let casa = Casa::nova();
    let id = Uuid::new_v4();
    casa.titulos.da_empresa(casa.empresa, |t| importacoes::add_part(t, id, 0, b"abc")).unwrap();
    for (quem, tamanho) in [(id, 5), (Uuid::new_v4(), 1)] {
        let mut arquivo = Arquivo::new(casa.titulos.clone(), casa.empresa, quem, tamanho);
        let falha = arquivo.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(falha.kind(), ErrorKind::UnexpectedEof);
    }
}
