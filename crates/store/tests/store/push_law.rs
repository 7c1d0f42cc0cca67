//! One push of many is many pushes of one.

use std::collections::BTreeSet;

use domain::Rotulo;
use domain::email::EnderecoEmail;
use proptest::prelude::*;
use store::titulos::{EntradaCredor, EntradaDevedor, EntradaTitulo};

use crate::apoio::{Casa, cpf, devedor, dia, item};

/// Everything a push stores, without ids and instants.
fn content(casa: &Casa) -> Vec<String> {
    casa.texts(
        "SELECT concat_ws(' ', 'codigo', c.codigo_integracao, d.nome, d.documento, d.tipo_pessoa, d.categoria, d.score) AS x \
           FROM cadastro.devedor_codigo c JOIN cadastro.devedor d ON d.id = c.devedor_id \
         UNION ALL SELECT concat_ws(' ', 'email', d.nome, m.valor, m.ordem) \
           FROM cadastro.meio_contato m JOIN cadastro.devedor d ON d.id = m.devedor_id \
         UNION ALL SELECT concat_ws(' ', 'titulo', t.codigo_integracao, d.nome, r.nome, t.numero, t.emissao, t.vencimento, t.valor, t.saldo, t.tipo_negocio, t.tipo_titulo) \
           FROM cadastro.titulo t JOIN cadastro.devedor d ON d.id = t.devedor_id LEFT JOIN cadastro.credor r ON r.id = t.credor_id \
         UNION ALL SELECT concat_ws(' ', 'marcado', count(*)) FROM regua.agenda WHERE proxima = '-infinity' ORDER BY 1",
    )
}

#[derive(Clone, Debug)]
struct Sorteado {
    devedor: u32,
    com_documento: bool,
    nome: u32,
    categoria: Option<u32>,
    emails: Option<Vec<u32>>,
    credor: Option<u32>,
    emissao: bool,
    score: Option<i16>,
    tipo: Option<u32>,
}

fn sorteado() -> impl Strategy<Value = Sorteado> {
    let emails = prop::option::of(prop::collection::vec(0..3_u32, 0..3));
    (
        0..4_u32,
        any::<bool>(),
        0..3_u32,
        prop::option::of(0..2_u32),
        emails,
        prop::option::of(0..2_u32),
        any::<bool>(),
        prop::option::of(0..2_i16),
        prop::option::of(0..2_u32),
    )
        .prop_map(|(devedor, com_documento, nome, categoria, emails, credor, emissao, score, tipo)| {
            Sorteado { devedor, com_documento, nome, categoria, emails, credor, emissao, score, tipo }
        })
}

/// Debtors 0 and 2 are one person with two codes, and so are 1 and 3; the first mention of a code tells the document.
fn montar(sorteados: &[Sorteado]) -> Vec<EntradaTitulo> {
    let mut vistos = BTreeSet::new();
    let montado = |(n, s): (usize, &Sorteado)| {
        let primeira = vistos.insert(s.devedor);
        let email = |e: &u32| EnderecoEmail::parse(&format!("e{e}@x.com.br")).unwrap();
        let devedor = EntradaDevedor {
            nome: format!("Nome {}", s.nome),
            documento: (primeira || s.com_documento).then(|| cpf(s.devedor % 2)),
            categoria: s.categoria.map(|c| format!("c{c}")),
            score: s.score,
            emails: s.emails.as_ref().map(|lista| lista.iter().map(email).collect()),
            ..devedor(s.devedor)
        };
        let credor = s
            .credor
            .map(|c| EntradaCredor { codigo_integracao: "c".to_owned(), nome: Some(format!("Credor {c}")) });
        let emissao = s.emissao.then(|| dia("2026-01-05"));
        let tipo = s.tipo.map(|t| Rotulo::parse(&format!("t{t}")).unwrap());
        EntradaTitulo {
            credor,
            emissao,
            tipo_negocio: tipo.clone(),
            tipo_titulo: tipo,
            ..item(&format!("{:02}", 20 - n), devedor)
        }
    };
    sorteados.iter().enumerate().map(montado).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// The law behind "what is absent keeps what is stored" and "the last mention wins".
    #[test]
    fn one_push_of_many_stores_what_many_pushes_of_one_store(sorteados in prop::collection::vec(sorteado(), 1..8)) {
        let itens = montar(&sorteados);
        let (juntos, um_a_um) = (Casa::nova(), Casa::nova());
        juntos.push(&itens);
        for item in &itens {
            um_a_um.push(std::slice::from_ref(item));
        }
        prop_assert_eq!(content(&juntos), content(&um_a_um));
    }
}
