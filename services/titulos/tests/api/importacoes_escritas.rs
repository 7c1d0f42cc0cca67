#![cfg(test)]
//! Files as people and their systems write them: how lines end, how accents were typed, how they are packed.

use std::io::Write as _;

use serde_json::json;

use crate::apoio::Servico;
use crate::importacoes::{CABECALHO, CSV, NDJSON, counts, errors, import, lines};

fn gzip(texto: &str) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(texto.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

#[tokio::test]
async fn a_file_of_a_macintosh_is_stored_and_the_next_one_does_not_wait() {
    let s = Servico::new();
    s.start_importer();
    // More lines than a chunk has, the last key of one chunk again in the other, and a fault among them.
    let mut csv = lines(1, 5_010, "10,00");
    csv.push_str("T7;02/03/2026;11,00;D7;Devedor 7;;;;\nruim\n");
    let importacao = import(&s.http, "", CSV, csv.replace('\n', "\r")).await;
    assert_eq!(
        (importacao["estado"].as_str(), counts(&importacao)),
        (Some("concluida"), [5_010, 0, 0, 1, 1, 0])
    );
    let erros = errors(&s.http, &importacao).await;
    assert_eq!(erros, ["8 codigo_integracao repetido", "5013 - colunas_diferentes"]);
    let seguinte = import(&s.http, "", CSV, lines(1, 1, "10,00")).await;
    assert_eq!((seguinte["estado"].as_str(), counts(&seguinte)[2]), (Some("concluida"), 1));
}

#[tokio::test]
async fn a_key_is_one_titulo_however_its_accents_were_typed() {
    let s = Servico::new();
    s.start_importer();
    let junta = "Nº-ção";
    let separada = "Nº-c\u{327}a\u{303}o";
    let linha = |chave: &str| format!("{CABECALHO}{chave};02/03/2026;10,00;D1;Ana;;;;\n");
    assert_eq!(counts(&import(&s.http, "", CSV, linha(junta)).await), [1, 0, 0, 0, 0, 0]);
    assert_eq!(counts(&import(&s.http, "", CSV, linha(separada)).await), [0, 0, 1, 0, 0, 0]);
    let juntas = format!("{}{separada};02/03/2026;10,00;D1;Ana;;;;\n", linha(junta));
    assert_eq!(counts(&import(&s.http, "", CSV, juntas).await), [0, 0, 1, 0, 1, 0]);
    let json = json!({"codigo_integracao": separada, "vencimento": "2026-03-02", "valor": 10,
                      "devedor": {"codigo_integracao": "D1", "nome": "Ana"}});
    assert_eq!(counts(&import(&s.http, "", NDJSON, format!("{json}\n{json}")).await), [0, 0, 1, 0, 1, 0]);
}

#[tokio::test]
async fn a_gzip_of_several_members_is_one_file_and_what_is_no_gzip_is_told_as_that() {
    let s = Servico::new();
    s.start_importer();
    let csv = lines(1, 300, "10,00");
    let (antes, depois) = csv.split_at(csv.len() / 2);
    let comprimido = s.http.with_header("content-encoding", "gzip");
    let membros = [gzip(antes), gzip(""), gzip(depois)].concat();
    assert_eq!(counts(&import(&comprimido, "", CSV, membros.clone()).await)[0], 300);
    let com_resto = [membros.clone(), b"resto".to_vec()].concat();
    for (corpo, porque) in [
        (csv.clone().into_bytes(), "não é gzip"),
        (membros[..membros.len() - 1].to_vec(), "cortado ou corrompido"),
        (com_resto, "cortado ou corrompido"),
    ] {
        let recusa = comprimido.upload("/v1/importacoes", CSV, corpo).await.expect(400);
        assert!(recusa.json["detail"].as_str().unwrap().contains(porque), "{}", recusa.text);
    }
    let recusa = s.http.with_header("content-encoding", "br").upload("/v1/importacoes", CSV, csv).await;
    assert_eq!(recusa.expect(415).json["codigo"], "tipo_de_midia");
}

#[tokio::test]
async fn ndjson_that_is_of_another_encoding_or_spread_over_lines_is_told_as_that() {
    let s = Servico::new();
    s.start_importer();
    let item = json!({"codigo_integracao": "A", "vencimento": "2026-03-02", "valor": 10,
                      "devedor": {"codigo_integracao": "D", "nome": "João"}});
    let latin1 = item.to_string().chars().map(|letra| u8::try_from(letra).unwrap()).collect::<Vec<_>>();
    let utf16 = format!("\u{feff}{item}\n").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    for (arquivo, codigo) in [
        (latin1, "1 - codificacao_invalida"),
        (utf16, "1 - codificacao_invalida"),
        (serde_json::to_vec_pretty(&item).unwrap(), "1 - json_malformado"),
    ] {
        let importacao = import(&s.http, "", NDJSON, arquivo).await;
        assert_eq!(counts(&importacao)[0], 0);
        assert_eq!(errors(&s.http, &importacao).await[0], codigo);
    }
}
