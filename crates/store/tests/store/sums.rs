//! What each debtor owes, as it is stored. That it is what the títulos add up to is seen at the end of every test of every
//! crate (`testkit::Banco`).

use diesel::connection::SimpleConnection as _;
use domain::dinheiro::Centavos;
use domain::ids::{NegociacaoId, TituloId};
use proptest::prelude::*;
use store::negociacoes;
use store::titulos::{
    Alvo, EntradaEstorno, EntradaPagamento, EntradaTitulo, Pedido, QualPagamento, change_many, pay, reverse,
};
use uuid::Uuid;

use crate::apoio::{Casa, agora, devedor, dia, hora, item};
use crate::negotiations::{TRES, negotiate};

/// What happens to a título, of those there are then.
#[derive(Clone, Debug)]
enum Fato {
    Enviado { codigo: u32, devedor: u32, valor: i64 },
    Pago(usize, i64),
    Estornado(usize),
    Suspenso(usize),
    Reaberto(usize),
    Cancelado(usize),
    Negociado(usize, usize),
    AcordoCancelado(usize),
    AcordoQuebrado(usize),
}

fn fato() -> impl Strategy<Value = Fato> {
    use Fato::{
        AcordoCancelado, AcordoQuebrado, Cancelado, Enviado, Estornado, Negociado, Pago, Reaberto, Suspenso,
    };
    let qual = || 0..6_usize;
    prop_oneof![
        3 => (0..4_u32, 0..3_u32, 1..9_i64).prop_map(|(codigo, devedor, valor)| Enviado { codigo, devedor, valor: valor * 1_000 }),
        2 => (qual(), 1..9_i64).prop_map(|(qual, valor)| Pago(qual, valor * 1_000)),
        1 => qual().prop_map(Estornado),
        1 => qual().prop_map(Suspenso),
        1 => qual().prop_map(Reaberto),
        1 => qual().prop_map(Cancelado),
        2 => (qual(), qual()).prop_map(|(a, b)| Negociado(a, b)),
        1 => qual().prop_map(AcordoCancelado),
        1 => qual().prop_map(AcordoQuebrado),
    ]
}

fn ids(casa: &Casa, tabela: &str) -> Vec<Uuid> {
    let ids = casa.texts(&format!("SELECT id::text AS x FROM cadastro.{tabela} ORDER BY id"));
    ids.iter().map(|id| id.parse().unwrap()).collect()
}

/// The one of that number, if there are so many; what is refused is refused.
fn happen(casa: &Casa, fato: &Fato) {
    let titulos = ids(casa, "titulo");
    let titulo = |n: usize| titulos.get(n).copied().map(TituloId::new);
    let change = |n: usize, pedido: Pedido| {
        if let Some(id) = titulo(n) {
            casa.titulos
                .da_empresa(casa.empresa, |t| change_many(t, &[(Alvo::Id(id), pedido)], agora()))
                .unwrap();
        }
    };
    let acordo = |n: usize| ids(casa, "negociacao").get(n).copied().map(NegociacaoId::new);
    match *fato {
        Fato::Enviado { codigo, devedor: de, valor } => {
            let titulo =
                EntradaTitulo { valor: Centavos::new(valor), ..item(&codigo.to_string(), devedor(de)) };
            casa.push(&[titulo]);
        }
        Fato::Pago(n, valor) => {
            if let Some(id) = titulo(n) {
                let pagamento = EntradaPagamento {
                    valor: Some(Centavos::new(valor)),
                    quita: false,
                    ..EntradaPagamento::integral(Alvo::Id(id))
                };
                casa.titulos
                    .da_empresa(casa.empresa, |t| pay(t, std::slice::from_ref(&pagamento), agora()))
                    .unwrap();
            }
        }
        Fato::Estornado(n) => {
            if let Some(id) = titulo(n) {
                let estorno =
                    EntradaEstorno { titulo: Alvo::Id(id), pagamento: QualPagamento::Todos, motivo: None };
                casa.titulos
                    .da_empresa(casa.empresa, |t| reverse(t, std::slice::from_ref(&estorno), agora()))
                    .unwrap();
            }
        }
        Fato::Suspenso(n) => change(n, Pedido::suspender(None)),
        Fato::Reaberto(n) => change(n, Pedido::reabrir()),
        Fato::Cancelado(n) => change(n, Pedido::cancelar()),
        Fato::Negociado(a, b) => {
            let mut quais: Vec<TituloId> = [a, b].into_iter().filter_map(titulo).collect();
            quais.dedup();
            negotiate(casa, &quais, &TRES).ok();
        }
        Fato::AcordoCancelado(n) => {
            if let Some(id) = acordo(n) {
                let hoje = hora(dia("2026-03-02"));
                casa.titulos.da_empresa(casa.empresa, |t| negociacoes::cancel(t, id, hoje)).unwrap();
            }
        }
        Fato::AcordoQuebrado(n) => {
            if let Some(id) = acordo(n) {
                casa.titulos.da_empresa(casa.empresa, |t| negociacoes::break_up(t, id, agora())).unwrap();
            }
        }
    }
}

