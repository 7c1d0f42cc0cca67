//! Negotiations, one at a time.

use domain::dinheiro::Centavos;
use domain::ids::{NegociacaoId, TituloId};
use domain::negociacao::{
    Acordo, CancelamentoInvalido::ComPagamento, Desconto, Divida, EstadoNegociacao, Impedidos, Impedimento,
    Parcela, Parcelas, vencidos_ate,
};
use domain::titulo::{Mudanca, StatusTitulo, cancelar, pagar};
use store::negociacoes::{self, Anotacoes, Cancelamento, Criada, Filtro, NegociacaoLida};
use store::titulos::{
    EntradaCredor, EntradaTitulo, Recusa, RecusaSituacao, ResultadoItem, change_status, suspend,
};
use store::{StoreError, Tenant};

use crate::apoio::{Casa, REGRAS, agora, d, depois, devedor, dia, hora, item};

/// Instalments of R$ 50,00 due on these days.
pub(crate) fn parcelas(vencimentos: &[&str]) -> Parcelas {
    let parcela = |em: &&str| Parcela { vencimento: dia(em), valor: Centavos::new(5_000) };
    let parcelas: Vec<_> = vencimentos.iter().map(parcela).collect();
    Parcelas::new(parcelas.iter().map(|p| p.valor).sum(), parcelas).unwrap()
}

/// Agrees on these instalments, whatever the títulos owe.
pub(crate) fn create(
    t: &mut Tenant<'_>,
    titulos: &[TituloId],
    parcelas: &Parcelas,
) -> Result<Result<Criada, Impedidos>, StoreError> {
    let hoje = agora().date_naive();
    let acordo = Acordo {
        divida: Divida { principal: parcelas.valor(), encargos: Centavos::ZERO },
        desconto: Desconto::default(),
        juros: Centavos::ZERO,
        parcelas: parcelas.clone(),
        com_entrada: false,
    };
    let originais = match negociacoes::lock(t, titulos, (hoje, hoje), agora())? {
        Ok(originais) => originais,
        Err(impedidos) => return Ok(Err(impedidos)),
    };
    negociacoes::save(t, &originais, &acordo, &Anotacoes::default(), agora()).map(Ok)
}

pub(crate) fn negotiate(
    casa: &Casa,
    titulos: &[TituloId],
    vencimentos: &[&str],
) -> Result<Criada, Impedidos> {
    let parcelas = parcelas(vencimentos);
    casa.titulos.da_empresa(casa.empresa, |t| create(t, titulos, &parcelas)).unwrap()
}

pub(crate) fn pay(casa: &Casa, id: TituloId, hoje: &str) {
    casa.titulos
        .da_empresa(casa.empresa, |t| change_status(t, id, pagar, hora(dia(hoje))))
        .unwrap()
        .unwrap()
        .unwrap();
}

pub(crate) fn cancel(casa: &Casa, id: NegociacaoId, hoje: &str) -> Cancelamento {
    casa.titulos.da_empresa(casa.empresa, |t| negociacoes::cancel(t, id, hora(dia(hoje)))).unwrap().unwrap()
}

pub(crate) fn read(casa: &Casa, id: NegociacaoId) -> NegociacaoLida {
    casa.titulos.da_empresa(casa.empresa, |t| negociacoes::get(t, id)).unwrap().unwrap()
}

/// Every título: code of an original or number of an instalment, status, balance.
pub(crate) fn titulos(casa: &Casa) -> Vec<String> {
    casa.texts(
        "SELECT concat_ws(' ', CASE origem WHEN 'original' THEN codigo_integracao ELSE numero END, status, saldo) AS x \
           FROM cadastro.titulo ORDER BY origem DESC, codigo_integracao",
    )
}

pub(crate) const TRES: [&str; 3] = ["2026-03-20", "2026-04-20", "2026-05-20"];

#[test]
fn k01_the_originals_leave_and_the_instalments_come_in_one_transaction() {
    let casa = Casa::nova();
    let ids = ["1", "2", "3"].map(|codigo| casa.push_one(item(codigo, devedor(1))));
    casa.push(&[item("4", devedor(2))]);
    casa.unmark();
    let criada = negotiate(&casa, &ids[..2], &TRES).unwrap();
    assert_eq!(
        titulos(&casa),
        [
            "1 negociado 10000",
            "2 negociado 10000",
            "3 aberto 10000",
            "4 aberto 10000",
            "Acordo 1/3 aberto 5000",
            "Acordo 2/3 aberto 5000",
            "Acordo 3/3 aberto 5000"
        ]
    );
    let vencimentos = "SELECT concat_ws(' ', vencimento, origem, acordo_id = n.id, negociacao_id) AS x \
                         FROM cadastro.titulo t, cadastro.negociacao n WHERE acordo_id IS NOT NULL ORDER BY vencimento";
    assert_eq!(casa.texts(vencimentos), TRES.map(|em| format!("{em} acordo t")));
    assert_eq!(
        casa.n("SELECT count(*) FROM cadastro.titulo t JOIN cadastro.negociacao n ON n.id = t.negociacao_id"),
        2
    );
    let lida = read(&casa, criada.id);
    assert_eq!((lida.estado.as_str(), lida.valor, lida.primeira_parcela), ("aberta", 15_000, dia(TRES[0])));
    assert_eq!(criada.parcelas.len(), 3);
    assert_eq!(casa.marked(), ["d1"]);
}

