//! The described provider: what a description may say, and what becomes of it.

use providers::sms::{Config, ConfigError, Pedido, Provedor};
use serde_json::{Value, json};

use crate::apoio::{NENHURES, SEGREDO, chave, config, pedido};

fn described(mudancas: &Value) -> Result<Box<dyn Provedor>, ConfigError> {
    let mut config = config("http", "http://127.0.0.1:9", NENHURES);
    for (campo, valor) in mudancas.as_object().unwrap() {
        config[campo] = valor.clone();
    }
    serde_json::from_value::<Config>(config).unwrap().provider()
}

fn refused(mudancas: &Value) -> ConfigError {
    described(mudancas).map(|_| ()).unwrap_err()
}

fn variavel(campo: &'static str, nome: &str) -> ConfigError {
    ConfigError::Variavel { campo, nome: nome.to_owned() }
}

fn lacks(campo: &'static str, nome: &'static str) -> ConfigError {
    ConfigError::Falta { campo, nome }
}

#[test]
fn a_description_that_cannot_work_is_refused_by_what_is_wrong() {
    let corpo = |corpo: &str| json!({ "corpo": corpo });
    for (mudancas, esperado) in [
        (corpo("{"), ConfigError::Corpo("corpo")),
        (corpo(r#"{"a":"{nome}"}"#), variavel("corpo", "nome")),
        (corpo(r#"{"a":"{texto}"}"#), lacks("corpo", "para")),
        (corpo(r#"{"a":"{para}"}"#), lacks("corpo", "texto")),
        (
            json!({ "remetente": null, "corpo": r#"["{remetente}","{para}","{texto}"]"# }),
            ConfigError::Campo("remetente"),
        ),
        (json!({ "remetente": "EX EMPLO" }), ConfigError::Campo("remetente")),
        (json!({ "cabecalhos": {} }), lacks("idempotente", "chave")),
        (json!({ "cabecalhos": { "x": "{texto}" } }), variavel("cabecalhos", "texto")),
        (json!({ "cabecalhos": { "x": "{chave}", "y z": "a" } }), ConfigError::Campo("cabecalhos")),
        (json!({ "cabecalhos": { "x": "{chave}\r\ny: z" } }), ConfigError::Campo("cabecalhos")),
        (json!({ "cabecalhos": { "Host": "{chave}" } }), ConfigError::Campo("cabecalhos")),
        (json!({ "url": "banana" }), ConfigError::Url("url")),
        (json!({ "url": "ftp://exemplo.com.br/sms" }), ConfigError::Url("url")),
        (json!({ "url": "https://u:p@exemplo.com.br/sms" }), ConfigError::Url("url")),
        (json!({ "url": "https://{chave}.exemplo.com.br/sms" }), ConfigError::Url("url")),
        (json!({ "url": "https://exemplo.com.br/{texto}" }), variavel("url", "texto")),
        (json!({ "url": "https://exemplo.com.br/?a={b}" }), variavel("url", "b")),
        (json!({ "resposta": { "id": "id" } }), ConfigError::Ponteiro("resposta.id")),
        (
            json!({ "recibos": { "segredo": SEGREDO, "estado": "estado" } }),
            ConfigError::Ponteiro("recibos.estado"),
        ),
        (json!({ "recibos": { "segredo": "curto" } }), ConfigError::Segredo),
        (json!({ "segmentos": { "gsm7": [160, 161], "ucs2": [70, 67], "max": 1 } }), ConfigError::Segmentos),
        (json!({ "segmentos": { "gsm7": [160, 153], "ucs2": [1, 1], "max": 1 } }), ConfigError::Segmentos),
        (json!({ "segmentos": { "gsm7": [160, 153], "ucs2": [70, 67], "max": 0 } }), ConfigError::Segmentos),
    ] {
        assert_eq!(refused(&mudancas), esperado, "{mudancas}");
    }
}

#[test]
fn the_named_providers_are_checked_as_well() {
    let change = |nome: &str, campo: &str, valor: Value| {
        let mut config = config(nome, "http://127.0.0.1:9", NENHURES);
        config[campo] = valor;
        serde_json::from_value::<Config>(config).unwrap().provider().map(|_| ()).unwrap_err()
    };
    for (nome, campo, valor, esperado) in [
        ("zenvia", "token", json!("a\r\nb"), ConfigError::Campo("token")),
        ("zenvia", "remetente", json!(""), ConfigError::Campo("remetente")),
        ("zenvia", "segredo", json!("curto"), ConfigError::Segredo),
        ("twilio", "conta", json!(""), ConfigError::Campo("conta")),
        ("twilio", "servico", json!("MG1"), ConfigError::UmDeles("remetente", "servico")),
        ("twilio", "remetente", json!(null), ConfigError::UmDeles("remetente", "servico")),
        ("twilio", "recibos", json!("/v1/recibos"), ConfigError::Url("recibos")),
        ("infobip", "url", json!("xxxxx.api.infobip.com"), ConfigError::Url("url")),
        ("infobip", "segredo", json!(null), ConfigError::Segredo),
        ("infobip", "chave", json!("a b"), ConfigError::Campo("chave")),
    ] {
        assert_eq!(change(nome, campo, valor), esperado, "{nome} {campo}");
    }
    let unknown = json!({ "provedor": "zenvia", "token": "a", "remetente": "b", "tokem": "c" });
    assert!(serde_json::from_value::<Config>(unknown).is_err());
    assert!(serde_json::from_value::<Config>(json!({ "provedor": "outra" })).is_err());
}

/// The page that tells people how to describe a provider is true.
#[test]
fn every_block_of_the_page_is_a_configuration() {
    let pagina = std::fs::read_to_string("../../proto-docs/sms.md").unwrap();
    let blocos: Vec<_> =
        pagina.split("```toml\n").skip(1).map(|resto| resto.split("```").next().unwrap()).collect();
    assert_eq!(blocos.len(), 5);
    for bloco in blocos {
        let mut secoes: toml::Table = bloco.parse().unwrap();
        let config: Config = secoes.remove("sms").unwrap().try_into().unwrap();
        let provedor = config.provider();
        assert!(provedor.is_ok(), "{bloco}: {:?}", provedor.err());
    }
}

/// A value that looks like a variable is a value; a brace that is no variable is a brace.
#[test]
fn nothing_is_read_for_variables_twice() {
    let corpo = r#"{"a":"{remetente}{texto}","b":["{texto}","{","{ para}","}{"],"c":{"d":"{para}","{texto}":1},"e":null}"#;
    let provedor = described(&json!({ "corpo": corpo, "remetente": "{texto}" })).unwrap();
    let requisicao = provedor.request(&pedido(1, "{para}{chave}\"}"));
    let texto = "{para}{chave}\"}";
    let esperado = json!({ "a": format!("{{texto}}{texto}"), "b": [texto, "{", "{ para}", "}{"],
        "c": { "d": "+5511987654321", "{texto}": 1 }, "e": null });
    assert_eq!(serde_json::from_slice::<Value>(&requisicao.corpo).unwrap(), esperado);
}

#[test]
fn a_number_is_written_as_the_provider_wants_it() {
    let corpo = r#"["{para}","{para_digitos}","{para_nacional}","{texto}"]"#;
    let provedor =
        described(&json!({ "corpo": corpo, "url": "https://exemplo.com.br/{para_nacional}/{chave}" }))
            .unwrap();
    let requisicao = provedor.request(&pedido(1, "x"));
    assert_eq!(requisicao.corpo, br#"["+5511987654321","5511987654321","11987654321","x"]"#);
    assert_eq!(requisicao.url, format!("https://exemplo.com.br/11987654321/{}", chave(1)));
    let fora = provedor.request(&Pedido { chave: chave(1), para: "+14155550100", texto: "x" });
    assert_eq!(fora.corpo, br#"["+14155550100","14155550100","14155550100","x"]"#);
}

/// Nothing that a message holds moves the call: same host, same path, same headers.
#[test]
fn a_value_stays_in_its_place_in_the_url() {
    let url = "https://api.exemplo.com.br/sms/{chave}?para={para}&texto={texto}&fim=1";
    let provedor = described(&json!({ "url": url })).unwrap();
    for texto in
        ["a&fim=2", "#x", "?y", "../../etc", "%2e%2e/", "@evil.com/", "\r\nHost: evil.com", "\u{1f600}"]
    {
        let requisicao = provedor.request(&pedido(1, texto));
        let lida = url::Url::parse(&requisicao.url).unwrap();
        assert_eq!((lida.host_str(), lida.fragment()), (Some("api.exemplo.com.br"), None), "{texto}");
        assert_eq!(lida.path(), format!("/sms/{}", chave(1)), "{texto}");
        let campos: Vec<(String, String)> = lida.query_pairs().into_owned().collect();
        let esperado = [("para", "+5511987654321"), ("texto", texto), ("fim", "1")];
        assert_eq!(campos, esperado.map(|(n, v)| (n.to_owned(), v.to_owned())), "{texto}");
    }
}
