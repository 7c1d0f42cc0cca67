//! What a filter names is looked up, and what the company has not is named.

use domain::filtro::Filtro;
use serde_json::json;

use super::super::named;
use super::carteira::{Casa, POSICAO, REGUA, RESULTADO, de, id};

#[test]
fn b14_what_a_filter_names_is_said_by_its_name_and_what_nobody_has_is_told() {
    let casa = Casa::nova();
    casa.guardar(1, &[]);
    casa.guardar(2, &[]);
    let ids = |que, n| [id(1, que, n).to_string(), id(2, que, n).to_string()];
    let filtro = Filtro::ler(&json!({
        "devedor": {"credor": ["K1", "K9"]},
        "regua": {"regua": ids(REGUA, 0), "posicao": ids(POSICAO, 3)},
        "contato": {"ultimo_resultado": ids(RESULTADO, 2), "sem_resultado": ids(RESULTADO, 3), "data_de": "2026-11-01"},
    }))
    .unwrap();
    let lidos = casa.lote.da_empresa(de(1), |t| named(t, &filtro)).unwrap();
    let nomes = [
        (id(1, RESULTADO, 2), "R2"),
        (id(1, RESULTADO, 3), "R3"),
        (id(1, REGUA, 0), "R"),
        (id(1, POSICAO, 3), "R, D+1"),
    ];
    assert_eq!(lidos.nomes, nomes.map(|(id, nome)| (id, nome.to_owned())).into());
    let erros: Vec<_> =
        lidos.desconhecidos.iter().map(|erro| (erro.ponteiro.as_str(), erro.codigo)).collect();
    assert_eq!(
        erros,
        [
            ("/devedor/credor", "credor_desconhecido"),
            ("/regua/regua", "regua_desconhecida"),
            ("/regua/posicao", "posicao_desconhecida"),
            ("/contato/ultimo_resultado", "resultado_desconhecido"),
            ("/contato/sem_resultado", "resultado_desconhecido"),
        ]
    );
    assert!(lidos.desconhecidos[0].detalhe.contains("K9"));
    assert!(
        lidos.desconhecidos[1].detalhe.contains(&id(2, REGUA, 0).to_string()),
        "another company's is nobody's"
    );
}