#[test]
fn k01_instalments_keep_what_the_originals_agree_in() {
    let casa = Casa::nova();
    let rotulo = |texto: &str| Some(domain::Rotulo::parse(texto).unwrap());
    let credor = |codigo: &str| {
        Some(EntradaCredor { codigo_integracao: codigo.to_owned(), nome: Some(format!("Credor {codigo}")) })
    };
    let com = |codigo: &str, credor, tipo_titulo| {
        let item =
            EntradaTitulo { credor, tipo_titulo, tipo_negocio: rotulo("varejo"), ..item(codigo, devedor(1)) };
        casa.push_one(item)
    };
    let (um, dois, tres) = (
        com("1", credor("a"), rotulo("boleto")),
        com("2", credor("a"), rotulo("cheque")),
        com("3", credor("b"), rotulo("boleto")),
    );
    let mut herdados = Vec::new();
    for originais in [[um, dois], [um, tres]] {
        let criada = negotiate(&casa, &originais, &TRES[..1]).unwrap();
        herdados.extend(casa.texts(&format!(
            "SELECT concat_ws(' ', c.nome, tipo_negocio, tipo_titulo) AS x FROM cadastro.titulo t \
               LEFT JOIN cadastro.credor c ON c.id = t.credor_id WHERE acordo_id = '{}'",
            criada.id
        )));
        cancel(&casa, criada.id, "2026-03-02").unwrap();
    }
    assert_eq!(herdados, ["Credor a varejo", "varejo boleto"]);
}

#[test]
fn k08_every_titulo_that_is_in_the_way_is_named_and_nothing_is_written() {
    let casa = Casa::nova();
    let ids = ["1", "2", "3", "4", "5"].map(|codigo| casa.push_one(item(codigo, devedor(1))));
    let [aberto, pago, cancelado, suspenso, negociado] = ids;
    let alheio = casa.push_one(item("6", devedor(2)));
    let nenhum = TituloId::new(uuid::Uuid::from_u128(1));
    pay(&casa, pago, "2026-03-01");
    casa.titulos
        .da_empresa(casa.empresa, |t| {
            change_status(t, cancelado, cancelar, agora())?.unwrap().unwrap();
            suspend(t, suspenso, None, agora())
        })
        .unwrap();
    let outra = negotiate(&casa, &[negociado], &TRES).unwrap();
    casa.unmark();
    let antes = casa.written();
    let todos = [aberto, pago, cancelado, suspenso, negociado, alheio, nenhum, outra.parcelas[0]];
    let Impedidos(impedidos) = negotiate(&casa, &todos, &TRES).unwrap_err();
    assert_eq!(
        impedidos,
        [
            (pago, Impedimento::Status(StatusTitulo::Pago)),
            (cancelado, Impedimento::Status(StatusTitulo::Cancelado)),
            (suspenso, Impedimento::Status(StatusTitulo::Suspenso)),
            (negociado, Impedimento::Status(StatusTitulo::Negociado)),
            (alheio, Impedimento::OutroDevedor),
            (nenhum, Impedimento::NaoExiste),
            (outra.parcelas[0], Impedimento::ParcelaNaoConfirmada),
        ]
    );
    assert_eq!(negotiate(&casa, &[], &TRES), Err(Impedidos(vec![])));
    assert_eq!(casa.written(), antes);
    assert_eq!(casa.n("SELECT count(*) FROM cadastro.negociacao"), 1);
}

#[test]
fn k03_the_first_instalment_confirms_and_the_originals_stay_negotiated() {
    let casa = Casa::nova();
    let id = casa.push_one(item("1", devedor(1)));
    let criada = negotiate(&casa, &[id], &TRES).unwrap();
    casa.unmark();
    pay(&casa, criada.parcelas[0], "2026-03-10");
    let lida = read(&casa, criada.id);
    assert_eq!((lida.estado.as_str(), lida.confirmada_em), ("confirmada", Some(hora(dia("2026-03-10")))));
    assert_eq!(casa.marked(), ["d1"]);
    assert_eq!(titulos(&casa)[..2], ["1 negociado 10000", "Acordo 1/3 pago 0"]);
    pay(&casa, criada.parcelas[1], "2026-03-11");
    let depois = read(&casa, criada.id);
    assert_eq!((depois.confirmada_em, depois.parcelas_pagas), (lida.confirmada_em, 2), "confirmed once");
}

