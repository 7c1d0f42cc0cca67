//! Where an enrolment is: the position that fired last, and the night on which it did.

use domain::titulo::{reabrir, suspender};
use store::titulos::change_status;

use crate::apoio::{Casa, d, devedor, dia, hora, item};
use crate::migrations::undo;

fn onde(casa: &Casa) -> Vec<String> {
    casa.texts(
        "SELECT coalesce(p.dias || ' desde ' || i.posicao_em, 'antes da primeira') AS x FROM regua.inscricao i \
           LEFT JOIN regua.posicao p ON p.empresa_id = i.empresa_id AND p.id = i.posicao_id",
    )
}

#[test]
fn f19_an_enrolment_is_where_it_fired_last_since_the_night_it_did() {
    let casa = Casa::nova();
    let titulo = casa.push_one(item("1", devedor(1)));
    casa.regua(&[d(1), d(3), d(5)]);
    let noite = |data: &str| {
        casa.night(data);
        onde(&casa)
    };
    assert_eq!(noite("2026-03-02"), ["antes da primeira"]);
    assert_eq!(noite("2026-03-03"), ["1 desde 2026-03-03"]);
    let mudar = |para, data| {
        casa.titulos.da_empresa(casa.empresa, |t| change_status(t, titulo, para, hora(dia(data)))).unwrap()
    };
    mudar(suspender, "2026-03-03").unwrap().unwrap();
    assert_eq!(noite("2026-03-04"), ["1 desde 2026-03-03"]);
    mudar(reabrir, "2026-03-05").unwrap().unwrap();
    assert_eq!(noite("2026-03-06"), ["1 desde 2026-03-03"], "the anchor moved, the entry did not");
    assert_eq!(noite("2026-03-20"), ["3 desde 2026-03-20"], "late: on the night it fired");
    assert_eq!(noite("2026-03-22"), ["5 desde 2026-03-22"], "the last one too");
}

#[test]
fn f19_the_migration_tells_where_each_one_is_by_its_anchor() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1))]);
    casa.regua(&[d(0), d(3), d(5)]);
    for (data, espera) in [
        ("2026-03-02", "0 desde 2026-03-02"),
        ("2026-03-05", "3 desde 2026-03-05"),
        ("2026-03-07", "5 desde 2026-03-07"),
    ] {
        casa.night(data);
        assert_eq!(onde(&casa), [espera]);
        undo(&casa, "_filtros");
        store::migrate(casa.pg.url()).unwrap();
        assert_eq!(onde(&casa), [espera]);
    }
}