/// Each debtor's code, balance and open títulos.
fn sums(casa: &Casa) -> Vec<String> {
    casa.texts(
        "SELECT concat_ws(' ', c.codigo_integracao, s.saldo, s.abertos) AS x FROM cadastro.devedor_saldo s \
           JOIN cadastro.devedor_codigo c USING (empresa_id, devedor_id) ORDER BY 1",
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_sums_are_those_of_the_open_titulos(fatos in prop::collection::vec(fato(), 1..24)) {
        let casa = Casa::nova();
        for fato in &fatos {
            happen(&casa, fato);
        }
        let contados = casa.n("SELECT coalesce(sum(saldo), 0) FROM cadastro.devedor_saldo");
        prop_assert_eq!(contados, casa.n("SELECT coalesce(sum(saldo), 0) FROM cadastro.titulo WHERE status = 'aberto'"));
    }
}

#[test]
fn a_debtor_who_owes_nothing_has_a_sum_too_and_one_who_is_gone_has_none() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1)), item("2", devedor(1)), item("3", devedor(2))]);
    casa.run("UPDATE cadastro.titulo SET status = 'pago', saldo = 0 WHERE codigo_integracao = '3'");
    assert_eq!(sums(&casa), ["d1 20000 2", "d2 0 0"]);
    casa.run(
        "CREATE TEMP TABLE fora AS SELECT devedor_id FROM cadastro.titulo WHERE codigo_integracao = '3'; \
         UPDATE cadastro.titulo SET status = 'aberto', saldo = 500 WHERE codigo_integracao = '3'; \
         DELETE FROM cadastro.meio_contato; DELETE FROM regua.agenda; DELETE FROM cadastro.titulo_historico; \
         DELETE FROM cadastro.titulo WHERE codigo_integracao IN ('2', '3'); \
         DELETE FROM cadastro.devedor_codigo WHERE devedor_id IN (TABLE fora); \
         DELETE FROM cadastro.devedor WHERE id IN (TABLE fora)",
    );
    assert_eq!(sums(&casa), ["d1 10000 1"]);
}

#[test]
fn what_is_taken_back_of_a_transaction_is_not_added_up() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1)), item("2", devedor(1))]);
    casa.run(
        "BEGIN; UPDATE cadastro.titulo SET saldo = saldo - 1000 WHERE codigo_integracao = '1'; SAVEPOINT s; \
         UPDATE cadastro.titulo SET saldo = saldo - 3000 WHERE codigo_integracao = '2'; ROLLBACK TO s; \
         UPDATE cadastro.titulo SET saldo = saldo - 500 WHERE codigo_integracao = '2'; COMMIT",
    );
    assert_eq!(sums(&casa), ["d1 18500 2"]);
}

/// Each has a título of both debtors, and comes to them the other way round.
#[test]
fn who_changes_titulos_of_the_same_debtors_waits_for_nobody() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1)), item("2", devedor(2)), item("3", devedor(1)), item("4", devedor(2))]);
    let (mut um, mut outro) = (casa.root(), casa.root());
    let comeco = "SET lock_timeout = '1s'; BEGIN";
    let pay = |codigo: u32| {
        format!("UPDATE cadastro.titulo SET saldo = saldo - 100 WHERE codigo_integracao = '{codigo}'")
    };
    for conn in [&mut um, &mut outro] {
        conn.batch_execute(comeco).unwrap();
    }
    um.batch_execute(&pay(1)).unwrap();
    outro.batch_execute(&pay(4)).unwrap();
    um.batch_execute(&pay(2)).unwrap();
    outro.batch_execute(&pay(3)).unwrap();
    for conn in [&mut um, &mut outro] {
        conn.batch_execute("COMMIT").unwrap();
    }
    assert_eq!(sums(&casa), ["d1 19800 2", "d2 19800 2"]);
}
