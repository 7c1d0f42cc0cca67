//! A bureau that was described: what is asked, and what each way to answer means.

use domain::dinheiro::Centavos;
use domain::documento::Documento;
use domain::endereco::{Cep, Endereco, Uf};
use domain::negativacao::MotivoBaixa;
use providers::ConfigError;
use providers::bureau::generico::{BureauHttp, ConfigBureauHttp};
use providers::bureau::{BureauChamado, Chamado, Operacao, Pendencia};
use providers::http::Resposta as RespostaHttp;
use serde_json::{Value, json};

const BAIXA: Operacao = Operacao::Excluir(MotivoBaixa::Acordo);

fn description() -> Value {
    json!({
        "cabecalhos": {"Authorization": "Bearer segredo"},
        "incluir": {"url": "https://api.example.com.br/negativacoes",
                    "corpo": "{\"documento\": \"{documento}\", \"nome\": \"{nome}\", \"contrato\": \"{contrato}\", \"valor\": \"{valor}\"}"},
        "excluir": {"url": "https://api.example.com.br/negativacoes/{contrato}/baixa?motivo={motivo}",
                    "corpo": "{\"documento\": \"{documento}\"}"},
        "resposta": {"campo": "/situacao", "valores": ["aceita"], "codigo": "/erro", "existentes": ["JA"],
                     "inexistentes": ["NAO"], "recusas": ["NEGADA"], "indisponiveis": ["SEM_SALDO"]},
    })
}

fn with(ponteiro: &str, valor: Value) -> Result<BureauHttp, ConfigError> {
    let mut descricao = description();
    *descricao.pointer_mut(ponteiro).unwrap() = valor;
    BureauHttp::new(serde_json::from_value(descricao).unwrap())
}

fn bureau() -> BureauHttp {
    BureauHttp::new(serde_json::from_value(description()).unwrap()).unwrap()
}

fn pendencia() -> Pendencia {
    Pendencia {
        documento: Documento::parse("52998224725").unwrap(),
        nome: "José \"Zé\" {documento}\n".to_owned(),
        endereco: Endereco {
            logradouro: Some("Rua A".to_owned()),
            numero: None,
            complemento: None,
            bairro: None,
            cidade: "São Paulo".to_owned(),
            uf: Uf::Sp,
            cep: Cep::parse("01035000").ok(),
            ibge: None,
        },
        vencimento: "2026-09-30".parse().unwrap(),
        valor: Centavos::new(123_456),
        contrato: "NF/1 ?&".to_owned(),
    }
}

#[test]
fn values_stay_values_in_the_url_and_in_the_body() {
    let inclusao = bureau().request(Operacao::Incluir, &pendencia());
    let corpo: Value = serde_json::from_slice(&inclusao.corpo).unwrap();
    assert_eq!(corpo["nome"], "José \"Zé\" {documento}\n");
    assert_eq!((&corpo["valor"], &corpo["contrato"]), (&json!("1234.56"), &json!("NF/1 ?&")));
    let exclusao = bureau().request(BAIXA, &pendencia());
    assert_eq!(exclusao.url, "https://api.example.com.br/negativacoes/NF%2F1+%3F%26/baixa?motivo=acordo");
    assert!(exclusao.cabecalhos.contains(&("authorization".to_owned(), "Bearer segredo".to_owned())));
    let config: ConfigBureauHttp = serde_json::from_value(description()).unwrap();
    assert!(!format!("{config:?}").contains("segredo"));
}

#[test]
fn each_way_to_answer_means_one_thing() {
    let como = |operacao, status, corpo: &str, inteira| {
        let resposta =
            RespostaHttp { status, cabecalhos: Vec::new(), corpo: corpo.as_bytes().to_vec(), inteira };
        match bureau().read(operacao, &resposta) {
            Chamado::Respondido { resposta, .. } => format!("{resposta:?}"),
            Chamado::Indisponivel { .. } => "Indisponivel".to_owned(),
            Chamado::Incerto { .. } => "Incerto".to_owned(),
        }
    };
    for (status, corpo, inclusao, exclusao) in [
        (200, r#"{"situacao":"aceita"}"#, "Aceita", "Aceita"),
        (200, r#"{"situacao":"aceita","erro":"NEGADA"}"#, "Aceita", "Aceita"),
        (200, r#"{"erro":"NEGADA"}"#, "Recusada", "Recusada"),
        (409, r#"{"erro":"JA"}"#, "Aceita", "Incerto"),
        (404, r#"{"erro":"NAO"}"#, "Recusada", "Aceita"),
        (422, r#"{"erro":"OUTRO"}"#, "Recusada", "Recusada"),
        (400, "<html>", "Recusada", "Recusada"),
        (200, r#"{"erro":"SEM_SALDO"}"#, "Indisponivel", "Indisponivel"),
        (401, "", "Indisponivel", "Indisponivel"),
        (429, "", "Indisponivel", "Indisponivel"),
        (503, "", "Indisponivel", "Indisponivel"),
        (200, "", "Incerto", "Incerto"),
        (200, r#"{"situacao":"talvez"}"#, "Incerto", "Incerto"),
        (408, "", "Incerto", "Incerto"),
        (409, "", "Incerto", "Incerto"),
        (500, r#"{"situacao":"aceita"}"#, "Incerto", "Incerto"),
        (302, "", "Incerto", "Incerto"),
    ] {
        let vistas = (como(Operacao::Incluir, status, corpo, true), como(BAIXA, status, corpo, true));
        assert_eq!(vistas, (inclusao.to_owned(), exclusao.to_owned()), "{status} {corpo}");
    }
    assert_eq!(como(Operacao::Incluir, 200, r#"{"situacao":"aceita"}"#, false), "Incerto");
}

#[test]
fn a_description_that_cannot_be_used_says_which_part() {
    use ConfigError as E;
    let sem = |campo, nome| E::Falta { campo, nome };
    for (ponteiro, valor, erro) in [
        ("/incluir/url", json!("https://{uf}.example.com/{contrato}"), E::Url("incluir.url")),
        ("/excluir/url", json!("ftp://example.com/{contrato}"), E::Url("excluir.url")),
        (
            "/incluir/corpo",
            json!("{\"documento\": \"{cpf}\"}"),
            E::Variavel { campo: "incluir.corpo", nome: "cpf".to_owned() },
        ),
        ("/incluir/corpo", json!("documento={documento}"), E::Corpo("incluir.corpo")),
        ("/excluir/corpo", json!("{}"), sem("excluir", "documento")),
        ("/excluir/url", json!("https://example.com/baixa"), sem("excluir", "contrato")),
        ("/cabecalhos", json!({"Host": "example.com"}), E::Campo("cabecalhos")),
        ("/cabecalhos", json!({"x": "{nome}"}), E::Variavel { campo: "cabecalhos", nome: "nome".to_owned() }),
        ("/resposta/campo", json!("situacao"), E::Ponteiro("resposta.campo")),
        ("/resposta/valores", json!([]), E::Campo("resposta.valores")),
        ("/resposta/codigo", json!("erro"), E::Ponteiro("resposta.codigo")),
    ] {
        assert_eq!(with(ponteiro, valor).err(), Some(erro), "{ponteiro}");
    }
}
