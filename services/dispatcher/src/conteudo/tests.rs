use domain::dinheiro::Centavos;
use domain::execucao::{Canal, Motivo};
use domain::ids::TituloId;
use domain::regua::Regras;
use domain::titulo::{Origem, StatusTitulo, Titulo};
use store::disparos::{Cerca, Linha};
use uuid::Uuid;

use super::*;

fn hoje() -> NaiveDate {
    "2026-03-25".parse().unwrap()
}

fn id(n: u128) -> TituloId {
    TituloId::new(Uuid::from_u128(n))
}

fn linha(n: u128, vencimento: &str, saldo: i64) -> Linha {
    let titulo = Titulo {
        id: id(n),
        vencimento: vencimento.parse().unwrap(),
        saldo: Centavos::new(saldo),
        status: StatusTitulo::Aberto,
        origem: Origem::Original,
        suspenso_ate: None,
        negociacao: None,
        credor: None,
        tipo_negocio: None,
        tipo_titulo: None,
    };
    Linha { titulo, numero: format!("NF-{n}"), valor: Centavos::new(saldo + 100), credor: None }
}

/// Three títulos, of which the second is the oldest.
fn dados(assunto: &str, corpo: &str) -> Cerca {
    Cerca {
        canal: Canal::Email,
        lembrete: false,
        regua_ativa: true,
        tentativas: 0,
        janela: None,
        fuso: "America/Sao_Paulo".to_owned(),
        regras: Regras::default(),
        empresa_nome: "Cobradora Exemplo".to_owned(),
        remetente_email: "cobranca@exemplo.com.br".to_owned(),
        assunto: Some(assunto.to_owned()),
        corpo: Some(corpo.to_owned()),
        devedor_nome: "Maria da Silva".to_owned(),
        devedor_documento: Some("52998224725".to_owned()),
        devedor_codigo: Some("C-1042".to_owned()),
        devedor_email: Some("maria@exemplo.com.br".to_owned()),
        contatos: vec!["maria@exemplo.com.br".to_owned()],
        linhas: vec![
            linha(1, "2026-03-12", 10_000),
            linha(2, "2026-03-10", 123_456),
            linha(3, "2026-03-20", 500),
        ],
    }
}

/// The text part of a body, for the títulos listed with the reference first.
fn text(corpo: &str, titulos: &[u128]) -> String {
    let titulos: Vec<_> = titulos.iter().copied().map(id).collect();
    email(&dados("a", corpo), &titulos, hoje()).unwrap().texto.trim_end().to_owned()
}

#[test]
fn r11_every_coringa_of_the_catalogue_has_a_value_for_a_complete_debtor() {
    for (coringa, esperado) in [
        (Coringa::Nome, "Maria da Silva"),
        (Coringa::PrimeiroNome, "Maria"),
        (Coringa::CpfCnpj, "529.982.247-25"),
        (Coringa::CpfCnpjMascarado, "***.982.247-**"),
        (Coringa::CodigoDevedor, "C-1042"),
        (Coringa::Email, "maria@exemplo.com.br"),
        (Coringa::Empresa, "Cobradora Exemplo"),
        (Coringa::Credor, "Cobradora Exemplo"),
        (Coringa::Titulo, "NF-2"),
        (Coringa::DataVencimento, "10/03/2026"),
        (Coringa::DiasAtraso, "15"),
        (Coringa::ValorOriginal, "R$ 1.235,56"),
        (Coringa::QtdTitulos, "3"),
        (Coringa::Total, "R$ 1.339,56"),
        (Coringa::VencimentoMaisAntigo, "10/03/2026"),
        (Coringa::DataHoje, "25/03/2026"),
    ] {
        assert_eq!(text(&format!("#{}#", coringa.nome()), &[2, 1, 3]), esperado, "{}", coringa.nome());
    }
    for coringa in Coringa::TODOS {
        assert!(!text(&format!("#{}#", coringa.nome()), &[2, 1, 3]).contains('#'), "{}", coringa.nome());
    }
}

#[test]
fn m09_j04_only_the_titulos_that_may_be_sent_are_listed_with_their_own_total() {
    let texto = text("#QTD_TITULOS# #TOTAL#\n\n#LISTA_TITULOS#", &[1, 3]);
    assert!(texto.starts_with("2 R$ 105,00\n"), "{texto}");
    assert!(texto.contains("NF-1") && texto.contains("NF-3") && !texto.contains("NF-2"), "{texto}");
    assert!(!texto.contains("1.234,56") && texto.trim_end().ends_with("R$ 105,00"), "{texto}");
}

