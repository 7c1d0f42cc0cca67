//! A provider that is described and not written.

use domain::enriquecimento::{Finalidade, Relacao};
use providers::enriquecimento::{Achado, Config, ConfigError, Pedido, Provedor, Resultado};
use providers::{Chamada, IdMensagem, ReciboInvalido};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::apoio::{answer, documento};

const SEGREDO: &str = "um-segredo-de-teste-bem-longo";

fn config(mudancas: Value) -> Result<Box<dyn Provedor>, ConfigError> {
    let mut config = json!({ "provedor": "http", "url": "https://api.exemplo.com.br/p/{documento}" });
    if let (Some(config), Value::Object(mudancas)) = (config.as_object_mut(), mudancas) {
        config.extend(mudancas);
    }
    serde_json::from_value::<Config>(config).unwrap().provider()
}

fn refused(mudancas: Value) -> ConfigError {
    config(mudancas).err().unwrap()
}

#[test]
fn what_is_asked_stands_where_it_is_described_and_moves_the_call_nowhere() {
    let provedor = config(json!({
        "url": "https://api.exemplo.com.br/{tipo}/{documento_formatado}?f={finalidade}",
        "cabecalhos": { "X-Chave": "{chave}" },
        "corpo": "{\"doc\": \"{documento}\", \"n\": 1}",
    }))
    .unwrap();
    let (chave, documento) = (Uuid::from_u128(7), documento());
    let pedido = Pedido { chave, documento: &documento, finalidade: Finalidade::CicloDeCredito };
    let requisicao = provedor.request(&pedido, None);
    assert_eq!(requisicao.url, "https://api.exemplo.com.br/cpf/529.982.247-25?f=ciclo_de_credito");
    assert!(requisicao.cabecalhos.contains(&("x-chave".to_owned(), chave.to_string())));
    assert_eq!(requisicao.corpo, br#"{"doc":"52998224725","n":1}"#);
    assert_eq!(format!("{requisicao:?}"), "Requisicao(Post api.exemplo.com.br)");
}

#[test]
fn a_description_that_cannot_be_used_says_which_part() {
    assert_eq!(refused(json!({ "url": "https://{documento}.com/" })), ConfigError::Url("url"));
    assert_eq!(refused(json!({ "url": "ftp://a.com/{documento}" })), ConfigError::Url("url"));
    let sem = ConfigError::Falta { campo: "corpo", nome: "documento" };
    assert_eq!(refused(json!({ "url": "https://a.com/" })), sem, "a question about nobody");
    let estranha = ConfigError::Variavel { campo: "url", nome: "cpf".to_owned() };
    assert_eq!(refused(json!({ "url": "https://a.com/{cpf}" })), estranha);
    assert_eq!(refused(json!({ "corpo": "{" })), ConfigError::Corpo("corpo"));
    assert_eq!(refused(json!({ "cabecalhos": { "Host": "x" } })), ConfigError::Campo("cabecalhos"));
    let ponteiro = json!({ "resposta": { "campos": { "telefones": "fones" } } });
    assert_eq!(refused(ponteiro), ConfigError::Ponteiro("resposta.campos"));
    assert_eq!(refused(json!({ "retorno": { "segredo": "curto", "chave": "/c" } })), ConfigError::Segredo);
    let surdo = json!({ "retorno": { "segredo": SEGREDO } });
    assert_eq!(refused(surdo), ConfigError::Ponteiro("retorno.chave"), "no answer could be known for one");
}

#[test]
fn what_is_known_is_found_where_the_description_says() {
    let provedor = config(json!({ "resposta": { "id": "/meta/id", "campos": {
        "telefones": "/contatos/fones", "numero": "/fone", "relacao": "/de_quem", "proprias": ["titular"],
        "emails": "/contatos/emails",
    } } }))
    .unwrap();
    let corpo = json!({ "meta": { "id": 77 }, "contatos": {
        "fones": [{ "fone": "11987654321", "de_quem": "titular" }, { "fone": 1_133_334_444, "de_quem": "mae" }, "x", 7],
        "emails": ["a@b.com"],
    } });
    let resultado = provedor.read(&answer(200, corpo.to_string().as_bytes()));
    let Resultado::Respondida { achado: Achado::Encontrado(dados), id, .. } = resultado else {
        panic!("{resultado:?}")
    };
    let fones: Vec<_> = dados.telefones.iter().map(|t| (t.numero.as_str(), t.relacao)).collect();
    let esperados =
        [("11987654321", Relacao::Proprio), ("1133334444", Relacao::Terceiro), ("x", Relacao::Proprio)];
    assert_eq!((fones.as_slice(), id.as_deref()), (&esperados[..], Some("77")));
    assert_eq!(dados.emails[0].endereco, "a@b.com");
}

#[test]
fn a_word_says_what_an_answer_is_and_one_that_nobody_knows_leaves_it_open() {
    let provedor = config(json!({ "resposta": { "situacao": "/s", "palavras": {
        "encontrado": ["OK"], "nao_encontrado": ["VAZIO"], "aguarde": ["FILA"], "recusada": ["DOC"],
        "indisponivel": ["SALDO"],
    } } }))
    .unwrap();
    let ler = |status, palavra: &str| {
        provedor.read(&answer(status, json!({ "s": palavra }).to_string().as_bytes()))
    };
    assert!(matches!(ler(200, "VAZIO"), Resultado::Respondida { achado: Achado::NaoEncontrado, .. }));
    // Found, and nothing by which anybody could be reached.
    assert!(matches!(ler(200, "OK"), Resultado::Respondida { achado: Achado::NaoEncontrado, .. }));
    assert!(matches!(ler(200, "FILA"), Resultado::Pedida { .. }));
    assert!(matches!(ler(200, "DOC"), Resultado::Permanente { .. }));
    assert!(matches!(ler(200, "SALDO"), Resultado::Indisponivel { .. }));
    assert!(matches!(ler(200, "?"), Resultado::Incerta { .. }));
    assert!(matches!(ler(500, "?"), Resultado::Incerta { .. }));
    assert!(matches!(provedor.read(&answer(200, b"{}")), Resultado::Incerta { .. }));
    assert!(matches!(provedor.read(&answer(202, b"")), Resultado::Pedida { .. }));
}

#[test]
fn a_later_answer_is_believed_by_its_secret_and_names_its_question() {
    let provedor = config(json!({
        "resposta": { "situacao": "/s" },
        "retorno": { "segredo": SEGREDO, "lista": "/r", "chave": "/chave", "id": "/id" },
    }))
    .unwrap();
    let chave = Uuid::from_u128(7);
    let corpo = json!({ "r": [
        { "chave": chave, "s": "encontrado", "telefones": ["11987654321"] },
        { "id": "p-2", "s": "nao_encontrado" },
        { "id": "p-3", "s": "recusada" },
        { "id": "p-4", "s": "pendente" },
        { "s": "encontrado" },
    ] })
    .to_string();
    let url = format!("/v1/recibos/enriquecimento/http/{SEGREDO}");
    let chamada = Chamada { url: &url, cabecalhos: &[], corpo: corpo.as_bytes() };
    let respostas = provedor.respostas(&chamada).unwrap();
    let nomes: Vec<_> = respostas.iter().map(|resposta| resposta.consulta.clone()).collect();
    let id = |id: &str| IdMensagem::Provedor(id.to_owned());
    assert_eq!(nomes, [IdMensagem::Chave(chave), id("p-2"), id("p-3")]);
    assert!(matches!(respostas[0].achado, Some(Achado::Encontrado(_))));
    assert_eq!((&respostas[1].achado, &respostas[2].achado), (&Some(Achado::NaoEncontrado), &None));
    let alheia = Chamada { url: "/v1/recibos/enriquecimento/http/outro", ..chamada };
    assert_eq!(provedor.respostas(&alheia).unwrap_err(), ReciboInvalido::SemAutenticidade);
    for corpo in [&b""[..], b"{", b"{\"r\":7}"] {
        let lixo = Chamada { corpo, ..chamada };
        assert_eq!(provedor.respostas(&lixo).unwrap_err(), ReciboInvalido::Ilegivel, "{corpo:?}");
    }
}

#[test]
fn what_the_page_shows_can_be_used() {
    let pagina = std::fs::read_to_string("../../proto-docs/enriquecimento.md").unwrap();
    let blocos: Vec<_> =
        pagina.split("```toml").skip(1).filter_map(|parte| parte.split("```").next()).collect();
    assert_eq!(blocos.len(), 3);
    for bloco in blocos {
        let secoes: std::collections::BTreeMap<String, Config> = toml::from_str(bloco).unwrap();
        secoes["enriquecimento"].clone().provider().unwrap();
    }
}
