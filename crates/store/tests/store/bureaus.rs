//! Entries at bureaus: the steps the database allows, and that each inclusion is in exactly one remessa.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use domain::arquivo::TipoArquivo;
use domain::negativacao::{EventoBureau, MotivoBaixa, Situacao};
use domain::titulo::pagar;
use store::arquivos::{self, Escrita, Posse, Pronto};
use store::negativacoes::{self, LinhaDeRetorno, RecusaRetorno};
use store::titulos::change_status;
use uuid::Uuid;

use crate::apoio::{Casa, LEASE, NOITE, devedor, dia, hora, item};

/// How the CNPJ of whoever informs begins.
const RAIZ: &str = "11222333";

pub(crate) fn agora() -> DateTime<Utc> {
    hora(dia(NOITE))
}

pub(crate) fn hoje() -> NaiveDate {
    dia(NOITE)
}

/// A company with an account and as many títulos, each with an entry that was asked for.
pub(crate) fn house(quantos: usize) -> (Casa, Uuid) {
    let casa = Casa::nova();
    let itens: Vec<_> = (0..quantos).map(|n| item(&format!("T{n}"), devedor(1))).collect();
    casa.push(&itens);
    let execucao = casa.queue_one();
    let conta = Uuid::new_v4();
    let e = casa.empresa;
    casa.run(&format!(
        "INSERT INTO disparo.credencial (empresa_id, id, bureau, conta, informante, dias_minimos, valor_minimo, criada_em, \
                atualizada_em) \
         VALUES ('{e}', '{conta}', 'pefin', '{{}}', '{RAIZ}', 30, 0, now(), now()); \
         INSERT INTO disparo.negativacao (empresa_id, id, execucao_id, devedor_id, titulo_id, credencial_id, bureau, \
                pendencia, documento, contrato, vencimento, valor, solicitada_em, mudou_em) \
         SELECT t.empresa_id, gen_random_uuid(), '{execucao}', t.devedor_id, t.id, '{conta}', 'pefin', \
                '{{\"nome\": \"M\", \"documento\": \"52998224725\", \"endereco\": {{\"cidade\": \"X\", \"uf\": \"SP\"}}}}', \
                '52998224725', t.codigo_integracao, t.vencimento, t.saldo, now(), now() FROM cadastro.titulo t"
    ));
    (casa, conta)
}

pub(crate) fn begin(casa: &Casa, conta: Uuid) -> Option<Posse> {
    let em = (agora(), hoje());
    casa.dispatcher
        .da_empresa(casa.empresa, |t| negativacoes::begin_remessa(t, conta, (1_000, true), em, LEASE))
        .unwrap()
}

/// The file of a remessa is there.
pub(crate) fn finish(casa: &Casa, posse: &Posse) -> bool {
    let pronto = Pronto {
        conteudo: Some(Escrita { lugar: "x".to_owned(), tamanho: 1, sha256: "0".repeat(64) }),
        indice: None,
        itens: 3,
        paginas: None,
    };
    casa.dispatcher.da_empresa(casa.empresa, |t| arquivos::finish(t, posse, &pronto, agora())).unwrap()
}

/// What a retorno says of the inclusion, or the exclusion, of a contract.
fn said(contrato: &str, exclusao: bool, evento: EventoBureau) -> LinhaDeRetorno {
    LinhaDeRetorno {
        da_remessa: true,
        exclusao,
        documento: 52_998_224_725,
        contrato: contrato.to_owned(),
        vencimento: Some(item("T0", devedor(1)).vencimento),
        evento: Some(evento),
        codigos: Vec::new(),
        desconhecida: false,
    }
}

/// Takes a retorno of these lines.
fn answer(
    casa: &Casa,
    (resumo, sequencia): (&str, u32),
    linhas: &[LinhaDeRetorno],
) -> Result<negativacoes::Aplicado, RecusaRetorno> {
    let em = (agora(), hoje());
    casa.dispatcher
        .da_empresa(casa.empresa, |t| negativacoes::apply(t, resumo, (RAIZ, sequencia), linhas, em))
        .unwrap()
}

