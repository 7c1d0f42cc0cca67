//! What each provider reads by itself.

use domain::documento::Documento;
use domain::enriquecimento::{Finalidade, Relacao};
use providers::enriquecimento::{Achado, Pedido, Provedor, Resultado};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::apoio::{answer, documento, provedores};

fn provedor(nome: &str) -> Box<dyn Provedor> {
    provedores().into_iter().find(|provedor| provedor.nome() == nome).unwrap()
}

fn found(provedor: &dyn Provedor, corpo: &Value) -> domain::enriquecimento::Dados {
    let resultado = provedor.read(&answer(200, corpo.to_string().as_bytes()));
    let Resultado::Respondida { achado: Achado::Encontrado(dados), .. } = resultado else {
        panic!("{resultado:?}")
    };
    *dados
}

#[test]
fn assertiva_is_asked_by_document_and_purpose() {
    let assertiva = provedor("assertiva");
    let cnpj = Documento::parse("11.222.333/0001-81").unwrap();
    for (documento, finalidade, esperada) in [
        (documento(), Finalidade::CicloDeCredito, "cpf?cpf=52998224725&idFinalidade=2"),
        (cnpj, Finalidade::ConfirmacaoDeIdentidade, "cnpj?cnpj=11222333000181&idFinalidade=1"),
    ] {
        let pedido = Pedido { chave: Uuid::nil(), documento: &documento, finalidade };
        let requisicao = assertiva.request(&pedido, None);
        assert!(requisicao.url.ends_with(esperada), "{}", requisicao.url);
    }
}

#[test]
fn assertiva_says_which_numbers_answer_and_that_somebody_died() {
    let corpo = json!({ "resposta": {
        "dadosCadastrais": { "obitoProvavel": true, "situacaoCadastral": "REGULAR" },
        "telefones": {
            "moveis": [
                { "numero": "11900000001", "relacao": "Direto", "hotphone": false },
                { "numero": "11900000002", "relacao": "Direto", "hotphone": true, "aplicativos": { "whatsApp": true } },
                { "numero": "11900000003", "relacao": "Mãe", "hotphone": false },
            ],
            "fixos": [],
        },
        "emails": ["a@b.com", { "email": "c@d.com" }],
        "enderecos": [{ "tipoLogradouro": "Rua", "logradouro": "A", "municipio": "X" }],
    } });
    let dados = found(&*provedor("assertiva"), &corpo);
    let fones: Vec<_> = dados.telefones.iter().map(|t| (t.numero.as_str(), t.relacao, t.whatsapp)).collect();
    assert_eq!(
        fones,
        [
            ("11900000002", Relacao::Proprio, Some(true)),
            ("11900000001", Relacao::Proprio, None),
            ("11900000003", Relacao::Terceiro, None),
        ]
    );
    assert_eq!((dados.obito, dados.situacao_receita.as_deref()), (Some(true), Some("REGULAR")));
    assert_eq!(dados.emails.len(), 2);
    assert_eq!(dados.enderecos[0].logradouro.as_deref(), Some("Rua A"));
    assert_eq!(dados.enderecos[0].cidade.as_deref(), Some("X"));
}

#[test]
fn a_text_where_assertivas_answer_should_be_is_none() {
    let corpo = json!({ "resposta": "Serviço indisponível" }).to_string();
    let resultado = provedor("assertiva").read(&answer(200, corpo.as_bytes()));
    assert!(matches!(resultado, Resultado::Incerta { .. }), "{resultado:?}");
    // A page of somebody else's that says 404 tells nothing of a person.
    let resultado = provedor("assertiva").read(&answer(404, b"<html>"));
    assert!(matches!(resultado, Resultado::Indisponivel { .. }), "{resultado:?}");
}

#[test]
fn bigdatacorps_register_is_read_where_the_whole_lists_are_not() {
    let corpo = json!({ "QueryId": "q", "Status": {}, "Result": [{ "RegistrationData": {
        "BasicData": { "TaxIdStatus": "REGULAR", "HasObitIndication": false },
        "Phones": {
            "Primary": { "CountryCode": "55", "AreaCode": "11", "Number": "987654321", "Type": "MOBILE" },
            "Secondary": { "CountryCode": "55", "AreaCode": "11", "Number": "33334444", "Type": "WORK" },
        },
        "Emails": { "Primary": { "EmailAddress": "a@b.com" } },
        "Addresses": { "Primary": { "Typology": "R", "AddressMain": "A", "City": "X", "State": "SP" } },
    } }] });
    let dados = found(&*provedor("bigdatacorp"), &corpo);
    assert_eq!((dados.telefones.len(), dados.emails.len(), dados.enderecos.len()), (2, 1, 1));
    assert_eq!(dados.telefones[0].numero, "11987654321");
    assert_eq!(dados.telefones[1].relacao, Relacao::Terceiro, "others answer at work");
    assert_eq!((dados.obito, dados.situacao_receita.as_deref()), (Some(false), Some("REGULAR")));
    let empresa = json!({ "Result": [{
        "MatchKeys": "doc{11222333000181}",
        "ExtendedPhones": { "Phones": [{ "AreaCode": "11", "Number": "33334444", "Type": "WORK" }] },
    }] });
    assert_eq!(found(&*provedor("bigdatacorp"), &empresa).telefones[0].relacao, Relacao::Proprio);
}

#[test]
fn bigdatacorp_says_per_dataset_what_failed() {
    let ler = |corpo: Value| provedor("bigdatacorp").read(&answer(200, corpo.to_string().as_bytes()));
    let falha = |nome: &str| json!({ "Result": [], "Status": { nome: [{ "Code": -1200, "Message": "x" }] } });
    let resultado = ler(falha("phones_extended"));
    assert!(matches!(resultado, Resultado::Temporaria { .. }), "{resultado:?}");
    let resultado = ler(falha("login"));
    assert!(matches!(resultado, Resultado::Indisponivel { .. }), "{resultado:?}");
    let parte = json!({
        "Result": [{ "ExtendedPhones": { "Phones": [{ "AreaCode": "11", "Number": "987654321" }] } }],
        "Status": { "emails_extended": [{ "Code": -1200 }], "phones_extended": [{ "Code": 0 }] },
    });
    assert!(matches!(ler(parte), Resultado::Respondida { achado: Achado::Encontrado(_), .. }));
    let nada = json!({ "Result": [], "Status": { "phones_extended": [{ "Code": 0 }] } });
    assert!(matches!(ler(nada), Resultado::Respondida { achado: Achado::NaoEncontrado, .. }));
}
