//! What a chunk of a night and a batch of a push read: what they are about, not what is stored. On tables that the
//! planner has no statistics of, as right after a first push.

use store::noites;
use store::titulos::{EntradaTitulo, upsert};
use store::{Banco, Papel};

use crate::apoio::{Casa, NOITE, PRAZO, agora, chunk, d, devedor, dia, item};

const DEVEDORES: u32 = 3_000;
/// Of them, those that the work is about.
const POUCOS: u32 = 100;

#[test]
fn a_chunk_reads_as_many_rows_as_it_has_debtors() {
    let casa = Casa::nova();
    fill(&casa);
    casa.regua(&[d(0), d(5)]);
    let noite = casa.open_new(dia(NOITE));
    let lidas = casa.rows_read(Papel::ReguaEngine, |banco| {
        banco.da_empresa(casa.empresa, |t| chunk(t, noite, i64::from(POUCOS), false)).unwrap();
    });
    for tabela in ["titulo", "inscricao", "agenda"] {
        assert!(lidas(tabela) <= i64::from(4 * POUCOS), "{tabela}: {} linhas", lidas(tabela));
    }
    assert!(lidas("titulo") >= i64::from(POUCOS));
}