/// The contracts of the remessa that a file is of, with whether each is taken off.
pub(crate) fn lines(casa: &Casa, posse: &Posse) -> Vec<(i32, String, bool)> {
    let ler = |t: &mut store::Tenant<'_>| {
        let remessa = negativacoes::of_file(t, posse.id)?.unwrap();
        negativacoes::lines(t, remessa.id, 1, 1_000)
    };
    let lidas = casa.dispatcher.da_empresa(casa.empresa, ler).unwrap();
    lidas.into_iter().map(|linha| (linha.registro, linha.contrato, linha.baixa.is_some())).collect()
}

pub(crate) fn move_on(casa: &Casa) -> negativacoes::Andamento {
    let em = (agora(), hoje());
    casa.dispatcher.da_empresa(casa.empresa, |t| negativacoes::move_on(t, None, 100, em)).unwrap()
}

pub(crate) fn situacoes(casa: &Casa) -> Vec<String> {
    casa.texts("SELECT situacao AS x FROM disparo.negativacao ORDER BY contrato")
}

fn pay(casa: &Casa, codigo: &str) {
    let id = casa
        .texts(&format!("SELECT id::text AS x FROM cadastro.titulo WHERE codigo_integracao = '{codigo}'"));
    let titulo = domain::ids::TituloId::new(id[0].parse().unwrap());
    casa.titulos
        .da_empresa(casa.empresa, |t| change_status(t, titulo, pagar, agora()))
        .unwrap()
        .unwrap()
        .unwrap();
}

#[test]
fn the_database_allows_the_steps_of_the_domain_and_no_other() {
    use diesel::connection::SimpleConnection as _;
    let (casa, _) = house(1);
    for de in Situacao::TODOS {
        for para in Situacao::TODOS.iter().filter(|para| *para != de) {
            let fim = |situacao: &Situacao| if situacao.terminou() { "now()" } else { "NULL" };
            casa.run(&format!(
                "ALTER TABLE disparo.negativacao DISABLE TRIGGER USER; \
                 UPDATE disparo.negativacao SET situacao = '{de}', motivo_baixa = 'solicitacao', baixa_pedida_em = now(), \
                        limite_baixa = now(), base_baixa = now(), enviada_em = now(), terminou_em = {}; \
                 ALTER TABLE disparo.negativacao ENABLE TRIGGER USER;",
                fim(de)
            ));
            let passo = casa.root().batch_execute(&format!(
                "UPDATE disparo.negativacao SET situacao = '{para}', terminou_em = {}, mudou_em = clock_timestamp()",
                fim(para)
            ));
            assert_eq!(passo.is_ok(), de.vai_a(*para), "{de} -> {para}: {passo:?}");
        }
    }
}

#[test]
fn whoever_is_cut_off_leaves_the_same_remessa_to_the_next_one() {
    let (casa, conta) = house(3);
    let primeira = begin(&casa, conta).unwrap();
    let antes = lines(&casa, &primeira);
    assert_eq!(antes.len(), 3);
    assert_eq!(antes[0].0, 2, "the header is the first line");
    // What begins again meanwhile finds nothing: each inclusion is in one remessa.
    assert_eq!(begin(&casa, conta), None);
    casa.run("UPDATE disparo.arquivo SET lease_ate = now() - interval '1 s'");
    let tomar = |t: &mut store::Tenant<'_>| arquivos::take_over(t, TipoArquivo::Remessas, LEASE);
    let segunda = casa.dispatcher.da_empresa(casa.empresa, tomar).unwrap().unwrap();
    assert_eq!((segunda.id, lines(&casa, &segunda)), (primeira.id, antes));
    assert!(!finish(&casa, &primeira), "whoever woke up late changes nothing");
    assert!(finish(&casa, &segunda));
    assert_eq!(casa.texts("SELECT sequencia::text AS x FROM disparo.remessa"), ["1"]);
}

#[test]
fn two_that_begin_at_once_make_one_remessa_of_each_entry() {
    let (casa, conta) = house(20);
    let posses: Vec<_> = std::thread::scope(|escopo| {
        let fios: Vec<_> = (0..2).map(|_| escopo.spawn(|| begin(&casa, conta))).collect();
        fios.into_iter().filter_map(|fio| fio.join().unwrap()).collect()
    });
    let contratos: Vec<_> =
        posses.iter().flat_map(|posse| lines(&casa, posse)).map(|linha| linha.1).collect();
    assert_eq!(contratos.len(), 20);
    assert_eq!(contratos.iter().collect::<BTreeSet<_>>().len(), 20);
}

