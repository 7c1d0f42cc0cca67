//! Pushes that meet: the same debtors and títulos from several threads.

use std::collections::BTreeSet;
use std::thread;

use diesel::connection::SimpleConnection as _;
use domain::dinheiro::Centavos;
use domain::email::EnderecoEmail;
use store::titulos::{EntradaDevedor, EntradaTitulo, Recusa, ResultadoItem, upsert};
use store::{Banco, Papel};

use crate::apoio::{Casa, agora, cpf, devedor, id_of, item};
use crate::parada::parada;

const THREADS: u32 = 8;
const RODADAS: u32 = 12;

/// What thread `thread` pushes in round `rodada`: everybody the same debtors and títulos, each in an order of its own
/// and with codes, names and e-mails of its own for the same documents.
fn rodada(thread: u32, rodada: u32) -> Vec<EntradaTitulo> {
    (0..40)
        .map(|n| {
            let n = (n * 7 + thread * 11 + rodada) % 40;
            let pessoa = n + 40 * (rodada / 3);
            let devedor = EntradaDevedor {
                codigo_integracao: format!("t{}-{pessoa}", thread % 3),
                nome: format!("Nome {}", (thread + rodada) % 2),
                documento: Some(cpf(pessoa)),
                emails: Some(vec![
                    EnderecoEmail::parse(&format!("e{}@example.com", (thread + n + rodada) % 3)).unwrap(),
                ]),
                ..devedor(pessoa)
            };
            EntradaTitulo {
                valor: Centavos::new(i64::from(1 + thread)),
                ..item(&format!("{rodada}-{n}"), devedor)
            }
        })
        .collect()
}

#[test]
fn m01_eight_threads_pushing_the_same_debtors_end_well_with_one_debtor_per_document() {
    let casa = Casa::nova();
    let banco = Banco::connect(casa.pg.url(), Papel::Titulos, THREADS).unwrap();
    let falhas: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (banco, empresa) = (&banco, casa.empresa);
                scope.spawn(move || {
                    (0..RODADAS)
                        .map(|r| banco.da_empresa(empresa, |t| upsert(t, &rodada(thread, r), agora())))
                        .filter_map(|outcome| match outcome {
                            Ok(itens) => itens
                                .iter()
                                .find(|r| matches!(r, ResultadoItem::Recusado(_)))
                                .map(|r| format!("{r:?}")),
                            Err(e) => Some(e.to_string()),
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(falhas, [""; 0]);
    assert_eq!(casa.n("SELECT count(*) FROM cadastro.devedor"), 160);
    assert_eq!(casa.n("SELECT count(DISTINCT documento) FROM cadastro.devedor"), 160);
    assert_eq!(casa.n("SELECT count(*) FROM cadastro.devedor_codigo"), 480);
    assert_eq!(casa.n("SELECT count(*) FROM cadastro.titulo"), 480);
    assert_eq!(casa.n("SELECT count(*) FROM cadastro.titulo WHERE saldo <> valor"), 0);
    assert_eq!(casa.marked().len(), 160);
}

/// Pushes `primeiro` and, before it commits, `segundo` from another connection; answers both results.
fn push_over(
    casa: &Casa,
    primeiro: &[EntradaTitulo],
    segundo: &[EntradaTitulo],
) -> (Vec<ResultadoItem>, Vec<ResultadoItem>) {
    let (parada, controle) = parada();
    thread::scope(|scope| {
        let um = scope.spawn(move || {
            casa.titulos.da_empresa(casa.empresa, |t| {
                let resultados = upsert(t, primeiro, agora())?;
                parada.stop();
                Ok(resultados)
            })
        });
        controle.wait_until_there();
        let dois = scope.spawn(|| casa.push(segundo));
        casa.wait_until_blocked();
        controle.go_on();
        (um.join().unwrap().unwrap(), dois.join().unwrap())
    })
}

#[test]
fn who_is_renamed_keeps_nobody_waiting_who_brings_a_titulo_of_theirs() {
    let casa = Casa::nova();
    casa.push(&[item("0", devedor(1))]);
    let renomeado = EntradaDevedor { nome: "Outro nome".to_owned(), ..devedor(1) };
    let (parada, controle) = parada();
    thread::scope(|scope| {
        let um = scope.spawn(|| {
            casa.titulos.da_empresa(casa.empresa, |t| {
                let resultados = upsert(t, &[item("0", renomeado.clone())], agora())?;
                parada.stop();
                Ok(resultados)
            })
        });
        controle.wait_until_there();
        let dois = casa.push(&[item("1", devedor(1))]);
        controle.go_on();
        assert!(matches!(dois[..], [ResultadoItem::Criado(_)]), "{dois:?}");
        assert!(matches!(um.join().unwrap().unwrap()[..], [ResultadoItem::Inalterado(_)]));
    });
    assert_eq!(casa.texts("SELECT nome AS x FROM cadastro.devedor"), ["Outro nome"]);
}

#[test]
fn the_same_titulo_pushed_twice_at_once_is_created_once_and_written_once() {
    let casa = Casa::nova();
    casa.push(&[item("0", devedor(1))]);
    let (um, dois) = push_over(&casa, &[item("1", devedor(1))], &[item("1", devedor(1))]);
    assert!(matches!(um[..], [ResultadoItem::Criado(_)]), "{um:?}");
    assert_eq!(dois, [ResultadoItem::Inalterado(id_of(&um[0]))]);
}

#[test]
fn the_same_new_debtor_pushed_twice_at_once_is_one_debtor() {
    let casa = Casa::nova();
    let (um, dois) = push_over(&casa, &[item("1", devedor(1))], &[item("2", devedor(1))]);
    assert!(matches!((&um[..], &dois[..]), ([ResultadoItem::Criado(_)], [ResultadoItem::Criado(_)])));
    assert_eq!(casa.n("SELECT count(*) FROM cadastro.devedor"), 1);
    let ids: BTreeSet<_> = um.iter().chain(&dois).map(id_of).collect();
    assert_eq!(ids.len(), 2);
}

#[test]
fn what_a_push_leaves_out_stays_also_when_it_is_being_stored_at_the_same_moment() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1))]);
    let com_categoria = EntradaDevedor { categoria: Some("vip".to_owned()), ..devedor(1) };
    let com_outro_nome = EntradaDevedor { nome: "Outro nome".to_owned(), ..devedor(1) };
    let com_emissao =
        EntradaTitulo { emissao: Some(crate::apoio::dia("2026-01-02")), ..item("1", com_categoria) };
    let com_outro_valor = EntradaTitulo { valor: Centavos::new(5), ..item("1", com_outro_nome) };
    push_over(&casa, &[com_emissao], &[com_outro_valor]);
    assert_eq!(
        casa.texts("SELECT concat_ws(' ', d.categoria, d.nome, t.emissao, t.valor) AS x FROM cadastro.devedor d, cadastro.titulo t"),
        ["vip Outro nome 2026-01-02 5"]
    );
}

