//! SPC Brasil: what is asked, and what each way to answer means.

use domain::dinheiro::Centavos;
use domain::documento::Documento;
use domain::endereco::{Cep, Endereco, Uf};
use domain::negativacao::MotivoBaixa;
use proptest::prelude::*;
use providers::bureau::spc::{ConfigSpc, Spc};
use providers::bureau::{BureauChamado, Chamado, Operacao, Pendencia, Resposta, unanswered};
use providers::http::{Falha, Quebra, Resposta as RespostaHttp};
use providers::{ConfigError, Segredo};

const BAIXA: Operacao = Operacao::Excluir(MotivoBaixa::Pagamento);

fn config() -> ConfigSpc {
    ConfigSpc {
        url: "https://treina.example.org/spc/remoting/ws/insumo/spc/spcWebService".to_owned(),
        operador: "operador".to_owned(),
        senha: Segredo::new("segredo"),
        codigo_associado: "12345".to_owned(),
        natureza: 1,
        motivo_exclusao: 1,
    }
}

fn spc() -> Spc {
    Spc::new(config()).unwrap()
}

fn pendencia(nome: &str) -> Pendencia {
    let endereco = Endereco {
        logradouro: Some("Rua A & B".to_owned()),
        numero: Some("10".to_owned()),
        complemento: None,
        bairro: Some("Centro".to_owned()),
        cidade: "São Paulo".to_owned(),
        uf: Uf::Sp,
        cep: Cep::parse("01035000").ok(),
        ibge: None,
    };
    Pendencia {
        documento: Documento::parse("52998224725").unwrap(),
        nome: nome.to_owned(),
        endereco,
        vencimento: "2026-09-30".parse().unwrap(),
        valor: Centavos::new(123_456),
        contrato: "NF-1".to_owned(),
    }
}

fn asked(operacao: Operacao, pendencia: &Pendencia) -> String {
    String::from_utf8(spc().request(operacao, pendencia).corpo).unwrap()
}

fn answered(operacao: Operacao, status: u16, corpo: &str) -> Chamado {
    let resposta =
        RespostaHttp { status, cabecalhos: Vec::new(), corpo: corpo.as_bytes().to_vec(), inteira: true };
    spc().read(operacao, &resposta)
}

fn envelope(corpo: &str) -> String {
    format!(
        "<?xml version='1.0' encoding='UTF-8'?><S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body>{corpo}</S:Body></S:Envelope>"
    )
}

fn fault(codigo: &str) -> String {
    envelope(&format!(
        "<S:Fault><faultcode>{codigo}</faultcode><faultstring>Registro não encontrado</faultstring></S:Fault>"
    ))
}

#[test]
fn an_inclusion_and_an_exclusion_say_what_the_service_asks_for() {
    let inclusao = asked(Operacao::Incluir, &pendencia("José <b> & Filhos"));
    for parte in [
        "<web:incluirSpc><insumoSpc><tipo-pessoa>F</tipo-pessoa><dados-pessoa-fisica><cpf numero=\"52998224725\"/>",
        "<nome>José &lt;b&gt; &amp; Filhos</nome>",
        "<codigo-associado>12345</codigo-associado>",
        "<data-vencimento>2026-09-30T00:00:00</data-vencimento>",
        "<numero-contrato>NF-1</numero-contrato><valor-debito>1234.56</valor-debito>",
        "<natureza-inclusao><id>1</id></natureza-inclusao>",
        "<logradouro>Rua A &amp; B</logradouro>",
        "<cidade><nome>São Paulo</nome><estado>SP</estado></cidade>",
    ] {
        assert!(inclusao.contains(parte), "{parte}: {inclusao}");
    }
    let empresa =
        Pendencia { documento: Documento::parse("12ABC34501DE35").unwrap(), ..pendencia("Comércio") };
    let exclusao = asked(BAIXA, &empresa);
    assert!(exclusao.contains("<web:excluirSpc><excluir><tipo-pessoa>J</tipo-pessoa>"), "{exclusao}");
    assert!(exclusao.contains("<cnpj numero=\"12ABC34501DE35\"/>"), "{exclusao}");
    assert!(exclusao.contains("<motivo-exclusao><id>1</id></motivo-exclusao>"), "{exclusao}");
    let pedido = spc().request(BAIXA, &empresa);
    assert_eq!(
        pedido.cabecalhos[0],
        ("authorization".to_owned(), "Basic b3BlcmFkb3I6c2VncmVkbw==".to_owned())
    );
    assert!(!format!("{:?} {:?}", spc(), pedido).contains("segredo"));
}