#[test]
fn j05_what_was_paid_before_the_remessa_is_in_none() {
    let (casa, conta) = house(2);
    pay(&casa, "T0");
    let posse = begin(&casa, conta).unwrap();
    assert_eq!(lines(&casa, &posse), [(2, "T1".to_owned(), false)]);
    assert_eq!(situacoes(&casa), ["cancelada", "enviada"]);
}

#[test]
fn g21_what_is_paid_while_its_inclusion_travels_comes_off_and_an_old_answer_changes_nothing() {
    let (casa, conta) = house(2);
    let primeira = begin(&casa, conta).unwrap();
    assert!(finish(&casa, &primeira));
    pay(&casa, "T0");
    assert_eq!(move_on(&casa).baixas, 1);
    assert_eq!(move_on(&casa).baixas, 0, "once");
    let apply = |linhas: &[LinhaDeRetorno], sequencia| answer(&casa, ("resumo", sequencia), linhas);
    let aceitas = [said("T0", false, EventoBureau::Aceitar), said("T1", false, EventoBureau::Aceitar)];
    assert_eq!(apply(&aceitas, 2).unwrap_err(), RecusaRetorno::OutraRemessa);
    assert_eq!(apply(&aceitas[..1], 1).unwrap_err(), RecusaRetorno::OutraRemessa, "one line is missing");
    let feito = apply(&aceitas, 1).unwrap().retorno;
    assert_eq!((feito.aceitas, feito.sem_efeito), (1, 1));
    assert_eq!(situacoes(&casa), ["baixa_solicitada", "aceita"]);
    assert!(apply(&aceitas, 1).unwrap().repetido);
    let segunda = begin(&casa, conta).unwrap();
    assert_eq!(lines(&casa, &segunda), [(2, "T0".to_owned(), true)]);
}

#[test]
fn a_retorno_is_of_whoever_informs_by_its_cnpj_whatever_tells_his_remessas_apart() {
    let (casa, conta) = house(1);
    assert!(finish(&casa, &begin(&casa, conta).unwrap()));
    let informed_by = |informante: &str| {
        casa.run(&format!("UPDATE disparo.credencial SET informante = '{informante}'"));
        answer(&casa, ("resumo", 1), &[said("T0", false, EventoBureau::Aceitar)])
    };
    for outro in ["99222333", "1122233", "01122233"] {
        assert_eq!(informed_by(outro).unwrap_err(), RecusaRetorno::OutraRemessa, "{outro}");
    }
    assert_eq!(informed_by("11222333FIL2").unwrap().retorno.aceitas, 1);
}

#[test]
fn what_is_owed_otherwise_when_the_remessa_begins_is_in_none() {
    let (casa, conta) = house(5);
    casa.run(
        "UPDATE cadastro.titulo SET saldo = saldo - 1 WHERE codigo_integracao = 'T0'; \
         UPDATE cadastro.titulo SET vencimento = vencimento + 60 WHERE codigo_integracao = 'T1'; \
         UPDATE disparo.negativacao SET devedor_id = gen_random_uuid() WHERE contrato = 'T2'; \
         UPDATE disparo.negativacao SET credor_id = gen_random_uuid() WHERE contrato = 'T3'",
    );
    let posse = begin(&casa, conta).unwrap();
    assert_eq!(lines(&casa, &posse), [(2, "T4".to_owned(), false)]);
    assert_eq!(situacoes(&casa), ["cancelada", "cancelada", "cancelada", "cancelada", "enviada"]);
}

#[test]
fn an_entry_of_a_debt_that_is_another_by_now_comes_off() {
    let (casa, conta) = house(3);
    begin(&casa, conta).unwrap();
    casa.run(
        "UPDATE cadastro.titulo SET vencimento = vencimento + 60 WHERE codigo_integracao = 'T0'; \
         UPDATE cadastro.titulo SET saldo = saldo - 1 WHERE codigo_integracao = 'T1'",
    );
    assert_eq!(move_on(&casa).baixas, 1);
    assert_eq!(situacoes(&casa), ["baixa_solicitada", "enviada", "enviada"]);
}

