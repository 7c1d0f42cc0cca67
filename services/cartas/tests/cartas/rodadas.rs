//! One look after the other, in our own hands: what is made, and what is left beside it.
#![cfg(test)]

use runtime::Relogio;

use crate::casa::Casa;

fn clock() -> Relogio {
    Relogio::sandbox("2026-03-10T15:00:00Z".parse().unwrap())
}

#[test]
fn a_file_that_is_there_is_made_whatever_is_left_beside_it() {
    let casa = Casa::with_letters(2);
    let vitrine = tempfile::NamedTempFile::new().unwrap();
    // No directory can be made there.
    let impressora = casa.printer(clock(), Some(vitrine.path().join("cartas")));
    assert_eq!(impressora.round(false).unwrap(), 1);
    casa.agree(2);
}
