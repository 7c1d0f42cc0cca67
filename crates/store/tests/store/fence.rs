//! The claim, right before the provider call.

use std::thread;

use chrono::{NaiveTime, TimeDelta};
use domain::email::EnderecoEmail;
use domain::execucao::{Canal, Envio, Fonte, Motivo};
use domain::ids::TituloId;
use domain::janela::{DiasDaSemana, Janela};
use domain::regua::EstadoRegua;
use domain::titulo::{StatusTitulo, pagar};
use store::disparos::enqueue;
use store::empresas::{MudancaEmpresa, update};
use store::titulos::{EntradaCredor, EntradaDevedor, EntradaTitulo, change_status};
use store::{disparos, reguas};

use crate::apoio::disparo::claim;
use crate::apoio::{Casa, LEASE, NOITE, agora, descartar, devedor, dia, hora, item, nome, set_estado};
use crate::parada::parada;

fn pay(casa: &Casa, titulo: TituloId) {
    casa.titulos
        .da_empresa(casa.empresa, |t| change_status(t, titulo, pagar, agora()))
        .unwrap()
        .unwrap()
        .unwrap();
}

#[test]
fn the_fence_shows_everything_a_message_needs_as_it_is_now() {
    let casa = Casa::nova();
    let hora_do_dia = |h| NaiveTime::from_hms_opt(h, 0, 0).unwrap();
    let janela = Janela::new(hora_do_dia(9), hora_do_dia(18), DiasDaSemana::UTEIS).unwrap();
    let mudanca = MudancaEmpresa {
        fuso: Some("America/Manaus".to_owned()),
        vencimento_em_dia_util: Some(false),
        janelas: vec![(Canal::Email, janela)],
        ..Default::default()
    };
    casa.titulos.da_empresa(casa.empresa, |t| update(t, &mudanca)).unwrap();
    let endereco = |e: &str| EnderecoEmail::parse(e).unwrap();
    let pessoa =
        EntradaDevedor { emails: Some(vec![endereco("z@x.com.br"), endereco("a@x.com.br")]), ..devedor(1) };
    let credor = Some(EntradaCredor { codigo_integracao: "c".to_owned(), nome: Some("Loja".to_owned()) });
    let titulo = casa.push_one(EntradaTitulo { credor, ..item("1", pessoa) });
    let id = casa.queue_one();

    let dados = casa.seen(id);
    assert_eq!(
        (dados.canal, dados.fonte, dados.regua_ativa, dados.tentativas),
        (Canal::Email, Fonte::Cobranca, true, 0)
    );
    assert_eq!((dados.janela, dados.fuso.name()), (Some(janela), "America/Manaus"));
    assert!(!dados.regras.vencimento_em_dia_util);
    assert_eq!(
        (dados.empresa_nome.as_str(), dados.remetente_email.as_str()),
        ("Alfa", "cobranca@empresa.com.br")
    );
    assert_eq!((dados.assunto.as_deref(), dados.corpo.as_deref()), (Some("Aviso"), Some("Olá, #NOME#")));
    assert_eq!(dados.devedor_nome, "Devedor 1");
    assert_eq!(dados.devedor_documento.as_deref(), Some(crate::apoio::cpf(1).as_str()));
    assert_eq!(
        (dados.devedor_codigo.as_deref(), dados.devedor_email.as_deref()),
        (Some("d1"), Some("z@x.com.br"))
    );
    let linha = &dados.linhas[0];
    assert_eq!(
        (linha.titulo.id, linha.titulo.saldo.get(), linha.titulo.status),
        (titulo, 10_000, StatusTitulo::Aberto)
    );
    assert_eq!((linha.numero.as_str(), linha.credor.as_deref()), ("NF 1", Some("Loja")));
}

#[test]
fn v03_the_fence_knows_that_the_regua_was_deactivated_meanwhile() {
    let casa = Casa::nova();
    let (id, _) = casa.queued();
    casa.engine
        .da_empresa(casa.empresa, |t| {
            let regua = reguas::list(t)?[0].regua.id();
            set_estado(t, regua, EstadoRegua::Inativa, agora())
        })
        .unwrap();
    assert!(!casa.seen(id).regua_ativa);
}

#[test]
fn j05_a_payment_that_is_committing_when_the_fence_comes_is_waited_for_and_seen() {
    let casa = Casa::nova();
    let (id, titulo) = casa.queued();
    let (parada, controle) = parada();
    let visto = thread::scope(|scope| {
        let pagamento = scope.spawn(|| {
            casa.titulos.da_empresa(casa.empresa, |t| {
                change_status(t, titulo, pagar, agora())?.unwrap().unwrap();
                parada.stop();
                Ok(())
            })
        });
        controle.wait_until_there();
        let cerca = scope.spawn(|| casa.seen(id));
        casa.wait_until_blocked();
        controle.go_on();
        pagamento.join().unwrap().unwrap();
        cerca.join().unwrap()
    });
    let linha = &visto.linhas[0].titulo;
    assert_eq!((linha.status, linha.saldo.get()), (StatusTitulo::Pago, 0));
}

