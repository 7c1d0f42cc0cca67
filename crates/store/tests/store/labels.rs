//! Labels as they are stored: what is none is refused by the tables, and never taken for absent.

use diesel::connection::SimpleConnection as _;
use domain::Rotulo;
use store::StoreError;
use store::titulos::EntradaTitulo;

use crate::apoio::{Casa, NOITE, chunk, devedor, dia, item};

/// Every blank of Unicode, as `Rotulo::parse` drops them.
fn blanks() -> impl Iterator<Item = char> {
    (0..=0x0001_FFFF).filter_map(char::from_u32).filter(|c| c.is_whitespace())
}

#[test]
fn what_the_tables_take_for_a_label_is_what_the_domain_does() {
    let casa = Casa::nova();
    let brancos: String = blanks().collect();
    let textos = [
        " varejo ".to_owned(),
        format!("{brancos}v{brancos}b{brancos}"),
        brancos,
        String::new(),
        "é".repeat(60),
        "é".repeat(61),
        format!("{}  x", "é".repeat(59)),
        "Nívea & Cia.".to_owned(),
    ];
    for texto in textos {
        let cortado: String = texto.trim().chars().take(60).collect();
        let guardado =
            casa.texts(&format!("SELECT coalesce(cadastro.rotulo('{texto}'), '-') AS x")).remove(0);
        let esperado = Rotulo::parse(&cortado).map_or("-".to_owned(), |rotulo| rotulo.to_string());
        assert_eq!(guardado, esperado, "{texto:?}");
    }
}

#[test]
fn what_is_no_label_is_not_stored() {
    let casa = Casa::nova();
    casa.push_one(item("1", devedor(1)));
    for (texto, cabe) in
        [("", false), ("\u{a0}", false), (" a", false), (&*"x".repeat(61), false), ("a b", true)]
    {
        for coluna in ["titulo SET tipo_negocio", "titulo SET tipo_titulo", "devedor SET categoria"] {
            let feito = casa.root().batch_execute(&format!("UPDATE cadastro.{coluna} = '{texto}'"));
            assert_eq!(feito.is_ok(), cabe, "{coluna} {texto:?}");
        }
    }
}

#[test]
fn a_label_that_cannot_be_read_stops_the_night_instead_of_being_taken_for_none() {
    for (coluna, regra) in [
        ("titulo SET tipo_negocio", "titulo DROP CONSTRAINT titulo_rotulos"),
        ("titulo SET tipo_titulo", "titulo DROP CONSTRAINT titulo_rotulos"),
        ("devedor SET categoria", "devedor DROP CONSTRAINT devedor_rotulo"),
    ] {
        let casa = Casa::nova();
        let negocio = Some(Rotulo::parse("varejo").unwrap());
        casa.push_one(EntradaTitulo { tipo_negocio: negocio, ..item("1", devedor(1)) });
        let noite = casa.open_new(dia(NOITE));
        casa.run(&format!("ALTER TABLE cadastro.{regra}; UPDATE cadastro.{coluna} = repeat('x', 61)"));
        let lido = casa.engine.da_empresa(casa.empresa, |t| chunk(t, noite, 10, false));
        assert!(matches!(lido, Err(StoreError::Unknown("rotulo"))), "{coluna}: {lido:?}");
    }
}
