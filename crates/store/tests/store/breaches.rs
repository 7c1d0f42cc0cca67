//! Negotiations that are broken.

use domain::dinheiro::Centavos;
use domain::ids::TituloId;
use domain::negociacao::{EstadoNegociacao, Parcela, Parcelas, QuebraInvalida};
use domain::titulo::Mudanca;
use store::negociacoes::{self, Quebra};
use store::titulos::{
    Alvo, EntradaEstorno, QualPagamento, RecusaEstorno, ResultadoEstorno, reverse, suspend,
};

use crate::apoio::{Casa, agora, d, depois, devedor, dia, hora, item};
use crate::migrations::undo;
use crate::negotiations::{TRES, create, negotiate, pay, read, titulos};

fn break_up(casa: &Casa, id: domain::ids::NegociacaoId, hoje: &str) -> Quebra {
    casa.titulos.da_empresa(casa.empresa, |t| negociacoes::break_up(t, id, hora(dia(hoje)))).unwrap().unwrap()
}

/// Two debts of R$ 100,00 in three instalments of R$ 50,00, of which the first was paid.
fn half_paid(casa: &Casa) -> (negociacoes::Criada, [TituloId; 2]) {
    let ids = ["1", "2"].map(|codigo| casa.push_one(item(codigo, devedor(1))));
    let criada = negotiate(casa, &ids, &TRES).unwrap();
    pay(casa, criada.parcelas[0], "2026-03-10");
    casa.unmark();
    (criada, ids)
}

/// What there is after the breach of [`half_paid`].
const QUEBRADA: [&str; 5] = [
    "1 aberto 5293",
    "2 aberto 10000",
    "Acordo 1/3 pago 0",
    "Acordo 2/3 cancelado 0",
    "Acordo 3/3 cancelado 0",
];

#[test]
fn the_originals_are_open_again_less_what_was_paid_and_the_debtor_is_looked_at() {
    let casa = Casa::nova();
    let (criada, _) = half_paid(&casa);
    assert_eq!(break_up(&casa, criada.id, "2026-04-22"), Ok(Mudanca::Aplicada(EstadoNegociacao::Quebrada)));
    // 28 days late on 2026-03-10: 2.00 of fine and 0.93 of interest go before 47.07 of the principal.
    assert_eq!(titulos(&casa), QUEBRADA);
    let imputados = "SELECT concat_ws(' ', left(codigo_integracao, 7), data, valor, principal, multa, juros) AS x \
                       FROM cadastro.pagamento WHERE codigo_integracao IS NOT NULL";
    assert_eq!(casa.texts(imputados), ["quebra- 2026-03-10 5000 4707 200 93"]);
    let lida = read(&casa, criada.id);
    assert_eq!((lida.estado.as_str(), lida.quebrada_em), ("quebrada", Some(hora(dia("2026-04-22")))));
    assert_eq!(casa.marked(), ["d1"]);
    let antes = casa.written();
    assert_eq!(break_up(&casa, criada.id, "2026-04-23"), Ok(Mudanca::JaAplicada));
    assert_eq!(casa.written(), antes);
}

#[test]
fn a_payment_that_was_taken_back_settles_nothing_and_a_suspended_instalment_is_cancelled_too() {
    let casa = Casa::nova();
    let (criada, _) = half_paid(&casa);
    pay(&casa, criada.parcelas[1], "2026-03-11");
    let estorno = EntradaEstorno {
        titulo: Alvo::Id(criada.parcelas[1]),
        pagamento: QualPagamento::Todos,
        motivo: None,
    };
    casa.titulos
        .da_empresa(casa.empresa, |t| {
            reverse(t, std::slice::from_ref(&estorno), agora())?;
            suspend(t, criada.parcelas[2], None, agora())
        })
        .unwrap()
        .unwrap()
        .unwrap();
    break_up(&casa, criada.id, "2026-04-22").unwrap();
    assert_eq!(titulos(&casa), QUEBRADA, "as if only the first had ever been paid");
}

