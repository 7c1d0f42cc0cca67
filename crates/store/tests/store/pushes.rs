//! The bulk upsert, one push at a time.

use domain::Rotulo;
use domain::dinheiro::Centavos;
use domain::email::EnderecoEmail;
use domain::ids::TituloId;
use store::titulos::{EntradaCredor, EntradaDevedor, EntradaTitulo, Recusa, ResultadoItem, get};

use crate::apoio::{Casa, cpf, devedor, dia, item};

fn isenta(codigo: &str) -> EntradaDevedor {
    EntradaDevedor { codigo_integracao: codigo.to_owned(), documento: None, ..devedor(0) }
}

fn emails(enderecos: &[&str]) -> Vec<EnderecoEmail> {
    enderecos.iter().map(|e| EnderecoEmail::parse(e).unwrap()).collect()
}

fn rotulo(texto: &str) -> Rotulo {
    Rotulo::parse(texto).unwrap()
}

fn stored_emails(casa: &Casa) -> Vec<String> {
    casa.texts("SELECT valor AS x FROM cadastro.meio_contato ORDER BY ordem, valor")
}

#[test]
fn m01_a_second_code_with_the_same_document_is_one_more_code_of_the_same_debtor() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1))]);
    let segundo = EntradaDevedor { codigo_integracao: "outro".to_owned(), ..devedor(1) };
    let terceiro = EntradaDevedor { codigo_integracao: "mais um".to_owned(), ..devedor(1) };
    let resultados = casa.push(&[item("2", segundo), item("3", terceiro)]);
    assert!(matches!(resultados[..], [ResultadoItem::Criado(_), ResultadoItem::Criado(_)]));
    assert_eq!(casa.n("SELECT count(*) FROM cadastro.devedor"), 1);
    assert_eq!(casa.n("SELECT count(DISTINCT devedor_id) FROM cadastro.titulo"), 1);
    assert_eq!(
        casa.texts("SELECT codigo_integracao AS x FROM cadastro.devedor_codigo ORDER BY 1"),
        ["d1", "mais um", "outro"]
    );
}

#[test]
fn m01_two_new_codes_with_one_document_in_one_push_are_one_debtor() {
    let casa = Casa::nova();
    let segundo = EntradaDevedor { codigo_integracao: "a".to_owned(), ..devedor(1) };
    casa.push(&[item("1", devedor(1)), item("2", segundo)]);
    assert_eq!(casa.n("SELECT count(*) FROM cadastro.devedor"), 1);
}

#[test]
fn m01_without_document_each_code_is_a_debtor() {
    let casa = Casa::nova();
    casa.push(&[item("1", isenta("x")), item("2", isenta("y")), item("3", isenta("x"))]);
    assert_eq!(casa.texts("SELECT tipo_pessoa AS x FROM cadastro.devedor"), ["isenta", "isenta"]);
    assert_eq!(casa.n("SELECT count(DISTINCT devedor_id) FROM cadastro.titulo"), 2);
}

#[test]
fn m01_a_document_told_later_stays_when_it_is_left_out() {
    let casa = Casa::nova();
    casa.push(&[item("1", isenta("d1"))]);
    casa.push(&[item("1", devedor(1))]);
    casa.push(&[item("1", EntradaDevedor { documento: None, ..devedor(1) })]);
    assert_eq!(
        casa.texts("SELECT tipo_pessoa || documento AS x FROM cadastro.devedor"),
        [format!("fisica{}", cpf(1).as_str())]
    );
}

#[test]
fn m01_the_document_of_another_debtor_is_refused_and_nothing_of_that_item_is_stored() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1)), item("2", devedor(2))]);
    casa.unmark();
    let antes = casa.versions();
    let trocado = EntradaDevedor { documento: Some(cpf(1)), nome: "Trocado".to_owned(), ..devedor(2) };
    let resultados = casa.push(&[item("2", trocado.clone()), item("3", trocado)]);
    let recusado = ResultadoItem::Recusado(Recusa::DocumentoDeOutroDevedor);
    assert_eq!(resultados, [recusado.clone(), recusado]);
    assert_eq!(casa.versions(), antes);
}

#[test]
fn m01_one_of_several_codes_takes_nobody_to_another_document_and_the_only_one_corrects_it() {
    let casa = Casa::nova();
    let com = |codigo: &str, documento| EntradaDevedor {
        codigo_integracao: codigo.to_owned(),
        documento: Some(cpf(documento)),
        ..devedor(1)
    };
    casa.push(&[item("1", com("a", 1)), item("2", com("b", 1)), item("3", com("c", 3))]);
    let recusado = ResultadoItem::Recusado(Recusa::DocumentoDeOutroDevedor);
    let documentos = || casa.texts("SELECT documento AS x FROM cadastro.devedor");
    let antes = casa.versions();
    for _ in 0..2 {
        let carteira = [item("1", com("a", 1)), item("2", com("b", 9))];
        assert_eq!(casa.push(&carteira)[1], recusado);
        assert_eq!(casa.versions(), antes, "what is refused writes nothing, however often it comes");
    }
    let (corrigido, depois) = (item("3", com("c", 4)), item("4", com("d", 3)));
    assert_eq!(casa.push(&[corrigido.clone(), depois.clone()])[1], recusado, "nobody has it any more");
    assert!(
        documentos().contains(&cpf(4).as_str().to_owned())
            && !documentos().contains(&cpf(3).as_str().to_owned())
    );
    assert!(matches!(
        casa.push(&[corrigido, depois])[..],
        [ResultadoItem::Inalterado(_), ResultadoItem::Criado(_)]
    ));
    assert_eq!(documentos().len(), 3);
    // As they come in one push: the second code makes the first one not the only one.
    let juntos = [item("5", com("e", 5)), item("6", com("f", 5)), item("7", com("f", 6))];
    assert_eq!(casa.push(&juntos)[2], recusado);
}

