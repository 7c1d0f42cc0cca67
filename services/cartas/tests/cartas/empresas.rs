//! Several companies: what cannot be done for one of them is done for the others.
#![cfg(test)]

use testkit::block_until;

use crate::casa::{Casa, PRAZO};

const OUTRAS: [&str; 2] = ["00000000-0000-7000-8000-000000000001", "ffffffff-0000-7000-8000-000000000001"];

#[test]
fn a_company_whose_files_cannot_be_kept_keeps_no_other_one_waiting() {
    let casa = Casa::with_letters(3);
    for empresa in OUTRAS {
        casa.write_letters(empresa, 2);
    }
    let mut sql = casa.sql();
    // One is before it and one after it, in whichever order they are looked at.
    sql.run(
        "CREATE FUNCTION public.recusar() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'esta não'; END $$; \
         CREATE TRIGGER recusar BEFORE INSERT ON disparo.arquivo FOR EACH ROW \
           WHEN (NEW.empresa_id = '0192b1f0-0000-7000-8000-000000000001') EXECUTE FUNCTION public.recusar()",
    );
    let _processo = casa.process();
    let feitos = "SELECT count(DISTINCT empresa_id) FROM disparo.arquivo WHERE estado = 'pronto'";
    block_until(PRAZO, || sql.number(feitos) == 2);
    assert_eq!(sql.number("SELECT count(*) FROM disparo.carta WHERE arquivo_id IS NULL"), 3);
}
