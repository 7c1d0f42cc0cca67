//! Entries at bureaus: what keeps them from a remessa, and what ends them.

use std::time::Duration;

use domain::negativacao::MotivoBaixa;
use store::negativacoes;
use uuid::Uuid;

use crate::apoio::LEASE;
use crate::bureaus::{agora, begin, finish, hoje, house, lines, move_on, situacoes};

#[test]
fn what_waits_is_in_nobodys_way_and_what_no_account_includes_ends() {
    let (casa, conta) = house(2);
    casa.run("UPDATE cadastro.titulo SET status = 'suspenso', suspenso_ate = '2099-01-01' WHERE codigo_integracao = 'T0'");
    move_on(&casa);
    let esperando = |incluir| {
        casa.dispatcher
            .da_empresa(casa.empresa, |t| negativacoes::waiting(t, Duration::ZERO, incluir))
            .unwrap()
            .len()
    };
    assert_eq!((esperando(true), esperando(false)), (1, 0));
    let posse = begin(&casa, conta).unwrap();
    assert_eq!(lines(&casa, &posse), [(2, "T1".to_owned(), false)]);
    assert!(finish(&casa, &posse));
    assert_eq!(esperando(true), 0);
    casa.run("UPDATE disparo.credencial SET ativa = false");
    assert_eq!(move_on(&casa).baixas, 1);
    assert_eq!(situacoes(&casa), ["cancelada", "enviada"]);
}

#[test]
fn only_who_is_spoken_to_by_files_has_remessas() {
    let (casa, _) = house(1);
    let esperando = |bureau: &str| {
        casa.run(&format!(
            "UPDATE disparo.credencial SET bureau = '{bureau}'; UPDATE disparo.negativacao SET bureau = '{bureau}'"
        ));
        let contas =
            casa.dispatcher.da_empresa(casa.empresa, |t| negativacoes::waiting(t, Duration::ZERO, true));
        contas.unwrap().len()
    };
    assert_eq!(["spc", "http", "pefin"].map(esperando), [0, 0, 1]);
}

#[test]
fn the_deadline_of_an_agreement_counts_from_the_payment_of_its_first_instalment() {
    let (casa, conta) = house(2);
    begin(&casa, conta).unwrap();
    let e = casa.empresa;
    let negociacao = Uuid::new_v4();
    casa.run(&format!(
        "INSERT INTO cadastro.negociacao (empresa_id, id, devedor_id, estado, valor, primeira_parcela, com_pagamento, criada_em, \
                confirmada_em, principal, encargos, desconto_encargos, desconto_principal, juros, com_entrada) \
         SELECT '{e}', '{negociacao}', t.devedor_id, 'confirmada', 100, '2026-03-01', true, now(), now(), 100, 0, 0, 0, 0, false \
           FROM cadastro.titulo t WHERE codigo_integracao = 'T0'; \
         UPDATE cadastro.titulo SET acordo_id = '{negociacao}', origem = 'acordo' WHERE codigo_integracao = 'T1'; \
         UPDATE cadastro.titulo SET negociacao_id = '{negociacao}', status = 'negociado' WHERE codigo_integracao = 'T0'; \
         INSERT INTO cadastro.pagamento (empresa_id, id, titulo_id, data, valor, principal, correcao, multa, juros, desconto, excedente, \
                criado_em) \
         SELECT empresa_id, gen_random_uuid(), id, '2026-02-26', 100, 100, 0, 0, 0, 0, 0, now() FROM cadastro.titulo \
          WHERE codigo_integracao = 'T1'"
    ));
    assert_eq!(move_on(&casa).baixas, 1);
    assert_eq!(
        casa.texts("SELECT motivo_baixa || ' ' || base_baixa AS x FROM disparo.negativacao WHERE motivo_baixa IS NOT NULL"),
        ["acordo 2026-02-26"]
    );
}

#[test]
fn r02_the_entries_of_another_company_are_nobodys() {
    let (casa, conta) = house(1);
    let outra = crate::apoio::nova_empresa(&casa.titulos, "Beta");
    let em = (agora(), hoje());
    let nenhuma =
        casa.dispatcher.da_empresa(outra, |t| negativacoes::begin_remessa(t, conta, (10, true), em, LEASE));
    assert_eq!(nenhuma.unwrap(), None);
    let id: Uuid = casa.texts("SELECT id::text AS x FROM disparo.negativacao")[0].parse().unwrap();
    let baixa =
        casa.dispatcher.da_empresa(outra, |t| negativacoes::ask_off(t, id, MotivoBaixa::Solicitacao, em));
    assert_eq!(baixa.unwrap(), None);
    let todas = casa
        .dispatcher
        .da_empresa(outra, |t| negativacoes::list(t, &negativacoes::Filtro::default(), None, 10));
    assert!(todas.unwrap().is_empty());
    assert_eq!(negativacoes::companies(&casa.dispatcher).unwrap(), [casa.empresa]);
    let esperando =
        casa.dispatcher.da_empresa(casa.empresa, |t| negativacoes::waiting(t, Duration::from_hours(1), true));
    assert!(esperando.unwrap().is_empty(), "an entry waits for others to go with");
}

#[test]
fn b23_an_entry_of_a_batch_that_was_called_off_goes_to_no_bureau() {
    let (casa, conta) = house(2);
    let e = casa.empresa;
    let lote = Uuid::new_v4();
    // As if a batch had asked for both, and somebody had called it off before anybody carried them.
    casa.run(&format!(
        "INSERT INTO lote.acao_em_lote (empresa_id, id, tipo, estado, criada_em, atualizada_em) \
         VALUES ('{e}', '{lote}', 'negativacao', 'rascunho', now(), now()); \
         UPDATE disparo.execucao SET lote_id = '{lote}', regua_id = NULL, posicao_id = NULL, acao_id = NULL, inscricao_id = NULL, \
                ciclo = NULL, conteudo_id = NULL"
    ));
    let mut olho = testkit::Sql::connect(casa.pg.url());
    olho.run(&format!("SET app.empresa = '{e}'"));
    let mut andando = || olho.number(&format!("disparo.lote_andando('{lote}', 'negativacao')::integer"));
    casa.run("UPDATE disparo.execucao SET estado = 'descartada', motivo = 'sem_titulo'");
    assert_eq!(andando(), 1, "nobody carried them yet");
    casa.run("UPDATE disparo.negativacao SET parada = true");
    let esperando = || {
        let ler = |t: &mut store::Tenant<'_>| negativacoes::waiting(t, Duration::ZERO, true);
        casa.dispatcher.da_empresa(casa.empresa, ler).unwrap().len()
    };
    assert_eq!(esperando(), 0, "their títulos say to wait");
    casa.run("UPDATE lote.acao_em_lote SET estado = 'cancelada', cancelada_em = now()");
    assert_eq!(esperando(), 1, "what is called off waits for nothing");
    casa.run("UPDATE disparo.negativacao SET parada = false WHERE contrato = 'T1'");
    assert!(begin(&casa, conta).is_none(), "a remessa of nobody");
    assert_eq!(situacoes(&casa), ["cancelada", "cancelada"]);
    assert_eq!(andando(), 0);
}