#[test]
fn only_entries_of_which_something_may_be_due_are_looked_at() {
    let (casa, conta) = house(4);
    begin(&casa, conta).unwrap();
    casa.run(
        "UPDATE disparo.negativacao SET situacao = 'aceita', aceita_em = now(), publica_em = '2099-01-01'; \
         UPDATE disparo.negativacao SET situacao = 'incluida', incluida_em = now() WHERE contrato <> 'T0'",
    );
    // What changes behind every trigger is seen by nobody.
    let mut sem_gatilhos = testkit::Sql::connect(casa.pg.url());
    sem_gatilhos.run(
        "SET session_replication_role = replica; \
         UPDATE cadastro.titulo SET vencimento = vencimento + 60 WHERE codigo_integracao IN ('T0', 'T3')",
    );
    assert_eq!(move_on(&casa).baixas, 0);
    pay(&casa, "T1");
    let marcados = || casa.n("SELECT count(*) FROM disparo.titulo_mudado");
    assert_eq!((marcados(), move_on(&casa).baixas, marcados()), (1, 1, 0));
    casa.run("UPDATE cadastro.titulo SET numero = 'outro' WHERE codigo_integracao = 'T2'");
    assert_eq!(marcados(), 0, "a number says nothing of an entry");
    // Its day comes; and it is seen then that it may be public no more.
    casa.run(&format!("UPDATE disparo.negativacao SET publica_em = '{}' WHERE contrato = 'T0'", hoje()));
    assert_eq!(move_on(&casa).baixas, 1);
    assert_eq!(situacoes(&casa), ["baixa_solicitada", "baixa_solicitada", "incluida", "incluida"]);
}

#[test]
fn g21_an_agreement_that_is_confirmed_and_the_fifth_year_take_entries_off() {
    let (casa, conta) = house(2);
    begin(&casa, conta).unwrap();
    let (e, negociacao) = (casa.empresa, Uuid::new_v4());
    casa.run(&format!(
        "INSERT INTO cadastro.negociacao (empresa_id, id, devedor_id, estado, valor, primeira_parcela, com_pagamento, criada_em, \
                principal, encargos, desconto_encargos, desconto_principal, juros, com_entrada) \
         SELECT '{e}', '{negociacao}', t.devedor_id, 'aberta', 100, '2026-03-01', false, now(), 100, 0, 0, 0, 0, false \
           FROM cadastro.titulo t WHERE codigo_integracao = 'T0'; \
         INSERT INTO cadastro.negociacao_titulo (empresa_id, negociacao_id, titulo_id, principal, encargos) \
         SELECT '{e}', '{negociacao}', id, 100, 0 FROM cadastro.titulo WHERE codigo_integracao = 'T0'; \
         UPDATE cadastro.titulo SET negociacao_id = '{negociacao}', status = 'negociado' WHERE codigo_integracao = 'T0'"
    ));
    assert_eq!(move_on(&casa).baixas, 0, "it may come to nothing");
    casa.run(
        "UPDATE cadastro.negociacao SET estado = 'confirmada', confirmada_em = now(), com_pagamento = true",
    );
    assert_eq!(move_on(&casa).baixas, 1);
    let venceu = item("T1", devedor(1)).vencimento;
    let no_quinto_ano = |dia: NaiveDate| {
        let em = (hora(dia), dia);
        casa.dispatcher
            .da_empresa(casa.empresa, |t| negativacoes::move_on(t, None, 1_000, em))
            .unwrap()
            .baixas
    };
    let dia = domain::negativacao::decurso(venceu);
    assert_eq!((no_quinto_ano(dia.pred_opt().unwrap()), no_quinto_ano(dia)), (0, 1));
}

#[test]
fn no_remessa_begins_while_the_one_before_it_is_being_made() {
    let (casa, conta) = house(2);
    casa.run("UPDATE disparo.negativacao SET parada = true WHERE contrato = 'T1'");
    let primeira = begin(&casa, conta).unwrap();
    assert_eq!(lines(&casa, &primeira), [(2, "T0".to_owned(), false)]);
    casa.run("UPDATE disparo.negativacao SET parada = false");
    assert_eq!(begin(&casa, conta), None);
    assert!(finish(&casa, &primeira));
    assert!(begin(&casa, conta).is_some());
}

