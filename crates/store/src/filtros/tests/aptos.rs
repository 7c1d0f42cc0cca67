//! Rules b09, b10: how many meet a filter, how many of them can have the action, and why the others cannot.

use chrono::{DateTime, Utc};
use domain::documento::TipoPessoa;
use domain::execucao::Canal;
use domain::filtro::{Exclusao, Filtro};
use domain::titulo::StatusTitulo;

use super::super::{Alvo, Contagem, Selecao, sample};
use super::carteira::{Casa, Dev, Meio, Tipo, Tit, de, dev, hoje, tit};

/// The count of these for an action: who can have it, and the others by reason.
fn contados(devedores: &[Dev], tipo: Canal) -> Contagem {
    let casa = Casa::nova();
    casa.guardar(1, devedores);
    casa.contar(1, &Filtro::default(), tipo)
}

fn contagem(com_contato: i64, excluidos: &[(Exclusao, i64)]) -> Contagem {
    let fora: i64 = excluidos.iter().map(|(_, n)| n).sum();
    Contagem { atendem: com_contato + fora, com_contato, excluidos: excluidos.to_vec() }
}

/// Somebody who owes.
fn com(meios: Vec<Meio>) -> Dev {
    Dev { meios, titulos: vec![tit("2026-11-20")], ..dev("d") }
}

#[test]
fn b10_a_mail_needs_an_address_that_is_used_and_wanted() {
    let devedores = [
        com(vec![Meio::Email(false), Meio::Email(true)]),
        com(vec![Meio::Email(true), Meio::Email(true)]),
        com(vec![Meio::Email(false)]),
        com(vec![Meio::Telefone(true)]),
        dev("d"),
        Dev { opt_out: vec!["email"], ..com(vec![Meio::Email(true)]) },
        Dev { opt_out: vec!["sms"], ..com(vec![Meio::Email(true)]) },
    ];
    let espera = contagem(3, &[(Exclusao::SemContato, 3), (Exclusao::OptOut, 1)]);
    assert_eq!(contados(&devedores, Canal::Email), espera);
}

#[test]
fn b10_a_text_message_needs_a_mobile_number() {
    let devedores = [
        com(vec![Meio::Telefone(true)]),
        com(vec![Meio::Telefone(false)]),
        com(vec![Meio::Email(true)]),
        Dev { opt_out: vec!["sms"], ..com(vec![Meio::Telefone(true)]) },
    ];
    let espera = contagem(1, &[(Exclusao::SemContato, 2), (Exclusao::OptOut, 1)]);
    assert_eq!(contados(&devedores, Canal::Sms), espera);
}

#[test]
fn b10_a_letter_needs_a_whole_address() {
    let devedores = [
        com(vec![Meio::Endereco("Lins", "SP", true)]),
        com(vec![Meio::Endereco("Lins", "SP", false)]),
        Dev { opt_out: vec!["carta"], ..com(vec![Meio::Endereco("Lins", "SP", true)]) },
    ];
    let espera = contagem(1, &[(Exclusao::OptOut, 1), (Exclusao::SemEndereco, 1)]);
    assert_eq!(contados(&devedores, Canal::Carta), espera);
}

#[test]
fn b10_enrichment_needs_a_document_and_a_negative_record_an_address_and_something_overdue_too() {
    let isenta = || Dev { tipo: Tipo(TipoPessoa::Isenta), ..com(vec![Meio::Endereco("Lins", "SP", true)]) };
    let deve = |vencimento, status| Dev {
        titulos: vec![Tit { status, ..tit(vencimento) }],
        ..com(vec![Meio::Endereco("Lins", "SP", true)])
    };
    let devedores = [
        deve("2026-11-06", StatusTitulo::Aberto),
        deve("2026-11-07", StatusTitulo::Aberto), // a Saturday: not overdue before Tuesday
        deve("2026-11-06", StatusTitulo::Pago),
        dev("d"),
        isenta(),
    ];
    let espera = [(Exclusao::SemDocumento, 1), (Exclusao::SemTitulo, 2)];
    assert_eq!(contados(&devedores, Canal::Enriquecimento), contagem(2, &espera));
    let espera = [(Exclusao::SemDocumento, 1), (Exclusao::SemEndereco, 1), (Exclusao::SemTituloVencido, 2)];
    assert_eq!(contados(&devedores, Canal::Negativacao), contagem(1, &espera));
}

#[test]
fn b10_who_owes_nothing_is_told_nothing_and_is_named_before_anybody_confirms() {
    let meios = || vec![Meio::Email(true), Meio::Telefone(true), Meio::Endereco("Lins", "SP", true)];
    let com_titulo = |status| Dev { titulos: vec![Tit { status, ..tit("2026-11-02") }], ..com(meios()) };
    let devedores = [
        com_titulo(StatusTitulo::Aberto),
        com_titulo(StatusTitulo::Pago),
        com_titulo(StatusTitulo::Negociado),
        Dev { titulos: vec![], ..com(meios()) },
    ];
    for tipo in [Canal::Email, Canal::Sms, Canal::Carta, Canal::Enriquecimento] {
        assert_eq!(contados(&devedores, tipo), contagem(1, &[(Exclusao::SemTitulo, 3)]), "{tipo}");
    }
}

#[test]
fn b09_a_debtor_with_many_titulos_is_counted_once_and_the_sample_tells_of_each() {
    let casa = Casa::nova();
    let meios = vec![Meio::Email(false), Meio::Email(true), Meio::Email(true)];
    let criado_em: DateTime<Utc> = DateTime::UNIX_EPOCH;
    let devedores = [
        Dev {
            titulos: vec![tit("2026-11-01"), tit("2026-11-02")],
            codigos: vec!["b".into(), "a".into()],
            meios,
            ..dev("Zé")
        },
        Dev { titulos: vec![tit("2026-11-02")], criado_em, ..dev("Ágata") },
    ];
    casa.guardar(1, &devedores);
    let filtro = Filtro::ler(&serde_json::json!({"titulo": {"vencimento_de": "2026-11-01"}})).unwrap();
    assert_eq!(casa.contar(1, &filtro, Canal::Email), contagem(1, &[(Exclusao::SemContato, 1)]));
    let selecao = Selecao { quem: Alvo::Filtro(&filtro), tipo: Canal::Email, dia: hoje() };
    let amostra = casa.lote.da_empresa(de(1), |t| sample(t, (&selecao, 1), None, 10)).unwrap();
    let lidos: Vec<_> = amostra
        .iter()
        .map(|a| {
            (
                a.nome.as_deref().unwrap(),
                a.codigo.as_deref(),
                a.saldo,
                a.abertos,
                a.contato.as_deref(),
                a.motivo.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        lidos,
        [
            ("Ágata", None, 100, 1, None, Some("sem_contato")),
            ("Zé", Some("a"), 200, 2, Some("1@x.com"), None)
        ]
    );
}