#[test]
fn a_refused_item_does_not_hold_back_the_others() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1)), item("2", devedor(2))]);
    let trocado = EntradaDevedor { documento: Some(cpf(1)), ..devedor(2) };
    let resultados = casa.push(&[item("3", trocado), item("4", devedor(3))]);
    assert_eq!(resultados[0], ResultadoItem::Recusado(Recusa::DocumentoDeOutroDevedor));
    assert!(matches!(resultados[1], ResultadoItem::Criado(_)));
}

#[test]
fn a_thousand_titulos_of_many_debtors_go_in_one_push_and_the_same_push_again_writes_no_row() {
    let casa = Casa::nova();
    let credor = |n: u32| {
        Some(EntradaCredor { codigo_integracao: format!("c{}", n % 7), nome: Some("Credor".to_owned()) })
    };
    let itens: Vec<_> = (0..1_000)
        .map(|n| {
            let enderecos =
                Some(vec![EnderecoEmail::parse(&format!("d{}@exemplo.com.br", n % 300)).unwrap()]);
            let devedor = EntradaDevedor {
                emails: enderecos,
                categoria: Some("varejo".to_owned()),
                ..devedor(n % 300)
            };
            EntradaTitulo {
                credor: credor(n),
                emissao: Some(dia("2026-01-02")),
                ..item(&n.to_string(), devedor)
            }
        })
        .collect();
    let criados = casa.push(&itens);
    assert!(criados.iter().all(|r| matches!(r, ResultadoItem::Criado(_))));
    assert_eq!(casa.n("SELECT count(*) FROM cadastro.titulo"), 1_000);
    assert_eq!(casa.n("SELECT count(*) FROM cadastro.devedor"), 300);
    assert_eq!(casa.n("SELECT count(*) FROM cadastro.credor"), 7);
    assert_eq!(casa.marked().len(), 300);
    casa.unmark();

    let antes = casa.versions();
    let de_novo = casa.push(&itens);
    assert!(de_novo.iter().zip(&criados).all(|(d, c)| match (d, c) {
        (ResultadoItem::Inalterado(d), ResultadoItem::Criado(c)) => d == c,
        _ => false,
    }));
    assert_eq!(casa.versions(), antes);
}

#[test]
fn the_results_come_in_the_order_of_the_push() {
    let casa = Casa::nova();
    casa.push(&[item("b", devedor(1))]);
    let resultados = casa.push(&[item("c", devedor(1)), item("b", devedor(1)), item("a", devedor(1))]);
    assert!(matches!(
        resultados[..],
        [ResultadoItem::Criado(_), ResultadoItem::Inalterado(_), ResultadoItem::Criado(_)]
    ));
    let codigo = |id: TituloId| {
        casa.titulos.da_empresa(casa.empresa, |t| get(t, id)).unwrap().unwrap().codigo_integracao
    };
    let codigos: Vec<_> = resultados.iter().map(|r| codigo(crate::apoio::id_of(r))).collect();
    assert_eq!(codigos, ["c", "b", "a"]);
}

#[test]
fn what_is_absent_keeps_what_is_stored() {
    let casa = Casa::nova();
    let cheio = EntradaTitulo {
        emissao: Some(dia("2026-01-02")),
        credor: Some(EntradaCredor { codigo_integracao: "c".to_owned(), nome: Some("Credor".to_owned()) }),
        tipo_negocio: Some(rotulo("varejo")),
        tipo_titulo: Some(rotulo("boleto")),
        ..item(
            "1",
            EntradaDevedor {
                categoria: Some("vip".to_owned()),
                score: Some(0),
                emails: Some(emails(&["a@x.com.br"])),
                ..devedor(1)
            },
        )
    };
    casa.push(&[cheio]);
    let antes = casa.versions();
    let vazio = item("1", EntradaDevedor { documento: None, ..devedor(1) });
    assert!(matches!(casa.push(std::slice::from_ref(&vazio))[0], ResultadoItem::Inalterado(_)));
    assert_eq!(casa.versions(), antes);
    // Also when something else changes.
    let pessoa = EntradaDevedor { nome: "Outro nome".to_owned(), ..vazio.devedor.clone() };
    casa.push(&[EntradaTitulo { valor: Centavos::new(5), devedor: pessoa, ..vazio }]);
    assert_eq!(
        casa.texts(
            "SELECT concat_ws(' ', d.nome, d.tipo_pessoa, d.categoria, d.score, t.emissao, t.valor, c.nome, t.tipo_negocio, \
                    t.tipo_titulo) AS x FROM cadastro.devedor d, cadastro.titulo t, cadastro.credor c WHERE c.id = t.credor_id"
        ),
        ["Outro nome fisica vip 0 2026-01-02 5 Credor varejo boleto"]
    );
}

