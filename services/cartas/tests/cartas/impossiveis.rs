//! Letters that cannot be printed, however often it is tried.
#![cfg(test)]

use testkit::block_until;

use crate::casa::{Casa, PRAZO};

/// As a version to come might compose it.
const ILEGIVEL: &str = "UPDATE disparo.carta SET corpo = '{\"outra\": 1}' WHERE id = md5('e2')::uuid";

#[test]
fn a_letter_that_cannot_be_printed_is_given_up_after_some_attempts_and_the_others_go_on() {
    let casa = Casa::with_letters(3);
    let mut sql = casa.sql();
    sql.run(ILEGIVEL);
    let _processo = casa.process();
    // A lease runs out in its own time.
    let de_novo = "UPDATE disparo.arquivo SET lease_ate = '-infinity' WHERE estado = 'gerando'";
    let cedo = "SELECT count(*) FROM disparo.carta, disparo.arquivo a \
                 WHERE arquivo_id IS NULL AND a.estado = 'gerando' AND a.tentativas < 5";
    block_until(PRAZO, || {
        sql.run(de_novo);
        assert_eq!(sql.number(cedo), 0, "given up before it was tried often enough");
        sql.number("SELECT count(*) FROM disparo.arquivo WHERE estado = 'pronto'") == 1
    });
    let fim = sql.texts(
        "SELECT e.estado || coalesce(' ' || e.motivo, '') || coalesce(' ' || c.retirada_motivo, '') AS text \
           FROM disparo.execucao e JOIN disparo.carta c USING (empresa_id, id) \
          ORDER BY e.id = md5('e2')::uuid",
    );
    assert_eq!(fim, ["enviada", "enviada", "devolvida mensagem_invalida mensagem_invalida"]);
    casa.agree(2);
    let fato = "SELECT count(*) FROM disparo.acontecimento WHERE dados -> 'carta' ->> 'motivo' = 'mensagem_invalida'";
    assert_eq!(sql.number(fato), 1);
}
