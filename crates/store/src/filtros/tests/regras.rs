//! Each rule with one in, one out and one without what it asks about; bounds are inclusive.

mod contato;
mod devedor;
mod negociacao;
mod regua;
mod titulo;

use domain::filtro::Filtro;
use serde_json::Value;

use super::carteira::{Casa, Dev, Tit, dev};
use super::oraculo::atende;

/// Of these, the filter takes exactly those whose name begins with `dentro`.
#[track_caller]
fn assert_dentro(devedores: &[Dev], filtro: &Value) {
    let casa = Casa::nova();
    casa.guardar(1, devedores);
    let filtro = Filtro::ler(filtro).unwrap();
    let mut dentro: Vec<&str> =
        devedores.iter().map(|dev| dev.nome.as_str()).filter(|nome| nome.starts_with("dentro")).collect();
    dentro.sort_unstable();
    assert_eq!(casa.quem(1, devedores, &filtro), dentro, "{}", filtro.escrever());
    for devedor in devedores {
        let espera = devedor.nome.starts_with("dentro");
        assert_eq!(atende(1, devedor, &filtro), espera, "the oracle about {}", devedor.nome);
    }
}

fn com_titulo(nome: &str, titulo: Tit) -> Dev {
    Dev { titulos: vec![titulo], ..dev(nome) }
}
