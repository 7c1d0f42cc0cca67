use chrono::NaiveTime;
use chrono_tz::Tz;
use domain::dinheiro::Centavos;
use domain::execucao::{Canal, Envio, Fonte};
use domain::ids::TituloId;
use domain::janela::{DiasDaSemana, Janela};
use domain::regua::Regras;
use domain::titulo::{Origem, StatusTitulo, Titulo};
use providers::caixa::{Caixa, Fala, Fase, Roteiro};
use providers::email::{Config, Quebra, Tls, Verbo};
use store::disparos::{Cerca, Linha};
use uuid::Uuid;

use super::*;
use crate::canais::decide;

/// Tuesday, 09:30 in São Paulo.
fn agora() -> DateTime<Utc> {
    "2026-03-10T12:30:00Z".parse().unwrap()
}

fn dados(status: StatusTitulo) -> Cerca {
    let titulo = Titulo {
        id: TituloId::new(Uuid::from_u128(1)),
        vencimento: "2026-03-02".parse().unwrap(),
        saldo: Centavos::new(1_000),
        status,
        origem: Origem::Original,
        suspenso_ate: None,
        negociacao: None,
        credor: None,
        tipo_negocio: None,
        tipo_titulo: None,
    };
    Cerca {
        canal: Canal::Email,
        fonte: Fonte::Cobranca,
        regua_ativa: true,
        parado: false,
        data: "2026-03-10".parse().unwrap(),
        duvidosa: false,
        tentativas: 0,
        janela: None,
        fuso: Tz::America__Sao_Paulo,
        fusos: &[],
        regras: Regras::default(),
        empresa_nome: "Cobradora Exemplo".to_owned(),
        remetente_email: "cobranca@exemplo.com.br".to_owned(),
        assunto: Some("a".to_owned()),
        corpo: Some("x".to_owned()),
        devedor_nome: "Maria".to_owned(),
        devedor_falecido_em: None,
        devedor_documento: None,
        devedor_codigo: None,
        devedor_email: Some("maria@exemplo.com.br".to_owned()),
        contatos: vec!["maria@exemplo.com.br".to_owned()],
        demais: None,
        pergunta: None,
        linhas: vec![Linha { titulo, numero: "1".to_owned(), valor: Centavos::new(1_000), credor: None }],
        fatos: store::fatos::Fatos::default(),
    }
}

/// For `maria` and `outra`.
fn mail(dados: &Cerca) -> Mensagem {
    let para =
        ["maria@exemplo.com.br", "outra@exemplo.com.br"].map(|endereco| Pessoa { nome: None, endereco });
    Mensagem::new(&Partes {
        de: Pessoa { nome: Some(&dados.empresa_nome), endereco: &dados.remetente_email },
        retorno: None,
        para: &para,
        assunto: "a",
        texto: "x",
        html: "<p>x</p>",
        message_id: "<1@exemplo.com.br>",
        data: agora().into(),
        descadastro: None,
    })
    .unwrap()
}

/// What a real conversation with a mail server of this script comes to.
async fn result(roteiro: Roteiro) -> Resultado {
    let pasta = tempfile::tempdir().unwrap();
    let caixa = Caixa::start(pasta.path(), roteiro).await.unwrap();
    let cliente = ClienteSmtp::new(Config::new("127.0.0.1", caixa.addr().port(), Tls::Nenhum)).unwrap();
    let resultado = cliente.send(&mail(&dados(StatusTitulo::Aberto))).await;
    cliente.close().await;
    resultado
}

#[test]
fn j03_an_open_overdue_titulo_leaves_and_a_paid_one_does_not() {
    let enviar = Envio::Enviar { titulos: vec![TituloId::new(Uuid::from_u128(1))] };
    assert_eq!(decide(&dados(StatusTitulo::Aberto), agora()), enviar);
    assert_eq!(decide(&dados(StatusTitulo::Pago), agora()), Envio::Descartar { motivo: Motivo::TituloPago });
}

#[test]
fn m11_without_an_address_it_is_discarded_and_a_payment_is_the_better_reason() {
    let sem_contato = |status| Cerca { contatos: vec![], ..dados(status) };
    assert_eq!(
        decide(&sem_contato(StatusTitulo::Aberto), agora()),
        Envio::Descartar { motivo: Motivo::SemContato }
    );
    assert_eq!(
        decide(&sem_contato(StatusTitulo::Pago), agora()),
        Envio::Descartar { motivo: Motivo::TituloPago }
    );
}

