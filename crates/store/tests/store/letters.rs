//! Letters in their file: numbered by whoever has it, and out of it when they say what is not so any more.

use std::time::Duration;

use domain::arquivo::MotivoDevolucao;
use domain::ids::ExecucaoId;
use store::arquivos::{self, Baixa, Escrita, Peca, Posse, Pronto};
use store::cartas::{self, Ajuntamento};
use uuid::Uuid;

use crate::apoio::{Casa, LEASE, agora, devedor, item};

const AUTOR: Uuid = Uuid::from_u128(7);

/// The file of a letter about the título of a debtor.
fn letter(casa: &Casa) -> Posse {
    casa.queued();
    casa.run(
        "INSERT INTO disparo.carta (empresa_id, id, devedor_id, acao_id, data, nome, endereco, cep, corpo, identificacao, \
                                    titulos, saldos, vencimentos, montada_em) \
         SELECT e.empresa_id, e.id, e.devedor_id, e.acao_id, e.data, 'Ana', '{}', '01311000', '{}', 'Credor', ARRAY[t.id], \
                ARRAY[t.saldo], ARRAY[t.vencimento], now() \
           FROM disparo.execucao e JOIN cadastro.titulo t ON t.empresa_id = e.empresa_id AND t.id = ANY (e.titulos)",
    );
    let (espera, paciencia) = (Duration::ZERO, Duration::ZERO);
    let ajuntamento = Ajuntamento { espera, paciencia, maximo: 10, lease: LEASE };
    let gather = |t: &mut store::Tenant<'_>| cartas::gather(t, &ajuntamento, agora());
    casa.dispatcher.da_empresa(casa.empresa, gather).unwrap().unwrap()
}

fn prepare(casa: &Casa, posse: &Posse) -> Option<i64> {
    let prepare = |t: &mut store::Tenant<'_>| cartas::prepare(t, posse, LEASE, agora());
    casa.dispatcher.da_empresa(casa.empresa, prepare).unwrap()
}

fn made(casa: &Casa, posse: &Posse) {
    let escrita =
        |fim| Escrita { lugar: posse.lugar(casa.empresa, fim), tamanho: 5, sha256: "ab".to_owned() };
    let pronto =
        Pronto { conteudo: Some(escrita("pdf")), indice: Some(escrita("csv")), itens: 1, paginas: Some(1) };
    let finish = |t: &mut store::Tenant<'_>| arquivos::finish(t, posse, &pronto, agora());
    assert!(casa.dispatcher.da_empresa(casa.empresa, finish).unwrap());
}

fn fetch(casa: &Casa, posse: &Posse, peca: Peca) -> Baixa {
    let fetch = |t: &mut store::Tenant<'_>| arquivos::fetch(t, posse.id, peca, agora()).map(Ok::<_, ()>);
    casa.dispatcher.gravar(casa.empresa, AUTOR, fetch).unwrap().unwrap()
}

fn check(casa: &Casa, posse: &Posse) -> usize {
    casa.dispatcher.da_empresa(casa.empresa, |t| cartas::check(t, posse.id, agora())).unwrap()
}

#[test]
fn c05_a_letter_is_out_once_what_it_demands_is_another_sum_another_day_or_another_debtors() {
    let mudancas = [
        ("UPDATE cadastro.titulo SET saldo = saldo - 1 WHERE codigo_integracao = '1'", "titulo_alterado"),
        (
            "UPDATE cadastro.titulo SET vencimento = vencimento + 1 WHERE codigo_integracao = '1'",
            "titulo_alterado",
        ),
        (
            "UPDATE cadastro.titulo t SET devedor_id = o.devedor_id FROM cadastro.titulo o \
              WHERE t.codigo_integracao = '1' AND o.codigo_integracao = '2'",
            "titulo_alterado",
        ),
        (
            "UPDATE cadastro.titulo SET status = 'pago', saldo = 0 WHERE codigo_integracao = '1'",
            "titulo_pago",
        ),
    ];
    for (mudanca, motivo) in mudancas {
        let casa = Casa::nova();
        let posse = letter(&casa);
        assert_eq!(prepare(&casa, &posse), Some(1), "{mudanca}");
        made(&casa, &posse);
        casa.push_one(item("2", devedor(2)));
        assert_eq!(check(&casa, &posse), 0, "{mudanca}");
        casa.run(mudanca);
        assert_eq!(check(&casa, &posse), 1, "{mudanca}");
        assert_eq!(casa.texts("SELECT retirada_motivo AS x FROM disparo.carta"), [motivo]);
    }
}