#[test]
fn m03_m09_the_reference_comes_first_and_speaks_for_the_message() {
    let texto = text("#TITULO# #DATA_VENCIMENTO# #VENCIMENTO_MAIS_ANTIGO#\n\n#LISTA_TITULOS#", &[3, 1]);
    assert!(texto.starts_with("NF-3 20/03/2026 12/03/2026\n"), "{texto}");
    let (tres, um) = (texto.rfind("NF-3").unwrap(), texto.rfind("NF-1").unwrap());
    assert!(tres < um, "{texto}");
}

#[test]
fn the_creditor_is_that_of_the_reference() {
    let mut dados = dados("#CREDOR#", "x");
    dados.linhas[0].credor = Some("Loja Exemplo Ltda.".to_owned());
    let assunto = |titulos: &[TituloId]| email(&dados, titulos, hoje()).unwrap().assunto;
    assert_eq!(assunto(&[id(1), id(2)]), "Loja Exemplo Ltda.");
    assert_eq!(assunto(&[id(2), id(1)]), "Cobradora Exemplo");
}

#[test]
fn a_titulo_that_is_not_due_yet_is_zero_days_late() {
    let vespera = "2026-03-09".parse().unwrap();
    let pronto = email(&dados("#DIAS_ATRASO#", "x"), &[id(2)], vespera).unwrap();
    assert_eq!(pronto.assunto, "0");
}

#[test]
fn r11_a_coringa_without_value_keeps_the_message_from_leaving() {
    type Tira = fn(&mut Cerca);
    let casos: [(&str, Tira); 6] = [
        ("CPF_CNPJ", |d| d.devedor_documento = None),
        ("CPF_CNPJ_MASCARADO", |d| d.devedor_documento = None),
        ("CODIGO_DEVEDOR", |d| d.devedor_codigo = None),
        ("EMAIL", |d| d.devedor_email = None),
        ("NOME", |d| d.devedor_nome = "  ".to_owned()),
        ("PRIMEIRO_NOME", |d| d.devedor_nome = String::new()),
    ];
    for (nome, tira) in casos {
        for (assunto, corpo) in
            [(format!("#{nome}#"), "x".to_owned()), ("a".to_owned(), format!("x #{nome}#"))]
        {
            let mut dados = dados(&assunto, &corpo);
            assert!(email(&dados, &[id(1)], hoje()).is_ok(), "{nome}");
            tira(&mut dados);
            assert_eq!(email(&dados, &[id(1)], hoje()).unwrap_err(), Motivo::CoringaSemValor, "{nome}");
        }
    }
    for nome in ["TITULO", "TOTAL", "LISTA_TITULOS"] {
        let dados = dados("a", &format!("#{nome}#"));
        assert_eq!(email(&dados, &[], hoje()).unwrap_err(), Motivo::CoringaSemValor, "{nome}");
    }
}

#[test]
fn r11_a_value_is_never_scanned_for_coringas_again() {
    let mut dados = dados("a", "Olá, #NOME#");
    dados.devedor_nome = "#TOTAL# <b>".to_owned();
    let pronto = email(&dados, &[id(1)], hoje()).unwrap();
    assert_eq!(pronto.texto.trim_end(), "Olá, #TOTAL# <b>");
    assert!(pronto.html.contains("#TOTAL# &lt;b&gt;"));
}

#[test]
fn a_text_that_cannot_become_an_email_never_leaves() {
    let mut sem_corpo = dados("a", "x");
    sem_corpo.corpo = None;
    assert_eq!(email(&sem_corpo, &[id(1)], hoje()).unwrap_err(), Motivo::MensagemInvalida);
    let lista_no_assunto = dados("#LISTA_TITULOS#", "x");
    assert_eq!(email(&lista_no_assunto, &[id(1)], hoje()).unwrap_err(), Motivo::MensagemInvalida);
    let fora_do_catalogo = dados("a", "#NAO_EXISTE#");
    assert_eq!(email(&fora_do_catalogo, &[id(1)], hoje()).unwrap_err(), Motivo::CoringaSemValor);
}