#[test]
fn k03_another_instalment_does_not_confirm_but_keeps_it_from_being_cancelled() {
    let casa = Casa::nova();
    let id = casa.push_one(item("1", devedor(1)));
    let criada = negotiate(&casa, &[id], &TRES).unwrap();
    pay(&casa, criada.parcelas[1], "2026-03-10");
    let lida = read(&casa, criada.id);
    assert_eq!((lida.estado.as_str(), lida.com_pagamento, lida.confirmada_em), ("aberta", true, None));
    assert_eq!(cancel(&casa, criada.id, "2026-03-11"), Err(ComPagamento));
    pay(&casa, criada.parcelas[0], "2026-03-12");
    assert_eq!(read(&casa, criada.id).estado, "confirmada");
}

/// With the second one paid and the first one gone it could neither be confirmed nor cancelled, nor its originals charged.
#[test]
fn k03_k05_an_instalment_is_not_cancelled_by_itself() {
    let casa = Casa::nova();
    let id = casa.push_one(item("1", devedor(1)));
    let criada = negotiate(&casa, &[id], &TRES).unwrap();
    let cancel_one = |parcela: usize| {
        let id = criada.parcelas[parcela];
        casa.titulos.da_empresa(casa.empresa, |t| change_status(t, id, cancelar, agora())).unwrap().unwrap()
    };
    casa.titulos.da_empresa(casa.empresa, |t| suspend(t, criada.parcelas[2], None, agora())).unwrap();
    for (paga, confirmada) in [(1, false), (0, true)] {
        pay(&casa, criada.parcelas[paga], "2026-03-10");
        let antes = casa.written();
        assert_eq!(cancel_one(2), Err(RecusaSituacao::ParcelaDeAcordo));
        if !confirmada {
            assert_eq!(cancel_one(0), Err(RecusaSituacao::ParcelaDeAcordo));
        }
        assert_eq!(casa.written(), antes);
        assert_eq!(read(&casa, criada.id).estado == "confirmada", confirmada);
    }
    assert!(matches!(cancel_one(0), Err(RecusaSituacao::Status(_))), "it is paid");
    let outro = casa.push_one(item("2", devedor(2)));
    let criada = negotiate(&casa, &[outro], &TRES).unwrap();
    cancel(&casa, criada.id, "2026-03-11").unwrap();
    let cancelada = casa
        .titulos
        .da_empresa(casa.empresa, |t| change_status(t, criada.parcelas[0], cancelar, agora()))
        .unwrap();
    assert_eq!(cancelada, Some(Ok(Mudanca::JaAplicada)), "as it already is");
}

#[test]
fn k05_k06_without_payments_it_is_cancelled_and_again_changes_nothing() {
    let casa = Casa::nova();
    let ids = ["1", "2"].map(|codigo| casa.push_one(item(codigo, devedor(1))));
    let criada = negotiate(&casa, &ids, &TRES).unwrap();
    casa.titulos.da_empresa(casa.empresa, |t| suspend(t, criada.parcelas[2], None, agora())).unwrap();
    casa.unmark();
    assert_eq!(cancel(&casa, criada.id, "2026-03-10"), Ok(Mudanca::Aplicada(EstadoNegociacao::Cancelada)));
    assert_eq!(
        titulos(&casa),
        [
            "1 aberto 10000",
            "2 aberto 10000",
            "Acordo 1/3 cancelado 0",
            "Acordo 2/3 cancelado 0",
            "Acordo 3/3 cancelado 0"
        ]
    );
    assert_eq!(read(&casa, criada.id).cancelada_em, Some(hora(dia("2026-03-10"))));
    assert_eq!(casa.marked(), ["d1"]);
    let antes = casa.written();
    assert_eq!(cancel(&casa, criada.id, "2026-03-11"), Ok(Mudanca::JaAplicada));
    assert_eq!(casa.written(), antes);
    negotiate(&casa, &ids, &TRES).unwrap();
}

