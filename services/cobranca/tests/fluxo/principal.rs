//! The main job.
#![cfg(test)]

use serde_json::json;

use crate::apoio::{Barramento, Cenario, Titulo, text, texts};

pub(crate) async fn a_titulo_pushed_over_http_becomes_one_email_in_the_mailbox(barramento: Barramento) {
    let c = Cenario::over(barramento, "2026-03-10").await;
    let acao = json!({
        "tipo": "email",
        "assunto": "#PRIMEIRO_NOME#, #QTD_TITULOS# títulos em aberto na #EMPRESA#",
        "corpo": "Olá, #NOME#.\n\nVeja o que segue:\n\n#LISTA_TITULOS#\n\nHoje é #DATA_HOJE#.",
    });
    c.regua(&[json!({"dias": 0, "acoes": [acao]})]).await;
    let maria = |codigo, vencimento| Titulo::new(codigo, vencimento).nome("Maria José da Conceição");
    let titulos =
        c.push(&[maria("1", "2026-02-20").valor("1234.56"), maria("2", "2026-03-06").valor("0.05")]).await;

    let emails = c.day("2026-03-10").await;

    let [email] = emails.as_slice() else { panic!("{emails:?}") };
    assert_eq!(email.para, ["ana@example.com"]);
    assert_eq!(email.destinatarios, ["ana@example.com"]);
    assert_eq!(email.de, ("Escola Campoverde".to_owned(), "cobranca@example.com".to_owned()));
    assert_eq!(email.assunto, "Maria, 2 títulos em aberto na Escola Campoverde");
    assert_eq!(email.data, "2026-03-10T15:00:00Z");
    let tabela = [
        vec!["Número", "Vencimento", "Valor"],
        vec!["NF 1", "20/02/2026", "R$ 1.234,56"],
        vec!["NF 2", "06/03/2026", "R$ 0,05"],
        vec!["Total", "R$ 1.234,61"],
    ];
    assert_eq!(email.table(), tabela);
    for trecho in ["Olá, Maria José da Conceição.", "Veja o que segue:", "Hoje é 10/03/2026."] {
        assert!(email.texto.contains(trecho) && email.html.contains(trecho), "{trecho} em {email:?}");
    }
    for celula in tabela.iter().flatten() {
        assert!(email.texto.contains(celula), "{celula} em {}", email.texto);
    }

    let execucao = c.execucao().await;
    assert_eq!((text(&execucao, "estado"), text(&execucao, "canal")), ("enviada".into(), "email".into()));
    assert_eq!(text(&execucao, "id"), email.execucao);
    assert_eq!(text(&execucao, "enviada_em"), "2026-03-10T15:00:00Z");
    assert!(text(&execucao, "resposta").starts_with("250 "), "{execucao}");
    let lida = c.http.get(&format!("/v1/execucoes/{}", email.execucao)).await.expect(200).json;
    let mensagem = &lida["mensagem"];
    assert_eq!(text(mensagem, "destinatario"), "ana@example.com");
    assert_eq!(text(mensagem, "assunto"), email.assunto);
    assert_eq!(text(mensagem, "texto").trim_end(), email.texto.replace('\r', "").trim_end());
    assert_eq!(texts(&mensagem["titulos"]), titulos);
}