/// What is more than the oldest owed goes on to the next one.
#[test]
fn a_payment_larger_than_the_oldest_debt_settles_it_and_a_part_of_the_next() {
    let casa = Casa::nova();
    let ids = ["1", "2"].map(|codigo| casa.push_one(item(codigo, devedor(1))));
    let uma = Parcelas::new(
        Centavos::new(20_000),
        [("2026-03-20", 15_000), ("2026-04-20", 5_000)]
            .map(|(em, valor)| Parcela { vencimento: dia(em), valor: Centavos::new(valor) })
            .to_vec(),
    );
    let uma = uma.unwrap();
    let criada = casa.titulos.da_empresa(casa.empresa, |t| create(t, &ids, &uma)).unwrap().unwrap();
    pay(&casa, criada.parcelas[0], "2026-03-10");
    break_up(&casa, criada.id, "2026-03-11").unwrap();
    // Each owed 102.93 on 2026-03-10, of which 2.93 are charges: of 150.00 the second gets 47.07, 44.14 of it as principal.
    assert_eq!(titulos(&casa)[..2], ["1 pago 0", "2 aberto 5586"]);
}

#[test]
fn what_was_not_paid_at_all_or_is_in_another_negotiation_is_not_broken() {
    let casa = Casa::nova();
    let id = casa.push_one(item("9", devedor(9)));
    let intacta = negotiate(&casa, &[id], &TRES).unwrap();
    assert_eq!(break_up(&casa, intacta.id, "2026-03-11"), Err(QuebraInvalida::SemPagamento));
    let (criada, _) = half_paid(&casa);
    let outra = negotiate(&casa, &criada.parcelas[1..], &["2026-06-20"]).unwrap();
    let antes = casa.written();
    assert_eq!(break_up(&casa, criada.id, "2026-03-11"), Err(QuebraInvalida::Renegociada));
    assert_eq!(casa.written(), antes);
    let desfeita = casa.titulos.da_empresa(casa.empresa, |t| negociacoes::cancel(t, outra.id, agora()));
    desfeita.unwrap().unwrap().unwrap();
    assert!(break_up(&casa, criada.id, "2026-03-11").is_ok());
}

#[test]
fn what_was_paid_on_a_broken_one_counts_for_its_originals_and_is_not_taken_back() {
    let casa = Casa::nova();
    let (criada, _) = half_paid(&casa);
    break_up(&casa, criada.id, "2026-03-11").unwrap();
    let antes = casa.written();
    let estorno = EntradaEstorno {
        titulo: Alvo::Id(criada.parcelas[0]),
        pagamento: QualPagamento::Todos,
        motivo: None,
    };
    let feito = casa
        .titulos
        .da_empresa(casa.empresa, |t| reverse(t, std::slice::from_ref(&estorno), agora()))
        .unwrap();
    assert_eq!(feito, [ResultadoEstorno::Recusado(RecusaEstorno::AcordoDesfeito)]);
    assert_eq!(casa.written(), antes);
}

#[test]
fn an_original_that_went_to_another_debtor_marks_that_one_as_well() {
    // All of them, or the one of which nothing was paid.
    for movidos in [&["1", "2"][..], &["2"]] {
        let casa = Casa::nova();
        let (criada, _) = half_paid(&casa);
        casa.push(&[item("0", devedor(2))]);
        for codigo in movidos {
            casa.move_to(codigo, "d2");
        }
        casa.unmark();
        break_up(&casa, criada.id, "2026-03-11").unwrap();
        assert_eq!(casa.marked(), ["d1", "d2"], "{movidos:?}");
    }
}

#[test]
fn broken_it_enters_the_regua_again_at_the_first_position() {
    let casa = Casa::nova();
    casa.regua(&[d(0), d(30)]);
    let (criada, _) = half_paid(&casa);
    for n in 0..3 {
        casa.night(&depois("2026-03-11", n).to_string());
    }
    assert_eq!(casa.n("SELECT count(*) FROM disparo.execucao"), 0);
    break_up(&casa, criada.id, "2026-03-14").unwrap();
    casa.night("2026-03-15");
    assert_eq!(casa.texts("SELECT devida_em::text AS x FROM disparo.execucao"), ["2026-03-15"]);
}

#[test]
fn to_an_earlier_version_it_was_confirmed() {
    let casa = Casa::nova();
    let (criada, _) = half_paid(&casa);
    break_up(&casa, criada.id, "2026-03-11").unwrap();
    undo(&casa, "_negociacoes_contatos");
    assert_eq!(casa.texts("SELECT estado AS x FROM cadastro.negociacao"), ["confirmada"]);
    store::migrate(casa.pg.url()).unwrap();
    assert_eq!(casa.n("SELECT count(*) FROM cadastro.negociacao WHERE principal = valor"), 1);
}