#[test]
fn each_way_to_answer_means_one_thing() {
    let feita = envelope("<ns2:incluirSpcResponse xmlns:ns2='x'><return/></ns2:incluirSpcResponse>");
    let excluida = envelope("<ns2:excluirSpcResponse xmlns:ns2='x'/>");
    let como = |operacao, status, corpo: &str| match answered(operacao, status, corpo) {
        Chamado::Respondido { resposta, .. } => format!("{resposta:?}"),
        Chamado::Indisponivel { .. } => "Indisponivel".to_owned(),
        Chamado::Incerto { .. } => "Incerto".to_owned(),
    };
    for (operacao, status, corpo, esperado) in [
        (Operacao::Incluir, 200, feita.clone(), "Aceita"),
        (BAIXA, 200, excluida, "Aceita"),
        (BAIXA, 500, fault("IE_SPC005.E10"), "Aceita"),
        (Operacao::Incluir, 500, fault("IE_SPC005.E10"), "Recusada"),
        (BAIXA, 500, fault("IE_SPC001.E02"), "Recusada"),
        (Operacao::Incluir, 200, fault("S:IE_SPC001.E02"), "Recusada"),
        (Operacao::Incluir, 500, fault("S:Server"), "Incerto"),
        (BAIXA, 200, feita.clone(), "Incerto"),
        (Operacao::Incluir, 500, feita, "Incerto"),
        (Operacao::Incluir, 502, "<html>Bad Gateway</html>".to_owned(), "Incerto"),
        (Operacao::Incluir, 200, String::new(), "Incerto"),
        (Operacao::Incluir, 200, envelope("<ns2:incluirSpcResponse>").chars().take(120).collect(), "Incerto"),
        (Operacao::Incluir, 401, String::new(), "Indisponivel"),
        (Operacao::Incluir, 429, String::new(), "Indisponivel"),
        (Operacao::Incluir, 503, fault("IE_SPC001.E02"), "Indisponivel"),
    ] {
        assert_eq!(como(operacao, status, &corpo), esperado, "{status} {corpo}");
    }
    let com_entidade =
        "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>".to_owned() + &fault("IE_SPC001.E02");
    assert_eq!(como(Operacao::Incluir, 200, &com_entidade), "Incerto");
}

#[test]
fn a_call_without_an_answer_is_in_doubt_unless_it_never_left() {
    let falhou = |falha| matches!(unanswered(falha), Chamado::Indisponivel { .. });
    assert!(falhou(Falha::NaoSaiu { causa: Quebra::SemConexao }));
    assert!(!falhou(Falha::SemResposta { causa: Quebra::Tempo }));
    let cortada = RespostaHttp {
        status: 200,
        cabecalhos: Vec::new(),
        corpo: fault("IE_SPC001.E02").into_bytes(),
        inteira: false,
    };
    assert!(matches!(spc().read(Operacao::Incluir, &cortada), Chamado::Incerto { .. }));
}

#[test]
fn a_configuration_that_cannot_be_used_says_which_part() {
    let erro = |config: ConfigSpc| Spc::new(config).err();
    assert_eq!(erro(ConfigSpc { url: "ftp://x".to_owned(), ..config() }), Some(ConfigError::Url("url")));
    assert_eq!(
        erro(ConfigSpc { operador: "a:b".to_owned(), ..config() }),
        Some(ConfigError::Campo("operador"))
    );
    assert_eq!(
        erro(ConfigSpc { codigo_associado: String::new(), ..config() }),
        Some(ConfigError::Campo("codigo_associado"))
    );
}

proptest! {
    /// Whatever stands in a name, the envelope is well-formed and has the elements that it has for any other.
    #[test]
    fn no_name_writes_xml(nome in "\\PC{0,40}", sujo in "[<>&'\"\\]\\[!a-z\u{0}\u{7}\u{fffe}]{0,20}") {
        let corpo = asked(Operacao::Incluir, &pendencia(&format!("{nome}{sujo}")));
        let elementos = |xml: &str| {
            let mut leitor = quick_xml::Reader::from_str(xml);
            let mut nomes = Vec::new();
            loop {
                let evento = leitor.read_event().unwrap();
                if let quick_xml::events::Event::Start(inicio) = &evento {
                    nomes.push(inicio.local_name().as_ref().to_owned());
                } else if evento == quick_xml::events::Event::Eof {
                    return nomes;
                }
            }
        };
        prop_assert_eq!(elementos(&corpo), elementos(&asked(Operacao::Incluir, &pendencia("Maria"))));
    }

    #[test]
    fn whatever_is_answered_is_read(status in 100_u16..600, corpo in "\\PC{0,200}", xml in "(</?[a-zA-Z:]{1,9}/?>|[a-z&;]{0,5}){0,20}") {
        for corpo in [corpo, envelope(&xml), xml] {
            let certo = matches!(answered(Operacao::Incluir, status, &corpo), Chamado::Respondido { resposta: Resposta::Aceita, .. });
            prop_assert!(!certo || corpo.contains("incluirSpcResponse"));
        }
    }
}