/// What one push decided by, the other one changed: nothing of one person goes to another's document, whichever was first.
#[test]
fn m01_of_two_pushes_at_once_one_of_which_corrects_the_document_neither_takes_a_titulo_to_another_cpf() {
    let corrigido = EntradaDevedor { documento: Some(cpf(9)), ..devedor(1) };
    let outro_codigo = EntradaDevedor { codigo_integracao: "outro".to_owned(), ..devedor(1) };
    let (corrige, acrescenta) = ([item("0", corrigido)], [item("1", outro_codigo)]);
    let donos = |casa: &Casa| {
        casa.texts(
            "SELECT concat_ws(' ', t.codigo_integracao, d.documento) AS x FROM cadastro.titulo t \
               JOIN cadastro.devedor d ON d.id = t.devedor_id ORDER BY 1",
        )
    };
    let casa = Casa::nova();
    casa.push(&[item("0", devedor(1))]);
    let (_, depois) = push_over(&casa, &corrige, &acrescenta);
    assert!(matches!(depois[..], [ResultadoItem::Criado(_)]), "{depois:?}");
    assert_eq!(donos(&casa), [format!("0 {}", cpf(9).as_str()), format!("1 {}", cpf(1).as_str())]);

    let casa = Casa::nova();
    casa.push(&[item("0", devedor(1))]);
    let (_, depois) = push_over(&casa, &acrescenta, &corrige);
    assert_eq!(depois, [ResultadoItem::Recusado(Recusa::DocumentoDeOutroDevedor)]);
    assert_eq!(donos(&casa), [0, 1].map(|n| format!("{n} {}", cpf(1).as_str())));
}

/// As whoever pays, reopens, cancels or sends locks títulos: in order of id, not of code.
#[test]
fn a_push_locks_what_it_changes_in_order_of_id() {
    let casa = Casa::nova();
    let itens = |valor| {
        let item = |n: u32| EntradaTitulo { valor: Centavos::new(valor), ..item(&n.to_string(), devedor(n)) };
        (10..30).rev().map(item).collect::<Vec<_>>()
    };
    casa.push(&itens(100));
    let mut outra = casa.root();
    let primeiro = "(SELECT id FROM cadastro.titulo ORDER BY id LIMIT 1)";
    outra
        .batch_execute(&format!("BEGIN; SELECT FROM cadastro.titulo WHERE id = {primeiro} FOR UPDATE"))
        .unwrap();
    thread::scope(|scope| {
        let envio = scope.spawn(|| casa.push(&itens(200)));
        casa.wait_until_blocked();
        let outros = outra.batch_execute("SELECT FROM cadastro.titulo FOR UPDATE NOWAIT");
        outra.batch_execute("ROLLBACK").unwrap();
        let feitos = envio.join().unwrap();
        assert!(feitos.iter().all(|feito| matches!(feito, ResultadoItem::Atualizado(_))), "{feitos:?}");
        assert_eq!(outros, Ok(()), "it holds a later one while it waits for an earlier one");
    });
    assert_eq!(casa.n("SELECT count(*) FROM cadastro.titulo WHERE valor = 200 AND saldo = 200"), 20);
}