#[test]
fn a_list_of_emails_replaces_the_stored_one_in_the_order_given() {
    let casa = Casa::nova();
    let com = |lista: &[&str]| item("1", EntradaDevedor { emails: Some(emails(lista)), ..devedor(1) });
    casa.push(&[com(&["c@x.com.br", "a@x.com.br", "b@x.com.br"])]);
    assert_eq!(stored_emails(&casa), ["c@x.com.br", "a@x.com.br", "b@x.com.br"]);
    casa.unmark();
    casa.push(&[com(&["b@x.com.br", "d@x.com.br", "c@x.com.br", "b@x.com.br"])]);
    assert_eq!(stored_emails(&casa), ["b@x.com.br", "d@x.com.br", "c@x.com.br"]);
    assert_eq!(casa.marked(), [""; 0], "no régua asks for contacts: the fence reads them as they are then");
    casa.push(&[com(&[])]);
    assert_eq!(stored_emails(&casa), [""; 0]);
}

#[test]
fn a_changed_due_date_updates_the_titulo_and_marks_its_debtor_only() {
    let casa = Casa::nova();
    let antes = casa.push(&[item("1", devedor(1)), item("2", devedor(2))]);
    casa.unmark();
    let adiado = EntradaTitulo { vencimento: dia("2026-04-10"), ..item("1", devedor(1)) };
    let depois = casa.push(&[adiado, item("2", devedor(2))]);
    assert_eq!(depois[0], ResultadoItem::Atualizado(crate::apoio::id_of(&antes[0])));
    assert_eq!(depois[1], ResultadoItem::Inalterado(crate::apoio::id_of(&antes[1])));
    assert_eq!(
        casa.texts("SELECT vencimento::text AS x FROM cadastro.titulo ORDER BY 1"),
        ["2026-02-10", "2026-04-10"]
    );
    assert_eq!(casa.marked(), ["d1"]);
}

/// Creditor, category, score and types say which régua takes a título (rules s05-s10).
#[test]
fn whatever_a_regua_may_ask_marks_the_debtor_when_it_changes_and_only_then() {
    let casa = Casa::nova();
    let um = EntradaTitulo {
        tipo_negocio: Some(rotulo("varejo")),
        tipo_titulo: Some(rotulo("boleto")),
        ..item("1", EntradaDevedor { categoria: Some("a".to_owned()), score: Some(500), ..devedor(1) })
    };
    casa.push(&[um.clone(), item("2", devedor(2))]);
    let credor = Some(EntradaCredor { codigo_integracao: "c".to_owned(), nome: Some("Credor".to_owned()) });
    let categoria = EntradaDevedor { categoria: Some("b".to_owned()), ..um.devedor.clone() };
    for mudado in [
        EntradaTitulo { credor, ..um.clone() },
        EntradaTitulo { tipo_negocio: Some(rotulo("Varejo")), ..um.clone() },
        EntradaTitulo { tipo_titulo: Some(rotulo("cheque")), ..um.clone() },
        EntradaTitulo { devedor: categoria, ..um.clone() },
        EntradaTitulo { devedor: EntradaDevedor { score: Some(501), ..um.devedor.clone() }, ..um.clone() },
    ] {
        casa.push(std::slice::from_ref(&um));
        casa.unmark();
        casa.push(std::slice::from_ref(&mudado));
        assert_eq!(casa.marked(), ["d1"], "{mudado:?}");
        let antes = casa.versions();
        casa.push(&[mudado]);
        assert_eq!(casa.versions(), antes);
    }
}

#[test]
fn a_titulo_that_moves_to_another_debtor_marks_both() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1)), item("2", devedor(2)), item("3", devedor(3))]);
    casa.unmark();
    casa.push(&[item("1", devedor(2))]);
    assert_eq!(casa.marked(), ["d1", "d2"]);
}

#[test]
fn a_changed_value_is_what_is_owed_unless_nothing_is_owed_any_more() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1)), item("2", devedor(2))]);
    casa.run("UPDATE cadastro.titulo SET status = 'pago', saldo = 0 WHERE codigo_integracao = '2'");
    let maior = |codigo, n| EntradaTitulo { valor: Centavos::new(30_000), ..item(codigo, devedor(n)) };
    casa.push(&[maior("1", 1), maior("2", 2)]);
    assert_eq!(
        casa.texts(
            "SELECT concat_ws(' ', status, valor, saldo) AS x FROM cadastro.titulo ORDER BY codigo_integracao"
        ),
        ["aberto 30000 30000", "pago 30000 0"]
    );
}