#[test]
fn c05_what_changes_after_the_file_was_fetched_is_to_be_taken_out_while_it_is_so() {
    let casa = Casa::nova();
    let posse = letter(&casa);
    assert_eq!(prepare(&casa, &posse), Some(1));
    made(&casa, &posse);
    assert!(matches!(fetch(&casa, &posse, Peca::Conteudo), Baixa::Bytes { .. }));
    let saem = || {
        let ler = |t: &mut store::Tenant<'_>| cartas::to_take_out(t, posse.id, agora());
        let saem = casa.dispatcher.da_empresa(casa.empresa, ler).unwrap();
        saem.into_iter().map(|carta| carta.motivo).collect::<Vec<_>>()
    };
    casa.run("UPDATE cadastro.titulo SET saldo = saldo - 1");
    assert_eq!(saem(), ["titulo_alterado"]);
    casa.run("UPDATE cadastro.titulo SET saldo = saldo + 1");
    assert!(saem().is_empty(), "the payment was taken back");
}

#[test]
fn c05_what_was_posted_stays_as_it_left_and_may_come_back() {
    let casa = Casa::nova();
    let posse = letter(&casa);
    assert_eq!(prepare(&casa, &posse), Some(1));
    made(&casa, &posse);
    assert!(matches!(fetch(&casa, &posse, Peca::Conteudo), Baixa::Bytes { .. }));
    casa.run(
        "UPDATE disparo.arquivo SET impresso_em = now(), postado_em = now(); UPDATE cadastro.titulo SET saldo = saldo - 1; \
         UPDATE disparo.execucao SET estado = 'enviando', lease_ate = now() + interval '1 hour'; \
         UPDATE disparo.execucao SET estado = 'enviada', lease_ate = NULL, enviada_em = now()",
    );
    let ler = |t: &mut store::Tenant<'_>| cartas::to_take_out(t, posse.id, agora());
    assert!(casa.dispatcher.da_empresa(casa.empresa, ler).unwrap().is_empty());
    assert!(matches!(fetch(&casa, &posse, Peca::Conteudo), Baixa::Bytes { .. }));
    assert_eq!(casa.n("SELECT count(*) FROM disparo.carta WHERE retirada_em IS NOT NULL"), 0);
    let carta = ExecucaoId::new(casa.execucoes()[0].id);
    let voltar = |t: &mut store::Tenant<'_>| {
        cartas::bring_back(t, carta, MotivoDevolucao::MudouSe, agora()).map(Ok::<_, ()>)
    };
    assert_eq!(casa.dispatcher.gravar(casa.empresa, AUTOR, voltar).unwrap().unwrap(), Ok(()));
}

#[test]
fn c05_who_fetched_only_the_index_has_nothing_to_post_and_the_file_is_made_again() {
    let casa = Casa::nova();
    let posse = letter(&casa);
    assert_eq!(prepare(&casa, &posse), Some(1));
    made(&casa, &posse);
    assert!(matches!(fetch(&casa, &posse, Peca::Indice), Baixa::Bytes { .. }));
    casa.run("UPDATE cadastro.titulo SET saldo = saldo - 1");
    assert_eq!(fetch(&casa, &posse, Peca::Conteudo), Baixa::EmPreparo);
    assert_eq!(casa.n("SELECT count(*) FROM disparo.carta WHERE arquivo_id IS NOT NULL"), 0);
}

#[test]
fn c05_a_file_that_nobody_fetched_is_looked_at_some_time_after_it_was_made_and_one_that_was_always() {
    let casa = Casa::nova();
    let posse = letter(&casa);
    assert_eq!(prepare(&casa, &posse), Some(1));
    made(&casa, &posse);
    let antes = |minutos| agora() - chrono::TimeDelta::minutes(minutos);
    let olhar = |feitos_antes| {
        let ler = |t: &mut store::Tenant<'_>| arquivos::to_check(t, antes(60), feitos_antes);
        casa.dispatcher.da_empresa(casa.empresa, ler).unwrap()
    };
    assert!(olhar(antes(1)).is_empty(), "it was made a moment ago");
    assert_eq!(olhar(agora()), [posse.id]);
    assert!(matches!(fetch(&casa, &posse, Peca::Conteudo), Baixa::Bytes { .. }));
    assert_eq!(olhar(antes(1)), [posse.id], "what is to be taken out of it is said at once");
}

#[test]
fn who_lost_the_file_does_nothing_to_its_letters() {
    let casa = Casa::nova();
    let primeira = letter(&casa);
    casa.run("UPDATE disparo.arquivo SET lease_ate = clock_timestamp() - interval '1 second'");
    let take =
        |t: &mut store::Tenant<'_>| arquivos::take_over(t, domain::arquivo::TipoArquivo::Cartas, LEASE);
    let segunda = casa.dispatcher.da_empresa(casa.empresa, take).unwrap().unwrap();
    assert_eq!(prepare(&casa, &segunda), Some(1));
    made(&casa, &segunda);
    casa.run(
        "UPDATE disparo.carta SET pagina = 1, paginas = 1; UPDATE disparo.arquivo SET baixado_em = now()",
    );
    casa.run("UPDATE cadastro.titulo SET saldo = saldo - 1");
    assert_eq!(prepare(&casa, &primeira), None, "he was frozen, and comes back");
    assert_eq!(casa.n("SELECT count(*) FROM disparo.carta WHERE arquivo_id IS NOT NULL AND pagina = 1"), 1);
}