#[test]
fn j05_a_payment_that_comes_after_the_fence_waits_for_the_claim() {
    let casa = Casa::nova();
    let (id, titulo) = casa.queued();
    let (parada, controle) = parada();
    thread::scope(|scope| {
        let cerca = scope.spawn(|| {
            casa.dispatcher.da_empresa(casa.empresa, |t| {
                let claimed = claim(t, id, LEASE, |dados| {
                    assert_eq!(dados.linhas[0].titulo.status, StatusTitulo::Aberto);
                    Envio::Enviar { titulos: vec![titulo] }
                })?;
                parada.stop();
                Ok(nome(&claimed))
            })
        });
        controle.wait_until_there();
        let pagamento = scope.spawn(|| pay(&casa, titulo));
        casa.wait_until_blocked();
        assert!(!pagamento.is_finished(), "it has not answered 200");
        controle.go_on();
        assert_eq!(cerca.join().unwrap().unwrap(), "nossa");
        pagamento.join().unwrap();
    });
    assert_eq!(casa.execucao(id).estado, "enviando");
}

/// A título that a later push gave to another debtor must not be told to this one.
#[test]
fn m09_a_titulo_that_moved_to_another_debtor_is_not_at_the_fence() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1)), item("2", devedor(1))]);
    let id = casa.queue_one();
    casa.push(&[item("2", devedor(2))]);
    let linhas: Vec<_> = casa.seen(id).linhas.into_iter().map(|l| l.numero).collect();
    assert_eq!(linhas, ["NF 1"]);
}

#[test]
fn a_second_claim_finds_it_taken() {
    let casa = Casa::nova();
    let (id, _) = casa.queued();
    casa.claimed(id, LEASE);
    assert_eq!(nome(&casa.claim(id, LEASE, &descartar())), "de outro");
    assert_eq!(casa.execucao(id).estado, "enviando");
}

#[test]
fn a_claim_while_another_one_is_at_the_fence_finds_it_taken_without_waiting() {
    let casa = Casa::nova();
    let (id, titulo) = casa.queued();
    let (parada, controle) = parada();
    thread::scope(|scope| {
        let um = scope.spawn(|| {
            casa.dispatcher.da_empresa(casa.empresa, |t| {
                let claimed = claim(t, id, LEASE, |_| Envio::Enviar { titulos: vec![titulo] })?;
                parada.stop();
                Ok(nome(&claimed))
            })
        });
        controle.wait_until_there();
        assert_eq!(nome(&casa.claim(id, LEASE, &descartar())), "de outro");
        controle.go_on();
        assert_eq!(um.join().unwrap().unwrap(), "nossa");
    });
}

#[test]
fn a_claim_that_dies_before_its_commit_can_be_claimed_again() {
    let casa = Casa::nova();
    let (id, _) = casa.queued();
    let morto = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        casa.dispatcher.da_empresa(casa.empresa, |t| -> Result<(), _> {
            claim(t, id, LEASE, |_| Envio::Enviar { titulos: vec![] })?;
            panic!("o processo morre aqui");
        })
    }));
    assert!(morto.is_err());
    assert_eq!(casa.execucao(id).estado, "enfileirada");
    casa.claimed(id, LEASE);
}

#[test]
fn j02_one_that_waits_for_its_window_is_pendente_until_then_without_a_lost_attempt() {
    let casa = Casa::nova();
    let (id, _) = casa.queued();
    let para = hora(dia(NOITE)) + TimeDelta::hours(6);
    assert_eq!(nome(&casa.claim(id, LEASE, &Envio::Adiar { para })), format!("adiada para {para}"));
    let lida = casa.execucao(id);
    assert_eq!((lida.estado.as_str(), lida.publicar_em, lida.tentativas), ("pendente", para, 0));
    assert_eq!(
        enqueue(&casa.dispatcher, &[Canal::Email], para - TimeDelta::seconds(1), (9, 1_000)).unwrap(),
        []
    );
    assert_eq!(enqueue(&casa.dispatcher, &[Canal::Email], para, (9, 1_000)).unwrap().len(), 1);
}

#[test]
fn j04_one_that_is_called_off_ends_with_its_reason() {
    let casa = Casa::nova();
    let (id, _) = casa.queued();
    let envio = Envio::Descartar { motivo: Motivo::TituloPago };
    assert_eq!(nome(&casa.claim(id, LEASE, &envio)), "descartada (titulo_pago)");
    let lida = casa.execucao(id);
    assert_eq!((lida.estado.as_str(), lida.motivo.as_deref()), ("descartada", Some("titulo_pago")));
    assert_eq!(nome(&casa.claim(id, LEASE, &Envio::Enviar { titulos: vec![] })), "de outro");
    assert_eq!(enqueue(&casa.dispatcher, &[Canal::Email], hora(dia("2027-01-01")), (9, 1_000)).unwrap(), []);
    let parado = casa
        .dispatcher
        .da_empresa(casa.empresa, |t| store::execucoes::in_motion(t, hora(dia("2027-01-01")), None));
    assert_eq!(parado.unwrap(), 0);
}

#[test]
fn what_is_not_queued_cannot_be_claimed() {
    let casa = Casa::nova();
    let (id, _) = casa.queued();
    disparos::unqueue(&casa.dispatcher, &[(casa.empresa, id)]).unwrap();
    assert_eq!(nome(&casa.claim(id, LEASE, &descartar())), "de outro");
    assert_eq!(casa.execucao(id).estado, "pendente");
}