#[test]
fn the_accounts_of_one_informant_share_their_numbers() {
    let (casa, conta) = house(1);
    let e = casa.empresa;
    for (informante, sequencia) in [("11222333", 412), ("99222333", 700)] {
        casa.run(&format!(
            "INSERT INTO disparo.credencial (empresa_id, id, bureau, conta, informante, dias_minimos, valor_minimo, ativa, \
                    sequencia, criada_em, atualizada_em) \
             VALUES ('{e}', gen_random_uuid(), 'pefin', '{{}}', '{informante}', 30, 0, false, {sequencia}, now(), now())"
        ));
    }
    begin(&casa, conta).unwrap();
    assert_eq!(casa.texts("SELECT sequencia::text AS x FROM disparo.remessa"), ["413"]);
}

#[test]
fn what_the_bureau_took_is_not_off_because_it_has_nothing_to_take_off_until_it_says_so_twice() {
    let (casa, conta) = house(2);
    let sair = |n: &str| {
        let posse = begin(&casa, conta).unwrap();
        assert!(finish(&casa, &posse), "{n}");
    };
    sair("inclusion");
    // T1 is paid before the bureau's word is there; that it was taken is remembered all the same.
    pay(&casa, "T1");
    move_on(&casa);
    let aceitas = [said("T0", false, EventoBureau::Aceitar), said("T1", false, EventoBureau::Aceitar)];
    answer(&casa, ("1", 1), &aceitas).unwrap();
    pay(&casa, "T0");
    move_on(&casa);
    sair("exclusion");
    let nada = |contrato| said(contrato, true, EventoBureau::NadaABaixar);
    answer(&casa, ("2", 2), &[nada("T0"), nada("T1")]).unwrap();
    let recusas = [said("T0", false, EventoBureau::Rejeitar), said("T1", false, EventoBureau::Rejeitar)];
    answer(&casa, ("outra palavra", 1), &recusas).unwrap();
    assert_eq!(situacoes(&casa), ["baixa_enviada", "baixa_enviada"]);
    // A person looked, and asks again.
    let em = (agora(), hoje());
    let ids = casa.texts("SELECT id::text AS x FROM disparo.negativacao ORDER BY contrato");
    let prazos =
        || casa.texts("SELECT limite_baixa || motivo_baixa AS x FROM disparo.negativacao ORDER BY contrato");
    let antes = prazos();
    for id in &ids {
        let id = id.parse().unwrap();
        let pedir = |t: &mut store::Tenant<'_>| negativacoes::ask_off(t, id, MotivoBaixa::OrdemJudicial, em);
        assert_eq!(casa.dispatcher.da_empresa(casa.empresa, pedir).unwrap(), Some(true));
    }
    assert_eq!(prazos(), antes, "the deadline runs on");
    sair("once more");
    answer(&casa, ("3", 3), &[nada("T0")]).unwrap_err();
    answer(&casa, ("3", 3), &[nada("T0"), nada("T1")]).unwrap();
    assert_eq!(situacoes(&casa), ["baixada", "baixada"]);
}

#[test]
fn an_exclusion_that_was_lost_goes_once_more_and_the_answer_to_the_first_still_counts() {
    let (casa, conta) = house(2);
    let sair = || assert!(finish(&casa, &begin(&casa, conta).unwrap()));
    sair();
    pay(&casa, "T0");
    pay(&casa, "T1");
    move_on(&casa);
    sair();
    let id: Uuid =
        casa.texts("SELECT id::text AS x FROM disparo.negativacao WHERE contrato = 'T0'")[0].parse().unwrap();
    let pedir = |em| {
        let pedir = |t: &mut store::Tenant<'_>| negativacoes::ask_off(t, id, MotivoBaixa::Solicitacao, em);
        casa.dispatcher.da_empresa(casa.empresa, pedir).unwrap()
    };
    assert_eq!(pedir((agora(), hoje())), Some(false), "it has only just gone");
    let amanha = hoje().succ_opt().unwrap();
    assert_eq!(pedir((hora(amanha), amanha)), Some(true));
    sair();
    let baixada = |contrato| said(contrato, true, EventoBureau::Baixar);
    answer(&casa, ("2", 2), &[baixada("T0"), baixada("T1")]).unwrap();
    assert_eq!(situacoes(&casa), ["baixada", "baixada"]);
}
