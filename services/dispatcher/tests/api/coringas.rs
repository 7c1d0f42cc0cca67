//! The catalogue of coringas.

use serde_json::json;

use crate::apoio::{Servico, refused};

#[tokio::test]
async fn the_catalogue_tells_name_description_and_example_of_each() {
    let s = Servico::new();
    let pagina = s.http.get("/v1/coringas").await.expect(200).json;
    let itens = pagina["itens"].as_array().unwrap();
    assert_eq!(
        (itens.len(), &pagina["proximo_cursor"]),
        (domain::coringas::Coringa::TODOS.len(), &json!(null))
    );
    assert_eq!(
        itens[1],
        json!({
            "nome": "PRIMEIRO_NOME", "descricao": "Primeiro nome do devedor", "exemplo": "Maria", "escopo": "devedor",
            "tipo": "texto", "lista": false, "tamanho_maximo": 150, "canais": ["email", "sms", "carta"], "no_assunto": true,
            "modificadores": ["maiusculo", "minusculo", "capitalizado", "max", "padrao"],
        })
    );
    let fora_do_assunto: Vec<_> =
        itens.iter().filter(|c| c["no_assunto"] == false).map(|c| &c["nome"]).collect();
    assert_eq!(fora_do_assunto, ["LISTA_TITULOS", "LINK_DESCADASTRO"]);
}

#[tokio::test]
async fn a_channel_without_text_has_none() {
    let s = Servico::new();
    for (canal, ha) in
        [("email", true), ("sms", true), ("carta", true), ("enriquecimento", false), ("negativacao", false)]
    {
        let pagina = s.http.get(&format!("/v1/coringas?canal={canal}")).await.expect(200).json;
        assert_eq!(!pagina["itens"].as_array().unwrap().is_empty(), ha, "{canal}");
    }
    let problema = s.http.get("/v1/coringas?canal=fax&tipo=1").await.expect(422).json;
    assert_eq!(refused(&problema), ["/canal valor_invalido", "/tipo desconhecido"]);
}