#[test]
fn k05_a_paid_instalment_keeps_it_and_so_does_a_confirmation() {
    let casa = Casa::nova();
    let id = casa.push_one(item("1", devedor(1)));
    let criada = negotiate(&casa, &[id], &TRES).unwrap();
    pay(&casa, criada.parcelas[0], "2026-03-10");
    let antes = casa.written();
    assert_eq!(cancel(&casa, criada.id, "2026-03-11"), Err(ComPagamento));
    assert_eq!(casa.written(), antes);
    let nenhuma = NegociacaoId::new(uuid::Uuid::from_u128(1));
    let alguma = casa.titulos.da_empresa(casa.empresa, |t| negociacoes::cancel(t, nenhuma, agora())).unwrap();
    assert_eq!(alguma, None);
}

#[test]
fn k06_an_original_that_went_to_another_debtor_marks_that_one_as_well() {
    let casa = Casa::nova();
    let id = casa.push_one(item("1", devedor(1)));
    casa.push(&[item("2", devedor(2))]);
    let criada = negotiate(&casa, &[id], &TRES).unwrap();
    casa.move_to("1", "d2");
    casa.unmark();
    cancel(&casa, criada.id, "2026-03-10").unwrap();
    assert_eq!(casa.marked(), ["d1", "d2"]);
}

#[test]
fn k07_unconfirmed_and_overdue_are_listed_page_by_page() {
    let casa = Casa::nova();
    // 2026-03-07 is a Saturday: overdue from Tuesday on.
    let vencimentos = ["2026-03-07", "2026-03-05", "2026-03-05", "2026-03-10", "2026-03-04", "2026-03-03"];
    let criadas: Vec<_> = (1..)
        .zip(vencimentos)
        .map(|(n, em)| {
            let id = casa.push_one(item(&n.to_string(), devedor(n)));
            negotiate(&casa, &[id], &[em, "2026-06-10"]).unwrap()
        })
        .collect();
    pay(&casa, criadas[4].parcelas[0], "2026-03-05");
    cancel(&casa, criadas[5].id, "2026-03-05").unwrap();
    let overdue = |hoje: &str| {
        let (mut depois, mut ids) = (None, Vec::new());
        loop {
            let filtro =
                Filtro { nao_confirmadas_ate: Some(vencidos_ate(dia(hoje), &REGRAS)), ..Filtro::default() };
            let pagina =
                casa.titulos.da_empresa(casa.empresa, |t| negociacoes::list(t, &filtro, false, depois, 1));
            let Some(uma) = pagina.unwrap().pop() else { return ids };
            depois = Some((uma.criada_em, uma.id));
            ids.push(criadas.iter().position(|c| c.id.uuid() == uma.id).unwrap());
        }
    };
    assert_eq!(overdue("2026-03-05"), [0; 0]);
    assert_eq!(overdue("2026-03-06"), [1, 2]);
    assert_eq!(overdue("2026-03-09"), [1, 2]);
    assert_eq!(overdue("2026-03-10"), [0, 1, 2]);
}

#[test]
fn k10_a_push_does_not_change_an_instalment() {
    let casa = Casa::nova();
    let id = casa.push_one(item("1", devedor(1)));
    negotiate(&casa, &[id], &TRES).unwrap();
    casa.unmark();
    let codigo =
        casa.texts("SELECT codigo_integracao AS x FROM cadastro.titulo WHERE origem = 'acordo'").remove(0);
    let antes = casa.written();
    let resultados = casa.push(&[item(&codigo, devedor(3)), item(&codigo, devedor(3))]);
    assert_eq!(resultados[0], ResultadoItem::Recusado(Recusa::ParcelaDeAcordo));
    assert!(matches!(resultados[1], ResultadoItem::Recusado(_)));
    assert_eq!(casa.written(), antes);
    let meu = casa.push(&[item("acordo-meu", devedor(3))]);
    assert!(matches!(meu[0], ResultadoItem::Criado(_)), "only the codes that are instalments");
}

#[test]
fn k02_k06_the_walk_stands_still_while_it_is_negotiated_and_goes_on_when_it_is_cancelled() {
    let casa = Casa::nova();
    let id = casa.push_one(item("1", devedor(1)));
    casa.regua(&[d(0), d(6)]);
    let nights = |dias: std::ops::RangeInclusive<u64>| {
        for n in dias {
            casa.night(&depois("2026-03-02", n).to_string());
        }
    };
    nights(0..=2);
    let criada = negotiate(&casa, &[id], &["2026-04-20"]).unwrap();
    nights(3..=12);
    let estado = "SELECT concat_ws(' ', estado, congelada_em) AS x FROM regua.inscricao";
    assert_eq!(casa.texts(estado), ["congelada 2026-03-05"]);
    cancel(&casa, criada.id, "2026-03-14").unwrap();
    nights(13..=20);
    assert_eq!(
        casa.texts("SELECT devida_em::text AS x FROM disparo.execucao ORDER BY 1"),
        ["2026-03-02", "2026-03-18"]
    );
}