#[test]
fn g19_nothing_goes_to_somebody_who_died_on_any_channel() {
    for canal in [Canal::Email, Canal::Sms, Canal::Carta, Canal::Enriquecimento, Canal::Negativacao] {
        let morto = Cerca { canal, devedor_falecido_em: Some(agora()), ..dados(StatusTitulo::Aberto) };
        assert_eq!(decide(&morto, agora()), Envio::Descartar { motivo: Motivo::DevedorFalecido });
    }
}

#[test]
fn v03_nothing_of_an_inactive_regua_leaves() {
    let inativa = Cerca { regua_ativa: false, ..dados(StatusTitulo::Aberto) };
    assert_eq!(decide(&inativa, agora()), Envio::Descartar { motivo: Motivo::ReguaInativa });
}

#[test]
fn j01_j06_the_window_is_read_in_the_companys_zone() {
    let hora = |h| NaiveTime::from_hms_opt(h, 0, 0).unwrap();
    let janela = Janela::new(hora(9), hora(18), DiasDaSemana::UTEIS).unwrap();
    let em = |fuso: Tz| Cerca { janela: Some(janela), fuso, ..dados(StatusTitulo::Aberto) };
    assert!(matches!(decide(&em(Tz::America__Sao_Paulo), agora()), Envio::Enviar { .. }));
    // 07:30 there.
    let para = "2026-03-10T14:00:00Z".parse().unwrap();
    assert_eq!(decide(&em(Tz::America__Rio_Branco), agora()), Envio::Adiar { para });
}

#[test]
fn a_stopped_channel_holds_back_what_is_owed_and_calls_off_what_is_not() {
    let parada = |status| Cerca { parado: true, ..dados(status) };
    assert_eq!(decide(&parada(StatusTitulo::Aberto), agora()), Envio::Reter);
    assert_eq!(decide(&parada(StatusTitulo::Pago), agora()), Envio::Descartar { motivo: Motivo::TituloPago });
}

#[tokio::test]
async fn what_the_server_took_is_accepted_in_its_own_words() {
    let (veredito, palavras) = judge(&result(Roteiro::normal()).await);
    assert_eq!(veredito, Veredito::Aceita);
    assert!(palavras.starts_with("250 "));
}

#[tokio::test]
async fn m11_who_was_refused_is_told_beside_the_answer_to_the_message() {
    let roteiro = Roteiro::new(|momento| match (momento.fase, momento.para) {
        (Fase::Rcpt, Some("outra@exemplo.com.br")) => Fala::Responder(550),
        _ => Fala::Normal,
    });
    let esperado = "250 2.0.0 Ok: kept (recusados: outra@exemplo.com.br: 550 roteiro)";
    assert_eq!(judge(&result(roteiro).await), (Veredito::Aceita, esperado.to_owned()));
}

#[tokio::test]
async fn a_refusal_for_good_is_never_tried_again() {
    for fase in [Fase::Rcpt, Fase::Corpo] {
        let (veredito, palavras) = judge(&result(Roteiro::sempre(fase, Fala::Responder(550))).await);
        assert_eq!(veredito, Veredito::Permanente);
        assert!(palavras.starts_with("550 "));
    }
}

#[tokio::test]
async fn what_may_have_left_is_uncertain() {
    let resultado = result(Roteiro::sempre(Fase::Corpo, Fala::CortarDepois)).await;
    assert_eq!(judge(&resultado), (Veredito::Incerta, "corpo: cortada".to_owned()));
}

#[tokio::test]
async fn a_refusal_for_now_may_be_tried_again() {
    let resultado = result(Roteiro::sempre(Fase::Rcpt, Fala::Responder(451))).await;
    assert_eq!(judge(&resultado).0, Veredito::Temporaria { apos: None });
}

#[test]
fn what_is_said_before_the_message_says_nothing_of_it() {
    for verbo in [Verbo::Conexao, Verbo::Saudacao, Verbo::StartTls, Verbo::Auth] {
        let causa = Causa::Conversa { verbo, quebra: Quebra::SemConexao };
        assert_eq!(judge(&Resultado::Temporaria { causa }).0, Veredito::Indisponivel { apos: None });
    }
    let causa = Causa::Conversa { verbo: Verbo::Mail, quebra: Quebra::Cortada };
    assert_eq!(judge(&Resultado::Temporaria { causa }).0, Veredito::Temporaria { apos: None });
}
